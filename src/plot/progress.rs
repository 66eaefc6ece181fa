//! A progress bar around anything that a `for` loop goes through.

use crate::base::interrupt;
use crate::display::{Bundle, DisplayHandle, escape_html, in_notebook, say};
use std::time::{Duration, Instant};

/// The bar changes at most this often.
const INTERVAL: Duration = Duration::from_millis(100);

/// Shows how far a loop has come, in one display that is updated in place. Outside a notebook one
/// line is printed, at the end: a log stays quiet.
///
/// ```
/// # use chainrule::prelude::*;
/// # let data = data::two_moons(64, 0.1);
/// let loader = data.batches(16);
/// let mut examples = 0;
/// for batch in progress(&loader) {
///     examples += batch.len();
/// }
/// assert_eq!(examples, 64);
/// for _ in progress(0..3).label("epoch") {}
/// ```
pub fn progress<I: IntoIterator>(items: I) -> Progress<I::IntoIter> {
    let items = items.into_iter();
    let total = match items.size_hint() {
        (least, Some(most)) if least == most => Some(most),
        _ => None,
    };
    let now = Instant::now();
    Progress {
        items,
        total,
        done: 0,
        label: String::new(),
        began: now,
        changed: now,
        shown: None,
        is_at_end: false,
    }
}

/// What [`progress`] returns: an iterator over the same items.
pub struct Progress<I> {
    items: I,
    total: Option<usize>,
    /// Items whose round of the loop is over.
    done: usize,
    label: String,
    began: Instant,
    changed: Instant,
    shown: Option<DisplayHandle>,
    is_at_end: bool,
}

impl<I> Progress<I> {
    /// A word in front of the bar.
    pub fn label(mut self, label: &str) -> Progress<I> {
        self.label = label.to_owned();
        self
    }

    /// Shows the present state; `ending` says how the loop has ended.
    fn show(&mut self, ending: Option<Ending>) {
        self.changed = Instant::now();
        let bundle = self.bundle(ending);
        match &self.shown {
            Some(display) => display.update(&bundle),
            None if in_notebook() => self.shown = Some(DisplayHandle::new(&bundle)),
            None if ending.is_some() => println!("{}", bundle.plain()),
            None => {}
        }
    }

    /// How far it is, and how long that took.
    fn in_words(&self, ending: Option<Ending>, seconds: f64, share: Option<f64>) -> String {
        let (label, done) = (&self.label, self.done);
        let label = match label.is_empty() {
            true => String::new(),
            false => say(format!("{label}: "), format!("{label}：")),
        };
        let far = match self.total {
            Some(total) => say(format!("{done} of {total}"), format!("{done}/{total}")),
            None => done.to_string(),
        };
        let time = match ending {
            Some(Ending::Done) => say(
                format!(", done in {seconds:.1} s"),
                format!("，完成，用时 {seconds:.1} 秒"),
            ),
            Some(Ending::Stopped) => say(
                format!(", stopped after {seconds:.1} s"),
                format!("，{seconds:.1} 秒后停止"),
            ),
            None => say(format!(", {seconds:.1} s"), format!("，{seconds:.1} 秒")),
        };
        let share = share.filter(|share| ending.is_none() && *share > 0.0);
        let left = share.map_or_else(String::new, |share| {
            let left = seconds * (1.0 / share - 1.0);
            say(
                format!(", {left:.1} s left"),
                format!("，还要 {left:.1} 秒"),
            )
        });
        format!("{label}{far}{time}{left}")
    }

    fn bundle(&self, ending: Option<Ending>) -> Bundle {
        let seconds = self.began.elapsed().as_secs_f64();
        let share = self.total.map(|total| {
            if total == 0 {
                1.0
            } else {
                self.done as f64 / total as f64
            }
        });
        let text = self.in_words(ending, seconds, share);
        // Half transparent, and text in the page's own colour: legible on light and dark pages.
        let colour = if ending == Some(Ending::Stopped) {
            "rgb(213,94,0)"
        } else {
            "rgb(0,114,178)"
        };
        let bar = share.map_or_else(String::new, |share| {
            format!(
                "<div style=\"height:6px;width:300px;background:rgba(128,128,128,0.3);\
                 border-radius:3px\"><div style=\"height:6px;width:{:.1}%;background:{colour};\
                 border-radius:3px\"></div></div>",
                100.0 * share
            )
        });
        let line = format!(
            "<div style=\"font-variant-numeric:tabular-nums\">{}</div>",
            escape_html(&text)
        );
        Bundle::text(text).html(format!("<div>{bar}{line}</div>"))
    }
}

/// How a loop has ended.
#[derive(Clone, Copy, PartialEq)]
enum Ending {
    Done,
    Stopped,
}

impl<I: Iterator> Iterator for Progress<I> {
    type Item = I::Item;

    fn next(&mut self) -> Option<I::Item> {
        interrupt::check();
        let item = self.items.next();
        match &item {
            Some(_) if self.shown.is_none() || self.changed.elapsed() >= INTERVAL => {
                self.show(None)
            }
            Some(_) => {}
            None if self.is_at_end => {}
            None => {
                self.is_at_end = true;
                self.show(Some(Ending::Done));
            }
        }
        self.done += usize::from(item.is_some());
        item
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.items.size_hint()
    }
}

/// A `break`, a panic and the stop button leave the bar where it was.
impl<I> Drop for Progress<I> {
    fn drop(&mut self) {
        if !self.is_at_end && self.done > 0 {
            self.done -= 1; // the round that was left is not over
            self.show(Some(Ending::Stopped));
        }
    }
}
