//! What a person can set: by a flag, by a variable of the environment, by a line in a file of ours.

use std::sync::OnceLock;

/// The language in which we explain things. rustc and the panics of Rust speak English whatever is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    English,
    Chinese,
}

static LANGUAGE: OnceLock<Language> = OnceLock::new();

/// The language of this process: what was set, or else what the locale says.
pub fn language() -> Language {
    *LANGUAGE.get_or_init(|| {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["CHAINRULE_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set);
        if locale.is_some_and(|locale| locale.starts_with("zh")) { Language::Chinese } else { Language::English }
    })
}

/// The one of two texts that is in the language of this process.
pub fn say<T>(english: T, chinese: T) -> T {
    match language() {
        Language::English => english,
        Language::Chinese => chinese,
    }
}
