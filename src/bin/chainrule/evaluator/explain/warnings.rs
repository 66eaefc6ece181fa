//! What rustc warns of, under a cell that works: only what points at a mistake, and never on
//! standard error.
//!
//! evcxr drops warnings. What rustc said last is kept in the session's folder.

use super::case::Explanation;
use super::memory::Fate;
use super::situations;
use super::syntax::{By, Cell, one_line};
use crate::compiler::stand_in::cargo;
use crate::evaluator::Evaluator;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Lints that tell of code which does not do what it seems to. The rest would only fill a notebook.
const SHOWN: &[&str] = &[
    "unused_must_use",
    "unreachable_code",
    "unconditional_recursion",
    "unused_comparisons",
    "for_loops_over_fallibles",
    "unused_labels",
    "while_true",
];

impl Evaluator {
    /// The warnings about the cell that was compiled last, the `number`th.
    pub(super) fn warnings(&self, number: u32, code: &str) -> Vec<Explanation> {
        let mut warnings = Vec::new();
        for (lint, message, line) in &self.compiled.warnings {
            let place = self
                .sources
                .find(&self.compiled.source, *line)
                .filter(|place| place.cell == number);
            let Some(place) = place else { continue };
            let used_up = self.used_up(number, code, &place.statement);
            let warning = used_up.unwrap_or_else(|| {
                explained(
                    lint,
                    message,
                    place.line,
                    place.text.trim(),
                    &place.statement,
                )
            });
            if !warnings.contains(&warning) {
                warnings.push(warning);
            }
        }
        warnings
    }

    /// `model.add(…);`, which takes the model and gives it back with the layer: nobody has it now.
    fn used_up(&self, number: u32, code: &str, statement: &str) -> Option<Explanation> {
        let is_part = |c: char| c.is_alphanumeric() || c == '_';
        let statement = last_statement(statement);
        let (name, call) = statement.split_once('.')?;
        let method = call.split(|c| !is_part(c)).next()?;
        let fate = self.memory.fate(name);
        let is_it = matches!(fate, Some(Fate::Moved { cell, how: Some(how) })
            if *cell == number && how.by == By::Method(method.to_owned()));
        let defined = self.memory.defined_in(name);
        let defined = defined.filter(|_| !Cell::new(code).variables().contains(name));
        let (again, zh) = match defined {
            None => (String::new(), String::new()),
            Some(cell) => (
                format!(" Run cell [{cell}] again, then this one as:"),
                format!("请重新运行单元格 [{cell}]，再把这里改成："),
            ),
        };
        is_it.then(|| {
            Explanation::new(
                format!(
                    "`.{method}(…)` takes `{name}` and gives back a new one, which nobody keeps: \
                     `{name}` is gone.{again}"
                ),
                format!(
                    "`.{method}(…)` 会拿走 `{name}`，再返回一个新的；新的没有保存，`{name}` 也就没有了。{zh}"
                ),
                format!("{name} = {}", one_line(statement)),
            )
        })
    }
}

/// The last of the statements in a line; what stands before it is not what is warned of.
fn last_statement(line: &str) -> &str {
    let line = line.trim();
    let inside = line.strip_suffix(';').unwrap_or(line);
    let is_simple = !inside.contains(['"', '{', '\'']);
    match inside.rfind(';').filter(|_| is_simple) {
        Some(end) => line[end + 1..].trim_start(),
        None => line,
    }
}

/// What a warning means.
fn explained(lint: &str, message: &str, line: usize, text: &str, statement: &str) -> Explanation {
    let unused = message
        .strip_prefix("unused `")
        .and_then(|rest| rest.split('`').next())
        .unwrap_or_default();
    if unused.ends_with("Fit") {
        return situations::training_not_started(statement);
    }
    let expression = last_statement(text).trim_end_matches(';');
    const LAZY: [&str; 9] = [
        "Map",
        "Filter",
        "FilterMap",
        "Rev",
        "Zip",
        "Chain",
        "Enumerate",
        "Take",
        "Skip",
    ];
    let kind = unused.rsplit("::").next().unwrap_or_default();
    if lint == "unused_must_use" && (unused.contains("iter::") || LAZY.contains(&kind)) {
        return Explanation::new(
            format!(
                "Line {line} computes nothing: an iterator waits until something asks for what it \
                yields."
            ),
            format!("第 {line} 行什么也没有算：迭代器要等到有人取用结果时才会计算。"),
            format!(
                "let list: Vec<_> = {expression}.collect();\nfor value in {expression} {{ … }}"
            ),
        );
    }
    if lint == "unused_must_use"
        && (message.contains("return value") || message.contains("unused value"))
    {
        return Explanation::new(
            format!("What line {line} computes is thrown away. Give it a name, or show it."),
            format!("第 {line} 行算出来的结果被丢掉了。请给它起个名字，或者显示出来。"),
            format!("let value = {expression};\nshow(&{expression});"),
        );
    }
    let fix = if lint == "unused_must_use" {
        used(message, text)
    } else {
        text.to_owned()
    };
    Explanation::new(
        format!("rustc warns of line {line}: {message}."),
        format!("rustc 对第 {line} 行提出警告：{message}。"),
        fix,
    )
}

/// The line with its value used.
fn used(message: &str, text: &str) -> String {
    match text
        .strip_suffix(';')
        .filter(|_| message.contains("`Result`"))
    {
        Some(call) => format!("{call}?;\nlet _ = {text}"),
        None => format!("{text}\nlet _ = {text}"),
    }
}

/// A warning that is shown: its lint, its message, and its line in the compiled code.
pub type Warning = (String, String, usize);

/// What rustc said of the code that was compiled last in a folder.
pub fn of_compiled(folder: &Path, compiled: &str) -> Vec<Warning> {
    let said = last_diagnostics(folder).unwrap_or_default();
    let said = said
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    said.filter_map(|diagnostic| warning(&diagnostic, compiled))
        .collect()
}

fn warning(diagnostic: &Value, compiled: &str) -> Option<Warning> {
    let lint = diagnostic["code"]["code"]
        .as_str()
        .filter(|lint| SHOWN.contains(lint))?;
    let spans = diagnostic["spans"].as_array()?;
    let span = spans
        .iter()
        .find(|span| span["is_primary"] == true && span["file_name"] == "src/lib.rs")?;
    let line = span["line_start"].as_u64()? as usize;
    // What cargo keeps may be about an earlier cell.
    let is_of_now = compiled.lines().nth(line.checked_sub(1)?) == span["text"][0]["text"].as_str();
    is_of_now.then(|| {
        (
            lint.to_owned(),
            diagnostic["message"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            line,
        )
    })
}

/// What rustc said when a cell was compiled last, by cargo or without it.
pub fn last_diagnostics(folder: &Path) -> Option<String> {
    let inside = |folder: PathBuf| {
        std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
    };
    let targets = inside(folder.join("target"));
    let of_cells = targets.flat_map(|target| inside(target.join("debug/.fingerprint")));
    let of_cargo = of_cells.map(|crate_folder| crate_folder.join("output-lib-ctx"));
    let files = of_cargo.chain([folder.join(cargo::SAID)]);
    let written = |file: &PathBuf| {
        file.metadata()
            .and_then(|data| data.modified())
            .unwrap_or(SystemTime::UNIX_EPOCH)
    };
    let newest = files.filter(|file| file.is_file()).max_by_key(written)?;
    std::fs::read_to_string(newest).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_mistakes_of_this_cell_are_shown() {
        let said = |lint: &str, text: &str| {
            let span = json!({"file_name": "src/lib.rs", "is_primary": true, "line_start": 2,
                              "text": [{"text": text}]});
            let diagnostic =
                json!({"code": {"code": lint}, "message": "unused `Result`", "spans": [span]});
            warning(&diagnostic, "generated\nf();\n").map(|(_, message, line)| (message, line))
        };
        assert_eq!(
            said("unused_must_use", "f();"),
            Some(("unused `Result`".to_owned(), 2))
        );
        assert_eq!(said("unused_variables", "f();"), None);
        assert_eq!(said("unused_must_use", "of_an_earlier_cell();"), None);
    }
}
