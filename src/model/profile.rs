//! Where the time of a training step goes, layer by layer: the measurement behind
//! [`plot::profile`](crate::plot::profile).

use super::Sequential;
use crate::autograd::{Mode, grads};
use crate::plot::{LayerCost, Profiled};
use crate::tensor::{Tensor, fail::fail, random};
use rand_chacha::ChaCha8Rng;
use std::time::{Duration, Instant};

/// Passes are repeated for so long, for a clock of milliseconds says little about one.
const LONG_ENOUGH: Duration = Duration::from_millis(200);
const FEWEST: usize = 3;
/// No more passes after this, even if there were fewer.
const TOO_LONG: Duration = Duration::from_secs(3);

impl Profiled for Sequential {
    #[track_caller]
    fn cost_of_layers(&self, x: &Tensor) -> Vec<LayerCost> {
        if self.layers().is_empty() {
            fail(
                "profile: the model has no layers",
                &[],
                "add one, such as .add(Dense::new(2, 8).relu())",
            );
        }
        // Says at once if `x` does not fit.
        let outputs = self.activations(x);
        let cost =
            |((name, output), [forward, backward]): ((String, Tensor), [f64; 2])| LayerCost {
                name,
                outputs: output.len(),
                forward,
                backward,
            };
        outputs
            .into_iter()
            .zip(median_times(self, x))
            .map(cost)
            .collect()
    }
}

/// Milliseconds forward and backward of each layer.
fn median_times(model: &Sequential, x: &Tensor) -> Vec<[f64; 2]> {
    let _before = Before::of(model);
    // The first pass finds the memory that the others use again.
    pass(model, x);
    let (begin, mut passes) = (Instant::now(), Vec::new());
    while begin.elapsed() < TOO_LONG && (passes.len() < FEWEST || begin.elapsed() < LONG_ENOUGH) {
        passes.push(pass(model, x));
    }
    let median = |layer: usize, part: usize| {
        let mut times: Vec<f64> = passes.iter().map(|pass| pass[layer][part]).collect();
        times.sort_by(f64::total_cmp);
        times[times.len() / 2]
    };
    (0..model.layers().len())
        .map(|layer| [median(layer, 0), median(layer, 1)])
        .collect()
}

/// Each layer by itself, so that its part of the backward pass can be told from those of the
/// others.
fn pass(model: &Sequential, x: &Tensor) -> Vec<[f64; 2]> {
    let _mode = Mode::new(true);
    let mut input = x.detach();
    let mut times = Vec::with_capacity(model.layers().len());
    for layer in model.layers() {
        let begin = Instant::now();
        let output = layer.forward(&input);
        let forward = begin.elapsed();
        // Whatever gradient comes back from the layers behind: computing with it takes as long as
        // with ones.
        let loss = output.sum();
        let begin = Instant::now();
        if loss.is_tracked() {
            grads(&loss, &[]);
        }
        times.push([forward, begin.elapsed()].map(|time| time.as_secs_f64() * 1e3));
        input = output.detach().requires_grad();
    }
    times
}

/// What passes change although no optimiser steps: running means, and the place in the sequence of
/// random numbers. They come back also when a pass is interrupted.
struct Before {
    state: Vec<(Tensor, Tensor)>,
    generator: ChaCha8Rng,
}

impl Before {
    fn of(model: &Sequential) -> Before {
        let state = model
            .state()
            .into_iter()
            .map(|now| (now.clone(), now.detach()));
        Before {
            state: state.collect(),
            generator: random::generator().clone(),
        }
    }
}

impl Drop for Before {
    fn drop(&mut self) {
        self.state
            .iter()
            .for_each(|(now, before)| now.set_value(before));
        random::generator().clone_from(&self.generator);
    }
}
