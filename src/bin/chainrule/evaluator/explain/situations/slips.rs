//! What to do about slips of the pen.

use super::super::case::{Case, Explanation};
use super::super::numbers::is_number;
use super::super::python::foreign;
use super::super::text::as_meant;
use super::similar::distance;
use crate::evaluator::cell::tokens;
use ra_ap_syntax::{SyntaxKind, SyntaxToken};

pub fn strange_character(case: &Case) -> Option<Explanation> {
    let meant = as_meant(case.code);
    (!meant.is_empty()).then(|| {
        Explanation::new(
            "Such a character comes along with text from a web page or a word processor, or from \
             an input method that is set to Chinese. Type it again, in plain characters:",
            "这种字符多半来自网页、文档，或者中文输入法的全角状态。请改用英文半角字符：",
            meant,
        )
    })
}

/// A line of Python, say.
pub fn other_language(case: &Case) -> Option<Explanation> {
    let start = case.mark.as_ref()?.start;
    let found = foreign(case.code)
        .into_iter()
        .find(|one| one.at.start == start)?;
    Some(Explanation::new(found.english, found.chinese, found.fix))
}

/// `:dep {{{`, `:dep` alone
pub fn line_of_dep(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "Behind `:dep` stand the crate's name and its version, or more about it in braces:",
        "`:dep` 后面写 crate 的名字和版本，其他设置写在花括号里：",
        ":dep rand = \"0.9\"\n:dep serde = { version = \"1\", features = [\"derive\"] }",
    ))
}

/// `:halp`
pub fn unknown_command(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "There is no such command. All of them are shown by:",
        "没有这个命令。全部命令可以这样查看：",
        ":help",
    ))
}

/// The line up to a mark, with something behind it.
fn line_up_to(case: &Case, more: &str) -> Option<String> {
    let mark = case.mark.as_ref()?;
    let start = case.code[..mark.end]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let line = case.code[start..mark.end].trim_start();
    Some(format!("{line}{more}"))
}

pub fn unfinished(case: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "What is begun has to be finished in the same cell: each cell is read on its own. Write \
         what is missing, or take away what is too much.",
        "开了头的语句要在同一个单元格里写完，因为每个单元格都是单独读取的。请补上缺的部分，或者删掉多余的部分。",
        line_up_to(case, " …")?,
    ))
}

/// The word of Rust that something at the beginning of a statement may be meant for.
fn similar_keyword(word: &str) -> Option<&'static str> {
    const WORDS: [&str; 20] = [
        "let", "fn", "struct", "enum", "impl", "trait", "use", "mod", "pub", "const", "static",
        "type", "for", "while", "loop", "match", "return", "mut", "else", "if",
    ];
    let is_near = |keyword: &&str| {
        word.eq_ignore_ascii_case(keyword)
            || (*keyword == "fn" && ["fnn", "fun", "func", "function"].contains(&word))
            || (*keyword == "match" && word == "switch")
            || word.chars().count() > 2 && keyword.len() > 2 && distance(word, keyword) == 1
    };
    let is_word = word.starts_with(char::is_alphabetic) && !WORDS.contains(&word);
    WORDS.into_iter().find(is_near).filter(|_| is_word)
}

/// `x as f32 < y`
pub fn comparison_of_a_cast(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "Behind a type, `<` begins the list of its parameters, as in `Vec<f32>`. Parentheses end \
         the conversion before it.",
        "紧跟在类型后面的 `<` 会被当作类型参数的开头，就像 `Vec<f32>` 那样。请用括号把前面的类型转换括起来。",
        "",
    ))
}

pub fn unseparated(case: &Case) -> Option<Explanation> {
    let end = case.mark.as_ref()?.end;
    let rest = case.code.get(end..)?;
    let line = rest.lines().next().unwrap_or_default();
    if let Some(word) = similar_keyword(case.marked()) {
        let up_to = line_up_to(case, line)?;
        return Some(Explanation::new(
            format!(
                "Rust has no word `{}`. If `{word}` is meant:",
                case.marked()
            ),
            format!(
                "Rust 里没有 `{}` 这个词。如果指的是 `{word}`，请写：",
                case.marked()
            ),
            up_to.replacen(case.marked(), word, 1),
        ));
    }
    if let Some(said) = as_elsewhere(case).or_else(|| word_of_python(case, line)) {
        return Some(said);
    }
    let is_comment = |token: &SyntaxToken| token.kind() == SyntaxKind::COMMENT;
    if tokens(rest).iter().all(is_comment) {
        return Some(Explanation::new(
            "A definition ends with a `;`, also as the last line of a cell:",
            "定义要以 `;` 结尾，即使它是单元格的最后一行：",
            line_up_to(case, &format!(";{line}"))?,
        ));
    }
    Some(Explanation::new(
        "Each statement ends with a `;` (only the last one of a cell needs none: its value is \
         shown). If this is one calculation, an operator is missing instead.",
        "每条语句都以 `;` 结尾（只有单元格的最后一条可以不写：它的值会显示出来）。如果这是一个算式，那就是缺了运算符。",
        line_up_to(case, &format!(";{line}"))?,
    ))
}

/// `n is 3`, `n is not 3`, `} elif n > 2 {`, `with torch.no_grad():`
fn word_of_python(case: &Case, behind: &str) -> Option<Explanation> {
    let behind = behind.trim_start();
    let (english, chinese, fix) = if case.marked() == "with" {
        let is_it = behind.contains("no_grad");
        (
            "Rust has no `with`. What is computed without gradients is handed to `no_grad`, \
             between braces:",
            "Rust 没有 `with`。不需要梯度的计算写在花括号里，交给 `no_grad`：",
            is_it.then(|| "let y = no_grad(|| { model.forward(&x) });".to_owned())?,
        )
    } else if case.marked() == "elif" || behind.starts_with("elif ") {
        let line = case.line()?.replace("elif ", "else if ");
        ("Rust writes `else if`:", "Rust 里写 `else if`：", line)
    } else {
        let rest = behind.strip_prefix("is ")?;
        let (sign, rest) = match rest.strip_prefix("not ") {
            Some(rest) => ("!=", rest),
            None => ("==", rest),
        };
        (
            "Whether two values are equal is asked with `==`, whether they differ with `!=`:",
            "两个值是否相等用 `==` 判断，是否不等用 `!=`：",
            line_up_to(case, &format!(" {sign} {rest}"))?,
        )
    };
    Some(Explanation::new(english, chinese, fix))
}

/// `new Point { … }`, `let i32 count = 5;`, `n > 2 ? 1 : 0`, as in C, Java or JavaScript.
fn as_elsewhere(case: &Case) -> Option<Explanation> {
    let marked = case.marked();
    let (line, mark) = case.line_and_mark()?;
    let (before, behind) = (&line[..mark.start], line[mark.end..].trim_start());
    let is_let = before.is_empty() || ["let", "let mut"].contains(&before.trim_end());
    if let Some(said) = two_words(before, marked, behind) {
        return Some(said);
    }
    if marked == "new" {
        let behind = match behind.split_once('(') {
            Some((kind, rest)) => format!("{kind}::new({rest}"),
            None => behind.to_owned(),
        };
        return Some(Explanation::new(
            "A value is made without `new`: by the name of its type and its fields, or by a \
             function such as `Point::new(…)`.",
            "Rust 里创建值不用 `new` 关键字：直接写类型名和字段，或者调用 `Point::new(…)` 这样的函数。",
            format!("{before}{behind}"),
        ));
    }
    if is_let && (is_number(marked) || ["String", "bool", "char"].contains(&marked)) {
        let end = behind.find(|c: char| !c.is_alphanumeric() && c != '_')?;
        let (name, rest) = behind.split_at(end);
        let before = if before.is_empty() {
            "let"
        } else {
            before.trim_end()
        };
        return Some(Explanation::new(
            "The type stands behind the name, after a colon (and is mostly left out):",
            "类型写在变量名后面，用冒号隔开（多数时候可以省略）：",
            format!("{before} {name}: {marked}{rest}"),
        ));
    }
    let (yes, no) = behind.split_once(" : ").filter(|_| marked == "?")?;
    let (head, asked) = match before.rsplit_once(" = ") {
        Some((head, asked)) => (format!("{head} = "), asked),
        None => (String::new(), before),
    };
    let (no, end) = match no.trim_end().strip_suffix(';') {
        Some(no) => (no, ";"),
        None => (no.trim_end(), ""),
    };
    Some(Explanation::new(
        "Rust has no `? :`; an `if` gives a value itself:",
        "Rust 没有 `? :` 运算符；`if` 本身就能给出值：",
        format!(
            "{head}if {} {{ {yes} }} else {{ {no} }}{end}",
            asked.trim_end()
        ),
    ))
}

/// `f"hello {x}"`, `not true`, `let my name = 5;`
fn two_words(before: &str, marked: &str, behind: &str) -> Option<Explanation> {
    if marked == "f" && behind.starts_with('"') {
        let end = behind[1..].find('"')? + 2;
        return Some(Explanation::new(
            "A text with values in it is made by `format!`:",
            "带变量的字符串用 `format!` 来写：",
            format!("{before}format!({}){}", &behind[..end], &behind[end..]),
        ));
    }
    if marked == "not" {
        return Some(Explanation::new(
            "`not` is written `!`, before what it turns round:",
            "`not` 写成 `!`，放在要取反的值前面：",
            match before {
                // A cell that begins with `!` is for the shell.
                "" => format!("(!{behind})"),
                before => format!("{before}!{behind}"),
            },
        ));
    }
    let is_let = ["let", "let mut"].contains(&before.trim_end());
    let (words, value) = behind.split_once('=')?;
    let is_name = |word: &str| word.chars().all(|c| c.is_alphanumeric() || c == '_');
    let mut words = words.split_whitespace().peekable();
    let is_it = is_let && words.peek().is_some() && !is_number(marked);
    let rest: Option<Vec<&str>> = words.map(|word| is_name(word).then_some(word)).collect();
    let rest = rest.filter(|_| is_it && !["String", "bool", "char"].contains(&marked))?;
    Some(Explanation::new(
        "A name is one word; several are joined by `_`.",
        "变量名是一个完整的词；几个词之间用 `_` 连接。",
        format!("{before}{marked}_{} ={value}", rest.join("_")),
    ))
}
