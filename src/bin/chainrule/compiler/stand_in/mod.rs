//! The parts that this program plays for others: evcxr starts it as cargo, cargo starts it around
//! rustc.
//!
//! `cargo` and `rustc` are these parts; both hand a cell to `adapt`, which makes it call the
//! library (with `macros`, `returns`, `shadows`), and compile it by `stops` and `unseen`, which
//! compile it in a better form where rustc agrees. `generated` are the pieces of evcxr's text that
//! they look for, `statements` what stands between them, `process` starts and ends what is stood in
//! for, `fetching` starts cargo with and without the network, `ended` says what it died of, `link`
//! links a cell.

mod adapt;
pub mod cargo;
pub mod ended;
mod fetching;
pub mod generated;
mod link;
mod macros;
mod process;
mod returns;
pub mod rustc;
mod shadows;
mod statements;
mod stops;
mod unseen;

pub use process::ROLE;

/// Plays the part that this program was started for, and does not return if it was for one of
/// these.
pub fn play() {
    if cargo::is_meant() {
        cargo::main();
    }
    if std::env::var_os(cargo::STRAIGHT).is_some() {
        cargo::compile_straight();
    }
    if std::env::var_os(ROLE).is_some() {
        rustc::main();
    }
}
