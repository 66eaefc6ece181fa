//! Goes through the items of a text.

use super::known::{Declarations, Item, Kind, Members, Module};
use super::macros::pattern_of;
use super::place::{Place, Visible};
use super::syntax::{
    derived_by, generics_of, imported, is_exported, is_hidden, joined, name_of, one_line,
    parameters_of,
};
use crate::evaluator::assist::types::Type;
use crate::evaluator::cell::{Cell, EDITION};
use ra_ap_syntax::ast::{
    self, AstNode, HasDocComments, HasGenericParams, HasModuleItem, HasName, HasVisibility,
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

    fn note_macros(&mut self, tree: &SyntaxNode) {
        for rules in tree.descendants().filter_map(ast::MacroRules::cast) {
            if let (Some(name), Some(pattern)) = (rules.name(), pattern_of(&rules)) {
                self.macros.insert(name.text().to_string(), pattern);
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
                self.members(&name_of(one)).stands_for = stands_for;
            }
            ast::Item::Module(one) => self.module_declared(one, place),
            ast::Item::MacroRules(one) if place.visible == Visible::All || is_exported(one) => {
                let noted = place.noted(one, Kind::Macro, format!("{}!", name_of(one)));
                // `#[macro_export]` puts it at the root of its crate, wherever it stands.
                let module = if is_exported(one) { "" } else { place.module };
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
            self.members(&owner).items.push(Arc::new(noted));
        }
    }

    fn trait_declared(&mut self, one: &ast::Trait, place: &Place) {
        let name = name_of(one);
        let noted = place.noted(one, Kind::Trait, format!("trait {name}"));
        self.note(place, noted);
        let members = self.members(&name);
        members.generics = generics_of(one);
        members.items.clear();
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
        let members = self.members(&name);
        // A cell may declare a type again.
        members
            .items
            .retain(|item| !matches!(item.kind, Kind::Field | Kind::Variant));
        members.items.splice(0..0, fields.into_iter().map(Arc::new));
        members.generics = generics;
        members.traits.extend(derived);
    }

    fn block(&mut self, block: &ast::Impl, place: &Place) {
        let Some(own) = block.self_ty().and_then(|node| Type::of(&node)) else {
            return;
        };
        if generics_of(block).contains(&own.name) {
            return; // for every type
        }
        let Some(implemented) = block.trait_() else {
            // The parameters of the type as this block calls them.
            let generics: Vec<String> = own
                .arguments
                .iter()
                .map(|argument| argument.name.clone())
                .collect();
            let members = self.members(&own.name);
            if members.generics.is_empty() {
                members.generics = generics;
            }
            return self.associated(&own.name, block.assoc_item_list(), place, false);
        };
        let Some(implemented) = Type::of(&implemented) else {
            return;
        };
        let mut types = HashMap::new();
        for item in block
            .assoc_item_list()
            .into_iter()
            .flat_map(|list| list.assoc_items())
        {
            if let ast::AssocItem::TypeAlias(alias) = item
                && let Some(found) = alias.ty().and_then(|node| Type::of(&node))
            {
                types.insert(name_of(&alias), found);
            }
        }
        let members = self.members(&own.name);
        match implemented.name.as_str() {
            "Iterator" | "IntoIterator" => {
                members.yields = types.remove("Item").or(members.yields.take())
            }
            "Deref" => members.dereferences_to = types.remove("Target"),
            _ => {}
        }
        if !members.traits.contains(&implemented.name) {
            members.traits.push(implemented.name);
        }
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
                _ => continue,
            };
            if is_hidden(item.syntax()) || noted.name == "evcxr_display" {
                continue;
            }
            let members = self.members(owner);
            members
                .items
                .retain(|known| known.name != noted.name || known.kind == Kind::Field);
            members.items.push(Arc::new(noted));
        }
    }

    fn members(&mut self, name: &str) -> &mut Members {
        self.types.entry(name.to_owned()).or_default()
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
