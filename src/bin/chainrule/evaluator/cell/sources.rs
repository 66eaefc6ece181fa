//! Which cell and line a place in the compiled code comes from.

use super::{BEFORE, Cell};
use ra_ap_syntax::SyntaxNode;
use ra_ap_syntax::ast::{self, AstNode};

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
    pub fn add(&mut self, written: &Cell, prepared: &Cell) {
        let (cell, code, rust) = (written.number, written.text(), prepared.rust());
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
        for statement in prepared.statements() {
            self.pieces
                .extend(piece(statement, statement.text().to_string()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_found_in_the_newest_cell() {
        let mut map = SourceMap::default();
        let mut add = |number, code: &str| {
            let cell = Cell::numbered(number, code);
            map.add(&cell, &cell);
        };
        add(1, "fn f(v: &[i32]) -> i32 {\n    v[10]\n}");
        add(2, ":opt 1\nlet a = 1;\n\nlet b = f(\n    &[a]\n);");
        map.add(
            &Cell::numbered(3, "  v "),
            &Cell::new("  (v).evcxr_display(); "),
        );
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
