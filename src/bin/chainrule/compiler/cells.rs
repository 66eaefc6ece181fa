//! Compiled cells that are kept between sessions, in files.
//!
//! ```text
//! <layer>/cells/<first two digits of the key>/<key>
//!                  a mark, a checksum over key and content, the content
//! ```
//!
//! Layers are folders: those of the system, which are only read, and the user's own, which has a
//! size limit. What stands in an entry is not known here. An entry is machine code, so it counts
//! only if nobody else could have written it; whatever is wrong with one is said on the kernel's
//! standard error, and the cell is compiled as if there were none.

use super::library::{cache_folder, system_folders};
use crate::machine::ownership::open_to_others;
use anyhow::{Context, Result, bail, ensure};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::fs::{self, DirBuilder, File};
use std::io::{Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

const MARK: &[u8] = b"chainrule cell 1\n";
const CHECKSUM: usize = 32;
/// Makes of all entries together are removed down to this share of the limit, so that not every new
/// one removes one.
const KEPT_SHARE: f64 = 0.9;
/// Looking for what to remove takes a while with many entries: after this share of the limit was
/// written.
const WRITTEN_SHARE: u64 = 20;

/// Where compiled cells are looked up and kept.
pub struct Cells {
    /// Looked through in order; the last is the one that is written to, if any is.
    layers: Vec<Layer>,
    is_writable: bool,
    /// Bytes of the written layer.
    limit: u64,
    /// Bytes written since it was last looked whether there are too many.
    written: u64,
    is_checked: bool,
    said: HashSet<String>,
}

struct Layer {
    folder: PathBuf,
    /// Who may read what is written.
    is_shared: bool,
}

/// One entry, for a list.
pub struct Entry {
    pub path: PathBuf,
    pub bytes: u64,
    pub last_use: SystemTime,
}

impl Cells {
    /// The layers of this user, with at most `limit` bytes of his own; none at all where that is
    /// `None`.
    pub fn of_user(limit: Option<u64>) -> Result<Cells> {
        let Some(limit) = limit else {
            return Ok(Cells::new(Vec::new(), false, 0));
        };
        let mut layers: Vec<Layer> = system_folders()
            .into_iter()
            .map(|folder| Layer::new(&folder, true))
            .collect();
        let open: Vec<PathBuf> = layers
            .extract_if(.., |layer| open_to_others(&layer.folder).is_some())
            .map(|layer| layer.folder)
            .collect();
        layers.push(Layer::new(&cache_folder()?, false));
        let mut cells = Cells::new(layers, true, limit);
        for folder in open.iter().filter(|folder| folder.is_dir()) {
            let folder = folder.display();
            cells.say(format!(
                "{folder} is not used: others may write to it, or to one above"
            ));
        }
        Ok(cells)
    }

    /// A layer for everybody, to be filled.
    pub fn of_system(folder: &Path) -> Cells {
        Cells::new(vec![Layer::new(folder, true)], true, u64::MAX)
    }

    fn new(layers: Vec<Layer>, is_writable: bool, limit: u64) -> Cells {
        Cells {
            layers,
            is_writable,
            limit,
            written: 0,
            is_checked: false,
            said: HashSet::new(),
        }
    }

    /// Whether cells are kept at all.
    pub fn is_on(&self) -> bool {
        self.is_writable
    }

    /// The content of an entry, if one can be relied on.
    pub fn get(&mut self, key: &str) -> Option<Vec<u8>> {
        let mut found = None;
        let mut wrong = Vec::new();
        for layer in &self.layers {
            match layer.read(key) {
                Ok(Some(content)) => {
                    found = Some(content);
                    break;
                }
                Ok(None) => {}
                Err(error) => wrong.push(format!("{error:#}")),
            }
        }
        wrong.into_iter().for_each(|message| self.say(message));
        found
    }

    /// Keeps an entry, if that can be done.
    pub fn put(&mut self, key: &str, content: &[u8]) {
        let Some(layer) = self.layers.last().filter(|_| self.is_writable) else {
            return;
        };
        if content.len() as u64 > self.limit / 2 {
            return;
        }
        match layer.write(key, content) {
            Ok(()) => {
                self.written += content.len() as u64;
                if !self.is_checked || self.written > self.limit / WRITTEN_SHARE {
                    self.is_checked = true;
                    self.written = 0;
                    layer.shrink(self.limit);
                }
            }
            Err(error) => self.say(format!("{error:#}")),
        }
    }

    /// All entries of all layers.
    pub fn entries(&self) -> Vec<Entry> {
        self.layers.iter().flat_map(Layer::entries).collect()
    }

    /// The folders of the layers, in order: the user's own, and those that are there.
    pub fn folders(&self) -> Vec<PathBuf> {
        let own = self.layers.len().saturating_sub(1);
        let is_listed = |(at, layer): &(usize, &Layer)| *at == own || layer.folder.is_dir();
        self.layers
            .iter()
            .enumerate()
            .filter(is_listed)
            .map(|(_, layer)| layer.folder.clone())
            .collect()
    }

    /// What is wrong with the entries; those of one's own that are damaged are removed.
    pub fn verify(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (number, layer) in self.layers.iter().enumerate() {
            for entry in layer.entries() {
                let key = entry
                    .path
                    .file_name()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                if let Err(error) = layer.read(&key) {
                    wrong.push(format!("{error:#}"));
                    if number + 1 == self.layers.len() && self.is_writable {
                        let _ = fs::remove_file(&entry.path);
                    }
                }
            }
        }
        wrong
    }

    /// Removes all of the user's entries. Says how many there were, and their bytes.
    pub fn clear(&self) -> Result<(usize, u64)> {
        let Some(layer) = self.layers.last().filter(|_| self.is_writable) else {
            return Ok((0, 0));
        };
        let entries = layer.entries();
        if layer.folder.exists() {
            fs::remove_dir_all(&layer.folder)
                .with_context(|| format!("{}", layer.folder.display()))?;
        }
        Ok((entries.len(), entries.iter().map(|entry| entry.bytes).sum()))
    }

    /// Once for each thing that is wrong: a damaged folder would otherwise be spoken of at every
    /// cell.
    fn say(&mut self, message: String) {
        if self.said.insert(message.clone()) {
            eprintln!("chainrule: the cache of cells: {message}");
        }
    }
}

impl Layer {
    fn new(folder: &Path, is_shared: bool) -> Layer {
        Layer {
            folder: folder.join("cells"),
            is_shared,
        }
    }

    fn path(&self, key: &str) -> PathBuf {
        self.folder.join(&key[..2]).join(key)
    }

    fn read(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let path = self.path(key);
        let mut file = match File::options()
            .read(true)
            .custom_flags(libc::O_NOFOLLOW)
            .open(&path)
        {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => {
                return Err(error).with_context(|| format!("{} is not used", path.display()));
            }
        };
        let content = (|| {
            for folder in [Some(self.folder.as_path()), path.parent()]
                .into_iter()
                .flatten()
            {
                is_safe(&fs::symlink_metadata(folder)?)
                    .with_context(|| folder.display().to_string())?;
            }
            is_safe(&file.metadata()?)?;
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes)?;
            let rest = bytes
                .strip_prefix(MARK)
                .context("it is no compiled cell of this version")?;
            ensure!(rest.len() >= CHECKSUM, "it is cut off");
            let (checksum, content) = rest.split_at(CHECKSUM);
            ensure!(
                checksum == self::checksum(key, content).as_slice(),
                "it is damaged"
            );
            Ok(content.to_vec())
        })();
        if content.is_ok() {
            // The time of the last use; a layer that is only read keeps none.
            let _ = file.set_modified(SystemTime::now());
        }
        content
            .map(Some)
            .with_context(|| format!("{} is not used", path.display()))
    }

    fn write(&self, key: &str, content: &[u8]) -> Result<()> {
        let path = self.path(key);
        let folder = path.parent().unwrap_or(&self.folder);
        let (for_folders, for_files) = if self.is_shared {
            (0o755, 0o644)
        } else {
            (0o700, 0o600)
        };
        (|| {
            DirBuilder::new()
                .recursive(true)
                .mode(for_folders)
                .create(folder)?;
            for folder in [&self.folder, folder] {
                is_safe(&fs::symlink_metadata(folder)?)
                    .with_context(|| folder.display().to_string())?;
            }
            // Whole or not at all: others may be reading.
            let mut file = tempfile::NamedTempFile::with_prefix_in(".", folder)?;
            file.write_all(MARK)?;
            file.write_all(&checksum(key, content))?;
            file.write_all(content)?;
            file.as_file()
                .set_permissions(fs::Permissions::from_mode(for_files))?;
            file.persist(&path)?;
            anyhow::Ok(())
        })()
        .with_context(|| format!("{} cannot be written", path.display()))
    }

    fn entries(&self) -> Vec<Entry> {
        let inside = |folder: &Path| {
            fs::read_dir(folder)
                .into_iter()
                .flatten()
                .flatten()
                .map(|entry| entry.path())
        };
        let entry = |path: PathBuf| {
            let data = path.symlink_metadata().ok().filter(fs::Metadata::is_file)?;
            let is_entry = path
                .file_name()
                .is_some_and(|name| !name.to_string_lossy().starts_with('.'));
            let last_use = data.modified().ok()?;
            is_entry.then_some(Entry {
                path,
                bytes: data.len(),
                last_use,
            })
        };
        inside(&self.folder)
            .flat_map(|folder| inside(&folder))
            .filter_map(entry)
            .collect()
    }

    /// Removes what was not used for longest, if there is more than `limit` bytes.
    fn shrink(&self, limit: u64) {
        let mut entries = self.entries();
        let mut bytes: u64 = entries.iter().map(|entry| entry.bytes).sum();
        if bytes <= limit {
            return;
        }
        entries.sort_by_key(|entry| entry.last_use);
        for entry in entries {
            if bytes as f64 <= limit as f64 * KEPT_SHARE {
                return;
            }
            // Another kernel may have done so.
            let _ = fs::remove_file(&entry.path);
            bytes -= entry.bytes;
        }
    }
}

/// Whether only this user or the system could have written what this is about.
fn is_safe(data: &fs::Metadata) -> Result<()> {
    let owner = data.uid();
    if owner != 0 && owner != nix::unistd::geteuid().as_raw() {
        bail!("it belongs to another user");
    }
    ensure!(data.mode() & 0o022 == 0, "others may write to it");
    Ok(())
}

/// With the key, so that an entry in the place of another is noticed.
fn checksum(key: &str, content: &[u8]) -> [u8; CHECKSUM] {
    let mut hash = Sha256::new();
    hash.update(key.as_bytes());
    hash.update(content);
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "ab01";

    fn cells(folder: &Path, limit: u64) -> Cells {
        Cells::new(vec![Layer::new(folder, false)], true, limit)
    }

    #[test]
    fn what_is_damaged_or_moved_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = cells(folder.path(), 1 << 20);
        kept.put(KEY, b"machine code");
        assert_eq!(kept.get(KEY).as_deref(), Some(&b"machine code"[..]));
        let path = folder.path().join("cells/ab").join(KEY);
        let whole = fs::read(&path).unwrap();
        let mut flipped = whole.clone();
        *flipped.last_mut().unwrap() ^= 1;
        for wrong in [&whole[..whole.len() - 1], &whole[..20], b"", &flipped] {
            fs::write(&path, wrong).unwrap();
            assert_eq!(kept.get(KEY), None);
        }
        assert_eq!((kept.verify().len(), path.exists()), (1, false));
        kept.put(KEY, b"again");
        assert_eq!(kept.get(KEY).as_deref(), Some(&b"again"[..]));
        fs::copy(&path, path.with_file_name("ab02")).unwrap();
        assert_eq!(kept.get("ab02"), None);
    }

    #[test]
    fn what_others_may_write_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = cells(folder.path(), 1 << 20);
        kept.put(KEY, b"x");
        let path = folder.path().join("cells/ab").join(KEY);
        for (changed, mode, before) in [
            (path.clone(), 0o666, 0o600),
            (path.parent().unwrap().to_owned(), 0o777, 0o700),
        ] {
            fs::set_permissions(&changed, fs::Permissions::from_mode(mode)).unwrap();
            assert_eq!(kept.get(KEY), None);
            fs::set_permissions(&changed, fs::Permissions::from_mode(before)).unwrap();
            assert!(kept.get(KEY).is_some());
        }
        let link = path.with_file_name("ab03");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert_eq!(kept.get("ab03"), None);
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = cells(folder.path(), 4000);
        for (age, key) in [(30, "aa"), (10, "ab"), (20, "ac")] {
            kept.put(key, &[0; 1000]);
            let file = File::options()
                .append(true)
                .open(kept.layers[0].path(key))
                .unwrap();
            file.set_modified(SystemTime::now() - std::time::Duration::from_secs(age))
                .unwrap();
        }
        assert!(kept.get("aa").is_some(), "now the last one that was used");
        kept.put("ad", &[0; 1000]);
        assert_eq!(
            ["aa", "ab", "ac", "ad"].map(|key| kept.get(key).is_some()),
            [true, true, false, true]
        );
    }
}
