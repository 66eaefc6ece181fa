//! What of earlier cells is in the way of a new one, found in what the compiler says.
//!
//! A notebook shows one definition of each thing, and a learner cannot take an old one back. So
//! where the compiler says that something of an earlier cell does not go together with this one,
//! the old goes: a `use` that leads nowhere any more, an implementation that is there twice under
//! two spellings, a function that calls what has changed.

use super::gone::{Gone, set_aside};
use super::meanings::{Kind, claim};
use crate::compiler::rustc_error::RustcError;
use crate::evaluator::cell::imports::{Import, imports};
use crate::evaluator::cell::prepare::Prepared;
use crate::evaluator::cell::sources::{Place, SourceMap};
use crate::evaluator::cell::{Cell, words};
use crate::evaluator::state::scope::Scope;
use ra_ap_syntax::ast::{self, AstNode};
use ra_ap_syntax::{SyntaxKind, SyntaxNode};
use serde_json::Value;
use std::collections::BTreeSet;

/// What an error shows to be in the way of a cell.
#[derive(Debug)]
pub enum Obstacle {
    /// An import of an earlier cell that leads nowhere, as evcxr writes it.
    Import(String),
    /// A definition of an earlier cell that does not fit any more.
    Definition(Place),
    /// An implementation of an earlier cell that this one has, too.
    Implementation(Place),
    /// A `derive` of an earlier cell for what this one implements by hand: the definition without
    /// it.
    Derived(String),
    /// A name that two `use …::*` give, and the import that says which is meant.
    Ambiguous { name: String, import: String },
}

/// What was compiled, and what the compiler said of it.
pub struct Compilation {
    pub source: String,
    /// rustc's own messages; evcxr keeps only a note of some.
    pub diagnostics: Option<String>,
}

/// Finds what is in the way of a cell.
pub struct Search<'a> {
    pub cell: &'a Cell,
    pub scope: &'a Scope,
    pub sources: &'a SourceMap,
    pub compiled: &'a Compilation,
}

impl Search<'_> {
    /// All that these errors show.
    pub fn obstacles(&self, errors: &[RustcError]) -> Vec<Obstacle> {
        let own = imports(self.cell);
        let ambiguous = self.ambiguities();
        let meant: Vec<Obstacle> = ambiguous
            .iter()
            .filter_map(|one| self.meanings(&own, one))
            .collect();
        if !meant.is_empty() {
            // Whatever else is wrong may be so because the other meaning was taken.
            return meant;
        }
        let errors = errors.iter().filter(|error| error.level() != "warning");
        errors
            .flat_map(|error| self.shown_by(&own, error))
            .collect()
    }

    fn shown_by(&self, own: &[Import], error: &RustcError) -> Vec<Obstacle> {
        // Items stand in any order, and a macro is only known behind its definition: that is
        // nobody's mistake.
        if error.level() != "error" || error.message.contains("cannot find macro") {
            return Vec::new();
        }
        match error.code() {
            Some("E0119" | "E0592") => self.other_implementations(error),
            _ => self.at_the_error(own, error).into_iter().collect(),
        }
    }

    /// What is in the way where an error is: an import that leads nowhere, or a definition.
    fn at_the_error(&self, own: &[Import], error: &RustcError) -> Option<Obstacle> {
        let is_here =
            |span: &&Value| span["is_primary"] == true && span["file_name"] == "src/lib.rs";
        let spans = spans(&error.json);
        let span = spans.iter().find(is_here)?;
        let line = span["text"][0]["text"].as_str().unwrap_or_default().trim();
        if line.starts_with("use ") && self.scope.items().any(|(_, text)| text == line) {
            let is_own = own.iter().any(|import| import.text == line);
            return (!is_own).then(|| Obstacle::Import(line.to_owned()));
        }
        let place = self.place(outermost(span))?;
        (place.cell != self.cell.number).then_some(Obstacle::Definition(place))
    }

    /// The implementations of earlier cells that the cell has, too.
    fn other_implementations(&self, error: &RustcError) -> Vec<Obstacle> {
        let spans = spans(&error.json);
        let places = spans.iter().filter_map(|span| self.place(span));
        let (here, others): (Vec<Place>, Vec<Place>) =
            places.partition(|place| place.cell == self.cell.number);
        if here.is_empty() {
            return Vec::new();
        }
        if let Some(definition) = self.definition_that_derives(&error.message) {
            return vec![Obstacle::Derived(definition)];
        }
        let is_implementation = |place: &Place| {
            let statement = Cell::new(place.statement.as_str());
            let mut nodes = statement.statements().iter();
            nodes.any(|node| ast::Impl::can_cast(node.kind()))
        };
        let others = others.into_iter().filter(is_implementation);
        others.map(Obstacle::Implementation).collect()
    }

    /// Where in a cell something is that the compiler points at.
    fn place(&self, span: &Value) -> Option<Place> {
        let line = span["line_start"].as_u64()? as usize;
        self.sources.find(&self.compiled.source, line)
    }

    /// Which of several meanings of a name counts.
    fn meanings(&self, own: &[Import], ambiguous: &Value) -> Option<Obstacle> {
        let children = ambiguous["children"].as_array();
        let candidates = children.into_iter().flatten().flat_map(spans);
        let candidates: Vec<String> = candidates.filter_map(|span| marked(&span)).collect();
        let name = ambiguous["message"].as_str()?.split('`').nth(1)?;
        let glob = self.counting_import(own, &candidates)?;
        Some(Obstacle::Ambiguous {
            name: name.to_owned(),
            import: glob.replace("*;", &format!("{name};")),
        })
    }

    /// The definition of an earlier cell that derives what rustc says is implemented twice, without
    /// that.
    fn definition_that_derives(&self, said: &str) -> Option<String> {
        let mut words = said.split('`').skip(1).step_by(2);
        let (derived, of) = (words.next()?, words.next()?);
        let last = |path: &str| {
            path.split('<')
                .next()
                .and_then(|path| path.rsplit("::").next())
                .map(str::to_owned)
        };
        let (derived, of) = (last(derived)?, last(of)?);
        let (_, text) = self.scope.items().find(|(name, _)| *name == of)?;
        without_derived(Cell::new(text).statements().first()?, &derived)
    }

    /// What the compiler says of names with two meanings, once for each name. Of such an error
    /// evcxr keeps a note at most, and none beside an error about types.
    fn ambiguities(&self) -> Vec<Value> {
        let said = self.compiled.diagnostics.as_deref().unwrap_or_default();
        let said = said
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let mut names = BTreeSet::new();
        said.filter(is_ambiguity)
            .filter(|one| names.insert(one["message"].to_string()))
            .collect()
    }

    /// Which of these `use …::*` counts: one of this cell before those of earlier ones, the latest
    /// before all others. None where the cell itself has two.
    fn counting_import(&self, own: &[Import], candidates: &[String]) -> Option<String> {
        let is_meant = |text: &str| {
            text.ends_with("::*;")
                && candidates
                    .iter()
                    .any(|marked| text.trim_end_matches(';').ends_with(marked.as_str()))
        };
        let mut of_cell = own.iter().filter(|import| is_meant(&import.text));
        match (of_cell.next(), of_cell.next()) {
            (Some(one), None) => Some(one.text.clone()),
            (Some(_), Some(_)) => None,
            _ => self
                .scope
                .items()
                .rev()
                .map(|(_, text)| text)
                .find(|text| is_meant(text))
                .map(str::to_owned),
        }
    }
}

impl Obstacle {
    /// Takes it out of the session, or has the cell hide it.
    pub fn remove(
        self,
        cell: &Cell,
        scope: &mut Scope,
        sources: &SourceMap,
        prepared: &mut Prepared,
        gone: &mut Gone,
    ) {
        let put_first = |text: String, gone: &mut Gone, prepared: &mut Prepared| {
            let is_new =
                !gone.imports.contains(&text) && prepared.put_first(&format!("{text} ")).is_some();
            gone.imports.extend(is_new.then_some(text));
            is_new
        };
        match self {
            Obstacle::Import(text) => {
                let mut known = gone.set_aside.iter();
                let is_known = known.any(|(_, known)| known.statement == text);
                if is_known || gone.replaced.contains(&text) {
                    return;
                }
                // One without a name evcxr does not forget; it is told all the others anew.
                scope.forget(&text);
                match set_aside(&text, sources, prepared) {
                    Some(aside) => gone.set_aside.push(aside),
                    None => gone.replaced.push(text), // one of ours
                }
            }
            Obstacle::Definition(place) => {
                if gone.set_aside.iter().all(|(_, known)| *known != place) {
                    let called = prepared.set_aside(&place.statement);
                    gone.set_aside.extend(called.map(|called| (called, place)));
                }
            }
            Obstacle::Implementation(place) => {
                let called = prepared.set_aside(&place.statement);
                gone.replaced.extend(called.map(|_| place.statement));
            }
            Obstacle::Derived(definition) => {
                put_first(definition, gone, prepared);
            }
            Obstacle::Ambiguous { name, import } => {
                if put_first(import, gone, prepared) {
                    let claimed = claim(&name, Kind::Any, cell, scope, sources, prepared);
                    gone.claimed.extend(claimed);
                }
            }
        }
    }
}

/// Whether rustc says that a name has two meanings.
pub fn is_ambiguity(error: &Value) -> bool {
    let code = error["code"]["code"].as_str();
    matches!(code, Some("E0659" | "ambiguous_glob_imports"))
}

/// Of what stands in a macro, where the macro is called: a definition that calls it does not fit,
/// whoever has written the macro.
fn outermost(mut span: &Value) -> &Value {
    while span["expansion"]["span"]["file_name"] == "src/lib.rs" {
        span = &span["expansion"]["span"];
    }
    span
}

fn spans(of: &Value) -> Vec<Value> {
    of["spans"].as_array().cloned().unwrap_or_default()
}

/// What the compiler marks of a line: `Op::*`.
fn marked(span: &Value) -> Option<String> {
    let line = &span["text"][0];
    let column = |name: &str| line[name].as_u64().map(|column| column as usize - 1);
    let (start, end) = (column("highlight_start")?, column("highlight_end")?);
    Some(
        line["text"]
            .as_str()?
            .chars()
            .take(end)
            .skip(start)
            .collect(),
    )
}

/// A definition without the `derive` of this trait, on one line. Nothing if it does not derive it.
fn without_derived(item: &SyntaxNode, derived: &str) -> Option<String> {
    let is_derive = |node: &SyntaxNode| {
        node.kind() == SyntaxKind::ATTR && node.text().to_string().contains("derive")
    };
    let attribute = item
        .children()
        .find(|node| is_derive(node) && words(&node.text().to_string()).any(|w| w == derived))?;
    let text = attribute.text().to_string();
    let list = text.split_once('(')?.1.rsplit_once(')')?.0;
    let is_kept = |path: &&str| {
        path.rsplit("::")
            .next()
            .is_some_and(|name| name.trim() != derived)
    };
    let kept: Vec<&str> = list
        .split(',')
        .map(str::trim)
        .filter(|path| !path.is_empty())
        .filter(is_kept)
        .collect();
    let mut definition = String::new();
    for token in item
        .descendants_with_tokens()
        .filter_map(|element| element.into_token())
    {
        let is_within = token.parent_ancestors().any(|node| node == attribute);
        match token.kind() {
            SyntaxKind::WHITESPACE | SyntaxKind::COMMENT => definition.push(' '),
            _ if is_within => {}
            _ if token.text().contains('\n') => return None,
            _ => definition += token.text(),
        }
    }
    Some(format!(
        "#[derive({})] {}",
        kept.join(", "),
        definition.trim()
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(code: &str) -> SyntaxNode {
        Cell::new(code).statements()[0].clone()
    }

    #[test]
    fn a_definition_without_what_it_derives() {
        let without = |code: &str| without_derived(&first(code), "Debug");
        let code =
            "/// A net.\n#[derive(Clone, std::fmt::Debug)] // why\npub struct P<T> {\n    x: T,\n}";
        assert_eq!(
            without(code)
                .unwrap()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            "#[derive(Clone)] pub struct P<T> { x: T, }"
        );
        assert_eq!(
            without("#[derive(Debug)] struct P;").as_deref(),
            Some("#[derive()] struct P;")
        );
        assert_eq!(without("#[derive(Clone)] struct P;"), None);
    }
}
