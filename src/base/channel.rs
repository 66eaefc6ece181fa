//! A pipe or socket that the worker has prepared, by the number that the system knows it by.

use std::fs::File;
use std::mem::ManuallyDrop;

/// A file descriptor.
#[cfg(unix)]
pub type RawChannel = std::os::fd::RawFd;
/// A handle. (No worker uses it yet: the library compiles for Windows, the kernel does not run
/// there.)
#[cfg(windows)]
pub type RawChannel = isize;

/// For reading and writing. Dropping it leaves the channel open, as the worker keeps it for the
/// life of the process.
pub(crate) fn file(channel: RawChannel) -> ManuallyDrop<File> {
    // SAFETY: the worker's promise, see `chainrule_start`.
    #[cfg(unix)]
    let file = unsafe { <File as std::os::fd::FromRawFd>::from_raw_fd(channel) };
    // SAFETY: as above.
    #[cfg(windows)]
    let file =
        unsafe { <File as std::os::windows::io::FromRawHandle>::from_raw_handle(channel as _) };
    ManuallyDrop::new(file)
}
