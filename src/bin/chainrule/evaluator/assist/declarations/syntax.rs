//! What a node of the syntax tree says.

use super::known::Reexport;
use super::macros::split_at_commas;
use crate::evaluator::assist::types::Type;
use ra_ap_syntax::ast::{self, AstNode, HasGenericParams, HasName};
use ra_ap_syntax::{SyntaxKind, SyntaxNode};
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

/// `<T>`, as it is written.
pub fn parameters_of(node: &impl HasGenericParams) -> String {
    let parameters = node
        .generic_param_list()
        .into_iter()
        .flat_map(|list| list.generic_params());
    let parameters: Vec<String> = parameters.map(|one| one_line(one.syntax())).collect();
    match parameters.is_empty() {
        true => String::new(),
        false => format!("<{}>", parameters.join(", ")),
    }
}

/// The first bound of each type parameter, written at it or behind `where`.
pub fn bounds_of(node: &impl HasGenericParams) -> HashMap<String, Type> {
    use ast::HasTypeBounds;
    let first =
        |list: Option<ast::TypeBoundList>| list?.bounds().find_map(|bound| Type::of(&bound.ty()?));
    let parameters = node
        .generic_param_list()
        .into_iter()
        .flat_map(|list| list.type_or_const_params());
    let written = parameters.filter_map(|parameter| match parameter {
        ast::TypeOrConstParam::Type(one) => Some((name_of(&one), first(one.type_bound_list())?)),
        ast::TypeOrConstParam::Const(_) => None,
    });
    let predicates = node
        .where_clause()
        .into_iter()
        .flat_map(|clause| clause.predicates());
    let behind = predicates.filter_map(|one| {
        let named = Type::of(&one.ty()?)?;
        Some((named.name, first(one.type_bound_list())?))
    });
    written.chain(behind).collect()
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

/// Whether a stable compiler accepts it without a warning.
pub fn is_stable(node: &SyntaxNode) -> bool {
    let attributes = node
        .children()
        .filter(|child| child.kind() == SyntaxKind::ATTR);
    !attributes.into_iter().any(|attribute| {
        let text = attribute.text().to_string();
        ["#[unstable", "#[deprecated", "#[doc(hidden", "#[cfg(test)"]
            .iter()
            .any(|beginning| text.starts_with(beginning))
    })
}

pub fn is_exported(rules: &ast::MacroRules) -> bool {
    has_attribute(rules.syntax(), "macro_export") && !is_hidden(rules.syntax())
}

/// The text of the documentation, without its markers: comments, and `#[doc = "…"]`.
pub fn documentation_of(node: &impl AstNode) -> String {
    let mut lines = Vec::new();
    for part in node.syntax().children_with_tokens() {
        match part.kind() {
            SyntaxKind::COMMENT => {
                let text = part.to_string();
                let line = text.strip_prefix("///");
                lines.extend(line.map(|line| line.strip_prefix(' ').unwrap_or(line).to_owned()));
            }
            SyntaxKind::ATTR => {
                let text = part.to_string();
                lines.extend(text.strip_prefix("#[doc = ").and_then(documented));
            }
            SyntaxKind::WHITESPACE => {}
            _ => break,
        }
    }
    lines.join("\n")
}

/// The text of `"…"]` and of `concat!("…", stringify!(i32), "…")]`.
fn documented(attribute: &str) -> Option<String> {
    let value = attribute.strip_suffix(']')?.trim();
    let literal = |text: &str| {
        let inside = text.trim().strip_prefix('"')?.strip_suffix('"')?;
        Some(inside.replace("\\\"", "\"").replace("\\n", "\n"))
    };
    let Some(parts) = value.strip_prefix("concat!(") else {
        return literal(value);
    };
    let parts = split_at_commas(parts.strip_suffix(')')?);
    let texts = parts.iter().map(|part| {
        let part = part.trim();
        let named = part.strip_prefix("stringify!(");
        let named = named.and_then(|part| part.strip_suffix(')'));
        literal(part).unwrap_or_else(|| named.unwrap_or(part).to_owned())
    });
    Some(texts.collect())
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
    let line = words.join(" ").replace("( ", "(").replace(", )", ")");
    // Says nothing to whoever calls it.
    let line = line
        .replace(" where Self: Sized, ", " where ")
        .replace(", mut ", ", ");
    line.trim_end_matches(',')
        .trim_end_matches(" where Self: Sized")
        .to_owned()
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
