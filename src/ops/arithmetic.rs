//! `+ - * /`, powers, comparisons, and the choice between two: operations of several operands, with
//! broadcasting.

use super::values::{map, zip, zip3};
use crate::Float;
use crate::kernels::extreme::{larger, smaller};
use crate::operands::shapes::choice;
use crate::tensor::shape::{broadcast, expand, unbroadcast};
use crate::tensor::{Array, Tensor, op, wrt};
use ndarray::Dimension;
use std::ops::{Add, Div, Mul, Neg, Sub};

/// `f(a, b)` for each pair of values, after broadcasting; `da` and `db` give the derivatives times
/// `g`.
#[track_caller]
fn binary(
    name: &'static str,
    left: &Tensor,
    right: &Tensor,
    f: impl Fn(Float, Float) -> Float + Sync,
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
            wrt(left, move |g| {
                let share = zip3(g, &expand(&a, g.shape()), &expand(&b, g.shape()), &da);
                unbroadcast(share, a.shape())
            }),
            wrt(right, move |g| {
                let (a, b) = (&saved_a, &saved_b);
                let share = zip3(g, &expand(a, g.shape()), &expand(b, g.shape()), &db);
                unbroadcast(share, b.shape())
            }),
        ],
    )
}

#[track_caller]
fn add(a: &Tensor, b: &Tensor) -> Tensor {
    sum("add", a, b, 1.0)
}

#[track_caller]
fn sub(a: &Tensor, b: &Tensor) -> Tensor {
    sum("sub", a, b, -1.0)
}

/// a + `sign` · b. As [`binary`], but the derivatives do not need the values, so they are not kept.
#[track_caller]
fn sum(name: &'static str, left: &Tensor, right: &Tensor, sign: Float) -> Tensor {
    let shape = broadcast(name, left, right);
    let value = zip(
        &expand(&left.array(), &shape),
        &expand(&right.array(), &shape),
        |a, b| a + sign * b,
    );
    let (a, b) = (left.0.shape.clone(), right.0.shape.clone());
    let signed = move |g: &Array| {
        if sign == 1.0 {
            g.clone()
        } else {
            map(g, |g| -g)
        }
    };
    op(
        name,
        value,
        [
            wrt(left, move |g| unbroadcast(g.clone(), a.slice())),
            wrt(right, move |g| unbroadcast(signed(g), b.slice())),
        ],
    )
}

#[track_caller]
fn mul(a: &Tensor, b: &Tensor) -> Tensor {
    binary("mul", a, b, |a, b| a * b, |g, _, b| g * b, |g, a, _| g * a)
}

#[track_caller]
fn div(a: &Tensor, b: &Tensor) -> Tensor {
    binary(
        "div",
        a,
        b,
        |a, b| a / b,
        |g, _, b| g / b,
        |g, a, b| -g * a / (b * b),
    )
}

impl Tensor {
    /// The larger of the two, value by value. Where they are equal, each gets half of the gradient.
    #[track_caller]
    pub fn maximum(&self, other: &Tensor) -> Tensor {
        binary(
            "maximum",
            self,
            other,
            larger,
            |g, a, b| g * share(a > b, a == b),
            |g, a, b| g * share(b > a, a == b),
        )
    }

    /// The smaller of the two, value by value. Where they are equal, each gets half of the
    /// gradient.
    #[track_caller]
    pub fn minimum(&self, other: &Tensor) -> Tensor {
        binary(
            "minimum",
            self,
            other,
            smaller,
            |g, a, b| g * share(a < b, a == b),
            |g, a, b| g * share(b < a, a == b),
        )
    }
}

/// Powers and choices.
impl Tensor {
    /// xᵖ with an exponent for each value, for x ≥ 0. Derivatives: p xᵖ⁻¹ with respect to x, xᵖ ln
    /// x with respect to p (0 where x is 0). [`powf`](Tensor::powf) and [`powi`](Tensor::powi) take
    /// a number.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(tensor([2.0, 3.0]).pow(&tensor([3.0, 2.0])).to_vec(), [8.0, 9.0]);
    /// ```
    #[track_caller]
    pub fn pow(&self, exponent: &Tensor) -> Tensor {
        binary(
            "pow",
            self,
            exponent,
            Float::powf,
            |g, x, p| {
                if p == 0.0 {
                    0.0
                } else {
                    g * p * x.powf(p - 1.0)
                }
            },
            |g, x, p| {
                if x == 0.0 {
                    0.0
                } else {
                    g * x.powf(p) * x.ln()
                }
            },
        )
    }

    /// The value of `a` where `condition` is not 0, of `b` where it is; all three are broadcast.
    /// The gradient goes where the value came from, so a NaN that was not chosen does no harm; but
    /// 0 times a derivative that is NaN itself, as that of √ below 0, is one: choose before the
    /// root is taken. `condition` gets none.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let x = tensor([-1.0, 4.0]);
    /// let root = Tensor::where_(&x.gt(&tensor(0.0)), &x.sqrt(), &tensor(0.0));
    /// assert_eq!(root.to_vec(), [0.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn where_(condition: &Tensor, a: &Tensor, b: &Tensor) -> Tensor {
        let shape = choice(condition, a, b);
        let (condition, x, y) = (expand(&condition.array(), &shape), a.array(), b.array());
        let (all_x, all_y) = (expand(&x, &shape), expand(&y, &shape));
        let choose = |chosen, a, b| if chosen != 0.0 { a } else { b };
        let value = zip3(&condition, &all_x, &all_y, choose);
        let saved = condition.clone();
        op(
            "where_",
            value,
            [
                wrt(a, move |g| {
                    let share = zip(g, &saved, |g, chosen| if chosen != 0.0 { g } else { 0.0 });
                    unbroadcast(share, x.shape())
                }),
                wrt(b, move |g| {
                    let share = zip(
                        g,
                        &condition,
                        |g, chosen| if chosen != 0.0 { 0.0 } else { g },
                    );
                    unbroadcast(share, y.shape())
                }),
            ],
        )
    }
}

/// 1 where `holds`, else 0, after broadcasting.
#[track_caller]
fn compare(
    name: &'static str,
    a: &Tensor,
    b: &Tensor,
    holds: fn(&Float, &Float) -> bool,
) -> Tensor {
    let shape = broadcast(name, a, b);
    let value = zip(
        &expand(&a.array(), &shape),
        &expand(&b.array(), &shape),
        |a, b| u8::from(holds(&a, &b)).into(),
    );
    op(name, value, [])
}

/// Comparisons, value by value: 1 where they hold, else 0. They have no gradient.
///
/// ```
/// # use chainrule::prelude::*;
/// assert_eq!(tensor([1.0, 2.0, 3.0]).ge(&tensor(2.0)).to_vec(), [0.0, 1.0, 1.0]);
/// ```
impl Tensor {
    /// Whether this value is greater. No gradient.
    #[track_caller]
    pub fn gt(&self, other: &Tensor) -> Tensor {
        compare("gt", self, other, Float::gt)
    }

    /// Whether this value is greater or equal. No gradient.
    #[track_caller]
    pub fn ge(&self, other: &Tensor) -> Tensor {
        compare("ge", self, other, Float::ge)
    }

    /// Whether this value is less. No gradient.
    #[track_caller]
    pub fn lt(&self, other: &Tensor) -> Tensor {
        compare("lt", self, other, Float::lt)
    }

    /// Whether this value is less or equal. No gradient.
    #[track_caller]
    pub fn le(&self, other: &Tensor) -> Tensor {
        compare("le", self, other, Float::le)
    }

    /// Whether the values are equal. No gradient.
    #[track_caller]
    pub fn eq(&self, other: &Tensor) -> Tensor {
        compare("eq", self, other, Float::eq)
    }
}

/// A tensor without axes.
fn number(value: Float) -> Tensor {
    Tensor::full(&[], value)
}

/// The part of a gradient that goes to one of two rivals.
fn share(won: bool, tied: bool) -> Float {
    if tied {
        0.5
    } else {
        Float::from(u8::from(won))
    }
}

/// The operator for tensors and references to them, and for a number on either side. There is one
/// impl per side for numbers, so that the type of a literal such as `2.0` is known.
macro_rules! operator {
    ($Operator:ident, $operator:ident) => {
        operator!($Operator, $operator, Tensor, Tensor, |a, b| (&a, &b));
        operator!($Operator, $operator, Tensor, &Tensor, |a, b| (&a, b));
        operator!($Operator, $operator, &Tensor, Tensor, |a, b| (a, &b));
        operator!($Operator, $operator, &Tensor, &Tensor, |a, b| (a, b));
        operator!($Operator, $operator, Tensor, Float, |a, b| (&a, &number(b)));
        operator!($Operator, $operator, &Tensor, Float, |a, b| (a, &number(b)));
        operator!($Operator, $operator, Float, Tensor, |a, b| (&number(a), &b));
        operator!($Operator, $operator, Float, &Tensor, |a, b| (&number(a), b));
    };
    ($Operator:ident, $operator:ident, $Left:ty, $Right:ty,
        |$a:ident, $b:ident| ($left:expr, $right:expr)) => {
        impl $Operator<$Right> for $Left {
            type Output = Tensor;
            #[track_caller]
            fn $operator(self, other: $Right) -> Tensor {
                let ($a, $b) = (self, other);
                $operator($left, $right)
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
