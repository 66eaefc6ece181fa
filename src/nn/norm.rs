//! Layers that keep signals at a size with which the next layer can work.

use super::Module;
use super::layers::parameter;
use crate::Float;
use crate::autograd::is_training;
use crate::base::compiled_here;
use crate::display::say;
use crate::tensor::Tensor;
use crate::tensor::fail::{fail, warn_once};

/// (x − mean) / √(variance + ε).
#[track_caller]
fn normalised(centred: &Tensor, variance: &Tensor, epsilon: Float) -> Tensor {
    centred / (variance + epsilon).sqrt()
}

/// Each channel (axis 1) with mean β and standard deviation γ: y = γ (x − mean) / √(variance + ε) +
/// β (Ioffe & Szegedy 2015). While the network learns, mean and variance are those of the batch;
/// when it is used, their running means. See [`is_training`] for which is when.
///
/// ```
/// # use chainrule::prelude::*;
/// let x = Tensor::randn(&[64, 3]) * 5.0 + 2.0;
/// let y = training(|| BatchNormalization::new(3).forward(&x));
/// assert!(y.mean().item().abs() < 1e-5 && (y.std().item() - 1.0).abs() < 1e-2);
/// ```
#[doc(alias = "BatchNorm")]
#[derive(Clone, Debug)]
pub struct BatchNormalization {
    /// γ, of shape `[channels]`, 1 at first.
    pub gamma: Tensor,
    /// β, of shape `[channels]`, 0 at first.
    pub beta: Tensor,
    /// The running mean of each channel.
    pub mean: Tensor,
    /// The running variance of each channel.
    pub variance: Tensor,
    pub(crate) momentum: Float,
    pub(crate) epsilon: Float,
}

impl BatchNormalization {
    /// For `channels` channels, or features if there are no other axes. ε = 10⁻⁵, and the running
    /// means keep 0.9 at each step.
    pub fn new(channels: usize) -> BatchNormalization {
        BatchNormalization {
            gamma: parameter(Tensor::ones(&[channels]), "gamma"),
            beta: parameter(Tensor::zeros(&[channels]), "beta"),
            mean: Tensor::zeros(&[channels]).label("mean"),
            variance: Tensor::ones(&[channels]).label("variance"),
            momentum: 0.9,
            epsilon: 1e-5,
        }
    }

    /// How much of the running means is kept at each step.
    pub fn momentum(mut self, momentum: Float) -> BatchNormalization {
        self.momentum = momentum;
        self
    }

    /// Moves a running mean towards what the batch has.
    fn follow(&self, running: &Tensor, batch: &Tensor) {
        let (batch, keep) = (batch.to_vec(), self.momentum);
        running.update(|values| {
            values
                .iter_mut()
                .zip(batch)
                .for_each(|(mean, new)| *mean = keep * *mean + (1.0 - keep) * new)
        });
    }
}

/// Of one value the variance is 0.
fn warn_of_one(x: &Tensor, channels: usize) {
    if x.len() == channels {
        let problem = format!(
            "BatchNormalization: a batch of one value for each channel, {:?}, has no spread",
            x.shape()
        );
        let effect = "so all that comes out is β, which is 0 at first";
        let advice = "Choose a batch_size that leaves no single example over (65 examples in \
                      batches of 32 leave one), or LayerNormalization, which needs no batch";
        let chinese = format!(
            "BatchNormalization：这一批 {:?} 里每个通道只有一个值，算不出方差，所以输出只是 β，而它一开始是 0。请选择不会剩下单个样本的 \
             batch_size（65 个样本每批 32 个会剩下一个），或者用不依赖批次的 LayerNormalization",
            x.shape()
        );
        warn_once(
            "batch of one",
            &say(format!("{problem}, {effect}. {advice}"), chinese),
        );
    }
}

impl Module for BatchNormalization {
    compiled_here!(Module);

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        let channels = self.gamma.len();
        if x.shape().get(1) != Some(&channels) {
            fail(
                &format!(
                    "BatchNormalization({channels}): axis 1 is expected to have {channels}, got \
                    {:?}",
                    x.shape()
                ),
                &[("input", x), ("gamma", &self.gamma)],
                "axis 0 is the sample, axis 1 the channel or feature",
            );
        }
        let mut shape = vec![1; x.rank()];
        shape[1] = channels;
        // One that is not trained does not follow the batches either, as in Keras.
        let y = if is_training() && !self.gamma.0.notes().frozen {
            warn_of_one(x, channels);
            let axes: Vec<isize> = (0..x.rank() as isize).filter(|&axis| axis != 1).collect();
            let mean = x.mean_axes(&axes, true);
            let centred = x - &mean;
            let variance = centred.square().mean_axes(&axes, true);
            self.follow(&self.mean, &mean);
            self.follow(&self.variance, &variance);
            normalised(&centred, &variance, self.epsilon)
        } else {
            normalised(
                &(x - self.mean.reshape(&shape)),
                &self.variance.reshape(&shape),
                self.epsilon,
            )
        };
        y * self.gamma.reshape(&shape) + self.beta.reshape(&shape)
    }

    fn parameters(&self) -> Vec<Tensor> {
        vec![self.gamma.clone(), self.beta.clone()]
    }

    fn state(&self) -> Vec<Tensor> {
        vec![
            self.gamma.clone(),
            self.beta.clone(),
            self.mean.clone(),
            self.variance.clone(),
        ]
    }
}

/// Each sample's features (the last axis) with mean β and standard deviation γ, in training and in
/// use alike: y = γ (x − mean) / √(variance + ε) + β (Ba et al. 2016).
///
/// ```
/// # use chainrule::prelude::*;
/// let y = LayerNormalization::new(2).forward(&tensor([[1.0, 3.0], [100.0, 300.0]]));
/// assert!((y.get(&[0, 1]) - 1.0).abs() < 1e-4 && (y.get(&[1, 1]) - 1.0).abs() < 1e-4);
/// ```
#[doc(alias = "LayerNorm")]
#[derive(Clone, Debug)]
pub struct LayerNormalization {
    /// γ, of shape `[features]`, 1 at first.
    pub gamma: Tensor,
    /// β, of shape `[features]`, 0 at first.
    pub beta: Tensor,
    pub(crate) epsilon: Float,
}

impl LayerNormalization {
    /// For `features` features; ε = 10⁻⁵.
    pub fn new(features: usize) -> LayerNormalization {
        LayerNormalization {
            gamma: parameter(Tensor::ones(&[features]), "gamma"),
            beta: parameter(Tensor::zeros(&[features]), "beta"),
            epsilon: 1e-5,
        }
    }
}

impl Module for LayerNormalization {
    compiled_here!(Module);

    #[track_caller]
    fn forward(&self, x: &Tensor) -> Tensor {
        let features = self.gamma.len();
        if x.shape().last() != Some(&features) {
            fail(
                &format!(
                    "LayerNormalization({features}): {features} features are expected, got {:?}",
                    x.shape()
                ),
                &[("input", x), ("gamma", &self.gamma)],
                "the last axis is the feature",
            );
        }
        let centred = x - x.mean_axis(-1, true);
        normalised(
            &centred,
            &centred.square().mean_axis(-1, true),
            self.epsilon,
        ) * &self.gamma
            + &self.beta
    }

    fn parameters(&self) -> Vec<Tensor> {
        vec![self.gamma.clone(), self.beta.clone()]
    }
}
