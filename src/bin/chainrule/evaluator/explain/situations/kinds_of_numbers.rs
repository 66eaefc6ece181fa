//! A calculation, or a comparison, with numbers of two types.

use super::super::case::{Case, Explanation};
use super::super::syntax::{Cell, in_parentheses, text};
use ra_ap_syntax::ast::{self, BinaryOp, CmpOp};

/// `x * n`, `n - 5.0`, `whole == 0.5`
pub fn two_kinds_of_numbers(case: &Case) -> Option<Explanation> {
    let kinds: Vec<&str> = case.message.split('`').skip(1).step_by(2).collect();
    let &[first, second] = kinds.as_slice() else {
        return None;
    };
    (is_number(first) && is_number(second)).then(|| {
        // "cannot add `b` to `a`", "cannot subtract `b` from `a`"
        let is_reversed = case.message.contains("` to `") || case.message.contains("` from `");
        let (of_left, of_right) = match is_reversed {
            true => (second, first),
            false => (first, second),
        };
        let fix = case.mark.as_ref().and_then(|mark| {
            let operation: ast::BinExpr = Cell::new(case.code).around(mark)?;
            written_alike(&operation, of_left, of_right)
        });
        let fix = fix.or_else(|| asserted_alike(case, of_left));
        explained(fix.unwrap_or_else(|| "2.0 * 3.0\nx * n as f32".to_owned()))
    })
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
    match operation.op_kind()? {
        BinaryOp::CmpOp(CmpOp::Ord { .. }) => {
            let fix = written_alike(&operation, left, right);
            Some(Said::Here(fix.map(explained)))
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

fn asserted_alike(case: &Case, left: &str) -> Option<String> {
    let (name, compared) = asserted(case).filter(|_| !left.starts_with(['&', '{']))?;
    let (one, other) = compared.split_once(',')?;
    let is_simple = !compared.contains(['(', '[', '{', '"']) && !other.contains(',');
    let other = in_parentheses(other.trim());
    is_simple.then(|| format!("{name}({}, {other} as {left})", one.trim()))
}

fn explained(fix: String) -> Explanation {
    Explanation::new(
        "Rust never turns one kind of number into another by itself. Write both alike:",
        "Rust 不会自动转换数字类型。请把两边写成同一种：",
        fix,
    )
}

fn is_number(kind: &str) -> bool {
    let kind = kind.trim_start_matches('&');
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

/// One side of an operation.
struct Side {
    operand: ast::Expr,
    /// Its type, without `&`.
    kind: String,
    /// What is in front of it where it is a reference.
    stars: String,
}

impl Side {
    fn new(operand: ast::Expr, kind: &str) -> Side {
        let (kind, stars) = behind_references(kind);
        Side {
            operand,
            kind: kind.to_owned(),
            stars,
        }
    }

    /// Its type as a cell names it.
    fn as_written(&self) -> &str {
        match self.kind.as_str() {
            "{float}" => "Float",
            "{integer}" => "i32",
            kind => kind,
        }
    }

    fn has_fraction(&self) -> bool {
        is_float(&self.kind)
    }

    /// The number itself where it is written here, and nothing with it that says its type.
    fn literal(&self) -> Option<String> {
        let is_literal = matches!(self.operand, ast::Expr::Literal(_));
        (is_literal && self.kind.starts_with('{')).then(|| text(&self.operand))
    }

    /// Whether numbers of the other side's type are fewer, and hold not even negative ones instead.
    fn is_wider_than(&self, other: &Side) -> bool {
        let bits = |kind: &str| match kind.trim_start_matches(['i', 'u']) {
            "size" => 64,
            number => number.parse().unwrap_or(32),
        };
        let gains_a_sign = self.kind.starts_with('u') && other.kind.starts_with('i');
        !self.has_fraction() && bits(&self.kind) > bits(&other.kind) && !gains_a_sign
    }

    /// As a number of the other side's type; nothing where that would cut something off, or turn a
    /// division into one without a rest.
    fn like(&self, other: &Side, sign: &str) -> Option<String> {
        match (self.literal(), self.has_fraction(), other.has_fraction()) {
            (Some(whole), false, true) => Some(format!("{whole}.0")),
            (Some(number), true, false) => {
                let whole = number.strip_suffix(".0").filter(|_| !sign.starts_with('/'));
                whole.map(str::to_owned)
            }
            (_, true, false) => None,
            (_, false, false) if self.is_wider_than(other) => None,
            _ => {
                let kind = other.as_written();
                let number = match &self.operand {
                    ast::Expr::ParenExpr(_) | ast::Expr::IndexExpr(_) => text(&self.operand),
                    other => in_parentheses(&text(other)),
                };
                Some(format!("{}{number} as {kind}", self.stars))
            }
        }
    }
}

/// The learner's own operation: with its left side as the right one is, and the other way round,
/// where that makes sense.
fn written_alike(operation: &ast::BinExpr, of_left: &str, of_right: &str) -> Option<String> {
    let (left, right) = (
        Side::new(operation.lhs()?, of_left),
        Side::new(operation.rhs()?, of_right),
    );
    let sign = operation.op_token()?.text().to_owned();
    let is_assignment = sign.ends_with('=') && !["==", "!=", "<=", ">="].contains(&sign.as_str());
    let changed_left = left
        .like(&right, &sign)
        .filter(|_| !is_assignment)
        .map(|own| {
            // `n as f32 < x` would begin a list of types.
            let is_cut_off = sign.starts_with('<') && own.contains(" as ");
            match is_cut_off {
                true => format!("({own}) {sign} {}", text(&right.operand)),
                false => format!("{own} {sign} {}", text(&right.operand)),
            }
        });
    let changed_right = right
        .like(&left, &sign)
        .map(|own| format!("{} {sign} {own}", text(&left.operand)));
    let ways: Vec<String> = changed_left.into_iter().chain(changed_right).collect();
    if !ways.is_empty() {
        return Some(ways.join("\n"));
    }
    // Only what is assigned to could become wider, under its name.
    let is_name = matches!(left.operand, ast::Expr::PathExpr(_));
    (is_assignment && is_name).then(|| {
        let (name, kind, own) = (
            text(&left.operand),
            right.as_written(),
            text(&right.operand),
        );
        format!("let mut {name} = {name} as {kind};\n{name} {sign} {own}")
    })
}
