//! The chapters with their pictures, and the appendices, for the page to start with and for README.

use super::choices::without_marks;
use super::source::{Kind, Source};
use chainrule::display::{Language, escape_html};

/// A row for each chapter beside the start page: its picture, its name, its question, and what it
/// shows, if it says so in a headline. `base` leads to the folder of their notebooks.
pub fn text(start: &Source, language: Language, base: &str) -> String {
    let rows: String = start
        .and_beside()
        .iter()
        .filter_map(|chapter| row(chapter, language, base))
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

const BEGIN: &str = "<!-- gallery: written by chainrule course build -->\n";
const END: &str = "\n<!-- end of the gallery -->";

/// README with its gallery as it is now, if it has one.
pub fn put_into(readme: &str, start: &Source) -> Option<String> {
    let (before, rest) = readme.split_once(BEGIN)?;
    let (_, after) = rest.split_once(END)?;
    let gallery = text(start, Language::English, "notebooks/en/");
    Some(format!("{before}{BEGIN}{gallery}{END}{after}"))
}

/// Nothing for what is no chapter: it has no picture with a question in its first text.
fn row(chapter: &Source, language: Language, base: &str) -> Option<String> {
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
        "<tr><td width=\"240\"><a href=\"{base}{notebook}\">\
         <img src=\"{base}{picture}\" width=\"220\" \
         alt=\"{alt}\"></a></td><td align=\"left\">\
         <a href=\"{base}{notebook}\"><b>{name}</b></a><br>\
         <i>{question}</i>{headline}</td></tr>\n"
    ))
}
