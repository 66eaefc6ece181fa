//! `complete_request` and `inspect_request`.
//!
//! What is known without the evaluator is answered on the shell's thread, also while a cell runs.
//! Only where rust-analyzer could add something, and the evaluator is free, is it asked, and only
//! for so long.

use super::message::Message;
use super::message::PositionRequest;
use crate::evaluator::{Assistant, Completions, Inspected};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// How long rust-analyzer may take before the learner gets what is known without it.
const PATIENCE: Duration = Duration::from_millis(700);
/// How long where nothing is known without it: it needs seconds to start.
const MORE_PATIENCE: Duration = Duration::from_secs(20);

/// An answer without rust-analyzer, and whether it could add something.
pub struct Quick {
    pub content: Value,
    pub is_partial: bool,
}

/// What is answered if rust-analyzer takes too long, and when.
pub fn with_patience(content: Value) -> (Instant, Value) {
    let knows_something = content["found"] == true || content["matches"].get(0).is_some();
    (
        Instant::now()
            + if knows_something {
                PATIENCE
            } else {
                MORE_PATIENCE
            },
        content,
    )
}

/// Whether it is a completion or an inspection.
pub fn is_ours(request: &Message) -> bool {
    matches!(request.kind(), "complete_request" | "inspect_request")
}

/// Nothing if the request is another one, or none that can be read.
pub fn quick(assistant: &Assistant, request: &Message) -> Option<Quick> {
    let position = |request: &Message| request.request::<PositionRequest>().ok();
    match request.kind() {
        "complete_request" => {
            let position = position(request)?;
            let found = assistant.complete(&position.code, position.offset());
            Some(Quick {
                content: completed(&position, &found),
                is_partial: found.is_partial,
            })
        }
        "inspect_request" => {
            let position = position(request)?;
            let found = assistant.inspect(&position.code, position.offset(), position.detail_level);
            Some(Quick {
                content: inspected(&found),
                is_partial: found.is_partial,
            })
        }
        _ => None,
    }
}

/// A `complete_reply`.
pub fn completed(request: &PositionRequest, found: &Completions) -> Value {
    let (start, end) = (
        request.position(found.range.start),
        request.position(found.range.end),
    );
    let types = found.matches.iter().map(|one| {
        json!({
            "start": start,
            "end": end,
            "text": one.text,
            "type": beside(&one.kind, &one.signature),
            "signature": one.signature,
            "documentation": one.documentation,
        })
    });
    json!({
        "status": "ok",
        "matches": found.matches.iter().map(|one| &one.text).collect::<Vec<_>>(),
        "cursor_start": start,
        "cursor_end": end,
        "metadata": {"_jupyter_types_experimental": types.collect::<Vec<_>>()},
    })
}

/// What JupyterLab shows beside a name. All that it has room for is the type: so that of a function
/// is what it takes, by name, and what it gives; the whole signature stands in the panel beside the
/// list.
fn beside(kind: &str, signature: &str) -> String {
    const LONGEST: usize = 24;
    let shown = match kind {
        "function" => signature.strip_prefix("fn ").and_then(called),
        "instance" | "property" => signature.split_once(": ").map(|(_, kind)| kind.to_owned()),
        _ => None,
    };
    // JupyterLab would break the line at a space, and write one half over the other.
    let shown = shown
        .unwrap_or_else(|| kind.to_owned())
        .replace(' ', "\u{a0}");
    match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", shown[..end].trim_end()),
        None => shown,
    }
}

/// `(axis, range) → Tensor` of
/// `Tensor::slice(&self, axis: isize, range: Range<usize>) -> Tensor`.
fn called(signature: &str) -> Option<String> {
    let (_, rest) = signature.split_once('(')?;
    let (mut depth, mut end) = (0, rest.len());
    for (at, c) in rest.char_indices() {
        match c {
            '(' | '<' | '[' => depth += 1,
            ')' if depth == 0 => {
                end = at;
                break;
            }
            '>' if rest[..at].ends_with('-') => {}
            ')' | '>' | ']' => depth -= 1,
            _ => {}
        }
    }
    let names = rest[..end]
        .split(", ")
        .filter_map(|one| one.split_once(": "))
        .map(|(name, _)| name.trim_start_matches("mut "));
    let names: Vec<&str> = names
        .filter(|name| name.chars().all(|c| c.is_alphanumeric() || c == '_'))
        .collect();
    let gives = rest[end..]
        .split_once("-> ")
        .map(|(_, kind)| format!(" → {}", kind.trim_start_matches(['&', ' '])));
    Some(format!(
        "({}){}",
        names.join(", "),
        gives.unwrap_or_default()
    ))
}

/// An `inspect_reply`.
pub fn inspected(inspected: &Inspected) -> Value {
    let data = inspected.found.as_ref().map(|found| found.bundle());
    json!({
        "status": "ok",
        "found": data.is_some(),
        "data": data.unwrap_or_else(|| json!({})),
        "metadata": {},
    })
}

#[cfg(test)]
mod tests {
    use super::beside;

    #[test]
    fn what_stands_beside_a_name() {
        for (kind, signature, shown) in [
            (
                "function",
                "fn Tensor::matmul(&self, other: &Tensor) -> Tensor",
                "(other) → Tensor",
            ),
            ("function", "fn Tensor::t(&self) -> Tensor", "() → Tensor"),
            (
                "function",
                "fn Tensor::shape(&self) -> &[usize]",
                "() → [usize]",
            ),
            (
                "function",
                "fn Dense::new(inputs: usize, outputs: usize) -> Dense",
                "(inputs, outputs) → Dens…",
            ),
            (
                "function",
                "fn no_grad(compute: impl FnOnce() -> R) -> R",
                "(compute) → R",
            ),
            ("function", "fn show_all()", "()"),
            ("function", "macro println!", "function"),
            ("instance", "weights: Vec<f32>", "Vec<f32>"),
            ("class", "struct Dense", "class"),
        ] {
            assert_eq!(beside(kind, signature).replace('\u{a0}', " "), shown);
        }
        let long = format!("fn f({})", "length: f32, ".repeat(20));
        assert!(beside("function", &long).chars().count() <= 25);
    }
}
