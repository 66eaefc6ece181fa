//! The flag that a signal sets and that long computations look at.

use std::sync::atomic::{AtomicBool, Ordering};

/// Set by the worker's signal handler, which finds it by this name.
#[unsafe(no_mangle)]
pub static CHAINRULE_INTERRUPT: AtomicBool = AtomicBool::new(false);

/// What an interrupted computation unwinds with.
#[derive(Debug)]
pub struct Interrupted;

/// Ends the computation by unwinding with [`Interrupted`] if the learner pressed stop. Every tensor operation and every
/// step of `fit` calls it; a long loop of one's own may, too.
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
fn unwind() -> ! {
    CHAINRULE_INTERRUPT.store(false, Ordering::Relaxed);
    std::panic::panic_any(Interrupted);
}
