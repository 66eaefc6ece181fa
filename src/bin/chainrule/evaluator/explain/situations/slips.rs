//! What to do about slips of the pen.

use super::super::case::{Case, Explanation};
use super::super::python::foreign;
use super::super::text::{Unpaired, as_meant, partner, unpaired};
use std::ops::Range;

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

/// `x ** 2`
pub fn power(case: &Case) -> Option<Explanation> {
    let mark = case.mark.as_ref()?;
    // The second star is marked, or what it stands before.
    let (before, after) = case.code.split_at_checked(mark.start)?;
    let before = before.trim_end().strip_suffix('*')?;
    let is_part = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let base = before.trim_end();
    let base = &base[base
        .rfind(|c: char| !is_part(c))
        .map_or(0, |place| place + 1)..];
    let exponent = after.trim_start_matches('*').trim_start();
    let exponent = &exponent[..exponent
        .find(|c: char| !is_part(c))
        .unwrap_or(exponent.len())];
    if base.is_empty() || exponent.is_empty() {
        return None;
    }
    let is_whole = exponent.chars().all(|c| c.is_ascii_digit());
    let base = match base.parse::<f64>() {
        Ok(_) if base.contains('.') => format!("{base}_f32"),
        Ok(_) => format!("{base}.0_f32"),
        Err(_) => base.to_owned(),
    };
    let method = if is_whole { "powi" } else { "powf" };
    Some(Explanation::new(
        "Rust has no `**`; a power is a method: `powi` for whole exponents, `powf` for others \
        (`pow` of whole numbers).",
        "Rust 没有 `**`；求幂用方法：整数次幂用 `powi`，其他用 `powf`（整数的幂用 `pow`）。",
        format!("{base}.{method}({exponent})"),
    ))
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

pub fn without_partner(case: &Case) -> Option<Explanation> {
    Some(match unpaired(case.code)? {
        Unpaired::Open(open) => {
            let (_, bracket) = open.last()?;
            let (bracket, closing) = (*bracket, partner(*bracket));
            Explanation::new(
                format!(
                    "Each `{bracket}` needs its `{closing}`, and the cell ends before it comes. \
                    Close it:"
                ),
                format!(
                    "每个 `{bracket}` 都要有配对的 `{closing}`，可是到单元格结尾也没有。请补上："
                ),
                closed(
                    case.code,
                    &open.iter().map(|(_, bracket)| *bracket).collect::<Vec<_>>(),
                ),
            )
        }
        Unpaired::Wrong {
            open: (_, open),
            close: (_, close),
        } => Explanation::new(
            format!(
                "What is opened last is closed first: put the `{}` before the `{close}`.",
                partner(open)
            ),
            format!(
                "后打开的括号要先关闭：请在 `{close}` 之前补上 `{}`。",
                partner(open)
            ),
            "",
        ),
        Unpaired::Close(_, close) => Explanation::new(
            format!(
                "Take the `{close}` away, or put the `{}` where it is missing.",
                partner(close)
            ),
            format!(
                "请删掉多余的 `{close}`，或者在前面补上 `{}`。",
                partner(close)
            ),
            "",
        ),
        Unpaired::Comment(_) => Explanation::new(
            "All that follows is a part of the comment, so nothing of it would run. Each `/*` \
             needs its `*/`; a comment of one line begins with `//` and needs no end.",
            "后面的内容都成了注释的一部分，不会运行。每个 `/*` 都要有配对的 `*/`；单行注释用 `//` 开头，不需要结束标记。",
            "",
        ),
        Unpaired::Text(at) => text_without_end(case.code, at),
    })
}

/// A text whose closing quote is missing.
fn text_without_end(code: &str, at: Range<usize>) -> Explanation {
    let start = code[..at.start]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    let before = code[start..at.start].trim_start();
    let line = code[at].trim_end();
    let (text, rest) =
        line.split_at(line.len() - line.chars().rev().take_while(|c| ");".contains(*c)).count());
    Explanation::new(
        "A text ends with the quote that it began with. If this one is closed, an earlier \
        one is not.",
        "字符串以什么引号开始，就要以什么引号结束。如果这一个其实已经关闭，那么前面还有一个没有关闭。",
        if text.starts_with('"') && text.len() > 1 {
            format!("{before}{text}\"{rest}")
        } else {
            String::new()
        },
    )
}

/// The last line with the brackets that are missing.
fn closed(code: &str, open: &[char]) -> String {
    let code = code.trim_end();
    let line = code.lines().last().unwrap_or_default();
    // A statement may be complete but for the bracket.
    let (line, end) = match line.strip_suffix(';') {
        Some(line) if open.last() != Some(&'{') => (line, ";"),
        _ => (line, ""),
    };
    let mut text = line.to_owned();
    if line.ends_with(['(', '[', '{']) {
        text.push_str(if line.ends_with('{') { " … " } else { "…" });
    }
    let inner = open
        .iter()
        .rev()
        .take_while(|bracket| **bracket != '{')
        .count();
    for (i, bracket) in open.iter().rev().enumerate() {
        if i == inner {
            text.push_str(end);
        }
        if *bracket == '{' && code.contains('\n') {
            text.push('\n');
        }
        text.push(partner(*bracket));
    }
    if inner == open.len() {
        text.push_str(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::closed;

    #[test]
    fn the_missing_brackets_are_put_where_they_belong() {
        assert_eq!(closed("Dense::new(", &['(']), "Dense::new(…)");
        assert_eq!(closed("let a = (1 + 2;", &['(']), "let a = (1 + 2);");
        assert_eq!(
            closed("let v = vec![(1, 2;", &['[', '(']),
            "let v = vec![(1, 2)];"
        );
        assert_eq!(closed("fn f() {\n    g(1);", &['{']), "    g(1);\n}");
        assert_eq!(closed("fn f() {\n    g(1;", &['{', '(']), "    g(1);\n}");
    }
}
