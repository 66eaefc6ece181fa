//! The table of beginner's mistakes: which message means which, and what to say.

mod keeping;
mod names;
mod owning;
mod surprises;

use super::{BORROW, CLOSURE, Case, Explanation, ITERATOR, NAMELESS, OUTDATED, UNKNOWN_TYPE};
use keeping::{borrow, closure, iterator, nameless, outdated, unknown_type};
use names::{missing_crate, missing_method, missing_name, missing_use};
pub use names::{threads_gone, unnameable};
use owning::{immutable, implemented_twice, lent_too_long, moved_in_this_cell, mutable_static, no_debug, no_display};
use surprises::{
    borrowed_twice, index_out_of_bounds, integer_overflow, no_such_file, not_a_number, question_mark,
    two_kinds_of_numbers, unwrap_of_err, unwrap_of_none,
};

/// A mistake is known by its kind and by words in its message or at its marks; an entry that has no words knows all of
/// its kind. The first entry that has something to say wins.
struct Situation {
    kinds: &'static [&'static str],
    words: &'static str,
    explain: fn(&Case) -> Option<Explanation>,
}

const fn situation(
    kinds: &'static [&'static str],
    words: &'static str,
    explain: fn(&Case) -> Option<Explanation>,
) -> Situation {
    Situation { kinds, words, explain }
}

const SITUATIONS: &[Situation] = &[
    // What cannot be kept for the next cell.
    situation(&[BORROW, CLOSURE, ITERATOR, UNKNOWN_TYPE, "E0282", "E0283", "E0284", "E0373"], "", closure),
    situation(&[BORROW, ITERATOR], "", iterator),
    situation(&[BORROW], "", borrow),
    situation(&[NAMELESS], "", nameless),
    situation(&[UNKNOWN_TYPE, "E0282", "E0283", "E0284", "E0790"], "", unknown_type),
    situation(&[OUTDATED], "", outdated),
    // Names that are not there.
    situation(&["E0425", "E0434", "E0423"], "", missing_name),
    situation(&["E0433"], "crate", missing_crate),
    situation(&["E0432"], "unresolved import", missing_crate),
    situation(&["E0412", "E0425", "E0432", "E0433", "E0405"], "", missing_use),
    situation(&["E0599"], "no method named", missing_method),
    // Owning, borrowing, changing.
    situation(&["E0382", "E0505"], "", moved_in_this_cell),
    situation(&["E0384", "E0594", "E0596"], "", immutable),
    situation(&["E0597", "E0716"], "", lent_too_long),
    // What can be shown, and what is there twice.
    situation(&["E0599", "E0277"], "`Debug`", no_debug),
    situation(&["E0277"], "`std::fmt::Display`", no_display),
    situation(&["E0119", "E0592"], "", implemented_twice),
    situation(&["static_mut_refs", "E0133"], "static", mutable_static),
    // Small surprises.
    situation(&["E0277"], "the `?` operator", question_mark),
    situation(&["E0277"], "cannot ", two_kinds_of_numbers),
    situation(&["Panic", "unconditional_panic"], "index out of bounds", index_out_of_bounds),
    situation(&["Panic"], "`Option::unwrap()` on a `None` value", unwrap_of_none),
    situation(&["Panic"], "`Result::unwrap()` on an `Err` value", unwrap_of_err),
    situation(&["Panic", "unconditional_panic", "arithmetic_overflow"], "attempt to", integer_overflow),
    situation(&["Panic"], "already", borrowed_twice),
    situation(&["Error"], "No such file or directory", no_such_file),
    situation(&["Error"], " digit found in string", not_a_number),
];

/// The explanation of a mistake, if it is a known one.
pub fn explain(case: &Case) -> Option<Explanation> {
    let is_about =
        |situation: &&Situation| situation.kinds.contains(&case.kind) && case.said().contains(situation.words);
    SITUATIONS.iter().filter(is_about).find_map(|situation| (situation.explain)(case))
}
