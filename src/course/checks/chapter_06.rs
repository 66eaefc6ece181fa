//! The exercises of chapter 6, gradient descent: learning rates in a ravine, and forty steps of
//! RMSprop with a rate of 0.3 through it.

use crate::course::answer::{Answer, Verdict};

pub(super) fn judge(id: &str, answer: &Answer) -> Verdict {
    match (id, &answer.numbers()[..]) {
        ("6.A", &[rate]) => canyon(rate),
        ("6.B", path) if path.len() >= 40 => rms_prop(path),
        ("6.I1", &[rate]) => only_with_momentum(rate),
        ("6.I2", &[rate, beta]) => quick(rate, beta),
        ("6.I3", &[rate]) => limit(rate),
        _ => ("kind", Vec::new()),
    }
}

/// From which step of momentum down the ravine, from (-9, 1), the loss stays below 0.001.
fn arrival(rate: f64, beta: f64) -> Option<usize> {
    let (mut x, mut y, mut v, mut w) = (-9.0, 1.0, 0.0, 0.0);
    let is_high = (0..3_000).map(|_| {
        (v, w) = (beta * v + x, beta * w + 100.0 * y);
        (x, y) = (x - rate * v, y - rate * w);
        let loss = 0.5 * (x * x + 100.0 * y * y);
        loss.is_nan() || loss >= 0.001
    });
    let steps = is_high.collect::<Vec<_>>();
    let last = steps.iter().rposition(|is_high| *is_high);
    last.map(|last| last + 2)
        .filter(|arrived| *arrived <= 3_000)
}

/// Descent arrives below 2 / 40.
fn canyon(rate: f64) -> Verdict {
    let name = match rate * 40.0 {
        0.99..1.02 => "inverse",
        26.0..27.0 => "flat",
        2.0.. => "large",
        1.96.. => "passed",
        _ => "small",
    };
    let more = format!("{:.4}", 1.02 * rate);
    (name, vec![rate.to_string(), more])
}

/// Plain descent arrives below 2 / 100, with momentum below 2 (1 + β) / 100.
fn only_with_momentum(rate: f64) -> Verdict {
    let name = match rate {
        ..0.02 => "small",
        ..0.038 => "passed",
        _ => "large",
    };
    (name, vec![rate.to_string()])
}

fn quick(rate: f64, beta: f64) -> Verdict {
    let steps = arrival(rate, beta);
    let name = match steps {
        Some(..70) => "passed",
        None if rate * 100.0 > 2.0 * (1.0 + beta) => "large",
        _ if beta > 0.8 => "swings",
        _ if beta < 0.5 => "creeps",
        _ => "small",
    };
    let steps = steps.map_or("∞".to_owned(), |steps| steps.to_string());
    (name, vec![rate.to_string(), beta.to_string(), steps])
}

fn limit(rate: f64) -> Verdict {
    let name = match rate {
        0.019..0.021 => "alone",
        ..0.0361 => "small",
        ..=0.0399 => "passed",
        _ => "large",
    };
    (name, vec![rate.to_string()])
}

type Rule = fn(&mut f64, f64) -> f64;

/// What an optimiser divides the gradient by, in RMSprop and in what is mistaken for it.
const RULES: [(&str, Rule); 5] = [
    ("passed", |v, g| g / (mean(v, g * g).sqrt() + 1e-7)),
    ("open", |_, g| g * 0.01),
    ("root", |v, g| g / (mean(v, g * g) + 1e-7)),
    ("square", |v, g| g / (mean(v, g).abs() + 1e-7)),
    ("sum", |v, g| g / (sum(v, g * g).sqrt() + 1e-7)),
];

fn mean(v: &mut f64, new: f64) -> f64 {
    *v = 0.9 * *v + 0.1 * new;
    *v
}

fn sum(v: &mut f64, new: f64) -> f64 {
    *v += new;
    *v
}

/// x and y of ten steps with rate 0.3 through the ravine, in a row.
fn walk(rule: Rule) -> Vec<f64> {
    let (mut x, mut y, mut v, mut w) = (-9.0, 1.0, 0.0, 0.0);
    let mut path = vec![x, y];
    for _ in 0..9 {
        x -= 0.3 * rule(&mut v, x);
        y -= 0.3 * rule(&mut w, 100.0 * y);
        path.extend([x, y]);
    }
    path
}

fn rms_prop(path: &[f64]) -> Verdict {
    let is = |rule: Rule| (walk(rule).iter().zip(path)).all(|(a, b)| (a - b).abs() < 1e-3);
    let found = RULES.iter().find(|(_, rule)| is(*rule));
    let first = [path[2], path[3]].map(|part| format!("{part:.3}"));
    (found.map_or("other", |(name, _)| name), first.to_vec())
}
