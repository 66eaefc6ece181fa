//! A place in an array of ndarray.

use super::super::case::{Case, Explanation};
use super::super::numbers::{behind_references, is_whole};
use super::super::syntax::{Cell, text};
use super::collections::as_usize;
use ra_ap_syntax::ast;

/// `a[i]` where the place is made of other numbers than `usize`, or of too few or too many.
pub fn place_in_an_array(case: &Case) -> Option<Explanation> {
    let bound = case.message.split_once("the trait bound `")?.1;
    let (by, of) = bound.split_once(": NdIndex<")?;
    let axes = of.split_once("[usize; ")?.1.split(']').next()?;
    let axes: usize = axes.parse().ok()?;
    let index: ast::IndexExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (base, position) = (text(&index.base()?), index.index()?);
    let numbers: Vec<ast::Expr> = match position {
        ast::Expr::ArrayExpr(list) => list.exprs().collect(),
        ast::Expr::TupleExpr(list) => list.fields().collect(),
        one => vec![one],
    };
    if numbers.len() != axes {
        return of_other_axes(&base, axes, &numbers);
    }
    let numbers = each_as_usize(&numbers, by)?;
    Some(Explanation::new(
        "A position is a number of the type `usize`:",
        "位置要用 `usize` 类型的数：",
        in_brackets(&base, &numbers),
    ))
}

fn in_brackets(base: &str, numbers: &[String]) -> String {
    match numbers {
        [one] => format!("{base}[{one}]"),
        several => format!("{base}[[{}]]", several.join(", ")),
    }
}

/// The numbers of a place, each as a `usize`; their types are those of `i32`, `[i32; 2]` or
/// `(i32, usize)`.
fn each_as_usize(numbers: &[ast::Expr], kinds: &str) -> Option<Vec<String>> {
    let is_of_several = kinds.starts_with('(');
    let kinds = kinds.trim_matches(['[', ']', '(', ')']).split([',', ';']);
    let kinds: Vec<&str> = kinds.map(str::trim).collect();
    let one = |(at, number): (usize, &ast::Expr)| {
        let kind = kinds.get(if is_of_several { at } else { 0 })?;
        let (kind, stars) = behind_references(kind);
        match number {
            ast::Expr::Literal(_) if is_whole(kind) => Some(text(number)),
            _ if kind == "usize" => Some(format!("{stars}{}", text(number))),
            _ => is_whole(kind).then(|| as_usize(number, &stars)),
        }
    };
    numbers.iter().enumerate().map(one).collect()
}

fn of_other_axes(base: &str, axes: usize, numbers: &[ast::Expr]) -> Option<Explanation> {
    let names = ["i", "j", "k", "l", "m", "n"].get(..axes)?;
    let given = numbers.iter().map(text);
    let place: Vec<String> = (given.take(axes))
        .chain(
            names
                .iter()
                .skip(numbers.len())
                .map(|name| (*name).to_owned()),
        )
        .collect();
    let mut fix = in_brackets(base, &place);
    if let (2, [row]) = (axes, numbers) {
        fix.push_str(&format!("\n{base}.row({})", text(row)));
    }
    let several = if axes == 1 { "" } else { "s" };
    let of_axes = if axes == 1 { "axis" } else { "axes" };
    Some(Explanation::new(
        format!(
            "`{base}` has {axes} {of_axes}, so a place in it is given by {axes} number{several}:"
        ),
        format!("`{base}` 有 {axes} 个轴，所以一个位置要用 {axes} 个数来表示："),
        fix,
    ))
}
