//! Completion and inspection: what a learner sees at Tab and Shift+Tab.
//!
//! Answered from declarations: the sources of the library and of std, the cells and variables of
//! the session. That takes a millisecond and also works while a cell runs, on another thread than
//! the evaluator's. Rust-analyzer, which belongs to evcxr and with it to the evaluator, adds what
//! only it knows (`analyzer`).
//!
//! `cursor` says what the cursor stands at, `infer` what type the receiver has, `declarations`
//! reads sources, `library` and `standard` are what is known from the start, `words` keywords and
//! commands.

pub mod analyzer;
mod complete;
mod cursor;
mod declarations;
mod infer;
mod inspect;
mod known;
mod library;
mod names;
mod proposals;
pub mod standard;
mod types;
mod words;

use chainrule::base::protocol::Event;
pub use complete::Completions;
pub use inspect::Inspected;
pub use library::read_ahead;
pub use names::{
    call, function_in, functions_of, has_default, has_trait, is_type_of_library, method_of_tensor,
    methods_of, signature,
};

pub use words::commands;

use super::cell::Cell;
use super::limit::excess;
pub use known::Known;
use known::Variable;
use serde_json::Value;
use standard::standard;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What is known of a session, for all threads. Cheap to clone.
#[derive(Clone, Default)]
pub struct Assistant {
    known: Arc<Mutex<Known>>,
    folder: PathBuf,
}

impl Assistant {
    /// For a session in `folder`, the learner's.
    pub fn new(folder: &Path) -> Assistant {
        Assistant {
            known: Arc::default(),
            folder: folder.to_owned(),
        }
    }

    /// What could stand at byte `offset`.
    pub fn complete(&self, code: &str, offset: usize) -> Completions {
        match excess(code) {
            Some(_) => Completions::none(offset),
            None => complete::complete(&self.known(), &self.folder, code, offset),
        }
    }

    /// What the name at byte `offset` is; `level` 1 adds its source.
    pub fn inspect(&self, code: &str, offset: usize, level: u8) -> Inspected {
        match excess(code) {
            Some(_) => Inspected {
                found: None,
                is_partial: false,
            },
            None => inspect::inspect(&self.known(), code, offset, level),
        }
    }

    /// Notes the variables that there are after a cell, and what the worker says of them.
    pub fn note_variables(&self, variables: BTreeMap<String, String>, events: &[Event]) {
        let mut known = self.known();
        known
            .variables
            .retain(|name, _| variables.contains_key(name));
        for (name, kind) in variables {
            let variable = known.variables.entry(name).or_default();
            let kind = without_paths(&kind);
            if variable.kind != kind {
                *variable = Variable {
                    kind,
                    measured: Value::Null,
                };
            }
        }
        for event in events {
            let Event::Variables { variables } = event else {
                continue;
            };
            for (name, measured) in variables {
                if let Some(variable) = known.variables.get_mut(name) {
                    variable.measured = measured.clone();
                }
            }
        }
    }

    /// Notes what a cell has defined.
    pub fn note_cell(&self, cell: &Cell) {
        let mut known = self.known();
        known
            .declarations
            .read_cell(cell, &format!("In [{}]", cell.number));
        let imports = known
            .declarations
            .modules
            .get_mut("")
            .map(|module| std::mem::take(&mut module.reexports));
        for import in imports.into_iter().flatten() {
            let is_known = standard().has_module(&import.path.join("::"));
            if import.name == "*" {
                known.imports_unknown |=
                    !is_known && import.path.first().is_none_or(|first| first != "chainrule");
            } else if !known.imported.contains(&import.name) {
                known.imported.push(import.name);
            }
        }
    }

    /// What is known now, for [`Assistant::bring_back`].
    pub fn remember(&self) -> Known {
        self.known().clone()
    }

    /// Cells are taken back: what was known before them is known again, and nothing else.
    pub fn bring_back(&self, known: Known) {
        *self.known() = known;
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// `Vec<String>` for `alloc::vec::Vec<alloc::string::String>`.
fn without_paths(kind: &str) -> String {
    super::variables::without_paths(kind)
}
