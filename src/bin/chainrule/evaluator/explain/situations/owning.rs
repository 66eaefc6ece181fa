//! Owning, borrowing, changing; what can be shown, and what is there twice.

use super::super::super::assist;
use super::super::calls::Call;
use super::super::case::{Case, Explanation};
use super::super::syntax::{By, Cell, one_line};
use chainrule::display::say;
use ra_ap_syntax::ast::AstNode;

pub fn moved_in_this_cell(case: &Case) -> Option<Explanation> {
    let name = case.name();
    // What is lent to the next cell is kept by a move that nobody wrote.
    if case.labels.contains("`'static`") {
        return None;
    }
    let how = Cell::new(case.code).how_moved(name)?;
    let or_borrow = match &how.by {
        By::Call(function) if how.code.contains(&format!("{function}({name})")) => {
            let only_reads = say(
                "or, where it only reads, a parameter of type &",
                "如果只是读取，参数类型写成 & 引用",
            );
            format!("\n{function}(&{name})  // {only_reads}")
        }
        _ => String::new(),
    };
    Some(Explanation::new(
        format!(
            "`{}` moves the value out of `{name}`, and a value has one owner only. Write instead:",
            how.code
        ),
        format!(
            "`{}` 把 `{name}` 的值移走（move）了，而一个值只能有一个所有者。可以改成：",
            how.code
        ),
        format!("{}{or_borrow}", how.fix),
    ))
}

pub fn immutable(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let written = Cell::new(case.code).definition(None, name);
    let fix = match &written {
        Some(statement) => {
            one_line(&statement.syntax().text().to_string()).replacen("let ", "let mut ", 1)
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
        format!("#[derive(Debug)]\nstruct {kind} …"),
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
