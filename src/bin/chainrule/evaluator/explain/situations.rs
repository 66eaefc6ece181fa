//! The table of beginner's mistakes: which message means which, and what to say.

use super::memory::{Fate, Memory};
use super::syntax::{By, Cell, Move, one_line, text};
use super::{BORROW, CLOSURE, Case, Explanation, ITERATOR, NAMELESS, OUTDATED, UNKNOWN_TYPE};
use crate::settings::say;
use ra_ap_syntax::ast::{self, AstNode};

/// A mistake is known by its kind and by words in its message or at its marks; an entry that has no words knows all of
/// its kind. The first entry that has something to say wins.
struct Situation {
    kinds: &'static [&'static str],
    words: &'static str,
    explain: fn(&Case) -> Option<Explanation>,
}

const fn situation(
    kinds: &'static [&'static str],
    words: &'static str,
    explain: fn(&Case) -> Option<Explanation>,
) -> Situation {
    Situation { kinds, words, explain }
}

const SITUATIONS: &[Situation] = &[
    // What cannot be kept for the next cell.
    situation(&[BORROW, CLOSURE, ITERATOR, UNKNOWN_TYPE, "E0282", "E0283", "E0284", "E0373"], "", closure),
    situation(&[BORROW, ITERATOR], "", iterator),
    situation(&[BORROW], "", borrow),
    situation(&[NAMELESS], "", nameless),
    situation(&[UNKNOWN_TYPE, "E0282", "E0283", "E0284", "E0790"], "", unknown_type),
    situation(&[OUTDATED], "", outdated),
    // Names that are not there.
    situation(&["E0425", "E0434", "E0423"], "", missing_name),
    situation(&["E0433"], "crate", missing_crate),
    situation(&["E0432"], "unresolved import", missing_crate),
    situation(&["E0412", "E0425", "E0432", "E0433", "E0405"], "", missing_use),
    situation(&["E0599"], "no method named", missing_method),
    // Owning, borrowing, changing.
    situation(&["E0382", "E0505"], "", moved_in_this_cell),
    situation(&["E0384", "E0594", "E0596"], "", immutable),
    situation(&["E0597", "E0716"], "", lent_too_long),
    // What can be shown, and what is there twice.
    situation(&["E0599", "E0277"], "`Debug`", no_debug),
    situation(&["E0277"], "`std::fmt::Display`", no_display),
    situation(&["E0119", "E0592"], "", implemented_twice),
    situation(&["static_mut_refs", "E0133"], "static", mutable_static),
    // Small surprises.
    situation(&["E0277"], "the `?` operator", question_mark),
    situation(&["E0277"], "cannot ", two_kinds_of_numbers),
    situation(&["Panic", "unconditional_panic"], "index out of bounds", index_out_of_bounds),
    situation(&["Panic"], "`Option::unwrap()` on a `None` value", unwrap_of_none),
    situation(&["Panic"], "`Result::unwrap()` on an `Err` value", unwrap_of_err),
    situation(&["Panic", "unconditional_panic", "arithmetic_overflow"], "attempt to", integer_overflow),
    situation(&["Panic"], "already", borrowed_twice),
    situation(&["Error"], "No such file or directory", no_such_file),
    situation(&["Error"], " digit found in string", not_a_number),
];

/// The explanation of a mistake, if it is a known one.
pub fn explain(case: &Case) -> Option<Explanation> {
    let is_about =
        |situation: &&Situation| situation.kinds.contains(&case.kind) && case.said().contains(situation.words);
    SITUATIONS.iter().filter(is_about).find_map(|situation| (situation.explain)(case))
}

/// The right side of the `let` that a mistake is in.
fn initializer(case: &Case) -> Option<(String, ast::Expr)> {
    let statement = Cell::new(case.code).definition(case.mark.as_ref(), case.name())?;
    let pattern = statement.pat()?.syntax().text().to_string();
    Some((pattern, statement.initializer()?))
}

fn closure(case: &Case) -> Option<Explanation> {
    let (name, value) = initializer(case)?;
    let ast::Expr::ClosureExpr(closure) = value else { return None };
    let untyped = "f32";
    let parameters: Vec<(String, String)> = closure
        .param_list()
        .into_iter()
        .flat_map(|list| list.params())
        .map(|one| {
            let text = |node: Option<String>| node.unwrap_or_default();
            let kind = one.ty().map_or(untyped.to_owned(), |kind| kind.syntax().text().to_string());
            (text(one.pat().map(|pattern| pattern.syntax().text().to_string())), kind)
        })
        .collect();
    let result = match closure.ret_type().and_then(|one| one.ty()) {
        Some(kind) => kind.syntax().text().to_string(),
        None => parameters.first().map_or("…".to_owned(), |(_, kind)| kind.trim_start_matches('&').to_owned()),
    };
    let body = closure.body().map(|body| text(&body)).unwrap_or_default();
    let whole = text(&ast::Expr::ClosureExpr(closure));
    let (body, whole) = match body.contains('\n') {
        true => ("{ … }".to_owned(), whole.replace(&body, "{ … }")),
        false if body.starts_with('{') => (body, whole),
        false => (format!("{{ {body} }}"), whole),
    };
    let typed = parameters.iter().map(|(name, kind)| format!("{name}: {kind}")).collect::<Vec<_>>().join(", ");
    let kinds = parameters.iter().map(|(_, kind)| kind.as_str()).collect::<Vec<_>>().join(", ");
    let of_box = say("if it uses variables around it", "如果它用到了外面的变量");
    Some(Explanation::new(
        format!(
            "`{name}` is a closure, and a closure's type has no name under which it could be kept for the next cell. \
             Write a function, or put the closure into a box."
        ),
        format!("`{name}` 是一个闭包，闭包的类型没有名字，所以不能留到下一个单元格。请写成函数，或者把闭包装进 Box。"),
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

fn iterator(case: &Case) -> Option<Explanation> {
    let (name, value) = initializer(case)?;
    let code = one_line(&text(&value));
    let own = match &value {
        ast::Expr::MethodCallExpr(call) => {
            let method = call.name_ref()?.text().to_string();
            ITERATORS.iter().find(|(name, _)| *name == method).map(|(_, own)| *own)
        }
        _ => None,
    };
    if own.is_none() && case.kind != ITERATOR {
        return None;
    }
    let still_borrows = code.contains(".iter()") && !code.contains(".map(") && !code.contains(".cloned()");
    let own = if still_borrows { ".cloned()" } else { own.unwrap_or_default() };
    Some(Explanation::new(
        format!(
            "`{name}` is an iterator: it has computed nothing yet, and it cannot wait for the next cell. \
             Collect what it yields."
        ),
        format!("`{name}` 是一个迭代器：它还什么都没有算，也不能留到下一个单元格再算。请用 collect 把结果收集起来。"),
        format!("let {name}: Vec<_> = {code}{own}.collect();"),
    ))
}

fn borrow(case: &Case) -> Option<Explanation> {
    let value = initializer(case).map(|(_, value)| value);
    let name = case.name();
    let code = value.as_ref().map(|value| one_line(&text(value))).unwrap_or_default();
    let lent = match &value {
        Some(ast::Expr::RefExpr(reference)) => reference.expr(),
        _ => None,
    };
    let owned = match &lent {
        Some(part @ ast::Expr::IndexExpr(_)) if text(part).contains("..") => format!("{}.to_vec()", text(part)),
        Some(lent) => format!("{}.clone()", text(lent)),
        None if code.ends_with(".borrow()") || code.contains(".lock()") => format!("{code}.clone()"),
        None => format!("{code}.to_owned()"),
    };
    let only_here = say("or use the borrow in this cell only", "或者只在这个单元格里使用借用");
    let fix = format!("let {name} = {owned};\n{{ let {name} = {code}; … }}  // {only_here}");
    Some(Explanation::new(
        format!(
            "`{name}` is a reference into another variable, and a borrow ends with its cell. \
             Give `{name}` a value of its own."
        ),
        format!("`{name}` 是对另一个变量的引用，而借用到单元格结束就失效了。请让 `{name}` 拥有自己的值。"),
        if value.is_some() { fix } else { String::new() },
    ))
}

fn nameless(case: &Case) -> Option<Explanation> {
    let (name, value) = initializer(case)?;
    // The message of evcxr names the type: `impl Shape`.
    let kind = case.message.split('`').nth(3).and_then(|kind| kind.strip_prefix("impl ")).unwrap_or("Trait").to_owned();
    Some(Explanation::new(
        format!("The type of `{name}` has no name under which it could be kept for the next cell. Put it into a box."),
        format!("`{name}` 的类型没有名字，不能留到下一个单元格。请把它装进 Box。"),
        format!("let {name}: Box<dyn {kind}> = Box::new({});", one_line(&text(&value))),
    ))
}

fn outdated(case: &Case) -> Option<Explanation> {
    let name = case.name();
    Some(Explanation::new(
        format!(
            "With this cell `{name}` has to go, for it was made as the type was before. Make it again, before it is used:"
        ),
        format!("运行这个单元格以后，按旧定义创建的 `{name}` 就不能用了。请在使用之前重新创建它："),
        format!("let {name} = …;"),
    ))
}

fn unknown_type(case: &Case) -> Option<Explanation> {
    let (name, value) = initializer(case)?;
    let code = one_line(&text(&value));
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
    let kind = likely.iter().find(|(text, _)| code.contains(text)).map_or("…", |(_, kind)| *kind);
    Some(Explanation::new(
        format!(
            "Nothing in this cell says what type `{name}` has, and a later cell cannot say it: each cell is compiled \
             when it is run. Write the type down."
        ),
        format!(
            "这个单元格里没有任何地方说明 `{name}` 是什么类型，后面的单元格也来不及说明：每个单元格在运行时就单独编译。请把类型写出来。"
        ),
        format!("let {name}: {kind} = {code};"),
    ))
}

fn missing_name(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let cell = Cell::new(case.code);
    let start = case.mark.as_ref().map(|mark| mark.start);
    if let (Some(kind), Some(function)) =
        (case.memory.variable_type(name), start.and_then(|start| cell.function_at(start)))
    {
        return Some(Explanation::new(
            format!(
                "A function sees its parameters, not the variables of the notebook. Give `{function}` a parameter for `{name}`."
            ),
            format!("函数只能看到自己的参数，看不到笔记本里的变量：请把 `{name}` 作为参数传给 `{function}`。"),
            format!("fn {function}({name}: &{kind}) …\n{function}(&{name})"),
        ));
    }
    if let Some(fate) = case.memory.fate(name).filter(|fate| !matches!(fate, Fate::InBlock { .. })) {
        return Some(of_fate(name, fate, case.memory));
    }
    if let Some((_, code)) = cell.inner_variables().into_iter().find(|(inner, _)| inner == name) {
        return Some(of_fate(name, &Fate::InBlock { cell: case.number, code }, case.memory));
    }
    if let Some((left, right)) = start.and_then(|start| cell.assignment(start)) {
        return Some(Explanation::new(
            format!("There is no `{left}` yet; a new variable begins with `let` (`let mut`, if it will be changed)."),
            format!("`{left}` 还不存在；新变量要用 `let` 来定义（以后要修改的话用 `let mut`）。"),
            format!("let {left} = {};", one_line(&right)),
        ));
    }
    if let Some(fate) = case.memory.fate(name) {
        return Some(of_fate(name, fate, case.memory));
    }
    let is_name = case.message.contains("cannot find value") || case.message.contains("cannot find function");
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

fn of_fate(name: &str, fate: &Fate, memory: &Memory) -> Explanation {
    match fate {
        Fate::Moved { cell, how } => moved_by(name, *cell, how.as_ref(), memory.defined_in(name)),
        Fate::TypeChanged { cell, kind } => Explanation::new(
            format!("Cell [{cell}] changed `{kind}`, of which `{name}` was made, so it had to go. Make it again:"),
            format!("单元格 [{cell}] 修改了 `{kind}`，按旧定义创建的 `{name}` 已经不能用了。请重新创建："),
            format!("let {name} = …;"),
        ),
        Fate::InBlock { cell, code } if code.is_empty() => Explanation::new(
            format!("`{name}` belongs to the loop in cell [{cell}], and is gone after the loop's closing brace."),
            format!("`{name}` 属于单元格 [{cell}] 里的循环，循环的右花括号之后就不存在了。"),
            format!("let mut last = 0;\nfor {name} in … {{ last = {name}; }}"),
        ),
        Fate::InBlock { cell, code } => Explanation::new(
            format!(
                "`{name}` was defined inside of {{ }} in cell [{cell}], and is gone after the closing brace. \
                 Define it outside of the braces."
            ),
            format!("`{name}` 是在单元格 [{cell}] 的花括号里定义的，右花括号之后就不存在了。请在花括号外面定义它。"),
            code.clone(),
        ),
        Fate::Failed { cell } => Explanation::new(
            format!("Cell [{cell}] was to define `{name}`, but it failed. Fix that cell and run it again."),
            format!("`{name}` 应该由单元格 [{cell}] 定义，但那个单元格出错了：请先改好它，再重新运行。"),
            "",
        ),
        Fate::SetAside { cell, from } => Explanation::new(
            format!(
                "`{name}` of cell [{from}] did not fit any more when cell [{cell}] changed a type, and was set aside. \
                 Adapt cell [{from}] and run it again."
            ),
            format!(
                "单元格 [{cell}] 修改了类型以后，单元格 [{from}] 里的 `{name}` 已经对不上，先被搁置了。请改好单元格 [{from}] 再重新运行。"
            ),
            "",
        ),
    }
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
        Some(By::Closure) => {
            (format!("A closure in cell [{cell}] took `{name}`"), format!("单元格 [{cell}] 里的闭包拿走了 `{name}`"))
        }
        Some(By::Statement) => (
            format!("Cell [{cell}] threw `{name}` away: `{code}` moves a value and keeps it nowhere"),
            format!("单元格 [{cell}] 把 `{name}` 丢掉了：`{code}` 移动了值，却没有保存到任何地方"),
        ),
        Some(By::Other) | None => (
            format!("Cell [{cell}] moved the value of `{name}` away"),
            format!("单元格 [{cell}] 把 `{name}` 的值移走（move）了"),
        ),
    };
    let again = defined.filter(|defined| *defined != cell).map(|defined| format!(" [{defined}]")).unwrap_or_default();
    let or_borrow = match how.map(|how| &how.by) {
        Some(By::Call(function)) if how.is_some_and(|how| how.code.contains(&format!("{function}({name})"))) => {
            let only_reads = say("or, where it only reads, a parameter of type &", "如果只是读取，参数类型写成 & 引用");
            format!("\n{function}(&{name})  // {only_reads}")
        }
        _ => String::new(),
    };
    let fix = how.map(|how| format!("{}{or_borrow}", how.fix)).unwrap_or_default();
    let (change, change_chinese) = match fix.is_empty() {
        true => (String::new(), String::new()),
        false => (format!(", and write in cell [{cell}]:"), format!("，并把单元格 [{cell}] 改成：")),
    };
    let (english_end, chinese_end) = if fix.is_empty() { (".", "。") } else { ("", "") };
    Explanation::new(
        format!(
            "{english}, and a value has one owner only. Run the cell{again} that defines `{name}` again{change}{english_end}"
        ),
        format!(
            "{chinese}，而一个值只能有一个所有者。请重新运行定义 `{name}` 的单元格{again}{change_chinese}{chinese_end}"
        ),
        fix,
    )
}

fn missing_crate(case: &Case) -> Option<Explanation> {
    let name = case.name();
    if name.contains("::") {
        return None;
    }
    Some(Explanation::new(
        format!(
            "The crate `{name}` is not in this session. What the course needs (tensors, layers, plots) is in scope \
             already; another crate is fetched, with a network, by:"
        ),
        format!(
            "当前会话里没有 `{name}` 这个 crate。课程需要的张量、层和绘图都已经可以直接使用；要用别的 crate，请在联网时写："
        ),
        format!(":dep {name} = \"*\""),
    ))
}

fn missing_use(case: &Case) -> Option<Explanation> {
    let name = case.name();
    if let Some(fate) = case.memory.fate(name) {
        return Some(of_fate(name, fate, case.memory));
    }
    let is_type = ["type", "trait", "struct", "macro", "module"].iter().any(|word| case.labels.contains(word));
    if !is_type && !case.message.contains("cannot find") {
        return None;
    }
    let path = match name {
        "HashMap" | "HashSet" | "BTreeMap" | "BTreeSet" | "VecDeque" => format!("use std::collections::{name};"),
        "Rc" => "use std::rc::Rc;".to_owned(),
        "Arc" | "Mutex" => format!("use std::sync::{name};"),
        "RefCell" | "Cell" => format!("use std::cell::{name};"),
        "File" => "use std::fs::File;".to_owned(),
        "Instant" | "Duration" => format!("use std::time::{name};"),
        _ => String::new(),
    };
    Some(Explanation::new(
        format!(
            "`{name}` is neither defined in a cell that was run nor brought in by a `use`. After a restart, cells with \
             `use` have to be run again, too."
        ),
        format!(
            "`{name}` 既没有在运行过的单元格里定义，也没有用 `use` 引入。内核重启后，带 `use` 的单元格也要重新运行。"
        ),
        path,
    ))
}

fn missing_method(case: &Case) -> Option<Explanation> {
    let method = case.name();
    let fate = case.memory.fate(method)?;
    matches!(fate, Fate::SetAside { .. }).then(|| of_fate(method, fate, case.memory))
}

fn moved_in_this_cell(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let how = Cell::new(case.code).how_moved(name)?;
    let or_borrow = match &how.by {
        By::Call(function) if how.code.contains(&format!("{function}({name})")) => {
            let only_reads = say("or, where it only reads, a parameter of type &", "如果只是读取，参数类型写成 & 引用");
            format!("\n{function}(&{name})  // {only_reads}")
        }
        _ => String::new(),
    };
    Some(Explanation::new(
        format!("`{}` moves the value out of `{name}`, and a value has one owner only. Write instead:", how.code),
        format!("`{}` 把 `{name}` 的值移走（move）了，而一个值只能有一个所有者。可以改成：", how.code),
        format!("{}{or_borrow}", how.fix),
    ))
}

fn immutable(case: &Case) -> Option<Explanation> {
    let name = case.name();
    let written = Cell::new(case.code).definition(None, name);
    let fix = match &written {
        Some(statement) => one_line(&statement.syntax().text().to_string()).replacen("let ", "let mut ", 1),
        None if case.memory.variable_type(name).is_some() => format!("let mut {name} = {name};"),
        None => return None,
    };
    Some(Explanation::new(
        format!("A variable keeps its value unless it is defined with `mut`. To change `{name}`, write first:"),
        format!("变量默认不可修改，除非定义时写了 `mut`。要修改 `{name}`，请先写："),
        fix,
    ))
}

fn lent_too_long(case: &Case) -> Option<Explanation> {
    let is_temporary = case.kind == "E0716";
    Some(match is_temporary {
        true => Explanation::new(
            "The value that is borrowed here has no name, and is gone at the end of the line. Give it a name first.",
            "这里借用的值没有名字，这一行结束它就消失了。请先给它起个名字。",
            format!("let value = {};", one_line(case.marked().trim_start_matches('&').trim_start_matches("mut "))),
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
    "Option", "Result", "Vec", "Box", "Rc", "Arc", "RefCell", "Cell", "Mutex", "String", "HashMap", "HashSet",
    "BTreeMap", "BTreeSet", "VecDeque", "Debug",
];

fn no_debug(case: &Case) -> Option<Explanation> {
    let words = case.message.split(|c: char| !c.is_alphanumeric() && c != '_');
    let mut types = words.filter(|word| word.starts_with(char::is_uppercase) && !HOLDERS.contains(word));
    let kind = types.next()?;
    let place = case.memory.defined_in(kind).map(|cell| format!(" [{cell}]")).unwrap_or_default();
    Some(Explanation::new(
        format!(
            "Rust does not know how to print a `{kind}`. Put the first line above its definition, and run that \
             cell{place} again:"
        ),
        format!("Rust 不知道怎样打印 `{kind}`。请在它的定义上面加上第一行，再重新运行那个单元格{place}："),
        format!("#[derive(Debug)]\nstruct {kind} …"),
    ))
}

fn no_display(case: &Case) -> Option<Explanation> {
    let kind = case.message.split('`').find(|part| !part.is_empty() && !part.contains([' ', '?', ':']))?;
    if case.message.contains('?') {
        return None;
    }
    Some(Explanation::new(
        format!("`{{}}` is for texts and numbers; a `{kind}` is printed with `{{:?}}`."),
        format!("`{{}}` 只用于文本和数字；要打印 `{kind}`，请用 `{{:?}}`。"),
        "println!(\"{:?}\", …);",
    ))
}

fn implemented_twice(case: &Case) -> Option<Explanation> {
    let name = case.name();
    Some(Explanation::new(
        format!(
            "`{name}` is there twice for this type: perhaps once by `#[derive(…)]` and once by an `impl`. Keep one of them."
        ),
        format!("这个类型的 `{name}` 实现了两次：可能一次来自 `#[derive(…)]`，一次来自 `impl`。请只保留一个。"),
        "",
    ))
}

fn mutable_static(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "A `static` is made afresh for every cell, so it cannot count across cells; a variable can.",
        "`static` 在每个单元格里都会重新创建，不能跨单元格累计；普通变量可以。",
        "let mut counter = 0;\ncounter += 1;",
    ))
}

fn question_mark(case: &Case) -> Option<Explanation> {
    case.message.contains("Option").then(|| {
        Explanation::new(
            "In a cell, `?` ends the cell with an error, and `None` does not say which one. Say it yourself:",
            "在单元格里，`?` 会让单元格报错结束，而 `None` 没有说明是什么错误。请说明一下：",
            ".ok_or(\"there is none\")?",
        )
    })
}

fn two_kinds_of_numbers(case: &Case) -> Option<Explanation> {
    let number = |kind: &str| {
        let kind = kind.trim_start_matches('&');
        kind == "{integer}" || kind == "{float}" || (kind.len() <= 5 && kind.starts_with(['i', 'u', 'f']))
    };
    let kinds: Vec<&str> = case.message.split('`').skip(1).step_by(2).collect();
    (kinds.len() == 2 && kinds.iter().all(|kind| number(kind))).then(|| {
        let english = "Rust never turns one kind of number into another by itself. Write both alike:";
        let chinese = "Rust 不会自动转换数字类型。请把两边写成同一种：";
        Explanation::new(english, chinese, "2.0 * 3.0\nx * n as f32")
    })
}

fn index_out_of_bounds(case: &Case) -> Option<Explanation> {
    // `the len is 2 but the index is 5`, at a mark of rustc `the length is 2 …`
    let said = case.said();
    let numbers = said.split("out of bounds").nth(1)?.split(|c: char| !c.is_ascii_digit());
    let mut numbers = numbers.filter_map(|number| number.parse::<usize>().ok());
    let (length, index) = (numbers.next()?, numbers.next()?);
    Some(match length {
        0 => Explanation::new(
            "There is nothing in it yet, so no position can be read.",
            "里面还没有任何元素，所以哪个位置都读不到。",
            format!("if let Some(value) = v.get({index}) {{ … }}"),
        ),
        _ => Explanation::new(
            format!(
                "Positions count from 0, so the last of {length} is [{}]. `.get` gives `None` instead of a panic.",
                length - 1
            ),
            format!(
                "下标从 0 开始：共 {length} 个元素，最后一个是 [{}]。用 `.get` 越界时得到 `None`，不会 panic。",
                length - 1
            ),
            format!("if let Some(value) = v.get({index}) {{ … }}"),
        ),
    })
}

fn unwrap_of_none(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "`.unwrap()` insists on a value, and there was `None`. Say what should happen without one.",
        "`.unwrap()` 一定要取出值，而这里是 `None`。请写明没有值时怎么办。",
        "if let Some(value) = … { … }\nlet value = ….unwrap_or(0);",
    ))
}

fn unwrap_of_err(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "`.unwrap()` insists on success, and the operation failed; the reason stands after `Err`. \
         Say what should happen then.",
        "`.unwrap()` 一定要成功，而这个操作失败了，原因写在 `Err` 后面。请写明失败时怎么办。",
        "match … { Ok(value) => …, Err(error) => println!(\"{error}\") }",
    ))
}

fn integer_overflow(case: &Case) -> Option<Explanation> {
    if case.said().contains("zero") {
        let english = "An integer cannot be divided by zero. Look at the divisor first, or compute with `f32`.";
        return Some(Explanation::new(english, "整数不能除以零。请先检查除数，或者用 `f32` 计算。", "if n != 0 { … }"));
    }
    case.said().contains("overflow").then(|| {
        Explanation::new(
            "The result is too large or too small for this type of integer (`usize` and `u32` have no negative numbers).",
            "结果超出了这种整数类型的范围（`usize`、`u32` 没有负数）。",
            "let difference = a as i64 - b as i64;\nlet difference = a.saturating_sub(b);  // 0",
        )
    })
}

fn borrowed_twice(case: &Case) -> Option<Explanation> {
    case.message.contains("borrowed").then(|| {
        Explanation::new(
            "A `RefCell` is lent to one who changes it or to several who read it, not to both at once. \
             Let the first borrow end before the second begins.",
            "`RefCell` 可以借给一个修改者，或者借给多个读取者，但不能同时借给两者。请让前一次借用先结束。",
            "let value = cell.borrow().clone();\n*cell.borrow_mut() = value;",
        )
    })
}

fn no_such_file(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "There is no such file. A path that does not begin with `/` is looked for in the notebook's folder, which is:",
        "没有这个文件。不以 `/` 开头的路径从笔记本所在的文件夹算起，查看这个文件夹：",
        "std::env::current_dir()?",
    ))
}

fn not_a_number(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "The text is not a number of this type. Blanks and line ends count, too: cut them off first.",
        "这段文本不是这种类型的数字。空格和换行也算字符：请先去掉它们。",
        "let n: i32 = text.trim().parse()?;",
    ))
}
