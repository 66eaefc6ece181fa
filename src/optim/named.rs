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
        Box::new(self)
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
                "an optimiser is a value, such as Adam::default() or Sgd::new(0.1), or one of \"adam\", \"adamw\", \
                 \"sgd\", \"rmsprop\", \"adagrad\", \"adadelta\"",
            ),
        }
    }
}

/// Each optimiser has a `new` with its settings, and a `default` with the usual ones, which are Keras's.
macro_rules! usual {
    ($($Optimizer:ident ($($setting:literal),*))*) => {$(
        impl Default for $Optimizer {
            fn default() -> $Optimizer {
                $Optimizer::new($($setting),*)
            }
        }
    )*};
}
usual!(Sgd(0.01) Momentum(0.01, 0.9) Adagrad(0.001) RmsProp(0.001) AdamW(0.001, 0.004));
