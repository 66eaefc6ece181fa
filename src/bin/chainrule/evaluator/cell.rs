//! A cell as text: its statements, whether it is complete, which cell and line a place in the
//! compiled code comes from.

pub use super::commands::without_commands;
use super::limit::is_unreadable;
use icu_normalizer::ComposingNormalizerBorrowed;
use ra_ap_syntax::{
    AstNode, Edition, Parse, SourceFile, SyntaxKind, SyntaxNode, SyntaxToken, T, ast,
};
use std::borrow::Cow;

pub const EDITION: Edition = Edition::Edition2024;
/// Statements are parsed inside a function, as evcxr does.
pub const BEFORE: &str = "fn f(){";

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

/// Whether the value of the cell's last statement is its result.
pub fn ends_with_expression(code: &str) -> bool {
    statements(&parse(&without_commands(code)))
        .last()
        .is_some_and(|last| ast::Expr::can_cast(last.kind()))
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
    for (kind, _) in tokens(rust) {
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
    let Some((kind, text)) = tokens(rust).pop() else {
        return false;
    };
    match kind {
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
        SyntaxKind::COMMENT => is_open(&text),
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

/// Whether the cell ends within a comment.
pub fn ends_inside_a_comment(code: &str) -> bool {
    code.contains("/*")
        && matches!(tokens(&without_commands(code)).pop(), Some((SyntaxKind::COMMENT, text)) if is_open(&text))
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

fn tokens(rust: &str) -> Vec<(SyntaxKind, String)> {
    let file = read(rust).syntax_node();
    let leaves = file
        .descendants_with_tokens()
        .filter_map(|element| element.into_token());
    leaves
        .filter(|token| token.kind() != SyntaxKind::WHITESPACE)
        .map(|token| (token.kind(), token.text().to_owned()))
        .collect()
}

/// A place in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The number in `In [3]:`.
    pub cell: u32,
    /// Counted from 1.
    pub line: usize,
    /// The text of that line.
    pub text: String,
    /// The statement that the line is a part of, as evcxr got it.
    pub statement: String,
}

/// The cells of a session, to find where a line of the compiled code comes from.
///
/// evcxr puts the statements of a cell, each on lines of its own and with its text unchanged, among
/// others of its own and those of earlier cells. So the statement that contains the line is looked
/// up by its text.
#[derive(Default)]
pub struct SourceMap {
    pieces: Vec<Piece>,
    /// What stands in an `impl`, which may be in another one later on.
    methods: Vec<Piece>,
}

struct Piece {
    cell: u32,
    first_line: usize,
    /// As evcxr got it.
    text: String,
    /// The statement that it is, or a part of.
    statement: String,
    /// The lines of the cell that it touches, as the learner wrote them.
    lines: Vec<String>,
}

impl SourceMap {
    /// Notes the statements of a cell, given as the learner wrote it and as evcxr got it.
    pub fn add(&mut self, cell: u32, code: &str, prepared: &str) {
        let rust = without_commands(prepared);
        let piece = |node: &SyntaxNode, statement: String| -> Option<Piece> {
            let start = usize::from(node.text_range().start()) - BEFORE.len();
            let text = node.text().to_string();
            let first_line = rust.get(..start).unwrap_or_default().matches('\n').count() + 1;
            let lines = code
                .lines()
                .skip(first_line - 1)
                .take(text.matches('\n').count() + 1)
                .map(str::to_owned);
            // What stands behind the learner's last line is of earlier cells.
            (first_line <= code.lines().count()).then(|| Piece {
                cell,
                first_line,
                lines: lines.collect(),
                text,
                statement,
            })
        };
        for statement in statements(&parse(&rust)) {
            self.pieces
                .extend(piece(&statement, statement.text().to_string()));
            let Some(block) = ast::Impl::cast(statement.clone()) else {
                continue;
            };
            let Some(items) = block.assoc_item_list() else {
                continue;
            };
            let begin =
                usize::from(items.syntax().text_range().start() - statement.text_range().start());
            let heading = &statement.text().to_string()[..begin];
            for item in items.assoc_items() {
                let alone = format!("{heading}{{ {} }}", item.syntax().text());
                self.methods.extend(piece(item.syntax(), alone));
            }
        }
    }

    /// Where a statement stands that was given to evcxr as this text. The newest one counts.
    pub fn find_statement(&self, text: &str) -> Option<Place> {
        self.find_by(|statement| statement == text)
    }

    /// Where the newest statement of this kind stands.
    pub fn find_by(&self, is_meant: impl Fn(&str) -> bool) -> Option<Place> {
        let piece = self
            .pieces
            .iter()
            .rev()
            .find(|piece| is_meant(&piece.text))?;
        Some(Place {
            cell: piece.cell,
            line: piece.first_line,
            text: piece.lines.first().cloned().unwrap_or_default(),
            statement: piece.text.clone(),
        })
    }

    /// Where line `line` of `compiled` comes from, if from a cell. The newest cell wins.
    pub fn find(&self, compiled: &str, line: usize) -> Option<Place> {
        let line_start = compiled
            .split_inclusive('\n')
            .take(line.checked_sub(1)?)
            .map(str::len)
            .sum::<usize>();
        let line_length = compiled[line_start..]
            .find('\n')
            .unwrap_or(compiled.len() - line_start);
        let begins_a_line = |at: usize| {
            compiled[..at]
                .rsplit('\n')
                .next()
                .is_none_or(|before| before.trim().is_empty())
        };
        for piece in self.pieces.iter().rev().chain(self.methods.iter().rev()) {
            for (begin, _) in compiled.match_indices(&piece.text) {
                let end = begin + piece.text.len();
                // The statement touches the line.
                if begin < line_start + line_length && end > line_start && begins_a_line(begin) {
                    let above = compiled[begin..line_start.max(begin)].matches('\n').count();
                    let text = piece.lines.get(above).cloned().unwrap_or_default();
                    let statement = piece.statement.clone();
                    return Some(Place {
                        cell: piece.cell,
                        line: piece.first_line + above,
                        text,
                        statement,
                    });
                }
            }
        }
        None
    }
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
            assert!(ends_with_expression(code), "{code:?}");
        }
        for code in ["let x = 1;", "x;", "fn f() {}", "", "x; // y"] {
            assert!(!ends_with_expression(code), "{code:?}");
        }
    }

    #[test]
    fn lines_are_found_in_the_newest_cell() {
        let mut map = SourceMap::default();
        let mut add = |cell, code| map.add(cell, code, code);
        add(1, "fn f(v: &[i32]) -> i32 {\n    v[10]\n}");
        add(2, ":opt 1\nlet a = 1;\n\nlet b = f(\n    &[a]\n);");
        map.add(3, "  v ", "  (v).evcxr_display(); ");
        let compiled = "generated\nlet b = f(\n    &[a]\n);\nmore\nfn f(v: &[i32]) -> i32 \
                       {\n    v[10]\n}\nlet a = 1;\n";
        let found = |text, line| {
            map.find(text, line)
                .map(|place: Place| (place.cell, place.line, place.text))
        };
        let place = |cell, line, text: &str| Some((cell, line, text.to_owned()));
        assert_eq!(found(compiled, 3), place(2, 5, "    &[a]"));
        assert_eq!(found(compiled, 7), place(1, 2, "    v[10]"));
        assert_eq!(found(compiled, 9), place(2, 2, "let a = 1;"));
        assert_eq!(found("x\n(v).evcxr_display(); \n", 2), place(3, 1, "  v "));
        assert_eq!(found(compiled, 1), None);
        assert_eq!(found(compiled, 99), None);
    }
}
