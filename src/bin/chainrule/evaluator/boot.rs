//! Starting a session, and preparing the library that sessions link to.

use super::context::{Context, Start};
use super::kept::Compiled;
use super::output::Pump;
use super::scope::Scope;
use super::timing::Timing;
use super::undo::Undo;
use super::{
    Assistant, Definitions, Evaluator, Implementations, Interrupter, LoadedObjects, Memory,
    SourceMap, limits,
};
use crate::compiler::cells::Cells;
use crate::compiler::facade;
use crate::compiler::library::{Form, Library, PRELUDE, cache_folder, evaluation_key};
use crate::compiler::session::{Session, copy_target};
use crate::compiler::stand_in;
use crate::compiler::stand_in::cargo;
use crate::compiler::toolchain::{Toolchain, cargo_home};
use crate::settings::Settings;
use crate::worker::channels::Channels;
use crate::worker::link::Worker;
use anyhow::{Context as _, Result, anyhow};
use chainrule::display::say;
use evcxr::{CommandContext, EvalContext};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// evcxr takes its folder from the environment and its settings from the current folder, both of
/// which belong to the whole process: one evaluator starts at a time.
static STARTING: Mutex<()> = Mutex::new(());

/// How often whoever waits for the library hears of it.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

/// Tells rust-analyzer where the sources of std are.
const RUST_SRC_PATH: &str = "RUST_SRC_PATH";

/// The library for the compiler on this machine, made ready first if it is not. `notice` hears what
/// takes long.
pub fn prepare_library(notice: &dyn Fn(&str)) -> Result<(Toolchain, Library)> {
    // Once for this process: a session changes the environment that decides which it is.
    static FOUND: OnceLock<Toolchain> = OnceLock::new();
    let toolchain = match FOUND.get() {
        Some(toolchain) => toolchain.clone(),
        None => {
            let toolchain = Toolchain::find_again(&cache_folder()?.join("toolchain.json"))?;
            FOUND.get_or_init(|| toolchain).clone()
        }
    };
    let library = Library::locate(&toolchain)?;
    make_ready(&toolchain, &library, notice)?;
    Ok((toolchain, library))
}

fn make_ready(toolchain: &Toolchain, library: &Library, notice: &dyn Fn(&str)) -> Result<()> {
    if !library.is_ready() {
        let version = toolchain.short_version();
        notice(&say(
            format!("Preparing the library for {version} (once, one to four minutes) …\n"),
            format!("正在为 {version} 准备库（只需一次，约一到四分钟）……\n"),
        ));
        with_signs_of_life(SIGN_OF_LIFE, notice, || {
            library.prepare(|library| build_library(toolchain, library))
        })?;
        notice(say("The library is ready.\n", "库已准备好。\n"));
    }
    Ok(())
}

/// Does something that takes long, and says after each `pause` that it goes on.
fn with_signs_of_life<T: Send>(
    pause: Duration,
    notice: &dyn Fn(&str),
    work: impl FnOnce() -> T + Send,
) -> T {
    let begin = Instant::now();
    let (done, wait) = channel::<()>();
    std::thread::scope(|scope| {
        let work = scope.spawn(move || {
            let result = work();
            drop(done);
            result
        });
        while wait.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {
            let seconds = begin.elapsed().as_secs();
            notice(&say(
                format!("… still at it, {seconds} s so far\n"),
                format!("……仍在进行，已用 {seconds} 秒\n"),
            ));
        }
        work.join()
            .unwrap_or_else(|why| std::panic::resume_unwind(why))
    })
}

/// Lets evcxr compile a first cell with the library, and one with each of its facades: what cargo
/// leaves there is what a session needs.
fn build_library(toolchain: &Toolchain, library: &Library) -> Result<()> {
    let compile_a_cell = |folder: &Path, prepared: Option<&Path>| -> Result<()> {
        let channels = Channels::open()?;
        let command = channels.worker_command(
            Path::new(""),
            &toolchain.std_folder(),
            folder,
            &Settings::unlimited(),
        )?;
        let (mut context, _) = start_context(folder, command, library, prepared)?;
        // evcxr runs `cargo check` where it cannot find out the type of a variable, which needs
        // files of its own.
        context
            .check("let checked = 1;")
            .map_err(|error| anyhow!("{error}"))?;
        if prepared.is_some() {
            name_crates(&mut context, folder, library)?;
            run(&mut context, "let compiled = 1;")?;
            context
                .check("let checked = 1;")
                .map_err(|error| anyhow!("{error}"))?;
        }
        Ok(())
    };
    facade::standard_library(&toolchain.std_sources(), &library.standard())?;
    compile_a_cell(&library.build(), None)?;
    copy_target(
        &library.build().join("target"),
        &library.template().join("target"),
    )?;
    compile_a_cell(
        &library.template(),
        Some(&library.compiled(&toolchain.host)),
    )
}

impl Evaluator {
    /// Starts a session in `folder`, the learner's.
    pub fn start(folder: &Path, settings: Settings, notice: &dyn Fn(&str)) -> Result<Evaluator> {
        let (toolchain, library) = prepare_library(notice)?;
        let cells = Cells::of_user(settings.cells)?;
        Evaluator::start_with(folder, settings, &toolchain, library, cells)
    }

    /// Starts a session that keeps compiled cells for all users of the machine, in a folder of the
    /// system, with the library.
    pub fn start_for_all(
        folder: &Path,
        system: &Path,
        settings: Settings,
        notice: &dyn Fn(&str),
    ) -> Result<Evaluator> {
        let toolchain = Toolchain::find()?;
        let library = Library::in_system(&toolchain, system)?;
        make_ready(&toolchain, &library, notice)?;
        Evaluator::start_with(
            folder,
            settings,
            &toolchain,
            library,
            Cells::of_system(system),
        )
    }

    /// Starts a session that finds and keeps compiled cells in `cells`.
    fn start_with(
        folder: &Path,
        settings: Settings,
        toolchain: &Toolchain,
        library: Library,
        cells: Cells,
    ) -> Result<Evaluator> {
        let session = Session::create(&library, settings.memory)?;
        let channels = Channels::open()?;
        let prepared = library.compiled(&toolchain.host);
        let object = prepared.join("libchainrule.so");
        let command =
            channels.worker_command(&object, &toolchain.std_folder(), folder, &settings)?;
        let worker = Worker::start(command).context("the worker")?;
        let interrupter = Interrupter::new(worker.process());
        let worker = Arc::new(Mutex::new(worker));
        limits::watch(&interrupter, &settings)?;
        let root = [
            library.key(),
            evaluation_key(),
            toolchain.version.clone(),
            surroundings(),
        ];
        Ok(Evaluator {
            context: Context::new(Start {
                library,
                prepared,
                session: session.folder().to_owned(),
                filling: session.filling(),
                worker: worker.clone(),
            }),
            worker,
            pump: Pump::start(
                channels.output,
                channels.errors,
                &channels.token,
                settings.output,
            )?,
            events: channels.events,
            taken: Vec::new(),
            answers: channels.answers,
            cells,
            root,
            scope: Scope::default(),
            compiled: Compiled::default(),
            undo: Undo::default(),
            timing: Timing::default(),
            steps: 0,
            folder: std::env::current_dir()?,
            sources: SourceMap::default(),
            implementations: Implementations::default(),
            definitions: Definitions::default(),
            memory: Memory::default(),
            assistant: Assistant::new(folder),
            objects: LoadedObjects::default(),
            threads: 0,
            interrupter,
            settings,
            _worker_ends: channels.worker_ends,
            session,
        })
    }
}

/// What a person can set for cargo that changes how cells are compiled.
fn surroundings() -> String {
    const DECIDING: &[&str] = &[
        "CARGO_PROFILE_",
        "CARGO_BUILD_",
        "CARGO_TARGET_",
        "CARGO_ENCODED_RUSTFLAGS",
        "RUSTC_",
    ];
    let mut deciding: Vec<String> = std::env::vars()
        .filter(|(name, _)| DECIDING.iter().any(|prefix| name.starts_with(prefix)))
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    deciding.sort();
    let settings =
        cargo_home().and_then(|home| std::fs::read_to_string(home.join("config.toml")).ok());
    deciding.extend(settings);
    deciding.join("\n")
}

/// A context of evcxr that writes into `folder`, with the library in scope: for a session as it was
/// `prepared`.
///
/// Where cargo has all that the library names it is named in full, for then rust-analyzer knows all
/// types. Elsewhere the session does with what was prepared.
pub(super) fn start_context(
    folder: &Path,
    worker: std::process::Command,
    library: &Library,
    prepared: Option<&Path>,
) -> Result<(CommandContext, Form)> {
    let guard = STARTING
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    let context = start_in_private_folder(folder, worker, &library.standard())?;
    drop(guard);
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
pub(super) fn name_crates(
    context: &mut CommandContext,
    folder: &Path,
    library: &Library,
) -> Result<()> {
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
    let before = CurrentFolder::enter(folder)?;
    // What evcxr evaluates while it starts needs no types of std, and rust-analyzer takes seconds
    // to load them: it is shown an empty one. It looks again when the library is added, at one
    // without bodies.
    let empty_std = folder.join("empty-std");
    std::fs::create_dir_all(empty_std.join("core/src"))?;
    std::fs::write(empty_std.join("core/src/lib.rs"), "")?;
    cargo::provide(folder, cargo::NAME)?;
    let path = cargo::path(folder)?;
    // SAFETY: the lock keeps other evaluators out, and no other thread of ours reads the
    // environment.
    unsafe {
        std::env::set_var("EVCXR_TMPDIR", folder);
        std::env::set_var(RUST_SRC_PATH, &empty_std);
        // evcxr looks there for a linker when it starts, and so uses ours from its first cell on.
        std::env::set_var("PATH", path);
    }
    let started = EvalContext::with_subprocess_command(worker);
    // SAFETY: as above.
    unsafe { std::env::set_var(RUST_SRC_PATH, standard) };
    drop(before);
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

/// Goes back to the folder at the end.
struct CurrentFolder(PathBuf);

impl CurrentFolder {
    fn enter(folder: &Path) -> Result<CurrentFolder> {
        let before = std::env::current_dir().context("the current folder")?;
        std::env::set_current_dir(folder)?;
        Ok(CurrentFolder(before))
    }
}

impl Drop for CurrentFolder {
    fn drop(&mut self) {
        let _ = std::env::set_current_dir(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_waits_hears_of_it() {
        let (said, heard) = channel();
        let notice = |line: &str| said.send(line.to_owned()).unwrap();
        // The work ends only once two lines were said.
        let heard = Mutex::new(heard);
        let work = || heard.lock().unwrap().iter().take(2).collect::<Vec<_>>();
        let lines = with_signs_of_life(Duration::from_millis(5), &notice, work);
        assert!(
            lines
                .iter()
                .all(|line| line.ends_with('\n') && line.contains("0 s")),
            "{lines:?}"
        );
    }
}
