//! What the system knows about processes (`/proc`).

use std::fs;

/// The processes that a process has started, by all its threads.
pub fn children(parent: u32) -> Vec<i32> {
    let threads = fs::read_dir(format!("/proc/{parent}/task"));
    let lists =
        threads.into_iter().flatten().flatten().map(|thread| fs::read_to_string(thread.path().join("children")));
    lists
        .flatten()
        .flat_map(|list| list.split_whitespace().filter_map(|pid| pid.parse().ok()).collect::<Vec<_>>())
        .collect()
}

/// The fields of `/proc/<pid>/stat` from the third on: the state, the parent, …
pub fn statistics(pid: i32) -> Option<Vec<String>> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the name, in parentheses; it may contain any of these characters itself.
    Some(line[line.rfind(')')? + 1..].split_whitespace().map(str::to_owned).collect())
}

/// When a process was started, in clock ticks since the machine was.
pub(super) fn start_time(pid: i32) -> Option<u64> {
    statistics(pid)?.get(19)?.parse().ok()
}

/// Now, in the same unit.
pub(super) fn now() -> u64 {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: the call fills the structure; sysconf has no conditions.
    let ticks_per_second = unsafe {
        libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut time);
        libc::sysconf(libc::_SC_CLK_TCK).max(1) as u64
    };
    time.tv_sec as u64 * ticks_per_second + time.tv_nsec as u64 * ticks_per_second / 1_000_000_000
}

/// What stands behind a name in a text of `/proc` that counts in kilobytes; 0 if it is not there.
pub fn kilobytes(text: &str, name: &str) -> u64 {
    let line = text.lines().find_map(|line| line.strip_prefix(name)).unwrap_or_default();
    line.split_whitespace().next().and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Bytes that programs can have without others being put off; 0 where the system does not tell.
pub fn available_memory() -> u64 {
    kilobytes(&std::fs::read_to_string("/proc/meminfo").unwrap_or_default(), "MemAvailable:") * 1024
}
