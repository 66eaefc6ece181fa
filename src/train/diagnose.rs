//! What can be seen of a network that will not learn: looked at by `fit`, and asked for with `diagnose`.

use super::not_compiled;
use crate::Float;
use crate::autograd::Mode;
use crate::data::Dataset;
use crate::display::{Bundle, Show};
use crate::nn::{Sequential, dead_units};
use crate::optim::zero_grad;
use crate::tensor::Tensor;
use crate::tensor::fail::warn_once;
use std::fmt;

/// What [`diagnose`](Sequential::diagnose) has found; empty if nothing looks wrong.
#[derive(Clone, Debug, Default)]
pub struct Diagnosis {
    /// The kind of each finding, and what it is and how to mend it.
    findings: Vec<(&'static str, String)>,
}

/// So many examples are looked at.
const EXAMPLES: usize = 256;

impl Sequential {
    /// Looks for what keeps a network from learning, with one step on some of the data that changes nothing: inputs that
    /// are not scaled, labels that are off by one, units that are dead, gradients that vanish or explode or do not reach a
    /// parameter. `fit` looks at the same and warns; [`warnings`](crate::tensor::warnings) turns that off.
    ///
    /// Panics if the model was not compiled.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// # let digits = data::digits(100);
    /// let mut model = Sequential::new().add(Dense::new(784, 32).relu()).add(Dense::new(32, 10).softmax());
    /// model.compile(Adam::default(), SparseCategoricalCrossentropy::new(), Accuracy);
    /// let in_bytes = Dataset::new(&(&digits.x * 255.0), &digits.y);
    /// assert!(model.diagnose(&in_bytes).to_string().contains("not scaled"));
    /// assert!(model.diagnose(&digits).is_healthy());
    /// ```
    #[track_caller]
    pub fn diagnose(&self, data: &Dataset) -> Diagnosis {
        let Some(compiled) = &*self.compiled else { not_compiled("diagnose") };
        // As in use: neither dropout nor running means notice.
        let _mode = Mode::new(false);
        let rows: Vec<usize> = (0..data.len()).step_by(data.len().div_ceil(EXAMPLES)).collect();
        let (x, y) = (data.x.select_rows(&rows), data.y.select_rows(&rows));
        let parameters = self.parameters();
        let before: Vec<_> = parameters.iter().map(|parameter| parameter.0.notes().grad.take()).collect();
        let prediction = self.forward(&x);
        compiled.loss.loss(&prediction, &y).backward();
        let diagnosis = Diagnosis::of(self, &x, &y, &prediction);
        zero_grad(&parameters);
        parameters.iter().zip(before).for_each(|(parameter, grad)| parameter.0.notes().grad = grad);
        diagnosis
    }
}

impl Diagnosis {
    /// After `backward`; `y` may be the targets of more examples than `x`.
    pub(super) fn of(model: &Sequential, x: &Tensor, y: &Tensor, prediction: &Tensor) -> Diagnosis {
        let mut diagnosis = Diagnosis::default();
        diagnosis.inputs(model, x, y, prediction);
        diagnosis.gradients(&model.parameters());
        diagnosis.units(model, x);
        diagnosis
    }

    /// Whether nothing looks wrong.
    pub fn is_healthy(&self) -> bool {
        self.findings.is_empty()
    }

    fn found(&mut self, kind: &'static str, finding: String) {
        self.findings.push((kind, finding));
    }

    /// Warns of each kind of finding once in a cell.
    pub(super) fn warn(self) {
        self.findings.into_iter().for_each(|(kind, finding)| warn_once(kind, &format!("fit: {finding}")));
    }

    fn inputs(&mut self, model: &Sequential, x: &Tensor, y: &Tensor, prediction: &Tensor) {
        // What a layer of one's own begins with may be an embedding, and its inputs the numbers of words.
        const TAKE_NUMBERS: [&str; 8] = ["Dense", "Conv1D", "Conv2D", "Flatten", "Reshape", "SimpleRnn", "Gru", "Lstm"];
        let takes_numbers = model.layers().first().is_some_and(|layer| TAKE_NUMBERS.contains(&layer.name().as_str()));
        let size = x.root_mean_square();
        if takes_numbers && size > 10.0 {
            let advice = "Give data.standardised(), or divide pixels by 255";
            let finding = format!("the inputs are not scaled: they are about {size:.0} in size, not 1. {advice}");
            self.found("scale", finding);
        }
        let classes = *prediction.shape().last().unwrap_or(&0);
        let labels = y.to_vec();
        let lowest = labels.iter().copied().fold(Float::INFINITY, Float::min);
        let are_labels = y.rank() == 1 && classes > 2 && labels.iter().all(|label| label.fract() == 0.0);
        if are_labels && lowest == 1.0 && labels.len() >= 8 * classes {
            let advice = "Classes are counted from 0: are these off by one? If so, subtract 1";
            self.found("labels", format!("no label is 0, the lowest is 1. {advice}"));
        }
        if prediction.0.op == "softmax" && classes == 1 {
            let advice = "For two classes and one output use .sigmoid() and BinaryCrossentropy";
            let finding = format!("the softmax of a single output is always 1, so nothing is learnt. {advice}");
            self.found("softmax", finding);
        }
    }

    fn gradients(&mut self, parameters: &[Tensor]) {
        let name = |parameter: &Tensor| parameter.name().unwrap_or_else(|| "a parameter".to_owned());
        let mut weights = Vec::new();
        for parameter in parameters {
            if !parameter.has_grad() {
                let advice = "Does a layer's forward not use it, or use .detach(), .item() or no_grad?";
                self.found("unreached", format!("no gradient reaches `{}`. {advice}", name(parameter)));
            } else if parameter.rank() > 1 {
                weights.push((name(parameter), parameter.grad().root_mean_square(), parameter.root_mean_square()));
            }
        }
        let by_gradient = |a: &&(String, f64, f64), b: &&(String, f64, f64)| a.1.total_cmp(&b.1);
        let (Some(least), Some(most)) = (weights.iter().min_by(by_gradient), weights.iter().max_by(by_gradient)) else {
            return;
        };
        if weights.len() > 2 && least.1 < 1e-4 * most.1 {
            let (small, large, ratio) = (&least.0, &most.0, least.1 / most.1);
            let advice = "Use .relu() with its initialiser, BatchNormalization or Residual";
            let finding =
                format!("the gradients vanish: that of `{small}` is {ratio:.0e} times that of `{large}`. {advice}");
            self.found("vanishing", finding);
        }
        // Weights may begin at 0.
        let explodes = |(_, gradient, weight): &&(String, f64, f64)| *gradient > 100.0 * weight.max(0.01);
        if let Some((name, gradient, _)) = weights.iter().find(explodes) {
            let advice =
                "Scale inputs and targets, begin with smaller weights, or limit them: .callback(ClipNorm(1.0))";
            let finding = format!("the gradients explode: that of `{name}` is {gradient:.0e} in size. {advice}");
            self.found("exploding", finding);
        }
    }

    fn units(&mut self, model: &Sequential, x: &Tensor) {
        for ((name, output), layer) in model.activations(x).into_iter().zip(model.layers()) {
            // Of pixels that are flattened many are 0 for good reason.
            if layer.parameters().is_empty() && layer.name() != "Relu" {
                continue;
            }
            let (units, dead) = (output.shape().get(1).copied().unwrap_or(0), dead_units(&output));
            if output.shape()[0] >= 8 && units >= 4 && 2 * dead > units {
                let advice = "Lower the learning rate, scale the inputs, or use .leaky_relu()";
                self.found("dead", format!("{dead} of {units} units of {name} are dead: 0 for all examples. {advice}"));
            }
        }
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let findings: Vec<String> = self.findings.iter().map(|(_, finding)| format!("• {finding}")).collect();
        f.write_str(if findings.is_empty() { "nothing looks wrong".to_owned() } else { findings.join("\n") }.as_str())
    }
}

impl Show for Diagnosis {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string())
    }
}
