//! What is known of std: read from its sources once for a compiler, kept in a file, and taken from
//! there name by name.
//!
//! Without those sources, or before they are there, nothing of std is known here; rust-analyzer and
//! the message about what is missing are elsewhere.
//!
//! `sources` reads, `paths` finds where things are public, `content` is what comes out of that,
//! `file` keeps it.

mod content;
mod file;
mod paths;
mod sources;

use crate::compiler::library::cache_folder;
use crate::compiler::toolchain::Toolchain;
use anyhow::Result;
pub use file::Standard;
use sha2::{Digest, Sha256};
use std::fs;
use std::path::PathBuf;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant};

/// How the file is laid out, and what is read: with another number it is another file.
const LAYOUT: &str = "1";

/// How long nobody looks again for what was not there.
const PATIENCE: Duration = Duration::from_secs(10);

/// What is known of std. The first answer for a compiler takes as long as reading all of its
/// sources, every other one nothing.
pub fn standard() -> &'static Standard {
    static KNOWN: OnceLock<Standard> = OnceLock::new();
    static NOTHING: OnceLock<Standard> = OnceLock::new();
    static LAST: Mutex<Option<Instant>> = Mutex::new(None);
    if let Some(known) = KNOWN.get() {
        return known;
    }
    let mut last = LAST.lock().unwrap_or_else(PoisonError::into_inner);
    if last.is_none_or(|last| last.elapsed() >= PATIENCE)
        && KNOWN.get().is_none()
        && let Ok(found) = find()
    {
        let _ = KNOWN.set(found);
    }
    *last = Some(Instant::now());
    KNOWN
        .get()
        .unwrap_or_else(|| NOTHING.get_or_init(Standard::default))
}

/// Has it read now, for whoever needs it first: completion, inspection, a mistake.
pub fn prepare() {
    standard();
}

/// From the file, which is written if there is none.
fn find() -> Result<Standard> {
    let toolchain = Toolchain::find_again(&cache_folder()?.join("toolchain.json"))?;
    let path = path(&toolchain)?;
    if let Ok(found) = Standard::open(&path) {
        return Ok(found);
    }
    let folder = path.parent().unwrap_or(&path);
    fs::create_dir_all(folder)?;
    file::write(&sources::read(&sources_of(&toolchain))?, &path)?;
    Standard::open(&path)
}

/// The sources with what they say of themselves: the kernel has rust-analyzer read others, which
/// are without it.
fn sources_of(toolchain: &Toolchain) -> PathBuf {
    let whole = toolchain.sysroot.join("lib/rustlib/src/rust/library");
    if whole.join("core/src/lib.rs").is_file() {
        whole
    } else {
        toolchain.std_sources()
    }
}

fn path(toolchain: &Toolchain) -> Result<PathBuf> {
    let mut key = Sha256::new();
    key.update(&toolchain.version);
    key.update(LAYOUT);
    let key: String = key.finalize()[..8]
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    Ok(cache_folder()?.join("standard").join(key))
}
