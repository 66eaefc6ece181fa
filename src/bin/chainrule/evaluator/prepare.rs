//! A cell as evcxr gets it: the learner's text with little things put in that mend what evcxr does with it.

use super::cell::{BEFORE, parse, statements, without_commands};
use ra_ap_syntax::ast::{self, HasName};
use ra_ap_syntax::{AstNode, SyntaxNode};
use std::collections::BTreeSet;

/// The prepared text, and the way back to the learner's columns. Lines stay the same.
pub struct Prepared {
    pub code: String,
    insertions: Vec<Insertion>,
    /// What is implemented once the cell has run.
    pub implementations: Implementations,
}

struct Insertion {
    line: usize,
    column: usize,
    length: usize,
}

/// `impl` blocks that stand in a cell without the type they are for.
///
/// evcxr replaces items by their name, and an `impl` has none: the second run of such a cell would implement everything
/// twice. So each gets a constant of ours in front of it, whose name evcxr keeps it under.
#[derive(Clone, Default)]
pub struct Implementations {
    known: Vec<(String, BTreeSet<String>)>,
    count: usize,
}

/// Put before each statement, with its line.
const AT: &str = "chainrule::cell::at(";
/// The constants start with this. Completion leaves them out.
pub const IMPLEMENTATION: &str = "chainrule_impl_";

impl Implementations {
    /// What to put in front of an `impl` that provides these things, so that it replaces those that provided one of them.
    fn place(&mut self, provides: BTreeSet<String>) -> String {
        let replaced = |known: &(String, BTreeSet<String>)| !known.1.is_disjoint(&provides);
        let mut names: Vec<String> = self.known.extract_if(.., |known| replaced(known)).map(|(name, _)| name).collect();
        self.count += 1;
        let name = format!("{IMPLEMENTATION}{}", self.count);
        names.push(name.clone());
        self.known.push((name, provides));
        names.iter().map(|name| format!("const {name}: () = (); ")).collect()
    }
}

/// Prepares a cell that comes after those that have implemented `implementations`.
pub fn prepare(code: &str, implementations: &Implementations) -> Prepared {
    let mut prepared =
        Prepared { code: code.to_owned(), insertions: Vec::new(), implementations: implementations.clone() };
    let rust = parse(&without_commands(code));
    if !rust.errors().is_empty() {
        return prepared;
    }
    let nodes = statements(&rust);
    let mut insertions: Vec<(usize, String)> = Vec::new();
    // Where the cell is, should it crash there.
    for node in nodes.iter().filter(|node| !ast::Item::can_cast(node.kind())) {
        let line = code[..start(node)].matches('\n').count() + 1;
        insertions.push((start(node), format!("{AT}{line}); ")));
    }
    // Behind an item that has a name, evcxr keeps an `impl` together with that.
    for node in nodes.iter().take_while(|node| !is_named_item(node)) {
        if let Some(block) = ast::Impl::cast(node.clone()) {
            insertions.push((start(node), prepared.implementations.place(provided_by(&block))));
        }
    }
    if let Some(last) = nodes.last().filter(|last| ast::Expr::can_cast(last.kind())) {
        // evcxr would show the value, too, but it has a second way ready for values that cannot show themselves, and takes
        // it after any error at the expression, such as a variable that is moved there: a picture would become text.
        insertions.push((start(last), "(".to_owned()));
        insertions.push((usize::from(last.text_range().end()) - BEFORE.len(), ").evcxr_display();".to_owned()));
    }
    if let Some(main) = nodes.iter().find_map(|node| ast::Fn::cast(node.clone()).filter(is_main))
        && nodes.last().is_some_and(|last| ast::Item::can_cast(last.kind()))
    {
        // A program from a book is a cell that only defines things.
        let call = if main.ret_type().is_some() { "\nmain()?;" } else { "\nmain();" };
        insertions.push((code.len(), call.to_owned()));
    }
    insertions.sort_by_key(|(at, _)| *at); // what stands at the same place keeps its order
    for (at, text) in insertions.iter().rev() {
        prepared.code.insert_str(*at, text);
        let line_start = code[..*at].rfind('\n').map_or(0, |newline| newline + 1);
        prepared.insertions.push(Insertion {
            line: code[..*at].matches('\n').count() + 1,
            column: code[line_start..*at].chars().count() + 1,
            length: text.chars().count(),
        });
    }
    prepared.insertions.reverse();
    prepared
}

impl Prepared {
    /// A cell of ours.
    pub fn unchanged(code: &str, implementations: &Implementations) -> Prepared {
        Prepared { code: code.to_owned(), insertions: Vec::new(), implementations: implementations.clone() }
    }

    /// The column in the learner's cell that a column of the prepared one corresponds to.
    pub fn column(&self, line: usize, column: usize) -> usize {
        let mut inserted = 0;
        for insertion in self.insertions.iter().filter(|insertion| insertion.line == line) {
            if column <= insertion.column + inserted {
                break;
            }
            inserted += insertion.length.min(column - insertion.column - inserted);
        }
        column - inserted
    }
}

fn start(node: &SyntaxNode) -> usize {
    usize::from(node.text_range().start()) - BEFORE.len()
}

fn is_main(function: &ast::Fn) -> bool {
    let has_parameters = function.param_list().is_some_and(|list| list.params().next().is_some());
    function.name().is_some_and(|name| name.text() == "main") && !has_parameters
}

/// Those under whose name evcxr keeps what follows them.
fn is_named_item(node: &SyntaxNode) -> bool {
    use ast::Item::{Const, Enum, Fn, MacroDef, Module, Static, Struct, Trait, TypeAlias, Union};
    let item = ast::Item::cast(node.clone());
    item.is_some_and(|item| {
        matches!(
            item,
            Const(_)
                | Enum(_)
                | Fn(_)
                | MacroDef(_)
                | Module(_)
                | Static(_)
                | Struct(_)
                | Trait(_)
                | TypeAlias(_)
                | Union(_)
        )
    })
}

/// `Display for Net`, or `Net::forward` for each thing in an `impl` without a trait.
fn provided_by(block: &ast::Impl) -> BTreeSet<String> {
    let text = |node: Option<ast::Type>| node.map(|node| node.syntax().text().to_string()).unwrap_or_default();
    let own_type = text(block.self_ty());
    if let Some(implemented) = block.trait_() {
        return BTreeSet::from([format!("{} for {own_type}", text(Some(implemented)))]);
    }
    let items = block.assoc_item_list().into_iter().flat_map(|list| list.assoc_items());
    let name = |item: ast::AssocItem| match item {
        ast::AssocItem::Fn(function) => function.name(),
        ast::AssocItem::Const(constant) => constant.name(),
        ast::AssocItem::TypeAlias(alias) => alias.name(),
        ast::AssocItem::MacroCall(_) => None,
    };
    items.filter_map(name).map(|name| format!("{own_type}::{}", name.text())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(code: &str) -> Prepared {
        prepare(code, &Implementations::default())
    }

    /// Without the calls that tell where the cell is.
    fn plain(code: &str) -> String {
        prepared(code).code.split(AT).enumerate().map(|(at, part)| if at == 0 { part } else { &part[4..] }).collect()
    }

    #[test]
    fn each_statement_says_where_it_is() {
        let prepared = prepared(":opt 1\nlet a = 1; f(\n a);\nfn g() {}\n\na");
        assert_eq!(
            prepared.code,
            ":opt 1\nchainrule::cell::at(2); let a = 1; chainrule::cell::at(2); f(\n a);\nfn g() {}\n\n\
             chainrule::cell::at(6); (a).evcxr_display();"
        );
        assert_eq!((prepared.column(2, 25), prepared.column(2, 60), prepared.column(6, 26)), (1, 12, 1));
    }

    #[test]
    fn a_last_expression_is_shown() {
        let code = ":opt 1\nlet é = 1;\n  é + 1 // sum";
        assert_eq!(plain(code), ":opt 1\nlet é = 1;\n  (é + 1).evcxr_display(); // sum");
        let prepared = prepared(code);
        let columns = [3, 28, 32].map(|column| prepared.column(3, column));
        assert_eq!((columns, prepared.column(2, 32)), ([3, 3, 7], 8));
    }

    #[test]
    fn what_needs_nothing_stays_as_it_is() {
        let cells = ["let x = 1;", "fn f() {}", "", ":vars", "1 +", "// 1", "x;", "struct A;\nimpl A {}"];
        for code in cells {
            assert_eq!(plain(code), code);
        }
    }

    #[test]
    fn a_program_is_run() {
        assert_eq!(plain("fn main() {\n}"), "fn main() {\n}\nmain();");
        let fallible = "use std::io;\nfn main() -> io::Result<()> { Ok(()) }\nfn f() {} // end";
        assert_eq!(plain(fallible), format!("{fallible}\nmain()?;"));
        for called in ["fn main() {}\nmain();", "fn main(x: i32) {}"] {
            assert_eq!(plain(called), called);
        }
    }

    #[test]
    fn an_impl_replaces_the_one_from_before() {
        let first = prepared("impl Display for Net { }\nimpl Net { fn a() {} fn b() {} }");
        assert_eq!(
            first.code,
            "const chainrule_impl_1: () = (); impl Display for Net { }\n\
             const chainrule_impl_2: () = (); impl Net { fn a() {} fn b() {} }"
        );
        assert_eq!(first.column(1, 38), 5);
        let second = prepare("impl Net { fn b() {} }", &first.implementations);
        assert_eq!(
            second.code,
            "const chainrule_impl_2: () = (); const chainrule_impl_3: () = (); impl Net { fn b() {} }"
        );
        let third = prepare("impl Net { fn c() {} }", &second.implementations);
        assert_eq!(third.code, "const chainrule_impl_4: () = (); impl Net { fn c() {} }");
    }
}
