//! Memory of the machine, and what control groups leave of it.

use std::fs;
use std::path::{Path, PathBuf};

/// The number behind a name in a text of the system (`/proc` counts in kilobytes); 0 if it is not
/// there.
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

/// Bytes that programs can have without others being put off, on the machine and in each control
/// group; 0 where the system does not tell.
pub fn available() -> u64 {
    let left = |group: &Group| group.limit()?.checked_sub(group.taken()?).or(Some(0));
    let of_groups = control_groups();
    let left = of_groups.iter().filter_map(left);
    left.chain([of_machine_in_bytes("MemAvailable:")])
        .min()
        .unwrap_or(0)
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
    control_groups().iter().filter_map(Group::limit).collect()
}

/// A control group, by its folder.
struct Group {
    folder: PathBuf,
    is_second_version: bool,
}

impl Group {
    /// A group without a limit says "max", or a number beyond all memory.
    fn limit(&self) -> Option<u64> {
        self.number("memory.max", "memory.limit_in_bytes")
    }

    /// Without what the system has read from files and can forget.
    fn taken(&self) -> Option<u64> {
        let all = self.number("memory.current", "memory.usage_in_bytes")?;
        let text = fs::read_to_string(self.folder.join("memory.stat")).unwrap_or_default();
        let name = if self.is_second_version {
            "inactive_file "
        } else {
            "total_inactive_file "
        };
        Some(all.saturating_sub(kilobytes(&text, name)))
    }

    fn number(&self, second: &str, first: &str) -> Option<u64> {
        let name = if self.is_second_version {
            second
        } else {
            first
        };
        let text = fs::read_to_string(self.folder.join(name)).ok()?;
        text.trim().parse().ok()
    }
}

/// Our group and those that contain it. In a container the path of a group may be one of the
/// machine's; then the outermost folder is the container's own.
fn control_groups() -> Vec<Group> {
    let groups = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mut found = Vec::new();
    for line in groups.lines() {
        let mut parts = line.splitn(3, ':').skip(1);
        let (Some(controllers), Some(group)) = (parts.next(), parts.next()) else {
            continue;
        };
        let is_second_version = controllers.is_empty();
        let root = match is_second_version {
            true => "/sys/fs/cgroup",
            false if controllers.split(',').any(|one| one == "memory") => "/sys/fs/cgroup/memory",
            false => continue,
        };
        let inner = Path::new(group.trim_start_matches('/'));
        found.extend(inner.ancestors().map(|inner| Group {
            folder: Path::new(root).join(inner),
            is_second_version,
        }));
    }
    found
}
