//! Matrix products.

use crate::Float;
use crate::kernels::gemm::{affine, gemm, is_long, long_sum};
use crate::kernels::loops::{rows, update};
use crate::kernels::reduce::{Along, Sum, reduce};
use crate::tensor::fail::fail;
use crate::tensor::shape::{array, slice};
use crate::tensor::{Array, Tensor, op, wrt};
use ndarray::{ArrayView2, ArrayView3, Axis};

/// A stack of matrices as a view: `[matrices, rows, columns]`.
fn view(x: &Array, shape: [usize; 3]) -> ArrayView3<'_, Float> {
    ArrayView3::from_shape(shape, slice(x)).expect("as many values as before")
}

/// Each matrix transposed; copies nothing.
fn transposed(x: ArrayView3<'_, Float>) -> ArrayView3<'_, Float> {
    x.permuted_axes([0, 2, 1])
}

/// How many products two stacks of matrices make. A stack of one goes with every other, also with
/// an empty one.
fn stack(a: usize, b: usize) -> usize {
    if a == 1 { b } else { a }
}

/// The products of two stacks of matrices, summed into `matrices` results. A stack of one is used
/// for every product, so this serves forward (a single right side for a whole batch) and backward
/// (its gradient is the sum over the batch).
fn product(a: ArrayView3<Float>, b: ArrayView3<Float>, matrices: usize, shape: &[usize]) -> Array {
    let (each, count) = (a.dim().1 * b.dim().2, stack(a.dim().0, b.dim().0));
    if (matrices, count) == (1, 1) {
        let (a, b) = (a.index_axis(Axis(0), 0), b.index_axis(Axis(0), 0));
        return array(affine(&a, &b, &vec![0.0; b.dim().1]), shape);
    }
    let mut values = vec![0.0; matrices * each];
    let add = |i: usize, out: &mut [Float]| {
        let (a, b) = (
            a.index_axis(Axis(0), i % a.dim().0),
            b.index_axis(Axis(0), i % b.dim().0),
        );
        gemm(&a, &b, out);
    };
    if matrices == count {
        rows(&mut values, each, a.dim().2 / 16, add);
    } else {
        // In eight sums, whatever the number of threads is, so that the result does not depend on
        // it.
        if is_long(count * a.dim().2) {
            return array(long_sum(a, b, count), shape);
        }
        let mut sums = vec![0.0; 8.min(count) * each];
        rows(&mut sums, each, count * a.dim().2 / 128, |sum, out| {
            (sum..count).step_by(8).for_each(|i| add(i, out))
        });
        sums.chunks_exact(each.max(1))
            .for_each(|sum| update(&mut values, sum, |all, sum| all + sum));
    }
    array(values, shape)
}

impl Tensor {
    /// The matrix product. With a 1-D operand the product of a matrix and a vector or of two
    /// vectors, with more axes one product for each matrix of the stack (a single matrix is used
    /// for all).
    ///
    /// (AB)ᵢⱼ = Σₖ Aᵢₖ Bₖⱼ. Derivatives: g Bᵀ with respect to A, Aᵀ g with respect to B.
    ///
    /// Panics if the inner sizes differ.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let a = tensor([[1.0, 2.0], [3.0, 4.0]]);
    /// assert_eq!(a.matmul(&tensor([1.0, 1.0])).to_vec(), [3.0, 7.0]);
    /// assert_eq!(a.matmul(&Tensor::eye(2)).to_vec(), a.to_vec());
    /// ```
    #[track_caller]
    pub fn matmul(&self, other: &Tensor) -> Tensor {
        let Some((left, right, shape)) = matmul_shapes(self.shape(), other.shape()) else {
            misfit("matmul", self, other)
        };
        let matrices = stack(left[0], right[0]);
        let (a, b) = (self.array(), other.array());
        let value = product(view(&a, left), view(&b, right), matrices, &shape);
        let (saved_a, saved_b) = (a.clone(), b.clone());
        let out = [matrices, left[1], right[2]];
        op(
            "matmul",
            value,
            [
                wrt(self, move |g| {
                    product(
                        view(g, out),
                        transposed(view(&saved_b, right)),
                        left[0],
                        a.shape(),
                    )
                }),
                wrt(other, move |g| {
                    product(
                        transposed(view(&saved_a, left)),
                        view(g, out),
                        right[0],
                        b.shape(),
                    )
                }),
            ],
        )
    }

    /// What a dense layer computes, in one pass: x W + b for x `[…, inputs]`, W
    /// `[inputs, outputs]`, b `[outputs]`.
    ///
    /// Derivatives: g Wᵀ with respect to x, xᵀ g with respect to W, the sum of the rows of g with
    /// respect to b.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let x = tensor([[1.0, 2.0]]);
    /// let (w, b) = (tensor([[1.0, 0.0, 1.0], [0.0, 1.0, 1.0]]), tensor([10.0, 20.0, 30.0]));
    /// assert_eq!(x.affine(&w, &b).to_vec(), [11.0, 22.0, 33.0]);
    /// ```
    #[track_caller]
    pub fn affine(&self, weight: &Tensor, bias: &Tensor) -> Tensor {
        let (&[inputs, outputs], Some(&last)) = (weight.shape(), self.shape().last()) else {
            misfit("affine", self, weight)
        };
        if last != inputs {
            misfit("affine", self, weight);
        }
        if bias.shape() != [outputs] {
            fail(
                &format!(
                    "affine: the bias has the shape {:?}, the weight {:?}",
                    bias.shape(),
                    weight.shape()
                ),
                &[("weight", weight), ("bias", bias)],
                "the bias needs one value for each column of the weight",
            );
        }
        let rows = self.shape()[..self.rank() - 1].iter().product();
        let (x, w, b) = (self.array(), weight.array(), bias.array());
        let mut shape = self.shape().to_vec();
        shape[self.rank() - 1] = outputs;
        let values = affine(
            &matrix(&x, rows, inputs),
            &matrix(&w, inputs, outputs),
            slice(&b),
        );
        let saved_x = x.clone();
        let saved_w = w.clone();
        op(
            "affine",
            array(values, &shape),
            [
                wrt(self, move |g| {
                    let (g, w) = (
                        view(g, [1, rows, outputs]),
                        view(&saved_w, [1, inputs, outputs]),
                    );
                    product(g, transposed(w), 1, x.shape())
                }),
                wrt(weight, move |g| {
                    let (x, g) = (
                        view(&saved_x, [1, rows, inputs]),
                        view(g, [1, rows, outputs]),
                    );
                    product(transposed(x), g, 1, w.shape())
                }),
                wrt(bias, move |g| {
                    let along = Along {
                        outer: 1,
                        len: rows,
                        inner: outputs,
                    };
                    array(reduce(Sum, slice(g), along, |sum| sum as Float), &[outputs])
                }),
            ],
        )
    }
}

fn matrix(x: &Array, rows: usize, columns: usize) -> ArrayView2<'_, Float> {
    ArrayView2::from_shape((rows, columns), slice(x)).expect("as many values as before")
}

/// Both operands as stacks of matrices, and the shape of the result; None if they do not fit.
fn matmul_shapes(a: &[usize], b: &[usize]) -> Option<([usize; 3], [usize; 3], Vec<usize>)> {
    let count = |outer: &[usize]| outer.iter().product();
    let (outer_a, left) = match a {
        [k] => (&[][..], [1, 1, *k]),
        [outer @ .., n, k] => (outer, [count(outer), *n, *k]),
        [] => return None,
    };
    let (outer_b, right) = match b {
        [k] => (&[][..], [1, *k, 1]),
        [outer @ .., k, m] => (outer, [count(outer), *k, *m]),
        [] => return None,
    };
    let is_single = |outer: &[usize], stack: usize| {
        outer.is_empty() || (stack == 1 && outer_a.len() == outer_b.len())
    };
    let outer = match (is_single(outer_a, left[0]), is_single(outer_b, right[0])) {
        (true, _) => outer_b,
        (_, true) => outer_a,
        _ if outer_a == outer_b => outer_a,
        _ => return None,
    };
    let mut shape = outer.to_vec();
    if a.len() > 1 {
        shape.push(left[1]);
    }
    if b.len() > 1 {
        shape.push(right[2]);
    }
    (left[2] == right[1]).then_some((left, right, shape))
}

/// The commonest mistake of all gets the most careful message.
#[cold]
#[track_caller]
fn misfit(op: &str, left: &Tensor, right: &Tensor) -> ! {
    let (a, b) = (left.shape(), right.shape());
    let operands = [("left", left), ("right", right)];
    let (Some(&m), Some(&n)) = (a.last(), b.get(b.len().saturating_sub(2))) else {
        let problem = format!("{op}: a single number is no matrix: {a:?} x {b:?}");
        fail(&problem, &operands, "use * to multiply by a number");
    };
    if m == n {
        let outer = |shape: &[usize]| shape[..shape.len().saturating_sub(2)].to_vec();
        let problem = format!(
            "{op}: stacks of {:?} and of {:?} matrices: {a:?} x {b:?}",
            outer(a),
            outer(b)
        );
        fail(
            &problem,
            &operands,
            "stacks need the same shape, or one of them is a single matrix",
        );
    }
    // The two sizes that clash stand under the shapes they belong to.
    let problem = format!("{op}: inner sizes differ: {a:?} x {b:?}");
    let before = format!("{op}: inner sizes differ: ").len();
    let left_at = before + format!("{a:?}").len() - 1 - m.to_string().len();
    let shown = format!("{a:?} x [");
    let leading: usize = b
        .iter()
        .rev()
        .skip(2)
        .map(|size| format!("{size}, ").len())
        .sum();
    let right_at = before + shown.len() + leading;
    let gap = right_at - left_at - m.to_string().len();
    let marks = format!("{:left_at$}{m}{:gap$}{n}", "", "");
    let hint = if a.len() > 1 && a[1..].iter().product::<usize>() == n {
        format!(
            "flatten the left side first: .reshape(&[{}, {n}]) or .flatten()",
            a[0]
        )
    } else if b.len() == 2 && b[1] == m {
        "transpose the right side: .matmul(&b.t())".to_owned()
    } else if a.len() == 2 && a[0] == n {
        "transpose the left side: a.t().matmul(…)".to_owned()
    } else {
        "the last axis of the left side must be as long as the first of the right side".to_owned()
    };
    fail(&format!("{problem}\n{marks}"), &operands, &hint);
}
