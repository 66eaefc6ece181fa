//! `chainrule course`: a chapter has one source, from which the notebooks of both languages are
//! built, and into which what was edited in JupyterLab comes back.

mod common;

use common::{chainrule, finish, root, text};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::time::Duration;

const SOURCE: &str = r#"Chapter 1.

<!-- cell hello -->
:::en
What is $x$? It was ⟦98 %:exam⟧.

:::zh
$x$ 是多少？测得 ⟦98 %:考试⟧。

<!-- code one 1.1 -->
```rust
let x = 1; // ‹clouds|云量›
println!("‹x is|x 是› {x}"); // ‹said|说›
let y = 2;
```

<!-- edit `let x = 1` => `let x = 2` ; expect x == 2 -->
:::en
What is said?
=>
2.

:::zh
会说什么？
=>
2。

<!-- code two raises-exception folded -->
```rust
panic!("no");
```

<!-- fails 1 no -->

<!-- code three -->
```rust
check("7.B", "?");
```

<!-- solution -->
```rust
check("7.B", &model);
```
"#;

struct Course {
    home: tempfile::TempDir,
}

impl Course {
    fn of(source: &str) -> Course {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir_all(home.path().join("n/course")).unwrap();
        fs::write(home.path().join("n/course/01-a.md"), source).unwrap();
        Course { home }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.home.path().join("n").join(name)
    }

    fn call(&self, arguments: &[&str]) -> Output {
        let mut command = chainrule(self.home.path());
        command
            .arg("course")
            .args(arguments)
            .current_dir(self.home.path());
        finish(command, Duration::from_secs(60))
    }

    fn build(&self) -> Output {
        self.call(&["build", "n/course"])
    }

    fn source(&self) -> String {
        fs::read_to_string(self.path("course/01-a.md")).unwrap()
    }

    /// The cells of a notebook: id, kind, text.
    fn cells(&self, language: &str) -> Vec<(String, String, String)> {
        let text = fs::read(self.path(&format!("{language}/01-a.ipynb"))).unwrap();
        let notebook: serde_json::Value = serde_json::from_slice(&text).unwrap();
        let cells = notebook["cells"].as_array().unwrap().iter();
        let word = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        cells
            .map(|cell| {
                let lines = cell["source"].as_array().unwrap().iter();
                (
                    word(&cell["id"]),
                    word(&cell["cell_type"]),
                    lines.map(word).collect(),
                )
            })
            .collect()
    }

    /// Changes the text of a notebook, as JupyterLab would store it.
    fn edit(&self, language: &str, from: &str, to: &str) {
        let path = self.path(&format!("{language}/01-a.ipynb"));
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from}");
        fs::write(&path, text.replace(from, to)).unwrap();
    }
}

#[test]
fn what_is_committed_is_what_is_built() {
    let home = tempfile::tempdir().unwrap();
    let mut command = chainrule(home.path());
    command
        .args(["course", "build", "--check"])
        .current_dir(root());
    let output = finish(command, Duration::from_secs(60));
    assert!(
        output.status.success(),
        "type `chainrule course build`: {}",
        text(&output)
    );
}

#[test]
fn a_source_becomes_a_notebook_in_each_language() {
    let course = Course::of(SOURCE);
    let output = course.build();
    assert!(output.status.success(), "{}", text(&output));
    let (english, chinese) = (course.cells("en"), course.cells("zh"));
    let ids: Vec<&str> = english.iter().map(|cell| cell.0.as_str()).collect();
    assert_eq!(
        ids,
        [
            "hello",
            "one",
            "one-change",
            "two",
            "three",
            "three-solution"
        ]
    );
    assert!(
        english
            .iter()
            .zip(&chinese)
            .all(|(a, b)| (&a.0, &a.1) == (&b.0, &b.1))
    );
    assert_eq!(english[0].2, "What is $x$? It was 98 %.");
    assert_eq!(chinese[0].2, "$x$ 是多少？测得 98 %。");
    let code = "// 1.1\nlet x = 1; // 云量\nprintln!(\"x 是 {x}\"); // 说\nlet y = 2;";
    assert_eq!(chinese[1].2, code);
    let change = &english[2].2;
    assert!(
        change.contains("`let x = 1` → `let x = 2`\n\n  What is said?"),
        "{change}"
    );
    assert!(
        change.contains("<summary>What you should see</summary>2.</details>"),
        "{change}"
    );
    assert!(
        chinese[5]
            .2
            .contains("```rust\ncheck(\"7.B\", &model);\n```"),
        "{chinese:?}"
    );
    let notebook = fs::read(course.path("en/01-a.ipynb")).unwrap();
    let notebook: serde_json::Value = serde_json::from_slice(&notebook).unwrap();
    let metadata = &notebook["cells"][3]["metadata"];
    assert_eq!(metadata["tags"], json!(["raises-exception", "folded"]));
    assert_eq!(metadata["jupyter"]["source_hidden"], true);
    assert_eq!(notebook["cells"][1]["metadata"], json!({}));
    // Once more, and nothing is to be done; another text is noticed.
    let output = course.call(&["build", "n/course", "--check"]);
    assert!(output.status.success(), "{}", text(&output));
    course.edit("zh", "x 是 {x}", "x 为 {x}");
    let output = course.call(&["build", "n/course", "--check"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(text(&output).contains("zh/01-a.ipynb: is not what its source builds"));
    assert!(!text(&output).contains("en/01-a.ipynb"));
}

#[test]
fn what_is_edited_in_a_notebook_comes_back() {
    let course = Course::of(SOURCE);
    course.build();
    for language in ["en", "zh"] {
        let path = format!("n/{language}/01-a.ipynb");
        let output = course.call(&["import", &path]);
        assert!(output.status.success(), "{}", text(&output));
        assert_eq!(course.source(), SOURCE, "nothing was edited");
    }
    let mut expected = SOURCE.to_owned();
    for (language, from, to, in_source) in [
        ("zh", "x 是 {x}", "x 就是 {x}", ("|x 是›", "|x 就是›")),
        (
            "en",
            "// clouds",
            "// cloud cover",
            ("‹clouds|", "‹cloud cover|"),
        ),
        (
            "zh",
            "let y = 2;",
            "let y = 3;",
            ("let y = 2;", "let y = 3;"),
        ),
        (
            "en",
            "let x = 1; //",
            "let x = 4; //",
            ("let x = 1; //", "let x = 4; //"),
        ),
        (
            "en",
            "What is $x$?",
            "How much is $x$?",
            ("What is $x$?", "How much is $x$?"),
        ),
    ] {
        expected = expected.replace(in_source.0, in_source.1);
        if from.contains("$x$") {
            // The edit of a text loses the mark of its number, which is said.
            expected = expected.replace("⟦98 %:exam⟧", "98 %");
        }
        if from.starts_with("let x") {
            let (before, after) = ("edit `let x = 1`", "edit `let x = 4`");
            expected = expected.replace(before, after);
            let source = course.source().replace(before, after);
            course.edit(language, from, to);
            let output = course.call(&["import", &format!("n/{language}/01-a.ipynb")]);
            assert!(output.status.success(), "{}", text(&output));
            let source = source.replace(in_source.0, in_source.1);
            fs::write(course.path("course/01-a.md"), source).unwrap();
        } else {
            course.edit(language, from, to);
            let output = course.call(&["import", &format!("n/{language}/01-a.ipynb")]);
            assert!(output.status.success(), "{}", text(&output));
        }
        assert_eq!(course.source(), expected, "{from}");
        assert!(course.build().status.success());
        let all: String = course
            .cells(language)
            .into_iter()
            .map(|cell| cell.2)
            .collect();
        assert!(all.contains(to), "{to}: {all}");
    }
}

#[test]
fn new_and_lost_cells_are_told_of() {
    let course = Course::of(SOURCE);
    course.build();
    course.edit("en", "\"id\": \"two\"", "\"id\": \"new\"");
    let path = course.path("en/01-a.ipynb");
    let notebook = fs::read_to_string(&path).unwrap();
    fs::write(&path, notebook.replace("\"hello\"", "\"greeting\"")).unwrap();
    course.edit("en", "What is said?", "What?");
    let output = course.call(&["import", "n/en/01-a.ipynb"]);
    let said = text(&output);
    for line in [
        "new: is new",
        "greeting: is new",
        "two: is gone",
        "one-change: is made from",
    ] {
        assert!(said.contains(line), "{line}: {said}");
    }
    // The new text has no Chinese yet: the source says so, at its line.
    let output = course.build();
    assert_eq!(output.status.code(), Some(2));
    let said = text(&output);
    assert!(
        said.contains("n/course/01-a.md:3: there is no text in zh"),
        "{said}"
    );
}

/// The page to start with is made of the other sources, and is no text that was edited.
#[test]
fn the_page_to_start_with_shows_the_chapters() {
    let first = "<!-- cell goal -->\n:::en\n# 1 · A\n\n![a \"cat\" & a dog](images/a.svg)\n\n\
                 **Why < 1?** Because.\n\n:::zh\n# 1 · 甲\n\n![猫和狗](images/a.svg)\n\n\
                 **为什么？** 因为。\n\n\
                 <!-- headline -->\n:::en\nIt reads ⟦98 %:exam⟧.\n\n:::zh\n认对 ⟦98%:考试⟧。\n\n";
    let course = Course::of(first);
    // Without a picture it is no chapter; without a headline it is one.
    fs::write(course.path("course/02-b.md"), SOURCE).unwrap();
    let third = &first[..first.find("<!-- headline").unwrap()];
    fs::write(course.path("course/03-c.md"), third).unwrap();
    // An appendix is none, with a picture or without.
    let appendix = third.replace("# 1 · ", "# A1 · ") + "<!-- dictionary -->\n";
    fs::write(course.path("course/A1-d.md"), appendix).unwrap();
    let start = "<!-- cell start -->\n:::en\nHello.\n\n:::zh\n你好。\n\n<!-- gallery -->\n\n\
                 <!-- glossary -->\n\n<!-- appendices -->\n";
    let terms = "en,zh,note\nexam,考试,\nask,问,\nCat,猫,an animal\nread,读,\n";
    fs::write(course.path("course/terms.csv"), terms).unwrap();
    fs::write(course.path("course/START.md"), start).unwrap();
    let output = course.build();
    assert!(output.status.success(), "{}", text(&output));
    let cell = |language: &str, cell: usize| {
        let path = course.path(&format!("{language}/START.ipynb"));
        let text = fs::read_to_string(path).unwrap();
        let notebook: serde_json::Value = serde_json::from_str(&text).unwrap();
        let lines = notebook["cells"][cell]["source"].as_array().unwrap().iter();
        lines.map(|line| line.as_str().unwrap()).collect::<String>()
    };
    let page = |language| cell(language, 1);
    // What is in no chapter comes last; a word is found with an s, as `read` in `reads`, and not
    // within another.
    assert!(
        cell("en", 2).contains(
            "| Cat (an animal) | 猫 | [1](01-a.ipynb) |\n| read | 读 | [1](01-a.ipynb) |\n\
             | exam | 考试 |  |\n| ask | 问 |  |\n"
        ),
        "{}",
        cell("en", 2)
    );
    assert!(cell("zh", 2).contains("| 猫 | Cat | [1](01-a.ipynb) |"));
    let english = page("en");
    for part in [
        "<a href=\"01-a.ipynb\"><img src=\"images/a.svg\"",
        "alt=\"a &quot;cat&quot; &amp; a dog\"",
        "<i>Why &lt; 1?</i><br>It reads 98 %.</td>",
        "<i>Why &lt; 1?</i></td>",
    ] {
        assert!(english.contains(part), "{part}: {english}");
    }
    assert!(
        !english.contains("02-b") && !english.contains("A1-d"),
        "{english}"
    );
    assert_eq!(cell("en", 3), "* [A1 · A](A1-d.ipynb): Why < 1?\n");
    assert_eq!(cell("zh", 3), "* [A1 · 甲](A1-d.ipynb): 为什么？\n");
    let dictionary = fs::read_to_string(course.path("zh/A1-d.ipynb")).unwrap();
    assert!(dictionary.contains("| `Linear` | PyTorch | `Dense::new(784, 128)` |"));
    let chinese = page("zh");
    assert!(
        chinese.contains("<i>为什么？</i><br>认对 98%。</td>"),
        "{chinese}"
    );
    // A chapter's own notebook has no headline.
    assert_eq!(course.cells("en").len(), 1);
    let path = course.path("en/START.ipynb");
    let edited = fs::read_to_string(&path).unwrap();
    fs::write(
        &path,
        edited.replace("Hello.", "Welcome.").replace("98 %", "99 %"),
    )
    .unwrap();
    let said = text(&course.call(&["import", "n/en/START.ipynb"]));
    assert!(said.contains("gallery: is made from other lines"), "{said}");
    let source = fs::read_to_string(course.path("course/START.md")).unwrap();
    assert_eq!(source, start.replace("Hello.", "Welcome."));
}

/// How the first picture of a chapter is drawn stands in its source, and nowhere else.
#[test]
fn the_code_of_an_opening_picture_is_in_no_notebook() {
    let picture = "![a cat, drawn](images/cat.svg)";
    let opening = "<!-- opening images/cat.svg -->\n```rust\ndraw(x, \"‹cat|猫›\")\n```\n\n";
    let with_opening = |above: &str| {
        let source = SOURCE.replace("What is $x$?", picture);
        let source = source.replace("$x$ 是多少？", picture);
        source.replacen(above, &format!("{opening}{above}"), 1)
    };
    let source = with_opening("<!-- code two");
    let course = Course::of(&source);
    assert!(course.build().status.success());
    for (language, drawn) in [("en", "draw(x, \"cat\")"), ("zh", "draw(x, \"猫\")")] {
        let path = format!("n/{language}/01-a.ipynb");
        let notebook = fs::read_to_string(course.home.path().join(&path)).unwrap();
        assert!(notebook.contains("images/cat.svg") && !notebook.contains("draw("));
        assert!(course.call(&["import", &path]).status.success());
        assert_eq!(course.source(), source, "nothing was edited");
        let parts = course.call(&["parts", "n/course/01-a.md", language]).stdout;
        let parts: serde_json::Value = serde_json::from_slice(&parts).unwrap();
        let expected = json!([{"picture": "images/cat.svg", "code": drawn}]);
        assert_eq!(
            (&parts[1]["id"], &parts[1]["openings"]),
            (&json!("one"), &expected)
        );
    }
    for (source, says) in [
        (
            with_opening("<!-- code one"),
            "belongs below a block of code",
        ),
        (
            source.replace("](images/cat.svg)", "](images/dog.svg)"),
            "images/cat.svg is not in the first text",
        ),
    ] {
        let output = Course::of(&source).build();
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output).contains(says), "{says}: {}", text(&output));
    }
}

#[test]
fn a_mistake_in_a_source_is_told_with_its_line() {
    let cases = [
        ("<!-- cell hello -->", "<!-- cell a b -->", 3, "is no id"),
        (
            "<!-- code two",
            "<!-- code one",
            28,
            "there is a cell one already",
        ),
        (
            ":::zh\n$x$",
            ":::de\n$x$",
            7,
            ":::de does not belong into this block",
        ),
        (
            ":::zh\n$x$ 是多少？测得 ⟦98 %:考试⟧。",
            "",
            3,
            "there is no text in zh",
        ),
        (
            "`let x = 1` =>",
            "`let z = 1` =>",
            17,
            "`let z = 1` is not once in the cell above",
        ),
        ("`let x = 1` =>", "`let x = 1`", 17, "as in: edit"),
        ("; expect x == 2", "", 17, "what is expected"),
        (
            "What is said?\n=>\n",
            "What is said?\n",
            17,
            "en: a line => is missing",
        ),
        (
            "‹clouds|云量›",
            "‹clouds 云量›",
            10,
            "‹clouds 云量› is not ‹English|中文›",
        ),
        ("|云量›", "|云量", 10, "‹ without ›"),
        ("let y = 2;\n```", "let y = 2;", 10, "``` is missing"),
        (
            "<!-- fails 1 no -->",
            "<!-- fails no -->",
            33,
            "as in: fails LINE TEXT",
        ),
        (
            "<!-- cell hello -->",
            "<!-- cell hello",
            3,
            "does not end on its line",
        ),
        (
            "<!-- code three -->\n```rust\n",
            "<!-- code three -->\n",
            36,
            "check",
        ),
        (
            "<!-- cell hello -->\n",
            "<!-- solution -->\n",
            4,
            "does not belong",
        ),
    ];
    for (from, to, line, says) in cases {
        assert!(SOURCE.contains(from), "{from}");
        let course = Course::of(&SOURCE.replacen(from, to, 1));
        let output = course.build();
        let said = text(&output);
        assert_eq!(output.status.code(), Some(2), "{to}: {said}");
        assert_eq!(said.lines().count(), 1, "{to}: {said}");
        let place = format!("01-a.md:{line}: ");
        assert!(
            said.contains(&place) && said.contains(says),
            "{to}: {place} {says}\n{said}"
        );
        assert!(!course.path("en").exists(), "nothing is written");
    }
    let course = Course::of(SOURCE);
    for (arguments, says) in [
        (["build", "nowhere"], "nowhere: cannot be read"),
        (["import", "no.ipynb"], "no.ipynb: cannot be read"),
    ] {
        let output = course.call(&arguments);
        assert_eq!(output.status.code(), Some(2));
        assert!(text(&output).contains(says), "{}", text(&output));
    }
    common::notebook(&course.path("mine.ipynb"), &["1"]);
    let output = course.call(&["import", "n/mine.ipynb"]);
    assert!(
        text(&output).contains("was not built from a source"),
        "{}",
        text(&output)
    );
}

fn notebooks_of(language: &str) -> Vec<PathBuf> {
    let entries = fs::read_dir(root().join("notebooks").join(language)).unwrap();
    let paths = entries.map(|entry| entry.unwrap().path());
    paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "ipynb"))
        .collect()
}

/// The tokens of a cell without comments, and without the words in its texts: their placeholders
/// stay. It knows nothing of how notebooks are built.
fn tokens(code: &str) -> Vec<String> {
    let (mut found, mut rest) = (Vec::new(), code);
    while let Some(first) = rest.chars().next() {
        let end = if rest.starts_with("//") {
            rest = rest.split_once('\n').map_or("", |(_, rest)| rest);
            continue;
        } else if first == '"' {
            let mut end = 1;
            while !rest[end..].starts_with('"') {
                end += if rest[end..].starts_with('\\') { 2 } else { 1 };
                while !rest.is_char_boundary(end) {
                    end += 1;
                }
            }
            let text = &rest[1..end];
            let holes = text
                .split('{')
                .skip(1)
                .filter_map(|part| part.split_once('}'));
            found.push(format!(
                "\"{}\"",
                holes
                    .map(|(hole, _)| format!("{{{hole}}}"))
                    .collect::<String>()
            ));
            rest = &rest[end + 1..];
            continue;
        } else if first.is_alphanumeric() || first == '_' {
            rest.find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len())
        } else {
            first.len_utf8()
        };
        if !first.is_whitespace() {
            found.push(rest[..end].to_owned());
        }
        rest = &rest[end..];
    }
    found
}

#[test]
fn the_two_languages_have_the_same_code() {
    assert_eq!(
        tokens("a(\"x {y:.3} é\", 1) // b\n+ c"),
        tokens("a( \"{y:.3}\", 1)+c")
    );
    assert_ne!(tokens("\"{a}\""), tokens("\"{b}\""));
    let read = |path: &Path| -> serde_json::Value {
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    };
    let chinese = notebooks_of("zh");
    assert!(!chinese.is_empty());
    for path in chinese {
        let twin = root().join("notebooks/en").join(path.file_name().unwrap());
        let (chinese, english) = (read(&path), read(&twin));
        let [chinese, english] = [&chinese, &english].map(|one| one["cells"].as_array().unwrap());
        assert_eq!(chinese.len(), english.len(), "{}", path.display());
        for (a, b) in english.iter().zip(chinese) {
            for key in ["id", "cell_type", "metadata"] {
                assert_eq!(a[key], b[key], "{}", a["id"]);
            }
            let text = |cell: &serde_json::Value| -> String {
                let lines = cell["source"].as_array().unwrap().iter();
                lines.map(|line| line.as_str().unwrap()).collect()
            };
            if a["cell_type"] == "code" {
                assert_eq!(tokens(&text(a)), tokens(&text(b)), "{}", a["id"]);
                assert_eq!(
                    text(a).lines().count(),
                    text(b).lines().count(),
                    "{}",
                    a["id"]
                );
            } else {
                assert_ne!(text(a), text(b), "{} is in one language", a["id"]);
            }
        }
    }
}
