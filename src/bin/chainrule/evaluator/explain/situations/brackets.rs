//! What to do about brackets, quotes and comments without a partner.

use super::super::case::{Case, Explanation};
use super::super::text::{Unpaired, partner, unpaired};
use crate::evaluator::cell::{EDITION, tokens, words};
use ra_ap_syntax::{SyntaxKind, SyntaxToken, T};
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
        } => match unpaired(&case.code[..at.start]) {
            Some(Unpaired::Open(all)) => closed_early(&case.code[..at.start], &all)
                .unwrap_or_else(|| closed_by_another(open.1, close)),
            _ => closed_by_another(open.1, close),
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

/// Brackets that something new follows before they are closed: they end where it begins.
fn closed_early(code: &str, open: &[(Range<usize>, char)]) -> Option<Explanation> {
    let inner = open.iter().rposition(|(_, bracket)| *bracket == '{');
    let mut open = &open[inner.map_or(0, |at| at + 1)..];
    let (last, bracket) = open.last()?;
    let end = ending(code, last)?;
    if let Ending::Call(_) | Ending::Block(_) = end {
        // The brackets around it may well go on.
        let line = start_of_line(code, last.start);
        let first = open.iter().position(|(at, _)| at.start >= line);
        open = &open[first.unwrap_or_default()..];
    }
    let brackets: Vec<char> = open.iter().map(|(_, bracket)| *bracket).collect();
    let fix = match end {
        Ending::Statement(end) => {
            let line = closed(&code[..end], &brackets);
            let end = if line.ends_with(';') { "" } else { ";" };
            format!("{}{end}", line.trim_start())
        }
        Ending::Call(end) => closed(&code[..end], &brackets).trim_start().to_owned(),
        Ending::Head(end) => with_closing(code, end, &brackets),
        Ending::Block(end) => with_closing(code, end, &brackets[brackets.len() - 1..]),
    };
    let closing = partner(*bracket);
    let (before, chinese_before) = match end {
        Ending::Head(_) => ("the block", "大括号里的代码"),
        Ending::Block(_) => ("the next call", "下一个调用"),
        _ => ("the next line", "下一行"),
    };
    Some(Explanation::new(
        format!("Each `{bracket}` needs its `{closing}`, and {before} begins before it comes:"),
        format!(
            "每个 `{bracket}` 都要有配对的 `{closing}`，可是还没关闭，{chinese_before}就开始了："
        ),
        fix,
    ))
}

/// The line with closing brackets put in at this byte.
fn with_closing(code: &str, at: usize, open: &[char]) -> String {
    let closing: String = open.iter().rev().map(|one| partner(*one)).collect();
    let rest = code[at..].lines().next().unwrap_or_default();
    format!(
        "{}{closing}{rest}",
        code[start_of_line(code, at)..at].trim_start()
    )
}

fn start_of_line(code: &str, at: usize) -> usize {
    code[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// What follows a bracket that is not closed there, and the byte at which it should be.
enum Ending {
    /// Another statement, in the next line.
    Statement(usize),
    /// Another call of the chain that the bracket is in, in the next line.
    Call(usize),
    /// The block of the `if`, the loop or the function whose head the bracket is in.
    Head(usize),
    /// A call, behind the block of a closure.
    Block(usize),
}

/// What follows the bracket at `open` that cannot stand in it.
fn ending(code: &str, open: &Range<usize>) -> Option<Ending> {
    let start = start_of_line(code, open.start);
    let line = &code[start..];
    let indentation = line.len() - line.trim_start().len();
    let first = line.split_whitespace().next().unwrap_or_default();
    let is_chain = first.starts_with('.');
    let before_it = code[start..open.start]
        .rsplit('{')
        .next()
        .unwrap_or_default();
    let is_head = words(before_it).any(|word| BEGIN_BLOCKS.contains(&word));
    let (mut depth, mut end, mut before) = (0, open.end, T![,]);
    let mut is_closure = false;
    for token in tokens(code) {
        let (at, kind) = (Range::<usize>::from(token.text_range()), token.kind());
        if at.start < open.end || kind.is_trivia() {
            continue;
        }
        let is_new_line = end > open.end && code[end..at.start].contains('\n');
        match kind {
            _ if depth > 0 => {}
            // In what cannot be read, an arrow may be two tokens.
            _ if code[at.start..].starts_with("=>") => return Some(Ending::Head(end)),
            _ if is_head && !is_closure && code[at.start..].starts_with("->") => {
                return Some(Ending::Head(end));
            }
            T!['{'] if is_head && !is_closure => return Some(Ending::Head(end)),
            T![.] if before == T!['}'] && is_closure && !is_new_line => {
                return Some(Ending::Block(end));
            }
            T![.]
                if is_chain
                    && is_new_line
                    && at.start - start_of_line(code, at.start) == indentation =>
            {
                return Some(Ending::Call(end));
            }
            _ if is_new_line && begins_statement(&token, before) => {
                return Some(Ending::Statement(end));
            }
            _ => {}
        }
        match kind {
            T!['('] | T!['['] | T!['{'] => depth += 1,
            T![')'] | T![']'] | T!['}'] => depth -= 1,
            T![|] | T![||] => is_closure = true,
            _ => {}
        }
        (end, before) = (at.end, kind);
    }
    None
}

/// Whether a token at the beginning of a line, behind one of this kind, begins a statement.
fn begins_statement(token: &SyntaxToken, before: SyntaxKind) -> bool {
    let kind = token.kind();
    if ["else", "as", "where", "in"].contains(&token.text()) {
        return false;
    }
    if BEGIN_STATEMENTS.contains(&token.text()) || before == T![;] {
        return true;
    }
    let is_operand = kind.is_literal() || kind.is_keyword(EDITION) || kind == SyntaxKind::IDENT;
    let is_ended = [T![')'], T![']'], T!['}'], T![?]].contains(&before);
    // Behind an operator an operand is wanted.
    let goes_on = before.is_punct() && !is_ended || before.is_keyword(EDITION);
    is_operand && !goes_on
}

/// The words that begin what has a head and a block.
const BEGIN_BLOCKS: [&str; 5] = ["if", "while", "for", "match", "fn"];

/// The words that stand in no list of values.
const BEGIN_STATEMENTS: [&str; 12] = [
    "let", "fn", "struct", "enum", "impl", "use", "for", "while", "static", "mod", "trait", "pub",
];

/// A text whose closing quote is missing.
fn text_without_end(code: &str, at: Range<usize>) -> Explanation {
    let before = code[start_of_line(code, at.start)..at.start].trim_start();
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
