//! What our own macros make, written out.

use ra_ap_syntax::SyntaxNode;
use ra_ap_syntax::ast::{self, AstNode};

/// A `macro_rules!` of one arm: the names of its parameters, and what it makes of them.
#[derive(Clone, Debug)]
pub struct Pattern {
    parameters: Vec<String>,
    body: String,
}

impl Pattern {
    /// What a call makes.
    pub fn expanded(&self, call: &ast::MacroCall) -> Option<String> {
        let arguments = call.token_tree()?.syntax().text().to_string();
        let arguments = arguments.get(1..arguments.len() - 1)?;
        // Attributes and documentation stand in front.
        let (mut attributes, mut rest) = (String::new(), String::new());
        for line in arguments.lines() {
            let is_attribute =
                line.trim_start().starts_with("///") || line.trim_start().starts_with("#[");
            let part = if is_attribute && rest.trim().is_empty() {
                &mut attributes
            } else {
                &mut rest
            };
            part.push_str(line);
            part.push('\n');
        }
        let values = split_at_commas(&rest);
        let mut text = self.body.replace("$(#[$doc])*", &attributes);
        for (name, value) in self.parameters.iter().zip(values) {
            text = text.replace(&format!("${name}"), value.trim());
        }
        Some(text)
    }
}

/// A macro with one arm without repetitions other than of attributes.
pub fn pattern_of(rules: &ast::MacroRules) -> Option<Pattern> {
    let arms: Vec<SyntaxNode> = rules.token_tree()?.syntax().children().collect();
    let [head, body] = arms.as_slice() else {
        return None;
    };
    let head = head.text().to_string().replace("$(#[$doc:meta])*", "");
    if head.contains("$(") {
        return None;
    }
    let inner = |text: String| text.get(1..text.len() - 1).map(str::to_owned);
    let parameters = head.split('$').skip(1);
    let parameters = parameters
        .filter_map(|part| Some(part.split_once(':')?.0.to_owned()))
        .collect();
    Some(Pattern {
        parameters,
        body: inner(body.text().to_string())?,
    })
}

/// The parts between commas that stand in no bracket.
pub fn split_at_commas(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut begin) = (Vec::new(), 0i32, 0);
    for (at, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    if !text[begin..].trim().is_empty() {
        parts.push(&text[begin..]);
    }
    parts
}
