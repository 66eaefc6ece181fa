//! The kernel through Jupyter's own clients: each test runs one file of `tests/front_ends/` with
//! pytest, in a Python environment that the first one makes. By hand,
//! `tests/front_ends/run FILE -k NAME` runs single cases; with `-rP` it shows what those measure
//! that pass.

mod common;

use common::{PROGRAM, python, root, scratch, text};
use std::process::Command;
use std::time::Duration;

/// What hangs is ended after as long as no file takes, also where a variable has it run all it can.
const LIMIT: Duration = Duration::from_secs(7200);

fn pytest(file: &str) {
    python();
    let mut command = Command::new(root().join("tests/front_ends/run"));
    command
        .args(["-q", file])
        .env("CHAINRULE_PROGRAM", PROGRAM)
        .env("CHAINRULE_TEST_SCRATCH", scratch(""));
    let output = common::finish(command, LIMIT);
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
    pytest("test_messages.py");
}

#[test]
fn protocol() {
    pytest("test_protocol.py");
}

#[test]
fn analyzer() {
    pytest("test_analyzer.py");
}

#[test]
fn standard() {
    pytest("test_standard.py");
}

#[test]
fn straight() {
    pytest("test_straight.py");
}

#[test]
fn editions() {
    pytest("test_editions.py");
}

#[test]
fn measure() {
    pytest("test_measure.py");
}

#[test]
fn stops() {
    pytest("test_stops.py");
}

#[test]
fn latest() {
    pytest("test_latest.py");
}

#[test]
fn course() {
    pytest("test_course.py");
}

#[test]
fn chapters() {
    pytest("test_chapters.py");
}

#[test]
fn suites() {
    pytest("test_suites.py");
}

#[test]
fn positions() {
    pytest("test_positions.py");
}

#[test]
fn display() {
    pytest("test_display.py");
}

#[test]
fn clients() {
    pytest("test_clients.py");
}

#[test]
fn foreign_names() {
    pytest("test_foreign_names.py");
}

#[test]
fn beginners() {
    pytest("test_beginners.py");
}

#[test]
fn advice() {
    pytest("test_advice.py");
}

#[test]
fn mutants() {
    pytest("test_mutants.py");
}

#[test]
fn words() {
    pytest("test_words.py");
}

#[test]
fn faults() {
    pytest("test_faults.py");
}

#[test]
fn poison() {
    pytest("test_poison.py");
}

#[test]
fn hostile() {
    pytest("test_hostile.py");
}

#[test]
fn sequences() {
    pytest("test_sequences.py");
}

#[test]
fn types() {
    pytest("test_types.py");
}

#[test]
fn undo() {
    pytest("test_undo.py");
}

#[test]
fn cache() {
    pytest("test_cache.py");
}

#[test]
fn wire() {
    pytest("test_wire.py");
}

#[test]
fn names() {
    pytest("test_names.py");
}

#[test]
fn exports() {
    pytest("test_exports.py");
}

#[test]
fn limits() {
    pytest("test_limits.py");
}

#[test]
fn pictures() {
    pytest("test_pictures.py");
}

#[test]
fn notebooks() {
    pytest("test_notebooks.py");
}

#[test]
fn vscode() {
    pytest("test_vscode.py");
}

/// One after the other: each fills the folders of the system anew. JupyterHub with thirty users of
/// the machine, for ten minutes, only where `CHAINRULE_HUB=1` asks for it.
#[test]
fn classroom() {
    pytest("test_classroom.py");
    pytest("test_two_users.py");
    pytest("test_hub.py");
}

/// nbgrader itself, for minutes, where `CHAINRULE_NBGRADER=1` asks for it.
#[test]
fn grading() {
    pytest("test_grading.py");
}

/// nbdime, where `CHAINRULE_NBDIME=1` asks for it.
#[test]
fn nbdime() {
    pytest("test_nbdime.py");
}

/// Voila, where `CHAINRULE_VOILA=1` asks for it.
#[test]
fn voila() {
    pytest("test_voila.py");
}

/// Gateways, for minutes, where `CHAINRULE_GATEWAYS=1` asks for them.
#[test]
fn gateways() {
    pytest("test_gateways.py");
}

/// The image for Kubernetes: its tree only where `CHAINRULE_IMAGE=1` asks for it.
#[test]
fn image() {
    pytest("test_image.py");
}

#[test]
fn recipes() {
    pytest("test_recipes.py");
}

#[test]
fn report() {
    pytest("test_report.py");
}

#[test]
fn exam() {
    pytest("test_exam.py");
}

/// What chapters say of Keras and PyTorch: run where `CHAINRULE_PEERS` names a Python that has
/// them.
#[test]
fn boxes() {
    pytest("test_boxes.py");
}

#[test]
fn book() {
    pytest("test_book.py");
}

#[test]
fn browser() {
    if !common::has_chromium() {
        return;
    }
    pytest("test_browser.py");
}
