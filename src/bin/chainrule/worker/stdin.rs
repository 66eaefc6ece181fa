//! Standard input of cells.
//!
//! Descriptor 0 of the runner, which programs that a cell starts inherit, is empty. When the cell
//! itself reads from it, the learner is asked. There is no way to notice from outside that somebody
//! waits for input, and std reads with the function `read` of the C library: this executable has
//! one of its own, which the shared objects that it loads find first.

use super::process::NOTHING;
use std::ffi::{c_int, c_void};
use std::sync::atomic::{AtomicPtr, Ordering};

/// The library's function that asks, once it is loaded.
type ReadStdin = unsafe extern "C" fn(*mut u8, usize) -> isize;
static READ_STDIN: AtomicPtr<c_void> = AtomicPtr::new(std::ptr::null_mut());

/// From now on `read_stdin` provides what is read from descriptor 0.
pub fn provide(read_stdin: ReadStdin) {
    READ_STDIN.store(read_stdin as *mut c_void, Ordering::SeqCst);
}

/// The C library's `read`, but for standard input of a cell.
///
/// # Safety
/// As the C library's.
#[unsafe(no_mangle)]
unsafe extern "C" fn read(fd: c_int, buffer: *mut c_void, length: usize) -> isize {
    let read_stdin = READ_STDIN.load(Ordering::Relaxed);
    if fd == 0 && !read_stdin.is_null() && length > 0 && is_ours() {
        // SAFETY: only ever set to such a function.
        let read_stdin = unsafe { std::mem::transmute::<*mut c_void, ReadStdin>(read_stdin) };
        // SAFETY: the caller's promise.
        let count = unsafe { read_stdin(buffer.cast(), length) };
        if count < 0 {
            // SAFETY: the location is this thread's own.
            unsafe { *libc::__errno_location() = -count as c_int };
            return -1;
        }
        return count;
    }
    // SAFETY: the caller's promise. Sets errno as the C library's function does.
    unsafe { libc::syscall(libc::SYS_read, fd, buffer, length) as isize }
}

/// Whether descriptor 0 is still what we have put there. A cell may have put a file in its place,
/// or closed it.
fn is_ours() -> bool {
    let file = |fd: c_int| {
        // SAFETY: the call fills the structure, and it is read only if it did.
        unsafe {
            let mut status: libc::stat = std::mem::zeroed();
            (libc::fstat(fd, &raw mut status) == 0).then_some((status.st_dev, status.st_ino))
        }
    };
    file(0).is_some_and(|stdin| Some(stdin) == file(NOTHING))
}
