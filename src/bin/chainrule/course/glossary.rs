//! The words of the course in both languages, each with the chapter that has it first.

use super::choices::without_marks;
use super::source::{Kind, Source};
use chainrule::display::Language;

/// A row for each term of `terms.csv` beside the source, in the order of the chapters in which they
/// are first met. Both languages' words stand in both: who looks something up elsewhere needs them.
pub fn text(glossary: &Source, language: Language) -> String {
    let terms = csv::Reader::from_path(glossary.folder().join("terms.csv"));
    let terms = terms.into_iter().flat_map(csv::Reader::into_records);
    let chapters: Vec<Chapter> = glossary
        .and_beside()
        .iter()
        .filter_map(|source| Chapter::read(source, language))
        .collect();
    let mut rows: Vec<(usize, String)> = Vec::new();
    for term in terms.flatten() {
        let [english, chinese, note] = [0, 1, 2].map(|at| term.get(at).unwrap_or_default());
        let (sought, row) = match language {
            Language::English if note.is_empty() => (english, format!("{english} | {chinese}")),
            Language::English => (english, format!("{english} ({note}) | {chinese}")),
            Language::Chinese => (chinese, format!("{chinese} | {english}")),
        };
        let first = chapters.iter().position(|chapter| chapter.has(sought));
        let place = first.map_or(String::new(), |at| chapters[at].link());
        rows.push((
            first.unwrap_or(chapters.len()),
            format!("| {row} | {place} |\n"),
        ));
    }
    rows.sort_by_key(|(first, _)| *first);
    let (fold, head) = match language {
        Language::English => (
            "The words of the course, in English and in Chinese",
            "| term | in Chinese | first in chapter |",
        ),
        Language::Chinese => ("课程里的术语，中英对照", "| 术语 | 英文 | 最早出现的章 |"),
    };
    let rows: String = rows.into_iter().map(|(_, row)| row).collect();
    format!("<details><summary>{fold}</summary>\n\n{head}\n| --- | --- | --- |\n{rows}\n</details>")
}

struct Chapter {
    number: String,
    notebook: String,
    /// What is read there, in small letters.
    text: String,
}

impl Chapter {
    /// Nothing for what is no chapter: its name does not begin with a number.
    fn read(source: &Source, language: Language) -> Option<Chapter> {
        let notebook = source.notebook();
        let number = notebook.split('-').next()?.parse::<u32>().ok()?.to_string();
        let texts = source.blocks.iter();
        let texts = texts.filter(|block| !matches!(block.kind, Kind::Code { .. }));
        let text = texts
            .map(|block| without_marks(block.text(language)).to_lowercase() + "\n")
            .collect();
        Some(Chapter {
            number,
            notebook,
            text,
        })
    }

    /// A word of letters stands alone: `loss` is not in `glossary`, nor `entropy` in
    /// `cross-entropy`.
    fn has(&self, term: &str) -> bool {
        let term = term.to_lowercase();
        let is_letter = |c: Option<char>| c.is_some_and(|c| c == '-' || c.is_ascii_alphanumeric());
        self.text.match_indices(&term).any(|(at, found)| {
            !is_letter(self.text[..at].chars().next_back()) && {
                let rest = &self.text[at + found.len()..];
                // One of several.
                !is_letter(rest.strip_prefix('s').unwrap_or(rest).chars().next())
            }
        })
    }

    fn link(&self) -> String {
        format!("[{}]({})", self.number, self.notebook)
    }
}
