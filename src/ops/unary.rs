//! Functions of one number, applied to each value.

use super::arithmetic::zip3;
use crate::Float;
use crate::autograd::{op, wrt};
use crate::tensor::shape::{array, slice};
use crate::tensor::{Array, Tensor};

/// `y = f(x)` for each value; `df(g, x, y)` is the derivative times `g`.
#[track_caller]
pub(super) fn unary(
    name: &'static str,
    input: &Tensor,
    f: impl Fn(Float) -> Float,
    df: impl Fn(Float, Float, Float) -> Float + Send + Sync + 'static,
) -> Tensor {
    let x = input.array();
    let y = map(&x, f);
    op(name, y.clone(), [wrt(input, move |g| zip3(g, &x, &y, &df))])
}

/// `f` of each value.
pub(super) fn map(x: &Array, f: impl Fn(Float) -> Float) -> Array {
    array(slice(x).iter().map(|&x| f(x)).collect(), x.shape())
}

impl Tensor {
    /// x². Derivative: 2x.
    #[track_caller]
    pub fn square(&self) -> Tensor {
        unary("square", self, |x| x * x, |g, x, _| g * 2.0 * x)
    }
}
