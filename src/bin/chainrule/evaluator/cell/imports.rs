//! What a `use` brings in, piece by piece, as evcxr takes it apart.

use super::Cell;
use ra_ap_syntax::ast::{self, AstNode, HasName};

/// `use std::fmt::{self, Write as _};` has two: `use std::fmt;` and `use std::fmt::Write as _;`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    /// The name that it gives, if it gives one: neither `*` nor `_`.
    pub name: Option<String>,
    /// As evcxr writes it for the compiler.
    pub text: String,
}

impl Import {
    fn new((name, mut path): (String, Vec<String>)) -> Import {
        let mut renamed = String::new();
        if name == "*" {
            path.push(name.clone());
        } else if path.last() != Some(&name) {
            renamed = format!(" as {name}");
        }
        Import {
            text: format!("use {}{renamed};", path.join("::")),
            name: Some(name).filter(|name| !matches!(name.as_str(), "*" | "_")),
        }
    }
}

/// The imports of a cell.
pub fn imports(cell: &Cell) -> Vec<Import> {
    let nodes = cell.statements().iter();
    nodes
        .filter_map(|node| ast::Use::cast(node.clone()))
        .flat_map(|one| of_use(&one))
        .collect()
}

/// The imports of one `use`.
pub fn of_use(statement: &ast::Use) -> Vec<Import> {
    let tree = statement.use_tree();
    let found = tree.into_iter().flat_map(|tree| brought(&tree, &[]));
    found.map(Import::new).collect()
}

/// The imports that evcxr does not see: of `use {a, b};` all, of `use a::{self as b};` the name.
pub fn overlooked(statement: &ast::Use) -> Vec<Import> {
    let has_path = statement
        .use_tree()
        .is_some_and(|tree| tree.path().is_some());
    let text = statement.syntax().text().to_string();
    let is_self = |import: &Import| {
        import
            .name
            .as_ref()
            .is_some_and(|name| text.contains(&format!("self as {name}")))
    };
    of_use(statement)
        .into_iter()
        .filter(|import| !has_path || is_self(import))
        .collect()
}

/// The names of a path.
pub fn segments(path: &ast::Path) -> Vec<String> {
    let name = |one: ast::PathSegment| {
        let name = one.name_ref().map(|name| name.text().to_string());
        name.or_else(|| one.crate_token().map(|token| token.text().to_owned()))
    };
    path.segments().filter_map(name).collect()
}

/// What a tree of imports brings, below a path: each name, which is `*` for all there is and `_`
/// for none, and the path that it stands for.
pub fn brought(tree: &ast::UseTree, before: &[String]) -> Vec<(String, Vec<String>)> {
    let mut path = before.to_vec();
    path.extend(tree.path().iter().flat_map(segments));
    if let Some(list) = tree.use_tree_list() {
        let trees = list.use_trees();
        return trees.flat_map(|tree| brought(&tree, &path)).collect();
    }
    if tree.star_token().is_some() {
        return vec![("*".to_owned(), path)];
    }
    // `use a::{self}` is `use a`.
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let unnamed = || "_".to_owned();
    let name = match tree.rename() {
        Some(rename) => Some(
            rename
                .name()
                .map_or_else(unnamed, |name| name.text().to_string()),
        ),
        None => path.last().cloned(),
    };
    name.map(|name| (name, path)).into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_evcxr_overlooks() {
        let texts = |code: &str| -> Vec<String> {
            let cell = Cell::new(code);
            let nodes = cell.statements().iter();
            let items = nodes.filter_map(|node| ast::Use::cast(node.clone()));
            items
                .flat_map(|one| overlooked(&one))
                .map(|import| import.text)
                .collect()
        };
        assert_eq!(texts("use {a::b, c as d};"), ["use a::b;", "use c as d;"]);
        assert_eq!(texts("use a::{self as e, f};"), ["use a as e;"]);
        assert_eq!(texts("use a::{self, b};"), [""; 0]);
    }

    #[test]
    fn a_use_is_taken_apart() {
        let found = imports(&Cell::new(
            "use a::{self, b::{C, d as e}, f::*, G as _};\nuse crate::h; use self::i::*; fn f() {}",
        ));
        let texts: Vec<&str> = found.iter().map(|one| one.text.as_str()).collect();
        let expected = [
            "use a;",
            "use a::b::C;",
            "use a::b::d as e;",
            "use a::f::*;",
            "use a::G as _;",
            "use crate::h;",
            "use self::i::*;",
        ];
        assert_eq!(texts, expected);
        let names: Vec<&str> = found.iter().filter_map(|one| one.name.as_deref()).collect();
        assert_eq!(names, ["a", "C", "e", "h"]);
    }
}
