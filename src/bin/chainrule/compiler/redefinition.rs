//! What the next cell is for the compiler, and what the store of variables is told by it before it
//! takes any.
//!
//! The kernel writes it into the session's folder; the wrapper around rustc reads it there.

use serde::{Deserialize, Serialize};
use std::path::Path;

/// Told once, by the cell with which definitions or crates change.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Redefinition {
    /// A word for the crate of cells, if it is another one than that of a new session.
    pub identity: String,
    /// Whether the store has to be told anything.
    pub is_told: bool,
    /// Variables whose types are not what they were.
    pub gone: Vec<String>,
    /// The variables whose types are what they were, whatever the compiler thinks.
    pub kept: Vec<KeptVariable>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptVariable {
    pub name: String,
    /// What the compiler calls its type.
    pub kind: String,
    /// The crates that its type is made of: were one of them another, it would not fit.
    pub crates: Vec<String>,
}

const FILE: &str = "redefinition.json";

impl Redefinition {
    /// For the cells that are compiled in this folder from now on.
    pub fn write(&self, session: &Path) -> std::io::Result<()> {
        std::fs::write(
            session.join(FILE),
            serde_json::to_vec(self).map_err(std::io::Error::other)?,
        )
    }

    /// That of the current folder; the empty one where there is none.
    pub fn read() -> Redefinition {
        std::fs::read(FILE)
            .ok()
            .and_then(|text| serde_json::from_slice(&text).ok())
            .unwrap_or_default()
    }

    /// The call that tells the store, given as an expression, and gives it, made if there was none.
    /// `crates` are those that the cell is linked to: name and what stands for the content.
    pub fn call(&self, store: &str, crates: &[(String, String)]) -> String {
        let kept: Vec<(&str, &str, &Vec<String>)> = self
            .kept
            .iter()
            .map(|one| (one.name.as_str(), one.kind.as_str(), &one.crates))
            .collect();
        let kept: String = kept
            .iter()
            .map(|(name, kind, crates)| format!("({name:?}, {kind:?}, &{crates:?}), "))
            .collect();
        format!(
            "unsafe {{ ::chainrule::cell::redefine({store}, &{:?}, &[{kept}], &{crates:?}) }}",
            self.gone
        )
    }
}
