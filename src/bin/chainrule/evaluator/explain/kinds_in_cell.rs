//! The type of what an expression of the cell gives, with what the cell and the memory tell of its
//! variables.

use super::case::Case;
use super::kinds::{self, Variables, element};
use super::numbers::is_number;
use super::syntax::{Cell, bytes, text};
use ra_ap_syntax::SyntaxNode;
use ra_ap_syntax::ast::{self, AstNode, HasName, RangeItem};

/// Definitions that are followed from one to the next.
const DEEPEST: usize = 8;

/// The type of an expression as rustc names it in its messages, where the cell or an earlier one
/// tells it: `{integer}` of a number without a type, `&_` of what is lent. The expression may be
/// written alone: its variables are then those at the place of the mistake.
pub fn kind_of(case: &Case, expression: &ast::Expr) -> Option<String> {
    let kind = kinds::kind_of(expression, &InCell { case, depth: 0 })?;
    Some(as_in_messages(&kind))
}

/// What a list of numbers is made of.
pub fn element_of(case: &Case, list: &ast::Expr) -> Option<String> {
    element(&kind_of(case, list)?).filter(|kind| is_number(kind))
}

fn as_in_messages(kind: &str) -> String {
    const PATHS: [&str; 4] = [
        "std::vec::",
        "std::string::",
        "chainrule::tensor::",
        "'static ",
    ];
    let mut kind = kind.to_owned();
    for path in PATHS {
        kind = kind.replace(path, "");
    }
    kind
}

struct InCell<'a, 'c> {
    case: &'a Case<'c>,
    depth: usize,
}

impl Variables for InCell<'_, '_> {
    fn kind(&self, path: &ast::PathExpr) -> Option<String> {
        if self.depth > DEEPEST {
            return None;
        }
        let name = path.syntax().text().to_string();
        let cell = Cell::new(self.case.code);
        let at = [
            Some(bytes(path.syntax()).start),
            self.case.mark.as_ref().map(|mark| mark.start),
        ];
        let bound = at
            .into_iter()
            .flatten()
            .find_map(|place| Some(cell.binding(&name, place)?.0));
        let bound = bound.or_else(|| Some(cell.definition(None, &name)?.syntax().clone()));
        match bound {
            Some(binding) => self.kind_bound(&name, binding),
            None => self.case.memory.variable_type(&name).map(str::to_owned),
        }
    }
}

impl InCell<'_, '_> {
    fn deeper(&self, value: Option<ast::Expr>) -> Option<String> {
        let deeper = InCell {
            case: self.case,
            depth: self.depth + 1,
        };
        kinds::kind_of(&value?, &deeper)
    }

    /// The type of a variable that a `let`, a function, a closure or a loop binds.
    fn kind_bound(&self, name: &str, binding: SyntaxNode) -> Option<String> {
        let is_it = |pattern: Option<ast::Pat>| match pattern {
            Some(ast::Pat::IdentPat(one)) => one.name().is_some_and(|own| own.text() == name),
            _ => false,
        };
        let told = |kind: Option<ast::Type>| Some(kind?.syntax().text().to_string());
        if let Some(one) = ast::LetStmt::cast(binding.clone()) {
            let told = told(one.ty()).or_else(|| self.deeper(one.initializer()));
            return told.filter(|_| is_it(one.pat()));
        }
        if let Some(repeated) = ast::ForExpr::cast(binding.clone()) {
            let kind = self.kind_repeated(&repeated.iterable()?);
            return kind.filter(|_| is_it(repeated.pat()));
        }
        let closure = ast::ClosureExpr::cast(binding.clone());
        let parameters = match &closure {
            Some(closure) => closure.param_list()?,
            None => ast::Fn::cast(binding)?.param_list()?,
        };
        let parameter = parameters.params().find(|one| is_it(one.pat()))?;
        told(parameter.ty()).or_else(|| lent_to(&closure?))
    }

    /// What a loop is given, one after the other.
    fn kind_repeated(&self, all: &ast::Expr) -> Option<String> {
        if let ast::Expr::RangeExpr(range) = all {
            let ends = [range.start(), range.end()];
            let kinds = ends.into_iter().filter_map(|end| self.deeper(end));
            return kinds.max_by_key(|kind| !kind.starts_with('{'));
        }
        let written = text(all);
        let list = match all {
            ast::Expr::RefExpr(lent) => lent.expr(),
            ast::Expr::MethodCallExpr(call) if written.ends_with(".iter()") => call.receiver(),
            _ => return element(&self.deeper(Some(all.clone()))?),
        };
        let kind = self.deeper(list).and_then(|list| element(&list));
        Some(format!("&{}", kind.as_deref().unwrap_or("_")))
    }
}

/// What a closure is given by a method of `….iter()`.
fn lent_to(closure: &ast::ClosureExpr) -> Option<String> {
    let arguments = closure.syntax().parent()?;
    let call = ast::MethodCallExpr::cast(arguments.parent()?)?;
    let is_list = text(&call.receiver()?).ends_with(".iter()");
    let kind = match call.name_ref()?.text().to_string().as_str() {
        "map" | "for_each" | "any" | "all" | "position" | "flat_map" | "filter_map" => "&_",
        "filter" | "find" | "skip_while" | "take_while" | "inspect" | "partition" => "&&_",
        _ => return None,
    };
    is_list.then(|| kind.to_owned())
}
