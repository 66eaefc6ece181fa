//! The Rust on this machine, and what to type when a part of it is missing.

use crate::machine::path;
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

/// What to type to get the sources of std.
pub const ADD_RUST_SRC: &str = "rustup component add rust-src";

/// The programs and folders that evaluating a cell needs.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Toolchain {
    pub rustc: PathBuf,
    pub sysroot: PathBuf,
    /// All that `rustc -vV` prints: another text is another compiler.
    pub version: String,
    /// For example `x86_64-unknown-linux-gnu`.
    pub host: String,
}

/// A part of the toolchain that is not there.
#[derive(Debug)]
pub enum Missing {
    Rustc,
    /// It is there, in a folder that this user may not open.
    Closed {
        folder: PathBuf,
    },
    Cargo,
    Linker,
}

impl Missing {
    /// What to type to get it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Missing::Closed { .. } => {
                "sudo chmod a+rX /the/folder     (an administrator does; then: chainrule doctor)"
            }
            Missing::Rustc | Missing::Cargo => {
                "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh     (then open a \
                new terminal)"
            }
            Missing::Linker => {
                "sudo apt install gcc     (Debian, Ubuntu)     or: sudo dnf install gcc     \
                (Fedora)"
            }
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Missing::Rustc => write!(f, "The Rust compiler (rustc) was not found.")?,
            Missing::Closed { folder } => write!(
                f,
                "The Rust compiler may be in {}, which you may not open.",
                folder.display()
            )?,
            Missing::Cargo => write!(f, "cargo was not found beside rustc.")?,
            Missing::Linker => write!(
                f,
                "No linker was found: rustc needs the C compiler `cc` to link."
            )?,
        }
        write!(
            f,
            "\nTo install, type in a terminal:\n\n    {}\n\nand run the cell again.",
            self.remedy()
        )
    }
}

impl std::error::Error for Missing {}

impl Toolchain {
    /// As [`find`](Toolchain::find), but without asking rustup and rustc as long as nothing has
    /// changed since they were asked last: they take longer than all else that a session needs at
    /// its start. `memory` is a file.
    pub fn find_again(memory: &Path) -> Result<Toolchain, Missing> {
        let circumstances = circumstances();
        let remembered = std::fs::read(memory)
            .ok()
            .and_then(|text| serde_json::from_slice::<Remembered>(&text).ok());
        if let (Some(now), Some(remembered)) = (&circumstances, remembered)
            && remembered.circumstances == *now
            && file_state(&remembered.toolchain.rustc) == remembered.rustc
            && path::find("cc").is_some()
        {
            return Ok(remembered.toolchain);
        }
        let toolchain = Toolchain::find()?;
        if let Some(circumstances) = circumstances {
            let rustc = file_state(&toolchain.rustc);
            let text = serde_json::to_vec(&Remembered {
                circumstances,
                rustc,
                toolchain: toolchain.clone(),
            });
            // Whole or not at all: other kernels may be reading. Without it the next one asks
            // again.
            let folder = memory.parent().unwrap_or(Path::new("."));
            if let (Ok(text), Ok(mut file)) = (text, tempfile::NamedTempFile::new_in(folder))
                && std::io::Write::write_all(&mut file, &text).is_ok()
            {
                let _ = file.persist(memory);
            }
        }
        Ok(toolchain)
    }

    /// Finds rustc, cargo and a linker.
    pub fn find() -> Result<Toolchain, Missing> {
        let rustc = tool("rustc").ok_or_else(not_found)?;
        tool("cargo").ok_or(Missing::Cargo)?;
        let version = output(Command::new(&rustc).arg("-vV")).ok_or(Missing::Rustc)?;
        let sysroot = PathBuf::from(
            output(Command::new(&rustc).args(["--print", "sysroot"])).ok_or(Missing::Rustc)?,
        );
        let host = version
            .lines()
            .find_map(|line| line.strip_prefix("host: "))
            .ok_or(Missing::Rustc)?
            .to_owned();
        let toolchain = Toolchain {
            rustc,
            sysroot,
            version,
            host,
        };
        if path::find("cc").is_none() {
            return Err(Missing::Linker);
        }
        Ok(toolchain)
    }

    /// The first line of `rustc -vV`.
    pub fn short_version(&self) -> &str {
        self.version.lines().next().unwrap_or_default()
    }

    /// The folder with the shared object of the standard library, which cells are linked to.
    pub fn std_folder(&self) -> PathBuf {
        self.sysroot
            .join("lib/rustlib")
            .join(&self.host)
            .join("lib")
    }

    /// The folder with the sources of std.
    pub fn std_sources(&self) -> PathBuf {
        // rust-analyzer honours the variable, so do we.
        let asked = std::env::var_os("RUST_SRC_PATH").map(PathBuf::from);
        asked.unwrap_or_else(|| self.sysroot.join("lib/rustlib/src/rust/library"))
    }

    /// Whether the sources of std are there. Cells do without them, completion of std does not.
    pub fn has_rust_src(&self) -> bool {
        self.std_sources().join("core/src/lib.rs").is_file()
    }
}

/// Why there is no rustc: a folder of the `PATH` may be closed to this user.
fn not_found() -> Missing {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_closed = |folder: &PathBuf| {
        let looked = folder.join("rustc").metadata();
        looked.is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
    };
    let closed = std::env::split_paths(&path).find(is_closed);
    closed.map_or(Missing::Rustc, |folder| Missing::Closed { folder })
}

/// Where cargo keeps its settings, its programs and what it has fetched.
pub fn cargo_home() -> Option<PathBuf> {
    std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(std::env::home_dir()?.join(".cargo")))
}

/// What is known of the toolchain, and when that holds.
#[derive(Serialize, Deserialize)]
struct Remembered {
    circumstances: Vec<String>,
    rustc: Option<FileState>,
    toolchain: Toolchain,
}

type FileState = (u64, SystemTime);

fn file_state(path: &Path) -> Option<FileState> {
    let data = path.metadata().ok()?;
    Some((data.len(), data.modified().ok()?))
}

/// What decides which toolchain is found: the environment, and the settings of rustup. Nothing
/// where a file in the current folder or above may have a say.
fn circumstances() -> Option<Vec<String>> {
    let here = std::env::current_dir().ok()?;
    let decides = |folder: &Path| {
        ["rust-toolchain", "rust-toolchain.toml"]
            .iter()
            .any(|name| folder.join(name).exists())
    };
    if here.ancestors().any(decides) {
        return None;
    }
    let variable = |name: &str| std::env::var_os(name).unwrap_or_default();
    let rustup = std::env::var_os("RUSTUP_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(std::env::home_dir()?.join(".rustup")));
    let settings = std::fs::read_to_string(rustup?.join("settings.toml")).unwrap_or_default();
    let is_overridden = settings
        .split("[overrides]")
        .nth(1)
        .is_some_and(|rest| rest.contains('='));
    let names = [
        "PATH",
        "RUSTUP_TOOLCHAIN",
        "RUSTUP_HOME",
        "HOME",
        "CARGO_HOME",
        "RUST_SRC_PATH",
    ];
    let mut known: Vec<String> = names
        .map(|name| format!("{name}={}", variable(name).display()))
        .into();
    known.push(settings);
    known.extend(
        ["rustup", "rustc", "cargo"]
            .map(|name| format!("{:?}", path::find(name).map(|path| file_state(&path)))),
    );
    (!is_overridden).then_some(known)
}

/// Installs the sources of std through rustup, where there is rustup. Says whether they are there
/// afterwards.
pub fn install_rust_src() -> bool {
    Command::new("rustup")
        .args(["component", "add", "rust-src"])
        .status()
        .is_ok_and(|status| status.success())
}

/// The program itself, not rustup's proxy for it, which would look up the toolchain at every call.
fn tool(name: &str) -> Option<PathBuf> {
    output(Command::new("rustup").args(["which", name]))
        .map(PathBuf::from)
        .or_else(|| path::find(name))
}

/// What a command prints, trimmed; nothing if it cannot run or fails.
fn output(command: &mut Command) -> Option<String> {
    let output = command
        .output()
        .ok()
        .filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
