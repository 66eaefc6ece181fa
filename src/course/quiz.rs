//! Questions with options, each of which is answered.

use super::told::Told;
use super::words::{self, say};
use crate::display::{DisplayHandle, Show, escape_html, show};
use crate::front::Widget;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};

/// A question with its options: what each is, and what to say to whoever chooses it.
struct Question {
    text: String,
    options: Vec<(String, String)>,
}

/// Asks the questions of a quiz. In JupyterLab an option is chosen and answered at once; a page
/// without widgets unfolds the answer to each option; a terminal lists them.
///
/// # Panics
/// If there is no quiz of this id.
///
/// ```
/// # use chainrule::prelude::*;
/// quiz("7.q");
/// ```
#[track_caller]
pub fn quiz(id: &str) {
    let questions = questions(id);
    if questions.is_empty() {
        panic!("{}", say("unknown", &[id, "7.q"]));
    }
    let (answers, mut asked) = (
        Arc::new(Mutex::new(vec![None; questions.len()])),
        Vec::new(),
    );
    for (number, question) in questions.into_iter().enumerate() {
        asked.push((number, ask(number + 1, &question), question));
    }
    let told = told_of(id, &vec![None; asked.len()]);
    let result = DisplayHandle::new(&told.bundle());
    told.note();
    for (number, (choice, answer), question) in asked {
        let (id, answers, result) = (id.to_owned(), answers.clone(), result.clone());
        let chosen = choice.clone();
        choice.on_change(move || {
            let option = chosen.get("index").as_u64().map(|index| index as usize);
            let Some((_, words)) = option.and_then(|at| question.options.get(at)) else {
                return;
            };
            answer.set("value", escape_html(words));
            let mut answers = answers.lock().unwrap_or_else(PoisonError::into_inner);
            // What was chosen first counts.
            answers[number].get_or_insert(words.starts_with('✓'));
            let told = told_of(&id, &answers);
            result.update(&told.bundle());
            told.note();
        });
    }
}

fn questions(id: &str) -> Vec<Question> {
    let mut found: Vec<Question> = Vec::new();
    for (name, text) in words::lines(id) {
        let mark = match name {
            "right" => '✓',
            "wrong" => '✗',
            _ => ' ',
        };
        if name == "question" {
            found.push(Question {
                text,
                options: Vec::new(),
            });
            continue;
        }
        let (option, answer) = text.split_once(" => ").unwrap_or((&text, ""));
        let option = (option.to_owned(), format!("{mark} {answer}"));
        found
            .last_mut()
            .into_iter()
            .for_each(|question| question.options.push(option.clone()));
    }
    found
}

/// Shows a question; what is chosen, and where its answer goes.
fn ask(number: usize, question: &Question) -> (Widget, Widget) {
    let head = format!("{number}. {}", question.text);
    let (mut text, mut html) = (head.clone(), format!("<p>{}</p>", escape_html(&head)));
    for (letter, (option, words)) in ('a'..).zip(&question.options) {
        let [option_html, words] = [option, words].map(|text| escape_html(text));
        text += &format!("\n   {letter}) {option}");
        html += &format!("<details><summary>{letter}) {option_html}</summary>{words}</details>");
    }
    let options: Vec<&String> = question.options.iter().map(|(option, _)| option).collect();
    let head = Widget::new("HTML", json!({"value": escape_html(&head)}));
    let choice = json!({"_options_labels": options, "index": Value::Null});
    let choice = Widget::new("RadioButtons", choice);
    let answer = Widget::new("HTML", json!({"value": ""}));
    let column = Widget::column(&[&head, &choice, &answer]);
    show(&column.bundle().mime("text/plain", text).html(html));
    (choice, answer)
}

/// How many were right at once, of how many.
fn told_of(id: &str, answers: &[Option<bool>]) -> Told {
    let (all, given) = (answers.len(), answers.iter().flatten().count());
    let right = answers
        .iter()
        .flatten()
        .filter(|is_right| **is_right)
        .count();
    let state = match given {
        0 => "open",
        _ if right == all => "passed",
        _ => "answered",
    };
    let numbers = [given, all, right].map(|number| number.to_string());
    let text = say(
        "quiz answered",
        &[id, &numbers[0], &numbers[1], &numbers[2]],
    );
    Told::new("quiz", id, state, text).value(json!({"right": right, "given": given, "of": all}))
}
