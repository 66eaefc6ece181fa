//! Looking for a learning rate.

use super::compiled::{Compiled, not_compiled};
use crate::Float;
use crate::data::Dataset;
use crate::display::{Bundle, Show, say};
use crate::model::Sequential;
use crate::optim::zero_grad;
use crate::plot::{self, Figure};
use crate::tensor::{Tensor, random};
use std::fmt;

const STEPS: usize = 100;
const BATCH: usize = 32;
const LOWEST: f64 = 1e-6;
const HIGHEST: f64 = 10.0;

impl Sequential {
    /// Trains a hundred steps with a learning rate that grows from 10⁻⁶ to 10, to see with which
    /// the loss falls and where it explodes (Smith 2017); then everything is as before.
    ///
    /// Panics if the model was not compiled.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// # let data = data::two_moons(200, 0.1);
    /// # let mut model = Sequential::new()
    /// #     .add(Dense::new(2, 16).relu())
    /// #     .add(Dense::new(16, 2).softmax());
    /// model.compile(Adam::new(0.001), SparseCategoricalCrossentropy::new(), Accuracy);
    /// let search = model.find_learning_rate(&data);
    /// assert!(search.suggestion() > 1e-4 && search.suggestion() < 1.0);
    /// ```
    #[track_caller]
    pub fn find_learning_rate(&mut self, data: &Dataset) -> LearningRateSearch {
        let Some(compiled) = self.compiled.take() else {
            not_compiled("find_learning_rate")
        };
        let weights = self.state().iter().map(Tensor::detach).collect();
        let rate = compiled.optimizer.learning_rate();
        let mut trial = Trial {
            model: self,
            compiled: Some(compiled),
            weights,
            rate,
        };
        let Trial {
            model,
            compiled: Some(compiled),
            ..
        } = &mut trial
        else {
            not_compiled("find_learning_rate")
        };

        let parameters = model.parameters();
        let mut search = LearningRateSearch {
            rates: Vec::new(),
            losses: Vec::new(),
        };
        let mut order = Vec::new();
        for step in 0..STEPS {
            if order.is_empty() {
                order = random::permutation(data.len());
            }
            let rows = order.split_off(order.len().saturating_sub(BATCH));
            let (x, y) = (data.x.select_rows(&rows), data.y.select_rows(&rows));
            let loss = compiled.loss.loss(&model.forward(&x), &y);
            zero_grad(&parameters);
            loss.backward();
            let rate = LOWEST * (HIGHEST / LOWEST).powf(step as f64 / (STEPS - 1) as f64);
            compiled.optimizer.set_learning_rate(rate as Float);
            compiled.optimizer.step(&parameters);
            search.rates.push(rate as Float);
            let loss = loss.item();
            search.losses.push(loss);
            // From here on it only explodes.
            let lowest = search
                .losses
                .iter()
                .copied()
                .fold(Float::INFINITY, Float::min);
            if !loss.is_finite() || loss > 4.0 * lowest {
                break;
            }
        }
        search
    }
}

/// A model that is tried out; as it was at the end, however it ends.
struct Trial<'a> {
    model: &'a mut Sequential,
    compiled: Option<Compiled>,
    weights: Vec<Tensor>,
    rate: Float,
}

impl Drop for Trial<'_> {
    fn drop(&mut self) {
        self.model
            .state()
            .iter()
            .zip(&self.weights)
            .for_each(|(now, before)| now.set_value(before));
        zero_grad(&self.model.parameters());
        if let Some(mut compiled) = self.compiled.take() {
            compiled.optimizer.set_learning_rate(self.rate);
            compiled.optimizer.reset();
            *self.model.compiled = Some(compiled);
        }
    }
}

/// What [`find_learning_rate`](Sequential::find_learning_rate) saw.
#[derive(Clone, Debug)]
pub struct LearningRateSearch {
    /// The learning rate of each step.
    pub rates: Vec<Float>,
    /// The loss before each step.
    pub losses: Vec<Float>,
}

impl LearningRateSearch {
    /// The loss, smoothed over a few steps.
    fn smooth(&self) -> Vec<Float> {
        let near = |i: usize| &self.losses[i.saturating_sub(3)..(i + 4).min(self.losses.len())];
        (0..self.losses.len())
            .map(|i| near(i).iter().sum::<Float>() / near(i).len() as Float)
            .collect()
    }

    /// A tenth of the rate at which the loss was lowest: beyond that it explodes, and far below it
    /// training takes long.
    pub fn suggestion(&self) -> Float {
        let smooth = self
            .smooth()
            .into_iter()
            .zip(&self.rates)
            .filter(|(loss, _)| loss.is_finite());
        smooth
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map_or(1e-3, |(_, rate)| rate / 10.0)
    }

    /// The loss over the logarithm of the learning rate.
    #[track_caller]
    pub fn plot(&self) -> Figure {
        let powers: Vec<Float> = self.rates.iter().map(|rate| rate.log10()).collect();
        let figure = plot::curve(&powers, &self.smooth()).title(&self.to_string());
        figure
            .x_label(say(
                "learning rate, as a power of ten",
                "学习率（10 的几次方）",
            ))
            .y_label(say("loss", "损失"))
    }
}

impl fmt::Display for LearningRateSearch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rate = format!("{:.1e}", self.suggestion());
        f.write_str(&say(
            format!("a learning rate of about {rate} looks good"),
            format!("约 {rate} 的学习率看来合适"),
        ))
    }
}

impl Show for LearningRateSearch {
    fn bundle(&self) -> Bundle {
        self.plot().bundle()
    }
}
