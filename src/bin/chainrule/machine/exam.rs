//! An exam room: a process, and all that it starts, without a network.
//!
//! `chainrule lab --exam` says so to its kernels by a variable. They put a filter before the
//! system's calls, for which nobody needs to be an administrator and which nothing can take away
//! again. Another name space of the network would need a user name space with it, in which root's
//! files are nobody's, and a kernel loads no system's cells that are nobody's.

use chainrule::display::say;
use std::io::{Error, Result};

/// Set for all that belongs to an exam.
pub const VARIABLE: &str = "CHAINRULE_EXAM";

/// Whether this process belongs to an exam.
pub fn is_on() -> bool {
    std::env::var_os(VARIABLE).is_some_and(|value| !value.is_empty())
}

/// What a cell hears that asks for other crates.
pub fn no_crates() -> String {
    say(
        "this is an exam: other crates cannot be added with `:dep`. What the course uses is there \
         without it",
        "现在是考试：不能用 `:dep` 添加其他 crate。课程所用的一切无需添加即可使用",
    )
    .to_owned()
}

/// From here on sockets are for this machine alone (`AF_UNIX`), in this process and in all that it
/// will start. Nothing that sees or becomes other programs of the user is left either: not
/// `ptrace`, nor `io_uring`, which makes sockets of its own.
#[cfg(target_arch = "x86_64")]
pub fn cut_network() -> Result<()> {
    const ARCHITECTURE: u32 = 0xc000_003e; // AUDIT_ARCH_X86_64
    const X32: u32 = 0x4000_0000; // the bit of calls with pointers of four bytes
    let load = |at: u32| statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, at);
    let (number, architecture, first_argument) = (0, 4, 16);
    let refuse = |error: i32| statement(libc::BPF_RET, libc::SECCOMP_RET_ERRNO | error as u32);
    let allow = statement(libc::BPF_RET, libc::SECCOMP_RET_ALLOW);
    let is = |value: u32, then, other| jump(libc::BPF_JEQ, value, then, other);
    let calls = |call: libc::c_long| call as u32;
    let filter = [
        // Calls of 32-bit programs have other numbers.
        load(architecture),
        is(ARCHITECTURE, 1, 0),
        refuse(libc::EPERM),
        load(number),
        jump(libc::BPF_JGE, X32, 6, 0),
        is(calls(libc::SYS_ptrace), 5, 0),
        is(calls(libc::SYS_process_vm_writev), 4, 0),
        is(calls(libc::SYS_io_uring_setup), 4, 0),
        is(calls(libc::SYS_socket), 0, 4),
        load(first_argument),
        is(libc::AF_UNIX as u32, 2, 0),
        refuse(libc::EPERM),
        refuse(libc::ENOSYS),
        allow,
    ];
    let program = libc::sock_fprog {
        len: filter.len() as u16,
        filter: filter.as_ptr().cast_mut(),
    };
    // SAFETY: both calls read their arguments, and the second the program, which is there.
    let failed = unsafe {
        libc::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0
            || libc::prctl(
                libc::PR_SET_SECCOMP,
                libc::SECCOMP_MODE_FILTER,
                &raw const program,
            ) != 0
    };
    if failed {
        return Err(Error::last_os_error());
    }
    Ok(())
}

/// Numbers of calls are those of one processor.
#[cfg(not(target_arch = "x86_64"))]
pub fn cut_network() -> Result<()> {
    Err(Error::from(std::io::ErrorKind::Unsupported))
}

#[cfg(target_arch = "x86_64")]
fn statement(code: u32, value: u32) -> libc::sock_filter {
    libc::sock_filter {
        code: code as u16,
        jt: 0,
        jf: 0,
        k: value,
    }
}

/// Skips as many statements as is said, for each of the two cases.
#[cfg(target_arch = "x86_64")]
fn jump(test: u32, value: u32, then: u8, other: u8) -> libc::sock_filter {
    libc::sock_filter {
        code: (libc::BPF_JMP | test | libc::BPF_K) as u16,
        jt: then,
        jf: other,
        k: value,
    }
}
