//! Statements about numbers that a chapter makes.

use super::answer::Number;
use super::mode::{Mode, mode};
use super::told::Told;
use super::words::say;
use crate::tensor::Tensor;
use serde_json::json;

/// A number about which something is stated; see [`claim`].
#[must_use = "say what holds for it, as in .at_least(0.9)"]
pub struct Claim {
    name: String,
    value: f64,
}

/// What is stated.
enum Bound {
    Least(f64),
    Most(f64),
    Near(f64, f64),
    Between(f64, f64),
}

/// States something about a result, such as that an accuracy is at least 0.985. Where it does not
/// hold because the reader has changed something, that is said, and the cell goes on; where the
/// chapter is tested, the cell fails.
///
/// ```
/// # use chainrule::prelude::*;
/// claim("exam accuracy", 0.991).at_least(0.985);
/// claim("ten classes, no idea", 2.31).near(2.303, 0.2);
/// claim("after ten steps", 0.71).between(0.65, 0.82);
/// ```
pub fn claim(name: &str, value: impl Number) -> Claim {
    Claim::new(name, value.as_written())
}

impl Claim {
    fn new(name: &str, value: f64) -> Claim {
        let name = name.to_owned();
        Claim { name, value }
    }

    /// It is not below this.
    #[track_caller]
    pub fn at_least(self, bound: impl Number) {
        self.holds(Bound::Least(bound.as_written()));
    }

    /// It is not above this.
    #[track_caller]
    pub fn at_most(self, bound: impl Number) {
        self.holds(Bound::Most(bound.as_written()));
    }

    /// It differs from this by no more than `tolerance`.
    #[track_caller]
    pub fn near(self, expected: impl Number, tolerance: impl Number) {
        self.holds(Bound::Near(expected.as_written(), tolerance.as_written()));
    }

    /// It lies between these, both included.
    #[track_caller]
    pub fn between(self, least: impl Number, most: impl Number) {
        self.holds(Bound::Between(least.as_written(), most.as_written()));
    }

    #[track_caller]
    fn holds(self, bound: Bound) {
        match bound {
            Bound::Least(least) => {
                let words = say("at least", &[&least.to_string()]);
                self.judge(least..=f64::INFINITY, &words);
            }
            Bound::Most(most) => {
                let words = say("at most", &[&most.to_string()]);
                self.judge(f64::NEG_INFINITY..=most, &words);
            }
            Bound::Near(expected, tolerance) => {
                let words = say("near", &[&rounded(expected), &rounded(tolerance)]);
                self.judge(expected - tolerance..=expected + tolerance, &words);
            }
            Bound::Between(least, most) => {
                let words = say("between", &[&least.to_string(), &most.to_string()]);
                self.judge(least..=most, &words);
            }
        }
    }

    #[track_caller]
    fn judge(self, range: std::ops::RangeInclusive<f64>, words: &str) {
        let (state, name) = match range.contains(&self.value) {
            true => ("passed", "claim passed"),
            false if mode() == Mode::Learner => ("failed", "claim changed"),
            false => ("failed", "claim failed"),
        };
        let text = say(name, &[&self.name, &rounded(self.value), words]);
        let told = Told::new("claim", &self.name, state, text);
        // JSON has no infinity: a side that is open is null.
        let bounds = json!([range.start(), range.end()]);
        told.value(json!(self.value)).bounds(bounds).judge();
    }
}

/// Four digits that count, and no more.
pub(super) fn rounded(value: f64) -> String {
    if value == 0.0 || !value.is_finite() {
        return value.to_string();
    }
    let places = (3 - value.abs().log10().floor() as i32).clamp(0, 12) as usize;
    let text = format!("{value:.places$}");
    let digits = text.trim_end_matches('0').trim_end_matches('.');
    if text.contains('.') {
        digits.to_owned()
    } else {
        text
    }
}

/// Compares a tensor of one's own with the one that it should be: the largest difference and where
/// it is. Knows the transposed one, and the one that is a factor off.
///
/// ```
/// # use chainrule::prelude::*;
/// let w = tensor([1.0, 2.0]).requires_grad();
/// (&w * &w).sum().backward();
/// compare("dw", &(2.0 * &w), &w.grad()); // ✓ dw: exact
/// ```
#[track_caller]
pub fn compare(name: &str, mine: &Tensor, expected: &Tensor) {
    let [have, want] = [mine, expected].map(|one| format!("{:?}", one.shape()));
    let is_turned = mine.rank() == 2
        && mine.shape() != [1, 1]
        && mine.t().shape() == expected.shape()
        && largest(&mine.t(), expected, 1.0).0 <= 1e-4;
    let reason = if is_turned {
        say("transposed", &[])
    } else {
        String::new()
    };
    if have != want {
        let text = say("compare shape", &[name, &have, &want]) + &reason;
        return Told::new("compare", name, "different", text).judge();
    }
    let (off, at) = largest(mine, expected, 1.0);
    let (state, reason) = match off {
        0.0 => ("exact", String::new()),
        off if off <= 1e-4 => ("passed", String::new()),
        _ => (
            "different",
            if is_turned {
                reason
            } else {
                factor(mine, expected, at)
            },
        ),
    };
    let place = format!("{:?}", place_of(at, mine.shape()));
    let difference = (mine.to_vec().get(at).zip(expected.to_vec().get(at)))
        .map_or(0.0, |(a, b)| (a - b).abs().as_written());
    let text = say(
        &format!("compare {state}"),
        &[name, &rounded(difference), &place],
    );
    Told::new("compare", name, state, text + &reason)
        .value(json!(difference))
        .judge();
}

/// The largest difference between `mine` and `factor` times `expected`, as a share of the largest
/// value, and its place in memory. Where something is no number, that is the largest.
fn largest(mine: &Tensor, expected: &Tensor, factor: f64) -> (f64, usize) {
    let wanted: Vec<f64> = expected
        .to_vec()
        .iter()
        .map(|&b| b as f64 * factor)
        .collect();
    let scale = wanted
        .iter()
        .fold(f64::MIN_POSITIVE, |most, b| most.max(b.abs()));
    let off = mine
        .to_vec()
        .into_iter()
        .zip(wanted)
        .map(|(a, b)| (a as f64 - b).abs() / scale);
    let off = off.map(|off| if off.is_nan() { f64::INFINITY } else { off });
    off.zip(0..)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .unwrap_or((0.0, 0))
}

/// What is everywhere the same factor off, such as the batch size or a sign.
fn factor(mine: &Tensor, expected: &Tensor, at: usize) -> String {
    let factor = mine.to_vec()[at] as f64 / expected.to_vec()[at] as f64;
    let is_it = factor.is_finite() && factor != 0.0 && largest(mine, expected, factor).0 < 1e-3;
    if is_it {
        say("factor", &[&rounded(factor)])
    } else {
        String::new()
    }
}

/// Where the value at a place in memory stands.
fn place_of(mut at: usize, shape: &[usize]) -> Vec<usize> {
    let mut place = vec![0; shape.len()];
    for (axis, &length) in shape.iter().enumerate().rev() {
        place[axis] = at % length.max(1);
        at /= length.max(1);
    }
    place
}
