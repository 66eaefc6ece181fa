//! What there is to know of names.

use super::macros::Pattern;
use crate::evaluator::assist::types::Type;
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Debug)]
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
#[derive(Clone, Default, Debug)]
pub struct Members {
    pub items: Vec<Arc<Item>>,
    /// The type's own parameters, by which the arguments of a use of it replace them.
    pub generics: Vec<String>,
    pub traits: Vec<String>,
    /// What a `for` loop over it takes.
    pub yields: Option<Type>,
    pub dereferences_to: Option<Type>,
    pub stands_for: Option<Type>,
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
    pub(super) macros: HashMap<String, Pattern>,
}
