//! Layers.

use super::Init;
use crate::tensor::Tensor;
use crate::tensor::fail::fail;

/// Something that computes an output from an input and may have parameters to train: a layer, or a whole model.
///
/// A layer of one's own is a struct and two methods:
///
/// ```
/// # use chainrule::prelude::*;
/// struct Scale { factor: Tensor }
/// impl Module for Scale {
///     fn forward(&self, x: &Tensor) -> Tensor { x * &self.factor }
///     fn parameters(&self) -> Vec<Tensor> { vec![self.factor.clone()] }
/// }
/// let model = Sequential::new().add(Dense::new(2, 3)).add(Scale { factor: tensor(1.0).requires_grad() });
/// assert_eq!(model.parameters().len(), 3);
/// ```
pub trait Module: Send + Sync + 'static {
    /// The output for a batch of inputs, one sample per entry of axis 0.
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor;

    /// The tensors that training changes: handles, so a change is seen by the layer.
    fn parameters(&self) -> Vec<Tensor> {
        Vec::new()
    }

    /// What kind of layer this is, as the summary prints it.
    fn name(&self) -> String {
        let path = std::any::type_name::<Self>();
        path.rsplit("::").next().unwrap_or(path).to_owned()
    }

    /// The shape of one sample's output, given that of one sample's input (both without the batch axis). `[]` means
    /// not known. For the summary only.
    fn output_shape(&self, input: &[usize]) -> Vec<usize> {
        input.to_vec()
    }

    /// Gives the parameters names that begin with `prefix`, for messages; a model calls it with "dense1" and the like.
    fn label(&self, _prefix: &str) {}
}

/// A function that a layer applies to each value (softmax: to each row). Every one is also a layer of its own.
///
/// ```
/// # use chainrule::prelude::*;
/// let model = Sequential::new().add(Dense::new(2, 4)).add(Tanh).add(Dense::new(4, 1)).add(Sigmoid);
/// assert_eq!(model.forward(&Tensor::zeros(&[5, 2])).shape(), [5, 1]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// None: the sum as it is.
    Linear,
    /// [`Tensor::relu`].
    Relu,
    /// [`Tensor::sigmoid`].
    Sigmoid,
    /// [`Tensor::tanh`].
    Tanh,
    /// [`Tensor::softmax`] along the last axis.
    Softmax,
}

impl Module for Activation {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        match self {
            Activation::Linear => x.clone(),
            Activation::Relu => x.relu(),
            Activation::Sigmoid => x.sigmoid(),
            Activation::Tanh => x.tanh(),
            Activation::Softmax => x.softmax(-1),
        }
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

/// A fully connected layer: y = activation(x W + b), for x `[n, inputs]` and y `[n, outputs]`.
///
/// ```
/// # use chainrule::prelude::*;
/// let hidden = Dense::new(784, 128).relu();
/// let images = Tensor::zeros(&[32, 784]);
/// assert_eq!(hidden.forward(&images).shape(), [32, 128]);
/// assert_eq!(hidden.weight.shape(), [784, 128]);
/// ```
#[doc(alias = "Linear")]
#[derive(Clone, Debug)]
pub struct Dense {
    /// W, of shape `[inputs, outputs]`.
    pub weight: Tensor,
    /// b, of shape `[outputs]`, zero at first.
    pub bias: Option<Tensor>,
    activation: Activation,
}

impl Dense {
    /// A layer without activation, weights drawn by [`Init::GlorotUniform`].
    pub fn new(inputs: usize, outputs: usize) -> Dense {
        let weight = Init::GlorotUniform.draw(inputs, outputs).requires_grad().label("weight");
        let bias = Tensor::zeros(&[outputs]).requires_grad().label("bias");
        Dense { weight, bias: Some(bias), activation: Activation::Linear }
    }

    /// With ReLU; consider [`Init::HeUniform`] when there are many layers.
    pub fn relu(self) -> Dense {
        self.activation(Activation::Relu)
    }

    /// With the logistic function.
    pub fn sigmoid(self) -> Dense {
        self.activation(Activation::Sigmoid)
    }

    /// With the hyperbolic tangent.
    pub fn tanh(self) -> Dense {
        self.activation(Activation::Tanh)
    }

    /// With softmax over the outputs, for class probabilities.
    pub fn softmax(self) -> Dense {
        self.activation(Activation::Softmax)
    }

    /// Without activation, as after `new`.
    pub fn linear(self) -> Dense {
        self.activation(Activation::Linear)
    }

    /// With the given activation.
    pub fn activation(mut self, activation: Activation) -> Dense {
        self.activation = activation;
        self
    }

    /// Draws the weights again, in another way.
    pub fn initializer(self, init: Init) -> Dense {
        let &[inputs, outputs] = self.weight.shape() else { return self };
        let weight = init.draw(inputs, outputs).requires_grad().label("weight");
        Dense { weight, ..self }
    }

    /// Without b.
    pub fn no_bias(mut self) -> Dense {
        self.bias = None;
        self
    }
}

impl Module for Dense {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        let (inputs, outputs) = (self.weight.shape()[0], self.weight.shape()[1]);
        if x.shape().last() != Some(&inputs) {
            let hint = if x.rank() > 2 && x.shape()[1..].iter().product::<usize>() == inputs {
                format!("flatten each sample first: .add(Flatten::new()) before Dense::new({inputs}, {outputs})")
            } else if let Some(features) = x.shape().last() {
                format!("make the layer Dense::new({features}, {outputs}), or give it inputs with {inputs} features")
            } else {
                format!("an input has the shape [n, {inputs}]: one row for each sample, also if there is only one")
            };
            fail(
                &format!(
                    "Dense({inputs}, {outputs}): an input of {inputs} features is expected, got shape {:?}",
                    x.shape()
                ),
                &[("input", x), ("weight", &self.weight)],
                &hint,
            );
        }
        let sums = match &self.bias {
            Some(bias) => x.affine(&self.weight, bias),
            None => x.matmul(&self.weight),
        };
        self.activation.forward(&sums)
    }

    fn parameters(&self) -> Vec<Tensor> {
        std::iter::once(&self.weight).chain(&self.bias).cloned().collect()
    }

    fn name(&self) -> String {
        "Dense".to_owned()
    }

    fn output_shape(&self, input: &[usize]) -> Vec<usize> {
        let outer = input.split_last().map_or(&[][..], |(_, outer)| outer);
        [outer, &[self.weight.shape()[1]]].concat()
    }

    fn label(&self, prefix: &str) {
        for (parameter, own) in
            std::iter::once((&self.weight, "weight")).chain(self.bias.iter().map(|bias| (bias, "bias")))
        {
            // A name that the learner gave is better than ours.
            if parameter.name().as_deref() == Some(own) {
                parameter.label(&format!("{prefix}.{own}"));
            }
        }
    }
}

/// Makes each sample a row: `[n, 28, 28]` becomes `[n, 784]`.
///
/// ```
/// # use chainrule::prelude::*;
/// assert_eq!(Flatten::new().forward(&Tensor::zeros(&[32, 28, 28])).shape(), [32, 784]);
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Flatten {}

impl Flatten {
    /// The layer.
    pub fn new() -> Flatten {
        Flatten {}
    }
}

impl Module for Flatten {
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        x.flatten()
    }

    fn output_shape(&self, input: &[usize]) -> Vec<usize> {
        if input.is_empty() { Vec::new() } else { vec![input.iter().product()] }
    }
}
