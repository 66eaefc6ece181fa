//! Convolution and pooling as layers. Samples have the shape `[channels, height, width]`, or
//! `[channels, length]`.

use super::layers::{activations, parameter};
use super::{Activation, Init, Module};
use crate::base::compiled_here;
use crate::tensor::Tensor;
use crate::tensor::fail::fail;

/// A layer of filters over `$axes` axes, which `$convolve` computes.
macro_rules! convolution {
    ($(#[$doc:meta])* $Layer:ident, $convolve:ident, $axes:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $Layer {
            /// The filters, of shape `[filters, channels, size]`, or
            /// `[filters, channels, size, size]`.
            pub weight: Tensor,
            /// One value for each filter, zero at first.
            pub bias: Option<Tensor>,
            pub(crate) stride: usize,
            pub(crate) padding: Padding,
            pub(crate) activation: Activation,
        }
        activations!($Layer);

        impl $Layer {
            /// A layer for samples of `channels` channels (1 for grey pictures, 3 for colours) that
            /// gives each `filters`: one for every filter, which looks at `size` places along each
            /// axis. Without padding and activation, weights drawn by [`Init::GlorotUniform`].
            pub fn new(channels: usize, filters: usize, size: usize) -> $Layer {
                let weight = Tensor::zeros(&[&[filters, channels][..], &[size; $axes]].concat());
                let bias = parameter(Tensor::zeros(&[filters]), "bias");
                let (padding, activation) = (Padding::Fixed(0), Activation::Linear);
                let layer = $Layer { weight, bias: Some(bias), stride: 1, padding, activation };
                layer.initializer(Init::GlorotUniform)
            }

            /// How far apart the places of the window are; 1 unless set.
            pub fn stride(mut self, stride: usize) -> $Layer {
                self.stride = stride;
                self
            }

            /// How many zeros are put around a sample; none unless set.
            pub fn padding(mut self, padding: usize) -> $Layer {
                self.padding = Padding::Fixed(padding);
                self
            }

            /// As much padding as keeps the size; with a stride, as gives the size divided by it,
            /// rounded up: Keras's `padding="same"`. Where an odd number of zeros is needed, the
            /// one more is at the end.
            pub fn same(mut self) -> $Layer {
                self.padding = Padding::Same;
                self
            }

            /// Draws the weights again, in another way.
            pub fn initializer(self, init: Init) -> $Layer {
                let shape = self.weight.shape();
                let window: usize = shape[2..].iter().product();
                let drawn = init.draw_shape(shape, shape[1] * window, shape[0] * window);
                $Layer { weight: parameter(drawn, "weight"), ..self }
            }

            /// Without the value that is added.
            pub fn no_bias(mut self) -> $Layer {
                self.bias = None;
                self
            }
        }

        impl Module for $Layer {
            compiled_here!(Module);

            #[track_caller]
            fn forward(&self, x: &Tensor) -> Tensor {
                let (weight, name) = (self.weight.shape(), stringify!($Layer));
                let (filters, channels, size) = (weight[0], weight[1], weight[2]);
                if x.rank() != $axes + 2 || x.shape()[1] != channels {
                    let axes = if $axes == 1 { "length" } else { "height, width" };
                    let hint = match x.shape().get(1) {
                        Some(_) if has_channels_last(x, $axes, channels) => {
                            channels_first(x, $axes, channels, name)
                        }
                        Some(own) if x.rank() == $axes + 2 => {
                            format!("make the layer {name}::new({own}, {filters}, …)")
                        }
                        _ if x.rank() == $axes + 1 && x.shape()[0] == channels => {
                            "a single sample needs an axis for the batch: x.unsqueeze(0)".to_owned()
                        }
                        _ if x.rank() == $axes + 1 && channels == 1 => {
                            let problem = "a batch of one channel needs an axis for that";
                            format!("{problem}: x.unsqueeze(1)")
                        }
                        _ if channels == 1 && is_one_sample(x, $axes) => {
                            let shape = [&[1, 1], x.shape()].concat();
                            format!("if it is a single sample: x.reshape(&{shape:?})")
                        }
                        _ if x.rank() == 1 && let Some(shape) = one_picture(x, $axes, channels) => {
                            format!("if it is a single sample: x.reshape(&{shape:?})")
                        }
                        _ => {
                            let reshape = format!(".add(Reshape::new(&[{channels}, {axes}]))");
                            format!("bring each sample into shape first: {reshape}")
                        }
                    };
                    let expected = format!("[n, {channels}, {axes}]");
                    let rule = format!(
                        "{name}: an input of the shape {expected} is expected, got {:?}", x.shape()
                    );
                    fail(&rule, &[("input", x), ("weight", &self.weight)], &hint);
                }
                let around = |axis: &usize| self.padding.around(*axis, size, self.stride);
                let around: Vec<[usize; 2]> = x.shape()[2..].iter().map(around).collect();
                let op = stringify!($convolve);
                let mut y = x.convolve_padded(op, &self.weight, self.stride, &around);
                if let Some(bias) = &self.bias {
                    y = y + bias.reshape(&[&[filters][..], &[1; $axes]].concat());
                }
                self.activation.forward(&y)
            }

            fn parameters(&self) -> Vec<Tensor> {
                std::iter::once(&self.weight).chain(&self.bias).cloned().collect()
            }

            fn name(&self) -> String {
                stringify!($Layer).to_owned()
            }

            fn output_shape(&self, input: &[usize]) -> Vec<usize> {
                let weight = self.weight.shape();
                slid(input, weight[0], weight[2], self.stride, self.padding)
            }

            fn macs(&self, input: &[usize]) -> usize {
                self.output_shape(input).iter().skip(1).product::<usize>() * self.weight.len()
            }
        }
    };
}

/// Whether this looks like a picture or a sound alone, and not like a batch of flat ones.
fn is_one_sample(x: &Tensor, axes: usize) -> bool {
    x.rank() == axes && x.shape().iter().all(|size| *size == x.shape()[0])
}

/// The shape of a flat sample as a batch of one square picture or of one sound.
fn one_picture(x: &Tensor, axes: usize, channels: usize) -> Option<Vec<usize>> {
    let values = x.len() / channels;
    let side = values.isqrt();
    let sample = match axes {
        1 => vec![values],
        _ => vec![side, side],
    };
    let shape = [&[1, channels], sample.as_slice()].concat();
    (shape.iter().product::<usize>() == x.len()).then_some(shape)
}

/// Whether a batch has its channels where Keras has them, at the end.
fn has_channels_last(x: &Tensor, axes: usize, channels: usize) -> bool {
    // So many channels a picture or a sound has; what is filtered has more, but then the layer
    // fits.
    const MOST: usize = 4;
    let last = x.shape().last().copied().unwrap_or(0);
    x.rank() == axes + 2 && x.shape()[1] > last && (last == channels || last <= MOST)
}

/// What to do about that.
fn channels_first(x: &Tensor, axes: usize, channels: usize, layer: &str) -> String {
    let own = x.shape()[axes + 1];
    let order = if axes == 1 {
        "[0, 2, 1]"
    } else {
        "[0, 3, 1, 2]"
    };
    let other = if own == channels {
        String::new()
    } else {
        format!(", and make the layer {layer}::new({own}, …)")
    };
    format!(
        "the channels come last here, but belong behind the number of examples: \
        x.permute(&{order}){other}"
    )
}

convolution! {
    /// Filters that go over images `[n, channels, height, width]`; the layer has one output channel
    /// for each ([`Tensor::conv2d`]). The same few weights look everywhere, so that a thing is
    /// found wherever it is.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let layer = Conv2D::new(1, 8, 3).same().relu();
    /// assert_eq!(layer.forward(&Tensor::zeros(&[5, 1, 28, 28])).shape(), [5, 8, 28, 28]);
    /// ```
    Conv2D, conv2d, 2
}

convolution! {
    /// Filters that go over sequences `[n, channels, length]`, such as sound ([`Tensor::conv1d`]).
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let layer = Conv1D::new(1, 8, 5).stride(2).relu();
    /// assert_eq!(layer.forward(&Tensor::zeros(&[5, 1, 100])).shape(), [5, 8, 48]);
    /// ```
    Conv1D, conv1d, 1
}

/// How many zeros are put around a sample.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Padding {
    /// So many on each side.
    Fixed(usize),
    /// As many as give the size divided by the stride, rounded up.
    Same,
}

impl Padding {
    /// Before and after an axis of this length, over which windows of `size` go.
    fn around(self, axis: usize, size: usize, stride: usize) -> [usize; 2] {
        match self {
            Padding::Fixed(padding) => [padding; 2],
            Padding::Same => {
                let places = axis.div_ceil(stride.max(1));
                let all = (places.saturating_sub(1) * stride + size).saturating_sub(axis);
                [all / 2, all - all / 2]
            }
        }
    }
}

/// The shape after a window went over a sample `[channels, …]`; not known if that of the sample is
/// not.
fn slid(
    input: &[usize],
    channels: usize,
    size: usize,
    stride: usize,
    padding: Padding,
) -> Vec<usize> {
    let padded = |axis: &usize| axis + padding.around(*axis, size, stride).iter().sum::<usize>();
    let places = |axis: &usize| {
        padded(axis)
            .checked_sub(size)
            .map_or(0, |rest| rest / stride.max(1) + 1)
    };
    let mut shape: Vec<usize> = input.iter().skip(1).map(places).collect();
    if !shape.is_empty() {
        shape.insert(0, channels);
    }
    shape
}

/// A pool of windows, which `$pool` computes.
macro_rules! pool {
    ($(#[$doc:meta])* $Layer:ident, $pool:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        pub struct $Layer {
            pub(crate) size: usize,
            pub(crate) stride: usize,
        }

        impl $Layer {
            /// Windows of `size` that do not overlap.
            pub fn new(size: usize) -> $Layer {
                $Layer { size, stride: size }
            }

            /// How far apart the windows are; their size unless set.
            pub fn stride(mut self, stride: usize) -> $Layer {
                self.stride = stride;
                self
            }
        }

        impl Module for $Layer {
            compiled_here!(Module);

            #[track_caller]
            fn forward(&self, x: &Tensor) -> Tensor {
                x.$pool(self.size, self.stride)
            }

            fn output_shape(&self, input: &[usize]) -> Vec<usize> {
                let channels = input.first().copied().unwrap_or(0);
                slid(input, channels, self.size, self.stride, Padding::Fixed(0))
            }
        }
    };
}

pool! {
    /// The largest value of each window: images `[n, channels, height, width]` become smaller
    /// ([`Tensor::max_pool2d`]).
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let smaller = MaxPool2D::new(2).forward(&Tensor::zeros(&[5, 8, 28, 28]));
    /// assert_eq!(smaller.shape(), [5, 8, 14, 14]);
    /// ```
    #[doc(alias = "MaxPooling2D")]
    MaxPool2D, max_pool2d
}

pool! {
    /// The mean of each window ([`Tensor::avg_pool2d`]).
    #[doc(alias = "AveragePooling2D")]
    AvgPool2D, avg_pool2d
}

pool! {
    /// The largest value of each window of sequences `[n, channels, length]`
    /// ([`Tensor::max_pool1d`]).
    #[doc(alias = "MaxPooling1D")]
    MaxPool1D, max_pool1d
}

/// The mean of each channel, wherever it is: `[n, channels, …]` becomes `[n, channels]`.
///
/// ```
/// # use chainrule::prelude::*;
/// assert_eq!(GlobalAvgPool::new().forward(&Tensor::zeros(&[5, 8, 7, 7])).shape(), [5, 8]);
/// ```
#[doc(alias = "GlobalAveragePooling2D")]
#[derive(Clone, Copy, Debug, Default)]
pub struct GlobalAvgPool {}

impl GlobalAvgPool {
    /// The layer.
    pub fn new() -> GlobalAvgPool {
        GlobalAvgPool {}
    }
}

/// As [`GlobalAvgPool::new`].
#[allow(non_upper_case_globals)]
pub const GlobalAvgPool: GlobalAvgPool = GlobalAvgPool {};

impl Module for GlobalAvgPool {
    compiled_here!(Module);

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        let axes: Vec<isize> = (2..x.rank() as isize).collect();
        x.mean_axes(&axes, false)
    }

    fn output_shape(&self, input: &[usize]) -> Vec<usize> {
        input.iter().take(1).copied().collect()
    }
}
