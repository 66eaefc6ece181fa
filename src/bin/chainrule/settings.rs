//! What a person can set: by a flag, by a variable of the environment, by a line in a file of ours.
//! The first of these that says something counts.
//!
//! ```toml
//! # ~/.config/chainrule/config.toml
//! memory = "2G"            # what the variables and the cell may take together
//! timeout = 60             # seconds that a cell may take
//! output-limit = "1M"      # text of a cell that is shown
//! processes = 64           # processes and threads that cells may have at once
//! snapshots = "on"         # whether a cell that crashes is undone
//! history = "on"           # whether the cells that were run are remembered for later sessions
//! undo = 10                # how many cells `:undo` can take back
//! rest-after = 1200        # seconds without a cell until what compiles gives its memory back
//! cell-cache = "2G"        # compiled cells that are kept for the next time, or "off"
//! language = "en"          # or "zh"
//! ```
//!
//! The file of the folder that a notebook is in is never read: whoever writes a notebook shall not
//! change the kernel.

use crate::machine::{folders, memory};
use anyhow::{Context, Result, anyhow, bail};
use chainrule::display::{Language, say, set_language};
use clap::Args;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// The limits of a session's cells.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    /// Bytes.
    pub memory: Option<u64>,
    pub timeout: Option<Duration>,
    /// Bytes.
    pub output: Option<usize>,
    pub processes: Option<usize>,
    pub snapshots: bool,
    /// Whether later sessions know the cells of this one.
    pub history: bool,
    /// How many cells can be taken back.
    pub undo: usize,
    /// How long nothing is asked until evcxr, which takes most of the kernel's memory, is ended.
    pub rest_after: Option<Duration>,
    /// Bytes of compiled cells that are kept for the next time; nothing where none are.
    pub cells: Option<u64>,
    /// Whether the kernel tells on its standard error what things cost (`CHAINRULE_TRACE=1`, for
    /// benchmarks).
    pub trace: bool,
}

/// The same as flags, as they are typed.
#[derive(Args, Clone, Debug, Default)]
pub struct Flags {
    /// Memory that cells may take, for example 2G, 500M, or none [default: what there is, less a
    /// reserve]
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
    /// Stop a cell that takes longer than this many seconds [default: none]
    #[arg(long, value_name = "S")]
    timeout: Option<String>,
    /// Text of a cell that is shown, for example 1M, or none [default: 1M]
    #[arg(long, value_name = "SIZE")]
    output_limit: Option<String>,
    /// Processes and threads that cells may have at once, or none [default: 512]
    #[arg(long, value_name = "N")]
    processes: Option<String>,
    /// Whether a cell that crashes is undone, on or off [default: on]
    #[arg(long, value_name = "ON|OFF")]
    snapshots: Option<String>,
    /// Whether the cells that were run are remembered for later sessions, on or off [default: on]
    #[arg(long, value_name = "ON|OFF")]
    history: Option<String>,
    /// How many cells `:undo` can take back, at most 32, or none [default: 5]
    #[arg(long, value_name = "N")]
    undo: Option<String>,
    /// After this many seconds without a cell, give back the memory of what compiles, or none
    /// [default: 1200]
    #[arg(long, value_name = "S")]
    rest_after: Option<String>,
    /// Compiled cells that are kept for the next time, for example 2G, or off [default: 2G]
    #[arg(long, value_name = "SIZE")]
    cell_cache: Option<String>,
    /// The language of explanations, en or zh [default: that of the locale]
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<String>,
}

const OUTPUT: usize = 1 << 20;
const PROCESSES: usize = 512;
const UNDO: u64 = 5;
/// A cell that can be taken back sleeps as a process.
pub const MOST_UNDO: usize = 32;
const REST_AFTER: Duration = Duration::from_secs(1200);
const CELLS: u64 = 2 << 30;
/// The library and an empty cell take half of this.
const LEAST_MEMORY: u64 = 64 << 20;
/// What the kernel, rust-analyzer and the compiler need beside the cells.
const RESERVE: u64 = 1 << 30;

/// One thing that can be set. Its flag, its key in the file and its variable have the same name.
struct Setting {
    name: &'static str,
    expected: &'static str,
}

const MEMORY_SETTING: Setting = Setting {
    name: "memory",
    expected: "a size of at least 64M, such as 2G, or none",
};
const TIMEOUT_SETTING: Setting = Setting {
    name: "timeout",
    expected: "a number of seconds, or none",
};
const OUTPUT_SETTING: Setting = Setting {
    name: "output-limit",
    expected: "a size such as 1M, or none",
};
const PROCESSES_SETTING: Setting = Setting {
    name: "processes",
    expected: "a number, or none",
};
const SNAPSHOTS_SETTING: Setting = Setting {
    name: "snapshots",
    expected: "on or off",
};
const HISTORY_SETTING: Setting = Setting {
    name: "history",
    expected: "on or off",
};
const UNDO_SETTING: Setting = Setting {
    name: "undo",
    expected: "a number, or none",
};
const REST_SETTING: Setting = Setting {
    name: "rest-after",
    expected: "a number of seconds, or none",
};
const CELLS_SETTING: Setting = Setting {
    name: "cell-cache",
    expected: "a size such as 2G, or off",
};
const LANGUAGE_SETTING: Setting = Setting {
    name: "language",
    expected: "en or zh",
};
const ALL: [&Setting; 10] = [
    &MEMORY_SETTING,
    &TIMEOUT_SETTING,
    &OUTPUT_SETTING,
    &PROCESSES_SETTING,
    &SNAPSHOTS_SETTING,
    &HISTORY_SETTING,
    &UNDO_SETTING,
    &REST_SETTING,
    &CELLS_SETTING,
    &LANGUAGE_SETTING,
];

impl Setting {
    /// `CHAINRULE_OUTPUT_LIMIT` for `output-limit`.
    fn variable(&self) -> String {
        format!("CHAINRULE_{}", self.name.to_uppercase().replace('-', "_"))
    }
}

/// How to change a limit, for the message of a cell that has reached it.
pub fn how_to_change(name: &str, example: &str) -> String {
    let variable = ALL
        .iter()
        .find(|setting| setting.name == name)
        .map_or_else(String::new, |known| known.variable());
    let file = file().map_or_else(
        || "config.toml".to_owned(),
        |file| file.display().to_string(),
    );
    let line = if example.parse::<f64>().is_ok() {
        example.to_owned()
    } else {
        format!("\"{example}\"")
    };
    say(
        format!(
            "to change the limit, start the kernel with {variable}={example}, or write {name} = \
             {line} into {file}, and restart the kernel"
        ),
        format!(
            "要修改上限：设置环境变量 {variable}={example}，或在 {file} 中写入 {name} = {line}，然后重启内核"
        ),
    )
}

impl Flags {
    /// What was typed, by name.
    fn typed(&self) -> [(&'static Setting, &Option<String>); 10] {
        [
            (&MEMORY_SETTING, &self.memory),
            (&TIMEOUT_SETTING, &self.timeout),
            (&OUTPUT_SETTING, &self.output_limit),
            (&PROCESSES_SETTING, &self.processes),
            (&SNAPSHOTS_SETTING, &self.snapshots),
            (&HISTORY_SETTING, &self.history),
            (&UNDO_SETTING, &self.undo),
            (&REST_SETTING, &self.rest_after),
            (&CELLS_SETTING, &self.cell_cache),
            (&LANGUAGE_SETTING, &self.language),
        ]
    }

    /// The flags again, to be passed on to another process.
    pub fn to_arguments(&self) -> Vec<String> {
        let typed = self.typed().into_iter();
        typed
            .filter_map(|(setting, value)| Some(format!("--{}={}", setting.name, value.as_ref()?)))
            .collect()
    }
}

impl Settings {
    /// What holds for a session. An error names what is not understood, where it stands, and what
    /// is expected.
    pub fn load(flags: &Flags) -> Result<Settings> {
        let file = SettingsFile::read()?;
        let typed = flags.typed();
        let find = |setting: &'static Setting| -> Result<Option<(String, String)>> {
            let flag = typed
                .iter()
                .find(|(known, _)| known.name == setting.name)
                .and_then(|(_, value)| (*value).clone());
            if let Some(value) = flag {
                return Ok(Some((value, format!("--{}", setting.name))));
            }
            if let Some(value) = std::env::var(setting.variable())
                .ok()
                .filter(|value| !value.is_empty())
            {
                return Ok(Some((value, setting.variable())));
            }
            Ok(file.get(setting))
        };
        let language = match find(&LANGUAGE_SETTING)? {
            None => None,
            Some(value) => Some(understood(&LANGUAGE_SETTING, value, Language::named)?),
        };
        if let Some(language) = language {
            set_language(language);
        }
        let number =
            |setting, parse: fn(&str) -> Option<u64>, default: Option<u64>| match find(setting)? {
                None => Ok(default),
                Some((value, _)) if value == "none" => Ok(None),
                Some(value) => understood(setting, value, parse).map(Some),
            };
        let time = |setting, default: Option<Duration>| match find(setting)? {
            None => Ok(default),
            Some((value, _)) if value == "none" => Ok(None),
            Some(value) => understood(setting, value, seconds).map(Some),
        };
        let is_on = |setting| match find(setting)? {
            None => Ok(true),
            Some(value) => understood(setting, value, on_or_off),
        };
        let cells = match find(&CELLS_SETTING)? {
            None => Some(CELLS),
            Some((value, _)) if matches!(value.as_str(), "off" | "none" | "false") => None,
            Some(value) => Some(understood(&CELLS_SETTING, value, size)?),
        };
        Ok(Settings {
            memory: number(
                &MEMORY_SETTING,
                |text| size(text).filter(|&bytes| bytes >= LEAST_MEMORY),
                memory_for_cells(),
            )?,
            timeout: time(&TIMEOUT_SETTING, None)?,
            output: number(&OUTPUT_SETTING, size, Some(OUTPUT as u64))?.map(|bytes| bytes as usize),
            processes: number(
                &PROCESSES_SETTING,
                |text| text.parse().ok(),
                Some(PROCESSES as u64),
            )?
            .map(|count| count as usize),
            snapshots: is_on(&SNAPSHOTS_SETTING)?,
            history: is_on(&HISTORY_SETTING)?,
            undo: number(&UNDO_SETTING, |text| text.parse().ok(), Some(UNDO))?
                .unwrap_or(0)
                .min(MOST_UNDO as u64) as usize,
            rest_after: time(&REST_SETTING, Some(REST_AFTER))?,
            cells,
            trace: std::env::var_os("CHAINRULE_TRACE").is_some(),
        })
    }

    /// Nothing is limited and nothing is kept: for the evaluator that only prepares the library.
    pub fn unlimited() -> Settings {
        Settings {
            memory: None,
            timeout: None,
            output: None,
            processes: None,
            snapshots: false,
            history: false,
            undo: 0,
            rest_after: None,
            cells: None,
            trace: false,
        }
    }
}

/// A value, parsed; the error says what was expected and where the value comes from.
fn understood<T>(
    setting: &Setting,
    (value, origin): (String, String),
    parse: fn(&str) -> Option<T>,
) -> Result<T> {
    parse(value.trim()).ok_or_else(|| {
        anyhow!(
            "{origin}: {value:?} is not understood; expected: {}",
            setting.expected
        )
    })
}

/// The file, as far as it is there.
struct SettingsFile {
    path: PathBuf,
    content: toml::Table,
}

impl SettingsFile {
    fn read() -> Result<SettingsFile> {
        let Some(path) = file() else {
            return Ok(SettingsFile {
                path: PathBuf::new(),
                content: toml::Table::new(),
            });
        };
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => {
                return Err(error).with_context(|| format!("{}: cannot be read", path.display()));
            }
        };
        let content: toml::Table = text.parse().map_err(|error: toml::de::Error| {
            anyhow!("{}: {}", path.display(), error.to_string().trim())
        })?;
        if let Some(unknown) = content
            .keys()
            .find(|key| !ALL.iter().any(|setting| setting.name == key.as_str()))
        {
            let known = ALL.map(|setting| setting.name).join(", ");
            bail!(
                "{}: there is no setting {unknown:?}; there are: {known}",
                path.display()
            );
        }
        Ok(SettingsFile { path, content })
    }

    fn get(&self, setting: &Setting) -> Option<(String, String)> {
        let value = match self.content.get(setting.name)? {
            toml::Value::String(text) => text.clone(),
            toml::Value::Boolean(is_on) => if *is_on { "on" } else { "off" }.to_owned(),
            other => other.to_string(),
        };
        Some((value, format!("{}, {}", self.path.display(), setting.name)))
    }
}

/// Where the file is, or would be.
fn file() -> Option<PathBuf> {
    folders::set("CHAINRULE_CONFIG").or_else(|| Some(folders::configuration()?.join("config.toml")))
}

/// What cells may take of this machine: what its memory, the control group, and the hub allow, less
/// a reserve.
fn memory_for_cells() -> Option<u64> {
    let hub = std::env::var("MEM_LIMIT")
        .ok()
        .and_then(|limit| size(limit.trim()));
    let allowed = hub
        .into_iter()
        .chain(memory::of_machine())
        .chain(memory::limits_of_control_groups())
        .min()?;
    Some(allowed - RESERVE.min(allowed / 2))
}

/// Bytes from `2G`, `500M`, `64k`, `2GiB` or `1000000`.
fn size(text: &str) -> Option<u64> {
    let digits = text
        .find(|c: char| !(c.is_ascii_digit() || c == '.'))
        .unwrap_or(text.len());
    let number: f64 = text[..digits].parse().ok()?;
    let unit = match text[digits..]
        .trim()
        .to_ascii_lowercase()
        .trim_end_matches('b')
        .trim_end_matches('i')
    {
        "" => 1,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        "t" => 1u64 << 40,
        _ => return None,
    };
    Some((number * unit as f64) as u64)
}

/// Bytes in words.
pub fn size_in_words(bytes: u64) -> String {
    match bytes {
        0..1_048_576 => format!("{:.0} kB", bytes as f64 / 1024.0),
        1_048_576..1_073_741_824 => format!("{:.0} MB", bytes as f64 / 1_048_576.0),
        _ => format!("{:.1} GB", bytes as f64 / 1_073_741_824.0),
    }
}

fn seconds(text: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(text.parse().ok()?)
        .ok()
        .filter(|duration| !duration.is_zero())
}

fn on_or_off(text: &str) -> Option<bool> {
    match text {
        "on" | "true" | "1" => Some(true),
        "off" | "false" | "0" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        let cases = [
            ("2G", 2 << 30),
            ("1.5GiB", 3 << 29),
            ("500M", 500 << 20),
            ("64k", 64 << 10),
            ("12", 12),
            ("3 MB", 3 << 20),
        ];
        for (text, bytes) in cases {
            assert_eq!(size(text), Some(bytes), "{text}");
        }
        for text in ["", "G", "2X", "-1", "much"] {
            assert_eq!(size(text), None, "{text}");
        }
        assert_eq!(
            [1 << 20, 3 << 29, 2048].map(size_in_words),
            ["1 MB", "1.5 GB", "2 kB"]
        );
    }

    #[test]
    fn flags_come_first_and_say_where_a_value_is_wrong() {
        let flags = Flags {
            memory: Some("2G".into()),
            timeout: Some("none".into()),
            ..Flags::default()
        };
        let settings = Settings::load(&flags).unwrap();
        assert_eq!((settings.memory, settings.timeout), (Some(2 << 30), None));
        assert_eq!(flags.to_arguments(), ["--memory=2G", "--timeout=none"]);
        let wrong = Settings::load(&Flags {
            timeout: Some("soon".into()),
            ..Flags::default()
        })
        .unwrap_err()
        .to_string();
        assert_eq!(
            wrong,
            "--timeout: \"soon\" is not understood; expected: a number of seconds, or none"
        );
    }
}
