//! Variables of before that a cell makes anew: what it does with the old value before there is a
//! new one.

use super::generated::{CATCH_BEGIN, PUT, TAKE, inner, variable};
use super::statements::made_by;
use ra_ap_syntax::ast::{self, AstNode};
use ra_ap_syntax::{Edition, NodeOrToken, SourceFile, SyntaxKind, SyntaxNode, SyntaxToken, T};
use std::collections::BTreeSet;

/// What a cell does with an old value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Use {
    No,
    /// It may be there afterwards: rustc knows.
    Borrows,
    Moves,
}

/// Macros that only look at what they are given.
const LOOKING: &[&str] = &[
    "println",
    "print",
    "eprintln",
    "eprint",
    "format",
    "assert",
    "assert_eq",
    "assert_ne",
    "write",
];

/// Variables that a cell, given as what stands in its closure, makes without having mentioned them
/// before.
pub fn made_without_a_look(cell: &str) -> BTreeSet<String> {
    let Some(nodes) = statements(cell) else {
        return BTreeSet::new();
    };
    let made = nodes
        .iter()
        .filter_map(|node| ast::LetStmt::cast(node.clone()))
        .flat_map(|one| made_by(&one));
    made.filter(|name| use_of(&nodes, name) == Some(Use::No))
        .collect()
}

/// Variables that the cell takes and makes anew, and may not have moved before.
pub fn made_anew(source: &str) -> BTreeSet<String> {
    let Some((before, rest)) = source.split_once(CATCH_BEGIN) else {
        return BTreeSet::new();
    };
    let Some(nodes) = rest
        .rsplit_once("})) { \n")
        .and_then(|(cell, _)| statements(cell))
    else {
        return BTreeSet::new();
    };
    let put: BTreeSet<String> = nodes
        .iter()
        .map(|node| node.text().to_string())
        .filter(|text| text.starts_with(PUT))
        .filter_map(|text| variable(&text).map(str::to_owned))
        .collect();
    let taken = before.lines().filter(|line| line.contains(TAKE));
    let is_there = |line: &&str| {
        let Some(name) = variable(line).filter(|name| put.contains(*name)) else {
            return false;
        };
        match use_of(&nodes, name) {
            Some(Use::No | Use::Borrows) => true,
            Some(Use::Moves) => is_copied(line),
            None => false,
        }
    };
    taken
        .filter(is_there)
        .filter_map(variable)
        .map(str::to_owned)
        .collect()
}

/// Whether the variable that is taken here is a number, or another value that is copied rather than
/// moved.
fn is_copied(line: &str) -> bool {
    const COPIED: &[&str] = &[
        "f32", "f64", "i8", "i16", "i32", "i64", "i128", "isize", "u8", "u16", "u32", "u64",
        "u128", "usize", "bool", "char",
    ];
    let kind = line
        .split_once(TAKE)
        .and_then(|(_, rest)| rest.split('>').next());
    kind.is_some_and(|kind| COPIED.contains(&kind))
}

fn statements(cell: &str) -> Option<Vec<SyntaxNode>> {
    let file = SourceFile::parse(
        &format!("fn f() {{{}\n}}", inner(cell)?.1),
        Edition::Edition2024,
    );
    let function = file.tree().syntax().children().find_map(ast::Fn::cast)?;
    Some(function.body()?.stmt_list()?.syntax().children().collect())
}

/// What is done with a variable before it is made anew; nothing if it is not.
fn use_of(nodes: &[SyntaxNode], name: &str) -> Option<Use> {
    let makes = |node: &SyntaxNode| {
        ast::LetStmt::cast(node.clone())
            .is_some_and(|one| made_by(&one).iter().any(|made| made == name))
    };
    let at = nodes.iter().position(makes)?;
    let pattern = ast::LetStmt::cast(nodes[at].clone())?
        .pat()?
        .syntax()
        .clone();
    let tokens = nodes[..=at]
        .iter()
        .flat_map(|node| node.descendants_with_tokens());
    let tokens = tokens.filter_map(NodeOrToken::into_token);
    let is_outside = |token: &SyntaxToken| !token.parent_ancestors().any(|node| node == pattern);
    let mentions = tokens
        .filter(is_outside)
        .filter_map(|token| mention(&token, name));
    Some(mentions.max().unwrap_or(Use::No))
}

fn mention(token: &SyntaxToken, name: &str) -> Option<Use> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    match token.kind() {
        SyntaxKind::STRING => {
            let is_named = token
                .text()
                .split(|c| !is_part(c))
                .any(|word| word == name.trim_start_matches("r#"));
            return is_named.then_some(Use::Borrows);
        }
        SyntaxKind::IDENT if token.text() == name => {}
        _ => return None,
    }
    let beside = |next: fn(&SyntaxToken) -> Option<SyntaxToken>| {
        let mut other = next(token);
        while other.as_ref().is_some_and(|one| one.kind().is_trivia()) {
            other = other.as_ref().and_then(next);
        }
        other.map(|one| one.kind())
    };
    let (before, after) = (
        beside(SyntaxToken::prev_token),
        beside(SyntaxToken::next_token),
    );
    let calls = token.parent_ancestors().filter_map(ast::MacroCall::cast);
    let mut called = calls.filter_map(|call| Some(call.path()?.syntax().text().to_string()));
    let is_looked_at = matches!(before, Some(T![&] | T![mut] | T![.]))
        || matches!(after, Some(T![.] | T!['[']))
        || called.any(|macro_| LOOKING.contains(&macro_.as_str()));
    Some(if is_looked_at {
        Use::Borrows
    } else {
        Use::Moves
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_done_with_the_old_value() {
        let uses = |cell: &str| use_of(&statements(cell).unwrap(), "c").map(|one| one as usize);
        for cell in [
            "let a = b;\nlet c = f();\nc.g();",
            "let c = a.b;",
            "let (a, c) = f();",
            "let mut c = vec![1];",
        ] {
            assert_eq!(uses(cell), Some(Use::No as usize), "{cell}");
        }
        for cell in [
            "let c = &c + 1.0;",
            "let c = c.iter().sum();",
            "f(&mut c);\nlet c = 1;",
            "let c = c[0];",
            "println!(\"{}\", c);\nlet c = 1;",
            "let c = format!(\"{c}\");",
        ] {
            assert_eq!(uses(cell), Some(Use::Borrows as usize), "{cell}");
        }
        for cell in [
            "let c = f(c);",
            "drop(c);\nlet c = 1;",
            "let c = c + 1;",
            "let c = mine!(c);",
        ] {
            assert_eq!(uses(cell), Some(Use::Moves as usize), "{cell}");
        }
        assert_eq!(uses("c.f();"), None);
    }

    #[test]
    fn old_values_that_are_copied_are_there_in_any_case() {
        let source = |kind: &str| {
            format!(
                "let c{TAKE}{kind}>(stringify!(c));\n{CATCH_BEGIN}let c = c + 1;\n\
                {PUT}{kind}>(stringify!(c), c);\n}})) {{ \n"
            )
        };
        assert_eq!(made_anew(&source("f32")), BTreeSet::from(["c".to_owned()]));
        assert!(made_anew(&source("Tensor")).is_empty());
    }
}
