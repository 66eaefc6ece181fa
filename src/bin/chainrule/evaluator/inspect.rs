//! Completion and inspection, by rust-analyzer through evcxr.

use super::Evaluator;
use super::prepare::IMPLEMENTATION;
use std::ops::Range;

/// One proposal.
pub struct Completion {
    pub text: String,
    pub kind: &'static str,
    pub label: String,
}

/// Proposals for replacing a range of bytes.
pub struct Completions {
    pub matches: Vec<Completion>,
    pub range: Range<usize>,
}

/// What is known about a name, in two formats.
pub struct Inspection {
    pub text: String,
    pub html: String,
}

impl Evaluator {
    /// What could stand at byte `offset`. Nothing, where the analyzer fails: a completion is never worth an error.
    pub fn complete(&mut self, code: &str, offset: usize) -> Completions {
        let Ok(found) = self.context.completions(code, offset) else {
            return Completions { matches: Vec::new(), range: offset..offset };
        };
        let mut matches: Vec<Completion> = found
            .completions
            .into_iter()
            .map(|completion| Completion { text: completion.code, kind: completion.kind, label: completion.label })
            .collect();
        matches.retain(|completion| !completion.text.starts_with(IMPLEMENTATION));
        matches.sort_by(|a, b| a.text.cmp(&b.text));
        matches.dedup_by(|a, b| a.text == b.text);
        Completions { matches, range: found.start_offset..found.end_offset }
    }

    /// What the name at byte `offset` is: a variable of the session, or what rust-analyzer says.
    pub fn inspect(&mut self, code: &str, offset: usize) -> Option<Inspection> {
        let path = path_at(code, offset);
        if path.is_empty() {
            return None;
        }
        if let Some(kind) = self.variables().get(&path) {
            return Some(Inspection {
                text: format!("let {path}: {kind}"),
                html: format!("<pre>let {path}: {}</pre>", chainrule::display::escape_html(kind)),
            });
        }
        let is_call = code[offset..].trim_start_matches(|c: char| c.is_alphanumeric() || c == '_').starts_with('(');
        let query = if is_call { format!("{path}(") } else { path };
        let (text, html) = self.context.hover_at(&query, query.len()).ok()?;
        (text != "No documentation found").then_some(Inspection { text, html })
    }
}

/// The path (`Tensor::zeros`, `x.matmul`) whose last name the cursor touches.
fn path_at(code: &str, offset: usize) -> String {
    let is_name = |c: char| c.is_alphanumeric() || c == '_';
    let end = offset + code[offset..].find(|c| !is_name(c)).unwrap_or(code.len() - offset);
    let before = &code[..end];
    let start = before
        .rfind(|c| !(is_name(c) || c == ':' || c == '.'))
        .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
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
