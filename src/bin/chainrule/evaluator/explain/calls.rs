//! What a call in a cell is made of.

use super::syntax::{Cell, bytes, text};
use ra_ap_syntax::SyntaxNode;
use ra_ap_syntax::ast::{self, AstNode, HasArgList};

/// A call of a function or of a method.
pub struct Call {
    /// `Tensor::zeros`, or `sum_axis`.
    pub callee: String,
    /// What stands before the dot of a method.
    pub receiver: Option<String>,
    pub arguments: Vec<String>,
}

impl Call {
    /// The call whose function, or method, is named at this byte.
    pub fn named_at(code: &str, start: usize) -> Option<Call> {
        nodes(code)
            .filter_map(|node| Call::of(&node))
            .find(|(at, _)| *at == start)
            .map(|(_, call)| call)
    }

    /// The call of a path whose last name begins at this byte: `plot::line(…)` at `line`.
    pub fn ending_at(code: &str, start: usize) -> Option<Call> {
        nodes(code)
            .filter_map(|node| Call::of(&node))
            .find_map(|(at, call)| {
                let last = call.callee.rfind("::")? + 2;
                (at + last == start).then_some(call)
            })
    }

    /// All calls of a cell.
    pub fn all(code: &str) -> Vec<Call> {
        let calls = nodes(code).filter_map(|node| Call::of(&node));
        calls.map(|(_, call)| call).collect()
    }

    /// The innermost call that has this byte in its arguments.
    pub fn around(code: &str, start: usize) -> Option<Call> {
        let lists = nodes(code).filter_map(ast::ArgList::cast).filter(|list| {
            let range = bytes(list.syntax());
            range.start < start && start < range.end
        });
        lists
            .filter_map(|list| Call::of(&list.syntax().parent()?))
            .last()
            .map(|(_, call)| call)
    }

    fn of(node: &SyntaxNode) -> Option<(usize, Call)> {
        let arguments = |list: Option<ast::ArgList>| {
            list.into_iter()
                .flat_map(|list| list.args())
                .map(|one| text(&one))
        };
        if let Some(call) = ast::MethodCallExpr::cast(node.clone()) {
            let name = call.name_ref()?;
            let (callee, receiver) = (
                name.text().to_string(),
                call.receiver().map(|receiver| text(&receiver)),
            );
            let arguments = arguments(call.arg_list()).collect();
            return Some((
                bytes(name.syntax()).start,
                Call {
                    callee,
                    receiver,
                    arguments,
                },
            ));
        }
        let call = ast::CallExpr::cast(node.clone())?;
        let function = call.expr()?;
        let start = bytes(function.syntax()).start;
        let arguments = arguments(call.arg_list()).collect();
        Some((
            start,
            Call {
                callee: text(&function),
                receiver: None,
                arguments,
            },
        ))
    }

    /// The same call with other arguments, and perhaps of another name.
    pub fn with(&self, callee: &str, arguments: &[String]) -> String {
        let arguments = arguments.join(", ");
        match &self.receiver {
            Some(receiver) => format!("{receiver}.{callee}({arguments})"),
            None => format!("{callee}({arguments})"),
        }
    }
}

fn nodes(code: &str) -> impl Iterator<Item = SyntaxNode> + use<> {
    let statements = Cell::new(code).statements().to_vec();
    statements
        .into_iter()
        .flat_map(|statement| statement.descendants())
}

/// The arguments `name = value` of the call that has one of them at this byte.
pub fn named_arguments(code: &str, start: usize) -> Vec<(String, String)> {
    let assigned = |argument: ast::Expr| match argument {
        ast::Expr::BinExpr(one) => match one.op_kind()? {
            ast::BinaryOp::Assignment { op: None } => Some((text(&one.lhs()?), text(&one.rhs()?))),
            _ => None,
        },
        _ => None,
    };
    let lists = nodes(code).filter_map(ast::ArgList::cast);
    let with_it = lists.filter(|list| {
        list.args()
            .any(|argument| bytes(argument.syntax()).start == start)
    });
    with_it
        .map(|list| list.args().filter_map(assigned).collect::<Vec<_>>())
        .last()
        .unwrap_or_default()
}

/// What is assigned to the field that is named at this byte: `model.trainable = false`, the value
/// and what the field is of.
pub fn assigned_to_field(code: &str, start: usize) -> Option<(String, Option<String>)> {
    let fields = nodes(code).filter_map(ast::FieldExpr::cast);
    let field = fields
        .filter(|field| {
            field
                .name_ref()
                .is_some_and(|name| bytes(name.syntax()).start == start)
        })
        .last()?;
    let owner = text(&field.expr()?);
    let parent = field.syntax().parent().and_then(ast::BinExpr::cast);
    let value =
        parent.filter(|one| matches!(one.op_kind(), Some(ast::BinaryOp::Assignment { op: None })));
    Some((
        owner,
        value.and_then(|one| one.rhs()).map(|value| text(&value)),
    ))
}

/// The closure around a byte: its parameters and its body.
pub fn closure_around(code: &str, start: usize) -> Option<(Vec<String>, String)> {
    let closures = nodes(code).filter_map(ast::ClosureExpr::cast);
    let closure = closures
        .filter(|closure| bytes(closure.syntax()).contains(&start))
        .last()?;
    let parameters = closure
        .param_list()?
        .params()
        .filter_map(|one| Some(one.pat()?.syntax().text().to_string()));
    Some((parameters.collect(), text(&closure.body()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_and_their_parts() {
        let code = "let s = x.sum_axis(1) + Tensor::zeros(2, 3);";
        let call = Call::named_at(code, code.find("sum_axis").unwrap()).unwrap();
        assert_eq!(
            (call.callee.as_str(), call.receiver.as_deref()),
            ("sum_axis", Some("x"))
        );
        assert_eq!(call.with("sum", &[]), "x.sum()");
        let call = Call::named_at(code, code.find("Tensor").unwrap()).unwrap();
        assert_eq!(
            (call.callee.as_str(), call.arguments.len()),
            ("Tensor::zeros", 2)
        );
        let code = "model.fit(&train, epochs = 10, batch_size = 32);";
        let named = named_arguments(code, code.find("epochs").unwrap());
        assert_eq!(
            named,
            [
                ("epochs".to_owned(), "10".to_owned()),
                ("batch_size".to_owned(), "32".to_owned())
            ]
        );
        let code = "model.layers()[0].trainable = false;";
        let found = assigned_to_field(code, code.find("trainable").unwrap());
        assert_eq!(
            found,
            Some(("model.layers()[0]".to_owned(), Some("false".to_owned())))
        );
    }
}
