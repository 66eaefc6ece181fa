//! The variables after a cell that has stopped before its end: what it had made by then, and of
//! what it was to make anew the old values. evcxr drops all that a cell was to make; it is told of
//! these when it is needed next (`context`).

use super::kept::stored_by;
use crate::compiler::stand_in::generated;
use crate::evaluator::cell::Cell;
use crate::evaluator::state::scope::{Variable, Variables, made_by};
use chainrule::base::protocol::Event;
use std::collections::BTreeSet;

/// The variables that are there although the cell, given as evcxr got it and compiled as `source`,
/// has stopped. `before` are those that it began with.
pub fn what_is_there(cell: &Cell, source: &str, before: &Variables, events: &[Event]) -> Variables {
    let (all, staying) = stored_by(source);
    let taken = generated::taken(source);
    let (mut there, mut put_back) = (BTreeSet::new(), BTreeSet::new());
    for event in events {
        match event {
            Event::Types { types } => there.extend(types.keys().map(String::as_str)),
            Event::PutBack { variables } => put_back.extend(variables.iter().map(String::as_str)),
            _ => {}
        }
    }
    let made = made_by(cell);
    let mut found = Variables::new();
    for (name, kind) in all.iter().filter(|(name, _)| !staying.contains(name)) {
        let is_new = there.contains(name.as_str()) && !put_back.contains(name.as_str());
        let is_old = put_back.contains(name.as_str()) || !taken.contains(name.as_str());
        if is_new {
            let is_mutable = made.get(name).copied().unwrap_or_default();
            let kind = kind.clone();
            found.insert(name.clone(), Variable { kind, is_mutable });
        } else if let Some(old) = before.get(name).filter(|_| is_old) {
            found.insert(name.clone(), old.clone());
        }
    }
    found
}
