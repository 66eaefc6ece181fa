//! The runner as it was after the last cell, asleep.
//!
//! It is made when a cell has ended, before evcxr hears of that, and not when the next one starts:
//! so a runner that is killed between two cells is replaced as well.

use super::process::WAKE;
use super::shared::Shared;
use crate::machine::processes::{die_with_parent, set_name, set_out_of_memory_score};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::{ForkResult, Pid, fork, setpgid};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::Ordering;

/// Who returns from [`take`].
#[derive(Clone, Copy, PartialEq)]
pub enum Taken {
    /// The runner. The snapshot sleeps, if one could be made.
    Runner,
    /// The snapshot, after the runner died: this process is the runner now.
    Restored,
}

/// Forks a snapshot. `alive` is readable (at its end) when the supervisor is gone.
pub fn take(shared: &Shared, alive: BorrowedFd) -> Taken {
    let mut wake = SigSet::empty();
    wake.add(WAKE);
    let mut before = SigSet::empty();
    // Blocked before the fork, so that it cannot arrive before the snapshot waits for it.
    let _ = sigprocmask(SigmaskHow::SIG_BLOCK, Some(&wake), Some(&mut before));
    // SAFETY: should a cell have left threads running, they do not exist in the child; what they
    // held stays held there.
    let taken = match unsafe { fork() } {
        Ok(ForkResult::Child) => {
            set_name(c"chainrule-snap");
            lead_a_group();
            set_out_of_memory_score(SNAPSHOT_SCORE);
            sleep_until_woken(&wake, alive);
            become_runner();
            Taken::Restored
        }
        Ok(ForkResult::Parent { child }) => {
            // Here as well, so that the next cell cannot hit it by a signal to its own group.
            let _ = setpgid(child, child);
            shared.snapshot.store(child.as_raw(), Ordering::SeqCst);
            Taken::Runner
        }
        // Too little memory or too many processes: the next cell runs without a net.
        Err(_) => {
            shared.snapshot.store(0, Ordering::SeqCst);
            Taken::Runner
        }
    };
    let _ = sigprocmask(SigmaskHow::SIG_SETMASK, Some(&before), None);
    taken
}

const SNAPSHOT_SCORE: u16 = 300;
const RUNNER_SCORE: u16 = 900;

/// What a process does that is the runner from now on.
pub fn become_runner() {
    die_with_parent(Signal::SIGKILL);
    set_name(c"chainrule-run");
    lead_a_group();
    set_out_of_memory_score(RUNNER_SCORE);
}

fn lead_a_group() {
    let _ = setpgid(Pid::from_raw(0), Pid::from_raw(0));
}

/// The snapshots before the newest one: ended, but not all of them gone. Giving back gigabytes
/// takes the system a while, and nobody shall wait for it.
#[derive(Default)]
pub struct Discarded(Vec<Pid>);

impl Discarded {
    /// Ends a snapshot; 0 is none.
    pub fn add(&mut self, snapshot: i32) {
        if snapshot > 0 {
            let snapshot = Pid::from_raw(snapshot);
            let _ = kill(snapshot, Signal::SIGKILL);
            self.0.push(snapshot);
        }
        self.collect();
    }

    /// Collects those that are gone. Says whether any are left.
    pub fn collect(&mut self) -> bool {
        self.0
            .retain(|&pid| waitpid(pid, Some(WaitPidFlag::WNOHANG)) == Ok(WaitStatus::StillAlive));
        !self.0.is_empty()
    }
}

fn sleep_until_woken(wake: &SigSet, alive: BorrowedFd) {
    let Ok(woken) = SignalFd::with_flags(wake, SfdFlags::SFD_CLOEXEC) else {
        std::process::exit(1)
    };
    loop {
        let mut fds = [
            PollFd::new(woken.as_fd(), PollFlags::POLLIN),
            PollFd::new(alive, PollFlags::POLLIN),
        ];
        if poll(&mut fds, PollTimeout::NONE).is_err() {
            continue;
        }
        if fds[1].any() == Some(true) {
            // SAFETY: nothing of ours may run at the end of a process that is a copy of another.
            unsafe { libc::_exit(0) };
        }
        if fds[0].any() == Some(true) {
            let _ = woken.read_signal();
            return;
        }
    }
}
