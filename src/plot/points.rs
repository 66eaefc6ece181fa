//! Points in the plane, and what a network thinks of the plane between them.

use super::figure::{Axis, Figure, Key, Layer, class_mark};
use super::palette::{self, Rgb, WHITE, blend, colour};
use super::raster;
use super::values::{Points, Values, extent, number, padded};
use crate::Float;
use crate::autograd::no_grad;
use crate::data::Dataset;
use crate::display::say;
use crate::tensor::{Tensor, fail::fail};

/// Points `x` of shape `[n, 2]`, with the colour and shape of their class: `labels` of shape `[n]`
/// (or `[n, 1]`). Two lists, or two tensors of shape `[n]`, are the horizontal and the vertical
/// coordinates of points that have no class.
///
/// Panics if the shapes do not fit.
///
/// ```
/// # use chainrule::prelude::*;
/// let clouds = data::blobs(150, 3, 0.4);
/// plot::scatter(&clouds.x, &clouds.y);
/// let (hours, marks) = ([1.0, 2.5, 4.0], [52, 61, 78]);
/// plot::scatter(&hours, &marks).x_label("hours").y_label("marks")
/// # ;
/// ```
#[track_caller]
pub fn scatter(x: &(impl Values + ?Sized), labels: &(impl Values + ?Sized)) -> Figure {
    scatter_of(&x.tensor(), &labels.tensor(), &|| {
        x.numbers().into_iter().zip(labels.numbers()).collect()
    })
}

/// `pairs` are the points of two lists: numbers as they were given.
#[track_caller]
fn scatter_of(x: &Tensor, labels: &Tensor, pairs: &dyn Fn() -> Vec<(f64, f64)>) -> Figure {
    let is_list = |tensor: &Tensor| match *tensor.shape() {
        [n] | [n, 1] | [1, n] => n > 0,
        _ => false,
    };
    if is_list(x) && x.shape() != [1, 2] && is_list(labels) && x.len() == labels.len() {
        return unclassified(&pairs());
    }
    let (points, levels, classes) = classified("scatter", x, labels);
    let names = levels
        .iter()
        .map(|level| number(*level, 4))
        .collect::<Vec<_>>();
    let mut figure = plane("scatter", &points);
    marks(&mut figure, &points, &classes, &names);
    figure
}

/// Points of no class.
#[track_caller]
fn unclassified(points: &[(f64, f64)]) -> Figure {
    let mut figure = plane("scatter", points);
    let count = points.len();
    let said = say(format!("{count} points"), format!("{count} 个点"));
    figure.summary.push(said);
    let size = if count > 400 { 2.6 } else { 3.8 };
    figure
        .layers
        .push(Layer::Marks(points.to_vec(), class_mark(0, size)));
    figure
}

/// The field of a classifier below the points of a data set with two inputs.
///
/// `classify` gets points `[n, 2]` and returns scores: `[n, classes]`, where the largest decides,
/// or `[n]` or `[n, 1]`, where the middle between the two labels decides (0.5 for labels 0 and 1).
/// The paler the field, the less certain. No graph is recorded.
///
/// Panics if the shapes do not fit.
///
/// ```
/// # use chainrule::prelude::*;
/// let moons = data::two_moons(200, 0.1);
/// plot::decision_boundary(&moons, |points| points.matmul(&tensor([[0.5], [-1.0]])).sigmoid())
/// # ;
/// ```
#[track_caller]
pub fn decision_boundary(dataset: &Dataset, classify: impl Fn(&Tensor) -> Tensor) -> Figure {
    boundary_of(dataset, &classify)
}

/// The field is computed at so many points; the page interpolates between them.
const COLUMNS: usize = 150;
const ROWS: usize = 100;

#[track_caller]
fn boundary_of(dataset: &Dataset, classify: &dyn Fn(&Tensor) -> Tensor) -> Figure {
    let (points, levels, classes) = classified("decision_boundary", &dataset.x, &dataset.y);
    let mut names: Vec<String> = levels.iter().map(|level| number(*level, 4)).collect();
    for (name, level) in names.iter_mut().zip(&levels) {
        let class = dataset
            .classes
            .get(*level as usize)
            .filter(|_| *level >= 0.0 && level.fract() == 0.0);
        class.unwrap_or(&name.clone()).clone_into(name);
    }
    let mut figure = plane("decision boundary", &points);

    let ((left, right), (bottom, top)) = (figure.x.range, figure.y.range);
    let mut grid = Vec::with_capacity(2 * COLUMNS * ROWS);
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let x = left + (right - left) * (column as f64 + 0.5) / COLUMNS as f64;
            let y = top - (top - bottom) * (row as f64 + 0.5) / ROWS as f64;
            grid.extend([x as Float, y as Float]);
        }
    }
    let grid = Tensor::from_vec(grid, &[COLUMNS * ROWS, 2]);
    // The points themselves go with the grid, for the share that is classified rightly.
    let scores = no_grad(|| classify(&grid));
    let on_points = no_grad(|| classify(&dataset.x));
    let field = certainties("decision_boundary", &scores, COLUMNS * ROWS, &levels);
    let decided = certainties("decision_boundary", &on_points, points.len(), &levels);

    // So few shades that the palette of a PNG holds them all: the file is a third of the size, and
    // nobody sees a step.
    let shades = (250 / levels.len().max(2)).min(60) as f64;
    let shade = |(class, certainty): &(usize, f64)| {
        blend(WHITE, colour(*class), (certainty * shades).round() / shades)
    };
    let pixels: Vec<Rgb> = field.iter().map(shade).collect();
    let png = raster::png(COLUMNS, &pixels);
    figure.layers.push(Layer::Image {
        area: [left, bottom, right, top],
        png,
        smooth: true,
    });
    marks(&mut figure, &points, &classes, &names);
    let right = decided
        .iter()
        .zip(&classes)
        .filter(|((decided, _), class)| decided == *class)
        .count();
    let share = number(100.0 * right as f64 / points.len() as f64, 3);
    let count = points.len();
    let said = say(
        format!("{right} of {count} points on their side ({share} %)"),
        format!("{count} 个点中有 {right} 个在正确的一侧（{share} %）"),
    );
    figure.summary.insert(0, said);
    figure
}

/// For each row of scores the number of the class and how strongly its colour shows, 0.05 to 0.6.
#[track_caller]
fn certainties(operation: &str, scores: &Tensor, rows: usize, levels: &[f64]) -> Vec<(usize, f64)> {
    let shape = scores.shape();
    if shape.first() != Some(&rows) || shape.len() > 2 || shape.get(1) == Some(&0) {
        let problem =
            format!("{operation}: scores of shape {shape:?} for points of shape [{rows}, 2]");
        fail(
            &problem,
            &[],
            "return one row of scores for each point: [n, classes], [n, 1] or [n]",
        );
    }
    let values = scores.numbers();
    let columns = shape.get(1).copied().unwrap_or(1);
    if columns == 1 {
        let (low, high) = extent(levels.iter().copied())
            .filter(|(low, high)| low < high)
            .unwrap_or((0.0, 1.0));
        let middle = (low + high) / 2.0;
        // A class besides the outer two has no place on one line of scores.
        let last = levels.len().max(2) - 1;
        let side = |score: f64| if score > middle { last } else { 0 };
        return values
            .iter()
            .map(|score| {
                (
                    side(*score),
                    shade(2.0 * (score - middle).abs() / (high - low)),
                )
            })
            .collect();
    }
    certainties_of_classes(&values, columns, levels)
}

/// As [`certainties`], for one column of scores for each class.
fn certainties_of_classes(values: &[f64], columns: usize, levels: &[f64]) -> Vec<(usize, f64)> {
    let is_probability = values.chunks(columns).all(|row| {
        row.iter().all(|value| (-1e-3..=1.001).contains(value))
            && (row.iter().sum::<f64>() - 1.0).abs() < 1e-2
    });
    let chance = 1.0 / columns as f64;
    let decide = |row: &[f64]| {
        let (class, best) = row
            .iter()
            .copied()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .unwrap_or((0, f64::NAN));
        let share = if is_probability {
            best
        } else {
            1.0 / row.iter().map(|value| (value - best).exp()).sum::<f64>()
        };
        // Column i of the scores is label i.
        let class = levels
            .iter()
            .position(|level| *level == class as f64)
            .unwrap_or(class);
        (class, shade((share - chance) / (1.0 - chance)))
    };
    values.chunks(columns).map(decide).collect()
}

/// How strongly a colour shows.
fn shade(certainty: f64) -> f64 {
    if certainty.is_nan() {
        0.0
    } else {
        0.05 + 0.55 * certainty.clamp(0.0, 1.0)
    }
}

/// The points, the different labels in ascending order, and for each point which of these it has.
#[track_caller]
fn classified(
    operation: &str,
    x: &Tensor,
    labels: &Tensor,
) -> (Vec<(f64, f64)>, Vec<f64>, Vec<usize>) {
    let count = x.shape().first().copied().unwrap_or(0);
    let operands = [("x", x), ("labels", labels)];
    if x.rank() != 2 || x.shape()[1] != 2 || count == 0 {
        let problem = format!(
            "{operation}: points have the shape [n, 2], x has {:?}",
            x.shape()
        );
        let hint = match (operation, x.rank()) {
            ("scatter", 1) => {
                "two lists are the coordinates of points, and have one length; points with classes \
                 are one row each, columns x and y"
            }
            _ => "one row for each point, columns x and y",
        };
        fail(&problem, &operands, hint);
    }
    if labels.len() != count || labels.shape().first() != Some(&count) {
        let problem = format!(
            "{operation}: labels of shape {:?} for points of shape {:?}",
            labels.shape(),
            x.shape()
        );
        fail(
            &problem,
            &operands,
            "one label for each point: shape [n] or [n, 1]",
        );
    }
    let labels = labels.numbers();
    let mut levels = labels.clone();
    levels.sort_by(f64::total_cmp);
    levels.dedup();
    if levels.len() > 24 {
        let problem = format!("{operation}: {} different labels", levels.len());
        fail(
            &problem,
            &[],
            "labels are the numbers of classes, and more than 24 cannot be told apart",
        );
    }
    let classes = labels
        .iter()
        .map(|label| levels.iter().position(|level| level == label).unwrap_or(0))
        .collect();
    (x.points(), levels, classes)
}

/// An empty plane that holds the points with a margin.
#[track_caller]
fn plane(kind: &'static str, points: &[(f64, f64)]) -> Figure {
    let (x, y) = (
        extent(points.iter().map(|point| point.0)),
        extent(points.iter().map(|point| point.1)),
    );
    let (Some(x), Some(y)) = (x, y) else {
        fail(
            &format!("{kind}: none of the {} points is finite", points.len()),
            &[],
            "are there NaN in the data?",
        );
    };
    let mut figure = Figure::new(
        kind,
        Axis::numbers(padded(x, 0.08)),
        Axis::numbers(padded(y, 0.08)),
    );
    figure.size = (560.0, 400.0);
    figure
}

fn marks(figure: &mut Figure, points: &[(f64, f64)], classes: &[usize], names: &[String]) {
    let on_field = figure
        .layers
        .iter()
        .any(|layer| matches!(layer, Layer::Image { .. }));
    let size = if points.len() > 400 { 2.6 } else { 3.8 };
    for (class, name) in names.iter().enumerate() {
        let members = points
            .iter()
            .zip(classes)
            .filter(|(_, of)| **of == class)
            .map(|(point, _)| *point);
        let members: Vec<_> = members.collect();
        let count = members.len();
        figure.summary.push(say(
            format!("class {name}: {count} points"),
            format!("类别 {name}：{count} 个点"),
        ));
        let mark = class_mark(class, size);
        if on_field {
            // A white edge sets the points off against their own colour.
            figure.layers.push(Layer::Marks(
                members.clone(),
                super::figure::Mark {
                    colour: palette::WHITE,
                    size: size + 1.2,
                    ..mark
                },
            ));
        }
        figure.layers.push(Layer::Marks(members, mark));
        figure
            .legend
            .push((name.clone(), Key::Mark(class_mark(class, 4.5))));
    }
}
