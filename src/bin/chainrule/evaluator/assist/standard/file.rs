//! One record for each module and each type, then the table of what is where. A record is read when
//! something asks for it.

use super::content::{Content, SCOPE};
use crate::evaluator::assist::declarations::{Item, Members, shared};
use anyhow::{Context, Result};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// Bytes at the end that say how long the table before them is.
const END: usize = 8;

/// From here, this many bytes.
type Span = (u64, usize);

#[derive(Default, Serialize, Deserialize)]
struct Table {
    modules: Vec<(String, Span)>,
    types: Vec<(String, Span)>,
}

#[derive(Clone, Serialize, Deserialize)]
struct Names(#[serde(with = "shared")] Vec<Arc<Item>>);

/// Something in the file, once it was asked for.
struct Record<T> {
    span: Span,
    read: OnceLock<Option<T>>,
}

/// What is known of std.
#[derive(Default)]
pub struct Standard {
    file: Option<File>,
    modules: HashMap<String, Record<Names>>,
    types: HashMap<String, Record<Members>>,
}

impl Standard {
    pub fn open(path: &Path) -> Result<Standard> {
        let file = File::open(path)?;
        let length = file.metadata()?.len();
        let end = length.checked_sub(END as u64).context("too short")?;
        let bytes: [u8; END] = read(&file, (end, END))?
            .try_into()
            .ok()
            .context("no length")?;
        let size = u64::from_le_bytes(bytes);
        let begin = end.checked_sub(size).context("no table")?;
        let table: Table = serde_json::from_slice(&read(&file, (begin, size as usize))?)?;
        Ok(Standard {
            file: Some(file),
            modules: records(table.modules),
            types: records(table.types),
        })
    }

    /// The names in a module, by its public path.
    pub fn names(&self, module: &str) -> Option<&[Arc<Item>]> {
        let names = self.read(self.modules.get(module)?)?;
        Some(&names.0)
    }

    pub fn has_module(&self, module: &str) -> bool {
        self.modules.contains_key(module)
    }

    pub fn members(&self, name: &str) -> Option<&Members> {
        self.read(self.types.get(name)?)
    }

    /// What is in scope without a path.
    pub fn scope(&self) -> &[Arc<Item>] {
        self.names(SCOPE).unwrap_or_default()
    }

    fn read<'a, T: DeserializeOwned>(&self, record: &'a Record<T>) -> Option<&'a T> {
        let found = record.read.get_or_init(|| {
            let bytes = read(self.file.as_ref()?, record.span).ok()?;
            serde_json::from_slice(&bytes).ok()
        });
        found.as_ref()
    }
}

fn records<T>(table: Vec<(String, Span)>) -> HashMap<String, Record<T>> {
    let record = |span| Record {
        span,
        read: OnceLock::new(),
    };
    table
        .into_iter()
        .map(|(name, span)| (name, record(span)))
        .collect()
}

fn read(file: &File, (begin, length): Span) -> Result<Vec<u8>> {
    let rest = file.metadata()?.len().saturating_sub(begin);
    anyhow::ensure!(length as u64 <= rest, "cut short");
    let mut bytes = vec![0; length];
    file.read_exact_at(&mut bytes, begin)?;
    Ok(bytes)
}

/// Writes the file, whole or not at all: other kernels may be reading.
pub fn write(content: &Content, path: &Path) -> Result<()> {
    let (mut bytes, mut table) = (Vec::new(), Table::default());
    for (name, items) in &content.modules {
        let span = append(&mut bytes, &Names(items.clone()))?;
        table.modules.push((name.clone(), span));
    }
    for (name, members) in &content.types {
        let span = append(&mut bytes, members)?;
        table.types.push((name.clone(), span));
    }
    let (_, size) = append(&mut bytes, &table)?;
    bytes.extend((size as u64).to_le_bytes());
    let mut file = tempfile::NamedTempFile::new_in(path.parent().context("no folder")?)?;
    file.write_all(&bytes)?;
    file.persist(path)?;
    Ok(())
}

fn append(bytes: &mut Vec<u8>, what: &impl Serialize) -> Result<Span> {
    let begin = bytes.len();
    serde_json::to_writer(&mut *bytes, what)?;
    Ok((begin as u64, bytes.len() - begin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_cut_short_is_not_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("std");
        let content = Content {
            modules: vec![(SCOPE.to_owned(), Vec::new())],
            types: vec![("Vec".to_owned(), Members::default())],
        };
        write(&content, &path).unwrap();
        let whole = Standard::open(&path).unwrap();
        assert!(whole.members("Vec").is_some() && whole.members("Rc").is_none());
        let bytes = std::fs::read(&path).unwrap();
        for length in 0..bytes.len() {
            std::fs::write(&path, &bytes[..length]).unwrap();
            assert!(Standard::open(&path).is_err(), "{length}");
        }
    }
}
