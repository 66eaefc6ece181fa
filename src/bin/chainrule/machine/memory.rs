//! Memory of the machine, and what control groups leave of it.

use std::fs;
use std::path::Path;

/// What stands behind a name in a text of `/proc` that counts in kilobytes; 0 if it is not there.
pub fn kilobytes(text: &str, name: &str) -> u64 {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap_or_default();
    line.split_whitespace()
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
}

/// Bytes that programs can have without others being put off; 0 where the system does not tell.
pub fn available() -> u64 {
    of_machine_in_bytes("MemAvailable:")
}

/// Bytes of the whole machine, where the system tells.
pub fn of_machine() -> Option<u64> {
    Some(of_machine_in_bytes("MemTotal:")).filter(|&bytes| bytes > 0)
}

fn of_machine_in_bytes(name: &str) -> u64 {
    let text = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    kilobytes(&text, name) * 1024
}

/// The limits of our control group and of those that contain it (of both versions).
pub fn limits_of_control_groups() -> Vec<u64> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mut limits = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (parts.next(), parts.next()) else {
            continue;
        };
        let (root, name) = match controllers {
            "" => ("/sys/fs/cgroup", "memory.max"),
            list if list.split(',').any(|controller| controller == "memory") => {
                ("/sys/fs/cgroup/memory", "memory.limit_in_bytes")
            }
            _ => continue,
        };
        for ancestor in Path::new(group.trim_start_matches('/')).ancestors() {
            // A group without a limit says "max", or a number beyond all memory.
            let text =
                fs::read_to_string(Path::new(root).join(ancestor).join(name)).unwrap_or_default();
            limits.extend(text.trim().parse::<u64>().ok());
        }
    }
    limits
}
