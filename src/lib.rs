//! chainrule: a small autograd library for learning deep learning, and the library that notebook
//! cells link to.
//!
//! Everything that a cell needs is in the [`prelude`]; in a notebook it is in scope without a
//! `use`.
//!
//! # Tensors
//!
//! A [`Tensor`](tensor::Tensor) is an n-dimensional array of [`Float`]s. Shapes that differ are
//! broadcast, as in NumPy.
//!
//! ```
//! # use chainrule::prelude::*;
//! let x = tensor([[1.0, 2.0], [3.0, 4.0]]);       // [2, 2]
//! let y = 2.0 * &x + tensor([10.0, 20.0]);        // [2, 2] + [2]: added to each row
//! assert_eq!(y.to_vec(), [12.0, 24.0, 16.0, 28.0]);
//! assert_eq!(x.matmul(&x.t()).sum().item(), 52.0);
//! ```
//!
//! # Gradients
//!
//! A tensor remembers how it was computed. [`backward`](tensor::Tensor::backward) follows that
//! history from a single number, the loss, back to every tensor that [requires a
//! gradient](tensor::Tensor::requires_grad), by the chain rule.
//!
//! ```
//! # use chainrule::prelude::*;
//! let w = tensor(0.5).requires_grad().label("w");
//! let b = tensor(-1.0).requires_grad().label("b");
//! let y = (&w * 2.0 + &b).sigmoid().label("y");   // sigmoid(0) = 0.5
//! y.backward();
//! assert_eq!(w.grad().item(), 0.25 * 2.0);        // sigmoid'(0) · x
//! show(&draw_graph(&y));                          // a picture with values and gradients
//! ```
//!
//! Gradients add up until `zero_grad`; [`grads`](autograd::grads) and
//! [`GradientTape`](autograd::GradientTape) return them instead; [`gradcheck`](autograd::gradcheck)
//! compares them with differences. The derivative of an operation stands beside it, in [`ops`].
//!
//! # Networks and training
//!
//! ```
//! # use chainrule::prelude::*;
//! seed(1);
//! let (train, test) = data::two_moons(400, 0.1).split(0.8);
//! let mut model = Sequential::new()
//!     .add(Dense::new(2, 16).relu())
//!     .add(Dense::new(16, 2).softmax());
//! model.compile(Adam::new(0.02), SparseCategoricalCrossentropy::new(), Accuracy);
//! let history = model.fit(&train).epochs(30).batch_size(32).validation(&test).run();
//! assert!(model.evaluate(&test).accuracy > 0.85);
//! show(&plot::curves(&[("training", history.loss()), ("validation", history.val_loss())]));
//! ```
//!
//! # When it does not learn
//!
//! `fit` looks at inputs, labels, gradients and units at both ends of a run and warns of what keeps
//! a network from learning; [`diagnose`](model::Sequential::diagnose) looks on demand. A loss that
//! is not a number is followed back to the operation, and the line, that made it first;
//! [`stop_at_nan`](autograd::stop_at_nan) ends the cell there.
//! [`warnings(false)`](tensor::warnings) turns warnings off. To see what is inside:
//!
//! ```
//! # use chainrule::prelude::*;
//! # let data = data::two_moons(100, 0.1);
//! # let mut model = Sequential::new()
//! #     .add(Dense::new(2, 16).relu())
//! #     .add(Dense::new(16, 2).softmax());
//! # model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), Accuracy);
//! show(&model.diagnose(&data));
//! show(&plot::histograms(&model.activations(&data.x)));
//! show(&plot::network(&model.parameters()));
//! ```
//!
//! # Where things are
//!
//! Each folder uses only those above it, and of those only these (a test reads this table and the
//! code):
//!
//! | module | | uses |
//! |---|---|---|
//! | [`base`] | the flag of an interrupt, the line of the cell, the connection with the kernel | |
//! | [`display`] | how anything reaches the notebook, and in which language | base |
//! | `kernels` | loops over slices that have to be fast | |
//! | [`tensor`] | the array and its node in the graph: construction, shapes, random numbers, printing | base, display, kernels |
//! | [`autograd`] | the way back through the graph: `backward`, gradient check | base, display, kernels, tensor |
//! | `operands` | what the operations ask of their operands, and what they say to those who give others | display, kernels, tensor |
//! | [`ops`] | the operations with their derivatives | base, kernels, tensor, operands |
//! | [`optim`] | optimisers from gradient descent to AdamW, schedules, clipping | base, kernels, tensor |
//! | [`nn`] | layers, initialisers, losses, metrics | base, display, tensor, autograd, operands |
//! | [`data`] | data sets that are generated or read from files | display, tensor, operands |
//! | [`games`] | games on a board: rules, tree search, games against oneself, a judge | tensor, data |
//! | [`plot`] | figures, and the live view of a training run | base, display, tensor, autograd, operands, nn, data |
//! | [`model`] | the model: `compile`, `fit`, `evaluate`, `predict`, callbacks, `diagnose`, model files | base, display, tensor, autograd, operands, optim, nn, data, plot |
//! | [`front`] | what a learner uses of the front end: questions, sliders, channels to the page | base, display, tensor |
//! | [`course`] | what a chapter asks and how it answers: guesses, checked exercises, quizzes | display, tensor, optim, nn, data, games, model, front |
//! | [`cell`] | what compiled cells link to; not for use by hand | base, display, tensor, autograd, data, plot, model, front |
//!
//! # Mistakes
//!
//! Shapes that do not fit, a label out of range, a gradient that is not there: the cell panics at
//! its own line, with the operation, the shapes, the labels of the operands, and a hint. Nothing is
//! lost, and the next cell works.
//!
//! ```should_panic
//! # use chainrule::prelude::*;
//! let images = Tensor::zeros(&[64, 28, 28]).label("images");
//! let layer = Dense::new(784, 128);
//! layer.forward(&images);
//! // Dense(784, 128): an input of 784 features is expected, got shape [64, 28, 28]
//! //   input : images  [64, 28, 28]
//! //   weight: weight  [784, 128]
//! //   hint  : flatten each sample first: .add(Flatten::new()) before Dense::new(784, 128)
//! ```
// `as f64` is for the usual build, in which a number is an `f32`.
#![cfg_attr(feature = "f64", allow(clippy::unnecessary_cast))]

pub mod autograd;
pub mod base;
pub mod cell;
pub mod course;
pub mod data;
pub mod display;
pub mod front;
pub mod games;
mod kernels;
pub mod model;
pub mod nn;
mod operands;
pub mod ops;
pub mod optim;
pub mod plot;
pub mod tensor;

pub use ndarray;

/// What a notebook cell sees.
pub mod prelude {
    pub use crate::Float;
    pub use crate::autograd::{GradientTape, gradcheck, grads, inference, no_grad};
    pub use crate::autograd::{stop_at_nan, training};
    pub use crate::cell::CellDisplay;
    pub use crate::course::{self, check, claim, compare, hint, predict, quiz, reveal};
    pub use crate::data::{self, Dataset};
    pub use crate::display::{self, Bundle, DisplayHandle, Show, clear_output, show};
    pub use crate::display::{
        display_html, display_json, display_latex, display_markdown, display_png, display_svg,
    };
    pub use crate::front::{
        Button, Checkbox, Control, Dropdown, FloatSlider, IntSlider, Widget, interact,
    };
    pub use crate::front::{Comm, input, input_password, set_next_input};
    pub use crate::games;
    pub use crate::json;
    pub use crate::model::{
        Checkpoint, ClipNorm, EarlyStopping, Evaluation, History, ReduceOnPlateau,
    };
    pub use crate::model::{Load as _, Sequential};
    pub use crate::ndarray;
    pub use crate::nn::Activation::{
        Elu, Gelu, LeakyRelu, Relu, Sigmoid, Silu, Softmax, Softplus, Tanh,
    };
    pub use crate::nn::{Accuracy, Metric, Perplexity, TopK};
    pub use crate::nn::{Activation, Init, Module};
    pub use crate::nn::{AvgPool2D, Conv1D, Conv2D, GlobalAvgPool, MaxPool1D, MaxPool2D};
    pub use crate::nn::{
        BatchNormalization, Dense, Dropout, Flatten, LayerNormalization, Reshape, Residual,
    };
    pub use crate::nn::{
        BinaryCrossentropy, CategoricalCrossentropy, SparseCategoricalCrossentropy,
    };
    pub use crate::nn::{Embedding, MultiHeadAttention, PositionEmbedding, SinePositionEncoding};
    pub use crate::nn::{Gru, Lstm, SimpleRnn};
    pub use crate::nn::{Hinge, Huber, KlDivergence, Loss, MeanAbsoluteError, MeanSquaredError};
    pub use crate::nn::{
        accuracy, confusion_matrix, f1_score, precision, recall, roc_auc, top_k_accuracy,
    };
    pub use crate::optim::{
        Adadelta, Adagrad, Adam, AdamW, Momentum, Optimizer, RmsProp, Schedule, Sgd,
    };
    pub use crate::optim::{clip_grad_norm, clip_grad_value, zero_grad};
    pub use crate::plot::progress;
    pub use crate::plot::{self, draw_graph};
    pub use crate::tensor::random::{self, seed};
    pub use crate::tensor::{Tensor, tensor, threads, warnings};
}

/// The type of every number in a tensor: `f32`, or `f64` with the feature of that name (gradient
/// checks need it).
#[cfg(not(feature = "f64"))]
pub type Float = f32;
/// The type of every number in a tensor: `f64`, because the feature of that name is on.
#[cfg(feature = "f64")]
pub type Float = f64;
