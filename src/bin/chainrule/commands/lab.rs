//! `chainrule lab`

use super::common::{Misuse, prepare_library};
use super::exam::{self, Exam};
use super::install::Install;
use crate::compiler::toolchain::Toolchain;
use crate::course::{self, NOTEBOOKS};
use crate::machine::{folders, path};
use anyhow::{Context, Result, bail};
use chainrule::display::say;
use clap::Args;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

/// What the private environment consists of: JupyterLab, and its part of ipywidgets.
const PACKAGES: [&str; 2] = ["jupyterlab==4.5.*", "jupyterlab_widgets==3.0.*"];

/// What JupyterLab takes for usual where a learner has not chosen otherwise: it asks nothing before
/// the first cell is run, and what a completion is stands beside the list, with its signature.
const QUIET: &str = r#"{
  "@jupyterlab/completer-extension:manager": {"showDocumentationPanel": true},
  "@jupyterlab/apputils-extension:notification": {
    "fetchNews": "false", "checkForUpdates": false, "doNotDisturbMode": false
  }
}
"#;

#[derive(Args)]
pub struct Lab {
    /// The folder or the notebook to open; without it, the first chapter of the course
    #[arg(value_name = "DIR or NOTEBOOK")]
    what: Option<PathBuf>,
    /// Hold an exam in this folder, with the notebooks that are in it: without a network, other
    /// crates, kernels and terminals, until its time is over; says a hash of what was handed in
    #[arg(long, value_name = "DIR", conflicts_with = "what")]
    exam: Option<PathBuf>,
    /// How long the exam takes
    #[arg(long, value_name = "N", default_value_t = 90.0, requires = "exam")]
    minutes: f64,
    /// More arguments for JupyterLab, for example `-- --no-browser --port 9000`
    #[arg(last = true)]
    arguments: Vec<String>,
}

/// What JupyterLab shows.
struct Place {
    folder: PathBuf,
    /// Of a notebook, or another file, in the folder.
    file: Option<PathBuf>,
}

impl Lab {
    /// Prepares everything and becomes JupyterLab.
    pub fn run(self) -> Result<ExitCode> {
        // Before anything takes minutes.
        let place = Place::find(self.exam.as_deref().or(self.what.as_deref()))?;
        // What may be missing on this machine, Rust or Python, is said before a minute is spent on
        // JupyterLab or the library.
        Toolchain::find()?;
        let jupyter = jupyter_lab()?;
        prepare_library()?;
        let mut command = Command::new(&jupyter);
        command.arg("lab");
        command.args([
            "--LabApp.news_url=None",
            "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
        ]);
        command.arg(format!("--ServerApp.root_dir={}", place.folder.display()));
        if nix::unistd::geteuid().is_root() {
            command.arg("--allow-root");
        }
        if let Ok(folder) = quiet_settings(self.exam.is_some()) {
            let others = std::env::var_os("JUPYTER_CONFIG_PATH").filter(|path| !path.is_empty());
            let folders =
                std::iter::once(folder).chain(others.iter().flat_map(std::env::split_paths));
            command.env("JUPYTER_CONFIG_PATH", std::env::join_paths(folders)?);
        }
        command.args(self.arguments).current_dir(&place.folder);
        command.args(place.file.iter().map(|file| place.folder.join(file)));
        let shown = place.folder.join(place.file.unwrap_or_default());
        let shown = shown.display();
        println!(
            "{}",
            say(
                format!("Opening {shown} in JupyterLab …"),
                format!("正在 JupyterLab 中打开 {shown} ……")
            )
        );
        if self.exam.is_some() {
            return Exam::begin(&place.folder, self.minutes)?.hold(command);
        }
        Err(command.exec()).with_context(|| format!("{} could not be started", jupyter.display()))
    }
}

impl Place {
    /// What was asked for: a folder, a file, a chapter by its name, or the course.
    fn find(what: Option<&Path>) -> Result<Place> {
        let Some(path) = what else {
            return Place::course(None);
        };
        let absolute = std::path::absolute(path)?;
        if absolute.is_dir() {
            return Ok(Place {
                folder: absolute,
                file: None,
            });
        }
        if absolute.is_file() {
            let folder = absolute.parent().unwrap_or(Path::new("/")).to_owned();
            return Ok(Place {
                folder,
                file: absolute.file_name().map(PathBuf::from),
            });
        }
        let is_name = path.components().count() == 1;
        let is_chapter = is_name
            && NOTEBOOKS
                .dirs()
                .any(|folder| folder.get_file(folder.path().join(path)).is_some());
        if is_chapter {
            return Place::course(Some(path));
        }
        let shown = path.display();
        Err(Misuse(say(
            format!(
                "lab: there is no folder and no notebook {shown}; without a name, lab opens \
                    the course"
            ),
            format!("lab：没有名为 {shown} 的文件夹或笔记本；不写名字时，lab 会打开课程"),
        ))
        .into())
    }

    /// A chapter of the course, in the learner's language if there is one; unless it is named, the
    /// one to begin with.
    fn course(chapter: Option<&Path>) -> Result<Place> {
        let folder = std::path::absolute(course::folder()?)?;
        let english = folder.join("en");
        let entries = fs::read_dir(&english)
            .with_context(|| format!("{} cannot be read", english.display()))?;
        let is_notebook = |path: &PathBuf| {
            path.extension()
                .is_some_and(|extension| extension == "ipynb")
        };
        let names = entries
            .flatten()
            .map(|entry| PathBuf::from(entry.file_name()))
            .filter(is_notebook);
        let is_start = |name: &PathBuf| name.to_string_lossy().to_uppercase().starts_with("START");
        let first = names.min_by_key(|name| (!is_start(name), name.clone()));
        let file = chapter.map(Path::to_owned).or(first);
        // Not every chapter is there in every language.
        let own = folder.join(say("en", "zh"));
        let has_it = file.as_ref().is_some_and(|file| own.join(file).is_file());
        let folder = if has_it { own } else { english };
        Ok(Place { folder, file })
    }
}

/// A `jupyter` that has JupyterLab and knows our kernel: the one on the path, or one of our own.
fn jupyter_lab() -> Result<PathBuf> {
    if let Some(jupyter) = path::find("jupyter")
        && Command::new(&jupyter)
            .args(["lab", "--version"])
            .output()
            .is_ok_and(|output| output.status.success())
    {
        Install::for_user()?;
        return Ok(jupyter);
    }
    let environment = environment().context("there is no home folder")?;
    fs::create_dir_all(&environment)
        .with_context(|| format!("{} cannot be made", environment.display()))?;
    let jupyter = environment.join("bin/jupyter");
    let (ready, packages) = (environment.join("ready"), PACKAGES.join(" "));
    if !ready.is_file() {
        let shown = environment.display();
        println!(
            "{}",
            say(
                format!(
                    "Making a Python environment with JupyterLab in {shown} (once, about a minute) \
                    …"
                ),
                format!(
                    "正在 {shown} 中建立带有 JupyterLab 的 Python 环境（只需一次，约一分钟）……"
                ),
            )
        );
        let python = path::find("python3")
            .context("JupyterLab needs Python: install python3, and type this again")?;
        call(
            Command::new(python)
                .args(["-m", "venv", "--clear"])
                .arg(&environment),
        )?;
        add_packages(&environment, &["--retries", "1"]).context(say(
            "JupyterLab could not be fetched, which needs the network once; where there is one, \
            type this again",
            "无法下载 JupyterLab（只有这一次需要网络）；请在有网络时重新输入此命令",
        ))?;
        fs::write(&ready, packages)?;
    } else if fs::read_to_string(&ready)? != packages {
        // An earlier version made it. Without a network it is as good as it was, and nobody waits
        // for one.
        match add_packages(&environment, &["--retries", "0"]) {
            Ok(()) => fs::write(&ready, packages)?,
            Err(_) => println!(
                "JupyterLab starts without sliders: there is no network; the next start tries \
                again."
            ),
        }
    }
    Install::into_prefix(&environment)?;
    Ok(jupyter)
}

/// The environment that `lab` has made, if it has.
pub fn own_environment() -> Option<PathBuf> {
    environment().filter(|environment| environment.join("ready").is_file())
}

/// Where the private environment is, or would be.
fn environment() -> Option<PathBuf> {
    Some(folders::data()?.join("jupyter"))
}

fn add_packages(environment: &Path, options: &[&str]) -> Result<()> {
    let pip = environment.join("bin/pip");
    call(
        Command::new(pip)
            .args(["install", "--quiet", "--disable-pip-version-check"])
            .args(options)
            .args(PACKAGES),
    )
}

/// A folder with settings for JupyterLab, beside those of the learner.
fn quiet_settings(is_exam: bool) -> Result<PathBuf> {
    let mut settings: Value = serde_json::from_str(QUIET)?;
    let mut name = "jupyter-settings";
    if is_exam {
        name = "jupyter-settings-of-exams";
        settings["@jupyterlab/docmanager-extension:plugin"] =
            json!({"autosaveInterval": exam::SAVES_EVERY});
    }
    let folder = folders::data()
        .context("there is no home folder")?
        .join(name);
    fs::create_dir_all(folder.join("labconfig"))?;
    fs::write(
        folder.join("labconfig/default_setting_overrides.json"),
        format!("{settings:#}\n"),
    )?;
    Ok(folder)
}

fn call(command: &mut Command) -> Result<()> {
    let status = command
        .status()
        .with_context(|| format!("{command:?} could not be started"))?;
    if !status.success() {
        bail!("{command:?} failed");
    }
    Ok(())
}
