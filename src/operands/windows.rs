//! Images and the windows that go over them.

use crate::kernels::windows::Windows;
use crate::tensor::Tensor;
use crate::tensor::fail::fail;
use crate::tensor::shape::count;

/// The sizes of filters that go over these images.
#[track_caller]
pub(crate) fn sizes_of_filters(op: &str, images: &Tensor, weight: &Tensor) -> [usize; 4] {
    let (own, filters) = (images.shape(), weight.shape());
    let operands = [("input", images), ("weight", weight)];
    let &[_, channels, _, _] = filters else {
        fail(
            &format!("{op}: the weight has the shape {filters:?}"),
            &operands,
            "filters have the shape [filters, channels, height, width]",
        )
    };
    if let &[_, own_channels, _, _] = own
        && own_channels != channels
    {
        fail(
            &format!(
                "{op}: the input has {own_channels} channels, the filters {channels}: {own:?}, \
                 {filters:?}"
            ),
            &operands,
            "axis 1 of both is the channel",
        );
    }
    [filters[0], channels, filters[2], filters[3]]
}

/// Sequences with channels, and filters for them.
#[track_caller]
pub(crate) fn must_be_sequences(x: &Tensor, weight: &Tensor) {
    if x.rank() != 3 || weight.rank() != 3 {
        let shape = x.shape();
        fail(
            &format!(
                "conv1d: sequences have the shape [n, channels, length], these have {shape:?}"
            ),
            &[("input", x), ("weight", weight)],
            "for one channel, .unsqueeze(1); the weight is [filters, channels, size]",
        );
    }
}

impl Tensor {
    /// The number of images and of channels, and where a window goes.
    #[track_caller]
    pub(crate) fn windows(
        &self,
        op: &str,
        size: [usize; 2],
        stride: [usize; 2],
        padding: [[usize; 2]; 2],
    ) -> (usize, usize, Windows) {
        let &[n, channels, height, width] = self.shape() else {
            let hint = match *self.shape() {
                [n, height, width] => format!(
                    "for one channel, .reshape(&[{n}, 1, {height}, \
                                              {width}])"
                ),
                _ => "images of height h and width w have the shape [n, channels, h, w]; \
                     .reshape(…) them"
                    .to_owned(),
            };
            let rule = format!(
                "{op}: images have four axes, [n, channels, height, width], this has {:?}",
                self.shape()
            );
            fail(&rule, &[("images", self)], &hint)
        };
        let [y, x] = [(height, 0), (width, 1)].map(|(image, axis)| {
            let padded = padding[axis]
                .iter()
                .try_fold(image, |sum, pad| sum.checked_add(*pad));
            padded?.checked_sub(size[axis])
        });
        match (y, x) {
            (Some(y), Some(x)) if !size.contains(&0) && !stride.contains(&0) => {
                let places = [y / stride[0] + 1, x / stride[1] + 1];
                count(op, &[n, channels, size[0], size[1], places[0], places[1]]);
                // What is after the image is seen in how many places there are.
                let padding = padding.map(|[before, _]| before);
                (
                    n,
                    channels,
                    Windows {
                        image: [height, width],
                        size,
                        stride,
                        padding,
                        places,
                    },
                )
            }
            _ => fail(
                &format!(
                    "{op}: a window of {size:?}, stride {stride:?}, has no place on images of \
                    {height} × {width}"
                ),
                &[("images", self)],
                "make the window smaller, pad the images, or use fewer layers that shrink them; no \
                size or stride is 0",
            ),
        }
    }
}
