//! `complete_request` and `inspect_request`.
//!
//! What is known without the evaluator is answered on the shell's thread, also while a cell runs. Only where
//! rust-analyzer could add something, and the evaluator is free, is it asked, and only for so long.

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
    (Instant::now() + if knows_something { PATIENCE } else { MORE_PATIENCE }, content)
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
            Some(Quick { content: completed(&position, &found), is_partial: found.is_partial })
        }
        "inspect_request" => {
            let position = position(request)?;
            let found = assistant.inspect(&position.code, position.offset(), position.detail_level);
            Some(Quick { content: inspected(&found), is_partial: found.is_partial })
        }
        _ => None,
    }
}

/// A `complete_reply`.
pub fn completed(request: &PositionRequest, found: &Completions) -> Value {
    let (start, end) = (request.position(found.range.start), request.position(found.range.end));
    let types = found.matches.iter().map(|one| {
        json!({
            "start": start,
            "end": end,
            "text": one.text,
            "type": beside(one.kind, &one.signature),
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

/// What JupyterLab shows beside a name: all that it has room for is the type, so that of a function is how it is called.
fn beside(kind: &str, signature: &str) -> String {
    const LONGEST: usize = 48;
    let shown = match kind {
        // Without its name, which stands before it, and what stands before the dot.
        "function" => signature.split_once('(').filter(|(before, _)| before.starts_with("fn ")).map(|(_, call)| {
            let own = ["&mut self", "mut self", "&self", "self"].iter().find_map(|own| call.strip_prefix(own));
            format!("fn({}", own.unwrap_or(call).trim_start_matches(", "))
        }),
        "instance" | "property" => signature.split_once(": ").map(|(_, kind)| kind.to_owned()),
        _ => None,
    };
    let shown = shown.unwrap_or_else(|| kind.to_owned()).replace("->", "→");
    match shown.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", shown[..end].trim_end()),
        None => shown,
    }
}

/// An `inspect_reply`.
pub fn inspected(inspected: &Inspected) -> Value {
    let found = inspected.found.as_ref();
    let data =
        found.map(|found| json!({"text/plain": found.text, "text/markdown": found.markdown, "text/html": found.html}));
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
            ("function", "fn Tensor::matmul(&self, other: &Tensor) -> Tensor", "fn(other: &Tensor) → Tensor"),
            ("function", "fn Tensor::t(&self) -> Tensor", "fn() → Tensor"),
            (
                "function",
                "fn Dense::new(inputs: usize, outputs: usize) -> Dense",
                "fn(inputs: usize, outputs: usize) → Dense",
            ),
            (
                "function",
                "fn Sequential::add(self, layer: impl Module) -> Sequential",
                "fn(layer: impl Module) → Sequential",
            ),
            ("function", "macro println!", "function"),
            ("instance", "weights: Vec<f32>", "Vec<f32>"),
            ("class", "struct Dense", "class"),
        ] {
            assert_eq!(beside(kind, signature), shown);
        }
        let long = format!("fn f({})", "x: f32, ".repeat(20));
        assert!(beside("function", &long).chars().count() <= 49);
    }
}
