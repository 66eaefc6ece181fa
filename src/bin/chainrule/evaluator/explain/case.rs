//! What went wrong, and what is said about it.

use super::memory::Memory;
use crate::evaluator::assist;
use crate::evaluator::cell::words;
use crate::evaluator::outlet::stream::{Bundle, Output};
use chainrule::display::{broken, escape_html, say};
use std::ops::Range;

/// One or two sentences, and code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    pub(super) sentences: String,
    /// What to write, in lines of code. May be empty.
    fix: String,
}

/// What went wrong, and all that an explanation can be drawn from.
pub struct Case<'a> {
    /// rustc's code, such as `E0425`; `Panic` or `Error` as in a failure; or one of the kinds of
    /// [`Unkept`].
    pub kind: &'a str,
    pub message: &'a str,
    /// The words at the marks, one after the other.
    pub labels: String,
    /// The bytes of the cell that have such words, and the words.
    pub marks: Vec<(Range<usize>, &'a str)>,
    /// What rustc advises.
    pub helps: Vec<&'a str>,
    /// The line of the cell as it would be right, by rustc's advice.
    pub advice: Option<&'a str>,
    /// The folder in which relative paths begin, where it is known.
    pub folder: &'a str,
    /// The bytes of the cell that are marked.
    pub mark: Option<Range<usize>>,
    pub number: u32,
    pub code: &'a str,
    pub memory: &'a Memory,
}

impl Case<'_> {
    /// What the message names: names, types, traits, in its order.
    pub(super) fn named(&self) -> impl Iterator<Item = &str> {
        self.message.split('`').skip(1).step_by(2)
    }

    /// The first name in the message.
    pub(super) fn name(&self) -> &str {
        self.named().next().unwrap_or_default()
    }

    /// The message and the words at the marks.
    pub(super) fn said(&self) -> String {
        format!("{}\n{}", self.message, self.labels)
    }

    /// A type of the library that is named in a type, if no cell has one of this name.
    pub(super) fn type_of_library<'k>(&self, kind: &'k str) -> Option<&'k str> {
        let is_own = |name: &str| self.memory.defined_in(name).is_some();
        words(kind).find(|name| assist::is_type_of_library(name) && !is_own(name))
    }

    /// The line in which the mark begins, without the blanks around it, and the bytes of the mark
    /// in it.
    pub(super) fn line_and_mark(&self) -> Option<(&str, Range<usize>)> {
        let mark = self.mark.as_ref()?;
        let start = self.code.get(..mark.start)?.rfind('\n');
        let start = start.map_or(0, |newline| newline + 1);
        let whole = self.code[start..].lines().next().unwrap_or_default();
        let line = whole.trim();
        let start = start + whole.len() - whole.trim_start().len();
        let within = |at: usize| at.saturating_sub(start).min(line.len());
        Some((line, within(mark.start)..within(mark.end)))
    }

    pub(super) fn line(&self) -> Option<&str> {
        Some(self.line_and_mark()?.0)
    }

    pub(super) fn marked(&self) -> &str {
        self.mark
            .clone()
            .and_then(|range| self.code.get(range))
            .unwrap_or_default()
    }
}

impl Explanation {
    /// An explanation, in English and in Chinese.
    pub fn new(
        english: impl Into<String>,
        chinese: impl Into<String>,
        fix: impl Into<String>,
    ) -> Explanation {
        Explanation {
            sentences: say(english.into(), chinese.into()),
            fix: fix.into(),
        }
    }

    pub(super) fn fix(&self) -> &str {
        &self.fix
    }

    /// The same of other code.
    pub(super) fn with(self, fix: String) -> Explanation {
        Explanation { fix, ..self }
    }

    /// For a traceback, in lines of no more than `columns`: a front end may cut off what is wider.
    pub fn lines(&self, heading: &str, reset: &str, columns: usize) -> Vec<String> {
        let begin = say("In plain words: ", "简单地说：");
        let mut lines = broken(&format!("{begin}{}", self.sentences), columns, "");
        // Colours take no room.
        if let Some(rest) = lines[0].strip_prefix(begin) {
            lines[0] = format!("{heading}{begin}{reset}{rest}");
        }
        if !self.fix.is_empty() {
            lines.push(String::new());
            lines.extend(self.fix.lines().map(|line| format!("    {line}")));
        }
        lines.push(String::new());
        lines
    }

    /// Quietly, under a cell that works. The colours are those of the notebook, dark or light.
    pub fn output(&self) -> Output {
        let mut text = self.sentences.clone();
        let mut html = format!(
            "<div style=\"border-left: 3px solid #c58b00; padding: 0.1em 0.8em\">{}",
            escape_html(&self.sentences)
        );
        if !self.fix.is_empty() {
            let fix = self
                .fix
                .lines()
                .map(|line| format!("\n    {line}"))
                .collect::<String>();
            text.push_str(&fix);
            html.push_str(&format!(
                "<pre style=\"margin: 0.3em 0\">{}</pre>",
                escape_html(&self.fix)
            ));
        }
        html.push_str("</div>");
        let data = [
            ("text/plain".to_owned(), text.into()),
            ("text/html".to_owned(), html.into()),
        ];
        Output::Display(Bundle {
            data: data.into_iter().collect(),
            id: None,
        })
    }
}

/// That a variable is a closure, in the words of evcxr.
pub fn closure(variable: &str) -> String {
    format!("The variable `{variable}` is a closure, which cannot be persisted.")
}

/// That a variable borrows from another, in the words of evcxr.
pub fn borrow(variable: &str) -> String {
    format!("The variable `{variable}` contains a reference with a non-static lifetime")
}

/// Why a cell that uses a variable of a type that it changes is not run, as if evcxr said it.
pub fn outdated(variable: &str, changed: &str) -> String {
    format!("{OUTDATED}: `{variable}` `{changed}`")
}

/// What evcxr says of a variable that it cannot keep for the next cell.
pub struct Unkept {
    pub kind: &'static str,
    /// In our words: evcxr's are not for learners.
    pub title: String,
    pub variable: String,
}

pub(super) const CLOSURE: &str = "closure";
pub(super) const BORROW: &str = "borrow";
pub(super) const ITERATOR: &str = "iterator";
pub(super) const NAMELESS: &str = "nameless type";
pub(super) const UNKNOWN_TYPE: &str = "unknown type";
pub(super) const OUTDATED: &str = "outdated";
pub(super) const STRANGE: &str = "strange character";
pub(super) const UNPAIRED: &str = "unpaired";
pub(super) const UNFINISHED: &str = "unfinished";
pub(super) const UNSEPARATED: &str = "unseparated";
/// A mistake in a file of a crate that `:dep` has brought in.
pub const OF_CRATE: &str = "of a crate";
pub(super) const FOREIGN: &str = "another language";

impl Unkept {
    /// Understands a message of evcxr, if it is about such a variable.
    pub fn from_message(message: &str) -> Option<Unkept> {
        let name = message.split('`').nth(1)?.to_owned();
        let kind = kind_of(message)?;
        let changed = message.split('`').nth(3).unwrap_or_default();
        Some(Unkept {
            kind,
            title: title_of(kind, &name, changed),
            variable: name,
        })
    }
}

/// By what the table of explanations knows a message of evcxr.
fn kind_of(message: &str) -> Option<&'static str> {
    let said = |text: &str| message.contains(text);
    let is_unkept = said("which cannot be persisted");
    let is_iterator = ["::iter::", "Iter", "::ops::Range"]
        .iter()
        .any(|word| said(word));
    if said("is a closure, which cannot be persisted") {
        Some(CLOSURE)
    } else if said("contains a reference with a non-static lifetime") {
        Some(BORROW)
    } else if is_unkept && is_iterator {
        Some(ITERATOR)
    } else if is_unkept {
        Some(NAMELESS)
    } else if said("Couldn't automatically determine type of variable")
        || said("Failed to determine type of variable")
    {
        Some(UNKNOWN_TYPE)
    } else {
        message.starts_with(OUTDATED).then_some(OUTDATED)
    }
}

/// What is said of the variable `name`; `changed` is a type that is not what it was.
fn title_of(kind: &str, name: &str, changed: &str) -> String {
    let (english, chinese) = match kind {
        CLOSURE => (
            format!("the closure `{name}` cannot be kept for the next cell"),
            format!("闭包 `{name}` 不能留到下一个单元格"),
        ),
        BORROW => (
            format!(
                "`{name}` borrows from another variable, and a borrow cannot be kept for the next \
                 cell"
            ),
            format!("`{name}` 借用了别的变量，而借用不能留到下一个单元格"),
        ),
        ITERATOR => (
            format!("the iterator `{name}` cannot be kept for the next cell"),
            format!("迭代器 `{name}` 不能留到下一个单元格"),
        ),
        NAMELESS => (
            format!("`{name}` cannot be kept for the next cell, because its type has no name"),
            format!("`{name}` 的类型没有名字，不能留到下一个单元格"),
        ),
        UNKNOWN_TYPE => (
            format!("the type of `{name}` is not known"),
            format!("不知道 `{name}` 是什么类型"),
        ),
        _ => (
            format!("`{name}` was made before this cell changed `{changed}`"),
            format!("`{name}` 是在这个单元格修改 `{changed}` 之前创建的"),
        ),
    };
    say(english, chinese)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evcxr_in_plain_words() {
        let title =
            |message| Unkept::from_message(message).map(|unkept| (unkept.kind, unkept.title));
        let said = "The variable `f` is a closure, which cannot be persisted.\nYou can however \
                   persist closures if you";
        assert_eq!(
            title(said),
            Some((
                CLOSURE,
                "the closure `f` cannot be kept for the next cell".to_owned()
            ))
        );
        let said = "The variable `r` contains a reference with a non-static lifetime so\ncan't be \
                   persisted.";
        assert!(
            title(said).is_some_and(
                |(kind, title)| kind == BORROW && title.starts_with("`r` borrows from")
            )
        );
        let said =
            "The variable `it` has type `std::iter::Map<X>` which cannot be persisted.\nYou might";
        assert!(title(said).is_some_and(|(kind, _)| kind == ITERATOR));
        assert_eq!(title("mismatched types"), None);
    }

    #[test]
    fn an_explanation_as_text_and_as_html() {
        let explanation = Explanation::new("a < b.", "a 小于 b。", "let a = 1;\nlet b = 2;");
        assert_eq!(
            explanation.lines("", "", 80),
            [
                "In plain words: a < b.",
                "",
                "    let a = 1;",
                "    let b = 2;",
                ""
            ]
        );
        let Output::Display(bundle) = explanation.output() else {
            panic!("not a display")
        };
        assert_eq!(
            bundle.data["text/plain"],
            "a < b.\n    let a = 1;\n    let b = 2;"
        );
        let html = bundle.data["text/html"].as_str().unwrap();
        assert!(
            html.contains(">a &lt; b.<pre") && html.contains("let a = 1;\nlet b = 2;</pre></div>"),
            "{html}"
        );
    }
}
