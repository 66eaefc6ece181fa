//! Picking by index: rows of a table, classes.

use super::movement::rows as pick_rows;
use crate::Float;
use crate::kernels::picks::{self, Sums, are_indices, last_index};
use crate::kernels::reduce::Along;
use crate::tensor::fail::fail;
use crate::tensor::shape::{array, axis as check_axis, slice};
use crate::tensor::{Array, Tensor, op, wrt_part};

impl Tensor {
    /// The given entries along axis 0, in that order and as often as named. Derivative: each row's
    /// gradient goes back to where it came from; what was picked twice gets the sum.
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
        let (picked, width): (Box<[usize]>, usize) = (rows.into(), x.shape()[1..].iter().product());
        op(
            "select_rows",
            pick_rows(&x, rows),
            [wrt_part(self, move |g, sums| {
                let mut sums = Sums::new(sums, width, picked.len());
                let rows = picked.iter().zip(slice(g).chunks(width.max(1)));
                rows.for_each(|(row, g)| sums.add(row * width, g));
                sums.finish();
            })],
        )
    }

    /// The entry `index` along axis 0, without that axis: a row of a matrix, an image of a batch.
    /// Derivative: as that of [`select_rows`](Tensor::select_rows).
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(Tensor::zeros(&[32, 28, 28]).row(0).shape(), [28, 28]);
    /// assert_eq!(tensor([[0.1, 0.9], [0.8, 0.2]]).row(0).argmax(-1).item(), 1.0);
    /// ```
    #[track_caller]
    pub fn row(&self, index: usize) -> Tensor {
        let count = self.shape().first().copied().unwrap_or(0);
        if index >= count {
            let hint = match count {
                0 => "a single number has no rows; .item() reads it".to_owned(),
                _ => format!("rows are 0..{count}"),
            };
            let problem = format!("row: no row {index} in the shape {:?}", self.shape());
            fail(&problem, &[("tensor", self)], &hint);
        }
        self.select_rows(&[index]).squeeze(0)
    }

    /// As [`select_rows`](Tensor::select_rows), along any axis. Derivative: each entry's gradient
    /// goes back to where it came from, added up for one that was taken several times.
    #[track_caller]
    pub fn index_select(&self, axis: isize, entries: &[usize]) -> Tensor {
        let axis = check_axis("index_select", self, axis);
        let size = self.shape()[axis];
        if let Some(entry) = entries.iter().find(|&&entry| entry >= size) {
            fail(
                &format!(
                    "index_select: no entry {entry} along axis {axis} of the shape {:?}",
                    self.shape()
                ),
                &[("tensor", self)],
                &format!("entries are 0..{size}"),
            );
        }
        let x = self.array();
        let Along { outer, inner, .. } = Along::axis(x.shape(), axis);
        let mut shape = self.shape().to_vec();
        shape[axis] = entries.len();
        let mut values = Vec::with_capacity(shape.iter().product());
        for block in slice(&x).chunks_exact((size * inner).max(1)) {
            match inner {
                1 => values.extend(entries.iter().map(|&entry| block[entry])),
                _ => entries
                    .iter()
                    .for_each(|&entry| values.extend_from_slice(&block[entry * inner..][..inner])),
            }
        }
        let entries: Box<[usize]> = entries.into();
        op(
            "index_select",
            array(values, &shape),
            [wrt_part(self, move |g, sums| {
                let (mut sums, mut g) = (
                    Sums::new(sums, inner, outer * entries.len()),
                    slice(g).chunks(inner.max(1)),
                );
                for block in 0..outer {
                    let places = entries.iter().zip(&mut g);
                    places.for_each(|(entry, g)| sums.add((block * size + entry) * inner, g));
                }
                sums.finish();
            })],
        )
    }

    /// One value for each index: out[i, j] = x[i, index[i, j]] for axis 1, and so for every axis.
    /// `index` has as many axes as the tensor, and the same sizes but along `axis`. Derivative:
    /// each gradient goes back to where its value came from. Panics at an index that is not there.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let scores = tensor([[0.1, 0.9], [0.8, 0.2]]);
    /// assert_eq!(scores.gather(1, &tensor([[1], [0]])).to_vec(), [0.9, 0.8]); // of each row the score of one class
    /// ```
    #[track_caller]
    pub fn gather(&self, axis: isize, index: &Tensor) -> Tensor {
        let axis = check_axis("gather", self, axis);
        let fits = index.rank() == self.rank()
            && (0..axis)
                .chain(axis + 1..self.rank())
                .all(|i| index.shape()[i] == self.shape()[i]);
        if !fits {
            fail(
                &format!(
                    "gather: the index {:?} does not fit {:?} along axis {axis}",
                    index.shape(),
                    self.shape()
                ),
                &[("tensor", self), ("index", index)],
                "all sizes except that of the axis must agree; insert an axis with .unsqueeze(…)",
            );
        }
        let x = self.array();
        let Along {
            len: size, inner, ..
        } = Along::axis(x.shape(), axis);
        let (chosen, sizes) = (index.array(), [size, index.shape()[axis], inner]);
        let Some(values) = picks::gather(slice(&x), slice(&chosen), sizes) else {
            no_entry("gather", index, size)
        };
        let scatter = move |g: &Array, sums: &mut [Float]| {
            picks::scatter(sums, slice(g), slice(&chosen), sizes)
        };
        op(
            "gather",
            array(values, index.shape()),
            [wrt_part(self, scatter)],
        )
    }

    /// The rows of a table `[words, features]` for indices of any shape: `[n, length]` gives
    /// `[n, length, features]`. Derivative: as that of [`select_rows`](Tensor::select_rows). Panics
    /// at an index that is not in the table.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let table = tensor([[0.0, 0.1], [1.0, 1.1], [2.0, 2.1]]);
    /// assert_eq!(table.embedding(&tensor([[2, 0]])).to_vec(), [2.0, 2.1, 0.0, 0.1]);
    /// ```
    #[track_caller]
    pub fn embedding(&self, index: &Tensor) -> Tensor {
        let &[words, features] = self.shape() else {
            fail(
                &format!("embedding: the table has the shape {:?}", self.shape()),
                &[("table", self), ("index", index)],
                "a table has the shape [words, features]",
            )
        };
        let rows = index.array();
        if !are_indices(slice(&rows), words) {
            no_entry("embedding", index, words);
        }
        let rows: Vec<usize> = rows.iter().map(|row| *row as i32 as usize).collect();
        self.select_rows(&rows)
            .reshape(&[index.shape(), &[features]].concat())
    }

    /// For class indices of any shape, a last axis of size `classes` with 1 at the index and 0
    /// elsewhere. Has no gradient.
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

#[cold]
#[track_caller]
fn no_entry(op: &str, index: &Tensor, count: usize) -> ! {
    let values = index.array();
    let last = last_index(count);
    let wrong = values
        .iter()
        .find(|i| !is_index(**i, last))
        .unwrap_or(&Float::NAN);
    let problem = format!("{op}: no entry {wrong}, there are {count}");
    fail(
        &problem,
        &[("index", index)],
        &format!("indices are whole numbers, in 0..{count}"),
    )
}

/// Whether this is a whole number from 0 to `last`. `fract` would be a call.
#[inline(always)]
fn is_index(i: Float, last: Float) -> bool {
    (i >= 0.0) & (i <= last) & (i as i32 as Float == i)
}

/// Labels as indices, after checking that each is a whole number from 0 to `classes - 1`.
#[track_caller]
pub(crate) fn class_indices(op: &str, labels: &Tensor, classes: usize) -> Vec<usize> {
    let values = labels.array();
    let values = slice(&values);
    let last = last_index(classes);
    if let Some(row) = values.iter().position(|label| !is_index(*label, last)) {
        let last = classes.saturating_sub(1);
        let label = values[row];
        let hint = if label.fract() != 0.0 {
            "labels are whole numbers; for targets that are not, use a mean squared error"
        } else if label == classes as Float {
            "labels count from 0: if yours begin at 1, subtract 1; or the last layer has one unit \
            too few"
        } else {
            "the last layer needs one unit for each class"
        };
        fail(
            &format!("{op}: label {label} at row {row}, but classes are 0..={last}"),
            &[("labels", labels)],
            hint,
        );
    }
    values.iter().map(|&label| label as i32 as usize).collect()
}
