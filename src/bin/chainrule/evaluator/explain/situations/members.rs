//! Methods that are not there.

use super::super::case::{Case, Explanation};
use super::super::memory::Fate;
use super::fates::of_fate;
use super::similar::{misspelled, nearest, similar_name};
use crate::evaluator::assist;

pub fn missing_method(case: &Case) -> Option<Explanation> {
    let method = case.name();
    if let Some(fate @ Fate::SetAside { .. }) = case.memory.fate(method) {
        return Some(of_fate(method, fate, case.memory));
    }
    similar_name(case).or_else(|| of_the_library(case))
}

/// A method of a tensor, a model or a layer with letters left out, turned or too many. rustc says
/// nothing of one where letters are turned.
fn of_the_library(case: &Case) -> Option<Explanation> {
    let owner = case.message.split('`').nth(3)?;
    let is_part = |c: char| !c.is_alphanumeric() && c != '_';
    let kind = owner
        .split(is_part)
        .find(|part| assist::is_type_of_library(part) && case.memory.defined_in(part).is_none())?;
    let meant = nearest(case.name(), &assist::methods_of(kind))?;
    Some(misspelled(case, &meant))
}
