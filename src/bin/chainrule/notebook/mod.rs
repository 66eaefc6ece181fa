//! Notebook files, running them without a front end, and writing them as programs.
//!
//! No crate covers this: the ones for nbformat read a notebook into types of their own and lose
//! what these do not know. Here a notebook stays the JSON that it is, in its order, and only
//! outputs and counts are replaced.

mod file;
mod outputs;
mod program;
pub mod report;
mod run;
mod terminal;

pub use file::{Notebook, has_tag, source_text};
pub use program::program;
pub use run::{Options, run};
