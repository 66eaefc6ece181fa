//! A new cell on its way through evcxr: what is in its way is taken out, until the cell runs or the
//! mistake is its own.
//!
//! Three things may be in its way: a variable whose type it changes (`definitions`), a variable
//! whose type no cell can write down (`types`), a definition of an earlier cell that does not fit
//! any more (`obstacles`). Each round takes out what the last one has shown.

use super::context::Context;
use super::types;
use crate::analyzer::protocol::Content;
use crate::compiler::redefinition::Redefinition;
use crate::compiler::rustc_error::RustcError;
use crate::evaluator::cell::Cell;
use crate::evaluator::cell::imports::imports;
use crate::evaluator::cell::prepare::Prepared;
use crate::evaluator::cell::sources::SourceMap;
use crate::evaluator::changes::gone::Gone;
use crate::evaluator::changes::meanings::{meant_before, names_taken};
use crate::evaluator::changes::obstacles::{Compilation, Search};
use crate::evaluator::explain::{self, memory::Fate};
use crate::evaluator::failure::fault::Fault;
use crate::evaluator::state::State;
use crate::evaluator::state::definitions::redefined_by;
use std::path::Path;

/// A cell that breaks more than this is rather mistaken itself.
const MOST_SET_ASIDE: usize = 20;

pub struct Attempt<'a> {
    pub cell: &'a Cell,
    pub prepared: &'a mut Prepared,
    pub state: &'a mut State,
    pub sources: &'a SourceMap,
    pub evcxr: &'a mut Context,
    /// The learner's folder.
    pub folder: &'a Path,
    /// What has gone so far.
    pub gone: Gone,
}

impl Attempt<'_> {
    /// Has evcxr run the cell. Says how that went, and what had to go for it.
    pub fn run(mut self) -> (Result<Content, Fault>, Gone) {
        let result = self.rounds();
        let mut gone = self.gone;
        if result.is_err() {
            // The session is as it was.
            gone = Gone {
                changed: gone.changed,
                variables: gone.variables,
                unnameable: gone.unnameable,
                ..Gone::default()
            };
        }
        (result, gone)
    }

    fn rounds(&mut self) -> Result<Content, Fault> {
        loop {
            self.respell();
            self.make_room()?;
            let evcxr = self.evcxr.awake(&self.state.scope)?;
            match evcxr.execute(self.prepared.text()).map_err(Fault::from) {
                Err(Fault::Refused(errors)) => {
                    let compiled = self.evcxr.last_compilation();
                    if !self.leave_out_unnameable(&errors)? && !self.give_way(&errors, &compiled) {
                        return Err(without_outdated(Fault::Refused(errors), &self.gone));
                    }
                }
                result => return result,
            }
        }
    }

    /// Writes types of variables in another way whose names the cell takes for something else.
    fn respell(&mut self) {
        let scope = &mut self.state.scope;
        let taken = names_taken(self.cell, scope).into_iter();
        let taken: Vec<String> = taken.map(|(name, _)| name).collect();
        let texts = self.gone.imports.iter();
        let imported = texts.flat_map(|text| imports(&Cell::new(text.as_str())));
        for name in taken.into_iter().chain(imported.filter_map(|one| one.name)) {
            scope.respell(&name, &format!("chainrule::prelude::{name}"));
        }
        for (name, path) in meant_before(self.cell, scope, &self.state.definitions) {
            scope.respell(&name, &path);
        }
    }

    /// Takes out of the session what does not fit what the cell changes. A cell that would not
    /// compile takes nothing: it ends with its errors, and whoever called puts the variables back.
    fn make_room(&mut self) -> Result<(), Fault> {
        let taken_out = take_out_outdated(self.cell, self.prepared, self.state, self.folder)?;
        let Some(gone) = taken_out else {
            let (_, next) = self.state.after(self.prepared, self.folder);
            // The store is told once, when the cell runs, of what has gone in other rounds.
            return self.evcxr.redefine(&Redefinition {
                identity: next.identity().word(),
                is_told: !self.gone.variables.is_empty(),
                gone: self.gone.variables.clone(),
                ..Redefinition::default()
            });
        };
        let redefined = redefined_by(self.cell, &self.state.scope);
        let before = std::mem::replace(&mut self.gone, gone);
        let fits = match redefined.is_empty() {
            true => Ok(()),
            false => self.set_aside_what_does_not_fit(),
        };
        let gone = std::mem::replace(&mut self.gone, before);
        fits.map_err(|error| without_outdated(error, &gone))?;
        self.state.note_gone(self.cell.number, &gone);
        self.gone.add(gone);
        let (after, next) = self.state.after(self.prepared, self.folder);
        let definitions = &self.state.definitions;
        let is_same_crate =
            next.identity() == definitions.identity() && next.has_crates_of(definitions);
        self.evcxr.redefine(&Redefinition {
            identity: next.identity().word(),
            is_told: !self.gone.variables.is_empty() || !is_same_crate,
            gone: self.gone.variables.clone(),
            kept: definitions.kept(&self.state.scope, &after, &next),
        })
    }

    /// Takes definitions of other cells out that the changed ones break.
    fn set_aside_what_does_not_fit(&mut self) -> Result<(), Fault> {
        // Each round finds what the round before has hidden, such as a function that calls one that
        // was set aside.
        loop {
            let evcxr = self.evcxr.awake(&self.state.scope)?;
            let mut errors = evcxr.check(self.prepared.text())?;
            let compiled = self.evcxr.last_compilation();
            errors.retain(prevents_running);
            if errors.is_empty() {
                return Ok(());
            }
            if !self.give_way(&errors, &compiled) {
                return Err(Fault::Refused(errors));
            }
        }
    }

    /// Takes out of the session what these errors show to be in the way of the cell. Says whether
    /// there was anything.
    fn give_way(&mut self, errors: &[RustcError], compiled: &Compilation) -> bool {
        let before = self.gone.count();
        if before > MOST_SET_ASIDE {
            return false;
        }
        let search = Search {
            cell: self.cell,
            scope: &self.state.scope,
            sources: self.sources,
            compiled,
        };
        for obstacle in search.obstacles(errors) {
            obstacle.remove(
                self.cell,
                &mut self.state.scope,
                self.sources,
                self.prepared,
                &mut self.gone,
            );
        }
        self.gone.count() > before
    }

    /// Takes variables out whose types no cell can name, if they may be the reason for these
    /// errors. Says whether there were any.
    fn leave_out_unnameable(&mut self, errors: &[RustcError]) -> Result<bool, Fault> {
        if !types::may_be_about_types(errors) {
            return Ok(false);
        }
        let errors = self.evcxr.awake(&self.state.scope)?.check("let _ = ();")?;
        let source = self.evcxr.last_source();
        let variables = &mut self.state.scope.variables;
        let unnameable = types::unnameable(&errors, &source, variables);
        for name in &unnameable {
            let kind = variables.remove(name).map(|variable| variable.kind);
            let fate = Fate::Unnameable {
                cell: self.cell.number,
                kind: kind.unwrap_or_default(),
            };
            self.state.memory.note(name, fate);
        }
        let is_any = !unnameable.is_empty();
        self.gone.unnameable.extend(unnameable);
        Ok(is_any)
    }
}

/// Takes out the variables that do not fit what a cell changes. Nothing where it changes nothing;
/// a cell that uses one of them is refused.
pub fn take_out_outdated(
    cell: &Cell,
    prepared: &Prepared,
    state: &mut State,
    folder: &Path,
) -> Result<Option<Gone>, Fault> {
    let (after, next) = state.after(prepared, folder);
    let State {
        scope, definitions, ..
    } = state;
    if scope.items().eq(after.items()) && next.has_crates_of(definitions) {
        return Ok(None);
    }
    let outdated = definitions.outdated(scope, &after, &next);
    let mut changed: Vec<String> = outdated.values().flatten().cloned().collect();
    changed.sort();
    changed.dedup();
    let is_used = |name: &&String| cell.place_of_use(name).is_some();
    if let Some(name) = outdated.keys().find(is_used) {
        return Err(Fault::Said(explain::outdated(name, &changed.join(", "))));
    }
    if changed.is_empty() {
        changed = redefined_by(cell, scope);
    }
    scope
        .variables
        .retain(|name, _| !outdated.contains_key(name));
    Ok(Some(Gone {
        changed,
        variables: outdated.into_keys().collect(),
        ..Gone::default()
    }))
}

/// rustc does not find a variable that has to go with this cell: the reason is the type.
fn without_outdated(fault: Fault, gone: &Gone) -> Fault {
    let Fault::Refused(errors) = &fault else {
        return fault;
    };
    let is_missing = |name: &&String| {
        let quoted = format!("`{name}`");
        errors.iter().any(|error| {
            matches!(error.code(), Some("E0423" | "E0425")) && error.message.contains(&quoted)
        })
    };
    match gone.variables.iter().find(is_missing) {
        Some(name) => Fault::Said(explain::outdated(name, &gone.changed.join(", "))),
        None => fault,
    }
}

/// Moves out of a variable are errors in a check, which wants to keep every variable, and none in a
/// run.
fn prevents_running(error: &RustcError) -> bool {
    error.level() == "error" && !matches!(error.code(), Some("E0382" | "E0505" | "E0597"))
}
