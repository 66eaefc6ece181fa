//! Picking by index: rows of a table, classes.

use super::movement::rows as pick_rows;
use crate::Float;
use crate::autograd::{op, wrt};
use crate::tensor::fail::fail;
use crate::tensor::shape::{array, slice};
use crate::tensor::{Array, Tensor};

impl Tensor {
    /// The given entries along axis 0, in that order and as often as named. Derivative: each row's gradient goes back
    /// to where it came from; what was picked twice gets the sum.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let table = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(table.select_rows(&[1, 0, 1]).to_vec(), [3.0, 4.0, 1.0, 2.0, 3.0, 4.0]);
    /// ```
    #[track_caller]
    pub fn select_rows(&self, rows: &[usize]) -> Tensor {
        let count = self.shape().first().copied().unwrap_or(0);
        if let Some(row) = rows.iter().find(|&&row| row >= count) {
            fail(
                &format!("select_rows: no row {row} in the shape {:?}", self.shape()),
                &[("tensor", self)],
                &format!("rows are 0..{count}"),
            );
        }
        if self.rank() == 0 {
            fail(
                "select_rows: a single number has no rows",
                &[("tensor", self)],
                "the tensor must have at least one axis",
            );
        }
        let x = self.array();
        let picked: Box<[usize]> = rows.into();
        op(
            "select_rows",
            pick_rows(&x, rows),
            [wrt(self, move |g| {
                let width: usize = x.shape()[1..].iter().product();
                let mut sums = vec![0.0; x.len()];
                for (&row, g) in picked.iter().zip(slice(g).chunks(width.max(1))) {
                    sums[row * width..][..width].iter_mut().zip(g).for_each(|(sum, g)| *sum += g);
                }
                array(sums, x.shape())
            })],
        )
    }

    /// For class indices of any shape, a last axis of size `classes` with 1 at the index and 0 elsewhere. Has no
    /// gradient.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(tensor([2, 0]).one_hot(3).to_vec(), [0.0, 0.0, 1.0, 1.0, 0.0, 0.0]);
    /// ```
    #[track_caller]
    pub fn one_hot(&self, classes: usize) -> Tensor {
        let labels = class_indices("one_hot", self, classes);
        let mut values = vec![0.0 as Float; labels.len() * classes];
        for (row, label) in labels.into_iter().enumerate() {
            values[row * classes + label] = 1.0;
        }
        let shape = [self.shape(), &[classes]].concat();
        op("one_hot", array(values, &shape), [])
    }
}

/// Labels as indices, after checking that each is a whole number from 0 to `classes - 1`.
#[track_caller]
pub(crate) fn class_indices(op: &str, labels: &Tensor, classes: usize) -> Vec<usize> {
    let values: Array = labels.array();
    let values = slice(&values);
    if let Some(row) =
        values.iter().position(|&label| !(label >= 0.0 && label < classes as Float && label.fract() == 0.0))
    {
        let last = classes.saturating_sub(1);
        let label = values[row];
        let hint = if label.fract() != 0.0 {
            "labels are whole numbers; for targets that are not, use a mean squared error"
        } else if label == classes as Float {
            "labels count from 0: if yours begin at 1, subtract 1; or the last layer has one unit too few"
        } else {
            "the last layer needs one unit for each class"
        };
        fail(&format!("{op}: label {label} at row {row}, but classes are 0..={last}"), &[("labels", labels)], hint);
    }
    values.iter().map(|&label| label as usize).collect()
}
