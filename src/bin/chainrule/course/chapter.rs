//! A notebook that was run, as a page of the book: its Markdown, in which whatever mdBook shall not
//! touch is left out (formulas, and what the cells have shown), and that, to be put in afterwards.

use super::source::LANGUAGES;
use anyhow::{Context, Result, anyhow};
use chainrule::display::{Language, escape_html};
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use pulldown_latex::config::DisplayMode;
use pulldown_latex::{RenderConfig, Storage, push_mathml};
use serde_json::Value;
use std::path::{Path, PathBuf};

pub struct Chapter {
    /// Where the notebook is: its pictures are beside it.
    pub path: PathBuf,
    pub language: Language,
    pub title: String,
    pub markdown: String,
    /// What stands in the places `place(0)`, `place(1)` and so on of its page, as HTML.
    pub parts: Vec<String>,
}

/// The element that mdBook keeps for a part. Of this form are no others: their number is not given
/// in notebooks, and headings get other ids.
pub fn place(number: usize) -> String {
    format!("<span id=\"part-{number}\"></span>")
}

impl Chapter {
    pub fn new(path: &Path, metadata: &Value, cells: &[Value]) -> Result<Chapter> {
        let folder = path.parent().and_then(Path::file_name);
        let code = metadata["chainrule"]["language"]
            .as_str()
            .or(folder.and_then(|name| name.to_str()));
        let mut chapter = Chapter {
            path: path.to_owned(),
            language: code.and_then(Language::named).unwrap_or(LANGUAGES[0]),
            title: String::new(),
            markdown: String::new(),
            parts: Vec::new(),
        };
        for cell in cells {
            let source = text(&cell["source"]);
            match cell["cell_type"].as_str() {
                Some("markdown") => chapter.text(&source)?,
                Some("code") => chapter.code(&source, cell),
                _ => {}
            }
            chapter.markdown += "\n\n";
        }
        if chapter.title.is_empty() {
            chapter.title = chapter.stem();
        }
        Ok(chapter)
    }

    /// What its notebook and its page are called, without their endings.
    pub fn stem(&self) -> String {
        let name = self.path.file_stem().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    fn keep(&mut self, part: String) {
        self.markdown += &place(self.parts.len());
        self.parts.push(part);
    }

    /// The Markdown of a cell, its formulas left out.
    fn text(&mut self, source: &str) -> Result<()> {
        let source = unfolded(source);
        let options = Options::ENABLE_MATH | Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH;
        let (mut end, mut in_title) = (0, self.title.is_empty());
        for (event, range) in Parser::new_ext(&source, options).into_offset_iter() {
            match &event {
                Event::Start(Tag::Heading { .. }) => {}
                Event::End(TagEnd::Heading(_)) => in_title = false,
                Event::Text(text) if in_title => self.title += text,
                Event::InlineMath(tex) | Event::DisplayMath(tex) => {
                    let is_inline = matches!(event, Event::InlineMath(_));
                    self.markdown += &source[end..range.start];
                    let said = || format!("{}: ${tex}$", self.path.display());
                    let formula = mathml(tex, is_inline).with_context(said)?;
                    self.keep(formula);
                    end = range.end;
                }
                _ => {}
            }
        }
        self.markdown += &source[end..];
        Ok(())
    }

    /// The code of a cell, folded if it is in the notebook, and what it has shown.
    fn code(&mut self, source: &str, cell: &Value) {
        let is_folded = cell["metadata"]["jupyter"]["source_hidden"] == true;
        let fold = match self.language {
            Language::English => "Code",
            Language::Chinese => "代码",
        };
        if is_folded {
            self.markdown += &format!("<details><summary>{fold}</summary>\n\n");
        }
        // Longer than any fence in the code.
        self.markdown += &format!("~~~~~~rust\n{}\n~~~~~~\n\n", source.trim_end());
        if is_folded {
            self.markdown += "</details>\n\n";
        }
        let outputs = cell["outputs"].as_array().into_iter().flatten();
        let shown: String = outputs.map(shown).collect();
        if !shown.is_empty() {
            self.keep(format!("<div class=\"outputs\">{shown}</div>"));
        }
    }
}

/// Answers are folded as HTML within a line, and Markdown is not read there: they get paragraphs of
/// their own, in the list that they belong to.
fn unfolded(source: &str) -> String {
    let mut changed = String::new();
    for line in source.split_inclusive('\n') {
        let indent = &line[..line.len() - line.trim_start().len()];
        let indent = indent.trim_end_matches('\n');
        changed += &line
            .replace("</summary>", &format!("</summary>\n\n{indent}"))
            .replace("</details>", &format!("\n\n{indent}</details>"));
    }
    changed
}

fn mathml(tex: &str, is_inline: bool) -> Result<String> {
    let storage = Storage::new();
    let events: Result<Vec<_>, _> = pulldown_latex::Parser::new(tex, &storage).collect();
    let events = events.map_err(|error| anyhow!("{error}"))?;
    let config = RenderConfig {
        display_mode: match is_inline {
            true => DisplayMode::Inline,
            false => DisplayMode::Block,
        },
        annotation: Some(tex),
        ..RenderConfig::default()
    };
    let mut formula = String::new();
    let events = events.into_iter().map(Ok::<_, std::fmt::Error>);
    push_mathml(&mut formula, events, config)?;
    Ok(formula)
}

/// An output in the richest form that a page shows, in the order in which JupyterLab chooses.
fn shown(output: &Value) -> String {
    let plain = |class: &str, text: &str| {
        let text = anstream::adapter::strip_str(text).to_string();
        format!("<pre class=\"{class}\">{}</pre>", escape_html(&text))
    };
    match output["output_type"].as_str() {
        Some("stream") => return plain("stream", &text(&output["text"])),
        Some("error") => {
            let lines = output["traceback"].as_array().into_iter().flatten();
            let lines: Vec<&str> = lines.filter_map(Value::as_str).collect();
            return plain("error", &lines.join("\n"));
        }
        _ => {}
    }
    let data = output["data"].as_object();
    let found = |mime: &str| data.and_then(|data| data.get(mime)).map(text);
    if let Some(html) = found("text/html").or_else(|| found("image/svg+xml")) {
        return format!("<div>{html}</div>");
    }
    let said = found("text/plain").unwrap_or_default();
    for (mime, value) in data.into_iter().flatten() {
        let source = format!("data:{mime};base64,{}", text(value).replace('\n', ""));
        if mime.starts_with("image/") {
            return format!("<img src=\"{source}\" alt=\"{}\">", escape_html(&said));
        } else if mime.starts_with("audio/") {
            return format!("<audio controls src=\"{source}\"></audio>");
        }
    }
    plain("plain", &said)
}

/// What nbformat stores as one text or as a list of lines.
pub(super) fn text(value: &Value) -> String {
    match value {
        Value::Array(lines) => lines.iter().filter_map(Value::as_str).collect(),
        text => text.as_str().unwrap_or_default().to_owned(),
    }
}
