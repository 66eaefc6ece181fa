//! What is said of a line, and what lines are made of.

use crate::evaluator::cell;

pub type Said = Option<(String, String, String)>;

pub(super) fn say(english: &str, chinese: &str, fix: impl Into<String>) -> Said {
    Some((english.to_owned(), chinese.to_owned(), fix.into()))
}

pub(super) fn words(text: &str) -> Vec<&str> {
    cell::words(text).collect()
}

pub(super) fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// `for i in range(10)` as `for i in 0..10`
pub(super) fn loop_head(head: &str) -> String {
    let Some((names, over)) = head.trim_start_matches("for ").split_once(" in ") else {
        return head.to_owned();
    };
    let (names, over) = (names.trim(), over.trim());
    let inside = |function: &str| {
        over.strip_prefix(function)?
            .strip_prefix('(')?
            .strip_suffix(')')
    };
    let parts = |text: &str| {
        text.split(',')
            .map(|one| one.trim().to_owned())
            .collect::<Vec<_>>()
    };
    let pattern = if names.contains(',') && !names.starts_with('(') {
        format!("({names})")
    } else {
        names.to_owned()
    };
    if let Some(given) = inside("range").map(parts) {
        return match given.as_slice() {
            [end] => format!("for {pattern} in 0..{end}"),
            [start, end] => format!("for {pattern} in {start}..{end}"),
            [start, end, step] => format!("for {pattern} in ({start}..{end}).step_by({step})"),
            _ => head.to_owned(),
        };
    }
    if let Some(list) = inside("enumerate") {
        return format!("for {pattern} in {list}.iter().enumerate()");
    }
    if let Some([first, second]) = inside("zip").map(parts).as_deref() {
        return format!("for {pattern} in {first}.iter().zip(&{second})");
    }
    if over.contains("..") {
        format!("for {pattern} in {over}")
    } else {
        format!("for {pattern} in &{over}")
    }
}

/// A condition with Rust's signs in place of Python's words.
pub(super) fn condition(text: &str) -> String {
    let text = text
        .replace(" and ", " && ")
        .replace(" or ", " || ")
        .replace("not ", "!");
    text.replace("True", "true")
        .replace("False", "false")
        .replace(" is None", ".is_none()")
}
