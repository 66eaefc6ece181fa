//! Pictures that are computed: shapes, textures; and ways to change pictures a little.

use super::{Dataset, dataset::equally_often, planar::at_least};
use crate::Float;
use crate::tensor::{Tensor, fail::fail, random};
use std::ops::Range;

const SIDE: usize = 28;

/// `n` pictures of a circle, a square, a triangle or a cross, of any size, place and direction: `x`
/// is `[n, 784]`, 28×28 pixels from 0 to 1, `y` the kind.
///
/// Panics if `n` is 0.
///
/// ```
/// # use chainrule::prelude::*;
/// let shapes = data::shapes(20);
/// plot::image_grid(&shapes.x, &shapes.y, None)
/// # ;
/// ```
#[track_caller]
pub fn shapes(n: usize) -> Dataset {
    pictures(
        "shapes",
        n,
        &["circle", "square", "triangle", "cross"],
        |kind| {
            let radius = 6.0 + 5.0 * uniform();
            let place = |_| 14.0 + (13.0 - radius) * (2.0 * uniform() - 1.0);
            let (right, down) = (place(0), place(1));
            let (sin, cos) = (std::f32::consts::TAU * uniform()).sin_cos();
            let (is_filled, pen) = (uniform() < 0.5, 1.2 + 0.8 * uniform());
            Box::new(move |x: f32, y: f32| {
                let (dx, dy) = (x - right, y - down);
                let (x, y) = (cos * dx + sin * dy, cos * dy - sin * dx);
                // How far the point is outside (or, below 0, inside) of the outline.
                let outside = match kind {
                    0 => x.hypot(y) - radius,
                    1 => x.abs().max(y.abs()) - 0.8 * radius,
                    2 => (y - 0.5 * radius).max(0.866 * x.abs() - 0.5 * y - 0.5 * radius),
                    _ => {
                        let bar = |a: f32, b: f32| (a.abs() - radius).max(b.abs() - 0.28 * radius);
                        bar(x, y).min(bar(y, x))
                    }
                };
                let from_pen = if is_filled {
                    outside
                } else {
                    (outside + pen / 2.0).abs() - pen / 2.0
                };
                (0.5 - from_pen).clamp(0.0, 1.0)
            })
        },
    )
}

/// `n` patches of stripes, checks, dots or clouds, of any scale and direction: `x` is `[n, 784]`,
/// 28×28 pixels from 0 to 1, `y` the kind. No pixel alone tells them apart: a problem for
/// convolutions.
///
/// Panics if `n` is 0.
///
/// ```
/// # use chainrule::prelude::*;
/// let textures = data::textures(20);
/// plot::images(&textures.x, &[])
/// # ;
/// ```
#[track_caller]
pub fn textures(n: usize) -> Dataset {
    pictures(
        "textures",
        n,
        &["stripes", "checks", "dots", "clouds"],
        |kind| {
            let turn = std::f32::consts::TAU;
            let (sin, cos) = (turn * uniform()).sin_cos();
            let (period, a, b) = (5.0 + 4.0 * uniform(), turn * uniform(), turn * uniform());
            // Clouds are waves in many directions.
            let waves: Vec<(f32, f32, f32)> = (0..9)
                .map(|_| (turn * uniform(), 0.2 + 0.5 * uniform(), turn * uniform()))
                .map(|(direction, speed, phase)| {
                    (speed * direction.cos(), speed * direction.sin(), phase)
                })
                .collect();
            Box::new(move |x: f32, y: f32| {
                let (u, v) = (
                    turn * (cos * x + sin * y) / period + a,
                    turn * (cos * y - sin * x) / period + b,
                );
                let soft = |value: f32| 0.5 + 0.5 * (3.0 * value).tanh();
                match kind {
                    0 => soft(u.sin()),
                    1 => soft(2.0 * u.sin() * v.sin()),
                    2 => soft(u.sin() + v.sin() - 0.9),
                    _ => soft(
                        0.3 * waves
                            .iter()
                            .map(|(dx, dy, phase)| (dx * x + dy * y + phase).sin())
                            .sum::<f32>(),
                    ),
                }
            })
        },
    )
}

/// The darkness of a picture at a point.
type Ink = Box<dyn Fn(f32, f32) -> f32>;

#[track_caller]
fn pictures(generator: &str, n: usize, classes: &[&str], draw: impl Fn(usize) -> Ink) -> Dataset {
    at_least(generator, n, 1, "pictures");
    let labels = equally_often(n, classes.len());
    let mut x = Vec::with_capacity(n * SIDE * SIDE);
    for label in &labels {
        let (ink, pressure) = (draw(*label), 0.7 + 0.3 * uniform());
        for i in 0..SIDE * SIDE {
            let value = pressure * ink((i % SIDE) as f32 + 0.5, (i / SIDE) as f32 + 0.5);
            x.push((value as Float + 0.05 * random::normal()).clamp(0.0, 1.0));
        }
    }
    Dataset::of_classes(x, &labels, classes)
}

/// More examples from those that there are: each changed a little, so that it is new and still what
/// it was.
///
/// ```
/// # use chainrule::prelude::*;
/// let digits = data::digits(10);
/// let changed = digits.shifted(2).rotated(15.0).noisy(0.1);
/// let more = digits.join(&changed);
/// assert_eq!(more.len(), 20);
/// ```
impl Dataset {
    /// Moves each picture by up to `pixels` in both directions; what comes in from outside is 0.
    /// Pictures are `[n, side × side]`, `[n, height, width]` or `[n, channels, height, width]`.
    ///
    /// Panics if `x` has another shape.
    #[track_caller]
    pub fn shifted(&self, pixels: usize) -> Dataset {
        let shape = self.picture_shape("shifted");
        let &[_, channels, height, width] = shape.as_slice() else {
            unreachable!("four axes")
        };
        let any = || random::index(2 * pixels + 1) as isize - pixels as isize;
        let old = self.x.to_vec();
        let mut new = vec![0.0; old.len()];
        let size = (channels * height * width).max(1);
        for (old, new) in old.chunks(size).zip(new.chunks_mut(size)) {
            let (right, down) = (any(), any());
            let (columns, rows) = (inside(width, right), inside(height, down));
            if columns.is_empty() {
                continue;
            }
            // Rows of all channels, one under the other.
            for row in (0..channels)
                .flat_map(|channel| rows.clone().map(move |row| channel * height + row))
            {
                let from = (row as isize - down) as usize * width;
                let from =
                    &old[from + (columns.start as isize - right) as usize..][..columns.len()];
                new[row * width..][columns.clone()].copy_from_slice(from);
            }
        }
        Dataset {
            x: Tensor::from_vec(new, self.x.shape()),
            ..self.clone()
        }
    }

    /// Turns each picture about its middle by up to `degrees` to either side. Shapes as for
    /// [`shifted`](Dataset::shifted).
    ///
    /// Panics if `x` has another shape.
    #[track_caller]
    pub fn rotated(&self, degrees: Float) -> Dataset {
        let &[.., height, width] = self.picture_shape("rotated").as_slice() else {
            unreachable!("two axes at least")
        };
        let (across, down) = ((width as f32 - 1.0) / 2.0, (height as f32 - 1.0) / 2.0);
        self.moved("rotated", &|| {
            let (sin, cos) =
                ((degrees as f64).to_radians() as f32 * (2.0 * uniform() - 1.0)).sin_cos();
            Box::new(move |x, y| {
                let (x, y) = (x - across, y - down);
                (across + cos * x + sin * y, down - sin * x + cos * y)
            })
        })
    }

    /// Adds normal noise with this standard deviation to all inputs.
    pub fn noisy(&self, deviation: Float) -> Dataset {
        Dataset {
            x: &self.x + Tensor::randn(self.x.shape()) * deviation,
            ..self.clone()
        }
    }

    /// Channels of all pictures, height and width.
    #[track_caller]
    fn picture_shape(&self, operation: &str) -> Vec<usize> {
        match *self.x.shape() {
            [n, channels, height, width] => vec![n, channels, height, width],
            [n, height, width] => vec![n, 1, height, width],
            [n, pixels] if pixels.isqrt().pow(2) == pixels => {
                vec![n, 1, pixels.isqrt(), pixels.isqrt()]
            }
            _ => fail(
                &format!(
                    "{operation}: x of shape {:?} is no set of pictures",
                    self.x.shape()
                ),
                &[("x", &self.x)],
                "[n, side × side], [n, height, width] or [n, channels, height, width]",
            ),
        }
    }

    /// Each picture with its pixels taken from elsewhere, between the pixels there (bilinear).
    #[track_caller]
    fn moved(
        &self,
        operation: &str,
        draw: &dyn Fn() -> Box<dyn Fn(f32, f32) -> (f32, f32)>,
    ) -> Dataset {
        let shape = self.picture_shape(operation);
        let &[_, channels, height, width] = shape.as_slice() else {
            unreachable!("four axes")
        };
        let old = self.x.to_vec();
        let mut new = Vec::with_capacity(old.len());
        for picture in old.chunks(channels * height * width) {
            let from = draw();
            for channel in picture.chunks(height * width) {
                let pixel = |row: isize, column: isize| {
                    let is_inside =
                        row >= 0 && column >= 0 && row < height as isize && column < width as isize;
                    if is_inside {
                        channel[row as usize * width + column as usize]
                    } else {
                        0.0
                    }
                };
                for i in 0..height * width {
                    let (x, y) = from((i % width) as f32, (i / width) as f32);
                    let (column, row) = (x.floor(), y.floor());
                    let (tx, ty) = ((x - column) as Float, (y - row) as Float);
                    let (c, r) = (column as isize, row as isize);
                    let above = pixel(r, c) * (1.0 - tx) + pixel(r, c + 1) * tx;
                    let below = pixel(r + 1, c) * (1.0 - tx) + pixel(r + 1, c + 1) * tx;
                    new.push(above * (1.0 - ty) + below * ty);
                }
            }
        }
        Dataset {
            x: Tensor::from_vec(new, self.x.shape()),
            ..self.clone()
        }
    }
}

/// The places of `size` that hold what was there before everything moved by `by`.
fn inside(size: usize, by: isize) -> Range<usize> {
    let far = by.unsigned_abs().min(size);
    if by < 0 { 0..size - far } else { far..size }
}

fn uniform() -> f32 {
    random::uniform() as f32
}
