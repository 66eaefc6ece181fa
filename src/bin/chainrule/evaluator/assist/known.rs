//! What is known of a session without asking anybody.

use super::declarations::Declarations;
use super::types::Type;
use crate::evaluator::cell::Cell;
use chainrule::display::say;
use serde_json::Value;
use std::collections::BTreeMap;

/// What the cells of a session have left.
#[derive(Clone, Default)]
pub struct Known {
    pub declarations: Declarations,
    pub variables: BTreeMap<String, Variable>,
    /// Names that cells have imported.
    pub imported: Vec<String>,
    /// A cell has imported all names of something that is not known here.
    pub imports_unknown: bool,
}

/// A variable: its type, and what the worker last measured.
#[derive(Clone, Default)]
pub struct Variable {
    pub kind: String,
    pub measured: Value,
}

impl Known {
    /// What a cell declares that has not run yet.
    pub fn of_cell(&self, code: &str) -> Declarations {
        let mut declarations = Declarations::default();
        declarations.read_cell(&Cell::new(code), say("this cell", "本单元格"));
        declarations
    }

    pub fn type_of(&self, variable: &str) -> Option<Type> {
        self.variables
            .get(variable)
            .and_then(|variable| Type::parse(&variable.kind))
    }
}

impl Variable {
    /// `shape [2, 3] · 24 B`, as far as it was measured.
    pub fn in_words(&self) -> String {
        let text = |name: &str| self.measured[name].as_str().unwrap_or_default().to_owned();
        let parts = [text("shape"), text("memory")];
        parts
            .into_iter()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · ")
    }

    pub fn first_values(&self) -> String {
        self.measured["values"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }
}
