//! The chapters with their pictures, for the page to start with.

use super::source::{Kind, Source, without_marks};
use chainrule::display::{Language, escape_html};

/// The id of the cell that is made of the other sources.
pub const ID: &str = "gallery";

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

/// Nothing for what is no chapter: it has no picture with a question in its first text.
fn row(chapter: &Source, language: Language) -> Option<String> {
    let mut blocks = chapter.blocks.iter();
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
