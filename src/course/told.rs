//! What the reader is told, as text, as HTML and as data.

use super::mode::{Mode, mode};
use super::record;
use crate::display::{Bundle, escape_html, show};
use serde_json::{Value, json};

/// What a teacher's tool reads.
pub const MIME: &str = "application/vnd.chainrule.course+json";

/// What the reader is told of one question, and what is noted of it.
pub(super) struct Told {
    id: String,
    kind: &'static str,
    state: &'static str,
    value: Value,
    /// Between which numbers the value has to lie, where that is claimed.
    bounds: Value,
    /// The first line has the mark.
    text: String,
    /// Shown below the text.
    picture: String,
}

impl Told {
    pub fn new(kind: &'static str, id: &str, state: &'static str, text: String) -> Told {
        Told {
            id: id.to_owned(),
            kind,
            state,
            value: Value::Null,
            bounds: Value::Null,
            text,
            picture: String::new(),
        }
    }

    pub fn value(mut self, value: Value) -> Told {
        self.value = value;
        self
    }

    pub fn bounds(mut self, bounds: Value) -> Told {
        self.bounds = bounds;
        self
    }

    pub fn picture(mut self, picture: String) -> Told {
        self.picture = picture;
        self
    }

    /// Green where it holds, grey where it is open, orange where it does not hold.
    pub fn bundle(&self) -> Bundle {
        let colour = match self.state {
            "passed" | "right" | "exact" => "#009e73",
            "failed" | "far" | "different" => "#e69f00",
            _ => "#888",
        };
        let text = escape_html(&self.text).replace('\n', "<br>");
        let (kind, id, state, value) = (self.kind, &self.id, self.state, &self.value);
        let hints = record::hints(id);
        let mut data =
            json!({"id": id, "kind": kind, "state": state, "value": value, "hints": hints});
        if !self.bounds.is_null() {
            data["bounds"] = self.bounds.clone();
        }
        Bundle::text(&*self.text)
            .html(format!(
                "<div style=\"border-left:4px solid {colour};padding:2px 10px;color:inherit\">\
                 {text}{}</div>",
                self.picture
            ))
            .mime(MIME, data)
    }

    /// Keeps it in the session, and in the learner's file.
    pub fn note(&self) {
        record::note(self.kind, &self.id, self.state, &self.value);
    }

    pub fn show(self) {
        self.note();
        show(&self.bundle());
    }

    /// Shows it, and ends the cell if it has to hold and does not.
    #[track_caller]
    pub fn judge(self) {
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
