//! evcxr, started when something first needs it, and told then what cells have done without it.
//!
//! A cell that was compiled before needs neither evcxr nor the rust-analyzer in it. When another
//! one comes, or a completion, evcxr gets one cell with all definitions and variables that it has
//! not seen ([`Scope::news`]). That cell is analyzed but not compiled (`compiler::cargo::PRETEND`)
//! and not run (`worker::relay`): the worker has had the variables all along.

use super::launch::{name_crates, start_context};
use crate::compiler::diagnostics;
use crate::compiler::library::{Form, Library};
use crate::compiler::public_paths::PublicPaths;
use crate::compiler::redefinition::Redefinition;
use crate::compiler::session::Filling;
use crate::compiler::stand_in::cargo::PRETEND;
use crate::evaluator::changes::obstacles::Compilation;
use crate::evaluator::failure::fault::Fault;
use crate::evaluator::state::scope::Scope;
use crate::worker::link::Worker;
use crate::worker::relay::{Exchange, Relay};
use anyhow::{Context as _, Result, anyhow};
use evcxr::{CommandContext, Error};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

/// evcxr, if it is there.
pub struct Context {
    start: Start,
    state: State,
    /// What it knows.
    told: Scope,
}

enum State {
    Asleep,
    Starting(JoinHandle<Result<Awake>>),
    Awake(Box<Awake>),
}

struct Awake {
    context: CommandContext,
    relay: Relay,
    /// Whether the library names the crates of its signatures.
    names_crates: bool,
}

/// What is needed to start evcxr.
#[derive(Clone)]
pub struct Start {
    pub library: Library,
    /// The folder with the library as it was compiled.
    pub prepared: PathBuf,
    pub session: PathBuf,
    pub filling: Filling,
    pub worker: Arc<Mutex<Worker>>,
}

impl Context {
    pub fn new(start: Start) -> Context {
        Context {
            start,
            state: State::Asleep,
            told: Scope::default(),
        }
    }

    /// Starts it on another thread, if it was not started.
    pub fn start_soon(&mut self) {
        if matches!(self.state, State::Asleep) {
            let start = self.start.clone();
            if let Ok(thread) = std::thread::Builder::new()
                .name("evcxr".to_owned())
                .spawn(move || start.run())
            {
                self.state = State::Starting(thread);
            }
        }
    }

    /// Ends it, if it is there: it knows nothing that it cannot be told again.
    pub fn rest(&mut self) {
        if self.is_ready() {
            drop(std::mem::replace(&mut self.state, State::Asleep));
            // SAFETY: only looks at the allocator's own lists. rust-analyzer had its data in many
            // small pieces.
            unsafe { libc::malloc_trim(0) };
        }
    }

    /// Whether it is there.
    pub fn is_awake(&self) -> bool {
        self.state.is_awake()
    }

    /// Whether asking it means no waiting for its start.
    pub fn is_ready(&self) -> bool {
        match &self.state {
            State::Asleep => false,
            State::Starting(thread) => thread.is_finished(),
            State::Awake(_) => true,
        }
    }

    /// Whether it is there or will be soon.
    pub fn is_started(&self) -> bool {
        !matches!(self.state, State::Asleep)
    }

    /// evcxr, knowing all of `scope`, ready to run cells.
    pub fn awake(&mut self, scope: &Scope) -> Result<&mut CommandContext, Error> {
        if self.state.is_awake() && scope.news(&self.told).is_none() {
            // It knows things that it would have to forget, and cannot.
            self.state = State::Asleep;
        }
        if !self.state.is_awake() {
            self.told = Scope::default();
            let started = match std::mem::replace(&mut self.state, State::Asleep) {
                State::Starting(thread) => thread
                    .join()
                    .unwrap_or_else(|_| Err(anyhow!("evcxr has panicked"))),
                _ => self.start.run(),
            };
            self.state = State::Awake(Box::new(
                started.map_err(|error| Error::Message(format!("{error:#}")))?,
            ));
        }
        if let Err(error) = self.tell(scope) {
            // What it knows now is not known.
            self.state = State::Asleep;
            return Err(error);
        }
        match &mut self.state {
            State::Awake(awake) => Ok(&mut awake.context),
            _ => Err(Error::Message("evcxr could not be started".to_owned())),
        }
    }

    /// Prepares it, awake, for a cell that asks for crates. Where those of the library cannot be
    /// had, such a cell has to do without them.
    pub fn expect_crates(&mut self) {
        let State::Awake(awake) = &mut self.state else {
            return;
        };
        let pretend = self.start.session.join(PRETEND);
        if !awake.names_crates && std::fs::write(&pretend, "").is_ok() {
            awake.relay.tell(Vec::new());
            let named = name_crates(&mut awake.context, &self.start.session, &self.start.library);
            awake.names_crates = named.is_ok();
            let _ = std::fs::remove_file(pretend);
            awake.relay.run();
        }
    }

    fn tell(&mut self, scope: &Scope) -> Result<(), Error> {
        if scope.has_dependencies() {
            self.expect_crates();
        }
        let State::Awake(awake) = &mut self.state else {
            return Ok(());
        };
        if self.told != *scope
            && let Some((cell, gone)) = scope.news(&self.told)
        {
            let pretend = self.start.session.join(PRETEND);
            let write = |path: PathBuf, text: &str| {
                std::fs::write(&path, text)
                    .map_err(|error| Error::Message(format!("{}: {error}", path.display())))
            };
            write(pretend.clone(), "")?;
            if let Some(versions) = scope
                .versions
                .as_ref()
                .filter(|_| scope.versions != self.told.versions)
            {
                // So that crates are those of the cells that were compiled.
                write(self.start.session.join("Cargo.lock"), versions)?;
            }
            awake.relay.tell(gone);
            let told = awake.context.execute(&cell);
            let _ = std::fs::remove_file(pretend);
            told?;
            self.told.clone_from(scope);
        }
        awake.relay.run();
        Ok(())
    }

    /// The cells that it has had run since this was asked last.
    pub fn take_exchanges(&mut self) -> Vec<Exchange> {
        let State::Awake(awake) = &self.state else {
            return Vec::new();
        };
        let exchanges = awake.relay.take();
        if exchanges.iter().any(|exchange| exchange.answers.is_none()) {
            // It has started another process.
            awake.collect();
        }
        exchanges
    }

    /// The library of the session.
    pub fn library(&self) -> &Library {
        &self.start.library
    }

    /// The folder in which the library was prepared for sessions.
    pub fn template(&self) -> PathBuf {
        self.start.library.template()
    }

    /// By which paths cells name types.
    pub fn public_paths(&self) -> PublicPaths {
        let text = std::fs::read(self.start.library.public_paths()).unwrap_or_default();
        serde_json::from_slice(&text).unwrap_or_default()
    }

    /// The code that was compiled last, with what it has put around the cell.
    pub fn last_source(&self) -> String {
        std::fs::read_to_string(self.start.session.join("src/lib.rs")).unwrap_or_default()
    }

    /// The same with what rustc said of it.
    pub fn last_compilation(&self) -> Compilation {
        Compilation {
            source: self.last_source(),
            diagnostics: diagnostics::last(&self.start.session),
        }
    }

    /// Has the next cell tell the store of variables what fits no more.
    pub fn redefine(&self, redefinition: &Redefinition) -> Result<(), Fault> {
        let session = &self.start.session;
        redefinition
            .write(session)
            .map_err(|error| Fault::Said(format!("{}: {error}", session.display())))
    }

    /// The variables that it knows, and their types, if it is there.
    pub fn variables(&self) -> Option<std::collections::BTreeMap<String, String>> {
        let State::Awake(awake) = &self.state else {
            return None;
        };
        let variables = awake.context.variables_and_types();
        Some(
            variables
                .map(|(name, kind)| (name.to_owned(), kind.to_owned()))
                .collect(),
        )
    }

    /// It has run a cell, after which `scope` is what it knows.
    pub fn has_seen(&mut self, scope: &Scope) {
        if self.state.is_awake() {
            self.told.clone_from(scope);
        }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // A thread that is left would write into a folder that is removed.
        if let State::Starting(thread) = std::mem::replace(&mut self.state, State::Asleep) {
            let _ = thread.join();
        }
    }
}

impl Awake {
    /// The process that evcxr has started is gone at once, and is collected here.
    fn collect(&self) {
        let process = self.context.process_handle();
        let _ = process
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .wait();
    }
}

impl State {
    fn is_awake(&self) -> bool {
        matches!(self, State::Awake(_))
    }
}

impl Start {
    fn run(&self) -> Result<Awake> {
        self.filling.run()?;
        let pretend = self.session.join(PRETEND);
        std::fs::write(&pretend, "").context("the folder of the session")?;
        let (relay, command) = Relay::start(self.worker.clone())?;
        let context = start_context(&self.session, command, &self.library, Some(&self.prepared));
        let _ = std::fs::remove_file(&pretend);
        let (context, form) = context?;
        let awake = Awake {
            context,
            relay,
            names_crates: matches!(form, Form::FacadeWithCrates),
        };
        awake.collect();
        Ok(awake)
    }
}
