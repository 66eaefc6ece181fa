//! Boards of games.

use super::figure::{Axis, Figure, Layer, Mark, Stroke};
use super::palette::{self, GRID, INK};
use super::text;
use super::values::{Values, number};
use crate::display::say;
use crate::tensor::{Tensor, fail::fail};

/// A board, `[rows, columns]`: 1 is a cross, −1 (or 2) a ring, 0 empty. With `values`, of the same
/// shape, each empty square is the bluer the more it is worth and shows its number: probabilities
/// of moves, or how often a search went there.
///
/// Panics if the shapes do not fit, or if there is another number on the board.
///
/// ```
/// # use chainrule::prelude::*;
/// let board = tensor([[1, 0, -1], [0, 1, 0], [0, 0, -1]]);
/// let visits = tensor([[0, 12, 0], [3, 0, 85], [0, 0, 0]]);
/// plot::board(&board, Some(&visits))
/// # ;
/// ```
#[track_caller]
pub fn board(cells: &Tensor, values: Option<&Tensor>) -> Figure {
    let (rows, columns) = rows_and_columns(cells, values);
    let side = (420.0 / rows.max(columns) as f64).clamp(24.0, 84.0);
    let (wide, high) = (columns as f64, rows as f64);
    let mut figure = Figure::new("board", Axis::none((0.0, wide)), Axis::none((0.0, high)));
    figure.size = (wide * side + 24.0, high * side + 18.0);
    let values = values.map_or(Vec::new(), Values::numbers);
    let most = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let mut lines = Vec::new();
    for (i, cell) in cells.to_vec().into_iter().enumerate() {
        let (x, y) = (
            (i % columns) as f64 + 0.5,
            high - (i / columns) as f64 - 0.5,
        );
        if i % columns == 0 {
            lines.push(String::new());
        }
        let line = lines.last_mut().expect("a row has begun");
        if i % columns > 0 {
            line.push(' ');
        }
        match cell {
            1.0 => {
                figure.layers.extend(cross((x, y), side));
                line.push('X');
            }
            -1.0 | 2.0 => {
                figure.layers.extend(ring((x, y), side));
                line.push('O');
            }
            0.0 => {
                let value = values.get(i).filter(|value| **value != 0.0);
                if let Some(value) = value {
                    figure.layers.extend(worth(*value, most, (x, y), side));
                }
                line.push('.');
            }
            other => fail(
                &format!("board: {other} stands on the board"),
                &[("cells", cells)],
                "0 is empty, 1 the first player, -1 (or 2) the second",
            ),
        }
    }
    figure.layers.extend(edges(rows, columns));
    figure.summary = lines;
    figure.summary.extend(best_of(&values, columns));
    figure
}

/// How large the board is; the values must be those of its squares.
#[track_caller]
fn rows_and_columns(cells: &Tensor, values: Option<&Tensor>) -> (usize, usize) {
    let shape = cells.shape();
    let &[rows, columns] = shape else {
        let problem = format!("board: a board has the shape [rows, columns], not {shape:?}");
        let hint = "nine numbers in a row are .reshape(&[3, 3])";
        fail(&problem, &[("cells", cells)], hint)
    };
    if let Some(values) = values.filter(|values| values.shape() != shape) {
        let given = values.shape();
        let problem = format!("board: values of shape {given:?} for a board of shape {shape:?}");
        fail(&problem, &[("values", values)], "one value for each square");
    }
    (rows, columns)
}

/// The lines between the squares, and around all.
fn edges(rows: usize, columns: usize) -> Vec<Layer> {
    let (wide, high) = (columns as f64, rows as f64);
    let upright = (0..=columns).map(|c| vec![(c as f64, 0.0), (c as f64, high)]);
    let level = (0..=rows).map(|r| vec![(0.0, r as f64), (wide, r as f64)]);
    let line = |edge| Layer::Line(edge, Stroke::solid(GRID, 3.0));
    let frame = Layer::Frame([0.0, 0.0, wide, high], INK, 2.0);
    upright.chain(level).map(line).chain([frame]).collect()
}

/// The square that is worth most, in words.
fn best_of(values: &[f64], columns: usize) -> Option<String> {
    let (best, value) = values
        .iter()
        .enumerate()
        .max_by(|a, b| a.1.total_cmp(b.1))?;
    let (row, column) = (best / columns, best % columns);
    let value = number(*value, 3);
    Some(say(
        format!("best: row {row}, column {column} ({value})"),
        format!("最好的是第 {row} 行第 {column} 列（{value}）"),
    ))
}

fn cross((x, y): (f64, f64), side: f64) -> Vec<Layer> {
    let stroke = Stroke::solid(palette::colour(0), side * 0.11);
    let line = |up: f64| vec![(x - 0.27, y - 0.27 * up), (x + 0.27, y + 0.27 * up)];
    [-1.0, 1.0].map(|up| Layer::Line(line(up), stroke)).into()
}

fn ring(at: (f64, f64), side: f64) -> Vec<Layer> {
    [(palette::colour(1), 0.33), (palette::WHITE, 0.22)]
        .map(|(colour, size)| Layer::Marks(vec![at], Mark::dot(colour, size * side)))
        .into()
}

/// What a square is worth: the bluer, the more.
fn worth(value: f64, most: f64, (x, y): (f64, f64), side: f64) -> Vec<Layer> {
    // Not darker than the crosses, so that they can be told apart.
    let ground = palette::sequential(0.45 * (value / most).clamp(0.0, 1.0));
    let text = number(value, 3);
    let size = (side * 0.26)
        .min(15.0)
        .min((side - 4.0) / text::width(&text) * text::TEXT);
    vec![
        Layer::Box([x - 0.5, y - 0.5, x + 0.5, y + 0.5], ground),
        Layer::Text {
            at: (x, y),
            text,
            colour: palette::readable_on(ground),
            size,
        },
    ]
}
