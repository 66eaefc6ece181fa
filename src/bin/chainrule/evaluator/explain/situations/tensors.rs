//! What one would write with tensors in Python, and how it is written here.

use super::super::case::{Case, Explanation};
use super::super::syntax::{Cell, one_line, text};
use super::kinds_of_numbers::is_whole;
use ra_ap_syntax::ast::{self, AstNode};

/// Whether a message is about a tensor, and not about something that has one in it.
fn is_about_a_tensor(case: &Case) -> bool {
    let types = case.message.split('`').skip(1).step_by(2);
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
        .message
        .split('`')
        .skip(1)
        .step_by(2)
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
    let number = as_number(kind, inner, written)?;
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
    Some(if kind.starts_with("Vec<") || kind.starts_with('[') {
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

/// What a tensor computes with, made of something else.
fn as_number(kind: &str, inner: &ast::Expr, written: String) -> Option<String> {
    Some(
        if kind == "{integer}" && matches!(inner, ast::Expr::Literal(_)) {
            format!("{written}.0")
        } else if is_whole(kind) || kind == "f64" {
            let number = if matches!(inner, ast::Expr::BinExpr(_) | ast::Expr::PrefixExpr(_)) {
                format!("({written})")
            } else {
                written
            };
            format!("{number} as f32")
        } else if kind.starts_with("Vec<") || kind.starts_with('[') {
            format!("tensor({})", written.trim_start_matches('&'))
        } else {
            return None;
        },
    )
}

/// `x[0]`
pub fn index_of_tensor(case: &Case) -> Option<Explanation> {
    let index: ast::IndexExpr =
        is_about_a_tensor(case).then(|| Cell::new(case.code).around(case.mark.as_ref()?))??;
    let tensor = text(&index.base()?);
    if let Some(assigned) = assigned_to(&index) {
        return Some(Explanation::new(
            "A number of a tensor is not set through `[ ]`: take all of its numbers out, change \
            them, and give them back.",
            "张量不能用 `[ ]` 修改单个数：先把所有数取出来，改好以后再放回去。",
            assigned,
        ));
    }
    Some(Explanation::new(
        "A tensor has methods in place of `[ ]`: a position gives a number, a part gives a tensor.",
        "张量不用 `[ ]` 取值，而是用方法：按位置取出的是一个数，取一部分得到的是张量。",
        format!(
            "{tensor}.get(&[0, 0])                  // x[0, 0]\n\
             {tensor}.row(0)                        // x[0]\n\
             {tensor}.slice(1, 2..5)                // x[:, 2:5]"
        ),
    ))
}

/// `t[1] = 3.0`, `m[0][1] = 2.0`, `m[[0, 1]] += 1.0`: how the same is done here.
fn assigned_to(index: &ast::IndexExpr) -> Option<String> {
    // Of `m[0][1]` the inner part is marked.
    let outer = index.syntax().parent().and_then(ast::IndexExpr::cast);
    let whole = outer.as_ref().unwrap_or(index);
    let operation = ast::BinExpr::cast(whole.syntax().parent()?)?;
    let is_assignment = matches!(operation.op_kind()?, ast::BinaryOp::Assignment { .. });
    if !is_assignment || operation.lhs()?.syntax() != whole.syntax() {
        return None;
    }
    let (tensor, value) = (text(&index.base()?), text(&operation.rhs()?));
    let places = match (&outer, index.index()?) {
        (Some(outer), first) => vec![text(&first), text(&outer.index()?)],
        (None, ast::Expr::ArrayExpr(list)) => list.exprs().map(|one| text(&one)).collect(),
        (None, ast::Expr::TupleExpr(list)) => list.fields().map(|one| text(&one)).collect(),
        (None, one) => vec![text(&one)],
    };
    let operator = operation.op_token()?.text().to_owned();
    let change = match places.as_slice() {
        [range] if range.contains("..") => format!("values[{range}].fill({value});"),
        [place] => format!("values[{place}] {operator} {value};"),
        [row, column] => {
            format!("values[{row} * {tensor}.shape()[1] + {column}] {operator} {value};")
        }
        _ => format!("values[0] {operator} {value};"),
    };
    Some(format!(
        "let mut values = {tensor}.to_vec();\n{change}\n\
        {tensor}.set_value(&Tensor::from_vec(values, {tensor}.shape()));"
    ))
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
    let (left, right) = (text(&operation.lhs()?), text(&operation.rhs()?));
    let by = |text: &str| text.trim_start_matches('&').to_owned();
    let is_number = matches!(operation.rhs()?, ast::Expr::Literal(_));
    let other = if is_number {
        format!("&Tensor::from({right})")
    } else {
        format!("&{}", by(&right))
    };
    let left = by(&left);
    let method = match operator.as_str() {
        "==" | "!=" => "eq",
        ">" => "gt",
        ">=" => "ge",
        "<" => "lt",
        "<=" => "le",
        _ => return None,
    };
    let (other, different) = if operator == "!=" {
        (other, "1.0 - ")
    } else {
        (other, "")
    };
    let each = format!("{different}{left}.{method}({other})");
    if is_number {
        return Some(Explanation::new(
            "Tensors are compared value by value, by a method; the result is a tensor of 1 and 0. \
             Of a tensor with a single value, `.item()` takes the number out.",
            "张量用方法逐个元素比较，结果是由 1 和 0 组成的张量。只有一个值的张量，可以用 `.item()` 取出里面的数。",
            format!("{each}\n{left}.item() {operator} {right}"),
        ));
    }
    if method != "eq" {
        return Some(Explanation::new(
            "Tensors are compared value by value, by a method; the result is a tensor of 1 and 0.",
            "张量用方法逐个元素比较，结果是由 1 和 0 组成的张量。",
            each,
        ));
    }
    let whole = format!("{left}.to_vec() {operator} {}.to_vec()", by(&right));
    Some(Explanation::new(
        "Is each value meant (a tensor of 1 and 0), or the whole (one `bool`)? Numbers that were \
         computed are hardly ever equal to the last digit.",
        "是要逐个元素比较（得到由 1 和 0 组成的张量），还是比较整体（得到一个 `bool`）？算出来的小数很少会每一位都相等。",
        format!("{each}\n{whole}\n(&{left} - {other}).abs().max().item() < 1e-5"),
    ))
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
    let right = match &right {
        ast::Expr::Literal(number) if !number.syntax().text().contains_char('.') => {
            format!("{}.0", text(&right))
        }
        ast::Expr::BinExpr(one) if binds_less(one, &operator) => format!("({})", text(&right)),
        _ => text(&right),
    };
    let result = format!("&{left} {operator} {right}");
    Some(if right.contains("grad") {
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

/// Whether an operation needs brackets to the right of this operator.
fn binds_less(right: &ast::BinExpr, operator: &str) -> bool {
    let is_product = right
        .op_token()
        .is_some_and(|one| matches!(one.text(), "*" | "/"));
    operator != "+" && !(operator == "-" && is_product)
}

/// `for row in &x`
pub fn loop_over_tensor(case: &Case) -> Option<Explanation> {
    if !is_about_a_tensor(case) {
        return None;
    }
    let cell = Cell::new(case.code);
    let mark = case.mark.as_ref()?;
    let (name, tensor) = match cell.around::<ast::ForExpr>(mark) {
        Some(repeated) => (
            repeated.pat()?.syntax().text().to_string(),
            text(&repeated.iterable()?),
        ),
        None => (
            "row".to_owned(),
            text(&cell.around::<ast::MethodCallExpr>(mark)?.receiver()?),
        ),
    };
    let tensor = tensor
        .trim_start_matches('&')
        .trim_end_matches(".iter()")
        .trim_end_matches(".into_iter()")
        .to_owned();
    Some(Explanation::new(
        "A tensor does not say by itself whether its numbers or its rows are meant.",
        "张量本身不能直接遍历：要写明是逐个数，还是逐行。",
        format!(
            "for value in {tensor}.to_vec() {{ … }}\n\
             for i in 0..{tensor}.shape()[0] {{ let {name} = {tensor}.row(i); … }}"
        ),
    ))
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
    let code = one_line(case.marked());
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
