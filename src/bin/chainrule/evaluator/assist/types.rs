//! Types, as far as completion has to know them: a name and its arguments.

use crate::evaluator::cell::EDITION;
use ra_ap_syntax::SourceFile;
use ra_ap_syntax::ast::{self, AstNode, HasGenericArgs};
use serde::{Deserialize, Serialize};

/// `Vec<Tensor>` is `Vec` with one argument. References and lifetimes are left out, for a dot looks
/// through them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Type {
    /// The last name of the path; one of the names below for what has no path.
    pub name: String,
    /// Those of `Fn(A, B) -> C` are its parameters, then what it returns.
    pub arguments: Vec<Type>,
}

pub const TUPLE: &str = "()";
pub const SLICE: &str = "[]";
pub const ARRAY: &str = "[;]";
pub const FUNCTION: &str = "Fn";
/// `I::Item`: what a loop over its argument takes.
pub const ITEM: &str = "Item of";
/// An argument that is not known.
const UNKNOWN: &str = "_";

impl Type {
    pub fn named(name: &str) -> Type {
        Type {
            name: name.to_owned(),
            arguments: Vec::new(),
        }
    }

    pub fn with(name: &str, arguments: Vec<Type>) -> Type {
        Type {
            name: name.to_owned(),
            arguments,
        }
    }

    pub fn unknown() -> Type {
        Type::named(UNKNOWN)
    }

    /// Nothing where the type is not known.
    pub fn known(self) -> Option<Type> {
        (self.name != UNKNOWN).then_some(self)
    }

    pub fn argument(&self, index: usize) -> Option<Type> {
        self.arguments.get(index).cloned().and_then(Type::known)
    }

    /// From text such as `alloc::vec::Vec<f32>`.
    pub fn parse(text: &str) -> Option<Type> {
        let file = SourceFile::parse(&format!("type T = {text};"), EDITION).tree();
        Type::of(
            &file
                .syntax()
                .descendants()
                .find_map(ast::TypeAlias::cast)?
                .ty()?,
        )
    }

    pub fn of(node: &ast::Type) -> Option<Type> {
        let or_unknown = |node: ast::Type| Type::of(&node).unwrap_or_else(Type::unknown);
        match node {
            ast::Type::PathType(path) => Type::of_path(&path.path()?),
            ast::Type::RefType(reference) => Type::of(&reference.ty()?),
            ast::Type::ParenType(inner) => Type::of(&inner.ty()?),
            ast::Type::SliceType(slice) => Some(Type::with(SLICE, vec![or_unknown(slice.ty()?)])),
            ast::Type::ArrayType(array) => Some(Type::with(ARRAY, vec![or_unknown(array.ty()?)])),
            ast::Type::TupleType(tuple) => {
                Some(Type::with(TUPLE, tuple.fields().map(or_unknown).collect()))
            }
            ast::Type::ImplTraitType(some) => Type::of_bounds(some.type_bound_list()?),
            ast::Type::DynTraitType(some) => Type::of_bounds(some.type_bound_list()?),
            _ => None,
        }
    }

    /// The first trait of `Fn(f32) -> f32 + 'a`.
    fn of_bounds(bounds: ast::TypeBoundList) -> Option<Type> {
        bounds.bounds().find_map(|bound| Type::of(&bound.ty()?))
    }

    /// `I` of `I::Item` and of `<I as Iterator>::Item`.
    fn of_qualifier(path: &ast::Path) -> Option<Type> {
        match path.segment()?.type_anchor() {
            Some(anchor) => Type::of(&anchor.ty()?),
            None => Type::of_path(path),
        }
    }

    fn of_path(path: &ast::Path) -> Option<Type> {
        let segment = path.segment()?;
        let name = segment.name_ref()?.text().to_string();
        if let Some(owner) = path
            .qualifier()
            .and_then(|qualifier| Type::of_qualifier(&qualifier))
        {
            match name.as_str() {
                "Item" => return Some(Type::with(ITEM, vec![owner])),
                "IntoIter" => return Some(owner),
                _ => {}
            }
        }
        if let Some(parameters) = segment.parenthesized_arg_list() {
            let mut arguments: Vec<Type> = parameters
                .type_args()
                .filter_map(|parameter| parameter.ty())
                .map(|parameter| Type::of(&parameter).unwrap_or_else(Type::unknown))
                .collect();
            let returned = segment
                .ret_type()
                .and_then(|returned| Type::of(&returned.ty()?));
            arguments.push(returned.unwrap_or_else(|| Type::named(TUPLE)));
            return Some(Type::with(FUNCTION, arguments));
        }
        let arguments = segment
            .generic_arg_list()
            .into_iter()
            .flat_map(|list| list.generic_args());
        let arguments = arguments.filter_map(|argument| match argument {
            ast::GenericArg::TypeArg(argument) => Some(argument.ty()),
            // `Iterator<Item = f32>`
            ast::GenericArg::AssocTypeArg(argument) => Some(argument.ty()),
            _ => None,
        });
        let arguments = arguments.map(|node| {
            node.and_then(|node| Type::of(&node))
                .unwrap_or_else(Type::unknown)
        });
        Some(Type {
            name,
            arguments: arguments.collect(),
        })
    }

    /// The type with other names for its parts.
    pub fn renamed(&self, name_of: &dyn Fn(&str) -> String) -> Type {
        let arguments = self.arguments.iter();
        Type {
            name: name_of(&self.name),
            arguments: arguments.map(|part| part.renamed(name_of)).collect(),
        }
    }

    /// The type with names of parameters replaced.
    pub fn replaced(&self, with: &dyn Fn(&str) -> Option<Type>) -> Type {
        match with(&self.name) {
            Some(other) => other,
            None => Type::with(
                &self.name,
                self.arguments
                    .iter()
                    .map(|argument| argument.replaced(with))
                    .collect(),
            ),
        }
    }
}

impl Type {
    /// As a learner writes it.
    pub fn text(&self) -> String {
        let arguments: Vec<String> = self.arguments.iter().map(Type::text).collect();
        let arguments = arguments.join(", ");
        match self.name.as_str() {
            TUPLE => format!("({arguments})"),
            SLICE => format!("[{arguments}]"),
            ARRAY => format!("[{arguments}; _]"),
            name if self.arguments.is_empty() => name.to_owned(),
            name => format!("{name}<{arguments}>"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_from_text() {
        let simple =
            |text: &str| Type::parse(text).map(|found| (found.name.clone(), found.arguments.len()));
        let cases = [
            ("f32", "f32", 0),
            ("&'static mut chainrule::tensor::Tensor", "Tensor", 0),
            ("alloc::vec::Vec<Tensor>", "Vec", 1),
            ("[f64; 3]", ARRAY, 1),
            ("(f32, Tensor)", TUPLE, 2),
            ("impl FnMut(usize, &EpochRow) + 'a", FUNCTION, 3),
            ("Box<dyn Module>", "Box", 1),
            ("impl Iterator<Item = u8>", "Iterator", 1),
        ];
        for (text, name, arguments) in cases {
            assert_eq!(simple(text), Some((name.to_owned(), arguments)), "{text}");
        }
    }
}
