//! Gradient check: derivatives from the chain rule compared with differences.

use super::{Mode, is_training};
use crate::Float;
use crate::display::{Bundle, Show};
use crate::tensor::NoGrad;
use crate::tensor::Tensor;
use crate::tensor::fail::fail;
use crate::tensor::shape::{array, slice};
use crate::tensor::table::{html_table, text_table};
use std::fmt;

/// The step h of the differences and the error that is tolerated. A difference loses half of the
/// digits that a number has, which is little for `f64` and most of them for `f32`.
const STEP: Float = if size_of::<Float>() == 8 { 1e-5 } else { 1e-2 };
const TOLERANCE: Float = if size_of::<Float>() == 8 { 1e-6 } else { 1e-2 };
/// Derivatives smaller than this are compared absolutely: a relative error says nothing about 0.
const FLOOR: Float = if size_of::<Float>() == 8 { 1e-3 } else { 1e-1 };

/// Compares, for each value of each input, the derivative that `backward` computes with the central
/// difference (f(x + h) − f(x − h)) / 2h.
///
/// If `f` returns more than one number, the derivatives are those of a weighted sum of them, which
/// checks all at once; the report says which sum. A plain one would not do: that of a softmax is
/// always 1, with a derivative of 0, right or wrong.
///
/// Near a kink (`relu` at 0, a tie of `max`) the two sides differ rightly. In the usual `f32` the
/// check is coarse: h = 0.01, and an error of 1 % is tolerated; in `f64` (feature of that name) h =
/// 10⁻⁵ and 10⁻⁶.
///
/// ```
/// # use chainrule::prelude::*;
/// let check = gradcheck(|t| (&t[0] * &t[1]).tanh(), &[tensor([0.5, -1.0]), tensor([2.0, 0.3])]);
/// assert!(check.passed(), "{check}");
/// ```
#[track_caller]
pub fn gradcheck(f: impl Fn(&[Tensor]) -> Tensor, inputs: &[Tensor]) -> GradCheck {
    check(&f, inputs)
}

#[track_caller]
fn check(f: &dyn Fn(&[Tensor]) -> Tensor, inputs: &[Tensor]) -> GradCheck {
    let leaves: Vec<Tensor> = inputs
        .iter()
        .map(|input| input.detach().requires_grad())
        .collect();
    let output = f(&leaves);
    if !output.is_tracked() {
        fail(
            "gradcheck: the result does not depend on the inputs in a way that has a derivative",
            &[("result", &output)],
            "compute it from the tensors that are passed to the function, without .detach() or \
            no_grad",
        );
    }
    let weights = Tensor::from_array(array(
        (0..output.len()).map(weight).collect(),
        output.shape(),
    ));
    let analytic = super::grads(
        &(&output * &weights).sum(),
        &leaves.iter().collect::<Vec<_>>(),
    );

    // Differences of what was differentiated: without gradients, layers would behave as in use.
    let _mode = Mode::new(is_training());
    let _constants = NoGrad::new();
    let mut rows = Vec::new();
    for (number, leaf) in leaves.iter().enumerate() {
        let name = inputs[number]
            .name()
            .unwrap_or_else(|| format!("input {number}"));
        let original = leaf.array();
        for index in 0..leaf.len() {
            let at = |offset: Float| -> f64 {
                let mut values = slice(&original).to_vec();
                values[index] += offset;
                leaf.update(|value| *value = array(values, leaf.shape()));
                let output = f(&leaves);
                // Summed in f64, so that only f itself is rounded.
                output
                    .to_vec()
                    .iter()
                    .zip(weights.to_vec())
                    .map(|(&y, w)| y as f64 * w as f64)
                    .sum()
            };
            let numeric = ((at(STEP) - at(-STEP)) / (2.0 * STEP as f64)) as Float;
            rows.push(Row {
                input: format!("{name}{}", position(leaf, index)),
                analytic: analytic[number].to_vec()[index],
                numeric,
            });
        }
        leaf.update(|value| *value = original);
    }
    GradCheck {
        rows,
        checked: weighted_sum(&output),
    }
}

/// Weights that differ without a pattern, so that errors of several outputs do not cancel: 1, 1.6,
/// 1.2, 1.9, 1.5, … 1 for the first, which is often the only one; short, because the report shows
/// them.
fn weight(output: usize) -> Float {
    let golden = (5.0 as Float).sqrt() / 2.0 - 0.5;
    ((1.0 + (output as Float * golden).fract()) * 10.0).round() / 10.0
}

/// What is differentiated in place of several numbers, in words; empty for a single one.
fn weighted_sum(output: &Tensor) -> String {
    const SHOWN: usize = 4;
    if output.len() <= 1 {
        return String::new();
    }
    let term = |i: usize| match weight(i) {
        1.0 => format!("f{}", position(output, i)),
        weight => format!("{weight:.1}·f{}", position(output, i)),
    };
    let terms: Vec<String> = (0..output.len().min(SHOWN)).map(term).collect();
    let more = if output.len() > SHOWN { " + …" } else { "" };
    format!(
        "f returns {} numbers, so these are the derivatives of a weighted sum of them, {}{more}. \
         The weights differ so that errors in two outputs do not hide each other.",
        output.len(),
        terms.join(" + ")
    )
}

/// A place in row-major order as an index: "[1, 0]".
fn position(tensor: &Tensor, mut offset: usize) -> String {
    let mut index = Vec::new();
    for &size in tensor.shape().iter().rev() {
        index.insert(0, offset % size);
        offset /= size;
    }
    if index.is_empty() {
        String::new()
    } else {
        format!("{index:?}")
    }
}

/// What [`gradcheck`] found: one row for each derivative.
#[derive(Clone, Debug)]
pub struct GradCheck {
    rows: Vec<Row>,
    /// What was differentiated, where it is not simply the result.
    checked: String,
}

#[derive(Clone, Debug)]
struct Row {
    input: String,
    analytic: Float,
    numeric: Float,
}

impl Row {
    /// Not a number on either side counts as wrong, hence the negated comparison in `passed`.
    fn error(&self) -> Float {
        (self.analytic - self.numeric).abs()
            / self.analytic.abs().max(self.numeric.abs()).max(FLOOR)
    }
}

impl GradCheck {
    /// Whether all derivatives agree.
    pub fn passed(&self) -> bool {
        self.max_error() <= TOLERANCE
    }

    /// The largest relative error.
    pub fn max_error(&self) -> Float {
        self.rows.iter().map(Row::error).fold(0.0, |max, error| {
            if error.is_nan() || error > max {
                error
            } else {
                max
            }
        })
    }

    fn verdict(&self) -> String {
        let verdict = if self.passed() {
            "✓ gradients agree"
        } else {
            "✗ gradients differ"
        };
        let errors = format!(
            "largest relative error {:.1e}, tolerated {TOLERANCE:.0e}",
            self.max_error()
        );
        format!("{verdict}: {errors}\n{}", self.checked)
            .trim_end()
            .to_owned()
    }

    /// The worst first, a screenful of them.
    fn cells(&self) -> Vec<[String; 5]> {
        let mut rows: Vec<&Row> = self.rows.iter().collect();
        if rows.len() > SHOWN {
            rows.sort_by(|a, b| b.error().total_cmp(&a.error()));
        }
        let cells = |row: &&Row| {
            let mark = if row.error() <= TOLERANCE {
                "✓"
            } else {
                "✗"
            };
            let [analytic, numeric] =
                [row.analytic, row.numeric].map(|value| format!("{value:.6}"));
            [
                row.input.clone(),
                analytic,
                numeric,
                format!("{:.1e}", row.error()),
                mark.into(),
            ]
        };
        rows.iter().take(SHOWN).map(cells).collect()
    }
}

const SHOWN: usize = 20;
const HEADER: [&str; 5] = ["input", "analytic", "numeric", "relative error", ""];

impl fmt::Display for GradCheck {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n{}",
            text_table(&HEADER, &self.cells(), 1),
            self.verdict()
        )
    }
}

impl Show for GradCheck {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string()).html(html_table(&HEADER, &self.cells(), 1, &self.verdict()))
    }
}
