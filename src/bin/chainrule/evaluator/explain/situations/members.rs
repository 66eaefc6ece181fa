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
    let kind = case.type_of_library(owner)?;
    let meant = nearest(case.name(), &assist::methods_of(kind))?;
    Some(misspelled(case, &meant))
}
