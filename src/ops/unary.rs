//! Functions of one number, applied to each value.

use super::values::{map, zip3};
use crate::Float;
use crate::kernels::extreme::{larger, smaller};
use crate::kernels::math::{exp, exp_m1_below_0, sigmoid, softplus, tanh};
use crate::tensor::{Tensor, op_on};

/// `y = f(x)` for each value; `df(g, x, y)` is the derivative times `g`.
#[track_caller]
pub(super) fn unary(
    name: &'static str,
    input: &Tensor,
    f: impl Fn(Float) -> Float + Sync,
    df: impl Fn(Float, Float, Float) -> Float + Send + Sync + 'static,
) -> Tensor {
    let x = input.array();
    let y = map(&x, f);
    op_on(input, name, y.clone(), move |g| zip3(g, &x, &y, &df))
}

/// Powers, exponentials, and other functions, value by value.
impl Tensor {
    #[track_caller]
    pub(super) fn negate(&self) -> Tensor {
        unary("neg", self, |x| -x, |g, _, _| -g)
    }

    /// xᵖ. Derivative: p xᵖ⁻¹.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(tensor([1.0, 4.0]).powf(1.5).to_vec(), [1.0, 8.0]);
    /// ```
    #[track_caller]
    pub fn powf(&self, p: Float) -> Tensor {
        unary(
            "powf",
            self,
            |x| x.powf(p),
            move |g, x, _| {
                if p == 0.0 {
                    0.0
                } else {
                    g * p * x.powf(p - 1.0)
                }
            },
        )
    }

    /// xⁿ for a whole number n; unlike [`powf`](Tensor::powf) also for negative x. Derivative: n
    /// xⁿ⁻¹.
    #[track_caller]
    pub fn powi(&self, n: i32) -> Tensor {
        unary(
            "powi",
            self,
            |x| x.powi(n),
            move |g, x, _| {
                if n == 0 {
                    0.0
                } else {
                    g * n as Float * x.powi(n - 1)
                }
            },
        )
    }

    /// x². Derivative: 2x.
    #[track_caller]
    pub fn square(&self) -> Tensor {
        unary("square", self, |x| x * x, |g, x, _| g * 2.0 * x)
    }

    /// √x. Derivative: 1 / (2√x), infinite at 0.
    #[track_caller]
    pub fn sqrt(&self) -> Tensor {
        unary("sqrt", self, Float::sqrt, |g, _, y| g * 0.5 / y)
    }

    /// eˣ. Derivative: eˣ.
    #[track_caller]
    pub fn exp(&self) -> Tensor {
        unary("exp", self, exp, |g, _, y| g * y)
    }

    /// The natural logarithm. Derivative: 1/x.
    #[track_caller]
    pub fn ln(&self) -> Tensor {
        unary("ln", self, Float::ln, |g, x, _| g / x)
    }

    /// eˣ − 1, exact also for a small x, where the difference would lose its digits. Derivative:
    /// eˣ.
    #[track_caller]
    pub fn exp_m1(&self) -> Tensor {
        unary("exp_m1", self, Float::exp_m1, |g, _, y| g * (y + 1.0))
    }

    /// ln(1 + x), exact also for a small x. Derivative: 1 / (1 + x).
    #[track_caller]
    pub fn ln_1p(&self) -> Tensor {
        unary("ln_1p", self, Float::ln_1p, |g, x, _| g / (1.0 + x))
    }

    /// |x|. Derivative: the sign of x, 0 at 0.
    #[track_caller]
    pub fn abs(&self) -> Tensor {
        unary("abs", self, Float::abs, |g, x, _| {
            if x == 0.0 { 0.0 } else { g * x.signum() }
        })
    }

    /// The sine. Derivative: cos x.
    #[track_caller]
    pub fn sin(&self) -> Tensor {
        unary("sin", self, Float::sin, |g, x, _| g * x.cos())
    }

    /// The cosine. Derivative: −sin x.
    #[track_caller]
    pub fn cos(&self) -> Tensor {
        unary("cos", self, Float::cos, |g, x, _| -g * x.sin())
    }

    /// Values below `low` become `low`, values above `high` become `high`. Derivative: 1 from `low`
    /// to `high`, else 0.
    #[track_caller]
    pub fn clamp(&self, low: Float, high: Float) -> Tensor {
        // Not `Float::clamp`, which panics inside of std if low > high; a NaN stays one.
        let f = |x| smaller(larger(x, low), high);
        unary("clamp", self, f, move |g, x, _| {
            if low <= x && x <= high { g } else { 0.0 }
        })
    }
}

/// Activation functions, value by value.
impl Tensor {
    /// The logistic function σ(x) = 1 / (1 + e⁻ˣ). Derivative: σ(x) (1 − σ(x)).
    ///
    /// The result remembers x, its *logit*: a [cross-entropy](crate::nn::BinaryCrossentropy) is
    /// computed from that, without loss of precision.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let x = tensor(0.0).requires_grad();
    /// let y = x.sigmoid();
    /// y.backward();
    /// assert_eq!((y.item(), x.grad().item()), (0.5, 0.25));
    /// ```
    #[track_caller]
    pub fn sigmoid(&self) -> Tensor {
        unary("sigmoid", self, sigmoid, |g, _, y| g * y * (1.0 - y)).with_logits(self)
    }

    /// The hyperbolic tangent. Derivative: 1 − tanh² x.
    #[track_caller]
    pub fn tanh(&self) -> Tensor {
        unary("tanh", self, tanh, |g, _, y| g * (1.0 - y * y))
    }

    /// The rectified linear unit max(x, 0). Derivative: 1 for x > 0, else 0 (also at 0).
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(tensor([-1.0, 0.0, 2.0]).relu().to_vec(), [0.0, 0.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn relu(&self) -> Tensor {
        unary(
            "relu",
            self,
            |x| if x < 0.0 { 0.0 } else { x },
            |g, x, _| if x > 0.0 { g } else { 0.0 },
        )
    }

    /// x for x > 0, else `slope · x` (Maas et al. 2013). Derivative: 1 for x > 0, else `slope`.
    #[track_caller]
    pub fn leaky_relu(&self, slope: Float) -> Tensor {
        unary(
            "leaky_relu",
            self,
            |x| if x > 0.0 { x } else { slope * x },
            move |g, x, _| if x > 0.0 { g } else { slope * g },
        )
    }

    /// ln(1 + eˣ), a smooth `relu`. Derivative: σ(x).
    #[track_caller]
    pub fn softplus(&self) -> Tensor {
        unary("softplus", self, softplus, |g, x, _| g * sigmoid(x))
    }

    /// ln σ(x) = −ln(1 + e⁻ˣ). Derivative: σ(−x).
    #[track_caller]
    pub fn log_sigmoid(&self) -> Tensor {
        unary(
            "log_sigmoid",
            self,
            |x| -softplus(-x),
            |g, x, _| g * sigmoid(-x),
        )
    }

    /// x for x > 0, else `alpha` (eˣ − 1) (Clevert et al. 2016). Derivative: 1 for x > 0, else
    /// `alpha` eˣ.
    #[track_caller]
    pub fn elu(&self, alpha: Float) -> Tensor {
        unary(
            "elu",
            self,
            // The one that is 0 is computed, too: a branch would keep the loop from being
            // vectorised.
            |x| {
                let (above, below) = if x > 0.0 { (x, 0.0) } else { (0.0, x) };
                above + alpha * exp_m1_below_0(below)
            },
            move |g, x, _| {
                let (slope, below) = if x > 0.0 { (g, 0.0) } else { (g * alpha, x) };
                slope * exp(below)
            },
        )
    }

    /// x σ(x), also called swish (Ramachandran et al. 2017). Derivative: σ(x) (1 + x σ(−x)).
    #[doc(alias = "swish")]
    #[track_caller]
    pub fn silu(&self) -> Tensor {
        unary(
            "silu",
            self,
            |x| x * sigmoid(x),
            |g, x, _| g * sigmoid(x) * (1.0 + x * sigmoid(-x)),
        )
    }

    /// x Φ(x) in the approximation ½ x (1 + tanh u) = x σ(2u), u = √(2/π) (x + 0.044715 x³)
    /// (Hendrycks & Gimpel 2016). Derivative: σ(2u) (1 + 2 x u′ σ(−2u)).
    #[track_caller]
    pub fn gelu(&self) -> Tensor {
        // 2 √(2/π), from the constants that there are. With σ, because 1 + tanh u loses all digits
        // where x is negative.
        const C: Float =
            (2.0 * std::f64::consts::FRAC_2_SQRT_PI * std::f64::consts::FRAC_1_SQRT_2) as Float;
        fn twice_u(x: Float) -> Float {
            C * (x + 0.044715 * x * x * x)
        }
        unary(
            "gelu",
            self,
            |x| x * sigmoid(twice_u(x)),
            |g, x, _| {
                let (u, slope) = (twice_u(x), C * (1.0 + 3.0 * 0.044715 * x * x));
                g * sigmoid(u) * (1.0 + x * slope * sigmoid(-u))
            },
        )
    }
}
