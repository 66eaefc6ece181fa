//! Macros in front of what uses them.
//!
//! evcxr writes the items of a session in any order, and a `macro_rules!` is known only below its
//! definition. So each gets a copy, all of it on one line, above the first item. The macro itself
//! stays where it is, and all lines and columns of the learner's code with it.

use ra_ap_syntax::ast::{self, AstNode, HasAttrs, HasModuleItem, HasName};
use ra_ap_syntax::{Edition, SourceFile, SyntaxKind, SyntaxToken};

/// The source with copies of its macros above all items. The same text if it has none.
pub fn with_macros_first(source: String) -> String {
    if !source.contains("macro_rules") {
        return source;
    }
    let file = SourceFile::parse(&source, Edition::Edition2024).tree();
    let macros = file.items().filter_map(|item| match item {
        ast::Item::MacroRules(rules) => Some(rules),
        _ => None,
    });
    let copies: String = macros.filter_map(|rules| on_one_line(&rules)).collect();
    // Behind the last `#![…]`, where nothing of the learner's stands on the same line.
    let attributes = file.syntax().children().filter_map(ast::Attr::cast);
    let at = attributes
        .last()
        .map_or(0, |last| usize::from(last.syntax().text_range().end()));
    [&source[..at], &copies, &source[at..]].concat()
}

/// A macro as one line. Nothing where something in it cannot be written so.
fn on_one_line(rules: &ast::MacroRules) -> Option<String> {
    // A second macro of an exported name would be refused.
    let attributes = rules.attrs().map(|one| one.syntax().text().to_string());
    let attributes: String = attributes
        .filter(|text| text.starts_with("#[cfg"))
        .collect();
    let body = rules
        .token_tree()?
        .syntax()
        .descendants_with_tokens()
        .filter_map(|element| element.into_token());
    let body: Option<String> = body.map(|token| in_line(&token)).collect();
    // Parentheses and brackets need a semicolon.
    Some(format!(
        "{attributes} #[allow(unused_macros)] macro_rules! {} {{ {} }} ",
        rules.name()?.text(),
        inner(&body?)?
    ))
}

/// What stands between the brackets of a macro.
fn inner(body: &str) -> Option<&str> {
    body.get(1..body.len().checked_sub(1)?)
}

fn in_line(token: &SyntaxToken) -> Option<String> {
    let text = token.text();
    Some(match token.kind() {
        SyntaxKind::WHITESPACE => " ".to_owned(),
        SyntaxKind::COMMENT => documentation(text).unwrap_or_else(|| " ".to_owned()),
        _ if !text.contains('\n') => text.to_owned(),
        SyntaxKind::STRING if text.starts_with('r') => {
            let content = text[1..].trim_matches('#');
            format!("{:?}", content.strip_prefix('"')?.strip_suffix('"')?)
        }
        SyntaxKind::STRING => string_in_line(text),
        _ => return None,
    })
}

/// `#[doc = "…"]` for a comment that documents something, which is a part of what a macro gives.
fn documentation(comment: &str) -> Option<String> {
    let content = comment
        .strip_prefix("///")
        .filter(|content| !content.starts_with('/'));
    let content = content.or_else(|| {
        comment
            .strip_prefix("/**")?
            .strip_suffix("*/")
            .filter(|one| !one.is_empty())
    });
    content.map(|content| format!("#[doc = {content:?}]"))
}

/// A string over several lines. A backslash at the end of a line swallows the line break and the
/// blanks behind it.
fn string_in_line(text: &str) -> String {
    let mut lines = text.split('\n');
    let mut all = lines.next().unwrap_or_default().to_owned();
    for line in lines {
        let backslashes = all.len() - all.trim_end_matches('\\').len();
        if backslashes % 2 == 1 {
            all.pop();
            all += line.trim_start();
        } else {
            all += "\\n";
            all += line;
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_macro_is_known_above_its_definition() {
        let source = "#![allow(dead_code)]\nfn f() -> i32 { one!() }\nmacro_rules! one \
                     {\n    // says\n    () => { 1 };\n}\n";
        let first = with_macros_first(source.to_owned());
        assert_eq!(first.lines().count(), source.lines().count());
        assert!(
            first.starts_with("#![allow(dead_code)] #[allow(unused_macros)] macro_rules! one { "),
            "{first}"
        );
        assert!(
            first.ends_with(source.split_once('\n').unwrap().1),
            "{first}"
        );
    }

    #[test]
    fn what_has_no_macros_stays() {
        for source in [
            "fn f() {}",
            "// macro_rules\nfn f() {}",
            "fn f() { macro_rules! m { () => {} } m!() }",
        ] {
            assert_eq!(with_macros_first(source.to_owned()), source);
        }
    }

    #[test]
    fn texts_over_several_lines_stay_the_same() {
        assert_eq!(
            string_in_line("\"a\nb \\\n   c\\\\\nd\""),
            "\"a\\nb c\\\\\\nd\""
        );
        let source = "macro_rules! m [ () => { r#\"a\n\"b\"#; /// Doc.\n struct A; } ];";
        let first = with_macros_first(source.to_owned());
        assert!(
            first.starts_with(
                " #[allow(unused_macros)] macro_rules! m \
                              {  () => { \"a\\n\\\"b\"; #[doc = \" Doc.\"]"
            ),
            "{first}"
        );
    }
}
