//! Powers as in Python, and methods of a number whose type is not decided.

use super::super::case::{Case, Explanation};
use super::super::kinds_in_cell::kind_of;
use super::super::numbers::{behind_references, float_of, is_float, is_whole};
use super::super::syntax::{Cell, in_parentheses, one_line, text};
use crate::evaluator::cell::tokens;
use ra_ap_syntax::SyntaxKind;
use ra_ap_syntax::ast::{self, AstNode, HasArgList, UnaryOp};

/// `x ** 2`, which Rust reads as `x * *2`
pub fn power(case: &Case) -> Option<Explanation> {
    let star: ast::PrefixExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let product = ast::BinExpr::cast(star.syntax().parent()?)?;
    let sign = product.op_token().filter(|sign| sign.text() == "*")?;
    let is_power = star.op_kind() == Some(UnaryOp::Deref)
        && sign.text_range().end() == star.syntax().text_range().start();
    // Of `2 * n ** 2` the base is `n`.
    let mut base = product.lhs().filter(|_| is_power)?;
    while let ast::Expr::BinExpr(one) = &base {
        base = one.rhs()?;
    }
    // The second of `x ** 3 ** 2`: the first is what to begin with.
    if matches!(&base, ast::Expr::PrefixExpr(one) if one.op_kind() == Some(UnaryOp::Deref)) {
        return None;
    }
    let exponent = star.expr()?;
    let kind = kind_of(case, &base).unwrap_or_else(|| "_".to_owned());
    let of_exponent = kind_of(case, &exponent).unwrap_or_else(|| "_".to_owned());
    let (kind, stars) = behind_references(&kind);
    let base = Base {
        written: base_written(
            case,
            &base,
            &stars,
            is_whole(kind) && is_whole(&of_exponent),
        ),
        is_literal: matches!(base, ast::Expr::Literal(_)),
        kind,
    };
    Some(base.raised(case, &text(&exponent), &of_exponent))
}

struct Base<'a> {
    written: String,
    is_literal: bool,
    /// `_` where it is not known.
    kind: &'a str,
}

/// What stands before the dot of the method.
fn base_written(case: &Case, base: &ast::Expr, stars: &str, stays_whole: bool) -> String {
    let written = one_line(&text(base));
    match base {
        ast::Expr::Literal(_) if written.chars().all(|c| c.is_ascii_digit()) => match stays_whole {
            true => format!("{written}_i32"),
            false => format!("{written}.0_{}", float_of(case)),
        },
        ast::Expr::Literal(_) if written.chars().all(|c| c.is_ascii_digit() || c == '.') => {
            format!("{written}_{}", float_of(case))
        }
        ast::Expr::ParenExpr(_) if stars.is_empty() => written,
        _ if !stars.is_empty() => format!("({stars}{written})"),
        _ => in_parentheses(&written),
    }
}

impl Base<'_> {
    fn raised(&self, case: &Case, exponent: &str, of_exponent: &str) -> Explanation {
        let (base, float) = (&self.written, float_of(case));
        let is_whole_exponent = is_whole(of_exponent);
        if is_whole(self.kind) && is_whole_exponent {
            let exponent = match of_exponent {
                "u32" | "{integer}" => exponent.to_owned(),
                _ => format!("{} as u32", in_parentheses(exponent)),
            };
            // `n.pow(2)` would ask for the type of `n`.
            let fix = match self.kind == "{integer}" && !self.is_literal {
                true => format!("i32::pow({base}, {exponent})"),
                false => format!("{base}.pow({exponent})"),
            };
            return Explanation::new(
                "Rust has no `**`; a power of a whole number is the method `pow`.",
                "Rust 没有 `**`；整数求幂用方法 `pow`。",
                fix,
            );
        }
        let base = match is_whole(self.kind) && !self.is_literal {
            true => format!("({base} as {float})"),
            false => base.clone(),
        };
        let (method, exponent) = match of_exponent {
            "i32" | "{integer}" => ("powi", exponent.to_owned()),
            _ if is_whole_exponent => ("powi", format!("{} as i32", in_parentheses(exponent))),
            _ => ("powf", exponent.to_owned()),
        };
        let fix = match self.kind == "{float}" && !self.is_literal {
            true => format!("{float}::{method}({base}, {exponent})"),
            false => format!("{base}.{method}({exponent})"),
        };
        Explanation::new(
            "Rust has no `**`; a power is a method: `powi` for whole exponents, `powf` for others \
            (`pow` of whole numbers).",
            "Rust 没有 `**`；求幂用方法：整数次幂用 `powi`，其他用 `powf`（整数的幂用 `pow`）。",
            fix,
        )
    }
}

/// `2.0.sqrt()`, `let x = 3.0;` and `x.abs()`
pub fn ambiguous_number(case: &Case) -> Option<Explanation> {
    let mut named = case.named();
    let (method, kind) = (named.next()?.to_owned(), named.next()?.to_owned());
    let call: ast::MethodCallExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let receiver = call.receiver()?;
    let written = text(&receiver);
    let to = if is_float(&kind) {
        float_of(case)
    } else {
        "i32"
    };
    let wanted = match is_float(&kind) {
        true => SyntaxKind::FLOAT_NUMBER,
        false => SyntaxKind::INT_NUMBER,
    };
    let of_numbers = tokens(&written)
        .into_iter()
        .find(|token| token.kind() == wanted);
    let fix = match (&receiver, of_numbers) {
        (ast::Expr::PathExpr(_), _) => with_type(case, &written, to).unwrap_or_default(),
        (_, Some(number)) => {
            let arguments = call.arg_list()?;
            let end = usize::from(number.text_range().end());
            let dot = if number.text().ends_with('.') {
                "0"
            } else {
                ""
            };
            let (before, after) = written.split_at_checked(end)?;
            format!(
                "{before}{dot}_{to}{after}.{method}{}",
                arguments.syntax().text()
            )
        }
        _ => String::new(),
    };
    (!fix.contains('\n')).then(|| {
        let (stop, chinese_stop) = if fix.is_empty() { (".", "。") } else { (":", "：") };
        Explanation::new(
            format!(
                "A method belongs to one type of numbers, and nothing says yet whether this is an \
                 `f32` or an `f64`, an `i32` or another. Name the type where the number stands\
                 {stop}"
            ),
            format!(
                "方法属于具体的数字类型，而这里还看不出是 `f32` 还是 `f64`、是 `i32` 还是别的。请在写这个数的地方注明类型{chinese_stop}"
            ),
            fix,
        )
    })
}

/// The `let` of a variable with its type.
fn with_type(case: &Case, name: &str, kind: &str) -> Option<String> {
    let statement = Cell::new(case.code).definition(None, name)?;
    let (pattern, value) = (statement.pat()?, statement.initializer()?);
    let is_name = matches!(pattern, ast::Pat::IdentPat(_)) && statement.ty().is_none();
    is_name.then(|| format!("let {pattern}: {kind} = {};", text(&value)))
}

/// `n as f64` of a number that is lent
pub fn lent_number(case: &Case) -> Option<Explanation> {
    let lent = case.name();
    let (_, stars) = behind_references(lent);
    let cast: ast::CastExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (number, kind) = (text(&cast.expr()?), cast.ty()?);
    let number = match number.strip_prefix('&') {
        Some(own) => own.to_owned(),
        None => format!("{stars}{number}"),
    };
    Some(Explanation::new(
        "This is lent, a reference to the number. `*` gives the number itself, which `as` turns:",
        "这里得到的是指向数的引用。先用 `*` 取出那个数，`as` 才能转换它：",
        format!("{number} as {}", kind.syntax().text()),
    ))
}
