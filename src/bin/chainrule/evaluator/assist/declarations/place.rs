//! Makes something known of one declaration.

use super::known::{Item, Kind};
use super::syntax::{
    bounds_of, documentation_of, is_exported, is_hidden, is_stable, name_of, one_line, signature_of,
};
use crate::evaluator::assist::types::{ARRAY, FUNCTION, SLICE, TUPLE, Type};
use crate::evaluator::cell::generics_of;
use ra_ap_syntax::SyntaxNode;
use ra_ap_syntax::ast::{self, AstNode, HasAttrs, HasDocComments, HasName, HasVisibility};

/// Which declarations are noted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Visible {
    /// Those that others can use.
    Public,
    /// Of those, the ones that a stable compiler accepts without a warning: of std.
    Stable,
    /// Those of cells, which are one crate.
    All,
}

/// Where a text stands.
pub struct Place<'a> {
    pub module: &'a str,
    pub file: &'a str,
    pub visible: Visible,
}

impl Place<'_> {
    /// The crate, where several are read: theirs stand in front of their modules.
    pub fn root(&self) -> &str {
        match self.visible {
            Visible::Stable => self.module.split("::").next().unwrap_or_default(),
            Visible::Public | Visible::All => "",
        }
    }

    pub fn shows(&self, item: &(impl HasVisibility + HasAttrs)) -> bool {
        let is_public = || {
            item.visibility()
                .is_some_and(|visibility| visibility.visibility_inner().is_none())
        };
        match self.visible {
            Visible::All => true,
            Visible::Public => is_public() && !is_hidden(item.syntax()),
            Visible::Stable => is_public() && is_stable(item.syntax()),
        }
    }

    pub fn shows_macro(&self, rules: &ast::MacroRules) -> bool {
        match self.visible {
            Visible::All => true,
            Visible::Public => is_exported(rules),
            Visible::Stable => is_exported(rules) && is_stable(rules.syntax()),
        }
    }

    pub fn noted(
        &self,
        node: &(impl HasName + HasDocComments),
        kind: Kind,
        signature: String,
    ) -> Item {
        Item {
            name: name_of(node),
            kind,
            signature,
            documentation: documentation_of(node),
            source: match self.visible {
                Visible::Stable => String::new(),
                Visible::Public | Visible::All => node.syntax().text().to_string(),
            },
            place: self.file.to_owned(),
            value: None,
            parameters: Vec::new(),
            generics: Vec::new(),
        }
    }

    pub fn function(&self, function: &ast::Fn, owner: Option<&str>) -> Item {
        let list = function.param_list();
        let has_self = list
            .as_ref()
            .is_some_and(|list| list.self_param().is_some());
        let kind = if has_self {
            Kind::Method
        } else {
            Kind::Function
        };
        let mut item = self.noted(function, kind, signature_of(function));
        if let Some(owner) = owner {
            let arguments = item
                .signature
                .split_once("fn ")
                .map_or(item.signature.as_str(), |(_, rest)| rest);
            let owner = match owner {
                SLICE => "[T]",
                ARRAY => "[T; N]",
                owner => owner,
            };
            item.signature = format!("fn {owner}::{arguments}");
        }
        item.generics = generics_of(function);
        let bounds = bounds_of(function);
        let bound = |name: &str| bounds.get(name).cloned();
        let parameters = list.into_iter().flat_map(|list| list.params());
        item.parameters = parameters
            .map(|parameter| {
                let found = Type::of(&parameter.ty()?)?;
                Some(found.replaced(&|name| bound(name).filter(|bound| bound.name == FUNCTION)))
            })
            .collect();
        item.value = match function.ret_type() {
            // A closure that is kept in what is returned says what that will give.
            Some(returned) => returned.ty().and_then(|node| Type::of(&node)).map(|found| {
                found.replaced(&|name| bound(name).filter(|bound| bound.name == FUNCTION))
            }),
            None => Some(Type::named(TUPLE)),
        };
        item
    }

    pub fn constant(
        &self,
        node: &(impl HasName + HasDocComments),
        kind: Option<ast::Type>,
    ) -> Item {
        let mut item = self.noted(node, Kind::Constant, one_line(node.syntax()));
        item.value = kind.and_then(|node| Type::of(&node));
        item
    }

    pub fn fields(&self, list: Option<ast::FieldList>) -> Vec<Item> {
        let field =
            |node: &SyntaxNode, name: String, kind: Option<ast::Type>, documentation: String| {
                let kind_text = kind
                    .as_ref()
                    .map(|kind| kind.syntax().text().to_string())
                    .unwrap_or_default();
                Item {
                    signature: format!("{name}: {kind_text}"),
                    name,
                    kind: Kind::Field,
                    documentation,
                    source: node.text().to_string(),
                    place: self.file.to_owned(),
                    value: kind.and_then(|node| Type::of(&node)),
                    parameters: Vec::new(),
                    generics: Vec::new(),
                }
            };
        match list {
            Some(ast::FieldList::RecordFieldList(list)) => list
                .fields()
                .filter(|one| self.shows(one))
                .map(|one| {
                    field(
                        one.syntax(),
                        name_of(&one),
                        one.ty(),
                        documentation_of(&one),
                    )
                })
                .collect(),
            Some(ast::FieldList::TupleFieldList(list)) => list
                .fields()
                .enumerate()
                .filter(|(_, one)| self.shows(one))
                .map(|(at, one)| {
                    field(
                        one.syntax(),
                        at.to_string(),
                        one.ty(),
                        documentation_of(&one),
                    )
                })
                .collect(),
            None => Vec::new(),
        }
    }
}
