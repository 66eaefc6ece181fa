//! Words under a cell that works, but does something else than it seems to.

use super::case::Explanation;
use super::memory::{End, Fate, Memory};
use super::situations::{ended_early, unnameable};
use super::surprising_numbers;
use super::syntax::Cell;
use super::warnings::{self, Warning};
use crate::evaluator::cell::sources::SourceMap;
use crate::evaluator::changes::gone::{Claimed, Gone};
use crate::evaluator::changes::meanings::names_of_library;
use ra_ap_syntax::SyntaxKind;
use ra_ap_syntax::ast::{self, AstNode, HasArgList, HasName};
use std::collections::BTreeMap;

/// A cell that has ended.
pub struct Past<'a> {
    pub cell: &'a Cell,
    /// The variables that there were before it, and are now.
    pub before: &'a BTreeMap<String, String>,
    pub now: BTreeMap<String, String>,
    pub gone: &'a Gone,
    pub has_run: bool,
    pub succeeded: bool,
    /// The line of the `return` that has ended it, as the worker has reported.
    pub returned: Option<u32>,
    /// What rustc warns of in what was compiled for it.
    pub warnings: &'a [Warning],
    pub source: &'a str,
    pub sources: &'a SourceMap,
}

impl Past<'_> {
    /// Notes what the cell has done, and says what of it may surprise.
    pub fn remember(self, memory: &mut Memory) -> Vec<Explanation> {
        let end = match (self.has_run, self.succeeded) {
            (_, true) => End::Finished,
            (true, false) => End::Stopped,
            (false, false) => End::NotRun,
        };
        memory.record(self.cell, self.now.clone(), end);
        let mut notices = of_changed_types(self.gone, memory);
        notices.extend(of_unnameable(self.gone, memory).filter(|_| self.has_run));
        if self.succeeded {
            notices.extend(of_cell(self.cell, self.before, memory));
            notices.extend(warnings::of_cell(
                self.warnings,
                self.cell,
                self.source,
                self.sources,
                memory,
            ));
        }
        let not_reached = self
            .returned
            .and_then(|line| self.not_reached(line, memory));
        notices.extend(not_reached);
        notices
    }

    /// What there is not because the cell ended by a `return`: what it did not come to, and what it
    /// would have moved, or has.
    fn not_reached(&self, line: u32, memory: &mut Memory) -> Option<Explanation> {
        let cell = self.cell.number;
        let mut names = self.cell.variables();
        names.retain(|name| !self.now.contains_key(name));
        for name in &names {
            memory.note(name, Fate::NotReached { cell });
        }
        let mut taken = Vec::new();
        for name in self.before.keys().filter(|name| !names.contains(*name)) {
            if let Some(Fate::Moved { cell: by, how }) = memory.fate(name).cloned()
                && by == cell
            {
                memory.note(name, Fate::TakenAlong { cell, how });
                taken.push(format!("`{name}`"));
            }
        }
        let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
        let is_whole = names.is_empty() && taken.is_empty();
        (!is_whole).then(|| ended_early(line, &names, &taken))
    }
}

/// Notes a cell that was not run.
pub fn not_run(cell: &Cell, variables: BTreeMap<String, String>, memory: &mut Memory) {
    memory.record(cell, variables, End::NotRun);
}

/// Variables that had to be left out because no cell can name their types.
fn of_unnameable(gone: &Gone, memory: &Memory) -> Option<Explanation> {
    let known = |name: &'_ String| match memory.fate(name) {
        Some(Fate::Unnameable { kind, .. }) => {
            Some((name.clone(), kind.clone(), memory.defined_in(name)))
        }
        _ => None,
    };
    let variables: Vec<_> = gone.unnameable.iter().filter_map(known).collect();
    (!variables.is_empty()).then(|| unnameable(&variables))
}

/// What to say of a cell that has run. `before` are the variables that there were; `memory` knows
/// those of now.
fn of_cell(cell: &Cell, before: &BTreeMap<String, String>, memory: &Memory) -> Vec<Explanation> {
    let mut notices = Vec::new();
    notices.extend(value_with_semicolon(cell, before, memory));
    notices.extend(nothing_kept(cell, memory));
    notices.extend(changing_static(cell));
    notices.extend(surprising_numbers::of_cell(cell));
    notices.extend(raw_pointer(cell, memory));
    notices.extend(main_with_parameters(cell));
    let joined: String = cell.text().split_whitespace().collect();
    if cell.mentions("args") && joined.contains("env::args") {
        notices.push(Explanation::new(
            "A notebook has no command line: what `std::env::args()` gives are the kernel's own. \
            Use a variable.",
            "笔记本没有命令行：`std::env::args()` 得到的是内核自己的参数。请改用变量。",
            "let arguments = [\"first\", \"second\"];",
        ));
    }
    notices
}

/// What a changed type took with it. `memory` knows what the cell has made anew.
pub fn of_changed_types(gone: &Gone, memory: &Memory) -> Vec<Explanation> {
    let quoted = |names: Vec<&str>| {
        names
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ")
    };
    let changed = quoted(gone.changed.iter().map(String::as_str).collect());
    let lost = gone
        .variables
        .iter()
        .map(String::as_str)
        .filter(|name| memory.variable_type(name).is_none());
    let lost: Vec<&str> = lost.collect();
    let mut notices = Vec::new();
    if !lost.is_empty() {
        let fix = lost
            .iter()
            .map(|name| format!("let {name} = …;"))
            .collect::<Vec<_>>()
            .join("\n");
        notices.push(Explanation::new(
            format!(
                "{changed} changed, so these variables had to go: {}. Make them again with the new \
                type.",
                quoted(lost.clone())
            ),
            format!(
                "{changed} 改变了，所以这些变量已经不能用了：{}。请用新的类型重新创建。",
                quoted(lost)
            ),
            fix,
        ));
    }
    notices.extend(
        gone.set_aside
            .iter()
            .map(|(called, place)| set_aside(called, place.cell, &changed)),
    );
    notices.extend(
        gone.set_aside
            .iter()
            .filter_map(|(called, _)| library_s_again(called)),
    );
    notices.extend(gone.claimed.iter().map(of_claimed));
    notices
}

fn set_aside(called: &str, cell: u32, changed: &str) -> Explanation {
    if called.starts_with("use ") {
        return Explanation::new(
            format!(
                "`{called}` of cell [{cell}] leads nowhere any more and was set aside. A `use` of \
                what is there now:"
            ),
            format!(
                "单元格 [{cell}] 里的 `{called}` 引入的东西已经不在了，先被搁置。请用 `use` 引入现在有的名字："
            ),
            format!(
                "{}…;",
                called
                    .rsplit_once("::")
                    .map_or("use ".to_owned(), |(path, _)| format!("{path}::"))
            ),
        );
    }
    let (fits, fits_zh) = match changed {
        "" => ("this cell".to_owned(), "这个单元格".to_owned()),
        changed => (format!("the new {changed}"), format!("新的 {changed}")),
    };
    Explanation::new(
        format!(
            "`{called}` of cell [{cell}] does not fit {fits} and was set aside. Adapt cell \
            [{cell}] and run it again."
        ),
        format!(
            "单元格 [{cell}] 里的 `{called}` 与{fits_zh} 对不上，先被搁置了。请改好单元格 [{cell}] 再重新运行。"
        ),
        "",
    )
}

/// What a name means once the learner's own of that name was set aside.
fn library_s_again(called: &str) -> Option<Explanation> {
    let name = called
        .rsplit([' ', ':'])
        .next()
        .filter(|name| names_of_library().contains(*name))?;
    (!called.starts_with("impl")).then(|| {
        Explanation::new(
            format!(
                "With that `{name}` is the library's again: what earlier cells have written with \
                 yours uses the library's from now on."
            ),
            format!("这样一来，`{name}` 又指库里的那个：之前的单元格里用到你自己的 `{name}` 的地方，从现在起用的是库里的。"),
            format!("chainrule::prelude::{name}"),
        )
    })
}

fn of_claimed(one: &Claimed) -> Explanation {
    let Claimed {
        called,
        place,
        name,
    } = one;
    let cell = place.cell;
    Explanation::new(
        format!(
            "`{name}` is yours from this cell on. `{called}` of cell [{cell}] meant the library's \
             and was set aside. Run cell [{cell}] again to use yours there; the library's goes on \
             as:"
        ),
        format!(
            "从这个单元格起，`{name}` 指的是你自己定义的。单元格 [{cell}] 里的 `{called}` 用的是库里的 `{name}`，先被搁置了。\
             想在那里用你自己的，请重新运行单元格 [{cell}]；库里的仍可以这样写："
        ),
        format!("chainrule::prelude::{name}"),
    )
}

/// `v;`
fn value_with_semicolon(
    cell: &Cell,
    before: &BTreeMap<String, String>,
    memory: &Memory,
) -> Option<Explanation> {
    let last = ast::ExprStmt::cast(cell.statements().last()?.clone())?;
    let ast::Expr::PathExpr(path) = last.expr()? else {
        return None;
    };
    let name = path.syntax().text().to_string();
    if memory.variable_type(&name).is_some() {
        return Some(Explanation::new(
            format!(
                "With a semicolon the value of `{name}` is not shown. Leave it out to see the \
                value."
            ),
            format!("加了分号就不会显示 `{name}` 的值。去掉分号就能看到。"),
            name,
        ));
    }
    (before.contains_key(&name) || cell.variables().contains(&name)).then(|| {
        Explanation::new(
            format!(
                "With a semicolon the value is not shown, and `{name};` even throws it away: \
                 `{name}` is gone now. To see a value, leave the semicolon out."
            ),
            format!("加了分号就不会显示值，而且 `{name};` 会把值丢掉：`{name}` 现在已经没有了。想看到值，请去掉分号。"),
            name,
        )
    })
}

/// `let sorted = list.sort();`: a variable that holds nothing.
fn nothing_kept(cell: &Cell, memory: &Memory) -> Option<Explanation> {
    let lets = cell
        .statements()
        .iter()
        .filter_map(|node| ast::LetStmt::cast(node.clone()));
    let named = |one: &ast::LetStmt| match one.pat()? {
        ast::Pat::IdentPat(name) => Some(name.name()?.text().to_string()),
        _ => None,
    };
    let (name, value) = lets
        .filter_map(|one| Some((named(&one)?, one.initializer()?)))
        .filter(|(name, _)| memory.variable_type(name) == Some("()"))
        .find(|(_, value)| {
            matches!(
                called(value),
                ast::Expr::CallExpr(_) | ast::Expr::MethodCallExpr(_)
            )
        })?;
    let code = value.syntax().text().to_string();
    let Some(changed) = works_on(&called(&value)) else {
        return Some(Explanation::new(
            format!(
                "`{name}` holds nothing: what is called there gives no value back, `()`. Leave out \
                the `let`."
            ),
            format!(
                "`{name}` 里什么都没有：这里调用的函数没有返回值，得到的是 `()`。不需要 `let`。"
            ),
            format!("{code};"),
        ));
    };
    Some(Explanation::new(
        format!(
            "`{name}` holds nothing, `()`: what is called there works on `{changed}` itself. Go on \
            with `{changed}`."
        ),
        format!(
            "`{name}` 里什么都没有，只是 `()`：这里调用的方法直接作用在 `{changed}` 上。之后请直接使用 `{changed}`。"
        ),
        format!("{code};"),
    ))
}

/// What is called, without `?` and `.unwrap()` behind it.
fn called(value: &ast::Expr) -> ast::Expr {
    match value {
        ast::Expr::TryExpr(inner) => inner.expr().map_or(value.clone(), |inner| called(&inner)),
        ast::Expr::MethodCallExpr(call) if is_unwrap(call) => call
            .receiver()
            .map_or(value.clone(), |inner| called(&inner)),
        _ => value.clone(),
    }
}

fn is_unwrap(call: &ast::MethodCallExpr) -> bool {
    call.name_ref()
        .is_some_and(|name| matches!(name.text(), "unwrap" | "expect"))
}

/// The variable that a method is called on: `list.sort()`, `Sequential::load(&model, path)`.
fn works_on(call: &ast::Expr) -> Option<String> {
    let on = match call {
        ast::Expr::MethodCallExpr(call) => call.receiver()?,
        ast::Expr::CallExpr(call) => match call.arg_list()?.args().next()? {
            ast::Expr::RefExpr(lent) => lent.expr()?,
            _ => return None,
        },
        _ => return None,
    };
    matches!(on, ast::Expr::PathExpr(_)).then(|| on.syntax().text().to_string())
}

/// `static mut`, a `static` that changes behind its back, `thread_local!`.
fn changing_static(cell: &Cell) -> Option<Explanation> {
    const CHANGING: &[&str] = &["Atomic", "Mutex", "RwLock", "OnceLock", "LazyLock", "Cell"];
    let changes = |kind: &str| CHANGING.iter().any(|word| kind.contains(word));
    let statics = cell.items().filter_map(|item| match item {
        ast::Item::Static(one) => Some(one),
        _ => None,
    });
    let is_changing = |one: &ast::Static| {
        one.mut_token().is_some()
            || one
                .ty()
                .is_some_and(|kind| changes(&kind.syntax().text().to_string()))
    };
    let name = statics
        .filter(is_changing)
        .filter_map(|one| Some(one.name()?.text().to_string()))
        .next();
    let name = match name {
        Some(name) => name,
        None if cell.mentions("thread_local") => "thread_local!".to_owned(),
        None => return None,
    };
    Some(Explanation::new(
        format!(
            "`{name}` starts afresh in every cell, because each cell is compiled on its own. Keep \
            what should last in a variable:"
        ),
        format!(
            "`{name}` 在每个单元格里都会重新开始，因为每个单元格是单独编译的。需要保留的数据请放在变量里："
        ),
        "let mut counter = 0;",
    ))
}

/// A variable that is an address.
fn raw_pointer(cell: &Cell, memory: &Memory) -> Option<Explanation> {
    let is_address = |kind: &str| {
        ["*const ", "*mut ", "NonNull<"]
            .iter()
            .any(|word| kind.contains(word))
    };
    let name = cell
        .variables()
        .into_iter()
        .find(|name| memory.variable_type(name).is_some_and(is_address))?;
    Some(Explanation::new(
        format!(
            "`{name}` is an address, and variables move to other places in memory from cell to \
             cell: in the next cell it points to nothing. Keep the value, or its place in a list."
        ),
        format!(
            "`{name}` 是一个内存地址，而变量在单元格之间会换位置：到下一个单元格它就指向无效的内存了。请保存值本身，或它在列表中的下标。"
        ),
        "",
    ))
}

fn main_with_parameters(cell: &Cell) -> Option<Explanation> {
    let last = cell
        .statements()
        .last()
        .filter(|last| last.kind() == SyntaxKind::FN)?;
    let main = ast::Fn::cast(last.clone())?;
    let has_parameters = main
        .param_list()
        .is_some_and(|list| list.params().next().is_some());
    (has_parameters && main.name()?.text() == "main").then(|| {
        Explanation::new(
            "A `main` with parameters is not run by itself. Call it:",
            "带参数的 `main` 不会自动运行。请自己调用它：",
            "main(…);",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(code: &str, variables: &[(&str, &str)]) -> Vec<String> {
        let variables: BTreeMap<String, String> = variables
            .iter()
            .map(|(name, kind)| ((*name).to_owned(), (*kind).to_owned()))
            .collect();
        let mut memory = Memory::default();
        let cell = Cell::numbered(1, code);
        memory.record(&cell, variables.clone(), End::Finished);
        of_cell(&cell, &variables, &memory)
            .into_iter()
            .map(|notice| notice.sentences)
            .collect()
    }

    #[test]
    fn only_what_surprises_is_said() {
        for code in [
            "x",
            "let y = 1;",
            "x + 1;",
            "static N: usize = 3;",
            "fn main() {}",
            "let env = 1; env",
        ] {
            assert_eq!(
                said(code, &[("x", "i32"), ("y", "i32"), ("env", "i32")]),
                [""; 0],
                "{code}"
            );
        }
        for (code, word) in [
            ("let z = 1; x;", "not shown"),
            ("let none = list.sort();", "works on `list` itself"),
            (
                "let none = Sequential::load(&model, \"m\")?;",
                "works on `model` itself",
            ),
            ("let none = list.lock().unwrap();", "works on `list` itself"),
            ("let none = update();", "Leave out the `let`"),
            ("static HITS: AtomicUsize = AtomicUsize::new(0);", "afresh"),
            ("static mut N: i32 = 0;", "afresh"),
            ("let x = &raw const y;", "address"),
            ("fn main(n: i32) {}", "Call it"),
            ("std::env::args()", "command line"),
        ] {
            let said = said(code, &[("x", "*const i32"), ("none", "()")]);
            assert!(
                said.len() == 1 && said[0].contains(word),
                "{code}: {said:?}"
            );
        }
    }
}
