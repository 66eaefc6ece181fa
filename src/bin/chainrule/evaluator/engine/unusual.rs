//! Which cells are for evcxr: those about which it knows more than rustc says.

use crate::evaluator::cell::{Cell, words};
use crate::evaluator::changes::meanings::{meant_before, names_taken};
use crate::evaluator::state::State;
use crate::evaluator::state::scope::{Scope, made_by};
use ra_ap_syntax::ast::{self, AstNode};
use ra_ap_syntax::{SyntaxKind, SyntaxNode};

/// Whether there is nothing about a cell that evcxr knows more of.
pub fn suits(cell: &Cell, prepared: &Cell, state: &State) -> bool {
    let scope = &state.scope;
    let mut taken = names_taken(cell, scope).into_iter();
    let mut meant = meant_before(cell, scope, &state.definitions).into_iter();
    let is_plain = prepared.commands().next().is_none()
        && !scope.has_commands()
        && !taken.any(|(name, _)| scope.writes_types_with(&name))
        && !meant.any(|(name, _)| scope.writes_types_with(&name));
    is_plain && !hides_types(prepared, scope) && !has_unclear_names(prepared, scope)
}

/// Whether a capital name in a pattern may be one that `use E::*` gives.
fn has_unclear_names(cell: &Cell, scope: &Scope) -> bool {
    let is_unclear = |name: &String| name.starts_with(char::is_uppercase) && !scope.has(name);
    let mut texts = scope.items().map(|(_, text)| text).chain([cell.text()]);
    made_by(cell).keys().any(is_unclear) && texts.any(|text| text.contains("::*"))
}

/// Whether a cell may give a variable a type without a name, which a function hides.
fn hides_types(cell: &Cell, scope: &Scope) -> bool {
    let made = made_by(cell);
    let is_unusual = |node: &SyntaxNode| {
        matches!(
            node.kind(),
            SyntaxKind::EXTERN_CRATE | SyntaxKind::AWAIT_EXPR
        )
    };
    let mut all = cell.statements().iter().flat_map(|node| node.descendants());
    let texts = scope.items().map(|(_, text)| text).chain([cell.text()]);
    let hiding: Vec<&str> = texts.flat_map(functions_that_hide).collect();
    let calls_one = || words(cell.text()).any(|word| hiding.contains(&word));
    cell.text().contains("#!")
        || all.any(|node| is_unusual(&node))
        || (!made.is_empty() && !hiding.is_empty() && calls_one())
}

/// Whether a cell that rustc accepts makes a variable that is a function, or at least something of
/// which only evcxr knows. A cell that names nothing there is only mistaken.
pub fn may_keep_a_function(cell: &Cell, scope: &Scope) -> bool {
    let made = made_by(cell);
    let is_function = |one: ast::LetStmt| {
        let Some(ast::Expr::PathExpr(path)) = one.initializer() else {
            return false;
        };
        if one.ty().is_some() {
            return false;
        }
        let text = path.syntax().text().to_string();
        let is_variable = made.contains_key(&text) || scope.variables.contains_key(&text);
        let last = path.path().and_then(|path| path.segment());
        let name = last
            .and_then(|last| last.name_ref())
            .map(|name| name.text().to_string());
        let is_small = |name: String| name.starts_with(|c: char| c.is_lowercase() || c == '_');
        !is_variable && name.is_none_or(is_small)
    };
    let lets = cell.statements().iter().cloned();
    let mut lets = lets.filter_map(ast::LetStmt::cast);
    lets.any(is_function)
}

/// The functions in a text that return `impl Trait`, by their names.
fn functions_that_hide(text: &str) -> impl Iterator<Item = &str> {
    text.match_indices("->").filter_map(move |(at, _)| {
        let returned = text[at..].split(['{', ';']).next()?;
        if !words(returned).any(|word| word == "impl") {
            return None;
        }
        let (_, head) = text[..at].rsplit_once("fn ")?;
        head.split(|c: char| !c.is_alphanumeric() && c != '_')
            .next()
    })
}
