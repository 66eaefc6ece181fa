//! Whether a prepared folder still has all that it had when it was made: a cleaner may have removed
//! old files, a full disk or an unfinished copy may have cut one short. Every session compares the
//! sizes; contents are compared where something has gone wrong.

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};

/// A line for each file: its size, its checksum, and its path in the folder.
const PARTS: &str = "parts";

/// Notes files in `folder`, those of whole folders among them.
pub fn note(folder: &Path, needed: &[PathBuf]) -> Result<()> {
    let mut lines = Vec::new();
    for inner in needed {
        list(inner, &mut |path, size| {
            let name = path.strip_prefix(folder).ok()?.to_str()?;
            // What is left of the cell that was compiled then is nobody's, and cargo's notes may be
            // written again.
            let is_left = ["ctx", "libcode_", "/incremental/"]
                .iter()
                .any(|part| name.contains(part));
            let is_part = !is_left && !name.ends_with(".d");
            let checksum = is_part.then(|| checksum(path))??;
            lines.push(format!("{size} {checksum} {name}\n"));
            Some(())
        })?;
    }
    Ok(fs::write(folder.join(PARTS), lines.concat())?)
}

/// Whether each file that was noted is there, as large as it was.
pub fn are_whole(folder: &Path) -> bool {
    let Ok(parts) = fs::read_to_string(folder.join(PARTS)) else {
        return false;
    };
    let is_there = |line: &str| {
        let (size, _, path) = fields(line)?;
        let file = fs::metadata(folder.join(path)).ok()?;
        (file.len() == size.parse::<u64>().ok()?).then_some(())
    };
    !parts.is_empty() && parts.lines().all(|line| is_there(line).is_some())
}

/// The first file that is not what it was, if one is not.
pub fn damaged(folder: &Path) -> Option<PathBuf> {
    let parts = fs::read_to_string(folder.join(PARTS)).unwrap_or_default();
    let is_damaged = |line: &str| {
        let (_, noted, path) = fields(line)?;
        let path = folder.join(path);
        (checksum(&path).as_deref() != Some(noted)).then_some(path)
    };
    parts.lines().find_map(is_damaged)
}

fn fields(line: &str) -> Option<(&str, &str, &str)> {
    let (size, rest) = line.split_once(' ')?;
    let (checksum, path) = rest.split_once(' ')?;
    Some((size, checksum, path))
}

fn checksum(path: &Path) -> Option<String> {
    let digest = Sha256::digest(fs::read(path).ok()?);
    let first = digest.iter().take(8);
    Some(first.map(|byte| format!("{byte:02x}")).collect())
}

/// Calls `visit` with a file, or every file below a folder, and its size.
fn list(folder: &Path, visit: &mut impl FnMut(&Path, u64) -> Option<()>) -> Result<()> {
    if let Ok(file) = fs::metadata(folder)
        && file.is_file()
    {
        visit(folder, file.len());
        return Ok(());
    }
    for entry in
        fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?
    {
        let (path, data) = entry.and_then(|entry| Ok((entry.path(), entry.metadata()?)))?;
        if data.is_dir() {
            list(&path, visit)?;
        } else {
            visit(&path, data.len());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_lost_a_part_is_not_whole() {
        let root = tempfile::tempdir().unwrap();
        let parts = [
            "facade/Cargo.toml",
            "build/debug/deps/libchainrule.so",
            "std/core/src/lib.rs",
        ];
        let notes = ["build/debug/deps/a.d", "build/debug/deps/libctx.so"];
        for part in parts.iter().chain(&notes) {
            fs::create_dir_all(root.path().join(part).parent().unwrap()).unwrap();
            fs::write(root.path().join(part), "content").unwrap();
        }
        assert!(!are_whole(root.path()), "nothing was noted");
        note(
            root.path(),
            &["facade", "build", "std"].map(|name| root.path().join(name)),
        )
        .unwrap();
        assert!(are_whole(root.path()));
        // cargo's own notes change without harm.
        notes
            .iter()
            .for_each(|name| fs::write(root.path().join(name), "other content").unwrap());
        assert!(are_whole(root.path()));
        for part in parts {
            for harm in ["", "conten"] {
                fs::write(root.path().join(part), harm).unwrap();
                assert!(!are_whole(root.path()), "{part} has only {harm:?}");
            }
            assert_eq!(damaged(root.path()), Some(root.path().join(part)));
            // Of the same size.
            fs::write(root.path().join(part), "contend").unwrap();
            assert!(are_whole(root.path()));
            assert_eq!(damaged(root.path()), Some(root.path().join(part)));
            fs::remove_file(root.path().join(part)).unwrap();
            assert!(!are_whole(root.path()), "{part} is gone");
            fs::write(root.path().join(part), "content").unwrap();
            assert!(are_whole(root.path()) && damaged(root.path()).is_none());
        }
    }
}
