//! What goes through something: the elements of a list, what a closure makes of them.

use super::{DEEPEST, Scope};
use crate::evaluator::assist::declarations::Yields;
use crate::evaluator::assist::types::{FUNCTION, ITEM, Type};
use std::collections::HashMap;

/// What `impl Iterator<Item = f32>` may be written with.
const TRAITS: [&str; 4] = [
    "Iterator",
    "IntoIterator",
    "DoubleEndedIterator",
    "ExactSizeIterator",
];

/// What is known of the parameters of an `impl`.
type Parameters = HashMap<String, Type>;

impl Scope<'_> {
    /// What a `for` loop over it takes.
    pub(super) fn element(&self, kind: &Type) -> Option<Type> {
        self.element_at(kind, 0)
    }

    fn element_at(&self, kind: &Type, depth: usize) -> Option<Type> {
        if depth > DEEPEST {
            return None;
        }
        if TRAITS.contains(&kind.name.as_str()) {
            return kind.argument(0);
        }
        let kind = self.actual(kind);
        let yields = self
            .members(&kind.name)
            .into_iter()
            .find_map(|members| members.yields.as_ref());
        let Some(yields) = yields else {
            let target = self.dereferenced(&kind)?;
            return self.element_at(&target, depth + 1);
        };
        let parameters = self.parameters_of(yields, &kind, depth + 1);
        let is_parameter = |name: &str| yields.generics.iter().any(|one| one == name);
        let item = yields.item.replaced(&|name| {
            let value = parameters.get(name).cloned();
            value.or_else(|| is_parameter(name).then(Type::unknown))
        });
        let found = self.settled_at(item, depth + 1).known();
        found.or_else(|| self.element_at(&self.dereferenced(&kind)?, depth + 1))
    }

    /// The parameters of the `impl` by which a type is an iterator: those that stand in the type,
    /// and those that their bounds name.
    fn parameters_of(&self, yields: &Yields, kind: &Type, depth: usize) -> Parameters {
        let mut found = Parameters::new();
        for (written, argument) in yields.of.arguments.iter().zip(&kind.arguments) {
            bind(written, argument, &yields.generics, &mut found);
        }
        for (parameter, bound) in &yields.bounds {
            let Some(argument) = found.get(parameter).cloned() else {
                continue;
            };
            if bound.name == FUNCTION
                && argument.name == FUNCTION
                && let (Some(written), Some(returned)) =
                    (bound.arguments.last(), argument.arguments.last())
            {
                bind(written, returned, &yields.generics, &mut found);
            } else if TRAITS.contains(&bound.name.as_str())
                && let Some(written) = bound.arguments.first()
                && let Some(element) = self.element_at(&argument, depth)
            {
                bind(written, &element, &yields.generics, &mut found);
            }
        }
        found
    }

    /// The type without `I::Item` in it.
    pub(super) fn settled(&self, kind: Type) -> Type {
        self.settled_at(kind, 0)
    }

    fn settled_at(&self, kind: Type, depth: usize) -> Type {
        let arguments = kind.arguments.into_iter();
        let arguments: Vec<Type> = arguments.map(|one| self.settled_at(one, depth)).collect();
        match arguments.first() {
            Some(of) if kind.name == ITEM => {
                let element = self.element_at(of, depth + 1);
                element.unwrap_or_else(Type::unknown)
            }
            _ => Type::with(&kind.name, arguments),
        }
    }
}

/// Notes what parameters in `written` stand for in `actual`.
fn bind(written: &Type, actual: &Type, generics: &[String], found: &mut Parameters) {
    if generics.contains(&written.name) {
        found
            .entry(written.name.clone())
            .or_insert_with(|| actual.clone());
        return;
    }
    if written.name == actual.name {
        for (written, actual) in written.arguments.iter().zip(&actual.arguments) {
            bind(written, actual, generics, found);
        }
    }
}
