//! What stands in the types and functions that cells define, as far as advice needs it.

use super::moves::head;
use super::syntax::Cell;
use crate::evaluator::cell::{derived_by, words};
use ra_ap_syntax::ast::{self, AstNode, HasArgList, HasName};
use std::collections::{BTreeMap, BTreeSet};

/// The definitions of a session, by name.
#[derive(Clone, Default)]
pub struct Definitions {
    functions: BTreeMap<String, String>,
    types: BTreeMap<String, Type>,
    /// Types with an `impl Clone` of their own.
    cloned: BTreeSet<String>,
}

#[derive(Clone)]
struct Type {
    text: String,
    /// `struct`, `enum`
    keyword: &'static str,
    has_clone: bool,
}

/// In a type whose text has one of these nothing can be cloned.
const UNIQUE: [&str; 8] = [
    "dyn",
    "impl",
    "File",
    "JoinHandle",
    "Mutex",
    "RwLock",
    "Receiver",
    "Stdin",
];

/// What is shared: its clone leaves what is behind it where it is.
const SHARED: [&str; 4] = ["Rc<", "Arc<", "&", "*"];

impl Definitions {
    pub fn note(&mut self, cell: &Cell) {
        for item in cell.items() {
            match &item {
                ast::Item::Fn(function) => {
                    let name = function.name().map(|name| name.text().to_string());
                    let text = function.syntax().text().to_string();
                    self.functions.extend(name.map(|name| (name, text)));
                }
                ast::Item::Struct(one) => self.note_type(one, "struct"),
                ast::Item::Enum(one) => self.note_type(one, "enum"),
                ast::Item::Impl(block) => {
                    let of_trait = block.trait_().map(|kind| kind.syntax().text().to_string());
                    let is_clone = of_trait.is_some_and(|name| name.ends_with("Clone"));
                    let kind = block.self_ty().filter(|_| is_clone);
                    let kind = kind.map(|kind| kind.syntax().text().to_string());
                    let name = kind.and_then(|kind| Some(words(&kind).next()?.to_owned()));
                    self.cloned.extend(name);
                }
                _ => {}
            }
        }
    }

    fn note_type(&mut self, item: &(impl HasName + ast::HasAttrs), keyword: &'static str) {
        let Some(name) = item.name() else { return };
        let one = Type {
            text: item.syntax().text().to_string(),
            keyword,
            has_clone: derived_by(item).iter().any(|word| word == "Clone"),
        };
        self.types.insert(name.text().to_string(), one);
    }

    /// The learner's own types that have to get `Clone` before a value of this type can be cloned,
    /// each with `struct` or `enum`; none if nothing of the kind can.
    pub fn without_clone(&self, kind: &str) -> Option<Vec<(&'static str, String)>> {
        let kind = kind.trim();
        let is_shared = SHARED.iter().any(|begin| {
            kind.starts_with(begin) || kind.rsplit("::").any(|part| part.starts_with(begin))
        });
        let mut found: Vec<(&'static str, String)> = Vec::new();
        if kind.starts_with("&mut ") {
            return None;
        }
        if is_shared {
            return Some(found);
        }
        let mut open = vec![kind];
        while let Some(text) = open.pop() {
            if words(text).any(|word| UNIQUE.contains(&word)) {
                return None;
            }
            for name in words(text) {
                let Some(one) = self.types.get(name).filter(|one| !one.has_clone) else {
                    continue;
                };
                let is_new = !found.iter().any(|(_, known)| known == name);
                if is_new && !self.cloned.contains(name) {
                    found.push((one.keyword, name.to_owned()));
                    open.push(&one.text);
                }
            }
        }
        Some(found)
    }

    /// A function of a cell with a reference in the place of this argument, in one line.
    pub fn lending(&self, function: &str, argument: usize) -> Option<String> {
        let text = self.functions.get(function)?;
        let cell = Cell::new(text.as_str());
        let function = cell.items().find_map(|item| match item {
            ast::Item::Fn(function) => Some(function),
            _ => None,
        })?;
        let parameter = function.param_list()?.params().nth(argument)?;
        let kind = parameter.ty()?;
        let of = kind.syntax().text().to_string();
        let generic = function
            .syntax()
            .children()
            .any(|node| ast::GenericParamList::can_cast(node.kind()));
        if generic || of.starts_with(['&']) || of.starts_with("impl ") {
            return None;
        }
        let base = usize::from(function.syntax().text_range().start());
        let start = usize::from(kind.syntax().text_range().start()) - base;
        let mut lent = text.clone();
        lent.insert(start, '&');
        match lent.contains('\n') {
            true => Some(head(&lent)),
            false => Some(lent),
        }
    }
}

/// The place of an argument in the first call of a function in some code.
pub fn place_of_argument(code: &str, function: &str, argument: &str) -> Option<usize> {
    let cell = Cell::new(code);
    let calls = cell.descendants().filter_map(ast::CallExpr::cast);
    let places = calls.filter_map(|call| {
        let called = call.expr()?.syntax().text().to_string();
        let mut arguments = call.arg_list()?.args();
        let place = arguments.position(|one| one.syntax().text() == argument)?;
        (called == function).then_some(place)
    });
    places.into_iter().next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_cloned() {
        let mut definitions = Definitions::default();
        definitions.note(&Cell::new(
            "struct Inner { a: i32 }\nstruct Outer { inner: Inner, all: Vec<Known> }\n\
             #[derive(Debug, Clone)]\nstruct Known;\nenum Own { A }\n\
             impl Clone for Own { fn clone(&self) -> Own { Own::A } }\n\
             struct Task { run: Box<dyn Fn()> }",
        ));
        let names = |kind: &str| {
            let found = definitions.without_clone(kind)?;
            Some(found.into_iter().map(|(_, name)| name).collect::<Vec<_>>())
        };
        let some = |names: &[&str]| Some(names.iter().map(|name| (*name).to_owned()).collect());
        assert_eq!(names("Vec<Outer>"), some(&["Outer", "Inner"]));
        for kind in ["Known", "Own", "Vec<i32>", "std::rc::Rc<Inner>", "&Inner"] {
            assert_eq!(names(kind), some(&[]), "{kind}");
        }
        for kind in ["Task", "Box<dyn Fn(i32) -> i32>", "&mut Inner"] {
            assert_eq!(names(kind), None, "{kind}");
        }
    }

    #[test]
    fn a_function_that_only_looks() {
        let mut definitions = Definitions::default();
        definitions.note(&Cell::new(
            "fn eat(n: i32, v: Vec<i32>) -> usize { v.len() }\nfn any<T>(v: T) {}",
        ));
        assert_eq!(
            definitions.lending("eat", 1).as_deref(),
            Some("fn eat(n: i32, v: &Vec<i32>) -> usize { v.len() }")
        );
        assert_eq!(definitions.lending("any", 0), None);
        assert_eq!(place_of_argument("eat(1, a);", "eat", "a"), Some(1));
        assert_eq!(place_of_argument("drop(a);", "eat", "a"), None);
    }
}
