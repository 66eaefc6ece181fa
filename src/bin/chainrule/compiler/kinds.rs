//! Types as texts: what the compiler calls one, and how a cell writes it.

use super::public_paths::PublicPaths;
use ra_ap_syntax::ast::{self, AstNode};
use ra_ap_syntax::{Edition, SourceFile, SyntaxKind, SyntaxNode};

/// What the compiler calls a type, as a cell can write it. Nothing if no cell can. `own` are the
/// paths of what cells define.
pub fn in_a_cell(kind: &str, paths: &PublicPaths, own: &PublicPaths) -> Option<String> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == ':';
    // `{{closure}}`, a function of a type, and what never is.
    let is_nothing = kind.replace("-> !", "").contains('!');
    if kind.contains("{{") || kind.contains("<impl ") || is_nothing {
        return None;
    }
    let (mut text, mut rest) = (String::with_capacity(kind.len()), kind);
    while let Some(begin) = rest.find(is_part) {
        text.push_str(&rest[..begin]);
        let end = rest[begin..]
            .find(|c| !is_part(c))
            .map_or(rest.len(), |end| begin + end);
        let path = &rest[begin..end];
        rest = &rest[end..];
        // A name of its own is a lifetime, a word of the language or a type of it.
        if !path.contains("::") {
            text.push_str(path);
        } else if path.starts_with("ctx::") {
            let own = public(path, own)?;
            text.push_str(own.strip_prefix("ctx::").unwrap_or(&own));
        } else {
            text.push_str(&public(path, paths)?);
        }
    }
    text.push_str(rest);
    let text = with_static_lifetimes(&with_parentheses(&text), true);
    (!has_unclear_lifetimes(&text)).then_some(text)
}

/// `&(dyn A + B)` for `&dyn A + B`, as the compiler has it.
fn with_parentheses(kind: &str) -> String {
    const POINTERS: [&str; 4] = ["&dyn ", "&mut dyn ", "*const dyn ", "*mut dyn "];
    let mut text = kind.to_owned();
    let starts = POINTERS.iter().flat_map(|pointer| {
        let ends = kind.match_indices(pointer);
        ends.map(|(at, _)| at + pointer.len() - "dyn ".len())
    });
    let mut starts: Vec<usize> = starts.collect();
    starts.sort_unstable();
    // From behind, so that the places in front stay.
    for start in starts.into_iter().rev() {
        let (bounds, is_several) = bounds(&text[start..]);
        if is_several {
            text.insert(start + bounds, ')');
            text.insert(start, '(');
        }
    }
    text
}

/// How long the bounds are that a text begins with, and whether there is more than one.
fn bounds(text: &str) -> (usize, bool) {
    let (mut depth, mut before, mut is_several) = (0, ' ', false);
    for (at, c) in text.char_indices() {
        match c {
            '(' | '[' | '<' => depth += 1,
            '>' if before == '-' => {}
            ')' | ']' | '>' if depth > 0 => depth -= 1,
            ')' | ']' | '>' | ',' | ';' if depth == 0 => return (at, is_several),
            '+' if depth == 0 => is_several = true,
            _ => {}
        }
        before = c;
    }
    (text.len(), is_several)
}

/// `&'static str` for `&str`, `Chars<'static>` for `Chars<'_>`: what is kept for other cells lives
/// as long as all of them. In functions `'_` is any lifetime; and `&`, too, where rust-analyzer has
/// written the type: then not `in_functions`.
pub fn with_static_lifetimes(kind: &str, in_functions: bool) -> String {
    const BEFORE: &str = "type T = ";
    const STATIC: &str = "'static";
    if !kind.contains(['&', '\'']) {
        return kind.to_owned();
    }
    let file = SourceFile::parse(&format!("{BEFORE}{kind};"), Edition::Edition2024);
    let mut changes: Vec<(usize, usize, String)> = Vec::new();
    for node in file.syntax_node().descendants() {
        let range = node.text_range();
        let is_of_function = node.ancestors().any(|above| is_of_function(&above));
        if let Some(one) = ast::RefType::cast(node.clone()) {
            let is_any = is_of_function && !in_functions;
            let amp = one
                .amp_token()
                .filter(|_| one.lifetime().is_none() && !is_any);
            let end = amp.map(|amp| usize::from(amp.text_range().end()));
            changes.extend(end.map(|end| (end, end, format!("{STATIC} "))));
        } else if ast::Lifetime::can_cast(node.kind()) && node.text() == "'_" && !is_of_function {
            changes.push((range.start().into(), range.end().into(), STATIC.to_owned()));
        }
    }
    changes.sort();
    let mut text = kind.to_owned();
    for (start, end, put) in changes.iter().rev() {
        text.replace_range(start - BEFORE.len()..end - BEFORE.len(), put);
    }
    text
}

fn is_of_function(node: &SyntaxNode) -> bool {
    matches!(
        node.kind(),
        SyntaxKind::PARAM_LIST | SyntaxKind::PARENTHESIZED_ARG_LIST | SyntaxKind::RET_TYPE
    )
}

/// Whether a function returns something that lives as long as one of several arguments, of which
/// the compiler does not say which.
fn has_unclear_lifetimes(kind: &str) -> bool {
    let mut returns = kind.match_indices("-> ");
    returns.any(|(at, arrow)| {
        let returned = &kind[at + arrow.len()..];
        let end = returned.find([',', ';', ')']).unwrap_or(returned.len());
        returned[..end].contains("'_") && arguments(&kind[..at]).matches("'_").count() > 1
    })
}

/// The arguments in parentheses at the end of a text.
fn arguments(text: &str) -> &str {
    let mut depth = 0;
    for (at, c) in text.char_indices().rev() {
        match c {
            ')' => depth += 1,
            '(' => depth -= 1,
            _ => {}
        }
        if c == '(' && depth == 0 {
            return &text[at..];
        }
    }
    text
}

/// Types that macros make are not seen in the sources. Who finds one in a module that others see
/// finds it there.
fn public(path: &str, paths: &PublicPaths) -> Option<String> {
    if path.ends_with("::") || path.split("::").any(|part| part == "_") {
        return None;
    }
    if let Some(public) = paths.get(path) {
        return Some(public.clone());
    }
    let (module, name) = path.split_at(path.rfind("::")? + 2);
    let is_type = name.starts_with(char::is_uppercase);
    Some(paths.get(module).filter(|_| is_type)?.clone() + name)
}
