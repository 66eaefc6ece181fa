//! [`Tensor`]: an array of numbers that remembers how it was computed.
//!
//! Here: construction, shapes and broadcasting, random numbers, reading values back, and how a
//! tensor prints. Not here: the graph and its gradients ([`autograd`](crate::autograd)), the
//! operations ([`ops`](crate::ops)).
//!
//! Values are always contiguous and row-major, so every operation is a loop over a slice. They are
//! copied on write: an optimiser that changes a parameter does not change what a graph that is
//! still alive has saved.

pub(crate) mod convert;
pub(crate) mod fail;
pub(crate) mod node;
pub(crate) mod operation;
mod print;
pub mod random;
pub(crate) mod shape;
pub(crate) mod table;
mod threads;

pub use convert::{Number, tensor};

use crate::Float;
pub(crate) use crate::kernels::array::Array;
use fail::fail;
pub use fail::warnings;
use ndarray::{ArrayD, IxDyn};
use node::Node;
pub use node::Tensor;
pub use node::no_grad;
pub(crate) use node::{NoGrad, begin_cell, grad_enabled};
pub use operation::stop_at_nan;
pub(crate) use operation::{op, op_on, wrt, wrt_part};
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
pub use threads::threads;

/// Construction.
impl Tensor {
    pub(crate) fn from_array(value: Array) -> Tensor {
        Tensor(Arc::new(Node::leaf(value)))
    }

    /// A tensor of `shape` with the given values in row-major order (the last axis runs fastest).
    ///
    /// Panics if the number of values is not the product of the sizes.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let a = Tensor::from_vec(vec![1.0, 2.0, 3.0, 4.0, 5.0, 6.0], &[2, 3]);
    /// assert_eq!(a.get(&[1, 0]), 4.0);
    /// ```
    #[track_caller]
    pub fn from_vec(values: Vec<Float>, shape: &[usize]) -> Tensor {
        let count = values.len();
        let size = shape::count("from_vec", shape);
        match Array::from_shape_vec(IxDyn(shape), values) {
            Ok(value) => Tensor::from_array(value),
            Err(_) => fail(
                &format!(
                    "from_vec: {count} values do not fill the shape {shape:?}, which holds \
                        {size}"
                ),
                &[],
                "the sizes of the shape multiplied must give the number of values",
            ),
        }
    }

    /// As [`from_vec`](Tensor::from_vec), or how many values there are if they do not fill the
    /// shape: for sizes that come from a file, where even their product may be no number.
    pub(crate) fn filled(values: Vec<Float>, shape: &[usize]) -> Result<Tensor, usize> {
        let count = values.len();
        let value = Array::from_shape_vec(IxDyn(shape), values).map_err(|_| count)?;
        Ok(Tensor::from_array(value))
    }

    /// Zeros: `Tensor::zeros(&[2, 3])`.
    #[track_caller]
    pub fn zeros(shape: &[usize]) -> Tensor {
        shape::count("zeros", shape);
        Tensor::full(shape, 0.0)
    }

    /// Ones: `Tensor::ones(&[2, 3])`.
    #[track_caller]
    pub fn ones(shape: &[usize]) -> Tensor {
        shape::count("ones", shape);
        Tensor::full(shape, 1.0)
    }

    /// One value everywhere: `Tensor::full(&[2, 3], 0.5)`.
    #[track_caller]
    pub fn full(shape: &[usize], value: Float) -> Tensor {
        shape::count("full", shape);
        Tensor::from_array(Array::from_elem(IxDyn(shape), value))
    }

    /// The identity matrix of `n` rows.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(Tensor::eye(2).to_vec(), [1.0, 0.0, 0.0, 1.0]);
    /// ```
    #[track_caller]
    pub fn eye(n: usize) -> Tensor {
        shape::count("eye", &[n, n]);
        Tensor::from_array(ndarray::Array2::eye(n).into_dyn().into_shared())
    }

    /// `start`, `start + step`, … up to but without `stop`.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(Tensor::arange(0.0, 1.0, 0.25).to_vec(), [0.0, 0.25, 0.5, 0.75]);
    /// ```
    #[track_caller]
    pub fn arange(start: Float, stop: Float, step: Float) -> Tensor {
        if step == 0.0 || !((stop - start) / step).is_finite() {
            fail(
                &format!("arange: cannot count from {start} to {stop} in steps of {step}"),
                &[],
                "use a step that is not zero",
            );
        }
        let count = ((stop - start) / step).ceil().max(0.0) as usize;
        shape::count("arange", &[count]);
        // Multiplying instead of adding up keeps the last values exact.
        Tensor::from_iter((0..count).map(|i| start + step * i as Float))
    }

    /// `count` values from `start` to `stop`, both included, at equal distances.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(Tensor::linspace(-1.0, 1.0, 5).to_vec(), [-1.0, -0.5, 0.0, 0.5, 1.0]);
    /// ```
    #[track_caller]
    pub fn linspace(start: Float, stop: Float, count: usize) -> Tensor {
        shape::count("linspace", &[count]);
        Tensor::from_array(
            ndarray::Array1::linspace(start, stop, count)
                .into_dyn()
                .into_shared(),
        )
    }

    pub(crate) fn from_iter(values: impl Iterator<Item = Float>) -> Tensor {
        Tensor::from_array(ndarray::Array1::from_iter(values).into_dyn().into_shared())
    }
}

/// Values.
impl Tensor {
    /// The only value. Panics if there is not exactly one.
    #[track_caller]
    pub fn item(&self) -> Float {
        if self.len() != 1 {
            fail(
                &format!(
                    "item: the tensor has {} values, shape {:?}",
                    self.len(),
                    self.shape()
                ),
                &[("tensor", self)],
                "reduce it first (.sum(), .mean()), read one value with .get(&[i, j]), or all with \
                .to_vec()",
            );
        }
        self.array()[IxDyn(&vec![0; self.rank()])]
    }

    /// A copy of all values in row-major order.
    pub fn to_vec(&self) -> Vec<Float> {
        shape::slice(&self.array()).to_vec()
    }

    /// A copy of the values as an array of `ndarray`.
    pub fn value(&self) -> ArrayD<Float> {
        self.array().into_owned()
    }

    /// One value. Panics if the index is outside of the shape.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// assert_eq!(tensor([[1.0, 2.0], [3.0, 4.0]]).get(&[1, 0]), 3.0);
    /// ```
    #[track_caller]
    pub fn get(&self, index: &[usize]) -> Float {
        match self.array().get(IxDyn(index)) {
            Some(value) => *value,
            None => fail(
                &format!("get: no value at {index:?} in the shape {:?}", self.shape()),
                &[("tensor", self)],
                "give one index for each axis; the first is 0, the last is the size minus 1",
            ),
        }
    }

    /// Replaces the values of a leaf (a parameter, an input). Graphs that are alive keep the values
    /// they were computed with. Panics if the shapes differ, or if the tensor is the result of an
    /// operation.
    #[track_caller]
    pub fn set_value(&self, value: &Tensor) {
        if !self.is_leaf() {
            fail(
                &format!(
                    "set_value: the tensor is the result of `{}`, only a leaf has a value of its \
                    own",
                    self.0.op
                ),
                &[("tensor", self)],
                "change the tensors it was computed from, or use .detach() for a leaf with the \
                same values",
            );
        }
        if self.shape() != value.shape() {
            fail(
                &format!(
                    "set_value: shapes differ: {:?} <- {:?}",
                    self.shape(),
                    value.shape()
                ),
                &[("tensor", self), ("value", value)],
                "a tensor keeps its shape for life; make a new one with tensor(…) instead",
            );
        }
        let value = value.array();
        self.update(|own| *own = value);
    }

    /// Changes the values of a leaf; a graph that shares them keeps its own copy (copy on write).
    pub(crate) fn update(&self, change: impl FnOnce(&mut Array)) {
        change(&mut self.0.value.write().unwrap_or_else(PoisonError::into_inner));
    }
}

/// Gradients and names.
impl Tensor {
    /// Asks for the derivative with respect to this tensor: the next `backward` fills `.grad()`.
    /// Returns the handle.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let w = tensor([1.0, 2.0]).requires_grad();
    /// (&w * &w).sum().backward();
    /// assert_eq!(w.grad().to_vec(), [2.0, 4.0]);
    /// ```
    pub fn requires_grad(&self) -> Tensor {
        self.0.tracked.store(true, Ordering::Relaxed);
        self.clone()
    }

    /// Has training leave this parameter as it is (`false`), or change it again (`true`). What is
    /// left as it is gets no gradient, and `parameters()` of a model does not name it.
    pub fn set_trainable(&self, is_trainable: bool) {
        self.0.notes().frozen = !is_trainable;
        self.0.tracked.store(is_trainable, Ordering::Relaxed);
        if !is_trainable {
            self.zero_grad();
        }
    }

    /// How large the values are: the root of the mean of their squares.
    pub(crate) fn root_mean_square(&self) -> f64 {
        let sum: f64 = self
            .array()
            .iter()
            .map(|value| (*value as f64).powi(2))
            .sum();
        (sum / self.len().max(1) as f64).sqrt()
    }

    /// Names the tensor, for error messages and for [`draw_graph`](crate::plot::draw_graph).
    /// Returns the handle.
    pub fn label(&self, name: &str) -> Tensor {
        self.0.notes().label = Some(name.into());
        self.clone()
    }

    /// The gradient that `backward` left here: the derivative of the loss with respect to each
    /// value.
    ///
    /// Panics if there is none.
    #[track_caller]
    pub fn grad(&self) -> Tensor {
        // Taken out first: a panic with the lock held would be of no use to anyone.
        let grad = self.0.notes().grad.clone();
        match grad {
            Some(grad) => Tensor::from_array(*grad),
            None => self.no_gradient("grad"),
        }
    }

    #[cold]
    #[track_caller]
    pub(crate) fn no_gradient(&self, who: &str) -> ! {
        let hint = if self.0.notes().frozen {
            "it was made not trainable; .set_trainable(true) changes that, model.parameters() \
            leaves it out"
        } else if !self.is_tracked() {
            "ask for it before computing the loss: let w = tensor(…).requires_grad();"
        } else if self.is_leaf() {
            "call loss.backward() first; if you did, the loss does not depend on this tensor (or \
            zero_grad() came after)"
        } else {
            // Most often a parameter that was updated, so that it is no parameter any more.
            "this tensor is the result of a computation, and backward keeps gradients of \
             parameters only. Update a parameter without recording: w = no_grad(|| &w - 0.1 * \
             w.grad()).requires_grad(); (to see the gradient of a result, call .retain_grad() on \
             it before backward)"
        };
        let name = self
            .name()
            .map_or_else(|| "the tensor".to_owned(), |name| format!("`{name}`"));
        fail(
            &format!("{who}: {name} of shape {:?} has no gradient", self.shape()),
            &[("tensor", self)],
            hint,
        )
    }

    /// Whether `backward` has left a gradient here.
    pub fn has_grad(&self) -> bool {
        self.0.notes().grad.is_some()
    }

    /// Forgets the gradient. Gradients of several `backward` calls add up until this is called.
    pub fn zero_grad(&self) {
        self.0.notes().grad = None;
    }

    /// Asks `backward` to keep the gradient of this tensor although it is not a leaf. Returns the
    /// handle.
    pub fn retain_grad(&self) -> Tensor {
        self.0.notes().retain = true;
        self.clone()
    }

    /// The same values without their history: a constant for the operations that follow.
    pub fn detach(&self) -> Tensor {
        Tensor::from_array(self.array())
    }
}
