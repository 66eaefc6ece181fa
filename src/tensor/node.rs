//! What a tensor is made of, and the one place where operations make new ones.

use super::fail::fail;
use super::{Array, Tensor};
use crate::Float;
use crate::base::interrupt;
use ndarray::IxDyn;
use std::cell::Cell;
use std::panic::Location;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// A value and how it came about. A [`Tensor`] is a handle to one.
pub(crate) struct Node {
    /// Counts up: an operation has a greater id than its inputs, so descending ids are the order of `backward`.
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
    /// What `softmax` and `sigmoid` were applied to, so that a loss can be computed from it without loss of precision.
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
    /// Vector–Jacobian product: from the gradient of the output to that of this input. None if the input wants none.
    pub vjp: Option<Vjp>,
}

pub(crate) enum Vjp {
    /// Returns the gradient of the input.
    Whole(Box<dyn Fn(&Array) -> Array + Send + Sync>),
    /// Adds it, in row-major order, to what is there: where the output saw a part of the input, an array of zeros as large
    /// as the input would be made for each part.
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
    fn new(op: &'static str, value: Array, edges: Vec<Edge>, tracked: bool) -> Node {
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

    /// Nothing that can panic happens under these locks; after an interrupt the content is good all the same.
    pub fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The result of an operation: its name, its value, and for each input the derivative [with respect to](wrt) it.
///
/// Every operation ends here, so this is also where a running computation notices that it was interrupted.
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
        let inputs: Vec<(&str, &Tensor)> = edges.iter().map(|edge| ("input", &edge.input)).collect();
        let problem =
            format!("{name}: the result, of shape {:?}, holds a value that is NaN or infinite", value.shape());
        fail(
            &problem,
            &inputs,
            "look at the inputs: ln or sqrt of a negative number, division by 0, exp of a large one?",
        );
    }
    Tensor(Arc::new(Node::new(name, value, edges, tracked)))
}

static STOP_AT_NAN: AtomicBool = AtomicBool::new(false);

/// Has each operation look at its result, and end the cell at the line that first makes a value which is not a number or
/// infinite. Costs time: for looking for a mistake, not for training.
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

/// Whether an operation may have this value as a result: a finite one, or the −∞ by which `where_` masks scores.
pub(crate) fn is_sound(op: &str, value: Float) -> bool {
    value.is_finite() || (op == "where_" && value == Float::NEG_INFINITY)
}

/// Nodes from this one on are of the cell that runs.
static FIRST_OF_CELL: AtomicU64 = AtomicU64::new(0);

pub(crate) fn begin_cell() {
    FIRST_OF_CELL.store(NEXT_ID.load(Ordering::Relaxed), Ordering::Relaxed);
}

impl Node {
    /// The line of the cell that runs, if it has made this node.
    pub fn line(&self) -> Option<u32> {
        if self.id < FIRST_OF_CELL.load(Ordering::Relaxed) { None } else { crate::base::line_of(self.at) }
    }
}

/// "With respect to": an input of an operation and its vector–Jacobian product, which takes the gradient of the loss
/// with respect to the operation's output and returns the one with respect to this input.
pub(crate) fn wrt(input: &Tensor, vjp: impl Fn(&Array) -> Array + Send + Sync + 'static) -> Edge {
    let vjp = if input.wants_grad() { Some(Vjp::Whole(Box::new(vjp))) } else { None };
    Edge { input: input.clone(), vjp }
}

/// As [`wrt`], for an operation that looks at a part of its input: `vjp` adds to the gradient of the whole.
pub(crate) fn wrt_part(input: &Tensor, vjp: impl Fn(&Array, &mut [Float]) + Send + Sync + 'static) -> Edge {
    let vjp = if input.wants_grad() { Some(Vjp::Part(Box::new(vjp))) } else { None };
    Edge { input: input.clone(), vjp }
}

impl Drop for Node {
    /// Frees a graph in a loop: left to itself, Rust would recurse from each node to its inputs, and a chain of
    /// 100,000 operations would overflow the stack.
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

/// Computes without recording: results inside `no_grad` are constants. For evaluation and for updates by hand.
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

/// What [`no_grad`] holds while it computes. Restores the setting also when that panics or is interrupted. The library
/// uses it directly, because a closure would hide the line of the cell from an error message.
pub(crate) struct NoGrad {
    before: bool,
}

impl NoGrad {
    pub fn new() -> NoGrad {
        NoGrad { before: GRAD_ENABLED.replace(false) }
    }
}

impl Drop for NoGrad {
    fn drop(&mut self) {
        GRAD_ENABLED.set(self.before);
    }
}
