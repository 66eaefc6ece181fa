//! What the tests of the executable share: a place of their own on this machine.
#![allow(dead_code)] // every file of tests uses a part of it

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// The executable under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_chainrule");

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Scratch space under `target/`, which outlives a run: what is prepared there serves the next one.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The executable, with caches of the tests and a home folder of its own. cargo and rustup keep theirs.
pub fn chainrule(home: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    isolate(&mut command, home);
    command
}

/// Keeps a command away from the real home folder and from installed kernels.
pub fn isolate(command: &mut Command, home: &Path) {
    let real = std::env::home_dir().unwrap();
    let keep = |name: &str, folder: &str| std::env::var_os(name).map_or_else(|| real.join(folder), PathBuf::from);
    command
        .env("CARGO_HOME", keep("CARGO_HOME", ".cargo"))
        .env("RUSTUP_HOME", keep("RUSTUP_HOME", ".rustup"))
        .env("HOME", home)
        .env("CHAINRULE_CACHE", scratch("cache"))
        .env_remove("XDG_CACHE_HOME")
        .env_remove("XDG_DATA_HOME")
        .env_remove("JUPYTER_DATA_DIR")
        .env_remove("JUPYTER_PATH")
        .env_remove("VIRTUAL_ENV")
        .stdin(Stdio::null());
    without_settings(command);
}

/// Takes away what whoever runs the tests has set for the kernel.
pub fn without_settings(command: &mut Command) {
    command.env("CHAINRULE_LANGUAGE", "en").env_remove("XDG_CONFIG_HOME");
    let names = ["CONFIG", "MEMORY", "TIMEOUT", "OUTPUT_LIMIT", "PROCESSES", "SNAPSHOTS", "HISTORY"];
    for name in names.into_iter().chain(["CELL_CACHE", "SYSTEM_CACHE", "UNDO", "REST_AFTER"]) {
        command.env_remove(format!("CHAINRULE_{name}"));
    }
}

/// Runs a command to its end, which must come within `limit`.
pub fn finish(mut command: Command, limit: Duration) -> Output {
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let id = child.id();
    let (done, wait) = std::sync::mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        if wait.recv_timeout(limit).is_err_and(|error| error == std::sync::mpsc::RecvTimeoutError::Timeout) {
            // The process may have children that hold its output open: all of them go.
            let _ = Command::new("pkill").args(["-KILL", "-P", &id.to_string()]).status();
            let _ = Command::new("kill").args(["-KILL", &id.to_string()]).status();
            return true;
        }
        false
    });
    let stdout = drain(child.stdout.take().unwrap());
    let stderr = drain(child.stderr.take().unwrap());
    let status = child.wait().unwrap();
    drop(done);
    assert!(!watch.join().unwrap(), "{command:?} took longer than {limit:?}");
    Output { status, stdout: stdout.join().unwrap(), stderr: stderr.join().unwrap() }
}

fn drain(mut pipe: impl std::io::Read + Send + 'static) -> std::thread::JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = pipe.read_to_end(&mut bytes);
        bytes
    })
}

/// Both outputs as text, for looking into and for messages of failed tests.
pub fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

/// A Python environment with Jupyter's own clients, made once for a list of requirements.
pub fn python() -> PathBuf {
    let requirements = root().join("tests/front_ends/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements).unwrap();
    let folder = scratch("python");
    // Tests run in several processes: one of them makes the environment.
    let lock = File::create(scratch("").join("python.lock")).unwrap();
    lock.lock().unwrap();
    let made = folder.join("made-from.txt");
    if std::fs::read_to_string(&made).ok().as_deref() != Some(wanted.as_str()) {
        let start = Instant::now();
        run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&folder));
        let pip = folder.join("bin/pip");
        run(Command::new(pip).args(["install", "--quiet", "--disable-pip-version-check", "-r"]).arg(&requirements));
        std::fs::write(&made, wanted).unwrap();
        eprintln!("made the Python environment in {:?}", start.elapsed());
    }
    folder.join("bin/python")
}

fn run(command: &mut Command) {
    let status = command.status().unwrap();
    assert!(status.success(), "{command:?}: {status}");
}

/// A notebook file with these cells of code.
pub fn notebook(path: &Path, cells: &[&str]) {
    let cells: Vec<_> = cells
        .iter()
        .enumerate()
        .map(|(number, code)| {
            serde_json::json!({
                "cell_type": "code", "execution_count": null, "id": format!("cell-{number}"),
                "metadata": {}, "outputs": [], "source": code,
            })
        })
        .collect();
    let kernel = serde_json::json!({"display_name": "Rust (chainrule)", "language": "rust", "name": "chainrule"});
    let notebook = serde_json::json!({
        "cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5,
    });
    std::fs::write(path, serde_json::to_string_pretty(&notebook).unwrap()).unwrap();
}
