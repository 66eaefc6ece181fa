//! What stands where `true` or `false` is needed.

use super::super::case::{Case, Explanation};
use super::super::syntax::{Cell, bytes, one_line, text};
use super::kinds_of_numbers::{is_float, is_whole};
use ra_ap_syntax::SyntaxNode;
use ra_ap_syntax::ast::{self, AstNode};

/// `if a = 5 { }`, also behind `while` and `match … { n if`, and within `&&`.
pub fn one_equals_sign(case: &Case) -> Option<Explanation> {
    let start = case.mark.as_ref()?.start;
    // Of an unknown name only the name is marked, of `a = 5 && b` the `5`.
    let marked: ast::Expr = Cell::new(case.code).around(&(start..start))?;
    let is_assignment =
        |one: &ast::BinExpr| matches!(one.op_kind(), Some(ast::BinaryOp::Assignment { op: None }));
    let assigned = marked
        .syntax()
        .ancestors()
        .filter_map(ast::BinExpr::cast)
        .find(is_assignment)?;
    let condition = condition_around(assigned.syntax())?;
    let whole = one_line(&condition.text().to_string());
    let right = format!("{} == {}", text(&assigned.lhs()?), text(&assigned.rhs()?));
    let fix = whole.replacen(&one_line(&text(&ast::Expr::BinExpr(assigned))), &right, 1);
    Some(Explanation::new(
        "One `=` gives a variable a value; whether two values are equal is asked with `==`.",
        "一个 `=` 是赋值；比较两个值是否相等要用 `==`。",
        fix,
    ))
}

/// The condition that an expression is, or is a part of.
fn condition_around(expression: &SyntaxNode) -> Option<SyntaxNode> {
    for node in expression.ancestors() {
        let parent = node.parent()?;
        let is_condition = ast::IfExpr::cast(parent.clone())
            .and_then(|one| one.condition())
            .or_else(|| ast::WhileExpr::cast(parent.clone())?.condition())
            .or_else(|| ast::MatchGuard::cast(parent.clone())?.condition())
            .is_some_and(|condition| *condition.syntax() == node);
        if is_condition {
            return Some(node);
        }
        if !(ast::BinExpr::can_cast(parent.kind()) || ast::ParenExpr::can_cast(parent.kind())) {
            return None;
        }
    }
    None
}

/// `if n { }`, `while v { }`, `!x` of what is no `bool`: `expected `bool`, found …`.
pub fn no_condition(case: &Case) -> Option<Explanation> {
    let found = case.labels.split("expected `bool`, found ").nth(1)?;
    let found = found.lines().next()?;
    let mark = case.mark.as_ref()?;
    let marked: ast::Expr = Cell::new(case.code)
        .around(mark)
        .filter(|one: &ast::Expr| bytes(one.syntax()) == *mark)?;
    condition_around(marked.syntax())?;
    // `!n` asks for the contrary.
    let (asked, is_not) = match &marked {
        ast::Expr::PrefixExpr(one) if one.op_kind() == Some(ast::UnaryOp::Not) => {
            (one.expr()?, true)
        }
        _ => (marked.clone(), false),
    };
    let value = match &asked {
        ast::Expr::BinExpr(_) | ast::Expr::PrefixExpr(_) => format!("({})", text(&asked)),
        _ => text(&asked),
    };
    let fix = question(
        &value,
        found.trim_matches('`').trim_start_matches('&'),
        is_not,
    )?;
    Some(Explanation::new(
        "A condition is `true` or `false`; nothing else counts as one of them, as it does in \
         Python. Ask for what is meant:",
        "条件必须是 `true` 或 `false`；其他值不会像 Python 那样自动当成真或假。请写明要判断什么：",
        one_line(&fix),
    ))
}

/// What is probably meant by a value of a type where a condition stands.
fn question(value: &str, kind: &str, is_not: bool) -> Option<String> {
    let not = if is_not { "!" } else { "" };
    let is_unequal = if is_not { "==" } else { "!=" };
    let is_list = ["String", "Vec<", "[", "HashMap<"];
    Some(match kind {
        _ if is_whole(kind) => format!("{value} {is_unequal} 0"),
        _ if is_float(kind) => format!("{value} {is_unequal} 0.0"),
        "Tensor" => format!("{not}({value}.item() > 0.0)"),
        _ if kind.starts_with("Option<") => format!("{not}{value}.is_some()"),
        _ if kind.starts_with("Result<") => format!("{not}{value}.is_ok()"),
        _ if kind == "str" || is_list.iter().any(|one| kind.starts_with(one)) => {
            format!("{}{value}.is_empty()", if is_not { "" } else { "!" })
        }
        _ => return None,
    })
}
