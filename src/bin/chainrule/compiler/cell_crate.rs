//! The crate of a cell, as the kernel writes it itself: in the form that evcxr writes it in, so
//! that all that stands around rustc (`stand_in`) does the same to both.
//!
//! evcxr has to know the types of the variables that a cell makes before it can write them down,
//! and asks rust-analyzer. Here rustc infers them, and the store reports what they are when they
//! are put there.

use super::stand_in::generated::{CATCH_BEGIN, PUT, RESULTS};
use std::fmt::Write;

/// What a cell is made of.
pub struct CellCrate<'a> {
    /// Definitions and imports, the earlier ones first.
    pub items: Vec<&'a str>,
    /// The variables that there are: name, type, whether they may be changed.
    pub variables: Vec<(&'a str, &'a str, bool)>,
    pub statements: Vec<String>,
    /// The names of the variables that it makes.
    pub makes: Vec<String>,
    /// Variables that it moves away: they are not put back.
    pub moves: Vec<String>,
    /// Whether a `?` may end it.
    pub may_fail: bool,
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
    pub fn source(&self) -> String {
        let mut text = String::from("#![allow(unused_imports, unused_mut, dead_code)]\n");
        self.items.iter().for_each(|item| line(&mut text, item));
        if self.may_fail {
            text += OF_ERRORS;
        }
        text += "use chainrule::cell as evcxr_internal_runtime;\n#[unsafe(no_mangle)]\n";
        let _ = writeln!(text, "pub extern \"C\" fn {FUNCTION}(");
        text += "mut evcxr_variable_store: *mut evcxr_internal_runtime::VariableStore)\n  \
                 -> *mut evcxr_internal_runtime::VariableStore {\n\
                 if evcxr_variable_store.is_null() {\n  \
                 evcxr_variable_store = evcxr_internal_runtime::create_variable_store();\n}\n\
                 let evcxr_variable_store = unsafe {&mut *evcxr_variable_store};\n\
                 {let mut vars_ok = true;\n";
        for (name, kind, _) in &self.variables {
            let check = "vars_ok &= evcxr_variable_store.check_variable";
            let _ = writeln!(text, "{check}::<{kind}>(stringify!({name}));");
        }
        text += "if !vars_ok {return evcxr_variable_store;}}\n";
        for (name, kind, is_mutable) in &self.variables {
            let mutable = if *is_mutable { "mut " } else { "" };
            let take = "evcxr_variable_store.take_variable";
            let _ = writeln!(
                text,
                "let {mutable}{name} = {take}::<{kind}>(stringify!({name}));"
            );
        }
        text += "match std::panic::catch_unwind(\n";
        text += CATCH_BEGIN;
        if self.may_fail {
            text += RESULTS[0].0;
        }
        self.statements.iter().for_each(|one| line(&mut text, one));
        let is_kept = |name: &&str| !self.moves.iter().any(|moved| moved == name);
        let made = self.makes.iter().map(String::as_str);
        for name in made.filter(is_kept) {
            let _ = writeln!(text, "{PUT}_>(stringify!({name}), {name});");
        }
        if self.may_fail {
            text += "Ok(())})();\n";
        }
        text += "})) { \n  Ok(_) => {}\n  Err(_) => {\n    \
                 println!(\"EVCXR_PANIC_NOTIFICATION\");\n}}\n";
        let is_old = |name: &str| !self.makes.iter().any(|made| made == name);
        let old = self.variables.iter();
        for (name, kind, _) in old.filter(|(name, ..)| is_old(name) && is_kept(name)) {
            let _ = writeln!(text, "{PUT}{kind}>(stringify!({name}), {name});");
        }
        text += "evcxr_variable_store\n}\n";
        text
    }
}

fn line(text: &mut String, piece: &str) {
    text.push_str(piece);
    text.push('\n');
}
