//! What evcxr takes for the worker.
//!
//! evcxr, in a process of its own, wants to start another one and to speak with it through pipes.
//! What it starts hands the pipes to a thread of the kernel and is gone. The thread has each cell
//! run by the worker and notes what evcxr wanted and heard; or it answers by itself, for cells that
//! evcxr is only told about.

use super::link::{Answers, Worker};
use anyhow::{Context, Result};
use chainrule::base::protocol::evcxr;
use nix::sys::socket::{ControlMessageOwned, MsgFlags, recvmsg};
use std::fs::File;
use std::io::{BufRead, BufReader, IoSliceMut, Write};
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::net::UnixStream;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

/// A compiled cell that evcxr had run, and what it heard.
pub struct Exchange {
    pub object: Vec<u8>,
    pub function: String,
    /// Nothing if the worker was lost.
    pub answers: Option<Answers>,
}

/// What a relay does with cells.
enum Mode {
    /// They are run, and noted.
    Run(Vec<Exchange>),
    /// They are not, and evcxr hears at first that these variables are gone.
    Tell(Vec<String>),
}

/// The kernel's end. Cheap to clone.
#[derive(Clone)]
pub struct Relay {
    mode: Arc<Mutex<Mode>>,
    is_running: Arc<AtomicBool>,
    thread: Arc<Mutex<Option<JoinHandle<()>>>>,
}

impl Relay {
    /// A relay in front of a worker, and the socket with which evcxr's process makes the
    /// [`command`] for evcxr. It tells until it is told to run; without a worker it tells always.
    pub fn start(worker: Option<Arc<Mutex<Worker>>>) -> Result<(Relay, UnixStream)> {
        let (ours, theirs) = UnixStream::pair().context("socketpair")?;
        let relay = Relay {
            mode: Arc::new(Mutex::new(Mode::Tell(Vec::new()))),
            is_running: Arc::default(),
            thread: Arc::default(),
        };
        let this = relay.clone();
        // Ends with evcxr's process, which holds the other end.
        let thread = std::thread::Builder::new()
            .name("relay".to_owned())
            .spawn(move || {
                while let Some([commands, answers]) = receive_pipes(&ours) {
                    this.serve(commands, answers, worker.as_deref());
                }
            })?;
        *lock(&relay.thread) = Some(thread);
        Ok((relay, theirs))
    }

    /// Whether a cell runs.
    pub fn is_running(&self) -> bool {
        self.is_running.load(Ordering::SeqCst)
    }

    /// evcxr's process has ended: waits until the worker has answered what that had it run.
    pub fn settle(&self) {
        let thread = lock(&self.thread).take();
        let _ = thread.map(JoinHandle::join);
    }

    /// From now on cells are not run; the next one makes evcxr forget these variables.
    pub fn tell(&self, gone: Vec<String>) {
        *self.mode() = Mode::Tell(gone);
    }

    /// From now on cells are run.
    pub fn run(&self) {
        let mut mode = self.mode();
        if !matches!(*mode, Mode::Run(_)) {
            *mode = Mode::Run(Vec::new());
        }
    }

    /// The cells that were run since this was asked last.
    pub fn take(&self) -> Vec<Exchange> {
        match &mut *self.mode() {
            Mode::Run(exchanges) => std::mem::take(exchanges),
            Mode::Tell(_) => Vec::new(),
        }
    }

    fn mode(&self) -> MutexGuard<'_, Mode> {
        lock(&self.mode)
    }

    /// Answers until evcxr is gone, or the worker: then the pipes are closed, and evcxr starts
    /// another process.
    fn serve(&self, commands: File, mut answers: File, worker: Option<&Mutex<Worker>>) {
        for command in BufReader::new(commands).lines().map_while(Result::ok) {
            let said = self.obey(&command, worker);
            if said.is_none_or(|said| answers.write_all(&said).is_err()) {
                return;
            }
        }
    }

    /// What evcxr hears, as bytes; nothing if the worker is lost.
    fn obey(&self, command: &str, worker: Option<&Mutex<Worker>>) -> Option<Vec<u8>> {
        // A path may have spaces, a function's name not.
        let (object, function) = command
            .strip_prefix(evcxr::LOAD_AND_RUN)?
            .rsplit_once(' ')?;
        if let Mode::Tell(gone) = &mut *self.mode() {
            // There is nothing in it.
            let _ = std::fs::remove_file(object);
            let mut said: Vec<u8> = gone
                .drain(..)
                .flat_map(|name| format!("{}{name}\n", evcxr::CHANGED_TYPE).into_bytes())
                .collect();
            said.extend([evcxr::DONE.as_bytes(), b"\n"].concat());
            return Some(said);
        }
        let path = renamed(Path::new(object));
        // Before the cell runs, which may do anything to the file.
        let bytes = std::fs::read(&path).unwrap_or_default();
        let worker = worker?;
        self.is_running.store(true, Ordering::SeqCst);
        let answers = lock(worker).run(&path, function).ok();
        self.is_running.store(false, Ordering::SeqCst);
        let said = answers.as_ref().map(|lines| {
            lines
                .iter()
                .flat_map(|line| [line, &b"\n"[..]].concat())
                .collect()
        });
        if let Mode::Run(exchanges) = &mut *self.mode() {
            exchanges.push(Exchange {
                object: bytes,
                function: function.to_owned(),
                answers,
            });
        }
        said
    }
}

/// What evcxr shall start, in its process, as the worker.
pub fn command(socket: OwnedFd) -> Result<Command> {
    // Never run: the process ends before.
    let mut command = Command::new(std::env::current_exe().context("this program's own path")?);
    // SAFETY: between fork and exec only sendmsg and _exit are called, with memory of the stack.
    unsafe {
        command.pre_exec(move || {
            send_pipes(socket.as_raw_fd())?;
            libc::_exit(0)
        });
    }
    Ok(command)
}

/// A compiled cell under a name that no other has had: each evcxr counts from one, and of a name
/// that was loaded before the system loads nothing new.
fn renamed(object: &Path) -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(1);
    let number = COUNT.fetch_add(1, Ordering::SeqCst);
    let path = object.with_file_name(format!("libcode_of_evcxr_{number}.so"));
    match std::fs::rename(object, &path) {
        Ok(()) => path,
        Err(_) => object.to_owned(),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Sends standard input and output of this process through a socket. Async-signal-safe.
fn send_pipes(socket: RawFd) -> std::io::Result<()> {
    const LENGTH: u32 = size_of::<[RawFd; 2]>() as u32;
    let mut byte = 0u8;
    let mut content = libc::iovec {
        iov_base: (&raw mut byte).cast(),
        iov_len: 1,
    };
    // SAFETY: an all-zero message header is valid; the buffer is aligned and large enough for two
    // descriptors; the pointers are to what lives until the call returns.
    let sent = unsafe {
        let mut buffer = [0u64; 8];
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_iov = &raw mut content;
        message.msg_iovlen = 1;
        message.msg_control = buffer.as_mut_ptr().cast();
        message.msg_controllen = libc::CMSG_SPACE(LENGTH) as _;
        let header = libc::CMSG_FIRSTHDR(&raw const message);
        (*header).cmsg_level = libc::SOL_SOCKET;
        (*header).cmsg_type = libc::SCM_RIGHTS;
        (*header).cmsg_len = libc::CMSG_LEN(LENGTH) as _;
        libc::CMSG_DATA(header)
            .cast::<[RawFd; 2]>()
            .write_unaligned([0, 1]);
        libc::sendmsg(socket, &raw const message, libc::MSG_NOSIGNAL)
    };
    if sent < 0 {
        Err(std::io::Error::last_os_error())
    } else {
        Ok(())
    }
}

/// Waits for the pipes of the next process. Nothing when there will be none.
fn receive_pipes(socket: &UnixStream) -> Option<[File; 2]> {
    let mut byte = [0u8];
    let mut content = [IoSliceMut::new(&mut byte)];
    let mut buffer = nix::cmsg_space!([RawFd; 2]);
    let flags = MsgFlags::MSG_CMSG_CLOEXEC;
    let message = recvmsg::<()>(socket.as_raw_fd(), &mut content, Some(&mut buffer), flags).ok()?;
    let received = message.cmsgs().ok()?.find_map(|message| match message {
        ControlMessageOwned::ScmRights(descriptors) => <[RawFd; 2]>::try_from(descriptors).ok(),
        _ => None,
    });
    // SAFETY: new descriptors that nobody else owns.
    received.map(|pipes| pipes.map(|fd| File::from(unsafe { OwnedFd::from_raw_fd(fd) })))
}
