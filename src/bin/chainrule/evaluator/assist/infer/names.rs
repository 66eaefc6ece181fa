//! What a name or a path means.

use super::Scope;
use crate::evaluator::assist::declarations::{Declarations, Item, Kind};
use crate::evaluator::assist::library::{library, names_in};
use crate::evaluator::assist::standard::standard;
use crate::evaluator::assist::types::Type;
use std::sync::Arc;

impl Scope<'_> {
    /// What cells have declared, the latest last.
    pub fn of_cells(&self) -> impl DoubleEndedIterator<Item = &Arc<Item>> {
        let layers = [self.session, &self.cell]
            .into_iter()
            .filter_map(|layer| layer.modules.get(""));
        layers.flat_map(|module| module.items.iter())
    }

    /// An item that is in scope under one name.
    pub fn named(&self, name: &str) -> Option<Arc<Item>> {
        let of_cells = self.of_cells().rfind(|item| item.name == name).cloned();
        of_cells.or_else(|| {
            library()
                .scope
                .iter()
                .chain(standard().scope())
                .find(|item| item.name == name)
                .cloned()
        })
    }

    /// What stands behind `path::`: the names in a module, or what belongs to a type.
    pub fn behind(&self, path: &[String]) -> Option<Vec<Arc<Item>>> {
        let (first, rest) = path.split_first()?;
        let inside = match first.as_str() {
            "std" | "core" | "alloc" => {
                let path = format!("std::{}", rest.join("::"));
                let names = standard().names(path.trim_end_matches("::"));
                names.map(<[Arc<Item>]>::to_vec)
            }
            "chainrule" => module_in(&library().declarations, rest),
            "crate" | "self" => module_in(self.session, rest),
            _ => self.behind_name(path),
        };
        inside.or_else(|| self.of_type(path.last()?))
    }

    /// `plot::curves::…`
    fn behind_name(&self, path: &[String]) -> Option<Vec<Arc<Item>>> {
        let module = self
            .at_path(path)
            .filter(|item| item.kind == Kind::Module)?;
        let inner = &module.value.as_ref()?.name;
        let mut layers = self.declared().into_iter();
        let layer = layers.find(|layer| layer.modules.contains_key(inner))?;
        Some(names_in(layer, inner))
    }

    /// What belongs to a type.
    fn of_type(&self, name: &str) -> Option<Vec<Arc<Item>>> {
        let known = self.named(name).and_then(|item| item.value.clone());
        let own = known.filter(|kind| kind.name.ends_with(name));
        let kind = self.actual(&own.unwrap_or_else(|| Type::named(name)));
        if !self.knows(&kind) {
            return None;
        }
        let mut found: Vec<Arc<Item>> = Vec::new();
        for item in self.all_members(&kind) {
            if item.kind != Kind::Field && !found.iter().any(|known| known.name == item.name) {
                found.push(item);
            }
        }
        Some(found)
    }

    /// The item that a path means.
    pub fn at_path(&self, path: &[String]) -> Option<Arc<Item>> {
        match path {
            [] => None,
            [name] => self.named(name),
            [before @ .., name] => self
                .behind(before)?
                .into_iter()
                .find(|item| item.name == *name),
        }
    }

    /// `f32` for `Float`.
    pub(super) fn actual(&self, kind: &Type) -> Type {
        let members = self.members(&kind.name);
        members
            .iter()
            .find_map(|members| members.stands_for.clone())
            .unwrap_or_else(|| kind.clone())
    }
}

/// The names in a module of one of our own crates.
fn module_in(layer: &Declarations, path: &[String]) -> Option<Vec<Arc<Item>>> {
    let path = path.join("::");
    let is_there = layer.modules.contains_key(&path);
    is_there.then(|| names_in(layer, &path))
}
