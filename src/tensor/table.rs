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

/// Rows under a header, columns aligned: the first `left` of them at the left, the others, numbers, at the right.
pub(crate) fn text_table<const N: usize>(header: &[&str; N], rows: &[[String; N]], left: usize) -> String {
    let width = |column: usize| {
        let cells = rows.iter().map(|row| row[column].chars().count());
        cells.max().unwrap_or(0).max(header[column].chars().count())
    };
    let widths: [usize; N] = std::array::from_fn(width);
    let line = |cells: [&str; N]| {
        let cells: Vec<String> = (0..N)
            .map(|column| match (cells[column], widths[column]) {
                (cell, width) if column < left => format!("{cell:width$}"),
                (cell, width) => format!("{cell:>width$}"),
            })
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    let rule = "─".repeat(widths.iter().sum::<usize>() + 2 * (N - 1));
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
    let cell = |tag: &str, column: usize, text: &str, line: &str| {
        let side = if column < left { "left" } else { "right" };
        format!("<{tag} style=\"text-align:{side};padding:2px 10px;{line}\">{}</{tag}>", escape_html(text))
    };
    let row = |tag: &str, cells: [&str; N], line: &str| {
        let cells: String = (0..N).map(|column| cell(tag, column, cells[column], line)).collect();
        format!("<tr style=\"background:none\">{cells}</tr>")
    };
    let head = row("th", *header, "border-bottom:1px solid rgba(128,128,128,0.6)");
    let body: String =
        rows.iter().map(|cells| row("td", std::array::from_fn(|column| cells[column].as_str()), "")).collect();
    let footer = if footer.is_empty() { String::new() } else { format!("<div>{}</div>", escape_html(footer)) };
    format!(
        "<div><table style=\"border-collapse:collapse;font-variant-numeric:tabular-nums\">\
         <thead>{head}</thead><tbody>{body}</tbody></table>{footer}</div>"
    )
}
