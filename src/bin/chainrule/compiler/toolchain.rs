//! The Rust on this machine, and what to type when a part of it is missing.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The programs and folders that evaluating a cell needs.
#[derive(Clone, Debug)]
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
    Cargo,
    RustSrc { sysroot: PathBuf },
    Linker,
}

impl Missing {
    /// What to type to get it.
    pub fn remedy(&self) -> &'static str {
        match self {
            Missing::Rustc | Missing::Cargo => {
                "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh     (then open a new terminal)"
            }
            Missing::RustSrc { .. } => "rustup component add rust-src",
            Missing::Linker => "sudo apt install gcc     (Debian, Ubuntu)     or: sudo dnf install gcc     (Fedora)",
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        match self {
            Missing::Rustc => write!(f, "The Rust compiler (rustc) was not found.")?,
            Missing::Cargo => write!(f, "cargo was not found beside rustc.")?,
            Missing::RustSrc { sysroot } => write!(
                f,
                "The sources of Rust's standard library (rust-src) are missing in {}; without them the types of variables \
                 cannot be found out.",
                sysroot.display()
            )?,
            Missing::Linker => write!(f, "No linker was found: rustc needs the C compiler `cc` to link.")?,
        }
        write!(f, "\nTo install, type in a terminal:\n\n    {}\n\nand run the cell again.", self.remedy())
    }
}

impl std::error::Error for Missing {}

impl Toolchain {
    /// Finds rustc, cargo, the sources of std and a linker.
    pub fn find() -> Result<Toolchain, Missing> {
        let rustc = tool("rustc").ok_or(Missing::Rustc)?;
        tool("cargo").ok_or(Missing::Cargo)?;
        let version = output(Command::new(&rustc).arg("-vV")).ok_or(Missing::Rustc)?;
        let sysroot = PathBuf::from(output(Command::new(&rustc).args(["--print", "sysroot"])).ok_or(Missing::Rustc)?);
        let host = version.lines().find_map(|line| line.strip_prefix("host: ")).ok_or(Missing::Rustc)?.to_owned();
        let toolchain = Toolchain { rustc, sysroot, version, host };
        if !toolchain.has_rust_src() {
            return Err(Missing::RustSrc { sysroot: toolchain.sysroot });
        }
        if find_on_path("cc").is_none() {
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
        self.sysroot.join("lib/rustlib").join(&self.host).join("lib")
    }

    fn has_rust_src(&self) -> bool {
        // rust-analyzer honours the variable, so do we.
        let library = std::env::var_os("RUST_SRC_PATH")
            .map_or_else(|| self.sysroot.join("lib/rustlib/src/rust/library"), PathBuf::from);
        library.join("core/src/lib.rs").is_file()
    }
}

/// Installs the sources of std through rustup, where there is rustup. Says whether they are there afterwards.
pub fn install_rust_src() -> bool {
    Command::new("rustup").args(["component", "add", "rust-src"]).status().is_ok_and(|status| status.success())
}

/// The program itself, not rustup's proxy for it, which would look up the toolchain at every call.
fn tool(name: &str) -> Option<PathBuf> {
    output(Command::new("rustup").args(["which", name])).map(PathBuf::from).or_else(|| find_on_path(name))
}

/// The first program of that name on `PATH`.
pub fn find_on_path(name: &str) -> Option<PathBuf> {
    std::env::split_paths(&std::env::var_os("PATH")?).map(|folder| folder.join(name)).find(|path| is_executable(path))
}

fn is_executable(path: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    path.metadata().is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0)
}

/// What a command prints, trimmed; nothing if it cannot run or fails.
fn output(command: &mut Command) -> Option<String> {
    let output = command.output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8(output.stdout).ok()?.trim().to_owned())
}
