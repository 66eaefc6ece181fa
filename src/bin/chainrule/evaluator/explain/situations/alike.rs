//! An operation whose two sides are numbers of different types, with both of one.

use super::super::case::{Case, Explanation};
use super::super::kinds_in_cell::kind_of;
use super::super::numbers::{behind_references, float_of, is_float, is_wider, loses_its_sign};
use super::super::syntax::{in_parentheses, text};
use super::fractions::{Calculation, calculation_around, divides};
use ra_ap_syntax::ast::{self, AstNode, BinaryOp};

pub fn explained(fix: impl Into<String>) -> Explanation {
    let fix = fix.into();
    let (stop, chinese_stop) = if fix.is_empty() {
        (".", "。")
    } else {
        (":", "：")
    };
    Explanation::new(
        format!(
            "Rust never turns one kind of number into another by itself. Write both alike{stop}"
        ),
        format!("Rust 不会自动转换数字类型。请把两边写成同一种{chinese_stop}"),
        fix,
    )
}

/// A number that may be below 0 where none can be.
pub fn without_a_sign(from: &str, to: &str, fix: String) -> Explanation {
    Explanation::new(
        format!(
            "Rust never turns one kind of number into another by itself, and a `{to}` is never \
             below 0. Where the `{from}` is surely not below 0:"
        ),
        format!(
            "Rust 不会自动转换数字类型，而 `{to}` 不能是负数。确定这个 `{from}` 不小于 0 时可以写："
        ),
        fix,
    )
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

    fn has_fraction(&self) -> bool {
        is_float(&self.kind)
    }

    /// The number itself where it is written here, and nothing with it that says its type.
    fn literal(&self) -> Option<String> {
        let is_literal = matches!(self.operand, ast::Expr::Literal(_));
        (is_literal && self.kind.starts_with('{')).then(|| text(&self.operand))
    }

    /// As it stands, or the value that it is lent from.
    fn value(&self) -> String {
        match &self.operand {
            ast::Expr::BinExpr(_) if !self.stars.is_empty() => {
                format!("{}({})", self.stars, text(&self.operand))
            }
            one => format!("{}{}", self.stars, text(one)),
        }
    }

    /// As a number of the other side's type, which is `kind`; nothing where that would cut
    /// something off, or turn a division into one without a rest.
    fn like(&self, other: &Side, kind: &str, sign: &str) -> Option<String> {
        match (self.literal(), self.has_fraction(), other.has_fraction()) {
            (Some(whole), false, true) => Some(format!("{whole}.0")),
            (_, true, false) if divides(&other.operand) => None,
            (Some(number), true, false) => {
                let whole = number.strip_suffix(".0").filter(|_| !sign.starts_with('/'));
                whole.map(str::to_owned)
            }
            (_, true, false) => None,
            (_, false, true) if divides(&self.operand) => None,
            _ if divides(&self.operand) || divides(&other.operand) && !other.has_fraction() => None,
            (_, false, false) if is_wider(&self.kind, kind) || loses_its_sign(&self.kind, kind) => {
                None
            }
            _ => Some(self.turned(kind)),
        }
    }

    fn turned(&self, kind: &str) -> String {
        let number = match &self.operand {
            ast::Expr::ParenExpr(_) | ast::Expr::IndexExpr(_) => text(&self.operand),
            other => in_parentheses(&text(other)),
        };
        format!("{}{number} as {kind}", self.stars)
    }
}

/// The learner's own operation with both sides of one type.
pub fn written_alike(
    case: &Case,
    operation: &ast::BinExpr,
    of_left: &str,
    of_right: &str,
) -> Option<Explanation> {
    if let Some(ways) = ways(case, operation, of_left, of_right) {
        return Some(explained(ways));
    }
    let (left, right) = (operation.lhs()?, operation.rhs()?);
    let (of_left, of_right) = (behind_references(of_left).0, behind_references(of_right).0);
    if !loses_its_sign(of_right, of_left) || is_wider(of_right, of_left) || divides(&right) {
        return None;
    }
    let own = Side::new(right, of_right).turned(of_left);
    let sign = operation.op_token()?;
    let fix = format!("{} {sign} {own}", text(&left));
    Some(without_a_sign(of_right, of_left, fix))
}

/// The operation with its left side as the right one is, and the other way round, where that makes
/// sense; of a calculation with more than one operation all of it.
pub fn ways(
    case: &Case,
    operation: &ast::BinExpr,
    of_left: &str,
    of_right: &str,
) -> Option<String> {
    let sides = (operation.lhs()?, operation.rhs()?);
    let (left, right) = (Side::new(sides.0, of_left), Side::new(sides.1, of_right));
    let sign = operation.op_token()?.text().to_owned();
    if left.stars != right.stars && is_lent_only(&left.kind, &right.kind) {
        return Some(format!("{} {sign} {}", left.value(), right.value()));
    }
    if left.has_fraction() != right.has_fraction()
        && let Some(whole) = all_with_fractions(case, operation, [&left, &right])
    {
        return Some(whole);
    }
    let is_assignment = matches!(operation.op_kind()?, BinaryOp::Assignment { .. });
    let of = |side: &Side| match side.kind.as_str() {
        "{float}" => float_of(case).to_owned(),
        "{integer}" => "i32".to_owned(),
        kind => kind.to_owned(),
    };
    let changed_left = left
        .like(&right, &of(&right), &sign)
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
        .like(&left, &of(&left), &sign)
        .map(|own| format!("{} {sign} {own}", text(&left.operand)));
    let mut ways: Vec<String> = changed_left.into_iter().chain(changed_right).collect();
    // With a fraction first: then nothing is lost.
    ways.sort_by_key(|way| !(way.contains(" as ") || way.contains('.')));
    // `sum / list.len()`: mostly an average.
    if sign == "/" && !left.has_fraction() && !right.has_fraction() {
        let average = all_with_fractions(case, operation, [&left, &right]);
        ways.splice(0..0, average);
    }
    (!ways.is_empty()).then(|| ways.join("\n"))
}

/// Whether two types differ by no more than a `&`.
fn is_lent_only(one: &str, other: &str) -> bool {
    let is_open = |kind: &str| kind.starts_with('{');
    one == other || is_float(one) == is_float(other) && (is_open(one) || is_open(other))
}

/// All of a calculation as one with fractions: a part that stays whole would cut off what a
/// division in it leaves.
fn all_with_fractions(case: &Case, operation: &ast::BinExpr, sides: [&Side; 2]) -> Option<String> {
    let is_calculation = matches!(operation.op_kind()?, BinaryOp::ArithOp(_));
    let is_assignment = matches!(operation.op_kind()?, BinaryOp::Assignment { .. });
    if is_assignment && !sides[0].has_fraction() {
        return None;
    }
    let all = match is_calculation {
        true => calculation_around(operation),
        false => ast::Expr::BinExpr(operation.clone()),
    };
    let is_one = *all.syntax() == *operation.syntax();
    if is_one && !divides(&all) {
        return None;
    }
    let named = sides.iter().map(|side| side.kind.as_str());
    let others = all.syntax().descendants().filter_map(ast::Expr::cast);
    let kind = named
        .filter(|kind| is_float(kind) && !kind.starts_with('{'))
        .map(str::to_owned)
        .next()
        .or_else(|| {
            let kinds = others.filter_map(|one| kind_of(case, &one));
            kinds
                .filter(|kind| matches!(kind.as_str(), "f32" | "f64"))
                .last()
        });
    let calculation = Calculation {
        case,
        told: sides
            .iter()
            .map(|side| {
                let kind = format!("{}{}", "&".repeat(side.stars.len()), side.kind);
                (side.operand.clone(), kind)
            })
            .collect(),
        kind: kind.as_deref().unwrap_or_else(|| float_of(case)),
    };
    if is_calculation {
        return calculation.turned(&all);
    }
    let [left, right] = sides.map(|side| calculation.turned(&side.operand));
    let is_cut_off = operation.op_token()?.text().starts_with('<');
    let left = left.map(|own| match is_cut_off && own.contains(" as ") {
        true => format!("({own})"),
        false => own,
    });
    Some(format!("{} {} {}", left?, operation.op_token()?, right?))
}
