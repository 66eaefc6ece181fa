//! Lists of numbers as tables.

use crate::display::{Bundle, Show};
use std::fmt::Debug;

/// More numbers than this are shortened to those at either end.
const LIMIT: usize = 200;
/// As many at either end.
const EDGE: usize = 3;

/// Nothing that is longer is shown whole, nor made whole to be shown.
const LONGEST: usize = 64 << 20;

/// A text that ends where it has become too long.
struct Limited(String);

impl std::fmt::Write for Limited {
    fn write_str(&mut self, text: &str) -> std::fmt::Result {
        self.0.push_str(text);
        if self.0.len() > LONGEST {
            Err(std::fmt::Error)
        } else {
            Ok(())
        }
    }
}

/// What a value prints with `{:?}`; a list of numbers, or of rows of numbers, also as a table.
pub(crate) fn debugged(value: &dyn Debug) -> Bundle {
    let mut text = Limited(String::new());
    // It ends early where it is too long, and where the value's own `Debug` gives up.
    let is_whole = std::fmt::write(&mut text, format_args!("{value:?}")).is_ok();
    let text = if is_whole { text.0 } else { text.0 + "…" };
    match html(&text) {
        Some(html) => Bundle::text(text).html(html),
        None => Bundle::text(text),
    }
}

impl<T: Debug> Show for [T] {
    fn bundle(&self) -> Bundle {
        debugged(&self)
    }
}

impl<T: Debug> Show for Vec<T> {
    fn bundle(&self) -> Bundle {
        debugged(&self)
    }
}

impl<T: Debug, const N: usize> Show for [T; N] {
    fn bundle(&self) -> Bundle {
        debugged(&self)
    }
}

/// Nothing if the text is not a list of numbers.
fn html(text: &str) -> Option<String> {
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    let rows: Vec<Vec<&str>> = match inner
        .strip_prefix('[')
        .and_then(|inner| inner.strip_suffix(']'))
    {
        Some(rows) => rows
            .split("], [")
            .map(|row| row.split(", ").collect())
            .collect(),
        None => vec![inner.split(", ").collect()],
    };
    if !rows
        .iter()
        .flatten()
        .all(|number| number.parse::<f64>().is_ok())
    {
        return None;
    }
    let count: usize = rows.iter().map(Vec::len).sum();
    let is_whole = count <= LIMIT;
    let cell =
        |number: &str| format!("<td style=\"text-align:right;padding:1px 6px\">{number}</td>");
    let row = |row: &Vec<&str>| {
        let cells: String = shortened(row, is_whole)
            .map(|number| cell(number.map_or("…", |number| number)))
            .collect();
        format!("<tr style=\"background:none\">{cells}</tr>")
    };
    let dots = || format!("<tr style=\"background:none\">{}</tr>", cell("…"));
    let body: String = shortened(&rows, is_whole)
        .map(|one| one.map_or_else(dots, row))
        .collect();
    let footer = if is_whole {
        String::new()
    } else {
        format!("<div style=\"font-size:90%\">{count} numbers</div>")
    };
    Some(format!(
        "<div><table style=\"border-collapse:collapse;color:inherit;font-family:monospace\">\
         <tbody>{body}</tbody></table>{footer}</div>"
    ))
}

/// All of a list, or both ends with nothing between them.
fn shortened<T>(list: &[T], is_whole: bool) -> impl Iterator<Item = Option<&T>> {
    let is_whole = is_whole || list.len() <= 2 * EDGE;
    let (first, last) = if is_whole {
        (list, &[][..])
    } else {
        (&list[..EDGE], &list[list.len() - EDGE..])
    };
    first
        .iter()
        .map(Some)
        .chain((!is_whole).then_some(None))
        .chain(last.iter().map(Some))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_of_numbers_are_tables() {
        let cells = |text: &str| html(text).map(|html| html.matches("<td").count());
        let cases = [
            ("[1.0, -2.5e-7, NaN]", Some(3)),
            ("[[1, 2], [3, 4]]", Some(4)),
            ("[]", None),
            ("[\"1\", \"2\"]", None),
            ("[<b>, 2]", None),
            ("[[1], [Some(2)]]", None),
            ("3", None),
        ];
        for (text, expected) in cases {
            assert_eq!(cells(text), expected, "{text}");
        }
        assert_eq!(cells(&format!("{:?}", vec![0u8; 1000])), Some(7));
    }
}
