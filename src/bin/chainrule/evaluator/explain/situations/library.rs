//! What the library says in English when something does not fit, for those who read Chinese.

use super::super::case::{Case, Explanation};
use super::library_of_layers;
use chainrule::display::say;

/// Words of a message; what it means; what to write.
const MESSAGES: &[(&str, &str, &str)] = &[
    (
        "a learning rate is above 0",
        "学习率要大于 0：小于 0 时，损失会越训练越大。",
        "Adam::new(0.01)",
    ),
    (
        "targets -1 and 1 are for Hinge",
        "类别编号从 0 开始；目标是 -1 和 1 时，请用 Hinge 损失和一个输出。",
        "",
    ),
    (
        "epochs must be at least 1",
        "轮数是 0，什么也不会训练。至少要训练 1 轮：",
        ".epochs(1)",
    ),
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
    (
        "the channels come last here",
        "这里的通道在最后一维，而这一层要求通道紧跟在样本数之后。请先交换各维的顺序：",
        "",
    ),
    (
        "y.squeeze(-1).one_hot(",
        "目标是类别的编号，而这个损失需要每个类别一个概率（one-hot）。请改用 SparseCategoricalCrossentropy，或者先转换：",
        "SparseCategoricalCrossentropy::new()\nlet y = y.squeeze(-1).one_hot(10);",
    ),
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
    (
        "flatten each sample first",
        "全连接层需要一维的样本：请先把每个样本展平。",
        ".add(Flatten::new())",
    ),
    (
        "no computer can hold the shape",
        "形状里各个大小的乘积超出了计算机能表示的范围。像 18446744073709551615 这样的大小，往往是减法减到了 0 以下，\
         或者写了 -1 as usize。",
        "",
    ),
    (
        "two lists are the coordinates of points",
        "两个列表分别是各点的横坐标和纵坐标，长度必须相同。有类别的点写成一行一个，两列是 x 和 y。",
        "plot::scatter(&[1.0, 2.0], &[3.0, 4.0])",
    ),
    // Matrix products.
    (
        "transpose the right side",
        "矩阵乘法要求左边的列数等于右边的行数。这里右边的行和列正好反了，请转置右边：",
        "a.matmul(&b.t())",
    ),
    (
        "transpose the left side",
        "矩阵乘法要求左边的列数等于右边的行数。这里左边的行和列正好反了，请转置左边：",
        "a.t().matmul(&b)",
    ),
    (
        "flatten the left side first",
        "矩阵乘法要求左边的列数等于右边的行数。请先把左边的每个样本展平：",
        "x.flatten()",
    ),
    (
        "inner sizes differ",
        "矩阵乘法要求左边最后一维的长度等于右边倒数第二维的长度（左边的列数等于右边的行数）。",
        "",
    ),
    (
        "a single number is no matrix",
        "单个数不是矩阵，不能做矩阵乘法；乘以一个数请用 `*`。",
        "&x * 2.0",
    ),
    (
        " matrices: ",
        "成批的矩阵相乘时，前面各维必须相同，或者其中一边只是一个矩阵。",
        "",
    ),
    (
        "affine: the bias has",
        "偏置的个数必须等于权重的列数，也就是这一层的输出个数。",
        "",
    ),
    // Shapes.
    (
        "shapes do not broadcast",
        "这两个形状无法广播：从右边对齐，每一维的长度必须相等，或者其中一个是 1。缺少的维可以用 `.unsqueeze(axis)` 插入：",
        "x.unsqueeze(-1)",
    ),
    (
        "does not broadcast with the choices",
        "条件的形状和两个选项的形状无法广播：从右边对齐，每一维必须相等或者是 1。",
        "",
    ),
    (
        "reshape: sizes differ",
        "新形状各维长度的乘积必须等于元素的个数。",
        "",
    ),
    (
        "do not fill the shape",
        "形状各维长度的乘积必须等于给出的元素个数。",
        "",
    ),
    (
        ": no axis ",
        "没有这个轴：轴从 0 开始编号，-1 表示最后一个轴。",
        "",
    ),
    (
        "unsqueeze: no place",
        "新的轴插不到这个位置：可用的位置是 0 到维数，-1 表示最后。",
        "",
    ),
    (
        "squeeze: axis",
        "只有长度为 1 的轴才能去掉；要去掉更长的轴，请用 `.sum_axis(…)`、`.mean_axis(…)` 或 `.slice(…)`。",
        "",
    ),
    (
        "is no order of the axes",
        "请把每个轴的编号恰好写一次，例如把三个轴的后两个交换：",
        "x.permute(&[0, 2, 1])",
    ),
    (
        "has no two axes to exchange",
        "只有一个轴的张量不能转置：用 `.unsqueeze(-1)` 变成一列，或用 `.unsqueeze(0)` 变成一行。",
        "x.unsqueeze(-1)",
    ),
    (
        "cannot be repeated to",
        "从右边对齐以后，只有长度为 1 的轴才能扩展。",
        "",
    ),
    (
        "does not lie in axis",
        "切片的范围超出了这个轴的长度；下标从 0 开始。",
        "",
    ),
    (
        "split: sizes",
        "各部分的长度加起来必须等于这个轴的长度。",
        "",
    ),
    (
        "axes are given for the shape",
        "请为每个轴写上 (前, 后) 各补多少；不补就写 (0, 0)。",
        "",
    ),
    (
        "concat: no tensors",
        "至少要给出一个张量：",
        "Tensor::concat(&[&a, &b], 0)",
    ),
    (
        "concat: shapes do not fit",
        "拼接时，除了拼接的那个轴，其他各维的长度必须相同。",
        "",
    ),
    (
        "item: the tensor has",
        "`.item()` 只能用于只有一个值的张量。请先求和或求平均，或者按位置取出一个数：",
        "x.mean().item()\nx.get(&[0, 0])",
    ),
    (
        "get: no value at",
        "没有这个位置：每个轴写一个下标，从 0 开始，最大是长度减 1。",
        "",
    ),
    (
        "only a leaf has a value",
        "这个张量是运算的结果，不能直接赋值。请修改参与运算的张量，或者用 `.detach()` 得到独立的副本。",
        "",
    ),
    (
        "set_value: shapes differ",
        "张量的形状不能改变；要别的形状，请用 `tensor(…)` 新建一个。",
        "",
    ),
    ("tensor: row ", "矩阵每一行的长度必须相同。", ""),
    (
        "arange: cannot count",
        "步长不能是 0，方向也要对：从小到大用正数。",
        "",
    ),
    (
        "there are no values",
        "有一个轴的长度是 0：这一批数据，或者前面选出的部分，是不是空的？",
        "",
    ),
    // Losses and labels.
    (
        "scores must have the shape",
        "分数的形状是 [样本数, 类别数]：每个样本一行，每个类别一列。",
        "",
    ),
    (
        "one label for each row",
        "每个样本要有一个标签：类别编号的形状是 [n]。",
        "",
    ),
    (
        "but classes are 0..=",
        "标签超出了类别的范围：类别从 0 开始编号，最后一层的输出个数要等于类别数。",
        "",
    ),
    (
        "no row to average over",
        "这一批是空的，没有样本可以计算损失。",
        "",
    ),
    (
        "indices are whole numbers",
        "编号必须是整数，从 0 开始，并且小于总数。",
        "",
    ),
    (
        "a softmax goes with SparseCategoricalCrossentropy",
        "softmax 搭配 SparseCategoricalCrossentropy；BinaryCrossentropy 搭配一个输出和 `.sigmoid()`。",
        "SparseCategoricalCrossentropy::new()",
    ),
    (
        "targets of -1 and 1 become 0 and 1",
        "二元交叉熵的目标是 0 和 1。-1 和 1 可以这样换成 0 和 1：",
        "(&y + 1.0) / 2.0",
    ),
    (
        "the prediction comes first: BinaryCrossentropy",
        "预测在前，目标在后。",
        "BinaryCrossentropy.loss(&prediction, &target)",
    ),
    (
        "targets of 1 and 2 become 0 and 1",
        "二元交叉熵的目标是 0 和 1。1 和 2 可以这样换成 0 和 1：",
        "&y - 1.0",
    ),
    (
        "pixels and the like come between 0 and 1",
        "二元交叉熵的目标必须在 0 和 1 之间。像素之类的值（输入也一样）先除以 255：",
        "&x / 255.0",
    ),
    (
        "more than two classes go with SparseCategorical",
        "二元交叉熵只用于两类，目标是 0 和 1。类别更多时，最后一层每个类别一个输出，以 `.softmax()` 结尾，损失换成：",
        "SparseCategoricalCrossentropy::new()",
    ),
    (
        "values are learnt with MeanSquaredError",
        "二元交叉熵的目标必须在 0 和 1 之间。要预测数值，请去掉最后一层的激活函数，损失换成 `MeanSquaredError`；或者先把目标缩放到 0 和 1 之间。",
        "",
    ),
    (
        "bring the target into shape",
        "预测和目标的形状必须相同。一列的目标可以这样得到：",
        "y.unsqueeze(-1)",
    ),
    (
        "shapes differ: ",
        "预测和目标的形状必须相同：每个样本，模型给出几个数，目标也要有几个数。",
        "",
    ),
    (
        "has no gradient",
        "这个张量还没有梯度：要先对参数调用 `requires_grad`，用它算出损失，再对损失调用 `backward`。",
        "let w = tensor(2.0).requires_grad();\nw.square().sum().backward();\nw.grad()",
    ),
    (
        "nothing that this tensor was computed from requires a gradient",
        "计算这个张量时用到的值都没有要求梯度，所以无法反向传播。请在计算之前对参数调用 `requires_grad`，并且不要写在 `no_grad` 里。",
        "let w = tensor(2.0).requires_grad();",
    ),
    (
        "set_value: the tensor is the result of",
        "这个张量是运算的结果，只有叶子张量才有自己的值。请修改用来计算它的张量，或者用 `detach` 得到一个数值相同的叶子张量。",
        "let leaf = x.detach();",
    ),
    (
        "the loss must be one number",
        "反向传播从一个数开始：请先把损失求和或求平均。",
        "loss.mean().backward();",
    ),
    // Data and training.
    (
        "count different examples",
        "x 和 y 的样本数不同：两者的第 0 个轴都是样本，x 的每一行对应 y 的一行。",
        "",
    ),
    (
        "there is no example",
        "数据里没有样本：请检查前面读取或选出的内容。",
        "",
    ),
    (
        "leaves one part empty",
        "这样分会有一部分是空的；`split(0.8)` 用 80 % 训练，20 % 测试。",
        "let (train, test) = data.split(0.8);",
    ),
    (
        "batches: a batch of 0",
        "每批至少要有一个样本，常用 32。",
        "data.batches(32)",
    ),
    (
        "fit: a batch of 0",
        "每批至少要有一个样本，常用 32。",
        ".batch_size(32)",
    ),
    (
        "has no parameters to train",
        "模型没有可以训练的参数：请加上带参数的层，例如 Dense，或者让某一层重新参加训练。",
        "",
    ),
    (
        "read the second table with the columns",
        "两个表的列含义不同。请按第一个表的列读取第二个表：",
        "let test = data::csv(\"test.csv\").like(&train).read(\"…\")?;",
    ),
    (
        "stands for",
        "同一个编号在两份数据里代表不同的类别：请让两者的类别和顺序一致。",
        "",
    ),
    ("x [", "两份数据每个样本的形状必须相同。", ""),
];

fn found(message: &str) -> Option<&'static (&'static str, &'static str, &'static str)> {
    let mut all = MESSAGES.iter().chain(library_of_layers::MESSAGES);
    all.find(|(words, ..)| message.contains(words))
}

pub fn in_chinese(case: &Case) -> Option<Explanation> {
    if !say(false, true) {
        return None;
    }
    let (_, chinese, fix) = found(case.message)?;
    // Where the axes go is in the message.
    let order = case
        .message
        .split("x.permute(")
        .nth(1)
        .and_then(|rest| rest.split(')').next());
    let fix = order.map_or((*fix).to_owned(), |order| {
        format!("let x = x.permute({order});")
    });
    Some(Explanation::new("", *chinese, fix))
}

#[cfg(test)]
mod tests {
    use super::{MESSAGES, found};
    use std::path::Path;

    /// What a learner meets in the first chapters: shapes, layers, losses, training, data.
    const FILES: [&str; 13] = [
        "src/operands/matrices.rs",
        "src/operands/shapes.rs",
        "src/operands/losses.rs",
        "src/operands/mod.rs",
        "src/tensor/shape.rs",
        "src/tensor/mod.rs",
        "src/nn/layers.rs",
        "src/nn/norm.rs",
        "src/nn/loss.rs",
        "src/model/fit.rs",
        "src/model/trained.rs",
        "src/model/compiled.rs",
        "src/autograd/backward.rs",
    ];

    #[test]
    fn what_a_learner_meets_first_is_said_in_chinese() {
        let mut without = Vec::new();
        let mut calls = 0;
        for file in FILES {
            let source =
                std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).unwrap();
            let lines: Vec<&str> = source
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            for (number, line) in lines.iter().enumerate() {
                if !line.contains("fail(") || line.contains("fn ") {
                    continue;
                }
                calls += 1;
                // The message stands in the call, or just before it.
                let last = (number + 12).min(lines.len());
                let call = lines[number..last]
                    .iter()
                    .take_while(|line| line.trim() != ");")
                    .copied();
                let call = call.chain(lines[number.saturating_sub(6)..number].iter().copied());
                let message = call.collect::<Vec<_>>().join("\n");
                // A text may go on in the next line.
                let message: String = message.split("\\\n").map(str::trim_start).collect();
                if found(&message).is_none() {
                    without.push(format!("{file}: {}", line.trim()));
                }
            }
        }
        assert!(
            calls > 25 && without.is_empty(),
            "{calls} calls; without Chinese:\n{}",
            without.join("\n")
        );
    }

    #[test]
    fn notices_and_warnings_are_said_in_both_languages() {
        let mut without = Vec::new();
        let mut calls = 0;
        let folders = ["model", "nn", "ops", "autograd", "data"];
        let folder = |name| Path::new(env!("CARGO_MANIFEST_DIR")).join("src").join(name);
        for entry in folders
            .iter()
            .flat_map(|name| std::fs::read_dir(folder(name)).unwrap())
        {
            let path = entry.unwrap().path();
            let source = std::fs::read_to_string(&path).unwrap();
            let mut before = String::new();
            for line in source
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
            {
                if line.starts_with("    fn ")
                    || line.starts_with("fn ")
                    || line.starts_with("    pub ")
                {
                    before.clear();
                }
                let is_call = ["warn_once(", "notice(", "self.found("]
                    .iter()
                    .any(|call| line.contains(call));
                before.push_str(line);
                // Since the last call there is a text in two languages, or one comes at once.
                if is_call {
                    calls += 1;
                    let after = source.split_once(line).map_or("", |(_, after)| after);
                    let next: String = after.lines().take(3).collect();
                    let passes_on = line.contains("&problem)") || line.contains("kind, ");
                    if !before.contains("say(") && !next.contains("say(") && !passes_on {
                        without.push(format!("{}: {}", path.display(), line.trim()));
                    }
                    before.clear();
                }
            }
        }
        assert!(
            calls > 20 && without.is_empty(),
            "{calls} calls; in one language:\n{}",
            without.join("\n")
        );
    }

    /// A call, up to the parenthesis that closes it.
    fn call(text: &str) -> &str {
        let mut depth = 0;
        let end = text.char_indices().find(|(_, letter)| {
            match letter {
                '(' => depth += 1,
                ')' => depth -= 1,
                _ => return false,
            }
            depth == 0
        });
        end.map_or(text, |(end, _)| &text[..end])
    }

    /// Whether there are words in its texts, beside what is put into them.
    fn has_words(call: &str) -> bool {
        let texts = call.split('"').skip(1).step_by(2);
        let pieces = texts.flat_map(|text| {
            let parts = text.split('{').enumerate();
            parts.map(|(place, part)| match part.split_once('}') {
                Some((_, after)) if place > 0 => after,
                None if place > 0 => "",
                _ => part,
            })
        });
        let all: String = pieces.collect();
        all.as_bytes()
            .windows(2)
            .any(|pair| pair.iter().all(u8::is_ascii_lowercase))
    }

    #[test]
    fn errors_of_files_are_said_in_both_languages() {
        assert!(has_words(call(
            r#"wrong(path, format!("{name} is damaged"))"#
        )));
        assert!(!has_words(call(
            r#"wrong(path, format!("{path}: {error}")) + "words""#
        )));
        let (mut without, mut calls) = (Vec::new(), 0);
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
        for entry in ["data", "model", "plot"]
            .iter()
            .flat_map(|name| std::fs::read_dir(source.join(name)).unwrap())
        {
            let path = entry.unwrap().path();
            if path.is_dir() {
                continue;
            }
            let code = std::fs::read_to_string(&path).unwrap();
            let code: Vec<&str> = code
                .lines()
                .filter(|line| !line.trim_start().starts_with("//"))
                .collect();
            let code = code.join("\n");
            for begin in ["wrong(", "Error::new(", "Error::other(", "Err(format!("] {
                for (place, _) in code.match_indices(begin) {
                    calls += 1;
                    let call = call(&code[place..]);
                    let is_in_both = call.contains("say(") || call.contains("said::");
                    if !is_in_both && has_words(call) {
                        without.push(format!("{}: {call}", path.display()));
                    }
                }
            }
        }
        assert!(
            calls > 50 && without.is_empty(),
            "{calls} calls; in one language:\n{}",
            without.join("\n")
        );
    }

    #[test]
    fn no_message_is_hidden_by_one_before_it() {
        for (place, (words, ..)) in MESSAGES.iter().enumerate() {
            let first = MESSAGES
                .iter()
                .position(|(other, ..)| words.contains(other));
            assert_eq!(first, Some(place), "{words}");
        }
    }
}
