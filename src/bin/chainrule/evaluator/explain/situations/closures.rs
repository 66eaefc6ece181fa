//! Closures, which cannot be kept for the next cell.

use super::super::case::{Case, Explanation};
use super::super::kinds::{Known, kind_of, written};
use super::super::numbers::is_number;
use super::super::syntax::{Cell, one_line, text};
use super::keeping::initializer;
use crate::evaluator::cell::words;
use ra_ap_syntax::ast::{self, AstNode, HasArgList};

pub fn closure(case: &Case) -> Option<Explanation> {
    let (name, value) = initializer(case)?;
    let closure = match value {
        ast::Expr::ClosureExpr(closure) => closure,
        // `{ let v = v.clone(); move || v.len() }`
        ast::Expr::BlockExpr(block) => match block.stmt_list()?.tail_expr()? {
            ast::Expr::ClosureExpr(closure) => closure,
            _ => return None,
        },
        _ => return None,
    };
    closure_kept(case, &name, closure)
}

/// What to write in the place of `let pattern = closure`.
pub fn closure_kept(case: &Case, pattern: &str, closure: ast::ClosureExpr) -> Option<Explanation> {
    let name = pattern.trim_start_matches("mut ");
    let cell = Cell::new(case.code);
    let body = closure.body()?;
    let used = used_around(case, &cell, &closure, name);
    let whole = closure.syntax().text().to_string();
    if let Some(changed) = changed(&body, &used, pattern != name) {
        return Some(changing(pattern, &whole, &changed));
    }
    let parameters = parameters(&cell, name, &closure, &body);
    let known = known(case, &cell, &parameters);
    let result = match closure.ret_type().and_then(|one| one.ty()) {
        Some(kind) => Some(kind.syntax().text().to_string()),
        None => kind_of(&body, &known).map(|kind| written(&kind)),
    };
    let shown = Shown::new(&body, whole, &parameters, result);
    Some(match used.is_empty() {
        true => alone(name, &shown),
        false => with_variables(
            case,
            &cell,
            pattern,
            &shown,
            &used,
            closure.move_token().is_some(),
        ),
    })
}

/// A parameter, and its type where it is known.
type Parameter = (String, Option<String>);

/// The parts of the code that is advised.
struct Shown {
    /// `x: i32, y: i32`
    typed: String,
    /// `i32, i32`
    kinds: String,
    result: Option<String>,
    body: String,
    closure: String,
}

impl Shown {
    fn new(
        body: &ast::Expr,
        whole: String,
        parameters: &[Parameter],
        result: Option<String>,
    ) -> Shown {
        let body = text(body);
        let (body, closure) = match body.contains('\n') {
            true => ("{ … }".to_owned(), whole.replace(&body, "{ … }")),
            false if body.starts_with('{') => (body, whole),
            false => (format!("{{ {body} }}"), whole),
        };
        let kind = |kind: &Option<String>| kind.clone().unwrap_or("…".to_owned());
        let list = |one: &dyn Fn(&Parameter) -> String| {
            parameters.iter().map(one).collect::<Vec<_>>().join(", ")
        };
        Shown {
            typed: list(&|(name, of)| format!("{name}: {}", kind(of))),
            kinds: list(&|(_, of)| kind(of)),
            result,
            body,
            closure,
        }
    }

    fn is_known(&self) -> bool {
        self.result.is_some() && !self.typed.contains('…')
    }

    /// ` -> i32`; what is not known is left to the compiler, or to the learner.
    fn result(&self, otherwise: &str) -> String {
        match self.result.as_deref() {
            Some("()") => String::new(),
            result => format!(" -> {}", result.unwrap_or(otherwise)),
        }
    }

    /// `Box<dyn Fn(i32) -> i32>`
    fn boxed(&self) -> String {
        format!("Box<dyn Fn({}){}>", self.kinds, self.result("_"))
    }
}

/// A closure that uses nothing from outside.
fn alone(name: &str, shown: &Shown) -> Explanation {
    let function = format!(
        "fn {name}({}){} {}",
        shown.typed,
        shown.result("…"),
        shown.body
    );
    let boxed = format!(
        "let {name}: {} = Box::new({});",
        shown.boxed(),
        shown.closure
    );
    let (types, types_zh) = match shown.is_known() {
        true => ("", ""),
        false => (" The types go in the place of `…`.", "`…` 处请写上类型。"),
    };
    // A box can leave the type of the result to the compiler, but not those of the parameters.
    let code = match shown.typed.contains('…') {
        true => function,
        false => format!("{function}\n{boxed}"),
    };
    Explanation::new(
        format!(
            "`{name}` is a closure, and a closure's type has no name under which it could be kept \
             for the next cell. Write a function, or put the closure into a box.{types}"
        ),
        format!(
            "`{name}` 是一个闭包，闭包的类型没有名字，所以不能留到下一个单元格。请写成函数，或者把闭包装进 Box。{types_zh}"
        ),
        code,
    )
}

/// A closure that uses variables around it: no function sees those.
fn with_variables(
    case: &Case,
    cell: &Cell,
    pattern: &str,
    shown: &Shown,
    used: &[String],
    is_moving: bool,
) -> Explanation {
    let moving = if is_moving { "" } else { "move " };
    let value = with_copies(
        case,
        cell,
        used,
        format!("Box::new({moving}{})", shown.closure),
    );
    Explanation::new(
        format!(
            "`{pattern}` is a closure, and a closure's type has no name under which it could be \
             kept for the next cell. Put it into a box; with `move` it takes a copy of {} along.",
            quoted(used, ", ")
        ),
        format!(
            "`{pattern}` 是一个闭包，闭包的类型没有名字，所以不能留到下一个单元格。请把它装进 Box；\
             写上 `move`，它就会带走 {} 的一份副本。",
            quoted(used, "、")
        ),
        format!("let {pattern}: {} = {value};", shown.boxed()),
    )
}

/// The names of variables, as they are spoken of.
fn quoted(names: &[String], comma: &str) -> String {
    let names = names.iter().map(|name| format!("`{name}`"));
    names.collect::<Vec<_>>().join(comma)
}

/// A value that takes copies of variables along, where those would be moved away.
fn with_copies(case: &Case, cell: &Cell, used: &[String], value: String) -> String {
    let copies = used.iter().filter(|name| !is_copied(case, cell, name));
    let copies: String = copies
        .map(|name| format!("let {name} = {name}.clone(); "))
        .collect();
    match copies.is_empty() {
        true => value,
        false => format!("{{ {copies}{value} }}"),
    }
}

/// `let times: Box<dyn Fn(i32) -> i32> = Box::new(|x| x * k);`
pub fn box_without_move(case: &Case) -> Option<Explanation> {
    let is_captured = case.labels.contains("captured here");
    let cell = Cell::new(case.code);
    let statement = cell.definition(case.mark.as_ref().filter(|_| is_captured), "")?;
    let value = statement.initializer()?;
    let mut inner = value.syntax().descendants();
    let closure = inner.find_map(ast::ClosureExpr::cast)?;
    if closure.move_token().is_some() {
        return None;
    }
    let pattern = statement.pat()?.syntax().text().to_string();
    let used = used_around(case, &cell, &closure, pattern.trim_start_matches("mut "));
    if changed(&closure.body()?, &used, pattern.starts_with("mut ")).is_some() {
        return None;
    }
    let closure = closure.syntax().text().to_string();
    let moving = text(&value).replacen(&closure, &format!("move {closure}"), 1);
    let value_moving = with_copies(case, &cell, &used, moving);
    let whole = statement.syntax().text().to_string();
    Some(Explanation::new(
        format!(
            "The closure borrows {}, but it is to be there for longer. With `move` it takes a copy \
             along:",
            quoted(&used, ", ")
        ),
        format!(
            "闭包借用了 {}，但它要存在得更久。写上 `move`，它就会带走一份副本：",
            quoted(&used, "、")
        ),
        one_line(&whole.replacen(&text(&value), &value_moving, 1)),
    ))
}

/// A closure that changes a variable around it. A box would change a copy.
fn changing(pattern: &str, whole: &str, changed: &str) -> Explanation {
    let name = pattern.trim_start_matches("mut ");
    Explanation::new(
        format!(
            "`{name}` is a closure that changes `{changed}`: it borrows `{changed}` for as long as \
             it is there, and a borrow ends with its cell. Use `{name}` within braces, in this \
             cell:"
        ),
        format!(
            "闭包 `{name}` 会修改 `{changed}`：只要它还在，就一直借用着 `{changed}`，而借用到单元格结束就失效了。\
             请在这个单元格的花括号里使用 `{name}`："
        ),
        format!("{{ let mut {name} = {}; … }}", one_line(whole)),
    )
}

/// The variables from outside that a closure uses.
fn used_around(case: &Case, cell: &Cell, closure: &ast::ClosureExpr, own: &str) -> Vec<String> {
    let parameters = closure
        .param_list()
        .map(|list| list.syntax().text().to_string());
    let parameters = parameters.unwrap_or_default();
    let body = closure.body().map(|body| text(&body)).unwrap_or_default();
    let is_variable =
        |name: &str| case.memory.variable_type(name).is_some() || cell.variables().contains(name);
    let mut used: Vec<String> = words(&body)
        .filter(|name| *name != own && is_variable(name))
        .filter(|name| !words(&parameters).any(|parameter| parameter == *name))
        .map(str::to_owned)
        .collect();
    used.sort();
    used.dedup();
    used
}

/// Which of the variables from outside a closure changes.
fn changed(body: &ast::Expr, used: &[String], is_mutable: bool) -> Option<String> {
    let changed = body
        .syntax()
        .descendants()
        .filter_map(ast::BinExpr::cast)
        .filter(|one| matches!(one.op_kind(), Some(ast::BinaryOp::Assignment { .. })));
    let mut changed = changed.filter_map(|one| {
        let left = text(&one.lhs()?);
        let name = words(&left).next()?.to_owned();
        used.contains(&name).then_some(name)
    });
    changed
        .next()
        .or_else(|| used.first().filter(|_| is_mutable).cloned())
}

/// Whether a variable is copied where another would be moved: a number, `true`, a letter.
fn is_copied(case: &Case, cell: &Cell, name: &str) -> bool {
    let kind = case.memory.variable_type(name).map(str::to_owned);
    let kind = kind_in_cell(cell, name).or(kind).unwrap_or_default();
    is_number(&kind) || kind == "bool" || kind == "char" || kind.starts_with("&'static")
}

/// The type of a variable of the cell.
fn kind_in_cell(cell: &Cell, name: &str) -> Option<String> {
    let statement = cell.definition(None, name)?;
    let is_plain = matches!(statement.pat()?, ast::Pat::IdentPat(_));
    match statement.ty().filter(|_| is_plain) {
        Some(kind) => Some(kind.syntax().text().to_string()),
        None if is_plain => kind_of(&statement.initializer()?, &Known::new()),
        None => None,
    }
}

/// The types of all variables that the closure may use.
fn known(case: &Case, cell: &Cell, parameters: &[Parameter]) -> Known {
    let mut known = Known::new();
    let body = words(case.code);
    for name in body {
        let kind = case.memory.variable_type(name).map(str::to_owned);
        if let Some(kind) = kind_in_cell(cell, name).or(kind) {
            known.insert(name.to_owned(), kind);
        }
    }
    for (pattern, kind) in parameters {
        let kind = kind.clone().unwrap_or_default();
        let inner = |text: &str| -> Option<Vec<String>> {
            let inner = text.strip_prefix('(')?.strip_suffix(')')?;
            Some(
                inner
                    .split(',')
                    .map(|part| part.trim().to_owned())
                    .collect(),
            )
        };
        let name = pattern.trim_start_matches("mut ");
        match (inner(name), inner(&kind)) {
            (Some(names), Some(kinds)) if names.len() == kinds.len() => {
                known.extend(names.into_iter().zip(kinds));
            }
            _ => {
                known.remove(name);
                known.extend((!kind.is_empty()).then(|| (name.to_owned(), kind)));
            }
        }
    }
    known
}

/// The parameters, with types also where none is written: by what is computed with them, and by
/// what the cell calls the closure with.
fn parameters(
    cell: &Cell,
    name: &str,
    closure: &ast::ClosureExpr,
    body: &ast::Expr,
) -> Vec<Parameter> {
    let list = closure.param_list();
    let all = list.into_iter().flat_map(|list| list.params()).enumerate();
    let one = |(place, one): (usize, ast::Param)| {
        let pattern = one.pat().map(|pattern| pattern.syntax().text().to_string());
        let pattern = pattern.unwrap_or_default();
        let kind = match one.ty() {
            Some(kind) => Some(kind.syntax().text().to_string()),
            None => by_calls(cell, name, place).or_else(|| by_use(body, &pattern)),
        };
        (pattern, kind)
    };
    all.map(one).collect()
}

/// The type of an argument in a call of the closure.
fn by_calls(cell: &Cell, name: &str, place: usize) -> Option<String> {
    let calls = cell.descendants().filter_map(ast::CallExpr::cast);
    let mut kinds = calls.filter_map(|call| {
        let is_it = text(&call.expr()?) == name;
        let argument = call.arg_list()?.args().nth(place)?;
        kind_of(&argument, &Known::new()).filter(|_| is_it)
    });
    Some(written(&kinds.next()?).replace("'static ", ""))
}

/// The type of what a parameter is computed with.
fn by_use(body: &ast::Expr, name: &str) -> Option<String> {
    let uses = body.syntax().descendants().filter_map(ast::PathExpr::cast);
    let mut kinds = Vec::new();
    for used in uses.filter(|path| path.syntax().text() == name) {
        let parent = used.syntax().parent();
        let Some(operation) = parent.clone().and_then(ast::BinExpr::cast) else {
            let is_alone = parent.is_none_or(|parent| {
                ast::CastExpr::can_cast(parent.kind())
                    || ast::ParenExpr::can_cast(parent.kind())
                    || ast::ClosureExpr::can_cast(parent.kind())
            });
            kinds.push(is_alone.then(String::new));
            continue;
        };
        let is_other = |side: &ast::Expr| side.syntax() != used.syntax();
        let sides = [operation.lhs(), operation.rhs()];
        let other = sides.into_iter().flatten().find(is_other);
        let kind = other.and_then(|other| kind_of(&other, &Known::new()));
        kinds.push(Some(kind.map_or_else(String::new, |kind| written(&kind))));
    }
    // What a method is called on may be anything.
    let kinds: Vec<String> = kinds.into_iter().collect::<Option<_>>()?;
    let found = kinds.iter().find(|kind| is_number(kind)).cloned();
    found.or_else(|| (!kinds.is_empty()).then(|| "f32".to_owned()))
}
