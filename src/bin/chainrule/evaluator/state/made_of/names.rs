//! The names that stand in an item, and which of them decide what a type is made of.

use crate::evaluator::cell::imports::segments;
use ra_ap_syntax::ast::{self, AstNode, HasAttrs};
use ra_ap_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, T};
use std::collections::BTreeSet;

pub type Path = Vec<String>;

/// Under what a crate stands among the parts of a type.
pub fn crate_part(name: &str) -> String {
    format!("crate {name}")
}

/// `#[cfg(any())]`: what evcxr is given in place of a definition that was set aside.
pub fn is_absent(item: &ast::Item) -> bool {
    item.attrs()
        .any(|attribute| attribute.syntax().text().to_string().replace(' ', "") == "#[cfg(any())]")
}

/// Whether an attribute of an item may be a macro of a crate, which writes `impl` blocks of its
/// own.
pub fn has_macros(item: &ast::Item) -> bool {
    const OF_RUST: &str = "allow warn deny expect doc repr cfg must_use inline non_exhaustive \
                           track_caller default";
    const DERIVED: &str = "Debug Clone Copy PartialEq Eq PartialOrd Ord Hash Default";
    let is_of_rust = |attribute: ast::Attr| {
        let text = attribute.syntax().text().to_string();
        let is_gap = |c: char| !c.is_alphanumeric() && c != '_';
        let mut words = text.split(is_gap).filter(|word| !word.is_empty());
        let is_in = |words: &str, one: &str| words.split_whitespace().any(|word| word == one);
        match words.next() {
            Some("derive") => words.all(|word| is_in(DERIVED, word)),
            first => first.is_some_and(|first| is_in(OF_RUST, first)),
        }
    };
    !item.attrs().all(is_of_rust)
}

/// A body that decides nothing about a value: that of a function which is not `const` and defines
/// no types of its own.
fn is_plain_body(node: &SyntaxNode) -> bool {
    node.kind() == SyntaxKind::BLOCK_EXPR
        && node
            .parent()
            .and_then(ast::Fn::cast)
            .is_some_and(|function| function.const_token().is_none())
        && !node
            .descendants()
            .any(|inner| ast::Item::can_cast(inner.kind()))
}

/// The parts of a definition that decide: not comments, not what is visible from where, not what a
/// `derive` adds.
fn deciding_tokens(node: &SyntaxNode) -> Vec<SyntaxToken> {
    let decides = |node: &SyntaxNode| match node.kind() {
        SyntaxKind::ATTR => ["repr", "cfg"]
            .iter()
            .any(|word| node.text().to_string().contains(word)),
        SyntaxKind::VISIBILITY => false,
        _ => !is_plain_body(node),
    };
    let tokens = node
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    tokens
        // Whether a comma stands behind the last field or not changes nothing.
        .filter(|token| {
            !matches!(
                token.kind(),
                SyntaxKind::WHITESPACE | SyntaxKind::COMMENT | SyntaxKind::COMMA
            )
        })
        .filter(|token| {
            token
                .parent_ancestors()
                .take_while(|inner| inner != node)
                .all(|inner| decides(&inner))
        })
        .collect()
}

/// The words of a definition, as far as they decide how a value of it looks.
pub fn words_in(node: &SyntaxNode) -> Vec<String> {
    deciding_tokens(node)
        .iter()
        .map(|token| token.text().to_owned())
        .collect()
}

/// The paths that a definition names. Within macros, and in attributes, each name may be one.
pub fn names_in(node: &SyntaxNode, parameters: &BTreeSet<String>) -> Vec<Path> {
    let mut names = Vec::new();
    let is_outside = |inner: &SyntaxNode| {
        inner
            .ancestors()
            .take_while(|above| above != node)
            .any(|above| is_plain_body(&above))
    };
    for inner in node.descendants().filter(|inner| !is_outside(inner)) {
        if let Some(path) = ast::Path::cast(inner.clone()) {
            let is_whole = inner
                .parent()
                .is_none_or(|parent| parent.kind() != SyntaxKind::PATH);
            names.extend(Some(segments(&path)).filter(|path| is_whole && !path.is_empty()));
        } else if inner.kind() == SyntaxKind::TOKEN_TREE {
            names.extend(paths_of_tokens(&inner));
        }
    }
    names.retain(|path| path.len() > 1 || !parameters.contains(&path[0]));
    names
}

/// `a::b` and `c` of `(a::b, c)`.
fn paths_of_tokens(tree: &SyntaxNode) -> Vec<Path> {
    let (mut paths, mut goes_on): (Vec<Path>, bool) = (Vec::new(), false);
    for token in tree
        .children_with_tokens()
        .filter_map(NodeOrToken::into_token)
    {
        match token.kind() {
            SyntaxKind::IDENT | T![self] | T![super] | T![crate] => {
                let name = token.text().to_owned();
                match paths.last_mut().filter(|_| goes_on) {
                    Some(path) => path.push(name),
                    None => paths.push(vec![name]),
                }
                goes_on = false;
            }
            T![::] => goes_on = true,
            // Within macros `::` is two tokens.
            T![:] => {
                let beside = [token.prev_token(), token.next_token()];
                goes_on = beside.iter().flatten().any(|other| other.kind() == T![:]);
            }
            _ => goes_on = false,
        }
    }
    paths
}

/// The heading of an `impl`, as it is written: `From<&str>` for `From<&'a str>`.
pub fn without_lifetimes(node: &SyntaxNode) -> String {
    let tokens = node
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    let tokens = tokens.filter(|token| token.kind() != SyntaxKind::COMMENT);
    let text: String = tokens
        .map(|token| match token.kind() {
            SyntaxKind::LIFETIME_IDENT => String::new(),
            SyntaxKind::WHITESPACE => " ".to_owned(),
            _ => token.text().to_owned(),
        })
        .collect();
    // `&'a str` has become `& str`, `Row<'a, T>` has become `Row<, T>`.
    [("& ", "&"), ("<, ", "<"), ("<>", "")]
        .iter()
        .fold(text, |text, (from, to)| text.replace(from, to))
}

/// The paths in the name of a type, such as `alloc::vec::Vec<ctx::Net>`.
pub fn paths_in(kind: &str) -> Vec<Path> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '#');
    let words = kind
        .split(|c| !is_part(c))
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'));
    words
        .map(|word| {
            word.split("::")
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect()
        })
        .collect()
}
