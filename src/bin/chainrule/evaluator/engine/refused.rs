//! What the errors mean that rustc has found in the crate of a cell: mistakes of the cell,
//! variables that it moves away, something that is in its way.

use super::Order;
use super::kept::Ran;
use crate::compiler::cell_crate::Source;
use crate::compiler::rustc_error::{Found, Marked, RustcError, Span};
use crate::compiler::stand_in::cargo;
use crate::compiler::stand_in::ended::is_end_of_compiler;
use crate::compiler::stand_in::generated::{PUT, SOURCE, variable};
use crate::evaluator::cell::Cell;
use crate::evaluator::changes::gone::Gone;
use crate::evaluator::changes::obstacles::{Compilation, Obstacle, Search};
use crate::evaluator::explain;
use crate::evaluator::failure::fault::Fault;
use ra_ap_syntax::ast::{self, AstNode, HasName};
use serde_json::Value;
use std::path::Path;

/// A cell with these mistakes, if they are its own: not if something of an earlier cell is in its
/// way.
pub fn refused(order: &Order, errors: Vec<RustcError>, folder: &Path) -> Option<Ran> {
    let is_alone = obstacles(order, &errors, folder)?.is_empty();
    is_alone.then(|| Ran::new(Err(Fault::Refused(errors)), Gone::default()))
}

/// Has the cell say which of two meanings names have. Says whether there was anything to say.
pub fn says_what_is_meant(order: &mut Order, gone: &mut Gone, folder: &Path) -> bool {
    let obstacles = obstacles(order, &[], folder).unwrap_or_default();
    let is_any = !obstacles.is_empty();
    let scope = &mut order.state.scope;
    for obstacle in obstacles {
        obstacle.remove(order.cell, scope, order.sources, order.prepared, gone);
    }
    is_any
}

fn obstacles(order: &Order, errors: &[RustcError], folder: &Path) -> Option<Vec<Obstacle>> {
    let compiled = Compilation {
        source: std::fs::read_to_string(folder.join(SOURCE)).ok()?,
        diagnostics: std::fs::read_to_string(folder.join(cargo::SAID)).ok(),
    };
    let search = Search {
        cell: order.cell,
        scope: &order.state.scope,
        sources: order.sources,
        compiled: &compiled,
    };
    Some(search.obstacles(errors))
}

/// What these errors mean. Nothing if one is not the cell's own.
pub fn mistakes(errors: &[Value], source: &Source, prepared: &Cell) -> Option<Vec<RustcError>> {
    let found = errors.iter().map(|error| Found::new(error, source));
    let found: Vec<Option<Found>> = found.collect();
    // What has a name that nobody knows has no type either, and so cannot be kept.
    let is_unknown = |error: &Value| {
        let code = error["code"]["code"].as_str().unwrap_or_default();
        ["E0412", "E0425", "E0432", "E0433"].contains(&code)
    };
    let mut both = errors.iter().zip(&found);
    let is_any_unknown = both.any(|(error, found)| found.is_some() && is_unknown(error));
    let found: Vec<Found> = match is_any_unknown {
        true => found.into_iter().flatten().collect(),
        false => found.into_iter().collect::<Option<_>>()?,
    };
    let mistake = |found| match found {
        Found::Mistake(error) => Some(error),
        Found::Borrows(name) => Some(unkept(explain::borrow(&name), &name, prepared)),
        Found::Moved => None,
    };
    let mistakes: Vec<RustcError> = found.into_iter().filter_map(mistake).collect();
    (!mistakes.is_empty()).then_some(mistakes)
}

/// That a variable cannot be kept for the next cell.
pub fn unkept(message: String, name: &str, prepared: &Cell) -> RustcError {
    let text = prepared.text();
    let position = |at: usize| {
        let before = text.get(..at).unwrap_or_default();
        let line = before.rsplit('\n').next().unwrap_or_default();
        (before.matches('\n').count() + 1, line.chars().count() + 1)
    };
    let place = prepared.place_of_definition(name);
    let mark = place.map(|place| Marked {
        span: Some(Span {
            start: position(place.start),
            end: position(place.end),
        }),
        label: String::new(),
        is_primary: true,
    });
    RustcError {
        json: Value::Null,
        message,
        marks: mark.into_iter().collect(),
        is_from_cells: true,
    }
}

/// The first variable that is made to be a closure.
pub fn closure(prepared: &Cell) -> Option<String> {
    let lets = prepared.statements().iter().cloned();
    let mut lets = lets.filter_map(ast::LetStmt::cast);
    lets.find_map(|one| {
        let is_closure = matches!(one.initializer()?, ast::Expr::ClosureExpr(_));
        let ast::Pat::IdentPat(pattern) = one.pat()? else {
            return None;
        };
        let name = pattern.name()?.text().to_string();
        (is_closure && one.ty().is_none()).then_some(name)
    })
}

/// The errors that rustc has just found. Nothing if it has found none.
pub fn errors(folder: &Path) -> Option<Vec<Value>> {
    let said = std::fs::read_to_string(folder.join(cargo::SAID)).ok()?;
    let all = said
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    // That some errors have occurred is no error.
    let is_of_compiler = |one: &Value| one["message"].as_str().is_some_and(is_end_of_compiler);
    let is_error = |one: &Value| {
        let is_marked = one["spans"].as_array().is_some_and(|all| !all.is_empty());
        one["level"] == "error" && (is_marked || is_of_compiler(one))
    };
    Some(all.filter(is_error).collect()).filter(|all: &Vec<Value>| !all.is_empty())
}

/// The variables whose types rustc does not understand where they are taken out of the store.
pub fn unnameable(errors: &[Value], source: &Source) -> Vec<String> {
    let lines = errors.iter().flat_map(primary_lines);
    let lines = lines.filter_map(|line| source.of_the_store(line));
    let taken = lines.filter(|line| !line.starts_with(PUT));
    taken.filter_map(variable).map(str::to_owned).collect()
}

/// The variables that rustc says are gone where they are to be kept.
pub fn moved_away(errors: &[Value], source: &Source) -> Vec<String> {
    let moves = errors
        .iter()
        .filter(|error| error["code"]["code"] == "E0382");
    let lines = moves.filter_map(|error| primary_lines(error).next());
    let lines = lines.filter_map(|line| source.of_the_store(line));
    let kept = lines.filter(|line| line.starts_with(PUT));
    kept.filter_map(variable).map(str::to_owned).collect()
}

/// The lines of the crate, not of a macro of another one, that an error is about.
fn primary_lines(error: &Value) -> impl Iterator<Item = usize> {
    let spans = error["spans"].as_array().into_iter().flatten();
    let primary = spans.filter(|span| span["is_primary"] == true && span["file_name"] == SOURCE);
    primary.filter_map(|span| Some(span["line_start"].as_u64()? as usize))
}
