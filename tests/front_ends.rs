//! The kernel through Jupyter's own clients: each test runs one file of `tests/front_ends/` with
//! pytest, in a Python environment that the first one makes. By hand,
//! `tests/front_ends/run FILE -k NAME` runs single cases; with `-rP` it shows what those measure
//! that pass.

mod common;

use common::{PROGRAM, python, root, scratch, text};
use std::process::Command;
use std::time::Duration;

fn pytest(file: &str, limit: Duration) {
    python();
    let mut command = Command::new(root().join("tests/front_ends/run"));
    command
        .args(["-q", file])
        .env("CHAINRULE_PROGRAM", PROGRAM)
        .env("CHAINRULE_TEST_SCRATCH", scratch(""));
    let output = common::finish(command, limit);
    println!("{}", text(&output));
    assert!(output.status.success(), "{file}: {}", output.status);
}

/// `tests/front_ends/run` has it made by this.
#[test]
fn environment() {
    assert!(python().is_file());
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
fn analyzer() {
    pytest("test_analyzer.py", Duration::from_secs(900));
}

#[test]
fn standard() {
    pytest("test_standard.py", Duration::from_secs(900));
}

#[test]
fn straight() {
    pytest("test_straight.py", Duration::from_secs(1200));
}

#[test]
fn editions() {
    pytest("test_editions.py", Duration::from_secs(900));
}

#[test]
fn measure() {
    pytest("test_measure.py", Duration::from_secs(300));
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
fn course() {
    pytest("test_course.py", Duration::from_secs(600));
}

#[test]
fn chapters() {
    pytest("test_chapters.py", Duration::from_secs(1800));
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
fn vscode() {
    pytest("test_vscode.py", Duration::from_secs(900));
}

/// One after the other: each fills the folders of the system anew. JupyterHub with thirty users of
/// the machine, for ten minutes, only where `CHAINRULE_HUB=1` asks for it.
#[test]
fn classroom() {
    pytest("test_classroom.py", Duration::from_secs(1800));
    pytest("test_two_users.py", Duration::from_secs(900));
    pytest("test_hub.py", Duration::from_secs(3600));
}

/// nbgrader itself, for minutes, where `CHAINRULE_NBGRADER=1` asks for it.
#[test]
fn grading() {
    pytest("test_grading.py", Duration::from_secs(1800));
}

/// nbdime, where `CHAINRULE_NBDIME=1` asks for it.
#[test]
fn nbdime() {
    pytest("test_nbdime.py", Duration::from_secs(900));
}

/// Voila, where `CHAINRULE_VOILA=1` asks for it.
#[test]
fn voila() {
    pytest("test_voila.py", Duration::from_secs(900));
}

/// Gateways, for minutes, where `CHAINRULE_GATEWAYS=1` asks for them.
#[test]
fn gateways() {
    pytest("test_gateways.py", Duration::from_secs(1800));
}

/// The image for Kubernetes: its tree only where `CHAINRULE_IMAGE=1` asks for it.
#[test]
fn image() {
    pytest("test_image.py", Duration::from_secs(7200));
}

#[test]
fn recipes() {
    pytest("test_recipes.py", Duration::from_secs(900));
}

#[test]
fn report() {
    pytest("test_report.py", Duration::from_secs(900));
}

#[test]
fn exam() {
    pytest("test_exam.py", Duration::from_secs(900));
}

#[test]
fn book() {
    pytest("test_book.py", Duration::from_secs(900));
}

#[test]
fn browser() {
    if !common::has_chromium() {
        return;
    }
    pytest("test_browser.py", Duration::from_secs(1800));
}
