//! Forms of other languages that rustc cannot read, each with how it is written here.

use super::super::calls::Call;
use super::super::case::{Case, Explanation};
use super::super::numbers::{is_number, is_whole};
use super::super::syntax::{Cell, in_parentheses, text};
use super::mismatches::is_text;
use super::parts_of_tensors::read;
use crate::evaluator::cell::tokens;
use ra_ap_syntax::SyntaxKind;
use ra_ap_syntax::ast::{self, HasArgList};

/// Words of Rust, and names of a similar meaning.
const KEYWORDS: [(&str, &str); 22] = [
    ("type", "kind"),
    ("in", "input"),
    ("ref", "reference"),
    ("fn", "function"),
    ("crate", "package"),
    ("match", "matched"),
    ("self", "this"),
    ("use", "usage"),
    ("loop", "cycle"),
    ("move", "step"),
    ("where", "place"),
    ("struct", "structure"),
    ("enum", "choice"),
    ("mod", "module"),
    ("const", "constant"),
    ("static", "fixed"),
    ("impl", "implementation"),
    ("trait", "feature"),
    ("pub", "public"),
    ("for", "each"),
    ("box", "boxed"),
    ("gen", "generation"),
];

/// `let type = 4;`, `struct S { type: u8 }`
pub fn keyword_as_name(case: &Case) -> Option<Explanation> {
    let (line, at) = case.line_and_mark()?;
    let is_word = |word: &str| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_lowercase()) && {
            let all = tokens(word);
            all.first()
                .is_some_and(|token| token.kind() != SyntaxKind::IDENT)
        }
    };
    let (before, behind) = (line.get(..at.start)?, line.get(at.end..)?);
    let marked = line.get(at.clone())?;
    // Of `let mut ref = 5;` the `=` is marked.
    let (before, word, behind) = match is_word(marked) {
        true => (before.to_owned(), marked, behind.to_owned()),
        false => {
            let word = before.trim_end().rsplit(' ').next()?;
            let begin = before.trim_end().strip_suffix(word)?;
            (begin.to_owned(), word, format!(" {marked}{behind}"))
        }
    };
    let is_named = [
        "let ", "let mut ", "fn ", "struct ", "enum ", "mod ", "const ",
    ]
    .iter()
    .any(|head| before.ends_with(head));
    let is_field = behind.trim_start().starts_with(':') && !behind.trim_start().starts_with("::");
    if !is_word(word) || !(is_named || is_field) {
        return None;
    }
    let other = KEYWORDS.iter().find(|(keyword, _)| *keyword == word);
    let other = other.map_or_else(|| format!("{word}_"), |(_, other)| (*other).to_owned());
    Some(Explanation::new(
        format!("`{word}` is a word of Rust itself, so it cannot be a name. Choose another:"),
        format!("`{word}` 是 Rust 自己的关键字，不能用作名字。请换一个："),
        format!("{before}{other}{behind}"),
    ))
}

/// `fn f(x: i32): i32`
pub fn result_behind_a_colon(case: &Case) -> Option<Explanation> {
    let (line, at) = case.line_and_mark()?;
    let (before, behind) = (line.get(..at.start)?, line.get(at.end..)?);
    let before = before.trim_end();
    let is_it =
        line.get(at.clone()) == Some(":") && before.contains("fn ") && before.ends_with(')');
    is_it.then(|| {
        Explanation::new(
            "What a function returns stands behind `->`; a colon is for the types of its \
             parameters.",
            "函数的返回类型写在 `->` 后面；冒号用来写参数的类型。",
            format!("{before} ->{behind}"),
        )
    })
}

/// `x -> x + 1`, `(a, b) => a + b`
pub fn function_with_an_arrow(case: &Case) -> Option<Explanation> {
    let (line, at) = case.line_and_mark()?;
    let arrow = ["->", "=>"].into_iter().find_map(|arrow| {
        let found = line.find(arrow)?;
        (found <= at.start && at.start < found + 2).then_some((found, arrow))
    });
    let (found, arrow) = arrow?;
    let (before, body) = (line[..found].trim_end(), line[found + arrow.len()..].trim());
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let head = before.trim_end_matches(|c: char| is_name(c) || "(), :".contains(c));
    let given = before.get(head.len()..)?.trim();
    let names = given.trim_start_matches('(').trim_end_matches(')').trim();
    let is_given = names
        .split(',')
        .all(|name| !name.trim().is_empty() && name.trim().chars().all(is_name));
    let is_it = is_given && !line.contains("fn ") && !line.contains("match ");
    // What is computed with has to be of a known type.
    let kind = match body.chars().any(|c| c.is_ascii_digit()) && !body.contains('.') {
        true => "i32",
        false => "f64",
    };
    let names = names
        .split(',')
        .map(|name| format!("{}: {kind}", name.trim()));
    let names: Vec<String> = names.collect();
    is_it.then(|| {
        Explanation::new(
            "A function without a name is written with its parameters, and their types, between \
             bars. For example:",
            "没有名字的函数（闭包），参数和类型写在两条竖线之间，例如：",
            format!("{}|{}| {body}", with_a_space(head), names.join(", ")),
        )
    })
}

fn with_a_space(head: &str) -> String {
    match head.trim_end() {
        head if head.ends_with('=') => format!("{head} "),
        _ => head.to_owned(),
    }
}

/// `struct Foo { x = 3 }`
pub fn value_in_a_type(case: &Case) -> Option<Explanation> {
    let (line, at) = case.line_and_mark()?;
    let is_it = line.get(at)? == "=" && line.contains("struct ");
    let (head, fields) = line.split_once('{')?;
    let name = head.split("struct ").nth(1)?.trim().to_owned();
    let (field, value) = fields.trim_end().trim_end_matches('}').split_once('=')?;
    let (field, value) = (field.trim(), value.split([',', '}']).next()?.trim());
    let is_one = is_it && !fields.contains(',');
    let kind = match value {
        _ if value.parse::<i32>().is_ok() => "i32",
        _ if value.parse::<f32>().is_ok() => "f32",
        "true" | "false" => "bool",
        _ if value.starts_with('"') => "&'static str",
        _ => return None,
    };
    is_one.then(|| {
        Explanation::new(
            "A `struct` says of which types its fields are; values come when one is made.",
            "`struct` 只写明各个字段的类型；值要等到创建时再给。",
            format!(
                "struct {name} {{ {field}: {kind} }}\nlet one = {name} {{ {field}: {value} }};"
            ),
        )
    })
}

/// `enum E { A; B }`, `struct P { x: i32; y: i32 }`
pub fn parts_with_semicolons(case: &Case) -> Option<Explanation> {
    let (line, at) = case.line_and_mark()?;
    let is_it = line.get(at)? == ";" && (line.starts_with("enum ") || line.starts_with("struct "));
    let (head, parts) = line.split_once('{')?;
    is_it.then(|| {
        Explanation::new(
            "The parts of a type are divided by commas:",
            "类型的各个部分用逗号隔开：",
            format!("{head}{{{}", parts.replace(';', ",")),
        )
    })
}

/// `let my-var = 5;`
pub fn name_with_a_dash(case: &Case) -> Option<Explanation> {
    let (line, _) = case.line_and_mark()?;
    let (name, rest) = line.strip_prefix("let ")?.split_once('=')?;
    let is_it = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let name = name.trim();
    let is_name = name.contains('-') && name.chars().all(is_it) && !name.starts_with('-');
    is_name.then(|| {
        Explanation::new(
            "A name has no `-`, which would be a difference; the words in it are joined by `_`.",
            "名字里不能有 `-`（那是减号）；单词之间用 `_` 连接。",
            format!("let {} ={rest}", name.replace('-', "_")),
        )
    })
}

/// `count =+ 1;`
pub fn turned_update(case: &Case) -> Option<Explanation> {
    let (line, at) = case.line_and_mark()?;
    let sign = line.get(at.clone())?;
    let before = line.get(..at.start)?.strip_suffix('=')?;
    let behind = line.get(at.end..)?.split(';').next()?;
    let is_it = sign == "+" && behind.starts_with(' ');
    // The statement of the mark alone.
    let (_, own) = before.rsplit_once(';').unwrap_or(("", before));
    is_it.then(|| {
        Explanation::new(
            "The sign stands before the `=`: `+=` adds to what is there.",
            "运算符写在 `=` 前面：`+=` 表示在原值上加。",
            format!("{}+={behind};", own.trim_start()),
        )
    })
}

/// `break` alone
pub fn end_of_no_loop(case: &Case) -> Option<Explanation> {
    let word = case.name();
    Some(Explanation::new(
        format!("`{word}` is for the inside of a loop: of `for`, `while` or `loop`. For example:"),
        format!("`{word}` 只能写在 `for`、`while` 或 `loop` 循环里面。例如："),
        format!("for n in 0..10 {{\n    if n == 3 {{ {word}; }}\n}}"),
    ))
}

/// `t[0]` of a tuple
pub fn place_of_a_tuple(case: &Case) -> Option<Explanation> {
    let kind = case.name();
    let index: ast::IndexExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (value, place) = (text(&index.base()?), text(&index.index()?));
    let is_it = kind.starts_with('(') && place.chars().all(|c| c.is_ascii_digit());
    is_it.then(|| {
        Explanation::new(
            "The parts of a tuple may be of different types: each is named by its number, behind \
             a dot.",
            "元组的各个部分类型可以不同：用点号加编号来取。",
            format!("{value}.{place}"),
        )
    })
}

/// `Vec()`, `Vec.new()`, `String("a")`, `i32(3.5)`
pub fn type_as_function(case: &Case) -> Option<Explanation> {
    let call = Call::named_at(case.code, case.mark.as_ref()?.start);
    let (callee, given) = call.map_or_else(Default::default, |call| (call.callee, call.arguments));
    let name = case.named().last().unwrap_or(&callee);
    if case.memory.defined_in(name).is_some() {
        return None;
    }
    let fix = match (name, given.as_slice()) {
        ("String", [one]) => format!("String::from({one})"),
        ("String" | "Vec" | "HashMap" | "HashSet" | "BTreeMap" | "VecDeque", []) => {
            format!("{name}::new()")
        }
        ("Vec", [one]) => format!("{one}.to_vec()"),
        ("Tensor", [one]) => format!("tensor({one})"),
        ("Box" | "Rc" | "Arc" | "RefCell" | "Mutex", [one]) => format!("{name}::new({one})"),
        (_, [one]) if is_number(name) => format!("{} as {name}", in_parentheses(one)),
        _ => return None,
    };
    let (english, chinese) = match is_number(name) {
        true => (
            format!("`{name}` is a type and no function: a number becomes one by `as`."),
            format!("`{name}` 是类型，不是函数：数值转换用 `as`。"),
        ),
        false => (
            format!("`{name}` is a type: its values are made by functions of it, behind `::`."),
            format!("`{name}` 是类型：它的值由它的函数来创建，写在 `::` 后面。"),
        ),
    };
    Some(Explanation::new(english, chinese, fix))
}

/// `"a" * 3`, `3 * "a"`
pub fn text_repeated(case: &Case) -> Option<Explanation> {
    let operation: ast::BinExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let kinds = case.named();
    let kinds: Vec<&str> = kinds
        .map(|kind| kind.trim_start_matches("std::string::"))
        .collect();
    let &[left, right, ..] = kinds.as_slice() else {
        return None;
    };
    let [one, other] = [operation.lhs()?, operation.rhs()?].map(|side| text(&side));
    let (repeated, count) = match (is_text(left), is_text(right)) {
        (true, false) if is_whole(right) => (one, (other, right)),
        (false, true) if is_whole(left) => (other, (one, left)),
        _ => return None,
    };
    let count = match count {
        (count, "{integer}" | "usize") => count,
        (count, _) => format!("{} as usize", in_parentheses(&count)),
    };
    Some(Explanation::new(
        "A text is not multiplied: `repeat` writes it several times.",
        "文本不能做乘法：用 `repeat` 把它重复几遍。",
        format!("{}.repeat({count})", in_parentheses(&repeated)),
    ))
}

/// `total += loss`, where `total` is a number
pub fn tensor_added_to_a_number(case: &Case) -> Option<Explanation> {
    let operation: ast::BinExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (left, right) = (text(&operation.lhs()?), operation.rhs()?);
    let operator = operation.op_token()?.text().to_owned();
    let named: Vec<&str> = case.named().collect();
    let [tensor, number] = named[..] else {
        return None;
    };
    // "cannot subtract-assign `Tensor` from `f32`", "cannot multiply-assign `f32` by `Tensor`"
    let (tensor, number) = match number.ends_with("Tensor") {
        true => (number, tensor),
        false => (tensor, number),
    };
    let turned = if number == "f64" { " as f64" } else { "" };
    let is_it = tensor.trim_start_matches('&').ends_with("Tensor") && is_number(number);
    let right = in_parentheses(text(&right).trim_start_matches('&'));
    is_it.then(|| {
        Explanation::new(
            format!(
                "`{left}` is a number; `item()` takes the number out of a tensor of one value:"
            ),
            format!("`{left}` 是一个数；用 `item()` 从只有一个值的张量里取出这个数："),
            format!("{left} {operator} {right}.item(){turned};"),
        )
    })
}

/// `const RATE = 0.1;`
pub fn constant_without_a_type(case: &Case) -> Option<Explanation> {
    let fix = case.advice?;
    Some(Explanation::new(
        "A constant says its type, behind a colon; only a variable (`let`) takes it from the \
         value.",
        "常量要在冒号后面写明类型；只有变量（`let`）才会根据值推断类型。",
        fix,
    ))
}

/// `.add(…);`, and `.add(…)` in the next line
pub fn chain_that_ends_early(case: &Case) -> Option<Explanation> {
    let start = case.mark.as_ref()?.start;
    let (before, rest) = (case.code.get(..start)?.trim_end(), case.code.get(start..)?);
    let above = before.strip_suffix(';')?.lines().last()?;
    let below = rest.lines().next()?;
    Some(Explanation::new(
        "The `;` in the line above ends the statement, and this line was to go on with it. The `;` \
         stands behind the last call only.",
        "上一行的 `;` 已经结束了语句，而这一行还想接着写。`;` 只写在最后一个调用后面。",
        format!("{}\n    {}", above.trim(), below.trim()),
    ))
}

/// `2(3 + 4)`, as mathematics writes a product; `list(0)`, as some languages write a position
pub fn value_as_function(case: &Case) -> Option<Explanation> {
    let kind = case.name().trim_start_matches('&');
    let call: ast::CallExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let mut given = call.arg_list()?.args();
    let (Some(inner), None) = (given.next(), given.next()) else {
        return None;
    };
    let (value, inner) = (text(&call.expr()?), text(&inner));
    if is_number(kind) {
        return Some(Explanation::new(
            "What stands before parentheses is called as a function, and this is a number. A \
             product is written with `*`:",
            "括号前面的东西会被当作函数来调用，而这里是一个数。乘法要写 `*`：",
            format!("{value} * {}", in_parentheses(&inner)),
        ));
    }
    let is_list = kind.starts_with('[') || kind.starts_with("Vec<");
    (is_list || kind == "Tensor").then(|| {
        Explanation::new(
            "What stands before parentheses is called as a function. A position, counted from 0, \
             is asked for so:",
            "括号前面的东西会被当作函数来调用。按位置（从 0 数起）取值要这样写：",
            match is_list {
                true => format!("{value}[{inner}]"),
                false => read(&value, &[inner]).unwrap_or_default(),
            },
        )
    })
}
