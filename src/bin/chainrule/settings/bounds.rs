//! What nobody can lift who only uses a machine: the limits of its administrator
//! (`/etc/chainrule/config.toml`), of the hub that has started the server (`MEM_LIMIT`), and of the
//! control group.
//!
//! In the administrator's file a limit is the most that a flag, a variable or a learner's own file
//! can set; anything else in it is what holds where nothing is said.

use super::file::SettingsFile;
use super::table::{ALL, Setting, size};
use super::values::{Settings, size_in_words};
use crate::machine::memory;
use chainrule::display::say;
use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

/// Read from here alone: a variable that names another file would lift what stands in it.
pub const ADMINISTRATORS: &str = "/etc/chainrule/config.toml";

/// What the kernel, rust-analyzer and the compiler need beside the cells.
pub const RESERVE: u64 = 1 << 30;

/// What of it is the most that others can set.
const LIMITS: [&str; 7] = [
    "memory",
    "timeout",
    "output-limit",
    "processes",
    "rest-after",
    "cell-cache",
    "undo",
];

/// Who has set a limit, for those who reach it.
#[derive(Clone, Copy, PartialEq)]
pub enum Whose {
    Administrator,
    Hub,
    ControlGroup,
}

/// The limits that hold because somebody else has set them, by their names.
static IMPOSED: Mutex<BTreeMap<&str, Whose>> = Mutex::new(BTreeMap::new());

/// The administrator's file, and what is wrong with it.
pub fn of_administrator() -> (SettingsFile, Vec<String>) {
    SettingsFile::at(Path::new(ADMINISTRATORS).to_owned())
}

/// Takes back what goes beyond the limits of others.
pub fn impose(settings: &mut Settings, administrator: &SettingsFile) {
    let mut imposed = IMPOSED.lock().unwrap_or_else(PoisonError::into_inner);
    imposed.clear();
    for setting in ALL.iter().filter(|one| LIMITS.contains(&one.name)) {
        let mut most = settings.clone();
        let said = administrator.get(setting);
        if said.is_some_and(|(value, _)| (setting.take)(&mut most, value.trim()))
            && lower(setting, settings, &most)
        {
            imposed.insert(setting.name, Whose::Administrator);
        }
    }
    for (limit, whose) in memory_of_others() {
        if settings.memory.is_none_or(|memory| memory > limit) {
            settings.memory = Some(limit - RESERVE.min(limit / 2));
            imposed.insert("memory", whose);
        }
    }
}

/// Notes whose limit the memory is that cells get where nobody has said anything.
pub fn note_default(limit: u64) {
    let mut others = memory_of_others().into_iter();
    if let Some((_, whose)) = others.find(|(other, _)| *other == limit) {
        let mut imposed = IMPOSED.lock().unwrap_or_else(PoisonError::into_inner);
        imposed.entry("memory").or_insert(whose);
    }
}

/// The memory that a hub and control groups allow to a server with all its kernels.
pub fn memory_of_others() -> Vec<(u64, Whose)> {
    let hub = std::env::var("MEM_LIMIT").ok();
    let hub = hub.and_then(|limit| size(limit.trim()));
    // A group without a limit may say a number beyond all memory.
    let there = memory::of_machine().unwrap_or(u64::MAX);
    let groups = memory::limits_of_control_groups().into_iter();
    let groups = groups.filter(|limit| *limit < there);
    let hub = hub.into_iter().map(|limit| (limit, Whose::Hub));
    hub.chain(groups.map(|limit| (limit, Whose::ControlGroup)))
        .collect()
}

/// Sets one limit to that of the administrator unless it is lower. Says whether that holds now.
fn lower(setting: &Setting, settings: &mut Settings, most: &Settings) -> bool {
    fn least<T: PartialOrd + Copy>(own: &mut Option<T>, most: Option<T>) -> bool {
        let holds = most.is_some_and(|most| own.is_none_or(|own| most <= own));
        if holds {
            *own = most;
        }
        holds
    }
    match setting.name {
        "memory" => least(&mut settings.memory, most.memory),
        "timeout" => least(&mut settings.timeout, most.timeout),
        "output-limit" => least(&mut settings.output, most.output),
        "processes" => least(&mut settings.processes, most.processes),
        "rest-after" => least(&mut settings.rest_after, most.rest_after),
        // Here `none` is less than any number.
        "cell-cache" if most.cells <= settings.cells => {
            settings.cells = most.cells;
            true
        }
        "undo" if most.undo <= settings.undo => {
            settings.undo = most.undo;
            true
        }
        _ => false,
    }
}

/// For the message of a cell that has reached a limit of somebody else: whose it is. Nothing where
/// the learner can change it.
pub fn whose(name: &str) -> Option<String> {
    let imposed = IMPOSED.lock().unwrap_or_else(PoisonError::into_inner);
    let text = match imposed.get(name)? {
        Whose::Administrator => say(
            format!(
                "the limit is that of this machine's administrator ({ADMINISTRATORS}), who alone \
                 can change it"
            ),
            format!("这个上限是本机管理员设定的（{ADMINISTRATORS}），只有管理员能修改"),
        ),
        Whose::Hub => say(
            format!(
                "the limit follows from that of the hub ({} for your server with all its kernels), \
                 which only its administrator can change",
                hub_in_words()
            ),
            format!(
                "这个上限取决于 Hub 的限制（您的服务器连同所有内核共 {}），只有 Hub 的管理员能修改",
                hub_in_words()
            ),
        ),
        Whose::ControlGroup => say(
            "the limit follows from that of your container or control group, which only the \
             administrator can change",
            "这个上限取决于您所在的容器（控制组）的限制，只有管理员能修改",
        )
        .to_owned(),
    };
    Some(text)
}

fn hub_in_words() -> String {
    let hub = std::env::var("MEM_LIMIT").unwrap_or_default();
    size(hub.trim()).map_or(hub, size_in_words)
}
