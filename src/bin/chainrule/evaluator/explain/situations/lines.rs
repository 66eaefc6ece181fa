//! The line of a mark, with something else in its place.

use super::super::case::Case;
use super::super::syntax::{Cell, bytes, one_line};
use super::similar::with_name;
use ra_ap_syntax::ast::{self, AstNode};

/// The line as rustc would have it, or with this in place of what is marked.
pub fn advised(case: &Case, instead: &str) -> String {
    case.advice
        .map_or_else(|| line_with(case, instead), one_line)
}

/// The line with something else in place of what is marked.
pub fn line_with(case: &Case, instead: &str) -> String {
    let marked = case.marked();
    let line = case
        .mark
        .clone()
        .filter(|_| !marked.is_empty() && !marked.contains('\n'))
        .and_then(|mark| with_name(case.code, mark, marked, instead));
    line.unwrap_or_else(|| instead.to_owned())
}

/// What is marked, as an expression.
pub fn expression(case: &Case) -> Option<ast::Expr> {
    let mark = case.mark.as_ref()?;
    let found: ast::Expr = Cell::new(case.code).around(mark)?;
    (bytes(found.syntax()) == *mark).then_some(found)
}
