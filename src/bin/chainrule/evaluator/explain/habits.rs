//! What one writes out of habit, coming from Python, and what rustc then speaks of something else
//! for: arguments by name of a tensor's methods, a position without brackets, `-1` for the rest of
//! a shape, a list that is to compute.

use super::calls::{Call, named_arguments};
use super::case::{Case, Explanation};
use super::syntax::{Cell, one_line, text};
use crate::evaluator::assist;
use ra_ap_syntax::ast::{self, AstNode};

/// What is meant by a habit; before what is said of names and types in general.
pub fn explain(case: &Case) -> Option<Explanation> {
    match case.kind {
        "E0425" => along_by_name(case),
        "E0061" | "E0308" => position(case).or_else(|| power(case)),
        "E0599" if case.message.contains("found for struct `Tensor`") => of_tensor(case),
        "E0600" => rest_of_shape(case),
        "E0605" => tensor_as_number(case),
        "" if case.message == "unexpected `,` in pattern" => numbered(case),
        "" if case.message.starts_with("unknown format trait") => format_letter(case),
        _ => None,
    }
}

/// After all else: a list that has no such method, or does not compute.
pub fn of_lists(case: &Case) -> Option<Explanation> {
    match case.kind {
        "E0369" => computing_list(case),
        "E0599" => method_of_list(case),
        _ => None,
    }
}

fn start(case: &Case) -> Option<usize> {
    Some(case.mark.as_ref()?.start)
}

/// `x.sum(axis = 0)`, `x.argmax(dim = 1)`
fn along_by_name(case: &Case) -> Option<Explanation> {
    let named = named_arguments(case.code, start(case)?);
    let call = Call::around(case.code, start(case)?)?;
    let value = |names: &[&str]| {
        let found = named.iter().find(|(name, _)| names.contains(&&**name));
        found.map(|(_, value)| match value.as_str() {
            "True" => "true".to_owned(),
            "False" => "false".to_owned(),
            other => other.to_owned(),
        })
    };
    let axis = value(&["axis", "dim"])?;
    call.receiver.as_ref()?;
    let along = format!("{}_axis", call.callee);
    let (name, takes) = [along, call.callee.clone()]
        .into_iter()
        .find_map(|name| Some((name.clone(), assist::method_of_tensor(&name)?)))?;
    let arguments: Option<Vec<String>> = takes
        .iter()
        .map(|taken| match taken.as_str() {
            "axis" => Some(axis.clone()),
            "keepdim" => Some(value(&["keepdim", "keepdims"]).unwrap_or("false".to_owned())),
            _ => None,
        })
        .collect();
    let arguments = arguments.filter(|arguments| !arguments.is_empty())?;
    let (more, chinese) = match takes.len() {
        1 => ("", ""),
        _ => (
            ", and then whether the axis stays, with size 1 (`keepdim`)",
            "，再写这个轴是否以大小 1 保留（`keepdim`）",
        ),
    };
    Some(Explanation::new(
        format!(
            "Rust has no arguments by name. `{name}` takes the axis in its place: 0 is the first, \
             -1 the last{more}."
        ),
        format!(
            "Rust 没有按名字传的参数。`{name}` 按顺序先写轴：0 是第一个轴，-1 是最后一个轴{chinese}。"
        ),
        call.with(&name, &arguments),
    ))
}

/// `m.get(0, 1)`, `t.get(0)`
fn position(case: &Case) -> Option<Explanation> {
    let at = start(case)?;
    let call = Call::named_at(case.code, at).or_else(|| Call::around(case.code, at))?;
    let is_it = call.callee == "get" && case.labels.contains("expected `&[usize]`");
    let inner = |one: &String| {
        let one = one.trim_start_matches('&').trim_start_matches("vec!");
        one.trim_matches(['[', ']', '(', ')']).to_owned()
    };
    let places: Vec<String> = call.arguments.iter().map(inner).collect();
    is_it.then(|| at_position(&call, &places))
}

fn at_position(call: &Call, places: &[String]) -> Explanation {
    Explanation::new(
        "`get` takes one position for each axis, all in one list with a `&` before it:",
        "`get` 的每个轴写一个下标，全部放在一个列表里，前面加 `&`：",
        call.with("get", &[format!("&[{}]", places.join(", "))]),
    )
}

/// `x.pow(2)`
fn power(case: &Case) -> Option<Explanation> {
    let call = Call::around(case.code, start(case)?)?;
    let [exponent] = call.arguments.as_slice() else {
        return None;
    };
    let is_it = call.callee == "pow" && case.labels.contains("expected `&Tensor`, found");
    let method = match case.labels.contains("found integer") {
        true => "powi",
        false => "powf",
    };
    is_it.then(|| {
        Explanation::new(
            "`pow` takes a tensor of exponents. One exponent for all is a whole number for `powi`, \
             or one with a point for `powf`:",
            "`pow` 的指数是一个张量。所有元素用同一个指数时，整数指数用 `powi`，小数指数用 `powf`：",
            call.with(method, std::slice::from_ref(exponent)),
        )
    })
}

/// Methods that others have: `t.append(4.0)`, `t.at(0)`, `w.requires_grad_(true)`.
fn of_tensor(case: &Case) -> Option<Explanation> {
    let call = Call::named_at(case.code, start(case)?)?;
    let receiver = call.receiver.as_ref()?;
    Some(match (call.callee.as_str(), call.arguments.as_slice()) {
        ("append" | "push" | "extend", [more]) => {
            let more = match more.trim_start_matches('&') {
                list if list.starts_with(['[', 'v']) && list.contains('[') => {
                    format!("tensor({list})")
                }
                number if number.parse::<f64>().is_ok() => {
                    format!("tensor([{}])", with_point(number))
                }
                other => other.to_owned(),
            };
            Explanation::new(
                "A tensor keeps its size. A longer one is put together from both:",
                "张量的大小不会变。更长的张量由两个拼接而成：",
                format!("Tensor::concat(&[&{receiver}, &{more}], 0)"),
            )
        }
        ("at" | "iat", [_, ..]) => {
            let inner = |one: &String| one.trim_matches(['&', '[', ']']).to_owned();
            let places: Vec<String> = call.arguments.iter().map(inner).collect();
            at_position(&call, &places)
        }
        ("requires_grad_", _) => Explanation::new(
            "A tensor asks for its gradient with `requires_grad()`.",
            "张量用 `requires_grad()` 要求计算梯度。",
            call.with("requires_grad", &[]),
        ),
        _ => return None,
    })
}

fn with_point(number: &str) -> String {
    match number.contains(['.', 'e']) {
        true => number.to_owned(),
        false => format!("{number}.0"),
    }
}

/// `x.reshape(&[-1, 2])`
fn rest_of_shape(case: &Case) -> Option<Explanation> {
    let call = Call::around(case.code, start(case)?)?;
    let [shape] = call.arguments.as_slice() else {
        return None;
    };
    let sizes = shape.trim_start_matches('&').trim_matches(['[', ']']);
    let sizes: Vec<String> = sizes
        .split(',')
        .map(|size| size.trim().to_owned())
        .collect();
    let fix = shape_with_rest(&call, &sizes)?;
    Some(Explanation::new(
        "There is no `-1` for the rest: sizes are whole numbers from 0. Compute it:",
        "这里不能用 `-1` 表示“其余的大小”：大小是从 0 开始的整数。请算出来：",
        fix,
    ))
}

/// The call with the size that `-1` stands for.
pub fn shape_with_rest(call: &Call, sizes: &[String]) -> Option<String> {
    let receiver = call
        .receiver
        .as_ref()
        .filter(|_| call.callee == "reshape")?;
    let place = sizes.iter().position(|size| size == "-1")?;
    let others = sizes
        .iter()
        .enumerate()
        .filter(|(i, size)| *i != place && *size != "1");
    let others: Vec<&str> = others.map(|(_, size)| size.as_str()).collect();
    let rest = match others.as_slice() {
        [] => format!("{receiver}.len()"),
        [one] => format!("{receiver}.len() / {one}"),
        all => format!("{receiver}.len() / ({})", all.join(" * ")),
    };
    let mut sizes = sizes.to_vec();
    sizes[place] = rest;
    Some(call.with("reshape", &[format!("&[{}]", sizes.join(", "))]))
}

/// `x.mean() as f32`
fn tensor_as_number(case: &Case) -> Option<Explanation> {
    if !case.message.contains("cast: `Tensor` as") && !case.message.contains("cast: `&Tensor` as") {
        return None;
    }
    let cast: ast::CastExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (value, kind) = (text(&cast.expr()?), cast.ty()?.syntax().text().to_string());
    let behind = match kind.as_str() {
        "f32" => String::new(),
        other => format!(" as {other}"),
    };
    Some(Explanation::new(
        "A tensor with a single value is still a tensor; `.item()` takes the number out.",
        "只有一个值的张量仍然是张量；用 `.item()` 取出里面的数。",
        one_line(&format!("{value}.item(){behind}")),
    ))
}

/// `for i, row in x`
fn numbered(case: &Case) -> Option<Explanation> {
    let line = line_at(case.code, start(case)?).trim();
    let (names, rest) = line.strip_prefix("for ")?.split_once(" in ")?;
    let names: Vec<&str> = names
        .trim_matches(['(', ')'])
        .split(',')
        .map(str::trim)
        .collect();
    let [number, value] = names.as_slice() else {
        return None;
    };
    let of = rest.split('{').next().unwrap_or(rest).trim();
    let of = of
        .strip_prefix("enumerate(")
        .and_then(|of| of.strip_suffix(')'))
        .unwrap_or(of)
        .trim_start_matches('&');
    let is_tensor = case
        .memory
        .variable_type(of)
        .is_some_and(|kind| kind.ends_with("Tensor"));
    let fix = match is_tensor {
        true => {
            format!("for {number} in 0..{of}.shape()[0] {{ let {value} = {of}.row({number}); … }}")
        }
        false => format!("for ({number}, {value}) in {of}.iter().enumerate() {{ … }}"),
    };
    Some(Explanation::new(
        "Two names of a `for` are a pair, in parentheses, and the numbers come from `enumerate()`.",
        "`for` 里的两个名字要用括号写成一对，序号由 `enumerate()` 给出。",
        match is_tensor {
            true => format!(
                "{fix}\nfor ({number}, {value}) in {of}.to_vec().iter().enumerate() {{ … }}"
            ),
            false => fix,
        },
    ))
}

/// `{x:.2f}`, `{n:d}`
fn format_letter(case: &Case) -> Option<Explanation> {
    let letter = case.name();
    let is_of_python = ["f", "F", "d", "i", "u", "g", "G", "s", "r", "n"].contains(&letter);
    let line = line_at(case.code, start(case)?).trim();
    let fix = [".", ":", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
        .iter()
        .fold(line.to_owned(), |line, before| {
            line.replace(&format!("{before}{letter}}}"), &format!("{before}}}"))
        })
        .replace(":}", "}");
    is_of_python.then(|| {
        Explanation::new(
            "No letter says what kind of value it is: Rust knows the type. `{:.2}` writes two \
             decimals, `{:5}` five columns.",
            "不用字母说明值的种类：Rust 知道类型。`{:.2}` 保留两位小数，`{:5}` 占五列。",
            fix,
        )
    })
}

fn line_at(code: &str, at: usize) -> &str {
    let begin = code[..at].rfind('\n').map_or(0, |end| end + 1);
    code[begin..].lines().next().unwrap_or_default()
}

fn is_list_of_numbers(kind: &str) -> bool {
    let kind = kind.trim_start_matches('&');
    let inner = kind
        .strip_prefix("Vec<")
        .and_then(|inner| inner.strip_suffix('>'))
        .or_else(|| kind.strip_prefix('[')?.split([';', ']']).next());
    const NUMBERS: [&str; 10] = [
        "f32",
        "f64",
        "i32",
        "i64",
        "u8",
        "u32",
        "u64",
        "usize",
        "{float}",
        "{integer}",
    ];
    inner.is_some_and(|inner| NUMBERS.contains(&inner.trim()))
}

/// `vec![1, 2] * 2`
fn computing_list(case: &Case) -> Option<Explanation> {
    let mut kinds = case.message.split('`').skip(1).step_by(2);
    if !case.message.starts_with("cannot ") || !kinds.any(is_list_of_numbers) {
        return None;
    }
    let operation: ast::BinExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let operator = operation.op_token()?.text().to_owned();
    let part = |one: ast::Expr| {
        let written = text(&one);
        match written.trim_start_matches('&').parse::<f64>() {
            Ok(_) => with_point(written.trim_start_matches('&')),
            Err(_) => format!("tensor({})", written.trim_start_matches('&')),
        }
    };
    let fix = format!(
        "{} {operator} {}",
        part(operation.lhs()?),
        part(operation.rhs()?)
    );
    Some(Explanation::new(
        "A list keeps values and does not compute. A tensor of its numbers does:",
        "列表只保存值，不能参与运算。用它的数创建一个张量就可以：",
        one_line(&fix),
    ))
}

/// `v.mean()`, where `v` is a `Vec`
fn method_of_list(case: &Case) -> Option<Explanation> {
    let owner = case.message.split('`').nth(3)?;
    if case.name() == "append" || !is_list_of_numbers(owner) {
        return None;
    }
    assist::method_of_tensor(case.name())?;
    let call = Call::named_at(case.code, start(case)?)?;
    let receiver = call.receiver.clone()?;
    let on_tensor = Call {
        receiver: Some(format!("tensor({})", receiver.trim_start_matches('&'))),
        ..call
    };
    Some(Explanation::new(
        format!(
            "`{}` is a method of tensors, and this is a list. Make a tensor of it:",
            case.name()
        ),
        format!(
            "`{}` 是张量的方法，而这里是列表。请先用它创建张量：",
            case.name()
        ),
        one_line(&on_tensor.with(&on_tensor.callee, &on_tensor.arguments)),
    ))
}
