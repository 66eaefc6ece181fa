//! Everything that has to do with rustc: which one, the library prepared for it, a session's
//! folder, what this program plays as cargo and rustc (`stand_in`), how long that takes, and the
//! files in which compiled cells are kept.
//!
//! What a cell means is not known here (`evaluator`), nor how it runs (`worker`).

pub mod cell_crate;
pub mod cells;
pub mod crates;
pub mod diagnostics;
pub mod facade;
mod identity;
pub mod kinds;
pub mod library;
mod manifest;
pub mod network;
mod parts;
pub mod places;
pub mod public_paths;
pub mod redefinition;
pub mod rustc_error;
pub mod session;
pub mod stand_in;
pub mod times;
pub mod toolchain;
