//! Copies of layers with weights of their own, and layers that training leaves as they are.

use super::{
    Activation, AvgPool2D, BatchNormalization, Conv1D, Conv2D, Dense, Dropout, Embedding, Flatten,
};
use super::{
    GlobalAvgPool, Gru, LayerNormalization, Lstm, MaxPool1D, MaxPool2D, Module, MultiHeadAttention,
};
use super::{PositionEmbedding, Reshape, Residual, SimpleRnn, SinePositionEncoding};
use crate::tensor::Tensor;
use std::any::Any;

/// Replaces tensors by copies that share nothing with the originals. (A clone of a tensor is the
/// same tensor.)
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

/// A copy of a layer of this library; None for one that a learner wrote and that does not say how
/// it is copied.
pub(crate) fn copy(layer: &dyn Module) -> Option<Box<dyn Module>> {
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
        Embedding { weight } PositionEmbedding { weight } SinePositionEncoding {}
        MultiHeadAttention { query key value output }
        AvgPool2D {} MaxPool1D {} MaxPool2D {} GlobalAvgPool {}
        Activation {} Flatten {} Reshape {} Dropout {}
    }
    let around = any.downcast_ref::<Residual>()?;
    Some(Box::new(Residual {
        layers: copy(&*around.layers)?,
    }))
}
