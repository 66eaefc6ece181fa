//! `chainrule install` and `chainrule uninstall`

use super::common::{Misuse, prepare_library, readable_by_all};
use super::system;
use crate::compiler::toolchain::Toolchain;
use crate::machine::folders;
use crate::settings::{Flags, Settings};
use anyhow::{Context, Result};
use clap::Args;
use include_dir::{Dir, include_dir};
use serde_json::{Value, json};
use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

static KERNEL_SPEC: Dir = include_dir!("$CARGO_MANIFEST_DIR/kernel-spec");

const NAME: &str = "chainrule";
const DISPLAY_NAME: &str = "Rust (chainrule)";
/// rustup's variable for the toolchain that `rustc` and `cargo` stand for.
const RUSTUP_TOOLCHAIN: &str = "RUSTUP_TOOLCHAIN";

/// Where Jupyter looks for kernels.
#[derive(Args, Default)]
pub struct Place {
    /// For this user (the default)
    #[arg(long, conflicts_with_all = ["sys_prefix", "prefix", "system"])]
    user: bool,
    /// For all users of this machine, with the executable, the library and the cells of the course
    #[arg(long, conflicts_with_all = ["sys_prefix", "prefix"])]
    system: bool,
    /// For the Python environment that is active
    #[arg(long, conflicts_with = "prefix")]
    sys_prefix: bool,
    /// Into P/share/jupyter/kernels
    #[arg(long, value_name = "P")]
    prefix: Option<PathBuf>,
    /// The kernel's name for programs, also that of its folder [default: chainrule, or chainrule-T]
    #[arg(long, value_parser = kernel_name)]
    name: Option<String>,
    /// The kernel for this toolchain of rustup, such as 1.90 or nightly, beside that for the
    /// default one
    #[arg(long, value_name = "T", value_parser = kernel_name)]
    toolchain: Option<String>,
}

#[derive(Args)]
pub struct Install {
    #[command(flatten)]
    place: Place,
    /// The kernel's name for people [default: "Rust (chainrule)", or "Rust T (chainrule)"]
    #[arg(long, value_name = "D")]
    display_name: Option<String>,
    /// Do not compile the cells of the course
    #[arg(long)]
    no_warm: bool,
    /// What holds for every session of the kernel that is installed
    #[command(flatten)]
    settings: Flags,
}

#[derive(Args)]
pub struct Uninstall {
    #[command(flatten)]
    place: Place,
}

impl Install {
    /// Installs into a prefix under the usual names.
    pub fn into_prefix(prefix: &Path) -> Result<()> {
        Install::under_usual_names(Some(prefix.to_owned()))
    }

    /// Installs for the user under the usual names.
    pub fn for_user() -> Result<()> {
        Install::under_usual_names(None)
    }

    fn under_usual_names(prefix: Option<PathBuf>) -> Result<()> {
        let place = Place {
            prefix,
            ..Place::default()
        };
        Install {
            place,
            display_name: None,
            no_warm: true,
            settings: Flags::default(),
        }
        .write()
        .map(drop)
    }

    fn display_name(&self) -> String {
        let usual = || {
            self.place
                .toolchain
                .as_ref()
                .map(|toolchain| format!("Rust {toolchain} (chainrule)"))
        };
        self.display_name
            .clone()
            .or_else(usual)
            .unwrap_or_else(|| DISPLAY_NAME.to_owned())
    }

    pub fn run(self) -> Result<ExitCode> {
        let settings =
            Settings::load(&self.settings).map_err(|error| Misuse(format!("{error:#}")))?;
        if let Some(toolchain) = &self.place.toolchain {
            begin_with(toolchain)?;
        }
        if self.place.system {
            return self.for_all_users(settings);
        }
        self.write_and_say()?;
        if self.is_for_others() {
            println!(
                "The library is prepared for each user when a first cell is run; for all users of \
                 the machine at once, type: chainrule install --system"
            );
            return Ok(ExitCode::SUCCESS);
        }
        if let Err(error) = prepare_library() {
            eprintln!(
                "The library could not be prepared; the first cell will try again.\n{error:#}"
            );
            return Ok(ExitCode::FAILURE);
        } else if !self.no_warm && settings.cells.is_some() {
            super::warm::course(settings, None)?;
        }
        Ok(ExitCode::SUCCESS)
    }

    fn for_all_users(&self, settings: Settings) -> Result<ExitCode> {
        let toolchain = Toolchain::find()?;
        system::may_install(&toolchain)?;
        readable_by_all();
        system::install_program()?;
        self.write_and_say()?;
        let is_warm = !self.no_warm && settings.cells.is_some();
        system::prepare(&toolchain, is_warm.then_some(settings))?;
        println!("To see it as other users do, type: chainrule doctor --system");
        Ok(ExitCode::SUCCESS)
    }

    /// Whether the kernel is for other users than the administrator who installs it, in whose home
    /// nobody would look for the library.
    fn is_for_others(&self) -> bool {
        let home = std::env::home_dir().unwrap_or_default();
        let is_own = |prefix: &Path| std::path::absolute(prefix).is_ok_and(|p| p.starts_with(home));
        let prefix = self.place.prefix.as_deref();
        nix::unistd::geteuid().is_root() && prefix.is_some_and(|prefix| !is_own(prefix))
    }

    fn write_and_say(&self) -> Result<()> {
        let (folder, name) = (self.write()?, self.display_name());
        println!("Installed the kernel \"{name}\" in {}", folder.display());
        Ok(())
    }

    fn write(&self) -> Result<PathBuf> {
        let folder = self.place.folder()?;
        fs::create_dir_all(&folder)
            .map_err(|error| Misuse(format!("{}: cannot be made: {error}", folder.display())))?;
        for file in KERNEL_SPEC.files() {
            let mut content = file.contents().to_vec();
            if file.path() == Path::new("kernel.json") {
                let mut spec: Value = serde_json::from_slice(&content).context("kernel.json")?;
                let program = match self.place.system {
                    true => PathBuf::from(system::PROGRAM),
                    false => std::env::current_exe().context("this program's own path")?,
                };
                spec["argv"][0] = program
                    .to_str()
                    .context("this program's path is not UTF-8")?
                    .into();
                if let Some(arguments) = spec["argv"].as_array_mut() {
                    arguments.extend(self.settings.to_arguments().into_iter().map(Value::from));
                }
                spec["display_name"] = self.display_name().into();
                if let Some(toolchain) = &self.place.toolchain {
                    spec["env"] = json!({RUSTUP_TOOLCHAIN: toolchain});
                }
                content = serde_json::to_vec_pretty(&spec)?;
            }
            let path = folder.join(file.path());
            fs::write(&path, content).map_err(|error| {
                Misuse(format!("{}: cannot be written: {error}", path.display()))
            })?;
        }
        Ok(folder)
    }
}

/// Has this program begin anew with a toolchain, so that all it prepares is for that one.
fn begin_with(toolchain: &str) -> Result<()> {
    if std::env::var_os(RUSTUP_TOOLCHAIN).is_some_and(|name| name == toolchain) {
        return Ok(());
    }
    let rustc = Command::new("rustup")
        .args(["run", toolchain, "rustc", "--version"])
        .output();
    if !rustc.is_ok_and(|output| output.status.success()) {
        let remedy = format!("rustup toolchain install {toolchain} --component rust-src");
        return Err(Misuse(format!(
            "--toolchain: rustup (https://rustup.rs) has no toolchain {toolchain}; type: {remedy}"
        ))
        .into());
    }
    let mut again = Command::new(std::env::current_exe().context("this program's own path")?);
    let why = again
        .args(std::env::args_os().skip(1))
        .env(RUSTUP_TOOLCHAIN, toolchain)
        .exec();
    Err(why).context("this program could not be started again")
}

impl Uninstall {
    pub fn run(self) -> Result<ExitCode> {
        let folder = self.place.folder()?;
        let spec = fs::read_to_string(folder.join("kernel.json")).unwrap_or_default();
        let spec: Value = serde_json::from_str(&spec).unwrap_or_default();
        if spec["metadata"]["chainrule"] != true {
            return Err(Misuse(format!(
                "there is no chainrule kernel in {}",
                folder.display()
            ))
            .into());
        }
        fs::remove_dir_all(&folder)
            .with_context(|| format!("{}: cannot be removed", folder.display()))?;
        println!("Removed {}", folder.display());
        if self.place.system {
            system::remove()?;
        }
        Ok(ExitCode::SUCCESS)
    }
}

impl Place {
    fn folder(&self) -> Result<PathBuf> {
        let jupyter = if self.system {
            PathBuf::from(system::JUPYTER)
        } else if let Some(prefix) = &self.prefix {
            std::path::absolute(prefix)?.join("share/jupyter")
        } else if self.sys_prefix {
            active_environment()?.join("share/jupyter")
        } else {
            user_data_folder()?
        };
        let usual = || {
            self.toolchain.as_ref().map_or_else(
                || NAME.to_owned(),
                |toolchain| format!("{NAME}-{toolchain}"),
            )
        };
        Ok(jupyter
            .join("kernels")
            .join(self.name.clone().unwrap_or_else(usual)))
    }
}

/// Jupyter's folder for a user's data.
fn user_data_folder() -> Result<PathBuf> {
    let usual = || Some(dirs::data_dir()?.join("jupyter"));
    folders::set("JUPYTER_DATA_DIR")
        .or_else(usual)
        .context("there is no home folder; use --prefix")
}

fn active_environment() -> Result<PathBuf> {
    if let Some(environment) = folders::set("VIRTUAL_ENV").or_else(|| folders::set("CONDA_PREFIX"))
    {
        return Ok(environment);
    }
    let output = Command::new("python3")
        .args(["-c", "import sys; print(sys.prefix)"])
        .output();
    let output = output.map_err(|_| Misuse("--sys-prefix: there is no python3".to_owned()))?;
    Ok(PathBuf::from(
        String::from_utf8_lossy(&output.stdout).trim(),
    ))
}

/// Jupyter's rule for the names of kernels.
fn kernel_name(name: &str) -> Result<String, String> {
    let is_valid = !name.is_empty()
        && name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-".contains(c));
    if is_valid && name != "." && name != ".." {
        Ok(name.to_owned())
    } else {
        Err("letters, digits, dots, dashes and underscores only".to_owned())
    }
}
