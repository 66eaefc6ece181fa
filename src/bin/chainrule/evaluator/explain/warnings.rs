//! What rustc warns of, under a cell that works: only what points at a mistake, and never on
//! standard error.
//!
//! evcxr drops warnings. What rustc said last is kept in the session's folder.

use super::case::Explanation;
use super::memory::{Fate, Memory};
use super::situations;
use super::syntax::{By, Cell, one_line};
use crate::evaluator::cell::sources::SourceMap;
use serde_json::Value;

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

/// What to say of these warnings about a cell that was compiled as `source`.
pub fn of_cell(
    warnings: &[Warning],
    cell: &Cell,
    source: &str,
    sources: &SourceMap,
    memory: &Memory,
) -> Vec<Explanation> {
    let mut said = Vec::new();
    for (lint, message, line) in warnings {
        let place = sources.find(source, *line);
        let Some(place) = place.filter(|place| place.cell == cell.number) else {
            continue;
        };
        let used_up = used_up(cell, &place.statement, memory);
        let warning = used_up.unwrap_or_else(|| {
            explained(
                lint,
                message,
                place.line,
                place.text.trim(),
                &place.statement,
            )
        });
        if !said.contains(&warning) {
            said.push(warning);
        }
    }
    said
}

/// `model.add(…);`, which takes the model and gives it back with the layer: nobody has it now.
fn used_up(cell: &Cell, statement: &str, memory: &Memory) -> Option<Explanation> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let statement = last_statement(statement);
    let (name, call) = statement.split_once('.')?;
    let method = call.split(|c| !is_part(c)).next()?;
    let fate = memory.fate(name);
    let is_it = matches!(fate, Some(Fate::Moved { cell: by, how: Some(how) })
        if *by == cell.number && how.by == By::Method(method.to_owned()));
    let defined = memory.defined_in(name);
    let defined = defined.filter(|_| !cell.variables().contains(name));
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
pub fn of_compiled(diagnostics: &str, compiled: &str) -> Vec<Warning> {
    let said = diagnostics
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
