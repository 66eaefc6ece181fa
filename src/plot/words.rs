//! Text: what looks at what, which token comes next, which words lie near each other.

use super::curves::{bars_of, same_length};
use super::figure::{Axis, Figure, Layer, Mark};
use super::matrices::cells;
use super::palette;
use super::text::visible;
use super::values::{List, Values, extent, number, padded};
use crate::display::say;
use crate::tensor::{Tensor, fail::fail};

/// How much each step of a sequence (row) takes from each other (column): `[length, length]`, or
/// `[heads, length, length]` for several side by side, as `MultiHeadAttention::weights` returns for
/// one sequence, with a name for each step.
///
/// Panics if the shapes do not fit.
///
/// ```
/// # use chainrule::prelude::*;
/// let layer = MultiHeadAttention::new(8, 2).causal();
/// let weights = layer.weights(&Tensor::randn(&[1, 4, 8]));
/// plot::attention(&weights.squeeze(0), &["the", "cat", "sat", "down"])
/// # ;
/// ```
#[track_caller]
pub fn attention(weights: &Tensor, tokens: &[impl AsRef<str>]) -> Figure {
    attention_of(weights, List(tokens.len(), &|i| tokens[i].as_ref()))
}

#[track_caller]
fn attention_of(weights: &Tensor, tokens: List<&str>) -> Figure {
    let tokens = all_visible(&tokens);
    let n = tokens.len();
    let heads = match *weights.shape() {
        [rows, columns] if rows == n && columns == n && n > 0 => 1,
        [heads, rows, columns] if rows == n && columns == n && heads * n > 0 => heads,
        _ => fail(
            &format!(
                "attention: weights of shape {:?} for {n} tokens",
                weights.shape()
            ),
            &[("weights", weights)],
            "[length, length] or [heads, length, length]: of a batch take one, weights.slice(0, \
            0..1).squeeze(0)",
        ),
    };
    let values = weights.numbers();
    // The darkest is the most that any step takes from another: of many steps each takes little
    // from each.
    let most_of_all = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let head = |head: usize| {
        let own = &values[head * n * n..(head + 1) * n * n];
        head_of_attention(own, &tokens, most_of_all)
    };
    if heads == 1 {
        return head(0);
    }
    let part = |i: usize| {
        let mut figure = head(i).title(&say(
            format!("head {}", i + 1),
            format!("第 {} 个头", i + 1),
        ));
        figure.size = (318.0, 318.0);
        // A small picture has no room for numbers.
        figure
            .layers
            .retain(|layer| n <= 5 || !matches!(layer, Layer::Text { .. }));
        figure
    };
    Figure::of_parts("attention", (0..heads).map(part).collect(), 2)
}

/// What one head of an attention looks at.
fn head_of_attention(own: &[f64], tokens: &[String], most_of_all: f64) -> Figure {
    let n = tokens.len();
    let text = |i: usize| {
        if n > 8 {
            String::new()
        } else {
            number((own[i] * 100.0).round() / 100.0, 2)
        }
    };
    let colour = |value: f64| palette::sequential(0.9 * value / most_of_all);
    let (rows, columns) = (tokens.to_vec(), tokens.to_vec());
    let mut figure = cells("attention", own, rows, columns, &colour, &text);
    figure.x.label = say("looks at", "看向").to_owned();
    let said = (0..n.min(12)).map(|i| {
        let row = &own[i * n..(i + 1) * n];
        let to = (0..n).max_by(|&a, &b| row[a].total_cmp(&row[b]));
        let to = to.unwrap_or(0);
        format!("{} → {} ({})", tokens[i], tokens[to], number(row[to], 2))
    });
    figure.summary = vec![said.collect::<Vec<_>>().join(", ")];
    figure
}

fn all_visible(tokens: &List<&str>) -> Vec<String> {
    let names = tokens.names().into_iter();
    names.map(|token| visible(&token)).collect()
}

/// What may come next: the names with the highest probabilities, at most 12, as bars.
/// `probabilities`: one for each name.
///
/// Panics if there are not as many names as probabilities.
///
/// ```
/// # use chainrule::prelude::*;
/// let scores = tensor([2.0, 0.5, -1.0]);
/// plot::probabilities(&["cat", "dog", "tree"], &scores.softmax(-1))
/// # ;
/// ```
#[track_caller]
pub fn probabilities(names: &[impl AsRef<str>], probabilities: &(impl Values + ?Sized)) -> Figure {
    probabilities_of(
        List(names.len(), &|i| names[i].as_ref()),
        probabilities.numbers(),
    )
}

#[track_caller]
fn probabilities_of(names: List<&str>, values: Vec<f64>) -> Figure {
    let names = all_visible(&names);
    same_length(
        "probabilities",
        "names",
        names.len(),
        "probabilities",
        values.len(),
    );
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
    order.truncate(12);
    let names = order.iter().map(|&i| names[i].clone()).collect();
    let figure = bars_of(names, order.iter().map(|&i| values[i]).collect());
    figure
        .x_label(say("probability", "概率"))
        .of_kind("probabilities")
}

/// Vectors as points in the plane, each with its name: `[n, features]`, seen along the two
/// directions in which they differ most (principal components, Pearson 1901). Near each other is
/// similar.
///
/// Panics if there is not one name for each vector.
///
/// ```
/// # use chainrule::prelude::*;
/// let layer = Embedding::new(5, 16);
/// plot::embedding(&layer.parameters()[0], &["a", "e", "i", "o", "u"])
/// # ;
/// ```
#[track_caller]
pub fn embedding(vectors: &Tensor, names: &[impl AsRef<str>]) -> Figure {
    embedding_of(vectors, List(names.len(), &|i| names[i].as_ref()))
}

#[track_caller]
fn embedding_of(vectors: &Tensor, names: List<&str>) -> Figure {
    let names = all_visible(&names);
    let &[n, features] = vectors.shape() else {
        let problem = format!(
            "embedding: vectors have the shape [n, features], not {:?}",
            vectors.shape()
        );
        fail(
            &problem,
            &[("vectors", vectors)],
            "one row for each name, such as embedding.parameters()[0]",
        )
    };
    if n != names.len() || n * features == 0 {
        let problem = format!("embedding: {n} vectors and {} names", names.len());
        fail(&problem, &[("vectors", vectors)], "one name for each row");
    }
    let (points, kept) = main_components(vectors.numbers(), features);
    let side = |values: Vec<f64>| Axis::numbers(padded(extent(values).unwrap_or((0.0, 1.0)), 0.08));
    let (x, y) = (
        points.iter().map(|p| p.0).collect(),
        points.iter().map(|p| p.1).collect(),
    );
    let mut figure = Figure::new("embedding", side(x), side(y));
    figure.size = (560.0, 420.0);
    figure.layers.push(Layer::Marks(
        points.clone(),
        Mark::dot(palette::colour(0), 3.5),
    ));
    let labels = points
        .iter()
        .zip(&names)
        .map(|(point, name)| Layer::Label(*point, name.clone()));
    figure.layers.extend(labels);
    let component = say("component", "主成分");
    let mut figure = figure
        .x_label(&format!("{component} 1"))
        .y_label(&format!("{component} 2"));
    let share = number(100.0 * kept, 3);
    figure.summary = vec![say(
        format!("{n} vectors of {features} features, {share} % of how they differ is seen"),
        format!("{n} 个向量，每个 {features} 个特征，图中看得到它们差异的 {share} %"),
    )];
    let nearest = |i: usize| {
        let distance = |j: &usize| (points[i].0 - points[*j].0).hypot(points[i].1 - points[*j].1);
        (0..n)
            .filter(|j| *j != i)
            .min_by(|a, b| distance(a).total_cmp(&distance(b)))
    };
    let near = |a: &str, b: &str| say(format!("{a} near {b}"), format!("{a} 靠近 {b}"));
    let near = (0..n.min(20)).filter_map(|i| Some(near(&names[i], &names[nearest(i)?])));
    figure.summary.push(near.collect::<Vec<_>>().join(", "));
    figure
}

/// Rows by the two directions in which they differ most, and how much of how they differ is seen
/// so.
fn main_components(mut rows: Vec<f64>, features: usize) -> (Vec<(f64, f64)>, f64) {
    let n = rows.len() / features;
    for feature in 0..features {
        let mean = rows.iter().skip(feature).step_by(features).sum::<f64>() / n as f64;
        rows.iter_mut()
            .skip(feature)
            .step_by(features)
            .for_each(|value| *value -= mean);
    }
    let all: f64 = rows.iter().map(|value| value * value).sum();
    let (mut points, mut kept) = (vec![(0.0, 0.0); n], 0.0);
    for axis in 0..2 {
        let direction = main_direction(&rows, features);
        for (row, point) in rows.chunks_mut(features).zip(&mut points) {
            let along: f64 = row.iter().zip(&direction).map(|(a, b)| a * b).sum();
            *(if axis == 0 {
                &mut point.0
            } else {
                &mut point.1
            }) = along;
            kept += along * along;
            row.iter_mut()
                .zip(&direction)
                .for_each(|(value, part)| *value -= along * part);
        }
    }
    (points, kept / all.max(f64::MIN_POSITIVE))
}

/// The direction in which rows differ most, of length 1: multiplying by the covariance again and
/// again turns any vector into it. Its largest part is positive, so that it is the same every time.
fn main_direction(rows: &[f64], features: usize) -> Vec<f64> {
    let mut direction: Vec<f64> = (0..features)
        .map(|i| 1.0 + 0.1 * (i as f64 * 1.7).sin())
        .collect();
    for _ in 0..200 {
        let mut next = vec![0.0; features];
        for row in rows.chunks(features) {
            let along: f64 = row.iter().zip(&direction).map(|(a, b)| a * b).sum();
            next.iter_mut()
                .zip(row)
                .for_each(|(sum, value)| *sum += along * value);
        }
        let length = next.iter().map(|value| value * value).sum::<f64>().sqrt();
        if length < 1e-12 {
            break;
        }
        direction = next.into_iter().map(|value| value / length).collect();
    }
    let largest = direction
        .iter()
        .copied()
        .max_by(|a, b| a.abs().total_cmp(&b.abs()))
        .unwrap_or(1.0);
    direction
        .iter()
        .map(|value| value * largest.signum())
        .collect()
}
