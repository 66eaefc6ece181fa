//! Tables as text and as HTML, for everything that has rows.

use crate::display::escape_html;

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

/// The columns that have something in them.
fn used<const N: usize>(rows: &[[String; N]]) -> Vec<usize> {
    (0..N).filter(|&column| rows.is_empty() || rows.iter().any(|row| !row[column].is_empty())).collect()
}

/// Rows under a header. The first `left` columns are aligned at the left, the others, numbers, at the right; a column
/// with nothing in it is left out.
pub(crate) fn text_table<const N: usize>(header: &[&str; N], rows: &[[String; N]], left: usize) -> String {
    let columns = used(rows);
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0).max(header[column].chars().count())
    };
    let line = |cells: [&str; N]| {
        let padded = columns.iter().map(|&column| match (cells[column], width(column)) {
            (cell, width) if column < left => format!("{cell:width$}"),
            (cell, width) => format!("{cell:>width$}"),
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let rule = "─".repeat(columns.iter().map(|&column| width(column) + 2).sum::<usize>().saturating_sub(2));
    let body: Vec<String> = rows.iter().map(|row| line(std::array::from_fn(|column| row[column].as_str()))).collect();
    format!("{}\n{rule}\n{}\n{rule}", line(*header), body.join("\n"))
}

/// The same as HTML. Colours are inherited, lines are half transparent grey: legible on light and dark pages.
pub(crate) fn html_table<const N: usize>(
    header: &[&str; N],
    rows: &[[String; N]],
    left: usize,
    footer: &str,
) -> String {
    let columns = used(rows);
    let row = |tag: &str, cells: [&str; N], line: &str| {
        let cells = columns.iter().map(|&column| {
            let side = if column < left { "left" } else { "right" };
            let text = escape_html(cells[column]);
            format!("<{tag} style=\"text-align:{side};padding:2px 10px;{line}\">{text}</{tag}>")
        });
        format!("<tr style=\"background:none\">{}</tr>", cells.collect::<String>())
    };
    let head = row("th", *header, "border-bottom:1px solid rgba(128,128,128,0.6)");
    let body: String =
        rows.iter().map(|cells| row("td", std::array::from_fn(|column| cells[column].as_str()), "")).collect();
    let footer = match footer {
        "" => String::new(),
        lines => format!("<div style=\"white-space:pre-line\">{}</div>", escape_html(lines)),
    };
    format!(
        "<div><table style=\"border-collapse:collapse;color:inherit;font-variant-numeric:tabular-nums\">\
         <thead>{head}</thead><tbody>{body}</tbody></table>{footer}</div>"
    )
}
