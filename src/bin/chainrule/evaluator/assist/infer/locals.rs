//! The names that the code around a place has brought in.

use super::{DEEPEST, Local, Scope};
use crate::evaluator::assist::types::Type;
use ra_ap_syntax::ast::{self, AstNode, HasLoopBody};
use ra_ap_syntax::{Direction, SyntaxKind, SyntaxNode};

/// Collects what patterns bring in, from the inside out.
struct Search<'a> {
    scope: &'a Scope<'a>,
    /// Nothing where all names are asked for.
    wanted: Option<&'a str>,
    depth: usize,
    found: Vec<Local>,
}

impl Scope<'_> {
    /// A name that the code around `node` has brought in. The inner answer is empty where its type
    /// is not known.
    pub fn local(&self, name: &str, node: &SyntaxNode, depth: usize) -> Option<Option<Type>> {
        self.locals_until(node, depth, Some(name))
            .into_iter()
            .find(|local| local.name == name)
            .map(|local| local.kind)
    }

    /// All names that the code around `node` has brought in, the nearest first.
    pub fn locals(&self, node: &SyntaxNode) -> Vec<Local> {
        self.locals_until(node, 0, None)
    }

    /// Ends at `wanted`, if it is given.
    fn locals_until(&self, node: &SyntaxNode, depth: usize, wanted: Option<&str>) -> Vec<Local> {
        if depth > DEEPEST {
            return Vec::new();
        }
        let mut search = Search {
            scope: self,
            wanted,
            depth: depth + 1,
            found: Vec::new(),
        };
        let mut inner = node.clone();
        for outer in node.ancestors().skip(1) {
            if search.around(&inner, &outer).is_none() {
                break;
            }
            inner = outer;
        }
        search.found
    }
}

/// Nothing once what is wanted was found: nothing farther out counts.
type GoOn = Option<()>;

impl Search<'_> {
    /// What `outer` brings in for `inner`, which is right inside of it.
    fn around(&mut self, inner: &SyntaxNode, outer: &SyntaxNode) -> GoOn {
        if ast::StmtList::can_cast(outer.kind()) {
            self.statements_before(inner)
        } else if let Some(function) = ast::Fn::cast(outer.clone()) {
            self.parameters(&function)
        } else if let Some(closure) = ast::ClosureExpr::cast(outer.clone()) {
            self.parameters_of_closure(&closure)
        } else if let Some(each) = ast::ForExpr::cast(outer.clone()) {
            self.element_of_loop(&each, inner)
        } else if let Some(arm) = ast::MatchArm::cast(outer.clone()) {
            let choice = outer.ancestors().find_map(ast::MatchExpr::cast);
            self.bind(arm.pat(), |search| {
                search.expression(choice.as_ref()?.expr())
            })
        } else if matches!(outer.kind(), SyntaxKind::IF_EXPR | SyntaxKind::WHILE_EXPR) {
            self.condition(inner, outer)
        } else {
            Some(())
        }
    }

    fn statements_before(&mut self, inner: &SyntaxNode) -> GoOn {
        let before = inner.siblings(Direction::Prev).skip(1);
        for statement in before.filter_map(ast::LetStmt::cast) {
            self.bind(statement.pat(), |search| search.of_let(&statement))?;
        }
        Some(())
    }

    /// The type that is written; that of the value where there is none, or where it has a gap.
    fn of_let(&self, statement: &ast::LetStmt) -> Option<Type> {
        let Some(written) = statement.ty() else {
            return self.expression(statement.initializer());
        };
        let written = Type::of(&written)?;
        let has_gap = written.arguments.iter().any(|one| one.name == "_");
        let of_value = has_gap.then(|| self.expression(statement.initializer()));
        Some(of_value.flatten().unwrap_or(written))
    }

    fn parameters(&mut self, function: &ast::Fn) -> GoOn {
        let parameters = function
            .param_list()
            .into_iter()
            .flat_map(|list| list.params());
        for parameter in parameters {
            self.bind(parameter.pat(), |_| Type::of(&parameter.ty()?))?;
        }
        let block = function.syntax().ancestors().find_map(ast::Impl::cast);
        match block.filter(|_| self.wanted == Some("self")) {
            Some(block) => {
                self.found = vec![Local {
                    name: "self".to_owned(),
                    kind: block.self_ty().and_then(|node| Type::of(&node)),
                }];
                None
            }
            None => Some(()),
        }
    }

    fn parameters_of_closure(&mut self, closure: &ast::ClosureExpr) -> GoOn {
        let parameters = closure
            .param_list()
            .into_iter()
            .flat_map(|list| list.params());
        for (at, parameter) in parameters.enumerate() {
            self.bind(parameter.pat(), |search| match parameter.ty() {
                Some(written) => Type::of(&written),
                None => search.scope.closure_parameter(closure, at, search.depth),
            })?;
        }
        Some(())
    }

    fn element_of_loop(&mut self, each: &ast::ForExpr, inner: &SyntaxNode) -> GoOn {
        let is_in_body = each.loop_body().is_some_and(|body| body.syntax() == inner);
        if !is_in_body {
            return Some(());
        }
        self.bind(each.pat(), |search| {
            search.scope.element(&search.expression(each.iterable())?)
        })
    }

    /// `if let` and `while let`.
    fn condition(&mut self, inner: &SyntaxNode, outer: &SyntaxNode) -> GoOn {
        let condition = outer
            .children()
            .next()
            .filter(|condition| condition != inner);
        let parts = condition
            .into_iter()
            .flat_map(|condition| condition.descendants());
        for binding in parts.filter_map(ast::LetExpr::cast) {
            self.bind(binding.pat(), |search| search.expression(binding.expr()))?;
        }
        Some(())
    }

    fn expression(&self, expression: Option<ast::Expr>) -> Option<Type> {
        self.scope.expression(&expression?, self.depth)
    }

    /// Notes the names of a pattern. Their type is looked for only where it is asked for: each may
    /// take as long as the whole cell.
    fn bind(
        &mut self,
        pattern: Option<ast::Pat>,
        kind: impl FnOnce(&Search) -> Option<Type>,
    ) -> GoOn {
        let Some(pattern) = pattern else {
            return Some(());
        };
        let Some(wanted) = self.wanted else {
            self.scope.pattern(&pattern, None, &mut self.found);
            return Some(());
        };
        let mut parts = pattern.syntax().descendants_with_tokens();
        if !parts.any(|part| part.as_token().is_some_and(|token| token.text() == wanted)) {
            return Some(());
        }
        let kind = kind(self);
        self.scope.pattern(&pattern, kind, &mut self.found);
        let is_found = self.found.iter().any(|local| local.name == wanted);
        (!is_found).then_some(())
    }
}
