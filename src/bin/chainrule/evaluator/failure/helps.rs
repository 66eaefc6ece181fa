//! What rustc advises, in whole lines of the cell: it says only which letters to put where.

use super::generated::{is_generated, without_generated};
use crate::evaluator::cell::implementations::IMPLEMENTATION;
use crate::evaluator::cell::prepare::{AT, SHOWN};
use crate::evaluator::explain::is_help;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Range;

/// One advice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Help {
    /// In rustc's words, with the letters that it would put in after an empty line.
    pub said: String,
    /// The lines of the cell, changed as advised.
    pub lines: Vec<String>,
}

/// The advice in an error of rustc that helps a learner. `message` is the error's own.
pub(super) fn helps(error: &Value, message: &str, code: &str) -> Vec<Help> {
    let children = error["children"].as_array().into_iter().flatten();
    let advice = children.filter(|child| child["level"] == "help");
    let helps = advice.filter_map(|child| Help::new(child, code));
    helps
        .filter(|help| !is_generated(&help.said, code) && is_help(&help.said, message))
        .filter(|help| !help.is_pattern_of_a_name())
        .collect()
}

impl Help {
    fn new(advice: &Value, code: &str) -> Option<Help> {
        let mut said = advice["message"].as_str()?.to_owned();
        if let Some(letters) = advice["spans"][0]["suggested_replacement"].as_str() {
            said += &format!("\n\n{}", letters.trim_end());
        }
        Some(Help {
            said: without_generated(&said),
            lines: changed_lines(advice, code).unwrap_or_default(),
        })
    }

    /// Advice that has come without its error: the lines that it would put in.
    pub fn alone(advice: &Value) -> Help {
        let spans = advice["spans"].as_array().into_iter().flatten();
        let letters = spans.filter_map(|span| span["suggested_replacement"].as_str());
        let mut lines: Vec<&str> = letters.map(str::trim).collect();
        lines.sort_unstable();
        lines.dedup();
        Help {
            said: format!(
                "{}\n\n{}",
                advice["message"].as_str().unwrap_or_default(),
                lines.join("\n")
            ),
            lines: Vec::new(),
        }
    }

    /// The line of the cell that would be right.
    pub fn line(&self) -> Option<&str> {
        self.lines.first().map(String::as_str)
    }

    /// `if let a = 5`, which is always true, for `if a = 5`.
    fn is_pattern_of_a_name(&self) -> bool {
        let line = self.line().unwrap_or_default();
        let pattern = line
            .split("let ")
            .nth(1)
            .and_then(|rest| rest.split(" =").next());
        let is_name = |name: &str| {
            name.starts_with(|c: char| c.is_lowercase() || c == '_')
                && name.chars().all(|c| c.is_alphanumeric() || c == '_')
        };
        self.said.contains("to use pattern matching") && pattern.is_none_or(is_name)
    }

    /// As it is drawn.
    pub fn shown(&self) -> String {
        match self.said.split_once("\n\n") {
            Some((words, _)) if !self.lines.is_empty() => {
                format!("{words}\n\n{}", self.lines.join("\n"))
            }
            // A bracket or a semicolon alone says nothing.
            Some((words, letters)) if !letters.contains(char::is_alphanumeric) => words.to_owned(),
            _ => self.said.trim_end().to_owned(),
        }
    }
}

/// The lines that an advice changes, if all of them are the learner's.
fn changed_lines(advice: &Value, code: &str) -> Option<Vec<String>> {
    let spans = advice["spans"].as_array()?;
    let mut lines: BTreeMap<u64, Vec<&Value>> = BTreeMap::new();
    for span in spans {
        if span["line_start"] != span["line_end"] || span["expansion"].is_object() {
            return None;
        }
        let line = span["line_start"].as_u64()?;
        lines.entry(line).or_default().push(span);
    }
    let changed: Option<Vec<Vec<String>>> = lines
        .values()
        .map(|changes| changed_line(changes, code))
        .collect();
    Some(changed?.concat()).filter(|lines| !lines.is_empty())
}

/// A line with its changes; of changes at one place, which are a choice, a line for each.
fn changed_line(changes: &[&Value], code: &str) -> Option<Vec<String>> {
    let line = changes[0]["text"][0]["text"].as_str()?;
    let own = own_part(line);
    if !is_of_cell(&line[own.clone()], code) {
        return None;
    }
    let byte = |column: &Value| {
        let all = line.char_indices().map(|(at, _)| at);
        let at = all.chain([line.len()]).nth(column.as_u64()? as usize - 1)?;
        // What is put around the parentheses of ours belongs around what is in them.
        Some(at.clamp(own.start, own.end))
    };
    let mut changes: Vec<(usize, usize, &str)> = changes
        .iter()
        .map(|change| {
            Some((
                byte(&change["column_start"])?,
                byte(&change["column_end"])?,
                change["suggested_replacement"].as_str()?,
            ))
        })
        .collect::<Option<_>>()?;
    changes.sort_by_key(|(start, ..)| *start);
    let is_choice = changes.windows(2).all(|two| two[0].0 == two[1].0);
    if changes.len() > 1 && is_choice {
        let lines = changes.iter();
        return lines.map(|one| with_changes(line, &own, &[*one])).collect();
    }
    Some(vec![with_changes(line, &own, &changes)?])
}

/// A part of a line after changes in it that do not overlap, given in order.
fn with_changes(
    line: &str,
    part: &Range<usize>,
    changes: &[(usize, usize, &str)],
) -> Option<String> {
    let (mut text, mut done) = (String::new(), part.start);
    for (start, end, letters) in changes {
        text += line.get(done..*start)?;
        text += letters;
        // Of what it takes out of parentheses that stand in ours, rustc takes one too many.
        let removed = line.get(*start..*end)?;
        let (opened, closed) = (removed.matches('(').count(), removed.matches(')').count());
        text += if letters.is_empty() && closed == opened + 1 {
            ")"
        } else {
            ""
        };
        done = *end;
    }
    text += &line[done..part.end];
    Some(text.trim().to_owned())
}

/// Whether the learner has written this as a line or as a whole statement in it: evcxr takes apart
/// what is no Rust.
fn is_of_cell(part: &str, code: &str) -> bool {
    let is_end = |rest: &str| {
        let rest = rest.trim_start_matches(' ');
        part.ends_with([';', '}', '{', ','])
            || rest.is_empty()
            || rest.starts_with(['\n', '/', ';'])
    };
    let is_begin = |before: &str| {
        let before = before.trim_end_matches(' ');
        before.is_empty() || before.ends_with(['\n', ';', '}', '{'])
    };
    let places = code.match_indices(part).map(|(at, _)| at);
    !part.is_empty()
        && places
            .into_iter()
            .any(|at| is_begin(&code[..at]) && is_end(&code[at + part.len()..]))
}

/// Where the learner's part is in a line of generated code.
fn own_part(line: &str) -> Range<usize> {
    let mut own = line.trim();
    let constant = format!("const {IMPLEMENTATION}");
    while own.starts_with(AT) || own.starts_with(&constant) {
        let end = if own.starts_with(AT) { ");" } else { "();" };
        let Some((_, rest)) = own.split_once(end) else {
            break;
        };
        own = rest.trim_start();
    }
    let (before, behind) = SHOWN;
    own = own.strip_prefix(before).unwrap_or(own);
    own = own.strip_suffix(behind).unwrap_or(own);
    let start = own.as_ptr() as usize - line.as_ptr() as usize;
    start..start + own.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn advice(line: &str, changes: &[(usize, usize, &str)]) -> Value {
        let span = |(start, end, letters): &(usize, usize, &str)| {
            json!({"line_start": 9, "line_end": 9, "column_start": start, "column_end": end,
                   "text": [{"text": line}], "suggested_replacement": letters})
        };
        let spans: Vec<Value> = changes.iter().map(span).collect();
        json!({"level": "help", "message": "do so", "spans": spans})
    }

    #[test]
    fn an_advice_is_shown_as_a_line_of_the_cell() {
        let line = "chainrule::cell::at(1); (&(é + 1)).evcxr_display();";
        let one = Help::new(&advice(line, &[(33, 33, ".0")]), "é + 1").unwrap();
        assert_eq!(
            (one.said.as_str(), one.lines.as_slice()),
            ("do so\n\n.0", ["é + 1.0".to_owned()].as_slice())
        );
        assert_eq!(one.shown(), "do so\n\né + 1.0");
        let two = [(28, 28, "("), (29, 29, ")")];
        let two = Help::new(&advice(line, &two), "é + 1").unwrap();
        assert_eq!(two.lines, ["(é) + 1"]);
    }

    #[test]
    fn a_choice_is_a_line_for_each_and_generated_code_is_none() {
        let line = "chainrule::cell::at(1); f(x);";
        let choice = advice(line, &[(27, 28, "y"), (27, 28, "z")]);
        let lines = Help::new(&choice, "f(x);").unwrap().lines;
        assert_eq!(lines, ["f(y);", "f(z);"]);
        assert!(Help::new(&choice, "g()").unwrap().lines.is_empty());
    }
}
