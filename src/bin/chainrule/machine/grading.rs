//! A notebook that nbgrader runs: its cells are somebody else's program, and reach neither the
//! files nor the programs of who grades.
//!
//! The system's own fence (Landlock) is drawn twice, and nothing can take it down again. The kernel
//! and all that it starts, compilers too, read the system, the toolchain and what was handed in
//! beside the notebook. Cells also write only into a folder that ends with the kernel: they run in
//! it, with what was handed in. Nobody needs to be an administrator for it.

use landlock::{ABI, Access, AccessFs, BitFlags, CompatLevel, Compatible, Ruleset, RulesetAttr};
use landlock::{RulesetCreated, RulesetCreatedAttr, Scope, path_beneath_rules};
use std::ffi::OsStr;
use std::fs;
use std::io::{Error, Result};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Set by nbgrader while it runs a notebook.
const VARIABLE: &str = "NBGRADER_EXECUTION";
/// The folder that cells run in, told to their process by the kernel where that is fenced.
const ROOM_OF_CELLS: &str = "CHAINRULE_GRADING_ROOM";
/// Where programs and what they need are, on every Linux.
const OF_THE_SYSTEM: [&str; 10] = [
    "/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc", "/opt", "/proc", "/sys", "/dev",
];
/// What anybody may write to.
const DEVICES: [&str; 4] = ["/dev/null", "/dev/zero", "/dev/full", "/dev/tty"];
/// Above a submission nbgrader has the names of learner and stage, and then the course.
const BELOW_THE_COURSE: usize = 3;

/// The folder that cells run in, for its end.
static ROOM: OnceLock<PathBuf> = OnceLock::new();

/// Whether nbgrader runs the notebook.
pub fn is_on() -> bool {
    std::env::var_os(VARIABLE).is_some()
}

/// From here on this process and all that it starts read what is listed, the system's files and
/// what lies beside the notebook, but neither notebooks nor the course around them. The current
/// folder is `room` then. Before there is a second thread.
pub fn fence(room: &Path, readable: &[PathBuf]) -> Result<()> {
    let here = std::env::current_dir()?;
    let course = here.ancestors().nth(BELOW_THE_COURSE).unwrap_or(&here);
    draw_for_trial()?;
    let mut fence = Fence::new(reading())?;
    let system = OF_THE_SYSTEM.iter().map(PathBuf::from);
    for path in system.chain(readable.iter().cloned()) {
        fence.allow_outside(&path, course)?;
    }
    fence.allow(room)?;
    for entry in fs::read_dir(&here)?.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let is_notebook = path.extension() == Some(OsStr::new("ipynb"));
        // A link that was handed in may lead anywhere.
        let is_link = entry.file_type()?.is_symlink();
        if !is_notebook && !is_link && !name.as_encoded_bytes().starts_with(b".") {
            fence.allow(&path)?;
            symlink(&path, room.join(name))?;
        }
    }
    // Where the system refuses, nothing is another than before.
    fence.close()?;
    std::env::set_current_dir(room)?;
    let _ = ROOM.set(room.to_owned());
    // SAFETY: no other thread has been started yet.
    unsafe {
        std::env::set_var("TMPDIR", room);
        std::env::set_var(ROOM_OF_CELLS, room);
    }
    Ok(())
}

/// Whether this system draws both fences. It refuses the seventeenth around a process: where
/// others are around this one, that could be the one of the cells, and the kernel's alone lets them
/// write everywhere. A fence is of one thread, and goes with it.
fn draw_for_trial() -> Result<()> {
    let trial = || {
        Fence::new(reading())?.close()?;
        Fence::new(writing())?.close()
    };
    let thread = std::thread::Builder::new().spawn(trial)?;
    thread
        .join()
        .map_err(|_| Error::other("the trial failed"))?
}

/// Has cells write only into their folder, in a process that runs cells of a graded notebook: where
/// the kernel is behind its fence. Where not, it has said so, and nothing is another than before.
pub fn close_files() {
    let Some(room) = std::env::var_os(ROOM_OF_CELLS) else {
        return;
    };
    let closed = Fence::new(writing()).and_then(|mut fence| {
        fence.allow(Path::new(&room))?;
        for device in DEVICES {
            fence.allow(Path::new(device))?;
        }
        fence.close()
    });
    if let Err(error) = closed {
        // The trial had drawn it. No cell runs that could write anywhere.
        eprintln!("chainrule: the cells of a graded notebook could not be fenced ({error})");
        std::process::exit(1);
    }
}

/// Removes the folder that cells have run in.
pub fn clean() {
    if let Some(room) = ROOM.get() {
        let _ = fs::remove_dir_all(room);
    }
}

/// A fence that is being built.
struct Fence {
    rules: RulesetCreated,
    access: BitFlags<AccessFs>,
}

impl Fence {
    /// Forbids these kinds of access, and signals and nameless sockets beyond the fence where the
    /// system knows of that.
    fn new(access: BitFlags<AccessFs>) -> Result<Fence> {
        let rules = Ruleset::default()
            .set_compatibility(CompatLevel::HardRequirement)
            .handle_access(access)
            .map_err(Error::other)?
            .set_compatibility(CompatLevel::BestEffort)
            .scope(Scope::from_all(ABI::V6))
            .and_then(Ruleset::create)
            .map_err(Error::other)?;
        Ok(Fence { rules, access })
    }

    /// Allows it for a file, or for all below a folder. What is not there needs nothing.
    fn allow(&mut self, path: &Path) -> Result<()> {
        let rules = path_beneath_rules([path], self.access);
        let added = (&mut self.rules).add_rules(rules);
        added.map(drop).map_err(Error::other)
    }

    /// Allows it below a path, but for what is in `closed`.
    fn allow_outside(&mut self, path: &Path, closed: &Path) -> Result<()> {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if path == closed {
            return Ok(());
        }
        if !closed.starts_with(&path) {
            return self.allow(&path);
        }
        for entry in fs::read_dir(&path)?.flatten() {
            self.allow_outside(&entry.path(), closed)?;
        }
        Ok(())
    }

    fn close(self) -> Result<()> {
        self.rules.restrict_self().map(drop).map_err(Error::other)
    }
}

fn reading() -> BitFlags<AccessFs> {
    AccessFs::from_read(ABI::V1)
}

/// Making, moving and removing, too.
fn writing() -> BitFlags<AccessFs> {
    AccessFs::from_write(ABI::V3)
}
