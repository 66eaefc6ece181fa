//! The straight way of a new cell: its crate is written here, rustc compiles it, the worker runs it
//! and reports the types of what it has made. What is unusual about a cell, and what rustc refuses,
//! is left to evcxr, which does the same with more questions asked.

use super::kept::{JustCompiled, Ran, ends_early, variables_in};
use super::{Engine, Order};
use crate::compiler::cell_crate::{CellCrate, FUNCTION};
use crate::compiler::redefinition::Redefinition;
use crate::compiler::stand_in::cargo;
use crate::compiler::stand_in::generated::{PUT, SOURCE, variable};
use crate::compiler::times;
use crate::evaluator::cell::Cell;
use crate::evaluator::cell::prepare::Prepared;
use crate::evaluator::changes::gone::Gone;
use crate::evaluator::changes::meanings::{meant_before, names_taken};
use crate::evaluator::explain::warnings;
use crate::evaluator::state::State;
use crate::evaluator::state::definitions::redefined_by;
use crate::evaluator::state::scope::{Scope, Variables, made_by};
use crate::worker::relay::Exchange;
use evcxr::{Error, EvalOutputs};
use ra_ap_syntax::ast::{self, AstNode};
use ra_ap_syntax::{SyntaxKind, SyntaxNode};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

impl Engine {
    /// Compiles and runs a cell without evcxr. Nothing if it has not come to that: then evcxr has
    /// to.
    pub fn go_straight(&mut self, order: &mut Order, key: &Option<String>) -> Option<Ran> {
        if !self.goes_straight {
            return None;
        }
        let folder = times::straight(self.session.folder());
        std::fs::create_dir_all(&folder).ok()?;
        let redefinition = redefinition(order.prepared, order.state, &self.folder)?;
        redefinition.write(&folder).ok()?;
        let (cell, template) = (&order.prepared.cell, self.evcxr.template());
        let object = compile(order.cell, cell, order.state, &folder, &template);
        if object.is_none() && self.interrupter.is_stopping() {
            let error = Error::Message("stopped".to_owned());
            return Some(Ran::new(Err(error), Gone::default()));
        }
        let object = object?;
        let before = order.state.scope.variables.clone();
        let answers = self.run_object(order, &object, FUNCTION)?;
        let said = std::fs::read_to_string(folder.join(cargo::SAID)).unwrap_or_default();
        let source = std::fs::read_to_string(folder.join(SOURCE)).unwrap_or_default();
        self.compiled.warnings = warnings::of_compiled(&said, &source);
        self.compiled.source = source;
        let (answers, ran) = match answers {
            Ok(answers) => {
                let gone = self.follow_straight(order, &before, ends_early(&answers));
                let ran = Ran::new(Ok(EvalOutputs::new()), gone);
                (Some(answers), Ran { steps: 1, ..ran })
            }
            Err(ran) => (None, ran),
        };
        let stops_early = answers.as_ref().is_some_and(ends_early);
        let exchange = Exchange {
            object,
            function: FUNCTION.to_owned(),
            answers,
        };
        let just = JustCompiled {
            ran: &ran,
            cell: &order.prepared.cell,
            exchanges: &[exchange],
            before: &before,
            scope: &order.state.scope,
            compiled: &self.compiled,
        };
        if let (Some(key), Some(content)) = (key, just.content()) {
            self.kept.keep(key, &content);
        }
        if stops_early {
            self.keep_what_is_there(order, &before);
        }
        Some(ran)
    }

    /// Makes of the session what the cell has made of it. Says what cannot be kept.
    fn follow_straight(
        &mut self,
        order: &mut Order,
        before: &Variables,
        stops_early: bool,
    ) -> Gone {
        let cell = &order.prepared.cell;
        let scope = &mut order.state.scope;
        let (mut kinds, staying) = variables_in(&self.compiled.source, before, &Variables::new());
        kinds.retain(|name, _| !stops_early || staying.contains(name));
        scope.variables = scope.with_kinds(&kinds, cell);
        scope.add(cell);
        Gone {
            unnameable: self.learn_types(order),
            ..Gone::default()
        }
    }
}

/// So often variables may turn out to be moved away, some in each round.
const MOST_ROUNDS: usize = 4;

/// What stands in an object if it names a type that no other cell can name: of a closure, of
/// something within a function. The store of variables has the names of their types written out.
const UNNAMEABLE: [&[u8]; 4] = [
    b"{{closure}}",
    b"ctx::run_user_code_",
    b"ndarray::",
    b"serde_json::",
];

/// Compiles a cell that is given as evcxr would get it. Nothing if that is for evcxr.
/// `folder` is where it is compiled, `template` that of the prepared library.
fn compile(
    cell: &Cell,
    prepared: &Cell,
    state: &State,
    folder: &Path,
    template: &Path,
) -> Option<Vec<u8>> {
    if !suits(cell, prepared, state) {
        return None;
    }
    let mut scope = with_prelude(&state.scope);
    scope.add(prepared);
    let mut of_cell = crate_of(prepared, &scope, &state.scope)?;
    std::fs::create_dir_all(folder.join("src")).ok()?;
    for _ in 0..MOST_ROUNDS {
        std::fs::write(folder.join(SOURCE), of_cell.source()).ok()?;
        // Of a compiler that is ended before it says anything nothing shall be read.
        let _ = std::fs::remove_file(folder.join(cargo::SAID));
        let status = cargo::straight(folder, template).ok()?.status().ok()?;
        if status.success() {
            let object = std::fs::read(cargo::straight_object(folder)).ok()?;
            let has = |word: &[u8]| object.windows(word.len()).any(|part| part == word);
            return (!UNNAMEABLE.iter().any(|word| has(word))).then_some(object);
        }
        let moved = moved_away(folder)?;
        if moved.is_empty() {
            return None;
        }
        of_cell.moves.extend(moved);
    }
    None
}

/// What the store of variables has to be told for a cell that takes no variable with it. Nothing
/// for one that does.
fn redefinition(prepared: &Prepared, state: &State, folder: &Path) -> Option<Redefinition> {
    let (after, next) = state.after(prepared, folder);
    let (scope, definitions) = (&state.scope, &state.definitions);
    let is_same_crate = next.identity() == definitions.identity();
    let changes_nothing = scope.items().eq(after.items()) && next.has_crates_of(definitions);
    if !changes_nothing && !definitions.outdated(scope, &after, &next).is_empty() {
        return None;
    }
    Some(Redefinition {
        identity: next.identity().word(),
        is_told: !changes_nothing && !is_same_crate,
        gone: Vec::new(),
        kept: match changes_nothing || is_same_crate {
            true => Vec::new(),
            false => definitions.kept(scope, &after, &next),
        },
    })
}

/// Whether there is nothing about a cell that evcxr knows more of.
fn suits(cell: &Cell, prepared: &Cell, state: &State) -> bool {
    let is_plain = !prepared.has_errors()
        && prepared.commands().next().is_none()
        && !state.scope.has_commands()
        && redefined_by(cell, &state.scope).is_empty()
        && names_taken(cell, &state.scope).is_empty()
        && meant_before(cell, &state.scope, &state.definitions).is_empty();
    is_plain
        && !hides_types(prepared, &state.scope)
        && !state
            .scope
            .items()
            .any(|(_, text)| text.contains("-> impl"))
}

/// Whether a cell may give a variable a type without a name: what a function hides, a function
/// itself.
fn hides_types(cell: &Cell, scope: &Scope) -> bool {
    let made = made_by(cell);
    let is_function = |one: ast::LetStmt| {
        let Some(ast::Expr::PathExpr(path)) = one.initializer() else {
            return false;
        };
        let text = path.syntax().text().to_string();
        let is_variable = made.contains_key(&text) || scope.variables.contains_key(&text);
        let name = text.rsplit("::").next().unwrap_or(&text);
        !is_variable
            && name
                .trim_start()
                .starts_with(|c: char| c.is_lowercase() || c == '_')
    };
    let hides = |node: &SyntaxNode| {
        matches!(
            node.kind(),
            SyntaxKind::IMPL_TRAIT_TYPE | SyntaxKind::EXTERN_CRATE | SyntaxKind::AWAIT_EXPR
        )
    };
    let all = || cell.statements().iter().flat_map(|node| node.descendants());
    cell.text().contains("#!")
        || all().any(|node| hides(&node))
        || all().filter_map(ast::LetStmt::cast).any(is_function)
}

/// The definitions of a session behind those that each has.
fn with_prelude(scope: &Scope) -> Scope {
    static PRELUDE: OnceLock<Scope> = OnceLock::new();
    let prelude = PRELUDE.get_or_init(|| {
        let mut scope = Scope::default();
        scope.add(&Cell::new(crate::compiler::library::PRELUDE));
        scope
    });
    prelude.followed_by(scope)
}

fn crate_of<'a>(prepared: &Cell, scope: &'a Scope, before: &'a Scope) -> Option<CellCrate<'a>> {
    let is_statement =
        |node: &&SyntaxNode| !ast::Item::can_cast(node.kind()) && !ast::Attr::can_cast(node.kind());
    let statements = prepared.statements().iter().filter(is_statement);
    let statements: Vec<String> = statements.map(|node| node.text().to_string()).collect();
    let may_fail = prepared.statements().iter().any(ends_by_question_mark);
    let is_variable = |name: &String| !name.starts_with(char::is_uppercase);
    let makes = made_by(prepared).into_keys().filter(is_variable);
    Some(CellCrate {
        items: scope.items().map(|(_, text)| text).collect(),
        variables: before
            .variables
            .iter()
            .map(|(name, one)| (name.as_str(), one.kind.as_str(), one.is_mutable))
            .collect(),
        statements,
        makes: makes.collect(),
        moves: Vec::new(),
        may_fail,
    })
}

/// Whether a statement has a `?` of the cell itself: not one of a function or a closure in it.
fn ends_by_question_mark(statement: &SyntaxNode) -> bool {
    if ast::Item::can_cast(statement.kind()) {
        return false;
    }
    let questions = statement
        .descendants()
        .filter(|node| ast::TryExpr::can_cast(node.kind()));
    let is_own = |node: &SyntaxNode| {
        let inside = node.ancestors().take_while(|above| above != statement);
        !inside.into_iter().any(|above| {
            ast::ClosureExpr::can_cast(above.kind()) || ast::Fn::can_cast(above.kind())
        })
    };
    questions.into_iter().any(|node| is_own(&node))
}

/// The variables that rustc says are gone where they are to be kept. Nothing if it says anything
/// else.
fn moved_away(folder: &Path) -> Option<BTreeSet<String>> {
    let said = std::fs::read_to_string(folder.join(cargo::SAID)).ok()?;
    let source = std::fs::read_to_string(folder.join(SOURCE)).ok()?;
    let lines: Vec<&str> = source.lines().collect();
    let mut moved = BTreeSet::new();
    let diagnostics = said
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    for error in diagnostics.filter(|one| one["level"] == "error") {
        if error["code"]["code"].is_null() {
            continue; // "aborting due to …"
        }
        let spans = error["spans"].as_array()?;
        let primary = spans.iter().find(|span| span["is_primary"] == true)?;
        let line = lines.get((primary["line_start"].as_u64()? as usize).checked_sub(1)?)?;
        let name =
            variable(line).filter(|_| line.starts_with(PUT) && error["code"]["code"] == "E0382")?;
        moved.insert(name.to_owned());
    }
    Some(moved)
}
