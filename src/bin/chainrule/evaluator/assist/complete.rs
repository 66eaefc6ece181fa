//! What could stand at the cursor, the most useful first.

use super::cursor::{Cursor, Place};
use super::infer::Scope;
use super::known::Known;
use super::proposals::{Completion, Found, origin};
use super::types::TUPLE;
use crate::names::{self, Name};
use ra_ap_syntax::AstNode;
use std::ops::Range;
use std::path::Path;

/// Proposals for replacing a range of bytes.
#[derive(Debug)]
pub struct Completions {
    pub matches: Vec<Completion>,
    pub range: Range<usize>,
    /// Whether rust-analyzer could add something.
    pub is_partial: bool,
}

impl Completions {
    pub fn none(offset: usize) -> Completions {
        Completions {
            matches: Vec::new(),
            range: offset..offset,
            is_partial: false,
        }
    }

    /// Adds what rust-analyzer has found, in its order, behind what is there.
    pub fn add(&mut self, found: Vec<Completion>) {
        for one in found {
            if !self
                .matches
                .iter()
                .any(|known| known.text.trim_end_matches('!') == one.text.trim_end_matches('!'))
            {
                self.matches.push(one);
            }
        }
    }
}

/// Completes from what is known without rust-analyzer.
pub fn complete(known: &Known, folder: &Path, code: &str, offset: usize) -> Completions {
    let Some(cursor) = Cursor::at(code, offset) else {
        return Completions::none(offset);
    };
    let variables = |name: &str| known.type_of(name);
    let scope = Scope {
        cell: known.of_cell(code),
        session: &known.declarations,
        imported: &known.imported,
        variables: &variables,
    };
    let mut found = Found::beginning_with(&cursor.prefix);
    let module = module_of_python(known, code, &cursor);
    let is_partial = match module {
        Some(_) => {
            found.items(known, &scope, true);
            found.matches.retain(|one| !one.text.ends_with('!'));
            found.foreign(here);
            false
        }
        None => propose(&mut found, known, &scope, &cursor, folder),
    };
    let mut matches = found.matches;
    matches.sort_by_key(|found| found.rank);
    whole_words_first(&mut matches);
    let mut seen = std::collections::HashSet::new();
    matches.retain(|completion| seen.insert(completion.text.clone()));
    Completions {
        matches,
        range: module.unwrap_or(cursor.range.start)..cursor.range.end,
        is_partial,
    }
}

/// Where `nn.` or `torch.nn.` begins before the cursor, if nothing here is called so: what such a
/// module has is here without one.
fn module_of_python(known: &Known, code: &str, cursor: &Cursor) -> Option<usize> {
    let Place::Member(receiver) = &cursor.place else {
        return None;
    };
    let path = receiver.syntax().text().to_string();
    let first = path.split('.').next()?;
    // Where the cell has the word without a dot behind it, it may be a name of the cell's.
    let mut rests = code
        .match_indices(first)
        .map(|(at, _)| &code[at + first.len()..]);
    let is_named = rests.any(|rest| !rest.trim_start().starts_with('.'));
    let is_it = names::is_foreign_module(first) && known.type_of(first).is_none() && !is_named;
    let is_path = path
        .chars()
        .all(|c| c.is_alphanumeric() || "_.".contains(c));
    let start = || cursor.range.start.checked_sub(path.len() + 1);
    (is_it && is_path).then(start)?
}

/// What stands here for a name of another library: a path, or an example where it is a method.
fn here(name: &'static Name) -> Option<&'static str> {
    let is_method = name.foreign.iter().all(|one| one.starts_with('.'));
    name.path().or((!is_method).then_some(name.ours))
}

/// Collects what could stand at the cursor, and says whether rust-analyzer could add something.
fn propose(
    found: &mut Found,
    known: &Known,
    scope: &Scope,
    cursor: &Cursor,
    folder: &Path,
) -> bool {
    match &cursor.place {
        Place::Nothing => false,
        Place::Command => {
            found.commands();
            false
        }
        Place::Text {
            is_format: true,
            before,
        } => {
            if is_within_braces(before) {
                found.variables(known, scope, cursor);
            }
            false
        }
        Place::Text {
            is_format: false,
            before,
        } => {
            found.files(folder, before);
            false
        }
        Place::Member(receiver) => match scope.type_of(receiver) {
            Some(kind) if scope.knows(&kind) || kind.name == TUPLE => found.members(scope, &kind),
            _ => true,
        },
        Place::Path { before, is_import } => found.behind(scope, before, *is_import),
        Place::Field { owner, present } => {
            found.fields(scope, owner, present);
            found.matches.is_empty()
        }
        Place::Type => {
            found.items(known, scope, false);
            found.types_of_the_language();
            found.matches.is_empty()
        }
        Place::Name { begins_statement } => {
            found.variables(known, scope, cursor);
            found.items(known, scope, true);
            found.keywords(*begins_statement);
            found.crates(origin::STANDARD);
            found.foreign(here);
            known.imports_unknown || found.matches.is_empty()
        }
    }
}

/// Whether a name stands in braces at the end of a format; `{{` is a brace.
fn is_within_braces(before: &str) -> bool {
    before
        .rfind('{')
        .is_some_and(|at| !before[at..].contains('}') && !before[..at].ends_with('{'))
}

/// What is a whole word already stands before what goes on: `sum` before `sum_axis`, however often
/// each is used.
fn whole_words_first(matches: &mut [Completion]) {
    for at in 1..matches.len() {
        let (begun, (fit, origin, _)) = (format!("{}_", matches[at].text), matches[at].rank);
        let goes_on = |other: &Completion| {
            other.text.starts_with(&begun) && (other.rank.0, other.rank.1) == (fit, origin)
        };
        if let Some(first) = matches[..at].iter().position(goes_on) {
            matches[first..=at].rotate_right(1);
        }
    }
}
