//! The latest cell counts: what of earlier cells gives way to it.
//!
//! A notebook shows one definition of each thing, and a learner cannot take an old one back. So
//! where the compiler says that something of an earlier cell does not go together with this one,
//! the old goes: a `use` that leads nowhere any more, an implementation that is there twice under
//! two spellings, a function that calls what has changed. And where a name means something of the
//! library and something of the learner's, it is the learner's.

use super::Evaluator;
use super::cell::words;
use super::cell::{Place, parse, statements, without_commands};
use super::definitions::{Gone, without_outdated};
use super::explain::warnings;
use super::imports::{Import, imports, of_use};
use super::kept::Ran;
use super::prepare::{IMPLEMENTATION, NOTHING, Prepared, name_of};
use super::scope::Variables;
use crate::compiler::library;
use evcxr::{CompilationError, Error};
use ra_ap_syntax::ast::{self, AstNode, HasName};
use ra_ap_syntax::{SyntaxKind, SyntaxNode, SyntaxToken, T};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::OnceLock;

/// What an error shows to be in the way of a cell.
#[derive(Debug)]
enum Obstacle {
    /// An import of an earlier cell that leads nowhere, as evcxr writes it.
    Import(String),
    /// A definition of an earlier cell that does not fit any more.
    Definition(Place),
    /// An implementation of an earlier cell that this one has, too.
    Implementation(Place),
    /// A `derive` of an earlier cell for what this one implements by hand: the definition without
    /// it.
    Derived(String),
    /// A name that two `use …::*` give, and the import that says which is meant.
    Ambiguous { name: String, import: String },
}

/// A name of the library that a cell gives a meaning of its own, and where that can be seen.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A function or a constant: `name` but not `name::…`.
    Value,
    /// Only `name::…`.
    Module,
    Any,
}

/// A cell that breaks more than this is rather mistaken itself.
const MOST_SET_ASIDE: usize = 20;

impl Evaluator {
    /// Has evcxr run a cell; what is in its way gives way. Also returns the variables that were
    /// there when it began.
    pub(super) fn run_over_others(
        &mut self,
        number: u32,
        code: &str,
        prepared: &mut Prepared,
    ) -> (Ran, Variables) {
        let mut gone = Gone::default();
        let result = loop {
            let taken = self.names_taken(code).into_iter().map(|(name, _)| name);
            let imported = gone
                .imports
                .iter()
                .flat_map(|text| imports(text))
                .filter_map(|import| import.name);
            let taken: Vec<String> = taken.chain(imported).collect();
            taken.iter().for_each(|name| {
                self.scope
                    .respell(name, &format!("chainrule::prelude::{name}"))
            });
            for (name, path) in self.meant_before(code) {
                self.scope.respell(&name, &path);
            }
            match self.make_room(number, code, prepared, &gone) {
                Ok(more) => gone.add(more),
                Err(error) => break Err(error),
            }
            let result = self.execute_without_unnameable(number, prepared, &mut gone);
            if let Err(Error::CompilationErrors(errors)) = &result {
                self.compiled.source = self.last_source();
                if self.give_way(number, code, errors, prepared, &mut gone) {
                    continue;
                }
            }
            break result.map_err(|error| without_outdated(error, &gone));
        };
        if result.is_err() {
            // The session is as it was.
            let Gone {
                changed,
                variables,
                unnameable,
                ..
            } = gone;
            gone = Gone {
                changed,
                variables,
                unnameable,
                ..Gone::default()
            };
        }
        (Ran { gone, result }, self.scope.variables.clone())
    }

    /// Takes out of the session what these errors show to be in the way of the cell. Says whether
    /// there was anything.
    pub(super) fn give_way(
        &mut self,
        number: u32,
        code: &str,
        errors: &[CompilationError],
        prepared: &mut Prepared,
        gone: &mut Gone,
    ) -> bool {
        let before = gone.count();
        if before > MOST_SET_ASIDE {
            return false;
        }
        let own = imports(code);
        for error in errors.iter().filter(|error| error.level() != "warning") {
            for obstacle in self.obstacles(number, &own, error) {
                self.remove(obstacle, code, prepared, gone);
            }
        }
        gone.count() > before
    }

    fn remove(&mut self, obstacle: Obstacle, code: &str, prepared: &mut Prepared, gone: &mut Gone) {
        match obstacle {
            Obstacle::Import(text)
                if gone
                    .set_aside
                    .iter()
                    .any(|(_, known)| known.statement == text) => {}
            Obstacle::Import(text) => {
                // One without a name evcxr does not forget; it is told all the others anew.
                self.scope.forget(&text);
                let aside = self.set_aside(&text, prepared);
                match aside {
                    Some(aside) => gone.set_aside.push(aside),
                    None => gone.replaced.push(text), // one of ours
                }
            }
            Obstacle::Definition(place)
                if gone.set_aside.iter().any(|(_, known)| *known == place) => {}
            Obstacle::Definition(place) => {
                let called = prepared.set_aside(&place.statement);
                gone.set_aside.extend(called.map(|called| (called, place)));
            }
            Obstacle::Implementation(place) => {
                let called = prepared.set_aside(&place.statement);
                gone.replaced.extend(called.map(|_| place.statement));
            }
            Obstacle::Derived(definition) => {
                if !gone.imports.contains(&definition)
                    && prepared.put_first(&format!("{definition} ")).is_some()
                {
                    gone.imports.push(definition);
                }
            }
            Obstacle::Ambiguous { name, import } => {
                if !gone.imports.contains(&import)
                    && prepared.put_first(&format!("{import} ")).is_some()
                {
                    gone.imports.push(import);
                    gone.claimed
                        .extend(self.claim(&name, Kind::Any, code, prepared));
                }
            }
        }
    }

    /// Sets aside a definition or an import of an earlier cell. Says what it is called and where
    /// the learner wrote it.
    fn set_aside(&self, text: &str, prepared: &mut Prepared) -> Option<(String, Place)> {
        let called = prepared.set_aside(text);
        if let Some(place) = self.sources.find_statement(text) {
            return Some((called.or(glob(text))?, place));
        }
        let is_part = |statement: &str| imports(statement).iter().any(|one| one.text == text);
        let place = self.sources.find_by(is_part)?;
        Some((
            called.or(glob(text))?,
            Place {
                statement: text.to_owned(),
                ..place
            },
        ))
    }

    /// Does once more to a cell, before it runs, what was done when it was compiled.
    pub(super) fn give_way_again(
        &self,
        kept: &GaveWay,
        prepared: &mut Prepared,
        gone: &mut Gone,
    ) -> Option<()> {
        for text in &kept.set_aside {
            gone.set_aside.push(self.set_aside(text, prepared)?);
        }
        for (text, name) in &kept.claimed {
            let (called, place) = self.set_aside(text, prepared)?;
            gone.claimed.push(Claimed {
                called,
                place,
                name: name.clone(),
            });
        }
        for text in &kept.replaced {
            prepared.set_aside(text);
        }
        kept.imports
            .iter()
            .try_for_each(|import| prepared.put_first(&format!("{import} ")))
    }

    /// Forgets the imports that were set aside for a cell that has run.
    pub(super) fn forget_imports(&mut self, kept: &GaveWay) {
        kept.set_aside
            .iter()
            .chain(&kept.replaced)
            .for_each(|text| self.scope.forget(text));
    }

    fn obstacles(&self, number: u32, own: &[Import], error: &CompilationError) -> Vec<Obstacle> {
        let spans = |of: &Value| of["spans"].as_array().cloned().unwrap_or_default();
        if let Some(ambiguous) = self.ambiguity(error) {
            let children = ambiguous["children"]
                .as_array()
                .cloned()
                .unwrap_or_default();
            let candidates: Vec<String> = children
                .iter()
                .flat_map(spans)
                .filter_map(|span| marked(&span))
                .collect();
            let name = ambiguous["message"]
                .as_str()
                .and_then(|said| said.split('`').nth(1))
                .unwrap_or_default();
            let import = self
                .counting_import(own, &candidates)
                .map(|glob| glob.replace("*;", &format!("{name};")));
            return import
                .map(|import| Obstacle::Ambiguous {
                    name: name.to_owned(),
                    import,
                })
                .into_iter()
                .collect();
        }
        if error.level() != "error" {
            return Vec::new();
        }
        let spans = spans(&error.json);
        let place = |span: &Value| self.place(span["line_start"].as_u64()? as usize);
        if let Some("E0119" | "E0592") = error.code() {
            let places: Vec<Place> = spans.iter().filter_map(place).collect();
            let is_implementation = |place: &Place| {
                statements(&parse(&place.statement))
                    .iter()
                    .any(|node| ast::Impl::can_cast(node.kind()))
            };
            let (here, others): (Vec<Place>, Vec<Place>) =
                places.into_iter().partition(|place| place.cell == number);
            if let Some(definition) = self
                .definition_that_derives(&error.message())
                .filter(|_| !here.is_empty())
            {
                return vec![Obstacle::Derived(definition)];
            }
            let others = others
                .into_iter()
                .filter(|place| !here.is_empty() && is_implementation(place));
            return others.map(Obstacle::Implementation).collect();
        }
        // Items stand in any order, and a macro is only known behind its definition: that is
        // nobody's mistake.
        if error.message().contains("cannot find macro") {
            return Vec::new();
        }
        let Some(span) = spans
            .iter()
            .find(|span| span["is_primary"] == true && span["file_name"] == "src/lib.rs")
        else {
            return Vec::new();
        };
        let line = span["text"][0]["text"].as_str().unwrap_or_default().trim();
        if line.starts_with("use ") && self.scope.items().any(|(_, text)| text == line) {
            let is_own = own.iter().any(|import| import.text == line);
            return if is_own {
                Vec::new()
            } else {
                vec![Obstacle::Import(line.to_owned())]
            };
        }
        place(span)
            .filter(|place| place.cell != number)
            .map(Obstacle::Definition)
            .into_iter()
            .collect()
    }

    /// The definition of an earlier cell that derives what rustc says is implemented twice, without
    /// that.
    fn definition_that_derives(&self, said: &str) -> Option<String> {
        let mut words = said.split('`').skip(1).step_by(2);
        let (derived, of) = (words.next()?, words.next()?);
        let last = |path: &str| {
            path.split('<')
                .next()
                .and_then(|path| path.rsplit("::").next())
                .map(str::to_owned)
        };
        let (derived, of) = (last(derived)?, last(of)?);
        let (_, text) = self.scope.items().find(|(name, _)| *name == of)?;
        without_derived(&parsed(text).into_iter().next()?, &derived)
    }

    /// The whole of an error that says a name is ambiguous. Where that is in the code around the
    /// cell, evcxr keeps only a note of it.
    fn ambiguity(&self, error: &CompilationError) -> Option<Value> {
        let is_ambiguity =
            |code: Option<&str>| matches!(code, Some("E0659" | "ambiguous_glob_imports"));
        if is_ambiguity(error.code()) {
            return Some(error.json.clone());
        }
        let said = error.message();
        if !(said.contains("could refer to") || said.contains("could also refer to")) {
            return None;
        }
        let name = format!("`{}` is ambiguous", said.split('`').nth(1)?);
        let all = warnings::last_diagnostics(self.session.folder())?;
        let all = all
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        all.filter(|one| is_ambiguity(one["code"]["code"].as_str()))
            .find(|one| one["message"] == name.as_str())
    }

    /// Which of these `use …::*` counts: one of this cell before those of earlier ones, the latest
    /// before all others. None where the cell itself has two.
    fn counting_import(&self, own: &[Import], candidates: &[String]) -> Option<String> {
        let is_meant = |text: &str| {
            text.ends_with("::*;")
                && candidates
                    .iter()
                    .any(|marked| text.trim_end_matches(';').ends_with(marked.as_str()))
        };
        let mut of_cell = own.iter().filter(|import| is_meant(&import.text));
        match (of_cell.next(), of_cell.next()) {
            (Some(one), None) => Some(one.text.clone()),
            (Some(_), Some(_)) => None,
            _ => self
                .scope
                .items()
                .rev()
                .map(|(_, text)| text)
                .find(|text| is_meant(text))
                .map(str::to_owned),
        }
    }

    /// Sets aside what meant something of the library by a name that the cell defines: it would
    /// mean something else now.
    pub(super) fn claim_names(&self, code: &str, prepared: &mut Prepared) -> Vec<Claimed> {
        let taken = self.names_taken(code).into_iter();
        taken
            .flat_map(|(name, kind)| self.claim(&name, kind, code, prepared))
            .collect()
    }

    /// The names of the library that a cell gives a meaning of its own.
    fn names_taken(&self, code: &str) -> Vec<(String, Kind)> {
        let named = named_by(code).into_iter();
        named
            .filter(|(name, _)| names_of_library().contains(name) && !self.scope.has(name))
            .collect()
    }

    /// The names that a cell gives another meaning although variables have types by them, with the
    /// paths that still lead to these: `Map` of `use std::collections::HashMap as Map`, `P` of
    /// `use shapes::*`.
    fn meant_before(&self, code: &str) -> Vec<(String, String)> {
        let own = imports(code);
        let path = |name: &str| {
            let Some((_, text)) = self.scope.items().find(|(known, _)| *known == name) else {
                return self
                    .definitions
                    .path_in_a_module(name)
                    .or_else(|| self.path_by_a_glob(name));
            };
            let is_same = own.iter().any(|import| import.text == text);
            let path = text
                .strip_prefix("use ")
                .filter(|_| !is_same)?
                .trim_end_matches(';');
            Some(path.split(" as ").next().unwrap_or(path).to_owned())
        };
        named_by(code)
            .into_iter()
            .filter_map(|(name, _)| path(&name).map(|path| (name, path)))
            .collect()
    }

    /// The path of a type that variables have by `use std::collections::*`: the module stands in
    /// the compiler's path, too.
    fn path_by_a_glob(&self, name: &str) -> Option<String> {
        let globs: Vec<String> = self
            .scope
            .items()
            .flat_map(|(_, text)| imports(text))
            .map(|import| import.text)
            .collect();
        let modules = globs
            .iter()
            .filter_map(|text| text.strip_prefix("use ")?.strip_suffix("::*;"));
        let modules = modules.filter(|path| {
            ["std", "core", "alloc"]
                .iter()
                .any(|root| path.starts_with(root))
        });
        let mut modules: Vec<&str> = modules.collect();
        // The longest path says most.
        modules.sort_by_key(|path| std::cmp::Reverse(path.len()));
        let last = |path: &str| format!("::{}::", path.rsplit("::").next().unwrap_or_default());
        let module = modules.into_iter().find(|path| {
            self.definitions
                .paths_to(name)
                .any(|own| own.contains(&last(path)))
        })?;
        Some(format!("{module}::{name}"))
    }

    fn claim(&self, name: &str, kind: Kind, code: &str, prepared: &mut Prepared) -> Vec<Claimed> {
        let defined: Vec<String> = parsed(code).iter().filter_map(called).collect();
        let mut claimed = Vec::new();
        for node in self.scope.items().flat_map(|(_, text)| parsed(text)) {
            let text = node.text().to_string();
            let is_ours = text.starts_with(NOTHING)
                || text.contains(IMPLEMENTATION)
                || ast::Use::can_cast(node.kind());
            if is_ours
                || !mentions(&node, name, kind)
                || called(&node).is_some_and(|name| defined.contains(&name))
            {
                continue;
            }
            if let Some(place) = self.sources.find_statement(&text)
                && let Some(called) = prepared.set_aside(&text)
            {
                claimed.push(Claimed {
                    called,
                    place,
                    name: name.to_owned(),
                });
            }
        }
        claimed
    }
}

/// What gave way to a cell, and what it was given, as texts.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct GaveWay {
    set_aside: Vec<String>,
    /// With the names that are the learner's now.
    claimed: Vec<(String, String)>,
    replaced: Vec<String>,
    imports: Vec<String>,
}

impl From<&Gone> for GaveWay {
    fn from(gone: &Gone) -> GaveWay {
        GaveWay {
            set_aside: gone
                .set_aside
                .iter()
                .map(|(_, place)| place.statement.clone())
                .collect(),
            claimed: gone
                .claimed
                .iter()
                .map(|one| (one.place.statement.clone(), one.name.clone()))
                .collect(),
            replaced: gone.replaced.clone(),
            imports: gone.imports.clone(),
        }
    }
}

/// A definition that was set aside because it meant something of the library by a name that is the
/// learner's now.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub called: String,
    pub place: Place,
    pub name: String,
}

/// What an import without a name is called.
fn glob(text: &str) -> Option<String> {
    (text.starts_with("use ") && text.ends_with("*;"))
        .then(|| text.trim_end_matches(';').to_owned())
}

/// What the compiler marks of a line: `Op::*`.
fn marked(span: &Value) -> Option<String> {
    let line = &span["text"][0];
    let column = |name: &str| line[name].as_u64().map(|column| column as usize - 1);
    let (start, end) = (column("highlight_start")?, column("highlight_end")?);
    Some(
        line["text"]
            .as_str()?
            .chars()
            .take(end)
            .skip(start)
            .collect(),
    )
}

fn parsed(code: &str) -> Vec<SyntaxNode> {
    statements(&parse(&without_commands(code)))
}

/// A definition without the `derive` of this trait, on one line. Nothing if it does not derive it.
fn without_derived(item: &SyntaxNode, derived: &str) -> Option<String> {
    let is_derive = |node: &SyntaxNode| {
        node.kind() == SyntaxKind::ATTR && node.text().to_string().contains("derive")
    };
    let attribute = item
        .children()
        .find(|node| is_derive(node) && words(&node.text().to_string()).any(|w| w == derived))?;
    let text = attribute.text().to_string();
    let list = text.split_once('(')?.1.rsplit_once(')')?.0;
    let is_kept = |path: &&str| {
        path.rsplit("::")
            .next()
            .is_some_and(|name| name.trim() != derived)
    };
    let kept: Vec<&str> = list
        .split(',')
        .map(str::trim)
        .filter(|path| !path.is_empty())
        .filter(is_kept)
        .collect();
    let mut definition = String::new();
    for token in item
        .descendants_with_tokens()
        .filter_map(|element| element.into_token())
    {
        let is_within = token.parent_ancestors().any(|node| node == attribute);
        match token.kind() {
            SyntaxKind::WHITESPACE | SyntaxKind::COMMENT => definition.push(' '),
            _ if is_within => {}
            _ if token.text().contains('\n') => return None,
            _ => definition += token.text(),
        }
    }
    Some(format!(
        "#[derive({})] {}",
        kept.join(", "),
        definition.trim()
    ))
}

/// By what an item is told from others: its name, or what an `impl` is for.
fn called(node: &SyntaxNode) -> Option<String> {
    match ast::Impl::cast(node.clone()) {
        Some(block) => {
            let kind = |one: Option<ast::Type>| {
                one.map(|one| one.syntax().text().to_string())
                    .unwrap_or_default()
            };
            Some(format!(
                "impl {} for {}",
                kind(block.trait_()),
                kind(block.self_ty())
            ))
        }
        None => name_of(&ast::Item::cast(node.clone())?),
    }
}

/// The names that a cell gives a meaning, by definitions and by imports that are not the library's.
fn named_by(code: &str) -> Vec<(String, Kind)> {
    let mut named = Vec::new();
    for item in parsed(code).into_iter().filter_map(ast::Item::cast) {
        let kind = match &item {
            ast::Item::Fn(_) | ast::Item::Const(_) | ast::Item::Static(_) => Kind::Value,
            ast::Item::Module(_) => Kind::Module,
            ast::Item::Use(statement) => {
                let own = of_use(statement)
                    .into_iter()
                    .filter(|import| !import.text.starts_with("use chainrule::"));
                named.extend(own.filter_map(|import| Some((import.name?, Kind::Any))));
                continue;
            }
            _ => Kind::Any,
        };
        named.extend(name_of(&item).map(|name| (name, kind)));
    }
    named
}

/// Whether an item means by this name something that it does not define itself.
fn mentions(node: &SyntaxNode, name: &str, kind: Kind) -> bool {
    let defines = |node: SyntaxNode| {
        let own = match node.kind() {
            SyntaxKind::IDENT_PAT => ast::IdentPat::cast(node).and_then(|one| one.name()),
            SyntaxKind::TYPE_PARAM => ast::TypeParam::cast(node).and_then(|one| one.name()),
            // What a block or a module brings in for itself.
            SyntaxKind::USE => return node.text().to_string().contains(name),
            _ => None,
        };
        own.is_some_and(|own| own.text() == name)
    };
    let is_trivia =
        |token: &SyntaxToken| matches!(token.kind(), SyntaxKind::WHITESPACE | SyntaxKind::COMMENT);
    let tokens: Vec<SyntaxToken> = node
        .descendants_with_tokens()
        .filter_map(|element| element.into_token())
        .filter(|token| !is_trivia(token))
        .collect();
    let kind_at = |at: Option<usize>| at.and_then(|at| tokens.get(at)).map(|token| token.kind());
    let is_meant = |at: usize| {
        let (before, after) = (kind_at(at.checked_sub(1)), kind_at(Some(at + 1)));
        // In the tokens of a macro `::` is two.
        let is_path =
            after == Some(T![::]) || (after == Some(T![:]) && kind_at(Some(at + 2)) == Some(T![:]));
        let is_free = !matches!(before, Some(T![.] | T![::] | T![fn] | T![:]))
            || (before == Some(T![:]) && kind_at(at.checked_sub(2)) != Some(T![:]));
        let is_field = after == Some(T![:]) && !is_path;
        // Such as the variant of an `enum`.
        let is_defined = tokens[at]
            .parent()
            .is_some_and(|parent| parent.kind() == SyntaxKind::NAME);
        is_free
            && !is_field
            && !is_defined
            && (kind == Kind::Any || (kind == Kind::Module) == is_path)
    };
    (0..tokens.len()).any(|at| tokens[at].text() == name && is_meant(at))
        && !node.descendants().any(defines)
}

/// The names that every cell has from the library.
pub fn names_of_library() -> &'static BTreeSet<String> {
    static NAMES: OnceLock<BTreeSet<String>> = OnceLock::new();
    NAMES.get_or_init(|| {
        let source = library::sources()
            .find(|(path, _)| path == "lib.rs")
            .map(|(_, source)| source);
        let prelude = parsed(source.unwrap_or_default())
            .into_iter()
            .filter_map(ast::Module::cast);
        let prelude =
            prelude.filter(|module| module.name().is_some_and(|name| name.text() == "prelude"));
        let uses =
            prelude.flat_map(|module| module.syntax().descendants().filter_map(ast::Use::cast));
        uses.flat_map(|one| of_use(&one))
            .filter_map(|import| import.name)
            .collect()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(code: &str) -> SyntaxNode {
        parsed(code).remove(0)
    }

    #[test]
    fn the_names_of_the_library() {
        for name in [
            "Tensor", "Dense", "Tanh", "Module", "data", "tensor", "json",
        ] {
            assert!(names_of_library().contains(name), "{name}");
        }
        assert!(
            !names_of_library().contains("Op") && !names_of_library().contains("Activation::Tanh")
        );
    }

    #[test]
    fn what_an_item_means() {
        for code in [
            "fn f() -> Dense { loop {} }",
            "fn f() { g(Dense::new(1, 2)); }",
            "fn f() { println!(\"{}\", Dense::new(1, 2)); }",
            "impl Show for Dense {}",
            "struct A { d: Dense }",
            "fn f(d: Dense) {}",
            "fn f() { vec![x, y: Dense]; }",
        ] {
            assert!(mentions(&first(code), "Dense", Kind::Any), "{code}");
        }
        for code in [
            "enum Layer { Dense, Other }",
            "fn f() { my::Dense }",
            "fn f() { m!(my::Dense) }",
            "fn f<Dense>(d: Dense) {}",
            "fn Dense() {}",
        ] {
            assert!(!mentions(&first(code), "Dense", Kind::Any), "{code}");
        }
        let (uses, call) = ("fn f() { data::xor() }", "fn f() { accuracy(1) }");
        assert!(
            mentions(&first(uses), "data", Kind::Module)
                && !mentions(&first(uses), "data", Kind::Value)
        );
        assert!(
            mentions(&first(call), "accuracy", Kind::Value)
                && !mentions(&first(call), "accuracy", Kind::Module)
        );
        assert!(!mentions(
            &first("fn f(data: &D) { data.x }"),
            "data",
            Kind::Value
        ));
        assert!(!mentions(
            &first("fn f() { A { accuracy: 1.0 } }"),
            "accuracy",
            Kind::Any
        ));
    }

    #[test]
    fn a_definition_without_what_it_derives() {
        let without = |code: &str| without_derived(&first(code), "Debug");
        let code =
            "/// A net.\n#[derive(Clone, std::fmt::Debug)] // why\npub struct P<T> {\n    x: T,\n}";
        assert_eq!(
            without(code)
                .unwrap()
                .split_whitespace()
                .collect::<Vec<_>>()
                .join(" "),
            "#[derive(Clone)] pub struct P<T> { x: T, }"
        );
        assert_eq!(
            without("#[derive(Debug)] struct P;").as_deref(),
            Some("#[derive()] struct P;")
        );
        assert_eq!(without("#[derive(Clone)] struct P;"), None);
    }

    #[test]
    fn what_a_cell_names() {
        let names: Vec<String> =
            named_by("use a::{Dense, b::*}; use chainrule::prelude::Tensor; struct Op; fn f() {}")
                .into_iter()
                .map(|(name, _)| name)
                .collect();
        assert_eq!(names, ["Dense", "Op", "f"]);
    }
}
