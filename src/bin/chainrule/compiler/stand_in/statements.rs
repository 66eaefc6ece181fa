//! What can be told of the statements of a cell by looking at them.

use ra_ap_syntax::ast::{self, AstNode, HasArgList, HasName};
use ra_ap_syntax::{SyntaxKind, SyntaxNode, T};

/// The names that a `let` gives.
pub fn made_by(statement: &ast::LetStmt) -> Vec<String> {
    let pattern = statement.pat().map(|pattern| pattern.syntax().clone());
    let names = pattern
        .into_iter()
        .flat_map(|pattern| pattern.descendants())
        .filter_map(ast::IdentPat::cast);
    names
        .filter_map(|one| Some(one.name()?.text().to_string()))
        .collect()
}

/// Whether a loop of the cell reads or writes elements: then rustc has to see through what is
/// around it, or it could not tell that the elements of two lists are not the same.
pub fn has_hot_loop(statements: &str) -> bool {
    let file = ra_ap_syntax::SourceFile::parse(
        &format!("fn f() {{{statements}\n}}"),
        ra_ap_syntax::Edition::Edition2024,
    );
    let is_loop = |node: &SyntaxNode| {
        matches!(
            node.kind(),
            SyntaxKind::FOR_EXPR | SyntaxKind::WHILE_EXPR | SyntaxKind::LOOP_EXPR
        )
    };
    let indexes = |node: SyntaxNode| {
        node.descendants()
            .any(|node| ast::IndexExpr::can_cast(node.kind()))
    };
    file.tree()
        .syntax()
        .descendants()
        .filter(is_loop)
        .any(indexes)
}

/// Whether a statement does nothing that could end the cell.
pub fn cannot_fail(statement: &SyntaxNode) -> bool {
    if let Some(one) = ast::LetStmt::cast(statement.clone()) {
        return one.let_else().is_none() && one.initializer().is_none_or(is_harmless);
    }
    match ast::ExprStmt::cast(statement.clone()) {
        Some(one) => one.expr().is_none_or(is_harmless),
        None => ast::Expr::cast(statement.clone()).is_none_or(is_harmless),
    }
}

fn is_harmless(expression: ast::Expr) -> bool {
    let all = |mut several: ast::AstChildren<ast::Expr>| several.all(is_harmless);
    let is_literal = |one: &ast::Expr| matches!(one, ast::Expr::Literal(_));
    match expression {
        ast::Expr::Literal(_) | ast::Expr::PathExpr(_) | ast::Expr::ClosureExpr(_) => true,
        ast::Expr::PrefixExpr(one) => one.expr().is_some_and(|inner| is_literal(&inner)),
        ast::Expr::RefExpr(one) => one.expr().is_some_and(is_harmless),
        ast::Expr::ParenExpr(one) => one.expr().is_some_and(is_harmless),
        ast::Expr::TupleExpr(one) => all(one.fields()),
        ast::Expr::ArrayExpr(one) => all(one.exprs()),
        ast::Expr::CallExpr(one) => makes_empty_or_text(&one),
        // The end of a cell that shows a variable.
        ast::Expr::MethodCallExpr(one) => {
            one.name_ref()
                .is_some_and(|name| name.text() == "evcxr_display")
                && one.receiver().is_some_and(is_harmless)
        }
        ast::Expr::MacroExpr(one) => one
            .macro_call()
            .is_some_and(|call| is_harmless_macro(&call)),
        _ => false,
    }
}

/// `Vec::new()`, `String::from("a")`.
fn makes_empty_or_text(call: &ast::CallExpr) -> bool {
    const MAKERS: &[&str] = &[
        "Vec::new",
        "String::new",
        "String::from",
        "HashMap::new",
        "HashSet::new",
        "BTreeMap::new",
    ];
    let function = call
        .expr()
        .map(|one| one.syntax().text().to_string())
        .unwrap_or_default();
    let mut arguments = call.arg_list().into_iter().flat_map(|list| list.args());
    MAKERS.contains(&function.as_str()) && arguments.all(is_harmless)
}

/// `println!` of variables, `vec!` of numbers: nothing is called or computed.
fn is_harmless_macro(call: &ast::MacroCall) -> bool {
    const KNOWN: &[&str] = &["println", "print", "vec", "format"];
    let name = call
        .path()
        .map(|path| path.syntax().text().to_string())
        .unwrap_or_default();
    let tokens = call
        .token_tree()
        .into_iter()
        .flat_map(|tree| tree.syntax().descendants_with_tokens());
    let mut kinds = tokens
        .filter_map(|element| element.into_token())
        .map(|token| token.kind());
    let is_plain = |kind: SyntaxKind| {
        kind.is_literal()
            || kind.is_trivia()
            || matches!(
                kind,
                SyntaxKind::IDENT | T![,] | T![;] | T![.] | T!['['] | T![']'] | T![&] | T![-]
            )
    };
    let inside = |kinds: Vec<SyntaxKind>| {
        let inner = kinds
            .get(1..kinds.len().saturating_sub(1))
            .unwrap_or_default();
        let computes = inner.contains(&T![-]) && inner.contains(&SyntaxKind::IDENT);
        let picks = inner
            .windows(2)
            .any(|pair| pair[0] == SyntaxKind::IDENT && pair[1] == T!['[']);
        inner.iter().all(|kind| is_plain(*kind)) && !computes && !picks
    };
    KNOWN.contains(&name.as_str()) && inside(kinds.by_ref().collect())
}
