//! Cells that were compiled before: what is kept of one, and by what it is found again.
//!
//! What is kept is what compiling gave, nothing of what running did: the machine code, which
//! variables there are when the cell has come to its end and which if it stops before, what it set
//! aside, and what is needed to speak of it (the generated source, for the lines of a panic;
//! warnings). A cell that was refused is kept as well: with its mistakes.
//!
//! The key is made of everything that decides what compiling gives: the text of the cell, what it
//! sees of the cells before it ([`Scope`]), the library, the compiler, and this program. How the
//! cells before have ended is in what they left: in the variables and in the definitions. Whatever
//! is not as it was when the cell is run, evcxr's own check of the types of all variables at the
//! beginning of each cell finds; then the cell is compiled.

use super::types;
use crate::analyzer::protocol::Content;
use crate::compiler::cells::Cells;
use crate::compiler::crates::content_of_dependency;
use crate::compiler::stand_in::generated;
use crate::evaluator::cell::Cell;
use crate::evaluator::changes::gone::{GaveWay, Gone};
use crate::evaluator::explain::warnings::Warning;
use crate::evaluator::failure::Refusal;
use crate::evaluator::failure::fault::Fault;
use crate::evaluator::state::State;
use crate::evaluator::state::scope::{Scope, Variables, reads_files};
use crate::worker::link::Answers;
use crate::worker::relay::Exchange;
use chainrule::base::protocol::evcxr as words;
use chainrule::display::language;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

/// The code that was compiled last, for a cell.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Compiled {
    pub source: String,
    pub warnings: Vec<Warning>,
}

/// A cell that was compiled, apart from the machine code.
#[derive(Debug, Serialize, Deserialize)]
pub struct Kept {
    /// The functions to call, and the bytes of the objects they are in.
    pub functions: Vec<(String, usize)>,
    pub changed: Vec<String>,
    pub dropped: Vec<String>,
    pub gave_way: GaveWay,
    /// The variables after it, and their types.
    pub variables: BTreeMap<String, String>,
    /// Those that are also there if it stops before its end.
    pub staying: Vec<String>,
    /// What its commands say.
    pub said: Content,
    pub versions: Option<String>,
    pub compiled: Compiled,
}

/// What is known of a cell.
pub enum Found {
    Runs(Box<Runs>),
    Refused(Refusal),
}

pub struct Runs {
    pub kept: Kept,
    pub objects: Vec<Vec<u8>>,
}

/// How a cell went, as far as evcxr or what stands for it knows.
pub struct Ran {
    pub gone: Gone,
    pub result: Result<Content, Fault>,
    /// Whether the worker was lost with it, and all snapshots.
    pub is_lost: bool,
    /// How often the worker has run something and kept what it did.
    pub steps: usize,
}

impl Ran {
    pub fn new(result: Result<Content, Fault>, gone: Gone) -> Ran {
        Ran {
            gone,
            result,
            is_lost: false,
            steps: 0,
        }
    }

    /// Where evcxr's process has ended before the cell, the worker came to its end without it.
    pub fn follow_worker(&mut self, answers: Option<&Answers>) {
        if let Err(Fault::Unanalyzed(_)) = self.result
            && answers.is_some_and(|answers| !given_up(answers))
        {
            self.result = Ok(Content::new());
        }
    }
}

pub const CHANGED_TYPE: &[u8] = words::CHANGED_TYPE.as_bytes();

/// The cells that were compiled before, by everything that decides how.
pub struct KeptCells {
    pub cells: Cells,
    /// What decides beside the cells themselves.
    pub root: [String; 4],
}

impl KeptCells {
    /// By what a cell is kept that comes after the others of a session. Nothing where something
    /// decides that stands elsewhere, or where commands do more than to change how it is compiled.
    /// `folder` is where relative paths begin.
    pub fn key(&self, cell: &Cell, state: &State, folder: &Path) -> Option<String> {
        if !self.cells.is_on() || reads_files(cell.text()) {
            return None;
        }
        let mut hash = Sha256::new();
        let mut add = |word: &str| {
            hash.update((word.len() as u64).to_le_bytes());
            hash.update(word);
        };
        for line in cell.commands() {
            let mut words = line.split_whitespace();
            let is_known = match words.next() {
                Some(":dep") => true,
                Some(":opt") => words.next().is_some(),
                _ => false,
            };
            if !is_known {
                return None;
            }
            add(&content_of_dependency(line, folder)?);
        }
        self.root.iter().for_each(|word| add(word));
        let seen = state.scope.words(folder)?;
        seen.iter().for_each(|word| add(word));
        let (implementations, definitions) = (&state.implementations, &state.definitions);
        add(&format!("{implementations:?} {}", definitions.words()));
        add(cell.text());
        let bytes = hash.finalize();
        Some(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
    }

    /// What is kept of a cell.
    pub fn find(&mut self, key: &str) -> Option<Found> {
        if let Some(content) = self.cells.get(key)
            && let Some(runs) = Runs::read(&content)
        {
            return Some(Found::Runs(Box::new(runs)));
        }
        let content = self.cells.get(&key_of_refusal(key))?;
        Some(Found::Refused(serde_json::from_slice(&content).ok()?))
    }

    /// Keeps a cell that was compiled.
    pub fn keep(&mut self, key: &str, content: &[u8]) {
        self.cells.put(key, content);
    }

    /// Keeps why a cell was refused, if that will be so the next time.
    pub fn keep_refusal(&mut self, key: &str, cell: &Cell, scope: &Scope, refusal: &Refusal) {
        if refusal.lasts()
            && cell.commands().next().is_none()
            && !scope.has_dependencies()
            && let Ok(content) = serde_json::to_vec(refusal)
        {
            self.cells.put(&key_of_refusal(key), &content);
        }
    }
}

/// A cell that evcxr has just compiled and run.
pub struct JustCompiled<'a> {
    pub ran: &'a Ran,
    pub cell: &'a Cell,
    pub exchanges: &'a [Exchange],
    /// The variables when it began.
    pub before: &'a Variables,
    /// The session after it.
    pub scope: &'a Scope,
    pub compiled: &'a Compiled,
}

impl JustCompiled<'_> {
    /// What is kept of it, if all about it is understood.
    pub fn content(&self) -> Option<Vec<u8>> {
        let is_loaded = |exchange: &Exchange| {
            let answers = exchange.answers.as_deref().unwrap_or_default();
            !exchange.object.is_empty()
                && !answers.iter().any(|line| line.starts_with(CHANGED_TYPE))
        };
        if !self.ran.gone.unnameable.is_empty() || !self.exchanges.iter().all(is_loaded) {
            return None;
        }
        let (variables, staying) = self.variables()?;
        if let (Ok(_), Some(exchange)) = (&self.ran.result, self.exchanges.last())
            && !self.is_what_evcxr_says(&variables, &staying, exchange)
        {
            return None;
        }
        let said = self.ran.result.as_ref();
        let kept = Kept {
            functions: self
                .exchanges
                .iter()
                .map(|one| (one.function.clone(), one.object.len()))
                .collect(),
            changed: self.ran.gone.changed.clone(),
            dropped: self.ran.gone.variables.clone(),
            gave_way: GaveWay::from(&self.ran.gone),
            variables,
            staying,
            said: said.cloned().unwrap_or_default(),
            versions: self
                .scope
                .versions
                .clone()
                .filter(|_| self.cell.commands().next().is_some()),
            compiled: self.compiled.clone(),
        };
        let mut content = serde_json::to_vec(&kept).ok()?;
        content.push(b'\n'); // JSON has none within
        let objects = self.exchanges.iter().map(|exchange| &exchange.object);
        objects.for_each(|object| content.extend(object));
        Some(content)
    }

    /// The variables after the cell, and which of them are there if it stops before its end.
    fn variables(&self) -> Option<(BTreeMap<String, String>, Vec<String>)> {
        let kinds = self.before.iter();
        let kinds: BTreeMap<String, String> = kinds
            .map(|(name, one)| (name.clone(), one.kind.clone()))
            .collect();
        let as_before = |kinds: BTreeMap<String, String>| {
            let names = kinds.keys().cloned().collect();
            Some((kinds, names))
        };
        match self.exchanges.len() {
            0 if self.ran.result.is_ok() => as_before(kinds),
            // Only definitions: nothing is run, and the variables stay where they are.
            1 if !self.compiled.source.contains("evcxr_variable_store") => as_before(kinds),
            1 => Some(self.variables_in_source()),
            _ => None,
        }
    }

    /// The same, as the compiled code puts them into the store.
    fn variables_in_source(&self) -> (BTreeMap<String, String>, Vec<String>) {
        variables_in(&self.compiled.source, self.before, &self.scope.variables)
    }

    /// Whether what the source says of variables is what evcxr says.
    fn is_what_evcxr_says(
        &self,
        variables: &BTreeMap<String, String>,
        staying: &[String],
        exchange: &Exchange,
    ) -> bool {
        let stopped = exchange.answers.as_ref().is_some_and(ends_early);
        let expected = variables
            .iter()
            .filter(|(name, _)| !stopped || staying.contains(name));
        let known = &self.scope.variables;
        let is_same =
            |(name, kind): (&String, &String)| known.get(name).is_some_and(|one| one.kind == *kind);
        expected.clone().count() == known.len() && expected.clone().all(is_same)
    }
}

/// The variables after a cell, as the compiled code puts them into the store, and which of them are
/// there if it stops before its end. `now` are those of which the types are known.
pub fn variables_in(
    source: &str,
    before: &Variables,
    now: &Variables,
) -> (BTreeMap<String, String>, Vec<String>) {
    let (mut all, mut staying) = stored_by(source);
    // Variables that it does not mention stay where they are.
    let taken = generated::taken(source);
    let made = all.keys().filter(|name| !staying.contains(name));
    let made: Vec<String> = made.cloned().collect();
    let is_left = |name: &String| !taken.contains(name.as_str()) && !made.contains(name);
    for (name, variable) in before.iter().filter(|(name, _)| is_left(name)) {
        staying.push(name.clone());
        all.entry(name.clone())
            .or_insert_with(|| variable.kind.clone());
    }
    // A type that was written down in part has been completed since.
    for (name, kind) in all.iter_mut().filter(|(_, kind)| types::has_gap(kind)) {
        if let Some(known) = now.get(name) {
            kind.clone_from(&known.kind);
        }
    }
    (all, staying)
}

impl Runs {
    fn read(content: &[u8]) -> Option<Runs> {
        let end = content.iter().position(|&byte| byte == b'\n')?;
        let kept: Kept = serde_json::from_slice(&content[..end]).ok()?;
        let mut rest = &content[end + 1..];
        let mut objects = Vec::new();
        for (_, length) in &kept.functions {
            let (object, behind) = rest.split_at_checked(*length)?;
            objects.push(object.to_owned());
            rest = behind;
        }
        Some(Runs { kept, objects })
    }
}

/// Mistakes are kept as they were put in words.
fn key_of_refusal(key: &str) -> String {
    format!("{key}-refused-{}", language().code())
}

/// Whether the worker has not answered to the end.
pub fn given_up(answers: &Answers) -> bool {
    answers
        .last()
        .is_none_or(|line| std::str::from_utf8(line).is_err())
}

/// Whether the cell panicked or returned before its end: evcxr then drops the variables that it was
/// to make.
pub fn ends_early(answers: &Answers) -> bool {
    answers.iter().any(|line| {
        [words::PANICKED, words::RETURNED]
            .iter()
            .any(|word| line == word.as_bytes())
    })
}

/// The variables that a compiled cell stores, with their types, and the names of those that it
/// stores even if it stops before its end: behind the place where a panic is noticed.
pub fn stored_by(source: &str) -> (BTreeMap<String, String>, Vec<String>) {
    const NAME: &str = ">(stringify!(";
    let notice = source
        .rfind("chainrule::cell::panicked();")
        .unwrap_or(source.len());
    let (mut all, mut staying) = (BTreeMap::new(), Vec::new());
    for (at, _) in source.match_indices(generated::PUT) {
        let rest = &source[at + generated::PUT.len()..];
        let Some((kind, name)) = rest.split_once(NAME) else {
            continue;
        };
        let name = name.split(')').next().unwrap_or_default().to_owned();
        if at > notice {
            staying.push(name.clone());
        }
        all.insert(name, kind.to_owned());
    }
    (all, staying)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_cell_stores() {
        let source = "match catch_unwind(||{\nlet x = 1;\n\
                      evcxr_variable_store.put_variable::<[f32; 3]>(stringify!(x), x);})) {\n\
                      Err(_) => {::chainrule::cell::panicked();\n}}\n\
                      evcxr_variable_store.put_variable::<Vec<i32>>(stringify!(y), y);\
                      evcxr_variable_store";
        let (all, staying) = stored_by(source);
        let expected = BTreeMap::from([
            ("x".to_owned(), "[f32; 3]".to_owned()),
            ("y".to_owned(), "Vec<i32>".to_owned()),
        ]);
        assert_eq!((all, staying), (expected, vec!["y".to_owned()]));
    }

    #[test]
    fn what_is_kept_is_read_again() {
        let kept = Kept {
            functions: vec![("f".to_owned(), 3), ("g".to_owned(), 2)],
            changed: Vec::new(),
            dropped: Vec::new(),
            gave_way: GaveWay::default(),
            variables: BTreeMap::new(),
            staying: Vec::new(),
            said: Content::new(),
            versions: None,
            compiled: Compiled {
                source: "a\nb".to_owned(),
                warnings: Vec::new(),
            },
        };
        let mut content = serde_json::to_vec(&kept).unwrap();
        content.extend(b"\n\n12ab");
        let runs = Runs::read(&content).unwrap();
        assert_eq!(
            (runs.objects, runs.kept.compiled.source.as_str()),
            (vec![b"\n12".to_vec(), b"ab".to_vec()], "a\nb")
        );
        assert!(Runs::read(&content[..content.len() - 1]).is_none());
    }
}
