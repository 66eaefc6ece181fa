//! What people who come from other libraries call it, and what it is here: one table, `table.rs`,
//! for messages, completion, inspection and `chainrule names`.

use chainrule::display::{Language, language};

/// Something that has another name elsewhere.
pub struct Name {
    /// As others call it; with a dot where it stands behind a value.
    pub foreign: &'static [&'static str],
    /// Who calls it so.
    from: &'static str,
    /// What it is here: code.
    pub ours: &'static str,
    note: (&'static str, &'static str),
}

/// What belongs together.
struct Topic {
    title: (&'static str, &'static str),
    names: &'static [Name],
}

macro_rules! names {
    (
        given $given:tt
        $(
            about $title_en:literal $title_zh:literal;
            $([$($foreign:literal),+] $from:literal => $ours:expr; $en:literal $zh:literal;)*
        )*
    ) => {
        const TOPICS: &[Topic] = &[$(Topic {
            title: ($title_en, $title_zh),
            names: &[$(Name {
                foreign: &[$($foreign),+],
                from: $from,
                ours: stringify!($ours),
                note: ($en, $zh),
            }),*],
        }),*];
    };
}

include!("table.rs");

fn all() -> impl Iterator<Item = &'static Name> {
    TOPICS.iter().flat_map(|topic| topic.names)
}

impl Name {
    /// One line: ``In PyTorch it is `manual_seed`, here `seed(42)`.`` Where this is not the
    /// learner's own code, the values in ours are an example's.
    pub fn sentence(&self, foreign: &str, own: Option<&String>) -> (String, String) {
        let (from, ours) = (self.from, own.map_or(self.ours, String::as_str));
        let (here, chinese_here) = match own.is_none() && !self.is_complete() {
            true => ("here it is, for example,", "这里的写法例如："),
            false => ("here it is", "在这里写成 "),
        };
        let (space, chinese_space) = if self.note.0.is_empty() {
            ("", "")
        } else {
            (" ", "")
        };
        let elsewhere = match from {
            "" => (
                format!("There is no `{foreign}`"),
                format!("没有 `{foreign}`"),
            ),
            from => (
                format!("`{foreign}` is a name of {from}"),
                format!("`{foreign}` 是 {} 里的名字", from.replace(", ", "、")),
            ),
        };
        (
            format!("{}; {here} `{ours}`.{space}{}", elsewhere.0, self.note.0),
            format!(
                "{}，{chinese_here}`{ours}`。{chinese_space}{}",
                elsewhere.1, self.note.1
            ),
        )
    }

    /// Whether this name is meant where it stands alone, and not a variable of the learner's: what
    /// begins with a capital is none, nor is what other languages have as a value, or what is one
    /// here.
    pub fn is_value(&self, name: &str) -> bool {
        let is_capital = |name: &str| name.starts_with(char::is_uppercase);
        let is_one_here = self.is_complete() && is_capital(self.ours);
        is_capital(name) || self.from == "other languages" || is_one_here
    }

    /// Whether our code has no values of an example in it.
    fn is_complete(&self) -> bool {
        self.path().is_some() && (!self.ours.contains('(') || self.ours.ends_with("()"))
    }

    /// A row of a table in Markdown.
    fn row(&self, language: Language) -> String {
        let foreign = self.foreign.iter().map(|name| format!("`{name}`"));
        let foreign = foreign.collect::<Vec<_>>().join(", ");
        let (from, ours) = (self.from, escaped(self.ours));
        let note = escaped(chosen(self.note, language));
        format!("| {foreign} | {from} | `{ours}` | {note} |\n")
    }

    /// What completion puts in for a name that stands alone: `Conv2D::new` of
    /// `Conv2D::new(1, 8, 3)`. None if it is no call of one name.
    pub fn path(&self) -> Option<&'static str> {
        let path = self
            .ours
            .split_once('(')
            .map_or(self.ours, |(path, _)| path);
        let is_path = path
            .chars()
            .all(|c| c.is_alphanumeric() || c == '_' || c == ':' || c == '!');
        is_path.then_some(path)
    }

    /// What completion puts in behind a dot: `reshape` of `x.reshape(&[2, 8])`. None if it is no
    /// method.
    pub fn method(&self) -> Option<&'static str> {
        let (receiver, call) = self.ours.split_once('.')?;
        let method = call.split_once('(')?.0;
        // What comes after another call is no method of the value itself.
        if call.contains(").") {
            return None;
        }
        let is_name = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
        (is_name(receiver) && is_name(method)).then_some(method)
    }
}

/// What this name is here. The same name behind a dot and without one may be two things.
pub fn find(name: &str, is_behind_dot: bool) -> Option<&'static Name> {
    let with_dot = format!(".{name}");
    let (first, second) = if is_behind_dot {
        (with_dot.as_str(), name)
    } else {
        (name, with_dot.as_str())
    };
    let by = |name: &str| all().find(|one| one.foreign.contains(&name));
    by(first).or_else(|| by(second))
}

/// Those whose name elsewhere begins with `prefix`, with that name, without its dot.
pub fn beginning_with(prefix: &str) -> impl Iterator<Item = (&'static str, &'static Name)> {
    let plain = |name: &'static str| name.trim_start_matches('.');
    let all = all().flat_map(move |one| one.foreign.iter().map(move |name| (plain(name), one)));
    // A path is no beginning of a name.
    all.filter(move |(name, _)| name.starts_with(prefix) && !name.contains("::"))
}

/// Libraries of Python, as they are imported: what they have is here without a module.
pub fn is_foreign_module(name: &str) -> bool {
    const MODULES: &[&str] = &[
        "torch",
        "torchvision",
        "nn",
        "optim",
        "F",
        "functional",
        "tf",
        "tensorflow",
        "keras",
        "layers",
        "np",
        "numpy",
        "pd",
        "pandas",
        "plt",
        "matplotlib",
        "pyplot",
        "sns",
        "seaborn",
        "sklearn",
        "tch",
        "jax",
        "jnp",
        "math",
    ];
    MODULES.contains(&name)
}

fn chosen(texts: (&'static str, &'static str), language: Language) -> &'static str {
    match language {
        Language::English => texts.0,
        Language::Chinese => texts.1,
    }
}

/// A bar would begin another column.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The table in Markdown, as far as a row has one of `words` in it (all rows, if there is none).
/// None if no row has. Of `torch.nn.Linear` the last part is looked for.
pub fn table(words: &[String]) -> Option<String> {
    let language = language();
    let last = |word: &String| {
        word.rsplit(['.', ':'])
            .next()
            .unwrap_or_default()
            .to_lowercase()
    };
    let contains = |row: &String| {
        let row = row.to_lowercase();
        words.is_empty() || words.iter().any(|word| row.contains(&last(word)))
    };
    let rows: String = all()
        .map(|name| name.row(language))
        .filter(contains)
        .collect();
    (!rows.is_empty()).then(|| head(language) + &rows)
}

/// The whole table in Markdown, each topic folded.
pub fn folded(language: Language) -> String {
    let topic = |topic: &Topic| {
        let title = chosen(topic.title, language);
        let rows: String = topic.names.iter().map(|name| name.row(language)).collect();
        let head = head(language);
        format!("<details><summary>{title}</summary>\n\n{head}{rows}\n</details>")
    };
    TOPICS.iter().map(topic).collect::<Vec<_>>().join("\n\n")
}

fn head(language: Language) -> String {
    let titles = (
        "| elsewhere | where | here | |",
        "| 别处的名字 | 来自 | 这里 | |",
    );
    let titles = chosen(titles, language);
    format!("{titles}\n|---|---|---|---|\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_completion_puts_in() {
        let method = |name: &str| find(name, true).and_then(Name::method);
        let path = |name: &str| find(name, false).and_then(Name::path);
        assert_eq!(
            (method("view"), method("validation_data"), method("bmm")),
            (Some("reshape"), None, Some("matmul"))
        );
        assert_eq!(
            (path("manual_seed"), path("Conv2d")),
            (Some("seed"), Some("Conv2D::new"))
        );
        assert_eq!(
            (path("MSELoss"), path("to_categorical")),
            (Some("MeanSquaredError"), None)
        );
        assert!(
            beginning_with("manual")
                .any(|(name, one)| name == "manual_seed" && one.ours == "seed(42)")
        );
    }

    #[test]
    fn code_is_written_as_people_write_it() {
        for name in all() {
            let is_spaced = name
                .ours
                .split(" (")
                .any(|before| before.ends_with(char::is_alphanumeric) && before != name.ours);
            assert!(!name.ours.contains(" :: ") && !is_spaced, "{}", name.ours);
            assert!(
                name.ours.len() < 100 && !name.ours.contains('\n'),
                "{}",
                name.ours
            );
        }
    }
}
