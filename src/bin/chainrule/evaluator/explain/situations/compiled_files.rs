//! Files that would be read while a cell is compiled, where there is no folder of the learner's.

use super::super::case::{Case, Explanation};

/// `include_str!("notes.txt")`
pub fn file_in_a_macro(case: &Case) -> Option<Explanation> {
    let path = case.name();
    if case.message.contains(": out of memory") {
        return Some(Explanation::new(
            format!(
                "`{path}` has no end, or is larger than the compiler's memory. Read as much as is \
                 wanted when the cell runs:"
            ),
            format!(
                "`{path}` 没有结尾，或者比编译器可用的内存还大。请在单元格运行时只读取需要的部分："
            ),
            format!(
                "use std::io::Read;\nlet mut bytes = vec![0u8; 1000];\n\
                 std::fs::File::open({path:?})?.read_exact(&mut bytes)?;"
            ),
        ));
    }
    let name = path.trim_start_matches("src/");
    let (macro_name, read) = match case.marked() {
        code if code.starts_with("include_str!") => (
            "include_str!",
            format!("std::fs::read_to_string({name:?})?"),
        ),
        code if code.starts_with("include_bytes!") => {
            ("include_bytes!", format!("std::fs::read({name:?})?"))
        }
        code if code.starts_with("include!") => {
            return Some(Explanation::new(
                "A cell is compiled in a folder of its own, so `include!` does not find files \
                 beside the notebook. Put the code into a cell.",
                "单元格在单独的文件夹里编译，所以 `include!` 找不到笔记本旁边的文件。请把代码直接写进单元格。",
                "",
            ));
        }
        // Of a module with a `#[path = "…"]`.
        code => {
            let name = code.strip_prefix("mod ")?.trim_end_matches(';');
            return Some(of_module(name));
        }
    };
    Some(Explanation::new(
        format!(
            "A cell is compiled in a folder of its own, so `{macro_name}` does not find files \
             beside the notebook. Read the file when the cell runs:"
        ),
        format!(
            "单元格在单独的文件夹里编译，所以 `{macro_name}` 找不到笔记本旁边的文件。请在单元格运行时读取："
        ),
        read,
    ))
}

/// `mod helper;`
pub fn module_in_a_file(case: &Case) -> Option<Explanation> {
    Some(of_module(case.name()))
}

fn of_module(name: &str) -> Explanation {
    Explanation::new(
        format!(
            "A notebook has no files that belong to it, so `mod {name};` finds nothing. Write the \
             module into a cell, or make the files a crate and bring that in by `:dep`."
        ),
        format!(
            "笔记本没有附属的源文件，所以 `mod {name};` 什么也找不到。请把模块写进单元格；或者把这些文件做成一个 crate，再用 `:dep` 引入。"
        ),
        format!("mod {name} {{ pub fn … }}\n:dep {name} = {{ path = \"{name}\" }}"),
    )
}
