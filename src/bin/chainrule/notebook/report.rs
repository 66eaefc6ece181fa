//! What became of each cell, for programs: as JUnit's XML, which CI services show, or as JSON.

use anyhow::{Context, Result};
use serde_json::json;
use std::fmt::Write;
use std::fs;
use std::path::Path;

/// A notebook that was run.
pub struct Report {
    /// As it was given on the command line.
    pub notebook: String,
    pub cells: Vec<CellReport>,
}

/// A cell of code.
pub struct CellReport {
    /// In the notebook, from 1 on, as the kernel counts.
    pub number: u32,
    pub seconds: f64,
    pub end: End,
}

pub enum End {
    Well,
    /// One that may fail, and did.
    Allowed(Why),
    Failed(Why),
    /// One before it has failed.
    NotRun,
}

pub struct Why {
    pub name: String,
    pub message: String,
    pub traceback: String,
}

/// Whether a report can be written under this name.
pub fn check_name(path: &Path) -> Result<()> {
    ending(path).map(drop)
}

/// Writes a report, in the form that the ending of its name says.
pub fn write(path: &Path, reports: &[Report]) -> Result<()> {
    let text = match ending(path)? {
        "json" => serde_json::to_string_pretty(&as_json(reports))?,
        _ => as_junit(reports),
    };
    fs::write(path, text).with_context(|| format!("{} cannot be written", path.display()))
}

fn ending(path: &Path) -> Result<&str> {
    let ending = path.extension().and_then(|ending| ending.to_str());
    ending
        .filter(|ending| ["xml", "json"].contains(ending))
        .with_context(|| {
            format!(
                "--report: {} ends neither in .xml nor in .json",
                path.display()
            )
        })
}

fn as_json(reports: &[Report]) -> serde_json::Value {
    let cell = |cell: &CellReport| {
        let (end, why) = match &cell.end {
            End::Well => ("ok", None),
            End::Allowed(why) => ("allowed", Some(why)),
            End::Failed(why) => ("failed", Some(why)),
            End::NotRun => ("not run", None),
        };
        let error = why.map(|why| {
            json!({"name": why.name, "message": why.message, "traceback": plain(&why.traceback)})
        });
        json!({"cell": cell.number, "seconds": cell.seconds, "end": end, "error": error})
    };
    let notebook = |report: &Report| {
        let cells: Vec<_> = report.cells.iter().map(cell).collect();
        json!({"notebook": report.notebook, "cells": cells})
    };
    json!({"notebooks": reports.iter().map(notebook).collect::<Vec<_>>()})
}

fn as_junit(reports: &[Report]) -> String {
    let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    for report in reports {
        let count = |is: fn(&End) -> bool| report.cells.iter().filter(|cell| is(&cell.end)).count();
        let failures = count(|end| matches!(end, End::Failed(_)));
        let skipped = count(|end| matches!(end, End::NotRun));
        let seconds: f64 = report.cells.iter().map(|cell| cell.seconds).sum();
        let (name, tests) = (escaped(&report.notebook), report.cells.len());
        // What is written into a text arrives.
        let _ = writeln!(
            text,
            "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\" errors=\"0\" \
             skipped=\"{skipped}\" time=\"{seconds:.3}\">"
        );
        for cell in &report.cells {
            let (number, seconds) = (cell.number, cell.seconds);
            let inside = match &cell.end {
                End::Well | End::Allowed(_) => String::new(),
                End::NotRun => "<skipped/>".to_owned(),
                End::Failed(why) => format!(
                    "<failure type=\"{}\" message=\"{}\">{}</failure>",
                    escaped(&why.name),
                    escaped(&why.message),
                    escaped(&why.traceback)
                ),
            };
            let _ = writeln!(
                text,
                "    <testcase classname=\"{name}\" name=\"cell [{number}]\" \
                 time=\"{seconds:.3}\">{inside}</testcase>"
            );
        }
        text.push_str("  </testsuite>\n");
    }
    text + "</testsuites>\n"
}

/// Without the colours of a terminal.
fn plain(text: &str) -> String {
    let mut parts = text.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |all, part| {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == ';');
        all + rest.strip_prefix('m').unwrap_or(rest)
    })
}

/// As XML can have it: most control characters it cannot, in any form.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in plain(text).chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' | '\t' => escaped.push(letter),
            '\u{fffe}' | '\u{ffff}' => escaped.push('\u{fffd}'),
            letter if letter.is_control() => escaped.push('\u{fffd}'),
            letter => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_can_stand_in_a_report() {
        let hostile = "\u{1b}[1;31ma\u{1b}[0m <b> & \"c\" \u{0}\u{7}]]>\n\u{ffff}";
        assert_eq!(
            escaped(hostile),
            "a &lt;b&gt; &amp; &quot;c&quot; \u{fffd}\u{fffd}]]&gt;\n\u{fffd}"
        );
    }
}
