//! Loads and runs cells, one after the other.

use super::process::{
    ANSWERS, COMMANDS, ERRORS, EVENTS, INPUT, INTERRUPT, LIBRARY, LOST_CHANNELS, MEMORY,
    NO_SNAPSHOTS, NOTHING, OUTPUT, PROCESSES, UNDO, UNDO_COMMAND, send,
};
use super::shared::{MOST_EARLIER, Shared};
use super::snapshot::{Discarded, Taken, become_runner, take};
use super::{stack, stdin};
use crate::machine::processes::{give_way_where_it_is_still_to_do, now, own_memory};
use chainrule::base::protocol::{Event, evcxr};
use libloading::os::unix::{Library, RTLD_GLOBAL, RTLD_LOCAL, RTLD_NOW};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::resource::{Resource, setrlimit};
use nix::sys::signal::{
    SaFlags, SigAction, SigHandler, SigSet, SigmaskHow, Signal, sigaction, sigprocmask,
};
use std::ffi::c_void;
use std::os::fd::{BorrowedFd, RawFd};
use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, Ordering};
use std::time::Instant;

/// A compiled cell: takes the variables and gives them back.
type Cell = unsafe extern "C" fn(*mut c_void) -> *mut c_void;

/// Neither UTF-8 nor anything else that evcxr understands: it gives the cell up and keeps its
/// state.
const GIVEN_UP: &[u8] = b"\xff";

/// The library's flag, for the signal handler.
static INTERRUPT_FLAG: AtomicPtr<AtomicBool> = AtomicPtr::new(std::ptr::null_mut());

/// What the runner calls in the library.
struct Hooks {
    before_cell: unsafe extern "C" fn(),
    after_cell: unsafe extern "C" fn(),
    while_nobody_prints: unsafe extern "C" fn(unsafe extern "C" fn(*mut c_void), *mut c_void),
}

pub fn run(shared: &'static Shared, alive: RawFd) -> ! {
    become_runner();
    // SAFETY: fcntl on a descriptor that is open.
    unsafe { libc::fcntl(alive, libc::F_SETFD, libc::FD_CLOEXEC) };
    stack::find_end();
    arrange_for_cells();
    let hooks = start_library(shared);
    limit_resources();
    let wants_snapshots = std::env::var_os(NO_SNAPSHOTS).is_none();
    let undo_depth = std::env::var(UNDO)
        .ok()
        .and_then(|depth| depth.parse().ok())
        .unwrap_or(0)
        .min(MOST_EARLIER);
    // The variables: null until the first cell makes the store.
    let mut variables: *mut c_void = std::ptr::null_mut();
    // Cells so far, and how the last one ended, which evcxr hears once there is a snapshot of it.
    let (mut cells, mut outcome) = (0, None);
    let mut discarded = Discarded::default();
    loop {
        let previous = shared.snapshot.load(Ordering::SeqCst);
        let begin = Instant::now();
        match if wants_snapshots {
            take_in_peace(hooks.as_ref(), shared, alive)
        } else {
            Taken::Runner
        } {
            Taken::Runner => {
                if wants_snapshots {
                    let microseconds = begin.elapsed().as_micros() as u64;
                    // First of all: a thread of a cell may end the process at any moment, and a
                    // snapshot that nobody has noted would sleep until the kernel ends.
                    keep_earlier(shared, previous, undo_depth, &mut discarded);
                    let threads = threads_of_cells() as u64;
                    send(&Event::Snapshot {
                        microseconds,
                        threads,
                    });
                }
                if let Some(outcome) = outcome {
                    shared.in_cell.store(false, Ordering::SeqCst);
                    answer(outcome);
                }
            }
            // The runner died. If evcxr waits, it is for the cell of this snapshot, which has
            // ended, or for the next one.
            Taken::Restored => {
                // Those that the dead runner has discarded belong to the supervisor now.
                discarded = Discarded::default();
                let is_of_this_cell = shared.cells.load(Ordering::SeqCst) == cells;
                if shared.in_cell.swap(false, Ordering::SeqCst) {
                    answer(outcome.filter(|_| is_of_this_cell).unwrap_or(GIVEN_UP));
                }
                outcome = None;
                continue;
            }
        }
        let Some(command) = read_command(shared, &mut discarded) else {
            shared.is_finished.store(true, Ordering::SeqCst);
            // SAFETY: nothing that a cell has registered for the end of a process shall run now.
            unsafe { libc::_exit(0) }
        };
        cells = shared.cells.load(Ordering::SeqCst);
        outcome = Some(run_cell(&command, hooks.as_ref(), &mut variables));
    }
}

/// Loads a cell and calls it with the variables, which it gives back. Returns what evcxr hears.
fn run_cell(command: &str, hooks: Option<&Hooks>, variables: &mut *mut c_void) -> &'static [u8] {
    let cell = match load(command) {
        Ok(cell) => cell,
        Err(message) => {
            send(&Event::LoadFailed { message });
            return GIVEN_UP;
        }
    };
    hooks.iter().for_each(|hooks| hooks.call(hooks.before_cell));
    let this = std::process::id();
    // SAFETY: evcxr has compiled the cell for exactly this store; it catches its own panics.
    *variables = unsafe { cell(*variables) };
    if std::process::id() != this {
        // The cell has forked. This is the other process, and evcxr must not hear of it.
        // SAFETY: nothing that a cell has registered for the end of a process shall run now.
        unsafe { libc::_exit(0) };
    }
    hooks.iter().for_each(|hooks| hooks.call(hooks.after_cell));
    arrange_for_cells();
    give_back_memory();
    evcxr::DONE.as_bytes()
}

impl Hooks {
    fn call(&self, hook: unsafe extern "C" fn()) {
        // SAFETY: a function of the library with this signature, found by its name.
        unsafe { hook() };
    }
}

/// Waits for a cell to load. A wish to go back ends the process, if there is a snapshot to go back
/// to; the supervisor wakes it, and it answers.
fn read_command(shared: &Shared, discarded: &mut Discarded) -> Option<String> {
    loop {
        let command = read_line(shared, discarded)?;
        let Some(steps) = command
            .strip_prefix(UNDO_COMMAND)
            .and_then(|steps| steps.parse::<usize>().ok())
        else {
            return Some(command);
        };
        if (1..=shared.earlier_count.load(Ordering::SeqCst)).contains(&steps) {
            shared.undo.store(steps, Ordering::SeqCst);
            // SAFETY: nothing that a cell has registered for the end of a process shall run now.
            unsafe { libc::_exit(0) };
        }
        shared.in_cell.store(false, Ordering::SeqCst);
        answer(GIVEN_UP);
    }
}

/// Keeps the snapshot from before the last cell, as long as there are not too many and they are
/// small: each holds what has changed since.
fn keep_earlier(shared: &Shared, snapshot: i32, depth: usize, discarded: &mut Discarded) {
    if snapshot == 0 {
        return;
    }
    if depth == 0 {
        return discarded.add(snapshot);
    }
    let allowed = memory_limit().map_or(EARLIER_MEMORY, |limit| {
        EARLIER_MEMORY.min(limit / EARLIER_PART)
    });
    let within = (allowed / own_memory("self").max(1)) as usize;
    while shared.earlier_count.load(Ordering::SeqCst) >= depth.min(within).max(1) {
        discarded.add(shared.pop_oldest());
    }
    if within == 0 {
        return discarded.add(snapshot);
    }
    shared.push_earlier(snapshot);
}

/// How many threads cells have left running: a snapshot does not have them.
fn threads_of_cells() -> usize {
    let this = std::process::id().to_string();
    let tasks = std::fs::read_dir("/proc/self/task")
        .into_iter()
        .flatten()
        .flatten();
    let is_of_cell = |task: &std::fs::DirEntry| {
        let name = || std::fs::read_to_string(task.path().join("comm")).unwrap_or_default();
        task.file_name().to_string_lossy() != this && name().trim_end() != OF_LIBRARY
    };
    tasks.filter(is_of_cell).count()
}

/// The name of the threads that compute tensors, of which a process makes new ones when it needs
/// them.
const OF_LIBRARY: &str = "tensors";

/// What all earlier snapshots together may hold at most.
const EARLIER_MEMORY: u64 = 256 << 20;
/// Nor more than this part of what cells may take.
const EARLIER_PART: u64 = 8;

/// Bytes that cells may take, if there is a limit.
fn memory_limit() -> Option<u64> {
    std::env::var(MEMORY).ok()?.parse().ok()
}

/// Takes a snapshot at a moment when no thread that a cell has left is printing.
fn take_in_peace(hooks: Option<&Hooks>, shared: &Shared, alive: RawFd) -> Taken {
    struct Call<'a> {
        shared: &'a Shared,
        alive: RawFd,
        taken: Taken,
    }
    unsafe extern "C" fn call(argument: *mut c_void) {
        // SAFETY: the pointer is to the structure below, which outlives the call.
        let call = unsafe { &mut *argument.cast::<Call>() };
        call.taken = take(call.shared, borrow(call.alive));
    }
    let mut argument = Call {
        shared,
        alive,
        taken: Taken::Runner,
    };
    match hooks {
        // SAFETY: a function of the library with this signature, called with what `call` expects.
        Some(hooks) => unsafe { (hooks.while_nobody_prints)(call, (&raw mut argument).cast()) },
        // SAFETY: as above.
        None => unsafe { call((&raw mut argument).cast()) },
    }
    argument.taken
}

/// Loads the library before any cell does, so that all cells find this one, and tells it where to
/// report.
fn start_library(shared: &'static Shared) -> Option<Hooks> {
    let path = std::env::var_os(LIBRARY)?;
    // SAFETY: our own library, whose initialisers only set up std.
    let library = match unsafe { Library::open(Some(&path), RTLD_NOW | RTLD_GLOBAL) } {
        Ok(library) => library,
        Err(error) => {
            send(&Event::LoadFailed {
                message: in_full(error),
            });
            return None;
        }
    };
    // SAFETY: the symbols have these types in src/cell/; the library is never unloaded.
    unsafe {
        type Start = unsafe extern "C" fn(RawFd, RawFd, RawFd, *const AtomicU32);
        let start = library.get::<Start>(b"chainrule_start").ok()?;
        start(ANSWERS, EVENTS, INPUT, &raw const shared.line);
        let flag = library
            .get::<*mut AtomicBool>(b"CHAINRULE_INTERRUPT")
            .ok()?;
        INTERRUPT_FLAG.store(*flag, Ordering::SeqCst);
        stdin::provide(*library.get(b"chainrule_read_stdin").ok()?);
        let hooks = Hooks {
            before_cell: *library.get(b"chainrule_before_cell").ok()?,
            after_cell: *library.get(b"chainrule_after_cell").ok()?,
            while_nobody_prints: *library.get(b"chainrule_while_nobody_prints").ok()?,
        };
        std::mem::forget(library);
        Some(hooks)
    }
}

/// Puts in order what a cell relies on and what the one before may have changed: standard input and
/// output, and what happens at a signal. Without its pipes the process is of no use: it ends, and
/// the snapshot still has them.
fn arrange_for_cells() {
    for (from, to) in [(NOTHING, 0), (OUTPUT, 1), (ERRORS, 2)] {
        // SAFETY: dup2 on numbers that are ours.
        if unsafe { libc::dup2(from, to) } < 0 {
            std::process::exit(LOST_CHANNELS);
        }
    }
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&SigSet::empty()), None);
    // Not SA_RESTART: a cell that waits for an answer shall notice.
    let interrupt = SigAction::new(
        SigHandler::Handler(on_interrupt),
        SaFlags::empty(),
        SigSet::empty(),
    );
    let ignore = SigAction::new(SigHandler::SigIgn, SaFlags::empty(), SigSet::empty());
    // SAFETY: the handler only stores a flag.
    unsafe {
        let _ = sigaction(INTERRUPT, &interrupt);
        let _ = sigaction(Signal::SIGQUIT, &ignore);
    }
    stack::report_overflow();
}

/// Gives the system what the cell has freed in the middle of the heap: memory that nobody uses
/// would count against the limit, and every snapshot would copy its pages' entries.
fn give_back_memory() {
    const WORTH_IT: usize = 64 << 20;
    // SAFETY: both only look at the allocator's own lists.
    unsafe {
        if libc::mallinfo2().fordblks > WORTH_IT {
            libc::malloc_trim(0);
        }
    }
}

extern "C" fn on_interrupt(_: i32) {
    // SAFETY: null, or a static of a library that is never unloaded.
    if let Some(flag) = unsafe { INTERRUPT_FLAG.load(Ordering::SeqCst).as_ref() } {
        flag.store(true, Ordering::SeqCst);
    }
}

/// The system itself refuses what is over the limits of memory and of processes; the kernel watches
/// what it cannot see.
fn limit_resources() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    // Memory of one's own, not address space: that is reserved in far larger pieces than are used.
    let limits = [
        (Resource::RLIMIT_DATA, number(MEMORY)),
        (Resource::RLIMIT_NPROC, number(PROCESSES)),
        (Resource::RLIMIT_CORE, Some(0)),
    ];
    for (resource, limit) in limits {
        if let Some(limit) = limit {
            let _ = setrlimit(resource, limit, limit);
        }
    }
    crate::machine::grading::close_files();
}

/// Obeys `LOAD_AND_RUN <shared object> <function>` up to the running.
fn load(command: &str) -> Result<Cell, String> {
    let (path, function) = command
        .strip_prefix(evcxr::LOAD_AND_RUN)
        .and_then(|rest| rest.rsplit_once(' ')) // a path may have spaces, a function's name not
        .ok_or_else(|| format!("not understood: {command}"))?;
    let begin = Instant::now();
    // SAFETY: evcxr has just compiled this file.
    unsafe {
        let object = Library::open(Some(path), RTLD_NOW | RTLD_LOCAL).map_err(in_full)?;
        let cell: Cell = *object.get(function.as_bytes()).map_err(in_full)?;
        // Variables may have types and destructors of this cell: it stays loaded.
        std::mem::forget(object);
        if let Some(base) = stack::note_object(cell as *const c_void) {
            let microseconds = begin.elapsed().as_micros() as u64;
            send(&Event::Loaded {
                object: path.to_owned(),
                base,
                microseconds,
            });
        }
        Ok(cell)
    }
}

/// An error with its cause, where the system's own words are.
fn in_full(error: libloading::Error) -> String {
    let cause = std::error::Error::source(&error)
        .map(|cause| format!(": {cause}"))
        .unwrap_or_default();
    format!("{error}{cause}")
}

/// Reads byte by byte: whatever a buffer had read ahead would be there twice after a fork.
fn read_line(shared: &Shared, discarded: &mut Discarded) -> Option<String> {
    while discarded.collect() {
        let mut fds = [PollFd::new(borrow(COMMANDS), PollFlags::POLLIN)];
        if poll(&mut fds, PollTimeout::from(5u8)).is_ok_and(|ready| ready > 0) {
            break;
        }
    }
    let mut line = Vec::new();
    let mut byte = [0];
    loop {
        match nix::unistd::read(borrow(COMMANDS), &mut byte) {
            Ok(0) => return None,
            // From here on evcxr waits for an answer.
            Ok(_) if !shared.in_cell.load(Ordering::SeqCst) => {
                shared.cells.fetch_add(1, Ordering::SeqCst);
                shared.started_at.store(now(), Ordering::SeqCst);
                shared.line.store(0, Ordering::SeqCst);
                shared.in_cell.store(true, Ordering::SeqCst);
                give_way_where_it_is_still_to_do();
                line.push(byte[0]);
            }
            Ok(_) if byte[0] == b'\n' => return Some(String::from_utf8_lossy(&line).into_owned()),
            Ok(_) => line.push(byte[0]),
            Err(nix::errno::Errno::EINTR) => {}
            // A cell has closed what is not its own: the snapshot still has it.
            Err(_) => std::process::exit(LOST_CHANNELS),
        }
    }
}

fn answer(line: &[u8]) {
    // A line is shorter than a pipe writes at once.
    let _ = nix::unistd::write(borrow(ANSWERS), &[line, b"\n"].concat());
}

fn borrow(fd: RawFd) -> BorrowedFd<'static> {
    // SAFETY: used for descriptors that stay open for the life of the process.
    unsafe { BorrowedFd::borrow_raw(fd) }
}
