//! A cell as evcxr gets it: the learner's text with little things put in that mend what evcxr does
//! with it.

use super::implementations::{IMPLEMENTATION, Implementations};
use super::imports::{of_use, overlooked};
use super::{Cell, end, name_of, start};
use ra_ap_syntax::ast::{self, HasName};
use ra_ap_syntax::{AstNode, SyntaxNode};

/// The prepared text, and the way back to the learner's columns. Lines stay the same.
#[derive(Clone)]
pub struct Prepared {
    pub cell: Cell,
    insertions: Vec<Insertion>,
    /// What is implemented once the cell has run.
    pub implementations: Implementations,
}

#[derive(Clone)]
struct Insertion {
    line: usize,
    column: usize,
    length: usize,
}

impl Insertion {
    fn new(code: &str, at: usize, text: &str) -> Insertion {
        let line_start = code[..at].rfind('\n').map_or(0, |newline| newline + 1);
        Insertion {
            line: code[..at].matches('\n').count() + 1,
            column: code[line_start..at].chars().count() + 1,
            length: text.chars().count(),
        }
    }
}

/// Before an item that takes the place of one that was set aside: rustc does not see it.
pub const NOTHING: &str = "#[cfg(any())]";
/// Put around the value of a cell.
pub const SHOWN: (&str, &str) = ("(&(", ")).evcxr_display();");
/// Put before each statement, with its line.
pub const AT: &str = "chainrule::cell::at(";

/// Prepares a cell that comes after those that have implemented `implementations`.
pub fn prepare(cell: &Cell, implementations: &Implementations) -> Prepared {
    let mut prepared = Prepared::unchanged(cell.clone(), implementations);
    if cell.has_errors() {
        return prepared;
    }
    let (code, nodes) = (cell.text(), cell.statements());
    let mut texts = places(cell);
    let mut behind = String::new();
    for node in nodes {
        if let Some((front, rest)) = prepared.implementations.note(node) {
            texts.push((start(node), front));
            behind += &rest;
        } else if let Some(statement) = ast::Use::cast(node.clone()) {
            let imports = overlooked(&statement)
                .into_iter()
                .map(|import| format!("{} ", import.text));
            texts.push((start(node), imports.collect()));
        } else if let Some(one) = ast::LetStmt::cast(node.clone()) {
            texts.push((end(node), named_again(&one)));
        }
    }
    if let Some(last) = nodes.last().filter(|last| ast::Expr::can_cast(last.kind())) {
        // evcxr would show the value, too, but it has a second way ready for values that cannot
        // show themselves, and takes it after any error at the expression, such as a variable that
        // is moved there: a picture would become text.
        texts.push((start(last), SHOWN.0.to_owned()));
        texts.push((end(last), SHOWN.1.to_owned()));
    }
    texts.push((code.len(), cell.call_of_main().to_owned()));
    texts.push((code.len(), behind));
    texts.retain(|(_, text)| !text.is_empty());
    texts.sort_by_key(|(at, _)| *at); // what stands at the same place keeps its order
    prepared.insert(&texts);
    prepared
}

/// Says before each statement where the cell is, should it crash there.
fn places(cell: &Cell) -> Vec<(usize, String)> {
    let is_statement =
        |node: &&SyntaxNode| !ast::Item::can_cast(node.kind()) && !ast::Attr::can_cast(node.kind());
    let statements = cell.statements().iter().filter(is_statement);
    let place = |node: &SyntaxNode| {
        let line = cell.text()[..start(node)].matches('\n').count() + 1;
        (start(node), format!("{AT}{line}); "))
    };
    statements.map(place).collect()
}

impl Prepared {
    /// A cell of ours.
    pub fn unchanged(cell: Cell, implementations: &Implementations) -> Prepared {
        Prepared {
            cell,
            insertions: Vec::new(),
            implementations: implementations.clone(),
        }
    }

    pub fn text(&self) -> &str {
        self.cell.text()
    }

    fn change(&mut self, change: impl FnOnce(&mut String)) {
        let mut text = self.cell.text().to_owned();
        change(&mut text);
        self.cell = self.cell.with_text(text);
    }

    /// Puts texts into the learner's cell, each at a byte of it, in order.
    fn insert(&mut self, texts: &[(usize, String)]) {
        let new = |(at, text): &(usize, String)| Insertion::new(self.cell.text(), *at, text);
        self.insertions = texts.iter().map(new).collect();
        self.change(|cell| {
            let from_behind = texts.iter().rev();
            from_behind.for_each(|(at, text)| cell.insert_str(*at, text));
        });
    }

    /// Takes a definition of an earlier cell, given as its text, out of the session. Says what it
    /// is called.
    pub fn set_aside(&mut self, definition: &str) -> Option<String> {
        let node = Cell::new(definition).statements().first()?.clone();
        let (called, text) = if let Some(block) = ast::Impl::cast(node.clone()) {
            let (called, gone) = self.implementations.forget(&block);
            self.take_out_rests(&gone);
            (called, gone)
        } else {
            let name = match ast::Use::cast(node.clone()) {
                Some(statement) => of_use(&statement).into_iter().next()?.name?,
                None => name_of(&ast::Item::cast(node.clone())?)?,
            };
            let called = match ast::Use::cast(node) {
                Some(_) => definition.trim_end_matches(';').to_owned(),
                None => name.clone(),
            };
            // evcxr replaces an item by any other of its name, and rustc does not see this one.
            (called, format!("{NOTHING} type {name} = (); "))
        };
        self.put_first(&text)?;
        (!text.is_empty()).then_some(called)
    }

    /// Takes implementations that go off the end of the cell, given as the constants in front of
    /// them.
    fn take_out_rests(&mut self, gone: &str) {
        for constant in gone.split_inclusive("= (); ") {
            let begin = format!("\n{}\n", constant.trim_end());
            let text = self.cell.text();
            if let Some(at) = text.rfind(&begin) {
                let next = text[at + 1..].find(&format!("\nconst {IMPLEMENTATION}"));
                let end = next.map_or(text.len(), |next| at + 1 + next);
                self.change(|text| text.replace_range(at..end, ""));
            }
        }
    }

    /// Puts an item in front of the cell.
    pub fn put_first(&mut self, text: &str) -> Option<()> {
        let is_attribute = |node: &SyntaxNode| ast::Attr::can_cast(node.kind());
        let mut nodes = self.cell.statements().iter();
        let at = start(nodes.find(|node| !is_attribute(node))?);
        self.insertions
            .insert(0, Insertion::new(self.cell.text(), at, text));
        self.change(|cell| cell.insert_str(at, text));
        Some(())
    }

    /// The column in the learner's cell that a column of the prepared one corresponds to.
    pub fn column(&self, line: usize, column: usize) -> usize {
        let mut inserted = 0;
        for insertion in self
            .insertions
            .iter()
            .filter(|insertion| insertion.line == line)
        {
            if column <= insertion.column + inserted {
                break;
            }
            inserted += insertion.length.min(column - insertion.column - inserted);
        }
        column - inserted
    }
}

/// Variables in parts of a pattern that evcxr does not look into, such as `let [a, b] = …;`, named
/// again so that it keeps them.
fn named_again(statement: &ast::LetStmt) -> String {
    let hidden = statement
        .pat()
        .map(|pattern| hidden_in(&pattern))
        .unwrap_or_default();
    let again = |one: &ast::IdentPat| {
        let name = one
            .name()
            .map(|name| name.text().to_string())
            .filter(|name| !name.starts_with(char::is_uppercase))?;
        let changes = if one.mut_token().is_some() {
            "mut "
        } else {
            ""
        };
        one.ref_token()
            .is_none()
            .then(|| format!(" let {changes}{name} = {name};"))
    };
    hidden.iter().filter_map(again).collect()
}

fn hidden_in(pattern: &ast::Pat) -> Vec<ast::IdentPat> {
    match pattern {
        ast::Pat::IdentPat(one) => one
            .pat()
            .map(|inner| all_in(inner.syntax()))
            .unwrap_or_default(),
        ast::Pat::TuplePat(tuple) => tuple.fields().flat_map(|one| hidden_in(&one)).collect(),
        ast::Pat::TupleStructPat(tuple) => tuple.fields().flat_map(|one| hidden_in(&one)).collect(),
        ast::Pat::RecordPat(record) => {
            let fields = record
                .record_pat_field_list()
                .into_iter()
                .flat_map(|list| list.fields());
            fields
                .filter_map(|field| field.pat())
                .flat_map(|one| hidden_in(&one))
                .collect()
        }
        other => all_in(other.syntax()),
    }
}

fn all_in(pattern: &SyntaxNode) -> Vec<ast::IdentPat> {
    pattern
        .descendants()
        .filter_map(ast::IdentPat::cast)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(code: &str) -> Prepared {
        after(code, &Implementations::default())
    }

    fn after(code: &str, implementations: &Implementations) -> Prepared {
        prepare(&Cell::new(code), implementations)
    }

    /// Without the calls that tell where the cell is.
    fn plain(code: &str) -> String {
        prepared(code)
            .text()
            .split(AT)
            .enumerate()
            .map(|(at, part)| if at == 0 { part } else { &part[4..] })
            .collect()
    }

    #[test]
    fn each_statement_says_where_it_is() {
        let prepared = prepared(":opt 1\nlet a = 1; f(\n a);\nfn g() {}\n\na");
        assert_eq!(
            prepared.text(),
            ":opt 1\nchainrule::cell::at(2); let a = 1; chainrule::cell::at(2); f(\n a);\nfn g() \
             {}\n\nchainrule::cell::at(6); (&(a)).evcxr_display();"
        );
        assert_eq!(
            (
                prepared.column(2, 25),
                prepared.column(2, 60),
                prepared.column(6, 28)
            ),
            (1, 12, 1)
        );
    }

    #[test]
    fn a_last_expression_is_shown() {
        let code = ":opt 1\nlet é = 1;\n  é + 1 // sum";
        assert_eq!(
            plain(code),
            ":opt 1\nlet é = 1;\n  (&(é + 1)).evcxr_display(); // sum"
        );
        let prepared = prepared(code);
        let columns = [3, 30, 34].map(|column| prepared.column(3, column));
        assert_eq!((columns, prepared.column(2, 32)), ([3, 3, 7], 8));
    }

    #[test]
    fn what_needs_nothing_stays_as_it_is() {
        let cells = [
            "let x = 1;",
            "fn f() {}",
            "",
            ":vars",
            "1 +",
            "// 1",
            "x;",
            "#[derive(Debug)] struct A;",
        ];
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
            first.text(),
            "const CHAINRULE_IMPL_1: () = (); impl Display for Net { }\n\
             const CHAINRULE_IMPL_2: () = (); impl Net { fn a() {} fn b() {} }"
        );
        assert_eq!(first.column(1, 38), 5);
        let second = after("impl Net { fn b() {} }", &first.implementations);
        let rest = "\nconst CHAINRULE_IMPL_2: () = ();\nimpl Net {\nfn a() {}\n}";
        assert_eq!(
            second.text(),
            format!("const CHAINRULE_IMPL_3: () = (); impl Net {{ fn b() {{}} }}{rest}")
        );
        let again = after("impl Net { fn b() { 1 } }", &second.implementations);
        assert_eq!(
            again.text(),
            "const CHAINRULE_IMPL_3: () = (); impl Net { fn b() { 1 } }"
        );
        let mut aside = second.clone();
        aside.set_aside("impl Net { fn a() {} }");
        assert!(
            aside
                .text()
                .ends_with("const CHAINRULE_IMPL_3: () = (); impl Net { fn b() {} }"),
            "{}",
            aside.text()
        );
        let whole = after("impl Net { fn a() {} fn b() {} }", &second.implementations);
        let emptied = "const CHAINRULE_IMPL_2: () = (); const CHAINRULE_IMPL_3: () = (); const \
                      CHAINRULE_IMPL_4: () = (); ";
        assert_eq!(
            whole.text(),
            format!("{emptied}impl Net {{ fn a() {{}} fn b() {{}} }}")
        );
        let third = after("impl Net { fn c() {} }", &again.implementations);
        assert_eq!(
            third.text(),
            "const CHAINRULE_IMPL_4: () = (); impl Net { fn c() {} }"
        );
    }

    #[test]
    fn an_impl_of_anything_can_be_written_again() {
        let codes = [
            "struct Net<T>(T); impl<T: Clone> Net<T> { fn a() {} }",
            "impl < U > Net<U> { fn a() {} }",
            "impl<T: Debug> Say for Net<T> {}",
            "impl<U: Debug> Say for Net< U > {}",
            "impl std::fmt::Debug for Net2 {}",
            "#[derive(Clone, Debug)] struct Net2;",
        ];
        let mut known = Implementations::default();
        let mut kept = Vec::new();
        for code in codes {
            known = after(code, &known).implementations;
            kept.push(known.count());
        }
        assert_eq!(kept, [1, 1, 2, 2, 3, 2]);
    }

    #[test]
    fn a_definition_is_set_aside() {
        let before = prepared("impl Net { fn forward() {} }\nfn train() {}");
        let mut cell = after("#![a]\n struct Net; net", &before.implementations);
        assert_eq!(cell.set_aside("fn train() {}").as_deref(), Some("train"));
        assert_eq!(
            cell.set_aside("impl Net { fn forward() {} }").as_deref(),
            Some("impl Net")
        );
        assert_eq!(
            cell.text(),
            "#![a]\n const CHAINRULE_IMPL_1: () = (); #[cfg(any())] type train = (); struct Net; \
             chainrule::cell::at(2); (&(net)).evcxr_display();"
        );
        let at = |text: &str| cell.text().lines().nth(1).unwrap().find(text).unwrap() + 1;
        assert_eq!(
            [at("struct"), at("(net") + 1].map(|column| cell.column(2, column)),
            [2, 14]
        );
        assert_eq!(cell.set_aside("impl Net { fn forward() {} }"), None);
    }
}
