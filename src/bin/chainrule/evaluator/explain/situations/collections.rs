//! Loops over what is no list, positions in texts, the order of numbers with a fraction.

use super::super::case::{Case, Explanation};
use super::super::syntax::{Cell, one_line, text};
use ra_ap_syntax::ast;

/// `for i in 10`, `for c in "abc"`, `for x in dataset`
pub fn loop_over_something_else(case: &Case) -> Option<Explanation> {
    let kind = case.name();
    let marked = one_line(case.marked());
    let kind = kind.trim_start_matches('&');
    let is_whole = kind == "{integer}" || (kind.len() <= 5 && kind.starts_with(['i', 'u']));
    let (english, chinese, fix) = match kind {
        "str" | "String" => (
            "A text is a row of letters only if it is asked for them:",
            "要逐个处理文本里的字符，请用 `chars`：",
            format!(
                "for c in {}.chars() {{ … }}",
                marked.trim_start_matches('&')
            ),
        ),
        "Dataset" if case.memory.defined_in("Dataset").is_none() => (
            "A data set is read in batches:",
            "数据集按批次读取：",
            format!(
                "for batch in {}.batches(32) {{ … }}",
                marked.trim_start_matches('&')
            ),
        ),
        _ if is_whole => (
            "A loop goes over several values, and a number is one. The numbers from 0 up to it, \
             without itself, are a range:",
            "循环要逐个处理多个值，而一个数只是一个值。从 0 到它（不含它本身）的整数写成范围：",
            format!("for i in 0..{} {{ … }}", marked.trim_start_matches('&')),
        ),
        _ => return None,
    };
    Some(Explanation::new(english, chinese, fix))
}

/// `"abc"[0]`
pub fn position_in_a_text(case: &Case) -> Option<Explanation> {
    let index: ast::IndexExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (base, position) = (text(&index.base()?), text(&index.index()?));
    Some(Explanation::new(
        "A text has no positions, because its letters take 1 to 4 bytes each. Its letters are \
         counted one by one; `nth` gives `None` behind the end.",
        "文本不能按下标取字符，因为每个字符占 1 到 4 个字节。请用 `chars` 逐个数；超出末尾时 `nth` 得到 `None`。",
        format!("{base}.chars().nth({position})"),
    ))
}

/// `&"año"[0..2]`
pub fn within_a_letter(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "The numbers count bytes, and a letter beyond ASCII has 2 to 4 of them: this one would be \
         cut in two. Count letters:",
        "这里的数字数的是字节，而中文等非 ASCII 字符占 2 到 4 个字节：这样会把一个字符切成两半。请按字符来数：",
        "let part: String = text.chars().take(2).collect();",
    ))
}

/// `"a" + "b"`
pub fn texts_joined(case: &Case) -> Option<Explanation> {
    let kinds: Vec<&str> = case.message.split('`').skip(1).step_by(2).collect();
    let is_text = |kind: &&str| matches!(kind.trim_start_matches('&'), "str" | "String");
    let numbers = [
        "{integer}",
        "{float}",
        "f32",
        "f64",
        "i32",
        "i64",
        "usize",
        "u8",
    ];
    let is_number = |kind: &&str| numbers.contains(&kind.trim_start_matches('&'));
    let are_parts = kinds.iter().all(|kind| is_text(kind) || is_number(kind));
    if kinds.len() != 2 || !kinds.iter().any(is_text) || !are_parts {
        return None;
    }
    let sum: ast::BinExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let (left, right) = (sum.lhs()?, sum.rhs()?);
    let part = |one: &ast::Expr| match one {
        ast::Expr::Literal(_) => Some(text(one).trim_matches('"').to_owned()),
        ast::Expr::PathExpr(_) => Some(format!("{{{}}}", text(one))),
        _ => None,
    };
    let fix = match (part(&left), part(&right)) {
        (Some(left), Some(right)) => format!("format!(\"{left}{right}\")"),
        _ => format!("format!(\"{{}}{{}}\", {}, {})", text(&left), text(&right)),
    };
    Some(Explanation::new(
        "Texts are put together with `format!`; `+` only adds to a `String`.",
        "拼接文本用 `format!`；`+` 只能接在 `String` 后面。",
        one_line(&fix),
    ))
}

/// `vec![3.0, 1.0].sort()`, `.max()` of numbers with a fraction
pub fn order_of_floats(case: &Case) -> Option<Explanation> {
    let kind = case.message.split('`').nth(1)?;
    let (kind, bound) = kind.split_once(": ")?;
    if !matches!(kind.trim_start_matches('&'), "{float}" | "f32" | "f64")
        || !matches!(
            bound,
            "Ord" | "std::cmp::Ord" | "Eq" | "std::cmp::Eq" | "Hash" | "std::hash::Hash"
        )
    {
        return None;
    }
    let code = case.code;
    let compared = "|a, b| a.total_cmp(b)";
    let fix = if code.contains(".max()") || code.contains(".min()") {
        format!(".max_by({compared})\n.min_by({compared})")
    } else if code.contains("_by_key(") {
        ".max_by(|a, b| key(a).total_cmp(&key(b)))".to_owned()
    } else if code.contains(".sort") {
        format!(".sort_by({compared})")
    } else {
        "value.to_bits()".to_owned()
    };
    Some(Explanation::new(
        "Numbers with a fraction have no full order, because of NaN, which is neither smaller \
         nor larger than any. `total_cmp` puts NaN at the end:",
        "小数没有完整的大小顺序，因为 NaN 和谁都比不出大小。`total_cmp` 会把 NaN 排在最后：",
        fix,
    ))
}
