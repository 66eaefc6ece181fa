//! What decides about a crate that a cell asks for (`:dep`): its content, where it stands in a
//! folder of the learner's.
//!
//! cargo tells crates of the same name apart by where they are, and so the compiler takes a type of
//! a crate that was edited for the type that it was before, whatever is in it now. Here a crate in
//! a folder is what it contains.

use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// What decides about a crate that a command asks for, beyond the command itself: for one in a
/// folder, what is in it. Nothing where that cannot be told. Other commands have nothing of the
/// kind.
pub fn content_of_dependency(command: &str, folder: &Path) -> Option<String> {
    let Some(argument) = argument(command) else {
        return Some(String::new());
    };
    if argument.contains("git") {
        return None;
    }
    match path_of(argument) {
        Named::Elsewhere => Some(String::new()),
        Named::Unclear => None,
        Named::Folder(path) => {
            let mut seen = BTreeSet::new();
            content_of_crate(&folder.join(path), &mut seen)?;
            Some(
                seen.into_iter()
                    .map(|(file, hash)| format!("{} {hash}\n", file.display()))
                    .collect(),
            )
        }
    }
}

/// The name that cells use for the crate that a command asks for, and what decides about it.
pub fn named_by(command: &str, folder: &Path) -> Option<(String, String)> {
    let argument = argument(command)?;
    let name = match argument.split_once('=') {
        Some((name, _)) => name.trim().to_owned(),
        None => match path_of(argument) {
            Named::Folder(path) => name_of_package(&folder.join(path))?,
            _ => argument.to_owned(),
        },
    };
    let content = match path_of(argument) {
        Named::Folder(path) => state_of_crate(&folder.join(path)),
        _ => String::new(),
    };
    Some((name.replace('-', "_"), format!("{argument}\n{content}")))
}

/// The content of a crate in a folder; where that would be too much to read, when its files were
/// written.
pub fn state_of_crate(folder: &Path) -> String {
    let mut seen = BTreeSet::new();
    if content_of_crate(folder, &mut seen).is_some() {
        // Not where the files are: the same crate in another folder is the same.
        let root = folder.canonicalize().unwrap_or_default();
        let short = |file: &PathBuf| {
            file.strip_prefix(&root)
                .unwrap_or(file)
                .display()
                .to_string()
        };
        return hex(seen
            .iter()
            .map(|(file, hash)| format!("{} {hash}\n", short(file)))
            .collect::<String>());
    }
    // A member of a workspace can take anything from the folder of the workspace.
    let is_workspace = |folder: &&Path| {
        let manifest = std::fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
        manifest.contains("[workspace]")
    };
    let root = folder.ancestors().find(is_workspace).unwrap_or(folder);
    hex(times(root))
}

/// SHA-256 of a text or a file's content.
pub fn hex(content: impl AsRef<[u8]>) -> String {
    Sha256::digest(content)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

fn argument(command: &str) -> Option<&str> {
    command.trim().strip_prefix(":dep").map(str::trim)
}

/// Where a command says that the crate is.
enum Named {
    Folder(String),
    Elsewhere,
    Unclear,
}

fn path_of(argument: &str) -> Named {
    match argument.split_once('=') {
        Some((_, value)) => {
            let Ok(manifest) = format!("dependency = {value}").parse::<toml::Table>() else {
                return Named::Unclear;
            };
            let path = manifest["dependency"]
                .as_table()
                .and_then(|table| table.get("path"));
            match path.map(|path| path.as_str().map(str::to_owned)) {
                Some(Some(path)) => Named::Folder(path),
                Some(None) => Named::Unclear,
                None => Named::Elsewhere,
            }
        }
        None if argument.contains('/') => Named::Folder(argument.to_owned()),
        None => Named::Elsewhere,
    }
}

fn name_of_package(folder: &Path) -> Option<String> {
    let manifest: toml::Table = std::fs::read_to_string(folder.join("Cargo.toml"))
        .ok()?
        .parse()
        .ok()?;
    Some(manifest.get("package")?.get("name")?.as_str()?.to_owned())
}

/// Every file of a crate and of the crates in folders that it depends on, with a checksum.
fn content_of_crate(folder: &Path, seen: &mut BTreeSet<(PathBuf, String)>) -> Option<()> {
    let folder = folder.canonicalize().ok()?;
    let manifest = folder.join("Cargo.toml");
    if seen.iter().any(|(file, _)| *file == manifest) {
        return Some(());
    }
    for file in files_of(&folder)? {
        let hash = hex(std::fs::read(&file).ok()?);
        seen.insert((file, hash));
        if seen.len() > MOST_FILES {
            return None;
        }
    }
    let manifest: toml::Table = std::fs::read_to_string(manifest).ok()?.parse().ok()?;
    let text = manifest.to_string();
    if text.contains("workspace") || text.contains("git =") {
        return None;
    }
    let dependencies = manifest
        .iter()
        .filter(|(section, _)| section.contains("dependencies"));
    for dependency in dependencies
        .filter_map(|(_, table)| table.as_table())
        .flat_map(|table| table.values())
    {
        if let Some(path) = dependency.get("path") {
            content_of_crate(&folder.join(path.as_str()?), seen)?;
        }
    }
    Some(())
}

/// The files below a folder, without hidden ones and without what cargo builds.
fn files_of(folder: &Path) -> Option<Vec<PathBuf>> {
    let (mut files, mut folders) = (Vec::new(), vec![folder.to_owned()]);
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).ok()? {
            let entry = entry.ok()?;
            let name = entry.file_name();
            if !entry.file_type().ok()?.is_dir() {
                files.push(entry.path());
            } else if name != "target" && !name.to_string_lossy().starts_with('.') {
                folders.push(entry.path());
            }
        }
    }
    files.sort();
    Some(files)
}

fn times(folder: &Path) -> String {
    let describe = |file: PathBuf| {
        let data = std::fs::metadata(&file).ok()?;
        Some(format!(
            "{} {} {:?}\n",
            file.display(),
            data.len(),
            data.modified().ok()?
        ))
    };
    files_of(folder)
        .unwrap_or_default()
        .into_iter()
        .filter_map(describe)
        .collect()
}

/// A crate of more files is rather a folder of something else.
const MOST_FILES: usize = 2000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_crate_in_a_folder_is_named_and_known_by_what_it_contains() {
        let folder = tempfile::tempdir().unwrap();
        let package = folder.path().join("own");
        std::fs::create_dir_all(package.join("src")).unwrap();
        std::fs::write(package.join("Cargo.toml"), "[package]\nname = \"my-own\"").unwrap();
        std::fs::write(package.join("src/lib.rs"), "1").unwrap();
        let read = |command| named_by(command, folder.path()).unwrap();
        let before = read(":dep ./own");
        assert_eq!(before.0, "my_own");
        assert_eq!(read(":dep rand = \"0.9\"").0, "rand");
        assert_eq!(read(":dep a-b = { path = \"own\" }").0, "a_b");
        std::fs::write(package.join("src/lib.rs"), "2").unwrap();
        assert_ne!(before.1, read(":dep ./own").1);
        std::fs::write(
            package.join("Cargo.toml"),
            "[package]\nname = \"my-own\"\n[workspace]",
        )
        .unwrap();
        let before = read(":dep ./own");
        std::fs::write(package.join("src/lib.rs"), "as long as it takes").unwrap();
        assert_ne!(
            before.1,
            read(":dep ./own").1,
            "where it cannot be read whole, its files tell"
        );
    }
}
