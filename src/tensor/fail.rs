//! The one form of every message about a learner's mistake.

use super::Tensor;
use std::fmt::Write;
use std::sync::atomic::{AtomicBool, Ordering};

/// Panics at the line of the cell. The message: what was tried and which rule it broke; the operands with their names
/// and shapes; what to do about it.
///
/// Every public function between a cell and this call carries `#[track_caller]`, and none of them calls the next one
/// in a closure: closures do not pass the location on.
#[cold]
#[inline(never)]
#[track_caller]
pub(crate) fn fail(problem: &str, operands: &[(&str, &Tensor)], hint: &str) -> ! {
    let mut message = problem.to_owned();
    let width = operands.iter().map(|(role, _)| role.chars().count()).max().unwrap_or(0).max("hint".len());
    let names: Vec<String> =
        operands.iter().map(|(_, tensor)| tensor.name().unwrap_or_else(|| "(no label)".into())).collect();
    let name_width = names.iter().map(|name| name.chars().count()).max().unwrap_or(0);
    // Without any label the shapes of the first line say it all.
    if operands.iter().any(|(_, tensor)| tensor.name().is_some()) {
        for ((role, tensor), name) in operands.iter().zip(names) {
            let _ = write!(message, "\n  {role:width$}: {name:name_width$}  {:?}", tensor.shape());
        }
    }
    let _ = write!(message, "\n  {:width$}: {hint}", "hint");
    panic!("{message}");
}

/// Tells the learner something on standard error the first time that it happens in a session; returns no value, and
/// the computation goes on.
#[cold]
pub(crate) fn warn_once(already: &AtomicBool, message: &str) {
    if !already.swap(true, Ordering::Relaxed) {
        eprintln!("warning: {message}");
    }
}
