//! What a cell must not say, because the code around every cell stands on it: the names of the
//! libraries, and attributes of whole programs.

use super::Cell;
use chainrule::display::say;
use ra_ap_syntax::ast::{self, AstNode, HasName};

/// By these names the code around a cell finds the libraries.
const LIBRARIES: [&str; 2] = ["std", "chainrule"];
/// Attributes that take away what every cell uses.
const OF_PROGRAMS: [&str; 4] = ["no_implicit_prelude", "no_std", "no_core", "no_main"];

/// Why a cell cannot be compiled beside the code around it.
pub fn reserved(cell: &Cell) -> Option<String> {
    let mut names = cell.items().flat_map(|item| names_given_by(&item));
    let library = names.find(|name| LIBRARIES.contains(&name.as_str()));
    library
        .map(|name| taken(&name))
        .or_else(|| attribute(cell).map(|name| of_programs(&name)))
}

/// The names that a module, or an import by `as`, puts into the session.
fn names_given_by(item: &ast::Item) -> Vec<String> {
    let names: Vec<Option<ast::Name>> = match item {
        ast::Item::Module(module) => vec![module.name()],
        ast::Item::ExternCrate(_) | ast::Item::Use(_) => {
            let renamed = item.syntax().descendants().filter_map(ast::Rename::cast);
            renamed.map(|rename| rename.name()).collect()
        }
        _ => Vec::new(),
    };
    let names = names.into_iter().flatten();
    names.map(|name| name.text().to_string()).collect()
}

/// `#![no_std]`
fn attribute(cell: &Cell) -> Option<String> {
    let nodes = cell.statements().iter();
    let inner = nodes
        .filter_map(|node| ast::Attr::cast(node.clone()))
        .filter(|attribute| attribute.excl_token().is_some());
    let mut names =
        inner.filter_map(|attribute| Some(attribute.path()?.syntax().text().to_string()));
    names.find(|name| OF_PROGRAMS.contains(&name.as_str()))
}

fn taken(name: &str) -> String {
    say(
        format!(
            "`{name}` is the name of a library that every cell uses: give the module another name"
        ),
        format!("`{name}` 是每个单元格都要用到的库的名字：请给模块换一个名字"),
    )
}

fn of_programs(name: &str) -> String {
    say(
        format!(
            "`#![{name}]` is for a whole program; it takes away what every cell uses: leave the \
             line out"
        ),
        format!("`#![{name}]` 是给整个程序用的，会去掉每个单元格都要用到的东西：请删掉这一行"),
    )
}

#[cfg(test)]
mod tests {
    use super::{Cell, reserved};

    #[test]
    fn names_of_libraries_and_attributes_of_programs_are_refused() {
        for code in [
            "mod std { }",
            "mod chainrule;",
            "let x = 1;\nmod std { pub fn f() {} }",
            "use std::collections as std;",
            "use a::{b, c as chainrule};",
            "use a::{b as d, c as std};",
            "extern crate alloc as std;",
            "#![no_std]\nlet x = 1;",
            "#![no_implicit_prelude]",
        ] {
            assert!(reserved(&Cell::new(code)).is_some(), "{code}");
        }
        for code in [
            "mod core { }",
            "mod outer { mod std { } }",
            "use std::fmt;",
            "let std = 1;",
            "#![allow(unused)]\nlet x = 1;",
            "#[no_std] fn f() {}",
        ] {
            assert_eq!(reserved(&Cell::new(code)), None, "{code}");
        }
    }
}
