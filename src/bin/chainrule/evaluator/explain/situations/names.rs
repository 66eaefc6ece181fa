//! Names that are not there.

use super::super::case::{Case, Explanation};
use super::super::memory::{Fate, Memory};
use super::super::syntax::{By, Cell, Move, one_line};
use chainrule::display::say;
use std::ops::Range;

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
    if let (Some(kind), Some(function)) = (
        case.memory.variable_type(name),
        start.and_then(|start| cell.function_at(start)),
    ) {
        return Some(Explanation::new(
            format!(
                "A function sees its parameters, not the variables of the notebook. Give \
                `{function}` a parameter for `{name}`."
            ),
            format!(
                "函数只能看到自己的参数，看不到笔记本里的变量：请把 `{name}` 作为参数传给 `{function}`。"
            ),
            format!("fn {function}({name}: &{kind}) …\n{function}(&{name})"),
        ));
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

/// The module in which a name was looked for: "in module `plot`".
fn inside<'a>(case: &Case<'a>) -> Option<&'a str> {
    let after = case.message.split("` in ").nth(1)?;
    ["module", "crate"]
        .iter()
        .any(|word| after.starts_with(word))
        .then(|| after.split('`').nth(1))?
}

/// A name is there in other capitals.
pub fn other_capitals(meant: &str, fix: String) -> Explanation {
    Explanation::new(
        format!("Capital and small letters differ: it is called `{meant}` here."),
        format!("Rust 区分大小写：这里的名字是 `{meant}`。"),
        fix,
    )
}

/// What rustc found instead, if it is close enough to be meant.
fn similar_name(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let meant = case.helps.iter().find_map(|help| alike(help, name))?;
    let fix = case
        .mark
        .clone()
        .and_then(|mark| with_name(case.code, mark, name, meant))
        .unwrap_or_default();
    Some(if name.eq_ignore_ascii_case(meant) {
        other_capitals(meant, fix)
    } else {
        Explanation::new(
            format!("There is no `{name}` here, but there is `{meant}`. If that is meant:"),
            format!("这里没有 `{name}`，但是有 `{meant}`。如果指的就是它，请写："),
            fix,
        )
    })
}

/// The name in an advice of rustc, if it may be what was meant by `name`.
pub fn alike<'a>(help: &'a str, name: &str) -> Option<&'a str> {
    let is_about_names = help.contains("similar name exists")
        || help.contains("with a similar name")
        || help.contains("has a name defined in the doc alias");
    let found = help.rsplit("\n\n").next()?.trim();
    let is_other_name = help.contains("doc alias");
    let (short, long) = (
        name.chars().count().min(found.chars().count()),
        name.chars().count(),
    );
    let is_close = name.eq_ignore_ascii_case(found)
        || (short > 1 && distance(name, found) <= (long / 3).max(1));
    (is_about_names && !found.contains(' ') && (is_other_name || is_close)).then_some(found)
}

/// How many letters have to be put in, taken out or changed.
pub fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let changed = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = changed.min(row[j].min(row[j + 1]) + 1);
        }
    }
    row[b.len()]
}

/// The line of a mark with another name in its place.
pub fn with_name(code: &str, mark: Range<usize>, name: &str, other: &str) -> Option<String> {
    let at = mark.start + code.get(mark)?.find(name)?;
    let line_start = code[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = code[at..]
        .find('\n')
        .map_or(code.len(), |newline| at + newline);
    Some(format!(
        "{}{other}{}",
        code[line_start..at].trim_start(),
        &code[at + name.len()..line_end]
    ))
}

fn of_fate(name: &str, fate: &Fate, memory: &Memory) -> Explanation {
    match fate {
        Fate::Moved { cell, how } => moved_by(name, *cell, how.as_ref(), memory.defined_in(name)),
        Fate::TypeChanged { cell, kind } => Explanation::new(
            format!(
                "Cell [{cell}] changed `{kind}`, of which `{name}` was made, so it had to go. Make \
                it again:"
            ),
            format!(
                "单元格 [{cell}] 修改了 `{kind}`，按旧定义创建的 `{name}` 已经不能用了。请重新创建："
            ),
            format!("let {name} = …;"),
        ),
        Fate::InBlock { cell, code } if code.is_empty() => Explanation::new(
            format!(
                "`{name}` belongs to the loop in cell [{cell}], and is gone after the loop's \
                closing brace."
            ),
            format!("`{name}` 属于单元格 [{cell}] 里的循环，循环的右花括号之后就不存在了。"),
            format!("let mut last = 0;\nfor {name} in … {{ last = {name}; }}"),
        ),
        Fate::InBlock { cell, code } => Explanation::new(
            format!(
                "`{name}` was defined inside of {{ }} in cell [{cell}], and is gone after the \
                 closing brace. Define it outside of the braces."
            ),
            format!(
                "`{name}` 是在单元格 [{cell}] 的花括号里定义的，右花括号之后就不存在了。请在花括号外面定义它。"
            ),
            code.clone(),
        ),
        Fate::Failed { cell } => Explanation::new(
            format!(
                "Cell [{cell}] was to define `{name}`, but it failed before that, or after it had \
                 moved the value away. Fix that cell and run it again."
            ),
            format!(
                "`{name}` 应该由单元格 [{cell}] 定义，但那个单元格在此之前就出错了，或者出错时它的值已经被移走：请先改好那个单元格，再重新运行。"
            ),
            "",
        ),
        Fate::NotKept { cell } => Explanation::new(
            format!(
                "Cell [{cell}] defined `{name}`, but it lived only as long as that cell. Give it a \
                `let` of its own there:"
            ),
            format!(
                "单元格 [{cell}] 定义了 `{name}`，但它只在那个单元格里存在。请在那里单独用 `let` 定义它："
            ),
            format!("let {name} = …;"),
        ),
        Fate::NotReached { cell } => Explanation::new(
            format!(
                "Cell [{cell}] ended at a `return` before it came to `{name}`. Run it again in a \
                way that it gets there."
            ),
            format!(
                "单元格 [{cell}] 在定义 `{name}` 之前就因为 `return` 结束了。请修改它，让它能执行到那里，再重新运行。"
            ),
            "",
        ),
        Fate::Unnameable { kind, .. } => {
            unnameable(&[(name.to_owned(), kind.clone(), memory.defined_in(name))])
        }
        Fate::ThreadsGone { cell } => {
            threads_gone(*cell, &[(name.to_owned(), memory.defined_in(name))])
        }
        Fate::SetAside { cell, from } => Explanation::new(
            format!(
                "`{name}` of cell [{from}] did not fit any more after cell [{cell}], and was set \
                 aside. Adapt cell [{from}] and run it again."
            ),
            format!(
                "运行单元格 [{cell}] 以后，单元格 [{from}] 里的 `{name}` 已经对不上，先被搁置了。请改好单元格 [{from}] 再重新运行。"
            ),
            "",
        ),
    }
}

/// Variables with their types, and the cells that made them.
pub fn unnameable(variables: &[(String, String, Option<u32>)]) -> Explanation {
    let list = |cell_of: fn(u32) -> String| {
        let one = |(name, kind, cell): &(String, String, Option<u32>)| {
            format!("`{name}: {kind}`{}", cell.map(cell_of).unwrap_or_default())
        };
        variables.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    Explanation::new(
        format!(
            "The next cells cannot write down the type of {}, so it is left out. It was defined \
             within that cell, by a macro perhaps. Define the type in a cell of its own, without \
             the macro, and make the variable again.",
            list(|cell| format!(" of cell [{cell}]"))
        ),
        format!(
            "后面的单元格写不出 {} 的类型，所以不再保留它。这个类型可能是宏在那个单元格内部定义的。请不用宏，把类型写在单独的\
             单元格里，再重新创建变量。",
            list(|cell| format!("（单元格 [{cell}]）"))
        ),
        "",
    )
}

/// Variables whose threads were not brought back after a cell, and the cells that made them.
pub fn threads_gone(cell: u32, variables: &[(String, Option<u32>)]) -> Explanation {
    let names = variables
        .iter()
        .map(|(name, _)| format!("`{name}`"))
        .collect::<Vec<_>>()
        .join(", ");
    let mut cells: Vec<u32> = variables.iter().filter_map(|(_, cell)| *cell).collect();
    cells.sort_unstable();
    cells.dedup();
    let cells = cells
        .iter()
        .map(|cell| format!("[{cell}]"))
        .collect::<Vec<_>>()
        .join(", ");
    let (english, chinese) = if cells.is_empty() {
        ("make them again".to_owned(), "请重新创建".to_owned())
    } else {
        (
            format!("run cell {cells} again"),
            format!("请重新运行单元格 {cells}"),
        )
    };
    Explanation::new(
        format!(
            "When the variables were brought back after cell [{cell}], threads were not: they \
             ended with it. {names} would wait for them for ever and had to go; {english}."
        ),
        format!(
            "单元格 [{cell}] 之后恢复了变量，但线程无法恢复，已经随它一起结束了。{names} 会永远等待这些线程，所以被移除了；{chinese}。"
        ),
        "",
    )
}

fn moved_by(name: &str, cell: u32, how: Option<&Move>, defined: Option<u32>) -> Explanation {
    let code = how.map(|how| how.code.as_str()).unwrap_or_default();
    let (english, chinese) = match how.map(|how| &how.by) {
        Some(By::Variable(to)) => (
            format!("Cell [{cell}] moved the value of `{name}` into `{to}`"),
            format!("单元格 [{cell}] 把 `{name}` 的值移动（move）给了 `{to}`"),
        ),
        Some(By::Call(function)) => (
            format!("Cell [{cell}] moved the value of `{name}` into the call of `{function}`"),
            format!("单元格 [{cell}] 调用 `{function}` 时把 `{name}` 的值移动（move）了进去"),
        ),
        Some(By::Method(method)) => (
            format!("Cell [{cell}] used up `{name}` with `.{method}()`"),
            format!("单元格 [{cell}] 用 `.{method}()` 把 `{name}` 消耗掉了"),
        ),
        Some(By::Loop) => (
            format!("The loop in cell [{cell}] used up `{name}`"),
            format!("单元格 [{cell}] 里的循环把 `{name}` 消耗掉了"),
        ),
        Some(By::Closure) => (
            format!("A closure in cell [{cell}] took `{name}`"),
            format!("单元格 [{cell}] 里的闭包拿走了 `{name}`"),
        ),
        Some(By::Statement) => (
            format!(
                "Cell [{cell}] threw `{name}` away: `{code}` moves a value and keeps it nowhere"
            ),
            format!("单元格 [{cell}] 把 `{name}` 丢掉了：`{code}` 移动了值，却没有保存到任何地方"),
        ),
        Some(By::Other) | None => (
            format!("Cell [{cell}] moved the value of `{name}` away"),
            format!("单元格 [{cell}] 把 `{name}` 的值移走（move）了"),
        ),
    };
    let again = defined
        .filter(|defined| *defined != cell)
        .map(|defined| format!(" [{defined}]"))
        .unwrap_or_default();
    let or_borrow = match how.map(|how| &how.by) {
        Some(By::Call(function))
            if how.is_some_and(|how| how.code.contains(&format!("{function}({name})"))) =>
        {
            let only_reads = say(
                "or, where it only reads, a parameter of type &",
                "如果只是读取，参数类型写成 & 引用",
            );
            format!("\n{function}(&{name})  // {only_reads}")
        }
        _ => String::new(),
    };
    let fix = how
        .map(|how| format!("{}{or_borrow}", how.fix))
        .unwrap_or_default();
    let (change, change_chinese) = match fix.is_empty() {
        true => (String::new(), String::new()),
        false => (
            format!(", and write in cell [{cell}]:"),
            format!("，并把单元格 [{cell}] 改成："),
        ),
    };
    let (english_end, chinese_end) = if fix.is_empty() {
        (".", "。")
    } else {
        ("", "")
    };
    Explanation::new(
        format!(
            "{english}, and a value has one owner only. Run the cell{again} that defines `{name}` \
            again{change}{english_end}"
        ),
        format!(
            "{chinese}，而一个值只能有一个所有者。请重新运行定义 `{name}` 的单元格{again}{change_chinese}{chinese_end}"
        ),
        fix,
    )
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

/// A type whose path is not known where evcxr writes it down.
pub fn nameless_trait(case: &Case) -> Option<Explanation> {
    let cell = Cell::new(case.code);
    let variable = cell.variables().into_iter().next()?;
    Some(Explanation::new(
        format!(
            "The kernel writes down the type of `{variable}` for the next cell, and there is a \
             trait in it, probably `Error`, whose path is not known. Bring it in, in the first \
             line of this cell:"
        ),
        format!(
            "内核要为下一个单元格写下 `{variable}` 的类型，其中有一个 trait（多半是 `Error`）不知道在哪里。请在这个单元格的第一行引入它："
        ),
        "use std::error::Error;",
    ))
}

pub fn missing_method(case: &Case) -> Option<Explanation> {
    let method = case.name();
    let fate = case.memory.fate(method)?;
    matches!(fate, Fate::SetAside { .. }).then(|| of_fate(method, fate, case.memory))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_be_meant_is_advised() {
        let similar = |name: &str, found: &str| {
            alike(
                &format!("a struct with a similar name exists\n\n{found}"),
                name,
            )
            .is_some()
        };
        for (name, found) in [
            ("Conv2d", "Conv2D"),
            ("Sequntial", "Sequential"),
            ("qqq", "qq"),
            ("los", "loss"),
        ] {
            assert!(similar(name, found), "{name}");
        }
        for (name, found) in [("x", "f"), ("y", "by"), ("lr", "f"), ("images", "imports")] {
            assert!(!similar(name, found), "{name}");
        }
        let other = "`Checkpoint` has a name defined in the doc alias attribute as \
                    `ModelCheckpoint`\n\nCheckpoint";
        assert_eq!(alike(other, "ModelCheckpoint"), Some("Checkpoint"));
        assert_eq!(
            (
                distance("iris", "Iris"),
                distance("ab", "ba"),
                distance("", "abc")
            ),
            (1, 2, 3)
        );
    }
}
