//! What rustc said last of a cell. evcxr drops warnings, and keeps of some errors only a note.

use super::stand_in::cargo;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What rustc said when a cell was compiled last, by cargo or without it.
pub fn last(folder: &Path) -> Option<String> {
    let inside = |folder: PathBuf| {
        std::fs::read_dir(folder)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path())
    };
    let targets = inside(folder.join("target"));
    let of_cells = targets.flat_map(|target| inside(target.join("debug/.fingerprint")));
    let of_cargo = of_cells.map(|crate_folder| crate_folder.join("output-lib-ctx"));
    let files = of_cargo.chain([folder.join(cargo::SAID)]);
    let written = |file: &PathBuf| {
        file.metadata()
            .and_then(|data| data.modified())
            .unwrap_or(SystemTime::UNIX_EPOCH)
    };
    let newest = files.filter(|file| file.is_file()).max_by_key(written)?;
    std::fs::read_to_string(newest).ok()
}
