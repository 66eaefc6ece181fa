//! The cells of this session, for `history_request`.

use super::message::HistoryRequest;
use serde_json::{Value, json};

/// Number of this session: there are no others.
const SESSION: i64 = 1;

/// What was executed, in order.
#[derive(Default)]
pub struct History(Vec<Entry>);

struct Entry {
    line: i64,
    code: String,
    output: Option<String>,
}

impl History {
    pub fn add(&mut self, line: u32, code: &str, output: Option<String>) {
        self.0.push(Entry { line: i64::from(line), code: code.to_owned(), output });
    }

    /// The content of the reply.
    pub fn answer(&self, request: &HistoryRequest) -> Value {
        let mut found: Vec<&Entry> = match request.hist_access_type.as_str() {
            "range" => self.range(request),
            "search" => self.search(request),
            _ => self.0.iter().collect(),
        };
        if let Some(n) = request.n
            && request.hist_access_type != "range"
        {
            found.drain(..found.len().saturating_sub(n));
        }
        let entries: Vec<Value> = found.iter().map(|entry| entry.to_json(request.output)).collect();
        json!({"status": "ok", "history": entries})
    }

    fn range(&self, request: &HistoryRequest) -> Vec<&Entry> {
        // 0 is this session, as is its own number; earlier ones are not kept.
        if request.session != 0 && request.session != SESSION {
            return Vec::new();
        }
        let lines = request.start..request.stop.unwrap_or(i64::MAX);
        self.0.iter().filter(|entry| lines.contains(&entry.line)).collect()
    }

    fn search(&self, request: &HistoryRequest) -> Vec<&Entry> {
        let pattern: Vec<char> = request.pattern.as_deref().unwrap_or("*").chars().collect();
        let mut found: Vec<&Entry> = Vec::new();
        // From the end, so that of equal cells the last is kept.
        for entry in self.0.iter().rev() {
            let is_new = !request.unique || found.iter().all(|known| known.code != entry.code);
            if is_new && matches(&pattern, &entry.code.chars().collect::<Vec<_>>()) {
                found.push(entry);
            }
        }
        found.reverse();
        found
    }
}

impl Entry {
    fn to_json(&self, with_output: bool) -> Value {
        if with_output {
            json!([SESSION, self.line, [self.code, self.output]])
        } else {
            json!([SESSION, self.line, self.code])
        }
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
        reply["history"].as_array().unwrap().iter().map(|entry| entry[2].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn tail_range_and_search() {
        let mut history = History::default();
        for (line, code) in ["6 * 7", "let x = 1;", "6 * 7"].iter().enumerate() {
            history.add(line as u32 + 1, code, None);
        }
        assert_eq!(codes(&history, json!({"hist_access_type": "tail", "n": 2})), ["let x = 1;", "6 * 7"]);
        let range = json!({"hist_access_type": "range", "session": 1, "start": 2, "stop": 3});
        assert_eq!(codes(&history, range), ["let x = 1;"]);
        let search = |unique| json!({"hist_access_type": "search", "pattern": "6 ? 7", "unique": unique});
        assert_eq!(codes(&history, search(false)).len(), 2);
        assert_eq!(codes(&history, search(true)), ["6 * 7"]);
        assert_eq!(codes(&history, json!({"hist_access_type": "search", "pattern": "*x*"})), ["let x = 1;"]);
    }
}
