//! What cells have made of a session: all that `:undo` brings back.

pub mod definitions;
mod effort;
pub mod identity;
pub mod made_of;
pub mod scope;

use crate::evaluator::cell::Cell;
use crate::evaluator::cell::implementations::Implementations;
use crate::evaluator::cell::prepare::Prepared;
use crate::evaluator::changes::gone::Gone;
use crate::evaluator::explain::memory::{Fate, Memory};
use definitions::Definitions;
use scope::Scope;
use std::collections::BTreeMap;
use std::path::Path;

#[derive(Clone, Default)]
pub struct State {
    pub scope: Scope,
    pub implementations: Implementations,
    pub definitions: Definitions,
    /// What learners may ask about names.
    pub memory: Memory,
    /// The codes of the errors of the last cell that did not compile.
    pub errors: Vec<String>,
}

impl State {
    /// The variables and their types.
    pub fn kinds(&self) -> BTreeMap<String, String> {
        let variables = self.scope.variables.iter();
        variables
            .map(|(name, variable)| (name.clone(), variable.kind.clone()))
            .collect()
    }

    /// What a cell would make of the definitions. `folder` is where relative paths begin.
    pub fn after(&self, prepared: &Prepared, folder: &Path) -> (Scope, Definitions) {
        let mut after = self.scope.clone();
        after.add(&prepared.cell);
        let next = self
            .definitions
            .after(&self.scope, &after, &prepared.cell, folder);
        (after, next)
    }

    /// Takes over what a cell that came after `before` has defined, apart from the scope itself.
    pub fn take_over(&mut self, prepared: &Prepared, before: &Scope, folder: &Path) {
        self.implementations.clone_from(&prepared.implementations);
        let definitions = &self.definitions;
        self.definitions = definitions.after(before, &self.scope, &prepared.cell, folder);
    }

    /// Remembers why names are not there any more.
    pub fn note_gone(&mut self, number: u32, gone: &Gone) {
        for (called, place) in &gone.set_aside {
            let methods = Cell::new(place.statement.as_str()).methods();
            let name = called
                .rsplit([' ', ':'])
                .next()
                .unwrap_or(called)
                .to_owned(); // of `use m::f as g`: g
            let names = if methods.is_empty() {
                vec![name]
            } else {
                methods
            };
            for name in names {
                self.memory.note(
                    &name,
                    Fate::SetAside {
                        cell: number,
                        from: place.cell,
                    },
                );
            }
        }
        for one in &gone.claimed {
            self.memory.note(
                &one.called,
                Fate::SetAside {
                    cell: number,
                    from: one.place.cell,
                },
            );
        }
        for name in &gone.variables {
            self.memory.note(
                name,
                Fate::TypeChanged {
                    cell: number,
                    kind: gone.changed.join(", "),
                },
            );
        }
    }
}
