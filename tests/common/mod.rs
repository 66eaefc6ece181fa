//! What the tests of the executable share: a place of their own on this machine.
#![allow(dead_code)] // every file of tests uses a part of it

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// The executable under test.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_chainrule");

/// The repository.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Scratch space under `target/`, which outlives a run: what is prepared there serves the next one.
pub fn scratch(name: &str) -> PathBuf {
    // Tests of a machine that has nothing yet begin with nothing.
    let asked = std::env::var_os("CHAINRULE_TEST_SCRATCH").map(PathBuf::from);
    let folder = asked
        .unwrap_or_else(|| PathBuf::from(env!("CARGO_TARGET_TMPDIR")))
        .join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The executable, with caches of the tests and a home folder of its own. cargo and rustup keep
/// theirs.
pub fn chainrule(home: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    isolate(&mut command, home);
    command
}

/// Keeps a command away from the real home folder and from installed kernels.
pub fn isolate(command: &mut Command, home: &Path) {
    need_sources_of_std();
    let real = std::env::home_dir().unwrap();
    let keep = |name: &str, folder: &str| {
        std::env::var_os(name).map_or_else(|| real.join(folder), PathBuf::from)
    };
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
    command
        .env("CHAINRULE_LANGUAGE", "en")
        .env_remove("XDG_CONFIG_HOME");
    let names = [
        "CONFIG",
        "MEMORY",
        "TIMEOUT",
        "OUTPUT_LIMIT",
        "PROCESSES",
        "SNAPSHOTS",
        "HISTORY",
    ];
    for name in names
        .into_iter()
        .chain(["CELL_CACHE", "SYSTEM_CACHE", "UNDO", "REST_AFTER"])
    {
        command.env_remove(format!("CHAINRULE_{name}"));
    }
}

/// Runs a command to its end, which must come within `limit`.
pub fn finish(mut command: Command, limit: Duration) -> Output {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id();
    let (done, wait) = std::sync::mpsc::channel::<()>();
    let watch = std::thread::spawn(move || {
        if wait
            .recv_timeout(limit)
            .is_err_and(|error| error == std::sync::mpsc::RecvTimeoutError::Timeout)
        {
            // The process may have children that hold its output open: all of them go.
            let _ = Command::new("pkill")
                .args(["-KILL", "-P", &id.to_string()])
                .status();
            let _ = Command::new("kill")
                .args(["-KILL", &id.to_string()])
                .status();
            return true;
        }
        false
    });
    let stdout = drain(child.stdout.take().unwrap());
    let stderr = drain(child.stderr.take().unwrap());
    let status = child.wait().unwrap();
    drop(done);
    assert!(
        !watch.join().unwrap(),
        "{command:?} took longer than {limit:?}"
    );
    Output {
        status,
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
    }
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
    format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// A Python environment with Jupyter's own clients, made once for a list of requirements.
pub fn python() -> PathBuf {
    need_sources_of_std();
    let requirements = root().join("tests/front_ends/requirements.txt");
    let wanted = std::fs::read_to_string(&requirements).unwrap();
    let folder = scratch("python");
    // Tests run in several processes: one of them makes the environment.
    let lock = File::create(scratch("").join("python.lock")).unwrap();
    lock.lock().unwrap();
    let made = folder.join("made-from.txt");
    if std::fs::read_to_string(&made).ok().as_deref() != Some(wanted.as_str()) {
        say(&format!(
            "Making a Python environment for the tests in {} (once) …",
            folder.display()
        ));
        if let Err(why) = quietly(
            Command::new("python3")
                .args(["-m", "venv", "--clear"])
                .arg(&folder),
        ) {
            end(&format!(
                "The tests of front ends need Python 3 with venv ({why}); type: sudo apt install \
                python3-venv"
            ));
        }
        let mut pip = Command::new(folder.join("bin/pip"));
        pip.args([
            "install",
            "--quiet",
            "--disable-pip-version-check",
            "--retries",
            "1",
            "--timeout",
            "20",
            "-r",
        ]);
        if let Err(why) = quietly(pip.arg(&requirements)) {
            let file = "tests/front_ends/requirements.txt";
            end(&format!(
                "The tests of front ends need the packages in {file} once; is there a network? \
                pip: {why}"
            ));
        }
        std::fs::write(&made, wanted).unwrap();
    }
    folder.join("bin/python")
}

/// Has rustup add the sources of Rust's standard library, as `chainrule lab` does, where they are
/// missing: no cell compiles without them.
pub fn need_sources_of_std() {
    static ARE_THERE: OnceLock<()> = OnceLock::new();
    ARE_THERE.get_or_init(|| {
        let lock = File::create(scratch("").join("rust-src.lock")).unwrap();
        lock.lock().unwrap();
        if has_sources_of_std() {
            return;
        }
        const ADD: [&str; 3] = ["component", "add", "rust-src"];
        say("Installing the sources of Rust's standard library (rustup component add rust-src) …");
        let added = quietly(Command::new("rustup").args(ADD).current_dir(root()));
        if let Some(why) = added
            .err()
            .or_else(|| (!has_sources_of_std()).then(|| "they are still missing".to_owned()))
        {
            let way_out = "type: rustup component add rust-src";
            end(&format!(
                "The tests need the sources of Rust's standard library ({why}); {way_out}"
            ));
        }
    });
}

fn has_sources_of_std() -> bool {
    let sysroot = Command::new("rustc")
        .args(["--print", "sysroot"])
        .current_dir(root())
        .output();
    let sysroot = sysroot.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned());
    sysroot.is_ok_and(|sysroot| {
        Path::new(&sysroot)
            .join("lib/rustlib/src/rust/library/core/src/lib.rs")
            .is_file()
    })
}

/// Chromium, or a line that says why tests of a browser are left out.
pub fn has_chromium() -> bool {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let is_there = std::env::split_paths(&path)
        .any(|folder| names.iter().any(|name| folder.join(name).is_file()));
    if !is_there {
        say(
            "The tests in a browser are left out: there is no Chromium; to run them, type: sudo \
            apt install chromium",
        );
    }
    is_there
}

/// A line for whoever runs the tests, also of a test that passes.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Ends all tests of this file at once: each would fail for the same reason.
fn end(line: &str) -> ! {
    say(line);
    std::process::exit(101)
}

/// Runs a command without what it says; where it fails, the last line of that is the error.
fn quietly(command: &mut Command) -> Result<(), String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .map_err(|error| error.to_string())?;
    let said = text(&output);
    let last = said
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .unwrap_or("it said nothing");
    if output.status.success() {
        Ok(())
    } else {
        Err(last.trim().to_owned())
    }
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
    let kernel = serde_json::json!({
        "display_name": "Rust (chainrule)", "language": "rust", "name": "chainrule",
    });
    let notebook = serde_json::json!({
        "cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5,
    });
    std::fs::write(path, serde_json::to_string_pretty(&notebook).unwrap()).unwrap();
}
