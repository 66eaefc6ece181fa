//! The exercises of chapter 6, gradient descent: learning rates in a ravine, and RMSprop.

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

/// The loss after each step of momentum down ½ (a x² + b y²), from (-9, 1).
fn losses([a, b]: [f64; 2], rate: f64, beta: f64) -> Vec<f64> {
    let (mut x, mut y, mut v, mut w) = (-9.0, 1.0, 0.0, 0.0);
    let step = |_| {
        (v, w) = (beta * v + a * x, beta * w + b * y);
        (x, y) = (x - rate * v, y - rate * w);
        0.5 * (a * x * x + b * y * y)
    };
    (0..3_000).map(step).collect()
}

/// From which step on the loss stays below 0.001; None if it never does.
fn arrival(losses: &[f64]) -> Option<usize> {
    let last = losses.iter().rposition(|loss| !(*loss < 0.001));
    let steps = last.map_or(1, |last| last + 2);
    (steps <= losses.len()).then_some(steps)
}

fn falls(curves: [f64; 2], rate: f64, beta: f64) -> bool {
    let losses = losses(curves, rate, beta);
    rate > 0.0 && losses[losses.len() - 1] < 100.0
}

fn canyon(rate: f64) -> Verdict {
    let name = match rate {
        _ if (0.0249..0.0256).contains(&rate) => "inverse",
        _ if rate > 0.6 && rate < 0.68 => "flat",
        _ if !falls([3.0, 40.0], rate, 0.0) => "large",
        _ if falls([3.0, 40.0], 1.02 * rate, 0.0) => "small",
        _ => "passed",
    };
    (name, vec![rate.to_string(), format!("{:.4}", 1.02 * rate)])
}

fn only_with_momentum(rate: f64) -> Verdict {
    let [alone, rolling] = [0.0, 0.9].map(|beta| falls([1.0, 100.0], rate, beta));
    let name = match (alone, rolling) {
        (false, true) => "passed",
        (true, _) => "small",
        _ => "large",
    };
    (name, vec![rate.to_string()])
}

fn quick(rate: f64, beta: f64) -> Verdict {
    let steps = arrival(&losses([1.0, 100.0], rate, beta));
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

/// The largest rate for β = 0.9, to 5 %: 2 (1 + β) / 100.
fn limit(rate: f64) -> Verdict {
    let name = match rate {
        0.019..0.021 => "alone",
        0.0361..=0.038 => "passed",
        _ if rate < 0.0361 => "small",
        _ => "large",
    };
    (name, vec![rate.to_string()])
}

/// Forty steps of RMSprop with rate 0.3 through the ravine: x and y of each place, in a row. The
/// rules that it is mistaken for are walked as well.
fn rms_prop(path: &[f64]) -> Verdict {
    let walk = |rule: fn(&mut f64, f64) -> f64| -> Vec<f64> {
        let (mut at, mut v) = ([-9.0, 1.0], [0.0, 0.0]);
        let mut path = at.to_vec();
        for _ in 0..40 {
            for (axis, curve) in [1.0, 100.0].into_iter().enumerate() {
                at[axis] -= 0.3 * rule(&mut v[axis], curve * at[axis]);
            }
            path.extend(at);
        }
        path
    };
    fn mean(v: &mut f64, g: f64) -> f64 {
        *v = 0.9 * *v + 0.1 * g * g;
        *v
    }
    let is = |rule: fn(&mut f64, f64) -> f64| {
        let right = walk(rule);
        let off = right.iter().zip(path).map(|(a, b)| (a - b).abs());
        off.take(20).fold(0.0, f64::max) < 1e-3
    };
    let name = match () {
        _ if is(|v, g| g / (mean(v, g).sqrt() + 1e-7)) => "passed",
        _ if is(|_, g| g * 0.01) => "open",
        _ if is(|v, g| g / (mean(v, g) + 1e-7)) => "root",
        _ if is(|v, g| {
            *v += g * g;
            g / (v.sqrt() + 1e-7)
        }) =>
        {
            "sum"
        }
        _ if is(|v, g| {
            g / ({
                *v = 0.9 * *v + 0.1 * g;
                *v
            }
            .abs()
                + 1e-7)
        }) =>
        {
            "square"
        }
        _ => "other",
    };
    (
        name,
        vec![format!("{:.3}", path[2]), format!("{:.3}", path[3])],
    )
}
