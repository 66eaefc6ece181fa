//! Cells that were compiled before: what is kept of one, by what it is found again, and running it
//! without a compiler.
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

use super::definitions::Gone;
use super::explain::memory::Fate;
use super::explain::warnings::{self, Warning};
use super::failure::Refusal;
use super::precedence::GaveWay;
use super::prepare::Prepared;
use super::scope::{Variables, asks_for_crates, commands, reads_files};
use super::types;
use super::undo::Undo;
use super::{Evaluator, Interrupter};
use crate::compiler::crates::content_of_dependency;
use crate::compiler::stand_in::generated;
use crate::worker::link::Answers;
use crate::worker::relay::Exchange;
use chainrule::base::protocol::{Event, evcxr as words};
use chainrule::display::language;
use evcxr::{Error, EvalOutputs};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashMap};
use std::sync::PoisonError;

/// The code that was compiled last, for a cell.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Compiled {
    pub source: String,
    pub warnings: Vec<Warning>,
}

/// A cell that was compiled, apart from the machine code.
#[derive(Debug, Serialize, Deserialize)]
struct Kept {
    /// The functions to call, and the bytes of the objects they are in.
    functions: Vec<(String, usize)>,
    changed: Vec<String>,
    dropped: Vec<String>,
    gave_way: GaveWay,
    /// The variables after it, and their types.
    variables: BTreeMap<String, String>,
    /// Those that are also there if it stops before its end.
    staying: Vec<String>,
    /// What its commands say.
    said: HashMap<String, String>,
    versions: Option<String>,
    compiled: Compiled,
}

/// What is known of a cell.
pub enum Found {
    Runs(Box<Runs>),
    Refused(Refusal),
}

pub struct Runs {
    kept: Kept,
    objects: Vec<Vec<u8>>,
}

/// How a cell went, as far as evcxr or what stands for it knows.
pub struct Ran {
    pub gone: Gone,
    pub result: Result<EvalOutputs, Error>,
}

const CHANGED_TYPE: &[u8] = words::CHANGED_TYPE.as_bytes();

impl Evaluator {
    /// By what a cell is kept. Nothing where something decides that stands elsewhere, or where
    /// commands do more than to change how it is compiled.
    pub(super) fn key(&self, code: &str) -> Option<String> {
        if !self.cells.is_on() || reads_files(code) {
            return None;
        }
        let mut hash = Sha256::new();
        let mut add = |word: &str| {
            hash.update((word.len() as u64).to_le_bytes());
            hash.update(word);
        };
        for line in commands(code) {
            let mut words = line.split_whitespace();
            let is_known = match words.next() {
                Some(":dep") => true,
                Some(":opt") => words.next().is_some(),
                _ => false,
            };
            if !is_known {
                return None;
            }
            add(&content_of_dependency(line, &self.folder)?);
        }
        self.root.iter().for_each(|word| add(word));
        self.scope
            .words(&self.folder)?
            .iter()
            .for_each(|word| add(word));
        add(&format!(
            "{:?} {}",
            self.implementations,
            self.definitions.words()
        ));
        add(code);
        Some(
            hash.finalize()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect(),
        )
    }

    /// What is kept of a cell.
    pub(super) fn find(&mut self, key: &str) -> Option<Found> {
        if let Some(content) = self.cells.get(key)
            && let Some(runs) = Runs::read(&content)
        {
            return Some(Found::Runs(Box::new(runs)));
        }
        let content = self.cells.get(&key_of_refusal(key))?;
        Some(Found::Refused(serde_json::from_slice(&content).ok()?))
    }

    /// Keeps why a cell was refused, if that will be so the next time.
    pub(super) fn keep_refusal(&mut self, key: &str, code: &str, refusal: &Refusal) {
        if refusal.lasts()
            && commands(code).next().is_none()
            && !self.scope.has_dependencies()
            && let Ok(content) = serde_json::to_vec(refusal)
        {
            self.cells.put(&key_of_refusal(key), &content);
        }
    }

    /// Runs a cell that was compiled before. Nothing if it turns out that it does not fit: then it
    /// was not run.
    pub(super) fn play(&mut self, number: u32, prepared: &mut Prepared, runs: Runs) -> Option<Ran> {
        let Runs { kept, objects } = runs;
        let mut played = prepared.clone();
        let mut gone = Gone {
            changed: kept.changed,
            variables: kept.dropped,
            ..Gone::default()
        };
        self.give_way_again(&kept.gave_way, &mut played, &mut gone)?;
        if !kept.functions.is_empty() && objects.len() != kept.functions.len() {
            return None;
        }
        let mut stopped = false;
        for (object, (function, _)) in objects.iter().zip(&kept.functions) {
            let path = self.session.store_object(object).ok()?;
            let answers = self
                .worker
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .run(&path, function);
            let Ok(answers) = answers else {
                self.lose_variables();
                return Some(Ran {
                    gone,
                    result: Err(Error::SubprocessTerminated(String::new())),
                });
            };
            if answers.iter().any(|line| line.starts_with(CHANGED_TYPE)) {
                return None;
            }
            if given_up(&answers) {
                self.taken.extend(self.events.take());
                let events = self.taken.len();
                self.taken
                    .retain(|event| !matches!(event, Event::LoadFailed { .. }));
                if self.taken.len() < events {
                    return None;
                }
                return Some(Ran {
                    gone,
                    result: Err(Error::Message(
                        "the cell has not come to its end".to_owned(),
                    )),
                });
            }
            self.steps += 1;
            stopped = ends_early(&answers);
        }
        *prepared = played;
        self.note_gone(number, &gone);
        self.forget_imports(&kept.gave_way);
        let mut variables = kept.variables;
        variables.retain(|name, _| !stopped || kept.staying.contains(name));
        let now = self.scope.with_kinds(&variables, &prepared.code);
        let before = std::mem::replace(&mut self.scope.variables, now);
        self.scope.add(&prepared.code);
        if kept.versions.is_some() {
            self.scope.versions = kept.versions;
        }
        self.compiled = kept.compiled;
        if stopped {
            self.keep_what_is_there(&prepared.code, &before);
        }
        let mut outputs = EvalOutputs::new();
        outputs.content_by_mime_type = kept.said;
        Some(Ran {
            gone,
            result: Ok(outputs),
        })
    }

    /// Has evcxr compile and run a cell, and keeps it by `key`.
    pub(super) fn compile(
        &mut self,
        number: u32,
        code: &str,
        prepared: &mut Prepared,
        key: Option<&str>,
    ) -> Ran {
        let compiling = Compiling::begin(&self.interrupter);
        self.context.take_exchanges();
        let scope = self.scope.clone();
        let woken = self.wake();
        if asks_for_crates(&prepared.code) {
            self.context.expect_crates();
        }
        let (ran, before) = match woken {
            Ok(()) => self.run_over_others(number, code, prepared),
            Err(error) => (
                Ran {
                    gone: Gone::default(),
                    result: Err(error),
                },
                scope.variables.clone(),
            ),
        };
        drop(compiling);
        let exchanges = self.context.take_exchanges();
        let is_lost = exchanges.iter().any(|exchange| exchange.answers.is_none());
        if is_lost {
            self.restart_worker();
        }
        let is_kept = |one: &&Exchange| {
            one.answers
                .as_ref()
                .is_some_and(|answers| !given_up(answers))
        };
        self.steps += exchanges.iter().filter(is_kept).count();
        let stopped = exchanges
            .last()
            .and_then(|one| one.answers.as_ref())
            .is_some_and(ends_early);
        self.note_unforeseen(number, &exchanges, &ran.gone, &before);
        self.compiled.source = self.last_source();
        self.compiled.warnings =
            warnings::of_compiled(self.session.folder(), &self.compiled.source);
        if ran.result.is_ok() {
            self.follow_variables(&prepared.code);
            self.scope.add(&prepared.code);
            if commands(&prepared.code).any(|line| line.trim_start().starts_with(":dep")) {
                self.scope.versions =
                    std::fs::read_to_string(self.session.folder().join("Cargo.lock")).ok();
            }
        } else {
            self.follow_variables("");
        }
        self.context.has_seen(&self.scope);
        if ran.result.is_err() {
            // What had to go for the cell is still there: it has not run.
            self.scope.take_items_of(&scope);
        }
        if ran.result.is_err() && !is_lost {
            let there = std::mem::replace(&mut self.scope.variables, scope.variables);
            self.scope.variables.retain(|name, _| {
                there.contains_key(name)
                    || !(before.contains_key(name) || ran.gone.unnameable.contains(name))
            });
        }
        self.complete_types();
        if let Some(key) = key
            && let Some(content) = self.to_be_kept(&ran, prepared, exchanges, &before)
        {
            self.cells.put(key, &content);
        }
        if stopped && ran.result.is_ok() {
            self.keep_what_is_there(&prepared.code, &before);
        }
        ran
    }

    /// Remembers why variables are not there of which only the store saw that their types are
    /// others now.
    fn note_unforeseen(
        &mut self,
        number: u32,
        exchanges: &[Exchange],
        gone: &Gone,
        before: &Variables,
    ) {
        let answers = exchanges
            .iter()
            .filter_map(|exchange| exchange.answers.as_ref())
            .flatten();
        let names =
            answers.filter_map(|line| std::str::from_utf8(line.strip_prefix(CHANGED_TYPE)?).ok());
        for name in names
            .map(str::trim)
            .filter(|name| !gone.variables.iter().any(|known| known == name))
        {
            if let Some(variable) = before.get(name) {
                self.memory.note(
                    name,
                    Fate::TypeChanged {
                        cell: number,
                        kind: variable.kind.clone(),
                    },
                );
            }
        }
    }

    /// Starts evcxr if it is not there.
    fn wake(&mut self) -> Result<(), Error> {
        if self.context.is_awake() {
            return Ok(());
        }
        self.interrupter.waits(true);
        let started = self.context.awake(&self.scope).map(drop);
        self.interrupter.waits(false);
        started
    }

    /// Takes over from evcxr which variables there are, after it has run a cell.
    pub(super) fn follow_variables(&mut self, prepared: &str) {
        if let Some(kinds) = self.context.variables() {
            self.scope.variables = self.scope.with_kinds(&kinds, prepared);
        }
        self.context.has_seen(&self.scope);
    }

    /// The code that evcxr compiled last, with what it has put around the cell.
    pub(super) fn last_source(&self) -> String {
        std::fs::read_to_string(self.session.folder().join("src/lib.rs")).unwrap_or_default()
    }

    fn lose_variables(&mut self) {
        self.restart_worker();
        self.scope.variables.clear();
    }

    fn restart_worker(&mut self) {
        self.undo = Undo::default();
        // If it does not start, the next cell says that the variables are lost, and tries again.
        let _ = self
            .worker
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .restart();
    }

    /// What is kept of a cell that evcxr has just compiled, if all about it is understood.
    fn to_be_kept(
        &self,
        ran: &Ran,
        prepared: &Prepared,
        exchanges: Vec<Exchange>,
        before: &Variables,
    ) -> Option<Vec<u8>> {
        let is_loaded = |exchange: &Exchange| {
            let answers = exchange.answers.as_deref().unwrap_or_default();
            !exchange.object.is_empty()
                && !answers.iter().any(|line| line.starts_with(CHANGED_TYPE))
        };
        if !ran.gone.unnameable.is_empty() {
            return None;
        }
        // A crash says nothing of the code, but what could not be loaded was not compiled well.
        if !exchanges.iter().all(is_loaded)
            || self
                .taken
                .iter()
                .any(|event| matches!(event, Event::LoadFailed { .. }))
        {
            return None;
        }
        let (mut variables, mut staying) = (
            before
                .iter()
                .map(|(name, one)| (name.clone(), one.kind.clone()))
                .collect(),
            None,
        );
        match exchanges.len() {
            0 if ran.result.is_ok() => {}
            // Only definitions: nothing is run, and the variables stay where they are.
            1 if !self.compiled.source.contains("evcxr_variable_store") => {}
            1 => {
                let (mut all, mut after_a_stop) = stored_by(&self.compiled.source);
                // Variables that it does not mention stay where they are.
                let taken = generated::taken(&self.compiled.source);
                let made: Vec<String> = all
                    .keys()
                    .filter(|name| !after_a_stop.contains(name))
                    .cloned()
                    .collect();
                let is_left =
                    |name: &String| !taken.contains(name.as_str()) && !made.contains(name);
                for (name, variable) in before.iter().filter(|(name, _)| is_left(name)) {
                    after_a_stop.push(name.clone());
                    all.entry(name.clone())
                        .or_insert_with(|| variable.kind.clone());
                }
                // A type that was written down in part has been completed since.
                let complete =
                    |(name, kind): (&String, &mut String)| match self.scope.variables.get(name) {
                        Some(known) if types::has_gap(kind) => kind.clone_from(&known.kind),
                        _ => {}
                    };
                all.iter_mut().for_each(complete);
                (variables, staying) = (all, Some(after_a_stop));
            }
            _ => return None,
        }
        let staying = staying.unwrap_or_else(|| variables.keys().cloned().collect());
        if let (Ok(_), Some(exchange)) = (&ran.result, exchanges.last()) {
            // What the source says must be what evcxr says.
            let stopped = exchange.answers.as_ref().is_some_and(ends_early);
            let expected = variables
                .iter()
                .filter(|(name, _)| !stopped || staying.contains(name));
            let is_same = |(a, kind): (&String, &String)| {
                self.scope
                    .variables
                    .get(a)
                    .is_some_and(|one| one.kind == *kind)
            };
            if expected.clone().count() != self.scope.variables.len()
                || !expected.clone().all(is_same)
            {
                return None;
            }
        }
        let kept = Kept {
            functions: exchanges
                .iter()
                .map(|one| (one.function.clone(), one.object.len()))
                .collect(),
            changed: ran.gone.changed.clone(),
            dropped: ran.gone.variables.clone(),
            gave_way: GaveWay::from(&ran.gone),
            variables,
            staying,
            said: ran
                .result
                .as_ref()
                .map(|outputs| outputs.content_by_mime_type.clone())
                .unwrap_or_default(),
            versions: self
                .scope
                .versions
                .clone()
                .filter(|_| commands(&prepared.code).next().is_some()),
            compiled: self.compiled.clone(),
        };
        let mut content = serde_json::to_vec(&kept).ok()?;
        content.push(b'\n'); // JSON has none within
        exchanges
            .iter()
            .for_each(|exchange| content.extend(&exchange.object));
        Some(content)
    }
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

/// While evcxr works for a cell, an interrupt ends the compiler.
struct Compiling(Interrupter);

impl Compiling {
    fn begin(interrupter: &Interrupter) -> Compiling {
        interrupter.may_compile(true);
        Compiling(interrupter.clone())
    }
}

impl Drop for Compiling {
    fn drop(&mut self) {
        self.0.may_compile(false);
    }
}

/// Mistakes are kept as they were put in words.
fn key_of_refusal(key: &str) -> String {
    format!("{key}-refused-{}", language().code())
}

fn given_up(answers: &Answers) -> bool {
    answers
        .last()
        .is_none_or(|line| std::str::from_utf8(line).is_err())
}

/// Whether the cell panicked or returned before its end: evcxr then drops the variables that it was
/// to make.
fn ends_early(answers: &Answers) -> bool {
    answers.iter().any(|line| {
        [words::PANICKED, words::RETURNED]
            .iter()
            .any(|word| line == word.as_bytes())
    })
}

/// The variables that a compiled cell stores, with their types, and the names of those that it
/// stores even if it stops before its end: behind the place where a panic is noticed.
pub(super) fn stored_by(source: &str) -> (BTreeMap<String, String>, Vec<String>) {
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
                      evcxr_variable_store.put_variable::<Vec<i32>>(stringify!(y), y);evcxr_variable_store";
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
            said: HashMap::new(),
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
