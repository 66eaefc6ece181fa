//! Positions in tensors, parts of them, and loops over them.

use super::super::case::{Case, Explanation};
use super::super::kinds_in_cell::kind_of;
use super::super::numbers::is_whole;
use super::super::syntax::{Cell, bytes, one_line, text};
use super::super::values::with_point;
use super::tensors::is_about_a_tensor;
use chainrule::display::say;
use ra_ap_syntax::ast::{self, AstNode, HasArgList};

/// `x[0]`
pub fn index_of_tensor(case: &Case) -> Option<Explanation> {
    let index: ast::IndexExpr =
        is_about_a_tensor(case).then(|| Cell::new(case.code).around(case.mark.as_ref()?))??;
    let tensor = text(&index.base()?);
    let (whole, places) = places(&index)?;
    if let Some(assigned) = assigned_to(case, &whole, &tensor, &places) {
        return Some(Explanation::new(
            "A number of a tensor is not set through `[ ]`: take all of its numbers out, change \
            them, and give them back.",
            "张量不能用 `[ ]` 修改单个数：先把所有数取出来，改好以后再放回去。",
            assigned,
        ));
    }
    // `t[mask]` is no single place.
    let is_one = |kind: String| is_whole(kind.trim_start_matches('&'));
    let kind = index.index().and_then(|at| kind_of(case, &at));
    let read = match places.as_slice() {
        [_] if !kind.is_none_or(is_one) => None,
        places => read(&tensor, places),
    };
    Some(match (places.as_slice(), read) {
        ([_], Some(parts)) if parts.contains('\n') => Explanation::new(
            "A tensor has methods in place of `[ ]`. Of a row of numbers `get` takes one out; of \
             a table, which has two axes, `row` takes a row.",
            "张量不用 `[ ]` 取值，而是用方法：从一行数里取一个数用 `get`；表格有两个轴，取其中一行用 `row`。",
            parts,
        ),
        (_, Some(parts)) => Explanation::new(
            "A tensor has methods in place of `[ ]`: a position gives a number, a part gives a \
             tensor.",
            "张量不用 `[ ]` 取值，而是用方法：按位置取出的是一个数，取一部分得到的是张量。",
            parts,
        ),
        (_, None) => Explanation::new(
            "A tensor has methods in place of `[ ]`: a position gives a number, a part gives a \
             tensor. For example:",
            "张量不用 `[ ]` 取值，而是用方法：按位置取出的是一个数，取一部分得到的是张量。例如：",
            format!(
                "{tensor}.get(&[0, 0])                  // x[0, 0]\n\
                 {tensor}.row(0)                        // x[0]\n\
                 {tensor}.slice(1, 2..5)                // x[:, 2:5]"
            ),
        ),
    })
}

/// The places of `m[0][1]`, `m[[0, 1]]`, `m[(0, 1)]`, and all of what has them. Of `m[0][1]` the
/// inner part is marked.
fn places(index: &ast::IndexExpr) -> Option<(ast::IndexExpr, Vec<String>)> {
    let mut places = listed(&index.index()?);
    let mut whole = index.clone();
    while let Some(outer) = whole.syntax().parent().and_then(ast::IndexExpr::cast)
        && outer
            .base()
            .is_some_and(|base| base.syntax() == whole.syntax())
    {
        places.push(text(&outer.index()?));
        whole = outer;
    }
    Some((whole, places))
}

/// A place along an axis, where `-1` is the last.
fn place(tensor: &str, axis: usize, written: &str) -> Option<String> {
    let written = written.trim().trim_start_matches('&');
    let is_one = |c: char| c.is_alphanumeric() || " _.()+-*/%[]".contains(c);
    if written.is_empty() || !written.chars().all(is_one) || written.contains("..") {
        return None;
    }
    match written.strip_prefix('-') {
        Some(from_end) => Some(format!("{tensor}.shape()[{axis}] - {}", from_end.trim())),
        None => Some(written.to_owned()),
    }
}

/// The one behind a place.
fn behind(place: &str) -> String {
    match place.parse::<usize>() {
        Ok(number) => (number + 1).to_string(),
        Err(_) => format!("{place} + 1"),
    }
}

/// The ends of `1..3` and of Python's `1:3`, where both are open.
fn range(tensor: &str, axis: usize, written: &str) -> Option<(String, String)> {
    let (start, end) = match written.split_once("..") {
        Some(ends) => ends,
        None => written.split_once(':')?,
    };
    let (end, is_within) = match end.strip_prefix('=') {
        Some(end) => (end, true),
        None => (end, false),
    };
    let start = match start.trim() {
        "" => "0".to_owned(),
        start => place(tensor, axis, start)?,
    };
    let end = match end.trim() {
        "" => format!("{tensor}.shape()[{axis}]"),
        end => place(tensor, axis, end)?,
    };
    Some((start, if is_within { behind(&end) } else { end }))
}

/// How places of a tensor are read: a number, a row, a part.
pub fn read(tensor: &str, places: &[String]) -> Option<String> {
    let single: Option<Vec<String>> = places
        .iter()
        .enumerate()
        .map(|(axis, one)| place(tensor, axis, one))
        .collect();
    if let Some(places) = single {
        let number = format!("{tensor}.get(&[{}])", places.join(", "));
        return Some(match places.as_slice() {
            [row] => format!("{number}\n{tensor}.row({row})"),
            _ => number,
        });
    }
    let mut parts = String::new();
    // From the last axis, so that those before it keep their numbers.
    for (axis, one) in places.iter().enumerate().rev() {
        let one = one.trim();
        if matches!(one, ":" | "..") {
            continue;
        }
        parts += &match (place(tensor, axis, one), axis) {
            (Some(row), 0) => format!(".row({row})"),
            (Some(at), _) => format!(".slice({axis}, {at}..{}).squeeze({axis})", behind(&at)),
            (None, _) => {
                let (start, end) = range(tensor, axis, one)?;
                format!(".slice({axis}, {start}..{end})")
            }
        };
    }
    (!parts.is_empty()).then(|| format!("{tensor}{parts}"))
}

/// `t[1] = 3.0`, `m[0][1] = 2.0`, `m[[0, 1]] += 1.0`: how the same is done here.
fn assigned_to(
    case: &Case,
    whole: &ast::IndexExpr,
    tensor: &str,
    places: &[String],
) -> Option<String> {
    let operation = ast::BinExpr::cast(whole.syntax().parent()?)?;
    let is_assignment = matches!(operation.op_kind()?, ast::BinaryOp::Assignment { .. });
    if !is_assignment || operation.lhs()?.syntax() != whole.syntax() {
        return None;
    }
    let operator = operation.op_token()?.text().to_owned();
    set(case, tensor, places, &operator, &operation.rhs()?)
}

/// `t.set(0, 1, 5.0)`, `t.itemset((0, 1), 5.0)`
pub fn number_set_by_a_method(case: &Case) -> Option<Explanation> {
    let call: ast::MethodCallExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let given: Vec<ast::Expr> = call.arg_list()?.args().collect();
    let (value, places) = given
        .split_last()
        .filter(|(_, places)| !places.is_empty())?;
    let places: Vec<String> = places.iter().flat_map(listed).collect();
    let tensor = text(&call.receiver()?);
    let is_it = is_about_a_tensor(case) && SETTING.contains(&case.name());
    let fix = is_it.then(|| set(case, &tensor, &places, "=", value))??;
    Some(Explanation::new(
        "A tensor has no method that sets one number: take all of its numbers out, change them, \
         and give them back.",
        "张量没有修改单个数的方法：先把所有数取出来，改好以后再放回去。",
        fix,
    ))
}

const SETTING: [&str; 5] = ["set", "set_item", "itemset", "index_put_", "put"];

/// The places in `&[0, 1]`, `(0, 1)`, `0`.
fn listed(places: &ast::Expr) -> Vec<String> {
    match places {
        ast::Expr::ArrayExpr(list) => list.exprs().map(|one| text(&one)).collect(),
        ast::Expr::TupleExpr(list) => list.fields().map(|one| text(&one)).collect(),
        ast::Expr::RefExpr(lent) => lent.expr().map_or_else(Vec::new, |list| listed(&list)),
        one => vec![text(one)],
    }
}

/// The lines that set a number, a row or some rows of a tensor.
fn set(
    case: &Case,
    tensor: &str,
    places: &[String],
    operator: &str,
    given: &ast::Expr,
) -> Option<String> {
    let (value, kind) = as_given(case, given);
    // What the learner's own is called.
    let all = if tensor == "values" {
        "numbers"
    } else {
        "values"
    };
    let change = match places {
        [part] => {
            let (start, end) = match place(tensor, 0, part) {
                Some(row) => (row.clone(), behind(&row)),
                None => range(tensor, 0, part)?,
            };
            let part = format!("{all}[{}..{}]", times_size(&start), times_size(&end));
            let change = if kind.trim_start_matches('&') == "Tensor" && operator == "=" {
                let numbers = value.trim_start_matches('&');
                format!("{part}.copy_from_slice(&{numbers}.to_vec());")
            } else if operator == "=" {
                format!("{part}.fill({value});")
            } else {
                format!("for value in &mut {part} {{ *value {operator} {value}; }}")
            };
            let why = say("how many numbers a row has", "一行有几个数");
            format!("let size = {tensor}.len() / {tensor}.shape()[0];  // {why}\n{change}")
        }
        [first, others @ ..] => {
            let mut at = place(tensor, 0, first)?;
            for (axis, other) in (1..).zip(others) {
                let is_sum = at.contains(' ');
                let before = if is_sum { format!("({at})") } else { at };
                let other = place(tensor, axis, other)?;
                at = format!("{before} * {tensor}.shape()[{axis}] + {other}");
            }
            format!("{all}[{at}] {operator} {value};")
        }
        [] => return None,
    };
    Some(format!(
        "let mut {all} = {tensor}.to_vec();\n{change}\n\
        {tensor}.set_value(&Tensor::from_vec({all}, {tensor}.shape()));"
    ))
}

/// A value as a tensor holds it, and the type that it has as it is written.
fn as_given(case: &Case, given: &ast::Expr) -> (String, String) {
    let kind = kind_of(case, given).unwrap_or_default();
    let value = match kind.as_str() {
        "{integer}" if matches!(given, ast::Expr::Literal(_) | ast::Expr::PrefixExpr(_)) => {
            with_point(&text(given))
        }
        kind if is_whole(kind) || kind == "f64" => format!("{} as f32", text(given)),
        _ => one_line(&text(given)),
    };
    (value, kind)
}

fn times_size(place: &str) -> String {
    match place.contains(' ') {
        true => format!("({place}) * size"),
        false => format!("{place} * size"),
    }
}

/// `for row in &x`, `x.iter()`
pub fn loop_over_tensor(case: &Case) -> Option<Explanation> {
    if !is_about_a_tensor(case) {
        return None;
    }
    let cell = Cell::new(case.code);
    let mark = case.mark.as_ref()?;
    let repeated = cell.around::<ast::ForExpr>(mark).filter(|one| {
        let over = one.iterable().map(|over| bytes(over.syntax()));
        over.is_some_and(|over| over.start <= mark.start && mark.end <= over.end)
    });
    let Some(repeated) = repeated else {
        let call: ast::MethodCallExpr = cell.around(mark)?;
        return Some(Explanation::new(
            "A tensor does not say by itself whether its numbers or its rows are meant. Its \
             numbers are a list with `to_vec()`:",
            "张量本身不能直接遍历：要写明是逐个数，还是逐行。用 `to_vec()` 得到由所有数组成的列表：",
            format!(
                "{}.to_vec().{}()",
                one_line(&text(&call.receiver()?)),
                call.name_ref()?.text()
            ),
        ));
    };
    let over = text(&repeated.iterable()?);
    let (over, is_numbered) = match over.strip_suffix(".enumerate()") {
        Some(over) => (over, true),
        None => (over.as_str(), false),
    };
    let tensor = [".iter()", ".into_iter()", ".iter_mut()"]
        .iter()
        .fold(over, |over, end| over.trim_end_matches(end));
    let tensor = tensor.trim_start_matches('&').trim_start_matches("mut ");
    let tensor = match tensor.contains(' ') && !tensor.ends_with(')') {
        true => format!("({tensor})"),
        false => tensor.to_owned(),
    };
    let pattern = repeated.pat()?.syntax().text().to_string();
    let pair = pattern.trim_matches(['(', ')']).split_once(',');
    let (number, name) = match pair {
        Some((number, name)) if is_numbered => (number.trim(), name.trim()),
        _ if pattern == "i" => ("k", "i"),
        _ => ("i", pattern.as_str()),
    };
    let over_numbers = match is_numbered {
        true => format!("for ({number}, {name}) in {tensor}.to_vec().into_iter().enumerate()"),
        false => format!("for {name} in {tensor}.to_vec()"),
    };
    Some(Explanation::new(
        "A tensor does not say by itself whether its numbers or its rows are meant. The first \
         line goes over the numbers, the second over the rows.",
        "张量本身不能直接遍历：要写明是逐个数，还是逐行。第一行逐个数，第二行逐行。",
        format!(
            "{over_numbers} {{ … }}\n\
             for {number} in 0..{tensor}.shape()[0] {{ let {name} = {tensor}.row({number}); … }}"
        ),
    ))
}
