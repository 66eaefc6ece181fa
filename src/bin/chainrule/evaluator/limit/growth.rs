//! Types that double with every line: `type B = (A, A);`, `let b = (a, a);`, `twice(twice(a))`.
//!
//! A type of forty such lines has a million million parts. rust-analyzer walks all of them, in this
//! process, and hears no interrupt meanwhile. So the parts are counted first, roughly and from the
//! signs and words of the text. Nothing here calls itself.

use std::collections::HashMap;

/// Parts of one type. People write ten.
const MOST: u64 = 10_000;

/// How many parts a name stands for: so many times those of what it is given, and some of its own.
#[derive(Clone, Copy)]
struct Parts {
    times: u64,
    own: u64,
}

/// What is within one pair of brackets.
struct Level {
    parts: Parts,
    /// Of the elements before the last comma.
    sum: u64,
    /// Of the element since.
    element: u64,
    /// The element is computed: its type is not made of those of its parts.
    is_computed: bool,
    /// The elements are all of one type.
    is_list: bool,
}

impl Level {
    fn new(parts: Parts, is_list: bool) -> Level {
        Level {
            parts,
            is_list,
            sum: 0,
            element: 0,
            is_computed: false,
        }
    }

    fn end_element(&mut self) {
        let element = if self.is_computed { 1 } else { self.element };
        self.sum = match self.is_list {
            true => self.sum.max(element),
            false => self.sum.saturating_add(element),
        };
        (self.element, self.is_computed) = (0, false);
    }

    fn total(mut self) -> u64 {
        self.end_element();
        self.parts
            .own
            .saturating_add(self.parts.times.saturating_mul(self.sum))
    }
}

/// The first token of the first statement that makes a type of too many parts.
pub fn too_much<'a>(tokens: &[&'a str]) -> Option<&'a str> {
    let mut known: HashMap<&str, Parts> = HashMap::new();
    let mut at = 0;
    while at < tokens.len() {
        let begin = at;
        at += 1;
        if !matches!(tokens[begin], "type" | "fn" | "let") {
            continue;
        }
        let rest = &tokens[at..];
        let statement = &rest[..position(rest, |token| token == ";")];
        let (name, parts) = match tokens[begin] {
            "type" => of_alias(statement, &known),
            "fn" => of_function(statement),
            _ => of_variable(statement, &known),
        };
        if parts.own > MOST {
            return Some(tokens[begin]);
        }
        known.insert(name, parts);
    }
    None
}

/// `B<T> = (T, T);`
fn of_alias<'a>(tokens: &[&'a str], known: &HashMap<&str, Parts>) -> (&'a str, Parts) {
    let name = tokens.first().copied().unwrap_or_default();
    let given = parameters(&tokens[1.min(tokens.len())..]);
    let body = until(tokens, "=", ";");
    let times = body.iter().filter(|word| given.contains(word)).count() as u64;
    let own = count(body, known);
    // With parameters it is as large as what it is given.
    let own = if given.is_empty() { own } else { own.min(MOST) };
    (name, Parts { times, own })
}

/// `twice<T>(t: T) -> (T, T) {`
fn of_function<'a>(tokens: &[&'a str]) -> (&'a str, Parts) {
    let name = tokens.first().copied().unwrap_or_default();
    let given = parameters(&tokens[1.min(tokens.len())..]);
    let head = &tokens[..position(tokens, |token| matches!(token, "{" | ";" | "where"))];
    let arrow = head.windows(2).rposition(|pair| pair == ["-", ">"]);
    let result = arrow.map_or(&[][..], |arrow| &head[arrow..]);
    let times = result.iter().filter(|word| given.contains(word)).count() as u64;
    (name, Parts { times, own: 1 })
}

/// `mut b: B = (a, a);`
fn of_variable<'a>(tokens: &[&'a str], known: &HashMap<&str, Parts>) -> (&'a str, Parts) {
    let tokens = &tokens[usize::from(tokens.first() == Some(&"mut"))..];
    let name = tokens.first().copied().unwrap_or_default();
    let value = count(until(tokens, "=", ";"), known);
    let own = match tokens.get(1) {
        Some(&":") => value.max(count(until(tokens, ":", "="), known)),
        _ => value,
    };
    // A number has one part.
    let own = own.max(1);
    (name, Parts { times: 0, own })
}

/// The names between the angle brackets at the beginning.
fn parameters<'a>(tokens: &[&'a str]) -> Vec<&'a str> {
    if tokens.first() != Some(&"<") {
        return Vec::new();
    }
    let inside = &tokens[..position(tokens, |token| token == ">")];
    let pairs = inside.windows(2);
    pairs
        .filter(|pair| matches!(pair[0], "<" | ",") && is_word(pair[1]))
        .map(|pair| pair[1])
        .collect()
}

fn until<'a, 'b>(tokens: &'b [&'a str], begin: &str, end: &str) -> &'b [&'a str] {
    let rest = &tokens[position(tokens, |token| token == begin)..];
    let rest = &rest[1.min(rest.len())..];
    &rest[..position(rest, |token| token == end)]
}

fn position(tokens: &[&str], is_it: impl Fn(&str) -> bool) -> usize {
    let found = tokens.iter().position(|token| is_it(token));
    found.unwrap_or(tokens.len())
}

fn is_word(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// The parts of a type, or of the type of a value, as far as it is made of others.
fn count(tokens: &[&str], known: &HashMap<&str, Parts>) -> u64 {
    let group = Parts { times: 1, own: 0 };
    let mut levels = vec![Level::new(group, false)];
    let mut before = "";
    for (at, &token) in tokens.iter().enumerate() {
        let next = tokens.get(at + 1).copied().unwrap_or_default();
        let is_within = levels.len() > 1;
        let Some(level) = levels.last_mut() else {
            break;
        };
        match token {
            "(" | "<" | "[" | "{" => {
                let parts = match known.get(before) {
                    Some(parts) => *parts,
                    // `Option<A>`, `Some(a)`; what another call gives is not known.
                    None if token == "(" && before.starts_with(char::is_lowercase) => {
                        Parts { times: 0, own: 1 }
                    }
                    None if token == "{" => Parts { times: 0, own: 1 },
                    None => group,
                };
                levels.push(Level::new(parts, token == "["));
            }
            ">" if matches!(before, "-" | "=") => {}
            ")" | ">" | "]" | "}" if is_within => {
                let total = levels.pop().map_or(0, Level::total);
                if let Some(outer) = levels.last_mut() {
                    outer.element = outer.element.saturating_add(total);
                }
            }
            "," => level.end_element(),
            "+" | "*" | "/" | "%" | "." | "|" | "?" => level.is_computed = true,
            word if is_word(word) && !matches!(next, "(" | "<") => {
                let parts = known.get(word).map_or(1, |parts| parts.own);
                level.element = level.element.saturating_add(parts);
            }
            _ => {}
        }
        before = token;
    }
    let mut total = 0;
    while let Some(mut level) = levels.pop() {
        level.element = level.element.saturating_add(total);
        total = level.total();
    }
    total
}

#[cfg(test)]
mod tests {
    use super::super::Tokens;
    use super::*;

    fn is_too_much(code: &str) -> bool {
        too_much(&Tokens(code).collect::<Vec<_>>()).is_some()
    }

    #[test]
    fn types_that_double_are_found() {
        let lines = |line: fn(usize) -> String| (0..40).map(line).collect::<String>();
        let aliases = lines(|n| format!("type A{} = (A{n}, A{n});\n", n + 1));
        let variables = lines(|n| format!("let a{} = (a{n}, a{n});\n", n + 1));
        let wrapped = lines(|n| format!("let mut a{} = Some((&a{n}, 1, a{n}));\n", n + 1));
        let nested = |name: &str, open: &str, close: &str| {
            format!(
                "{}1{}",
                format!("{name}{open}").repeat(40),
                close.repeat(40)
            )
        };
        for code in [
            format!("type A0 = (u8, u8);\n{aliases}let x: Option<A40> = None;"),
            format!("let a0 = 1;\n{variables}"),
            format!("let a0 = 1;\n{wrapped}"),
            format!("type D<T> = (T, T);\nlet x: {} = y;", nested("D", "<", ">")),
            format!(
                "fn d<T: Copy>(t: T) -> (T, T) {{ (t, t) }}\nlet x = {};",
                nested("d", "(", ")")
            ),
        ] {
            assert!(is_too_much(&code), "{code}");
        }
    }

    #[test]
    fn what_people_write_does_not() {
        let sums: String = (0..60)
            .map(|n| format!("let a{} = a{n} + a{n} * a{n};\n", n + 1))
            .collect();
        let calls: String = (0..60)
            .map(|n| format!("let a{} = f(a{n}, a{n});\n", n + 1))
            .collect();
        let methods: String = (0..60)
            .map(|_| "let x = (x.sin() + x, x.cos()).0;\n")
            .collect();
        let list = format!("let v = vec![{}];", "(1.0, 2.0), ".repeat(4_000));
        for code in [
            sums,
            calls,
            methods,
            list,
            "type Pair<T> = (T, T);\nlet p: Pair<Pair<Vec<f64>>> = q;".to_owned(),
            "fn both<A, B>(a: A, b: B) -> (A, B) { (a, b) }\nlet x = both(both(1, 2), 3);"
                .to_owned(),
            "let".to_owned(),
            "type".to_owned(),
            "fn <".to_owned(),
            "let mut".to_owned(),
            "let x = ))>>}};".to_owned(),
        ] {
            assert!(!is_too_much(&code), "{code:.300}");
        }
    }
}
