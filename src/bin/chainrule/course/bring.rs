//! Bringing the course to a learner, and later its new versions: what he has changed or run is his,
//! and a new version is put beside it.

use anyhow::{Context, Result};
use chainrule::display::say;
use include_dir::{Dir, File};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// In the learner's folder: a checksum of each file as it was brought last.
const BROUGHT: &str = ".chainrule-course.json";

/// What was brought, by paths in the course.
#[derive(Default)]
struct Brought {
    checksums: BTreeMap<String, String>,
    /// The new versions that were put beside a learner's own.
    beside: Vec<PathBuf>,
}

/// Writes the files of `course` into a folder, each that is new or that nobody has touched since
/// it was brought. Says what was put beside a learner's own.
pub fn bring(course: &Dir, folder: &Path) -> Result<()> {
    let note = folder.join(BROUGHT);
    let noted = fs::read(&note).unwrap_or_default();
    let mut brought = Brought {
        checksums: serde_json::from_slice(&noted).unwrap_or_default(),
        beside: Vec::new(),
    };
    brought.folder(course, folder)?;
    let text = serde_json::to_vec_pretty(&brought.checksums)?;
    if text != noted {
        fs::write(&note, text).with_context(|| format!("{} cannot be written", note.display()))?;
    }
    for path in &brought.beside {
        let path = path.display();
        let text = say(
            format!(
                "There is a new version of a chapter; yours stays as it is. The new one: {path}"
            ),
            format!("有一章出了新版本；您自己的文件保持不变。新版本在：{path}"),
        );
        println!("{text}");
    }
    Ok(())
}

impl Brought {
    fn folder(&mut self, from: &Dir, to: &Path) -> Result<()> {
        let inner = to.join(from.path());
        fs::create_dir_all(&inner)
            .with_context(|| format!("{} cannot be made", inner.display()))?;
        // The sources are for those who write the course.
        let folders = from.dirs();
        for folder in folders.filter(|folder| !folder.path().ends_with("course")) {
            self.folder(folder, to)?;
        }
        from.files().try_for_each(|file| self.file(file, to))
    }

    fn file(&mut self, file: &File, to: &Path) -> Result<()> {
        let name = file.path().to_string_lossy().into_owned();
        let (target, new) = (to.join(file.path()), checksum(file.contents()));
        let there = fs::read(&target).ok().map(|content| checksum(&content));
        let last = self.checksums.insert(name, new.clone());
        let is_untouched = there.is_none() || there == last;
        if there.as_ref() == Some(&new) || last.as_ref() == Some(&new) && there.is_some() {
            return Ok(());
        }
        let path = match is_untouched {
            true => target,
            false => beside(&target),
        };
        fs::write(&path, file.contents())
            .with_context(|| format!("{} cannot be written", path.display()))?;
        if !is_untouched {
            self.beside.push(path);
        }
        Ok(())
    }
}

/// `07-training-loop.new.ipynb`; a learner may have begun with an earlier one of that name.
fn beside(target: &Path) -> PathBuf {
    let stem = target.file_stem().unwrap_or_default().to_string_lossy();
    let ending = target.extension().unwrap_or_default().to_string_lossy();
    let named = |middle: &str| target.with_file_name(format!("{stem}.{middle}.{ending}"));
    let later = (2..).map(|number| named(&format!("new-{number}")));
    let mut names = std::iter::once(named("new")).chain(later);
    names
        .find(|path| !path.exists())
        .unwrap_or_else(|| named("new"))
}

fn checksum(content: &[u8]) -> String {
    let digest = Sha256::digest(content);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
