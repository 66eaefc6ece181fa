//! Guesses before a cell is run, and what came out.

use super::answer::{Answer, Answered};
use super::claims::rounded;
use super::record;
use super::told::Told;
use super::words::say;
use serde_json::{Value, json};

/// Notes a guess before the cell that shows the answer is run: a number, a word, a shape `[3, 4]`,
/// a list. `"?"` is none yet. A guess after the answer does not count.
///
/// ```
/// # use chainrule::prelude::*;
/// predict("3.2", 0.6);
/// predict("3.3", [32, 10]);
/// predict("3.4", "?"); // not yet
/// ```
pub fn predict<'a>(id: &str, guess: impl Answered<'a>) {
    note_guess(id, guess.answer());
}

fn note_guess(id: &str, guess: Answer) {
    let value = guess.value();
    let is_revealed = !record::known("reveal", id).is_null();
    let state = match record::known("predict", id) {
        _ if value.is_null() => "open",
        before if is_revealed && (before["value"] != value || before["state"] != "noted") => "late",
        _ => "noted",
    };
    let text = say(&format!("predict {state}"), &[id, &in_words(&value)]);
    Told::new("predict", id, state, text).value(value).show();
}

/// Shows a guess beside what came out: two numbers on one line, or whether it is the same.
///
/// ```
/// # use chainrule::prelude::*;
/// predict("3.2", 0.6);
/// reveal("3.2", tensor(0.586).sigmoid().item());
/// ```
pub fn reveal<'a>(id: &str, truth: impl Answered<'a>) {
    show_truth(id, truth.answer());
}

fn show_truth(id: &str, truth: Answer) {
    let truth = truth.value();
    let noted = record::known("predict", id);
    let guess = if noted["state"] == "noted" {
        noted["value"].clone()
    } else {
        Value::Null
    };
    let mut picture = String::new();
    let state = match (guess.as_f64(), truth.as_f64()) {
        (Some(mine), Some(right)) => {
            picture = on_one_line(mine, right);
            nearness(mine, right)
        }
        _ if guess.is_null() => "none",
        _ if is_same(&guess, &truth) => "right",
        _ => "far",
    };
    let text = say(
        &format!("reveal {state}"),
        &[id, &in_words(&truth), &in_words(&guess)],
    );
    let told = Told::new("reveal", id, state, text);
    told.value(json!({"guess": guess, "truth": truth}))
        .picture(picture)
        .show();
}

/// How good a guess is. A count is right if it is that count, and a class, such as a digit, is
/// never close to another; what is measured may be a hundredth off.
fn nearness(mine: f64, right: f64) -> &'static str {
    let is_count = mine.fract() == 0.0 && right.fract() == 0.0;
    let off = (mine - right).abs() / right.abs();
    let is_right = mine == right || (!is_count && off <= 0.01);
    match is_right {
        true => "right",
        false if off <= 0.2 && !(is_count && right.abs() < 20.0) => "close",
        false => "far",
    }
}

/// Words without their case.
fn is_same(guess: &Value, truth: &Value) -> bool {
    match (guess.as_str(), truth.as_str()) {
        (Some(guess), Some(truth)) => guess.to_lowercase() == truth.to_lowercase(),
        _ => guess == truth,
    }
}

fn in_words(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Array(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(in_words).collect();
            format!("[{}]", numbers.join(", "))
        }
        number => number.as_f64().map_or_else(String::new, rounded),
    }
}

/// A circle for the guess and a full one for the truth.
fn on_one_line(guess: f64, truth: f64) -> String {
    let (low, high) = (guess.min(truth), guess.max(truth));
    let margin = if high > low { 0.15 * (high - low) } else { 1.0 };
    let place = |value: f64| 20.0 + 260.0 * (value - low + margin) / (high - low + 2.0 * margin);
    let (mine, right) = (place(guess), place(truth));
    let [guess, truth] = [guess, truth].map(rounded);
    let truth = if (mine - right).abs() < 40.0 {
        ""
    } else {
        &truth
    };
    format!(
        "<br><svg width=\"300\" height=\"40\" role=\"img\" fill=\"none\" stroke=\"currentColor\">\
         <path d=\"M10 14H290\"/>\
         <circle cx=\"{mine:.0}\" cy=\"14\" r=\"6\" stroke-width=\"2\" stroke=\"#e69f00\"/>\
         <circle cx=\"{right:.0}\" cy=\"14\" r=\"4\" fill=\"#0072b2\" stroke=\"none\"/>\
         <g stroke=\"none\" fill=\"currentColor\" font-size=\"11\" text-anchor=\"middle\">\
         <text x=\"{mine:.0}\" y=\"34\">{guess}</text>\
         <text x=\"{right:.0}\" y=\"34\">{truth}</text></g></svg>"
    )
}
