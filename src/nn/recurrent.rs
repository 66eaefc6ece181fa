//! Layers that read a sequence step by step and keep a state: `[n, length, features]` becomes
//! `[n, units]`.

use super::layers::{compiled_here, parameter};
use super::{Init, Module};
use crate::tensor::Tensor;
use crate::tensor::fail::fail;

/// What the recurrent layers have in common; they differ in the number of gates and in one step.
macro_rules! recurrent {
    ($(#[$doc:meta])* $Layer:ident, $gates:literal,
        |$layer:ident, $now:ident, $h:ident, $c:ident| $step:block) => {
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

            /// What the state gives to all gates.
            #[track_caller]
            fn gates_of(&self, h: &Tensor) -> Tensor {
                h.affine(&self.recurrent, &self.recurrent_bias)
            }
        }

        impl Module for $Layer {
            compiled_here!();

            #[track_caller]
            fn forward(&self, x: &Tensor) -> Tensor {
                let (features, $layer) = (self.weight.shape()[0], self);
                let (n, length) = match *x.shape() {
                    [n, length, own] if own == features && length > 0 => (n, length),
                    _ => fail(
                        &format!(
                            "{}({features}, {}): sequences [n, length, {features}] are expected, \
                            got {:?}",
                            stringify!($Layer), self.units, x.shape()
                        ),
                        &[("input", x), ("weight", &self.weight)],
                        "a sequence of plain numbers needs an axis of size 1: .unsqueeze(-1); of \
                        indices, an Embedding",
                    ),
                };
                #[allow(unused_mut, unused_variables)] // only one of the layers has two states
                let (mut $h, mut $c) = {
                    let begin = Tensor::zeros(&[n, self.units]);
                    (begin.clone(), begin)
                };
                let mut states = Vec::with_capacity(length);
                for step in 0..length {
                    // Not for all steps at once: the derivative of a part is as large as the whole,
                    // and most of it zeros.
                    let now = x.slice(1, step..step + 1).squeeze(1);
                    let $now = now.affine(&self.weight, &self.bias);
                    $step
                    states.push($h.clone());
                }
                if self.returns_sequences {
                    Tensor::stack(&states.iter().collect::<Vec<_>>(), 1)
                } else {
                    $h
                }
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
    SimpleRnn, 1, |layer, now, h, c| {
        h = (now + layer.gates_of(&h)).tanh();
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
    Gru, 3, |layer, now, h, c| {
        let sizes = [layer.units; 3];
        let (x, s) = (now.split(1, &sizes), layer.gates_of(&h).split(1, &sizes));
        let r = (&x[0] + &s[0]).sigmoid();
        let z = (&x[1] + &s[1]).sigmoid();
        let candidate = (&x[2] + r * &s[2]).tanh();
        h = &candidate + z * (h - &candidate);
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
    Lstm, 4, |layer, now, h, c| {
        let gates = (now + layer.gates_of(&h)).split(1, &[layer.units; 4]);
        c = gates[1].sigmoid() * &c + gates[0].sigmoid() * gates[2].tanh();
        h = gates[3].sigmoid() * c.tanh();
    }
}
