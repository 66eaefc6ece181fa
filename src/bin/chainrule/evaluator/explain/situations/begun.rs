//! A variable, or a part of one, that begins with another type of numbers than it takes later.

use super::super::case::{Case, Explanation};
use super::super::numbers::{behind_references, float_of, is_float, is_whole, is_wider};
use super::super::syntax::{Cell, bytes, text};
use super::fractions::{definition_before, with_other_numbers};
use ra_ap_syntax::ast::{self, AstNode, BinaryOp};

/// `total += x`, `best = x`, `x > best`: a variable that begins as a whole number, say, and takes
/// numbers with a fraction. Its definition is what has to be another.
pub fn begun_otherwise(
    case: &Case,
    operation: &ast::BinExpr,
    of_left: &str,
    of_right: &str,
) -> Option<Explanation> {
    let (left, right) = (operation.lhs()?, operation.rhs()?);
    let (of_left, of_right) = (behind_references(of_left).0, behind_references(of_right).0);
    let taker = match operation.op_kind()? {
        BinaryOp::Assignment { .. } => &left,
        _ if is_assigned(case, &left, operation, &right) => &left,
        _ if is_assigned(case, &right, operation, &left) => &right,
        _ => return None,
    };
    let (has, takes) = match *taker == left {
        true => (of_left, of_right),
        false => (of_right, of_left),
    };
    let is_larger = is_whole(has) && (is_float(takes) || is_wider(takes, has));
    if !is_larger || !matches!(taker, ast::Expr::PathExpr(_)) {
        return None;
    }
    let name = text(taker);
    let kind = match takes {
        "{float}" | "floating-point number" => float_of(case),
        "{integer}" | "integer" => "i32",
        kind => kind,
    };
    let place = bytes(operation.syntax()).start;
    let statement = definition_before(case, &name, place);
    let is_in_function = Cell::new(case.code).function_around(place).is_some();
    let is_earlier = case.memory.variable_type(&name).is_some() && !is_in_function;
    if statement.is_none() && is_earlier {
        return Some(Explanation::new(
            format!(
                "`{name}` is of the type `{has}` in an earlier cell, and `{kind}` numbers have no \
                 room in it. Make it a `{kind}` at the beginning of this cell, before what is \
                 computed:"
            ),
            format!(
                "`{name}` 在前面的单元格里是 `{has}`，放不下 `{kind}`。请在这个单元格的开头先把它变成 `{kind}`："
            ),
            format!("let mut {name} = {name} as {kind};"),
        ));
    }
    let fix = statement.and_then(|one| with_other_numbers(case, &one, kind));
    Some(from_the_beginning(&name, (has, kind), fix))
}

/// Says of a variable of one type that it should begin as one of another.
fn from_the_beginning(name: &str, (has, kind): (&str, &str), fix: Option<String>) -> Explanation {
    let (english, chinese) = match is_float(kind) {
        true => (
            format!(
                "`{name}` begins as a whole number and has no room for a fraction. Let it begin \
                 as a number with a fraction"
            ),
            format!("`{name}` 一开始是整数，放不下小数。请让它从一开始就是小数"),
        ),
        false => (
            format!(
                "`{name}` is of the type `{has}`, which does not hold every `{kind}`. Let it be \
                 of that type from the beginning"
            ),
            format!(
                "`{name}` 的类型是 `{has}`，放不下所有的 `{kind}`。请让它从一开始就是 `{kind}`"
            ),
        ),
    };
    let (stop, chinese_stop) = if fix.is_some() {
        (":", "：")
    } else {
        (".", "。")
    };
    Explanation::new(
        english + stop,
        chinese + chinese_stop,
        fix.unwrap_or_default(),
    )
}

/// Whether the cell gives a variable the value of an operation with it, or what it is compared
/// with.
fn is_assigned(
    case: &Case,
    taker: &ast::Expr,
    operation: &ast::BinExpr,
    other: &ast::Expr,
) -> bool {
    let cell = Cell::new(case.code);
    let (name, other) = (text(taker), text(other));
    let place = bytes(operation.syntax());
    let nodes = cell.statements().iter().flat_map(|node| node.descendants());
    nodes.filter_map(ast::BinExpr::cast).any(|one| {
        let is_plain = matches!(one.op_kind(), Some(BinaryOp::Assignment { op: None }));
        let is_to_it = one.lhs().is_some_and(|left| text(&left) == name);
        let is_of_it = one.rhs().is_some_and(|right| {
            let at = bytes(right.syntax());
            let value = text(&right);
            value.trim_start_matches('*') == other.trim_start_matches('*')
                || at.start <= place.start && place.end <= at.end
        });
        is_plain && is_to_it && is_of_it
    })
}

/// `v[0] += 1.5`, `point.x -= big`: what holds the number has to hold others from the beginning.
pub fn place_of_others(
    case: &Case,
    operation: &ast::BinExpr,
    of_left: &str,
    of_right: &str,
) -> Option<Explanation> {
    let is_assignment = matches!(operation.op_kind()?, BinaryOp::Assignment { .. });
    let (left, right) = (operation.lhs()?, operation.rhs()?);
    let holder = holder_of(&left).filter(|_| is_assignment)?;
    let place = text(&left);
    let (of_left, of_right) = (behind_references(of_left).0, behind_references(of_right).0);
    if is_whole(of_left) && is_float(of_right) {
        let at = bytes(operation.syntax()).start;
        let fix = definition_before(case, &holder, at)
            .filter(|_| matches!(left, ast::Expr::IndexExpr(_)))
            .and_then(|one| with_other_numbers(case, &one, float_of(case)));
        return Some(Explanation::new(
            format!(
                "`{place}` is a whole number and has no room for a fraction. Let `{holder}` hold \
                 numbers with a fraction where it is made (`1.0` instead of `1`, `f64` instead of \
                 `i32`)."
            ),
            format!(
                "`{place}` 是整数，放不下小数。请在创建 `{holder}` 的地方就用小数（写 `1.0` 而不是 `1`，写 `f64` 而不是 `i32`）。"
            ),
            fix.unwrap_or_default(),
        ));
    }
    if !is_wider(of_right, of_left) {
        return None;
    }
    let right = text(&right);
    Some(Explanation::new(
        format!(
            "`{place}` is of the type `{of_left}`, which does not hold every `{of_right}` such as \
             `{right}`. Let `{holder}` hold `{of_right}` where it is made."
        ),
        format!(
            "`{place}` 的类型是 `{of_left}`，放不下 `{right}` 这样的 `{of_right}`。\
             请在创建 `{holder}` 的地方就用 `{of_right}`。"
        ),
        "",
    ))
}

/// The variable that a place is a part of: `v` for `v[0].x`.
fn holder_of(place: &ast::Expr) -> Option<String> {
    match place {
        ast::Expr::IndexExpr(index) => name_of_holder(&index.base()?),
        ast::Expr::FieldExpr(field) => name_of_holder(&field.expr()?),
        ast::Expr::PrefixExpr(behind) => name_of_holder(&behind.expr()?),
        ast::Expr::ParenExpr(inner) => holder_of(&inner.expr()?),
        _ => None,
    }
}

fn name_of_holder(holder: &ast::Expr) -> Option<String> {
    match holder {
        ast::Expr::PathExpr(_) => Some(text(holder)),
        ast::Expr::MethodCallExpr(call) => name_of_holder(&call.receiver()?),
        other => holder_of(other),
    }
}
