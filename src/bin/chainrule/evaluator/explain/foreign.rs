//! Names of other libraries: what the learner means is here, under another name.

use super::calls::{Call, named_arguments};
use super::case::{Case, Explanation};
use crate::evaluator::assist;
use crate::names::{self, Name};

/// Says what a name that is not there is called here, if it is one of another library.
pub fn explain(case: &Case) -> Option<Explanation> {
    if case.memory.fate(case.name()).is_some() {
        return None; // the learner's own name
    }
    match case.kind {
        "E0425" => keyword_argument(case)
            .or_else(|| missing(case))
            .or_else(|| method_as_function(case)),
        "E0423" if case.message.contains("found macro") => macro_as_function(case),
        "E0433" | "E0432" | "E0412" | "E0405" | "E0423" | "E0531" => missing(case),
        "E0599" | "E0609" | "E0610" => member(case),
        _ => None,
    }
}

/// A name behind a dot; the code of the table says what stands before it.
fn said(name: &Name, foreign: &str) -> Explanation {
    let (english, chinese) = name.sentence(foreign);
    Explanation::new(english, chinese, name.ours)
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
    // A name that differs in capitals only, which rustc has found: what is wrong with it is said
    // elsewhere.
    let is_ours = |path: &str| {
        path.split("::")
            .next()
            .is_some_and(|ours| ours.eq_ignore_ascii_case(last))
    };
    if found.path().is_some_and(is_ours)
        && case
            .helps
            .iter()
            .any(|help| help.contains("similar name exists"))
    {
        return None;
    }
    let own = case
        .mark
        .as_ref()
        .and_then(|mark| Call::named_at(case.code, mark.start));
    let fix = own.and_then(|call| {
        with_own_numbers(found.ours, &call.arguments)
            .or_else(|| with_own_value(last, found.ours, &call.arguments))
    });
    let (english, chinese) = found.sentence(last);
    Some(Explanation::new(
        english,
        chinese,
        fix.unwrap_or_else(|| found.ours.to_owned()),
    ))
}

/// The module in which a name was looked for: "in module `plot`".
pub fn inside<'a>(case: &Case<'a>) -> Option<&'a str> {
    let after = case.message.split("` in ").nth(1)?;
    ["module", "crate"]
        .iter()
        .any(|word| after.starts_with(word))
        .then(|| after.split('`').nth(1))?
}

/// `Dense::new(2, 3)` for `Dense::new(784, 128)`, where the learner has as many numbers as the
/// example.
fn with_own_numbers(ours: &str, given: &[String]) -> Option<String> {
    let (path, arguments) = ours.strip_suffix(')')?.split_once('(')?;
    let is_number = |text: &str| text.trim().parse::<f64>().is_ok();
    let examples: Vec<&str> = arguments.split(',').collect();
    let fits = examples.len() == given.len() && examples.iter().all(|one| is_number(one));
    let are_whole = |one: &str| one.trim().parse::<u64>().is_ok();
    let same_kind =
        |(example, own): (&&str, &String)| is_number(own) && are_whole(example) == are_whole(own);
    (fits && examples.iter().zip(given).all(same_kind))
        .then(|| format!("{path}({})", given.join(", ")))
}

/// `v.len()` for `len(v)`, `0..n` for `range(n)`.
fn with_own_value(foreign: &str, ours: &str, given: &[String]) -> Option<String> {
    let is_plain = |text: &String| {
        text.chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == '.')
    };
    match (foreign, given) {
        ("range", [end]) => Some(format!("0..{end}")),
        ("range", [start, end]) => Some(format!("{start}..{end}")),
        ("range", [start, end, step]) => Some(format!("({start}..{end}).step_by({step})")),
        (_, [value]) if is_plain(value) => {
            let (receiver, method) = ours.split_once('.')?;
            let is_name = receiver.chars().all(|c| c.is_alphanumeric());
            (is_name && method.ends_with("()") && !method.contains('.'))
                .then(|| format!("{value}.{method}"))
        }
        _ => None,
    }
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
        let (more, more_chinese) = name.sentence(word);
        return Explanation::new(
            format!("{english} {more}"),
            format!("{chinese}{more_chinese}"),
            name.ours,
        );
    }
    // What has the same name here, such as `Dense`.
    let own = words.last().and_then(|word| assist::signature(word));
    Explanation::new(english, chinese, own.unwrap_or_default())
}

/// What stands behind a dot, or behind the name of a type.
fn member(case: &Case) -> Option<Explanation> {
    if !case.message.contains("found for") && !case.message.starts_with("no field") {
        return None;
    }
    let owner = case.message.split('`').nth(3).unwrap_or_default();
    if case.name() == "from_logits" && owner.ends_with("BinaryCrossentropy") {
        return names::find("BCEWithLogitsLoss", false)
            .map(|found| said(found, "BinaryCrossentropy::from_logits"));
    }
    if case.name() == "new" && owner.ends_with("Tensor") {
        return names::find("array", false).map(|found| said(found, "Tensor::new"));
    }
    // Of another type it may mean anything.
    case.type_of_library(owner)?;
    names::find(case.name(), true).map(|found| said(found, case.name()))
}

/// `fit(&train, epochs = 10)`
fn keyword_argument(case: &Case) -> Option<Explanation> {
    let start = case.mark.as_ref()?.start;
    let named = named_arguments(case.code, start);
    if named.is_empty() {
        return None;
    }
    let call = Call::around(case.code, start)?;
    let takes = assist::call(&call.callee)
        .map(|(takes, _)| takes)
        .unwrap_or_default();
    // What the function itself takes has its place; the rest are settings.
    let (placed, set): (Vec<_>, Vec<_>) = named
        .into_iter()
        .partition(|(name, _)| takes.contains(name));
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
    // What is reported beside the loss has to be said, too.
    if call.callee == "compile" && arguments.len() == 2 {
        arguments.push("()".to_owned());
    }
    let set: String = set
        .iter()
        .map(|(name, value)| setting(name, value))
        .collect();
    let fix = if placed.is_empty() && !is_shape && !set.is_empty() {
        set
    } else {
        call.with(&call.callee, &arguments) + &set
    };
    Some(Explanation::new(
        "Rust has no arguments by name. What a function needs stands in its order; what else can \
         be set is a method, behind the call:",
        "Rust 没有按名字传的参数。函数必需的参数按顺序写；其他设置都是方法，写在调用后面：",
        fix,
    ))
}

/// `.epochs(10)` for `epochs = 10`, as it is called here.
fn setting(name: &str, value: &str) -> String {
    let name = match name {
        // All numbers are of one type, in memory, on the processor.
        "dtype" | "device" => return String::new(),
        "requires_grad" if value_here(value) == "true" => return ".requires_grad()".to_owned(),
        "requires_grad" => return String::new(),
        "validation_data" => "validation",
        "callbacks" => "callback",
        "padding" if value.contains("same") => return ".same()".to_owned(),
        "activation" => return format!(".{}()", value.trim_matches('"')),
        "use_bias" | "bias" => return ".no_bias()".to_owned(),
        other => other,
    };
    format!(".{name}({})", value_here(value))
}

fn value_here(value: &str) -> String {
    match value {
        "True" => "true".to_owned(),
        "False" => "false".to_owned(),
        "None" => "()".to_owned(),
        value => value.to_owned(),
    }
}

/// `exp(x)`, where the library has `x.exp()`.
fn method_as_function(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let takes =
        assist::method_of_tensor(name).filter(|_| case.message.contains("cannot find function"))?;
    let call = Call::named_at(case.code, case.mark.as_ref()?.start)?;
    let (first, rest) = call.arguments.split_first()?;
    let rest = if rest.is_empty() && takes == ["axis"] {
        vec!["-1".to_owned()]
    } else {
        rest.to_vec()
    };
    let first = first.trim_start_matches('&');
    let is_signed = first.starts_with('-') || first.contains(' ');
    let first = if is_signed {
        format!("({first})")
    } else {
        first.to_owned()
    };
    Some(Explanation::new(
        format!("`{name}` is a method: it stands behind the tensor or the number, after a dot."),
        format!("`{name}` 是方法：写在张量或数的后面，用点连接。"),
        format!("{first}.{name}({})", rest.join(", ")),
    ))
}

/// `print("a")`
fn macro_as_function(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let call = Call::named_at(case.code, case.mark.as_ref()?.start)?;
    let text = match call.arguments.as_slice() {
        [] => String::new(),
        [one] if one.starts_with('"') => one.clone(),
        all => format!(
            "\"{}\", {}",
            vec!["{:?}"; all.len()].join(" "),
            all.join(", ")
        ),
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
