//! Slips of the pen that no parser can read past: characters that only look like those of Rust, and
//! brackets and quotes without their partner. What rustc says after them is about what it guessed.

use super::super::cell::{ends_inside_a_token, without_commands};
use super::case::{FOREIGN, STRANGE, UNPAIRED};
use super::python::{Foreign, foreign};
use super::syntax::is_text;
use super::unfinished::unfinished;
use crate::evaluator::cell::tokens;
use chainrule::display::say;
use ra_ap_syntax::{SyntaxKind, SyntaxToken, T};
use std::ops::Range;

/// What keeps a cell from being read.
pub struct Flaw {
    pub kind: &'static str,
    pub title: String,
    /// The first is what it is about.
    pub marks: Vec<(Range<usize>, String)>,
}

/// More would hide the first.
const MOST_FLAWS: usize = 3;

/// The slips in a cell that could not be compiled.
pub fn flaws(code: &str) -> Vec<Flaw> {
    let strange = strange_characters(code);
    if !strange.is_empty() {
        return strange
            .into_iter()
            .take(MOST_FLAWS)
            .map(|one| one.flaw())
            .collect();
    }
    let python = foreign(code);
    if !python.is_empty() {
        let title = || {
            say(
                "this is not Rust, but another language",
                "这里写的不是 Rust，而是别的语言",
            )
            .to_owned()
        };
        let flaw = |one: Foreign| Flaw {
            kind: FOREIGN,
            title: title(),
            marks: vec![(one.at, String::new())],
        };
        return python.into_iter().map(flaw).collect();
    }
    let missing = || {
        let (kind, title, behind) = unfinished(code)?;
        Some(Flaw {
            kind,
            title,
            marks: vec![(behind, String::new())],
        })
    };
    let unpaired = unpaired(code).map(|one| one.flaw());
    unpaired.or_else(missing).into_iter().collect()
}

type Marks = Vec<(Range<usize>, String)>;

/// The last of the brackets that are open at the end.
fn never_closed(open: Vec<(Range<usize>, char)>) -> (String, Marks) {
    let (at, bracket) = open.into_iter().next_back().unwrap_or_default();
    let title = say(
        format!(
            "`{bracket}` is never closed: its `{}` is missing",
            partner(bracket)
        ),
        format!("`{bracket}` 没有关闭：缺少配对的 `{}`", partner(bracket)),
    );
    (
        title,
        vec![(at, say("it is opened here", "在这里打开").to_owned())],
    )
}

fn closes_nothing(at: Range<usize>, close: char) -> (String, Marks) {
    let title = say(
        format!(
            "`{close}` closes nothing: there is no `{}` for it",
            partner(close)
        ),
        format!(
            "多出一个 `{close}`：前面没有与它配对的 `{}`",
            partner(close)
        ),
    );
    (title, vec![(at, String::new())])
}

/// A character that is not what it seems.
pub struct Strange {
    pub at: Range<usize>,
    character: char,
    /// What was meant.
    pub meant: String,
}

/// Pairs of what is typed by mistake, or comes along with copied text, and what Rust knows.
const LOOK_ALIKE: &[(&str, &str)] = &[
    ("“”„‟«»″「」『』", "\""),
    ("‘’‚‛′‵", "'"),
    ("‐‑‒–—―−﹣", "-"),
    ("，、", ","),
    ("。", "."),
    ("；", ";"),
    ("：", ":"),
    ("×⋅∙·∗✕✖", "*"),
    ("÷∕⁄", "/"),
    ("≤⩽", "<="),
    ("≥⩾", ">="),
    ("≠", "!="),
    ("→⟶", "->"),
    ("⇒⟹", "=>"),
    ("…", ".."),
    ("【〔", "["),
    ("】〕", "]"),
    ("〈《", "<"),
    ("〉》", ">"),
    ("²", ".powi(2)"),
    ("³", ".powi(3)"),
];

/// The characters outside of texts and comments that Rust does not take for what they look like.
pub fn strange_characters(code: &str) -> Vec<Strange> {
    let mut found = Vec::new();
    for token in tokens(&without_commands(code)) {
        if is_text(token.kind()) {
            continue;
        }
        let start = usize::from(token.text_range().start());
        for (at, character) in token.text().char_indices() {
            if let Some(meant) = meant_by(character) {
                let at = start + at;
                found.push(Strange {
                    at: at..at + character.len_utf8(),
                    character,
                    meant,
                });
            }
        }
    }
    found
}

fn meant_by(character: char) -> Option<String> {
    if let Some((_, meant)) = LOOK_ALIKE
        .iter()
        .find(|(alike, _)| alike.contains(character))
    {
        return Some((*meant).to_owned());
    }
    match character {
        _ if is_blank(character) => Some(" ".to_owned()),
        _ if is_invisible(character) => Some(String::new()),
        // As wide as a Chinese character. Letters and digits of this kind may stand in names.
        '\u{ff01}'..='\u{ff5e}' if !character.is_alphanumeric() => {
            char::from_u32(u32::from(character) - 0xfee0).map(String::from)
        }
        _ => None,
    }
}

fn is_blank(character: char) -> bool {
    matches!(
        character,
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}'
    )
}

fn is_invisible(character: char) -> bool {
    matches!(
        character,
        '\u{ad}' | '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}'
    )
}

impl Strange {
    fn flaw(self) -> Flaw {
        let (character, number, meant) = (self.character, u32::from(self.character), &self.meant);
        let (english, chinese) = match character {
            '\u{a0}' => ("a no-break space".to_owned(), "不换行空格".to_owned()),
            '\u{3000}' => (
                "a Chinese (full-width) blank".to_owned(),
                "全角空格".to_owned(),
            ),
            _ if is_blank(character) => (
                "a blank of another width".to_owned(),
                "特殊宽度的空格".to_owned(),
            ),
            _ => (
                "an invisible character".to_owned(),
                "看不见的字符".to_owned(),
            ),
        };
        let title = if is_blank(character) || is_invisible(character) {
            say(
                format!(
                    "{english} (U+{number:04X}) stands here, which Rust does not take for a blank"
                ),
                format!("这里有一个{chinese}（U+{number:04X}），Rust 不把它当作空格"),
            )
        } else {
            say(
                format!("`{character}` (U+{number:04X}) only looks like `{meant}`"),
                format!("`{character}`（U+{number:04X}）只是看起来像 `{meant}`"),
            )
        };
        Flaw {
            kind: STRANGE,
            title,
            marks: vec![(self.at, String::new())],
        }
    }
}

/// The lines with strange characters, as they were meant. Empty if there are none.
pub fn as_meant(code: &str) -> String {
    let strange = strange_characters(code);
    let mut meant = code.to_owned();
    for one in strange.iter().rev() {
        meant.replace_range(one.at.clone(), &one.meant);
    }
    let lines = code
        .lines()
        .zip(meant.lines())
        .filter(|(line, meant)| line != meant)
        .map(|(_, meant)| meant.trim());
    lines.take(MOST_FLAWS).collect::<Vec<_>>().join("\n")
}

/// Brackets and quotes that do not belong together.
pub enum Unpaired {
    /// Those that are open at the end, the first one first.
    Open(Vec<(Range<usize>, char)>),
    /// One that is closed by another kind.
    Wrong {
        open: (Range<usize>, char),
        close: (Range<usize>, char),
    },
    /// One that closes nothing.
    Close(Range<usize>, char),
    /// A text without its second quote.
    Text(Range<usize>),
    /// A comment without its end.
    Comment(Range<usize>),
}

pub fn unpaired(code: &str) -> Option<Unpaired> {
    let rust = without_commands(code);
    let tokens = tokens(&rust);
    let range = |token: &SyntaxToken| Range::from(token.text_range());
    let mut open: Vec<(Range<usize>, char)> = Vec::new();
    for token in &tokens {
        let bracket = token.text().chars().next().unwrap_or_default();
        match token.kind() {
            T!['('] | T!['['] | T!['{'] => open.push((range(token), bracket)),
            T![')'] | T![']'] | T!['}'] => match open.pop() {
                None => return Some(Unpaired::Close(range(token), bracket)),
                Some((_, opened)) if partner(opened) == bracket => {}
                Some(open) => {
                    return Some(Unpaired::Wrong {
                        open,
                        close: (range(token), bracket),
                    });
                }
            },
            _ => {}
        }
    }
    if let Some(last) = tokens.last().filter(|_| ends_inside_a_token(&rust)) {
        let start = range(last).start;
        let at = start..start + code[start..].lines().next().unwrap_or_default().len();
        let is_comment = last.kind() == SyntaxKind::COMMENT;
        return Some(if is_comment {
            Unpaired::Comment(at)
        } else {
            Unpaired::Text(at)
        });
    }
    (!open.is_empty()).then_some(Unpaired::Open(open))
}

/// What belongs to a bracket.
pub fn partner(bracket: char) -> char {
    match bracket {
        '(' => ')',
        '[' => ']',
        '{' => '}',
        ')' => '(',
        ']' => '[',
        _ => '{',
    }
}

impl Unpaired {
    fn flaw(self) -> Flaw {
        let (title, marks) = match self {
            Unpaired::Open(open) => never_closed(open),
            Unpaired::Wrong {
                open: (opened_at, open),
                close: (closed_at, close),
            } => {
                let title = say(
                    format!("`{open}` is closed by `{close}`"),
                    format!("`{open}` 不能用 `{close}` 来关闭"),
                );
                let missing = partner(open);
                let waits = say(
                    format!("a `{missing}` is missing before this"),
                    format!("在这之前缺少 `{missing}`"),
                );
                (
                    title,
                    vec![
                        (closed_at, waits),
                        (opened_at, say("it is opened here", "在这里打开").to_owned()),
                    ],
                )
            }
            Unpaired::Close(at, close) => closes_nothing(at, close),
            Unpaired::Text(at) => {
                let title = say(
                    "the text that begins here has no closing quote",
                    "这里开始的字符串没有结束的引号",
                );
                (title.to_owned(), vec![(at, String::new())])
            }
            Unpaired::Comment(at) => {
                let title = say(
                    "the comment that begins here with `/*` has no end: its `*/` is missing",
                    "这里用 `/*` 开始的注释没有结束：缺少 `*/`",
                );
                (title.to_owned(), vec![(at, String::new())])
            }
        };
        Flaw {
            kind: UNPAIRED,
            title,
            marks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_only_looks_like_rust() {
        for (code, meant) in [
            ("let\u{a0}x = 3;", "let x = 3;"),
            ("let x，y = 3;", "let x,y = 3;"),
            ("println!(“hello”);", "println!(\"hello\");"),
            ("let a = 5 − 3；", "let a = 5 - 3;"),
            ("let s\u{200b} = 4;", "let s = 4;"),
            ("f（1）", "f(1)"),
            ("\u{3000}let b = 1;", "let b = 1;"),
        ] {
            assert_eq!(as_meant(code), meant);
            assert!(
                flaws(code).iter().all(|flaw| flaw.kind == STRANGE),
                "{code}"
            );
        }
        for code in [
            "println!(\"“，−\u{a0}\");",
            "// a × b",
            "let 数 = 1;",
            "'−'",
            ":dep a−b",
        ] {
            assert_eq!(as_meant(code), "", "{code}");
        }
    }

    #[test]
    fn brackets_and_quotes_without_partner() {
        let found = |code: &str| {
            flaws(code)
                .into_iter()
                .next()
                .map(|flaw| (flaw.title, flaw.marks[0].0.start))
        };
        let said = |title: &str, at: usize| Some((title.to_owned(), at));
        assert_eq!(
            found("Dense::new("),
            said("`(` is never closed: its `)` is missing", 10)
        );
        assert_eq!(
            found("fn f() {\n    g(1;\n}"),
            said("`(` is closed by `}`", 18)
        );
        assert_eq!(
            found("1 + 2)"),
            said("`)` closes nothing: there is no `(` for it", 5)
        );
        assert_eq!(
            found("let a = \"b;\nlet c = 1;"),
            said("the text that begins here has no closing quote", 8)
        );
        for code in ["f(')', \"(\")", "/* ( */ a", "[(1, 2)]", "let s = 'x';"] {
            assert_eq!(found(code), None, "{code}");
        }
    }
}
