//! Evaluates cells: evcxr between a session's folder and its worker.
//!
//! A cell (`cell`) is read once and prepared (`prepare`); the engine runs it (`engine`), as it was
//! compiled before or through evcxr; what it writes comes out of the outlet (`outlet`) meanwhile;
//! what it has made of the session is the state (`state`), which `:undo` brings back; `judge` says
//! how it went, in the words of `explain`.
//!
//! Knows neither Jupyter nor notebooks: output goes to a [`Sink`], the end of a cell is `Ok` or a
//! [`Failure`]. An evaluator lives on one thread; only the [`Interrupter`] is for others.

mod assist;
mod cap;
pub mod cell;
mod changes;
mod crash;
mod engine;
mod explain;
mod failure;
mod judge;
pub mod limit;
mod limits;
mod objects;
mod outlet;
mod own_crates;
mod own_lines;
mod signals;
mod state;
mod threads;
mod undo;
mod variables;

pub use assist::standard::prepare as prepare_assistance;
pub use assist::{Assistant, Completions, Inspected};
pub use engine::boot::prepare_library;
pub use engine::interrupt::Interrupter;
pub use failure::Failure;
pub use outlet::output::Sink;
pub use outlet::stream::{Bundle, CommAct, Output, StreamName};

use crate::analyzer::protocol::Content;
pub use crate::worker::channels::Answers;

use crate::machine::faults::contained;
use crate::settings::Settings;
use assist::analyzer;
use cell::Cell;
use cell::commands::{refused_command, with_arguments, without_command, without_own_crate};
use cell::prepare::{Prepared, prepare};
use cell::reserved::reserved;
use cell::sources::SourceMap;
use chainrule::base::protocol::Event;
use engine::interrupt::Stop;
use engine::kept::{Found, Ran};
use engine::{Engine, Order};
use explain::codes;
use explain::memory::Lost;
use explain::notices::{self, Past};
use failure::Refusal;
use failure::fault::of_ours;
use judge::Course;
use outlet::Outlet;
use outlet::reports::Reports;
use state::State;
use state::scope::Scope;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;
use undo::Undo;

/// A session that evaluates cells.
pub struct Evaluator {
    engine: Engine,
    outlet: Outlet,
    state: State,
    undo: Undo,
    sources: SourceMap,
    assistant: Assistant,
    settings: Settings,
}

/// A cell that the engine has run, or tried to.
struct Tried {
    /// By what it is kept.
    key: Option<String>,
    ran: Ran,
    stop: Option<Stop>,
}

impl Evaluator {
    /// Starts a session in `folder`, the learner's.
    pub fn start(
        folder: &Path,
        settings: Settings,
        notice: &dyn Fn(&str),
    ) -> anyhow::Result<Evaluator> {
        let started = engine::boot::start(folder, &settings, notice)?;
        Ok(Evaluator::new(folder, settings, started))
    }

    /// Starts a session that keeps compiled cells for all users of the machine, in a folder of the
    /// system, with the library.
    pub fn start_for_all(
        folder: &Path,
        system: &Path,
        settings: Settings,
        notice: &dyn Fn(&str),
    ) -> anyhow::Result<Evaluator> {
        let started = engine::boot::start_for_all(folder, system, &settings, notice)?;
        Ok(Evaluator::new(folder, settings, started))
    }

    fn new(folder: &Path, settings: Settings, (engine, outlet): (Engine, Outlet)) -> Evaluator {
        Evaluator {
            engine,
            outlet,
            state: State::default(),
            undo: Undo::new(settings.undo),
            sources: SourceMap::default(),
            assistant: Assistant::new(folder),
            settings,
        }
    }

    /// Runs a cell, the `number`th. Its output goes to `sink` while it runs; all of it is there
    /// when this returns.
    pub fn execute(&mut self, number: u32, code: &str, sink: Sink) -> Result<(), Failure> {
        contained(|| self.execute_all(number, code, sink)).unwrap_or_else(|panic| {
            self.outlet.end_unrun();
            self.engine.end_timing();
            Err(Failure::new("KernelError", of_ours(&panic), None))
        })
    }

    fn execute_all(&mut self, number: u32, code: &str, sink: Sink) -> Result<(), Failure> {
        self.outlet.begin(sink.clone());
        self.report_what_happened_between_cells(number, &sink);
        let code = self.accepted(code)?;
        let (code, undo) = without_command(&code, ":undo");
        for _ in 0..undo {
            self.take_back(&sink)?;
        }
        let (code, timing) = without_command(&code, ":timing");
        if timing % 2 == 1 {
            let session = self.engine.session.folder();
            sink(self.engine.timing.turn(session).output());
        }
        let (code, help) = without_command(&code, ":help");
        if help > 0 {
            sink(assist::commands());
        }
        let (code, asked) = with_arguments(&code, ":explain");
        for codes in &asked {
            let explained = codes::explained(codes, &self.state.errors);
            sink(explained.map_err(|reason| Failure::new("Error", reason, None))?);
        }
        if undo + timing + help + asked.len() > 0 && code.trim().is_empty() {
            return Ok(());
        }
        self.engine.begin_timing();
        let ran = self.execute_rust(number, &code, &sink);
        if let Err(failure) = &ran
            && failure.name == "CompileError"
        {
            self.state.errors = codes::codes_in(&failure.traceback.join("\n"));
        }
        if let Some(times) = self.engine.end_timing() {
            sink(times.output());
        }
        ran
    }

    /// The text of a cell, if it can be run, in the form that all the rest reads.
    fn accepted(&mut self, code: &str) -> Result<String, Failure> {
        // Before anything reads it.
        if let Some(excess) = limit::excess(code) {
            return Err(Failure::new("CompileError", excess.in_words(), None));
        }
        let code = cell::composed(code);
        if let Some(reason) = refused_command(&code) {
            return Err(Failure::new("Error", reason, None));
        }
        if self.engine.evcxr.is_ready() {
            let restored = self.engine.session.restore();
            restored.map_err(|error| Failure::new("SetupError", format!("{error:#}"), None))?;
        }
        Ok(code.into_owned())
    }

    /// Runs what is left of a cell without the commands that are for us alone.
    fn execute_rust(&mut self, number: u32, code: &str, sink: &Sink) -> Result<(), Failure> {
        let (code, shows_variables) = without_command(code, ":vars");
        if shows_variables > 0 {
            let table = variables::cell_that_shows(&self.state.kinds());
            self.run_ours(number, &table, sink)?;
        }
        let cell = Cell::numbered(number, code);
        if let Some(reason) = reserved(&cell) {
            return Err(Failure::new("CompileError", reason, None));
        }
        let scope = &self.state.scope;
        let there = own_crates::with_crates_of_rust(&cell);
        let there = own_lines::with_own_lines(&there, |name| scope.has_macro(name));
        let implementations = &self.state.implementations;
        let prepared = match there == cell.text() {
            true => prepare(&cell, implementations),
            false => prepare(&cell.with_text(there), implementations),
        };
        self.sources.add(&cell, &prepared.cell);
        let outputs = self.run(&cell, prepared, sink)?;
        if !outputs.is_empty() {
            let data = outputs
                .into_iter()
                .map(|(mime, content)| (mime, without_own_crate(content).into()))
                .collect();
            sink(Output::Display(Bundle { data, id: None }));
        }
        Ok(())
    }

    /// Runs a cell that the learner has not written.
    fn run_ours(&mut self, number: u32, code: &str, sink: &Sink) -> Result<(), Failure> {
        let prepared = Prepared::unchanged(Cell::new(code), &self.state.implementations);
        let cell = Cell::numbered(number, "");
        self.run(&cell, prepared, sink).map(drop)
    }

    /// Runs a prepared cell, and waits for all of its output.
    fn run(
        &mut self,
        cell: &Cell,
        mut prepared: Prepared,
        sink: &Sink,
    ) -> Result<Content, Failure> {
        let before = self.state.kinds();
        let Tried { key, ran, stop } = self.run_or_refuse(cell, &mut prepared)?;
        let (error_tail, events) = self.outlet.end(cell.ends_with_expression());
        let lost = self.note_events(cell.number, &events);
        let reports = Reports(&events);
        let has_crashed = ran.result.is_err() && reports.restored().is_some();
        if let (Some(key), None, Err(error), false) = (key, stop, &ran.result, has_crashed) {
            let refusal = Refusal::new(cell.text(), &prepared, error);
            let kept = &mut self.engine.kept;
            kept.keep_refusal(&key, cell, &self.state.scope, &refusal);
        }
        let has_run = ran.result.is_ok();
        let course = Course {
            cell,
            stop,
            events: &events,
            error_tail: &error_tail,
            lost: lost.as_ref(),
            before: &before,
            state: &self.state,
            sources: &self.sources,
            compiled: &self.engine.compiled.source,
            objects: &self.outlet.objects,
            settings: &self.settings,
        };
        let judged = course.judge(ran.result, &prepared);
        if has_crashed {
            self.outlet.objects.forget_last();
        }
        let past = Past {
            cell,
            before: &before,
            now: self.state.kinds(),
            gone: &ran.gone,
            has_run,
            succeeded: judged.is_ok(),
            returned: reports.returned().filter(|_| has_run),
            warnings: &self.engine.compiled.warnings,
            source: &self.engine.compiled.source,
            sources: &self.sources,
        };
        // A fault of ours in what is said of a cell costs the words, not the cell.
        let notices = contained(|| past.remember(&mut self.state.memory)).unwrap_or_default();
        notices.iter().for_each(|notice| sink(notice.output()));
        judged
    }

    /// Has the engine run a cell, as it was compiled before if that is known. One that was refused
    /// before is refused again.
    fn run_or_refuse(&mut self, cell: &Cell, prepared: &mut Prepared) -> Result<Tried, Failure> {
        let interrupter = self.engine.interrupter.clone();
        let running = interrupter.enter();
        let before = self.state.scope.clone();
        self.undo.note_before(cell, &self.state, &self.assistant);
        let claimed = changes::meanings::claim_names(cell, &before, &self.sources, prepared);
        let (key, found) = self.engine.find(cell, prepared, &self.state);
        let mut order = Order {
            cell,
            prepared,
            state: &mut self.state,
            sources: &self.sources,
            outlet: &mut self.outlet,
        };
        let mut ran = match found {
            Some(Found::Refused(refusal)) => {
                running.leave();
                return Err(self.refused_again(cell, &refusal));
            }
            Some(Found::Runs(runs)) => self.engine.play_or_compile(&mut order, *runs, &key),
            None => {
                assist::read_ahead();
                self.engine.compile(&mut order, &key)
            }
        };
        let stop = running.leave();
        if ran.result.is_ok() {
            ran.gone.claimed.extend(claimed);
            self.state.note_gone(cell.number, &ran.gone);
        }
        self.note_after(cell, prepared, &ran, &before);
        Ok(Tried { key, ran, stop })
    }

    fn refused_again(&mut self, cell: &Cell, refusal: &Refusal) -> Failure {
        self.outlet.end_unrun();
        self.undo.note_after(cell, false, 0);
        // What is said of it knows the cells before, not that this one has failed: as at first.
        let failure = Failure::refused(cell.number, cell.text(), refusal, &self.state.memory);
        let variables = self.state.kinds();
        notices::not_run(cell, variables, &mut self.state.memory);
        failure
    }

    /// Notes what a cell has done to the session, before anything is said of it.
    fn note_after(&mut self, cell: &Cell, prepared: &Prepared, ran: &Ran, before: &Scope) {
        if ran.is_lost {
            self.undo.forget();
        }
        let has_run = ran.result.is_ok();
        self.undo.note_after(cell, has_run, ran.steps);
        if has_run {
            // evcxr keeps the items of the cell, also if it panicked.
            let folder = &self.engine.folder;
            self.state.take_over(prepared, before, folder);
            self.assistant.note_cell(cell);
        }
    }

    /// Notes what the worker has reported of a cell. Says what was lost with threads that ended.
    fn note_events(&mut self, number: u32, events: &[Event]) -> Option<Lost> {
        self.state.definitions.note_types(events);
        self.engine.timing.note(events);
        let lost = self.follow_threads(number, events);
        self.assistant.note_variables(self.state.kinds(), events);
        if self.settings.trace {
            // For `benches/worker.py`.
            let is_snapshot = |event: &&Event| matches!(event, Event::Snapshot { .. });
            let snapshots = events.iter().filter(is_snapshot);
            snapshots.for_each(|event| eprintln!("{}", event.to_json()));
        }
        lost
    }

    /// Evaluates an expression and returns its representations instead of showing them.
    pub fn evaluate(&mut self, expression: &str) -> Result<Bundle, Failure> {
        let (sink, shown) = outlet::only_result(self.answers());
        self.execute(0, expression, sink)?;
        Ok(shown())
    }

    /// The variables of the session and their types.
    pub fn variables(&self) -> BTreeMap<String, String> {
        self.state.kinds()
    }

    /// Ends evcxr, which takes most of the kernel's memory, if nothing was asked for long. The next
    /// cell that was not compiled before starts it again.
    pub fn rest(&mut self) {
        self.engine.evcxr.rest();
    }

    /// How long nothing is to be asked before that.
    pub fn rests_after(&self) -> Option<Duration> {
        self.settings.rest_after
    }

    /// Has what cells define noted where other threads answer from.
    pub fn set_assistant(&mut self, assistant: Assistant) {
        self.assistant = assistant;
    }

    /// The session's folder.
    pub fn folder(&self) -> &Path {
        self.engine.session.folder()
    }

    /// Takes the answer to an [`Output::Question`]: every question must get one.
    pub fn answers(&self) -> Answers {
        self.outlet.answers.clone()
    }

    /// For other threads.
    pub fn interrupter(&self) -> Interrupter {
        self.engine.interrupter.clone()
    }

    /// What could stand at byte `offset`.
    pub fn complete(&mut self, code: &str, offset: usize) -> Completions {
        let known = self.assistant.complete(code, offset);
        analyzer::complete(
            known,
            &mut self.engine.evcxr,
            &self.state.scope,
            code,
            offset,
        )
    }

    /// What the name at byte `offset` is. `level` 1 adds its source.
    pub fn inspect(&mut self, code: &str, offset: usize, level: u8) -> Inspected {
        let known = self.assistant.inspect(code, offset, level);
        analyzer::inspect(
            known,
            &mut self.engine.evcxr,
            &self.state.scope,
            code,
            offset,
        )
    }

    /// Has the library call the handlers that cells have left for what a front end sends.
    pub fn handle_comms(&mut self, number: u32, sink: Sink) -> Result<(), Failure> {
        self.outlet.begin(sink.clone());
        self.report_what_happened_between_cells(number, &sink);
        self.run_ours(number, "chainrule::cell::handle_comms();", &sink)
    }

    /// Takes the last cell back and says so.
    fn take_back(&mut self, sink: &Sink) -> Result<(), Failure> {
        let steps = self.undo.steps()?;
        let mut undone = Vec::new();
        if steps > 0 {
            // What went wrong is seen in what the worker reports.
            let _ = self.engine.undo(steps);
            undone = self.outlet.between_cells();
            if !Reports(&undone).is_undone() {
                self.undo.forget();
                return Err(undo::too_late());
            }
        }
        let Some(before) = self.undo.take() else {
            return Ok(());
        };
        sink(before.notice(self.undo.len()).output());
        self.state = before.state;
        self.assistant.bring_back(before.known);
        let lost = self.follow_threads(before.number, &undone);
        if let Some(lost) = lost.filter(|lost| !lost.is_empty()) {
            sink(explain::threads_gone(before.number, &lost).output());
        }
        Ok(())
    }

    /// The runner may have died while no cell ran. The snapshot has replaced it, but threads of
    /// earlier cells are gone.
    fn report_what_happened_between_cells(&mut self, number: u32, sink: &Sink) {
        let events = self.outlet.between_cells();
        let lost = self.follow_threads(number, &events).unwrap_or_default();
        if let Some((exit_code, signal)) = Reports(&events).died() {
            sink(crash::between_cells(exit_code, signal).output());
        }
        if !lost.is_empty() {
            sink(explain::threads_gone(number, &lost).output());
        }
    }

    /// Lets go what stands for threads that ended with their process.
    fn follow_threads(&mut self, number: u32, events: &[Event]) -> Option<Lost> {
        let are_gone = self.outlet.threads.note(events);
        are_gone.then(|| threads::lose(number, &mut self.state))
    }
}
