//! What `impl` blocks choose, an associated type or a constant, and how one may be new without
//! meaning anything for the types that were there before it.

use ra_ap_syntax::ast::{self, HasName};
use std::collections::BTreeSet;

/// How a choice may be new without meaning anything for the types that were there before it.
#[derive(Default)]
pub enum Novelty {
    /// It may always mean something: what a macro writes cannot be read here.
    #[default]
    Never,
    /// That of a trait: a type that asks for it could not be there without it.
    OfTrait,
    /// Constants and functions of the type's own, which come before those of a trait: as long as
    /// nothing names them.
    Own(Vec<String>),
}

impl Novelty {
    pub fn of(block: &ast::Impl, chosen: &[ast::AssocItem]) -> Novelty {
        let own = chosen.iter().filter_map(|item| match item {
            ast::AssocItem::Const(one) => one.name(),
            ast::AssocItem::Fn(one) => one.name(),
            ast::AssocItem::TypeAlias(one) => one.name(),
            ast::AssocItem::MacroCall(_) => None,
        });
        let own: Vec<String> = own.map(|name| name.text().to_string()).collect();
        match block.trait_() {
            Some(_) => Novelty::OfTrait,
            None if own.len() == chosen.len() => Novelty::Own(own),
            // A macro within the block.
            None => Novelty::Never,
        }
    }
}

/// Whether a definition, given by its words, has one of these names in it, or calls a macro, which
/// may have.
pub fn may_name(definition: &str, names: &[String]) -> bool {
    let is_call = |word: &str| word == "!" && !definition.starts_with("macro_rules ");
    let mut words = definition.split(' ');
    words.any(|word| is_call(word) || names.iter().any(|name| name == word))
}

/// What a block chooses: a function only if it is `const`.
pub fn of(block: &ast::Impl) -> Vec<ast::AssocItem> {
    let chooses = |item: &ast::AssocItem| match item {
        ast::AssocItem::Fn(function) => function.const_token().is_some(),
        _ => true,
    };
    let items = block.assoc_item_list().into_iter();
    let items = items.flat_map(|list| list.assoc_items());
    items.filter(chooses).collect()
}

/// The names of an `enum`'s variants.
pub fn variants(item: &ast::Item) -> Option<BTreeSet<String>> {
    let ast::Item::Enum(item) = item else {
        return None;
    };
    let list = item.variant_list()?;
    let names = list
        .variants()
        .filter_map(|one| Some(one.name()?.text().to_string()));
    Some(names.collect())
}
