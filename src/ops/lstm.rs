//! All steps of an LSTM as one operation: what is small in each step, the copies and the gradients
//! of the weights, is done once for all.

use crate::base::interrupt;
use crate::kernels::gemm::matrix_product;
use crate::kernels::lstm::{Sizes, Steps, matrix};
use crate::tensor::shape::{array, slice};
use crate::tensor::{Array, Tensor, op, wrt};
use std::sync::{Arc, Mutex, PoisonError};

impl Tensor {
    /// The states h after each step, `[length, n, units]`, from what the input gives to the gates
    /// i, f, g, o, `[length, n, 4 · units]`, and the weights from the state to them,
    /// `[units, 4 · units]`. With s = x + h U, h and c of the step before, at first 0:
    ///
    /// c ← σ(s_f) c + σ(s_i) tanh(s_g), h ← σ(s_o) tanh c.
    ///
    /// Derivatives: from the last step to the first, with ∂h the gradient of h, to which each step
    /// adds ∂s Uᵀ for the one before, and ∂c = ∂h o (1 − tanh² c) + f ∂c of the step after:
    /// ∂s_o = ∂h tanh c · o (1 − o), ∂s_f = ∂c c · f (1 − f) with the c of the step before,
    /// ∂s_i = ∂c g · i (1 − i), ∂s_g = ∂c i (1 − g²); with respect to x ∂s, with respect to U the
    /// sum of hᵀ ∂s.
    #[track_caller]
    pub(crate) fn lstm(&self, recurrent: &Tensor) -> Tensor {
        let [length, n, wide] = [0, 1, 2].map(|axis| self.shape()[axis]);
        let units = wide / 4;
        let sizes = Sizes { length, n, units };
        let weights = recurrent.array();
        let (steps, h) = sizes.forward(slice(&self.array()), slice(&weights), interrupt::check);
        let states = array(h, &[length, n, units]);
        let back = Arc::new(Back {
            sizes,
            steps,
            states: states.clone(),
            weights,
            found: Mutex::default(),
        });
        let (first, second, is_both) = (back.clone(), back, recurrent.wants_grad());
        op(
            "lstm",
            states,
            [
                wrt(self, move |g| first.of_gates(g, is_both)),
                wrt(recurrent, move |g| second.of_weights(g)),
            ],
        )
    }
}

/// The way back, which both derivatives need.
struct Back {
    sizes: Sizes,
    steps: Steps,
    states: Array,
    weights: Array,
    /// What the first derivative has found for the second, and where the gradient is that it had.
    found: Mutex<Option<(usize, Array)>>,
}

impl Back {
    /// ∂s.
    fn of_gates(&self, g: &Array, is_for_both: bool) -> Array {
        let Sizes { length, n, units } = self.sizes;
        let (steps, weights) = (&self.steps, slice(&self.weights));
        let sums = self
            .sizes
            .backward(slice(g), steps, weights, interrupt::check);
        let sums = array(sums, &[length, n, 4 * units]);
        if is_for_both {
            let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
            *found = Some((slice(g).as_ptr().addr(), sums.clone()));
        }
        sums
    }

    /// The sum of hᵀ ∂s, with the h of the step before.
    fn of_weights(&self, g: &Array) -> Array {
        let Sizes { length, n, units } = self.sizes;
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let found = found
            .take()
            .filter(|(of, _)| *of == slice(g).as_ptr().addr());
        let sums = found.map_or_else(|| self.of_gates(g, false), |(_, sums)| sums);
        let rows = (length - 1) * n;
        let h = matrix(&slice(&self.states)[..rows * units], units);
        let sums = matrix(&slice(&sums)[n * 4 * units..], 4 * units);
        array(matrix_product(&h.t(), &sums), &[units, 4 * units])
    }
}
