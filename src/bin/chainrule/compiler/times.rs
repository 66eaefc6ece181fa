//! How long rustc and the linker take, for `:timing`.
//!
//! rustc runs in a process below cargo or in its place, the linker below rustc: while a session has a file of this name in
//! its folder, each of ours that starts one of them adds a line. rustc takes for the linker a program of the name `cc`,
//! which is then a link to this one in the folder where cargo's stand-in is.

use super::{cargo, wrapper};
use std::ffi::OsStr;
use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

const FILE: &str = "times.txt";
const LINKER: &str = "cc";

/// Has what is started from a session's folder note its time, beginning with nothing.
pub fn begin(session: &Path) -> std::io::Result<()> {
    cargo::provide(session, LINKER)?;
    File::create(session.join(FILE)).map(drop)
}

/// Nothing notes its time any more.
pub fn end(session: &Path) {
    let _ = std::fs::remove_file(session.join(FILE));
    let _ = std::fs::remove_file(cargo::folder(session).join(LINKER));
}

/// The times of rustc, which include those of the linker, and of the linker.
pub fn read(session: &Path) -> (Duration, Duration) {
    let text = std::fs::read_to_string(session.join(FILE)).unwrap_or_default();
    let sum = |of: &str| {
        let times = text.lines().filter_map(|line| line.strip_prefix(of)?.trim().parse::<u64>().ok());
        Duration::from_micros(times.sum())
    };
    (sum("rustc "), sum("cc "))
}

/// Adds how long a program took that was started from the folder of a session.
pub fn note(program: &OsStr, begin: Instant) {
    let name = Path::new(program).file_name().unwrap_or_default().to_string_lossy();
    if let Ok(mut file) = OpenOptions::new().append(true).open(FILE) {
        let _ = writeln!(file, "{name} {}", begin.elapsed().as_micros());
    }
}

/// Whether this program was started as the linker.
pub fn is_meant() -> bool {
    std::env::args_os().next().is_some_and(|name| Path::new(&name).file_name() == Some(OsStr::new(LINKER)))
}

/// Runs the linker with the arguments of this process.
pub fn main() -> ! {
    let Some(linker) = real_linker() else { wrapper::fail("there is no `cc` on the PATH") };
    let mut command = Command::new(linker);
    command.args(std::env::args_os().skip(1));
    std::process::exit(wrapper::compile(command, |_| {}))
}

/// The first program of that name that is not a link to this one.
fn real_linker() -> Option<PathBuf> {
    let this = std::env::current_exe().ok()?.canonicalize().ok()?;
    let path = std::env::var_os("PATH")?;
    let mut found = std::env::split_paths(&path).map(|folder| folder.join(LINKER));
    found.find(|program| program.canonicalize().is_ok_and(|real| real != this))
}
