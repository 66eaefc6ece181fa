//! A calculation, or a comparison, with numbers of two types.

use super::super::case::{Case, Explanation};
use super::super::numbers::{behind_references, is_number};
use super::super::syntax::Cell;
use super::alike::{explained, ways, written_alike};
use super::begun::{begun_otherwise, place_of_others};
use ra_ap_syntax::ast::{self, BinaryOp, CmpOp};

/// `x * n`, `n - 5.0`, `whole == 0.5`
pub fn two_kinds_of_numbers(case: &Case) -> Option<Explanation> {
    // Of numbers that are written out rustc says this of a sum.
    let kinds: Vec<&str> = match case.message {
        message if message.contains("an integer to a float") => vec!["{integer}", "{float}"],
        message if message.contains("a float to an integer") => vec!["{float}", "{integer}"],
        _ => case.named().collect(),
    };
    let &[first, second] = kinds.as_slice() else {
        return None;
    };
    let are_numbers = [first, second].map(|kind| is_number(behind_references(kind).0));
    if are_numbers != [true, true] {
        return None;
    }
    // "cannot add `b` to `a`", "cannot subtract `b` from `a`"
    let is_reversed = ["` to `", "` from `", "to a float", "to an integer"]
        .iter()
        .any(|words| case.message.contains(words));
    let (of_left, of_right) = match is_reversed {
        true => (second, first),
        false => (first, second),
    };
    let mark = case.mark.as_ref();
    let operation: Option<ast::BinExpr> = mark.and_then(|mark| Cell::new(case.code).around(mark));
    let Some(operation) = operation else {
        return Some(asserted_alike(case, of_left, of_right).unwrap_or_else(|| explained("")));
    };
    begun_otherwise(case, &operation, of_left, of_right)
        .or_else(|| written_alike(case, &operation, of_left, of_right))
        .or_else(|| asserted_alike(case, of_left, of_right))
        .or_else(|| place_of_others(case, &operation, of_left, of_right))
        .or_else(|| Some(explained("")))
}

/// What is said where rustc calls the right side of an operation mismatched.
pub enum Said {
    /// Of a comparison by size rustc says no more.
    Here(Option<Explanation>),
    /// Of every other operation it says besides that there is none with these two types: that is
    /// explained.
    Elsewhere,
}

/// Nothing where no right side is marked.
pub fn at_the_right_side(case: &Case, left: &str, right: &str) -> Option<Said> {
    if asserted(case).is_some() {
        return Some(Said::Elsewhere);
    }
    let operation: ast::BinExpr = Cell::new(case.code).before(case.mark.as_ref()?)?;
    // So rustc calls a number that is written here.
    let as_of_operations = |kind| match kind {
        "integer" => "{integer}",
        "floating-point number" => "{float}",
        kind => kind,
    };
    let (left, right) = (as_of_operations(left), as_of_operations(right));
    match operation.op_kind()? {
        BinaryOp::CmpOp(CmpOp::Ord { .. }) => {
            let said = begun_otherwise(case, &operation, left, right)
                .or_else(|| written_alike(case, &operation, left, right));
            Some(Said::Here(said))
        }
        BinaryOp::Assignment { op: None } | BinaryOp::LogicOp(_) => None,
        _ => Some(Said::Elsewhere),
    }
}

/// `assert_eq!(p, q)`, where all of it is marked: its name, and what it compares.
fn asserted<'a>(case: &'a Case) -> Option<(&'a str, &'a str)> {
    let parts = case.marked().strip_suffix(')')?.split_once('(')?;
    let name = parts.0.strip_prefix("debug_").unwrap_or(parts.0);
    matches!(name, "assert_eq!" | "assert_ne!").then_some(parts)
}

/// What is compared, as an operation of its own.
fn asserted_alike(case: &Case, of_left: &str, of_right: &str) -> Option<Explanation> {
    let (name, compared) = asserted(case)?;
    let (one, other) = compared.split_once(',')?;
    let other = other.trim().trim_end_matches(',');
    let is_simple = !compared.contains(['(', '[', '{', '"']) && !other.contains(',');
    let compared = format!("{} == {other}", one.trim());
    let operation = Cell::new(compared.as_str()).around(&(0..compared.len()));
    let ways = ways(case, &operation.filter(|_| is_simple)?, of_left, of_right)?;
    let ways = ways
        .lines()
        .map(|way| format!("{name}({})", way.replacen(" == ", ", ", 1)));
    Some(explained(ways.collect::<Vec<_>>().join("\n")))
}
