//! The user's folders, by the rules of the system: what is set to a relative path counts as not
//! set.

use nix::sys::statvfs::{FsFlags, statvfs};
use std::path::{Path, PathBuf};

/// Where programs of ours and what a learner makes with them live.
pub fn data() -> Option<PathBuf> {
    Some(dirs::data_dir()?.join("chainrule"))
}

/// What can be made again.
pub fn cache() -> Option<PathBuf> {
    Some(dirs::cache_dir()?.join("chainrule"))
}

/// What a learner has chosen.
pub fn configuration() -> Option<PathBuf> {
    Some(dirs::config_dir()?.join("chainrule"))
}

/// What an environment variable names, unless it is empty.
pub fn set(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable)
        .filter(|value| !value.is_empty())
        .map(PathBuf::from)
}

/// Whether the system runs nothing from there (`noexec`), programs or compiled cells.
pub fn forbids_programs(folder: &Path) -> bool {
    statvfs(folder).is_ok_and(|disk| disk.flags().contains(FsFlags::ST_NOEXEC))
}
