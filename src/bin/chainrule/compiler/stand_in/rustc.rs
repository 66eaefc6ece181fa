//! What cargo calls instead of rustc for a session (`RUSTC_WRAPPER`).
//!
//! cargo tells crates of the same name apart by where they are. For cells and for the library the
//! wrapper puts a fixed word in place of that: so a type of a cell is the same type in every
//! session, and a cell that one session has compiled fits the variables of another.

use super::adapt::{METADATA, adapt_file};
use super::ended::understood;
use super::generated::SOURCE;
use super::process::{DIED, ROLE, compile, fail};
use super::{cargo, stops};
use crate::compiler::identity;
use crate::compiler::toolchain::cargo_home;
use crate::machine::processes::die_with_parent;
use nix::sys::signal::Signal;
use std::ffi::OsString;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Set for a session: the folder with what the library was compiled to when it was prepared.
pub const PREPARED: &str = "CHAINRULE_PREPARED_LIBRARY";

/// Runs rustc with the arguments of this process, after adapting the cell if it is one.
pub fn main() -> ! {
    // Whoever ends cargo ends what it compiles.
    die_with_parent(Signal::SIGKILL);
    let mut arguments = std::env::args_os().skip(1);
    let Some(rustc) = arguments.next() else {
        fail("cargo did not say which rustc to run")
    };
    let mut arguments: Vec<_> = arguments.collect();
    let name = krate(&arguments);
    let is_cell = name == "ctx";
    match name.as_str() {
        "ctx" => arguments = for_one_cell(adapted(arguments)),
        "chainrule" => {
            set_metadata(&mut arguments, METADATA);
            with_metadata_of_library(&mut arguments);
        }
        _ => {
            if let Some(content) = identity::of_own_crate(&arguments) {
                set_metadata(&mut arguments, &format!("metadata={content}"));
            }
        }
    }
    if let Some(prepared) = std::env::var_os(PREPARED)
        && let Some(outcome) = provide_library(Path::new(&prepared), &arguments)
    {
        outcome.unwrap_or_else(|message| fail(message));
        std::process::exit(0);
    }
    let makes_code = arguments
        .iter()
        .any(|one| one.to_string_lossy().starts_with("--emit=dep-info,link"));
    if is_cell && !makes_code {
        // evcxr takes a warning in what it has checked for the reason why a cell is refused.
        arguments.push("--cap-lints=allow".into());
    }
    let make = || {
        let mut command = Command::new(&rustc);
        command
            .args(&arguments)
            .args(without_home())
            .env_remove(ROLE);
        command
    };
    let code = if is_cell && makes_code {
        let (code, said) = stops::compile(make);
        let _ = std::io::stderr().write_all(&said);
        let _ = std::fs::write(cargo::SAID, &said);
        code
    } else {
        let code = compile(make(), |_| {});
        if code > DIED {
            let _ = std::io::stderr().write_all(&understood(code, Vec::new(), &name));
        }
        code
    };
    if is_cell && code == 0 {
        cargo::note(&rustc, &arguments);
    }
    std::process::exit(code)
}

/// Has the cell that is to be compiled call the library, and says what tells it apart.
fn adapted(mut arguments: Vec<OsString>) -> Vec<OsString> {
    set_metadata(&mut arguments, METADATA);
    let word = adapt_file(Path::new(SOURCE), &arguments).unwrap_or_else(|message| fail(message));
    set_metadata(&mut arguments, &word);
    arguments
}

fn krate(arguments: &[OsString]) -> String {
    let name = arguments.windows(2).find(|pair| pair[0] == "--crate-name");
    name.map_or_else(String::new, |pair| pair[1].to_string_lossy().into_owned())
}

/// Says what tells the crate apart from others of its name.
fn set_metadata(arguments: &mut [OsString], word: &str) {
    let metadata = arguments
        .iter_mut()
        .filter(|argument| argument.to_string_lossy().starts_with("metadata="));
    metadata.for_each(|argument| *argument = word.into());
}

/// Has the library's metadata written beside it, for `cargo check` of a cell: to have the library
/// checked, too, cargo would read all its crates a second time.
fn with_metadata_of_library(arguments: &mut [OsString]) {
    let kinds = "--emit=dep-info,link";
    let emitted = arguments.iter_mut().filter(|argument| *argument == kinds);
    emitted.for_each(|argument| *argument = "--emit=dep-info,link,metadata".into());
}

/// Has rustc forget in which home folder a crate's sources were: one that another user's session
/// has to compile again is then the same, down to the mark by which rustc knows it, and fits the
/// library.
fn without_home() -> Option<OsString> {
    let mut prefix = OsString::from("--remap-path-prefix=");
    prefix.push(cargo_home()?.join("registry/src"));
    prefix.push("=crates");
    Some(prefix)
}

/// evcxr asks for what suits a crate that is compiled again and again. A cell is small, and hardly
/// anything of it was in the one before: splitting it up and writing down what could be used again
/// took as long as compiling it.
fn for_one_cell(arguments: Vec<OsString>) -> Vec<OsString> {
    let mut kept: Vec<OsString> = Vec::with_capacity(arguments.len());
    for argument in arguments {
        let after_c = kept.last().is_some_and(|before| before == "-C");
        match argument.to_str() {
            Some(text) if after_c && text.starts_with("incremental=") => drop(kept.pop()),
            Some(text) if after_c && text.starts_with("codegen-units=") => {
                kept.push("codegen-units=1".into())
            }
            _ => kept.push(argument),
        }
    }
    kept
}

/// Puts the prepared library where cargo expects what its facade is compiled to, if that is what
/// cargo wants.
///
/// The worker has loaded the prepared one, and the variables are of its types. `cargo check` wants
/// only its metadata.
fn provide_library(prepared: &Path, arguments: &[OsString]) -> Option<Result<(), String>> {
    let values = |flag: &'static str| {
        arguments
            .windows(2)
            .filter(move |pair| pair[0] == flag)
            .map(|pair| &pair[1])
    };
    if values("--crate-name").next()? != "chainrule" {
        return None;
    }
    let suffix = values("-C").find_map(|value| value.to_str()?.strip_prefix("extra-filename="));
    let folder = Path::new(values("--out-dir").next()?);
    Some(copy_library(
        prepared,
        folder,
        suffix.unwrap_or_default(),
        arguments,
    ))
}

fn copy_library(
    prepared: &Path,
    folder: &Path,
    suffix: &str,
    arguments: &[OsString],
) -> Result<(), String> {
    let emits = |kind: &str| {
        let emitted = arguments
            .iter()
            .filter_map(|argument| argument.to_str()?.strip_prefix("--emit="));
        emitted
            .flat_map(|kinds| kinds.split(','))
            .any(|emitted| emitted == kind)
    };
    let metadata = || {
        let entries = std::fs::read_dir(prepared)
            .into_iter()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let is_metadata = |path: &PathBuf| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            name.starts_with("libchainrule") && name.ends_with(".rmeta")
        };
        entries.into_iter().find(is_metadata)
    };
    let wanted = if emits("link") {
        Some((prepared.join("libchainrule.so"), "so"))
    } else if emits("metadata") {
        let found = metadata()
            .ok_or_else(|| format!("no metadata of the library in {}", prepared.display()))?;
        Some((found, "rmeta"))
    } else {
        None
    };
    if let Some((from, extension)) = wanted {
        let to = folder.join(format!("libchainrule{suffix}.{extension}"));
        // Never written through: the prepared file may be linked to it.
        let _ = std::fs::remove_file(&to);
        std::fs::copy(&from, &to)
            .map_err(|error| format!("{} cannot be copied: {error}", from.display()))?;
    }
    // What cargo reads to know when to ask again: the facade never changes.
    let record = folder.join(format!("chainrule{suffix}.d"));
    std::fs::write(
        &record,
        format!("{}: src/lib.rs\n\nsrc/lib.rs:\n", record.display()),
    )
    .map_err(|error| format!("{} cannot be written: {error}", record.display()))
}
