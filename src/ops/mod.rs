//! The operations, by family. Each is one short method: what it computes, and beside it the
//! derivative.
//!
//! An operation of one or two operands, element by element, is written with `unary` or `binary`,
//! which take the function and its derivative times `g`; the others call `op` with one `wrt` ("with
//! respect to") per input: the *vector–Jacobian product*, which turns `g`, the gradient of the loss
//! with respect to the output, into the gradient with respect to that input. `op_on` is the same
//! for a single input. A gradient that nobody wants is not computed.
//!
//! Not here: what is said of operands that do not fit (`operands`), and loops that have to be fast
//! (`kernels`).
//!
//! | family | operations |
//! |---|---|
//! | `arithmetic` | `+ - * /` `pow` `maximum` `minimum` `where_`, comparisons; broadcasting |
//! | `unary` | negation, `powf` `powi` `exp` `ln` `sqrt` `square` `abs` `sin` `cos` `clamp`, activations |
//! | `reduce` | `sum` `mean` `var` `std` `prod` `max` `min`, of all values or along an axis; `cumsum`, `argmax` |
//! | `movement` | `reshape` `expand` `permute` `t` `squeeze` `flip` `slice` `pad` `split` `concat` `stack` |
//! | `index` | `row` `select_rows` `index_select` `gather` `embedding` `one_hot` |
//! | `matmul` | `matmul`, `affine` |
//! | `lstm` | all steps of an LSTM as one |
//! | `conv` | `unfold`, and from it `conv1d` `conv2d` `max_pool2d` `avg_pool2d` |
//! | `softmax` | `softmax` `log_softmax` `logsumexp` and the losses that belong to them |
//!
//! `sum()` and the like take all values; `sum_axis(axis, keepdim)` and all that end in `_axis` take
//! those along an axis, and ask whether it stays, with size 1. `argmax(axis)` and what keeps the
//! shape, as `softmax(axis)`, ask for the axis only.
//!
//! Where a function has a kink, the derivative is a convention, and it is this one: `relu` and
//! `abs` have derivative 0 at 0, and what ties in `max`, `min`, `maximum` and `minimum` shares the
//! gradient equally. What is nearer to 0 than the smallest normal number, 1.2 · 10⁻³⁸, is 0 in an
//! operation, as in TensorFlow: it would take processors much longer. Derivatives of derivatives
//! are not available: a gradient is a plain tensor without a history.

mod arithmetic;
mod conv;
mod index;
mod lstm;
mod matmul;
mod movement;
mod reduce;
mod softmax;
mod unary;
mod values;
