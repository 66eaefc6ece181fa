//! Functions that are methods here, and a method that is not there because nothing is to be done.

use super::calls::Call;
use super::case::{Case, Explanation};
use super::kinds_in_cell::kind_of;
use super::syntax::{Cell, in_parentheses, parsed, text};
use super::values::{as_tensor, is_list_of_numbers};
use crate::evaluator::assist;
use ra_ap_syntax::ast;

/// `exp(x)`, where the library has `x.exp()`; `fit(&model, &data)`.
pub fn method_as_function(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let call = Call::named_at(case.code, case.mark.as_ref()?.start)?;
    let (first, rest) = call.arguments.split_first()?;
    if !case.message.contains("cannot find function") {
        return None;
    }
    let bare = first.trim_start_matches('&').trim_start();
    let kind = parsed(bare).and_then(|value| kind_of(case, &value));
    let kind = kind.unwrap_or_default();
    if let Some(own) = case.type_of_library(&kind).filter(|own| has(own, name)) {
        return Some(of_type(own, name, bare, rest));
    }
    let takes = assist::method_of_tensor(name)?;
    let rest = if rest.is_empty() && takes == ["axis"] {
        vec!["-1".to_owned()]
    } else {
        rest.to_vec()
    };
    let lend = |(one, taken): (String, &String)| match (taken.as_str(), one.starts_with('&')) {
        ("other" | "rhs", false) => format!("&{one}"),
        _ => one,
    };
    let rest: Vec<String> = match rest.len() == takes.len() {
        true => rest.into_iter().zip(&takes).map(lend).collect(),
        false => rest,
    };
    let receiver = match is_list_of_numbers(&kind) {
        true => as_tensor(bare, &kind),
        false => in_parentheses(&typed(bare, name, &rest)),
    };
    Some(Explanation::new(
        format!("`{name}` is a method: it stands behind the tensor or the number, after a dot."),
        format!("`{name}` 是方法：写在张量或数的后面，用点连接。"),
        format!("{receiver}.{name}({})", rest.join(", ")),
    ))
}

fn has(kind: &str, method: &str) -> bool {
    kind != "Tensor" && assist::methods_of(kind).iter().any(|one| one == method)
}

fn of_type(kind: &str, name: &str, receiver: &str, rest: &[String]) -> Explanation {
    // Training starts with `run`.
    let start = if name.starts_with("fit") {
        ".run()"
    } else {
        ""
    };
    Explanation::new(
        format!("`{name}` is a method of `{kind}`: it stands behind the value, after a dot."),
        format!("`{name}` 是 `{kind}` 的方法：写在值的后面，用点连接。"),
        format!(
            "{}.{name}({}){start}",
            in_parentheses(receiver),
            rest.join(", ")
        ),
    )
}

/// `predict(&model, &x)`, where the course has a function of this name, too.
pub fn method_for_function(case: &Case) -> Option<Explanation> {
    let mark = case.mark.as_ref()?;
    let call = Call::around(case.code, mark.start)?;
    let (first, rest) = call.arguments.split_first()?;
    let is_function = call.receiver.is_none() && case.memory.defined_in(&call.callee).is_none();
    if !is_function || case.marked() != first {
        return None;
    }
    // "expected `&str`, found `&Sequential`" stands at the mark.
    let kind = case.labels.split("found `").nth(1)?.split('`').next()?;
    let own = case.type_of_library(kind)?;
    let bare = first.trim_start_matches('&').trim_start();
    has(own, &call.callee).then(|| of_type(own, &call.callee, bare, rest))
}

/// A number that is written out, with its type: without one it has no methods.
fn typed(value: &str, method: &str, rest: &[String]) -> String {
    let is_whole = |one: &String| one.parse::<i64>().is_ok();
    let are_whole = matches!(method, "max" | "min") && rest.iter().all(is_whole);
    let is_number = value.parse::<f64>().is_ok() && value.ends_with(|c: char| c.is_ascii_digit());
    match (is_number, value.contains('.'), method) {
        (false, ..) => value.to_owned(),
        (_, true, _) => format!("{value}_f64"),
        _ if are_whole && !rest.is_empty() => format!("{value}_i32"),
        (_, _, "abs" | "pow" | "signum") => format!("{value}_i32"),
        _ => format!("{value}.0_f64"),
    }
}

/// `x.grad().unwrap()`, `5.unwrap()`
pub fn nothing_to_unwrap(case: &Case) -> Option<Explanation> {
    let method = case.name();
    let is_it = method.starts_with("unwrap") || method == "expect";
    let kind = case.named().nth(1)?;
    let is_wrapped = ["Option<", "Result<"].iter().any(|one| kind.contains(one));
    let call: ast::MethodCallExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let value = call.receiver()?;
    (is_it && !is_wrapped).then(|| {
        Explanation::new(
            format!("This is the value itself, `{kind}`: there is nothing to unwrap."),
            format!("这里已经是值本身（`{kind}`），没有什么要 unwrap 的。"),
            text(&value),
        )
    })
}
