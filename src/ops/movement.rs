//! Values that move but do not change. The derivative of each is its opposite: what moved forward
//! moves back.

use crate::Float;
use crate::kernels::copy::Runs;
use crate::kernels::reduce::Along;
use crate::operands::shapes::{
    first, inverse_order, must_add_up, must_agree, must_be_1, must_be_matrix, must_fill,
    must_lie_in, must_stretch, place_of_new_axis, with_around,
};
use crate::tensor::node::Edge;
use crate::tensor::shape::{
    array, axis as check_axis, contiguous, count, expand, row_major, slice, slice_mut, unbroadcast,
};
use crate::tensor::{Array, Tensor, op, op_on, wrt_part};
use ndarray::{Axis, IxDyn, Slice};
use std::ops::Range;

/// The same values in row-major order under another shape of the same size; copies nothing.
fn reshaped(x: &Array, shape: &[usize]) -> Array {
    x.clone()
        .into_shape_with_order(IxDyn(shape))
        .expect("the sizes were compared")
}

/// Shapes.
impl Tensor {
    /// The same values, in the same order, under another shape. Derivative: reshape back.
    ///
    /// Panics if the sizes do not multiply to the number of values.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(Tensor::arange(0.0, 6.0, 1.0).reshape(&[2, 3]).get(&[1, 0]), 3.0);
    /// ```
    #[track_caller]
    pub fn reshape(&self, shape: &[usize]) -> Tensor {
        must_fill(self, shape);
        let x = self.array();
        op_on(self, "reshape", reshaped(&x, shape), move |g| {
            reshaped(g, x.shape())
        })
    }

    /// All axes but the first made into one: `[n, 28, 28]` becomes `[n, 784]`. Derivative: reshape
    /// back.
    #[track_caller]
    pub fn flatten(&self) -> Tensor {
        let rows = self.shape().first().copied().unwrap_or(1);
        let rest = self.shape().iter().skip(1).product();
        self.reshape(&[rows, rest])
    }

    /// A new axis of size 1 at `axis`; `-1` puts it last. The gradient takes the shape of the input
    /// again.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(tensor([1.0, 2.0]).unsqueeze(-1).shape(), [2, 1]);
    /// ```
    #[track_caller]
    pub fn unsqueeze(&self, axis: isize) -> Tensor {
        let mut shape = self.shape().to_vec();
        shape.insert(place_of_new_axis(self, axis), 1);
        self.reshape(&shape)
    }

    /// Without the axis `axis`, which must have size 1. The gradient gets that axis again.
    #[track_caller]
    pub fn squeeze(&self, axis: isize) -> Tensor {
        let axis = check_axis("squeeze", self, axis);
        must_be_1(self, axis);
        let mut shape = self.shape().to_vec();
        shape.remove(axis);
        self.reshape(&shape)
    }

    /// The axes in another order: axis `axes[i]` becomes axis i. Derivative: the inverse
    /// permutation.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(Tensor::zeros(&[2, 3, 4]).permute(&[2, 0, 1]).shape(), [4, 2, 3]);
    /// ```
    #[track_caller]
    pub fn permute(&self, axes: &[usize]) -> Tensor {
        let inverse = inverse_order(self, axes);
        let value = contiguous(self.array().permuted_axes(IxDyn(axes)));
        op_on(self, "permute", value, move |g| {
            contiguous(g.clone().permuted_axes(IxDyn(&inverse)))
        })
    }

    /// The transpose: the last two axes exchanged. Derivative: transpose back.
    #[track_caller]
    pub fn t(&self) -> Tensor {
        must_be_matrix(self);
        let rank = self.rank();
        let mut axes: Vec<usize> = (0..rank).collect();
        axes.swap(rank - 2, rank - 1);
        self.permute(&axes)
    }

    /// Repeated to `shape`: axes of size 1 are stretched, new ones are put in front. Derivative:
    /// the sum of what was repeated.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(tensor([1.0, 2.0]).expand(&[2, 2]).to_vec(), [1.0, 2.0, 1.0, 2.0]);
    /// ```
    #[doc(alias = "broadcast_to")]
    #[track_caller]
    pub fn expand(&self, shape: &[usize]) -> Tensor {
        must_stretch(self, shape);
        let x = self.array();
        op_on(self, "expand", expand(&x, shape), move |g| {
            unbroadcast(g.clone(), x.shape())
        })
    }

    /// The entries along one axis in reverse order. Derivative: reversed back.
    #[track_caller]
    pub fn flip(&self, axis: isize) -> Tensor {
        fn flipped(x: &Array, axis: usize) -> Array {
            let mut x = x.clone();
            x.invert_axis(Axis(axis));
            contiguous(x)
        }
        let axis = check_axis("flip", self, axis);
        op_on(self, "flip", flipped(&self.array(), axis), move |g| {
            flipped(g, axis)
        })
    }
}

/// Parts and wholes.
impl Tensor {
    /// The part of `axis` from `range.start` up to but without `range.end`. Derivative: the
    /// gradient in its place, zeros around it.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(Tensor::arange(0.0, 5.0, 1.0).slice(0, 1..3).to_vec(), [1.0, 2.0]);
    /// ```
    #[track_caller]
    pub fn slice(&self, axis: isize, range: Range<usize>) -> Tensor {
        let axis = check_axis("slice", self, axis);
        must_lie_in(self, axis, &range);
        let x = self.array();
        let mut shape = x.shape().to_vec();
        shape[axis] = range.len();
        let part = part(&x, axis, range);
        let mut values = vec![0.0; part.count * part.len];
        part.copy(&mut values, slice(&x));
        op(
            "slice",
            array(values, &shape),
            [wrt_part(self, move |g, sums| {
                part.back().add(sums, slice(g))
            })],
        )
    }

    /// Parts of the given sizes along one axis; the opposite of [`concat`](Tensor::concat). Each
    /// part's gradient goes back to where the part came from.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let parts = Tensor::arange(0.0, 5.0, 1.0).split(0, &[2, 3]);
    /// assert_eq!(parts[1].to_vec(), [2.0, 3.0, 4.0]);
    /// ```
    #[track_caller]
    pub fn split(&self, axis: isize, sizes: &[usize]) -> Vec<Tensor> {
        must_add_up(self, check_axis("split", self, axis), sizes);
        let mut start = 0;
        let mut parts = Vec::with_capacity(sizes.len());
        for size in sizes {
            parts.push(self.slice(axis, start..start + size));
            start += size;
        }
        parts
    }

    /// Surrounded by `value`: for each axis, how often before and after. Derivative: the part in
    /// the middle.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(tensor([1.0, 2.0]).pad(&[(1, 2)], 0.0).to_vec(), [0.0, 1.0, 2.0, 0.0, 0.0]);
    /// ```
    #[track_caller]
    pub fn pad(&self, around: &[(usize, usize)], value: Float) -> Tensor {
        let shape = with_around(self, around);
        let x = self.array();
        let middle: Vec<Slice> = x
            .shape()
            .iter()
            .zip(around)
            .map(|(size, (before, _))| Slice::from(*before..before + size))
            .collect();
        let mut whole = Array::from_elem(IxDyn(&shape), value);
        whole
            .slice_each_axis_mut(|axis| middle[axis.axis.index()])
            .assign(&x);
        op_on(self, "pad", whole, move |g| {
            row_major(g.slice_each_axis(|axis| middle[axis.axis.index()]))
        })
    }

    /// Tensors one after the other along an existing axis; the other sizes must agree. Derivative:
    /// each gets its slice of the gradient.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let (a, b) = (Tensor::zeros(&[2, 3]), Tensor::ones(&[2, 1]));
    /// assert_eq!(Tensor::concat(&[&a, &b], 1).shape(), [2, 4]);
    /// ```
    #[track_caller]
    pub fn concat(tensors: &[&Tensor], axis: isize) -> Tensor {
        let first = first(tensors);
        let axis = check_axis("concat", first, axis);
        must_agree(tensors, axis);
        let mut shape = first.shape().to_vec();
        let sizes = tensors.iter().map(|tensor| tensor.shape()[axis]);
        shape[axis] = sizes.fold(0, usize::saturating_add);
        let mut whole = array(vec![0.0; count("concat", &shape)], &shape);
        let mut start = 0;
        let mut edges: Vec<Edge> = Vec::with_capacity(tensors.len());
        for tensor in tensors {
            let part = part(&whole, axis, start..start + tensor.shape()[axis]);
            start += tensor.shape()[axis];
            part.back()
                .copy(slice_mut(&mut whole), slice(&tensor.array()));
            edges.push(wrt_part(tensor, move |g, sums| part.add(sums, slice(g))));
        }
        op("concat", whole, edges)
    }

    /// Tensors of one shape one after the other along a new axis. Each gets its part of the
    /// gradient.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let (a, b) = (tensor([1.0, 2.0]), tensor([3.0, 4.0]));
    /// assert_eq!(Tensor::stack(&[&a, &b], 0).shape(), [2, 2]);
    /// ```
    #[track_caller]
    pub fn stack(tensors: &[&Tensor], axis: isize) -> Tensor {
        let mut lifted = Vec::with_capacity(tensors.len());
        for tensor in tensors {
            lifted.push(tensor.unsqueeze(axis));
        }
        let lifted: Vec<&Tensor> = lifted.iter().collect();
        Tensor::concat(&lifted, axis)
    }
}

/// Where in `x` the entries `range` of an axis lie, as runs that come from there and go one after
/// the other.
fn part(x: &Array, axis: usize, range: Range<usize>) -> Runs {
    let Along { outer, len, inner } = Along::axis(x.shape(), axis);
    let run = range.len() * inner;
    Runs {
        count: outer,
        len: run,
        from: [range.start * inner, len * inner],
        to: [0, run],
    }
}

/// Rows of `x` (entries along axis 0) in the order of `rows`.
pub(super) fn rows(x: &Array, rows: &[usize]) -> Array {
    let mut shape = x.shape().to_vec();
    let width: usize = shape[1..].iter().product();
    shape[0] = rows.len();
    let mut values = Vec::with_capacity(rows.len() * width);
    for &row in rows {
        values.extend_from_slice(&slice(x)[row * width..][..width]);
    }
    array(values, &shape)
}
