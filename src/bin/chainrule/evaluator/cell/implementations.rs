//! What cells have implemented, and how one of them is taken back.

use super::{BEFORE, generics_of, name_of, parse, statements};
use ra_ap_syntax::ast::{self, AstNode, HasName};
use ra_ap_syntax::{SyntaxKind, SyntaxNode};
use std::collections::BTreeSet;

/// The `impl` blocks of a session, and the `extern` blocks.
///
/// evcxr replaces items by their name, and these have none: the second run of a cell would
/// implement everything twice. So each gets a constant of ours in front of it, whose name evcxr
/// keeps it under.
#[derive(Clone, Debug, Default)]
pub struct Implementations {
    known: Vec<Known>,
    count: usize,
}

#[derive(Clone, Debug)]
struct Known {
    constant: String,
    provides: BTreeSet<String>,
    text: String,
}
/// The constants start with this. Completion leaves them out.
pub const IMPLEMENTATION: &str = "CHAINRULE_IMPL_";

impl Implementations {
    /// Notes what a statement implements, if it does. Says what to put in front of it, and what
    /// behind the cell.
    pub fn note(&mut self, node: &SyntaxNode) -> Option<(String, String)> {
        if let Some(block) = ast::Impl::cast(node.clone()) {
            return Some(self.place(provided_by(&block), node.text().to_string()));
        }
        if let Some(block) = ast::ExternBlock::cast(node.clone()) {
            // It has no name either, and what it declares may be declared once.
            return Some(self.place(declared_by(&block), String::new()));
        }
        let derived = derived_by(node)?;
        // What was written by hand gives way to a `derive`.
        let is_derived = |key: &String| {
            let mut all = derived.iter();
            all.any(|one| key == one || key.ends_with(&format!("::{one}")))
        };
        let emptied = self.remove(|provides| provides.iter().any(is_derived));
        Some((emptied, String::new()))
    }

    /// Takes an implementation out. Says what it is called, and which constants do it.
    pub fn forget(&mut self, block: &ast::Impl) -> (String, String) {
        let provides = provided_by(block);
        let gone = self.remove(|known| !known.is_disjoint(&provides));
        (heading(block), gone)
    }

    /// How many there are.
    #[cfg(test)]
    pub fn count(&self) -> usize {
        self.known.len()
    }

    /// What to put in front of an `impl` that provides these things, so that it replaces those that
    /// provided one of them; and, for the end of the cell, what these have besides.
    fn place(&mut self, provides: BTreeSet<String>, text: String) -> (String, String) {
        let mut overlapping = self
            .known
            .iter_mut()
            .filter(|known| !known.provides.is_disjoint(&provides));
        if let (Some(known), None) = (overlapping.next(), overlapping.next())
            && known.provides == provides
        {
            // The cell is run again: everything after it finds what it found before.
            known.text = text;
            return (constant(&known.constant), String::new());
        }
        let mut behind = String::new();
        for known in self
            .known
            .iter_mut()
            .filter(|known| !known.provides.is_disjoint(&provides))
        {
            if let Some(rest) = without_methods(&known.text, &provides) {
                known.provides.retain(|one| !provides.contains(one));
                behind += &format!("{}{rest}", in_front_of_a_rest(&known.constant));
                known.text = rest;
            }
        }
        let emptied = self.remove(|known| !known.is_disjoint(&provides));
        self.count += 1;
        let name = format!("{IMPLEMENTATION}{}", self.count);
        let constant = constant(&name);
        self.known.push(Known {
            constant: name,
            provides,
            text,
        });
        (emptied + &constant, behind)
    }

    /// What to put into a cell so that implementations of before are no longer there.
    fn remove(&mut self, is_removed: impl Fn(&BTreeSet<String>) -> bool) -> String {
        let removed = self
            .known
            .extract_if(.., |known| is_removed(&known.provides));
        removed.map(|known| constant(&known.constant)).collect()
    }
}

/// The methods of an earlier `impl` that a cell leaves as they are stand at its end, each on lines
/// of its own.
fn in_front_of_a_rest(name: &str) -> String {
    format!("\n{}\n", constant(name).trim_end())
}

/// An `impl` without those of its methods that are among these, each of the others at the beginning
/// of a line, where its place is found. Nothing if none is left.
fn without_methods(text: &str, gone: &BTreeSet<String>) -> Option<String> {
    let node = statements(&parse(text)).into_iter().next()?;
    let block = ast::Impl::cast(node.clone()).filter(|block| block.trait_().is_none())?;
    let own_type = own_type(&block);
    let list = block.assoc_item_list()?;
    let is_left = |item: &ast::AssocItem| {
        !name_within(item).is_some_and(|name| gone.contains(&format!("{own_type}::{name}")))
    };
    let left: Vec<String> = list
        .assoc_items()
        .filter(is_left)
        .map(|item| item.syntax().text().to_string())
        .collect();
    let heading = &text[..usize::from(list.syntax().text_range().start()) - BEFORE.len()];
    (!left.is_empty()).then(|| format!("{heading}{{\n{}\n}}", left.join("\n")))
}

fn constant(name: &str) -> String {
    format!("const {name}: () = (); ")
}
/// `impl Display for Net`, as a person says it.
fn heading(block: &ast::Impl) -> String {
    let text = |node: Option<ast::Type>| {
        node.map(|node| node.syntax().text().to_string())
            .unwrap_or_default()
    };
    match block.trait_() {
        Some(implemented) => format!(
            "impl {} for {}",
            text(Some(implemented)),
            text(block.self_ty())
        ),
        None => format!("impl {}", text(block.self_ty())),
    }
}

/// `Display for Net`, or `Net::forward` for each thing in an `impl` without a trait.
fn provided_by(block: &ast::Impl) -> BTreeSet<String> {
    let own_type = own_type(block);
    if let Some(implemented) = block.trait_() {
        return BTreeSet::from([format!(
            "{} for {own_type}",
            plain(Some(&implemented), &generics_of(block))
        )]);
    }
    let items = block
        .assoc_item_list()
        .into_iter()
        .flat_map(|list| list.assoc_items());
    items
        .filter_map(|item| name_within(&item))
        .map(|name| format!("{own_type}::{name}"))
        .collect()
}

fn own_type(block: &ast::Impl) -> String {
    plain(block.self_ty().as_ref(), &generics_of(block))
}

/// The name of something in an `impl`.
fn name_within(item: &ast::AssocItem) -> Option<String> {
    let name = match item {
        ast::AssocItem::Fn(function) => function.name(),
        ast::AssocItem::Const(constant) => constant.name(),
        ast::AssocItem::TypeAlias(alias) => alias.name(),
        ast::AssocItem::MacroCall(_) => None,
    };
    name.map(|name| name.text().to_string())
}

/// `extern close` for each function or static in an `extern` block.
fn declared_by(block: &ast::ExternBlock) -> BTreeSet<String> {
    let items = block
        .extern_item_list()
        .into_iter()
        .flat_map(|list| list.extern_items());
    let name = |item: ast::ExternItem| match item {
        ast::ExternItem::Fn(function) => function.name(),
        ast::ExternItem::Static(variable) => variable.name(),
        ast::ExternItem::TypeAlias(alias) => alias.name(),
        ast::ExternItem::MacroCall(_) => None,
    };
    items
        .filter_map(name)
        .map(|name| format!("extern {}", name.text()))
        .collect()
}

/// A type without the blanks that one may write in it or not; its parameters are numbers, for their
/// names mean nothing.
fn plain(node: Option<&ast::Type>, parameters: &[String]) -> String {
    let tokens = node
        .into_iter()
        .flat_map(|node| node.syntax().descendants_with_tokens());
    tokens
        .filter_map(|element| element.into_token())
        .map(|token| {
            match parameters
                .iter()
                .position(|parameter| parameter == token.text())
            {
                Some(number) => number.to_string(),
                None if token.kind() == SyntaxKind::WHITESPACE => String::new(),
                None => token.text().to_owned(),
            }
        })
        .collect()
}

/// `Debug for Net` for each trait in a `derive`; nothing where nothing is derived.
fn derived_by(node: &SyntaxNode) -> Option<BTreeSet<String>> {
    let item = ast::Item::cast(node.clone())?;
    let name = name_of(&item)?;
    let derived = super::derived_by(&item).into_iter();
    let derived: BTreeSet<String> = derived.map(|word| format!("{word} for {name}")).collect();
    (!derived.is_empty()).then_some(derived)
}
