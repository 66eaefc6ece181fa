//! Everything that has to do with rustc: which one, the library prepared for it, a session's folder, the wrapper around
//! it, and the short way past cargo.
//!
//! What a cell means is not known here (`evaluator`), nor how it runs (`worker`).

pub mod cargo;
mod facade;
pub mod library;
pub mod session;
pub mod toolchain;
pub mod wrapper;
