//! Crates that `:dep` has brought in and that cannot be compiled any more: each cell is compiled
//! with them, so that each would fail by them.

use chainrule::display::say;
use serde_json::Value;

/// The file and the line that an error is about, if it is in none of a cell.
pub fn place_of_error(json: &Value) -> Option<(String, u64)> {
    let spans = json["spans"].as_array()?;
    let primary = spans.iter().find(|span| span["is_primary"] == true)?;
    let file = primary["file_name"].as_str()?;
    let is_of_crate = file.ends_with(".rs") && file != "src/lib.rs" && !file.starts_with("/rustc/");
    // What a macro of a crate makes of the cell is of the cell.
    let is_of_cell = !primary["expansion"].is_null();
    let line = primary["line_start"].as_u64()?;
    (is_of_crate && !is_of_cell).then(|| (file.to_owned(), line))
}

/// What cargo says of a crate that is not where it was, in plain words.
pub fn gone(said: &str) -> Option<String> {
    let name = said
        .split("failed to get `")
        .nth(1)
        .filter(|rest| rest.contains("as a dependency"))?
        .split('`')
        .next()?;
    Some(say(
        format!(
            "the crate `{name}`, which a `:dep` has brought in, is not where it was, and cells are \
             compiled together with it. Put it back, or say where it is now:\n\
             :dep {name} = {{ path = \"…\" }}"
        ),
        format!(
            "`:dep` 引入的 crate `{name}` 已经不在原来的位置，而单元格要和它一起编译。请把它放回去，或者写明现在的位置：\n\
             :dep {name} = {{ path = \"…\" }}"
        ),
    ))
}
