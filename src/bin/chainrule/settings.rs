//! What a person can set: by a flag, by a variable of the environment, by a line in a file of ours
//! (`memory = "2G"` in `~/.config/chainrule/config.toml`). The first of these that says something
//! counts. What there is to set stands in `table`, and what others allow at most in `bounds`.
//!
//! The file of the folder that a notebook is in is never read: whoever writes a notebook shall not
//! change the kernel.

mod bounds;
mod file;
mod table;
mod values;

use crate::machine::memory;
use anyhow::{Result, anyhow};
use chainrule::display::say;
use clap::{Arg, ArgMatches, Args, Command, FromArgMatches};
use file::{SettingsFile, file, shortened};
use std::time::Duration;
use table::{ALL, Setting, Unset};

pub use values::{MOST_UNDO, Settings, size_in_words};

/// What was typed as flags, by the names of the settings.
#[derive(Clone, Debug, Default)]
pub struct Flags(Vec<(&'static str, String)>);

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        ALL.iter().fold(command, |command, setting| {
            let help = format!(
                "{} [default: {}]",
                setting.means,
                setting.default_in_words()
            );
            command.arg(
                Arg::new(setting.name)
                    .long(setting.name)
                    .value_name(setting.unit)
                    .help(help),
            )
        })
    }

    fn augment_args_for_update(command: Command) -> Command {
        Flags::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Flags, clap::Error> {
        let typed = |setting: &Setting| matches.get_one::<String>(setting.name).cloned();
        let typed = ALL.iter().filter_map(|one| Some((one.name, typed(one)?)));
        Ok(Flags(typed.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Flags::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Flags {
    /// The flags again, to be passed on to another process.
    pub fn to_arguments(&self) -> Vec<String> {
        let typed = self.0.iter();
        typed
            .map(|(name, value)| format!("--{name}={value}"))
            .collect()
    }
}

/// How to change a limit, or who alone can, for the message of a cell that has reached it.
pub fn how_to_change(name: &str, example: &str) -> String {
    if let Some(whose) = bounds::whose(name) {
        return whose;
    }
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
    // Where notebooks are run from the command line, a flag is nearest.
    let is_run = std::env::args_os()
        .nth(1)
        .is_some_and(|first| first == "run");
    let flag = match is_run {
        true => say(
            format!("run it with --{name}={example}, "),
            format!("运行时加上 --{name}={example}，"),
        ),
        false => String::new(),
    };
    say(
        format!(
            "to change the limit, {flag}start the kernel with {variable}={example}, or write \
             {name} = {line} into {file}, and restart the kernel"
        ),
        format!(
            "要修改上限：{flag}设置环境变量 {variable}={example}，或在 {file} 中写入 {name} = {line}，\
             然后重启内核"
        ),
    )
}

impl Settings {
    /// A limit as it would be written.
    fn in_words(&self, name: &str) -> String {
        let or_none = |text: Option<String>| text.unwrap_or_else(|| "none".to_owned());
        let seconds = |time: Duration| time.as_secs_f64().to_string();
        match name {
            "memory" => or_none(self.memory.map(size_in_words)),
            "output-limit" => or_none(self.output.map(|bytes| size_in_words(bytes as u64))),
            "cell-cache" => or_none(self.cells.map(size_in_words)),
            "timeout" => or_none(self.timeout.map(seconds)),
            "rest-after" => or_none(self.rest_after.map(seconds)),
            "processes" => or_none(self.processes.map(|count| count.to_string())),
            _ => self.undo.to_string(),
        }
    }

    /// What holds for a session. An error names what is not understood, where it stands, and what
    /// is expected.
    pub fn load(flags: &Flags) -> Result<Settings> {
        let (settings, wrong) = Settings::load_what_is_right(flags);
        match wrong.into_iter().next() {
            None => Ok(settings),
            Some(wrong) => Err(anyhow!(wrong)),
        }
    }

    /// The same, with the default in the place of what is not understood: a line on each.
    pub fn load_what_is_right(flags: &Flags) -> (Settings, Vec<String>) {
        let (file, mut wrong) = SettingsFile::read();
        let (administrators, wrong_there) = bounds::of_administrator();
        wrong.extend(wrong_there);
        let mut settings = Settings::unlimited();
        let allowed = memory_allowed();
        settings.memory = allowed.map(|bytes| bytes - bounds::RESERVE.min(bytes / 2));
        let by_default = settings.memory;
        settings.trace = std::env::var_os("CHAINRULE_TRACE").is_some();
        for setting in ALL {
            if let Unset::Value(text) = setting.default {
                (setting.take)(&mut settings, text);
            }
            let said = found(setting, flags, &file);
            if let Some((value, origin)) = said.or_else(|| administrators.get(setting))
                && !(setting.take)(&mut settings, value.trim())
            {
                let (value, expected) = (shortened(&value), setting.expected);
                wrong.push(format!(
                    "{origin}: {value:?} is not understood; expected: {expected}"
                ));
            }
        }
        bounds::impose(&mut settings, &administrators);
        if let Some(allowed) = allowed.filter(|_| settings.memory == by_default) {
            bounds::note_default(allowed);
        }
        (settings, wrong)
    }
}

/// What a person has said about a setting, and where.
fn found(setting: &Setting, flags: &Flags, file: &SettingsFile) -> Option<(String, String)> {
    let flag = flags.0.iter().find(|(name, _)| *name == setting.name);
    if let Some((name, value)) = flag {
        return Some((value.clone(), format!("--{name}")));
    }
    let variable = setting.variable();
    match std::env::var(&variable)
        .ok()
        .filter(|value| !value.is_empty())
    {
        Some(value) => Some((value, variable)),
        None => file.get(setting),
    }
}

/// One line for each setting, for `chainrule doctor`: its name, what was said, and where.
pub fn in_force() -> Vec<String> {
    let (file, _) = SettingsFile::read();
    let (administrators, _) = bounds::of_administrator();
    let (settings, _) = Settings::load_what_is_right(&Flags::default());
    let said = |setting: &Setting| {
        let own = found(setting, &Flags::default(), &file);
        own.or_else(|| administrators.get(setting))
    };
    let line = |setting: &Setting| match said(setting) {
        _ if bounds::whose(setting.name).is_some() => {
            let (value, whose) = (settings.in_words(setting.name), bounds::whose(setting.name));
            format!(
                "{} = {value}     ({})",
                setting.name,
                whose.unwrap_or_default()
            )
        }
        Some((value, origin)) => format!("{} = {value}     ({origin})", setting.name),
        None => format!(
            "{} = {}     (default)",
            setting.name,
            setting.default_in_words()
        ),
    };
    ALL.iter().map(line).collect()
}

/// The memory that this machine, the control group and the hub allow; cells get it less a reserve.
fn memory_allowed() -> Option<u64> {
    let of_others = bounds::memory_of_others().into_iter();
    let of_others = of_others.map(|(limit, _)| limit);
    of_others.chain(memory::of_machine()).min()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flags(typed: &[(&'static str, &str)]) -> Flags {
        Flags(
            typed
                .iter()
                .map(|(name, value)| (*name, (*value).to_owned()))
                .collect(),
        )
    }

    #[test]
    fn flags_come_first_and_say_where_a_value_is_wrong() {
        let typed = flags(&[("memory", "2G"), ("timeout", "none")]);
        let settings = Settings::load(&typed).unwrap();
        assert_eq!((settings.memory, settings.timeout), (Some(2 << 30), None));
        assert_eq!(typed.to_arguments(), ["--memory=2G", "--timeout=none"]);
        let typed = flags(&[("timeout", "soon"), ("undo", "7")]);
        let wrong = Settings::load(&typed).unwrap_err().to_string();
        assert_eq!(
            wrong,
            "--timeout: \"soon\" is not understood; expected: a number of seconds, or none"
        );
        let (settings, lines) = Settings::load_what_is_right(&typed);
        assert_eq!(
            (settings.timeout, settings.undo, lines),
            (None, 7, vec![wrong])
        );
    }
}
