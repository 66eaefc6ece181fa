//! What learners have done, from the notebooks that they have handed in and nothing else: each
//! answer of the course is in a cell's output as data.

use super::chapter::text;
use chainrule::course::MIME;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// No chapter asks as much; a notebook that somebody has made up does not make a page of millions.
const MOST_QUESTIONS: usize = 400;
const LONGEST: usize = 60;

/// What is asked, by the chapter's number as a person sorts it, and by its kind.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Question {
    order: Vec<(u64, String)>,
    pub kind: &'static str,
    pub id: String,
}

/// What became of a question.
#[derive(Clone, PartialEq, Default)]
pub struct Answer {
    /// `passed`, `failed` or `open`; of a prediction also how near it came: `right`, `close`,
    /// `far`, and `late` where the truth was known.
    pub state: String,
    /// The last value, or what a wrong one was recognised as.
    pub value: String,
    /// What came out, where something was predicted.
    pub truth: String,
    pub hints: u64,
}

/// One learner's answers.
pub struct Learner {
    pub name: String,
    pub notebooks: Vec<PathBuf>,
    pub answers: BTreeMap<Question, Answer>,
}

impl Question {
    fn new(kind: &'static str, id: &str) -> Question {
        let id = shortened(id);
        let order = id.split('.').map(|part| {
            let digits = part.len() - part.trim_start_matches(|c: char| c.is_ascii_digit()).len();
            let (number, rest) = part.split_at(digits);
            (number.parse().unwrap_or(u64::MAX), rest.to_owned())
        });
        Question {
            order: order.collect(),
            kind,
            id,
        }
    }
}

/// Whose notebook each is: by the names of the files, where these differ; else by the folder in
/// which they do, as in `submitted/ann/moons/moons.ipynb`.
pub fn names(paths: &[PathBuf]) -> Vec<String> {
    let stem = |path: &PathBuf| text_of(path.file_stem().map(Path::new));
    let mut stems: Vec<String> = paths.iter().map(stem).collect();
    let in_order = stems.clone();
    stems.sort();
    stems.dedup();
    if stems.len() == paths.len() {
        return in_order;
    }
    let parts = |path: &PathBuf| -> Vec<String> {
        let absolute = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let parts = absolute.components();
        parts.map(|part| text_of(Some(part.as_ref()))).collect()
    };
    let all: Vec<Vec<String>> = paths.iter().map(parts).collect();
    let is_same = |at: &usize| all.iter().all(|one| one.get(*at) == all[0].get(*at));
    let least = all.iter().map(Vec::len).min().unwrap_or(0);
    let at = (0..least.saturating_sub(1))
        .find(|at| !is_same(at))
        .unwrap_or(least.saturating_sub(1));
    all.into_iter().map(|mut one| one.swap_remove(at)).collect()
}

fn text_of(path: Option<&Path>) -> String {
    path.map(|path| path.to_string_lossy().into_owned())
        .unwrap_or_default()
}

/// Gathers what is in notebooks, each with its path and whose it is.
pub fn gather(handed_in: &[(String, PathBuf, Vec<Value>)]) -> Vec<Learner> {
    let mut learners: BTreeMap<String, Learner> = BTreeMap::new();
    for (name, path, cells) in handed_in {
        let learner = learners.entry(name.clone()).or_insert_with(|| Learner {
            name: name.clone(),
            notebooks: Vec::new(),
            answers: BTreeMap::new(),
        });
        learner.notebooks.push(path.clone());
        for cell in cells {
            asked_in(cell, &mut learner.answers);
            let outputs = cell["outputs"].as_array().into_iter().flatten();
            for told in outputs.map(|output| &output["data"][MIME]) {
                answered(told, &mut learner.answers);
            }
        }
    }
    learners.into_values().collect()
}

/// What a cell asks, whether it was run or not.
fn asked_in(cell: &Value, answers: &mut BTreeMap<Question, Answer>) {
    let source = text(&cell["source"]);
    if cell["cell_type"] != "code" {
        return;
    }
    for line in source.lines().map(str::trim_start) {
        for (kind, call) in [("check", "check(\""), ("predict", "predict(\"")] {
            let id = line
                .strip_prefix(call)
                .and_then(|rest| rest.split_once('"'));
            if let Some((id, _)) = id {
                entry(answers, Question::new(kind, id));
            }
        }
    }
}

/// The entry of a question, unless there are too many.
fn entry(answers: &mut BTreeMap<Question, Answer>, question: Question) -> Option<&mut Answer> {
    let is_new = !answers.contains_key(&question);
    if is_new && answers.len() >= MOST_QUESTIONS {
        return None;
    }
    Some(answers.entry(question).or_default())
}

/// Adds what a cell has told. What was passed once stays passed.
fn answered(told: &Value, answers: &mut BTreeMap<Question, Answer>) {
    let (Some(id), Some(state)) = (told["id"].as_str(), told["state"].as_str()) else {
        return;
    };
    let (kind, hints) = match told["kind"].as_str() {
        Some("check") => ("check", told["hints"].as_u64()),
        // The hint itself tells how many there were before it and with it.
        Some("hint") => ("check", told["value"].as_u64().or(told["hints"].as_u64())),
        Some("predict" | "reveal") => ("predict", None),
        Some("quiz") => ("quiz", None),
        _ => return,
    };
    let Some(answer) = entry(answers, Question::new(kind, id)) else {
        return;
    };
    answer.hints = answer.hints.max(hints.unwrap_or(0));
    let value = &told["value"];
    match told["kind"].as_str() {
        Some("check") if answer.state != "passed" => {
            answer.state = shortened(state);
            let found = value["found"].as_str().filter(|_| state == "failed");
            answer.value = found.map(shortened).unwrap_or_default();
        }
        Some("predict") if state != "late" || answer.state.is_empty() => {
            answer.state = shortened(state);
            answer.value = in_words(value);
        }
        Some("reveal") if answer.state != "late" => {
            answer.truth = in_words(&value["truth"]);
            if !value["guess"].is_null() {
                answer.value = in_words(&value["guess"]);
                answer.state = shortened(state);
            }
        }
        Some("quiz") => {
            answer.state = shortened(state);
            let [right, all] = ["right", "of"].map(|name| value[name].as_u64().unwrap_or(0));
            answer.value = format!("{right}/{all}");
        }
        _ => {}
    }
}

fn in_words(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => shortened(text),
        Value::Number(number) => match number.as_f64() {
            Some(number) if number.fract() != 0.0 => {
                // Four digits that count, as the learner was shown.
                let digits = 3 - number.abs().log10().floor().clamp(-12.0, 3.0) as i32;
                let text = format!("{number:.*}", digits.max(0) as usize);
                text.trim_end_matches('0').trim_end_matches('.').to_owned()
            }
            _ => number.to_string(),
        },
        other => shortened(&other.to_string()),
    }
}

fn shortened(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    text.chars().take(LONGEST - 1).chain(['…']).collect()
}

/// All that anybody was asked, in the order of the course.
pub fn questions(learners: &[Learner]) -> Vec<Question> {
    let mut all: Vec<Question> = learners
        .iter()
        .flat_map(|learner| learner.answers.keys().cloned())
        .collect();
    all.sort();
    all.dedup();
    all
}

/// A line for each answer, as a spreadsheet and pandas read it.
pub fn csv(learners: &[Learner]) -> String {
    // Without the mark, a spreadsheet takes names in Chinese for something else.
    let mut text = "\u{feff}learner,kind,id,state,value,truth,hints,notebooks\n".to_owned();
    for learner in learners {
        let notebooks: Vec<String> = learner
            .notebooks
            .iter()
            .map(|path| path.display().to_string())
            .collect();
        for (question, answer) in &learner.answers {
            let hints = answer.hints.to_string();
            let state = match answer.state.as_str() {
                "" => "not run",
                state => state,
            };
            let fields = [
                &learner.name,
                question.kind,
                &question.id,
                state,
                &answer.value,
                &answer.truth,
                &hints,
                &notebooks.join(" "),
            ];
            text += &fields.map(field).join(",");
            text += "\n";
        }
    }
    text
}

/// A spreadsheet would take a text that begins so for a formula, and do what a learner wrote there.
fn field(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let mark = if is_formula && text.parse::<f64>().is_err() {
        "'"
    } else {
        ""
    };
    if mark.is_empty() && !text.contains([',', '"', '\n', '\r']) {
        return text.to_owned();
    }
    format!("\"{mark}{}\"", text.replace('"', "\"\""))
}
