//! Which of rustc's advices are shown.

use super::similar;

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
    // What is computed is turned afterwards, when a fraction is cut off already.
    let letters = help.rsplit("\n\n").next().unwrap_or_default().trim();
    let is_cut = help.starts_with("you can cast") && letters.starts_with('(');
    // A number with a fraction has two kinds of powers.
    let is_power = message.contains("method named `pow`");
    let misleads = is_cut || is_power || help.contains("introduce a new binding");
    let is_far = misleads || is_similar && similar::alike(help, name).is_none();
    let is_long_choice = help.starts_with("you might have meant to use an associated function")
        && help.lines().count() > 6;
    // It has a parenthesis too many.
    let is_torn = help.starts_with("use the `.` operator to call the method");
    let is_far = is_far || is_long_choice || is_torn;
    // `r#type`, which nobody writes in a first year.
    let is_escape = help.starts_with("escape `");
    let is_hidden = is_escape || help.starts_with("to create the module");
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
