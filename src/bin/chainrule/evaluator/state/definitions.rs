//! The types of a session, and which variables have to go when one of them changes.
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

use super::identity::Identity;
use super::made_of::{Graph, Parts, words_in};
use super::scope::Scope;
use crate::compiler::redefinition::KeptVariable;
use crate::evaluator::cell::{Cell, name_of, parse, words};
use chainrule::base::protocol::Event;
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

impl Definitions {
    /// Those after a cell, given as evcxr gets it, that makes `after` of `before`.
    pub fn after(
        &self,
        before: &Scope,
        after: &Scope,
        prepared: &Cell,
        folder: &Path,
    ) -> Definitions {
        let mut types = self.types.clone();
        types.retain(|name, _| after.variables.contains_key(name));
        Definitions {
            types,
            crates: after.crates(folder),
            identity: self.identity.after(before, after, prepared.text()),
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

    /// What cells are for the compiler.
    pub fn identity(&self) -> &Identity {
        &self.identity
    }

    /// Whether the crates are the same in both.
    pub fn has_crates_of(&self, other: &Definitions) -> bool {
        self.crates == other.crates
    }

    /// Why each variable that does not fit any more has to go: the definitions that are others now.
    /// `after` and `next` are what the cell makes of `scope` and of these.
    pub fn outdated(
        &self,
        scope: &Scope,
        after: &Scope,
        next: &Definitions,
    ) -> BTreeMap<String, Vec<String>> {
        let before = graph(scope, self, self);
        let after = graph(after, next, self).without_new_choices(&before);
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

    /// The variables that stay, with what the store compares.
    pub fn kept(&self, scope: &Scope, after: &Scope, next: &Definitions) -> Vec<KeptVariable> {
        let after = graph(after, next, self);
        let names = scope.variables.keys();
        let known = names.filter_map(|name| Some((name, self.types.get(name)?)));
        let kept = known.map(|(name, kind)| KeptVariable {
            name: name.clone(),
            kind: kind.clone(),
            crates: after.crates_of(&after.parts_of(kind)),
        });
        kept.collect()
    }
}

/// The parts that are not the same in both, in a learner's words: of `Z` and `m::Z`, `Z`.
fn difference(old: &Parts, new: &Parts) -> Vec<String> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    let changed = names
        .into_iter()
        .filter(|name| old.get(*name) != new.get(*name));
    let changed: BTreeSet<&String> = changed.collect();
    let is_imported = |name: &str| {
        name.rsplit_once("::")
            .is_some_and(|(_, last)| changed.iter().any(|other| *other == last))
    };
    changed
        .iter()
        .filter(|name| !is_imported(name))
        .map(|name| name.strip_prefix("crate ").unwrap_or(name))
        .map(|name| match name.split_once('!') {
            Some((called, given)) if given.len() > 40 => format!("{called}!(…)"),
            _ => name.to_owned(),
        })
        .collect()
}

/// The types, traits, constants and modules that a cell defines otherwise than they were defined
/// before.
pub fn redefined_by(cell: &Cell, before: &Scope) -> Vec<String> {
    use ast::Item::{Const, Enum, Module, Static, Struct, Trait, TypeAlias, Union};
    let defined = |cell: &Cell| -> BTreeMap<String, Vec<String>> {
        let items = cell.items().filter(|item| {
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
        known.is_some_and(|(_, text)| defined(&Cell::new(text)).get(name) != Some(definition))
    };
    defined(cell)
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
        cells.iter().for_each(|cell| scope.add(&Cell::new(*cell)));
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
        };
        let before = read(&cells[..cells.len() - 1]);
        let after = read(cells).without_new_choices(&before);
        difference(&before.parts_of(kind), &after.parts_of(kind))
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
        assert_eq!(
            changed("ctx::m::Foo", &made),
            ["m::mk!(Foo, u64)", "m::mk!(Foo, u8)"]
        );
        let constant = [
            "struct F; impl F { const N: usize = 1; const fn n() -> usize { 2 } }",
            "struct A([u8; F::N]);",
            "struct F; impl F { const N: usize = 1; const fn n() -> usize { 3 } }",
        ];
        assert_eq!(changed("ctx::A", &constant), ["impl F"]);
    }

    #[test]
    fn what_is_added_changes_nothing() {
        for added in [
            "impl std::ops::Add for V { type Output = V; fn add(self, o: V) -> V { o } }",
            "impl Iterator for V { type Item = u8; fn next(&mut self) -> Option<u8> { None } }",
            "impl V { const ORIGIN: f64 = 0.0; }",
            "enum Op { Scale(f64), By { n: i32 } } use Op::*;",
        ] {
            let cells = ["struct V { x: f64, n: i32 }", added];
            assert_eq!(changed("ctx::V", &cells), [""; 0], "{added}");
        }
        // A block that had been there without choosing, under whatever name; one of the type's own,
        // which comes before that of the trait; what a macro writes.
        let chosen = "trait T { const N: usize = 1; } struct A; struct S([u8; A::N]);";
        for (first, then) in [
            (
                "impl T for A {}",
                "impl crate::T for A { const N: usize = 2; }",
            ),
            (
                "impl T for A {}",
                "use T as U; impl U for A { const N: usize = 2; }",
            ),
            (
                "mod m { impl super::T for super::A {} }",
                "mod m {} impl T for A { const N: usize = 2; }",
            ),
            (
                "impl T for A { const N: usize = 1; }",
                "impl A { const N: usize = 2; }",
            ),
            (
                "impl T for A {}",
                "impl A { const fn other() {} const N: usize = 2; }",
            ),
            ("impl T for A {}", "mod m { use super::*; mk!(A, 2); }"),
            (
                "#[derive(Unit)] struct A;",
                "struct A; impl T for A { const N: usize = 2; }",
            ),
        ] {
            assert_ne!(changed("ctx::S", &[chosen, first, then]), [""; 0], "{then}");
        }
        assert_eq!(
            changed(
                "ctx::V",
                &[
                    "struct V { x: f64 }",
                    "mod m { use super::*; unit!(V, u8); }"
                ]
            ),
            ["m::unit!(V, u8)"]
        );
        let cells = [
            "trait T { const N: usize = 1; } struct A; struct S([u8; <A as T>::N]);",
            "impl T for A {}",
            "impl T for A { const N: usize = 2; }",
        ];
        assert_eq!(changed("ctx::S", &cells), ["impl T for A"]);
        let cells = [
            "macro_rules! unit { ($t:ty) => { impl Unit for $t { type Store = u8; } } } struct A; \
             struct S(<A as Unit>::Store);",
            "mod m { use super::*; unit!(A); }",
            "macro_rules! unit { ($t:ty) => { impl Unit for $t { type Store = u64; } } }",
        ];
        assert_eq!(changed("ctx::S", &cells), ["unit"]);
        assert_eq!(
            changed("ctx::E", &["enum E { A, B } use E::*;", "struct A;"]),
            [""; 0]
        );
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
        assert_eq!(redefined_by(&Cell::new(after), &scope(&[before])), [""; 0]);
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
