//! Why a cell has not come to its end, whoever has compiled and run it.

use crate::compiler::rustc_error::RustcError;
use evcxr::Error;

#[derive(Debug)]
pub enum Fault {
    /// rustc has refused it.
    Refused(Vec<RustcError>),
    /// What is said of it without a place.
    Said(String),
    /// The worker has died.
    Lost,
}

impl From<Error> for Fault {
    fn from(error: Error) -> Fault {
        match error {
            Error::CompilationErrors(errors) => {
                Fault::Refused(errors.iter().map(RustcError::from).collect())
            }
            Error::SubprocessTerminated(_) => Fault::Lost,
            other => Fault::Said(other.to_string()),
        }
    }
}
