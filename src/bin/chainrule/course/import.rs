//! From a notebook that was edited in JupyterLab back to the source of its chapter, cell by cell.

use super::build::{Cell, cells};
use super::choices::{Part, parts};
use super::source::{Block, Kind, MADE, Source};
use anyhow::{Result, bail};
use chainrule::display::Language;
use std::collections::BTreeMap;

/// The source with what was edited, and a line on each thing that needs another look.
pub fn import(
    source: &Source,
    edited: &[Cell],
    language: Language,
) -> Result<(String, Vec<String>)> {
    let built: BTreeMap<String, Cell> = cells(source, language)
        .into_iter()
        .map(|cell| (cell.id.clone(), cell))
        .collect();
    let mut blocks = groups(&source.blocks);
    let (mut text, mut notes) = (source.preamble.clone(), Vec::new());
    for cell in edited {
        let is_made = MADE.contains(&cell.id.as_str())
            || cell.code.is_none()
                && cell.id.rsplit_once('-').is_some_and(|(id, suffix)| {
                    ["change", "solution"].contains(&suffix) && built.contains_key(id)
                });
        if is_made {
            let is_as_built = built.get(&cell.id).is_some_and(|old| old.text == cell.text);
            if !is_as_built {
                notes.push(format!(
                    "{}: is made from other lines of the source; edit those",
                    cell.id
                ));
            }
            continue;
        }
        let known = blocks
            .iter()
            .position(|group| group[0].id() == Some(&cell.id));
        let Some(place) = known else {
            text += &new_block(cell, language);
            notes.push(format!(
                "{}: is new, and needs its text in the other language",
                cell.id
            ));
            continue;
        };
        let group = blocks.remove(place);
        let is_same = built.get(&cell.id).is_some_and(|old| old.text == cell.text);
        if is_same {
            text += &group[0].raw;
        } else if cell.code.is_some() != matches!(group[0].kind, Kind::Code { .. }) {
            bail!(
                "{}: was code and is text now, or the other way round",
                cell.id
            );
        } else {
            text += &edited_block(group[0], cell, language, &mut notes);
        }
        group[1..].iter().for_each(|block| text += &block.raw);
    }
    for group in blocks {
        notes.push(format!("{}: is gone", group[0].id().unwrap_or_default()));
    }
    Ok((text, notes))
}

/// Each cell with what belongs to it.
fn groups(blocks: &[Block]) -> Vec<Vec<&Block>> {
    let mut groups: Vec<Vec<&Block>> = Vec::new();
    for block in blocks {
        match groups.last_mut() {
            Some(group) if block.id().is_none() => group.push(block),
            _ => groups.push(vec![block]),
        }
    }
    groups
}

fn new_block(cell: &Cell, language: Language) -> String {
    let text = cell.text.trim_end();
    match &cell.code {
        Some(_) => format!("<!-- code {} -->\n```rust\n{text}\n```\n\n", cell.id),
        None => match language {
            Language::English => format!("<!-- cell {} -->\n:::en\n{text}\n\n:::zh\n\n", cell.id),
            Language::Chinese => format!("<!-- cell {} -->\n:::en\n\n:::zh\n{text}\n\n", cell.id),
        },
    }
}

/// A block whose text in one language is another now.
fn edited_block(block: &Block, cell: &Cell, language: Language, notes: &mut Vec<String>) -> String {
    let head = block.raw.lines().next().unwrap_or_default();
    if cell.code.is_none() {
        let mut texts = block.texts.clone();
        texts[usize::from(language == Language::Chinese)] = cell.text.trim().to_owned();
        if block.text(language).contains('⟦') {
            notes.push(format!("{}: mark the numbers ⟦…:claim⟧ again", cell.id));
        }
        let [english, chinese] = texts;
        return format!("{head}\n:::en\n{english}\n\n:::zh\n{chinese}\n\n");
    }
    let number = match &block.kind {
        Kind::Code {
            number: Some(number),
            ..
        } => format!("// {number}\n"),
        _ => String::new(),
    };
    let code = cell
        .text
        .strip_prefix(&number)
        .unwrap_or(&cell.text)
        .trim_end();
    let code = with_choices(&block.code, code, language, &mut |line| {
        notes.push(format!(
            "{}: {line:?} has no words for the other language",
            cell.id
        ));
    });
    format!("{head}\n```rust\n{code}\n```\n\n")
}

/// Edited code in one language, with the choices of the source put back: a line that is as it was
/// built is that of the source; in another the words between what is the same in both languages are
/// the new words of this language.
fn with_choices(old: &str, new: &str, language: Language, lost: &mut dyn FnMut(&str)) -> String {
    let text_of = |line: &str| {
        parts(line)
            .iter()
            .map(|part| part.text(language))
            .collect::<String>()
    };
    let old: Vec<&str> = old.lines().collect();
    let new: Vec<&str> = new.lines().collect();
    let mut is_used = vec![false; old.len()];
    let mut lines: Vec<Option<String>> = vec![None; new.len()];
    for (line, place) in new.iter().zip(&mut lines) {
        let same = (0..old.len()).find(|&at| !is_used[at] && text_of(old[at]) == *line);
        if let Some(at) = same {
            is_used[at] = true;
            *place = Some(old[at].to_owned());
        }
    }
    for (line, place) in new
        .iter()
        .zip(&mut lines)
        .filter(|(_, place)| place.is_none())
    {
        let has_choice = |at: &usize| !is_used[*at] && old[*at].contains('‹');
        let found = (0..old.len())
            .filter(has_choice)
            .find_map(|at| Some((at, other_words(old[at], line, language)?)));
        let is_foreign = !line.is_ascii();
        *place = Some(match found {
            Some((at, text)) => {
                is_used[at] = true;
                text
            }
            None => {
                if is_foreign || line.contains('"') {
                    lost(line);
                }
                (*line).to_owned()
            }
        });
    }
    lines
        .into_iter()
        .flatten()
        .collect::<Vec<String>>()
        .join("\n")
}

/// A line of the source in which this language has the words of `line`, if all else is the same.
/// Where words are as they were and something else has changed, the words keep their choice.
fn other_words(old: &str, line: &str, language: Language) -> Option<String> {
    let pieces = parts(old);
    by_what_is_the_same(&pieces, line, language).or_else(|| by_words(&pieces, line, language))
}

fn by_what_is_the_same(pieces: &[Part], line: &str, language: Language) -> Option<String> {
    let (mut rest, mut text, mut choice) = (line, String::new(), None);
    for (place, piece) in pieces.iter().enumerate() {
        match piece {
            Part::Choice(words) => choice = Some(*words),
            Part::Same(same) => {
                let is_last = place + 1 == pieces.len();
                let at = match (choice, is_last) {
                    (None, _) => rest.starts_with(same).then_some(0)?,
                    (Some(_), true) => rest.ends_with(same).then(|| rest.len() - same.len())?,
                    (Some(_), false) => rest.find(same)?,
                };
                if let Some([english, chinese]) = choice {
                    let words = &rest[..at];
                    text += &match language {
                        Language::English => format!("‹{words}|{chinese}›"),
                        Language::Chinese => format!("‹{english}|{words}›"),
                    };
                }
                text += same;
                rest = &rest[at + same.len()..];
            }
        }
    }
    rest.is_empty().then_some(text)
}

fn by_words(pieces: &[Part], line: &str, language: Language) -> Option<String> {
    let mut text = line.to_owned();
    for piece in pieces {
        if let Part::Choice([english, chinese]) = piece {
            let words = piece.text(language);
            let is_there = !words.is_empty() && line.matches(words).count() == 1;
            is_there.then_some(())?;
            text = text.replacen(words, &format!("‹{english}|{chinese}›"), 1);
        }
    }
    Some(text)
}
