//! The source of a chapter: Markdown that has the code once and the texts in both languages.
//!
//! ````text
//! <!-- cell ID -->                      a text
//! :::en
//! :::zh
//! <!-- code ID 7.3 raises-exception --> a cell; number and tags may be left out
//!                                       (`folded`: its code is hidden until someone opens it)
//! ```rust
//! let x = 0.5; // ‹clouds|云量›
//! ```
//! <!-- edit `0.5` => `0.0` ; expect y.item() < 0.5 -->
//! :::en                                 what to look for
//! =>                                    what you should see
//! :::zh
//! =>
//! <!-- fails 2 label 10 -->             the cell fails on purpose: at which line, saying what
//! <!-- solution -->                     instead of an exercise's cell; then a block of code
//! <!-- wrong NAME -->                   a mistake that its check knows; then a block of code
//! <!-- opening images/07-net.svg -->    how the chapter's first picture is drawn after this cell:
//!                                       code whose last expression it is; in no notebook
//! <!-- headline -->                     what the chapter shows, for the start page; then texts
//! <!-- gallery -->                      on the start page: all chapters, with picture and headline
//! <!-- appendices -->                   on the start page: all appendices, with what each is for
//! <!-- glossary -->                     all terms, with the chapter that has each first
//! <!-- dictionary -->                   what other libraries call it, and what it is here
//! ````
//!
//! In texts `⟦98.7 %:exam⟧` is a number that a claim of that name has measured.

use super::choices::{check_choices, chosen};
use anyhow::{Context, Result, anyhow, bail};
use chainrule::display::Language;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// The source of a chapter.
pub struct Source {
    pub path: PathBuf,
    /// What stands above the first block.
    pub preamble: String,
    pub blocks: Vec<Block>,
}

/// What begins with `<!-- kind …`.
pub struct Block {
    /// The line it begins on.
    pub line: usize,
    /// As it stands in the file.
    pub raw: String,
    pub kind: Kind,
    pub texts: [String; 2],
    /// The code, with its choices.
    pub code: String,
}

pub enum Kind {
    Cell {
        id: String,
    },
    Code {
        id: String,
        number: Option<String>,
        tags: Vec<String>,
    },
    Edit {
        from: String,
        to: String,
        expect: String,
    },
    Fails {
        line: usize,
        says: String,
    },
    Solution,
    Wrong {
        name: String,
    },
    /// How the picture in the first text is drawn.
    Opening {
        picture: String,
    },
    Headline,
    /// What is not written here, but made of other files: one of `MADE`.
    Made(&'static str),
}

impl Source {
    pub fn read(path: &Path) -> Result<Source> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("{}: cannot be read", path.display()))?;
        let (mut preamble, mut raw): (String, Vec<(usize, String)>) = Default::default();
        for (number, line) in (1..).zip(text.split_inclusive('\n')) {
            match raw.last_mut() {
                _ if is_head(line) => raw.push((number, line.to_owned())),
                Some((_, block)) => block.push_str(line),
                None => preamble.push_str(line),
            }
        }
        let at = |line: usize| move |error| anyhow!("{}:{line}: {error}", path.display());
        let mut blocks = Vec::new();
        for (line, raw) in raw {
            blocks.push(Block::parse(line, raw).map_err(|(on, error)| at(on)(error))?);
        }
        let source = Source {
            path: path.to_owned(),
            preamble,
            blocks,
        };
        source.check().map_err(|(line, error)| at(line)(error))?;
        Ok(source)
    }

    /// The sources in a folder, in the order of their names.
    pub fn all(folder: &Path) -> Result<Vec<Source>> {
        let entries = std::fs::read_dir(folder)
            .with_context(|| format!("{}: cannot be read", folder.display()))?;
        let paths = entries.flatten().map(|entry| entry.path());
        let mut paths: Vec<PathBuf> = paths
            .filter(|path| path.extension().is_some_and(|ending| ending == "md"))
            .collect();
        paths.sort();
        paths.iter().map(|path| Source::read(path)).collect()
    }

    /// All sources in its folder, itself among them.
    pub fn and_beside(&self) -> Vec<Source> {
        Source::all(self.folder()).unwrap_or_default()
    }

    pub fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// What its notebooks are called.
    pub fn notebook(&self) -> String {
        let name = self.path.with_extension("ipynb");
        let name = name.file_name().unwrap_or_default();
        name.to_string_lossy().into_owned()
    }

    /// Its name begins with an A and a number, as in `A1-dictionary.md`.
    pub fn is_appendix(&self) -> bool {
        let name = self.notebook();
        let number = name.strip_prefix('A').and_then(|rest| rest.split_once('-'));
        number.is_some_and(|(number, _)| number.parse::<u32>().is_ok())
    }

    /// Whether the blocks fit each other.
    fn check(&self) -> Result<(), (usize, String)> {
        let (mut ids, mut code) = (BTreeSet::new(), None);
        for block in &self.blocks {
            let wrong = |text: String| Err((block.line, text));
            match (&block.kind, code) {
                (Kind::Cell { id } | Kind::Code { id, .. }, _) => {
                    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_".contains(c);
                    if id.is_empty() || id.len() > 50 || !id.chars().all(is_plain) {
                        return wrong(format!("{id:?} is no id: letters, digits, - and _"));
                    }
                    if !ids.insert(id) {
                        return wrong(format!("there is a cell {id} already"));
                    }
                    code = matches!(block.kind, Kind::Code { .. }).then_some(&block.code);
                }
                (Kind::Headline | Kind::Made(_), _) => {}
                (_, None) => return wrong("this belongs below a block of code".to_owned()),
                (Kind::Edit { from, .. }, Some(code)) => {
                    for language in LANGUAGES {
                        let (from, code) = (chosen(from, language), chosen(code, language));
                        if code.matches(&from).count() != 1 {
                            return wrong(format!("`{from}` is not once in the cell above"));
                        }
                    }
                }
                (Kind::Opening { picture }, _) => {
                    let place = format!("]({picture})");
                    let first = &self.blocks[0].texts;
                    if !first.iter().all(|text| text.contains(&place)) {
                        return wrong(format!("{picture} is not in the first text"));
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

pub const LANGUAGES: [Language; 2] = [Language::English, Language::Chinese];

const KINDS: [&str; 8] = [
    "cell", "code", "edit", "fails", "solution", "wrong", "opening", "headline",
];

/// Texts that are made of other files; each is the id of its cell, too.
pub const MADE: [&str; 4] = ["gallery", "appendices", "glossary", "dictionary"];

/// Whether a block begins here. A comment that begins otherwise is part of a text.
fn is_head(line: &str) -> bool {
    let word = line
        .strip_prefix("<!-- ")
        .and_then(|rest| rest.split_whitespace().next());
    word.is_some_and(|word| KINDS.contains(&word) || MADE.contains(&word))
}

type Wrong = (usize, String);

impl Block {
    fn parse(line: usize, raw: String) -> Result<Block, Wrong> {
        let head = raw.lines().next().unwrap_or_default().trim_end();
        let head = head
            .strip_prefix("<!-- ")
            .and_then(|head| head.strip_suffix("-->"));
        let head = head.ok_or((
            line,
            "the comment does not end on its line with -->".to_owned(),
        ))?;
        let (name, rest) = head.split_once(' ').unwrap_or((head, ""));
        let kind = Kind::parse(name, rest.trim()).map_err(|error| (line, error.to_string()))?;
        let needs_texts = matches!(kind, Kind::Cell { .. } | Kind::Edit { .. } | Kind::Headline);
        let needs_code = !needs_texts && !matches!(kind, Kind::Fails { .. } | Kind::Made(_));
        let [english, chinese, code] = sections(line, &raw, needs_texts, needs_code)?;
        for (name, text) in [("en", &english), ("zh", &chinese)] {
            if needs_texts && text.is_empty() {
                return Err((line, format!("there is no text in {name}")));
            }
            if matches!(kind, Kind::Edit { .. }) && !text.contains("\n=>\n") {
                return Err((
                    line,
                    format!("{name}: a line => is missing before what is seen"),
                ));
            }
        }
        if needs_code && code.is_empty() {
            return Err((line, "there is no code: ```rust is missing".to_owned()));
        }
        check_choices(&code).map_err(|error| (line, error))?;
        let texts = [english, chinese];
        Ok(Block {
            line,
            raw,
            kind,
            texts,
            code,
        })
    }

    /// The id of the cell that it becomes.
    pub fn id(&self) -> Option<&str> {
        match &self.kind {
            Kind::Cell { id } | Kind::Code { id, .. } => Some(id),
            _ => None,
        }
    }

    pub fn text(&self, language: Language) -> &str {
        &self.texts[usize::from(language == Language::Chinese)]
    }
}

/// The English text, the Chinese text and the code below the head of a block.
fn sections(
    line: usize,
    raw: &str,
    takes_texts: bool,
    takes_code: bool,
) -> Result<[String; 3], Wrong> {
    const CODE: usize = 2;
    let (mut found, mut seen) = (<[String; 3]>::default(), [false; 3]);
    let mut open = None;
    for (number, text) in (line + 1..).zip(raw.lines().skip(1)) {
        let begins = match text {
            ":::en" if takes_texts => Some(0),
            ":::zh" if takes_texts => Some(1),
            "```rust" if takes_code => Some(CODE),
            text if text.starts_with(":::") => {
                return Err((number, format!("{text} does not belong into this block")));
            }
            _ => None,
        };
        match (begins, open) {
            (Some(section), _) if seen[section] => {
                return Err((number, format!("{text} was there already")));
            }
            (Some(section), _) => {
                seen[section] = true;
                open = begins;
            }
            (None, Some(CODE)) if text == "```" => open = None,
            (None, Some(section)) => found[section] += &format!("{text}\n"),
            (None, None) if text.trim().is_empty() => {}
            (None, None) => return Err((number, format!("{text:?} belongs to nothing"))),
        }
    }
    if open == Some(CODE) {
        return Err((line, "the code does not end: ``` is missing".to_owned()));
    }
    Ok(found.map(|text| text.trim_matches('\n').trim_end().to_owned()))
}

impl Kind {
    fn parse(name: &str, rest: &str) -> Result<Kind> {
        let mut words = rest.split_whitespace().map(str::to_owned);
        Ok(match name {
            "cell" => Kind::Cell {
                id: rest.to_owned(),
            },
            "code" => {
                let id = words.next().unwrap_or_default();
                let (numbers, tags): (Vec<String>, _) =
                    words.partition(|word| word.starts_with(|c: char| c.is_ascii_digit()));
                Kind::Code {
                    id,
                    number: numbers.into_iter().next(),
                    tags,
                }
            }
            "edit" => {
                let (edit, expect) = rest.split_once("; expect ").unwrap_or((rest, ""));
                let parts: Vec<&str> = edit.split('`').collect();
                let (from, to) = match parts[..] {
                    [_, from, arrow, to, _] if arrow.trim() == "=>" => (from, to),
                    _ => bail!("as in: edit `from` => `to` ; expect EXPRESSION"),
                };
                if from.is_empty() || expect.trim().is_empty() {
                    bail!("what is changed, or what is expected of it, is missing");
                }
                let [from, to, expect] = [from, to, expect.trim()].map(str::to_owned);
                Kind::Edit { from, to, expect }
            }
            "fails" => {
                let (line, says) = rest.split_once(' ').unwrap_or((rest, ""));
                let line = line.parse().context("as in: fails LINE TEXT")?;
                Kind::Fails {
                    line,
                    says: says.to_owned(),
                }
            }
            "solution" => Kind::Solution,
            "opening" => Kind::Opening {
                picture: rest.to_owned(),
            },
            "headline" => Kind::Headline,
            _ => match MADE.into_iter().find(|made| *made == name) {
                Some(made) => Kind::Made(made),
                None => Kind::Wrong {
                    name: rest.to_owned(),
                },
            },
        })
    }
}
