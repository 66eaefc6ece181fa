//! Picking by index: rows of a table, classes.

use super::movement::rows as pick_rows;
use crate::Float;
use crate::kernels::picks::{self, Sums};
use crate::kernels::reduce::Along;
use crate::operands::class_indices;
use crate::operands::indices::{
    must_have_entries, must_have_places, must_have_row, must_have_rows, no_entry, rows_of_table,
};
use crate::tensor::shape::{array, axis as check_axis, count, slice};
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
        must_have_rows(self, rows);
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
        must_have_row(self, index);
        self.select_rows(&[index]).squeeze(0)
    }

    /// As [`select_rows`](Tensor::select_rows), along any axis. Derivative: each entry's gradient
    /// goes back to where it came from, added up for one that was taken several times.
    #[track_caller]
    pub fn index_select(&self, axis: isize, entries: &[usize]) -> Tensor {
        let axis = check_axis("index_select", self, axis);
        must_have_entries(self, axis, entries);
        let x = self.array();
        let Along {
            outer,
            len: size,
            inner,
        } = Along::axis(x.shape(), axis);
        let mut shape = self.shape().to_vec();
        shape[axis] = entries.len();
        let values = picks::select(slice(&x), entries, [size, inner]);
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
    /// // Of each row the score of one class.
    /// assert_eq!(scores.gather(1, &tensor([[1], [0]])).to_vec(), [0.9, 0.8]);
    /// ```
    #[track_caller]
    pub fn gather(&self, axis: isize, index: &Tensor) -> Tensor {
        let axis = check_axis("gather", self, axis);
        must_have_places(self, axis, index);
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
        let (rows, features) = rows_of_table(self, index);
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
        let shape = [self.shape(), &[classes]].concat();
        let mut values = vec![0.0 as Float; count("one_hot", &shape)];
        for (row, label) in labels.into_iter().enumerate() {
            values[row * classes + label] = 1.0;
        }
        op("one_hot", array(values, &shape), [])
    }
}
