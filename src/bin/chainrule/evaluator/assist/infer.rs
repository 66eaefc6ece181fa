//! The type of an expression, as far as declarations tell it: from variables, constructors and
//! chains of methods.
//!
//! This is not type inference. It follows what is written from left to right, and where it does not
//! know it says so.

use super::cursor::{names_of, parse};
use super::declarations::{Declarations, Item, Kind, Members, split_at_commas};
use super::library::{library, names_in, standard};
use super::types::{FUNCTION, ITEM, SLICE, TUPLE, Type};
use ra_ap_syntax::ast::{
    self, AstNode, BinaryOp, HasArgList, HasGenericArgs, HasLoopBody, HasName,
};
use ra_ap_syntax::{SyntaxKind, SyntaxNode};
use std::collections::HashMap;
use std::sync::Arc;

/// Deeper than a person writes; a variable may be defined by itself.
const DEEPEST: usize = 40;

/// All that is known at some moment of a session.
pub struct Scope<'a> {
    /// What the cell itself declares.
    pub cell: Declarations,
    pub session: &'a Declarations,
    /// The session's variables and their types.
    pub variables: &'a dyn Fn(&str) -> Option<Type>,
}

/// A name that a pattern brings in.
pub struct Local {
    pub name: String,
    pub kind: Option<Type>,
}

impl Scope<'_> {
    fn layers(&self) -> [&Declarations; 4] {
        [
            &self.cell,
            self.session,
            &library().declarations,
            &standard().declarations,
        ]
    }

    /// The members that all layers know of a type; a cell may implement something for a type of the
    /// library.
    fn members(&self, name: &str) -> Vec<&Members> {
        let name = declared_as(name);
        self.layers()
            .into_iter()
            .filter_map(|layer| layer.types.get(name))
            .collect()
    }

    pub fn knows(&self, kind: &Type) -> bool {
        !self.members(&kind.name).is_empty()
    }

    /// Whether all of its members are known; those of std are the usual ones only.
    pub fn knows_all_of(&self, kind: &Type) -> bool {
        let is_declared = |layer: &Declarations| layer.types.contains_key(&kind.name);
        is_declared(&self.cell) || is_declared(self.session) || is_declared(&library().declarations)
    }

    /// What cells have declared, the latest last.
    pub fn of_cells(&self) -> impl DoubleEndedIterator<Item = &Arc<Item>> {
        let layers = [self.session, &self.cell]
            .into_iter()
            .filter_map(|layer| layer.modules.get(""));
        layers.flat_map(|module| module.items.iter())
    }

    /// An item that is in scope under one name.
    pub fn named(&self, name: &str) -> Option<Arc<Item>> {
        let of_cells = self.of_cells().rfind(|item| item.name == name).cloned();
        of_cells.or_else(|| {
            library()
                .scope
                .iter()
                .chain(&standard().scope)
                .find(|item| item.name == name)
                .cloned()
        })
    }

    /// What stands behind `path::`: the names in a module, or what belongs to a type.
    pub fn behind(&self, path: &[String]) -> Option<Vec<Arc<Item>>> {
        let mut path = path.to_vec();
        let layer = match path.first().map(String::as_str) {
            Some("chainrule") => Some(&library().declarations),
            Some("std" | "core" | "alloc") => Some(&standard().declarations),
            Some("crate" | "self") => Some(self.session),
            _ => None,
        };
        if layer.is_some() {
            path.remove(0);
        }
        let joined = path.join("::");
        if let Some(layer) = layer
            && layer.modules.contains_key(&joined)
        {
            return Some(names_in(layer, &joined));
        }
        let (last, above) = path.split_last()?;
        if above.is_empty()
            && let Some(module) = self.named(last).filter(|item| item.kind == Kind::Module)
        {
            let inner = module.value.as_ref()?.name.clone();
            let layer = self
                .layers()
                .into_iter()
                .find(|layer| layer.modules.contains_key(&inner))?;
            return Some(names_in(layer, &inner));
        }
        if !above.is_empty() && layer.is_none() {
            // `plot::curves::…`
            let inside = self.behind(above)?;
            let module = inside
                .iter()
                .find(|item| item.name == *last && item.kind == Kind::Module);
            if let Some(inner) = module.and_then(|module| module.value.clone()) {
                let layer = self
                    .layers()
                    .into_iter()
                    .find(|layer| layer.modules.contains_key(&inner.name))?;
                return Some(names_in(layer, &inner.name));
            }
        }
        let kind = self.actual(&Type::named(last));
        if !self.knows(&kind) {
            return None;
        }
        let mut found: Vec<Arc<Item>> = Vec::new();
        for item in self.all_members(&kind) {
            if item.kind != Kind::Field && !found.iter().any(|known| known.name == item.name) {
                found.push(item);
            }
        }
        Some(found)
    }

    /// The item that a path means.
    pub fn at_path(&self, path: &[String]) -> Option<Arc<Item>> {
        match path {
            [] => None,
            [name] => self.named(name),
            [before @ .., name] => self
                .behind(before)?
                .into_iter()
                .find(|item| item.name == *name),
        }
    }

    /// `f32` for `Float`.
    fn actual(&self, kind: &Type) -> Type {
        let members = self.members(&kind.name);
        members
            .iter()
            .find_map(|members| members.stands_for.clone())
            .unwrap_or_else(|| kind.clone())
    }

    /// Fields, functions and methods of a type, then those of its traits, then those that a dot
    /// finds behind it.
    pub fn all_members(&self, kind: &Type) -> Vec<Arc<Item>> {
        let mut found: Vec<Arc<Item>> = Vec::new();
        let mut kind = Some(self.actual(kind));
        for _ in 0..4 {
            let Some(this) = kind else { break };
            let mut traits = Vec::new();
            for members in self.members(&this.name) {
                found.extend(members.items.iter().cloned());
                traits.extend(members.traits.iter().cloned());
            }
            for name in traits {
                for members in self.members(&name) {
                    found.extend(members.items.iter().cloned());
                }
            }
            kind = self.dereferenced(&this);
        }
        let mut names = std::collections::HashSet::new();
        found.retain(|item| names.insert(item.name.clone()));
        found
    }

    /// What stands behind a dot.
    pub fn after_dot(&self, kind: &Type) -> Vec<Arc<Item>> {
        let mut found = self.all_members(kind);
        found.retain(|item| matches!(item.kind, Kind::Method | Kind::Field));
        if kind.name == TUPLE {
            found.extend(kind.arguments.iter().enumerate().map(|(at, part)| {
                Arc::new(Item {
                    name: at.to_string(),
                    kind: Kind::Field,
                    signature: format!("{at}: {}", part.name),
                    documentation: String::new(),
                    source: String::new(),
                    place: String::new(),
                    value: Some(part.clone()),
                    parameters: Vec::new(),
                    generics: Vec::new(),
                })
            }));
        }
        found
    }

    fn dereferenced(&self, kind: &Type) -> Option<Type> {
        let declared = self
            .members(&kind.name)
            .iter()
            .find_map(|members| members.dereferences_to.clone());
        let target = declared?;
        let generics = self.generics(kind);
        Some(target.replaced(&|name| argument_of(kind, &generics, name)))
    }

    fn generics(&self, kind: &Type) -> Vec<String> {
        self.members(&kind.name)
            .iter()
            .map(|members| members.generics.clone())
            .find(|list| !list.is_empty())
            .unwrap_or_default()
    }

    /// A member of a type and the type that it belongs to, which may be what a dot finds behind it.
    pub fn member(&self, kind: &Type, name: &str) -> Option<(Arc<Item>, Type)> {
        let mut kind = Some(self.actual(kind));
        for _ in 0..4 {
            let this = kind?;
            if this.name == TUPLE {
                return self
                    .after_dot(&this)
                    .into_iter()
                    .find(|item| item.name == name)
                    .map(|item| (item, this));
            }
            let members = self.members(&this.name);
            let own = members.iter().flat_map(|members| members.items.iter());
            let traits = members.iter().flat_map(|members| members.traits.iter());
            let of_traits = traits
                .flat_map(|one| self.members(one))
                .flat_map(|members| members.items.iter());
            if let Some(item) = own.chain(of_traits).find(|item| item.name == name) {
                return Some((item.clone(), this));
            }
            kind = self.dereferenced(&this);
        }
        None
    }

    /// What a `for` loop over it takes.
    fn element(&self, kind: &Type) -> Option<Type> {
        let kind = self.actual(kind);
        let generics = self.generics(&kind);
        let yields = self
            .members(&kind.name)
            .iter()
            .find_map(|members| members.yields.clone());
        if let Some(yields) = yields {
            let yields = yields
                .replaced(&|name| argument_of(&kind, &generics, name))
                .known()?;
            return if yields.name == ITEM {
                self.element(&yields.argument(0)?)
            } else {
                Some(yields)
            };
        }
        self.dereferenced(&kind)
            .and_then(|target| self.element(&target))
    }

    /// The type of an expression.
    pub fn type_of(&self, expression: &ast::Expr) -> Option<Type> {
        self.expression(expression, 0)
    }

    fn expression(&self, expression: &ast::Expr, depth: usize) -> Option<Type> {
        if depth > DEEPEST {
            return None;
        }
        let depth = depth + 1;
        let of = |inner: Option<ast::Expr>| self.expression(&inner?, depth);
        match expression {
            ast::Expr::ParenExpr(inner) => of(inner.expr()),
            ast::Expr::RefExpr(inner) => of(inner.expr()),
            ast::Expr::PrefixExpr(inner) => of(inner.expr()),
            ast::Expr::CastExpr(cast) => Type::of(&cast.ty()?),
            ast::Expr::Literal(literal) => literal_type(literal),
            ast::Expr::PathExpr(path) => self.path(&path.path()?, expression.syntax(), depth),
            ast::Expr::FieldExpr(field) => {
                let owner = of(field.expr())?;
                let name = field.name_ref()?.text().to_string();
                let (item, owner) = self.member(&owner, &name)?;
                self.value(&item, &owner, &[], depth)
            }
            ast::Expr::MethodCallExpr(call) => {
                let receiver = of(call.receiver())?;
                let (item, owner) = self.member(&receiver, call.name_ref()?.text())?;
                let arguments: Vec<ast::Expr> = call
                    .arg_list()
                    .into_iter()
                    .flat_map(|list| list.args())
                    .collect();
                if let Some(written) = call.generic_arg_list() {
                    // `collect::<Vec<f32>>()`
                    let text = format!(
                        "T{}",
                        written.syntax().text().to_string().trim_start_matches("::")
                    );
                    if let Some(written) =
                        Type::parse(&text).and_then(|written| written.argument(0))
                        && item
                            .value
                            .as_ref()
                            .is_some_and(|value| item.generics.contains(&value.name))
                    {
                        return Some(self.filled(written, &owner));
                    }
                }
                self.value(&item, &owner, &arguments, depth)
            }
            ast::Expr::CallExpr(call) => {
                let ast::Expr::PathExpr(path) = call.expr()? else {
                    return None;
                };
                let arguments: Vec<ast::Expr> = call
                    .arg_list()
                    .into_iter()
                    .flat_map(|list| list.args())
                    .collect();
                self.called(
                    &names_of(&path.path()?),
                    &arguments,
                    expression.syntax(),
                    depth,
                )
            }
            ast::Expr::RecordExpr(record) => Some(Type::named(names_of(&record.path()?).last()?)),
            ast::Expr::MacroExpr(call) => self.macro_call(&call.macro_call()?, depth),
            ast::Expr::BinExpr(operation) => self.operation(operation, depth),
            ast::Expr::IndexExpr(index) => {
                let owner = of(index.base())?;
                if matches!(index.index(), Some(ast::Expr::RangeExpr(_))) {
                    return Some(owner);
                }
                match owner.name.as_str() {
                    "HashMap" | "BTreeMap" => owner.argument(1),
                    _ => self.element(&owner),
                }
            }
            ast::Expr::TryExpr(inner) => of(inner.expr())?.argument(0),
            ast::Expr::TupleExpr(tuple) => {
                let parts = tuple
                    .fields()
                    .map(|part| self.expression(&part, depth).unwrap_or_else(Type::unknown));
                Some(Type::with(TUPLE, parts.collect()))
            }
            ast::Expr::ArrayExpr(array) => {
                let first = array.syntax().children().find_map(ast::Expr::cast);
                Some(Type::with(
                    SLICE,
                    vec![of(first).unwrap_or_else(Type::unknown)],
                ))
            }
            ast::Expr::RangeExpr(range) => {
                let end = range.syntax().children().find_map(ast::Expr::cast);
                Some(Type::with(
                    "Range",
                    vec![of(end).unwrap_or_else(|| Type::named("i32"))],
                ))
            }
            ast::Expr::IfExpr(choice) => {
                let block = choice.syntax().children().find_map(ast::BlockExpr::cast)?;
                of(block.stmt_list()?.tail_expr())
            }
            ast::Expr::BlockExpr(block) => of(block.stmt_list()?.tail_expr()),
            ast::Expr::MatchExpr(choice) => choice
                .match_arm_list()?
                .arms()
                .find_map(|arm| self.expression(&arm.expr()?, depth)),
            ast::Expr::ClosureExpr(closure) => {
                let parameters = closure
                    .param_list()
                    .into_iter()
                    .flat_map(|list| list.params());
                let mut parts: Vec<Type> = parameters
                    .map(|parameter| {
                        parameter
                            .ty()
                            .and_then(|node| Type::of(&node))
                            .unwrap_or_else(Type::unknown)
                    })
                    .collect();
                parts.push(
                    of(closure.syntax().children().find_map(ast::Expr::cast))
                        .unwrap_or_else(Type::unknown),
                );
                Some(Type::with(FUNCTION, parts))
            }
            _ => None,
        }
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

    /// A call of a function, of a tuple struct or of a variant.
    fn called(
        &self,
        path: &[String],
        arguments: &[ast::Expr],
        node: &SyntaxNode,
        depth: usize,
    ) -> Option<Type> {
        let first = || self.expression(arguments.first()?, depth);
        match path.last()?.as_str() {
            "Some" | "Ok" => {
                let name = if path.last()? == "Some" {
                    "Option"
                } else {
                    "Result"
                };
                return Some(Type::with(
                    name,
                    vec![first().unwrap_or_else(Type::unknown)],
                ));
            }
            "new" | "from" if matches!(path, [owner, _] if matches!(owner.as_str(), "Box" | "Rc" | "Arc")) =>
            {
                return Some(Type::with(
                    &path[0],
                    vec![first().unwrap_or_else(Type::unknown)],
                ));
            }
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

    /// What a function returns or a field holds, with the parameters of its owner and its own
    /// filled in.
    fn value(
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
            if item.generics.contains(&parameter.name) {
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
                return Some(owner.clone());
            }
            if item.generics.iter().any(|generic| generic == name) {
                return Some(own.get(name).cloned().unwrap_or_else(Type::unknown));
            }
            argument_of(owner, &owner_generics, name)
        });
        found.known()
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
        let mut found = Vec::new();
        if depth > DEEPEST {
            return found;
        }
        let depth = depth + 1;
        let mut bind = |pattern: Option<ast::Pat>, kind: &dyn Fn() -> Option<Type>| -> bool {
            let Some(pattern) = pattern else { return false };
            // Types are looked for only where they are asked for: each may take as long as the
            // whole cell.
            let binds = match wanted {
                Some(name) => pattern
                    .syntax()
                    .descendants_with_tokens()
                    .any(|part| part.as_token().is_some_and(|token| token.text() == name)),
                None => true,
            };
            if binds {
                self.pattern(
                    &pattern,
                    if wanted.is_some() { kind() } else { None },
                    &mut found,
                );
            }
            wanted.is_some_and(|name| found.iter().any(|local| local.name == name))
        };
        let mut inner = node.clone();
        for outer in node.ancestors().skip(1) {
            if ast::StmtList::can_cast(outer.kind()) {
                let before = inner
                    .siblings(ra_ap_syntax::Direction::Prev)
                    .skip(1)
                    .filter_map(ast::LetStmt::cast);
                for statement in before {
                    let kind = || match statement.ty() {
                        Some(written) => {
                            Type::of(&written).map(|written| match statement.initializer() {
                                Some(value)
                                    if written.arguments.iter().any(|one| one.name == "_") =>
                                {
                                    self.expression(&value, depth).unwrap_or(written)
                                }
                                _ => written,
                            })
                        }
                        None => self.expression(&statement.initializer()?, depth),
                    };
                    if bind(statement.pat(), &kind) {
                        return found;
                    }
                }
            } else if let Some(function) = ast::Fn::cast(outer.clone()) {
                for parameter in function
                    .param_list()
                    .into_iter()
                    .flat_map(|list| list.params())
                {
                    if bind(parameter.pat(), &|| Type::of(&parameter.ty()?)) {
                        return found;
                    }
                }
                if wanted == Some("self")
                    && let Some(block) = outer.ancestors().find_map(ast::Impl::cast)
                {
                    let kind = block.self_ty().and_then(|node| Type::of(&node));
                    return vec![Local {
                        name: "self".to_owned(),
                        kind,
                    }];
                }
            } else if let Some(closure) = ast::ClosureExpr::cast(outer.clone()) {
                for (at, parameter) in closure
                    .param_list()
                    .into_iter()
                    .flat_map(|list| list.params())
                    .enumerate()
                {
                    let kind = || match parameter.ty() {
                        Some(written) => Type::of(&written),
                        None => self.closure_parameter(&closure, at, depth),
                    };
                    if bind(parameter.pat(), &kind) {
                        return found;
                    }
                }
            } else if let Some(each) = ast::ForExpr::cast(outer.clone()) {
                let is_in_body = each.loop_body().is_some_and(|body| body.syntax() == &inner);
                if is_in_body
                    && bind(each.pat(), &|| {
                        self.element(&self.expression(&each.iterable()?, depth)?)
                    })
                {
                    return found;
                }
            } else if let Some(arm) = ast::MatchArm::cast(outer.clone()) {
                let choice = outer.ancestors().find_map(ast::MatchExpr::cast);
                if bind(arm.pat(), &|| {
                    self.expression(&choice.as_ref()?.expr()?, depth)
                }) {
                    return found;
                }
            } else if matches!(outer.kind(), SyntaxKind::IF_EXPR | SyntaxKind::WHILE_EXPR) {
                let condition = outer
                    .children()
                    .next()
                    .filter(|condition| condition != &inner);
                for binding in condition
                    .into_iter()
                    .flat_map(|condition| condition.descendants())
                    .filter_map(ast::LetExpr::cast)
                {
                    if bind(binding.pat(), &|| self.expression(&binding.expr()?, depth)) {
                        return found;
                    }
                }
            }
            inner = outer;
        }
        found
    }

    /// The type of a parameter of a closure that is an argument: what the function says it will be
    /// called with.
    fn closure_parameter(
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
        found.known()
    }

    /// The names in a pattern that takes a value of type `kind` apart.
    fn pattern(&self, pattern: &ast::Pat, kind: Option<Type>, found: &mut Vec<Local>) {
        match pattern {
            ast::Pat::IdentPat(name) => {
                if let Some(inner) = name.pat() {
                    self.pattern(&inner, kind.clone(), found);
                }
                let name = name
                    .name()
                    .map(|name| name.text().to_string())
                    .unwrap_or_default();
                found.push(Local { name, kind });
            }
            ast::Pat::RefPat(inner) => inner
                .pat()
                .into_iter()
                .for_each(|inner| self.pattern(&inner, kind.clone(), found)),
            ast::Pat::ParenPat(inner) => inner
                .pat()
                .into_iter()
                .for_each(|inner| self.pattern(&inner, kind.clone(), found)),
            ast::Pat::TuplePat(tuple) => {
                let is_tuple = kind.as_ref().is_some_and(|kind| kind.name == TUPLE);
                for (at, part) in tuple.fields().enumerate() {
                    let part_kind = kind
                        .as_ref()
                        .filter(|_| is_tuple)
                        .and_then(|kind| kind.argument(at));
                    self.pattern(&part, part_kind, found);
                }
            }
            ast::Pat::SlicePat(slice) => {
                let element = kind.and_then(|kind| self.element(&kind));
                slice
                    .pats()
                    .for_each(|part| self.pattern(&part, element.clone(), found));
            }
            ast::Pat::TupleStructPat(one) => {
                let name = one
                    .path()
                    .map(|path| names_of(&path))
                    .and_then(|mut names| names.pop())
                    .unwrap_or_default();
                for (at, part) in one.fields().enumerate() {
                    let part_kind = match name.as_str() {
                        "Some" | "Ok" => kind.as_ref().and_then(|kind| kind.argument(0)),
                        "Err" => kind.as_ref().and_then(|kind| kind.argument(1)),
                        name => self
                            .member(&Type::named(name), &at.to_string())
                            .and_then(|(item, _)| item.value.clone()),
                    };
                    self.pattern(&part, part_kind, found);
                }
            }
            ast::Pat::RecordPat(record) => {
                let owner = record
                    .path()
                    .map(|path| names_of(&path))
                    .and_then(|mut names| names.pop())
                    .unwrap_or_default();
                for field in record
                    .record_pat_field_list()
                    .into_iter()
                    .flat_map(|list| list.fields())
                {
                    let name = field
                        .field_name()
                        .map(|name| name.text().to_string())
                        .unwrap_or_default();
                    let value = self
                        .member(&Type::named(&owner), &name)
                        .and_then(|(item, _)| item.value.clone());
                    if let Some(inner) = field.pat() {
                        self.pattern(&inner, value, found);
                    }
                }
            }
            ast::Pat::OrPat(choice) => choice
                .pats()
                .take(1)
                .for_each(|one| self.pattern(&one, kind.clone(), found)),
            _ => {}
        }
    }
}

/// The argument that stands for a parameter of the type.
fn argument_of(kind: &Type, generics: &[String], name: &str) -> Option<Type> {
    let at = generics.iter().position(|generic| generic == name)?;
    Some(kind.argument(at).unwrap_or_else(Type::unknown))
}

/// Numbers of a kind have the same methods.
fn declared_as(name: &str) -> &str {
    match name {
        "f32" => "f64",
        "i8" | "i16" | "i64" | "i128" | "isize" | "u8" | "u16" | "u32" | "u64" | "u128"
        | "usize" => "i32",
        other => other,
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
