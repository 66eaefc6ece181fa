//! Matrix products.

use crate::Float;
use crate::kernels::gemm::affine;
use crate::kernels::reduce::{Along, Sum, reduce};
use crate::kernels::stacks::{matrix, product, single, stack, transposed, view};
use crate::operands::matrices::{sizes_of_affine, stacks};
use crate::tensor::shape::{array, slice};
use crate::tensor::{Tensor, op, wrt};

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
        let (left, right, shape) = stacks(self, other);
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
                    let (g, b) = (view(g, out), view(&saved_b, right));
                    product(g, transposed(b), left[0], a.shape())
                }),
                wrt(other, move |g| {
                    let (a, g) = (view(&saved_a, left), view(g, out));
                    product(transposed(a), g, right[0], b.shape())
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
        let [inputs, outputs] = sizes_of_affine(self, weight, bias);
        let rows = self.shape()[..self.rank() - 1].iter().product();
        let (x, w, b) = (self.array(), weight.array(), bias.array());
        let mut shape = self.shape().to_vec();
        shape[self.rank() - 1] = outputs;
        let (x_sizes, w_sizes, y_sizes) = ([rows, inputs], [inputs, outputs], [rows, outputs]);
        let values = affine(&matrix(&x, x_sizes), &matrix(&w, w_sizes), slice(&b));
        let (saved_x, saved_w) = (x.clone(), w.clone());
        op(
            "affine",
            array(values, &shape),
            [
                wrt(self, move |g| {
                    let (g, w) = (single(g, y_sizes), single(&saved_w, w_sizes));
                    product(g, transposed(w), 1, x.shape())
                }),
                wrt(weight, move |g| {
                    let (x, g) = (single(&saved_x, x_sizes), single(g, y_sizes));
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
