//! Other notebooks from the source of a chapter: for who teaches with it, for a class that nbgrader
//! grades, to repeat it, and to show it on a wall.

use super::build::{Cell, cells, head, notebook};
use super::choices::chosen;
use super::source::{Block, Kind, LANGUAGES, Source};
use anyhow::{Context, Result, bail};
use chainrule::display::Language;
use clap::ValueEnum;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;

#[derive(Clone, Copy, PartialEq, ValueEnum)]
pub enum Edition {
    /// For who teaches: exercises solved, with the mistakes that their checks know
    Solved,
    /// For nbgrader: solutions between its marks, each check a test that gives a point
    Class,
    /// To repeat a chapter: the code and the questions, nothing else
    Recall,
    /// To show: as recall, and each question is a slide
    Slides,
}

/// Writes the notebooks of an edition, and the pictures that they show, into a folder that is not
/// there yet: `en/` and `zh/`, in which nbgrader wants each assignment in a folder of its own. In
/// editions for learners there are chapters only. Returns how many notebooks there are.
pub fn write(sources: &Path, target: &Path, edition: Edition) -> Result<usize> {
    if fs::read_dir(target).is_ok_and(|mut entries| entries.next().is_some()) {
        bail!("{} is not empty; name a new folder", target.display());
    }
    let mut count = 0;
    for source in Source::all(sources)? {
        if edition != Edition::Solved && exercises(&source).is_empty() {
            continue;
        }
        for language in LANGUAGES {
            let mut folder = target.join(language.code());
            let name = source.notebook();
            if edition == Edition::Class {
                folder.push(name.trim_end_matches(".ipynb"));
            }
            let text = notebook(&source, language, of(&source, language, edition))?;
            let path = folder.join(&name);
            fs::create_dir_all(folder.join("images"))
                .and_then(|()| fs::write(&path, &text))
                .with_context(|| format!("{}: cannot be written", path.display()))?;
            bring_pictures(&sources.join("..").join(language.code()), &folder, &text)?;
            count += 1;
        }
    }
    if count == 0 {
        bail!("{}: there is no chapter", sources.display());
    }
    Ok(count)
}

/// Copies the pictures that a notebook shows.
fn bring_pictures(from: &Path, folder: &Path, notebook: &str) -> Result<()> {
    for part in notebook.split("images/").skip(1) {
        let end = part.find([')', '"', '\\']).unwrap_or(0);
        let picture = from.join("images").join(&part[..end]);
        if picture.is_file() {
            fs::copy(&picture, folder.join("images").join(&part[..end]))
                .with_context(|| format!("{}: cannot be copied", picture.display()))?;
        }
    }
    Ok(())
}

/// The cells of a chapter in an edition, as a notebook has them.
fn of(source: &Source, language: Language, edition: Edition) -> Vec<Value> {
    let all = cells(source, language);
    let is_solution = |cell: &Cell| cell.code.is_none() && cell.id.ends_with("-solution");
    match edition {
        Edition::Solved | Edition::Class => {
            let exercises = exercises(source);
            let of_cell = |cell: Cell| match exercises.iter().find(|one| one.id() == cell.id) {
                Some(exercise) if edition == Edition::Solved => exercise.solved(cell, language),
                Some(exercise) => exercise.graded(cell, language),
                None => vec![cell.into_json()],
            };
            let rest = all.into_iter().filter(|cell| !is_solution(cell));
            rest.flat_map(of_cell).collect()
        }
        Edition::Recall | Edition::Slides => {
            let rest = all.into_iter().filter(|cell| !is_solution(cell));
            let mut repeated: Vec<Value> =
                rest.filter_map(questions).map(Cell::into_json).collect();
            if edition == Edition::Slides {
                repeated.iter_mut().for_each(as_slide);
            }
            repeated
        }
    }
}

/// A cell that is to be solved, its solution, and mistakes that its check knows.
struct Exercise<'a> {
    cell: &'a Block,
    solution: &'a Block,
    wrong: Vec<&'a Block>,
}

fn exercises(source: &Source) -> Vec<Exercise<'_>> {
    let (mut found, mut last): (Vec<Exercise>, Option<&Block>) = (Vec::new(), None);
    for block in &source.blocks {
        match (&block.kind, last) {
            (Kind::Code { .. }, _) => last = Some(block),
            (Kind::Solution, Some(cell)) => found.push(Exercise {
                cell,
                solution: block,
                wrong: Vec::new(),
            }),
            (Kind::Wrong { .. }, _) => {
                if let Some(exercise) = found.last_mut() {
                    exercise.wrong.push(block);
                }
            }
            _ => {}
        }
    }
    found
}

impl Exercise<'_> {
    fn id(&self) -> &str {
        self.cell.id().unwrap_or_default()
    }

    /// The cell, its solution below it, which may use what the cell gives, and what else learners
    /// write.
    fn solved(&self, cell: Cell, language: Language) -> Vec<Value> {
        let (title, fold) = match language {
            Language::English => (
                "**For who teaches.** Above is a solution. What the check knows as mistakes:",
                "Code",
            ),
            Language::Chinese => ("**教师用。** 上面是一种解法。检查能认出的错误：", "代码"),
        };
        let mut text = title.to_owned();
        for block in &self.wrong {
            let Kind::Wrong { name } = &block.kind else {
                continue;
            };
            let code = chosen(&block.code, language);
            text += &format!(
                "\n\n<details><summary>{fold}: {name}</summary>\n\n```rust\n{code}\n```\n\n\
                 </details>"
            );
        }
        let solution = Cell {
            id: format!("{}-solved", cell.id),
            text: chosen(&self.solution.code, language),
            code: Some(Vec::new()),
        };
        let note = Cell {
            id: format!("{}-teacher", cell.id),
            text,
            code: None,
        };
        [cell, solution, note].map(Cell::into_json).to_vec()
    }

    /// What is given, without its checks; a cell for the answer, in which nbgrader puts its stub
    /// for the solution; a test for each check. A solution stands below what is given, here as
    /// where it is tried, and may use it.
    fn graded(&self, cell: Cell, language: Language) -> Vec<Value> {
        let begun = chosen(&self.cell.code, language);
        let solution = chosen(&self.solution.code, language);
        let (asked, given) = checks(&begun);
        let (mut tests, mut solved) = checks(&solution);
        if !solved.is_empty() && !solved.ends_with([';', '}']) {
            solved.push(';');
        }
        // A test is a cell of its own, where a number may be of another type: answers are computed
        // in the learner's cell.
        let (mut comments, mut kept_for_all) = (Vec::new(), Vec::new());
        for (check, asked) in tests.iter_mut().zip(&asked) {
            let (name, kept) = check.keep_answer();
            if check.answer == asked.answer {
                kept_for_all.extend(kept);
            } else {
                solved += &kept.map_or_else(String::new, |kept| format!("\n{kept}"));
                comments.push(format!("// let {name} = …; {}", asked.comment));
            }
        }
        let marks = ["// BEGIN SOLUTION", solved.trim(), "// END SOLUTION"].map(str::to_owned);
        let lines: Vec<String> = comments
            .into_iter()
            .chain(marks)
            .chain(kept_for_all)
            .collect();
        let (id, text) = (cell.id.clone(), lines.join("\n"));
        let code = |id: String, text: String| Cell {
            id,
            text,
            code: Some(Vec::new()),
        };
        let mut made = Vec::new();
        if !given.is_empty() {
            let text = head(self.cell) + &given;
            made.push(Cell { text, ..cell }.into_json());
        }
        made.push(for_nbgrader(code(format!("{id}-answer"), text), None));
        for check in &tests {
            let name = format!("{id}-{}", check.id.replace('.', "-"));
            let (id, given) = (check.id, &check.given);
            let call = format!("::chainrule::prelude::check(\"{id}\", {given});");
            made.push(for_nbgrader(code(name, call), Some(1)));
        }
        made
    }
}

/// The checks in code, and the rest of it.
fn checks(code: &str) -> (Vec<Check<'_>>, String) {
    let (mut checks, mut rest) = (Vec::new(), Vec::new());
    for line in code.lines() {
        match Check::read(line) {
            Some(check) => checks.push(check),
            None => rest.push(line),
        }
    }
    (checks, rest.join("\n"))
}

/// A line such as `check("7.B", &big); // yours`.
struct Check<'a> {
    id: &'a str,
    answer: &'a str,
    comment: &'a str,
    /// What the test is given in its place.
    given: String,
}

impl<'a> Check<'a> {
    fn read(line: &'a str) -> Option<Check<'a>> {
        let (id, rest) = line.strip_prefix("check(\"")?.split_once("\", ")?;
        let (answer, comment) = rest.rsplit_once(");")?;
        let given = answer.to_owned();
        Some(Check {
            id,
            answer,
            comment: comment.trim(),
            given,
        })
    }

    /// The variable that the test is given, and the statement that keeps the answer in it; no
    /// statement for what is a variable or a function already, and for a closure, which cannot be
    /// kept.
    fn keep_answer(&mut self) -> (String, Option<String>) {
        let (reference, value) = match self.answer.strip_prefix('&') {
            Some(value) => ("&", value),
            None => ("", self.answer),
        };
        let is_name = value.chars().all(|c| c.is_alphanumeric() || c == '_');
        let is_there = is_name && value.starts_with(char::is_alphabetic);
        // A part of a list, `&x[1..]`, is no value of its own.
        let is_part = value.ends_with(']') && !value.starts_with('[');
        if is_there || is_part || value.starts_with('|') {
            return (value.to_owned(), None);
        }
        let name = format!("answer_{}", self.id.replace('.', "_").to_lowercase());
        self.given = format!("{reference}{name}");
        let kept = format!("let {name} = {value};");
        (name, Some(kept))
    }
}

/// A cell as nbgrader knows it: one to be solved, or a test that gives points.
fn for_nbgrader(cell: Cell, points: Option<u32>) -> Value {
    let (id, is_test) = (cell.id.clone(), points.is_some());
    let mut known = json!({
        "grade": is_test, "grade_id": id, "locked": is_test, "schema_version": 3,
        "solution": !is_test, "task": false,
    });
    if let Some(points) = points {
        known["points"] = json!(points);
    }
    let mut json = cell.into_json();
    json["metadata"]["nbgrader"] = known;
    json
}

/// Code as it is; of a text its heading, its picture and the paragraphs that ask, and what to
/// change; no answers.
fn questions(cell: Cell) -> Option<Cell> {
    if cell.code.is_some() {
        return Some(cell);
    }
    let is_change = cell.id.ends_with("-change");
    let open = without_folds(&cell.text);
    let asks = |paragraph: &&str| {
        is_change || paragraph.contains(['?', '？']) || paragraph.starts_with(['#', '!'])
    };
    let paragraphs = open.split("\n\n").map(str::trim_end);
    let kept: Vec<&str> = paragraphs
        .filter(|one| !one.is_empty())
        .filter(asks)
        .collect();
    let text = kept.join("\n\n");
    (!text.is_empty()).then_some(Cell { text, ..cell })
}

fn without_folds(text: &str) -> String {
    let mut parts = text.split("<details");
    let mut open = parts.next().unwrap_or_default().to_owned();
    open.extend(parts.filter_map(|part| Some(part.split_once("</details>")?.1)));
    open
}

/// A text begins a slide; code goes on below it.
fn as_slide(cell: &mut Value) {
    let kind = match cell["cell_type"] == "markdown" {
        true => "slide",
        false => "subslide",
    };
    cell["metadata"]["slideshow"] = json!({"slide_type": kind});
}
