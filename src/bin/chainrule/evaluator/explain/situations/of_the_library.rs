//! What is given to the library, or asked of it, in the form that another library has for it.

use super::super::case::{Case, Explanation};
use super::super::syntax::{Cell, bytes, each_lent, in_parentheses, one_line, parsed, text};
use super::lines::line_with;
use ra_ap_syntax::ast::{self, AstNode, HasArgList};

/// An argument of another type than the library takes.
pub fn other_argument(case: &Case) -> Option<Explanation> {
    let given = one_line(case.marked());
    let owned = given.trim_start_matches('&');
    let labels = case.labels.as_str();
    let (_, types) = labels.split_once("expected `")?;
    let (expected, found) = types.lines().next()?.split_once("`, found ")?;
    match (expected, found.trim_matches('`')) {
        ("&Tensor" | "Tensor", "Dataset" | "&Dataset") => Some(part_of_data(case, owned)),
        ("usize", "({integer}, {integer})") => {
            let sizes = owned.strip_prefix('(')?.strip_suffix(')')?;
            let (first, second) = sizes.split_once(", ")?;
            let callee = callee(case)?;
            let is_window = ["Conv", "Pool", "stride", "padding", "kernel"];
            let is_window = is_window.iter().any(|word| callee.contains(word));
            (first == second && is_window).then(|| {
                Explanation::new(
                    "A window here is as wide as it is high: one number says both.",
                    "这里的窗口宽和高总是相同：写一个数就够了。",
                    line_with(case, first),
                )
            })
        }
        ("Vec<f64>", "Vec<f32>") => Some(Explanation::new(
            "The numbers of tensors are `f32`:",
            "张量里的数是 `f32`：",
            match case.line() {
                Some(line) if callee(case).is_none() && line.contains(": Vec<f64>") => {
                    line.replacen(": Vec<f64>", ": Vec<f32>", 1)
                }
                _ => {
                    let turned = ".iter().map(|v| *v as f64).collect::<Vec<f64>>()";
                    line_with(case, &format!("{}{turned}", in_parentheses(&given)))
                }
            },
        )),
        ("&[&Tensor]", "Vec<Tensor>" | "&Vec<Tensor>") => Some(Explanation::new(
            "The tensors are only read here: they are lent, in a list that is lent, too.",
            "这些张量在这里只是读取：列表和其中的每一个都用 `&` 借出去。",
            line_with(case, &lent_list(owned)?),
        )),
        ("&[(_, _)]", "&History") => Some(Explanation::new(
            "The curves are given with their names; a history as a cell's value is drawn, too.",
            "每条曲线都要有名字；直接写训练记录的变量名也会画出来。",
            line_with(case, &format!("&[(\"loss\", {owned}.loss())]")),
        )),
        ("bool", "integer") if labels.contains("this method") => {
            let value = given.parse::<i64>().ok()? != 0;
            let name = callee(case)?;
            let asks = ["verbose", "live", "restore_best_weights", "bias"].contains(&name.as_str());
            asks.then_some(())?;
            Some(Explanation::new(
                format!("`{name}` asks yes or no: `true` or `false`."),
                format!("`{name}` 只问是或否：写 `true` 或 `false`。"),
                line_with(case, &value.to_string()),
            ))
        }
        _ => None,
    }
}

/// `model.predict(&test)`
fn part_of_data(case: &Case, data: &str) -> Explanation {
    let name = callee(case).unwrap_or_default();
    if ["predict", "predict_classes", "forward", "activations"].contains(&name.as_str()) {
        return Explanation::new(
            "The inputs alone are meant: of a data set they are the part `x`.",
            "这里只需要输入：数据集的输入是 `x` 这一部分。",
            line_with(case, &format!("&{data}.x")),
        );
    }
    Explanation::new(
        format!(
            "A tensor is taken here: of the data set `{data}.x` are the inputs, `{data}.y` the \
             targets."
        ),
        format!("这里需要一个张量：数据集里 `{data}.x` 是输入，`{data}.y` 是目标。"),
        "",
    )
}

/// `t ^ 2`
pub fn power_of_a_tensor(case: &Case) -> Option<Explanation> {
    let power: ast::BinExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (base, exponent) = (text(&power.lhs()?), text(&power.rhs()?));
    let base = base.trim_start_matches('&');
    let method = match (exponent.parse::<i32>(), exponent.parse::<f64>()) {
        (Ok(_), _) => "powi",
        (_, Ok(_)) => "powf",
        _ if case.message.contains("Tensor ^ {integer}") => "powi",
        _ => return None,
    };
    // Of `2.0 * &x ^ 2` and `&x ^ 2 + 1` another part may be meant.
    let is_alone = [power.lhs()?, power.rhs()?]
        .iter()
        .all(|side| !matches!(side, ast::Expr::BinExpr(_)));
    Some(Explanation::new(
        "`^` is no power in Rust. A power is a method: `powi` for whole exponents, `powf` for \
         others.",
        "`^` 在 Rust 里不是乘方。乘方是方法：整数次幂用 `powi`，其他用 `powf`。",
        match is_alone {
            true => format!("{}.{method}({exponent})", in_parentheses(base)),
            false => "x.powi(2)".to_owned(),
        },
    ))
}

/// The function or method that the mark is an argument of.
fn callee(case: &Case) -> Option<String> {
    let cell = Cell::new(case.code);
    let arguments: ast::ArgList = cell.around(case.mark.as_ref()?)?;
    let is_argument = arguments
        .args()
        .any(|one| Some(bytes(one.syntax())) == case.mark);
    let call = arguments.syntax().parent().filter(|_| is_argument)?;
    match ast::MethodCallExpr::cast(call.clone()) {
        Some(method) => Some(method.name_ref()?.text().to_string()),
        None => Some(text(&ast::CallExpr::cast(call)?.expr()?)),
    }
}

/// A list of tensors, with a `&` before it and before each.
fn lent_list(list: &str) -> Option<String> {
    let Some(inner) = list.strip_prefix("vec!") else {
        return Some(format!("&{list}.iter().collect::<Vec<_>>()"));
    };
    match parsed(inner)? {
        ast::Expr::ArrayExpr(list) if list.semicolon_token().is_some() => {
            let [one, count] = list.exprs().collect::<Vec<_>>().try_into().ok()?;
            Some(format!("&[&{}; {}]", text(&one), text(&count)))
        }
        ast::Expr::ArrayExpr(list) => Some(format!("&{}", each_lent(&list))),
        _ => None,
    }
}

/// `no_grad(model.forward(&x))`
pub fn value_for_a_closure(case: &Case) -> Option<Explanation> {
    let value = one_line(case.marked());
    let name = callee(case)?;
    // What another thread computes with moves there.
    let head = match name.ends_with("spawn") {
        true => "move ||",
        false => "||",
    };
    Some(Explanation::new(
        format!(
            "`{name}` is given what it is to compute, not the result: a closure, with `{head}` \
                 before it."
        ),
        format!(
            "交给 `{name}` 的应该是要算的式子，而不是算好的结果：在前面写 `{head}`，就成了闭包。"
        ),
        line_with(case, &format!("{head} {value}")),
    ))
}

/// `t.map(|v| v * 2.0)`
pub fn function_for_each_value(case: &Case) -> Option<Explanation> {
    let call: ast::MethodCallExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    if case.name() != "Tensor" || call.name_ref()?.text() != "map" {
        return None;
    }
    let (tensor, function) = (text(&call.receiver()?), call.arg_list()?.args().next()?);
    let is_simple = matches!(
        call.receiver()?,
        ast::Expr::PathExpr(_) | ast::Expr::FieldExpr(_)
    ) && matches!(function, ast::Expr::ClosureExpr(_));
    let function = one_line(&text(&function));
    Some(Explanation::new(
        "Operations of tensors compute all values at once, as `&x * 2.0` and `x.exp()` do, and \
         have a derivative. A function of your own goes over the numbers, without one:",
        "张量的运算一次算完所有的值，例如 `&x * 2.0` 和 `x.exp()`，而且可以求导。自己的函数要逐个作用在数上，这样就不能求导了：",
        match is_simple {
            true => format!(
                "tensor({tensor}.to_vec().into_iter().map({function}).collect::<Vec<_>>())\
             .reshape({tensor}.shape())"
            ),
            false => String::new(),
        },
    ))
}

/// `model.layers()[0].weight`
pub fn part_of_any_layer(case: &Case) -> Option<Explanation> {
    let is_weight = ["weight", "weights", "kernel", "bias"].contains(&case.name());
    if !is_weight || !case.message.contains("Box<(dyn Module") {
        return None;
    }
    let field: ast::FieldExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let of = text(&field.expr()?);
    let (model, place) = of.split_once(".layers()")?;
    let weights = format!("{model}.layers(){place}.parameters()");
    Some(Explanation::new(
        "A model holds layers of every kind, and what they have in common are methods. The weight \
         comes first, then the bias:",
        "模型里的层各种各样，共有的只有方法。参数里先是权重，然后是偏置：",
        match case.name() {
            "bias" => format!("{weights}[1]"),
            _ => format!("{weights}[0]"),
        },
    ))
}

/// `history["loss"]`, `model.evaluate(&test)["accuracy"]`
pub fn figure_by_its_name(case: &Case) -> Option<Explanation> {
    let kind = case.type_of_library(case.named().last()?)?;
    if !["History", "Evaluation"].contains(&kind) {
        return None;
    }
    let index: ast::IndexExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (of, name) = (one_line(&text(&index.base()?)), text(&index.index()?));
    if let (true, "\"loss\"" | "\"accuracy\"") = (kind == "Evaluation", name.as_str()) {
        let name = name.trim_matches('"');
        return Some(Explanation::new(
            "An `Evaluation` has its figures as parts: a dot and the name.",
            "`Evaluation` 里的指标是它的字段：用点和名字读取。",
            format!("{of}.{name}"),
        ));
    }
    name.starts_with('"').then(|| {
        Explanation::new(
            format!("A figure of the `{kind}` is asked for by its name with `get`:"),
            format!("`{kind}` 里的指标用 `get` 按名字读取："),
            format!("{of}.get({name})"),
        )
    })
}

/// `model.fit(&train).early_stopping(3)`, `model.pop()`
pub fn method_of_training(case: &Case) -> Option<Explanation> {
    let kind = case.message.rsplit('`').nth(1)?;
    let call: ast::MethodCallExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let of = one_line(&text(&call.receiver()?));
    let written = call.arg_list()?.syntax().text().to_string();
    let given = written.trim_matches(['(', ')']);
    let this = format!(".{}{written}", case.name());
    let with = |other: &str| case.line().map(|line| line.replacen(&this, other, 1));
    match (kind.split('<').next()?, case.name()) {
        ("Fit", "early_stopping" | "patience") => {
            let patience = given.parse::<usize>().unwrap_or(5);
            Some(Explanation::new(
                "What watches a training is a callback; the number says for how many epochs \
                 nothing may get better.",
                "监视训练过程的是回调；括号里的数是允许多少轮没有改进。",
                with(&format!(".callback(EarlyStopping::new({patience}))"))?,
            ))
        }
        ("Fit", "progress" | "silent" | "quiet") => Some(Explanation::new(
            "Whether a training is shown is said with `verbose`:",
            "要不要显示训练过程，用 `verbose` 说明：",
            with(match (case.name(), given) {
                ("progress", "true") => ".verbose(true)",
                _ => ".verbose(false)",
            })?,
        )),
        ("Sequential", "pop" | "remove" | "insert") => Some(Explanation::new(
            "The layers of a model stay as they were given. What the layers before the last make \
             of an input is among its activations:",
            "模型建好以后，层就不能再增减了。去掉最后一层所得到的结果，可以从各层的输出里取：",
            format!(
                "let (_, features) = {of}.activations(&x).swap_remove({of}.layers().len() - 2);"
            ),
        )),
        _ => None,
    }
}

/// `use std::fmt::Result;` and then `Result<i32, String>`
pub fn result_of_a_module(case: &Case) -> Option<Explanation> {
    let cell = case.code;
    let brought = ["fmt", "io"]
        .into_iter()
        .find(|module| cell.contains(&format!("use std::{module}::Result;")))?;
    case.marked().starts_with("Result").then(|| {
        Explanation::new(
            format!(
                "`use std::{brought}::Result;` puts a shorter `Result` in the place of the usual \
                 one. Bring in the module, and write `{brought}::Result` where that one is meant:"
            ),
            format!(
                "`use std::{brought}::Result;` 用另一个更短的 `Result` 顶替了常用的那个。\
                 请只引入模块，需要它的地方写 `{brought}::Result`："
            ),
            format!("use std::{brought};"),
        )
    })
}

/// A field of one's own type without `self.`
pub fn field_without_self(case: &Case) -> Option<Explanation> {
    let is_it = |help: &&str| help.contains("available field");
    case.helps.iter().any(is_it).then(|| {
        let name = case.name();
        Explanation::new(
            format!("`{name}` is a field: within a method it is read through `self`."),
            format!("`{name}` 是字段：在方法里要通过 `self` 读取。"),
            case.advice.map(one_line).unwrap_or_default(),
        )
    })
}

/// `xs.iter().filter(|v| v % 2 == 0)`
pub fn number_lent_twice(case: &Case) -> Option<Explanation> {
    let numbers = [
        "{integer}",
        "{float}",
        "i32",
        "i64",
        "u8",
        "u32",
        "usize",
        "f32",
        "f64",
    ];
    let said = case.said();
    let is_number = numbers
        .iter()
        .any(|kind| said.contains(&format!("`&&{kind}`")))
        || said.contains("expected `&&_`, found");
    let closure: ast::ClosureExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let mut given = closure.param_list().filter(|_| is_number)?.params();
    let name = given.next()?.syntax().text().to_string();
    let is_name = name.chars().all(|c| c.is_alphanumeric() || c == '_');
    if !is_name || given.next().is_some() {
        return None;
    }
    let (bare, taken) = (format!("|{name}|"), format!("|&&{name}|"));
    Some(Explanation::new(
        "The closure is lent what is lent already; `&&` before its name takes the number out:",
        "闭包拿到的是引用的引用；在参数名前写 `&&`，就取出了里面的数：",
        case.line()?.replacen(&bare, &taken, 1),
    ))
}
