//! README's commands on a machine that lacks something: no sources of std, no Chromium, no network
//! for pip. Each says so in one line that names what to type, asks once, and ends with an exit
//! status that is not 0.

mod common;

use common::{chainrule, finish, notebook, text};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

const LIMIT: Duration = Duration::from_secs(900);

/// A folder with programs that only seem to be there, and a file in which they write down how they
/// were called.
struct Machine {
    folder: tempfile::TempDir,
}

impl Machine {
    fn new() -> Machine {
        let machine = Machine {
            folder: tempfile::tempdir().unwrap(),
        };
        fs::create_dir_all(machine.path().join("bin")).unwrap();
        fs::create_dir_all(machine.path().join("sysroot")).unwrap();
        machine
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn program(&self, name: &str, script: &str) {
        let file = self.path().join("bin").join(name);
        fs::write(&file, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
    }

    /// How often a program was called with these words first.
    fn calls(&self, words: &str) -> usize {
        let noted = fs::read_to_string(self.path().join("calls")).unwrap_or_default();
        noted.lines().filter(|line| line.starts_with(words)).count()
    }

    /// A command that finds these programs first, and of the others none of `without`.
    fn equip(&self, command: &mut Command, without: &[&str]) {
        let has_none = |folder: &PathBuf| !without.iter().any(|name| folder.join(name).exists());
        let real = std::env::var_os("PATH").unwrap();
        // What a folder has beside the programs that are to be missing is still there.
        let kept = self.path().join("kept");
        fs::create_dir_all(&kept).unwrap();
        for folder in std::env::split_paths(&real).filter(|folder| !has_none(folder)) {
            for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
                let name = entry.file_name();
                if !without.iter().any(|gone| name.to_str() == Some(gone)) {
                    let _ = std::os::unix::fs::symlink(entry.path(), kept.join(name));
                }
            }
        }
        let folders = [self.path().join("bin")]
            .into_iter()
            .chain(std::env::split_paths(&real).filter(has_none));
        let folders: Vec<PathBuf> = folders.chain([kept]).collect();
        command
            .env("PATH", std::env::join_paths(folders).unwrap())
            .env("MACHINE", self.path())
            .env("CHAINRULE_TEST_SCRATCH", self.path().join("scratch"));
    }

    /// rustup's usual set-up: a compiler without the sources of std, and no network to fetch them.
    fn without_sources_of_std(&self) {
        let real = Command::new("rustup")
            .args(["which", "rustc"])
            .output()
            .ok()
            .filter(|it| it.status.success());
        let real = real.map_or_else(
            || "rustc".to_owned(),
            |it| String::from_utf8_lossy(&it.stdout).trim().to_owned(),
        );
        let rustc = self.path().join("bin/rustc");
        self.program(
            "rustc",
            &format!(
                "[ \"$1 $2\" = '--print sysroot' ] && echo \"$MACHINE/sysroot\" && exit\nexec \
                     {real} \"$@\""
            ),
        );
        self.program(
            "rustup",
            &format!(
                "echo \"rustup $*\" >> \"$MACHINE/calls\"\n\
                 [ \"$1 $2\" = 'which rustc' ] && echo {} && exit\n\
                 [ \"$1\" = which ] && command -v \"$2\" && exit\n\
                 echo 'error: could not download file' >&2; exit 1",
                rustc.display()
            ),
        );
    }

    /// A rustup that can add nothing.
    fn without_network_for_rustup(&self) {
        let real = Command::new("sh")
            .args(["-c", "command -v rustup"])
            .output();
        let real = String::from_utf8_lossy(&real.unwrap().stdout)
            .trim()
            .to_owned();
        self.program(
            "rustup",
            &format!(
                "echo \"rustup $*\" >> \"$MACHINE/calls\"\n\
                 [ \"$1\" = component ] && echo 'error: could not download file' >&2 && exit 1\n\
                 exec {real} \"$@\""
            ),
        );
    }

    /// A Python whose pip has no network.
    fn without_network_for_pip(&self) {
        let pip = "#!/bin/sh\\necho \"pip $*\" >> \"$MACHINE/calls\"\\n\
                   echo \"ERROR: No matching distribution found for jupyterlab\" >&2\\nexit 1\\n";
        self.program(
            "python3",
            &format!(
                "echo \"python3 $*\" >> \"$MACHINE/calls\"\nfor last; do :; done\nmkdir -p \
                 \"$last/bin\"\nprintf '{pip}' > \"$last/bin/pip\"\nchmod +x \"$last/bin/pip\""
            ),
        );
    }

    fn run(&self, arguments: &[&str], without: &[&str]) -> Output {
        let mut command = chainrule(self.path());
        command.args(arguments).current_dir(self.path());
        self.equip(&mut command, without);
        finish(command, LIMIT)
    }

    /// One of the ignored tests below, as `cargo test` would run it on this machine.
    fn test(&self, name: &str, without: &[&str]) -> Output {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--ignored", "--exact", "--nocapture", name]);
        self.equip(&mut command, without);
        finish(command, LIMIT)
    }
}

/// What is said beside the frame that libtest prints.
fn said(output: &Output) -> Vec<String> {
    String::from_utf8_lossy(&output.stderr)
        .lines()
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Cells run without them, and who has typed a command that sets things up hears what is missing.
#[test]
fn without_the_sources_of_std_cells_run() {
    let machine = Machine::new();
    machine.without_network_for_rustup();
    let cells = [
        "use std::collections::*;\nlet waiting = BinaryHeap::from([3, 1]);",
        "let counts: HashMap<&str, Vec<u8>> = HashMap::new();\nlet items = vec![1].into_iter();",
        "(waiting.len(), counts.len(), items.count())",
    ];
    notebook(&machine.path().join("n.ipynb"), &cells);
    let run = |arguments: &[&str]| {
        let mut command = chainrule(machine.path());
        command.args(arguments).current_dir(machine.path());
        machine.equip(&mut command, &[]);
        command.env("RUST_SRC_PATH", machine.path());
        command.env("CHAINRULE_CELL_CACHE", "off");
        finish(command, LIMIT)
    };
    let asked = || machine.calls("rustup component add rust-src");
    let output = run(&["install", "--user", "--no-warm"]);
    assert!(output.status.success(), "{}", text(&output));
    assert_eq!(asked(), 1, "it tries to get them");
    let output = run(&["run", "n.ipynb"]);
    let said = text(&output);
    assert!(
        output.status.success() && said.contains("(2, 0, 1)"),
        "{said}"
    );
    assert!(
        !said.contains("rust-src"),
        "said when the library was prepared: {said}"
    );
    let said = text(&run(&["doctor"]));
    assert!(
        said.contains("not yet  rust-src") && said.contains("rustup component add"),
        "{said}"
    );
    assert_eq!(asked(), 1);
}

#[test]
fn the_tests_without_the_sources_of_std_end_with_one_line() {
    let machine = Machine::new();
    machine.without_sources_of_std();
    let output = machine.test("needs_the_sources_of_std", &[]);
    let lines = said(&output);
    assert_eq!(output.status.code(), Some(101), "{lines:?}");
    assert_eq!(machine.calls("rustup component add"), 1);
    assert_eq!(
        lines.len(),
        2,
        "what is done, and why it did not work: {lines:?}"
    );
    assert!(
        lines[1].contains("could not download")
            && lines[1].contains("type: rustup component add rust-src"),
        "{lines:?}"
    );
}

#[test]
fn without_a_network_pip_is_asked_once() {
    let machine = Machine::new();
    machine.without_network_for_pip();
    // The second command of the README: the tests of front ends.
    let output = machine.test("needs_python", &[]);
    let lines = said(&output);
    assert_eq!(output.status.code(), Some(101), "{lines:?}");
    assert_eq!(
        (machine.calls("pip install"), lines.len()),
        (1, 2),
        "{lines:?}"
    );
    assert!(
        lines[1].contains("is there a network?") && lines[1].contains("No matching distribution"),
        "{lines:?}"
    );
    // The first: JupyterLab.
    let output = machine.run(&["lab"], &["jupyter"]);
    let shown = text(&output);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert_eq!(machine.calls("pip install"), 2, "{shown}");
    assert!(shown.contains("needs the network once"), "{shown}");
    assert!(!shown.contains("Preparing the library"), "{shown}");
    // pip itself does not try again and again.
    let noted = fs::read_to_string(machine.path().join("calls")).unwrap();
    let asked = noted.lines().filter(|line| line.starts_with("pip install"));
    assert!(
        asked
            .clone()
            .all(|line| line.contains("--retries 1") || line.contains("--retries 0")),
        "{noted}"
    );
}

#[test]
fn without_python_it_is_said_which_package_is_missing() {
    let machine = Machine::new();
    let output = machine.test("needs_python", &["python3"]);
    let lines = said(&output);
    assert_eq!(output.status.code(), Some(101), "{lines:?}");
    assert!(
        lines
            .last()
            .is_some_and(|line| line.contains("sudo apt install python3-venv")),
        "{lines:?}"
    );
    let output = machine.run(&["lab"], &["python3", "jupyter"]);
    let shown = text(&output);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.contains("install python3"), "{shown}");
    // Before minutes are spent on the library.
    assert!(!shown.contains("Preparing the library"), "{shown}");
}

/// Before JupyterLab is fetched for it.
#[test]
fn without_rust_it_is_said_how_to_install_it() {
    let machine = Machine::new();
    machine.without_network_for_pip();
    let mut command = chainrule(machine.path());
    command.arg("lab").current_dir(machine.path());
    machine.equip(&mut command, &["jupyter", "rustup", "rustc", "cargo"]);
    command.env("CARGO_HOME", machine.path());
    let output = finish(command, LIMIT);
    let shown = text(&output);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(
        shown.contains("rustc") && shown.contains("sh.rustup.rs"),
        "{shown}"
    );
    assert_eq!(machine.calls("python3"), 0, "{shown}");
}

#[test]
fn without_chromium_one_line_says_what_is_left_out() {
    let machine = Machine::new();
    let output = machine.test(
        "needs_chromium",
        &["chromium", "chromium-browser", "google-chrome"],
    );
    let lines = said(&output);
    assert!(output.status.success(), "{lines:?}");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("sudo apt install chromium"), "{lines:?}");
}

#[test]
#[ignore = "run by the tests above, on a machine that lacks something"]
fn needs_the_sources_of_std() {
    common::need_sources_of_std();
}

#[test]
#[ignore = "run by the tests above, on a machine that lacks something"]
fn needs_python() {
    common::python();
}

#[test]
#[ignore = "run by the tests above, on a machine that lacks something"]
fn needs_chromium() {
    common::has_chromium();
}
