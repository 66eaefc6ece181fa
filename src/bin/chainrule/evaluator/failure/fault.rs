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

/// What is said of a cell at which the kernel itself has failed.
pub fn of_ours(panic: &str) -> String {
    say(
        format!(
            "the kernel itself has failed at this cell, which is no mistake of yours ({panic}). \
             Variables and definitions of the cells before are kept: write this one in another \
             way, and report it, please"
        ),
        format!(
            "内核在处理本单元格时自身出错，这不是你的错（{panic}）。之前单元格的变量和定义都还在：请换一种写法，\
             也请把这个单元格报告给我们"
        ),
    )
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
