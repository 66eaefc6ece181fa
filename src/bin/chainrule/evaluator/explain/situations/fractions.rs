//! A calculation, a list, a definition as they are where numbers have a fraction.

use super::super::case::Case;
use super::super::kinds_in_cell::kind_of;
use super::super::numbers::{behind_references, is_float, is_whole};
use super::super::syntax::{Cell, bytes, one_line, text};
use crate::evaluator::cell::{tokens, words};
use ra_ap_syntax::ast::{self, AstNode, BinaryOp, HasName};
use ra_ap_syntax::{SyntaxKind, T};
use std::ops::Range;

fn is_arithmetic(operation: &ast::BinExpr) -> bool {
    matches!(operation.op_kind(), Some(BinaryOp::ArithOp(_)))
}

/// Whether whole numbers are divided: what is behind the point is lost before anything converts.
pub fn divides(operand: &ast::Expr) -> bool {
    match operand {
        ast::Expr::BinExpr(operation) => {
            let is_division = operation.op_token().is_some_and(|sign| sign.text() == "/");
            let sides = [operation.lhs(), operation.rhs()];
            is_division || sides.iter().flatten().any(divides)
        }
        ast::Expr::ParenExpr(inner) => inner.expr().is_some_and(|inner| divides(&inner)),
        _ => false,
    }
}

/// Whether a number is computed from some that may be whole.
fn is_made_of_others(part: &ast::Expr) -> bool {
    matches!(
        part,
        ast::Expr::BinExpr(_) | ast::Expr::ParenExpr(_) | ast::Expr::PrefixExpr(_)
    )
}

/// All of the calculation that an operation is a part of.
pub fn calculation_around(operation: &ast::BinExpr) -> ast::Expr {
    let mut whole = ast::Expr::BinExpr(operation.clone());
    while let Some(parent) = whole.syntax().parent().and_then(ast::Expr::cast) {
        match &parent {
            ast::Expr::BinExpr(one) if is_arithmetic(one) => {}
            ast::Expr::ParenExpr(_) => {}
            _ => break,
        }
        whole = parent;
    }
    while let ast::Expr::ParenExpr(inner) = &whole
        && let Some(inner) = inner.expr()
    {
        whole = inner;
    }
    whole
}

/// A calculation whose whole numbers become others: one by one, so that nothing is lost before.
pub struct Calculation<'a, 'c> {
    pub case: &'a Case<'c>,
    /// Parts of which rustc tells the type.
    pub told: Vec<(ast::Expr, String)>,
    /// `f32`, `f64`; or a wider type of whole numbers.
    pub kind: &'a str,
}

impl Calculation<'_, '_> {
    fn kind_of(&self, part: &ast::Expr) -> Option<String> {
        let mut told = self.told.iter();
        let told = told.find(|(one, _)| one.syntax() == part.syntax());
        told.map(|(_, kind)| kind.clone())
            .or_else(|| kind_of(self.case, part))
    }

    /// Nothing where a part is none of a calculation with numbers.
    pub fn turned(&self, part: &ast::Expr) -> Option<String> {
        self.turned_within(part, false)
    }

    /// `is_whole` of what is a part of a whole number.
    fn turned_within(&self, part: &ast::Expr, within_whole: bool) -> Option<String> {
        let kind = self.kind_of(part).unwrap_or_else(|| "_".to_owned());
        let (kind, stars) = behind_references(&kind);
        let is_whole = is_whole(kind) || kind == "_" && within_whole;
        let (written, to) = (text(part), self.kind);
        match part {
            _ if is_float(kind) && !is_made_of_others(part) => Some(written),
            ast::Expr::Literal(_) if matches!(kind, "{integer}" | "integer") => {
                let point = if is_float(to) { ".0" } else { "" };
                Some(format!("{written}{point}"))
            }
            ast::Expr::BinExpr(one) if is_arithmetic(one) => {
                if is_float(to) && is_whole && !divides(part) && written.lines().count() == 1 {
                    return Some(format!("({written}) as {to}"));
                }
                let sign = one.op_token()?.text().to_owned();
                let left = self.turned_within(&one.lhs()?, is_whole)?;
                Some(format!(
                    "{left} {sign} {}",
                    self.turned_within(&one.rhs()?, is_whole)?
                ))
            }
            ast::Expr::ParenExpr(_) if is_float(to) && is_whole && !divides(part) => {
                Some(format!("{written} as {to}"))
            }
            ast::Expr::ParenExpr(inner) => Some(format!(
                "({})",
                self.turned_within(&inner.expr()?, is_whole)?
            )),
            ast::Expr::PrefixExpr(inner) if inner.op_kind() == Some(ast::UnaryOp::Neg) => Some(
                format!("-{}", self.turned_within(&inner.expr()?, is_whole)?),
            ),
            ast::Expr::PathExpr(_) => Some(match is_whole {
                true => format!("{stars}{written} as {to}"),
                false => written,
            }),
            ast::Expr::Literal(_)
            | ast::Expr::PrefixExpr(_)
            | ast::Expr::CastExpr(_)
            | ast::Expr::FieldExpr(_)
            | ast::Expr::IndexExpr(_)
            | ast::Expr::MethodCallExpr(_)
            | ast::Expr::CallExpr(_) => Some(match is_whole && !written.contains('\n') {
                true => format!("{written} as {to}"),
                false => written,
            }),
            _ => None,
        }
    }
}

/// The elements of a list with a point, where they are whole numbers.
pub fn list_with_points(list: &str) -> String {
    elements_with(list, SyntaxKind::INT_NUMBER, ".0")
}

/// The elements of a list as texts of their own, where they are written in quotes.
pub fn list_of_strings(list: &str) -> String {
    elements_with(list, SyntaxKind::STRING, ".to_string()")
}

/// A list with something behind those of its elements that are of one kind, and nothing else.
fn elements_with(list: &str, kind: SyntaxKind, more: &str) -> String {
    let all = tokens(list);
    let kind_at = |i: Option<usize>| i.and_then(|i| Some(all.get(i)?.kind()));
    let begins = |before: Option<SyntaxKind>| matches!(before, Some(T!['['] | T![,]));
    let mut open = Vec::new();
    let mut ends = Vec::new();
    for (i, token) in all.iter().enumerate() {
        let before = kind_at(i.checked_sub(1));
        match token.kind() {
            T!['['] => open.push(!is_place(before)),
            T!['('] | T!['{'] => open.push(false),
            T![']'] | T![')'] | T!['}'] => _ = open.pop(),
            _ => {}
        }
        let is_first = begins(before) || before == Some(T![-]) && begins(kind_at(i.checked_sub(2)));
        let is_last = matches!(kind_at(Some(i + 1)), Some(T![']'] | T![,] | T![;]));
        let is_bare =
            kind == SyntaxKind::STRING || token.text().chars().all(|c| c.is_ascii_digit());
        let is_element = open.last() == Some(&true) && is_first && is_last;
        if token.kind() == kind && is_bare && is_element {
            ends.push(usize::from(token.text_range().end()));
        }
    }
    let mut written = list.to_owned();
    for end in ends.into_iter().rev() {
        written.insert_str(end, more);
    }
    written
}

/// Whether a `[` behind this is no list: `v[0]`.
fn is_place(before: Option<SyntaxKind>) -> bool {
    matches!(
        before,
        Some(SyntaxKind::IDENT | T![')'] | T![']'] | T![?] | T![self])
    )
}

/// Where the list around some bytes stands, with all lists that it is in.
pub fn list_around(code: &str, mark: &Range<usize>) -> Option<Range<usize>> {
    let cell = Cell::new(code);
    let mut open: Vec<(usize, bool)> = Vec::new();
    let mut lists: Vec<Range<usize>> = Vec::new();
    let all = tokens(cell.rust());
    for (i, token) in all.iter().enumerate() {
        let at = Range::<usize>::from(token.text_range());
        match token.kind() {
            T!['['] | T!['('] | T!['{'] => {
                let before = i.checked_sub(1).map(|i| all[i].kind());
                open.push((at.start, token.kind() == T!['['] && !is_place(before)));
            }
            T![']'] | T![')'] | T!['}'] => {
                let (begin, is_list) = open.pop()?;
                if begin < mark.start && mark.end < at.end {
                    match is_list {
                        true => lists.push(begin..at.end),
                        false => break,
                    }
                }
            }
            _ => {}
        }
    }
    let at = lists.pop()?;
    let list = code.get(at.clone())?;
    (!list.contains("..")).then_some(at)
}

/// The line, or the lines, of some bytes with something else in their place.
pub fn line_with_in_place(code: &str, at: &Range<usize>, instead: &str) -> Option<String> {
    let begin = code[..at.start]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let end = code[at.end..]
        .find('\n')
        .map_or(code.len(), |more| at.end + more);
    let before = code.get(begin..at.start)?.trim_start();
    Some(format!("{before}{instead}{}", code.get(at.end..end)?))
}

/// What a variable begins with, where it is to be of another type of numbers.
fn begun(case: &Case, value: &ast::Expr, kind: &str) -> Option<String> {
    let written = text(value);
    let has_fraction = is_float(kind);
    let digits = written.split(['i', 'u']).next()?.trim_end_matches('_');
    let is_list = written.starts_with('[') || written.starts_with("vec![");
    match value {
        ast::Expr::Literal(_) if digits.chars().all(|c| c.is_ascii_digit() || c == '_') => {
            Some(if has_fraction {
                format!("{digits}.0")
            } else {
                digits.to_owned()
            })
        }
        ast::Expr::PrefixExpr(inner) if inner.op_kind() == Some(ast::UnaryOp::Neg) => {
            Some(format!("-{}", begun(case, &inner.expr()?, kind)?))
        }
        _ if is_list && has_fraction && !written.contains("..") => Some(list_with_points(&written)),
        _ if written.contains('\n') || is_list || divides(value) => None,
        ast::Expr::PathExpr(_) | ast::Expr::MethodCallExpr(_) | ast::Expr::CallExpr(_) => {
            kind_of(case, value).filter(|kind| is_whole(kind))?;
            Some(format!("{written} as {kind}"))
        }
        _ => None,
    }
}

/// A type with other numbers: `Vec<f64>` for `Vec<i32>`.
pub fn with_numbers(kind: &str, of: &str) -> String {
    let mut written = kind.to_owned();
    for word in words(kind).filter(|word| is_whole(word)) {
        written = written.replacen(word, of, 1);
    }
    written
}

/// A `let` as it is where its variable is of another type of numbers from the beginning.
pub fn with_other_numbers(case: &Case, statement: &ast::LetStmt, kind: &str) -> Option<String> {
    let pattern = statement.pat()?;
    let value = begun(case, &statement.initializer()?, kind)?;
    let kind = statement.ty().map_or(String::new(), |written| {
        format!(
            ": {}",
            with_numbers(&written.syntax().text().to_string(), kind)
        )
    });
    Some(format!(
        "let {}{kind} = {value};",
        one_line(&pattern.syntax().text().to_string())
    ))
}

/// The `let` of the cell that a variable is defined by where it is used.
pub fn definition_before(case: &Case, name: &str, place: usize) -> Option<ast::LetStmt> {
    let cell = Cell::new(case.code);
    let around = |place: usize| {
        cell.function_around(place)
            .map(|one| bytes(one.syntax()).start)
    };
    let nodes = cell.statements().iter().flat_map(|node| node.descendants());
    let is_it = |one: &ast::LetStmt| {
        let at = bytes(one.syntax()).start;
        let is_name = match one.pat() {
            Some(ast::Pat::IdentPat(pattern)) => {
                pattern.name().is_some_and(|one| one.text() == name)
            }
            _ => false,
        };
        is_name && at < place && around(at) == around(place)
    };
    nodes.filter_map(ast::LetStmt::cast).filter(is_it).last()
}
