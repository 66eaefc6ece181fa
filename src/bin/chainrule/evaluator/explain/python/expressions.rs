//! What stands within a line that is another language's.

use super::said::{Said, condition, is_name, loop_head, say, words};
use super::texts::{formatted, quoted};

/// Parts of a line.
pub(super) fn expression(own: &str, bare: &str) -> Said {
    if let Some(said) = formatted(own, bare).or_else(|| quoted(own, bare)) {
        return Some(said);
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
    let printed = own
        .strip_prefix("print(")
        .map(|rest| rest.trim_end_matches(';'));
    let printed = printed.and_then(|rest| rest.strip_suffix(')'));
    let (before, rest) = printed.unwrap_or(own).split_once(" if ")?;
    let (condition_, other) = rest.split_once(" else ")?;
    let (start, value) = before
        .rsplit_once("= ")
        .map_or(("", before), |(start, value)| (start, value));
    let start = if start.is_empty() {
        String::new()
    } else {
        format!("{}= ", with_let(start))
    };
    let (other, end) = other
        .strip_suffix(';')
        .map_or((other, ""), |other| (other, ";"));
    let whole = format!(
        "{start}if {} {{ {value} }} else {{ {other} }}{end}",
        condition(condition_)
    );
    say(
        "In Rust `if` itself has a value, and its parts stand in braces.",
        "Rust 的 `if` 本身就有值，两个分支写在花括号里。",
        match printed {
            Some(_) => format!("println!(\"{{:?}}\", {whole});"),
            None => whole,
        },
    )
}

/// `let xs ` for `xs `, which begins a line.
fn with_let(start: &str) -> String {
    match is_name(start.trim()) {
        true => format!("let {start}"),
        false => start.to_owned(),
    }
}

/// The parts between commas that stand in no brackets.
fn parts(text: &str) -> Vec<&str> {
    let mut depth = 0_usize;
    let is_end = |c: char| {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        c == ',' && depth == 0
    };
    text.split(is_end).collect()
}

/// `ages = {"a": 1}`, from what stands before `= {` and what behind.
fn dictionary(start: &str, rest: &str) -> Said {
    let entry = rest.trim().trim_end_matches(';');
    let entry = entry.strip_suffix('}').unwrap_or(entry);
    let pairs: Vec<String> = parts(entry)
        .into_iter()
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
            "{}= std::collections::HashMap::from([{}]);",
            with_let(start),
            pairs.join(", ")
        ),
    )
}

fn pair((key, value): (&str, &str)) -> String {
    let value = value.trim().replace('\'', "\"");
    let list = if value.starts_with('[') { "vec!" } else { "" };
    format!("({}, {list}{value})", key.trim().replace('\'', "\""))
}

/// `[x * 2 for x in list if x > 1]`
fn comprehension(own: &str) -> Said {
    let (start, inside) = own.split_once('[')?;
    let inside = inside.rsplit_once(']')?.0;
    let (value, rest) = inside.split_once(" for ")?;
    let (name, over) = rest.split_once(" in ")?;
    let (over, filter) = over
        .split_once(" if ")
        .map_or((over, None), |(over, filter)| (over, Some(filter)));
    let head = loop_head(&format!("for {name} in {}", over.trim()));
    let (pattern, over) = head.trim_start_matches("for ").split_once(" in ")?;
    let is_range = over.contains("..") && !over.contains(".iter");
    let source = match over.strip_prefix('&') {
        Some(list) => format!("{list}.iter()"),
        None if is_range && !over.starts_with('(') => format!("({over})"),
        None => over.to_owned(),
    };
    let filter = filter.map_or_else(String::new, |filter| {
        let stars = if is_range { "*" } else { "**" };
        let filter = match is_name(pattern) {
            true => behind_stars(&condition(filter), pattern, stars),
            false => condition(filter),
        };
        format!(".filter(|{pattern}| {filter})")
    });
    let value = length_of(value.trim(), pattern);
    let made = format!("{source}{filter}.map(|{pattern}| {value}).collect::<Vec<_>>()");
    let start = start.trim_end();
    let name = start
        .strip_suffix('=')
        .map(str::trim_end)
        .filter(|name| is_name(name));
    say(
        "A list is made of another by an iterator: `map` makes each value, `collect` puts them \
        together.",
        "用迭代器从一个列表生成另一个列表：`map` 计算每个值，`collect` 收集成列表。",
        match name {
            Some(name) => format!("let {name} = {made};"),
            None => made,
        },
    )
}

/// A condition of a filter, which is given references; a method follows them by itself.
fn behind_stars(condition: &str, name: &str, stars: &str) -> String {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    let mut whole = String::new();
    let mut at = 0;
    for (place, _) in condition.match_indices(name) {
        let (before, after) = (&condition[..place], &condition[place + name.len()..]);
        let is_alone = !before.ends_with(is_part) && !after.starts_with(is_part);
        whole += &condition[at..place];
        if is_alone && !before.ends_with('.') && !after.starts_with('.') {
            whole += stars;
        }
        whole += name;
        at = place + name.len();
    }
    whole + &condition[at..]
}

/// `w.len()` for `len(w)`
fn length_of(value: &str, name: &str) -> String {
    value.replace(&format!("len({name})"), &format!("{name}.len()"))
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
