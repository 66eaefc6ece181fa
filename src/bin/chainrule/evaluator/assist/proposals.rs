//! Proposals for a place: what begins with what is written there, each with its rank.

use super::cursor::Cursor;
use super::declarations::{Item, Kind};
use super::infer::Scope;
use super::inspect::plain_first_line;
use super::known::Known;
use super::library::library;
use super::standard::standard;
use super::types::Type;
use super::words::{COMMANDS, KEYWORDS};
use crate::names::{self, Name};
use chainrule::display::say;
use std::borrow::Cow;
use std::path::Path;
use std::sync::Arc;

/// One proposal.
#[derive(Clone, Debug)]
pub struct Completion {
    pub text: String,
    /// A word that front ends have an icon for.
    pub kind: Cow<'static, str>,
    pub signature: String,
    /// One line.
    pub documentation: String,
    /// First by how well the name fits and by where it comes from, then by how often it is used.
    pub(super) rank: (u8, u8, i64),
}

impl Completion {
    /// One that comes behind all that are ranked.
    pub fn last(text: &str, kind: &str, signature: &str) -> Completion {
        let (text, signature) = (text.to_owned(), signature.to_owned());
        let kind = kind.to_owned().into();
        Completion {
            text,
            kind,
            signature,
            documentation: String::new(),
            rank: (u8::MAX, 0, 0),
        }
    }
}

/// Where a name comes from: the nearer, the earlier in the list.
pub mod origin {
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

/// Collects what begins with the prefix.
pub struct Found<'a> {
    pub matches: Vec<Completion>,
    prefix: &'a str,
}

impl<'a> Found<'a> {
    pub fn beginning_with(prefix: &'a str) -> Found<'a> {
        Found {
            matches: Vec::new(),
            prefix,
        }
    }

    pub fn commands(&mut self) {
        for (number, (name, en, zh)) in COMMANDS.iter().enumerate() {
            self.add(name, "magic", *name, say(*en, *zh), (0, -(number as i64)));
        }
    }

    /// What stands behind a dot. Says whether there may be more.
    pub fn members(&mut self, scope: &Scope, kind: &Type) -> bool {
        let members = scope.after_dot(kind);
        for item in &members {
            self.item(item, u8::from(item.kind == Kind::Method));
        }
        if self.matches.is_empty() {
            let is_own = |method: &&str| members.iter().any(|item| item.name == *method);
            self.foreign(|name| name.method().filter(is_own));
        }
        false
    }

    /// What stands behind `path::`. Says whether there may be more.
    pub fn behind(&mut self, scope: &Scope, path: &[String], is_import: bool) -> bool {
        match scope.behind(path) {
            Some(items) => {
                for item in &items {
                    self.item(item, origin_behind(item));
                }
                items.is_empty()
            }
            None => {
                if path.is_empty() && is_import {
                    self.crates(0);
                }
                true
            }
        }
    }

    /// Fields that are not there yet.
    pub fn fields(&mut self, scope: &Scope, owner: &str, present: &[String]) {
        let members = scope.all_members(&Type::named(owner));
        let fields = members.iter().filter(|item| item.kind == Kind::Field);
        for field in fields.filter(|item| !present.contains(&item.name)) {
            self.item(field, 0);
        }
    }

    pub fn types_of_the_language(&mut self) {
        const NAMES: [&str; 11] = [
            "f32", "f64", "usize", "i32", "bool", "str", "u8", "u32", "u64", "i64", "char",
        ];
        for name in NAMES {
            self.add(name, "class", name, "", (origin::STANDARD, 0));
        }
    }

    pub fn keywords(&mut self, begins_statement: bool) {
        let fits = KEYWORDS
            .iter()
            .filter(|keyword| begins_statement || !keyword.begins_statement);
        for keyword in fits {
            let uses = library().uses.get(keyword.word).copied();
            let rank = (origin::LIBRARY, i64::from(uses.unwrap_or_default()));
            let (word, example) = (keyword.word, keyword.example);
            self.add(word, "keyword", example, keyword.text(), rank);
        }
    }

    pub fn crates(&mut self, origin: u8) {
        for name in ["std", "chainrule"] {
            self.add(name, "module", format!("crate {name}"), "", (origin, 0));
        }
    }

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
            kind: kind.into(),
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
    pub fn foreign(&mut self, ours: impl Fn(&'static Name) -> Option<&'static str>) {
        // Where something of ours is called so, that is meant.
        let is_ours = self.matches.iter().any(|found| found.rank.0 == 0);
        if self.prefix.len() < 3 || is_ours {
            return;
        }
        for (foreign, name) in names::beginning_with(self.prefix) {
            if let Some(text) = ours(name) {
                let (english, chinese) = name.sentence(foreign, None);
                self.matches.push(Completion {
                    text: text.to_owned(),
                    kind: "function".into(),
                    signature: name.ours.to_owned(),
                    documentation: say(english, chinese).replace('`', ""),
                    rank: (u8::MAX - 1, origin::FOREIGN, 0),
                });
            }
        }
    }

    /// Names that are in scope without a path: all, or those of types.
    pub fn items(&mut self, known: &Known, scope: &Scope, with_values: bool) {
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
            .scope()
            .iter()
            .filter(is_wanted)
            .for_each(|item| self.item(item, origin::STANDARD));
    }

    pub fn variables(&mut self, known: &Known, scope: &Scope, cursor: &Cursor) {
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
    pub fn files(&mut self, folder: &Path, before: &str) {
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

/// Constructors first, then other functions; methods can be called by path, too, but seldom are.
fn origin_behind(item: &Item) -> u8 {
    match item.kind {
        Kind::Variant => 0,
        Kind::Function if item.name == "new" => 0,
        Kind::Method => 2,
        _ => 1,
    }
}
