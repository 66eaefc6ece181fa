//! Owning, borrowing, changing; what can be shown, and what is there twice.

use super::super::super::assist;
use super::super::calls::Call;
use super::super::case::{Case, Explanation};
use super::super::moves::{By, head, how_moved, kind_in};
use super::super::syntax::{Cell, one_line, text};
use super::closures::{box_without_move, closure_kept};
use super::copies::{Instead, instead_of};
use crate::evaluator::cell::words;
use ra_ap_syntax::ast::{self, AstNode, HasName};

/// `let whole @ (one, other) = …;`
fn whole_and_parts(case: &Case) -> Option<Explanation> {
    let statement = Cell::new(case.code).definition(case.mark.as_ref(), "")?;
    let ast::Pat::IdentPat(whole) = statement.pat()? else {
        return None;
    };
    let (name, parts) = (whole.name()?.text().to_string(), whole.pat()?);
    let value = one_line(&statement.initializer()?.syntax().text().to_string());
    Some(Explanation::new(
        format!(
            "The parts would be taken out of `{name}`, which would not be whole any more. Keep the \
             whole, and take its parts from a copy:"
        ),
        format!(
            "各部分会从 `{name}` 里取走，`{name}` 就不完整了。请先保存整体，再从它的副本里取出各部分："
        ),
        format!(
            "let {name} = {value};\nlet {} = {name}.clone();",
            parts.syntax().text()
        ),
    ))
}

pub fn moved_in_this_cell(case: &Case) -> Option<Explanation> {
    if case.message.contains("partially moved")
        && let Some(said) = whole_and_parts(case)
    {
        return Some(said);
    }
    let name = case.name();
    // What is lent to the next cell is kept by a move that nobody wrote.
    if case.labels.contains("`'static`") {
        return None;
    }
    let cell = Cell::new(case.code);
    let kinds = |other: &str| {
        let known = case.memory.variable_type(other).map(str::to_owned);
        let said = type_of_moved(case).filter(|_| other == name);
        said.or_else(|| kind_in(&cell, other)).or(known)
    };
    let how = how_moved(&cell, name, &kinds)?;
    // A closure in a `let` cannot be kept, however it takes what it uses.
    if how.by == By::Closure
        && let Some(said) = kept_closure(case, &cell, name)
    {
        return Some(said);
    }
    let Instead { before, code } = instead_of(name, &how, case.memory, &cell);
    let (end, end_zh) = match code.is_empty() {
        true => (
            " A copy cannot be made of it. Use it before it is moved, or lend it with `&`.",
            "它不能复制。请在移走之前使用它，或者用 `&` 借出去。",
        ),
        false => (" Write instead:", "可以改成："),
    };
    Some(Explanation::new(
        format!(
            "`{}` moves the value out of `{name}`, and a value has one owner only.{}{end}",
            how.code, before.english
        ),
        format!(
            "`{}` 把 `{name}` 的值移走（move）了，而一个值只能有一个所有者。{}{end_zh}",
            how.code, before.chinese
        ),
        code,
    ))
}

/// What rustc says of its type: "move occurs because `p` has type `P`".
fn type_of_moved(case: &Case) -> Option<String> {
    let kind = case.labels.split("has type `").nth(1)?;
    Some(kind.split('`').next()?.to_owned())
}

/// `let f = move || v.len();` at the top of a cell
fn kept_closure(case: &Case, cell: &Cell, name: &str) -> Option<Explanation> {
    let lets = cell.statements().iter().cloned();
    let mut closures = lets.filter_map(ast::LetStmt::cast).filter_map(|one| {
        let ast::Expr::ClosureExpr(closure) = one.initializer()? else {
            return None;
        };
        Some((one.pat()?.syntax().text().to_string(), closure))
    });
    let (variable, closure) = closures.find(|(_, closure)| {
        let text = closure.syntax().text().to_string();
        closure.move_token().is_some() && words(&text).any(|word| word == name)
    })?;
    closure_kept(case, &variable, closure)
}

/// `ages["ann"] = 2`, `counts[word] += 1`
fn in_a_map(case: &Case) -> Option<Explanation> {
    let is_map = ["HashMap<", "BTreeMap<"]
        .iter()
        .any(|map| case.message.contains(map));
    let change: ast::BinExpr =
        Cell::new(case.code).around(case.mark.as_ref().filter(|_| is_map)?)?;
    let ast::Expr::IndexExpr(index) = change.lhs()? else {
        return None;
    };
    let (map, key) = (text(&index.base()?), text(&index.index()?));
    let (key, value) = (key.trim_start_matches('&'), text(&change.rhs()?));
    let fix = match change.op_kind()? {
        ast::BinaryOp::Assignment { op: None } => format!("{map}.insert({key}, {value});"),
        ast::BinaryOp::Assignment { op: Some(op) } => {
            let nothing = if value.contains('.') { "0.0" } else { "0" };
            format!("*{map}.entry({key}).or_insert({nothing}) {op}= {value};")
        }
        _ => return None,
    };
    Some(Explanation::new(
        "With brackets the value under a key can be read only. To write there:",
        "用方括号只能读取键对应的值。要写入，请用：",
        fix,
    ))
}

/// `self.n += 1` behind `&self`, `*x += 1` in `for x in &v`
fn behind_a_reference(case: &Case) -> Option<Explanation> {
    let is_it = case.message.contains("behind a `&` reference");
    let fix = case.advice.filter(|_| is_it).unwrap_or_default();
    is_it.then(|| {
        Explanation::new(
            "`&` lends something to be read. To change it, it has to be lent with `&mut`, by \
             everybody on the way to it.",
            "`&` 借出的东西只能读取。要修改它，一路上都要用 `&mut` 来借。",
            fix,
        )
    })
}

pub fn immutable(case: &Case) -> Option<Explanation> {
    if let Some(said) = in_a_map(case).or_else(|| behind_a_reference(case)) {
        return Some(said);
    }
    // "cannot assign to `p.x`, as `p` is not declared as mutable"
    let name = case.named().last()?;
    let cell = Cell::new(case.code);
    let place = case
        .mark
        .as_ref()
        .map_or(case.code.len(), |mark| mark.start);
    let fix = match cell.binding(name, place) {
        Some((whole, at)) => {
            let mut code = whole.text().to_string();
            code.insert_str(at, "mut ");
            let is_function =
                ast::Fn::can_cast(whole.kind()) || ast::ForExpr::can_cast(whole.kind());
            match is_function && code.contains('\n') {
                true => head(&code),
                false => one_line(&code),
            }
        }
        None if case.memory.variable_type(name).is_some() => format!("let mut {name} = {name};"),
        None => return None,
    };
    Some(Explanation::new(
        format!(
            "A variable keeps its value unless it is defined with `mut`. To change `{name}`, write \
            first:"
        ),
        format!("变量默认不可修改，除非定义时写了 `mut`。要修改 `{name}`，请先写："),
        fix,
    ))
}

pub fn lent_too_long(case: &Case) -> Option<Explanation> {
    if let Some(said) = box_without_move(case) {
        return Some(said);
    }
    let is_temporary = case.kind == "E0716";
    let line = case.code[..case.mark.as_ref()?.start]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let line = case.code[line..].lines().next().unwrap_or_default();
    if is_temporary && super::keeping::is_training(line) {
        return Some(super::keeping::training_not_started(line));
    }
    // A variable of the notebook is there for longer, but not what borrows from it.
    if !is_temporary && case.memory.variable_type(case.name()).is_some() {
        return super::keeping::borrow(case);
    }
    Some(match is_temporary {
        true => Explanation::new(
            "The value that is borrowed here has no name, and is gone at the end of the line. Give \
            it a name first.",
            "这里借用的值没有名字，这一行结束它就消失了。请先给它起个名字。",
            format!(
                "let value = {};",
                one_line(
                    case.marked()
                        .trim_start_matches('&')
                        .trim_start_matches("mut ")
                )
            ),
        ),
        false => Explanation::new(
            format!(
                "`{}` is gone at the closing brace, but something outside still borrows from it. \
                 Define it outside of the braces, or keep a copy.",
                case.name()
            ),
            format!(
                "`{}` 在右花括号处就消失了，而外面还在借用它。请把它定义在花括号外面，或者保存一份拷贝。",
                case.name()
            ),
            "",
        ),
    })
}

/// Types of std that print what they hold.
const HOLDERS: &[&str] = &[
    "Option", "Result", "Vec", "Box", "Rc", "Arc", "RefCell", "Cell", "Mutex", "String", "HashMap",
    "HashSet", "BTreeMap", "BTreeSet", "VecDeque", "Debug",
];

pub fn no_debug(case: &Case) -> Option<Explanation> {
    let words = case
        .message
        .split(|c: char| !c.is_alphanumeric() && c != '_');
    let mut types =
        words.filter(|word| word.starts_with(char::is_uppercase) && !HOLDERS.contains(word));
    let kind = types.next()?;
    if kind == "Fit" {
        // What is wrong with the call itself is said already.
        let fits = Call::all(case.code)
            .into_iter()
            .filter(|call| call.callee == "fit");
        if fits.into_iter().any(|call| call.arguments.len() != 1) {
            return None;
        }
        return Some(super::keeping::training_not_started(last_line(case)));
    }
    if case.memory.defined_in(kind).is_none() && assist::is_type_of_library(kind) {
        return Some(Explanation::new(
            format!(
                "A `{kind}` of the library has nothing to show by itself. Press Tab behind it and \
                a dot to see what it can do."
            ),
            format!(
                "库里的 `{kind}` 本身没有可以显示的内容。在它后面输入点号再按 Tab 键，可以看到它能做什么。"
            ),
            "",
        ));
    }
    let said = [case.code, case.advice.unwrap_or_default()];
    let mut said = said.iter().chain(&case.helps);
    let word = match said.any(|text| text.contains(&format!("enum {kind}"))) {
        true => "enum",
        false => "struct",
    };
    let place = case
        .memory
        .defined_in(kind)
        .map(|cell| format!(" [{cell}]"))
        .unwrap_or_default();
    Some(Explanation::new(
        format!(
            "Rust does not know how to print a `{kind}`. Put the first line above its definition, \
             and run that cell{place} again:"
        ),
        format!(
            "Rust 不知道怎样打印 `{kind}`。请在它的定义上面加上第一行，再重新运行那个单元格{place}："
        ),
        format!("#[derive(Debug)]\n{word} {kind} …"),
    ))
}

/// The last line of the cell.
fn last_line<'a>(case: &Case<'a>) -> &'a str {
    case.code.trim_end().lines().last().unwrap_or_default()
}

pub fn no_display(case: &Case) -> Option<Explanation> {
    let kind = case
        .message
        .split('`')
        .find(|part| !part.is_empty() && !part.contains([' ', '?', ':']))?;
    if case.message.contains('?') {
        return None;
    }
    Some(Explanation::new(
        format!("`{{}}` is for texts and numbers; a `{kind}` is printed with `{{:?}}`."),
        format!("`{{}}` 只用于文本和数字；要打印 `{kind}`，请用 `{{:?}}`。"),
        "println!(\"{:?}\", …);",
    ))
}

pub fn implemented_twice(case: &Case) -> Option<Explanation> {
    let name = case.name();
    Some(Explanation::new(
        format!(
            "`{name}` is there twice for this type: perhaps once by `#[derive(…)]` and once by an \
            `impl`. Keep one of them."
        ),
        format!(
            "这个类型的 `{name}` 实现了两次：可能一次来自 `#[derive(…)]`，一次来自 `impl`。请只保留一个。"
        ),
        "",
    ))
}

pub fn mutable_static(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "A `static` is made afresh for every cell, so it cannot count across cells; a variable \
         can.",
        "`static` 在每个单元格里都会重新创建，不能跨单元格累计；普通变量可以。",
        "let mut counter = 0;\ncounter += 1;",
    ))
}
