//! What is set for a session.

use std::time::Duration;

/// A cell that can be taken back sleeps as a process.
pub const MOST_UNDO: usize = 32;
/// The limits of a session's cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Bytes.
    pub memory: Option<u64>,
    pub timeout: Option<Duration>,
    /// Bytes.
    pub output: Option<usize>,
    pub processes: Option<usize>,
    pub snapshots: bool,
    /// Whether later sessions know the cells of this one.
    pub history: bool,
    /// How many cells can be taken back.
    pub undo: usize,
    /// How long nothing is asked until evcxr, which takes most of the kernel's memory, is ended.
    pub rest_after: Option<Duration>,
    /// Bytes of compiled cells that are kept for the next time; nothing where none are.
    pub cells: Option<u64>,
    /// Whether what a chapter of the course claims has to hold.
    pub strict: bool,
    /// Whether the kernel tells on its standard error what things cost (`CHAINRULE_TRACE=1`, for
    /// benchmarks).
    pub trace: bool,
}

impl Settings {
    /// How what the course claims is judged.
    pub fn course(&self) -> &'static str {
        if self.strict { "strict" } else { "soft" }
    }

    /// Nothing is limited and nothing is kept: for the evaluator that only prepares the library.
    pub fn unlimited() -> Settings {
        Settings {
            memory: None,
            timeout: None,
            output: None,
            processes: None,
            snapshots: false,
            history: false,
            undo: 0,
            rest_after: None,
            cells: None,
            strict: false,
            trace: false,
        }
    }
}

/// Bytes in words.
pub fn size_in_words(bytes: u64) -> String {
    match bytes {
        0..1_048_576 => format!("{:.0} kB", bytes as f64 / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.0} MB", bytes as f64 / 1_048_576.0),
        _ => format!("{:.1} GB", bytes as f64 / 1_073_741_824.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_in_words() {
        assert_eq!(
            [1 << 20, 3 << 29, 2048].map(size_in_words),
            ["1 MB", "1.5 GB", "2 kB"]
        );
    }
}
