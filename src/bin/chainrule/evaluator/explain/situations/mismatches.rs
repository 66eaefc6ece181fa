//! A value of one type where another is expected: the commonest pairs.

use super::super::case::{Case, Explanation};
use super::super::numbers::{is_float, is_number, is_whole};
use super::super::syntax::{Cell, bytes, each_lent, in_parentheses, one_line, text};
use super::super::values::as_tensor;
use super::call_arguments::arguments_alike;
use super::fractions::{line_with_in_place, list_around, list_of_strings};
use super::lines::{advised, expression, line_with};
use super::mismatched_numbers::numbers;
use super::results::hands_on;
use ra_ap_syntax::ast::{self, AstNode};

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

pub fn is_text(kind: &str) -> bool {
    matches!(kind, "&str" | "String" | "&String" | "&'static str")
}

pub fn mismatch(case: &Case) -> Option<Explanation> {
    if let Some(said) = arguments_alike(case) {
        return Some(said);
    }
    let pair = Pair::of(&case.labels)?;
    rows_of_one_length(case, &pair)
        .or_else(|| value_of_return(case))
        .or_else(|| numbers(case, pair.expected, pair.found))
        .or_else(|| texts(case, &pair))
        .or_else(|| lists_for_tensors(case, &pair))
        .or_else(|| lent(case, &pair))
        .or_else(|| nothing(case, &pair))
}

/// `tensor([[1.0, 2.0], [3.0]])`
fn rows_of_one_length(case: &Case, pair: &Pair) -> Option<Explanation> {
    let is_it = pair.expected.contains("an array with a size of")
        || pair.expected.starts_with("an array with");
    // `let a: [i32; 3] = [1, 2];`
    let is_declared = case
        .mark
        .as_ref()
        .and_then(|mark| Cell::new(case.code).definition(Some(mark), ""))
        .is_some_and(|one| one.ty().is_some());
    let count = |said: &str| said.rsplit(' ').next().map(str::to_owned);
    if is_it && is_declared && !case.marked().contains("[[") {
        let (there, given) = (count(pair.expected)?, count(pair.found)?);
        return Some(Explanation::new(
            format!(
                "The type says {there} elements, and the list has {given}. Write the number of \
                 elements that there are into the type, or a `Vec`, which may have any number."
            ),
            format!(
                "类型里写的是 {there} 个元素，而列表里有 {given} 个。请把类型里的个数改对，或者用元素个数不限的 `Vec`。"
            ),
            "",
        ));
    }
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

/// `.padding("same")`, as Keras has it
fn padding(case: &Case, word: Option<&str>) -> Option<Explanation> {
    let call: ast::MethodCallExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (whole, receiver) = (text(&call.clone().into()), text(&call.receiver()?));
    let (english, chinese, own) = match (call.name_ref()?.text().to_string().as_str(), word?) {
        ("padding", "same") => (
            "A picture of the same size comes out with `same()`; `padding(n)` takes how many \
             zeros are put on each side.",
            "要让输出和输入一样大，用 `same()`；`padding(n)` 的参数是每一边补几个 0。",
            format!("{receiver}.same()"),
        ),
        ("padding", "valid") => (
            "Nothing is put around a picture unless it is asked for: `padding` can be left out.",
            "默认就不在图像周围补 0：`padding` 可以省略。",
            receiver,
        ),
        _ => return None,
    };
    let line = one_line(case.line()?).replace(&one_line(&whole), &one_line(&own));
    Some(Explanation::new(english, chinese, line))
}

fn texts(case: &Case, pair: &Pair) -> Option<Explanation> {
    let marked = case.marked();
    let inner = marked
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'));
    match (pair.expected, pair.found) {
        (number, text) if (is_whole(number) || is_float(number)) && is_text(text) => {
            if let Some(said) = padding(case, inner) {
                return Some(said);
            }
            let fix = match inner {
                Some(number) if number.parse::<f64>().is_ok() => line_with(case, number),
                Some(_) => String::new(),
                None => {
                    let end = if hands_on(case) { "?" } else { ".unwrap()" };
                    let read = format!("{}.trim().parse(){end}", in_parentheses(marked));
                    line_with(case, &read)
                }
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
            strings_in_line(case)
                .unwrap_or_else(|| advised(case, &format!("{}.to_string()", one_line(marked)))),
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

/// The line with all texts of the list that the mark stands in as ones of their own.
fn strings_in_line(case: &Case) -> Option<String> {
    let at = list_around(case.code, case.mark.as_ref()?)?;
    line_with_in_place(case.code, &at, &list_of_strings(case.code.get(at.clone())?))
}

/// `model.predict(&[[1.0, 2.0]])`
fn lists_for_tensors(case: &Case, pair: &Pair) -> Option<Explanation> {
    let is_lent = pair.expected == "&Tensor";
    let is_it = pair.expected.trim_start_matches('&') == "Tensor"
        && is_list(pair.found.trim_start_matches('&'));
    is_it.then(|| {
        let list = as_tensor(case.marked(), pair.found);
        let lent = if is_lent { "&" } else { "" };
        Explanation::new(
            "A tensor is needed. Make one of the list:",
            "这里需要张量。请先把列表变成张量：",
            line_with(case, &one_line(&format!("{lent}{list}"))),
        )
    })
}

/// A value where it is to be lent, and the other way round.
fn lent(case: &Case, pair: &Pair) -> Option<Explanation> {
    let marked = one_line(case.marked());
    if pair.expected.strip_prefix('&') == Some(pair.found) {
        let is_one = !matches!(expression(case), Some(ast::Expr::BinExpr(_)));
        let own = if is_one {
            marked
        } else {
            format!("({marked})")
        };
        return Some(Explanation::new(
            "It is only read here, so it is lent, with a `&` before it:",
            "这里只是读取，所以用 `&` 借出去：",
            lent_together(case).unwrap_or_else(|| advised(case, &format!("&{own}"))),
        ));
    }
    if pair.found.strip_prefix('&') == Some(pair.expected) {
        let fix = if let Some(owned) = marked.strip_prefix('&') {
            owned.to_owned()
        } else if is_number(pair.expected) {
            format!("*{marked}")
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

/// The line with all that stands in the list lent: rustc says it of one after the other.
fn lent_together(case: &Case) -> Option<String> {
    let mark = case.mark.as_ref()?;
    let list: ast::ArrayExpr = Cell::new(case.code).around(mark)?;
    let is_in_it = |one: ast::Expr| bytes(one.syntax()) == *mark;
    let (lent, whole) = (each_lent(&list), list.syntax().text().to_string());
    let line = case.line()?;
    (list.exprs().any(is_in_it) && line.contains(&whole)).then(|| line.replace(&whole, &lent))
}

/// A value where none is expected, and none where a value is.
fn nothing(case: &Case, pair: &Pair) -> Option<Explanation> {
    let is_said = |words: &str| case.helps.iter().any(|help| help.contains(words));
    if pair.expected == "()" && is_said("return type") {
        return Some(Explanation::new(
            "A function says behind an arrow what it returns:",
            "函数要用箭头写明返回值的类型：",
            function_with_a_type(case, pair.found)
                .unwrap_or_else(|| advised(case, &format!("fn …(…) -> {}", pair.found))),
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

/// The head of the function around the mark, with the type that it returns.
fn function_with_a_type(case: &Case, kind: &str) -> Option<String> {
    let function: ast::Fn = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let body = function.body()?;
    let code = function.syntax().text().to_string();
    let length = body.syntax().text_range().start() - function.syntax().text_range().start();
    let (head, body) = code.split_at(usize::from(length));
    let body = if code.contains('\n') { "{ … }" } else { body };
    function
        .ret_type()
        .is_none()
        .then(|| format!("{}-> {kind} {body}", head))
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
