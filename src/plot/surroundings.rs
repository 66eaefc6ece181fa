//! The loss around the weights that a network has: in one direction, and as a map of two.

use super::figure::{Figure, Key, Layer, Mark};
use super::landscape::{COLUMNS, ROWS, map};
use super::lines;
use super::palette::{self, WHITE};
use super::values::{Values, number};
use crate::Float;
use crate::autograd::no_grad;
use crate::display::say;
use crate::tensor::{Tensor, fail::fail};
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::SeedableRng;
use rand_distr::{Distribution, StandardNormal};

/// The loss is computed on a grid of so many points a side, and smoothly between them.
const SIDE: usize = 21;

/// The loss around the weights that a network has now, seen from above: along two random
/// directions, each as long for every unit as the unit's own weights are (Li et al. 2018), from −1
/// to 1 of them. A wide bowl is a good sign. The weights are as before at the end, and the random
/// numbers of the session do not notice.
///
/// Panics if there are no parameters, or if the loss is not one number.
///
/// ```
/// # use chainrule::prelude::*;
/// # let model = Sequential::new().add(Dense::new(2, 8).tanh()).add(Dense::new(8, 2));
/// let moons = data::two_moons(100, 0.1);
/// plot::loss_landscape(&model.parameters(), || model.forward(&moons.x).cross_entropy(&moons.y))
/// # ;
/// ```
#[track_caller]
pub fn loss_landscape(parameters: &[Tensor], loss: impl Fn() -> Tensor) -> Figure {
    landscape_of(parameters, &loss)
}

#[track_caller]
fn landscape_of(parameters: &[Tensor], loss: &dyn Fn() -> Tensor) -> Figure {
    let place = Place::new("loss_landscape", parameters);
    let (right, up) = (place.direction(0), place.direction(1));
    let step = |i: usize| 2.0 * i as f64 / (SIDE - 1) as f64 - 1.0;
    let mut known = Vec::with_capacity(SIDE * SIDE);
    for row in 0..SIDE {
        for column in 0..SIDE {
            known.push(place.loss(
                "loss_landscape",
                &[(&right, step(column)), (&up, -step(row))],
                loss,
            ));
        }
    }
    let middle = known[known.len() / 2];
    let mut heights = Vec::with_capacity(COLUMNS * ROWS);
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let at = |i: usize, all: usize| i as f64 / (all - 1) as f64 * (SIDE - 1) as f64;
            heights.push(between(&known, at(column, COLUMNS), at(row, ROWS)));
        }
    }
    let mut figure = map("loss landscape", &heights, [-1.0, -1.0, 1.0, 1.0]);
    let here = number(middle, 4);
    let said = say(format!("here {here}"), format!("当前位置 {here}"));
    figure.summary.push(said);
    let middle = number(middle, 3);
    let in_legend = say(format!("here {middle}"), format!("当前位置 {middle}"));
    let here = Mark {
        colour: palette::colour(1),
        shape: 3,
        size: 5.0,
    };
    figure.legend.push((in_legend, Key::Mark(here)));
    for (colour, size) in [(WHITE, 7.0), (palette::colour(1), 5.0)] {
        figure.layers.push(Layer::Marks(
            vec![(0.0, 0.0)],
            Mark {
                colour,
                shape: 3,
                size,
            },
        ));
    }
    let (one, another) = say(
        ("one random direction", "another"),
        ("一个随机方向", "另一个方向"),
    );
    figure.x_label(one).y_label(another)
}

/// The loss along three random directions through the weights that a network has now: a section
/// through [`loss_landscape`].
///
/// Panics if there are no parameters, or if the loss is not one number.
///
/// ```
/// # use chainrule::prelude::*;
/// # let model = Sequential::new().add(Dense::new(2, 8).tanh()).add(Dense::new(8, 2));
/// let moons = data::two_moons(100, 0.1);
/// plot::loss_section(&model.parameters(), || model.forward(&moons.x).cross_entropy(&moons.y))
/// # ;
/// ```
#[track_caller]
pub fn loss_section(parameters: &[Tensor], loss: impl Fn() -> Tensor) -> Figure {
    section_of(parameters, &loss)
}

#[track_caller]
fn section_of(parameters: &[Tensor], loss: &dyn Fn() -> Tensor) -> Figure {
    const STEPS: usize = 61;
    let place = Place::new("loss_section", parameters);
    let xs: Vec<f64> = (0..STEPS)
        .map(|i| 2.0 * i as f64 / (STEPS - 1) as f64 - 1.0)
        .collect();
    let mut sections = Vec::new();
    for number in 0..3 {
        let direction = place.direction(number);
        let mut losses = Vec::new();
        for x in &xs {
            losses.push(place.loss("loss_section", &[(&direction, *x)], loss));
        }
        sections.push((
            say(
                format!("direction {}", number + 1),
                format!("方向 {}", number + 1),
            ),
            losses,
        ));
    }
    drop(place);
    let figure = lines(&xs, &sections)
        .x_label(say(
            "distance, in lengths of the weights",
            "距离（以权重的长度为单位）",
        ))
        .y_label(say("loss", "损失"));
    figure.of_kind("loss section")
}

/// Parameters that are moved about, and their values before, which come back however it ends.
struct Place<'a> {
    parameters: &'a [Tensor],
    before: Vec<Tensor>,
}

impl Place<'_> {
    #[track_caller]
    fn new<'a>(kind: &str, parameters: &'a [Tensor]) -> Place<'a> {
        if parameters.is_empty() {
            fail(
                &format!("{kind}: there are no parameters"),
                &[],
                "pass model.parameters()",
            );
        }
        Place {
            parameters,
            before: parameters.iter().map(Tensor::detach).collect(),
        }
    }

    /// A step for each parameter: random, and as long for each unit as the unit's weights. Biases
    /// stay.
    fn direction(&self, number: u64) -> Vec<Vec<f64>> {
        let mut random = ChaCha8Rng::seed_from_u64(number);
        let mut direction = Vec::new();
        for parameter in &self.before {
            let values = parameter.numbers();
            let mut step: Vec<f64> = values
                .iter()
                .map(|_| StandardNormal.sample(&mut random))
                .collect();
            let units = match *parameter.shape() {
                [_, units] => units,
                [filters, _, _] | [filters, _, _, _] => filters,
                _ => {
                    step.fill(0.0);
                    1
                }
            };
            // The unit of a dense weight is a column, that of a convolution a block.
            let of = |i: usize| {
                if parameter.rank() == 2 {
                    i % units
                } else {
                    i * units / values.len().max(1)
                }
            };
            let (mut own, mut drawn) = (vec![0.0; units], vec![0.0; units]);
            for (i, (value, step)) in values.iter().zip(&step).enumerate() {
                own[of(i)] += value * value;
                drawn[of(i)] += step * step;
            }
            step.iter_mut()
                .enumerate()
                .for_each(|(i, step)| *step *= (own[of(i)] / drawn[of(i)].max(1e-30)).sqrt());
            direction.push(step);
        }
        direction
    }

    #[track_caller]
    fn loss(&self, kind: &str, steps: &[(&Vec<Vec<f64>>, f64)], loss: &dyn Fn() -> Tensor) -> f64 {
        for (i, (parameter, before)) in self.parameters.iter().zip(&self.before).enumerate() {
            let mut values = before.to_vec();
            for (direction, length) in steps {
                for (value, step) in values.iter_mut().zip(&direction[i]) {
                    *value += (step * length) as Float;
                }
            }
            parameter.set_value(&Tensor::from_vec(values, parameter.shape()));
        }
        let loss = no_grad(loss);
        if loss.len() != 1 {
            let problem = format!(
                "{kind}: the loss must be one number, but has the shape {:?}",
                loss.shape()
            );
            fail(&problem, &[], "end it with .mean() or .sum()");
        }
        loss.item() as f64
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.parameters
            .iter()
            .zip(&self.before)
            .for_each(|(parameter, before)| parameter.set_value(before));
    }
}

/// The height at `(x, y)` of a grid, on a smooth surface through its points (Catmull and Rom 1974).
fn between(grid: &[f64], x: f64, y: f64) -> f64 {
    let spline = |a: f64, b: f64, c: f64, d: f64, t: f64| {
        b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
    };
    let (column, row) = ((x as usize).min(SIDE - 2), (y as usize).min(SIDE - 2));
    let at = |row: isize, column: isize| {
        let clamp = |i: isize| i.clamp(0, SIDE as isize - 1) as usize;
        grid[clamp(row) * SIDE + clamp(column)]
    };
    let along = |row: isize| {
        let c = column as isize;
        spline(
            at(row, c - 1),
            at(row, c),
            at(row, c + 1),
            at(row, c + 2),
            x - column as f64,
        )
    };
    let r = row as isize;
    spline(
        along(r - 1),
        along(r),
        along(r + 1),
        along(r + 2),
        y - row as f64,
    )
}
