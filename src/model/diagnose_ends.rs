//! What the last activation of a network says, beside what it shall give.

use super::Diagnosis;
use crate::Float;
use crate::display::say;
use crate::nn::ends_twice;
use crate::tensor::Tensor;

impl Diagnosis {
    /// A last activation that does not go with the targets.
    pub(super) fn last_layer(&mut self, y: &Tensor, prediction: &Tensor) {
        let classes = *prediction.shape().last().unwrap_or(&0);
        if let Some((english, chinese)) = ends_twice(prediction) {
            self.found("softmax twice", say(english, chinese));
        }
        let are_classes = y.rank() == 1 && classes > 1;
        let reach = match prediction.0.op {
            "sigmoid" => Some(("sigmoid", 0.0, 1.0)),
            "tanh" => Some(("tanh", -1.0, 1.0)),
            _ => None,
        };
        if let Some((activation, low, high)) = reach.filter(|_| !are_classes) {
            self.reach(activation, (low, high), y);
        }
        if prediction.0.op == "relu" {
            let has_negative = y.to_vec().iter().any(|value| *value < 0.0);
            let advice = if are_classes {
                "End it with .softmax()"
            } else {
                "Leave the activation of the last layer out"
            };
            if are_classes || has_negative {
                let finding =
                    format!("the model ends in relu, which cannot give a negative score. {advice}");
                let advice = if are_classes {
                    "请以 .softmax() 结尾"
                } else {
                    "请去掉最后一层的激活函数"
                };
                let chinese = format!("模型的最后是 relu，给不出负的分数。{advice}");
                self.found("no probabilities", say(finding, chinese));
            }
        }
    }

    /// Targets that the last activation cannot give, whatever the weights.
    fn reach(&mut self, activation: &str, (low, high): (Float, Float), y: &Tensor) {
        let values = y.to_vec();
        let (least, most) = (
            values.iter().copied().fold(Float::INFINITY, Float::min),
            values.iter().copied().fold(Float::NEG_INFINITY, Float::max),
        );
        // Rounding counts for nothing.
        if least >= low - 1e-3 && most <= high + 1e-3 {
            return;
        }
        let english = format!(
            "the model ends in {activation}, which gives {low} to {high}, and the targets go from \
             {least:.4} to {most:.4}. Leave the activation of the last layer out, or bring the \
             targets into this range"
        );
        let chinese = format!(
            "模型的最后是 {activation}，输出只在 {low} 到 {high} 之间，而目标从 {least:.4} 到 {most:.4}。\
             请去掉最后一层的激活函数，或者把目标缩放到这个范围"
        );
        self.found("no probabilities", say(english, chinese));
    }
}
