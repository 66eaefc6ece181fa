//! The chain rule, from a loss to everything it was computed from.

use crate::display::say;
use crate::kernels::loops;
use crate::tensor::fail::{fail, warn_once};
use crate::tensor::node::Vjp;
use crate::tensor::operation::is_sound;
use crate::tensor::shape::{slice, slice_mut};
use crate::tensor::{Array, Tensor};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// Walks from `loss` to its leaves, always to the node that was made last: by then every node that
/// used it has added its share, so its gradient is complete. `visit` sees each node once, with that
/// gradient.
///
/// The queue is a sorted map, so the depth of the graph costs memory but no stack.
fn sweep<'graph>(loss: &'graph Tensor, mut visit: impl FnMut(&'graph Tensor, &Array)) {
    let mut pending: BTreeMap<u64, (&Tensor, Array)> = BTreeMap::new();
    pending.insert(
        loss.0.id,
        (loss, Array::from_elem(loss.0.shape.clone(), 1.0)),
    );
    while let Some((_, (tensor, gradient))) = pending.pop_last() {
        crate::base::interrupt::check();
        visit(tensor, &gradient);
        for edge in &tensor.0.edges {
            let Some(vjp) = &edge.vjp else { continue };
            let entry = pending.entry(edge.input.0.id);
            match (vjp, entry) {
                (Vjp::Part(add), entry) => {
                    let zeros = || (&edge.input, Array::zeros(edge.input.0.shape.clone()));
                    add(&gradient, slice_mut(&mut entry.or_insert_with(zeros).1));
                }
                (Vjp::Whole(vjp), entry) => {
                    let share = vjp(&gradient);
                    let made = || format!("gradient of `{}` made at {}", tensor.0.op, tensor.0.at);
                    debug_assert_eq!(share.shape(), edge.input.shape(), "{}", made());
                    match entry {
                        Entry::Vacant(entry) => drop(entry.insert((&edge.input, share))),
                        Entry::Occupied(mut entry) => add_to(&mut entry.get_mut().1, &share),
                    }
                }
            }
        }
    }
}

/// Adds in place, unless the array is shared (then it is copied first).
fn add_to(sum: &mut Array, share: &Array) {
    loops::update(slice_mut(sum), slice(share), |sum, share| sum + share);
}

#[track_caller]
fn check_loss(op: &str, loss: &Tensor) {
    if loss.len() != 1 {
        fail(
            &format!(
                "{op}: the loss must be one number, but has the shape {:?}",
                loss.shape()
            ),
            &[("loss", loss)],
            "reduce it first: .sum() or .mean()",
        );
    }
    if !loss.is_tracked() {
        fail(
            &format!("{op}: nothing that this tensor was computed from requires a gradient"),
            &[("loss", loss)],
            "call .requires_grad() on the parameters before computing the loss, outside of no_grad",
        );
    }
}

impl Tensor {
    /// Backpropagation: adds to the `.grad()` of every leaf that [requires
    /// it](Tensor::requires_grad) the derivative of this tensor, which must be a single number,
    /// with respect to the leaf.
    ///
    /// Gradients add up over several calls until `zero_grad`. The graph stays, so `backward` can be
    /// called again.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let w = tensor(0.5).requires_grad();
    /// let loss = (&w * 4.0 - 1.0).square();
    /// loss.backward();                       // d/dw (4w − 1)² = 8 (4w − 1)
    /// assert_eq!(w.grad().item(), 8.0);
    /// ```
    #[track_caller]
    pub fn backward(&self) {
        check_loss("backward", self);
        if !self.item().is_finite()
            && let Some(origin) = self.find_nan()
        {
            let advice = "stop_at_nan(true) ends the next run at the operation";
            let loss = self.item();
            let english =
                format!("backward: the loss is {loss}. It came up first in {origin}; {advice}");
            let chinese = format!(
                "backward：损失是 {loss}，最先出现在 {origin}；用 stop_at_nan(true)，下次运行会停在那个运算"
            );
            warn_once("nan", &say(english, chinese));
        }
        let mut reached = Vec::new();
        sweep(self, |tensor, gradient| {
            let is_leaf = tensor.is_leaf() && tensor.is_tracked();
            if is_leaf || tensor.0.notes().retain {
                reached.push((tensor, gradient.clone()));
            }
        });
        // Only now: an interrupt in the middle leaves every gradient as it was.
        for (tensor, gradient) in reached {
            match &mut tensor.0.notes().grad {
                Some(sum) => add_to(sum, &gradient),
                none => *none = Some(Box::new(gradient)),
            }
        }
    }

    /// Of all that this tensor was computed from: where the first value that is no number, or
    /// infinite, came up, in words, with the line if the cell that runs has made it. None if there
    /// is no such value.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let w = tensor([1.0, -1.0]).requires_grad();
    /// let loss = (w.ln() * 2.0).sum();
    /// assert_eq!(loss.find_nan().unwrap(), "the result of `ln`, shape [2]");
    /// ```
    pub fn find_nan(&self) -> Option<String> {
        let (mut pending, mut seen, mut first) = (vec![self], BTreeSet::new(), None::<&Tensor>);
        while let Some(tensor) = pending.pop() {
            if seen.insert(tensor.0.id) {
                pending.extend(tensor.0.edges.iter().map(|edge| &edge.input));
                let is_earlier = first.is_none_or(|first| tensor.0.id < first.0.id);
                // What masks the scores of an attention is a constant −∞.
                let op = if tensor.is_tracked() || !tensor.is_leaf() {
                    tensor.0.op
                } else {
                    "where_"
                };
                if is_earlier && !tensor.array().iter().all(|&value| is_sound(op, value)) {
                    first = Some(tensor);
                }
            }
        }
        let first = first?;
        let what = match first.name() {
            _ if !first.is_leaf() => format!("the result of `{}`", first.0.op),
            Some(name) => format!("`{name}`"),
            None if first.is_tracked() => "a parameter".to_owned(),
            None => "an input".to_owned(),
        };
        let line = first
            .0
            .line()
            .map(|line| format!(", made in line {line} of this cell"))
            .unwrap_or_default();
        Some(format!("{what}, shape {:?}{line}", first.shape()))
    }

    /// The gradients of this tensor with respect to every node below it, by id; nothing is written
    /// to `.grad()`.
    pub(crate) fn all_gradients(&self) -> BTreeMap<u64, Array> {
        let mut gradients = BTreeMap::new();
        sweep(self, |tensor, gradient| {
            drop(gradients.insert(tensor.0.id, gradient.clone()))
        });
        gradients
    }
}

/// The derivatives of `loss` with respect to `inputs`, in their order. Unlike [`Tensor::backward`]
/// it returns them and does not touch `.grad()`. An input that `loss` does not depend on gets
/// zeros.
///
/// ```
/// # use chainrule::prelude::*;
/// let (w, b) = (tensor(2.0).requires_grad(), tensor(1.0).requires_grad());
/// let loss = (&w * 3.0 + &b).square();
/// let g = grads(&loss, &[&w, &b]);
/// assert_eq!((g[0].item(), g[1].item()), (42.0, 14.0));
/// ```
#[track_caller]
pub fn grads(loss: &Tensor, inputs: &[&Tensor]) -> Vec<Tensor> {
    check_loss("grads", loss);
    let mut found: Vec<Option<Array>> = vec![None; inputs.len()];
    sweep(loss, |tensor, gradient| {
        for (input, found) in inputs.iter().zip(&mut found) {
            if input.0.id == tensor.0.id {
                *found = Some(gradient.clone());
            }
        }
    });
    (inputs.iter().zip(found))
        .map(|(input, found)| {
            found.map_or_else(|| Tensor::zeros(input.shape()), Tensor::from_array)
        })
        .collect()
}

/// Keras's way to ask for gradients: a façade over [`grads`]. The graph is in the tensors, so
/// nothing has to be recorded; tensors are watched if they require a gradient, as parameters of
/// layers do.
///
/// ```
/// # use chainrule::prelude::*;
/// let w = tensor(3.0).requires_grad();
/// let tape = GradientTape::new();
/// let loss = w.square();
/// let gradients = tape.gradient(&loss, &[w.clone()]);
/// assert_eq!(gradients[0].item(), 6.0);
/// ```
#[derive(Debug, Default)]
pub struct GradientTape {}

/// As [`GradientTape::new`].
#[allow(non_upper_case_globals)]
pub const GradientTape: GradientTape = GradientTape {};

impl GradientTape {
    /// A tape.
    pub fn new() -> GradientTape {
        GradientTape {}
    }

    /// The derivatives of `loss` with respect to `parameters`, in their order.
    #[track_caller]
    pub fn gradient(&self, loss: &Tensor, parameters: &[Tensor]) -> Vec<Tensor> {
        let parameters: Vec<&Tensor> = parameters.iter().collect();
        grads(loss, &parameters)
    }
}
