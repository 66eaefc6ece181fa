//! Explanations for beginners: what a mistake means, in one or two sentences, and the smallest
//! change that mends it.
//!
//! `situations` is the table of mistakes, `foreign` knows names of other libraries, `habits` what
//! one writes coming from Python, `forms` and `arguments` what is there in another form, `memory`
//! knows what earlier cells have done to names, `notices` speaks of cells that work but do
//! something else than they seem to, `warnings` of what rustc thinks of those, `python` looks at
//! other languages in it, `syntax` into a cell, `text` at its characters and brackets, `codes` has
//! what rustc says of a code. All of it is said in the language of the process; what rustc says
//! stays as it is, above the explanation.
//!
//! A mistake that an earlier cell has prepared comes as another one. A variable that an earlier
//! cell has moved away is not there any more, so rustc says "cannot find value" (E0425): `memory`
//! knows its fate, and `situations/fates.rs` explains it. Only what is moved and used within one
//! cell is E0382, in `situations/owning.rs`. `syntax` (`how_moved`) tells for both what moved it.

mod arguments;
mod calls;
mod case;
pub mod codes;
mod foreign;
mod forms;
mod habits;
pub mod memory;
pub mod notices;
mod python;
mod situations;
mod syntax;
mod text;
pub mod warnings;

pub use case::{Case, Explanation, Unkept, borrow, closure, outdated};
pub use situations::{is_help, is_of_the_moment, threads_gone};
pub use syntax::Cell;
pub use text::{Flaw, flaws};

/// The explanation of a mistake, if it is a known one.
pub fn explain(case: &Case) -> Option<Explanation> {
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
