//! How many threads compute.

use super::fail::fail;
use crate::kernels::pool;

/// Sets how many threads share the work of an operation on large tensors, from 1 to 64, and returns
/// how many there are: usually one for each core, or what `CHAINRULE_THREADS` says. The results do
/// not depend on it, to the last bit; the time does, up to as many threads as there are free cores.
///
/// ```
/// # use chainrule::prelude::*;
/// threads(1);                          // leaves the other cores to others
/// let x = Tensor::ones(&[300, 300]);
/// assert_eq!(x.matmul(&x).get(&[0, 0]), 300.0);
/// assert_eq!(threads(2), 2);
/// ```
///
/// Panics if there are to be none.
#[track_caller]
pub fn threads(count: usize) -> usize {
    if count == 0 {
        fail(
            "threads: someone has to compute, got 0 threads",
            &[],
            "threads(1) computes on one core, threads(2) on two",
        );
    }
    pool::use_threads(count);
    pool::threads()
}
