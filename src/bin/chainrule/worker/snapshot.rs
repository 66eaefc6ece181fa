//! The runner as it was after the last cell, asleep.
//!
//! It is made when a cell has ended, before evcxr hears of that, and not when the next one starts: so a runner that is
//! killed between two cells is replaced as well.

use super::supervisor::{Shared, die_with_parent};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::waitpid;
use nix::unistd::{ForkResult, Pid, fork};
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::atomic::Ordering;

/// Wakes a snapshot. Directed at one process: a shared pipe could wake the wrong one.
pub const WAKE: Signal = Signal::SIGUSR1;

/// Who returns from [`take`].
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
    // SAFETY: should a cell have left threads running, they do not exist in the child; what they held stays held there.
    let taken = match unsafe { fork() } {
        Ok(ForkResult::Child) => {
            super::set_name(c"chainrule-snap");
            sleep_until_woken(&wake, alive);
            die_with_parent();
            super::set_name(c"chainrule-run");
            Taken::Restored
        }
        Ok(ForkResult::Parent { child }) => {
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

/// Ends the snapshot before the newest one; 0 if there is none.
pub fn discard(snapshot: i32) {
    if snapshot > 0 {
        let _ = kill(Pid::from_raw(snapshot), Signal::SIGKILL);
        let _ = waitpid(Pid::from_raw(snapshot), None);
    }
}

fn sleep_until_woken(wake: &SigSet, alive: BorrowedFd) {
    let Ok(woken) = SignalFd::with_flags(wake, SfdFlags::SFD_CLOEXEC) else { std::process::exit(1) };
    loop {
        let mut fds = [PollFd::new(woken.as_fd(), PollFlags::POLLIN), PollFd::new(alive, PollFlags::POLLIN)];
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
