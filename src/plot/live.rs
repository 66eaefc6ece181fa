//! The live view of a training run: one display, updated in place.

mod page;

use super::series::Series;
use crate::Float;
use crate::base::interrupt;
use crate::display::{self, Bundle, DisplayHandle, Show, say};
use crate::tensor::table::figure as written;
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// People cannot follow more than ten pictures a second, and servers drop outputs that come too
/// fast.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
/// Drawing may take one twentieth of the time.
const PAUSE_PER_RENDER: u32 = 20;
/// Epochs in the text alternative; a notebook shall not grow by a page for every run.
const TEXT_ROWS: usize = 20;

/// The metrics at the end of an epoch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EpochRow {
    /// Counted from 1.
    pub epoch: usize,
    /// Mean training loss.
    pub loss: Float,
    /// Training accuracy, 0 to 1.
    pub accuracy: Option<Float>,
    /// Loss on the validation data.
    pub val_loss: Option<Float>,
    /// Accuracy on the validation data.
    pub val_accuracy: Option<Float>,
    /// Other metrics by name; those of the validation data begin with `val_`.
    pub others: Vec<(String, Float)>,
}

impl EpochRow {
    /// All figures that there are, by name, as [`History`](crate::model::History) has them.
    pub fn figures(&self) -> Vec<(&str, Float)> {
        let accuracies = [
            ("accuracy", self.accuracy),
            ("val_loss", self.val_loss),
            ("val_accuracy", self.val_accuracy),
        ];
        let known = [("loss", Some(self.loss))].into_iter().chain(accuracies);
        let others = self
            .others
            .iter()
            .map(|(name, value)| (name.as_str(), *value));
        known
            .filter_map(|(name, value)| Some((name, value?)))
            .chain(others)
            .collect()
    }

    /// The figure of this name.
    pub fn figure(&self, name: &str) -> Option<Float> {
        self.figures()
            .into_iter()
            .find(|(other, _)| *other == name)
            .map(|(_, value)| value)
    }
}

/// Shows a training run while it goes on: progress, the last epochs, the loss at every step.
///
/// In a notebook it is one display that changes in place; elsewhere it prints one line for each
/// epoch. The last update is always the final state: [`finish`](Live::finish), or, when the view is
/// dropped before, "interrupted at epoch 4" if the learner pressed stop, "failed" if the training
/// panicked, "stopped" otherwise. `fit` uses it; a training loop of one's own may, too.
///
/// ```
/// # use chainrule::prelude::*;
/// # use chainrule::plot::{EpochRow, Live};
/// let mut live = Live::new("my own loop", 3 * 10, 3, true);
/// for epoch in 1..=3 {
///     for step in 1..=10 {
///         live.step(1.0 / (epoch * step) as Float);
///     }
///     live.epoch(&EpochRow { epoch, loss: 1.0 / epoch as Float, ..EpochRow::default() });
/// }
/// live.finish();
/// ```
pub struct Live {
    title: String,
    total_steps: usize,
    epochs: usize,
    series: Series,
    /// The first step whose loss was not a number.
    failed_at: Option<usize>,
    /// Each epoch with the step at its end.
    rows: Vec<(usize, EpochRow)>,
    output: Output,
    state: State,
    /// As many interrupts had this thread seen at the start.
    interrupts: usize,
    started: Instant,
    next_update: Instant,
}

enum Output {
    Notebook(DisplayHandle),
    Lines,
    Nothing,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    Running,
    Done,
    Interrupted,
    Failed,
    Stopped,
}

impl Live {
    /// Begins a view of `epochs` epochs and `total_steps` steps in all of them together. Shows
    /// nothing at all unless `enabled`.
    pub fn new(title: &str, total_steps: usize, epochs: usize, enabled: bool) -> Live {
        let started = Instant::now();
        let mut live = Live {
            title: title.to_owned(),
            total_steps,
            epochs,
            series: Series::new(total_steps),
            failed_at: None,
            rows: Vec::new(),
            output: if enabled {
                Output::Lines
            } else {
                Output::Nothing
            },
            state: State::Running,
            interrupts: interrupt::count(),
            started,
            next_update: started + SHORTEST_PAUSE,
        };
        if enabled && display::in_notebook() {
            live.output = Output::Notebook(DisplayHandle::new(&live));
        }
        live
    }

    /// Tells the loss of one step. Costs next to nothing unless it is time for an update.
    pub fn step(&mut self, loss: Float) {
        self.series.push(loss as f64);
        if !loss.is_finite() && self.failed_at.is_none() {
            self.failed_at = Some(self.series.len());
        }
        self.update_in_time();
    }

    /// Tells the metrics of an epoch that ends.
    pub fn epoch(&mut self, row: &EpochRow) {
        self.rows.push((self.series.len(), row.clone()));
        if let Output::Lines = self.output {
            print_line(&self.line(row));
        }
        self.update_in_time();
    }

    /// Ends the view: the run is done.
    pub fn finish(mut self) {
        self.end(State::Done);
    }

    fn update_in_time(&mut self) {
        // The clock comes before any work.
        if let Output::Notebook(handle) = &self.output
            && Instant::now() >= self.next_update
        {
            let begun = Instant::now();
            handle.update(self);
            self.next_update = begun + (begun.elapsed() * PAUSE_PER_RENDER).max(SHORTEST_PAUSE);
        }
    }

    fn end(&mut self, state: State) {
        self.state = state;
        match &self.output {
            Output::Notebook(handle) => handle.update(self),
            Output::Lines if state != State::Done => print_line(&self.status()),
            _ => {}
        }
    }

    /// The epoch that runs now, or the last one.
    fn current_epoch(&self) -> usize {
        let has_begun = self
            .rows
            .last()
            .is_none_or(|(step, _)| self.series.len() > *step);
        let after = self.rows.len() + usize::from(self.state == State::Running || has_begun);
        after.min(self.epochs).max(1)
    }

    fn status(&self) -> String {
        let (epoch, epochs) = (self.current_epoch(), self.epochs);
        let at = |english: &str, chinese: &str| {
            say(
                format!("{english} at epoch {epoch} of {epochs}"),
                format!("在第 {epoch} 轮{chinese}，共 {epochs} 轮"),
            )
        };
        match self.state {
            State::Running => say(
                format!("epoch {epoch} of {epochs}"),
                format!("第 {epoch} 轮，共 {epochs} 轮"),
            ),
            State::Done if self.rows.len() < epochs => say(
                format!("done after epoch {epoch}"),
                format!("完成，到第 {epoch} 轮为止"),
            ),
            State::Done => say(
                format!("done: {epochs} epoch{}", if epochs == 1 { "" } else { "s" }),
                format!("完成：{epochs} 轮"),
            ),
            State::Interrupted => at("interrupted", "中断"),
            State::Failed => at("failed", "出错"),
            State::Stopped => at("stopped", "停止"),
        }
    }

    fn progress(&self) -> f64 {
        (self.series.len() as f64 / self.total_steps.max(1) as f64).min(1.0)
    }

    fn time(&self) -> String {
        let elapsed = self.started.elapsed().as_secs_f64();
        let progress = self.progress();
        if self.state == State::Running && progress > 0.0 {
            let left = duration(elapsed * (1.0 / progress - 1.0));
            let elapsed = duration(elapsed);
            return say(
                format!("{elapsed}, {left} left"),
                format!("{elapsed}，还要 {left}"),
            );
        }
        duration(elapsed)
    }

    /// `epoch  3/10  loss 0.1234  accuracy 0.9650  val_loss 0.1400  val_accuracy 0.9600`
    fn line(&self, row: &EpochRow) -> String {
        let width = self.epochs.to_string().len();
        let name = say("epoch", "轮次");
        let mut line = format!("{name} {:>width$}/{}", row.epoch, self.epochs);
        for (name, value) in row.figures() {
            let _ = write!(line, "  {name} {}", written(name, value));
        }
        line
    }

    fn text(&self) -> String {
        let (title, status, time) = (&self.title, self.status(), self.time());
        let mut text = say(
            format!("{title}: {status}, {time}"),
            format!("{title}：{status}，{time}"),
        );
        if let Some(step) = self.failed_at {
            text += "\n";
            text += &say(
                format!(
                    "the loss is not a number since step {step}: is the learning rate too large?"
                ),
                format!("从第 {step} 步起损失不是数了：是不是学习率太大？"),
            );
        }
        if let (Some(loss), State::Running) = (self.series.last(), self.state) {
            let (step, steps) = (self.series.len(), self.total_steps);
            let loss = written("loss", loss as Float);
            text += "\n";
            text += &say(
                format!("step {step} of {steps}, loss {loss}"),
                format!("第 {step} 步，共 {steps} 步，损失 {loss}"),
            );
        }
        let hidden = self.rows.len().saturating_sub(TEXT_ROWS);
        if hidden > 0 {
            text += "\n";
            text += &say(
                format!("… {hidden} epochs before"),
                format!("… 前面还有 {hidden} 轮"),
            );
        }
        for (_, row) in &self.rows[hidden..] {
            let _ = write!(text, "\n{}", self.line(row));
        }
        text
    }
}

impl Show for Live {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.text()).html(self.html())
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        if self.state == State::Running {
            self.end(match std::thread::panicking() {
                true if interrupt::count() > self.interrupts => State::Interrupted,
                true => State::Failed,
                false => State::Stopped,
            });
        }
    }
}

/// Unlike `println!`, does not panic when nobody reads: this also runs while a panic unwinds.
fn print_line(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn duration(seconds: f64) -> String {
    let (hour, minute, second) = say(("h", "min", "s"), ("小时", "分", "秒"));
    match seconds {
        s if !s.is_finite() => "?".to_owned(),
        s if s < 10.0 => format!("{s:.1} {second}"),
        s if s < 60.0 => format!("{s:.0} {second}"),
        s if s < 3600.0 => {
            format!(
                "{:.0} {minute} {:.0} {second}",
                (s / 60.0).floor(),
                s % 60.0
            )
        }
        s => format!(
            "{:.0} {hour} {:.0} {minute}",
            (s / 3600.0).floor(),
            s % 3600.0 / 60.0
        ),
    }
}
