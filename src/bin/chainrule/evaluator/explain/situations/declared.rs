//! How functions, types and choices are written.

use super::super::calls::{Call, assigned_to_field};
use super::super::case::{Case, Explanation};
use super::super::kinds_in_cell::kind_of;
use super::super::numbers::{is_float, is_whole};
use super::super::syntax::{Cell, bytes, one_line, parsed, text};
use super::parts_of_tensors::read;
use crate::evaluator::assist;
use ra_ap_syntax::ast::{self, AstNode, HasName};

/// `fn f(x) { x }`
pub fn parameter_without_type(case: &Case) -> Option<Explanation> {
    let is_it = case
        .helps
        .iter()
        .any(|help| help.contains("parameter name"))
        || case.message.contains("expected one of `:`, `@`, or `|`");
    // The learner's own function, where it can be read.
    let start = case.mark.as_ref().map_or(0, |mark| mark.start);
    let own = Cell::new(case.code).function_around(start).and_then(|own| {
        let parameters: Option<Vec<String>> = own.param_list()?.params().map(typed).collect();
        Some(format!(
            "fn {}({}) -> f32 {{ … }}",
            own.name()?.text(),
            parameters?.join(", ")
        ))
    });
    is_it.then(|| {
        Explanation::new(
            "Each parameter of a function has its type behind it, and so has what it returns. For \
             numbers with a fraction, for example:",
            "函数的每个参数后面都要写类型，返回值也要写类型。以小数为例：",
            own.unwrap_or_else(|| "fn f(x: f32) -> f32 { … }".to_owned()),
        )
    })
}

/// `x: f32` for a parameter `x`
fn typed(parameter: ast::Param) -> Option<String> {
    let written = parameter.syntax().text().to_string();
    let is_name = written.chars().all(|c| c.is_alphanumeric() || c == '_');
    match parameter.ty() {
        Some(_) => Some(written),
        None => is_name.then(|| format!("{written}: f32")),
    }
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
    let has_fields = case.memory.defined_in(name).is_some() || assist::is_type_of_library(name);
    let is_here = Cell::new(case.code)
        .text()
        .contains(&format!("struct {name}"));
    let is_it = (has_fields || is_here) && case.message.contains("found struct");
    is_it.then(|| {
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
    let takes = case.message.split('`').nth(3).and_then(|kind| {
        case.type_of_library(kind)?;
        Some(assist::call(name, true)?.0)
    });
    let takes = takes.unwrap_or_default();
    is_method.then(|| match takes.as_slice() {
        [] => Explanation::new(
            format!(
                "`{name}` is a method: parentheses stand behind it, also where it takes nothing."
            ),
            format!("`{name}` 是方法：即使没有参数，后面也要加括号。"),
            format!("{owner}.{name}()"),
        ),
        takes => Explanation::new(
            format!("`{name}` is a method: what it takes stands in parentheses behind it."),
            format!("`{name}` 是方法：它的参数写在后面的括号里。"),
            format!("{owner}.{name}({})", takes.join(", ")),
        ),
    })
}

/// `self.x` in a cell
pub fn self_outside(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "`self` is the value that a method was called on: it is known only in a method that has \
         `self` or `&self` as its first parameter. For example:",
        "`self` 是调用方法的那个值：只有第一个参数是 `self` 或 `&self` 的方法里才能用。例如：",
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
        "unused formatting arguments",
        "invalid reference to positional",
    ]
    .iter()
    .any(|words| case.message.contains(words));
    // `%d` and `%.2f` as in C, which rustc turns.
    let of_c = case
        .helps
        .iter()
        .any(|help| help.lines().any(|line| line.ends_with("use curly braces")));
    let turned = || case.advice.filter(|_| of_c).map(str::to_owned);
    if let Some(own) = turned().or_else(|| with_places(case)).filter(|_| is_it) {
        return Some(Explanation::new(
            "Each value behind the text needs a `{}` in it, where it will stand:",
            "文本后面的每个值，在文本里都要有一个 `{}`，写在它要出现的地方：",
            own,
        ));
    }
    is_it.then(|| {
        Explanation::new(
            "Each `{}` in the text takes one value behind it, in order; there are as many of the \
             one as of the other. For example:",
            "文本里的每个 `{}` 依次对应后面的一个值，两者个数要相同。例如：",
            "println!(\"{} {}\", a, b);\nprintln!(\"{a} {b}\");",
        )
    })
}

/// `println!("loss: {}", loss)` for `println!("loss: ", loss)`, where the text has no place at all.
fn with_places(case: &Case) -> Option<String> {
    let list: ast::ArgList = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let name = case.code.get(..bytes(list.syntax()).start)?.trim_end();
    let name = name
        .strip_suffix('!')?
        .rsplit(|c: char| !c.is_alphanumeric())
        .next()?;
    let given: Vec<String> = list.args().map(|one| text(&one)).collect();
    let (first, values) = given.split_first()?;
    let inner = first.strip_prefix('"')?.strip_suffix('"')?;
    let places = vec!["{}"; values.len()].join(" ");
    let space = if inner.is_empty() || inner.ends_with(' ') {
        ""
    } else {
        " "
    };
    let is_it = !values.is_empty() && !inner.contains('{');
    is_it.then(|| format!("{name}!(\"{inner}{space}{places}\", {})", values.join(", ")))
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

/// `let p: i32;`, and no value by the end of the cell, or not in every case.
pub fn without_a_value(case: &Case) -> Option<Explanation> {
    let name = case.name();
    if case.message.contains("possibly-uninitialized") {
        return Some(Explanation::new(
            format!(
                "`{name}` is given a value in some cases only. Give it one in the others, too, in \
                 an `else` for instance."
            ),
            format!(
                "`{name}` 只在某些情况下得到了值。其他情况也要给它一个值，例如写在 `else` 里。"
            ),
            "",
        ));
    }
    let statement = Cell::new(case.code).definition(case.mark.as_ref(), name)?;
    let kind = statement.ty().map(|kind| kind.syntax().text().to_string());
    let value = match kind.as_deref() {
        Some("bool") => "false",
        Some("String") => "String::new()",
        Some(kind) if kind.starts_with("Vec<") => "Vec::new()",
        Some(kind) if is_float(kind) => "0.0",
        Some(kind) if is_whole(kind) => "0",
        _ => "…",
    };
    let kind = kind.map_or(String::new(), |kind| format!(": {kind}"));
    Some(Explanation::new(
        format!(
            "`{name}` has a name but no value yet. A value has to be there before it is used, and \
             before the cell ends: only so it is kept for the next one."
        ),
        format!(
            "`{name}` 只有名字，还没有值。使用之前、单元格结束之前都要给它一个值，这样才能留到下一个单元格。"
        ),
        format!("let {name}{kind} = {value};"),
    ))
}

/// `.class_weight(&[(0, 1.0), (1, 2.0)])`, as Keras's dictionary
pub fn weights_of_classes(case: &Case) -> Option<Explanation> {
    let start = case.mark.as_ref()?.start;
    let call = Call::around(case.code, start).filter(|call| call.callee == "class_weight")?;
    Some(Explanation::new(
        "The weights of the classes are a list: one number a class, in their order.",
        "类别权重写成列表：按类别的顺序，每个类别一个数。",
        call.with("class_weight", &["&[1.0, 2.0]".to_owned()]),
    ))
}

/// A tensor with `@`, or with several places in `[ ]`, as in Python.
pub fn tensor_as_in_python(case: &Case) -> Option<Explanation> {
    let mut start = case.mark.as_ref()?.start;
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    // The bracket around what is marked.
    if case.code.get(start..)?.starts_with([':', ',']) {
        let line = case.code[..start].rfind('\n').map_or(0, |end| end + 1);
        let opened = line + case.code[line..start].rfind('[')?;
        let is_open = !case.code[opened..start].contains(']');
        start = is_open.then_some(opened)?;
    }
    let before = case.code.get(..start)?.trim_end();
    let name = &before[before.rfind(|c| !is_part(c)).map_or(0, |at| at + 1)..];
    let rest = case.code.get(start..)?;
    if rest.starts_with('@') {
        return Some(product(before, name, rest));
    }
    let inside = rest.strip_prefix('[')?.split(']').next()?;
    if name == "vec" {
        return Some(Explanation::new(
            "`vec!` is a macro: a `!` stands behind its name.",
            "`vec!` 是宏：名字后面要写 `!`。",
            format!("vec![{inside}]"),
        ));
    }
    let places: Vec<String> = inside.split(',').map(|one| one.trim().to_owned()).collect();
    let kind = parsed(name).and_then(|value| kind_of(case, &value));
    let is_tensor = kind.as_ref().is_some_and(|kind| kind.ends_with("Tensor"));
    if name.is_empty() || places.len() < 2 && !is_tensor {
        return part_of_a_list(name, inside, kind);
    }
    if kind.is_some_and(|kind| kind.starts_with("Vec<") || kind.starts_with('[')) {
        return Some(Explanation::new(
            "A list in a list is read with a `[ ]` for each of the two:",
            "列表里的列表，要为每一层各写一个 `[ ]`：",
            format!("{name}[{}]", places.join("][")),
        ));
    }
    let is_part = |one: &String| one.contains("..") || one.contains(':');
    let own = read(name, &places);
    Some(match (own, places.iter().any(is_part)) {
        (Some(number), false) => Explanation::new(
            "A number of a tensor is read with `get`, from a list of positions:",
            "读取张量里的一个数用 `get`，下标写成列表：",
            number,
        ),
        (Some(part), true) => Explanation::new(
            "A part of a tensor is taken with `slice`: along which axis, and from where to where.",
            "取张量的一部分用 `slice`：沿哪个轴，从哪里到哪里。",
            part,
        ),
        (None, _) => Explanation::new(
            "A part of a tensor is taken with `slice`: along which axis, and from where to where. \
             For example:",
            "取张量的一部分用 `slice`：沿哪个轴，从哪里到哪里。例如：",
            format!(
                "{name}.slice(1, 0..2)                // x[:, 0:2]\n\
                 {name}.slice(1, 0..1).squeeze(1)     // x[:, 0]"
            ),
        ),
    })
}

/// `xs[1:3]`
fn part_of_a_list(name: &str, inside: &str, kind: Option<String>) -> Option<Explanation> {
    let kind = kind.filter(|_| !name.is_empty() && !inside.contains("::"))?;
    let (start, end) = inside.split_once(':')?;
    let is_text = matches!(kind.trim_start_matches('&'), "str" | "String");
    let is_list = kind.contains('[') || kind.contains("Vec<");
    if !is_text && !is_list || end.contains(':') {
        return None;
    }
    let end_of = |place: &str| match place.trim().strip_prefix('-') {
        Some(from_end) => format!("{name}.len() - {from_end}"),
        None => place.trim().to_owned(),
    };
    Some(Explanation::new(
        "A part is taken with a range, `..`, and lent with a `&` before it:",
        "取一部分用范围 `..`，前面加 `&` 表示借用：",
        format!("&{name}[{}..{}]", end_of(start), end_of(end)),
    ))
}

/// `a @ b @ c`, from what stands before the first `@`, the name at its end, and the rest.
fn product(before: &str, name: &str, rest: &str) -> Explanation {
    let left = match before.ends_with([')', ']']) {
        true => &before[start_of_operand(before)..],
        false => name,
    };
    let mut made = left.to_owned();
    let mut rest = rest;
    while let Some(right) = rest.strip_prefix('@') {
        let right = right.trim_start().trim_start_matches('&');
        let end = end_of_operand(right);
        // As PyTorch and NumPy call the transpose.
        let operand = right[..end].replace(".transpose(0, 1)", ".t()");
        let operand = operand
            .strip_suffix(".T")
            .map_or_else(|| operand.clone(), |matrix| format!("{matrix}.t()"));
        made = format!("{made}.matmul(&{operand})");
        rest = right[end..].trim_start();
    }
    Explanation::new(
        "Rust has no `@`; the product of matrices is a method:",
        "Rust 没有 `@`；矩阵乘法是方法：",
        made,
    )
}

/// Where a value ends that begins here: a name, with what is called on it.
fn end_of_operand(code: &str) -> usize {
    let mut depth = 0;
    let end = code.find(|c: char| match c {
        '(' | '[' => {
            depth += 1;
            false
        }
        ')' | ']' if depth > 0 => {
            depth -= 1;
            false
        }
        _ => depth == 0 && !(c.is_alphanumeric() || matches!(c, '_' | '.' | ':')),
    });
    end.unwrap_or(code.len())
}

/// Where a value begins that ends here.
fn start_of_operand(code: &str) -> usize {
    let mut depth = 0;
    let start = code.rfind(|c: char| match c {
        ')' | ']' => {
            depth += 1;
            false
        }
        '(' | '[' if depth > 0 => {
            depth -= 1;
            false
        }
        _ => depth == 0 && !(c.is_alphanumeric() || matches!(c, '_' | '.' | ':')),
    });
    start.map_or(0, |at| {
        at + code[at..].chars().next().map_or(1, char::len_utf8)
    })
}
