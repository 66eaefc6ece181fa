//! Small surprises: numbers, positions, files, what `unwrap` and `?` do.

use super::super::case::{Case, Explanation};
use super::super::moves::head;
use super::super::opened::Opened;
use super::super::syntax::{Cell, bytes, text};
use super::similar::distance;
use ra_ap_syntax::ast::{self, AstNode, HasName};
use std::path::Path;

pub fn question_mark(case: &Case) -> Option<Explanation> {
    let cell = Cell::new(case.code);
    if let Some(function) = case
        .mark
        .as_ref()
        .and_then(|mark| cell.function_around(mark.start))
        && case
            .message
            .contains("can only be used in a function that returns")
    {
        let name = function.name()?.text().to_string();
        let kind = function
            .ret_type()
            .and_then(|kind| kind.ty())
            .map(|kind| kind.syntax().text().to_string());
        let kind = kind.unwrap_or_else(|| "()".to_owned());
        let last = if kind == "()" { "()" } else { "…" };
        return Some(Explanation::new(
            format!(
                "`?` hands the reason on to whoever called `{name}`, so `{name}` has to return a \
                `Result`:"
            ),
            format!(
                "`?` 会把出错的原因交给调用 `{name}` 的地方，所以 `{name}` 必须返回 `Result`："
            ),
            format!(
                "fn {name}(…) -> Result<{kind}, Box<dyn std::error::Error>> {{\n    …\n    \
                Ok({last})\n}}"
            ),
        ));
    }
    case.message.contains("Option").then(|| {
        Explanation::new(
            "In a cell, `?` ends the cell with an error, and `None` does not say which one. Say it \
            yourself:",
            "在单元格里，`?` 会让单元格报错结束，而 `None` 没有说明是什么错误。请说明一下：",
            ".ok_or(\"there is none\")?",
        )
    })
}

pub fn index_out_of_bounds(case: &Case) -> Option<Explanation> {
    // `the len is 2 but the index is 5`, at a mark of rustc `the length is 2 …`
    let said = case.said();
    let numbers = said
        .split("out of bounds")
        .nth(1)?
        .split(|c: char| !c.is_ascii_digit());
    let mut numbers = numbers.filter_map(|number| number.parse::<usize>().ok());
    let (length, index) = (numbers.next()?, numbers.next()?);
    let fix = indexed(case, index).map(|(list, place)| get_instead(&list, &place));
    let fix = fix.unwrap_or_default();
    Some(match length {
        0 => Explanation::new(
            "There is nothing in it yet, so no position can be read.",
            "里面还没有任何元素，所以哪个位置都读不到。",
            fix,
        ),
        _ if index == length && without_the_end(case).is_some() => Explanation::new(
            format!(
                "Positions count from 0, so the last of {length} is [{}]. A range with `..=` has \
                 its end in it; without the `=` it stops before.",
                length - 1
            ),
            format!(
                "下标从 0 开始：共 {length} 个元素，最后一个是 [{}]。`..=` 包含终点，去掉 `=` 就不包含。",
                length - 1
            ),
            without_the_end(case).unwrap_or_default(),
        ),
        _ => Explanation::new(
            format!(
                "Positions count from 0, so the last of {length} is [{}]. `.get` gives `None` \
                instead of a panic.",
                length - 1
            ),
            format!(
                "下标从 0 开始：共 {length} 个元素，最后一个是 [{}]。用 `.get` 越界时得到 `None`，不会 panic。",
                length - 1
            ),
            fix,
        ),
    })
}

/// The list and the place in it that the line reads; none where it reads several, and more than one
/// of them may be at this index.
fn indexed(case: &Case, index: usize) -> Option<(String, String)> {
    let mark = case.mark.as_ref()?;
    let opened = Opened::whole(&Cell::new(case.code));
    let is_in_line = |one: &ast::IndexExpr| {
        let at = bytes(one.syntax());
        mark.start <= at.start && at.end <= mark.end && opened.is_own_text(&at)
    };
    let places = opened.cell.descendants().filter_map(ast::IndexExpr::cast);
    let mut places: Vec<(String, String)> = places
        .filter(is_in_line)
        .filter_map(|one| Some((text(&one.base()?), text(&one.index()?))))
        .filter(|(_, place)| place.parse().unwrap_or(index) == index)
        .collect();
    let one = places.pop().filter(|_| places.is_empty())?;
    (!one.1.contains("..")).then_some(one)
}

fn get_instead(list: &str, place: &str) -> String {
    format!("if let Some(value) = {list}.get({place}) {{ … }}")
}

/// The head of the loop around the line, as it is meant: `for i in 0..v.len()`.
fn without_the_end(case: &Case) -> Option<String> {
    let line = case.mark.as_ref()?.start;
    let cell = Cell::new(case.code);
    let loops = cell.descendants().filter_map(ast::ForExpr::cast);
    let heads = loops.filter(|one| bytes(one.syntax()).contains(&line));
    let mut ranges = heads.filter_map(|one| Some((text(&one.iterable()?), one)));
    let (range, one) = ranges.find(|(range, _)| range.starts_with("0..="))?;
    let code = one.syntax().text().to_string();
    let code = code.replacen(&range, &range.replacen("..=", "..", 1), 1);
    Some(if code.contains('\n') {
        head(&code)
    } else {
        code
    })
}

pub fn unwrap_of_none(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "`.unwrap()` insists on a value, and there was `None`. Say what should happen without one.",
        "`.unwrap()` 一定要取出值，而这里是 `None`。请写明没有值时怎么办。",
        "if let Some(value) = … { … }\nlet value = ….unwrap_or(0);",
    ))
}

pub fn unwrap_of_err(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "`.unwrap()` insists on success, and the operation failed; the reason stands after `Err`. \
         Say what should happen then.",
        "`.unwrap()` 一定要成功，而这个操作失败了，原因写在 `Err` 后面。请写明失败时怎么办。",
        "match … { Ok(value) => …, Err(error) => println!(\"{error}\") }",
    ))
}

/// `vec![0.0; n - 1]` where `n` is 0, in the arithmetic of a compiler that does not check
pub fn more_than_there_is(_: &Case) -> Option<Explanation> {
    Some(Explanation::new(
        "A list was to have more places than any memory. Print its size first: a subtraction that \
         went below 0, or `-1 as usize`, is the largest number that there is.",
        "列表要的位置比任何内存都多。请先打印它的大小：减法减到 0 以下，或者 `-1 as usize`，都会得到最大的数。",
        "println!(\"{n}\");",
    ))
}

pub fn borrowed_twice(case: &Case) -> Option<Explanation> {
    let cell = called_in_line(case, "borrow_mut").or_else(|| called_in_line(case, "borrow"));
    let cell = cell.unwrap_or_else(|| "cell".to_owned());
    case.message.contains("borrowed").then(|| {
        Explanation::new(
            "A `RefCell` is lent to one who changes it or to several who read it, not to both at \
             once. Let the first borrow end before the second begins.",
            "`RefCell` 可以借给一个修改者，或者借给多个读取者，但不能同时借给两者。请让前一次借用先结束。",
            format!("let value = {cell}.borrow().clone();\n*{cell}.borrow_mut() = value;"),
        )
    })
}

pub fn no_such_file(case: &Case) -> Option<Explanation> {
    let path = missing_path(case).unwrap_or_default();
    if path.starts_with('~') {
        let english =
            "`~` is for the shell: in a program it is a letter like any other. Write the path out:";
        let home = std::env::home_dir()
            .map(|home| home.display().to_string())
            .unwrap_or_default();
        let written = path.replacen('~', &home, 1);
        return Some(Explanation::new(
            english,
            "`~` 只在命令行里表示主目录，在程序里只是普通字符。请写完整路径：",
            format!("{written:?}"),
        ));
    }
    if let Some(folder) = missing_folder(case, &path) {
        return Some(Explanation::new(
            format!("The folder `{folder}` is not there. To write into it, make it first:"),
            format!("没有 `{folder}` 这个文件夹。要往里写，请先建好它："),
            format!("std::fs::create_dir_all({folder:?})?;"),
        ));
    }
    if case.folder.is_empty() || path.starts_with('/') {
        return Some(Explanation::new(
            "There is no such file.",
            "没有这个文件。",
            neighbours(Path::new(&path)),
        ));
    }
    let folder = case.folder;
    Some(Explanation::new(
        format!(
            "There is no such file. A path that does not begin with `/` begins in the notebook's \
            folder, {folder}"
        ),
        format!("没有这个文件。不以 `/` 开头的路径从笔记本所在的文件夹算起，也就是 {folder}"),
        match path.is_empty() {
            true => String::new(), // nobody knows which file
            false => neighbours(&Path::new(folder).join(&path)),
        },
    ))
}

/// The folder that is missing where a file is to be written.
fn missing_folder(case: &Case, path: &str) -> Option<String> {
    let is_to_write = [".save", "::write(", "::create(", "::create_new("]
        .iter()
        .any(|call| case.code.contains(call));
    let folder = Path::new(path).parent().filter(|_| is_to_write)?;
    let is_missing = !Path::new(case.folder).join(folder).exists();
    (is_missing && !folder.as_os_str().is_empty()).then(|| folder.display().to_string())
}

/// A file that is there and cannot be read or written.
pub fn file_out_of_reach(case: &Case) -> Option<Explanation> {
    let said = |words: &str| case.message.contains(words);
    let (english, chinese) = if said("Is a directory") {
        (
            "The path leads to a folder. Add the name of a file in it, behind a `/`.",
            "这个路径是一个文件夹。请在后面加上 `/` 和其中的文件名。",
        )
    } else if said("Not a directory") {
        (
            "A part of the path that stands before a `/` is a file, not a folder.",
            "路径中某个 `/` 前面的部分是文件，不是文件夹。",
        )
    } else if said("Permission denied") {
        (
            "The file is there, but you may not read or write it. Choose a file in your own \
             folder, or have its owner allow it.",
            "文件存在，但你没有读写它的权限。请换成自己文件夹里的文件，或者请文件的主人授权。",
        )
    } else if said("No space left") {
        (
            "The disk is full. Delete what is not needed, and run the cell again.",
            "磁盘已满。请删除不需要的文件，再重新运行这个单元格。",
        )
    } else {
        return None;
    };
    Some(Explanation::new(english, chinese, ""))
}

/// The path in the message, or the only one in the cell that does not lead to anything.
fn missing_path(case: &Case) -> Option<String> {
    let before = case
        .message
        .lines()
        .next()?
        .split(": No such file")
        .next()?;
    // In Chinese what is said of the path stands before it.
    let before = before.rsplit('：').next()?;
    if !before.contains(' ') && before.len() < case.message.len() {
        return Some(before.to_owned());
    }
    let quoted = case
        .code
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| !text.is_empty() && !text.contains(['\n', '{']));
    let missing = |text: &&str| !Path::new(case.folder).join(text).exists();
    let is_path = |text: &&str| text.contains(['.', '/']);
    quoted.filter(is_path).find(missing).map(str::to_owned)
}

/// What is in a file's folder and has almost its name, as lines of a fix.
fn neighbours(path: &Path) -> String {
    let (Some(folder), Some(name)) = (
        path.parent(),
        path.file_name().and_then(|name| name.to_str()),
    ) else {
        return String::new();
    };
    let names = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names = names.filter_map(|entry| entry.file_name().into_string().ok());
    let stem = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
    let is_near = |other: &String| {
        stem(other) == stem(name)
            || distance(&name.to_lowercase(), &other.to_lowercase()) <= name.chars().count() / 4
    };
    let mut near: Vec<String> = names
        .filter(is_near)
        .map(|name| format!("{name:?}"))
        .collect();
    near.sort();
    near.truncate(3);
    near.join("\n")
}

pub fn not_a_number(case: &Case) -> Option<Explanation> {
    let text_read = called_in_line(case, "parse");
    // What stands in the cell has blanks at its ends, or has none.
    let has_blanks = |text: &str| match text.strip_prefix('"') {
        Some(quoted) => quoted.starts_with(' ') || quoted.ends_with(" \""),
        None => !text.contains(".trim()"),
    };
    let fix = text_read.filter(|text| has_blanks(text)).map(|text| {
        let (parsed, trimmed) = (format!("{text}.parse"), format!("{text}.trim().parse"));
        case.marked().replacen(&parsed, &trimmed, 1)
    });
    Some(Explanation::new(
        "The text is not a number of this type. Blanks and line ends count, too: cut them off \
        with `.trim()`, and there must be neither a unit nor, for a whole number, a point.",
        "这段文本不是这种类型的数字。空格和换行也算字符，请先用 `.trim()` 去掉；也不能带单位，整数不能带小数点。",
        fix.unwrap_or_default(),
    ))
}

/// What a method is called on in the line of a panic or an error, where that is one thing.
fn called_in_line(case: &Case, method: &str) -> Option<String> {
    let mark = case.mark.as_ref()?;
    let opened = Opened::whole(&Cell::new(case.code));
    let calls = opened
        .cell
        .descendants()
        .filter_map(ast::MethodCallExpr::cast);
    let mut found: Vec<String> = calls
        .filter(|call| mark.contains(&bytes(call.syntax()).start))
        .filter(|call| call.name_ref().is_some_and(|name| name.text() == method))
        .filter_map(|call| Some(text(&call.receiver()?)))
        .collect();
    found.pop().filter(|_| found.is_empty())
}
