//! What the kernel asks the system: processes, memory, folders of the user, programs on the `PATH`.
//!
//! The lowest layer of the executable. It knows nothing of cells, and no other folder.

pub mod exam;
pub mod faults;
pub mod folders;
pub mod grading;
pub mod memory;
pub mod ownership;
pub mod path;
pub mod processes;

/// The stack of a thread that reads cells, in bytes of address space: rust-analyzer takes some
/// thousand for each part of an expression.
pub const STACK_OF_READERS: usize = 128 << 20;
