//! Tables as text and as HTML, for everything that has rows.

use crate::Float;
use crate::display::{columns as columns_of, escape_html};

/// 101770 as "101,770".
pub(crate) fn thousands(number: usize) -> String {
    let digits = number.to_string();
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// Whether a figure of this name is a share of all examples, from 0 to 1.
fn is_share(name: &str) -> bool {
    let name = name.strip_prefix("val_").unwrap_or(name);
    name.ends_with("accuracy")
        || name
            .strip_prefix("top_")
            .is_some_and(|k| k.parse::<usize>().is_ok())
}

/// How a figure of a training run is written, in every table and line: a share as a percentage,
/// anything else as a number.
pub(crate) fn figure(name: &str, value: Float) -> String {
    match value {
        share if is_share(name) && share.is_finite() => format!("{:.2} %", 100.0 * share),
        tiny if tiny != 0.0 && tiny.abs() < 0.001 => format!("{tiny:.2e}"),
        huge if huge.is_finite() && huge.abs() >= 1e6 => format!("{huge:.2e}"),
        value => format!("{value:.4}"),
    }
}

/// Figures below each other, all of one form, so that their digits are: where one is too small or
/// too large for four decimals, all have an exponent.
pub(crate) fn figures(name: &str, values: &[Float]) -> Vec<String> {
    let has_exponent =
        |value: &Float| *value != 0.0 && value.is_finite() && !(0.001..1e6).contains(&value.abs());
    if is_share(name) || !values.iter().any(has_exponent) {
        return values.iter().map(|value| figure(name, *value)).collect();
    }
    let parts = values.iter().map(|value| {
        let text = format!("{value:.3e}");
        text.split_once('e')
            .map_or((text.clone(), None), |(digits, power)| {
                (digits.to_owned(), power.parse().ok())
            })
    });
    let parts: Vec<(String, Option<i32>)> = parts.collect();
    let longest = parts
        .iter()
        .filter_map(|(_, power)| Some(power.as_ref()?.abs().to_string().len()))
        .max()
        .unwrap_or(1);
    let has_minus = parts
        .iter()
        .any(|(_, power)| power.is_some_and(|power| power < 0));
    let written = |(digits, power): (String, Option<i32>)| match power {
        Some(power) => {
            let sign = if power < 0 {
                "-"
            } else if has_minus {
                "+"
            } else {
                ""
            };
            format!("{digits}e{sign}{:0longest$}", power.abs())
        }
        None => digits,
    };
    parts.into_iter().map(written).collect()
}

/// The columns that have something in them.
fn used(header: &[&str], rows: &[impl AsRef<[String]>]) -> Vec<usize> {
    let is_used =
        |column: usize| rows.is_empty() || rows.iter().any(|row| !row.as_ref()[column].is_empty());
    (0..header.len())
        .filter(|&column| is_used(column))
        .collect()
}

/// Rows under a header. The first `left` columns are aligned at the left, the others, numbers, at
/// the right; a column with nothing in it is left out.
pub(crate) fn text_table(header: &[&str], rows: &[impl AsRef<[String]>], left: usize) -> String {
    let columns = used(header, rows);
    let width = |column: usize| {
        let cells = rows.iter().map(|row| columns_of(&row.as_ref()[column]));
        cells.max().unwrap_or(0).max(columns_of(header[column]))
    };
    let blanks = |width: usize, cell: &str| " ".repeat(width - columns_of(cell));
    let line = |cell: &dyn Fn(usize) -> String| {
        let padded = columns
            .iter()
            .map(|&column| match (cell(column), width(column)) {
                (cell, width) if column < left => cell.clone() + &blanks(width, &cell),
                (cell, width) => blanks(width, &cell) + &cell,
            });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let rule = "─".repeat(
        columns
            .iter()
            .map(|&column| width(column) + 2)
            .sum::<usize>()
            .saturating_sub(2),
    );
    let body: Vec<String> = rows
        .iter()
        .map(|row| line(&|column| row.as_ref()[column].clone()))
        .collect();
    format!(
        "{}\n{rule}\n{}\n{rule}",
        line(&|column| header[column].to_owned()),
        body.join("\n")
    )
}

/// The same as HTML. Colours are inherited, lines are half transparent grey: legible on light and
/// dark pages.
pub(crate) fn html_table(
    header: &[&str],
    rows: &[impl AsRef<[String]>],
    left: usize,
    footer: &str,
) -> String {
    let columns = used(header, rows);
    let row = |tag: &str, cell: &dyn Fn(usize) -> String, line: &str| {
        let cells = columns.iter().map(|&column| {
            let side = if column < left { "left" } else { "right" };
            let text = escape_html(&cell(column));
            format!("<{tag} style=\"text-align:{side};padding:2px 10px;{line}\">{text}</{tag}>")
        });
        format!(
            "<tr style=\"background:none\">{}</tr>",
            cells.collect::<String>()
        )
    };
    let head = row(
        "th",
        &|column| header[column].to_owned(),
        "border-bottom:1px solid rgba(128,128,128,0.6)",
    );
    let body: String = rows
        .iter()
        .map(|cells| row("td", &|column| cells.as_ref()[column].clone(), ""))
        .collect();
    let footer = match footer {
        "" => String::new(),
        lines => format!(
            "<div style=\"white-space:pre-line\">{}</div>",
            escape_html(lines)
        ),
    };
    format!(
        "<div><table style=\"border-collapse:collapse;color:inherit;\
         font-variant-numeric:tabular-nums\">\
         <thead>{head}</thead><tbody>{body}</tbody></table>{footer}</div>"
    )
}

/// What so many numbers take.
pub(crate) fn memory(numbers: usize) -> String {
    let bytes = numbers * size_of::<crate::Float>();
    if bytes < 1024 {
        format!("{bytes} B")
    } else {
        format!("{:.1} KB", bytes as f64 / 1024.0)
    }
}
