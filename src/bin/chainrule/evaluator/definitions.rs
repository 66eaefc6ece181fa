//! The types of a session, and what has to go when one of them changes.
//!
//! Each cell is compiled as a crate of its own, and for the compiler a type is what it is called:
//! the `Net` of one cell is the `Net` of the next, whatever they are made of. A variable of an
//! earlier `struct Net` would be read as one of the new, with other bytes at other places. So a
//! variable is given to a cell only if all definitions that its type is made of (`made_of`) are
//! those that it was made with; the store of variables drops the others, as what they were, before
//! the cell looks at any.
//!
//! Values whose type nobody can see from outside (`Box<dyn Any>`) ask for it when they run. From
//! the first cell on that could do so, a changed definition makes cells another crate for the
//! compiler ([`Identity`]): then all types are others, and the store is told which variables may be
//! taken all the same.

use super::Evaluator;
use super::cell::words;
use super::cell::{Place, parse, statements, without_commands};
use super::explain::{self, Cell, memory::Fate};
use super::made_of::{Graph, Parts, words_in};
use super::precedence::Claimed;
use super::prepare::{Prepared, name_of};
use super::scope::Scope;
use crate::compiler::crates::hex;
use crate::compiler::redefinition::{KeptVariable, Redefinition};
use chainrule::base::protocol::Event;
use evcxr::{CompilationError, Error};
use ra_ap_syntax::ast::{self, AstNode};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// What is known of types beyond the texts of definitions.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    /// What the compiler calls the type of each variable.
    types: BTreeMap<String, String>,
    /// The crates that cells use, as they were when the last cell ran.
    crates: BTreeMap<String, String>,
    identity: Identity,
}

/// What the crate of a cell is for the compiler.
///
/// Only definitions that changed make it another one, so that a value in a box keeps its type when
/// something is added; and the same definitions make it the same again.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    /// Whether something asks for types while it runs.
    asks_for_types: bool,
    /// Definitions that were changed since then, by name: the first text, and that of now.
    changed: BTreeMap<String, (String, String)>,
}

/// What a changed type took with it.
#[derive(Default)]
pub struct Gone {
    /// The definitions that are others than before.
    pub changed: Vec<String>,
    pub variables: Vec<String>,
    /// Functions and implementations that do not fit any more, with their places.
    pub set_aside: Vec<(String, Place)>,
    /// What meant something of the library by a name that the cell takes for itself.
    pub claimed: Vec<Claimed>,
    /// Implementations and imports, as texts, in whose place others of the cell stand.
    pub replaced: Vec<String>,
    /// What stands in front of the cell: imports that say which of two meanings of a name counts,
    /// definitions without what the cell implements by hand.
    pub imports: Vec<String>,
    /// Variables of a type that cannot be written down: those of an earlier cell.
    pub unnameable: Vec<String>,
}

impl Gone {
    /// Adds what has gone in another round.
    pub fn add(&mut self, more: Gone) {
        if self.changed.is_empty() {
            self.changed = more.changed;
        }
        self.variables.extend(more.variables);
        self.set_aside.extend(more.set_aside);
        self.claimed.extend(more.claimed);
        self.replaced.extend(more.replaced);
        self.imports.extend(more.imports);
        self.unnameable.extend(more.unnameable);
    }

    /// How many things had to go or to be added.
    pub fn count(&self) -> usize {
        self.set_aside.len() + self.claimed.len() + self.replaced.len() + self.imports.len()
    }
}

impl Definitions {
    /// Those after a cell, given as evcxr gets it, that makes `after` of `before`.
    pub fn after(
        &self,
        before: &Scope,
        after: &Scope,
        prepared: &str,
        folder: &Path,
    ) -> Definitions {
        let mut types = self.types.clone();
        types.retain(|name, _| after.variables.contains_key(name));
        Definitions {
            types,
            crates: after.crates(folder),
            identity: self.identity.after(before, after, prepared),
        }
    }

    /// Takes over what the worker says of the variables that a cell has put back.
    pub fn note_types(&mut self, events: &[Event]) {
        for event in events {
            if let Event::Types { types } = event {
                self.types.extend(types.clone());
            }
        }
    }

    /// All words of the definitions that a variable is made of, and of its type.
    pub fn words_of(&self, name: &str, scope: &Scope) -> BTreeSet<String> {
        let Some(variable) = scope.variables.get(name) else {
            return BTreeSet::new();
        };
        let kind = self.types.get(name).unwrap_or(&variable.kind);
        let parts = graph(scope, self, self).parts_of(kind);
        parts
            .values()
            .map(String::as_str)
            .chain([kind.as_str()])
            .flat_map(words)
            .map(str::to_owned)
            .collect()
    }

    /// The paths of types with this last name that variables have, as the compiler gives them.
    pub fn paths_to<'a>(&'a self, name: &str) -> impl Iterator<Item = &'a str> {
        let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '#');
        let end = format!("::{name}");
        let paths = self
            .types
            .values()
            .flat_map(move |kind| kind.split(move |c| !is_part(c)));
        paths.filter(move |path| path.ends_with(&end))
    }

    /// The path of a type in a module of the learner that variables have and that is called by this
    /// name alone.
    pub fn path_in_a_module(&self, name: &str) -> Option<String> {
        let inner = self
            .paths_to(name)
            .find_map(|path| path.strip_prefix("ctx::"))?;
        let path = format!("crate::{inner}");
        // The compiler writes `type` for `r#type`.
        parse(&format!("type T = {path};"))
            .errors()
            .is_empty()
            .then_some(path)
    }

    /// What decides, beside texts, how a cell is compiled.
    pub fn words(&self) -> String {
        format!("{:?}", self.identity)
    }

    /// Why each variable that does not fit any more has to go: the definitions that are others now.
    fn outdated(
        &self,
        before: &Graph,
        after: &Graph,
        scope: &Scope,
    ) -> BTreeMap<String, Vec<String>> {
        let mut outdated = BTreeMap::new();
        for (name, variable) in &scope.variables {
            // Were the compiler's word missing, the one of evcxr has to do, read in the scope of
            // all cells.
            let kind = match self.types.get(name) {
                Some(kind) => kind.clone(),
                None => words(&variable.kind)
                    .map(|word| format!("ctx::{word} "))
                    .collect(),
            };
            let (old, new) = (before.parts_of(&kind), after.parts_of(&kind));
            if old != new {
                outdated.insert(name.clone(), difference(&old, &new));
            }
        }
        outdated
    }
}

/// The parts that are not the same in both, in a learner's words.
fn difference(old: &Parts, new: &Parts) -> Vec<String> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changed = names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name));
    changed
        .map(|name| name.strip_prefix("crate ").unwrap_or(name).to_owned())
        .collect()
}

impl Identity {
    fn after(&self, before: &Scope, after: &Scope, prepared: &str) -> Identity {
        let mut identity = self.clone();
        identity.asks_for_types |= after.has_dependencies() || asks_for_types(prepared);
        if !identity.asks_for_types {
            return identity;
        }
        let known: BTreeMap<&str, &str> = before
            .items()
            .filter(|(name, _)| !name.is_empty())
            .collect();
        let now: BTreeMap<&str, &str> =
            after.items().filter(|(name, _)| !name.is_empty()).collect();
        for (name, text) in &known {
            let new = now.get(name).copied().unwrap_or_default();
            if *text != new {
                identity.note(name, text, new);
            }
        }
        // What comes in may hide what had the name before, for those who used it.
        let used: BTreeSet<&str> = before.items().flat_map(|(_, text)| words(text)).collect();
        for (name, text) in now
            .iter()
            .filter(|(name, _)| !known.contains_key(*name) && used.contains(*name))
        {
            identity.note(name, "", text);
        }
        let imports = |scope: &Scope| -> Vec<String> {
            scope
                .items()
                .filter(|(name, _)| name.is_empty())
                .map(|(_, text)| text.to_owned())
                .collect()
        };
        let (old, new) = (imports(before), imports(after));
        for text in new.iter().filter(|text| !old.contains(text)) {
            if text.contains('*')
                || words(text).any(|word| used.contains(word) && !is_of_every_import(word))
            {
                identity.note(text, "", text);
            }
        }
        for text in old.iter().filter(|text| !new.contains(text)) {
            identity.note(text, text, "");
        }
        identity
    }

    fn note(&mut self, name: &str, before: &str, now: &str) {
        let (first, latest) = self
            .changed
            .entry(name.to_owned())
            .or_insert_with(|| (before.to_owned(), String::new()));
        now.clone_into(latest);
        if first == latest {
            self.changed.remove(name);
        }
    }

    /// A word for the compiler; empty as long as nothing has changed.
    fn word(&self) -> String {
        if self.changed.is_empty() {
            return String::new();
        }
        let now: Vec<(&String, &String)> = self
            .changed
            .iter()
            .map(|(name, (_, now))| (name, now))
            .collect();
        hex(&format!("{now:?}"))[..16].to_owned()
    }
}

/// Whether a cell may look at what a value is while it runs.
fn asks_for_types(code: &str) -> bool {
    words(code)
        .any(|word| matches!(word, "Any" | "TypeId" | "type_id") || word.starts_with("downcast"))
}

fn is_of_every_import(word: &str) -> bool {
    matches!(
        word,
        "use" | "std" | "core" | "alloc" | "crate" | "self" | "as" | "pub"
    )
}

impl Evaluator {
    /// Takes out of the session what does not fit what the cell changes. A cell that would not
    /// compile takes nothing: it ends with its errors, and whoever called puts the variables back.
    /// `before` had to go for the same cell already: the store is told once, when the cell runs.
    pub(super) fn make_room(
        &mut self,
        number: u32,
        code: &str,
        prepared: &mut Prepared,
        before: &Gone,
    ) -> Result<Gone, Error> {
        let has_gone = before.variables.clone();
        let (mut after, mut next) = self.after(prepared);
        let mut redefinition = Redefinition {
            identity: next.identity.word(),
            is_told: !has_gone.is_empty(),
            ..Redefinition::default()
        };
        redefinition.gone.clone_from(&has_gone);
        if self.scope.items().eq(after.items()) && next.crates == self.definitions.crates {
            self.tell_compiler(&redefinition)?;
            return Ok(Gone::default());
        }
        let before = graph(&self.scope, &self.definitions, &self.definitions);
        let outdated = self.definitions.outdated(
            &before,
            &graph(&after, &next, &self.definitions),
            &self.scope,
        );
        let reasons: BTreeSet<&String> = outdated.values().flatten().collect();
        let changed: Vec<String> = reasons.into_iter().cloned().collect();
        let mut gone = Gone {
            changed,
            variables: outdated.into_keys().collect(),
            ..Gone::default()
        };
        let cell = Cell::new(code);
        if let Some(name) = gone
            .variables
            .iter()
            .find(|name| cell.place_of_use(name).is_some())
        {
            return Err(explain::outdated(name, &gone.changed.join(", ")));
        }
        self.scope
            .variables
            .retain(|name, _| !gone.variables.contains(name));
        let redefined = redefined_by(code, &self.scope);
        if !redefined.is_empty() {
            if gone.changed.is_empty() {
                gone.changed = redefined;
            }
            let fits = self.set_aside_what_does_not_fit(number, code, prepared, &mut gone);
            fits.map_err(|error| without_outdated(error, &gone))?;
            (after, next) = self.after(prepared);
            redefinition.identity = next.identity.word();
        }
        let is_same_crate =
            next.identity == self.definitions.identity && next.crates == self.definitions.crates;
        redefinition.gone.extend(gone.variables.iter().cloned());
        redefinition.is_told = !redefinition.gone.is_empty() || !is_same_crate;
        redefinition.kept = self.kept_variables(&graph(&after, &next, &self.definitions));
        self.tell_compiler(&redefinition)?;
        self.note_gone(number, &gone);
        Ok(gone)
    }

    /// What a cell would make of the session.
    fn after(&self, prepared: &Prepared) -> (Scope, Definitions) {
        let mut after = self.scope.clone();
        after.add(&prepared.code);
        let next = self
            .definitions
            .after(&self.scope, &after, &prepared.code, &self.folder);
        (after, next)
    }

    fn tell_compiler(&self, redefinition: &Redefinition) -> Result<(), Error> {
        let written = redefinition.write(self.session.folder());
        written.map_err(|error| {
            Error::Message(format!("{}: {error}", self.session.folder().display()))
        })
    }

    /// The variables that stay, with what the store compares.
    fn kept_variables(&self, after: &Graph) -> Vec<KeptVariable> {
        let known = self
            .scope
            .variables
            .keys()
            .filter_map(|name| Some((name, self.definitions.types.get(name)?)));
        let kept = known.map(|(name, kind)| KeptVariable {
            name: name.clone(),
            kind: kind.clone(),
            crates: after.crates_of(&after.parts_of(kind)),
        });
        kept.collect()
    }

    /// Takes definitions of other cells out that the changed ones break.
    fn set_aside_what_does_not_fit(
        &mut self,
        number: u32,
        code: &str,
        prepared: &mut Prepared,
        gone: &mut Gone,
    ) -> Result<(), Error> {
        // Each round finds what the round before has hidden, such as a function that calls one that
        // was set aside.
        loop {
            let mut errors = self.context.awake(&self.scope)?.check(&prepared.code)?;
            self.compiled.source = self.last_source();
            errors.retain(prevents_running);
            if errors.is_empty() {
                return Ok(());
            }
            if !self.give_way(number, code, &errors, prepared, gone) {
                return Err(Error::CompilationErrors(errors));
            }
        }
    }

    /// Remembers why names are not there any more.
    pub(super) fn note_gone(&mut self, number: u32, gone: &Gone) {
        for (called, place) in &gone.set_aside {
            let methods = Cell::new(&place.statement).methods();
            let name = called
                .rsplit([' ', ':'])
                .next()
                .unwrap_or(called)
                .to_owned(); // of `use m::f as g`: g
            let names = if methods.is_empty() {
                vec![name]
            } else {
                methods
            };
            for name in names {
                self.memory.note(
                    &name,
                    Fate::SetAside {
                        cell: number,
                        from: place.cell,
                    },
                );
            }
        }
        for one in &gone.claimed {
            self.memory.note(
                &one.called,
                Fate::SetAside {
                    cell: number,
                    from: one.place.cell,
                },
            );
        }
        for name in &gone.variables {
            self.memory.note(
                name,
                Fate::TypeChanged {
                    cell: number,
                    kind: gone.changed.join(", "),
                },
            );
        }
    }
}

/// rustc does not find a variable that has to go with this cell: the reason is the type.
pub fn without_outdated(error: Error, gone: &Gone) -> Error {
    let Error::CompilationErrors(errors) = &error else {
        return error;
    };
    let is_missing = |name: &&String| {
        let quoted = format!("`{name}`");
        errors.iter().any(|error| {
            matches!(error.code(), Some("E0423" | "E0425")) && error.message().contains(&quoted)
        })
    };
    match gone.variables.iter().find(is_missing) {
        Some(name) => explain::outdated(name, &gone.changed.join(", ")),
        None => error,
    }
}

/// Moves out of a variable are errors in a check, which wants to keep every variable, and none in a
/// run.
fn prevents_running(error: &CompilationError) -> bool {
    error.level() == "error" && !matches!(error.code(), Some("E0382" | "E0505" | "E0597"))
}

/// The types, traits, constants and modules that a cell defines otherwise than they were defined
/// before.
fn redefined_by(code: &str, before: &Scope) -> Vec<String> {
    use ast::Item::{Const, Enum, Module, Static, Struct, Trait, TypeAlias, Union};
    let defined = |code: &str| -> BTreeMap<String, Vec<String>> {
        let items = statements(&parse(&without_commands(code)))
            .into_iter()
            .filter_map(ast::Item::cast);
        let items = items.filter(|item| {
            matches!(
                item,
                Const(_)
                    | Enum(_)
                    | Module(_)
                    | Static(_)
                    | Struct(_)
                    | Trait(_)
                    | TypeAlias(_)
                    | Union(_)
            )
        });
        items
            .filter_map(|item| Some((name_of(&item)?, words_in(item.syntax()))))
            .collect()
    };
    let is_other = |name: &String, definition: &Vec<String>| {
        let known = before.items().find(|(known, _)| known == name);
        known.is_some_and(|(_, text)| defined(text).get(name) != Some(definition))
    };
    defined(code)
        .into_iter()
        .filter(|(name, definition)| is_other(name, definition))
        .map(|(name, _)| name)
        .collect()
}

fn graph(scope: &Scope, definitions: &Definitions, earlier: &Definitions) -> Graph {
    let earlier = earlier.crates.keys().cloned().collect();
    Graph::new(
        scope.items().map(|(_, text)| text),
        definitions.crates.clone(),
        earlier,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope(cells: &[&str]) -> Scope {
        let mut scope = Scope::default();
        cells.iter().for_each(|cell| scope.add(cell));
        scope
    }

    /// What of a type is another after the last cell.
    fn changed(kind: &str, cells: &[&str]) -> Vec<String> {
        let read = |cells| {
            Graph::new(
                scope(cells).items().map(|(_, text)| text),
                BTreeMap::new(),
                BTreeSet::new(),
            )
            .parts_of(kind)
        };
        difference(&read(&cells[..cells.len() - 1]), &read(cells))
    }

    #[test]
    fn a_changed_type_takes_those_that_are_made_of_it() {
        let layer = "struct Layer { weight: f32 }";
        let net = "struct Net { layers: Vec<Layer> }\nstruct Other;\ntype Pair = (Net, Net);";
        let cells = [layer, net, "struct Layer { weight: f64 }"];
        for kind in [
            "ctx::Layer",
            "alloc::vec::Vec<ctx::Net>",
            "(ctx::Net, ctx::Net)",
            "fn(&ctx::Net) -> u8",
        ] {
            assert_eq!(changed(kind, &cells), ["Layer"], "{kind}");
        }
        assert!(
            changed("ctx::Other", &cells).is_empty()
                && changed("chainrule::tensor::Tensor", &cells).is_empty()
        );
        let cells = [
            "const N: usize = 2 * M;",
            "struct A([f32; N]);",
            "const M: usize = 1;",
            "const M: usize = 3;",
        ];
        assert_eq!(changed("ctx::A", &cells), ["M"]);
        let cells = [
            "trait Act { fn act(&self); }",
            "trait Act { fn go(&self); }",
        ];
        assert_eq!(changed("alloc::boxed::Box<dyn ctx::Act>", &cells), ["Act"]);
    }

    #[test]
    fn names_are_looked_up_as_rust_does() {
        let inner = "mod m { pub struct Deep { pub a: u8 } pub mod n \
                    { pub struct Low(pub super::Deep); } }";
        let more = "mod m { pub struct Deep { pub a: u8, b: u8 } pub mod n \
                   { pub struct Low(pub super::Deep); } }";
        for import in [
            "use m::{Deep};",
            "use m::*;",
            "use self::m::Deep;",
            "use crate::m::{self, Deep};",
        ] {
            let cells = [inner, import, "struct Outer { deep: Deep }", more];
            assert_eq!(changed("ctx::Outer", &cells), ["m::Deep"], "{import}");
        }
        let cells = [
            inner,
            "use m::n::Low as L;",
            "enum E { One(L), Deep }",
            more,
        ];
        assert_eq!(changed("ctx::E", &cells), ["m::Deep"]);
        let cells = [
            inner,
            "mod other { pub struct Deep(i32); }",
            "struct Net(other::Deep);",
            more,
        ];
        assert!(
            changed("ctx::Net", &cells).is_empty(),
            "another of the same name"
        );
        assert!(changed("ctx::m::Deep", &[inner, "fn f() {}", "struct Deep;"]).is_empty());
        let cells = [
            inner,
            "use m::Deep as Part;",
            "struct Net { part: Part }",
            "struct B;",
            "use B as Part;",
        ];
        assert_eq!(
            changed("ctx::Net", &cells),
            ["B", "m::Deep"],
            "one came, the other went"
        );
        assert_eq!(
            changed("ctx::Net", &["struct Net { t: Tensor }", "struct Tensor;"]),
            ["Tensor"]
        );
    }

    #[test]
    fn what_is_chosen_elsewhere_is_a_part_too() {
        let first = "struct Counter(u8); impl Iterator for Counter \
                    { type Item = u8; fn next(&mut self) -> Option<u8> { None } }";
        let then = "struct Counter(u8); impl Iterator for Counter \
                   { type Item = u64; fn next(&mut self) -> Option<u64> { None } }";
        let parts = changed("core::iter::Peekable<ctx::Counter>", &[first, then]);
        assert_eq!(parts, ["impl Iterator for Counter"]);
        let cells = [
            "struct X; trait Tr { type A; }",
            "struct W<T: Tr>(T::A);",
            "impl Tr for X { type A = f32; }",
            "type Y = X;",
        ];
        assert!(changed("ctx::W<ctx::X>", &cells).is_empty());
        let of_macro = [
            "macro_rules! kind { () => { u8 } }",
            "struct S { a: kind!() }",
            "macro_rules! kind { () => { u64 } }",
        ];
        assert_eq!(changed("ctx::S", &of_macro), ["kind"]);
        let made = [
            "mod m { macro_rules! mk { ($n:ident, $t:ty) => { pub struct $n { a: $t } } } mk!(Foo, \
            u8); }",
            "mod m { macro_rules! mk { ($n:ident, $t:ty) => { pub struct $n { a: $t } } } mk!(Foo, \
            u64); }",
        ];
        assert_eq!(changed("ctx::m::Foo", &made), ["m::macro"]);
        let constant = [
            "struct F; impl F { const N: usize = 1; const fn n() -> usize { 2 } }",
            "struct A([u8; F::N]);",
            "struct F; impl F { const N: usize = 1; const fn n() -> usize { 3 } }",
        ];
        assert_eq!(changed("ctx::A", &constant), ["impl F"]);
    }

    #[test]
    fn what_changes_no_value_changes_nothing() {
        let before = "struct Layer { weight: f32 } // a\nfn f() {}";
        let after = "/// One.\n#[derive(Debug)]\npub struct Layer {\n    pub weight: f32,\n}\nfn \
                    f() -> i32 { 1 }";
        assert!(changed("ctx::Layer", &[before, after]).is_empty());
        assert_eq!(
            changed(
                "ctx::Layer",
                &[before, "#[repr(C)] struct Layer { weight: f32 }"]
            ),
            ["Layer"]
        );
        assert_eq!(redefined_by(after, &scope(&[before])), [""; 0]);
    }

    #[test]
    fn cells_are_another_crate_only_where_types_can_be_asked_for() {
        let word = |cells: &[&str]| {
            let mut identity = Identity::default();
            for at in 0..cells.len() {
                identity = identity.after(&scope(&cells[..at]), &scope(&cells[..=at]), cells[at]);
            }
            identity.word()
        };
        let (one, two, boxed) = (
            "struct A(u8);",
            "struct A(u64);",
            "fn boxed() -> Box<dyn std::any::Any> { Box::new(A(1)) }",
        );
        assert_eq!(word(&[one, two]), "");
        assert_eq!(
            word(&[one, boxed, "struct B;", "fn more() {}"]),
            "",
            "what is added leaves types as they are"
        );
        let changed = word(&[one, boxed, two]);
        assert!(!changed.is_empty() && changed == word(&[one, boxed, "fn x() {}", two]));
        assert_eq!(
            word(&[one, boxed, two, one]),
            "",
            "the first definition is the first one again"
        );
    }
}
