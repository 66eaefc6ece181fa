//! What stands in a macro, read as expressions. A parser leaves it unread, for a macro may mean
//! anything by it; the ones that everybody uses mean expressions.

use crate::evaluator::cell::{self, Cell, tokens};
use ra_ap_syntax::ast::{self, AstNode};
use ra_ap_syntax::{SyntaxKind, SyntaxToken, T};
use std::ops::Range;

/// The macros that are given expressions.
const OF_EXPRESSIONS: [&str; 18] = [
    "print",
    "println",
    "eprint",
    "eprintln",
    "format",
    "write",
    "writeln",
    "panic",
    "todo",
    "unreachable",
    "assert",
    "assert_eq",
    "assert_ne",
    "debug_assert",
    "debug_assert_eq",
    "debug_assert_ne",
    "vec",
    "dbg",
];

/// A cell in which such macros are written as calls of functions, byte for byte in their places.
pub struct Opened {
    pub cell: Cell,
    /// The places of the `!`.
    marks: Vec<usize>,
}

impl Opened {
    /// The cell, opened, if the bytes stand within a macro.
    pub fn around(cell: &Cell, mark: &Range<usize>) -> Option<Opened> {
        let trees = cell.statements().iter().flat_map(|node| node.descendants());
        let is_within = trees.filter_map(ast::TokenTree::cast).any(|tree| {
            cell::start(tree.syntax()) < mark.start && mark.end < cell::end(tree.syntax())
        });
        is_within.then(|| Opened::of(cell))
    }

    /// The cell with all such macros opened.
    pub fn of(cell: &Cell) -> Opened {
        opened(cell)
    }

    /// The whole cell, opened.
    pub fn whole(cell: &Cell) -> Opened {
        opened(cell)
    }

    /// Whether what stands in these bytes is the learner's own text.
    pub fn is_own_text(&self, at: &Range<usize>) -> bool {
        !self.marks.iter().any(|mark| at.contains(mark))
    }
}

fn opened(cell: &Cell) -> Opened {
    let mut text = cell.rust().to_owned().into_bytes();
    let mut marks = Vec::new();
    let mut brackets: Vec<bool> = Vec::new();
    let (mut before, mut last): (Option<SyntaxToken>, Option<SyntaxToken>) = (None, None);
    let all = tokens(cell.rust()).into_iter();
    for token in all.filter(|token| !token.kind().is_trivia()) {
        let at = usize::from(token.text_range().start());
        match token.kind() {
            T!['('] | T!['['] | T!['{'] => {
                let is_macro = last.as_ref().is_some_and(|last| last.kind() == T![!])
                    && before.as_ref().is_some_and(|name| {
                        name.kind() == SyntaxKind::IDENT && OF_EXPRESSIONS.contains(&name.text())
                    });
                brackets.push(is_macro);
                if let (true, Some(last)) = (is_macro, &last) {
                    let mark = usize::from(last.text_range().start());
                    marks.push(mark);
                    (text[mark], text[at]) = (b' ', b'(');
                }
            }
            T![')'] | T![']'] | T!['}'] if brackets.pop() == Some(true) => text[at] = b')',
            // `vec![0.0; n]`
            T![;] if brackets.last() == Some(&true) => text[at] = b',',
            _ => {}
        }
        before = last.replace(token);
    }
    let text = String::from_utf8(text).unwrap_or_else(|_| cell.rust().to_owned());
    Opened {
        cell: cell.with_text(text),
        marks,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(code: &str, marked: &str) -> Option<String> {
        let start = code.find(marked).unwrap();
        let found: Option<ast::BinExpr> = Cell::new(code).around(&(start..start + marked.len()));
        found.map(|one| one.syntax().text().to_string())
    }

    #[test]
    fn what_stands_in_a_macro_is_read() {
        let of_macros = [
            ("println!(\"{}\", n * 0.5);", "*", Some("n * 0.5")),
            (
                "let y = format!(\"{:?}\", vec![1.0, n - 0.5]);",
                "-",
                Some("n - 0.5"),
            ),
            ("let y = vec![n / 2.0; 10];", "/", Some("n / 2.0")),
            ("assert!(n * 2 == 1.5, \"é\");", "==", Some("n * 2 == 1.5")),
            ("println!(\"é {x}\", x = f(n + 1.5));", "+", Some("n + 1.5")),
            // Not the sum around the macro, nor one that has a macro in it.
            ("let y = 1 + format!(\"{}\", -n).len();", "-n", None),
            ("println!(\"{}\", format!(\"{n}\") + 1);", "+", None),
            ("let y = a + 1.5;", "+", Some("a + 1.5")),
        ];
        for (code, marked, found) in of_macros {
            assert_eq!(operation(code, marked).as_deref(), found, "{code}");
        }
    }
}
