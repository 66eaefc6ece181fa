//! The type of what an expression gives, as far as its text tells.

use super::numbers::{is_float, is_number};
use super::syntax::{parsed, text};
use ra_ap_syntax::AstToken;
use ra_ap_syntax::ast::{self, AstNode, HasArgList, HasGenericArgs};
use std::collections::BTreeMap;

/// Who knows the types of variables.
pub trait Variables {
    fn kind(&self, name: &ast::PathExpr) -> Option<String>;
}

/// The types of variables.
pub type Known = BTreeMap<String, String>;

impl Variables for Known {
    fn kind(&self, name: &ast::PathExpr) -> Option<String> {
        self.get(&name.syntax().text().to_string()).cloned()
    }
}

/// Inside of a block, which has variables of its own; nothing where their type is not known.
struct Inside<'a> {
    around: &'a dyn Variables,
    own: BTreeMap<String, Option<String>>,
}

impl Variables for Inside<'_> {
    fn kind(&self, name: &ast::PathExpr) -> Option<String> {
        match self.own.get(&name.syntax().text().to_string()) {
            Some(kind) => kind.clone(),
            None => self.around.kind(name),
        }
    }
}

/// Methods of numbers that give a number of the same type.
const OF_NUMBERS: [&str; 24] = [
    "abs",
    "max",
    "min",
    "pow",
    "powi",
    "powf",
    "sqrt",
    "exp",
    "ln",
    "log10",
    "log2",
    "sin",
    "cos",
    "tan",
    "tanh",
    "floor",
    "ceil",
    "round",
    "trunc",
    "clamp",
    "signum",
    "rem_euclid",
    "clone",
    "recip",
];

/// Methods of tensors that give a tensor.
const OF_TENSORS: [&str; 16] = [
    "relu", "tanh", "sigmoid", "softmax", "exp", "ln", "sqrt", "square", "abs", "sum", "mean", "t",
    "matmul", "clone", "powi", "powf",
];

/// The type of an expression; `{integer}` and `{float}` where nothing says which.
pub fn kind_of(value: &ast::Expr, known: &dyn Variables) -> Option<String> {
    let named = |kind: &str| Some(kind.to_owned());
    match value {
        ast::Expr::Literal(literal) => of_literal(literal),
        ast::Expr::PathExpr(path) => known.kind(path),
        ast::Expr::ParenExpr(inner) => kind_of(&inner.expr()?, known),
        ast::Expr::CastExpr(cast) => named(&cast.ty()?.syntax().text().to_string()),
        ast::Expr::RefExpr(inner) => Some(format!("&{}", kind_of(&inner.expr()?, known)?)),
        ast::Expr::PrefixExpr(prefix) => {
            let kind = kind_of(&prefix.expr()?, known)?;
            match prefix.op_kind()? {
                ast::UnaryOp::Deref => Some(kind.strip_prefix('&')?.to_owned()),
                _ => Some(kind),
            }
        }
        ast::Expr::BinExpr(operation) => match operation.op_kind()? {
            ast::BinaryOp::CmpOp(_) | ast::BinaryOp::LogicOp(_) => named("bool"),
            ast::BinaryOp::Assignment { .. } => named("()"),
            ast::BinaryOp::ArithOp(_) => of_both(&operation.lhs()?, &operation.rhs()?, known),
        },
        ast::Expr::MethodCallExpr(call) => of_method(call, known),
        ast::Expr::IndexExpr(index) => {
            let is_part = matches!(index.index()?, ast::Expr::RangeExpr(_));
            let list = kind_of(&index.base()?, known)?;
            element(&list).filter(|_| !is_part)
        }
        ast::Expr::TupleExpr(tuple) => {
            let kinds: Option<Vec<String>> = tuple
                .fields()
                .map(|one| Some(written(&kind_of(&one, known)?)))
                .collect();
            Some(format!("({})", kinds?.join(", ")))
        }
        ast::Expr::IfExpr(choice) => match choice.else_branch() {
            Some(_) => of_block(&choice.then_branch()?, known),
            None => named("()"),
        },
        ast::Expr::MatchExpr(choice) => {
            kind_of(&choice.match_arm_list()?.arms().next()?.expr()?, known)
        }
        ast::Expr::BlockExpr(block) => of_block(block, known),
        ast::Expr::ForExpr(_) | ast::Expr::WhileExpr(_) => named("()"),
        ast::Expr::MacroExpr(_) => of_macro(&text(value), known),
        ast::Expr::ArrayExpr(list) => of_array(list, known),
        ast::Expr::CallExpr(call) => {
            let made_by = text(&call.expr()?);
            let is_tensor = made_by == "tensor" || made_by.starts_with("Tensor::");
            is_tensor.then(|| "Tensor".to_owned())
        }
        _ => None,
    }
}

/// A type as a cell writes it.
pub fn written(kind: &str) -> String {
    kind.replace("{integer}", "i32").replace("{float}", "f64")
}

/// What a list is made of.
pub fn element(list: &str) -> Option<String> {
    let list = list
        .trim_start_matches(['&', ' '])
        .trim_start_matches("mut ");
    let inner = match list.split_once("Vec<") {
        Some((path, inner)) if path.chars().all(|c| c.is_alphanumeric() || c == ':') => {
            inner.strip_suffix('>')?
        }
        _ => {
            let inner = list.strip_prefix('[')?.strip_suffix(']')?;
            inner.rsplit_once(';').map_or(inner, |(inner, _)| inner)
        }
    };
    Some(inner.trim().to_owned())
}

fn of_macro(call: &str, known: &dyn Variables) -> Option<String> {
    let (name, given) = call.split_once('!')?;
    match name {
        "format" => Some("String".to_owned()),
        "println" | "print" | "eprintln" | "eprint" | "assert" | "assert_eq" => {
            Some("()".to_owned())
        }
        "vec" => {
            let list = kind_of(&parsed(given)?, known)?;
            Some(format!("Vec<{}>", element(&list)?))
        }
        _ => None,
    }
}

fn of_array(list: &ast::ArrayExpr, known: &dyn Variables) -> Option<String> {
    let (first, count) = match list.kind() {
        ast::ArrayExprKind::Repeat {
            initializer,
            repeat,
        } => (initializer?, text(&repeat?)),
        ast::ArrayExprKind::ElementList(all) => {
            let all: Vec<ast::Expr> = all.collect();
            (all.first()?.clone(), all.len().to_string())
        }
    };
    Some(format!("[{}; {count}]", kind_of(&first, known)?))
}

fn of_literal(literal: &ast::Literal) -> Option<String> {
    let suffix = |suffix: Option<&str>, otherwise: &str| suffix.unwrap_or(otherwise).to_owned();
    let token = literal.token();
    if let Some(number) = ast::IntNumber::cast(token.clone()) {
        return Some(suffix(number.suffix(), "{integer}"));
    }
    if let Some(number) = ast::FloatNumber::cast(token.clone()) {
        return Some(suffix(number.suffix(), "{float}"));
    }
    Some(match token.text() {
        "true" | "false" => "bool".to_owned(),
        quoted if quoted.starts_with('"') => "&'static str".to_owned(),
        quoted if quoted.starts_with('\'') => "char".to_owned(),
        _ => return None,
    })
}

/// What a sum or a product gives.
fn of_both(left: &ast::Expr, right: &ast::Expr, known: &dyn Variables) -> Option<String> {
    let bare =
        |side: &ast::Expr| kind_of(side, known).map(|kind| kind.trim_start_matches('&').to_owned());
    let (left, right) = (bare(left), bare(right));
    let kinds: Vec<&String> = [&left, &right].into_iter().flatten().collect();
    if let Some(tensor) = kinds.iter().find(|kind| kind.ends_with("Tensor")) {
        return Some((**tensor).clone());
    }
    if let Some(text) = left.as_ref().filter(|kind| kind.ends_with("String")) {
        return Some(text.clone());
    }
    let is_exact = |kind: &String| !kind.starts_with('{');
    // A literal beside something that is not known tells nothing.
    let may_tell = |kind: &&&String| is_number(kind) && (kinds.len() == 2 || is_exact(kind));
    // A fraction wins, and a type over a number without one.
    let weight = |kind: &&&String| (is_float(kind), is_exact(kind));
    let all_numbers = kinds.iter().all(|kind| is_number(kind));
    let told = kinds.iter().filter(may_tell).max_by_key(weight);
    told.filter(|_| all_numbers).map(|kind| (**kind).clone())
}

fn of_method(call: &ast::MethodCallExpr, known: &dyn Variables) -> Option<String> {
    let method = call.name_ref()?.text().to_string();
    let is_question = method.starts_with("is_")
        || [
            "contains",
            "starts_with",
            "ends_with",
            "any",
            "all",
            "contains_key",
        ]
        .contains(&method.as_str());
    if is_question {
        return Some("bool".to_owned());
    }
    match method.as_str() {
        "len" | "count" => return Some("usize".to_owned()),
        "to_string" | "to_uppercase" | "to_lowercase" | "repeat" | "replace" => {
            return Some("String".to_owned());
        }
        "sum" | "product" if call.generic_arg_list().is_some() => {
            let list = call.generic_arg_list()?.syntax().text().to_string();
            let kind = list
                .trim_start_matches("::")
                .strip_prefix('<')?
                .strip_suffix('>')?;
            return Some(kind.to_owned());
        }
        _ => {}
    }
    let receiver = kind_of(&call.receiver()?, known)?;
    let kind = receiver.trim_start_matches('&');
    let arguments: Vec<ast::Expr> = call.arg_list()?.args().collect();
    if kind.ends_with("Tensor") {
        let same = OF_TENSORS
            .contains(&method.as_str())
            .then(|| kind.to_owned());
        return same.or_else(|| (method == "item").then(|| "f32".to_owned()));
    }
    let is_same = is_number(kind) && OF_NUMBERS.contains(&method.as_str());
    // `2.0.max(x)`
    let is_exact = !kind.starts_with('{') || arguments.is_empty();
    is_same.then_some(()).and_then(|()| match is_exact {
        true => Some(kind.to_owned()),
        false => kind_of(&arguments[0], known),
    })
}

fn of_block(block: &ast::BlockExpr, known: &dyn Variables) -> Option<String> {
    let list = block.stmt_list()?;
    let returned = match list.statements().last() {
        Some(ast::Stmt::ExprStmt(last)) => match last.expr() {
            Some(ast::Expr::ReturnExpr(last)) => last.expr(),
            _ => None,
        },
        _ => None,
    };
    let Some(tail) = list.tail_expr().or(returned) else {
        return Some("()".to_owned());
    };
    let mut inside = Inside {
        around: known,
        own: BTreeMap::new(),
    };
    for statement in list.statements() {
        let ast::Stmt::LetStmt(one) = statement else {
            continue;
        };
        let (Some(pattern), Some(value)) = (one.pat(), one.initializer()) else {
            continue;
        };
        let name = pattern.syntax().text().to_string();
        let name = name.trim_start_matches("mut ").to_owned();
        let kind = one.ty().map(|kind| kind.syntax().text().to_string());
        let kind = kind.or_else(|| kind_of(&value, &inside));
        inside.own.insert(name, kind);
    }
    kind_of(&tail, &inside)
}

#[cfg(test)]
mod tests {
    use super::super::syntax::Cell;
    use super::*;

    #[test]
    fn what_an_expression_gives() {
        let known: Known = [
            ("x", "i32"),
            ("s", "&str"),
            ("v", "&Vec<f32>"),
            ("t", "&Tensor"),
        ]
        .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
        .into();
        let kind = |code: &str| {
            let cell = Cell::new(format!("let a = {code};"));
            kind_of(&cell.definition(None, "a")?.initializer()?, &known)
        };
        for (code, expected) in [
            ("x * 2", "i32"),
            ("2 * x", "i32"),
            ("x > 2 && true", "bool"),
            ("s.len()", "usize"),
            ("v[0] * 2.0", "f32"),
            ("-v[0].sqrt()", "f32"),
            ("x as f64 / 2.0", "f64"),
            ("(x, s.is_empty())", "(i32, bool)"),
            ("format!(\"{x}\")", "String"),
            ("println!(\"{x}\")", "()"),
            ("if x > 1 { 1.5 } else { 2.0 }", "{float}"),
            ("{ let y = x * 2; y + 1 }", "i32"),
            ("t * 2.0", "Tensor"),
            ("t.mean().item()", "f32"),
            ("v.iter().sum::<f32>() / v.len() as f32", "f32"),
            ("vec![vec![1, 2], vec![3]][0]", "Vec<{integer}>"),
            ("[[0.0; 3]; 2]", "[[{float}; 3]; 2]"),
            ("[[0.0; 3]; 2][1][0] * 2", "{float}"),
            ("2 * v[0]", "f32"),
            ("{ return x * 2; }", "i32"),
            ("{ let x = v; x[0] }", "f32"),
        ] {
            assert_eq!(kind(code).as_deref(), Some(expected), "{code}");
        }
        for code in ["f(x)", "v[0..1]", "unknown + 1", "x.unknown()"] {
            assert_eq!(kind(code), None, "{code}");
        }
    }
}
