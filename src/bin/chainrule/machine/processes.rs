//! Processes: what the system knows about them (`/proc`), and what it is told about this one.

use super::memory::kilobytes;
use nix::sys::signal::Signal;
use nix::unistd::{SysconfVar, sysconf};
use std::ffi::CStr;
use std::fs;

/// The processes that a process has started, by all its threads.
pub fn children(parent: u32) -> Vec<i32> {
    let threads = fs::read_dir(format!("/proc/{parent}/task"));
    let lists = threads
        .into_iter()
        .flatten()
        .flatten()
        .map(|thread| fs::read_to_string(thread.path().join("children")));
    lists
        .flatten()
        .flat_map(|list| {
            list.split_whitespace()
                .filter_map(|pid| pid.parse().ok())
                .collect::<Vec<_>>()
        })
        .collect()
}

/// The fields of `/proc/<pid>/stat` from the third on: the state, the parent, …
pub fn statistics(pid: i32) -> Option<Vec<String>> {
    let line = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the name, in parentheses; it may contain any of these characters itself.
    Some(
        line[line.rfind(')')? + 1..]
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
    )
}

/// When a process was started, in clock ticks since the machine was.
pub fn start_time(pid: i32) -> Option<u64> {
    statistics(pid)?.get(19)?.parse().ok()
}

/// Now, in the same unit.
pub fn now() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the call fills the structure. (It is called between fork and the next cell; it does
    // not allocate.)
    unsafe { libc::clock_gettime(libc::CLOCK_BOOTTIME, &raw mut time) };
    let ticks_per_second = ticks_per_second();
    time.tv_sec as u64 * ticks_per_second + time.tv_nsec as u64 * ticks_per_second / 1_000_000_000
}

/// Clock ticks, the unit of times in `/proc`.
pub fn ticks_per_second() -> u64 {
    number_of_system(SysconfVar::CLK_TCK)
}

fn number_of_system(name: SysconfVar) -> u64 {
    sysconf(name)
        .ok()
        .flatten()
        .map_or(1, |number| number.max(1) as u64)
}

/// Bytes of memory that a process (`self`, or a number) has and that belong to no file.
pub fn own_memory(process: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{process}/statm")).unwrap_or_default();
    let mut pages = text
        .split_whitespace()
        .skip(1)
        .filter_map(|pages| pages.parse::<u64>().ok());
    let (resident, of_files) = (pages.next().unwrap_or(0), pages.next().unwrap_or(0));
    resident.saturating_sub(of_files) * number_of_system(SysconfVar::PAGE_SIZE)
}

/// Bytes of memory that belong to no file, a page that n processes share counted as the nth part.
pub fn share_of_memory(pid: i32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    (kilobytes(&text, "Pss_Anon:") + kilobytes(&text, "Pss_Shmem:")) * 1024
}

/// How many threads, in all processes, belong to whoever runs this.
pub fn threads_of_this_user() -> usize {
    use std::os::unix::fs::MetadataExt;
    let user = nix::unistd::geteuid().as_raw();
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter(|process| process.metadata().is_ok_and(|folder| folder.uid() == user))
        .filter_map(|process| Some(fs::read_dir(process.path().join("task")).ok()?.count()))
        .sum()
}

/// Leaves the processors to others, the more the higher `by` is, where they want them: to compilers
/// before cells that run for long, to kernels before both.
pub fn give_way(by: i32) {
    // SAFETY: changes nothing but this process's priority.
    unsafe { libc::nice(by) };
}

/// Has the system send `signal` when the parent dies. Cleared by fork, so every process sets it for
/// itself.
pub fn die_with_parent(signal: Signal) {
    let _ = nix::sys::prctl::set_pdeathsig(signal);
}

/// What `ps` and `top` call this process.
pub fn set_name(name: &CStr) {
    let _ = nix::sys::prctl::set_name(name);
}

/// Whom the system ends first when memory runs out: the higher, the sooner. The kernel and the
/// supervisor have 0.
pub fn set_out_of_memory_score(score: u16) {
    // Where it cannot be set, the system decides alone.
    let _ = fs::write("/proc/self/oom_score_adj", score.to_string());
}
