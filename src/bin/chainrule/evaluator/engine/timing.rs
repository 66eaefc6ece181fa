//! Where the time of a cell goes: `:timing`.

use crate::compiler::times;
use crate::evaluator::explain::Explanation;
use crate::worker::link::Worker;
use chainrule::base::protocol::Event;
use std::path::Path;
use std::time::{Duration, Instant};

/// The parts of the time that a cell takes.
#[derive(Default)]
pub struct Timing {
    is_on: bool,
    begin: Option<Instant>,
    loading: Duration,
    /// Whether something of the cell was.
    pub was_compiled: bool,
}

impl Timing {
    /// Turns it on or off, and says so. `session` is the folder of the session.
    pub fn turn(&mut self, session: &Path) -> Explanation {
        self.is_on = !self.is_on;
        if self.is_on {
            return Explanation::new(
                "From now on every cell says where its time goes; `:timing` once more ends that.",
                "从现在起，每个单元格都会说明时间花在了哪里；再次输入 `:timing` 即可关闭。",
                "",
            );
        }
        times::end(session);
        Explanation::new(
            "Cells do not say any more where their time goes.",
            "单元格不再显示用时。",
            "",
        )
    }

    pub fn begin(&mut self, session: &Path, worker: &mut Worker) {
        if self.is_on {
            // Without the file there are only the parts that are measured here.
            let _ = times::begin(session);
            worker.take_time();
            *self = Timing {
                is_on: true,
                begin: Some(Instant::now()),
                ..Timing::default()
            };
        }
    }

    /// Takes the time of loading from what the worker reports.
    pub fn note(&mut self, events: &[Event]) {
        for event in events {
            if let Event::Loaded { microseconds, .. } = event {
                self.loading += Duration::from_micros(*microseconds);
            }
        }
    }

    /// Says where the time of the cell that has just ended went.
    pub fn end(&mut self, session: &Path, worker: &mut Worker) -> Option<Explanation> {
        let all = self.begin.take()?.elapsed();
        let in_worker = worker.take_time();
        let running = in_worker.saturating_sub(self.loading);
        let rustc = times::read(session);
        let rest = all.saturating_sub(in_worker + rustc);
        let [all, rest, rustc] = [all, rest, rustc].map(ms);
        let [loading, running] = [self.loading, running].map(ms);
        let (english, chinese) = if self.was_compiled {
            (
                format!("{rest} analysis, {rustc} rustc with its linker"),
                format!("分析 {rest}，rustc（含链接）{rustc}"),
            )
        } else {
            (
                format!("{rest} finding what was compiled before"),
                format!("查找以前的编译结果 {rest}"),
            )
        };
        Some(Explanation::new(
            format!("Time: {all} = {english}, {loading} loading, {running} running."),
            format!("用时 {all} = {chinese}，载入 {loading}，运行 {running}。"),
            "",
        ))
    }
}

/// Milliseconds, with a decimal where there are few.
fn ms(time: Duration) -> String {
    let milliseconds = time.as_secs_f64() * 1e3;
    if milliseconds < 9.95 {
        format!("{milliseconds:.1} ms")
    } else {
        format!("{milliseconds:.0} ms")
    }
}
