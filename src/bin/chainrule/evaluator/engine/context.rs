//! evcxr, started when something first needs it, and told then what cells have done without it.
//!
//! A cell that was compiled before needs neither evcxr nor the rust-analyzer in it. When another
//! one comes, or a completion, evcxr gets one cell with all definitions and variables that it has
//! not seen ([`Scope::news`]). That cell is analyzed but not compiled (`compiler::cargo::PRETEND`)
//! and not run (`worker::relay`): the worker has had the variables all along.

use crate::analyzer::link::{Link, Watched};
use crate::analyzer::protocol::{Failed, Start};
use crate::compiler::diagnostics;
use crate::compiler::library::{Form, Library};
use crate::compiler::public_paths::PublicPaths;
use crate::compiler::redefinition::Redefinition;
use crate::compiler::stand_in::cargo::PRETEND;
use crate::evaluator::changes::obstacles::Compilation;
use crate::evaluator::failure::fault::Fault;
use crate::evaluator::state::scope::Scope;
use crate::worker::link::Worker;
use crate::worker::relay::Exchange;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Longer than evcxr takes to start anywhere.
const START: Duration = Duration::from_secs(600);

/// evcxr, if it is there.
pub struct Context {
    start: Start,
    worker: Arc<Mutex<Worker>>,
    watched: Watched,
    link: Option<Link>,
    /// Whether the library names the crates of its signatures.
    names_crates: bool,
    /// What it knows.
    told: Scope,
}

impl Context {
    pub fn new(start: Start, worker: Arc<Mutex<Worker>>, watched: Watched) -> Context {
        Context {
            start,
            worker,
            watched,
            link: None,
            names_crates: false,
            told: Scope::default(),
        }
    }

    /// Starts it, if it was not started, and does not wait.
    pub fn start_soon(&mut self) {
        if self.link.is_none() {
            let worker = Some(self.worker.clone());
            self.link = Link::start(self.start.clone(), worker, &self.watched).ok();
            self.told = Scope::default();
            self.names_crates = false;
        }
    }

    /// Ends it, if it is there: it knows nothing that it cannot be told again.
    pub fn rest(&mut self) {
        self.link = None;
    }

    /// Whether it is there, and asking it means no waiting for its start.
    pub fn is_ready(&mut self) -> bool {
        self.link.as_mut().is_some_and(Link::is_ready)
    }

    /// evcxr, knowing all of `scope`, ready to run cells.
    pub fn awake(&mut self, scope: &Scope) -> Result<&mut Link, Failed> {
        self.awake_within(scope, START)
    }

    /// The same for whoever does not wait for its start for ever.
    pub fn awake_within(&mut self, scope: &Scope, patience: Duration) -> Result<&mut Link, Failed> {
        let is_of_use = |link: &mut Link| !link.has_ended() && scope.news(&self.told).is_some();
        if !self.link.as_mut().is_some_and(is_of_use) {
            // It is gone, or knows things that it would have to forget, and cannot.
            self.link = None;
        }
        self.start_soon();
        let not_started = || Failed::Ended("it did not start".to_owned());
        let link = self.link.as_mut().ok_or_else(not_started)?;
        match link.started(patience) {
            Ok(form) => self.names_crates |= matches!(form, Form::FacadeWithCrates),
            Err(Failed::Late) => return Err(Failed::Late),
            Err(why) => {
                self.link = None;
                return Err(why);
            }
        }
        if let Err(why) = self.tell(scope) {
            // What it knows now is not known.
            self.link = None;
            return Err(why);
        }
        self.link.as_mut().ok_or_else(not_started)
    }

    /// Prepares it, awake, for a cell that asks for crates. Where those of the library cannot be
    /// had, such a cell has to do without them.
    pub fn expect_crates(&mut self) {
        let Some(link) = &mut self.link else {
            return;
        };
        let pretend = self.start.folder.join(PRETEND);
        if !self.names_crates && std::fs::write(&pretend, "").is_ok() {
            link.relay.tell(Vec::new());
            self.names_crates = link.name_crates().is_ok();
            let _ = std::fs::remove_file(pretend);
            link.relay.run();
        }
    }

    fn tell(&mut self, scope: &Scope) -> Result<(), Failed> {
        if scope.has_dependencies() {
            self.expect_crates();
        }
        let Some(link) = &mut self.link else {
            return Ok(());
        };
        if self.told != *scope
            && let Some((cell, gone)) = scope.news(&self.told)
        {
            let folder = &self.start.folder;
            let pretend = folder.join(PRETEND);
            let write = |path: PathBuf, text: &str| {
                std::fs::write(&path, text)
                    .map_err(|error| Failed::Said(format!("{}: {error}", path.display())))
            };
            write(pretend.clone(), "")?;
            if let Some(versions) = scope
                .versions
                .as_ref()
                .filter(|_| scope.versions != self.told.versions)
            {
                // So that crates are those of the cells that were compiled.
                write(folder.join("Cargo.lock"), versions)?;
            }
            link.relay.tell(gone);
            let told = link.execute(&cell);
            let _ = std::fs::remove_file(pretend);
            told?;
            self.told.clone_from(scope);
        }
        link.relay.run();
        Ok(())
    }

    /// The cells that it has had run since this was asked last.
    pub fn take_exchanges(&mut self) -> Vec<Exchange> {
        let Some(link) = &mut self.link else {
            return Vec::new();
        };
        let exchanges = link.take_exchanges();
        if link.has_ended() {
            self.link = None;
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
        std::fs::read_to_string(self.start.folder.join("src/lib.rs")).unwrap_or_default()
    }

    /// The same with what rustc said of it.
    pub fn last_compilation(&self) -> Compilation {
        Compilation {
            source: self.last_source(),
            diagnostics: diagnostics::last(&self.start.folder),
        }
    }

    /// Has the next cell tell the store of variables what fits no more.
    pub fn redefine(&self, redefinition: &Redefinition) -> Result<(), Fault> {
        let session = &self.start.folder;
        redefinition
            .write(session)
            .map_err(|error| Fault::Said(format!("{}: {error}", session.display())))
    }

    /// The variables that it knows, and their types, if it is there.
    pub fn variables(&mut self) -> Option<BTreeMap<String, String>> {
        self.link.as_mut()?.variables().ok()
    }

    /// It has run a cell, after which `scope` is what it knows.
    pub fn has_seen(&mut self, scope: &Scope) {
        if self.link.is_some() {
            self.told.clone_from(scope);
        }
    }
}
