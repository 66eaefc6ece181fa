//! Lists of numbers, and tensors made of them.

use super::syntax::parsed;
use ra_ap_syntax::ast;

/// Whether a type, as rustc names it, is a list of numbers, or a reference to one.
pub fn is_list_of_numbers(kind: &str) -> bool {
    const NUMBERS: [&str; 10] = [
        "f32",
        "f64",
        "i32",
        "i64",
        "u8",
        "u32",
        "u64",
        "usize",
        "{float}",
        "{integer}",
    ];
    let kind = kind.trim_start_matches('&');
    let inner = kind
        .strip_prefix("Vec<")
        .and_then(|inner| inner.strip_suffix('>'))
        .or_else(|| kind.strip_prefix('[')?.split([';', ']']).next());
    inner.is_some_and(|inner| NUMBERS.contains(&inner.trim()))
}

/// Whether an expression is a place, from which a value can be moved: a variable, a field, an
/// element.
fn is_place(written: &str) -> bool {
    matches!(
        parsed(written),
        Some(ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_) | ast::Expr::IndexExpr(_))
    )
}

/// A tensor of a list, which leaves the list where it is.
pub fn as_tensor(list: &str, kind: &str) -> String {
    let (bare, kind) = match list.strip_prefix('&') {
        Some(bare) => (bare.trim_start(), kind.strip_prefix('&').unwrap_or(kind)),
        None => (list, kind),
    };
    let value = kind.trim_start_matches('&');
    let is_array = value.starts_with('[') && value.contains(';');
    let given = if !is_place(bare) {
        bare.to_owned()
    } else if value.starts_with("Vec<Vec<") {
        format!("{bare}.clone()")
    } else if is_array {
        format!("{}{bare}", "*".repeat(kind.len() - value.len()))
    } else if kind.starts_with('&') {
        bare.to_owned()
    } else {
        format!("&{bare}")
    };
    format!("tensor({given})")
}

/// A whole number that is written here, with a point.
pub fn with_point(number: &str) -> String {
    match number.replace('_', "").parse::<i64>() {
        Ok(_) => format!("{number}.0"),
        Err(_) => number.to_owned(),
    }
}
