//! What the kernel and everything that it has started take of the machine, for the resource display
//! of front ends.

use crate::machine::memory::kilobytes;
use crate::machine::processes::{children, statistics, ticks_per_second};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::fs;
use std::time::Instant;

/// What was counted last: a share of the processor is a difference of two counts.
pub struct Usage {
    at: Instant,
    /// Clock ticks that each process has used.
    ticks: HashMap<i32, u64>,
    /// Clock ticks of the whole machine: at work, and all.
    host: (u64, u64),
}

impl Usage {
    pub fn begin() -> Usage {
        Usage {
            at: Instant::now(),
            ticks: ticks_of(&tree()),
            host: ticks_of_host(),
        }
    }

    /// The content of a `usage_reply`, with the names that ipykernel has given to its parts.
    pub fn reply(&mut self) -> Value {
        let processes = tree();
        let now = Usage {
            at: Instant::now(),
            ticks: ticks_of(&processes),
            host: ticks_of_host(),
        };
        let used: u64 = now
            .ticks
            .iter()
            .map(|(pid, ticks)| ticks.saturating_sub(self.ticks.get(pid).copied().unwrap_or(0)))
            .sum();
        let seconds = now.at.duration_since(self.at).as_secs_f64().max(1e-3);
        let host_all = now.host.1.saturating_sub(self.host.1).max(1) as f64;
        let host_share = 100.0 * now.host.0.saturating_sub(self.host.0) as f64 / host_all;
        *self = now;
        json!({
            "status": "ok",
            "hostname": fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default().trim(),
            "pid": std::process::id(),
            "kernel_cpu": rounded(100.0 * used as f64 / ticks_per_second() as f64 / seconds),
            "kernel_memory": processes.iter().map(|&pid| memory(pid)).sum::<u64>(),
            "cpu_count": std::thread::available_parallelism().map_or(1, usize::from),
            "host_cpu_percent": rounded(host_share),
            "host_virtual_memory": host_memory(),
        })
    }
}

/// This process and all below it.
fn tree() -> Vec<i32> {
    let mut found = vec![std::process::id() as i32];
    let mut next = 0;
    while next < found.len() {
        found.extend(children(found[next] as u32));
        next += 1;
    }
    found
}

fn ticks_of(processes: &[i32]) -> HashMap<i32, u64> {
    let ticks = |pid: i32| {
        let fields = statistics(pid)?;
        // In the user's program and in the system for it.
        Some(fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?)
    };
    processes
        .iter()
        .filter_map(|&pid| Some((pid, ticks(pid)?)))
        .collect()
}

fn ticks_of_host() -> (u64, u64) {
    let text = fs::read_to_string("/proc/stat").unwrap_or_default();
    let line = text.lines().next().unwrap_or_default();
    let numbers: Vec<u64> = line
        .split_whitespace()
        .skip(1)
        .filter_map(|number| number.parse().ok())
        .collect();
    // The fourth and the fifth are idleness; the ninth and tenth are counted among the first
    // already.
    let all = numbers.iter().take(8).sum::<u64>();
    (all - numbers.iter().skip(3).take(2).sum::<u64>(), all)
}

/// Bytes of memory, a page that n processes share counted as the nth part.
fn memory(pid: i32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    kilobytes(&text, "Pss:") * 1024
}

fn host_memory() -> Value {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let bytes = |name: &str| kilobytes(&text, name) * 1024;
    let (total, available) = (bytes("MemTotal:"), bytes("MemAvailable:"));
    let used = total.saturating_sub(available);
    json!({
        "total": total,
        "available": available,
        "used": used,
        "free": bytes("MemFree:"),
        "percent": rounded(100.0 * used as f64 / total.max(1) as f64),
    })
}

fn rounded(percent: f64) -> f64 {
    (percent * 10.0).round() / 10.0
}
