//! Whole numbers that do not fit their type, told apart by what was computed.

use super::super::case::{Case, Explanation};
use super::computed;

/// What was computed when it happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operation {
    Subtract,
    Add,
    Sum,
    Multiply,
    Product,
    Power,
    Negate,
    Absolute,
    Shift,
    Divide,
}

pub fn integer_overflow(case: &Case) -> Option<Explanation> {
    let said = case.said();
    if said.contains("zero") {
        let english = "An integer cannot be divided by zero. Look at the divisor first, or compute \
                      with `f32`.";
        let sign = if said.contains("remainder") { "%" } else { "/" };
        return Some(Explanation::new(
            english,
            "整数不能除以零。请先检查除数，或者用 `f32` 计算。",
            match computed::divisor(case, sign) {
                written if written.parse::<i64>().is_ok() => String::new(),
                divisor => format!("if {divisor} != 0 {{ … }}"),
            },
        ));
    }
    said.contains("overflow")
        .then(|| operation(&said, case.code).map(|operation| explained(case, operation)))?
}

/// A panic says `attempt to multiply with overflow`, rustc `attempt to compute `a * b``. What was
/// written as a power, a sum or an absolute value is computed as one of these.
fn operation(said: &str, code: &str) -> Option<Operation> {
    let computed = said
        .split("attempt to compute `")
        .nth(1)
        .and_then(|rest| rest.split('`').next())
        .unwrap_or_default();
    let is = |word: &str, sign: &str| {
        said.contains(&format!("attempt to {word}")) || computed.contains(sign)
    };
    let calls = |method: &str| code.contains(method);
    Some(if is("shift", " << ") || computed.contains(" >> ") {
        Operation::Shift
    } else if is("multiply", " * ") {
        match () {
            () if calls(".pow(") => Operation::Power,
            () if calls(".product") => Operation::Product,
            () => Operation::Multiply,
        }
    } else if is("add", " + ") {
        if calls(".sum") && !code.contains(" + ") {
            Operation::Sum
        } else {
            Operation::Add
        }
    } else if is("subtract", " - ") {
        Operation::Subtract
    } else if is("divide", " / ") || is("calculate the remainder", " % ") {
        Operation::Divide
    } else if is("negate", "-") {
        if calls(".abs()") {
            Operation::Absolute
        } else {
            Operation::Negate
        }
    } else {
        return None;
    })
}

fn explained(case: &Case, operation: Operation) -> Explanation {
    let (english, chinese) = too_large(operation).unwrap_or_else(|| out_of_range(operation));
    Explanation::new(english, chinese, in_a_larger_type(case, operation))
}

/// The learner's own calculation, so that it fits.
fn in_a_larger_type(case: &Case, operation: Operation) -> String {
    match operation {
        Operation::Add => computed::both(case, "+", "checked_add"),
        Operation::Multiply => computed::both(case, "*", "checked_mul"),
        Operation::Subtract => computed::both(case, "-", "saturating_sub"),
        Operation::Divide => computed::both(case, "/", "checked_div"),
        Operation::Sum => computed::chain(case, "sum", "i128"),
        Operation::Product => computed::chain(case, "product", "f64"),
        Operation::Power => computed::power(case),
        Operation::Absolute => {
            let number = computed::receiver(case, "abs");
            format!("{number}.unsigned_abs()")
        }
        Operation::Negate => format!("-({} as i128)", computed::negated(case)),
        Operation::Shift => computed::shifted(case),
    }
}

type Words = (&'static str, &'static str);

/// What is larger than the largest number of a type.
fn too_large(operation: Operation) -> Option<Words> {
    Some(match operation {
        Operation::Add => (
            "The sum is larger than this type of integer can hold (a `u8` ends at 255, an `i32` \
             at 2147483647). Add in a larger type:",
            "加法的结果超出了这种整数类型的范围（`u8` 最大 255，`i32` 最大 2147483647）。请用更大的类型相加：",
        ),
        Operation::Sum => (
            "The numbers are added up in their own type, and the sum is larger than it can hold. \
             Make them larger first:",
            "这些数按自己的类型相加，总和超出了这种类型的范围。请先转成更大的类型：",
        ),
        Operation::Multiply => (
            "The product is larger than this type of integer can hold (an `i32` ends at \
             2147483647). Multiply in a larger type:",
            "乘法的结果超出了这种整数类型的范围（`i32` 最大 2147483647）。请用更大的类型相乘：",
        ),
        Operation::Product => (
            "The numbers are multiplied in their own type, and the product is larger than it can \
             hold. Make them larger first, or compute with `f64`:",
            "这些数按自己的类型相乘，乘积超出了这种类型的范围。请先转成更大的类型，或者用 `f64` 计算：",
        ),
        Operation::Power => (
            "The power is larger than this type of integer can hold (an `i32` ends at \
             2147483647). Compute it in a larger type, or with `f64`:",
            "幂的结果超出了这种整数类型的范围（`i32` 最大 2147483647）。请用更大的类型，或者用 `f64` 计算：",
        ),
        _ => return None,
    })
}

/// What lies outside of a type's numbers, or asks for more bits than it has.
fn out_of_range(operation: Operation) -> Words {
    match operation {
        Operation::Negate => (
            "The negative of this number does not fit its type: the smallest `i32` is \
             -2147483648, the largest 2147483647, and `usize` has no negative ones.",
            "这个数取负以后超出了类型的范围：`i32` 最小是 -2147483648，最大是 2147483647，而 `usize` 没有负数。",
        ),
        Operation::Absolute => (
            "The smallest number of a type has no absolute value in it: an `i32` goes from \
             -2147483648 to 2147483647.",
            "类型里最小的那个数没有对应的绝对值：`i32` 的范围是 -2147483648 到 2147483647。",
        ),
        Operation::Shift => (
            "A number is shifted by fewer bits than its type has (an `i32` has 32). Shift in a \
             larger type:",
            "移动的位数必须小于类型的位数（`i32` 有 32 位）。请用更大的类型移位：",
        ),
        Operation::Subtract => (
            "The difference does not fit this type of integer: it is below its smallest number \
             (`usize` and `u32` have no negative ones).",
            "减法的结果超出了这种整数类型的范围：比它能表示的最小值还小（`usize`、`u32` 没有负数）。",
        ),
        _ => (
            "The smallest number of a type divided by -1 does not fit it: an `i32` goes from \
             -2147483648 to 2147483647. Divide in a larger type:",
            "类型里最小的数除以 -1 会超出范围：`i32` 的范围是 -2147483648 到 2147483647。请用更大的类型相除：",
        ),
    }
}

/// `let x: u8 = 300;`
pub fn literal_out_of_range(case: &Case) -> Option<Explanation> {
    let kind = case.message.split('`').nth(1)?;
    let range = match kind {
        "i8" => "-128 to 127",
        "u8" => "0 to 255",
        "i16" => "-32768 to 32767",
        "u16" => "0 to 65535",
        "i32" => "-2147483648 to 2147483647",
        "u32" => "0 to 4294967295",
        _ => return None,
    };
    Some(Explanation::new(
        format!("The numbers of a `{kind}` go from {range}. Choose a larger type:"),
        format!(
            "`{kind}` 的范围是 {}。请换一种更大的类型：",
            range.replace(" to ", " 到 ")
        ),
        larger(case, kind),
    ))
}

/// The line with the larger type, where the type is written in it.
fn larger(case: &Case, kind: &str) -> String {
    let line = case
        .mark
        .as_ref()
        .and_then(|mark| case.code.get(..mark.start))
        .map(|before| before.matches('\n').count())
        .and_then(|line| case.code.lines().nth(line))
        .unwrap_or_default()
        .trim();
    let declared = format!(": {kind}");
    if line.contains(&declared) {
        line.replacen(&declared, ": i64", 1)
    } else {
        format!("{}_i64", case.marked().trim_end_matches(kind))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_computed_is_known_by_the_words_and_by_the_cell() {
        let cases = [
            (
                "attempt to subtract with overflow",
                "a - b",
                Operation::Subtract,
            ),
            ("attempt to add with overflow", "a + b", Operation::Add),
            (
                "attempt to add with overflow",
                "v.iter().sum()",
                Operation::Sum,
            ),
            (
                "attempt to multiply with overflow",
                "a.pow(9)",
                Operation::Power,
            ),
            (
                "attempt to negate with overflow",
                "a.abs()",
                Operation::Absolute,
            ),
            (
                "attempt to shift left with overflow",
                "1 << n",
                Operation::Shift,
            ),
            (
                "this will overflow\nattempt to compute `u8::MAX + 1_u8`, which would overflow",
                "255u8 + 1",
                Operation::Add,
            ),
            (
                "this will overflow\nattempt to compute `i32::MIN / -1_i32`, which would overflow",
                "i32::MIN / -1",
                Operation::Divide,
            ),
        ];
        for (said, code, expected) in cases {
            assert_eq!(operation(said, code), Some(expected), "{said}");
        }
    }
}
