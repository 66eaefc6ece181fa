//! The manifest of the library as a package of its own: ours without the executable, with every
//! crate at the version that we were tested with.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

/// Ours, as it stands in the repository.
pub const MANIFEST: &str = include_str!("../../../../Cargo.toml");

/// Our manifest without what only the executable needs, and as a dylib, so that its statics exist
/// once in a process.
pub fn library_manifest() -> Result<toml::Table> {
    let mut manifest: toml::Table = MANIFEST.parse()?;
    for section in [
        "bin",
        "bench",
        "dev-dependencies",
        "features",
        "lints",
        "profile",
    ] {
        manifest.remove(section);
    }
    if let Some(package) = manifest
        .get_mut("package")
        .and_then(toml::Value::as_table_mut)
    {
        // What names the executable, or a file that only the repository has.
        package.remove("default-run");
        package.remove("readme");
    }
    if let Some(dependencies) = manifest
        .get_mut("dependencies")
        .and_then(toml::Value::as_table_mut)
    {
        dependencies.retain(|_, dependency| dependency.get("optional").is_none());
    }
    let features: toml::Table = "f64 = []".parse()?;
    manifest.insert("features".to_owned(), features.into());
    let library: toml::Table = "crate-type = [\"dylib\"]".parse()?;
    manifest.insert("lib".to_owned(), library.into());
    Ok(manifest)
}

/// The manifest with every crate that the library needs, directly or not, at the version that we
/// were tested with.
///
/// A lock file does not last in a session: evcxr has cargo resolve other manifests in the same
/// folder, and each time cargo forgets what the manifest does not name. With another version the
/// library would be another one than the worker has loaded.
///
/// `features`: of each crate, where it shall have those and no others.
pub fn with_exact_versions(
    mut manifest: toml::Table,
    crates: &Crates,
    features: Option<&Crates>,
) -> Result<toml::Table> {
    let dependencies = manifest
        .get_mut("dependencies")
        .and_then(toml::Value::as_table_mut)
        .context("no dependencies")?;
    for (number, (name, version)) in crates.keys().enumerate() {
        let key = if dependencies.contains_key(name) {
            name.clone()
        } else {
            format!("exact-{number}")
        };
        let mut dependency = match dependencies.remove(&key) {
            Some(toml::Value::Table(direct)) => direct,
            Some(_) => toml::Table::new(),
            None => [
                ("package", name.as_str().into()),
                ("default-features", false.into()),
            ]
            .map(|(key, value): (&str, toml::Value)| (key.to_owned(), value))
            .into_iter()
            .collect(),
        };
        dependency.insert("version".to_owned(), format!("={version}").into());
        if let Some(features) =
            features.and_then(|features| features.get(&(name.clone(), version.clone())))
        {
            dependency.insert("features".to_owned(), features.clone().into());
        }
        dependencies.insert(key, dependency.into());
    }
    Ok(manifest)
}

/// The features of crates, by name and version.
pub type Crates = BTreeMap<(String, String), Vec<String>>;

/// All crates that a package needs, directly or not.
pub fn tree(package: &Path) -> Result<Crates> {
    let output = Command::new("cargo")
        .args([
            "tree",
            "--edges",
            "normal,build",
            "--prefix",
            "none",
            "--format",
            "{p}|{f}|",
        ])
        .current_dir(package)
        .output()
        .context("cargo tree")?;
    anyhow::ensure!(
        output.status.success(),
        "cargo tree: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut crates = Crates::new();
    // "ndarray v0.17.2|default,std|", perhaps with more before and behind the bars.
    for line in String::from_utf8_lossy(&output.stdout).lines() {
        let mut parts = line.split('|');
        let mut words = parts.next().unwrap_or_default().split_whitespace();
        if let (Some(name), Some(version)) = (
            words.next(),
            words.next().and_then(|word| word.strip_prefix('v')),
        ) && name != "chainrule"
        {
            let features = parts
                .next()
                .unwrap_or_default()
                .split(',')
                .filter(|feature| !feature.is_empty());
            let known = crates
                .entry((name.to_owned(), version.to_owned()))
                .or_default();
            known.extend(features.map(str::to_owned));
            known.sort();
            known.dedup();
        }
    }
    Ok(crates)
}

/// Leaves only dependencies of these names.
pub fn keep_dependencies(manifest: &mut toml::Table, names: &[&str]) {
    if let Some(dependencies) = manifest
        .get_mut("dependencies")
        .and_then(toml::Value::as_table_mut)
    {
        dependencies.retain(|name, _| names.contains(&name));
    }
}
