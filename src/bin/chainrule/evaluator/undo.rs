//! Taking cells back: `:undo`.
//!
//! The worker keeps its last snapshots, and what a cell sees is known here (`Scope`): so both go
//! back to where they were before a cell. evcxr is told when it is needed next.

use super::assist::{Assistant, Known};
use super::cell::Cell;
use super::explain::Explanation;
use super::failure::Failure;
use super::state::State;
use crate::settings::how_to_change;
use chainrule::display::say;
use std::collections::VecDeque;

/// The session as it was before a cell.
pub struct Before {
    pub number: u32,
    /// The first line of the cell.
    pub line: String,
    pub state: State,
    pub known: Known,
    /// How many snapshots the worker has made since.
    pub steps: usize,
}

/// What can be taken back: the last cells, so many at most.
pub struct Undo {
    most: usize,
    cells: VecDeque<Before>,
}

impl Undo {
    pub fn new(most: usize) -> Undo {
        Undo {
            most,
            cells: VecDeque::new(),
        }
    }

    /// Notes how things are before a cell that is about to run. One of our own, without a text,
    /// belongs to the cell before.
    pub fn note_before(&mut self, cell: &Cell, state: &State, assistant: &Assistant) {
        if cell.text().is_empty() || self.most == 0 {
            return;
        }
        let mut lines = cell.text().lines().map(str::trim);
        self.cells.push_back(Before {
            number: cell.number,
            line: lines
                .find(|line| !line.is_empty())
                .unwrap_or_default()
                .to_owned(),
            state: state.clone(),
            known: assistant.remember(),
            steps: 0,
        });
    }

    /// Notes how often the worker has run something for the cell and kept what it did.
    pub fn note_after(&mut self, cell: &Cell, has_run: bool, steps: usize) {
        let Some(last) = self.cells.back_mut() else {
            return;
        };
        last.steps += steps;
        if !cell.text().is_empty() && !has_run && last.steps == 0 && self.most > 0 {
            // Nothing has changed.
            self.cells.pop_back();
        }
        if self.cells.len() > self.most {
            self.cells.pop_front();
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    /// Nothing that came before can be taken back any more.
    pub fn forget(&mut self) {
        self.cells.clear();
    }

    /// How many snapshots the last cell has made.
    pub fn steps(&self) -> Result<usize, Failure> {
        self.cells.back().map(|before| before.steps).ok_or_else(|| {
            let change = how_to_change("undo", "10");
            let value = say(
                format!("there is no cell that can be taken back\n  {change}"),
                format!("没有可以撤销的单元格\n  {change}"),
            );
            Failure::new("Error", value, None)
        })
    }

    pub fn take(&mut self) -> Option<Before> {
        self.cells.pop_back()
    }
}

/// The snapshots are not there any more.
pub fn too_late() -> Failure {
    let value = say(
        "the variables from before the cell are not kept any more: they would have taken too much \
         memory, or the worker was started again",
        "该单元格之前的变量已经不再保留：它们会占用太多内存，或者工作进程已经重新启动",
    );
    Failure::new("Error", value, None)
}

impl Before {
    /// Says that the cell is taken back, and how many more can be.
    pub fn notice(&self, left: usize) -> Explanation {
        let (number, line) = (self.number, &self.line);
        Explanation::new(
            format!(
                "Cell [{number}] is taken back ({line}): variables and definitions are as they \
                 were before it. What it wrote to files stays. {left} more can be taken back."
            ),
            format!(
                "已撤销单元格 [{number}]（{line}）：变量和定义恢复到运行它之前的状态；它写入文件的内容不会撤销。还可以再撤销 {left} 个。"
            ),
            "",
        )
    }
}
