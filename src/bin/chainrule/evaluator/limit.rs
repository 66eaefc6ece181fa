//! Cells that no parser shall see: so deep or so long that a parser, rust-analyzer or rustc would
//! run out of stack or time.
//!
//! Decided from the signs and words of the text, one after the other. Nothing here calls itself.

mod growth;

use crate::evaluator::cell::commands::without_commands;
use chainrule::display::say;

/// Brackets within brackets. People write ten; what reads a cell needs some kilobytes of stack for
/// each.
const MOST_NESTED: usize = 200;
/// Signs and words of an expression with all that it stands in, without what commas and semicolons
/// have ended.
const MOST_IN_ONE: usize = 2_000;
/// Signs and words of a cell.
const MOST_IN_ALL: usize = 200_000;
/// Bytes of a cell.
const MOST_BYTES: usize = 512 << 10;

/// What is too much about a text, and on which line.
#[derive(Debug, PartialEq, Eq)]
pub enum Excess {
    Nested(usize),
    Long(usize),
    Large,
    Grows(usize),
}

impl Excess {
    /// The first thing that is too much in a text of Rust.
    pub fn of(rust: &str) -> Option<Excess> {
        Excess::beyond(rust, 1).or_else(|| {
            let tokens: Vec<&str> = Tokens(rust).collect();
            growth::too_much(&tokens).map(|token| Excess::Grows(0).at(rust, token))
        })
    }

    /// The same for so many times the limits.
    fn beyond(rust: &str, times: usize) -> Option<Excess> {
        if rust.len() > MOST_BYTES * times {
            return Some(Excess::Large);
        }
        let mut measure = Measure {
            times,
            levels: vec![0],
            in_open: 0,
            in_all: 0,
            is_behind_block: false,
        };
        Tokens(rust).find_map(|token| measure.take(token).map(|excess| excess.at(rust, token)))
    }

    fn at(self, rust: &str, token: &str) -> Excess {
        let line = 1 + rust[..token.as_ptr() as usize - rust.as_ptr() as usize]
            .matches('\n')
            .count();
        match self {
            Excess::Nested(_) => Excess::Nested(line),
            Excess::Long(_) => Excess::Long(line),
            Excess::Large => Excess::Large,
            Excess::Grows(_) => Excess::Grows(line),
        }
    }

    /// For a learner.
    pub fn in_words(&self) -> String {
        match self {
            Excess::Nested(line) => say(
                format!(
                    "line {line}: more than {MOST_NESTED} brackets stand open within one \
                     another\n  hint: give the inner parts names of their own (`let part = …;`), \
                     or put them into functions"
                ),
                format!(
                    "第 {line} 行：嵌套的括号超过了 {MOST_NESTED} 层\n  提示：请给内层部分单独取名（`let part = …;`），或者写成函数"
                ),
            ),
            Excess::Long(line) => say(
                format!(
                    "line {line}: one expression of more than {MOST_IN_ONE} signs and words\n  \
                     hint: cut it into several (`let part = …;`); many numbers belong into a list, \
                     as in `vec![1.0, 2.0].iter().sum::<f64>()`"
                ),
                format!(
                    "第 {line} 行：一个表达式超过了 {MOST_IN_ONE} 个符号和单词\n  提示：请拆成几个（`let part = …;`）；大量数字请放进列\
                     表，例如 `vec![1.0, 2.0].iter().sum::<f64>()`"
                ),
            ),
            Excess::Grows(line) => say(
                format!(
                    "line {line}: the type that is made here has more than ten thousand parts\n  \
                     hint: each step puts the one before in twice, as `(a, a)` does; a list \
                     (`vec![a, b]`) has one type, however long it is"
                ),
                format!(
                    "第 {line} 行：这里的类型有一万多个组成部分\n  提示：每一步都把前一步放进去两次（如 `(a, a)`）；\
                     列表（`vec![a, b]`）无论多长都只有一种类型"
                ),
            ),
            Excess::Large => say(
                format!(
                    "the cell is too large to be compiled: at most {} kB, and {MOST_IN_ALL} signs \
                     and words\n  hint: put data into a file and read it, as in \
                     `std::fs::read_to_string(\"data.txt\")?`",
                    MOST_BYTES >> 10
                ),
                format!(
                    "单元格太大，无法编译：最多 {} kB、{MOST_IN_ALL} 个符号和单词\n  提示：请把数据放进文件再读取，例如 \
                     `std::fs::read_to_string(\"data.txt\")?`",
                    MOST_BYTES >> 10
                ),
            ),
        }
    }
}

/// Whether a parser cannot read a text: what we and evcxr put into a cell that is just within its
/// limits, it can.
pub fn is_unreadable(rust: &str) -> bool {
    Excess::beyond(rust, 2).is_some()
}

/// What is too much about a cell.
pub fn excess(code: &str) -> Option<Excess> {
    if code.len() > MOST_BYTES {
        Some(Excess::Large)
    } else {
        Excess::of(&without_commands(code))
    }
}

/// Counts tokens.
struct Measure {
    times: usize,
    /// For each bracket that is open, and for the outermost: tokens since the last comma, semicolon
    /// or block.
    levels: Vec<usize>,
    /// Their sum.
    in_open: usize,
    in_all: usize,
    /// A `}` was the last token: another statement may begin.
    is_behind_block: bool,
}

impl Measure {
    fn take(&mut self, token: &str) -> Option<Excess> {
        self.in_all += 1;
        let begins_statement =
            token.starts_with(|c: char| c.is_alphabetic() || c == '_' || c == '#');
        if std::mem::take(&mut self.is_behind_block)
            && begins_statement
            && !matches!(token, "else" | "as")
        {
            self.end();
        }
        match token {
            "(" | "[" | "{" => self.levels.push(0),
            ")" | "]" | "}" if self.levels.len() > 1 => {
                self.end();
                self.levels.pop();
                self.is_behind_block = token == "}";
                self.count();
            }
            "," | ";" => self.end(),
            _ => self.count(),
        }
        if self.levels.len() > MOST_NESTED * self.times {
            Some(Excess::Nested(0))
        } else if self.in_open > MOST_IN_ONE * self.times {
            Some(Excess::Long(0))
        } else {
            (self.in_all > MOST_IN_ALL * self.times).then_some(Excess::Large)
        }
    }

    fn count(&mut self) {
        self.in_open += 1;
        self.levels
            .last_mut()
            .into_iter()
            .for_each(|level| *level += 1);
    }

    fn end(&mut self) {
        self.in_open -= self
            .levels
            .last_mut()
            .map(std::mem::take)
            .unwrap_or_default();
    }
}

/// The tokens of a text, roughly: strings and words are one, each sign is one, comments and blanks
/// are none.
struct Tokens<'a>(&'a str);

impl<'a> Iterator for Tokens<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        loop {
            self.0 = self.0.trim_start();
            let length = comment(self.0);
            if length == 0 {
                break;
            }
            self.0 = &self.0[length..];
        }
        let first = self.0.chars().next()?;
        let length = match first {
            '"' => string(self.0),
            '\'' => character(self.0),
            _ if first.is_alphanumeric() || first == '_' => word(self.0),
            _ => first.len_utf8(),
        };
        let (token, rest) = self.0.split_at(length);
        self.0 = rest;
        Some(token)
    }
}

/// The length of the comment at the beginning, 0 if there is none.
fn comment(text: &str) -> usize {
    if text.starts_with("//") {
        return text.find('\n').unwrap_or(text.len());
    }
    if !text.starts_with("/*") {
        return 0;
    }
    let (mut depth, mut at) = (0, 0);
    while at < text.len() {
        match text.as_bytes().get(at..at + 2) {
            Some(b"/*") => (depth, at) = (depth + 1, at + 2),
            Some(b"*/") => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// The length of the string at the beginning, with its quotes.
fn string(text: &str) -> usize {
    let mut is_escaped = false;
    let end = text.bytes().enumerate().skip(1).find(|&(_, byte)| {
        let ends = byte == b'"' && !is_escaped;
        is_escaped = byte == b'\\' && !is_escaped;
        ends
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// The length of `'a'`, or of the sign that begins a lifetime or a label.
fn character(text: &str) -> usize {
    let mut rest = text.char_indices().skip(1);
    match (rest.next(), rest.next()) {
        (Some((_, '\\')), Some((at, escaped))) => {
            let from = at + escaped.len_utf8();
            text[from..]
                .find(['\'', '\n'])
                .map_or(text.len(), |end| from + end + 1)
        }
        (Some(_), Some((at, '\''))) => at + 1,
        _ => 1,
    }
}

/// The length of a word or a number, or of the raw string that begins with it.
fn word(text: &str) -> usize {
    let length = text
        .find(|c: char| !c.is_alphanumeric() && c != '_')
        .unwrap_or(text.len());
    if matches!(&text[..length], "r" | "br" | "cr") {
        let hashes = text[length..]
            .bytes()
            .take_while(|&byte| byte == b'#')
            .count();
        let content = length + hashes;
        if text[content..].starts_with('"') {
            let end = format!("\"{}", "#".repeat(hashes));
            return text[content + 1..]
                .find(&end)
                .map_or(text.len(), |at| content + 1 + at + end.len());
        }
    }
    length
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tokens(text: &str) -> Vec<&str> {
        Tokens(text).collect()
    }

    #[test]
    fn tokens_are_those_of_rust() {
        assert_eq!(
            tokens("let s = \"a { \\\" {\"; // {"),
            ["let", "s", "=", "\"a { \\\" {\"", ";"]
        );
        assert_eq!(
            tokens("/* { /* { */ { */ f::<'a>('{', '\\'', 'x')").join(" "),
            "f : : < ' a > ( '{' , '\\'' , 'x' )"
        );
        assert_eq!(
            tokens("r#\"{\"}\"# br\"{\" r#type é"),
            ["r#\"{\"}\"#", "br\"{\"", "r", "#", "type", "é"]
        );
        for open in [
            "\"a",
            "r#\"a\"",
            "'\\",
            "'",
            "/* a",
            "r#",
            "'\\u{1",
            "é'é",
            "\u{2028}'",
        ] {
            tokens(open);
        }
    }

    #[test]
    fn what_people_write_is_not_too_much() {
        let functions: String = (0..500)
            .map(|n| format!("fn f{n}(x: f64) -> f64 {{ if x > 0.0 {{ x }} else {{ -x }} }}\n"))
            .collect();
        let numbers = format!("let v = vec![{}];", "-1.5, ".repeat(30_000));
        let calls = "println!(\"{}\", f(x) + 1);\n".repeat(5_000);
        let sum = format!("let s = {};", vec!["x"; 900].join(" + "));
        for code in [
            functions,
            numbers,
            calls,
            sum,
            format!("let t = \"{}\";", "(".repeat(100_000)),
        ] {
            assert_eq!(Excess::of(&code), None, "{}", &code[..60]);
        }
    }

    #[test]
    fn what_would_exhaust_a_parser_is_too_much() {
        let many = |text: &str| text.repeat(20_000);
        for deep in ["(", "[", "{", "f(", "Some((", "if a { ", "|x| {"] {
            assert_eq!(
                Excess::of(&format!("let a =\n{}", many(deep))),
                Some(Excess::Nested(2)),
                "{deep}"
            );
        }
        for long in [
            "-",
            "!",
            "&",
            "1 + ",
            "x.f().",
            "a::",
            "Vec<",
            "else if x {} ",
            "|x| ",
            "return ",
            "{} + ",
            "x as ",
        ] {
            let excess = Excess::of(&many(long));
            assert!(
                matches!(excess, Some(Excess::Long(1))),
                "{long}: {excess:?}"
            );
        }
        assert_eq!(Excess::of(&"a + (".repeat(190)), None);
        assert!(
            Excess::of(&format!("{}(", "a + ".repeat(9)).repeat(190)).is_some(),
            "all levels count"
        );
        assert_eq!(Excess::of(&"1,".repeat(150_000)), Some(Excess::Large));
        assert_eq!(excess(&"x".repeat(1 << 20)), Some(Excess::Large));
    }
}
