//! Texts as Python has them: `f"…"`, `'…'`.

use super::super::habits::{LETTERS_OF_FORMATS, without_letter};
use super::said::{Said, is_name, say};

/// `print(f"a {x:.2f}")`, `let s = f'a {x + 1}';`
pub(super) fn formatted(own: &str, bare: &str) -> Said {
    let place = place_of_format(own, bare)?;
    let text = &own[place + 1..];
    let quote = text.chars().next()?;
    let (inner, rest) = within(text, quote)?;
    let (filled, values) = filled(inner);
    let filled = match quote {
        '\'' => filled.replace('"', "\\\""),
        _ => filled,
    };
    let before = own[..place].trim_end();
    let is_printed = before == "print(" && matches!(rest.trim_end(), ")" | ");");
    let fix = match is_printed {
        true => format!("println!(\"{filled}\"{values});"),
        false => format!("{}format!(\"{filled}\"{values}){rest}", &own[..place]),
    };
    say(
        "In Rust values stand in the text itself, in braces: `println!` and `format!` fill them \
         in, without an `f`.",
        "Rust 的文本里也可以直接写 `{变量}`：由 `println!` 和 `format!` 填入，前面不用 `f`。",
        fix,
    )
}

/// What stands in a text that begins with this quote, and what behind the text.
fn within(text: &str, quote: char) -> Option<(&str, &str)> {
    let mut is_escaped = false;
    let inner = &text[1..];
    let end = inner.find(|c| {
        let ends = c == quote && !is_escaped;
        is_escaped = c == '\\' && !is_escaped;
        ends
    })?;
    Some((&inner[..end], &inner[end + 1..]))
}

/// The text as `format!` takes it: names may stand in the braces, other values stand behind it.
fn filled(text: &str) -> (String, String) {
    let (mut filled, mut values) = (String::new(), String::new());
    let mut rest = text;
    while let Some((before, opened)) = rest.split_once('{') {
        filled += before;
        filled.push('{');
        if let Some(after) = opened.strip_prefix('{') {
            // `{{` is a brace.
            filled.push('{');
            rest = after;
            continue;
        }
        let Some((value, after)) = opened.split_once('}') else {
            rest = opened;
            break;
        };
        let (value, format) = match value.rsplit_once(':') {
            Some((value, format)) if !value.ends_with(':') => (value, format!(":{format}")),
            _ => (value, String::new()),
        };
        if is_name(value.trim()) {
            filled += value.trim();
        } else {
            values += &format!(", {}", value.trim());
        }
        let format = LETTERS_OF_FORMATS
            .iter()
            .fold(format!("{format}}}"), |format, letter| {
                without_letter(&format, letter)
            });
        filled += &format;
        rest = after;
    }
    (filled + rest, values)
}

/// Where `f"…"` begins, if it stands there.
fn place_of_format(own: &str, bare: &str) -> Option<usize> {
    let is_quote = |place: usize| own[place + 1..].starts_with(['"', '\'']);
    let begins = |place: usize| !bare[..place].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    bare.match_indices('f')
        .map(|(place, _)| place)
        .find(|place| is_quote(*place) && begins(*place))
}

/// `'several letters'`, which is no character and no lifetime.
pub(super) fn quoted(own: &str, bare: &str) -> Said {
    let text = place_of_quoted(own, bare)?;
    // `print('hello')` is a macro besides.
    let line = own.replacen(&format!("'{text}'"), &format!("\"{text}\""), 1);
    let line = match line.strip_prefix("print(") {
        Some(rest) if matches!(rest.trim_start_matches(&format!("\"{text}\"")), ")" | ");") => {
            format!("println!(\"{text}\");")
        }
        _ => line,
    };
    say(
        "A text stands in double quotes; single ones are for one character, such as 'a'.",
        "字符串用双引号；单引号只用于单个字符，例如 'a'。",
        line,
    )
}

fn place_of_quoted<'a>(own: &'a str, bare: &str) -> Option<&'a str> {
    for (place, _) in bare.match_indices('\'') {
        let begins = own[..place]
            .trim_end()
            .ends_with(['(', '=', ',', '[', '{', ':'])
            || place == 0;
        let Some(text) = own[place + 1..].split('\'').next().filter(|_| begins) else {
            continue;
        };
        let after = own[place + 1 + text.len()..]
            .strip_prefix('\'')
            .map(str::trim_start);
        let ends = after.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with([')', ',', ';', ']', '}', ':', '.', '+'])
        });
        if ends && text.chars().count() > 1 && !text.starts_with('\\') {
            return Some(text);
        }
    }
    None
}
