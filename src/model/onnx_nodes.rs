//! What the attributes of an operation of ONNX say, what is said of one that is not understood, and
//! which operations together are one.

use super::onnx::{Attribute, Graph, Node};
use crate::Float;
use crate::display::say;
use crate::nn::Padding;
use crate::tensor::Tensor;

impl Node {
    /// The tensor that a constant is.
    pub(super) fn constant(&self) -> Option<Tensor> {
        Some(
            match self
                .attributes
                .iter()
                .find(|(name, _)| name.starts_with("value"))?
                .1
            {
                Attribute::Tensor(value) => value.clone(),
                Attribute::Float(value) => Tensor::from(*value),
                Attribute::Ints(values) => Tensor::from(
                    values
                        .iter()
                        .map(|value| *value as Float)
                        .collect::<Vec<_>>(),
                ),
                Attribute::Text(_) => return None,
            },
        )
    }

    /// What is wrong with it, and what would do instead.
    pub(super) fn not_understood(&self) -> String {
        let about: Vec<String> = self
            .attributes
            .iter()
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        let about = match about.as_slice() {
            [] => String::new(),
            _ => say(
                format!(" ({})", about.join(", ")),
                format!("（{}）", about.join("，")),
            ),
        };
        let (op, advice) = (&self.op, self.understood_instead());
        say(
            format!("the operation {op}{about}, as it is here, is not understood{advice}"),
            format!("读不懂这里的运算 {op}{about}{advice}"),
        )
    }

    fn understood_instead(&self) -> &'static str {
        match self.op.as_str() {
            "Gelu" => say(
                "; its form with tanh is: nn.GELU(approximate=\"tanh\")",
                "；能读的是用 tanh 近似的形式：nn.GELU(approximate=\"tanh\")",
            ),
            "LogSoftmax" => say(
                "; leave it out when you export, and use a loss that takes logits",
                "；导出时请去掉它，并使用以 logits 为输入的损失",
            ),
            "MaxPool" | "AveragePool" => say(
                "; windows without padding and gaps are, as wide as they are high",
                "；能读的是高和宽相等、没有填充也没有间隔的窗口",
            ),
            "Conv" => say(
                "; filters without groups and gaps are, as wide as they are high, with the same \
                 padding on all sides",
                "；能读的是高和宽相等、不分组、没有间隔、四周填充相同的卷积核",
            ),
            "Reshape" => say(
                "; a shape that keeps the batch is, such as that of nn.Flatten()",
                "；能读的是保留批次这一维的形状，例如 nn.Flatten() 的结果",
            ),
            "Softmax" => say(
                "; softmax along the last axis is",
                "；能读的是沿最后一个轴的 softmax",
            ),
            "Shape" | "Gather" | "Slice" | "Concat" | "Mod" => say(
                "; export with sizes that are fixed, but for the batch",
                "；导出时除批次以外请使用固定的大小",
            ),
            _ => "",
        }
    }

    /// What an attribute of windows has along each axis, if it is the same along all.
    pub(super) fn same(&self, name: &str, otherwise: usize) -> Option<usize> {
        let values = self.ints(name).unwrap_or(&[]);
        let first = values
            .first()
            .map_or(Some(otherwise), |value| usize::try_from(*value).ok());
        first.filter(|_| values.iter().all(|value| *value == values[0]))
    }

    /// Whether windows have no gaps, no groups, and the padding that is written there.
    pub(super) fn is_plain(&self) -> bool {
        let is = |name: &str, value: usize| self.same(name, value) == Some(value);
        let is_known = match self.attributes.get("auto_pad") {
            Some(Attribute::Text(how)) => {
                how == "NOTSET" || how == "VALID" || (how == "SAME_UPPER" && self.op == "Conv")
            }
            _ => true,
        };
        is("dilations", 1) && is("group", 1) && is("ceil_mode", 0) && is_known
    }

    /// The padding of a filter: the same on all sides, or as much as keeps the size.
    pub(super) fn padding(&self, size: usize, stride: usize) -> Option<Padding> {
        let how = self.attributes.get("auto_pad");
        if matches!(how, Some(Attribute::Text(how)) if how == "SAME_UPPER") {
            return Some(Padding::Same);
        }
        let pads = self.ints("pads").unwrap_or(&[]);
        let (before, after) = pads.split_at(pads.len() / 2);
        let all = |pads: &[i64], value: usize| {
            !pads.is_empty() && pads.iter().all(|pad| *pad == value as i64)
        };
        if stride == 1
            && size > 0
            && size.is_multiple_of(2)
            && all(before, (size - 1) / 2)
            && all(after, size / 2)
        {
            return Some(Padding::Same);
        }
        self.same("pads", 0).map(Padding::Fixed)
    }
}

impl std::fmt::Display for Attribute {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Attribute::Float(value) => write!(f, "{value}"),
            Attribute::Ints(values) if values.len() == 1 => write!(f, "{}", values[0]),
            Attribute::Ints(values) => write!(f, "{values:?}"),
            Attribute::Text(text) => write!(f, "{text:?}"),
            Attribute::Tensor(tensor) => write!(f, "{:?}", tensor.to_vec()),
        }
    }
}

impl Graph {
    /// PyTorch writes softplus so that large values stay what they are, which ours does, too:
    /// `Where(x > 20, x, Softplus(x))` is Softplus(x).
    pub(super) fn simplify(&mut self) {
        let made_by = |nodes: &[Node], op: &str, result: &str| {
            nodes
                .iter()
                .position(|node| node.op == op && node.outputs[0] == result)
        };
        while let Some((choice, comparison, softplus)) =
            self.nodes.iter().enumerate().find_map(|(place, node)| {
                let [condition, large, usual] = node.inputs.as_slice() else {
                    return None;
                };
                let comparison = made_by(&self.nodes, "Greater", condition)?;
                let softplus = made_by(&self.nodes, "Softplus", usual)?;
                let is_same = self.nodes[softplus].inputs.first() == Some(large);
                let limit = self.tensors.get(self.nodes[comparison].inputs.get(1)?)?;
                let is_large = limit.to_vec().iter().all(|limit| *limit >= 15.0);
                (node.op == "Where" && is_same && is_large).then_some((place, comparison, softplus))
            })
        {
            self.nodes[softplus].outputs = self.nodes[choice].outputs.clone();
            let mut place = 0;
            self.nodes.retain(|_| {
                place += 1;
                place - 1 != choice && place - 1 != comparison
            });
        }
    }
}
