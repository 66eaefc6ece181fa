//! What one would write with tensors in Python, and how it is written here.

use super::super::case::{Case, Explanation};
use super::super::kinds_in_cell::kind_of;
use super::super::numbers::{behind_references, is_number, is_whole};
use super::super::syntax::{Cell, in_parentheses, one_line, text};
use super::super::values::{as_tensor, with_point};
use super::fractions::divides;
use crate::evaluator::cell::words;
use ra_ap_syntax::ast::{self, AstNode};
use ra_ap_syntax::{SyntaxKind, SyntaxNode};

/// Whether a message is about a tensor, and not about something that has one in it.
pub fn is_about_a_tensor(case: &Case) -> bool {
    let types = case.named();
    types
        .map(|one| one.trim_start_matches('&').trim_start_matches("mut "))
        .any(is_tensor)
}

fn is_tensor(kind: &str) -> bool {
    matches!(
        kind,
        "Tensor" | "chainrule::tensor::Tensor" | "tensor::Tensor"
    )
}

/// `&x * 2`, `&x * vec![1.0]`
pub fn tensor_with_something_else(case: &Case) -> Option<Explanation> {
    if !is_about_a_tensor(case) || !case.message.starts_with("cannot ") {
        return None;
    }
    let other = case
        .named()
        .find(|one| !is_tensor(one.trim_start_matches('&')))?;
    let operation: ast::BinExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (left, right) = (operation.lhs()?, operation.rhs()?);
    let is_left = case
        .said()
        .contains(&format!("`{other} {} ", operation.op_token()?.text()));
    let (inner, written) = if is_left {
        (&left, text(&left))
    } else {
        (&right, text(&right))
    };
    let kind = other.trim_start_matches('&');
    let number = as_number(other, inner, written)?;
    let number = if is_left && number.ends_with("as f32") {
        format!("({number})")
    } else {
        number
    };
    let operator = operation.op_token()?.text().to_owned();
    let parts = if is_left {
        (number, text(&right))
    } else {
        (text(&left), number)
    };
    let fix = one_line(&format!("{} {operator} {}", parts.0, parts.1));
    Some(if is_list(kind) {
        Explanation::new(
            "A tensor computes with tensors and numbers. Make a tensor of the list:",
            "张量只能和张量或数字运算。请先把列表变成张量：",
            fix,
        )
    } else {
        Explanation::new(
            "A tensor holds numbers with a fraction (`f32`), and Rust turns no other kind of \
             number into that by itself. Write:",
            "张量里的数都是 `f32` 小数，而 Rust 不会自动转换其他类型的数。请写成：",
            fix,
        )
    })
}

fn is_list(kind: &str) -> bool {
    kind.starts_with("Vec<") || kind.starts_with('[')
}

/// What a tensor computes with, made of something else of this type.
fn as_number(kind: &str, inner: &ast::Expr, written: String) -> Option<String> {
    let (value, stars) = behind_references(kind);
    if is_list(value) {
        return Some(as_tensor(&written, kind));
    }
    if !is_whole(value) && value != "f64" {
        return None;
    }
    Some(match inner {
        // `&n`
        ast::Expr::RefExpr(lent) if !stars.is_empty() => {
            let inner = lent.expr()?;
            as_number(&kind[1..], &inner, text(&inner))?
        }
        ast::Expr::Literal(_) if kind == "{integer}" => with_point(&written),
        _ if is_whole(value) && divides(inner) => each_with_fraction(inner)?,
        ast::Expr::BinExpr(_) | ast::Expr::PrefixExpr(_) => format!("{stars}({written}) as f32"),
        _ => format!("{stars}{written} as f32"),
    })
}

/// `1.0 / n as f32` for `1 / n`: each number for itself.
fn each_with_fraction(operand: &ast::Expr) -> Option<String> {
    Some(match operand {
        ast::Expr::BinExpr(operation) => {
            let left = each_with_fraction(&operation.lhs()?)?;
            let right = each_with_fraction(&operation.rhs()?)?;
            format!("{left} {} {right}", operation.op_token()?.text())
        }
        ast::Expr::ParenExpr(inner) => format!("({})", each_with_fraction(&inner.expr()?)?),
        ast::Expr::Literal(_) => with_point(&text(operand)),
        ast::Expr::PathExpr(_)
        | ast::Expr::FieldExpr(_)
        | ast::Expr::IndexExpr(_)
        | ast::Expr::CallExpr(_)
        | ast::Expr::MethodCallExpr(_) => format!("{} as f32", text(operand)),
        _ => return None,
    })
}

/// `x == y`, `x > 0.0`
pub fn comparison_of_tensors(case: &Case) -> Option<Explanation> {
    if !is_about_a_tensor(case) {
        return None;
    }
    let Some(operation) = Cell::new(case.code).around::<ast::BinExpr>(case.mark.as_ref()?) else {
        // In a macro.
        return Some(Explanation::new(
            "Tensors are compared value by value, by a method; the result is a tensor of 1 and 0.",
            "张量用方法逐个元素比较，结果是由 1 和 0 组成的张量。",
            "x.eq(&y), x.gt(&y), x.le(&Tensor::from(1.0)), …",
        ));
    };
    let operator = operation.op_token()?.text().to_owned();
    let (left, right) = (operation.lhs()?, operation.rhs()?);
    let method = match operator.as_str() {
        "==" | "!=" => "eq",
        ">" => "gt",
        ">=" => "ge",
        "<" => "lt",
        "<=" => "le",
        _ => return None,
    };
    let (receiver, other) = (owned(&left), lent(&right));
    let different = if operator == "!=" { "1.0 - " } else { "" };
    // What stands at the right side, if it is no tensor.
    let mut number = case.labels.lines().map(behind_references);
    let number = number.rfind(|(kind, _)| is_number(kind));
    let is_equality = number.is_none() && method == "eq";
    let (each, whole) = match number {
        Some((kind, stars)) => {
            let right = format!("{stars}{}", text(&right));
            let is_same = matches!(kind, "f32" | "{float}");
            let item = match with_point(&right) {
                literal if literal != right || is_same => literal,
                _ => format!("{} as f32", in_parentheses(&right)),
            };
            (
                format!("{different}{receiver}.{method}(&Tensor::from({right}))"),
                format!("{receiver}.item() {operator} {item}"),
            )
        }
        None if method == "eq" => {
            let order = if operator == "!=" { ">=" } else { "<" };
            let (left, right) = (lent(&left).replacen("&(", "(", 1), lent(&right));
            (
                format!("{different}{receiver}.eq({other})"),
                format!(
                    "{receiver}.to_vec() {operator} {}.to_vec()\n\
                     ({left} - {right}).abs().max().item() {order} 1e-5",
                    owned(&operation.rhs()?)
                ),
            )
        }
        None => (
            format!("{receiver}.{method}({other})"),
            format!("{receiver}.item() {operator} {}.item()", owned(&right)),
        ),
    };
    let is_condition = is_condition(operation.syntax());
    Some(compared(is_condition, is_equality, &each, &whole))
}

/// What is said of a comparison: how it is written value by value, and how as a whole.
fn compared(is_condition: bool, is_equality: bool, each: &str, whole: &str) -> Explanation {
    match (is_condition, is_equality) {
        (true, true) => Explanation::new(
            "A condition is one `bool`, and tensors are compared as a whole by their numbers. \
             Numbers that were computed are hardly ever equal to the last digit; the second line \
             allows for that.",
            "条件应该是一个 `bool`；要比较整个张量，就比较它们的数。算出来的小数很少会每一位都相等，第二行考虑到了这一点。",
            whole,
        ),
        (true, false) => Explanation::new(
            "A condition is one `bool`. Of a tensor with a single value, `.item()` takes the \
             number out.",
            "条件应该是一个 `bool`。只有一个值的张量，用 `.item()` 取出里面的数。",
            whole,
        ),
        (false, true) => Explanation::new(
            "Is each value meant (a tensor of 1 and 0), or the whole (one `bool`)? Numbers that \
             were computed are hardly ever equal to the last digit.",
            "是要逐个元素比较（得到由 1 和 0 组成的张量），还是比较整体（得到一个 `bool`）？算出来的小数很少会每一位都相等。",
            format!("{each}\n{whole}"),
        ),
        (false, false) => Explanation::new(
            "Tensors are compared value by value, by a method; the result is a tensor of 1 and 0. \
             Of a tensor with a single value, `.item()` takes the number out.",
            "张量用方法逐个元素比较，结果是由 1 和 0 组成的张量。只有一个值的张量，可以用 `.item()` 取出里面的数。",
            format!("{each}\n{whole}"),
        ),
    }
}

/// As a method is called on it.
fn owned(operand: &ast::Expr) -> String {
    match operand {
        ast::Expr::RefExpr(lent) => lent.expr().map_or_else(String::new, |inner| owned(&inner)),
        ast::Expr::BinExpr(_) | ast::Expr::PrefixExpr(_) | ast::Expr::CastExpr(_) => {
            format!("({})", text(operand))
        }
        _ => text(operand),
    }
}

fn lent(operand: &ast::Expr) -> String {
    format!("&{}", owned(operand))
}

/// Whether an operation stands where one `bool` is needed.
fn is_condition(operation: &SyntaxNode) -> bool {
    let Some(parent) = operation.parent() else {
        return false;
    };
    if let Some(call) = ast::ArgList::cast(parent.clone()).and_then(|list| list.syntax().parent()) {
        // `assert!(…)`, opened.
        return call.text().to_string().starts_with("assert");
    }
    if let Some(above) = ast::BinExpr::cast(parent.clone()) {
        return matches!(above.op_kind(), Some(ast::BinaryOp::LogicOp(_)));
    }
    match parent.kind() {
        SyntaxKind::IF_EXPR | SyntaxKind::WHILE_EXPR => true,
        SyntaxKind::PAREN_EXPR | SyntaxKind::PREFIX_EXPR => is_condition(&parent),
        _ => false,
    }
}

/// `w -= 0.1 * w.grad()`
pub fn changed_in_place(case: &Case) -> Option<Explanation> {
    if !is_about_a_tensor(case) {
        return None;
    }
    let operation: ast::BinExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let operator = operation
        .op_token()?
        .text()
        .trim_end_matches('=')
        .to_owned();
    let (left, right) = (text(&operation.lhs()?), operation.rhs()?);
    let kind = kind_of(case, &right).unwrap_or_default();
    let number = Some(kind.as_str())
        .filter(|kind| *kind != "{float}")
        .and_then(|kind| as_number(kind, &right, text(&right)));
    let result = match &right {
        _ if number.is_some() => number?,
        ast::Expr::BinExpr(one) if binds_less(one, &operator) => format!("({})", text(&right)),
        _ => text(&right),
    };
    // `for w in &mut list`
    let left = match case.message.contains("type `&mut ") {
        true => format!("*{left}"),
        false => left,
    };
    // As it is in tch, where a gradient may be missing.
    let result = result.replace(".grad().unwrap()", ".grad()");
    let result = format!("&{left} {operator} {result}");
    Some(if is_update(case.code, &operation, &operator) {
        Explanation::new(
            format!(
                "A tensor is not changed in place: the result is a new one. An update of a \
                 parameter is not recorded, and `{left}` asks for gradients again:"
            ),
            format!(
                "张量不能原地修改，运算总是得到新的张量。更新参数时不要记录计算过程，并让 `{left}` 重新要求梯度："
            ),
            format!("{left} = no_grad(|| {result}).requires_grad();"),
        )
    } else {
        Explanation::new(
            "A tensor is not changed in place: the result is a new one, which takes the name.",
            "张量不能原地修改：运算得到的是新的张量，再用原来的名字保存它。",
            format!("{left} = {result};"),
        )
    })
}

/// Whether a parameter is updated: by its gradient, or by what the cell made of one.
fn is_update(code: &str, operation: &ast::BinExpr, operator: &str) -> bool {
    let cell = Cell::new(code);
    let value_of = |name: &str| {
        let value = cell.definition(None, name)?.initializer()?;
        Some(text(&value))
    };
    // What the value of a name is made of, a few names deep.
    let mut made_of = operation
        .rhs()
        .map_or_else(String::new, |right| text(&right));
    for _ in 0..3 {
        let names: Vec<String> = words(&made_of).filter_map(value_of).collect();
        made_of = format!("{made_of} {}", names.join(" "));
    }
    let left = operation.lhs().map_or_else(String::new, |left| text(&left));
    let asks_for_gradients =
        value_of(left.trim_start_matches('*')).is_some_and(|value| value.contains("requires_grad"));
    let learns = operator == "-" && code.contains(".backward()");
    made_of.contains("grad") || asks_for_gradients || learns
}

/// Whether an operation needs brackets to the right of this operator.
fn binds_less(right: &ast::BinExpr, operator: &str) -> bool {
    let is_product = right
        .op_token()
        .is_some_and(|one| matches!(one.text(), "*" | "/"));
    operator != "+" && !(operator == "-" && is_product)
}

/// A tensor where a number or a condition is needed.
pub fn tensor_for_a_number(case: &Case) -> Option<Explanation> {
    let said = case.said();
    let found = said
        .split("found `")
        .nth(1)?
        .split('`')
        .next()?
        .trim_start_matches('&');
    let wanted = said.split("expected `").nth(1)?.split('`').next()?;
    if !is_tensor(found) || !matches!(wanted, "f32" | "f64" | "bool" | "usize" | "i32") {
        return None;
    }
    let code = one_line(case.marked().trim_start_matches('&'));
    let code = if code.contains(' ') {
        format!("({code})")
    } else {
        code
    };
    let fix = match wanted {
        "f32" => format!("{code}.item()"),
        "bool" => format!("{code}.item() > 0.5"),
        other => format!("{code}.item() as {other}"),
    };
    Some(Explanation::new(
        "A tensor with a single value is still a tensor; `.item()` takes the number out.",
        "只有一个值的张量仍然是张量；用 `.item()` 取出里面的数。",
        fix,
    ))
}
