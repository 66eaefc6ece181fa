//! The learner's own values in the place of an example's: `Tensor::zeros(&[3])` for `np.zeros(3)`,
//! where the table of names has `Tensor::zeros(&[2, 3])`.

use super::calls::Call;
use super::case::Case;
use super::habits::shape_with_rest;
use super::kinds_in_cell::kind_of;
use super::syntax::{Cell, bytes, in_parentheses, parsed, text};
use super::values::{as_tensor, with_point};
use ra_ap_syntax::ast::{self, AstNode, HasArgList};

/// What another library has: its name, what it is called on, and what it is given.
pub struct Foreign<'a> {
    pub name: &'a str,
    pub owner: Option<String>,
    pub given: Vec<String>,
}

/// Our code with the learner's values, and whether all of it is the learner's now.
pub fn with_own(case: &Case, foreign: &Foreign, ours: &str) -> (String, bool) {
    let own = of_function(case, foreign).or_else(|| shape(foreign, ours));
    if let Some(own) = own {
        return (own, true);
    }
    let on_owner = foreign.owner.as_deref().and_then(|owner| {
        // `m.zero_grad()`, where the function here is given the model's parameters.
        match ours.strip_suffix("(&model.parameters())") {
            Some(function) if kind(case, owner).ends_with("Sequential") => {
                Some(format!("{function}(&{owner}.parameters())"))
            }
            _ => on(owner, ours),
        }
    });
    let ours = on_owner.as_deref().unwrap_or(ours);
    match arguments(case, foreign, ours) {
        Some(own) => (own, true),
        None => {
            let is_whole = on_owner.is_some() && foreign.given.is_empty() && !ours.contains('(');
            (ours.to_owned(), is_whole)
        }
    }
}

/// `w.t()` for `x.t()`, `&w` for `&x`: what begins with a variable of the example.
fn on(owner: &str, ours: &str) -> Option<String> {
    if let Some(setting) = ours.strip_prefix("model.fit(&train).") {
        return owner
            .contains(".fit(")
            .then(|| format!("{owner}.{setting}"));
    }
    let is_name = |name: &str| name.chars().all(|c| c.is_ascii_lowercase());
    let is_chain = |name: &str| name.len() > 1 && ours.contains(").");
    match (ours.strip_prefix('&'), ours.split_once('.')) {
        (Some(name), None) if is_name(name) => Some(format!("&{}", receiver(owner))),
        (_, Some((name, rest))) if is_name(name) && !is_chain(name) => {
            Some(format!("{}.{rest}", receiver(owner)))
        }
        _ => None,
    }
}

/// What a method is called on: in parentheses, unless it is a name or a call itself.
fn receiver(written: &str) -> String {
    match parsed(written) {
        Some(
            ast::Expr::BinExpr(_)
            | ast::Expr::PrefixExpr(_)
            | ast::Expr::RefExpr(_)
            | ast::Expr::CastExpr(_),
        ) => format!("({written})"),
        _ => written.to_owned(),
    }
}

fn kind(case: &Case, written: &str) -> String {
    parsed(written)
        .and_then(|value| kind_of(case, &value))
        .unwrap_or_default()
}

fn is_literal(written: &str) -> bool {
    written.parse::<f64>().is_ok()
}

/// Functions of Python and of NumPy whose arguments stand otherwise here.
fn of_function(case: &Case, foreign: &Foreign) -> Option<String> {
    if foreign.owner.is_some() {
        return None;
    }
    let given: Vec<&str> = foreign.given.iter().map(String::as_str).collect();
    let start = case.mark.as_ref().map_or(0, |mark| mark.start);
    // A function of the learner's need not return a `Result`.
    let fails = match Cell::new(case.code).function_around(start) {
        Some(_) => ".unwrap()",
        None => "?",
    };
    Some(match (foreign.name, given.as_slice()) {
        ("range", [end]) => format!("0..{end}"),
        ("range", [start, end]) => format!("{start}..{end}"),
        ("range", [start, end, step]) => format!("({start}..{end}).step_by({step})"),
        ("list", [values]) => list(case, values)?,
        ("sorted", [values]) => sorted(case, values),
        ("int" | "float", [value]) => number(case, foreign.name, value, fails)?,
        ("enumerate", [batches]) if batches.contains(".batches(") => {
            format!("{batches}.enumerate()")
        }
        ("enumerate", [list]) if kind_is_no_tensor(case, list) => {
            format!("{}.iter().enumerate()", plain(list)?)
        }
        ("reversed", [list]) => format!("{}.iter().rev()", plain(list)?),
        ("zip", [one, other]) => format!("{}.iter().zip(&{})", plain(one)?, plain(other)?),
        ("sleep", [seconds]) => {
            let seconds = fraction_as(seconds, "f64");
            format!("std::thread::sleep(std::time::Duration::from_secs_f64({seconds}))")
        }
        ("printf", [text, values @ ..]) if text.starts_with('"') => printed(text, values),
        ("open", [path, ..]) => format!("std::fs::read_to_string({path}){fails}"),
        ("train_test_split", [data, part]) => {
            let rest = 1.0 - part.parse::<f64>().ok().filter(|part| *part < 1.0)?;
            // 0.2 leaves 0.8, not 0.8000000000000000444.
            let rest = (rest * 1e6).round() / 1e6;
            format!("{}.split({rest})", plain(data.trim_start_matches('&'))?)
        }
        (name, given) => return tensor_made(case, name, given),
    })
}

/// `println!("{}", n)` for `printf("%d\n", n)`
fn printed(text: &str, values: &[&str]) -> String {
    let mut own = String::new();
    let mut rest = text.strip_suffix("\\n\"").unwrap_or(text);
    while let Some((before, behind)) = rest.split_once('%') {
        let place = behind.trim_start_matches(|c: char| c.is_ascii_digit() || "-+ .l".contains(c));
        own += before;
        own += "{}";
        rest = place.get(1..).unwrap_or_default();
    }
    own += rest;
    let end = if own.ends_with('"') { "" } else { "\"" };
    let values: String = values.iter().map(|one| format!(", {one}")).collect();
    format!("println!({own}{end}{values})")
}

/// Tensors that NumPy makes otherwise.
fn tensor_made(case: &Case, name: &str, given: &[&str]) -> Option<String> {
    Some(match (name, given) {
        ("zeros_like", [one]) => format!("Tensor::zeros({}.shape())", plain(one)?),
        ("ones_like", [one]) => format!("Tensor::ones({}.shape())", plain(one)?),
        ("rand", []) => "random::uniform()".to_owned(),
        ("randn" | "standard_normal", []) => "random::normal()".to_owned(),
        ("arange", [end]) => format!("Tensor::arange(0.0, {}, 1.0)", fraction(end)),
        ("arange", [start, end]) => {
            format!(
                "Tensor::arange({}, {}, 1.0)",
                fraction(start),
                fraction(end)
            )
        }
        ("arange", [start, end, step]) => {
            let [start, end, step] = [start, end, step].map(|one| fraction(one));
            format!("Tensor::arange({start}, {end}, {step})")
        }
        ("linspace", [start, end, count]) => {
            format!(
                "Tensor::linspace({}, {}, {count})",
                fraction(start),
                fraction(end)
            )
        }
        (
            "array" | "asarray" | "as_tensor" | "from_numpy" | "FloatTensor" | "Tensor::new",
            [list, ..],
        ) => {
            let kind = kind(case, list);
            let is_list = list.trim_start_matches('&').starts_with('[')
                || list.starts_with("vec!")
                || kind.contains("Vec<")
                || kind.contains('[');
            is_list.then(|| as_tensor(list, &kind))?
        }
        _ => return None,
    })
}

/// A name, a field or an element, which needs no parentheses.
fn plain(written: &str) -> Option<&str> {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '[' | ']');
    (!is_literal(written) && written.chars().all(is_part)).then_some(written)
}

fn kind_is_no_tensor(case: &Case, written: &str) -> bool {
    !kind(case, written).contains("Tensor")
}

fn fraction(written: &str) -> String {
    fraction_as(written, "f32")
}

fn fraction_as(written: &str, kind: &str) -> String {
    match is_literal(written) {
        true => with_point(written),
        false => format!("{} as {kind}", in_parentheses(written)),
    }
}

fn list(case: &Case, values: &str) -> Option<String> {
    if let Some(ends) = values
        .strip_prefix("range(")
        .and_then(|rest| rest.strip_suffix(')'))
    {
        let ends: Vec<&str> = ends.split(',').map(str::trim).collect();
        return match ends.as_slice() {
            [end] => Some(format!("(0..{end}).collect::<Vec<_>>()")),
            [start, end] => Some(format!("({start}..{end}).collect::<Vec<_>>()")),
            _ => None,
        };
    }
    let of = kind(case, values);
    let of = of.trim_start_matches('&');
    match of {
        "str" | "String" => Some(format!("{values}.chars().collect::<Vec<_>>()")),
        "Tensor" => Some(format!("{values}.to_vec()")),
        _ if of.starts_with("Vec<") || of.starts_with('[') => Some(format!("{values}.to_vec()")),
        _ => None,
    }
}

/// A copy in order; the list stays as it is.
fn sorted(case: &Case, values: &str) -> String {
    let of = kind(case, values);
    let copy = match plain(values) {
        Some(name) => format!("{name}.clone()"),
        None => values.trim_start_matches('&').to_owned(),
    };
    let order = match of.as_str() {
        "Vec<f32>" | "Vec<f64>" | "Vec<{float}>" => "sort_by(|a, b| a.total_cmp(b))",
        "" => "sort_by(|a, b| a.partial_cmp(b).unwrap())",
        _ => "sort()",
    };
    format!("{{ let mut ordered = {copy}; ordered.{order}; ordered }}")
}

fn number(case: &Case, name: &str, value: &str, fails: &str) -> Option<String> {
    let of = kind(case, value);
    let wanted = if name == "int" { "i32" } else { "f32" };
    Some(match of.trim_start_matches('&') {
        "str" | "String" => format!("{value}.trim().parse::<{wanted}>(){fails}"),
        "Tensor" if name == "float" => format!("{value}.item()"),
        "Tensor" => format!("{value}.item() as i32"),
        "" => return None,
        // A bare number has no type of its own yet.
        _ => format!("{} as {wanted}", in_parentheses(value)),
    })
}

/// `Tensor::zeros(&[2, 3])` with the shape that is given, in whatever form.
fn shape(foreign: &Foreign, ours: &str) -> Option<String> {
    let path = ours
        .strip_suffix("(&[2, 3])")
        .or_else(|| ours.strip_suffix("(&[2, 8])"))?;
    let given = foreign.given.iter().filter(|one| !one.starts_with("dtype"));
    let sizes = given.cloned().collect::<Vec<_>>().join(", ");
    let sizes = sizes
        .trim_start_matches('&')
        .trim_matches(['(', ')', '[', ']']);
    let sizes: Vec<String> = sizes.split(',').map(|one| one.trim().to_owned()).collect();
    let is_size = |one: &String| {
        !one.is_empty()
            && one
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'))
    };
    if !sizes.iter().all(is_size) {
        return None;
    }
    let Some(method) = path.strip_prefix("x.") else {
        let is_plain = !sizes.iter().any(|one| one.starts_with('-'));
        return is_plain.then(|| format!("{path}(&[{}])", sizes.join(", ")));
    };
    let call = Call {
        callee: method.to_owned(),
        receiver: Some(foreign.owner.clone()?),
        arguments: Vec::new(),
    };
    let plain = || call.with(method, &[format!("&[{}]", sizes.join(", "))]);
    Some(shape_with_rest(&call, &sizes).unwrap_or_else(plain))
}

/// A call with the learner's arguments, where they are as those of the example: numbers, tensors
/// that are lent, a list of such. Of a function the first may be what the method is called on.
fn arguments(case: &Case, foreign: &Foreign, ours: &str) -> Option<String> {
    let (list, receiver) = match parsed(ours)? {
        ast::Expr::CallExpr(call) => (call.arg_list()?, None),
        ast::Expr::MethodCallExpr(call) => (call.arg_list()?, call.receiver()),
        _ => return None,
    };
    let examples: Vec<String> = list.args().map(|one| text(&one)).collect();
    let path = ours.get(..bytes(list.syntax()).start)?;
    let (path, given) = match (&foreign.owner, &receiver) {
        (None, Some(ast::Expr::PathExpr(example))) => {
            let (first, rest) = foreign.given.split_first()?;
            let own = plain(first.trim_start_matches('&'))?;
            let method = path.strip_prefix(&text(&ast::Expr::PathExpr(example.clone())))?;
            (format!("{own}{method}"), rest)
        }
        (Some(_), None) | (None, Some(_)) => return None,
        _ => (path.to_owned(), foreign.given.as_slice()),
    };
    let is_transposed = ours.ends_with(".t()") && given == ["0", "1"];
    if examples.len() != given.len() && !is_transposed {
        return None;
    }
    let own: Option<Vec<String>> = examples
        .iter()
        .zip(given)
        .map(|(example, own)| argument(case, example, own))
        .collect();
    Some(format!("{path}({})", own?.join(", ")))
}

fn argument(case: &Case, example: &str, own: &str) -> Option<String> {
    let kind = kind(case, own);
    if example.parse::<i64>().is_ok() {
        return matches!(kind.as_str(), "{integer}" | "usize").then(|| own.to_owned());
    }
    if is_literal(example) {
        return is_literal(own).then(|| with_point(own));
    }
    let lend = |one: &str| Some(format!("&{}", plain(one.trim().trim_start_matches('&'))?));
    if example.starts_with("&[&") {
        let inner = own.trim_start_matches('&');
        let inner = inner.strip_prefix('[')?.strip_suffix(']')?;
        let lent: Option<Vec<String>> = inner.split(',').map(lend).collect();
        return Some(format!("&[{}]", lent?.join(", ")));
    }
    if example.starts_with('&') && !example.contains(['[', '"', '(']) {
        return lend(own);
    }
    None
}
