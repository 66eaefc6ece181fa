//! How a compiler has ended: what it may take of the machine, and what is said where it died.
//!
//! rustc has no limit of its own: a file without an end, a macro that doubles what it gets, and a
//! text becomes all the memory that there is. So cargo and all that it starts get a limit, and the
//! system is told to end them before it ends a kernel. A compiler that dies says how much it has
//! asked for, or draws its own stack, and a learner hears instead what that means.

use super::process::DIED;
use crate::machine::processes::{give_way, set_out_of_memory_score};
use nix::sys::resource::{Resource, setrlimit};
use std::path::Path;

/// In a session's folder: the bytes that one compiler may take.
const MEMORY: &str = "compiler-memory";
/// What cells get may be too little for a compiler of theirs.
const LEAST: u64 = 1 << 30;
/// The largest crates take half of this.
const MOST: u64 = 8 << 30;
/// Before the kernel and its worker (0), after a runner that has taken the memory itself.
const SCORE: u16 = 500;

/// A cell that trains on all processors comes behind that, so that others can edit theirs.
const BEHIND_KERNELS: i32 = 5;

/// By these words a message is known, to `evaluator/explain` as well.
pub const OUT_OF_MEMORY: &str = "the compiler ran out of memory";
pub const CRASHED: &str = "the compiler itself has crashed";

/// What rustc, LLVM and linkers write when they get no more memory.
const WORDS: [&str; 6] = [
    "memory allocation of ",
    "LLVM ERROR: out of memory",
    "memory exhausted",
    "Cannot allocate memory",
    "ld terminated with signal 9",
    "terminated by signal 9",
];

/// Whether rustc did not come to say anything of the code.
pub fn is_end_of_compiler(message: &str) -> bool {
    [OUT_OF_MEMORY, CRASHED].contains(&message)
}

/// Notes how much memory the compilers of a session may take, where cells have a limit, too.
pub fn note_limit(session: &Path, memory: Option<u64>) -> std::io::Result<()> {
    match memory {
        Some(bytes) => std::fs::write(session.join(MEMORY), bytes.clamp(LEAST, MOST).to_string()),
        None => Ok(()),
    }
}

/// Gives this process and all that it will start the limit of the session in a folder.
pub fn limit(session: &Path) {
    set_out_of_memory_score(SCORE);
    let limit = std::fs::read_to_string(session.join(MEMORY)).ok();
    if let Some(bytes) = limit.and_then(|text| text.trim().parse().ok()) {
        // Not where the library is prepared: there somebody waits for minutes.
        give_way(BEHIND_KERNELS);
        // Memory of one's own: files that are mapped, as rustc maps crates, are no burden.
        let _ = setrlimit(Resource::RLIMIT_DATA, bytes, bytes);
    }
}

/// What a compiler of `krate` said, with what is understood of it where it has died, or its linker
/// has. In a cell nothing else is said: how often it drew its stack helps nobody.
pub fn understood(code: i32, said: Vec<u8>, krate: &str) -> Vec<u8> {
    match cause(code, &String::from_utf8_lossy(&said)) {
        Some(message) => diagnostic(message, krate).into_bytes(),
        None => said,
    }
}

fn cause(code: i32, said: &str) -> Option<&'static str> {
    let is_memory = WORDS.iter().any(|words| said.contains(words));
    let died = |signal: i32| code == DIED + signal;
    let links = said.contains("linking with `");
    if died(libc::SIGKILL) || (is_memory && (code > DIED || links)) {
        Some(OUT_OF_MEMORY)
    } else {
        (code > DIED).then_some(CRASHED)
    }
}

/// As rustc writes an error, which cargo and evcxr hand on.
fn diagnostic(message: &str, krate: &str) -> String {
    let message = match krate {
        "ctx" => message.to_owned(),
        other => format!("{message}, at the crate `{other}`"),
    };
    let rendered = format!("error: {message}\n");
    let line = serde_json::json!({
        "$message_type": "diagnostic", "message": message, "code": null, "level": "error",
        "spans": [], "children": [], "rendered": rendered,
    });
    format!("{line}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_compiler_died_of() {
        let cases = [
            (
                DIED + libc::SIGABRT,
                "memory allocation of 8 bytes failed",
                Some(OUT_OF_MEMORY),
            ),
            (
                DIED + libc::SIGABRT,
                "LLVM ERROR: out of memory",
                Some(OUT_OF_MEMORY),
            ),
            (DIED + libc::SIGKILL, "", Some(OUT_OF_MEMORY)),
            (
                DIED + libc::SIGSEGV,
                "error: rustc interrupted by SIGSEGV",
                Some(CRASHED),
            ),
            (
                1,
                "linking with `cc` failed … ld: memory exhausted",
                Some(OUT_OF_MEMORY),
            ),
            // A cell may have the words in a text.
            (1, "unused variable: `memory exhausted`", None),
            (1, "couldn't read `/dev/zero`: out of memory", None),
            (101, "the compiler unexpectedly panicked", None),
            (0, "", None),
        ];
        for (code, said, expected) in cases {
            assert_eq!(cause(code, said), expected, "{code}: {said}");
        }
        let said = understood(1, b"as it was".to_vec(), "ctx");
        assert_eq!(said, b"as it was");
    }
}
