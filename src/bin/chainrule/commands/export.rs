//! `chainrule export`

use super::common::Misuse;
use crate::notebook::{Notebook, program};
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Export {
    /// The notebook
    notebook: PathBuf,
    /// The file for the program [default: the notebook's name with .rs]
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Export {
    pub fn run(self) -> Result<ExitCode> {
        let mut notebook =
            Notebook::read(&self.notebook).map_err(|error| Misuse(error.to_string()))?;
        let output = self
            .output
            .unwrap_or_else(|| self.notebook.with_extension("rs"));
        std::fs::write(&output, program(&mut notebook))
            .map_err(|error| Misuse(format!("{}: cannot be written: {error}", output.display())))?;
        println!("Wrote {}", output.display());
        Ok(ExitCode::SUCCESS)
    }
}
