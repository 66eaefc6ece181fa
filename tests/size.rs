//! What a reader has to take in: operations with their derivatives stay few enough for an evening,
//! a file and a function are seen at once. The sizes of folders are printed
//! (`cargo test --test size -- --nocapture`). Counted are lines with code: neither blank ones nor
//! comments. Tests are not counted: a list of cases is read one case at a time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

const FILE: usize = 400;
const FUNCTION: usize = 60;
const COLUMNS: usize = 100;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All files of Rust below some folders of the repository.
fn sources(folders: &[&str]) -> Vec<PathBuf> {
    let mut open: Vec<PathBuf> = folders.iter().map(|folder| root().join(folder)).collect();
    let mut files = Vec::new();
    while let Some(path) = open.pop() {
        if path.is_dir() {
            let entries = std::fs::read_dir(&path).expect("a folder");
            open.extend(entries.map(|entry| entry.expect("an entry").path()));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// The lines of a file that have code, without the tests in it.
fn code(text: &str) -> Vec<&str> {
    let text = text
        .split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default();
    text.lines()
        .filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with("//"))
        .collect()
}

/// The functions in lines as rustfmt sets them, each with its number of lines: one ends at the
/// brace under its beginning.
fn functions<'a>(code: &[&'a str]) -> Vec<(&'a str, usize)> {
    let mut found = Vec::new();
    for (at, line) in code.iter().enumerate() {
        let begin = line.trim_start();
        let words: Vec<&str> = begin
            .split_whitespace()
            .take_while(|word| *word != "=")
            .collect();
        let Some(fun) = words.iter().position(|word| *word == "fn") else {
            continue;
        };
        let is_item = words[..fun].iter().all(|word| {
            word.starts_with("pub")
                || [
                    "const",
                    "unsafe",
                    "extern",
                    "\"C\"",
                    "\"C-unwind\"",
                    "async",
                ]
                .contains(word)
        });
        let Some(name) = words.get(fun + 1).filter(|_| is_item) else {
            continue;
        };
        let name = name.split(['(', '<']).next().unwrap_or_default();
        let indent = line.len() - begin.len();
        let is_end = |line: &&str| line.len() == indent + 1 && line.ends_with('}');
        let is_one_line = line.ends_with(['}', ';']);
        let lines = if is_one_line {
            Some(0)
        } else {
            code[at..].iter().position(is_end)
        };
        // A text in a file may have the words of a function, and no end of one.
        found.extend(lines.map(|lines| (name, lines + 1)));
    }
    found
}

/// What is too long.
fn judge(what: &str, limit: usize, sizes: &BTreeMap<String, usize>) -> Vec<String> {
    let too_long = sizes.iter().filter(|&(_, size)| *size > limit);
    let say = |(name, size): (&String, &usize)| {
        format!("{what} {name} has {size} lines, {limit} are enough: take it apart")
    };
    too_long.map(say).collect()
}

fn text(path: &Path) -> String {
    std::fs::read_to_string(path).expect("text")
}

#[test]
fn the_operations_are_read_in_an_evening() {
    let mut folders = BTreeMap::new();
    for path in sources(&["src", "benches", "examples", "tests"]) {
        let inside = path
            .strip_prefix(root())
            .expect("below")
            .parent()
            .expect("a folder");
        *folders.entry(inside.to_owned()).or_insert(0) += code(&text(&path)).len();
    }
    for (folder, lines) in &folders {
        println!("{lines:6}  {}", folder.display());
    }
    let operations = folders[Path::new("src/ops")];
    assert!(
        operations <= 1450,
        "operations with their derivatives: {operations} lines"
    );
}

#[test]
fn a_file_and_a_function_are_seen_at_once() {
    let (mut files, mut longest) = (BTreeMap::new(), BTreeMap::new());
    for path in sources(&["src", "benches", "examples"]) {
        let name = path
            .strip_prefix(root())
            .expect("below")
            .display()
            .to_string();
        let text = text(&path);
        let code = code(&text);
        for (function, lines) in functions(&code) {
            // Of several with one name (`new` of two types), the longest.
            let longest = longest.entry(format!("{name} {function}")).or_insert(0);
            *longest = lines.max(*longest);
        }
        files.insert(name, code.len());
    }
    let mut wrong = judge("the file", FILE, &files);
    wrong.extend(judge("the function", FUNCTION, &longest));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_line_fits_beside_another_window() {
    let mut files = BTreeMap::new();
    for path in sources(&["src", "benches", "examples", "tests", "build.rs"]) {
        let name = path
            .strip_prefix(root())
            .expect("below")
            .display()
            .to_string();
        let text = text(&path);
        // A row of a table in the documentation is as wide as it has to be.
        let is_wide = |line: &&str| {
            let is_row = line.trim_start_matches([' ', '/', '!']).starts_with('|');
            line.chars().count() > COLUMNS && !(is_row && line.trim_start().starts_with("//"))
        };
        files.insert(name, text.lines().filter(is_wide).count());
    }
    let wrong = judge("wide lines:", 0, &files);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_counter_sees_what_is_there() {
    let text = "//! Says.\n\npub(crate) fn one(\n    x: u8,\n) -> u8 {\n    // why\n    x\n}\n\n\
                impl T {\n    const fn two() {}\n    unsafe extern \"C\" fn three() \
                {\n        fn inner() {\n            f();\n        }\n    }\n}\nlet f: fn(u8) = \
                one;\n#[cfg(test)]\nmod tests {\n}\n";
    assert_eq!(code(text).len(), 14);
    assert_eq!(
        functions(&code(text)),
        [("one", 5), ("two", 1), ("three", 5), ("inner", 3)]
    );
    let sizes = BTreeMap::from([("a".to_owned(), 10), ("b".to_owned(), 11)]);
    let wrong = judge("it", 10, &sizes);
    assert_eq!(wrong, ["it b has 11 lines, 10 are enough: take it apart"]);
}
