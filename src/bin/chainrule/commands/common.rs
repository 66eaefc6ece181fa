//! What several commands need.

use anyhow::Result;
use nix::sys::stat::{Mode, umask};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A mistake in the call: exit status 2.
#[derive(Debug)]
pub struct Misuse(pub String);

impl std::fmt::Display for Misuse {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Misuse {}

/// Prepares the library, installing the sources of std before if rustup can.
pub fn prepare_library() -> Result<()> {
    use crate::compiler::toolchain::{Toolchain, install_rust_src};
    if Toolchain::find().is_ok_and(|toolchain| !toolchain.has_rust_src()) {
        eprintln!(
            "Installing the sources of Rust's standard library (rustup component add rust-src) …"
        );
        install_rust_src();
    }
    crate::evaluator::prepare_library(&|notice| eprint!("{notice}"))?;
    crate::evaluator::prepare_assistance();
    Ok(())
}

/// Set once Ctrl-C was pressed; `on_interrupt` is called each time.
pub fn watch_interrupts(on_interrupt: impl Fn() + Send + 'static) -> Result<Arc<AtomicBool>> {
    let pressed = Arc::new(AtomicBool::new(false));
    let mut signals = signal_hook::iterator::Signals::new([signal_hook::consts::SIGINT])?;
    let seen = pressed.clone();
    std::thread::Builder::new()
        .name("signals".to_owned())
        .spawn(move || {
            for _ in signals.forever() {
                seen.store(true, Ordering::SeqCst);
                on_interrupt();
            }
        })?;
    Ok(pressed)
}

/// What is written from now on shall be read by others, whatever the administrator's own files are.
pub fn readable_by_all() {
    umask(Mode::S_IWGRP | Mode::S_IWOTH);
}
