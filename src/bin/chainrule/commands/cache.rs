//! `chainrule cache`

use crate::compiler::cells::Cells;
use crate::settings::size_in_words;
use anyhow::Result;
use clap::{Args, Subcommand};
use std::process::ExitCode;
use std::time::SystemTime;

#[derive(Args)]
pub struct Cache {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Subcommand)]
enum What {
    /// Say where compiled cells are kept, and how many (the default)
    List,
    /// Remove all that are one's own
    Clear,
    /// Look whether each is as it was written; those that are not are removed
    Verify,
}

impl Cache {
    pub fn run(self) -> Result<ExitCode> {
        let cells = Cells::of_user(Some(u64::MAX))?;
        match self.what.unwrap_or(What::List) {
            What::List => list(&cells),
            What::Clear => {
                let (count, bytes) = cells.clear()?;
                println!("Removed {count} compiled cells ({})", size_in_words(bytes));
            }
            What::Verify => {
                let wrong = cells.verify();
                wrong.iter().for_each(|message| println!("{message}"));
                println!(
                    "{} compiled cells, {} of them not as they were written",
                    cells.entries().len(),
                    wrong.len()
                );
                if !wrong.is_empty() {
                    return Ok(ExitCode::FAILURE);
                }
            }
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn list(cells: &Cells) {
    let entries = cells.entries();
    for folder in cells.folders() {
        let inside: Vec<_> = entries
            .iter()
            .filter(|entry| entry.path.starts_with(&folder))
            .collect();
        let bytes = size_in_words(inside.iter().map(|entry| entry.bytes).sum());
        let last = inside.iter().map(|entry| entry.last_use).max();
        let last = match last.and_then(|last| SystemTime::now().duration_since(last).ok()) {
            Some(age) => format!(", last used {} ago", age_in_words(age.as_secs())),
            None => String::new(),
        };
        println!(
            "{}: {} compiled cells, {bytes}{last}",
            folder.display(),
            inside.len()
        );
    }
}

fn age_in_words(seconds: u64) -> String {
    let (count, unit) = match seconds {
        0..120 => (seconds, "s"),
        120..7200 => (seconds / 60, "min"),
        7200..172_800 => (seconds / 3600, "h"),
        _ => (seconds / 86_400, "days"),
    };
    format!("{count} {unit}")
}
