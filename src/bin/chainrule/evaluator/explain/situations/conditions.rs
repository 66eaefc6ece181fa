//! What stands where `true` or `false` is needed.

use super::super::case::{Case, Explanation};
use super::super::numbers::{behind_references, is_float, is_whole};
use super::super::syntax::{Cell, bytes, one_line, text};
use ra_ap_syntax::ast::{self, AstNode, BinaryOp};
use ra_ap_syntax::{SyntaxNode, SyntaxToken, T};

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
    // All of them, also of `x = 3 && y = 4`.
    let signs = condition.descendants_with_tokens();
    let signs = signs.filter_map(|element| element.into_token());
    let mut whole = condition.text().to_string();
    let signs: Vec<SyntaxToken> = signs.filter(|token| token.kind() == T![=]).collect();
    for sign in signs.iter().rev() {
        let at = sign.text_range().start() - condition.text_range().start();
        whole.insert(usize::from(at), '=');
    }
    let fix = one_line(&whole);
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
    let condition = condition_around(marked.syntax())?;
    if let ast::Expr::Literal(_) = &marked
        && found.starts_with(['i', 'f'])
    {
        return number_alone(&marked, &condition);
    }
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
    let (kind, stars) = behind_references(found.trim_matches('`'));
    let value = match is_whole(kind) || is_float(kind) {
        true => format!("{stars}{value}"),
        false => value,
    };
    let fix = question(&value, kind, is_not)?;
    Some(Explanation::new(
        "A condition is `true` or `false`; nothing else counts as one of them, as it does in \
         Python. Ask for what is meant:",
        "条件必须是 `true` 或 `false`；其他值不会像 Python 那样自动当成真或假。请写明要判断什么：",
        one_line(&fix),
    ))
}

/// `n == 2 || 3`, `is_big == 1`, `while 1 { }`: what is asked is never the number.
fn number_alone(number: &ast::Expr, condition: &SyntaxNode) -> Option<Explanation> {
    let written = text(number);
    let is_true = written.contains(|c: char| c.is_ascii_digit() && c != '0');
    let around = number.syntax().parent().and_then(ast::BinExpr::cast);
    let other = around.as_ref().and_then(|one| {
        let sides = [one.lhs()?, one.rhs()?];
        sides.into_iter().find(|side| side != number)
    });
    let (place, instead) = match around.as_ref().and_then(|one| Some((one, one.op_kind()?))) {
        Some((_, BinaryOp::LogicOp(_))) => {
            let asked = last_comparison(&other?)?;
            let (left, sign) = (text(&asked.lhs()?), asked.op_token()?);
            (number.syntax().clone(), format!("{left} {sign} {written}"))
        }
        Some((one, BinaryOp::CmpOp(ast::CmpOp::Eq { negated }))) => {
            let asked = text(&other?);
            let not = if is_true == negated { "!" } else { "" };
            (one.syntax().clone(), format!("{not}{asked}"))
        }
        Some(_) => return None,
        None => (number.syntax().clone(), is_true.to_string()),
    };
    let mut whole = condition.text().to_string();
    let begin = condition.text_range().start();
    let at = place.text_range();
    whole.replace_range(
        usize::from(at.start() - begin)..usize::from(at.end() - begin),
        &instead,
    );
    Some(Explanation::new(
        "A condition is `true` or `false`, and a number is neither. Write out what is asked:",
        "条件必须是 `true` 或 `false`，而数字两者都不是。请把要判断的内容写完整：",
        one_line(&whole),
    ))
}

/// The comparison that ends before a `||`.
fn last_comparison(side: &ast::Expr) -> Option<ast::BinExpr> {
    match side {
        ast::Expr::BinExpr(one) => match one.op_kind()? {
            BinaryOp::CmpOp(_) => Some(one.clone()),
            BinaryOp::LogicOp(_) => last_comparison(&one.rhs()?),
            _ => None,
        },
        _ => None,
    }
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
