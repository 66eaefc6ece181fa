//! Files of settings: a person's own, and that of an administrator.

use super::table::{ALL, Setting};
use crate::machine::folders;
use std::fs;
use std::path::PathBuf;

/// The file, as far as it is there.
#[derive(Default)]
pub struct SettingsFile {
    path: PathBuf,
    content: toml::Table,
}

impl SettingsFile {
    /// The file, and what is wrong with it.
    pub fn read() -> (SettingsFile, Vec<String>) {
        file().map_or_else(Default::default, SettingsFile::at)
    }

    /// The one at a path.
    pub fn at(path: PathBuf) -> (SettingsFile, Vec<String>) {
        let shown = path.display().to_string();
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => String::new(),
            Err(error) => return (SettingsFile::default(), vec![format!("{shown}: {error}")]),
        };
        let content: toml::Table = match text.parse() {
            Ok(content) => content,
            Err(error) => {
                return (
                    SettingsFile::default(),
                    vec![unreadable(&shown, &text, &error)],
                );
            }
        };
        let is_known = |key: &String| ALL.iter().any(|setting| setting.name == key);
        let known = || {
            ALL.iter()
                .map(|setting| setting.name)
                .collect::<Vec<_>>()
                .join(", ")
        };
        let unknown = content.keys().filter(|key| !is_known(key));
        let wrong = unknown
            .map(|key| {
                let (key, known) = (shortened(key), known());
                format!("{shown}: there is no setting {key:?}; there are: {known}")
            })
            .collect();
        (SettingsFile { path, content }, wrong)
    }

    pub fn get(&self, setting: &Setting) -> Option<(String, String)> {
        let value = match self.content.get(setting.name)? {
            toml::Value::String(text) => text.clone(),
            toml::Value::Boolean(is_on) => if *is_on { "on" } else { "off" }.to_owned(),
            other => other.to_string(),
        };
        Some((value, format!("{}, {}", self.path.display(), setting.name)))
    }
}

/// As much of a text as says which one it is.
pub fn shortened(text: &str) -> String {
    const MOST: usize = 60;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// In one line: the one it is about may be as long as the file.
fn unreadable(file: &str, text: &str, error: &toml::de::Error) -> String {
    let before = error.span().and_then(|span| text.get(..span.start));
    let line = before.map_or(1, |before| before.matches('\n').count() + 1);
    format!("{file}, line {line}: {}", error.message().trim())
}

/// Where the file is, or would be.
pub fn file() -> Option<PathBuf> {
    folders::set("CHAINRULE_CONFIG").or_else(|| Some(folders::configuration()?.join("config.toml")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_cannot_be_read_is_told_in_one_line() {
        let text = format!("a = 1\nmemory = {}", "[".repeat(100_000));
        let error = text.parse::<toml::Table>().unwrap_err();
        let line = unreadable("config.toml", &text, &error);
        assert!(
            line.starts_with("config.toml, line ") && line.len() < 200,
            "{line}"
        );
    }
}
