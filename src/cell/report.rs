//! How a cell tells the outside how it ended: to evcxr on its line protocol, to the kernel as JSON
//! events.

use crate::base::interrupt::{CHAINRULE_INTERRUPT, Interrupted};
use crate::base::protocol::{Event, Place, TOKEN, evcxr};
use crate::base::worker::{self, Channels, evcxr_line, event, line};
use crate::base::{RawChannel, at_line, forget_statements};
use serde_json::Value;
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::io::Write;
use std::panic::{Location, PanicHookInfo};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A panic, as far as it is known.
struct Panic {
    is_interrupt: bool,
    message: String,
    at: Option<Place>,
}

thread_local! {
    /// The last panic of this thread, kept until it is known whether it left the cell.
    static LAST_PANIC: RefCell<Option<Panic>> = const { RefCell::new(None) };
}

/// Called once by the worker, on the thread that will run cells.
///
/// # Safety
/// The channels stay open and `line` stays mapped for the life of the process.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainrule_start(
    evcxr: RawChannel,
    events: RawChannel,
    input: RawChannel,
    line: *const AtomicU32,
) {
    // SAFETY: the caller's promise.
    let line = unsafe { &*line };
    let channels = Channels {
        evcxr,
        events,
        input,
        line,
        runner: std::thread::current().id(),
    };
    if worker::connect(channels) {
        crate::display::set_notebook(true);
        if let Ok(token) = std::env::var(TOKEN) {
            crate::display::set_token(token);
            // SAFETY: called before any cell, when this process has one thread.
            unsafe { std::env::remove_var(TOKEN) };
        }
    }
}

/// Called by the worker before a cell.
#[unsafe(no_mangle)]
pub extern "C" fn chainrule_before_cell() {
    CHAINRULE_INTERRUPT.store(false, Ordering::Relaxed);
    LAST_PANIC.set(None);
    IS_ACCOUNTED_FOR.store(false, Ordering::Relaxed);
    // For every cell: one before it may have put a hook of its own in place.
    std::panic::set_hook(Box::new(note_panic));
    crate::front::forget_typed();
    super::unseen::forget();
    forget_statements();
    crate::tensor::fail::forget_warnings();
    crate::tensor::begin_cell();
    at(0);
}

/// Called by the worker after a cell: what `print!` still holds belongs to the cell.
#[unsafe(no_mangle)]
pub extern "C" fn chainrule_after_cell() {
    let _ = std::io::stdout().flush();
    let variables = std::mem::take(&mut *noted());
    if !variables.is_empty() {
        event(&Event::Variables { variables });
    }
    let put_back = std::mem::take(&mut *PUT_BACK.lock().unwrap_or_else(PoisonError::into_inner));
    if !put_back.is_empty() {
        event(&Event::PutBack {
            variables: put_back,
        });
    }
    let types = std::mem::take(&mut *TYPES.lock().unwrap_or_else(PoisonError::into_inner));
    if !types.is_empty() {
        let types = types
            .into_iter()
            .map(|(name, kind)| (name, kind.to_owned()))
            .collect();
        event(&Event::Types { types });
    }
}

/// What is known of the variables that the cell has put back.
static NOTED: Mutex<BTreeMap<String, Value>> = Mutex::new(BTreeMap::new());

/// What the compiler calls their types.
static TYPES: Mutex<BTreeMap<String, &str>> = Mutex::new(BTreeMap::new());

/// The names under which the value of before was put back.
static PUT_BACK: Mutex<Vec<String>> = Mutex::new(Vec::new());

pub(super) fn note_put_back(name: &str) {
    PUT_BACK
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .push(name.to_owned());
}

fn noted() -> MutexGuard<'static, BTreeMap<String, Value>> {
    NOTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// So many are described after a cell: a message has its limits.
const MOST_VARIABLES: usize = 100;

/// The cell has put a variable back.
pub(super) fn note_variable(name: &str, kind: &'static str, summary: Value) {
    TYPES
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(name.to_owned(), kind);
    let mut noted = noted();
    if noted.len() < MOST_VARIABLES {
        noted.insert(name.to_owned(), summary);
    }
}

/// Calls `act` while no other thread is printing. The worker forks in it: what a thread holds at
/// that moment stays held in the child, where the thread does not exist.
///
/// # Safety
/// `act` may be called with `argument`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainrule_while_nobody_prints(
    act: unsafe extern "C" fn(*mut c_void),
    argument: *mut c_void,
) {
    let _locks = (std::io::stdout().lock(), std::io::stderr().lock());
    // SAFETY: the caller's promise.
    unsafe { act(argument) };
}

/// The cell has come to its statement on this line (the kernel puts a call before each): where it
/// was, should it crash.
#[track_caller]
#[inline(never)] // nor what it calls: every cell would compile it again
pub fn at(line: u32) {
    if line > 0 {
        at_line(Location::caller(), line);
    }
    worker::set_line(line);
}

/// A panic has left the cell (generated code calls this where stock evcxr prints a marker).
#[inline(never)]
pub fn panicked() {
    let Panic {
        is_interrupt,
        message,
        at,
    } = LAST_PANIC.take().unwrap_or_else(|| Panic {
        is_interrupt: false,
        message: "the cell panicked; a panic hook that it has set keeps the reason to itself"
            .to_owned(),
        at: None,
    });
    event(&Event::Panicked {
        is_interrupt,
        message,
        at,
        line: line(),
        folder: folder(),
    });
    evcxr_line(evcxr::PANICKED);
}

/// Whether the cell has kept all of its variables, or has said why not.
static IS_ACCOUNTED_FOR: AtomicBool = AtomicBool::new(false);

/// The cell has kept the last of its variables (a call at its end).
#[inline(never)]
pub fn reached_the_end() {
    IS_ACCOUNTED_FOR.store(true, Ordering::Relaxed);
}

/// The cell has ended without a panic: if by a `return` before its end, its variables are not
/// there.
#[inline(never)]
pub fn ended() {
    if !IS_ACCOUNTED_FOR.load(Ordering::Relaxed) {
        event(&Event::Returned { line: line() });
        evcxr_line(evcxr::RETURNED);
    }
}

/// `?` has ended the cell early with an error of this text.
#[inline(never)]
pub fn early_return(message: String) {
    IS_ACCOUNTED_FOR.store(true, Ordering::Relaxed);
    event(&Event::EarlyReturn {
        message,
        line: line(),
        folder: folder(),
    });
    evcxr_line(evcxr::RETURNED);
}

/// Where relative paths begin: what a message about a missing file names.
fn folder() -> String {
    std::env::current_dir()
        .map(|folder| folder.display().to_string())
        .unwrap_or_default()
}

/// The last expression of the cell is an error of this text.
pub(super) fn error_as_result(message: &str) {
    event(&Event::ErrorResult {
        message: message.to_owned(),
        line: line(),
    });
}

/// What `return Err(…)` and a `?` beside a `return` give in a cell: the error itself has been
/// reported.
pub struct CellError(());

impl<T: std::fmt::Display> From<T> for CellError {
    fn from(error: T) -> CellError {
        early_return(error.to_string());
        CellError(())
    }
}

pub(super) fn variable_changed_type(name: &str) {
    evcxr_line(&format!("{}{name}", evcxr::CHANGED_TYPE));
}

fn note_panic(info: &PanicHookInfo) {
    let panic = describe(info);
    let this = std::thread::current();
    if worker::runs_cells() {
        LAST_PANIC.set(Some(panic));
        return;
    }
    let name = this
        .name()
        .map(|name| format!(" `{name}`"))
        .unwrap_or_default();
    let Panic {
        is_interrupt,
        message,
        at,
    } = panic;
    eprintln!(
        "a thread{name} panicked: {}",
        if is_interrupt {
            "it was interrupted"
        } else {
            &message
        }
    );
    // If the cell fails because it joins the thread, this is why.
    event(&Event::ThreadPanicked {
        is_interrupt,
        message,
        at,
    });
}

fn describe(info: &PanicHookInfo) -> Panic {
    let payload = info.payload();
    if payload.is::<Interrupted>() {
        return Panic {
            is_interrupt: true,
            message: String::new(),
            at: None,
        };
    }
    let message = if let Some(text) = info.payload_as_str() {
        text.to_owned()
    } else {
        // The type of another payload cannot be found out; a few are common.
        (payload.downcast_ref::<i32>().map(|value| value.to_string()))
            .or_else(|| {
                payload
                    .downcast_ref::<Box<dyn std::error::Error + Send + Sync>>()
                    .map(|e| e.to_string())
            })
            .unwrap_or_else(|| "a value that is no text was thrown with `panic_any`".to_owned())
    };
    let at = info
        .location()
        .map(|at| (at.file().to_owned(), at.line(), at.column()));
    Panic {
        is_interrupt: false,
        message,
        at,
    }
}
