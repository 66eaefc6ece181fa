//! What rustc says of a cell, with its places in the cell: the same whether evcxr has asked it or
//! the kernel itself.

use super::cell_crate::Source;
use super::stand_in::generated;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// An error, or a warning.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RustcError {
    /// As rustc says it.
    pub json: Value,
    pub message: String,
    pub marks: Vec<Marked>,
    /// Whether any of it is about what learners have written, in this cell or in another.
    pub is_from_cells: bool,
}

/// Something that is marked, in the cell or where nobody sees it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Marked {
    pub span: Option<Span>,
    pub label: String,
    pub is_primary: bool,
}

/// Lines and columns of the cell, as it was given to the compiler, from 1; columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    pub start: (usize, usize),
    pub end: (usize, usize),
}

impl RustcError {
    /// As rustc numbers it: `E0425`.
    pub fn code(&self) -> Option<&str> {
        self.json["code"]["code"].as_str()
    }

    pub fn level(&self) -> &str {
        self.json["level"].as_str().unwrap_or("error")
    }

    /// What it is about.
    pub fn primary(&self) -> Option<&Marked> {
        let primary = self.marks.iter().find(|mark| mark.is_primary);
        primary.or(self.marks.first())
    }

    /// One that rustc marks where a variable is put back, and that is about where the cell
    /// declares it.
    fn of_declaration(json: &Value, source: &Source) -> Option<RustcError> {
        let mut declared = spans(json)
            .find(|span| span["is_primary"] == false)?
            .clone();
        declared["is_primary"] = true.into();
        let mut json = json.clone();
        json["spans"] = vec![declared].into();
        RustcError::of_cell(&json, source)
    }

    /// One that is about the cell in `source`. Nothing where it is about anything else.
    fn of_cell(json: &Value, source: &Source) -> Option<RustcError> {
        let primary = spans(json).find(|span| span["is_primary"] == true);
        if let Some(primary) = primary.filter(|primary| !is_import(primary, source)) {
            place(primary, source)?;
        }
        let message = json["message"].as_str()?;
        let otherwise = format!("{}: {message}", json["level"].as_str()?);
        let mark = |marked: &Value| {
            let (span, said) = place(marked, source)?;
            Some(Marked {
                span: Some(span),
                label: said.unwrap_or(&otherwise).to_owned(),
                is_primary: marked["is_primary"] == true,
            })
        };
        Some(RustcError {
            marks: spans(json).filter_map(mark).collect(),
            message: message.to_owned(),
            is_from_cells: true,
            json: json.clone(),
        })
    }
}

/// What an error means that rustc has found in the crate of a cell.
pub enum Found {
    Mistake(RustcError),
    /// A variable that the cell makes borrows from another.
    Borrows(String),
    /// A variable that the cell makes is moved away before its end, and is not kept.
    Moved,
}

impl Found {
    /// Nothing where it is about something of another cell.
    pub fn new(json: &Value, source: &Source) -> Option<Found> {
        let all = spans(json).chain(children(json).flat_map(spans));
        let lines = all.flat_map(|span| lines_of_the_store(span, source));
        let Some(line) = lines.into_iter().next() else {
            return RustcError::of_cell(json, source).map(Found::Mistake);
        };
        let code = json["code"]["code"].as_str();
        if code == Some("E0381") {
            return RustcError::of_declaration(json, source).map(Found::Mistake);
        }
        // What the cell does to a variable of an earlier one, which rustc says of the line that
        // takes it out, too.
        const OF_BORROWS: [&str; 6] = ["E0382", "E0384", "E0505", "E0507", "E0594", "E0596"];
        let is_of_borrows = code.is_some_and(|code| OF_BORROWS.contains(&code));
        if is_of_borrows && !line.starts_with(generated::PUT) {
            return RustcError::of_cell(json, source).map(Found::Mistake);
        }
        let is_made = line.starts_with(generated::PUT) && line.contains("::<_>(");
        let name = generated::variable(line).filter(|_| is_made)?;
        match code? {
            "E0382" | "E0505" => Some(Found::Moved),
            "E0597" => Some(Found::Borrows(name.to_owned())),
            _ => RustcError::of_cell(json, source).map(Found::Mistake),
        }
    }
}

fn spans(of: &Value) -> impl Iterator<Item = &Value> {
    of["spans"].as_array().into_iter().flatten()
}

fn children(of: &Value) -> impl Iterator<Item = &Value> {
    of["children"].as_array().into_iter().flatten()
}

/// Where in the cell a span is, or the call of the macro that it is in; and what is said there.
fn place<'a>(span: &'a Value, source: &Source) -> Option<(Span, Option<&'a str>)> {
    let said = span["label"].as_str();
    let outer = &span["expansion"]["span"];
    let number = |name: &str| Some(span[name].as_u64()? as usize);
    let is_here = span["file_name"] == generated::SOURCE;
    let here = || {
        let start = source.place(number("line_start")?, number("column_start")?)?;
        let end = source.place(number("line_end")?, number("column_end")?)?;
        Some(Span { start, end })
    };
    match here().filter(|_| is_here) {
        Some(span) => Some((span, said)),
        None if outer.is_object() => {
            let (span, said_there) = place(outer, source)?;
            Some((span, said.or(said_there)))
        }
        None => None,
    }
}

fn is_import(span: &Value, source: &Source) -> bool {
    let line = span["line_start"].as_u64();
    span["file_name"] == generated::SOURCE
        && line.is_some_and(|line| source.is_import(line as usize))
}

/// The lines of a span that take variables out of the store or put them back.
fn lines_of_the_store<'a>(span: &Value, source: &'a Source) -> Vec<&'a str> {
    let number = |name: &str| span[name].as_u64().map(|line| line as usize);
    let lines = number("line_start").zip(number("line_end"));
    let lines = lines.filter(|_| span["file_name"] == generated::SOURCE);
    let here = lines.into_iter().flat_map(|(first, last)| first..=last);
    let mut lines: Vec<&str> = here.filter_map(|line| source.of_the_store(line)).collect();
    let outer = &span["expansion"]["span"];
    if outer.is_object() {
        lines.extend(lines_of_the_store(outer, source));
    }
    lines
}
