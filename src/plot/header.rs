//! What stands above the axes of a figure, and so how large the whole is.

use super::figure::{Figure, Key};
use super::text::{self, columns_in, shorten};

pub(super) const LEGEND_ROW: f64 = 18.0;
/// From one line of a title to the next.
pub(super) const TITLE_ROW: f64 = 19.0;
const LONGEST_LEGEND: usize = 40;

/// Width and height with everything.
pub(super) fn outer_size(figure: &Figure) -> (f64, f64) {
    (outer_width(figure), figure.size.1 + height(figure))
}

/// The width with a title that may be longer than the picture below it.
pub(super) fn outer_width(figure: &Figure) -> f64 {
    text::title_width(figure).max(figure.size.0)
}

/// What title and legend add to the height.
pub(super) fn height(figure: &Figure) -> f64 {
    let rows = legend_places(figure).last().map_or(0, |(_, row)| row + 1);
    title_height(figure)
        + if rows == 0 {
            0.0
        } else {
            rows as f64 * LEGEND_ROW + 8.0
        }
}

fn title_height(figure: &Figure) -> f64 {
    // The titles of parts are as large: a gap tells them apart.
    let gap = if figure.parts.is_empty() { 0.0 } else { 10.0 };
    match text::title(figure).len() {
        0 => 0.0,
        lines => 25.0 + gap + (lines - 1) as f64 * TITLE_ROW,
    }
}

/// Where the first row of the legend stands.
pub(super) fn legend_top(figure: &Figure) -> f64 {
    match title_height(figure) {
        0.0 => 18.0,
        title => 13.0 + title,
    }
}

/// The names of the legend as they are written.
pub(super) fn legend(figure: &Figure) -> Vec<(String, &Key)> {
    let longest = LONGEST_LEGEND.min(columns_in(figure.size.0 - 50.0));
    figure
        .legend
        .iter()
        .map(|(name, key)| (shorten(name, longest), key))
        .collect()
}

/// Where each name of the legend begins, and in which row.
pub(super) fn legend_places(figure: &Figure) -> Vec<(f64, usize)> {
    let (mut x, mut row) = (16.0, 0);
    let mut places = Vec::new();
    for (name, _) in legend(figure) {
        let width = 44.0 + text::room_for(&name);
        if x + width > figure.size.0 && x > 16.0 {
            (x, row) = (16.0, row + 1);
        }
        places.push((x, row));
        x += width;
    }
    places
}
