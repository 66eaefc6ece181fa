//! What a list, a number or a model does not do as in other languages.

use super::calls::Call;
use super::case::{Case, Explanation};
use crate::evaluator::assist;

/// `v.slice(0, 2)` of a list
pub fn slice_of_a_list(case: &Case) -> Option<Explanation> {
    let mut named = case.named();
    let (method, kind) = (named.next()?, named.next()?);
    let call = Call::named_at(case.code, case.mark.as_ref()?.start)?;
    let is_it = method == "slice" && kind.trim_start_matches('&').starts_with("Vec<");
    let (Some(list), [from, to]) = (call.receiver, call.arguments.as_slice()) else {
        return None;
    };
    is_it.then(|| {
        Explanation::new(
            "A part of a list is asked for by its positions, without the last; `to_vec` makes a \
             list of its own of it.",
            "列表的一段用下标范围来取，不含末尾；`to_vec` 把它变成一个独立的列表。",
            format!("{list}[{from}..{to}].to_vec()"),
        )
    })
}

/// `x.pow(2)` of a fraction
pub fn power_of_a_fraction(case: &Case) -> Option<Explanation> {
    let mut named = case.named();
    let (method, kind) = (named.next()?, named.next()?);
    let call = Call::named_at(case.code, case.mark.as_ref()?.start)?;
    let is_it = method == "pow" && kind.trim_start_matches('&').starts_with('f');
    let (Some(number), [exponent]) = (call.receiver, call.arguments.as_slice()) else {
        return None;
    };
    is_it.then(|| {
        Explanation::new(
            "`pow` is for whole numbers. A number with a fraction has `powi`, whose exponent is \
             whole, and `powf`.",
            "`pow` 是整数的方法。小数用 `powi`（指数是整数）或 `powf`（指数是小数）。",
            match exponent.contains('.') {
                true => format!("{number}.powf({exponent})"),
                false => format!("{number}.powi({exponent})"),
            },
        )
    })
}

/// `v.max()` of a list, which takes another list
pub fn largest_of_a_list(case: &Case) -> Option<Explanation> {
    let call = Call::named_at(case.code, case.mark.as_ref()?.start)?;
    let is_it = matches!(call.callee.as_str(), "max" | "min")
        && call.arguments.is_empty()
        && case.labels.contains("argument #1 of type `Vec<");
    let (name, list) = (&call.callee, call.receiver.as_ref()?);
    is_it.then(|| {
        Explanation::new(
            format!(
                "A list has no `{name}` of its own; going through its elements has one. Of an \
                 empty list it gives `None`."
            ),
            format!("列表本身没有 `{name}`，逐个元素比较的迭代器才有。列表为空时得到 `None`。"),
            format!("{list}.iter().{name}()"),
        )
    })
}

/// `model(x)`
pub fn model_as_function(case: &Case) -> Option<Explanation> {
    let call = Call::named_at(case.code, case.mark.as_ref()?.start)?;
    let kind = case.type_of_library(case.name())?;
    let is_it = call.callee != kind && assist::has_trait(kind, "Module");
    let [given] = call.arguments.as_slice() else {
        return None;
    };
    is_it.then(|| {
        Explanation::new(
            format!("A `{kind}` is no function: `forward` is what it does with an input."),
            format!("`{kind}` 不是函数：对输入进行计算用它的 `forward` 方法。"),
            format!(
                "{}.forward(&{})",
                call.callee,
                given.trim_start_matches('&')
            ),
        )
    })
}
