//! chainrule: a small autograd library for learning deep learning, and the library that notebook cells link to.
#![warn(missing_docs)]

pub mod autograd;
pub mod cell;
pub mod data;
pub mod display;
pub mod nn;
pub mod ops;
pub mod optim;
pub mod plot;
pub mod tensor;
pub mod train;

/// What a notebook cell sees.
pub mod prelude {
    pub use crate::Float;
    pub use crate::autograd::{GradientTape, draw_graph, gradcheck, grads, no_grad};
    pub use crate::cell::CellDisplay;
    pub use crate::data::{self, Dataset};
    pub use crate::display::{self, Show, show};
    pub use crate::nn::Activation::{Relu, Sigmoid, Softmax, Tanh};
    pub use crate::nn::{
        Accuracy, Activation, BinaryCrossentropy, Dense, Flatten, Init, Loss, MeanSquaredError, Metric, Module,
        Sequential, SparseCategoricalCrossentropy, accuracy, confusion_matrix,
    };
    pub use crate::optim::{Adam, Momentum, Optimizer, Sgd, zero_grad};
    pub use crate::plot;
    pub use crate::tensor::random::{self, seed};
    pub use crate::tensor::{Tensor, tensor};
    pub use crate::train::{Evaluation, History};
}

/// The type of every number in a tensor: `f32`, or `f64` with the feature of that name (gradient checks need it).
#[cfg(not(feature = "f64"))]
pub type Float = f32;
/// The type of every number in a tensor: `f64`, because the feature of that name is on.
#[cfg(feature = "f64")]
pub type Float = f64;
