//! What a compiled cell links to, and what the process that runs cells calls: the variable store,
//! the panic hook, the interrupt flag, and the two channels on which a cell reports how it ended.
//!
//! Not for use in cells. The executable's `compiler/stand_in/adapt.rs` makes the code that evcxr
//! generates call these functions; its `worker` finds the `chainrule_*` symbols in the library's
//! shared object, which it loads once, so that every static here exists once per process.

mod display;
mod report;
mod rest;
mod store;
mod summary;
mod unseen;
mod variables;

pub use crate::base::interrupt;
pub use crate::front::handle_comms;
pub use display::{CellDisplay, place_in_cell, print};
pub use report::{CellError, at, early_return, ended, panicked, reached_the_end};
pub use rest::{Rest, go_on, go_on_here};
pub use store::{VariableStore, create_variable_store, redefine};
#[doc(hidden)]
pub use unseen::{Unseen, UnseenAny, UnseenDebug, UnseenDisplay, note_unseen};
pub use variables::{Measure, MeasureAny, MeasureKnown, Measured, show_variables};
