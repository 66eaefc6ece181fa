//! What a session knows of names: where each was defined, and why one is not there any more.

use super::definitions::Definitions;
use super::macros::Makers;
use super::moves::{Move, how_moved, kind_in};
use super::syntax::Cell;
use ra_ap_syntax::ast::{self, HasName};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Names of variables and items.
#[derive(Clone, Default)]
pub struct Memory {
    /// The variables that exist, and their types.
    variables: BTreeMap<String, String>,
    /// The cell that defined a name last.
    defined: HashMap<String, u32>,
    fates: HashMap<String, Fate>,
    /// Names of methods that cells have written.
    methods: BTreeSet<String>,
    makers: Makers,
    definitions: Definitions,
}

/// Why a name is not there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A cell moved the variable away.
    Moved { cell: u32, how: Option<Move> },
    /// A cell moves it somewhere, and ended before its end; whether before or behind the move
    /// nobody has noted.
    TakenAlong { cell: u32, how: Option<Move> },
    /// Its type became another.
    TypeChanged { cell: u32, kind: String },
    /// It lived in a block of this cell; the code that defined it, empty for the variable of a
    /// loop.
    InBlock { cell: u32, code: String },
    /// The cell that was to define it failed.
    Failed { cell: u32, is_item: bool },
    /// The cell defined it, and it could not be kept.
    NotKept { cell: u32 },
    /// It did not fit any more after this cell, and stood in that one.
    SetAside { cell: u32, from: u32 },
    /// This cell ended by a `return` before it came to it.
    NotReached { cell: u32 },
    /// No cell after the one that made it can name its type; this one noticed.
    Unnameable { cell: u32, kind: String },
    /// It stood for threads, which did not come back when the variables were brought back after
    /// this cell.
    ThreadsGone { cell: u32 },
    /// This call of a macro made it, in the cell of the call only.
    ByMacro { cell: u32, call: String },
}

/// How a cell ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    Finished,
    /// By a panic or a `?`: what it moved is gone, what it was to define is not there.
    Stopped,
    /// It did not compile, or all is as it was before.
    NotRun,
}

impl Memory {
    pub fn variable_type(&self, name: &str) -> Option<&str> {
        self.variables.get(name).map(String::as_str)
    }

    pub fn defined_in(&self, name: &str) -> Option<u32> {
        self.defined.get(name).copied()
    }

    /// Whether a cell has written a method of this name, for a type of its own.
    pub fn has_method(&self, name: &str) -> bool {
        self.methods.contains(name)
    }

    /// What the macros that a cell calls make in it, each with its call; the cell is one that is
    /// not recorded.
    pub fn made_by_macros(&self, cell: &Cell) -> Vec<(String, String)> {
        let mut makers = self.makers.clone();
        makers.note(cell);
        makers.made_by(cell)
    }

    /// What stands in the types and functions of the session and of a cell that is not recorded.
    pub fn definitions_with(&self, cell: &Cell) -> Definitions {
        let mut definitions = self.definitions.clone();
        definitions.note(cell);
        definitions
    }

    pub fn fate(&self, name: &str) -> Option<&Fate> {
        self.fates.get(name)
    }

    /// What became of variables that there were before the cell.
    fn note_gone(&mut self, number: u32, cell: &Cell, before: BTreeMap<String, String>, end: End) {
        let kinds = |name: &str| before.get(name).cloned().or_else(|| kind_in(cell, name));
        let gone = before
            .iter()
            .filter(|(name, _)| !self.variables.contains_key(*name));
        for (name, kind) in gone {
            // A cell moves what it names; a variable that goes without being named has lost its
            // type.
            let is_taken = end != End::NotRun && cell.mentions(name);
            let how = how_moved(cell, name, &kinds);
            let kind = kind.clone();
            let fate = match (is_taken, end) {
                (false, _) => Fate::TypeChanged { cell: number, kind },
                (true, End::Stopped) => Fate::TakenAlong { cell: number, how },
                (true, _) => Fate::Moved { cell: number, how },
            };
            self.fates.entry(name.clone()).or_insert(fate);
        }
    }

    /// What became of something that the cell was to define.
    fn note_definition(
        &mut self,
        number: u32,
        cell: &Cell,
        (name, is_item): (String, bool),
        end: End,
    ) {
        if self.variables.contains_key(&name)
            || (end != End::NotRun && !cell.variables().contains(&name))
        {
            self.defined.insert(name.clone(), number);
            self.fates.remove(&name);
        } else if let Some(how) = how_moved(cell, &name, &|name| kind_in(cell, name))
            && end == End::Finished
        {
            // Defined and moved in one cell.
            let how = Some(how);
            self.fates.insert(name, Fate::Moved { cell: number, how });
        } else {
            // The reason for which it went earlier says more.
            let earlier = matches!(
                self.fates.get(&name),
                Some(
                    Fate::Moved { .. }
                        | Fate::TakenAlong { .. }
                        | Fate::TypeChanged { .. }
                        | Fate::Unnameable { .. }
                        | Fate::ThreadsGone { .. }
                )
            );
            if !earlier && !self.defined.contains_key(&name) {
                let fate = match end {
                    End::Finished => Fate::NotKept { cell: number },
                    _ => Fate::Failed {
                        cell: number,
                        is_item,
                    },
                };
                self.fates.insert(name, fate);
            }
        }
    }

    /// Notes what a cell has done: `variables` are those that exist after it.
    pub fn record(&mut self, cell: &Cell, variables: BTreeMap<String, String>, end: End) {
        let number = cell.number;
        let items: Vec<String> = cell
            .items()
            .filter_map(|item| match &item {
                ast::Item::MacroRules(rules) => Some(rules.name()?.text().to_string()),
                _ => super::super::cell::name_of(&item),
            })
            .collect();
        let before = std::mem::replace(&mut self.variables, variables);
        self.note_gone(number, cell, before, end);
        for (name, code) in cell.inner_variables() {
            self.fates
                .entry(name)
                .or_insert(Fate::InBlock { cell: number, code });
        }
        let variables = cell.variables().into_iter().map(|name| (name, false));
        for one in variables.chain(items.into_iter().map(|name| (name, true))) {
            self.note_definition(number, cell, one, end);
        }
        if end != End::NotRun {
            self.makers.note(cell);
            self.definitions.note(cell);
            for (name, call) in self.makers.made_by(cell) {
                if !self.defined.contains_key(&name) {
                    let cell = number;
                    self.fates.insert(name, Fate::ByMacro { cell, call });
                }
            }
            cell.methods()
                .iter()
                .for_each(|method| drop(self.fates.remove(method)));
            self.methods.extend(cell.methods());
        }
        let exists = |name: &String| self.variables.contains_key(name);
        self.fates.retain(|name, _| !exists(name));
    }

    /// Notes why a name goes in this cell, before the cell is recorded.
    pub fn note(&mut self, name: &str, fate: Fate) {
        self.fates.insert(name.to_owned(), fate);
    }
}

/// What was lost with threads: variables, and the cells that made them.
pub type Lost = Vec<(String, Option<u32>)>;

#[cfg(test)]
mod tests {
    use super::super::moves::By;
    use super::*;

    fn variables(names: &[&str]) -> BTreeMap<String, String> {
        names
            .iter()
            .map(|name| ((*name).to_owned(), "Net".to_owned()))
            .collect()
    }

    #[test]
    fn why_a_name_is_not_there() {
        let mut memory = Memory::default();
        memory.record(
            &Cell::numbered(1, "let a = f(); let c = f(); let d = f();"),
            variables(&["a", "c", "d"]),
            End::Finished,
        );
        memory.record(
            &Cell::numbered(2, "let b = a; { let y = 3; }"),
            variables(&["b", "c", "d"]),
            End::Finished,
        );
        memory.record(
            &Cell::numbered(3, "let z = nothing;"),
            variables(&["b", "c", "d"]),
            End::NotRun,
        );
        memory.record(
            &Cell::numbered(4, "1 + 1"),
            variables(&["b", "d"]),
            End::Finished,
        );
        let how = |name: &str| memory.fate(name).cloned();
        let Some(Fate::Moved {
            cell: 2,
            how: Some(moved),
        }) = how("a")
        else {
            panic!("{:?}", how("a"))
        };
        assert_eq!(moved.by, By::Variable("b".to_owned()));
        assert_eq!(
            how("y"),
            Some(Fate::InBlock {
                cell: 2,
                code: "let y = 3;".to_owned()
            })
        );
        assert_eq!(
            how("z"),
            Some(Fate::Failed {
                cell: 3,
                is_item: false
            })
        );
        assert_eq!(
            how("c"),
            Some(Fate::TypeChanged {
                cell: 4,
                kind: "Net".to_owned()
            })
        );
        assert_eq!(
            (how("b"), memory.defined_in("a"), memory.defined_in("b")),
            (None, Some(1), Some(2))
        );
        memory.record(
            &Cell::numbered(5, "let a = f();"),
            variables(&["a", "b", "d"]),
            End::Finished,
        );
        assert_eq!((memory.fate("a"), memory.defined_in("a")), (None, Some(5)));
    }

    #[test]
    fn the_reason_of_before_says_more_than_a_failure() {
        let mut memory = Memory::default();
        memory.record(
            &Cell::numbered(1, "let a = f();"),
            variables(&["a"]),
            End::Finished,
        );
        memory.record(
            &Cell::numbered(2, "drop(a);"),
            variables(&[]),
            End::Finished,
        );
        memory.record(
            &Cell::numbered(3, "let a = a.clone();"),
            variables(&[]),
            End::NotRun,
        );
        assert!(matches!(
            memory.fate("a"),
            Some(Fate::Moved { cell: 2, .. })
        ));
    }
}
