//! Pieces of the code that evcxr 0.22 writes around a cell, to the letter.

use std::collections::HashSet;

/// The cell, in the session's folder.
pub const SOURCE: &str = "src/lib.rs";

/// Behind this stands the cell.
pub const CATCH_BEGIN: &str = "  std::panic::AssertUnwindSafe(||{\n";

/// How evcxr begins to put a variable back.
pub const PUT: &str = "evcxr_variable_store.put_variable::<";

/// How evcxr asks whether a variable is what it was.
pub const CHECK: &str = "vars_ok &= evcxr_variable_store.check_variable";

pub const TAKE: &str = " = evcxr_variable_store.take_variable::<";

/// How a closure begins that evcxr, or `returns`, puts around a cell with `?` or `return`, and the
/// type it returns.
pub const RESULTS: [(&str, &str); 2] = [
    (
        "let _ = (|| -> std::result::Result<(), EvcxrUserCodeError> {\n",
        "EvcxrUserCodeError",
    ),
    (
        " let _ = (|| -> ::std::result::Result<(), ::chainrule::cell::CellError> {",
        "::chainrule::cell::CellError",
    ),
];

/// The names of the variables that a compiled cell takes out of the store.
pub fn taken(source: &str) -> HashSet<&str> {
    source
        .lines()
        .filter(|line| line.contains(TAKE))
        .filter_map(variable)
        .collect()
}

/// The variable that a line of evcxr's is about.
pub fn variable(line: &str) -> Option<&str> {
    line.rsplit_once("(stringify!(")?.1.split(')').next()
}

/// The statements of a cell, and the error that it may return: given what stands in its closure,
/// which may be another one.
pub fn inner(body: &str) -> Option<(Option<&'static str>, &str)> {
    match RESULTS
        .iter()
        .find(|(opening, _)| body.starts_with(opening))
    {
        Some((opening, error)) => Some((
            Some(*error),
            &body[opening.len()..body.rfind("Ok(())})();")?],
        )),
        None => Some((None, body)),
    }
}
