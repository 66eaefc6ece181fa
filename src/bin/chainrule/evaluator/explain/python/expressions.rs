//! What stands within a line that is another language's.

use super::said::{Said, condition, is_name, loop_head, say, words};

/// Parts of a line.
pub(super) fn expression(own: &str, bare: &str) -> Said {
    if let Some(place) = formatted(own, bare) {
        let text = own[place + 1..].trim_start_matches(['"', '\'']);
        let text = text.split(['"', '\'']).next().unwrap_or_default();
        return say(
            "In Rust values stand in the text itself, in braces: `println!` and `format!` fill \
            them in, without an `f`.",
            "Rust 的文本里也可以直接写 `{变量}`：由 `println!` 和 `format!` 填入，前面不用 `f`。",
            format!("println!(\"{text}\");"),
        );
    }
    if let Some(text) = quoted(own, bare) {
        return say(
            "A text stands in double quotes; single ones are for one character, such as 'a'.",
            "字符串用双引号；单引号只用于单个字符，例如 'a'。",
            own.replacen(&format!("'{text}'"), &format!("\"{text}\""), 1),
        );
    }
    let has = |word: &str| words(bare).contains(&word);
    if has("lambda") && bare.contains(':') {
        let rest = own.split("lambda").nth(1)?;
        let (names, body) = rest.split_once(':')?;
        let body = body.trim().trim_end_matches([';', ')']);
        return say(
            "A function without a name has its parameters between bars.",
            "没有名字的函数（闭包）把参数写在两条竖线之间。",
            format!("|{}| {body}", names.trim()),
        );
    }
    if bare.contains(['['])
        && bare.contains(" for ")
        && bare.contains(" in ")
        && !bare.contains('{')
    {
        return comprehension(own);
    }
    if bare.contains(" if ") && bare.contains(" else ") && !bare.contains(['{', '|']) {
        return choice(own);
    }
    if let Some((start, rest)) = own
        .split_once("= {")
        .filter(|(_, rest)| rest.trim_start().starts_with(['"', '\'']))
    {
        return dictionary(start, rest);
    }
    signs(own, bare)
}

/// `1 if a > 2 else 3`
fn choice(own: &str) -> Said {
    let (before, rest) = own.split_once(" if ")?;
    let (condition_, other) = rest.split_once(" else ")?;
    let (start, value) = before
        .rsplit_once("= ")
        .map_or(("", before), |(start, value)| (start, value));
    let start = if start.is_empty() {
        String::new()
    } else {
        format!("{start}= ")
    };
    let (other, end) = other
        .strip_suffix(';')
        .map_or((other, ""), |other| (other, ";"));
    say(
        "In Rust `if` itself has a value, and its parts stand in braces.",
        "Rust 的 `if` 本身就有值，两个分支写在花括号里。",
        format!(
            "{start}if {} {{ {value} }} else {{ {other} }}{end}",
            condition(condition_)
        ),
    )
}

/// `ages = {"a": 1}`, from what stands before `= {` and what behind.
fn dictionary(start: &str, rest: &str) -> Said {
    let entry = rest.trim().trim_end_matches([';', '}']);
    let pairs: Vec<String> = entry
        .split(',')
        .filter_map(|one| one.split_once(':'))
        .map(pair)
        .collect();
    if pairs.is_empty() {
        return None;
    }
    say(
        "A dictionary is a `HashMap`.",
        "字典在 Rust 里是 `HashMap`。",
        format!(
            "{start}= std::collections::HashMap::from([{}]);",
            pairs.join(", ")
        ),
    )
}

fn pair((key, value): (&str, &str)) -> String {
    format!(
        "({}, {})",
        key.trim().replace('\'', "\""),
        value.trim().replace('\'', "\"")
    )
}

/// `[x * 2 for x in list if x > 1]`
fn comprehension(own: &str) -> Said {
    let inside = own.split_once('[')?.1.rsplit_once(']')?.0;
    let (value, rest) = inside.split_once(" for ")?;
    let (name, over) = rest.split_once(" in ")?;
    let (over, filter) = over
        .split_once(" if ")
        .map_or((over, None), |(over, filter)| (over, Some(filter)));
    let over = loop_head(&format!("for {name} in {}", over.trim()));
    let over = over.split_once(" in ").map_or("", |(_, over)| over);
    let source = match over.strip_prefix('&') {
        Some(list) => format!("{list}.iter()"),
        None if over.contains("..") && !over.starts_with('(') => format!("({over})"),
        None => over.to_owned(),
    };
    let filter = filter.map_or_else(String::new, |filter| {
        format!(".filter(|{name}| {})", condition(filter))
    });
    say(
        "A list is made of another by an iterator: `map` makes each value, `collect` puts them \
        together.",
        "用迭代器从一个列表生成另一个列表：`map` 计算每个值，`collect` 收集成列表。",
        format!("{source}{filter}.map(|{name}| {value}).collect::<Vec<_>>()"),
    )
}

/// `and`, `or`, `not`, `i++`
fn signs(own: &str, bare: &str) -> Said {
    let is_negation = [
        "= not ",
        "(not ",
        "if not ",
        "&& not ",
        "|| not ",
        "while not ",
    ];
    if bare.contains(" and ")
        || bare.contains(" or ")
        || is_negation.iter().any(|form| bare.contains(form))
    {
        return say(
            "`and`, `or` and `not` are `&&`, `||` and `!` in Rust.",
            "`and`、`or`、`not` 在 Rust 里写成 `&&`、`||`、`!`。",
            condition(own),
        );
    }
    for (sign, operation) in [("++", "+="), ("--", "-=")] {
        let name = bare
            .split_once(sign)
            .map(|(before, _)| words(before).last().copied().unwrap_or_default());
        if let Some(name) =
            name.filter(|name| is_name(name) && bare.contains(&format!("{name}{sign}")))
        {
            return say(
                "Rust has no `++` and `--`.",
                "Rust 没有 `++` 和 `--`。",
                format!("{name} {operation} 1;"),
            );
        }
    }
    None
}

/// Where `f"…"` begins, if it stands there.
fn formatted(own: &str, bare: &str) -> Option<usize> {
    let is_quote = |place: usize| own[place + 1..].starts_with(['"', '\'']);
    let begins = |place: usize| !bare[..place].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    bare.match_indices('f')
        .map(|(place, _)| place)
        .find(|place| is_quote(*place) && begins(*place))
}

/// The text of `'several letters'`, which is no character and no lifetime.
fn quoted<'a>(own: &'a str, bare: &str) -> Option<&'a str> {
    for (place, _) in bare.match_indices('\'') {
        let begins = own[..place]
            .trim_end()
            .ends_with(['(', '=', ',', '[', '{', ':'])
            || place == 0;
        let Some(text) = own[place + 1..].split('\'').next().filter(|_| begins) else {
            continue;
        };
        let after = own[place + 1 + text.len()..]
            .strip_prefix('\'')
            .map(str::trim_start);
        let ends = after.is_some_and(|rest| {
            rest.is_empty() || rest.starts_with([')', ',', ';', ']', '}', ':', '.', '+'])
        });
        if ends && text.chars().count() > 1 && !text.starts_with('\\') {
            return Some(text);
        }
    }
    None
}

/// `# a comment`
pub(super) fn comment(own: &str, bare: &str) -> Said {
    let place = bare
        .match_indices('#')
        .map(|(place, _)| place)
        .find(|place| {
            let (before, after) = (&bare[..*place], &bare[place + 1..]);
            (before.is_empty() || before.ends_with(' '))
                && (after.is_empty() || after.starts_with([' ', '#']))
        })?;
    let text = own[place..].trim_start_matches('#').trim_start();
    say(
        "A comment begins with `//`.",
        "注释以 `//` 开头。",
        format!("{}// {text}", &own[..place]),
    )
}
