//! Compiling a cell once more if rustc has warned that it throws a `Result` away: with
//! `chainrule::unseen!` around each, so that an error in it is heard of (see the library's
//! `cell/unseen.rs`).

use super::ended::understood;
use super::generated::SOURCE;
use super::process;
use serde_json::Value;
use std::io::Read;
use std::process::{Command, Stdio};

const BEFORE: &str = "::chainrule::unseen!(";
const BEHIND: &str = ")";

/// Compiles the cell by the command that `make` makes. Returns the exit code, and what rustc said
/// of the learner's text.
pub fn compile(make: impl Fn() -> Command) -> (i32, Vec<u8>) {
    let (code, said) = run(make());
    let Ok(source) = std::fs::read_to_string(SOURCE) else {
        return (code, said);
    };
    let results = results(&said, &source);
    if code != 0 || results.is_empty() || std::fs::write(SOURCE, looking(&source, results)).is_err()
    {
        return (code, said);
    }
    let (again, _) = run(make());
    // Places are looked up in the text as it was.
    let is_back = std::fs::write(SOURCE, &source).is_ok();
    if again != 0 || !is_back {
        run(make())
    } else {
        (code, said)
    }
}

fn run(mut command: Command) -> (i32, Vec<u8>) {
    let mut said = Vec::new();
    command.stderr(Stdio::piped());
    let code = process::compile(command, |mut stderr| drop(stderr.read_to_end(&mut said)));
    (code, understood(code, said, "ctx"))
}

/// The bytes of each `Result` that is thrown away, the last first.
fn results(said: &[u8], source: &str) -> Vec<(usize, usize)> {
    let said = String::from_utf8_lossy(said);
    let diagnostics = said
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let unused = diagnostics.filter(|one| one["code"]["code"] == "unused_must_use");
    let unused = unused.filter(|one| one["message"] == "unused `Result` that must be used");
    let mut places: Vec<(usize, usize)> =
        unused.filter_map(|one| place(&one["spans"][0])).collect();
    places.sort_unstable();
    places.dedup();
    places.reverse();
    // One may be within another, such as in a closure: then the outer one is looked at.
    let within =
        |inner: &(usize, usize), outer: &(usize, usize)| outer.0 <= inner.0 && inner.1 <= outer.1;
    let outer: Vec<(usize, usize)> = places
        .iter()
        .filter(|one| {
            !places
                .iter()
                .any(|other| *one != other && within(one, other))
        })
        .copied()
        .collect();
    outer
        .into_iter()
        .filter(|(start, end)| source.get(*start..*end).is_some())
        .collect()
}

/// Where a span is in the cell: that of a macro's call, if the macro wrote the `Result`.
fn place(span: &Value) -> Option<(usize, usize)> {
    if span["file_name"] == SOURCE && span["expansion"].is_null() {
        return Some((
            span["byte_start"].as_u64()? as usize,
            span["byte_end"].as_u64()? as usize,
        ));
    }
    let called = &span["expansion"]["span"];
    called.is_object().then(|| place(called)).flatten()
}

fn looking(source: &str, results: Vec<(usize, usize)>) -> String {
    let mut looking = source.to_owned();
    for (start, end) in results {
        looking.insert_str(end, BEHIND);
        looking.insert_str(start, BEFORE);
    }
    looking
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn each_result_is_looked_at() {
        let source = "fn f() {\n    a.b(c);\n    write!(d, \"e\");\n}\n";
        let span = |text: &str, expansion: Value| {
            let start = source.find(text).unwrap();
            json!({"file_name": SOURCE, "byte_start": start, "byte_end": start + text.len(),
                "expansion": expansion})
        };
        let said = |message: &str, span: Value| {
            json!({"code": {"code": "unused_must_use"}, "message": message, "spans": [span]})
                .to_string()
        };
        let unused = "unused `Result` that must be used";
        let in_macro = json!({"file_name": "macros/mod.rs", "byte_start": 1, "byte_end": 2,
            "expansion": {"span": span("write!(d, \"e\")", Value::Null)}});
        let lines = [
            said(unused, span("a.b(c)", Value::Null)),
            said(unused, in_macro),
            said("unused `Map` that must be used", span("f()", Value::Null)),
        ];
        let found = results(lines.join("\n").as_bytes(), source);
        assert_eq!(
            looking(source, found),
            "fn f() \
            {\n    ::chainrule::unseen!(a.b(c));\n    ::chainrule::unseen!(write!(d, \"e\"));\n}\n"
        );
    }
}
