//! A number of one type where one of another is needed.

use super::super::case::{Case, Explanation};
use super::super::numbers::{float_of, holds_every, is_number, is_whole, loses_its_sign};
use super::super::syntax::{Cell, bytes, in_parentheses};
use super::begun::{begun_otherwise, place_of_others};
use super::fractions::{
    Calculation, divides, line_with_in_place, list_around, list_with_points, with_numbers,
    with_other_numbers,
};
use super::kinds_of_numbers::{Said, at_the_right_side};
use super::lines::{advised, expression, line_with};
use ra_ap_syntax::ast::{self, AstNode, BinaryOp};

/// `an i32`, `a usize`, as they are spoken.
fn with_article(kind: &str) -> String {
    let article = if kind.starts_with(['i', 'f']) {
        "An"
    } else {
        "A"
    };
    format!("{article} `{kind}`")
}

pub fn numbers(case: &Case, expected: &str, found: &str) -> Option<Explanation> {
    if ![expected, found].into_iter().all(is_number) {
        return None;
    }
    match at_the_right_side(case, expected, found) {
        Some(Said::Here(said)) => return said,
        Some(Said::Elsewhere) => return None,
        None => {}
    }
    match (is_whole(expected), is_whole(found)) {
        (false, true) => Some(fraction(case, expected, found)),
        (true, false) => {
            assigned(case, expected, found).or_else(|| Some(whole_number(case, expected, found)))
        }
        (true, true) if expected != found && found != "integer" => {
            Some(other_whole_number(case, expected, found))
        }
        (false, false)
            if [expected, found]
                .iter()
                .all(|kind| ["f32", "f64"].contains(kind)) =>
        {
            Some(other_fraction(case, expected, found))
        }
        _ => None,
    }
}

fn other_fraction(case: &Case, expected: &str, found: &str) -> Explanation {
    Explanation::new(
        format!(
            "`{expected}` and `{found}` are two kinds of numbers with a fraction (`f64` is the \
             more exact one), and Rust turns none into the other by itself:"
        ),
        format!("`{expected}` 和 `{found}` 是两种小数（`f64` 更精确），Rust 不会自动转换："),
        line_with(
            case,
            &format!("{} as {expected}", in_parentheses(case.marked())),
        ),
    )
}

/// A whole number where one with a fraction is needed.
fn fraction(case: &Case, expected: &str, found: &str) -> Explanation {
    let marked = case.marked();
    let own = expression(case);
    let kind = match expected {
        "floating-point number" | "{float}" => float_of(case),
        kind => kind,
    };
    let is_literal = matches!(own, Some(ast::Expr::Literal(_)));
    let list = list_in_line(case).filter(|_| is_literal);
    // What is divided first, and turned then, has lost what is behind the point.
    let is_divided = own.as_ref().is_some_and(divides);
    let turned = own.as_ref().and_then(|own| {
        let told = vec![(own.clone(), found.to_owned())];
        Calculation { case, told, kind }.turned(own)
    });
    let fix = match turned {
        _ if list.is_some() => list.unwrap_or_default(),
        Some(turned) if is_divided => line_with(case, &turned),
        Some(turned) => advised(case, &turned),
        None if is_divided => String::new(),
        None => advised(case, &format!("{} as {kind}", in_parentheses(marked))),
    };
    Explanation::new(
        format!(
            "{} is a number with a fraction: it is written with a point, and Rust turns no whole \
             number into one by itself.",
            with_article(kind)
        ),
        format!("`{kind}` 是小数：要写出小数点；Rust 不会自动把整数变成小数。"),
        fix,
    )
}

/// The line with points in all numbers of the list that the mark stands in.
fn list_in_line(case: &Case) -> Option<String> {
    let at = list_around(case.code, case.mark.as_ref()?)?;
    line_with_in_place(
        case.code,
        &at,
        &list_with_points(case.code.get(at.clone())?),
    )
}

/// `n = 2.5`
fn assigned(case: &Case, expected: &str, found: &str) -> Option<Explanation> {
    let operation = Cell::new(case.code).before(case.mark.as_ref()?)?;
    let is_it = matches!(operation.op_kind()?, BinaryOp::Assignment { op: None });
    let operation = is_it.then_some(operation)?;
    begun_otherwise(case, &operation, expected, found)
        .or_else(|| place_of_others(case, &operation, expected, found))
}

fn other_whole_number(case: &Case, expected: &str, found: &str) -> Explanation {
    let (english, chinese) = match loses_its_sign(found, expected) {
        true => ("Where it is surely not below 0", "确定它不小于 0 时可以写"),
        false => ("Where it fits for sure", "确定放得下时可以写"),
    };
    // `a - b` may be below 0, or too large, before it is turned.
    let own = expression(case).filter(|one| matches!(one, ast::Expr::BinExpr(_)));
    let turned = own
        .filter(|_| holds_every(expected, found))
        .and_then(|own| {
            let told = vec![(own.clone(), found.to_owned())];
            Calculation {
                case,
                told,
                kind: expected,
            }
            .turned(&own)
        });
    let turned =
        turned.unwrap_or_else(|| format!("{} as {expected}", in_parentheses(case.marked())));
    Explanation::new(
        format!(
            "`{expected}` and `{found}` are two kinds of whole numbers, and Rust turns none into \
             the other by itself. {english}:"
        ),
        format!("`{expected}` 和 `{found}` 是两种整数，Rust 不会自动转换。{chinese}："),
        line_with(case, &turned),
    )
}

/// A number with a fraction where a whole one is needed.
fn whole_number(case: &Case, expected: &str, found: &str) -> Explanation {
    let is_open = expected == "integer";
    let expected = if is_open { "i32" } else { expected };
    let marked = case.marked();
    let own = expression(case);
    let is_literal = matches!(own, Some(ast::Expr::Literal(_)));
    let digits = marked
        .trim_end_matches('0')
        .strip_suffix('.')
        .filter(|_| is_literal);
    let list = list_in_line(case).filter(|_| is_open);
    let is_undecided = !matches!(found, "f32" | "f64");
    let turned = || line_with(case, &format!("{} as {expected}", in_parentheses(marked)));
    let fix = list
        .or_else(|| digits.map(|digits| line_with(case, digits)))
        .or_else(|| declared_otherwise(case).filter(|_| is_undecided))
        .or_else(|| (!is_literal && is_undecided).then(turned))
        .or_else(|| {
            let rounded = format!("{}.round() as {expected}", in_parentheses(marked));
            (!is_literal).then(|| format!("{}\n{}", turned(), line_with(case, &rounded)))
        });
    let Some(fix) = fix else {
        return Explanation::new(
            format!(
                "{} is a whole number and has no room for a fraction. Write one without a \
                 fraction here, or, where the type is given (of the variable, the field, the \
                 parameter), write `f32`.",
                with_article(expected)
            ),
            format!(
                "`{expected}` 是整数，放不下小数。请在这里写整数，或者在定义类型的地方（变量、字段或参数）改成 `f32`。"
            ),
            "",
        );
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

/// The `let` whose value is marked, or has the mark in its list, with a type that has fractions.
fn declared_otherwise(case: &Case) -> Option<String> {
    let mark = case.mark.as_ref()?;
    let statement = Cell::new(case.code).definition(Some(mark), "")?;
    let (kind, value) = (statement.ty()?, statement.initializer()?);
    if bytes(value.syntax()) == *mark {
        let written = with_numbers(&kind.syntax().text().to_string(), "f32");
        return line_with_in_place(case.code, &bytes(kind.syntax()), &written);
    }
    let list = list_around(case.code, mark)?;
    let is_all = list.end == bytes(value.syntax()).end;
    with_other_numbers(case, &statement, "f32").filter(|_| is_all)
}
