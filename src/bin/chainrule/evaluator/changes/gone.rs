//! What a cell takes out of the session: what it changes, and what does not fit that any more.

use crate::evaluator::cell::Cell;
use crate::evaluator::cell::imports::imports;
use crate::evaluator::cell::prepare::Prepared;
use crate::evaluator::cell::sources::{Place, SourceMap};
use serde::{Deserialize, Serialize};

/// What had to go for a cell.
#[derive(Default)]
pub struct Gone {
    /// The definitions that are others than before.
    pub changed: Vec<String>,
    pub variables: Vec<String>,
    /// Functions and implementations that do not fit any more, with their places.
    pub set_aside: Vec<(String, Place)>,
    /// What meant something of the library by a name that the cell takes for itself.
    pub claimed: Vec<Claimed>,
    /// Implementations and imports, as texts, in whose place others of the cell stand.
    pub replaced: Vec<String>,
    /// What stands in front of the cell: imports that say which of two meanings of a name counts,
    /// definitions without what the cell implements by hand.
    pub imports: Vec<String>,
    /// Variables of a type that cannot be written down: those of an earlier cell.
    pub unnameable: Vec<String>,
}

impl Gone {
    /// Adds what has gone in another round.
    pub fn add(&mut self, more: Gone) {
        if self.changed.is_empty() {
            self.changed = more.changed;
        }
        self.variables.extend(more.variables);
        self.set_aside.extend(more.set_aside);
        self.claimed.extend(more.claimed);
        self.replaced.extend(more.replaced);
        self.imports.extend(more.imports);
        self.unnameable.extend(more.unnameable);
    }

    /// How many things had to go or to be added.
    pub fn count(&self) -> usize {
        self.set_aside.len() + self.claimed.len() + self.replaced.len() + self.imports.len()
    }

    /// Does once more to a cell, before it runs, what was done when it was compiled.
    pub fn take_again(
        &mut self,
        kept: &GaveWay,
        sources: &SourceMap,
        prepared: &mut Prepared,
    ) -> Option<()> {
        for text in &kept.set_aside {
            self.set_aside.push(set_aside(text, sources, prepared)?);
        }
        for (text, name) in &kept.claimed {
            let (called, place) = set_aside(text, sources, prepared)?;
            self.claimed.push(Claimed {
                called,
                place,
                name: name.clone(),
            });
        }
        for text in &kept.replaced {
            prepared.set_aside(text);
        }
        let mut imports = kept.imports.iter();
        imports.try_for_each(|import| prepared.put_first(&format!("{import} ")))
    }
}

/// Sets aside a definition or an import of an earlier cell. Says what it is called and where the
/// learner wrote it.
pub fn set_aside(
    text: &str,
    sources: &SourceMap,
    prepared: &mut Prepared,
) -> Option<(String, Place)> {
    let called = prepared.set_aside(text);
    if let Some(place) = sources.find_statement(text) {
        return Some((called.or(glob(text))?, place));
    }
    let is_part = |statement: &str| {
        let imports = imports(&Cell::new(statement));
        imports.iter().any(|one| one.text == text)
    };
    let place = sources.find_by(is_part)?;
    Some((
        called.or(glob(text))?,
        Place {
            statement: text.to_owned(),
            ..place
        },
    ))
}

/// A definition that was set aside because it meant something of the library by a name that is the
/// learner's now.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub called: String,
    pub place: Place,
    pub name: String,
}

/// What gave way to a cell, and what it was given, as texts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct GaveWay {
    set_aside: Vec<String>,
    /// With the names that are the learner's now.
    claimed: Vec<(String, String)>,
    replaced: Vec<String>,
    imports: Vec<String>,
}

impl From<&Gone> for GaveWay {
    fn from(gone: &Gone) -> GaveWay {
        GaveWay {
            set_aside: gone
                .set_aside
                .iter()
                .map(|(_, place)| place.statement.clone())
                .collect(),
            claimed: gone
                .claimed
                .iter()
                .map(|one| (one.place.statement.clone(), one.name.clone()))
                .collect(),
            replaced: gone.replaced.clone(),
            imports: gone.imports.clone(),
        }
    }
}

impl GaveWay {
    /// The imports among it, as texts.
    pub fn imports(&self) -> impl Iterator<Item = &String> {
        self.set_aside.iter().chain(&self.replaced)
    }
}

/// What an import without a name is called.
fn glob(text: &str) -> Option<String> {
    (text.starts_with("use ") && text.ends_with("*;"))
        .then(|| text.trim_end_matches(';').to_owned())
}
