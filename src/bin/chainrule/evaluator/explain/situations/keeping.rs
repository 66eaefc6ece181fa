//! Variables that cannot be kept for the next cell.

use super::super::case::{BORROW, Case, Explanation, ITERATOR};
use super::super::moves::kind_in;
use super::super::syntax::{Cell, one_line, text};
use super::copies::{Before, before_clone};
use super::owned::{own, own_type, yields};
use crate::evaluator::cell::words;
use chainrule::display::say;
use ra_ap_syntax::ast::{self, AstNode, HasName};

/// A type that is known at the end, but not on the way there.
fn within(code: &str, kind: &str, statement: &str) -> Option<Explanation> {
    let (method, likely) = [
        (".sum()", "f32"),
        (".product()", "f32"),
        (".parse()", "f32"),
        (".collect()", "Vec<_>"),
    ]
    .into_iter()
    .find(|(method, _)| code.contains(method))?;
    let word = method.trim_end_matches("()");
    let is_number = kind.starts_with(['f', 'i', 'u']) && kind.len() <= 5;
    let likely = if is_number && likely == "f32" {
        kind
    } else {
        likely
    };
    Some(Explanation::new(
        format!(
            "The type of the whole is written down, but `{method}` stands in the middle and could \
            give several. Say which:"
        ),
        format!("整个结果的类型写了，但是中间的 `{method}` 可以得到多种类型。请写明是哪一种："),
        statement.replacen(method, &format!("{word}::<{likely}>()"), 1),
    ))
}

/// The right side of the `let` that a mistake is in.
pub fn initializer(case: &Case) -> Option<(String, ast::Expr)> {
    let statement = Cell::new(case.code).definition(case.mark.as_ref(), case.name())?;
    let pattern = statement.pat()?.syntax().text().to_string();
    Some((pattern, statement.initializer()?))
}

/// A type that the block on the right side defines, and mentions where it gives its value.
fn type_of_block(value: &ast::Expr) -> Option<String> {
    let ast::Expr::BlockExpr(block) = value else {
        return None;
    };
    let list = block.stmt_list()?;
    let last = list.tail_expr()?.syntax().text().to_string();
    let mut names = list
        .syntax()
        .children()
        .filter_map(|node| ast::Adt::cast(node)?.name())
        .map(|name| name.text().to_string());
    names.find(|name| words(&last).any(|word| word == name))
}

/// Methods that only begin to iterate.
const ITERATORS: [&str; 19] = [
    "iter",
    "iter_mut",
    "into_iter",
    "filter",
    "map",
    "enumerate",
    "zip",
    "rev",
    "skip",
    "take",
    "step_by",
    "chain",
    "windows",
    "chunks",
    "chars",
    "bytes",
    "lines",
    "split",
    "split_whitespace",
];

pub fn iterator(case: &Case) -> Option<Explanation> {
    let (name, value) = initializer(case)?;
    let is_one = match &value {
        ast::Expr::MethodCallExpr(call) => {
            let method = call.name_ref()?.text().to_string();
            ITERATORS.contains(&method.as_str())
        }
        _ => false,
    };
    if !is_one && case.kind != ITERATOR {
        return None;
    }
    let code = one_line(&text(&value));
    let own = yields(&value, &|name| is_map(case, name)).owned();
    let variable = name.trim_start_matches("mut ");
    Some(Explanation::new(
        format!(
            "`{variable}` is an iterator: it has computed nothing yet, and it cannot wait for the \
             next cell. Collect what it yields."
        ),
        format!(
            "`{variable}` 是一个迭代器：它还什么都没有算，也不能留到下一个单元格再算。请用 collect 把结果收集起来。"
        ),
        format!("let {name}: Vec<_> = {code}{own}.collect();"),
    ))
}

/// What makes values of one's own of what an expression yields.
pub fn each_owned(code: &str) -> String {
    let cell = Cell::new(format!("let each = {code};"));
    let value = cell
        .definition(None, "each")
        .and_then(|one| one.initializer());
    value.map_or_else(String::new, |value| yields(&value, &|_| false).owned())
}

/// Whether a variable is a map, which yields pairs.
fn is_map(case: &Case, name: &str) -> bool {
    let kind = case.memory.variable_type(name).map(str::to_owned);
    let kind = kind_in(&Cell::new(case.code), name).or(kind);
    kind.is_some_and(|kind| kind.contains("HashMap") || kind.contains("BTreeMap"))
}

pub fn borrow(case: &Case) -> Option<Explanation> {
    let statement = Cell::new(case.code).definition(case.mark.as_ref(), case.name());
    let kind = statement.as_ref().and_then(|one| one.ty());
    let otherwise = statement.as_ref().and_then(|one| one.let_else());
    let otherwise = otherwise.map(|one| format!(" {}", one_line(&one.syntax().text().to_string())));
    let otherwise = otherwise.unwrap_or_default();
    let parts = statement
        .and_then(|one| Some((one.pat()?.syntax().text().to_string(), one.initializer()?)));
    let name = match &parts {
        // rustc names what is lent, not what borrows it.
        Some((pattern, _)) if case.kind != BORROW => pattern.as_str(),
        _ => case.name(),
    };
    if let Some((pattern, value)) = &parts
        && is_training(&text(value))
    {
        return Some(training_not_started(&format!(
            "let {pattern} = {}",
            text(value)
        )));
    }
    let only_here = say(
        "or use the borrow in this cell only",
        "或者只在这个单元格里使用借用",
    );
    let mut before = Before::default();
    let fix = parts.as_ref().map(|(pattern, value)| {
        let code = one_line(&text(value));
        // `collect()` does not say of what it makes a list.
        let written = kind.as_ref().filter(|_| code.ends_with(".collect()"));
        let written = written.map(|kind| kind.syntax().text().to_string());
        let of = |kind: &str| format!("let {pattern}: {kind}");
        let (lent, owned) = match &written {
            Some(kind) => (of(kind), own_type(kind).map(|kind| of(&kind))),
            None => (format!("let {pattern}"), Some(format!("let {pattern}"))),
        };
        // What is written already is no advice.
        let kept = own(value, &|name| is_map(case, name));
        let kept = kept.filter(|owned| *owned != code).zip(owned);
        let kept = kept.and_then(|(value, owned)| {
            before = clone_of_parts(case, &value)?;
            Some(format!("{}{owned} = {value}{otherwise};\n", before.code))
        });
        let kept = kept.unwrap_or_default();
        format!("{kept}{{ {lent} = {code}{otherwise}; … }}  // {only_here}")
    });
    Some(Explanation::new(
        format!(
            "`{name}` is a reference into another variable, and a borrow ends with its cell. \
             Give `{name}` a value of its own.{}",
            before.english
        ),
        format!(
            "`{name}` 是对另一个变量的引用，而借用到单元格结束就失效了。请让 `{name}` 拥有自己的值。{}",
            before.chinese
        ),
        fix.unwrap_or_default(),
    ))
}

/// What has to be done before the elements can be cloned of what a value is taken from.
fn clone_of_parts(case: &Case, value: &str) -> Option<Before> {
    let cell = Cell::new(case.code);
    if !value.contains("clone") {
        return Some(Before::default());
    }
    let kinds = words(value).filter_map(|name| {
        let kind = case.memory.variable_type(name).map(str::to_owned);
        kind_in(&cell, name).or(kind)
    });
    let kinds: Vec<String> = kinds.collect();
    before_clone(case.memory, &cell, &kinds.join(", "))
}

/// Whether this only sets up what `fit` is to do.
pub fn is_training(code: &str) -> bool {
    (code.contains(".fit(") || code.contains(".fit_tensors(")) && !code.contains(".run()")
}

/// `model.fit(…).epochs(3)` alone.
pub fn training_not_started(code: &str) -> Explanation {
    Explanation::new(
        "This only says how the model is to be trained: training starts with `.run()`.",
        "这里只是写好了训练的设置：加上 `.run()` 才会开始训练。",
        format!("{}.run();", code.trim().trim_end_matches(';')),
    )
}

pub fn nameless(case: &Case) -> Option<Explanation> {
    let (name, value) = initializer(case)?;
    // The message of evcxr names the type: `impl Shape`.
    let kind = case
        .message
        .split('`')
        .nth(3)
        .and_then(|kind| kind.strip_prefix("impl "))
        .unwrap_or("Trait");
    // `dyn Debug + Clone` is no type: of traits that have to be brought in, a box takes one.
    let kind = match kind.split(" + ").next().unwrap_or(kind) {
        kind @ ("Debug" | "Display") => format!("std::fmt::{kind}"),
        kind => kind.to_owned(),
    };
    Some(Explanation::new(
        format!(
            "The type of `{name}` has no name under which it could be kept for the next cell. Put \
            it into a box."
        ),
        format!("`{name}` 的类型没有名字，不能留到下一个单元格。请把它装进 Box。"),
        format!(
            "let {name}: Box<dyn {kind}> = Box::new({});",
            one_line(&text(&value))
        ),
    ))
}

pub fn outdated(case: &Case) -> Option<Explanation> {
    let name = case.name();
    Some(Explanation::new(
        format!(
            "With this cell `{name}` has to go, for it was made as the type was before. Make it \
            again, before it is used:"
        ),
        format!("运行这个单元格以后，按旧定义创建的 `{name}` 就不能用了。请在使用之前重新创建它："),
        format!("let {name} = …;"),
    ))
}

/// A variable of a type that a macro makes, in this cell only.
fn made_by_a_macro(case: &Case, variable: &str, code: &str) -> Option<Explanation> {
    let made = case.memory.made_by_macros(&Cell::new(case.code));
    let (kind, call) = made
        .into_iter()
        .filter(|(kind, _)| case.memory.defined_in(kind).is_none())
        .find(|(kind, _)| words(code).any(|word| word == kind))?;
    Some(Explanation::new(
        format!(
            "`{variable}` would be of the type `{kind}`, which `{call}` makes in this cell only: \
             no later cell could name it. Write the definition of `{kind}` down, without a macro, \
             or use `{variable}` within braces, where it is not kept:"
        ),
        format!(
            "`{variable}` 的类型是 `{kind}`，它由 `{call}` 生成，只在这个单元格里有效，\
             后面的单元格无法写出它的名字。请不用宏，直接写出 `{kind}` 的定义；\
             或者把 `{variable}` 放在花括号里用，这样就不用保留它："
        ),
        format!("{{ let {variable} = {code}; … }}"),
    ))
}

pub fn unknown_type(case: &Case) -> Option<Explanation> {
    let (name, value) = initializer(case)?;
    let code = one_line(&text(&value));
    let statement = Cell::new(case.code).definition(case.mark.as_ref(), case.name())?;
    if let Some(made) = made_by_a_macro(case, &name, &code) {
        return Some(made);
    }
    if let Some(kind) = statement.ty().map(|kind| kind.syntax().text().to_string())
        && !kind.contains('_')
    {
        return within(&code, &kind, &format!("let {name}: {kind} = {code};"));
    }
    if let Some(inner) = type_of_block(&value) {
        return Some(Explanation::new(
            format!(
                "`{name}` would be of the type `{inner}`, which is defined within the braces and \
                 known only there: no later cell could name it. Define `{inner}` outside of the \
                 braces."
            ),
            format!(
                "`{name}` 的类型是 `{inner}`，它定义在花括号里面，只在那里有效，后面的单元格无法写出它的名字。请把 `{inner}` 定义在花括号外面。"
            ),
            "",
        ));
    }
    // What the right side is made by, and a type that fits.
    let likely = [
        ("Vec::new()", "Vec<f32>"),
        ("vec![]", "Vec<f32>"),
        ("Vec::with_capacity", "Vec<f32>"),
        ("HashMap::new()", "HashMap<String, f32>"),
        (".parse()", "f32"),
        (".collect()", "Vec<_>"),
        (".sum()", "f32"),
        (".product()", "f32"),
        ("None", "Option<f32>"),
        ("Default::default()", "f32"),
    ];
    let kind = likely
        .iter()
        .find(|(text, _)| code.contains(text))
        .map_or("…", |(_, kind)| *kind);
    // A text that is no number gives an error.
    let out = if code.ends_with(".parse()") { "?" } else { "" };
    Some(Explanation::new(
        format!(
            "Nothing in this cell says what type `{name}` has, and a later cell cannot say it: \
             each cell is compiled when it is run. Write the type down, for example:"
        ),
        format!(
            "这个单元格里没有任何地方说明 `{name}` 是什么类型，后面的单元格也来不及说明：每个单元格在运行时就单独编译。请把类型写出来，例如："
        ),
        format!("let {name}: {kind} = {code}{out};"),
    ))
}
