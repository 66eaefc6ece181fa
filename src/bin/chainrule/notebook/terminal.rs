//! What a notebook shows, in a terminal, a pipe or a file: text, in the order in which it was
//! shown.

use crate::evaluator::{Bundle, Output, StreamName};
use serde_json::Value;
use std::io::{IsTerminal, Write};

/// Prints what cells show while they run.
#[derive(Default)]
pub struct Terminal {
    /// Displays of this cell that can change: a terminal cannot take back what it printed, so they
    /// are printed as they are when the cell has ended.
    changing: Vec<Bundle>,
    /// Whether a line of the cell has not ended yet.
    is_in_line: bool,
}

impl Terminal {
    /// Prints an output, or keeps it until the cell has ended.
    pub fn show(&mut self, output: &Output) {
        match output {
            Output::Stream {
                name: StreamName::Stdout,
                text,
            } => self.print(text),
            Output::Stream {
                name: StreamName::Stderr,
                text,
            } => {
                // A closed pipe is no reason to end the run.
                let _ = std::io::stderr().write_all(text.as_bytes());
            }
            Output::Display(bundle) if bundle.id.is_some() => {
                self.changing.retain(|earlier| earlier.id != bundle.id);
                self.changing.push(bundle.clone());
            }
            Output::Display(bundle) | Output::Result(bundle) => self.print_bundle(bundle),
            Output::Update(update) => {
                for display in self
                    .changing
                    .iter_mut()
                    .filter(|display| display.id == update.id)
                {
                    display.data.clone_from(&update.data);
                }
            }
            Output::Clear { .. } => self.changing.clear(),
            Output::Question { .. } | Output::Comm(_) | Output::Payload(_) => {}
        }
    }

    /// The cell has ended: the displays that could change, and the end of the last line.
    pub fn end(&mut self) {
        for bundle in std::mem::take(&mut self.changing) {
            self.print_bundle(&bundle);
        }
        if self.is_in_line {
            self.print("\n");
        }
    }

    fn print_bundle(&mut self, bundle: &Bundle) {
        if self.is_in_line {
            self.print("\n");
        }
        let text = bundle
            .data
            .get("text/plain")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .trim_end_matches('\n');
        if !text.is_empty() {
            self.print(&format!("{text}\n"));
        }
    }

    fn print(&mut self, text: &str) {
        let mut stdout = std::io::stdout().lock();
        let _ = stdout
            .write_all(text.as_bytes())
            .and_then(|()| stdout.flush());
        self.is_in_line = text
            .chars()
            .next_back()
            .map_or(self.is_in_line, |last| last != '\n');
    }
}

/// Prints lines on standard error: in colour for people, without for pipes, files, and who does not
/// want it (no-color.org).
pub fn print_error(lines: &[String]) {
    let is_unwanted = |name: &str, value: Option<&str>| {
        std::env::var(name)
            .is_ok_and(|found| value.map_or(!found.is_empty(), |value| found == value))
    };
    let has_colour = std::io::stderr().is_terminal()
        && !is_unwanted("NO_COLOR", None)
        && !is_unwanted("TERM", Some("dumb"));
    let text = lines.join("\n");
    let text = if has_colour {
        text
    } else {
        without_colour(&text)
    };
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// The text without what sets colours: ESC, `[`, numbers, `m`.
fn without_colour(text: &str) -> String {
    let mut parts = text.split("\x1b[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |before, part| {
        let end = part.find(|c: char| !c.is_ascii_digit() && c != ';');
        match end.filter(|end| part[*end..].starts_with('m')) {
            Some(end) => before + &part[end + 1..],
            None => before + "\x1b[" + part,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::without_colour;

    #[test]
    fn colours_go_and_everything_else_stays() {
        assert_eq!(
            without_colour("\x1b[1;31mPanic\x1b[0m: [1, 2]"),
            "Panic: [1, 2]"
        );
        assert_eq!(without_colour("\x1b[2Kline \x1b[m\x1b"), "\x1b[2Kline \x1b");
        assert_eq!(without_colour("ünï"), "ünï");
    }
}
