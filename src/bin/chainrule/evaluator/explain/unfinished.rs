//! Cells that end in the middle of something, and statements that run into each other. What rustc
//! says of them is about the code that is generated behind them.

use super::super::cell::{BEFORE, EDITION, parse, tokens, without_commands};
use super::case::{UNFINISHED, UNSEPARATED};
use chainrule::display::say;
use ra_ap_syntax::{SyntaxKind, SyntaxToken};
use std::ops::Range;

/// What should come where a cell ends, or what is missing between two of its parts: its kind, what
/// is said of it, and behind which bytes it is missing.
pub fn unfinished(code: &str) -> Option<(&'static str, String, Range<usize>)> {
    let rust = without_commands(code);
    let all: Vec<SyntaxToken> = tokens(&rust)
        .into_iter()
        .filter(|token| token.kind() != SyntaxKind::COMMENT)
        .collect();
    let errors = parse(&rust).errors();
    let first = errors.first()?;
    let at = usize::from(first.range().start()).checked_sub(BEFORE.len())?;
    let is_before = |token: &&SyntaxToken| usize::from(token.text_range().end()) <= at;
    let (before, next) = (
        all.iter().rfind(is_before)?,
        all.iter().find(|token| !is_before(token)),
    );
    let said = first.to_string();
    let lacks_semicolon = said.contains("SEMICOLON");
    // `x as f32 < y`: a comparison that is read as the beginning of a list of types.
    if said.contains("R_ANGLE") && !["<", ","].contains(&before.text()) {
        return None;
    }
    let (kind, title) = match next {
        None if lacks_semicolon => (UNSEPARATED, ends_before(("a `;`", " `;`"))),
        None => (UNFINISHED, ends_before(expected(&said))),
        Some(next) if lacks_semicolon && begins_something(next) => {
            (UNSEPARATED, nothing_between(before.text(), next.text()))
        }
        Some(_) => return None,
    };
    Some((kind, title, before.text_range().into()))
}

fn begins_something(token: &SyntaxToken) -> bool {
    let kind = token.kind();
    kind == SyntaxKind::IDENT || kind.is_literal() || kind.is_keyword(EDITION)
}

fn nothing_between(one: &str, other: &str) -> String {
    say(
        format!("between `{one}` and `{other}` something is missing"),
        format!("`{one}` 和 `{other}` 之间缺了东西"),
    )
}

fn ends_before((english, chinese): (&str, &str)) -> String {
    say(
        format!("the cell ends too early: {english} is missing"),
        format!("单元格结束得太早：后面还缺{chinese}"),
    )
}

/// What the parser expects, in words.
fn expected(said: &str) -> (&'static str, &'static str) {
    let named = [
        ("item or let", ("a definition", "一个定义")),
        ("expression", ("a value", "一个值")),
        ("field name", ("a method or a field", "一个方法或字段")),
        ("pattern", ("a name", "一个名字")),
        ("name", ("a name", "一个名字")),
        ("identifier", ("a name", "一个名字")),
        ("type", ("a type", "一个类型")),
        ("R_ANGLE", ("a type with `>`", "一个类型和 `>`")),
        ("block", ("a block `{ … }`", "一个代码块 `{ … }`")),
        ("`{`", ("a block `{ … }`", "一个代码块 `{ … }`")),
    ];
    let found = named.iter().find(|(word, _)| said.contains(word));
    found.map_or(("something", "一部分内容"), |(_, words)| *words)
}
