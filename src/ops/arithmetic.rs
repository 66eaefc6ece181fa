//! `+ - * /`, negation, powers, and the choice between two: operations of two operands, with broadcasting.

use crate::Float;
use crate::autograd::{op, wrt};
use crate::tensor::shape::{array, broadcast, expand, slice, unbroadcast};
use crate::tensor::{Array, Tensor};
use std::ops::{Add, Div, Mul, Neg, Sub};

/// `f(a, b)` for each pair of values, after broadcasting; `da` and `db` give the derivatives times `g`.
#[track_caller]
fn binary(
    name: &'static str,
    left: &Tensor,
    right: &Tensor,
    f: impl Fn(Float, Float) -> Float,
    da: impl Fn(Float, Float, Float) -> Float + Send + Sync + 'static,
    db: impl Fn(Float, Float, Float) -> Float + Send + Sync + 'static,
) -> Tensor {
    let shape = broadcast(name, left, right);
    let (a, b) = (left.array(), right.array());
    let value = zip(&expand(&a, &shape), &expand(&b, &shape), f);
    let (saved_a, saved_b) = (a.clone(), b.clone());
    op(
        name,
        value,
        [
            wrt(left, move |g| unbroadcast(zip3(g, &expand(&a, g.shape()), &expand(&b, g.shape()), &da), a.shape())),
            wrt(right, move |g| {
                let (a, b) = (&saved_a, &saved_b);
                unbroadcast(zip3(g, &expand(a, g.shape()), &expand(b, g.shape()), &db), b.shape())
            }),
        ],
    )
}

/// `f` for each pair of values of two arrays of one shape.
pub(super) fn zip(a: &Array, b: &Array, f: impl Fn(Float, Float) -> Float) -> Array {
    array(slice(a).iter().zip(slice(b)).map(|(&a, &b)| f(a, b)).collect(), a.shape())
}

/// `f` for each triple of values of three arrays of one shape.
pub(super) fn zip3(a: &Array, b: &Array, c: &Array, f: impl Fn(Float, Float, Float) -> Float) -> Array {
    array(slice(a).iter().zip(slice(b)).zip(slice(c)).map(|((&a, &b), &c)| f(a, b, c)).collect(), a.shape())
}

#[track_caller]
fn add(a: &Tensor, b: &Tensor) -> Tensor {
    binary("add", a, b, |a, b| a + b, |g, _, _| g, |g, _, _| g)
}

#[track_caller]
fn sub(a: &Tensor, b: &Tensor) -> Tensor {
    binary("sub", a, b, |a, b| a - b, |g, _, _| g, |g, _, _| -g)
}

#[track_caller]
fn mul(a: &Tensor, b: &Tensor) -> Tensor {
    binary("mul", a, b, |a, b| a * b, |g, _, b| g * b, |g, a, _| g * a)
}

#[track_caller]
fn div(a: &Tensor, b: &Tensor) -> Tensor {
    binary("div", a, b, |a, b| a / b, |g, _, b| g / b, |g, a, b| -g * a / (b * b))
}

impl Tensor {
    /// The larger of the two, value by value. Where they are equal, each gets half of the gradient.
    #[track_caller]
    pub fn maximum(&self, other: &Tensor) -> Tensor {
        binary("maximum", self, other, larger, |g, a, b| g * share(a > b, a == b), |g, a, b| g * share(b > a, a == b))
    }

    /// The smaller of the two, value by value. Where they are equal, each gets half of the gradient.
    #[track_caller]
    pub fn minimum(&self, other: &Tensor) -> Tensor {
        binary("minimum", self, other, smaller, |g, a, b| g * share(a < b, a == b), |g, a, b| g * share(b < a, a == b))
    }
}

/// Not `Float::max`, which would hide a NaN: whoever looks for the cause has to see it.
pub(super) fn larger(a: Float, b: Float) -> Float {
    if a >= b || a.is_nan() { a } else { b }
}

/// As [`larger`].
pub(super) fn smaller(a: Float, b: Float) -> Float {
    if a <= b || a.is_nan() { a } else { b }
}

/// The part of a gradient that goes to one of two rivals.
fn share(won: bool, tied: bool) -> Float {
    if tied { 0.5 } else { Float::from(u8::from(won)) }
}

/// The operator for tensors and references to them, and for a number on either side. There is one impl per side for
/// numbers, so that the type of a literal such as `2.0` is known.
macro_rules! operator {
    ($Operator:ident, $operator:ident) => {
        operator!($Operator, $operator, Tensor, Tensor, |a, b| $operator(&a, &b));
        operator!($Operator, $operator, Tensor, &Tensor, |a, b| $operator(&a, b));
        operator!($Operator, $operator, &Tensor, Tensor, |a, b| $operator(a, &b));
        operator!($Operator, $operator, &Tensor, &Tensor, |a, b| $operator(a, b));
        operator!($Operator, $operator, Tensor, Float, |a, b| $operator(&a, &Tensor::from(b)));
        operator!($Operator, $operator, &Tensor, Float, |a, b| $operator(a, &Tensor::from(b)));
        operator!($Operator, $operator, Float, Tensor, |a, b| $operator(&Tensor::from(a), &b));
        operator!($Operator, $operator, Float, &Tensor, |a, b| $operator(&Tensor::from(a), b));
    };
    ($Operator:ident, $operator:ident, $Left:ty, $Right:ty, |$a:ident, $b:ident| $compute:expr) => {
        impl $Operator<$Right> for $Left {
            type Output = Tensor;
            #[track_caller]
            fn $operator(self, other: $Right) -> Tensor {
                let ($a, $b) = (self, other);
                $compute
            }
        }
    };
}
operator!(Add, add);
operator!(Sub, sub);
operator!(Mul, mul);
operator!(Div, div);

impl Neg for &Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        self.negate()
    }
}

impl Neg for Tensor {
    type Output = Tensor;
    #[track_caller]
    fn neg(self) -> Tensor {
        self.negate()
    }
}
