//! The one place where operations make new tensors.

use super::fail::fail;
use super::node::{Edge, Node, Tensor, Vjp};
use crate::Float;
use crate::base::interrupt;
use crate::kernels::array::Array;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The result of an operation: its name, its value, and for each input the derivative [with respect
/// to](wrt) it.
///
/// Every operation ends here, so this is also where a running computation notices that it was
/// interrupted.
#[track_caller]
pub(crate) fn op(name: &'static str, value: Array, edges: impl Into<Vec<Edge>>) -> Tensor {
    interrupt::check();
    let mut edges = edges.into();
    let tracked = edges.iter().any(|edge| edge.vjp.is_some());
    if !tracked {
        // What no gradient flows through keeps nothing alive.
        edges.clear();
    }
    if STOP_AT_NAN.load(Ordering::Relaxed) && !value.iter().all(|&value| is_sound(name, value)) {
        let inputs: Vec<(&str, &Tensor)> =
            edges.iter().map(|edge| ("input", &edge.input)).collect();
        let problem = format!(
            "{name}: the result, of shape {:?}, holds a value that is NaN or infinite",
            value.shape()
        );
        fail(
            &problem,
            &inputs,
            "look at the inputs: ln or sqrt of a negative number, division by 0, exp of a large \
            one?",
        );
    }
    Tensor(Arc::new(Node::new(name, value, edges, tracked)))
}

/// The result of an operation on one tensor, as [`op`], with the derivative with respect to it.
#[track_caller]
pub(crate) fn op_on(
    input: &Tensor,
    name: &'static str,
    value: Array,
    vjp: impl Fn(&Array) -> Array + Send + Sync + 'static,
) -> Tensor {
    op(name, value, [wrt(input, vjp)])
}

static STOP_AT_NAN: AtomicBool = AtomicBool::new(false);

/// Has each operation look at its result, and end the cell at the line that first makes a value
/// which is not a number or infinite. Costs time: for looking for a mistake, not for training.
///
/// ```should_panic
/// # use chainrule::prelude::*;
/// stop_at_nan(true);
/// let p = tensor([0.5, 0.0]);
/// let entropy = -(&p * p.ln()).sum();   // stops here: ln of 0 is −∞
/// ```
pub fn stop_at_nan(on: bool) {
    STOP_AT_NAN.store(on, Ordering::Relaxed);
}

/// Whether an operation may have this value as a result: a finite one, or the −∞ by which `where_`
/// masks scores.
pub(crate) fn is_sound(op: &str, value: Float) -> bool {
    value.is_finite() || (op == "where_" && value == Float::NEG_INFINITY)
}

/// "With respect to": an input of an operation and its vector–Jacobian product, which takes the
/// gradient of the loss with respect to the operation's output and returns the one with respect to
/// this input.
pub(crate) fn wrt(input: &Tensor, vjp: impl Fn(&Array) -> Array + Send + Sync + 'static) -> Edge {
    let vjp = if input.wants_grad() {
        Some(Vjp::Whole(Box::new(vjp)))
    } else {
        None
    };
    Edge {
        input: input.clone(),
        vjp,
    }
}

/// As [`wrt`], for an operation that looks at a part of its input: `vjp` adds to the gradient of
/// the whole.
pub(crate) fn wrt_part(
    input: &Tensor,
    vjp: impl Fn(&Array, &mut [Float]) + Send + Sync + 'static,
) -> Edge {
    let vjp = if input.wants_grad() {
        Some(Vjp::Part(Box::new(vjp)))
    } else {
        None
    };
    Edge {
        input: input.clone(),
        vjp,
    }
}
