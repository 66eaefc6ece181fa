//! A call of which several arguments are of other types than the function takes: rustc marks its
//! name then, and advises one after the other.

use super::super::case::{Case, Explanation};
use super::super::numbers::{holds_every, is_float, is_number, is_whole};
use super::super::syntax::{Cell, bytes, text};
use super::fractions::Calculation;
use ra_ap_syntax::ast::{self, AstNode, HasArgList};

/// An argument, and what is said of it.
struct Wrong<'a> {
    argument: ast::Expr,
    expected: &'a str,
    found: &'a str,
}

/// `Dense::new(2.0, 4.0)`, `Dataset::new(x, y)`
pub fn arguments_alike(case: &Case) -> Option<Explanation> {
    if !case.message.starts_with("arguments to this") {
        return None;
    }
    if case.helps.iter().any(|help| help.starts_with("swap these")) {
        return Some(Explanation::new(
            "By their types, these arguments stand the other way round:",
            "从类型来看，这几个参数的顺序写反了：",
            case.advice.unwrap_or_default(),
        ));
    }
    let mark = case.mark.as_ref()?;
    let cell = Cell::new(case.code);
    let of_function: Option<ast::CallExpr> = cell.around(mark);
    let of_method: Option<ast::MethodCallExpr> = cell.around(mark);
    let of_function = of_function.filter(|call| {
        call.expr()
            .is_some_and(|one| bytes(one.syntax()).start == mark.start)
    });
    let of_method = of_method.filter(|call| {
        call.name_ref()
            .is_some_and(|one| bytes(one.syntax()).start == mark.start)
    });
    let (callee, list) = match (&of_function, &of_method) {
        (Some(call), _) => (text(&call.expr()?), call.arg_list()?),
        (None, Some(call)) => {
            let method = call.name_ref()?;
            (
                format!("{}.{method}", text(&call.receiver()?)),
                call.arg_list()?,
            )
        }
        (None, None) => return None,
    };
    let mut wrong = Vec::new();
    let mut written = Vec::new();
    for argument in list.args() {
        let at = bytes(argument.syntax());
        let said = case.marks.iter().find(|(range, _)| *range == at);
        let Some((expected, found)) = said.and_then(|(_, label)| types_in(label)) else {
            written.push(Some(text(&argument)));
            continue;
        };
        let one = Wrong {
            argument,
            expected,
            found,
        };
        written.push(one.right(case));
        wrong.push(one);
    }
    if wrong.is_empty() || callee.contains('\n') {
        return None;
    }
    let written: Option<Vec<String>> = written.into_iter().collect();
    Some(match written {
        Some(written) => all_at_once(&wrong, format!("{callee}({})", written.join(", "))),
        None => one_by_one(&wrong),
    })
}

/// ``expected `i32`, found `{float}` ``
fn types_in(label: &str) -> Option<(&str, &str)> {
    let (expected, found) = label.strip_prefix("expected ")?.split_once(", found ")?;
    Some((expected.trim_matches('`'), found.trim_matches('`')))
}

fn all_at_once(wrong: &[Wrong], fix: String) -> Explanation {
    let are_lent = wrong
        .iter()
        .all(|one| one.expected.strip_prefix('&') == Some(one.found));
    let (english, chinese) = match are_lent {
        true => (
            "They are only read here, so they are lent, with a `&` before each:",
            "这些值在这里只是读取，所以都用 `&` 借出去：",
        ),
        false => (
            "Several arguments are of another type than is taken here. All of them as they have \
             to be:",
            "有几个参数的类型和要求的不一样。全部改好是这样：",
        ),
    };
    Explanation::new(english, chinese, fix)
}

fn one_by_one(wrong: &[Wrong]) -> Explanation {
    let said = |is_english: bool| {
        let each = wrong.iter().map(|one| {
            let (argument, kind) = (text(&one.argument), spoken(one.expected));
            match is_english {
                true => format!("`{argument}` stands where `{kind}` is taken"),
                false => format!("`{argument}` 的位置需要 `{kind}`"),
            }
        });
        each.collect::<Vec<_>>()
            .join(if is_english { ", " } else { "，" })
    };
    Explanation::new(
        format!(
            "Several arguments are of another type than is taken here: {}.",
            said(true)
        ),
        format!("有几个参数的类型和要求的不一样：{}。", said(false)),
        "",
    )
}

/// A type without braces, as a learner would write it.
fn spoken(kind: &str) -> &str {
    match kind {
        "{integer}" | "integer" => "i32",
        "{float}" | "floating-point number" => "f64",
        kind => kind,
    }
}

impl Wrong<'_> {
    /// The argument as it is right; nothing where that cannot be known, or something would be lost.
    fn right(&self, case: &Case) -> Option<String> {
        let own = text(&self.argument);
        let (expected, found) = (self.expected, self.found);
        let is_one = matches!(
            self.argument,
            ast::Expr::PathExpr(_)
                | ast::Expr::MethodCallExpr(_)
                | ast::Expr::CallExpr(_)
                | ast::Expr::FieldExpr(_)
                | ast::Expr::IndexExpr(_)
                | ast::Expr::Literal(_)
                | ast::Expr::ArrayExpr(_)
                | ast::Expr::ParenExpr(_)
        );
        let whole = if is_one {
            own.clone()
        } else {
            format!("({own})")
        };
        if is_float(expected) && is_whole(found) {
            let told = vec![(self.argument.clone(), found.to_owned())];
            let kind = spoken(expected);
            return Calculation { case, told, kind }.turned(&self.argument);
        }
        if is_whole(expected) && is_float(found) {
            let digits = own.strip_suffix(".0")?;
            return digits
                .chars()
                .all(|c| c.is_ascii_digit())
                .then(|| digits.to_owned());
        }
        let is_count = found == "usize" && expected == "i32";
        if is_number(expected) && is_number(found) {
            let fits = holds_every(expected, found) || is_count;
            return fits.then(|| format!("{whole} as {expected}"));
        }
        match (expected, found) {
            ("String", "&str" | "&'static str") => Some(format!("{whole}.to_string()")),
            ("&str", "String") => Some(format!("&{whole}")),
            _ if expected.strip_prefix('&') == Some(found) => Some(format!("&{whole}")),
            _ if found.strip_prefix('&') == Some(expected) => match own.strip_prefix('&') {
                Some(owner) => Some(owner.to_owned()),
                None if is_number(expected) => Some(format!("*{whole}")),
                None => Some(format!("{whole}.clone()")),
            },
            _ => None,
        }
    }
}
