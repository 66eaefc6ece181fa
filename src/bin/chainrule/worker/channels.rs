//! The kernel's end of what connects it with the worker.

use super::process::{
    COMMAND, ERRORS, EVENTS, INPUT, LIBRARY, MEMORY, NO_SNAPSHOTS, OUTPUT, PROCESSES, UNDO,
};
use crate::machine::processes::threads_of_this_user;
use crate::settings::Settings;
use anyhow::{Context, Result};
use chainrule::base::protocol::{Event, TOKEN, Unpacking};
use nix::errno::Errno;
use nix::fcntl::{FcntlArg, OFlag, fcntl};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::socket::{AddressFamily, MsgFlags, SockFlag, SockType, recv, socketpair};
use serde_json::Value;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Tensors in large pages: a snapshot copies one entry for two megabytes instead of five hundred. A
/// mapping of its own for every tensor of a megabyte would be too small for such a page, so tensors
/// up to 32 MiB share the heap, and what a training step frees at its end, up to 256 MiB, stays
/// there for the next one: with 64 MiB a step on all 60,000 digits took 0.17 or 0.27 s, by chance.
const HUGE_PAGES: &str = "glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=33554432:\
                          glibc.malloc.trim_threshold=268435456";

/// What the kernel reads.
pub struct Channels {
    /// Standard output of cells. Does not block.
    pub output: OwnedFd,
    /// Standard error of cells. Does not block.
    pub errors: OwnedFd,
    pub events: Events,
    pub answers: Answers,
    /// In each frame that the library writes.
    pub token: String,
    /// To be kept as long as evcxr may start a worker again.
    pub worker_ends: WorkerEnds,
}

/// The worker's ends of the pipes and of the socket.
pub struct WorkerEnds([Arc<OwnedFd>; 4]);

/// Takes the learner's answers to a cell that asks.
#[derive(Clone)]
pub struct Answers {
    to_cell: Arc<OwnedFd>,
    in_cell: Arc<OwnedFd>,
}

/// Events of the worker, in order.
pub struct Events {
    arrived: Arc<Arrived>,
    /// Closed when nobody asks any more, which ends the thread that takes in.
    _asked_for: OwnedFd,
}

/// The events that nobody has taken yet.
struct Arrived {
    socket: OwnedFd,
    events: Mutex<(Unpacking, Vec<Event>)>,
}

impl Channels {
    pub fn open() -> Result<Channels> {
        let (output, output_end) = nix::unistd::pipe()?;
        let (errors, errors_end) = nix::unistd::pipe()?;
        let (events, events_end) = socketpair(
            AddressFamily::Unix,
            SockType::SeqPacket,
            None,
            SockFlag::SOCK_CLOEXEC,
        )
        .context("socketpair")?;
        for fd in [&output, &errors] {
            fcntl(fd, FcntlArg::F_SETFL(OFlag::O_NONBLOCK))?;
        }
        let (input_end, input) = nix::unistd::pipe()?;
        let high = |fd: OwnedFd| -> Result<OwnedFd> {
            let number = fcntl(&fd, FcntlArg::F_DUPFD_CLOEXEC(EVENTS + 10))?;
            // SAFETY: a new descriptor that nobody else owns.
            Ok(unsafe { OwnedFd::from_raw_fd(number) })
        };
        let worker_end = |fd: OwnedFd| -> Result<Arc<OwnedFd>> { Ok(Arc::new(high(fd)?)) };
        let input_end = worker_end(input_end)?;
        Ok(Channels {
            output: high(output)?,
            errors: high(errors)?,
            events: Events::take_in(high(events)?)?,
            token: format!("{};", uuid::Uuid::new_v4().simple()),
            answers: Answers {
                to_cell: Arc::new(high(input)?),
                in_cell: input_end.clone(),
            },
            worker_ends: WorkerEnds([
                worker_end(output_end)?,
                worker_end(errors_end)?,
                worker_end(events_end)?,
                input_end,
            ]),
        })
    }

    /// The command that starts the worker, in the learner's folder, with the library's shared
    /// object at hand.
    pub fn worker_command(
        &self,
        library: &Path,
        std_folder: &Path,
        folder: &Path,
        settings: &Settings,
    ) -> Result<Command> {
        let mut command = Command::new(std::env::current_exe().context("this program's own path")?);
        let mut libraries = vec![std_folder.to_owned()];
        libraries.extend(
            std::env::var_os("LD_LIBRARY_PATH")
                .iter()
                .flat_map(std::env::split_paths),
        );
        command
            .arg(COMMAND)
            .current_dir(folder)
            .env(LIBRARY, library)
            .env(TOKEN, &self.token)
            .env("CHAINRULE_LANGUAGE", chainrule::display::language().code())
            .env("LD_LIBRARY_PATH", std::env::join_paths(libraries)?)
            .env("CHAINRULE_COURSE", settings.course())
            .env("GLIBC_TUNABLES", HUGE_PAGES);
        if let Some(bytes) = settings.memory {
            command.env(MEMORY, bytes.to_string());
        }
        if let Some(processes) = settings.processes {
            // The system counts those of the whole user, threads too; the kernel watches the cell's
            // own exactly.
            command.env(
                PROCESSES,
                (threads_of_this_user() + 4 * processes).to_string(),
            );
        }
        if settings.undo > 0 {
            // A cell that changes a type is two: the first drops what is of the old one.
            command.env(UNDO, (settings.undo + 2).to_string());
        }
        if !settings.snapshots {
            command.env(NO_SNAPSHOTS, "1");
        }
        let [output, errors, events, input] =
            self.worker_ends.0.each_ref().map(|fd| fd.as_raw_fd());
        // SAFETY: between fork and exec only dup2 is called; it clears the flag that would close
        // the descriptor.
        unsafe {
            command.pre_exec(move || {
                for (from, to) in [
                    (output, OUTPUT),
                    (errors, ERRORS),
                    (events, EVENTS),
                    (input, INPUT),
                ] {
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

impl Answers {
    /// Gives an answer to the cell that waits, or none where nobody can be asked.
    pub fn give(&self, answer: Option<&Value>) {
        let line = format!("{}\n", serde_json::json!(answer));
        let _ = nix::unistd::write(&self.to_cell, line.as_bytes());
    }

    /// Forgets an answer that came after its cell had ended.
    pub fn forget(&self) {
        let is_there = || {
            let mut fds = [PollFd::new(self.in_cell.as_fd(), PollFlags::POLLIN)];
            poll(&mut fds, PollTimeout::ZERO).is_ok_and(|ready| ready > 0)
        };
        while is_there()
            && nix::unistd::read(&self.in_cell, &mut [0; 4096]).is_ok_and(|length| length > 0)
        {
        }
    }
}

impl Events {
    /// From now on takes events in as they come: a cell that has more to tell than the system has
    /// room for would wait, and nobody asks before it ends.
    fn take_in(socket: OwnedFd) -> Result<Events> {
        let (ends, asked_for) = nix::unistd::pipe2(OFlag::O_CLOEXEC)?;
        let arrived = Arc::new(Arrived {
            socket,
            events: Mutex::default(),
        });
        let taking = arrived.clone();
        let take_all = move || {
            loop {
                let mut fds = [taking.socket.as_fd(), ends.as_fd()]
                    .map(|fd| PollFd::new(fd, PollFlags::POLLIN));
                match poll(&mut fds, PollTimeout::NONE) {
                    Ok(_) | Err(Errno::EINTR) => {}
                    Err(_) => return,
                }
                let [is_there, is_over] = fds.map(|fd| fd.any().unwrap_or(true));
                if is_over || (is_there && !taking.take_in()) {
                    return;
                }
            }
        };
        std::thread::Builder::new()
            .name("events".to_owned())
            .spawn(take_all)?;
        Ok(Events {
            arrived,
            _asked_for: asked_for,
        })
    }

    /// All events that have arrived.
    pub fn take(&self) -> Vec<Event> {
        self.arrived.take_in();
        std::mem::take(&mut self.arrived.locked().1)
    }
}

impl Arrived {
    fn locked(&self) -> MutexGuard<'_, (Unpacking, Vec<Event>)> {
        self.events.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes in what there is now. Says whether more can come.
    fn take_in(&self) -> bool {
        let mut locked = self.locked();
        let (unpacking, events) = &mut *locked;
        let mut buffer = vec![0; 1 << 18];
        loop {
            match recv(self.socket.as_raw_fd(), &mut buffer, MsgFlags::MSG_DONTWAIT) {
                Ok(0) => return false,
                Ok(length) => {
                    let message = unpacking.add(&buffer[..length]);
                    events.extend(message.and_then(|message| read_event(&message)));
                }
                Err(Errno::EINTR) => {}
                Err(error) => return error == Errno::EAGAIN,
            }
        }
    }
}

fn read_event(message: &[u8]) -> Option<Event> {
    let value = serde_json::from_slice(message).ok();
    let event = value.and_then(|value| Event::read(&value));
    if event.is_none() {
        let begin = String::from_utf8_lossy(&message[..message.len().min(200)]);
        eprintln!("chainrule: an event of the worker was not understood: {begin}");
    }
    event
}
