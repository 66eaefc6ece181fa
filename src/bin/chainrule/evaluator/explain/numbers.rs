//! Types of numbers.

use super::case::Case;
use super::syntax::Cell;
use crate::evaluator::cell::words;
use ra_ap_syntax::ast::{self, AstNode};

/// Whether a type, as rustc names it, is one of numbers.
pub fn is_number(kind: &str) -> bool {
    is_whole(kind) || is_float(kind)
}

/// Whether a type, as rustc names it, is one of numbers with a fraction.
pub fn is_float(kind: &str) -> bool {
    matches!(kind, "f32" | "f64" | "{float}" | "floating-point number")
}

/// Whether a type, as rustc names it, is one of whole numbers.
pub fn is_whole(kind: &str) -> bool {
    let is_sized = kind.len() <= 5 && kind.starts_with(['i', 'u']);
    let digits = kind.get(1..).unwrap_or_default();
    matches!(kind, "integer" | "{integer}")
        || is_sized && (digits == "size" || digits.parse::<u8>().is_ok())
}

/// A type without `&`, and the stars that it takes to get at the value.
pub fn behind_references(kind: &str) -> (&str, String) {
    let value = kind.trim_start_matches('&');
    (value, "*".repeat(kind.len() - value.len()))
}

fn bits(kind: &str) -> u8 {
    match kind.trim_start_matches(['i', 'u']) {
        "size" => 64,
        number => number.parse().unwrap_or(32),
    }
}

/// Whether whole numbers of one type are more than those of another, and not just others.
pub fn is_wider(one: &str, other: &str) -> bool {
    let gains_a_sign = one.starts_with('u') && !other.starts_with('u');
    bits(one) > bits(other) && !gains_a_sign
}

/// Whether a number of one type may be below 0, and none of the other.
pub fn loses_its_sign(from: &str, to: &str) -> bool {
    is_whole(from) && !from.starts_with('u') && to.starts_with('u')
}

/// Whether each number of one type is one of another, too; of those with a fraction almost.
pub fn holds_every(wide: &str, narrow: &str) -> bool {
    match (is_float(wide), is_float(narrow)) {
        (true, _) => true,
        (false, true) => false,
        _ if wide.starts_with('u') == narrow.starts_with('u') => bits(wide) >= bits(narrow),
        _ => wide.starts_with('i') && bits(wide) > bits(narrow),
    }
}

/// The type of numbers with a fraction that fits to what stands around: `1.5` alone is an `f64`,
/// and the library computes with `f32`.
pub fn float_of(case: &Case) -> &'static str {
    let cell = Cell::new(case.code);
    let is_small = |word: &str| {
        let kind = case.memory.variable_type(word);
        let kind = kind.filter(|_| cell.definition(None, word).is_none());
        let kind = kind.unwrap_or_default();
        matches!(word, "f32" | "Float" | "tensor")
            || words(kind).any(|part| part == "f32")
            || case.type_of_library(word).is_some()
            || case.type_of_library(kind).is_some()
    };
    let named = |code: &str| {
        let is_double = words(code).any(|word| word == "f64");
        match (words(code).any(is_small), is_double) {
            (true, false) => Some("f32"),
            (false, true) => Some("f64"),
            _ => None,
        }
    };
    let mark = case.mark.as_ref();
    let statement: Option<ast::LetStmt> = mark.and_then(|mark| Cell::new(case.code).around(mark));
    statement
        .and_then(|one| named(&one.syntax().text().to_string()))
        .or_else(|| named(case.code))
        .unwrap_or("f64")
}
