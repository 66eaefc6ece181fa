//! `chainrule doctor`

use super::lab::own_environment;
use crate::compiler::library::{Library, cache_folder};
use crate::compiler::toolchain::{ADD_RUST_SRC, Missing, Toolchain};
use crate::evaluator::{Evaluator, Failure};
use crate::machine::{folders, path};
use crate::settings::{Flags, Settings, in_force};
use anyhow::{Result, anyhow};
use std::path::Path;
use std::process::{Command, ExitCode};
use std::sync::Arc;

/// A session's own files and the prepared library take a third of this.
const DISK: u64 = 1 << 30;

/// Checks what cells need, line by line; the exit status says whether all of it is there.
pub fn run() -> Result<ExitCode> {
    let mut report = Report { is_healthy: true };
    let toolchain = report.toolchain();
    let folder = cache_folder();
    match &folder {
        Ok(folder) => report.cache(folder, toolchain.as_ref()),
        Err(error) => report.line(false, &format!("{error:#}"), &elsewhere()),
    }
    if let Some(toolchain) = toolchain.as_ref().filter(|_| folder.is_ok()) {
        report.library(toolchain);
    }
    report.jupyter();
    report.settings();
    Ok(if report.is_healthy {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// What helps where the folder of compiled cells is not fit: never a folder that others share.
fn elsewhere() -> String {
    match folders::set("CHAINRULE_CACHE") {
        Some(_) => "unset CHAINRULE_CACHE     (then it is in your home folder)".to_owned(),
        None => "export CHAINRULE_CACHE=/a/folder/that/only/you/can/write/to".to_owned(),
    }
}

struct Report {
    is_healthy: bool,
}

impl Report {
    fn line(&mut self, is_good: bool, text: &str, remedy: &str) {
        self.is_healthy &= is_good;
        print_line(
            if is_good { "ok     " } else { "MISSING" },
            is_good,
            text,
            remedy,
        );
    }

    /// Something without which cells run all the same.
    fn note(&self, is_good: bool, text: &str, remedy: &str) {
        print_line(
            if is_good { "ok     " } else { "not yet" },
            is_good,
            text,
            remedy,
        );
    }

    fn toolchain(&mut self) -> Option<Toolchain> {
        match Toolchain::find() {
            Ok(toolchain) => {
                self.line(true, toolchain.short_version(), "");
                self.line(true, "cargo, linker", "");
                let sources = "rust-src, which completion of the standard library reads";
                self.note(toolchain.has_rust_src(), sources, ADD_RUST_SRC);
                Some(toolchain)
            }
            Err(missing) => {
                let what = match missing {
                    Missing::Rustc => "rustc",
                    Missing::Closed { .. } => "rustc (in a folder that you may not open)",
                    Missing::Cargo => "cargo",
                    Missing::Linker => "a linker (cc)",
                };
                self.line(false, what, missing.remedy());
                None
            }
        }
    }

    fn cache(&mut self, folder: &Path, toolchain: Option<&Toolchain>) {
        let text = format!("folder for compiled cells: {}", folder.display());
        self.line(true, &text, "");
        if let Some(toolchain) = toolchain {
            let loaded = load_an_object(toolchain, folder);
            let why = loaded.as_ref().err().map(ToString::to_string);
            let text = format!(
                "a shared object can be written and loaded there {}",
                why.unwrap_or_default()
            );
            self.line(loaded.is_ok(), &text, &elsewhere());
        }
        if let Some(free) = free_space(folder) {
            let text = format!("disk: {:.1} GB free", free as f64 / 1e9);
            self.line(
                free >= DISK,
                &text,
                "chainrule cache clear     (or free some space)",
            );
        }
    }

    fn library(&mut self, toolchain: &Toolchain) {
        let library = Library::locate(toolchain).ok().filter(Library::is_ready);
        let remedy = "chainrule install     (or the first cell does it)";
        self.note(library.is_some(), "the library is prepared", remedy);
        let Some(library) = library else { return };
        if library.is_damaged() {
            let remedy = "chainrule install     (makes the library anew)";
            return self.line(false, "each file of it is as it was made", remedy);
        }
        match run_a_cell() {
            Ok(()) => self.line(true, "a new cell compiles and runs", ""),
            Err(error) => {
                // Whatever is wrong with it: it is made anew.
                library.discard();
                let remedy = "chainrule install     (makes the library anew)";
                self.line(
                    false,
                    &format!("a new cell compiles and runs: {error:#}"),
                    remedy,
                );
            }
        }
    }

    fn settings(&self) {
        println!("settings (chainrule run --help says what they mean):");
        in_force()
            .iter()
            .for_each(|line| println!("        {line}"));
        let (_, wrong) = Settings::load_what_is_right(&Flags::default());
        for line in wrong {
            self.note(false, &line, "the default counts instead");
        }
    }

    fn jupyter(&self) {
        let Some(jupyter) = path::find("jupyter") else {
            if let Some(environment) = own_environment() {
                let text = format!(
                    "JupyterLab, and it knows the kernel: {}",
                    environment.display()
                );
                let spec = environment.join("share/jupyter/kernels/chainrule/kernel.json");
                return self.note(spec.is_file(), &text, "chainrule lab");
            }
            return self.note(
                false,
                "Jupyter",
                "chainrule lab     (makes an environment of its own)",
            );
        };
        let kernels = Command::new(jupyter).args(["kernelspec", "list"]).output();
        let is_installed = kernels
            .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("chainrule"));
        self.note(
            is_installed,
            "Jupyter knows the kernel",
            "chainrule install",
        );
    }
}

fn print_line(mark: &str, is_good: bool, text: &str, remedy: &str) {
    println!("{mark}  {}", text.trim_end());
    if !is_good {
        println!("         type: {remedy}");
    }
}

/// Has a session compile and run a cell that no cache has.
fn run_a_cell() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let mut session = Evaluator::start(folder.path(), Settings::unlimited(), &|_| {})?;
    let failed = |failure: Failure| anyhow!("{}", failure.value);
    session
        .execute(
            1,
            "let probe = tensor([20.0, 22.0]).sum();",
            Arc::new(|_| {}),
        )
        .map_err(failed)?;
    session
        .execute(2, "assert_eq!(probe.item(), 42.0);", Arc::new(|_| {}))
        .map_err(failed)
}

/// Compiles the smallest shared object and loads it: a folder that is mounted `noexec` shows here.
fn load_an_object(toolchain: &Toolchain, folder: &Path) -> Result<()> {
    let folder = tempfile::tempdir_in(folder)?;
    let (source, object) = (
        folder.path().join("probe.rs"),
        folder.path().join("libprobe.so"),
    );
    std::fs::write(
        &source,
        "#[unsafe(no_mangle)] pub extern \"C\" fn probe() -> i32 { 42 }",
    )?;
    let compiled = Command::new(&toolchain.rustc)
        .args(["--edition=2024", "--crate-type=cdylib", "-o"])
        .args([&object, &source])
        .output()?;
    if !compiled.status.success() {
        return Err(anyhow!(
            "({})",
            String::from_utf8_lossy(&compiled.stderr).trim()
        ));
    }
    // SAFETY: the object is ours and has this one function.
    let answer = unsafe {
        let library = libloading::Library::new(&object)?;
        let probe: libloading::Symbol<extern "C" fn() -> i32> = library.get(b"probe")?;
        probe()
    };
    if answer == 42 {
        Ok(())
    } else {
        Err(anyhow!("(it answered {answer})"))
    }
}

fn free_space(folder: &Path) -> Option<u64> {
    let disk = nix::sys::statvfs::statvfs(folder).ok()?;
    Some(disk.blocks_available() as u64 * disk.fragment_size() as u64)
}
