//! Goes through the items of a text.

use super::known::{Declarations, EVERY_TYPE, Item, Kind, Members, Module, Yields};
use super::macros::pattern_of;
use super::place::{Place, Visible};
use super::syntax::{
    bounds_of, imported, is_exported, is_hidden, is_stable, joined, name_of, one_line,
    parameters_of,
};
use crate::evaluator::assist::types::Type;
use crate::evaluator::cell::{Cell, EDITION, derived_by, generics_of};
use ra_ap_syntax::ast::{
    self, AstNode, HasDocComments, HasGenericParams, HasModuleItem, HasName, HasTypeBounds,
    HasVisibility,
};
use ra_ap_syntax::{SourceFile, SyntaxNode};
use std::collections::HashMap;
use std::sync::Arc;

impl Declarations {
    /// Reads a source text, which stands in `file` and is the module `module`.
    pub fn read(&mut self, text: &str, module: &str, file: &str, visible: Visible) {
        let tree = SourceFile::parse(text, EDITION).tree();
        self.module(module);
        self.items(
            &tree,
            &Place {
                module,
                file,
                visible,
            },
        );
    }

    /// Reads a cell: its items stand among statements, and it may not be written to its end.
    pub fn read_cell(&mut self, cell: &Cell, file: &str) {
        let statements = cell.statements().iter();
        statements.for_each(|node| self.note_macros(node));
        self.module("");
        for item in cell.items() {
            self.item(
                &item,
                &Place {
                    module: "",
                    file,
                    visible: Visible::All,
                },
            );
        }
    }

    /// The macros of a text, which must be known before they are used.
    pub fn read_macros(&mut self, text: &str) {
        self.note_macros(SourceFile::parse(text, EDITION).tree().syntax());
    }

    /// Reads a text whose own macros are not those of others that have the same name.
    pub fn read_alone(&mut self, text: &str, module: &str, file: &str, visible: Visible) {
        let of_others = self.macros.clone();
        self.read_macros(text);
        self.read(text, module, file, visible);
        self.macros = of_others;
    }

    fn note_macros(&mut self, tree: &SyntaxNode) {
        for rules in tree.descendants().filter_map(ast::MacroRules::cast) {
            if let (Some(name), Some(pattern)) = (rules.name(), pattern_of(&rules)) {
                let name = name.text().to_string();
                self.macros.insert(name, Arc::new(pattern));
            }
        }
    }

    fn items(&mut self, owner: &impl HasModuleItem, place: &Place) {
        for item in owner.items() {
            self.item(&item, place);
        }
    }

    fn item(&mut self, item: &ast::Item, place: &Place) {
        match item {
            ast::Item::Fn(function) if place.shows(function) => {
                self.note(place, place.function(function, None));
            }
            ast::Item::Struct(one) if place.shows(one) => {
                self.type_declared(one, "struct", one.field_list(), place);
            }
            ast::Item::Union(one) if place.shows(one) => {
                let fields = one.record_field_list().map(ast::FieldList::RecordFieldList);
                self.type_declared(one, "union", fields, place);
            }
            ast::Item::Enum(one) if place.shows(one) => self.enum_declared(one, place),
            ast::Item::Trait(one) if place.shows(one) => self.trait_declared(one, place),
            ast::Item::Impl(block) => self.block(block, place),
            // A type that has nothing to set is a value of the same name as well; what is said of
            // the type counts.
            ast::Item::Const(one) if self.has_type(place, &name_of(one)) => {}
            ast::Item::Const(one) if place.shows(one) => {
                self.note(place, place.constant(one, one.ty()));
            }
            ast::Item::Static(one) if place.shows(one) => {
                self.note(place, place.constant(one, one.ty()));
            }
            ast::Item::TypeAlias(one) if place.shows(one) => {
                let noted = place.noted(one, Kind::Type, one_line(one.syntax()));
                self.note(place, noted);
                let stands_for = one.ty().and_then(|node| Type::of(&node));
                let members = self.members(place, &name_of(one));
                members.is_declared = true;
                members.stands_for = stands_for;
            }
            ast::Item::Module(one) => self.module_declared(one, place),
            ast::Item::MacroRules(one) if place.shows_macro(one) => {
                let noted = place.noted(one, Kind::Macro, format!("{}!", name_of(one)));
                // `#[macro_export]` puts it at the root of its crate, wherever it stands.
                let module = if is_exported(one) {
                    place.root()
                } else {
                    place.module
                };
                self.note(&Place { module, ..*place }, noted);
            }
            ast::Item::Use(one) if place.visible == Visible::All || one.visibility().is_some() => {
                let mut found = Vec::new();
                if let Some(tree) = one.use_tree() {
                    imported(&tree, &[], &mut found);
                }
                self.module(place.module).reexports.extend(found);
            }
            ast::Item::MacroCall(call) => {
                if let Some(text) = self.expanded(call) {
                    let tree = SourceFile::parse(&text, EDITION).tree();
                    self.items(&tree, place);
                }
            }
            _ => {}
        }
    }

    fn enum_declared(&mut self, one: &ast::Enum, place: &Place) {
        self.type_declared(one, "enum", None, place);
        let owner = name_of(one);
        let variants = one
            .variant_list()
            .into_iter()
            .flat_map(|list| list.variants());
        for variant in variants {
            let mut noted = place.noted(&variant, Kind::Variant, one_line(variant.syntax()));
            noted.signature = format!("{owner}::{}", noted.signature);
            noted.value = Some(Type::named(&owner));
            self.members(place, &owner).items.push(Arc::new(noted));
        }
    }

    fn trait_declared(&mut self, one: &ast::Trait, place: &Place) {
        let name = name_of(one);
        let noted = place.noted(one, Kind::Trait, format!("trait {name}"));
        self.note(place, noted);
        let members = self.members(place, &name);
        members.is_declared = true;
        members.generics = generics_of(one);
        members.items.clear();
        members.traits.extend(supertraits(one));
        self.associated(&name, one.assoc_item_list(), place, true);
    }

    fn module_declared(&mut self, one: &ast::Module, place: &Place) {
        let path = joined(place.module, &name_of(one));
        if place.shows(one) {
            let mut noted = place.noted(one, Kind::Module, format!("mod {}", name_of(one)));
            noted.value = Some(Type::named(&path));
            self.note(place, noted);
        }
        if let Some(list) = one.item_list() {
            self.module(&path);
            let module = &path;
            self.items(&list, &Place { module, ..*place });
        }
    }

    fn type_declared(
        &mut self,
        one: &(impl HasName + HasDocComments + HasGenericParams),
        word: &str,
        fields: Option<ast::FieldList>,
        place: &Place,
    ) {
        let name = name_of(one);
        let noted = place.noted(
            one,
            Kind::Type,
            format!("{word} {name}{}", parameters_of(one)),
        );
        self.note(place, noted);
        let fields = place.fields(fields);
        let generics = generics_of(one);
        let derived = derived_by(one);
        let members = self.members(place, &name);
        // A cell may declare a type again.
        members
            .items
            .retain(|item| !matches!(item.kind, Kind::Field | Kind::Variant));
        members.items.splice(0..0, fields.into_iter().map(Arc::new));
        members.is_declared = true;
        members.generics = generics;
        members.traits.extend(derived);
    }

    fn block(&mut self, block: &ast::Impl, place: &Place) {
        let Some(own) = block.self_ty().and_then(|node| Type::of(&node)) else {
            return;
        };
        let is_denied = block.excl_token().is_some(); // `impl<T> !Iterator for [T]`
        if is_denied || place.visible == Visible::Stable && !is_stable(block.syntax()) {
            return;
        }
        if generics_of(block).contains(&own.name) {
            return self.for_every_type(block, &own, place);
        }
        let Some(implemented) = block.trait_() else {
            // The parameters of the type as this block calls them.
            let own_generics = generics_of(block);
            let arguments = own.arguments.iter().map(|argument| argument.name.clone());
            let generics: Vec<String> = match own_generics.is_empty() {
                true => Vec::new(),
                false => arguments.collect(),
            };
            let members = self.members(place, &own.name);
            if members.generics.is_empty() {
                members.generics = generics;
            }
            return self.associated(&own.name, block.assoc_item_list(), place, false);
        };
        let Some(implemented) = Type::of(&implemented) else {
            return;
        };
        let mut types = types_in(block);
        let yields = types.remove("Item").map(|item| Yields {
            item: self.qualified(place, &item),
            of: own.clone(),
            bounds: bounds_of(block).into_iter().collect(),
            generics: generics_of(block),
        });
        let target = types.remove("Target");
        let target = target.map(|target| self.qualified(place, &target));
        let implemented = self.key(place.module, &implemented.name);
        let members = self.members(place, &own.name);
        match implemented.rsplit("::").next() {
            Some("Iterator" | "IntoIterator") => {
                members.yields = yields.or(members.yields.take());
            }
            Some("Deref") => members.dereferences_to = target,
            _ => {}
        }
        if !members.traits.contains(&implemented) {
            members.traits.push(implemented);
        }
    }

    /// `impl<T: Display> ToString for T`: whoever has the one trait has the other, too. Our own
    /// library says nothing of this kind that a cell calls.
    fn for_every_type(&mut self, block: &ast::Impl, own: &Type, place: &Place) {
        let implemented = block.trait_().and_then(|node| Type::of(&node));
        let Some(implemented) = implemented.filter(|_| place.visible == Visible::Stable) else {
            return;
        };
        let implemented = self.key(place.module, &implemented.name);
        let condition = bounds_of(block).remove(&own.name);
        let condition = condition.map_or(EVERY_TYPE.to_owned(), |condition| condition.name);
        self.members(place, &condition).traits.push(implemented);
    }

    /// The functions, constants and types inside of an `impl` or a trait.
    fn associated(
        &mut self,
        owner: &str,
        list: Option<ast::AssocItemList>,
        place: &Place,
        is_trait: bool,
    ) {
        for item in list.into_iter().flat_map(|list| list.assoc_items()) {
            let noted = match &item {
                ast::AssocItem::Fn(function) if is_trait || place.shows(function) => {
                    place.function(function, Some(owner))
                }
                ast::AssocItem::Const(one) if is_trait || place.shows(one) => {
                    place.constant(one, one.ty())
                }
                ast::AssocItem::MacroCall(call) => {
                    self.made_inside(owner, call, place);
                    continue;
                }
                _ => continue,
            };
            let is_usable = place.visible != Visible::Stable || is_stable(item.syntax());
            if is_hidden(item.syntax()) || !is_usable || noted.name == "evcxr_display" {
                continue;
            }
            let noted = self.qualified_item(place, noted);
            let members = self.members(place, owner);
            members
                .items
                .retain(|known| known.name != noted.name || known.kind == Kind::Field);
            members.items.push(Arc::new(noted));
        }
    }

    /// `impl i32 { int_impl! { … } }`
    fn made_inside(&mut self, owner: &str, call: &ast::MacroCall, place: &Place) {
        let Some(text) = self.expanded(call) else {
            return;
        };
        let tree = SourceFile::parse(&format!("impl T {{ {text} }}"), EDITION).tree();
        for block in tree.syntax().descendants().filter_map(ast::Impl::cast) {
            self.associated(owner, block.assoc_item_list(), place, false);
        }
    }

    /// The type with each name as it is noted.
    fn qualified(&self, place: &Place, kind: &Type) -> Type {
        if self.homes.is_empty() {
            return kind.clone();
        }
        kind.renamed(&|name| self.key(place.module, name))
    }

    fn qualified_item(&self, place: &Place, mut item: Item) -> Item {
        if self.homes.is_empty() {
            return item;
        }
        let qualified = |kind: Type| self.qualified(place, &kind);
        item.value = item.value.map(qualified);
        let parameters = item.parameters.into_iter();
        item.parameters = parameters.map(|kind| kind.map(qualified)).collect();
        if matches!(item.kind, Kind::Type | Kind::Trait) {
            item.value = Some(Type::named(&self.key(place.module, &item.name)));
        }
        item
    }

    fn members(&mut self, place: &Place, name: &str) -> &mut Members {
        let key = self.key(place.module, name);
        self.types.entry(key).or_default()
    }

    fn module(&mut self, path: &str) -> &mut Module {
        self.modules.entry(path.to_owned()).or_default()
    }

    fn has_type(&self, place: &Place, name: &str) -> bool {
        let module = self.modules.get(place.module);
        module.is_some_and(|module| {
            module
                .items
                .iter()
                .any(|item| item.name == name && item.kind == Kind::Type)
        })
    }

    fn note(&mut self, place: &Place, item: Item) {
        let item = self.qualified_item(place, item);
        let module = self.module(place.module);
        module.items.retain(|known| {
            known.name != item.name || (known.kind == Kind::Macro) != (item.kind == Kind::Macro)
        });
        module.items.push(Arc::new(item));
    }

    /// What a call of one of our own macros makes. Those with repetitions make nothing that is
    /// worth completing.
    fn expanded(&self, call: &ast::MacroCall) -> Option<String> {
        let name = call.path()?.segment()?.name_ref()?;
        self.macros.get(name.text())?.expanded(call)
    }
}

/// `trait Ord: Eq + PartialOrd`
fn supertraits(one: &ast::Trait) -> Vec<String> {
    let bounds = one
        .type_bound_list()
        .into_iter()
        .flat_map(|list| list.bounds());
    bounds
        .filter_map(|bound| Some(Type::of(&bound.ty()?)?.name))
        .collect()
}

/// `type Item = T;`
fn types_in(block: &ast::Impl) -> HashMap<String, Type> {
    let items = block
        .assoc_item_list()
        .into_iter()
        .flat_map(|list| list.assoc_items());
    items
        .filter_map(|item| match item {
            ast::AssocItem::TypeAlias(alias) => Some((name_of(&alias), Type::of(&alias.ty()?)?)),
            _ => None,
        })
        .collect()
}
