//! What a type is made of: all definitions of a session that decide how its values lie in memory.
//!
//! The compiler says what the type of a variable is (`std::any::type_name`): its path, without
//! imports, aliases and associated types between. From there the definitions that it names are
//! followed: fields, parameters, constants of arrays, traits behind `dyn`, `impl` blocks that
//! choose an associated type, macros. A name is looked up as Rust does: in its module, in the
//! imports there, then among crates. Where that cannot be followed, such as a type that a macro
//! makes, more is taken for a part than is one, never less.

mod choices;
mod names;

pub use names::words_in;

use crate::compiler::facade::DEPENDENCIES;
use crate::evaluator::cell::imports::brought;
use crate::evaluator::cell::{generics_of, name_of, parse, statements};
use choices::{Novelty, may_name, variants};
use names::{Path, crate_part, has_macros, is_absent, names_in, paths_in, without_lifetimes};
use ra_ap_syntax::SyntaxNode;
use ra_ap_syntax::ast::{self, AstNode, HasModuleItem, HasName};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The definitions of a session and the modules that they stand in.
#[derive(Default)]
pub struct Graph {
    nodes: Vec<Node>,
    modules: Vec<Module>,
    /// `impl` blocks that choose an associated type or a constant, with the names in their
    /// headings.
    choices: Vec<(Vec<Path>, usize)>,
    /// The traits of `impl` blocks that leave all to the trait, with the modules these stand in.
    left_to_traits: Vec<(Path, usize)>,
    /// Whether a macro may have written `impl` blocks that cannot be read here.
    has_macros: bool,
    /// The content of crates, by the names that cells use.
    crates: BTreeMap<String, String>,
    /// Those of them that may have brought crates which cells do not name.
    earlier: BTreeSet<String>,
}

/// The parts of a type: the path of each definition, or the name of a crate, with the words that
/// decide.
pub type Parts = BTreeMap<String, String>;

struct Node {
    path: String,
    module: usize,
    words: String,
    names: Vec<Path>,
    /// The variants of an `enum`.
    variants: Option<BTreeSet<String>>,
    /// Of a choice: how it may be new to a type that was there before it.
    novelty: Novelty,
}

#[derive(Default)]
struct Module {
    path: String,
    parent: usize,
    items: HashMap<String, Vec<usize>>,
    modules: HashMap<String, usize>,
    /// What a name stands for; the name `*` for everything in a module.
    imports: Vec<(String, Path)>,
    /// They may define anything.
    macro_calls: Vec<usize>,
}

/// What a path leads to.
#[derive(Default)]
struct Found {
    nodes: BTreeSet<usize>,
    crates: BTreeSet<String>,
    modules: BTreeSet<usize>,
}

impl Found {
    fn take(&mut self, other: Found) {
        self.nodes.extend(other.nodes);
        self.crates.extend(other.crates);
        self.modules.extend(other.modules);
    }

    fn is_empty(&self) -> bool {
        self.nodes.is_empty() && self.crates.is_empty() && self.modules.is_empty()
    }
}

/// The name of the crate that cells are compiled as.
const CELLS: &str = "ctx";
/// Crates that do not change within a session, beside those that the library brings.
const LASTING: &[&str] = &["std", "core", "alloc", "chainrule"];
/// More imports in a row lead in a circle.
const MOST_IMPORTS: usize = 24;

impl Graph {
    /// Reads the definitions of a session, given as texts. `earlier` are the crates that the cells
    /// before could use.
    pub fn new<'a>(
        items: impl Iterator<Item = &'a str>,
        crates: BTreeMap<String, String>,
        earlier: BTreeSet<String>,
    ) -> Graph {
        let mut graph = Graph {
            modules: vec![Module::default()],
            crates,
            earlier,
            ..Graph::default()
        };
        for text in items {
            for node in statements(&parse(text)) {
                graph.add(0, &node);
            }
        }
        graph
    }

    /// Forgets the `impl` blocks that are new since `before` and mean nothing for the types that
    /// were there without them.
    pub fn without_new_choices(mut self, before: &Graph) -> Graph {
        if before.may_have_chosen_unseen() {
            return self;
        }
        let path = |(_, at): &(Vec<Path>, usize)| before.nodes[*at].path.as_str();
        let known: BTreeSet<&str> = before.choices.iter().map(path).collect();
        let nodes = &self.nodes;
        let is_part = |at: usize| match &nodes[at].novelty {
            Novelty::Never => true,
            _ if known.contains(nodes[at].path.as_str()) => true,
            Novelty::OfTrait => false,
            Novelty::Own(names) => before.nodes.iter().any(|node| may_name(&node.words, names)),
        };
        self.choices.retain(|(_, at)| is_part(*at));
        self
    }

    /// Whether a type may have a constant that no block chose: by default, which a trait of std has
    /// for none, or by a macro.
    fn may_have_chosen_unseen(&self) -> bool {
        let has_defaults = |(path, module): &(Path, usize)| {
            let mut found = Found::default();
            self.resolve(*module, path, 0, &mut found);
            let has_constant = |at: &usize| self.nodes[*at].words.contains("const ");
            !found.crates.is_empty() || found.nodes.iter().any(has_constant)
        };
        self.has_macros || self.left_to_traits.iter().any(has_defaults)
    }

    /// The crates among the parts of a type.
    pub fn crates_of(&self, parts: &Parts) -> Vec<String> {
        self.crates
            .keys()
            .filter(|name| parts.contains_key(&crate_part(name)))
            .cloned()
            .collect()
    }

    /// The parts of a type, given as the compiler calls it.
    pub fn parts_of(&self, kind: &str) -> Parts {
        let mut parts = Parts::new();
        let mut found = Found::default();
        for path in paths_in(kind) {
            let (first, rest) = (path[0].as_str(), &path[1..]);
            if first == CELLS {
                let before = (found.nodes.len(), found.crates.len());
                self.follow(0, rest, 0, &mut found);
                if !rest.is_empty()
                    && before == (found.nodes.len(), found.crates.len())
                    && !self.knows(rest)
                {
                    // Made by something that cannot be read here: any change may be one of it.
                    let all: String = self.nodes.iter().map(|node| node.words.as_str()).collect();
                    parts.insert(rest.join("::"), all);
                }
            } else if self.crates.contains_key(first) {
                found.crates.insert(first.to_owned());
            } else if !rest.is_empty()
                && !LASTING.contains(&first)
                && !DEPENDENCIES.contains(&first)
            {
                // A crate that other crates have brought.
                found.crates.extend(self.earlier.iter().cloned());
            }
        }
        self.close(&mut found);
        for &at in &found.nodes {
            // Several may have one path, such as two `impl` blocks.
            let Node { path, words, .. } = &self.nodes[at];
            *parts.entry(path.clone()).or_default() += words;
        }
        for name in &found.crates {
            parts.insert(
                crate_part(name),
                self.crates.get(name).cloned().unwrap_or_default(),
            );
        }
        parts
    }

    /// Whether a path leads to a definition.
    fn knows(&self, path: &[String]) -> bool {
        let mut found = Found::default();
        self.follow(0, path, 0, &mut found);
        !found.nodes.is_empty()
    }

    /// Adds everything that what was found is made of.
    fn close(&self, found: &mut Found) {
        let headings: Vec<(BTreeSet<usize>, usize)> = self
            .choices
            .iter()
            .map(|choice| self.heading(choice))
            .collect();
        let mut open: Vec<usize> = found.nodes.iter().copied().collect();
        while let Some(at) = open.pop() {
            let mut more = Found::default();
            for path in &self.nodes[at].names {
                self.resolve(self.nodes[at].module, path, 0, &mut more);
            }
            // `<Counter as Iterator>::Item` may also be asked for deep inside of std.
            more.nodes.extend(
                headings
                    .iter()
                    .filter(|(names, _)| names.contains(&at))
                    .map(|(_, choice)| *choice),
            );
            open.extend(more.nodes.iter().filter(|node| !found.nodes.contains(node)));
            found.nodes.extend(more.nodes);
            found.crates.extend(more.crates);
        }
    }

    fn heading(&self, (names, at): &(Vec<Path>, usize)) -> (BTreeSet<usize>, usize) {
        let mut found = Found::default();
        names
            .iter()
            .for_each(|path| self.resolve(self.nodes[*at].module, path, 0, &mut found));
        (found.nodes, *at)
    }

    /// Looks a path up that stands in a module.
    fn resolve(&self, module: usize, path: &[String], depth: usize, found: &mut Found) {
        let Some((first, rest)) = path.split_first() else {
            return;
        };
        if depth > MOST_IMPORTS {
            return;
        }
        match first.as_str() {
            "crate" | CELLS => self.follow(0, rest, depth, found),
            "self" if !rest.is_empty() => self.follow(module, rest, depth, found),
            "super" => self.resolve_above(module, rest, depth, found),
            "Self" => {}
            _ => {
                let mut own = Found::default();
                self.follow(module, path, depth, &mut own);
                if own.is_empty() && self.crates.contains_key(first) {
                    own.crates.insert(first.clone());
                } else if own.is_empty() && rest.is_empty() {
                    // A macro is seen in all that comes after it, in modules, too.
                    let is_macro = |at: &&usize| self.nodes[**at].words.starts_with("macro_rules ");
                    own.nodes.extend(
                        self.modules[0]
                            .items
                            .get(first)
                            .into_iter()
                            .flatten()
                            .filter(is_macro),
                    );
                }
                found.take(own);
            }
        }
    }

    fn resolve_above(&self, module: usize, rest: &[String], depth: usize, found: &mut Found) {
        let above = self.modules[module].parent;
        match rest.first().map(String::as_str) {
            Some("super") => self.resolve(above, rest, depth, found),
            Some(_) => self.follow(above, rest, depth, found),
            None => drop(found.modules.insert(above)),
        }
    }

    /// Looks a path up that begins with a name of this module.
    fn follow(&self, module: usize, path: &[String], depth: usize, found: &mut Found) {
        let Some((first, rest)) = path.split_first() else {
            found.modules.insert(module);
            return;
        };
        if depth > MOST_IMPORTS {
            return;
        }
        let here = &self.modules[module];
        let mut own = Found::default();
        if let Some(&inner) = here.modules.get(first) {
            own.modules.insert(inner);
            self.follow(inner, rest, depth + 1, &mut own);
        }
        own.nodes
            .extend(here.items.get(first).into_iter().flatten());
        for (_, path) in here.imports.iter().filter(|(name, _)| name == first) {
            let whole: Path = path.iter().chain(rest).cloned().collect();
            self.resolve_import(module, &whole, depth + 1, &mut own);
        }
        if own.is_empty() {
            for (_, path) in here.imports.iter().filter(|(name, _)| name == "*") {
                self.follow_glob(module, path, (first, rest), depth + 1, &mut own);
            }
        }
        if own.is_empty() {
            own.nodes.extend(&here.macro_calls);
        }
        found.take(own);
    }

    /// An import may begin with the name of a crate, and never means itself.
    fn resolve_import(&self, module: usize, path: &[String], depth: usize, found: &mut Found) {
        let is_crate = |name: &String| {
            self.crates.contains_key(name) && !self.modules[module].modules.contains_key(name)
        };
        match path.first() {
            Some(first) if is_crate(first) => drop(found.crates.insert(first.clone())),
            _ => self.resolve(module, path, depth, found),
        }
    }

    /// Looks a name up in everything that `use path::*` brings.
    fn follow_glob(
        &self,
        module: usize,
        path: &[String],
        name: (&String, &[String]),
        depth: usize,
        found: &mut Found,
    ) {
        let mut sources = Found::default();
        self.resolve_import(module, path, depth, &mut sources);
        let whole: Path = std::iter::once(name.0).chain(name.1).cloned().collect();
        for &source in sources.modules.iter().filter(|source| **source != module) {
            self.follow(source, &whole, depth + 1, found);
        }
        let is_variant = |at: &&usize| match &self.nodes[**at].variants {
            Some(variants) => variants.contains(name.0),
            None => self.nodes[**at].words.split(' ').any(|word| word == name.0),
        };
        found.nodes.extend(sources.nodes.iter().filter(is_variant));
        if found.is_empty() {
            found.crates.extend(sources.crates);
        }
    }

    fn add(&mut self, module: usize, node: &SyntaxNode) {
        let Some(item) = ast::Item::cast(node.clone()) else {
            return;
        };
        if is_absent(&item) {
            return;
        }
        match &item {
            ast::Item::Use(item) => {
                let imports = item.use_tree().map(|tree| brought(&tree, &[]));
                let imports = imports.into_iter().flatten();
                let named = imports.filter(|(name, _)| name != "_");
                self.modules[module].imports.extend(named);
            }
            ast::Item::ExternCrate(item) => {
                if let (Some(name), Some(rename)) = (
                    item.name_ref(),
                    item.rename().and_then(|rename| rename.name()),
                ) {
                    let import = (rename.text().to_string(), vec![name.text().to_string()]);
                    self.modules[module].imports.push(import);
                }
            }
            ast::Item::Module(item) => self.add_module(module, item),
            ast::Item::Impl(block) => self.add_impl(module, block),
            ast::Item::MacroCall(call) => {
                let written = without_lifetimes(call.syntax());
                let at = self.push(module, written.trim_end_matches(';'), &item);
                self.modules[module].macro_calls.push(at);
                self.choices.push((self.nodes[at].names.clone(), at));
            }
            ast::Item::MacroRules(rules) => {
                if let Some(name) = rules.name() {
                    let name = name.text().to_string();
                    let at = self.push(module, &name, &item);
                    // Seen in all modules that come after it.
                    self.modules[0].items.entry(name).or_default().push(at);
                }
            }
            _ => {
                if let Some(name) = name_of(&item) {
                    let at = self.push(module, &name, &item);
                    self.modules[module].items.entry(name).or_default().push(at);
                }
            }
        }
    }

    fn add_module(&mut self, parent: usize, item: &ast::Module) {
        let Some(name) = item.name().map(|name| name.text().to_string()) else {
            return;
        };
        let at = self.modules.len();
        let path = format!("{}{name}::", self.modules[parent].path);
        self.modules.push(Module {
            path,
            parent,
            ..Module::default()
        });
        self.modules[parent].modules.insert(name, at);
        for inner in item.item_list().into_iter().flat_map(|list| list.items()) {
            self.add(at, inner.syntax());
        }
    }

    /// Of an `impl` only what chooses a type or a constant is a part of a type.
    fn add_impl(&mut self, module: usize, block: &ast::Impl) {
        let chosen = choices::of(block);
        let parameters = generics_of(block).into_iter().collect();
        let heading: Vec<ast::Type> = block.trait_().into_iter().chain(block.self_ty()).collect();
        if chosen.is_empty() {
            let headed = block.trait_().into_iter();
            let names = headed.flat_map(|one| names_in(one.syntax(), &parameters));
            self.left_to_traits.extend(names.map(|name| (name, module)));
            return;
        }
        let mut named: Vec<Path> = heading
            .iter()
            .flat_map(|node| names_in(node.syntax(), &parameters))
            .collect();
        let headed = named.clone();
        let mut words: Vec<String> = heading
            .iter()
            .flat_map(|node| words_in(node.syntax()))
            .collect();
        for item in &chosen {
            words.extend(words_in(item.syntax()));
            named.extend(names_in(item.syntax(), &parameters));
        }
        // As it was written, but for names of lifetimes, which decide nothing.
        let spoken: Vec<String> = heading
            .iter()
            .map(|one| without_lifetimes(one.syntax()))
            .collect();
        self.nodes.push(Node {
            path: format!("impl {}{}", self.modules[module].path, spoken.join(" for ")),
            module,
            words: words.join(" "),
            names: named,
            variants: None,
            novelty: Novelty::of(block, &chosen),
        });
        self.choices.push((headed, self.nodes.len() - 1));
    }

    fn push(&mut self, module: usize, name: &str, item: &ast::Item) -> usize {
        self.has_macros |= matches!(item, ast::Item::MacroCall(_)) || has_macros(item);
        let generic = ast::AnyHasGenericParams::cast(item.syntax().clone());
        let parameters = generic.iter().flat_map(generics_of).collect();
        self.nodes.push(Node {
            path: format!("{}{name}", self.modules[module].path),
            module,
            words: words_in(item.syntax()).join(" "),
            names: names_in(item.syntax(), &parameters),
            variants: variants(item),
            novelty: Novelty::Never,
        });
        self.nodes.len() - 1
    }
}
