//! Which line of the cell the compiled code is at.

use std::panic::Location;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Where the statements of this cell stand in the code that was compiled, and their lines in the
/// cell. They are few: a loop is one.
static STATEMENTS: Mutex<Vec<(&'static Location<'static>, u32)>> = Mutex::new(Vec::new());

fn statements() -> MutexGuard<'static, Vec<(&'static Location<'static>, u32)>> {
    STATEMENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The line of the cell that a place in the compiled code is on, if it is in one of the statements
/// that have run.
pub(crate) fn line_of(place: &Location) -> Option<u32> {
    let is_before = |at: &Location| at.file() == place.file() && at.line() < place.line();
    let statements = statements();
    let (at, line) = statements
        .iter()
        .filter(|(at, _)| is_before(at))
        .max_by_key(|(at, _)| at.line())?;
    // evcxr puts each statement on a line of its own: that of the call of `at` is the one before.
    Some(line + place.line() - at.line() - 1)
}

/// The cell has come to the statement on this line, whose code begins at `place`.
pub(crate) fn at_line(place: &'static Location<'static>, line: u32) {
    statements().push((place, line));
}

pub(crate) fn forget_statements() {
    statements().clear();
}
