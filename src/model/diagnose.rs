//! What can be seen of a network that will not learn: looked at by `fit`, and asked for with
//! `diagnose`.

use super::Sequential;
use super::compiled::{not_compiled, some_examples};
use super::spoiled::spoiled;
use crate::Float;
use crate::autograd::Mode;
use crate::data::Dataset;
use crate::display::{Bundle, Show, say};
use crate::nn::dead_units;
use crate::optim::zero_grad;
use crate::tensor::Tensor;
use crate::tensor::fail::{Collecting, warn_once};
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
    /// Looks for what keeps a network from learning, with one step on some of the data that changes
    /// nothing: inputs that are not scaled or no numbers, labels that are off by one or have
    /// nothing to do with the inputs, a last layer that does not go with the loss, a learning rate
    /// that is out of all proportion, units that are dead, gradients that vanish or explode or do
    /// not reach a parameter. `fit` looks at the same and warns;
    /// [`warnings`](crate::tensor::warnings) turns that off.
    ///
    /// Panics if the model was not compiled.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// # let digits = data::digits(100);
    /// let mut model = Sequential::new()
    ///     .add(Dense::new(784, 32).relu())
    ///     .add(Dense::new(32, 10).softmax());
    /// model.compile(Adam::default(), SparseCategoricalCrossentropy::new(), Accuracy);
    /// let in_bytes = Dataset::new(&(&digits.x * 255.0), &digits.y);
    /// assert!(model.diagnose(&in_bytes).to_string().contains("not scaled"));
    /// assert!(model.diagnose(&digits).is_healthy());
    /// ```
    #[track_caller]
    pub fn diagnose(&self, data: &Dataset) -> Diagnosis {
        let Some(compiled) = &*self.compiled else {
            not_compiled("diagnose")
        };
        some_examples("diagnose", data);
        // Of all examples: one is enough to spoil the rest.
        if let Some(broken) = Diagnosis::of_numbers(&data.x, &data.y) {
            return broken;
        }
        // As in use: neither dropout nor running means notice.
        let _mode = Mode::new(false);
        let rows: Vec<usize> = (0..data.len())
            .step_by(data.len().div_ceil(EXAMPLES))
            .collect();
        let (x, y) = (data.x.select_rows(&rows), data.y.select_rows(&rows));
        let parameters = self.parameters();
        let before: Vec<_> = parameters
            .iter()
            .map(|parameter| parameter.0.notes().grad.take())
            .collect();
        let collecting = Collecting::begin();
        let prediction = self.forward(&x);
        let loss = compiled.loss.loss(&prediction, &y);
        loss.backward();
        let warned = collecting.found();
        let mut diagnosis = Diagnosis::of(self, &x, &y, &prediction);
        if let Some(spoiled) = spoiled(&parameters).filter(|_| !loss.item().is_finite()) {
            diagnosis.found("spoiled weights", spoiled);
        }
        diagnosis.rate(
            compiled.optimizer.learning_rate(),
            &parameters,
            compiled.optimizer.name(),
        );
        diagnosis.order(self, &x, &y);
        // What the loss itself has to say, unless it was found above and said better.
        for (kind, warning) in warned {
            if !diagnosis.findings.iter().any(|(found, _)| *found == kind) {
                diagnosis.found(kind, warning);
            }
        }
        zero_grad(&parameters);
        parameters
            .iter()
            .zip(before)
            .for_each(|(parameter, grad)| parameter.0.notes().grad = grad);
        diagnosis
    }
}

impl Diagnosis {
    /// After `backward`; `y` may be the targets of more examples than `x`.
    pub(super) fn of(model: &Sequential, x: &Tensor, y: &Tensor, prediction: &Tensor) -> Diagnosis {
        if let Some(broken) = Diagnosis::of_numbers(x, y) {
            return broken;
        }
        let mut diagnosis = Diagnosis::default();
        diagnosis.inputs(model, x, y, prediction);
        diagnosis.last_layer(y, prediction);
        diagnosis.gradients(&model.parameters());
        diagnosis.units(model, x);
        diagnosis
    }

    /// What is no number makes all the rest meaningless.
    fn of_numbers(x: &Tensor, y: &Tensor) -> Option<Diagnosis> {
        let found = not_numbers(x, y)?;
        Some(Diagnosis {
            findings: vec![(
                "not a number",
                format!("{found}{}", say(FILL_IN.0, FILL_IN.1)),
            )],
        })
    }

    /// Whether nothing looks wrong.
    pub fn is_healthy(&self) -> bool {
        self.findings.is_empty()
    }

    pub(super) fn found(&mut self, kind: &'static str, finding: String) {
        self.findings.push((kind, finding));
    }

    /// Warns of each kind of finding once in a cell.
    pub(super) fn warn(self) {
        self.findings
            .into_iter()
            .for_each(|(kind, finding)| warn_once(kind, &format!("fit: {finding}")));
    }

    fn inputs(&mut self, model: &Sequential, x: &Tensor, y: &Tensor, prediction: &Tensor) {
        // What a layer of one's own begins with may be an embedding, and its inputs the numbers of
        // words.
        const TAKE_NUMBERS: [&str; 8] = [
            "Dense",
            "Conv1D",
            "Conv2D",
            "Flatten",
            "Reshape",
            "SimpleRnn",
            "Gru",
            "Lstm",
        ];
        let takes_numbers = takes(model, &TAKE_NUMBERS);
        let size = x.root_mean_square();
        if takes_numbers && size > 10.0 {
            let advice = "Give data.standardised(), or divide pixels by 255";
            let finding = format!(
                "the inputs are not scaled: they are about {size:.0} in size, not 1. {advice}"
            );
            let chinese = format!(
                "输入没有缩放：数值大小约为 {size:.0}，而不是 1 左右。请用 data.standardised()，像素值请除以 255"
            );
            self.found("scale", say(finding, chinese));
        }
        let classes = *prediction.shape().last().unwrap_or(&0);
        let labels = y.to_vec();
        let lowest = labels.iter().copied().fold(Float::INFINITY, Float::min);
        let are_labels =
            y.rank() == 1 && classes > 2 && labels.iter().all(|label| label.fract() == 0.0);
        if are_labels && lowest == 1.0 && labels.len() >= 8 * classes {
            let advice = "Classes are counted from 0: are these off by one? If so, subtract 1";
            let chinese =
                "没有标签是 0，最小的是 1。类别从 0 开始编号：是不是都多了 1？如果是，请减去 1";
            self.found(
                "labels",
                say(
                    format!("no label is 0, the lowest is 1. {advice}"),
                    chinese.to_owned(),
                ),
            );
        }
        if prediction.0.op == "softmax" && classes == 1 {
            let advice = "For two classes and one output use .sigmoid() and BinaryCrossentropy";
            let finding = format!(
                "the softmax of a single output is always 1, so nothing is learnt. {advice}"
            );
            let chinese = "只有一个输出时，softmax 的结果永远是 1，什么也学不到。两个类别、一个输出时，请用 .sigmoid() 和 \
                           BinaryCrossentropy";
            self.found("softmax", say(finding, chinese.to_owned()));
        }
    }

    /// A step that is out of all proportion to what it changes.
    pub(super) fn rate(&mut self, rate: Float, parameters: &[Tensor], optimizer: &str) {
        const MOST: Float = 5.0;
        const LEAST: Float = 5e-6;
        // These divide by the size of the gradient, so that each step is about as long as the rate.
        let is_adaptive = ["Adam", "AdamW", "RmsProp"].contains(&optimizer);
        let weights = parameters
            .iter()
            .filter(|parameter| parameter.rank() > 1 && parameter.has_grad());
        let steps = weights.map(|weight| {
            let step = if is_adaptive {
                1.0
            } else {
                weight.grad().root_mean_square()
            };
            rate as f64 * step / weight.root_mean_square().max(0.01)
        });
        let largest = steps.fold(0.0, f64::max);
        if rate >= MOST || largest > 5.0 {
            let advice =
                "Take a tenth or a hundredth; 0.001 is usual for Adam, 0.01 to 0.1 for Sgd";
            let finding = format!(
                "the learning rate is too large: with {rate} a step changes weights out of \
                recognition. {advice}"
            );
            let chinese = format!(
                "学习率太大：用 {rate}，一步就把权重改得面目全非。请改成十分之一或百分之一；Adam 常用 0.001，Sgd 常用 0.01 到 0.1"
            );
            self.found("rate", say(finding, chinese));
        } else if rate < LEAST {
            let advice = "0.001 is usual for Adam, 0.01 to 0.1 for Sgd";
            let english = format!(
                "the learning rate is too small: with {rate:e} nothing changes in sight. {advice}"
            );
            let chinese = format!(
                "学习率太小：用 {rate:e} 看不到任何变化。Adam 常用 0.001，Sgd 常用 0.01 到 0.1"
            );
            self.found("rate", say(english, chinese));
        }
    }

    /// Labels that have nothing to do with the inputs: examples that are alike should have the same
    /// more often than by chance.
    fn order(&mut self, model: &Sequential, x: &Tensor, y: &Tensor) {
        const FEWEST: usize = 100;
        let labels = y.to_vec();
        let n = labels.len();
        let are_classes = y.rank() == 1 && labels.iter().all(|label| label.fract() == 0.0);
        // What is alike in a sequence does not stand at the same place.
        let is_table = takes(model, &["Dense", "Conv2D", "Flatten", "Reshape"]);
        if n < FEWEST || !is_table || !are_classes || x.shape()[0] != n {
            return;
        }
        let share =
            |label: Float| labels.iter().filter(|other| **other == label).count() as f64 / n as f64;
        let chance = labels.iter().map(|label| share(*label)).sum::<f64>() / n as f64;
        let neighbours = nearest(x);
        let alike = (0..n)
            .filter(|&i| labels[i] == labels[neighbours[i]])
            .count() as f64;
        let spread = (chance * (1.0 - chance) / n as f64).sqrt();
        if chance < 0.9 && alike / n as f64 <= chance + 2.0 * spread {
            let advice = "Were x and y shuffled or sorted separately? Shuffle them together: \
                         data.shuffled()";
            let finding = "the labels seem to have nothing to do with the inputs: examples that \
                           are alike have the same label no more often than by chance";
            let chinese = "标签看起来和输入没有关系：相似的样本标签相同的比例，不比随机猜的高。x 和 y 是不是分别打乱或排序了？请一起\
                           打乱：data.shuffled()";
            self.found(
                "order",
                say(format!("{finding}. {advice}"), chinese.to_owned()),
            );
        }
    }

    fn units(&mut self, model: &Sequential, x: &Tensor) {
        for ((name, output), layer) in model.activations(x).into_iter().zip(model.layers()) {
            // Of pixels that are flattened many are 0 for good reason.
            if layer.parameters().is_empty() && layer.name() != "Relu" {
                continue;
            }
            let (units, dead) = (
                output.shape().get(1).copied().unwrap_or(0),
                dead_units(&output),
            );
            if output.shape()[0] >= 8 && units >= 4 && 2 * dead > units {
                let advice = "Lower the learning rate, scale the inputs, or use .leaky_relu()";
                let english = format!(
                    "{dead} of {units} units of {name} are dead: 0 for all examples. {advice}"
                );
                let chinese = format!(
                    "{name} 的 {units} 个神经元中有 {dead} 个已经死了：对所有样本输出都是 0。请降低学习率、缩放输入，或者用 \
                     .leaky_relu()"
                );
                self.found("dead", say(english, chinese));
            }
        }
    }
}

const FILL_IN: (&str, &str) = (
    ". Leave these examples out, or fill in the mean of the column",
    "。请去掉这些样本，或者用该列的平均值补上",
);

/// Whether the first layer of a model is one of these.
fn takes(model: &Sequential, layers: &[&str]) -> bool {
    model
        .layers()
        .first()
        .is_some_and(|layer| layers.contains(&layer.name().as_str()))
}

/// What in the data is no number, in words.
pub(super) fn not_numbers(x: &Tensor, y: &Tensor) -> Option<String> {
    [("inputs", x), ("targets", y)].into_iter().find_map(|(what, tensor)| {
        let values = tensor.array();
        let mut wrong = values.iter().enumerate().filter(|(_, value)| !value.is_finite());
        let (first, value) = wrong.next()?;
        let count = wrong.count() + 1;
        let rows = tensor.shape().first().copied().unwrap_or(1).max(1);
        let row = first / (values.len() / rows).max(1);
        let are = if count == 1 { "is" } else { "are" };
        let all = values.len();
        let chinese_what = if what == "inputs" { "输入" } else { "目标" };
        Some(say(
            format!("{count} of {all} {what} {are} no number: {value} first, in example {row}"),
            format!("{all} 个{chinese_what}值里有 {count} 个不是数：第一个是第 {row} 个样本里的 {value}"),
        ))
    })
}

/// For each example the one that is most like it.
fn nearest(x: &Tensor) -> Vec<usize> {
    let values = x.to_vec();
    let n = x.shape()[0];
    let features = values.len() / n.max(1);
    let row = |i: usize| &values[i * features..(i + 1) * features];
    let distance = |i: usize, j: usize| {
        row(i)
            .iter()
            .zip(row(j))
            .map(|(a, b)| (a - b) * (a - b))
            .sum::<Float>()
    };
    let closest = |i: usize| {
        let others = (0..n).filter(move |&j| j != i).map(|j| (distance(i, j), j));
        others
            .min_by(|a, b| a.0.total_cmp(&b.0))
            .map_or(i, |one| one.1)
    };
    (0..n).map(closest).collect()
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let findings: Vec<String> = self
            .findings
            .iter()
            .map(|(_, finding)| format!("• {finding}"))
            .collect();
        f.write_str(&if findings.is_empty() {
            say("nothing looks wrong", "没有发现问题").to_owned()
        } else {
            findings.join("\n")
        })
    }
}

impl Show for Diagnosis {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string())
    }
}
