//! Starting evcxr, in a folder of ours, with the library in scope.

use crate::compiler::library::{Form, Library, PRELUDE};
use crate::compiler::stand_in;
use crate::compiler::stand_in::cargo;
use anyhow::{Context as _, Result, anyhow};
use evcxr::{CommandContext, EvalContext};
use std::path::Path;

/// Tells rust-analyzer where the sources of std are.
const RUST_SRC_PATH: &str = "RUST_SRC_PATH";

/// A context of evcxr that writes into `folder`, with the library in scope: for a session as it was
/// `prepared`.
///
/// Where cargo has all that the library names it is named in full, for then rust-analyzer knows all
/// types. Elsewhere the session does with what was prepared.
pub fn start_context(
    folder: &Path,
    worker: std::process::Command,
    library: &Library,
    prepared: Option<&Path>,
) -> Result<(CommandContext, Form)> {
    let context = start_in_private_folder(folder, worker, &library.standard())?;
    let mut context = CommandContext::with_eval_context(context);
    let wrapper = std::env::current_exe()?;
    let mut settings = format!(
        ":build_env {}={}\n:build_env RUSTC_WRAPPER={}\n",
        stand_in::ROLE,
        std::process::id(),
        wrapper.display()
    );
    if let Some(prepared) = prepared {
        settings.push_str(&format!(
            ":build_env {}={}\n:offline 1\n",
            stand_in::rustc::PREPARED,
            prepared.display()
        ));
    }
    run(&mut context, &settings)?;
    let mut begin_with = |form| {
        run(
            &mut context,
            &format!(":dep {}\n{PRELUDE}", library.dependency(form)),
        )
    };
    let form = match prepared {
        None => begin_with(Form::Library).map(|()| Form::Library),
        Some(_) if library.is_at_home() && begin_with(Form::FacadeWithCrates).is_ok() => {
            Ok(Form::FacadeWithCrates)
        }
        Some(_) => begin_with(Form::Facade).map(|()| Form::Facade),
    };
    let form = form.context("the library does not compile")?;
    if prepared.is_some() {
        go_online(&mut context, folder)?;
    }
    Ok((context, form))
}

fn go_online(context: &mut CommandContext, folder: &Path) -> Result<()> {
    run(context, ":offline 0")?;
    // evcxr writes it for the next cell, and before that asks cargo about the crates of a `:dep`.
    let settings = folder.join(".cargo/config.toml");
    Ok(std::fs::write(
        &settings,
        std::fs::read_to_string(&settings)?.replace("offline = true", "offline = false"),
    )?)
}

/// Has the library name the crates of its signatures from now on, so that one of them that a cell
/// asks for is the library's. Where cargo has not fetched them, the network is needed.
pub fn name_crates(context: &mut CommandContext, folder: &Path, library: &Library) -> Result<()> {
    let name = format!(":dep {}", library.dependency(Form::FacadeWithCrates));
    run(context, ":offline 1")?;
    let offline = run(context, &name);
    go_online(context, folder)?;
    offline.or_else(|_| run(context, &name))
}

/// evcxr reads `evcxr.toml` in the current folder, and what stands there can run programs. So it
/// starts in a folder of ours, where an empty one keeps it from looking further.
fn start_in_private_folder(
    folder: &Path,
    worker: std::process::Command,
    standard: &Path,
) -> Result<EvalContext> {
    std::fs::write(folder.join("evcxr.toml"), "")?;
    let before = std::env::current_dir().context("the current folder")?;
    std::env::set_current_dir(folder)?;
    // What evcxr evaluates while it starts needs no types of std, and rust-analyzer takes seconds
    // to load them: it is shown an empty one. It looks again when the library is added, at one
    // without bodies.
    let empty_std = folder.join("empty-std");
    std::fs::create_dir_all(empty_std.join("core/src"))?;
    std::fs::write(empty_std.join("core/src/lib.rs"), "")?;
    cargo::provide(folder, cargo::NAME)?;
    let path = cargo::path(folder)?;
    // SAFETY: no other thread of this process reads the environment.
    unsafe {
        std::env::set_var("EVCXR_TMPDIR", folder);
        std::env::set_var(RUST_SRC_PATH, &empty_std);
        // evcxr looks there for a linker when it starts, and so uses ours from its first cell on.
        std::env::set_var("PATH", path);
    }
    let started = EvalContext::with_subprocess_command(worker);
    // SAFETY: as above.
    unsafe { std::env::set_var(RUST_SRC_PATH, standard) };
    // Where paths of the learner's begin.
    std::env::set_current_dir(before)?;
    let (context, outputs) = started.map_err(|error| anyhow!("{error}"))?;
    // evcxr waits until both are read. The worker writes neither: what arrives is about the worker
    // itself.
    std::thread::spawn(move || {
        outputs
            .stdout
            .iter()
            .for_each(|line| eprintln!("worker: {line}"))
    });
    std::thread::spawn(move || {
        outputs
            .stderr
            .iter()
            .for_each(|line| eprintln!("worker: {line}"))
    });
    Ok(context)
}

fn run(context: &mut CommandContext, code: &str) -> Result<()> {
    match context.execute(code) {
        Ok(_) => Ok(()),
        Err(evcxr::Error::CompilationErrors(errors)) => Err(anyhow!(
            "{}",
            errors
                .iter()
                .map(|error| error.rendered() + &error.message())
                .collect::<String>()
        )),
        Err(error) => Err(anyhow!("{error}")),
    }
}
