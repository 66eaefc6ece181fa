//! Names of other libraries: what the learner means is here, under another name.

use super::calls::{Call, assigned_to_field, named_arguments};
use super::case::{Case, Explanation};
use super::forms_of_keras;
use super::methods::method_as_function;
use super::own_values::{Foreign, with_own};
use super::situations::parts_of_tensors::number_set_by_a_method;
use super::syntax::{each_lent, parsed};
use crate::evaluator::assist;
use crate::names::{self, Name};
use ra_ap_syntax::ast;

/// Says what a name that is not there is called here, if it is one of another library.
pub fn explain(case: &Case) -> Option<Explanation> {
    if case.memory.fate(case.name()).is_some() {
        return None; // the learner's own name
    }
    if let Some(said) = forms_of_keras::explain(case) {
        return Some(said);
    }
    match case.kind {
        "E0425" => keyword_argument(case)
            .or_else(|| missing(case))
            .or_else(|| method_as_function(case)),
        "E0423" if case.message.contains("found macro") => macro_as_function(case),
        "E0433" | "E0432" | "E0412" | "E0405" | "E0423" | "E0531" => missing(case),
        "E0599" | "E0609" | "E0610" => number_set_by_a_method(case).or_else(|| member(case)),
        _ => None,
    }
}

/// Our code for a name of another library, with the learner's values where they can be put in.
fn said(case: &Case, name: &Name, foreign: &Foreign) -> Explanation {
    let (code, is_own) = with_own(case, foreign, name.ours);
    let (english, chinese) = name.sentence(foreign.name, is_own.then_some(&code));
    Explanation::new(english, chinese, code)
}

/// A name without a dot before it, or a module of Python with what is taken from it.
fn missing(case: &Case) -> Option<Explanation> {
    let path = case.name();
    let (first, last) = (path.split("::").next()?, path.rsplit("::").next()?);
    // Elsewhere an error of the same kind may be about a name that is there.
    if ![
        "cannot find",
        "unresolved",
        "undeclared",
        "found builtin type",
    ]
    .iter()
    .any(|word| case.message.contains(word))
    {
        return None;
    }
    if names::is_foreign_module(first) {
        return Some(foreign_module(case, first));
    }
    // `use rand::Rng;` is the crate of that name.
    if case.message.starts_with("unresolved import") && !path.contains("::") {
        return None;
    }
    let in_module = inside(case).map(|module| format!("{module}::{last}"));
    let in_module = in_module.filter(|path| names::find(path, false).is_some());
    let last = in_module.as_deref().unwrap_or(last);
    let found = names::find(last, false)?;
    // A variable of this name, which a cell defines that was not run.
    if case.message.starts_with("cannot find value") && !found.is_value(last) && in_module.is_none()
    {
        return None;
    }
    let call = case.mark.as_ref().and_then(|mark| {
        Call::named_at(case.code, mark.start).or_else(|| Call::ending_at(case.code, mark.start))
    });
    // A name that differs in capitals only, which rustc has found: what is wrong with it is said
    // elsewhere, unless it stands for a value (`[Accuracy, Precision]`), and is a function here.
    let is_value = case.message.starts_with("cannot find value") && call.is_none();
    let is_ours = |path: &str| {
        path.split("::")
            .next()
            .is_some_and(|ours| ours.eq_ignore_ascii_case(last))
    };
    if found.path().is_some_and(is_ours)
        && case.helps.iter().any(|help| {
            help.contains("similar name exists") && !(is_value && help.starts_with("a function"))
        })
    {
        return None;
    }
    let given = call.map_or_else(Vec::new, |call| call.arguments);
    let (name, owner) = (last, None);
    Some(said(case, found, &Foreign { name, owner, given }))
}

/// The module in which a name was looked for: "in module `plot`".
pub fn inside<'a>(case: &Case<'a>) -> Option<&'a str> {
    let after = case.message.split("` in ").nth(1)?;
    ["module", "crate"]
        .iter()
        .any(|word| after.starts_with(word))
        .then(|| after.split('`').nth(1))?
}

/// `torch::manual_seed(1)`, `np.zeros(3)`, `use keras::layers::Dense;`
fn foreign_module(case: &Case, module: &str) -> Explanation {
    let english = format!(
        "`{module}` is not needed: tensors, layers, losses and pictures are in scope in every \
         cell, without a module before them."
    );
    let chinese = format!(
        "不需要 `{module}`：张量、层、损失和绘图在每个单元格里都能直接用，前面不用写模块名。"
    );
    let rest = case
        .mark
        .as_ref()
        .and_then(|mark| case.code.get(mark.start..))
        .unwrap_or_default();
    let is_path = |c: char| c.is_alphanumeric() || matches!(c, '_' | ':' | '.');
    let path = &rest[..rest.find(|c| !is_path(c)).unwrap_or(rest.len())];
    let words: Vec<&str> = path
        .split(['.', ':'])
        .filter(|word| !word.is_empty())
        .skip(1)
        .collect();
    if let Some((word, name)) = words
        .iter()
        .rev()
        .find_map(|word| Some((*word, names::find(word, false)?)))
    {
        let foreign = Foreign {
            name: word,
            owner: None,
            given: call_at(case, word).map_or_else(Vec::new, |call| call.arguments),
        };
        let (code, is_own) = with_own(case, &foreign, name.ours);
        let (more, more_chinese) = name.sentence(word, is_own.then_some(&code));
        return Explanation::new(
            format!("{english} {more}"),
            format!("{chinese}{more_chinese}"),
            code,
        );
    }
    // What has the same name here, such as `Dense`.
    let own = words.last().and_then(|word| assist::signature(word));
    Explanation::new(english, chinese, own.unwrap_or_default())
}

/// The call of this name that begins with the marked module.
fn call_at(case: &Case, name: &str) -> Option<Call> {
    let rest = case.code.get(case.mark.as_ref()?.start..)?;
    let is_it = |call: &Call| {
        let last = call.callee.rsplit("::").next();
        last == Some(name) && rest.starts_with(&call.with(&call.callee, &call.arguments))
    };
    Call::all(case.code).into_iter().find(is_it)
}

/// `vec(1, 2)`, `assert(n == 3)`: macros that take values, and no text with places.
fn macro_of_values(name: &str, given: &[String]) -> Option<String> {
    let given = given.join(", ");
    match name {
        "vec" => Some(format!("vec![{given}]")),
        "assert" | "assert_eq" | "assert_ne" | "dbg" => Some(format!("{name}!({given})")),
        _ => None,
    }
}

/// `"n is {:?}", n` for `"n is", n`: texts as they are, a place for each of the others.
fn with_places(given: &[String]) -> String {
    let inner = |one: &String| {
        let inner = one.strip_prefix('"')?.strip_suffix('"')?;
        Some(inner.replace('{', "{{").replace('}', "}}"))
    };
    let places = given
        .iter()
        .map(|one| inner(one).unwrap_or_else(|| "{:?}".to_owned()));
    let text = places.collect::<Vec<_>>().join(" ");
    let values = given.iter().filter(|one| inner(one).is_none());
    let values: String = values.map(|one| format!(", {one}")).collect();
    format!("\"{text}\"{values}")
}

/// What stands behind a dot, or behind the name of a type.
fn member(case: &Case) -> Option<Explanation> {
    if !case.message.contains("found for") && !case.message.starts_with("no field") {
        return None;
    }
    let owner = case.message.split('`').nth(3).unwrap_or_default();
    if case.name() == "from_logits" && owner.ends_with("BinaryCrossentropy") {
        return names::find("BCEWithLogitsLoss", false).map(|found| {
            let (english, chinese) = found.sentence("BinaryCrossentropy::from_logits", None);
            Explanation::new(english, chinese, found.ours)
        });
    }
    let start = case.mark.as_ref()?.start;
    if case.name() == "new" && owner.ends_with("Tensor") {
        let call = Call::ending_at(case.code, start);
        let foreign = Foreign {
            name: "Tensor::new",
            owner: None,
            given: call.map_or_else(Vec::new, |call| call.arguments),
        };
        return names::find("array", false).map(|found| said(case, found, &foreign));
    }
    // Of another type it may mean anything.
    case.type_of_library(owner)?;
    let call = Call::named_at(case.code, start);
    let field = || Some(assigned_to_field(case.code, start)?.0);
    let foreign = Foreign {
        name: case.name(),
        owner: match &call {
            Some(call) => call.receiver.clone(),
            None => field(),
        },
        given: call
            .or_else(|| Call::ending_at(case.code, start))
            .map_or_else(Vec::new, |call| call.arguments),
    };
    names::find(case.name(), true).map(|found| said(case, found, &foreign))
}

/// `fit(&train, epochs = 10)`
fn keyword_argument(case: &Case) -> Option<Explanation> {
    let start = case.mark.as_ref()?.start;
    let named = named_arguments(case.code, start);
    if named.is_empty() {
        return None;
    }
    let call = Call::around(case.code, start)?;
    let takes = assist::call(&call.callee, call.receiver.is_some())
        .map(|(takes, _)| takes)
        .unwrap_or_default();
    // What the function itself takes has its place; the rest are settings.
    let (placed, set): (Vec<_>, Vec<_>) = named
        .into_iter()
        .map(|(name, value)| as_here(&call.callee, name, value))
        .partition(|(name, _)| takes.contains(name) || STANDS_IN_ORDER.contains(&name.as_str()));
    let place = |(name, _): &(String, String)| takes.iter().position(|taken| taken == name);
    let mut placed = placed;
    placed.sort_by_key(place);
    let given = call
        .arguments
        .iter()
        .filter(|argument| !argument.contains(" = ") && !argument.contains('='));
    let mut arguments: Vec<String> = given
        .cloned()
        .chain(placed.iter().map(|(_, value)| value_here(value)))
        .collect();
    let are_sizes = arguments.iter().all(|one| one.parse::<usize>().is_ok());
    let is_shape = takes == ["shape"] && are_sizes && !arguments.is_empty();
    if is_shape {
        arguments = vec![format!("&[{}]", arguments.join(", "))];
    }
    let more = with_inputs(&takes, &mut arguments);
    // What is reported beside the loss has to be said, too.
    if call.callee == "compile" && arguments.len() == 2 {
        arguments.push("()".to_owned());
    }
    let set: Option<String> = set
        .iter()
        .map(|(name, value)| setting(&call.callee, name, value))
        .collect();
    let is_fit = call.callee.starts_with("fit") && call.receiver.is_some();
    let run = if is_fit { ".run()" } else { "" };
    // Where there is no such setting, code would be a guess.
    let (callee, epochs) = match is_fit {
        true => fitted(&call.callee, &mut arguments),
        false => (call.callee.clone(), String::new()),
    };
    let fix = set.map(|set| call.with(&callee, &arguments) + &epochs + &set + run);
    Some(Explanation::new(
        format!(
            "Rust has no arguments by name. What a function needs stands in its order; what else \
             can be set is a method, behind the call{}:",
            more.0
        ),
        format!(
            "Rust 没有按名字传的参数。函数必需的参数按顺序写；其他设置都是方法，写在调用后面{}：",
            more.1
        ),
        fix.unwrap_or_default(),
    ))
}

/// `fit(&data, 10)`, `fit(&x, &y)`: what the method is called, and what follows it.
fn fitted(callee: &str, arguments: &mut Vec<String>) -> (String, String) {
    match arguments.as_mut_slice() {
        [_, epochs] if epochs.parse::<f64>().is_ok() => {
            let epochs = format!(".epochs({epochs})");
            arguments.pop();
            (callee.to_owned(), epochs)
        }
        [x, y] if callee == "fit" => {
            for one in [x, y] {
                if !one.starts_with('&') {
                    one.insert(0, '&');
                }
            }
            ("fit_tensors".to_owned(), String::new())
        }
        _ => (callee.to_owned(), String::new()),
    }
}

/// A layer here says first what it takes, which Keras finds out.
fn with_inputs(takes: &[String], arguments: &mut Vec<String>) -> (&'static str, &'static str) {
    let inputs = ["inputs", "channels", "features"];
    let first = takes
        .first()
        .filter(|first| inputs.contains(&first.as_str()));
    match first {
        Some(first) if !arguments.is_empty() && takes.len() == arguments.len() + 1 => {
            arguments.insert(0, first.clone());
            (
                ". A layer says first how many values come in, which Keras finds out by itself",
                "。层的第一个参数是输入的个数，Keras 会自己推算出来",
            )
        }
        _ => ("", ""),
    }
}

/// Other names for what stands in its order here, as Keras and PyTorch have them.
const STANDS_IN_ORDER: [&str; 20] = [
    "in_features",
    "in_channels",
    "input_dim",
    "input_size",
    "out_features",
    "out_channels",
    "units",
    "filters",
    "hidden_size",
    "kernel_size",
    "pool_size",
    "num_features",
    "num_embeddings",
    "embedding_dim",
    "p",
    "rate",
    "lr",
    "size",
    "min",
    "max",
];

/// What has another meaning elsewhere: the share of the test data is the rest of what `split`
/// takes.
fn as_here(callee: &str, name: String, value: String) -> (String, String) {
    match (callee, name.as_str(), value.parse::<f64>()) {
        ("split", "test_size", Ok(share)) => {
            let rest = ((1.0 - share) * 1e6).round() / 1e6;
            ("size".to_owned(), rest.to_string())
        }
        ("batches", "batch_size", _) => ("size".to_owned(), value),
        _ => (name, value),
    }
}

/// `.epochs(10)` for `epochs = 10`, as it is called here; None if there is no such setting.
fn setting(callee: &str, name: &str, value: &str) -> Option<String> {
    let value = value_here(value);
    let kind = match callee.split_once("::") {
        Some((kind, _)) => kind,
        None if callee.starts_with("fit") => "Fit",
        None => callee,
    };
    let has = |name: &str| assist::methods_of(kind).iter().any(|one| one == name);
    let name = match name {
        // All numbers are of one type, in memory, on the processor.
        "dtype" | "device" => return Some(String::new()),
        "requires_grad" if value == "true" => return Some(".requires_grad()".to_owned()),
        "requires_grad" => return Some(String::new()),
        "callbacks" if value == "()" => return Some(String::new()),
        "validation_data" => "validation",
        "callbacks" => "callback",
        "padding" if value.contains("same") => return Some(".same()".to_owned()),
        "padding" if value.contains("valid") => return Some(String::new()),
        "strides" => "stride",
        "activation" => return Some(format!(".{}()", value.trim_matches('"'))),
        "use_bias" | "bias" if value == "true" => return Some(String::new()),
        "use_bias" | "bias" => return has("no_bias").then(|| ".no_bias()".to_owned()),
        "verbose" => {
            let is_quiet = matches!(value.as_str(), "0" | "false");
            return has(name).then(|| format!(".verbose({})", !is_quiet));
        }
        other => other,
    };
    has(name).then(|| format!(".{name}({value})"))
}

fn value_here(value: &str) -> String {
    match value {
        "True" => "true".to_owned(),
        "False" => "false".to_owned(),
        "None" => "()".to_owned(),
        value => value.to_owned(),
    }
}

/// `concat(&[a, b], 0)`: for Rust the macro that joins texts.
fn concatenation(given: &[String]) -> Option<Explanation> {
    let (list, rest) = given.split_first()?;
    let Some(ast::Expr::ArrayExpr(list)) = parsed(list.trim_start_matches('&')) else {
        return None;
    };
    let axis = rest.first().map_or("0", String::as_str);
    Some(Explanation::new(
        "Tensors are joined along an axis, 0 being the first; each is lent, with a `&`. (`concat!` \
         joins texts that are written out.)",
        "拼接张量要写明沿哪个轴，0 是第一个轴；每个张量用 `&` 借出去。（`concat!` 拼接的是写出来的文本。）",
        format!("Tensor::concat(&{}, {axis})", each_lent(&list)),
    ))
}

/// `print("a")`
fn macro_as_function(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let call = Call::named_at(case.code, case.mark.as_ref()?.start)?;
    if name == "concat" {
        return concatenation(&call.arguments);
    }
    if let Some(fix) = macro_of_values(name, &call.arguments) {
        return Some(Explanation::new(
            format!("`{name}` is a macro: a `!` stands behind its name."),
            format!("`{name}` 是宏：名字后面要写 `!`。"),
            fix,
        ));
    }
    let text = match call.arguments.as_slice() {
        [] => String::new(),
        [one] if one.starts_with('"') => one.clone(),
        // The first has places for the others already.
        [first, ..] if first.starts_with('"') && first.contains('{') => call.arguments.join(", "),
        all => with_places(all),
    };
    let line = if name == "print" { "println" } else { name };
    Some(Explanation::new(
        format!(
            "`{name}` is a macro: a `!` stands before its parentheses. The first argument is a \
            text with a `{{}}` for each value."
        ),
        format!("`{name}` 是宏，括号前要加 `!`。第一个参数是文本，每个 `{{}}` 处填入一个值。"),
        format!("{line}!({text});"),
    ))
}
