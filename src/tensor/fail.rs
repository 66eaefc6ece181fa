//! The one form of every message about a learner's mistake.

use super::node::Tensor;
use crate::display::{Bundle, escape_html, say, show};
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};

/// Panics at the line of the cell. The message: what was tried and which rule it broke; the
/// operands with their names and shapes; what to do about it.
///
/// Every public function between a cell and this call carries `#[track_caller]`, and none of them
/// calls the next one in a closure: closures do not pass the location on.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn fail(problem: &str, operands: &[(&str, &Tensor)], hint: &str) -> ! {
    let mut message = problem.to_owned();
    let width = operands
        .iter()
        .map(|(role, _)| role.chars().count())
        .max()
        .unwrap_or(0)
        .max("hint".len());
    let names: Vec<String> = operands
        .iter()
        .map(|(_, tensor)| tensor.name().unwrap_or_else(|| "(no label)".into()))
        .collect();
    let name_width = names
        .iter()
        .map(|name| name.chars().count())
        .max()
        .unwrap_or(0);
    // Without any label the shapes of the first line say it all.
    if operands.iter().any(|(_, tensor)| tensor.name().is_some()) {
        for ((role, tensor), name) in operands.iter().zip(names) {
            let _ = write!(
                message,
                "\n  {role:width$}: {name:name_width$}  {:?}",
                tensor.shape()
            );
        }
    }
    let _ = write!(message, "\n  {:width$}: {hint}", "hint");
    panic!("{message}");
}

static WARNINGS: AtomicBool = AtomicBool::new(true);
/// The kinds of warnings that this cell has had.
static GIVEN: Mutex<BTreeSet<&'static str>> = Mutex::new(BTreeSet::new());

/// Turns the library's warnings off, or on again: those about softmax applied twice, inputs that
/// are not scaled, dead units, gradients that vanish and the like.
///
/// ```
/// # use chainrule::prelude::*;
/// warnings(false);
/// # warnings(true);
/// ```
pub fn warnings(on: bool) {
    WARNINGS.store(on, Ordering::Relaxed);
}

/// Tells the learner something, the first time in a cell that something of this kind happens; the
/// computation goes on.
#[cold]
pub(crate) fn warn_once(kind: &'static str, message: &str) {
    let is_collected = COLLECTED.with_borrow_mut(|collected| {
        collected
            .as_mut()
            .map(|found| found.push((kind, message.to_owned())))
            .is_some()
    });
    if is_collected {
        return;
    }
    let is_new = || {
        GIVEN
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(kind)
    };
    if WARNINGS.load(Ordering::Relaxed) && is_new() {
        notice(&format!("{}{message}", say("warning: ", "警告：")));
    }
}

thread_local! {
    /// Where warnings go instead of to the learner.
    static COLLECTED: RefCell<Option<Vec<Warning>>> = const { RefCell::new(None) };
}

/// The kind of a warning, and what it says.
pub(crate) type Warning = (&'static str, String);

/// Collects the warnings of a computation instead of showing them, until it is dropped.
pub(crate) struct Collecting;

impl Collecting {
    pub(crate) fn begin() -> Collecting {
        COLLECTED.set(Some(Vec::new()));
        Collecting
    }

    /// What has come together.
    pub(crate) fn found(&self) -> Vec<Warning> {
        COLLECTED.with_borrow_mut(Option::take).unwrap_or_default()
    }
}

impl Drop for Collecting {
    fn drop(&mut self) {
        COLLECTED.set(None);
    }
}

/// Tells the learner something beside what the cell shows. Not on standard error: what grades
/// notebooks takes that for a failure.
#[cold]
pub(crate) fn notice(text: &str) {
    let style = "border-left:4px solid #e69f00;padding:2px 10px;color:inherit";
    show(&Bundle::text(text).html(format!(
        "<div style=\"{style}\">{}</div>",
        escape_html(text)
    )));
}

/// A new cell begins.
pub(crate) fn forget_warnings() {
    GIVEN.lock().unwrap_or_else(PoisonError::into_inner).clear();
}
