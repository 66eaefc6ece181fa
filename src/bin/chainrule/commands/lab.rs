//! `chainrule lab`

use super::install::Install;
use super::prepare_library;
use crate::compiler::toolchain::find_on_path;
use crate::course::NOTEBOOKS;
use anyhow::{Context, Result, bail};
use clap::Args;
use include_dir::Dir;
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What the private environment consists of: JupyterLab, and its part of ipywidgets.
const PACKAGES: [&str; 2] = ["jupyterlab==4.5.*", "jupyterlab_widgets==3.0.*"];

#[derive(Args)]
pub struct Lab {
    /// The folder to open; without it, the course
    folder: Option<PathBuf>,
    /// More arguments for JupyterLab, for example `-- --no-browser --port 9000`
    #[arg(last = true)]
    arguments: Vec<String>,
}

impl Lab {
    /// Prepares everything and becomes JupyterLab.
    pub fn run(self) -> Result<ExitCode> {
        prepare_library()?;
        let folder = match self.folder {
            Some(folder) => folder,
            None => course()?,
        };
        let jupyter = jupyter_lab()?;
        let mut command = Command::new(&jupyter);
        command.arg("lab").args(self.arguments).current_dir(&folder);
        if nix::unistd::geteuid().is_root() {
            command.arg("--allow-root");
        }
        println!("Opening {} in JupyterLab …", folder.display());
        Err(command.exec()).with_context(|| format!("{} could not be started", jupyter.display()))
    }
}

/// The course as a folder that the learner may write in: the one here, or a copy in the home folder. What is there
/// already is left as it is.
fn course() -> Result<PathBuf> {
    let here = Path::new("notebooks");
    if here.join("en").is_dir() {
        return Ok(here.to_owned());
    }
    let folder = std::env::home_dir().context("there is no home folder")?.join("chainrule-course");
    copy_missing(&NOTEBOOKS, &folder)?;
    Ok(folder)
}

/// Writes the course into a folder.
pub fn write_course(folder: &Path) -> Result<()> {
    copy_missing(&NOTEBOOKS, folder)
}

fn copy_missing(from: &Dir, to: &Path) -> Result<()> {
    fs::create_dir_all(to.join(from.path())).with_context(|| format!("{} cannot be made", to.display()))?;
    for folder in from.dirs() {
        copy_missing(folder, to)?;
    }
    for file in from.files() {
        let target = to.join(file.path());
        if !target.exists() {
            fs::write(&target, file.contents()).with_context(|| format!("{} cannot be written", target.display()))?;
        }
    }
    Ok(())
}

/// A `jupyter` that has JupyterLab and knows our kernel: the one on the path, or one of our own.
fn jupyter_lab() -> Result<PathBuf> {
    if let Some(jupyter) = find_on_path("jupyter")
        && Command::new(&jupyter).args(["lab", "--version"]).output().is_ok_and(|output| output.status.success())
    {
        Install::for_user()?;
        return Ok(jupyter);
    }
    let environment = data_folder()?.join("jupyter");
    let jupyter = environment.join("bin/jupyter");
    let (ready, packages) = (environment.join("ready"), PACKAGES.join(" "));
    if !ready.is_file() {
        println!("Making a Python environment with JupyterLab in {} (once) …", environment.display());
        let python =
            find_on_path("python3").context("JupyterLab needs Python: install python3, and type this again")?;
        call(Command::new(python).args(["-m", "venv", "--clear"]).arg(&environment))?;
        add_packages(&environment, &[])?;
        fs::write(&ready, packages)?;
    } else if fs::read_to_string(&ready)? != packages {
        // An earlier version made it. Without a network it is as good as it was, and nobody waits for one.
        match add_packages(&environment, &["--retries", "0"]) {
            Ok(()) => fs::write(&ready, packages)?,
            Err(_) => println!("JupyterLab starts without sliders: there is no network; the next start tries again."),
        }
    }
    Install::into_prefix(&environment)?;
    Ok(jupyter)
}

fn add_packages(environment: &Path, options: &[&str]) -> Result<()> {
    let pip = environment.join("bin/pip");
    call(Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check"]).args(options).args(PACKAGES))
}

/// Where programs of ours live that are not a cache.
fn data_folder() -> Result<PathBuf> {
    let set = std::env::var_os("XDG_DATA_HOME").filter(|value| !value.is_empty()).map(PathBuf::from);
    let data = set.or_else(|| Some(std::env::home_dir()?.join(".local/share"))).context("there is no home folder")?;
    let folder = data.join("chainrule");
    fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder)
}

fn call(command: &mut Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?} could not be started"))?;
    if !status.success() {
        bail!("{command:?} failed");
    }
    Ok(())
}
