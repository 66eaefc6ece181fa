//! What evcxr and we put around a cell is not for learners: its names are put into other words.

use crate::evaluator::cell::implementations::IMPLEMENTATION;

/// Names of what evcxr and we put around a cell, and what a learner may read instead.
const GENERATED: &[(&str, &str)] = &[
    ("Result<(), EvcxrUserCodeError>", "Result<(), _>"),
    ("EvcxrUserCodeError", "the error of the cell"),
    ("`evcxr_variable_store`", "<end of input>"),
    ("CellDisplay", "Debug"),
    ("evcxr_internal_runtime::", ""),
    ("*mut VariableStore", "()"),
    ("src/lib.rs", "cell"),
    // What is looked for beside the code is looked for in a folder of ours.
    ("couldn't read `src/", "couldn't read `"),
];

/// Parts of names in generated code.
const NAMES: [&str; 6] = [
    "evcxr",
    "Evcxr",
    IMPLEMENTATION,
    "run_user_code",
    "VariableStore",
    "put_variable",
];

/// A message of rustc, which may be about what evcxr and we put around a cell.
pub(super) fn about_the_cell(message: &str, code: &str) -> String {
    let names: Vec<&str> = message.split('`').collect();
    if names.get(1) == Some(&"evcxr_display") {
        // The method that shows a value is there for all that has `Debug`.
        let shown = without_generated(
            names
                .get(3)
                .unwrap_or(&"this value")
                .trim_start_matches('&'),
        );
        return format!("`{shown}` doesn't implement `Debug`");
    }
    let message = without_generated(message);
    if !is_generated(&message, code) {
        return message;
    }
    if code.lines().any(|line| line.starts_with(":dep")) {
        return "the line with `:dep` cannot be read".to_owned();
    }
    name_of_the_kernel(code)
        .unwrap_or_else(|| "a name of this cell is one that the kernel itself uses".to_owned())
}

/// Says which name of a cell is one that generated code has, too.
pub(super) fn name_of_the_kernel(code: &str) -> Option<String> {
    let mut words = code.split(|c: char| !c.is_alphanumeric() && c != '_');
    let used = words.find(|word| NAMES.iter().any(|name| word.contains(name)))?;
    Some(format!(
        "`{used}` is a name that the kernel itself uses: choose another"
    ))
}

/// A message without names of generated code and without places in it.
pub(super) fn without_generated(message: &str) -> String {
    let mut message = GENERATED
        .iter()
        .fold(message.to_owned(), |text, (name, word)| {
            text.replace(name, word)
        });
    // `{closure@cell:12:9: 12:12}` counts the lines of the generated code.
    while let Some(begin) = message.find("@cell:") {
        let end = message[begin..]
            .find('}')
            .map_or(message.len(), |end| begin + end);
        message.replace_range(begin..end, "");
    }
    without_modules_of_library(&message)
}

/// `Sequential` for `chainrule::model::Sequential`: all types of the library are in scope.
fn without_modules_of_library(message: &str) -> String {
    let mut parts = message.split("chainrule::");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let is_in_path = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
        let end = part.find(|c| !is_in_path(c)).unwrap_or(part.len());
        let name = part[..end].rsplit("::").next().unwrap_or_default();
        if name.starts_with(char::is_uppercase) {
            text += &part[end - name.len()..];
        } else {
            text += &format!("chainrule::{part}");
        }
    }
    text
}

/// Whether a text is about generated code, or about a `Cargo.toml` that learners do not have. What
/// stands in the cell is the learner's, such as the name of a crate.
pub(super) fn is_generated(text: &str, code: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric() && c != '_');
    text.contains("Cargo.toml")
        || words.any(|word| NAMES.iter().any(|name| word.contains(name)) && !code.contains(word))
}

/// evcxr puts `error: ` before a message that it uses as a label.
pub(super) fn without_level(label: &str) -> &str {
    ["error: ", "help: ", "note: "]
        .iter()
        .find_map(|level| label.strip_prefix(level))
        .unwrap_or(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_names_are_not_shown() {
        let said = "expected closure `{closure@src/lib.rs:3:9: 3:12}`, found closure \
                   `{closure@src/lib.rs:4:9: 4:12}`";
        assert_eq!(
            without_generated(said),
            "expected closure `{closure}`, found closure `{closure}`"
        );
        let said = "an error compatible with `Result<(), EvcxrUserCodeError>`";
        assert_eq!(
            without_generated(said),
            "an error compatible with `Result<(), _>`"
        );
        let said = "found `&chainrule::data::Dataset`, in chainrule::plot::axes";
        let shown = "found `&Dataset`, in chainrule::plot::axes";
        assert_eq!(without_generated(said), shown);
    }
}
