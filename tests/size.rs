//! The library stays small enough to be read in an evening. Counted are lines with code: neither blank ones nor comments,
//! and neither pictures and data nor `cell`, which is the kernel's side of a compiled cell.

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
fn the_library_is_small() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let operations = lines(&source.join("ops"));
    assert!(operations <= 1500, "operations with their derivatives: {operations} lines");
    let others = ["bin", "plot", "data", "cell"].map(|folder| lines(&source.join(folder)));
    let library = lines(&source) - others.iter().sum::<usize>();
    assert!(library <= 7000, "the library without pictures and data: {library} lines");
    println!("operations {operations}, library {library}");
}
