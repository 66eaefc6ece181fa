//! The Jupyter kernel: messages, sockets, threads.
//!
//! `connection`, `message`, `wire` and `replays` are the protocol without input or output. Each socket lives on a thread of its own
//! and never leaves it: `heartbeat`, `control`, `shell` and `iopub`, which is the only writer of what front ends see.
//! The evaluator has a thread, too (`executor`), so that the other four answer while a cell compiles or runs. What they
//! share are the open channels to code in front ends (`comms`); the rest answers single requests: `history`, `pager`,
//! `usage`.

mod assist;
mod comms;
mod connection;
mod control;
mod executor;
mod heartbeat;
mod history;
mod iopub;
mod kernel;
mod mailbox;
mod message;
mod pager;
mod replays;
mod shell;
mod stdin;
mod usage;
mod widgets;
mod wire;

pub use kernel::serve;

use serde_json::{Value, json};

/// What notebooks note about their language.
pub fn language_info() -> Value {
    json!({
        "name": "rust",
        "version": env!("CARGO_PKG_RUST_VERSION"),
        "mimetype": "text/x-rust",
        "file_extension": ".rs",
        "pygments_lexer": "rust",
        "codemirror_mode": "rust",
        "nbconvert_exporter": "script",
    })
}
