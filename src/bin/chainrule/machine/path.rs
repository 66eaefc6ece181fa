//! Programs on the `PATH`.

use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::OnceLock;

/// The first program of that name on `PATH`.
pub fn find(program: &str) -> Option<PathBuf> {
    which::which(program).ok()
}

/// `PATH` as it was when this was asked first: for what is none of evcxr's business.
pub fn usual() -> &'static Option<OsString> {
    static USUAL: OnceLock<Option<OsString>> = OnceLock::new();
    USUAL.get_or_init(|| std::env::var_os("PATH"))
}
