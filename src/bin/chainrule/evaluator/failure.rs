//! How a cell failed, in words for a learner.

use super::cell::Place;
use super::explain::memory::Memory;
use super::explain::{self, Case, Cell, Flaw, Unkept};
use super::prepare::{IMPLEMENTATION, Prepared};
use annotate_snippets::renderer::Style;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use chainrule::display::say;
use evcxr::{CompilationError, Error};
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
}

/// A message that prints a whole data set keeps its beginning and its end.
const LONGEST: usize = 20_000;

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
            traceback.extend(value.lines().map(str::to_owned));
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
            return Failure::new("CompileError", without_generated(message), None);
        };
        let parsed = Cell::new(code);
        let name = &unkept.variable;
        let mark = parsed
            .place_of_definition(name)
            .or_else(|| parsed.place_of_use(name));
        let mistake = Mistake {
            id: None,
            kind: unkept.kind.to_owned(),
            message: unkept.title,
            original: message.to_owned(),
            marks: mark
                .into_iter()
                .map(|range| Mark {
                    range,
                    label: None,
                    is_primary: true,
                })
                .collect(),
            helps: Vec::new(),
        };
        Failure::mistakes(cell, code, vec![mistake], memory)
    }

    fn mistakes(cell: u32, code: &str, mut mistakes: Vec<Mistake>, memory: &Memory) -> Failure {
        // Advice without the error that it belongs to: that one is in generated code.
        let is_advice = |mistake: &Mistake| {
            mistake.id.is_none() && mistake.message.starts_with("consider importing")
        };
        if !mistakes.iter().all(is_advice) {
            mistakes.retain(|mistake| !is_advice(mistake));
        } else {
            for mistake in &mut mistakes {
                let title = say(
                    "the path of a trait in a type is not known",
                    "类型里有一个 trait 的路径不清楚",
                );
                mistake.message = title.to_owned();
            }
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
        traceback.extend(explained.iter().flat_map(|one| one.lines(BOLD, RESET)));
        let (value, place) = match mistakes.first() {
            None => ("error: the cell does not compile".to_owned(), String::new()),
            Some(first) => {
                let id = first
                    .id
                    .as_ref()
                    .map(|id| format!("[{id}]"))
                    .unwrap_or_default();
                let line = first
                    .mark()
                    .map(|mark| code[..mark.range.start].matches('\n').count() + 1);
                let place = line
                    .map(|line| format!("  (cell [{cell}], line {line})"))
                    .unwrap_or_default();
                (
                    format!(
                        "error{id}: {}",
                        first.message.lines().next().unwrap_or_default()
                    ),
                    place,
                )
            }
        };
        traceback.push(format!("{BOLD}CompileError{RESET}: {value}{place}"));
        Failure {
            name: "CompileError",
            value,
            traceback,
        }
    }

    /// Says what the message of a panic or an error means, where it is a known one.
    /// `folder` is where relative paths begin.
    pub fn explained(mut self, cell: u32, code: &str, memory: &Memory, folder: &str) -> Failure {
        let (kind, message, labels) = (self.name, self.value.as_str(), String::new());
        let case = Case {
            kind,
            message,
            labels,
            helps: &[],
            folder,
            mark: None,
            number: cell,
            code,
            memory,
        };
        if let Some(explanation) = explain::explain(&case) {
            let last = self.traceback.len().saturating_sub(1);
            self.traceback
                .splice(last..last, explanation.lines(BOLD, RESET));
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
    pub fn new(code: &str, prepared: &Prepared, error: &Error) -> Refusal {
        match error {
            Error::CompilationErrors(errors) => {
                // Warnings come along with errors, and are not what keeps the cell from running.
                let errors = errors.iter().filter(|error| error.level() != "warning");
                Refusal::Mistakes(
                    errors
                        .map(|error| Mistake::new(code, prepared, error))
                        .collect(),
                )
            }
            other => Refusal::Said(other.to_string()),
        }
    }

    /// Whether it is the cell's own fault, and so will be the same the next time.
    pub fn lasts(&self) -> bool {
        match self {
            // What has nothing to do with the text of the cell, such as a full disk, has no place
            // in it.
            // Nor are files and memory the same the next time.
            Refusal::Mistakes(mistakes) => mistakes
                .iter()
                .any(|one| !one.marks.is_empty() && !explain::is_of_the_moment(&one.original)),
            Refusal::Said(message) => Unkept::from_message(message).is_some(),
        }
    }
}

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
    helps: Vec<String>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Mark {
    range: Range<usize>,
    label: Option<String>,
    is_primary: bool,
}

impl Mistake {
    fn new(code: &str, prepared: &Prepared, error: &CompilationError) -> Mistake {
        let unkept = Unkept::from_message(&error.message());
        let id = error.code().map(str::to_owned);
        let kind = unkept
            .as_ref()
            .map(|unkept| unkept.kind.to_owned())
            .or(id.clone())
            .unwrap_or_default();
        let said = error.message();
        // What cargo says begins with lines on what it has done, and with its level.
        let said = said
            .find("\nerror: ")
            .map_or(said.as_str(), |start| &said[start + 1..]);
        let original = about_the_cell(without_level(said), code);
        let message = unkept.map_or_else(|| original.clone(), |unkept| unkept.title);
        let primary = error
            .primary_spanned_message()
            .and_then(|message| message.span);
        let mut marks = Vec::new();
        for said in error.spanned_messages() {
            let Some(span) = said.span else { continue };
            let byte = |line, column| offset(code, line, prepared.column(line, column));
            let start = byte(span.start_line, span.start_column);
            let end = byte(span.end_line, span.end_column).max(start);
            let is_primary = primary.is_some_and(|p| {
                (p.start_line, p.start_column) == (span.start_line, span.start_column)
            });
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
        // evcxr takes a `use` apart, and no longer knows where its parts were.
        let name = original
            .split('`')
            .nth(1)
            .and_then(|path| path.rsplit("::").next());
        if marks.is_empty()
            && let Some(range) = name.and_then(|name| Cell::new(code).place_in_use(name))
        {
            marks.push(Mark {
                range,
                label: None,
                is_primary: true,
            });
        }
        let helps = error
            .help()
            .iter()
            .map(|help| without_generated(help))
            .filter(|help| !is_generated(help, code) && explain::is_help(help, &original))
            .collect();
        Mistake {
            id,
            kind,
            message,
            original,
            marks,
            helps,
        }
    }

    /// A slip that was found without rustc.
    fn of_text(flaw: Flaw) -> Mistake {
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

    fn case<'a>(&'a self, number: u32, code: &'a str, memory: &'a Memory) -> Case<'a> {
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
            helps: &self.helps,
            folder: "",
            mark,
            number,
            code,
            memory,
        }
    }

    /// As rustc draws it, with the lines of the cell.
    fn draw(&self, cell: u32, code: &str) -> String {
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
            group = group.element(Level::HELP.message(help.as_str()));
        }
        let bold = Style::new().bold();
        Renderer::plain()
            .error(bold)
            .emphasis(bold)
            .help(bold)
            .render(&[group])
    }
}

/// Names of what evcxr and we put around a cell, and what a learner may read instead.
const GENERATED: &[(&str, &str)] = &[
    ("Result<(), EvcxrUserCodeError>", "Result<(), _>"),
    ("EvcxrUserCodeError", "the error of the cell"),
    ("`evcxr_variable_store`", "<end of input>"),
    ("CellDisplay", "Debug"),
    ("evcxr_internal_runtime::", ""),
    ("*mut VariableStore", "()"),
    ("src/lib.rs", "cell"),
    // What is looked for beside the code is looked for in a folder of ours.
    ("couldn't read `src/", "couldn't read `"),
    ("chainrule::tensor::Tensor", "Tensor"),
    ("chainrule::data::Dataset", "Dataset"),
];

/// A message of rustc, which may be about what evcxr and we put around a cell.
fn about_the_cell(message: &str, code: &str) -> String {
    let names: Vec<&str> = message.split('`').collect();
    if names.get(1) == Some(&"evcxr_display") {
        // The method that shows a value is there for all that has `Debug`.
        let shown = without_generated(
            names
                .get(3)
                .unwrap_or(&"this value")
                .trim_start_matches('&'),
        );
        return format!("`{shown}` doesn't implement `Debug`");
    }
    let message = without_generated(message);
    if is_generated(&message, code) {
        "a name of this cell is one that the kernel itself uses".to_owned()
    } else {
        message
    }
}

/// A message without names of generated code and without places in it.
fn without_generated(message: &str) -> String {
    let mut message = GENERATED
        .iter()
        .fold(message.to_owned(), |text, (name, word)| {
            text.replace(name, word)
        });
    // `{closure@cell:12:9: 12:12}` counts the lines of the generated code.
    while let Some(begin) = message.find("@cell:") {
        let end = message[begin..]
            .find('}')
            .map_or(message.len(), |end| begin + end);
        message.replace_range(begin..end, "");
    }
    message
}

/// Whether a text is about generated code, or about a `Cargo.toml` that learners do not have. What
/// stands in the cell is the learner's, such as the name of a crate.
fn is_generated(text: &str, code: &str) -> bool {
    const NAMES: [&str; 6] = [
        "evcxr",
        "Evcxr",
        IMPLEMENTATION,
        "run_user_code",
        "VariableStore",
        "put_variable",
    ];
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    text.contains("Cargo.toml")
        || words.any(|word| NAMES.iter().any(|name| word.contains(name)) && !code.contains(word))
}

/// evcxr puts `error: ` before a message that it uses as a label.
fn without_level(label: &str) -> &str {
    ["error: ", "help: ", "note: "]
        .iter()
        .find_map(|level| label.strip_prefix(level))
        .unwrap_or(label)
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

    /// The traceback without colours.
    fn plain(failure: &Failure) -> String {
        failure
            .traceback
            .join("\n")
            .replace(BOLD, "")
            .replace(RESET, "")
    }

    #[test]
    fn generated_names_are_not_shown() {
        let said = "expected closure `{closure@src/lib.rs:3:9: 3:12}`, found closure \
                   `{closure@src/lib.rs:4:9: 4:12}`";
        assert_eq!(
            without_generated(said),
            "expected closure `{closure}`, found closure `{closure}`"
        );
        let said = "an error compatible with `Result<(), EvcxrUserCodeError>`";
        assert_eq!(
            without_generated(said),
            "an error compatible with `Result<(), _>`"
        );
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
    fn offsets_count_characters() {
        assert_eq!(offset("aé🦀b\nxy", 1, 4), 7);
        assert_eq!(offset("aé🦀b\nxy", 2, 2), 10);
        assert_eq!(offset("ab", 9, 9), 2);
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
