//! What the reader has done: in this session, and in a file of their own.

use super::mode::{Mode, mode};
use crate::display::in_notebook;
use serde_json::{Map, Value, json};
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What was told last, by kind and id: `{state, value}`; and `{hints}`.
static SESSION: Mutex<Option<Map<String, Value>>> = Mutex::new(None);

fn session() -> MutexGuard<'static, Option<Map<String, Value>>> {
    SESSION.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What is known of a question in this session; null, if nothing.
pub(super) fn known(kind: &str, id: &str) -> Value {
    let session = session();
    let entry = session
        .as_ref()
        .and_then(|all| all.get(&format!("{kind} {id}")));
    entry.cloned().unwrap_or(Value::Null)
}

/// How many hints to an exercise were asked for.
pub(super) fn hints(id: &str) -> u64 {
    known("hint", id)["value"].as_u64().unwrap_or(0)
}

/// Notes what is told. An exercise that was solved once stays solved. What nobody has answered is
/// not worth a line in the file, nor what a test does.
pub(super) fn note(kind: &str, id: &str, state: &str, value: &Value) {
    if kind == "check" && known(kind, id)["state"] == "passed" {
        return;
    }
    let key = format!("{kind} {id}");
    let entry = json!({"state": state, "value": value});
    session()
        .get_or_insert_default()
        .insert(key.clone(), entry.clone());
    let counts = ["predict", "check", "hint", "quiz"].contains(&kind);
    if counts && state != "open" && in_notebook() && mode() == Mode::Learner {
        let _ = store(&key, entry);
    }
}

/// `progress.json` in the folder for what programs keep of a user.
fn file() -> Option<PathBuf> {
    let set = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    let data = set("XDG_DATA_HOME")
        .map(PathBuf::from)
        .or_else(|| Some(PathBuf::from(set("HOME")?).join(".local/share")))?;
    Some(data.join("chainrule/progress.json"))
}

/// What is in the file, and what was done in this session.
pub(super) fn everything() -> Map<String, Value> {
    let mut all = stored();
    all.extend(session().clone().unwrap_or_default());
    all
}

fn stored() -> Map<String, Value> {
    let text = file()
        .and_then(|file| std::fs::read(file).ok())
        .unwrap_or_default();
    serde_json::from_slice(&text).unwrap_or_default()
}

/// Adds a line to the file. What was passed once stays passed. Two notebooks may write at once, so
/// the file is replaced as a whole.
fn store(key: &str, entry: Value) -> std::io::Result<()> {
    let Some(file) = file() else { return Ok(()) };
    let mut all = stored();
    if all
        .get(key)
        .is_some_and(|before| before["state"] == "passed")
    {
        return Ok(());
    }
    all.insert(key.to_owned(), entry);
    let folder = file.parent().unwrap_or(&file);
    std::fs::create_dir_all(folder)?;
    let new = folder.join(format!("progress-{}.json", std::process::id()));
    std::fs::write(&new, Value::from(all).to_string())?;
    std::fs::rename(new, file)
}
