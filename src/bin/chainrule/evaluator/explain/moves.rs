//! How a cell has moved a variable away, and what would have left it where it was.

use super::syntax::{Cell, text};
use ra_ap_syntax::ast::{self, AstNode, HasArgList};
use ra_ap_syntax::{SyntaxKind, SyntaxNode};

/// How a statement has moved a variable away.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    pub by: By,
    /// The code that moved it, and what would have left it where it was.
    pub code: String,
    pub fix: String,
    /// The code with a reference in its place.
    pub lent: String,
    /// The type of the variable, empty where it is not known.
    pub kind: String,
}

/// What a value was moved by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum By {
    /// `let b = a;` into this variable.
    Variable(String),
    /// The call of this function.
    Call(String),
    /// This method of its own.
    Method(String),
    Loop,
    Closure,
    /// `a;`
    Statement,
    Other,
}

/// The types of variables, as far as they are known.
pub type Kinds<'a> = &'a dyn Fn(&str) -> Option<String>;

/// How a cell has moved a variable away, as far as the text tells.
pub fn how_moved(cell: &Cell, name: &str, kinds: Kinds) -> Option<Move> {
    let uses = cell
        .descendants()
        .filter_map(ast::Expr::cast)
        .filter(|used| used.syntax().text() == name);
    let mut guess = None;
    for used in uses {
        let Some(parent) = used.syntax().parent() else {
            continue;
        };
        let moved = |by| moved(cell, &used, &parent, by, kinds);
        let is_plain = !name.contains('.');
        let closure = closure_around(&used).filter(|_| is_plain);
        if closure.is_some_and(|closure| closure.move_token().is_some()) {
            return Some(moved(By::Closure));
        }
        match parent.kind() {
            SyntaxKind::REF_EXPR | SyntaxKind::FIELD_EXPR | SyntaxKind::INDEX_EXPR => {}
            SyntaxKind::PREFIX_EXPR if !is_operand(&used) => {}
            SyntaxKind::METHOD_CALL_EXPR => {
                let method =
                    ast::MethodCallExpr::cast(parent.clone()).and_then(|call| call.name_ref());
                let method = method
                    .map(|name| name.text().to_string())
                    .unwrap_or_default();
                let found = moved(By::Method(method.clone()));
                if method.starts_with("into") {
                    return Some(found);
                }
                guess = guess.or(Some(found));
            }
            _ => return Some(moved(by(&used, &parent))),
        }
    }
    guess
}

/// The type of a variable, as far as the cell that defines it says: its type, or what it is made
/// by.
pub fn kind_in(cell: &Cell, name: &str) -> Option<String> {
    let statement = cell.definition(None, name)?;
    if let Some(kind) = statement.ty() {
        return Some(kind.syntax().text().to_string());
    }
    let value = statement.initializer()?;
    let is_made = matches!(
        value,
        ast::Expr::CallExpr(_)
            | ast::Expr::MethodCallExpr(_)
            | ast::Expr::MacroExpr(_)
            | ast::Expr::RecordExpr(_)
            | ast::Expr::PathExpr(_)
    );
    let value = text(&value);
    let is_tensor = value.starts_with("tensor(") || value.starts_with("Tensor::");
    is_made.then(|| {
        if is_tensor {
            "Tensor".to_owned()
        } else {
            value
        }
    })
}

/// The closure that uses a variable from outside.
fn closure_around(used: &ast::Expr) -> Option<ast::ClosureExpr> {
    let closure = used.syntax().ancestors().find_map(ast::ClosureExpr::cast)?;
    let name = used.syntax().text().to_string();
    let own = closure.param_list()?.syntax().text().to_string();
    let is_own = own
        .split(|c: char| !c.is_alphanumeric() && c != '_')
        .any(|word| word == name);
    (!is_own).then_some(closure)
}

fn moved(cell: &Cell, used: &ast::Expr, parent: &SyntaxNode, by: By, kinds: Kinds) -> Move {
    let name = used.syntax().text().to_string();
    let kind = kinds(&name).unwrap_or_default();
    let closure = closure_around(used).filter(|_| by == By::Closure);
    let whole = whole_of(cell, used, parent, &by, closure.as_ref());
    let code = whole.text().to_string();
    // The code with something else at the place of this part of it.
    let with = |part: &SyntaxNode, other: &str| {
        let start = part
            .text_range()
            .start()
            .checked_sub(whole.text_range().start());
        let start = start.map_or(code.len(), usize::from);
        let end = start + usize::from(part.text().len());
        match (code.get(..start), code.get(end..)) {
            (Some(before), Some(after)) => format!("{before}{other}{after}"),
            // A closure around the statement that is shown.
            _ => head(other),
        }
    };
    let lent = with(used.syntax(), &format!("&{name}"));
    let copied = with(used.syntax(), &format!("{name}.clone()"));
    let fix = match (&by, &closure) {
        (By::Loop, _) => lent.clone(),
        (By::Statement, _) => name.clone(),
        (By::Closure, Some(closure)) => {
            let of_copy = format!("{{ let {name} = {name}.clone(); {} }}", closure.syntax());
            with(closure.syntax(), &of_copy)
        }
        // What a closure takes of each may be written for values: only a sum is the same of both.
        (By::Method(method), _) if method == "into_iter" && !code.contains(['|', '<']) => {
            let call = format!("{name}.into_iter()");
            code.replacen(&call, &format!("{name}.iter()"), 1)
        }
        // What is given back is the model with the layer.
        (By::Method(method), _) if method == "add" && code.starts_with(&name) => {
            format!("{name} = {code}")
        }
        // `Pair { a }`
        _ if ast::RecordExprField::cast(parent.clone())
            .is_some_and(|field| field.colon_token().is_none()) =>
        {
            with(used.syntax(), &format!("{name}: {name}.clone()"))
        }
        _ if is_tensor(&kind) && is_operand(used) => tensors_lent(&whole, kinds),
        _ => copied,
    };
    let (code, fix) = match by {
        By::Loop => (head(&code), head(&fix)),
        By::Closure if code.contains('\n') => {
            let closure = head(&code);
            let fix = format!("{{ let {name} = {name}.clone(); {closure} }}");
            (closure, fix)
        }
        _ => (code.clone(), fix),
    };
    Move {
        by,
        code,
        fix,
        lent,
        kind,
    }
}

/// The code to show: the statement, where it stands in one line, or else the part that moves.
fn whole_of(
    cell: &Cell,
    used: &ast::Expr,
    parent: &SyntaxNode,
    by: &By,
    closure: Option<&ast::ClosureExpr>,
) -> SyntaxNode {
    let statement = used.syntax().ancestors().find(|node| {
        ast::LetStmt::can_cast(node.kind())
            || ast::ExprStmt::can_cast(node.kind())
            || cell.statements().contains(node)
    });
    let call = ast::ArgList::cast(parent.clone()).and_then(|list| list.syntax().parent());
    let part = match closure {
        Some(closure) => closure.syntax().clone(),
        None => call.unwrap_or(parent.clone()),
    };
    statement
        .filter(|node| !node.text().contains_char('\n') && *by != By::Loop)
        .unwrap_or(part)
}

/// What stands before the first brace, and `{ … }`.
pub fn head(code: &str) -> String {
    let before = code.split('{').next().unwrap_or_default();
    format!("{} {{ … }}", before.trim_end())
}

fn is_tensor(kind: &str) -> bool {
    kind.rsplit("::").next() == Some("Tensor")
}

/// Whether something is computed with it: `a * b`, `-a`.
fn is_operand(used: &ast::Expr) -> bool {
    let sign = used.syntax().parent().and_then(ast::PrefixExpr::cast);
    if let Some(sign) = sign {
        return matches!(sign.op_kind(), Some(ast::UnaryOp::Neg | ast::UnaryOp::Not));
    }
    let operation = used.syntax().parent().and_then(ast::BinExpr::cast);
    let kind = operation.and_then(|operation| operation.op_kind());
    matches!(kind, Some(ast::BinaryOp::ArithOp(_)))
}

/// A formula with all tensors in it lent, for one of them alone would leave the others moved.
fn tensors_lent(whole: &SyntaxNode, kinds: Kinds) -> String {
    let mut code = whole.text().to_string();
    let paths = whole.descendants().filter_map(ast::PathExpr::cast);
    let paths = paths.map(ast::Expr::PathExpr);
    let is_lent = |path: &ast::Expr| {
        let kind = kinds(&path.syntax().text().to_string());
        is_operand(path) && kind.is_some_and(|kind| is_tensor(&kind))
    };
    let mut places: Vec<usize> = paths
        .filter(is_lent)
        .map(|path| usize::from(path.syntax().text_range().start() - whole.text_range().start()))
        .collect();
    places.sort_unstable();
    for place in places.into_iter().rev() {
        code.insert(place, '&');
    }
    code
}

fn by(used: &ast::Expr, parent: &SyntaxNode) -> By {
    if let Some(statement) = ast::LetStmt::cast(parent.clone()) {
        return By::Variable(
            statement
                .pat()
                .map(|pattern| pattern.syntax().text().to_string())
                .unwrap_or_default(),
        );
    }
    if let Some(repeated) = ast::ForExpr::cast(parent.clone())
        && repeated
            .iterable()
            .is_some_and(|iterable| iterable.syntax() == used.syntax())
    {
        return By::Loop;
    }
    let arguments = ast::ArgList::cast(parent.clone()).and_then(|list| list.syntax().parent());
    if let Some(call) = arguments {
        let function = ast::CallExpr::cast(call.clone())
            .and_then(|call| call.expr())
            .map(|function| text(&function));
        let method = ast::MethodCallExpr::cast(call).filter(|call| call.arg_list().is_some());
        let method = method
            .and_then(|call| call.name_ref())
            .map(|name| name.text().to_string());
        return function.or(method).map_or(By::Other, By::Call);
    }
    if ast::ExprStmt::can_cast(parent.kind()) {
        By::Statement
    } else {
        By::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_a_variable_was_moved() {
        let of = |code: &str, kind: &str| {
            let kinds = |_: &str| Some(kind.to_owned());
            how_moved(&Cell::new(code), "a", &kinds)
        };
        let moved = |code: &str| {
            let found = of(code, "").unwrap();
            (found.by, found.fix)
        };
        let fix = |by, fix: &str| (by, fix.to_owned());
        assert_eq!(
            moved("a.len(); let b = a;"),
            fix(By::Variable("b".to_owned()), "let b = a.clone();")
        );
        assert_eq!(
            moved("train(&a); train(a)"),
            fix(By::Call("train".to_owned()), "train(a.clone())")
        );
        assert_eq!(
            moved("v.push(a);"),
            fix(By::Call("push".to_owned()), "v.push(a.clone());")
        );
        assert_eq!(
            moved("for x in a { f(x);\n }"),
            fix(By::Loop, "for x in &a { … }")
        );
        let by_method = |fix: &str| (By::Method("into_iter".to_owned()), fix.to_owned());
        for (code, fix) in [
            (
                "let s: i32 = a.into_iter().sum();",
                "let s: i32 = a.iter().sum();",
            ),
            (
                "a.into_iter().map(|x| x > 1);",
                "a.clone().into_iter().map(|x| x > 1);",
            ),
        ] {
            assert_eq!(moved(code), by_method(fix));
        }
        assert_eq!(moved("a;"), fix(By::Statement, "a"));
        for (code, mended) in [
            (
                "let t = spawn(move || a.len());",
                "let t = spawn({ let a = a.clone(); move || a.len() });",
            ),
            (
                "let t = spawn(move || {\n    a.len()\n});",
                "{ let a = a.clone(); move || { … } }",
            ),
        ] {
            assert_eq!(moved(code), fix(By::Closure, mended));
        }
        assert_eq!(moved("let p = P { a };").1, "let p = P { a: a.clone() };");
        let tensors = of("let z = a * b + 1.0;", "chainrule::Tensor").unwrap();
        assert_eq!(tensors.fix, "let z = &a * &b + 1.0;");
        assert_eq!(moved("let z = a + \"b\";").1, "let z = a.clone() + \"b\";");
        let kinds = |_: &str| None;
        let field = how_moved(&Cell::new("let n = p.a;"), "p.a", &kinds);
        assert_eq!(field.unwrap().fix, "let n = p.a.clone();");
        assert_eq!(of("println!(\"{a}\"); f(&a)", ""), None);
    }
}
