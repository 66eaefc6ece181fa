//! Exercises that are checked: by properties of the answer, not by its text.

mod chapter_01;
mod chapter_02;
mod chapter_03;
mod chapter_04;
mod chapter_05;
mod chapter_06;
mod chapter_07;
mod chapter_08;
mod chapter_09;
mod chapter_10;
mod chapter_11;
mod chapter_12;
mod chapter_13;
mod chapter_14;
mod chapter_15;
mod chapter_16;
mod measures;

use super::answer::{Answer, Answered, Verdict};
use super::record;
use super::told::Told;
use super::words::{self, say};
use crate::tensor::random::Kept;
use serde_json::{Value, json};

/// Checks the answer to an exercise. It says what was measured, and for a mistake that many make,
/// what it probably is; never the answer. What is not yet begun is "open". Random numbers of the
/// cell are not disturbed.
///
/// # Panics
/// If there is no exercise of this id.
///
/// ```
/// # use chainrule::prelude::*;
/// let big = Sequential::new()
///     .add(Dense::new(784, 100).relu())
///     .add(Dense::new(100, 10).softmax());
/// check("7.B", &big); // ✗ 7.B: 79,510 parameters …
/// ```
#[track_caller]
pub fn check<'a>(id: &str, answer: impl Answered<'a>) {
    judge(id, answer.answer());
}

#[track_caller]
fn judge(id: &str, answer: Answer) {
    let asked = words_of(id, "asked").concat();
    let kept = Kept::random_numbers();
    let (name, measured) = match answer {
        Answer::Open => ("open", Vec::new()),
        answer => judge_of(id)(id, &answer),
    };
    drop(kept);
    let measured = match &measured[..] {
        [] => String::new(),
        parts => words::fill(words::all(id, "measured").concat(), parts),
    };
    let hints = match record::hints(id) {
        0 => String::new(),
        count => say("hints used", &[&count.to_string()]),
    };
    let (state, reason) = match name {
        "open" => ("open", asked),
        "passed" => ("passed", String::new()),
        mistake => (
            "failed",
            words::all(id, &format!("wrong {mistake}")).concat(),
        ),
    };
    let text = say(&format!("check {state}"), &[id, &measured, &hints, &reason]);
    let value = match state {
        "open" => Value::Null,
        _ => json!({"found": name, "measured": measured}),
    };
    Told::new("check", id, state, text).value(value).judge();
}

/// How the exercises of a chapter are judged.
fn judge_of(id: &str) -> fn(&str, &Answer) -> Verdict {
    match id.split('.').next() {
        Some("1") => chapter_01::judge,
        Some("2") => chapter_02::judge,
        Some("3") => chapter_03::judge,
        Some("4") => chapter_04::judge,
        Some("5") => chapter_05::judge,
        Some("6") => chapter_06::judge,
        Some("8") => chapter_08::judge,
        Some("9") => chapter_09::judge,
        Some("10") => chapter_10::judge,
        Some("11") => chapter_11::judge,
        Some("12") => chapter_12::judge,
        Some("13") => chapter_13::judge,
        Some("14") => chapter_14::judge,
        Some("15") => chapter_15::judge,
        Some("16") => chapter_16::judge,
        _ => chapter_07::judge,
    }
}

/// Shows the next of the three hints to an exercise, each of which says more than the one before.
///
/// # Panics
/// If there is no exercise of this id.
///
/// ```
/// # use chainrule::prelude::*;
/// hint("7.B");
/// ```
#[track_caller]
pub fn hint(id: &str) {
    let all = words_of(id, "hint");
    let level = (record::hints(id) as usize + 1).min(all.len());
    let text = format!("{level}/{}: {}", all.len(), all[level - 1]);
    Told::new("hint", id, "shown", text)
        .value(json!(level))
        .show();
}

/// What is said about an exercise, which has to be there.
#[track_caller]
fn words_of(id: &str, name: &str) -> Vec<String> {
    let found = words::all(id, name);
    if found.is_empty() {
        let all: Vec<&str> = words::chapters().flat_map(words::exercises).collect();
        panic!("{}", say("unknown", &[id, &all.join(", ")]));
    }
    found
}
