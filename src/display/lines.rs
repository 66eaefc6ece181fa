//! How wide a text is in columns, and where a line of it may be broken.

use super::language::say;

/// The columns of a text: Chinese, Japanese and Korean letters take two, and so do pictures;
/// accents take none.
pub fn columns(text: &str) -> usize {
    let column = |letter: char| match letter as u32 {
        0x300..=0x36f | 0x200b..=0x200f | 0xfe00..=0xfe0f => 0,
        0x1100..=0x11ff | 0x2e80..=0xffdc | 0x1f000.. => 2,
        _ => 1,
    };
    text.chars().map(column).sum()
}

/// Parts between which a line may be broken: words with the spaces behind them, single Chinese
/// letters with the signs behind them. `Code` in backticks is one word.
pub(crate) fn parts(line: &str) -> Vec<&str> {
    let is_wide = |letter: char| columns(letter.encode_utf8(&mut [0; 4])) == 2;
    let closes = |letter: char| "，。、；：！？）》」』】”’…".contains(letter);
    let (mut parts, mut start, mut before, mut code_until) = (Vec::new(), 0, ' ', 0);
    for (at, letter) in line.char_indices() {
        let is_break = (before == ' ' && letter != ' ')
            || is_wide(letter)
            || (is_wide(before) && letter != ' ');
        let is_code = at < code_until;
        if at > start && is_break && !is_code && !closes(letter) && !"（《「『【“‘".contains(before)
        {
            parts.push(&line[start..at]);
            start = at;
        }
        if letter == '`' && !is_code {
            let partner = line[at + 1..].find('`');
            code_until = partner.map_or(0, |length| at + length + 2);
        }
        before = letter;
    }
    parts.push(&line[start..]);
    parts
}

/// A text in lines of no more than so many columns, where it can be broken so; lines after the
/// first of each begin with `indent`. Lines that begin with four blanks are code and stay.
pub fn broken(text: &str, most: usize, indent: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for line in text.lines() {
        if line.starts_with("    ") {
            lines.push(line.to_owned());
            continue;
        }
        let mut now = String::new();
        for part in parts(line) {
            let is_full = columns(&now) + columns(part.trim_end()) > most;
            if is_full && !now.trim().is_empty() {
                let full = std::mem::replace(&mut now, indent.to_owned());
                lines.push(full.trim_end().to_owned());
            }
            now += part;
        }
        lines.push(now.trim_end().to_owned());
    }
    lines
}

/// A text of several lines in one, for what has room for no more: the other text of a picture.
pub(crate) fn in_one_line(text: &str) -> String {
    let mut whole = String::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        let link = match whole.chars().next_back() {
            None => "",
            Some('：' | '；' | '，' | '。') => "",
            Some(':' | ';' | ',' | '.' | '"') => " ",
            Some(_) => say("; ", "；"),
        };
        whole = whole + link + line;
    }
    whole
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_chinese_letters_are_broken_and_code_is_not() {
        assert_eq!(
            broken("write `let mut x = 3;` here", 12, ""),
            ["write", "`let mut x = 3;`", "here"]
        );
        assert_eq!(
            broken("请改成 `let mut x = 3;`，再运行。", 25, ""),
            ["请改成 `let mut x = 3;`，", "再运行。"]
        );
        assert_eq!(
            broken("  hint: one two three", 14, "        "),
            ["  hint: one", "        two", "        three"]
        );
        assert_eq!(
            broken("a b\n    let x = 3;", 3, ""),
            ["a b", "    let x = 3;"]
        );
        assert_eq!(broken("one ` two three", 9, ""), ["one ` two", "three"]);
        assert_eq!(broken("", 9, ""), [""; 0]);
    }

    #[test]
    fn several_lines_as_one() {
        assert_eq!(
            in_one_line("curves \"a\"\n  b: 1\n  c: 2"),
            "curves \"a\" b: 1; c: 2"
        );
        assert_eq!(in_one_line("epoch 1:\n  loss\n"), "epoch 1: loss");
    }
}
