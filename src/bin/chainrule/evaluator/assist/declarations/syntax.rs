//! What a node of the syntax tree says.

use super::known::Reexport;
use crate::evaluator::assist::types::Type;
use ra_ap_syntax::ast::{self, AstNode, HasAttrs, HasDocComments, HasGenericParams, HasName};
use ra_ap_syntax::{AstToken, SyntaxKind, SyntaxNode};
use std::collections::HashMap;

/// A path of a module in a module.
pub fn joined(module: &str, name: &str) -> String {
    if module.is_empty() {
        name.to_owned()
    } else {
        format!("{module}::{name}")
    }
}

pub fn name_of(node: &impl HasName) -> String {
    node.name()
        .map(|name| name.text().to_string())
        .unwrap_or_default()
}

pub fn generics_of(node: &impl HasGenericParams) -> Vec<String> {
    let parameters = node
        .generic_param_list()
        .into_iter()
        .flat_map(|list| list.type_or_const_params());
    parameters
        .filter_map(|parameter| Some(parameter.name()?.text().to_string()))
        .collect()
}

/// `<T>`, as it is written.
pub fn parameters_of(node: &impl HasGenericParams) -> String {
    node.generic_param_list()
        .map(|list| one_line(list.syntax()))
        .unwrap_or_default()
}

/// The first bound of each type parameter, written at it or behind `where`.
pub fn bounds_of(function: &ast::Fn) -> HashMap<String, Type> {
    use ast::HasTypeBounds;
    let mut found = HashMap::new();
    let first =
        |list: Option<ast::TypeBoundList>| list?.bounds().find_map(|bound| Type::of(&bound.ty()?));
    for parameter in function
        .generic_param_list()
        .into_iter()
        .flat_map(|list| list.type_or_const_params())
    {
        if let ast::TypeOrConstParam::Type(parameter) = parameter
            && let Some(bound) = first(parameter.type_bound_list())
        {
            found.insert(name_of(&parameter), bound);
        }
    }
    for predicate in function
        .where_clause()
        .into_iter()
        .flat_map(|clause| clause.predicates())
    {
        if let (Some(named), Some(bound)) = (
            predicate.ty().and_then(|node| Type::of(&node)),
            first(predicate.type_bound_list()),
        ) {
            found.insert(named.name, bound);
        }
    }
    found
}

/// The traits of a `derive`.
pub fn derived_by(node: &impl HasAttrs) -> Vec<String> {
    let lists = node
        .attrs()
        .map(|attribute| attribute.syntax().text().to_string());
    let lists: Vec<String> = lists.filter(|text| text.starts_with("#[derive")).collect();
    let words = lists
        .iter()
        .flat_map(|list| list.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words
        .filter(|word| !word.is_empty() && *word != "derive")
        .map(str::to_owned)
        .collect()
}

pub fn has_attribute(node: &SyntaxNode, text: &str) -> bool {
    let attributes = node
        .children()
        .filter(|child| child.kind() == SyntaxKind::ATTR);
    attributes
        .into_iter()
        .any(|attribute| attribute.text().to_string().contains(text))
}

pub fn is_hidden(node: &SyntaxNode) -> bool {
    has_attribute(node, "doc(hidden)")
}

pub fn is_exported(rules: &ast::MacroRules) -> bool {
    has_attribute(rules.syntax(), "macro_export") && !is_hidden(rules.syntax())
}

/// The text of the documentation, without its markers.
pub fn documentation_of(node: &impl HasDocComments) -> String {
    let lines = node.doc_comments().filter_map(|comment| {
        let text = comment.syntax().text().to_string();
        let line = text.strip_prefix("///")?;
        Some(line.strip_prefix(' ').unwrap_or(line).to_owned())
    });
    lines.collect::<Vec<_>>().join("\n")
}

pub fn signature_of(function: &ast::Fn) -> String {
    let body = function
        .body()
        .map(|body| body.syntax().text_range().start());
    let begin = function.fn_token().map(|token| token.text_range().start());
    let (whole, from) = (
        function.syntax().text(),
        function.syntax().text_range().start(),
    );
    let begin = begin.unwrap_or(from) - from;
    let end = body.map_or(whole.len(), |body| body - from);
    let text = whole.slice(begin..end).to_string();
    in_one_line(text.trim_end_matches([';', ' ', '\n']))
}

/// A declaration without what is in front of it.
pub fn one_line(node: &SyntaxNode) -> String {
    let is_front = |kind| {
        matches!(
            kind,
            SyntaxKind::ATTR
                | SyntaxKind::COMMENT
                | SyntaxKind::WHITESPACE
                | SyntaxKind::VISIBILITY
        )
    };
    let parts = node
        .children_with_tokens()
        .skip_while(|part| is_front(part.kind()));
    in_one_line(
        parts
            .map(|part| part.to_string())
            .collect::<String>()
            .trim_end_matches(';'),
    )
}

pub fn in_one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(", )", ")")
}

/// What `use` brings in.
pub fn imported(tree: &ast::UseTree, before: &[String], found: &mut Vec<Reexport>) {
    let mut path = before.to_vec();
    if let Some(written) = tree.path() {
        path.extend(
            written
                .segments()
                .map(|segment| segment.syntax().text().to_string()),
        );
    }
    if let Some(list) = tree.use_tree_list() {
        return list
            .use_trees()
            .for_each(|inner| imported(&inner, &path, found));
    }
    let renamed = tree
        .rename()
        .and_then(|rename| Some(rename.name()?.text().to_string()));
    let name = match (tree.star_token(), renamed) {
        (Some(_), _) => "*".to_owned(),
        (None, Some(name)) => name,
        (None, None) => {
            if path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            path.last().cloned().unwrap_or_default()
        }
    };
    found.push(Reexport { path, name });
}
