//! A notebook that nbgrader runs: its cells are somebody else's program, and reach neither the
//! files nor the programs of who grades.
//!
//! The system's own fence (Landlock) is drawn twice, and nothing can take it down again. The kernel
//! and all that it starts, compilers too, read the system, the toolchain and what was handed in
//! beside the notebook. Cells also write only into a folder that ends with the kernel: they run in
//! it, with what was handed in. Nobody needs to be an administrator for it.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{Error, Result};
use std::mem::size_of;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// Set by nbgrader while it runs a notebook.
const VARIABLE: &str = "NBGRADER_EXECUTION";
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
    let fence = Fence::new(READ)?;
    let system = OF_THE_SYSTEM.iter().map(PathBuf::from);
    for path in system.chain(readable.iter().cloned()) {
        fence.allow_outside(&path, course)?;
    }
    fence.allow(room, READ)?;
    for entry in fs::read_dir(&here)?.flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        let is_notebook = path.extension() == Some(OsStr::new("ipynb"));
        // A link that was handed in may lead anywhere.
        let is_link = entry.file_type()?.is_symlink();
        if !is_notebook && !is_link && !name.as_encoded_bytes().starts_with(b".") {
            fence.allow(&path, READ)?;
            symlink(&path, room.join(name))?;
        }
    }
    std::env::set_current_dir(room)?;
    let _ = ROOM.set(room.to_owned());
    // SAFETY: no other thread has been started yet.
    unsafe { std::env::set_var("TMPDIR", room) };
    fence.close()
}

/// Has cells write only into their folder, in a process that runs cells of a graded notebook.
pub fn close_files() {
    if !is_on() {
        return;
    }
    let closed = Fence::new(WRITE).and_then(|fence| {
        fence.allow(&std::env::temp_dir(), WRITE)?;
        for device in DEVICES {
            fence.allow(Path::new(device), WRITE)?;
        }
        fence.close()
    });
    // The kernel, which is behind such a fence itself, has said so where the system has none.
    let _ = closed;
}

/// Removes the folder that cells have run in.
pub fn clean() {
    if let Some(room) = ROOM.get() {
        let _ = fs::remove_dir_all(room);
    }
}

/// Kinds of access, as the system numbers them.
const EXECUTE: u64 = 1;
const WRITE_FILE: u64 = 1 << 1;
const READ_FILE: u64 = 1 << 2;
const READ: u64 = EXECUTE | READ_FILE | 1 << 3;
const TRUNCATE: u64 = 1 << 14;
/// With making, moving and removing.
const WRITE: u64 = WRITE_FILE | TRUNCATE | 0x3ff0;
/// What there is for a file that is no folder.
const OF_FILES: u64 = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE;
/// Signals, and sockets without a file: neither leaves the fence.
const SCOPES: u64 = 3;
/// Versions of the system's interface that have brought something: TRUNCATE, and scopes.
const WITH_TRUNCATE: libc::c_long = 3;
const WITH_SCOPES: libc::c_long = 6;

/// What a fence is about: kinds of access to files, nothing of the network, scopes.
#[repr(C)]
struct Rules {
    files: u64,
    network: u64,
    scopes: u64,
}

/// That kinds of access are allowed below a path.
#[repr(C, packed)]
struct Exception {
    access: u64,
    path: i32,
}

/// A fence that is being built.
struct Fence {
    descriptor: OwnedFd,
    access: u64,
}

impl Fence {
    fn new(access: u64) -> Result<Fence> {
        let make = |rules: *const Rules, size: usize, flags: u32| {
            // SAFETY: the system reads as many bytes of the rules as is said, and none for a null.
            unsafe { libc::syscall(libc::SYS_landlock_create_ruleset, rules, size, flags) }
        };
        let version = make(std::ptr::null(), 0, 1);
        if version < WITH_TRUNCATE {
            return Err(Error::from(std::io::ErrorKind::Unsupported));
        }
        let with_scopes = version >= WITH_SCOPES;
        let rules = Rules {
            files: access,
            network: 0,
            scopes: if with_scopes { SCOPES } else { 0 },
        };
        let size = if with_scopes { size_of::<Rules>() } else { 8 };
        let descriptor = make(&raw const rules, size, 0);
        if descriptor < 0 {
            return Err(Error::last_os_error());
        }
        // SAFETY: the system has just opened it for us.
        let descriptor = unsafe { OwnedFd::from_raw_fd(descriptor as i32) };
        Ok(Fence { descriptor, access })
    }

    /// Allows access to a file, or to all below a folder. What is not there needs nothing.
    fn allow(&self, path: &Path, access: u64) -> Result<()> {
        let mut options = File::options();
        std::os::unix::fs::OpenOptionsExt::custom_flags(&mut options, libc::O_PATH);
        let Ok(file) = options.read(true).open(path) else {
            return Ok(());
        };
        let is_folder = file.metadata()?.is_dir();
        let exception = Exception {
            access: self.access & access & if is_folder { u64::MAX } else { OF_FILES },
            path: file.as_raw_fd(),
        };
        // SAFETY: the descriptors are open, and the system reads the exception.
        let failed = unsafe {
            libc::syscall(
                libc::SYS_landlock_add_rule,
                self.descriptor.as_raw_fd(),
                1, // LANDLOCK_RULE_PATH_BENEATH
                &raw const exception,
                0,
            )
        };
        if failed != 0 {
            return Err(Error::last_os_error());
        }
        Ok(())
    }

    /// Allows reading below a path, but for what is in `closed`.
    fn allow_outside(&self, path: &Path, closed: &Path) -> Result<()> {
        let path = path.canonicalize().unwrap_or_else(|_| path.to_owned());
        if path == closed || !closed.starts_with(&path) {
            return if path == closed {
                Ok(())
            } else {
                self.allow(&path, READ)
            };
        }
        for entry in fs::read_dir(&path)?.flatten() {
            self.allow_outside(&entry.path(), closed)?;
        }
        Ok(())
    }

    fn close(self) -> Result<()> {
        // SAFETY: the first reads its arguments, the second a descriptor that is open.
        let failed = unsafe {
            libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
                || libc::syscall(
                    libc::SYS_landlock_restrict_self,
                    self.descriptor.as_raw_fd(),
                    0,
                ) != 0
        };
        if failed {
            return Err(Error::last_os_error());
        }
        Ok(())
    }
}
