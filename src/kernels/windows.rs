//! What windows see as they go over images: laid out as columns for a matrix product, or the
//! largest value of each.

use super::array::{Array, array, slice};
use super::loops::rows;
use crate::Float;
use std::ops::Range;

/// Where a window goes over an image: sizes along y and x.
#[derive(Clone, Copy)]
pub(crate) struct Windows {
    pub image: [usize; 2],
    pub size: [usize; 2],
    pub stride: [usize; 2],
    pub padding: [usize; 2],
    /// How many places there are.
    pub places: [usize; 2],
}

impl Windows {
    /// Within one plane: calls `visit(column, pixel, inside)` for each row of windows and each
    /// value within the window: the places `inside` see pixels `pixel + place · stride` and write
    /// from `column` on; the others see the padding.
    #[inline(always)]
    fn rows(&self, mut visit: impl FnMut(usize, isize, Range<usize>)) {
        let ([height, width], [rows, columns], [step_y, step_x]) =
            (self.image, self.places, self.stride);
        let mut column = 0;
        for (dy, dx) in (0..self.size[0]).flat_map(|dy| (0..self.size[1]).map(move |dx| (dy, dx))) {
            let first = self.padding[1].saturating_sub(dx).div_ceil(step_x);
            let end = columns.min(
                (width + self.padding[1])
                    .saturating_sub(dx)
                    .div_ceil(step_x),
            );
            for row in 0..rows {
                let y = row * step_y + dy;
                if (self.padding[0]..height + self.padding[0]).contains(&y) && first < end {
                    let start = (y - self.padding[0]) * width + dx;
                    visit(
                        column,
                        start as isize - self.padding[1] as isize,
                        first..end,
                    );
                }
                column += columns;
            }
        }
    }

    pub fn unfold(&self, images: &Array, shape: &[usize]) -> Array {
        let (images, mut out) = (slice(images), vec![0.0; shape.iter().product()]);
        let [pixels, window, places] = self.areas();
        rows(&mut out, window * places, 1, |plane, out| {
            let image = &images[plane * pixels..][..pixels];
            self.rows(|column, pixel, inside| {
                let (out, step) = (&mut out[column..][inside.clone()], self.stride[1]);
                let image = &image[(pixel + (inside.start * step) as isize) as usize..];
                match step {
                    1 => out.copy_from_slice(&image[..out.len()]),
                    _ => out
                        .iter_mut()
                        .zip(image.iter().step_by(step))
                        .for_each(|(out, image)| *out = *image),
                }
            });
        });
        array(out, shape)
    }

    /// The opposite: what a pixel gave to several windows is added up.
    pub fn fold(&self, columns: &Array, shape: &[usize]) -> Array {
        let (columns, mut out): (_, Vec<Float>) =
            (slice(columns), vec![0.0; shape.iter().product()]);
        let [pixels, window, places] = self.areas();
        rows(&mut out, pixels, window, |plane, image| {
            let columns = &columns[plane * window * places..][..window * places];
            self.rows(|column, pixel, inside| {
                let (columns, step) = (&columns[column..][inside.clone()], self.stride[1]);
                let image = &mut image[(pixel + (inside.start * step) as isize) as usize..];
                let add = |(image, column): (&mut Float, &Float)| *image += column;
                match step {
                    1 => image.iter_mut().zip(columns).for_each(add),
                    _ => image.iter_mut().step_by(step).zip(columns).for_each(add),
                }
            });
        });
        array(out, shape)
    }

    /// How many pixels a plane has, how many a window, and how many places there are.
    fn areas(&self) -> [usize; 3] {
        [self.image, self.size, self.places].map(|[y, x]| y * x)
    }

    /// The largest value of each window, without padding. A NaN is the largest.
    pub fn largest(&self, images: &Array, shape: &[usize]) -> Array {
        let (images, mut out) = (
            slice(images),
            vec![Float::NEG_INFINITY; shape.iter().product()],
        );
        let ([width, columns], [pixels, window, places]) =
            ([self.image[1], self.places[1]], self.areas());
        let larger = |best: Float, value: Float| {
            if best >= value || best.is_nan() {
                best
            } else {
                value
            }
        };
        rows(&mut out, places, window, |plane, out| {
            let image = &images[plane * pixels..][..pixels];
            for (row, out) in out.chunks_exact_mut(columns).enumerate() {
                for dy in 0..self.size[0] {
                    let image = &image[(row * self.stride[0] + dy) * width..][..width];
                    let (size, step) = (self.size[1], self.stride[1]);
                    // The usual size in a form that is vectorised.
                    if (size, step) == (2, 2) {
                        let pairs = out.iter_mut().zip(image.as_chunks().0);
                        pairs.for_each(|(out, [a, b])| *out = larger(larger(*out, *a), *b));
                    } else {
                        let windows = out.iter_mut().zip(image.windows(size).step_by(step));
                        windows.for_each(|(out, window)| {
                            *out = window.iter().copied().fold(*out, larger)
                        });
                    }
                }
            }
        });
        array(out, shape)
    }

    /// Back to the first pixel of each window that was the largest.
    pub fn give(&self, g: &Array, images: &Array, largest: &Array) -> Array {
        let (g, values, largest) = (slice(g), slice(images), slice(largest));
        let mut out = vec![0.0; images.len()];
        let ([width, columns], [pixels, window, places]) =
            ([self.image[1], self.places[1]], self.areas());
        let give = |out: &mut Float, pixel: Float, left: &mut Float, largest: Float| {
            *out += if pixel < largest { 0.0 } else { *left };
            *left = if pixel < largest { *left } else { 0.0 };
        };
        rows(&mut out, pixels, window, |plane, out| {
            let image = &values[plane * pixels..][..pixels];
            let (mut left, largest) = (
                g[plane * places..][..places].to_vec(),
                &largest[plane * places..][..places],
            );
            for (row, (left, largest)) in left
                .chunks_mut(columns)
                .zip(largest.chunks(columns))
                .enumerate()
            {
                for at in (0..self.size[0]).map(|dy| (row * self.stride[0] + dy) * width) {
                    let (image, out) = (&image[at..][..width], &mut out[at..][..width]);
                    let places = left.iter_mut().zip(largest);
                    let (size, step) = (self.size[1], self.stride[1]);
                    if (size, step) == (2, 2) {
                        let pairs = out
                            .as_chunks_mut::<2>()
                            .0
                            .iter_mut()
                            .zip(image.as_chunks::<2>().0);
                        for ((out, image), (left, largest)) in pairs.zip(places) {
                            (0..2).for_each(|x| give(&mut out[x], image[x], left, *largest));
                        }
                    } else {
                        for (place, (left, largest)) in places.enumerate() {
                            let pixels = place * step..place * step + size;
                            pixels.for_each(|x| give(&mut out[x], image[x], left, *largest));
                        }
                    }
                }
            }
        });
        array(out, images.shape())
    }
}
