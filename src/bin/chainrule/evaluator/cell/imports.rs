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
    fn new(path: &[String], name: &str) -> Import {
        let renamed = if path.last().is_some_and(|last| last == name) {
            ""
        } else {
            &format!(" as {name}")
        };
        let text = format!("use {}{renamed};", path.join("::"));
        Import {
            name: (!matches!(name, "*" | "_")).then(|| name.to_owned()),
            text,
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
    let mut found = Vec::new();
    if let Some(tree) = statement.use_tree() {
        collect(&tree, &[], &mut found);
    }
    found
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

fn collect(tree: &ast::UseTree, before: &[String], found: &mut Vec<Import>) {
    let Some(path) = tree.path() else {
        // `{a, b}` and `*` without a path in front of them.
        tree.use_tree_list()
            .into_iter()
            .flat_map(|list| list.use_trees())
            .for_each(|one| collect(&one, before, found));
        return;
    };
    let is_self = |path: &ast::Path| {
        path.segment().and_then(|one| one.kind()) == Some(ast::PathSegmentKind::SelfKw)
    };
    if is_self(&path) && path.qualifier().is_none() && !before.is_empty() {
        let renamed = tree
            .rename()
            .and_then(|rename| rename.name())
            .map(|name| name.text().to_string());
        found.extend(
            renamed
                .as_ref()
                .or(before.last())
                .map(|name| Import::new(before, name)),
        );
        return;
    }
    let mut whole = before.to_vec();
    whole.extend(path.segments().filter_map(|one| {
        let name = one.name_ref().map(|name| name.text().to_string());
        name.or_else(|| one.crate_token().map(|token| token.text().to_owned()))
    }));
    if let Some(list) = tree.use_tree_list() {
        list.use_trees()
            .for_each(|one| collect(&one, &whole, found));
    } else if let Some(rename) = tree.rename() {
        let name = rename
            .name()
            .map_or("_".to_owned(), |name| name.text().to_string());
        found.push(Import::new(&whole, &name));
    } else {
        whole.extend(tree.star_token().map(|star| star.text().to_owned()));
        found.extend(whole.last().cloned().map(|last| Import::new(&whole, &last)));
    }
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
