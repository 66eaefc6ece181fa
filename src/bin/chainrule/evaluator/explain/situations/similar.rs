//! Names that are almost those that are there.

use super::super::calls::Call;
use super::super::case::{Case, Explanation};
use crate::evaluator::assist;
use std::ops::Range;
/// How many letters have to be put in, taken out, changed, or exchanged with the next.
pub use strsim::osa_distance as distance;

/// A name is there in other capitals.
pub fn other_capitals(meant: &str, fix: String) -> Explanation {
    Explanation::new(
        format!("Capital and small letters differ: it is called `{meant}` here."),
        format!("Rust 区分大小写：这里的名字是 `{meant}`。"),
        fix,
    )
}

/// What rustc found instead, if it is close enough to be meant.
pub fn similar_name(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let meant = case.helps.iter().find_map(|help| alike(help, name))?;
    Some(misspelled(case, meant))
}

/// Says what was meant by the name of a mistake.
pub fn misspelled(case: &Case, meant: &str) -> Explanation {
    let name = case.name();
    let mut fix = case
        .mark
        .clone()
        .and_then(|mark| with_name(case.code, mark, name, meant))
        .unwrap_or_default();
    // What is right in its name only leads to the next error.
    let call = case.mark.as_ref().and_then(|mark| {
        let at = mark.start;
        Call::named_at(case.code, at).or_else(|| Call::ending_at(case.code, at))
    });
    if let Some(call) = call
        && let Some(takes) = takes(&call, meant)
        && takes.len() != call.arguments.len()
    {
        let callee = call.callee.replacen(name, meant, 1);
        fix = format!("{fix}\n{}", call.with(&callee, &takes));
    }
    if name.eq_ignore_ascii_case(meant) {
        other_capitals(meant, fix)
    } else {
        Explanation::new(
            format!("There is no `{name}` here, but there is `{meant}`. If that is meant:"),
            format!("这里没有 `{name}`，但是有 `{meant}`。如果指的就是它，请写："),
            fix,
        )
    }
}

/// What the function takes that is meant by a call.
fn takes(call: &Call, meant: &str) -> Option<Vec<String>> {
    match call.callee.rsplit_once("::") {
        Some((module, _)) => assist::function_in(module, meant),
        None => Some(assist::call(meant, call.receiver.is_some())?.0),
    }
}

/// The one of some names that may be meant by another; none if two are as near.
pub fn nearest(name: &str, names: &[String]) -> Option<String> {
    let most = (name.chars().count() / 3).max(1);
    let mut near: Vec<(usize, &String)> = names
        .iter()
        .map(|one| (distance(name, one), one))
        .filter(|(far, one)| *far <= most && one.chars().count() > 2)
        .filter(|(_, one)| !is_another_word(name, one))
        .collect();
    near.sort();
    near.dedup();
    match near.as_slice() {
        [(_, one)] => Some((*one).clone()),
        [(first, one), (second, _), ..] if first < second => Some((*one).clone()),
        _ => None,
    }
}

/// Whether short names differ by a letter, and not by its place: `col` is not `cos`.
fn is_another_word(name: &str, other: &str) -> bool {
    let letters = |name: &str| {
        let mut letters: Vec<char> = name.to_lowercase().chars().collect();
        letters.sort_unstable();
        letters
    };
    let (one, other) = (letters(name), letters(other));
    one.len() == other.len() && one.len() <= 3 && one != other
}

/// The name in an advice of rustc, if it may be what was meant by `name`.
pub fn alike<'a>(help: &'a str, name: &str) -> Option<&'a str> {
    let is_about_names = help.contains("similar name exists")
        || help.contains("with a similar name")
        || help.contains("has a name defined in the doc alias");
    let found = help.rsplit("\n\n").next()?.trim();
    let is_other_name = help.contains("doc alias");
    let (short, long) = (
        name.chars().count().min(found.chars().count()),
        name.chars().count(),
    );
    // Of a short name one other letter makes another word: `same` is not `name`.
    let begins_alike = name.chars().next() == found.chars().next();
    let is_close = name.eq_ignore_ascii_case(found)
        || (short > 1 && distance(name, found) <= (long / 3).max(1) && (short > 4 || begins_alike));
    let is_close = is_close && !is_another_word(name, found);
    (is_about_names && !found.contains(' ') && (is_other_name || is_close)).then_some(found)
}

/// The line of a mark with another name in its place.
pub fn with_name(code: &str, mark: Range<usize>, name: &str, other: &str) -> Option<String> {
    let at = mark.start + code.get(mark)?.find(name)?;
    let line_start = code[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = code[at..]
        .find('\n')
        .map_or(code.len(), |newline| at + newline);
    Some(format!(
        "{}{other}{}",
        code[line_start..at].trim_start(),
        &code[at + name.len()..line_end]
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_meant_is_advised() {
        let similar = |name: &str, found: &str| {
            alike(
                &format!("a struct with a similar name exists\n\n{found}"),
                name,
            )
            .is_some()
        };
        for (name, found) in [
            ("Conv2d", "Conv2D"),
            ("Sequntial", "Sequential"),
            ("qqq", "qq"),
            ("los", "loss"),
            ("smu", "sum"),
        ] {
            assert!(similar(name, found), "{name}");
        }
        for (name, found) in [
            ("x", "f"),
            ("y", "by"),
            ("lr", "f"),
            ("images", "imports"),
            ("at", "gt"),
            ("same", "name"),
            ("col", "cos"),
        ] {
            assert!(!similar(name, found), "{name}");
        }
        let other = "`Checkpoint` has a name defined in the doc alias attribute as \
                    `ModelCheckpoint`\n\nCheckpoint";
        assert_eq!(alike(other, "ModelCheckpoint"), Some("Checkpoint"));
        assert_eq!(
            (
                distance("iris", "Iris"),
                distance("shpae", "shape"),
                distance("", "abc")
            ),
            (1, 1, 3)
        );
    }
}
