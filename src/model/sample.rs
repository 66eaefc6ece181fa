//! One sample, or a batch of them?

use super::Sequential;
use crate::nn::{Conv1D, Conv2D, Dense, Flatten, Reshape};
use crate::tensor::Tensor;
use std::any::Any;

/// Whether `x` is a single sample for this model, without an axis for the batch. Known from what
/// the model was trained on; before that, from its first layers.
pub(super) fn is_one(model: &Sequential, x: &Tensor) -> bool {
    if let Some(sample) = &model.input {
        let is_row =
            x.rank() == 1 && !sample.is_empty() && x.len() == sample.iter().product::<usize>();
        return x.shape() == sample.as_slice() || is_row;
    }
    let layers = first_two(model);
    let is_image =
        |weight: &Tensor| x.rank() + 1 == weight.rank() && x.shape()[0] == weight.shape()[1];
    match layers.as_slice() {
        [first, ..] if let Some(dense) = first.downcast_ref::<Dense>() => {
            x.rank() == 1 && x.len() == dense.weight.shape()[0]
        }
        [first, second]
            if first.is::<Flatten>()
                && let Some(dense) = second.downcast_ref::<Dense>() =>
        {
            // Of a batch, each row has as many values.
            x.len() == dense.weight.shape()[0] && (x.rank() == 1 || x.shape()[0] != 1)
        }
        [first, ..] if let Some(reshape) = first.downcast_ref::<Reshape>() => {
            x.rank() == 1 && x.len() == reshape.shape.iter().product::<usize>()
        }
        [first, ..] if let Some(layer) = first.downcast_ref::<Conv2D>() => is_image(&layer.weight),
        [first, ..] if let Some(layer) = first.downcast_ref::<Conv1D>() => is_image(&layer.weight),
        _ => false,
    }
}

/// Whether the first layer takes what a batch is made of, as far as its weights tell. What does not
/// fit is shown to it whole, so that the message has the shape that was given.
pub(super) fn fits(model: &Sequential, x: &Tensor) -> bool {
    let shape = x.shape();
    let channels = |weight: &Tensor| shape.get(1) == weight.shape().get(1);
    match first_two(model).as_slice() {
        [first, ..] if let Some(dense) = first.downcast_ref::<Dense>() => {
            shape.last() == dense.weight.shape().first()
        }
        [first, second]
            if first.is::<Flatten>()
                && let Some(dense) = second.downcast_ref::<Dense>() =>
        {
            shape[1..].iter().product::<usize>() == dense.weight.shape()[0]
        }
        [first, ..] if let Some(layer) = first.downcast_ref::<Conv2D>() => channels(&layer.weight),
        [first, ..] if let Some(layer) = first.downcast_ref::<Conv1D>() => channels(&layer.weight),
        _ => true,
    }
}

fn first_two(model: &Sequential) -> Vec<&dyn Any> {
    let layers = model.layers().iter().take(2);
    layers.map(|layer| &**layer as &dyn Any).collect()
}
