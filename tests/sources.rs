//! What is written beside the code, against the code: derivatives of operations, and the pages for
//! whoever works on it.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// What is in a folder, folders with a slash at the end.
fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("one").path())
        .collect();
    entries.sort();
    entries
}

/// The public functions of a file, each with its documentation.
fn documented(text: &str) -> Vec<(String, String)> {
    let (mut found, mut doc) = (Vec::new(), String::new());
    for line in text.lines().map(str::trim_start) {
        if let Some(words) = line.strip_prefix("///") {
            doc.extend([words, "\n"]);
        } else if !line.starts_with("#[") {
            if let Some(function) = line.strip_prefix("pub fn ") {
                let name = function.split(['(', '<']).next().unwrap_or_default();
                found.push((name.to_owned(), doc.clone()));
            }
            doc.clear();
        }
    }
    found
}

fn states_its_derivative(doc: &str) -> bool {
    // What an example computes is not a statement.
    let words: String = doc.split("```").step_by(2).collect();
    ["Derivative", "derivative", "gradient"]
        .iter()
        .any(|word| words.contains(word))
}

#[test]
fn every_operation_states_its_derivative() {
    let mut operations = BTreeSet::new();
    let mut silent = Vec::new();
    for file in entries(&root().join("src/ops")) {
        for (name, doc) in documented(&read(&file)) {
            if !states_its_derivative(&doc) {
                silent.push(format!("{}: {name}", file.display()));
            }
            operations.insert(name);
        }
    }
    assert!(
        operations.is_superset(&["softmax", "conv2d", "gt"].map(str::to_owned).into()),
        "{operations:?}"
    );
    assert!(
        silent.is_empty(),
        "say the derivative, or that there is no gradient:\n{}",
        silent.join("\n")
    );
}

/// Otherwise each cell that gives a model such a layer or optimiser compiles its methods again.
#[test]
fn what_a_model_is_made_of_is_compiled_with_the_library() {
    let folders = ["src/nn", "src/optim", "src/model"];
    let files = folders.iter().flat_map(|one| entries(&root().join(one)));
    let mut count = 0;
    for file in files.filter(|file| file.is_file()) {
        let text = read(&file);
        let mut lines = text.lines().map(str::trim);
        while let Some(line) = lines.next() {
            let implemented = ["Module", "Optimizer"];
            let is_it = |name: &&&str| line.starts_with(&format!("impl {name} for "));
            if let Some(name) = implemented.iter().find(is_it) {
                count += 1;
                let expected = format!("compiled_here!({name});");
                assert_eq!(lines.next(), Some(&*expected), "{}: {line}", file.display());
            }
        }
    }
    assert!(count > 20, "{count}");
}

#[test]
fn the_reader_of_documentation_sees_what_is_there() {
    let text = "/// x². Derivative: 2x.\n#[track_caller]\npub fn a(x: u8) {}\n\n/// x.\n/// ```\n\
                /// x.backward(); // gradient\n/// ```\npub fn b<T>() {}\n/// gradient\n\npub fn \
                c() {}\npub(crate) fn d() {}\n";
    let found = documented(text);
    let says: Vec<_> = found
        .iter()
        .map(|(name, doc)| (name.as_str(), states_its_derivative(doc)))
        .collect();
    assert_eq!(says, [("a", true), ("b", false), ("c", false)]);
}

/// The paths of the repository that a page names in backquotes.
fn named(page: &str) -> BTreeSet<String> {
    let code = page.split('`').skip(1).step_by(2);
    let starts = [
        "src/",
        "tests/",
        "benches/",
        "notebooks/",
        "examples/",
        ".ci/",
        ".github/",
    ];
    let is_path = |word: &&str| {
        let is_plain = word
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_-./".contains(c));
        is_plain && starts.iter().any(|start| word.starts_with(start))
    };
    code.filter(is_path)
        .map(|path| path.trim_end_matches('/').to_owned())
        .collect()
}

#[test]
fn the_map_names_every_folder_and_nothing_else() {
    let named = named(&read(&root().join("src/ARCHITECTURE.md")));
    let missing: Vec<_> = named
        .iter()
        .filter(|path| !root().join(path).exists())
        .collect();
    assert!(
        missing.is_empty(),
        "src/ARCHITECTURE.md names what is not there: {missing:?}"
    );
    let mut open = vec![root().join("src")];
    let mut silent = Vec::new();
    while let Some(folder) = open.pop() {
        for inner in entries(&folder).into_iter().filter(|path| path.is_dir()) {
            let path = inner
                .strip_prefix(root())
                .expect("below")
                .display()
                .to_string();
            if !named.contains(&path) && path != "src/bin" {
                silent.push(path);
            }
            open.push(inner);
        }
    }
    assert!(
        silent.is_empty(),
        "src/ARCHITECTURE.md does not name {silent:?}"
    );
}

#[test]
fn every_file_of_front_end_tests_is_run() {
    let runner = read(&root().join("tests/front_ends.rs"));
    for path in entries(&root().join("tests/front_ends")) {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        let is_test = name.starts_with("test_") && name.ends_with(".py");
        assert!(
            !is_test || runner.contains(&format!("\"{name}\"")),
            "{name} is run by nothing"
        );
    }
}

#[test]
fn the_pages_for_contributors_name_what_is_there() {
    let pages = entries(&root().join(".github"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|end| end == "md"));
    for page in pages.chain([root().join("README.md")]) {
        let named = named(&read(&page));
        let missing: Vec<_> = named
            .iter()
            .filter(|path| !root().join(path).exists())
            .collect();
        assert!(
            missing.is_empty(),
            "{} names what is not there: {missing:?}",
            page.display()
        );
    }
    let workflow = read(&root().join(".github/workflows/ci.yml"));
    assert!(
        workflow.contains("run: .ci/run\n") && root().join(".ci/run").exists(),
        "{workflow}"
    );
}
