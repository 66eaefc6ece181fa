//! The connection with the kernel, in a worker: events to it, answers from it, and evcxr's lines.

use super::channel::{RawChannel, file};
use super::protocol::{Event, packets};
use std::io::Write;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::ThreadId;

/// What the worker prepared.
pub(crate) struct Channels {
    /// evcxr reads lines here.
    pub evcxr: RawChannel,
    /// The kernel reads one JSON event per message here.
    pub events: RawChannel,
    /// The kernel writes the learner's answers here.
    pub input: RawChannel,
    /// The line of the cell that runs, in memory that outlives this process.
    pub line: &'static AtomicU32,
    /// The thread that runs cells: a panic of another thread does not fail the cell.
    pub runner: ThreadId,
}

static CHANNELS: OnceLock<Channels> = OnceLock::new();

/// From now on this is a worker. Says whether it was none before.
pub(crate) fn connect(channels: Channels) -> bool {
    CHANNELS.set(channels).is_ok()
}

/// Whether anybody hears of it.
pub(crate) fn is_connected() -> bool {
    CHANNELS.get().is_some()
}

/// Whether this thread runs cells.
pub(crate) fn runs_cells() -> bool {
    CHANNELS
        .get()
        .is_some_and(|channels| channels.runner == std::thread::current().id())
}

/// Notes, where it outlives the process, the line of the statement that the cell has come to.
pub(crate) fn set_line(line: u32) {
    if let Some(channels) = CHANNELS.get() {
        channels.line.store(line, Ordering::Relaxed);
    }
}

/// The line of the statement that the cell has come to.
pub(crate) fn line() -> u32 {
    CHANNELS
        .get()
        .map_or(0, |channels| channels.line.load(Ordering::Relaxed))
}

/// Where answers to questions arrive, in a notebook.
pub(crate) fn input_channel() -> Option<RawChannel> {
    CHANNELS.get().map(|channels| channels.input)
}

/// Tells the kernel.
pub(crate) fn event(event: &Event) {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let Some(channels) = CHANNELS.get() else {
        return;
    };
    // Threads may tell at the same time, and a process that was forked counts on from here.
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let name = format!("{}.{count}", std::process::id());
    for packet in packets(event.to_json().to_string().as_bytes(), &name) {
        write_to(channels.events, &packet);
    }
}

/// Tells evcxr.
pub(crate) fn evcxr_line(line: &str) {
    if let Some(channels) = CHANNELS.get() {
        write_to(channels.evcxr, format!("{line}\n").as_bytes());
    }
}

fn write_to(to: RawChannel, bytes: &[u8]) {
    let _ = file(to).write_all(bytes);
}
