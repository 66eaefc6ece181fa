//! What gradients say of a network that will not learn.

use super::Diagnosis;
use crate::display::say;
use crate::tensor::Tensor;

impl Diagnosis {
    /// Gradients that reach no parameter, that vanish or explode.
    pub(super) fn gradients(&mut self, parameters: &[Tensor]) {
        let name = |parameter: &Tensor| {
            parameter
                .name()
                .unwrap_or_else(|| say("a parameter", "某个参数").to_owned())
        };
        let mut weights = Vec::new();
        for parameter in parameters {
            if !parameter.has_grad() {
                let advice =
                    "Does a layer's forward not use it, or use .detach(), .item() or no_grad?";
                let name = name(parameter);
                let chinese = format!(
                    "没有梯度传到 `{name}`。是不是某一层的 forward 没有用到它，或者用了 .detach()、.item() 或 no_grad？"
                );
                self.found(
                    "unreached",
                    say(format!("no gradient reaches `{name}`. {advice}"), chinese),
                );
            } else if parameter.rank() > 1 {
                weights.push((
                    name(parameter),
                    of_those_reached(&parameter.grad()),
                    parameter.root_mean_square(),
                ));
            }
        }
        let by_gradient = |a: &&(String, f64, f64), b: &&(String, f64, f64)| a.1.total_cmp(&b.1);
        let (Some(least), Some(most)) = (
            weights.iter().min_by(by_gradient),
            weights.iter().max_by(by_gradient),
        ) else {
            return;
        };
        // Where a gradient passes on its way to an earlier layer it does not vanish, but is not
        // needed: an attention that is still young looks at all steps alike, whatever its queries
        // and keys are.
        let is_small = |one: &(String, f64, f64)| one.1 < 1e-4 * most.1;
        let looks = |one: &&(String, f64, f64)| !one.0.contains("query") && !one.0.contains("key");
        let first_is_small = weights.iter().find(looks).is_some_and(is_small);
        if weights.len() > 2 && first_is_small && is_small(least) {
            let (small, large, ratio) = (&least.0, &most.0, least.1 / most.1);
            let advice = "Use .relu() with its initialiser, BatchNormalization or Residual";
            let finding = format!(
                "the gradients vanish: that of `{small}` is {ratio:.0e} times that of `{large}`. \
                {advice}"
            );
            let chinese = format!(
                "梯度消失了：`{small}` 的梯度只有 `{large}` 的 {ratio:.0e} 倍。请用 .relu() 和与它配套的初始化、\
                 BatchNormalization 或 Residual"
            );
            self.found("vanishing", say(finding, chinese));
        }
        self.explosion(&weights);
    }

    /// Gradients that are out of all proportion to what they change.
    fn explosion(&mut self, weights: &[(String, f64, f64)]) {
        // Weights may begin at 0.
        let explodes =
            |(_, gradient, weight): &&(String, f64, f64)| *gradient > 100.0 * weight.max(0.01);
        if let Some((name, gradient, _)) = weights.iter().find(explodes) {
            let advice = "Scale inputs and targets, begin with smaller weights, or limit them: \
                         .callback(ClipNorm(1.0))";
            let finding = format!(
                "the gradients explode: that of `{name}` is {gradient:.0e} in size. {advice}"
            );
            let chinese = format!(
                "梯度爆炸了：`{name}` 的梯度大小为 {gradient:.0e}。请缩放输入和目标、用更小的初始权重，或者限制梯度：\
                 .callback(ClipNorm(1.0))"
            );
            self.found("exploding", say(finding, chinese));
        }
    }
}

/// The size of a gradient where it is not 0: of a table only those rows are used that stand in the
/// batch.
fn of_those_reached(gradient: &Tensor) -> f64 {
    let values = gradient.to_vec();
    let used = values.iter().filter(|value| **value != 0.0).count();
    gradient.root_mean_square() * (values.len() as f64 / used.max(1) as f64).sqrt()
}
