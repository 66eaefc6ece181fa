//! A model as a stack of layers.

use super::compiled::Compiled;
use super::history::History;
use super::summary::{Summary, all_numbered, numbered};
use crate::autograd::Mode;
use crate::base::Outlined;
use crate::base::compiled_here;
use crate::nn::{Module, copy};
use crate::tensor::Tensor;
use crate::tensor::fail::fail;
use crate::tensor::node::NoGrad;

/// Layers one after the other: the output of each is the input of the next.
///
/// ```
/// # use chainrule::prelude::*;
/// let model = Sequential::new()
///     .add(Dense::new(784, 128).relu())
///     .add(Dense::new(128, 10).softmax());
/// let probabilities = model.forward(&Tensor::zeros(&[32, 784]));
/// assert_eq!(probabilities.shape(), [32, 10]);
/// ```
///
/// Training is described at [`model`](crate::model).
#[derive(Default)]
pub struct Sequential {
    layers: Outlined<Vec<Box<dyn Module>>>,
    /// The shape of one sample, if it is known.
    pub(crate) input: Option<Vec<usize>>,
    /// What `compile` was given, and the figures of the last `fit`.
    pub(crate) compiled: Outlined<Option<Compiled>>,
    pub(crate) history: Outlined<History>,
}

impl Sequential {
    /// A model without layers.
    pub fn new() -> Sequential {
        Sequential::default()
    }

    /// Says what shape one sample has, so that [`summary`](Sequential::summary) knows all others;
    /// `fit` finds it out.
    pub fn input(mut self, shape: &[usize]) -> Sequential {
        self.input = Some(shape.to_vec());
        self
    }

    /// Appends a layer. Its parameters get names such as `dense1.weight`, for messages.
    #[must_use = "`add` gives back the model with the layer: `model = model.add(…);`"]
    // `add` is Keras's word, and no one adds a layer with `+`
    #[allow(clippy::should_implement_trait)]
    pub fn add(self, layer: impl Module) -> Sequential {
        self.push(layer.into_dyn())
    }

    pub(crate) fn push(mut self, layer: Box<dyn Module>) -> Sequential {
        layer.label(&numbered(&self.layers, &*layer));
        self.layers.push(layer);
        self
    }

    /// The layers, in order.
    pub fn layers(&self) -> &[Box<dyn Module>] {
        &self.layers
    }

    /// A table of the layers, what comes out of each, and how many numbers there are to train. If
    /// the shape of a sample is known, also how many multiplications and additions ("MACs") one
    /// sample takes.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let model = Sequential::new()
    ///     .add(Dense::new(784, 128).relu())
    ///     .add(Dense::new(128, 10).softmax());
    /// assert_eq!(model.summary().parameters(), 101_770);
    /// ```
    pub fn summary(&self) -> Summary {
        Summary::new(&self.layers, self.input.as_deref())
    }

    // `forward` and `parameters` also as methods of the type, so that a cell need not import the
    // trait.

    /// The output of the last layer.
    #[track_caller]
    pub fn forward(&self, x: &Tensor) -> Tensor {
        let mut x = x.clone();
        for layer in self.layers.iter() {
            x = layer.forward(&x);
        }
        x
    }

    /// What comes out of each layer, with the layer's name, as in use and as constants: for
    /// [`plot::histograms`](crate::plot::histograms) and pictures of what a layer sees.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let model = Sequential::new().add(Dense::new(2, 4).relu()).add(Dense::new(4, 3));
    /// let outputs = model.activations(&Tensor::zeros(&[5, 2]));
    /// assert_eq!((outputs[0].0.as_str(), outputs[1].1.shape()), ("dense1", [5, 3].as_slice()));
    /// ```
    #[track_caller]
    pub fn activations(&self, x: &Tensor) -> Vec<(String, Tensor)> {
        let (_constants, _mode) = (NoGrad::new(), Mode::new(false));
        let (mut x, mut outputs) = (x.clone(), Vec::new());
        for (name, layer) in all_numbered(&self.layers).into_iter().zip(self.layers()) {
            x = layer.forward(&x);
            outputs.push((name, x.detach()));
        }
        outputs
    }

    /// The parameters of all layers, in order, but those of layers that are not
    /// [trainable](Module::set_trainable).
    pub fn parameters(&self) -> Vec<Tensor> {
        let all = self.layers.iter().flat_map(|layer| layer.parameters());
        all.filter(|parameter| !parameter.0.notes().frozen)
            .collect()
    }

    pub(crate) fn of_layers(layers: Vec<Box<dyn Module>>, input: Option<Vec<usize>>) -> Sequential {
        Sequential {
            layers: Outlined::new(layers),
            input,
            ..Sequential::default()
        }
    }

    /// Everything that has to be kept to have this model again, in order of the layers: parameters,
    /// running means.
    pub(crate) fn state(&self) -> Vec<Tensor> {
        self.layers.iter().flat_map(|layer| layer.state()).collect()
    }
}

/// A clone of a model is another model: the same layers and values, but weights of its own, so that
/// training one leaves the other as it is. It is not compiled yet. Of a layer, a clone is another
/// handle to the same weights.
///
/// ```
/// # use chainrule::prelude::*;
/// let model = Sequential::new().add(Dense::new(2, 3));
/// let before = model.clone();
/// model.parameters()[0].set_value(&Tensor::zeros(&[2, 3]));
/// assert!(before.parameters()[0].to_vec() != model.parameters()[0].to_vec());
/// ```
///
/// Panics if a layer that you wrote yourself does not say how it is copied: [`Module::copy`].
impl Clone for Sequential {
    #[track_caller]
    fn clone(&self) -> Sequential {
        let mut layers: Vec<Box<dyn Module>> = Vec::new();
        for layer in self.layers() {
            match copy(&**layer) {
                Some(copy) => layers.push(copy),
                None => not_copied(&layer.name()),
            }
        }
        Sequential::of_layers(layers, self.input.clone())
    }
}

#[cold]
#[track_caller]
fn not_copied(layer: &str) -> ! {
    fail(
        &format!("clone: the layer {layer} does not say how it is copied"),
        &[],
        &format!(
            "write into `impl Module for {layer}`: fn copy(&self) -> Option<Box<dyn Module>> {{ \
             Some(Box::new({layer} {{ … }})) }}, each tensor as self.….detach().requires_grad(); \
             or build the model a second time and bring the weights over with save and load"
        ),
    )
}

impl Module for Sequential {
    compiled_here!(Module);

    fn copy(&self) -> Option<Box<dyn Module>> {
        Some(Box::new(self.clone()))
    }

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        Sequential::forward(self, x)
    }

    fn parameters(&self) -> Vec<Tensor> {
        Sequential::parameters(self)
    }

    fn state(&self) -> Vec<Tensor> {
        Sequential::state(self)
    }

    fn set_trainable(&self, is_trainable: bool) {
        self.layers
            .iter()
            .for_each(|layer| layer.set_trainable(is_trainable));
    }

    fn macs(&self, input: &[usize]) -> usize {
        let (mut shape, mut sum) = (input.to_vec(), 0);
        for layer in self.layers.iter() {
            sum += layer.macs(&shape);
            shape = layer.output_shape(&shape);
        }
        sum
    }

    fn output_shape(&self, input: &[usize]) -> Vec<usize> {
        self.layers
            .iter()
            .fold(input.to_vec(), |shape, layer| layer.output_shape(&shape))
    }
}

impl std::fmt::Debug for Sequential {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}", self.summary())
    }
}
