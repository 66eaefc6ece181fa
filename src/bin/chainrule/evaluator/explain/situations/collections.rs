//! Loops over what is no list, positions in texts, the order of numbers with a fraction.

use super::super::calls::Call;
use super::super::case::{Case, Explanation};
use super::super::numbers::{behind_references, is_number, is_whole};
use super::super::syntax::{Cell, bytes, in_parentheses, one_line, text};
use super::super::values::is_list_of_numbers;
use ra_ap_syntax::ast::{self, AstNode, RangeItem};

/// `for i in 10`, `for c in "abc"`, `for x in dataset`
pub fn loop_over_something_else(case: &Case) -> Option<Explanation> {
    let marked = one_line(case.marked());
    let (kind, stars) = behind_references(case.name());
    let repeated: Option<ast::ForExpr> = case
        .mark
        .as_ref()
        .and_then(|mark| Cell::new(case.code).around(mark));
    let pattern = repeated.and_then(|one| one.pat());
    let pattern = pattern.map(|one| one_line(&one.syntax().text().to_string()));
    let named = |other: &str| pattern.clone().unwrap_or_else(|| other.to_owned());
    let (english, chinese, fix) = match kind {
        "str" | "String" => (
            "A text is a row of letters only if it is asked for them:",
            "要逐个处理文本里的字符，请用 `chars`：",
            format!(
                "for {} in {}.chars() {{ … }}",
                named("c"),
                marked.trim_start_matches('&')
            ),
        ),
        "Dataset" if case.memory.defined_in("Dataset").is_none() => (
            "A data set is read in batches:",
            "数据集按批次读取：",
            match (named("batch"), marked.trim_start_matches('&')) {
                (pair, data) if pair.starts_with('(') => format!(
                    "for batch in {data}.batches(32) {{ let {pair} = (&batch.x, &batch.y); … }}"
                ),
                (name, data) => format!("for {name} in {data}.batches(32) {{ … }}"),
            },
        ),
        _ if is_whole(kind) => (
            "A loop goes over several values, and a number is one. The numbers from 0 up to it, \
             without itself, are a range:",
            "循环要逐个处理多个值，而一个数只是一个值。从 0 到它（不含它本身）的整数写成范围：",
            match marked.strip_prefix('&') {
                Some(number) => format!("for {} in 0..{number} {{ … }}", named("i")),
                None => format!("for {} in 0..{stars}{marked} {{ … }}", named("i")),
            },
        ),
        _ => return None,
    };
    Some(Explanation::new(english, chinese, fix))
}

/// `"abc"[0]`, `list[i]` with an `i32`
pub fn cannot_be_indexed(case: &Case) -> Option<Explanation> {
    let kinds: Vec<&str> = case.named().collect();
    let (kind, by) = (kinds.first()?, kinds.get(1)?);
    let mark = case.mark.as_ref()?;
    let index: ast::IndexExpr = Cell::new(case.code).around(mark)?;
    // What is marked is the position, which may be an element of another list.
    let is_position = |one: &ast::IndexExpr| {
        one.index()
            .is_some_and(|index| bytes(index.syntax()) == *mark)
    };
    let outer = index.syntax().parent().and_then(ast::IndexExpr::cast);
    let index = outer.filter(is_position).unwrap_or(index);
    let (base, position) = (index.base()?, index.index()?);
    if matches!(kind.trim_start_matches('&'), "str" | "String") {
        return match &position {
            ast::Expr::RangeExpr(range) => part_of_a_text(&text(&base), range, by),
            _ => Some(letter_of_a_text(&text(&base), &text(&position), by)),
        };
    }
    // So rustc calls a `Vec`, too.
    let is_list = kind.starts_with('[');
    is_list.then(|| position_in_a_list(&text(&base), &position, by))?
}

fn letter_of_a_text(base: &str, position: &str, by: &str) -> Explanation {
    let nth = match by {
        "usize" | "{integer}" => position.to_owned(),
        _ => format!("{} as usize", in_parentheses(position)),
    };
    Explanation::new(
        "A text has no positions, because its letters take 1 to 4 bytes each. Its letters are \
         counted one by one. Behind the end `nth` gives `None`, and `unwrap` stops the cell.",
        "文本不能按下标取字符，因为每个字符占 1 到 4 个字节。请用 `chars` 逐个数；超出末尾时 `nth` 得到 `None`，`unwrap` 就会让单元格停下来。",
        format!("{base}.chars().nth({nth}).unwrap()"),
    )
}

/// What a position, or the ends of a range of them, is a number of; and the stars that it takes to
/// get at the number.
fn kind_of_position(by: &str) -> (&str, String) {
    let of = by.split_once('<').map(|(_, of)| of.trim_end_matches('>'));
    behind_references(of.unwrap_or(by))
}

pub fn as_usize(place: &ast::Expr, stars: &str) -> String {
    format!("{stars}{} as usize", in_parentheses(&text(place)))
}

/// A range of positions, each of the type that they have to be.
fn range_as_usize(range: &ast::RangeExpr, stars: &str) -> Option<String> {
    let end = |end: Option<ast::Expr>| match end {
        Some(number @ ast::Expr::Literal(_)) if stars.is_empty() => text(&number),
        Some(end) => as_usize(&end, stars),
        None => String::new(),
    };
    let sign = range.op_token()?;
    Some(format!("{}{sign}{}", end(range.start()), end(range.end())))
}

/// `&"abc"[0..n]` with an `n` of another type
fn part_of_a_text(base: &str, range: &ast::RangeExpr, by: &str) -> Option<Explanation> {
    let (kind, stars) = kind_of_position(by);
    let ends = range_as_usize(range, &stars).filter(|_| is_whole(kind))?;
    Some(Explanation::new(
        "The ends of a part of a text are numbers of the type `usize`. They count bytes: 1 for a \
         letter of ASCII, 2 to 4 for others.",
        "截取文本时，两端要用 `usize` 类型的数。它数的是字节：ASCII 字符占 1 个，其他字符占 2 到 4 个。",
        format!("&{base}[{ends}]"),
    ))
}

/// The position is a number of another type, a range of such, a reference, or no number.
fn position_in_a_list(base: &str, position: &ast::Expr, by: &str) -> Option<Explanation> {
    if by.starts_with("Option<") {
        let place = in_parentheses(&text(position));
        return Some(Explanation::new(
            "There may be no such position: an `Option` is one, or `None`. Say what should happen \
             then; `?` ends the cell.",
            "这个位置可能不存在：`Option` 里要么有一个位置，要么是 `None`。请写明没有时怎么办；`?` 会结束单元格。",
            format!("{base}[{place}.ok_or(\"there is none\")?]"),
        ));
    }
    let (kind, stars) = kind_of_position(by);
    let as_usize = match position {
        ast::Expr::RangeExpr(range) => range_as_usize(range, &stars)?,
        position => as_usize(position, &stars),
    };
    let (english, chinese, fix) = match kind {
        "usize" => (
            "A position is a number, and this is a reference to one; `*` follows it:".to_owned(),
            "下标应该是一个数，而这里是指向数的引用；用 `*` 取出那个数：".to_owned(),
            format!("{base}[{stars}{}]", text(position)),
        ),
        "{float}" | "f32" | "f64" => (
            "A position in a list is a whole number, counted from 0. `as usize` cuts off what \
             stands behind the point:"
                .to_owned(),
            "列表的下标是从 0 开始的整数。`as usize` 会去掉小数部分：".to_owned(),
            format!("{base}[{as_usize}]"),
        ),
        "i8" | "i16" | "i32" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128" => {
            (
                format!(
                    "A position in a list is a whole number of the type `usize`, and this \
                     one is of the type `{kind}`. It must not be below 0:"
                ),
                format!("列表的下标要用 `usize` 类型的整数，而这里是 `{kind}`。它不能小于 0："),
                format!("{base}[{as_usize}]"),
            )
        }
        "Tensor" => (
            "A position is one number, and this is a tensor: `item` takes the number out of it, \
             `as usize` makes it whole."
                .to_owned(),
            "下标是一个数，而这里是张量：`item` 取出里面的数，`as usize` 把它变成整数。".to_owned(),
            format!(
                "{base}[{}.item() as usize]",
                in_parentheses(&text(position))
            ),
        ),
        "str" | "String" => (
            "A list is counted from 0 and has no names. What is looked up by a text is a map:"
                .to_owned(),
            "列表按从 0 开始的下标取值，没有名字。要用文本来查找，请用映射（map）：".to_owned(),
            "let mut map = std::collections::HashMap::new();\n\
             map.insert(\"name\", 1);\nmap[\"name\"]"
                .to_owned(),
        ),
        _ => return None,
    };
    Some(Explanation::new(english, chinese, fix))
}

/// `&"año"[0..2]`
pub fn within_a_letter(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "The numbers count bytes, and a letter beyond ASCII has 2 to 4 of them: this one would be \
         cut in two. Count letters:",
        "这里的数字数的是字节，而中文等非 ASCII 字符占 2 到 4 个字节：这样会把一个字符切成两半。请按字符来数：",
        "let part: String = text.chars().take(2).collect();",
    ))
}

/// `"a" + "b"`, `"a: " + list`
pub fn texts_joined(case: &Case) -> Option<Explanation> {
    let kinds: Vec<&str> = case.named().collect();
    let &[added, to] = kinds.as_slice() else {
        return None;
    };
    let is_text = |kind: &str| {
        let kind = kind.trim_start_matches('&');
        matches!(kind.trim_start_matches("std::string::"), "str" | "String")
    };
    let are_parts = [added, to].iter().all(|kind| {
        is_text(kind) || is_list_of_numbers(kind) || is_number(behind_references(kind).0)
    });
    if ![added, to].into_iter().any(is_text) || !are_parts {
        return None;
    }
    let sum: ast::BinExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let mut values = String::new();
    let mut part = |one: ast::Expr, kind: &str| {
        let shown = if is_list_of_numbers(kind) { ":?" } else { "" };
        let written = text(&one);
        let written = written.trim_start_matches('&');
        let inner = written
            .strip_prefix('"')
            .and_then(|one| one.strip_suffix('"'));
        let is_name = |c: char| c.is_alphanumeric() || c == '_';
        match one {
            ast::Expr::Literal(_) => {
                let inner = inner.map(|inner| inner.replace('{', "{{").replace('}', "}}"));
                inner.unwrap_or_else(|| written.to_owned())
            }
            _ if written.chars().all(is_name) => format!("{{{written}{shown}}}"),
            _ => {
                values += &format!(", {written}");
                format!("{{{shown}}}")
            }
        }
    };
    let joined = part(sum.lhs()?, to) + &part(sum.rhs()?, added);
    Some(Explanation::new(
        "Texts are put together with `format!`; `+` only adds to a `String`.",
        "拼接文本用 `format!`；`+` 只能接在 `String` 后面。",
        one_line(&format!("format!(\"{joined}\"{values})")),
    ))
}

/// `vec![3.0, 1.0].sort()`, `.max()` of numbers with a fraction
pub fn order_of_floats(case: &Case) -> Option<Explanation> {
    let kind = case.message.split('`').nth(1)?;
    let (kind, bound) = kind.split_once(": ")?;
    if !matches!(kind.trim_start_matches('&'), "{float}" | "f32" | "f64")
        || !matches!(
            bound,
            "Ord" | "std::cmp::Ord" | "Eq" | "std::cmp::Eq" | "Hash" | "std::hash::Hash"
        )
    {
        return None;
    }
    let code = case.code;
    let compared = "|a, b| a.total_cmp(b)";
    // `std::cmp::max(1.5, 2.5)`
    let start = case.mark.as_ref().map_or(0, |mark| mark.start);
    let call = Call::named_at(code, start).or_else(|| Call::ending_at(code, start));
    let is_of_two = |call: &Call| {
        let name = call.callee.rsplit("::").next();
        matches!(name, Some("max" | "min")) && call.arguments.len() == 2
    };
    let fix = if code.contains(".max()") || code.contains(".min()") {
        format!(".max_by({compared})\n.min_by({compared})")
    } else if code.contains("_by_key(") {
        ".max_by(|a, b| key(a).total_cmp(&key(b)))".to_owned()
    } else if code.contains(".sort") {
        format!(".sort_by({compared})")
    } else if let Some(call) = call.filter(|call| is_of_two(call)) {
        let name = call.callee.rsplit("::").next().unwrap_or_default();
        format!("f64::{name}({})", call.arguments.join(", "))
    } else {
        "value.to_bits()".to_owned()
    };
    Some(Explanation::new(
        "Numbers with a fraction have no full order, because of NaN, which is neither smaller \
         nor larger than any. `total_cmp` puts NaN at the end:",
        "小数没有完整的大小顺序，因为 NaN 和谁都比不出大小。`total_cmp` 会把 NaN 排在最后：",
        fix,
    ))
}
