//! Rows along any axis, each changed as a whole: softmax, sums so far.

use super::copy::row_major;
use super::loops::{Along, CHUNK, Shared, ranges};
use super::vectorised;
use crate::Float;
use ndarray::ArrayView3;

/// What changes a row. A closure that takes long is not compiled for each kind of vectors; a type
/// of its own is, whose method is always inlined.
pub(crate) trait Change: Sync {
    fn change(&self, row: &mut [Float]);
}

impl<F: Fn(&mut [Float]) + Sync> Change for F {
    #[inline(always)]
    fn change(&self, row: &mut [Float]) {
        self(row);
    }
}

vectorised! {
    fn change_lanes[](values: &mut [Float], len: usize, change: &impl Change) {
        values.chunks_exact_mut(len).for_each(|lane| change.change(lane));
    }
}

/// A copy of `x` in which `change` was applied to each row of what lies along the axis.
pub(crate) fn lanes(x: &[Float], along: Along, change: impl Change) -> Vec<Float> {
    let Along { outer, len, inner } = along;
    let turned = |x: &[Float], sizes: [usize; 3]| {
        let view = ArrayView3::from_shape(sizes, x).expect("as many values");
        row_major(view.permuted_axes([0, 2, 1]).into_dyn())
    };
    let is_along_rows = inner == 1 || x.is_empty();
    let mut values = if is_along_rows {
        x.to_vec()
    } else {
        turned(x, [outer, len, inner])
    };
    let (width, shared) = (len.max(1), Shared::new(&mut values));
    ranges(x.len() / width, (CHUNK / width).max(1), |range| {
        // SAFETY: the ranges do not overlap.
        let part = unsafe { shared.part(range.start * width..range.end * width) };
        change_lanes(part, width, &change);
    });
    if is_along_rows {
        values
    } else {
        turned(&values, [outer, inner, len])
    }
}
