//! How long rustc takes, for `:timing`: while a session has a file of this name in its folder,
//! whoever starts rustc there adds a line.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

const FILE: &str = "times.txt";

/// The folder in which cells are compiled without evcxr.
pub fn straight(session: &Path) -> PathBuf {
    session.join("straight")
}

fn files(session: &Path) -> [PathBuf; 2] {
    [session.join(FILE), straight(session).join(FILE)]
}

/// Has what is started from a session's folder note its time, beginning with nothing.
pub fn begin(session: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(straight(session))?;
    let mut files = files(session).into_iter();
    files.try_for_each(|file| File::create(file).map(drop))
}

/// Nothing notes its time any more.
pub fn end(session: &Path) {
    for file in files(session) {
        let _ = std::fs::remove_file(file);
    }
}

/// The time that rustc took, with its linker.
pub fn read(session: &Path) -> Duration {
    let texts = files(session).map(|file| std::fs::read_to_string(file).unwrap_or_default());
    let text = texts.concat();
    Duration::from_micros(
        text.lines()
            .filter_map(|line| line.parse::<u64>().ok())
            .sum(),
    )
}

/// Adds how long a compiler took that was started from the folder of a session.
pub fn note(begin: Instant) {
    if let Ok(mut file) = OpenOptions::new().append(true).open(FILE) {
        let _ = writeln!(file, "{}", begin.elapsed().as_micros());
    }
}
