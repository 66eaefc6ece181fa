//! What an expression is: one kind of syntax after the other.

use super::{DEEPEST, Scope};
use crate::evaluator::assist::cursor::{names_of, parse};
use crate::evaluator::assist::declarations::{Kind, split_at_commas};
use crate::evaluator::assist::types::{ARRAY, FUNCTION, TUPLE, Type};
use ra_ap_syntax::ast::{self, AstNode, BinaryOp};
use ra_ap_syntax::{SyntaxKind, SyntaxNode};

impl Scope<'_> {
    pub(super) fn expression(&self, expression: &ast::Expr, depth: usize) -> Option<Type> {
        if depth > DEEPEST {
            return None;
        }
        let depth = depth + 1;
        let of = |inner: Option<ast::Expr>| self.expression(&inner?, depth);
        match expression {
            ast::Expr::ParenExpr(inner) => of(inner.expr()),
            ast::Expr::RefExpr(inner) => of(inner.expr()),
            ast::Expr::PrefixExpr(inner) => of(inner.expr()),
            ast::Expr::TryExpr(inner) => of(inner.expr())?.argument(0),
            ast::Expr::CastExpr(cast) => Type::of(&cast.ty()?),
            ast::Expr::Literal(literal) => literal_type(literal),
            ast::Expr::PathExpr(path) => self.path(&path.path()?, expression.syntax(), depth),
            ast::Expr::FieldExpr(field) => self.field(field, depth),
            ast::Expr::IndexExpr(index) => self.index(index, depth),
            ast::Expr::MethodCallExpr(call) => self.method_call(call, depth),
            ast::Expr::CallExpr(call) => self.function_call(call, depth),
            ast::Expr::MacroExpr(call) => self.macro_call(&call.macro_call()?, depth),
            ast::Expr::BinExpr(operation) => self.operation(operation, depth),
            ast::Expr::RecordExpr(record) => Some(Type::named(names_of(&record.path()?).last()?)),
            ast::Expr::TupleExpr(tuple) => {
                let parts = tuple.fields().map(|part| or_unknown(of(Some(part))));
                Some(Type::with(TUPLE, parts.collect()))
            }
            ast::Expr::ArrayExpr(array) => {
                Some(Type::with(ARRAY, vec![or_unknown(of(first_in(array)))]))
            }
            ast::Expr::RangeExpr(range) => {
                let end = of(first_in(range)).unwrap_or_else(|| Type::named("i32"));
                Some(Type::with("Range", vec![end]))
            }
            ast::Expr::BlockExpr(block) => of(block.stmt_list()?.tail_expr()),
            ast::Expr::IfExpr(choice) => {
                let block = choice.syntax().children().find_map(ast::BlockExpr::cast)?;
                of(block.stmt_list()?.tail_expr())
            }
            ast::Expr::MatchExpr(choice) => {
                let arms = choice.match_arm_list()?;
                arms.arms().find_map(|arm| of(arm.expr()))
            }
            ast::Expr::ClosureExpr(closure) => Some(self.closure(closure, depth)),
            _ => None,
        }
    }

    fn field(&self, field: &ast::FieldExpr, depth: usize) -> Option<Type> {
        let owner = self.expression(&field.expr()?, depth)?;
        let (item, owner) = self.member(&owner, field.name_ref()?.text())?;
        self.value(&item, &owner, &[], depth)
    }

    fn index(&self, index: &ast::IndexExpr, depth: usize) -> Option<Type> {
        let owner = self.expression(&index.base()?, depth)?;
        if matches!(index.index(), Some(ast::Expr::RangeExpr(_))) {
            return Some(owner);
        }
        match owner.name.as_str() {
            "HashMap" | "BTreeMap" => owner.argument(1),
            _ => self.element(&owner),
        }
    }

    /// What it takes, as far as that is written, and what it returns.
    fn closure(&self, closure: &ast::ClosureExpr, depth: usize) -> Type {
        let parameters = closure
            .param_list()
            .into_iter()
            .flat_map(|list| list.params());
        let written = parameters.map(|one| or_unknown(one.ty().and_then(|node| Type::of(&node))));
        let returned = first_in(closure).and_then(|body| self.expression(&body, depth));
        Type::with(FUNCTION, written.chain([or_unknown(returned)]).collect())
    }

    fn path(&self, path: &ast::Path, node: &SyntaxNode, depth: usize) -> Option<Type> {
        let names = names_of(path);
        if let [name] = names.as_slice() {
            if let Some(found) = self.local(name, node, depth) {
                return found;
            }
            if let Some(kind) = (self.variables)(name) {
                return Some(kind);
            }
        }
        if path
            .segment()
            .is_some_and(|segment| segment.self_token().is_some())
        {
            return self.local("self", node, depth)?;
        }
        let item = self.at_path(&names)?;
        match item.kind {
            Kind::Constant => item.value.clone(),
            Kind::Variant => item.value.clone(),
            Kind::Type => Some(Type::named(&item.name)),
            _ => None,
        }
    }

    fn macro_call(&self, call: &ast::MacroCall, depth: usize) -> Option<Type> {
        let name = call.path()?.segment()?.name_ref()?.text().to_string();
        match name.as_str() {
            "format" => Some(Type::named("String")),
            "vec" => {
                let tree = call.token_tree()?.syntax().text().to_string();
                let inside = tree.get(1..tree.len() - 1)?;
                let first = split_at_commas(inside)
                    .first()?
                    .split(';')
                    .next()?
                    .trim()
                    .to_owned();
                let parsed = parse(&first);
                let first = parsed
                    .descendants()
                    .find_map(ast::Expr::cast)
                    .and_then(|block| match block {
                        ast::Expr::BlockExpr(block) => block.stmt_list()?.tail_expr(),
                        other => Some(other),
                    });
                let element = first.and_then(|first| {
                    // Names in it are those around the macro.
                    match &first {
                        ast::Expr::PathExpr(path) => self.path(&path.path()?, call.syntax(), depth),
                        other => self.expression(other, depth),
                    }
                });
                Some(Type::with(
                    "Vec",
                    vec![element.unwrap_or_else(Type::unknown)],
                ))
            }
            _ => None,
        }
    }

    fn operation(&self, operation: &ast::BinExpr, depth: usize) -> Option<Type> {
        let side = |one: Option<ast::Expr>| self.expression(&one?, depth);
        match operation.op_kind()? {
            BinaryOp::LogicOp(_) | BinaryOp::CmpOp(_) => Some(Type::named("bool")),
            BinaryOp::Assignment { .. } => Some(Type::named(TUPLE)),
            BinaryOp::ArithOp(_) => {
                let (left, right) = (side(operation.lhs()), side(operation.rhs()));
                // A number on either side of a tensor makes a tensor.
                let is_tensor =
                    |kind: &Option<Type>| kind.as_ref().is_some_and(|kind| kind.name == "Tensor");
                if is_tensor(&right) {
                    right
                } else {
                    left.or(right)
                }
            }
        }
    }
}

fn literal_type(literal: &ast::Literal) -> Option<Type> {
    let token = literal.token();
    let suffix = |default: &str, kinds: &[&str]| {
        let found = kinds.iter().find(|kind| token.text().ends_with(*kind));
        Type::named(found.copied().unwrap_or(default))
    };
    match token.kind() {
        SyntaxKind::STRING => Some(Type::named("str")),
        SyntaxKind::CHAR => Some(Type::named("char")),
        SyntaxKind::TRUE_KW | SyntaxKind::FALSE_KW => Some(Type::named("bool")),
        SyntaxKind::FLOAT_NUMBER => Some(suffix("f64", &["f32"])),
        SyntaxKind::INT_NUMBER => Some(suffix(
            "i32",
            &["usize", "u8", "u16", "u32", "u64", "i64", "f32", "f64"],
        )),
        _ => None,
    }
}

fn or_unknown(kind: Option<Type>) -> Type {
    kind.unwrap_or_else(Type::unknown)
}

/// The first expression right inside of another one: the body of a closure.
fn first_in(outer: &impl AstNode) -> Option<ast::Expr> {
    outer.syntax().children().find_map(ast::Expr::cast)
}
