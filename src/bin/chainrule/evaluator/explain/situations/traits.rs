//! Traits in the types of variables.

use super::super::case::{Case, Explanation};
use super::super::syntax::Cell;
use chainrule::display::say;

/// A type whose path is not known where evcxr writes it down. What rustc would bring in says which.
pub fn nameless_trait(case: &Case) -> Option<Explanation> {
    let cell = Cell::new(case.code);
    let variable = cell.variables().into_iter().next()?;
    let advised = case.helps.iter().flat_map(|help| help.lines());
    let uses: Vec<&str> = advised.filter(|line| line.starts_with("use ")).collect();
    let (english, chinese) = match uses.as_slice() {
        [one] => {
            let name = one.trim_end_matches(';').rsplit("::").next()?;
            (
                format!("the trait `{name}` in it"),
                format!("trait `{name}`"),
            )
        }
        _ => ("a trait in it".to_owned(), "一个 trait".to_owned()),
    };
    let which = if uses.len() > 1 {
        say(" (the one that is meant)", "（选其中指的那一个）")
    } else {
        ""
    };
    Some(Explanation::new(
        format!(
            "The kernel writes down the type of `{variable}` for the next cell, and it does not \
             know where {english} comes from. Bring it in, in the first line of this cell{which}:"
        ),
        format!(
            "内核要为下一个单元格写下 `{variable}` 的类型，但不知道其中的{chinese}来自哪里。请在这个单元格的第一行引入它{which}："
        ),
        uses.join("\n"),
    ))
}
