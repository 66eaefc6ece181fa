//! What is said in the course besides the cells, in both languages: the words of these functions,
//! and the hints, answers to known mistakes and questions of each chapter. A line of
//! `chapters/NN.words` is a name, a colon, the English and the Chinese, with a bar between.

use crate::display;

/// By the number of the chapter; 0 has what is said in all.
const CHAPTERS: &[(u32, &str)] = &[
    (0, include_str!("chapters/all.words")),
    (1, include_str!("chapters/01.words")),
    (2, include_str!("chapters/02.words")),
    (3, include_str!("chapters/03.words")),
    (4, include_str!("chapters/04.words")),
    (5, include_str!("chapters/05.words")),
    (6, include_str!("chapters/06.words")),
    (7, include_str!("chapters/07.words")),
    (8, include_str!("chapters/08.words")),
    (9, include_str!("chapters/09.words")),
    (10, include_str!("chapters/10.words")),
    (11, include_str!("chapters/11.words")),
    (12, include_str!("chapters/12.words")),
    (13, include_str!("chapters/13.words")),
    (14, include_str!("chapters/14.words")),
    (15, include_str!("chapters/15.words")),
    (16, include_str!("chapters/16.words")),
];

/// The numbers of the chapters.
pub(super) fn chapters() -> impl Iterator<Item = u32> {
    CHAPTERS.iter().skip(1).map(|(number, _)| *number)
}

fn text(chapter: Option<u32>) -> &'static str {
    let found = CHAPTERS.iter().find(|(number, _)| Some(*number) == chapter);
    found.map_or("", |(_, text)| text)
}

/// The lines below `# id`: names with their texts in the reader's language.
pub(super) fn lines(id: &str) -> impl Iterator<Item = (&'static str, String)> {
    let chapter = match id {
        "words" => Some(0),
        id => id.split('.').next().and_then(|number| number.parse().ok()),
    };
    let head = format!("# {id}");
    let mine = text(chapter).lines().skip_while(move |line| *line != head);
    mine.skip(1)
        .take_while(|line| !line.starts_with("# "))
        .filter_map(|line| line.split_once(": "))
        .map(|(name, texts)| {
            let (english, chinese) = texts.split_once(" | ").unwrap_or((texts, texts));
            (name, display::say(english, chinese).replace("\\n", "\n"))
        })
}

/// All texts of a name.
pub(super) fn all(id: &str, name: &str) -> Vec<String> {
    let texts = lines(id).filter(|(known, _)| *known == name);
    texts.map(|(_, text)| text).collect()
}

/// One of the words of these functions, with its parts.
pub(super) fn say(name: &str, parts: &[&str]) -> String {
    fill(all("words", name).concat(), parts)
}

/// A sentence with `{0}`, `{1}` and so on filled in.
pub(super) fn fill(sentence: String, parts: &[impl AsRef<str>]) -> String {
    let put = |text: String, (place, part): (usize, &_)| {
        text.replace(&format!("{{{place}}}"), AsRef::<str>::as_ref(part))
    };
    parts.iter().enumerate().fold(sentence, put)
}

/// The ids of a chapter's exercises: what is asked in them is said.
pub(super) fn exercises(chapter: u32) -> Vec<&'static str> {
    let ids = text(Some(chapter))
        .lines()
        .filter_map(|line| line.strip_prefix("# "));
    ids.filter(|id| !all(id, "asked").is_empty()).collect()
}
