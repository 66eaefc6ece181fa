//! What a cell has made stays when it stops: a panic, a `?`, a `return` or an interrupt costs what
//! was not complete yet, and nothing else.
//!
//! evcxr keeps the variables of a cell at its end. So behind the statements that make some, the
//! rest of the cell becomes a closure, which the library calls: what the rest borrows is still
//! there when it has stopped, and is kept then as it would be at the end. What the rest moves is
//! the rest's.
//!
//! ```text
//! let a = f();                                     let a = f();
//! g(&a);                                    ⇒      let rest = go_on(Box::new(|| { g(&a);
//! store.put_variable::<A>("a", a);                 })); store.put_variable::<A>("a", a);
//!                                                  rest.end();
//! ```
//!
//! rustc may refuse that where it takes the cell as it was (a variable that is first given a value
//! later on, a borrow that would have to leave the closure): then the cell is compiled as it was.
//! Lines keep their numbers. Only those of evcxr at the end of the cell change places, and what
//! rustc says of them is said of where they were.

use super::generated::{CATCH_BEGIN, PUT, SOURCE, inner};
use super::process::{self, DIED};
use super::shadows::made_anew;
use super::statements::{cannot_fail, has_hot_loop, made_by};
use super::unseen;
use ra_ap_syntax::ast::{self, AstNode};
use ra_ap_syntax::{Edition, SourceFile, SyntaxNode};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::process::Command;

const OK: &str = "::std::result::Result::Ok(())";
/// What evcxr does when a cell has panicked, behind the wrapper's call.
const NOTICED: &str = "    ::chainrule::cell::panicked();\n}}";

/// A cell with the rest of it in closures.
struct Split {
    source: String,
    /// For each line that has changed its place: where it was.
    places: HashMap<u64, u64>,
}

/// What rustc's errors about a split cell mean.
enum Verdict {
    /// The cell is mistaken itself; the errors, with the lines of the cell as evcxr knows it.
    Mistaken(Vec<u8>),
    /// It moves these old values.
    Moves(BTreeSet<String>),
    /// rustc may take it as it was.
    Unsuitable,
}

/// One closure: before which statement it begins, and the variables that are kept behind it.
struct Level {
    at: usize,
    names: Vec<String>,
    /// Whether rustc is to see through it.
    is_inlined: bool,
}

/// How the closures of a cell are written.
struct Form<'a> {
    /// The error that the cell may return.
    error: Option<&'a str>,
}

impl Form<'_> {
    fn begin(&self, number: usize, is_inlined: bool) -> String {
        let call = match is_inlined {
            true => "::chainrule::cell::go_on_here(|| ",
            false => "::chainrule::cell::go_on(::std::boxed::Box::new(|| ",
        };
        match self.error {
            None => format!("let evcxr_rest_{number} = {call}{{ "),
            Some(error) => format!(
                "let mut evcxr_end_{number}: ::std::result::Result<(), {error}> = {OK}; let \
                 evcxr_rest_{number} = {call}evcxr_end_{number} = (|| -> ::std::result::Result<(), \
                 {error}> {{ "
            ),
        }
    }

    fn end(&self, is_inlined: bool) -> String {
        let close = if is_inlined { ");" } else { "));" };
        match self.error {
            None => format!("}}{close} "),
            Some(_) => format!("{OK} }})(){close} "),
        }
    }

    fn behind(&self, number: usize) -> String {
        let end = format!(" evcxr_rest_{number}.end();");
        match self.error {
            None => end,
            Some(_) => {
                format!("{end} if evcxr_end_{number}.is_err() {{ return evcxr_end_{number}; }}")
            }
        }
    }
}

/// Compiles the cell so that what it has made stays when it stops, or, where that is not to be had,
/// as it is. Returns the exit code, and what rustc said.
pub fn compile(make: impl Fn() -> Command) -> (i32, Vec<u8>) {
    let source = std::fs::read_to_string(SOURCE).unwrap_or_default();
    let mut old = made_anew(&source);
    while let Some(split) = split(&source, &old)
        && std::fs::write(SOURCE, &split.source).is_ok()
    {
        let (code, said) = unseen::compile(&make);
        if code == 0 {
            return (code, said);
        }
        if code > DIED {
            // What has ended a compiler would end it again.
            let _ = std::fs::write(SOURCE, &source);
            return (code, said);
        }
        match split.judge(&said) {
            Verdict::Mistaken(said) => {
                let _ = std::fs::write(SOURCE, &source);
                return (code, said);
            }
            Verdict::Moves(names) => old.retain(|name| !names.contains(name)),
            Verdict::Unsuitable => break,
        }
    }
    match std::fs::write(SOURCE, &source) {
        Ok(()) => unseen::compile(make),
        Err(error) => process::fail(format!("{SOURCE}: {error}")),
    }
}

/// The cell so that what it has made stays when it stops. `old` are variables of before that it
/// makes anew and may not have moved. Nothing where there is nothing to gain, or where that cannot
/// be told.
fn split(source: &str, old: &BTreeSet<String>) -> Option<Split> {
    let begin = source.find(CATCH_BEGIN)? + CATCH_BEGIN.len();
    let end = begin + source[begin..].rfind("})) { \n")?;
    let body = &source[begin..end];
    if body.contains("evcxr_tokio_runtime") {
        return None;
    }
    let (error, inner) = inner(body)?;
    let skipped = inner.as_ptr() as usize - body.as_ptr() as usize;
    let (levels, puts) = levels(inner)?;
    let mut split = source.to_owned();
    let mut places = HashMap::new();
    if !levels.is_empty() {
        let form = Form { error };
        let first = puts.iter().map(|put| put.begin).min()?;
        let line_of = |at: usize| source[..at].matches('\n').count() as u64 + 1;
        let at = begin + skipped;
        let (tail, order) = tail(&inner[first..], &levels, &puts, &form)?;
        for (line, put) in order {
            places.insert(line_of(at + first) + line, line_of(at + puts[put].begin));
        }
        split.replace_range(at + first..at + inner.len(), &tail);
        for (number, level) in levels.iter().enumerate().rev() {
            split.insert_str(at + level.at, &form.begin(number, level.is_inlined));
        }
    }
    let changes = put_back(&mut split, old) || !levels.is_empty();
    changes.then_some(Split {
        source: split,
        places,
    })
}

/// Has the old values that the cell has not moved put back where it has made no new ones.
fn put_back(source: &mut String, old: &BTreeSet<String>) -> bool {
    let Some(at) = source.rfind(NOTICED).map(|at| at + NOTICED.len()) else {
        return false;
    };
    let calls = old
        .iter()
        .map(|name| format!(" evcxr_variable_store.put_back(stringify!({name}), {name});"));
    source.insert_str(at, &calls.collect::<String>());
    !old.is_empty()
}

/// How evcxr keeps a variable, and where in the statements that begins.
struct Put {
    name: String,
    text: String,
    begin: usize,
}

/// Where closures begin in these statements, and all that evcxr keeps behind them.
fn levels(inner: &str) -> Option<(Vec<Level>, Vec<Put>)> {
    const BEFORE: &str = "fn f() {";
    let file = SourceFile::parse(&format!("{BEFORE}{inner}\n}}"), Edition::Edition2024);
    let function = file.tree().syntax().children().find_map(ast::Fn::cast)?;
    let nodes: Vec<SyntaxNode> = function.body()?.stmt_list()?.syntax().children().collect();
    let start = |node: &SyntaxNode| usize::from(node.text_range().start()) - BEFORE.len();
    let text = |node: &SyntaxNode| node.text().to_string();
    let is_put = |node: &&SyntaxNode| text(node).starts_with(PUT);
    let puts: Vec<Put> = nodes
        .iter()
        .filter(is_put)
        .filter_map(|node| put(text(node), start(node)))
        .collect();
    let is_own = |text: &str| {
        text.starts_with(PUT) || text.starts_with("::chainrule::cell::reached_the_end()")
    };
    let is_place = |node: &SyntaxNode| text(node).starts_with("chainrule::cell::at(");
    // A name that is given twice is kept as what it is at last.
    let mut last: BTreeMap<String, usize> = BTreeMap::new();
    for (i, node) in nodes.iter().enumerate() {
        let Some(statement) = ast::LetStmt::cast(node.clone()) else {
            continue;
        };
        statement.initializer()?;
        last.extend(made_by(&statement).into_iter().map(|name| (name, i)));
    }
    let is_kept = |name: &&String| puts.iter().any(|put| put.name == **name);
    let (mut levels, mut made): (Vec<Level>, Vec<String>) = (Vec::new(), Vec::new());
    for (i, node) in nodes
        .iter()
        .enumerate()
        .take_while(|(_, node)| !is_own(&text(node)))
    {
        if is_place(node) {
            continue;
        }
        if !made.is_empty() && !cannot_fail(node) {
            let place = i
                .checked_sub(1)
                .map(|before| &nodes[before])
                .filter(|before| is_place(before));
            let at = start(place.unwrap_or(node));
            levels.push(Level {
                at,
                names: std::mem::take(&mut made),
                is_inlined: has_hot_loop(&inner[at..]),
            });
        }
        made.extend(
            last.iter()
                .filter(|(_, at)| **at == i)
                .map(|(name, _)| name)
                .filter(is_kept)
                .cloned(),
        );
    }
    Some((levels, puts))
}

fn put(text: String, begin: usize) -> Option<Put> {
    let name = text
        .rsplit_once("(stringify!(")?
        .1
        .split(')')
        .next()?
        .to_owned();
    Some(Put {
        name,
        text: text.replace('\n', " "),
        begin,
    })
}

/// The end of the cell, in as many lines as `old`: what the innermost closure keeps, its end, what
/// is kept behind it, and so on. Also returns which line is about which variable.
fn tail(
    old: &str,
    levels: &[Level],
    puts: &[Put],
    form: &Form,
) -> Option<(String, Vec<(u64, usize)>)> {
    let is_outer = |put: &Put| levels.iter().any(|level| level.names.contains(&put.name));
    let mut lines: Vec<String> = Vec::new();
    let mut order = Vec::new();
    let mut opening = String::new();
    let mut add = |lines: &mut Vec<String>, opening: &mut String, at: usize| {
        order.push((lines.len() as u64, at));
        lines.push(std::mem::take(opening) + &puts[at].text);
    };
    for (at, _) in puts.iter().enumerate().filter(|(_, put)| !is_outer(put)) {
        add(&mut lines, &mut opening, at);
    }
    const REACHED: &str = " ::chainrule::cell::reached_the_end();";
    match lines.last_mut() {
        Some(line) => *line += REACHED,
        None => opening += REACHED,
    }
    for (number, level) in levels.iter().enumerate().rev() {
        opening += &form.end(level.is_inlined);
        for name in &level.names {
            add(
                &mut lines,
                &mut opening,
                puts.iter().position(|put| put.name == *name)?,
            );
        }
        *lines.last_mut()? += &form.behind(number);
    }
    let missing = old.matches('\n').count().checked_sub(lines.len())?;
    Some((lines.join("\n") + &"\n".repeat(missing + 1), order))
}

impl Split {
    /// What rustc's errors about this cell mean.
    fn judge(&self, said: &[u8]) -> Verdict {
        /// What rustc says only once it has understood every type, and where it cannot.
        const OF_BORROWING: &[&str] = &[
            "E0282", "E0283", "E0284", "E0373", "E0381", "E0382", "E0384", "E0499", "E0500",
            "E0501", "E0502", "E0503", "E0505", "E0506", "E0507", "E0521", "E0594", "E0596",
            "E0597", "E0626", "E0700", "E0712", "E0713", "E0716", "E0728", "E0767",
        ];
        let text = String::from_utf8_lossy(said);
        let mut moves = BTreeSet::new();
        let mut moved = String::new();
        for line in text.lines() {
            let Ok(mut one) = serde_json::from_str::<Value>(line) else {
                moved += &format!("{line}\n");
                continue;
            };
            let primary = one["spans"]
                .as_array()
                .into_iter()
                .flatten()
                .find(|span| span["is_primary"] == true);
            if one["level"] == "error"
                && let Some(primary) = primary
            {
                let code = one["code"]["code"].as_str();
                let is_understood = match code {
                    Some("E0382") => primary["line_start"]
                        .as_u64()
                        .is_some_and(|at| self.places.contains_key(&at)),
                    Some(code) => !OF_BORROWING.contains(&code),
                    None => {
                        !text.contains("captured variable cannot escape")
                            && !text.contains("lifetime may not live")
                    }
                };
                match self.old_value(primary).filter(|_| code == Some("E0382")) {
                    Some(name) => drop(moves.insert(name)),
                    None if !is_understood => return Verdict::Unsuitable,
                    None => {}
                }
            }
            self.move_lines(&mut one);
            moved += &format!("{one}\n");
        }
        if moves.is_empty() {
            Verdict::Mistaken(moved.into_bytes())
        } else {
            Verdict::Moves(moves)
        }
    }

    /// The old value that was to be put back there.
    fn old_value(&self, span: &Value) -> Option<String> {
        let (start, end) = (
            span["byte_start"].as_u64()? as usize,
            span["byte_end"].as_u64()? as usize,
        );
        let name = self.source.get(start..end)?;
        let is_call = self.source.get(..start)?.ends_with(&format!(
            "evcxr_variable_store.put_back(stringify!({name}), "
        ));
        is_call.then(|| name.to_owned())
    }

    /// Has what rustc says be about the lines as they were.
    fn move_lines(&self, said: &mut Value) {
        match said {
            Value::Object(entries) => {
                let line = entries.get("line_start").and_then(Value::as_u64);
                if let Some(place) = line.and_then(|line| self.places.get(&line))
                    && entries.get("line_end") == entries.get("line_start")
                {
                    entries.insert("line_start".to_owned(), (*place).into());
                    entries.insert("line_end".to_owned(), (*place).into());
                }
                entries
                    .values_mut()
                    .for_each(|value| self.move_lines(value));
            }
            Value::Array(values) => values.iter_mut().for_each(|value| self.move_lines(value)),
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::generated::RESULTS;
    use super::*;
    use serde_json::json;

    /// What evcxr and the wrapper make of a cell that makes these variables, shortened.
    fn generated(cell: &str, variables: &[&str]) -> String {
        let puts: Vec<String> = variables
            .iter()
            .map(|name| format!("{PUT}T>(stringify!({name}), {name});\n"))
            .collect();
        let puts = puts.concat();
        format!(
            "match std::panic::catch_unwind(\n{CATCH_BEGIN}{cell}\n{} \
             ::chainrule::cell::reached_the_end();\n}})) {{ \n  Ok(_) => \
             ::chainrule::cell::ended(),\n  Err(_) => {{\n{NOTICED}\nstore\n",
            puts.trim_end()
        )
    }

    fn put(name: &str) -> String {
        format!("{PUT}T>(stringify!({name}), {name});")
    }

    #[test]
    fn the_rest_is_a_closure() {
        let cell = "chainrule::cell::at(1); \nlet a = f();\nchainrule::cell::at(2); \nlet b = \
                    g(&a);\nchainrule::cell::at(3); \nh();";
        let source = generated(cell, &["b", "a"]);
        let made = split(&source, &BTreeSet::new()).unwrap();
        let begin = |number| {
            format!(
                "let evcxr_rest_{number} = ::chainrule::cell::go_on(::std::boxed::Box::new(|| {{ "
            )
        };
        let expected = cell
            .replace(
                "chainrule::cell::at(2)",
                &format!("{}chainrule::cell::at(2)", begin(0)),
            )
            .replace(
                "chainrule::cell::at(3)",
                &format!("{}chainrule::cell::at(3)", begin(1)),
            );
        assert!(made.source.contains(&expected), "{}", made.source);
        let end = format!(
            "\n ::chainrule::cell::reached_the_end();}})); {} evcxr_rest_1.end();\n}})); {} \
            evcxr_rest_0.end();\n}})) {{ \n",
            put("b"),
            put("a")
        );
        assert!(made.source.contains(&end), "{}", made.source);
        assert_eq!(made.source.lines().count(), source.lines().count());
    }

    #[test]
    fn what_cannot_fail_needs_none() {
        for cell in [
            "let a = f();",
            "f();\nlet a = 1;\nlet b = [1, -2];\nprintln!(\"{a}\");",
            "let a;\na = f();",
            "let a = 1;\n(&(a)).evcxr_display();",
        ] {
            assert!(
                split(&generated(cell, &["a"]), &BTreeSet::new()).is_none(),
                "{cell}"
            );
        }
        let is_inlined = |cell: &str| {
            split(&generated(cell, &["a"]), &BTreeSet::new())
                .unwrap()
                .source
                .contains("go_on_here")
        };
        assert!(
            is_inlined("let a = f();\nfor i in 0..9 { a[i] += 1; }")
                && !is_inlined("let a = f();\nfor i in 0..9 { g(&a); }")
        );
    }

    #[test]
    fn errors_are_about_the_lines_of_evcxr() {
        let source = generated("let a = f();\ng();\nlet b = h(a);\nk();", &["a", "b"]);
        let made = split(&source, &BTreeSet::new()).unwrap();
        let line = |text: &str, name: &str| {
            text.lines()
                .position(|line| line.contains(&put(name)))
                .unwrap() as u64
                + 1
        };
        let error = |code: &str, line: u64| {
            let span = json!({"is_primary": true, "line_start": line, "line_end": line,
                "byte_start": 0, "byte_end": 1});
            json!({"level": "error", "code": {"code": code}, "spans": [span]})
                .to_string()
                .into_bytes()
        };
        let Verdict::Mistaken(said) = made.judge(&error("E0382", line(&made.source, "a"))) else {
            panic!("refused")
        };
        let said: Value = serde_json::from_slice(&said).unwrap();
        assert_eq!(said["spans"][0]["line_start"], line(&source, "a"));
        assert!(matches!(
            made.judge(&error("E0382", 3)),
            Verdict::Unsuitable
        ));
        assert!(matches!(
            made.judge(&error("E0499", 3)),
            Verdict::Unsuitable
        ));
        assert!(matches!(
            made.judge(&error("E0308", 3)),
            Verdict::Mistaken(_)
        ));
    }

    #[test]
    fn an_old_value_is_put_back_unless_it_was_moved() {
        let source = generated("let a = f(&a);", &["a"]);
        let made = split(&source, &BTreeSet::from(["a".to_owned()])).unwrap();
        let call = "put_back(stringify!(a), a);";
        assert!(
            made.source
                .contains(&format!("}}}} evcxr_variable_store.{call}\nstore")),
            "{}",
            made.source
        );
        let at = made.source.find(call).unwrap() + call.len() - 3;
        let span = json!({"is_primary": true, "line_start": 1, "line_end": 1,
            "byte_start": at, "byte_end": at + 1});
        let said =
            json!({"level": "error", "code": {"code": "E0382"}, "spans": [span]}).to_string();
        assert!(
            matches!(made.judge(said.as_bytes()), Verdict::Moves(names) if names.contains("a"))
        );
    }

    #[test]
    fn a_cell_that_may_return_an_error_does_so_from_its_closures() {
        let cell = format!("{}let a = f()?;\ng()?;", RESULTS[0].0);
        let source = generated(&cell, &["a"])
            .replace("reached_the_end();\n", "reached_the_end();\nOk(())})();\n");
        let made = split(&source, &BTreeSet::new()).unwrap().source;
        assert!(
            made.contains(
                "evcxr_end_0 = (|| -> ::std::result::Result<(), EvcxrUserCodeError> { g()?;"
            ),
            "{made}"
        );
        assert!(
            made.contains("if evcxr_end_0.is_err() { return evcxr_end_0; }\nOk(())})();"),
            "{made}"
        );
    }
}
