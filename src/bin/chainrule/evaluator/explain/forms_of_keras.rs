//! What people who come from Keras and PyTorch write of a model, where it is more than a name.

use super::calls::Call;
use super::case::{Case, Explanation};

/// Activations that are layers by themselves, as they are added to a model.
const LAYERS: [&str; 9] = [
    "Relu",
    "Sigmoid",
    "Tanh",
    "Softmax",
    "LeakyRelu",
    "Elu",
    "Gelu",
    "Silu",
    "Softplus",
];

pub fn explain(case: &Case) -> Option<Explanation> {
    let start = case.mark.as_ref()?.start;
    added_activation(case, start).or_else(|| shuffled_fit(case, start))
}

/// `.add(ReLU)`, `.add(Activation::new("relu"))`
fn added_activation(case: &Case, start: usize) -> Option<Explanation> {
    let around = Call::around(case.code, start)?;
    let [added] = around.arguments.as_slice() else {
        return None;
    };
    let asked = match added.split_once('"') {
        Some((made_by, rest)) if made_by.starts_with("Activation") => rest.split('"').next()?,
        _ => added.trim_end_matches("()").trim_end_matches("::new"),
    };
    let plain = asked.replace('_', "");
    let layer = LAYERS.iter().find(|one| one.eq_ignore_ascii_case(&plain))?;
    let is_it = around.callee == "add" && case.memory.defined_in(asked).is_none();
    is_it.then(|| {
        Explanation::new(
            format!("As a layer of its own an activation is a name, `{layer}`:"),
            format!("激活函数单独作为一层时，只写名字 `{layer}`："),
            format!(".add({layer})"),
        )
    })
}

/// `model.fit(&data).shuffle(false)`
fn shuffled_fit(case: &Case, start: usize) -> Option<Explanation> {
    let call = Call::named_at(case.code, start)?;
    let receiver = call.receiver.filter(|chain| chain.contains(".fit"))?;
    let is_it = call.callee == "shuffle" && case.message.contains("Fit");
    is_it.then(|| {
        Explanation::new(
            "`fit` shuffles the examples before each epoch by itself; there is nothing to set.",
            "`fit` 每轮开始前都会自动打乱样本，不用另外设置。",
            format!("{receiver}.run()"),
        )
    })
}

/// `let (loss, accuracy) = model.evaluate(&data);`
pub fn parts_of_an_evaluation(case: &Case) -> Option<Explanation> {
    let line = case.code.lines().find(|line| line.contains(".evaluate("))?;
    let (names, value) = line.trim().strip_prefix("let ")?.split_once('=')?;
    let names = names.trim().strip_prefix('(')?.strip_suffix(')')?;
    let [loss, accuracy] = names.split(',').map(str::trim).collect::<Vec<_>>()[..] else {
        return None;
    };
    Some(Explanation::new(
        "`evaluate` gives one value, which has the loss, the accuracy and other metrics as fields:",
        "`evaluate` 返回一个值，损失、准确率和其他指标是它的字段：",
        format!("let result ={value}\nlet ({loss}, {accuracy}) = (result.loss, result.accuracy);"),
    ))
}
