//! The process that runs cells and holds their variables.
//!
//! ```text
//! kernel ── commands, answers (evcxr's lines) ──→ SUPERVISOR   waits for the runner,
//!        ←─ output of cells (two pipes) ────────     │            wakes the snapshot when it dies
//!        ←─ events (JSON messages) ─────────────     └ RUNNER     loads cells, has the variables
//!                                                       └ SNAPSHOT  asleep: the runner as it was
//!                                                                   after the last cell
//! ```
//!
//! After a cell, the runner forks a snapshot, which replaces the one from the cell before. If the
//! runner dies, in a cell or between two, the supervisor wakes the snapshot, which becomes the
//! runner. If evcxr waits for a cell then, it is answered with a line that is not UTF-8: it reports
//! an error, commits nothing and restarts nothing, so that both sides are as before the cell.
//! Without snapshots (they can be switched off, and where a system has no `fork` there are none)
//! the worker ends with its runner, evcxr starts another, and the variables are lost.
//!
//! The snapshots before the last one are kept for a while, too, if the learner may take cells back
//! (`:undo`).
//!
//! Runner and snapshot lead a process group each, so that a cell that kills its group kills only
//! itself. What a cell has started ends with the runner that the cell has crashed; the supervisor
//! collects it.
//!
//! evcxr starts when a cell has to be compiled, and ends and starts again, while the worker lives
//! as long as the session. So the kernel talks to the worker itself (`link`), and a thread of the
//! kernel takes the worker's place for evcxr (`relay`):
//!
//! ```text
//! evcxr ── lines ── relay ── kernel ── lines ── SUPERVISOR, RUNNER
//! ```
//!
//! `channels`, `link` and `relay` are the kernel's ends; everything else runs in the worker, which
//! is single-threaded until a cell starts a thread.

pub mod channels;
pub mod link;
mod process;
pub mod relay;
mod runner;
mod shared;
mod snapshot;
mod stack;
mod stdin;
mod supervisor;

pub use process::{COMMAND, END, END_CELL, END_RUNNER, INTERRUPT, LOST_CHANNELS};

/// Plays the worker's part. Does not return.
pub fn main() -> ! {
    // evcxr sets it; a failed allocation would print where in std it has failed.
    // SAFETY: this process has one thread.
    unsafe { std::env::remove_var("RUST_BACKTRACE") };
    supervisor::run()
}
