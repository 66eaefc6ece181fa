//! Variables that cannot be kept for the next cell.

use super::super::case::{BORROW, Case, Explanation, ITERATOR};
use super::super::syntax::{Cell, one_line, text};
use super::owned::{own, own_type};
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

pub fn closure(case: &Case) -> Option<Explanation> {
    let (name, value) = initializer(case)?;
    let ast::Expr::ClosureExpr(closure) = value else {
        return None;
    };
    let untyped = "f32";
    let parameters: Vec<(String, String)> = closure
        .param_list()
        .into_iter()
        .flat_map(|list| list.params())
        .map(|one| {
            let text = |node: Option<String>| node.unwrap_or_default();
            let kind = one
                .ty()
                .map_or(untyped.to_owned(), |kind| kind.syntax().text().to_string());
            (
                text(one.pat().map(|pattern| pattern.syntax().text().to_string())),
                kind,
            )
        })
        .collect();
    let result = match closure.ret_type().and_then(|one| one.ty()) {
        Some(kind) => kind.syntax().text().to_string(),
        None => parameters.first().map_or("…".to_owned(), |(_, kind)| {
            kind.trim_start_matches('&').to_owned()
        }),
    };
    let body = closure.body().map(|body| text(&body)).unwrap_or_default();
    let whole = text(&ast::Expr::ClosureExpr(closure));
    let (body, whole) = match body.contains('\n') {
        true => ("{ … }".to_owned(), whole.replace(&body, "{ … }")),
        false if body.starts_with('{') => (body, whole),
        false => (format!("{{ {body} }}"), whole),
    };
    let typed = parameters
        .iter()
        .map(|(name, kind)| format!("{name}: {kind}"))
        .collect::<Vec<_>>()
        .join(", ");
    let kinds = parameters
        .iter()
        .map(|(_, kind)| kind.as_str())
        .collect::<Vec<_>>()
        .join(", ");
    let of_box = say("if it uses variables around it", "如果它用到了外面的变量");
    Some(Explanation::new(
        format!(
            "`{name}` is a closure, and a closure's type has no name under which it could be kept \
             for the next cell. Write a function, or put the closure into a box."
        ),
        format!(
            "`{name}` 是一个闭包，闭包的类型没有名字，所以不能留到下一个单元格。请写成函数，或者把闭包装进 Box。"
        ),
        format!(
            "fn {name}({typed}) -> {result} {body}\n\
             let {name}: Box<dyn Fn({kinds}) -> {result}> = Box::new({whole});  // {of_box}"
        ),
    ))
}

/// Methods that only begin to iterate, and what makes values of their own of what they yield.
const ITERATORS: &[(&str, &str)] = &[
    ("iter", ".cloned()"),
    ("iter_mut", ""),
    ("into_iter", ""),
    ("filter", ""),
    ("map", ""),
    ("enumerate", ""),
    ("zip", ""),
    ("rev", ""),
    ("skip", ""),
    ("take", ""),
    ("step_by", ""),
    ("chain", ""),
    ("windows", ".map(|part| part.to_vec())"),
    ("chunks", ".map(|part| part.to_vec())"),
    ("chars", ""),
    ("bytes", ""),
    ("lines", ".map(str::to_owned)"),
    ("split", ".map(str::to_owned)"),
    ("split_whitespace", ".map(str::to_owned)"),
];

pub fn iterator(case: &Case) -> Option<Explanation> {
    let (name, value) = initializer(case)?;
    let code = one_line(&text(&value));
    let own = match &value {
        ast::Expr::MethodCallExpr(call) => {
            let method = call.name_ref()?.text().to_string();
            ITERATORS
                .iter()
                .find(|(name, _)| *name == method)
                .map(|(_, own)| *own)
        }
        _ => None,
    };
    if own.is_none() && case.kind != ITERATOR {
        return None;
    }
    let still_borrows =
        code.contains(".iter()") && !code.contains(".map(") && !code.contains(".cloned()");
    let own = if still_borrows {
        ".cloned()"
    } else {
        own.unwrap_or_default()
    };
    Some(Explanation::new(
        format!(
            "`{name}` is an iterator: it has computed nothing yet, and it cannot wait for the next \
             cell. Collect what it yields."
        ),
        format!(
            "`{name}` 是一个迭代器：它还什么都没有算，也不能留到下一个单元格再算。请用 collect 把结果收集起来。"
        ),
        format!("let {name}: Vec<_> = {code}{own}.collect();"),
    ))
}

pub fn borrow(case: &Case) -> Option<Explanation> {
    let statement = Cell::new(case.code).definition(case.mark.as_ref(), case.name());
    let kind = statement.as_ref().and_then(|one| one.ty());
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
        let kept = own(value).filter(|owned| *owned != code).zip(owned);
        let kept = kept.map(|(value, owned)| format!("{owned} = {value};\n"));
        let kept = kept.unwrap_or_default();
        format!("{kept}{{ {lent} = {code}; … }}  // {only_here}")
    });
    Some(Explanation::new(
        format!(
            "`{name}` is a reference into another variable, and a borrow ends with its cell. \
             Give `{name}` a value of its own."
        ),
        format!(
            "`{name}` 是对另一个变量的引用，而借用到单元格结束就失效了。请让 `{name}` 拥有自己的值。"
        ),
        fix.unwrap_or_default(),
    ))
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

pub fn unknown_type(case: &Case) -> Option<Explanation> {
    let (name, value) = initializer(case)?;
    let code = one_line(&text(&value));
    let statement = Cell::new(case.code).definition(case.mark.as_ref(), case.name())?;
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
    Some(Explanation::new(
        format!(
            "Nothing in this cell says what type `{name}` has, and a later cell cannot say it: \
             each cell is compiled when it is run. Write the type down."
        ),
        format!(
            "这个单元格里没有任何地方说明 `{name}` 是什么类型，后面的单元格也来不及说明：每个单元格在运行时就单独编译。请把类型写出来。"
        ),
        format!("let {name}: {kind} = {code};"),
    ))
}
