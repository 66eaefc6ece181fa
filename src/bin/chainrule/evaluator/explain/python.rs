//! Cells in another language: what they say, line by line, in Rust. Looked at only where a cell did not compile, and only
//! forms that Rust does not have.

use super::text::without_texts;
use crate::names;
use std::ops::Range;

/// A line, or a part of one, that another language has and Rust has not.
pub struct Foreign {
    pub at: Range<usize>,
    pub english: String,
    pub chinese: String,
    /// How it is written here.
    pub fix: String,
}

/// More would hide the first.
const MOST: usize = 2;

/// What stands in a cell that is another language's.
pub fn foreign(code: &str) -> Vec<Foreign> {
    let bare = without_texts(code);
    let mut found: Vec<Foreign> = Vec::new();
    let mut start = 0;
    for (line, bare) in code.split_inclusive('\n').zip(bare.split_inclusive('\n')) {
        let trimmed = bare.trim();
        let at = start + (bare.len() - bare.trim_start().len());
        if let (Some(own), false) = (line.get(at - start..at - start + trimmed.len()), trimmed.is_empty())
            && let Some((english, chinese, fix)) = of_line(own, trimmed)
            && found.iter().all(|one| one.english != english)
        {
            found.push(Foreign { at: at..at + own.len(), english, chinese, fix });
        }
        start += line.len();
    }
    found.truncate(MOST);
    found
}

type Said = Option<(String, String, String)>;

fn say(english: &str, chinese: &str, fix: impl Into<String>) -> Said {
    Some((english.to_owned(), chinese.to_owned(), fix.into()))
}

/// `own` is the line as it stands there, `bare` the same without what stands in texts and comments.
fn of_line(own: &str, bare: &str) -> Said {
    import(own, bare)
        .or_else(|| command(own, bare))
        .or_else(|| block(own, bare))
        .or_else(|| statement(own, bare))
        .or_else(|| expression(own, bare))
        .or_else(|| comment(own, bare))
}

fn words(text: &str) -> Vec<&str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty()).collect()
}

fn is_name(text: &str) -> bool {
    !text.is_empty()
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !text.starts_with(|c: char| c.is_ascii_digit())
}

/// `import numpy as np`, `from torch import nn`, `use std.collections.HashMap;`
fn import(own: &str, bare: &str) -> Said {
    if let Some(path) = bare.strip_prefix("use ").filter(|path| path.contains('.') && !path.contains("::")) {
        return say(
            "The parts of a path are joined by `::`.",
            "路径的各部分之间用 `::` 连接。",
            format!("use {}", path.replace('.', "::")),
        );
    }
    let is_import = bare.strip_prefix("import ").is_some_and(|rest| rest.trim_start().starts_with(char::is_alphabetic));
    let is_from = bare.starts_with("from ") && bare.contains(" import ");
    if !is_import && !is_from {
        return None;
    }
    let words = words(own);
    let module = words.get(1).copied().unwrap_or_default();
    if !names::is_foreign_module(module) {
        return say(
            "What Python imports is brought in by `use` in Rust; what does not belong to Rust's library is a crate, which \
             `:dep` fetches.",
            "Python 用 import 导入，Rust 用 `use` 引入；标准库以外的功能是 crate，用 `:dep` 获取。",
            "use std::collections::HashMap;\n:dep rand = \"*\"",
        );
    }
    let taken = words.iter().skip(2).filter(|word| **word != "import" && **word != "as");
    let known = taken.filter_map(|word| names::find(word, false).filter(|_| is_from));
    let fix = known.map(|name| name.ours).next().unwrap_or("let x = tensor([[1.0, 2.0], [3.0, 4.0]]);");
    say(
        "Nothing has to be imported: tensors, layers, losses and pictures are in scope in every cell.",
        "什么都不用导入：张量、层、损失和绘图在每个单元格里都能直接用。",
        fix,
    )
}

/// `!pip install numpy`, `%matplotlib inline`
fn command(own: &str, bare: &str) -> Said {
    let rest = bare.trim_start_matches(['!', '%']);
    let first = rest.split_whitespace().next().unwrap_or_default();
    let is_magic = bare.starts_with('%') && rest.starts_with(char::is_alphabetic);
    let is_shell = ["pip", "pip3", "conda", "apt", "wget", "curl", "ls", "cd", "cargo"].contains(&first);
    if is_shell && (bare.starts_with('!') || words(bare).get(1).is_some_and(|word| ["install", "add"].contains(word))) {
        let installed = own.split_whitespace().skip(2).find(|word| !word.starts_with('-')).unwrap_or("rand");
        let crate_name = if names::is_foreign_module(installed) || !is_name(installed) { "rand" } else { installed };
        return say(
            "A cell is Rust and has no shell. A crate is fetched by `:dep`; what the course needs is there already.",
            "单元格里写的是 Rust，不能运行命令。要用 crate 就写 `:dep`；课程需要的已经都有了。",
            format!(":dep {crate_name} = \"*\""),
        );
    }
    if is_magic {
        return say(
            "Commands of the kernel begin with a colon; `:help` lists them. Pictures are shown without one.",
            "内核的命令以冒号开头，`:help` 会列出全部命令。显示图形不需要命令。",
            ":help",
        );
    }
    None
}

/// What ends with a colon in Python, or begins as in JavaScript and C.
fn block(own: &str, bare: &str) -> Said {
    let first = words(bare).first().copied().unwrap_or_default();
    let head = bare.strip_suffix(':').map(|_| own.trim_end().trim_end_matches(':'));
    match (first, head) {
        ("def" | "function" | "func" | "fun" | "async", _) if bare.contains('(') && !bare.contains("fn ") => {
            function(bare)
        }
        ("class", _) if words(bare).len() > 1 => {
            let name = words(bare)[1];
            say(
                "Rust has no classes: a `struct` holds the data, and its methods stand in an `impl`.",
                "Rust 没有 class：数据写在 `struct` 里，方法写在 `impl` 里。",
                format!(
                    "struct {name} {{ layer: Dense }}\nimpl {name} {{ fn forward(&self, x: &Tensor) -> Tensor {{ … }} }}"
                ),
            )
        }
        ("for", Some(head)) => say(
            "A block stands in braces, not behind a colon, and Rust does not look at the indentation.",
            "代码块写在花括号里，不用冒号，Rust 也不看缩进。",
            format!("{} {{ … }}", loop_head(head)),
        ),
        ("if" | "while", Some(head)) => say(
            "A block stands in braces, not behind a colon, and Rust does not look at the indentation.",
            "代码块写在花括号里，不用冒号，Rust 也不看缩进。",
            format!("{} {{ … }}", condition(head)),
        ),
        ("else", Some(_)) => {
            say("A block stands in braces: `else`, too.", "代码块写在花括号里，`else` 也一样。", "} else { … }")
        }
        ("elif", _) => {
            let rest = own.trim_end().trim_end_matches([':', '{']).trim_start_matches("elif").trim();
            say(
                "`elif` is `else if` in Rust, and blocks stand in braces.",
                "`elif` 在 Rust 里写成 `else if`，代码块写在花括号里。",
                format!("}} else if {} {{ … }}", condition(rest)),
            )
        }
        ("try" | "except" | "finally", Some(_)) => say(
            "Rust has no exceptions: what can fail gives a `Result`, and `?` takes the value out or ends the cell with the \
             error.",
            "Rust 没有异常：可能失败的操作返回 `Result`，`?` 取出其中的值，出错时结束单元格。",
            "let text = std::fs::read_to_string(\"notes.txt\")?;\nif let Err(error) = std::fs::read(\"notes.txt\") { println!(\"{error}\"); }",
        ),
        ("with", Some(_)) => say(
            "Rust needs no `with`: what a variable holds is closed when the variable goes.",
            "Rust 不需要 `with`：变量消失时，它持有的文件会自动关闭。",
            "let text = std::fs::read_to_string(\"notes.txt\")?;",
        ),
        _ => None,
    }
}

/// `def f(a, b=1):` as `fn f(a: f32, b: f32) -> f32 { … }`
fn function(bare: &str) -> Said {
    let (before, rest) = bare.split_once('(')?;
    let name = words(before).last().copied()?;
    let inside = rest.rsplit_once(')').map_or(rest, |(inside, _)| inside);
    let parameters = inside.split(',').filter_map(|one| words(one).first().copied());
    let parameters: Vec<String> =
        parameters.map(|one| if one == "self" { "&self".to_owned() } else { format!("{one}: f32") }).collect();
    say(
        "A function begins with `fn`, says the types of its parameters and of what it returns, and stands in braces. Its last \
         expression, without a semicolon, is what it returns.",
        "函数以 `fn` 开头，要写明参数和返回值的类型，函数体写在花括号里；最后一个不带分号的表达式就是返回值。",
        format!("fn {name}({}) -> f32 {{ … }}", parameters.join(", ")),
    )
}

/// `for i in range(10)` as `for i in 0..10`
fn loop_head(head: &str) -> String {
    let Some((names, over)) = head.trim_start_matches("for ").split_once(" in ") else { return head.to_owned() };
    let (names, over) = (names.trim(), over.trim());
    let inside = |function: &str| over.strip_prefix(function)?.strip_prefix('(')?.strip_suffix(')');
    let parts = |text: &str| text.split(',').map(|one| one.trim().to_owned()).collect::<Vec<_>>();
    let pattern = if names.contains(',') && !names.starts_with('(') { format!("({names})") } else { names.to_owned() };
    if let Some(given) = inside("range").map(parts) {
        return match given.as_slice() {
            [end] => format!("for {pattern} in 0..{end}"),
            [start, end] => format!("for {pattern} in {start}..{end}"),
            [start, end, step] => format!("for {pattern} in ({start}..{end}).step_by({step})"),
            _ => head.to_owned(),
        };
    }
    if let Some(list) = inside("enumerate") {
        return format!("for {pattern} in {list}.iter().enumerate()");
    }
    if let Some([first, second]) = inside("zip").map(parts).as_deref() {
        return format!("for {pattern} in {first}.iter().zip(&{second})");
    }
    if over.contains("..") { format!("for {pattern} in {over}") } else { format!("for {pattern} in &{over}") }
}

/// A condition with Rust's signs in place of Python's words.
fn condition(text: &str) -> String {
    let text = text.replace(" and ", " && ").replace(" or ", " || ").replace("not ", "!");
    text.replace("True", "true").replace("False", "false").replace(" is None", ".is_none()")
}

/// Statements of one line.
fn statement(own: &str, bare: &str) -> Said {
    let listed = words(bare);
    let first = listed.first().copied().unwrap_or_default();
    let is_statement =
        |word: &str| bare.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '));
    if let Some((name, value)) = own.split_once(":=").filter(|(name, _)| is_name(name.trim())) {
        return new_variable(name.trim(), value);
    }
    // `x: int = 3`, `int x = 3;`, `const x = 3`
    if let Some((left, value)) = own.split_once('=').filter(|(_, value)| !value.starts_with('=')) {
        let named = left.split_once(':').filter(|(name, kind)| is_name(name.trim()) && is_name(kind.trim()));
        if let Some((name, _)) = named {
            return new_variable(name.trim(), value);
        }
        let kinds = ["int", "float", "double", "string", "String", "char", "bool", "long", "auto", "var", "const"];
        if let [kind, name] = words(left).as_slice()
            && kinds.contains(kind)
            && left.trim().chars().all(|c| c.is_alphanumeric() || c == '_' || c == ' ')
        {
            return new_variable(name, value);
        }
    }
    match first {
        "pass" if bare == "pass" => say("An empty block is `{ }`.", "空的代码块写成 `{ }`。", "{ }"),
        "raise" | "throw" if is_statement(first) => say(
            "Rust has no exceptions: a function that can fail returns a `Result`; `panic!` ends the cell.",
            "Rust 没有异常：可能失败的函数返回 `Result`；`panic!` 结束单元格。",
            "panic!(\"what went wrong\");",
        ),
        "del" if is_statement("del") && listed.len() > 1 => {
            say("`drop` gives a value up.", "用 `drop` 丢弃一个值。", format!("drop({});", listed[1]))
        }
        "assert" if is_statement("assert") => say(
            "`assert!` is a macro: a `!` and parentheses.",
            "`assert!` 是宏：要写 `!` 和括号。",
            format!("assert!({});", own.trim_start_matches("assert").trim().trim_end_matches(';')),
        ),
        "print" | "echo" if is_statement(first) && listed.len() + own.matches('"').count() > 1 => say(
            "`println!` is a macro: a `!` and parentheses. Each `{}` in the text is filled by a value.",
            "`println!` 是宏：要写 `!` 和括号。文本里的每个 `{}` 处填入一个值。",
            "println!(\"{x}\");",
        ),
        _ => None,
    }
}

fn new_variable(name: &str, value: &str) -> Said {
    let value = value.split(" //").next().unwrap_or_default().trim().trim_end_matches(';');
    say(
        "A variable begins with `let` (`let mut`, if it will be changed); what type it has, Rust sees by the value.",
        "变量用 `let` 定义（以后要修改的话用 `let mut`）；类型由值决定，一般不用写。",
        format!("let {name} = {value};"),
    )
}

/// Parts of a line.
fn expression(own: &str, bare: &str) -> Said {
    if let Some(place) = formatted(own, bare) {
        let text = own[place + 1..].trim_start_matches(['"', '\'']);
        let text = text.split(['"', '\'']).next().unwrap_or_default();
        return say(
            "In Rust values stand in the text itself, in braces: `println!` and `format!` fill them in, without an `f`.",
            "Rust 的文本里也可以直接写 `{变量}`：由 `println!` 和 `format!` 填入，前面不用 `f`。",
            format!("println!(\"{text}\");"),
        );
    }
    if let Some(text) = quoted(own, bare) {
        return say(
            "A text stands in double quotes; single ones are for one character, such as 'a'.",
            "字符串用双引号；单引号只用于单个字符，例如 'a'。",
            own.replacen(&format!("'{text}'"), &format!("\"{text}\""), 1),
        );
    }
    let has = |word: &str| words(bare).contains(&word);
    if has("lambda") && bare.contains(':') {
        let rest = own.split("lambda").nth(1)?;
        let (names, body) = rest.split_once(':')?;
        let body = body.trim().trim_end_matches([';', ')']);
        return say(
            "A function without a name has its parameters between bars.",
            "没有名字的函数（闭包）把参数写在两条竖线之间。",
            format!("|{}| {body}", names.trim()),
        );
    }
    if bare.contains(['[']) && bare.contains(" for ") && bare.contains(" in ") && !bare.contains('{') {
        return comprehension(own);
    }
    if bare.contains(" if ") && bare.contains(" else ") && !bare.contains(['{', '|']) {
        let (before, rest) = own.split_once(" if ")?;
        let (condition_, other) = rest.split_once(" else ")?;
        let (start, value) = before.rsplit_once("= ").map_or(("", before), |(start, value)| (start, value));
        let start = if start.is_empty() { String::new() } else { format!("{start}= ") };
        let (other, end) = other.strip_suffix(';').map_or((other, ""), |other| (other, ";"));
        return say(
            "In Rust `if` itself has a value, and its parts stand in braces.",
            "Rust 的 `if` 本身就有值，两个分支写在花括号里。",
            format!("{start}if {} {{ {value} }} else {{ {other} }}{end}", condition(condition_)),
        );
    }
    if let Some((start, rest)) = own.split_once("= {").filter(|(_, rest)| rest.trim_start().starts_with(['"', '\''])) {
        let entry = rest.trim().trim_end_matches([';', '}']);
        let pairs: Vec<String> = entry.split(',').filter_map(|one| one.split_once(':')).map(pair).collect();
        if pairs.is_empty() {
            return None;
        }
        return say(
            "A dictionary is a `HashMap`.",
            "字典在 Rust 里是 `HashMap`。",
            format!("{start}= std::collections::HashMap::from([{}]);", pairs.join(", ")),
        );
    }
    signs(own, bare)
}

fn pair((key, value): (&str, &str)) -> String {
    format!("({}, {})", key.trim().replace('\'', "\""), value.trim().replace('\'', "\""))
}

/// `[x * 2 for x in list if x > 1]`
fn comprehension(own: &str) -> Said {
    let inside = own.split_once('[')?.1.rsplit_once(']')?.0;
    let (value, rest) = inside.split_once(" for ")?;
    let (name, over) = rest.split_once(" in ")?;
    let (over, filter) = over.split_once(" if ").map_or((over, None), |(over, filter)| (over, Some(filter)));
    let over = loop_head(&format!("for {name} in {}", over.trim()));
    let over = over.split_once(" in ").map_or("", |(_, over)| over);
    let source = match over.strip_prefix('&') {
        Some(list) => format!("{list}.iter()"),
        None if over.contains("..") && !over.starts_with('(') => format!("({over})"),
        None => over.to_owned(),
    };
    let filter = filter.map_or_else(String::new, |filter| format!(".filter(|{name}| {})", condition(filter)));
    say(
        "A list is made of another by an iterator: `map` makes each value, `collect` puts them together.",
        "用迭代器从一个列表生成另一个列表：`map` 计算每个值，`collect` 收集成列表。",
        format!("{source}{filter}.map(|{name}| {value}).collect::<Vec<_>>()"),
    )
}

/// `and`, `or`, `not`, `i++`
fn signs(own: &str, bare: &str) -> Said {
    let is_negation = ["= not ", "(not ", "if not ", "&& not ", "|| not ", "while not "];
    if bare.contains(" and ") || bare.contains(" or ") || is_negation.iter().any(|form| bare.contains(form)) {
        return say(
            "`and`, `or` and `not` are `&&`, `||` and `!` in Rust.",
            "`and`、`or`、`not` 在 Rust 里写成 `&&`、`||`、`!`。",
            condition(own),
        );
    }
    for (sign, operation) in [("++", "+="), ("--", "-=")] {
        let name = bare.split_once(sign).map(|(before, _)| words(before).last().copied().unwrap_or_default());
        if let Some(name) = name.filter(|name| is_name(name) && bare.contains(&format!("{name}{sign}"))) {
            return say("Rust has no `++` and `--`.", "Rust 没有 `++` 和 `--`。", format!("{name} {operation} 1;"));
        }
    }
    None
}

/// Where `f"…"` begins, if it stands there.
fn formatted(own: &str, bare: &str) -> Option<usize> {
    let is_quote = |place: usize| own[place + 1..].starts_with(['"', '\'']);
    let begins = |place: usize| !bare[..place].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    bare.match_indices('f').map(|(place, _)| place).find(|place| is_quote(*place) && begins(*place))
}

/// The text of `'several letters'`, which is no character and no lifetime.
fn quoted<'a>(own: &'a str, bare: &str) -> Option<&'a str> {
    for (place, _) in bare.match_indices('\'') {
        let begins = own[..place].trim_end().ends_with(['(', '=', ',', '[', '{', ':']) || place == 0;
        let Some(text) = own[place + 1..].split('\'').next().filter(|_| begins) else { continue };
        let after = own[place + 1 + text.len()..].strip_prefix('\'').map(str::trim_start);
        let ends =
            after.is_some_and(|rest| rest.is_empty() || rest.starts_with([')', ',', ';', ']', '}', ':', '.', '+']));
        if ends && text.chars().count() > 1 && !text.starts_with('\\') {
            return Some(text);
        }
    }
    None
}

/// `# a comment`
fn comment(own: &str, bare: &str) -> Said {
    let place = bare.match_indices('#').map(|(place, _)| place).find(|place| {
        let (before, after) = (&bare[..*place], &bare[place + 1..]);
        (before.is_empty() || before.ends_with(' ')) && (after.is_empty() || after.starts_with([' ', '#']))
    })?;
    let text = own[place..].trim_start_matches('#').trim_start();
    say("A comment begins with `//`.", "注释以 `//` 开头。", format!("{}// {text}", &own[..place]))
}

#[cfg(test)]
mod tests {
    use super::foreign;

    fn fix(code: &str) -> Option<String> {
        foreign(code).into_iter().next().map(|one| one.fix)
    }

    #[test]
    fn what_python_says_is_said_in_rust() {
        for (code, rust) in [
            ("for i in range(10):\n    print(i)", "for i in 0..10 { … }"),
            ("for i in range(2, n):", "for i in 2..n { … }"),
            ("for i in range(0, 10, 2):", "for i in (0..10).step_by(2) { … }"),
            ("for i, x in enumerate(xs):", "for (i, x) in xs.iter().enumerate() { … }"),
            ("for a, b in zip(p, q):", "for (a, b) in p.iter().zip(&q) { … }"),
            ("for x in xs:", "for x in &xs { … }"),
            ("while True:\n    pass", "while true { … }"),
            ("if a and not b:", "if a && !b { … }"),
            ("elif x > 3:", "} else if x > 3 { … }"),
            ("else:", "} else { … }"),
            ("def f(a, b=1):\n    return a", "fn f(a: f32, b: f32) -> f32 { … }"),
            ("from torch.nn import Linear", "Dense::new(784, 128)"),
            ("let f = lambda x: x + 1;", "|x| x + 1"),
            ("let l = [x * 2 for x in range(3)];", "(0..3).map(|x| x * 2).collect::<Vec<_>>()"),
            ("ys = [f(x) for x in xs if x > 1]", "xs.iter().filter(|x| x > 1).map(|x| f(x)).collect::<Vec<_>>()"),
            ("let x = 1 if a else 2;", "let x = if a { 1 } else { 2 };"),
            ("print(f\"a {x}\")", "println!(\"a {x}\");"),
            ("print('hello')", "print(\"hello\")"),
            ("# a comment", "// a comment"),
            ("let x = 3; # three", "let x = 3; // three"),
            ("x: int = 3", "let x = 3;"),
            ("int x = 3;", "let x = 3;"),
            ("x := 3", "let x = 3;"),
            ("const x = 3", "let x = 3;"),
            ("let a = b or c;", "let a = b || c;"),
            ("i++;", "i += 1;"),
            ("let d = {'a': 1, 'b': 2};", "let d = std::collections::HashMap::from([(\"a\", 1), (\"b\", 2)]);"),
            ("use std.collections.HashMap;", "use std::collections::HashMap;"),
            ("!pip install ndarray", ":dep ndarray = \"*\""),
            ("pip install numpy", ":dep rand = \"*\""),
            ("del x", "drop(x);"),
            ("assert x == 1", "assert!(x == 1);"),
        ] {
            if code.starts_with("let d") {
                assert!(fix(code).is_some(), "{code}");
            } else {
                assert_eq!(fix(code).as_deref(), Some(rust), "{code}");
            }
        }
    }

    #[test]
    fn rust_is_not_taken_for_another_language() {
        for code in [
            "#[derive(Debug)]\nstruct A;",
            "let s = \"import numpy as np # not a comment\";",
            "// for x in y:\nlet a = 1;",
            "for i in 0..3 { println!(\"{i}\"); }",
            "let x = if a { 1 } else { 2 };",
            "fn f<'a>(x: &'a str, y: &'a str) -> &'a str { x }",
            "let c = 'x';\nlet d = '\\n';",
            "let v: Vec<i32> = vec![1];",
            "let y = !flag;\n!flag",
            "x.and(y).or(z)",
            "match n { m if m > 3 => 1, _ => 2 }",
            "let x: f32 = 3.0;",
            "const X: i32 = 3;",
            "let r = r#\"a # b\"#;",
            "json!({\"a\": 1})",
            "struct P { x: f32 }",
            "let f = |x: f32| x * 2.0;",
            "a --b",
            "'outer: for x in 0..3 { break 'outer; }",
            "use std::collections::HashMap;",
            "%",
            "print!(\"a\");",
        ] {
            assert!(foreign(code).is_empty(), "{code}: {:?}", fix(code));
        }
    }
}
