//! The kernel through Jupyter's own clients: each test runs one file of `tests/front_ends/` with pytest, in a Python
//! environment that the first one makes.

mod common;

use common::{PROGRAM, python, root, scratch, text};
use std::process::Command;
use std::time::Duration;

fn pytest(file: &str, limit: Duration) {
    let python = python();
    let mut command = Command::new(&python);
    command
        .args(["-m", "pytest", "-q", "-p", "no:cacheprovider", "-rP", "--tb=short", file])
        .current_dir(root().join("tests/front_ends"))
        .env("CHAINRULE_PROGRAM", PROGRAM)
        .env("CHAINRULE_CACHE", scratch("cache"))
        .env("CHAINRULE_PICTURES", scratch("pictures"))
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .env_remove("XDG_CACHE_HOME")
        .env_remove("XDG_DATA_HOME");
    common::without_settings(&mut command);
    let output = common::finish(command, limit);
    println!("{}", text(&output));
    assert!(output.status.success(), "{file}: {}", output.status);
}

#[test]
fn messages() {
    pytest("test_messages.py", Duration::from_secs(600));
}

#[test]
fn protocol() {
    pytest("test_protocol.py", Duration::from_secs(600));
}

#[test]
fn stops() {
    pytest("test_stops.py", Duration::from_secs(900));
}

#[test]
fn latest() {
    pytest("test_latest.py", Duration::from_secs(900));
}

#[test]
fn suites() {
    pytest("test_suites.py", Duration::from_secs(900));
}

#[test]
fn positions() {
    pytest("test_positions.py", Duration::from_secs(600));
}

#[test]
fn display() {
    pytest("test_display.py", Duration::from_secs(600));
}

#[test]
fn clients() {
    pytest("test_clients.py", Duration::from_secs(1800));
}

#[test]
fn foreign_names() {
    pytest("test_foreign_names.py", Duration::from_secs(1200));
}

#[test]
fn beginners() {
    pytest("test_beginners.py", Duration::from_secs(900));
}

#[test]
fn words() {
    pytest("test_words.py", Duration::from_secs(900));
}

#[test]
fn faults() {
    pytest("test_faults.py", Duration::from_secs(1500));
}

#[test]
fn poison() {
    pytest("test_poison.py", Duration::from_secs(1500));
}

#[test]
fn hostile() {
    pytest("test_hostile.py", Duration::from_secs(900));
}

#[test]
fn sequences() {
    pytest("test_sequences.py", Duration::from_secs(900));
}

#[test]
fn types() {
    pytest("test_types.py", Duration::from_secs(900));
}

#[test]
fn undo() {
    pytest("test_undo.py", Duration::from_secs(600));
}

#[test]
fn cache() {
    pytest("test_cache.py", Duration::from_secs(1200));
}

#[test]
fn wire() {
    pytest("test_wire.py", Duration::from_secs(900));
}

#[test]
fn names() {
    pytest("test_names.py", Duration::from_secs(900));
}

#[test]
fn exports() {
    pytest("test_exports.py", Duration::from_secs(900));
}

#[test]
fn limits() {
    pytest("test_limits.py", Duration::from_secs(900));
}

#[test]
fn pictures() {
    pytest("test_pictures.py", Duration::from_secs(1500));
}

#[test]
fn notebooks() {
    pytest("test_notebooks.py", Duration::from_secs(1200));
}

#[test]
fn browser() {
    if !common::has_chromium() {
        return;
    }
    pytest("test_browser.py", Duration::from_secs(900));
}
