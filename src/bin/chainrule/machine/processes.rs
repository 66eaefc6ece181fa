//! Processes: what the system knows about them (`/proc`), and what it is told about this one.

use super::memory::kilobytes;
use nix::sys::signal::Signal;
use nix::unistd::{SysconfVar, sysconf};
use std::ffi::CStr;
use std::fs;
use std::io::ErrorKind;
use std::sync::atomic::{AtomicI32, Ordering};

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

/// Whether a process has ended, or its first thread, which ends with the others: all that is left
/// of it waits for being collected.
pub fn is_dead(pid: i32) -> bool {
    let state = statistics(pid).and_then(|fields| fields.into_iter().next());
    state.is_some_and(|state| matches!(state.as_str(), "Z" | "X"))
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

/// The weight that the session of this process still has to be given, if not 0.
static WANTED: AtomicI32 = AtomicI32::new(0);

/// Leaves the processors to others, those of other sessions too, where they want them. Linux
/// divides them among sessions (setsid) first, unless a control group does it, and `nice` counts
/// within one only: so this process and its descendants become a session that has less weight.
pub fn give_way_as_a_session(by: i32) {
    give_way(by);
    // A session that this process shares with others is not ours to change.
    if nix::unistd::setsid().is_ok() {
        WANTED.store(by, Ordering::Relaxed);
        give_way_where_it_is_still_to_do();
    }
}

/// Linux takes one such wish in 0.1 s from all users together but root: a class that starts at once
/// has to ask again.
pub fn give_way_where_it_is_still_to_do() {
    let by = WANTED.load(Ordering::Relaxed);
    if by == 0 {
        return;
    }
    let told = fs::write("/proc/self/autogroup", by.to_string());
    if !told.is_err_and(|error| error.kind() == ErrorKind::WouldBlock) {
        WANTED.store(0, Ordering::Relaxed);
    }
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
