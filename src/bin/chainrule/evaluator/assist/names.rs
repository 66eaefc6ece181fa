//! What explanations of mistakes ask of the library's declarations.

use super::declarations::{Item, Kind};
use super::library::{library, names_in};
use std::sync::Arc;

/// Whether the library has a type or a trait of this name.
pub fn is_type_of_library(name: &str) -> bool {
    let modules = &library().declarations.modules;
    let is_type =
        |item: &Arc<Item>| item.name == name && matches!(item.kind, Kind::Type | Kind::Trait);
    modules
        .values()
        .any(|module| module.items.iter().any(is_type))
}

/// What the method of this name takes that a tensor has, by name; None if a tensor has none.
pub fn method_of_tensor(name: &str) -> Option<Vec<String>> {
    let members = library().declarations.types.get("Tensor")?;
    let method = members
        .items
        .iter()
        .find(|item| item.name == name && item.kind == Kind::Method)?;
    Some(parameters(method))
}

/// What a function of a module of the library takes, by name: those of `plot`, `curve`.
pub fn function_in(module: &str, name: &str) -> Option<Vec<String>> {
    let items = names_in(&library().declarations, module);
    let is_it = |item: &&Arc<Item>| item.name == name && item.kind == Kind::Function;
    items.iter().find(is_it).map(|item| parameters(item))
}

/// The functions of a module of the library, by name.
pub fn functions_of(module: &str) -> Vec<String> {
    let items = names_in(&library().declarations, module).into_iter();
    let functions = items.filter(|item| item.kind == Kind::Function);
    functions.map(|item| item.name.clone()).collect()
}

/// The names of the methods that a type of the library has.
pub fn methods_of(kind: &str) -> Vec<String> {
    let types = &library().declarations.types;
    let members = types.get(kind).into_iter().flat_map(|one| one.items.iter());
    members
        .filter(|item| item.kind == Kind::Method)
        .map(|item| item.name.clone())
        .collect()
}

/// Whether a type of the library has a trait of it.
pub fn has_trait(kind: &str, name: &str) -> bool {
    let members = library().declarations.types.get(kind);
    members.is_some_and(|members| members.traits.iter().any(|one| one == name))
}

/// How values of a type are made: `Dense::new(inputs, outputs)`; of a function: how it is called.
/// None for what the prelude does not have.
pub fn signature(name: &str) -> Option<String> {
    let item = library().scope.iter().find(|item| item.name == name)?;
    match item.kind {
        Kind::Type => {
            let items = &library().declarations.types.get(name)?.items;
            let new = items
                .iter()
                .find(|item| item.name == "new" && item.kind == Kind::Function)?;
            Some(format!("{name}::new({})", parameters(new).join(", ")))
        }
        Kind::Function => Some(format!("{name}({})", parameters(item).join(", "))),
        _ => None,
    }
}

/// Whether a type has usual settings: `Adam::default()`.
pub fn has_default(name: &str) -> bool {
    has_trait(name, "Default")
}

/// What a function of the library takes, by name, and an example of its documentation that calls
/// it. `callee` is `Conv2D::new`, `data::blobs`, a function, or the name of a method; None if there
/// is none, or if several types have one that takes something else.
pub fn call(callee: &str, is_method: bool) -> Option<(Vec<String>, Option<String>)> {
    let declarations = &library().declarations;
    let found: Vec<Arc<Item>> = match callee.rsplit_once("::") {
        Some((owner, name)) => {
            let of_type = declarations.types.get(owner.rsplit("::").next()?);
            let items = match of_type {
                Some(members) => members.items.clone(),
                None => names_in(declarations, owner),
            };
            let items = items.into_iter();
            items.filter(|item| item.name == name).collect()
        }
        None => {
            let of_types = declarations
                .types
                .values()
                .flat_map(|members| members.items.iter());
            let methods = of_types.filter(|item| item.kind == Kind::Method);
            let functions = library()
                .scope
                .iter()
                .filter(|item| item.kind == Kind::Function);
            let is_it = |item: &&Arc<Item>| item.name == callee;
            match is_method {
                true => methods.filter(is_it).cloned().collect(),
                false => functions.filter(is_it).cloned().collect(),
            }
        }
    };
    let first = found.first()?;
    if found
        .iter()
        .any(|other| parameters(other) != parameters(first))
    {
        return None;
    }
    let owner = callee
        .rsplit_once("::")
        .and_then(|(owner, _)| library().scope.iter().find(|item| item.name == owner));
    let examples = std::iter::once(first)
        .chain(owner)
        .filter_map(|item| example(&item.documentation, callee, is_method));
    Some((parameters(first), examples.into_iter().next()))
}

/// The first line of an example that calls a function, without what is asserted of it.
fn example(documentation: &str, callee: &str, is_method: bool) -> Option<String> {
    let call = match is_method {
        false => format!("{callee}("),
        true => format!(".{callee}("),
    };
    let lines = documentation
        .lines()
        .map(str::trim)
        .filter(|line| !line.starts_with('#') && line.contains(&call));
    lines
        .map(str::to_owned)
        .find(|line| !line.starts_with("assert") && !line.contains("](") && !line.contains("[`"))
}

/// The names of what a function takes, without `self`.
fn parameters(item: &Item) -> Vec<String> {
    let Some((_, after)) = item.signature.split_once('(') else {
        return Vec::new();
    };
    let (mut depth, mut start, mut parts) = (0, 0, Vec::new());
    for (at, c) in after.char_indices() {
        match c {
            ')' | ',' if depth == 0 => {
                parts.push(&after[start..at]);
                start = at + 1;
                if c == ')' {
                    break;
                }
            }
            '(' | '[' | '<' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            '>' if !after[..at].ends_with('-') => depth -= 1,
            _ => {}
        }
    }
    let name = |part: &&str| {
        part.split(':')
            .next()
            .unwrap_or_default()
            .trim()
            .trim_start_matches("mut ")
            .to_owned()
    };
    parts
        .iter()
        .map(name)
        .filter(|name| !name.is_empty() && !name.ends_with("self"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_things_are_made_and_called() {
        assert_eq!(
            signature("Dense").as_deref(),
            Some("Dense::new(inputs, outputs)")
        );
        assert_eq!(
            signature("Conv2D").as_deref(),
            Some("Conv2D::new(channels, filters, size)")
        );
        assert_eq!(signature("Nobody"), None);
        assert!(has_default("Adam") && has_default("Sgd") && !has_default("Dense"));
        assert_eq!(call("sum_axis", true).unwrap().0, ["axis", "keepdim"]);
        assert_eq!(
            call("Momentum::new", false).unwrap(),
            (
                vec!["learning_rate".to_owned(), "beta".to_owned()],
                Some("let mut optimizer = Momentum::new(0.1, 0.5);".to_owned())
            )
        );
        assert_eq!(call("add_nothing", true), None);
        assert_eq!(
            call("data::blobs", false).unwrap().0,
            ["n", "centers", "spread"]
        );
        assert_eq!(method_of_tensor("softmax"), Some(vec!["axis".to_owned()]));
        assert_eq!(
            (method_of_tensor("exp"), method_of_tensor("fit")),
            (Some(Vec::new()), None)
        );
        assert!(
            is_type_of_library("Fit") && is_type_of_library("Module") && !is_type_of_library("Vec")
        );
    }
}
