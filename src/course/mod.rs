//! What a chapter of the course asks of its reader, and how it answers: predictions before a cell
//! is run, checked exercises with hints, statements that have to hold, questions with feedback.
//!
//! Learners are answered softly: what does not hold is said, and the cell goes on. Where a chapter
//! is tested (`chainrule run --strict`, `CHAINRULE_COURSE=strict`) and where it is graded
//! (`NBGRADER_EXECUTION`), what does not hold is an error of the cell. Beside text and HTML each of
//! these functions shows `application/vnd.chainrule.course+json`, `{id, kind, state, value,
//! hints}`, so that a teacher's tool can read notebooks; nothing is sent anywhere.
//!
//! What a chapter says in them (hints, answers to known mistakes, questions) stands in
//! `chapters/NN.words` in both languages; how its exercises are judged, in `checks/`. The chapters
//! themselves are in `notebooks/course/`.
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
mod mode;
mod predictions;
mod progress;
mod quiz;
mod record;
mod told;
mod words;

pub use answer::{Answer, Answered, Number, Training};
pub use checks::{check, hint};
pub use claims::{Claim, claim, compare};
pub use predictions::{predict, reveal};
pub use progress::progress;
pub use quiz::quiz;
#[doc(hidden)]
pub use told::MIME;
