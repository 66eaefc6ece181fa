//! Explanations for beginners: what a mistake means, in one or two sentences, and the smallest
//! change that mends it.
//!
//! `situations` is the table of mistakes, `foreign` knows names of other libraries, `forms` and
//! `arguments` what is there in another form, `memory` knows what earlier cells have done to names,
//! `notices` speaks of cells that work but do something else than they seem to, `warnings` of what
//! rustc thinks of those, `python` looks at other languages in it, `syntax` into a cell, `text` at
//! its characters and brackets. All of it is said in the language of the process; what rustc says
//! stays as it is, above the explanation.

mod arguments;
mod calls;
mod case;
mod foreign;
mod forms;
pub mod memory;
pub mod notices;
mod python;
mod situations;
mod syntax;
mod text;
pub mod warnings;

pub use case::{Case, Explanation, Unkept, outdated};
pub use situations::{is_help, threads_gone};
pub use syntax::Cell;
pub use text::{Flaw, flaws};

/// The explanation of a mistake, if it is a known one.
pub fn explain(case: &Case) -> Option<Explanation> {
    let elsewhere = if situations::is_spelling(case) {
        None
    } else {
        foreign::explain(case)
    };
    elsewhere
        .or_else(|| forms::explain(case))
        .or_else(|| situations::explain(case))
}
