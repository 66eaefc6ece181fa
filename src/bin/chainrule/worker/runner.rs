//! Loads and runs cells, one after the other.

use super::snapshot::{Taken, discard, take};
use super::supervisor::{Shared, die_with_parent};
use super::{ANSWERS, COMMANDS, ERRORS, EVENTS, INPUT, INTERRUPT, LIBRARY, send_event, stack};
use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_LOCAL, RTLD_NOW};
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, sigaction};
use serde_json::json;
use std::ffi::c_void;
use std::os::fd::{BorrowedFd, RawFd};
use std::sync::atomic::{AtomicBool, AtomicPtr, Ordering};

/// A compiled cell: takes the variables and gives them back.
type Cell = unsafe extern "C" fn(*mut c_void) -> *mut c_void;

/// Neither UTF-8 nor anything else that evcxr understands: it gives the cell up and keeps its state.
const GIVEN_UP: &[u8] = b"\xff\n";
const DONE: &[u8] = b"EVCXR_EXECUTION_COMPLETE\n";

/// The library's flag, for the signal handler.
static INTERRUPT_FLAG: AtomicPtr<AtomicBool> = AtomicPtr::new(std::ptr::null_mut());

/// What the runner calls in the library.
struct Hooks {
    before_cell: unsafe extern "C" fn(),
    after_cell: unsafe extern "C" fn(),
}

pub fn run(shared: &'static Shared, alive: RawFd) -> ! {
    die_with_parent();
    super::set_name(c"chainrule-run");
    let _ = nix::unistd::dup2_stderr(borrow(ERRORS));
    // SAFETY: fcntl on a descriptor that is open.
    unsafe { libc::fcntl(alive, libc::F_SETFD, libc::FD_CLOEXEC) };
    stack::report_overflow();
    let hooks = start_library();
    // The variables: null until the first cell makes the store.
    let mut variables: *mut c_void = std::ptr::null_mut();
    // Cells so far, and how the last one ended, which evcxr hears once there is a snapshot of it.
    let (mut cells, mut outcome) = (0, None);
    loop {
        let previous = shared.snapshot.load(Ordering::SeqCst);
        match take(shared, borrow(alive)) {
            Taken::Runner => {
                discard(previous);
                if let Some(outcome) = outcome {
                    shared.in_cell.store(false, Ordering::SeqCst);
                    answer(outcome);
                }
            }
            // The runner died. If evcxr waits, it is for the cell of this snapshot, which has ended, or for the next one.
            Taken::Restored => {
                let is_of_this_cell = shared.cells.load(Ordering::SeqCst) == cells;
                if shared.in_cell.swap(false, Ordering::SeqCst) {
                    answer(outcome.filter(|_| is_of_this_cell).unwrap_or(GIVEN_UP));
                }
                outcome = None;
                continue;
            }
        }
        let Some(command) = read_line(shared) else { std::process::exit(0) };
        cells = shared.cells.load(Ordering::SeqCst);
        outcome = Some(match load(&command) {
            Ok(cell) => {
                hooks.iter().for_each(|hooks| hooks.call(hooks.before_cell));
                // SAFETY: evcxr has compiled the cell for exactly this store; it catches its own panics.
                variables = unsafe { cell(variables) };
                hooks.iter().for_each(|hooks| hooks.call(hooks.after_cell));
                DONE
            }
            Err(message) => {
                send_event(json!({"event": "load_failed", "message": message}).to_string().as_bytes());
                GIVEN_UP
            }
        });
    }
}

impl Hooks {
    fn call(&self, hook: unsafe extern "C" fn()) {
        // SAFETY: a function of the library with this signature, found by its name.
        unsafe { hook() };
    }
}

/// Loads the library before any cell does, so that all cells find this one, and tells it where to report.
fn start_library() -> Option<Hooks> {
    let path = std::env::var_os(LIBRARY)?;
    // SAFETY: our own library, whose initialisers only set up std.
    let library = match unsafe { Library::open(Some(&path), RTLD_NOW | RTLD_GLOBAL) } {
        Ok(library) => library,
        Err(error) => {
            send_event(json!({"event": "load_failed", "message": error.to_string()}).to_string().as_bytes());
            return None;
        }
    };
    // SAFETY: the symbols have these types in src/cell/; the library is never unloaded.
    unsafe {
        let start = library.get::<unsafe extern "C" fn(RawFd, RawFd, RawFd)>(b"chainrule_start").ok()?;
        start(ANSWERS, EVENTS, INPUT);
        let flag = library.get::<*mut AtomicBool>(b"CHAINRULE_INTERRUPT").ok()?;
        INTERRUPT_FLAG.store(*flag, Ordering::SeqCst);
        let hooks = Hooks {
            before_cell: *library.get(b"chainrule_before_cell").ok()?,
            after_cell: *library.get(b"chainrule_after_cell").ok()?,
        };
        std::mem::forget(library);
        // Not SA_RESTART: a cell that waits for an answer shall notice.
        let interrupt = SigAction::new(SigHandler::Handler(on_interrupt), SaFlags::empty(), SigSet::empty());
        sigaction(INTERRUPT, &interrupt).ok()?;
        sigaction(Signal::SIGQUIT, &SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty())).ok()?;
        Some(hooks)
    }
}

extern "C" fn on_interrupt(_: i32) {
    // SAFETY: null, or a static of a library that is never unloaded.
    if let Some(flag) = unsafe { INTERRUPT_FLAG.load(Ordering::SeqCst).as_ref() } {
        flag.store(true, Ordering::SeqCst);
    }
}

/// Obeys `LOAD_AND_RUN <shared object> <function>` up to the running.
fn load(command: &str) -> Result<Cell, String> {
    let (path, function) = command
        .strip_prefix("LOAD_AND_RUN ")
        .and_then(|rest| rest.rsplit_once(' ')) // a path may have spaces, a function's name not
        .ok_or_else(|| format!("not understood: {command}"))?;
    // SAFETY: evcxr has just compiled this file.
    unsafe {
        let object = Library::open(Some(path), RTLD_NOW | RTLD_LOCAL).map_err(|error| error.to_string())?;
        let cell: Cell = *object.get(function.as_bytes()).map_err(|error| error.to_string())?;
        // Variables may have types and destructors of this cell: it stays loaded.
        std::mem::forget(object);
        Ok(cell)
    }
}

/// Reads byte by byte: whatever a buffer had read ahead would be there twice after a fork.
fn read_line(shared: &Shared) -> Option<String> {
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        match nix::unistd::read(borrow(COMMANDS), &mut byte) {
            Ok(0) => return None,
            // From here on evcxr waits for an answer.
            Ok(_) if !shared.in_cell.load(Ordering::SeqCst) => {
                shared.cells.fetch_add(1, Ordering::SeqCst);
                shared.in_cell.store(true, Ordering::SeqCst);
                line.push(byte[0]);
            }
            Ok(_) if byte[0] == b'\n' => return Some(String::from_utf8_lossy(&line).into_owned()),
            Ok(_) => line.push(byte[0]),
            Err(nix::errno::Errno::EINTR) => {}
            Err(_) => return None,
        }
    }
}

fn answer(line: &[u8]) {
    // A line is shorter than a pipe writes at once.
    let _ = nix::unistd::write(borrow(ANSWERS), line);
}

fn borrow(fd: RawFd) -> BorrowedFd<'static> {
    // SAFETY: used for descriptors that stay open for the life of the process.
    unsafe { BorrowedFd::borrow_raw(fd) }
}
