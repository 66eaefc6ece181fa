//! What names mean: where a name means something of the library, or of an earlier cell, and
//! something of this cell, it is this cell's.

use super::gone::Claimed;
use crate::compiler::library;
use crate::evaluator::cell::implementations::IMPLEMENTATION;
use crate::evaluator::cell::imports::{imports, of_use};
use crate::evaluator::cell::prepare::{NOTHING, Prepared};
use crate::evaluator::cell::sources::SourceMap;
use crate::evaluator::cell::{Cell, name_of};
use crate::evaluator::state::definitions::Definitions;
use crate::evaluator::state::scope::Scope;
use ra_ap_syntax::ast::{self, AstNode, HasName};
use ra_ap_syntax::{SyntaxKind, SyntaxNode, SyntaxToken, T};
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// A name of the library that a cell gives a meaning of its own, and where that can be seen.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A function or a constant: `name` but not `name::…`.
    Value,
    /// Only `name::…`.
    Module,
    Any,
}

/// The names of the library that a cell gives a meaning of its own.
pub fn names_taken(cell: &Cell, scope: &Scope) -> Vec<(String, Kind)> {
    let named = named_by(cell).into_iter();
    named
        .filter(|(name, _)| names_of_library().contains(name) && !scope.has(name))
        .collect()
}

/// Sets aside what meant something of the library by a name that the cell defines: it would mean
/// something else now.
pub fn claim_names(
    cell: &Cell,
    scope: &Scope,
    sources: &SourceMap,
    prepared: &mut Prepared,
) -> Vec<Claimed> {
    let taken = names_taken(cell, scope).into_iter();
    taken
        .flat_map(|(name, kind)| claim(&name, kind, cell, scope, sources, prepared))
        .collect()
}

/// The same for one name.
pub fn claim(
    name: &str,
    kind: Kind,
    cell: &Cell,
    scope: &Scope,
    sources: &SourceMap,
    prepared: &mut Prepared,
) -> Vec<Claimed> {
    let defined: Vec<String> = cell.statements().iter().filter_map(called).collect();
    let mut claimed = Vec::new();
    let items = scope.items().map(|(_, text)| Cell::new(text));
    for node in items.flat_map(|item| item.statements().to_vec()) {
        let text = node.text().to_string();
        let is_ours = text.starts_with(NOTHING)
            || text.contains(IMPLEMENTATION)
            || ast::Use::can_cast(node.kind());
        if is_ours
            || !mentions(&node, name, kind)
            || called(&node).is_some_and(|name| defined.contains(&name))
        {
            continue;
        }
        if let Some(place) = sources.find_statement(&text)
            && let Some(called) = prepared.set_aside(&text)
        {
            claimed.push(Claimed {
                called,
                place,
                name: name.to_owned(),
            });
        }
    }
    claimed
}

/// The names that a cell gives another meaning although variables have types by them, with the
/// paths that still lead to these: `Map` of `use std::collections::HashMap as Map`, `P` of
/// `use shapes::*`.
pub fn meant_before(
    cell: &Cell,
    scope: &Scope,
    definitions: &Definitions,
) -> Vec<(String, String)> {
    let own = imports(cell);
    let path = |name: &str| {
        let Some((_, text)) = scope.items().find(|(known, _)| *known == name) else {
            return definitions
                .path_in_a_module(name)
                .or_else(|| path_by_a_glob(name, scope, definitions));
        };
        let is_same = own.iter().any(|import| import.text == text);
        let path = text
            .strip_prefix("use ")
            .filter(|_| !is_same)?
            .trim_end_matches(';');
        Some(path.split(" as ").next().unwrap_or(path).to_owned())
    };
    named_by(cell)
        .into_iter()
        .filter_map(|(name, _)| path(&name).map(|path| (name, path)))
        .collect()
}

/// The path of a type that variables have by `use std::collections::*`: the module stands in the
/// compiler's path, too.
fn path_by_a_glob(name: &str, scope: &Scope, definitions: &Definitions) -> Option<String> {
    let globs: Vec<String> = scope
        .items()
        .flat_map(|(_, text)| imports(&Cell::new(text)))
        .map(|import| import.text)
        .collect();
    let modules = globs
        .iter()
        .filter_map(|text| text.strip_prefix("use ")?.strip_suffix("::*;"));
    let modules = modules.filter(|path| {
        ["std", "core", "alloc"]
            .iter()
            .any(|root| path.starts_with(root))
    });
    let mut modules: Vec<&str> = modules.collect();
    // The longest path says most.
    modules.sort_by_key(|path| std::cmp::Reverse(path.len()));
    let last = |path: &str| format!("::{}::", path.rsplit("::").next().unwrap_or_default());
    let module = modules.into_iter().find(|path| {
        definitions
            .paths_to(name)
            .any(|own| own.contains(&last(path)))
    })?;
    Some(format!("{module}::{name}"))
}

/// By what an item is told from others: its name, or what an `impl` is for.
fn called(node: &SyntaxNode) -> Option<String> {
    match ast::Impl::cast(node.clone()) {
        Some(block) => {
            let kind = |one: Option<ast::Type>| {
                one.map(|one| one.syntax().text().to_string())
                    .unwrap_or_default()
            };
            Some(format!(
                "impl {} for {}",
                kind(block.trait_()),
                kind(block.self_ty())
            ))
        }
        None => name_of(&ast::Item::cast(node.clone())?),
    }
}

/// The names that a cell gives a meaning, by definitions and by imports that are not the library's.
fn named_by(cell: &Cell) -> Vec<(String, Kind)> {
    let mut named = Vec::new();
    for item in cell.items() {
        let kind = match &item {
            ast::Item::Fn(_) | ast::Item::Const(_) | ast::Item::Static(_) => Kind::Value,
            ast::Item::Module(_) => Kind::Module,
            ast::Item::Use(statement) => {
                let own = of_use(statement)
                    .into_iter()
                    .filter(|import| !import.text.starts_with("use chainrule::"));
                named.extend(own.filter_map(|import| Some((import.name?, Kind::Any))));
                continue;
            }
            _ => Kind::Any,
        };
        named.extend(name_of(&item).map(|name| (name, kind)));
    }
    named
}

/// Whether an item means by this name something that it does not define itself.
fn mentions(node: &SyntaxNode, name: &str, kind: Kind) -> bool {
    let defines = |node: SyntaxNode| {
        let own = match node.kind() {
            SyntaxKind::IDENT_PAT => ast::IdentPat::cast(node).and_then(|one| one.name()),
            SyntaxKind::TYPE_PARAM => ast::TypeParam::cast(node).and_then(|one| one.name()),
            // What a block or a module brings in for itself.
            SyntaxKind::USE => return node.text().to_string().contains(name),
            _ => None,
        };
        own.is_some_and(|own| own.text() == name)
    };
    let is_trivia =
        |token: &SyntaxToken| matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT);
    let tokens: Vec<SyntaxToken> = node
        .descendants_with_tokens()
        .filter_map(|element| element.into_token())
        .filter(|token| !is_trivia(token))
        .collect();
    let kind_at = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map(|token| token.kind());
    let is_meant = |at: usize| {
        let (before, after) = (kind_at(at.checked_sub(1)), kind_at(Some(at + 1)));
        // In the tokens of a macro `::` is two.
        let is_path =
            after == Some(T![::]) || (after == Some(T![:]) && kind_at(Some(at + 2)) == Some(T![:]));
        let is_free = !matches!(before, Some(T![.] | T![::] | T![fn] | T![:]))
            || (before == Some(T![:]) && kind_at(at.checked_sub(2)) != Some(T![:]));
        let is_field = after == Some(T![:]) && !is_path;
        // Such as the variant of an `enum`.
        let is_defined = tokens[at]
            .parent()
            .is_some_and(|parent| parent.kind() == SyntaxKind::NAME);
        is_free
            && !is_field
            && !is_defined
            && (kind == Kind::Any || (kind == Kind::Module) == is_path)
    };
    (0..tokens.len()).any(|at| tokens[at].text() == name && is_meant(at))
        && !node.descendants().any(defines)
}

/// The names that every cell has from the library.
pub fn names_of_library() -> &'static BTreeSet<String> {
    static NAMES: OnceLock<BTreeSet<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let source = library::sources()
            .find(|(path, _)| path == "lib.rs")
            .map(|(_, source)| source);
        let source = Cell::new(source.unwrap_or_default());
        let modules = source.statements().iter();
        let prelude = modules.filter_map(|node| ast::Module::cast(node.clone()));
        let prelude =
            prelude.filter(|module| module.name().is_some_and(|name| name.text() == "prelude"));
        let uses =
            prelude.flat_map(|module| module.syntax().descendants().filter_map(ast::Use::cast));
        uses.flat_map(|one| of_use(&one))
            .filter_map(|import| import.name)
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(code: &str) -> SyntaxNode {
        Cell::new(code).statements()[0].clone()
    }

    #[test]
    fn the_names_of_the_library() {
        for name in [
            "Tensor", "Dense", "Tanh", "Module", "data", "tensor", "json",
        ] {
            assert!(names_of_library().contains(name), "{name}");
        }
        assert!(
            !names_of_library().contains("Op") && !names_of_library().contains("Activation::Tanh")
        );
    }

    #[test]
    fn what_an_item_means() {
        for code in [
            "fn f() -> Dense { loop {} }",
            "fn f() { g(Dense::new(1, 2)); }",
            "fn f() { println!(\"{}\", Dense::new(1, 2)); }",
            "impl Show for Dense {}",
            "struct A { d: Dense }",
            "fn f(d: Dense) {}",
            "fn f() { vec![x, y: Dense]; }",
        ] {
            assert!(mentions(&first(code), "Dense", Kind::Any), "{code}");
        }
        for code in [
            "enum Layer { Dense, Other }",
            "fn f() { my::Dense }",
            "fn f() { m!(my::Dense) }",
            "fn f<Dense>(d: Dense) {}",
            "fn Dense() {}",
        ] {
            assert!(!mentions(&first(code), "Dense", Kind::Any), "{code}");
        }
        let (uses, call) = ("fn f() { data::xor() }", "fn f() { accuracy(1) }");
        assert!(
            mentions(&first(uses), "data", Kind::Module)
                && !mentions(&first(uses), "data", Kind::Value)
        );
        assert!(
            mentions(&first(call), "accuracy", Kind::Value)
                && !mentions(&first(call), "accuracy", Kind::Module)
        );
        assert!(!mentions(
            &first("fn f(data: &D) { data.x }"),
            "data",
            Kind::Value
        ));
        assert!(!mentions(
            &first("fn f() { A { accuracy: 1.0 } }"),
            "accuracy",
            Kind::Any
        ));
    }

    #[test]
    fn what_a_cell_names() {
        let names: Vec<String> = named_by(&Cell::new(
            "use a::{Dense, b::*}; use chainrule::prelude::Tensor; struct Op; fn f() {}",
        ))
        .into_iter()
        .map(|(name, _)| name)
        .collect();
        assert_eq!(names, ["Dense", "Op", "f"]);
    }
}
