//! The executable as it is typed in a terminal.

mod common;

use common::{PROGRAM, chainrule, finish, notebook, text};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(300);

fn run(home: &Path, arguments: &[&str]) -> Output {
    let mut command = chainrule(home);
    command.args(arguments).current_dir(home);
    finish(command, LIMIT)
}

fn home() -> tempfile::TempDir {
    tempfile::tempdir().unwrap()
}

#[test]
fn help_names_every_command() {
    let output = run(home().path(), &["--help"]);
    for command in [
        "lab",
        "run",
        "warm",
        "cache",
        "install",
        "uninstall",
        "names",
        "course",
        "doctor",
    ] {
        assert!(text(&output).contains(command), "{}", text(&output));
    }
    assert!(
        !text(&output).contains("kernel  "),
        "Jupyter's own command is not for people"
    );
}

#[test]
fn names_of_other_libraries_are_printed_as_a_table() {
    let home = home();
    let output = run(home.path(), &["names"]);
    let all = String::from_utf8(output.stdout.clone()).unwrap();
    assert!(
        output.status.success() && all.lines().count() > 82,
        "{}",
        text(&output)
    );
    assert!(
        all.contains("| `manual_seed`, `set_seed`") && all.contains("| `seed(42)` |"),
        "{all}"
    );
    let output = run(home.path(), &["names", "steplr"]);
    let some = String::from_utf8(output.stdout).unwrap();
    assert!(
        some.contains("`Schedule::step(0.1, 100, 0.5)`") && some.lines().count() < 6,
        "{some}"
    );
    let of_module = run(home.path(), &["names", "torch.optim.lr_scheduler.StepLR"]);
    assert!(text(&of_module).contains("`Schedule::step(0.1, 100, 0.5)`"));
    let nothing = run(home.path(), &["names", "zzz"]);
    assert_eq!(nothing.status.code(), Some(1));
    assert!(
        text(&nothing).contains("has zzz in it"),
        "{}",
        text(&nothing)
    );
    // As Markdown: every row has four columns, whatever stands in the code.
    let columns = |line: &str| line.replace("\\|", "").matches('|').count();
    assert!(all.lines().all(|line| columns(line) == 5), "{all}");
}

#[test]
fn what_cannot_be_written_is_said_in_a_line() {
    let home = home();
    notebook(&home.path().join("n.ipynb"), &["1 + 1"]);
    for arguments in [&["doctor"][..], &["names"], &["run", "n.ipynb"]] {
        let mut command = Command::new("sh");
        let script = "exec \"$0\" \"$@\" > /dev/full";
        command.args(["-c", script, PROGRAM]).args(arguments);
        for (name, value) in chainrule(home.path()).get_envs() {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command.current_dir(home.path());
        let output = finish(command, LIMIT);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        let lines: Vec<&str> = said
            .lines()
            .filter(|line| line.contains("stdout"))
            .collect();
        assert!(
            lines.len() == 1 && lines[0].starts_with("chainrule: failed printing to stdout"),
            "{arguments:?}: {said}"
        );
        assert!(!said.contains("panicked"), "{arguments:?}: {said}");
    }
}

#[test]
fn a_failing_cell_is_named_and_the_original_stays_as_it_was() {
    let home = home();
    let path = home.path().join("made to fail.ipynb");
    notebook(
        &path,
        &[
            "let a = 1usize;",
            "a + 1",
            "let v = vec![1];\nv[a + 8]",
            "println!(\"never\")",
        ],
    );
    let before = fs::read(&path).unwrap();
    let output = run(home.path(), &["run", "--in-place", "made to fail.ipynb"]);
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let last = text(&output).lines().last().unwrap().to_owned();
    assert_eq!(
        last,
        "made to fail.ipynb: cell [3] failed: Panic: index out of bounds: the len is 1 but the \
        index is 9"
    );
    assert_eq!(fs::read(&path).unwrap(), before, "byte for byte");
    // A copy elsewhere has what ran, and the error.
    let output = run(
        home.path(),
        &["run", "--output", "out", "made to fail.ipynb"],
    );
    assert_eq!(output.status.code(), Some(1));
    let stored: serde_json::Value =
        serde_json::from_slice(&fs::read(home.path().join("out/made to fail.ipynb")).unwrap())
            .unwrap();
    assert_eq!(
        stored["cells"][1]["outputs"][0]["data"]["text/plain"][0],
        "2"
    );
    assert_eq!(stored["cells"][2]["outputs"][0]["ename"], "Panic");
    assert_eq!(stored["cells"][3]["outputs"], serde_json::json!([]));
    // The same under another name; of two notebooks there is no one file.
    let to_file = [
        "run",
        "--quiet",
        "--output",
        "new/done.ipynb",
        "made to fail.ipynb",
    ];
    assert_eq!(run(home.path(), &to_file).status.code(), Some(1));
    assert!(home.path().join("new/done.ipynb").is_file());
    let output = run(home.path(), &[&to_file[..], &["other.ipynb"]].concat());
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(text(&output).contains("name a folder"), "{}", text(&output));
}

#[test]
fn outputs_are_stored_in_place_and_the_rest_is_kept() {
    let home = home();
    let path = home.path().join("n.ipynb");
    let original = r##"{
 "cells": [
  {"cell_type": "markdown", "id": "m", "metadata": {"mine": [1, {"z": 1, "a": 2}]},
   "source": ["# Title\n", "text"]},
  {"cell_type": "code", "execution_count": 9, "id": "c", "metadata": {},
   "outputs": [{"output_type": "stream", "name": "stdout", "text": "old"}],
   "source": "println!(\"a\");\neprintln!(\"b\");"},
  {"cell_type": "code", "execution_count": null, "id": "d",
   "metadata": {"tags": ["raises-exception"]}, "outputs": [], "source": "panic!(\"on purpose\")"},
  {"cell_type": "code", "execution_count": null, "id": "e", "metadata": {},
   "outputs": [], "source": "  "}
 ],
 "metadata": {"kernelspec": {"display_name": "x", "language": "rust", "name": "chainrule"},
  "zebra": true},
 "nbformat": 4, "nbformat_minor": 5
}"##;
    fs::write(&path, original).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
    let output = run(home.path(), &["run", "--in-place", "n.ipynb"]);
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o640
    );
    let stored = fs::read_to_string(&path).unwrap();
    let json: serde_json::Value = serde_json::from_str(&stored).unwrap();
    assert_eq!(
        json["cells"][0],
        serde_json::from_str::<serde_json::Value>(original).unwrap()["cells"][0]
    );
    assert_eq!(json["metadata"]["zebra"], true);
    assert_eq!(json["cells"][1]["execution_count"], 1);
    let streams = json["cells"][1]["outputs"].as_array().unwrap();
    assert_eq!(streams.len(), 2);
    assert!(
        streams
            .iter()
            .any(|stream| stream["name"] == "stderr" && stream["text"][0] == "b\n")
    );
    assert_eq!(json["cells"][2]["outputs"][0]["evalue"], "on purpose");
    assert_eq!(json["cells"][3]["execution_count"], serde_json::Value::Null);
    let keys = |text: &str| text.find("\"cells\"") < text.find("\"metadata\"");
    assert!(keys(&stored) && stored.ends_with("}\n") && stored.starts_with("{\n \"cells\""));
}

/// A notebook that is a link, as a course or a dotfiles manager makes them, is written to where it
/// leads.
#[test]
fn a_link_stays_a_link_and_a_failed_original_stays_as_it_was() {
    let home = home();
    let folder = home.path();
    fs::create_dir(folder.join("real")).unwrap();
    let real = folder.join("real/n.ipynb");
    notebook(&real, &["40 + 2"]);
    std::os::unix::fs::symlink("real/n.ipynb", folder.join("link.ipynb")).unwrap();
    std::os::unix::fs::symlink("link.ipynb", folder.join("link of link.ipynb")).unwrap();
    let output = run(folder, &["run", "--in-place", "link of link.ipynb"]);
    assert!(output.status.success(), "{}", text(&output));
    for link in ["link.ipynb", "link of link.ipynb"] {
        assert!(
            fs::symlink_metadata(folder.join(link))
                .unwrap()
                .is_symlink(),
            "{link}"
        );
    }
    assert!(fs::read_to_string(&real).unwrap().contains("\"42\""));

    // The folder of --output is that of the notebook, called by any name: a failed run does not
    // replace the original.
    let path = folder.join("fails.ipynb");
    notebook(&path, &["1 + 1", "panic!(\"on purpose\")"]);
    std::os::unix::fs::symlink(folder, folder.join("here")).unwrap();
    fs::create_dir(folder.join("links")).unwrap();
    std::os::unix::fs::symlink("../fails.ipynb", folder.join("links/fails.ipynb")).unwrap();
    let before = fs::read(&path).unwrap();
    for target in [".", "real/..", "here", folder.to_str().unwrap(), "links"] {
        let output = run(folder, &["run", "--output", target, "fails.ipynb"]);
        assert_eq!(output.status.code(), Some(1), "{}", text(&output));
        assert_eq!(fs::read(&path).unwrap(), before, "--output {target}");
        assert!(
            text(&output).contains("fails.ipynb: stays as it was"),
            "{}",
            text(&output)
        );
    }
    // Elsewhere the copy is stored with its error; and with --allow-errors nothing has failed.
    assert_eq!(
        run(folder, &["run", "--output", "real", "fails.ipynb"])
            .status
            .code(),
        Some(1)
    );
    assert!(
        fs::read_to_string(folder.join("real/fails.ipynb"))
            .unwrap()
            .contains("on purpose\"")
    );
    assert!(
        run(
            folder,
            &["run", "--output", ".", "--allow-errors", "fails.ipynb"]
        )
        .status
        .success()
    );
    assert_ne!(fs::read(&path).unwrap(), before);
    // Two notebooks of one name would be one.
    let output = run(
        folder,
        &["run", "--output", "out", "fails.ipynb", "real/fails.ipynb"],
    );
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(
        text(&output).contains("would both be stored as") && !folder.join("out").exists(),
        "{}",
        text(&output)
    );
}

#[test]
fn a_run_prints_what_the_cells_show() {
    let home = home();
    let cells = [
        "print!(\"no line end\");",
        "println!(\"a line\"); eprintln!(\"an error line\"); 40 + 2",
        "display_html(\"<b>bold</b>\", \"bold\"); tensor([1.0, 2.0])",
        "let handle = DisplayHandle::new(\"at first\"); handle.update(\"in the end\");",
        "panic!(\"on purpose\")",
    ];
    notebook(&home.path().join("n.ipynb"), &cells);
    let output = run(home.path(), &["run", "--allow-errors", "n.ipynb"]);
    assert!(output.status.success(), "{}", text(&output));
    let (stdout, stderr) = (
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr),
    );
    // Each cell's output stands before the line that says how it ended, and each of these stands
    // alone.
    let lines: Vec<&str> = stdout
        .lines()
        .map(|line| {
            if line.starts_with("n.ipynb  cell") {
                "cell"
            } else {
                line
            }
        })
        .collect();
    let tensor = "tensor([1.0, 2.0], shape=[2])";
    let expected = [
        "no line end",
        "cell",
        "a line",
        "42",
        "cell",
        "bold",
        tensor,
        "cell",
        "in the end",
        "cell",
        "cell",
    ];
    assert_eq!(lines, expected);
    assert!(
        stderr.contains("an error line\n") && stderr.contains("Panic: on purpose"),
        "{stderr}"
    );
    assert!(
        !text(&output).contains('\x1b'),
        "colours in a pipe: {}",
        text(&output)
    );
    // What is stored has them: notebooks are shown by front ends.
    let quiet = run(
        home.path(),
        &[
            "run",
            "--quiet",
            "--allow-errors",
            "--output",
            "out",
            "n.ipynb",
        ],
    );
    assert!(
        String::from_utf8_lossy(&quiet.stdout)
            .lines()
            .all(|line| line.starts_with("n.ipynb  cell"))
    );
    assert!(
        fs::read_to_string(home.path().join("out/n.ipynb"))
            .unwrap()
            .contains("\\u001b[1mPanic")
    );
}

/// What a session sets for itself in the environment is not taken for that of the machine, of which
/// is noted which compiler belongs to it: the next session would look for the compiler again.
#[test]
fn a_session_leaves_what_is_known_of_the_compiler() {
    let home = home();
    notebook(&home.path().join("one.ipynb"), &["let one = 1;"]);
    notebook(&home.path().join("two.ipynb"), &["let two = 2;"]);
    let cache = home.path().join("cache");
    let mut command = chainrule(home.path());
    command
        .args(["run", "one.ipynb", "two.ipynb", "--output", "out"])
        .current_dir(home.path());
    // The library is that of all tests; cells and notes are not.
    command
        .env("CHAINRULE_CACHE", &cache)
        .env("CHAINRULE_SYSTEM_CACHE", common::scratch("cache"));
    let output = finish(command, LIMIT);
    assert!(output.status.success(), "{}", text(&output));
    let noted = fs::read_to_string(cache.join("toolchain.json")).unwrap();
    assert!(
        noted.contains("PATH=") && !noted.contains("/sessions/"),
        "{noted}"
    );
}

#[test]
fn a_cell_that_takes_too_long_is_stopped() {
    let home = home();
    notebook(&home.path().join("slow.ipynb"), &["let a = 1;", "loop {}"]);
    let output = run(home.path(), &["run", "--timeout", "20", "slow.ipynb"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output)
            .contains("cell [2] failed: Timeout: the cell took longer than the limit of 20 s"),
        "{}",
        text(&output)
    );
}

#[test]
fn limits_come_from_flags_the_environment_and_a_file() {
    let home = home();
    let folder = home.path();
    let settings = folder.join("settings.toml");
    notebook(&folder.join("slow.ipynb"), &["loop {}"]);
    notebook(
        &folder.join("large.ipynb"),
        &["let kept = 1;", "let huge = vec![1u8; 500 << 20];", "kept"],
    );
    notebook(
        &folder.join("long.ipynb"),
        &["for i in 0..100_000 { println!(\"{i}\"); }"],
    );
    let run = |arguments: &[&str], variables: &[(&str, &str)]| {
        let mut command = chainrule(folder);
        command
            .arg("run")
            .args(arguments)
            .current_dir(folder)
            .envs(variables.iter().copied());
        finish(command, LIMIT)
    };
    let config = ("CHAINRULE_CONFIG", settings.to_str().unwrap());

    fs::write(
        &settings,
        "timeout = 1\nmemory = \"300M\"\noutput-limit = \"10k\"\nprocesses = 64\n\
                         language = \"en\"\n",
    )
    .unwrap();
    let output = run(&["slow.ipynb"], &[config]);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output).contains("Timeout: the cell took longer than the limit of 1 s"),
        "{}",
        text(&output)
    );
    // The time of a cell is also its compiler's.
    let patient = ("CHAINRULE_TIMEOUT", "none");
    let output = run(
        &["--allow-errors", "--output", "out", "large.ipynb"],
        &[config, patient],
    );
    let stored = fs::read_to_string(folder.join("out/large.ipynb")).unwrap();
    assert!(
        stored.contains("MemoryLimit") && stored.contains("limit of 300 MB"),
        "{} {stored}",
        text(&output)
    );
    let json: serde_json::Value = serde_json::from_str(&stored).unwrap();
    assert_eq!(
        json["cells"][2]["outputs"][0]["data"]["text/plain"][0], "1",
        "the session went on: {stored}"
    );
    // The message names the file and the line to write.
    assert!(
        stored.contains("CHAINRULE_MEMORY=600M") && stored.contains("settings.toml"),
        "{stored}"
    );
    run(&["--output", "out", "long.ipynb"], &[config, patient]);
    let stored = fs::read_to_string(folder.join("out/long.ipynb")).unwrap();
    assert!(
        stored.len() < 50_000 && stored.contains("99999") && stored.contains("left out"),
        "{}",
        stored.len()
    );

    // The environment comes before the file, a flag before both.
    let output = run(&["slow.ipynb"], &[config, ("CHAINRULE_TIMEOUT", "0.5")]);
    assert!(
        text(&output).contains("limit of 0.5 s"),
        "{}",
        text(&output)
    );
    let output = run(
        &["--timeout", "0.25", "slow.ipynb"],
        &[config, ("CHAINRULE_TIMEOUT", "0.5")],
    );
    assert!(
        text(&output).contains("limit of 0.25 s") && text(&output).contains("--timeout=2.5"),
        "{}",
        text(&output)
    );

    // What is not understood is named, with the place where it stands, and nothing is run.
    notebook(
        &folder.join("good.ipynb"),
        &["std::fs::write(\"was-run\", \"\").unwrap();"],
    );
    let cases = [
        (
            "memory = \"lots\"",
            vec![],
            "settings.toml, memory: \"lots\" is not understood; expected: a size",
        ),
        ("memory = 12", vec![], "expected: a size of at least 64M"),
        (
            "colour = 1",
            vec![],
            "there is no setting \"colour\"; there are: memory, timeout",
        ),
        ("timeout = ", vec![], "settings.toml"),
        (
            "",
            vec![("CHAINRULE_SNAPSHOTS", "perhaps")],
            "CHAINRULE_SNAPSHOTS: \"perhaps\" is not understood",
        ),
    ];
    for (content, mut variables, message) in cases {
        fs::write(&settings, content).unwrap();
        variables.push(config);
        let output = run(&["good.ipynb"], &variables);
        assert_eq!(
            output.status.code(),
            Some(2),
            "{content}: {}",
            text(&output)
        );
        assert!(
            text(&output).contains(message),
            "{content}: {}",
            text(&output)
        );
    }
    assert!(!folder.join("was-run").exists());
}

#[test]
fn a_report_says_what_became_of_each_cell() {
    let home = home();
    notebook(&home.path().join("good.ipynb"), &["let a = 1;", "a"]);
    let bad = [
        "let b = 1;",
        "panic!(\"<told> & \\u{7}\");",
        "let never = 1;",
    ];
    notebook(&home.path().join("bad.ipynb"), &bad);
    let arguments = ["run", "--quiet", "good.ipynb", "bad.ipynb", "--report"];
    let call = |name: &str| run(home.path(), &[&arguments[..], &[name]].concat());
    let output = call("report.xml");
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    let written = fs::read_to_string(home.path().join("report.xml")).unwrap();
    // An independent reader: XML that is not well formed is refused.
    let read = "import sys, xml.etree.ElementTree as tree\n\
                for suite in tree.parse(sys.argv[1]).getroot():\n\
                \x20 print(suite.get('name'), suite.get('tests'), suite.get('failures'), \
                suite.get('skipped'))\n\
                \x20 for case in suite:\n\
                \x20   print(case.get('name'), *[(one.tag, one.get('type'), one.get('message')) \
                for one in case])";
    let mut python = Command::new("python3");
    python
        .args(["-c", read])
        .arg(home.path().join("report.xml"));
    let seen = text(&finish(python, LIMIT));
    let expected = "good.ipynb 2 0 0\ncell [1]\ncell [2]\nbad.ipynb 3 1 1\ncell [1]\n\
                    cell [2] ('failure', 'Panic', '<told> & \u{fffd}')\n\
                    cell [3] ('skipped', None, None)\n";
    assert_eq!(seen, expected, "{written}");
    call("report.json");
    let json = fs::read(home.path().join("report.json")).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    let cells = &json["notebooks"][1]["cells"];
    let ends: Vec<_> = (0..3)
        .map(|at| cells[at]["end"].as_str().unwrap())
        .collect();
    assert_eq!(ends, ["ok", "failed", "not run"]);
    assert_eq!(cells[1]["error"]["name"], "Panic");
    // Before anything is run.
    let output = call("report.pdf");
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
    assert!(!text(&output).contains("cell 1/"), "{}", text(&output));
}

#[test]
fn ctrl_c_interrupts_the_cell() {
    let home = home();
    let path = home.path().join("ctrl-c.ipynb");
    notebook(
        &path,
        &[
            "std::fs::write(\"begun\", \"\")?;\nloop { tensor([1.0]).exp(); }",
            "1",
        ],
    );
    let mut command = chainrule(home.path());
    command
        .args(["run", "ctrl-c.ipynb"])
        .current_dir(home.path());
    let begun = home.path().join("begun");
    let press = std::thread::spawn(move || {
        let start = std::time::Instant::now();
        while !begun.exists() && start.elapsed() < LIMIT {
            std::thread::sleep(Duration::from_millis(20));
        }
        // Only this test runs a notebook of this name.
        Command::new("pkill")
            .args(["-INT", "-f", "run ctrl-c.ipynb"])
            .status()
            .unwrap()
    });
    let output = finish(command, LIMIT);
    assert!(press.join().unwrap().success());
    assert_eq!(output.status.code(), Some(1), "{}", text(&output));
    assert!(
        text(&output).contains("ctrl-c.ipynb: cell [1] failed: Interrupted: stopped"),
        "{}",
        text(&output)
    );
}

#[test]
fn errors_can_be_allowed() {
    let home = home();
    notebook(
        &home.path().join("n.ipynb"),
        &["panic!(\"one\")", "let x: i32 = \"a\";", "40 + 2"],
    );
    let output = run(
        home.path(),
        &["run", "--allow-errors", "--output", "out", "n.ipynb"],
    );
    assert!(output.status.success(), "{}", text(&output));
    assert!(
        fs::read_to_string(home.path().join("out/n.ipynb"))
            .unwrap()
            .contains("\"42\"")
    );
}

#[test]
fn a_wrong_call_has_status_2_one_line_and_writes_nothing() {
    let home = home();
    let folder = home.path();
    fs::write(folder.join("no-json.ipynb"), "{ not json").unwrap();
    fs::write(folder.join("no-notebook.ipynb"), "[1, 2]").unwrap();
    fs::write(
        folder.join("old.ipynb"),
        r#"{"nbformat": 3, "worksheets": []}"#,
    )
    .unwrap();
    let python = r#"{"cells": [], "metadata": {"kernelspec": {"language": "python"}},
        "nbformat": 4, "nbformat_minor": 5}"#;
    fs::write(folder.join("python.ipynb"), python).unwrap();
    fs::write(
        folder.join("bad-cell.ipynb"),
        r#"{"cells": [{"cell_type": "code"}], "metadata": {}, "nbformat": 4}"#,
    )
    .unwrap();
    fs::write(folder.join("a-file"), "").unwrap();
    notebook(
        &folder.join("good.ipynb"),
        &["std::fs::write(\"was-run\", \"\").unwrap();"],
    );
    let cases = [
        (
            vec!["run", "missing.ipynb"],
            "missing.ipynb: cannot be read",
        ),
        (vec!["run", "no-json.ipynb"], "is no notebook"),
        (vec!["run", "no-notebook.ipynb"], "is no notebook"),
        (vec!["run", "old.ipynb"], "nbformat 3"),
        (
            vec!["run", "python.ipynb"],
            "is a notebook for python, not for Rust",
        ),
        (
            vec!["run", "bad-cell.ipynb"],
            "cell 1 has no type or no source",
        ),
        (
            vec!["run", "good.ipynb", "--output", "a-file/below"],
            "a-file/below",
        ),
        (
            vec!["run", "good.ipynb", "python.ipynb"],
            "is a notebook for python",
        ),
        (vec!["install", "--prefix", "a-file"], "cannot be made"),
        (
            vec!["uninstall", "--prefix", "nowhere"],
            "there is no chainrule kernel",
        ),
        (
            vec!["install", "--toolchain", "1.2.3"],
            "type: rustup toolchain install 1.2.3",
        ),
    ];
    for (arguments, message) in cases {
        let output = run(folder, &arguments);
        let text = text(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(text.contains(message), "{arguments:?}: {text}");
        assert_eq!(text.trim().lines().count(), 1, "{arguments:?}: {text}");
    }
    assert!(!folder.join("was-run").exists() && !folder.join("out").exists());
    let output = run(folder, &["install", "--name", "a/b"]);
    assert_eq!(output.status.code(), Some(2), "{}", text(&output));
}

#[test]
fn install_and_uninstall() {
    let home = home();
    let names = ["--prefix", "env", "--name", "my-rust"];
    let output = run(
        home.path(),
        &[
            &[
                "install",
                "--no-warm",
                "--display-name",
                "My Rust",
                "--memory",
                "2G",
            ],
            &names[..],
        ]
        .concat(),
    );
    assert!(output.status.success(), "{}", text(&output));
    let folder = home.path().join("env/share/jupyter/kernels/my-rust");
    let spec: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("kernel.json")).unwrap()).unwrap();
    assert_eq!(
        spec["argv"],
        serde_json::json!([PROGRAM, "kernel", "{connection_file}", "--memory=2G"])
    );
    assert_eq!(
        (&spec["display_name"], &spec["interrupt_mode"]),
        (&"My Rust".into(), &"message".into())
    );
    for logo in ["logo-32x32.png", "logo-64x64.png", "logo-svg.svg"] {
        assert!(folder.join(logo).is_file(), "{logo}");
    }
    let output = run(home.path(), &[&["uninstall"], &names[..]].concat());
    assert!(
        output.status.success() && !folder.exists(),
        "{}",
        text(&output)
    );
    // The default is the user's own folder.
    assert!(run(home.path(), &["install", "--no-warm"]).status.success());
    assert!(
        home.path()
            .join(".local/share/jupyter/kernels/chainrule/kernel.json")
            .is_file()
    );
}

/// Beside the usual kernel there can be one for each toolchain of rustup.
#[test]
fn install_for_a_toolchain() {
    let Ok(active) = Command::new("rustup")
        .args(["show", "active-toolchain"])
        .output()
    else {
        return; // there are none without rustup
    };
    let active = String::from_utf8_lossy(&active.stdout);
    let toolchain = active.split_whitespace().next().expect("a toolchain");
    let home = home();
    let output = run(
        home.path(),
        &["install", "--no-warm", "--toolchain", toolchain],
    );
    assert!(output.status.success(), "{}", text(&output));
    let folder = home
        .path()
        .join(".local/share/jupyter/kernels")
        .join(format!("chainrule-{toolchain}"));
    let spec: serde_json::Value =
        serde_json::from_slice(&fs::read(folder.join("kernel.json")).unwrap()).unwrap();
    assert_eq!(
        spec["display_name"],
        format!("Rust {toolchain} (chainrule)")
    );
    assert_eq!(
        spec["env"],
        serde_json::json!({"RUSTUP_TOOLCHAIN": toolchain})
    );
    let output = run(home.path(), &["uninstall", "--toolchain", toolchain]);
    assert!(
        output.status.success() && !folder.exists(),
        "{}",
        text(&output)
    );
}

#[test]
fn doctor_finds_this_machine_healthy_and_says_what_is_missing() {
    let home = home();
    let output = run(home.path(), &["doctor"]);
    assert!(output.status.success(), "{}", text(&output));
    let mut command = chainrule(home.path());
    command
        .arg("doctor")
        .env("PATH", home.path())
        .env("CARGO_HOME", home.path());
    let output = finish(command, LIMIT);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output).contains("MISSING  rustc") && text(&output).contains("type: curl"),
        "{}",
        text(&output)
    );
    // The first cell says it, too.
    notebook(&home.path().join("n.ipynb"), &["1"]);
    let mut command = chainrule(home.path());
    command
        .args(["run", "n.ipynb"])
        .current_dir(home.path())
        .env("PATH", home.path())
        .env("CARGO_HOME", home.path());
    let output = finish(command, LIMIT);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output).contains("rustc") && text(&output).contains("sh.rustup.rs"),
        "{}",
        text(&output)
    );
}

/// Another user, a cleaned `~/.cargo`, another home folder: what a new cell needs is with the
/// library.
#[test]
fn a_new_cell_needs_nothing_that_cargo_has_fetched() {
    let home = home();
    let cells = [
        "let numbers = tensor([1.0, 2.0, 3.0]);\nlet total = numbers.sum().item();",
        "struct Pair { a: Tensor, b: i32 }\nlet pair = Pair { a: numbers.clone() * 2.0, b: 3 };\n\
        assert_eq!(total, 6.0);",
        "use std::collections::BTreeMap;\nlet map: BTreeMap<_, _> = [(1, \
        pair)].into_iter().collect();\nmap[&1].b",
        "let train = data::digits(64);\nlet mut model = Sequential::new().add(Dense::new(784, \
         10).softmax());\nmodel.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), \
         Accuracy);\nmodel.fit(&train).epochs(1).verbose(false).run();",
    ];
    notebook(&home.path().join("new.ipynb"), &cells);
    let cargo = home.path().join("cargo");
    let mut command = chainrule(home.path());
    command
        .args(["run", "new.ipynb", "--output", "out"])
        .current_dir(home.path());
    let output = finish(anew(command, &cargo), LIMIT);
    assert!(output.status.success(), "{}", text(&output));
    assert!(!cargo.join("registry").exists(), "something was fetched");
    let stored = fs::read_to_string(home.path().join("out/new.ipynb")).unwrap();
    assert!(stored.contains("\"3\""), "{stored}");
    // That a cell compiles is what doctor looks at.
    let mut command = chainrule(home.path());
    command.arg("doctor");
    let output = finish(anew(command, &cargo), LIMIT);
    assert!(
        text(&output).contains("ok       a new cell compiles and runs"),
        "{}",
        text(&output)
    );
}

/// Without compiled cells, and with nothing that cargo has fetched.
fn anew(mut command: Command, cargo_home: &Path) -> Command {
    command
        .env("CHAINRULE_CELL_CACHE", "off")
        .env("CARGO_HOME", cargo_home);
    command
}

/// A `jupyter` that writes down how it was started, on a `PATH` without another one.
fn with_noting_jupyter(command: &mut Command, home: &Path) {
    let bin = home.join("bin");
    fs::create_dir_all(&bin).unwrap();
    let script = "#!/bin/sh\n[ \"$2\" = --version ] && exit 0\nprintf '%s\\n' \"$@\" \"PWD=$PWD\" \
                  \"PATHS=$JUPYTER_CONFIG_PATH\" > \"$HOME/started\"\n";
    fs::write(bin.join("jupyter"), script).unwrap();
    fs::set_permissions(bin.join("jupyter"), fs::Permissions::from_mode(0o755)).unwrap();
    let path = std::env::var_os("PATH").unwrap();
    command.env(
        "PATH",
        std::env::join_paths(std::iter::once(bin).chain(std::env::split_paths(&path))).unwrap(),
    );
}

#[test]
fn lab_opens_a_chapter_a_folder_or_a_notebook_and_asks_nothing() {
    let home = home();
    let work = home.path().join("my work");
    fs::create_dir_all(work.join("inside")).unwrap();
    notebook(&work.join("mine.ipynb"), &["1"]);
    let course = home.path().join("chainrule-course/en");
    let lab = |arguments: &[&str]| {
        let mut command = chainrule(home.path());
        command.arg("lab").args(arguments).current_dir(&work);
        with_noting_jupyter(&mut command, home.path());
        let output = finish(command, LIMIT);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output));
        fs::read_to_string(home.path().join("started")).unwrap()
    };
    let cases: [(&[&str], &Path, Option<&str>); 6] = [
        (&[], &course, Some("START.ipynb")),
        (
            &["06-gradient-descent.ipynb"],
            &course,
            Some("06-gradient-descent.ipynb"),
        ),
        (&["mine.ipynb"], &work, Some("mine.ipynb")),
        (&["inside"], &work.join("inside"), None),
        (&["."], &work, None),
        (
            &["inside", "--", "--port", "9000"],
            &work.join("inside"),
            None,
        ),
    ];
    for (arguments, folder, file) in cases {
        let started = lab(arguments);
        let lines: Vec<&str> = started.lines().collect();
        let root = format!("--ServerApp.root_dir={}", folder.display());
        assert!(
            lines.iter().any(|line| line.trim_end_matches("/.") == root),
            "{arguments:?}: {started}"
        );
        let opened = file.map(|file| folder.join(file).display().to_string());
        assert!(
            opened.iter().all(|path| lines.contains(&path.as_str())),
            "{arguments:?}: {started}"
        );
        assert_eq!(
            lines.iter().any(|line| line.ends_with(".ipynb")),
            file.is_some(),
            "{started}"
        );
        assert_eq!(
            lines.contains(&"9000"),
            arguments.contains(&"9000"),
            "{started}"
        );
        // Neither news nor a newer version.
        let folder = lines
            .iter()
            .find_map(|line| line.strip_prefix("PATHS="))
            .unwrap()
            .split(':')
            .next()
            .unwrap();
        let settings = Path::new(folder).join("labconfig/default_setting_overrides.json");
        let settings: serde_json::Value =
            serde_json::from_slice(&fs::read(settings).unwrap()).unwrap();
        let news = &settings["@jupyterlab/apputils-extension:notification"];
        assert_eq!(
            (&news["fetchNews"], &news["checkForUpdates"]),
            (&"false".into(), &false.into())
        );
        // What a completion is stands beside the list.
        assert_eq!(
            settings["@jupyterlab/completer-extension:manager"]["showDocumentationPanel"],
            true
        );
    }
}

/// Not every chapter is there in every language: what is, is opened.
#[test]
fn lab_opens_a_chapter_in_the_learners_language_if_it_is_there() {
    let home = home();
    for (arguments, opened) in [
        (&["lab"][..], "zh/START.ipynb"),
        (
            &["lab", "07-training-loop.ipynb"],
            "zh/07-training-loop.ipynb",
        ),
        // Which is made below, in English alone.
        (&["lab"], "en/START-0.ipynb"),
    ] {
        if opened.contains("START-0") {
            notebook(&home.path().join("chainrule-course").join(opened), &["1"]);
        }
        let mut command = chainrule(home.path());
        command
            .args(arguments)
            .current_dir(home.path())
            .env("CHAINRULE_LANGUAGE", "zh");
        with_noting_jupyter(&mut command, home.path());
        let output = finish(command, LIMIT);
        assert!(output.status.success(), "{arguments:?}: {}", text(&output));
        let started = fs::read_to_string(home.path().join("started")).unwrap();
        assert!(started.contains(opened), "{arguments:?}: {started}");
    }
    // What is for the authors of the course is not for learners: solutions stand there.
    assert!(!home.path().join("chainrule-course/course").exists());
}

#[test]
fn lab_brings_new_versions_and_overwrites_nothing_of_a_learner() {
    let home = home();
    let lab = || {
        let mut command = chainrule(home.path());
        command.arg("lab").current_dir(home.path());
        with_noting_jupyter(&mut command, home.path());
        let output = finish(command, LIMIT);
        assert!(output.status.success(), "{}", text(&output));
        text(&output)
    };
    lab();
    let folder = home.path().join("chainrule-course");
    let english = folder.join("en");
    let chapters: Vec<_> = fs::read_dir(&english)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|ending| ending == "ipynb"))
        .take(3)
        .collect();
    let whole: Vec<_> = chapters
        .iter()
        .map(|path| fs::read(path).unwrap())
        .collect();
    // As if an earlier version had brought other chapters, of which one was run and one removed.
    let note = folder.join(".chainrule-course.json");
    let mut brought: serde_json::Value = serde_json::from_slice(&fs::read(&note).unwrap()).unwrap();
    for path in &chapters {
        let name = path.strip_prefix(&folder).unwrap().to_str().unwrap();
        assert!(brought[name].is_string(), "{brought}");
        // SHA-256 of "old".
        brought[name] = "cba06b5736faf67e54b07b561eae94395e774c517a7d910a54369e1263ccfbd4".into();
        fs::write(path, "old").unwrap();
    }
    fs::write(&note, brought.to_string()).unwrap();
    fs::write(&chapters[1], "mine").unwrap();
    fs::remove_file(&chapters[2]).unwrap();
    let said = lab();
    let beside = chapters[1].with_extension("new.ipynb");
    assert_eq!(
        fs::read(&chapters[0]).unwrap(),
        whole[0],
        "nobody has touched it"
    );
    assert_eq!(fs::read(&chapters[1]).unwrap(), b"mine");
    assert_eq!(fs::read(&beside).unwrap(), whole[1]);
    assert_eq!(fs::read(&chapters[2]).unwrap(), whole[2]);
    assert!(said.contains(&*beside.to_string_lossy()), "{said}");
    // Once: also when the learner does not want it.
    fs::remove_file(&beside).unwrap();
    let said = lab();
    assert!(!beside.exists() && !said.contains("new version"), "{said}");
    assert_eq!(fs::read(&chapters[1]).unwrap(), b"mine");
}

#[test]
fn lab_says_at_once_what_it_cannot_open() {
    let home = home();
    for what in [
        "nofolder",
        "no.ipynb",
        "no/folder",
        "05-not-a-chapter.ipynb",
    ] {
        let mut command = chainrule(home.path());
        command.args(["lab", what]).current_dir(home.path());
        with_noting_jupyter(&mut command, home.path());
        // Also where nothing is prepared.
        let output = finish(anew(command, home.path()), LIMIT);
        assert_eq!(output.status.code(), Some(2), "{what}: {}", text(&output));
        assert_eq!(
            text(&output).lines().count(),
            1,
            "{what}: {}",
            text(&output)
        );
        assert!(
            text(&output).contains(&format!("no notebook {what}")),
            "{}",
            text(&output)
        );
    }
    assert!(
        !home.path().join("started").exists() && !home.path().join("chainrule-course").exists()
    );
}

#[test]
fn doctor_knows_the_environment_that_lab_has_made() {
    let home = home();
    let without_jupyter = |folder: &std::path::PathBuf| !folder.join("jupyter").exists();
    let path: Vec<_> = std::env::split_paths(&std::env::var_os("PATH").unwrap())
        .filter(without_jupyter)
        .collect();
    let doctor = || {
        let mut command = chainrule(home.path());
        command
            .arg("doctor")
            .env("PATH", std::env::join_paths(&path).unwrap());
        text(&finish(command, LIMIT))
    };
    let said = doctor();
    assert!(
        said.contains("not yet  Jupyter") && said.contains("chainrule lab"),
        "{said}"
    );
    let environment = home.path().join(".local/share/chainrule/jupyter");
    let output = run(
        home.path(),
        &[
            "install",
            "--no-warm",
            "--prefix",
            environment.to_str().unwrap(),
        ],
    );
    assert!(output.status.success(), "{}", text(&output));
    assert!(
        doctor().contains("not yet  Jupyter"),
        "an environment that was not finished"
    );
    fs::write(environment.join("ready"), "").unwrap();
    let said = doctor();
    assert!(
        said.contains("ok       JupyterLab, and it knows the kernel") && !said.contains("not yet"),
        "{said}"
    );
}

#[test]
fn the_library_alone_needs_neither_evcxr_nor_zmq() {
    let mut command = Command::new("cargo");
    command.args([
        "tree",
        "--no-default-features",
        "--edges",
        "normal,build",
        "--prefix",
        "none",
        "--locked",
    ]);
    command.current_dir(common::root());
    let tree = text(&finish(command, LIMIT));
    assert!(
        tree.contains("ndarray v") && tree.contains("plotters v"),
        "{tree}"
    );
    for heavy in ["evcxr v", "zmq v", "ra_ap_", "clap v"] {
        assert!(!tree.contains(heavy), "{heavy}\n{tree}");
    }
}

/// Whatever a file holds, it is refused in a line: neither a stack nor a terminal overflows.
#[test]
fn files_of_any_depth_are_refused_in_a_line() {
    let home = home();
    let folder = home.path();
    let nested = |open: &str, close: &str| open.repeat(100_000) + "1" + &close.repeat(100_000);
    let (list, table) = (nested("[", "]"), nested("{\"a\":", "}"));
    let whole = |source: &str, metadata: &str| {
        format!(
            "{{\"cells\": [{{\"cell_type\": \"code\", \"source\": {source}, \
             \"metadata\": {metadata}, \
             \"outputs\": [], \"execution_count\": null}}], \"metadata\": {metadata}, \
             \"nbformat\": 4, \"nbformat_minor\": 5}}"
        )
    };
    let notebooks = [list.clone(), whole(&list, "{}"), whole("\"1\"", &table)];
    for content in notebooks {
        fs::write(folder.join("deep.ipynb"), content).unwrap();
        for command in ["run", "export"] {
            let output = run(folder, &[command, "deep.ipynb"]);
            let said = text(&output);
            assert_eq!(output.status.code(), Some(2), "{said}");
            assert!(
                said.contains("deep.ipynb: is no notebook") && said.len() < 500,
                "{said}"
            );
        }
    }

    notebook(&folder.join("good.ipynb"), &["1"]);
    let settings = folder.join("settings.toml");
    let files = [
        format!("memory = {list}"),
        format!("memory = {}", nested("{a=", "}")),
        format!("memory{} = 1", ".a".repeat(100_000)),
        format!("[{}]", vec!["a"; 100_000].join(".")),
        format!("memory = \"{}\"", "[".repeat(100_000)),
        format!("memory = \"{}\"", "é".repeat(100_000)),
        format!("{} = 1", "x".repeat(100_000)),
    ];
    for content in files {
        fs::write(&settings, &content).unwrap();
        let mut command = chainrule(folder);
        command
            .args(["run", "good.ipynb"])
            .current_dir(folder)
            .env("CHAINRULE_CONFIG", &settings);
        let output = finish(command, LIMIT);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(2), "{}", &content[..40]);
        assert!(
            said.contains("settings.toml") && said.len() < 700,
            "{said:.1000}"
        );
    }
}

/// Every setting is one row of a table: what helps and what checks the machine shows all of them.
#[test]
fn settings_are_shown_by_help_and_doctor_alike() {
    let home = home();
    let help = text(&run(home.path(), &["run", "--help"]));
    let mut command = chainrule(home.path());
    command
        .arg("doctor")
        .env("CHAINRULE_TIMEOUT", "90")
        .env("CHAINRULE_UNDO", "many");
    let doctor = text(&finish(command, LIMIT));
    let names = [
        "memory",
        "timeout",
        "output-limit",
        "processes",
        "snapshots",
        "history",
        "undo",
        "rest-after",
        "cell-cache",
        "course",
        "language",
    ];
    for name in names {
        assert!(help.contains(&format!("--{name} <")), "{name}: {help}");
        assert!(doctor.contains(&format!("{name} = ")), "{name}: {doctor}");
    }
    assert!(help.contains("[default: 1M]"), "{help}");
    assert!(
        doctor.contains("timeout = 90     (CHAINRULE_TIMEOUT)"),
        "{doctor}"
    );
    assert!(
        doctor.contains("CHAINRULE_UNDO: \"many\" is not understood; expected: a number"),
        "{doctor}"
    );
}
