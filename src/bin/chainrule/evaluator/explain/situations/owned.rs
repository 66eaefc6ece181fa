//! A value of one's own in place of one that is lent.

use super::super::syntax::{one_line, text};
use ra_ap_syntax::ast::{self, AstNode, HasArgList};

/// What methods lend, and how one gets something of one's own out of that.
const LENDING: &[(&str, &str)] = &[
    ("first", ".cloned()"),
    ("last", ".cloned()"),
    ("get", ".cloned()"),
    ("max", ".cloned()"),
    ("min", ".cloned()"),
    ("max_by", ".cloned()"),
    ("min_by", ".cloned()"),
    ("max_by_key", ".cloned()"),
    ("min_by_key", ".cloned()"),
    ("next", ".cloned()"),
    ("find", ".cloned()"),
    ("nth", ".cloned()"),
    ("peek", ".cloned()"),
    ("as_ref", ".cloned()"),
    ("as_deref", ".map(str::to_owned)"),
    ("strip_prefix", ".map(str::to_owned)"),
    ("strip_suffix", ".map(str::to_owned)"),
    ("split_once", ".map(|(a, b)| (a.to_owned(), b.to_owned()))"),
    ("rsplit_once", ".map(|(a, b)| (a.to_owned(), b.to_owned()))"),
    ("as_str", ".to_owned()"),
    ("trim", ".to_owned()"),
    ("as_slice", ".to_vec()"),
    ("unwrap", ".clone()"),
    ("expect", ".clone()"),
    ("unwrap_or", ".clone()"),
    ("unwrap_or_default", ".clone()"),
    ("borrow", ".clone()"),
    ("lock", ".clone()"),
];

/// A value of its own in place of one that borrows; none where the text does not tell how.
pub fn own(value: &ast::Expr) -> Option<String> {
    let code = one_line(&text(value));
    match value {
        // A copy in place of what was to be changed would not change it.
        ast::Expr::RefExpr(reference) if reference.mut_token().is_some() => None,
        ast::Expr::RefExpr(reference) => {
            let lent = reference.expr()?;
            let is_part = matches!(lent, ast::Expr::IndexExpr(_)) && text(&lent).contains("..");
            Some(format!(
                "{}.{}()",
                text(&lent),
                if is_part { "to_vec" } else { "clone" }
            ))
        }
        ast::Expr::MethodCallExpr(call) => {
            let method = call.name_ref()?.text().to_string();
            match method.as_str() {
                "split_at" => {
                    let (list, at) = (text(&call.receiver()?), call.syntax().text().to_string());
                    let at = at
                        .rsplit_once("split_at(")?
                        .1
                        .trim_end_matches(')')
                        .to_owned();
                    Some(format!(
                        "({list}[..{at}].to_vec(), {list}[{at}..].to_vec())"
                    ))
                }
                // What a lock or a cell lends is behind the guard.
                "unwrap" if code.contains(".lock()") || code.contains(".borrow()") => {
                    Some(format!("{code}.clone()"))
                }
                // Each thing by itself: a list of lent things is lent, whoever has the list.
                "collect" => {
                    let (things, collected) = code.rsplit_once(".collect")?;
                    let own = each_owned(&code);
                    Some(format!("{things}{own}.collect{}", own_type(collected)?))
                }
                "unwrap" if code.contains(".to_str()") => Some(format!("{code}.to_owned()")),
                _ => {
                    let own = LENDING
                        .iter()
                        .find(|(name, _)| *name == method)
                        .map_or(".to_owned()", |(_, own)| own);
                    let is_each = own == ".cloned()";
                    let own = if is_each { each_owned(&code) } else { own };
                    Some(format!("{code}{own}"))
                }
            }
        }
        // Everything that is lent in it, by itself.
        ast::Expr::TupleExpr(_)
        | ast::Expr::ArrayExpr(_)
        | ast::Expr::CallExpr(_)
        | ast::Expr::MacroExpr(_)
        | ast::Expr::RecordExpr(_) => inner_owned(value),
        _ => Some(format!("{code}.to_owned()")),
    }
}

/// A type with values of its own in place of what it borrows: `Vec<String>` for `Vec<&str>`. None
/// for parts of lists, and where a lifetime is written.
pub fn own_type(kind: &str) -> Option<String> {
    let others = ["&[", "&'", "&mut", "&dyn"];
    let is_plain = !others.iter().any(|loan| kind.contains(loan));
    is_plain.then(|| kind.replace("&str", "String").replace('&', ""))
}

/// How what is lent one by one becomes one's own.
fn each_owned(code: &str) -> &'static str {
    let of_text = [".as_str()", ".split", ".lines()", ".trim()"];
    match of_text.iter().any(|part| code.contains(part)) {
        true => ".map(str::to_owned)",
        false => ".cloned()",
    }
}

/// A tuple, a list or a `Some(…)` of references with values in their place.
fn inner_owned(value: &ast::Expr) -> Option<String> {
    let parts: Vec<ast::Expr> = match value {
        ast::Expr::TupleExpr(tuple) => tuple.fields().collect(),
        ast::Expr::ArrayExpr(list) => list.exprs().collect(),
        ast::Expr::CallExpr(call) => {
            let function = text(&call.expr()?);
            // A function may want a reference, and what it returns is lent.
            if !function
                .rsplit("::")
                .next()?
                .starts_with(char::is_uppercase)
            {
                return Some(format!("{}.to_owned()", one_line(&text(value))));
            }
            call.arg_list()?.args().collect()
        }
        _ => return None,
    };
    let mut code = text(value);
    if code.contains('\n') {
        return None;
    }
    let base = usize::from(value.syntax().text_range().start());
    for part in parts.into_iter().rev() {
        let is_lent = match &part {
            ast::Expr::RefExpr(_) | ast::Expr::TupleExpr(_) => true,
            ast::Expr::MethodCallExpr(call) => call
                .name_ref()
                .is_some_and(|name| LENDING.iter().any(|(lending, _)| name.text() == *lending)),
            _ => false,
        };
        if is_lent {
            let range = part.syntax().text_range();
            code.replace_range(
                usize::from(range.start()) - base..usize::from(range.end()) - base,
                &own(&part)?,
            );
        }
    }
    Some(code)
}
