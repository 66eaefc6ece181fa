//! Names that are not there.

use super::super::case::{Case, Explanation};
use super::super::foreign::inside;
use super::super::memory::Fate;
use super::super::syntax::{Cell, one_line};
use super::fates::of_fate;
use super::similar::similar_name;

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
        return Some(Explanation::new(
            format!(
                "There is no `{left}` yet; a new variable begins with `let` (`let mut`, if it will \
                be changed)."
            ),
            format!("`{left}` 还不存在；新变量要用 `let` 来定义（以后要修改的话用 `let mut`）。"),
            format!("let {left} = {};", one_line(&right)),
        ));
    }
    if let Some(fate) = case.memory.fate(name) {
        return Some(of_fate(name, fate, case.memory));
    }
    if let Some(meant) = similar_name(case) {
        return Some(meant);
    }
    unknown(case)
}

/// A variable of the notebook in a function.
fn seen_by_no_function(case: &Case, cell: &Cell, start: usize) -> Option<Explanation> {
    let name = case.name();
    let (kind, function) = (case.memory.variable_type(name)?, cell.function_at(start)?);
    Some(Explanation::new(
        format!(
            "A function sees its parameters, not the variables of the notebook. Give \
                `{function}` a parameter for `{name}`."
        ),
        format!(
            "函数只能看到自己的参数，看不到笔记本里的变量：请把 `{name}` 作为参数传给 `{function}`。"
        ),
        format!("fn {function}({name}: &{kind}) …\n{function}(&{name})"),
    ))
}

/// A name that nothing is known of.
fn unknown(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let is_name = ["value", "function", "macro"]
        .iter()
        .any(|kind| case.message.contains(&format!("cannot find {kind}")));
    if let Some(module) = is_name.then(|| inside(case)).flatten() {
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
