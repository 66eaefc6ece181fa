//! What there is of crates without a network.

use super::toolchain::cargo_home;
use std::collections::BTreeSet;

/// The names of the crates that were fetched before.
pub fn crates_at_hand() -> BTreeSet<String> {
    let folders = cargo_home().and_then(|home| std::fs::read_dir(home.join("registry/cache")).ok());
    let files = folders
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|folder| std::fs::read_dir(folder.path()).ok());
    let names = files
        .flatten()
        .flatten()
        .filter_map(|file| file.file_name().into_string().ok());
    names.filter_map(|name| crate_name(&name)).collect()
}

/// Of `rand_core-0.9.1.crate`.
fn crate_name(file: &str) -> Option<String> {
    let name = file.strip_suffix(".crate")?;
    // A name may have a part that is a number; a version has dots.
    let is_version = |at: &usize| {
        let rest = name[at + 1..].trim_start_matches(|c: char| c.is_ascii_digit());
        rest.len() < name[at + 1..].len() && rest.starts_with('.')
    };
    let end = name.match_indices('-').map(|(at, _)| at).find(is_version)?;
    Some(name[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_crates() {
        let cases = [
            ("rand_core-0.9.1.crate", Some("rand_core")),
            ("wasm-bindgen-0.2.100.crate", Some("wasm-bindgen")),
            ("md-5-0.10.6.crate", Some("md-5")),
            (
                "toml_datetime-0.7.5+spec-1.1.0.crate",
                Some("toml_datetime"),
            ),
            ("note.txt", None),
        ];
        for (file, name) in cases {
            assert_eq!(crate_name(file).as_deref(), name);
        }
    }
}
