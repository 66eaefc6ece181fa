//! Layers that read a sequence step by step and keep a state: `[n, length, features]` becomes
//! `[n, units]`.

use super::layers::parameter;
use super::{Init, Module};
use crate::base::compiled_here;
use crate::tensor::Tensor;
use crate::tensor::fail::fail;

/// The states after all steps, `[n, length, units]`, or after the last one, if each comes from the
/// input of its step and the state before by `step`.
#[track_caller]
fn unrolled(
    x: &Tensor,
    units: usize,
    returns_sequences: bool,
    step: impl Fn(&Tensor, &Tensor) -> Tensor,
) -> Tensor {
    let [n, length] = [0, 1].map(|axis| x.shape()[axis]);
    let mut h = Tensor::zeros(&[n, units]);
    let mut states = Vec::with_capacity(length);
    for at in 0..length {
        h = step(&x.slice(1, at..at + 1).squeeze(1), &h);
        states.push(h.clone());
    }
    match returns_sequences {
        true => Tensor::stack(&states.iter().collect::<Vec<_>>(), 1),
        false => h,
    }
}

/// What is missing where sequences are expected.
fn axis_of_sequences(shape: &[usize], features: usize) -> &'static str {
    match *shape {
        [_, own] if own == features => {
            "one sequence needs an axis for the batch before it: .unsqueeze(0)"
        }
        _ => {
            "a sequence of plain numbers needs an axis of size 1: .unsqueeze(-1); of indices, an \
             Embedding"
        }
    }
}

/// What the recurrent layers have in common; they differ in the number of gates, and in how the
/// states come from a sequence.
macro_rules! recurrent {
    ($(#[$doc:meta])* $Layer:ident, $gates:literal,
        |$layer:ident, $x:ident| $states:block) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        pub struct $Layer {
            /// From the input to all gates, `[features, gates · units]`.
            pub weight: Tensor,
            /// From the state to all gates, `[units, gates · units]`.
            pub recurrent: Tensor,
            /// Added to the part from the input, zero at first.
            pub bias: Tensor,
            /// Added to the part from the state, zero at first.
            pub recurrent_bias: Tensor,
            pub(crate) units: usize,
            pub(crate) returns_sequences: bool,
        }

        impl $Layer {
            /// A layer for steps of `features` features each, whose state has `units` values;
            /// weights drawn by [`Init::GlorotUniform`] and [`Init::Orthogonal`].
            pub fn new(features: usize, units: usize) -> $Layer {
                let zeros = || Tensor::zeros(&[$gates * units]);
                $Layer {
                    weight: parameter(Init::GlorotUniform.draw(features, $gates * units), "weight"),
                    recurrent: parameter(Init::Orthogonal.draw(units, $gates * units), "recurrent"),
                    bias: parameter(zeros(), "bias"),
                    recurrent_bias: parameter(zeros(), "recurrent_bias"),
                    units,
                    returns_sequences: false,
                }
            }

            /// Yields the state after each step, `[n, length, units]`, instead of the last one.
            pub fn return_sequences(mut self) -> $Layer {
                self.returns_sequences = true;
                self
            }
        }

        impl Module for $Layer {
            compiled_here!(Module);

            #[track_caller]
            fn forward(&self, x: &Tensor) -> Tensor {
                let features = self.weight.shape()[0];
                match *x.shape() {
                    [_, length, own] if own == features && length > 0 => {}
                    _ => fail(
                        &format!(
                            "{}({features}, {}): sequences [n, length, {features}] are expected, \
                            got {:?}",
                            stringify!($Layer), self.units, x.shape()
                        ),
                        &[("input", x), ("weight", &self.weight)],
                        axis_of_sequences(x.shape(), features),
                    ),
                };
                let ($layer, $x) = (self, x);
                $states
            }

            fn parameters(&self) -> Vec<Tensor> {
                let all = [&self.weight, &self.recurrent, &self.bias, &self.recurrent_bias];
                all.map(Tensor::clone).into()
            }

            fn output_shape(&self, input: &[usize]) -> Vec<usize> {
                match input {
                    [length, _] if self.returns_sequences => vec![*length, self.units],
                    _ if self.returns_sequences => Vec::new(),
                    _ => vec![self.units],
                }
            }

            fn macs(&self, input: &[usize]) -> usize {
                let step = self.weight.len() + self.recurrent.len();
                input.first().map_or(0, |length| length * step)
            }
        }
    };
}

recurrent! {
    /// h ← tanh(x W + b + h U + c): the simplest recurrent layer (Elman 1990). What was long ago is
    /// soon forgotten.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let layer = SimpleRnn::new(3, 8);
    /// assert_eq!(layer.forward(&Tensor::zeros(&[5, 10, 3])).shape(), [5, 8]);
    /// let all_steps = layer.return_sequences().forward(&Tensor::zeros(&[5, 10, 3]));
    /// assert_eq!(all_steps.shape(), [5, 10, 8]);
    /// ```
    #[doc(alias = "SimpleRNN")]
    SimpleRnn, 1, |layer, x| {
        unrolled(x, layer.units, layer.returns_sequences, |x, h| {
            let given = x.affine(&layer.weight, &layer.bias);
            (given + h.affine(&layer.recurrent, &layer.recurrent_bias)).tanh()
        })
    }
}

recurrent! {
    /// A recurrent layer that decides how much of its state to keep (Cho et al. 2014, in the form
    /// of PyTorch and Keras). From x W + b and h U + c, each in three parts:
    ///
    /// * r = σ(x_r + h_r), how much of the state the candidate sees;
    /// * z = σ(x_z + h_z), how much of the state is kept;
    /// * h ← (1 − z) tanh(x_n + r h_n) + z h.
    #[doc(alias = "GRU")]
    Gru, 3, |layer, x| {
        unrolled(x, layer.units, layer.returns_sequences, |x, h| {
            let sizes = [layer.units; 3];
            let x = x.affine(&layer.weight, &layer.bias).split(1, &sizes);
            let s = h.affine(&layer.recurrent, &layer.recurrent_bias).split(1, &sizes);
            let r = (&x[0] + &s[0]).sigmoid();
            let z = (&x[1] + &s[1]).sigmoid();
            let candidate = (&x[2] + r * &s[2]).tanh();
            &candidate + z * (h - &candidate)
        })
    }
}

recurrent! {
    /// Long short-term memory (Hochreiter & Schmidhuber 1997; Gers et al. 2000): beside the state h
    /// a memory c, to which is added, so that gradients reach far back. From x W + b + h U + d, in
    /// four parts:
    ///
    /// * i = σ(·) what is let in, f = σ(·) what is kept, g = tanh(·) what is new, o = σ(·) what is
    ///   shown;
    /// * c ← f c + i g, then h ← o tanh c.
    #[doc(alias = "LSTM")]
    Lstm, 4, |layer, x| {
        let bias = &layer.bias + &layer.recurrent_bias;
        let states = x.permute(&[1, 0, 2]).affine(&layer.weight, &bias).lstm(&layer.recurrent);
        let length = states.shape()[0];
        match layer.returns_sequences {
            true => states.permute(&[1, 0, 2]),
            false => states.slice(0, length - 1..length).squeeze(0),
        }
    }
}
