//! How a cell failed, in words for a learner.

mod crates;
pub mod fault;
mod generated;
mod helps;
mod mistake;

use super::cell::prepare::Prepared;
use super::cell::sources::Place;
use super::explain::memory::Memory;
use super::explain::{self, Case, Unkept};
use chainrule::display::{broken, columns};
use fault::{Fault, unanalyzed};
use generated::{name_of_the_kernel, without_generated};
pub use mistake::Mistake;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// What stands out is bold, in the colour of all text: that is the one colour which every theme
/// makes legible. Of the colours that a text can ask for there is none that is legible on a light
/// background and on a dark one, and front ends leave them as they are where the background
/// changes.
const BOLD: &str = "\x1b[1m";
const RESET: &str = "\x1b[0m";
/// More would hide the errors.
const MOST_EXPLANATIONS: usize = 3;

/// What becomes the `error` message, the error in the reply, and the error output of a notebook.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The kind, for programs: `CompileError`, `Panic`, `Error`, `Interrupted`, `Crash`,
    /// `SetupError`.
    pub name: &'static str,
    /// One line, for people.
    pub value: String,
    /// All of it, with colours; the last line names kind, message and place once more.
    pub traceback: Vec<String>,
    /// Where it happened, if that is known: the cell and its line.
    place: Option<(u32, usize)>,
}

/// A message that prints a whole data set keeps its beginning and its end.
const LONGEST: usize = 20_000;

/// What is wider, a front end may cut off or break within a word.
const COLUMNS: usize = 80;
/// Kinds of failures whose message is not ours: it may hold a table, or what a compiler has drawn.
const OF_OTHERS: [&str; 4] = ["Panic", "Error", "CompileError", "SetupError"];

/// A line of a message, broken where it is a sentence of ours.
fn readable(name: &str, line: &str) -> Vec<String> {
    let text = line.trim_start();
    let mark = [": ", "："]
        .into_iter()
        .find_map(|mark| Some((mark, text.find(mark)?)));
    let heading = mark.map(|(mark, at)| (text[..at].trim_end(), at + mark.len()));
    let is_hint = |heading: &(&str, usize)| ["hint", "提示"].contains(&heading.0);
    let indent = line.len() - text.len();
    match heading.filter(is_hint) {
        Some((_, end)) if indent > 0 => {
            let width = indent + columns(&text[..end]);
            broken(line, COLUMNS, &" ".repeat(width))
        }
        _ if OF_OTHERS.contains(&name) => vec![line.to_owned()],
        _ => broken(line, COLUMNS, &" ".repeat(indent)),
    }
}

fn shortened(text: String) -> String {
    if text.len() <= LONGEST {
        return text;
    }
    let (first, last) = (
        text.floor_char_boundary(LONGEST * 3 / 4),
        text.ceil_char_boundary(text.len() - LONGEST / 4),
    );
    format!("{} … {}", &text[..first], &text[last..])
}

/// Where a line of a cell is, without the blanks around it. Lines count from 1.
fn bytes_of_line(code: &str, line: usize) -> Option<Range<usize>> {
    let before = code.split_inclusive('\n').take(line.checked_sub(1)?);
    let start: usize = before.map(str::len).sum();
    let text = code.get(start..)?.lines().next()?;
    let start = start + text.len() - text.trim_start().len();
    Some(start..start + text.trim().len())
}

impl Failure {
    /// A failure at a known place or at none.
    pub fn new(name: &'static str, value: impl Into<String>, place: Option<&Place>) -> Failure {
        let value = shortened(value.into());
        let mut traceback = Vec::new();
        if let Some(place) = place {
            traceback.push(format!(
                "{BOLD}{name}{RESET} in cell [{}], line {}:",
                place.cell, place.line
            ));
            traceback.push(String::new());
            traceback.push(format!("{:>5} | {}", place.line, place.text.trim_end()));
            traceback.push(String::new());
        }
        // A message of several lines stands whole above the last line, which repeats its first.
        let first_line = value.lines().next().unwrap_or_default();
        if first_line.len() < value.trim_end().len() {
            traceback.extend(value.lines().flat_map(|line| readable(name, line)));
            traceback.push(String::new());
        }
        let at = place
            .map(|place| format!("  (cell [{}], line {})", place.cell, place.line))
            .unwrap_or_default();
        traceback.push(format!("{BOLD}{name}{RESET}: {first_line}{at}"));
        Failure {
            name,
            value,
            traceback,
            place: place.map(|place| (place.cell, place.line)),
        }
    }

    /// Why a cell was not compiled: what rustc found, drawn against the learner's cell, and what
    /// the first known mistakes mean.
    pub fn refused(cell: u32, code: &str, refusal: &Refusal, memory: &Memory) -> Failure {
        let flaws: Vec<Mistake> = explain::flaws(code)
            .into_iter()
            .map(Mistake::of_text)
            .collect();
        if !flaws.is_empty() {
            return Failure::mistakes(cell, code, flaws, memory);
        }
        let message = match refusal {
            Refusal::Mistakes(mistakes) => {
                return Failure::mistakes(cell, code, mistakes.clone(), memory);
            }
            Refusal::Said(message) => message,
        };
        let Some(unkept) = Unkept::from_message(message) else {
            let message = crates::gone(message).unwrap_or_else(|| without_generated(message));
            return Failure::new("CompileError", message, None);
        };
        let mistake = Mistake::of_unkept(code, unkept, message);
        Failure::mistakes(cell, code, vec![mistake], memory)
    }

    fn mistakes(cell: u32, code: &str, mut mistakes: Vec<Mistake>, memory: &Memory) -> Failure {
        if !mistakes.iter().all(Mistake::is_advice) {
            mistakes.retain(|mistake| !mistake.is_advice());
        } else {
            mistakes.iter_mut().for_each(Mistake::name_the_error);
        }
        // The same one may be reported from several places that evcxr generated.
        let mut seen: Vec<String> = Vec::new();
        mistakes.retain(|mistake| {
            let drawn = mistake.draw(cell, code);
            let is_new = !seen.contains(&drawn);
            seen.extend(is_new.then_some(drawn));
            is_new
        });
        let mut traceback: Vec<String> = Vec::new();
        for drawn in seen {
            traceback.extend(drawn.lines().map(str::to_owned));
            traceback.push(String::new());
        }
        let mut explained = Vec::new();
        for mistake in &mistakes {
            let explanation = explain::explain(&mistake.case(cell, code, memory));
            explained.extend(explanation.filter(|one| !explained.contains(one)));
        }
        explained.truncate(MOST_EXPLANATIONS);
        traceback.extend(
            explained
                .iter()
                .flat_map(|one| one.lines(BOLD, RESET, COLUMNS)),
        );
        let (value, line) = mistakes.first().map_or_else(
            || {
                let reason = name_of_the_kernel(code);
                let reason = reason.unwrap_or_else(|| "the cell does not compile".to_owned());
                (format!("error: {reason}"), None)
            },
            |first| first.summary(code),
        );
        let place = line
            .map(|line| format!("  (cell [{cell}], line {line})"))
            .unwrap_or_default();
        traceback.push(format!("{BOLD}CompileError{RESET}: {value}{place}"));
        Failure {
            name: "CompileError",
            value,
            traceback,
            place: line.map(|line| (cell, line)),
        }
    }

    /// Says what the message of a panic or an error means, where it is a known one.
    /// `folder` is where relative paths begin.
    pub fn explained(mut self, cell: u32, code: &str, memory: &Memory, folder: &str) -> Failure {
        let (kind, message, labels) = (self.name, self.value.as_str(), String::new());
        let line = self.place.filter(|(at, _)| *at == cell);
        let case = Case {
            kind,
            message,
            labels,
            marks: Vec::new(),
            helps: Vec::new(),
            advice: None,
            folder,
            mark: line.and_then(|(_, line)| bytes_of_line(code, line)),
            number: cell,
            code,
            memory,
        };
        if let Some(explanation) = explain::explain(&case) {
            let last = self.traceback.len().saturating_sub(1);
            self.traceback
                .splice(last..last, explanation.lines(BOLD, RESET, COLUMNS));
        }
        self
    }
}

/// Why a cell was not compiled.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Refusal {
    Mistakes(Vec<Mistake>),
    /// What evcxr itself says without a place: about variables that it cannot keep, about crates.
    Said(String),
}

impl Refusal {
    pub fn new(code: &str, prepared: &Prepared, fault: &Fault) -> Refusal {
        match fault {
            Fault::Refused(errors) => {
                // Warnings come along with errors, and are not what keeps the cell from running.
                let errors = errors.iter().filter(|error| error.level() != "warning");
                Refusal::Mistakes(
                    errors
                        .map(|error| Mistake::new(code, prepared, error))
                        .collect(),
                )
            }
            Fault::Said(message) => Refusal::Said(message.clone()),
            Fault::Lost => Refusal::Said(String::new()),
            Fault::Unanalyzed(how) => Refusal::Said(unanalyzed(how)),
        }
    }

    /// Whether it is the cell's own fault, and so will be the same the next time.
    pub fn lasts(&self) -> bool {
        match self {
            // What has nothing to do with the text of the cell, such as a full disk, has no place
            // in it.
            // Nor are files and memory the same the next time.
            Refusal::Mistakes(mistakes) => mistakes.iter().any(Mistake::lasts),
            Refusal::Said(message) => Unkept::from_message(message).is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The traceback without colours.
    fn plain(failure: &Failure) -> String {
        failure
            .traceback
            .join("\n")
            .replace(BOLD, "")
            .replace(RESET, "")
    }

    #[test]
    fn an_explanation_stands_above_the_last_line() {
        let failure = Failure::new(
            "Panic",
            "index out of bounds: the len is 2 but the index is 5",
            None,
        );
        let failure = failure.explained(1, "v[5]", &Memory::default(), "");
        assert!(
            plain(&failure).contains("the last of 2 is [1]"),
            "{failure:?}"
        );
        assert!(
            failure
                .traceback
                .last()
                .unwrap()
                .ends_with("the len is 2 but the index is 5"),
            "{failure:?}"
        );
    }

    #[test]
    fn the_last_line_says_it_all() {
        let place = Place {
            cell: 3,
            line: 4,
            text: "let y = v[10];".to_owned(),
            statement: String::new(),
        };
        let failure = Failure::new("Panic", "index out of bounds", Some(&place));
        assert_eq!(
            plain(&failure),
            "Panic in cell [3], line 4:\n\n    4 | let y = v[10];\n\nPanic: index out of bounds  \
            (cell [3], line 4)"
        );
        let failure = Failure::new("Panic", "sizes differ\n  hint: transpose", None);
        assert_eq!(
            plain(&failure),
            "sizes differ\n  hint: transpose\n\nPanic: sizes differ"
        );
    }
}
