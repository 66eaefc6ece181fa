//! Where the names of std are public: a module of std passes on what other crates declare.

use super::content::SCOPE;
use crate::evaluator::assist::declarations::{Declarations, Item, Kind};
use crate::evaluator::assist::library::names_in;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// Modules that no cell of a learner names.
const WITHOUT: [&str; 6] = ["prelude", "intrinsics", "arch", "simd", "os", "rt"];

#[derive(Default)]
pub struct Public {
    /// The names in a module, by its path.
    pub modules: BTreeMap<String, Vec<Arc<Item>>>,
    /// How long the shortest public path of a type is.
    pub depths: HashMap<String, usize>,
}

impl Public {
    pub fn of(declarations: &Declarations) -> Public {
        let mut public = Public::default();
        let mut open = vec![("std".to_owned(), "std".to_owned(), 1)];
        while let Some((path, module, depth)) = open.pop() {
            if depth > 4 || public.modules.contains_key(&path) {
                continue;
            }
            let items = distinct(names_in(declarations, &module));
            for item in &items {
                match (item.kind, &item.value) {
                    (Kind::Module, Some(inner)) if !WITHOUT.contains(&item.name.as_str()) => {
                        let path = format!("{path}::{}", item.name);
                        open.push((path, inner.name.clone(), depth + 1));
                    }
                    (Kind::Type | Kind::Trait, Some(kind)) => public.note(&kind.name, depth + 1),
                    _ => {}
                }
            }
            public.modules.insert(path, items);
        }
        let scope = names_in(declarations, "std::prelude::v1");
        let scope = scope.into_iter().map(|item| match item.kind {
            // `vec` is a module and a macro: what is in scope is the macro.
            Kind::Module => macro_named(declarations, &item.name).unwrap_or(item),
            _ => item,
        });
        let scope = distinct(scope.filter(|item| item.kind != Kind::Module).collect());
        for item in &scope {
            if let (Kind::Type | Kind::Trait, Some(kind)) = (item.kind, &item.value) {
                public.note(&kind.name, 0);
            }
        }
        public.modules.insert(SCOPE.to_owned(), scope);
        public
    }

    fn note(&mut self, kind: &str, depth: usize) {
        let known = self.depths.entry(kind.to_owned()).or_insert(depth);
        *known = depth.min(*known);
    }
}

/// A macro at the root of a crate.
fn macro_named(declarations: &Declarations, name: &str) -> Option<Arc<Item>> {
    let roots = ["std", "alloc", "core"].into_iter();
    let items = roots
        .filter_map(|root| declarations.modules.get(root))
        .flat_map(|module| &module.items);
    let mut macros = items.filter(|item| item.kind == Kind::Macro);
    macros.find(|item| item.name == name).cloned()
}

/// A name may come twice, such as a macro that several modules pass on.
fn distinct(mut items: Vec<Arc<Item>>) -> Vec<Arc<Item>> {
    let mut seen = HashSet::new();
    items.retain(|item| seen.insert((item.name.clone(), item.kind == Kind::Macro)));
    items
}
