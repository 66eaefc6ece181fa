//! What is known without a session of the library, read from the sources that the executable
//! carries.

use super::declarations::{Declarations, Item, Kind, Visible, joined};
use crate::compiler::library::sources;
use crate::course;
use std::collections::HashMap;
use std::sync::{Arc, Once, OnceLock};

/// Declarations, with the names that are in scope without a path.
pub struct Known {
    pub declarations: Declarations,
    pub scope: Vec<Arc<Item>>,
    /// How often a word stands in the course and in the examples of the documentation: what is used
    /// often is proposed first. `.sum` is one behind a dot.
    pub uses: HashMap<String, u32>,
    /// The same in the examples of each folder: `.label` is one thing for a tensor and another for
    /// a layer.
    uses_in: HashMap<String, HashMap<String, u32>>,
}

impl Known {
    /// How likely a name is what a learner is looking for: what the examples around it use, before
    /// what any use.
    pub fn usefulness(&self, item: &Item) -> i64 {
        let dot = if matches!(item.kind, Kind::Method | Kind::Field) {
            "."
        } else {
            ""
        };
        let word = format!("{dot}{}", item.name);
        let count = |uses: &HashMap<String, u32>| uses.get(&word).copied().map_or(0, i64::from);
        let around = folder_of(&item.place).and_then(|folder| self.uses_in.get(folder));
        match (count(&self.uses), around.map(count)) {
            (all, Some(0)) => all / 8,
            (all, Some(near)) => 4 * near + all / 4,
            (all, None) => all,
        }
    }
}

/// `nn` for `nn/layers.rs`; nothing for what is not the library's.
fn folder_of(file: &str) -> Option<&str> {
    file.split_once('/')
        .filter(|_| file.ends_with(".rs"))
        .map(|(folder, _)| folder)
}

/// Has the library read on another thread, once: whoever writes new cells will make a mistake, or
/// complete a name.
pub fn read_ahead() {
    static BEGUN: Once = Once::new();
    BEGUN.call_once(|| {
        let thread = std::thread::Builder::new().name("library".to_owned());
        // Where there is no thread to be had, it is read when it is first asked for.
        let _ = thread.spawn(|| {
            library();
        });
    });
}

/// The library, as its prelude shows it. Read when it is first asked for.
pub fn library() -> &'static Known {
    static LIBRARY: OnceLock<Known> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let files: Vec<(String, &str)> = sources().collect();
        let mut declarations = Declarations::default();
        let (mut uses, mut uses_in) = (HashMap::new(), HashMap::new());
        for (file, text) in &files {
            declarations.read_macros(text);
            count_words_of_examples(text, &mut uses);
            if let Some(folder) = folder_of(file) {
                count_words_of_examples(text, uses_in.entry(folder.to_owned()).or_default());
            }
        }
        course::code()
            .iter()
            .for_each(|cell| count_words(cell, &mut uses));
        for (file, text) in &files {
            declarations.read(text, &module_of(file), file, Visible::Public);
        }
        for (file, text) in &files {
            // A module's own documentation stands at the top of its file.
            note_documentation(&mut declarations, &module_of(file), text);
        }
        let scope = names_in(&declarations, "prelude");
        Known {
            declarations,
            scope,
            uses,
            uses_in,
        }
    })
}

/// `tensor::random` for `tensor/random.rs`.
fn module_of(file: &str) -> String {
    let path = file.trim_end_matches(".rs").replace('/', "::");
    match path.as_str() {
        "lib" => String::new(),
        path => path.trim_end_matches("::mod").to_owned(),
    }
}

/// All that a module offers, its own and what it re-exports.
pub fn names_in(declarations: &Declarations, module: &str) -> Vec<Arc<Item>> {
    names(declarations, module, 0)
}

/// Re-exports do not lead further than this.
const DEEPEST: usize = 8;

fn names(declarations: &Declarations, module: &str, depth: usize) -> Vec<Arc<Item>> {
    let Some(this) = declarations.modules.get(module).filter(|_| depth < DEEPEST) else {
        return Vec::new();
    };
    let mut found = this.items.clone();
    for reexport in &this.reexports {
        if reexport.name == "*" {
            if let Some(path) = module_at(declarations, module, &reexport.path, depth) {
                found.extend(names(declarations, &path, depth + 1));
            }
        } else if let Some(item) = find(declarations, module, &reexport.path, depth) {
            let mut item = Item::clone(&item);
            item.name = reexport.name.clone();
            found.push(Arc::new(item));
        }
    }
    found
}

/// What a path means that is written in `module`.
fn find(
    declarations: &Declarations,
    module: &str,
    path: &[String],
    depth: usize,
) -> Option<Arc<Item>> {
    if depth >= DEEPEST {
        return None;
    }
    let (last, before) = path.split_last()?;
    if last == "crate" || last == "self" || last == "super" {
        return None;
    }
    let inside = if before.is_empty() {
        module.to_owned()
    } else {
        match module_at(declarations, module, before, depth) {
            Some(inside) => inside,
            // `Activation::Relu`
            None => {
                let key = declarations.key(module, before.last()?);
                let owner = declarations.types.get(&key)?;
                return owner.items.iter().find(|item| item.name == *last).cloned();
            }
        }
    };
    let this = declarations.modules.get(&inside)?;
    if let Some(item) = this.items.iter().find(|item| item.name == *last) {
        return Some(item.clone());
    }
    if let Some(named) = this
        .reexports
        .iter()
        .find(|reexport| reexport.name == *last && reexport.path != path)
    {
        return find(declarations, &inside, &named.path, depth + 1);
    }
    let globs = this
        .reexports
        .iter()
        .filter(|reexport| reexport.name == "*");
    for glob in globs {
        if let Some(path) = module_at(declarations, &inside, &glob.path, depth)
            && let Some(found) = find(declarations, &path, std::slice::from_ref(last), depth + 1)
        {
            return Some(found);
        }
    }
    // A private module whose names are re-exported one by one.
    None
}

/// The crate of a module: in the library it has no name.
fn root_of(declarations: &Declarations, module: &str) -> String {
    match module.split("::").next() {
        Some(first) if declarations.modules.contains_key("core") => first.to_owned(),
        _ => String::new(),
    }
}

/// The module that a path means.
fn module_at(
    declarations: &Declarations,
    module: &str,
    path: &[String],
    depth: usize,
) -> Option<String> {
    let mut at = module.to_owned();
    for (number, segment) in path.iter().enumerate() {
        at = match segment.as_str() {
            "crate" => root_of(declarations, module),
            // Where several crates are read, their names stand in front.
            "alloc_crate" => "alloc".to_owned(),
            name @ ("core" | "alloc" | "std")
                if number == 0
                    && declarations.modules.contains_key(name)
                    && !declarations.modules.contains_key(&joined(&at, name)) =>
            {
                name.to_owned()
            }
            "self" => at,
            "super" => at
                .rsplit_once("::")
                .map_or(String::new(), |(above, _)| above.to_owned()),
            name => {
                let inner = joined(&at, name);
                if declarations.modules.contains_key(&inner) {
                    inner
                } else {
                    // A module under another name, such as `random` of `tensor` in the prelude.
                    let found = find(declarations, &at, &[name.to_owned()], depth + 1)?;
                    let path = found
                        .value
                        .as_ref()
                        .filter(|_| found.kind == Kind::Module)?;
                    path.name.clone()
                }
            }
        };
    }
    declarations.modules.contains_key(&at).then_some(at)
}

fn note_documentation(declarations: &mut Declarations, path: &str, text: &str) {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    let lines: Vec<&str> = lines
        .map(|line| line.strip_prefix(' ').unwrap_or(line))
        .collect();
    let (above, name) = path.rsplit_once("::").unwrap_or(("", path));
    let Some(module) = declarations.modules.get_mut(above) else {
        return;
    };
    for item in module
        .items
        .iter_mut()
        .filter(|item| item.kind == Kind::Module && item.name == name)
    {
        let mut documented = Item::clone(item);
        documented.documentation = lines.join("\n");
        *item = Arc::new(documented);
    }
}

/// Counts the words in the examples of a file's documentation.
fn count_words_of_examples(text: &str, uses: &mut HashMap<String, u32>) {
    let mut is_example = false;
    for line in text.lines().map(str::trim_start) {
        let Some(line) = line
            .strip_prefix("///")
            .or_else(|| line.strip_prefix("//!"))
        else {
            is_example = false;
            continue;
        };
        if line.trim_start().starts_with("```") {
            is_example = !is_example;
        } else if is_example {
            count_words(line, uses);
        }
    }
}

fn count_words(code: &str, uses: &mut HashMap<String, u32>) {
    let is_other = |c: char| !c.is_alphanumeric() && c != '_';
    let mut is_after_dot = false;
    for part in code.split_inclusive(is_other) {
        let word = part.trim_end_matches(is_other);
        if !word.is_empty() {
            let dot = if is_after_dot { "." } else { "" };
            *uses.entry(format!("{dot}{word}")).or_default() += 1;
        }
        is_after_dot = part.ends_with('.');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_whole_prelude_is_known() {
        let known = library();
        let missing: Vec<String> = known.declarations.modules["prelude"]
            .reexports
            .iter()
            .map(|reexport| reexport.name.clone())
            // A crate as a whole: what it has is not read.
            .filter(|name| name != "ndarray")
            .filter(|name| !known.scope.iter().any(|item| item.name == *name))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
        assert!(known.scope.len() > 80, "{}", known.scope.len());
    }

    #[test]
    fn types_have_members_also_those_that_macros_make() {
        let known = library();
        let members = |name: &str| {
            known
                .declarations
                .types
                .get(name)
                .map_or(0, |members| members.items.len())
        };
        let found = [
            "Tensor",
            "Sequential",
            "Fit",
            "Dense",
            "Conv2D",
            "MaxPool2D",
            "Lstm",
            "Dataset",
        ]
        .map(members);
        let least = [60, 10, 8, 8, 10, 2, 4, 8];
        assert!(
            found
                .iter()
                .zip(least)
                .all(|(found, least)| *found >= least),
            "{found:?}"
        );
    }
}
