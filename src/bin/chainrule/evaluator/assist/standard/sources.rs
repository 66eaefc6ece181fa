//! Reads the sources of std: its three crates as one.

use super::content::Content;
use super::paths::Public;
use crate::evaluator::assist::declarations::{Declarations, Item, Members, Visible};
use crate::evaluator::assist::types::Type;
use anyhow::{Context, Result};
use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// The crates of std that a cell can name.
const CRATES: [&str; 3] = ["core", "alloc", "std"];

/// Folders with nothing that a cell calls: systems, processors, tests.
const WITHOUT: [&str; 6] = ["sys", "os", "tests", "benches", "backtrace", "bench"];

/// What a macro with many arms makes, which is not written out here: the parts of a text.
const PARTS_OF_TEXT: &str = include_str!("parts_of_text.declarations");

/// A source text, and the module that it is.
struct Source {
    module: String,
    text: String,
}

/// Reads all that others can use of std, from the folder with its crates.
pub fn read(folder: &Path) -> Result<Content> {
    let mut sources = Vec::new();
    for one in CRATES {
        read_folder(&folder.join(one).join("src"), one, &mut sources)?;
    }
    sources.push(Source {
        module: "core::str::iter".to_owned(),
        text: PARTS_OF_TEXT.to_owned(),
    });
    let mut declarations = Declarations::with_homes(homes(&sources));
    let has_macros = |source: &&Source| source.text.contains("macro_rules!");
    for source in sources.iter().filter(has_macros) {
        declarations.read_macros(&source.text);
    }
    for source in &sources {
        declarations.read_alone(&source.text, &source.module, "std", Visible::Stable);
    }
    Ok(content(declarations))
}

fn read_folder(folder: &Path, module: &str, found: &mut Vec<Source>) -> Result<()> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            if !WITHOUT.contains(&&*stem) {
                read_folder(&path, &format!("{module}::{stem}"), found)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let inner = match &*stem {
                "lib" | "mod" => module.to_owned(),
                _ => format!("{module}::{stem}"),
            };
            found.push(Source {
                module: at_root(inner),
                text: fs::read_to_string(&path)?,
            });
        }
    }
    Ok(())
}

/// `std::f64` lies in the file `num/f64.rs`.
fn at_root(module: String) -> String {
    match module.split("::").collect::<Vec<_>>()[..] {
        [root, "num", name @ ("f32" | "f64")] => format!("{root}::{name}"),
        _ => module,
    }
}

/// Where types are declared, by their names.
fn homes(sources: &[Source]) -> HashMap<String, Vec<String>> {
    const WORDS: [&str; 5] = ["struct", "enum", "union", "trait", "type"];
    let mut homes: HashMap<String, Vec<String>> = HashMap::new();
    for source in sources {
        for line in source.text.lines().filter(|line| line.starts_with("pub ")) {
            let mut words = line.split(|c: char| !c.is_alphanumeric() && c != '_');
            if !words.any(|word| WORDS.contains(&word)) {
                continue;
            }
            let name = words.next().unwrap_or_default().to_owned();
            let modules = homes.entry(name).or_default();
            if !modules.contains(&source.module) {
                modules.push(source.module.clone());
            }
        }
    }
    homes.values_mut().for_each(|modules| modules.sort());
    homes
}

/// What is public, with each type under its own name: of several with one name, the one that is
/// nearest at hand.
fn content(declarations: Declarations) -> Content {
    let public = Public::of(&declarations);
    let names = short_names(&declarations, &public);
    let renamed = |name: &str| names.get(name).map_or(name, |name| name).to_owned();
    let item = |item: &Arc<Item>| {
        let mut item = Item::clone(item);
        item.value = item.value.map(|kind| kind.renamed(&renamed));
        let parameters = item.parameters.into_iter();
        item.parameters = parameters
            .map(|kind| kind.map(|kind| kind.renamed(&renamed)))
            .collect();
        Arc::new(item)
    };
    let members = |mut members: Members| {
        members.items = members.items.iter().map(item).collect();
        members.traits = members.traits.iter().map(|name| renamed(name)).collect();
        let rename = |kind: Type| kind.renamed(&renamed);
        members.dereferences_to = members.dereferences_to.map(rename);
        members.stands_for = members.stands_for.map(rename);
        if let Some(yields) = &mut members.yields {
            yields.of = yields.of.renamed(&renamed);
            yields.item = yields.item.renamed(&renamed);
            for (_, bound) in &mut yields.bounds {
                *bound = bound.renamed(&renamed);
            }
        }
        members
    };
    let modules = public.modules.iter();
    Content {
        modules: modules
            .map(|(path, items)| (path.clone(), items.iter().map(item).collect()))
            .collect(),
        types: declarations
            .types
            .into_iter()
            .map(|(key, found)| (renamed(&key), members(found)))
            .collect(),
    }
}

/// `Vec` for `alloc::vec::Vec`; the whole path stays where another type has the shorter one.
fn short_names(declarations: &Declarations, public: &Public) -> BTreeMap<String, String> {
    let mut best: BTreeMap<&str, ((usize, usize, &str), &str)> = BTreeMap::new();
    for (key, members) in &declarations.types {
        let Some((_, name)) = key.rsplit_once("::") else {
            continue;
        };
        let depth = public.depths.get(key).copied().unwrap_or(usize::MAX);
        let rank = (depth, usize::MAX - members.items.len(), key.as_str());
        let known = best.entry(name).or_insert((rank, key));
        if rank < known.0 {
            *known = (rank, key);
        }
    }
    best.into_iter()
        .map(|(name, (_, key))| (key.to_owned(), name.to_owned()))
        .collect()
}
