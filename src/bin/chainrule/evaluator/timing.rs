//! Where the time of a cell goes: `:timing`.

use super::Evaluator;
use super::explain::Explanation;
use super::output::Sink;
use crate::compiler::times;
use chainrule::base::protocol::Event;
use std::sync::PoisonError;
use std::time::{Duration, Instant};

/// The parts of the time that a cell takes.
#[derive(Default)]
pub struct Timing {
    is_on: bool,
    begin: Option<Instant>,
    loading: Duration,
    was_compiled: bool,
}

impl Evaluator {
    /// Turns it on or off, and says so.
    pub(super) fn turn_timing(&mut self, sink: &Sink) {
        self.timing.is_on = !self.timing.is_on;
        let said = if self.timing.is_on {
            Explanation::new(
                "From now on every cell says where its time goes; `:timing` once more ends that.",
                "从现在起，每个单元格都会说明时间花在了哪里；再次输入 `:timing` 即可关闭。",
                "",
            )
        } else {
            times::end(self.session.folder());
            Explanation::new(
                "Cells do not say any more where their time goes.",
                "单元格不再显示用时。",
                "",
            )
        };
        sink(said.output());
    }

    pub(super) fn begin_timing(&mut self) {
        if self.timing.is_on {
            // Without the file there are only the parts that are measured here.
            let _ = times::begin(self.session.folder());
            self.worker
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take_time();
            self.timing = Timing {
                is_on: true,
                begin: Some(Instant::now()),
                ..Timing::default()
            };
        }
    }

    /// Takes the time of loading from what the worker reports.
    pub(super) fn note_times(&mut self, events: &[Event], was_compiled: bool) {
        for event in events {
            if let Event::Loaded { microseconds, .. } = event {
                self.timing.loading += Duration::from_micros(*microseconds);
            }
        }
        self.timing.was_compiled |= was_compiled;
    }

    /// Says where the time of the cell that has just ended went.
    pub(super) fn show_timing(&mut self, sink: &Sink) {
        let Some(begin) = self.timing.begin.take() else {
            return;
        };
        let all = begin.elapsed();
        let in_worker = self
            .worker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take_time();
        let loading = self.timing.loading;
        let running = in_worker.saturating_sub(loading);
        let rustc = times::read(self.session.folder());
        let rest = all.saturating_sub(in_worker + rustc);
        let (english, chinese) = if self.timing.was_compiled {
            (
                format!("{} analysis, {} rustc with its linker", ms(rest), ms(rustc)),
                format!("分析 {}，rustc（含链接）{}", ms(rest), ms(rustc)),
            )
        } else {
            (
                format!("{} finding what was compiled before", ms(rest)),
                format!("查找以前的编译结果 {}", ms(rest)),
            )
        };
        let english = format!(
            "Time: {} = {english}, {} loading, {} running.",
            ms(all),
            ms(loading),
            ms(running)
        );
        let chinese = format!(
            "用时 {} = {chinese}，载入 {}，运行 {}。",
            ms(all),
            ms(loading),
            ms(running)
        );
        sink(Explanation::new(english, chinese, "").output());
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
