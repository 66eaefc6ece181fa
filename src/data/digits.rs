//! Digits drawn with a pen that is never twice the same.
//!
//! A digit is a few strokes, each a smooth curve through points that shake a little. The whole is
//! slanted, turned, stretched and moved, and drawn with a pen of random width: the grey value of a
//! pixel depends on its distance to the nearest stroke.

use super::{Dataset, dataset::equally_often, planar::at_least};
use crate::Float;
use crate::tensor::{Tensor, random};

const SIDE: usize = 28;
const PIXELS: usize = SIDE * SIDE;

/// Points of a stroke in a unit square, x to the right and y down. A point given twice is a corner.
type Stroke = &'static [(f32, f32)];
type Glyph = &'static [Stroke];

/// The ways people write each digit.
#[rustfmt::skip] // each stroke in one piece
const GLYPHS: [&[Glyph]; 10] = [
    &[
        &[&[(0.52, 0.04), (0.27, 0.2), (0.18, 0.5), (0.27, 0.82), (0.5, 0.96), (0.74, 0.8),
            (0.82, 0.5), (0.73, 0.18), (0.48, 0.05)]],
        &[&[(0.66, 0.1), (0.42, 0.06), (0.24, 0.28), (0.2, 0.6), (0.36, 0.93), (0.62, 0.9),
            (0.8, 0.58), (0.74, 0.22), (0.55, 0.08)]],
    ],
    &[
        &[&[(0.5, 0.04), (0.5, 0.96)]],
        &[&[(0.3, 0.26), (0.53, 0.05), (0.53, 0.05), (0.53, 0.96)]],
        &[&[(0.33, 0.22), (0.52, 0.05), (0.52, 0.05), (0.52, 0.94)], &[(0.3, 0.95), (0.74, 0.95)]],
    ],
    &[
        &[&[(0.2, 0.26), (0.31, 0.08), (0.55, 0.04), (0.75, 0.17), (0.72, 0.4), (0.5, 0.65),
            (0.2, 0.93), (0.2, 0.93), (0.82, 0.92)]],
        &[&[(0.22, 0.2), (0.45, 0.04), (0.7, 0.12), (0.72, 0.35), (0.52, 0.66), (0.28, 0.92),
            (0.2, 0.8), (0.36, 0.73), (0.6, 0.9), (0.85, 0.88)]],
    ],
    &[
        &[&[(0.22, 0.15), (0.45, 0.04), (0.72, 0.15), (0.7, 0.36), (0.42, 0.46), (0.42, 0.46),
            (0.74, 0.57), (0.78, 0.8), (0.5, 0.96), (0.2, 0.84)]],
        &[&[(0.22, 0.06), (0.75, 0.06), (0.75, 0.06), (0.45, 0.4), (0.45, 0.4), (0.75, 0.54),
            (0.77, 0.8), (0.5, 0.96), (0.2, 0.86)]],
    ],
    &[
        &[&[(0.3, 0.06), (0.18, 0.55), (0.18, 0.55), (0.84, 0.53)], &[(0.68, 0.12), (0.63, 0.96)]],
        &[&[(0.64, 0.96), (0.64, 0.05), (0.64, 0.05), (0.16, 0.66), (0.16, 0.66), (0.85, 0.66)]],
        &[&[(0.26, 0.08), (0.22, 0.38), (0.4, 0.5), (0.7, 0.42)], &[(0.74, 0.06), (0.7, 0.5),
            (0.66, 0.96)]],
    ],
    &[
        &[&[(0.76, 0.06), (0.3, 0.06), (0.3, 0.06), (0.26, 0.46), (0.26, 0.46), (0.5, 0.37),
            (0.77, 0.52), (0.75, 0.8), (0.48, 0.96), (0.2, 0.86)]],
        &[
            &[(0.34, 0.1), (0.26, 0.44), (0.5, 0.4), (0.74, 0.56), (0.7, 0.84), (0.44, 0.96),
              (0.2, 0.9)],
            &[(0.33, 0.09), (0.8, 0.06)],
        ],
    ],
    &[
        &[&[(0.68, 0.05), (0.4, 0.24), (0.22, 0.6), (0.32, 0.88), (0.55, 0.95), (0.76, 0.78),
            (0.7, 0.57), (0.48, 0.51), (0.26, 0.68)]],
        &[&[(0.45, 0.04), (0.28, 0.4), (0.25, 0.75), (0.45, 0.96), (0.7, 0.86), (0.72, 0.64),
            (0.5, 0.54), (0.28, 0.7)]],
    ],
    &[
        &[&[(0.18, 0.08), (0.82, 0.08), (0.82, 0.08), (0.42, 0.96)]],
        &[&[(0.18, 0.1), (0.8, 0.08), (0.8, 0.08), (0.56, 0.5), (0.46, 0.96)], &[(0.34, 0.52),
            (0.74, 0.5)]],
        &[&[(0.2, 0.2), (0.24, 0.08), (0.24, 0.08), (0.8, 0.1), (0.8, 0.1), (0.6, 0.45),
            (0.52, 0.95)]],
    ],
    &[
        &[&[(0.7, 0.17), (0.5, 0.05), (0.28, 0.17), (0.35, 0.38), (0.65, 0.58), (0.75, 0.8),
            (0.5, 0.96), (0.25, 0.8), (0.36, 0.58), (0.64, 0.4), (0.72, 0.17)]],
        &[
            &[(0.5, 0.47), (0.3, 0.36), (0.32, 0.12), (0.5, 0.04), (0.68, 0.12), (0.7, 0.36),
              (0.5, 0.47)],
            &[(0.5, 0.47), (0.26, 0.6), (0.26, 0.86), (0.5, 0.96), (0.74, 0.86), (0.74, 0.6),
              (0.5, 0.47)],
        ],
    ],
    &[
        &[&[(0.74, 0.26), (0.52, 0.05), (0.27, 0.2), (0.3, 0.44), (0.52, 0.52), (0.74, 0.26),
            (0.74, 0.26), (0.72, 0.6), (0.64, 0.96)]],
        &[&[(0.72, 0.2), (0.5, 0.05), (0.28, 0.22), (0.34, 0.46), (0.6, 0.46), (0.74, 0.2),
            (0.76, 0.55), (0.66, 0.88), (0.46, 0.96), (0.26, 0.88)]],
    ],
];

/// `n` pictures of handwritten-looking digits: `x` is `[n, 784]`, 28×28 pixels row by row from 0
/// (paper) to 1 (ink), `y` is the digit, `[n]`. Every digit is there equally often, in random
/// order.
///
/// They are synthetic: drawn from strokes, turned, slanted, with pens of different widths and some
/// noise. They have the shape of MNIST and are used like it, but a result on them says nothing
/// about MNIST, which people wrote.
///
/// Panics if `n` is 0.
///
/// ```
/// # use chainrule::prelude::*;
/// let digits = data::digits(100);
/// plot::image_grid(&digits.x, &digits.y, None)
/// # ;
/// ```
#[track_caller]
pub fn digits(n: usize) -> Dataset {
    at_least("digits", n, 1, "digits");
    let labels = equally_often(n, 10);
    // All noise at once: one number for every pixel is most of the work.
    let mut pixels = Tensor::randn(&[n, PIXELS]).to_vec();
    for (picture, label) in pixels.chunks_exact_mut(PIXELS).zip(&labels) {
        let strokes = write(*label);
        let mut ink = [0.0; PIXELS];
        let width = 1.15 + 0.28 * normal();
        for stroke in &strokes {
            draw(stroke, width.clamp(0.65, 2.0), &mut ink);
        }
        let pressure = 1.0 - 0.25 * uniform();
        for (pixel, ink) in picture.iter_mut().zip(ink) {
            *pixel = (ink as Float * pressure as Float + NOISE * *pixel).clamp(0.0, 1.0);
        }
    }
    Dataset::of_classes(
        pixels,
        &labels,
        &["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"],
    )
}

/// Standard deviation of the noise on a pixel.
const NOISE: Float = 0.05;

type Path = Vec<(f32, f32)>;

/// The strokes of one digit in pixels, written once by one hand.
fn write(digit: usize) -> Vec<Path> {
    let styles = GLYPHS[digit];
    let glyph = styles[random::index(styles.len())];
    let angle = 0.14 * normal();
    let slant = 0.18 * normal() - 0.08;
    let (wide, high) = (
        17.5 * (1.0 + 0.13 * normal()),
        20.0 * (1.0 + 0.07 * normal()),
    );
    let (right, down) = (14.0 + normal(), 14.0 + normal());
    let (sin, cos) = angle.sin_cos();
    let place = |(x, y): (f32, f32)| {
        let (x, y) = (wide * (x - 0.5), high * (y - 0.5));
        let x = x - slant * y;
        (right + cos * x - sin * y, down + sin * x + cos * y)
    };
    glyph
        .iter()
        .map(|stroke| smooth(&shake(stroke)).into_iter().map(place).collect())
        .collect()
}

/// Moves every point a little; a corner stays one point.
fn shake(stroke: Stroke) -> Path {
    let mut shaken: Path = Vec::with_capacity(stroke.len());
    for (i, (x, y)) in stroke.iter().enumerate() {
        let point = match shaken.last() {
            Some(last) if stroke[i] == stroke[i - 1] => *last,
            _ => (x + 0.026 * normal(), y + 0.026 * normal()),
        };
        shaken.push(point);
    }
    shaken
}

/// A Catmull–Rom spline through the points, as short straight pieces. A doubled point makes it turn
/// sharply.
fn smooth(points: &[(f32, f32)]) -> Path {
    const PIECES: usize = 5;
    let mut path = vec![points[0]];
    for i in 1..points.len() {
        let (b, c) = (points[i - 1], points[i]);
        // Tangents at a corner would look past it.
        let a = if i >= 2 && points[i - 2] != b {
            points[i - 2]
        } else {
            b
        };
        let d = if i + 1 < points.len() && points[i + 1] != c {
            points[i + 1]
        } else {
            c
        };
        if b == c {
            continue;
        }
        let at = |a: f32, b: f32, c: f32, d: f32, t: f32| {
            b + 0.5
                * t
                * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
        };
        path.extend((1..=PIECES).map(|piece| {
            let t = piece as f32 / PIECES as f32;
            (at(a.0, b.0, c.0, d.0, t), at(a.1, b.1, c.1, d.1, t))
        }));
    }
    path
}

/// Inks the pixels near the path: full within the pen's radius, none a pixel further out.
fn draw(path: &[(f32, f32)], radius: f32, ink: &mut [f32; PIXELS]) {
    let reach = radius + 0.6;
    for piece in path.windows(2) {
        let ((ax, ay), (bx, by)) = (piece[0], piece[1]);
        let (dx, dy) = (bx - ax, by - ay);
        let length = (dx * dx + dy * dy).max(1e-6);
        let pixels = |low: f32, high: f32| {
            let clamp = |value: f32| value.clamp(0.0, SIDE as f32) as usize;
            clamp(low - reach)..clamp(high + reach + 1.0)
        };
        for row in pixels(ay.min(by), ay.max(by)) {
            for column in pixels(ax.min(bx), ax.max(bx)) {
                let (px, py) = (column as f32 + 0.5 - ax, row as f32 + 0.5 - ay);
                let along = ((px * dx + py * dy) / length).clamp(0.0, 1.0);
                let (ex, ey) = (px - along * dx, py - along * dy);
                let grey = reach - (ex * ex + ey * ey).sqrt();
                let pixel = &mut ink[row * SIDE + column];
                *pixel = pixel.max((grey / 1.2).min(1.0));
            }
        }
    }
}

fn uniform() -> f32 {
    random::uniform() as f32
}

fn normal() -> f32 {
    random::normal() as f32
}
