//! The table of beginner's mistakes: which message means which, and what to say.

mod alike;
mod arrays;
mod begun;
mod brackets;
mod call_arguments;
mod changing;
mod closures;
mod collected;
mod collections;
mod compiled_files;
mod compiler;
mod computed;
mod conditions;
mod copies;
mod datasets;
mod declared;
mod entry;
mod fates;
mod fractions;
mod helps;
mod keeping;
mod kinds_of_numbers;
mod library;
mod library_of_layers;
mod lines;
mod members;
mod mismatched_numbers;
mod mismatches;
mod names;
mod of_the_library;
mod other_forms;
mod overflow;
mod owned;
mod owning;
pub mod parts_of_tensors;
mod powers;
mod results;
mod second_week;
mod similar;
mod slips;
mod spelling;
mod surprises;
mod tensors;
mod traits;
mod types_and_traits;
mod written;
mod written_otherwise;

use super::case::{
    BORROW, CLOSURE, Case, Explanation, FOREIGN, ITERATOR, NAMELESS, OUTDATED, STRANGE, UNFINISHED,
    UNKNOWN_TYPE, UNPAIRED, UNSEPARATED,
};
use super::lists::{power_of_a_fraction, slice_of_a_list};
use crate::compiler::stand_in::ended::{CRASHED, OUT_OF_MEMORY};
use arrays::place_in_an_array;
use brackets::without_partner;
use changing::{change_behind_a_reference, push_to_what_stays};
use closures::closure;
use collected::of_other_elements;
use collections::{
    cannot_be_indexed, loop_over_something_else, order_of_floats, texts_joined, within_a_letter,
};
use compiled_files::{file_in_a_macro, module_in_a_file};
pub use compiler::is_of_the_moment;
use compiler::{LARGE, compiler_crashed, compiler_out_of_memory, large_constant, only_nightly};
use conditions::{no_condition, one_equals_sign};
use copies::no_clone;
use datasets::two_for_one;
use declared::{
    case_left_out, macro_of_items, method_without_parentheses, neither_is_yours,
    no_negative_numbers, parameter_without_type, places_and_values, self_outside,
    struct_as_function, tensor_as_in_python, weights_of_classes, without_a_value,
};
pub use fates::{ended_early, threads_gone, unnameable};
pub use helps::is_help;
use keeping::{borrow, iterator, nameless, outdated, unknown_type};
use kinds_of_numbers::two_kinds_of_numbers;
use library::in_chinese;
use members::missing_method;
use mismatches::mismatch;
use names::{made_by_macro, missing_crate, missing_name, missing_use};
use of_the_library::{
    field_without_self, figure_by_its_name, function_for_each_value, method_of_training,
    number_lent_twice, other_argument, part_of_any_layer, power_of_a_tensor, result_of_a_module,
    value_for_a_closure,
};
use overflow::{integer_overflow, literal_out_of_range};
use owning::{
    immutable, implemented_twice, lent_too_long, moved_in_this_cell, mutable_static, no_debug,
    no_display,
};
use parts_of_tensors::{index_of_tensor, loop_over_tensor};
use powers::{ambiguous_number, lent_number, power};
use results::still_wrapped;
use second_week::{
    append, closure_for_two_types, if_without_else, key_that_is_not_there, length,
    method_of_fractions, moved_out_of_a_list, sum_without_type, ways_of_two_types,
};
use slips::{
    comparison_of_a_cast, line_of_dep, other_language, strange_character, unfinished,
    unknown_command, unseparated,
};
pub use spelling::is_spelling;
use spelling::{misspelled_path, type_elsewhere};
use surprises::{
    borrowed_twice, file_out_of_reach, index_out_of_bounds, more_than_there_is, no_such_file,
    not_a_number, question_mark, unwrap_of_err, unwrap_of_none,
};
use tensors::{
    changed_in_place, comparison_of_tensors, tensor_for_a_number, tensor_with_something_else,
};

use entry::{Situation, situation};
use traits::nameless_trait;
use written::WRITTEN;
use written_otherwise::{
    calculation_in_a_text, chained_comparison, pair_in_a_closure, pattern_that_may_not_fit,
    position_from_the_end, print_without_a_text, value_for_an_option,
};

const SITUATIONS: &[Situation] = &[
    // What cannot be read.
    situation(&[STRANGE], "", strange_character),
    situation(&[UNPAIRED], "", without_partner),
    situation(&[UNFINISHED], "", unfinished),
    situation(&[UNSEPARATED], "", unseparated),
    situation(&[FOREIGN], "", other_language),
    situation(&[""], "start of generic arguments", comparison_of_a_cast),
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
    // What the library has in another form.
    situation(&["E0308"], "expected `", other_argument),
    situation(&["E0277"], "`FnOnce()` closure", value_for_a_closure),
    situation(&["E0599"], "is not an iterator", function_for_each_value),
    situation(&["E0609"], "dyn Module", part_of_any_layer),
    situation(&["E0608"], "cannot index into a value", figure_by_its_name),
    situation(&["E0599"], "no method named", method_of_training),
    situation(&["E0107"], "type alias takes", result_of_a_module),
    situation(&["E0425"], "", field_without_self),
    situation(&["E0369"], "&&", number_lent_twice),
    situation(&["E0308"], "expected `&&", number_lent_twice),
    situation(&["E0369"], "Tensor ^", power_of_a_tensor),
    // Names that are not there, also because an earlier cell has moved or lost them.
    situation(&["E0432", "E0433"], "", misspelled_path),
    situation(
        &["E0412", "E0425", "E0433", "E0573", "E0405"],
        "",
        type_elsewhere,
    ),
    situation(&["E0412", "E0422", "E0433", "E0432"], "", made_by_macro),
    situation(&["E0425", "E0422", "E0434", "E0423"], "", missing_name),
    situation(&["E0433"], "crate", missing_crate),
    situation(&["E0432"], "unresolved import", missing_crate),
    situation(
        &["E0412", "E0425", "E0432", "E0433", "E0405"],
        "",
        missing_use,
    ),
    situation(&["E0599", "E0689"], "method", method_of_fractions),
    situation(&["E0689"], "ambiguous numeric type", ambiguous_number),
    situation(&["E0606"], "casting `&", lent_number),
    situation(&["E0609", "E0599"], "no ", length),
    situation(&["E0599"], "found for array `[", push_to_what_stays),
    situation(&["E0599"], "found for reference `&str`", push_to_what_stays),
    situation(&["E0599"], "no method named `slice`", slice_of_a_list),
    situation(&["E0599"], "no method named `pow`", power_of_a_fraction),
    situation(&["E0599"], "is not an iterator", length),
    situation(&["E0599"], "iter` found for struct", loop_over_tensor),
    situation(&["E0599", "E0277"], "lone`", no_clone),
    situation(&["E0599"], "no method named", missing_method),
    situation(&[""], "consider importing", nameless_trait),
    // Files that a cell would be compiled with.
    situation(&[""], "couldn't read ", file_in_a_macro),
    situation(&["E0583"], "", module_in_a_file),
    // What is too much for the compiler.
    situation(&[""], OUT_OF_MEMORY, compiler_out_of_memory),
    situation(&[""], CRASHED, compiler_crashed),
    situation(&["E0080"], LARGE, large_constant),
    situation(&["E0554"], "", only_nightly),
    // Tensors, as Python has them.
    situation(&["E0277"], "Tensor", tensor_with_something_else),
    situation(&["E0608"], "Tensor", index_of_tensor),
    situation(&["E0369"], "Tensor", comparison_of_tensors),
    situation(&["E0368"], "Tensor", changed_in_place),
    situation(&["E0277"], "is not an iterator", loop_over_tensor),
    situation(&["E0308"], "Tensor", tensor_for_a_number),
    // Small forms of other languages.
    situation(
        &[""],
        "format argument must be a string literal",
        print_without_a_text,
    ),
    situation(&[""], "invalid format string", calculation_in_a_text),
    situation(
        &[""],
        "comparison operators cannot be chained",
        chained_comparison,
    ),
    situation(
        &[""],
        "negative integers cannot be used to index",
        position_from_the_end,
    ),
    situation(&["E0593"], "closure is expected", pair_in_a_closure),
    situation(
        &["E0005"],
        "refutable pattern in local binding",
        pattern_that_may_not_fit,
    ),
    situation(&["E0308"], "expected `Option<", value_for_an_option),
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
    situation(&["E0308"], "(Dataset, Dataset)", two_for_one),
    situation(&["E0308"], "incompatible types", ways_of_two_types),
    situation(&["E0317"], "", if_without_else),
    situation(&["E0308"], "&mut Vec<", append),
    situation(&["E0308"], "arguments", closure_for_two_types),
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
    situation(&["E0277"], "NdIndex<", place_in_an_array),
    situation(
        &["E0277"],
        "cannot be built from an iterator",
        of_other_elements,
    ),
    situation(&["E0277"], "cannot be made by", of_other_elements),
    situation(&["Panic"], "is not a char boundary", within_a_letter),
    situation(&["E0369"], "cannot add", texts_joined),
    situation(&["E0277"], "the trait bound", order_of_floats),
    situation(&["E0277"], "AsRef<[f", weights_of_classes),
    // How functions and types are written.
    situation(&[""], "expected one of `:`", parameter_without_type),
    situation(&[""], "format string", places_and_values),
    situation(&[""], "never used", places_and_values),
    situation(&[""], "invalid reference to positional", places_and_values),
    situation(&[""], "expected expression, found", macro_of_items),
    situation(&[""], "found `@`", tensor_as_in_python),
    situation(&[""], "found `[`", tensor_as_in_python),
    situation(&[""], "found `:`", tensor_as_in_python),
    situation(&[""], "found `,`", tensor_as_in_python),
    situation(&["E0004"], "not covered", case_left_out),
    situation(&["E0423"], "", struct_as_function),
    situation(&["E0615", "E0616"], "", method_without_parentheses),
    situation(&["E0424"], "`self`", self_outside),
    situation(&["E0117"], "", neither_is_yours),
    // Owning, borrowing, changing, within one cell.
    situation(&["E0382", "E0505"], "", moved_in_this_cell),
    situation(
        &["E0368"],
        "binary assignment operation",
        change_behind_a_reference,
    ),
    situation(&["E0384", "E0594", "E0596"], "", immutable),
    situation(&["E0507"], "out of index", moved_out_of_a_list),
    situation(&["E0597", "E0716"], "", lent_too_long),
    situation(&["E0381"], "", without_a_value),
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
    situation(&["Panic"], "no entry found for key", key_that_is_not_there),
    situation(&["E0282", "E0283"], "cannot infer type", sum_without_type),
    situation(&["Panic"], "capacity overflow", more_than_there_is),
    situation(&["Panic"], "already", borrowed_twice),
    situation(&["Panic"], "hint", in_chinese),
    situation(&["Error"], " digit found in string", not_a_number),
];

pub use keeping::{each_owned, training_not_started};

/// The explanation of a mistake, if it is a known one.
pub fn explain(case: &Case) -> Option<Explanation> {
    let is_about = |situation: &&Situation| {
        situation.kinds.contains(&case.kind) && case.said().contains(situation.words)
    };
    WRITTEN
        .iter()
        .chain(SITUATIONS)
        .filter(is_about)
        .find_map(|situation| (situation.explain)(case))
}
