//! Why a cell has not come to its end, whoever has compiled and run it.

use crate::analyzer::protocol::Failed;
use crate::compiler::rustc_error::RustcError;
use chainrule::display::say;

#[derive(Debug)]
pub enum Fault {
    /// rustc has refused it.
    Refused(Vec<RustcError>),
    /// What is said of it without a place.
    Said(String),
    /// The worker has died.
    Lost,
    /// evcxr's process has, and how. The worker may have come to the cell's end.
    Unanalyzed(String),
}

impl From<Failed> for Fault {
    fn from(failed: Failed) -> Fault {
        match failed {
            Failed::Refused(errors) => Fault::Refused(errors),
            Failed::WorkerLost => Fault::Lost,
            Failed::Said(message) => Fault::Said(message),
            Failed::Ended(how) => Fault::Unanalyzed(how),
            Failed::Late => Fault::Unanalyzed("it did not answer".to_owned()),
        }
    }
}

/// What is said of a cell that evcxr's process was to find out the types of.
pub fn unanalyzed(how: &str) -> String {
    say(
        format!(
            "the process that finds out the types of this cell has ended ({how}). Variables and \
             definitions are as they were: run the cell again"
        ),
        format!(
            "负责推断本单元格类型的进程意外结束（{how}）。变量和定义都保持原样：请重新运行本单元格"
        ),
    )
}
