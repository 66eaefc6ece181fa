//! `chainrule names`

use crate::names;
use clap::Args;
use std::process::ExitCode;

#[derive(Args)]
pub struct Names {
    /// Show only rows with one of these words in them
    words: Vec<String>,
}

impl Names {
    pub fn run(self) -> anyhow::Result<ExitCode> {
        print!("{}", names::table(&self.words));
        Ok(ExitCode::SUCCESS)
    }
}
