//! The folders of everything that is kept between sessions: the user's own, and those of the
//! system.
//!
//! What lies in them is compiled or run as the user who finds it, and cargo obeys the settings in
//! every folder above. So a folder that others can add to, or one below such a folder, is refused.

use crate::machine::{folders, ownership};
use anyhow::{Context, Result, bail};
use chainrule::display::say;
use std::fs::{self, DirBuilder, Permissions};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

/// How dependencies of a cell are compiled: for speed, and without the checks that are for the
/// learner's own code.
pub const CARGO_CONFIG: &str = "[profile.dev.package.\"*\"]\nopt-level = 3\n\
                               debug-assertions = false\noverflow-checks = false\n";

/// For the user alone.
const PRIVATE: u32 = 0o700;

/// The user's folder of everything that we keep between sessions.
pub fn cache_folder() -> Result<PathBuf> {
    let set = folders::set("CHAINRULE_CACHE");
    let is_set = set.is_some();
    let folder = match set {
        Some(folder) => folder,
        None => folders::cache().context("there is no home folder")?,
    };
    if let Some(open) = ownership::open_to_others(&folder) {
        bail!(refusal(&folder, &open));
    }
    let failed = || format!("cannot create {}", folder.display());
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(PRIVATE);
    builder.create(&folder).with_context(failed)?;
    // Earlier versions have let others look into it; a folder that somebody has chosen is as open
    // as he has made it.
    if !is_set && fs::metadata(&folder)?.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(&folder, Permissions::from_mode(PRIVATE)).with_context(failed)?;
    }
    if folders::forbids_programs(&folder) {
        bail!(nothing_runs_in(&folder));
    }
    write_cargo_config(&folder)?;
    Ok(folder)
}

fn nothing_runs_in(folder: &Path) -> String {
    let folder = folder.display();
    say(
        format!(
            "compiled cells cannot be kept in {folder}: the system runs nothing from there \
             (mounted with noexec). Choose a folder on another disk that only you can write to \
             (the variable CHAINRULE_CACHE), or ask the administrator for one"
        ),
        format!(
            "不能把编译好的单元格保存在 {folder}：系统不允许运行那里的程序（挂载时带有 noexec）。\
             请用变量 CHAINRULE_CACHE 指定另一个磁盘上只有您能写入的文件夹，\
             或者请管理员提供一个"
        ),
    )
}

fn refusal(folder: &Path, open: &Path) -> String {
    let (folder, open) = (folder.display(), open.display());
    say(
        format!(
            "compiled cells cannot be kept in {folder}: other users of this machine may put files \
             into {open}, and what lies there would run as you. Choose a folder in your home \
             folder (the variable CHAINRULE_CACHE), or leave the variable out"
        ),
        format!(
            "不能把编译好的单元格保存在 {folder}：这台机器上的其他用户可以往 {open} 里放文件，\
             而那里的文件会以您的身份运行。请用变量 CHAINRULE_CACHE 指定主目录下的文件夹，\
             或者干脆不设置这个变量"
        ),
    )
}

/// The folder of the sessions that are open.
pub fn sessions() -> Result<PathBuf> {
    let folder = cache_folder()?.join("sessions");
    let failed = || format!("cannot create {}", folder.display());
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(PRIVATE);
    builder.create(&folder).with_context(failed)?;
    if fs::metadata(&folder)?.permissions().mode() & 0o077 != 0 {
        fs::set_permissions(&folder, Permissions::from_mode(PRIVATE)).with_context(failed)?;
    }
    Ok(folder)
}

/// A folder of the system as a place for what is prepared.
pub fn system_cache(folder: &Path) -> Result<PathBuf> {
    if let Some(open) = ownership::open_to_others(folder) {
        bail!(
            "{}: users of this machine may put files into {}, and what lies there would run as \
             others; choose a folder that only the administrator can write to",
            folder.display(),
            open.display()
        );
    }
    write_cargo_config(folder)?;
    folder
        .canonicalize()
        .with_context(|| format!("{}", folder.display()))
}

/// Where all users of a machine look without a variable set.
pub const OF_ALL_USERS: &str = "/usr/local/share/chainrule";

/// The folders of the system, which an administrator has filled (`chainrule install --system`) and
/// which are only read.
pub fn system_folders() -> Vec<PathBuf> {
    match std::env::var_os("CHAINRULE_SYSTEM_CACHE") {
        Some(list) => std::env::split_paths(&list)
            .filter(|folder| folder.is_absolute())
            .collect(),
        None => vec![
            PathBuf::from(OF_ALL_USERS),
            PathBuf::from("/usr/share/chainrule"),
        ],
    }
}

fn write_cargo_config(folder: &Path) -> Result<()> {
    let settings = folder.join(".cargo");
    fs::create_dir_all(&settings)
        .with_context(|| format!("cannot create {}", settings.display()))?;
    let config = settings.join("config.toml");
    // cargo reads the settings of every folder above a session's.
    if fs::read_to_string(&config).ok().as_deref() != Some(CARGO_CONFIG) {
        fs::write(&config, CARGO_CONFIG)
            .with_context(|| format!("cannot write {}", config.display()))?;
    }
    Ok(())
}
