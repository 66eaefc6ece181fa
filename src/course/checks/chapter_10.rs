//! The exercises of chapter 10, seeing: angles of an edge filter, a filter for level strokes, and a
//! small network for textures.

use super::measures::{share_of, size};
use crate::course::answer::{Answer, Verdict};
use crate::data::textures;
use crate::model::Sequential;
use crate::tensor::random::seed;

pub(super) fn judge(id: &str, answer: &Answer) -> Verdict {
    match (id, answer, &answer.numbers()[..]) {
        ("10.A", _, numbers @ &[_, _, _, _, _, _, _, _, _]) => level(numbers),
        ("10.B", Answer::Model(model), _) => small(model),
        ("10.I1" | "10.I2" | "10.I3", _, &[angle]) => turned(id, angle),
        _ => ("kind", Vec::new()),
    }
}

/// An edge filter that is turned by an angle. Of its strongest response a stroke gets the share
/// that is the cosine of the angle between them: the upright one, the level one, the slanted one.
fn turned(id: &str, angle: f64) -> Verdict {
    let answers = [0.0, 90.0, 45.0].map(|across| (angle - across).to_radians().cos().abs());
    let is_off = |k: usize| answers[k] < 0.07; // within four degrees
    let is_straight = is_off(0) || is_off(1);
    let name = match id {
        "10.I1" if is_off(0) => "passed",
        "10.I1" if answers[0] > 0.9 => "loud",
        "10.I1" => "faint",
        "10.I2" if answers[2] > 0.997 => "passed",
        "10.I3" if is_off(2) => "passed",
        "10.I3" if answers[2] > 0.997 => "strongest",
        "10.I2" if is_off(2) => "blind",
        "10.I2" if is_straight => "straight",
        _ if is_straight => "two",
        _ => "near",
    };
    let shares = answers.map(|share| format!("{:.0}", 100.0 * share));
    (name, [vec![angle.to_string()], shares.to_vec()].concat())
}

/// A filter whose response is at least 2 somewhere on a level stroke, and 0 all over an upright one
/// (but for rounding), over paper and over ink.
fn level(filter: &[f64]) -> Verdict {
    // What a window of 3 × 3 sees at each place across a stroke that is two pixels wide.
    let across = |at: usize| [0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 0.0, 0.0][at];
    let sum = |pixel: &dyn Fn(usize) -> f64| -> f64 {
        (0..9).map(|place| filter[place] * pixel(place)).sum()
    };
    let on_level = (0..6).map(|at| sum(&|place| across(at + place / 3)));
    let best = on_level.fold(f64::MIN, f64::max);
    let on_upright = (0..6).map(|at| sum(&|place| across(at + place % 3)).abs());
    let upright = on_upright.fold(0.0, f64::max);
    let ink = sum(&|_| 1.0);
    let name = match best {
        _ if filter.iter().all(|number| *number == 0.0) => "open",
        _ if ink.abs() > 0.05 => "ink",
        _ if upright > 0.05 => "upright",
        1.999.. => "passed",
        _ => "weak",
    };
    let measured = [best, upright, ink].map(|response| format!("{response:.2}"));
    (name, measured.to_vec())
}

/// A network with fewer than 2,000 parameters that reads 95 % of textures it has not seen.
fn small(model: &Sequential) -> Verdict {
    seed(100);
    let exam = textures(1_000);
    let count = size(model);
    let (has_four, share) = share_of(&model.predict(&exam.x), 4, &exam);
    let is_dense = (model.parameters().first()).is_some_and(|weight| weight.rank() == 2);
    let name = match share {
        _ if count == 1_582 && is_dense => "open",
        _ if count >= 2_000 => "big",
        _ if !has_four => "outputs",
        0.95.. => "passed",
        0.4.. => "short",
        _ => "untrained",
    };
    let percent = format!("{:.1} %", 100.0 * share);
    (name, vec![count.to_string(), percent])
}
