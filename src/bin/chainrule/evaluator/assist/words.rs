//! Words that are neither declared nor defined: keywords and commands, each with what it is for.

use crate::evaluator::outlet::stream::{Bundle, Output};
use chainrule::display::{escape_html, say};

/// A keyword, an example, and what it does.
pub struct Keyword {
    pub word: &'static str,
    pub example: &'static str,
    text: (&'static str, &'static str),
    /// Whether it begins a statement and cannot stand in the middle of one.
    pub begins_statement: bool,
}

impl Keyword {
    pub fn text(&self) -> &'static str {
        say(self.text.0, self.text.1)
    }
}

macro_rules! keywords {
    ($($begins:literal $word:literal $example:literal $en:literal $zh:literal)*) => {
        &[$(Keyword {
            word: $word,
            example: $example,
            text: ($en, $zh),
            begins_statement: $begins,
        }),*]
    };
}

pub const KEYWORDS: &[Keyword] = keywords! {
    true "let" "let mut x = 1;" "Makes a variable. Only with `mut` can it be changed later."
        "定义变量。加上 `mut` 之后才能修改。"
    true "fn" "fn square(x: f32) -> f32 { x * x }"
        "Defines a function. Its last expression is what it returns." "定义函数。最后一个表达式就是返回值。"
    true "for" "for i in 0..10 { println!(\"{i}\"); }"
        "Repeats a block for each value of a range, a list or another iterator."
        "对区间、列表或其他迭代器中的每个值执行一次代码块。"
    true "while" "while loss > 0.1 { loss = step(); }"
        "Repeats a block as long as a condition is true." "条件为真时重复执行代码块。"
    false "loop" "let n = loop { break 3; };"
        "Repeats a block until `break`, which may carry a value out."
        "一直重复，直到 `break`；`break` 可以带出一个值。"
    false "if" "let y = if x > 0.0 { x } else { 0.0 };"
        "Chooses between two blocks. It is an expression: it has a value." "在两个代码块之间选择。它是表达式，有值。"
    false "else" "if a { 1 } else { 2 }" "The block that runs if the condition is false."
        "条件为假时执行的代码块。"
    false "match" "match n { 0 => \"none\", 1 => \"one\", _ => \"many\" }"
        "Chooses by patterns; `_` stands for everything else." "按模式选择；`_` 表示其余所有情况。"
    true "struct" "struct Point { x: f32, y: f32 }" "Defines a type with fields." "定义带字段的类型。"
    true "enum" "enum Shape { Circle(f32), Square(f32) }"
        "Defines a type whose values are one of several variants." "定义枚举类型，值是若干变体之一。"
    true "impl" "impl Point { fn norm(&self) -> f32 { self.x.hypot(self.y) } }"
        "Gives a type methods, or implements a trait for it." "为类型添加方法，或为它实现 trait。"
    true "trait" "trait Area { fn area(&self) -> f32; }" "Names what several types can do."
        "描述多种类型共有的能力。"
    true "use" "use std::collections::HashMap;" "Brings a name into scope." "把名字引入作用域。"
    true "const" "const N: usize = 10;" "Defines a constant." "定义常量。"
    true "static" "static NAME: &str = \"net\";"
        "Defines a value that lives as long as the program." "定义在整个程序期间都存在的值。"
    true "type" "type Pair = (f32, f32);" "Gives a type another name." "为类型起别名。"
    true "mod" "mod tools { pub fn f() {} }" "Defines a module." "定义模块。"
    true "pub" "pub fn f() {}" "Makes something visible outside of its module." "让模块外也能使用。"
    true "return" "return x;" "Leaves the function with a value." "带着返回值离开函数。"
    true "break" "break;" "Leaves the loop." "跳出循环。"
    true "continue" "continue;" "Goes on with the next round of the loop." "进入下一轮循环。"
    false "mut" "let mut x = 1;" "Allows a variable, or what a reference points to, to be changed."
        "允许修改变量，或引用所指向的值。"
    false "in" "for x in &list {}" "Stands between the name and the values of a `for` loop."
        "在 `for` 循环中位于变量名和取值之间。"
    false "as" "let n = x as usize;" "Converts between types of numbers." "在数值类型之间转换。"
    false "move" "std::thread::spawn(move || work(x))" "Has a closure take what it uses."
        "让闭包取得所用变量的所有权。"
    false "ref" "let Some(ref x) = y else { return };" "Borrows in a pattern instead of moving."
        "在模式中借用而不是移动。"
    false "true" "let done = true;" "The value of type `bool` that says yes." "`bool` 类型的真值。"
    false "false" "let done = false;" "The value of type `bool` that says no." "`bool` 类型的假值。"
    false "self" "fn len(&self) -> usize { self.items.len() }"
        "The value that a method is called on." "方法所作用的值。"
    false "Self" "fn new() -> Self { Self { x: 0.0 } }" "The type that is being implemented."
        "正在实现的类型。"
    false "where" "fn f<T>(x: T) where T: Clone {}"
        "States what type parameters must be able to do." "说明类型参数必须满足的条件。"
    false "dyn" "let layers: Vec<Box<dyn Module>> = vec![];"
        "Any type that implements the trait, chosen while the program runs."
        "任何实现了该 trait 的类型，在运行时确定。"
    false "unsafe" "unsafe { *pointer }" "A block in which the compiler trusts you."
        "由程序员而不是编译器保证安全的代码块。"
    false "async" "async fn f() {}" "A function that can wait." "可以等待的函数。"
    false "await" "f().await" "Waits for an `async` function." "等待 `async` 函数。"
};

/// A command for the kernel, and what it does.
pub const COMMANDS: &[(&str, &str, &str)] = &[
    (
        ":dep",
        "uses a crate: `:dep rand = \"0.9\"`",
        "使用一个 crate：`:dep rand = \"0.9\"`",
    ),
    (
        ":vars",
        "shows the variables of the session",
        "显示会话中的变量",
    ),
    (
        ":type",
        "shows the type of a variable: `:type x`",
        "显示变量的类型：`:type x`",
    ),
    (":t", "short for `:type`", "`:type` 的简写"),
    (
        ":doc",
        "shows the documentation of a name: `:doc Vec::push`",
        "显示文档：`:doc Vec::push`",
    ),
    (
        ":explain",
        "explains the last compile error, or one by its code: `:explain E0382`",
        "解释上一个编译错误，或者某个编号的错误：`:explain E0382`",
    ),
    (":help", "shows all commands", "显示所有命令"),
    (
        ":env",
        "sets an environment variable for cells: `:env KEY=value`",
        "为单元格设置环境变量：`:env KEY=value`",
    ),
    (
        ":opt",
        "sets how much the compiler optimises cells: 0, 1, 2",
        "设置编译优化级别：0、1、2",
    ),
    (
        ":show_deps",
        "shows the crates in use",
        "显示正在使用的 crate",
    ),
    (
        ":undo",
        "takes the last cell back, with its variables",
        "撤销上一个单元格，变量也恢复原样",
    ),
    (":timing", "shows how long cells take", "显示单元格用时"),
    (":types", "shows the types of results", "显示结果的类型"),
    (
        ":fmt",
        "sets how results are written: `{:?}` or `{:#?}`",
        "设置结果的格式：`{:?}` 或 `{:#?}`",
    ),
    (
        ":efmt",
        "sets how errors of `?` are written",
        "设置 `?` 错误的格式",
    ),
    (
        ":last_error_json",
        "shows the last compile error as JSON",
        "以 JSON 显示上一个编译错误",
    ),
    (
        ":version",
        "shows the version of what reads the cells",
        "显示读取单元格的程序的版本",
    ),
    (
        ":build_env",
        "sets an environment variable for the compiler",
        "为编译器设置环境变量",
    ),
    (
        ":linker",
        "sets the linker: system, lld, mold",
        "设置链接器：system、lld、mold",
    ),
    (
        ":offline",
        "compiles without the network: 1 or 0",
        "离线编译：1 或 0",
    ),
];

/// What `:help` shows: the commands that work here.
pub fn commands() -> Output {
    let width = COMMANDS.iter().map(|(name, ..)| name.len()).max();
    let line = |(name, en, zh): &(&str, &str, &str)| {
        let width = width.unwrap_or_default();
        format!("{name:width$}  {}", say(*en, *zh))
    };
    let heading = say(
        "A command stands on a line of its own, before the Rust of a cell.",
        "命令单独占一行，写在单元格的 Rust 代码前面。",
    );
    let lines: Vec<String> = COMMANDS.iter().map(line).collect();
    let text = format!("{heading}\n\n{}", lines.join("\n"));
    // Front ends set cells of tables at the right, or in the middle.
    let cell = "text-align:left;vertical-align:top;padding:2px 10px";
    let row = |(name, en, zh): &(&str, &str, &str)| {
        format!(
            "<tr style=\"background:none\"><td style=\"{cell}\"><code>{name}</code></td>\
             <td style=\"{cell}\">{}</td></tr>",
            as_code(say(*en, *zh))
        )
    };
    let rows: String = COMMANDS.iter().map(row).collect();
    let html = format!(
        "<div>{heading}<table style=\"border-collapse:collapse;color:inherit;margin-left:0\">\
         <tbody>{rows}</tbody></table></div>"
    );
    let data = [
        ("text/plain".to_owned(), text.into()),
        ("text/html".to_owned(), html.into()),
    ];
    Output::Display(Bundle {
        data: data.into_iter().collect(),
        id: None,
    })
}

/// As HTML, with `code` in backticks.
fn as_code(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let part = |(i, part): (usize, &str)| match i % 2 {
        0 => escape_html(part),
        _ => format!("<code>{}</code>", escape_html(part)),
    };
    parts.map(part).collect()
}

pub fn keyword(word: &str) -> Option<&'static Keyword> {
    KEYWORDS.iter().find(|keyword| keyword.word == word)
}

pub fn command(word: &str) -> Option<(&'static str, &'static str)> {
    COMMANDS
        .iter()
        .find(|(name, ..)| *name == word)
        .map(|(name, en, zh)| (*name, say(*en, *zh)))
}
