//! What one writes as in other languages: methods of numbers, parts of lists, choices.

use super::super::calls::Call;
use super::super::case::{Case, Explanation};
use super::super::kinds_in_cell::element_of;
use super::super::numbers::{behind_references, float_of, is_float, is_whole};
use super::super::syntax::{Cell, in_parentheses, one_line, text};
use super::copies::before_clone;
use ra_ap_syntax::ast::{self, AstNode, HasArgList};

/// Methods that only numbers with a fraction have.
const OF_FRACTIONS: [&str; 27] = [
    "sqrt", "cbrt", "powi", "powf", "exp", "exp2", "ln", "log", "log2", "log10", "sin", "cos",
    "tan", "asin", "acos", "atan", "atan2", "sinh", "cosh", "tanh", "floor", "ceil", "round",
    "trunc", "fract", "recip", "hypot",
];

/// `n.sqrt()` of a whole number
pub fn method_of_fractions(case: &Case) -> Option<Explanation> {
    let mut named = case.named();
    let (method, kind) = (named.next()?, named.next()?);
    let is_it = OF_FRACTIONS.contains(&method) && is_whole(kind.trim_start_matches('&'));
    let call: ast::MethodCallExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let number = text(&call.receiver().filter(|_| is_it)?);
    let arguments = call.arg_list()?;
    let arguments = arguments.syntax().text().to_string();
    let (float, stars) = (float_of(case), behind_references(kind).1);
    let number = match number.chars().all(|c| c.is_ascii_digit()) {
        true => format!("{number}.0_{float}"),
        false => format!("({stars}{} as {float})", in_parentheses(&number)),
    };
    Some(Explanation::new(
        format!(
            "`{method}` is a method of numbers with a fraction. Turn the whole number into one:"
        ),
        format!("`{method}` 是小数的方法。请先把整数变成小数："),
        format!("{number}.{method}{arguments}"),
    ))
}

/// `v.iter().sum()` without a type
pub fn sum_without_type(case: &Case) -> Option<Explanation> {
    let call: ast::MethodCallExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let name = call.name_ref()?.text().to_string();
    let whole = one_line(&call.syntax().text().to_string());
    let kind = match name.as_str() {
        "sum" | "product" => element_of_a_list(case, call.receiver()?),
        "parse" => None,
        "collect" => Some("Vec<_>".to_owned()),
        _ => return None,
    };
    let kind = kind.unwrap_or_else(|| float_of(case).to_owned());
    let bare = format!(".{name}()");
    let rest = whole.strip_suffix(&bare)?;
    Some(Explanation::new(
        format!("`{bare}` can give several types. Say which one is wanted:"),
        format!("`{bare}` 可以得到多种类型。请写明要哪一种："),
        format!("{rest}.{name}::<{kind}>()"),
    ))
}

/// A sum within a calculation: of its type, that of the whole says nothing.
pub fn sum_in_a_calculation(case: &Case) -> Option<Explanation> {
    let call: ast::MethodCallExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let is_sum = ["sum", "product"].contains(&case.marked());
    let sum = ast::BinExpr::cast(call.syntax().parent()?)?;
    let cell = Cell::new(case.code);
    let statement = cell.definition(case.mark.as_ref(), case.name())?;
    let is_bare = statement.ty().is_none();
    let said = sum_without_type(case).filter(|_| is_sum && is_bare)?;
    let whole = one_line(&call.syntax().text().to_string());
    let sides = [sum.lhs()?, sum.rhs()?];
    let other = sides.iter().map(text).find(|side| *side != whole);
    // Beside a whole number stands a sum of whole numbers.
    let typed = match other.is_some_and(|other| other.parse::<i64>().is_ok()) {
        true => said
            .fix()
            .replace("::<f64>", "::<i32>")
            .replace("::<f32>", "::<i32>"),
        false => said.fix().to_owned(),
    };
    Some(said.with(case.line()?.replacen(&whole, &typed, 1)))
}

/// `let mean = v.iter().sum() / v.len();`
pub fn mean_without_types(case: &Case) -> Option<Explanation> {
    let call: ast::MethodCallExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let kind = element_of_a_list(case, call.receiver()?);
    let kind = kind.unwrap_or_else(|| float_of(case).to_owned());
    Some(Explanation::new(
        "The sum needs a type, and the number of values, which is a whole one, has to be turned:",
        "求和要写明类型；个数是整数，也要转换：",
        mean_of_a_list(&call, &kind)?,
    ))
}

/// `v.iter().sum::<f64>() / v.len() as f64` for `v.iter().sum() / v.len()`
fn mean_of_a_list(sum: &ast::MethodCallExpr, kind: &str) -> Option<String> {
    let quotient = ast::BinExpr::cast(sum.syntax().parent()?)?;
    let count = text(&quotient.rhs()?);
    let is_mean = quotient.op_token()?.text() == "/" && count.ends_with(".len()");
    let rest = one_line(&text(&quotient.lhs()?));
    let rest = rest.strip_suffix(".sum()")?.to_owned();
    let float = if kind == "f32" { "f32" } else { "f64" };
    let turned = match is_float(kind) {
        true => format!("{rest}.sum::<{kind}>()"),
        false => format!("{rest}.sum::<{kind}>() as {float}"),
    };
    is_mean.then(|| format!("{turned} / {count} as {float}"))
}

/// What the list is made of that a chain begins with; nothing where its elements become others.
fn element_of_a_list(case: &Case, chain: ast::Expr) -> Option<String> {
    let mut list = chain;
    while let ast::Expr::MethodCallExpr(call) = &list {
        let method = call.name_ref()?.text().to_string();
        let keeps = [
            "iter",
            "into_iter",
            "copied",
            "cloned",
            "filter",
            "rev",
            "skip",
            "take",
            "windows",
        ];
        keeps.contains(&method.as_str()).then_some(())?;
        list = call.receiver()?;
    }
    Some(match element_of(case, &list)?.as_str() {
        "{integer}" => "i32".to_owned(),
        "{float}" => float_of(case).to_owned(),
        kind => kind.to_owned(),
    })
}

/// `v.length`
pub fn length(case: &Case) -> Option<Explanation> {
    let mut named = case.named();
    let (name, kind) = match case.message.contains("is not an iterator") {
        true => ("count", named.next()?.trim_start_matches("std::string::")),
        false => (named.next()?, named.next()?),
    };
    let is_own = kind
        .split(['<', '&'])
        .any(|part| case.memory.defined_in(part).is_some());
    if !matches!(name, "length" | "size" | "len" | "count") || is_own {
        return None;
    }
    let field: Option<ast::FieldExpr> = Cell::new(case.code).around(case.mark.as_ref()?);
    let call: Option<ast::MethodCallExpr> = Cell::new(case.code).around(case.mark.as_ref()?);
    let of_call = call.filter(|call| call.name_ref().is_some_and(|one| one.text() == name));
    let argument = of_call
        .as_ref()
        .and_then(|call| call.arg_list()?.args().next());
    let owner = of_call
        .and_then(|call| call.receiver())
        .or_else(|| field?.expr())?;
    let is_counted = ["Vec<", "[", "String", "str", "Hash", "BTree", "VecDeque<"]
        .iter()
        .any(|begin| kind.trim_start_matches('&').starts_with(begin));
    if let Some(argument) = argument.filter(|_| name == "count") {
        let kind = kind.trim_start_matches('&');
        let (owner, wanted) = (text(&owner), text(&argument));
        let fix = match kind {
            "str" | "String" => format!("{owner}.matches({wanted}).count()"),
            _ if kind.starts_with(['V', '[']) => {
                format!("{owner}.iter().filter(|x| **x == {wanted}).count()")
            }
            _ => return None,
        };
        return Some(Explanation::new(
            "How many there are of one kind: leave the others out by `filter`, and count (in a \
             text, the places are found by `matches`).",
            "要数出等于某个值的有几个：先用 `filter` 只留下它们，再用 `count` 计数（文本中用 `matches` 查找）。",
            fix,
        ));
    }
    is_counted.then(|| {
        Explanation::new(
            "How many there are says the method `len`.",
            "元素的个数用方法 `len` 得到。",
            format!("{}.len()", text(&owner)),
        )
    })
}

/// `v.append(4.0)`, as in Python
pub fn append(case: &Case) -> Option<Explanation> {
    let is_list = case.labels.contains("expected `&mut Vec<");
    let call = Call::around(case.code, case.mark.as_ref()?.start)?;
    (is_list && call.callee == "append").then(|| {
        Explanation::new(
            "One more element is put behind a list by `push`; `append` takes all elements out of \
             another list.",
            "在列表末尾加一个元素用 `push`；`append` 会把另一个列表的元素全部移过来。",
            call.with("push", &call.arguments),
        )
    })
}

/// `let first = names[0];` of texts
pub fn moved_out_of_a_list(case: &Case) -> Option<Explanation> {
    let place = one_line(case.marked());
    let is_indexed = case.message.contains("out of index of") && place.ends_with(']');
    let kind = case
        .labels
        .split("has type `")
        .nth(1)
        .filter(|_| is_indexed)?;
    let kind = kind.split('`').next()?;
    let before = before_clone(case.memory, &Cell::new(case.code), kind);
    let Some(before) = before else {
        return Some(Explanation::new(
            "An element cannot be taken out of a list like this: a hole would be left. Look at it \
             where it is, with `&` in front.",
            "不能这样从列表里取走一个元素：那里会留下空洞。请在前面写 `&`，只是借来看。",
            "",
        ));
    };
    Some(Explanation::new(
        format!(
            "An element cannot be taken out of a list like this: a hole would be left. Take a \
             copy.{}",
            before.english
        ),
        format!(
            "不能这样从列表里取走一个元素：那里会留下空洞。请取一份副本。{}",
            before.chinese
        ),
        format!("{}{place}.clone()", before.code),
    ))
}

/// `if n > 2 { "big" } else { 3 }`
pub fn ways_of_two_types(case: &Case) -> Option<Explanation> {
    let what = match case.message {
        message if message.contains("`if` and `else`") => "`if` and `else`",
        message if message.contains("`match` arms") => "`match`",
        _ => return None,
    };
    let found = case
        .labels
        .split_once("expected ")?
        .1
        .split_once(", found ")?;
    let bare = |kind: &str| {
        kind.split('\n')
            .next()
            .unwrap_or_default()
            .trim()
            .to_owned()
    };
    let (one, other) = (bare(found.0), bare(found.1));
    Some(Explanation::new(
        format!(
            "All ways of {what} give a value of the same type: here one gives {one}, another \
             {other}. Let them give the same, or a type of your own with a case for each."
        ),
        format!(
            "{what} 的每个分支都要给出同一种类型的值：这里一个是 {one}，另一个是 {other}。请让它们一致，或者自己定义一个枚举，每种情况一项。"
        ),
        "",
    ))
}

/// `let w = if n > 2 { 1 };`
pub fn if_without_else(case: &Case) -> Option<Explanation> {
    let mark = case.mark.as_ref();
    let own: Option<ast::IfExpr> = mark.and_then(|mark| Cell::new(case.code).around(mark));
    let own = own.map(|one| one.syntax().text().to_string());
    let own = own.filter(|one| !one.contains('\n'));
    Some(Explanation::new(
        "Where an `if` gives a value, there has to be one in the other case, too: in an `else`.",
        "`if` 要给出一个值时，另一种情况也要有值：请写上 `else`。",
        own.map_or_else(String::new, |one| format!("{one} else {{ … }}")),
    ))
}

/// `scores["nobody"]`
pub fn key_that_is_not_there(case: &Case) -> Option<Explanation> {
    let cell = Cell::new(case.code);
    let nodes = cell.statements().iter().flat_map(|node| node.descendants());
    let parts = nodes.filter_map(ast::IndexExpr::cast);
    let mut looked_up = parts.filter_map(|one| Some((text(&one.base()?), text(&one.index()?))));
    // Which one it was is not known where there are several.
    let (first, second) = (looked_up.next(), looked_up.next());
    let (english, chinese) = match (&first, &second) {
        (Some(_), None) => ("", ""),
        _ => (
            ", for a map `map` and a key `key`",
            "（例如映射 `map` 和键 `key`）",
        ),
    };
    let (map, key) = first
        .filter(|_| second.is_none())
        .unwrap_or(("map".to_owned(), "key".to_owned()));
    let key = match key.starts_with(['&', '"']) {
        true => key,
        false => format!("&{key}"),
    };
    Some(Explanation::new(
        format!(
            "Nothing stands under this key. `get` gives an `Option`, which is `None` then{english}:"
        ),
        format!("这个键下面什么也没有。`get` 得到一个 `Option`，没有时是 `None`{chinese}："),
        format!("{map}.get({key})"),
    ))
}

/// `f(1, 2)`, then `f(1.0, 2.0)`
pub fn closure_for_two_types(case: &Case) -> Option<Explanation> {
    let name = one_line(case.marked());
    let is_word = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == '_');
    let statement = Cell::new(case.code).definition(None, &name)?;
    let is_closure = matches!(statement.initializer()?, ast::Expr::ClosureExpr(_));
    (is_word && is_closure && case.message.contains("arguments to this function")).then(|| {
        Explanation::new(
            format!(
                "A closure takes one type for each parameter, the one of its first call. For \
                 another type write a function, or a second closure beside `{name}`."
            ),
            format!(
                "闭包的每个参数只有一种类型，由第一次调用决定。要用别的类型，请写函数，或者在 `{name}` 之外再写一个闭包。"
            ),
            "",
        )
    })
}
