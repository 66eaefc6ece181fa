//! The language in which learners are spoken to: one place for the library and the executable.

use std::sync::OnceLock;

/// What rustc and the panics of Rust say is English whatever is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// `en`
    English,
    /// `zh`
    Chinese,
}

static LANGUAGE: OnceLock<Language> = OnceLock::new();

impl Language {
    /// By `zh`, `en`, or a locale such as `zh_CN.UTF-8`.
    pub fn named(name: &str) -> Option<Language> {
        match name.get(..2)? {
            "zh" => Some(Language::Chinese),
            "en" => Some(Language::English),
            _ => None,
        }
    }

    /// As it is set: `en` or `zh`.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::Chinese => "zh",
        }
    }
}

/// The language of this process: what was set, or else what `CHAINRULE_LANGUAGE` or the locale
/// says.
pub fn language() -> Language {
    *LANGUAGE.get_or_init(|| {
        let set = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let locale = ["CHAINRULE_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .find_map(set);
        locale
            .and_then(|locale| Language::named(&locale))
            .unwrap_or(Language::English)
    })
}

/// Sets the language of this process, before anything was said.
pub fn set_language(language: Language) {
    let _ = LANGUAGE.set(language);
}

/// The one of two texts that is in the language of this process.
pub fn say<T>(english: T, chinese: T) -> T {
    match language() {
        Language::English => english,
        Language::Chinese => chinese,
    }
}
