//! How a cell tells the outside how it ended: to evcxr on its line protocol, to the kernel as JSON events.

use super::channel::{self, RawChannel};
use super::interrupt::{CHAINRULE_INTERRUPT, Interrupted};
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ffi::c_void;
use std::io::Write;
use std::panic::{Location, PanicHookInfo};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::ThreadId;

/// What the worker prepared.
struct Channels {
    /// evcxr reads lines here.
    evcxr: RawChannel,
    /// The kernel reads one JSON event per message here.
    events: RawChannel,
    /// The kernel writes the learner's answers here.
    input: RawChannel,
    /// The line of the cell that runs, in memory that outlives this process.
    line: &'static AtomicU32,
    /// The thread that runs cells: a panic of another thread does not fail the cell.
    runner: ThreadId,
}

static CHANNELS: OnceLock<Channels> = OnceLock::new();

thread_local! {
    /// The last panic of this thread, kept until it is known whether it left the cell.
    static LAST_PANIC: RefCell<Option<Value>> = const { RefCell::new(None) };
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
    let channels = Channels { evcxr, events, input, line, runner: std::thread::current().id() };
    if CHANNELS.set(channels).is_ok() {
        crate::display::set_notebook(true);
        if let Ok(token) = std::env::var("CHAINRULE_FRAME_TOKEN") {
            crate::display::set_token(token);
            // SAFETY: called before any cell, when this process has one thread.
            unsafe { std::env::remove_var("CHAINRULE_FRAME_TOKEN") };
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
    super::input::forget_typed();
    super::unseen::forget();
    statements().clear();
    crate::tensor::fail::forget_warnings();
    crate::autograd::begin_cell();
    at(0);
}

/// Called by the worker after a cell: what `print!` still holds belongs to the cell.
#[unsafe(no_mangle)]
pub extern "C" fn chainrule_after_cell() {
    let _ = std::io::stdout().flush();
    let variables = std::mem::take(&mut *noted());
    if !variables.is_empty() {
        event(&json!({"event": "variables", "variables": variables}));
    }
    let put_back = std::mem::take(&mut *PUT_BACK.lock().unwrap_or_else(PoisonError::into_inner));
    if !put_back.is_empty() {
        event(&json!({"event": "put_back", "variables": put_back}));
    }
    let types = std::mem::take(&mut *TYPES.lock().unwrap_or_else(PoisonError::into_inner));
    if !types.is_empty() {
        event(&json!({"event": "types", "types": types}));
    }
}

/// What is known of the variables that the cell has put back.
static NOTED: Mutex<BTreeMap<String, Value>> = Mutex::new(BTreeMap::new());

/// What the compiler calls their types.
static TYPES: Mutex<BTreeMap<String, &str>> = Mutex::new(BTreeMap::new());

/// The names under which the value of before was put back.
static PUT_BACK: Mutex<Vec<String>> = Mutex::new(Vec::new());

pub(super) fn note_put_back(name: &str) {
    PUT_BACK.lock().unwrap_or_else(PoisonError::into_inner).push(name.to_owned());
}

fn noted() -> MutexGuard<'static, BTreeMap<String, Value>> {
    NOTED.lock().unwrap_or_else(PoisonError::into_inner)
}

/// So many are described after a cell: a message has its limits.
const MOST_VARIABLES: usize = 100;

/// The cell has put a variable back.
pub(super) fn note_variable(name: &str, kind: &'static str, summary: Value) {
    TYPES.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), kind);
    let mut noted = noted();
    if noted.len() < MOST_VARIABLES {
        noted.insert(name.to_owned(), summary);
    }
}

/// Calls `act` while no other thread is printing. The worker forks in it: what a thread holds at that moment stays held
/// in the child, where the thread does not exist.
///
/// # Safety
/// `act` may be called with `argument`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn chainrule_while_nobody_prints(act: unsafe extern "C" fn(*mut c_void), argument: *mut c_void) {
    let _locks = (std::io::stdout().lock(), std::io::stderr().lock());
    // SAFETY: the caller's promise.
    unsafe { act(argument) };
}

/// The cell has come to its statement on this line (the kernel puts a call before each): where it was, should it crash.
#[track_caller]
#[inline(never)] // nor what it calls: every cell would compile it again
pub fn at(line: u32) {
    if line > 0 {
        statements().push((Location::caller(), line));
    }
    if let Some(channels) = CHANNELS.get() {
        channels.line.store(line, Ordering::Relaxed);
    }
}

/// Where the statements of this cell stand in the code that was compiled, and their lines in the cell. They are few: a
/// loop is one.
static STATEMENTS: Mutex<Vec<(&'static Location<'static>, u32)>> = Mutex::new(Vec::new());

fn statements() -> MutexGuard<'static, Vec<(&'static Location<'static>, u32)>> {
    STATEMENTS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The line of the cell that a place in the compiled code is on, if it is in one of the statements that have run.
pub(crate) fn line_of(place: &Location) -> Option<u32> {
    let is_before = |at: &Location| at.file() == place.file() && at.line() < place.line();
    let statements = statements();
    let (at, line) = statements.iter().filter(|(at, _)| is_before(at)).max_by_key(|(at, _)| at.line())?;
    // evcxr puts each statement on a line of its own: that of the call of `at` is the one before.
    Some(line + place.line() - at.line() - 1)
}

/// The line of the statement that the cell has come to.
fn line() -> u32 {
    CHANNELS.get().map_or(0, |channels| channels.line.load(Ordering::Relaxed))
}

/// Where answers to questions arrive, in a notebook.
pub(super) fn input_channel() -> Option<RawChannel> {
    CHANNELS.get().map(|channels| channels.input)
}

/// A panic has left the cell (generated code calls this where stock evcxr prints a marker).
#[inline(never)]
pub fn panicked() {
    let panic = LAST_PANIC.take().unwrap_or_else(
        || json!({"message": "the cell panicked; a panic hook that it has set keeps the reason to itself"}),
    );
    event(&json!({"event": "panic", "panic": panic, "line": line(), "folder": folder()}));
    evcxr_line("EVCXR_PANIC_NOTIFICATION");
}

/// Whether the cell has kept all of its variables, or has said why not.
static IS_ACCOUNTED_FOR: AtomicBool = AtomicBool::new(false);

/// The cell has kept the last of its variables (a call at its end).
#[inline(never)]
pub fn reached_the_end() {
    IS_ACCOUNTED_FOR.store(true, Ordering::Relaxed);
}

/// The cell has ended without a panic: if by a `return` before its end, its variables are not there.
#[inline(never)]
pub fn ended() {
    if !IS_ACCOUNTED_FOR.load(Ordering::Relaxed) {
        event(&json!({"event": "returned", "line": line()}));
        evcxr_line("EVCXR_ERROR_OCCURRED");
    }
}

/// `?` has ended the cell early with an error of this text.
#[inline(never)]
pub fn early_return(message: String) {
    IS_ACCOUNTED_FOR.store(true, Ordering::Relaxed);
    event(&json!({"event": "early_return", "message": message, "line": line(), "folder": folder()}));
    evcxr_line("EVCXR_ERROR_OCCURRED");
}

/// Where relative paths begin: what a message about a missing file names.
fn folder() -> String {
    std::env::current_dir().map(|folder| folder.display().to_string()).unwrap_or_default()
}

/// The last expression of the cell is an error of this text.
pub(super) fn error_as_result(message: &str) {
    event(&json!({"event": "error_result", "message": message, "line": line()}));
}

/// Whether anybody hears of it.
pub(super) fn is_heard() -> bool {
    CHANNELS.get().is_some()
}

/// What `return Err(…)` and a `?` beside a `return` give in a cell: the error itself has been reported.
pub struct CellError(());

impl<T: std::fmt::Display> From<T> for CellError {
    fn from(error: T) -> CellError {
        early_return(error.to_string());
        CellError(())
    }
}

pub(super) fn variable_changed_type(name: &str) {
    evcxr_line(&format!("EVCXR_VARIABLE_CHANGED_TYPE:{name}"));
}

fn note_panic(info: &PanicHookInfo) {
    let panic = describe(info);
    let this = std::thread::current();
    if CHANNELS.get().is_some_and(|channels| channels.runner == this.id()) {
        LAST_PANIC.set(Some(panic));
        return;
    }
    let name = this.name().map(|name| format!(" `{name}`")).unwrap_or_default();
    eprintln!("a thread{name} panicked: {}", panic["message"].as_str().unwrap_or("it was interrupted"));
    // If the cell fails because it joins the thread, this is why.
    event(&json!({"event": "thread_panic", "panic": panic}));
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

pub(super) fn event(event: &Value) {
    let Some(channels) = CHANNELS.get() else { return };
    let text = event.to_string();
    if text.len() <= LONGEST_EVENT {
        write_to(channels.events, text.as_bytes());
    } else {
        // Too long a message would not arrive, and a cell that panicked with a whole data set would seem to have succeeded.
        write_to(channels.events, with_short_texts(event).to_string().as_bytes());
    }
}

/// Bytes of an event; the kernel reads no more at once.
const LONGEST_EVENT: usize = 200_000;

/// The same with the beginning and the end of each long text.
fn with_short_texts(value: &Value) -> Value {
    const LONGEST: usize = 20_000;
    match value {
        Value::String(text) if text.len() > LONGEST => {
            let (first, last) =
                (text.floor_char_boundary(LONGEST * 3 / 4), text.ceil_char_boundary(text.len() - LONGEST / 4));
            format!("{} … {}", &text[..first], &text[last..]).into()
        }
        Value::Object(entries) => {
            entries.iter().map(|(key, value)| (key.clone(), with_short_texts(value))).collect::<Map<_, _>>().into()
        }
        Value::Array(values) => values.iter().map(with_short_texts).collect(),
        other => other.clone(),
    }
}

fn evcxr_line(line: &str) {
    if let Some(channels) = CHANNELS.get() {
        write_to(channels.evcxr, format!("{line}\n").as_bytes());
    }
}

fn write_to(to: RawChannel, bytes: &[u8]) {
    let _ = channel::file(to).write_all(bytes);
}
