//! The operations, by family. Each is one short method: what it computes, and beside it the derivative.
//!
//! An operation of one or two operands, element by element, is written with `unary` or `binary`, which take the
//! function and its local derivatives; the others call `op` with one [`wrt`](crate::autograd) per input: the
//! *vector–Jacobian product*, which turns the gradient of the loss with respect to the output (`g`) into the one with
//! respect to that input. A gradient that nobody wants is not computed.

mod arithmetic;
mod unary;
