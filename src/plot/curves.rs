//! Curves, functions of one variable, bars.

use super::figure::{Axis, Figure, Key, Layer, Stroke, Ticks, curve_stroke};
use super::palette;
use super::text::{columns, visible};
use super::values::{List, Values, extent, number, padded};
use crate::Float;
use crate::display::say;
use crate::tensor::fail::fail;

/// One curve through the points `(xs[i], ys[i])`. A value that is not finite makes a gap.
///
/// Panics if there is no point, if `xs` and `ys` differ in length, or if nothing in them is finite.
///
/// ```
/// # use chainrule::prelude::*;
/// let steps = Tensor::arange(0.0, 100.0, 1.0);
/// let losses: Vec<Float> = (0..100).map(|step| (-0.05 * step as Float).exp()).collect();
/// plot::curve(&steps, &losses).title("loss").x_label("step").log_y()
/// # ;
/// ```
#[track_caller]
pub fn curve(xs: &(impl Values + ?Sized), ys: &(impl Values + ?Sized)) -> Figure {
    curve_of(xs.numbers(), ys.numbers())
}

#[track_caller]
fn curve_of(xs: Vec<f64>, ys: Vec<f64>) -> Figure {
    same_length("curve", "xs", xs.len(), "ys", ys.len());
    let mut figure = over_axes(
        "curve",
        vec![(String::new(), xs.into_iter().zip(ys).collect())],
    );
    figure.legend.clear();
    figure
}

/// Several curves with names, one value for each epoch or step: the first is number 1. A value that
/// is not finite makes a gap.
///
/// Panics if there is no curve, or if one of them has no finite value.
///
/// ```
/// # use chainrule::prelude::*;
/// let (train, validation) = ([0.9, 0.5, 0.3], [0.9, 0.6, 0.5]);
/// plot::curves(&[("train", &train), ("validation", &validation)]).x_label("epoch").y_label("loss")
/// # ;
/// ```
#[track_caller]
pub fn curves<N: AsRef<str>, V: Values>(series: &[(N, V)]) -> Figure {
    numbered_curves(List(series.len(), &|i| {
        (series[i].0.as_ref(), series[i].1.numbers())
    }))
}

#[track_caller]
fn numbered_curves(series: List<(&str, Vec<f64>)>) -> Figure {
    let numbered = |values: Vec<f64>| {
        values
            .into_iter()
            .enumerate()
            .map(|(i, y)| (i as f64 + 1.0, y))
            .collect()
    };
    let mut figure = over_axes(
        "curves",
        series
            .named()
            .into_iter()
            .map(|(name, values)| (name, numbered(values)))
            .collect(),
    );
    figure.x.ticks = Ticks::Whole;
    figure
}

/// Several curves with names over the same `xs`. A value that is not finite makes a gap.
///
/// All curves are of one type: all tensors, or all vectors, or all slices.
///
/// Panics if there is no curve, if one of them differs from `xs` in length, or has no finite value.
///
/// ```
/// # use chainrule::prelude::*;
/// let x = Tensor::linspace(-6.0, 6.0, 121);
/// plot::lines(&x, &[("w = 1", x.sigmoid()), ("w = 5", (&x * 5.0).sigmoid())]).x_label("x");
/// // A whole family:
/// plot::lines(&x, &[0.5, 1.0, 2.0, 5.0].map(|w| (format!("w = {w}"), (&x * w).sigmoid())))
/// # ;
/// ```
#[track_caller]
pub fn lines<N: AsRef<str>, V: Values>(xs: &(impl Values + ?Sized), series: &[(N, V)]) -> Figure {
    lines_over(
        xs.numbers(),
        List(series.len(), &|i| {
            (series[i].0.as_ref(), series[i].1.numbers())
        }),
    )
}

#[track_caller]
fn lines_over(xs: Vec<f64>, series: List<(&str, Vec<f64>)>) -> Figure {
    let mut over_xs = Vec::new();
    for (name, ys) in series.named() {
        same_length(
            "lines",
            "xs",
            xs.len(),
            &format!("ys of \"{name}\""),
            ys.len(),
        );
        over_xs.push((name, xs.iter().copied().zip(ys).collect()));
    }
    over_axes("lines", over_xs)
}

/// A function of one variable.
///
/// Panics if the range is empty or if the function is nowhere finite on it.
///
/// ```
/// # use chainrule::prelude::*;
/// plot::function(|x| x.tanh(), -3.0..3.0).title("tanh")
/// # ;
/// ```
#[track_caller]
pub fn function(f: impl Fn(Float) -> Float, range: std::ops::Range<Float>) -> Figure {
    function_of(&f, range)
}

#[track_caller]
fn function_of(f: &dyn Fn(Float) -> Float, range: std::ops::Range<Float>) -> Figure {
    let mut figure = functions_of("function", &[("", f)], range);
    figure.legend.clear();
    figure
}

/// Several functions of one variable, with names. Where a function is not finite it has a gap.
///
/// Panics if there is no function, if the range is empty, or if one of them is nowhere finite on
/// it.
///
/// ```
/// # use chainrule::prelude::*;
/// plot::functions(&[("tanh", &|x| x.tanh()), ("ReLU", &|x| x.max(0.0))], -3.0..3.0).x_label("x")
/// # ;
/// ```
#[track_caller]
pub fn functions(
    series: &[(&str, &dyn Fn(Float) -> Float)],
    range: std::ops::Range<Float>,
) -> Figure {
    functions_of("functions", series, range)
}

#[track_caller]
fn functions_of(
    operation: &'static str,
    series: &[(&str, &dyn Fn(Float) -> Float)],
    range: std::ops::Range<Float>,
) -> Figure {
    // Also if one of them is not a number.
    if range.is_empty() {
        fail(
            &format!("{operation}: the range {range:?} is empty"),
            &[],
            "write the smaller number first: -3.0..3.0",
        );
    }
    const STEPS: usize = 400;
    let x = |step: usize| range.start + (range.end - range.start) * step as Float / STEPS as Float;
    let points = |f: &dyn Fn(Float) -> Float| {
        (0..=STEPS)
            .map(|step| (x(step) as f64, f(x(step)) as f64))
            .collect()
    };
    let mut figure = over_axes(
        operation,
        series
            .iter()
            .map(|(name, f)| ((*name).to_owned(), points(f)))
            .collect(),
    );
    let (start, end) = (number(range.start as f64, 4), number(range.end as f64, 4));
    let describe = |(layer, (name, _)): (&Layer, &(&str, _))| {
        let (low, high) = extent(finite_ys(layer)).unwrap_or((f64::NAN, f64::NAN));
        let (named, low, high) = (before(name), number(low, 4), number(high, 4));
        say(
            format!("{named}values from {low} to {high} on {start} to {end}"),
            format!("{named}在 {start} 到 {end} 上，数值从 {low} 到 {high}"),
        )
    };
    figure.summary = figure.layers.iter().zip(series).map(describe).collect();
    figure
}

fn finite_ys(layer: &Layer) -> Vec<f64> {
    match layer {
        Layer::Line(points, _) => points
            .iter()
            .map(|point| point.1)
            .filter(|y| y.is_finite())
            .collect(),
        _ => Vec::new(),
    }
}

/// Curves over axes that show all of them.
#[track_caller]
pub(super) fn over_axes(operation: &'static str, series: Vec<(String, Vec<(f64, f64)>)>) -> Figure {
    if series.is_empty() {
        fail(
            &format!("{operation}: there is nothing to draw"),
            &[],
            "give at least one curve",
        );
    }
    for (name, points) in &series {
        if !points
            .iter()
            .any(|point| point.0.is_finite() && point.1.is_finite())
        {
            let which = if name.is_empty() {
                String::new()
            } else {
                format!(" of \"{name}\"")
            };
            let problem = format!(
                "{operation}: none of the {} points{which} is a finite number",
                points.len()
            );
            fail(
                &problem,
                &[],
                "an empty list, or a loss that became NaN at once: is the learning rate too large?",
            );
        }
    }
    let all = || {
        series
            .iter()
            .flat_map(|(_, points)| points.iter().filter(|p| p.0.is_finite() && p.1.is_finite()))
    };
    let x = extent(all().map(|point| point.0)).unwrap_or((0.0, 1.0));
    let y = extent(all().map(|point| point.1)).unwrap_or((0.0, 1.0));
    let x = if x.0 < x.1 { x } else { padded(x, 0.0) };
    let mut figure = Figure::new(operation, Axis::numbers(x), Axis::numbers(padded(y, 0.06)));
    for (i, (name, points)) in series.into_iter().enumerate() {
        let stroke = curve_stroke(i);
        figure.summary.push(describe(&name, &points));
        figure.legend.push((name, Key::Line(stroke)));
        figure.layers.push(Layer::Line(thinned(points), stroke));
    }
    figure
}

/// `train: 100 points, from 2.31 to 0.08`, and what else there is to know.
fn describe(name: &str, points: &[(f64, f64)]) -> String {
    let finite: Vec<f64> = points
        .iter()
        .map(|point| point.1)
        .filter(|y| y.is_finite())
        .collect();
    let (Some(first), Some(last)) = (finite.first(), finite.last()) else {
        return String::new();
    };
    let (named, count) = (before(name), points.len());
    let (from, to) = (number(*first, 3), number(*last, 3));
    let mut text = say(
        format!("{named}{count} points, from {from} to {to}"),
        format!("{named}{count} 个点，从 {from} 到 {to}"),
    );
    if let Some((low, high)) = extent(finite.iter().copied()) {
        if low < first.min(*last) {
            text += &format!("{} {}", say(", lowest", "，最低"), number(low, 3));
        }
        if high > first.max(*last) {
            text += &format!("{} {}", say(", highest", "，最高"), number(high, 3));
        }
    }
    if finite.len() < count {
        let broken = count - finite.len();
        text += &say(
            format!(", {broken} not finite"),
            format!("，{broken} 个不是有限的数"),
        );
    }
    text
}

/// What stands before what is said of a curve of this name.
fn before(name: &str) -> String {
    match name {
        "" => String::new(),
        _ => format!("{name}{}", say(": ", "：")),
    }
}

/// At most a thousand points: of each part of a longer curve the lowest and the highest, so that
/// peaks stay.
fn thinned(points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    const MOST: usize = 1000;
    if points.len() <= MOST {
        return points;
    }
    let part = points.len().div_ceil(MOST / 2);
    let mut kept = Vec::with_capacity(MOST);
    for part in points.chunks(part) {
        let by_y = |a: &&(f64, f64), b: &&(f64, f64)| a.1.total_cmp(&b.1);
        match part.iter().position(|point| !point.1.is_finite()) {
            Some(gap) => kept.extend([part[0], part[gap]]),
            None => {
                let (Some(low), Some(high)) = (part.iter().min_by(by_y), part.iter().max_by(by_y))
                else {
                    continue;
                };
                kept.extend(if low.0 <= high.0 {
                    [*low, *high]
                } else {
                    [*high, *low]
                });
            }
        }
    }
    kept
}

/// Horizontal bars with names.
///
/// Panics if there is no bar or if `names` and `values` differ in length.
///
/// ```
/// # use chainrule::prelude::*;
/// plot::bars(&["SGD", "Momentum", "Adam"], &[0.31, 0.12, 0.08]).x_label("loss after 100 steps")
/// # ;
/// ```
#[track_caller]
pub fn bars(names: &[impl AsRef<str>], values: &(impl Values + ?Sized)) -> Figure {
    named_bars(List(names.len(), &|i| names[i].as_ref()), values.numbers())
}

#[track_caller]
fn named_bars(names: List<&str>, values: Vec<f64>) -> Figure {
    // A name of nothing but spaces would not be seen.
    let seen = |name: String| match name.trim().is_empty() {
        true => visible(&name),
        false => name,
    };
    bars_of(names.names().into_iter().map(seen).collect(), values)
}

#[track_caller]
pub(super) fn bars_of(names: Vec<String>, values: Vec<f64>) -> Figure {
    same_length("bars", "names", names.len(), "values", values.len());
    let Some((low, high)) = extent(values.iter().copied()) else {
        fail(
            &format!(
                "bars: none of the {} values is a finite number",
                values.len()
            ),
            &[],
            "give at least one value",
        );
    };
    let (low, high) = (low.min(0.0), high.max(0.0));
    let (low, high) = if low < high { (low, high) } else { (0.0, 1.0) };
    // Room for the numbers at the ends of the bars.
    let texts: Vec<String> = values.iter().map(|value| number(*value, 4)).collect();
    let longest = texts.iter().map(|text| columns(text)).max().unwrap_or(0);
    let margin = (high - low) * (0.022 * longest as f64).max(0.14);
    let range = (
        if low < 0.0 { low - margin } else { low },
        if high > 0.0 { high + margin } else { high },
    );
    let count = names.len();
    let summary = names
        .iter()
        .zip(&texts)
        .map(|(name, text)| format!("{}{text}", before(name)));
    let summary = summary.collect();
    let mut figure = Figure::new("bars", Axis::numbers(range), Axis::names(names));
    figure.summary = summary;
    figure.size.1 = (60.0 + 30.0 * count as f64).min(900.0);
    for (i, value) in values
        .into_iter()
        .enumerate()
        .filter(|(_, value)| value.is_finite())
    {
        let middle = count as f64 - i as f64 - 0.5;
        let area = [value.min(0.0), middle - 0.34, value.max(0.0), middle + 0.34];
        figure.layers.push(Layer::Box(area, palette::colour(0)));
        let end = Layer::End((value, middle), texts[i].clone(), value < 0.0);
        figure.layers.push(end);
    }
    let zero = Stroke::solid(palette::PALE_INK, 1.0);
    figure
        .layers
        .push(Layer::Line(vec![(0.0, 0.0), (0.0, count as f64)], zero));
    figure
}

/// How the values are distributed: the number of them in each of 30 equal intervals. Values that
/// are not finite are left out.
///
/// Panics if there is no finite value.
///
/// ```
/// # use chainrule::prelude::*;
/// plot::histogram(&Tensor::randn(&[1000])).title("normal deviates")
/// # ;
/// ```
#[track_caller]
pub fn histogram(values: &(impl Values + ?Sized)) -> Figure {
    histogram_of(values.numbers())
}

#[track_caller]
pub(super) fn histogram_of(values: Vec<f64>) -> Figure {
    const INTERVALS: usize = 30;
    let Some(range) = extent(values.iter().copied()) else {
        fail(
            &format!(
                "histogram: none of the {} values is a finite number",
                values.len()
            ),
            &[],
            "give some values",
        );
    };
    let (low, high) = padded(range, 0.0);
    let mut counts = [0usize; INTERVALS];
    let finite: Vec<f64> = values
        .iter()
        .copied()
        .filter(|value| value.is_finite())
        .collect();
    for value in &finite {
        counts[(((value - low) / (high - low) * INTERVALS as f64) as usize).min(INTERVALS - 1)] +=
            1;
    }
    let most = counts.iter().copied().max().unwrap_or(1) as f64;
    let mut figure = Figure::new(
        "histogram",
        Axis::numbers((low, high)),
        Axis::numbers((0.0, most * 1.06)),
    );
    let count = finite.len();
    let (mean, deviation) = mean_and_deviation(&finite);
    let (mean, deviation) = (number(mean, 4), number(deviation, 4));
    let (least, greatest) = (number(range.0, 4), number(range.1, 4));
    figure.summary = vec![say(
        format!(
            "{count} values from {least} to {greatest}, mean {mean}, standard deviation {deviation}"
        ),
        format!("{count} 个数值，从 {least} 到 {greatest}，平均值 {mean}，标准差 {deviation}"),
    )];
    let width = (high - low) / INTERVALS as f64;
    for (i, count) in counts
        .into_iter()
        .enumerate()
        .filter(|(_, count)| *count > 0)
    {
        let left = low + width * i as f64;
        let area = [left + width * 0.04, 0.0, left + width * 0.96, count as f64];
        figure.layers.push(Layer::Box(area, palette::colour(0)));
    }
    (figure.y.label, figure.y.ticks) = (say("count", "个数").to_owned(), Ticks::Whole);
    figure
}

/// The mean, and the standard deviation of all that there is (not of a sample).
pub(super) fn mean_and_deviation(values: &[f64]) -> (f64, f64) {
    let count = values.len() as f64;
    let mean = values.iter().sum::<f64>() / count;
    let squares = values.iter().map(|value| (value - mean).powi(2));
    (mean, (squares.sum::<f64>() / count).sqrt())
}

#[track_caller]
pub(super) fn same_length(operation: &str, first: &str, a: usize, second: &str, b: usize) {
    if a != b {
        let problem = format!("{operation}: {a} {first} and {b} {second}");
        fail(
            &problem,
            &[],
            &format!("one of the {second} belongs to each of the {first}"),
        );
    }
}
