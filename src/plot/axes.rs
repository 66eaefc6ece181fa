//! Which numbers stand beside an axis.

use super::figure::{Axis, Ticks};
use super::text::{COLUMN, columns};
use super::values::number;

/// The numbers at an axis: values with what is written beside them, and places between them that
/// have a mark alone.
#[derive(Default)]
pub(super) struct Marked {
    pub labels: Vec<(f64, String)>,
    pub between: Vec<f64>,
}

impl Marked {
    /// The columns of the longest number.
    pub fn longest(&self) -> usize {
        self.labels
            .iter()
            .map(|(_, text)| columns(text))
            .max()
            .unwrap_or(0)
    }
}

/// At most `most` numbers. Of a row of them all have as many decimals, or one power of ten, and
/// none comes twice.
pub(super) fn marked(axis: &Axis, most: usize) -> Marked {
    let (low, high) = axis.range;
    let is_whole = match axis.ticks {
        Ticks::Numbers => false,
        Ticks::Whole => true,
        Ticks::Names(_) | Ticks::None => return Marked::default(),
    };
    if !(low < high && low.is_finite() && high.is_finite()) {
        return Marked::default();
    }
    let mut marked = if axis.log {
        logarithmic(low, high, most)
    } else {
        linear(low, high, most, is_whole)
    };
    marked.labels.dedup_by(|next, before| next.1 == before.1);
    marked
}

/// A single number does not say how long anything is: rather a few more than `most`.
const FEW_MORE: usize = 3;

fn is_scale(numbers: &Marked) -> bool {
    numbers.labels.len() > 1
}

/// About `most` numbers beside a vertical axis.
pub(super) fn numbers_beside(axis: &Axis, most: usize) -> Marked {
    (most..=most + FEW_MORE)
        .map(|most| marked(axis, most))
        .find(is_scale)
        .unwrap_or_else(|| marked(axis, most))
}

/// As many numbers below an axis of this width as have room beside each other.
pub(super) fn numbers_below(axis: &Axis, width: f64) -> Marked {
    let most = ((width / 54.0) as usize).clamp(2, 9);
    let is_free = |numbers: &Marked| {
        let widest = numbers.longest() as f64 * COLUMN + 12.0;
        numbers.labels.len() as f64 * widest <= width + widest
    };
    let fewer = (2..=most).rev();
    let mut free = fewer
        .chain(most + 1..=most + FEW_MORE)
        .map(|most| marked(axis, most))
        .filter(is_free);
    free.find(is_scale).unwrap_or_else(|| marked(axis, 2))
}

/// Multiples of 1, 2 or 5 times a power of ten.
fn linear(low: f64, high: f64, most: usize, is_whole: bool) -> Marked {
    let power = ((high - low) / most as f64).log10().floor() as i32;
    let steps = (power..power + 3).flat_map(|power| [(1, power), (2, power), (5, power)]);
    let multiples = |&(factor, power): &(i32, i32)| {
        let step = f64::from(factor) * 10f64.powi(power);
        (
            (low / step - 1e-9).ceil(),
            (high / step + 1e-9).floor(),
            step,
        )
    };
    let fits = |step: &(i32, i32)| {
        let (first, last, _) = multiples(step);
        last - first < most as f64 && (!is_whole || step.1 >= 0)
    };
    let Some((factor, power)) = steps.into_iter().chain([(1, power.max(0) + 3)]).find(fits) else {
        return Marked::default();
    };
    let (first, last, _) = multiples(&(factor, power));
    // From the digits: three times 0.1 is 0.30000000000000004.
    let value = |i: i64| {
        let whole = i * i64::from(factor);
        if power < 0 {
            whole as f64 / 10f64.powi(-power)
        } else {
            whole as f64 * 10f64.powi(power)
        }
    };
    let values: Vec<f64> = (first as i64..=last as i64).map(value).collect();
    let texts = written(&values, power);
    Marked {
        labels: values.into_iter().zip(texts).collect(),
        between: Vec::new(),
    }
}

/// Numbers that are multiples of 10 to the power of `power`, all in one form.
fn written(values: &[f64], power: i32) -> Vec<String> {
    let largest = values
        .iter()
        .fold(0.0, |largest: f64, value| largest.max(value.abs()));
    let magnitude = if largest > 0.0 {
        (largest.log10() + 1e-9).floor() as i32
    } else {
        0
    };
    let has_exponent = magnitude >= 6 || (magnitude < -3 && largest > 0.0);
    let decimals = if has_exponent {
        magnitude - power
    } else {
        -power
    }
    .clamp(0, 12) as usize;
    let text = |value: &f64| match *value {
        0.0 if has_exponent => "0".to_owned(),
        value if has_exponent => {
            format!("{:.decimals$}e{magnitude}", value / 10f64.powi(magnitude))
        }
        // Never "-0.0".
        value => format!("{:.decimals$}", if value == 0.0 { 0.0 } else { value }),
    };
    values.iter().map(text).collect()
}

/// 1, 2 and 5 times the powers of ten, or only these, or each second of them, …
fn logarithmic(low: f64, high: f64, most: usize) -> Marked {
    let (first, last) = (
        (low.log10() + 1e-9).floor() as i32,
        (high.log10() + 1e-9).floor() as i32,
    );
    let is_inside = |value: &f64| (low * (1.0 - 1e-9)..=high * (1.0 + 1e-9)).contains(value);
    let times = |factors: &[f64]| -> Vec<f64> {
        let decades = (first..=last)
            .flat_map(|power| factors.iter().map(move |factor| factor * 10f64.powi(power)));
        decades.filter(is_inside).collect()
    };
    let (fine, powers) = (times(&[1.0, 2.0, 5.0]), times(&[1.0]));
    let between = if last - first <= 8 {
        times(&[2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0])
    } else {
        Vec::new()
    };
    if fine.len() < 3 {
        return Marked {
            between,
            ..linear(low, high, most.min(5), false)
        };
    }
    let values = if fine.len() <= most {
        fine
    } else {
        let every = powers.len().div_ceil(most).max(1) as i32;
        let is_shown = |value: &f64| (value.log10().round() as i32).rem_euclid(every) == 0;
        powers.into_iter().filter(is_shown).collect()
    };
    let has_exponent = values.iter().any(|value| !(1e-3..1e6).contains(value));
    let text = |value: f64| {
        if has_exponent {
            format!("{value:e}")
        } else {
            number(value, 4)
        }
    };
    let labels = values
        .into_iter()
        .map(|value| (value, text(10f64.powf(value.log10()))))
        .collect::<Vec<_>>();
    // 5e-324 and the like have digits of their own: written as they were meant.
    let labels = labels.into_iter().map(|(value, text)| {
        (
            value,
            if text.len() > 8 {
                format!("{value:.0e}")
            } else {
                text
            },
        )
    });
    Marked {
        labels: labels.collect(),
        between,
    }
}

#[cfg(test)]
mod tests {
    use super::marked;
    use crate::plot::figure::{Axis, Ticks};

    fn labels(range: (f64, f64), log: bool, ticks: Ticks, most: usize) -> Vec<String> {
        let axis = Axis {
            log,
            ticks,
            ..Axis::numbers(range)
        };
        marked(&axis, most)
            .labels
            .into_iter()
            .map(|(_, text)| text)
            .collect()
    }

    #[test]
    fn numbers_of_a_row_have_one_form() {
        let of = |low, high| labels((low, high), false, Ticks::Numbers, 6);
        assert_eq!(of(0.0, 1.0), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"]);
        assert_eq!(of(-0.1, 0.12), ["-0.10", "-0.05", "0.00", "0.05", "0.10"]);
        assert_eq!(
            of(0.0, 2.1e-5),
            ["0", "0.5e-5", "1.0e-5", "1.5e-5", "2.0e-5"]
        );
        assert_eq!(of(0.0, 4e6), ["0", "1e6", "2e6", "3e6", "4e6"]);
        assert_eq!(
            of(99.99, 100.01),
            ["99.990", "99.995", "100.000", "100.005", "100.010"]
        );
        assert_eq!(labels((1.0, 3.0), false, Ticks::Whole, 9), ["1", "2", "3"]);
        assert_eq!(
            labels((1.0, 62_500.0), false, Ticks::Whole, 7),
            ["10000", "20000", "30000", "40000", "50000", "60000"]
        );
    }

    #[test]
    fn no_number_comes_twice_on_a_logarithmic_axis() {
        for exponent in -40..40 {
            for factor in [1.1, 1.7, 2.0, 5.0, 30.0, 999.0, 1e4, 3e7, 1e12, 1e25] {
                let low = 1.3 * 10f64.powi(exponent);
                for most in [2, 5, 7, 9] {
                    let labels = labels((low, low * factor), true, Ticks::Numbers, most);
                    let mut values: Vec<f64> =
                        labels.iter().map(|text| text.parse().unwrap()).collect();
                    let count = values.len();
                    values.dedup();
                    assert!(
                        values.len() == count && count <= most.max(5),
                        "{low:e} × {factor}: {labels:?}"
                    );
                    assert!(
                        values.is_sorted() && (count > 0 || factor < 10.0),
                        "{low:e} × {factor}: {labels:?}"
                    );
                }
            }
        }
    }
}
