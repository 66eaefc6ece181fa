//! `line!()` and `file!()` in a cell: rustc would name a place in code that no learner has seen.

use super::cell::{EDITION, without_commands};
use ra_ap_syntax::ast::{self, AstNode, HasName};
use ra_ap_syntax::{NodeOrToken, SourceFile, SyntaxKind, SyntaxNode, SyntaxToken};

/// The cell with its own lines and a plain word in place of these macros, letter for letter: all
/// else stays where it is. `is_own` says whether the learner has a macro of such a name.
pub fn with_own_lines(code: &str, is_own: impl Fn(&str) -> bool) -> String {
    let mut written = code.to_owned();
    if !code.contains("line!()") && !code.contains("file!()") {
        return written;
    }
    let file = SourceFile::parse(&without_commands(code), EDITION).syntax_node();
    let here: Vec<String> = file
        .descendants()
        .filter_map(ast::MacroRules::cast)
        .filter_map(|rules| Some(rules.name()?.text().to_string()))
        .collect();
    let is_own = |name: &str| is_own(name) || here.iter().any(|own| own == name);
    let tokens = file
        .descendants_with_tokens()
        .filter_map(NodeOrToken::into_token);
    for token in tokens
        .filter(is_called)
        .filter(|token| !is_own(token.text()))
    {
        let at = usize::from(token.text_range().start());
        let literal = match token.text() {
            "file" => "\"cell\"".to_owned(),
            _ => format!("{}u32", code[..at].matches('\n').count() + 1),
        };
        let place = at..at + token.text().len() + "!()".len();
        if literal.len() <= place.len() && code[place.clone()].ends_with("!()") {
            let blanks = " ".repeat(place.len() - literal.len());
            written.replace_range(place, &format!("{literal}{blanks}"));
        }
    }
    written
}

/// Whether a name is one of these macros, called without a path and not in the rules of a macro,
/// which may be called from elsewhere, nor where it is only a text.
fn is_called(token: &SyntaxToken) -> bool {
    // Within a macro nothing is parsed, so that `stringify` in `concat!(stringify!(line!()))` is
    // two tokens before a tree.
    let is_text = |tree: ast::TokenTree| {
        let first = tree.syntax().first_token();
        let mut before = std::iter::successors(first, SyntaxToken::prev_token)
            .skip(1)
            .filter(|token| !token.kind().is_trivia());
        before.next().is_some_and(|mark| mark.text() == "!")
            && before.next().is_some_and(|name| name.text() == "stringify")
    };
    let is_within = |node: SyntaxNode| {
        matches!(node.kind(), SyntaxKind::MACRO_RULES | SyntaxKind::MACRO_DEF)
            || ast::TokenTree::cast(node).is_some_and(is_text)
    };
    let is_in_path = token
        .prev_token()
        .is_some_and(|before| matches!(before.text(), ":" | "::" | "."));
    token.kind() == SyntaxKind::IDENT
        && matches!(token.text(), "line" | "file")
        && !is_in_path
        && !token.parent_ancestors().any(is_within)
        && token.next_token().is_some_and(|next| next.text() == "!")
}

#[cfg(test)]
mod tests {
    use super::with_own_lines;

    #[test]
    fn lines_are_those_of_the_cell_and_nothing_moves() {
        let code = "let a = 1;\nprintln!(\"line!() {}\", line!()); file!()";
        let written = with_own_lines(code, |_| false);
        assert_eq!(
            written,
            "let a = 1;\nprintln!(\"line!() {}\", 2u32   ); \"cell\" "
        );
        assert_eq!(with_own_lines(code, |_| true), code);
        for code in [
            "std::line!()",
            "macro_rules! m { () => { line!() } }",
            "// line!()",
            "macro_rules! line { () => { 3 } } line!()",
            "stringify!(line!())",
            "println!(\"{}\", stringify!(a, [line!()]))",
            "std::stringify! { file!() }",
        ] {
            assert_eq!(with_own_lines(code, |_| false), code);
        }
    }
}
