//! Indices that are there, and labels that are classes.

use crate::Float;
use crate::kernels::picks::{are_indices, last_index};
use crate::tensor::Tensor;
use crate::tensor::fail::fail;
use crate::tensor::shape::slice;

/// Rows that are there.
#[track_caller]
pub(crate) fn must_have_rows(x: &Tensor, rows: &[usize]) {
    let (shape, count) = (x.shape(), x.shape().first().copied().unwrap_or(0));
    if let Some(row) = rows.iter().find(|&&row| row >= count) {
        fail(
            &format!("select_rows: no row {row} in the shape {shape:?}"),
            &[("tensor", x)],
            &format!("rows are 0..{count}"),
        );
    }
    if x.rank() == 0 {
        fail(
            "select_rows: a single number has no rows",
            &[("tensor", x)],
            "the tensor must have at least one axis",
        );
    }
}

/// A row that is there.
#[track_caller]
pub(crate) fn must_have_row(x: &Tensor, index: usize) {
    let (shape, count) = (x.shape(), x.shape().first().copied().unwrap_or(0));
    if index >= count {
        let hint = match count {
            0 => "a single number has no rows; .item() reads it".to_owned(),
            _ => format!("rows are 0..{count}"),
        };
        let problem = format!("row: no row {index} in the shape {shape:?}");
        fail(&problem, &[("tensor", x)], &hint);
    }
}

/// Entries of an axis that are there.
#[track_caller]
pub(crate) fn must_have_entries(x: &Tensor, axis: usize, entries: &[usize]) {
    let (shape, size) = (x.shape(), x.shape()[axis]);
    if let Some(entry) = entries.iter().find(|&&entry| entry >= size) {
        fail(
            &format!("index_select: no entry {entry} along axis {axis} of the shape {shape:?}"),
            &[("tensor", x)],
            &format!("entries are 0..{size}"),
        );
    }
}

/// An index for each place, but along the axis.
#[track_caller]
pub(crate) fn must_have_places(x: &Tensor, axis: usize, index: &Tensor) {
    let (own, new) = (x.shape(), index.shape());
    let fits = new.len() == own.len() && (0..own.len()).all(|i| i == axis || new[i] == own[i]);
    if !fits {
        fail(
            &format!("gather: the index {new:?} does not fit {own:?} along axis {axis}"),
            &[("tensor", x), ("index", index)],
            "all sizes except that of the axis must agree; insert an axis with .unsqueeze(…)",
        );
    }
}

/// The rows of a table that are looked up, and how many numbers each has.
#[track_caller]
pub(crate) fn rows_of_table(table: &Tensor, index: &Tensor) -> (Vec<usize>, usize) {
    let &[words, features] = table.shape() else {
        fail(
            &format!("embedding: the table has the shape {:?}", table.shape()),
            &[("table", table), ("index", index)],
            "a table has the shape [words, features]",
        )
    };
    let rows = index.array();
    if !are_indices(slice(&rows), words) {
        no_entry("embedding", index, words);
    }
    let rows = rows.iter().map(|row| *row as i32 as usize).collect();
    (rows, features)
}

#[cold]
#[track_caller]
pub(crate) fn no_entry(op: &str, index: &Tensor, count: usize) -> ! {
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
        } else if label < 0.0 {
            "labels count from 0; targets -1 and 1 are for Hinge and a single output"
        } else {
            "the last layer needs one unit for each class; if these are numbers to be predicted \
             and not classes, use one output and MeanSquaredError"
        };
        fail(
            &format!("{op}: label {label} at row {row}, but classes are 0..={last}"),
            &[("labels", labels)],
            hint,
        );
    }
    values.iter().map(|&label| label as i32 as usize).collect()
}
