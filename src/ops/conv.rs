//! Convolution and pooling. One operation, [`unfold`](Tensor::unfold), lays out what each window sees as a column; the
//! rest is a matrix product, a maximum or a mean of columns, with the derivatives that those have.
//!
//! Images have the shape `[n, channels, height, width]`, as in PyTorch.

use crate::Float;
use crate::autograd::{op, wrt};
use crate::tensor::fail::fail;
use crate::tensor::shape::{array, slice};
use crate::tensor::{Array, Tensor};
use std::ops::Range;

/// Where a window goes over an image: sizes along y and x.
#[derive(Clone, Copy)]
struct Windows {
    planes: usize,
    image: [usize; 2],
    size: [usize; 2],
    stride: [usize; 2],
    padding: [usize; 2],
    /// How many places there are.
    places: [usize; 2],
}

impl Windows {
    /// Calls `visit(column, pixel, inside)` for each row of windows and each value within the window: the places
    /// `inside` see pixels `pixel + place · stride` and write from `column` on; the others see the padding.
    fn rows(&self, mut visit: impl FnMut(usize, isize, Range<usize>)) {
        let ([height, width], [rows, columns], [step_y, step_x]) = (self.image, self.places, self.stride);
        let mut column = 0;
        for plane in 0..self.planes {
            for (dy, dx) in (0..self.size[0]).flat_map(|dy| (0..self.size[1]).map(move |dx| (dy, dx))) {
                let first = self.padding[1].saturating_sub(dx).div_ceil(step_x);
                let end = columns.min((width + self.padding[1]).saturating_sub(dx).div_ceil(step_x));
                for row in 0..rows {
                    let y = row * step_y + dy;
                    if (self.padding[0]..height + self.padding[0]).contains(&y) && first < end {
                        let start = (plane * height + y - self.padding[0]) * width + dx;
                        visit(column, start as isize - self.padding[1] as isize, first..end);
                    }
                    column += columns;
                }
            }
        }
    }

    fn unfold(&self, images: &Array, shape: &[usize]) -> Array {
        let (images, mut out) = (slice(images), vec![0.0; shape.iter().product()]);
        self.rows(|column, pixel, inside| {
            for place in inside {
                out[column + place] = images[(pixel + (place * self.stride[1]) as isize) as usize];
            }
        });
        array(out, shape)
    }

    /// The opposite: what a pixel gave to several windows is added up.
    fn fold(&self, columns: &Array, shape: &[usize]) -> Array {
        let (columns, mut out): (_, Vec<Float>) = (slice(columns), vec![0.0; shape.iter().product()]);
        self.rows(|column, pixel, inside| {
            for place in inside {
                out[(pixel + (place * self.stride[1]) as isize) as usize] += columns[column + place];
            }
        });
        array(out, shape)
    }
}

impl Tensor {
    /// What a window of `size` sees at each place as it goes over images: `[n, channels, height, width]` becomes
    /// `[n, channels · values in the window, places]` ("im2col"). Around the images are `padding` zeros. There are
    /// (height + 2 · padding − size) / stride + 1 places along y, rounded down, and so along x. Derivative: each value's
    /// gradient goes back to its pixel, added up over the windows that saw it.
    ///
    /// Panics if the window is larger than the image.
    #[track_caller]
    pub fn unfold(&self, size: [usize; 2], stride: [usize; 2], padding: [usize; 2]) -> Tensor {
        let (n, channels, places) = self.window("unfold", size, stride, padding);
        let image = [self.shape()[2], self.shape()[3]];
        let windows = Windows { planes: n * channels, image, size, stride, padding, places };
        let x = self.array();
        let shape = [n, channels * size[0] * size[1], places[0] * places[1]];
        op("unfold", windows.unfold(&x, &shape), [wrt(self, move |g| windows.fold(g, x.shape()))])
    }

    /// The number of images and of channels, and how many places a window has along y and x.
    #[track_caller]
    fn window(
        &self,
        op: &str,
        size: [usize; 2],
        stride: [usize; 2],
        padding: [usize; 2],
    ) -> (usize, usize, [usize; 2]) {
        let &[n, channels, height, width] = self.shape() else {
            let hint = match *self.shape() {
                [n, height, width] => format!("for one channel, .reshape(&[{n}, 1, {height}, {width}])"),
                _ => "images of height h and width w have the shape [n, channels, h, w]; .reshape(…) them".to_owned(),
            };
            let rule =
                format!("{op}: images have four axes, [n, channels, height, width], this has {:?}", self.shape());
            fail(&rule, &[("images", self)], &hint)
        };
        let [y, x] = [(height, 0), (width, 1)].map(|(image, axis)| (image + 2 * padding[axis]).checked_sub(size[axis]));
        match (y, x) {
            (Some(y), Some(x)) if size[0] * size[1] * stride[0] * stride[1] > 0 => {
                (n, channels, [y / stride[0] + 1, x / stride[1] + 1])
            }
            _ => fail(
                &format!("{op}: a window of {size:?}, stride {stride:?}, has no place on images of {height} × {width}"),
                &[("images", self)],
                "make the window smaller, pad the images, or use fewer layers that shrink them; no size or stride is 0",
            ),
        }
    }

    /// The convolution of images with filters (a cross-correlation, as everywhere in deep learning): `[n, channels, height,
    /// width]` and a weight `[filters, channels, h, w]` give `[n, filters, …, …]`. What a filter yields at a place is the
    /// sum of weight · pixel over its window; see [`unfold`](Tensor::unfold) for the places.
    ///
    /// Panics if the channels differ.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let image = tensor([[[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]]).unsqueeze(0);   // [1, 1, 2, 3]: dark, then bright
    /// let edge = tensor([[[-1.0, 1.0]]]).unsqueeze(0);                         // one filter, 1 × 2
    /// assert_eq!(image.conv2d(&edge, 1, 0).to_vec(), [0.0, 1.0, 0.0, 1.0]);
    /// ```
    #[track_caller]
    pub fn conv2d(&self, weight: &Tensor, stride: usize, padding: usize) -> Tensor {
        self.convolve("conv2d", weight, [stride; 2], [padding; 2])
    }

    /// The convolution of sequences `[n, channels, length]` with filters `[filters, channels, size]`:
    /// [`conv2d`](Tensor::conv2d) with one axis less.
    #[track_caller]
    pub fn conv1d(&self, weight: &Tensor, stride: usize, padding: usize) -> Tensor {
        if self.rank() != 3 || weight.rank() != 3 {
            fail(
                &format!("conv1d: sequences have the shape [n, channels, length], these have {:?}", self.shape()),
                &[("input", self), ("weight", weight)],
                "for one channel, .unsqueeze(1); the weight is [filters, channels, size]",
            );
        }
        self.unsqueeze(2).convolve("conv1d", &weight.unsqueeze(2), [1, stride], [0, padding]).squeeze(2)
    }

    #[track_caller]
    fn convolve(&self, op: &str, weight: &Tensor, stride: [usize; 2], padding: [usize; 2]) -> Tensor {
        let &[filters, channels, h, w] = weight.shape() else {
            fail(
                &format!("{op}: the weight has the shape {:?}", weight.shape()),
                &[("input", self), ("weight", weight)],
                "filters have the shape [filters, channels, height, width]",
            )
        };
        let (n, own, [rows, columns]) = self.window(op, [h, w], stride, padding);
        if own != channels {
            fail(
                &format!(
                    "{op}: the input has {own} channels, the filters {channels}: {:?}, {:?}",
                    self.shape(),
                    weight.shape()
                ),
                &[("input", self), ("weight", weight)],
                "axis 1 of both is the channel",
            );
        }
        let seen = self.unfold([h, w], stride, padding);
        weight.reshape(&[filters, channels * h * w]).matmul(&seen).reshape(&[n, filters, rows, columns])
    }

    /// The largest value of each window of `size` × `size`, channel by channel: `[n, channels, height, width]` becomes
    /// `[n, channels, …, …]`. Values that tie share the gradient equally.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let image = Tensor::arange(0.0, 16.0, 1.0).reshape(&[1, 1, 4, 4]);
    /// assert_eq!(image.max_pool2d(2, 2).to_vec(), [5.0, 7.0, 13.0, 15.0]);
    /// ```
    #[track_caller]
    pub fn max_pool2d(&self, size: usize, stride: usize) -> Tensor {
        self.pool("max_pool2d", [size; 2], [stride; 2], Tensor::max_axis)
    }

    /// The mean of each window of `size` × `size`, channel by channel; otherwise as [`max_pool2d`](Tensor::max_pool2d).
    #[track_caller]
    pub fn avg_pool2d(&self, size: usize, stride: usize) -> Tensor {
        self.pool("avg_pool2d", [size; 2], [stride; 2], Tensor::mean_axis)
    }

    /// As [`max_pool2d`](Tensor::max_pool2d), for sequences `[n, channels, length]`.
    #[track_caller]
    pub fn max_pool1d(&self, size: usize, stride: usize) -> Tensor {
        self.unsqueeze(-2).pool("max_pool1d", [1, size], [1, stride], Tensor::max_axis).squeeze(-2)
    }

    /// Each channel as an image of its own, so that a column of [`unfold`](Tensor::unfold) has one channel.
    #[track_caller]
    fn pool(
        &self,
        op: &str,
        size: [usize; 2],
        stride: [usize; 2],
        reduce: fn(&Tensor, isize, bool) -> Tensor,
    ) -> Tensor {
        let (n, channels, [rows, columns]) = self.window(op, size, stride, [0; 2]);
        let planes = self.reshape(&[n * channels, 1, self.shape()[2], self.shape()[3]]);
        reduce(&planes.unfold(size, stride, [0; 2]), 1, false).reshape(&[n, channels, rows, columns])
    }
}
