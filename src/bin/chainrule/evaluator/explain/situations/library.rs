//! What the library says in English when something does not fit, for those who read Chinese.

use super::super::{Case, Explanation};
use crate::language::say;

/// Words of a message; what it means; what to write.
const MESSAGES: &[(&str, &str, &str)] = &[
    (
        "no_grad(|| &w - 0.1 * w.grad())",
        "这个张量是计算得到的结果，不再是参数，而反向传播只保留参数的梯度。更新参数时不要记录计算过程：",
        "w = no_grad(|| &w - 0.1 * w.grad()).requires_grad();",
    ),
    (
        "let w = tensor(…).requires_grad();",
        "这个张量没有要求梯度。请在计算损失之前声明：",
        "let w = tensor(…).requires_grad();",
    ),
    (
        "call loss.backward() first",
        "还没有对损失做反向传播；如果做过了，那就是损失与这个张量无关，或者之后又调用了 zero_grad()。",
        "loss.backward();",
    ),
    ("the channels come last here", "这里的通道在最后一维，而这一层要求通道紧跟在样本数之后。请先交换各维的顺序：", ""),
    (
        "the targets are the numbers of classes",
        "目标是类别的编号，而这个损失需要每个类别一个概率（one-hot）。请改用 SparseCategoricalCrossentropy，或者先转换：",
        "SparseCategoricalCrossentropy::new()\nlet y = y.one_hot(10);",
    ),
    (
        "these look one-hot",
        "目标看起来是 one-hot，而这个损失需要类别的编号。请改用 CategoricalCrossentropy，或者先转换：",
        "CategoricalCrossentropy::new()\nlet y = y.argmax(-1);",
    ),
    (
        "the model is not compiled",
        "模型还没有编译，既没有损失函数也没有优化器。请先写：",
        "model.compile(Adam::default(), SparseCategoricalCrossentropy::new(), Accuracy);",
    ),
    ("flatten each sample first", "全连接层需要一维的样本：请先把每个样本展平。", ".add(Flatten::new())"),
];

pub fn in_chinese(case: &Case) -> Option<Explanation> {
    if !say(false, true) {
        return None;
    }
    let (_, chinese, fix) = MESSAGES.iter().find(|(words, ..)| case.message.contains(words))?;
    // Where the axes go is in the message.
    let order = case.message.split("x.permute(").nth(1).and_then(|rest| rest.split(')').next());
    let fix = order.map_or((*fix).to_owned(), |order| format!("let x = x.permute({order});"));
    Some(Explanation::new("", *chinese, fix))
}
