//! Evaluates cells: evcxr between a session's folder and its worker.
//!
//! Knows neither Jupyter nor notebooks: output goes to a [`Sink`], the end of a cell is `Ok` or a
//! [`Failure`]. An evaluator lives on one thread; only the [`Interrupter`] is for others.

mod assist;
mod boot;
mod cap;
pub mod cell;
mod commands;
mod context;
mod crash;
mod definitions;
mod explain;
mod failure;
mod imports;
mod interrupt;
mod kept;
pub mod limit;
mod limits;
mod made_of;
mod output;
mod precedence;
mod prepare;
mod reports;
mod scope;
mod stopped;
mod stream;
mod threads;
mod timing;
mod types;
mod undo;
mod variables;

pub use assist::{Assistant, Completions, Inspected};
pub use boot::prepare_library;
pub use failure::Failure;
pub use interrupt::Interrupter;
pub use output::Sink;
pub use stream::{Bundle, CommAct, Output, StreamName};

pub use crate::worker::channels::Answers;

use crate::compiler::cells::Cells;
use crate::compiler::session::Session;
use crate::settings::Settings;
use crate::worker::channels::{Events, WorkerEnds};
use crate::worker::link::Worker;
use cell::{Place, SourceMap};
use chainrule::base::protocol::{self, Event};
use chainrule::display::say;
use context::Context;
use crash::{Crash, LoadedObjects};
use definitions::Definitions;
use evcxr::Error;
use explain::memory::Memory;
use failure::Refusal;
use interrupt::Stop;
use kept::{Compiled, Found, Ran};
use output::Pump;
use prepare::{Implementations, Prepared, prepare};
use reports::{Reports, Said};
use scope::Scope;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use timing::Timing;
use undo::Undo;

/// A session that evaluates cells.
pub struct Evaluator {
    // The order matters: evcxr and the worker end before the session's folder goes.
    context: Context,
    worker: Arc<Mutex<Worker>>,
    pump: Pump,
    events: Events,
    /// Events of this cell that were looked at before its end.
    taken: Vec<Event>,
    answers: Answers,
    cells: Cells,
    /// What decides, beside the cells themselves, how they are compiled.
    root: [String; 4],
    scope: Scope,
    compiled: Compiled,
    undo: Undo,
    timing: Timing,
    /// How often the worker has run something for this cell and kept what it did.
    steps: usize,
    /// Where relative paths begin.
    folder: PathBuf,
    sources: SourceMap,
    implementations: Implementations,
    definitions: Definitions,
    memory: Memory,
    assistant: Assistant,
    objects: LoadedObjects,
    /// How many threads cells had left running when the last snapshot was made.
    threads: u64,
    interrupter: Interrupter,
    settings: Settings,
    /// For a worker that evcxr starts in place of one that has ended.
    _worker_ends: WorkerEnds,
    /// evcxr's file with the code of the last cell.
    session: Session,
}

/// How a cell went, put together from what evcxr answered and what the worker reported.
struct Course<'a> {
    number: u32,
    code: &'a str,
    prepared: &'a Prepared,
    result: Result<evcxr::EvalOutputs, Error>,
    stop: Option<Stop>,
    events: Vec<Event>,
    error_tail: String,
    /// If threads of earlier cells have ended with this one: what that took along.
    lost: Option<explain::memory::Lost>,
}

impl Evaluator {
    /// Runs a cell, the `number`th. Its output goes to `sink` while it runs; all of it is there
    /// when this returns.
    pub fn execute(&mut self, number: u32, code: &str, sink: Sink) -> Result<(), Failure> {
        self.pump.begin(sink.clone());
        self.answers.forget();
        self.report_what_happened_between_cells(number, &sink);
        // Before anything reads it.
        if let Some(excess) = limit::excess(code) {
            return Err(Failure::new("CompileError", excess.in_words(), None));
        }
        let code = &*cell::composed(code);
        if cell::ends_inside_a_comment(code) {
            // evcxr would not see that anything is there.
            return Err(Failure::refused(
                number,
                code,
                &Refusal::Said(String::new()),
                &self.memory,
            ));
        }
        if let Some(reason) = refused_command(code) {
            return Err(Failure::new("Error", reason, None));
        }
        if self.context.is_started() {
            self.session
                .restore()
                .map_err(|error| Failure::new("SetupError", format!("{error:#}"), None))?;
        }
        let (code, undo) = without_command(code, ":undo");
        for _ in 0..undo {
            self.take_back(&sink)?;
        }
        let (code, timing) = without_command(&code, ":timing");
        if timing % 2 == 1 {
            self.turn_timing(&sink);
        }
        if undo + timing > 0 && code.trim().is_empty() {
            return Ok(());
        }
        self.begin_timing();
        let ran = self.execute_rust(number, &code, &sink);
        self.show_timing(&sink);
        ran
    }

    /// Runs what is left of a cell without the commands that are for us alone.
    fn execute_rust(&mut self, number: u32, code: &str, sink: &Sink) -> Result<(), Failure> {
        let (code, shows_variables) = without_command(code, ":vars");
        if shows_variables > 0 {
            self.show_variables(number, sink)?;
        }
        let mut prepared = prepare(&code, &self.implementations);
        self.sources.add(number, &code, &prepared.code);
        let outputs = self.run(number, &code, &mut prepared, sink)?;
        if !outputs.content_by_mime_type.is_empty() {
            let data = outputs
                .content_by_mime_type
                .into_iter()
                .map(|(mime, content)| (mime, content.into()))
                .collect();
            sink(Output::Display(Bundle { data, id: None }));
        }
        Ok(())
    }

    /// Has evcxr run a prepared cell, and waits for all of its output.
    fn run(
        &mut self,
        number: u32,
        code: &str,
        prepared: &mut Prepared,
        sink: &Sink,
    ) -> Result<evcxr::EvalOutputs, Failure> {
        let variables = self.variables();
        let before = self.scope.clone();
        let interrupter = self.interrupter.clone();
        let running = interrupter.enter();
        self.note_before(number, code);
        let claimed = self.claim_names(code, prepared);
        let key = self.key(if code.is_empty() {
            &prepared.code
        } else {
            code
        });
        let found = key.as_ref().and_then(|key| self.find(key));
        if let Some(Found::Refused(refusal)) = found {
            running.leave();
            self.pump.end(false);
            self.note_after(code, false);
            self.remember(number, code, &variables, &Default::default(), false, false);
            return Err(Failure::refused(number, code, &refusal, &self.memory));
        }
        let played = match found {
            Some(Found::Runs(runs)) => self.play(number, prepared, *runs),
            _ => None,
        };
        let was_compiled = played.is_none();
        let Ran { mut gone, result } = match played {
            Some(ran) => ran,
            None => self.compile(number, code, prepared, key.as_deref()),
        };
        let stop = running.leave();
        let has_run = result.is_ok();
        if has_run {
            gone.claimed.extend(claimed);
            self.note_gone(number, &gone);
        }
        self.note_after(code, has_run);
        if has_run {
            // evcxr keeps the items of the cell, also if it panicked.
            self.implementations.clone_from(&prepared.implementations);
            self.definitions =
                self.definitions
                    .after(&before, &self.scope, &prepared.code, &self.folder);
            self.assistant.note_cell(number, code);
        }
        let error_tail = self.pump.end(cell::ends_with_expression(code));
        let mut events = std::mem::take(&mut self.taken);
        events.extend(self.events.take());
        self.definitions.note_types(&events);
        self.objects.note(&events);
        self.note_times(&events, was_compiled);
        let lost = self.follow_threads(number, &events);
        self.assistant.note_variables(self.variables(), &events);
        if self.settings.trace {
            // For `benches/worker.py`.
            let snapshots = events
                .iter()
                .filter(|event| matches!(event, Event::Snapshot { .. }));
            snapshots.for_each(|event| eprintln!("{}", event.to_json()));
        }
        let has_crashed = result.is_err() && Reports(&events).restored().is_some();
        if let (Some(key), None, Err(error)) = (key, stop, &result)
            && !has_crashed
        {
            self.keep_refusal(&key, code, &Refusal::new(code, prepared, error));
        }
        let returned = Reports(&events).returned();
        let judged = self.judge(
            Course {
                number,
                code,
                prepared,
                result,
                stop,
                events,
                error_tail,
                lost,
            },
            &variables,
        );
        if has_crashed {
            self.objects.forget_last();
        }
        for notice in self.remember(number, code, &variables, &gone, has_run, judged.is_ok()) {
            sink(notice.output());
        }
        if let Some(notice) = self.not_reached(number, code, returned).filter(|_| has_run) {
            sink(notice.output());
        }
        judged
    }

    /// Evaluates an expression and returns its representations instead of showing them.
    pub fn evaluate(&mut self, expression: &str) -> Result<Bundle, Failure> {
        let shown = std::sync::Arc::new(std::sync::Mutex::new(Bundle::default()));
        let kept = shown.clone();
        let answers = self.answers();
        let sink: Sink = std::sync::Arc::new(move |output| match output {
            Output::Question { .. } => answers.give(None),
            Output::Comm(act) if act.asks() => answers.give(None),
            Output::Result(bundle) => {
                *kept
                    .lock()
                    .unwrap_or_else(std::sync::PoisonError::into_inner) = bundle;
            }
            _ => {}
        });
        self.execute(0, expression, sink)?;
        Ok(std::mem::take(
            &mut *shown
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        ))
    }

    /// The variables of the session and their types.
    pub fn variables(&self) -> BTreeMap<String, String> {
        let variables = self.scope.variables.iter();
        variables
            .map(|(name, variable)| (name.clone(), variable.kind.clone()))
            .collect()
    }

    /// Has evcxr start, for cells that were not compiled before: nobody waits for anything now.
    pub fn prepare_to_compile(&mut self) {
        self.context.start_soon();
    }

    /// Ends evcxr, which takes most of the kernel's memory, if nothing was asked for long. The next
    /// cell that was not compiled before starts it again.
    pub fn rest(&mut self) {
        self.context.rest();
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
    pub fn folder(&self) -> &std::path::Path {
        self.session.folder()
    }

    /// Takes the answer to an [`Output::Question`]: every question must get one.
    pub fn answers(&self) -> Answers {
        self.answers.clone()
    }

    /// For other threads.
    pub fn interrupter(&self) -> Interrupter {
        self.interrupter.clone()
    }

    /// Has the library call the handlers that cells have left for what a front end sends.
    pub fn handle_comms(&mut self, number: u32, sink: Sink) -> Result<(), Failure> {
        self.pump.begin(sink.clone());
        self.answers.forget();
        self.report_what_happened_between_cells(number, &sink);
        let mut prepared =
            Prepared::unchanged("chainrule::cell::handle_comms();", &self.implementations);
        self.run(number, "", &mut prepared, &sink).map(drop)
    }

    /// Shows the table of variables, measured where they are.
    fn show_variables(&mut self, number: u32, sink: &Sink) -> Result<(), Failure> {
        let cell = variables::cell_that_shows(&self.variables());
        let mut prepared = Prepared::unchanged(&cell, &self.implementations);
        self.run(number, "", &mut prepared, sink).map(drop)
    }

    /// The runner may have died while no cell ran. The snapshot has replaced it, but threads of
    /// earlier cells are gone.
    fn report_what_happened_between_cells(&mut self, number: u32, sink: &Sink) {
        let events = self.events.take();
        self.objects.note(&events);
        let lost = self.follow_threads(number, &events).unwrap_or_default();
        for event in &events {
            if let Event::RunnerDied {
                exit_code, signal, ..
            } = event
            {
                sink(crash::between_cells(*exit_code, signal.as_deref()).output());
                break;
            }
        }
        if !lost.is_empty() {
            sink(explain::threads_gone(number, &lost).output());
        }
    }

    fn judge(
        &self,
        course: Course,
        variables: &BTreeMap<String, String>,
    ) -> Result<evcxr::EvalOutputs, Failure> {
        let Course {
            number,
            code,
            prepared,
            result,
            stop,
            events,
            error_tail,
            lost,
        } = course;
        let (reports, is_lost) = (
            Reports(&events),
            matches!(result, Err(Error::SubprocessTerminated(_))),
        );
        // A runner that died after it had answered has harmed nobody.
        if result.is_err() && (is_lost || reports.restored().is_some()) {
            let crash = Crash {
                number,
                code,
                events: &events,
                stop,
                is_restored: reports.restored() == Some(true),
                error_tail: &error_tail,
                settings: &self.settings,
                variables,
                kept: &self.variables(),
                objects: &self.objects,
                lost: lost.as_ref(),
            };
            return Err(crash.failure());
        }
        if let Some(message) = reports.load_failure() {
            // Before it stands where the compiled cell is.
            let message = message.rsplit(".so: ").next().unwrap_or_default();
            let value = say(
                format!("the compiled cell could not be loaded: {message}"),
                format!("编译好的单元格无法加载：{message}"),
            );
            return Err(Failure::new("Crash", value, None));
        }
        if let Some(stop) = stop
            && (result.is_err() || reports.ended_early().is_some())
        {
            let place = reports
                .ended_early()
                .and_then(|line| crash::statement(number, code, line));
            return Err(self.stopped(stop, result.is_err(), place.as_ref()));
        }
        match result {
            Ok(outputs) => self.said(number, code, reports).map_or(Ok(outputs), Err),
            Err(error) => {
                let refusal = Refusal::new(code, prepared, &error);
                Err(Failure::refused(number, code, &refusal, &self.memory))
            }
        }
    }

    /// The failure that a cell has reported, if it has.
    fn said(&self, number: u32, code: &str, reports: Reports) -> Option<Failure> {
        let nobody_to_ask = reports.has_nobody_to_ask().then(|| {
            say(
                "the cell reads from standard input, but there is nobody to ask here\n  hint: run \
                 the notebook in a front end such as JupyterLab, or put the text into the cell",
                "单元格要从标准输入读取内容，但这里没有人可以回答\n  提示：请在 JupyterLab 等前端中运行笔记本，或者把文字直接写进单元格",
            )
        });
        let (failure, folder) = match reports.said()? {
            Said::Panicked {
                is_interrupt,
                message,
                at,
                line,
                folder,
            } => {
                let at = self
                    .place_of(at)
                    .or_else(|| crash::statement(number, code, line));
                let failure = match (is_interrupt, nobody_to_ask) {
                    (true, _) => self.stopped(Stop::Interrupt, false, at.as_ref()),
                    (false, Some(nobody)) => Failure::new("Panic", nobody, at.as_ref()),
                    (false, None) => self.panicked(message, at, reports),
                };
                (failure, folder)
            }
            Said::Error {
                message,
                line,
                folder,
            } => {
                let value = nobody_to_ask.unwrap_or(message);
                (
                    Failure::new(
                        "Error",
                        value,
                        crash::statement(number, code, line).as_ref(),
                    ),
                    folder,
                )
            }
            Said::Unseen { message, line } => (self.unseen(message, line), ""),
        };
        Some(failure.explained(number, code, &self.memory, folder))
    }

    /// A cell that ended when it was asked to, or before it began.
    fn stopped(&self, stop: Stop, was_compiling: bool, place: Option<&Place>) -> Failure {
        let consequence = if was_compiling {
            say(
                "stopped while compiling; nothing has changed",
                "编译时被停止；没有任何改动",
            )
        } else {
            say(
                "stopped; what the cell had changed by then stays changed",
                "已停止；单元格在此之前所做的改动会保留",
            )
        };
        let (name, value) = match stop {
            Stop::Timeout => (
                "Timeout",
                format!("{}\n{consequence}", crash::timeout(&self.settings)),
            ),
            _ if was_compiling => ("InterruptedWhileCompiling", consequence.to_owned()),
            _ => ("Interrupted", consequence.to_owned()),
        };
        Failure::new(name, value, place)
    }

    /// An error that the cell has thrown away.
    fn unseen(&self, message: &str, line: u32) -> Failure {
        let place = self.place(line as usize);
        let value = say(
            format!(
                "nobody looked at this result, and it is an error: {message}\n  hint: with `?` in \
                 front of the semicolon the cell stops there; with `let _ = …;` the error does not \
                 matter"
            ),
            format!(
                "这个结果没有人查看，而它是一个错误：{message}\n  提示：在分号前加上 `?`，出错时单元格就会停在这里；\
                 如果出错也没关系，请写 `let _ = …;`"
            ),
        );
        Failure::new("Error", value, place.as_ref())
    }

    /// `at` is where, as exactly as it is known.
    fn panicked(&self, message: &str, at: Option<Place>, reports: Reports) -> Failure {
        // What `join` returns says nothing of the reason.
        let Some((reason, in_thread)) = reports
            .panic_of_thread()
            .filter(|_| message.ends_with("Any { .. }"))
        else {
            return Failure::new("Panic", message, at.as_ref());
        };
        let value = say(
            format!("a thread that the cell joined had panicked: {reason}"),
            format!("单元格等待（join）的线程发生了 panic：{reason}"),
        );
        Failure::new("Panic", value, self.place_of(in_thread).or(at).as_ref())
    }

    /// Where in a cell a place in the compiled code is.
    fn place_of(&self, at: Option<&protocol::Place>) -> Option<Place> {
        let (_, line, _) = at.filter(|(file, ..)| file == "src/lib.rs")?;
        self.place(*line as usize)
    }

    /// Which cell a line of the code that was compiled last comes from.
    fn place(&self, line: usize) -> Option<Place> {
        self.sources.find(&self.compiled.source, line)
    }
}

impl Drop for Evaluator {
    fn drop(&mut self) {
        // evcxr would kill the supervisor, which then could not collect what cells have started.
        self.interrupter.end_worker();
    }
}

/// The cell without lines that say only this command, and how many there were. Lines keep their
/// numbers.
fn without_command(code: &str, command: &str) -> (String, usize) {
    let is_command = |line: &str| line.trim() == command;
    let count = code.lines().filter(|line| is_command(line)).count();
    let kept: Vec<&str> = code
        .split('\n')
        .map(|line| if is_command(line) { "" } else { line })
        .collect();
    (kept.join("\n"), count)
}

/// Why a cell is not run: commands of evcxr that would break a session. Settings from a file in the
/// notebook's folder may run programs; a cleared session has no library; the rest changes what the
/// library was compiled with.
fn refused_command(code: &str) -> Option<String> {
    let command = code
        .lines()
        .filter_map(|line| line.split_whitespace().next())
        .find(|word| {
            matches!(
                *word,
                ":load_config"
                    | ":clear"
                    | ":restart"
                    | ":quit"
                    | ":cache"
                    | ":sccache"
                    | ":allow_static_linking"
                    | ":toolchain"
                    | ":preserve_vars_on_panic"
            )
        })?;
    let way_out = match command {
        ":clear" | ":restart" => "; restart the kernel instead (menu Kernel, Restart)",
        _ => "",
    };
    Some(format!(
        "the command {command} of evcxr is not available in chainrule{way_out}"
    ))
}
