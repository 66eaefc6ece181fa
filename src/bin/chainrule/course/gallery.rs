//! The chapters with their pictures, and the appendices, for the page to start with.

use super::source::{Kind, Source, without_marks};
use chainrule::display::{Language, escape_html};

/// A row for each chapter beside the start page: its picture, its name, its question, and what it
/// shows, if it says so in a headline.
pub fn text(start: &Source, language: Language) -> String {
    let rows: String = start
        .and_beside()
        .iter()
        .filter_map(|chapter| row(chapter, language))
        .collect();
    format!("<table>\n{rows}</table>")
}

/// A line for each appendix beside the start page: its name, and what it is for.
pub fn appendices(start: &Source, language: Language) -> String {
    let line = |appendix: &Source| {
        let first = appendix.blocks.first()?.text(language);
        let name = first.lines().next()?.strip_prefix("# ")?;
        let (question, _) = first.split_once("**")?.1.split_once("**")?;
        let notebook = appendix.notebook();
        Some(format!("* [{name}]({notebook}): {question}\n"))
    };
    let all = start.and_beside();
    let lines = all.iter().filter(|source| source.is_appendix());
    lines.filter_map(line).collect()
}

/// Nothing for what is no chapter: it has no picture with a question in its first text.
fn row(chapter: &Source, language: Language) -> Option<String> {
    let mut blocks = chapter.blocks.iter();
    if chapter.is_appendix() {
        return None;
    }
    let first = blocks.next()?.text(language);
    let name = first.lines().next()?.strip_prefix("# ")?;
    let (alt, rest) = first.split_once("![")?.1.split_once("](")?;
    let (picture, rest) = rest.split_once(')')?;
    let (question, _) = rest.split_once("**")?.1.split_once("**")?;
    let headline = blocks.find(|block| matches!(block.kind, Kind::Headline));
    let headline = headline.map_or(String::new(), |block| {
        format!("<br>{}", escape_html(&without_marks(block.text(language))))
    });
    let [name, alt, question] = [name, alt, question].map(escape_html);
    let notebook = chapter.notebook();
    Some(format!(
        "<tr><td width=\"240\"><a href=\"{notebook}\"><img src=\"{picture}\" width=\"220\" \
         alt=\"{alt}\"></a></td><td align=\"left\"><a href=\"{notebook}\"><b>{name}</b></a><br>\
         <i>{question}</i>{headline}</td></tr>\n"
    ))
}
