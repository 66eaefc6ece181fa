//! The learner's own calculations, where they have failed: read from the line on which that was,
//! and written so that they fit. What cannot be told for sure stands as `…`.

use super::super::case::Case;
use super::super::opened::Opened;
use super::super::syntax::{Cell, bytes, in_parentheses, text};
use ra_ap_syntax::ast::{self, AstNode, HasArgList};

/// Where nobody can tell what was meant.
const UNKNOWN: &str = "…";

/// The only part of the cell that is such a one where the cell has failed, also in a macro.
fn only<T: AstNode>(case: &Case, is_meant: impl Fn(&T) -> bool) -> Option<T> {
    let cell = Cell::new(case.code);
    let opened = Opened::of(&cell);
    let outside = meant_in(case, &cell, &is_meant);
    let all = match outside.is_empty() {
        true => meant_in(case, &opened.cell, |one| {
            is_meant(one) && opened.is_own_text(&bytes(one.syntax()))
        }),
        false => outside,
    };
    let mut all = all.into_iter();
    all.next().filter(|_| all.next().is_none())
}

fn meant_in<T: AstNode>(case: &Case, cell: &Cell, is_meant: impl Fn(&T) -> bool) -> Vec<T> {
    let is_there = |one: &T| {
        let at = bytes(one.syntax());
        let marked = case.mark.as_ref();
        marked.is_none_or(|mark| at.start < mark.end && mark.start < at.end)
    };
    let nodes = cell.statements().iter();
    let parts = nodes.flat_map(|node| node.descendants().filter_map(T::cast));
    parts.filter(|one| is_there(one) && is_meant(one)).collect()
}

/// `a + b`, or `a += b`
struct Operation {
    left: ast::Expr,
    right: ast::Expr,
    changes_left: bool,
}

fn operation(case: &Case, sign: &str) -> Option<Operation> {
    let assigns = format!("{sign}=");
    let sign_of = |one: &ast::BinExpr| one.op_token().map(|token| token.text().to_owned());
    let is_it =
        |one: &ast::BinExpr| sign_of(one).is_some_and(|found| found == sign || found == assigns);
    let found = only(case, is_it)?;
    Some(Operation {
        left: found.lhs()?,
        right: found.rhs()?,
        changes_left: sign_of(&found)? == assigns,
    })
}

fn is_bare_number(one: &ast::Expr) -> bool {
    text(one).chars().all(|c| c.is_ascii_digit() || c == '_')
}

/// A number in a larger type; a literal becomes what it stands beside.
fn wide(one: &ast::Expr) -> String {
    match is_bare_number(one) {
        true => text(one),
        false => format!("{} as i128", in_parentheses(&text(one))),
    }
}

/// Both sides in a larger type, and the method that says when it does not fit.
pub fn both(case: &Case, sign: &str, method: &str) -> String {
    let Some(operation) = operation(case, sign) else {
        return format!("{UNKNOWN} as i128 {sign} {UNKNOWN} as i128");
    };
    let (left, right) = (&operation.left, &operation.right);
    if operation.changes_left {
        return changed(case, &operation, sign);
    }
    let both = match is_bare_number(left) && is_bare_number(right) {
        true => format!("{}_i128 {sign} {}", text(left), text(right)),
        false => format!("{} {sign} {}", wide(left), wide(right)),
    };
    if is_bare_number(left) || has_no_type(case, &text(left)) {
        return both;
    }
    let otherwise = if method == "saturating_sub" {
        "0"
    } else {
        "None"
    };
    let (left, right) = (in_parentheses(&text(left)), text(right));
    format!("{both}\n{left}.{method}({right})  // {otherwise}")
}

/// `total += x`, where the cell has defined the variable: of a larger type from the beginning.
fn changed(case: &Case, operation: &Operation, sign: &str) -> String {
    let name = text(&operation.left);
    let changes = format!("{name} {sign}= {};", wide(&operation.right));
    let cell = Cell::new(case.code);
    let defined = cell.definition(None, &name).and_then(|one| {
        let begin = one.initializer().filter(is_whole_literal)?;
        let digits = text(&begin);
        let end = digits.find(|c: char| c.is_ascii_alphabetic());
        let digits = digits[..end.unwrap_or(digits.len())].trim_end_matches('_');
        Some(format!("let mut {name}: i128 = {digits};\n{changes}"))
    });
    defined.unwrap_or_else(|| format!("let mut {name}: i128 = {UNKNOWN};\n{changes}"))
}

/// Whether the cell makes a variable without saying of which type: it has no methods yet.
fn has_no_type(case: &Case, name: &str) -> bool {
    let cell = Cell::new(case.code);
    let made = cell.definition(None, name);
    made.is_some_and(|one| {
        let begins = one.initializer();
        one.ty().is_none() && begins.is_some_and(|one| is_bare_number(&one))
    })
}

fn is_whole_literal(one: &ast::Expr) -> bool {
    let written = text(one);
    written.starts_with(|c: char| c.is_ascii_digit()) && !written.contains(['.', 'x', 'b', 'o'])
}

/// What something is divided by.
pub fn divisor(case: &Case, sign: &str) -> String {
    operation(case, sign).map_or(UNKNOWN.to_owned(), |one| text(&one.right))
}

/// What a method without arguments is called on.
pub fn receiver(case: &Case, method: &str) -> String {
    let receiver = call(case, method).and_then(|call| call.receiver());
    receiver.map_or(UNKNOWN.to_owned(), |one| in_parentheses(&text(&one)))
}

fn call(case: &Case, method: &str) -> Option<ast::MethodCallExpr> {
    only(case, |call: &ast::MethodCallExpr| {
        call.name_ref().is_some_and(|name| name.text() == method)
    })
}

/// A sum or a product of a chain.
pub fn chain(case: &Case, method: &str, kind: &str) -> String {
    let receiver = call(case, method).and_then(|call| call.receiver());
    let chain = receiver.map_or(UNKNOWN.to_owned(), |one| {
        text(&one).lines().map(str::trim).collect()
    });
    // What a closure or a range gives is a number, what a list lends a reference to one.
    let gives_numbers = [".map(", "..", "into_iter", UNKNOWN]
        .iter()
        .any(|word| chain.contains(word));
    let element = if gives_numbers { "n" } else { "&n" };
    format!("{chain}.map(|{element}| n as {kind}).{method}::<{kind}>()")
}

/// `a.pow(n)`
pub fn power(case: &Case) -> String {
    let call = call(case, "pow");
    let parts = call.and_then(|call| Some((call.receiver()?, call.arg_list()?.args().next()?)));
    let (base, exponent) = parts.map_or((UNKNOWN.to_owned(), UNKNOWN.to_owned()), |(base, by)| {
        (in_parentheses(&text(&base)), text(&by))
    });
    format!("({base} as i128).pow({exponent})\n({base} as f64).powf({exponent} as f64)")
}

/// What stands behind a minus.
pub fn negated(case: &Case) -> String {
    let is_minus = |one: &ast::PrefixExpr| one.op_token().is_some_and(|token| token.text() == "-");
    let number = only(case, is_minus).and_then(|one| one.expr());
    number.map_or(UNKNOWN.to_owned(), |one| in_parentheses(&text(&one)))
}

/// `a << n`
pub fn shifted(case: &Case) -> String {
    let found = operation(case, "<<").map(|one| (one, "<<"));
    let found = found.or_else(|| operation(case, ">>").map(|one| (one, ">>")));
    found.map_or(
        format!("({UNKNOWN} as u64) << {UNKNOWN}  // < 64"),
        |(one, sign)| {
            let number = in_parentheses(&text(&one.left));
            format!("({number} as u64) {sign} {}  // < 64", text(&one.right))
        },
    )
}
