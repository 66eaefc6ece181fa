//! Cells in another language: what they say, line by line, in Rust. Looked at only where a cell did
//! not compile, and only forms that Rust does not have.

mod expressions;
mod said;
mod texts;

use super::syntax::without_texts;
use crate::names;
use expressions::{comment, expression};
use said::{Said, condition, is_name, loop_head, say, words};
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
        // What `pass` is says the block around it.
        let is_said = trimmed == "pass" && !found.is_empty();
        if let (Some(own), false) = (
            line.get(at - start..at - start + trimmed.len()),
            trimmed.is_empty() || is_said,
        ) && let Some((english, chinese, fix)) = of_line(own, trimmed)
            && found.iter().all(|one| one.english != english)
        {
            found.push(Foreign {
                at: at..at + own.len(),
                english,
                chinese,
                fix,
            });
        }
        start += line.len();
    }
    found.truncate(MOST);
    found
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

/// `import numpy as np`, `from torch import nn`, `use std.collections.HashMap;`
fn import(own: &str, bare: &str) -> Said {
    if let Some(path) = bare
        .strip_prefix("use ")
        .filter(|path| path.contains('.') && !path.contains("::"))
    {
        return say(
            "The parts of a path are joined by `::`.",
            "路径的各部分之间用 `::` 连接。",
            format!("use {}", path.replace('.', "::")),
        );
    }
    let is_import = bare
        .strip_prefix("import ")
        .is_some_and(|rest| rest.trim_start().starts_with(char::is_alphabetic));
    let is_from = bare.starts_with("from ") && bare.contains(" import ");
    if !is_import && !is_from {
        return None;
    }
    let words = words(own);
    let module = words.get(1).copied().unwrap_or_default();
    if !names::is_foreign_module(module) {
        return say(
            "What Python imports is brought in by `use` in Rust; what does not belong to Rust's \
             library is a crate, which `:dep` fetches.",
            "Python 用 import 导入，Rust 用 `use` 引入；标准库以外的功能是 crate，用 `:dep` 获取。",
            "use std::collections::HashMap;\n:dep rand = \"*\"",
        );
    }
    let taken = words
        .iter()
        .skip(2)
        .filter(|word| **word != "import" && **word != "as");
    let known = taken.filter_map(|word| names::find(word, false).filter(|_| is_from));
    let fix = known
        .map(|name| name.ours)
        .next()
        .unwrap_or("let x = tensor([[1.0, 2.0], [3.0, 4.0]]);");
    say(
        "Nothing has to be imported: tensors, layers, losses and pictures are in scope in every \
        cell.",
        "什么都不用导入：张量、层、损失和绘图在每个单元格里都能直接用。",
        fix,
    )
}

/// `!pip install numpy`, `%matplotlib inline`
fn command(own: &str, bare: &str) -> Said {
    let rest = bare.trim_start_matches(['!', '%']);
    let first = rest.split_whitespace().next().unwrap_or_default();
    let is_magic = bare.starts_with('%') && rest.starts_with(char::is_alphabetic);
    let is_shell = [
        "pip", "pip3", "conda", "apt", "wget", "curl", "ls", "cd", "cargo",
    ]
    .contains(&first);
    if is_shell
        && (bare.starts_with('!')
            || words(bare)
                .get(1)
                .is_some_and(|word| ["install", "add"].contains(word)))
    {
        let installed = own
            .split_whitespace()
            .skip(2)
            .find(|word| !word.starts_with('-'))
            .unwrap_or("rand");
        let crate_name = if names::is_foreign_module(installed) || !is_name(installed) {
            "rand"
        } else {
            installed
        };
        return say(
            "A cell is Rust and has no shell. A crate is fetched by `:dep`; what the course needs \
            is there already.",
            "单元格里写的是 Rust，不能运行命令。要用 crate 就写 `:dep`；课程需要的已经都有了。",
            format!(":dep {crate_name} = \"*\""),
        );
    }
    if is_magic {
        return say(
            "Commands of the kernel begin with a colon; `:help` lists them. Pictures are shown \
            without one.",
            "内核的命令以冒号开头，`:help` 会列出全部命令。显示图形不需要命令。",
            ":help",
        );
    }
    None
}

/// What ends with a colon in Python, or begins as in JavaScript and C.
fn block(own: &str, bare: &str) -> Said {
    let first = words(bare).first().copied().unwrap_or_default();
    let head = bare
        .strip_suffix(':')
        .map(|_| own.trim_end().trim_end_matches(':'));
    match (first, head) {
        ("def" | "function" | "func" | "fun" | "async", _)
            if bare.contains('(') && !bare.contains("fn ") =>
        {
            function(bare)
        }
        ("class", _) if words(bare).len() > 1 => {
            let name = words(bare)[1];
            say(
                "Rust has no classes: a `struct` holds the data, and its methods stand in an \
                `impl`.",
                "Rust 没有 class：数据写在 `struct` 里，方法写在 `impl` 里。",
                format!(
                    "struct {name} {{ layer: Dense }}\nimpl {name} {{ fn forward(&self, x: \
                    &Tensor) -> Tensor {{ … }} }}"
                ),
            )
        }
        ("for", None) if bare.contains(';') => counted(own),
        ("for" | "if" | "while", Some(head)) => headed(first, head),
        ("for" | "if" | "while", None) if !bare.contains(['{', '|', ';']) => {
            let at = bare.rfind(": ").filter(|at| !bare[..*at].contains("::"))?;
            let body = bare.get(at + 2..)?;
            let is_type = body.starts_with(|c: char| c.is_uppercase() || c == '&');
            let head = own
                .get(..at)
                .filter(|_| !is_type && !body.contains(" in "))?;
            headed(first, head)
        }
        ("else", Some(_)) => say(
            "A block stands in braces: `else`, too.",
            "代码块写在花括号里，`else` 也一样。",
            "} else { … }",
        ),
        ("elif", _) => {
            let rest = own
                .trim_end()
                .trim_end_matches([':', '{'])
                .trim_start_matches("elif")
                .trim();
            say(
                "`elif` is `else if` in Rust, and blocks stand in braces.",
                "`elif` 在 Rust 里写成 `else if`，代码块写在花括号里。",
                format!("}} else if {} {{ … }}", condition(rest)),
            )
        }
        _ if head.is_some() => resources(first),
        _ => None,
    }
}

/// A loop or a condition that ends with a colon.
fn headed(first: &str, head: &str) -> Said {
    if words(head) == ["while", "True"] {
        return say(
            "A loop without an end is a `loop`; `break` leaves it.",
            "没有终点的循环写成 `loop`，用 `break` 离开。",
            "loop { … }",
        );
    }
    let head = match first {
        "for" => loop_head(head),
        _ => condition(head),
    };
    say(
        "A block stands in braces, not behind a colon, and Rust does not look at the indentation.",
        "代码块写在花括号里，不用冒号，Rust 也不看缩进。",
        format!("{head} {{ … }}"),
    )
}

/// `for (int i = 0; i < n; i++)`
fn counted(own: &str) -> Said {
    let head = own
        .trim_start_matches("for")
        .trim_start()
        .strip_prefix('(')?;
    let parts: Vec<&str> = head.splitn(3, ';').collect();
    let [start, end, step] = parts.as_slice() else {
        return None;
    };
    let (name, from) = start.split_once('=')?;
    let name = words(name).last().copied()?;
    let (until, is_within) = match end.split_once("<=") {
        Some((_, until)) => (until, "="),
        None => (end.split_once('<')?.1, ""),
    };
    let step = step.split(')').next().unwrap_or_default().replace(' ', "");
    let is_one =
        step == format!("{name}++") || step == format!("++{name}") || step == format!("{name}+=1");
    let (from, until) = (from.trim(), until.trim());
    is_one.then(|| {
        say(
            "A `for` goes over values; whole numbers from one to another are a range.",
            "`for` 逐个处理多个值；从一个整数数到另一个整数，就写成范围。",
            format!("for {name} in {from}..{is_within}{until} {{ … }}"),
        )
    })?
}

/// Blocks that wait for errors, or close files.
fn resources(first: &str) -> Said {
    match first {
        "try" | "except" | "finally" => say(
            "Rust has no exceptions: what can fail gives a `Result`, and `?` takes the value out \
             or ends the cell with the error.",
            "Rust 没有异常：可能失败的操作返回 `Result`，`?` 取出其中的值，出错时结束单元格。",
            "let text = std::fs::read_to_string(\"notes.txt\")?;\nif let Err(error) = \
            std::fs::read(\"notes.txt\") { println!(\"{error}\"); }",
        ),
        "with" => say(
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
    let parameters = inside
        .split(',')
        .filter_map(|one| words(one).first().copied());
    let parameters: Vec<String> = parameters
        .map(|one| {
            if one == "self" {
                "&self".to_owned()
            } else {
                format!("{one}: f32")
            }
        })
        .collect();
    say(
        "A function begins with `fn`, says the types of its parameters and of what it returns, and \
         stands in braces. Its last expression, without a semicolon, is what it returns. For \
         numbers with a fraction, for example (a text is `&str`, and without `->` it returns \
         nothing):",
        "函数以 `fn` 开头，要写明参数和返回值的类型，函数体写在花括号里；最后一个不带分号的表达式就是返回值。\
         以小数为例（文本的类型是 `&str`；没有返回值就不写 `->`）：",
        format!("fn {name}({}) -> f32 {{ … }}", parameters.join(", ")),
    )
}

/// Statements of one line.
fn statement(own: &str, bare: &str) -> Said {
    let listed = words(bare);
    let first = listed.first().copied().unwrap_or_default();
    let is_statement = |word: &str| {
        bare.strip_prefix(word)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    if let Some(defined) = definition(own) {
        return Some(defined);
    }
    match first {
        "pass" if bare == "pass" => {
            say("An empty block is `{ }`.", "空的代码块写成 `{ }`。", "{ }")
        }
        "raise" | "throw" if is_statement(first) => say(
            "Rust has no exceptions: a function that can fail returns a `Result`; `panic!` ends \
            the cell.",
            "Rust 没有异常：可能失败的函数返回 `Result`；`panic!` 结束单元格。",
            "panic!(\"what went wrong\");",
        ),
        "del" if is_statement("del") && listed.len() > 1 => say(
            "`drop` gives a value up.",
            "用 `drop` 丢弃一个值。",
            format!("drop({});", listed[1]),
        ),
        "assert" if is_statement("assert") => say(
            "`assert!` is a macro: a `!` and parentheses.",
            "`assert!` 是宏：要写 `!` 和括号。",
            format!(
                "assert!({});",
                own.trim_start_matches("assert")
                    .trim()
                    .trim_end_matches(';')
            ),
        ),
        "print" | "echo" if is_statement(first) && listed.len() + own.matches('"').count() > 1 => {
            say(
                "`println!` is a macro: a `!` and parentheses. Each `{}` in the text is filled by \
                a value.",
                "`println!` 是宏：要写 `!` 和括号。文本里的每个 `{}` 处填入一个值。",
                "println!(\"{x}\");",
            )
        }
        _ => None,
    }
}

/// `x := 3`, `x: int = 3`, `int x = 3;`, `const x = 3`
fn definition(own: &str) -> Said {
    // A constant of Rust, of which rustc says that its type is missing.
    let constant = own
        .strip_prefix("const ")
        .and_then(|rest| rest.split_once('='));
    if constant.is_some_and(|(name, _)| !name.chars().any(char::is_lowercase)) {
        return None;
    }
    if let Some((name, value)) = own
        .split_once(":=")
        .filter(|(name, _)| is_name(name.trim()))
    {
        return new_variable(name.trim(), value);
    }
    if let Some((left, value)) = own
        .split_once('=')
        .filter(|(_, value)| !value.starts_with('='))
    {
        let named = left
            .split_once(':')
            .filter(|(name, kind)| is_name(name.trim()) && is_name(kind.trim()));
        if let Some((name, _)) = named {
            return new_variable(name.trim(), value);
        }
        let kinds = [
            "int", "float", "double", "string", "String", "char", "bool", "long", "auto", "var",
            "const",
        ];
        if let [kind, name] = words(left).as_slice()
            && kinds.contains(kind)
            && left
                .trim()
                .chars()
                .all(|c| c.is_alphanumeric() || c == '_' || c == ' ')
        {
            return new_variable(name, value);
        }
    }
    None
}

fn new_variable(name: &str, value: &str) -> Said {
    let value = value
        .split(" //")
        .next()
        .unwrap_or_default()
        .trim()
        .trim_end_matches(';');
    say(
        "A variable begins with `let` (`let mut`, if it will be changed); what type it has, Rust \
        sees by the value.",
        "变量用 `let` 定义（以后要修改的话用 `let mut`）；类型由值决定，一般不用写。",
        format!("let {name} = {value};"),
    )
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
            (
                "for i in range(0, 10, 2):",
                "for i in (0..10).step_by(2) { … }",
            ),
            (
                "for i, x in enumerate(xs):",
                "for (i, x) in xs.iter().enumerate() { … }",
            ),
            (
                "for a, b in zip(p, q):",
                "for (a, b) in p.iter().zip(&q) { … }",
            ),
            ("for x in xs:", "for x in &xs { … }"),
            ("while True:\n    pass", "loop { … }"),
            ("if a and not b:", "if a && !b { … }"),
            ("elif x > 3:", "} else if x > 3 { … }"),
            ("else:", "} else { … }"),
            (
                "def f(a, b=1):\n    return a",
                "fn f(a: f32, b: f32) -> f32 { … }",
            ),
            ("from torch.nn import Linear", "Dense::new(784, 128)"),
            ("let f = lambda x: x + 1;", "|x| x + 1"),
            (
                "let l = [x * 2 for x in range(3)];",
                "(0..3).map(|x| x * 2).collect::<Vec<_>>()",
            ),
            (
                "ys = [f(x) for x in xs if x > 1]",
                "let ys = xs.iter().filter(|x| **x > 1).map(|x| f(x)).collect::<Vec<_>>();",
            ),
            (
                "[a * len(b) for a, b in zip(p, q)]",
                "p.iter().zip(&q).map(|(a, b)| a * len(b)).collect::<Vec<_>>()",
            ),
            (
                "[len(w) for w in words if w.len() > 1 and w != a]",
                "words.iter().filter(|w| w.len() > 1 && **w != a).map(|w| w.len())\
                 .collect::<Vec<_>>()",
            ),
            ("let x = 1 if a else 2;", "let x = if a { 1 } else { 2 };"),
            ("x = 1 if a else 2", "let x = if a { 1 } else { 2 }"),
            (
                "print(\"big\" if n > 2 else \"small\")",
                "println!(\"{:?}\", if n > 2 { \"big\" } else { \"small\" });",
            ),
            (
                "d = {\"a\": [1, 2], \"b\": [3]}",
                "let d = std::collections::HashMap::from([(\"a\", vec![1, 2]), (\"b\", vec![3])]);",
            ),
            ("for (int i = 0; i < n; i++) {", "for i in 0..n { … }"),
            (
                "for (let i = 1; i <= 3; i += 1) { f(i); }",
                "for i in 1..=3 { … }",
            ),
            ("print(f\"a {x}\")", "println!(\"a {x}\");"),
            ("print(f\"it's {x:.2f}\")", "println!(\"it's {x:.2}\");"),
            (
                "s = f'a \"{x + 1}\" {n:d}'",
                "s = format!(\"a \\\"{}\\\" {n}\", x + 1)",
            ),
            (
                "print(f\"{{{a::b}}} {y:>5}\", 2)",
                "print(format!(\"{{{}}} {y:>5}\", a::b), 2)",
            ),
            ("print('hello')", "println!(\"hello\");"),
            ("# a comment", "// a comment"),
            ("let x = 3; # three", "let x = 3; // three"),
            ("x: int = 3", "let x = 3;"),
            ("int x = 3;", "let x = 3;"),
            ("x := 3", "let x = 3;"),
            ("const x = 3", "let x = 3;"),
            ("let a = b or c;", "let a = b || c;"),
            ("i++;", "i += 1;"),
            (
                "let d = {'a': 1, 'b': 2};",
                "let d = std::collections::HashMap::from([(\"a\", 1), (\"b\", 2)]);",
            ),
            (
                "use std.collections.HashMap;",
                "use std::collections::HashMap;",
            ),
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
