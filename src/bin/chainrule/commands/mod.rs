//! The command line.
//!
//! Exit status: 0 when all went well, 1 when something that was tried failed, 2 when the call
//! itself was wrong (a file that is no notebook, a folder that cannot be written) and nothing was
//! done.

mod cache;
mod common;
mod course;
mod doctor;
mod exam;
mod export;
mod grading;
mod install;
mod lab;
mod names;
mod run;
mod system;
mod warm;

use clap::{Parser, Subcommand};
use common::Misuse;
use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

/// A Jupyter kernel for Rust that teaches deep learning: notebooks whose cells are Rust, with
/// tensors, gradients and plots at hand.
#[derive(Parser)]
#[command(
    version,
    arg_required_else_help = true,
    after_help = "To begin:  chainrule lab"
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Open the course in JupyterLab, after preparing whatever is missing for it
    Lab(lab::Lab),
    /// Run notebooks from the first cell to the last, without Jupyter and Python
    Run(run::Run),
    /// Write the cells of a notebook as a program
    Export(export::Export),
    /// Compile the cells of notebooks before anyone runs them
    Warm(warm::Warm),
    /// Show or remove the compiled cells that are kept
    Cache(cache::Cache),
    /// Install the kernel for Jupyter
    Install(install::Install),
    /// Remove the kernel from Jupyter
    Uninstall(install::Uninstall),
    /// Say what things of Keras, PyTorch, NumPy and scikit-learn are called here
    Names(names::Names),
    /// For teachers, what a class has done; for authors, the course from its sources
    Course(course::Course),
    /// Check this machine, and say what to type for each thing that is missing
    Doctor {
        /// Check what `install --system` has made, as a user without anything of its own sees it
        #[arg(long)]
        system: bool,
    },
    /// Serve a front end (Jupyter calls this)
    #[command(hide = true)]
    Kernel {
        /// The file with the ports and the key
        connection_file: PathBuf,
        /// Serve also where the file has no key, and obey whoever reaches the ports
        #[arg(long)]
        unsigned: bool,
        #[command(flatten)]
        settings: crate::settings::Flags,
    },
}

/// Obeys the command line.
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    find_cargo();
    if !matches!(cli.command, Command::Kernel { .. }) {
        end_with_the_reader();
    }
    let result = match cli.command {
        Command::Lab(lab) => lab.run(),
        Command::Run(run) => run.run(),
        Command::Export(export) => export.run(),
        Command::Warm(warm) => warm.run(),
        Command::Cache(cache) => cache.run(),
        Command::Install(install) => install.run(),
        Command::Uninstall(uninstall) => uninstall.run(),
        Command::Names(names) => names.run(),
        Command::Course(course) => course.run(),
        Command::Doctor { system: true } => system::doctor(),
        Command::Doctor { system: false } => doctor::run(),
        Command::Kernel {
            connection_file,
            unsigned,
            settings,
        } => without_network_in_an_exam()
            .and_then(|()| grading::fence(&connection_file))
            .and_then(|file| crate::jupyter::serve(&file, unsigned, &settings))
            .map(|()| ExitCode::SUCCESS),
    };
    result.unwrap_or_else(|error| {
        eprintln!("chainrule: {error:#}");
        if error.is::<Misuse>() {
            ExitCode::from(2)
        } else {
            ExitCode::FAILURE
        }
    })
}

/// Before there is a second thread. An exam with a network is none.
fn without_network_in_an_exam() -> anyhow::Result<()> {
    use crate::machine::exam;
    use anyhow::Context;
    if exam::is_on() {
        exam::cut_network().context("the network of this exam could not be cut")?;
    }
    Ok(())
}

/// Where nobody reads on (`chainrule doctor | head`) a command ends without a word; where what it
/// says cannot be written, with one.
fn end_with_the_reader() {
    // What the system makes of a program that writes to nobody: 128 and the number of SIGPIPE.
    const NOBODY_READS: i32 = 141;
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        let message = panic.payload_as_str().unwrap_or_default();
        if message.starts_with("failed printing to std") {
            if message.contains("Broken pipe") {
                std::process::exit(NOBODY_READS);
            }
            // Standard error may be what cannot be written.
            let _ = writeln!(std::io::stderr(), "chainrule: {message}");
            std::process::exit(1);
        }
        usual(panic);
    }));
}

/// A program started from a desktop does not have the `PATH` of a terminal: rustup's folder is
/// added if cargo is not found without. So is that of the toolchain that an administrator has
/// chosen for all users.
fn find_cargo() {
    use crate::compiler::toolchain::cargo_home;
    use crate::machine::path;
    if path::find("cargo").is_none() {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let more = cargo_home().map(|home| home.join("bin"));
        let more = more.into_iter().chain(system::noted_toolchain());
        let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(more).collect();
        if let Ok(path) = std::env::join_paths(folders) {
            // SAFETY: no other thread has been started yet.
            unsafe { std::env::set_var("PATH", path) };
        }
    }
}
