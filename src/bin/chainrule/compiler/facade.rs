//! The library and std as rust-analyzer reads them: signatures without bodies, and hardly any
//! dependency.
//!
//! Whoever asks for the type of a cell's variable needs to know what a function returns, not how.
//! The library itself would bring forty crates, which rust-analyzer reads for every session; the
//! facade brings ndarray, whose arrays tensors are made from. It is never compiled: where cargo
//! wants to, the wrapper around rustc hands over what the library was compiled to.

use anyhow::{Context, Result};
use ra_ap_syntax::ast::{self, AstNode, HasAttrs};
use ra_ap_syntax::{AstToken, Edition, SourceFile, SyntaxKind, TextRange};
use std::fs;
use std::path::Path;

/// What the library's public signatures name of other crates.
pub const DEPENDENCIES: &[&str] = &["ndarray"];

/// The crates of std that a cell can name.
const STANDARD: &[&str] = &["core", "alloc", "std", "proc_macro"];

/// Writes facades of std's crates, from the folder with their sources. What those include from
/// outside (intrinsics of processors) is left out.
pub fn standard_library(from: &Path, to: &Path) -> Result<()> {
    for part in STANDARD {
        write_facades(&from.join(part).join("src"), &to.join(part).join("src"))?;
    }
    Ok(())
}

fn write_facades(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("cannot read {}", from.display()))? {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name()))?;
        if path.is_dir() {
            write_facades(&path, &to.join(name))?;
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            fs::write(to.join(name), facade(&fs::read_to_string(path)?))?;
        }
    }
    Ok(())
}

/// A source file without bodies, comments and tests.
pub fn facade(source: &str) -> String {
    let file = SourceFile::parse(source, Edition::Edition2024).tree();
    let mut replaced: Vec<(TextRange, &str)> = Vec::new();
    for node in file.syntax().descendants_with_tokens() {
        if let Some(comment) = node.as_token().cloned().and_then(ast::Comment::cast) {
            replaced.push((comment.syntax().text_range(), ""));
        }
        let Some(node) = node.as_node() else { continue };
        if let Some(function) = ast::Fn::cast(node.clone()) {
            // What `impl Trait` stands for is found in the body.
            let hides_its_type = function.ret_type().is_some_and(|kind| {
                kind.syntax()
                    .descendants()
                    .any(|part| part.kind() == SyntaxKind::IMPL_TRAIT_TYPE)
            });
            if let Some(body) = function.body().filter(|_| !hides_its_type) {
                replaced.push((body.syntax().text_range(), "{ loop {} }"));
            }
        }
        let is_test = |module: &ast::Module| {
            module.attrs().any(|attribute| {
                attribute.syntax().text().to_string().replace(' ', "") == "#[cfg(test)]"
            })
        };
        if let Some(module) = ast::Module::cast(node.clone()).filter(is_test) {
            replaced.push((module.syntax().text_range(), ""));
        }
    }
    replaced.sort_by_key(|(range, _)| (range.start(), std::cmp::Reverse(range.end())));
    let (mut text, mut done) = (String::with_capacity(source.len() / 2), 0);
    for (range, new) in replaced {
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        // Inside something that was replaced as a whole.
        if start < done {
            continue;
        }
        text.push_str(&source[done..start]);
        text.push_str(new);
        done = end;
    }
    text.push_str(&source[done..]);
    text
}

#[cfg(test)]
mod tests {
    use super::facade;

    #[test]
    fn signatures_stay() {
        let source = "/// Adds.\npub fn add(a: i32) -> i32 {\n    // why\n    fn inner() {}\n    a \
                      + 1\n}\npub const N: usize = { 1 + 1 };\npub fn all() -> impl Iterator<Item \
                      = u8> { 0..3 }\n#[cfg(test)]\nmod tests { fn t() {} }\nstruct Kept \
                      { field: u8 }\n";
        let expected = "\npub fn add(a: i32) -> i32 { loop {} }\npub const N: usize = { 1 + 1 };\n\
                        pub fn all() -> impl Iterator<Item = u8> { 0..3 }\n\nstruct Kept \
                        { field: u8 }\n";
        assert_eq!(facade(source), expected);
    }
}
