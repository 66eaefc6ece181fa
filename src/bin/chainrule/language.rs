//! The language in which the kernel speaks to a learner.

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
        locale.and_then(|locale| language_named(&locale)).unwrap_or(Language::English)
    })
}

/// Decides, if nobody has asked yet.
pub fn set(language: Language) {
    let _ = LANGUAGE.set(language);
}

/// The one of two texts that is in the language of this process.
pub fn say<T>(english: T, chinese: T) -> T {
    match language() {
        Language::English => english,
        Language::Chinese => chinese,
    }
}

/// By `zh`, `en`, or a locale such as `zh_CN.UTF-8`.
pub fn language_named(name: &str) -> Option<Language> {
    match name.get(..2)? {
        "zh" => Some(Language::Chinese),
        "en" => Some(Language::English),
        _ => None,
    }
}
