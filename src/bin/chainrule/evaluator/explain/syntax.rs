//! What an explanation needs to see of a cell.

pub use super::super::cell::Cell;
use super::super::cell::{BEFORE, tokens, without_commands};
use super::opened::Opened;
use ra_ap_syntax::ast::{self, AstNode, HasName};
use ra_ap_syntax::{SyntaxKind, SyntaxNode, SyntaxToken};
use std::collections::BTreeSet;
use std::ops::Range;

impl Cell {
    pub fn descendants(&self) -> impl Iterator<Item = SyntaxNode> + '_ {
        self.statements().iter().flat_map(SyntaxNode::descendants)
    }

    /// The functions in its `impl` blocks.
    pub fn methods(&self) -> Vec<String> {
        let blocks = self
            .statements()
            .iter()
            .filter_map(|node| ast::Impl::cast(node.clone()));
        let items = blocks
            .filter_map(|block| block.assoc_item_list())
            .flat_map(|list| list.assoc_items());
        let name = |item| match item {
            ast::AssocItem::Fn(function) => Some(function.name()?.text().to_string()),
            _ => None,
        };
        items.filter_map(name).collect()
    }

    /// The variables that the cell defines for the cells after it.
    pub fn variables(&self) -> BTreeSet<String> {
        let lets = self
            .statements()
            .iter()
            .filter_map(|node| ast::LetStmt::cast(node.clone()));
        lets.filter_map(|one| one.pat())
            .flat_map(|pattern| names_in(pattern.syntax()))
            .collect()
    }

    /// The variables that live only inside of a block or a loop of the cell, with the code that
    /// defines them.
    pub fn inner_variables(&self) -> Vec<(String, String)> {
        let is_inner = |node: &SyntaxNode| {
            let own_statement = self.statements().contains(node);
            let in_item = node.ancestors().any(|above| {
                ast::Fn::can_cast(above.kind())
                    && above
                        .parent()
                        .is_some_and(|p| p.kind() != SyntaxKind::SOURCE_FILE)
            });
            !own_statement && !in_item
        };
        let mut found = Vec::new();
        for node in self.descendants().filter(|node| is_inner(node)) {
            if let Some(statement) = ast::LetStmt::cast(node.clone()) {
                let names = statement
                    .pat()
                    .into_iter()
                    .flat_map(|pattern| names_in(pattern.syntax()));
                found.extend(names.map(|name| (name, one_line(&node.text().to_string()))));
            }
        }
        for repeated in self.descendants().filter_map(ast::ForExpr::cast) {
            let names = repeated
                .pat()
                .into_iter()
                .flat_map(|pattern| names_in(pattern.syntax()));
            found.extend(names.map(|name| (name, String::new())));
        }
        found
    }

    /// The `let` that contains these bytes, or else the one that defines this variable.
    pub fn definition(&self, mark: Option<&Range<usize>>, name: &str) -> Option<ast::LetStmt> {
        let lets: Vec<ast::LetStmt> = self.descendants().filter_map(ast::LetStmt::cast).collect();
        let contains = |one: &&ast::LetStmt| {
            mark.is_some_and(|mark| bytes(one.syntax()).contains(&mark.start))
        };
        let defines = |one: &&ast::LetStmt| {
            one.pat()
                .is_some_and(|pattern| names_in(pattern.syntax()).contains(&name.to_owned()))
        };
        lets.iter()
            .rfind(contains)
            .or_else(|| lets.iter().rfind(defines))
            .cloned()
    }

    /// The smallest part of this kind around some bytes.
    pub fn around<T: AstNode>(&self, mark: &Range<usize>) -> Option<T> {
        self.part(mark, |cell| {
            let parts = cell.descendants().filter_map(T::cast);
            let contains = |one: &T| {
                let at = bytes(one.syntax());
                at.start <= mark.start && mark.end <= at.end
            };
            parts
                .filter(contains)
                .min_by_key(|one| bytes(one.syntax()).len())
        })
    }

    /// The operation whose right side is marked.
    pub fn before(&self, mark: &Range<usize>) -> Option<ast::BinExpr> {
        self.part(mark, |cell| {
            let mut operations = cell.descendants().filter_map(ast::BinExpr::cast);
            operations.find(|one| {
                one.rhs()
                    .is_some_and(|right| bytes(right.syntax()) == *mark)
            })
        })
    }

    /// A part of the cell at these bytes, or of what a macro around them is given.
    fn part<T: AstNode>(
        &self,
        mark: &Range<usize>,
        find: impl Fn(&Cell) -> Option<T>,
    ) -> Option<T> {
        let Some(opened) = Opened::around(self, mark) else {
            return find(self);
        };
        find(&opened.cell).filter(|part| opened.is_own_text(&bytes(part.syntax())))
    }

    /// The bytes of a variable's name where the cell defines it.
    pub fn place_of_definition(&self, name: &str) -> Option<Range<usize>> {
        let pattern = self.definition(None, name)?.pat()?;
        let names = pattern
            .syntax()
            .descendants()
            .filter_map(ast::IdentPat::cast)
            .filter_map(|one| one.name());
        names
            .filter(|one| one.text() == name)
            .map(|one| bytes(one.syntax()))
            .next()
    }

    /// What binds the variable that is used at this byte: a `let`, a function, a closure, a loop;
    /// and at which byte of it the variable's name begins.
    pub fn binding(&self, name: &str, place: usize) -> Option<(SyntaxNode, usize)> {
        let patterns = self.descendants().filter_map(ast::IdentPat::cast);
        let named = patterns.filter(|one| one.name().is_some_and(|own| own.text() == name));
        let bound = named.filter_map(|pattern| {
            let whole = pattern.syntax().ancestors().find(|node| {
                ast::LetStmt::can_cast(node.kind())
                    || ast::Fn::can_cast(node.kind())
                    || ast::ClosureExpr::can_cast(node.kind())
                    || ast::ForExpr::can_cast(node.kind())
                    || ast::MatchArm::can_cast(node.kind())
            })?;
            let scope = match ast::LetStmt::can_cast(whole.kind()) {
                true => whole.parent()?,
                false => whole.clone(),
            };
            let (scope, own) = (bytes(&scope), bytes(pattern.syntax()));
            let is_seen = scope.start <= place && place <= scope.end && own.end <= place;
            let at = pattern.syntax().text_range().start() - whole.text_range().start();
            is_seen.then(|| (own.start, (whole, usize::from(at))))
        });
        let nearest = bound.max_by_key(|(start, _)| *start)?.1;
        (!ast::MatchArm::can_cast(nearest.0.kind())).then_some(nearest)
    }

    /// Where the statements of the cell use a variable that they do not define themselves.
    pub fn place_of_use(&self, name: &str) -> Option<Range<usize>> {
        if self.definition(None, name).is_some() {
            return None;
        }
        let statements = self
            .statements()
            .iter()
            .filter(|node| !ast::Item::can_cast(node.kind()));
        let tokens = statements
            .flat_map(|node| node.descendants_with_tokens())
            .filter_map(|element| element.into_token());
        let mut named =
            tokens.filter(|token| token.kind() == SyntaxKind::IDENT && token.text() == name);
        let is_variable = |token: &SyntaxToken| {
            let is_field = token
                .prev_token()
                .is_some_and(|before| before.kind() == SyntaxKind::DOT);
            let parent = token.parent().map(|parent| parent.kind());
            let path = token.parent_ancestors().nth(3).map(|node| node.kind());
            !is_field
                && (parent == Some(SyntaxKind::TOKEN_TREE) || path == Some(SyntaxKind::PATH_EXPR))
        };
        let start = |token: SyntaxToken| {
            usize::from(token.text_range().start()).saturating_sub(BEFORE.len())
        };
        named
            .find(is_variable)
            .map(start)
            .map(|start| start..start + name.len())
    }

    /// Where a `use` of the cell names something.
    pub fn place_in_use(&self, name: &str) -> Option<Range<usize>> {
        let uses = self
            .statements()
            .iter()
            .filter(|node| ast::Use::can_cast(node.kind()));
        let names = uses
            .flat_map(|node| node.descendants())
            .filter_map(ast::NameRef::cast);
        names
            .filter(|one| one.text() == name)
            .map(|one| bytes(one.syntax()))
            .next()
    }

    /// The left side and the right side of an assignment that begins at this byte.
    pub fn assignment(&self, start: usize) -> Option<(String, String)> {
        let assignments = self.descendants().filter_map(ast::BinExpr::cast);
        let at = assignments.filter(|one| bytes(one.syntax()).start == start);
        let parts = |one: ast::BinExpr| match one.op_kind()? {
            ast::BinaryOp::Assignment { op: None } => Some((text(&one.lhs()?), text(&one.rhs()?))),
            _ => None,
        };
        at.filter_map(parts).next()
    }

    /// The function of the cell around a byte.
    pub fn function_around(&self, start: usize) -> Option<ast::Fn> {
        self.descendants()
            .filter_map(ast::Fn::cast)
            .filter(|one| bytes(one.syntax()).contains(&start))
            .last()
    }

    /// Its name.
    pub fn function_at(&self, start: usize) -> Option<String> {
        Some(self.function_around(start)?.name()?.text().to_string())
    }

    /// Whether the cell uses a name anywhere, in a macro too.
    pub fn mentions(&self, name: &str) -> bool {
        let tokens = self
            .statements()
            .iter()
            .flat_map(|node| node.descendants_with_tokens());
        tokens
            .filter_map(|element| element.into_token())
            .any(|token| token.text() == name)
    }
}

/// The variables in a pattern.
pub fn names_in(pattern: &SyntaxNode) -> Vec<String> {
    let variables = pattern
        .descendants()
        .filter_map(ast::IdentPat::cast)
        .filter_map(|one| one.name());
    let names = variables.map(|name| name.text().to_string());
    // `None` in a pattern looks like a variable.
    names
        .filter(|name| !name.starts_with(char::is_uppercase))
        .collect()
}

/// Where a node stands in the cell.
pub fn bytes(node: &SyntaxNode) -> Range<usize> {
    let range = node.text_range();
    usize::from(range.start()).saturating_sub(BEFORE.len())
        ..usize::from(range.end()).saturating_sub(BEFORE.len())
}

pub fn text(expression: &ast::Expr) -> String {
    expression.syntax().text().to_string()
}

/// An expression that is written alone.
pub fn parsed(written: &str) -> Option<ast::Expr> {
    Cell::new(written).around(&(0..written.len()))
}

/// `[&a, &b]` for `[a, b]`.
pub fn each_lent(list: &ast::ArrayExpr) -> String {
    let lent = list.exprs().map(|one| match &one {
        ast::Expr::RefExpr(_) => text(&one),
        _ => format!("&{}", in_parentheses(&text(&one))),
    });
    format!("[{}]", lent.collect::<Vec<_>>().join(", "))
}

/// An expression in one line, in parentheses where `as` or a method behind it would tear it apart.
pub fn in_parentheses(code: &str) -> String {
    match parsed(code) {
        Some(
            ast::Expr::Literal(_)
            | ast::Expr::PathExpr(_)
            | ast::Expr::FieldExpr(_)
            | ast::Expr::IndexExpr(_)
            | ast::Expr::CallExpr(_)
            | ast::Expr::MethodCallExpr(_)
            | ast::Expr::MacroExpr(_)
            | ast::Expr::ParenExpr(_),
        ) => one_line(code),
        _ => format!("({})", one_line(code)),
    }
}

/// A text of several lines, cut short.
pub fn one_line(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default().trim_end();
    if lines.next().is_some() {
        format!("{first} …")
    } else {
        first.to_owned()
    }
}

/// The cell with blanks in place of what stands in texts and comments, byte for byte.
pub fn without_texts(code: &str) -> String {
    let rust = without_commands(code);
    let mut bare = code.to_owned().into_bytes();
    for token in tokens(&rust) {
        let is_plain = token.text().starts_with('\'') && token.kind() != SyntaxKind::COMMENT;
        if is_text(token.kind()) && !is_plain {
            bare[Range::from(token.text_range())]
                .iter_mut()
                .filter(|byte| **byte != b'\n')
                .for_each(|byte| *byte = b' ');
        }
    }
    // Cut characters of several bytes do not occur: texts are whole.
    String::from_utf8(bare).unwrap_or_else(|_| code.to_owned())
}

pub fn is_text(kind: SyntaxKind) -> bool {
    use SyntaxKind::{BYTE, BYTE_STRING, C_STRING, CHAR, COMMENT, STRING};
    matches!(
        kind,
        STRING | BYTE_STRING | C_STRING | CHAR | BYTE | COMMENT
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_cell() {
        let cell = Cell::new(
            "let (a, mut b) = (1, 2);\n{ let c = 3; }\nfor d in 0..3 { let e = d; }\nfn f() \
            { let g = 1; }",
        );
        assert_eq!(cell.variables().into_iter().collect::<Vec<_>>(), ["a", "b"]);
        let inner: Vec<String> = cell
            .inner_variables()
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(inner, ["c", "e", "d"]);
        assert_eq!(
            Cell::new("impl Net { fn a() {} const B: i32 = 1; fn c() {} }").methods(),
            ["a", "c"]
        );
        assert_eq!(cell.place_of_definition("b"), Some(12..13));
        assert!(cell.mentions("g") && !cell.mentions("h"));
        assert_eq!(
            Cell::new("struct A { a: i32 } a.b + 1").place_of_use("a"),
            Some(20..21)
        );
        assert_eq!(
            Cell::new("println!(\"{}\", a.b)").place_of_use("a"),
            Some(15..16)
        );
        for code in [
            "let a = 1; a + 1",
            "b.a",
            "println!(\"{}\", b.a)",
            "a::b()",
            "Net { a: 1 }",
        ] {
            assert_eq!(Cell::new(code).place_of_use("a"), None, "{code}");
        }
        assert_eq!(Cell::new("use a::{b, c};").place_in_use("c"), Some(11..12));
        assert_eq!(
            Cell::new("q = 5").assignment(0),
            Some(("q".to_owned(), "5".to_owned()))
        );
        assert_eq!(Cell::new("q == 5").assignment(0), None);
    }
}
