//! How a cell failed, in words for a learner.

use super::cell::Place;
use super::prepare::Prepared;
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};
use evcxr::CompilationError;

const RED: &str = "\x1b[1;31m";
const RESET: &str = "\x1b[0m";

/// What becomes the `error` message, the error in the reply, and the error output of a notebook.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// The kind, for programs: `CompileError`, `Panic`, `Error`, `Interrupted`, `Crash`, `SetupError`.
    pub name: &'static str,
    /// One line, for people.
    pub value: String,
    /// All of it, with colours; the last line names kind, message and place once more.
    pub traceback: Vec<String>,
}

impl Failure {
    /// A failure at a known place or at none.
    pub fn new(name: &'static str, value: impl Into<String>, place: Option<&Place>) -> Failure {
        let value = value.into();
        let mut traceback = Vec::new();
        if let Some(place) = place {
            traceback.push(format!("{RED}{name}{RESET} in cell [{}], line {}:", place.cell, place.line));
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
        let at = place.map(|place| format!("  (cell [{}], line {})", place.cell, place.line)).unwrap_or_default();
        traceback.push(format!("{RED}{name}{RESET}: {first_line}{at}"));
        Failure { name, value, traceback }
    }

    /// What rustc found, drawn against the learner's cell.
    pub fn compile_error(cell: u32, code: &str, prepared: &Prepared, errors: &[CompilationError]) -> Failure {
        let mut traceback = Vec::new();
        // The same mistake may be reported from several places that evcxr generated.
        let mut seen: Vec<String> = Vec::new();
        for error in errors {
            let drawn = draw(cell, code, prepared, error);
            if !seen.contains(&drawn) {
                traceback.extend(drawn.lines().map(str::to_owned));
                traceback.push(String::new());
                seen.push(drawn);
            }
        }
        let first = errors.first();
        let message = first
            .map(|error| in_plain_words(&error.message()))
            .unwrap_or_else(|| "the cell does not compile".to_owned());
        let code = first.and_then(CompilationError::code).map(|code| format!("[{code}]")).unwrap_or_default();
        let value = format!("error{code}: {}", message.lines().next().unwrap_or_default());
        let line = first.and_then(|error| Some(error.primary_spanned_message()?.span?.start_line));
        let place = line.map(|line| format!("  (cell [{cell}], line {line})")).unwrap_or_default();
        traceback.push(format!("{RED}CompileError{RESET}: {value}{place}"));
        Failure { name: "CompileError", value, traceback }
    }
}

/// One error as rustc draws it, with the lines of the cell.
fn draw(cell: u32, code: &str, prepared: &Prepared, error: &CompilationError) -> String {
    let origin = format!("cell [{cell}]");
    let mut snippet = Snippet::source(code).path(origin).fold(true);
    let mut has_mark = false;
    let primary = error.primary_spanned_message().and_then(|message| message.span);
    for message in error.spanned_messages() {
        let Some(span) = message.span else { continue };
        let byte = |line, column| offset(code, line, prepared.column(line, column));
        let range = byte(span.start_line, span.start_column)..byte(span.end_line, span.end_column);
        let is_primary =
            primary.is_some_and(|p| (p.start_line, p.start_column) == (span.start_line, span.start_column));
        let kind = if is_primary { AnnotationKind::Primary } else { AnnotationKind::Context };
        let label = without_level(&message.label);
        // The method is the one that shows a value; learners did not write it.
        let label = match label {
            label if label.starts_with("method cannot be called") => "this value cannot be shown",
            label if label.contains("`evcxr_display`") => "does not implement `Debug`",
            label => label,
        };
        let label = (label != error.message()).then(|| label.to_owned());
        snippet = snippet.annotation(kind.span(range).label(label));
        has_mark = true;
    }
    let message = in_plain_words(&error.message());
    let mut title = Level::ERROR.primary_title(message.as_str());
    if let Some(code) = error.code() {
        title = title.id(code);
    }
    let mut group = annotate_snippets::Group::with_title(title);
    if has_mark {
        group = group.element(snippet);
    }
    let helps = error.help();
    for help in &helps {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    Renderer::styled().render(&[group])
}

/// What evcxr itself says of variables that cannot be kept, in words for a learner. Other messages are left as they are.
pub fn in_plain_words(message: &str) -> String {
    let name = message.split('`').nth(1).unwrap_or_default();
    if message.contains("is a closure, which cannot be persisted") {
        format!(
            "the closure `{name}` cannot be kept for the next cell, because its type has no name\n\
             hint: write a function instead, fn {name}(x: f32) -> f32 {{ … }}\n      \
             or a box, let {name}: Box<dyn Fn(f32) -> f32> = Box::new(|x| …);\n      \
             or put the code that uses it in the same cell, inside of {{ }}"
        )
    } else if message.contains("contains a reference with a non-static lifetime") {
        format!(
            "`{name}` borrows from another variable, and a borrow cannot be kept for the next cell\n\
             hint: keep a value of its own, with .clone() or .to_vec()\n      \
             or put the code that uses `{name}` in the same cell, inside of {{ }}"
        )
    } else if message.contains("Couldn't automatically determine type of variable") {
        format!("the type of `{name}` is not known\nhint: write it down, for example let {name}: Vec<f32> = …;")
    } else {
        message.to_owned()
    }
}

/// evcxr puts `error: ` before a message that it uses as a label.
fn without_level(label: &str) -> &str {
    ["error: ", "help: ", "note: "].iter().find_map(|level| label.strip_prefix(level)).unwrap_or(label)
}

/// The byte at a line and a column, both from 1, the column in characters. Never outside the text.
fn offset(code: &str, line: usize, column: usize) -> usize {
    let start: usize = code.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let line = code[start..].lines().next().unwrap_or_default();
    let within = line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at);
    start + within
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The traceback without colours.
    fn plain(failure: &Failure) -> String {
        failure.traceback.join("\n").replace(RED, "").replace(RESET, "")
    }

    #[test]
    fn evcxr_in_plain_words() {
        let said = "The variable `f` is a closure, which cannot be persisted.\nYou can however persist closures if you";
        assert!(in_plain_words(said).starts_with("the closure `f` cannot be kept for the next cell"));
        let said = "The variable `r` contains a reference with a non-static lifetime so\ncan't be persisted.";
        assert!(in_plain_words(said).starts_with("`r` borrows from another variable"));
        assert_eq!(in_plain_words("mismatched types"), "mismatched types");
    }

    #[test]
    fn offsets_count_characters() {
        assert_eq!(offset("aé🦀b\nxy", 1, 4), 7);
        assert_eq!(offset("aé🦀b\nxy", 2, 2), 10);
        assert_eq!(offset("ab", 9, 9), 2);
    }

    #[test]
    fn the_last_line_says_it_all() {
        let place = Place { cell: 3, line: 4, text: "let y = v[10];".to_owned() };
        let failure = Failure::new("Panic", "index out of bounds", Some(&place));
        assert_eq!(
            plain(&failure),
            "Panic in cell [3], line 4:\n\n    4 | let y = v[10];\n\nPanic: index out of bounds  (cell [3], line 4)"
        );
        let failure = Failure::new("Panic", "sizes differ\n  hint: transpose", None);
        assert_eq!(plain(&failure), "sizes differ\n  hint: transpose\n\nPanic: sizes differ");
    }
}
