//! How weights begin.

use crate::Float;
use crate::tensor::Tensor;
use crate::tensor::shape::{array, count};

/// How the weights of a layer are drawn before training. What matters is their size: it decides
/// whether signals grow or fade from layer to layer, forward and backward.
///
/// ```
/// # use chainrule::prelude::*;
/// let layer = Dense::new(784, 128).relu().initializer(Init::HeNormal);
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Init {
    /// Uniform in ±√(6 / (inputs + outputs)), for layers without activation or with tanh, sigmoid
    /// or softmax; what Keras does by default (Glorot & Bengio 2010).
    GlorotUniform,
    /// Normal with variance 2 / (inputs + outputs) (Glorot & Bengio 2010).
    GlorotNormal,
    /// Uniform in ±√(6 / inputs), for layers with ReLU, which lets half of the signal through (He
    /// et al. 2015).
    HeUniform,
    /// Normal with variance 2 / inputs (He et al. 2015).
    HeNormal,
    /// Normal with variance 1 / inputs, for self-normalising layers (LeCun et al. 1998).
    LecunNormal,
    /// A random rotation: lengths stay as they are. For weights that are applied again and again,
    /// as in recurrent layers (Saxe et al. 2014).
    Orthogonal,
    /// Normal with this standard deviation.
    Normal(Float),
    /// Uniform from minus this limit to the limit.
    Uniform(Float),
    /// All zero: every unit of a layer then computes the same and stays like the others, so this is
    /// for seeing that.
    Zeros,
}

impl Init {
    /// Draws a weight of shape `[inputs, outputs]` from the generator that
    /// [`seed`](crate::tensor::random::seed) starts.
    pub fn draw(self, inputs: usize, outputs: usize) -> Tensor {
        self.draw_shape(&[inputs, outputs], inputs, outputs)
    }

    /// Draws a weight of any shape, in which an output depends on `inputs` values and an input
    /// reaches `outputs`.
    pub fn draw_shape(self, shape: &[usize], inputs: usize, outputs: usize) -> Tensor {
        count("weight", shape);
        let (both, inputs) = (
            inputs.saturating_add(outputs).max(1) as Float,
            inputs.max(1) as Float,
        );
        let uniform = |limit: Float| Tensor::uniform(shape, -limit, limit);
        let normal = |deviation: Float| (Tensor::randn(shape) * deviation).detach();
        match self {
            Init::GlorotUniform => uniform((6.0 / both).sqrt()),
            Init::GlorotNormal => normal((2.0 / both).sqrt()),
            Init::HeUniform => uniform((6.0 / inputs).sqrt()),
            Init::HeNormal => normal((2.0 / inputs).sqrt()),
            Init::LecunNormal => normal((1.0 / inputs).sqrt()),
            Init::Orthogonal => orthogonal(shape),
            Init::Normal(deviation) => normal(deviation),
            Init::Uniform(limit) => uniform(limit),
            Init::Zeros => Tensor::zeros(shape),
        }
    }
}

/// Rows at right angles, or columns if there are fewer of them: Gram–Schmidt of normal vectors.
fn orthogonal(shape: &[usize]) -> Tensor {
    let rows = shape.first().copied().unwrap_or(1);
    let columns = count("Init::Orthogonal", &shape[1.min(shape.len())..]);
    let (count, length) = (rows.min(columns), rows.max(columns));
    let mut vectors: Vec<Vec<Float>> = Vec::with_capacity(count);
    for _ in 0..count {
        let mut vector = Tensor::randn(&[length]).to_vec();
        // Twice, because once leaves rounding errors.
        for other in vectors.iter().chain(&vectors) {
            let along: Float = vector.iter().zip(other).map(|(a, b)| a * b).sum();
            vector
                .iter_mut()
                .zip(other)
                .for_each(|(a, b)| *a -= along * b);
        }
        let norm = vector.iter().map(|a| a * a).sum::<Float>().sqrt();
        vector.iter_mut().for_each(|a| *a /= norm);
        vectors.push(vector);
    }
    let value = |i: usize, j: usize| {
        if rows <= columns {
            vectors[i][j]
        } else {
            vectors[j][i]
        }
    };
    let values = (0..rows * columns)
        .map(|place| value(place / columns, place % columns))
        .collect();
    Tensor::from_array(array(values, shape))
}
