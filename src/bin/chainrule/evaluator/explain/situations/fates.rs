//! What became of a variable that is not there any more.

use super::super::case::Explanation;
use super::super::memory::{Fate, Memory};
use super::super::moves::{By, Move};
use super::super::syntax::Cell;
use super::copies::{Instead, instead_of};
use chainrule::display::say;

pub fn of_fate(name: &str, fate: &Fate, memory: &Memory) -> Explanation {
    match fate {
        Fate::Moved { cell, how } => moved_by(name, *cell, how.as_ref(), memory),
        Fate::TakenAlong { cell, how } => taken_along(name, *cell, how.as_ref(), memory),
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
        Fate::InBlock { cell, code } => in_block(name, *cell, code),
        Fate::Failed { cell, is_item } => failed(name, *cell, *is_item),
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
        Fate::ByMacro { cell, call } => by_macro(name, *cell, call),
        Fate::SetAside { cell, from } => set_aside(name, *cell, *from),
    }
}

/// Something of cell `from` that did not fit any more after `cell`.
fn set_aside(name: &str, cell: u32, from: u32) -> Explanation {
    Explanation::new(
        format!(
            "`{name}` of cell [{from}] did not fit any more after cell [{cell}], and was set \
                 aside. Adapt cell [{from}] and run it again."
        ),
        format!(
            "运行单元格 [{cell}] 以后，单元格 [{from}] 里的 `{name}` 已经对不上，先被搁置了。请改好单元格 [{from}] 再重新运行。"
        ),
        "",
    )
}

/// What the cell that was to define it has not come to.
fn failed(name: &str, cell: u32, is_item: bool) -> Explanation {
    if is_item {
        return Explanation::new(
            format!(
                "Cell [{cell}] was to define `{name}`, but it failed. Fix that cell and run it \
                 again."
            ),
            format!(
                "`{name}` 应该由单元格 [{cell}] 定义，但那个单元格出错了：请先改好它，再重新运行。"
            ),
            "",
        );
    }
    Explanation::new(
        format!(
            "Cell [{cell}] was to define `{name}`, but it failed before that, or after it had \
             moved the value away. Fix that cell and run it again."
        ),
        format!(
            "`{name}` 应该由单元格 [{cell}] 定义，但那个单元格在此之前就出错了，或者出错时它的值\
             已经被移走：请先改好那个单元格，再重新运行。"
        ),
        "",
    )
}

/// What a macro has made, in the cell of its call.
fn by_macro(name: &str, cell: u32, call: &str) -> Explanation {
    Explanation::new(
        format!(
            "`{name}` was made by `{call}` in cell [{cell}], and what a macro makes lives only in \
             the cell of the call. Call the macro in the cell that needs `{name}`, too, or write \
             down what it makes, without a macro."
        ),
        format!(
            "`{name}` 是单元格 [{cell}] 里的 `{call}` 生成的，而宏生成的东西只在调用它的单元格里有效。\
             请在要用 `{name}` 的单元格里也调用这个宏，或者不用宏，直接写出它的定义。"
        ),
        "",
    )
}

/// A variable of a loop, or of a part in braces.
fn in_block(name: &str, cell: u32, code: &str) -> Explanation {
    if code.is_empty() {
        return Explanation::new(
            format!(
                "`{name}` belongs to the loop in cell [{cell}], and is gone after the loop's \
                closing brace."
            ),
            format!("`{name}` 属于单元格 [{cell}] 里的循环，循环的右花括号之后就不存在了。"),
            format!("let mut last = 0;\nfor {name} in … {{ last = {name}; }}"),
        );
    }
    Explanation::new(
        format!(
            "`{name}` was defined inside of {{ }} in cell [{cell}], and is gone after the \
                 closing brace. Define it outside of the braces."
        ),
        format!(
            "`{name}` 是在单元格 [{cell}] 的花括号里定义的，右花括号之后就不存在了。请在花括号外面定义它。"
        ),
        outside(name, code),
    )
}

/// The variable defined outside of the braces: as it is, or else with its value from within.
fn outside(name: &str, code: &str) -> String {
    let value = code.split_once(" = ").map(|(_, value)| value);
    let Some(value) = value.filter(|value| value.contains(char::is_alphabetic)) else {
        return code.to_owned();
    };
    let (before, within) = (
        say("before the braces", "写在花括号前面"),
        say("in the braces", "写在花括号里面"),
    );
    format!("let mut {name} = …;  // {before}\n{name} = {value}  // {within}")
}

/// Variables with their types, and the cells that made them.
pub fn unnameable(variables: &[(String, String, Option<u32>)]) -> Explanation {
    let list = |cell_of: fn(u32) -> String| {
        let one = |(name, kind, cell): &(String, String, Option<u32>)| {
            format!("`{name}: {kind}`{}", cell.map(cell_of).unwrap_or_default())
        };
        variables.iter().map(one).collect::<Vec<_>>().join(", ")
    };
    if let [(name, kind, _)] = variables
        && kind.contains("<!>")
    {
        let kind = kind
            .replace("thread::join_handle::", "thread::")
            .replace("<!>", "<()>");
        return Explanation::new(
            format!(
                "`{name}` waits for something that never ends, and the next cells cannot write \
                 down such a type, so it is left out. `()` stands for no result:"
            ),
            format!(
                "`{name}` 等待的东西永远不会结束，后面的单元格写不出这样的类型，所以不再保留它。用 `()` 表示没有结果："
            ),
            format!("let {name}: {kind} = …;"),
        );
    }
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

/// Which cell has moved a value away, and by what, in English and in Chinese.
fn what_moved(name: &str, cell: u32, how: Option<&Move>) -> (String, String) {
    let code = how.map(|how| how.code.as_str()).unwrap_or_default();
    match how.map(|how| &how.by) {
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
    }
}

/// What became of a value that a cell moves which ended before its end.
fn taken_along(name: &str, cell: u32, how: Option<&Move>, memory: &Memory) -> Explanation {
    let code = how
        .map(|how| format!(" (`{}`)", how.code))
        .unwrap_or_default();
    let said = (
        format!(
            "A line of cell [{cell}] moves `{name}`{code}. The cell ended early, and what a cell \
             moves it does not give back then"
        ),
        format!(
            "单元格 [{cell}] 里有一行要移走（move）`{name}`{code}。那个单元格提前结束了，而这时它不会归还要移走的值"
        ),
    );
    again(name, cell, how, memory, said)
}

fn moved_by(name: &str, cell: u32, how: Option<&Move>, memory: &Memory) -> Explanation {
    let (english, chinese) = what_moved(name, cell, how);
    let said = (
        format!("{english}, and a value has one owner only"),
        format!("{chinese}，而一个值只能有一个所有者"),
    );
    again(name, cell, how, memory, said)
}

/// What a cell that has ended at a `return` did not come to, and what it has taken along.
pub fn ended_early(line: u32, missing: &[String], taken: &[String]) -> Explanation {
    let mut english = format!("The cell ended at the `return` in the statement of line {line}.");
    let mut chinese = format!("单元格在第 {line} 行的语句里遇到 `return`，提前结束了。");
    if !missing.is_empty() {
        let list = missing.join(", ");
        english += &format!(" What it had made by then is kept, but there is no {list}.");
        let list = missing.join("、");
        chinese += &format!("在此之前创建的变量都保留，但没有 {list}。");
    }
    if !taken.is_empty() {
        let (list, list_chinese) = (taken.join(", "), taken.join("、"));
        english += &format!(
            " Gone with it: {list}. A line of the cell moves that, and what a cell moves it does \
             not give back when it ends early. Where a copy will do, write `.clone()` in that line."
        );
        chinese += &format!(
            "{list_chinese} 也没有了：这个单元格里有一行要移走（move）它，而单元格提前结束时，不会归还要移走的值。\
             如果用副本就行，请在那一行写 `.clone()`。"
        );
    }
    Explanation::new(english, chinese, "")
}

/// What happened, and how to get the value back and keep it.
fn again(
    name: &str,
    cell: u32,
    how: Option<&Move>,
    memory: &Memory,
    (english, chinese): (String, String),
) -> Explanation {
    let again = memory
        .defined_in(name)
        .filter(|defined| *defined != cell)
        .map(|defined| format!(" [{defined}]"))
        .unwrap_or_default();
    let instead = how.map(|how| instead_of(name, how, memory, &Cell::new("")));
    let (before, fix) =
        instead.map_or_else(Default::default, |Instead { before, code }| (before, code));
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
            "{english}.{} Run the cell{again} that defines `{name}` \
            again{change}{english_end}",
            before.english
        ),
        format!(
            "{chinese}。{}请重新运行定义 `{name}` 的单元格{again}{change_chinese}{chinese_end}",
            before.chinese
        ),
        fix,
    )
}
