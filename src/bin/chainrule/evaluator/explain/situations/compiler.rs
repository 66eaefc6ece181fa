//! What is too much for the compiler: it has a limit of memory, as cells have.

use super::super::case::{Case, Explanation};
use crate::settings::how_to_change;

/// As rustc says that a constant is larger than what it has.
pub const LARGE: &str = "more memory than available to compiler";

/// Whether a message is about a file or about memory: both may be there the next time.
pub fn is_of_the_moment(message: &str) -> bool {
    message.starts_with("couldn't read ") || message.contains(LARGE)
}

/// A macro that doubles what it gets, a file without an end.
pub fn compiler_out_of_memory(case: &Case) -> Option<Explanation> {
    if case.message.contains("at the crate") {
        let change = how_to_change("memory", "8G");
        return Some(Explanation::new(
            format!(
                "The crate is larger than what a compiler may take here. All variables are as they \
                 were. If the machine has more memory: {change}."
            ),
            format!(
                "编译这个 crate 需要的内存超过了编译器的上限。所有变量保持不变。如果机器还有更多内存，{change}。"
            ),
            "",
        ));
    }
    Some(Explanation::new(
        "The cell grows while it is compiled: a macro that repeats what it is given, a type that \
         holds itself several times, a very large constant or file. The compiler was stopped \
         before it took the machine; all variables are as they were. Make that part smaller, or \
         let it be made when the cell runs (a loop, a `Vec`, `std::fs::read`).",
        "这个单元格在编译时不断变大：例如一再重复自身参数的宏、层层嵌套的类型、非常大的常量或文件。编译器在占满机\
         器内存之前被停止，所有变量保持不变。请把这部分写小一些，或者改到运行时再生成（用循环、`Vec` 或 `std::fs::read`）。",
        "",
    ))
}

/// An expression so deep that rustc runs out of stack.
pub fn compiler_crashed(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "The compiler gave up on this cell: most often a macro makes an expression of many \
         thousand parts within one another. All variables are as they were. Make it smaller, or \
         let a loop do it when the cell runs.",
        "编译器处理不了这个单元格：多半是宏展开成了嵌套成千上万层的表达式。所有变量保持不变。请把它写小一些，或者改用循环在运行时完成。",
        "",
    ))
}

/// `static BIG: [u8; 1 << 40] = [0; 1 << 40];`
pub fn large_constant(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "A constant is computed while the cell is compiled, and this one is larger than the \
         compiler's memory. Make it when the cell runs:",
        "常量在编译时求值，而这个常量比编译器可用的内存还大。请在单元格运行时再创建：",
        "let values = vec![0u8; 1_000_000];",
    ))
}

/// `#![feature(test)]`
pub fn only_nightly(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "Features that are not finished yet are for another edition of the compiler, nightly. \
         This kernel works with the stable one: leave the line out, and do it with what is stable.",
        "还没有定稿的特性只能在 nightly 版编译器里使用。本内核用的是稳定版：请删掉这一行，改用稳定版已有的写法。",
        "",
    ))
}
