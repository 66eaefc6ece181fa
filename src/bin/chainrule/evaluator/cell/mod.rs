//! A cell: its text, parsed once, and whether it is complete.

pub mod commands;
pub mod implementations;
pub mod imports;
pub mod prepare;
pub mod reserved;
pub mod sources;

use crate::evaluator::limit::is_unreadable;
pub use commands::without_commands;
use icu_normalizer::ComposingNormalizerBorrowed;
use ra_ap_syntax::ast::HasName;
use ra_ap_syntax::{
    AstNode, Edition, Parse, SourceFile, SyntaxKind, SyntaxNode, SyntaxToken, T, ast,
};
use std::borrow::Cow;
use std::cell::OnceCell;

pub const EDITION: Edition = Edition::Edition2024;
/// Statements are parsed inside a function, as evcxr does.
pub const BEFORE: &str = "fn f(){";

/// A cell: handed from one to the next, so that its text is read once.
#[derive(Clone)]
pub struct Cell {
    /// The number in `In [3]:`; 0 if it has none.
    pub number: u32,
    text: String,
    parsed: OnceCell<Parsed>,
}

#[derive(Clone)]
struct Parsed {
    /// The text without commands: each is blank, so that lines and offsets are those of the text.
    rust: String,
    statements: Vec<SyntaxNode>,
    has_errors: bool,
}

impl Cell {
    pub fn numbered(number: u32, text: impl Into<String>) -> Cell {
        Cell {
            number,
            text: text.into(),
            parsed: OnceCell::new(),
        }
    }

    /// A text that is looked at as if it were a cell.
    pub fn new(text: impl Into<String>) -> Cell {
        Cell::numbered(0, text)
    }

    pub fn text(&self) -> &str {
        &self.text
    }

    /// The same cell with another text.
    pub fn with_text(&self, text: String) -> Cell {
        Cell::numbered(self.number, text)
    }

    fn parsed(&self) -> &Parsed {
        self.parsed.get_or_init(|| {
            let rust = without_commands(&self.text);
            let tree = parse(&rust);
            Parsed {
                statements: statements(&tree),
                has_errors: !tree.errors().is_empty(),
                rust,
            }
        })
    }

    /// The text with blanks in place of commands.
    pub fn rust(&self) -> &str {
        &self.parsed().rust
    }

    pub fn statements(&self) -> &[SyntaxNode] {
        &self.parsed().statements
    }

    /// Whether it is no Rust.
    pub fn has_errors(&self) -> bool {
        self.parsed().has_errors
    }

    /// Its statements that are items.
    pub fn items(&self) -> impl Iterator<Item = ast::Item> + '_ {
        let nodes = self.statements().iter();
        nodes.filter_map(|node| ast::Item::cast(node.clone()))
    }

    /// Whether the value of the last statement is its result.
    pub fn ends_with_expression(&self) -> bool {
        let last = self.statements().last();
        last.is_some_and(|last| ast::Expr::can_cast(last.kind()))
    }

    /// What to put behind it. A program from a book is a cell that only defines things.
    pub fn call_of_main(&self) -> &'static str {
        let is_item = |node: &SyntaxNode| ast::Item::can_cast(node.kind());
        let mut items = self.items();
        let main = items.find_map(|item| match item {
            ast::Item::Fn(function) => is_main(&function).then_some(function),
            _ => None,
        });
        let Some(main) = main.filter(|_| self.statements().last().is_some_and(is_item)) else {
            return "";
        };
        let fails = main
            .ret_type()
            .is_some_and(|kind| kind.syntax().text().to_string().contains("Result"));
        if fails { "\nmain()?;" } else { "\nmain();" }
    }

    /// The lines that are commands of evcxr.
    pub fn commands(&self) -> impl Iterator<Item = &str> {
        let lines = self.text.lines().zip(self.rust().lines());
        lines
            .filter(|(line, rust)| rust.trim().is_empty() && !line.trim().is_empty())
            .map(|(line, _)| line)
    }
}

/// Whether a front end should run the cell at Enter or let the learner go on writing.
#[derive(Debug, PartialEq, Eq)]
pub enum Completeness {
    Complete,
    Incomplete { indent: String },
    Invalid,
}

/// The cell with its names in one form: `é` as one character, where some keyboards and files have
/// an `e` and an accent. rustc takes the two for the same name, and so does everything that looks
/// names up.
pub fn composed(code: &str) -> Cow<'_, str> {
    let normalizer = ComposingNormalizerBorrowed::new_nfc();
    // What cannot be read stays as it is: a command may be longer than what a parser takes.
    if code.is_ascii() || normalizer.is_normalized(code) || is_unreadable(code) {
        return Cow::Borrowed(code);
    }
    let file = read(code).syntax_node();
    let tokens = file
        .descendants_with_tokens()
        .filter_map(|element| element.into_token());
    // Texts stay as they are.
    let form = |token: SyntaxToken| match token.kind() {
        SyntaxKind::IDENT => normalizer.normalize(token.text()).into_owned(),
        _ => token.text().to_owned(),
    };
    Cow::Owned(tokens.map(form).collect())
}

/// Reads a text that somebody has typed. One that would exhaust the parser is read as an empty one.
pub fn read(rust: &str) -> Parse<SourceFile> {
    SourceFile::parse(if is_unreadable(rust) { "" } else { rust }, EDITION)
}

/// The cell inside of its function.
pub fn parse(rust: &str) -> Parse<SourceFile> {
    read(&format!("{BEFORE}{rust}\n}}"))
}

pub fn statements(rust: &Parse<SourceFile>) -> Vec<SyntaxNode> {
    let function = rust.syntax_node().children().next().and_then(ast::Fn::cast);
    let list = function
        .and_then(|function| function.body())
        .and_then(|body| body.stmt_list());
    list.map(|list| list.syntax().children().collect())
        .unwrap_or_default()
}

/// The name of an item that evcxr keeps by its name.
pub fn name_of(item: &ast::Item) -> Option<String> {
    if matches!(item, ast::Item::MacroDef(_) | ast::Item::MacroRules(_)) {
        return None;
    }
    let named = ast::AnyHasName::cast(item.syntax().clone())?;
    Some(named.name()?.text().to_string())
}

/// The names of the types and constants that an item is written for.
pub fn generics_of(node: &impl ast::HasGenericParams) -> Vec<String> {
    let parameters = node
        .generic_param_list()
        .into_iter()
        .flat_map(|list| list.type_or_const_params());
    parameters
        .filter_map(|parameter| Some(parameter.name()?.text().to_string()))
        .collect()
}

/// Where a statement of a cell begins in its text.
pub fn start(node: &SyntaxNode) -> usize {
    usize::from(node.text_range().start()) - BEFORE.len()
}

/// Where it ends.
pub fn end(node: &SyntaxNode) -> usize {
    usize::from(node.text_range().end()) - BEFORE.len()
}

fn is_main(function: &ast::Fn) -> bool {
    let has_parameters = function
        .param_list()
        .is_some_and(|list| list.params().next().is_some());
    function.name().is_some_and(|name| name.text() == "main") && !has_parameters
}

/// Asks the parser.
pub fn completeness(code: &str) -> Completeness {
    let rust = without_commands(code);
    if rust.trim().is_empty() {
        return Completeness::Complete;
    }
    let depth = open_brackets(&rust);
    let incomplete = || Completeness::Incomplete {
        indent: "    ".repeat(depth.unwrap_or(0)),
    };
    let Some(depth) = depth else {
        return Completeness::Invalid;
    };
    if depth > 0 || ends_inside_a_token(&rust) {
        return if has_early_error(&rust) {
            Completeness::Invalid
        } else {
            incomplete()
        };
    }
    let end = BEFORE.len() + rust.trim_end().len();
    let errors = parse(&rust).errors();
    if errors.is_empty() {
        Completeness::Complete
    } else if errors
        .iter()
        .all(|error| usize::from(error.range().start()) >= end)
    {
        incomplete()
    } else {
        Completeness::Invalid
    }
}

/// How many brackets are open at the end; nothing if one closes that was never opened, or a wrong
/// one.
fn open_brackets(rust: &str) -> Option<usize> {
    let mut open = Vec::new();
    for token in tokens(rust) {
        let kind = token.kind();
        match kind {
            T!['('] | T!['['] | T!['{'] => open.push(kind),
            T![')'] | T![']'] | T!['}'] => {
                let expected = match kind {
                    T![')'] => T!['('],
                    T![']'] => T!['['],
                    _ => T!['{'],
                };
                if open.pop() != Some(expected) {
                    return None;
                }
            }
            _ => {}
        }
    }
    Some(open.len())
}

/// Whether the text ends within a string or a comment.
pub fn ends_inside_a_token(rust: &str) -> bool {
    let Some(last) = tokens(rust).pop() else {
        return false;
    };
    let text = last.text();
    match last.kind() {
        SyntaxKind::STRING | SyntaxKind::BYTE_STRING | SyntaxKind::C_STRING => {
            let quoted = text.trim_start_matches(|c: char| c.is_alphanumeric() || c == '#');
            let hashes = text
                .chars()
                .take_while(|&c| c != '"')
                .filter(|&c| c == '#')
                .count();
            let closing = format!("\"{}", "#".repeat(hashes));
            quoted.len() < 2
                || !text.ends_with(&closing)
                || (hashes == 0 && ends_with_escape(quoted))
        }
        SyntaxKind::COMMENT => is_open(text),
        _ => false,
    }
}

/// Whether a comment, which may have others in it, has no end.
fn is_open(comment: &str) -> bool {
    let (mut depth, mut rest) = (0, comment);
    while let Some(at) = rest.find(['/', '*']).filter(|_| comment.starts_with("/*")) {
        rest = &rest[at..];
        let (change, length) = match rest.get(..2) {
            Some("/*") => (1, 2),
            Some("*/") => (-1, 2),
            _ => (0, 1),
        };
        depth += change;
        rest = &rest[length..];
    }
    depth > 0
}

/// Whether the closing quote of a string is escaped.
fn ends_with_escape(quoted: &str) -> bool {
    quoted[..quoted.len() - 1]
        .chars()
        .rev()
        .take_while(|&c| c == '\\')
        .count()
        % 2
        == 1
}

/// Whether there is an error that no continuation can mend, although brackets are open.
fn has_early_error(rust: &str) -> bool {
    let parse = read(&format!("{BEFORE}{rust}"));
    let end = BEFORE.len() + rust.trim_end().len();
    parse
        .errors()
        .iter()
        .any(|error| usize::from(error.range().start()) + 1 < end)
        && !ends_inside_a_token(rust)
        && parse.errors().iter().any(|error| {
            // Errors right at the end come from what is missing.
            usize::from(error.range().end()) < end
        })
}

/// All that is no blank. Strange blanks are none.
pub fn tokens(rust: &str) -> Vec<SyntaxToken> {
    let file = read(rust).syntax_node();
    let tokens = file
        .descendants_with_tokens()
        .filter_map(|element| element.into_token());
    tokens
        .filter(|token| token.kind() != SyntaxKind::WHITESPACE)
        .collect()
}

/// The traits of a `derive`.
pub fn derived_by(node: &impl ast::HasAttrs) -> Vec<String> {
    let attributes = node
        .attrs()
        .map(|attribute| attribute.syntax().text().to_string());
    let lists: Vec<String> = attributes
        .filter(|text| text.starts_with("#[derive"))
        .collect();
    let words = lists.iter().flat_map(|list| words(list));
    words
        .filter(|word| *word != "derive")
        .map(str::to_owned)
        .collect()
}

/// The names in a type.
pub fn words(kind: &str) -> impl Iterator<Item = &str> {
    kind.split(|c: char| !c.is_alphanumeric() && c != '_')
        .filter(|word| !word.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complete_incomplete_invalid() {
        let complete = [
            "",
            "1 + 1",
            "let x = 1;",
            "fn f(x: i32) -> i32 { x * 2 }",
            "// note",
            ":dep rand = \"0.8\"\nlet x = 1;",
            ":vars",
            "let s = \"a{\";",
            "/* c */",
            "/* a /* b */ **/",
            "/*/ a */",
            "'a'",
            "r#\"x\"#",
            "let v = vec![1, 2];",
            "x\n",
        ];
        for code in complete {
            assert_eq!(completeness(code), Completeness::Complete, "{code:?}");
        }
        let incomplete = [
            "fn f(x: i32) {",
            "let v = vec![1, 2",
            "let s = \"abc",
            "/* c",
            "/* a /* b */",
            "/*/",
            "let a = 1; /* b",
            "let y = 3 +",
            "fn foo(",
            "if x {\n    1",
            "let s = \"abc\\\"",
            "r#\"x\"",
            "let x =",
            "match x {",
            "foo.bar(|a| {",
        ];
        for code in incomplete {
            assert!(
                matches!(completeness(code), Completeness::Incomplete { .. }),
                "{code:?} is {:?}",
                completeness(code)
            );
        }
        for code in ["let = 5;", "fn fn() {}", "}", "fn fn", "let x = );"] {
            assert_eq!(completeness(code), Completeness::Invalid, "{code:?}");
        }
        assert_eq!(
            completeness("fn f() {\n    if x {"),
            Completeness::Incomplete {
                indent: "        ".to_owned()
            }
        );
    }

    #[test]
    fn names_are_in_one_form() {
        assert_eq!(
            composed("let cafe\u{301} = \"e\u{301}\";"),
            "let caf\u{e9} = \"e\u{301}\";"
        );
        let unreadable = format!("let e\u{301} = {}", "(".repeat(10_000));
        for code in [
            "let a = 1;",
            "let caf\u{e9} = \"ü\";",
            "// 中文\nlet 数 = 1;",
            &unreadable,
        ] {
            assert_eq!(composed(code), code);
        }
    }

    #[test]
    fn what_a_cell_ends_with() {
        for code in [
            "x",
            "let a = 1;\na + 1",
            "println!(\"a\")",
            ":dep a = \"1\"\n2",
            "for i in 0..3 {}",
        ] {
            assert!(Cell::new(code).ends_with_expression(), "{code:?}");
        }
        for code in ["let x = 1;", "x;", "fn f() {}", "", "x; // y"] {
            assert!(!Cell::new(code).ends_with_expression(), "{code:?}");
        }
    }
}
