//! What a reader has to take in: operations with their derivatives stay few enough for an evening. The sizes of the other
//! folders are printed. Counted are lines with code: neither blank ones nor comments.

use std::path::Path;

fn lines(folder: &Path) -> usize {
    let entries = std::fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path());
    let count = |path: &Path| {
        let text = std::fs::read_to_string(path).expect("text");
        text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("//")).count()
    };
    entries.map(|path| if path.is_dir() { lines(&path) } else { count(&path) }).sum()
}

#[test]
fn the_operations_are_read_in_an_evening() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let folders = std::fs::read_dir(&source).expect("a folder").map(|entry| entry.expect("an entry").path());
    for folder in folders.filter(|path| path.is_dir()) {
        println!("{}: {} lines", folder.file_name().unwrap_or_default().display(), lines(&folder));
    }
    let operations = lines(&source.join("ops"));
    assert!(operations <= 1500, "operations with their derivatives: {operations} lines");
}
