//! The loss and the metrics of a model on data.

use super::compiled::{Compiled, Mean, Means, PREDICT_BATCH, named};
use super::history::Evaluation;
use super::sequential::Sequential;
use crate::Float;
use crate::data::Dataset;
use crate::tensor::NoGrad;

impl Compiled {
    #[track_caller]
    pub(super) fn evaluate(&self, model: &Sequential, data: &Dataset) -> Evaluation {
        let _constants = NoGrad::new();
        let (mut loss, mut metrics) = (Mean::default(), Means::new(&self.metrics));
        for start in (0..data.len()).step_by(PREDICT_BATCH) {
            let rows = start..data.len().min(start + PREDICT_BATCH);
            let (x, y) = (
                data.x.slice(0, rows.clone()),
                named(data.y.slice(0, rows.clone()), &data.y),
            );
            let prediction = model.forward(&x);
            if start == 0 {
                self.loss.check_targets(&prediction, &data.y);
            }
            loss.add(self.loss.loss(&prediction, &y).item(), rows.len());
            metrics.add(&self.metrics, &prediction, &y);
        }
        let metrics = metrics.values();
        let accuracy = metrics
            .iter()
            .find(|(name, _)| name == "accuracy")
            .map_or(Float::NAN, |(_, value)| *value);
        Evaluation {
            loss: loss.value().unwrap_or(Float::NAN),
            accuracy,
            metrics,
        }
    }
}
