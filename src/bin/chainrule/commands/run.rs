//! `chainrule run`

use super::common::{Misuse, watch_interrupts};
use crate::evaluator::Interrupter;
use crate::notebook::report::{self, Report};
use crate::notebook::{Notebook, Options, run};
use crate::settings::{Flags, Settings};
use anyhow::Result;
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};

#[derive(Args)]
pub struct Run {
    /// The notebooks to run
    #[arg(required = true)]
    notebooks: Vec<PathBuf>,
    /// Store the notebooks, with their outputs, in this folder; of one notebook also: as this
    /// file (NAME.ipynb)
    #[arg(long, value_name = "DIR|FILE", conflicts_with = "in_place")]
    output: Option<PathBuf>,
    /// Store the outputs in the notebooks themselves, if no cell fails
    #[arg(long)]
    in_place: bool,
    /// Go on after a cell that fails
    #[arg(long)]
    allow_errors: bool,
    /// Print only how each cell ended, not what it shows
    #[arg(long, short)]
    quiet: bool,
    /// What the course claims has to hold, as --course strict
    #[arg(long)]
    strict: bool,
    /// Write down what became of each cell: as JUnit's XML (FILE.xml) or as JSON (FILE.json)
    #[arg(long, value_name = "FILE")]
    report: Option<PathBuf>,
    #[command(flatten)]
    settings: Flags,
}

impl Run {
    pub fn run(self) -> Result<ExitCode> {
        let mut settings =
            Settings::load(&self.settings).map_err(|error| Misuse(format!("{error:#}")))?;
        settings.strict |= self.strict;
        let options = Options {
            output: self.output,
            in_place: self.in_place,
            settings,
            allow_errors: self.allow_errors,
            prints: !self.quiet,
            system: None,
        };
        let mut notebooks = read(&self.notebooks, &options, self.report.as_deref())?;
        let current: Arc<Mutex<Option<Interrupter>>> = Arc::default();
        let session = current.clone();
        let stopped = watch_interrupts(move || {
            match &*session.lock().unwrap_or_else(PoisonError::into_inner) {
                Some(interrupter) => interrupter.interrupt(),
                None => std::process::exit(130),
            }
        })?;
        let (mut failures, mut reports) = (Vec::new(), Vec::new());
        for notebook in &mut notebooks {
            let started = |interrupter| {
                *current.lock().unwrap_or_else(PoisonError::into_inner) = Some(interrupter)
            };
            let ran = run(notebook, &options, &started)?;
            failures.extend(ran.result.err());
            reports.push(Report {
                notebook: notebook.path.display().to_string(),
                cells: ran.cells,
            });
            if stopped.load(Ordering::SeqCst) {
                break;
            }
        }
        if let Some(path) = &self.report {
            report::write(path, &reports)?;
        }
        for failure in &failures {
            eprintln!("{failure}");
        }
        Ok(if failures.is_empty() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// Reads the notebooks. Everything is checked before anything is run or written.
fn read(paths: &[PathBuf], options: &Options, report: Option<&Path>) -> Result<Vec<Notebook>> {
    let misuse = |error: anyhow::Error| Misuse(format!("{error:#}"));
    options.check_names(paths).map_err(misuse)?;
    if let Some(path) = report {
        report::check_name(path).map_err(misuse)?;
    }
    let mut notebooks = Vec::new();
    for path in paths {
        let notebook = Notebook::read(path).map_err(|error| Misuse(error.to_string()))?;
        options.check_target(path).map_err(misuse)?;
        notebooks.push(notebook);
    }
    Ok(notebooks)
}
