//! The folder of one session: the cells that were loaded from a cache, and once a cell has to be
//! compiled the crate that evcxr writes, with a target folder that starts as a copy of the
//! library's.

use super::library::Library;
use super::places;
use super::stand_in::cargo;
use super::stand_in::ended::note_limit;
use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use std::fs;
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};

const SETTINGS: [&str; 2] = ["Cargo.toml", ".cargo/config.toml"];

/// A session's folder, removed at its end.
#[derive(Debug)]
pub struct Session {
    folder: PathBuf,
    filling: Filling,
    /// How many cells of a cache were put into it.
    loaded: usize,
    /// The files that evcxr does not write for every cell, as they were before the last one.
    settings: [(&'static str, Vec<u8>); 2],
}

impl Session {
    /// Makes the folder. `memory`: what cells may take, in bytes.
    pub fn create(library: &Library, memory: Option<u64>) -> Result<Session> {
        let sessions = places::sessions()?;
        remove_abandoned(&sessions);
        // The name tells whose it is: the folder of a process that is gone may be removed.
        let folder = sessions.join(format!(
            "{}-{}",
            std::process::id(),
            uuid::Uuid::new_v4().simple()
        ));
        fs::DirBuilder::new().mode(0o700).create(&folder)?;
        note_limit(&folder, memory)?;
        library.touch();
        let filling = Filling::new(library.template().join("target"), folder.join("target"));
        Ok(Session {
            folder,
            filling,
            loaded: 0,
            settings: SETTINGS.map(|name| (name, Vec::new())),
        })
    }

    /// What makes the folder one that cargo can work in.
    pub fn filling(&self) -> Filling {
        self.filling.clone()
    }

    /// Puts a compiled cell where the worker can load it.
    pub fn store_object(&mut self, object: &[u8]) -> Result<PathBuf> {
        let folder = self.folder.join("cells");
        fs::create_dir_all(&folder)?;
        self.loaded += 1;
        // As those are called that evcxr compiles.
        let path = folder.join(format!("libcode_kept_{}.so", self.loaded));
        fs::write(&path, object)?;
        Ok(path)
    }

    /// Makes again what a cell has removed of a folder that was filled.
    pub fn restore(&mut self) -> Result<()> {
        for (name, content) in &mut self.settings {
            let path = self.folder.join(name);
            match fs::read(&path) {
                Ok(now) => *content = now,
                Err(_) if content.is_empty() => {}
                Err(_) => {
                    fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
                    fs::write(&path, content)?;
                }
            }
        }
        fs::create_dir_all(self.folder.join("src"))?;
        cargo::provide(&self.folder, cargo::NAME)?;
        self.filling.run()
    }

    /// Where evcxr writes.
    pub fn folder(&self) -> &Path {
        &self.folder
    }
}

/// Everything that cargo built for the library, for a session's folder.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Filling {
    from: PathBuf,
    to: PathBuf,
}

impl Filling {
    pub fn new(from: PathBuf, to: PathBuf) -> Filling {
        Filling { from, to }
    }

    /// Puts it in place, if it is not there.
    pub fn run(&self) -> Result<()> {
        if self.to.is_dir() {
            return Ok(());
        }
        // Under its name only when it is whole.
        let beside = self.to.with_extension("new");
        let _ = fs::remove_dir_all(&beside);
        copy_target(&self.from, &beside)?;
        Ok(fs::rename(&beside, &self.to)?)
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Copies a target folder, linking what cargo never writes again: the libraries under `deps`, which
/// rustc makes beside and then renames. The rest is small, and is written in place. What belongs to
/// the crate of the cells is left out: it is compiled anew, and a file that two sessions share
/// would tell cargo of the one what the other has compiled.
pub fn copy_target(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let is_deps = from.file_name().is_some_and(|name| name == "deps");
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with("ctx-")
            || name.starts_with("ctx.")
            || name.starts_with("libctx")
            || name.starts_with("libcode_")
            || name == "incremental"
        {
            continue;
        }
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_target(&source, &target)?;
        } else if !(is_deps && !name.ends_with(".d") && is_linked(&source, &target)) {
            fs::copy(&source, &target)?;
            // cargo compares times: a copy must not look newer than what depends on it.
            let times = fs::FileTimes::new().set_modified(entry.metadata()?.modified()?);
            fs::File::options()
                .append(true)
                .open(&target)?
                .set_times(times)?;
        }
    }
    Ok(())
}

/// Files of root, which a library of the system is made of, others may not link but by name.
fn is_linked(source: &Path, target: &Path) -> bool {
    fs::hard_link(source, target)
        .or_else(|_| symlink(source, target))
        .is_ok()
}

/// Removes the folders of processes that ended without removing theirs.
fn remove_abandoned(sessions: &Path) {
    for entry in fs::read_dir(sessions).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name
            .split('-')
            .next()
            .and_then(|pid| pid.parse::<u32>().ok());
        if let Some(owner) = owner
            && owner != std::process::id()
            && !Path::new("/proc").join(owner.to_string()).exists()
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
