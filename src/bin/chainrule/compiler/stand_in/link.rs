//! Linking a cell without the C compiler that rustc would ask to call the linker, and without the
//! libraries: the worker has all of them loaded, and a cell finds there what it misses. That takes
//! half of the time.
//!
//! Only for a cell that uses no crate but the library, and only where the toolchain has a linker of
//! its own. What cannot be loaded in the end is compiled once more, by evcxr, with all libraries.

use super::generated::SOURCE;
use super::process;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The linker of the toolchain, and what rustc takes from it into every crate.
pub struct Linker {
    program: PathBuf,
    builtins: PathBuf,
}

impl Linker {
    /// That of a toolchain, for a target, if it suits the cell in the current folder.
    pub fn find(rustc: &Path, target: &str) -> Option<Linker> {
        let source = std::fs::read_to_string(SOURCE).ok()?;
        if source.contains("#[link") || source.contains("global_asm!") {
            // It asks for a library of the system.
            return None;
        }
        let folder = rustc.ancestors().nth(2)?.join("lib/rustlib").join(target);
        let program = folder.join("bin/rust-lld");
        let is_builtins = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("libcompiler_builtins-") && name.ends_with(".rlib")
        };
        let mut files = std::fs::read_dir(folder.join("lib")).ok()?;
        let builtins = files.find_map(|file| Some(file.ok()?.path()).filter(is_builtins))?;
        program.is_file().then_some(Linker { program, builtins })
    }

    /// Makes a shared object. Says whether that worked.
    pub fn link(&self, object: &Path, shared: &Path) -> bool {
        let mut command = Command::new(&self.program);
        command.args([
            "-flavor",
            "gnu",
            "-shared",
            "--eh-frame-hdr",
            "--gc-sections",
        ]);
        command.args([
            "--strip-debug",
            "-Bsymbolic",
            "-z",
            "now",
            "-z",
            "noexecstack",
        ]);
        command.args(["--exclude-libs", "ALL"]);
        command
            .arg("-o")
            .arg(shared)
            .arg(object)
            .arg(&self.builtins);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        process::compile(command, |_| {}) == 0
    }
}
