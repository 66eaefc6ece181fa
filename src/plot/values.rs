//! What can be plotted, and how numbers are written beside it.

use crate::Float;
use crate::tensor::Tensor;

/// A row of numbers: a slice, an array or a vector of numbers, or a [`Tensor`].
pub trait Values {
    /// The numbers. A tensor gives all of its values, row by row.
    fn numbers(&self) -> Vec<f64>;

    /// The same with a shape: `[n]`, unless a tensor has another.
    fn tensor(&self) -> Tensor {
        let numbers: Vec<Float> = self
            .numbers()
            .into_iter()
            .map(|number| number as Float)
            .collect();
        let length = numbers.len();
        Tensor::from_vec(numbers, &[length])
    }
}

/// A list that a cell describes and this library makes: its length, and what stands at each place.
/// A cell that made a vector would compile how vectors grow, for every type anew.
pub(super) struct List<'a, T>(pub usize, pub &'a dyn Fn(usize) -> T);

impl<T> List<'_, T> {
    fn iter(&self) -> impl Iterator<Item = T> {
        (0..self.0).map(self.1)
    }
}

impl List<'_, &str> {
    pub fn names(&self) -> Vec<String> {
        self.iter().map(str::to_owned).collect()
    }
}

impl<T> List<'_, (&str, T)> {
    pub fn named(&self) -> Vec<(String, T)> {
        self.iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

macro_rules! values {
    ($($number:ty),*) => {$(
        impl Values for [$number] {
            fn numbers(&self) -> Vec<f64> {
                self.iter().map(|value| *value as f64).collect()
            }
        }
        impl Values for Vec<$number> {
            fn numbers(&self) -> Vec<f64> {
                self.as_slice().numbers()
            }
        }
        impl<const N: usize> Values for [$number; N] {
            fn numbers(&self) -> Vec<f64> {
                self.as_slice().numbers()
            }
        }
    )*};
}
values!(f32, f64, u8, u32, i32, i64, usize);

impl Values for Tensor {
    fn numbers(&self) -> Vec<f64> {
        self.to_vec().numbers()
    }

    fn tensor(&self) -> Tensor {
        self.clone()
    }
}

impl<V: Values + ?Sized> Values for &V {
    fn numbers(&self) -> Vec<f64> {
        (**self).numbers()
    }

    fn tensor(&self) -> Tensor {
        (**self).tensor()
    }
}

/// A path in the plane: points as `(x, y)` or `[x, y]`, or a [`Tensor`] of shape `[n, 2]`.
pub trait Points {
    /// The points, in order.
    fn points(&self) -> Vec<(f64, f64)>;
}

macro_rules! points {
    ($($number:ty),*) => {$(
        impl Points for Vec<($number, $number)> {
            fn points(&self) -> Vec<(f64, f64)> {
                self.iter().map(|(x, y)| (*x as f64, *y as f64)).collect()
            }
        }
        impl Points for Vec<[$number; 2]> {
            fn points(&self) -> Vec<(f64, f64)> {
                self.iter().map(|[x, y]| (*x as f64, *y as f64)).collect()
            }
        }
        impl<const N: usize> Points for [($number, $number); N] {
            fn points(&self) -> Vec<(f64, f64)> {
                self.iter().map(|(x, y)| (*x as f64, *y as f64)).collect()
            }
        }
        impl<const N: usize> Points for [[$number; 2]; N] {
            fn points(&self) -> Vec<(f64, f64)> {
                self.iter().map(|[x, y]| (*x as f64, *y as f64)).collect()
            }
        }
    )*};
}
points!(f32, f64);

impl Points for Tensor {
    #[track_caller]
    fn points(&self) -> Vec<(f64, f64)> {
        if self.shape().len() != 2 || self.shape()[1] != 2 {
            panic!(
                "plot: points have the shape [n, 2], not {:?}\n  hint: one row per point, columns \
                x and y",
                self.shape()
            );
        }
        self.to_vec()
            .chunks(2)
            .map(|point| (point[0] as f64, point[1] as f64))
            .collect()
    }
}

impl<P: Points + ?Sized> Points for &P {
    #[track_caller]
    fn points(&self) -> Vec<(f64, f64)> {
        (**self).points()
    }
}

/// A number with as many digits as a person reads: at most `digits` of them, no zeros at the end.
pub(super) fn number(value: f64, digits: usize) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    if !value.is_finite() {
        return value.to_string();
    }
    let magnitude = value.abs().log10().floor() as i32;
    if !(-4..7).contains(&magnitude) {
        let text = format!("{value:.*e}", digits.saturating_sub(2));
        let (mantissa, exponent) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{exponent}", without_final_zeros(mantissa));
    }
    let decimals = (digits as i32 - 1 - magnitude).max(0) as usize;
    without_final_zeros(&format!("{value:.decimals$}")).to_owned()
}

fn without_final_zeros(text: &str) -> &str {
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.')
    } else {
        text
    }
}

/// The smallest and the largest finite number; `None` if there is none.
pub(super) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values
        .into_iter()
        .filter(|value| value.is_finite())
        .fold(None, |extent, value| match extent {
            None => Some((value, value)),
            Some((low, high)) => Some((low.min(value), high.max(value))),
        })
}

/// The extent with a margin of `share` on both sides; never empty.
pub(super) fn padded((low, high): (f64, f64), share: f64) -> (f64, f64) {
    let margin = if high > low {
        (high - low) * share
    } else {
        low.abs().max(1.0) * 0.5
    };
    (low - margin, high + margin)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn numbers_are_short() {
        let written =
            [0.25, 1000.0, 0.000012345, -2.5e9, 3.0, 0.1 + 0.2].map(|value| number(value, 4));
        assert_eq!(written, ["0.25", "1000", "1.23e-5", "-2.5e9", "3", "0.3"]);
    }
}
