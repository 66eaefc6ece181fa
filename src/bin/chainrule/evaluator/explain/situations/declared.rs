//! How functions, types and choices are written.

use super::super::calls::{Call, assigned_to_field};
use super::super::case::{Case, Explanation};
use super::super::syntax::one_line;

/// `fn f(x) { x }`
pub fn parameter_without_type(case: &Case) -> Option<Explanation> {
    let is_it = case
        .helps
        .iter()
        .any(|help| help.contains("parameter name"))
        || case.message.contains("expected one of `:`, `@`, or `|`");
    is_it.then(|| {
        Explanation::new(
            "Each parameter of a function has its type behind it, and so has what it returns:",
            "函数的每个参数后面都要写类型，返回值也要写类型：",
            "fn f(x: f32) -> f32 { … }",
        )
    })
}

/// A `match` that leaves a case out.
pub fn case_left_out(case: &Case) -> Option<Explanation> {
    let missing = case.name();
    Some(Explanation::new(
        format!(
            "A `match` has an arm for every case, and `{missing}` has none. `_` takes the rest."
        ),
        format!("`match` 要覆盖所有情况，而 `{missing}` 还没有。`_` 代表其余所有情况。"),
        format!("{missing} => …,\n_ => …,"),
    ))
}

/// `Q(1)` of `struct Q { x: i32 }`
pub fn struct_as_function(case: &Case) -> Option<Explanation> {
    let name = case.name();
    case.message.contains("found struct").then(|| {
        Explanation::new(
            format!("`{name}` has named fields: they stand in braces, each with its name."),
            format!("`{name}` 的字段有名字：写在花括号里，每个字段都要写名字。"),
            case.advice
                .map_or_else(|| format!("{name} {{ … }}"), one_line),
        )
    })
}

/// `v.len`
pub fn method_without_parentheses(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let is_method =
        case.message.contains("method") || case.helps.iter().any(|help| help.contains("a method"));
    let (owner, _) = assigned_to_field(case.code, case.mark.as_ref()?.start)?;
    is_method.then(|| {
        Explanation::new(
            format!(
                "`{name}` is a method: parentheses stand behind it, also where it takes nothing."
            ),
            format!("`{name}` 是方法：即使没有参数，后面也要加括号。"),
            format!("{owner}.{name}()"),
        )
    })
}

/// `self.x` in a cell
pub fn self_outside(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "`self` is the value that a method was called on: it is known only in a method that has \
         `self` or `&self` as its first parameter.",
        "`self` 是调用方法的那个值：只有第一个参数是 `self` 或 `&self` 的方法里才能用。",
        "impl Name {\n    fn method(&self) -> f32 { self.x }\n}",
    ))
}

/// `impl Display for Vec<i32>`
pub fn neither_is_yours(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "Of a trait and a type one has to be your own. Put the value into a `struct` of yours:",
        "trait 和类型至少有一个要是你自己定义的。请把这个值放进自己的 `struct`：",
        "struct Mine(Vec<i32>);\nimpl std::fmt::Display for Mine { … }",
    ))
}

/// `println!("{} {}", 1)`
pub fn places_and_values(case: &Case) -> Option<Explanation> {
    let is_it = [
        "in format string, but",
        "never used",
        "invalid reference to positional",
    ]
    .iter()
    .any(|words| case.message.contains(words));
    is_it.then(|| {
        Explanation::new(
            "Each `{}` in the text takes one value behind it, in order; there are as many of the \
             one as of the other.",
            "文本里的每个 `{}` 依次对应后面的一个值，两者个数要相同。",
            "println!(\"{} {}\", a, b);\nprintln!(\"{a} {b}\");",
        )
    })
}

/// `Dense::new(-1, 3)`
pub fn no_negative_numbers(case: &Case) -> Option<Explanation> {
    let kind = case.message.split('`').nth(3)?;
    (case.message.contains("unary operator `-`") && kind.starts_with('u')).then(|| {
        let call = case
            .mark
            .as_ref()
            .and_then(|mark| Call::around(case.code, mark.start));
        let is_count = call.is_some_and(|call| call.callee.ends_with("::new"));
        let (english, chinese) = if is_count {
            (
                " Here it counts something, so it is at least 1.",
                "这里表示个数，至少是 1。",
            )
        } else {
            ("", "")
        };
        Explanation::new(
            format!("A `{kind}` has no negative numbers.{english}"),
            format!("`{kind}` 没有负数。{chinese}"),
            "",
        )
    })
}

/// `thread_local! { … }` alone, or another macro that makes items, without its semicolon.
pub fn macro_of_items(case: &Case) -> Option<Explanation> {
    let is_it = case
        .helps
        .iter()
        .any(|help| help.contains("add `;` to interpret"));
    is_it.then(|| {
        let name = case.marked().split('!').next().unwrap_or_default();
        Explanation::new(
            format!("`{name}!` defines something and has no value: a `;` stands behind it."),
            format!("`{name}!` 是用来定义的，没有值：后面要加 `;`。"),
            format!("{};", one_line(case.marked())),
        )
    })
}

/// A tensor with `@`, or with several ranges in `[ ]`, as in Python.
pub fn tensor_as_in_python(case: &Case) -> Option<Explanation> {
    let start = case.mark.as_ref()?.start;
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let before = case.code.get(..start)?.trim_end();
    let name = &before[before.rfind(|c| !is_part(c)).map_or(0, |at| at + 1)..];
    let rest = case.code.get(start..)?;
    if name.is_empty() {
        return None;
    }
    if let Some(right) = rest.strip_prefix('@') {
        let right = right.trim_start();
        let right = &right[..right.find(|c| !is_part(c)).unwrap_or(right.len())];
        return Some(Explanation::new(
            "Rust has no `@`; the product of matrices is a method:",
            "Rust 没有 `@`；矩阵乘法是方法：",
            format!("{name}.matmul(&{right})"),
        ));
    }
    let inside = rest.strip_prefix('[')?.split(']').next()?;
    let is_number = |one: &str| one.trim().parse::<usize>().is_ok();
    if inside.contains(',') && inside.split(',').all(is_number) {
        return Some(Explanation::new(
            "A number of a tensor is read with `get`, from a list of positions:",
            "读取张量里的一个数用 `get`，下标写成列表：",
            format!("{name}.get(&[{inside}])"),
        ));
    }
    (inside.contains(',') && (inside.contains("..") || inside.contains(':'))).then(|| {
        Explanation::new(
            "A part of a tensor is taken with `slice`: along which axis, and from where to where.",
            "取张量的一部分用 `slice`：沿哪个轴，从哪里到哪里。",
            format!(
                "{name}.slice(1, 0..2)                // x[:, 0:2]\n\
                 {name}.slice(1, 0..1).squeeze(1)     // x[:, 0]"
            ),
        )
    })
}
