//! The Jupyter kernel: messages, sockets, threads.
//!
//! `connection`, `message`, `wire` and `replays` are the protocol without input or output. Each
//! socket lives on a thread of its own and never leaves it: `heartbeat`, `control`, `shell` and
//! `iopub`, which is the only writer of what front ends see. The evaluator has a thread, too
//! (`executor`), so that the other four answer while a cell compiles or runs. What they share are
//! the open channels to code in front ends (`comms`) and what ends or interrupts the session
//! (`session`); the rest answers single requests: `info`, `history`, `pager`, `usage`.

mod assist;
mod comms;
mod connection;
mod control;
mod executor;
mod heartbeat;
mod history;
mod info;
mod iopub;
mod kernel;
mod mailbox;
mod message;
mod pager;
mod replays;
mod session;
mod shell;
mod stdin;
mod usage;
mod widgets;
mod wire;

pub use info::language_info;
pub use kernel::serve;
