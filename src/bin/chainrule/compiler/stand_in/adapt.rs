//! Making a cell as evcxr has written it call the library.
//!
//! evcxr writes its variable store and the ends of its protocol into every cell. Before rustc sees
//! the cell, these parts are made to call the library, where they are compiled once, and where what
//! a cell prints cannot be mistaken for them. That knows the text of evcxr 0.22 to the letter; were
//! a piece not found as expected, the cell would report its end on a channel nobody reads, so the
//! cell is then refused. Lines keep their numbers, for evcxr finds the learner's code behind an
//! error message by them.

use super::generated::{CATCH_BEGIN, CHECK, PUT, TAKE, variable};
use super::macros::with_macros_first;
use super::returns::let_returns_fit;
use super::shadows::made_without_a_look;
use crate::compiler::crates::hex;
use crate::compiler::identity;
use crate::compiler::redefinition::Redefinition;
use std::collections::HashSet;
use std::ffi::OsString;
use std::path::Path;

/// What tells apart crates of the same name, for the compiler.
pub const METADATA: &str = "metadata=chainrule";

/// How a cell has the store of variables: what stands before and behind where it can be told
/// something, the store's name and its type. Cells with variables or `?`, with other statements
/// alone, with items alone.
const STORES: [(&str, &str, &str, &str); 3] = [
    (
        "",
        "let evcxr_variable_store = unsafe {&mut *evcxr_variable_store};\n",
        "evcxr_variable_store",
        "evcxr_internal_runtime::VariableStore",
    ),
    (
        "evcxr_variable_store: *mut u8) -> *mut u8 {\n",
        "",
        "evcxr_variable_store",
        "u8",
    ),
    (
        "mut x: *mut std::os::raw::c_void) -> *mut std::os::raw::c_void {",
        "x}",
        "x",
        "std::os::raw::c_void",
    ),
];
const STORE_BEGIN: &str = "mod evcxr_internal_runtime {\n";
const STORE_END: &str = "pub fn create_variable_store() -> *mut VariableStore \
                        {\n    Box::into_raw(Box::new(VariableStore::new()))\n}\n}\n";
const PANICKED: &str = "    println!(\"EVCXR_PANIC_NOTIFICATION\");\n";
const CATCH_END: &str = "})) { \n  Ok(_) => {}\n";
const CATCH_END_NOTICED: &str = "})) { \n  Ok(_) => ::chainrule::cell::ended(),\n";
const EARLY_RETURN: &str = "println!(\"{}\", evcxr_internal_runtime::USER_ERROR_OCCURRED);\n";

/// Rewrites the file in place: under another name cargo's record of inputs would name the wrong
/// file, and cargo would find the next cell unchanged. Returns what tells the crate of the cell
/// apart, given how rustc is called for it.
pub fn adapt_file(path: &Path, arguments: &[OsString]) -> Result<String, String> {
    let source =
        std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let redefinition = Redefinition::read();
    let crates = identity::of_linked_crates(arguments);
    let adapted = name_function(tell_store(&adapt(&source)?, &redefinition, &crates)?);
    if adapted != source {
        std::fs::write(path, adapted).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let mut word = METADATA.to_owned();
    if !redefinition.identity.is_empty() {
        word += &format!("-{}", redefinition.identity);
    }
    if !crates.is_empty() {
        word += &format!("-{}", &hex(format!("{crates:?}"))[..16]);
    }
    Ok(word)
}

/// Types that a cell defines within its statements are called after the function that holds them,
/// and evcxr counts its functions from 1 again when it is started again. So the function is called
/// after the cell's own text, too: two cells never have such a type in common.
fn name_function(source: String) -> String {
    const BEGIN: &str = "#[unsafe(no_mangle)]\npub extern \"C\" fn run_user_code_";
    let Some(at) = source.rfind(BEGIN) else {
        return source;
    };
    let digits = source[at + BEGIN.len()..]
        .chars()
        .take_while(char::is_ascii_digit)
        .count();
    let (number, rest) = source[at + BEGIN.len()..].split_at(digits);
    let name = format!("run_user_code_{number}");
    let own = &hex(&source)[..16];
    format!(
        "{}#[unsafe(export_name = \"{name}\")]\npub extern \"C\" fn {name}_{own}{rest}",
        &source[..at]
    )
}

/// Has the cell tell the store, before it takes any variable, which do not fit any more.
fn tell_store(
    source: &str,
    redefinition: &Redefinition,
    crates: &[(String, String)],
) -> Result<String, String> {
    if !redefinition.is_told || !links_to_the_library(source) {
        return Ok(source.to_owned());
    }
    let body = source.split_once(CATCH_BEGIN);
    let body = body.map_or(source, |(before, _)| before);
    let place = STORES.iter().find_map(|(begin, end, store, kind)| {
        let at = body.rfind(&[*begin, *end].concat())? + begin.len();
        Some((at, store, kind))
    });
    let (at, store, kind) = place.ok_or("the beginning of evcxr's cells has changed")?;
    let call = redefinition.call(&format!("{store}.cast()"), crates);
    let mut told = source.to_owned();
    told.insert_str(at, &format!("let {store}: *mut {kind} = {call}.cast(); "));
    Ok(told)
}

/// The cell as rustc shall see it.
fn adapt(source: &str) -> Result<String, String> {
    if !links_to_the_library(source) {
        return Ok(source.to_owned());
    }
    let mut adapted = source.to_owned();
    if let Some(begin) = adapted.find(STORE_BEGIN) {
        let end = adapted[begin..]
            .find(STORE_END)
            .ok_or("evcxr's variable store has changed")?
            + begin
            + STORE_END.len();
        let lines = adapted[begin..end].matches('\n').count();
        let call = format!(
            "use chainrule::cell as evcxr_internal_runtime;{}",
            "\n".repeat(lines)
        );
        adapted.replace_range(begin..end, &call);
    }
    if let Some(marker) = adapted.find(EARLY_RETURN) {
        // Before it stands `eprintln!("{}", error);`, with the format that `:efmt` chose.
        let print = adapted[..marker]
            .rfind("eprintln!(")
            .ok_or("evcxr's handling of `?` has changed")?;
        adapted.replace_range(
            marker..marker + EARLY_RETURN.len(),
            "::chainrule::cell::early_return(text);\n",
        );
        adapted.replace_range(print..print + "eprintln!(".len(), "let text = format!(");
    }
    // The learner may have written the same line: the generated one is the last.
    if let Some(at) = adapted.rfind(PANICKED) {
        adapted.replace_range(
            at..at + PANICKED.len(),
            "    ::chainrule::cell::panicked();\n",
        );
    }
    let adapted = with_macros_first(notice_an_early_end(let_returns_fit(adapted)));
    let adapted = with_full_paths(adapted);
    Ok(leave_in_store(&adapted).unwrap_or(adapted))
}

/// What evcxr writes uses names that a learner's `use std::fmt::*;` or own type may have taken.
fn with_full_paths(source: String) -> String {
    const SHORT: [(&str, &str); 2] = [
        (
            "\n) -> Result<(), EvcxrUserCodeError> {\n",
            "\n) -> ::std::result::Result<(), EvcxrUserCodeError> {\n",
        ),
        (
            "> From<T> for EvcxrUserCodeError {\n",
            "> ::std::convert::From<T> for EvcxrUserCodeError {\n",
        ),
    ];
    SHORT.iter().fold(source, |text, (short, full)| {
        // The learner may have written the same: of the generated ones there is one each.
        match text.rfind(short) {
            Some(at) => [&text[..at], full, &text[at + short.len()..]].concat(),
            None => text,
        }
    })
}

/// A cell may end by `return` before it has kept its variables, and evcxr would not notice: whether
/// it has come to where the last one is kept is noted there, and looked at behind the cell.
fn notice_an_early_end(mut source: String) -> String {
    if let Some(end) = source.rfind(CATCH_END)
        && let Some(begin) = source[..end].rfind(CATCH_BEGIN)
        && let Some(last) = source[begin..end].rfind(&format!("\n{PUT}")).map(|at| begin + at + 1)
        // A type may go over several lines; the name stands behind it.
        && let Some(name) = source[last..end].find("(stringify!(").map(|at| last + at)
        && let Some(length) = source[name..end].find('\n')
    {
        source.replace_range(end..end + CATCH_END.len(), CATCH_END_NOTICED);
        source.insert_str(name + length, " ::chainrule::cell::reached_the_end();");
    }
    source
}

/// evcxr takes every variable of the session out of the store and puts it back, and for each of
/// these steps rustc writes down how to drop all the others: with forty variables that took most of
/// the time. Before that it asks whether each is still of its type.
///
/// Those that the cell does not mention stay where they are, and nobody asks for them; and those
/// that it makes anew without having mentioned them: should the cell stop before, the old value is
/// still there. Nothing where that cannot be told from the text.
fn leave_in_store(source: &str) -> Option<String> {
    let (before, rest) = source.split_once(CATCH_BEGIN)?;
    let end = if rest.contains(CATCH_END_NOTICED) {
        CATCH_END_NOTICED
    } else {
        CATCH_END
    };
    let (cell, after) = rest.rsplit_once(end)?;
    if cell.contains("include!") {
        return None;
    }
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mentioned: HashSet<&str> = cell.split(|c| !is_part(c)).collect();
    let made_anew = made_without_a_look(cell);
    let is_idle = |line: &str| {
        let is_idle = |name: &str| {
            !mentioned.contains(name.trim_start_matches("r#")) || made_anew.contains(name)
        };
        variable(line).is_some_and(is_idle)
    };
    let without = |part: &str, is_meant: fn(&str) -> bool| -> String {
        let keep = |line| match is_meant(line) && is_idle(line) {
            true => "\n",
            false => line,
        };
        part.split_inclusive('\n').map(keep).collect()
    };
    // rustc says of each type whether it has a name, and compiles nothing for it.
    let unasked = |line: &str| match line.starts_with(CHECK) && is_idle(line) {
        true => format!("if false {{ {} }}\n", line.trim_end()),
        false => line.to_owned(),
    };
    let before: String = before.split_inclusive('\n').map(unasked).collect();
    let before = without(&before, |line| {
        line.starts_with("let ") && line.contains(TAKE)
    });
    let after = without(after, |line| line.starts_with(PUT));
    Some([&before, CATCH_BEGIN, cell, end, &after].concat())
}

/// The very first cells of a session (before the prelude) do not.
fn links_to_the_library(source: &str) -> bool {
    source.contains("chainrule")
}

#[cfg(test)]
mod tests {
    use super::super::generated::taken;
    use super::*;

    /// What evcxr 0.22 writes around `let x = 1;` and `f()?`, shortened to what the wrapper looks
    /// at.
    fn generated() -> String {
        let store = format!("pub struct VariableStore {{}}\n{STORE_END}");
        format!(
            "use chainrule::prelude::*;\n            struct EvcxrUserCodeError \
             {{}}\n                    eprintln!(\"{{}}\", error);\n                    \
             {EARLY_RETURN}{STORE_BEGIN}{store}println!(\"EVCXR_PANIC_NOTIFICATION\");\nmarker();\n\
             {PANICKED}}}\n"
        )
    }

    #[test]
    fn every_piece_is_replaced_and_lines_keep_their_numbers() {
        let source = generated();
        let adapted = adapt(&source).unwrap();
        let line_of_marker = |text: &str| text.lines().position(|line| line == "marker();");
        assert_eq!(line_of_marker(&adapted), line_of_marker(&source));
        assert!(!adapted.contains("pub struct VariableStore"), "{adapted}");
        assert!(
            adapted.contains("let text = format!(\"{}\", error);"),
            "{adapted}"
        );
        assert!(
            adapted.contains("::chainrule::cell::early_return(text);"),
            "{adapted}"
        );
        assert!(
            adapted.ends_with("    ::chainrule::cell::panicked();\n}\n"),
            "{adapted}"
        );
        assert!(
            adapted.contains("println!(\"EVCXR_PANIC_NOTIFICATION\");"),
            "the learner's own line stays"
        );
    }

    #[test]
    fn variables_that_a_cell_does_not_mention_stay_in_the_store() {
        let take = |name: &str| {
            format!(
                "let mut {name} = evcxr_variable_store.take_variable::<A<B>>(stringify!({name}));\n"
            )
        };
        let put = |name: &str| {
            format!("evcxr_variable_store.put_variable::<A<B>>(stringify!({name}), {name});\n")
        };
        let names = ["used", "unused", "größe", "shown", "use", "r#type"];
        let begin: String = names.iter().map(|name| take(name)).collect();
        let end: String = names.iter().map(|name| put(name)).collect();
        let cell = format!(
            "used.push(1); println!(\"{{shown:?}} {{größe}}\", r#type);\nlet new = 1;\n{}",
            put("new")
        );
        let source = format!(
            "{begin}match catch(\n{CATCH_BEGIN}{cell}{CATCH_END}  Err(_) => {{\n}}}}\n{end}}}\n"
        );
        let adapted = leave_in_store(&source).unwrap();
        assert_eq!(
            taken(&adapted),
            HashSet::from(["used", "größe", "shown", "r#type"])
        );
        assert_eq!(adapted.lines().count(), source.lines().count());
        assert!(
            adapted.contains(&put("used"))
                && adapted.contains(&put("new"))
                && !adapted.contains(&put("unused"))
        );
        assert!(leave_in_store(&source.replace("used.push(1)", "include!(\"cell.rs\")")).is_none());
    }

    #[test]
    fn the_function_of_a_cell_is_called_after_its_text() {
        let cell = |text: &str| {
            format!(
                "struct A;\n#[unsafe(no_mangle)]\npub extern \"C\" fn run_user_code_12(\n{text}\n"
            )
        };
        let (one, two) = (name_function(cell("a")), name_function(cell("b")));
        assert!(one.contains(
            "#[unsafe(export_name = \"run_user_code_12\")]\npub extern \"C\" fn run_user_code_12_"
        ));
        let name = |text: &str| text.split("fn run_user_code_12_").nth(1).unwrap()[..16].to_owned();
        assert_ne!(name(&one), name(&two));
        assert_eq!(one.lines().count(), cell("a").lines().count());
        assert_eq!(name_function(one.clone()), one, "once is enough");
    }

    #[test]
    fn a_changed_store_is_refused() {
        let source = generated().replace("create_variable_store", "make_variable_store");
        assert!(adapt(&source).is_err());
    }

    #[test]
    fn a_crate_without_the_library_is_left_alone() {
        let source = generated().replace("chainrule", "other");
        assert_eq!(adapt(&source).unwrap(), source);
    }
}
