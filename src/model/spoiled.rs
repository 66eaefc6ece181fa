//! Weights that a run which went wrong has left behind: whatever is trained next starts with them.

use crate::Float;
use crate::display::say;
use crate::tensor::Tensor;

/// Far beyond what training leads to with inputs and targets of any usual size.
const MOST: Float = 1e6;

/// What to say of the first weights that are no numbers, or out of all proportion, if there are.
pub(super) fn spoiled(parameters: &[Tensor]) -> Option<String> {
    parameters.iter().find_map(|parameter| {
        let values = parameter.array();
        let value = *values
            .iter()
            .find(|value| value.is_nan() || value.abs() > MOST)?;
        let name = parameter.name().unwrap_or_else(|| "a weight".to_owned());
        Some(say(
            format!(
                "the weights come from a run that went wrong (there is {value:.1e} in {name}): \
                 build the model again, then compile and train it"
            ),
            format!(
                "权重是上一次失败的训练留下的（{name} 里有 {value:.1e}）：请重新建立模型，再编译、训练"
            ),
        ))
    })
}
