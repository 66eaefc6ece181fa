//! Automatic differentiation: the graph behind the tensors, and the way back through it.
//!
//! * `mode`: whether layers behave as in training or as in use;
//! * `backward`: the chain rule, from a loss to everything it was computed from;
//! * `check`: derivatives compared with differences.
//!
//! The derivatives themselves stand beside the operations, in [`ops`](crate::ops); the graph as a
//! picture is in [`plot`](crate::plot), with all others.

mod backward;
mod check;
mod mode;

pub use crate::tensor::{no_grad, stop_at_nan};
pub use backward::{GradientTape, grads};
pub use check::{GradCheck, gradcheck};
pub(crate) use mode::Mode;
pub use mode::{inference, is_training, training};
