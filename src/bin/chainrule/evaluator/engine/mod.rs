//! Runs a cell: as it was compiled before, or through evcxr.

pub mod attempt;
pub mod boot;
pub mod context;
pub mod interrupt;
pub mod kept;
pub mod no_rust;
pub mod refused;
pub mod stopped;
pub mod straight;
pub mod timing;
pub mod types;
pub mod unusual;

use crate::compiler::diagnostics;
use crate::compiler::kinds::with_static_lifetimes;
use crate::compiler::public_paths::{PublicPaths, of_cells};
use crate::compiler::session::Session;
use crate::evaluator::cell::Cell;
use crate::evaluator::cell::prepare::Prepared;
use crate::evaluator::cell::sources::SourceMap;
use crate::evaluator::changes::gone::Gone;
use crate::evaluator::explain::Explanation;
use crate::evaluator::explain::memory::Fate;
use crate::evaluator::explain::warnings;
use crate::evaluator::failure::fault::Fault;
use crate::evaluator::outlet::Outlet;
use crate::evaluator::state::State;
use crate::evaluator::state::scope::{Variables, asks_for_crates};
use crate::worker::channels::WorkerEnds;
use crate::worker::link::{Answers, Lost, Worker};
use crate::worker::relay::Exchange;
use attempt::Attempt;
use chainrule::base::protocol::Event;
use context::Context;
use interrupt::{Compiling, Interrupter};
use kept::{
    CHANGED_TYPE, Compiled, Found, JustCompiled, Kept, KeptCells, Ran, Runs, ends_early, given_up,
    variables_in,
};
use std::cell::OnceCell;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stopped::what_is_there;
use timing::Timing;

pub struct Engine {
    // The order matters: evcxr and the worker end before the session's folder goes.
    pub evcxr: Context,
    pub worker: Arc<Mutex<Worker>>,
    pub kept: KeptCells,
    /// Where relative paths begin.
    pub folder: PathBuf,
    pub compiled: Compiled,
    pub timing: Timing,
    /// By which paths cells name types, read when first needed.
    pub paths: OnceCell<PublicPaths>,
    /// Whether cells are compiled as the library was prepared for.
    pub goes_straight: bool,
    pub interrupter: Interrupter,
    /// For a worker that evcxr starts in place of one that has ended.
    pub _worker_ends: WorkerEnds,
    /// evcxr's file with the code of the last cell.
    pub session: Session,
}

/// The cell, and what it meets on its way.
pub struct Order<'a> {
    /// As the learner wrote it; without a text where it is one of ours.
    pub cell: &'a Cell,
    pub prepared: &'a mut Prepared,
    pub state: &'a mut State,
    pub sources: &'a SourceMap,
    pub outlet: &'a mut Outlet,
}

impl Engine {
    /// What is known of a cell, and by what it is kept.
    pub fn find(
        &mut self,
        cell: &Cell,
        prepared: &Prepared,
        state: &State,
    ) -> (Option<String>, Option<Found>) {
        let is_ours = cell.text().is_empty();
        let text = if is_ours { &prepared.cell } else { cell };
        let key = self.kept.key(text, state, &self.folder);
        let found = key.as_ref().and_then(|key| self.kept.find(key));
        (key, found)
    }

    /// Runs a cell as it was compiled before, or compiles it if that does not fit.
    pub fn play_or_compile(&mut self, order: &mut Order, runs: Runs, key: &Option<String>) -> Ran {
        match self.play(order, runs) {
            Some(ran) => ran,
            None => self.compile(order, key),
        }
    }

    /// Runs a cell that was compiled before. Nothing if it turns out that it does not fit: then it
    /// was not run.
    fn play(&mut self, order: &mut Order, runs: Runs) -> Option<Ran> {
        let Runs { kept, objects } = runs;
        let mut played = order.prepared.clone();
        let mut gone = Gone {
            changed: kept.changed.clone(),
            variables: kept.dropped.clone(),
            ..Gone::default()
        };
        gone.take_again(&kept.gave_way, order.sources, &mut played)?;
        if objects.len() != kept.functions.len() {
            return None;
        }
        let (mut stops_early, mut steps) = (false, 0);
        for (object, (function, _)) in objects.iter().zip(&kept.functions) {
            match self.run_object(order, object, function)? {
                Ok(answers) => stops_early = ends_early(&answers),
                Err(ran) => {
                    return Some(Ran {
                        gone,
                        steps,
                        ..*ran
                    });
                }
            }
            steps += 1;
        }
        *order.prepared = played;
        order.state.note_gone(order.cell.number, &gone);
        let outputs = kept.said.clone();
        gone.unnameable = self.take_over(order, kept, stops_early);
        Some(Ran {
            steps,
            ..Ran::new(Ok(outputs), gone)
        })
    }

    /// Makes of the session what the cell, as it was kept, has made of it. Says which variables
    /// cannot be kept, for their types have no names.
    fn take_over(&mut self, order: &mut Order, kept: Kept, stops_early: bool) -> Vec<String> {
        let scope = &mut order.state.scope;
        let imports = kept.gave_way.imports();
        imports.for_each(|text| scope.forget(text));
        let mut variables = kept.variables;
        variables.retain(|name, _| !stops_early || kept.staying.contains(name));
        let now = scope.with_kinds(&variables, &order.prepared.cell);
        let mut before = std::mem::replace(&mut scope.variables, now);
        // Where the cell has stopped early, too, what does not fit its types is gone.
        before.retain(|name, _| !kept.dropped.contains(name));
        scope.add(&order.prepared.cell);
        if kept.versions.is_some() {
            scope.versions = kept.versions;
        }
        self.compiled = kept.compiled;
        let unnameable = self.learn_types(order);
        if stops_early {
            self.keep_what_is_there(order, &before);
        }
        unnameable
    }

    /// Has evcxr compile and run a cell, and keeps it by `key`.
    pub fn compile(&mut self, order: &mut Order, key: &Option<String>) -> Ran {
        self.timing.was_compiled = true;
        let compiling = Compiling::begin(&self.interrupter);
        if let Some(ran) = self.go_straight(order, key) {
            return ran;
        }
        self.evcxr.take_exchanges();
        let earlier = order.state.scope.clone();
        let mut ran = match self.wake(order) {
            Ok(()) => self.attempt(order),
            Err(error) => Ran::new(Err(error), Gone::default()),
        };
        // Of types that the cell changes there are none.
        let before = order.state.scope.variables.clone();
        drop(compiling);
        let exchanges = self.evcxr.take_exchanges();
        ran.is_lost = exchanges.iter().any(|exchange| exchange.answers.is_none());
        if ran.is_lost {
            self.restart_worker();
        }
        let answers = exchanges.iter().filter_map(|one| one.answers.as_ref());
        ran.steps = answers.filter(|answers| !given_up(answers)).count();
        note_unforeseen(order, &exchanges, &ran.gone, &before);
        let last = exchanges.last().and_then(|one| one.answers.as_ref());
        ran.follow_worker(last);
        self.compiled.source = self.evcxr.last_source();
        let said = diagnostics::last(self.session.folder()).unwrap_or_default();
        self.compiled.warnings = warnings::of_compiled(&said, &self.compiled.source);
        self.follow(order, &ran, &before);
        if ran.result.is_err() {
            // What had to go for the cell is still there: it has not run.
            order.state.scope.take_items_of(&earlier);
            if !ran.is_lost {
                let variables = &mut order.state.scope.variables;
                let there = std::mem::replace(variables, earlier.variables);
                variables.retain(|name, _| {
                    there.contains_key(name)
                        || !(before.contains_key(name) || ran.gone.unnameable.contains(name))
                });
            }
        }
        let is_loaded = self.complete_types(order);
        if let Some(key) = key.as_ref().filter(|_| is_loaded) {
            let just = JustCompiled {
                ran: &ran,
                cell: &order.prepared.cell,
                exchanges: &exchanges,
                before: &before,
                scope: &order.state.scope,
                compiled: &self.compiled,
            };
            if let Some(content) = just.content() {
                self.kept.keep(key, &content);
            }
        }
        if last.is_some_and(ends_early) && ran.result.is_ok() {
            self.keep_what_is_there(order, &before);
        }
        ran
    }

    /// Has the worker run an object. Nothing if it turns out that it does not fit: then it was not
    /// run. Otherwise what the worker answers, or how the cell has failed.
    fn run_object(
        &mut self,
        order: &mut Order,
        object: &[u8],
        function: &str,
    ) -> Option<Result<Answers, Box<Ran>>> {
        let path = self.session.store_object(object).ok()?;
        let failed = |fault| Ran::new(Err(fault), Gone::default());
        let answers = self.worker().run(&path, function);
        let Ok(answers) = answers else {
            self.restart_worker();
            order.state.scope.variables.clear();
            return Some(Err(Box::new(Ran {
                is_lost: true,
                ..failed(Fault::Lost)
            })));
        };
        if answers.iter().any(|line| line.starts_with(CHANGED_TYPE)) {
            return None;
        }
        if given_up(&answers) {
            let is_loaded = !order.outlet.forget_load_failure();
            let value = "the cell has not come to its end".to_owned();
            return is_loaded.then(|| Err(Box::new(failed(Fault::Said(value)))));
        }
        Some(Ok(answers))
    }

    /// Starts evcxr if it is not there, and prepares it for a cell that asks for crates.
    fn wake(&mut self, order: &Order) -> Result<(), Fault> {
        if asks_for_crates(&order.prepared.cell) && crate::machine::exam::is_on() {
            return Err(Fault::Said(crate::machine::exam::no_crates()));
        }
        if !self.evcxr.is_ready() {
            self.interrupter.waits(true);
            let started = self.evcxr.awake(&order.state.scope).map(drop);
            self.interrupter.waits(false);
            started?;
        }
        if asks_for_crates(&order.prepared.cell) {
            self.evcxr.expect_crates();
        }
        Ok(())
    }

    fn attempt(&mut self, order: &mut Order) -> Ran {
        let attempt = Attempt {
            cell: order.cell,
            prepared: order.prepared,
            state: order.state,
            sources: order.sources,
            evcxr: &mut self.evcxr,
            folder: &self.folder,
            gone: Gone::default(),
        };
        let (result, gone) = attempt.run();
        Ran::new(result, gone)
    }

    /// Takes over from evcxr what there is after a cell.
    fn follow(&mut self, order: &mut Order, ran: &Ran, before: &Variables) {
        let nothing = Cell::new("");
        let cell = match &ran.result {
            Ok(_) => &order.prepared.cell,
            Err(_) => &nothing,
        };
        let scope = &mut order.state.scope;
        let kinds = self.evcxr.variables();
        let kinds = kinds.or_else(|| {
            // It has ended before the cell, whose code says the same.
            let kinds = variables_in(&self.compiled.source, before, &Variables::new()).0;
            (ran.result.is_ok() && ran.steps > 0).then_some(kinds)
        });
        if let Some(kinds) = kinds {
            scope.variables = scope.with_kinds(&kinds, cell);
        }
        scope.add(cell);
        if cell
            .commands()
            .any(|line| line.trim_start().starts_with(":dep"))
        {
            let lock = self.session.folder().join("Cargo.lock");
            scope.versions = std::fs::read_to_string(lock).ok();
        }
        self.evcxr.has_seen(scope);
        // rust-analyzer leaves lifetimes out, and evcxr takes it at its word: it is told.
        for variable in scope.variables.values_mut() {
            variable.kind = with_static_lifetimes(&variable.kind, false);
        }
    }

    /// Fills gaps in the types of variables. Says whether all of the cell could be loaded.
    fn complete_types(&mut self, order: &mut Order) -> bool {
        let reported = order.outlet.so_far();
        let paths = || self.paths.get_or_init(|| self.evcxr.public_paths());
        let scope = &mut order.state.scope;
        let own = match scope.variables.values().any(types::is_unknown) {
            true => of_cells(scope.items().map(|(_, text)| text)),
            false => PublicPaths::new(),
        };
        types::complete(&mut scope.variables, reported, paths, &own);
        let is_failure = |event: &Event| matches!(event, Event::LoadFailed { .. });
        !reported.iter().any(is_failure)
    }

    /// Has the types of variables that nobody has written down from what was reported of them. Says
    /// which have none that a cell could write: these cannot be kept.
    fn learn_types(&mut self, order: &mut Order) -> Vec<String> {
        if !order.state.scope.variables.values().any(types::is_unknown) {
            return Vec::new();
        }
        self.complete_types(order);
        let State { scope, memory, .. } = &mut *order.state;
        let unknown = types::take_out_unknown(&mut scope.variables, order.outlet.so_far());
        let cell = order.cell.number;
        let note = |(name, kind): (String, String)| {
            memory.note(&name, Fate::Unnameable { cell, kind });
            name
        };
        unknown.into_iter().map(note).collect()
    }

    /// Adds to the variables those that are there although the cell has stopped. evcxr drops all
    /// that a cell was to make; it is told of these when it is needed next.
    fn keep_what_is_there(&mut self, order: &mut Order, before: &Variables) {
        let (cell, source) = (&order.prepared.cell, &self.compiled.source);
        let found = what_is_there(cell, source, before, order.outlet.so_far());
        order.state.scope.variables.extend(found);
        self.complete_types(order);
    }

    /// A cell begins, of which `:timing` may want to know where its time goes.
    pub fn begin_timing(&mut self) {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        self.timing.begin(self.session.folder(), &mut worker);
    }

    /// The cell has ended.
    pub fn end_timing(&mut self) -> Option<Explanation> {
        let mut worker = self.worker.lock().unwrap_or_else(PoisonError::into_inner);
        self.timing.end(self.session.folder(), &mut worker)
    }

    fn worker(&self) -> MutexGuard<'_, Worker> {
        self.worker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Goes back to a snapshot.
    pub fn undo(&self, steps: usize) -> Result<(), Lost> {
        self.worker().undo(steps)
    }

    fn restart_worker(&mut self) {
        // If it does not start, the next cell says that the variables are lost, and tries again.
        let _ = self.worker().restart();
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // evcxr would kill the supervisor, which then could not collect what cells have started.
        self.interrupter.end_worker();
    }
}

/// Remembers why variables are not there of which only the store saw that their types are others
/// now.
fn note_unforeseen(order: &mut Order, exchanges: &[Exchange], gone: &Gone, before: &Variables) {
    let answers = exchanges.iter().filter_map(|one| one.answers.as_ref());
    let names = answers
        .flatten()
        .filter_map(|line| std::str::from_utf8(line.strip_prefix(CHANGED_TYPE)?).ok());
    for name in names.map(str::trim) {
        let is_known = gone.variables.iter().any(|known| known == name);
        if let Some(variable) = before.get(name).filter(|_| !is_known) {
            let fate = Fate::TypeChanged {
                cell: order.cell.number,
                kind: variable.kind.clone(),
            };
            order.state.memory.note(name, fate);
        }
    }
}
