//! How far the reader has come.

use super::told::MIME;
use super::{record, words};
use crate::display::{Bundle, show};
use serde_json::json;

/// Shows how far the reader has come: for each chapter the predictions made, the exercises solved,
/// the hints used. It is kept in a file of the reader's and goes nowhere else; the line below the
/// table can be handed in.
///
/// In the prelude [`progress`](crate::plot::progress) is the bar that moves, so this one is called
/// with its module:
///
/// ```
/// # use chainrule::prelude::*;
/// course::progress();
/// ```
pub fn progress() {
    let all = record::everything();
    let (mut rows, mut lines) = (String::new(), Vec::new());
    for chapter in words::chapters() {
        let of = |kind: &str| {
            let start = format!("{kind} {chapter}.");
            all.iter()
                .filter(move |(key, _)| key.starts_with(&start))
                .map(|(_, entry)| entry)
        };
        let guesses = of("predict")
            .filter(|entry| entry["state"] == "noted")
            .count();
        let hints: u64 = of("hint").filter_map(|entry| entry["value"].as_u64()).sum();
        let box_of = |id: &&str| match all.get(&format!("check {id}")) {
            Some(entry) if entry["state"] == "passed" => '■',
            _ => '□',
        };
        let boxes: String = words::exercises(chapter).iter().map(box_of).collect();
        let cells = [
            chapter.to_string(),
            boxes,
            guesses.to_string(),
            hints.to_string(),
        ];
        rows += &format!("<tr><td>{}</td></tr>", cells.join("</td><td>"));
        lines.push(cells.join(":"));
    }
    let head = words::say("progress head", &[]);
    let (line, columns) = (lines.join(" "), head.replace(", ", "</th><th>"));
    let table = format!("<table><tr><th>{columns}</th></tr>{rows}</table><code>{line}</code>");
    let bundle = Bundle::text(format!("{head}\n{line}")).html(table);
    show(&bundle.mime(MIME, json!({"kind": "progress", "value": line})));
}
