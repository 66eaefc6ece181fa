//! The kernel's end of evcxr's process.

use super::COMMAND;
use super::protocol::{Content, Failed, Proposals, Request, Start, Started};
use crate::compiler::rustc_error::RustcError;
use crate::machine::processes::is_dead;
use crate::worker::link::Worker;
use crate::worker::relay::{Exchange, Relay};
use anyhow::{Context as _, Result};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::Pid;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The number of the first request.
const START: u64 = 1;
/// Longer than anything takes.
const FOR_EVER: Duration = Duration::from_secs(u32::MAX as u64);

/// evcxr in its process. Ends with this.
pub struct Link {
    process: Child,
    requests: UnixStream,
    /// With the numbers of their requests.
    replies: Receiver<(u64, Value)>,
    /// Of the last request.
    number: u64,
    /// What its start has come to, once it has, which takes seconds.
    started: Option<Result<Started, Option<Failed>>>,
    pub relay: Relay,
    watched: Watched,
    /// How it has ended.
    end: Option<String>,
}

/// The process, for who may have to end it from another thread. Cheap to clone.
#[derive(Clone, Default)]
pub struct Watched(Arc<Mutex<Option<Now>>>);

/// What the process does.
struct Now {
    id: u32,
    is_asked: bool,
    relay: Relay,
}

impl Link {
    /// Starts the process and has evcxr start in it, which takes longer than this call. Cells are
    /// run by `worker`; without one they are compiled only.
    pub fn start(
        start: Start,
        worker: Option<Arc<Mutex<Worker>>>,
        watched: &Watched,
    ) -> Result<Link> {
        let (relay, theirs) = Relay::start(worker)?;
        let (requests, end) = UnixStream::pair().context("socketpair")?;
        let mut command = Command::new(std::env::current_exe().context("this program's own path")?);
        // A group of its own, which can be ended with what evcxr has started.
        command.arg(COMMAND).process_group(0);
        command.stdin(Stdio::from(OwnedFd::from(end)));
        command.stdout(Stdio::from(OwnedFd::from(theirs)));
        let process = command.spawn().context("evcxr's process")?;
        // Their ends go with it.
        drop(command);
        let now = Now {
            id: process.id(),
            is_asked: false,
            relay: relay.clone(),
        };
        *watched.now() = Some(now);
        let (arrived, replies) = channel();
        let reader = BufReader::new(requests.try_clone()?);
        std::thread::Builder::new()
            .name("evcxr".to_owned())
            .spawn(move || {
                for line in reader.lines().map_while(Result::ok) {
                    let reply = serde_json::from_str(&line);
                    if reply.is_ok_and(|reply| arrived.send(reply).is_ok()) {
                        continue;
                    }
                    return;
                }
            })?;
        let mut link = Link {
            process,
            requests,
            replies,
            number: 0,
            started: None,
            relay,
            watched: watched.clone(),
            end: None,
        };
        link.send(&Request::Start(Box::new(start)));
        Ok(link)
    }

    /// Whether asking it means no waiting for its start.
    pub fn is_ready(&mut self) -> bool {
        self.wait_for_start(Duration::ZERO);
        self.started.is_some()
    }

    /// Waits for its start. The form of the library that it has found.
    pub fn started(&mut self, patience: Duration) -> Result<Started, Failed> {
        self.wait_for_start(patience);
        match &mut self.started {
            Some(Ok(form)) => Ok(*form),
            Some(Err(why)) => Err(why.take().unwrap_or(Failed::Late)),
            None => Err(Failed::Late),
        }
    }

    fn wait_for_start(&mut self, patience: Duration) {
        if self.started.is_none() {
            self.started = match self.reply(START, patience) {
                Ok(form) => Some(Ok(form)),
                Err(Failed::Late) => None,
                Err(why) => Some(Err(Some(why))),
            };
        }
    }

    /// Has a cell run.
    pub fn execute(&mut self, cell: &str) -> Result<Content, Failed> {
        self.ask(&Request::Execute(cell.to_owned()), FOR_EVER)
    }

    /// The errors of a cell that is not run.
    pub fn check(&mut self, cell: &str) -> Result<Vec<RustcError>, Failed> {
        self.ask(&Request::Check(cell.to_owned()), FOR_EVER)
    }

    /// What could stand at a byte.
    pub fn completions(
        &mut self,
        code: &str,
        offset: usize,
        patience: Duration,
    ) -> Result<Proposals, Failed> {
        self.ask(&Request::Complete(code.to_owned(), offset), patience)
    }

    /// What stands at a byte.
    pub fn described(
        &mut self,
        code: &str,
        offset: usize,
        patience: Duration,
    ) -> Result<String, Failed> {
        self.ask(&Request::Describe(code.to_owned(), offset), patience)
    }

    /// The types of the variables that evcxr knows.
    pub fn variables(&mut self) -> Result<BTreeMap<String, String>, Failed> {
        self.ask(&Request::Variables, FOR_EVER)
    }

    /// Has the library name the crates of its signatures.
    pub fn name_crates(&mut self) -> Result<(), Failed> {
        self.ask(&Request::NameCrates, FOR_EVER)
    }

    /// Whether the process is gone, of whatever cause, or about to be: one of many threads can be
    /// collected only when the last of them has come to its end, and answers nothing meanwhile.
    pub fn has_ended(&mut self) -> bool {
        if self.end.is_none() {
            let is_there =
                !is_dead(self.process.id() as i32) && matches!(self.process.try_wait(), Ok(None));
            if !is_there {
                self.end = Some(self.end());
            }
        }
        self.end.is_some()
    }

    /// The cells that were run since this was asked last. Of a process that has ended all: the
    /// worker comes to the end of a cell without it.
    pub fn take_exchanges(&mut self) -> Vec<Exchange> {
        if self.has_ended() {
            self.relay.settle();
        }
        self.relay.take()
    }

    fn ask<T: DeserializeOwned>(
        &mut self,
        request: &Request,
        patience: Duration,
    ) -> Result<T, Failed> {
        let begin = Instant::now();
        self.started(patience)?;
        let number = self.send(request);
        self.reply(number, patience.saturating_sub(begin.elapsed()))
    }

    fn send(&mut self, request: &Request) -> u64 {
        self.number += 1;
        let line = format!("{}\n", serde_json::json!([self.number, request]));
        // Where nobody reads it, there will be no reply.
        let _ = self.requests.write_all(line.as_bytes());
        self.number
    }

    /// The reply to a request. Earlier ones are of requests for which nobody has waited.
    fn reply<T: DeserializeOwned>(&mut self, to: u64, patience: Duration) -> Result<T, Failed> {
        self.watched.is_asked(true);
        let reply = self.reply_within(to, patience);
        self.watched.is_asked(false);
        reply
    }

    fn reply_within<T: DeserializeOwned>(
        &mut self,
        to: u64,
        patience: Duration,
    ) -> Result<T, Failed> {
        let begin = Instant::now();
        loop {
            let left = patience.saturating_sub(begin.elapsed());
            match self.replies.recv_timeout(left) {
                Ok((number, reply)) if number == to => {
                    return serde_json::from_value(reply)
                        .unwrap_or_else(|error| Err(Failed::Said(error.to_string())));
                }
                Ok(_) => {}
                Err(RecvTimeoutError::Timeout) => return Err(Failed::Late),
                Err(RecvTimeoutError::Disconnected) => {
                    let how = match self.end.take() {
                        Some(how) => how,
                        None => self.end(),
                    };
                    self.end = Some(how.clone());
                    return Err(Failed::Ended(how));
                }
            }
        }
    }

    /// Ends the process with what it has started. Says how it has ended, if it had.
    fn end(&mut self) -> String {
        // Under the lock: the number is another process's once this one is collected.
        let mut now = self.watched.now();
        let is_ours = now.as_ref().is_some_and(|now| now.id == self.process.id());
        // What has ended already stays as it has ended.
        let _ = killpg(Pid::from_raw(self.process.id() as i32), Signal::SIGKILL);
        let ended = self.process.wait();
        if is_ours {
            *now = None;
        }
        match ended.map(|status| (status.signal(), status)) {
            Ok((Some(signal), _)) => format!("signal {signal}"),
            Ok((None, status)) => status.to_string(),
            Err(error) => error.to_string(),
        }
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        if self.end.is_none() {
            self.end();
        }
    }
}

impl Watched {
    /// The number of the process, if it is there.
    pub fn id(&self) -> Option<u32> {
        self.now().as_ref().map(|now| now.id)
    }

    /// Ends it if it is busy with anything but a cell that runs. Whoever waits for it hears of its
    /// end.
    pub fn end_if_it_thinks(&self) {
        if let Some(now) = &*self.now()
            && now.is_asked
            && !now.relay.is_running()
        {
            let _ = killpg(Pid::from_raw(now.id as i32), Signal::SIGKILL);
        }
    }

    fn is_asked(&self, is_asked: bool) {
        if let Some(now) = &mut *self.now() {
            now.is_asked = is_asked;
        }
    }

    fn now(&self) -> MutexGuard<'_, Option<Now>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
