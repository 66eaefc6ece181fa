//! The cells of this session and of those before, for `history_request`.
//!
//! Every kernel of a user adds to one file, a line of JSON for each cell; a session has its number
//! from the file, too. The cells of this session are in memory as well, so that nothing depends on
//! the file: what cannot be read or written is as if it were not there.

use super::message::HistoryRequest;
use crate::machine::folders;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// When the file has become longer than this, half of it is forgotten.
const LONGEST_FILE: u64 = 4 << 20;
/// A cell with more text than this is not kept, and in the file of its output not more than this.
const LONGEST_CODE: usize = 256 << 10;
const LONGEST_OUTPUT: usize = 4 << 10;

/// What was executed, in order.
#[derive(Default)]
pub struct History {
    /// This session's cells.
    entries: Vec<Entry>,
    /// This session's number, as soon as it has a cell.
    session: Option<i64>,
    file: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Entry {
    session: i64,
    line: i64,
    code: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output: Option<String>,
}

impl History {
    /// From now on the history is in this file, too.
    pub fn keep_in(&mut self, file: PathBuf) {
        self.file = Some(file);
    }

    /// Where a user's history is: among the data of programs, as the system wants it.
    pub fn usual_file() -> Option<PathBuf> {
        Some(folders::data()?.join("history.jsonl"))
    }

    pub fn add(&mut self, line: u32, code: &str, output: Option<String>) {
        if code.len() > LONGEST_CODE {
            return;
        }
        let session = self.session.unwrap_or_else(|| self.begin_session());
        let entry = Entry {
            session,
            line: i64::from(line),
            code: code.to_owned(),
            output,
        };
        if let Some(file) = &self.file {
            let mut stored = entry.clone();
            if let Some(output) = &mut stored.output {
                output.truncate(output.floor_char_boundary(LONGEST_OUTPUT));
            }
            // A full or read-only disk must not cost a cell.
            let _ = append(file, &json!(stored));
        }
        self.entries.push(entry);
    }

    /// The content of the reply.
    pub fn answer(&self, request: &HistoryRequest) -> Value {
        let mut entries: Vec<Entry> = self.of_other_sessions();
        entries.extend(self.entries.iter().cloned());
        let mut found: Vec<&Entry> = match request.hist_access_type.as_str() {
            "range" => self.range(&entries, request),
            "search" => search(&entries, request),
            _ => entries.iter().collect(),
        };
        if let Some(n) = request.n
            && request.hist_access_type != "range"
        {
            found.drain(..found.len().saturating_sub(n));
        }
        let entries: Vec<Value> = found
            .iter()
            .map(|entry| entry.to_json(request.output))
            .collect();
        json!({"status": "ok", "history": entries})
    }

    /// Takes the next number. The file gets a line for it, so that no other kernel takes the same.
    fn begin_session(&mut self) -> i64 {
        let session = match &self.file {
            None => 1,
            Some(file) => with_lock(file, || {
                forget_half_if_long(file);
                let session = last_session(file) + 1;
                let _ = append_now(file, &json!({"session": session}));
                session
            }),
        };
        self.session = Some(session);
        session
    }

    /// By the order of their numbers, this session's being the last.
    fn of_other_sessions(&self) -> Vec<Entry> {
        let Some(file) = &self.file else {
            return Vec::new();
        };
        let mut entries: Vec<Entry> = lines(file)
            .filter_map(|line| serde_json::from_value(line).ok())
            .collect();
        entries.retain(|entry| Some(entry.session) != self.session);
        entries.sort_by_key(|entry| entry.session); // stable: the cells of one keep their order
        entries
    }

    fn range<'a>(&self, entries: &'a [Entry], request: &HistoryRequest) -> Vec<&'a Entry> {
        // 0 is this session, -1 the one before.
        let session = match request.session {
            relative @ ..=0 => self.number_of(entries, relative),
            absolute => absolute,
        };
        let of_session: Vec<&Entry> = entries
            .iter()
            .filter(|entry| entry.session == session)
            .collect();
        // From the end, as in Python.
        let end = of_session.last().map_or(0, |entry| entry.line + 1);
        let from_end = |line: i64| if line < 0 { line + end } else { line };
        let lines = from_end(request.start)..request.stop.map_or(i64::MAX, from_end);
        of_session
            .into_iter()
            .filter(|entry| lines.contains(&entry.line))
            .collect()
    }

    fn number_of(&self, entries: &[Entry], relative: i64) -> i64 {
        let last = || entries.last().map_or(0, |entry| entry.session);
        let current = self.session.unwrap_or_else(|| last() + 1);
        current.saturating_add(relative)
    }
}

fn search<'a>(entries: &'a [Entry], request: &HistoryRequest) -> Vec<&'a Entry> {
    let pattern: Vec<char> = request.pattern.as_deref().unwrap_or("*").chars().collect();
    let mut known = std::collections::HashSet::new();
    // From the end, so that of equal cells the last is kept.
    let mut found: Vec<&Entry> = entries
        .iter()
        .rev()
        .filter(|entry| matches(&pattern, &entry.code.chars().collect::<Vec<_>>()))
        .filter(|entry| !request.unique || known.insert(entry.code.as_str()))
        .collect();
    found.reverse();
    found
}

impl Entry {
    fn to_json(&self, with_output: bool) -> Value {
        if with_output {
            json!([self.session, self.line, [self.code, self.output]])
        } else {
            json!([self.session, self.line, self.code])
        }
    }
}

/// The lines of the file that are whole. Others are those of a machine that was switched off.
fn lines(file: &Path) -> impl Iterator<Item = Value> {
    // What is far longer than we ever let it become is not ours.
    let is_readable =
        fs::metadata(file).is_ok_and(|data| data.is_file() && data.len() <= 4 * LONGEST_FILE);
    let bytes = if is_readable {
        fs::read(file).unwrap_or_default()
    } else {
        Vec::new()
    };
    let lines: Vec<Value> = bytes
        .split(|&byte| byte == b'\n')
        .filter_map(|line| serde_json::from_slice(line).ok())
        .collect();
    lines.into_iter()
}

fn last_session(file: &Path) -> i64 {
    lines(file)
        .filter_map(|line| line["session"].as_i64())
        .max()
        .unwrap_or(0)
        .clamp(0, i64::MAX - 1)
}

fn append(file: &Path, line: &Value) -> std::io::Result<()> {
    with_lock(file, || append_now(file, line))
}

/// Adds a line with one call of the system, so that lines of several kernels do not mix.
fn append_now(file: &Path, line: &Value) -> std::io::Result<()> {
    let mut file = OpenOptions::new()
        .read(true)
        .append(true)
        .create(true)
        .mode(0o600)
        .open(file)?;
    // After half a line, which a full disk may leave, begins a new one.
    let is_whole = {
        use std::io::{Read, Seek, SeekFrom};
        let mut last = [b'\n'];
        file.seek(SeekFrom::End(-1))
            .and_then(|_| file.read(&mut last))
            .map_or(true, |_| last == [b'\n'])
    };
    let begin = if is_whole { "" } else { "\n" };
    file.write_all(format!("{begin}{line}\n").as_bytes())
}

/// Does something while no other kernel changes the file. One that holds the lock for long, perhaps
/// because it is stopped, is not waited for: at worst a line is lost.
fn with_lock<T>(file: &Path, act: impl FnOnce() -> T) -> T {
    if let Some(folder) = file.parent() {
        let _ = fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(folder);
    }
    let lock = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(file.with_extension("lock"));
    let is_locked = |lock: &File| {
        (0..20).any(|_| {
            let is_locked = lock.try_lock().is_ok();
            if !is_locked {
                std::thread::sleep(Duration::from_millis(5));
            }
            is_locked
        })
    };
    let lock = lock.ok().filter(is_locked);
    let result = act();
    drop(lock); // which also unlocks
    result
}

/// Keeps the newer half of a file that has become long. The new file takes the place of the old one
/// as a whole.
fn forget_half_if_long(file: &Path) {
    if !fs::metadata(file).is_ok_and(|data| data.is_file() && data.len() > LONGEST_FILE) {
        return;
    }
    let Ok(bytes) = fs::read(file) else { return };
    let middle = bytes.len().saturating_sub(LONGEST_FILE as usize / 2);
    let begin = bytes[middle..]
        .iter()
        .position(|&byte| byte == b'\n')
        .map_or(bytes.len(), |at| middle + at + 1);
    let Some(folder) = file.parent() else { return };
    if let Ok(mut half) = tempfile::NamedTempFile::new_in(folder)
        && half.write_all(&bytes[begin..]).is_ok()
    {
        let _ = half.persist(file);
    }
}

/// Glob: `*` stands for any text, `?` for one character.
fn matches(pattern: &[char], text: &[char]) -> bool {
    // Where to go on after a mismatch: behind the last star, one character further.
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((after, from)) = star {
            star = Some((after, from + 1));
            (p, t) = (after + 1, from + 1);
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|&c| c == '*')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(history: &History, request: Value) -> Vec<String> {
        let request = serde_json::from_value(request).unwrap();
        let reply = history.answer(&request);
        reply["history"]
            .as_array()
            .unwrap()
            .iter()
            .map(|entry| entry[2].as_str().unwrap().to_owned())
            .collect()
    }

    fn range(session: i64, start: i64, stop: Option<i64>) -> Value {
        json!({"hist_access_type": "range", "session": session, "start": start, "stop": stop})
    }

    fn all() -> Value {
        json!({"hist_access_type": "tail", "n": 1000})
    }

    fn session(file: &Path, codes: &[&str]) -> History {
        let mut history = History::default();
        history.keep_in(file.to_owned());
        for (line, code) in codes.iter().enumerate() {
            history.add(line as u32 + 1, code, Some(format!("output of {code}")));
        }
        history
    }

    #[test]
    fn tail_range_and_search() {
        let mut history = History::default();
        for (line, code) in ["6 * 7", "let x = 1;", "6 * 7"].iter().enumerate() {
            history.add(line as u32 + 1, code, None);
        }
        assert_eq!(
            codes(&history, json!({"hist_access_type": "tail", "n": 2})),
            ["let x = 1;", "6 * 7"]
        );
        for session in [0, 1] {
            assert_eq!(codes(&history, range(session, 2, Some(3))), ["let x = 1;"]);
            assert_eq!(
                codes(&history, range(session, 2, None)),
                ["let x = 1;", "6 * 7"]
            );
            assert_eq!(
                codes(&history, range(session, -3, Some(-1))),
                ["6 * 7", "let x = 1;"]
            );
        }
        assert!(
            codes(&history, range(2, 1, None)).is_empty()
                && codes(&history, range(-1, 1, None)).is_empty()
        );
        let search =
            |unique| json!({"hist_access_type": "search", "pattern": "6 ? 7", "unique": unique});
        assert_eq!(codes(&history, search(false)).len(), 2);
        assert_eq!(codes(&history, search(true)), ["6 * 7"]);
        assert_eq!(
            codes(
                &history,
                json!({"hist_access_type": "search", "pattern": "*x*"})
            ),
            ["let x = 1;"]
        );
    }

    #[test]
    fn sessions_follow_each_other() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new/folder/history.jsonl");
        session(&file, &["a", "b"]);
        let second = session(&file, &["c"]);
        let third = session(&file, &[]);
        assert_eq!(codes(&third, all()), ["a", "b", "c"]);
        assert_eq!(codes(&third, range(-1, 1, None)), ["c"]);
        assert_eq!(codes(&second, range(-1, 1, Some(2))), ["a"]);
        assert_eq!(codes(&second, range(0, 1, None)), ["c"]);
        assert_eq!(codes(&second, range(1, 2, None)), ["b"]);
        let with_output = second.answer(
            &serde_json::from_value(json!({"hist_access_type": "tail", "n": 3, "output": true}))
                .unwrap(),
        );
        assert_eq!(
            with_output["history"],
            json!([
                [1, 1, ["a", "output of a"]],
                [1, 2, ["b", "output of b"]],
                [2, 1, ["c", "output of c"]],
            ])
        );
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o077, 0);
    }

    #[test]
    fn kernels_write_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history.jsonl");
        std::thread::scope(|scope| {
            for kernel in 0..8 {
                let file = &file;
                scope.spawn(move || {
                    let cells: Vec<String> = (0..25)
                        .map(|cell| format!("{kernel}.{cell} {}", "x".repeat(500)))
                        .collect();
                    session(file, &cells.iter().map(String::as_str).collect::<Vec<_>>());
                });
            }
        });
        let entries: Vec<Entry> = lines(&file)
            .filter_map(|line| serde_json::from_value(line).ok())
            .collect();
        assert_eq!(entries.len(), 200);
        for number in 1..=8 {
            let of_session: Vec<&Entry> = entries
                .iter()
                .filter(|entry| entry.session == number)
                .collect();
            let kernel = of_session[0].code.split('.').next().unwrap();
            assert!(
                of_session.len() == 25
                    && of_session
                        .iter()
                        .all(|entry| entry.code.starts_with(kernel)),
                "{number}"
            );
        }
    }

    #[test]
    fn a_damaged_file_costs_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history.jsonl");
        session(&file, &["a"]);
        let mut bytes = fs::read(&file).unwrap();
        bytes.extend(b"\xff\0{\n[]\n7\n{\"session\":\"x\"}\n{\"session\":1,\"line\":2,\"co");
        fs::write(&file, bytes).unwrap();
        assert_eq!(codes(&session(&file, &["b"]), all()), ["a", "b"]);
        assert_eq!(codes(&session(&file, &[]), all()), ["a", "b"]);
        // Not a file at all.
        let nowhere = session(Path::new("/dev/null/history.jsonl"), &["c"]);
        assert_eq!(codes(&nowhere, all()), ["c"]);
        let inner = folder.path().join("folder");
        fs::create_dir(&inner).unwrap();
        let is_folder = session(&inner, &["d"]);
        assert_eq!(codes(&is_folder, all()), ["d"]);
    }

    #[test]
    fn the_file_stays_small() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("history.jsonl");
        let long = "x".repeat(100_000);
        session(&file, &vec![long.as_str(); 50]);
        session(&file, &[&"y".repeat(LONGEST_CODE + 1), "last"]);
        let length = fs::metadata(&file).unwrap().len();
        assert!(
            length <= LONGEST_FILE && length > LONGEST_FILE / 4,
            "{length}"
        );
        let found = codes(&session(&file, &[]), all());
        assert!(found.len() > 10 && found.last().unwrap() == "last" && found[0] == long);
    }
}
