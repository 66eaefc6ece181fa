//! Explanations for beginners: what a mistake means, in one or two sentences, and the smallest
//! change that mends it.
//!
//! `situations` is the table of mistakes, `foreign` knows names of other libraries (`own_values`
//! has the learner's values in the code that it says), `habits` what one writes coming from
//! Python, `forms`, `forms_of_keras`, `arguments`, `methods` and `lists` what is there in another
//! form, `memory` knows what earlier cells have done to names, `definitions` what stands in their
//! types and functions, `macros` what cells make by macros, `moves` how a variable was moved away,
//! `notices` speaks of cells that work but do something else than they seem to,
//! `surprising_numbers` of numbers that they give, `warnings` of what rustc thinks of those,
//! `python` looks at other languages in it, `syntax` into a cell, `opened` into macros, `text` at
//! its characters and brackets, `unfinished` at where it ends, `kinds` at what expressions give
//! (`kinds_in_cell` knows their variables), `numbers` at types of numbers, `values` at lists of
//! them, `codes` has what rustc says of a code. All of it is said in the language of the process;
//! what rustc says stays as it is, above the explanation.
//!
//! A mistake that an earlier cell has prepared comes as another one. A variable that an earlier
//! cell has moved away is not there any more, so rustc says "cannot find value" (E0425): `memory`
//! knows its fate, and `situations/fates.rs` explains it. Only what is moved and used within one
//! cell is E0382, in `situations/owning.rs`. `moves` (`how_moved`) tells for both what moved it.

mod arguments;
mod calls;
mod case;
pub mod codes;
mod definitions;
mod foreign;
mod forms;
mod forms_of_keras;
mod habits;
mod kinds;
mod kinds_in_cell;
mod lists;
mod macros;
pub mod memory;
mod methods;
mod moves;
pub mod notices;
mod numbers;
mod opened;
mod own_values;
mod python;
mod situations;
mod surprising_numbers;
mod syntax;
mod text;
mod unfinished;
mod values;
pub mod warnings;

use crate::machine::faults::contained;

pub use case::{Case, Explanation, OF_CRATE, Unkept, borrow, closure, outdated};
pub use situations::{is_help, is_of_the_moment, threads_gone};
pub use syntax::Cell;
pub use text::{Flaw, flaws};

/// The explanation of a mistake, if it is a known one. A fault of ours in it costs the words, not
/// the kernel: what rustc says stands above them.
pub fn explain(case: &Case) -> Option<Explanation> {
    contained(|| meant_by(case)).unwrap_or_default()
}

fn meant_by(case: &Case) -> Option<Explanation> {
    let elsewhere = if situations::is_spelling(case) {
        None
    } else {
        habits::explain(case).or_else(|| foreign::explain(case))
    };
    elsewhere
        .or_else(|| forms::explain(case))
        .or_else(|| situations::explain(case))
        .or_else(|| habits::of_lists(case))
}
