//! `return` in a cell, with `?` and without, with a value or none.
//!
//! evcxr puts a cell into a closure that returns nothing, or, once it has met a `?`, a `Result`: so
//! one of `return;` and `return Ok(());` was always wrong. Here each is given what its closure
//! wants. A `return Ok(…)` or `return Err(…)` where evcxr sees no need for a `Result` gets a
//! closure of the library's.

use ra_ap_syntax::ast::{self, AstNode};
use ra_ap_syntax::{Edition, SourceFile, SyntaxNode};

/// How evcxr begins the closure of a cell, with variables and without, and how it ends it.
const CLOSURES: [(&str, &str); 2] = [
    (
        "  std::panic::AssertUnwindSafe(||{\n",
        "})) { \n  Ok(_) => {}\n",
    ),
    ("if std::panic::catch_unwind(||{\n", "}).is_err() {\n"),
];
const RESULT: &str = " let _ = (|| -> ::std::result::Result<(), ::chainrule::cell::CellError> {";
const CLOSE: &str = "Ok(())})(); ";
/// How evcxr begins the closure of a cell that has a `?`.
const OF_EVCXR: &str = "let _ = (|| -> std::result::Result<(), EvcxrUserCodeError> {\n";

/// The source in which every `return` of the cell itself fits.
pub fn let_returns_fit(source: String) -> String {
    if !source.contains("return") {
        return source;
    }
    let of_cell = returns_of_cell(&source);
    let has_value = |one: &ast::ReturnExpr| one.expr().is_some();
    let has_result = source.contains(OF_EVCXR);
    if of_cell.is_empty() || (!has_result && !of_cell.iter().any(has_value)) {
        return source;
    }
    let closure = CLOSURES
        .iter()
        .find_map(|(begin, end)| Some((source.find(begin)? + begin.len(), source.rfind(end)?)));
    let mut insertions: Vec<(usize, &str)> = Vec::new();
    for one in of_cell.iter().filter(|one| !has_value(one)) {
        insertions.push((usize::from(one.syntax().text_range().end()), " Ok(())"));
    }
    if let (Some((begin, end)), false) = (closure, has_result) {
        insertions.extend([(begin, RESULT), (end, CLOSE)]);
    }
    insertions.sort_by_key(|(at, _)| *at);
    let mut adapted = source;
    insertions
        .iter()
        .rev()
        .for_each(|(at, text)| adapted.insert_str(*at, text));
    adapted
}

/// The `return`s that end the cell: not those of functions and closures in it.
fn returns_of_cell(source: &str) -> Vec<ast::ReturnExpr> {
    let file = SourceFile::parse(source, Edition::Edition2024).tree();
    let nodes = file
        .syntax()
        .descendants()
        .filter_map(ast::ReturnExpr::cast);
    nodes
        .filter(|one| around(one.syntax()).is_some_and(|closure| is_of_evcxr(&closure)))
        .collect()
}

/// The closure that a `return` leaves, if it is one.
fn around(node: &SyntaxNode) -> Option<SyntaxNode> {
    let is_async = |node: &SyntaxNode| {
        ast::BlockExpr::cast(node.clone()).is_some_and(|one| one.async_token().is_some())
    };
    let is_left = |node: &SyntaxNode| {
        ast::ClosureExpr::can_cast(node.kind()) || ast::Fn::can_cast(node.kind())
    };
    let left = node
        .ancestors()
        .find(|node| is_left(node) || is_async(node))?;
    ast::ClosureExpr::can_cast(left.kind()).then_some(left)
}

/// Whether a closure is the one around a cell: the outermost of the function that evcxr has
/// written, or the one in it that gives evcxr's `Result`.
fn is_of_evcxr(closure: &SyntaxNode) -> bool {
    let text = closure.text();
    let head: String = text.to_string().chars().take(80).collect();
    let outer = closure.parent().and_then(|parent| around(&parent));
    match outer {
        None => {
            let function = closure.ancestors().find_map(ast::Fn::cast);
            let name = function.and_then(|function| ast::HasName::name(&function));
            name.is_some_and(|name| name.text().starts_with("run_user_code_"))
                && head.starts_with("||{\n")
        }
        Some(_) => head.contains("Result<(), EvcxrUserCodeError> {\n"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What evcxr writes around a cell, shortened.
    fn generated(cell: &str) -> String {
        format!(
            "pub extern \"C\" fn run_user_code_1(\nstore: *mut u8) {{\nmatch \
             std::panic::catch_unwind(\n  std::panic::AssertUnwindSafe(||{{\n{cell}\n}})) {{ \n  \
             Ok(_) => {{}}\n  Err(_) => {{\n}}}}\n}}\n"
        )
    }

    #[test]
    fn a_return_with_a_value_gets_a_result() {
        let source = generated("if a { return; }\nlet f = || { return; };\nreturn Ok(());");
        let adapted = let_returns_fit(source.clone());
        assert_eq!(adapted.lines().count(), source.lines().count());
        assert!(
            adapted.contains("CellError> {if a { return Ok(()); }\nlet f = || { return; };\n"),
            "{adapted}"
        );
        assert!(adapted.contains("\nOk(())})(); })) { \n"), "{adapted}");
    }

    #[test]
    fn a_return_of_nothing_fits_a_result_of_evcxr() {
        let cell = format!("{OF_EVCXR}x()?;\nif a {{ return; }}\nOk(())}})();");
        let adapted = let_returns_fit(generated(&cell));
        assert!(
            adapted.contains("\nif a { return Ok(()); }\n") && !adapted.contains("CellError"),
            "{adapted}"
        );
    }

    #[test]
    fn other_returns_stay() {
        for cell in [
            "if a { return; }",
            "fn f() -> i32 { return 1; }",
            "let f = |x: i32| { return x; };",
            "let returned = 1;",
        ] {
            assert_eq!(let_returns_fit(generated(cell)), generated(cell), "{cell}");
        }
    }
}
