//! Optimisers with the settings that are usual, and by Keras's names.

use super::{Adadelta, Adagrad, Adam, AdamW, Momentum, Optimizer, RmsProp, Sgd};
use crate::tensor::fail::fail;

/// What `compile` takes for an optimiser: one, or the name that Keras has for it, such as `"adam"`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no optimiser",
    label = "give one such as `Adam::default()` or `Sgd::new(0.1)`"
)]
pub trait IntoOptimizer {
    /// The optimiser. Panics if there is none of this name.
    #[track_caller]
    fn boxed(self) -> Box<dyn Optimizer>;
}

impl<O: Optimizer> IntoOptimizer for O {
    fn boxed(self) -> Box<dyn Optimizer> {
        self.into_dyn()
    }
}

/// One that is chosen while the program runs.
impl IntoOptimizer for Box<dyn Optimizer> {
    fn boxed(self) -> Box<dyn Optimizer> {
        self
    }
}

impl IntoOptimizer for &str {
    #[track_caller]
    fn boxed(self) -> Box<dyn Optimizer> {
        match self.to_lowercase().as_str() {
            "adam" => Box::new(Adam::default()),
            "adamw" => Box::new(AdamW::default()),
            "sgd" => Box::new(Sgd::default()),
            "rmsprop" => Box::new(RmsProp::default()),
            "adagrad" => Box::new(Adagrad::default()),
            "adadelta" => Box::new(Adadelta::default()),
            _ => fail(
                &format!("compile: there is no optimiser {self:?}"),
                &[],
                "an optimiser is a value, such as Adam::default() or Sgd::new(0.1), or one of \
                 \"adam\", \"adamw\", \"sgd\", \"rmsprop\", \"adagrad\", \"adadelta\"",
            ),
        }
    }
}

/// The usual settings of Keras and PyTorch: written once for each, so that completion knows them.
macro_rules! usual {
    ($name:ident, $made:expr) => {
        impl Default for $name {
            /// With the usual learning rate.
            fn default() -> $name {
                $made
            }
        }
    };
}

usual!(Sgd, Sgd::new(0.01));
usual!(Momentum, Momentum::new(0.01, 0.9));
usual!(Adagrad, Adagrad::new(0.001));
usual!(RmsProp, RmsProp::new(0.001));
usual!(AdamW, AdamW::new(0.001, 0.004));
