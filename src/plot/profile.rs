//! Where the time of a training step goes, layer by layer.

use super::figure::{Axis, Figure, Key, Layer, Mark};
use super::palette;
use super::values::number;
use crate::autograd::{Mode, grads};
use crate::nn::{Sequential, memory};
use crate::tensor::{Tensor, fail::fail, random};
use rand_chacha::ChaCha8Rng;
use std::time::{Duration, Instant};

/// Passes are repeated for so long, for a clock of milliseconds says little about one.
const LONG_ENOUGH: Duration = Duration::from_millis(200);
const FEWEST: usize = 3;
/// No more passes after this, even if there were fewer.
const TOO_LONG: Duration = Duration::from_secs(3);

/// How long each layer takes for the batch `x` (one sample per entry of axis 0): forward, and backward for the gradients of
/// its parameters and of its input, in milliseconds, each the median of several passes. The first layer computes no gradient
/// of its input, as in training. The loss and the step of the optimiser are not part of it. Everything is as before at the
/// end, and the random numbers of the session do not notice.
///
/// Panics if the model has no layers, or if `x` does not fit.
///
/// ```
/// # use chainrule::prelude::*;
/// let model = Sequential::new().add(Dense::new(784, 128).relu()).add(Dense::new(128, 10));
/// plot::profile(&model, &Tensor::randn(&[32, 784]))
/// # ;
/// ```
#[track_caller]
pub fn profile(model: &Sequential, x: &Tensor) -> Figure {
    if model.layers().is_empty() {
        fail("profile: the model has no layers", &[], "add one, such as .add(Dense::new(2, 8).relu())");
    }
    // Says at once if `x` does not fit.
    let outputs = model.activations(x);
    let times = median_times(model, x);
    let total: f64 = times.iter().flatten().sum();
    let longest = times.iter().map(|[forward, backward]| forward + backward).fold(f64::MIN_POSITIVE, f64::max);

    let names = outputs.iter().map(|(name, _)| name.clone()).collect();
    // Room for the numbers at the ends of the bars.
    let mut figure = Figure::new("profile", Axis::numbers((0.0, longest * 1.35)), Axis::names(names));
    let marks = [0, 1].map(|part| Mark { colour: palette::colour(part), shape: 2, size: 6.0 });
    let legend = ["forward", "backward"].into_iter().zip(marks);
    figure.legend = legend.map(|(name, mark)| (name.to_owned(), Key::Mark(mark))).collect();
    figure.size.1 = (60.0 + 30.0 * times.len() as f64).min(900.0);
    let count = x.shape().first().copied().unwrap_or(1);
    figure.title = format!("one batch of {count}: {} ms", number(total, 2));
    for (i, ([forward, backward], (name, output))) in times.iter().zip(&outputs).enumerate() {
        let (low, high) = (times.len() as f64 - i as f64 - 0.84, times.len() as f64 - i as f64 - 0.16);
        let both = forward + backward;
        figure.layers.push(Layer::Box([0.0, low, *forward, high], marks[0].colour));
        figure.layers.push(Layer::Box([*forward, low, both, high], marks[1].colour));
        let [forward, backward] = [forward, backward].map(|time| number(*time, 2));
        let share = (100.0 * both / total.max(f64::MIN_POSITIVE)).round();
        figure.layers.push(Layer::Label((both, (low + high) / 2.0), format!("{forward} + {backward} ms")));
        figure.summary.push(format!(
            "{name}: forward {forward} ms, backward {backward} ms, {share} % of the time, outputs of {}",
            memory(output.len())
        ));
    }
    figure.x_label("milliseconds")
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
    (0..model.layers().len()).map(|layer| [median(layer, 0), median(layer, 1)]).collect()
}

/// Each layer by itself, so that its part of the backward pass can be told from those of the others.
fn pass(model: &Sequential, x: &Tensor) -> Vec<[f64; 2]> {
    let _mode = Mode::new(true);
    let mut input = x.detach();
    let mut times = Vec::with_capacity(model.layers().len());
    for layer in model.layers() {
        let begin = Instant::now();
        let output = layer.forward(&input);
        let forward = begin.elapsed();
        // Whatever gradient comes back from the layers behind: computing with it takes as long as with ones.
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

/// What passes change although no optimiser steps: running means, and the place in the sequence of random numbers. They
/// come back also when a pass is interrupted.
struct Before {
    state: Vec<(Tensor, Tensor)>,
    generator: ChaCha8Rng,
}

impl Before {
    fn of(model: &Sequential) -> Before {
        let state = model.state().into_iter().map(|now| (now.clone(), now.detach()));
        Before { state: state.collect(), generator: random::generator().clone() }
    }
}

impl Drop for Before {
    fn drop(&mut self) {
        self.state.iter().for_each(|(now, before)| now.set_value(before));
        random::generator().clone_from(&self.generator);
    }
}
