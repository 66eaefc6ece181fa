//! Types of variables as texts: what evcxr writes down must mean the same in every later cell.
//!
//! rust-analyzer, which evcxr asks, leaves gaps (`[u8; _]`) where it cannot compute a constant.
//! Within its own cell rustc fills them; in a later one nothing would say what belongs there, and
//! no cell would compile any more. So gaps are filled with what the compiled cell itself reports. A
//! variable whose type no later cell can name, such as a `struct` that a macro has defined within
//! the cell, is left out when it first stands in the way.

use crate::compiler::kinds::in_a_cell;
use crate::compiler::public_paths::PublicPaths;
use crate::compiler::rustc_error::RustcError;
use crate::evaluator::state::scope::{Variable, Variables};
use chainrule::base::protocol::Event;
use ra_ap_syntax::{Edition, SourceFile, SyntaxKind};
use serde_json::Value;
use std::collections::BTreeSet;

/// A type of which nothing was written down.
pub const UNKNOWN: &str = "_";

pub fn is_unknown(variable: &Variable) -> bool {
    variable.kind == UNKNOWN
}

/// Fills gaps in the types of variables with what the worker has reported of them.
pub fn complete<'a>(
    variables: &mut Variables,
    reported: &[Event],
    paths: impl Fn() -> &'a PublicPaths,
    own: &PublicPaths,
) {
    for (name, variable) in with_gaps(variables) {
        let reported = self::reported(name, reported);
        let complete = |reported: String| match variable.kind.as_str() {
            UNKNOWN => in_a_cell(&reported, paths(), own),
            kind => filled(kind, &reported),
        };
        if let Some(complete) = reported.and_then(complete) {
            variable.kind = complete;
        }
    }
}

/// What the compiler calls the type of a variable.
pub fn reported(name: &str, events: &[Event]) -> Option<String> {
    events.iter().rev().find_map(|event| match event {
        Event::Types { types } => types.get(name).cloned(),
        _ => None,
    })
}

/// Takes variables out whose types no cell can write down. Says which, each with what the compiler
/// calls its type.
pub fn take_out_unknown(variables: &mut Variables, events: &[Event]) -> Vec<(String, String)> {
    let unknown = variables.extract_if(.., |_, one| is_unknown(one));
    unknown
        .map(|(name, one)| {
            let kind = reported(&name, events).unwrap_or(one.kind);
            (name, kind)
        })
        .collect()
}

/// The variables whose types have gaps.
pub fn with_gaps(variables: &mut Variables) -> impl Iterator<Item = (&String, &mut Variable)> {
    let variables = variables.iter_mut();
    variables.filter(|(_, variable)| has_gap(&variable.kind))
}

/// The variables whose types rustc does not understand, given what it says of a cell that does
/// nothing, and its source.
pub fn unnameable(errors: &[RustcError], source: &str, variables: &Variables) -> BTreeSet<String> {
    let lines: Vec<&str> = source.lines().collect();
    let spans = errors
        .iter()
        .filter(|error| error.level() == "error")
        .filter_map(|one| one.json["spans"].as_array());
    let of_cell = spans
        .flatten()
        .filter(|span| span["file_name"] == "src/lib.rs");
    let line = |span: &Value| {
        lines
            .get((span["line_start"].as_u64()? as usize).checked_sub(1)?)
            .copied()
    };
    let name = |line: &str| {
        let variable = line.strip_prefix("mut ").unwrap_or(line);
        Some(variable.split_once(": ")?.0.to_owned())
    };
    let names = of_cell.filter_map(|span| name(line(span)?));
    names.filter(|name| variables.contains_key(name)).collect()
}

/// Whether one of these may be about a variable of an earlier cell. Of errors in what it has
/// written itself evcxr says nothing where it has a warning about the cell.
pub fn may_be_about_types(errors: &[RustcError]) -> bool {
    errors.iter().all(|error| error.level() == "warning") || errors.iter().any(may_be_about_a_type)
}

/// Whether a variable of an earlier cell may be the reason: its type is unknown, private,
/// incomplete or not there.
fn may_be_about_a_type(error: &RustcError) -> bool {
    const CODES: &[&str] = &[
        "E0106", "E0107", "E0121", "E0282", "E0283", "E0284", "E0308", "E0412", "E0422", "E0425",
        "E0433", "E0603",
    ];
    error.code().is_none_or(|code| CODES.contains(&code)) || !error.is_from_cells
}

/// Whether a type has a `_` in it.
pub fn has_gap(kind: &str) -> bool {
    kind.contains('_') && tokens(kind).is_some_and(|tokens| tokens.iter().any(|token| token == "_"))
}

/// A type with its gaps filled from the same type as rustc writes it, with other paths and without
/// lifetimes. Nothing if the two do not look the same.
fn filled(kind: &str, reported: &str) -> Option<String> {
    let (kind, reported) = (tokens(kind)?, tokens(reported)?);
    let mut rest = reported.as_slice();
    let mut complete = String::new();
    for token in &kind {
        if token.starts_with('\'') {
            complete += &format!("{token} ");
            continue;
        }
        let (taken, behind) = rest.split_at(if token == "_" {
            length_of_argument(rest)
        } else {
            1
        });
        let text = if token == "_" {
            taken.concat()
        } else {
            token.clone()
        };
        if taken.is_empty() || (token != "_" && last_name(token) != last_name(&taken[0])) {
            return None;
        }
        rest = behind;
        let is_word = |text: &str, at_end: bool| {
            let c = if at_end {
                text.chars().next_back()
            } else {
                text.chars().next()
            };
            c.is_some_and(|c| c.is_alphanumeric() || c == '_')
        };
        if is_word(&complete, true) && is_word(&text, false) {
            complete.push(' ');
        }
        complete += &text;
    }
    rest.is_empty().then_some(complete)
}

fn last_name(path: &str) -> &str {
    path.rsplit("::").next().unwrap_or(path)
}

/// How many tokens there are up to the end of an argument or an element.
fn length_of_argument(tokens: &[String]) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate() {
        match token.as_str() {
            "," | ";" | ">" | ")" | "]" if depth == 0 => return at,
            "<" | "(" | "[" | "{" => depth += 1,
            ">" | ")" | "]" | "}" => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

/// The words and signs of a type; a path is one, with its `::`. Nothing if it is no type.
fn tokens(kind: &str) -> Option<Vec<String>> {
    let file = SourceFile::parse(&format!("type T = {kind};"), Edition::Edition2024);
    let all = file
        .syntax_node()
        .descendants_with_tokens()
        .filter_map(|element| element.into_token());
    let is_blank = |kind: SyntaxKind| matches!(kind, SyntaxKind::WHITESPACE | SyntaxKind::COMMENT);
    let all = all
        .filter(|token| !is_blank(token.kind()))
        .map(|token| token.text().to_owned());
    let mut tokens: Vec<String> = Vec::new();
    for token in all.skip(3) {
        match tokens.last_mut() {
            // `::a` at the beginning of a path, and `a::b`.
            Some(before) if before.ends_with("::") => *before += &token,
            Some(before)
                if token == "::" && before.starts_with(|c: char| c.is_alphabetic() || c == '_') =>
            {
                *before += &token
            }
            _ => tokens.push(token),
        }
    }
    (tokens.pop()? == ";").then_some(tokens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaps_are_filled_from_what_rustc_says() {
        let cases = [
            ("[u8; _]", "[u8; 4]", Some("[u8;4]")),
            (
                "(Grid<_, 3>, [f32; _])",
                "(ctx::Grid<2, 3>, [f32; 6])",
                Some("(Grid<2,3>,[f32;6])"),
            ),
            (
                "std::vec::Vec<[&'static str; _]>",
                "alloc::vec::Vec<[&str; 2]>",
                Some("std::vec::Vec<[&'static str;2]>"),
            ),
            ("[u8; _]", "[u16; 4]", None),
            (
                "Box<dyn Fn([u8; _]) -> i32>",
                "alloc::boxed::Box<dyn core::ops::function::Fn([u8; 4]) -> i32>",
                Some("Box<dyn Fn([u8;4])->i32>"),
            ),
            ("[[u8; _]; _]", "[[u8; 4]; 2]", Some("[[u8;4];2]")),
        ];
        for (kind, reported, expected) in cases {
            assert_eq!(filled(kind, reported).as_deref(), expected, "{kind}");
        }
    }

    #[test]
    fn a_gap_is_a_word_of_its_own() {
        for (kind, expected) in [
            ("[u8; _]", true),
            ("Foo<_>", true),
            ("my_type<a_b>", false),
            ("[u8; N_]", false),
        ] {
            assert_eq!(has_gap(kind), expected, "{kind}");
        }
    }
}
