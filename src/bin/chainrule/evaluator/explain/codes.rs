//! What rustc itself has to say of an error by its code, for `:explain`.

use crate::compiler::library::cache_folder;
use crate::compiler::toolchain::Toolchain;
use crate::evaluator::outlet::stream::{Bundle, Output};
use chainrule::display::say;
use std::process::Command;

/// The explanations of these codes, or of the last ones where there is none in what was asked for.
pub fn explained(asked: &str, last: &[String]) -> Result<Output, String> {
    let asked: Vec<&str> = asked
        .split([' ', ',', '\t'])
        .filter(|code| !code.is_empty())
        .collect();
    let codes = match asked.as_slice() {
        [] if last.is_empty() => return Err(nothing_to_explain()),
        [] => last.to_vec(),
        some => some.iter().map(|code| spelled(code)).collect(),
    };
    let mut whole = Vec::new();
    for (i, code) in codes.iter().enumerate() {
        let said = of_rustc(code).ok_or_else(|| unknown(asked.get(i).copied().unwrap_or(code)))?;
        whole.push(format!("### {code}\n\n{}", as_markdown(&said)));
    }
    let mut text = whole.join("\n");
    let remark = say("", "（以下是 rustc 自己的说明，只有英文。）\n\n");
    text.insert_str(0, remark);
    let data = ["text/plain", "text/markdown"].map(|mime| (mime.to_owned(), text.clone().into()));
    Ok(Output::Display(Bundle {
        data: data.into_iter().collect(),
        id: None,
    }))
}

/// The codes of errors in what was said of a cell, each once.
pub fn codes_in(text: &str) -> Vec<String> {
    let mut codes: Vec<String> = Vec::new();
    for after in text.split("error[").skip(1) {
        let code = after.split(']').next().unwrap_or_default();
        if code.starts_with('E') && !codes.iter().any(|known| known == code) {
            codes.push(code.to_owned());
        }
    }
    codes
}

/// `E0382`, also of `e382`, `382` and `error[E0382]`.
fn spelled(code: &str) -> String {
    let digits: String = code.chars().filter(char::is_ascii_digit).collect();
    let is_code = (1..=4).contains(&digits.len());
    let bare = code.trim_matches(|c: char| c.is_ascii_punctuation());
    let bare = bare.strip_prefix("error[").unwrap_or(bare);
    let is_code = is_code && bare.trim_start_matches(['e', 'E']) == digits;
    if is_code {
        format!("E{digits:0>4}")
    } else {
        code.to_owned()
    }
}

fn of_rustc(code: &str) -> Option<String> {
    let known = cache_folder().ok()?.join("toolchain.json");
    let rustc = Toolchain::find_again(&known).ok()?.rustc;
    let said = Command::new(rustc)
        .args(["--explain", code])
        .output()
        .ok()?;
    let text = String::from_utf8(said.stdout).ok()?;
    (said.status.success() && !text.trim().is_empty()).then_some(text)
}

/// As a page shows it: code as Rust, without the lines that rustc's own pages hide.
fn as_markdown(said: &str) -> String {
    let (mut text, mut in_code) = (String::new(), false);
    for line in said.trim().lines() {
        if let Some(language) = line.strip_prefix("```") {
            let is_other = ["text", "toml", "console", "sh", "none"]
                .iter()
                .any(|other| language.starts_with(other));
            text += match (in_code, is_other) {
                (true, _) => "```",
                (false, true) => "```text",
                (false, false) => "```rust",
            };
            in_code = !in_code;
        } else if in_code && (line == "#" || line.starts_with("# ")) {
            continue;
        } else {
            text += line;
        }
        text.push('\n');
    }
    text
}

fn unknown(code: &str) -> String {
    say(
        format!(
            "rustc knows no error `{code}`\n  hint: a code has four digits, as in error[E0382]: \
             `:explain E0382`; alone, `:explain` is about the last error"
        ),
        format!(
            "rustc 没有编号为 `{code}` 的错误\n  提示：编号有四位数字，例如 error[E0382]：`:explain E0382`；\
             只写 `:explain` 就解释上一个错误"
        ),
    )
}

fn nothing_to_explain() -> String {
    let said = say(
        "there is no compile error with a code to explain\n  hint: ask for one by its code: \
         `:explain E0382`",
        "没有带编号的编译错误可以解释\n  提示：可以按编号查询：`:explain E0382`",
    );
    said.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_as_people_write_them() {
        for code in [
            "E0382",
            "e382",
            "382",
            "E382",
            "[E0382]",
            "error[E0382]",
            "`E0382`",
        ] {
            assert_eq!(spelled(code), "E0382", "{code}");
        }
        for code in ["E12345", "unused", "x2", "E"] {
            assert_eq!(spelled(code), code);
        }
        assert_eq!(
            codes_in("error[E0382]: a\nerror[E0425]: error[E0382]"),
            ["E0382", "E0425"]
        );
        assert_eq!(codes_in("error: expected"), [""; 0]);
    }

    #[test]
    fn code_of_rustc_s_pages_is_rust() {
        let said =
            "Text.\n\n```compile_fail,E0382\n# fn hidden() {}\n#[derive(Debug)]\nf();\n```\n";
        assert_eq!(
            as_markdown(said),
            "Text.\n\n```rust\n#[derive(Debug)]\nf();\n```\n"
        );
    }
}
