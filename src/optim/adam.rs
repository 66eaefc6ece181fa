use super::{Memory, Optimizer, blend, checked_rate, rate_and_memory};
use crate::Float;
use crate::base::compiled_here;
use crate::kernels::loops;
use crate::tensor::Tensor;
use crate::tensor::shape::{slice, slice_mut};

/// Adam (Kingma & Ba 2015, algorithm 1): every value has a step of its own, as long as its gradient
/// is steady.
///
/// * m ← β₁ m + (1 − β₁) g, the mean of the gradients;
/// * v ← β₂ v + (1 − β₂) g², the mean of their squares;
/// * w ← w − η m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ), because both begin
///   at 0.
///
/// ```
/// # use chainrule::prelude::*;
/// let w = tensor([1.0, 1.0]).requires_grad();
/// Adam::new(0.1).apply_gradients(&[tensor([1000.0, -0.001])], &[w.clone()]);
/// // The first step is η either way.
/// assert!((w.get(&[0]) - 0.9).abs() < 1e-4 && (w.get(&[1]) - 1.1).abs() < 1e-4);
/// ```
#[derive(Clone, Debug)]
pub struct Adam {
    learning_rate: Float,
    beta1: f64,
    beta2: f64,
    epsilon: Float,
    /// m and v.
    memory: Memory<2>,
}

impl Adam {
    /// With learning rate η, β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁷.
    #[track_caller]
    pub fn new(learning_rate: Float) -> Adam {
        Adam {
            learning_rate: checked_rate(learning_rate),
            beta1: 0.9,
            beta2: 0.999,
            epsilon: 1e-7,
            memory: Memory::default(),
        }
    }

    /// With other β₁ and β₂.
    pub fn betas(mut self, beta1: f64, beta2: f64) -> Adam {
        (self.beta1, self.beta2) = (beta1, beta2);
        self
    }
}

impl Default for Adam {
    /// With learning rate 0.001, as in Keras.
    fn default() -> Adam {
        Adam::new(0.001)
    }
}

impl Optimizer for Adam {
    compiled_here!(Optimizer);

    fn update(&mut self, parameter: &Tensor, gradient: &Tensor) {
        let t = self.memory.steps(parameter) + 1;
        // η / (1 − β₁ᵗ) and 1 / (1 − β₂ᵗ), the same for all values.
        let rate = (self.learning_rate as f64 / (1.0 - self.beta1.powi(t))) as Float;
        let scale = (1.0 / (1.0 - self.beta2.powi(t))) as Float;
        let ((beta1, new1), (beta2, new2), epsilon) =
            (blend(self.beta1), blend(self.beta2), self.epsilon);
        self.memory.step(parameter, gradient, |w, g, [m, v]| {
            *m = beta1 * *m + new1 * g;
            *v = beta2 * *v + new2 * g * g;
            *w -= rate * *m / ((*v * scale).sqrt() + epsilon);
        });
    }

    rate_and_memory!();
}

/// [`Adam`] with weight decay beside the gradient (Loshchilov & Hutter 2019): first w ← w − η λ w,
/// then Adam's step. In the loss, a penalty would be divided by the size of the gradients as they
/// are; here all weights shrink alike.
///
/// ```
/// # use chainrule::prelude::*;
/// let w = tensor([2.0]).requires_grad();
/// AdamW::new(0.1, 0.5).apply_gradients(&[tensor([0.0])], &[w.clone()]);
/// assert!((w.item() - 1.9).abs() < 1e-6); // 2 − 0.1 · 0.5 · 2
/// ```
#[derive(Clone, Debug)]
pub struct AdamW {
    adam: Adam,
    weight_decay: Float,
}

impl AdamW {
    /// With learning rate η and weight decay λ; 0.01 is usual.
    #[track_caller]
    pub fn new(learning_rate: Float, weight_decay: Float) -> AdamW {
        AdamW {
            adam: Adam::new(learning_rate),
            weight_decay,
        }
    }
}

impl Optimizer for AdamW {
    compiled_here!(Optimizer);

    fn update(&mut self, parameter: &Tensor, gradient: &Tensor) {
        let keep = 1.0 - self.adam.learning_rate * self.weight_decay;
        parameter.update(|values| {
            loops::update(slice_mut(values), slice(&gradient.array()), |w, _| w * keep)
        });
        self.adam.update(parameter, gradient);
    }

    fn learning_rate(&self) -> Float {
        self.adam.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: Float) {
        self.adam.learning_rate = learning_rate;
    }

    fn reset(&mut self) {
        self.adam.reset();
    }
}
