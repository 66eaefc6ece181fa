//! Preparing the library that sessions link to, and starting a session's engine.

use super::Engine;
use super::context::Context;
use super::interrupt::Interrupter;
use super::kept::{Compiled, KeptCells};
use super::timing::Timing;
use crate::analyzer::link::{Link, Watched};
use crate::analyzer::protocol::{Failed, Start};
use crate::compiler::cells::Cells;
use crate::compiler::facade;
use crate::compiler::library::{Library, cache_folder, evaluation_key};
use crate::compiler::public_paths;
use crate::compiler::rustc_error::RustcError;
use crate::compiler::session::{Session, copy_target};
use crate::compiler::toolchain::{ADD_RUST_SRC, Toolchain, cargo_home};
use crate::evaluator::failure::fault::Fault;
use crate::evaluator::limits;
use crate::evaluator::outlet::Outlet;
use crate::evaluator::outlet::output::Pump;
use crate::settings::Settings;
use crate::worker::channels::Channels;
use crate::worker::link::Worker;
use anyhow::{Context as _, Result, anyhow};
use chainrule::display::say;
use std::cell::OnceCell;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, Instant};

/// How often whoever waits for the library hears of it.
const SIGN_OF_LIFE: Duration = Duration::from_secs(10);

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
        if !toolchain.has_rust_src() {
            notice(&say(
                format!(
                    "Cells run, but what the standard library offers is not completed: its sources \
                     are missing. To add them, type in a terminal: {ADD_RUST_SRC}\n"
                ),
                format!(
                    "单元格可以运行，但缺少标准库的源代码，因此不能补全标准库。如需添加，请在终端输入：{ADD_RUST_SRC}\n"
                ),
            ));
        }
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
    let compile_a_cell = |folder: PathBuf, prepared: Option<PathBuf>| -> Result<()> {
        let is_for_sessions = prepared.is_some();
        let start = Start {
            library: library.clone(),
            folder,
            prepared,
            filling: None,
        };
        let evcxr = Link::start(start, None, &Watched::default())?;
        compile_first_cells(evcxr, is_for_sessions)
            .map_err(|why| anyhow!("{}", in_words(Fault::from(why))))
    };
    std::fs::create_dir_all(library.standard())?;
    if toolchain.has_rust_src() {
        facade::standard_library(&toolchain.std_sources(), &library.standard())?;
    }
    let paths = public_paths::of_library(&toolchain.std_sources());
    std::fs::write(library.public_paths(), serde_json::to_vec(&paths)?)?;
    compile_a_cell(library.build(), None)?;
    copy_target(
        &library.build().join("target"),
        &library.template().join("target"),
    )?;
    compile_a_cell(library.template(), Some(library.compiled(&toolchain.host)))
}

/// evcxr runs `cargo check` where it cannot find out the type of a variable, which needs files of
/// its own; of the library, its metadata.
fn compile_first_cells(mut evcxr: Link, is_for_sessions: bool) -> Result<(), Failed> {
    evcxr.started(Duration::MAX)?;
    if is_for_sessions {
        evcxr.check("let checked = 1;")?;
        evcxr.name_crates()?;
        evcxr.execute("let compiled = 1;")?;
        evcxr.check("let checked = 1;")?;
    }
    Ok(())
}

fn in_words(fault: Fault) -> String {
    match fault {
        Fault::Refused(errors) => {
            let rendered = |error: &RustcError| error.json["rendered"].as_str().map(str::to_owned);
            errors.iter().filter_map(rendered).collect()
        }
        Fault::Said(message) => message,
        Fault::Lost => String::new(),
        Fault::Unanalyzed(how) => how,
    }
}

/// Starts a session in `folder`, the learner's.
pub fn start(
    folder: &Path,
    settings: &Settings,
    notice: &dyn Fn(&str),
) -> Result<(Engine, Outlet)> {
    let (toolchain, library) = prepare_library(notice)?;
    let cells = Cells::of_user(settings.cells)?;
    start_with(folder, settings, &toolchain, library, cells)
}

/// Starts a session that keeps compiled cells for all users of the machine, in a folder of the
/// system, with the library.
pub fn start_for_all(
    folder: &Path,
    system: &Path,
    settings: &Settings,
    notice: &dyn Fn(&str),
) -> Result<(Engine, Outlet)> {
    let toolchain = Toolchain::find()?;
    let library = Library::in_system(&toolchain, system)?;
    make_ready(&toolchain, &library, notice)?;
    let cells = Cells::of_system(system);
    start_with(folder, settings, &toolchain, library, cells)
}

/// Starts a session that finds and keeps compiled cells in `cells`.
fn start_with(
    folder: &Path,
    settings: &Settings,
    toolchain: &Toolchain,
    library: Library,
    cells: Cells,
) -> Result<(Engine, Outlet)> {
    let session = Session::create(&library, settings.memory)?;
    let channels = Channels::open()?;
    let prepared = library.compiled(&toolchain.host);
    let object = prepared.join("libchainrule.so");
    let command = channels.worker_command(&object, &toolchain.std_folder(), folder, settings)?;
    let worker = Worker::start(command).context("the worker")?;
    let watched = Watched::default();
    let interrupter = Interrupter::new(worker.process(), watched.clone());
    let worker = Arc::new(Mutex::new(worker));
    limits::watch(&interrupter, settings)?;
    let root = [
        library.key(),
        evaluation_key(),
        toolchain.version.clone(),
        surroundings(),
    ];
    let pump = Pump::start(
        channels.output,
        channels.errors,
        &channels.token,
        settings.output,
    )?;
    let start = Start {
        library,
        folder: session.folder().to_owned(),
        prepared: Some(prepared),
        filling: Some(session.filling()),
    };
    let evcxr = Context::new(start, worker.clone(), watched);
    let engine = Engine {
        evcxr,
        worker,
        kept: KeptCells { cells, root },
        folder: std::env::current_dir()?,
        compiled: Compiled::default(),
        timing: Timing::default(),
        paths: OnceCell::new(),
        goes_straight: is_as_prepared(),
        interrupter,
        _worker_ends: channels.worker_ends,
        session,
    };
    Ok((engine, Outlet::new(pump, channels.events, channels.answers)))
}

/// What a person can set for cargo that changes how cells are compiled.
fn surroundings() -> String {
    let mut deciding = deciding_variables();
    deciding.extend(cargo_settings());
    deciding.join("\n")
}

fn deciding_variables() -> Vec<String> {
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
    deciding
}

fn cargo_settings() -> Option<String> {
    std::fs::read_to_string(cargo_home()?.join("config.toml")).ok()
}

/// Whether cells are compiled as the library was prepared for: nobody has set anything else. From
/// where cargo gets crates does not matter.
fn is_as_prepared() -> bool {
    let decides = |settings: &str| {
        let table: Option<toml::Table> = settings.parse().ok();
        let harmless = [
            "source",
            "registries",
            "registry",
            "net",
            "http",
            "term",
            "alias",
        ];
        table.is_none_or(|table| table.keys().any(|key| !harmless.contains(&key.as_str())))
    };
    let flags = std::env::var_os("RUSTFLAGS");
    let settings = cargo_settings();
    deciding_variables().is_empty()
        && flags.is_none_or(|flags| flags.is_empty())
        && settings.is_none_or(|settings| !decides(&settings))
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
