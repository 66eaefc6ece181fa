//! Names that are not there.

use super::super::case::{Case, Explanation};
use super::super::foreign::inside;
use super::super::memory::Fate;
use super::super::moves::head;
use super::super::numbers::is_number;
use super::super::syntax::{Cell, one_line, text};
use super::fates::of_fate;
use super::similar::similar_name;
use crate::evaluator::assist;
use crate::evaluator::cell::words;
use ra_ap_syntax::ast::{self, AstNode, HasArgList, HasName};

/// Whether what became of a name says why it is not there.
fn explains(fate: &Fate, is_assigned: bool) -> bool {
    match fate {
        Fate::InBlock { .. } => false,
        Fate::Failed { .. } => !is_assigned,
        _ => true,
    }
}

pub fn missing_name(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let cell = Cell::new(case.code);
    let start = case.mark.as_ref().map(|mark| mark.start);
    if let Some(explanation) = start.and_then(|start| seen_by_no_function(case, &cell, start)) {
        return Some(explanation);
    }
    // A cell that failed was to define it; this one does.
    let is_assigned = start.is_some_and(|start| cell.assignment(start).is_some());
    if let Some(fate) = case
        .memory
        .fate(name)
        .filter(|fate| explains(fate, is_assigned))
    {
        return Some(of_fate(name, fate, case.memory));
    }
    if let Some((_, code)) = cell
        .inner_variables()
        .into_iter()
        .find(|(inner, _)| inner == name)
    {
        return Some(of_fate(
            name,
            &Fate::InBlock {
                cell: case.number,
                code,
            },
            case.memory,
        ));
    }
    if let Some((left, right)) = start.and_then(|start| cell.assignment(start)) {
        return Some(not_there_yet(name, &left, &right));
    }
    if let Some(fate) = case.memory.fate(name) {
        return Some(of_fate(name, fate, case.memory));
    }
    if let Some(meant) = similar_name(case) {
        return Some(meant);
    }
    unknown(case)
}

/// What is assigned to, and is not there: `count = 5`, `count = count + 1`, `total[0] = 5`.
fn not_there_yet(name: &str, left: &str, right: &str) -> Explanation {
    let is_new = left == name && !words(right).any(|word| word == name);
    let fix = match is_new {
        true => format!("let {name} = {};", one_line(right)),
        false => format!("let mut {name} = …;"),
    };
    let (first, first_zh) = match is_new {
        true => ("", ""),
        false => (
            " Give it its first value, before this line:",
            "请在这一行之前给它初始值：",
        ),
    };
    Explanation::new(
        format!(
            "There is no `{name}` yet; a new variable begins with `let` (`let mut`, if it will be \
             changed).{first}"
        ),
        format!(
            "`{name}` 还不存在；新变量要用 `let` 来定义（以后要修改的话用 `let mut`）。{first_zh}"
        ),
        fix,
    )
}

/// A type that a macro made in an earlier cell. (rustc says E0425 of values and functions, and of
/// most types.)
pub fn made_by_macro(case: &Case) -> Option<Explanation> {
    match case.memory.fate(case.name())? {
        fate @ Fate::ByMacro { .. } => Some(of_fate(case.name(), fate, case.memory)),
        _ => None,
    }
}

/// A variable of the notebook in a function.
fn seen_by_no_function(case: &Case, cell: &Cell, start: usize) -> Option<Explanation> {
    let name = case.name();
    let (kind, function) = (
        case.memory.variable_type(name)?,
        cell.function_around(start)?,
    );
    let called = function.name()?.text().to_string();
    let kind = short(kind);
    let is_copied = is_number(&kind) || matches!(kind.as_str(), "bool" | "char");
    let (kind, argument) = match is_copied {
        true => (kind, name.to_owned()),
        false => (format!("&{kind}"), format!("&{name}")),
    };
    let head = head_with(&function, &format!("{name}: {kind}"))?;
    let calls = calls_with(cell, &called, &argument);
    Some(Explanation::new(
        format!(
            "A function sees its parameters, not the variables of the notebook. Give `{called}` a \
             parameter for `{name}`, and give it `{argument}` where it is called."
        ),
        format!(
            "函数只能看到自己的参数，看不到笔记本里的变量：请给 `{called}` 加一个参数 `{name}`，调用时传入 `{argument}`。"
        ),
        format!("{head}{calls}"),
    ))
}

/// A type without the paths in it: `Vec<String>`.
fn short(kind: &str) -> String {
    let mut short = String::new();
    for part in kind.split_inclusive(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | ':')) {
        short += match part.starts_with("std::") || part.starts_with("chainrule::") {
            true => part.rsplit("::").next().unwrap_or(part),
            false => part,
        };
    }
    short
}

/// The head of a function with one more parameter at its end; whole, if it stands in one line.
fn head_with(function: &ast::Fn, parameter: &str) -> Option<String> {
    let list = function.param_list()?;
    let is_first = list.params().next().is_none() && list.self_param().is_none();
    let comma = if is_first { "" } else { ", " };
    let base = function.syntax().text_range().start();
    let end = usize::from(list.r_paren_token()?.text_range().start() - base);
    let mut text = function.syntax().text().to_string();
    text.insert_str(end, &format!("{comma}{parameter}"));
    match text.contains('\n') {
        true => Some(head(&text)),
        false => Some(text),
    }
}

/// The calls of a function in the cell, each with one more argument, in lines of their own.
fn calls_with(cell: &Cell, function: &str, argument: &str) -> String {
    let calls = cell.descendants().filter_map(ast::CallExpr::cast);
    let mut lines: Vec<String> = calls
        .filter(|call| call.expr().is_some_and(|called| text(&called) == function))
        .filter_map(|call| {
            let code = one_line(&call.syntax().text().to_string());
            let comma = if call.arg_list()?.args().next().is_none() {
                ""
            } else {
                ", "
            };
            Some(format!("\n{}{comma}{argument})", code.strip_suffix(')')?))
        })
        .collect();
    lines.dedup();
    lines.truncate(3);
    lines.concat()
}

/// `square!(3)`, where the cell that was to define it has failed
pub fn macro_of_a_failed_cell(case: &Case) -> Option<Explanation> {
    let fate = case.memory.fate(case.name())?;
    Some(of_fate(case.name(), fate, case.memory))
}

/// What a module of the library has that shares a whole word with a name: `data::two_moons` for
/// `moons`.
fn named_alike(module: &str, name: &str) -> Option<String> {
    let mut found = assist::functions_of(module).into_iter().filter(|other| {
        let mut theirs = other.split('_');
        theirs.any(|word| word.len() > 3 && name.split('_').any(|own| own == word))
    });
    // Of several none would be more than a guess.
    let (first, None) = (found.next()?, found.next()) else {
        return None;
    };
    let takes = assist::function_in(module, &first)?;
    Some(format!("{module}::{first}({})", takes.join(", ")))
}

/// A name that nothing is known of.
fn unknown(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let is_name = ["value", "function", "macro", "struct"]
        .iter()
        .any(|kind| case.message.contains(&format!("cannot find {kind}")));
    if let Some(module) = is_name.then(|| inside(case)).flatten() {
        if let Some(other) = named_alike(module, name) {
            return Some(Explanation::new(
                format!("`{module}` has nothing that is called `{name}`, but this:"),
                format!("`{module}` 里没有叫 `{name}` 的东西，但有这个："),
                other,
            ));
        }
        return Some(Explanation::new(
            format!(
                "`{module}` has nothing that is called `{name}`. Press Tab behind `{module}::` to \
                see what it has."
            ),
            format!(
                "`{module}` 里没有叫 `{name}` 的东西。在 `{module}::` 后面按 Tab 键，可以看到里面有什么。"
            ),
            "",
        ));
    }
    is_name.then(|| {
        Explanation::new(
            format!(
                "No cell that was run defines `{name}`. Is it spelled right? \
                 After a restart the kernel knows nothing: run the cells again, from the top."
            ),
            format!(
                "已经运行的单元格都没有定义 `{name}`。名字写对了吗？内核重启后一切从零开始：请从头重新运行各个单元格。"
            ),
            "",
        )
    })
}

pub fn missing_crate(case: &Case) -> Option<Explanation> {
    let name = case.name();
    if name.contains("::") {
        return None;
    }
    if let Some(fate) = case.memory.fate(name) {
        return Some(of_fate(name, fate, case.memory));
    }
    if let Some(meant) = similar_name(case) {
        return Some(meant);
    }
    Some(Explanation::new(
        format!(
            "The crate `{name}` is not in this session. What the course needs (tensors, layers, \
             plots) is in scope already; another crate is fetched, with a network, by:"
        ),
        format!(
            "当前会话里没有 `{name}` 这个 crate。课程需要的张量、层和绘图都已经可以直接使用；要用别的 crate，请在联网时写："
        ),
        format!(":dep {name} = \"*\""),
    ))
}

pub fn missing_use(case: &Case) -> Option<Explanation> {
    let name = case.name();
    if let Some(fate) = case.memory.fate(name) {
        return Some(of_fate(name, fate, case.memory));
    }
    if let Some(meant) = similar_name(case) {
        return Some(meant);
    }
    let is_type = ["type", "trait", "struct", "macro", "module"]
        .iter()
        .any(|word| case.labels.contains(word));
    if !is_type && !case.message.contains("cannot find") {
        return None;
    }
    let path = match name {
        "HashMap" | "HashSet" | "BTreeMap" | "BTreeSet" | "VecDeque" => {
            format!("use std::collections::{name};")
        }
        "Rc" => "use std::rc::Rc;".to_owned(),
        "Arc" | "Mutex" => format!("use std::sync::{name};"),
        "RefCell" | "Cell" => format!("use std::cell::{name};"),
        "File" => "use std::fs::File;".to_owned(),
        "Instant" | "Duration" => format!("use std::time::{name};"),
        "Error" if case.message.contains("trait") => "use std::error::Error;".to_owned(),
        "Write" | "Read" | "BufRead" | "Seek" => format!("use std::io::{name};"),
        _ => advised_use(case).unwrap_or_default(),
    };
    Some(if path.is_empty() {
        Explanation::new(
            format!(
                "`{name}` is neither defined in a cell that was run nor brought in by a `use`. \
                 After a restart, cells with `use` have to be run again, too."
            ),
            format!(
                "`{name}` 既没有在运行过的单元格里定义，也没有用 `use` 引入。内核重启后，带 `use` 的单元格也要重新运行。"
            ),
            "",
        )
    } else {
        Explanation::new(
            format!(
                "`{name}` has to be brought in by a `use`. (After a restart, cells with `use` have \
                to be run again.)"
            ),
            format!("`{name}` 要先用 `use` 引入。（内核重启后，带 `use` 的单元格也要重新运行。）"),
            path,
        )
    })
}

/// The `use` that rustc advises.
fn advised_use(case: &Case) -> Option<String> {
    let help = case
        .helps
        .iter()
        .find(|help| help.starts_with("consider importing"))?;
    let path = help
        .rsplit("\n\n")
        .next()?
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with("use "))?;
    Some(path.to_owned())
}
