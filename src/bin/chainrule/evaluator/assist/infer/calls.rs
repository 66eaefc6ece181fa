//! What a call returns, and what a closure is called with.

use super::Scope;
use super::members::argument_of;
use crate::evaluator::assist::cursor::names_of;
use crate::evaluator::assist::declarations::{Item, Kind};
use crate::evaluator::assist::types::{FUNCTION, TUPLE, Type};
use ra_ap_syntax::SyntaxNode;
use ra_ap_syntax::ast::{self, AstNode, HasArgList, HasGenericArgs};
use std::collections::HashMap;

impl Scope<'_> {
    /// A call of a function, of a tuple struct or of a variant.
    fn called(
        &self,
        path: &[String],
        arguments: &[ast::Expr],
        node: &SyntaxNode,
        depth: usize,
    ) -> Option<Type> {
        let first = || self.expression(arguments.first()?, depth);
        let around = |name: &str| {
            Some(Type::with(
                name,
                vec![first().unwrap_or_else(Type::unknown)],
            ))
        };
        match path {
            [.., name] if name == "Some" => return around("Option"),
            [.., name] if name == "Ok" => return around("Result"),
            [.., owner, name] if makes_pointer(owner, name) => return around(owner),
            _ => {}
        }
        if let [name] = path
            && let Some(closure) = self.local(name, node, depth)
        {
            return closure?.arguments.last().cloned()?.known();
        }
        let item = self.at_path(path)?;
        match item.kind {
            Kind::Type => Some(Type::named(&item.name)),
            _ => {
                let owner = match path {
                    [.., owner, _] => self.actual(&Type::named(owner)),
                    _ => Type::named(TUPLE),
                };
                self.value(&item, &owner, arguments, depth)
            }
        }
    }

    pub(super) fn method_call(&self, call: &ast::MethodCallExpr, depth: usize) -> Option<Type> {
        let receiver = self.expression(&call.receiver()?, depth)?;
        let (item, owner) = self.member(&receiver, call.name_ref()?.text())?;
        let returns_own_parameter = || {
            let value = item.value.as_ref();
            value.is_some_and(|value| item.generics.contains(&value.name))
        };
        if let Some(written) = written_argument(call).filter(|_| returns_own_parameter()) {
            return Some(self.filled(written, &owner));
        }
        self.value(&item, &owner, &arguments_of(call), depth)
    }

    pub(super) fn function_call(&self, call: &ast::CallExpr, depth: usize) -> Option<Type> {
        let ast::Expr::PathExpr(path) = call.expr()? else {
            return None;
        };
        let (names, arguments) = (names_of(&path.path()?), arguments_of(call));
        self.called(&names, &arguments, call.syntax(), depth)
    }

    /// What a function returns or a field holds, with the parameters of its owner and its own
    /// filled in.
    pub(super) fn value(
        &self,
        item: &Item,
        owner: &Type,
        arguments: &[ast::Expr],
        depth: usize,
    ) -> Option<Type> {
        let value = item.value.clone()?;
        let owner_generics = self.generics(owner);
        let mut own: HashMap<String, Type> = HashMap::new();
        for (parameter, argument) in item.parameters.iter().zip(arguments) {
            let Some(parameter) = parameter else { continue };
            // `Mutex::new(value: T)` says what `T` of `Mutex<T>` is.
            let is_of_owner =
                owner.arguments.is_empty() && owner_generics.contains(&parameter.name);
            if is_of_owner || item.generics.contains(&parameter.name) {
                own.extend(
                    self.expression(argument, depth)
                        .map(|found| (parameter.name.clone(), found)),
                );
            } else if parameter.name == FUNCTION
                && let Some(returned) = parameter
                    .arguments
                    .last()
                    .filter(|one| item.generics.contains(&one.name))
                && let Some(found) = self.expression(argument, depth)
                && let Some(found) = found.arguments.last().cloned().and_then(Type::known)
            {
                own.insert(returned.name.clone(), found);
            }
        }
        let found = value.replaced(&|name| {
            if name == "Self" {
                return Some(with_parameters(owner, &owner_generics, &own));
            }
            if let Some(found) = own.get(name) {
                return Some(found.clone());
            }
            if item.generics.iter().any(|generic| generic == name) {
                return Some(Type::unknown());
            }
            argument_of(owner, &owner_generics, name)
        });
        self.settled(found).known()
    }

    /// `Vec<_>`, whose element is that of what is collected.
    fn filled(&self, written: Type, collected: &Type) -> Type {
        let element = || self.element(collected).unwrap_or_else(Type::unknown);
        let arguments = written.arguments.iter().map(|one| {
            if one.name == "_" {
                element()
            } else {
                one.clone()
            }
        });
        let arguments: Vec<Type> = arguments.collect();
        Type::with(&written.name, arguments)
    }

    /// The type of a parameter of a closure that is an argument: what the function says it will be
    /// called with.
    pub(super) fn closure_parameter(
        &self,
        closure: &ast::ClosureExpr,
        at: usize,
        depth: usize,
    ) -> Option<Type> {
        let list = closure.syntax().parent().and_then(ast::ArgList::cast)?;
        let index = list
            .args()
            .position(|argument| argument.syntax() == closure.syntax())?;
        let around = list.syntax().parent()?;
        let (item, owner) = if let Some(call) = ast::MethodCallExpr::cast(around.clone()) {
            let receiver = self.expression(&call.receiver()?, depth)?;
            self.member(&receiver, call.name_ref()?.text())?
        } else {
            let ast::Expr::PathExpr(path) = ast::CallExpr::cast(around)?.expr()? else {
                return None;
            };
            let names = names_of(&path.path()?);
            let owner = names
                .len()
                .checked_sub(2)
                .map_or(TUPLE, |at| names[at].as_str());
            (self.at_path(&names)?, Type::named(owner))
        };
        let parameter = item.parameters.get(index)?.clone()?;
        let generics = self.generics(&owner);
        let found = parameter.argument(at)?;
        let found = found.replaced(&|name| {
            if name == "Self" {
                Some(owner.clone())
            } else {
                argument_of(&owner, &generics, name)
            }
        });
        self.settled(found).known()
    }
}

/// Whether a call puts its argument behind a pointer.
fn makes_pointer(owner: &str, function: &str) -> bool {
    matches!(owner, "Box" | "Rc" | "Arc") && matches!(function, "new" | "from")
}

fn arguments_of(call: &impl HasArgList) -> Vec<ast::Expr> {
    call.arg_list()
        .into_iter()
        .flat_map(|list| list.args())
        .collect()
}

/// `Vec<f32>` of `collect::<Vec<f32>>()`.
fn written_argument(call: &ast::MethodCallExpr) -> Option<Type> {
    let written = call.generic_arg_list()?.syntax().text().to_string();
    Type::parse(&format!("T{}", written.trim_start_matches("::")))?.argument(0)
}

/// A type whose parameters were not known, with those that are.
fn with_parameters(kind: &Type, generics: &[String], found: &HashMap<String, Type>) -> Type {
    if !kind.arguments.is_empty() || !generics.iter().any(|name| found.contains_key(name)) {
        return kind.clone();
    }
    let value = |name: &String| found.get(name).cloned().unwrap_or_else(Type::unknown);
    Type::with(&kind.name, generics.iter().map(value).collect())
}
