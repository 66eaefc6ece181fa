//! Optimisers that divide each step by the size that gradients of the value usually have.

use super::{Memory, Optimizer, blend, checked_rate, rate_and_memory};
use crate::Float;
use crate::base::compiled_here;
use crate::tensor::Tensor;

/// Adagrad (Duchi et al. 2011): s ← s + g², then w ← w − η g / (√s + ε). Values with rare gradients
/// get large steps; all steps become smaller and smaller.
///
/// ```
/// # use chainrule::prelude::*;
/// let w = tensor([1.0, 1.0]).requires_grad();
/// Adagrad::new(0.5).apply_gradients(&[tensor([100.0, -0.01])], &[w.clone()]);
/// assert!((w.get(&[0]) - 0.5).abs() < 1e-4 && (w.get(&[1]) - 1.5).abs() < 1e-4);
/// ```
#[derive(Clone, Debug)]
pub struct Adagrad {
    learning_rate: Float,
    epsilon: Float,
    /// s.
    memory: Memory<1>,
}

impl Adagrad {
    /// With learning rate η, ε = 10⁻⁷.
    #[track_caller]
    pub fn new(learning_rate: Float) -> Adagrad {
        Adagrad {
            learning_rate: checked_rate(learning_rate),
            epsilon: 1e-7,
            memory: Memory::default(),
        }
    }
}

impl Optimizer for Adagrad {
    compiled_here!(Optimizer);

    fn update(&mut self, parameter: &Tensor, gradient: &Tensor) {
        let (rate, epsilon) = (self.learning_rate, self.epsilon);
        self.memory.step(parameter, gradient, |w, g, [s]| {
            *s += g * g;
            *w -= rate * g / (s.sqrt() + epsilon);
        });
    }

    rate_and_memory!();
}

/// RMSprop (Hinton, lecture 6e, 2012): as [`Adagrad`], with a running mean in place of the sum: v ←
/// ρ v + (1 − ρ) g², then w ← w − η g / (√v + ε).
#[doc(alias = "RMSprop")]
#[derive(Clone, Debug)]
pub struct RmsProp {
    learning_rate: Float,
    rho: f64,
    epsilon: Float,
    /// v.
    memory: Memory<1>,
}

impl RmsProp {
    /// With learning rate η, ρ = 0.9, ε = 10⁻⁷.
    #[track_caller]
    pub fn new(learning_rate: Float) -> RmsProp {
        RmsProp {
            learning_rate: checked_rate(learning_rate),
            rho: 0.9,
            epsilon: 1e-7,
            memory: Memory::default(),
        }
    }
}

impl Optimizer for RmsProp {
    compiled_here!(Optimizer);

    fn update(&mut self, parameter: &Tensor, gradient: &Tensor) {
        let (rate, (rho, new), epsilon) = (self.learning_rate, blend(self.rho), self.epsilon);
        self.memory.step(parameter, gradient, |w, g, [v]| {
            *v = rho * *v + new * g * g;
            *w -= rate * g / (v.sqrt() + epsilon);
        });
    }

    rate_and_memory!();
}

/// Adadelta (Zeiler 2012): as [`RmsProp`], and each step is as large as the steps before were, so
/// that there is no rate to choose. v ← ρ v + (1 − ρ) g², d = √(u + ε) / √(v + ε) g, u ← ρ u + (1 −
/// ρ) d², then w ← w − η d with η = 1.
#[derive(Clone, Debug)]
pub struct Adadelta {
    learning_rate: Float,
    rho: f64,
    epsilon: Float,
    /// v and u.
    memory: Memory<2>,
}

impl Adadelta {
    /// With ρ = 0.95, ε = 10⁻⁶.
    pub fn new() -> Adadelta {
        Adadelta {
            learning_rate: 1.0,
            rho: 0.95,
            epsilon: 1e-6,
            memory: Memory::default(),
        }
    }
}

impl Default for Adadelta {
    fn default() -> Adadelta {
        Adadelta::new()
    }
}

impl Optimizer for Adadelta {
    compiled_here!(Optimizer);

    fn update(&mut self, parameter: &Tensor, gradient: &Tensor) {
        let (rate, (rho, new), epsilon) = (self.learning_rate, blend(self.rho), self.epsilon);
        self.memory.step(parameter, gradient, |w, g, [v, u]| {
            *v = rho * *v + new * g * g;
            let d = (*u + epsilon).sqrt() / (*v + epsilon).sqrt() * g;
            *u = rho * *u + new * d * d;
            *w -= rate * d;
        });
    }

    rate_and_memory!();
}
