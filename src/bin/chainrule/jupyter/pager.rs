//! `?name` and `name?`: help that the front end shows in its pager.

use crate::evaluator::{Evaluator, Output, StreamName};
use chainrule::display::say;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The name that a cell asks about, if it is such a cell. As a question mark behind a name is Rust
/// as well, `variables` (with their types) decide what `name?` means: a `Result` or an `Option` is
/// taken apart.
pub fn question<'a>(code: &'a str, variables: &BTreeMap<String, String>) -> Option<&'a str> {
    let name = name(code)?;
    let can_fail = |kind: &String| {
        let path = kind.split('<').next().unwrap_or_default();
        path.ends_with("Result") || path.ends_with("Option")
    };
    let is_rust = code.trim().ends_with('?') && variables.get(name).is_some_and(can_fail);
    (!is_rust).then_some(name)
}

/// Whether a cell looks like a question, whatever its variables are.
pub fn may_be_question(code: &str) -> bool {
    name(code).is_some()
}

fn name(code: &str) -> Option<&str> {
    let code = code.trim();
    let inner = code.trim_matches('?');
    let is_path = inner
        .chars()
        .all(|c| c.is_alphanumeric() || matches!(c, '_' | ':' | '.' | '!'));
    let name = inner.trim_end_matches('!');
    let is_name = name.starts_with(|c: char| c.is_alphabetic() || c == '_');
    (inner.len() < code.len() && is_path && is_name).then_some(name)
}

/// The pages of help for a name, for the reply; two question marks ask for more. Where nothing is
/// known, the cell says so.
pub fn pages(
    evaluator: &mut Evaluator,
    code: &str,
    name: &str,
    show: impl Fn(Output),
) -> Vec<Value> {
    let detail_level = u8::from(code.contains("??"));
    match evaluator.inspect(name, name.len(), detail_level).found {
        Some(found) => {
            vec![json!({"source": "page", "data": found.bundle(), "start": 0})]
        }
        None => {
            let text = say(
                format!("Nothing is known about `{name}`.\n"),
                format!("没有关于 `{name}` 的说明。\n"),
            );
            show(Output::Stream {
                name: StreamName::Stdout,
                text,
            });
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_and_rust() {
        let variables = BTreeMap::from([
            ("number".to_owned(), "i32".to_owned()),
            (
                "parsed".to_owned(),
                "core::result::Result<i32, String>".to_owned(),
            ),
        ]);
        let asked = [
            ("?println!", "println"),
            ("println!?\n", "println"),
            ("?Tensor::zeros", "Tensor::zeros"),
            ("??x.matmul", "x.matmul"),
            ("number?", "number"),
            ("?parsed", "parsed"),
        ];
        for (code, name) in asked {
            assert_eq!(question(code, &variables), Some(name), "{code}");
        }
        for code in [
            "parsed?",
            "read()?",
            "a? + b?",
            "?",
            "5?",
            "number",
            "let x = y?;",
            "x?;",
        ] {
            assert_eq!(question(code, &variables), None, "{code}");
        }
    }
}
