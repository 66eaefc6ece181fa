//! The steps of an LSTM, forward and back.

use super::copy::row_major;
use super::flush::Flush;
use super::gemm::gemm;
use super::math::{sigmoid, tanh};
use super::vectorised;
use crate::Float;
use ndarray::ArrayView2;

/// How many steps, samples, and values of a state.
#[derive(Clone, Copy)]
pub(crate) struct Sizes {
    pub length: usize,
    pub n: usize,
    pub units: usize,
}

/// What is kept of the way forward, for all steps one after the other.
pub(crate) struct Steps {
    /// σ(s_i), σ(s_f), tanh(s_g), σ(s_o).
    pub gates: Vec<Float>,
    pub c: Vec<Float>,
}

impl Sizes {
    /// Where the values of a step are, of so many for each unit.
    fn step(self, step: usize, each: usize) -> std::ops::Range<usize> {
        let size = self.n * self.units * each;
        step * size..(step + 1) * size
    }

    /// Also the states h. `given` is s without what the state adds, `[length, n, 4 · units]`;
    /// `pause` is called in each step.
    pub fn forward(
        self,
        given: &[Float],
        weights: &[Float],
        pause: impl Fn(),
    ) -> (Steps, Vec<Float>) {
        let _flushed = Flush::new();
        let size = self.length * self.n * self.units;
        let weights = matrix(weights, 4 * self.units);
        let (mut gates, mut h, mut c) = (given.to_vec(), vec![0.0; size], vec![0.0; size]);
        let zeros = vec![0.0; self.n * self.units];
        for step in 0..self.length {
            pause();
            let gates = &mut gates[self.step(step, 4)];
            let now = self.step(step, 1);
            let (h_before, h_now) = h.split_at_mut(now.start);
            let (c_before, c_now) = c.split_at_mut(now.start);
            let c_before = match step {
                0 => &zeros[..],
                _ => &c_before[self.step(step - 1, 1)],
            };
            if step > 0 {
                let h_before = &h_before[self.step(step - 1, 1)];
                gemm(&matrix(h_before, self.units), &weights, gates);
            }
            let size = now.len();
            step_forward(
                gates,
                c_before,
                &mut c_now[..size],
                &mut h_now[..size],
                self.units,
            );
        }
        (Steps { gates, c }, h)
    }

    /// ∂s, from the gradient of the states.
    pub fn backward(
        self,
        g: &[Float],
        steps: &Steps,
        weights: &[Float],
        pause: impl Fn(),
    ) -> Vec<Float> {
        let _flushed = Flush::new();
        let weights = matrix(weights, 4 * self.units);
        // Turned once for all steps.
        let turned = row_major(weights.t().into_dyn());
        let turned = matrix(&turned, self.units);
        let size = self.n * self.units;
        let mut sums = vec![0.0; self.length * size * 4];
        let zeros = vec![0.0; size];
        let (mut dh, mut dc) = (zeros.clone(), zeros.clone());
        for step in (0..self.length).rev() {
            pause();
            let now = self.step(step, 1);
            let c_before = match step {
                0 => &zeros[..],
                _ => &steps.c[self.step(step - 1, 1)],
            };
            dh.iter_mut()
                .zip(&g[now.clone()])
                .for_each(|(dh, g)| *dh += g);
            let ds = &mut sums[self.step(step, 4)];
            let gates = &steps.gates[self.step(step, 4)];
            step_backward(gates, c_before, &steps.c[now], &dh, &mut dc, ds, self.units);
            if step > 0 {
                dh.fill(0.0);
                gemm(&matrix(ds, 4 * self.units), &turned, &mut dh);
            }
        }
        sums
    }
}

/// Rows of so many values.
pub(crate) fn matrix(values: &[Float], columns: usize) -> ArrayView2<'_, Float> {
    let rows = values.len() / columns.max(1);
    ArrayView2::from_shape((rows, columns), values).expect("whole rows")
}

vectorised! {
    /// One step, row by row: `gates` are s, and become what the gates give.
    fn step_forward[](
        gates: &mut [Float],
        c_before: &[Float],
        c: &mut [Float],
        h: &mut [Float],
        units: usize
    ) {
        let units = units.max(1);
        let rows = gates.chunks_exact_mut(4 * units).zip(c_before.chunks_exact(units));
        let states = c.chunks_exact_mut(units).zip(h.chunks_exact_mut(units));
        for ((gates, c_before), (c, h)) in rows.zip(states) {
            let (i, gates) = gates.split_at_mut(units);
            let (f, gates) = gates.split_at_mut(units);
            let (g, o) = gates.split_at_mut(units);
            // One after the other: loops that write to so many are not vectorised.
            i.iter_mut().for_each(|s| *s = sigmoid(*s));
            f.iter_mut().for_each(|s| *s = sigmoid(*s));
            g.iter_mut().for_each(|s| *s = tanh(*s));
            o.iter_mut().for_each(|s| *s = sigmoid(*s));
            for k in 0..units {
                c[k] = f[k] * c_before[k] + i[k] * g[k];
            }
            for k in 0..units {
                h[k] = o[k] * tanh(c[k]);
            }
        }
    }
}

vectorised! {
    /// One step back: from ∂h and the ∂c of the step after, ∂s and the ∂c of the step before.
    fn step_backward[](
        gates: &[Float],
        c_before: &[Float],
        c: &[Float],
        dh: &[Float],
        dc: &mut [Float],
        ds: &mut [Float],
        units: usize
    ) {
        let units = units.max(1);
        let rows = gates.chunks_exact(4 * units).zip(ds.chunks_exact_mut(4 * units));
        for (row, (gates, ds)) in rows.enumerate() {
            let place = row * units..(row + 1) * units;
            let (c_before, c) = (&c_before[place.clone()], &c[place.clone()]);
            let (dh, dc) = (&dh[place.clone()], &mut dc[place]);
            let (i, gates) = gates.split_at(units);
            let (f, gates) = gates.split_at(units);
            let (g, o) = gates.split_at(units);
            let (di, ds) = ds.split_at_mut(units);
            let (df, ds) = ds.split_at_mut(units);
            let (dg, d_o) = ds.split_at_mut(units);
            for k in 0..units {
                let shown = tanh(c[k]);
                d_o[k] = dh[k] * shown * o[k] * (1.0 - o[k]);
                let through = dh[k] * o[k] * (1.0 - shown * shown) + dc[k];
                df[k] = through * c_before[k] * f[k] * (1.0 - f[k]);
                di[k] = through * g[k] * i[k] * (1.0 - i[k]);
                dg[k] = through * i[k] * (1.0 - g[k] * g[k]);
                dc[k] = through * f[k];
            }
        }
    }
}
