//! `chainrule names`

use crate::names;
use chainrule::display::say;
use clap::Args;
use std::process::ExitCode;

#[derive(Args)]
pub struct Names {
    /// Show only rows with one of these words in them
    words: Vec<String>,
}

impl Names {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        let Some(table) = names::table(&self.words) else {
            let words = self.words.join(", ");
            eprintln!(
                "{}",
                say(
                    format!(
                        "no name of another library has {words} in it; `chainrule names` shows all"
                    ),
                    format!("没有哪个其他库的名字包含 {words}；`chainrule names` 会列出全部"),
                )
            );
            return Ok(ExitCode::FAILURE);
        };
        print!("{table}");
        Ok(ExitCode::SUCCESS)
    }
}
