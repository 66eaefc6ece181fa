//! What layers say in English of an input that does not fit, for those who read Chinese.

/// Words of a message; what it means; what to write.
pub const MESSAGES: &[(&str, &str, &str)] = &[
    (
        "samples of one feature each",
        "这是一批只有一个特征的样本：请变成一列，每行一个样本。",
        "x.unsqueeze(1)",
    ),
    (
        "if it is a single sample: x.reshape(",
        "如果这是一个样本，先变成一批（只有一个样本），再加上通道：",
        "x.reshape(&[1, 1, 28, 28])",
    ),
    (
        "make it a row: .reshape(",
        "如果这是一个样本，先变成一行，形状 [1, 特征数]；如果每一行是一个样本，那么这一层的第一个数要等于每行的个数。",
        "x.reshape(&[1, …])",
    ),
    (
        "make the layer Dense::new(",
        "输入的特征个数和这一层的第一个数不一致。请改这一层的第一个数，或者换成特征个数相符的输入。",
        "",
    ),
    (
        " features is expected",
        "这一层的输入形状是 [n, 特征数]：每个样本一行，只有一个样本时也一样。",
        "x.unsqueeze(0)",
    ),
    (
        "a single sample needs an axis",
        "单个样本也要有批次这个轴：",
        "x.unsqueeze(0)",
    ),
    (
        "a batch of one channel needs an axis",
        "只有一个通道时，也要有通道这个轴：",
        "x.unsqueeze(1)",
    ),
    (
        "bring each sample into shape first",
        "请先把每个样本变成 [通道, 高, 宽]（一维卷积是 [通道, 长度]）：",
        ".add(Reshape::new(&[1, 28, 28]))",
    ),
    (
        "an input of the shape [n, ",
        "输入的通道数和这一层的第一个数不一致：请把这一层的第一个数改成输入的通道数。",
        "",
    ),
    (
        "which cannot be added",
        "Residual 把输入和里面各层的输出相加，所以里面最后一层的输出个数要等于第一层的输入个数。",
        "",
    ),
    (
        "Dropout: the rate",
        "比例要大于等于 0、小于 1，例如 0.2 表示随机去掉 20 %。",
        "Dropout::new(0.2)",
    ),
    (
        "BatchNormalization(",
        "第 0 个轴是样本，第 1 个轴是通道（特征）；这一层的数要等于通道数。",
        "",
    ),
    (
        "LayerNormalization(",
        "最后一个轴是特征；这一层的数要等于特征个数。",
        "",
    ),
    (
        "sequences have the shape",
        "序列的形状是 [n, 长度, 特征]：编号先用 Embedding 变成特征；单个序列用 `.unsqueeze(0)` 加上批次的轴。",
        "",
    ),
    (
        "one sequence needs an axis for the batch",
        "序列的形状是 [n, 长度, 特征]：单个序列前面要加上批次的轴。",
        "x.unsqueeze(0)",
    ),
    (
        "sequences [n, length",
        "序列的形状是 [n, 长度, 特征]：普通的数列用 `.unsqueeze(-1)` 加一个轴，编号用 Embedding。",
        "x.unsqueeze(-1)",
    ),
    (
        "activation: there is none",
        "没有这个激活函数。可用的有 Relu、Sigmoid、Tanh、Softmax、LeakyRelu、Elu、Gelu、Silu、Softplus。",
        "",
    ),
];
