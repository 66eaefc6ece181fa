//! Calls with other arguments than a function of the library takes.

use super::calls::Call;
use super::case::{Case, Explanation};
use super::habits::shape_with_rest;
use super::lists::largest_of_a_list;
use super::syntax::Cell;
use crate::evaluator::assist;

/// A call with another number of arguments than the function takes.
pub fn arguments(case: &Case) -> Option<Explanation> {
    let call = Call::named_at(case.code, case.mark.as_ref()?.start)?;
    // A function or a method of the learner's.
    let is_own = |name: &String| {
        case.memory.has_method(name) || Cell::new(case.code).methods().contains(name)
    };
    // Said of the arguments by name already.
    let is_by_name = call.arguments.iter().any(|one| {
        one.split_once('=')
            .is_some_and(|(name, _)| is_word(name.trim()))
    });
    if is_by_name {
        return None;
    }
    if case.memory.defined_in(&call.callee).is_some()
        || call.receiver.as_ref().is_some_and(|_| is_own(&call.callee))
    {
        return None;
    }
    largest_of_a_list(case)
        .or_else(|| reduction(&call))
        .or_else(|| reading(&call))
        .or_else(|| fit(&call, case))
        .or_else(|| special(&call))
        .or_else(|| made_otherwise(&call))
        .or_else(|| comparison(&call))
        .or_else(|| general(&call))
}

/// Operations along axes: the rule is the same for all of them.
fn reduction(call: &Call) -> Option<Explanation> {
    let (name, given) = (call.callee.as_str(), &call.arguments);
    let with = |name: &str, more: &[&str]| {
        let all: Vec<String> = given
            .iter()
            .cloned()
            .chain(more.iter().map(|one| (*one).to_owned()))
            .collect();
        call.with(name, &all)
    };
    match (name, given.len()) {
        (_, 1) if name.ends_with("_axis") || name.ends_with("_axes") || name == "logsumexp" => {
            Some(Explanation::new(
                format!(
                    "`{name}` asks two things: along which axis, and whether the axis stays, with \
                 size 1 (`keepdim`). `false`: it goes, as in NumPy."
                ),
                format!(
                    "`{name}` 要知道两件事：沿哪个轴，以及这个轴是否以大小 1 保留（`keepdim`）。写 `false` 就去掉，和 NumPy 一样。"
                ),
                with(name, &["false"]),
            ))
        }
        (
            "argmax" | "argmin" | "softmax" | "log_softmax" | "cumsum" | "flip" | "squeeze"
            | "unsqueeze",
            0,
        ) => Some(Explanation::new(
            format!("`{name}` asks along which axis: 0 is the first, -1 the last."),
            format!("`{name}` 要知道沿哪个轴：0 是第一个轴，-1 是最后一个轴。"),
            with(name, &["-1"]),
        )),
        ("sum" | "mean" | "max" | "min" | "var" | "std" | "prod", 1..) => {
            let along = format!("{name}_axis");
            let more: &[&str] = if given.len() == 1 { &["false"] } else { &[] };
            Some(Explanation::new(
                format!(
                    "`{name}()` takes all values together; along one axis it is `{along}`, which \
                     also asks whether the axis stays, with size 1."
                ),
                format!(
                    "`{name}()` 对所有值计算；沿一个轴计算要用 `{along}`，它还要知道这个轴是否以大小 1 保留。"
                ),
                with(&along, more),
            ))
        }
        ("reshape", 2..) if given.iter().any(|size| size == "-1") => {
            Some(shape_as_list(&shape_with_rest(call, given)?))
        }
        ("reshape" | "expand" | "permute" | "zeros" | "ones" | "rand" | "randn", 2..)
        | ("Tensor::zeros" | "Tensor::ones" | "Tensor::rand" | "Tensor::randn", 2..) => Some(
            shape_as_list(&call.with(name, &[format!("&[{}]", given.join(", "))])),
        ),
        _ => None,
    }
}

pub fn shape_as_list(fix: &str) -> Explanation {
    let english = "A shape is one thing, a list with a `&` before it:";
    Explanation::new(english, "形状是一个整体：写成列表，前面加 `&`：", fix)
}

/// What sets something was called as if it read it, or the other way round.
fn reading(call: &Call) -> Option<Explanation> {
    let receiver = call.receiver.as_deref()?;
    let (english, chinese, fix) = match (call.callee.as_str(), call.arguments.len()) {
        ("classes" | "class_names", 0) => (
            "`classes(…)` gives the classes names; without parentheses it reads them.",
            "`classes(…)` 给类别命名；不带括号就是读取名字。",
            format!("{receiver}.classes"),
        ),
        ("label", 0) => (
            "`label(…)` gives a name, `name()` reads it.",
            "`label(…)` 起名字，`name()` 读名字。",
            format!("{receiver}.name()"),
        ),
        ("name", 1) => (
            "`name()` reads the name, `label(…)` gives one.",
            "`name()` 读名字，`label(…)` 起名字。",
            call.with("label", &call.arguments),
        ),
        ("learning_rate", 1) => (
            "`learning_rate()` reads it; it is changed with `set_learning_rate(…)`.",
            "`learning_rate()` 读取学习率；修改要用 `set_learning_rate(…)`。",
            call.with("set_learning_rate", &call.arguments),
        ),
        ("requires_grad", 1) => (
            "`requires_grad()` asks for a gradient; `set_trainable(false)` has training leave the \
            tensor as it is.",
            "`requires_grad()` 要求计算梯度；`set_trainable(false)` 让训练不改变这个张量。",
            call.with("set_trainable", &call.arguments),
        ),
        ("trainable", 0) => (
            "Whether it is trained is set with `set_trainable(true)` or `set_trainable(false)`.",
            "是否参与训练用 `set_trainable(true)` 或 `set_trainable(false)` 设置。",
            format!("{receiver}.set_trainable(false)"),
        ),
        _ => return None,
    };
    Some(Explanation::new(english, chinese, fix))
}

/// `fit(&x, &y)`, `fit(&train, &test)`, `fit(&train, 10)`
fn fit(call: &Call, case: &Case) -> Option<Explanation> {
    let ("fit", [first, second, ..]) = (call.callee.as_str(), call.arguments.as_slice()) else {
        return None;
    };
    let has_tensors = ["found `&Tensor`", "found `Tensor`", "Tensor`"]
        .iter()
        .any(|word| case.labels.contains(word));
    let rest = if second.parse::<usize>().is_ok() {
        format!(
            "{}.epochs({second})",
            call.with("fit", std::slice::from_ref(first))
        )
    } else if has_tensors {
        format!(
            "{}.epochs(10)",
            call.with("fit_tensors", &[borrowed(first), borrowed(second)])
        )
    } else {
        format!(
            "{}.validation({})",
            call.with("fit", std::slice::from_ref(first)),
            borrowed(second)
        )
    };
    Some(Explanation::new(
        "`fit` takes a data set; inputs and targets as two tensors go to `fit_tensors`. What else \
         can be set follows as methods, and `.run()` starts.",
        "`fit` 接收一个数据集；输入和目标是两个张量时用 `fit_tensors`。其他设置写成后面的方法，最后用 `.run()` 开始。",
        format!("{rest}.run()"),
    ))
}

/// Predictions and labels in one call: which comes first differs between libraries, so here both
/// have a name.
fn comparison(call: &Call) -> Option<Explanation> {
    let number = match call.callee.as_str() {
        "confusion_matrix" => "classes",
        "precision" | "recall" | "f1_score" | "roc_auc" => "class",
        _ => return None,
    };
    let [first, second, rest @ ..] = call.arguments.as_slice() else {
        return None;
    };
    if let Ok(count) = second.parse::<usize>() {
        return Some(against_labels(
            call,
            &format!(".{number}({count})"),
            first,
            "labels",
        ));
    }
    let is_label = |text: &str| {
        ["label", "true", "truth", "target", ".y", "test_y", "y_test"]
            .iter()
            .any(|word| text.contains(word))
    };
    let is_prediction = |text: &str| {
        ["pred", "score", "prob", "hat"]
            .iter()
            .any(|word| text.contains(word))
    };
    let is_turned = is_prediction(second) || (is_label(first) && !is_prediction(first));
    let (predicted, labels) = if is_turned {
        (second, first)
    } else {
        (first, second)
    };
    let number = rest
        .first()
        .map_or_else(String::new, |given| format!(".{number}({given})"));
    Some(against_labels(call, &number, predicted, labels))
}

fn against_labels(call: &Call, number: &str, predicted: &str, labels: &str) -> Explanation {
    Explanation::new(
        format!(
            "`{}` takes what was predicted; the true labels follow by name, so that neither is \
            taken for the other:",
            call.callee
        ),
        format!(
            "`{}` 的括号里只写预测结果；真实标签写在后面的 `against` 里，这样两者不会弄反：",
            call.callee
        ),
        format!(
            "{}{number}.against({})",
            call.with(&call.callee, &[borrowed(predicted)]),
            borrowed(labels)
        ),
    )
}

/// Calls as Keras has them.
fn special(call: &Call) -> Option<Explanation> {
    let given = &call.arguments;
    let (english, chinese, fix) = match (call.callee.as_str(), given.len()) {
        ("evaluate", 2..) => (
            "`evaluate` takes a data set, made of inputs and targets.",
            "`evaluate` 接收一个由输入和目标组成的数据集。",
            call.with(
                "evaluate",
                &[format!(
                    "&Dataset::new({}, {})",
                    borrowed(&given[0]),
                    borrowed(&given[1])
                )],
            ),
        ),
        ("step", 0) => (
            "An optimiser does not remember which weights it changes: each step is told, with the \
             gradients that `backward` has left in them.",
            "优化器不记得要改哪些权重：每一步都要告诉它，梯度由前面的 `backward` 留在权重里。",
            call.with("step", &["&model.parameters()".to_owned()]),
        ),
        ("compile", 2) => (
            "`compile` takes the optimiser, the loss, and what to report beside it: `Accuracy`, or \
            `()` for nothing.",
            "`compile` 依次接收优化器、损失，以及另外要报告的指标：`Accuracy`，没有就写 `()`。",
            call.with("compile", &[given.clone(), vec!["()".to_owned()]].concat()),
        ),
        ("plot::curve", 1) => (
            "`plot::curve` takes where the points are across, and then how high. Values alone, one \
             for each epoch or step, go to `plot::curves`, with a name:",
            "`plot::curve` 先写横坐标，再写纵坐标。如果只有数值（每轮或每步一个），请用 `plot::curves`，并给曲线起名：",
            format!("plot::curves(&[(\"loss\", {})])", borrowed(&given[0])),
        ),
        ("data::read_csv" | "read_csv", 1) => (
            "`read_csv` needs to know which column is to be predicted: its name, as in the first \
             line of the file. `?` takes the table out of the result.",
            "`read_csv` 还要知道预测哪一列：请写上这一列的名字，也就是文件第一行里的列名。`?` 从结果里取出表格。",
            format!(
                "let table = {}?;",
                call.with(&call.callee, &[given[0].clone(), "\"species\"".to_owned()])
            ),
        ),
        _ => return None,
    };
    Some(Explanation::new(english, chinese, fix))
}

/// Models, layers and optimisers that are made in another way.
fn made_otherwise(call: &Call) -> Option<Explanation> {
    let given = &call.arguments;
    let (english, chinese, fix) = match (call.callee.as_str(), given.len()) {
        ("Sequential::load", 2..) => (
            "`Sequential::load` gives a model from its file alone. Into a model that is there, \
             weights are read with `load_weights`.",
            "`Sequential::load` 只凭文件就能得到整个模型。要把权重读进已有的模型，请用 `load_weights`。",
            format!(
                "let model = Sequential::load({})?;\n{}.load_weights({})?;",
                given[1],
                given[0].trim_start_matches(['&', '*']),
                given[1]
            ),
        ),
        ("Sequential::new", 1..) => return Some(list_of_layers(given)),
        ("Dense::new", 3) => (
            "The two numbers are inputs and outputs; the activation follows as a method.",
            "两个数是输入个数和输出个数；激活函数写成后面的方法。",
            format!("Dense::new({}, {}).relu()", given[0], given[1]),
        ),
        ("Dense::new", 1) => (
            "A layer is told both how many inputs and how many outputs it has.",
            "要同时告诉这一层有多少个输入和多少个输出。",
            format!("Dense::new(784, {})", given[0]),
        ),
        (callee, 0)
            if callee.ends_with("::new")
                && assist::has_default(callee.trim_end_matches("::new")) =>
        {
            let kind = callee.trim_end_matches("::new");
            (
                "`new` asks for the settings; the usual ones are those of `default`.",
                "`new` 需要给出设置；常用的设置用 `default`。",
                [format!("{kind}::default()")]
                    .into_iter()
                    .chain(assist::signature(kind))
                    .collect::<Vec<_>>()
                    .join("\n"),
            )
        }
        _ => return None,
    };
    Some(Explanation::new(english, chinese, fix))
}

/// `Sequential::new(vec![Dense::new(1, 2), Dense::new(2, 3)])`
/// `Sequential::new(vec![Dense::new(1, 2)])`, `Sequential([Dense(1, 2)])`
pub fn list_of_layers(given: &[String]) -> Explanation {
    let list = given.join(", ");
    let list = list
        .trim_start_matches("vec!")
        .trim_matches(['[', ']', '&']);
    let layers = match list.len() < 60 && !list.contains('\n') {
        true => list,
        false => "…",
    };
    let made = |layer: &&str| match layer.split_once('(') {
        Some((name, rest)) if name.chars().all(char::is_alphanumeric) => {
            format!(".add({name}::new({rest})")
        }
        _ => format!(".add({layer})"),
    };
    Explanation::new(
        "A model begins empty; each layer is added to it.",
        "模型一开始是空的，然后逐层加入。",
        format!(
            "Sequential::new(){}",
            split_calls(layers).iter().map(made).collect::<String>()
        ),
    )
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

fn borrowed(argument: &str) -> String {
    if argument.starts_with('&') {
        argument.to_owned()
    } else {
        format!("&{argument}")
    }
}

/// `Dense::new(2, 3).relu(), Dense::new(3, 1)` at its outer commas.
fn split_calls(list: &str) -> Vec<&str> {
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in list.char_indices() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(list[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(list[start..].trim());
    parts.retain(|part| !part.is_empty());
    parts
}

/// Any other function of the library: what it takes, and an example.
fn general(call: &Call) -> Option<Explanation> {
    let (takes, example) = assist::call(&call.callee, call.receiver.is_some())?;
    let callee = &call.callee;
    let list = takes
        .iter()
        .map(|name| format!("`{name}`"))
        .collect::<Vec<_>>();
    let (english, chinese) = match list.len() {
        0 => (
            format!("`{callee}` takes nothing between its parentheses."),
            format!("`{callee}` 的括号里不写参数。"),
        ),
        _ => (
            format!("`{callee}` takes, in this order: {}.", list.join(", ")),
            format!("`{callee}` 依次需要：{}。", list.join("、")),
        ),
    };
    let form = call.with(callee, &takes);
    if takes == call.arguments {
        // It is another's function of that name.
        return None;
    }
    let example = example.filter(|example| !takes.is_empty() && example.len() < 100);
    Some(Explanation::new(
        english,
        chinese,
        [Some(form), example]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("\n"),
    ))
}
