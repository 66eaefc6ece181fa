//! The table of what can be set. What one setting is called, means, expects and changes stands in
//! one row; flags, variables, the file, `--help` and `chainrule doctor` are made from it.

use super::values::{MOST_UNDO, Settings};
use chainrule::display::{Language, set_language};
use std::time::Duration;

/// One thing that can be set. Its flag, its key in the file and its variable have the same name.
pub struct Setting {
    pub name: &'static str,
    /// What a value is, for `--help`.
    pub unit: &'static str,
    /// What it means, for `--help`.
    pub means: &'static str,
    pub default: Unset,
    /// For whoever has written something else.
    pub expected: &'static str,
    /// Sets it; says whether the value is understood.
    pub take: fn(&mut Settings, &str) -> bool,
}

/// What holds where nothing is said.
pub enum Unset {
    /// A value as it would be written.
    Value(&'static str),
    /// What this machine decides, in words.
    Found(&'static str),
}

/// The library and an empty cell take half of this.
const LEAST_MEMORY: u64 = 64 << 20;

pub const ALL: &[Setting] = &[
    Setting {
        name: "memory",
        unit: "SIZE",
        means: "Memory that cells may take, for example 2G, 500M, or none",
        default: Unset::Found("what there is, less a reserve"),
        expected: "a size of at least 64M, such as 2G, or none",
        take: |settings, text| {
            let enough = |text: &str| size(text).filter(|&bytes| bytes >= LEAST_MEMORY);
            put(&mut settings.memory, or_none(text, enough))
        },
    },
    Setting {
        name: "timeout",
        unit: "S",
        means: "Stop a cell that takes longer than this many seconds",
        default: Unset::Value("none"),
        expected: "a number of seconds, or none",
        take: |settings, text| put(&mut settings.timeout, or_none(text, seconds)),
    },
    Setting {
        name: "output-limit",
        unit: "SIZE",
        means: "Text of a cell that is shown, for example 1M, or none",
        default: Unset::Value("1M"),
        expected: "a size such as 1M, or none",
        take: |settings, text| {
            let bytes = |text: &str| size(text).map(|bytes| bytes as usize);
            put(&mut settings.output, or_none(text, bytes))
        },
    },
    Setting {
        name: "processes",
        unit: "N",
        means: "Processes and threads that cells may have at once, or none",
        default: Unset::Value("512"),
        expected: "a number, or none",
        take: |settings, text| {
            put(
                &mut settings.processes,
                or_none(text, |text| text.parse().ok()),
            )
        },
    },
    Setting {
        name: "snapshots",
        unit: "ON|OFF",
        means: "Whether a cell that crashes is undone, on or off",
        default: Unset::Value("on"),
        expected: "on or off",
        take: |settings, text| put(&mut settings.snapshots, on_or_off(text)),
    },
    Setting {
        name: "history",
        unit: "ON|OFF",
        means: "Whether the cells that were run are remembered for later sessions, on or off",
        default: Unset::Value("on"),
        expected: "on or off",
        take: |settings, text| put(&mut settings.history, on_or_off(text)),
    },
    Setting {
        name: "undo",
        unit: "N",
        means: "How many cells `:undo` can take back, at most 32, or none",
        default: Unset::Value("5"),
        expected: "a number, or none",
        take: |settings, text| {
            let count = or_none(text, |text| text.parse().ok());
            let count = count.map(|count: Option<u64>| count.unwrap_or(0));
            put(
                &mut settings.undo,
                count.map(|count| count.min(MOST_UNDO as u64) as usize),
            )
        },
    },
    Setting {
        name: "rest-after",
        unit: "S",
        means: "After this many seconds without a cell, give back the memory of what compiles, or \
                none",
        default: Unset::Value("1200"),
        expected: "a number of seconds, or none",
        take: |settings, text| put(&mut settings.rest_after, or_none(text, seconds)),
    },
    Setting {
        name: "cell-cache",
        unit: "SIZE",
        means: "Compiled cells that are kept for the next time, for example 2G, or off",
        default: Unset::Value("2G"),
        expected: "a size such as 2G, or off",
        take: |settings, text| {
            let text = if matches!(text, "off" | "false") {
                "none"
            } else {
                text
            };
            put(&mut settings.cells, or_none(text, size))
        },
    },
    Setting {
        name: "course",
        unit: "MODE",
        means: "Whether what a chapter of the course claims has to hold: soft, where a learner \
                experiments, or strict, where it is tested",
        default: Unset::Value("soft"),
        expected: "soft or strict",
        take: |settings, text| {
            let strict = match text {
                "soft" => Some(false),
                "strict" => Some(true),
                _ => None,
            };
            put(&mut settings.strict, strict)
        },
    },
    Setting {
        name: "language",
        unit: "LANGUAGE",
        means: "The language of explanations, en or zh",
        default: Unset::Found("that of the locale"),
        expected: "en or zh",
        take: |_, text| Language::named(text).map(set_language).is_some(),
    },
];

impl Setting {
    /// `CHAINRULE_OUTPUT_LIMIT` for `output-limit`.
    pub fn variable(&self) -> String {
        format!("CHAINRULE_{}", self.name.to_uppercase().replace('-', "_"))
    }

    /// What holds where nothing is said, in words.
    pub fn default_in_words(&self) -> &'static str {
        match self.default {
            Unset::Value(text) | Unset::Found(text) => text,
        }
    }
}

fn put<T>(place: &mut T, value: Option<T>) -> bool {
    value.map(|value| *place = value).is_some()
}

/// A limit, or none; nothing where the text is not understood.
fn or_none<T>(text: &str, parse: impl Fn(&str) -> Option<T>) -> Option<Option<T>> {
    match text {
        "none" => Some(None),
        text => parse(text).map(Some),
    }
}

/// Bytes from `2G`, `500M`, `64k`, `2GiB` or `1000000`.
pub fn size(text: &str) -> Option<u64> {
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
    }

    #[test]
    fn every_default_is_understood_and_no_nonsense_is() {
        let mut settings = Settings::unlimited();
        for setting in ALL {
            if let Unset::Value(text) = setting.default {
                assert!(
                    (setting.take)(&mut settings, text),
                    "{}: {text}",
                    setting.name
                );
            }
            for nonsense in ["", "perhaps", "-1", "[1]", "{}"] {
                assert!(
                    !(setting.take)(&mut settings, nonsense),
                    "{}: {nonsense}",
                    setting.name
                );
            }
        }
        assert_eq!((settings.undo, settings.processes), (5, Some(512)));
    }
}
