//! What rustc warns of, under a cell that works: only what points at a mistake, and never on
//! standard error.
//!
//! evcxr drops warnings. What rustc said last is kept in the session's folder.

use super::case::Explanation;
use super::memory::{Fate, Memory};
use super::moves::By;
use super::situations;
use super::syntax::{Cell, bytes, one_line};
use crate::evaluator::cell::sources::{Place, SourceMap};
use ra_ap_syntax::SyntaxNode;
use ra_ap_syntax::ast::{self, AstNode};
use serde::{Deserialize, Serialize};
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
    for warning in warnings {
        let place = sources.find(source, warning.line);
        let Some(place) = place.filter(|place| place.cell == cell.number) else {
            continue;
        };
        let used_up = used_up(cell, &place.statement, memory);
        let warning = used_up.unwrap_or_else(|| explained(warning, &place));
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
    let statement = statement.as_str();
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

/// The last of the statements in a line whose value nobody keeps; the others are not what is
/// warned of.
fn last_statement(line: &str) -> String {
    let cell = Cell::new(line.trim());
    let is_unused = |one: &ast::ExprStmt| one.semicolon_token().is_some();
    let statements = cell.statements().iter().rev();
    let mut unused = statements.filter_map(|node| ast::ExprStmt::cast(node.clone()));
    let last = unused.find(is_unused).filter(|_| !cell.has_errors());
    last.map_or_else(
        || line.trim().to_owned(),
        |last| last.syntax().text().to_string(),
    )
}

/// What a warning means.
fn explained(warning: &Warning, place: &Place) -> Explanation {
    let (lint, message, line) = (warning.lint.as_str(), &warning.message, place.line);
    let expression = warning.marked.trim().trim_end_matches(';');
    let unused = message
        .strip_prefix("unused `")
        .and_then(|rest| rest.split('`').next())
        .unwrap_or_default();
    if unused.ends_with("Fit") {
        return situations::training_not_started(expression);
    }
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
                "let list: Vec<_> = {expression}{}.collect();\nfor value in {expression} {{ … }}",
                situations::each_owned(expression)
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
    // The learner's own line is no advice.
    let fix = match lint {
        "unused_must_use" if message.contains("`Result`") => result_used(expression, place),
        "unused_must_use" => format!("let _ = {expression};"),
        "while_true" => place.text.trim().replacen("while true", "loop", 1),
        _ => String::new(),
    };
    Explanation::new(
        format!("rustc warns of line {line}: {message}."),
        format!("rustc 对第 {line} 行提出警告：{message}。"),
        fix,
    )
}

/// A `Result` that is looked at: passed on where it can be.
fn result_used(expression: &str, place: &Place) -> String {
    // The error of a thread that has ended badly is none that `?` passes on.
    let is_thread = expression.ends_with(".join()");
    match is_thread || !passes_errors_on(expression, &place.statement) {
        true => format!("{expression}.unwrap();\nlet _ = {expression};"),
        false => format!("{expression}?;\nlet _ = {expression};"),
    }
}

/// Whether a `?` may stand at this part of a statement: in the cell itself, and in a function that
/// gives a `Result`.
fn passes_errors_on(expression: &str, statement: &str) -> bool {
    let cell = Cell::new(statement);
    let Some(at) = statement.find(expression) else {
        return true;
    };
    let within = |node: &SyntaxNode| bytes(node).contains(&at);
    let in_closure = cell
        .descendants()
        .filter_map(ast::ClosureExpr::cast)
        .any(|one| within(one.syntax()));
    let returned = cell.function_around(at).map(|function| {
        let kind = function.ret_type().map(|kind| kind.syntax().to_string());
        kind.is_some_and(|kind| kind.contains("Result"))
    });
    !in_closure && returned.unwrap_or(true)
}

/// A warning that is shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Warning {
    lint: String,
    message: String,
    /// Of the compiled code.
    line: usize,
    /// The code that it is about.
    marked: String,
}

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
    is_of_now.then(|| Warning {
        lint: lint.to_owned(),
        message: diagnostic["message"]
            .as_str()
            .unwrap_or_default()
            .to_owned(),
        line,
        marked: marked(span),
    })
}

/// The code that a span marks, in all its lines.
fn marked(span: &Value) -> String {
    let lines = span["text"].as_array().into_iter().flatten();
    let part = |line: &Value| {
        let column = |name: &str| Some(line[name].as_u64()? as usize - 1);
        let text = line["text"].as_str()?;
        let (start, end) = (column("highlight_start")?, column("highlight_end")?);
        let marked = text.chars().skip(start).take(end.saturating_sub(start));
        Some(marked.collect::<String>())
    };
    lines.filter_map(part).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_mistakes_of_this_cell_are_shown() {
        let said = |lint: &str, text: &str| {
            let span = json!({"file_name": "src/lib.rs", "is_primary": true, "line_start": 2,
                              "text": [{"text": text, "highlight_start": 1, "highlight_end": 4}]});
            let diagnostic =
                json!({"code": {"code": lint}, "message": "unused `Result`", "spans": [span]});
            warning(&diagnostic, "generated\nf();\n").map(|one| (one.message, one.line, one.marked))
        };
        assert_eq!(
            said("unused_must_use", "f();"),
            Some(("unused `Result`".to_owned(), 2, "f()".to_owned()))
        );
        assert_eq!(said("unused_variables", "f();"), None);
        assert_eq!(said("unused_must_use", "of_an_earlier_cell();"), None);
    }
}
