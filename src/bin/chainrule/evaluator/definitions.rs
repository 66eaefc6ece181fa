//! The types of a session, and what has to go when one of them changes.
//!
//! The type of a variable is checked by its name and by the names of its fields, but what is inside of the fields is not
//! looked at: a variable of an earlier `struct Net` would be read as one of the new, with other bytes at other places. So
//! whatever depends on a changed type is dropped, as what it was, before the changed type exists.

use super::Evaluator;
use super::cell::{Place, parse, statements, without_commands};
use super::explain::{self, Cell, memory::Fate};
use super::prepare::{Prepared, name_of};
use evcxr::{CompilationError, Error};
use ra_ap_syntax::ast::{self, AstNode};
use ra_ap_syntax::{SyntaxKind, SyntaxNode};
use std::collections::{BTreeMap, BTreeSet};

/// What decides how values are laid out: types, traits, constants and modules, by name, in words. The words are those of
/// the definition without attributes, for a `derive` changes no value.
#[derive(Clone, Debug, Default)]
pub struct Definitions(BTreeMap<String, Vec<String>>);

/// What a changed type took with it.
#[derive(Default)]
pub struct Gone {
    /// The types, traits and constants that the cell defines anew.
    pub changed: Vec<String>,
    pub variables: Vec<String>,
    /// Functions and implementations that do not fit any more, with their places.
    pub set_aside: Vec<(String, Place)>,
}

impl Definitions {
    /// Those of a session after another cell.
    pub fn after(&self, code: &str) -> Definitions {
        let mut after = self.clone();
        after.0.extend(defined_by(code));
        after
    }

    /// The names whose meaning the cell changes: first those that it defines otherwise than before or for the first
    /// time, then those that are made of them.
    fn changed_by(&self, code: &str) -> (Vec<String>, BTreeSet<String>) {
        let mut own = Vec::new();
        for (name, definition) in defined_by(code) {
            if self.0.get(&name) != Some(&definition) {
                own.push(name);
            }
        }
        let mut all: BTreeSet<String> = own.iter().cloned().collect();
        loop {
            let made_of = |words: &[String]| words.iter().any(|word| all.contains(word));
            let more: Vec<_> = self.0.iter().filter(|(name, one)| !all.contains(*name) && made_of(one)).collect();
            if more.is_empty() {
                return (own, all);
            }
            let more: Vec<String> = more.into_iter().map(|(name, _)| name.clone()).collect();
            all.extend(more);
        }
    }
}

impl Evaluator {
    /// Takes out of the session what does not fit the types that the cell changes. A cell that would not compile takes
    /// nothing: it ends with its errors.
    pub(super) fn make_room(&mut self, number: u32, code: &str, prepared: &mut Prepared) -> Result<Gone, Error> {
        let (changed, all) = self.definitions.changed_by(code);
        let mut variables = self.variables();
        variables.retain(|_, kind| words(kind).any(|word| all.contains(word)));
        let is_new = changed.iter().all(|name| !self.definitions.0.contains_key(name));
        if is_new && variables.is_empty() {
            return Ok(Gone::default());
        }
        let is_used = |name: &String| variables.values().any(|kind| words(kind).any(|word| word == name));
        let changed =
            changed.into_iter().filter(|name| self.definitions.0.contains_key(name) || is_used(name)).collect();
        let mut gone = Gone { changed, variables: variables.into_keys().collect(), set_aside: Vec::new() };
        // Each round finds what the round before has hidden, such as a function that calls one that was set aside.
        loop {
            let mut errors = self.context.awake(&self.scope)?.check(&prepared.code)?;
            self.compiled.source = self.last_source();
            errors.retain(prevents_running);
            if errors.is_empty() {
                break;
            }
            let places: Vec<Place> = errors.iter().filter_map(|error| self.place_of(error)).collect();
            let of_others = places.into_iter().filter(|place| place.cell != number);
            let count = gone.set_aside.len();
            for place in of_others {
                let called = prepared.set_aside(&place.statement);
                gone.set_aside.extend(called.map(|called| (called, place)));
            }
            if gone.set_aside.len() == count || count > MOST_SET_ASIDE {
                return Err(Error::CompilationErrors(errors));
            }
        }
        let cell = Cell::new(code);
        if let Some(name) = gone.variables.iter().find(|name| cell.place_of_use(name).is_some()) {
            return Err(explain::outdated(name, &gone.changed.join(", ")));
        }
        if !gone.variables.is_empty() {
            let drops: String = gone.variables.iter().map(|name| format!("core::mem::drop({name}); ")).collect();
            self.context.awake(&self.scope)?.execute(&drops)?;
            self.follow_variables("");
        }
        self.note_gone(number, &gone);
        Ok(gone)
    }

    /// Remembers why names are not there any more.
    pub(super) fn note_gone(&mut self, number: u32, gone: &Gone) {
        for (called, place) in &gone.set_aside {
            let methods = Cell::new(&place.statement).methods();
            let names = if methods.is_empty() { vec![called.clone()] } else { methods };
            for name in names {
                self.memory.note(&name, Fate::SetAside { cell: number, from: place.cell });
            }
        }
        for name in &gone.variables {
            self.memory.note(name, Fate::TypeChanged { cell: number, kind: gone.changed.join(", ") });
        }
    }

    /// Where the learner wrote what an error is about.
    fn place_of(&self, error: &CompilationError) -> Option<Place> {
        let spans = error.json["spans"].as_array()?;
        let of_cells = spans.iter().filter(|span| span["file_name"] == "src/lib.rs" && span["is_primary"] == true);
        of_cells.filter_map(|span| self.place(span["line_start"].as_u64()? as usize)).next()
    }
}

/// A cell that breaks more than this is rather mistaken itself.
const MOST_SET_ASIDE: usize = 20;

/// Moves out of a variable are errors in a check, which wants to keep every variable, and none in a run.
fn prevents_running(error: &CompilationError) -> bool {
    error.level() == "error" && !matches!(error.code(), Some("E0382" | "E0505" | "E0597"))
}

fn defined_by(code: &str) -> BTreeMap<String, Vec<String>> {
    use ast::Item::{Const, Enum, Module, Static, Struct, Trait, TypeAlias, Union};
    let items = statements(&parse(&without_commands(code))).into_iter().filter_map(ast::Item::cast);
    let items = items.filter(|item| {
        matches!(item, Const(_) | Enum(_) | Module(_) | Static(_) | Struct(_) | Trait(_) | TypeAlias(_) | Union(_))
    });
    items.filter_map(|item| Some((name_of(&item)?, words_of(item.syntax())))).collect()
}

fn words_of(node: &SyntaxNode) -> Vec<String> {
    let is_layout = |node: &SyntaxNode| node.kind() != SyntaxKind::ATTR || node.text().to_string().contains("repr");
    let tokens = node.descendants_with_tokens().filter_map(|element| element.into_token());
    tokens
        // Whether a comma stands behind the last field or not changes nothing.
        .filter(|token| !matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT | SyntaxKind::COMMA))
        .filter(|token| token.parent_ancestors().all(|node| is_layout(&node)))
        .map(|token| token.text().to_owned())
        .collect()
}

/// The names in a type.
fn words(kind: &str) -> impl Iterator<Item = &str> {
    kind.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(cells: &[&str]) -> Vec<String> {
        let (last, before) = cells.split_last().unwrap();
        let known = before.iter().fold(Definitions::default(), |known, cell| known.after(cell));
        known.changed_by(last).1.into_iter().collect()
    }

    #[test]
    fn a_changed_type_takes_those_that_are_made_of_it() {
        let layer = "struct Layer { weight: f32 }";
        let net = "struct Net { layers: Vec<Layer> }\nstruct Other;\ntype Pair = (Net, Net);";
        assert_eq!(changed(&[layer, net, "struct Layer { weight: f64 }"]), ["Layer", "Net", "Pair"]);
        assert_eq!(changed(&["const N: usize = 2;", "struct A([f32; N]);", "const N: usize = 3;"]), ["A", "N"]);
        assert_eq!(changed(&["trait Act { fn act(&self); }", "trait Act { fn go(&self); }"]), ["Act"]);
    }

    #[test]
    fn what_changes_no_value_changes_nothing() {
        let before = "struct Layer { weight: f32 } // a\nfn f() {}";
        let after = "/// One.\n#[derive(Debug)]\nstruct Layer {\n    weight: f32,\n}\nfn f() -> i32 { 1 }";
        assert!(changed(&[before, after]).is_empty());
        assert_eq!(changed(&[before, "#[repr(C)] struct Layer { weight: f32 }"]), ["Layer"]);
    }
}
