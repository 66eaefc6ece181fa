//! A cell as evcxr gets it: the learner's text with little things put in that mend what evcxr does
//! with it.

use super::cell::{BEFORE, parse, statements, without_commands};
use super::imports::{of_use, overlooked};
use ra_ap_syntax::ast::{self, HasAttrs, HasGenericParams, HasName};
use ra_ap_syntax::{AstNode, SyntaxKind, SyntaxNode};
use std::collections::BTreeSet;

/// The prepared text, and the way back to the learner's columns. Lines stay the same.
#[derive(Clone)]
pub struct Prepared {
    pub code: String,
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

/// The `impl` blocks of a session, and the `extern` blocks.
///
/// evcxr replaces items by their name, and these have none: the second run of a cell would
/// implement everything twice. So each gets a constant of ours in front of it, whose name evcxr
/// keeps it under.
#[derive(Clone, Debug, Default)]
pub struct Implementations {
    known: Vec<Known>,
    count: usize,
}

#[derive(Clone, Debug)]
struct Known {
    constant: String,
    provides: BTreeSet<String>,
    text: String,
}

/// Before an item that takes the place of one that was set aside: rustc does not see it.
pub const NOTHING: &str = "#[cfg(any())]";
/// Put around the value of a cell.
pub const SHOWN: (&str, &str) = ("(&(", ")).evcxr_display();");
/// Put before each statement, with its line.
pub const AT: &str = "chainrule::cell::at(";
/// The constants start with this. Completion leaves them out.
pub const IMPLEMENTATION: &str = "CHAINRULE_IMPL_";

impl Implementations {
    /// What to put in front of an `impl` that provides these things, so that it replaces those that
    /// provided one of them; and, for the end of the cell, what these have besides.
    fn place(&mut self, provides: BTreeSet<String>, text: String) -> (String, String) {
        let mut overlapping = self
            .known
            .iter_mut()
            .filter(|known| !known.provides.is_disjoint(&provides));
        if let (Some(known), None) = (overlapping.next(), overlapping.next())
            && known.provides == provides
        {
            // The cell is run again: everything after it finds what it found before.
            known.text = text;
            return (constant(&known.constant), String::new());
        }
        let mut behind = String::new();
        for known in self
            .known
            .iter_mut()
            .filter(|known| !known.provides.is_disjoint(&provides))
        {
            if let Some(rest) = without_methods(&known.text, &provides) {
                known.provides.retain(|one| !provides.contains(one));
                behind += &format!("{}{rest}", in_front_of_a_rest(&known.constant));
                known.text = rest;
            }
        }
        let emptied = self.remove(|known| !known.is_disjoint(&provides));
        self.count += 1;
        let name = format!("{IMPLEMENTATION}{}", self.count);
        let constant = constant(&name);
        self.known.push(Known {
            constant: name,
            provides,
            text,
        });
        (emptied + &constant, behind)
    }

    /// What to put into a cell so that implementations of before are no longer there.
    fn remove(&mut self, is_removed: impl Fn(&BTreeSet<String>) -> bool) -> String {
        let removed = self
            .known
            .extract_if(.., |known| is_removed(&known.provides));
        removed.map(|known| constant(&known.constant)).collect()
    }
}

/// The methods of an earlier `impl` that a cell leaves as they are stand at its end, each on lines
/// of its own.
fn in_front_of_a_rest(name: &str) -> String {
    format!("\n{}\n", constant(name).trim_end())
}

/// An `impl` without those of its methods that are among these, each of the others at the beginning
/// of a line, where its place is found. Nothing if none is left.
fn without_methods(text: &str, gone: &BTreeSet<String>) -> Option<String> {
    let node = statements(&parse(text)).into_iter().next()?;
    let block = ast::Impl::cast(node.clone()).filter(|block| block.trait_().is_none())?;
    let own_type = own_type(&block);
    let list = block.assoc_item_list()?;
    let is_left = |item: &ast::AssocItem| {
        !name_within(item).is_some_and(|name| gone.contains(&format!("{own_type}::{name}")))
    };
    let left: Vec<String> = list
        .assoc_items()
        .filter(is_left)
        .map(|item| item.syntax().text().to_string())
        .collect();
    let heading = &text[..usize::from(list.syntax().text_range().start()) - BEFORE.len()];
    (!left.is_empty()).then(|| format!("{heading}{{\n{}\n}}", left.join("\n")))
}

fn constant(name: &str) -> String {
    format!("const {name}: () = (); ")
}

/// Prepares a cell that comes after those that have implemented `implementations`.
pub fn prepare(code: &str, implementations: &Implementations) -> Prepared {
    let mut prepared = Prepared {
        code: code.to_owned(),
        insertions: Vec::new(),
        implementations: implementations.clone(),
    };
    let rust = parse(&without_commands(code));
    if !rust.errors().is_empty() {
        return prepared;
    }
    let nodes = statements(&rust);
    let mut insertions: Vec<(usize, String)> = Vec::new();
    // Where the cell is, should it crash there.
    let is_statement =
        |node: &&SyntaxNode| !ast::Item::can_cast(node.kind()) && !ast::Attr::can_cast(node.kind());
    for node in nodes.iter().filter(is_statement) {
        let line = code[..start(node)].matches('\n').count() + 1;
        insertions.push((start(node), format!("{AT}{line}); ")));
    }
    let mut behind = String::new();
    for node in &nodes {
        if let Some(block) = ast::Impl::cast(node.clone()) {
            let (front, rest) = prepared
                .implementations
                .place(provided_by(&block), node.text().to_string());
            insertions.push((start(node), front));
            behind += &rest;
        } else if let Some(block) = ast::ExternBlock::cast(node.clone()) {
            // It has no name either, and what it declares may be declared once.
            insertions.push((
                start(node),
                prepared
                    .implementations
                    .place(declared_by(&block), String::new())
                    .0,
            ));
        } else if let Some(statement) = ast::Use::cast(node.clone()) {
            let imports = overlooked(&statement)
                .into_iter()
                .map(|import| format!("{} ", import.text));
            insertions.push((start(node), imports.collect()));
        } else if let Some(derived) = derived_by(node) {
            // What was written by hand gives way to a `derive`.
            let is_derived = |key: &String| {
                derived
                    .iter()
                    .any(|one| key == one || key.ends_with(&format!("::{one}")))
            };
            let emptied = prepared
                .implementations
                .remove(|provides| provides.iter().any(is_derived));
            insertions.push((start(node), emptied));
        }
    }
    let lets = nodes
        .iter()
        .filter_map(|node| ast::LetStmt::cast(node.clone()));
    insertions.extend(lets.map(|one| (end(one.syntax()), named_again(&one))));
    insertions.retain(|(_, text)| !text.is_empty());
    if let Some(last) = nodes.last().filter(|last| ast::Expr::can_cast(last.kind())) {
        // evcxr would show the value, too, but it has a second way ready for values that cannot
        // show themselves, and takes it after any error at the expression, such as a variable that
        // is moved there: a picture would become text.
        insertions.push((start(last), SHOWN.0.to_owned()));
        insertions.push((end(last), SHOWN.1.to_owned()));
    }
    if let Some(main) = nodes
        .iter()
        .find_map(|node| ast::Fn::cast(node.clone()).filter(is_main))
        && nodes
            .last()
            .is_some_and(|last| ast::Item::can_cast(last.kind()))
    {
        // A program from a book is a cell that only defines things.
        let fails = main
            .ret_type()
            .is_some_and(|kind| kind.syntax().text().to_string().contains("Result"));
        let call = if fails { "\nmain()?;" } else { "\nmain();" };
        insertions.push((code.len(), call.to_owned()));
    }
    insertions.push((code.len(), behind));
    insertions.retain(|(_, text)| !text.is_empty());
    insertions.sort_by_key(|(at, _)| *at); // what stands at the same place keeps its order
    prepared.insert(code, &insertions);
    prepared
}

impl Prepared {
    /// A cell of ours.
    pub fn unchanged(code: &str, implementations: &Implementations) -> Prepared {
        Prepared {
            code: code.to_owned(),
            insertions: Vec::new(),
            implementations: implementations.clone(),
        }
    }

    /// Puts texts into the cell, each at a byte of the learner's `code`, in order.
    fn insert(&mut self, code: &str, texts: &[(usize, String)]) {
        for (at, text) in texts.iter().rev() {
            self.code.insert_str(*at, text);
        }
        self.insertions.extend(
            texts
                .iter()
                .map(|(at, text)| Insertion::new(code, *at, text)),
        );
    }

    /// Takes a definition of an earlier cell, given as its text, out of the session. Says what it
    /// is called.
    pub fn set_aside(&mut self, definition: &str) -> Option<String> {
        let node = statements(&parse(definition)).into_iter().next()?;
        let (called, text) = if let Some(block) = ast::Impl::cast(node.clone()) {
            let provides = provided_by(&block);
            let gone = self
                .implementations
                .remove(|known| !known.is_disjoint(&provides));
            self.take_out_rests(&gone);
            (heading(&block), gone)
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
            if let Some(at) = self.code.rfind(&begin) {
                let next = self.code[at + 1..].find(&format!("\nconst {IMPLEMENTATION}"));
                let end = next.map_or(self.code.len(), |next| at + 1 + next);
                self.code.replace_range(at..end, "");
            }
        }
    }

    /// Puts an item in front of the cell.
    pub fn put_first(&mut self, text: &str) -> Option<()> {
        let cell = statements(&parse(&without_commands(&self.code)));
        let at = start(cell.iter().find(|node| !ast::Attr::can_cast(node.kind()))?);
        self.insertions
            .insert(0, Insertion::new(&self.code, at, text));
        self.code.insert_str(at, text);
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

fn end(node: &SyntaxNode) -> usize {
    usize::from(node.text_range().end()) - BEFORE.len()
}

fn start(node: &SyntaxNode) -> usize {
    usize::from(node.text_range().start()) - BEFORE.len()
}

fn is_main(function: &ast::Fn) -> bool {
    let has_parameters = function
        .param_list()
        .is_some_and(|list| list.params().next().is_some());
    function.name().is_some_and(|name| name.text() == "main") && !has_parameters
}

/// The name of an item that evcxr keeps by its name.
pub fn name_of(item: &ast::Item) -> Option<String> {
    let name = match item {
        ast::Item::Const(item) => item.name(),
        ast::Item::Enum(item) => item.name(),
        ast::Item::Fn(item) => item.name(),
        ast::Item::Module(item) => item.name(),
        ast::Item::Static(item) => item.name(),
        ast::Item::Struct(item) => item.name(),
        ast::Item::Trait(item) => item.name(),
        ast::Item::TypeAlias(item) => item.name(),
        ast::Item::Union(item) => item.name(),
        _ => None,
    };
    name.map(|name| name.text().to_string())
}

/// `impl Display for Net`, as a person says it.
fn heading(block: &ast::Impl) -> String {
    let text = |node: Option<ast::Type>| {
        node.map(|node| node.syntax().text().to_string())
            .unwrap_or_default()
    };
    match block.trait_() {
        Some(implemented) => format!(
            "impl {} for {}",
            text(Some(implemented)),
            text(block.self_ty())
        ),
        None => format!("impl {}", text(block.self_ty())),
    }
}

/// `Display for Net`, or `Net::forward` for each thing in an `impl` without a trait.
fn provided_by(block: &ast::Impl) -> BTreeSet<String> {
    let own_type = own_type(block);
    if let Some(implemented) = block.trait_() {
        return BTreeSet::from([format!(
            "{} for {own_type}",
            plain(Some(&implemented), &parameters(block))
        )]);
    }
    let items = block
        .assoc_item_list()
        .into_iter()
        .flat_map(|list| list.assoc_items());
    items
        .filter_map(|item| name_within(&item))
        .map(|name| format!("{own_type}::{name}"))
        .collect()
}

fn own_type(block: &ast::Impl) -> String {
    plain(block.self_ty().as_ref(), &parameters(block))
}

fn parameters(block: &ast::Impl) -> Vec<String> {
    let parameters = block
        .generic_param_list()
        .into_iter()
        .flat_map(|list| list.type_or_const_params());
    parameters
        .filter_map(|parameter| Some(parameter.name()?.text().to_string()))
        .collect()
}

/// The name of something in an `impl`.
fn name_within(item: &ast::AssocItem) -> Option<String> {
    let name = match item {
        ast::AssocItem::Fn(function) => function.name(),
        ast::AssocItem::Const(constant) => constant.name(),
        ast::AssocItem::TypeAlias(alias) => alias.name(),
        ast::AssocItem::MacroCall(_) => None,
    };
    name.map(|name| name.text().to_string())
}

/// `extern close` for each function or static in an `extern` block.
fn declared_by(block: &ast::ExternBlock) -> BTreeSet<String> {
    let items = block
        .extern_item_list()
        .into_iter()
        .flat_map(|list| list.extern_items());
    let name = |item: ast::ExternItem| match item {
        ast::ExternItem::Fn(function) => function.name(),
        ast::ExternItem::Static(variable) => variable.name(),
        ast::ExternItem::TypeAlias(alias) => alias.name(),
        ast::ExternItem::MacroCall(_) => None,
    };
    items
        .filter_map(name)
        .map(|name| format!("extern {}", name.text()))
        .collect()
}

/// A type without the blanks that one may write in it or not; its parameters are numbers, for their
/// names mean nothing.
fn plain(node: Option<&ast::Type>, parameters: &[String]) -> String {
    let tokens = node
        .into_iter()
        .flat_map(|node| node.syntax().descendants_with_tokens());
    tokens
        .filter_map(|element| element.into_token())
        .map(|token| {
            match parameters
                .iter()
                .position(|parameter| parameter == token.text())
            {
                Some(number) => number.to_string(),
                None if token.kind() == SyntaxKind::WHITESPACE => String::new(),
                None => token.text().to_owned(),
            }
        })
        .collect()
}

/// `Debug for Net` for each trait in a `derive`; nothing where nothing is derived.
fn derived_by(node: &SyntaxNode) -> Option<BTreeSet<String>> {
    let item = ast::Item::cast(node.clone())?;
    let name = name_of(&item)?;
    let attributes = item
        .attrs()
        .map(|attribute| attribute.syntax().text().to_string());
    let lists: Vec<String> = attributes
        .filter(|text| text.starts_with("#[derive"))
        .collect();
    let words = lists
        .iter()
        .flat_map(|list| list.split(|c: char| !c.is_alphanumeric() && c != '_'));
    let derived: BTreeSet<String> = words
        .filter(|word| !word.is_empty())
        .map(|word| format!("{word} for {name}"))
        .collect();
    (!derived.is_empty()).then_some(derived)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prepared(code: &str) -> Prepared {
        prepare(code, &Implementations::default())
    }

    /// Without the calls that tell where the cell is.
    fn plain(code: &str) -> String {
        prepared(code)
            .code
            .split(AT)
            .enumerate()
            .map(|(at, part)| if at == 0 { part } else { &part[4..] })
            .collect()
    }

    #[test]
    fn each_statement_says_where_it_is() {
        let prepared = prepared(":opt 1\nlet a = 1; f(\n a);\nfn g() {}\n\na");
        assert_eq!(
            prepared.code,
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
            first.code,
            "const CHAINRULE_IMPL_1: () = (); impl Display for Net { }\n\
             const CHAINRULE_IMPL_2: () = (); impl Net { fn a() {} fn b() {} }"
        );
        assert_eq!(first.column(1, 38), 5);
        let second = prepare("impl Net { fn b() {} }", &first.implementations);
        let rest = "\nconst CHAINRULE_IMPL_2: () = ();\nimpl Net {\nfn a() {}\n}";
        assert_eq!(
            second.code,
            format!("const CHAINRULE_IMPL_3: () = (); impl Net {{ fn b() {{}} }}{rest}")
        );
        let again = prepare("impl Net { fn b() { 1 } }", &second.implementations);
        assert_eq!(
            again.code,
            "const CHAINRULE_IMPL_3: () = (); impl Net { fn b() { 1 } }"
        );
        let mut aside = second.clone();
        aside.set_aside("impl Net { fn a() {} }");
        assert!(
            aside
                .code
                .ends_with("const CHAINRULE_IMPL_3: () = (); impl Net { fn b() {} }"),
            "{}",
            aside.code
        );
        let whole = prepare("impl Net { fn a() {} fn b() {} }", &second.implementations);
        let emptied = "const CHAINRULE_IMPL_2: () = (); const CHAINRULE_IMPL_3: () = (); const \
                      CHAINRULE_IMPL_4: () = (); ";
        assert_eq!(
            whole.code,
            format!("{emptied}impl Net {{ fn a() {{}} fn b() {{}} }}")
        );
        let third = prepare("impl Net { fn c() {} }", &again.implementations);
        assert_eq!(
            third.code,
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
            known = prepare(code, &known).implementations;
            kept.push(known.known.len());
        }
        assert_eq!(kept, [1, 1, 2, 2, 3, 2]);
    }

    #[test]
    fn a_definition_is_set_aside() {
        let before = prepared("impl Net { fn forward() {} }\nfn train() {}");
        let mut cell = prepare("#![a]\n struct Net; net", &before.implementations);
        assert_eq!(cell.set_aside("fn train() {}").as_deref(), Some("train"));
        assert_eq!(
            cell.set_aside("impl Net { fn forward() {} }").as_deref(),
            Some("impl Net")
        );
        assert_eq!(
            cell.code,
            "#![a]\n const CHAINRULE_IMPL_1: () = (); #[cfg(any())] type train = (); struct Net; \
             chainrule::cell::at(2); (&(net)).evcxr_display();"
        );
        let at = |text: &str| cell.code.lines().nth(1).unwrap().find(text).unwrap() + 1;
        assert_eq!(
            [at("struct"), at("(net") + 1].map(|column| cell.column(2, column)),
            [2, 14]
        );
        assert_eq!(cell.set_aside("impl Net { fn forward() {} }"), None);
    }
}
