//! Whether a network learns or is used: dropout and batch normalisation do one thing while they
//! learn and another later.

use crate::tensor::grad_enabled;
use std::cell::Cell;

thread_local! {
    static MODE: Cell<Option<bool>> = const { Cell::new(None) };
}

/// Whether layers are to behave as in training. Unless [`training`] or [`inference`] says
/// otherwise, they are where gradients are recorded: in a training loop, but not in `evaluate`,
/// `predict` and [`no_grad`](super::no_grad).
pub fn is_training() -> bool {
    MODE.get().unwrap_or_else(grad_enabled)
}

/// Computes as in training, also inside `no_grad`: dropout drops, batch normalisation uses the
/// batch.
pub fn training<R>(compute: impl FnOnce() -> R) -> R {
    let _mode = Mode::new(true);
    compute()
}

/// Computes as in use, also where gradients are recorded: to ask how the output of a trained
/// network depends on its input.
///
/// ```
/// # use chainrule::prelude::*;
/// let x = Tensor::ones(&[1, 4]).requires_grad();
/// let dropout = Dropout::new(0.5);
/// assert_eq!(inference(|| dropout.forward(&x)).to_vec(), [1.0; 4]);
/// ```
pub fn inference<R>(compute: impl FnOnce() -> R) -> R {
    let _mode = Mode::new(false);
    compute()
}

/// Holds the mode; the one before comes back also when the computation panics or is interrupted.
pub(crate) struct Mode {
    before: Option<bool>,
}

impl Mode {
    pub fn new(is_training: bool) -> Mode {
        Mode {
            before: MODE.replace(Some(is_training)),
        }
    }
}

impl Drop for Mode {
    fn drop(&mut self) {
        MODE.set(self.before);
    }
}
