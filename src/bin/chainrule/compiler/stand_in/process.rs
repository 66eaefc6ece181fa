//! Running what we stand in for.

use crate::compiler::times;
use crate::machine::processes::die_with_parent;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use std::os::fd::{AsFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, ChildStderr, Command};
use std::time::Instant;

/// Set in the environment of every cargo that a session starts: to the process id of the kernel.
pub const ROLE: &str = "CHAINRULE_RUSTC_WRAPPER";

/// A compiler that a signal has ended has this much more than the signal's number as its exit code,
/// as in a shell.
pub const DIED: i32 = 128;

/// Runs a compiler to its end, but not beyond the kernel's. `listen` reads its standard error, if
/// that is a pipe. Returns the exit code, or what stands for the signal that ended it.
pub fn compile(mut command: Command, listen: impl FnOnce(ChildStderr) + Send) -> i32 {
    let kernel = std::env::var(ROLE).ok().and_then(|id| id.parse().ok());
    // SAFETY: the call is async-signal-safe. Whoever ends this wrapper ends the compiler.
    unsafe {
        command.pre_exec(|| {
            die_with_parent(nix::sys::signal::Signal::SIGKILL);
            Ok(())
        });
    }
    let begin = Instant::now();
    let code = match command.spawn() {
        Ok(mut compiler) => std::thread::scope(|scope| {
            if let Some(stderr) = compiler.stderr.take() {
                scope.spawn(move || listen(stderr));
            }
            wait_for(&mut compiler, kernel)
        }),
        Err(error) => fail(format!(
            "{} could not be started: {error}",
            command.get_program().display()
        )),
    };
    times::note(begin);
    code
}

/// cargo shows the message, and takes the crate for one that does not compile.
pub fn fail(message: impl std::fmt::Display) -> ! {
    eprintln!("chainrule: {message}");
    std::process::exit(1);
}

/// Waits for the compiler, or ends it if the kernel has ended: nobody is left then who would want
/// what it makes, and cargo itself would not notice.
fn wait_for(compiler: &mut Child, kernel: Option<i32>) -> i32 {
    let open = |pid: i32| {
        // SAFETY: the call returns a new descriptor or an error.
        let fd = unsafe { libc::syscall(libc::SYS_pidfd_open, pid, 0) } as RawFd;
        // SAFETY: as above.
        (fd >= 0).then(|| unsafe { OwnedFd::from_raw_fd(fd) })
    };
    let compiler_ends = open(compiler.id() as i32);
    let kernel_ends = kernel.and_then(open);
    if let (Some(compiler_ends), Some(kernel_ends)) = (compiler_ends, kernel_ends) {
        let mut ends =
            [&compiler_ends, &kernel_ends].map(|fd| PollFd::new(fd.as_fd(), PollFlags::POLLIN));
        let _ = poll(&mut ends, PollTimeout::NONE);
        if ends[1].any() == Some(true) {
            let _ = compiler.kill();
        }
    }
    compiler
        .wait()
        .ok()
        .and_then(|status| {
            status
                .code()
                .or(status.signal().map(|signal| DIED + signal))
        })
        .unwrap_or(1)
}
