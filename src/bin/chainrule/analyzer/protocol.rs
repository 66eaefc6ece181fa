//! What the kernel asks of evcxr's process, and how that answers: a line of JSON each.

use crate::compiler::library::{Form, Library};
use crate::compiler::rustc_error::RustcError;
use crate::compiler::session::Filling;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::path::PathBuf;

/// What a cell shows at its end, by MIME type.
pub type Content = HashMap<String, String>;

#[derive(Serialize, Deserialize)]
pub enum Request {
    /// The first one. Its reply: in which form the library is there.
    Start(Box<Start>),
    /// Has the library name the crates of its signatures from now on.
    NameCrates,
    /// Its reply: what the cell shows.
    Execute(String),
    /// Its reply: the errors of a cell that is not run.
    Check(String),
    /// What could stand at a byte. Its reply: [`Proposals`].
    Complete(String, usize),
    /// What stands at a byte. Its reply: a text.
    Describe(String, usize),
    /// Its reply: the types of variables by name.
    Variables,
}

/// What is needed to start evcxr.
#[derive(Clone, Serialize, Deserialize)]
pub struct Start {
    pub library: Library,
    /// The folder that it writes into.
    pub folder: PathBuf,
    /// The folder with the library as it was compiled, once it was.
    pub prepared: Option<PathBuf>,
    /// For a session, what makes the folder one. Nothing is compiled while evcxr starts there.
    pub filling: Option<Filling>,
}

/// The form of the library in a session that has started.
pub type Started = Form;

#[derive(Serialize, Deserialize)]
pub struct Proposals {
    pub list: Vec<Proposal>,
    /// The bytes that they stand for.
    pub range: (usize, usize),
}

#[derive(Serialize, Deserialize)]
pub struct Proposal {
    pub code: String,
    pub kind: String,
    pub label: String,
}

/// Why there is no answer.
#[derive(Debug, Serialize, Deserialize)]
pub enum Failed {
    /// rustc has refused the cell.
    Refused(Vec<RustcError>),
    /// The worker has died.
    WorkerLost,
    Said(String),
    /// evcxr's process has ended, and how.
    Ended(String),
    /// It takes longer than whoever asked wants to wait.
    Late,
}
