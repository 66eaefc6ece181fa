//! What our own macros make, written out.

use ra_ap_syntax::SyntaxNode;
use ra_ap_syntax::ast::{self, AstNode};

/// A `macro_rules!` of one arm: its parameters, and what it makes of them.
#[derive(Clone, Debug)]
pub struct Pattern {
    parameters: Vec<Parameter>,
    /// All parameters stand in one repetition, as in `$($t:ty)*`.
    is_repeated: bool,
    body: String,
}

/// `Self = $T:ty`: what is written before it, and its name.
#[derive(Clone, Debug)]
struct Parameter {
    before: String,
    name: String,
}

impl Pattern {
    /// What a call makes.
    pub fn expanded(&self, call: &ast::MacroCall) -> Option<String> {
        let arguments = call.token_tree()?.syntax().text().to_string();
        let arguments = arguments.get(1..arguments.len() - 1)?;
        if self.is_repeated {
            return self.repeated(arguments);
        }
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
        let body = self.body.replace("$(#[$doc])*", &attributes);
        Some(self.filled(&body, &split_at_commas(&rest)))
    }

    /// Longer names first: `$BITS` is also how `$BITS_LESS` begins.
    fn filled(&self, body: &str, values: &[&str]) -> String {
        let mut pairs: Vec<(&Parameter, &&str)> = self.parameters.iter().zip(values).collect();
        pairs.sort_by_key(|(parameter, _)| std::cmp::Reverse(parameter.name.len()));
        let mut text = body.to_owned();
        for (parameter, value) in pairs {
            let value = value.trim();
            let value = value.strip_prefix(&parameter.before).unwrap_or(value);
            let name = &parameter.name;
            // Whoever gives several in braces has them taken one by one.
            let inside = value
                .strip_prefix('{')
                .and_then(|one| one.strip_suffix('}'));
            for group in [format!("$(${name})*"), format!("$( ${name} )?")] {
                text = text.replace(&group, inside.unwrap_or(value).trim());
            }
            text = text.replace(&format!("${name}"), value.trim());
        }
        text
    }

    /// What stands in repetitions, once for each group of arguments.
    fn repeated(&self, arguments: &str) -> Option<String> {
        let listed = arguments.split(';').next()?;
        let values: Vec<&str> = if listed.contains(',') {
            split_at_commas(listed)
        } else {
            listed.split_whitespace().collect()
        };
        let (mut text, mut rest) = (String::new(), self.body.as_str());
        while let Some(open) = rest.find("$(") {
            let inside = &rest[open + 2..];
            let close = closing(inside)?;
            text.push_str(&rest[..open]);
            for group in values.chunks(self.parameters.len().max(1)) {
                text.push_str(&self.filled(&inside[..close], group));
                text.push('\n');
            }
            rest = inside[close + 1..].trim_start_matches([',', ';', '*', '+']);
        }
        Some(text + rest)
    }
}

/// `{$($extra:tt)*}` and `{$($mut_:tt)?}` are one parameter: what stands in their braces.
fn with_plain_groups(head: &str) -> Option<String> {
    let (mut text, mut rest) = (String::new(), head);
    while let Some(open) = rest.find("{$(") {
        let inside = &rest[open + 3..];
        let group = &inside[..closing(inside)?];
        let end = inside.find('}')?;
        text.push_str(&rest[..open]);
        text.push_str(group.trim());
        rest = &inside[end + 1..];
    }
    Some(text + rest)
}

/// Where the bracket is closed that was opened right before the text.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0;
    text.char_indices().find_map(|(at, character)| {
        match character {
            '(' => depth += 1,
            ')' if depth == 0 => return Some(at),
            ')' => depth -= 1,
            _ => {}
        }
        None
    })
}

/// A macro with one arm, whose parameters stand one by one or in one repetition. Repetitions of
/// attributes do not count.
pub fn pattern_of(rules: &ast::MacroRules) -> Option<Pattern> {
    let arms: Vec<SyntaxNode> = rules.token_tree()?.syntax().children().collect();
    let [head, body] = arms.as_slice() else {
        return None;
    };
    let head = head.text().to_string().replace("$(#[$doc:meta])*", "");
    let lines = head.lines().map(|line| line.split("//").next());
    let head = lines.flatten().collect::<String>();
    let inner = |text: &str| text.get(1..text.len() - 1).map(str::to_owned);
    let head = inner(&head)?;
    let head = with_plain_groups(&head)?;
    let (is_repeated, head) = match head.trim_start().strip_prefix("$(") {
        Some(repeated) => (true, &repeated[..closing(repeated)?]),
        None => (false, head.as_str()),
    };
    if head.contains("$(") {
        return None;
    }
    let parts: Vec<&str> = head.split('$').collect();
    let parameters = parts.windows(2).filter_map(|pair| {
        let before = pair[0].rsplit(',').next().unwrap_or_default();
        Some(Parameter {
            before: before.trim().to_owned(),
            name: pair[1].split_once(':')?.0.to_owned(),
        })
    });
    Some(Pattern {
        parameters: parameters.collect(),
        is_repeated,
        body: inner(&body.text().to_string())?,
    })
}

/// The parts between commas that stand in no bracket.
pub fn split_at_commas(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut begin) = (Vec::new(), 0i32, 0);
    let mut is_text = false;
    for (at, character) in text.char_indices() {
        match character {
            '"' if !text[..at].ends_with('\\') => is_text = !is_text,
            _ if is_text => {}
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
