//! Gradients that are too large, cut to size before a step.

use crate::Float;
use crate::tensor::Tensor;
use crate::tensor::shape::{slice, slice_mut};

/// Makes all gradients smaller by one factor if together they are longer than `longest` (Pascanu et
/// al. 2013), and returns how long they were: √Σ g², over all values of all parameters. The
/// direction of the step stays as it is. Parameters without a gradient are passed over.
///
/// ```
/// # use chainrule::prelude::*;
/// let w = tensor([3.0, 4.0]).requires_grad();
/// (w.square().sum() * 0.5).backward();
/// assert_eq!(clip_grad_norm(&[w.clone()], 1.0), 5.0);
/// assert!((w.grad().get(&[1]) - 0.8).abs() < 1e-6);
/// ```
pub fn clip_grad_norm(parameters: &[Tensor], longest: Float) -> Float {
    let mut squares = 0.0;
    for parameter in parameters {
        if let Some(gradient) = &parameter.0.notes().grad {
            squares += slice(gradient)
                .iter()
                .map(|&g| g as f64 * g as f64)
                .sum::<f64>();
        }
    }
    let norm = squares.sqrt() as Float;
    if norm > longest {
        change(parameters, |g| g * (longest / norm));
    }
    norm
}

/// Brings every value of the gradients into −`largest`..`largest`. This changes the direction of
/// the step.
pub fn clip_grad_value(parameters: &[Tensor], largest: Float) {
    // A NaN stays one.
    change(parameters, |g| g.clamp(-largest.abs(), largest.abs()));
}

fn change(parameters: &[Tensor], f: impl Fn(Float) -> Float) {
    for parameter in parameters {
        if let Some(gradient) = &mut parameter.0.notes().grad {
            slice_mut(gradient).iter_mut().for_each(|g| *g = f(*g));
        }
    }
}
