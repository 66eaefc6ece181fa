//! The chapters of the course, which the executable carries.

use include_dir::{Dir, include_dir};

pub static NOTEBOOKS: Dir = include_dir!("$CARGO_MANIFEST_DIR/notebooks");

/// The code of all cells of the course.
pub fn code() -> Vec<String> {
    let mut cells = Vec::new();
    collect(&NOTEBOOKS, &mut cells);
    cells
}

fn collect(folder: &Dir, cells: &mut Vec<String>) {
    folder.dirs().for_each(|inner| collect(inner, cells));
    let notebooks = folder.files().filter(|file| file.path().extension().is_some_and(|ending| ending == "ipynb"));
    for notebook in notebooks.filter_map(|file| serde_json::from_slice::<serde_json::Value>(file.contents()).ok()) {
        for cell in notebook["cells"].as_array().into_iter().flatten().filter(|cell| cell["cell_type"] == "code") {
            cells.push(match &cell["source"] {
                serde_json::Value::Array(lines) => lines.iter().filter_map(|line| line.as_str()).collect(),
                text => text.as_str().unwrap_or_default().to_owned(),
            });
        }
    }
}
