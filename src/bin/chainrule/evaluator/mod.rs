//! Evaluates cells: evcxr between a session's folder and its worker.
//!
//! Knows neither Jupyter nor notebooks: output goes to a [`Sink`], the end of a cell is `Ok` or a [`Failure`]. An
//! evaluator lives on one thread; only the [`Interrupter`] is for others.

mod boot;
pub mod cell;
mod definitions;
mod explain;
mod failure;
mod inspect;
mod interrupt;
mod output;
mod prepare;
mod stream;

pub use boot::prepare_library;
pub use failure::Failure;
pub use interrupt::Interrupter;
pub use output::Sink;
pub use stream::{Bundle, Output, StreamName};

pub use crate::worker::channels::Answers;

use crate::compiler::session::Session;
use crate::worker::channels::Events;
use cell::{Place, SourceMap};
use definitions::Definitions;
use evcxr::{CommandContext, Error};
use explain::memory::Memory;
use output::Pump;
use prepare::{Implementations, Prepared, prepare};
use serde_json::Value;
use std::collections::BTreeMap;

/// A session that evaluates cells.
pub struct Evaluator {
    // The order matters: the context ends the worker before the session's folder goes.
    context: CommandContext,
    pump: Pump,
    events: Events,
    answers: Answers,
    sources: SourceMap,
    implementations: Implementations,
    definitions: Definitions,
    memory: Memory,
    interrupter: Interrupter,
    /// evcxr's file with the code of the last cell.
    session: Session,
}

impl Evaluator {
    /// Runs a cell, the `number`th. Its output goes to `sink` while it runs; all of it is there when this returns.
    pub fn execute(&mut self, number: u32, code: &str, sink: Sink) -> Result<(), Failure> {
        self.pump.begin(sink.clone());
        self.answers.forget();
        self.events.take(); // what happened between two cells is no cell's failure
        if let Some(reason) = refused_command(code) {
            return Err(Failure::new("Error", reason, None));
        }
        let mut prepared = prepare(code, &self.implementations);
        self.sources.add(number, code, &prepared.code);
        let before = self.variables();
        let interrupter = self.interrupter.clone();
        let running = interrupter.enter();
        let room = self.make_room(number, code, &mut prepared);
        let (gone, result) = match room {
            Ok(gone) => (gone, self.context.execute(&prepared.code)),
            Err(error) => (Default::default(), Err(error)),
        };
        let has_run = result.is_ok();
        if has_run {
            // evcxr keeps the items of the cell, also if it panicked.
            self.implementations.clone_from(&prepared.implementations);
            self.definitions = self.definitions.after(code);
        }
        let interrupted = running.leave();
        let result = self.judge(number, code, &prepared, result, interrupted);
        self.pump.end(cell::ends_with_expression(code));
        for notice in self.remember(number, code, &before, &gone, has_run, result.is_ok()) {
            sink(notice.output());
        }
        let of_commands = result?.content_by_mime_type;
        if !of_commands.is_empty() {
            let data = of_commands.into_iter().map(|(mime, content)| (mime, content.into())).collect();
            sink(Output::Display(Bundle { data, id: None }));
        }
        Ok(())
    }

    /// Evaluates an expression and returns its representations instead of showing them.
    pub fn evaluate(&mut self, expression: &str) -> Result<Bundle, Failure> {
        let shown = std::sync::Arc::new(std::sync::Mutex::new(Bundle::default()));
        let kept = shown.clone();
        let answers = self.answers();
        let sink: Sink = std::sync::Arc::new(move |output| {
            if let Output::Question { .. } = output {
                answers.give(None);
            }
            if let Output::Result(bundle) = output {
                *kept.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = bundle;
            }
        });
        self.execute(0, expression, sink)?;
        Ok(std::mem::take(&mut *shown.lock().unwrap_or_else(std::sync::PoisonError::into_inner)))
    }

    /// The variables of the session and their types.
    pub fn variables(&self) -> BTreeMap<String, String> {
        self.context.variables_and_types().map(|(name, kind)| (name.to_owned(), kind.to_owned())).collect()
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

    /// Puts together what evcxr answered and what the worker reported.
    fn judge(
        &self,
        number: u32,
        code: &str,
        prepared: &Prepared,
        result: Result<evcxr::EvalOutputs, Error>,
        interrupted: bool,
    ) -> Result<evcxr::EvalOutputs, Failure> {
        let events = self.events.take();
        let of_kind = |kind: &str| events.iter().rev().find(|event| event["event"] == kind);
        // A runner that died after it had answered has harmed nobody.
        if let (Some(died), Err(_)) = (of_kind("runner_died"), &result) {
            let overflow = of_kind("stack_overflow").is_some();
            return Err(if interrupted { interrupted_by_force() } else { crashed(died, overflow) });
        }
        if let Some(event) = of_kind("load_failed") {
            let message = event["message"].as_str().unwrap_or_default();
            return Err(Failure::new("Crash", format!("the compiled cell could not be loaded: {message}"), None));
        }
        let outputs = match result {
            Ok(outputs) => outputs,
            Err(_) if interrupted => {
                return Err(Failure::new("Interrupted", "stopped while compiling; nothing has changed", None));
            }
            Err(Error::CompilationErrors(errors)) => {
                return Err(Failure::compile_error(number, code, prepared, &errors, &self.memory));
            }
            Err(Error::SubprocessTerminated(_)) => {
                let value = "the process that holds the variables was ended from outside; all variables are lost, \
                             run the cells again from the top";
                return Err(Failure::new("Crash", value, None));
            }
            Err(other) => {
                return Err(Failure::evcxr_message(number, code, &other.to_string(), &self.memory));
            }
        };
        if let Some(event) = of_kind("panic") {
            let panic = &event["panic"];
            if panic["interrupted"] == true {
                let value = "stopped; what the cell had changed by then stays changed";
                return Err(Failure::new("Interrupted", value, None));
            }
            return Err(self.panicked(panic).explained(number, code, &self.memory));
        }
        if let Some(event) = of_kind("early_return") {
            let failure = Failure::new("Error", event["message"].as_str().unwrap_or_default(), None);
            return Err(failure.explained(number, code, &self.memory));
        }
        Ok(outputs)
    }

    fn panicked(&self, panic: &Value) -> Failure {
        let message = panic["message"].as_str().unwrap_or_default();
        let (file, line) = (panic["file"].as_str().unwrap_or_default(), panic["line"].as_u64().unwrap_or(0));
        if file != "src/lib.rs" {
            return Failure::new("Panic", message, None);
        }
        Failure::new("Panic", message, self.place(line as usize).as_ref())
    }

    /// Which cell a line of the code that was compiled last comes from.
    fn place(&self, line: usize) -> Option<Place> {
        let compiled = std::fs::read_to_string(self.session.folder().join("src/lib.rs")).ok()?;
        self.sources.find(&compiled, line)
    }
}

/// Why a cell is not run: commands of evcxr that would break a session. Settings from a file in the notebook's folder may
/// run programs; a cleared session has no library; the rest changes what the library was compiled with.
fn refused_command(code: &str) -> Option<String> {
    let command = code.lines().filter_map(|line| line.split_whitespace().next()).find(|word| {
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
    Some(format!("the command {command} of evcxr is not available in chainrule{way_out}"))
}

fn interrupted_by_force() -> Failure {
    let value = "stopped by force, because the cell did not react; all variables are as they were before the cell";
    Failure::new("Interrupted", value, None)
}

/// The runner died in a cell, and its snapshot has taken over.
fn crashed(died: &Value, overflow: bool) -> Failure {
    let cause = if overflow {
        "the stack overflowed: a function called itself (perhaps through others) without coming to an end".to_owned()
    } else if let Some(code) = died["exit_code"].as_i64() {
        format!("the cell ended its process with exit code {code}; in a notebook, leave out `exit`")
    } else {
        match died["signal"].as_str().unwrap_or_default() {
            "SIGSEGV" | "SIGBUS" => {
                "the cell used memory that is not there (a null or dangling pointer, in `unsafe` code)".to_owned()
            }
            "SIGABRT" => "the cell aborted (`abort`, a panic during a panic, or no memory left)".to_owned(),
            "SIGKILL" => "the process was killed from outside, perhaps because memory ran out".to_owned(),
            "SIGILL" | "SIGTRAP" => "the processor met an instruction that it cannot run".to_owned(),
            "SIGFPE" => "the processor met an arithmetic error".to_owned(),
            signal => format!("the cell was ended by the signal {signal}"),
        }
    };
    Failure::new("Crash", format!("{cause}. All variables are as they were before the cell."), None)
}
