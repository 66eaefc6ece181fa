//! How hard a cell may work, as far as its text tells: what decides how much rustc optimises it.
//!
//! Optimising takes a quarter to a third of the time of a small new cell, and a cell without a
//! loop, a closure or a recursion of its own has no use for it: what it calls of the library is
//! compiled. All definitions that a cell reaches are compiled again with it; so a function is
//! optimised when the cell with the loop calls it, wherever it was defined.
//!
//! Whatever is not known to be light is not: a macro of the learner's, a method that may go through
//! a collection, a function that was given as a value.

use ra_ap_syntax::SyntaxKind::{self, *};
use ra_ap_syntax::ast::{self, AstNode, HasName};
use ra_ap_syntax::{NodeOrToken, SyntaxNode, SyntaxToken, WalkEvent};
use std::collections::BTreeSet;

/// Calls that take the same time however many values there are, or in which a compiled library
/// does the work: those of std, of its numbers, of tensors and layers. Not `from`, `collect`,
/// `clone`, `extend`: they are loops, which are compiled with the cell.
const LIGHT_CALLS: &str = "abs acos as_bytes as_mut as_ref as_str asin atan atan2 borrow \
    borrow_mut capacity ceil checked_add checked_div checked_mul checked_sub contains_key cos \
    cosh default downgrade elapsed entry err exp expect first floor from_secs get get_mut hypot \
    insert is_empty is_err is_finite is_nan is_none is_ok is_some len ln log10 log2 max min \
    mul_add new now ok or_insert parse pop pop_back pop_front pow powf powi push push_back \
    push_front push_str recip rem_euclid round saturating_add saturating_mul saturating_sub send \
    set signum sin sinh sqrt tan tanh to_degrees to_radians to_string trim trunc unwrap unwrap_or \
    unwrap_or_default upgrade with_capacity wrapping_add wrapping_mul wrapping_sub \
    arange backward detach eye forward full grad item linspace log_softmax matmul mean ones \
    predict rand randn relu requires_grad reshape seed shape sigmoid softmax summary t transpose \
    zero_grad zeros evcxr_display";

/// The same with what they are called on; and what the kernel writes before each statement.
const LIGHT_PATHS: &[&str] = &["String::from", "f32::from", "f64::from", "cell::at"];

/// Macros that do no more than their arguments.
const LIGHT_MACROS: &str = "assert assert_eq assert_ne dbg eprint eprintln format matches panic \
    print println stringify todo unimplemented unreachable vec write writeln";

/// What a piece of a cell does, or an item.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Effort {
    /// It has a loop, a closure, or something else that is not known to be light.
    is_heavy: bool,
    /// It may be called without its name: an operator, `Display`, `Drop`.
    is_implicit: bool,
    /// What can be called of it, by name: functions, macros, constants that are functions.
    callable: BTreeSet<String>,
    /// All names in it, by which it may reach what can be called.
    names: BTreeSet<String>,
    /// What it calls that is not known to be light, unless it is a function of the learner's.
    unknown: BTreeSet<String>,
    /// What it calls by nothing but a name: a method of that name is something else.
    plain: BTreeSet<String>,
}

impl Effort {
    pub fn of(node: &SyntaxNode) -> Effort {
        let mut effort = Effort::default();
        let mut walk = node.preorder_with_tokens();
        while let Some(step) = walk.next() {
            match step {
                // `derive(Debug)` calls nothing.
                WalkEvent::Enter(NodeOrToken::Node(node)) if node.kind() == ATTR => {
                    walk.skip_subtree();
                }
                WalkEvent::Enter(NodeOrToken::Node(node)) => effort.note_node(&node),
                WalkEvent::Enter(NodeOrToken::Token(token)) => effort.note_token(&token),
                WalkEvent::Leave(_) => {}
            }
        }
        effort
    }

    /// Of both together.
    pub fn add(&mut self, other: Effort) {
        self.is_heavy |= other.is_heavy;
        self.is_implicit |= other.is_implicit;
        self.callable.extend(other.callable);
        self.names.extend(other.names);
        self.unknown.extend(other.unknown);
        self.plain.extend(other.plain);
    }

    fn note_node(&mut self, node: &SyntaxNode) {
        match node.kind() {
            FOR_EXPR | WHILE_EXPR | LOOP_EXPR | CLOSURE_EXPR | RANGE_EXPR | AWAIT_EXPR
            | ASM_EXPR => self.is_heavy = true,
            ARRAY_EXPR => self.is_heavy |= has_token(node, SEMICOLON),
            BLOCK_EXPR => self.is_heavy |= has_token(node, ASYNC_KW),
            IMPL => {
                let block = ast::Impl::cast(node.clone());
                self.is_implicit |= block.is_some_and(|block| block.trait_().is_some());
            }
            FN | CONST | STATIC | MACRO_RULES | MACRO_DEF => {
                self.is_heavy |= matches!(node.kind(), MACRO_RULES | MACRO_DEF);
                let item = ast::AnyHasName::cast(node.clone());
                let name = item.and_then(|item| item.name());
                self.callable
                    .extend(name.map(|name| name.text().to_string()));
            }
            // Something else is called than what a name says: `list[0](x)`, `(self.f)(x)`.
            CALL_EXPR => {
                let callee = node.first_child();
                self.is_heavy |= callee.is_none_or(|callee| callee.kind() != PATH_EXPR);
            }
            _ => {}
        }
    }

    fn note_token(&mut self, token: &SyntaxToken) {
        if token.kind() == IDENT {
            let name = token.text().trim_start_matches("r#");
            self.note_call(name, token);
            self.names.insert(name.to_owned());
        } else if token.parent().is_some_and(|one| one.kind() == TOKEN_TREE) {
            self.is_heavy |= is_heavy_in_macro(token);
        }
    }

    /// Notes what is called by a name, if anything is.
    fn note_call(&mut self, name: &str, token: &SyntaxToken) {
        let mut after = following(token);
        let [next, second] = [after.next(), after.next()];
        if next == Some(BANG) && matches!(second, Some(L_PAREN | L_BRACK | L_CURLY)) {
            self.is_heavy |= !is_among(LIGHT_MACROS, name);
            return;
        }
        let has_types = matches!(
            [next, second],
            [Some(COLON2), Some(L_ANGLE)] | [Some(COLON), Some(COLON)]
        );
        // `Some(1)`, `Point(1, 2)`.
        let is_constructor = name.starts_with(char::is_uppercase);
        let before = before(token).map(|one| one.kind());
        if (next != Some(L_PAREN) && !has_types) || is_constructor || before == Some(FN_KW) {
            return;
        }
        if !matches!(before, Some(DOT | COLON | COLON2)) {
            self.plain.insert(name.to_owned());
        }
        // `a.max(b)` is of two numbers, `a.max()` of all that an iterator gives.
        let is_of_iterator = matches!(name, "max" | "min") && second == Some(R_PAREN);
        if is_of_iterator || !is_light(name, token) {
            self.unknown.insert(name.to_owned());
        }
    }

    /// Whether it calls a function of another, or of itself. A known method does not count: the
    /// `push` of a stack calls the `push` of a list.
    fn calls(&self, other: &Effort) -> bool {
        let is_called = |name| self.unknown.contains(name) || self.plain.contains(name);
        other.callable.iter().any(is_called)
    }
}

/// Within a macro there are only tokens, and of signs only single ones.
fn is_heavy_in_macro(token: &SyntaxToken) -> bool {
    let before = || before(token).map(|one| one.kind());
    match token.kind() {
        FOR_KW | WHILE_KW | LOOP_KW | PIPE | SEMICOLON | MOVE_KW | ASYNC_KW => true,
        // A range.
        DOT => before() == Some(DOT),
        // What is called has no name: `(self.f)(x)`, `list[0](x)`.
        L_PAREN => matches!(before(), Some(R_PAREN | R_BRACK)),
        _ => false,
    }
}

fn is_among(words: &str, word: &str) -> bool {
    words.split_whitespace().any(|one| one == word)
}

/// Whether a call is of those that are known.
fn is_light(name: &str, token: &SyntaxToken) -> bool {
    let of = || {
        let colons = before(token).filter(|one| one.kind() == COLON2)?;
        Some(format!("{}::{name}", before(&colons)?.text()))
    };
    is_among(LIGHT_CALLS, name) || of().is_some_and(|path| LIGHT_PATHS.contains(&path.as_str()))
}

/// Whether statements, with all that they may reach of these items, are light.
pub fn are_light(statements: &Effort, items: &[&Effort]) -> bool {
    let mut reached = vec![false; items.len()];
    let mut open: Vec<&Effort> = vec![statements];
    for (at, item) in items.iter().enumerate() {
        if item.is_implicit {
            reached[at] = true;
            open.push(item);
        }
    }
    while let Some(one) = open.pop() {
        let is_own = |name: &String| items.iter().any(|item| item.callable.contains(name));
        if one.is_heavy || !one.unknown.iter().all(is_own) {
            return false;
        }
        for (at, item) in items.iter().enumerate() {
            if !reached[at] && !item.callable.is_disjoint(&one.names) {
                reached[at] = true;
                open.push(item);
            }
        }
    }
    let reached = items.iter().zip(&reached).filter(|(_, is)| **is);
    !has_circle(&reached.map(|(item, _)| *item).collect::<Vec<_>>())
}

/// Whether functions of these items may call each other for ever, or themselves: no order can be
/// found in which each comes after those that it calls.
fn has_circle(items: &[&Effort]) -> bool {
    let mut left: Vec<&Effort> = items.to_vec();
    loop {
        let count = left.len();
        let all = left.clone();
        left.retain(|one| all.iter().any(|other| one.calls(other)));
        if left.is_empty() {
            return false;
        }
        if left.len() == count {
            return true;
        }
    }
}

fn has_token(node: &SyntaxNode, kind: SyntaxKind) -> bool {
    let mut children = node.children_with_tokens();
    children.any(|one| one.kind() == kind)
}

/// The kinds of the tokens after one, without blanks and comments.
fn following(token: &SyntaxToken) -> impl Iterator<Item = SyntaxKind> {
    let after = std::iter::successors(token.next_token(), SyntaxToken::next_token);
    after.map(|one| one.kind()).filter(|kind| !kind.is_trivia())
}

fn before(token: &SyntaxToken) -> Option<SyntaxToken> {
    let mut all = std::iter::successors(token.prev_token(), SyntaxToken::prev_token);
    all.find(|one| !one.kind().is_trivia())
}

#[cfg(test)]
mod tests {
    use crate::evaluator::cell::Cell;
    use crate::evaluator::state::scope::Scope;

    /// Whether the last of these cells is light.
    fn is_light(cells: &[&str]) -> bool {
        let mut scope = Scope::default();
        cells.iter().for_each(|cell| scope.add(&Cell::new(*cell)));
        scope.is_light(&Cell::new(*cells.last().unwrap()))
    }

    #[test]
    fn a_cell_without_loops_is_light() {
        for cells in [
            &["let x = 1 + 1; x"] as &[&str],
            &["chainrule::cell::at(2); (&(x)).evcxr_display();"],
            &["let y = vec![1.0, 2.0]; println!(\"{:?} {}\", y, y.len());"],
            &[
                "fn f(v: f64) -> f64 { v * v.sin() }",
                "let v: Vec<f64> = vec![f(1.0), 2.0];",
            ],
            &["let h: std::collections::HashMap<String, f64> = std::collections::HashMap::new();"],
            &[
                "#[derive(Debug, Clone, PartialEq)] struct P { a: f64 }",
                "impl P { fn new() -> P { P { a: Some(1.0).unwrap_or(2.0) } } }",
                "let p = P::new(); p.a",
            ],
            &[
                "struct S { v: Vec<i32> }",
                "impl S { fn new() -> S { S { v: Vec::new() } } }",
                "impl S { fn push(&mut self, x: i32) { self.v.push(x) } }",
                "let mut s = S::new(); s.push(1);",
            ],
            &[
                "fn slow() -> i32 { let mut s = 0; for i in 0..9 { s += i } s }",
                "let x = 1;",
            ],
            &[
                "impl std::fmt::Display for P { }",
                "let a = x == 1 || y != 2;",
            ],
            &["let t = Tensor::ones(&[2]).relu().mean(); assert_eq!(t.item(), 1.5);"],
        ] {
            assert!(is_light(cells), "{cells:?}");
        }
    }

    #[test]
    fn whatever_may_go_through_many_values_is_not() {
        let slow = "fn slow() -> i32 { let mut s = 0; for i in 0..9 { s += i } s }";
        for cells in [
            &["for i in 0..3 { println!(\"{i}\"); }"] as &[&str],
            &["while true {}"],
            &["loop { break; }"],
            &["let f = |x: i32| x + 1;"],
            &["y.iter().sum::<f64>()"],
            &["println!(\"{}\", y.iter().sum::<f64>())"],
            &["println!(\"{}\", sum(y))"],
            &["println!(\"{:?}\", 0..9)"],
            &["println!(\"{}\", (p.f)(3))"],
            &["(p.f)(3)"],
            &["f[0](3)"],
            &["f(3)"],
            &["v.sort();"],
            &["let v = vec![0.0; 1_000_000];"],
            &["let v = [0.0; 1_000];"],
            &["let v: Vec<i32> = it.collect();"],
            &["let t = Tensor::from(v);"],
            &["it.max()"],
            &["squares!(9)"],
            &["macro_rules! m { () => { for i in 0..9 {} } }", "m!()"],
            &[slow, "slow()"],
            &[slow, "fn calls() -> i32 { slow() }", "let x = calls();"],
            &[slow, "let f = slow; f()"],
            &[slow, "apply(slow)"],
            &[slow, "println!(\"{}\", slow());"],
            &[
                "struct P;",
                "impl std::ops::Add for P { fn add(self, o: P) -> P { for i in 0..9 {} o } }",
                "p + q",
            ],
            &[
                "fn fact(n: u64) -> u64 { if n < 2 { 1 } else { n * fact(n - 1) } }",
                "fact(20)",
            ],
            &[
                "fn pow(n: u64) -> u64 { if n < 2 { 1 } else { n * pow(n - 1) } }",
                "pow(20)",
            ],
            &[
                "fn a(n: u64) -> bool { b(n - 1) }",
                "fn b(n: u64) -> bool { a(n - 1) }",
                "a(9)",
            ],
            &[
                "struct T; impl T { fn depth(&self) -> u64 { self.left.depth() } }",
                "t.depth()",
            ],
            &["mod m { pub fn f() { loop {} } }", "m::f()"],
            &["async { 1 }"],
            &[
                "macro_rules! vec { ($n:expr) => { for i in 0..$n {} } }",
                "vec![9]",
            ],
            &["const F: fn() -> i32 = || (0..9).sum();", "let x = F();"],
            &["static F: fn() -> i32 = || (0..9).sum();", "let x = F();"],
        ] {
            assert!(!is_light(cells), "{cells:?}");
        }
    }
}
