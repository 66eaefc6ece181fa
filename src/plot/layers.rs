//! What is inside a network: how the values of each layer are distributed, and the network itself
//! as circles and lines.

use super::curves::{histogram_of, mean_and_deviation};
use super::figure::{Axis, Figure, Key, Layer, Mark, Stroke};
use super::palette::{self, INK, PALE_INK, Rgb, WHITE};
use super::raster;
use super::values::{List, Values, number, padded};
use crate::Float;
use crate::data::Dataset;
use crate::display::say;
use crate::nn::dead_units;
use crate::tensor::{Tensor, fail::fail};

/// A histogram for each layer, side by side: of what comes out of the layers
/// (`model.activations(&x)`), of weights, of anything with names. Of outputs, `[n, units, …]`, it
/// also says how many units are 0 for all n examples: dead ones.
///
/// Panics if there is none, or if one has no finite value.
///
/// ```
/// # use chainrule::prelude::*;
/// # let model = Sequential::new().add(Dense::new(2, 16).relu()).add(Dense::new(16, 2));
/// let moons = data::two_moons(200, 0.1);
/// plot::histograms(&model.activations(&moons.x)).title("activations")
/// # ;
/// ```
#[track_caller]
pub fn histograms<N: AsRef<str>, V: Values>(values: &[(N, V)]) -> Figure {
    histograms_of_all(List(values.len(), &|i| {
        (values[i].0.as_ref(), values[i].1.tensor())
    }))
}

#[track_caller]
fn histograms_of_all(values: List<(&str, Tensor)>) -> Figure {
    histograms_of("histograms", values.named(), &note_dead_units)
}

/// A histogram of the weights of each parameter, for `model.parameters()`.
///
/// Panics if there is no parameter.
///
/// ```
/// # use chainrule::prelude::*;
/// let model = Sequential::new().add(Dense::new(2, 16).relu()).add(Dense::new(16, 2));
/// plot::weights(&model.parameters())
/// # ;
/// ```
#[track_caller]
pub fn weights(parameters: &[Tensor]) -> Figure {
    let named = parameters.iter().enumerate().map(with_name);
    histograms_of("weights", named.collect(), &|_| None)
}

/// A histogram of the gradient of each parameter, for `model.parameters()` after `backward`, with
/// how large it is beside the parameter itself. A step changes a parameter by this ratio times the
/// learning rate; about 0.001 in all is healthy.
///
/// Panics if a parameter has no gradient.
///
/// ```
/// # use chainrule::prelude::*;
/// # let model = Sequential::new().add(Dense::new(2, 16).relu()).add(Dense::new(16, 2));
/// # let moons = data::two_moons(50, 0.1);
/// model.forward(&moons.x).cross_entropy(&moons.y).backward();
/// plot::gradients(&model.parameters())
/// # ;
/// ```
#[track_caller]
pub fn gradients(parameters: &[Tensor]) -> Figure {
    let (mut gradients, mut ratios) = (Vec::new(), Vec::new());
    for (name, parameter) in parameters.iter().enumerate().map(with_name) {
        let gradient = parameter.grad();
        ratios.push(
            gradient.root_mean_square() / parameter.root_mean_square().max(f64::MIN_POSITIVE),
        );
        gradients.push((name, gradient));
    }
    let mut figures = histograms_of("gradients", gradients, &|_| None);
    for (part, ratio) in figures.parts.iter_mut().zip(ratios) {
        // A bias begins at 0: there is nothing to compare with.
        let ratio = if ratio < 1e6 {
            format!(", {} × parameter", number(ratio, 2))
        } else {
            String::new()
        };
        part.x.label += &ratio;
        part.summary[0] += &ratio;
    }
    figures.refresh()
}

fn with_name((i, parameter): (usize, &Tensor)) -> (String, Tensor) {
    let name = parameter.name();
    let name = name.unwrap_or_else(|| format!("parameter {}", i + 1));
    (name, parameter.clone())
}

#[track_caller]
fn histograms_of(
    kind: &'static str,
    values: Vec<(String, Tensor)>,
    note: &dyn Fn(&Tensor) -> Option<String>,
) -> Figure {
    if values.is_empty() {
        fail(
            &format!("{kind}: there is nothing to draw"),
            &[],
            "give at least one tensor with its name",
        );
    }
    let mut parts = Vec::new();
    for (name, tensor) in values {
        let values = tensor.numbers();
        let mut part = histogram_of(values.clone()).title(&name);
        let values: Vec<f64> = values
            .into_iter()
            .filter(|value| value.is_finite())
            .collect();
        let (mean, deviation) = mean_and_deviation(&values);
        // What is left of a sum whose terms cancel.
        let is_nothing = mean.abs() < 1e-6 * deviation;
        let mean = if is_nothing { 0.0 } else { mean };
        let (mean, deviation) = (number(mean, 2), number(deviation, 2));
        part.x.label = say(
            format!("mean {mean}, std {deviation}"),
            format!("平均值 {mean}，标准差 {deviation}"),
        );
        if let Some(note) = note(&tensor) {
            part.x.label += say(", ", "，");
            part.x.label += &note;
            part.summary.push(note);
        }
        part.size = (312.0, 150.0);
        part.y.label = String::new();
        parts.push(part);
    }
    Figure::of_parts(kind, parts, 2)
}

/// "3 of 16 units always 0", for all examples.
fn note_dead_units(outputs: &Tensor) -> Option<String> {
    let &[examples, units, ..] = outputs.shape() else {
        return None;
    };
    let dead = dead_units(outputs);
    (examples > 1 && dead > 0).then(|| {
        say(
            format!("{dead} of {units} units always 0"),
            format!("{units} 个神经元中有 {dead} 个始终为 0"),
        )
    })
}

/// Of a larger layer only so many units are drawn.
const MOST_UNITS: usize = 10;
const HEIGHT: f64 = 320.0;
const WIDTH: f64 = 580.0;

/// A network of dense layers as circles and lines, for `model.parameters()`: a line is a weight,
/// the thicker the further from 0, blue if it is negative and orange if it is positive; the colour
/// of a circle is the bias. Of large layers a part is drawn.
///
/// Panics if no parameter is a matrix, or if they do not follow each other.
///
/// ```
/// # use chainrule::prelude::*;
/// let model = Sequential::new().add(Dense::new(2, 8).tanh()).add(Dense::new(8, 3).softmax());
/// plot::network(&model.parameters())
/// # ;
/// ```
#[track_caller]
pub fn network(parameters: &[Tensor]) -> Figure {
    let columns = columns("network", parameters);
    let mut figure = drawn(&columns, "network");
    for (c, column) in columns.iter().enumerate() {
        for (unit, at) in column.places(c, columns.len()) {
            let bias = column.bias.get(unit).copied().unwrap_or(0.0);
            let fill = palette::diverging(bias / column.largest_bias());
            figure
                .layers
                .push(Layer::Marks(vec![at], Mark::dot(INK, 9.5)));
            figure
                .layers
                .push(Layer::Marks(vec![at], Mark::dot(fill, 8.0)));
        }
    }
    figure
}

/// As [`network`], and each unit as a picture of what it makes of the plane of a data set with two
/// inputs: white is 0, blue negative, orange positive. `activations` are the outputs of all layers,
/// as `model.activations(points)` returns them.
///
/// Panics if the shapes do not fit.
///
/// ```
/// # use chainrule::prelude::*;
/// # let model = Sequential::new().add(Dense::new(2, 6).tanh()).add(Dense::new(6, 2).softmax());
/// let moons = data::two_moons(100, 0.1);
/// plot::neurons(&moons, &model.parameters(), |points| model.activations(points))
/// # ;
/// ```
#[track_caller]
pub fn neurons(
    data: &Dataset,
    parameters: &[Tensor],
    activations: impl Fn(&Tensor) -> Vec<(String, Tensor)>,
) -> Figure {
    neurons_of(data, parameters, &activations)
}

#[track_caller]
fn neurons_of(
    data: &Dataset,
    parameters: &[Tensor],
    activations: &dyn Fn(&Tensor) -> Vec<(String, Tensor)>,
) -> Figure {
    const SIDE: usize = 24;
    if data.x.rank() != 2 || data.x.shape()[1] != 2 {
        let problem = format!(
            "neurons: points have the shape [n, 2], x has {:?}",
            data.x.shape()
        );
        fail(
            &problem,
            &[("x", &data.x)],
            "this picture is for data with two inputs, such as data::two_moons(200, 0.1)",
        );
    }
    let columns = columns("neurons", parameters);
    let points = plane(&data.x, SIDE);
    let fields = fields(&columns, points.clone(), activations(&points));
    let mut figure = drawn(&columns, "neurons");
    for ((c, column), field) in columns.iter().enumerate().zip(&fields) {
        let values = field.numbers();
        for (unit, (x, y)) in column.places(c, columns.len()) {
            let own: Vec<f64> = values
                .iter()
                .skip(unit)
                .step_by(column.units)
                .copied()
                .collect();
            let largest = own
                .iter()
                .fold(f64::MIN_POSITIVE, |largest, value| largest.max(value.abs()));
            let pixels: Vec<Rgb> = own
                .iter()
                .map(|value| palette::diverging((value / largest * 12.0).round() / 12.0))
                .collect();
            let area = [x - 13.0, y - 13.0, x + 13.0, y + 13.0];
            figure
                .layers
                .push(Layer::Box([x - 14.5, y - 14.5, x + 14.5, y + 14.5], INK));
            figure.layers.push(Layer::Picture {
                area,
                png: raster::png(SIDE, &pixels),
            });
        }
    }
    figure
}

/// `side` × `side` points all over the plane of a data set, row by row from the top.
fn plane(x: &Tensor, side: usize) -> Tensor {
    let edges = |axis: usize| {
        let values = x.numbers().into_iter().skip(axis).step_by(2);
        padded(super::values::extent(values).unwrap_or((0.0, 1.0)), 0.08)
    };
    let ((left, right), (bottom, top)) = (edges(0), edges(1));
    let place = |i: usize, low: f64, high: f64| low + (high - low) * (i as f64 + 0.5) / side as f64;
    let point = |i: usize| {
        [
            place(i % side, left, right) as Float,
            place(i / side, top, bottom) as Float,
        ]
    };
    let points = (0..side * side).flat_map(point).collect();
    Tensor::from_vec(points, &[side * side, 2])
}

/// What comes out of each column of units. A layer without weights, such as an activation, takes
/// the place of the one before it.
fn fields(columns: &[Column], points: Tensor, activations: Vec<(String, Tensor)>) -> Vec<Tensor> {
    let mut fields = vec![points];
    for (_, output) in activations {
        let units = output.shape().get(1).copied().unwrap_or(0);
        let expected = columns.get(fields.len()).map(|column| column.units);
        match expected {
            Some(expected) if expected == units => fields.push(output),
            _ => {
                let last = fields.len() - 1;
                if last > 0 && columns[last].units == units {
                    fields[last] = output;
                }
            }
        }
    }
    fields
}

/// One layer: the units with what comes into them.
struct Column {
    name: String,
    units: usize,
    /// From all units of the layer before, row by row; empty for the inputs.
    weights: Vec<f64>,
    bias: Vec<f64>,
}

impl Column {
    /// The units that are drawn, and the middle of each.
    fn places(&self, index: usize, columns: usize) -> Vec<(usize, (f64, f64))> {
        let shown = self.shown();
        // A gap stands for the units that are left out.
        let rows = shown.len() + usize::from(shown.len() < self.units);
        let x = 50.0 + (WIDTH - 100.0) * index as f64 / (columns - 1).max(1) as f64;
        let step = (HEIGHT / rows as f64).min(46.0);
        let top = HEIGHT / 2.0 + step * (rows - 1) as f64 / 2.0;
        let row = |i: usize| if i + 1 == shown.len() { rows - 1 } else { i };
        shown
            .iter()
            .enumerate()
            .map(|(i, unit)| (*unit, (x, top - step * row(i) as f64)))
            .collect()
    }

    fn shown(&self) -> Vec<usize> {
        if self.units <= MOST_UNITS {
            return (0..self.units).collect();
        }
        (0..MOST_UNITS - 2).chain([self.units - 1]).collect()
    }

    fn largest_bias(&self) -> f64 {
        self.bias
            .iter()
            .fold(f64::MIN_POSITIVE, |largest, bias| largest.max(bias.abs()))
    }
}

#[track_caller]
fn columns(kind: &str, parameters: &[Tensor]) -> Vec<Column> {
    let mut columns: Vec<Column> = Vec::new();
    for parameter in parameters {
        match *parameter.shape() {
            [inputs, units] if inputs * units > 0 => {
                let last = columns.last().map_or(inputs, |column| column.units);
                if last != inputs {
                    let problem = format!(
                        "{kind}: a layer of {inputs} inputs does not follow one of {last} units"
                    );
                    fail(
                        &problem,
                        &[("weight", parameter)],
                        "the picture is for a stack of Dense layers",
                    );
                }
                if columns.is_empty() {
                    let name = say("inputs", "输入").to_owned();
                    columns.push(Column {
                        name,
                        units: inputs,
                        weights: Vec::new(),
                        bias: Vec::new(),
                    });
                }
                let name = parameter.name().unwrap_or_default();
                let name = name.strip_suffix(".weight").unwrap_or(&name).to_owned();
                columns.push(Column {
                    name,
                    units,
                    weights: parameter.numbers(),
                    bias: Vec::new(),
                });
            }
            [units]
                if columns
                    .last()
                    .is_some_and(|column| column.units == units && column.bias.is_empty()) =>
            {
                columns.last_mut().expect("there is one").bias = parameter.numbers();
            }
            _ => {}
        }
    }
    if columns.len() < 2 {
        let problem = format!(
            "{kind}: none of the {} parameters is the weight of a dense layer",
            parameters.len()
        );
        fail(
            &problem,
            &[],
            "pass model.parameters() of a model with Dense layers",
        );
    }
    columns
}

/// The lines and names; what stands for the units comes on top.
fn drawn(columns: &[Column], kind: &'static str) -> Figure {
    let mut figure = Figure::new(
        kind,
        Axis::none((0.0, WIDTH)),
        Axis::none((-44.0, HEIGHT + 6.0)),
    );
    figure.size = (WIDTH + 24.0, HEIGHT + 68.0);
    draw_weights(columns, &mut figure);
    write_names(columns, &mut figure);
    let signs = say(["negative weight", "positive weight"], ["负权重", "正权重"]);
    for (name, sign) in signs.into_iter().zip([-1.0, 1.0]) {
        let key = Key::Line(line_of(sign));
        figure.legend.push((name.to_owned(), key));
    }
    figure
}

/// A line for each weight that can be seen.
fn draw_weights(columns: &[Column], figure: &mut Figure) {
    for (c, pair) in columns.windows(2).enumerate() {
        let (from, to) = (
            pair[0].places(c, columns.len()),
            pair[1].places(c + 1, columns.len()),
        );
        let largest = pair[1]
            .weights
            .iter()
            .fold(f64::MIN_POSITIVE, |largest, weight| {
                largest.max(weight.abs())
            });
        for (input, start) in &from {
            for (unit, end) in &to {
                let weight = pair[1].weights[input * pair[1].units + unit] / largest;
                if weight.abs() > 0.02 {
                    let stroke = Stroke {
                        width: (4.5 * weight.abs()).max(1.0),
                        ..line_of(weight)
                    };
                    figure.layers.push(Layer::Line(vec![*start, *end], stroke));
                }
            }
        }
    }
}

/// The names of the layers, how many units each has, and what is not drawn of them.
fn write_names(columns: &[Column], figure: &mut Figure) {
    for (c, column) in columns.iter().enumerate() {
        let places = column.places(c, columns.len());
        let (last, (x, bottom)) = places[places.len() - 1];
        if places.len() < column.units {
            let middle = (bottom + places[places.len() - 2].1.1) / 2.0;
            let hidden = format!("… {} more …", last + 1 - places.len());
            // A pale ground, because lines run behind.
            figure.layers.push(Layer::Box(
                [x - 44.0, middle - 9.0, x + 44.0, middle + 9.0],
                WHITE,
            ));
            figure.layers.push(Layer::Text {
                at: (x, middle),
                text: hidden,
                colour: PALE_INK,
                size: 11.0,
            });
        }
        let text = |text: String, y: f64| Layer::Text {
            at: (x, y),
            text,
            colour: INK,
            size: 12.0,
        };
        figure.layers.push(text(column.name.clone(), -22.0));
        figure.layers.push(text(column.units.to_string(), -37.0));
        let extent = super::values::extent(column.weights.iter().copied());
        let range = extent.map_or(String::new(), |(low, high)| {
            let (weights, to) = say((", weights from", "to"), ("，权重从", "到"));
            format!("{weights} {} {to} {}", number(low, 3), number(high, 3))
        });
        let (name, units) = (&column.name, column.units);
        figure.summary.push(say(
            format!("{name}: {units} units{range}"),
            format!("{name}：{units} 个神经元{range}"),
        ));
    }
}

fn line_of(weight: f64) -> Stroke {
    let colour = palette::colour(usize::from(weight > 0.0));
    Stroke {
        colour,
        width: 3.0,
        dash: 0,
        opacity: (0.25 + 0.6 * weight.abs()).min(0.85),
    }
}
