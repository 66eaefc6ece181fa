//! The crate of a cell, as the kernel writes it itself: in the form that evcxr writes it in, so
//! that all that stands around rustc (`stand_in`) does the same to both.
//!
//! evcxr has to know the types of the variables that a cell makes before it can write them down,
//! and asks rust-analyzer. Here rustc infers them, and the store reports what they are when they
//! are put there.

use super::stand_in::generated::{CATCH_BEGIN, CHECK, PUT, RESULTS, TAKE};
use std::fmt::Write;

/// What a cell is made of.
#[derive(Default)]
pub struct CellCrate<'a> {
    /// Definitions and imports, the earlier ones first.
    pub items: Vec<&'a str>,
    /// The variables that there are: name, type, whether they may be changed.
    pub variables: Vec<(&'a str, &'a str, bool)>,
    pub statements: Vec<Piece>,
    /// The definitions of this cell, which are among the items.
    pub own_items: Vec<Piece>,
    /// Its imports, one by one: where each stands in the cell is not known.
    pub own_imports: Vec<String>,
    /// The names of the variables that it makes.
    pub makes: Vec<String>,
    /// Variables that it moves away: they are not put back.
    pub moves: Vec<String>,
    /// Whether a `?` may end it.
    pub may_fail: bool,
    /// Whether a panic is caught. Without that rustc speaks of variables, not of what a closure has
    /// captured.
    pub catches: bool,
}

/// A part of the cell, and where it begins: the line from 1, the column from 0 in characters.
pub struct Piece {
    pub text: String,
    pub line: usize,
    pub column: usize,
}

/// What is compiled, and which lines of it are the cell's.
pub struct Source {
    pub text: String,
    own: Vec<Own>,
    imports: Vec<String>,
}

/// Lines that are the cell's.
struct Own {
    first: usize,
    count: usize,
    /// Where they are in the cell, as in [`Piece`].
    line: usize,
    column: usize,
}

impl Source {
    /// Where in the cell a place in the source is; lines and columns from 1.
    pub fn place(&self, line: usize, column: usize) -> Option<(usize, usize)> {
        let is_in = |own: &&Own| (own.first..own.first + own.count).contains(&line);
        let own = self.own.iter().find(is_in)?;
        let begins_it = line == own.first;
        let column = column + if begins_it { own.column } else { 0 };
        Some((own.line + line - own.first, column))
    }

    /// A line, from 1, if it takes variables out of the store or puts them back.
    pub fn of_the_store(&self, line: usize) -> Option<&str> {
        let line = self.text.lines().nth(line.checked_sub(1)?)?;
        let is_meant = line.starts_with(PUT) || line.contains(TAKE) || line.starts_with(CHECK);
        is_meant.then_some(line)
    }

    /// Whether a line, from 1, is an import of the cell.
    pub fn is_import(&self, line: usize) -> bool {
        let line = self.text.lines().nth(line.wrapping_sub(1));
        line.is_some_and(|line| self.imports.iter().any(|import| import == line))
    }

    fn line(&mut self, piece: &str) {
        self.text.push_str(piece);
        self.text.push('\n');
    }

    /// Notes where a piece of the cell is. Says how many lines it has.
    fn note(&mut self, first: usize, piece: &Piece) -> usize {
        let count = piece.text.matches('\n').count() + 1;
        self.own.push(Own {
            first,
            count,
            line: piece.line,
            column: piece.column,
        });
        count
    }

    /// The number of the line that comes next.
    fn next(&self) -> usize {
        self.text.matches('\n').count() + 1
    }
}

/// The function of the cell in the compiled object.
pub const FUNCTION: &str = "run_user_code_1";

/// As evcxr does it.
const OF_ERRORS: &str = "struct EvcxrUserCodeError {}
impl<T: std::fmt::Display> From<T> for EvcxrUserCodeError {
fn from(error: T) -> Self {
let text = format!(\"{}\", error);
::chainrule::cell::early_return(text);
EvcxrUserCodeError {}
}
}
";

impl CellCrate<'_> {
    pub fn source(&self) -> Source {
        let mut source = Source {
            text: String::from("#![allow(unused_imports, unused_mut, dead_code)]\n"),
            own: Vec::new(),
            imports: self.own_imports.clone(),
        };
        self.items.iter().for_each(|item| source.line(item));
        self.note_own_items(&mut source);
        self.take(&mut source.text);
        let mut next = source.next();
        for piece in &self.statements {
            next += source.note(next, piece);
            source.line(&piece.text);
        }
        self.put_back(&mut source.text);
        source
    }

    /// The beginning of the function: variables are taken out of the store.
    fn take(&self, text: &mut String) {
        if self.may_fail {
            *text += OF_ERRORS;
        }
        *text += "use chainrule::cell as evcxr_internal_runtime;\n#[unsafe(no_mangle)]\n";
        let _ = writeln!(text, "pub extern \"C\" fn {FUNCTION}(");
        *text += "mut evcxr_variable_store: *mut evcxr_internal_runtime::VariableStore)\n  \
                 -> *mut evcxr_internal_runtime::VariableStore {\n\
                 if evcxr_variable_store.is_null() {\n  \
                 evcxr_variable_store = evcxr_internal_runtime::create_variable_store();\n}\n\
                 let evcxr_variable_store = unsafe {&mut *evcxr_variable_store};\n\
                 {let mut vars_ok = true;\n";
        for (name, kind, _) in &self.variables {
            let _ = writeln!(text, "{CHECK}::<{kind}>(stringify!({name}));");
        }
        *text += "if !vars_ok {return evcxr_variable_store;}}\n";
        for (name, kind, is_mutable) in &self.variables {
            let mutable = if *is_mutable { "mut " } else { "" };
            let take = "evcxr_variable_store.take_variable";
            let _ = writeln!(
                text,
                "let {mutable}{name} = {take}::<{kind}>(stringify!({name}));"
            );
        }
        if self.catches {
            *text += "match std::panic::catch_unwind(\n";
            *text += CATCH_BEGIN;
        }
        if self.may_fail {
            *text += RESULTS[0].0;
        }
    }

    /// Its end: what there is goes into the store.
    fn put_back(&self, text: &mut String) {
        let is_kept = |name: &&str| !self.moves.iter().any(|moved| moved == name);
        let made = self.makes.iter().map(String::as_str);
        for name in made.filter(is_kept) {
            let _ = writeln!(text, "{PUT}_>(stringify!({name}), {name});");
        }
        if self.may_fail {
            *text += "Ok(())})();\n";
        }
        if self.catches {
            *text += "})) { \n  Ok(_) => {}\n  Err(_) => {\n    \
                     println!(\"EVCXR_PANIC_NOTIFICATION\");\n}}\n";
        }
        let is_old = |name: &str| !self.makes.iter().any(|made| made == name);
        let old = self.variables.iter();
        for (name, kind, _) in old.filter(|(name, ..)| is_old(name) && is_kept(name)) {
            let _ = writeln!(text, "{PUT}{kind}>(stringify!({name}), {name});");
        }
        *text += "evcxr_variable_store\n}\n";
    }

    /// Where the definitions of this cell stand, among the others.
    fn note_own_items(&self, source: &mut Source) {
        for piece in &self.own_items {
            let mut found = source.text.match_indices(piece.text.as_str());
            let begins_a_line = |(at, _): &(usize, &str)| source.text[..*at].ends_with('\n');
            if let Some((at, _)) = found.find(begins_a_line) {
                let first = source.text[..at].matches('\n').count() + 1;
                source.note(first, piece);
            }
        }
    }
}
