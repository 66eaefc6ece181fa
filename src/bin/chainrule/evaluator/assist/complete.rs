//! What could stand at the cursor, the most useful first.

use super::cursor::{Cursor, Place};
use super::declarations::{Item, Kind};
use super::infer::Scope;
use super::inspect::plain_first_line;
use super::known::Known;
use super::library::{library, standard};
use super::words::{COMMANDS, KEYWORDS};
use crate::names::{self, Name};
use chainrule::display::say;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// One proposal.
#[derive(Clone, Debug)]
pub struct Completion {
    pub text: String,
    /// A word that front ends have an icon for.
    pub kind: &'static str,
    pub signature: String,
    /// One line.
    pub documentation: String,
    /// First by how well the name fits and by where it comes from, then by how often it is used.
    rank: (u8, u8, i64),
}

/// Proposals for replacing a range of bytes.
#[derive(Debug)]
pub struct Completions {
    pub matches: Vec<Completion>,
    pub range: Range<usize>,
    /// Whether rust-analyzer could add something.
    pub is_partial: bool,
}

/// Where a name comes from: the nearer, the earlier in the list.
mod origin {
    pub const LOCAL: u8 = 0;
    pub const VARIABLE: u8 = 1;
    pub const CELL: u8 = 2;
    pub const LIBRARY: u8 = 3;
    pub const STANDARD: u8 = 4;
    /// What other libraries call otherwise.
    pub const FOREIGN: u8 = 5;
}

/// A file's name may be completed up to this many.
const MOST_FILES: usize = 200;

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

impl Completion {
    /// One that comes behind all that are ranked.
    pub fn last(text: &str, kind: &'static str, signature: &str) -> Completion {
        let (text, signature) = (text.to_owned(), signature.to_owned());
        Completion {
            text,
            kind,
            signature,
            documentation: String::new(),
            rank: (u8::MAX, 0, 0),
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
        variables: &variables,
    };
    let mut found = Found {
        matches: Vec::new(),
        prefix: &cursor.prefix,
    };
    let mut is_partial = false;
    match &cursor.place {
        Place::Nothing => {}
        Place::Command => {
            for (number, (name, en, zh)) in COMMANDS.iter().enumerate() {
                found.add(name, "magic", *name, say(*en, *zh), (0, -(number as i64)));
            }
        }
        Place::Text {
            is_format: true,
            before,
        } => {
            // Only within braces; `{{` is a brace.
            let opened = before
                .rfind('{')
                .filter(|at| !before[*at..].contains('}') && !before[..*at].ends_with('{'));
            if opened.is_some() {
                found.variables(known, &scope, &cursor);
            }
        }
        Place::Text {
            is_format: false,
            before,
        } => found.files(folder, before),
        Place::Member(receiver) => {
            match scope
                .type_of(receiver)
                .filter(|kind| scope.knows(kind) || kind.name == "()")
            {
                Some(kind) => {
                    is_partial = !scope.knows_all_of(&kind) && kind.name != "()";
                    for item in scope.after_dot(&kind) {
                        let origin = u8::from(item.kind == Kind::Method);
                        found.item(&item, origin);
                    }
                    if found.matches.is_empty() && scope.knows_all_of(&kind) {
                        let own: Vec<String> = scope
                            .after_dot(&kind)
                            .iter()
                            .map(|item| item.name.clone())
                            .collect();
                        found.foreign(|name| {
                            name.method()
                                .filter(|method| own.iter().any(|own| own == method))
                        });
                    }
                }
                None => is_partial = true,
            }
        }
        Place::Path { before, is_import } => {
            let of_crate = matches!(
                before.first().map(String::as_str),
                Some("std" | "core" | "alloc")
            );
            match scope.behind(before) {
                Some(items) => {
                    is_partial = of_crate || items.is_empty();
                    items
                        .iter()
                        .for_each(|item| found.item(item, origin_behind(item)));
                }
                None if before.is_empty() && *is_import => {
                    for name in ["std", "chainrule"] {
                        found.add(name, "module", format!("crate {name}"), "", (0, 0));
                    }
                    is_partial = true;
                }
                None => is_partial = true,
            }
        }
        Place::Field { owner, present } => {
            let kind = super::types::Type::named(owner);
            let fields = scope
                .all_members(&kind)
                .into_iter()
                .filter(|item| item.kind == Kind::Field);
            fields
                .filter(|item| !present.contains(&item.name))
                .for_each(|item| found.item(&item, 0));
            is_partial = found.matches.is_empty();
        }
        Place::Type => {
            found.items(known, &scope, false);
            for name in [
                "f32", "f64", "usize", "i32", "bool", "str", "u8", "u32", "u64", "i64", "char",
            ] {
                found.add(name, "class", name, "", (origin::STANDARD, 0));
            }
            is_partial = found.matches.is_empty();
        }
        Place::Name { begins_statement } => {
            found.variables(known, &scope, &cursor);
            found.items(known, &scope, true);
            for keyword in KEYWORDS
                .iter()
                .filter(|keyword| *begins_statement || !keyword.begins_statement)
            {
                let uses = library()
                    .uses
                    .get(keyword.word)
                    .copied()
                    .unwrap_or_default();
                let rank = (origin::LIBRARY, i64::from(uses));
                found.add(
                    keyword.word,
                    "keyword",
                    keyword.example,
                    keyword.text(),
                    rank,
                );
            }
            for name in ["std", "chainrule"] {
                found.add(
                    name,
                    "module",
                    format!("crate {name}"),
                    "",
                    (origin::STANDARD, 0),
                );
            }
            is_partial = known.imports_unknown || found.matches.is_empty();
            found.foreign(Name::path);
        }
    }
    let mut matches = found.matches;
    matches.sort_by_key(|found| found.rank);
    whole_words_first(&mut matches);
    let mut seen = std::collections::HashSet::new();
    matches.retain(|completion| seen.insert(completion.text.clone()));
    Completions {
        matches,
        range: cursor.range.clone(),
        is_partial,
    }
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

/// Constructors first, then other functions; methods can be called by path, too, but seldom are.
fn origin_behind(item: &Item) -> u8 {
    match item.kind {
        Kind::Variant => 0,
        Kind::Function if item.name == "new" => 0,
        Kind::Method => 2,
        _ => 1,
    }
}

/// Collects what begins with the prefix.
struct Found<'a> {
    matches: Vec<Completion>,
    prefix: &'a str,
}

impl Found<'_> {
    /// `rank` is where it comes from, and how useful it is: more is better.
    fn add(
        &mut self,
        text: &str,
        kind: &'static str,
        signature: impl Into<String>,
        documentation: &str,
        rank: (u8, i64),
    ) {
        let fit = match self.fit(text) {
            Some(fit) => fit,
            None => return,
        };
        self.matches.push(Completion {
            text: text.to_owned(),
            kind,
            signature: signature.into(),
            documentation: documentation.to_owned(),
            rank: (fit, rank.0, -rank.1),
        });
    }

    /// 0 for the same letters, 1 where capitals differ.
    fn fit(&self, text: &str) -> Option<u8> {
        if text.starts_with(self.prefix) {
            return Some(0);
        }
        let mut letters = text.chars().flat_map(char::to_lowercase);
        let begins = self
            .prefix
            .chars()
            .flat_map(char::to_lowercase)
            .all(|letter| letters.next() == Some(letter));
        begins.then_some(1)
    }

    fn item(&mut self, item: &Item, origin: u8) {
        if self.fit(&item.name).is_none() {
            return; // before the line of documentation is made
        }
        let kind = match item.kind {
            Kind::Function | Kind::Method | Kind::Macro => "function",
            Kind::Field => "property",
            Kind::Variant | Kind::Constant => "instance",
            Kind::Type | Kind::Trait => "class",
            Kind::Module => "module",
        };
        let text = if item.kind == Kind::Macro {
            format!("{}!", item.name)
        } else {
            item.name.clone()
        };
        let documentation = plain_first_line(&item.documentation);
        self.add(
            &text,
            kind,
            item.signature.clone(),
            &documentation,
            (origin, library().usefulness(item)),
        );
    }

    /// What other libraries call as the prefix begins: what it is here, which `ours` says, with a
    /// word on it.
    fn foreign(&mut self, ours: impl Fn(&'static Name) -> Option<&'static str>) {
        // Where something of ours is called so, that is meant.
        let is_ours = self.matches.iter().any(|found| found.rank.0 == 0);
        if self.prefix.len() < 3 || is_ours {
            return;
        }
        for (foreign, name) in names::beginning_with(self.prefix) {
            if let Some(text) = ours(name) {
                let (english, chinese) = name.sentence(foreign);
                self.matches.push(Completion {
                    text: text.to_owned(),
                    kind: "function",
                    signature: name.ours.to_owned(),
                    documentation: say(english, chinese).replace('`', ""),
                    rank: (u8::MAX - 1, origin::FOREIGN, 0),
                });
            }
        }
    }

    /// Names that are in scope without a path: all, or those of types.
    fn items(&mut self, known: &Known, scope: &Scope, with_values: bool) {
        let is_type =
            |item: &&Arc<Item>| matches!(item.kind, Kind::Type | Kind::Trait | Kind::Module);
        let is_wanted = |item: &&Arc<Item>| with_values || is_type(item);
        scope
            .of_cells()
            .filter(is_wanted)
            .for_each(|item| self.item(item, origin::CELL));
        for name in &known.imported {
            self.add(name, "class", format!("use {name}"), "", (origin::CELL, 0));
        }
        library()
            .scope
            .iter()
            .filter(is_wanted)
            .for_each(|item| self.item(item, origin::LIBRARY));
        standard()
            .scope
            .iter()
            .filter(is_wanted)
            .for_each(|item| self.item(item, origin::STANDARD));
        if with_values {
            for (name, signature) in [
                ("Some", "Option::Some(value)"),
                ("None", "Option::None"),
                ("Ok", "Result::Ok(value)"),
                ("Err", "Result::Err(error)"),
            ] {
                self.add(name, "instance", signature, "", (origin::STANDARD, 0));
            }
        }
    }

    fn variables(&mut self, known: &Known, scope: &Scope, cursor: &Cursor) {
        for (distance, local) in scope.locals(&cursor.node).into_iter().enumerate() {
            if self.fit(&local.name).is_some() {
                let kind = scope.local(&local.name, &cursor.node, 0).flatten();
                let signature = kind.map_or_else(
                    || local.name.clone(),
                    |kind| format!("{}: {}", local.name, kind.text()),
                );
                self.add(
                    &local.name,
                    "instance",
                    signature,
                    "",
                    (origin::LOCAL, -(distance as i64)),
                );
            }
        }
        for (name, variable) in &known.variables {
            self.add(
                name,
                "instance",
                format!("{name}: {}", variable.kind),
                &variable.in_words(),
                (origin::VARIABLE, 0),
            );
        }
    }

    /// Files in the folder that the text before the cursor leads to.
    fn files(&mut self, folder: &Path, before: &str) {
        let (above, _) = before
            .rsplit_once('/')
            .map_or(("", before), |(above, name)| (above, name));
        let above = if before.starts_with('/') {
            format!("/{above}")
        } else {
            above.to_owned()
        };
        let Ok(entries) = std::fs::read_dir(folder.join(above)) else {
            return;
        };
        let mut names: Vec<(String, bool)> = entries
            .flatten()
            .filter_map(|entry| {
                Some((entry.file_name().into_string().ok()?, entry.path().is_dir()))
            })
            .filter(|(name, _)| {
                name.starts_with('.') == self.prefix.starts_with('.') && !name.contains(['"', '\\'])
            })
            .collect();
        names.sort();
        names.retain(|(name, _)| name.starts_with(self.prefix));
        for (name, is_folder) in names.into_iter().take(MOST_FILES) {
            let text = if is_folder { format!("{name}/") } else { name };
            self.add(&text, "path", text.clone(), "", (u8::from(!is_folder), 0));
        }
    }
}
