//! What windows see as they go over images: laid out as columns for a matrix product, or the largest value of each.

use super::loops::rows;
use crate::Float;
use crate::tensor::Array;
use crate::tensor::shape::{array, slice};
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
    /// Within one plane: calls `visit(column, pixel, inside)` for each row of windows and each value within the window: the
    /// places `inside` see pixels `pixel + place · stride` and write from `column` on; the others see the padding.
    #[inline(always)]
    fn rows(&self, mut visit: impl FnMut(usize, isize, Range<usize>)) {
        let ([height, width], [rows, columns], [step_y, step_x]) = (self.image, self.places, self.stride);
        let mut column = 0;
        for (dy, dx) in (0..self.size[0]).flat_map(|dy| (0..self.size[1]).map(move |dx| (dy, dx))) {
            let first = self.padding[1].saturating_sub(dx).div_ceil(step_x);
            let end = columns.min((width + self.padding[1]).saturating_sub(dx).div_ceil(step_x));
            for row in 0..rows {
                let y = row * step_y + dy;
                if (self.padding[0]..height + self.padding[0]).contains(&y) && first < end {
                    let start = (y - self.padding[0]) * width + dx;
                    visit(column, start as isize - self.padding[1] as isize, first..end);
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
                if step == 1 {
                    out.copy_from_slice(&image[..out.len()]);
                } else {
                    out.iter_mut().zip(image.iter().step_by(step)).for_each(|(out, image)| *out = *image);
                }
            });
        });
        array(out, shape)
    }

    /// The opposite: what a pixel gave to several windows is added up.
    pub fn fold(&self, columns: &Array, shape: &[usize]) -> Array {
        let (columns, mut out): (_, Vec<Float>) = (slice(columns), vec![0.0; shape.iter().product()]);
        let [pixels, window, places] = self.areas();
        rows(&mut out, pixels, window, |plane, image| {
            let columns = &columns[plane * window * places..][..window * places];
            self.rows(|column, pixel, inside| {
                let (columns, step) = (&columns[column..][inside.clone()], self.stride[1]);
                let image = &mut image[(pixel + (inside.start * step) as isize) as usize..];
                image.iter_mut().step_by(step).zip(columns).for_each(|(image, column)| *image += column);
            });
        });
        array(out, shape)
    }

    /// How many pixels a plane has, how many a window, and how many places there are.
    fn areas(&self) -> [usize; 3] {
        [self.image, self.size, self.places].map(|[y, x]| y * x)
    }

    /// The largest value of each window, without padding.
    pub fn largest(&self, images: &Array, shape: &[usize]) -> Array {
        let images = slice(images);
        let mut out = vec![0.0; shape.iter().product()];
        let [_, window, places] = self.areas();
        rows(&mut out, places, window, |plane, out| {
            for (place, out) in out.iter_mut().enumerate() {
                *out = self
                    .window(plane, place)
                    .map(|pixel| images[pixel])
                    .reduce(|a, b| if a >= b || a.is_nan() { a } else { b })
                    .unwrap_or(Float::NAN);
            }
        });
        array(out, shape)
    }

    /// Back to the pixels that were the largest.
    pub fn share(&self, g: &Array, images: &Array, largest: &Array) -> Array {
        let (g, values, largest) = (slice(g), slice(images), slice(largest));
        let mut out = vec![0.0; values.len()];
        let [pixels, _, places] = self.areas();
        rows(&mut out, pixels, 4, |plane, out| {
            for place in 0..places {
                let (g, largest) = (g[plane * places + place], largest[plane * places + place]);
                let is_largest = |pixel: usize| Float::from(u8::from(values[pixel] == largest));
                let ties: Float = self.window(plane, place).map(is_largest).sum();
                self.window(plane, place).for_each(|pixel| out[pixel - plane * pixels] += g / ties * is_largest(pixel));
            }
        });
        array(out, images.shape())
    }

    /// The pixels that a window sees, for windows without padding.
    #[inline(always)]
    fn window(&self, plane: usize, place: usize) -> impl Iterator<Item = usize> {
        let ([height, width], [size_y, size_x]) = (self.image, self.size);
        let (row, column) = (place / self.places[1] * self.stride[0], place % self.places[1] * self.stride[1]);
        let first = (plane * height + row) * width + column;
        (0..size_y).flat_map(move |dy| first + dy * width..first + dy * width + size_x)
    }
}
