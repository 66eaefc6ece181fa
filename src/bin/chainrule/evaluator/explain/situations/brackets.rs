//! What to do about brackets, quotes and comments without a partner.

use super::super::case::{Case, Explanation};
use super::super::text::{Unpaired, partner, unpaired};
use crate::evaluator::cell::{EDITION, tokens};
use ra_ap_syntax::{SyntaxKind, T};
use std::ops::Range;

pub fn without_partner(case: &Case) -> Option<Explanation> {
    Some(match unpaired(case.code)? {
        Unpaired::Open(open) => {
            if let Some(early) = closed_early(case.code, &open) {
                return Some(early);
            }
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
            open,
            close: (at, close),
        } => match closed_early(&case.code[..at.start], std::slice::from_ref(&open)) {
            Some(early) => early,
            None => closed_by_another(open.1, close),
        },
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

/// `f(v[0)`
fn closed_by_another(open: char, close: char) -> Explanation {
    let partner = partner(open);
    Explanation::new(
        format!("What is opened last is closed first: put the `{partner}` before the `{close}`."),
        format!("后打开的括号要先关闭：请在 `{close}` 之前补上 `{partner}`。"),
        "",
    )
}

/// Brackets that another statement follows before they are closed: they end where it begins.
fn closed_early(code: &str, open: &[(Range<usize>, char)]) -> Option<Explanation> {
    let brackets: Vec<char> = open.iter().map(|(_, bracket)| *bracket).collect();
    let inner = brackets.iter().rposition(|bracket| *bracket == '{');
    let inner = inner.map_or(0, |at| at + 1);
    let (last, bracket) = open.get(inner..)?.last()?;
    let end = end_before_a_statement(code, last)?;
    let line = closed(&code[..end], &brackets[inner..]);
    let is_chain = code[end..].trim_start().starts_with('.');
    let end = if is_chain || line.ends_with(';') {
        ""
    } else {
        ";"
    };
    let closing = partner(*bracket);
    Some(Explanation::new(
        format!(
            "Each `{bracket}` needs its `{closing}`, and the next line begins something new \
             before it comes. Close it:"
        ),
        format!(
            "每个 `{bracket}` 都要有配对的 `{closing}`，可是还没关闭，下一行就开始了新的语句。请补上："
        ),
        format!("{}{end}", line.trim_start()),
    ))
}

/// Where the line ends behind which a statement begins, or a further call of a chain, though the
/// bracket at `open` is not closed there.
fn end_before_a_statement(code: &str, open: &Range<usize>) -> Option<usize> {
    let column = |at: usize| at - code[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = &code[open.start - column(open.start)..];
    let indentation = line.len() - line.trim_start().len();
    let is_chain = line.trim_start().starts_with('.');
    let (mut depth, mut end, mut goes_on) = (0, open.end, true);
    for token in tokens(code) {
        let (at, kind) = (Range::<usize>::from(token.text_range()), token.kind());
        if at.start < open.end || kind.is_trivia() {
            continue;
        }
        if depth == 0 && end > open.end && code[end..at.start].contains('\n') {
            let is_operand =
                kind.is_literal() || kind.is_keyword(EDITION) || kind == SyntaxKind::IDENT;
            let is_next_call = is_chain && kind == T![.] && column(at.start) == indentation;
            if BEGIN_STATEMENTS.contains(&token.text()) || is_next_call || is_operand && !goes_on {
                return Some(end);
            }
        }
        match kind {
            T!['('] | T!['['] | T!['{'] => depth += 1,
            T![')'] | T![']'] | T!['}'] => depth -= 1,
            _ => {}
        }
        // What wants an operand behind it; of `[0; 5]` that is a `;`, too.
        goes_on = match kind {
            T![')'] | T![']'] | T!['}'] | T![?] => false,
            T![;] => code[open.clone()] == *"[",
            kind => kind.is_punct() || kind.is_keyword(EDITION),
        };
        end = at.end;
    }
    None
}

/// The words that stand in no list of values.
const BEGIN_STATEMENTS: [&str; 12] = [
    "let", "fn", "struct", "enum", "impl", "use", "for", "while", "static", "mod", "trait", "pub",
];

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
            let is_whole = rest.ends_with(';') || !before.starts_with("let ");
            let end = if is_whole { "" } else { ";" };
            format!("{before}{text}\"{rest}{end}")
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
    if let ([.., '(', '{'] | ['('], Some(head)) = (open, head_closed(line))
        && code.lines().count() == 1
    {
        return head + end;
    }
    let mut text = line.trim_end_matches(',').to_owned();
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

/// A line with the parenthesis that its head lacks: of `fn g( { }`, `let t: (i32, i32 = (1, 2)`.
fn head_closed(line: &str) -> Option<String> {
    let is_open = |part: &str| part.matches('(').count() > part.matches(')').count();
    let rest_is_whole = |part: &str| part.matches('(').count() == part.matches(')').count();
    let ends = match line.trim_start() {
        head if head.starts_with("fn ") => ["->", "{"],
        head if head.starts_with("let ") && head.contains(':') => [" = ", " = "],
        _ => return None,
    };
    let at = ends.iter().find_map(|end| line.find(end))?;
    let (head, rest) = (line[..at].trim_end(), &line[at..]);
    let is_it = is_open(head) && rest_is_whole(rest);
    let space = if rest.starts_with(' ') { "" } else { " " };
    is_it.then(|| format!("{head}){space}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::closed;

    #[test]
    fn the_missing_brackets_are_put_where_they_belong() {
        assert_eq!(closed("Dense::new(", &['(']), "Dense::new(…)");
        assert_eq!(closed("fn g( { }", &['(']), "fn g() { }");
        assert_eq!(
            closed("let t: (i32, i32 = (1, 2);", &['(']),
            "let t: (i32, i32) = (1, 2);"
        );
        assert_eq!(closed("let a = (1 + 2;", &['(']), "let a = (1 + 2);");
        assert_eq!(
            closed("let v = vec![(1, 2;", &['[', '(']),
            "let v = vec![(1, 2)];"
        );
        assert_eq!(closed("[\n    1,", &['[']), "    1]");
        assert_eq!(closed("fn f() {\n    g(1);", &['{']), "    g(1);\n}");
        assert_eq!(closed("fn f() {\n    g(1;", &['{', '(']), "    g(1);\n}");
    }
}
