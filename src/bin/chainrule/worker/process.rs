//! What every process of a worker knows: how it was started, its descriptors, its signals, and how
//! it reports.

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
pub const UNDO_COMMAND: &str = "UNDO ";

// The descriptors that a worker is started with besides the standard ones, which talk with evcxr.
// High, so that they are not in the way of what std opens between fork and exec.
pub const OUTPUT: RawFd = 190;
pub const ERRORS: RawFd = 191;
pub const EVENTS: RawFd = 192;
pub const INPUT: RawFd = 195;
// Where the worker moves evcxr's two lines, since a cell has standard input and output of its own,
// and a spare for its standard input.
pub const COMMANDS: RawFd = 193;
pub const ANSWERS: RawFd = 194;
pub const NOTHING: RawFd = 196;

/// Wakes a snapshot. Directed at one process: a shared pipe could wake the wrong one.
pub const WAKE: Signal = Signal::SIGUSR1;
/// Tells the supervisor to interrupt the cell: the runner gets `SIGINT`.
pub const INTERRUPT: Signal = Signal::SIGINT;
/// Tells the supervisor to end the cell: the runner gets `SIGKILL`, if there is a cell, and a
/// snapshot to go on with or none wanted.
pub const END_CELL: Signal = Signal::SIGQUIT;
/// Tells the supervisor to go back to the snapshot although no cell runs.
pub const END_RUNNER: Signal = Signal::SIGUSR2;
/// Tells the supervisor to end, with everything that cells have started. The system sends it when
/// the kernel dies.
pub const END: Signal = Signal::SIGTERM;

/// The exit code of a runner that has found its connections with the kernel closed.
pub const LOST_CHANNELS: i32 = 117;

/// Reports to the kernel.
pub fn send(event: &Event) {
    send_event(event.to_json().to_string().as_bytes());
}

/// Sends one event to the kernel, whole. Used with texts only, so that a signal handler may call
/// it.
pub fn send_event(json: &[u8]) {
    // SAFETY: the descriptor is open for the life of the process; `send` is async-signal-safe.
    unsafe { libc::send(EVENTS, json.as_ptr().cast(), json.len(), libc::MSG_NOSIGNAL) };
}
