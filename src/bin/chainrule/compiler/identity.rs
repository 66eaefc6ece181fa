//! What a crate is for the compiler: what it contains, not where it is.
//!
//! The compiler takes two types for one if their crates have the same name and the same word beside
//! it (`-C metadata`). For a crate in a folder of the learner's that word is made of its content
//! and of what it is linked to, so that its types are others once it was edited. A crate that cargo
//! has fetched never changes; its file is named by all that decides.

use super::crates::{hex, state_of_crate};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// For a crate in a folder of the learner's that is about to be compiled: what stands for its
/// content. Nothing for others.
pub fn of_own_crate(arguments: &[OsString]) -> Option<String> {
    let folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR")?);
    // cargo silences the lints of all crates but those that stand in a folder.
    let is_fetched = arguments
        .iter()
        .any(|argument| argument.to_string_lossy().starts_with("--cap-lints"));
    if is_fetched
        || !arguments
            .iter()
            .any(|argument| argument.to_string_lossy().starts_with("metadata="))
    {
        return None;
    }
    let name = value(arguments, "--crate-name")?;
    let linked = of_linked_crates(arguments);
    let features: Vec<_> = arguments
        .windows(2)
        .filter(|pair| pair[0] == "--cfg")
        .map(|pair| &pair[1])
        .collect();
    let word = hex(format!(
        "{name} {} {linked:?} {features:?}",
        state_of_crate(&folder)
    ));
    // For crates that are linked to it.
    if let (Some(folder), Some(file)) = (value(arguments, "--out-dir"), file_name(arguments)) {
        let _ = std::fs::write(
            Path::new(&folder).join(format!("lib{file}.identity")),
            &word,
        );
    }
    Some(word)
}

/// The crates that a crate is linked to, by name, each with what stands for its content. The
/// library is the same in all cells, and those that only the library needs are a part of it.
pub fn of_linked_crates(arguments: &[OsString]) -> Vec<(String, String)> {
    let values = arguments
        .windows(2)
        .filter(|pair| pair[0] == "--extern")
        .filter_map(|pair| pair[1].to_str());
    let files = values.filter_map(|value| value.split_once('='));
    let mut crates: Vec<(String, String)> = files
        .map(|(name, file)| {
            (
                name.rsplit(':').next().unwrap_or(name).to_owned(),
                Path::new(file),
            )
        })
        .filter(|(name, _)| name != "chainrule")
        .map(|(name, file)| {
            let by_name = || {
                file.file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned()
            };
            (
                name,
                std::fs::read_to_string(file.with_extension("identity"))
                    .unwrap_or_else(|_| by_name()),
            )
        })
        .collect();
    crates.sort();
    crates
}

fn file_name(arguments: &[OsString]) -> Option<String> {
    let suffix = arguments.iter().find_map(|argument| {
        argument
            .to_str()?
            .strip_prefix("extra-filename=")
            .map(str::to_owned)
    });
    Some(format!(
        "{}{}",
        value(arguments, "--crate-name")?,
        suffix.unwrap_or_default()
    ))
}

fn value(arguments: &[OsString], flag: &str) -> Option<String> {
    arguments
        .windows(2)
        .find(|pair| pair[0] == flag)
        .map(|pair| pair[1].to_string_lossy().into_owned())
}
