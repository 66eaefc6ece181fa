//! How weights begin.

use crate::Float;
use crate::tensor::Tensor;

/// How the weights of a layer are drawn before training. What matters is their size: it decides whether signals grow
/// or fade from layer to layer, forward and backward.
///
/// ```
/// # use chainrule::prelude::*;
/// let layer = Dense::new(784, 128).relu().initializer(Init::HeNormal);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Uniform in ±√(6 / (inputs + outputs)), for layers without activation or with tanh, sigmoid or softmax; what
    /// Keras does by default (Glorot & Bengio 2010).
    GlorotUniform,
    /// Normal with variance 2 / (inputs + outputs) (Glorot & Bengio 2010).
    GlorotNormal,
    /// Uniform in ±√(6 / inputs), for layers with ReLU, which lets half of the signal through (He et al. 2015).
    HeUniform,
    /// Normal with variance 2 / inputs (He et al. 2015).
    HeNormal,
    /// Normal with this standard deviation.
    Normal(Float),
    /// All zero: every unit of a layer then computes the same and stays like the others, so this is for seeing that.
    Zeros,
}

impl Init {
    /// Draws a weight of shape `[inputs, outputs]` from the generator that [`seed`](crate::tensor::random::seed) starts.
    pub fn draw(self, inputs: usize, outputs: usize) -> Tensor {
        let shape = [inputs, outputs];
        let (both, inputs) = ((inputs + outputs).max(1) as Float, inputs.max(1) as Float);
        let uniform = |limit: Float| Tensor::uniform(&shape, -limit, limit);
        let normal = |deviation: Float| (Tensor::randn(&shape) * deviation).detach();
        match self {
            Init::GlorotUniform => uniform((6.0 / both).sqrt()),
            Init::GlorotNormal => normal((2.0 / both).sqrt()),
            Init::HeUniform => uniform((6.0 / inputs).sqrt()),
            Init::HeNormal => normal((2.0 / inputs).sqrt()),
            Init::Normal(deviation) => normal(deviation),
            Init::Zeros => Tensor::zeros(&shape),
        }
    }
}
