//! How good a classifier is at every threshold, and how a loss falls with the size of a network.

use super::curves::{over_axes, same_length};
use super::figure::{Axis, Figure, Key, Layer, Mark, Stroke, curve_stroke};
use super::palette;
use super::values::{Values, number};
use crate::display::say;
use crate::nn::roc_auc;
use crate::tensor::{Tensor, fail::fail};

/// The curve of scores that know nothing.
const GUESSING: Stroke = Stroke {
    colour: palette::PALE_INK,
    width: 1.0,
    dash: 1,
    opacity: 1.0,
};

/// How many of a class are found (true positive rate) against how many others are taken for it
/// (false positive rate), at every threshold: the receiver operating characteristic, with the area
/// under it (AUC, 1 is perfect, 0.5 is guessing).
///
/// `scores`: `[n]` or `[n, 1]` for labels 0 and 1, or `[n, classes]`: then a curve for each class
/// against all others.
///
/// Panics if the shapes do not fit, or if there are not two classes.
///
/// ```
/// # use chainrule::prelude::*;
/// plot::roc(&tensor([0.9, 0.8, 0.6, 0.4, 0.1]), &tensor([1, 1, 0, 1, 0]))
/// # ;
/// ```
#[track_caller]
pub fn roc(scores: &Tensor, labels: &Tensor) -> Figure {
    let columns = columns(scores, labels);
    let n = labels.len();
    let (values, classes) = (scores.to_vec(), labels.to_vec());
    let mut figure = Figure::new("ROC", Axis::numbers((0.0, 1.0)), Axis::numbers((0.0, 1.0)));
    figure.size = (440.0, 400.0);
    figure
        .layers
        .push(Layer::Line(vec![(0.0, 0.0), (1.0, 1.0)], GUESSING));
    // With one column that of class 1.
    for column in 0..columns {
        let class = if columns == 1 {
            1.0
        } else {
            column as crate::Float
        };
        let own: Vec<crate::Float> = values
            .iter()
            .skip(column)
            .step_by(columns)
            .copied()
            .collect();
        let is_class: Vec<bool> = classes.iter().map(|label| *label == class).collect();
        let ones = is_class.iter().filter(|is| **is).count();
        if ones == 0 || ones == n {
            // A class that is not there has no curve.
            if columns > 1 {
                continue;
            }
            fail(
                "roc: all labels are of one class",
                &[("labels", labels)],
                "there must be labels 0 and labels 1",
            );
        }
        let points = steps(&own, &is_class);
        let bits = is_class
            .iter()
            .map(|is| crate::Float::from(u8::from(*is)))
            .collect();
        let auc = roc_auc(&Tensor::from_vec(own, &[n])).against(&Tensor::from_vec(bits, &[n]));
        let stroke = curve_stroke(column);
        let area = format!("AUC {}", number(auc as f64, 3));
        let name = match columns {
            1 => area,
            _ => say(
                format!("class {column}: {area}"),
                format!("类别 {column}：{area}"),
            ),
        };
        figure.summary.push(name.clone());
        figure.legend.push((name, Key::Line(stroke)));
        figure.layers.push(Layer::Line(points, stroke));
    }
    figure
        .legend
        .push((say("guessing", "瞎猜").to_owned(), Key::Line(GUESSING)));
    figure
        .x_label(say("false positive rate", "假正率"))
        .y_label(say("true positive rate", "真正率"))
}

/// How many columns the scores have, one for each class or one for two.
#[track_caller]
fn columns(scores: &Tensor, labels: &Tensor) -> usize {
    let n = labels.len();
    let columns = scores.len().checked_div(n).unwrap_or(0);
    if n == 0 || columns * n != scores.len() || scores.shape().first() != Some(&n) {
        let problem = format!(
            "roc: scores of shape {:?} for labels of shape {:?}",
            scores.shape(),
            labels.shape()
        );
        fail(
            &problem,
            &[("scores", scores), ("labels", labels)],
            "labels [n], scores [n] or [n, classes]",
        );
    }
    if let Some(other) = labels
        .to_vec()
        .into_iter()
        .find(|label| label.fract() != 0.0 || *label < 0.0)
    {
        let problem = format!("roc: a label is {other}, but labels are the numbers of classes");
        fail(
            &problem,
            &[("scores", scores), ("labels", labels)],
            "scores first, then labels: plot::roc(&scores, &labels)",
        );
    }
    columns
}

/// The shares of the others and of the class that are taken for it, as the threshold falls.
fn steps(scores: &[crate::Float], is_class: &[bool]) -> Vec<(f64, f64)> {
    let n = scores.len();
    let ones = is_class.iter().filter(|is| **is).count();
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&a, &b| scores[b].total_cmp(&scores[a]));
    let (mut found, mut wrong, mut points) = (0, 0, vec![(0.0, 0.0)]);
    for tied in order.chunk_by(|&a, &b| scores[a] == scores[b]) {
        found += tied.iter().filter(|&&i| is_class[i]).count();
        wrong += tied.iter().filter(|&&i| !is_class[i]).count();
        points.push((wrong as f64 / (n - ones) as f64, found as f64 / ones as f64));
    }
    points
}

/// Points on two logarithmic axes with the power law that fits them best, y = a · xᵇ, a straight
/// line there: how a loss falls with the number of parameters, of examples, or of computations
/// (Kaplan et al. 2020).
///
/// Panics if fewer than two points are positive and finite, or if `xs` and `ys` differ in length.
///
/// ```
/// # use chainrule::prelude::*;
/// let curve = plot::scaling(&[1e3, 1e4, 1e5, 1e6], &[2.9, 2.2, 1.7, 1.3]);
/// curve.x_label("parameters").y_label("loss")
/// # ;
/// ```
#[track_caller]
pub fn scaling(xs: &(impl Values + ?Sized), ys: &(impl Values + ?Sized)) -> Figure {
    scaling_of(xs.numbers(), ys.numbers())
}

#[track_caller]
fn scaling_of(xs: Vec<f64>, ys: Vec<f64>) -> Figure {
    same_length("scaling", "xs", xs.len(), "ys", ys.len());
    let has_logarithm =
        |(x, y): &(f64, f64)| *x > 0.0 && *y > 0.0 && x.is_finite() && y.is_finite();
    let points: Vec<(f64, f64)> = xs.into_iter().zip(ys).filter(has_logarithm).collect();
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let n = logs.len() as f64;
    let (mean_x, mean_y) = (
        logs.iter().map(|p| p.0).sum::<f64>() / n,
        logs.iter().map(|p| p.1).sum::<f64>() / n,
    );
    let spread: f64 = logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum();
    if logs.len() < 2 || spread < 1e-12 {
        let problem = format!(
            "scaling: {} points with positive x and y, and a line needs two different x",
            logs.len()
        );
        fail(
            &problem,
            &[],
            "zero and negative numbers have no place on a logarithmic axis",
        );
    }
    // The straight line with the least squares.
    let slope = logs
        .iter()
        .map(|(x, y)| (x - mean_x) * (y - mean_y))
        .sum::<f64>()
        / spread;
    let factor = (mean_y - slope * mean_x).exp();
    let law = format!("{} · x^{}", number(factor, 3), number(slope, 3));
    let low = points.iter().map(|p| p.0).fold(f64::INFINITY, f64::min);
    let high = points.iter().map(|p| p.0).fold(0.0, f64::max);
    let line = [low, high].map(|x| (x, factor * x.powf(slope)));
    let mut figure = over_axes("scaling", vec![(law.clone(), line.to_vec())]);
    let count = points.len();
    figure.summary = vec![say(
        format!("{count} points, y = {law}"),
        format!("{count} 个点，y = {law}"),
    )];
    let mark = Mark::dot(palette::colour(1), 4.5);
    figure.layers.push(Layer::Marks(points, mark));
    figure
        .legend
        .push((say("measured", "测得").to_owned(), Key::Mark(mark)));
    figure.log_x().log_y()
}
