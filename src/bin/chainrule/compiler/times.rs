//! How long rustc takes, for `:timing`: while a session has a file of this name in its folder,
//! whoever starts rustc there adds a line.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

const FILE: &str = "times.txt";

/// Has what is started from a session's folder note its time, beginning with nothing.
pub fn begin(session: &Path) -> std::io::Result<()> {
    File::create(session.join(FILE)).map(drop)
}

/// Nothing notes its time any more.
pub fn end(session: &Path) {
    let _ = std::fs::remove_file(session.join(FILE));
}

/// The time that rustc took, with its linker.
pub fn read(session: &Path) -> Duration {
    let text = std::fs::read_to_string(session.join(FILE)).unwrap_or_default();
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
