//! What stands in a cell of a table: a number, a word, or nothing; and what a column of them has in
//! common.

use crate::Float;
use crate::display::say;

/// What stands for a value that is not there, in any column (as pandas has it), and in a column of
/// numbers.
pub(super) const MISSING: [&str; 11] = [
    "", "?", "NA", "N/A", "n/a", "#N/A", "<NA>", "NaN", "nan", "NULL", "null",
];
pub(super) const MISSING_NUMBER: [&str; 11] = [
    "-",
    "--",
    "---",
    ".",
    "..",
    "none",
    "missing",
    "unknown",
    "undefined",
    "na",
    "n.a.",
];

/// Marks that stand beside numbers: of money, of hundredths, of degrees.
const MARKS: [char; 9] = ['$', '€', '£', '¥', '%', '‰', '°', '~', ' '];

/// The number that a cell is. Where a comma does not separate cells, it may stand before the
/// decimals.
pub(super) fn number(cell: &str, has_decimal_comma: bool) -> Option<Float> {
    if !cell.bytes().any(|byte| byte.is_ascii_digit()) && !cell.to_lowercase().contains("inf") {
        return None;
    }
    let found = cell.parse().ok();
    found.or_else(|| has_decimal_comma.then(|| cell.replacen(',', ".", 1).parse().ok())?)
}

/// Whether a cell is a number but for a mark beside it, or for marks between thousands.
pub(super) fn is_almost_number(cell: &str) -> bool {
    let bare: String = cell
        .trim_matches(MARKS)
        .chars()
        .filter(|c| ![',', '_', ' ', '\''].contains(c))
        .collect();
    bare.parse::<Float>().is_ok_and(|number| number.is_finite())
}

/// `lines 3 ("?"), 9 (empty) and 5 more`; in Chinese `第 3 行（"?"）、第 9 行（空）等 7 处`.
pub(super) fn places<'a>(cells: impl Iterator<Item = (u64, &'a str)>) -> String {
    const SHOWN: usize = 6;
    let all: Vec<(u64, &str)> = cells.collect();
    let one = |(line, cell): &(u64, &str)| match *cell {
        "" => say(format!("{line} (empty)"), format!("第 {line} 行（空）")),
        cell => say(
            format!("{line} ({cell:?})"),
            format!("第 {line} 行（{cell:?}）"),
        ),
    };
    let shown: Vec<String> = all.iter().take(SHOWN).map(one).collect();
    let more = all.len().saturating_sub(SHOWN);
    let more = if more == 0 {
        String::new()
    } else {
        say(format!(" and {more} more"), format!("等 {} 处", all.len()))
    };
    let line = say(if all.len() == 1 { "line " } else { "lines " }, "");
    format!("{line}{}{more}", shown.join(say(", ", "、")))
}

/// The different words, in alphabetical order.
pub(super) fn different(cells: &[Option<String>]) -> Vec<&str> {
    let mut words: Vec<&str> = cells.iter().flatten().map(String::as_str).collect();
    words.sort_unstable();
    words.dedup();
    words
}

/// Whether words say which row it is, as names, numbers of members or dates do, and not of what
/// kind it is: (nearly) every row has its own.
pub(super) fn are_names_of_rows(words: usize, rows: usize) -> bool {
    words > 10 && words * 10 > rows * 8
}

pub(super) fn commonest(cells: &[Option<String>]) -> Option<String> {
    let count = |word: &str| cells.iter().flatten().filter(|cell| *cell == word).count();
    // The first of several that are equally common.
    different(cells)
        .into_iter()
        .rev()
        .max_by_key(|word| count(word))
        .map(str::to_owned)
}

/// The mean or the median of the numbers that are there.
pub(super) fn middle(numbers: &[Option<Float>], how: &str) -> Option<Float> {
    let mut found: Vec<Float> = numbers.iter().flatten().copied().collect();
    if found.is_empty() {
        return None;
    }
    if how == "mean" {
        return Some(
            (found.iter().map(|number| f64::from(*number)).sum::<f64>() / found.len() as f64)
                as Float,
        );
    }
    found.sort_by(Float::total_cmp);
    Some((found[(found.len() - 1) / 2] + found[found.len() / 2]) / 2.0)
}

pub(super) enum Cells {
    Numbers(Vec<Option<Float>>),
    Words(Vec<Option<String>>),
}

pub(super) struct Column {
    pub name: String,
    pub cells: Cells,
    /// As they stand in the file.
    pub texts: Vec<String>,
}

pub(super) struct Table {
    pub columns: Vec<Column>,
    /// Where in the file each row stands.
    pub lines: Vec<u64>,
}
