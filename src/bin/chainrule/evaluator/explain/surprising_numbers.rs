//! Calculations with numbers that are written out and give another number than in school.

use super::case::Explanation;
use super::syntax::{Cell, bytes, text};
use super::values::with_point;
use ra_ap_syntax::SyntaxKind;
use ra_ap_syntax::ast::{self, ArithOp, AstNode, BinaryOp};

/// What to say below a cell that has run.
pub fn of_cell(cell: &Cell) -> Option<Explanation> {
    let mut operations = cell.descendants().filter_map(ast::BinExpr::cast);
    let found = operations.find_map(|one| power(&one).or_else(|| division(&one)));
    found.or_else(|| comment_for_division(cell))
}

/// The value of a calculation with whole numbers that are written out, without a type.
fn value(written: &ast::Expr) -> Option<i64> {
    match written {
        ast::Expr::Literal(_) => text(written).replace('_', "").parse().ok(),
        ast::Expr::ParenExpr(inner) => value(&inner.expr()?),
        ast::Expr::BinExpr(one) => {
            let (left, right) = (value(&one.lhs()?)?, value(&one.rhs()?)?);
            match one.op_kind()? {
                BinaryOp::ArithOp(ArithOp::Add) => left.checked_add(right),
                BinaryOp::ArithOp(ArithOp::Sub) => left.checked_sub(right),
                BinaryOp::ArithOp(ArithOp::Mul) => left.checked_mul(right),
                BinaryOp::ArithOp(ArithOp::Div) => left.checked_div(right),
                _ => None,
            }
        }
        _ => None,
    }
}

/// `2 ^ 3`
fn power(operation: &ast::BinExpr) -> Option<Explanation> {
    let (left, right) = (operation.lhs()?, operation.rhs()?);
    let (base, exponent) = (value(&left)?, value(&right)?);
    let is_it = operation.op_kind()? == BinaryOp::ArithOp(ArithOp::BitXor);
    let are_numbers = [&left, &right]
        .iter()
        .all(|side| matches!(side, ast::Expr::Literal(_)));
    let result = base ^ exponent;
    (is_it && are_numbers).then(|| {
        Explanation::new(
            format!(
                "`^` compares the bits of two whole numbers: `{base} ^ {exponent}` is {result}. A \
                 power is a method:"
            ),
            format!("`^` 是按位异或：`{base} ^ {exponent}` 等于 {result}。乘方用方法来写："),
            format!("{base}_i32.pow({exponent})"),
        )
    })
}

/// `3 / 4`
fn division(operation: &ast::BinExpr) -> Option<Explanation> {
    let (left, right) = (operation.lhs()?, operation.rhs()?);
    let (dividend, divisor) = (value(&left)?, value(&right)?);
    let is_it = operation.op_kind()? == BinaryOp::ArithOp(ArithOp::Div);
    let is_cut = dividend.checked_rem(divisor)? != 0;
    let (left, right) = (text(&left), text(&right));
    let points = match left.starts_with('(') {
        true => format!("{left} as f64 / {}", with_point(&right)),
        false => format!("{} / {}", with_point(&left), with_point(&right)),
    };
    (is_it && is_cut).then(|| {
        Explanation::new(
            format!(
                "Whole numbers are divided without the rest: `{left} / {right}` is {}. With a \
                 fraction:",
                dividend / divisor
            ),
            format!(
                "整数相除会舍去余数：`{left} / {right}` 等于 {}。要得到小数，请写：",
                dividend / divisor
            ),
            points,
        )
    })
}

/// `3 // 2` at the end of a cell: anywhere else what follows would not compile, or be a comment.
fn comment_for_division(cell: &Cell) -> Option<Explanation> {
    let last = cell.statements().last()?;
    let end = last.last_token()?;
    let rest = cell.text().get(bytes(last).end..)?;
    let comment = rest.trim_start_matches(' ').strip_prefix("//")?.trim();
    let is_it = end.kind() == SyntaxKind::INT_NUMBER && comment.parse::<i64>().is_ok();
    is_it.then(|| {
        Explanation::new(
            "`//` begins a comment: what follows in the line was not computed. Whole numbers are \
             divided by `/`:",
            "`//` 是注释的开头：这一行后面的内容没有参与计算。整数相除用 `/`：",
            format!("{} / {comment}", end.text()),
        )
    })
}
