//! The process that runs cells and holds their variables.
//!
//! ```text
//! kernel ── commands, answers (evcxr's lines) ──→ SUPERVISOR   waits for the runner, wakes the snapshot when it dies
//!        ←─ output of cells (two pipes) ────────     └ RUNNER     loads cells, holds the variables
//!        ←─ events (JSON messages) ─────────────        └ SNAPSHOT  asleep: the runner as it was after the last cell
//! ```
//!
//! After a cell, the runner forks a snapshot, which replaces the one from the cell before. If the runner dies, in a cell
//! or between two, the supervisor wakes the snapshot, which becomes the runner. If evcxr waits for a cell then, it is
//! answered with a line that is not UTF-8: it reports an error, commits nothing and restarts nothing, so that both sides
//! are as before the cell. Without snapshots (they can be switched off, and where a system has no `fork` there are none)
//! the worker ends with its runner, evcxr starts another, and the variables are lost.
//!
//! The snapshots before the last one are kept for a while, too, if the learner may take cells back (`:undo`).
//!
//! Runner and snapshot lead a process group each, so that a cell that kills its group kills only itself. What a cell has
//! started ends with the runner that the cell has crashed; the supervisor collects it.
//!
//! evcxr starts when a cell has to be compiled, and ends and starts again, while the worker lives as long as the session.
//! So the kernel talks to the worker itself (`link`), and a thread of the kernel takes the worker's place for evcxr (`relay`):
//!
//! ```text
//! evcxr ── lines ── relay ── kernel ── lines ── SUPERVISOR, RUNNER
//! ```
//!
//! `channels`, `link` and `relay` are the kernel's ends; everything else runs in the worker, which is
//! single-threaded until a cell starts a thread.

pub mod channels;
pub mod link;
pub mod relay;
mod runner;
mod shared;
mod snapshot;
mod stack;
mod stdin;
mod supervisor;

use chainrule::base::protocol::Event;
use nix::sys::signal::Signal;
use std::os::fd::RawFd;

/// How the executable is told to be the worker.
pub const COMMAND: &str = "worker";

/// The path of the library's shared object, for the worker.
pub const LIBRARY: &str = "CHAINRULE_LIBRARY";
/// How many bytes of memory a cell may ask the system for, for the worker.
pub const MEMORY: &str = "CHAINRULE_WORKER_MEMORY";
/// How many processes and threads the user may have, for the worker.
pub const PROCESSES: &str = "CHAINRULE_WORKER_PROCESSES";
/// Set where no snapshots shall be made, for the worker.
pub const NO_SNAPSHOTS: &str = "CHAINRULE_WORKER_NO_SNAPSHOTS";

/// How many cells a learner may take back, for the worker.
pub const UNDO: &str = "CHAINRULE_WORKER_UNDO";
/// Tells the runner to go back by as many snapshots as follow.
const UNDO_COMMAND: &str = "UNDO ";

// The descriptors that a worker is started with besides the standard ones, which talk with evcxr. High, so that they
// are not in the way of what std opens between fork and exec.
const OUTPUT: RawFd = 190;
const ERRORS: RawFd = 191;
const EVENTS: RawFd = 192;
const INPUT: RawFd = 195;
// Where the worker moves evcxr's two lines, since a cell has standard input and output of its own, and a spare for its
// standard input.
const COMMANDS: RawFd = 193;
const ANSWERS: RawFd = 194;
const NOTHING: RawFd = 196;

/// Wakes a snapshot. Directed at one process: a shared pipe could wake the wrong one.
const WAKE: Signal = Signal::SIGUSR1;
/// Tells the supervisor to interrupt the cell: the runner gets `SIGINT`.
pub const INTERRUPT: Signal = Signal::SIGINT;
/// Tells the supervisor to end the cell: the runner gets `SIGKILL`, if there is a cell, and a snapshot to go on with or
/// none wanted.
pub const END_CELL: Signal = Signal::SIGQUIT;
/// Tells the supervisor to go back to the snapshot although no cell runs.
pub const END_RUNNER: Signal = Signal::SIGUSR2;
/// Tells the supervisor to end, with everything that cells have started. The system sends it when the kernel dies.
pub const END: Signal = Signal::SIGTERM;

/// The exit code of a runner that has found its connections with the kernel closed.
pub const LOST_CHANNELS: i32 = 117;

/// Plays the worker's part. Does not return.
pub fn main() -> ! {
    // evcxr sets it; a failed allocation would print where in std it has failed.
    // SAFETY: this process has one thread.
    unsafe { std::env::remove_var("RUST_BACKTRACE") };
    supervisor::run()
}

/// Reports to the kernel.
fn send(event: &Event) {
    send_event(event.to_json().to_string().as_bytes());
}

/// Sends one event to the kernel, whole. Used with texts only, so that a signal handler may call it.
fn send_event(json: &[u8]) {
    // SAFETY: the descriptor is open for the life of the process; `send` is async-signal-safe.
    unsafe { libc::send(EVENTS, json.as_ptr().cast(), json.len(), libc::MSG_NOSIGNAL) };
}
