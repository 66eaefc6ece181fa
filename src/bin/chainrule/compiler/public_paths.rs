//! By which path a cell can name a type that the compiler calls by the place of its definition:
//! `std::collections::HashMap` for `std::collections::hash::map::HashMap`.
//!
//! Read once for each toolchain and library from the sources: their modules, and what these pass on
//! by `pub use`.

use super::library;
use ra_ap_syntax::ast::{self, AstNode, HasAttrs, HasModuleItem, HasName};
use ra_ap_syntax::{Edition, SourceFile};
use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};

/// The path of a definition, and the one that cells can write; the same for modules, which end in
/// `::`.
pub type PublicPaths = BTreeMap<String, String>;

/// The crate of a cell.
const CELL: &str = "ctx";

/// Where cells find types, the better places first.
const ROOTS: [&str; 4] = ["chainrule::prelude", "std", "core", "chainrule"];

/// Those of std as rustc 1.95 has it, for a toolchain without its sources.
const OF_STD: &str = include_str!("public-paths-of-std.json");

/// Those of the library and of std, whose sources are in this folder if anywhere.
pub fn of_library(std_sources: &std::path::Path) -> PublicPaths {
    let mut paths = of_sources(std_sources);
    if !std_sources.join("core/src/lib.rs").is_file() {
        let of_std: PublicPaths = serde_json::from_str(OF_STD).unwrap_or_default();
        of_std.into_iter().for_each(|(definition, path)| {
            paths.entry(definition).or_insert(path);
        });
    }
    paths
}

fn of_sources(std_sources: &std::path::Path) -> PublicPaths {
    let mut sources = Sources::default();
    for name in ["core", "alloc", "std"] {
        let folder = std_sources.join(name).join("src");
        sources.add(name, &|path| {
            std::fs::read_to_string(folder.join(path)).ok()
        });
    }
    let ours: HashMap<String, &str> = library::sources().collect();
    sources.add("chainrule", &|path| {
        ours.get(path).map(|text| (*text).to_owned())
    });
    sources.public_paths(&ROOTS)
}

/// Those of the types that cells define, given as texts: from the crate of a cell all is seen that
/// stands at its top.
pub fn of_cells<'a>(items: impl Iterator<Item = &'a str>) -> PublicPaths {
    let text: String = items.flat_map(|item| [item, "\n"]).collect();
    let mut sources = Sources::default();
    sources.add(CELL, &|path| (path == "lib.rs").then(|| text.clone()));
    sources.public_paths(&[CELL])
}

type Path = Vec<String>;

/// A module: what it declares, and what it passes on.
#[derive(Default)]
struct Module {
    /// Types and traits, and whether they are for others.
    types: HashMap<String, bool>,
    modules: HashMap<String, bool>,
    /// The path, the name that it gets (`*` for all) and whether it is for others.
    uses: Vec<(Path, String, bool)>,
}

/// The modules of some crates, by path.
#[derive(Default)]
pub struct Sources {
    modules: HashMap<Path, Module>,
    /// Names of crates within another: `alloc_crate` in std.
    crates: HashMap<String, String>,
}

/// What a path leads to.
enum Target {
    Module(Path),
    Type(Path),
}

/// So many imports one after the other, so many modules within one another.
const MOST: usize = 12;

impl Sources {
    /// Adds a crate. `read` gives the text of a file by its path below the crate's sources.
    pub fn add(&mut self, name: &str, read: &dyn Fn(&str) -> Option<String>) {
        if let Some(text) = read("lib.rs") {
            self.crates.insert(name.to_owned(), name.to_owned());
            let tree = SourceFile::parse(&text, Edition::Edition2024).tree();
            let items: Vec<ast::Item> = tree.items().collect();
            self.add_module(vec![name.to_owned()], items, "", read);
        }
    }

    fn add_module(
        &mut self,
        path: Path,
        items: Vec<ast::Item>,
        folder: &str,
        read: &dyn Fn(&str) -> Option<String>,
    ) {
        let mut module = Module::default();
        for item in items {
            let is_top = path.as_slice() == [CELL];
            // What is unstable cells cannot name.
            let is_for_all = || item_visibility(&item).is_some_and(|text| text.trim() == "pub");
            let is_public = is_top || (is_for_all() && !is_unstable(&item));
            match &item {
                ast::Item::Use(one) => {
                    if let Some(tree) = one.use_tree() {
                        collect(&tree, &[], is_public, &mut module.uses);
                    }
                }
                ast::Item::ExternCrate(one) => {
                    let name = one.name_ref().map(|name| name.text().to_string());
                    let renamed = one.rename().and_then(|one| one.name());
                    if let (Some(name), Some(renamed)) = (name, renamed) {
                        self.crates.insert(renamed.text().to_string(), name);
                    }
                }
                ast::Item::Module(one) => {
                    let Some(name) = one.name().map(|name| name.text().to_string()) else {
                        continue;
                    };
                    let inner = format!("{folder}{name}/");
                    let items: Option<Vec<ast::Item>> = match one.item_list() {
                        Some(list) => Some(list.items().collect()),
                        None => read(&format!("{folder}{name}.rs"))
                            .or_else(|| read(&format!("{inner}mod.rs")))
                            .map(|text| {
                                let tree = SourceFile::parse(&text, Edition::Edition2024).tree();
                                tree.items().collect()
                            }),
                    };
                    let child = [path.clone(), vec![name.clone()]].concat();
                    // Of several for different systems, the first that is there and has anything.
                    let is_new = !self.modules.contains_key(&child);
                    if let Some(items) = items.filter(|items| is_new && !items.is_empty()) {
                        module.modules.insert(name, is_public);
                        self.add_module(child, items, &inner, read);
                    }
                }
                ast::Item::Struct(one) => note(&mut module, one.name(), is_public),
                ast::Item::Enum(one) => note(&mut module, one.name(), is_public),
                ast::Item::Union(one) => note(&mut module, one.name(), is_public),
                ast::Item::Trait(one) => note(&mut module, one.name(), is_public),
                _ => {}
            }
        }
        self.modules.insert(path, module);
    }

    /// The shortest public paths of all types, beginning with these modules: an earlier one is
    /// preferred to a later one.
    pub fn public_paths(&self, roots: &[&str]) -> PublicPaths {
        let mut paths = PublicPaths::new();
        for root in roots {
            let root: Path = root.split("::").map(str::to_owned).collect();
            let mut found: BTreeMap<String, Path> = BTreeMap::new();
            let mut open = VecDeque::from([(root.clone(), root.clone())]);
            let mut seen = HashSet::new();
            while let Some((module, public)) = open.pop_front() {
                if public.len() > MOST || !seen.insert(module.clone()) {
                    continue;
                }
                let definition = module.join("::") + "::";
                found
                    .entry(definition)
                    .or_insert([public.clone(), vec![String::new()]].concat());
                for (name, target) in self.contents(&module, &mut HashSet::new()) {
                    let path = [public.clone(), vec![name]].concat();
                    match target {
                        Target::Module(inner) => open.push_back((inner, path)),
                        Target::Type(definition) => {
                            found.entry(definition.join("::")).or_insert(path);
                        }
                    }
                }
            }
            for (definition, path) in found {
                paths.entry(definition).or_insert_with(|| path.join("::"));
            }
        }
        paths
    }

    /// What a module shows to others.
    fn contents(&self, path: &Path, seen: &mut HashSet<Path>) -> Vec<(String, Target)> {
        let Some(module) = self.modules.get(path).filter(|_| seen.insert(path.clone())) else {
            return Vec::new();
        };
        let inner = |name: &String| [path.clone(), vec![name.clone()]].concat();
        let public = |all: &HashMap<String, bool>| -> Vec<String> {
            let mut names: Vec<String> = all
                .iter()
                .filter(|(_, is)| **is)
                .map(|(name, _)| name.clone())
                .collect();
            names.sort();
            names
        };
        let types = public(&module.types).into_iter();
        let mut contents: Vec<(String, Target)> = types
            .map(|name| (name.clone(), Target::Type(inner(&name))))
            .collect();
        let modules = public(&module.modules).into_iter();
        contents.extend(modules.map(|name| (name.clone(), Target::Module(inner(&name)))));
        for (target, name, _) in module.uses.iter().filter(|(.., is_public)| *is_public) {
            match self.resolve(path, target, 0) {
                Some(Target::Module(of)) if name == "*" => {
                    contents.extend(self.contents(&of, seen))
                }
                Some(target) if name != "*" => contents.push((name.clone(), target)),
                _ => {}
            }
        }
        contents
    }

    /// What a path that stands in a module leads to.
    fn resolve(&self, module: &Path, path: &[String], depth: usize) -> Option<Target> {
        if depth > MOST {
            return None;
        }
        let (first, mut rest) = path.split_first()?;
        let mut at = match first.as_str() {
            "crate" => vec![module[0].clone()],
            "self" => module.clone(),
            "super" => module[..module.len() - 1].to_vec(),
            name if self.has(module, name) => {
                rest = path;
                module.clone()
            }
            name => vec![self.crates.get(name)?.clone()],
        };
        while rest.first().is_some_and(|name| name == "super") {
            at.pop();
            rest = &rest[1..];
        }
        let Some((name, rest)) = rest.split_first() else {
            return self.modules.contains_key(&at).then_some(Target::Module(at));
        };
        let here = self.modules.get(&at)?;
        let inner = [at.clone(), vec![name.clone()]].concat();
        let found = if here.modules.contains_key(name) {
            Target::Module(inner)
        } else if here.types.contains_key(name) {
            Target::Type(inner)
        } else {
            // What a macro makes is passed on, too, and not seen in the sources.
            let made = || {
                name.starts_with(char::is_uppercase)
                    .then_some(Target::Type(inner))
            };
            self.imported(&at, name, depth).or_else(made)?
        };
        match found {
            Target::Module(at) if !rest.is_empty() => {
                let path = [vec!["self".to_owned()], rest.to_vec()].concat();
                self.resolve(&at, &path, depth + 1)
            }
            found => rest.is_empty().then_some(found),
        }
    }

    fn imported(&self, at: &Path, name: &str, depth: usize) -> Option<Target> {
        let uses = &self.modules.get(at)?.uses;
        let mut named = uses.iter().filter(|(_, called, _)| called == name);
        let found = named.find_map(|(target, ..)| self.resolve(at, target, depth + 1));
        found.or_else(|| {
            let mut globs = uses.iter().filter(|(_, called, _)| called == "*");
            globs.find_map(|(target, ..)| {
                let path = [target.clone(), vec![name.to_owned()]].concat();
                self.resolve(at, &path, depth + 1)
            })
        })
    }

    fn has(&self, module: &Path, name: &str) -> bool {
        self.modules.get(module).is_some_and(|module| {
            module.modules.contains_key(name)
                || module.types.contains_key(name)
                || module.uses.iter().any(|(_, called, _)| called == name)
        })
    }
}

fn note(module: &mut Module, name: Option<ast::Name>, is_public: bool) {
    if let Some(name) = name {
        module.types.insert(name.text().to_string(), is_public);
    }
}

fn item_visibility(item: &ast::Item) -> Option<String> {
    let visibility = item.syntax().children().find_map(ast::Visibility::cast);
    Some(visibility?.syntax().text().to_string())
}

fn is_unstable(item: &ast::Item) -> bool {
    let mut attributes = item.attrs();
    attributes.any(|one| one.simple_name().is_some_and(|name| name == "unstable"))
}

/// The imports of a `use`, one by one.
fn collect(
    tree: &ast::UseTree,
    before: &[String],
    is_public: bool,
    uses: &mut Vec<(Path, String, bool)>,
) {
    let own = tree.path().map(|path| path.syntax().text().to_string());
    let own = own.iter().flat_map(|path| path.split("::"));
    let path: Path = before
        .iter()
        .cloned()
        .chain(
            own.map(|part| part.trim().to_owned())
                .filter(|part| !part.is_empty()),
        )
        .collect();
    if let Some(list) = tree.use_tree_list() {
        list.use_trees()
            .for_each(|one| collect(&one, &path, is_public, uses));
        return;
    }
    let (path, last) = match path.last().map(String::as_str) {
        Some("self") => (
            path[..path.len() - 1].to_vec(),
            path.iter().rev().nth(1).cloned(),
        ),
        _ => (path.clone(), path.last().cloned()),
    };
    let renamed = tree.rename().and_then(|one| one.name());
    let name = match (tree.star_token(), renamed) {
        (Some(_), _) => Some("*".to_owned()),
        (None, Some(name)) => Some(name.text().to_string()),
        (None, None) => last,
    };
    uses.extend(name.map(|name| (path, name, is_public)));
}

#[cfg(test)]
mod tests {
    use super::super::kinds::in_a_cell;
    use super::*;
    use crate::compiler::toolchain::Toolchain;

    /// With `CHAINRULE_WRITE` set it is written; another version of Rust may have another.
    #[test]
    fn the_table_for_toolchains_without_sources_is_what_is_read_from_them() {
        let toolchain = Toolchain::find().unwrap();
        if !toolchain.has_rust_src() || !toolchain.version.contains("release: 1.95.") {
            return;
        }
        let mut paths = of_sources(&toolchain.std_sources());
        paths.retain(|definition, _| !definition.starts_with("chainrule::"));
        if std::env::var_os("CHAINRULE_WRITE").is_some() {
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/src/bin/chainrule/compiler/");
            let text = serde_json::to_string_pretty(&paths).unwrap();
            std::fs::write(format!("{folder}public-paths-of-std.json"), text).unwrap();
        }
        let kept: PublicPaths = serde_json::from_str(OF_STD).unwrap();
        assert!(paths == kept, "set CHAINRULE_WRITE=1 and test again, twice");
    }

    #[test]
    fn a_type_is_found_where_others_see_it() {
        let files: HashMap<&str, &str> = HashMap::from([
            (
                "lib.rs",
                "mod a; pub mod b { pub use crate::a::inner::Two; pub use super::a::*; } \
                        extern crate other as another; pub use another::Far; pub mod c; \
                        pub use a::inner::Made;",
            ),
            (
                "a/mod.rs",
                "pub(crate) mod inner; pub struct One; struct Hidden; \
                          pub use self::inner::{Three as Third, deep::*};",
            ),
            (
                "a/inner.rs",
                "pub struct Two; pub enum Three {} pub mod deep { pub trait Four {} }",
            ),
            ("c.rs", "pub struct C;"),
        ]);
        let mut sources = Sources::default();
        sources.add("other", &|path| {
            (path == "lib.rs").then(|| "pub struct Far;".to_owned())
        });
        sources.add("here", &|path| {
            files.get(path).map(|text| (*text).to_owned())
        });
        let paths = sources.public_paths(&["here"]);
        let expected = [
            ("here::a::One", "here::b::One"),
            ("here::a::inner::Three", "here::b::Third"),
            ("here::a::inner::Two", "here::b::Two"),
            ("here::a::inner::deep::Four", "here::b::Four"),
            ("here::c::C", "here::c::C"),
            ("other::Far", "here::Far"),
            ("here::a::inner::Made", "here::Made"),
            ("here::", "here::"),
            ("here::a::inner::deep::", ""),
            ("here::b::", "here::b::"),
            ("here::c::", "here::c::"),
        ];
        let expected = expected
            .into_iter()
            .filter(|(_, public)| !public.is_empty());
        let expected = expected.map(|(a, b)| (a.to_owned(), b.to_owned()));
        assert_eq!(paths, expected.collect());
        let own = of_cells(
            "mod m { pub struct Own; mod hidden { pub struct Seen; pub struct Unseen; } \
             pub use hidden::Seen; } struct small; struct 点;"
                .split("\n"),
        );
        let in_a_cell = |kind: &str| in_a_cell(kind, &paths, &own);
        let kind = "(here::a::One, &[ctx::m::Own; 2], here::c::Made<u8>, dyn here::b::Any)";
        let expected = "(here::b::One, &'static [m::Own; 2], here::c::Made<u8>, dyn here::b::Any)";
        assert_eq!(in_a_cell(kind).as_deref(), Some(expected));
        for (kind, expected) in [
            (
                "&mut here::c::C<'_, &str>",
                "&'static mut here::c::C<'static, &'static str>",
            ),
            ("fn(&'_ u8) -> &'_ u8", "fn(&'_ u8) -> &'_ u8"),
            ("fn(&u8) -> &u8", "fn(&'static u8) -> &'static u8"),
            (
                "fn(&'_ str, &str) -> &'_ str",
                "fn(&'_ str, &'static str) -> &'_ str",
            ),
            (
                "&dyn here::a::One + here::c::C",
                "&'static (dyn here::b::One + here::c::C)",
            ),
            (
                "[*mut dyn here::c::Fn(u8) -> u8 + here::c::C; 2]",
                "[*mut (dyn here::c::Fn(u8) -> u8 + here::c::C); 2]",
            ),
            ("&dyn here::c::C", "&'static dyn here::c::C"),
            ("(ctx::small, ctx::点, ctx::Made)", "(small, 点, Made)"),
            ("ctx::m::hidden::Seen", "m::Seen"),
            ("here::c::C<3, '{'>", "here::c::C<3, '{'>"),
            (
                "for<'a> fn(&'a u8, here::c::C<'_>) -> &'a u8",
                "for<'a> fn(&'a u8, here::c::C<'_>) -> &'a u8",
            ),
            (
                "dyn here::c::Fn(&'_ u8) + 'static",
                "dyn here::c::Fn(&'_ u8) + 'static",
            ),
        ] {
            assert_eq!(in_a_cell(kind).as_deref(), Some(expected), "{kind}");
        }
        for kind in [
            "ctx::f",
            "here::a::Hidden",
            "ctx::f::{{closure}}",
            "ctx::P::{{constructor}}",
            "ctx::m::hidden::Unseen",
            "ctx::_::Secret",
            "here::c::<impl u8>::f",
            "here::c::C<!>",
            "fn(&'_ str, &'_ str) -> &'_ str",
            "here::c::f",
        ] {
            assert_eq!(in_a_cell(kind), None, "{kind}");
        }
    }
}
