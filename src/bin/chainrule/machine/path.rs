//! Programs on the `PATH`.

use std::path::PathBuf;

/// The first program of that name on `PATH`.
pub fn find(program: &str) -> Option<PathBuf> {
    which::which(program).ok()
}
