//! What a kernel needs of the machine while nbgrader runs a notebook; nothing else is read.

use super::system::noted_toolchain;
use crate::compiler::{places, toolchain::cargo_home};
use crate::machine::{folders, grading, path};
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Files in cargo's folder that begin so have the password of who publishes crates.
const SECRETS: &str = "credentials";
/// Programs that come with a folder of files.
const PROGRAMS: [&str; 4] = ["rustc", "cargo", "cc", "ld"];

/// Where nbgrader runs a notebook, keeps its kernel from everything of who grades. Returns the
/// kernel's connection file by its whole path, for the current folder is another one then.
pub fn fence(connection_file: &Path) -> Result<PathBuf> {
    let connection_file = std::path::absolute(connection_file)?;
    if !grading::is_on() {
        return Ok(connection_file);
    }
    // Of a session: what a kernel that was killed has left is removed by the next one.
    let name = format!("{}-{}", std::process::id(), uuid::Uuid::new_v4().simple());
    let room = places::sessions()?.join(name);
    std::fs::create_dir(&room).with_context(|| format!("cannot create {}", room.display()))?;
    let room = room.canonicalize()?;
    if let Err(error) = grading::fence(&room, &needed(&connection_file)?) {
        let _ = std::fs::remove_dir_all(&room);
        eprintln!(
            "chainrule: what nbgrader runs here can reach all that you can, for this system draws \
             no fence around it (Landlock: {error}): grade in a container"
        );
    }
    Ok(connection_file)
}

fn needed(connection_file: &Path) -> Result<Vec<PathBuf>> {
    let home = std::env::home_dir();
    let mut needed = vec![
        connection_file.to_owned(),
        std::env::current_exe()?,
        places::cache_folder()?,
    ];
    needed.extend(places::system_folders());
    needed.extend(folders::set("CHAINRULE_CONFIG"));
    needed.extend(folders::configuration());
    needed.extend(noted_toolchain());
    let rustup = folders::set("RUSTUP_HOME").or(home.as_ref().map(|home| home.join(".rustup")));
    needed.extend(rustup);
    let cargo = cargo_home();
    let of_cargo = cargo.iter().filter_map(|home| home.read_dir().ok());
    needed.extend(
        of_cargo
            .flatten()
            .flatten()
            .filter(|entry| !entry.file_name().to_string_lossy().starts_with(SECRETS))
            .map(|entry| entry.path()),
    );
    for program in PROGRAMS.into_iter().filter_map(path::find) {
        let Ok(program) = program.canonicalize() else {
            continue;
        };
        let prefix = program
            .parent()
            .filter(|folder| folder.ends_with("bin"))
            .and_then(Path::parent);
        let is_personal =
            |prefix: &Path| Some(prefix) == home.as_deref() || Some(prefix) == cargo.as_deref();
        needed.extend(
            prefix
                .filter(|prefix| !is_personal(prefix))
                .map(Path::to_owned),
        );
    }
    Ok(needed)
}
