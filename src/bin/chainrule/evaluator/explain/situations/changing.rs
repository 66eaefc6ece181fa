//! Changing what cannot be changed like this: a reference, a list of fixed length.

use super::super::case::{Case, Explanation};
use super::super::syntax::{Cell, text};
use ra_ap_syntax::ast::{self, AstNode, HasArgList};

/// `a += 1` of a `&mut i32`
pub fn change_behind_a_reference(case: &Case) -> Option<Explanation> {
    let kind = case.named().nth(1)?;
    kind.starts_with("&mut ").then(|| {
        Explanation::new(
            "This is a reference to a value; a `*` before it means the value itself.",
            "这是指向值的引用；前面加 `*` 才表示值本身。",
            "",
        )
    })
}

/// `a.push(4)` of an array, `s.push('c')` of a text that stands in the code
pub fn push_to_what_stays(case: &Case) -> Option<Explanation> {
    let mut named = case.named();
    let (method, kind) = (named.next()?, named.next()?);
    let call: ast::MethodCallExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    if !matches!(
        method,
        "push" | "push_str" | "insert" | "pop" | "clear" | "remove"
    ) {
        return None;
    }
    let name = text(&call.receiver()?);
    let arguments = call.arg_list()?.syntax().text().to_string();
    let call = format!("{name}.{method}{arguments};");
    if kind.starts_with('[') {
        return Some(Explanation::new(
            "An array keeps its length. A list that grows is a `Vec`:",
            "数组的长度是固定的。可以增减元素的列表是 `Vec`：",
            format!("let mut {name} = {name}.to_vec();\n{call}"),
        ));
    }
    (kind == "&str").then(|| {
        Explanation::new(
            "A text in quotes stays as it is. One that grows is a `String`:",
            "引号里的文本是固定的。可以增减的文本是 `String`：",
            format!("let mut {name} = {name}.to_string();\n{call}"),
        )
    })
}
