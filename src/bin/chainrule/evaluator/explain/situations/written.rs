//! Mistakes in how something is written, each with what explains it. They are looked through before
//! the others.

use super::super::case::OF_CRATE;
use super::super::forms_of_keras::parts_of_an_evaluation;
use super::super::methods::{method_for_function, nothing_to_unwrap};
use super::entry::{Situation, situation};
use super::names::macro_of_a_failed_cell;
use super::other_forms::{
    chain_that_ends_early, constant_without_a_type, end_of_no_loop, function_with_an_arrow,
    keyword_as_name, name_with_a_dash, parts_with_semicolons, place_of_a_tuple,
    result_behind_a_colon, tensor_added_to_a_number, text_repeated, turned_update,
    type_as_function, value_as_function, value_in_a_type,
};
use super::second_week::{mean_without_types, sum_in_a_calculation};
use super::types_and_traits::{
    brace_in_a_text, crate_that_does_not_compile, end_with_a_comma, field_left_out,
    function_left_out, function_of_a_type, lent_without_end, list_without_commas,
    place_of_an_iterator, several_at_once, text_as_a_number, type_without_end,
};

pub const WRITTEN: &[Situation] = &[
    situation(&[OF_CRATE], "", crate_that_does_not_compile),
    situation(&["E0606"], "casting `&'static str`", text_as_a_number),
    situation(&["E0606"], "casting `&str`", text_as_a_number),
    situation(&["E0599"], "no method named", nothing_to_unwrap),
    situation(
        &["E0599"],
        "this is an associated function",
        function_of_a_type,
    ),
    situation(&[""], "unmatched `}`", brace_in_a_text),
    situation(&[""], "string was terminated", brace_in_a_text),
    situation(&["E0308"], "expected ", method_for_function),
    situation(&["E0308"], "Evaluation", parts_of_an_evaluation),
    situation(&[""], "expected identifier", keyword_as_name),
    situation(&[""], "found keyword", keyword_as_name),
    situation(&["E0424"], "may not be bound", keyword_as_name),
    situation(&[""], "found `:`", result_behind_a_colon),
    situation(&[""], "return types are denoted", result_behind_a_colon),
    situation(&[""], "`->` is not valid syntax", function_with_an_arrow),
    situation(&[""], "found `>`", function_with_an_arrow),
    situation(&[""], "found `=>`", function_with_an_arrow),
    situation(&[""], "found `=`", value_in_a_type),
    situation(&[""], "found `;`", parts_with_semicolons),
    situation(&[""], "expected a pattern", name_with_a_dash),
    situation(&[""], "leading `+` is not supported", turned_update),
    situation(&["E0268"], "", end_of_no_loop),
    situation(&["E0282", "E0283"], "cannot infer type", mean_without_types),
    situation(
        &["E0282", "E0283"],
        "cannot infer type",
        sum_in_a_calculation,
    ),
    situation(&["E0277"], "-assign `", tensor_added_to_a_number),
    situation(&["E0063"], "missing field", field_left_out),
    situation(&["E0046"], "missing: ", function_left_out),
    situation(&["E0106"], "missing lifetime", lent_without_end),
    situation(
        &["E0608"],
        "value of type `std::str::",
        place_of_an_iterator,
    ),
    situation(
        &["E0608"],
        "value of type `std::iter::",
        place_of_an_iterator,
    ),
    situation(&[""], "unexpected `,` in pattern", several_at_once),
    situation(&[""], "no rules expected", list_without_commas),
    situation(&[""], "found `,`", end_with_a_comma),
    situation(&[""], "expected one of `,` or `>`", type_without_end),
    situation(&["E0608"], "value of type `(", place_of_a_tuple),
    situation(&["E0423"], "found struct", type_as_function),
    situation(
        &["E0423"],
        "which contains private fields",
        type_as_function,
    ),
    situation(&["E0423"], "found builtin type", type_as_function),
    situation(&["E0369", "E0277"], "cannot multiply ", text_repeated),
    situation(&[""], "missing type for `", constant_without_a_type),
    situation(
        &[""],
        "expected expression, found `.`",
        chain_that_ends_early,
    ),
    situation(&[""], "cannot find macro", macro_of_a_failed_cell),
    situation(&["E0618"], "expected function", value_as_function),
];
