//! What a learner's macros define: it lives in the cell that calls them.

use super::syntax::{Cell, one_line};
use ra_ap_syntax::ast::{self, AstNode, HasName};
use ra_ap_syntax::{SyntaxKind, SyntaxToken, T};
use std::collections::{BTreeSet, HashMap};

/// The macros of a session that define something: for each the names that it brings itself, beside
/// those that it is given.
#[derive(Clone, Default)]
pub struct Makers(HashMap<String, BTreeSet<String>>);

/// What stands in front of a name that is defined.
const DEFINING: [SyntaxKind; 9] = [
    T![struct],
    T![enum],
    T![fn],
    T![trait],
    T![type],
    T![const],
    T![static],
    T![mod],
    T![let],
];

/// The names behind such a word; nothing where there is no such word.
fn defined_in(tokens: impl Iterator<Item = SyntaxToken>) -> Option<BTreeSet<String>> {
    let mut names = None;
    let mut is_behind = false;
    for token in tokens.filter(|token| !token.kind().is_trivia()) {
        match token.kind() {
            kind if DEFINING.contains(&kind) => {
                names.get_or_insert_with(BTreeSet::new);
                is_behind = true;
            }
            T![mut] | T![ref] => {}
            SyntaxKind::IDENT if is_behind => {
                names
                    .get_or_insert_with(BTreeSet::new)
                    .insert(token.text().to_owned());
                is_behind = false;
            }
            _ => is_behind = false,
        }
    }
    names
}

fn tokens(tree: Option<ast::TokenTree>) -> impl Iterator<Item = SyntaxToken> {
    let elements = tree
        .into_iter()
        .flat_map(|tree| tree.syntax().descendants_with_tokens());
    elements.filter_map(|element| element.into_token())
}

impl Makers {
    /// Takes in the macros that a cell defines.
    pub fn note(&mut self, cell: &Cell) {
        for item in cell.items() {
            let ast::Item::MacroRules(rules) = item else {
                continue;
            };
            let Some(name) = rules.name().map(|name| name.text().to_string()) else {
                continue;
            };
            match defined_in(tokens(rules.token_tree())) {
                Some(names) => self.0.insert(name, names),
                None => self.0.remove(&name),
            };
        }
    }

    /// What the macros that a cell calls as statements may define in it, each with its call.
    pub fn made_by(&self, cell: &Cell) -> Vec<(String, String)> {
        let statements = cell.statements().iter();
        let calls =
            statements.filter_map(|node| node.descendants().take(3).find_map(ast::MacroCall::cast));
        calls.flat_map(|call| self.made_by_call(&call)).collect()
    }

    fn made_by_call(&self, call: &ast::MacroCall) -> Vec<(String, String)> {
        let name = call.path().and_then(|path| path.segment()?.name_ref());
        let name = name.map(|name| name.text().to_string()).unwrap_or_default();
        let given = || tokens(call.token_tree());
        let names = match self.0.get(&name) {
            Some(own) => {
                let given = given().filter(|token| token.kind() == SyntaxKind::IDENT);
                let given = given.map(|token| token.text().to_owned());
                given.chain(own.iter().cloned()).collect()
            }
            // `thread_local!` and those of crates are given whole definitions.
            None => defined_in(given()).unwrap_or_default(),
        };
        let whole = call.syntax().text().to_string();
        let whole = match whole.len() > 40 || whole.contains('\n') {
            true => format!("{name}!(…)"),
            false => one_line(&whole),
        };
        names
            .into_iter()
            .map(|name| (name, whole.clone()))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(macros: &str, cell: &str) -> Vec<String> {
        let mut makers = Makers::default();
        makers.note(&Cell::new(macros));
        makers
            .made_by(&Cell::new(cell))
            .into_iter()
            .map(|(name, _)| name)
            .collect()
    }

    #[test]
    fn what_a_macro_is_given_and_what_it_brings() {
        let make = "macro_rules! make { ($n:ident) => { struct $n { a: i32 } fn help() {} } }";
        assert_eq!(made(make, "make!(P);"), ["P", "help"]);
        assert_eq!(made(make, "make! { Q }\nlet q = 1;"), ["Q", "help"]);
        assert_eq!(
            made(
                "macro_rules! set { ($n:ident) => { let mut $n = 1; } }",
                "set!(x);"
            ),
            ["x"]
        );
        assert_eq!(
            made("", "thread_local! { static COUNT: u8 = 1; }"),
            ["COUNT"]
        );
        // Neither a value nor what is printed.
        assert!(
            made(
                "macro_rules! twice { ($e:expr) => { $e + $e } }",
                "twice!(n);"
            )
            .is_empty()
        );
        assert!(made(make, "let y = 3; println!(\"{y}\");").is_empty());
    }
}
