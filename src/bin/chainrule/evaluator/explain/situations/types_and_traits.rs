//! Types, traits and lists as they are first written.

use super::super::case::{Case, Explanation};
use super::super::syntax::{Cell, bytes, in_parentheses, one_line, text};
use ra_ap_syntax::ast::{self, AstNode, HasName};

/// `Point { x: 1 }`, which lacks its `y`
pub fn field_left_out(case: &Case) -> Option<Explanation> {
    let named: Vec<&str> = case.named().collect();
    let (kind, missing) = named.split_last()?;
    let made: ast::RecordExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let given = made.record_expr_field_list()?.fields();
    let given = given.map(|field| field.syntax().text().to_string());
    let missing = missing.iter().map(|field| format!("{field}: …"));
    let all: Vec<String> = given.chain(missing).collect();
    Some(Explanation::new(
        format!("Each field of a `{kind}` gets a value when one is made:"),
        format!("创建 `{kind}` 时，每个字段都要给值："),
        format!("{kind} {{ {} }}", all.join(", ")),
    ))
}

/// `impl Speak for Dog { }`, where `Speak` asks for a function
pub fn function_left_out(case: &Case) -> Option<Explanation> {
    let missing: Vec<String> = case.named().map(|name| format!("`{name}`")).collect();
    let wanted = case.helps.iter().find_map(|help| {
        let (_, rest) = help.split_once("item: `")?;
        Some(rest.split('`').next()?.replace("std::string::", ""))
    });
    Some(Explanation::new(
        format!(
            "A trait says what its types can do, and an `impl` says how. Still to be written: {}.",
            missing.join(", ")
        ),
        format!(
            "trait 规定类型能做什么，`impl` 写明怎么做。这里还缺：{}。",
            missing.join("、")
        ),
        wanted.map_or_else(String::new, |one| one.replace("todo!()", "…")),
    ))
}

/// `struct Pet { name: &str }`, `fn longest(a: &str, b: &str) -> &str`
pub fn lent_without_end(case: &Case) -> Option<Explanation> {
    let cell = Cell::new(case.code);
    let mark = case.mark.as_ref()?;
    let kind: ast::RefType = cell.around(mark)?;
    let lent = kind.ty()?.syntax().text().to_string();
    let own = match lent.as_str() {
        "str" => "String".to_owned(),
        list if list.starts_with('[') && list.ends_with(']') => {
            format!("Vec<{}>", &list[1..list.len() - 1])
        }
        other => other.to_owned(),
    };
    let field: Option<ast::RecordField> = cell.around(mark);
    if let Some(name) = field.and_then(|field| field.name()) {
        return Some(Explanation::new(
            "What is lent has to live as long as the `struct` that holds it, and `'a` would say \
             so. Simpler is a field that owns its value:",
            "借用的值必须和持有它的 `struct` 活得一样久，要用 `'a` 来写明。更简单的办法是让字段自己拥有这个值：",
            format!("{}: {own}", name.text()),
        ));
    }
    let function = cell.function_around(mark.start)?;
    let head = case.code.get(bytes(function.syntax()).start..mark.start)?;
    Some(Explanation::new(
        "The function returns something lent, and Rust has to know from which parameter: `'a` \
         says it. Simpler is to return a value of one's own (`.to_string()`, `.clone()`):",
        "函数返回的是借用，Rust 要知道它借自哪个参数，这要用 `'a` 来写明。更简单的办法是返回一个自己拥有的值（`.to_string()`、`.clone()`）：",
        format!("{} {own} {{ … }}", one_line(head)),
    ))
}

/// `cat.hi()` of `fn hi()`, without `self`
pub fn function_of_a_type(case: &Case) -> Option<Explanation> {
    let mut named = case.named();
    let (name, kind) = (named.next()?, named.next()?);
    Some(Explanation::new(
        format!(
            "`{name}` has no `self`: it belongs to the type, not to a value. Call it so, or give \
             it `&self` as its first parameter:"
        ),
        format!(
            "`{name}` 没有 `self` 参数：它属于类型，不属于某个值。请这样调用，或者给它加上第一个参数 `&self`："
        ),
        format!("{kind}::{name}(…)\nfn {name}(&self, …) {{ … }}"),
    ))
}

/// `"5" as i32`
pub fn text_as_a_number(case: &Case) -> Option<Explanation> {
    let cast: ast::CastExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (value, kind) = (text(&cast.expr()?), cast.ty()?.syntax().text().to_string());
    Some(Explanation::new(
        "`as` turns numbers into numbers. A text is read as a number by `parse`, which can fail:",
        "`as` 只在数值之间转换。把文本读成数字用 `parse`，它可能失败：",
        format!("{}.parse::<{kind}>()?", in_parentheses(&value)),
    ))
}

/// `"a,b".split(",")[0]`
pub fn place_of_an_iterator(case: &Case) -> Option<Explanation> {
    let index: ast::IndexExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (value, place) = (text(&index.base()?), text(&index.index()?));
    Some(Explanation::new(
        "This is an iterator, which yields one value after the other and has no positions. Make a \
         list of it:",
        "这是迭代器：它依次给出一个个值，没有下标。请先收集成列表：",
        format!("{value}.collect::<Vec<_>>()[{place}]"),
    ))
}

/// `let a, b = 1, 2;`
pub fn several_at_once(case: &Case) -> Option<Explanation> {
    let line = case.line()?;
    let (names, values) = line.strip_prefix("let ")?.split_once('=')?;
    let values = values.trim().trim_end_matches(';');
    let fix = match values.contains(',') && !values.starts_with('(') {
        true => format!("let ({}) = ({values});", names.trim()),
        false => format!("let ({}) = {values};", names.trim()),
    };
    Some(Explanation::new(
        "Several variables at once stand in parentheses, and so do their values:",
        "一次定义几个变量，要写在括号里，值也一样：",
        fix,
    ))
}

/// `println!("{")`
pub fn brace_in_a_text(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "In a text that is printed, braces are places for values. One that is itself to be printed \
         is written twice:",
        "要打印的文本里，花括号是填值的位置。如果要打印花括号本身，就写两遍：",
        "println!(\"{{ }}\");",
    ))
}

/// `vec![1 2]`
pub fn list_without_commas(case: &Case) -> Option<Explanation> {
    let is_it = case.helps.iter().any(|help| help.contains("missing comma"));
    is_it.then(|| {
        Explanation::new(
            "Between the values of a list stand commas.",
            "列表的各个值之间用逗号隔开。",
            "",
        )
    })
}

/// `let x = 5,`
pub fn end_with_a_comma(case: &Case) -> Option<Explanation> {
    let line = case.line()?;
    let own = line
        .strip_suffix(',')
        .filter(|own| own.trim().starts_with("let "))?;
    Some(Explanation::new(
        "A statement ends with a `;`:",
        "语句以 `;` 结尾：",
        format!("{};", own.trim()),
    ))
}

/// `let v: Vec<i32 = vec![];`
pub fn type_without_end(case: &Case) -> Option<Explanation> {
    let line = case.line()?;
    let (head, value) = line.strip_prefix("let ")?.split_once(" = ")?;
    let missing = head
        .matches('<')
        .count()
        .checked_sub(head.matches('>').count())?;
    (missing > 0).then(|| {
        Explanation::new(
            "The parameters of a type end with a `>`:",
            "类型参数要以 `>` 结尾：",
            format!("let {head}{} = {value}", ">".repeat(missing)),
        )
    })
}

/// `:dep mine = { path = "mine" }`, whose file was edited
pub fn crate_that_does_not_compile(case: &Case) -> Option<Explanation> {
    let mut named = case.named();
    let (file, line) = (named.next()?, named.next()?);
    Some(Explanation::new(
        format!(
            "This is no mistake of the cell: it is in line {line} of `{file}`, a file of a crate \
             that a `:dep` has brought in. Cells are compiled together with it: mend the file and \
             run the cell again."
        ),
        format!(
            "错误不在单元格里，而在 `:dep` 引入的 crate 里：`{file}` 第 {line} 行。单元格要和它一起编译：请改好那个文件，再重新运行。"
        ),
        "",
    ))
}
