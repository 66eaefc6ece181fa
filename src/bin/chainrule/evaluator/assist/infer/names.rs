//! What a name or a path means.

use super::Scope;
use crate::evaluator::assist::declarations::{Item, Kind};
use crate::evaluator::assist::library::{library, names_in, standard};
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
                .chain(&standard().scope)
                .find(|item| item.name == name)
                .cloned()
        })
    }

    /// What stands behind `path::`: the names in a module, or what belongs to a type.
    pub fn behind(&self, path: &[String]) -> Option<Vec<Arc<Item>>> {
        let mut path = path.to_vec();
        let layer = match path.first().map(String::as_str) {
            Some("chainrule") => Some(&library().declarations),
            Some("std" | "core" | "alloc") => Some(&standard().declarations),
            Some("crate" | "self") => Some(self.session),
            _ => None,
        };
        if layer.is_some() {
            path.remove(0);
        }
        let joined = path.join("::");
        if let Some(layer) = layer
            && layer.modules.contains_key(&joined)
        {
            return Some(names_in(layer, &joined));
        }
        let (last, above) = path.split_last()?;
        if above.is_empty()
            && let Some(module) = self.named(last).filter(|item| item.kind == Kind::Module)
        {
            let inner = module.value.as_ref()?.name.clone();
            let layer = self
                .layers()
                .into_iter()
                .find(|layer| layer.modules.contains_key(&inner))?;
            return Some(names_in(layer, &inner));
        }
        if !above.is_empty() && layer.is_none() {
            // `plot::curves::…`
            let inside = self.behind(above)?;
            let module = inside
                .iter()
                .find(|item| item.name == *last && item.kind == Kind::Module);
            if let Some(inner) = module.and_then(|module| module.value.clone()) {
                let layer = self
                    .layers()
                    .into_iter()
                    .find(|layer| layer.modules.contains_key(&inner.name))?;
                return Some(names_in(layer, &inner.name));
            }
        }
        let kind = self.actual(&Type::named(last));
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
