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
fn used(header: &[&str], rows: &[impl AsRef<[String]>]) -> Vec<usize> {
    let is_used = |column: usize| rows.is_empty() || rows.iter().any(|row| !row.as_ref()[column].is_empty());
    (0..header.len()).filter(|&column| is_used(column)).collect()
}

/// Rows under a header. The first `left` columns are aligned at the left, the others, numbers, at the right; a column
/// with nothing in it is left out.
pub(crate) fn text_table(header: &[&str], rows: &[impl AsRef<[String]>], left: usize) -> String {
    let columns = used(header, rows);
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row.as_ref()[column].chars().count());
        cells.max().unwrap_or(0).max(header[column].chars().count())
    };
    let line = |cell: &dyn Fn(usize) -> String| {
        let padded = columns.iter().map(|&column| match (cell(column), width(column)) {
            (cell, width) if column < left => format!("{cell:width$}"),
            (cell, width) => format!("{cell:>width$}"),
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    let rule = "─".repeat(columns.iter().map(|&column| width(column) + 2).sum::<usize>().saturating_sub(2));
    let body: Vec<String> = rows.iter().map(|row| line(&|column| row.as_ref()[column].clone())).collect();
    format!("{}\n{rule}\n{}\n{rule}", line(&|column| header[column].to_owned()), body.join("\n"))
}

/// The same as HTML. Colours are inherited, lines are half transparent grey: legible on light and dark pages.
pub(crate) fn html_table(header: &[&str], rows: &[impl AsRef<[String]>], left: usize, footer: &str) -> String {
    let columns = used(header, rows);
    let row = |tag: &str, cell: &dyn Fn(usize) -> String, line: &str| {
        let cells = columns.iter().map(|&column| {
            let side = if column < left { "left" } else { "right" };
            let text = escape_html(&cell(column));
            format!("<{tag} style=\"text-align:{side};padding:2px 10px;{line}\">{text}</{tag}>")
        });
        format!("<tr style=\"background:none\">{}</tr>", cells.collect::<String>())
    };
    let head = row("th", &|column| header[column].to_owned(), "border-bottom:1px solid rgba(128,128,128,0.6)");
    let body: String = rows.iter().map(|cells| row("td", &|column| cells.as_ref()[column].clone(), "")).collect();
    let footer = match footer {
        "" => String::new(),
        lines => format!("<div style=\"white-space:pre-line\">{}</div>", escape_html(lines)),
    };
    format!(
        "<div><table style=\"border-collapse:collapse;color:inherit;font-variant-numeric:tabular-nums\">\
         <thead>{head}</thead><tbody>{body}</tbody></table>{footer}</div>"
    )
}
