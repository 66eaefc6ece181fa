//! Where the time of a training step goes, layer by layer.

use super::figure::{Axis, Figure, Key, Layer, Mark};
use super::palette;
use super::values::number;
use crate::display::say;
use crate::tensor::Tensor;
use crate::tensor::table::memory;

/// What can be measured layer by layer.
pub trait Profiled {
    /// What the layers take for the batch `x`, in order.
    fn cost_of_layers(&self, x: &Tensor) -> Vec<LayerCost>;
}

/// What a layer takes for one batch.
#[derive(Clone, Debug)]
pub struct LayerCost {
    /// The name of the layer.
    pub name: String,
    /// How many numbers it returns.
    pub outputs: usize,
    /// Milliseconds, forward.
    pub forward: f64,
    /// Milliseconds, backward.
    pub backward: f64,
}

/// How long each layer takes for the batch `x` (one sample per entry of axis 0): forward, and
/// backward for the gradients of its parameters and of its input, in milliseconds, each the median
/// of several passes. The first layer computes no gradient of its input, as in training. The loss
/// and the step of the optimiser are not part of it. Everything is as before at the end, and the
/// random numbers of the session do not notice.
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
pub fn profile(model: &impl Profiled, x: &Tensor) -> Figure {
    // Not behind `dyn`, which would hide the line of the cell from an error message.
    drawn(
        &model.cost_of_layers(x),
        x.shape().first().copied().unwrap_or(1),
    )
}

fn drawn(costs: &[LayerCost], count: usize) -> Figure {
    let total: f64 = costs.iter().map(|cost| cost.forward + cost.backward).sum();
    let longest = costs
        .iter()
        .map(|cost| cost.forward + cost.backward)
        .fold(f64::MIN_POSITIVE, f64::max);

    let names = costs.iter().map(|cost| cost.name.clone()).collect();
    // Room for the numbers at the ends of the bars.
    let mut figure = Figure::new(
        "profile",
        Axis::numbers((0.0, longest * 1.35)),
        Axis::names(names),
    );
    let marks = [0, 1].map(|part| Mark {
        colour: palette::colour(part),
        shape: 2,
        size: 6.0,
    });
    let legend = say(["forward", "backward"], ["前向", "反向"])
        .into_iter()
        .zip(marks);
    figure.legend = legend
        .map(|(name, mark)| (name.to_owned(), Key::Mark(mark)))
        .collect();
    figure.size.1 = (60.0 + 30.0 * costs.len() as f64).min(900.0);
    figure.title = one_batch(count, &number(total, 2));
    for (
        i,
        LayerCost {
            name,
            outputs,
            forward,
            backward,
        },
    ) in costs.iter().enumerate()
    {
        let (low, high) = (
            costs.len() as f64 - i as f64 - 0.84,
            costs.len() as f64 - i as f64 - 0.16,
        );
        let both = forward + backward;
        figure
            .layers
            .push(Layer::Box([0.0, low, *forward, high], marks[0].colour));
        figure
            .layers
            .push(Layer::Box([*forward, low, both, high], marks[1].colour));
        let [forward, backward] = [forward, backward].map(|time| number(*time, 2));
        let share = (100.0 * both / total.max(f64::MIN_POSITIVE)).round();
        figure.layers.push(Layer::Label(
            (both, (low + high) / 2.0),
            format!("{forward} + {backward} ms"),
        ));
        let times = [forward, backward, number(share, 3)];
        figure.summary.push(in_words(name, &times, *outputs));
    }
    figure.x_label(say("milliseconds", "毫秒"))
}

fn one_batch(count: usize, total: &str) -> String {
    say(
        format!("one batch of {count}: {total} ms"),
        format!("一批 {count} 个：{total} 毫秒"),
    )
}

fn in_words(name: &str, [forward, backward, share]: &[String; 3], outputs: usize) -> String {
    let outputs = memory(outputs);
    say(
        format!(
            "{name}: forward {forward} ms, backward {backward} ms, {share} % of the time, outputs \
             of {outputs}"
        ),
        format!(
            "{name}：前向 {forward} 毫秒，反向 {backward} 毫秒，占总时间的 {share} %，输出占 {outputs}"
        ),
    )
}
