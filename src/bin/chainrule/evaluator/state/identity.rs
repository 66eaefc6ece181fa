//! What the crate of a cell is for the compiler, so that a value in a box is never taken for one of
//! a type that was changed since.

use super::scope::Scope;
use crate::compiler::crates::hex;
use crate::evaluator::cell::words;
use std::collections::{BTreeMap, BTreeSet};

/// What the crate of a cell is for the compiler.
///
/// Only definitions that changed make it another one, so that a value in a box keeps its type when
/// something is added; and the same definitions make it the same again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Whether something asks for types while it runs.
    asks_for_types: bool,
    /// Definitions that were changed since then, by name: the first text, and that of now.
    changed: BTreeMap<String, (String, String)>,
}

impl Identity {
    pub fn after(&self, before: &Scope, after: &Scope, prepared: &str) -> Identity {
        let mut identity = self.clone();
        identity.asks_for_types |= after.has_dependencies() || asks_for_types(prepared);
        if !identity.asks_for_types {
            return identity;
        }
        let known: BTreeMap<&str, &str> = before
            .items()
            .filter(|(name, _)| !name.is_empty())
            .collect();
        let now: BTreeMap<&str, &str> =
            after.items().filter(|(name, _)| !name.is_empty()).collect();
        for (name, text) in &known {
            let new = now.get(name).copied().unwrap_or_default();
            if *text != new {
                identity.note(name, text, new);
            }
        }
        // What comes in may hide what had the name before, for those who used it.
        let used: BTreeSet<&str> = before.items().flat_map(|(_, text)| words(text)).collect();
        for (name, text) in now
            .iter()
            .filter(|(name, _)| !known.contains_key(*name) && used.contains(*name))
        {
            identity.note(name, "", text);
        }
        let imports = |scope: &Scope| -> Vec<String> {
            scope
                .items()
                .filter(|(name, _)| name.is_empty())
                .map(|(_, text)| text.to_owned())
                .collect()
        };
        let (old, new) = (imports(before), imports(after));
        for text in new.iter().filter(|text| !old.contains(text)) {
            if text.contains('*')
                || words(text).any(|word| used.contains(word) && !is_of_every_import(word))
            {
                identity.note(text, "", text);
            }
        }
        for text in old.iter().filter(|text| !new.contains(text)) {
            identity.note(text, text, "");
        }
        identity
    }

    fn note(&mut self, name: &str, before: &str, now: &str) {
        let (first, latest) = self
            .changed
            .entry(name.to_owned())
            .or_insert_with(|| (before.to_owned(), String::new()));
        now.clone_into(latest);
        if first == latest {
            self.changed.remove(name);
        }
    }

    /// A word for the compiler; empty as long as nothing has changed.
    pub fn word(&self) -> String {
        if self.changed.is_empty() {
            return String::new();
        }
        let now: Vec<(&String, &String)> = self
            .changed
            .iter()
            .map(|(name, (_, now))| (name, now))
            .collect();
        hex(format!("{now:?}"))[..16].to_owned()
    }
}

/// Whether a cell may look at what a value is while it runs.
fn asks_for_types(code: &str) -> bool {
    words(code)
        .any(|word| matches!(word, "Any" | "TypeId" | "type_id") || word.starts_with("downcast"))
}

fn is_of_every_import(word: &str) -> bool {
    matches!(
        word,
        "use" | "std" | "core" | "alloc" | "crate" | "self" | "as" | "pub"
    )
}
