//! Convolution and pooling. One operation, [`unfold`](Tensor::unfold), lays out what each window
//! sees as a column; the rest is a matrix product, a maximum or a mean of columns, with the
//! derivatives that those have.
//!
//! Images have the shape `[n, channels, height, width]`, as in PyTorch.

use crate::operands::windows::{must_be_sequences, sizes_of_filters};
use crate::tensor::{Tensor, op_on};

impl Tensor {
    /// What a window of `size` sees at each place as it goes over images:
    /// `[n, channels, height, width]` becomes `[n, channels · values in the window, places]`
    /// ("im2col"). Around the images are `padding` zeros. There are (height + 2 · padding − size) /
    /// stride + 1 places along y, rounded down, and so along x. Derivative: each value's gradient
    /// goes back to its pixel, added up over the windows that saw it.
    ///
    /// Panics if the window is larger than the image.
    #[track_caller]
    pub fn unfold(&self, size: [usize; 2], stride: [usize; 2], padding: [usize; 2]) -> Tensor {
        self.unfold_padded(size, stride, padding.map(|padding| [padding; 2]))
    }

    /// As [`unfold`](Tensor::unfold), with padding before and after each axis.
    #[track_caller]
    fn unfold_padded(
        &self,
        size: [usize; 2],
        stride: [usize; 2],
        padding: [[usize; 2]; 2],
    ) -> Tensor {
        let (n, channels, windows) = self.windows("unfold", size, stride, padding);
        let x = self.array();
        let shape = [
            n,
            channels * size[0] * size[1],
            windows.places[0] * windows.places[1],
        ];
        op_on(self, "unfold", windows.unfold(&x, &shape), move |g| {
            windows.fold(g, x.shape())
        })
    }

    /// The convolution of images with filters (a cross-correlation, as everywhere in deep
    /// learning): `[n, channels, height, width]` and a weight `[filters, channels, h, w]` give
    /// `[n, filters, …, …]`. What a filter yields at a place is the sum of weight · pixel over its
    /// window; see [`unfold`](Tensor::unfold) for the places. Derivatives, times the gradient g of
    /// each place and added up over the places: the weight for the pixel under it, the pixel for
    /// the weight.
    ///
    /// Panics if the channels differ.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// // [1, 1, 2, 3]: dark, then bright; and one filter, 1 × 2.
    /// let image = tensor([[[0.0, 0.0, 1.0], [0.0, 0.0, 1.0]]]).unsqueeze(0);
    /// let edge = tensor([[[-1.0, 1.0]]]).unsqueeze(0);
    /// assert_eq!(image.conv2d(&edge, 1, 0).to_vec(), [0.0, 1.0, 0.0, 1.0]);
    /// ```
    #[track_caller]
    pub fn conv2d(&self, weight: &Tensor, stride: usize, padding: usize) -> Tensor {
        self.convolve("conv2d", weight, [stride; 2], [[padding; 2]; 2])
    }

    /// [`conv2d`](Tensor::conv2d) or [`conv1d`](Tensor::conv1d), with padding before and after each
    /// axis.
    #[track_caller]
    pub(crate) fn convolve_padded(
        &self,
        op: &str,
        weight: &Tensor,
        stride: usize,
        around: &[[usize; 2]],
    ) -> Tensor {
        match *around {
            [y, x] => self.convolve(op, weight, [stride; 2], [y, x]),
            [x] => self
                .unsqueeze(2)
                .convolve(op, &weight.unsqueeze(2), [1, stride], [[0; 2], x])
                .squeeze(2),
            _ => unreachable!("the layers have one or two axes"),
        }
    }

    /// The convolution of sequences `[n, channels, length]` with filters
    /// `[filters, channels, size]`: [`conv2d`](Tensor::conv2d) with one axis less, and with its
    /// derivatives.
    #[track_caller]
    pub fn conv1d(&self, weight: &Tensor, stride: usize, padding: usize) -> Tensor {
        must_be_sequences(self, weight);
        self.convolve_padded("conv1d", weight, stride, &[[padding; 2]])
    }

    #[track_caller]
    fn convolve(
        &self,
        op: &str,
        weight: &Tensor,
        stride: [usize; 2],
        padding: [[usize; 2]; 2],
    ) -> Tensor {
        let [filters, channels, h, w] = sizes_of_filters(op, self, weight);
        let (n, _, windows) = self.windows(op, [h, w], stride, padding);
        let [rows, columns] = windows.places;
        let seen = self.unfold_padded([h, w], stride, padding);
        weight
            .reshape(&[filters, channels * h * w])
            .matmul(&seen)
            .reshape(&[n, filters, rows, columns])
    }

    /// The largest value of each window of `size` × `size`, channel by channel:
    /// `[n, channels, height, width]` becomes `[n, channels, …, …]`. Of values that tie the first
    /// gets the gradient.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let image = Tensor::arange(0.0, 16.0, 1.0).reshape(&[1, 1, 4, 4]);
    /// assert_eq!(image.max_pool2d(2, 2).to_vec(), [5.0, 7.0, 13.0, 15.0]);
    /// ```
    #[track_caller]
    pub fn max_pool2d(&self, size: usize, stride: usize) -> Tensor {
        self.max_pool("max_pool2d", [size; 2], [stride; 2])
    }

    /// As [`max_pool2d`](Tensor::max_pool2d), for sequences `[n, channels, length]`: the first of
    /// the largest gets the gradient.
    #[track_caller]
    pub fn max_pool1d(&self, size: usize, stride: usize) -> Tensor {
        self.unsqueeze(-2)
            .max_pool("max_pool1d", [1, size], [1, stride])
            .squeeze(-2)
    }

    #[track_caller]
    fn max_pool(&self, name: &'static str, size: [usize; 2], stride: [usize; 2]) -> Tensor {
        let (n, channels, windows) = self.windows(name, size, stride, [[0; 2]; 2]);
        let x = self.array();
        let y = windows.largest(&x, &[n, channels, windows.places[0], windows.places[1]]);
        op_on(self, name, y.clone(), move |g| windows.give(g, &x, &y))
    }

    /// The mean of each window of `size` × `size`, channel by channel; otherwise as
    /// [`max_pool2d`](Tensor::max_pool2d). Derivative: 1 / `size`² for each value of the window,
    /// added up over the windows that see it.
    #[track_caller]
    pub fn avg_pool2d(&self, size: usize, stride: usize) -> Tensor {
        let (n, channels, windows) =
            self.windows("avg_pool2d", [size; 2], [stride; 2], [[0; 2]; 2]);
        // Each channel as an image of its own, so that a column has one channel.
        let planes = self.reshape(&[n * channels, 1, self.shape()[2], self.shape()[3]]);
        let columns = planes.unfold([size; 2], [stride; 2], [0; 2]);
        columns
            .mean_axis(1, false)
            .reshape(&[n, channels, windows.places[0], windows.places[1]])
    }
}
