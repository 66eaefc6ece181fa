//! Pictures in rows: where each of them stands, with its frame and its title.

use super::figure::{Axis, Figure, Layer};
use super::text::shorten;

/// Pixels of the page between two pictures, and for a title below one.
const GAP: f64 = 8.0;
const TITLE: f64 = 18.0;

/// Whether the figure is made of pictures that [`arrange`] can put elsewhere.
pub(super) fn is_grid(figure: &Figure) -> bool {
    ["images", "filters", "saliency", "mistakes"].contains(&figure.kind)
}

/// Puts the pictures of a figure into rows of `columns`, each with its frame and the title below
/// it.
pub(super) fn arrange(figure: &mut Figure, columns: usize) {
    let shapes = figure.layers.iter().filter_map(|layer| match layer {
        Layer::Image { area, .. } => Some((area[3] - area[1]) / (area[2] - area[0])),
        _ => None,
    });
    let shapes: Vec<f64> = shapes.collect();
    let columns = columns.clamp(1, shapes.len().max(1));
    let has_titles = (figure.layers.iter()).any(|layer| matches!(layer, Layer::Text { .. }));
    let side = (600.0 / columns as f64 - GAP).clamp(4.0, 84.0);
    let tall = side * shapes.first().copied().unwrap_or(1.0);
    let pitch = tall + GAP + if has_titles { TITLE } else { 0.0 };
    // One unit of the axes is one pixel of the page; y grows upwards.
    let wide = (side + GAP) * columns as f64 + GAP;
    let high = pitch * shapes.len().div_ceil(columns) as f64 + GAP;
    (figure.x, figure.y) = (Axis::none((0.0, wide)), Axis::none((0.0, high)));
    figure.size = (wide + 24.0, high + 18.0);
    let (mut next, mut place) = (0, [0.0; 4]);
    for layer in &mut figure.layers {
        match layer {
            Layer::Image { area, .. } => {
                let left = GAP + (next % columns) as f64 * (side + GAP);
                let top = high - GAP - (next / columns) as f64 * pitch;
                (next, place) = (next + 1, [left, top - tall, left + side, top]);
                *area = place;
            }
            Layer::Frame(area, ..) => *area = place,
            Layer::Text { at, text, .. } => {
                *at = (place[0] + side / 2.0, place[1] - TITLE / 2.0 - 1.0);
                *text = shorten(text, ((side + GAP) / 6.4) as usize);
            }
            _ => {}
        }
    }
}
