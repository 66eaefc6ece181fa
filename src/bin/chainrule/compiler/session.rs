//! The folder of one session: the crate that evcxr writes, and a target folder that starts as a copy of the library's.

use super::library::{Library, cache_folder};
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

const SETTINGS: [&str; 2] = ["Cargo.toml", ".cargo/config.toml"];

/// A session's folder, removed at its end.
#[derive(Debug)]
pub struct Session {
    folder: PathBuf,
    /// What its target folder is a copy of.
    template: PathBuf,
    /// The files that evcxr does not write for every cell, as they were before the last one.
    settings: [(&'static str, Vec<u8>); 2],
}

impl Session {
    /// Makes the folder, with everything that cargo built for the library in place.
    pub fn create(library: &Library) -> Result<Session> {
        let sessions = cache_folder()?.join("sessions");
        fs::create_dir_all(&sessions).with_context(|| format!("cannot create {}", sessions.display()))?;
        remove_abandoned(&sessions);
        // The name tells whose it is: the folder of a process that is gone may be removed.
        let folder = sessions.join(format!("{}-{}", std::process::id(), uuid::Uuid::new_v4().simple()));
        fs::DirBuilder::new().mode(0o700).create(&folder)?;
        let session =
            Session { folder, template: library.template(), settings: SETTINGS.map(|name| (name, Vec::new())) };
        library.touch();
        copy_target(&session.template.join("target"), &session.folder.join("target"))?;
        Ok(session)
    }

    /// Makes again what a cell has removed of the folder.
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
        super::cargo::provide(&self.folder)?;
        let target = self.folder.join("target");
        if !target.is_dir() {
            copy_target(&self.template.join("target"), &target)?;
        }
        Ok(())
    }

    /// Where evcxr writes.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The library's shared object, which the worker loads before any cell.
    pub fn library_object(&self, host: &str) -> Result<PathBuf> {
        let folder = self.folder.join("target").join(host).join("debug/deps");
        fs::read_dir(&folder)
            .with_context(|| format!("cannot read {}", folder.display()))?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .find(|path| {
                let name = path.file_name().unwrap_or_default().to_string_lossy();
                name.starts_with("libchainrule") && name.ends_with(".so")
            })
            .with_context(|| format!("no libchainrule*.so in {}", folder.display()))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Copies a target folder, linking what cargo never writes again: the libraries under `deps`. The rest is small, and
/// cargo writes into it in place. What belongs to the crate of the cells is left out: it is compiled anew, and a file
/// that two sessions share would tell cargo of the one what the other has compiled.
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
        } else if !(is_deps && fs::hard_link(&source, &target).is_ok()) {
            fs::copy(&source, &target)?;
            // cargo compares times: a copy must not look newer than what depends on it.
            let times = fs::FileTimes::new().set_modified(entry.metadata()?.modified()?);
            fs::File::options().append(true).open(&target)?.set_times(times)?;
        }
    }
    Ok(())
}

/// Removes the folders of processes that ended without removing theirs.
fn remove_abandoned(sessions: &Path) {
    for entry in fs::read_dir(sessions).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let owner = name.split('-').next().and_then(|pid| pid.parse::<u32>().ok());
        if let Some(owner) = owner
            && owner != std::process::id()
            && !Path::new("/proc").join(owner.to_string()).exists()
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}
