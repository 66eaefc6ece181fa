//! The rest of a cell, as a closure: what is before it keeps its variables when the rest has
//! stopped.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

/// How the rest of a cell has ended.
#[must_use = "a panic would be lost"]
pub struct Rest(Option<Box<dyn Any + Send>>);

/// Runs the rest of a cell. Not generic, so that a cell does not compile the catching of panics
/// again for each.
#[inline(never)]
pub fn go_on(rest: Box<dyn FnOnce() + '_>) -> Rest {
    Rest(catch_unwind(AssertUnwindSafe(rest)).err())
}

/// The same for cells in which the compiler has to see what the rest does with the variables from
/// before it.
#[inline]
pub fn go_on_here(rest: impl FnOnce()) -> Rest {
    Rest(catch_unwind(AssertUnwindSafe(rest)).err())
}

impl Rest {
    /// Goes on with the panic, if it was one.
    #[inline(never)]
    pub fn end(self) {
        if let Some(payload) = self.0 {
            resume_unwind(payload);
        }
    }
}
