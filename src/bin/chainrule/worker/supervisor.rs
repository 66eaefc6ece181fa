//! Waits for the runner and wakes the snapshot when it dies.

use super::{ANSWERS, COMMANDS, END_CELL, ERRORS, EVENTS, INPUT, INTERRUPT, OUTPUT, runner, send_event};
use nix::errno::Errno;
use nix::sys::signal::{SaFlags, SigAction, SigHandler, SigSet, Signal, kill, sigaction};
use nix::sys::wait::{WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, dup2_raw, fork, pipe};
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd, RawFd};
use std::sync::atomic::{AtomicBool, AtomicI32, AtomicPtr, AtomicU64, Ordering};

/// What supervisor, runner and snapshot know together. Lives in memory that a fork shares.
pub struct Shared {
    pub supervisor: AtomicI32,
    pub runner: AtomicI32,
    /// The sleeping snapshot, or 0.
    pub snapshot: AtomicI32,
    /// How many cells were started.
    pub cells: AtomicU64,
    /// Whether evcxr waits for the answer to a cell.
    pub in_cell: AtomicBool,
}

/// For the signal handlers.
static SHARED: AtomicPtr<Shared> = AtomicPtr::new(std::ptr::null_mut());

pub fn run() -> ! {
    die_with_parent();
    super::set_name(c"chainrule-sup");
    // Orphans come to us: a snapshot, when the runner that forked it has died.
    // SAFETY: prctl with constant arguments.
    unsafe { libc::prctl(libc::PR_SET_CHILD_SUBREAPER, 1) };
    arrange_descriptors();
    let shared = map_shared();
    shared.supervisor.store(std::process::id() as i32, Ordering::SeqCst);
    SHARED.store(std::ptr::from_ref(shared).cast_mut(), Ordering::SeqCst);

    // Closed by our end, however it comes: a sleeping snapshot notices.
    let (alive, kept_open) = pipe().unwrap_or_else(|error| fail("pipe", error));
    // SAFETY: this process has one thread.
    match unsafe { fork() } {
        Ok(ForkResult::Child) => {
            drop(kept_open);
            runner::run(shared, alive.into_raw_fd())
        }
        Ok(ForkResult::Parent { child }) => {
            shared.runner.store(child.as_raw(), Ordering::SeqCst);
            drop(alive);
            // Only the runner and its snapshots may hold these, so that evcxr sees the end when they end.
            for fd in [COMMANDS, ANSWERS, OUTPUT, ERRORS, 0, 1] {
                let _ = nix::unistd::close(fd);
            }
            supervise(shared, &kept_open)
        }
        Err(error) => fail("fork", error),
    }
}

fn supervise(shared: &Shared, _kept_open: &OwnedFd) -> ! {
    for (signal, handler) in
        [(INTERRUPT, forward_interrupt as extern "C" fn(i32)), (END_CELL, end_cell as extern "C" fn(i32))]
    {
        let action = SigAction::new(SigHandler::Handler(handler), SaFlags::SA_RESTART, SigSet::empty());
        // SAFETY: the handlers only read atomics and call kill.
        if let Err(error) = unsafe { sigaction(signal, &action) } {
            fail("sigaction", error);
        }
    }
    loop {
        match waitpid(None, None) {
            Ok(WaitStatus::Exited(child, code)) => ended(shared, child, &format!(r#""exit_code":{code}"#)),
            Ok(WaitStatus::Signaled(child, signal, _)) => {
                ended(shared, child, &format!(r#""signal":"{}""#, signal.as_str()))
            }
            Ok(_) | Err(Errno::EINTR) => {}
            Err(_) => std::process::exit(0), // no runner, no snapshot: nothing to supervise
        }
    }
}

/// A descendant has ended. Others than the runner are processes that a cell has started and left.
fn ended(shared: &Shared, child: Pid, how: &str) {
    if child.as_raw() != shared.runner.load(Ordering::SeqCst) {
        return;
    }
    let snapshot = shared.snapshot.swap(0, Ordering::SeqCst);
    if snapshot == 0 || how == r#""exit_code":0"# && !shared.in_cell.load(Ordering::SeqCst) {
        // evcxr has closed the commands, or nothing is left to go on with: then it sees the end of the file.
        std::process::exit(0);
    }
    send_event(format!(r#"{{"event":"runner_died",{how}}}"#).as_bytes());
    shared.runner.store(snapshot, Ordering::SeqCst);
    let _ = kill(Pid::from_raw(snapshot), super::snapshot::WAKE);
}

extern "C" fn forward_interrupt(_: i32) {
    with_runner(|runner, _| {
        let _ = kill(runner, INTERRUPT);
    });
}

extern "C" fn end_cell(_: i32) {
    with_runner(|runner, shared| {
        if shared.in_cell.load(Ordering::SeqCst) && shared.snapshot.load(Ordering::SeqCst) != 0 {
            let _ = kill(runner, Signal::SIGKILL);
        }
    });
}

fn with_runner(act: fn(Pid, &Shared)) {
    let shared = SHARED.load(Ordering::SeqCst);
    // SAFETY: the pointer is null or to memory that is mapped for the life of the process.
    if let Some(shared) = unsafe { shared.as_ref() } {
        let runner = shared.runner.load(Ordering::SeqCst);
        if runner > 0 {
            act(Pid::from_raw(runner), shared);
        }
    }
}

/// Moves evcxr's lines away from the standard descriptors, puts the cell's output there, and keeps all of ours from
/// programs that a cell starts.
fn arrange_descriptors() {
    let null = std::fs::File::open("/dev/null").unwrap_or_else(|error| fail("/dev/null", error));
    let moves: [(RawFd, RawFd); 5] = [(0, COMMANDS), (1, ANSWERS), (null.as_raw_fd(), 0), (OUTPUT, 1), (2, 2)];
    for (from, to) in moves {
        if from != to {
            // SAFETY: both numbers are ours; the kernel prepared the high ones.
            let moved = unsafe { dup2_raw(std::os::fd::BorrowedFd::borrow_raw(from), to) };
            match moved {
                Ok(fd) => std::mem::forget(fd),
                Err(error) => fail("dup2", error),
            }
        }
    }
    for fd in [OUTPUT, ERRORS, EVENTS, INPUT, COMMANDS, ANSWERS] {
        // SAFETY: fcntl on descriptors that are open.
        unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
}

fn map_shared() -> &'static Shared {
    // SAFETY: an anonymous shared mapping, never unmapped; zeroed memory is a valid `Shared`.
    unsafe {
        let protection = libc::PROT_READ | libc::PROT_WRITE;
        let memory = libc::mmap(
            std::ptr::null_mut(),
            std::mem::size_of::<Shared>(),
            protection,
            libc::MAP_SHARED | libc::MAP_ANONYMOUS,
            -1,
            0,
        );
        if memory == libc::MAP_FAILED {
            fail("mmap", std::io::Error::last_os_error());
        }
        &*memory.cast::<Shared>()
    }
}

/// Has the system kill this process when its parent dies. Cleared by fork, so every process sets it for itself.
pub fn die_with_parent() {
    // SAFETY: prctl with constant arguments.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
}

fn fail(what: &str, error: impl std::fmt::Display) -> ! {
    eprintln!("chainrule: the worker could not start: {what}: {error}");
    std::process::exit(1);
}
