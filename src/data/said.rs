//! What is said of a table that cannot be read, in both languages, where it needs more than a line.

use crate::display::say;
use crate::tensor::fail::warn_once;

/// Of a way with missing values that there is not.
pub(super) fn no_such_way(how: &str) -> String {
    let [mean, median, drop] = ["mean", "median", "drop"].map(|way| format!(".missing({way:?})"));
    say(
        format!("missing({how:?}) is not known; there are {mean}, {median} and {drop}"),
        format!("没有 .missing({how:?})；可以用 {mean}、{median} 或 {drop}"),
    )
}

pub(super) fn like_no_table() -> &'static str {
    say(
        "the data of .like(…) is from no table: its columns have no names",
        ".like(…) 的数据不是从表格里读出来的：它的列没有名字",
    )
}

pub(super) fn no_column_beside(target: &str) -> String {
    say(
        format!("there is no column beside {target:?}"),
        format!("除了 {target:?} 以外没有别的列"),
    )
}

pub(super) fn no_row_left() -> &'static str {
    say(
        "a value is missing in every row: none is left",
        "每一行都有缺失的值：去掉以后一行也不剩",
    )
}

/// Of a column to predict that is not there; `is_without_names` where the first line looks like
/// values.
pub(super) fn no_column(target: &str, names: &[&str], is_without_names: bool) -> String {
    let call = r#"data::csv(…).names(&["…"]).read("…")"#;
    let advice = if is_without_names {
        say(
            format!("; if the first line is no line of names, give them: {call}"),
            format!("。如果第一行不是列名，请自己给出：{call}"),
        )
    } else {
        String::new()
    };
    say(
        format!("no column is called {target:?}; there are {names:?}{advice}"),
        format!("没有名为 {target:?} 的列；现有的列是 {names:?}{advice}"),
    )
}

/// Says of a first line that it looks like values.
pub(super) fn warn_of_row_for_names(target: &str) {
    let call = r#"data::csv(…).names(&["…"]).read("…")"#;
    let said = say(
        format!(
            "the first line of the table was taken for the names of the columns ({target:?} is \
             one), and it looks like a row of values, which is missing now. If it is one, give \
             names: {call}"
        ),
        format!(
            "表格的第一行当成了列名（{target:?} 就是其中之一），但它看起来是一行数据，这一行就少了。\
             如果确实是数据，请自己给出列名：{call}"
        ),
    );
    warn_once("a row taken for names", &said);
}

/// `is_open`: whether a cell of the line goes on in the lines below.
pub(super) fn of_another_length(line: u64, cells: usize, names: usize, is_open: bool) -> String {
    let (more, chinese_more) = match is_open {
        true => (
            "; a cell of it begins with `\"` and goes on over the lines below: does the `\"` at \
             its end lack?",
            "；其中有个单元格以 `\"` 开头，一直延续到下面几行：是不是少了结尾的 `\"`？",
        ),
        false => ("", ""),
    };
    say(
        format!("line {line} has {cells} cells, but there are {names} names of columns{more}"),
        format!("第 {line} 行有 {cells} 个单元格，而列名有 {names} 个{chinese_more}"),
    )
}

pub(super) fn no_separator(separator: char) -> String {
    say(
        format!("{separator:?} cannot separate cells: it is more than one byte"),
        format!("{separator:?} 不能用作分隔符：它不止一个字节"),
    )
}

/// Where in a column values are missing.
pub(super) fn missing_there(column: &str, places: &str) -> String {
    say(
        format!("in the column {column:?}: {places}"),
        format!("列 {column:?} 的{places}"),
    )
}

/// That values are missing, and what can be done.
pub(super) fn missing(path: &str, target: &str, found: &[String]) -> String {
    let call = format!("data::csv({path:?}).missing(\"mean\").read({target:?})?");
    let ways = say(
        format!(
            "{call} puts the mean of the column there, .missing(\"median\") the median, \
             .missing(\"drop\") leaves the rows out; .words(\"a column\") takes what stands there \
             as words"
        ),
        format!(
            "{call} 用这一列的平均值填补，.missing(\"median\") 用中位数填补，\
             .missing(\"drop\") 去掉这些行；.words(\"列名\") 把那里的内容当作词"
        ),
    );
    let found = found.join(say("; ", "；"));
    say(
        format!("values are missing {found}. Say what to do: {ways}"),
        format!("有缺失的值：{found}。请说明怎样处理：{ways}"),
    )
}

/// Of a column of numbers in which some cells are none.
pub(super) fn no_numbers(column: &str, places: &str) -> String {
    say(
        format!(
            "in the column {column:?} stand numbers, but for {places}: write numbers there, or \
             take all as words: .words({column:?}) of data::csv(…)"
        ),
        format!(
            "列 {column:?} 里是数字，但{places}不是：请把那里改成数字，\
             或者用 data::csv(…) 的 .words({column:?}) 把整列当作词"
        ),
    )
}

pub(super) fn too_many_words(count: usize, column: &str) -> String {
    say(
        format!("{count} different words in the column {column:?}: take it out, or write numbers"),
        format!("列 {column:?} 里有 {count} 个不同的词：请去掉这一列，或者改写成数字"),
    )
}

/// Of a column to predict with what the data of `like` does not have; without classes it has
/// numbers there.
pub(super) fn not_like(column: &str, places: &str, classes: &[String]) -> String {
    if classes.is_empty() {
        return say(
            format!(
                "in the column {column:?} are no numbers of the data of .like(…): {places}; there \
                 are numbers"
            ),
            format!("列 {column:?} 的{places}不是数字，而 .like(…) 的数据在这一列里是数字"),
        );
    }
    say(
        format!(
            "in the column {column:?} are no classes of the data of .like(…): {places}; there are \
             {classes:?}"
        ),
        format!("列 {column:?} 的{places}不是 .like(…) 的数据里的类别；那里的类别有 {classes:?}"),
    )
}
