//! `chainrule warm`

use super::common::{Misuse, readable_by_all, watch_interrupts};
use crate::evaluator::Evaluator;
use crate::notebook::{Notebook, Options, run};
use crate::settings::{Flags, Settings};
use anyhow::{Context, Result};
use chainrule::display::language;
use clap::Args;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::Ordering;

#[derive(Args)]
pub struct Warm {
    /// The notebooks whose cells shall be compiled before anyone runs them
    #[arg(required = true)]
    notebooks: Vec<PathBuf>,
    /// Keep them in this folder, for all users of the machine, who need CHAINRULE_SYSTEM_CACHE=DIR
    /// if it is neither /usr/local/share/chainrule nor /usr/share/chainrule. For others only what
    /// root has put there counts
    #[arg(long, value_name = "DIR")]
    system: Option<PathBuf>,
    #[command(flatten)]
    settings: Flags,
}

impl Warm {
    pub fn run(self) -> Result<ExitCode> {
        let settings =
            Settings::load(&self.settings).map_err(|error| Misuse(format!("{error:#}")))?;
        let mut notebooks = Vec::new();
        for path in &self.notebooks {
            notebooks.push(Notebook::read(path).map_err(|error| Misuse(error.to_string()))?);
        }
        if let Some(folder) = &self.system {
            std::fs::create_dir_all(folder).map_err(|error| {
                Misuse(format!("{}: cannot be made: {error}", folder.display()))
            })?;
            readable_by_all();
            say_for_whom(folder);
        }
        warm(&mut notebooks, settings, self.system.as_deref())
    }
}

/// Runs the notebooks as they are, for what their cells compile to; their files stay as they are.
fn warm(notebooks: &mut [Notebook], settings: Settings, system: Option<&Path>) -> Result<ExitCode> {
    let system = system.map(Path::to_owned);
    let options = Options {
        output: None,
        in_place: false,
        settings,
        allow_errors: true,
        prints: false,
        system,
    };
    crate::evaluator::prepare_assistance();
    let stopped = watch_interrupts(|| std::process::exit(130))?;
    for notebook in notebooks {
        let _ = run(notebook, &options, &|_| {})?;
        if stopped.load(Ordering::SeqCst) {
            break;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// What others load has to be root's.
fn say_for_whom(folder: &Path) {
    if !nix::unistd::geteuid().is_root() {
        let folder = folder.display();
        eprintln!(
            "Only you will use what is kept in {folder}: kernels of other users load nothing that \
             another one than root has made. For all users, an administrator types afterwards: \
             sudo chown -R root: {folder}"
        );
    }
}

/// Prepares the library alone.
pub fn nothing(system: &Path) -> Result<()> {
    let settings = Settings::unlimited();
    let folder = tempfile::tempdir().context("a folder")?;
    let notice = |text: &str| eprint!("{text}");
    Evaluator::start_for_all(folder.path(), system, settings, &notice).map(drop)
}

/// Compiles the cells of the course, for all users of the machine where there is a `system`'s
/// folder.
pub fn course(settings: Settings, system: Option<&Path>) -> Result<()> {
    let folder = tempfile::tempdir().context("a folder for the course")?;
    crate::course::write(folder.path())?;
    let mut paths = Vec::new();
    let is_wanted = |folder: &std::fs::DirEntry| {
        system.is_some() || folder.file_name() == "en" || folder.file_name() == language().code()
    };
    let folders = std::fs::read_dir(folder.path())?.flatten();
    for language in folders.filter(is_wanted) {
        let files = std::fs::read_dir(language.path())
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        paths.extend(files.filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "ipynb")
        }));
    }
    paths.sort();
    let mut notebooks = paths
        .iter()
        .map(|path| Notebook::read(path))
        .collect::<Result<Vec<_>>>()?;
    println!(
        "Compiling the cells of the course, so that nobody waits for them (--no-warm leaves this \
        out) …"
    );
    warm(&mut notebooks, settings, system).map(drop)
}
