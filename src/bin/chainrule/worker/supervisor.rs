//! Waits for the runner and wakes the snapshot when it dies.

use super::process::{
    ANSWERS, COMMANDS, END, END_CELL, END_RUNNER, ERRORS, EVENTS, INPUT, INTERRUPT, NO_SNAPSHOTS,
    NOTHING, OUTPUT, WAKE, send,
};
use super::runner;
use super::shared::Shared;
use crate::machine::processes::{
    children, die_with_parent, give_way_as_a_session, set_name, start_time,
};
use chainrule::base::protocol::Event;
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, sigprocmask};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, dup2_raw, fork, pipe};
use std::os::fd::{AsRawFd, IntoRawFd, OwnedFd, RawFd};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Behind kernels and compilers, those of other users too, where processors are scarce.
const BEHIND_OTHERS: i32 = 10;
/// How long the end of a process that was killed is waited for: one that waits for a broken disk
/// cannot be killed.
const PATIENCE: Duration = Duration::from_secs(2);

pub fn run() -> ! {
    die_with_parent(END);
    set_name(c"chainrule-sup");
    // Orphans come to us: a snapshot, when the runner that forked it has died, and what a cell has
    // started.
    let _ = nix::sys::prctl::set_child_subreaper(true);
    arrange_descriptors();
    let shared = Shared::map().unwrap_or_else(|error| fail("mmap", error));
    shared
        .supervisor
        .store(std::process::id() as i32, Ordering::SeqCst);

    // Taken one by one in `supervise`, never in the middle of something.
    let mut signals = SigSet::empty();
    for signal in [Signal::SIGCHLD, INTERRUPT, END_CELL, END_RUNNER, END] {
        signals.add(signal);
    }
    let mut before = SigSet::empty();
    let _ = sigprocmask(SigmaskHow::SIG_BLOCK, Some(&signals), Some(&mut before));

    // Closed by our end, however it comes: a sleeping snapshot notices.
    let (alive, kept_open) = pipe().unwrap_or_else(|error| fail("pipe", error));
    // SAFETY: this process has one thread.
    match unsafe { fork() } {
        Ok(ForkResult::Child) => {
            drop(kept_open);
            // Snapshots inherit it, so it is said once.
            give_way_as_a_session(BEHIND_OTHERS);
            let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&before), None);
            runner::run(shared, alive.into_raw_fd())
        }
        Ok(ForkResult::Parent { child }) => {
            shared.runner.store(child.as_raw(), Ordering::SeqCst);
            drop(alive);
            // Only the runner and its snapshots may hold these, so that evcxr sees the end when
            // they end.
            for fd in [COMMANDS, ANSWERS, OUTPUT, ERRORS, 0, 1] {
                let _ = nix::unistd::close(fd);
            }
            supervise(shared, &signals, &kept_open)
        }
        Err(error) => fail("fork", error),
    }
}

fn supervise(shared: &Shared, signals: &SigSet, _kept_open: &OwnedFd) -> ! {
    let wants_snapshots = std::env::var_os(NO_SNAPSHOTS).is_none();
    loop {
        let signal = match signals.wait() {
            Ok(signal) => signal,
            Err(_) => continue,
        };
        let runner = Pid::from_raw(shared.runner.load(Ordering::SeqCst));
        let can_go_on = shared.snapshot.load(Ordering::SeqCst) != 0 || !wants_snapshots;
        match signal {
            Signal::SIGCHLD => collect(shared),
            INTERRUPT => end(runner, INTERRUPT),
            END_CELL if shared.in_cell.load(Ordering::SeqCst) && can_go_on => {
                end(runner, Signal::SIGKILL);
            }
            END_RUNNER if can_go_on => end(runner, Signal::SIGKILL),
            END => finish(),
            _ => {}
        }
    }
}

/// A runner that is gone needs no signal.
fn end(runner: Pid, signal: Signal) {
    let _ = kill(runner, signal);
}

/// Looks which of our descendants have ended.
fn collect(shared: &Shared) {
    loop {
        match waitpid(None, Some(WaitPidFlag::WNOHANG)) {
            Ok(WaitStatus::Exited(child, code)) => ended(shared, child, Some(code), None),
            Ok(WaitStatus::Signaled(child, signal, _)) => ended(shared, child, None, Some(signal)),
            _ => return,
        }
    }
}

/// A descendant has ended. Others than the runner are processes that a cell has started and left.
fn ended(shared: &Shared, child: Pid, exit_code: Option<i32>, signal: Option<Signal>) {
    if child.as_raw() != shared.runner.load(Ordering::SeqCst) {
        return;
    }
    let mut snapshot = shared.snapshot.swap(0, Ordering::SeqCst);
    let undo = shared.undo.swap(0, Ordering::SeqCst);
    for _ in 0..undo {
        let _ = kill(Pid::from_raw(snapshot), Signal::SIGKILL);
        snapshot = shared.pop_earlier();
    }
    if shared.is_finished.load(Ordering::SeqCst) {
        finish();
    }
    let (in_cell, line) = (
        shared.in_cell.load(Ordering::SeqCst),
        shared.line.load(Ordering::SeqCst),
    );
    let signal = signal.map(|signal| signal.as_str().to_owned());
    let died = Event::RunnerDied {
        restored: snapshot != 0,
        line,
        exit_code,
        signal,
    };
    send(&if undo > 0 { Event::Undone {} } else { died });
    if snapshot == 0 {
        // Nothing is left to go on with: evcxr sees the end of the file.
        finish();
    }
    if in_cell {
        end_what_the_cell_started(shared, snapshot);
    }
    shared.runner.store(snapshot, Ordering::SeqCst);
    let _ = kill(Pid::from_raw(snapshot), WAKE);
}

/// Ends the processes that are left of a crashed cell. Those of cells before it go on.
fn end_what_the_cell_started(shared: &Shared, snapshot: i32) {
    let began = shared.started_at.load(Ordering::SeqCst);
    end_orphans(|pid| {
        pid != snapshot
            && !shared.is_snapshot(pid)
            && start_time(pid).is_some_and(|started| started >= began)
    });
}

/// Ends everything and then this process.
fn finish() -> ! {
    end_orphans(|_| true);
    std::process::exit(0)
}

/// Kills those of our children that are `meant`, and then what they have left to us, until none is
/// there.
fn end_orphans(meant: impl Fn(i32) -> bool) {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let orphans: Vec<i32> = children(std::process::id())
            .into_iter()
            .filter(|&pid| meant(pid))
            .collect();
        if orphans.is_empty() || Instant::now() > deadline {
            return;
        }
        for &pid in &orphans {
            let _ = kill(Pid::from_raw(pid), Signal::SIGKILL);
        }
        for &pid in &orphans {
            while waitpid(Pid::from_raw(pid), Some(WaitPidFlag::WNOHANG))
                == Ok(WaitStatus::StillAlive)
                && Instant::now() < deadline
            {
                std::thread::sleep(Duration::from_millis(1));
            }
        }
    }
}

/// Moves evcxr's lines away from the standard descriptors, puts the cell's output there, and keeps
/// all of ours from programs that a cell starts.
fn arrange_descriptors() {
    let null = std::fs::File::open("/dev/null").unwrap_or_else(|error| fail("/dev/null", error));
    let moves: [(RawFd, RawFd); 6] = [
        (0, COMMANDS),
        (1, ANSWERS),
        (null.as_raw_fd(), NOTHING),
        (NOTHING, 0),
        (OUTPUT, 1),
        (2, 2),
    ];
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
    for fd in [OUTPUT, ERRORS, EVENTS, INPUT, COMMANDS, ANSWERS, NOTHING] {
        // SAFETY: fcntl on descriptors that are open.
        unsafe { libc::fcntl(fd, libc::F_SETFD, libc::FD_CLOEXEC) };
    }
}

fn fail(what: &str, error: impl std::fmt::Display) -> ! {
    eprintln!("chainrule: the worker could not start: {what}: {error}");
    std::process::exit(1);
}
