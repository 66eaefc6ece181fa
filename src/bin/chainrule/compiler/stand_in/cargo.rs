//! What evcxr starts instead of cargo: rustc itself, as long as nothing but the cell has changed.
//!
//! cargo takes 50 ms to find out, for every cell, that all crates are as they were. So the first
//! cell after a change of the manifest, of a setting or of the environment goes through cargo, and
//! the wrapper around rustc notes how it was called; the following cells are compiled by the same
//! call.
//!
//! evcxr looks for cargo itself, but starts it through the linker `mold`
//! (`mold -run cargo build …`) where that is chosen. The session's folder has a link of that name
//! to this program, first on the `PATH` of what evcxr starts.
//!
//! While evcxr is told what cells have done that it has not seen, nothing is compiled at all (see
//! [`PRETEND`]).

use super::adapt::adapt_file;
use super::ended;
use super::fetching;
use super::generated::SOURCE;
use super::link::Linker;
use super::process::{self, ROLE};
use super::stops;
use crate::machine::processes::set_name;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::ffi::{OsStr, OsString};
use std::io::Write;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

/// The name under which evcxr starts this program.
pub const NAME: &str = "mold";
/// Where evcxr wants to read what was compiled to, set by evcxr for every cell.
const OBJECT: &str = "EVCXR_EXECUTION_SO_PATH";
/// For the wrapper: that what it is asked for shall be noted, and under which stamp.
const STAMP: &str = "CHAINRULE_CARGO_STAMP";
/// How rustc was called, in a session's folder and where the library was prepared.
pub const CALL: &str = "rustc-call.json";
/// What rustc said about the cell that was compiled last without cargo.
pub const SAID: &str = "rustc-said.json";

/// While a file of this name is in a session's folder, a cell compiles to nothing: it will not be
/// run.
pub const PRETEND: &str = "nothing-is-compiled";

/// How cargo called rustc for a cell.
#[derive(Serialize, Deserialize)]
struct Call {
    /// Of everything that cargo would have looked at.
    stamp: String,
    rustc: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

/// Whether this program was started as evcxr's cargo.
pub fn is_meant() -> bool {
    std::env::args_os()
        .next()
        .is_some_and(|name| Path::new(&name).file_name() == Some(OsStr::new(NAME)))
}

/// The folder with links to this program, first on the `PATH` of what evcxr starts.
pub fn folder(session: &Path) -> PathBuf {
    session.join("bin")
}

/// `PATH` for this process, so that what evcxr starts is found there. It cannot be given to evcxr
/// as a setting: std would then copy the whole process to start another one, with hundreds of
/// megabytes that rust-analyzer has.
pub fn path(session: &Path) -> Result<OsString, std::env::JoinPathsError> {
    let others = std::env::var_os("PATH");
    let others = others.iter().flat_map(std::env::split_paths);
    std::env::join_paths(std::iter::once(folder(session)).chain(others))
}

/// Makes the link of this name.
pub fn provide(session: &Path, name: &str) -> std::io::Result<()> {
    let link = folder(session).join(name);
    if !link.exists() {
        std::fs::create_dir_all(folder(session))?;
        std::os::unix::fs::symlink(std::env::current_exe()?, link)?;
    }
    Ok(())
}

/// Plays cargo's part. Arguments: `-run`, cargo's path, and what cargo shall do.
pub fn main() -> ! {
    let arguments: Vec<OsString> = std::env::args_os().skip(2).collect();
    let Some((cargo, arguments)) = arguments.split_first() else {
        process::fail("started without cargo's path")
    };
    if arguments.iter().any(|argument| argument == "build")
        && Path::new(PRETEND).exists()
        && pretend().is_some()
    {
        std::process::exit(0);
    }
    ended::limit(Path::new("."));
    let mut stamped = None;
    if arguments.iter().any(|argument| argument == "build")
        && let Some(stamp) = stamp(arguments)
    {
        if let Some(call) = Call::read(Path::new(".")).filter(|call| call.stamp == stamp) {
            call.repeat(None);
        }
        stamped = Some(stamp);
    }
    let make = || {
        let mut command = Command::new(cargo);
        command.args(arguments);
        command.envs(stamped.iter().map(|stamp| (STAMP, stamp)));
        command
    };
    let is_offline = arguments.iter().any(|argument| argument == "--offline");
    if !is_offline && needs_registry() {
        fetching::run(make);
    }
    let error = make().exec();
    process::fail(format!("{} could not be started: {error}", cargo.display()))
}

/// Set to the folder of the prepared library's template: then a cell is compiled as the one there
/// was, without cargo.
pub const STRAIGHT: &str = "CHAINRULE_COMPILE_AS_IN";
/// Where such a cell is compiled to, in the folder that it is compiled in.
const OUT: &str = "out";

/// Set if the cell does too little for optimising it to be worth the time.
const LIGHT: &str = "CHAINRULE_COMPILE_LIGHTLY";

/// Compiles a cell in a folder as the one in the template was, but for how much it is optimised.
pub fn straight(
    source: &str,
    folder: &Path,
    template: &Path,
    is_light: bool,
) -> std::io::Result<ExitStatus> {
    std::fs::create_dir_all(folder.join("src"))?;
    std::fs::create_dir_all(folder.join(OUT))?;
    std::fs::write(folder.join(SOURCE), source)?;
    // Of a compiler that is ended before it says anything nothing shall be read.
    let _ = std::fs::remove_file(folder.join(SAID));
    let mut command = Command::new(std::env::current_exe()?);
    command
        .current_dir(folder)
        .env(STRAIGHT, template)
        .envs(is_light.then_some((LIGHT, "yes")))
        .env(ROLE, std::process::id().to_string())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status()
}

/// What [`straight`] has made.
pub fn straight_object(folder: &Path) -> PathBuf {
    folder.join(OUT).join("libctx.so")
}

/// Whether it can be read in a template how a cell is compiled.
pub fn is_prepared(template: &Path) -> bool {
    Call::read(template).is_some()
}

/// Plays that part.
pub fn compile_straight() -> ! {
    // The folder is in that of the session.
    ended::limit(Path::new(".."));
    let template = PathBuf::from(std::env::var_os(STRAIGHT).unwrap_or_default());
    let call = Call::read(&template);
    let (Some(mut call), Ok(here)) = (call, std::env::current_dir()) else {
        process::fail("the library was not prepared to its end")
    };
    let out = here.join(OUT).to_string_lossy().into_owned();
    let at = call.arguments.iter().position(|one| one == "--out-dir");
    if let Some(folder) = at.and_then(|at| call.arguments.get_mut(at + 1)) {
        *folder = out;
    }
    if std::env::var_os(LIGHT).is_some() {
        let levels = call.arguments.iter_mut();
        let levels = levels.filter(|one| one.starts_with("opt-level="));
        levels.for_each(|level| *level = "opt-level=0".to_owned());
    }
    let template = template.to_string_lossy();
    for (_, value) in &mut call.environment {
        *value = value.replace(&*template, &here.to_string_lossy());
    }
    let linker = call.value("--target");
    let linker = linker.and_then(|target| Linker::find(&call.rustc, target));
    call.repeat(linker.as_ref());
    process::fail("there is no folder to compile to")
}

/// Whether the session uses crates that are not in a folder of this machine.
fn needs_registry() -> bool {
    let manifest: Option<toml::Table> = std::fs::read_to_string("Cargo.toml")
        .ok()
        .and_then(|text| text.parse().ok());
    let dependencies = manifest
        .as_ref()
        .and_then(|manifest| manifest.get("dependencies")?.as_table());
    dependencies
        .into_iter()
        .flatten()
        .any(|(_, dependency)| dependency.get("path").is_none())
}

/// Gives evcxr an empty file for the compiled cell.
fn pretend() -> Option<()> {
    let object = std::env::current_dir().ok()?.join("libctx.so");
    std::fs::write(&object, "").ok()?;
    std::fs::write(
        std::env::var_os(OBJECT)?,
        object.as_os_str().as_encoded_bytes(),
    )
    .ok()
}

/// For the wrapper: notes the call if it was for a cell and the cell has been compiled.
pub fn note(rustc: &OsStr, arguments: &[OsString]) {
    let Ok(stamp) = std::env::var(STAMP) else {
        return;
    };
    // Of the job server of a cargo that has ended nothing shall be known.
    let is_for_rustc = |name: &str| {
        (name.starts_with("CARGO") && name != "CARGO_MAKEFLAGS") || name == "LD_LIBRARY_PATH"
    };
    let arguments = arguments
        .iter()
        .map(|argument| Some(argument.to_str()?.to_owned()))
        .collect();
    // Were something not UTF-8, cargo would have to do it every time.
    let Some(arguments) = arguments else { return };
    let environment = std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .filter(|(name, _)| is_for_rustc(name))
        .collect();
    let call = Call {
        stamp,
        rustc: rustc.into(),
        arguments,
        environment,
    };
    // A call that is not noted costs time only.
    if let Ok(text) = serde_json::to_vec(&call) {
        let _ = std::fs::write(CALL, text);
    }
}

impl Call {
    fn read(folder: &Path) -> Option<Call> {
        serde_json::from_slice(&std::fs::read(folder.join(CALL)).ok()?).ok()
    }

    /// Compiles the cell, and ends the process; returns where it has to be cargo after all.
    fn repeat(&self, linker: Option<&Linker>) {
        let Some(folder) = self
            .value("--out-dir")
            .map(Path::new)
            .filter(|folder| folder.is_dir())
        else {
            return;
        };
        let object = folder.join("libctx.so");
        let called: Vec<OsString> = self.arguments.iter().map(OsString::from).collect();
        let word = adapt_file(Path::new("src/lib.rs"), &called)
            .unwrap_or_else(|error| process::fail(error));
        // The kernel knows by the name which of its processes compile.
        set_name(c"cargo");
        let (mut code, said) = stops::compile(|| self.command(&word, linker.is_some()));
        if let Some(linker) = linker.filter(|_| code == 0)
            && !linker.link(&folder.join("ctx.o"), &object)
        {
            // The same source, for it was accepted.
            code = process::compile(self.command(&word, false), |_| {});
        }
        // As JSON, of which evcxr understands what cargo would wrap as well.
        let _ = std::io::stderr().write_all(&said);
        let _ = std::fs::write(SAID, &said);
        if code == 0
            && let Some(path) = std::env::var_os(OBJECT)
            && let Err(error) = std::fs::write(&path, object.as_os_str().as_encoded_bytes())
        {
            process::fail(format!(
                "{} cannot be written: {error}",
                Path::new(&path).display()
            ));
        }
        std::process::exit(code)
    }

    /// Calls rustc, which shall link the cell, too, or not.
    fn command(&self, metadata: &str, is_linked_here: bool) -> Command {
        let mut command = Command::new(&self.rustc);
        command.args(
            self.arguments
                .iter()
                .map(|argument| match argument.as_str() {
                    // Nobody asks what the cell was made from.
                    "--emit=dep-info,link" if is_linked_here => "--emit=obj",
                    "--emit=dep-info,link" => "--emit=link",
                    word if word.starts_with("metadata=") => metadata,
                    other => other,
                }),
        );
        command
            .envs(self.environment.iter().map(|(name, value)| (name, value)))
            .env_remove(ROLE)
            .env_remove(STRAIGHT)
            .env_remove(LIGHT);
        command.stdin(Stdio::null());
        command
    }

    fn value(&self, flag: &str) -> Option<&str> {
        self.arguments
            .windows(2)
            .find(|pair| pair[0] == flag)
            .map(|pair| pair[1].as_str())
    }
}

/// Stands for everything that decides what cargo does besides compiling the cell. None where only
/// cargo can tell: crates in folders of the learner's may have changed.
fn stamp(arguments: &[OsString]) -> Option<String> {
    let manifest = std::fs::read_to_string("Cargo.toml").ok()?;
    let dependencies: toml::Table = manifest.parse().ok()?;
    let dependencies = dependencies.get("dependencies")?.as_table()?;
    let is_ours = |name: &str| name == "chainrule";
    if dependencies
        .iter()
        .any(|(name, dependency)| !is_ours(name) && dependency.get("path").is_some())
    {
        return None;
    }
    let mut hash = Sha256::new();
    let mut add = |bytes: &[u8]| {
        hash.update((bytes.len() as u64).to_le_bytes());
        hash.update(bytes);
    };
    add(manifest.as_bytes());
    add(&std::fs::read(".cargo/config.toml").unwrap_or_default());
    arguments
        .iter()
        .for_each(|argument| add(argument.as_encoded_bytes()));
    let mut environment: Vec<_> = std::env::vars_os()
        .filter(|(name, _)| name != OBJECT)
        .collect();
    environment.sort();
    for (name, value) in environment {
        add(name.as_encoded_bytes());
        add(value.as_encoded_bytes());
    }
    Some(
        hash.finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect(),
    )
}
