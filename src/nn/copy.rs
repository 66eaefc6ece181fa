//! Copies of layers with weights of their own, and layers that training leaves as they are.

use super::{Activation, AvgPool2D, BatchNormalization, Conv1D, Conv2D, Dense, Dropout, Embedding, Flatten};
use super::{GlobalAvgPool, Gru, LayerNormalization, Lstm, MaxPool1D, MaxPool2D, Module, MultiHeadAttention};
use super::{PositionEmbedding, Reshape, Residual, Sequential, SimpleRnn, SinePositionEncoding};
use crate::tensor::Tensor;
use crate::tensor::fail::fail;
use std::any::Any;

/// Replaces tensors by copies that share nothing with the originals. (A clone of a tensor is the same tensor.)
trait Detached {
    fn detached(&mut self);
}

impl Detached for Tensor {
    fn detached(&mut self) {
        let copy = self.detach();
        let (name, is_frozen) = (self.name(), self.0.notes().frozen);
        if self.is_tracked() {
            copy.requires_grad();
        }
        if is_frozen {
            copy.set_trainable(false);
        }
        *self = name.map_or_else(|| copy.clone(), |name| copy.label(&name));
    }
}

impl Detached for Option<Tensor> {
    fn detached(&mut self) {
        self.iter_mut().for_each(Detached::detached);
    }
}

impl Detached for Dense {
    fn detached(&mut self) {
        self.weight.detached();
        self.bias.detached();
    }
}

/// For each kind of layer the fields that hold weights.
macro_rules! copies {
    ($any:ident: $($Layer:ident { $($field:ident)* })*) => {$(
        if let Some(layer) = $any.downcast_ref::<$Layer>() {
            #[allow(unused_mut)] // not all have weights
            let mut copy = layer.clone();
            $(copy.$field.detached();)*
            return Some(Box::new(copy));
        }
    )*};
}

/// A copy of a layer of this library; None for one that a learner wrote and that does not say how it is copied.
fn copy(layer: &dyn Module) -> Option<Box<dyn Module>> {
    if let Some(own) = layer.copy() {
        return Some(own);
    }
    let any: &dyn Any = layer;
    copies! { any:
        Dense { weight bias } Conv1D { weight bias } Conv2D { weight bias }
        BatchNormalization { gamma beta mean variance } LayerNormalization { gamma beta }
        SimpleRnn { weight recurrent bias recurrent_bias }
        Gru { weight recurrent bias recurrent_bias }
        Lstm { weight recurrent bias recurrent_bias }
        Embedding { weight } PositionEmbedding { weight } MultiHeadAttention { query key value output }
        Activation {} AvgPool2D {} MaxPool1D {} MaxPool2D {} GlobalAvgPool {} SinePositionEncoding {}
        Flatten {} Reshape {} Dropout {} Sequential {}
    }
    let around = any.downcast_ref::<Residual>()?;
    Some(Box::new(Residual { layers: copy(&*around.layers)? }))
}

/// A clone of a model is another model: the same layers and values, but weights of its own, so that training one leaves the
/// other as it is. It is not compiled yet. Of a layer, a clone is another handle to the same weights.
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
            "write into `impl Module for {layer}`: fn copy(&self) -> Option<Box<dyn Module>> {{ Some(Box::new({layer} \
             {{ … }})) }}, each tensor as self.….detach().requires_grad(); or build the model a second time and \
             bring the weights over with save and load"
        ),
    )
}

/// Has training leave these as they are, or change them again.
pub(super) fn set_trainable(parameters: &[Tensor], is_trainable: bool) {
    parameters.iter().for_each(|parameter| parameter.set_trainable(is_trainable));
}
