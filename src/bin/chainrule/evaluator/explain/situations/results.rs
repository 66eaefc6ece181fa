//! A `Result` or an `Option` where the value in it is needed.

use super::super::case::{Case, Explanation};
use super::super::numbers::is_number;
use super::super::syntax::{Cell, bytes, one_line, text};
use chainrule::display::say;
use ra_ap_syntax::SyntaxNode;
use ra_ap_syntax::ast::{self, AstNode};
use std::ops::Range;

/// What is around a value.
#[derive(Clone, Copy, PartialEq)]
enum Around {
    Result,
    Option,
}

/// `let (train, test) = data::mnist(…);`, `data::read_csv(…).x`
pub fn still_wrapped(case: &Case) -> Option<Explanation> {
    let around = what_is_around(case)?;
    let function = case
        .mark
        .as_ref()
        .and_then(|mark| Cell::new(case.code).function_at(mark.start));
    let fix = unwrapped(case, around).unwrap_or_default();
    let (english, chinese) = match around {
        Around::Result => (
            "This is a `Result`: the value, or the reason why there is none. `?` takes the value \
             out; if there is none, it ends the cell and shows the reason",
            "这是一个 `Result`：里面要么是值，要么是出错的原因。`?` 取出其中的值；如果出错，单元格会停下来并显示原因",
        ),
        Around::Option => (
            "This is an `Option`: the value, or `None`. Say what should be done if there is none",
            "这是一个 `Option`：里面要么有值，要么是 `None`。请写明没有值时怎么办",
        ),
    };
    let (english_end, chinese_end) = if fix.is_empty() {
        (".", "。")
    } else {
        (":", "：")
    };
    let in_function = function
        .filter(|_| around == Around::Result)
        .map(|function| {
            say(
                format!(" (In a function `?` needs that `{function}` returns a `Result`, too.)"),
                format!("（在函数里用 `?`，`{function}` 也要返回 `Result`。）"),
            )
        });
    let note = in_function.unwrap_or_default();
    Some(Explanation::new(
        format!("{english}{english_end}{note}"),
        format!("{chinese}{chinese_end}{note}"),
        fix,
    ))
}

fn what_is_around(case: &Case) -> Option<Around> {
    let said = case.said();
    let wrapped = |kind: &str| match case.kind {
        // A method or a field of what is inside.
        "E0599" => said.contains(&format!("for enum `{kind}<")),
        "E0609" => {
            said.contains(&format!("on type `{kind}<"))
                || said.contains(&format!("on type `&{kind}<"))
        }
        // What is given is wrapped, what is asked for is not; or a pattern takes something apart.
        "E0308" => {
            let is_given = said.contains(&format!("found `{kind}<"))
                && !said.contains(&format!("expected `{kind}<"));
            let found = said.split("found `").nth(1).unwrap_or_default();
            let pattern = said.contains(&format!("expected `{kind}<"))
                && (found.starts_with('(') || found.starts_with('['));
            is_given || (pattern && said.contains(&format!("this expression has type `{kind}<")))
        }
        "E0369" | "E0277" => {
            let types: Vec<&str> = case.named().collect();
            case.message.starts_with("cannot ")
                && types.iter().any(|one| one.starts_with(&format!("{kind}<")))
        }
        _ => false,
    };
    // A `None` of nobody is not meant.
    if said.contains("found `Option<_>`") {
        return None;
    }
    [(Around::Result, "Result"), (Around::Option, "Option")]
        .into_iter()
        .find(|(_, kind)| wrapped(kind))
        .map(|one| one.0)
}

/// The part of the cell that is a `Result` or an `Option`, and the code that needs what is in it.
fn wrapped_part(
    case: &Case,
    around: Around,
    cell: &Cell,
    mark: &Range<usize>,
) -> Option<(ast::Expr, SyntaxNode)> {
    Some(match case.kind {
        "E0599" => {
            let call: ast::MethodCallExpr = cell.around(mark)?;
            (call.receiver()?, call.syntax().clone())
        }
        "E0609" => {
            let field: ast::FieldExpr = cell.around(mark)?;
            (field.expr()?, field.syntax().clone())
        }
        "E0308" => {
            let statement: Option<ast::LetStmt> = cell.around(mark);
            let marked: Option<ast::Expr> = cell.around(mark);
            let marked = marked.filter(|one| bytes(one.syntax()) == *mark);
            // The marked value, or what a marked pattern takes apart.
            let value = marked.or_else(|| statement.as_ref()?.initializer())?;
            let call = value.syntax().ancestors().find(|node| {
                ast::CallExpr::can_cast(node.kind()) || ast::MethodCallExpr::can_cast(node.kind())
            });
            let call = call.filter(|call| call != value.syntax());
            let whole = statement.map(|one| one.syntax().clone()).or(call);
            (value.clone(), whole.unwrap_or(value.syntax().clone()))
        }
        _ => {
            let sum: ast::BinExpr = cell.around(mark)?;
            let kind = if around == Around::Result {
                "Result<"
            } else {
                "Option<"
            };
            let first = case
                .message
                .split('`')
                .nth(1)
                .is_some_and(|one| one.starts_with(kind));
            // rustc says "cannot add B to A" and "subtract B from A", but "multiply A by B".
            let is_left = first
                == ["multiply", "divide", "calculate"]
                    .iter()
                    .any(|word| case.message.contains(word));
            (
                if is_left { sum.lhs()? } else { sum.rhs()? },
                sum.syntax().clone(),
            )
        }
    })
}

/// What takes a value out. Where a type is asked for that is no reference, it is not lent either.
struct Out {
    stars: &'static str,
    behind: String,
}

/// Within a function or a closure, `?` would need another type than it returns.
fn out(case: &Case, around: Around, cell: &Cell, mark: &Range<usize>) -> Out {
    let is_inside =
        cell.function_at(mark.start).is_some() || cell.around::<ast::ClosureExpr>(mark).is_some();
    let behind = match around {
        Around::Result => "?",
        Around::Option if is_inside => ".expect(\"there is one\")",
        Around::Option => ".ok_or(\"there is none\")?",
    };
    let wanted = case.labels.split("expected `").nth(1);
    let wanted = wanted
        .and_then(|rest| rest.split('`').next())
        .unwrap_or("&");
    let is_lent = case.kind == "E0308"
        && case.labels.contains("found `Option<&")
        && !wanted.starts_with(['&', '(', '[']);
    let is_copied = is_number(wanted) || matches!(wanted, "bool" | "char");
    let is_text = case.labels.contains("found `Option<&str>");
    match (is_lent, is_copied) {
        (false, _) => Out {
            stars: "",
            behind: behind.to_owned(),
        },
        (true, true) => Out {
            stars: "*",
            behind: behind.to_owned(),
        },
        (true, false) if is_text => Out {
            stars: "",
            behind: format!("{behind}.to_owned()"),
        },
        (true, false) => Out {
            stars: "",
            behind: format!(".cloned(){behind}"),
        },
    }
}

/// The statement with what takes the value out.
fn unwrapped(case: &Case, around: Around) -> Option<String> {
    let cell = Cell::new(case.code);
    let mark = case.mark.as_ref()?;
    let Out { stars, behind } = out(case, around, &cell, mark);
    let (value, whole) = wrapped_part(case, around, &cell, mark)?;
    let inner = text(&value);
    if let ast::Expr::PathExpr(_) = value {
        // A variable: better where it is defined.
        return Some(
            match cell
                .definition(None, &inner)
                .and_then(|one| Some((one.pat()?, one.initializer()?)))
            {
                Some((pattern, value)) => format!(
                    "let {} = {stars}{}{behind};",
                    pattern.syntax().text(),
                    one_line(&text(&value))
                ),
                None if case.memory.variable_type(&inner).is_some() => {
                    format!("let {inner} = {stars}{inner}{behind};")
                }
                None => return None,
            },
        );
    }
    let simple = matches!(
        value,
        ast::Expr::CallExpr(_) | ast::Expr::MethodCallExpr(_) | ast::Expr::MacroExpr(_)
    );
    let inner = match simple {
        true => format!("{stars}{inner}{behind}"),
        false => format!("{stars}({inner}){behind}"),
    };
    let (base, at) = (whole.text_range().start(), value.syntax().text_range());
    let mut code = whole.text().to_string();
    code.replace_range(
        usize::from(at.start() - base)..usize::from(at.end() - base),
        &inner,
    );
    Some(one_line(&code))
}

/// Whether `?` may hand an error on here: in a cell, or in a function that returns a `Result`.
pub fn hands_on(case: &Case) -> bool {
    let place = case.mark.as_ref().map_or(0, |mark| mark.start);
    let Some(function) = Cell::new(case.code).function_around(place) else {
        return true;
    };
    let returned = function.ret_type().and_then(|arrow| arrow.ty());
    returned.is_some_and(|kind| kind.syntax().text().to_string().contains("Result<"))
}
