//! The live view of a training run: one display, updated in place.

use super::figure::{Axis, Figure, Key, Layer, Mark, Stroke, Ticks};
use super::palette::{self, hex};
use super::series::Series;
use super::values::{extent, number, padded};
use crate::Float;
use crate::base::interrupt;
use crate::display::{self, Bundle, DisplayHandle, Show, escape_html};
use crate::tensor::table::{figure as written, figures as all_written};
use std::fmt::Write as _;
use std::io::Write as _;
use std::time::{Duration, Instant};

/// People cannot follow more than ten pictures a second, and servers drop outputs that come too fast.
const SHORTEST_PAUSE: Duration = Duration::from_millis(100);
/// Drawing may take one twentieth of the time.
const PAUSE_PER_RENDER: u32 = 20;
/// Epochs in the table and in its text alternative; a notebook shall not grow by a page for every run.
const ROWS: usize = 5;
const TEXT_ROWS: usize = 20;
/// Points of a curve over the epochs, and up to how many each has a mark.
const MOST_EPOCHS_DRAWN: usize = 200;
const MOST_MARKS: usize = 50;
/// Height of a row of the table in pixels.
const ROW_HEIGHT: usize = 19;

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
        let accuracies =
            [("accuracy", self.accuracy), ("val_loss", self.val_loss), ("val_accuracy", self.val_accuracy)];
        let known = [("loss", Some(self.loss))].into_iter().chain(accuracies);
        let others = self.others.iter().map(|(name, value)| (name.as_str(), *value));
        known.filter_map(|(name, value)| Some((name, value?))).chain(others).collect()
    }

    /// The figure of this name.
    pub fn figure(&self, name: &str) -> Option<Float> {
        self.figures().into_iter().find(|(other, _)| *other == name).map(|(_, value)| value)
    }
}

/// Shows a training run while it goes on: progress, the last epochs, the loss at every step.
///
/// In a notebook it is one display that changes in place; elsewhere it prints one line for each epoch. The last update is
/// always the final state: [`finish`](Live::finish), or, when the view is dropped before, "interrupted at epoch 4" if the
/// learner pressed stop, "failed" if the training panicked, "stopped" otherwise. `fit` uses it; a training loop of one's
/// own may, too.
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
    /// Begins a view of `epochs` epochs and `total_steps` steps in all of them together. Shows nothing at all unless
    /// `enabled`.
    pub fn new(title: &str, total_steps: usize, epochs: usize, enabled: bool) -> Live {
        let started = Instant::now();
        let mut live = Live {
            title: title.to_owned(),
            total_steps,
            epochs,
            series: Series::new(total_steps),
            failed_at: None,
            rows: Vec::new(),
            output: if enabled { Output::Lines } else { Output::Nothing },
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
        let has_begun = self.rows.last().is_none_or(|(step, _)| self.series.len() > *step);
        let after = self.rows.len() + usize::from(self.state == State::Running || has_begun);
        after.min(self.epochs).max(1)
    }

    fn status(&self) -> String {
        match self.state {
            State::Running => format!("epoch {} of {}", self.current_epoch(), self.epochs),
            State::Done if self.rows.len() < self.epochs => format!("done after epoch {}", self.current_epoch()),
            State::Done => format!("done: {} epochs", self.epochs),
            State::Interrupted => format!("interrupted at epoch {} of {}", self.current_epoch(), self.epochs),
            State::Failed => format!("failed at epoch {} of {}", self.current_epoch(), self.epochs),
            State::Stopped => format!("stopped at epoch {} of {}", self.current_epoch(), self.epochs),
        }
    }

    fn progress(&self) -> f64 {
        (self.series.len() as f64 / self.total_steps.max(1) as f64).min(1.0)
    }

    fn time(&self) -> String {
        let elapsed = self.started.elapsed().as_secs_f64();
        let progress = self.progress();
        if self.state == State::Running && progress > 0.0 {
            return format!("{}, {} left", duration(elapsed), duration(elapsed * (1.0 / progress - 1.0)));
        }
        duration(elapsed)
    }

    /// `epoch  3/10  loss 0.1234  accuracy 0.9650  val_loss 0.1400  val_accuracy 0.9600`
    fn line(&self, row: &EpochRow) -> String {
        let width = self.epochs.to_string().len();
        let mut line = format!("epoch {:>width$}/{}", row.epoch, self.epochs);
        for (name, value) in row.figures() {
            let _ = write!(line, "  {name} {}", written(name, value));
        }
        line
    }

    fn text(&self) -> String {
        let mut text = format!("{}: {}, {}", self.title, self.status(), self.time());
        if let Some(step) = self.failed_at {
            let _ = write!(text, "\nthe loss is not a number since step {step}: is the learning rate too large?");
        }
        if let (Some(loss), State::Running) = (self.series.last(), self.state) {
            let _ = write!(
                text,
                "\nstep {} of {}, loss {}",
                self.series.len(),
                self.total_steps,
                written("loss", loss as Float)
            );
        }
        let hidden = self.rows.len().saturating_sub(TEXT_ROWS);
        if hidden > 0 {
            let _ = write!(text, "\n… {hidden} epochs before");
        }
        for (_, row) in &self.rows[hidden..] {
            let _ = write!(text, "\n{}", self.line(row));
        }
        text
    }

    /// The figure that says which epoch is the best: the loss on the validation data where there is one.
    fn judged_by(&self) -> &'static str {
        if self.rows.iter().any(|(_, row)| row.val_loss.is_some()) { "val_loss" } else { "loss" }
    }

    /// The row in which that is lowest.
    fn best(&self) -> Option<usize> {
        let judged_by = self.judged_by();
        let rows = self.rows.iter().enumerate().filter_map(|(i, (_, row))| Some((i, row.figure(judged_by)?)));
        rows.filter(|(_, value)| value.is_finite()).min_by(|a, b| a.1.total_cmp(&b.1)).map(|(i, _)| i)
    }

    fn html(&self) -> String {
        let mut html = String::from(
            "<div style=\"max-width:620px;box-sizing:border-box;padding:10px 12px;background:#fff;color:#222;\
             border:1px solid #ddd;border-radius:6px;font-family:sans-serif;font-size:13px;line-height:1.45\">",
        );
        let (title, status) = (escape_html(&self.title), escape_html(&self.status()));
        let _ = write!(
            html,
            "<div style=\"overflow:hidden\"><span style=\"float:right;color:#555\">{}</span><b>{title}</b> · {status}</div>",
            self.time()
        );
        let bar = hex(match self.state {
            State::Running => palette::colour(0),
            State::Done if self.failed_at.is_none() => palette::RIGHT,
            _ => palette::WRONG,
        });
        // A run that is done is all there is of it, also if it ended before its last epoch.
        let percent = if self.state == State::Done { 100.0 } else { self.progress() * 100.0 };
        let _ = write!(
            html,
            "<div style=\"height:6px;margin:6px 0 8px;background:#e6e6e6;border-radius:3px\">\
             <div style=\"height:6px;width:{percent:.1}%;background:{bar};border-radius:3px\"></div></div>"
        );
        if let Some(step) = self.failed_at {
            let _ = write!(
                html,
                "<div style=\"color:#a33c00;margin-bottom:6px\">The loss is not a number since step {step}: \
                 is the learning rate too large?</div>"
            );
        }
        // The room for the whole table is there from the start: the curve shall not jump with every epoch.
        let rows = if self.epochs > ROWS { ROWS + 2 } else { self.epochs + 1 };
        let _ = write!(html, "<div style=\"min-height:{}px;overflow-x:auto\">", rows * ROW_HEIGHT);
        self.table(&mut html);
        html += "</div>";
        self.picture(&mut html);
        html + "</div>"
    }

    fn table(&self, html: &mut String) {
        let Some((_, last)) = self.rows.last() else { return };
        let cell = "padding:1px 16px 1px 0;text-align:right;white-space:nowrap;color:#222;background:#fff;border:none;font-weight:";
        let columns: Vec<&str> = last.figures().into_iter().map(|(name, _)| name).collect();
        *html += "<table style=\"border-collapse:collapse;margin:0;background:#fff;color:#222;font-size:12px;\
                  font-variant-numeric:tabular-nums\"><tr style=\"background:#fff\">";
        for name in std::iter::once("epoch").chain(columns.iter().copied()) {
            let _ = write!(html, "<th style=\"{cell}bold\">{name}</th>");
        }
        *html += "</tr>";
        let best = self.best().filter(|_| self.rows.len() > 1);
        let recent = self.rows.len().saturating_sub(ROWS);
        let shown: Vec<usize> = best.filter(|best| *best < recent).into_iter().chain(recent..self.rows.len()).collect();
        let texts: Vec<Vec<String>> = columns.iter().map(|name| self.column(name, &shown)).collect();
        for (i, row) in shown.into_iter().enumerate() {
            let is_best = best == Some(row);
            let cell = format!("{cell}{}", if is_best { "bold" } else { "normal" });
            let _ = write!(html, "<tr style=\"background:#fff\"><td style=\"{cell}\">{}</td>", self.rows[row].1.epoch);
            for column in &texts {
                let _ = write!(html, "<td style=\"{cell}\">{}</td>", column[i]);
            }
            if is_best {
                let _ = write!(html, "<td style=\"{cell}\">★ lowest {}</td>", self.judged_by());
            }
            *html += "</tr>";
        }
        *html += "</table>";
    }

    /// One figure of some of the rows.
    fn column(&self, name: &str, rows: &[usize]) -> Vec<String> {
        let values: Vec<Float> = rows.iter().filter_map(|row| self.rows[*row].1.figure(name)).collect();
        let mut texts = all_written(name, &values).into_iter();
        let mut text = |row: &usize| self.rows[*row].1.figure(name).and_then(|_| texts.next());
        rows.iter().map(|row| text(row).unwrap_or_else(|| "–".to_owned())).collect()
    }

    /// While it runs, the drawing stands in the page, where it changes without a flicker. The last one stays in the
    /// notebook and is an image: front ends that trust nobody take the tags out of a drawing and would leave its numbers.
    fn picture(&self, html: &mut String) {
        let Some(figure) = self.figure() else { return };
        if self.state == State::Running {
            *html += figure.svg();
        } else {
            *html += &display::image(&display::svg_uri(figure.svg()), &figure.text());
        }
    }

    /// Where the horizontal axis ends. While it runs: at the end of the run, or the last half, quarter, … of it that has
    /// room for what there is, so that the curve never fills less than half of the picture. At the end: there, also if it
    /// came early.
    fn last_step(&self) -> f64 {
        let done = self.series.len();
        let mut last = self.total_steps.max(done);
        if self.state != State::Running {
            last = done;
        }
        while last / 2 >= done.max(10) {
            last = last.div_ceil(2);
        }
        last.max(2) as f64
    }

    fn figure(&self) -> Option<Figure> {
        let (raw, smooth) = (self.series.raw(), self.series.smooth());
        let val: Vec<(f64, f64)> =
            self.rows.iter().filter_map(|(step, row)| Some((*step as f64, row.val_loss? as f64))).collect();
        // A few peaks shall not flatten the rest: what is above the 98th percentile runs along the edge.
        let mut heights: Vec<f64> = raw.iter().map(|point| point.1).filter(|y| y.is_finite()).collect();
        heights.sort_by(f64::total_cmp);
        let usual = heights.get(heights.len().saturating_sub(1) * 49 / 50)?;
        let lowest = heights.first()?;
        let shown = smooth.iter().chain(&val).map(|point| point.1).chain([*usual, *lowest]);
        let (low, high) = extent(shown)?;

        let mut figure =
            Figure::new("loss", Axis::numbers((1.0, self.last_step())), Axis::numbers(padded((low, high), 0.06)));
        figure.size = (592.0, 260.0);
        (figure.x.ticks, figure.x.label, figure.y.label) = (Ticks::Whole, "step".to_owned(), "loss".to_owned());
        let blue = palette::colour(0);
        let thick = Stroke { colour: blue, width: 2.0, dash: 0, opacity: 1.0 };
        figure.layers.push(Layer::Line(raw, Stroke { width: 1.0, opacity: 0.35, ..thick }));
        figure.layers.push(Layer::Line(smooth, thick));
        figure.legend.push(("training (smoothed)".to_owned(), Key::Line(thick)));
        let end = self.series.last().unwrap_or(f64::NAN);
        figure.summary.push(format!("{} steps, now {}", self.series.len(), number(end, 4)));
        if !val.is_empty() {
            let every = val.len().div_ceil(MOST_EPOCHS_DRAWN);
            let last = val.len() - 1;
            let val: Vec<_> =
                val.into_iter().enumerate().filter(|(i, _)| i % every == 0 || *i == last).map(|(_, p)| p).collect();
            let stroke = Stroke { colour: palette::colour(1), width: 1.0, dash: 1, opacity: 1.0 };
            let mark = Mark { colour: palette::colour(1), shape: 3, size: 3.6 };
            figure.layers.push(Layer::Line(val.clone(), stroke));
            let has_marks = val.len() <= MOST_MARKS;
            figure.legend.push(("validation".to_owned(), if has_marks { Key::Mark(mark) } else { Key::Line(stroke) }));
            if has_marks {
                figure.layers.push(Layer::Marks(val, mark));
            }
        }
        // Losses that fall by an order of magnitude and a half are a line at the bottom on a linear axis.
        if low > 0.0 && high / low > 30.0 {
            figure = figure.log_y();
        }
        Some(figure)
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
    match seconds {
        s if !s.is_finite() => "?".to_owned(),
        s if s < 10.0 => format!("{s:.1} s"),
        s if s < 60.0 => format!("{s:.0} s"),
        s if s < 3600.0 => format!("{:.0} min {:.0} s", (s / 60.0).floor(), s % 60.0),
        s => format!("{:.0} h {:.0} min", (s / 3600.0).floor(), s % 3600.0 / 60.0),
    }
}
