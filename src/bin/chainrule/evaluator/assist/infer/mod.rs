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
mod iteration;
mod locals;
mod members;
mod names;
mod patterns;

use super::declarations::{Declarations, Members};
use super::library::library;
use super::standard::standard;
use super::types::Type;
use ra_ap_syntax::ast;

/// Deeper than a person writes; a variable may be defined by itself.
const DEEPEST: usize = 40;

/// All that is known at some moment of a session.
pub struct Scope<'a> {
    /// What the cell itself declares.
    pub cell: Declarations,
    pub session: &'a Declarations,
    /// Names that cells have imported.
    pub imported: &'a [String],
    /// The session's variables and their types.
    pub variables: &'a dyn Fn(&str) -> Option<Type>,
}

/// A name that a pattern brings in.
pub struct Local {
    pub name: String,
    pub kind: Option<Type>,
}

impl Scope<'_> {
    /// What the cell, the session and the library declare.
    fn declared(&self) -> [&Declarations; 3] {
        [&self.cell, self.session, &library().declarations]
    }

    /// The members that all layers know of a type; a cell may implement something for a type of the
    /// library.
    fn members(&self, name: &str) -> Vec<&Members> {
        let layers = self.declared().into_iter();
        let mut found: Vec<&Members> = layers.filter_map(|layer| layer.types.get(name)).collect();
        // A type of one's own may be called like one of std.
        if !found.iter().any(|members| members.is_declared) {
            found.extend(standard().members(name));
        }
        found
    }

    pub fn knows(&self, kind: &Type) -> bool {
        !self.members(&kind.name).is_empty()
    }

    /// The type of an expression.
    pub fn type_of(&self, expression: &ast::Expr) -> Option<Type> {
        self.expression(expression, 0)
    }
}
