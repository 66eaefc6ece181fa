//! How wide a text is, and how it is made to fit.
//!
//! The fonts of the reader are not known: this is an estimate, made in this one place.

use super::figure::Figure;
use crate::display::parts;

// One column is about 0.55 of the text's size.
pub(super) use crate::display::columns;

/// Size of the text beside axes, in pixels.
pub(super) const TEXT: f64 = 12.0;
/// Size of a title.
pub(super) const TITLE: f64 = 15.0;
/// Width of a column at the size [`TEXT`], in pixels.
pub(super) const COLUMN: f64 = 6.6;

/// The width of a text beside an axis, in pixels.
pub(super) fn width(text: &str) -> f64 {
    columns(text) as f64 * COLUMN
}

/// A width that the text does not exceed in any usual font: capitals and figures are wider than
/// other letters, some twice as wide.
pub(super) fn room_for(text: &str) -> f64 {
    let letters = text.chars().map(|letter| match letter {
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 11.7,
        'A'..='Z' | '0'..='9' => 8.0,
        _ => width(letter.encode_utf8(&mut [0; 4])),
    });
    letters.sum()
}

/// A space and a line break as signs that can be seen.
pub(super) fn visible(text: &str) -> String {
    text.replace('\n', "↵").replace(' ', "␣")
}

/// How many columns there are in so many pixels beside an axis.
pub(super) fn columns_in(pixels: f64) -> usize {
    (pixels / COLUMN + 1e-9) as usize
}

/// The beginning of a text that takes no more than so many columns, at least `…`.
pub(super) fn shorten(text: &str, most: usize) -> String {
    if columns(text) <= most {
        return text.to_owned();
    }
    let mut short = String::new();
    for letter in text.chars() {
        if columns(&short) + columns(letter.encode_utf8(&mut [0; 4])) + 1 > most {
            break;
        }
        short.push(letter);
    }
    short.trim_end().to_owned() + "…"
}

/// A text in lines of no more than so many columns, broken where a line of it ends, at spaces, and
/// before any Chinese letter. The last of `most` lines says by `…` that there is more.
pub(super) fn wrapped(text: &str, most_columns: usize, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for line in text.lines() {
        let mut now = String::new();
        for part in parts(line) {
            if !now.is_empty() && columns(&now) + columns(part.trim_end()) > most_columns {
                lines.push(std::mem::take(&mut now).trim_end().to_owned());
            }
            now += part;
        }
        lines.push(now.trim_end().to_owned());
    }
    if lines.len() > most {
        let rest = lines.split_off(most - 1).join(" ");
        lines.push(shorten(&rest, most_columns.min(columns(&rest) - 1)));
    }
    lines
        .iter()
        .map(|line| shorten(line, most_columns))
        .collect()
}

/// A row of names at an axis, each with `room` pixels: every name, or every second, fifth, tenth, …
/// so that each shown has `needed` pixels.
pub(super) fn step(room: f64, needed: f64) -> usize {
    let powers = std::iter::successors(Some(1), |power| Some(power * 10));
    let steps = powers
        .take(9)
        .flat_map(|power| [power, 2 * power, 5 * power]);
    steps
        .into_iter()
        .find(|step| *step as f64 * room >= needed)
        .unwrap_or(usize::MAX)
}

/// Widths that a title makes a narrower picture take, in pixels: the first in which a few lines of
/// it have room.
const TITLE_WIDTHS: [f64; 5] = [240.0, 320.0, 420.0, 530.0, 640.0];
/// Width of a column of a title, which is bold.
const TITLE_COLUMN: f64 = 8.5;
const TITLE_MARGINS: f64 = 28.0;
const TITLE_LINES: usize = 3;

/// The lines of a figure's title.
pub(super) fn title(figure: &Figure) -> Vec<String> {
    let lines = |width: f64| {
        let room = (width.max(figure.size.0) - TITLE_MARGINS) / TITLE_COLUMN;
        wrapped(&figure.title, room as usize, TITLE_LINES)
    };
    let is_whole = |lines: &Vec<String>| !lines.iter().any(|line| line.ends_with('…'));
    let [.., widest] = TITLE_WIDTHS;
    TITLE_WIDTHS
        .into_iter()
        .map(lines)
        .find(is_whole)
        .unwrap_or_else(|| lines(widest))
}

/// The width that a title needs.
pub(super) fn title_width(figure: &Figure) -> f64 {
    let longest = title(figure)
        .iter()
        .map(|line| columns(line))
        .max()
        .unwrap_or(0);
    TITLE_MARGINS + longest as f64 * TITLE_COLUMN
}

#[cfg(test)]
mod tests {
    use super::{columns, shorten, step, wrapped};

    #[test]
    fn chinese_letters_take_two_columns() {
        assert_eq!(
            (columns("loss"), columns("损失 a"), columns("e\u{301}")),
            (4, 6, 1)
        );
        assert_eq!(
            (
                shorten("损失函数", 8).as_str(),
                shorten("损失函数", 7).as_str()
            ),
            ("损失函数", "损失函…")
        );
        assert_eq!(shorten("validation", 5), "vali…");
        assert_eq!(
            (shorten("损失", 1).as_str(), shorten("ab", 0).as_str()),
            ("…", "…")
        );
    }

    #[test]
    fn lines_are_broken_where_people_break_them() {
        assert_eq!(
            wrapped("a long title of words", 9, 3),
            ["a long", "title of", "words"]
        );
        assert_eq!(
            wrapped("a long title of words", 9, 2),
            ["a long", "title of…"]
        );
        assert_eq!(
            wrapped("学习率太大，损失发散。", 12, 3),
            ["学习率太大，", "损失发散。"]
        );
        assert_eq!(
            wrapped("学习率太大，损失发散。", 10, 3),
            ["学习率太", "大，损失发", "散。"]
        );
        assert_eq!(wrapped("one\ntwo", 20, 3), ["one", "two"]);
        assert_eq!(wrapped("donaudampfschiff", 6, 3), ["donau…"]);
        assert_eq!(
            wrapped("第 3 轮的loss曲线", 8, 5),
            ["第 3 轮", "的loss曲", "线"]
        );
    }

    #[test]
    fn names_are_thinned_in_steps_that_people_count_in() {
        assert_eq!(
            [12.0, 6.0, 3.0, 1.2, 0.1].map(|room| step(room, 11.0)),
            [1, 2, 5, 10, 200]
        );
    }
}
