//! evcxr, with the rust-analyzer in it, in a process of its own.
//!
//! It takes hundreds of megabytes, and what it reads may make it fall: so the kernel starts this
//! program once more to hold it, when a cell or a completion needs it, and ends it at will. It
//! knows nothing that it cannot be told again.
//!
//! ```text
//! kernel ── requests, replies (`protocol`) ── host: evcxr
//!        ── pipes of what evcxr takes for the worker (`worker::relay`) ──┘
//! ```
//!
//! `link` is the kernel's end, `host` the process, `launch` how evcxr starts there.

mod host;
mod launch;
pub mod link;
pub mod protocol;

pub use host::main;

/// How the executable is told to be this process.
pub const COMMAND: &str = "analyzer";
