//! The straight way of a new cell: its crate is written here, rustc compiles it, the worker runs it
//! and reports the types of what it has made. What is unusual about a cell, and what rustc refuses,
//! is left to evcxr, which does the same with more questions asked.

use super::attempt::take_out_outdated;
use super::kept::{JustCompiled, Ran, ends_early, variables_in};
use super::no_rust::mistakes_of_parser;
use super::refused::{
    closure, errors, mistakes, moved_away, refused, says_what_is_meant, unkept, unnameable,
};
use super::unusual::{may_keep_a_function, suits};
use super::{Engine, Order};
use crate::analyzer::protocol::Content;
use crate::compiler::cell_crate::{CellCrate, FUNCTION, Piece};
use crate::compiler::library::is_of_damaged_file;
use crate::compiler::redefinition::Redefinition;
use crate::compiler::rustc_error::RustcError;
use crate::compiler::stand_in::cargo;
use crate::compiler::stand_in::generated::SOURCE;
use crate::compiler::times;
use crate::evaluator::cell::imports::imports;
use crate::evaluator::cell::prepare::Prepared;
use crate::evaluator::cell::{BEFORE, Cell};
use crate::evaluator::changes::gone::Gone;
use crate::evaluator::changes::obstacles::is_ambiguity;
use crate::evaluator::explain::memory::Fate;
use crate::evaluator::explain::{self, warnings};
use crate::evaluator::failure::fault::Fault;
use crate::evaluator::state::State;
use crate::evaluator::state::scope::{Scope, Variables, made_by};
use crate::worker::relay::Exchange;
use ra_ap_syntax::SyntaxNode;
use ra_ap_syntax::ast::{self, AstNode};
use serde_json::Value;
use std::path::Path;
use std::sync::OnceLock;

impl Engine {
    /// Compiles and runs a cell without evcxr. Nothing if it has not come to that: then evcxr has
    /// to.
    pub fn go_straight(&mut self, order: &mut Order, key: &Option<String>) -> Option<Ran> {
        if is_flawed(order) {
            return Some(Ran::new(Err(Fault::Refused(Vec::new())), Gone::default()));
        }
        if let Some(errors) = self.mistakes_of_parser(order) {
            return Some(Ran::new(Err(Fault::Refused(errors)), Gone::default()));
        }
        if !self.goes_straight || !suits(order.cell, &order.prepared.cell, order.state) {
            return None;
        }
        let before = order.state.scope.variables.clone();
        let ran = self.make_room_and_go(order, key);
        let has_run = |ran: &Ran| ran.result.is_ok() || ran.is_lost;
        if !ran.as_ref().is_some_and(has_run) {
            order.state.scope.variables = before;
        }
        ran
    }

    /// What is no Rust in a cell: neither its parts, which are compiled below, nor what evcxr makes
    /// of it would have all of its words.
    fn mistakes_of_parser(&mut self, order: &Order) -> Option<Vec<RustcError>> {
        let cell = &order.prepared.cell;
        if !self.goes_straight || !cell.has_errors() {
            return None;
        }
        let folder = times::straight(self.session.folder());
        mistakes_of_parser(cell, &folder, &self.evcxr.template())
    }

    /// The variables that the cell outdates go first: if it does not run, whoever called puts them
    /// back.
    fn make_room_and_go(&mut self, order: &mut Order, key: &Option<String>) -> Option<Ran> {
        let folder = times::straight(self.session.folder());
        std::fs::create_dir_all(&folder).ok()?;
        let taken_out = take_out_outdated(order.cell, order.prepared, order.state, &self.folder);
        let mut gone = match taken_out {
            Ok(gone) => gone.unwrap_or_default(),
            Err(fault) => return Some(Ran::new(Err(fault), Gone::default())),
        };
        self.redefine(order, &gone, &folder)?;
        let template = self.evcxr.template();
        let mut made = compile(order, &gone, &folder, &template);
        if let Some(Made::Unnameable(names)) = &made {
            leave_out(names, order, &mut gone);
            made = compile(order, &gone, &folder, &template);
        }
        made = self.compile_as_meant(made, order, &mut gone, (&folder, &template));
        if !matches!(made, Some(Made::Object(_))) && self.interrupter.is_stopping() {
            let fault = Fault::Said("stopped".to_owned());
            return Some(Ran::new(Err(fault), Gone::default()));
        }
        let object = match made? {
            Made::Object(object) => object,
            Made::Errors(errors) => return refused(order, errors, &folder),
            Made::Ambiguous(errors) => return refused(order, errors?, &folder),
            Made::Unnameable(_) => return None,
            Made::Unread => {
                let fault = Fault::Said(self.evcxr.library().unreadable());
                return Some(Ran::new(Err(fault), Gone::default()));
            }
        };
        let before = order.state.scope.variables.clone();
        let answers = self.run_object(order, &object, FUNCTION)?;
        let said = std::fs::read_to_string(folder.join(cargo::SAID)).unwrap_or_default();
        let source = std::fs::read_to_string(folder.join(SOURCE)).unwrap_or_default();
        self.compiled.warnings = warnings::of_compiled(&said, &source);
        self.compiled.source = source;
        let (answers, ran) = match answers {
            Ok(answers) => {
                let mut ran = Ran::new(Ok(Content::new()), gone);
                let unnameable = self.follow_straight(order, &before, ends_early(&answers));
                ran.gone.unnameable.extend(unnameable);
                (Some(answers), Ran { steps: 1, ..ran })
            }
            Err(ran) => (None, Ran { gone, ..*ran }),
        };
        let stops_early = answers.as_ref().is_some_and(ends_early);
        let exchange = Exchange {
            object,
            function: FUNCTION.to_owned(),
            answers,
        };
        self.keep(order, key, (exchange, &ran), &before);
        if stops_early {
            self.keep_what_is_there(order, &before);
        }
        Some(ran)
    }

    /// Compiles a cell again of whose names some had two meanings, and which now says which counts.
    /// One that still does not compile is left to evcxr, as it was.
    fn compile_as_meant(
        &self,
        made: Option<Made>,
        order: &mut Order,
        gone: &mut Gone,
        (folder, template): (&Path, &Path),
    ) -> Option<Made> {
        if !matches!(made, Some(Made::Ambiguous(_))) {
            return made;
        }
        let earlier = (order.prepared.clone(), order.state.scope.clone());
        if !says_what_is_meant(order, gone, folder) {
            return made;
        }
        let compiled = self
            .redefine(order, gone, folder)
            .and_then(|()| compile(order, gone, folder, template))
            .filter(|made| matches!(made, Made::Object(_)));
        if compiled.is_none() {
            (*order.prepared, order.state.scope) = earlier;
        }
        compiled
    }

    /// Has the cell tell the store of variables what fits no more.
    fn redefine(&self, order: &Order, gone: &Gone, folder: &Path) -> Option<()> {
        let told = redefinition(order.prepared, order.state, gone, &self.folder);
        told.write(folder).ok()
    }

    /// Keeps the cell for the next time.
    fn keep(
        &mut self,
        order: &Order,
        key: &Option<String>,
        (exchange, ran): (Exchange, &Ran),
        before: &Variables,
    ) {
        let just = JustCompiled {
            ran,
            cell: &order.prepared.cell,
            exchanges: &[exchange],
            before,
            scope: &order.state.scope,
            compiled: &self.compiled,
        };
        if let (Some(key), Some(content)) = (key, just.content()) {
            self.kept.keep(key, &content);
        }
    }

    /// Makes of the session what the cell has made of it. Says which variables cannot be kept.
    fn follow_straight(
        &mut self,
        order: &mut Order,
        before: &Variables,
        stops_early: bool,
    ) -> Vec<String> {
        let cell = &order.prepared.cell;
        let scope = &mut order.state.scope;
        let (mut kinds, staying) = variables_in(&self.compiled.source, before, &Variables::new());
        kinds.retain(|name, _| !stops_early || staying.contains(name));
        scope.variables = scope.with_kinds(&kinds, cell);
        scope.add(cell);
        self.learn_types(order)
    }
}

/// Whether a cell is no Rust because of slips that are known without rustc. What is generated
/// behind it would be read as a part of it.
fn is_flawed(order: &Order) -> bool {
    order.prepared.cell.has_errors() && !explain::flaws(order.cell.text()).is_empty()
}

/// So often variables may turn out to be moved away, some in each round.
const MOST_ROUNDS: usize = 6;

/// What stands in an object if it names a type that no other cell can name: of a closure, of
/// something within a function. The store of variables has the names of their types written out.
const UNNAMEABLE: [&[u8]; 5] = [
    b"{{closure}}",
    b"{{constructor}}",
    b"ctx::run_user_code_",
    b"ndarray::",
    b"serde_json::",
];

/// What rustc makes of a cell.
enum Made {
    Object(Vec<u8>),
    /// It does not come to the cell: no cell can write the types of these variables.
    Unnameable(Vec<String>),
    Errors(Vec<RustcError>),
    /// A name has two meanings, in the cell or in the type of a variable; the errors, if they are
    /// the cell's own.
    Ambiguous(Option<Vec<RustcError>>),
    /// rustc cannot read the library.
    Unread,
}

/// Compiles a cell that is given as evcxr would get it. Nothing if that is for evcxr.
/// `folder` is where it is compiled, `template` that of the prepared library.
fn compile(order: &Order, gone: &Gone, folder: &Path, template: &Path) -> Option<Made> {
    let (prepared, state) = (&order.prepared.cell, &*order.state);
    let mut scope = with_prelude(&state.scope);
    scope.add(prepared);
    let mut of_cell = crate_of(prepared, &scope, &state.scope)?;
    let is_light = scope.is_light(prepared);
    for _ in 0..MOST_ROUNDS {
        let source = of_cell.source();
        let status = cargo::straight(&source.text, folder, template, is_light).ok()?;
        if status.success() && of_cell.catches && !prepared.has_errors() {
            let object = std::fs::read(cargo::straight_object(folder)).ok()?;
            let has = |word: &[u8]| object.windows(word.len()).any(|part| part == word);
            if may_keep_a_function(prepared, &state.scope) {
                return None;
            }
            if !UNNAMEABLE.iter().any(|word| has(word)) {
                return Some(Made::Object(object));
            }
            let name = closure(prepared)?;
            return Some(Made::Errors(vec![unkept(
                explain::closure(&name),
                &name,
                prepared,
            )]));
        }
        if !cargo::is_prepared(template) {
            return Some(Made::Unread);
        }
        let errors = errors(folder)?;
        if errors.iter().any(is_of_damaged_file) {
            return Some(Made::Unread);
        }
        if errors.iter().any(is_ambiguity) {
            return Some(Made::Ambiguous(mistakes(&errors, &source, prepared)));
        }
        let unnameable = unnameable(&errors, &source);
        if !unnameable.is_empty() {
            return Some(Made::Unnameable(unnameable));
        }
        if !gone.changed.is_empty() {
            // What of other cells does not fit any more is for evcxr to find.
            return None;
        }
        let moved: Vec<String> = moved_away(&errors, &source);
        let is_about_results = |error: &Value| error["code"]["code"] == "E0277";
        if !moved.is_empty() {
            of_cell.moves.extend(moved);
        } else if !of_cell.may_fail && errors.iter().any(is_about_results) {
            // As evcxr does it: rustc then speaks of errors that a `?` cannot pass on.
            of_cell.may_fail = true;
        } else if of_cell.catches {
            of_cell.catches = false;
        } else {
            return mistakes(&errors, &source, prepared).map(Made::Errors);
        }
    }
    None
}

/// What the store of variables has to be told.
fn redefinition(prepared: &Prepared, state: &State, gone: &Gone, folder: &Path) -> Redefinition {
    let (after, next) = state.after(prepared, folder);
    let (scope, definitions) = (&state.scope, &state.definitions);
    let has_its_crates = next.has_crates_of(definitions);
    let is_same_crate = next.identity() == definitions.identity() && has_its_crates;
    let changes_nothing = scope.items().eq(after.items()) && has_its_crates;
    let is_told = !gone.variables.is_empty() || !(changes_nothing || is_same_crate);
    Redefinition {
        identity: next.identity().word(),
        is_told,
        gone: gone.variables.clone(),
        kept: match is_told {
            true => definitions.kept(scope, &after, &next),
            false => Vec::new(),
        },
    }
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
    let own_items = prepared.items().map(|item| piece(prepared, item.syntax()));
    let may_fail = prepared.statements().iter().any(ends_by_question_mark);
    let makes = made_by(prepared).into_keys();
    let makes = makes.filter(|name| !is_constant(name, scope));
    Some(CellCrate {
        items: scope.items().map(|(_, text)| text).collect(),
        variables: before
            .variables
            .iter()
            .map(|(name, one)| (name.as_str(), one.kind.as_str(), one.is_mutable))
            .collect(),
        statements: statements.map(|node| piece(prepared, node)).collect(),
        own_items: own_items.collect(),
        own_imports: imports(prepared).into_iter().map(|one| one.text).collect(),
        makes: makes.collect(),
        moves: Vec::new(),
        may_fail,
        catches: true,
    })
}

/// Whether a name in a pattern is none of a new variable: `None`, a constant, a `struct` without
/// fields.
fn is_constant(name: &str, scope: &Scope) -> bool {
    name == "None" || (name.starts_with(char::is_uppercase) && scope.has(name))
}

fn piece(prepared: &Cell, node: &SyntaxNode) -> Piece {
    let start = usize::from(node.text_range().start()) - BEFORE.len();
    let before = prepared.rust().get(..start).unwrap_or_default();
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    Piece {
        text: node.text().to_string(),
        line: before.matches('\n').count() + 1,
        column: before[line_start..].chars().count(),
    }
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

/// Takes variables out whose types no cell can write.
fn leave_out(names: &[String], order: &mut Order, gone: &mut Gone) {
    let State { scope, memory, .. } = &mut *order.state;
    let cell = order.cell.number;
    for name in names {
        if let Some(variable) = scope.variables.remove(name) {
            let kind = variable.kind;
            memory.note(name, Fate::Unnameable { cell, kind });
            gone.unnameable.push(name.clone());
        }
    }
}
