//! What operations ask of their operands, and what they say to those who give others: shapes that
//! fit, axes and indices that are there, labels that are classes. One file for each family of
//! [`ops`](crate::ops), where what is computed and its derivative stand side by side.
//!
//! Not here: axes counted from the end, and broadcasting ([`tensor`](crate::tensor)), which more
//! than the operations need.

pub(crate) mod indices;
pub(crate) mod losses;
pub(crate) mod matrices;
pub(crate) mod shapes;
pub(crate) mod windows;

pub(crate) use indices::class_indices;

use crate::tensor::Tensor;
use crate::tensor::fail::fail;

impl Tensor {
    /// For what is not defined of no values at all.
    #[track_caller]
    pub(crate) fn some_values(&self, op: &str) {
        if self.len() == 0 {
            fail(
                &format!("{op}: there are no values in the shape {:?}", self.shape()),
                &[("tensor", self)],
                "an axis has size 0: is the batch or the selection empty?",
            );
        }
    }

    /// As [`some_values`](Tensor::some_values), along one axis.
    #[track_caller]
    pub(crate) fn not_empty(&self, op: &str, axis: usize) {
        if self.shape()[axis] == 0 {
            let shape = self.shape();
            fail(
                &format!("{op}: there are no values along axis {axis} of the shape {shape:?}"),
                &[("tensor", self)],
                "the axis has size 0",
            );
        }
    }
}
