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

    /// The largest value of each window, without padding. A NaN is the largest.
    pub fn largest(&self, images: &Array, shape: &[usize]) -> Array {
        let (images, mut out) = (slice(images), vec![Float::NEG_INFINITY; shape.iter().product()]);
        let [pixels, window, places] = self.areas();
        rows(&mut out, places, window, |plane, out| {
            let image = &images[plane * pixels..][..pixels];
            self.seen(|place, pixel| {
                let (best, value) = (out[place], image[pixel]);
                out[place] = if best >= value || best.is_nan() { best } else { value };
            });
        });
        array(out, shape)
    }

    /// Back to the pixels that were the largest; of several in a window, each gets the same.
    pub fn share(&self, g: &Array, images: &Array, largest: &Array) -> Array {
        let (g, images_in_order, largest) = (slice(g), slice(images), slice(largest));
        let mut out = vec![0.0; images.len()];
        let [pixels, window, places] = self.areas();
        rows(&mut out, pixels, window, |plane, out| {
            let image = &images_in_order[plane * pixels..][..pixels];
            let (g, largest) = (&g[plane * places..][..places], &largest[plane * places..][..places]);
            let is_largest = |place: usize, pixel: usize| Float::from(u8::from(image[pixel] == largest[place]));
            let mut ties = vec![0.0; places];
            self.seen(|place, pixel| ties[place] += is_largest(place, pixel));
            ties.iter_mut().zip(g).for_each(|(ties, g)| *ties = g / *ties);
            self.seen(|place, pixel| out[pixel] += ties[place] * is_largest(place, pixel));
        });
        array(out, images.shape())
    }

    /// Calls `visit` with each place and each pixel that is seen from there, in one plane, without padding.
    #[inline(always)]
    fn seen(&self, mut visit: impl FnMut(usize, usize)) {
        let (step, places) = (self.stride[1], self.places[0] * self.places[1]);
        self.rows(|column, pixel, inside| {
            inside.for_each(|place| visit(column % places + place, pixel as usize + place * step));
        });
    }
}
