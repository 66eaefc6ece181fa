//! What rust-analyzer adds, through evcxr.

use super::complete::Completions;
use super::inspect::{Inspected, Inspection};
use super::proposals::Completion;
use crate::evaluator::cell::implementations::IMPLEMENTATION;
use crate::evaluator::engine::context::Context;
use crate::evaluator::state::scope::Scope;
use std::time::Duration;

/// How long it is waited for: a cell that comes meanwhile waits, too.
const PATIENCE: Duration = Duration::from_secs(20);

/// What could stand at byte `offset`, beside what is known without it. Where the analyzer fails,
/// that has to do: a completion is never worth an error.
pub fn complete(
    mut known: Completions,
    evcxr: &mut Context,
    scope: &Scope,
    code: &str,
    offset: usize,
) -> Completions {
    if !known.is_partial {
        return known;
    }
    if !known.matches.is_empty() && !evcxr.is_ready() {
        // There will be more the next time; a cell that comes now shall not wait for it.
        evcxr.start_soon();
        return known;
    }
    let awake = evcxr.awake_within(scope, PATIENCE).ok();
    let found = awake.and_then(|evcxr| evcxr.completions(code, offset, PATIENCE).ok());
    let Some(found) = found else {
        return known;
    };
    let is_after_dot = code[..known.range.start].ends_with('.');
    let proposals = found.list.iter();
    let mut useful: Vec<Completion> = proposals
        .filter_map(|one| useful(&one.code, &one.kind, &one.label, is_after_dot))
        .collect();
    useful.sort_by(|a, b| a.text.cmp(&b.text));
    if known.matches.is_empty() && !useful.is_empty() {
        known.range = found.range.0..found.range.1;
    }
    known.add(useful);
    known
}

/// What the name at byte `offset` is, if that is not known without it.
pub fn inspect(
    known: Inspected,
    evcxr: &mut Context,
    scope: &Scope,
    code: &str,
    offset: usize,
) -> Inspected {
    let path = path_at(code, offset);
    if !known.is_partial || path.is_empty() {
        return known;
    }
    let is_call = code[offset..]
        .trim_start_matches(|c: char| c.is_alphanumeric() || c == '_')
        .starts_with('(');
    let query = if is_call { format!("{path}(") } else { path };
    let awake = evcxr.awake_within(scope, PATIENCE).ok();
    match awake.and_then(|evcxr| evcxr.described(&query, query.len(), PATIENCE).ok()) {
        Some(text) if text != "No documentation found" => Inspected {
            found: Some(Inspection::of_analyzer(text)),
            is_partial: false,
        },
        _ => known,
    }
}

/// A proposal, unless it helps nobody: after a dot rust-analyzer proposes statements, too (`x.if`),
/// and anywhere whole expressions that would have the right type. Arguments are left to the
/// learner.
fn useful(code: &str, kind: &str, label: &str, is_after_dot: bool) -> Option<Completion> {
    const POSTFIX: [&str; 22] = [
        "if", "match", "while", "not", "ref", "refm", "deref", "let", "letm", "call", "dbg",
        "dbgr", "box", "ok", "err", "some", "return", "unsafe", "const", "break", "for", "lete",
    ];
    let is_name = |c: char| c.is_alphanumeric() || c == '_' || c == '!' || c == '#';
    let name = &label[..label.find(|c| !is_name(c)).unwrap_or(label.len())];
    let is_postfix = kind == "keyword" || (kind == "instance" && POSTFIX.contains(&name));
    let is_noise = name.is_empty()
        || !code.starts_with(name.trim_end_matches('!'))
        || code.starts_with(IMPLEMENTATION)
        || (is_after_dot && is_postfix);
    (!is_noise).then(|| Completion::last(name, kind, label))
}

/// The path (`Tensor::zeros`, `x.matmul`) whose last name the cursor touches.
fn path_at(code: &str, offset: usize) -> String {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let end = offset
        + code[offset..]
            .find(|c| !is_name(c))
            .unwrap_or(code.len() - offset);
    let before = &code[..end];
    let start = before
        .rfind(|c| !(is_name(c) || c == ':' || c == '.'))
        .map_or(0, |at| {
            at + before[at..].chars().next().map_or(1, char::len_utf8)
        });
    before[start..].trim_matches([':', '.']).to_owned()
}

#[cfg(test)]
mod tests {
    use super::path_at;

    #[test]
    fn the_path_under_the_cursor() {
        assert_eq!(path_at("let y = Tensor::zeros(&[2]);", 18), "Tensor::zeros");
        assert_eq!(path_at("let y = Tensor::zeros(&[2]);", 10), "Tensor");
        assert_eq!(path_at("é.é", 2), "é");
        assert_eq!(path_at("a + b", 2), "");
        assert_eq!(path_at("println", 7), "println");
    }
}
