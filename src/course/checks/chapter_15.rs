//! The exercises of chapter 15, which learner: a chart to be read, a network to be chosen, and how
//! many orders a forest needs.

use crate::Float;
use crate::course::answer::{Answer, Verdict};
use crate::model::Sequential;
use crate::nn::accuracy;
use crate::tensor::{Tensor, random};

pub(super) fn judge(id: &str, answer: &Answer) -> Verdict {
    match (id, answer, &answer.numbers()[..]) {
        ("15.A", _, lines @ &[_, _, _, _, _, _]) => (chart(lines), vec![format!("{lines:?}")]),
        ("15.B", Answer::Model(model), _) => pairs(model),
        (_, _, &[count]) if id.starts_with("15.I") => (orders(id, count), vec![count.to_string()]),
        _ => ("kind", Vec::new()),
    }
}

/// Which lines of the chart fit; each problem has its own way to be misread.
fn chart(lines: &[f64]) -> &'static str {
    let right = [1.0, 2.0, 4.0, 5.0, 3.0, 2.0];
    let names = ["learns", "deep", "other", "order", "few", "deep"];
    match (0..6).find(|k| lines[*k] != right[*k]) {
        None => "passed",
        Some(_) if lines.iter().any(|line| !(1.0..=5.0).contains(line)) => "kind",
        Some(k) => names[k],
    }
}

/// A network on 1,000 rows of its own in which 0 is somewhere followed by 1, or not.
fn pairs(model: &Sequential) -> Verdict {
    random::seed(150);
    let x: Vec<Float> = (0..20_000).map(|_| random::index(6) as Float).collect();
    let has_pair = |row: &[Float]| row.windows(2).any(|pair| pair == [0.0, 1.0]);
    let y: Vec<Float> = x
        .chunks(20)
        .map(|row| if has_pair(row) { 1.0 } else { 0.0 })
        .collect();
    let guesses = model.predict(&Tensor::from_vec(x, &[1000, 20]));
    let share = accuracy(&guesses, &Tensor::from_vec(y, &[1000]));
    let parameters = model.summary().parameters();
    let name = match share {
        _ if parameters > 2_000 => "large",
        0.97.. => "passed",
        0.9.. => "short",
        0.66.. => "places",
        _ => "untrained",
    };
    let share = format!("{:.1}", 100.0 * share);
    (name, vec![parameters.to_string(), share])
}

/// Bounds of the forest of the chapter, as measured with five seeds.
fn orders(id: &str, count: f64) -> &'static str {
    match (id, count) {
        (_, count) if count < 1.0 => "share",
        ("15.I1", ..=120.0) => "passed",
        ("15.I2", 85.0) => "percent",
        ("15.I2", ..2_000.0) => "few",
        ("15.I2", 5_001.0..) => "beyond",
        ("15.I2", _) => "passed",
        ("15.I3", ..300.0) => "few",
        ("15.I3", ..=1_200.0) => "passed",
        ("15.I3", 5_000.0) => "same",
        _ => "many",
    }
}
