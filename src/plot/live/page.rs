//! What the live view shows in a notebook: how far the run is, a table of the last epochs, the loss
//! at every step.

use super::{Live, State};
use crate::Float;
use crate::display::{self, escape_html, say};
use crate::plot::figure::{Axis, Figure, Key, Layer, Mark, Stroke, Ticks};
use crate::plot::palette::{self, hex};
use crate::plot::values::{extent, number, padded};
use crate::tensor::table::figures as all_written;
use std::fmt::Write as _;

/// Epochs in the table.
const ROWS: usize = 5;
/// Height of a row of the table in pixels.
const ROW_HEIGHT: usize = 19;
/// Points of a curve over the epochs, and up to how many each has a mark.
const MOST_EPOCHS_DRAWN: usize = 200;
const MOST_MARKS: usize = 50;

impl Live {
    /// The figure that says which epoch is the best: the loss on the validation data where there is
    /// one.
    fn judged_by(&self) -> &'static str {
        if self.rows.iter().any(|(_, row)| row.val_loss.is_some()) {
            "val_loss"
        } else {
            "loss"
        }
    }

    /// The row in which that is lowest.
    fn best(&self) -> Option<usize> {
        let judged_by = self.judged_by();
        let rows = self
            .rows
            .iter()
            .enumerate()
            .filter_map(|(i, (_, row))| Some((i, row.figure(judged_by)?)));
        rows.filter(|(_, value)| value.is_finite())
            .min_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(i, _)| i)
    }

    pub(super) fn html(&self) -> String {
        let mut html = String::from(
            "<div style=\"max-width:620px;box-sizing:border-box;padding:10px \
             12px;background:#fff;color:#222;border:1px solid \
             #ddd;border-radius:6px;font-family:sans-serif;font-size:13px;line-height:1.45\">",
        );
        let (title, status) = (escape_html(&self.title), escape_html(&self.status()));
        let _ = write!(
            html,
            "<div style=\"overflow:hidden\"><span \
            style=\"float:right;color:#555\">{}</span><b>{title}</b> · {status}</div>",
            self.time()
        );
        let bar = hex(match self.state {
            State::Running => palette::colour(0),
            State::Done if self.failed_at.is_none() => palette::RIGHT,
            _ => palette::WRONG,
        });
        // A run that is done is all there is of it, also if it ended before its last epoch.
        let percent = if self.state == State::Done {
            100.0
        } else {
            self.progress() * 100.0
        };
        let _ = write!(
            html,
            "<div style=\"height:6px;margin:6px 0 8px;background:#e6e6e6;border-radius:3px\">\
             <div style=\"height:6px;width:{percent:.1}%;background:{bar};border-radius:3px\">\
             </div></div>"
        );
        if let Some(step) = self.failed_at {
            let said = say(
                format!(
                    "The loss is not a number since step {step}: is the learning rate too large?"
                ),
                format!("从第 {step} 步起损失不是数了：是不是学习率太大？"),
            );
            let _ = write!(
                html,
                "<div style=\"color:#a33c00;margin-bottom:6px\">{said}</div>"
            );
        }
        // The room for the whole table is there from the start: the curve shall not jump with every
        // epoch.
        let rows = if self.epochs > ROWS {
            ROWS + 2
        } else {
            self.epochs + 1
        };
        let _ = write!(
            html,
            "<div style=\"min-height:{}px;overflow-x:auto\">",
            rows * ROW_HEIGHT
        );
        self.table(&mut html);
        html += "</div>";
        self.picture(&mut html);
        html + "</div>"
    }

    fn table(&self, html: &mut String) {
        let Some((_, last)) = self.rows.last() else {
            return;
        };
        let cell = "padding:1px 16px 1px 0;text-align:right;white-space:nowrap;color:#222;\
                    background:#fff;border:none;font-weight:";
        let columns: Vec<&str> = last.figures().into_iter().map(|(name, _)| name).collect();
        *html += "<table style=\"border-collapse:collapse;margin:0;background:#fff;color:#222;\
                  font-size:12px;font-variant-numeric:tabular-nums\">\
                  <tr style=\"background:#fff\">";
        for name in std::iter::once(say("epoch", "轮次")).chain(columns.iter().copied()) {
            let _ = write!(html, "<th style=\"{cell}bold\">{name}</th>");
        }
        *html += "</tr>";
        let best = self.best().filter(|_| self.rows.len() > 1);
        let recent = self.rows.len().saturating_sub(ROWS);
        let shown: Vec<usize> = best
            .filter(|best| *best < recent)
            .into_iter()
            .chain(recent..self.rows.len())
            .collect();
        let texts: Vec<Vec<String>> = columns
            .iter()
            .map(|name| self.column(name, &shown))
            .collect();
        for (i, row) in shown.into_iter().enumerate() {
            let is_best = best == Some(row);
            let cell = format!("{cell}{}", if is_best { "bold" } else { "normal" });
            let _ = write!(
                html,
                "<tr style=\"background:#fff\"><td style=\"{cell}\">{}</td>",
                self.rows[row].1.epoch
            );
            for column in &texts {
                let _ = write!(html, "<td style=\"{cell}\">{}</td>", column[i]);
            }
            if is_best {
                let (best, judged_by) = (say("lowest", "最低"), self.judged_by());
                let _ = write!(html, "<td style=\"{cell}\">★ {best} {judged_by}</td>");
            }
            *html += "</tr>";
        }
        *html += "</table>";
    }

    /// One figure of some of the rows.
    fn column(&self, name: &str, rows: &[usize]) -> Vec<String> {
        let values: Vec<Float> = rows
            .iter()
            .filter_map(|row| self.rows[*row].1.figure(name))
            .collect();
        let mut texts = all_written(name, &values).into_iter();
        let mut text = |row: &usize| self.rows[*row].1.figure(name).and_then(|_| texts.next());
        rows.iter()
            .map(|row| text(row).unwrap_or_else(|| "–".to_owned()))
            .collect()
    }

    /// While it runs, the drawing stands in the page, where it changes without a flicker. The last
    /// one stays in the notebook and is an image: front ends that trust nobody take the tags out of
    /// a drawing and would leave its numbers.
    fn picture(&self, html: &mut String) {
        let Some(figure) = self.figure() else { return };
        if self.state == State::Running {
            *html += figure.svg();
        } else {
            *html += &display::image(&display::svg_uri(figure.svg()), &figure.text());
        }
    }

    /// Where the horizontal axis ends. While it runs: at the end of the run, or the last half,
    /// quarter, … of it that has room for what there is, so that the curve never fills less than
    /// half of the picture. At the end: there, also if it came early.
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
        let val: Vec<(f64, f64)> = self
            .rows
            .iter()
            .filter_map(|(step, row)| Some((*step as f64, row.val_loss? as f64)))
            .collect();
        let (low, high) = seen(&raw, &smooth, &val)?;
        let mut figure = Figure::new(
            "loss",
            Axis::numbers((1.0, self.last_step())),
            Axis::numbers(padded((low, high), 0.06)),
        );
        figure.size = (592.0, 260.0);
        let (step, loss) = say(("step", "loss"), ("步", "损失"));
        (figure.x.ticks, figure.x.label, figure.y.label) =
            (Ticks::Whole, step.to_owned(), loss.to_owned());
        let blue = palette::colour(0);
        let thick = Stroke::solid(blue, 2.0);
        figure.layers.push(Layer::Line(
            raw,
            Stroke {
                width: 1.0,
                opacity: 0.35,
                ..thick
            },
        ));
        figure.layers.push(Layer::Line(smooth, thick));
        let name = say("training (smoothed)", "训练（平滑）");
        figure.legend.push((name.to_owned(), Key::Line(thick)));
        let (steps, end) = (self.series.len(), self.series.last().unwrap_or(f64::NAN));
        let end = number(end, 4);
        figure.summary.push(say(
            format!("{steps} steps, now {end}"),
            format!("{steps} 步，现在是 {end}"),
        ));
        draw_validation(val, &mut figure);
        // Losses that fall by an order of magnitude and a half are a line at the bottom on a linear
        // axis.
        if low > 0.0 && high / low > 30.0 {
            figure = figure.log_y();
        }
        Some(figure)
    }
}

/// The lowest and the highest loss that are seen.
fn seen(raw: &[(f64, f64)], smooth: &[(f64, f64)], val: &[(f64, f64)]) -> Option<(f64, f64)> {
    // A few peaks shall not flatten the rest: what is above the 98th percentile runs along the
    // edge.
    let mut heights: Vec<f64> = raw
        .iter()
        .map(|point| point.1)
        .filter(|y| y.is_finite())
        .collect();
    heights.sort_by(f64::total_cmp);
    let usual = heights.get(heights.len().saturating_sub(1) * 49 / 50)?;
    let lowest = heights.first()?;
    let shown = smooth
        .iter()
        .chain(val)
        .map(|point| point.1)
        .chain([*usual, *lowest]);
    extent(shown)
}

/// A point for each epoch, or a line where there are many.
fn draw_validation(val: Vec<(f64, f64)>, figure: &mut Figure) {
    let Some(last) = val.len().checked_sub(1) else {
        return;
    };
    let every = val.len().div_ceil(MOST_EPOCHS_DRAWN);
    let val: Vec<_> = val
        .into_iter()
        .enumerate()
        .filter(|(i, _)| i % every == 0 || *i == last)
        .map(|(_, p)| p)
        .collect();
    let stroke = Stroke {
        colour: palette::colour(1),
        width: 1.0,
        dash: 1,
        opacity: 1.0,
    };
    let mark = Mark {
        colour: palette::colour(1),
        shape: 3,
        size: 3.6,
    };
    figure.layers.push(Layer::Line(val.clone(), stroke));
    let has_marks = val.len() <= MOST_MARKS;
    figure.legend.push((
        say("validation", "验证").to_owned(),
        if has_marks {
            Key::Mark(mark)
        } else {
            Key::Line(stroke)
        },
    ));
    if has_marks {
        figure.layers.push(Layer::Marks(val, mark));
    }
}
