//! What belongs to a type: its fields and methods, those of its traits, and those that a dot finds
//! behind it.

use super::Scope;
use crate::evaluator::assist::declarations::{Declarations, EVERY_TYPE, Item, Kind};
use crate::evaluator::assist::standard::standard;
use crate::evaluator::assist::types::{ARRAY, SLICE, TUPLE, Type};
use std::collections::HashSet;
use std::sync::Arc;

impl Scope<'_> {
    /// Fields, functions and methods of a type, then those of its traits, then those that a dot
    /// finds behind it.
    pub fn all_members(&self, kind: &Type) -> Vec<Arc<Item>> {
        let mut found: Vec<Arc<Item>> = Vec::new();
        let mut kind = Some(self.actual(kind));
        for _ in 0..4 {
            let Some(this) = kind else { break };
            for members in self.members(&this.name) {
                found.extend(members.items.iter().cloned());
            }
            for name in self.traits(&this.name) {
                for members in self.members(&name) {
                    found.extend(members.items.iter().cloned());
                }
            }
            kind = self.dereferenced(&this);
        }
        let mut names = HashSet::new();
        found.retain(|item| names.insert(item.name.clone()));
        found
    }

    /// What stands behind a dot.
    pub fn after_dot(&self, kind: &Type) -> Vec<Arc<Item>> {
        let mut found = self.all_members(kind);
        found.retain(|item| matches!(item.kind, Kind::Method | Kind::Field));
        if kind.name == TUPLE {
            found.extend(kind.arguments.iter().enumerate().map(|(at, part)| {
                Arc::new(Item {
                    name: at.to_string(),
                    kind: Kind::Field,
                    signature: format!("{at}: {}", part.name),
                    documentation: String::new(),
                    source: String::new(),
                    place: String::new(),
                    value: Some(part.clone()),
                    parameters: Vec::new(),
                    generics: Vec::new(),
                })
            }));
        }
        found
    }

    /// The traits of a type whose methods can be called: those that they bring with them, too.
    fn traits(&self, name: &str) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        let mut open = vec![name.to_owned(), EVERY_TYPE.to_owned()];
        while let Some(next) = open.pop() {
            for members in self.members(&next) {
                for one in &members.traits {
                    if !found.contains(one) {
                        found.push(one.clone());
                        open.push(one.clone());
                    }
                }
            }
        }
        found.retain(|name| self.is_in_scope(name));
        found
    }

    /// Methods of a trait of std are there where its name is.
    fn is_in_scope(&self, name: &str) -> bool {
        let is_declared = |layer: &Declarations| layer.types.contains_key(name);
        let imports = || {
            let of_cell = self.cell.modules.get("");
            of_cell.is_some_and(|module| module.reexports.iter().any(|one| one.name == *name))
        };
        let is_usual = || standard().scope().iter().any(|item| item.name == *name);
        self.declared().into_iter().any(is_declared)
            || self.imported.iter().any(|one| one == name)
            || is_usual()
            || imports()
    }

    pub(super) fn dereferenced(&self, kind: &Type) -> Option<Type> {
        if kind.name == ARRAY {
            return Some(Type::with(SLICE, kind.arguments.clone()));
        }
        let declared = self
            .members(&kind.name)
            .iter()
            .find_map(|members| members.dereferences_to.clone());
        let target = declared?;
        let generics = self.generics(kind);
        Some(target.replaced(&|name| argument_of(kind, &generics, name)))
    }

    pub(super) fn generics(&self, kind: &Type) -> Vec<String> {
        self.members(&kind.name)
            .iter()
            .map(|members| members.generics.clone())
            .find(|list| !list.is_empty())
            .unwrap_or_default()
    }

    /// A member of a type and the type that it belongs to, which may be what a dot finds behind it.
    pub fn member(&self, kind: &Type, name: &str) -> Option<(Arc<Item>, Type)> {
        let mut kind = Some(self.actual(kind));
        for _ in 0..4 {
            let this = kind?;
            if this.name == TUPLE {
                return self
                    .after_dot(&this)
                    .into_iter()
                    .find(|item| item.name == name)
                    .map(|item| (item, this));
            }
            let traits = self.traits(&this.name);
            let names = std::iter::once(&this.name).chain(&traits);
            let mut items = names
                .flat_map(|one| self.members(one))
                .flat_map(|members| members.items.iter());
            if let Some(item) = items.find(|item| item.name == name) {
                return Some((item.clone(), this));
            }
            kind = self.dereferenced(&this);
        }
        None
    }
}

/// The argument that stands for a parameter of the type.
pub(super) fn argument_of(kind: &Type, generics: &[String], name: &str) -> Option<Type> {
    let at = generics.iter().position(|generic| generic == name)?;
    Some(kind.argument(at).unwrap_or_else(Type::unknown))
}
