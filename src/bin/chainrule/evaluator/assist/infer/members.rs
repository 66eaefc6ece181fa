//! What belongs to a type: its fields and methods, those of its traits, and those that a dot finds
//! behind it.

use super::Scope;
use crate::evaluator::assist::declarations::{Item, Kind};
use crate::evaluator::assist::types::{ITEM, TUPLE, Type};
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
            let mut traits = Vec::new();
            for members in self.members(&this.name) {
                found.extend(members.items.iter().cloned());
                traits.extend(members.traits.iter().cloned());
            }
            for name in traits {
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

    pub(super) fn dereferenced(&self, kind: &Type) -> Option<Type> {
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
            let members = self.members(&this.name);
            let own = members.iter().flat_map(|members| members.items.iter());
            let traits = members.iter().flat_map(|members| members.traits.iter());
            let of_traits = traits
                .flat_map(|one| self.members(one))
                .flat_map(|members| members.items.iter());
            if let Some(item) = own.chain(of_traits).find(|item| item.name == name) {
                return Some((item.clone(), this));
            }
            kind = self.dereferenced(&this);
        }
        None
    }

    /// What a `for` loop over it takes.
    pub(super) fn element(&self, kind: &Type) -> Option<Type> {
        let kind = self.actual(kind);
        let generics = self.generics(&kind);
        let yields = self
            .members(&kind.name)
            .iter()
            .find_map(|members| members.yields.clone());
        if let Some(yields) = yields {
            let yields = yields
                .replaced(&|name| argument_of(&kind, &generics, name))
                .known()?;
            return if yields.name == ITEM {
                self.element(&yields.argument(0)?)
            } else {
                Some(yields)
            };
        }
        self.dereferenced(&kind)
            .and_then(|target| self.element(&target))
    }
}

/// The argument that stands for a parameter of the type.
pub(super) fn argument_of(kind: &Type, generics: &[String], name: &str) -> Option<Type> {
    let at = generics.iter().position(|generic| generic == name)?;
    Some(kind.argument(at).unwrap_or_else(Type::unknown))
}
