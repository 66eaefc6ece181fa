//! What a cell sees of the cells before it: their definitions, variables and commands, as texts.
//!
//! It decides, with the text of the cell, what is compiled; so cells are kept by it (`kept`). And
//! evcxr, which keeps the same in its own way, can be told all of it at any time (`context`),
//! without a cell being run or compiled.

use crate::compiler::crates::{content_of_dependency, named_by};
use crate::evaluator::cell::imports::of_use;
use crate::evaluator::cell::prepare::NOTHING;
use crate::evaluator::cell::{Cell, name_of};
use crate::evaluator::state::effort::{Effort, are_light};
use ra_ap_syntax::ast::{self, HasName};
use ra_ap_syntax::{AstNode, SyntaxNode};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// A variable that was kept for the next cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Variable {
    pub kind: String,
    pub is_mutable: bool,
}

pub type Variables = BTreeMap<String, Variable>;

/// Everything that a cell sees.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    /// Commands that last, by what they set.
    commands: Vec<(String, String)>,
    /// Definitions by name, in the order in which they were made. With the name `""`: those that
    /// evcxr knows no name for.
    items: Vec<Item>,
    pub variables: Variables,
    /// The versions of crates that the last `:dep` came to, as in `Cargo.lock`.
    pub versions: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Item {
    name: String,
    text: String,
    effort: Effort,
}

impl Item {
    /// One that does nothing by itself.
    fn light(name: String, text: String) -> Item {
        let effort = Effort::default();
        Item { name, text, effort }
    }
}

/// Commands that last, of those that evcxr has.
const LASTING: &[&str] = &[
    ":dep",
    ":opt",
    ":efmt",
    ":fmt",
    ":types",
    ":offline",
    ":linker",
    ":codegen_backend",
    ":build_env",
    ":time_passes",
    ":internal_debug",
];

impl Scope {
    /// Adds what a cell that has run has defined, given as evcxr got it.
    pub fn add(&mut self, prepared: &Cell) {
        for line in prepared.commands() {
            let mut words = line.split_whitespace();
            let (Some(command), argument) = (words.next(), words.next().unwrap_or_default()) else {
                continue;
            };
            if !LASTING.contains(&command) {
                continue;
            }
            let sets = match command {
                ":dep" => format!("{command} {}", argument.trim_end_matches('=')),
                ":opt" | ":fmt" | ":efmt" if !argument.is_empty() => command.to_owned(),
                // Switches that are turned each time, and what sets one thing of many.
                _ => format!("{command} {}", self.commands.len()),
            };
            self.commands.retain(|(known, _)| *known != sets);
            self.commands.push((sets, line.trim().to_owned()));
        }
        // As evcxr does: what has no name belongs to the item before it.
        let mut before = String::new();
        for node in prepared.statements() {
            let text = node.text().to_string();
            if let Some(statement) = ast::Use::cast(node.clone()) {
                of_use(&statement).into_iter().for_each(|import| {
                    let name = import.name.unwrap_or_default();
                    self.put(Item::light(name, import.text));
                });
            } else if ast::Attr::can_cast(node.kind()) || ast::ExternCrate::can_cast(node.kind()) {
                self.put(Item::light(String::new(), text));
            } else if let Some(name) = name(node) {
                let effort = Effort::of(node);
                before.clone_from(&name);
                self.put(Item { name, text, effort });
            } else if ast::Item::can_cast(node.kind()) {
                match self
                    .items
                    .iter_mut()
                    .find(|item| item.name == before && !before.is_empty())
                {
                    Some(item) => {
                        item.text += &format!("\n{text}");
                        item.effort.add(Effort::of(node));
                    }
                    None => self.items.push(Item {
                        name: String::new(),
                        text,
                        effort: Effort::of(node),
                    }),
                }
            }
        }
    }

    /// Puts an item in the place of the one that had its name, or its text if it has no name.
    fn put(&mut self, new: Item) {
        self.items.retain(|item| {
            if new.name.is_empty() {
                item.text != new.text
            } else {
                item.name != new.name
            }
        });
        self.items.push(new);
    }

    /// Whether a cell does little enough for optimising it to be a waste. Its definitions are among
    /// the items.
    pub fn is_light(&self, cell: &Cell) -> bool {
        let mut statements = Effort::default();
        let nodes = cell.statements().iter();
        let nodes = nodes.filter(|node| !ast::Item::can_cast(node.kind()));
        nodes.for_each(|node| statements.add(Effort::of(node)));
        let items: Vec<&Effort> = self.items.iter().map(|item| &item.effort).collect();
        are_light(&statements, &items)
    }

    /// What an item is called, be it a definition or an import.
    pub fn has(&self, name: &str) -> bool {
        self.items
            .iter()
            .any(|item| item.name == name && !is_empty(&item.text))
    }

    /// Whether cells have defined a macro of this name; variables may have it, too.
    pub fn has_macro(&self, name: &str) -> bool {
        let definition = format!("macro_rules! {name}");
        self.items.iter().any(|item| {
            let mut found = item.text.match_indices(&definition);
            let is_name = |c: char| c.is_alphanumeric() || c == '_';
            found.any(|(at, _)| !item.text[at + definition.len()..].starts_with(is_name))
        })
    }

    /// Forgets an item without a name, such as `use Op::*;`.
    pub fn forget(&mut self, text: &str) {
        self.items
            .retain(|item| !item.name.is_empty() || item.text != text);
    }

    /// Names a type by its path in what variables there are, because the learner takes `name` for
    /// something else.
    pub fn respell(&mut self, name: &str, path: &str) {
        let mut is_used = false;
        for variable in self.variables.values_mut() {
            let respelled = with_path(&variable.kind, name, path);
            is_used |= respelled != variable.kind;
            variable.kind = respelled;
        }
        if is_used {
            // Otherwise rust-analyzer would shorten the path: until the cell has run, something
            // stands there. It is nothing that a learner would write, so that what was made of the
            // name is seen to change.
            let text = format!("struct {name} {{ taken_by_the_next_cell: () }}");
            self.put(Item::light(name.to_owned(), text));
        }
    }

    /// Whether types of variables are written with a name, which then cannot mean anything else.
    pub fn writes_types_with(&self, name: &str) -> bool {
        let mut variables = self.variables.values();
        variables.any(|one| with_path(&one.kind, name, "") != one.kind)
    }

    /// Has the same items again as another.
    pub fn take_items_of(&mut self, other: &Scope) {
        self.items.clone_from(&other.items);
    }

    /// The variables after a cell that kept these, as evcxr names them with their types: whether
    /// one may be changed stands where the cell makes it, or is as it was.
    pub fn with_kinds(&self, kinds: &BTreeMap<String, String>, prepared: &Cell) -> Variables {
        let made = made_by(prepared);
        let variable = |(name, kind): (&String, &String)| {
            let before = || {
                self.variables
                    .get(name)
                    .is_some_and(|variable| variable.is_mutable)
            };
            let is_mutable = made.get(name).copied().unwrap_or_else(before);
            (
                name.clone(),
                Variable {
                    kind: kind.clone(),
                    is_mutable,
                },
            )
        };
        kinds.iter().map(variable).collect()
    }

    /// All of it as words, for a key. Nothing where something decides that stands elsewhere.
    /// `folder` is where relative paths begin.
    pub fn words(&self, folder: &Path) -> Option<Vec<String>> {
        let mut words = Vec::new();
        for (_, line) in &self.commands {
            words.push(line.clone());
            words.push(content_of_dependency(line, folder)?);
        }
        if self.items.iter().any(|item| reads_files(&item.text)) {
            return None;
        }
        words.extend(self.versions.clone());
        let mut items: Vec<&Item> = self.items.iter().collect();
        let names: BTreeSet<&str> = items
            .iter()
            .map(|item| item.name.as_str())
            .filter(|name| !name.is_empty())
            .collect();
        let nameless = self.items.iter().filter(|item| item.name.is_empty());
        let is_named = |item: &Item| words_of(&item.text).any(|word| names.contains(word));
        // evcxr has one item of a name, be it a `use` or a definition. Only if both are there does
        // it matter which was last.
        if !nameless.clone().any(is_named) {
            items.sort_by_key(|item| item.name.as_str());
        }
        words.extend(
            items
                .into_iter()
                .flat_map(|item| [item.name.clone(), item.text.clone()]),
        );
        words.push(format!("{:?}", self.variables));
        Some(words)
    }

    /// The cell that tells evcxr what is new in this scope, if it knows `told` and nothing but
    /// that; and the variables that it has to forget. Nothing where something is gone that evcxr
    /// cannot forget.
    pub fn news(&self, told: &Scope) -> Option<(String, Vec<String>)> {
        let mut lines: Vec<String> = Vec::new();
        let news = |all: &[(String, String)], known: &[(String, String)]| -> Vec<String> {
            all.iter()
                .filter(|one| !known.contains(one))
                .map(|(_, line)| line.clone())
                .collect()
        };
        if told
            .commands
            .iter()
            .any(|(sets, _)| !self.commands.iter().any(|(known, _)| known == sets))
        {
            return None;
        }
        lines.extend(news(&self.commands, &told.commands));
        let mut gone = String::new();
        for item in told
            .items
            .iter()
            .filter(|item| !self.items.iter().any(|known| known.name == item.name))
        {
            // evcxr replaces an item by any other of its name, and rustc does not see this one.
            gone += &format!("{NOTHING} type {} = (); ", item.name);
        }
        let nameless = |scope: &Scope| -> Vec<String> {
            scope
                .items
                .iter()
                .filter(|item| item.name.is_empty())
                .map(|item| item.text.clone())
                .collect()
        };
        let (known, now) = (nameless(told), nameless(self));
        if known.iter().any(|text| !now.contains(text)) || gone.contains("type  =") {
            return None;
        }
        lines.push(gone);
        let items = self
            .items
            .iter()
            .skip_while(|item| told.items.contains(item));
        lines.extend(items.map(|item| item.text.clone()));
        for (name, variable) in &self.variables {
            if told.variables.get(name) != Some(variable) {
                let mutable = if variable.is_mutable { "mut " } else { "" };
                lines.push(format!(
                    "let {mutable}{name}: {} = loop {{}};",
                    variable.kind
                ));
            }
        }
        lines.push("let _ = ();".to_owned());
        let forgotten = told
            .variables
            .keys()
            .filter(|name| !self.variables.contains_key(*name))
            .cloned()
            .collect();
        Some((lines.join("\n"), forgotten))
    }

    /// The definitions, each with the name that evcxr keeps it by; without a name where it knows
    /// none.
    pub fn items(&self) -> impl DoubleEndedIterator<Item = (&str, &str)> {
        self.items
            .iter()
            .map(|item| (item.name.as_str(), item.text.as_str()))
    }

    /// The crates that were asked for, by the names that cells use, with what decides about each.
    pub fn crates(&self, folder: &Path) -> BTreeMap<String, String> {
        self.commands
            .iter()
            .filter_map(|(_, line)| named_by(line, folder))
            .collect()
    }

    /// Whether commands of evcxr have set anything.
    pub fn has_commands(&self) -> bool {
        !self.commands.is_empty()
    }

    /// This one with all that the other has besides, or has otherwise.
    pub fn followed_by(&self, other: &Scope) -> Scope {
        let mut scope = self.clone();
        let items = other.items.iter().cloned();
        items.for_each(|item| scope.put(item));
        scope
    }

    /// Whether a crate was asked for.
    pub fn has_dependencies(&self) -> bool {
        self.commands
            .iter()
            .any(|(_, line)| line.starts_with(":dep"))
    }
}

/// `Vec<chainrule::prelude::Dense>` for `Vec<Dense>`.
fn with_path(kind: &str, name: &str, path: &str) -> String {
    let mut text = String::with_capacity(kind.len());
    let mut done = 0;
    for (at, _) in words_at(kind).filter(|(at, word)| *word == name && !kind[..*at].ends_with("::"))
    {
        text += &kind[done..at];
        text += path;
        done = at + name.len();
    }
    text + &kind[done..]
}

/// Whether an item only stands in the place of one that was set aside.
fn is_empty(text: &str) -> bool {
    text.starts_with(NOTHING)
}

/// Whether a cell wants crates beside the library.
pub fn asks_for_crates(cell: &Cell) -> bool {
    let mut words = words_of(cell.text()).zip(words_of(cell.text()).skip(1));
    cell.commands()
        .any(|line| line.trim_start().starts_with(":dep"))
        || words.any(|pair| pair == ("extern", "crate"))
}

/// The name that evcxr keeps an item by.
fn name(node: &SyntaxNode) -> Option<String> {
    match ast::Item::cast(node.clone())? {
        ast::Item::MacroRules(item) => item.name().map(|name| name.text().to_string()),
        item => name_of(&item),
    }
}

/// The variables that a cell makes, and whether they may be changed.
pub fn made_by(cell: &Cell) -> BTreeMap<String, bool> {
    let lets = cell.statements().iter();
    let patterns = lets.filter_map(|node| ast::LetStmt::cast(node.clone())?.pat());
    let names = patterns.flat_map(|pattern| {
        let inner: Vec<_> = pattern.syntax().descendants().collect();
        inner.into_iter().filter_map(ast::IdentPat::cast)
    });
    names
        .filter_map(|one| Some((one.name()?.text().to_string(), one.mut_token().is_some())))
        .collect()
}

/// Whether the result of compiling a text depends on files or on the environment.
pub fn reads_files(text: &str) -> bool {
    const READING: &[&str] = &[
        "include",
        "include_str",
        "include_bytes",
        "env",
        "option_env",
    ];
    let mut before = "";
    for (at, word) in words_at(text) {
        let is_macro = text[at + word.len()..].trim_start().starts_with('!');
        let is_module_elsewhere =
            before == "mod" && text[at + word.len()..].trim_start().starts_with(';');
        // For `extern crate` evcxr looks for a crate by itself.
        let is_crate = before == "extern" && word == "crate";
        if (is_macro && READING.contains(&word)) || is_module_elsewhere || is_crate {
            return true;
        }
        before = word;
    }
    false
}

fn words_of(text: &str) -> impl Iterator<Item = &str> {
    words_at(text).map(|(_, word)| word)
}

fn words_at(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.split(move |c| !is_part(c))
        .filter(|word| !word.is_empty())
        .map(|word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(cells: &[&str]) -> Scope {
        let mut scope = Scope::default();
        cells.iter().for_each(|cell| scope.add(&Cell::new(*cell)));
        scope
    }

    fn words(cells: &[&str]) -> Vec<String> {
        scope(cells).words(Path::new("/")).unwrap()
    }

    #[test]
    fn the_order_of_cells_does_not_matter_where_evcxr_has_none() {
        let (a, b) = (
            "fn a() {}\nlet x = 1;",
            "struct B;\nconst N: () = (); impl B {}",
        );
        assert_eq!(words(&[a, b]), words(&[b, a, "x", a]));
        assert_ne!(words(&[a]), words(&["fn a() -> i32 { 1 }"]));
        assert_ne!(
            words(&["use x::B;", b]),
            words(&[b, "use x::B;"]),
            "the last one counts"
        );
        assert_eq!(
            words(&[":opt 3", a]),
            words(&[":opt 1", a, ":opt 3", ":help"])
        );
    }

    #[test]
    fn what_depends_on_files_has_no_words() {
        for cell in [
            "const T: &str = include_str!(\"a\");",
            "mod a;",
            "fn f() { env !(\"A\"); }",
            ":dep a = { git = \"b\" }",
        ] {
            assert_eq!(scope(&[cell]).words(Path::new("/")), None, "{cell}");
        }
        assert!(!reads_files("let env = 1; include(env); !env"));
    }

    #[test]
    fn a_crate_in_a_folder_is_its_content() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("src")).unwrap();
        std::fs::write(folder.path().join("Cargo.toml"), "[package]\nname = \"a\"").unwrap();
        std::fs::write(folder.path().join("src/lib.rs"), "1").unwrap();
        let scope = scope(&[":dep a = { path = \".\" }"]);
        let before = scope.words(folder.path());
        assert!(before.is_some() && before == scope.words(folder.path()));
        std::fs::write(folder.path().join("src/lib.rs"), "2").unwrap();
        assert_ne!(before, scope.words(folder.path()));
    }

    #[test]
    fn evcxr_is_told_what_is_new() {
        let kinds = |names: &[&str]| {
            names
                .iter()
                .map(|name| ((*name).to_owned(), "i32".to_owned()))
                .collect()
        };
        let mut told = scope(&["fn a() {}", "let mut x = 1; let y = 2;"]);
        told.variables = told.with_kinds(
            &kinds(&["x", "y"]),
            &Cell::new("let mut x = 1; let (y, z) = 2;"),
        );
        let all = "\nfn a() {}\nlet mut x: i32 = loop {};\nlet y: i32 = loop {};\nlet _ = ();";
        assert_eq!(told.news(&Scope::default()), Some((all.to_owned(), vec![])));
        let mut now = told.clone();
        now.add(&Cell::new(":opt 3\nfn b() {}"));
        now.variables = now.with_kinds(&kinds(&["x"]), &Cell::new("drop(y);"));
        assert_eq!(
            now.news(&told),
            Some((
                ":opt 3\n\nfn b() {}\nlet _ = ();".to_owned(),
                vec!["y".to_owned()]
            ))
        );
        let back = told.news(&now);
        assert_eq!(back, None, "a command cannot be taken back");
        let back = scope(&["fn a() {}"]).news(&scope(&["fn a() {}", "fn b() {}"]));
        assert_eq!(back.unwrap().0, "#[cfg(any())] type b = (); \nlet _ = ();");
    }
}
