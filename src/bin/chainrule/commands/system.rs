//! `chainrule install --system` and `doctor --system`: one executable, one kernel, one library and
//! the cells of the course for all users of a machine, who need no variable set for it.

use super::common::Misuse;
use crate::compiler::places::{OF_ALL_USERS, system_cache};
use crate::compiler::toolchain::Toolchain;
use crate::settings::Settings;
use anyhow::{Context, Result};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// Where every user's `PATH` leads.
pub const PROGRAM: &str = "/usr/local/bin/chainrule";
/// Where Jupyter looks for what all users have.
pub const JUPYTER: &str = "/usr/local/share/jupyter";

/// Looks whether this user can do it, and whether it will be of use to others, before anything is
/// done.
pub fn may_install(toolchain: &Toolchain) -> Result<()> {
    if !nix::unistd::geteuid().is_root() {
        let remedy = "sudo chainrule install --system";
        return Err(Misuse(format!(
            "--system: only the administrator installs for all users; type: {remedy}"
        ))
        .into());
    }
    if let Some(closed) = closed_to_others(&toolchain.sysroot) {
        let closed = closed.display();
        return Err(Misuse(format!(
            "--system: the other users of this machine cannot read Rust, which is in {sysroot}: \
             {closed} is closed to them. Install it for all; type: curl -sSf https://sh.rustup.rs \
             | sudo RUSTUP_HOME=/opt/rustup CARGO_HOME=/opt/cargo sh -s -- -y --no-modify-path -c \
             rust-src     and then: sudo RUSTUP_HOME=/opt/rustup PATH=/opt/cargo/bin:$PATH \
             chainrule install --system",
            sysroot = toolchain.sysroot.display()
        ))
        .into());
    }
    Ok(())
}

/// The outermost folder on the way to one that others cannot pass.
fn closed_to_others(folder: &Path) -> Option<PathBuf> {
    let mut way: Vec<&Path> = folder.ancestors().collect();
    way.reverse();
    let is_closed = |folder: &&&Path| {
        fs::metadata(folder).is_ok_and(|data| data.permissions().mode() & 0o005 != 0o005)
    };
    way.iter()
        .find(is_closed)
        .map(|folder| folder.to_path_buf())
}

/// Puts the executable where every user has it.
pub fn install_program() -> Result<()> {
    let own = std::env::current_exe().context("this program's own path")?;
    let place = Path::new(PROGRAM);
    if own != place {
        fs::create_dir_all("/usr/local/bin")?;
        // Whole or not at all: a kernel may be running from it.
        let beside = place.with_extension("new");
        let copy = || {
            fs::copy(&own, &beside)?;
            fs::set_permissions(&beside, fs::Permissions::from_mode(0o755))?;
            fs::rename(&beside, place)
        };
        copy().with_context(|| format!("cannot write {PROGRAM}"))?;
    }
    println!("Installed {PROGRAM}");
    Ok(())
}

/// Prepares the library for all users, with the cells of the course if they are wanted.
pub fn prepare(toolchain: &Toolchain, warm: Option<Settings>) -> Result<()> {
    let folder = Path::new(OF_ALL_USERS);
    fs::create_dir_all(folder).with_context(|| format!("cannot create {OF_ALL_USERS}"))?;
    system_cache(folder)?;
    note_toolchain(toolchain, folder)?;
    match warm {
        Some(settings) => super::warm::course(settings, Some(folder)),
        None => super::warm::nothing(folder),
    }
}

/// In the system's folder: where its rustc and cargo are, for users who have none of their own.
const TOOLCHAIN: &str = "toolchain";

/// Notes the toolchain that the library was prepared with.
pub fn note_toolchain(toolchain: &Toolchain, folder: &Path) -> Result<()> {
    let programs = toolchain.sysroot.join("bin");
    let note = folder.join(TOOLCHAIN);
    fs::write(&note, programs.as_os_str().as_encoded_bytes())
        .with_context(|| format!("cannot write {}", note.display()))
}

/// The folder with rustc and cargo that an administrator has chosen.
pub fn noted_toolchain() -> Option<PathBuf> {
    let read = |folder: PathBuf| {
        let note = folder.join(TOOLCHAIN);
        let is_of_root = fs::symlink_metadata(&note).is_ok_and(|data| data.uid() == 0);
        let folder = PathBuf::from(fs::read_to_string(note).ok()?);
        is_of_root.then_some(folder)
    };
    crate::compiler::places::system_folders()
        .into_iter()
        .find_map(read)
}

/// Removes what `install --system` has made, but for the executable.
pub fn remove() -> Result<()> {
    let failed = || format!("{OF_ALL_USERS}: cannot be removed");
    match fs::remove_dir_all(OF_ALL_USERS) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(error).with_context(failed)
        }
        _ => {
            println!("Removed {OF_ALL_USERS}; the executable {PROGRAM} stays");
            Ok(())
        }
    }
}

/// Has an ordinary user look at what there is for all: one without a home folder, a variable or a
/// toolchain of its own.
pub fn doctor() -> Result<ExitCode> {
    const NOBODY: u32 = 65534;
    let missing: Vec<&str> = [PROGRAM, OF_ALL_USERS]
        .into_iter()
        .filter(|path| !Path::new(path).exists())
        .collect();
    for path in &missing {
        println!("MISSING  {path}\n         type: sudo chainrule install --system");
    }
    let closed = [PROGRAM, OF_ALL_USERS, JUPYTER].map(|path| closed_to_others(Path::new(path)));
    for path in closed.iter().flatten() {
        let path = path.display();
        println!("MISSING  {path} is closed to other users\n         type: sudo chmod a+rX {path}");
    }
    if !missing.is_empty() || closed.iter().any(Option::is_some) {
        return Ok(ExitCode::FAILURE);
    }
    let home = tempfile::tempdir().context("a home folder")?;
    let mut command = Command::new(PROGRAM);
    command
        .arg("doctor")
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("CHAINRULE_LANGUAGE", chainrule::display::language().code())
        .env("HOME", home.path())
        .current_dir(home.path());
    if nix::unistd::geteuid().is_root() {
        std::os::unix::fs::chown(home.path(), Some(NOBODY), Some(NOBODY))?;
        command.uid(NOBODY).gid(NOBODY);
    }
    println!("as an ordinary user with an empty home folder sees it:");
    let status = command.status().with_context(|| PROGRAM.to_owned())?;
    Ok(ExitCode::from(u8::from(!status.success())))
}
