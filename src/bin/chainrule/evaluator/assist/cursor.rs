//! What the cursor stands at, in a cell that is still being written.

use crate::evaluator::cell::EDITION;
use crate::evaluator::cell::commands::is_call;
use crate::evaluator::cell::{self, BEFORE, without_commands};
use ra_ap_syntax::ast::{self, AstNode};
use ra_ap_syntax::{SyntaxKind, SyntaxNode, SyntaxToken, TextSize};
use std::ops::Range;

/// Stands where the name under the cursor is, so that there is always one.
const HERE: &str = "chainrule_cursor";

/// The name under the cursor and what is around it.
pub struct Cursor {
    pub place: Place,
    /// The name, as far as it stands before the cursor.
    pub prefix: String,
    /// The whole name, in bytes of the cell.
    pub range: Range<usize>,
    /// Where the name is in the tree, for what is in scope there.
    pub node: SyntaxNode,
}

pub enum Place {
    /// Nothing can be proposed: a comment, a number, a name that is being invented.
    Nothing,
    /// A command such as `:dep`; what is before the cursor, from the colon.
    Command,
    /// Within a string: what is in it before the cursor, and whether it is the format of a macro
    /// such as `println!`.
    Text { before: String, is_format: bool },
    /// After a dot.
    Member(ast::Expr),
    /// After `::`, with the names before it.
    Path {
        before: Vec<String>,
        is_import: bool,
    },
    /// The name of a field in `Point { x: 1.0 }` or in a pattern, with the fields that are there.
    Field { owner: String, present: Vec<String> },
    /// The name of a type.
    Type,
    /// Any name; whether a statement may begin here.
    Name { begins_statement: bool },
}

impl Cursor {
    /// Nothing where `offset` is within a character.
    pub fn at(code: &str, offset: usize) -> Option<Cursor> {
        code.get(..offset)?;
        if let Some(cursor) = Cursor::in_command(code, offset) {
            return Some(cursor);
        }
        let rust = without_commands(code);
        let whole = parse(&rust);
        let here = TextSize::new((offset + BEFORE.len()) as u32);
        let token = whole.token_at_offset(here).left_biased()?;
        let begin = usize::from(token.text_range().start()).saturating_sub(BEFORE.len());
        let nothing = |node: SyntaxNode| Cursor {
            place: Place::Nothing,
            prefix: String::new(),
            range: offset..offset,
            node,
        };
        let end = usize::from(token.text_range().end()).saturating_sub(BEFORE.len());
        match token.kind() {
            SyntaxKind::COMMENT if offset < end || token.text().starts_with("//") => {
                return Some(nothing(token.parent()?));
            }
            SyntaxKind::STRING if offset < end || is_open(&token) => {
                return Cursor::in_text(code, offset, begin, &token);
            }
            SyntaxKind::INT_NUMBER | SyntaxKind::FLOAT_NUMBER if !follows_dot(&token) => {
                return Some(nothing(token.parent()?));
            }
            SyntaxKind::CHAR
            | SyntaxKind::BYTE
            | SyntaxKind::LIFETIME_IDENT
            | SyntaxKind::BYTE_STRING => {
                return Some(nothing(token.parent()?));
            }
            _ => {}
        }
        let is_name = token.kind().is_any_identifier() || token.kind().is_keyword(EDITION);
        let range = if is_name {
            begin..end.min(code.len())
        } else {
            offset..offset
        };
        let prefix = code.get(range.start..offset)?.to_owned();
        let text = format!("{}{HERE}{}", &rust[..range.start], &rust[range.end..]);
        let (node, place) = place_of(&text, range.start)?;
        Some(Cursor {
            place,
            prefix,
            range,
            node,
        })
    }

    fn in_command(code: &str, offset: usize) -> Option<Cursor> {
        let begin = code[..offset].rfind('\n').map_or(0, |newline| newline + 1);
        let line = &code[begin..offset];
        let above_is_empty = code[..begin].lines().all(|line| {
            let line = line.trim();
            line.is_empty() || is_call(line) || line.starts_with("//")
        });
        let is_command =
            is_call(line.trim_start()) && !line.trim_start().contains(char::is_whitespace);
        if !is_command || !above_is_empty {
            return None;
        }
        let start = begin + line.len() - line.trim_start().len();
        let node = parse("");
        Some(Cursor {
            place: Place::Command,
            prefix: code[start..offset].to_owned(),
            range: start..offset,
            node,
        })
    }

    fn in_text(code: &str, offset: usize, begin: usize, token: &SyntaxToken) -> Option<Cursor> {
        let opening = code[begin..].find('"')? + begin + 1;
        let before = code.get(opening..offset)?.to_owned();
        let tree = token
            .parent_ancestors()
            .filter_map(ast::TokenTree::cast)
            .last();
        let call = tree.and_then(|tree| ast::MacroCall::cast(tree.syntax().parent()?));
        let name = call.and_then(|call| Some(call.path()?.syntax().text().to_string()));
        let is_format = name.is_some_and(|name| {
            ["print", "format", "write", "panic", "assert", "debug"]
                .iter()
                .any(|word| name.contains(word))
        });
        // The last part of a path, or the name within braces.
        let is_part = |c: char| {
            if is_format {
                c == '{' || c == '}'
            } else {
                c == '/'
            }
        };
        let start = before.rfind(is_part).map_or(opening, |at| opening + at + 1);
        let prefix = code[start..offset].to_owned();
        let place = Place::Text { before, is_format };
        Some(Cursor {
            place,
            prefix,
            range: start..offset,
            node: token.parent()?,
        })
    }

    /// The whole name in `code`.
    pub fn name<'a>(&self, code: &'a str) -> &'a str {
        code.get(self.range.clone()).unwrap_or_default()
    }
}

pub fn parse(rust: &str) -> SyntaxNode {
    cell::parse(rust).syntax_node()
}

/// A string that nothing closes.
fn is_open(token: &SyntaxToken) -> bool {
    let text = token.text();
    !(text.len() > 1 && text.ends_with('"')) || text.ends_with("\\\"")
}

/// `pair.0` is no number.
fn follows_dot(token: &SyntaxToken) -> bool {
    token
        .prev_token()
        .is_some_and(|before| before.kind() == SyntaxKind::DOT)
}

/// Finds the name that stands for the cursor. Inside of a macro there is no tree, so the macro is
/// read as a call.
fn place_of(text: &str, offset: usize) -> Option<(SyntaxNode, Place)> {
    let mut text = text.to_owned();
    let here = TextSize::new((offset + BEFORE.len()) as u32);
    // As deep as macros stand in macros.
    for _ in 0..8 {
        let tree = parse(&text);
        let token = tree.token_at_offset(here).right_biased()?;
        let node = token.parent()?;
        let outermost = node.ancestors().filter_map(ast::TokenTree::cast).last();
        match outermost {
            Some(outermost) => text = as_call(&text, &outermost)?,
            None => return Some((node.clone(), place_at(&node))),
        }
    }
    None
}

/// `vec![a; 3]` becomes `vec (a, 3)`: no byte moves.
fn as_call(text: &str, tree: &ast::TokenTree) -> Option<String> {
    let mut bytes = text.as_bytes().to_vec();
    let at = |position: TextSize| usize::from(position).checked_sub(BEFORE.len());
    let exclamation = tree
        .syntax()
        .siblings_with_tokens(ra_ap_syntax::Direction::Prev)
        .find_map(|element| {
            element
                .into_token()
                .filter(|token| token.kind() == SyntaxKind::BANG)
        })?;
    *bytes.get_mut(at(exclamation.text_range().start())?)? = b' ';
    let tokens: Vec<SyntaxToken> = tree
        .syntax()
        .children_with_tokens()
        .filter_map(|element| element.into_token())
        .collect();
    for token in &tokens {
        let replacement = match token.kind() {
            SyntaxKind::L_BRACK | SyntaxKind::L_CURLY => b'(',
            SyntaxKind::R_BRACK | SyntaxKind::R_CURLY => b')',
            SyntaxKind::SEMICOLON => b',',
            _ => continue,
        };
        // Missing brackets at the end have no byte.
        if let Some(byte) = at(token.text_range().start()).and_then(|at| bytes.get_mut(at)) {
            *byte = replacement;
        }
    }
    String::from_utf8(bytes).ok()
}

fn place_at(node: &SyntaxNode) -> Place {
    let Some(name) = ast::NameRef::cast(node.clone()) else {
        // A name after `let`, `fn`, `struct`: it is being invented. A pattern may also name a
        // variant.
        let in_match = node
            .ancestors()
            .any(|one| ast::MatchArm::can_cast(one.kind()));
        return if in_match {
            Place::Name {
                begins_statement: false,
            }
        } else {
            Place::Nothing
        };
    };
    let Some(parent) = name.syntax().parent() else {
        return Place::Nothing;
    };
    if let Some(field) = ast::FieldExpr::cast(parent.clone()) {
        return field.expr().map_or(Place::Nothing, Place::Member);
    }
    if let Some(call) = ast::MethodCallExpr::cast(parent.clone()) {
        return call.receiver().map_or(Place::Nothing, Place::Member);
    }
    if let Some(field) = ast::RecordExprField::cast(parent.clone()) {
        return field_of(&field);
    }
    if let Some(field) = ast::RecordPatField::cast(parent.clone()) {
        let pattern = field.syntax().ancestors().find_map(ast::RecordPat::cast);
        let owner = pattern
            .as_ref()
            .and_then(|pattern| last_name(pattern.path()?))
            .unwrap_or_default();
        let fields = pattern.and_then(|pattern| pattern.record_pat_field_list());
        let names = fields
            .into_iter()
            .flat_map(|list| list.fields())
            .filter_map(|field| field.name_ref());
        return Place::Field {
            owner,
            present: names.map(|name| name.text().to_string()).collect(),
        };
    }
    let Some(path) = ast::PathSegment::cast(parent)
        .and_then(|segment| ast::Path::cast(segment.syntax().parent()?))
    else {
        return Place::Nothing;
    };
    place_in_path(&path)
}

fn place_in_path(path: &ast::Path) -> Place {
    let around = path.syntax().parent();
    let is_import = path
        .syntax()
        .ancestors()
        .any(|node| ast::UseTree::can_cast(node.kind()));
    if path.qualifier().is_some() || is_import {
        let mut before = Vec::new();
        if is_import {
            // `use a::{b::c}`: what stands before the braces, too.
            let above = path
                .syntax()
                .ancestors()
                .filter_map(ast::UseTree::cast)
                .skip(1);
            let above: Vec<ast::Path> = above.filter_map(|tree| tree.path()).collect();
            before.extend(above.iter().rev().flat_map(names_of));
        }
        before.extend(path.qualifier().iter().flat_map(names_of));
        return Place::Path { before, is_import };
    }
    if around
        .as_ref()
        .is_some_and(|around| ast::PathType::can_cast(around.kind()))
    {
        return Place::Type;
    }
    let expression = around.and_then(ast::PathExpr::cast);
    let above = expression.and_then(|expression| expression.syntax().parent());
    if let Some(field) = above.clone().and_then(ast::RecordExprField::cast)
        && field.name_ref().is_none()
    {
        return field_of(&field);
    }
    let begins_statement = above
        .is_some_and(|above| matches!(above.kind(), SyntaxKind::EXPR_STMT | SyntaxKind::STMT_LIST));
    Place::Name { begins_statement }
}

fn field_of(field: &ast::RecordExprField) -> Place {
    let record = field.syntax().ancestors().find_map(ast::RecordExpr::cast);
    let owner = record
        .as_ref()
        .and_then(|record| last_name(record.path()?))
        .unwrap_or_default();
    let fields = record.and_then(|record| record.record_expr_field_list());
    let present = fields
        .into_iter()
        .flat_map(|list| list.fields())
        .filter_map(|field| field.field_name());
    let present = present
        .map(|name| name.text().to_string())
        .filter(|name| name != HERE)
        .collect();
    Place::Field { owner, present }
}

fn last_name(path: ast::Path) -> Option<String> {
    Some(path.segment()?.name_ref()?.text().to_string())
}

/// The names of a path, without arguments.
pub fn names_of(path: &ast::Path) -> Vec<String> {
    path.segments()
        .filter_map(|segment| Some(segment.name_ref()?.text().to_string()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The cursor is where the bar is.
    fn cursor(marked: &str) -> Cursor {
        let offset = marked.find('|').unwrap();
        Cursor::at(&marked.replacen('|', "", 1), offset).unwrap()
    }

    fn member(marked: &str) -> Option<String> {
        match cursor(marked).place {
            Place::Member(receiver) => Some(receiver.syntax().text().to_string()),
            _ => None,
        }
    }

    #[test]
    fn after_a_dot() {
        assert_eq!(member("let y = x.|").as_deref(), Some("x"));
        assert_eq!(member("x.mat|mul(&y)").as_deref(), Some("x"));
        assert_eq!(
            member("f(x).g().|\nlet z = 1;").as_deref(),
            Some("f(x).g()")
        );
        assert_eq!(member("println!(\"{}\", x.|)").as_deref(), Some("x"));
        assert_eq!(member("let v = vec![a, b.|; 3];").as_deref(), Some("b"));
        assert_eq!(
            member("println!(\"{:?}\", vec![(x.y).|])").as_deref(),
            Some("(x.y)")
        );
        assert_eq!(member("1.|"), None);
    }

    #[test]
    fn names_are_those_of_rust() {
        for (marked, prefix) in [
            ("let 学习率 = 1; 学习|", "学习"),
            ("e\u{301}a|", "e\u{301}a"),
            ("\"🦀\"; tens|or", "tens"),
        ] {
            assert_eq!(cursor(marked).prefix, prefix);
        }
        assert_eq!(cursor("\"🦀\"; tens|or").range, 8..14);
    }

    #[test]
    fn paths_and_fields() {
        let path = |marked: &str| match cursor(marked).place {
            Place::Path { before, is_import } => Some((before.join("::"), is_import)),
            _ => None,
        };
        assert_eq!(
            path("let x = Tensor::|"),
            Some(("Tensor".to_owned(), false))
        );
        assert_eq!(
            path("use std::{io, collections::H|};"),
            Some(("std::collections".to_owned(), true))
        );
        let Place::Field { owner, present } = cursor("let p = Point { x: 1, |").place else {
            panic!("no field");
        };
        assert_eq!((owner.as_str(), present), ("Point", vec!["x".to_owned()]));
        assert!(matches!(cursor("let p: Ten|").place, Place::Type));
        assert!(matches!(cursor("let ab|").place, Place::Nothing));
        assert!(matches!(cursor("// ab|").place, Place::Nothing));
        assert!(matches!(cursor(":de|").place, Place::Command));
        let Place::Text { before, is_format } = cursor("read(\"data/tr|").place else {
            panic!("no text");
        };
        assert_eq!((before.as_str(), is_format), ("data/tr", false));
        assert!(matches!(
            cursor("println!(\"{lo|}\")").place,
            Place::Text {
                is_format: true,
                ..
            }
        ));
        assert!(matches!(
            cursor("for|").place,
            Place::Name {
                begins_statement: true
            }
        ));
    }
}
