//! What one writes out of habit, coming from Python, and what rustc then speaks of something else
//! for: arguments by name of a tensor's methods, a position without brackets, `-1` for the rest of
//! a shape, a list that is to compute.

use super::calls::{Call, named_arguments};
use super::case::{Case, Explanation};
use super::syntax::{Cell, one_line, text};
use super::values::{as_tensor, is_list_of_numbers, with_point};
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
    let get = call.with("get", &[format!("&[{}]", places.join(", "))]);
    let [row] = places else {
        return Explanation::new(
            "`get` takes one position for each axis, all in one list with a `&` before it:",
            "`get` 的每个轴写一个下标，全部放在一个列表里，前面加 `&`：",
            get,
        );
    };
    Explanation::new(
        "`get` takes one position for each axis, all in one list with a `&` before it; of a table, \
         which has two axes, `row` takes a row:",
        "`get` 的每个轴写一个下标，全部放在一个列表里，前面加 `&`；表格有两个轴，取一行用 `row`：",
        format!("{get}\n{}", call.with("row", std::slice::from_ref(row))),
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
    let line = case.line()?;
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
    let cell = Cell::new(case.code);
    let defined = cell.definition(None, of).and_then(|one| one.initializer());
    let made = defined.map_or_else(String::new, |value| text(&value));
    let kind = case.memory.variable_type(of).unwrap_or_default();
    let is_of = |name: &str| kind.contains(name) || made.contains(name);
    let is_tensor = kind.ends_with("Tensor") || made.starts_with("tensor(");
    if is_of("HashMap") || is_of("BTreeMap") {
        return Some(Explanation::new(
            "Two names of a `for` are a pair, in parentheses.",
            "`for` 里的两个名字要用括号写成一对。",
            format!("for ({number}, {value}) in &{of} {{ … }}"),
        ));
    }
    let fix = match is_tensor {
        true => {
            format!("for {number} in 0..{of}.shape()[0] {{ let {value} = {of}.row({number}); … }}")
        }
        // An iterator is one already.
        false if of.contains(".batches(") => {
            format!("for ({number}, {value}) in {of}.enumerate() {{ … }}")
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
    let line = case.line()?;
    LETTERS_OF_FORMATS.contains(&case.name()).then(|| {
        Explanation::new(
            "No letter says what kind of value it is: Rust knows the type. `{:.2}` writes two \
             decimals, `{:5}` five columns.",
            "不用字母说明值的种类：Rust 知道类型。`{:.2}` 保留两位小数，`{:5}` 占五列。",
            without_letter(line, case.name()),
        )
    })
}

/// What Python writes behind a format, and Rust does not.
pub const LETTERS_OF_FORMATS: [&str; 10] = ["f", "F", "d", "i", "u", "g", "G", "s", "r", "n"];

/// A text without this letter at the end of its formats.
pub fn without_letter(text: &str, letter: &str) -> String {
    [".", ":", "0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
        .iter()
        .fold(text.to_owned(), |text, before| {
            text.replace(&format!("{before}{letter}}}"), &format!("{before}}}"))
        })
        .replace(":}", "}")
}

/// `vec![1, 2] * 2`
fn computing_list(case: &Case) -> Option<Explanation> {
    let kinds: Vec<&str> = case.named().collect();
    let are_known = kinds
        .iter()
        .all(|one| is_list_of_numbers(one) || is_number(one));
    let &[first, second] = kinds.as_slice() else {
        return None;
    };
    let is_list = kinds.iter().any(|one| is_list_of_numbers(one));
    if !case.message.starts_with("cannot ") || !is_list || !are_known {
        return None;
    }
    // "cannot add `b` to `a`", "cannot subtract `b` from `a`"
    let is_reversed = case.message.contains("` to `") || case.message.contains("` from `");
    let (of_left, of_right) = match is_reversed {
        true => (second, first),
        false => (first, second),
    };
    let operation: ast::BinExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let operator = operation.op_token()?.text().to_owned();
    let (left, right) = (text(&operation.lhs()?), text(&operation.rhs()?));
    let part = |written: &str, kind: &str| match written.trim_start_matches('&').parse::<f64>() {
        Ok(_) => with_point(written.trim_start_matches('&')),
        Err(_) => as_tensor(written, kind),
    };
    let (one, other) = (part(&left, of_left), part(&right, of_right));
    let computed = one_line(&format!("{one} {operator} {other}"));
    if operator == "+" && is_list_of_numbers(of_left) && is_list_of_numbers(of_right) {
        let all = |list: &str| format!("&{}[..]", list.trim_start_matches('&'));
        let behind = one_line(&format!("[{}, {}].concat()", all(&left), all(&right)));
        return Some(Explanation::new(
            "A list keeps values and does not compute. The first line puts one list behind the \
             other, as `+` does in Python; the second adds them value by value, as tensors:",
            "列表只保存值，不能参与运算。第一行把两个列表首尾相接（和 Python 的 `+` 一样）；第二行用它们创建张量，再逐个元素相加：",
            format!("{behind}\n{computed}"),
        ));
    }
    Some(Explanation::new(
        "A list keeps values and does not compute. A tensor of its numbers does:",
        "列表只保存值，不能参与运算。用它的数创建一个张量就可以：",
        computed,
    ))
}

fn is_number(kind: &str) -> bool {
    is_list_of_numbers(&format!("[{}]", kind.trim_start_matches('&')))
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
        receiver: Some(as_tensor(&receiver, owner)),
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
