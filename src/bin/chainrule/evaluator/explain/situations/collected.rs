//! A list, or a sum, of elements of another type than was asked for.

use super::super::case::{Case, Explanation};
use super::super::numbers::{behind_references, holds_every, is_float, is_number, is_whole};
use super::super::syntax::{Cell, text};
use super::fractions::{Calculation, divides};
use super::results::hands_on;
use ra_ap_syntax::ast::{self, AstNode, HasArgList};

/// `let g: Vec<usize> = ….map(|x| x * 0.5).collect();`, `let s: f32 = whole_numbers.iter().sum();`
pub fn of_other_elements(case: &Case) -> Option<Explanation> {
    let message = case.message.replace("std::string::String", "String");
    let message = message
        .replace("{float}", "f64")
        .replace("{integer}", "i32");
    let kinds: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    let &[whole, given, ..] = kinds.as_slice() else {
        return None;
    };
    let (container, wanted) = match whole.split_once('<') {
        Some((container, inner)) => (Some(container), inner.strip_suffix('>')?),
        None => (None, whole),
    };
    // Pairs have no advice that would fit all.
    if wanted.contains(',') {
        return None;
    }
    let call: ast::MethodCallExpr = Cell::new(case.code).around(case.mark.as_ref()?)?;
    let is_sum = message.contains("cannot be made by");
    let collected = Collected {
        call,
        whole,
        container,
        wanted,
        given,
        is_sum,
        is_handed_on: hands_on(case),
    };
    if !is_sum && let Some(unwrapped) = collected.unwrapped() {
        return Some(unwrapped);
    }
    let ways: Vec<String> = match collected.divided(case) {
        // Turned behind the division, what is behind the point is lost.
        Some(divided) => divided.into_iter().collect(),
        None => {
            let converted = collected.conversion().map(|how| collected.converted(&how));
            let typed = collected.typed_as_given();
            converted.into_iter().chain(typed).collect()
        }
    };
    (!ways.is_empty()).then(|| {
        let (english, chinese) = match whole == wanted {
            true => (
                format!("the result is to be a `{whole}`"),
                format!("结果要求是 `{whole}`"),
            ),
            false => (
                format!("a `{whole}` is made of `{wanted}`"),
                format!("`{whole}` 要由 `{wanted}` 组成"),
            ),
        };
        Explanation::new(
            format!(
                "The elements that come are of type `{given}`, and {english}. Make the two alike:"
            ),
            format!("传来的元素类型是 `{given}`，而{chinese}。请让两者一致："),
            ways.join("\n"),
        )
    })
}

struct Collected<'a> {
    /// `….collect()`, `….sum()`
    call: ast::MethodCallExpr,
    /// What it is to become: `Vec<f32>`, a `Vec` of that.
    whole: &'a str,
    container: Option<&'a str>,
    wanted: &'a str,
    given: &'a str,
    is_sum: bool,
    /// Whether `?` may stand here.
    is_handed_on: bool,
}

impl Collected<'_> {
    /// Elements that are still in a `Result` or an `Option`, or texts that are to be numbers.
    fn unwrapped(&self) -> Option<Explanation> {
        let (whole, wanted) = (self.whole, self.wanted);
        let end = if self.is_handed_on { "?" } else { ".unwrap()" };
        let wrapped = self.given.split_once('<');
        let wrapped = wrapped.filter(|(name, inner)| {
            ["Result", "Option"].contains(name)
                && (inner.starts_with(wanted) || inner.starts_with('_'))
        });
        if let Some((name, _)) = wrapped {
            let collected = match name {
                "Result" => format!(".collect::<Result<{whole}, _>>(){end}"),
                _ => format!(".flatten().collect::<{whole}>()"),
            };
            let (english, chinese) = match name {
                "Result" if !self.is_handed_on => (
                    "Each element is still a `Result`. Collected into one `Result`, the first \
                     error ends it, and `unwrap` makes a panic of that:",
                    "每个元素都还是 `Result`。请收集成一个 `Result`：遇到第一个错误就停止，`unwrap` 会让它变成 panic：",
                ),
                "Result" => (
                    "Each element is still a `Result`. Collected into one `Result`, the first \
                     error ends it, and `?` hands that on:",
                    "每个元素都还是 `Result`。请收集成一个 `Result`：遇到第一个错误就停止，再用 `?` 把错误交出去：",
                ),
                _ => (
                    "Each element is still an `Option`. `flatten` leaves out those that are \
                     `None`:",
                    "每个元素都还是 `Option`。用 `flatten` 可以跳过其中的 `None`：",
                ),
            };
            return Some(Explanation::new(
                english,
                chinese,
                self.with_end(&collected),
            ));
        }
        let is_text = behind_references(self.given).0;
        let is_text = ["str", "String"].contains(&is_text) && is_number(wanted);
        is_text.then(|| {
            let read =
                format!(".map(|x| x.parse::<{wanted}>()).collect::<Result<{whole}, _>>(){end}");
            let (english, chinese) = match self.is_handed_on {
                true => ("`?` hands an error on", "用 `?` 可以把错误交出去"),
                false => (
                    "`unwrap` makes a panic of an error",
                    "`unwrap` 会让错误变成 panic",
                ),
            };
            Explanation::new(
                format!("A text becomes a number by `parse`, which may fail; {english}:"),
                format!("要用 `parse` 把文本变成数；它可能失败，{chinese}："),
                self.with_end(&read),
            )
        })
    }

    /// The chain with another end; of a long one just the end.
    fn with_end(&self, end: &str) -> String {
        let receiver = self.call.receiver().map(|one| text(&one));
        let receiver = receiver.filter(|text| !text.contains('\n'));
        format!("{}{end}", receiver.unwrap_or("…".to_owned()))
    }

    /// `.map(|n| n / 2)` that is to give numbers with a fraction: with such a division, where it is
    /// a simple one.
    fn divided(&self, case: &Case) -> Option<Option<String>> {
        if !(is_whole(behind_references(self.given).0) && is_float(self.wanted)) {
            return None;
        }
        let Some(ast::Expr::MethodCallExpr(before)) = self.call.receiver() else {
            return None;
        };
        let mut arguments = before.arg_list()?.args();
        let Some(ast::Expr::ClosureExpr(closure)) = arguments.next() else {
            return None;
        };
        let body = closure.body().filter(divides)?;
        let told = vec![(body.clone(), self.given.to_owned())];
        let kind = self.wanted;
        let turned = Calculation { case, told, kind }.turned(&body);
        let written = before.syntax().text().to_string();
        let start = usize::from(body.syntax().text_range().start());
        let at = start - usize::from(before.syntax().text_range().start());
        let end = self
            .call
            .syntax()
            .text()
            .to_string()
            .split_off(written.len());
        Some(turned.map(|turned| {
            let mut written = written;
            written.replace_range(at..at + text(&body).len(), &turned);
            format!("{written}{end}")
        }))
    }

    /// What makes an element that is wanted out of one that is given, without a loss.
    fn conversion(&self) -> Option<String> {
        let (given, stars) = behind_references(self.given);
        if given == self.wanted && !stars.is_empty() {
            let is_copied = is_number(given) || ["bool", "char"].contains(&given);
            return Some(if is_copied { ".copied()" } else { ".cloned()" }.to_owned());
        }
        if self.wanted == "String" {
            let is_text = ["str", "char"].contains(&given) || is_number(given);
            return is_text.then(|| ".map(|x| x.to_string())".to_owned());
        }
        let are_numbers = is_number(given) && is_number(self.wanted);
        (are_numbers && holds_every(self.wanted, given))
            .then(|| format!(".map(|x| {stars}x as {})", self.wanted))
    }

    /// The call with the conversion in front of it.
    fn converted(&self, how: &str) -> String {
        let receiver = self
            .call
            .receiver()
            .map(|one| text(&one))
            .unwrap_or_default();
        let whole = self.call.syntax().text().to_string();
        let end = whole.get(receiver.len()..).unwrap_or_default().trim();
        self.with_end(&format!("{how}{end}"))
    }

    /// The `let`, or just the type, with what comes; a reference would have to be lent from
    /// somewhere.
    fn typed_as_given(&self) -> Option<String> {
        // The sum of numbers that are lent is a number.
        let given = match behind_references(self.given).0 {
            number if self.is_sum && is_number(number) => number,
            _ => self.given,
        };
        let is_lent = given.starts_with('&') || given.contains(['{', '_']);
        if is_lent || self.container.is_none() && !self.is_sum {
            return None;
        }
        let of_given = |container: Option<&str>| match container {
            Some(container) => format!("{container}<{given}>"),
            None => given.to_owned(),
        };
        let is_all = |one: &ast::LetStmt| {
            let value = one.initializer();
            value.is_some_and(|value| value.syntax() == self.call.syntax())
        };
        let mut around = self.call.syntax().ancestors();
        let statement = around.find_map(ast::LetStmt::cast).filter(is_all);
        let Some(kind) = statement.as_ref().and_then(|one| one.ty()) else {
            return Some(of_given(self.container));
        };
        let statement = statement?;
        // As it is written there; where it is another name for the type, as rustc calls it.
        let kind = kind.syntax().text().to_string();
        let written = kind.split_once('<').map(|(container, _)| container);
        let kind = of_given(written.or(self.container));
        let pattern = statement.pat()?.syntax().text().to_string();
        let value = text(&statement.initializer()?);
        let value = match value.contains('\n') {
            true => "…".to_owned(),
            false => value,
        };
        Some(format!("let {pattern}: {kind} = {value};"))
    }
}
