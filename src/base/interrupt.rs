//! The flag that a signal sets and that long computations look at.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, Ordering};

/// Set by the worker's signal handler, which finds it by this name.
#[unsafe(no_mangle)]
pub static CHAINRULE_INTERRUPT: AtomicBool = AtomicBool::new(false);

/// What an interrupted computation unwinds with.
#[derive(Debug)]
pub struct Interrupted;

/// Ends the computation by unwinding with [`Interrupted`] if the learner pressed stop. Every tensor
/// operation and every step of `fit` calls it; a long loop of one's own may, too.
///
/// ```
/// for step in 0..3 {
///     chainrule::cell::interrupt::check();
/// }
/// ```
#[inline]
pub fn check() {
    if CHAINRULE_INTERRUPT.load(Ordering::Relaxed) {
        unwind();
    }
}

#[cold]
fn unwind() {
    // What is dropped by a panic may compute, and a second panic then would abort the process and
    // all its variables.
    if std::thread::panicking() {
        return;
    }
    // Only one thread unwinds for one press of the button.
    if CHAINRULE_INTERRUPT.swap(false, Ordering::Relaxed) {
        COUNT.set(COUNT.get() + 1);
        std::panic::panic_any(Interrupted);
    }
}

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

/// How many interrupts have unwound this thread. What is dropped by a panic can tell from it
/// whether it was one.
pub(crate) fn count() -> usize {
    COUNT.get()
}
