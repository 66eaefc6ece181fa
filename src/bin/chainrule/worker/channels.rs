//! The kernel's end of what connects it with the worker.

use super::{COMMAND, ERRORS, EVENTS, LIBRARY, OUTPUT};
use anyhow::{Context, Result};
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, recv, socketpair};
use serde_json::Value;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

/// What the kernel reads.
pub struct Channels {
    /// Standard output of cells. Does not block.
    pub output: OwnedFd,
    /// Standard error of cells. Does not block.
    pub errors: OwnedFd,
    pub events: Events,
    // The worker's ends stay open here: evcxr may start a worker again.
    worker_ends: [OwnedFd; 3],
}

/// Events of the worker, in order.
pub struct Events(OwnedFd);

impl Channels {
    pub fn open() -> Result<Channels> {
        let (output, output_end) = nix::unistd::pipe()?;
        let (errors, errors_end) = nix::unistd::pipe()?;
        let (events, events_end) =
            socketpair(AddressFamily::Unix, SockType::SeqPacket, None, SockFlag::SOCK_CLOEXEC).context("socketpair")?;
        for fd in [&output, &errors] {
            fcntl(fd, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        let high = |fd: OwnedFd| -> Result<OwnedFd> {
            let number = fcntl(&fd, FcntlArg::F_DUPFD_CLOEXEC(EVENTS + 10))?;
            // SAFETY: a new descriptor that nobody else owns.
            Ok(unsafe { OwnedFd::from_raw_fd(number) })
        };
        Ok(Channels {
            output: high(output)?,
            errors: high(errors)?,
            events: Events(high(events)?),
            worker_ends: [high(output_end)?, high(errors_end)?, high(events_end)?],
        })
    }

    /// The command that starts the worker, in the learner's folder, with the library's shared object at hand.
    pub fn worker_command(&self, library: &Path, std_folder: &Path, folder: &Path) -> Result<Command> {
        let mut command = Command::new(std::env::current_exe().context("this program's own path")?);
        let mut libraries = vec![std_folder.to_owned()];
        libraries.extend(std::env::var_os("LD_LIBRARY_PATH").iter().flat_map(std::env::split_paths));
        command
            .arg(COMMAND)
            .current_dir(folder)
            .env(LIBRARY, library)
            .env("LD_LIBRARY_PATH", std::env::join_paths(libraries)?);
        let [output, errors, events] = self.worker_ends.each_ref().map(|fd| fd.as_raw_fd());
        // SAFETY: between fork and exec only dup2 is called; it clears the flag that would close the descriptor.
        unsafe {
            command.pre_exec(move || {
                for (from, to) in [(output, OUTPUT), (errors, ERRORS), (events, EVENTS)] {
                    if libc::dup2(from, to) < 0 {
                        return Err(std::io::Error::last_os_error());
                    }
                }
                Ok(())
            });
        }
        Ok(command)
    }
}

impl Events {
    /// All events that have arrived.
    pub fn take(&self) -> Vec<Value> {
        let mut events = Vec::new();
        let mut buffer = vec![0; 1 << 18];
        while let Ok(length) = recv(self.0.as_raw_fd(), &mut buffer, MsgFlags::MSG_DONTWAIT) {
            if length == 0 {
                break;
            }
            events.extend(serde_json::from_slice::<Value>(&buffer[..length]));
        }
        events
    }
}
