//! How a cell tells the outside how it ended: to evcxr on its line protocol, to the kernel as JSON events.

use super::interrupt::{CHAINRULE_INTERRUPT, Interrupted};
use serde_json::{Value, json};
use std::cell::RefCell;
use std::fs::File;
use std::io::Write;
use std::mem::ManuallyDrop;
use std::os::fd::{FromRawFd, RawFd};
use std::panic::PanicHookInfo;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;
use std::thread::ThreadId;

/// File descriptors that the worker prepared.
struct Channels {
    /// evcxr reads lines here.
    evcxr: RawFd,
    /// The kernel reads one JSON event per message here.
    events: RawFd,
    /// The kernel writes the learner's answers here.
    input: RawFd,
    /// The thread that runs cells: a panic of another thread does not fail the cell.
    runner: ThreadId,
}

static CHANNELS: OnceLock<Channels> = OnceLock::new();

thread_local! {
    /// The last panic of this thread, kept until it is known whether it left the cell.
    static LAST_PANIC: RefCell<Option<Value>> = const { RefCell::new(None) };
}

/// Called once by the worker, on the thread that will run cells.
#[unsafe(no_mangle)]
pub extern "C" fn chainrule_start(evcxr: RawFd, events: RawFd, input: RawFd) {
    let channels = Channels { evcxr, events, input, runner: std::thread::current().id() };
    if CHANNELS.set(channels).is_err() {
        return;
    }
    crate::display::set_notebook(true);
    let default_hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        if CHANNELS.get().is_some_and(|channels| channels.runner == std::thread::current().id()) {
            LAST_PANIC.set(Some(describe(info)));
        } else {
            default_hook(info);
        }
    }));
}

/// Called by the worker before a cell.
#[unsafe(no_mangle)]
pub extern "C" fn chainrule_before_cell() {
    CHAINRULE_INTERRUPT.store(false, Ordering::Relaxed);
    LAST_PANIC.set(None);
}

/// Called by the worker after a cell: what `print!` still holds belongs to the cell.
#[unsafe(no_mangle)]
pub extern "C" fn chainrule_after_cell() {
    let _ = std::io::stdout().flush();
}

/// Where answers to questions arrive, in a notebook.
pub(super) fn input_channel() -> Option<RawFd> {
    CHANNELS.get().map(|channels| channels.input)
}

/// A panic has left the cell (generated code calls this where stock evcxr prints a marker).
pub fn panicked() {
    let panic = LAST_PANIC.take().unwrap_or_else(|| json!({"message": "the cell panicked"}));
    event(&json!({"event": "panic", "panic": panic}));
    evcxr_line("EVCXR_PANIC_NOTIFICATION");
}

/// `?` has ended the cell early with an error of this text.
pub fn early_return(message: String) {
    event(&json!({"event": "early_return", "message": message}));
    evcxr_line("EVCXR_ERROR_OCCURRED");
}

pub(super) fn variable_changed_type(name: &str) {
    evcxr_line(&format!("EVCXR_VARIABLE_CHANGED_TYPE:{name}"));
}

fn describe(info: &PanicHookInfo) -> Value {
    let payload = info.payload();
    if payload.is::<Interrupted>() {
        return json!({"interrupted": true});
    }
    let message = if let Some(text) = info.payload_as_str() {
        text.to_owned()
    } else {
        // The type of another payload cannot be found out; a few are common.
        (payload.downcast_ref::<i32>().map(|value| value.to_string()))
            .or_else(|| payload.downcast_ref::<Box<dyn std::error::Error + Send + Sync>>().map(|e| e.to_string()))
            .unwrap_or_else(|| "a value that is no text was thrown with `panic_any`".to_owned())
    };
    match info.location() {
        Some(at) => json!({"message": message, "file": at.file(), "line": at.line(), "column": at.column()}),
        None => json!({"message": message}),
    }
}

fn event(event: &Value) {
    if let Some(channels) = CHANNELS.get() {
        write_to(channels.events, event.to_string().as_bytes());
    }
}

fn evcxr_line(line: &str) {
    if let Some(channels) = CHANNELS.get() {
        write_to(channels.evcxr, format!("{line}\n").as_bytes());
    }
}

fn write_to(fd: RawFd, bytes: &[u8]) {
    // SAFETY: the worker keeps the descriptor open for the life of the process; ManuallyDrop leaves it open.
    let mut file = ManuallyDrop::new(unsafe { File::from_raw_fd(fd) });
    let _ = file.write_all(bytes);
}
