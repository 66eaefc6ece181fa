//! What there is to know of names.

use super::macros::Pattern;
use crate::evaluator::assist::types::Type;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    Function,
    /// With `self`.
    Method,
    Field,
    Variant,
    Type,
    Trait,
    Module,
    Constant,
    Macro,
}

/// Something that has a name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Item {
    pub name: String,
    pub kind: Kind,
    /// In one line.
    pub signature: String,
    /// Markdown.
    pub documentation: String,
    pub source: String,
    /// Where it is declared, such as `ops/matmul.rs`; `In [3]` for a cell.
    pub place: String,
    /// The type of the value, or what a function returns. A module leads to its path.
    pub value: Option<Type>,
    /// What a function takes, without `self`, and its own type parameters.
    pub parameters: Vec<Option<Type>>,
    pub generics: Vec<String>,
}

/// What belongs to a type or a trait, from all of its `impl` blocks.
#[derive(Clone, Default, Debug, Serialize, Deserialize)]
pub struct Members {
    #[serde(with = "shared")]
    pub items: Vec<Arc<Item>>,
    /// Whether the type itself is declared here, and not only something for it.
    pub is_declared: bool,
    /// The type's own parameters, by which the arguments of a use of it replace them.
    pub generics: Vec<String>,
    pub traits: Vec<String>,
    /// What a `for` loop over it takes.
    pub yields: Option<Yields>,
    pub dereferences_to: Option<Type>,
    pub stands_for: Option<Type>,
}

/// Under this name stand the traits that every type has.
pub const EVERY_TYPE: &str = "every type";

/// What an iterator gives: `impl<B, I: Iterator, F: FnMut(I::Item) -> B> Iterator for Map<I, F>`
/// gives `B`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Yields {
    /// The iterator, as its `impl` writes it.
    pub of: Type,
    /// What the `impl` says of its parameters.
    pub bounds: Vec<(String, Type)>,
    pub generics: Vec<String>,
    pub item: Type,
}

/// A module: what it declares, and what it re-exports under which path.
#[derive(Clone, Default, Debug)]
pub struct Module {
    pub items: Vec<Arc<Item>>,
    pub reexports: Vec<Reexport>,
}

#[derive(Debug, Clone)]
pub struct Reexport {
    pub path: Vec<String>,
    /// `*` for everything.
    pub name: String,
}

/// All that some sources declare.
#[derive(Clone, Default, Debug)]
pub struct Declarations {
    /// By path without the crate: `` is the root, `tensor::random` a module in a module.
    pub modules: HashMap<String, Module>,
    /// By the last name of the type.
    pub types: HashMap<String, Members>,
    pub(super) macros: HashMap<String, Arc<Pattern>>,
    /// Where types are declared, for sources in which several have one name: then a type's name
    /// stands behind its module. Nothing where names are all different.
    pub(super) homes: HashMap<String, Vec<String>>,
}

impl Declarations {
    /// For sources in which several types have one name.
    pub fn with_homes(homes: HashMap<String, Vec<String>>) -> Declarations {
        Declarations {
            homes,
            ..Declarations::default()
        }
    }

    /// Under which name a type is noted that is called `name` in `module`: of several, the nearest.
    pub fn key(&self, module: &str, name: &str) -> String {
        let Some(homes) = self.homes.get(name) else {
            return name.to_owned();
        };
        let shared = |home: &str| {
            let pairs = home.split("::").zip(module.split("::"));
            pairs.take_while(|(one, other)| one == other).count()
        };
        let nearest = homes.iter().rev().max_by_key(|home| shared(home));
        nearest.map_or(name.to_owned(), |home| format!("{home}::{name}"))
    }
}

/// Items as they are written to a file: whoever shares one in memory has it for himself there.
pub mod shared {
    use super::Item;
    use serde::{Deserialize, Deserializer, Serializer};
    use std::sync::Arc;

    pub fn serialize<S: Serializer>(items: &[Arc<Item>], to: S) -> Result<S::Ok, S::Error> {
        to.collect_seq(items.iter().map(AsRef::as_ref))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<Arc<Item>>, D::Error> {
        let items = Vec::<Item>::deserialize(from)?;
        Ok(items.into_iter().map(Arc::new).collect())
    }
}
