//! What people who come from other libraries call it, and what it is here: one table, `table.rs`,
//! for messages, completion, inspection and `chainrule names`.

use chainrule::display::say;
use std::fmt::Write;

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

macro_rules! names {
    (
        given $given:tt
        $([$($foreign:literal),+] $from:literal => $ours:expr; $en:literal $zh:literal;)*
    ) => {
        const NAMES: &[Name] = &[$(Name {
            foreign: &[$($foreign),+],
            from: $from,
            ours: stringify!($ours),
            note: ($en, $zh),
        }),*];
    };
}

include!("table.rs");

impl Name {
    /// What differs; may be empty.
    pub fn note(&self) -> &'static str {
        say(self.note.0, self.note.1)
    }

    /// One line: ``In PyTorch it is `manual_seed`, here `seed(42)`.``
    pub fn sentence(&self, foreign: &str) -> (String, String) {
        let (from, ours) = (self.from, self.ours);
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
                format!("`{foreign}` 是 {from} 里的名字"),
            ),
        };
        (
            format!(
                "{}; here it is `{ours}`.{space}{}",
                elsewhere.0, self.note.0
            ),
            format!(
                "{}，在这里写成 `{ours}`。{chinese_space}{}",
                elsewhere.1, self.note.1
            ),
        )
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
    let by = |name: &str| NAMES.iter().find(|one| one.foreign.contains(&name));
    by(first).or_else(|| by(second))
}

/// Those whose name elsewhere begins with `prefix`, with that name, without its dot.
pub fn beginning_with(prefix: &str) -> impl Iterator<Item = (&'static str, &'static Name)> {
    let plain = |name: &'static str| name.trim_start_matches('.');
    let all = NAMES
        .iter()
        .flat_map(move |one| one.foreign.iter().map(move |name| (plain(name), one)));
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

/// A bar would begin another column.
fn escaped(text: &str) -> String {
    text.replace('|', "\\|")
}

/// The table in Markdown, as far as a row has one of `words` in it (all rows, if there is none).
pub fn table(words: &[String]) -> String {
    let mut text = say(
        "| elsewhere | where | here | |\n",
        "| 别处的名字 | 来自 | 这里 | |\n",
    )
    .to_owned();
    text.push_str("|---|---|---|---|\n");
    for name in NAMES {
        let foreign = name
            .foreign
            .iter()
            .map(|name| format!("`{name}`"))
            .collect::<Vec<_>>()
            .join(", ");
        let row = format!(
            "| {foreign} | {} | `{}` | {} |",
            name.from,
            escaped(name.ours),
            escaped(name.note())
        );
        let contains = |word: &String| row.to_lowercase().contains(&word.to_lowercase());
        if words.is_empty() || words.iter().any(contains) {
            let _ = writeln!(text, "{row}");
        }
    }
    text
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
        for name in NAMES {
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
