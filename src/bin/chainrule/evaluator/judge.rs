//! How a cell went, put together from what evcxr answered and what the worker reported.

use super::cell::Cell;
use super::crash::{self, Crash};
use super::explain::memory::Lost;
use super::failure::fault::Fault;
use super::failure::{Failure, Refusal};
use super::objects::LoadedObjects;
use super::state::State;
use crate::analyzer::protocol::Content;
use crate::evaluator::cell::prepare::Prepared;
use crate::evaluator::cell::sources::{Place, SourceMap};
use crate::evaluator::engine::interrupt::Stop;
use crate::evaluator::outlet::reports::{Reports, Said};
use crate::settings::Settings;
use chainrule::base::protocol::{self, Event};
use chainrule::display::say;
use std::collections::BTreeMap;

/// What is known of a cell that has ended.
pub struct Course<'a> {
    pub cell: &'a Cell,
    pub stop: Option<Stop>,
    pub events: &'a [Event],
    /// What it wrote last on standard error.
    pub error_tail: &'a str,
    /// If threads of earlier cells have ended with this one: what that took along.
    pub lost: Option<&'a Lost>,
    /// The variables before it.
    pub before: &'a BTreeMap<String, String>,
    pub state: &'a State,
    pub sources: &'a SourceMap,
    /// The code that was compiled for it.
    pub compiled: &'a str,
    pub objects: &'a LoadedObjects,
    pub settings: &'a Settings,
}

impl Course<'_> {
    /// Its outputs, or why it has failed.
    pub fn judge(
        &self,
        result: Result<Content, Fault>,
        prepared: &Prepared,
    ) -> Result<Content, Failure> {
        let reports = Reports(self.events);
        let is_lost = matches!(result, Err(Fault::Lost));
        // A runner that died after it had answered has harmed nobody.
        if result.is_err() && (is_lost || reports.restored().is_some()) {
            return Err(self.crashed());
        }
        if let Some(message) = reports.load_failure() {
            return Err(not_loaded(message));
        }
        if let Some(stop) = self.stop
            && (result.is_err() || reports.ended_early().is_some())
        {
            let line = reports.ended_early();
            let place =
                line.and_then(|line| crash::statement(self.cell.number, self.cell.text(), line));
            return Err(self.stopped(stop, result.is_err(), place.as_ref()));
        }
        match result {
            Ok(outputs) => self.said().map_or(Ok(outputs), Err),
            Err(fault) => {
                let (number, code) = (self.cell.number, self.cell.text());
                let refusal = Refusal::new(code, prepared, &fault);
                Err(Failure::refused(number, code, &refusal, &self.state.memory))
            }
        }
    }

    fn crashed(&self) -> Failure {
        let crash = Crash {
            number: self.cell.number,
            code: self.cell.text(),
            events: self.events,
            stop: self.stop,
            is_restored: Reports(self.events).restored() == Some(true),
            error_tail: self.error_tail,
            settings: self.settings,
            variables: self.before,
            kept: &self.state.kinds(),
            objects: self.objects,
            lost: self.lost,
        };
        crash.failure()
    }

    /// The failure that a cell has reported, if it has.
    fn said(&self) -> Option<Failure> {
        let (number, code) = (self.cell.number, self.cell.text());
        let reports = Reports(self.events);
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
                    (false, None) => self.panicked(message, at),
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
        Some(failure.explained(number, code, &self.state.memory, folder))
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
                format!("{}\n{consequence}", crash::timeout(self.settings)),
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
    fn panicked(&self, message: &str, at: Option<Place>) -> Failure {
        // What `join` returns says nothing of the reason.
        let Some((reason, in_thread)) = Reports(self.events)
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
        self.sources.find(self.compiled, line)
    }
}

/// rustc and the linker were content, the worker is not.
fn not_loaded(message: &str) -> Failure {
    // Before it stands where the compiled cell is.
    let message = message.rsplit(".so: ").next().unwrap_or_default();
    let value = say(
        format!("the compiled cell could not be loaded: {message}"),
        format!("编译好的单元格无法加载：{message}"),
    );
    Failure::new("Crash", value, None)
}
