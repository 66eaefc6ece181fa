//! A notebook as a program: the cells one after the other in `main`, with what a cell may and a
//! program may not.

use super::file::{Notebook, has_tag, source_text};
use crate::evaluator::cell::{Cell, end, name_of, start};
use ra_ap_syntax::ast::{self, HasName};
use ra_ap_syntax::{AstNode, SyntaxNode};
use std::collections::BTreeSet;
use std::path::Path;

/// The source of the program.
pub fn program(notebook: &mut Notebook) -> String {
    let name = notebook
        .path
        .file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned();
    let mut body = String::new();
    let mut dependencies = Vec::new();
    let mut scope = Scope::default();
    for cell in notebook.cells() {
        let source = source_text(cell).unwrap_or_default();
        let text = match cell["cell_type"].as_str() {
            Some("code") if has_tag(cell, "raises-exception") => {
                comment(&format!("This cell is meant to fail:\n\n{source}"))
            }
            Some("code") => {
                dependencies.extend(
                    source
                        .lines()
                        .filter_map(|line| line.trim().strip_prefix(":dep "))
                        .map(str::to_owned),
                );
                scope.cell(&source)
            }
            _ => comment(&source),
        };
        body.push_str(&format!("\n{}\n", text.trim_end()));
    }
    let closing = "}\n".repeat(scope.blocks);
    format!(
        "//! {name} as a program, written by `chainrule export`. In the Cargo.toml beside it:\n\
         //!\n\
         //! ```toml\n\
         //! [dependencies]\n\
         {}\
         //! ```\n\
         #![allow(unused)]\n\
         \n\
         use chainrule::prelude::*;\n\
         \n\
         fn main() -> Result<(), Box<dyn std::error::Error>> {{\
         {body}\
         \n{closing}Ok(())\n}}\n",
        manifest(&dependencies)
    )
}

fn manifest(dependencies: &[String]) -> String {
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folder = if built_from.join("Cargo.toml").exists() {
        env!("CARGO_MANIFEST_DIR")
    } else {
        "the folder of chainrule"
    };
    let ours = format!("chainrule = {{ path = {folder:?}, default-features = false }}");
    let line = |dependency: &str| match dependency.contains('=') {
        true => dependency.to_owned(),
        false => format!("{dependency} = \"*\""),
    };
    let lines = std::iter::once(ours).chain(dependencies.iter().map(|dependency| line(dependency)));
    lines.map(|line| format!("//! {line}\n")).collect()
}

fn comment(text: &str) -> String {
    text.lines()
        .map(|line| format!("// {line}").trim_end().to_owned() + "\n")
        .collect()
}

/// The block that the next cell goes into.
#[derive(Default)]
struct Scope {
    /// What the block defines. A cell that defines one of these again opens a block inside of it,
    /// in which its own definition counts.
    names: BTreeSet<String>,
    /// How many blocks are open inside `main`.
    blocks: usize,
}

impl Scope {
    fn cell(&mut self, source: &str) -> String {
        let cell = Cell::new(source);
        if cell.has_errors() {
            return comment(&format!("This cell is no Rust:\n\n{source}"));
        }
        let names: Vec<String> = cell.statements().iter().flat_map(names_of).collect();
        let mut text = String::new();
        if names.iter().any(|name| self.names.contains(name)) {
            text.push_str("{\n");
            self.blocks += 1;
            self.names.clear();
        }
        self.names.extend(names);
        let rust = cell.rust();
        match cell.statements().last() {
            // In a notebook the value is shown.
            Some(last) if ast::Expr::can_cast(last.kind()) => {
                let (start, end) = (start(last), end(last));
                let (before, value, behind) = (&rust[..start], &rust[start..end], &rust[end..]);
                text.push_str(&format!("{before}(&({value})).evcxr_display();{behind}"));
            }
            _ => text = text + rust + cell.call_of_main(),
        }
        text
    }
}

/// The names that an item brings into its block.
fn names_of(node: &SyntaxNode) -> Vec<String> {
    if let Some(import) = ast::Use::cast(node.clone()) {
        let trees = import.syntax().descendants().filter_map(ast::UseTree::cast);
        let leaves =
            trees.filter(|tree| tree.use_tree_list().is_none() && tree.star_token().is_none());
        let name = |tree: ast::UseTree| {
            let renamed = tree
                .rename()
                .and_then(|rename| rename.name())
                .map(|name| name.text().to_string());
            renamed.or_else(|| Some(tree.path()?.segment()?.name_ref()?.text().to_string()))
        };
        return leaves.filter_map(name).collect();
    }
    let name = ast::Item::cast(node.clone()).and_then(|item| name_of(&item));
    name.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_expression_is_shown() {
        let mut scope = Scope::default();
        assert_eq!(
            scope.cell("let x = 6;\nx * 7 // shown"),
            "let x = 6;\n(&(x * 7)).evcxr_display(); // shown"
        );
        assert_eq!(scope.cell("x;"), "x;");
        assert_eq!(
            scope.cell(":dep rand\nx").trim_start(),
            "(&(x)).evcxr_display();"
        );
        assert_eq!(
            scope.cell("let = 5;"),
            "// This cell is no Rust:\n//\n// let = 5;\n"
        );
        assert_eq!(scope.cell("fn main() {}"), "fn main() {}\nmain();");
    }

    #[test]
    fn a_definition_again_opens_a_block() {
        let mut scope = Scope::default();
        let cells = [
            ("use std::fmt::{self, Display as D};", 0),
            ("struct A; fn f() {}", 0),
            ("use std::path::Path;", 0),
            ("fn f() {}", 1),
            ("struct A;", 1),
            ("trait D {}", 1),
            ("const A: i32 = 1;", 2),
            ("let f = 1;", 2),
        ];
        for (cell, blocks) in cells {
            scope.cell(cell);
            assert_eq!(scope.blocks, blocks, "{cell}");
        }
    }
}
