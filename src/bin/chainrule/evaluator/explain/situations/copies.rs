//! A copy by `.clone()`, where the type has to get `Clone` first; a value that is lent instead.

use super::super::case::{Case, Explanation};
use super::super::definitions::{Definitions, place_of_argument};
use super::super::memory::Memory;
use super::super::moves::{By, Move};
use super::super::syntax::Cell;
use crate::evaluator::cell::name_of;
use chainrule::display::say;

/// What has to be written above definitions before a value can be cloned. Nothing, for most.
#[derive(Default)]
pub struct Before {
    /// A sentence, with a blank before it.
    pub english: String,
    pub chinese: String,
    /// Lines of code, each with its end.
    pub code: String,
}

/// None where nothing makes it possible to clone a value of this type.
pub fn before_clone(memory: &Memory, cell: &Cell, kind: &str) -> Option<Before> {
    let types = memory.definitions_with(cell).without_clone(kind)?;
    if types.is_empty() {
        return Some(Before::default());
    }
    let is_here = |name: &str| {
        cell.items()
            .any(|item| name_of(&item).as_deref() == Some(name))
    };
    let names = |comma: &str| {
        let quoted = types.iter().map(|(_, name)| format!("`{name}`"));
        quoted.collect::<Vec<_>>().join(comma)
    };
    let mut elsewhere: Vec<u32> = types
        .iter()
        .filter(|(_, name)| !is_here(name))
        .filter_map(|(_, name)| memory.defined_in(name))
        .collect();
    elsewhere.sort_unstable();
    elsewhere.dedup();
    let cells: String = elsewhere.iter().map(|cell| format!(" [{cell}]")).collect();
    let (english_cells, chinese_cells) = match cells.is_empty() {
        true => (String::new(), String::new()),
        false => (
            format!(" (cell{cells}; run it again)"),
            format!("（单元格{cells}，改好后重新运行）"),
        ),
    };
    let lines = types
        .iter()
        .map(|(keyword, name)| format!("#[derive(Clone)]\n{keyword} {name} …\n"));
    Some(Before {
        english: format!(
            " `.clone()` is there for types with `Clone` only: put `#[derive(Clone)]` above the \
             definition of {}{english_cells} first.",
            names(", ")
        ),
        chinese: format!(
            "只有实现了 `Clone` 的类型才能用 `.clone()`：请先在 {} 的定义上面加上 `#[derive(Clone)]`\
             {chinese_cells}。",
            names("、")
        ),
        code: lines.collect(),
    })
}

/// What to write in the place of a move.
pub struct Instead {
    pub before: Before,
    /// May be empty.
    pub code: String,
}

/// A copy, or a loan, where the function is the learner's own.
pub fn instead_of(name: &str, how: &Move, memory: &Memory, cell: &Cell) -> Instead {
    let definitions = memory.definitions_with(cell);
    let lent = lent(name, how, &definitions);
    let is_copied = how.fix.contains(".clone()");
    let before = match is_copied {
        true => before_clone(memory, cell, &how.kind),
        false => Some(Before::default()),
    };
    let Some(before) = before else {
        return Instead {
            before: Before::default(),
            code: lent.unwrap_or_default(),
        };
    };
    let or = say("or, where it only reads:", "或者，如果它只是读取：");
    let or_lent = lent.map(|lent| format!("\n// {or}\n{lent}"));
    Instead {
        code: format!("{}{}{}", before.code, how.fix, or_lent.unwrap_or_default()),
        before,
    }
}

/// The function with a reference as its parameter, and its call.
fn lent(name: &str, how: &Move, definitions: &Definitions) -> Option<String> {
    let By::Call(function) = &how.by else {
        return None;
    };
    let place = place_of_argument(&how.code, function, name)?;
    let head = definitions.lending(function, place)?;
    Some(format!("{head}\n{}", how.lent))
}

/// `p.clone()` of a type of the learner's that has no `Clone`.
pub fn no_clone(case: &Case) -> Option<Explanation> {
    let is_clone = ["method named `clone`", "the method `clone`", ": Clone`"];
    if !is_clone.iter().any(|words| case.message.contains(words)) {
        return None;
    }
    let cell = Cell::new(case.code);
    let named = case.named().map(|kind| kind.trim_end_matches(": Clone"));
    let of_own = |kind: &str| {
        let before = before_clone(case.memory, &cell, kind)?;
        (!before.code.is_empty()).then_some(before)
    };
    let before = named.filter_map(of_own).next()?;
    Some(Explanation::new(
        before.english.trim(),
        before.chinese,
        before.code.trim_end(),
    ))
}
