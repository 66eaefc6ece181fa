//! A value of one type where another is expected: the commonest pairs.

use super::super::case::{Case, Explanation};
use super::super::syntax::{Cell, in_parentheses, one_line};
use super::kinds_of_numbers::{Said, at_the_right_side, is_float, is_whole};
use super::similar::with_name;

/// Types as rustc names them at a mark.
struct Pair<'a> {
    expected: &'a str,
    found: &'a str,
}

impl<'a> Pair<'a> {
    /// ``expected `i32`, found floating-point number``
    fn of(labels: &'a str) -> Option<Pair<'a>> {
        let line = labels.lines().find(|line| line.starts_with("expected "))?;
        let (expected, found) = line["expected ".len()..].split_once(", found ")?;
        Some(Pair {
            expected: expected.trim_matches('`'),
            found: found.trim_matches('`'),
        })
    }
}

fn is_list(kind: &str) -> bool {
    kind.starts_with('[') || kind.starts_with("Vec<")
}

fn is_text(kind: &str) -> bool {
    matches!(kind, "&str" | "String" | "&String" | "&'static str")
}

pub fn mismatch(case: &Case) -> Option<Explanation> {
    let pair = Pair::of(&case.labels)?;
    rows_of_one_length(&pair)
        .or_else(|| value_of_return(case))
        .or_else(|| numbers(case, &pair))
        .or_else(|| texts(case, &pair))
        .or_else(|| lists_for_tensors(case, &pair))
        .or_else(|| lent(case, &pair))
        .or_else(|| nothing(case, &pair))
}

/// The line as rustc would have it, or with this in place of what is marked.
fn advised(case: &Case, instead: &str) -> String {
    case.advice
        .map_or_else(|| line_with(case, instead), one_line)
}

/// The line with something else in place of what is marked.
fn line_with(case: &Case, instead: &str) -> String {
    let marked = case.marked();
    let line = case
        .mark
        .clone()
        .filter(|_| !marked.is_empty() && !marked.contains('\n'))
        .and_then(|mark| with_name(case.code, mark, marked, instead));
    line.unwrap_or_else(|| instead.to_owned())
}

/// `an i32`, `a usize`, as they are spoken.
fn with_article(kind: &str) -> String {
    let article = if kind.starts_with(['i', 'f']) {
        "An"
    } else {
        "A"
    };
    format!("{article} `{kind}`")
}

/// `tensor([[1.0, 2.0], [3.0]])`
fn rows_of_one_length(pair: &Pair) -> Option<Explanation> {
    let is_it = pair.expected.contains("an array with a size of")
        || pair.expected.starts_with("an array with");
    is_it.then(|| {
        Explanation::new(
            "The rows of an array, and of a tensor, all have the same length.",
            "数组和张量的每一行长度必须相同。",
            "[[1.0, 2.0], [3.0, 4.0]]",
        )
    })
}

/// `return 5` in a cell
fn value_of_return(case: &Case) -> Option<Explanation> {
    let start = case.mark.as_ref()?.start;
    let is_returned = case.code.get(..start)?.trim_end().ends_with("return");
    let is_in_function = Cell::new(case.code).function_around(start).is_some();
    (is_returned && !is_in_function).then(|| {
        Explanation::new(
            "A cell is no function: it shows the value of its last line by itself, without \
             `return` and without a semicolon.",
            "单元格不是函数：最后一行的值会自动显示，不用写 `return`，末尾也不要加分号。",
            one_line(case.marked()),
        )
    })
}

fn numbers(case: &Case, pair: &Pair) -> Option<Explanation> {
    let marked = case.marked();
    let (expected, found) = (pair.expected, pair.found);
    let is_literal = found == "integer" || found == "floating-point number";
    let are_numbers = [expected, found].map(|kind| is_whole(kind) || is_float(kind));
    if are_numbers == [true, true] && !is_literal {
        match at_the_right_side(case, expected, found) {
            Some(Said::Here(said)) => return said,
            Some(Said::Elsewhere) => return None,
            None => {}
        }
    }
    if is_float(expected) && is_whole(found) {
        let fix = if is_literal && marked.chars().all(|c| c.is_ascii_digit()) {
            format!("{marked}.0")
        } else {
            format!("{} as {expected}", in_parentheses(marked))
        };
        return Some(Explanation::new(
            format!(
                "{} is a number with a fraction: it is written with a point, and Rust turns no \
                 whole number into one by itself.",
                with_article(expected)
            ),
            format!("`{expected}` 是小数：要写出小数点；Rust 不会自动把整数变成小数。"),
            advised(case, &fix),
        ));
    }
    if is_whole(expected) && is_float(found) {
        return Some(whole_number(case, expected, is_literal));
    }
    (is_whole(expected) && is_whole(found) && expected != found && !is_literal).then(|| {
        Explanation::new(
            format!(
                "`{expected}` and `{found}` are two kinds of whole numbers, and Rust turns none \
                 into the other by itself. Where it fits for sure:"
            ),
            format!(
                "`{expected}` 和 `{found}` 是两种整数，Rust 不会自动转换。确定放得下时可以写："
            ),
            line_with(case, &format!("{} as {expected}", in_parentheses(marked))),
        )
    })
}

/// A number with a fraction where a whole one is needed.
fn whole_number(case: &Case, expected: &str, is_literal: bool) -> Explanation {
    let marked = case.marked();
    let line = line_with(case, marked);
    let declared = format!(": {expected}");
    let fix = match marked.trim_end_matches('0').strip_suffix('.') {
        Some(_) if is_literal => line_with(case, marked.split('.').next().unwrap_or(marked)),
        _ if is_literal && line.contains(&declared) => line.replacen(&declared, ": f32", 1),
        _ => format!(
            "{}\n{}",
            line_with(case, &format!("{} as {expected}", in_parentheses(marked))),
            line_with(
                case,
                &format!("{}.round() as {expected}", in_parentheses(marked))
            )
        ),
    };
    Explanation::new(
        format!(
            "{} is a whole number; `as {expected}` would cut a fraction off. If the fraction is \
             needed, the type is `f32`.",
            with_article(expected)
        ),
        format!(
            "`{expected}` 是整数，用 `as {expected}` 转换会舍去小数部分。如果需要小数，类型应写成 `f32`。"
        ),
        fix,
    )
}

fn texts(case: &Case, pair: &Pair) -> Option<Explanation> {
    let marked = case.marked();
    let inner = marked
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match (pair.expected, pair.found) {
        (number, text) if (is_whole(number) || is_float(number)) && is_text(text) => {
            let fix = match inner {
                Some(number) if number.parse::<f64>().is_ok() => line_with(case, number),
                Some(_) => String::new(),
                None => line_with(case, &format!("{}.trim().parse()?", in_parentheses(marked))),
            };
            Some(Explanation::new(
                format!("What stands in quotes is a text; a number, `{number}`, is needed here."),
                format!("引号里的是文本，不是数；这里需要一个数（`{number}`）。"),
                fix,
            ))
        }
        ("String", "&str" | "&'static str") => Some(Explanation::new(
            "A text in quotes is a `&str`, lent for reading; a `String` owns its text. Make one:",
            "引号里的文本是 `&str`，只是借来读的；`String` 自己拥有文本。请转换：",
            advised(case, &format!("{}.to_string()", one_line(marked))),
        )),
        ("&str", "String") => Some(Explanation::new(
            "A `&str` is a text that is only read. Lend the `String` with `&`:",
            "`&str` 是只读的文本。用 `&` 把 `String` 借出去：",
            advised(case, &format!("&{}", one_line(marked))),
        )),
        ("char", "&str" | "&'static str") => Some(Explanation::new(
            "One letter, a `char`, stands in single quotes; a text stands in double ones.",
            "单个字符 `char` 用单引号，文本用双引号。",
            inner
                .filter(|one| one.chars().count() == 1)
                .map_or_else(String::new, |one| line_with(case, &format!("'{one}'"))),
        )),
        _ => None,
    }
}

/// `model.predict(&[[1.0, 2.0]])`
fn lists_for_tensors(case: &Case, pair: &Pair) -> Option<Explanation> {
    let (is_lent, found) = (
        pair.expected == "&Tensor",
        pair.found.trim_start_matches('&'),
    );
    let is_it = pair.expected.trim_start_matches('&') == "Tensor" && is_list(found);
    is_it.then(|| {
        let list = case.marked().trim_start_matches('&');
        let lent = if is_lent { "&" } else { "" };
        Explanation::new(
            "A tensor is needed. Make one of the list:",
            "这里需要张量。请先把列表变成张量：",
            line_with(case, &one_line(&format!("{lent}tensor({list})"))),
        )
    })
}

/// A value where it is to be lent, and the other way round.
fn lent(case: &Case, pair: &Pair) -> Option<Explanation> {
    let marked = one_line(case.marked());
    if pair.expected.strip_prefix('&') == Some(pair.found) {
        return Some(Explanation::new(
            "It is only read here, so it is lent, with a `&` before it:",
            "这里只是读取，所以用 `&` 借出去：",
            advised(case, &format!("&{marked}")),
        ));
    }
    if pair.found.strip_prefix('&') == Some(pair.expected) {
        let is_number = is_whole(pair.expected) || is_float(pair.expected);
        let fix = if is_number {
            format!("*{marked}")
        } else if let Some(owned) = marked.strip_prefix('&') {
            owned.to_owned()
        } else {
            format!("{}.clone()", in_parentheses(&marked))
        };
        return Some(Explanation::new(
            "It is lent here, and the value itself is needed:",
            "这里得到的是引用，而需要的是值本身：",
            fix,
        ));
    }
    None
}

/// A value where none is expected, and none where a value is.
fn nothing(case: &Case, pair: &Pair) -> Option<Explanation> {
    let is_said = |words: &str| case.helps.iter().any(|help| help.contains(words));
    if pair.expected == "()" && is_said("return type") {
        return Some(Explanation::new(
            "A function says behind an arrow what it returns:",
            "函数要用箭头写明返回值的类型：",
            advised(case, &format!("fn …(…) -> {}", pair.found)),
        ));
    }
    if pair.found == "()" && is_said("semicolon") {
        return Some(Explanation::new(
            "The last line of a function is its value, if no semicolon stands behind it:",
            "函数最后一行不加分号，才是它的返回值：",
            case.advice.map_or_else(String::new, one_line),
        ));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_numbers_are_told_apart() {
        assert!(
            ["i32", "usize", "u8", "i128", "integer"]
                .iter()
                .all(|one| is_whole(one))
        );
        assert!(
            ["f32", "impl", "image", "u", "()", "&i32"]
                .iter()
                .all(|one| !is_whole(one))
        );
        let pair = Pair::of("arguments are incorrect\nexpected `&Tensor`, found `[f32; 2]`");
        let pair = pair.map(|pair| (pair.expected, pair.found));
        assert_eq!(pair, Some(("&Tensor", "[f32; 2]")));
    }
}
