//! A value of one's own in place of one that is lent.

use super::super::syntax::{one_line, text};
use ra_ap_syntax::ast::{self, AstNode, HasArgList};

/// Whether a variable is a map.
pub type IsMap<'a> = &'a dyn Fn(&str) -> bool;

/// Methods that lend something in an `Option`, and what is called on the `Option` makes it one's
/// own.
const LENDING: [&str; 14] = [
    "first",
    "last",
    "get",
    "max",
    "min",
    "max_by",
    "min_by",
    "max_by_key",
    "min_by_key",
    "next",
    "find",
    "nth",
    "peek",
    "as_ref",
];

/// Methods that take what is lent out of an `Option` or a `Result`.
const OUT: [&str; 4] = ["unwrap", "expect", "unwrap_or", "unwrap_or_default"];

/// Methods that lend, and what makes one's own of that.
const OTHERS: [(&str, &str); 9] = [
    ("as_deref", ".map(str::to_owned)"),
    ("strip_prefix", ".map(str::to_owned)"),
    ("strip_suffix", ".map(str::to_owned)"),
    ("split_once", ".map(|(a, b)| (a.to_owned(), b.to_owned()))"),
    ("rsplit_once", ".map(|(a, b)| (a.to_owned(), b.to_owned()))"),
    ("as_slice", ".to_vec()"),
    ("borrow", ".clone()"),
    ("lock", ".clone()"),
    ("to_str", ".map(str::to_owned)"),
];

/// What an iterator yields, or an `Option` holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Yield {
    Own,
    Lent,
    Text,
    /// A part of a list.
    Part,
    Pair(Box<Yield>, Box<Yield>),
}

impl Yield {
    /// What makes values of one's own of it, called on the iterator or the `Option`.
    pub fn owned(&self) -> String {
        match self {
            Yield::Own => String::new(),
            Yield::Lent => ".cloned()".to_owned(),
            Yield::Text => ".map(str::to_owned)".to_owned(),
            Yield::Part => ".map(|part| part.to_vec())".to_owned(),
            Yield::Pair(..) => {
                let mut names = 'a'..='z';
                let (pattern, value) = self.taken_apart(&mut names);
                match pattern == value {
                    true => String::new(),
                    false => format!(".map(|{pattern}| {value})"),
                }
            }
        }
    }

    /// A pattern, and the same with values of one's own.
    fn taken_apart(&self, names: &mut impl Iterator<Item = char>) -> (String, String) {
        if let Yield::Pair(one, other) = self {
            let (one, other) = (one.taken_apart(names), other.taken_apart(names));
            return (
                format!("({}, {})", one.0, other.0),
                format!("({}, {})", one.1, other.1),
            );
        }
        let name = names.next().unwrap_or('_').to_string();
        let value = format!("{name}{}", self.of_one());
        (name, value)
    }

    /// What makes a value of one's own of one of them.
    fn of_one(&self) -> &'static str {
        match self {
            Yield::Lent => ".clone()",
            Yield::Text | Yield::Part => ".to_owned()",
            Yield::Own | Yield::Pair(..) => "",
        }
    }
}

/// What a chain of methods yields, or holds in an `Option`, as far as its text tells.
pub fn yields(chain: &ast::Expr, is_map: IsMap) -> Yield {
    let call = match chain {
        ast::Expr::MethodCallExpr(call) => call,
        ast::Expr::ParenExpr(inner) => {
            return inner
                .expr()
                .map_or(Yield::Own, |inner| yields(&inner, is_map));
        }
        ast::Expr::RefExpr(_) => return Yield::Lent,
        _ => return Yield::Own,
    };
    let (Some(method), Some(receiver)) = (call.name_ref(), call.receiver()) else {
        return Yield::Own;
    };
    let argument = call.arg_list().and_then(|list| list.args().next());
    let before = || yields(&receiver, is_map);
    let pair = |one: Yield, other: Yield| Yield::Pair(Box::new(one), Box::new(other));
    let is_iterator = || matches!(&receiver, ast::Expr::MethodCallExpr(_));
    match method.text() {
        "iter" if is_map(&text(&receiver)) => pair(Yield::Lent, Yield::Lent),
        "iter" | "keys" | "values" | "as_ref" => Yield::Lent,
        "chunks" | "windows" => Yield::Part,
        "lines" | "split" | "split_whitespace" | "rsplit" | "splitn" | "as_str" | "trim" => {
            Yield::Text
        }
        "get"
            if argument
                .as_ref()
                .is_some_and(|one| text(one).contains("..")) =>
        {
            Yield::Part
        }
        "get" | "first" | "peek" => Yield::Lent,
        "enumerate" => pair(Yield::Own, before()),
        "zip" => pair(
            before(),
            argument.map_or(Yield::Own, |other| yields(&other, is_map)),
        ),
        "map" | "filter_map" | "flat_map" => argument.map_or(Yield::Own, |one| result(&one)),
        "last" if !is_iterator() => Yield::Lent,
        "filter" | "rev" | "skip" | "take" | "step_by" | "take_while" | "skip_while"
        | "inspect" | "peekable" | "cycle" | "chain" | "next" | "nth" | "last" | "find" | "max"
        | "min" | "max_by" | "min_by" | "max_by_key" | "min_by_key" | "collect" | "unwrap"
        | "expect" => before(),
        _ => Yield::Own,
    }
}

/// What a closure gives back: `|w| w.as_str()`, `|p| &p.name`.
fn result(closure: &ast::Expr) -> Yield {
    let ast::Expr::ClosureExpr(closure) = closure else {
        return match text(closure).as_str() {
            "String::as_str" | "str::trim" => Yield::Text,
            _ => Yield::Own,
        };
    };
    match closure.body() {
        Some(ast::Expr::RefExpr(_)) => Yield::Lent,
        Some(body @ ast::Expr::MethodCallExpr(_)) if !text(&body).contains("collect") => {
            yields(&body, &|_| false)
        }
        _ => Yield::Own,
    }
}

/// A value of its own in place of one that borrows; none where the text does not tell how.
pub fn own(value: &ast::Expr, is_map: IsMap) -> Option<String> {
    let code = one_line(&text(value));
    match value {
        // A copy in place of what was to be changed would not change it.
        ast::Expr::RefExpr(reference) if reference.mut_token().is_some() => None,
        ast::Expr::RefExpr(reference) => {
            let lent = reference.expr()?;
            let is_part = matches!(lent, ast::Expr::IndexExpr(_)) && text(&lent).contains("..");
            // A part of a list or of a text.
            let own = if is_part { "to_owned" } else { "clone" };
            Some(format!("{}.{own}()", text(&lent)))
        }
        ast::Expr::MethodCallExpr(call) => of_call(call, code, is_map),
        // Everything that is lent in it, by itself.
        ast::Expr::TupleExpr(_)
        | ast::Expr::ArrayExpr(_)
        | ast::Expr::CallExpr(_)
        | ast::Expr::MacroExpr(_)
        | ast::Expr::RecordExpr(_) => inner_owned(value, is_map),
        ast::Expr::TryExpr(inner) => {
            let inner = inner.expr()?;
            let own = match holder(&inner) {
                Some(holder) => yields(&holder, is_map).of_one().to_owned(),
                None => String::new(),
            };
            let own = if own.is_empty() { ".to_owned()" } else { &own };
            Some(format!("{code}{own}"))
        }
        _ => Some(format!("{code}.to_owned()")),
    }
}

fn of_call(call: &ast::MethodCallExpr, code: String, is_map: IsMap) -> Option<String> {
    let method = call.name_ref()?.text().to_string();
    let receiver = call.receiver()?;
    let value = ast::Expr::MethodCallExpr(call.clone());
    match method.as_str() {
        "split_at" => {
            let (list, at) = (text(&receiver), text(&call.arg_list()?.args().next()?));
            Some(format!(
                "({list}[..{at}].to_owned(), {list}[{at}..].to_owned())"
            ))
        }
        // Each thing by itself: a list of lent things is lent, whoever has the list.
        "collect" => {
            let (things, collected) = code.rsplit_once(".collect")?;
            let own = yields(&receiver, is_map).owned();
            Some(format!("{things}{own}.collect{}", own_type(collected)?))
        }
        method if OUT.contains(&method) => {
            // What a lock or a cell lends is behind the guard.
            let guard = code.contains(".lock()") || code.contains(".borrow()");
            let held = holder(&receiver).filter(|_| !guard);
            match held.map(|held| yields(&held, is_map)) {
                Some(pair @ Yield::Pair(..)) => {
                    let out = code.strip_prefix(&text(&receiver))?;
                    Some(format!("{}{}{out}", text(&receiver), pair.owned()))
                }
                Some(Yield::Text | Yield::Part) => Some(format!("{code}.to_owned()")),
                _ if code.contains(".to_str()") => Some(format!("{code}.to_owned()")),
                _ => Some(format!("{code}.clone()")),
            }
        }
        method if LENDING.contains(&method) => {
            let own = match yields(&value, is_map) {
                Yield::Own => ".cloned()".to_owned(),
                lent => lent.owned(),
            };
            Some(format!("{code}{own}"))
        }
        method => {
            let own = OTHERS.iter().find(|(name, _)| *name == method);
            Some(format!(
                "{code}{}",
                own.map_or(".to_owned()", |(_, own)| own)
            ))
        }
    }
}

/// The call that gives the `Option` which is opened behind it.
fn holder(opened: &ast::Expr) -> Option<ast::Expr> {
    match opened {
        ast::Expr::MethodCallExpr(call) => match call.name_ref()?.text() {
            "ok_or" | "ok_or_else" | "unwrap_or" | "unwrap" | "expect" => holder(&call.receiver()?),
            _ => Some(opened.clone()),
        },
        _ => None,
    }
}

/// A type with values of its own in place of what it borrows: `Vec<String>` for `Vec<&str>`. None
/// for parts of lists, and where a lifetime is written.
pub fn own_type(kind: &str) -> Option<String> {
    let others = ["&[", "&'", "&mut", "&dyn"];
    let is_plain = !others.iter().any(|loan| kind.contains(loan));
    is_plain.then(|| kind.replace("&str", "String").replace('&', ""))
}

/// A tuple, a list or a `Some(…)` of references with values in their place.
fn inner_owned(value: &ast::Expr, is_map: IsMap) -> Option<String> {
    let parts: Vec<ast::Expr> = match value {
        ast::Expr::TupleExpr(tuple) => tuple.fields().collect(),
        ast::Expr::ArrayExpr(list) => list.exprs().collect(),
        ast::Expr::CallExpr(call) => {
            let function = text(&call.expr()?);
            // A function may want a reference, and what it returns is lent.
            if !function
                .rsplit("::")
                .next()?
                .starts_with(char::is_uppercase)
            {
                return Some(format!("{}.to_owned()", one_line(&text(value))));
            }
            call.arg_list()?.args().collect()
        }
        _ => return None,
    };
    let mut code = text(value);
    if code.contains('\n') {
        return None;
    }
    let base = usize::from(value.syntax().text_range().start());
    for part in parts.into_iter().rev() {
        let is_lending = |name: &str| {
            LENDING.contains(&name)
                || OUT.contains(&name)
                || matches!(name, "as_str" | "trim")
                || OTHERS.iter().any(|(other, _)| *other == name)
        };
        let is_lent = match &part {
            ast::Expr::RefExpr(_) | ast::Expr::TupleExpr(_) => true,
            ast::Expr::MethodCallExpr(call) => {
                call.name_ref().is_some_and(|name| is_lending(name.text()))
            }
            _ => false,
        };
        if is_lent {
            let range = part.syntax().text_range();
            code.replace_range(
                usize::from(range.start()) - base..usize::from(range.end()) - base,
                &own(&part, is_map)?,
            );
        }
    }
    Some(code)
}

#[cfg(test)]
mod tests {
    use super::super::super::syntax::Cell;
    use super::*;

    #[test]
    fn one_s_own_in_place_of_what_is_lent() {
        for (lent, owned) in [
            ("&v[0]", "v[0].clone()"),
            ("&v[..2]", "v[..2].to_owned()"),
            ("v.first()", "v.first().cloned()"),
            ("v.get(0..2)", "v.get(0..2).map(|part| part.to_vec())"),
            ("v.iter().max().unwrap()", "v.iter().max().unwrap().clone()"),
            (
                "s.split(' ').next()",
                "s.split(' ').next().map(str::to_owned)",
            ),
            (
                "s.split(' ').next().unwrap()",
                "s.split(' ').next().unwrap().to_owned()",
            ),
            (
                "s.lines().last().ok_or(\"none\")?",
                "s.lines().last().ok_or(\"none\")?.to_owned()",
            ),
            (
                "v.iter().enumerate().max_by_key(|p| p.1).unwrap()",
                "v.iter().enumerate().max_by_key(|p| p.1).map(|(a, b)| (a, b.clone())).unwrap()",
            ),
            (
                "map.iter().collect()",
                "map.iter().map(|(a, b)| (a.clone(), b.clone())).collect()",
            ),
            ("map.keys().collect()", "map.keys().cloned().collect()"),
            (
                "v.iter().zip(s.lines()).collect()",
                "v.iter().zip(s.lines()).map(|(a, b)| (a.clone(), b.to_owned())).collect()",
            ),
            (
                "v.iter().map(|w| w.as_str()).next()",
                "v.iter().map(|w| w.as_str()).next().map(str::to_owned)",
            ),
        ] {
            let cell = Cell::new(format!("let a = {lent};"));
            let value = cell.definition(None, "a").unwrap().initializer().unwrap();
            let found = own(&value, &|name| name == "map");
            assert_eq!(found.as_deref(), Some(owned));
        }
    }
}
