//! What is no Rust in a cell. It is compiled as a whole: of its parts some words belong to none,
//! and evcxr drops those and runs the rest.

use super::refused::{errors, mistakes};
use crate::compiler::cell_crate::{CellCrate, Piece};
use crate::compiler::rustc_error::RustcError;
use crate::compiler::stand_in::cargo;
use crate::evaluator::cell::Cell;
use std::path::Path;

/// What rustc says of texts that have no end, and of others that it cannot take apart.
const OF_TEXTS: [&str; 7] = [
    "E0586", "E0748", "E0758", "E0762", "E0763", "E0765", "E0768",
];

/// What the parser of rustc says of the cell, alone, without anything that it needs; nothing where
/// it is no mistake to it. Compiled in `folder`; `template` is that of the prepared library.
pub fn mistakes_of_parser(cell: &Cell, folder: &Path, template: &Path) -> Option<Vec<RustcError>> {
    // An attribute of the whole crate stands elsewhere than in the function of a cell.
    // The value at the end is no end of a statement.
    let whole = format!("{}\n;", cell.rust().replace("#!", " #"));
    let crate_of_cell = CellCrate {
        statements: vec![Piece {
            text: whole,
            line: 1,
            column: 0,
        }],
        ..CellCrate::default()
    };
    let source = crate_of_cell.source();
    cargo::straight(&source.text, folder, template, true).ok()?;
    let mut errors = errors(folder)?;
    // All else is about names that are not here.
    errors.retain(|error| match error["code"]["code"].as_str() {
        Some(code) => OF_TEXTS.contains(&code),
        None => true,
    });
    // What follows a mistake may be read wrongly up to lines that are not the cell's.
    let of_cell = errors
        .chunks(1)
        .filter_map(|error| mistakes(error, &source, cell));
    Some(of_cell.flatten().collect()).filter(|all: &Vec<RustcError>| !all.is_empty())
}
