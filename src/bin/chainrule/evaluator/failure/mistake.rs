//! An error of rustc in the learner's bytes, as it is drawn and as it is explained.

use super::crates::place_of_error;
use super::generated::{about_the_cell, without_generated, without_level};
use super::helps::{Help, helps};
use crate::compiler::rustc_error::RustcError;
use crate::evaluator::cell::prepare::Prepared;
use crate::evaluator::explain::memory::Memory;
use crate::evaluator::explain::{Case, Cell, Flaw, OF_CRATE, Unkept, is_of_the_moment};
use annotate_snippets::renderer::Style;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use chainrule::display::say;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// An error of rustc, in the learner's bytes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Mistake {
    /// As rustc numbers it: `E0425`.
    id: Option<String>,
    /// By what the table of explanations knows it.
    kind: String,
    message: String,
    /// The message as it was before it was put in words for learners.
    original: String,
    marks: Vec<Mark>,
    helps: Vec<Help>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Mark {
    range: Range<usize>,
    label: Option<String>,
    is_primary: bool,
}

impl Mark {
    fn alone(range: Range<usize>) -> Mark {
        Mark {
            range,
            label: None,
            is_primary: true,
        }
    }
}

impl Mistake {
    pub(super) fn new(code: &str, prepared: &Prepared, error: &RustcError) -> Mistake {
        let unkept = Unkept::from_message(&error.message);
        let id = error.code().map(str::to_owned);
        let kind = unkept
            .as_ref()
            .map(|unkept| unkept.kind.to_owned())
            .or(id.clone())
            .unwrap_or_default();
        let said = &error.message;
        // What cargo says begins with lines on what it has done, and with its level.
        let said = said
            .find("\nerror: ")
            .map_or(said.as_str(), |start| &said[start + 1..]);
        let original = about_the_cell(without_level(said), code);
        if let Some((file, line)) = place_of_error(&error.json) {
            return Mistake::of_crate(&file, line, &original);
        }
        let mut marks = marks(code, prepared, error, &original);
        if marks.is_empty() {
            marks.extend(in_use(code, &original));
        }
        let helps = if is_advice_alone(&id, &original) {
            vec![Help::alone(&error.json)]
        } else {
            helps(&error.json, &original, code)
        };
        Mistake {
            id,
            kind,
            message: unkept.map_or_else(|| original.clone(), |unkept| unkept.title),
            original,
            marks,
            helps,
        }
    }

    /// One in a file of a crate.
    fn of_crate(file: &str, line: u64, original: &str) -> Mistake {
        Mistake {
            id: None,
            kind: OF_CRATE.to_owned(),
            message: format!("{original}\n --> {file}:{line}"),
            original: format!("`{file}` `{line}`"),
            marks: Vec::new(),
            helps: Vec::new(),
        }
    }

    /// A variable that cannot be kept for the next cell.
    pub(super) fn of_unkept(code: &str, unkept: Unkept, original: &str) -> Mistake {
        let parsed = Cell::new(code);
        let name = &unkept.variable;
        let mark = parsed
            .place_of_definition(name)
            .or_else(|| parsed.place_of_use(name));
        Mistake {
            id: None,
            kind: unkept.kind.to_owned(),
            message: unkept.title,
            original: original.to_owned(),
            marks: mark.into_iter().map(Mark::alone).collect(),
            helps: Vec::new(),
        }
    }

    /// A slip that was found without rustc.
    pub(super) fn of_text(flaw: Flaw) -> Mistake {
        let mark = |(i, (range, label)): (usize, (Range<usize>, String))| Mark {
            range,
            label: Some(label).filter(|label| !label.is_empty()),
            is_primary: i == 0,
        };
        Mistake {
            id: None,
            kind: flaw.kind.to_owned(),
            original: flaw.title.clone(),
            message: flaw.title,
            marks: flaw.marks.into_iter().enumerate().map(mark).collect(),
            helps: Vec::new(),
        }
    }

    /// The mark that it is about.
    fn mark(&self) -> Option<&Mark> {
        self.marks
            .iter()
            .find(|mark| mark.is_primary)
            .or(self.marks.first())
    }

    /// What is said of it in one line, and the line of the cell that it is in.
    pub(super) fn summary(&self, code: &str) -> (String, Option<usize>) {
        let id = self
            .id
            .as_ref()
            .map(|id| format!("[{id}]"))
            .unwrap_or_default();
        let message = self.message.lines().next().unwrap_or_default();
        let line = self
            .mark()
            .map(|mark| code[..mark.range.start].matches('\n').count() + 1);
        (format!("error{id}: {message}"), line)
    }

    /// Whether it will be the same the next time.
    pub(super) fn lasts(&self) -> bool {
        !self.marks.is_empty() && !is_of_the_moment(&self.original)
    }

    /// Advice without the error that it belongs to: that one is in generated code.
    pub(super) fn is_advice(&self) -> bool {
        is_advice_alone(&self.id, &self.message)
    }

    /// Says of such advice what is wrong.
    pub(super) fn name_the_error(&mut self) {
        let title = say(
            "the path of a trait in a type is not known",
            "类型里有一个 trait 的路径不清楚",
        );
        self.message = title.to_owned();
    }

    pub(super) fn case<'a>(&'a self, number: u32, code: &'a str, memory: &'a Memory) -> Case<'a> {
        let labels = self
            .marks
            .iter()
            .filter_map(|mark| mark.label.as_deref())
            .collect::<Vec<_>>()
            .join("\n");
        let mark = self.mark().map(|mark| mark.range.clone());
        let (kind, message) = (self.kind.as_str(), self.original.as_str());
        Case {
            kind,
            message,
            labels,
            marks: self
                .marks
                .iter()
                .filter_map(|mark| Some((mark.range.clone(), mark.label.as_deref()?)))
                .collect(),
            helps: self.helps.iter().map(|help| help.said.as_str()).collect(),
            advice: self.helps.iter().find_map(Help::line),
            folder: "",
            mark,
            number,
            code,
            memory,
        }
    }

    /// As rustc draws it, with the lines of the cell.
    pub(super) fn draw(&self, cell: u32, code: &str) -> String {
        let mut title = Level::ERROR.primary_title(self.message.as_str());
        if let Some(id) = &self.id {
            title = title.id(id.as_str());
        }
        let mut group = annotate_snippets::Group::with_title(title);
        if !self.marks.is_empty() {
            let mut snippet = Snippet::source(code)
                .path(format!("cell [{cell}]"))
                .fold(true);
            for mark in &self.marks {
                let kind = if mark.is_primary {
                    AnnotationKind::Primary
                } else {
                    AnnotationKind::Context
                };
                snippet =
                    snippet.annotation(kind.span(mark.range.clone()).label(mark.label.clone()));
            }
            group = group.element(snippet);
        }
        for help in &self.helps {
            group = group.element(Level::HELP.message(help.shown()));
        }
        let bold = Style::new().bold();
        Renderer::plain()
            .error(bold)
            .emphasis(bold)
            .help(bold)
            .render(&[group])
    }
}

fn is_advice_alone(id: &Option<String>, message: &str) -> bool {
    id.is_none() && message.starts_with("consider importing")
}

/// What rustc marks in the cell.
fn marks(code: &str, prepared: &Prepared, error: &RustcError, original: &str) -> Vec<Mark> {
    let primary = error.primary().and_then(|mark| mark.span);
    let mut marks = Vec::new();
    for said in &error.marks {
        let Some(span) = said.span else { continue };
        let byte = |(line, column)| offset(code, line, prepared.column(line, column));
        let start = byte(span.start);
        let end = byte(span.end).max(start);
        let is_primary = primary.is_some_and(|primary| primary.start == span.start);
        let label = without_level(&said.label);
        // The method is the one that shows a value; learners did not write it.
        let label = match label {
            label if label.starts_with("method cannot be called") => {
                "this value cannot be shown".to_owned()
            }
            label if label.contains("`evcxr_display`") => "`Debug` is missing".to_owned(),
            label => without_generated(label),
        };
        let label = (label != original && !label.is_empty()).then_some(label);
        marks.push(Mark {
            range: start..end,
            label,
            is_primary,
        });
    }
    marks
}

/// evcxr takes a `use` apart, and no longer knows where its parts were.
fn in_use(code: &str, message: &str) -> Option<Mark> {
    let name = message.split('`').nth(1)?.rsplit("::").next()?;
    Cell::new(code).place_in_use(name).map(Mark::alone)
}

/// The byte at a line and a column, both from 1, the column in characters. Never outside the text.
fn offset(code: &str, line: usize, column: usize) -> usize {
    let start: usize = code
        .split_inclusive('\n')
        .take(line.saturating_sub(1))
        .map(str::len)
        .sum();
    let line = code[start..].lines().next().unwrap_or_default();
    let within = line
        .char_indices()
        .nth(column.saturating_sub(1))
        .map_or(line.len(), |(at, _)| at);
    start + within
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_count_characters() {
        assert_eq!(offset("aé🦀b\nxy", 1, 4), 7);
        assert_eq!(offset("aé🦀b\nxy", 2, 2), 10);
        assert_eq!(offset("ab", 9, 9), 2);
    }
}
