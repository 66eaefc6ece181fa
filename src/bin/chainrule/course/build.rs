//! From the source of a chapter to its notebooks.

use super::choices::{chosen, without_marks};
use super::source::{Block, Kind, LANGUAGES, Source};
use super::{gallery, glossary};
use crate::names;
use anyhow::Result;
use chainrule::display::Language;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// The notebooks of the sources in a folder: where each belongs, and its text. README beside the
/// notebooks is among them if it shows the gallery.
pub fn notebooks(sources: &Path, target: &Path) -> Result<Vec<(PathBuf, String)>> {
    let mut built = Vec::new();
    for source in Source::all(sources)? {
        for language in LANGUAGES {
            let place = target.join(language.code()).join(source.notebook());
            let cells = cells(&source, language).into_iter();
            let cells = cells.map(Cell::into_json).collect();
            built.push((place, notebook(&source, language, cells)?));
        }
        let readme = target.join("../README.md");
        let is_start = |block: &Block| matches!(block.kind, Kind::Made("gallery"));
        if source.blocks.iter().any(is_start)
            && let Ok(before) = std::fs::read_to_string(&readme)
            && let Some(text) = gallery::put_into(&before, &source)
        {
            built.push((readme, text));
        }
    }
    Ok(built)
}

/// The notebook of a chapter in one language, as Jupyter writes it.
pub(super) fn notebook(source: &Source, language: Language, cells: Vec<Value>) -> Result<String> {
    let name = source.path.file_name().unwrap_or_default();
    let name = name.to_string_lossy();
    let notebook = json!({
        "cells": cells,
        "metadata": {
            "chainrule": {"language": language.code(), "source": name},
            "kernelspec": {
                "display_name": "Rust (chainrule)", "language": "rust", "name": "chainrule",
            },
            "language_info": {
                "file_extension": ".rs", "mimetype": "text/x-rust", "name": "rust",
            },
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    });
    let mut text = Vec::new();
    let formatter = serde_json::ser::PrettyFormatter::with_indent(b" ");
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, formatter);
    serde::Serialize::serialize(&notebook, &mut serializer)?;
    Ok(String::from_utf8(text)? + "\n")
}

/// A cell of a notebook.
pub struct Cell {
    pub id: String,
    pub text: String,
    /// The tags, if it is code.
    pub code: Option<Vec<String>>,
}

impl Cell {
    pub(super) fn into_json(self) -> Value {
        let source: Vec<&str> = self.text.split_inclusive('\n').collect();
        match self.code {
            None => json!({
                "cell_type": "markdown", "id": self.id, "metadata": {}, "source": source,
            }),
            Some(tags) => {
                let mut metadata = json!({});
                // JupyterLab hides the code until someone wants to see it.
                if tags.iter().any(|tag| tag == "folded") {
                    metadata["jupyter"] = json!({"source_hidden": true});
                }
                if !tags.is_empty() {
                    metadata["tags"] = json!(tags);
                }
                json!({
                    "cell_type": "code", "execution_count": null, "id": self.id,
                    "metadata": metadata, "outputs": [], "source": source,
                })
            }
        }
    }
}

/// The cells of a chapter. What can be changed in a cell, and the solution of an exercise, follow
/// it as texts whose ids end in `-change` and `-solution`; what is made of other files is a text of
/// its own.
pub fn cells(source: &Source, language: Language) -> Vec<Cell> {
    let mut cells = Vec::new();
    let mut open = 0;
    for block in &source.blocks {
        match &block.kind {
            Kind::Cell { .. } | Kind::Code { .. } => cells.push(cell(block, language)),
            Kind::Edit { from, to, .. } => {
                let (question, seen) = block
                    .text(language)
                    .split_once("\n=>\n")
                    .unwrap_or_default();
                let [from, to] = [from, to].map(|code| chosen(code, language));
                let (title, fold) = match language {
                    Language::English => ("**Change one thing.**", "What you should see"),
                    Language::Chinese => ("**改一处试试。**", "会看到什么"),
                };
                let change = match to.is_empty() {
                    true => format!("~~`{from}`~~"),
                    false => format!("`{from}` → `{to}`"),
                };
                let item = format!(
                    "* {change}\n\n  {question}\n  <details><summary>{fold}</summary>{}</details>",
                    without_marks(seen.trim())
                );
                follow(&mut cells, open, "change", title, &item);
            }
            Kind::Solution => {
                let fold = match language {
                    Language::English => "A solution",
                    Language::Chinese => "一种解法",
                };
                let code = chosen(&block.code, language);
                let text = format!(
                    "<details><summary>{fold}</summary>\n\n```rust\n{code}\n```\n\n</details>"
                );
                follow(&mut cells, open, "solution", "", &text);
            }
            Kind::Made(of) => cells.push(Cell {
                id: (*of).to_owned(),
                text: match *of {
                    "gallery" => gallery::text(source, language, ""),
                    "appendices" => gallery::appendices(source, language),
                    "dictionary" => names::folded(language),
                    _ => glossary::text(source, language),
                },
                code: None,
            }),
            Kind::Fails { .. } | Kind::Wrong { .. } | Kind::Opening { .. } | Kind::Headline => {}
        }
        if matches!(block.kind, Kind::Code { .. }) {
            open = cells.len() - 1;
        }
    }
    cells
}

fn cell(block: &Block, language: Language) -> Cell {
    let id = block.id().unwrap_or_default().to_owned();
    let Kind::Code { tags, .. } = &block.kind else {
        return Cell {
            id,
            text: without_marks(block.text(language)),
            code: None,
        };
    };
    Cell {
        id,
        text: head(block) + &chosen(&block.code, language),
        code: Some(tags.clone()),
    }
}

/// The line with the number of a cell, if it has one.
pub(super) fn head(block: &Block) -> String {
    match &block.kind {
        Kind::Code {
            number: Some(number),
            ..
        } => format!("// {number}\n"),
        _ => String::new(),
    }
}

/// Adds to the text that follows the code cell at `open`, or begins it.
fn follow(cells: &mut Vec<Cell>, open: usize, suffix: &str, title: &str, item: &str) {
    let id = format!("{}-{suffix}", cells[open].id);
    match cells.last_mut().filter(|cell| cell.id == id) {
        Some(cell) => cell.text += &format!("\n{item}"),
        None => {
            let text = format!("{title}\n\n{item}").trim_start().to_owned();
            cells.push(Cell {
                id,
                text,
                code: None,
            });
        }
    }
}

/// All that a test of a chapter needs to know, in one language.
pub fn parts(source: &Source, language: Language) -> Value {
    let mut found: Vec<Value> = Vec::new();
    for block in &source.blocks {
        let say = |text: &str| chosen(text, language);
        let code = say(&block.code);
        if let Kind::Cell { id } = &block.kind {
            found.push(json!({"id": id, "text": block.text(language)}));
        } else if let Kind::Headline = &block.kind {
            found.push(json!({"id": "headline", "text": block.text(language)}));
        } else if let Kind::Code { id, tags, .. } = &block.kind {
            found.push(json!({
                "id": id, "code": cell(block, language).text, "tags": tags,
                "edits": [], "fails": [], "solutions": [], "wrong": [], "openings": [],
            }));
        }
        let Some(last) = found.last_mut() else {
            continue;
        };
        let (list, part) = match &block.kind {
            Kind::Edit { from, to, expect } => (
                "edits",
                json!({
                    "from": say(from), "to": say(to), "expect": say(expect),
                    "text": block.text(language),
                }),
            ),
            Kind::Fails { line, says } => ("fails", json!({"line": line, "says": say(says)})),
            Kind::Solution => ("solutions", json!(code)),
            Kind::Wrong { name } => ("wrong", json!({"name": name, "code": code})),
            Kind::Opening { picture } => ("openings", json!({"picture": picture, "code": code})),
            Kind::Cell { .. } | Kind::Code { .. } | Kind::Headline | Kind::Made(_) => continue,
        };
        last[list]
            .as_array_mut()
            .into_iter()
            .for_each(|known| known.push(part.clone()));
    }
    found.into()
}
