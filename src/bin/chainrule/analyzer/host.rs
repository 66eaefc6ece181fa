//! The process that holds evcxr: answers one request after the other.

use super::launch::{name_crates, start_context};
use super::protocol::{Failed, Proposal, Proposals, Request, Start, Started};
use crate::compiler::rustc_error::{Marked, RustcError, Span};
use crate::compiler::stand_in::cargo::PRETEND;
use crate::compiler::stand_in::ended;
use crate::machine::STACK_OF_READERS;
use crate::machine::processes::set_name;
use crate::worker::relay;
use evcxr::{CommandContext, CompilationError, Error};
use nix::sys::signal::{Signal, killpg};
use nix::unistd::{dup2_stdin, dup2_stdout, getpgrp, getpid};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::sync::PoisonError;
use std::sync::mpsc::{Receiver, channel};

/// Plays the part of evcxr's process. Does not return.
pub fn main() -> ! {
    set_name(c"chainrule-evcxr");
    let Ok((requests, relay)) = connections() else {
        eprintln!("chainrule: this part is for the kernel to start");
        std::process::exit(2);
    };
    let (arrived, waiting) = channel();
    let reader = requests.try_clone();
    std::thread::spawn(move || {
        let lines = reader
            .into_iter()
            .flat_map(|end| BufReader::new(end).lines());
        lines.map_while(Result::ok).for_each(|line| {
            let _ = arrived.send(line);
        });
        end();
    });
    let serve = move || serve(requests, relay, &waiting);
    // As deep as the kernel's own: the same cells are parsed.
    let server = std::thread::Builder::new()
        .stack_size(STACK_OF_READERS)
        .spawn(serve);
    let _ = server.map(|server| server.join());
    end()
}

/// The two sockets that this process was started with, moved away from where what it starts would
/// inherit them.
fn connections() -> std::io::Result<(UnixStream, OwnedFd)> {
    let requests = std::io::stdin().as_fd().try_clone_to_owned()?;
    let relay = std::io::stdout().as_fd().try_clone_to_owned()?;
    dup2_stdin(File::open("/dev/null")?)?;
    dup2_stdout(std::io::stderr())?;
    let requests = UnixStream::from(requests);
    requests.peer_addr()?;
    Ok((requests, relay))
}

/// Ends with all that was started: the kernel is gone, or wants it.
fn end() -> ! {
    if getpgrp() == getpid() {
        let _ = killpg(getpgrp(), Signal::SIGKILL);
    }
    std::process::exit(1)
}

fn serve(mut replies: UnixStream, relay: OwnedFd, requests: &Receiver<String>) {
    let mut host = Host::Waiting(Some(relay));
    for line in requests {
        let Ok((number, request)) = serde_json::from_str::<(u64, Request)>(&line) else {
            return;
        };
        let reply = host.answer(request);
        let text = format!("{}\n", serde_json::json!([number, reply]));
        if replies.write_all(text.as_bytes()).is_err() {
            return;
        }
    }
}

enum Host {
    /// For its first request. The socket is for what evcxr takes for the worker.
    Waiting(Option<OwnedFd>),
    Started(Box<Evcxr>),
}

struct Evcxr {
    context: CommandContext,
    start: Start,
}

impl Host {
    fn answer(&mut self, request: Request) -> Value {
        match (self, request) {
            (Host::Started(evcxr), request) => evcxr.answer(request),
            (host @ Host::Waiting(_), Request::Start(start)) => reply(host.start(*start)),
            _ => reply(Err::<(), _>(Failed::Said("not started".to_owned()))),
        }
    }

    fn start(&mut self, start: Start) -> Result<Started, Failed> {
        let Host::Waiting(relay) = self else {
            return Err(Failed::Said("started twice".to_owned()));
        };
        ended::limit(&start.folder);
        let pretend = start.folder.join(PRETEND);
        if let Some(filling) = &start.filling {
            filling.run().map_err(said)?;
            std::fs::write(&pretend, "").map_err(|error| said(error.into()))?;
        }
        let relay = relay.take().map(relay::command);
        let command = relay.transpose().map_err(said)?;
        let command = command.ok_or_else(|| Failed::Said("started twice".to_owned()))?;
        let prepared = start.prepared.as_deref();
        let started = start_context(&start.folder, command, &start.library, prepared);
        let _ = std::fs::remove_file(&pretend);
        let (context, form) = started.map_err(said)?;
        let evcxr = Evcxr { context, start };
        evcxr.collect();
        *self = Host::Started(Box::new(evcxr));
        Ok(form)
    }
}

impl Evcxr {
    fn answer(&mut self, request: Request) -> Value {
        let context = &mut self.context;
        match request {
            Request::Start(_) => reply(Err::<(), _>(Failed::Said("started twice".to_owned()))),
            Request::NameCrates => {
                let Start {
                    folder, library, ..
                } = &self.start;
                reply(name_crates(context, folder, library).map_err(said))
            }
            Request::Execute(cell) => {
                let ran = context.execute(&cell).map_err(failed);
                if matches!(ran, Err(Failed::WorkerLost)) {
                    // evcxr has started what it takes for another one.
                    self.collect();
                }
                reply(ran.map(|outputs| outputs.content_by_mime_type))
            }
            Request::Check(cell) => {
                let errors = context.check(&cell).map_err(failed);
                reply(errors.map(|errors| errors.iter().map(in_our_form).collect::<Vec<_>>()))
            }
            Request::Complete(code, offset) => reply(proposals(context, &code, offset)),
            Request::Describe(code, offset) => {
                let described = context.hover_at(&code, offset);
                reply(described.map(|(text, _)| text).map_err(said))
            }
            Request::Variables => {
                let variables = context.variables_and_types();
                let variables = variables.map(|(name, kind)| (name.to_owned(), kind.into()));
                let variables: serde_json::Map<String, Value> = variables.collect();
                reply(Ok(variables))
            }
        }
    }

    /// The process that evcxr has started is gone at once, and is collected here.
    fn collect(&self) {
        let process = self.context.process_handle();
        let mut process = process.lock().unwrap_or_else(PoisonError::into_inner);
        let _ = process.wait();
    }
}

fn reply<T: serde::Serialize>(result: Result<T, Failed>) -> Value {
    serde_json::to_value(result).unwrap_or_default()
}

fn proposals(context: &mut CommandContext, code: &str, offset: usize) -> Result<Proposals, Failed> {
    let found = context.completions(code, offset).map_err(said)?;
    let list = found.completions.into_iter().map(|one| Proposal {
        code: one.code,
        kind: one.kind.to_owned(),
        label: one.label,
    });
    Ok(Proposals {
        list: list.collect(),
        range: (found.start_offset, found.end_offset),
    })
}

fn said(error: anyhow::Error) -> Failed {
    Failed::Said(format!("{error:#}"))
}

fn failed(error: Error) -> Failed {
    match error {
        Error::CompilationErrors(errors) => {
            Failed::Refused(errors.iter().map(in_our_form).collect())
        }
        Error::SubprocessTerminated(_) => Failed::WorkerLost,
        other => Failed::Said(other.to_string()),
    }
}

fn in_our_form(error: &CompilationError) -> RustcError {
    let marked = error.spanned_messages().iter().map(|one| Marked {
        span: one.span.map(|span| Span {
            start: (span.start_line, span.start_column),
            end: (span.end_line, span.end_column),
        }),
        label: one.label.clone(),
        is_primary: one.is_primary,
    });
    RustcError {
        marks: marked.collect(),
        message: error.message(),
        is_from_cells: error.is_from_user_code(),
        json: error.json.clone(),
    }
}
