//! What a chapter of the course asks of its reader, and how it answers: predictions before a cell
//! is run, checked exercises with hints, statements that have to hold, questions with feedback.
//!
//! Learners are answered softly: what does not hold is said, and the cell goes on. Where a chapter
//! is tested (`chainrule run --strict`, `CHAINRULE_COURSE=strict`) and where it is graded
//! (`NBGRADER_EXECUTION`), what does not hold is an error of the cell. Beside text and HTML each of
//! these functions shows `application/vnd.chainrule.course+json`, `{id, kind, state, value,
//! hints}`, so that a teacher's tool can read notebooks; nothing is sent anywhere.
//!
//! What a chapter says in them (hints, answers to known mistakes, questions) stands in `chapters/NN.md` in
//! both languages; how its exercises are judged, in `checks/`. What the chapters themselves say is
//! in `notebooks/course/`.
//!
//! ```
//! # use chainrule::prelude::*;
//! predict("7.2", 2.3);                  // before the cell is run
//! let loss = (10.0 as Float).ln();
//! reveal("7.2", loss);                  // guess and truth on one line
//! claim("first loss", loss).near(2.3, 0.2);
//! ```

mod answer;
mod checks;
mod claims;
mod predictions;
mod quiz;
mod record;
mod words;

pub use answer::{Answer, Answered, Number};
pub use checks::{check, hint};
pub use claims::{Claim, claim, compare};
pub use predictions::{predict, reveal};
pub use quiz::quiz;
pub use record::progress;

use crate::display::{Bundle, escape_html, show};
use serde_json::{Value, json};

const MIME: &str = "application/vnd.chainrule.course+json";

/// Who is answered.
#[derive(Clone, Copy, PartialEq)]
enum Mode {
    Learner,
    /// A test of the chapter: what is open stays open, what is wrong fails.
    Strict,
    /// nbgrader: what is open fails, too.
    Grading,
}

fn mode() -> Mode {
    let is_set = |name: &str| std::env::var(name).is_ok_and(|value| !value.is_empty());
    if is_set("NBGRADER_EXECUTION") {
        Mode::Grading
    } else if std::env::var("CHAINRULE_COURSE").is_ok_and(|value| value == "strict") {
        Mode::Strict
    } else {
        Mode::Learner
    }
}

/// What the reader is told of one question, and what is noted of it.
struct Told {
    id: String,
    kind: &'static str,
    state: &'static str,
    value: Value,
    /// The first line has the mark.
    text: String,
    /// Shown below the text.
    picture: String,
}

impl Told {
    fn new(kind: &'static str, id: &str, state: &'static str, text: String) -> Told {
        Told {
            id: id.to_owned(),
            kind,
            state,
            value: Value::Null,
            text,
            picture: String::new(),
        }
    }

    fn value(mut self, value: Value) -> Told {
        self.value = value;
        self
    }

    fn picture(mut self, picture: String) -> Told {
        self.picture = picture;
        self
    }

    /// Green where it holds, grey where it is open, orange where it does not hold.
    fn bundle(&self) -> Bundle {
        let colour = match self.state {
            "passed" | "right" | "exact" => "#009e73",
            "failed" | "far" | "different" => "#e69f00",
            _ => "#888",
        };
        let text = escape_html(&self.text).replace('\n', "<br>");
        let (kind, id, state, value) = (self.kind, &self.id, self.state, &self.value);
        let hints = record::hints(id);
        Bundle::text(&*self.text)
            .html(format!(
                "<div style=\"border-left:4px solid {colour};padding:2px 10px;color:inherit\">\
                 {text}{}</div>",
                self.picture
            ))
            .mime(
                MIME,
                json!({"id": id, "kind": kind, "state": state, "value": value, "hints": hints}),
            )
    }

    fn show(self) {
        record::note(&self);
        show(&self.bundle());
    }

    /// Shows it, and ends the cell if it has to hold and does not.
    #[track_caller]
    fn judge(self) {
        let is_wrong = match self.state {
            "failed" | "different" => mode() != Mode::Learner,
            "open" => mode() == Mode::Grading,
            _ => false,
        };
        let text = self.text.clone();
        self.show();
        if is_wrong {
            panic!("{text}");
        }
    }
}
