//! What a name is: as Markdown, as HTML, and as plain text.

use super::cursor::{Cursor, Place};
use super::declarations::{Item, Kind};
use super::infer::Scope;
use super::known::Known;
use super::types::Type;
use super::words;
use crate::evaluator::cell::BEFORE;
use chainrule::display::escape_html;
use chainrule::display::say;
use pulldown_cmark::{Event, Parser, html};
use ra_ap_syntax::ast::{self, AstNode};
use serde_json::{Value, json};
use std::sync::Arc;

/// What is known about a name, in three formats.
#[derive(Clone, Debug, PartialEq)]
pub struct Inspection {
    pub text: String,
    pub markdown: String,
    pub html: String,
}

/// What was found, and whether rust-analyzer could know more: it reads every crate.
pub struct Inspected {
    pub found: Option<Inspection>,
    pub is_partial: bool,
}

impl Inspection {
    pub fn new(markdown: String) -> Inspection {
        let mut rendered = String::new();
        // HTML within a comment of a cell is text.
        let events = Parser::new(&markdown).map(|event| match event {
            Event::Html(html) | Event::InlineHtml(html) => Event::Text(html),
            other => other,
        });
        html::push_html(&mut rendered, events);
        Inspection {
            text: without_fences(&markdown),
            markdown,
            html: rendered,
        }
    }

    /// By the names of the formats.
    pub fn bundle(&self) -> Value {
        json!({
            "text/plain": self.text,
            "text/markdown": self.markdown,
            "text/html": self.html,
        })
    }

    /// What rust-analyzer says. Its HTML is made of the documentation of any crate: only its text
    /// is trusted.
    pub fn of_analyzer(text: String) -> Inspection {
        let html = format!("<pre>{}</pre>", escape_html(&text));
        Inspection {
            markdown: format!("```text\n{text}\n```"),
            text,
            html,
        }
    }
}

/// What the name at byte `offset` is, or the function whose arguments the cursor is in. `level` 1
/// adds the source.
pub fn inspect(known: &Known, code: &str, offset: usize, level: u8) -> Inspected {
    let nothing = Inspected {
        found: None,
        is_partial: false,
    };
    let Some(mut cursor) = Cursor::at(code, offset) else {
        return nothing;
    };
    if cursor.name(code).is_empty() {
        let called = called_around(&cursor).and_then(|end| Cursor::at(code, end));
        match called {
            Some(called) => cursor = called,
            None => return nothing,
        }
    }
    if matches!(cursor.place, Place::Nothing) || cursor.name(code).is_empty() {
        return nothing;
    }
    let found = named(known, code, &cursor, level);
    let is_partial = match &found {
        Some(_) => false,
        None => !matches!(cursor.place, Place::Command | Place::Text { .. }),
    };
    Inspected {
        found: found.map(|(inspection, _)| inspection),
        is_partial,
    }
}

/// What is known of the name under the cursor, and the item that it is.
fn named(
    known: &Known,
    code: &str,
    cursor: &Cursor,
    level: u8,
) -> Option<(Inspection, Option<Arc<Item>>)> {
    let name = cursor.name(code);
    let variables = |name: &str| known.type_of(name);
    let scope = Scope {
        cell: known.of_cell(code),
        session: &known.declarations,
        imported: &known.imported,
        variables: &variables,
    };
    let of_item = |item: Arc<Item>, owner: Option<&Type>| {
        Some((described(&scope, &item, owner, level), Some(item)))
    };
    let other = |inspection: Inspection| Some((inspection, None));
    match &cursor.place {
        Place::Command => {
            let word = code[cursor.range.start..].split_whitespace().next()?;
            let (name, text) = words::command(word)?;
            other(Inspection::new(format!("`{name}` {text}")))
        }
        Place::Member(receiver) => {
            let kind = scope.type_of(receiver)?;
            let Some((item, owner)) = scope.member(&kind, name) else {
                let (english, chinese) = crate::names::find(name, true)?.sentence(name, None);
                return other(Inspection::new(say(english, chinese)));
            };
            of_item(item, Some(&owner))
        }
        Place::Path { before, .. } => {
            let path: Vec<String> = before.iter().cloned().chain([name.to_owned()]).collect();
            let owner = before.last().map(|owner| Type::named(owner));
            of_item(scope.at_path(&path)?, owner.as_ref())
        }
        Place::Field { owner, .. } => {
            let (item, owner) = scope.member(&Type::named(owner), name)?;
            of_item(item, Some(&owner))
        }
        Place::Text {
            is_format: false, ..
        } => None,
        Place::Text { .. } => other(of_value(&scope, known, cursor, name)?),
        _ => {
            if let Some(found) = of_value(&scope, known, cursor, name) {
                return other(found);
            }
            if let Some(item) = scope.named(name) {
                return of_item(item, None);
            }
            other(of_word(name)?)
        }
    }
}

/// A variable of the cell or of the session.
fn of_value(scope: &Scope, known: &Known, cursor: &Cursor, name: &str) -> Option<Inspection> {
    if let Some(local) = scope.local(name, &cursor.node, 0) {
        return Some(of_local(scope, name, local));
    }
    let variable = known.variables.get(name)?;
    let (measure, values) = (variable.in_words(), variable.first_values());
    Some(of_variable(scope, name, &variable.kind, &measure, &values))
}

/// A keyword, or what is called otherwise elsewhere.
fn of_word(name: &str) -> Option<Inspection> {
    let Some(keyword) = words::keyword(name) else {
        let (english, chinese) = crate::names::find(name, false)?.sentence(name, None);
        return Some(Inspection::new(say(english, chinese)));
    };
    let heading = say("keyword", "关键字");
    Some(Inspection::new(format!(
        "```rust\n{}\n```\n\n{heading} `{name}`: {}",
        keyword.example,
        keyword.text()
    )))
}

/// The function, method or macro in whose arguments the cursor is: where its name ends.
fn called_around(cursor: &Cursor) -> Option<usize> {
    let name = cursor
        .node
        .ancestors()
        .filter_map(ast::ArgList::cast)
        .find_map(|list| {
            let around = list.syntax().parent()?;
            if let Some(call) = ast::MethodCallExpr::cast(around.clone()) {
                return Some(call.name_ref()?.syntax().text_range());
            }
            let ast::Expr::PathExpr(path) = ast::CallExpr::cast(around)?.expr()? else {
                return None;
            };
            Some(path.path()?.segment()?.name_ref()?.syntax().text_range())
        })?;
    usize::from(name.end()).checked_sub(BEFORE.len())
}

fn of_local(scope: &Scope, name: &str, kind: Option<Type>) -> Inspection {
    match kind {
        Some(kind) => of_variable(scope, name, &kind.text(), "", ""),
        None => {
            let text = say("a variable of this cell", "这个单元格中的变量");
            Inspection::new(format!("```rust\nlet {name}\n```\n\n{text}"))
        }
    }
}

fn of_variable(scope: &Scope, name: &str, kind: &str, measure: &str, values: &str) -> Inspection {
    let mut parts = vec![format!("```rust\nlet {name}: {kind}\n```")];
    if !measure.is_empty() {
        parts.push(measure.to_owned());
    }
    if !values.is_empty() {
        parts.push(format!("```text\n{values}\n```"));
    }
    // What the type is for, in a sentence.
    if let Some(item) = Type::parse(kind).and_then(|kind| scope.named(&kind.name)) {
        let first = item.documentation.split("\n\n").next().unwrap_or_default();
        if !first.is_empty() {
            parts.push(format!("*{}*: {}", item.name, plain_links(first)));
        }
    }
    Inspection::new(parts.join("\n\n"))
}

fn described(scope: &Scope, item: &Item, owner: Option<&Type>, level: u8) -> Inspection {
    let mut parts = vec![format!("```rust\n{}\n```", item.signature)];
    if item.kind == Kind::Field
        && let Some(owner) = owner
    {
        parts = vec![format!("```rust\n{}.{}\n```", owner.name, item.signature)];
    }
    if !item.documentation.is_empty() {
        parts.push(readable(&item.documentation));
    }
    if let Some(made) = owner
        .filter(|owner| makes(item, owner))
        .and_then(|owner| scope.named(&owner.name))
    {
        // What the thing is for, with an example, stands at its type.
        parts.push(readable(&made.documentation));
    }
    let is_standard = item.place == "std";
    if level > 0 && !is_standard && !item.source.is_empty() {
        parts.push(format!("```rust\n{}\n```", unindented(&item.source)));
    }
    // Where a learner's own stands; the library's files are elsewhere.
    if !is_standard && !item.place.ends_with(".rs") {
        parts.push(format!("`{}`", item.place));
    }
    parts.retain(|part| !part.is_empty());
    Inspection::new(parts.join("\n\n"))
}

/// Whether a function makes a value of its type and leaves it to the type to say what that is.
fn makes(item: &Item, owner: &Type) -> bool {
    item.kind == Kind::Function
        && item
            .value
            .as_ref()
            .is_some_and(|value| value.name == owner.name)
        && !item.documentation.contains("```")
}

/// Documentation without lines that only the compiler reads, and with links as names.
fn readable(documentation: &str) -> String {
    let mut is_example = false;
    let mut lines = Vec::new();
    for line in documentation.lines() {
        if line.trim_start().starts_with("```") {
            is_example = !is_example;
            lines.push(if is_example {
                "```rust".to_owned()
            } else {
                "```".to_owned()
            });
        } else if is_example {
            if !(line.starts_with("# ") || line == "#") {
                lines.push(line.to_owned());
            }
        } else if !is_target(line) {
            lines.push(plain_links(line));
        }
    }
    lines.join("\n")
}

/// Whether a line says where a link leads: ``[`push`]: Vec::push``.
fn is_target(line: &str) -> bool {
    line.starts_with('[') && line.contains("]: ")
}

/// `` [`fit`](Sequential::fit) `` becomes `` `fit` ``: the target is a path that only rustdoc
/// knows.
pub fn plain_links(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find("[`") {
        let Some(close) = rest[open..].find("`]").map(|at| open + at) else {
            break;
        };
        plain.push_str(&rest[..open]);
        plain.push_str(&rest[open + 1..=close]);
        rest = &rest[close + 2..];
        if rest.starts_with('(')
            && let Some(end) = rest.find(')')
        {
            rest = &rest[end + 1..];
        }
    }
    plain + rest
}

/// Markdown as it reads without a renderer.
fn without_fences(markdown: &str) -> String {
    let lines = markdown
        .lines()
        .filter(|line| !line.trim_start().starts_with("```"));
    lines.collect::<Vec<_>>().join("\n").replace('`', "")
}

/// A method as if it stood at the left margin.
fn unindented(source: &str) -> String {
    let indent = |line: &&str| line.len() - line.trim_start().len();
    let least = source
        .lines()
        .skip(1)
        .filter(|line| !line.trim().is_empty())
        .map(|line| indent(&line))
        .min();
    let least = least.unwrap_or(0);
    let lines = source.lines().enumerate().map(|(at, line)| {
        if at == 0 {
            line
        } else {
            line.get(least..).unwrap_or("")
        }
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// The first line of a documentation, without marks.
pub fn plain_first_line(documentation: &str) -> String {
    let first = documentation
        .split("\n\n")
        .next()
        .unwrap_or_default()
        .replace('\n', " ");
    plain_links(&first).replace('`', "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn html_of_a_cell_is_text() {
        let inspection =
            Inspection::new("a <script>alert(1)</script> b\n\n<img src=x onerror=y>".to_owned());
        assert!(
            !inspection.html.contains("<script") && !inspection.html.contains("<img"),
            "{}",
            inspection.html
        );
    }

    #[test]
    fn links_are_names() {
        assert_eq!(
            plain_links("by [`Init::He`] or [`fit`](a::fit), x[`i`"),
            "by `Init::He` or `fit`, x[`i`"
        );
    }
}
