//! What a source text declares: names, members of types, and what completion and inspection have to
//! know of each.
//!
//! The same collector reads the library, the small part of std in `standard.declarations`, and the
//! cells of a session.

use super::types::{FUNCTION, TUPLE, Type};
use crate::evaluator::cell::Cell;
use crate::evaluator::cell::EDITION;
use ra_ap_syntax::ast::{
    self, AstNode, HasAttrs, HasDocComments, HasGenericParams, HasModuleItem, HasName,
    HasVisibility,
};
use ra_ap_syntax::{AstToken, SourceFile, SyntaxKind, SyntaxNode};
use std::collections::HashMap;
use std::sync::Arc;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Function,
    /// With `self`.
    Method,
    Field,
    Variant,
    Type,
    Trait,
    Module,
    Constant,
    Macro,
}

/// Something that has a name.
#[derive(Clone, Debug)]
pub struct Item {
    pub name: String,
    pub kind: Kind,
    /// In one line.
    pub signature: String,
    /// Markdown.
    pub documentation: String,
    pub source: String,
    /// Where it is declared, such as `ops/matmul.rs`; `In [3]` for a cell.
    pub place: String,
    /// The type of the value, or what a function returns. A module leads to its path.
    pub value: Option<Type>,
    /// What a function takes, without `self`, and its own type parameters.
    pub parameters: Vec<Option<Type>>,
    pub generics: Vec<String>,
}

/// What belongs to a type or a trait, from all of its `impl` blocks.
#[derive(Clone, Default, Debug)]
pub struct Members {
    pub items: Vec<Arc<Item>>,
    /// The type's own parameters, by which the arguments of a use of it replace them.
    pub generics: Vec<String>,
    pub traits: Vec<String>,
    /// What a `for` loop over it takes.
    pub yields: Option<Type>,
    pub dereferences_to: Option<Type>,
    pub stands_for: Option<Type>,
}

/// A module: what it declares, and what it re-exports under which path.
#[derive(Clone, Default, Debug)]
pub struct Module {
    pub items: Vec<Arc<Item>>,
    pub reexports: Vec<Reexport>,
}

#[derive(Debug, Clone)]
pub struct Reexport {
    pub path: Vec<String>,
    /// `*` for everything.
    pub name: String,
}

/// All that some sources declare.
#[derive(Clone, Default, Debug)]
pub struct Declarations {
    /// By path without the crate: `` is the root, `tensor::random` a module in a module.
    pub modules: HashMap<String, Module>,
    /// By the last name of the type.
    pub types: HashMap<String, Members>,
    macros: HashMap<String, Pattern>,
}

/// Which declarations are noted.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Visible {
    /// Those that others can use.
    Public,
    /// Those of cells, which are one crate.
    All,
}

/// A `macro_rules!` of one arm: the names of its parameters, and what it makes of them.
#[derive(Clone, Debug)]
struct Pattern {
    parameters: Vec<String>,
    body: String,
}

/// Where a text stands.
struct Place<'a> {
    module: &'a str,
    file: &'a str,
    visible: Visible,
}

impl Declarations {
    /// Reads a source text, which stands in `file` and is the module `module`.
    pub fn read(&mut self, text: &str, module: &str, file: &str, visible: Visible) {
        let tree = SourceFile::parse(text, EDITION).tree();
        self.modules.entry(module.to_owned()).or_default();
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
        self.modules.entry(String::new()).or_default();
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
                let noted = place.function(function, None);
                self.note(place, noted);
            }
            ast::Item::Struct(one) if place.shows(one) => {
                self.type_declared(one, "struct", one.field_list(), place)
            }
            ast::Item::Union(one) if place.shows(one) => {
                self.type_declared(
                    one,
                    "union",
                    one.record_field_list().map(ast::FieldList::RecordFieldList),
                    place,
                );
            }
            ast::Item::Enum(one) if place.shows(one) => {
                self.type_declared(one, "enum", None, place);
                let owner = name_of(one);
                let variants = one
                    .variant_list()
                    .into_iter()
                    .flat_map(|list| list.variants());
                let variants: Vec<Item> = variants
                    .map(|variant| {
                        let mut noted =
                            place.noted(&variant, Kind::Variant, one_line(variant.syntax()));
                        noted.signature = format!("{owner}::{}", noted.signature);
                        noted.value = Some(Type::named(&owner));
                        noted
                    })
                    .collect();
                self.members(&owner)
                    .items
                    .extend(variants.into_iter().map(Arc::new));
            }
            ast::Item::Trait(one) if place.shows(one) => {
                let name = name_of(one);
                let noted = place.noted(one, Kind::Trait, format!("trait {name}"));
                self.note(place, noted);
                let generics = generics_of(one);
                let members = self.members(&name);
                members.generics = generics;
                members.items.clear();
                self.associated(&name, one.assoc_item_list(), place, true);
            }
            ast::Item::Impl(block) => self.block(block, place),
            // A type that has nothing to set is a value of the same name as well; what is said of
            // the type counts.
            ast::Item::Const(one) if self.has_type(place, &name_of(one)) => {}
            ast::Item::Const(one) if place.shows(one) => {
                let noted = place.constant(one, one.ty());
                self.note(place, noted);
            }
            ast::Item::Static(one) if place.shows(one) => {
                let noted = place.constant(one, one.ty());
                self.note(place, noted);
            }
            ast::Item::TypeAlias(one) if place.shows(one) => {
                let name = name_of(one);
                let noted = place.noted(one, Kind::Type, one_line(one.syntax()));
                self.note(place, noted);
                self.members(&name).stands_for = one.ty().and_then(|node| Type::of(&node));
            }
            ast::Item::Module(one) => {
                let path = joined(place.module, &name_of(one));
                if place.shows(one) {
                    let mut noted = place.noted(one, Kind::Module, format!("mod {}", name_of(one)));
                    noted.value = Some(Type::named(&path));
                    self.note(place, noted);
                }
                if let Some(list) = one.item_list() {
                    self.modules.entry(path.clone()).or_default();
                    self.items(
                        &list,
                        &Place {
                            module: &path,
                            ..*place
                        },
                    );
                }
            }
            ast::Item::MacroRules(one) if place.visible == Visible::All || is_exported(one) => {
                let name = name_of(one);
                let noted = place.noted(one, Kind::Macro, format!("{name}!"));
                // `#[macro_export]` puts it at the root of its crate, wherever it stands.
                let module = if is_exported(one) { "" } else { place.module };
                self.note(&Place { module, ..*place }, noted);
            }
            ast::Item::Use(one) if place.visible == Visible::All || one.visibility().is_some() => {
                let mut found = Vec::new();
                if let Some(tree) = one.use_tree() {
                    imported(&tree, &[], &mut found);
                }
                self.modules
                    .entry(place.module.to_owned())
                    .or_default()
                    .reexports
                    .extend(found);
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
        let module = self.modules.entry(place.module.to_owned()).or_default();
        module.items.retain(|known| {
            known.name != item.name || (known.kind == Kind::Macro) != (item.kind == Kind::Macro)
        });
        module.items.push(Arc::new(item));
    }

    /// What a call of one of our own macros makes. Those with repetitions make nothing that is
    /// worth completing.
    fn expanded(&self, call: &ast::MacroCall) -> Option<String> {
        let pattern = self
            .macros
            .get(call.path()?.segment()?.name_ref()?.text())?;
        let arguments = call.token_tree()?.syntax().text().to_string();
        let arguments = arguments.get(1..arguments.len() - 1)?;
        // Attributes and documentation stand in front.
        let (mut attributes, mut rest) = (String::new(), String::new());
        for line in arguments.lines() {
            let is_attribute =
                line.trim_start().starts_with("///") || line.trim_start().starts_with("#[");
            let part = if is_attribute && rest.trim().is_empty() {
                &mut attributes
            } else {
                &mut rest
            };
            part.push_str(line);
            part.push('\n');
        }
        let values = split_at_commas(&rest);
        let mut text = pattern.body.replace("$(#[$doc])*", &attributes);
        for (name, value) in pattern.parameters.iter().zip(values) {
            text = text.replace(&format!("${name}"), value.trim());
        }
        Some(text)
    }
}

impl Place<'_> {
    fn shows(&self, item: &(impl HasVisibility + HasAttrs)) -> bool {
        let is_public = || {
            item.visibility()
                .is_some_and(|visibility| visibility.visibility_inner().is_none())
        };
        self.visible == Visible::All || (is_public() && !is_hidden(item.syntax()))
    }

    fn noted(&self, node: &(impl HasName + HasDocComments), kind: Kind, signature: String) -> Item {
        Item {
            name: name_of(node),
            kind,
            signature,
            documentation: documentation_of(node),
            source: node.syntax().text().to_string(),
            place: self.file.to_owned(),
            value: None,
            parameters: Vec::new(),
            generics: Vec::new(),
        }
    }

    fn function(&self, function: &ast::Fn, owner: Option<&str>) -> Item {
        let list = function.param_list();
        let has_self = list
            .as_ref()
            .is_some_and(|list| list.self_param().is_some());
        let kind = if has_self {
            Kind::Method
        } else {
            Kind::Function
        };
        let mut item = self.noted(function, kind, signature_of(function));
        if let Some(owner) = owner {
            let arguments = item
                .signature
                .split_once("fn ")
                .map_or(item.signature.as_str(), |(_, rest)| rest);
            item.signature = format!("fn {owner}::{arguments}");
        }
        item.generics = generics_of(function);
        let bounds = bounds_of(function);
        let bound = |name: &str| bounds.get(name).cloned();
        let parameters = list.into_iter().flat_map(|list| list.params());
        item.parameters = parameters
            .map(|parameter| {
                let found = Type::of(&parameter.ty()?)?;
                Some(found.replaced(&|name| bound(name).filter(|bound| bound.name == FUNCTION)))
            })
            .collect();
        item.value = match function.ret_type() {
            Some(returned) => returned.ty().and_then(|node| Type::of(&node)),
            None => Some(Type::named(TUPLE)),
        };
        item
    }

    fn constant(&self, node: &(impl HasName + HasDocComments), kind: Option<ast::Type>) -> Item {
        let mut item = self.noted(node, Kind::Constant, one_line(node.syntax()));
        item.value = kind.and_then(|node| Type::of(&node));
        item
    }

    fn fields(&self, list: Option<ast::FieldList>) -> Vec<Item> {
        let field =
            |node: &SyntaxNode, name: String, kind: Option<ast::Type>, documentation: String| {
                let kind_text = kind
                    .as_ref()
                    .map(|kind| kind.syntax().text().to_string())
                    .unwrap_or_default();
                Item {
                    signature: format!("{name}: {kind_text}"),
                    name,
                    kind: Kind::Field,
                    documentation,
                    source: node.text().to_string(),
                    place: self.file.to_owned(),
                    value: kind.and_then(|node| Type::of(&node)),
                    parameters: Vec::new(),
                    generics: Vec::new(),
                }
            };
        match list {
            Some(ast::FieldList::RecordFieldList(list)) => list
                .fields()
                .filter(|one| self.shows(one))
                .map(|one| {
                    field(
                        one.syntax(),
                        name_of(&one),
                        one.ty(),
                        documentation_of(&one),
                    )
                })
                .collect(),
            Some(ast::FieldList::TupleFieldList(list)) => list
                .fields()
                .enumerate()
                .filter(|(_, one)| self.shows(one))
                .map(|(at, one)| {
                    field(
                        one.syntax(),
                        at.to_string(),
                        one.ty(),
                        documentation_of(&one),
                    )
                })
                .collect(),
            None => Vec::new(),
        }
    }
}

/// A path of a module in a module.
pub fn joined(module: &str, name: &str) -> String {
    if module.is_empty() {
        name.to_owned()
    } else {
        format!("{module}::{name}")
    }
}

fn name_of(node: &impl HasName) -> String {
    node.name()
        .map(|name| name.text().to_string())
        .unwrap_or_default()
}

fn generics_of(node: &impl HasGenericParams) -> Vec<String> {
    let parameters = node
        .generic_param_list()
        .into_iter()
        .flat_map(|list| list.type_or_const_params());
    parameters
        .filter_map(|parameter| Some(parameter.name()?.text().to_string()))
        .collect()
}

/// `<T>`, as it is written.
fn parameters_of(node: &impl HasGenericParams) -> String {
    node.generic_param_list()
        .map(|list| one_line(list.syntax()))
        .unwrap_or_default()
}

/// The first bound of each type parameter, written at it or behind `where`.
fn bounds_of(function: &ast::Fn) -> HashMap<String, Type> {
    use ast::HasTypeBounds;
    let mut found = HashMap::new();
    let first =
        |list: Option<ast::TypeBoundList>| list?.bounds().find_map(|bound| Type::of(&bound.ty()?));
    for parameter in function
        .generic_param_list()
        .into_iter()
        .flat_map(|list| list.type_or_const_params())
    {
        if let ast::TypeOrConstParam::Type(parameter) = parameter
            && let Some(bound) = first(parameter.type_bound_list())
        {
            found.insert(name_of(&parameter), bound);
        }
    }
    for predicate in function
        .where_clause()
        .into_iter()
        .flat_map(|clause| clause.predicates())
    {
        if let (Some(named), Some(bound)) = (
            predicate.ty().and_then(|node| Type::of(&node)),
            first(predicate.type_bound_list()),
        ) {
            found.insert(named.name, bound);
        }
    }
    found
}

/// The traits of a `derive`.
fn derived_by(node: &impl HasAttrs) -> Vec<String> {
    let lists = node
        .attrs()
        .map(|attribute| attribute.syntax().text().to_string());
    let lists: Vec<String> = lists.filter(|text| text.starts_with("#[derive")).collect();
    let words = lists
        .iter()
        .flat_map(|list| list.split(|c: char| !c.is_alphanumeric() && c != '_'));
    words
        .filter(|word| !word.is_empty() && *word != "derive")
        .map(str::to_owned)
        .collect()
}

fn has_attribute(node: &SyntaxNode, text: &str) -> bool {
    let attributes = node
        .children()
        .filter(|child| child.kind() == SyntaxKind::ATTR);
    attributes
        .into_iter()
        .any(|attribute| attribute.text().to_string().contains(text))
}

fn is_hidden(node: &SyntaxNode) -> bool {
    has_attribute(node, "doc(hidden)")
}

fn is_exported(rules: &ast::MacroRules) -> bool {
    has_attribute(rules.syntax(), "macro_export") && !is_hidden(rules.syntax())
}

/// The text of the documentation, without its markers.
fn documentation_of(node: &impl HasDocComments) -> String {
    let lines = node.doc_comments().filter_map(|comment| {
        let text = comment.syntax().text().to_string();
        let line = text.strip_prefix("///")?;
        Some(line.strip_prefix(' ').unwrap_or(line).to_owned())
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn signature_of(function: &ast::Fn) -> String {
    let body = function
        .body()
        .map(|body| body.syntax().text_range().start());
    let begin = function.fn_token().map(|token| token.text_range().start());
    let (whole, from) = (
        function.syntax().text(),
        function.syntax().text_range().start(),
    );
    let begin = begin.unwrap_or(from) - from;
    let end = body.map_or(whole.len(), |body| body - from);
    let text = whole.slice(begin..end).to_string();
    in_one_line(text.trim_end_matches([';', ' ', '\n']))
}

/// A declaration without what is in front of it.
fn one_line(node: &SyntaxNode) -> String {
    let is_front = |kind| {
        matches!(
            kind,
            SyntaxKind::ATTR
                | SyntaxKind::COMMENT
                | SyntaxKind::WHITESPACE
                | SyntaxKind::VISIBILITY
        )
    };
    let parts = node
        .children_with_tokens()
        .skip_while(|part| is_front(part.kind()));
    in_one_line(
        parts
            .map(|part| part.to_string())
            .collect::<String>()
            .trim_end_matches(';'),
    )
}

fn in_one_line(text: &str) -> String {
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").replace("( ", "(").replace(", )", ")")
}

/// What `use` brings in.
fn imported(tree: &ast::UseTree, before: &[String], found: &mut Vec<Reexport>) {
    let mut path = before.to_vec();
    if let Some(written) = tree.path() {
        path.extend(
            written
                .segments()
                .map(|segment| segment.syntax().text().to_string()),
        );
    }
    if let Some(list) = tree.use_tree_list() {
        return list
            .use_trees()
            .for_each(|inner| imported(&inner, &path, found));
    }
    let renamed = tree
        .rename()
        .and_then(|rename| Some(rename.name()?.text().to_string()));
    let name = match (tree.star_token(), renamed) {
        (Some(_), _) => "*".to_owned(),
        (None, Some(name)) => name,
        (None, None) => {
            if path.last().is_some_and(|last| last == "self") {
                path.pop();
            }
            path.last().cloned().unwrap_or_default()
        }
    };
    found.push(Reexport { path, name });
}

/// A macro with one arm without repetitions other than of attributes.
fn pattern_of(rules: &ast::MacroRules) -> Option<Pattern> {
    let arms: Vec<SyntaxNode> = rules.token_tree()?.syntax().children().collect();
    let [head, body] = arms.as_slice() else {
        return None;
    };
    let head = head.text().to_string().replace("$(#[$doc:meta])*", "");
    if head.contains("$(") {
        return None;
    }
    let inner = |text: String| text.get(1..text.len() - 1).map(str::to_owned);
    let parameters = head.split('$').skip(1);
    let parameters = parameters
        .filter_map(|part| Some(part.split_once(':')?.0.to_owned()))
        .collect();
    Some(Pattern {
        parameters,
        body: inner(body.text().to_string())?,
    })
}

/// The parts between commas that stand in no bracket.
pub fn split_at_commas(text: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut begin) = (Vec::new(), 0i32, 0);
    for (at, character) in text.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&text[begin..at]);
                begin = at + 1;
            }
            _ => {}
        }
    }
    if !text[begin..].trim().is_empty() {
        parts.push(&text[begin..]);
    }
    parts
}
