//! What knows nobody: the flag of an interrupt, the line of the cell that runs, the connection with
//! the kernel.

mod channel;
mod compiled_here;
pub mod interrupt;
mod outlined;
mod place;
pub mod protocol;
pub(crate) mod worker;

pub use channel::RawChannel;
pub(crate) use channel::file;
pub(crate) use compiled_here::{compiled_here, last_part};
pub(crate) use outlined::Outlined;
pub(crate) use place::{at_line, forget_statements, line_of};
