use super::{Optimizer, values_mut};
use crate::Float;
use crate::tensor::Tensor;
use crate::tensor::shape::slice;
use std::collections::HashMap;

/// Adam (Kingma & Ba 2015, algorithm 1): every value has a step of its own, as long as its gradient is steady.
///
/// * m ← β₁ m + (1 − β₁) g, the mean of the gradients;
/// * v ← β₂ v + (1 − β₂) g², the mean of their squares;
/// * w ← w − η m̂ / (√v̂ + ε), with m̂ = m / (1 − β₁ᵗ) and v̂ = v / (1 − β₂ᵗ), because both begin at 0.
///
/// ```
/// # use chainrule::prelude::*;
/// let w = tensor([1.0, 1.0]).requires_grad();
/// Adam::new(0.1).apply_gradients(&[tensor([1000.0, -0.001])], &[w.clone()]);
/// assert!((w.get(&[0]) - 0.9).abs() < 1e-4 && (w.get(&[1]) - 1.1).abs() < 1e-4); // the first step is η either way
/// ```
#[derive(Clone, Debug)]
pub struct Adam {
    learning_rate: Float,
    /// In double precision, because 1 − 0.999 has lost five of the seven digits of an `f32`.
    beta1: f64,
    beta2: f64,
    epsilon: Float,
    /// By the id of the parameter's tensor.
    moments: HashMap<u64, Moments>,
}

#[derive(Clone, Debug)]
struct Moments {
    m: Vec<Float>,
    v: Vec<Float>,
    t: i32,
}

impl Adam {
    /// With learning rate η, β₁ = 0.9, β₂ = 0.999, ε = 10⁻⁷.
    pub fn new(learning_rate: Float) -> Adam {
        Adam { learning_rate, beta1: 0.9, beta2: 0.999, epsilon: 1e-7, moments: HashMap::new() }
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
    fn update(&mut self, parameter: &Tensor, gradient: &Tensor) {
        let Adam { learning_rate, beta1, beta2, epsilon, .. } = *self;
        let zeros = || vec![0.0; parameter.len()];
        let moments = self.moments.entry(parameter.0.id).or_insert_with(|| Moments { m: zeros(), v: zeros(), t: 0 });
        moments.t += 1;
        // η / (1 − β₁ᵗ) and 1 / (1 − β₂ᵗ), the same for all values.
        let rate = (learning_rate as f64 / (1.0 - beta1.powi(moments.t))) as Float;
        let scale = (1.0 / (1.0 - beta2.powi(moments.t))) as Float;
        let [new1, new2, beta1, beta2] = [1.0 - beta1, 1.0 - beta2, beta1, beta2].map(|beta| beta as Float);
        let gradient = gradient.array();
        parameter.update(|array| {
            let values = values_mut(array).iter_mut().zip(slice(&gradient));
            for ((w, &g), (m, v)) in values.zip(moments.m.iter_mut().zip(&mut moments.v)) {
                *m = beta1 * *m + new1 * g;
                *v = beta2 * *v + new2 * g * g;
                *w -= rate * *m / ((*v * scale).sqrt() + epsilon);
            }
        });
    }

    fn learning_rate(&self) -> Float {
        self.learning_rate
    }

    fn set_learning_rate(&mut self, learning_rate: Float) {
        self.learning_rate = learning_rate;
    }
}
