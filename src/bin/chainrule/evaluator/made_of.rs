//! What a type is made of: all definitions of a session that decide how its values lie in memory.
//!
//! The compiler says what the type of a variable is (`std::any::type_name`): its path, without
//! imports, aliases and associated types between. From there the definitions that it names are
//! followed: fields, parameters, constants of arrays, traits behind `dyn`, `impl` blocks that
//! choose an associated type, macros. A name is looked up as Rust does: in its module, in the
//! imports there, then among crates. Where that cannot be followed, such as a type that a macro
//! makes, more is taken for a part than is one, never less.

use super::cell::{name_of, parse, statements};

use crate::compiler::facade::DEPENDENCIES;
use ra_ap_syntax::ast::{self, AstNode, HasAttrs, HasGenericParams, HasModuleItem, HasName};
use ra_ap_syntax::{NodeOrToken, SyntaxKind, SyntaxNode, SyntaxToken, T};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// The definitions of a session and the modules that they stand in.
#[derive(Default)]
pub struct Graph {
    nodes: Vec<Node>,
    modules: Vec<Module>,
    /// `impl` blocks that choose an associated type or a constant, with the names in their
    /// headings.
    choices: Vec<(Vec<Path>, usize)>,
    /// The content of crates, by the names that cells use.
    crates: BTreeMap<String, String>,
    /// Those of them that may have brought crates which cells do not name.
    earlier: BTreeSet<String>,
}

/// The parts of a type: the path of each definition, or the name of a crate, with the words that
/// decide.
pub type Parts = BTreeMap<String, String>;

type Path = Vec<String>;

struct Node {
    path: String,
    module: usize,
    words: String,
    names: Vec<Path>,
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
            parts.insert(self.nodes[at].path.clone(), self.nodes[at].words.clone());
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
        // The variants of an `enum`.
        let is_variant = |at: &&usize| self.nodes[**at].words.split(' ').any(|word| word == name.0);
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
                let imports = item
                    .use_tree()
                    .map(|tree| imports(&tree, &Vec::new()))
                    .unwrap_or_default();
                self.modules[module].imports.extend(imports);
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
            ast::Item::MacroCall(_) => {
                let at = self.push(module, "macro", &item);
                self.modules[module].macro_calls.push(at);
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
        let chooses = |item: &ast::AssocItem| match item {
            ast::AssocItem::Fn(function) => function.const_token().is_some(),
            _ => true,
        };
        let list = block.assoc_item_list();
        let chosen: Vec<ast::AssocItem> = list
            .into_iter()
            .flat_map(|list| list.assoc_items())
            .filter(chooses)
            .collect();
        if chosen.is_empty() {
            return;
        }
        let heading: Vec<ast::Type> = block.trait_().into_iter().chain(block.self_ty()).collect();
        let parameters = parameters(block.generic_param_list());
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
        let path = format!(
            "impl {}{}",
            self.modules[module].path,
            headed
                .iter()
                .map(|one| one.join("::"))
                .collect::<Vec<_>>()
                .join(" for ")
        );
        self.nodes.push(Node {
            path,
            module,
            words: words.join(" "),
            names: named,
        });
        self.choices.push((headed, self.nodes.len() - 1));
    }

    fn push(&mut self, module: usize, name: &str, item: &ast::Item) -> usize {
        let parameters = parameters(parameters_of(item));
        self.nodes.push(Node {
            path: format!("{}{name}", self.modules[module].path),
            module,
            words: words_in(item.syntax()).join(" "),
            names: names_in(item.syntax(), &parameters),
        });
        self.nodes.len() - 1
    }
}

/// Under what a crate stands among the parts of a type.
fn crate_part(name: &str) -> String {
    format!("crate {name}")
}

/// `#[cfg(any())]`: what evcxr is given in place of a definition that was set aside.
fn is_absent(item: &ast::Item) -> bool {
    item.attrs()
        .any(|attribute| attribute.syntax().text().to_string().replace(' ', "") == "#[cfg(any())]")
}

fn parameters_of(item: &ast::Item) -> Option<ast::GenericParamList> {
    match item {
        ast::Item::Enum(item) => item.generic_param_list(),
        ast::Item::Fn(item) => item.generic_param_list(),
        ast::Item::Struct(item) => item.generic_param_list(),
        ast::Item::Trait(item) => item.generic_param_list(),
        ast::Item::TypeAlias(item) => item.generic_param_list(),
        ast::Item::Union(item) => item.generic_param_list(),
        _ => None,
    }
}

fn parameters(list: Option<ast::GenericParamList>) -> BTreeSet<String> {
    let parameters = list
        .into_iter()
        .flat_map(|list| list.type_or_const_params());
    parameters
        .filter_map(|parameter| Some(parameter.name()?.text().to_string()))
        .collect()
}

/// What a tree of imports brings: the name, and what it stands for.
fn imports(tree: &ast::UseTree, before: &Path) -> Vec<(String, Path)> {
    let mut path = before.clone();
    path.extend(tree.path().into_iter().flat_map(|path| segments(&path)));
    if let Some(list) = tree.use_tree_list() {
        return list
            .use_trees()
            .flat_map(|tree| imports(&tree, &path))
            .collect();
    }
    if tree.star_token().is_some() {
        return vec![("*".to_owned(), path)];
    }
    // `use m::{self}`
    if path.len() > 1 && path.last().is_some_and(|last| last == "self") {
        path.pop();
    }
    let name = match tree.rename() {
        Some(rename) => rename.name().map(|name| name.text().to_string()),
        None => path.last().cloned(),
    };
    name.map(|name| (name, path)).into_iter().collect()
}

fn segments(path: &ast::Path) -> Path {
    let mut names: Path = path
        .qualifier()
        .map(|before| segments(&before))
        .unwrap_or_default();
    names.extend(
        path.segment()
            .and_then(|segment| segment.name_ref())
            .map(|name| name.text().to_string()),
    );
    names
}

/// A body that decides nothing about a value: that of a function which is not `const` and defines
/// no types of its own.
fn is_plain_body(node: &SyntaxNode) -> bool {
    node.kind() == SyntaxKind::BLOCK_EXPR
        && node
            .parent()
            .and_then(ast::Fn::cast)
            .is_some_and(|function| function.const_token().is_none())
        && !node
            .descendants()
            .any(|inner| ast::Item::can_cast(inner.kind()))
}

/// The parts of a definition that decide: not comments, not what is visible from where, not what a
/// `derive` adds.
fn deciding_tokens(node: &SyntaxNode) -> Vec<SyntaxToken> {
    let decides = |node: &SyntaxNode| match node.kind() {
        SyntaxKind::ATTR => ["repr", "cfg"]
            .iter()
            .any(|word| node.text().to_string().contains(word)),
        SyntaxKind::VISIBILITY => false,
        _ => !is_plain_body(node),
    };
    let tokens = node
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    tokens
        // Whether a comma stands behind the last field or not changes nothing.
        .filter(|token| {
            !matches!(
                token.kind(),
                SyntaxKind::WHITESPACE | SyntaxKind::COMMENT | SyntaxKind::COMMA
            )
        })
        .filter(|token| {
            token
                .parent_ancestors()
                .take_while(|inner| inner != node)
                .all(|inner| decides(&inner))
        })
        .collect()
}

/// The words of a definition, as far as they decide how a value of it looks.
pub fn words_in(node: &SyntaxNode) -> Vec<String> {
    deciding_tokens(node)
        .iter()
        .map(|token| token.text().to_owned())
        .collect()
}

/// The paths that a definition names. Within macros, and in attributes, each name may be one.
fn names_in(node: &SyntaxNode, parameters: &BTreeSet<String>) -> Vec<Path> {
    let mut names = Vec::new();
    let is_outside = |inner: &SyntaxNode| {
        inner
            .ancestors()
            .take_while(|above| above != node)
            .any(|above| is_plain_body(&above))
    };
    for inner in node.descendants().filter(|inner| !is_outside(inner)) {
        if let Some(path) = ast::Path::cast(inner.clone()) {
            let is_whole = inner
                .parent()
                .is_none_or(|parent| parent.kind() != SyntaxKind::PATH);
            names.extend(Some(segments(&path)).filter(|path| is_whole && !path.is_empty()));
        } else if inner.kind() == SyntaxKind::TOKEN_TREE {
            names.extend(paths_of_tokens(&inner));
        }
    }
    names.retain(|path| path.len() > 1 || !parameters.contains(&path[0]));
    names
}

/// `a::b` and `c` of `(a::b, c)`.
fn paths_of_tokens(tree: &SyntaxNode) -> Vec<Path> {
    let (mut paths, mut goes_on): (Vec<Path>, bool) = (Vec::new(), false);
    for token in tree
        .children_with_tokens()
        .filter_map(NodeOrToken::into_token)
    {
        match token.kind() {
            SyntaxKind::IDENT | T![self] | T![super] | T![crate] => {
                let name = token.text().to_owned();
                match paths.last_mut().filter(|_| goes_on) {
                    Some(path) => path.push(name),
                    None => paths.push(vec![name]),
                }
                goes_on = false;
            }
            T![::] => goes_on = true,
            // Within macros `::` is two tokens.
            T![:] => {
                let beside = [token.prev_token(), token.next_token()];
                goes_on = beside.iter().flatten().any(|other| other.kind() == T![:]);
            }
            _ => goes_on = false,
        }
    }
    paths
}

/// The paths in the name of a type, such as `alloc::vec::Vec<ctx::Net>`.
fn paths_in(kind: &str) -> Vec<Path> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '#');
    let words = kind
        .split(|c| !is_part(c))
        .filter(|word| word.starts_with(|c: char| c.is_alphabetic() || c == '_'));
    words
        .map(|word| {
            word.split("::")
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect()
        })
        .collect()
}
