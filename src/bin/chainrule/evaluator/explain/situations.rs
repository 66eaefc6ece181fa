//! The table of beginner's mistakes: which message means which, and what to say.

mod collections;
mod compiled_files;
mod compiler;
mod conditions;
mod declared;
mod fates;
mod keeping;
mod kinds_of_numbers;
mod library;
mod members;
mod mismatches;
mod names;
mod overflow;
mod owned;
mod owning;
mod results;
mod similar;
mod slips;
mod spelling;
mod surprises;
mod tensors;
mod traits;

use super::case::{
    BORROW, CLOSURE, Case, Explanation, FOREIGN, ITERATOR, NAMELESS, OUTDATED, STRANGE,
    UNKNOWN_TYPE, UNPAIRED,
};
use crate::compiler::stand_in::ended::{CRASHED, OUT_OF_MEMORY};
use collections::{
    cannot_be_indexed, loop_over_something_else, order_of_floats, texts_joined, within_a_letter,
};
use compiled_files::{file_in_a_macro, module_in_a_file};
pub use compiler::is_of_the_moment;
use compiler::{LARGE, compiler_crashed, compiler_out_of_memory, large_constant};
use conditions::{no_condition, one_equals_sign};
use declared::{
    case_left_out, macro_of_items, method_without_parentheses, neither_is_yours,
    no_negative_numbers, parameter_without_type, places_and_values, self_outside,
    struct_as_function, tensor_as_in_python,
};
pub use fates::{ended_early, threads_gone, unnameable};
use keeping::{borrow, closure, iterator, nameless, outdated, unknown_type};
use kinds_of_numbers::two_kinds_of_numbers;
use library::in_chinese;
use members::missing_method;
use mismatches::mismatch;
use names::{missing_crate, missing_name, missing_use};
use overflow::{integer_overflow, literal_out_of_range};
use owning::{
    immutable, implemented_twice, lent_too_long, moved_in_this_cell, mutable_static, no_debug,
    no_display,
};
use results::still_wrapped;
use slips::{
    line_of_dep, other_language, power, strange_character, unknown_command, without_partner,
};
pub use spelling::is_spelling;
use spelling::{misspelled_path, type_elsewhere};
use surprises::{
    borrowed_twice, file_out_of_reach, index_out_of_bounds, more_than_there_is, no_such_file,
    not_a_number, question_mark, unwrap_of_err, unwrap_of_none,
};
use tensors::{
    changed_in_place, comparison_of_tensors, index_of_tensor, loop_over_tensor,
    tensor_for_a_number, tensor_with_something_else,
};

use traits::nameless_trait;

/// A mistake is known by its kind and by words in its message or at its marks; an entry that has no
/// words knows all of its kind. The first entry that has something to say wins.
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
    Situation {
        kinds,
        words,
        explain,
    }
}

const SITUATIONS: &[Situation] = &[
    // What cannot be read.
    situation(&[STRANGE], "", strange_character),
    situation(&[UNPAIRED], "", without_partner),
    situation(&[FOREIGN], "", other_language),
    situation(&["E0614"], "dereferenced", power),
    situation(&[""], "the line with `:dep`", line_of_dep),
    situation(&[""], ":dep requires", line_of_dep),
    situation(&[""], "Unrecognised command", unknown_command),
    // What cannot be kept for the next cell.
    situation(
        &[
            BORROW,
            CLOSURE,
            ITERATOR,
            UNKNOWN_TYPE,
            "E0282",
            "E0283",
            "E0284",
            "E0373",
        ],
        "",
        closure,
    ),
    situation(&[BORROW, ITERATOR], "", iterator),
    situation(&[BORROW], "", borrow),
    situation(&[NAMELESS], "", nameless),
    situation(
        &[UNKNOWN_TYPE, "E0282", "E0283", "E0284", "E0790"],
        "",
        unknown_type,
    ),
    situation(&[OUTDATED], "", outdated),
    // What looks like another mistake than it is.
    situation(&["E0425", "E0308", "E0070"], "", one_equals_sign),
    // Names that are not there, also because an earlier cell has moved or lost them.
    situation(&["E0432", "E0433"], "", misspelled_path),
    situation(
        &["E0412", "E0425", "E0433", "E0573", "E0405"],
        "",
        type_elsewhere,
    ),
    situation(&["E0425", "E0434", "E0423"], "", missing_name),
    situation(&["E0433"], "crate", missing_crate),
    situation(&["E0432"], "unresolved import", missing_crate),
    situation(
        &["E0412", "E0425", "E0432", "E0433", "E0405"],
        "",
        missing_use,
    ),
    situation(&["E0599"], "no method named", missing_method),
    situation(&[""], "consider importing", nameless_trait),
    // Files that a cell would be compiled with.
    situation(&[""], "couldn't read ", file_in_a_macro),
    situation(&["E0583"], "", module_in_a_file),
    // What is too much for the compiler.
    situation(&[""], OUT_OF_MEMORY, compiler_out_of_memory),
    situation(&[""], CRASHED, compiler_crashed),
    situation(&["E0080"], LARGE, large_constant),
    // Tensors, as Python has them.
    situation(&["E0277"], "Tensor", tensor_with_something_else),
    situation(&["E0608"], "Tensor", index_of_tensor),
    situation(&["E0369"], "Tensor", comparison_of_tensors),
    situation(&["E0368"], "Tensor", changed_in_place),
    situation(&["E0277"], "is not an iterator", loop_over_tensor),
    situation(
        &["E0599"],
        "method named `iter` found for struct",
        loop_over_tensor,
    ),
    situation(
        &["E0599"],
        "method named `into_iter` found for struct",
        loop_over_tensor,
    ),
    situation(&["E0308"], "Tensor", tensor_for_a_number),
    // Values that are still wrapped.
    situation(
        &["E0308", "E0599", "E0609", "E0369", "E0277"],
        "Result<",
        still_wrapped,
    ),
    situation(
        &["E0308", "E0599", "E0609", "E0369", "E0277"],
        "Option<",
        still_wrapped,
    ),
    // Numbers, texts and lists of another type than is needed.
    situation(&["E0308"], "expected `bool`", no_condition),
    situation(&["E0308"], "expected ", mismatch),
    situation(&["E0600"], "unary operator `-`", no_negative_numbers),
    situation(
        &["overflowing_literals"],
        "out of range",
        literal_out_of_range,
    ),
    situation(&["E0277"], "is not an iterator", loop_over_something_else),
    situation(&["E0277"], "cannot be indexed by", cannot_be_indexed),
    situation(&["Panic"], "is not a char boundary", within_a_letter),
    situation(&["E0369"], "cannot add", texts_joined),
    situation(&["E0277"], "the trait bound", order_of_floats),
    // How functions and types are written.
    situation(&[""], "expected one of `:`", parameter_without_type),
    situation(&[""], "format string", places_and_values),
    situation(&[""], "never used", places_and_values),
    situation(&[""], "invalid reference to positional", places_and_values),
    situation(&[""], "expected expression, found", macro_of_items),
    situation(&[""], "found `@`", tensor_as_in_python),
    situation(&[""], "found `[`", tensor_as_in_python),
    situation(&["E0004"], "not covered", case_left_out),
    situation(&["E0423"], "", struct_as_function),
    situation(&["E0615", "E0616"], "", method_without_parentheses),
    situation(&["E0424"], "`self`", self_outside),
    situation(&["E0117"], "", neither_is_yours),
    // Owning, borrowing, changing, within one cell.
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
    situation(&["E0277"], "can't compare", two_kinds_of_numbers),
    situation(
        &["Panic", "unconditional_panic"],
        "index out of bounds",
        index_out_of_bounds,
    ),
    situation(
        &["Panic"],
        "`Option::unwrap()` on a `None` value",
        unwrap_of_none,
    ),
    situation(
        &["Error", "Panic"],
        "No such file or directory",
        no_such_file,
    ),
    situation(&["Error", "Panic"], "os error", file_out_of_reach),
    situation(
        &["Panic"],
        "`Result::unwrap()` on an `Err` value",
        unwrap_of_err,
    ),
    situation(
        &["Panic", "unconditional_panic", "arithmetic_overflow"],
        "attempt to",
        integer_overflow,
    ),
    situation(&["Panic"], "capacity overflow", more_than_there_is),
    situation(&["Panic"], "already", borrowed_twice),
    situation(&["Panic"], "hint", in_chinese),
    situation(&["Error"], " digit found in string", not_a_number),
];

pub use keeping::training_not_started;

/// The explanation of a mistake, if it is a known one.
pub fn explain(case: &Case) -> Option<Explanation> {
    let is_about = |situation: &&Situation| {
        situation.kinds.contains(&case.kind) && case.said().contains(situation.words)
    };
    SITUATIONS
        .iter()
        .filter(is_about)
        .find_map(|situation| (situation.explain)(case))
}

/// Whether an advice of rustc helps a learner: not a list that is empty or without end, a name that
/// is nothing like the one that was written, a file in a folder of ours, or to look away.
pub fn is_help(help: &str, message: &str) -> bool {
    // All traits of formats, for a letter that is none of Rust's.
    if message.starts_with("unknown format trait") {
        return false;
    }
    let is_list = help.starts_with("the following") && help.contains("implement trait");
    let is_empty = !help.trim_end().contains('\n');
    let is_long = help
        .lines()
        .any(|line| line.trim().starts_with("and ") && line.trim().ends_with(" others"));
    let name = message.split('`').nth(1).unwrap_or_default();
    let is_similar = ["similar name exists", "with a similar name"]
        .iter()
        .any(|words| help.contains(words));
    // Before `[` of `x[0, 1]`, which is no list.
    let is_no_end = help.starts_with("consider adding `;`") && message.contains("found `[`");
    let is_far = is_similar && similar::alike(help, name).is_none();
    let is_hidden = help.starts_with("to create the module");
    let looks_away = [
        "unwrap().",
        "try wrapping the pattern in `Ok`",
        "`Result::expect`",
        "`Option::expect`",
        "you may have meant the maximum value",
    ];
    let looks_away = looks_away.iter().any(|words| help.contains(words));
    !((is_list && (is_empty || is_long)) || is_no_end || is_far || is_hidden || looks_away)
}
