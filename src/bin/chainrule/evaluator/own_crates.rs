//! `extern crate alloc;` in a cell: evcxr would look in a registry for a crate of that name, and
//! find another, or none.

use super::cell::{Cell, end, start};
use ra_ap_syntax::ast::{self, AstNode, HasName};
use std::ops::Range;

/// The cell with `use ::std as x;` in place of `extern crate std as x;`, letter for letter: all
/// else stays where it is. What is in `core` and `alloc` is in `std`, too.
pub fn with_crates_of_rust(cell: &Cell) -> String {
    let mut written = cell.text().to_owned();
    let nodes = cell.statements();
    for (i, node) in nodes.iter().enumerate() {
        let Some(item) = ast::ExternCrate::cast(node.clone()) else {
            continue;
        };
        let of_rust = match item.name_ref() {
            Some(name) if ["std", "core", "alloc"].contains(&name.text()) => name.to_string(),
            _ => continue,
        };
        let renamed = item.rename().map(|rename| match rename.name() {
            Some(name) => name.to_string(),
            None => "_".to_owned(),
        });
        let text = match renamed.or_else(|| (of_rust == "alloc").then(|| of_rust.clone())) {
            Some(name) => format!("use ::std as {name};"),
            None => String::new(), // in scope anyway
        };
        // `#[macro_use]`: the macros of std are in scope, and an import has no such attribute.
        let attributes = nodes[..i].iter().rev();
        attributes
            .take_while(|node| ast::Attr::can_cast(node.kind()))
            .for_each(|node| replace(&mut written, start(node)..end(node), ""));
        let before = item.extern_token().map_or(0, |word| {
            usize::from(word.text_range().start() - node.text_range().start())
        });
        let begin = start(node) + before;
        replace(&mut written, start(node)..begin, "");
        replace(&mut written, begin..end(node), &text);
    }
    written
}

/// Puts a text in the place of a longer one; lines keep their numbers.
fn replace(written: &mut String, place: Range<usize>, text: &str) {
    let old = written.get(place.clone()).unwrap_or_default();
    let is_in_the_way = |rest: &&str| old[..old.len() - rest.len()].contains('\n');
    let Some(rest) = old.get(text.len()..).filter(|rest| !is_in_the_way(rest)) else {
        return;
    };
    let blanks = rest
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' });
    let new: String = text.chars().chain(blanks).collect();
    written.replace_range(place, &new);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crates_of_rust_are_names_for_std() {
        let written = |code: &str| with_crates_of_rust(&Cell::new(code));
        assert_eq!(
            written("let a = 1; extern crate std as x; a"),
            "let a = 1; use ::std as x;        a"
        );
        assert_eq!(written("extern crate alloc;"), "use ::std as alloc;");
        assert_eq!(written("extern crate core as c;").trim(), "use ::std as c;");
        assert_eq!(written("#[macro_use]\nextern crate std;").trim(), "");
        assert_eq!(written("#[macro_use]\nextern crate std;").len(), 30);
        for code in [
            "extern crate rand;",
            "mod m { extern crate alloc; }",
            "use std as x;",
        ] {
            assert_eq!(written(code), code);
        }
    }
}
