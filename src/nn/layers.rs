//! Layers.

use super::Init;
use crate::Float;
use crate::autograd::is_training;
use crate::base::{compiled_here, last_part};
use crate::tensor::Tensor;
use crate::tensor::fail::fail;

/// Something that computes an output from an input and may have parameters to train: a layer, or a
/// whole model.
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
/// let model = Sequential::new()
///     .add(Dense::new(2, 3))
///     .add(Scale { factor: tensor(1.0).requires_grad() });
/// assert_eq!(model.parameters().len(), 3);
/// ```
pub trait Module: std::any::Any + Send + Sync {
    /// The output for a batch of inputs, one sample per entry of axis 0.
    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor;

    /// The tensors that training changes: handles, so a change is seen by the layer.
    fn parameters(&self) -> Vec<Tensor> {
        Vec::new()
    }

    /// What kind of layer this is, as the summary prints it.
    fn name(&self) -> String {
        last_part(std::any::type_name::<Self>()).to_owned()
    }

    /// The shape of one sample's output, given that of one sample's input (both without the batch
    /// axis). `[]` means not known. For the summary only.
    fn output_shape(&self, input: &[usize]) -> Vec<usize> {
        input.to_vec()
    }

    /// Everything that has to be kept to have this layer again: the parameters, and what is not
    /// trained but changes.
    fn state(&self) -> Vec<Tensor> {
        self.parameters()
    }

    /// Has training leave the layer as it is (`false`), or change it again. In a model:
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let model = Sequential::new().add(Dense::new(2, 8).relu()).add(Dense::new(8, 1));
    /// model.layers()[0].set_trainable(false);
    /// assert_eq!(model.parameters().len(), 2); // weight and bias of the second
    /// ```
    fn set_trainable(&self, is_trainable: bool) {
        self.parameters()
            .iter()
            .for_each(|parameter| parameter.set_trainable(is_trainable));
    }

    /// The layer, which training leaves as it is (`false`):
    /// `.add(Dense::new(2, 8).relu().trainable(false))`.
    fn trainable(self, is_trainable: bool) -> Self
    where
        Self: Sized,
    {
        self.set_trainable(is_trainable);
        self
    }

    /// Another layer with the same values and weights of its own, for
    /// [`Sequential::clone`](super::Sequential). Only a layer of one's own has to say it; None
    /// means that it does not.
    fn copy(&self) -> Option<Box<dyn Module>> {
        None
    }

    /// How often a multiplication and an addition are done for one sample, given the shape of its
    /// input. For the summary only.
    fn macs(&self, _input: &[usize]) -> usize {
        0
    }

    /// Gives the parameters names that begin with `prefix`, for messages; a model calls it with
    /// "dense1" and the like. A name that the learner gave is better and stays.
    fn label(&self, prefix: &str) {
        label(self.state(), prefix);
    }

    /// The layer as a model keeps it.
    #[doc(hidden)]
    fn into_dyn(self) -> Box<dyn Module>
    where
        Self: Sized,
    {
        Box::new(self)
    }
}

// Not in the trait itself: a cell that adds a layer to a model compiles the methods that it did not
// write.

fn label(state: Vec<Tensor>, prefix: &str) {
    for parameter in state {
        if let Some(own) = parameter
            .name()
            .filter(|name| NAMES.contains(&name.as_str()))
        {
            parameter.label(&format!("{prefix}.{own}"));
        }
    }
}

/// What layers call their parameters.
const NAMES: [&str; 8] = [
    "weight",
    "bias",
    "recurrent",
    "recurrent_bias",
    "gamma",
    "beta",
    "mean",
    "variance",
];

/// A parameter with one of [`NAMES`].
pub(crate) fn parameter(value: Tensor, name: &str) -> Tensor {
    value.requires_grad().label(name)
}

/// A function that a layer applies to each value (softmax: to each row). Every one is also a layer
/// of its own.
///
/// ```
/// # use chainrule::prelude::*;
/// let model = Sequential::new()
///     .add(Dense::new(2, 4))
///     .add(Tanh)
///     .add(Dense::new(4, 1))
///     .add(Sigmoid);
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
    /// [`Tensor::leaky_relu`] with slope 0.01.
    LeakyRelu,
    /// [`Tensor::elu`] with α = 1.
    Elu,
    /// [`Tensor::gelu`].
    Gelu,
    /// [`Tensor::silu`].
    Silu,
    /// [`Tensor::softplus`].
    Softplus,
}

impl Module for Activation {
    compiled_here!(Module);

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        match self {
            Activation::Linear => x.clone(),
            Activation::Relu => x.relu(),
            Activation::Sigmoid => x.sigmoid(),
            Activation::Tanh => x.tanh(),
            Activation::Softmax => x.softmax(-1),
            Activation::LeakyRelu => x.leaky_relu(0.01),
            Activation::Elu => x.elu(1.0),
            Activation::Gelu => x.gelu(),
            Activation::Silu => x.silu(),
            Activation::Softplus => x.softplus(),
        }
    }

    fn name(&self) -> String {
        format!("{self:?}")
    }
}

/// By the name that Keras has for it, such as `"relu"`. Panics if there is none.
impl From<&str> for Activation {
    #[track_caller]
    fn from(name: &str) -> Activation {
        match name {
            "linear" => Activation::Linear,
            "relu" => Activation::Relu,
            "sigmoid" => Activation::Sigmoid,
            "tanh" => Activation::Tanh,
            "softmax" => Activation::Softmax,
            "leaky_relu" => Activation::LeakyRelu,
            "elu" => Activation::Elu,
            "gelu" => Activation::Gelu,
            "silu" | "swish" => Activation::Silu,
            "softplus" => Activation::Softplus,
            _ => fail(
                &format!("activation: there is none called {name:?}"),
                &[],
                "one of Relu, Sigmoid, Tanh, Softmax, LeakyRelu, Elu, Gelu, Silu, Softplus, or its \
                name in small letters",
            ),
        }
    }
}

/// What layers with an activation offer to choose it.
macro_rules! activations {
    ($Layer:ident) => {
        impl $Layer {
            /// With ReLU; consider [`Init::HeUniform`] when there are many layers.
            pub fn relu(self) -> $Layer {
                self.activation(Activation::Relu)
            }

            /// With the logistic function.
            pub fn sigmoid(self) -> $Layer {
                self.activation(Activation::Sigmoid)
            }

            /// With the hyperbolic tangent.
            pub fn tanh(self) -> $Layer {
                self.activation(Activation::Tanh)
            }

            /// With softmax over the last axis, for class probabilities.
            pub fn softmax(self) -> $Layer {
                self.activation(Activation::Softmax)
            }

            /// With GELU.
            pub fn gelu(self) -> $Layer {
                self.activation(Activation::Gelu)
            }

            /// Without activation, as after `new`.
            pub fn linear(self) -> $Layer {
                self.activation(Activation::Linear)
            }

            /// With the given activation, a value such as `Elu` or its name, `"elu"`. Panics at a
            /// name that is none.
            #[track_caller]
            pub fn activation(mut self, activation: impl Into<Activation>) -> $Layer {
                self.activation = activation.into();
                self
            }
        }
    };
}
pub(super) use activations;
activations!(Dense);

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
    pub(crate) activation: Activation,
}

impl Dense {
    /// A layer that takes samples of `inputs` features (the length of a row of x) and gives each
    /// `outputs` (its units). Without activation, weights drawn by [`Init::GlorotUniform`].
    pub fn new(inputs: usize, outputs: usize) -> Dense {
        let weight = parameter(Init::GlorotUniform.draw(inputs, outputs), "weight");
        let bias = parameter(Tensor::zeros(&[outputs]), "bias");
        Dense {
            weight,
            bias: Some(bias),
            activation: Activation::Linear,
        }
    }

    /// Draws the weights again, in another way.
    pub fn initializer(self, init: Init) -> Dense {
        let &[inputs, outputs] = self.weight.shape() else {
            return self;
        };
        let weight = parameter(init.draw(inputs, outputs), "weight");
        Dense { weight, ..self }
    }

    /// Without b.
    pub fn no_bias(mut self) -> Dense {
        self.bias = None;
        self
    }
}

impl Module for Dense {
    compiled_here!(Module);

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        let (inputs, outputs) = (self.weight.shape()[0], self.weight.shape()[1]);
        if x.shape().last() != Some(&inputs) {
            let hint = if x.rank() > 2 && x.shape()[1..].iter().product::<usize>() == inputs {
                format!(
                    "flatten each sample first: .add(Flatten::new()) before Dense::new({inputs}, \
                    {outputs})"
                )
            } else if inputs == 1 && x.rank() == 1 {
                "these are samples of one feature each: make them a column with x.unsqueeze(1)"
                    .to_owned()
            } else if let Some(features) = x.shape().last().filter(|_| x.array().len() == inputs) {
                format!(
                    "if this is one sample, make it a row: .reshape(&[1, {inputs}]); if each row \
                    is one, make the layer Dense::new({features}, {outputs})"
                )
            } else if let Some(features) = x.shape().last() {
                format!(
                    "make the layer Dense::new({features}, {outputs}), or give it inputs with \
                    {inputs} features"
                )
            } else {
                format!(
                    "an input has the shape [n, {inputs}]: one row for each sample, also if there \
                    is only one"
                )
            };
            fail(
                &format!(
                    "Dense({inputs}, {outputs}): an input of {inputs} features is expected, got \
                    shape {:?}",
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
        std::iter::once(&self.weight)
            .chain(&self.bias)
            .cloned()
            .collect()
    }

    fn name(&self) -> String {
        "Dense".to_owned()
    }

    fn output_shape(&self, input: &[usize]) -> Vec<usize> {
        let outer = input.split_last().map_or(&[][..], |(_, outer)| outer);
        [outer, &[self.weight.shape()[1]]].concat()
    }

    fn macs(&self, input: &[usize]) -> usize {
        let rows: usize = input
            .split_last()
            .map_or(1, |(_, outer)| outer.iter().product());
        rows * self.weight.len()
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

/// As [`Flatten::new`]: what needs no setting is its bare name, too.
#[allow(non_upper_case_globals)]
pub const Flatten: Flatten = Flatten {};

impl Module for Flatten {
    compiled_here!(Module);

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        x.flatten()
    }

    fn output_shape(&self, input: &[usize]) -> Vec<usize> {
        if input.is_empty() {
            Vec::new()
        } else {
            vec![input.iter().product()]
        }
    }
}

/// Each sample in another shape: rows of 784 pixels as images of one channel.
///
/// ```
/// # use chainrule::prelude::*;
/// let images = Reshape::new(&[1, 28, 28]).forward(&Tensor::zeros(&[32, 784]));
/// assert_eq!(images.shape(), [32, 1, 28, 28]);
/// ```
#[derive(Clone, Debug)]
pub struct Reshape {
    pub(crate) shape: Vec<usize>,
}

impl Reshape {
    /// The shape of one sample, without the batch axis.
    pub fn new(shape: &[usize]) -> Reshape {
        Reshape {
            shape: shape.to_vec(),
        }
    }
}

impl Module for Reshape {
    compiled_here!(Module);

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        let is_one_sample = x.rank() == 1 && x.len() == self.shape.iter().product::<usize>();
        let rows = match is_one_sample {
            true => 1,
            false => x.shape().first().copied().unwrap_or(1),
        };
        x.reshape(&[&[rows], &self.shape[..]].concat())
    }

    fn output_shape(&self, _: &[usize]) -> Vec<usize> {
        self.shape.clone()
    }
}

/// A way around layers: y = x + layers(x). Gradients reach what is below without loss, so that
/// networks can be deep (He et al. 2016).
///
/// ```
/// # use chainrule::prelude::*;
/// let block = Residual::new(Sequential::new().add(Dense::new(8, 8).relu()).add(Dense::new(8, 8)));
/// assert_eq!(block.forward(&Tensor::zeros(&[5, 8])).shape(), [5, 8]);
/// ```
pub struct Residual {
    pub(crate) layers: Box<dyn Module>,
}

impl Residual {
    /// Around a layer or a [`Sequential`](super::Sequential), which must keep the shape.
    pub fn new(layers: impl Module) -> Residual {
        Residual {
            layers: Box::new(layers),
        }
    }
}

impl Module for Residual {
    compiled_here!(Module);

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        let y = self.layers.forward(x);
        if y.shape() != x.shape() {
            fail(
                &format!(
                    "Residual: the layers turn {:?} into {:?}, which cannot be added",
                    x.shape(),
                    y.shape()
                ),
                &[("input", x), ("output", &y)],
                "the last layer inside must have as many outputs as the first has inputs",
            );
        }
        x + y
    }

    fn parameters(&self) -> Vec<Tensor> {
        self.layers.parameters()
    }

    fn state(&self) -> Vec<Tensor> {
        self.layers.state()
    }

    fn set_trainable(&self, is_trainable: bool) {
        self.layers.set_trainable(is_trainable);
    }

    fn macs(&self, input: &[usize]) -> usize {
        self.layers.macs(input)
    }

    fn label(&self, prefix: &str) {
        self.layers.label(prefix);
    }
}

/// Sets each value to 0 with probability `rate` while the network learns, and makes the others 1 /
/// (1 − `rate`) times larger; does nothing when it is used (Srivastava et al. 2014). See
/// [`is_training`] for which is when.
///
/// ```
/// # use chainrule::prelude::*;
/// let x = Tensor::ones(&[1, 1000]);
/// let dropped = training(|| Dropout::new(0.2).forward(&x));
/// assert!((dropped.mean().item() - 1.0).abs() < 0.1 && dropped.min().item() == 0.0);
/// assert_eq!(no_grad(|| Dropout::new(0.2).forward(&x)).mean().item(), 1.0);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Dropout {
    pub(crate) rate: Float,
}

impl Dropout {
    /// Panics if `rate` is not in 0..1.
    #[track_caller]
    pub fn new(rate: Float) -> Dropout {
        if !(0.0..1.0).contains(&rate) {
            fail(
                &format!("Dropout: the rate is {rate}"),
                &[],
                "a share of the values, at least 0 and below 1",
            );
        }
        Dropout { rate }
    }
}

impl Module for Dropout {
    compiled_here!(Module);

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        if !is_training() || self.rate == 0.0 {
            return x.clone();
        }
        let kept = Tensor::rand(x.shape()).ge(&Tensor::from(self.rate));
        x * (kept / (1.0 - self.rate))
    }
}

/// How many units are dead in outputs `[n, units, …]` of a layer: 0 everywhere, for all n examples.
pub(crate) fn dead_units(outputs: &Tensor) -> usize {
    let &[examples, units, ..] = outputs.shape() else {
        return 0;
    };
    let values = outputs.to_vec();
    let each = values.len() / (examples * units).max(1);
    let is_dead = |unit: usize| {
        (0..examples).all(|example| {
            let start = (example * units + unit) * each;
            values[start..start + each]
                .iter()
                .all(|value| *value == 0.0)
        })
    };
    (0..units).filter(|unit| is_dead(*unit)).count()
}
