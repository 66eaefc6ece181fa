//! Small forms that are written otherwise in other languages. rustc says how; this says why.

use super::super::case::{Case, Explanation};
use super::super::syntax::{Cell, text};
use ra_ap_syntax::ast;

/// `println!(n);`
pub fn print_without_a_text(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "The first thing between the parentheses is a text, with a `{}` for each value that \
         follows.",
        "括号里第一个要写文本，其中每个 `{}` 处依次填入后面的一个值。",
        "",
    ))
}

/// `println!("{n + 1}");`, `println!("{p.x}");`
pub fn calculation_in_a_text(case: &Case) -> Option<Explanation> {
    let rest = case.code.get(case.mark.as_ref()?.start..)?;
    rest.split('"').next()?.contains('}').then(|| {
        Explanation::new(
            "Within the braces of a text stands a name alone. A calculation or a field stands \
             behind the text, and `{}` in its place:",
            "文本的花括号里只能写一个变量名。计算式或字段要写在文本后面，原处写 `{}`：",
            "println!(\"{}\", …);",
        )
    })
}

/// `1 < n < 5`
pub fn chained_comparison(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "A comparison gives `true` or `false`, which is not compared further: two comparisons are \
         joined by `&&`.",
        "比较的结果是 `true` 或 `false`，不能再继续比较：两个比较要用 `&&` 连接。",
        "",
    ))
}

/// `xs[-1]`
pub fn position_from_the_end(case: &Case) -> Option<Explanation> {
    let index: ast::IndexExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (list, position) = (text(&index.base()?), text(&index.index()?));
    let back = position.trim_start_matches('-').trim();
    Some(Explanation::new(
        "Positions count from 0; from the end they are counted by the length.",
        "下标从 0 开始；从末尾数要用长度来算。",
        format!("{list}[{list}.len() - {back}]"),
    ))
}

/// `.zip(…).map(|a, b| …)`
pub fn pair_in_a_closure(case: &Case) -> Option<Explanation> {
    case.message.contains("2-tuple").then(|| {
        Explanation::new(
            "The closure is given one value, a pair: parentheses within the bars take it apart.",
            "闭包得到的是一个值，也就是一对：在竖线里加括号把它拆开。",
            "",
        )
    })
}

/// `let Some(first) = list.first();`
pub fn pattern_that_may_not_fit(case: &Case) -> Option<Explanation> {
    if case
        .helps
        .iter()
        .any(|help| help.starts_with("introduce a variable"))
    {
        return constant_instead_of_a_variable(case);
    }
    Some(Explanation::new(
        "A `let` needs a pattern that always fits; here there may be none. `else` says what \
         happens then (`else { panic!() }`), or `if let` uses it where it is there.",
        "`let` 的模式必须总能匹配，而这里可能不匹配。用 `else` 写明那时怎么办（`else { panic!() }`），或者用 `if let` 只在匹配时使用。",
        "",
    ))
}

/// `let RATE = 0.2;` below `const RATE: f32 = 0.1;`
fn constant_instead_of_a_variable(case: &Case) -> Option<Explanation> {
    let (name, mark) = (case.marked(), case.mark.clone()?);
    let (line, at) = case.line_and_mark()?;
    let small = match name.to_lowercase() {
        small if small == name => format!("{name}_2"),
        small => small,
    };
    let is_known = case.memory.defined_in(name).is_some() || case.code[..mark.start].contains(name);
    is_known.then(|| {
        Explanation::new(
            format!(
                "`{name}` is a constant already, and a constant never changes: this `let` asks \
                 whether the value equals it. Give the variable another name, or change the line \
                 that begins with `const` and run it again."
            ),
            format!(
                "`{name}` 已经是常量，而常量不会改变：这里的 `let` 是在问值是否等于它。请给变量换个名字，或者修改以 `const` 开头的那一行再运行。"
            ),
            format!("{}{small}{}", &line[..at.start], &line[at.end..]),
        )
    })
}

/// `let o: Option<f32> = 2.5;`
pub fn value_for_an_option(case: &Case) -> Option<Explanation> {
    let is_wrapped = case.helps.iter().any(|help| help.contains("in `Some`"));
    is_wrapped.then(|| {
        Explanation::new(
            "An `Option` is `Some(value)` or `None`: a value that is there is put into `Some`.",
            "`Option` 要么是 `Some(值)`，要么是 `None`：有值时要用 `Some` 包起来。",
            "",
        )
    })
}
