//! Taking cells back: `:undo`.
//!
//! The worker keeps its last snapshots, and what a cell sees is known here (`Scope`): so both go
//! back to where they were before a cell. evcxr is told when it is needed next.

use super::assist::Known;
use super::explain::memory::Memory;
use super::explain::{Explanation, threads_gone};
use super::output::Sink;
use super::scope::Scope;
use super::{Definitions, Evaluator, Failure, Implementations};
use crate::settings::how_to_change;
use chainrule::base::protocol::Event;
use chainrule::display::say;
use std::collections::VecDeque;
use std::sync::PoisonError;

/// The session as it was before a cell.
struct Before {
    number: u32,
    /// The first line of the cell.
    line: String,
    scope: Scope,
    implementations: Implementations,
    definitions: Definitions,
    memory: Memory,
    known: Known,
    /// How many snapshots the worker has made since.
    steps: usize,
}

/// What can be taken back.
#[derive(Default)]
pub struct Undo(VecDeque<Before>);

impl Evaluator {
    /// Notes how things are before a cell that is about to run. One of our own, without a text,
    /// belongs to the cell before.
    pub(super) fn note_before(&mut self, number: u32, code: &str) {
        self.steps = 0;
        if code.is_empty() || self.settings.undo == 0 {
            return;
        }
        self.undo.0.push_back(Before {
            number,
            line: code
                .lines()
                .find(|line| !line.trim().is_empty())
                .unwrap_or_default()
                .trim()
                .to_owned(),
            scope: self.scope.clone(),
            implementations: self.implementations.clone(),
            definitions: self.definitions.clone(),
            memory: self.memory.clone(),
            known: self.assistant.remember(),
            steps: 0,
        });
    }

    /// Notes how often the worker has run something for the cell and kept what it did.
    pub(super) fn note_after(&mut self, code: &str, has_run: bool) {
        let steps = std::mem::take(&mut self.steps);
        let Some(last) = self.undo.0.back_mut() else {
            return;
        };
        last.steps += steps;
        if !code.is_empty() && !has_run && last.steps == 0 && self.settings.undo > 0 {
            // Nothing has changed.
            self.undo.0.pop_back();
        }
        if self.undo.0.len() > self.settings.undo {
            self.undo.0.pop_front();
        }
    }

    /// Takes the last cell back and says so.
    pub(super) fn take_back(&mut self, sink: &Sink) -> Result<(), Failure> {
        let Some(before) = self.undo.0.back() else {
            let change = how_to_change("undo", "10");
            let value = say(
                format!("there is no cell that can be taken back\n  {change}"),
                format!("没有可以撤销的单元格\n  {change}"),
            );
            return Err(Failure::new("Error", value, None));
        };
        let mut undone = Vec::new();
        if before.steps > 0 {
            let _ = self
                .worker
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .undo(before.steps);
            let events = self.events.take();
            self.objects.note(&events);
            if !events.contains(&Event::Undone {}) {
                self.undo.0.clear();
                let value = say(
                    "the variables from before the cell are not kept any more: they would have \
                     taken too much memory, or the worker was started again",
                    "该单元格之前的变量已经不再保留：它们会占用太多内存，或者工作进程已经重新启动",
                );
                return Err(Failure::new("Error", value, None));
            }
            undone = events;
        }
        let Some(before) = self.undo.0.pop_back() else {
            return Ok(());
        };
        self.scope = before.scope;
        self.implementations = before.implementations;
        self.definitions = before.definitions;
        self.memory = before.memory;
        self.assistant.bring_back(before.known);
        let lost = self
            .follow_threads(before.number, &undone)
            .unwrap_or_default();
        let (number, line, left) = (before.number, before.line, self.undo.0.len());
        let english = format!(
            "Cell [{number}] is taken back ({line}): variables and definitions are as they were \
             before it. What it wrote to files stays. {left} more can be taken back."
        );
        let chinese = format!(
            "已撤销单元格 [{number}]（{line}）：变量和定义恢复到运行它之前的状态；它写入文件的内容不会撤销。还可以再撤销 {left} 个。"
        );
        sink(Explanation::new(english, chinese, "").output());
        if !lost.is_empty() {
            sink(threads_gone(number, &lost).output());
        }
        Ok(())
    }
}
