//! What is there, but is written in another form: too few arguments or too many, a type where a
//! value is meant, a method where a field is.

use super::arguments::{arguments, list_of_layers, shape_as_list};
use super::calls::{Call, assigned_to_field, closure_around};
use super::case::{Case, Explanation};
use super::lists::model_as_function;
use super::syntax::{Cell, text};
use crate::evaluator::assist;
use chainrule::display::say;
use ra_ap_syntax::ast::{self, AstNode};

/// Says how something of the library is written that was written otherwise.
pub fn explain(case: &Case) -> Option<Explanation> {
    match case.kind {
        "E0061" => arguments(case),
        "E0618" => model_as_function(case).or_else(|| type_as_value(case)),
        "E0423" => type_as_value(case),
        "E0433" => variant_as_type(case),
        "E0608" => example_of_data(case),
        "E0615" | "E0616" => field(case),
        "E0282" => closure_without_types(case),
        "E0308" => shape(case).or_else(|| batch_as_pair(case)),
        "" => trait_object(case),
        _ => None,
    }
}

/// `Adam` or `Dense(784, 128)`, where a value is made with `new`; `Accuracy()`, where the name
/// alone is one.
fn type_as_value(case: &Case) -> Option<Explanation> {
    let path = case.message.split('`').nth(1)?;
    let name = path.rsplit("::").next()?;
    if case.memory.defined_in(name).is_some() || !assist::is_type_of_library(name) {
        return None;
    }
    let start = case.mark.as_ref()?.start;
    if case.kind == "E0618" {
        // A value of this type has another name.
        if !case.code[start..].starts_with(path) {
            return None;
        }
        return Some(Explanation::new(
            format!("`{name}` needs no setting: the name alone is the value."),
            format!("`{name}` 不需要设置：直接写名字就行。"),
            name,
        ));
    }
    let new = assist::signature(name)?;
    let call = Call::named_at(case.code, start).filter(|call| !call.arguments.is_empty());
    if let ("Sequential", Some(call)) = (name, &call) {
        return Some(list_of_layers(&call.arguments));
    }
    let made = call.map_or(new, |call| {
        call.with(&format!("{name}::new"), &call.arguments)
    });
    let usual = assist::has_default(name).then(|| {
        format!(
            "{name}::default()  // {}",
            say("with the usual settings", "使用常用设置")
        )
    });
    Some(Explanation::new(
        format!("`{name}` is a type; a value of it is made with `new`."),
        format!("`{name}` 是类型；它的值要用 `new` 来创建。"),
        usual
            .into_iter()
            .chain([made])
            .collect::<Vec<_>>()
            .join("\n"),
    ))
}

/// `Relu::new()`
fn variant_as_type(case: &Case) -> Option<Explanation> {
    let name = case.name();
    (case.labels.contains("is a variant") && case.memory.defined_in(name).is_none()).then(|| {
        Explanation::new(
            format!("`{name}` needs no setting: the name alone is the layer."),
            format!("`{name}` 不需要设置：直接写名字就是这一层。"),
            format!(".add({name})"),
        )
    })
}

/// `train[0]`
fn example_of_data(case: &Case) -> Option<Explanation> {
    let kind = case.message.split('`').nth(1)?;
    let is_it = kind.ends_with("Dataset") && case.memory.defined_in("Dataset").is_none();
    let index: ast::IndexExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (data, at) = (text(&index.base()?), text(&index.index()?));
    is_it.then(|| {
        Explanation::new(
            "Examples of a data set are taken out with `select`; one input alone is a row of `x`.",
            "用 `select` 取出数据集里的样本；单独一个输入是 `x` 的一行。",
            format!("{data}.select(&[{at}])\n{data}.x.row({at})"),
        )
    })
}

/// `for (x, y) in train.batches(32)`
fn batch_as_pair(case: &Case) -> Option<Explanation> {
    let is_it = case.labels.contains("expected `Dataset`, found `(_")
        || case.labels.contains("found tuple `(_, _)`");
    let repeated: Option<ast::ForExpr> = Cell::new(case.code).around(case.mark.as_ref()?);
    let own = repeated.and_then(|one| Some((one.pat()?, one.iterable()?)));
    let (pair, over) = match &own {
        Some((pair, over)) => (pair.syntax().text().to_string(), text(over)),
        None => ("(x, y)".to_owned(), "train.batches(32)".to_owned()),
    };
    (is_it && case.said().contains("Dataset")).then(|| {
        Explanation::new(
            "A batch, as a whole data set, is one thing with two parts: `x` and `y`.",
            "一个批次和整个数据集一样，是一个整体，有两部分：`x` 和 `y`。",
            format!("for batch in {over} {{ let {pair} = (&batch.x, &batch.y); … }}"),
        )
    })
}

/// A method without parentheses, or a field that is not open.
fn field(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let kind = case.message.split('`').nth(3)?;
    case.type_of_library(kind)?;
    let (owner, value) = assigned_to_field(case.code, case.mark.as_ref()?.start)?;
    if name == "layers"
        && let Some(set) = setting_of_a_layer(case, &owner)
    {
        return Some(Explanation::new(
            "A layer of a model is reached by a method, and changed by one:",
            "模型里的层要用方法来取，也要用方法来改：",
            set,
        ));
    }
    let setter = match name {
        "trainable" | "requires_grad" => "set_trainable",
        "learning_rate" | "lr" => "set_learning_rate",
        "weight" | "bias" | "value" | "data" => "set_value",
        _ => "",
    };
    let explanation = match value {
        Some(value) if !setter.is_empty() => {
            let value = match value.as_str() {
                "True" => "true".to_owned(),
                "False" => "false".to_owned(),
                _ => value,
            };
            let english = format!("`{name}` is changed with a method:");
            Explanation::new(
                english,
                format!("修改 `{name}` 要用方法："),
                format!("{owner}.{setter}({value});"),
            )
        }
        None if matches!(name, "class_names") => Explanation::new(
            "`class_names(…)` gives the classes names; what they are called is `classes`.",
            "`class_names(…)` 给类别命名；类别的名字是 `classes`。",
            format!("{owner}.classes"),
        ),
        None if name == "requires_grad" => Explanation::new(
            "`requires_grad()` asks for a gradient; whether there will be one says `is_tracked()`.",
            "`requires_grad()` 要求计算梯度；是否会有梯度用 `is_tracked()` 查看。",
            format!("{owner}.is_tracked()"),
        ),
        None if assist::call(name, true).is_some_and(|(takes, _)| takes.is_empty()) => {
            Explanation::new(
                format!("`{name}` is read with a method: parentheses behind it."),
                format!("`{name}` 用方法读取：后面加括号。"),
                format!("{owner}.{name}()"),
            )
        }
        _ => return None,
    };
    Some(explanation)
}

/// `m.layers[0].trainable = false`
fn setting_of_a_layer(case: &Case, owner: &str) -> Option<String> {
    let assignment: ast::BinExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let ast::Expr::FieldExpr(field) = assignment.lhs()? else {
        return None;
    };
    let ast::Expr::IndexExpr(layer) = field.expr()? else {
        return None;
    };
    let name = field.name_ref()?.text().to_string();
    let value = text(&assignment.rhs()?).to_lowercase();
    (name == "trainable").then_some(format!(
        "{owner}.layers()[{}].set_trainable({value});",
        text(&layer.index()?)
    ))
}

/// `compile(…, …, [])`: no metric.
fn no_metric(case: &Case, call: &Call) -> Option<Explanation> {
    let is_empty = matches!(case.marked(), "[]" | "vec![]" | "&[]");
    let [optimizer, loss, _] = call.arguments.as_slice() else {
        return None;
    };
    (call.callee == "compile" && is_empty).then(|| {
        let given = [optimizer.clone(), loss.clone(), "()".to_owned()];
        Explanation::new(
            "No metric is written `()`; several are a pair or a tuple of them.",
            "不要指标就写 `()`；要多个指标就写成元组。",
            call.with("compile", &given),
        )
    })
}

/// `compile(…, |p, t| …, …)`: what a loss is given has to be said.
fn closure_without_types(case: &Case) -> Option<Explanation> {
    let start = case.mark.as_ref()?.start;
    let call = Call::around(case.code, start)?;
    if let Some(said) = no_metric(case, &call) {
        return Some(said);
    }
    let (parameters, body) = closure_around(case.code, start)?;
    let [prediction, target] = parameters.as_slice() else {
        return None;
    };
    let body = if body.contains('\n') {
        "{ … }"
    } else {
        body.as_str()
    };
    (call.callee == "compile").then(|| {
        Explanation::new(
            "A closure can be a loss or a metric; what it is given has to be said: two tensors.",
            "闭包可以作损失或指标，但要写明参数的类型：两个张量。",
            format!("|{prediction}: &Tensor, {target}: &Tensor| {body}"),
        )
    })
}

/// A number or a tuple where a shape is meant.
fn shape(case: &Case) -> Option<Explanation> {
    if !case.labels.contains("expected `&[usize]`") {
        return None;
    }
    let written = case
        .marked()
        .trim_start_matches('&')
        .trim_start_matches("vec!");
    let sizes = written.trim_matches(['(', ')', '[', ']']);
    let is_list = !sizes.is_empty()
        && sizes
            .chars()
            .all(|c| c.is_alphanumeric() || matches!(c, '_' | ',' | ' ' | '.'));
    is_list.then(|| shape_as_list(&format!("&[{}]", sizes.trim_end_matches([',', ' ']))))
}

/// `model.layers()[0].trainable(false)`: the builder's form is for a layer that is not in a model
/// yet.
fn trait_object(case: &Case) -> Option<Explanation> {
    let is_it = case
        .message
        .contains("`trainable` method cannot be invoked on a trait object");
    let call = Call::named_at(case.code, case.mark.as_ref()?.start).filter(|_| is_it)?;
    Some(Explanation::new(
        "`trainable` is for a layer that is being made; one that is in a model is set with \
        `set_trainable`.",
        "`trainable` 用于正在创建的层；已经在模型里的层用 `set_trainable` 设置。",
        call.with("set_trainable", &call.arguments),
    ))
}
