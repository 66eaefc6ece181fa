//! The type of an expression, as far as declarations tell it: from variables, constructors and
//! chains of methods.
//!
//! This is not type inference. It follows what is written from left to right, and where it does not
//! know it says so.
//!
//! `names` finds what a name or a path means, `members` what belongs to a type, `expressions` and
//! `calls` follow what is written, `locals` and `patterns` what the code around has brought in.

mod calls;
mod expressions;
mod locals;
mod members;
mod names;
mod patterns;

use super::declarations::{Declarations, Members};
use super::library::{library, standard};
use super::types::Type;
use ra_ap_syntax::ast;

/// Deeper than a person writes; a variable may be defined by itself.
const DEEPEST: usize = 40;

/// All that is known at some moment of a session.
pub struct Scope<'a> {
    /// What the cell itself declares.
    pub cell: Declarations,
    pub session: &'a Declarations,
    /// The session's variables and their types.
    pub variables: &'a dyn Fn(&str) -> Option<Type>,
}

/// A name that a pattern brings in.
pub struct Local {
    pub name: String,
    pub kind: Option<Type>,
}

impl Scope<'_> {
    fn layers(&self) -> [&Declarations; 4] {
        [
            &self.cell,
            self.session,
            &library().declarations,
            &standard().declarations,
        ]
    }

    /// The members that all layers know of a type; a cell may implement something for a type of the
    /// library.
    fn members(&self, name: &str) -> Vec<&Members> {
        let name = declared_as(name);
        self.layers()
            .into_iter()
            .filter_map(|layer| layer.types.get(name))
            .collect()
    }

    pub fn knows(&self, kind: &Type) -> bool {
        !self.members(&kind.name).is_empty()
    }

    /// Whether all of its members are known; those of std are the usual ones only.
    pub fn knows_all_of(&self, kind: &Type) -> bool {
        let is_declared = |layer: &Declarations| layer.types.contains_key(&kind.name);
        is_declared(&self.cell) || is_declared(self.session) || is_declared(&library().declarations)
    }

    /// The type of an expression.
    pub fn type_of(&self, expression: &ast::Expr) -> Option<Type> {
        self.expression(expression, 0)
    }
}

/// Numbers of a kind have the same methods.
fn declared_as(name: &str) -> &str {
    match name {
        "f32" => "f64",
        "i8" | "i16" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128"
        | "usize" => "i32",
        other => other,
    }
}
