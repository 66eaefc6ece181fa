//! The arrows between folders and files: they go one way, and the tables in `src/lib.rs` and
//! `src/bin/chainrule/main.rs` say where. Read from the text of the sources: comments and tests do
//! not count.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

type Graph = BTreeMap<String, BTreeSet<String>>;

/// A part of the package: the file that declares its folders, and the folders of others below it.
struct Part {
    root: PathBuf,
    main: &'static str,
    others: &'static [&'static str],
}

fn parts() -> [Part; 2] {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    [
        Part {
            root: source.clone(),
            main: "lib.rs",
            others: &["bin"],
        },
        Part {
            root: source.join("bin/chainrule"),
            main: "main.rs",
            others: &[],
        },
    ]
}

/// A module: where its text is, without comments and tests, and the names that it passes on from
/// its children.
struct Module {
    file: String,
    text: String,
    exports: BTreeMap<String, String>,
}

impl Part {
    /// All modules by their paths, such as `evaluator::explain`; the root has the path ``.
    fn modules(&self) -> BTreeMap<String, Module> {
        let mut modules = BTreeMap::new();
        self.read(&self.root, "", &mut modules);
        modules
    }

    fn read(&self, folder: &Path, above: &str, modules: &mut BTreeMap<String, Module>) {
        for entry in std::fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").path())
        {
            let name = entry
                .file_stem()
                .expect("a name")
                .to_str()
                .expect("UTF-8")
                .to_owned();
            let inner = if above.is_empty() {
                name.clone()
            } else {
                format!("{above}::{name}")
            };
            if entry.is_dir() {
                if above.is_empty() && self.others.contains(&name.as_str()) {
                    continue;
                }
                self.read(&entry, &inner, modules);
            } else if entry.extension().is_some_and(|extension| extension == "rs") {
                let is_root = entry
                    .file_name()
                    .is_some_and(|file| file == "mod.rs" || file == self.main);
                let text = code_of(&std::fs::read_to_string(&entry).expect("text"));
                let file = entry
                    .strip_prefix(&self.root)
                    .expect("below")
                    .to_str()
                    .expect("UTF-8")
                    .to_owned();
                let exports = exports(&text);
                modules.insert(
                    if is_root { above.to_owned() } else { inner },
                    Module {
                        file,
                        text,
                        exports,
                    },
                );
            }
        }
    }

    /// Which folders (and files beside them) use which.
    fn folders(&self, modules: &BTreeMap<String, Module>) -> Graph {
        let mut graph = Graph::new();
        for (path, module) in modules.iter().filter(|(path, _)| !path.is_empty()) {
            let own = path.split("::").next().expect("a first part");
            let uses = graph.entry(own.to_owned()).or_default();
            for path in paths(&module.text)
                .into_iter()
                .filter(|path| path[0] == "crate")
            {
                let Some(used) = path.get(1) else { continue };
                if used != own && modules.contains_key(used) {
                    uses.insert(used.clone());
                }
            }
        }
        graph
    }

    /// Which files use which.
    fn files(&self, modules: &BTreeMap<String, Module>) -> Graph {
        let mut graph = Graph::new();
        for (here, module) in modules.iter().filter(|(path, _)| !path.is_empty()) {
            let uses = graph.entry(module.file.clone()).or_default();
            for path in paths(&module.text) {
                if let Some(used) = target(modules, here, &path).filter(|used| *used != module.file)
                {
                    uses.insert(used);
                }
            }
        }
        graph
    }
}

/// The file in which what a path names is defined.
fn target(modules: &BTreeMap<String, Module>, here: &str, path: &[String]) -> Option<String> {
    let mut at: Vec<&str> = here.split("::").filter(|part| !part.is_empty()).collect();
    let mut rest = path;
    match path[0].as_str() {
        "crate" => {
            at.clear();
            rest = &path[1..];
        }
        "self" => rest = &path[1..],
        "super" => {
            while rest.first().is_some_and(|part| part == "super") {
                at.pop();
                rest = &rest[1..];
            }
        }
        // Relative to the module, if there is such a child.
        child if !modules.contains_key(&join(&at, child)) => return None,
        _ => {}
    }
    let mut rest: Vec<String> = rest.to_vec();
    loop {
        let module = modules.get(&at.join("::"))?;
        let Some(next) = rest.first().cloned() else {
            return Some(module.file.clone());
        };
        if modules.contains_key(&join(&at, &next)) {
            at = [at, vec![rest.remove(0).leak()]].concat();
        } else if let Some(child) = module.exports.get(&next) {
            at.push(child.clone().leak());
        } else {
            return Some(module.file.clone()).filter(|_| !at.is_empty());
        }
    }
}

fn join(at: &[&str], child: &str) -> String {
    at.iter()
        .copied()
        .chain([child])
        .collect::<Vec<_>>()
        .join("::")
}

/// A text without comments and without its tests.
fn code_of(text: &str) -> String {
    let text = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    let is_comment = |line: &&str| line.trim_start().starts_with("//");
    let without = text.lines().filter(|line| !is_comment(line));
    without
        .map(|line| line.split(" // ").next().unwrap_or_default())
        .collect::<Vec<_>>()
        .join("\n")
}

/// The names that `pub use child::{…}` and `pub(crate) use child::{…}` pass on, with the child of
/// each.
fn exports(text: &str) -> BTreeMap<String, String> {
    let mut exports = BTreeMap::new();
    for statement in text.split(';') {
        let Some(at) = statement
            .find("pub use ")
            .or_else(|| statement.find("pub(crate) use "))
        else {
            continue;
        };
        let tree = statement[at..].split_once("use ").expect("found above").1;
        for path in expand(tree) {
            if let [child, .., name] = path.as_slice()
                && !matches!(child.as_str(), "crate" | "super")
            {
                exports.insert(name.clone(), child.clone());
            }
        }
    }
    exports
}

/// The paths in a text that begin in the package: those after `use`, and those in the code. What is
/// passed on is not used.
fn paths(text: &str) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let starts = |at: usize| {
        !text[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '$')
    };
    for (at, _) in text.match_indices("::") {
        let start = text[..at]
            .char_indices()
            .rfind(|(_, c)| !(c.is_alphanumeric() || *c == '_'))
            .map_or(0, |(before, c)| before + c.len_utf8());
        if start == at || !starts(start) && !text[..start].ends_with('$') {
            continue;
        }
        let line = text[..start].rfind([';', '}']).map_or(0, |end| end + 1);
        let is_passed_on = text[line..start].trim_start().starts_with("pub")
            && text[line..start].ends_with("use ");
        if !is_passed_on {
            found.extend(expand(&text[start..]));
        }
    }
    found
}

/// The paths of a tree such as `a::{b, c::d as e}`; of `e`, the name that it goes by.
fn expand(tree: &str) -> Vec<Vec<String>> {
    let mut characters = tree.trim_start().char_indices().peekable();
    let mut part = String::new();
    let mut before = Vec::new();
    let tree = tree.trim_start();
    while let Some((at, c)) = characters.next() {
        if c.is_alphanumeric() || c == '_' {
            part.push(c);
        } else if tree[at..].starts_with("::") {
            characters.next();
            before.push(std::mem::take(&mut part));
            if tree[at + 2..].starts_with('{') {
                return inner(&tree[at + 3..])
                    .into_iter()
                    .map(|inner| [before.clone(), inner].concat())
                    .collect();
            }
        } else {
            break;
        }
    }
    if !part.is_empty() && part != "self" {
        before.push(part);
    }
    vec![before]
}

/// The trees within braces, up to the one that closes them.
fn inner(text: &str) -> Vec<Vec<String>> {
    let (mut depth, mut start, mut found) = (0, 0, Vec::new());
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            '}' | ',' if depth == 0 => {
                if !text[start..at].trim().is_empty() {
                    found.extend(expand(&text[start..at]));
                }
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            _ => {}
        }
    }
    found
}

/// The table in the introduction of a part: each name with what it says that it uses, in order.
fn table(part: &Part) -> Vec<(String, BTreeSet<String>)> {
    let text = std::fs::read_to_string(part.root.join(part.main)).expect("text");
    let words = |cell: &str| -> BTreeSet<String> {
        let cell: String = cell.chars().filter(|c| !"[]`".contains(*c)).collect();
        cell.split(',')
            .map(|word| word.trim().to_owned())
            .filter(|word| !word.is_empty())
            .collect()
    };
    let rows = text
        .lines()
        .filter_map(|line| line.strip_prefix("//! | ")?.strip_suffix('|'));
    let rows = rows
        .map(|row| row.split(" | ").collect::<Vec<_>>())
        .filter(|row| row.len() == 3 && row[0] != "module");
    rows.map(|row| (words(row[0]).pop_first().expect("a name"), words(row[2])))
        .collect()
}

#[test]
fn folders_use_only_what_the_table_says() {
    for part in parts() {
        let modules = part.modules();
        let (table, folders) = (table(&part), part.folders(&modules));
        let mut above = BTreeSet::new();
        for (name, uses) in &table {
            let upwards: Vec<_> = uses.difference(&above).collect();
            assert!(
                upwards.is_empty(),
                "{}: {name} stands above {upwards:?}, and uses them",
                part.main
            );
            assert_eq!(
                folders.get(name),
                Some(uses),
                "{}: what {name} uses (left the code)",
                part.main
            );
            above.insert(name.clone());
        }
        let missing: Vec<_> = folders
            .keys()
            .filter(|name| !above.contains(*name))
            .collect();
        assert!(
            missing.is_empty(),
            "{}: not in the table: {missing:?}",
            part.main
        );
    }
}

#[test]
fn files_do_not_use_each_other_in_circles() {
    let mut circles = Vec::new();
    for part in parts() {
        let graph = part.files(&part.modules());
        for (file, uses) in &graph {
            let back = uses
                .iter()
                .filter(|used| reached(&graph, used).contains(&**file));
            circles.extend(back.map(|used| format!("{file} uses {used}, which leads back")));
        }
    }
    assert!(circles.is_empty(), "{}", circles.join("\n"));
}

/// The files that a file uses, directly or by others.
fn reached<'a>(graph: &'a Graph, file: &str) -> BTreeSet<&'a str> {
    let (mut open, mut reached) = (vec![file], BTreeSet::new());
    while let Some(at) = open.pop() {
        for used in graph.get(at).into_iter().flatten() {
            if reached.insert(used.as_str()) {
                open.push(used);
            }
        }
    }
    reached
}

#[test]
fn the_reader_of_sources_sees_what_is_there() {
    let list = |text: &str| {
        expand(text)
            .iter()
            .map(|path| path.join("::"))
            .collect::<Vec<_>>()
    };
    assert_eq!(
        list("a::{b, c::{d, self}, e as f}; x"),
        ["a::b", "a::c::d", "a::c", "a::e"]
    );
    let text = code_of("use crate::a::B; // crate::not\n/// crate::nor\nfn f() { super::g(); }\n");
    let found: Vec<_> = paths(&text).iter().map(|path| path.join("::")).collect();
    assert_eq!(found, ["crate::a::B", "super::g"]);
}
