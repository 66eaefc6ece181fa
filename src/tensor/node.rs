//! A tensor: a handle to a node, its value and how it came about.

use crate::Float;
use crate::kernels::array::Array;
use ndarray::IxDyn;
use std::cell::Cell;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// An n-dimensional array that remembers how it was computed, so that derivatives can flow back
/// through it.
///
/// A `Tensor` is a cheap handle: a clone is the same tensor. Operations never change their
/// operands; what changes in place is only the value of a leaf ([`set_value`](Tensor::set_value),
/// optimisers) and the gradient.
///
/// ```
/// # use chainrule::prelude::*;
/// let x = tensor(3.0).requires_grad();
/// let y = &x * &x + 2.0 * &x;      // y = x² + 2x
/// y.backward();                    // dy/dx = 2x + 2
/// assert_eq!(x.grad().item(), 8.0);
/// ```
#[derive(Clone)]
pub struct Tensor(pub(crate) Arc<Node>);

/// What does not fail.
impl Tensor {
    /// The size along each axis; `[]` for a single number.
    pub fn shape(&self) -> &[usize] {
        ndarray::Dimension::slice(&self.0.shape)
    }

    /// The number of axes.
    pub fn rank(&self) -> usize {
        self.shape().len()
    }

    /// The number of values.
    // an empty tensor is a corner case here, not a state to ask for
    #[allow(clippy::len_without_is_empty)]
    pub fn len(&self) -> usize {
        self.shape().iter().product()
    }

    /// The values; cheap, because they are shared until someone writes.
    pub(crate) fn array(&self) -> Array {
        self.0
            .value
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Whether gradients flow to or through this tensor.
    pub fn is_tracked(&self) -> bool {
        self.0.tracked.load(Ordering::Relaxed)
    }

    /// Whether an operation has made this tensor from others in a way that gradients can follow
    /// back.
    pub(crate) fn is_leaf(&self) -> bool {
        self.0.edges.is_empty()
    }

    /// Whether what is computed from this tensor now has to be recorded.
    pub(crate) fn wants_grad(&self) -> bool {
        self.is_tracked() && grad_enabled()
    }

    /// The name given with [`label`](Tensor::label).
    pub fn name(&self) -> Option<String> {
        self.0.notes().label.as_deref().map(str::to_owned)
    }
}

/// A value and how it came about. A [`Tensor`] is a handle to one.
pub(crate) struct Node {
    /// Counts up: an operation has a greater id than its inputs, so descending ids are the order of
    /// `backward`.
    pub id: u64,
    pub shape: IxDyn,
    /// Written by `set_value` and optimisers, and only in leaves.
    pub value: RwLock<Array>,
    pub tracked: AtomicBool,
    /// The operation; empty for a leaf.
    pub op: &'static str,
    /// The inputs; empty for a leaf and for what no gradient can flow through.
    pub edges: Vec<Edge>,
    /// Where in the learner's code the node was made.
    pub at: &'static Location<'static>,
    /// What `softmax` and `sigmoid` were applied to, so that a loss can be computed from it without
    /// loss of precision.
    pub logits: Option<Tensor>,
    notes: Mutex<Notes>,
}

/// What can be written on a node after it was made.
#[derive(Default)]
pub(crate) struct Notes {
    /// Boxed, because most nodes never have one.
    pub grad: Option<Box<Array>>,
    pub label: Option<Box<str>>,
    pub retain: bool,
    /// A parameter that training leaves as it is.
    pub frozen: bool,
}

/// An input of an operation, and the way back to it.
pub(crate) struct Edge {
    pub input: Tensor,
    /// Vector–Jacobian product: from the gradient of the output to that of this input. None if the
    /// input wants none.
    pub vjp: Option<Vjp>,
}

pub(crate) enum Vjp {
    /// Returns the gradient of the input.
    Whole(Box<dyn Fn(&Array) -> Array + Send + Sync>),
    /// Adds it, in row-major order, to what is there: where the output saw a part of the input, an
    /// array of zeros as large as the input would be made for each part.
    Part(Box<AddPart>),
}

type AddPart = dyn Fn(&Array, &mut [Float]) + Send + Sync;

static NEXT_ID: AtomicU64 = AtomicU64::new(0);

impl Node {
    #[track_caller]
    pub fn leaf(value: Array) -> Node {
        Node::new("", value, Vec::new(), false)
    }

    #[track_caller]
    pub fn new(op: &'static str, value: Array, edges: Vec<Edge>, tracked: bool) -> Node {
        Node {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            shape: value.raw_dim(),
            value: RwLock::new(value),
            tracked: AtomicBool::new(tracked),
            op,
            edges,
            at: Location::caller(),
            logits: None,
            notes: Mutex::default(),
        }
    }

    /// Nothing that can panic happens under these locks; after an interrupt the content is good all
    /// the same.
    pub fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nodes from this one on are of the cell that runs.
static FIRST_OF_CELL: AtomicU64 = AtomicU64::new(0);

pub(crate) fn begin_cell() {
    FIRST_OF_CELL.store(NEXT_ID.load(Ordering::Relaxed), Ordering::Relaxed);
}

impl Node {
    /// The line of the cell that runs, if it has made this node.
    pub fn line(&self) -> Option<u32> {
        if self.id < FIRST_OF_CELL.load(Ordering::Relaxed) {
            None
        } else {
            crate::base::line_of(self.at)
        }
    }
}

impl Drop for Node {
    /// Frees a graph in a loop: left to itself, Rust would recurse from each node to its inputs,
    /// and a chain of 100,000 operations would overflow the stack.
    fn drop(&mut self) {
        let mut orphans: Vec<Tensor> = Vec::new();
        let take_inputs = |node: &mut Node, orphans: &mut Vec<Tensor>| {
            orphans.extend(node.logits.take());
            orphans.extend(node.edges.drain(..).map(|edge| edge.input));
        };
        take_inputs(self, &mut orphans);
        while let Some(tensor) = orphans.pop() {
            if let Some(mut node) = Arc::into_inner(tensor.0) {
                take_inputs(&mut node, &mut orphans);
            }
        }
    }
}

thread_local! {
    static GRAD_ENABLED: Cell<bool> = const { Cell::new(true) };
}

pub(crate) fn grad_enabled() -> bool {
    GRAD_ENABLED.get()
}

/// Computes without recording: results inside `no_grad` are constants. For evaluation and for
/// updates by hand.
///
/// ```
/// # use chainrule::prelude::*;
/// let w = tensor(2.0).requires_grad();
/// let y = no_grad(|| &w * 3.0);
/// assert!(!y.is_tracked());
/// ```
pub fn no_grad<R>(compute: impl FnOnce() -> R) -> R {
    let _constants = NoGrad::new();
    compute()
}

/// What [`no_grad`] holds while it computes. Restores the setting also when that panics or is
/// interrupted. The library uses it directly, because a closure would hide the line of the cell
/// from an error message.
pub(crate) struct NoGrad {
    before: bool,
}

impl NoGrad {
    pub fn new() -> NoGrad {
        NoGrad {
            before: GRAD_ENABLED.replace(false),
        }
    }
}

impl Drop for NoGrad {
    fn drop(&mut self) {
        GRAD_ENABLED.set(self.before);
    }
}
