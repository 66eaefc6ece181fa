"""Words that must not mislead: what is said is right, names the thing and the way out, and contradicts nobody."""

import os
import re
import urllib.parse

import pytest
from conftest import Kernel
from test_beginners import Ran, check, chinese, columns, english, run, run_all  # noqa: F401 (fixtures)

MODEL = (
    "let mut model = Sequential::new().add(Dense::new(2, 2).softmax());\n"
    "model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), Accuracy);"
)
TENSORS = "let x = tensor([[1.0, 2.0], [3.0, 4.0]]);\nlet y = x.clone();"
V = "let v = vec![1, 2, 3];"

# Cells, of which the last one counts; the name of its error, or "" where it works; what must be said in English, in
# Chinese; what must not be said in either.
ROWS = [
    # A large array is no recursion.
    (["let mut big = [0u8; 20_000_000];\nbig[5] = 1;\nbig[6]"], "Crash", ["large array of fixed size", "Tensor::zeros"], ["定长数组"], ["calls itself", "不断"]),
    (["fn wide() -> f64 { let mut a = [0.0f64; 4_000_000]; for i in 0..4_000_000 { a[i] = i as f64; } a.iter().sum() }\nwide()"], "Crash", ["large array of fixed size"], ["定长数组"], ["calls itself", "不断"]),
    (["fn deep(n: u64) -> u64 { if n == 77777777777 { 1 } else { n * deep(n + 1) } }\ndeep(3)"], "Crash", ["`deep` calls itself"], ["`deep` 不断"], ["array", "数组"]),
    # Of several traits a box takes one.
    (["fn some() -> impl std::fmt::Debug + Clone { 1 }", "let thing = some();"], "CompileError", ["let thing: Box<dyn std::fmt::Debug> = Box::new(some());"], ["Box<dyn std::fmt::Debug>"], ["Debug + Clone>"]),
    # Arguments of another program.
    (["let env = 1;\nlet works = std::process::Command::new(\"echo\").args([\"a\"]).output().is_ok();\nworks"], "", ["true"], ["true"], ["command line", "命令行"]),
    (["use std::env::args;", "args().count() > 9"], "", ["false"], ["false"], []),
    # A trait without `use`.
    (["fn hid() -> Box<dyn std::fmt::Debug> { Box::new(1) }", "let hid_two = hid();", "hid_two"], "", ["1"], ["1"], []),
    # One sign for a comparison.
    (["if unknown = 5 { }"], "CompileError", ["asked with `==`", "    unknown == 5"], ["要用 `==`", "    unknown == 5"], ["begins with `let`", "if let"]),
    (["while unknown = 5 { }"], "CompileError", ["asked with `==`"], ["要用 `==`"], ["begins with `let`", "while let"]),
    (["let eq = 3;", "if eq = 5 && eq > 2 { }"], "CompileError", ["    eq == 5 && eq > 2"], ["    eq == 5 && eq > 2"], ["!= 0"]),
    (["if false { } else if eq = 4 { }"], "CompileError", ["    eq == 4"], ["    eq == 4"], []),
    (["match 3 { k if eq = 3 => k, _ => 2 }"], "CompileError", ["    eq == 3"], ["    eq == 3"], []),
    (["if 1 { }"], "CompileError", ["A condition is `true` or `false`", "    1 != 0"], ["条件必须是"], []),
    (["if !eq { }"], "CompileError", ["    eq == 0"], ["    eq == 0"], []),
    (['if "a" { }'], "CompileError", ['!"a".is_empty()'], ["条件必须是"], []),
    ([V, "while v { }"], "CompileError", ["!v.is_empty()"], ["!v.is_empty()"], []),
    # Numbers of two types.
    (["let x = 2.5f32;\nlet n = 3usize;\nx * n"], "CompileError", ["    x * n as f32\n"], ["    x * n as f32\n"], ["as usize"]),
    (["let n = 3usize;\nn - 5.0"], "CompileError", ["    n as Float - 5.0\n    n - 5\n"], ["    n - 5\n"], []),
    (["let part = 0.5;\nlet n = 3;\n(n + 1) * part"], "CompileError", ["    (n + 1) as Float * part\n"], ["把两边写成同一种"], ["2.0 * 3.0"]),
    (["let small = 1u8;\nlet n = 300i32;\nsmall + n"], "CompileError", ["    small as i32 + n\n"], ["    small as i32 + n\n"], ["as u8"]),
    (["let place = 2i32;\nlet all = vec![1, 2];\nplace - all.len()"], "CompileError", ["    place as usize - all.len()\n    place - all.len() as i32\n"], ["    place - all.len() as i32\n"], []),
    (["let x = 1.5f32;\nlet y = 2.0f64;\nx / y"], "CompileError", ["    x as f64 / y\n    x / y as f32\n"], ["    x / y as f32\n"], []),
    (["let mut sum = 0.0f32;\nfor n in [1i64, 2] { sum += n; }"], "CompileError", ["    sum += n as f32\n"], ["    sum += n as f32\n"], ["sum as"]),
    (["[1.5f32, 2.0].iter().map(|x| x * 2i32).count()"], "CompileError", ["    x * 2i32 as f32\n"], ["    x * 2i32 as f32\n"], []),
    (["let n = 3usize;\nn == 3.0"], "CompileError", ["    n as Float == 3.0\n    n == 3\n"], ["    n == 3\n"], []),
    (["let a = 1u8;\nlet b = 2i32;\na < b"], "CompileError", ["    (a as i32) < b\n"], ["    (a as i32) < b\n"], ["as u8", "two kinds of whole"]),
    (["let n = 2usize;\nlet x = 1.5f32;\nif x > n { 1 } else { 2 }"], "CompileError", ["    x > n as f32\n"], ["    x > n as f32\n"], []),
    (["let mut n = 2usize;\nlet k = 1i32;\nn = k;"], "CompileError", ["two kinds of whole numbers", "n = k as usize;"], ["两种整数"], ["Write both alike"]),
    (["let a = [1.5f64];\nlet t = 2.0f32;\na.iter().map(|x| x - t).count()"], "CompileError", ["    *x as f32 - t\n    x - t as f64\n"], ["    *x as f32 - t\n"], ["    x as f32"]),
    (["let mut n = 3usize;\nn += 1.5;"], "CompileError", ["    let mut n = n as Float;\n    n += 1.5\n"], ["    n += 1.5\n"], ["2.0 * 3.0"]),
    (["1 / 2.0"], "CompileError", ["    1.0 / 2.0\n"], ["    1.0 / 2.0\n"], ["    1 / 2\n"]),
    (["let p: usize = 3;\nlet q: u32 = 4;\nassert_eq!(p, q + 1);"], "CompileError", ["    assert_eq!(p, (q + 1) as usize)\n"], ["    assert_eq!(p, (q + 1) as usize)\n"], ["(assert_eq!", "2.0 * 3.0"]),
    (["let assert_total = 3i32;\nlet n: usize = assert_total;"], "CompileError", ["let n: usize = assert_total as usize;"], ["两种整数"], []),
    (["let p: usize = 3;\nlet q: u32 = 4;\ndebug_assert_ne!(p, q);"], "CompileError", ["    debug_assert_ne!(p, q as usize)\n"], ["    debug_assert_ne!(p, q as usize)\n"], ["(debug_assert", "2.0 * 3.0"]),
    # What was computed when it did not fit.
    (["10i32.pow(10)"], "Panic", ["The power is larger", "(a as i128).pow(n)"], ["幂的结果超出"], ["difference", "saturating_sub"]),
    (["let full = 255u8;\nfull + 1"], "Panic", ["The sum is larger", "a.checked_add(b)"], ["加法的结果超出"], ["difference"]),
    (["255u8 + 1"], "CompileError", ["The sum is larger"], ["加法的结果超出"], ["difference"]),
    (["let q = 100_000i32;\nq * q"], "Panic", ["The product is larger"], ["乘法的结果超出"], ["difference"]),
    (["vec![100u8, 200].iter().sum::<u8>()"], "Panic", [".map(|&n| n as i128).sum()"], ["总和超出"], ["difference"]),
    (["let big = u64::MAX;\nbig * 3"], "Panic", ["The product is larger", "a as i128 * b as i128"], ["乘法的结果超出"], ["i64"]),
    (["(1..30).product::<i32>()"], "Panic", ["the product is larger", "as f64"], ["乘积超出"], ["difference"]),
    (["let least = i64::MIN;\n-least"], "Panic", ["-(a as i128)"], ["取负以后"], ["i64"]),
    (["let least = i64::MIN;\nleast / -1"], "Panic", ["a as i128 / b as i128"], ["除以 -1"], ["i64"]),
    (["let large = u64::MAX - 5;\nlarge - u64::MAX"], "Panic", ["a as i128 - b as i128"], ["减法的结果超出"], ["i64"]),
    (["let least = i32::MIN;\n-least"], "Panic", ["The negative of this number"], ["取负以后"], ["difference"]),
    (["let least = i32::MIN;\nleast.abs()"], "Panic", ["unsigned_abs()"], ["绝对值"], ["difference"]),
    (["let bits = 40;\n1i32 << bits"], "Panic", ["fewer bits than its type has"], ["移动的位数"], ["difference"]),
    (["let few = vec![1];\nfew.len() - 2"], "Panic", ["The difference does not fit", "a.saturating_sub(b)"], ["减法的结果"], ["product"]),
    (["let small: u8 = 300;"], "CompileError", ["go from 0 to 255", "let small: i64 = 300;"], ["0 到 255"], []),
    # A position that is of another type, or no number.
    ([V, "let place: i32 = 1;\nv[place]"], "CompileError", ["of the type `usize`, and this one is of the type `i32`", "    v[place as usize]"], ["`usize` 类型的整数", "    v[place as usize]"], ["A text", "文本"]),
    ([V, "let place = 3i64;\nv[place - 1]"], "CompileError", ["    v[(place - 1) as usize]"], ["    v[(place - 1) as usize]"], ["A text"]),
    ([V, "let (from, to) = (0i32, 2i32);\n&v[from..to]"], "CompileError", ["    v[from as usize..to as usize]"], ["    v[from as usize..to as usize]"], ["A text"]),
    ([V, "v[1.5]"], "CompileError", ["is a whole number, counted from 0"], ["从 0 开始的整数"], ["A text"]),
    ([V, "let end = 2u8;\n&v[1..end]"], "CompileError", ["    v[1..end as usize]"], ["    v[1..end as usize]"], ["A text"]),
    (['let word = "abc";\nlet end = 2u8;\n&word[0..end]'], "CompileError", ["They count bytes", "    &word[0..end as usize]"], ["它数的是字节", "    &word[0..end as usize]"], ["has no positions"]),
    (['let word = String::from("abc");\nlet ends = (0i32, 2i32);\nlet part = &word[ends.0..=ends.1];'], "CompileError", ["    &word[ends.0 as usize..=ends.1 as usize]"], ["    &word[ends.0 as usize..=ends.1 as usize]"], ["has no positions"]),
    ([V, "v[v.len() as f32 / 2.0]"], "CompileError", ["    v[(v.len() as f32 / 2.0) as usize]"], ["去掉小数部分"], ["A text"]),
    ([V, "v.iter().map(|n| v[n]).count()"], "CompileError", ["    v[*n as usize]"], ["    v[*n as usize]"], ["A text"]),
    ([V, "let places = vec![0usize];\nplaces.iter().map(|n| v[n]).count()"], "CompileError", ["    v[*n]"], ["    v[*n]"], ["A text"]),
    ([V, 'v["a"]'], "CompileError", ["HashMap::new()"], ["映射（map）"], ["A text"]),
    (["let grid = [[1, 2], [3, 4]];\nlet row = 1u8;\ngrid[row][0]"], "CompileError", ["    grid[row as usize]"], ["    grid[row as usize]"], ["A text"]),
    (['let word = "abc";\nlet at = 1i32;\nword[at]'], "CompileError", ["    word.chars().nth(at as usize)"], ["按下标取字符"], []),
    # A cell that ended before its end takes along what one of its lines moves.
    ([V, "let late = 3;\nif late > 2 { return; }\nlet kept = v;"], "", ["Gone with it: `v`", "no `kept`"], ["`v` 也没有了", "但没有 `kept`"], []),
    ([V, "let late = 3;\nif late > 2 { return; }\ndrop(v);", "v"], "CompileError", ["A line of cell", "moves `v` (`drop(v);`)", "ended early"], ["提前结束了，而这时它不会归还"], ["moved the value"]),
    ([V, 'if v.len() > 2 { panic!("no"); }\nlet w = v;', "v"], "CompileError", ["moves `v` (`let w = v;`)", "let w = v.clone();"], ["提前结束了"], ["moved the value"]),
    ([V, 'let n: i32 = "x".parse()?;\ndrop(v);', "v"], "CompileError", ["moves `v` (`drop(v);`)"], ["提前结束了"], ["moved the value"]),
    ([V, "drop(v);", "v"], "CompileError", ["Cell [", "moved the value of `v` into the call of `drop`"], ["移动（move）了进去"], ["ended early"]),
    # One picture without its batch.
    (["Conv2D::new(1, 4, 3).forward(&Tensor::zeros(&[28, 28]))"], "Panic", ["if it is a single sample: x.reshape(&[1, 1, 28, 28])"], ["x.reshape(&[1, 1, 28, 28])"], []),
    (["Conv2D::new(1, 4, 3).forward(&Tensor::zeros(&[32, 784]))"], "Panic", ["Reshape::new(&[1, height, width])"], [], ["single sample"]),
    (["Conv1D::new(1, 4, 3).forward(&Tensor::zeros(&[100]))"], "Panic", ["x.reshape(&[1, 1, 100])"], [], []),
    (["r2_score(1)"], "CompileError", ["a name of scikit-learn", "1.0 - p.mse_loss(&a) / a.var()"], ["1.0 - p.mse_loss(&a) / a.var()"], []),
    # Kinds of numbers, texts and lists.
    (["let x: f32 = 1;"], "CompileError", ["written with a point", "    let x: f32 = 1.0;"], ["要写出小数点", "    let x: f32 = 1.0;"], []),
    (["let n: i32 = 3.5;"], "CompileError", ["is a whole number", "    let n: f32 = 3.5;"], ["是整数"], []),
    (["Schedule::step(1, 2, 0.5)"], "CompileError", ["written with a point"], ["要写出小数点"], []),
    ([V, "let k: i32 = v.len();"], "CompileError", ["two kinds of whole numbers", "let k: i32 = v.len() as i32;"], ["是两种整数"], []),
    (['let s: String = "a";'], "CompileError", ["a `String` owns its text", 'let s: String = "a".to_string();'], ["自己拥有文本"], []),
    (['let c: char = "a";'], "CompileError", ["in single quotes", "    let c: char = 'a';"], ["用单引号"], []),
    (['fn longer(s: &str) -> usize { s.len() }\nlonger(String::from("a"))'], "CompileError", ["that is only read", 'longer(&String::from("a"))'], ["只读的文本"], []),
    (['"a" + "b"'], "CompileError", ['format!("ab")'], ['format!("ab")'], []),
    (['let left = "a";\nlet right = "b";\nleft + right'], "CompileError", ['format!("{left}{right}")'], ["拼接文本"], []),
    (['"abc"[0]'], "CompileError", ['"abc".chars().nth(0)'], ["不能按下标取字符"], []),
    (['let cut = "aña";\ncut[0..2].to_string()'], "Panic", ["cut in two", ".chars().take(2)"], ["切成两半"], []),
    (["for i in 10 { }"], "CompileError", ["for i in 0..10 { … }"], ["写成范围"], []),
    (['for c in "abc" { }'], "CompileError", ['for c in "abc".chars() { … }'], ["逐个处理文本"], []),
    (["for one in data::xor() { }"], "CompileError", ["data::xor().batches(32)"], ["按批次读取"], []),
    (["vec![3.0, 1.0].sort();"], "CompileError", [".sort_by(|a, b| a.total_cmp(b))"], ["没有完整的大小顺序"], []),
    (["vec![3.0, 1.0].iter().max()"], "CompileError", [".max_by(|a, b| a.total_cmp(b))"], ["NaN"], []),
    (["tensor([[1.0, 2.0], [3.0]])"], "CompileError", ["all have the same length"], ["长度必须相同"], []),
    # How functions, types and calls are written.
    (["fn f(x) { x }"], "CompileError", ["Each parameter of a function has its type", "fn f(x: f32) -> f32 { … }"], ["每个参数后面都要写类型"], []),
    (["fn f(x: i32) { x }"], "CompileError", ["behind an arrow", "    fn f(x: i32) -> i32 { x }"], ["用箭头写明"], []),
    (["fn f(x: i32) -> i32 { x; }"], "CompileError", ["no semicolon", "    fn f(x: i32) -> i32 { x }"], ["不加分号"], []),
    (["return 5"], "CompileError", ["A cell is no function", "    5"], ["单元格不是函数"], []),
    ([V, "v.len"], "CompileError", ["parentheses stand behind it", "    v.len()"], ["后面也要加括号"], []),
    (["struct Named { x: i32 }\nNamed(1)"], "CompileError", ["`Named` has named fields"], ["字段有名字"], []),
    (["enum Two { A, B }\nlet two = Two::A;\nmatch two { Two::A => 1 }"], "CompileError", ["`Two::B` has none", "_ => …"], ["覆盖所有情况"], []),
    (['println!("{} {}", 1);'], "CompileError", ["takes one value behind it"], ["依次对应"], []),
    (['println!("{}", 1, 2);'], "CompileError", ["takes one value behind it"], ["依次对应"], []),
    (["self.x"], "CompileError", ["`self` is the value that a method was called on"], ["调用方法的那个值"], []),
    (["impl std::fmt::Display for Vec<i32> { fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result { Ok(()) } }"], "CompileError", ["has to be your own"], ["至少有一个"], []),
    (["thread_local! { static KEPT: i32 = 3 }"], "CompileError", ["a `;` stands behind it"], ["后面要加 `;`"], []),
    # Models and tensors.
    ([MODEL, "model.fit(data::xor()).run();"], "CompileError", ["with a `&` before it", "    model.fit(&data::xor()).run();"], ["用 `&` 借出去"], []),
    ([MODEL, "model.fit(&data::xor()).epochs(5.0).run();"], "CompileError", ["    model.fit(&data::xor()).epochs(5).run();"], ["是整数"], []),
    ([MODEL, "model.predict(&[[1.0, 2.0]])"], "CompileError", ["model.predict(&tensor([[1.0, 2.0]]))"], ["先把列表变成张量"], []),
    (["Dense::new(-1, 3)"], "CompileError", ["has no negative numbers"], ["没有负数"], ["usize::MAX"]),
    (['Dense::new("2", 3)'], "CompileError", ["    Dense::new(2, 3)"], ["不是数"], []),
    ([TENSORS, "x @ y"], "CompileError", ["x.matmul(&y)"], ["矩阵乘法"], []),
    ([TENSORS, "x[.., 0]"], "CompileError", ["x.slice(1, 0..2)"], ["取张量的一部分"], ["consider adding"]),
    ([TENSORS, "x[0, 1]"], "CompileError", ["x.get(&[0, 1])"], ["读取张量里的一个数"], ["consider adding"]),
    ([TENSORS, "x.shpae()"], "CompileError", ["there is `shape`", "    x.shape()"], ["但是有 `shape`"], []),
    ([TENSORS, "x.rehsape(&[4]).shpae()"], "CompileError", ["there is `reshape`"], ["但是有 `reshape`"], []),
    ([MODEL, "model.sumary()"], "CompileError", ["    model.summary()"], ["但是有 `summary`"], []),
    ([TENSORS, "x.at(0)"], "CompileError", [], [], ["gt"]),
    (["let mut grown = Sequential::new();", "grown.add(Dense::new(2, 2));"], "", ["`grown` is gone. Run cell [1] again", "grown = grown.add(Dense::new(2, 2));"], ["`grown` 也就没有了"], ["Give it a name"]),
    (["let mut once = Sequential::new();\nonce.add(Dense::new(2, 2));"], "", ["once = once.add(Dense::new(2, 2));"], ["`once` 也就没有了"], ["again", "重新运行"]),
    # Commands.
    ([":dep {{{"], "CompileError", ["the line with `:dep` cannot be read", ':dep rand = "0.9"'], ["写 crate 的名字和版本"], ["itself uses"]),
    ([":halp"], "CompileError", ["no such command", "    :help"], ["没有这个命令"], []),
    # Characters that only look like those of Rust.
    (["let\u00a0kept = 3;"], "CompileError", ["a no-break space (U+00A0) stands here", "    let kept = 3;"], ["不换行空格（U+00A0）"], ["There is no `kept`"]),
    (["println!(“hello”)；"], "CompileError", ['`“` (U+201C) only looks like `"`', '    println!("hello");'], ["只是看起来像", '    println!("hello");'], ["unknown start of token"]),
    (["let pair = (1，2）;"], "CompileError", ["`，` (U+FF0C) only looks like `,`", "let pair = (1,2);"], ["英文半角字符"], ["unknown start of token"]),
    (["let less = 5 − 3;"], "CompileError", ["(U+2212) only looks like `-`", "let less = 5 - 3;"], ["U+2212"], []),
    (["let s\u200b = 4;"], "CompileError", ["an invisible character (U+200B)"], ["看不见的字符（U+200B）"], []),
    (['println!("“，−\u00a0”");'], "", ["“，−\u00a0”"], ["“，−\u00a0”"], ["looks like"]),
    # Brackets and quotes.
    (["Dense::new("], "CompileError", ["`(` is never closed", "1 | Dense::new(", "    Dense::new(…)"], ["`(` 没有关闭", "请补上"], ["mismatched", "`}`"]),
    (["let open = (1 + 2;"], "CompileError", ["`(` is never closed", "let open = (1 + 2);"], ["没有关闭"], ["`}`"]),
    (["fn half() {\n    vec![1, 2;\n}"], "CompileError", ["`[` is closed by `}`", "put the `]` before the `}`"], ["请在 `}` 之前补上 `]`"], ["mismatched"]),
    (["1 + 2)"], "CompileError", ["`)` closes nothing"], ["多出一个 `)`"], ["`}`"]),
    (['let text = "never closed;\nlet other = 1;'], "CompileError", ["has no closing quote", '    let text = "never closed";'], ["没有结束的引号"], []),
    # Parts of patterns.
    (["let whole @ (left, _) = (1, 2);", "left + whole.1"], "", ["3"], ["3"], ["moved"]),
    (["let [a, mut b] = [vec![1], vec![2]];", "b.push(a[0]);\nb"], "", ["[2, 1]"], ["[2, 1]"], []),
    # What is lent.
    ([V, "let pair = (&v[0], &v[1]);"], "CompileError", ["let pair = (v[0].clone(), v[1].clone());"], ["let pair = (v[0].clone(), v[1].clone());"], [").to_owned()"]),
    ([V, "let some = Some(&v[0]);"], "CompileError", ["let some = Some(v[0].clone());"], ["借用"], [").to_owned()"]),
    ([V, "let top = v.iter().max();"], "CompileError", ["let top = v.iter().max().cloned();"], ["借用"], [").to_owned()"]),
    ([V, "let (a, b) = v.split_at(1);"], "CompileError", ["let (a, b) = (v[..1].to_vec(), v[1..].to_vec());"], ["借用"], []),
    (['let name = "a,b".to_owned();', "let halves = name.split_once(',');"], "CompileError", [".map(|(a, b)| (a.to_owned(), b.to_owned()));"], ["借用"], []),
    (['let name = "a,b".to_owned();', "let both = (name.as_str(), name.len());"], "CompileError", ["let both = (name.as_str().to_owned(), name.len());"], ["借用"], []),
    (['let words = vec!["a".to_owned()];', "let w = words.iter().map(|w| w.as_str()).next();"], "CompileError", ["`w` is a reference into another variable", ".next().map(str::to_owned);"], ["`w` 是对另一个变量的引用"], ["closing brace", "moves the value"]),
    # Paths of traits and types.
    (["fn f() -> Result<i32, Box<dyn Error>> { Ok(1) }"], "CompileError", ["`Error` has to be brought in", "use std::error::Error;"], ["`Error` 要先用 `use` 引入", "use std::error::Error;"], ["error: consider importing"]),
    (["let tree: BTreeMap<String, i32> = Default::default();"], "CompileError", ["use std::collections::BTreeMap;"], ["要先用 `use` 引入"], ["error: consider importing"]),
    # Files that would be compiled.
    (['let notes = include_str!("notes.txt");'], "CompileError", ["couldn't read `notes.txt`", 'std::fs::read_to_string("notes.txt")?'], ["单元格运行时读取"], ["src/"]),
    (['let bytes = include_bytes!("a/b.bin");'], "CompileError", ['std::fs::read("a/b.bin")?'], ["单元格运行时读取"], ["src/"]),
    (["mod helper;"], "CompileError", ["no files that belong to it", "mod helper { pub fn … }"], ["请把模块写进单元格"], ["src/"]),
    # A list of borrowed things, and of one's own.
    (['let lent = vec![String::from("ab")];', "let lent_texts: Vec<&str> = lent.iter().map(|n| n.as_str()).collect();"], "CompileError", ["let lent_texts: Vec<String> = lent.iter().map(|n| n.as_str()).map(str::to_owned).collect();", "{ let lent_texts: Vec<&str> = "], ["let lent_texts: Vec<String> = "], [".collect().to_owned()"]),
    (["let halves = vec![1.5, 2.5];", "let lent_halves: Vec<&f64> = halves.iter().filter(|n| **n > 2.0).collect();"], "CompileError", ["let lent_halves: Vec<f64> = halves.iter().filter(|n| **n > 2.0).cloned().collect();"], ["let lent_halves: Vec<f64> = "], [".collect().to_owned()"]),
    (["let halves = vec![1.5, 2.5];", "let pieces: Vec<&[f64]> = halves.chunks(1).collect();"], "CompileError", ["{ let pieces: Vec<&[f64]> = halves.chunks(1).collect(); … }"], ["{ let pieces: Vec<&[f64]> = "], [".collect().to_owned()", ".cloned()"]),
    # A folder that is missing.
    (['std::fs::write("no/such/out.txt", "a")?;'], "Error", ["The folder `no/such` is not there", 'create_dir_all("no/such")?;'], ["没有 `no/such` 这个文件夹"], ["no such file", "没有这个文件。"]),
    (['let read = std::fs::read_to_string("nowhere/x.csv")?.as_bytes().to_vec();'], "Error", ["There is no such file"], ["没有这个文件"], ["create_dir_all"]),
    # One picture for a row.
    (["Dense::new(784, 10).forward(&Tensor::zeros(&[28, 28]))"], "Panic", [".reshape(&[1, 784])", "Dense::new(28, 10)"], ["先变成一行"], []),
    # Training that does not start.
    ([MODEL, "model.fit(&data::xor()).epochs(3);"], "", ["training starts with `.run()`", "model.fit(&data::xor()).epochs(3).run();"], ["加上 `.run()` 才会开始训练"], ["let _ ="]),
    ([MODEL, "model.fit(&data::xor()).epochs(3)"], "CompileError", ["training starts with `.run()`"], ["加上 `.run()`"], ["derive(Debug)]"]),
    ([MODEL, "let fit = model.fit(&data::xor()).epochs(3);"], "CompileError", ["let fit = model.fit(&data::xor()).epochs(3).run();"], ["加上 `.run()`"], ["to_owned"]),
    ([V, "v.iter().filter(|n| **n > 1);"], "", ["computes nothing", ".collect();"], ["什么也没有算"], ["let _ ="]),
    ([V, "v.iter().map(|n| n * 2);"], "", ["computes nothing", ".collect();"], ["什么也没有算"], ["let _ ="]),
    # Tensors as in Python.
    ([TENSORS, "let z = &x * 2;"], "CompileError", ["&x * 2.0"], ["请写成", "&x * 2.0"], []),
    ([TENSORS, "let n = 3usize;\n&x / n"], "CompileError", ["&x / n as f32"], ["&x / n as f32"], []),
    ([TENSORS, "2 * &x"], "CompileError", ["2.0 * &x"], ["2.0 * &x"], ["169 others"]),
    ([TENSORS, "&x + vec![1.0, 2.0]"], "CompileError", ["&x + tensor(vec![1.0, 2.0])"], ["先把列表变成张量"], []),
    ([TENSORS, "x[0]"], "CompileError", ["x.get(&[0, 0])", "x.row(0)"], ["张量不用 `[ ]` 取值"], []),
    ([TENSORS, "x == y"], "CompileError", ["x.eq(&y)", "x.to_vec() == y.to_vec()"], ["逐个元素比较"], []),
    ([TENSORS, "x > 1.0"], "CompileError", ["x.gt(&Tensor::from(1.0))"], ["逐个元素比较"], []),
    ([TENSORS, "let mut w = x.clone();\nw -= 0.1 * &y;"], "CompileError", ["w = &w - 0.1 * &y;"], ["张量不能原地修改"], []),
    ([TENSORS, "let mut w = x.clone();\nw -= 0.1 * w.grad();"], "CompileError", ["w = no_grad(|| &w - 0.1 * w.grad()).requires_grad();"], ["重新要求梯度"], []),
    ([TENSORS, 'for row in &x { println!("{row}"); }'], "CompileError", ["for value in x.to_vec()", "let row = x.row(i);"], ["逐个数"], []),
    ([TENSORS, "let mut w = x.requires_grad();\nfor _ in 0..2 { w.square().sum().backward(); w = &w - 0.1 * w.grad(); }"], "Panic", ["no_grad(|| &w - 0.1 * w.grad()).requires_grad()"], ["更新参数时不要记录计算过程"], []),
    (["Conv2D::new(1, 4, 3).forward(&Tensor::zeros(&[2, 28, 28, 1]))"], "Panic", ["the channels come last here", "x.permute(&[0, 3, 1, 2])"], ["let x = x.permute(&[0, 3, 1, 2]);"], ["Conv2D::new(28"]),
    (["CategoricalCrossentropy::new().loss(&Tensor::ones(&[2, 3]).softmax(-1), &tensor([0, 1]))"], "Panic", ["SparseCategoricalCrossentropy::new()", "y.one_hot(3)"], ["类别的编号"], []),
    # The data are not blamed on the rate.
    (
        [MODEL, "let holes = Dataset::new(&tensor([[1.0, Float::NAN], [2.0, 1.0]]), &tensor([0, 1]));\nmodel.fit(&holes).run();"],
        "",
        ["That comes from the data: 1 of 4 inputs is no number: NaN first, in example 0"],
        ["原因在数据：4 个输入值里有 1 个不是数"],
        ["learning rate"],
    ),
    # Python, and other languages.
    (["import numpy as np"], "CompileError", ["Nothing has to be imported"], ["什么都不用导入"], ["add `;` here", "expected"]),
    (["from torch.nn import Linear"], "CompileError", ["Nothing has to be imported", "Dense::new(784, 128)"], ["什么都不用导入"], ["expected"]),
    (["import os"], "CompileError", ["brought in by `use`"], ["Rust 用 `use` 引入"], ["expected"]),
    (["def area(r):\n    return 3 * r"], "CompileError", ["fn area(r: f32) -> f32 { … }"], ["函数以 `fn` 开头"], ["expected"]),
    (["for i in range(10):\n    print(i)"], "CompileError", ["for i in 0..10 { … }"], ["代码块写在花括号里"], ["expected"]),
    (["if 3 > 2 and True:\n    pass"], "CompileError", ["if 3 > 2 && true { … }"], ["代码块写在花括号里"], ["expected"]),
    (["while True:\n    pass"], "CompileError", ["while true { … }"], ["代码块写在花括号里"], ["expected"]),
    (["class Net(nn.Module):\n    pass"], "CompileError", ["Rust has no classes", "struct Net"], ["Rust 没有 class"], ["expected"]),
    (["try:\n    x = 1\nexcept:\n    pass"], "CompileError", ["Rust has no exceptions"], ["Rust 没有异常"], ["expected"]),
    (["let f = lambda x: x + 1;"], "CompileError", ["|x| x + 1"], ["闭包"], ["expected"]),
    (["let l = [x * 2 for x in range(3)];"], "CompileError", ["(0..3).map(|x| x * 2).collect::<Vec<_>>()"], ["用迭代器"], ["expected"]),
    (["let sign = 1 if 3 > 2 else 2;"], "CompileError", ["let sign = if 3 > 2 { 1 } else { 2 };"], ["`if` 本身就有值"], ["expected"]),
    (["# a comment"], "CompileError", ["A comment begins with `//`", "    // a comment"], ["注释以 `//` 开头"], ["expected"]),
    (["print('hello')"], "CompileError", ["double quotes", 'print("hello")'], ["字符串用双引号"], ["codepoint"]),
    (['let who = 1;\nprint(f"a {who}")'], "CompileError", ["without an `f`", 'println!("a {who}");'], ["前面不用 `f`"], ["prefix"]),
    (["pip install numpy"], "CompileError", ["has no shell"], ["不能运行命令"], ["expected"]),
    (["%matplotlib inline"], "CompileError", [":help"], [":help"], ["expected"]),
    (["int count = 3;"], "CompileError", ["let count = 3;"], ["变量用 `let` 定义"], ["expected"]),
    (["2.0 ** 3"], "CompileError", ["2.0_f32.powi(3)"], ["Rust 没有 `**`"], []),
    (["let nothing = null;"], "CompileError", ["None::<f32>", "Rust has no null"], ["Rust 没有空指针"], ["Is it spelled right"]),
    (["let nothing = nil;"], "CompileError", ["None::<f32>"], ["Rust 没有空指针"], ["Is it spelled right"]),
    (["let list = vec![1];\nlen(list)"], "CompileError", ["list.len()"], ["list.len()"], []),
    (["for i in range(3) { }"], "CompileError", ["0..3"], ["0..3"], ["0..10\n"]),
    # Misspelled paths, and types as others call them.
    (["use std::colections::HashMap;"], "CompileError", ["there is `collections`", "    use std::collections::HashMap;"], ["标准库里没有 `colections`"], []),
    (["use std::collections::HasMap;"], "CompileError", ["    use std::collections::HashMap;"], ["标准库里没有 `HasMap`"], []),
    (["use std::HashMap;"], "CompileError", ["    use std::collections::HashMap;"], ["标准库里没有 `HashMap`"], []),
    (["use std.collections.HashMap;"], "CompileError", ["joined by `::`", "use std::collections::HashMap;"], ["用 `::` 连接"], ["expected"]),
    (["let m = std::colections::HashMap::<i32, i32>::new();"], "CompileError", ["std::collections::HashMap::<i32, i32>::new();"], ["标准库里没有 `colections`"], ["has to be brought in"]),
    (["let m: Hashmap<String, i32> = Default::default();"], "CompileError", ["it is called `HashMap` here", "use std::collections::HashMap;"], ["这里的名字是 `HashMap`"], ["neither defined"]),
    (["let s = Hashset::<i32>::new();"], "CompileError", ["it is called `HashSet` here"], ["这里的名字是 `HashSet`"], ["neither defined"]),
    (["let v: Vector<i32> = vec![];"], "CompileError", ["let v: Vec<i32> = vec![];"], ["对应的类型是 `Vec`"], ["neither defined"]),
    (["let n: int = 3;"], "CompileError", ["let n: i32 = 3;"], ["对应的类型是 `i32`"], ["neither defined"]),
    (["let b: boolean = true;"], "CompileError", ["let b: bool = true;"], ["对应的类型是 `bool`"], ["neither defined"]),
    (["let name: string = String::new();"], "CompileError", ["`String`", "let name: String"], ["`String`"], ["`str`"]),
    (["use rand::Rng;"], "CompileError", [":dep rand"], [":dep rand"], ["Tensor::rand"]),
    # A number of a tensor is set.
    ([TENSORS, "x[1] = 3.0;"], "CompileError", ["values[1] = 3.0;", "x.set_value("], ["先把所有数取出来"], ["x.get("]),
    ([TENSORS, "x[0][1] = 3.0;"], "CompileError", ["values[0 * x.shape()[1] + 1] = 3.0;"], ["先把所有数取出来"], ["x.get("]),
    ([TENSORS, "x[[0, 1]] += 3.0;"], "CompileError", ["values[0 * x.shape()[1] + 1] += 3.0;"], ["先把所有数取出来"], ["x.get("]),
    # What the library says itself.
    ([MODEL, "model.fit(&Dataset::new(&(&data::xor().x * 1000.0), &tensor([0, 1, 1, 0]))).epochs(1).run();"], "", ["warning: fit: the inputs are not scaled"], ["警告：fit: 输入没有缩放"], []),
    ([MODEL, "model.diagnose(&Dataset::new(&(&data::xor().x * 1000.0), &tensor([0, 1, 1, 0])))"], "", ["the inputs are not scaled"], ["输入没有缩放"], []),
    (["Tensor::ones(&[2, 3]).matmul(&Tensor::ones(&[2, 3]))"], "Panic", ["transpose the right side"], ["请转置右边"], []),
    (["Tensor::ones(&[2, 3]) + Tensor::ones(&[2, 2])"], "Panic", ["do not broadcast"], ["无法广播"], []),
    # Names.
    (["let cafe\u0301 = 3;", "caf\u00e9 + 1"], "", ["4"], ["4"], []),
    (["Conv2d::new(1, 4, 3)"], "CompileError", ["it is called `Conv2D` here"], ["Conv2D::new("], ["brought in by a `use`"]),
    (["let m = MaxPool2d::new(2);"], "CompileError", ["it is called `MaxPool2D` here"], ["MaxPool2D::new(2)"], ["brought in by a `use`"]),
    (["let m = SequentiaL::new();"], "CompileError", ["it is called `Sequential` here", "    let m = Sequential::new();"], ["这里的名字是 `Sequential`"], ["brought in by a `use`"]),
    (["sequential::new()"], "CompileError", ["it is called `Sequential` here"], ["这里的名字是 `Sequential`"], [":dep sequential"]),
    (["Sequntial::new()"], "CompileError", ["there is `Sequential`", "    Sequential::new()"], ["但是有 `Sequential`"], ["brought in by a `use`"]),
    (["let losses = 3;", "lossess + 1"], "CompileError", ["there is `losses`"], ["但是有 `losses`"], ["Is it spelled right"]),
    (["let f = 3;", "x1234 + 1"], "CompileError", ["No cell that was run defines `x1234`"], ["都没有定义"], ["similar name"]),
    (["plot::no_such_plot(1, 2)"], "CompileError", ["`plot` has nothing that is called `no_such_plot`"], ["`plot` 里没有叫"], ["Is it spelled right"]),
    # Values that are still wrapped.
    (['let (train, test) = data::mnist("nowhere");'], "CompileError", ['let (train, test) = data::mnist("nowhere")?;'], ["`?` 取出其中的值"], ["wrapping the pattern", "unwrap()"]),
    (['let iris = data::read_csv("iris.csv");'], "CompileError", ["which column is to be predicted", 'data::read_csv("iris.csv", "species")?'], ["预测哪一列"], []),
    (['let iris = data::read_csv("iris.csv", "species");\niris.x'], "CompileError", ['let iris = data::read_csv("iris.csv", "species")?;'], ["`?` 取出其中的值"], ["unwrap()"]),
    (['let n = "5".parse::<i32>() + 1;'], "CompileError", ['"5".parse::<i32>()? + 1'], ["`?` 取出其中的值"], []),
    (['fn number() -> i32 { "5".parse::<i32>()? }'], "CompileError", ["`number` has to return a `Result`", "fn number(…) -> Result<i32, Box<dyn std::error::Error>>"], ["`number` 必须返回 `Result`"], []),
    (["let mean: f32 = [1.0f32, 2.0].iter().sum() / 2.0;"], "CompileError", ["`.sum()` stands in the middle", ".sum::<f32>() / 2.0;"], ["请写明是哪一种"], ["what type `mean` has"]),
    (["let total: i32 = vec![1, 2].iter().sum() + 1;"], "CompileError", [".sum::<i32>() + 1;"], [".sum::<i32>() + 1;"], []),
    # Files that are not there, or cannot be read.
    (['std::fs::read_to_string("/")?'], "Error", ["The path leads to a folder"], ["是一个文件夹"], []),
    (['let text = std::fs::read_to_string("nowhere.txt")?;'], "Error", ["begins in the notebook's folder, " + os.getcwd()], ["也就是 " + os.getcwd()], ["current_dir"]),
    (['let file = std::fs::File::open("CONFTEST.py").unwrap();'], "Panic", [os.getcwd(), '"conftest.py"'], [os.getcwd(), '"conftest.py"'], ["current_dir"]),
]
NAMES = [row[0][-1].splitlines()[-1][:40] for row in ROWS]


def said(kernel, cells, error, words, absent):
    ran = check(kernel, cells, error, words)
    for word in absent:
        assert word not in ran.all, f"{word!r} is said:\n{ran.all}"


@pytest.mark.parametrize("cells, error, words, _, absent", ROWS, ids=NAMES)
def test_what_is_said(english, cells, error, words, _, absent):  # noqa: F811
    said(english, cells, error, words, absent)


@pytest.mark.parametrize("cells, error, _, words, absent", ROWS, ids=NAMES)
def test_the_same_in_chinese(chinese, cells, error, _, words, absent):  # noqa: F811
    said(chinese, cells, error, words, absent)


def test_dbg_names_the_line_of_the_cell(english):  # noqa: F811
    ran = Ran(*english.run("let seen = 1;\n\nlet more = dbg!(seen + 1) + dbg!(5);\ndbg!();\ndbg!(&more, 2).0 + 1"))
    assert ran.status == "ok" and ran.results == ["8"], ran.all
    expected = ["[line 3] seen + 1 = 2", "[line 3] 5 = 5", "[line 4]", "[line 5] &more = 7", "[line 5] 2 = 2"]
    assert ran.on_stderr.splitlines() == expected, ran.on_stderr
    # A name of one's own comes first.
    ran = run(english, "macro_rules! dbg { ($x:expr) => { $x + 1 } }\ndbg!(1)")
    assert ran.results == ["2"], ran.all


def test_a_name_of_the_kernel_is_named(english):  # noqa: F811
    ran = Ran(*english.run("let evcxr_variable_store = 3;"))
    assert ran.value == "error: `evcxr_variable_store` is a name that the kernel itself uses: choose another", ran.all


def test_lines_and_files_are_those_of_the_cell(english):  # noqa: F811
    ran = run(english, 'let first = 1;\n(line!(), file!(), concat!(file!(), ":", line!()))')
    assert ran.results == ['(2, "cell", "cell:2")'], ran.all
    # A macro of one's own comes first, in its cell and later.
    ran = run(english, "macro_rules! line { () => { 77 } }\nline!()")
    assert ran.results == ["77"], ran.all
    assert run(english, "line!()").results == ["77"]


def test_a_glob_may_hide_what_generated_code_needs(english):  # noqa: F811
    cells = ["use std::fmt::*;", "struct Hidden;", "let hidden = Hidden;", "struct Hidden { x: i32 }", "Hidden { x: 3 }.x"]
    ran, _ = run_all(english, cells)
    assert ran.results == ["3"], ran.all


def refused_commands():
    """The commands that the kernel refuses, by its source."""
    path = os.path.join(os.path.dirname(__file__), "../../src/bin/chainrule/evaluator/cell/commands.rs")
    text = open(path, encoding="utf-8").read().split("fn refused_command(")[1].split("})?;")[0]
    return set(re.findall(r'":([a-z_]+)"', text))


def test_help_lists_what_works_here(english, chinese):  # noqa: F811
    words = ["shows the variables of the session", "显示会话中的变量"]
    for kernel, word in zip([english, chinese], words):
        said = run(kernel, ":help").notices
        assert word in said, said
        listed = set(re.findall(r"^:([a-z_]+)", said, re.MULTILINE))
        assert {"dep", "vars", "undo", "timing", "type", "explain", "help"} <= listed, said
        assert len(refused_commands()) > 5 and not listed & refused_commands(), said
    for line in [":vars", ":type 1", ":help", ":show_deps", ":version", ":timing", ":timing"]:
        assert run(english, line).status == "ok" or line.startswith(":type"), line


def test_a_home_folder_is_not_written_as_in_the_shell(english):  # noqa: F811
    ran = Ran(*english.run('data::read_csv("~/iris.csv", "species")?'))
    assert "`~` is for the shell" in ran.error and os.path.expanduser("~/iris.csv") in ran.error, ran.error


def test_what_had_to_go_is_not_called_a_slip_of_the_pen(english):  # noqa: F811
    run(english, "struct Gone { x: i32 }\nlet gone = Gone { x: 3 };")
    ran, numbers = run_all(english, ["struct Gone { x: f32 }\nif true { panic!(\"here\"); }\nlet gone = Gone { x: 1.0 };", "gone.x"])
    assert "Is it spelled right" not in ran.error and "moved" not in ran.error, ran.error
    assert f"[{numbers[0]}]" in ran.error, ran.error


def test_what_no_machine_has_is_no_matter_of_the_limit(english, chinese):  # noqa: F811
    for kernel, words in [(english, "GB at once, more than this machine has"), (chinese, "超过了这台机器的全部内存")]:
        reply, _ = kernel.run("Tensor::ones(&[100_000, 100_000, 100])")
        assert reply["ename"] == "MemoryLimit" and words in reply["evalue"], reply
        assert "CHAINRULE_MEMORY" not in reply["evalue"], reply


# Cells that are refused with long explanations, long hints, long code.
LONG = [
    ["let once = vec![String::new()];\nlet twice = once;", "once.len()"],
    ["let s = &vec![1, 2, 3][0..2];"],
    ["Tensor::zeros(&[usize::MAX, 2])"],
    ["let far = std::fs::read_to_string(\"nowhere.txt\").unwrap();"],
    ["vec![1u8, 2][7]"],
    ["loss_of(1)"],
    ["let very_long_name_of_a_list_of_numbers = vec![1.0, 2.0, 3.0];\nvery_long_name_of_a_list_of_numbers.sort_unstable_by_key_of_something_else();"],
    ["struct Point { x: f32 }\nprintln!(\"{}\", Point { x: 1.0 });"],
    ["fn deep(n: u64) -> u64 { if n == 77777777777 { 1 } else { n * deep(n + 1) } }\ndeep(3)"],
    ["std::process::exit(3)"],
]


@pytest.mark.parametrize("cells", LONG, ids=lambda cells: cells[-1][:30])
def test_sentences_are_broken_into_lines_that_fit(english, chinese, cells):  # noqa: F811
    for kernel in [english, chinese]:
        ran, _ = run_all(kernel, cells)
        assert ran.status == "error", ran.all
        # The last line says all in one; what rustc has drawn, and code, stays as it is.
        begins = [i for i, line in enumerate(ran.lines) if re.match("In plain words: |简单地说：| +(hint|提示) *[:：]", line)]
        for begin in begins:
            lines = [line for line in ran.lines[begin:-1]]
            end = next((i for i, line in enumerate(lines) if not line.strip() or (i and re.match(r" {4}\S", line))), len(lines))
            for line in lines[:end]:
                assert columns(line) <= 80 or "`" in line, ran.lines
            # Not broken before they are full, and never within a word of code.
            assert all(line.count("`") % 2 == 0 for line in lines[:end]), ran.lines
            if end > 1:
                assert columns(lines[0]) > 55, ran.lines
        if ran.name in ("Crash", "Timeout", "MemoryLimit"):
            assert max(map(columns, ran.lines[:-1])) <= 80, ran.lines


def test_what_a_learner_says_is_not_broken(english):  # noqa: F811
    row = "| " + "12345 " * 20 + "|"
    ran = run(english, f'panic!("table:\\n{row}\\n  {row}")')
    assert row in ran.lines and "  " + row in ran.lines, ran.lines
    code = "vec![" + ", ".join(str(i) for i in range(60)) + "].mean()"
    ran = run(english, code)
    assert f"    tensor({code[:-7]}).mean()" in ran.lines, ran.lines


def test_help_is_a_table_that_stays_at_the_left(english):  # noqa: F811
    (data,) = run(english, ":help").bundles
    cells = re.findall("<t[dh][^>]*>", data["text/html"])
    assert len(cells) > 20 and all("text-align:left" in cell for cell in cells), cells
    assert "<code>:explain</code>" in data["text/html"] and "<code>:explain E0382</code>" in data["text/html"]
    assert "`" not in data["text/html"], data["text/html"]


def test_explain_takes_a_code(english, chinese):  # noqa: F811
    run(english, "let whole: i32 = 0.5;")
    run(english, 'panic!("no compile error")')
    (data,) = run(english, ":explain").bundles
    assert data["text/markdown"] == data["text/plain"] and data["text/plain"].startswith("### E0308\n"), data
    for asked in ["E0382", "e382", "error[E0382]", "`E0382`", "382"]:
        (data,) = run(english, f":explain {asked}").bundles
        said = data["text/markdown"]
        assert said.startswith("### E0382\n") and "moved" in said, said
        # Rust for a page: neither rustc's own marks at the code nor the lines that it hides.
        assert "```rust" in said and "compile_fail" not in said and "\n# " not in said, said
    (data,) = run(english, ":explain E0425 E0599\nlet after = 1;").bundles
    assert "### E0425" in data["text/plain"] and "### E0599" in data["text/plain"], data
    assert run(english, "after").results == ["1"]
    (data,) = run(chinese, ":explain E0382").bundles
    assert "只有英文" in data["text/plain"] and "### E0382" in data["text/plain"], data


@pytest.mark.parametrize("asked", ["E9999", "hello", "E12345", "0"])
def test_a_code_that_is_none_gets_a_clear_word(english, chinese, asked):  # noqa: F811
    for kernel, word in [(english, f"rustc knows no error `{asked}`"), (chinese, f"没有编号为 `{asked}` 的错误")]:
        ran = run(kernel, f":explain {asked}")
        assert ran.name == "Error" and word in ran.value and ":explain E0382" in ran.value, ran.all


def test_nothing_to_explain_is_said(jupyter_folders):
    kernel = Kernel()
    ran = run(kernel, ":explain")
    kernel.stop()
    assert ran.name == "Error" and "there is no compile error" in ran.value, ran.all


def test_where_a_cell_is_compiled_is_no_matter_of_a_learner(english, chinese):  # noqa: F811
    for kernel, word in [(english, "is not available"), (chinese, "不能使用")]:
        ran = Ran(*kernel.run(":last_compile_dir"))
        assert ran.name == "Error" and word in ran.value and "/" not in ran.value, ran.all


# Names of Rust's own crates, as older books write them; expressions that must work then.
CRATES = [
    ("extern crate std as older;", "older::cmp::max(1, 2)", "2"),
    ("extern crate core as small;\nsmall::cmp::max(3, 4)", "small::mem::size_of::<u8>()", "1"),
    ("extern crate alloc;", "alloc::vec![1].len()", "1"),
    ("#[macro_use]\nextern crate std as macros;", "macros::cmp::min(1, 2)", "1"),
    ("extern crate core;\nextern crate std;", "core::cmp::min(5, 6)", "5"),
    ("#[macro_use] extern crate alloc as inner;\n5", "inner::format!(\"x\")", '"x"'),
]


@pytest.mark.parametrize("code, then, value", CRATES, ids=lambda one: one[:30])
def test_crates_of_rust_are_not_looked_for_in_a_registry(english, code, then, value):  # noqa: F811
    assert run(english, code).status == "ok"
    assert run(english, then).results == [value]


def test_what_is_only_a_text_keeps_its_letters(jupyter_folders):  # noqa: F811
    # Another test has a macro of its own called `line`.
    kernel = Kernel()
    cells = [
        ("stringify!(line!())", '"line!()"'),
        ("\nconcat!(stringify!(file!()), line!())", '"file!()2"'),
        ("std::stringify! { a + line!() }", '"a + line!()"'),
        ('format!("{} {}", stringify!([line!()]), line!())', '"[line!()] 1"'),
    ]
    try:
        for code, value in cells:
            assert kernel.value(code) == value, code
    finally:
        kernel.stop()


def test_threads_that_say_more_than_a_socket_holds_do_not_stop_the_cell(english):  # noqa: F811
    start = "let threads: Vec<_> = (0..{n}).map(|i| std::thread::spawn(move || {{ panic!(\"{{i}}{{}}\", \"y\".repeat({size})) }})).collect();\n"
    for n, size in [(12, 150_000), (1, 3_000_000), (700, 10)]:
        code = start.format(n=n, size=size) + "threads.into_iter().map(|one| one.join().is_err() as u32).sum::<u32>()"
        reply, outputs = english.run(code)
        values = [content["data"]["text/plain"] for kind, content in outputs if kind == "execute_result"]
        assert reply["status"] == "ok" and values == [str(n)], reply
    # Also what a cell fails with.
    reply, _ = english.run('panic!("begin{}end", "z".repeat(900_000))')
    assert reply["ename"] == "Panic" and reply["evalue"].startswith("beginz") and reply["evalue"].endswith("zend"), reply["evalue"][:99]
    reply, _ = english.run('Err::<(), String>(format!("begin{}end", "é".repeat(400_000)))?')
    assert reply["ename"] == "Error" and reply["evalue"].endswith("éend"), reply["evalue"][:99]


IMPOSSIBLE = [
    "Tensor::zeros(&[usize::MAX, 2])",
    "Tensor::ones(&[usize::MAX])",
    "Tensor::full(&[1 << 40, 1 << 40], 1.0)",
    "Tensor::rand(&[usize::MAX, 3])",
    "Tensor::randn(&[0, usize::MAX, 2])",
    "Tensor::eye(1 << 40)",
    "Tensor::from_vec(vec![1.0], &[usize::MAX, usize::MAX])",
    "tensor([1.0]).reshape(&[usize::MAX, 3])",
    "tensor([1.0]).expand(&[usize::MAX, 3])",
    "tensor([1.0]).pad(&[(usize::MAX, 1)], 0.0)",
    "tensor([0]).one_hot(usize::MAX)",
    "Tensor::linspace(0.0, 1.0, usize::MAX)",
    "Dense::new(usize::MAX, 2)",
]


@pytest.mark.parametrize("code", IMPOSSIBLE)
def test_a_shape_that_nothing_can_hold_is_named(english, chinese, code):  # noqa: F811
    assert "超出了计算机能表示的范围" in run(chinese, f"drop({code});").error
    ran = run(english, f"let n = 1;\ndrop({code});")
    assert ran.name == "Panic" and "no computer can hold the shape" in ran.value, ran.all
    assert "ndarray" not in ran.all and "line 2" in ran.error, ran.all


def test_a_list_that_nothing_can_hold_is_explained(english, chinese):  # noqa: F811
    for kernel, word in [(english, "more places than any memory"), (chinese, "比任何内存都多")]:
        assert word in run(kernel, "vec![0.0f32; usize::MAX]").error


def npy(version, header):
    """A file of NumPy's format in one of its versions, with three numbers."""
    header = header.encode("utf-8" if version == 3 else "latin-1")
    size = 2 if version == 1 else 4
    header += b" " * (-(len(header) + 9 + size) % 64) + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + len(header).to_bytes(size, "little") + header + bytes.fromhex("0000803f0000004000004040")


def test_all_versions_of_numpy_s_format_are_read(english, tmp_path):  # noqa: F811
    plain_header = "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }"
    named = "{'descr': [('größe', '<f4')], 'fortran_order': False, 'shape': (3,), }"
    for version in [1, 2, 3]:
        (tmp_path / "a.npy").write_bytes(npy(version, plain_header))
        ran = run(english, f'data::read_npy("{tmp_path}/a.npy")?.to_vec()')
        assert ran.results == ["[1.0, 2.0, 3.0]"], ran.all
        # What it holds is said, whatever letters the names of its fields have.
        (tmp_path / "b.npy").write_bytes(npy(version, named))
        reply, _ = english.run(f'data::read_npy("{tmp_path}/b.npy")?;')
        assert reply["ename"] == "Error" and "structs" in reply["evalue"], reply


LISTS = [
    ("&vec![1.0, 2.0, 4.0], &vec![3.0, 4.0, 1.0]", 3),
    ("&[1.0, 2.0], &[3.0, 4.0]", 2),
    ("&[1, 2, 3], &tensor([3.0, 4.0, 5.0])", 3),
    ("&tensor([1.0, 2.0]), &tensor([3.0, 4.0])", 2),
    ("&tensor([[1.0], [2.0], [3.0]]), &vec![3usize, 4, 1]", 3),
    ("&vec![1.0f32; 5][1..], &[1.0f64, 2.0, 3.0, 4.0]", 4),
]


@pytest.mark.parametrize("lists, count", LISTS)
def test_two_lists_are_points(english, chinese, lists, count):  # noqa: F811
    for kernel, words in [(english, f"scatter: {count} points"), (chinese, f"散点图：{count} 个点")]:
        (data,) = run(kernel, f"plot::scatter({lists})").bundles
        assert data["text/plain"] == words, data
    (data,) = run(english, "plot::scatter(&data::two_moons(30, 0.1).x, &[0.0; 30])").bundles
    assert "class 0: 30 points" in data["text/plain"], data
    ran = run(english, "plot::scatter(&[1.0, 2.0], &[1.0]);")
    assert ran.name == "Panic" and "two lists are the coordinates of points, and have one length" in ran.value, ran.all


def test_pictures_speak_the_language_of_the_session(english, chinese):  # noqa: F811
    setup = (
        "let xor = data::xor();\nlet mut model = Sequential::new().add(Dense::new(2, 4).tanh()).add(Dense::new(4, 2).softmax());\n"
        'model.compile("adam", SparseCategoricalCrossentropy::new(), Accuracy);'
    )
    for kernel, words, absent in [
        (english, ["done: 3 epochs", "training (smoothed)", ">step<", "3 steps, now", "epoch 1/3"], ["轮"]),
        (chinese, ["完成：3 轮", "训练（平滑）", ">步<", "3 步，现在是", "轮次 1/3"], ["done", "smoothed", "steps", "epoch"]),
    ]:
        run(kernel, setup)
        reply, outputs = kernel.run("model.fit(&xor).epochs(3).run();")
        assert reply["status"] == "ok", reply
        shown = [content["data"] for kind, content in outputs if kind in ("display_data", "update_display_data")]
        shown = [data for data in shown if "<img alt" in data.get("text/html", "")]
        last = urllib.parse.unquote("\n".join(map(str, shown[-1].values())))
        for word in words:
            assert word in last, (word, last)
        for word in absent:
            assert word not in last, (word, last)
        assert "\n" not in re.search('alt="([^"]*)"', shown[-1]["text/html"])[1], last
    pictures = [
        ('plot::curves(&[("a", &[1.0, 2.0]), ("b", &[2.0, 1.0])])', "曲线\n  a：2 个点，从 1 到 2\n  b：2 个点，从 2 到 1"),
        ("plot::histogram(&[1.0, 2.0])", "直方图：2 个数值，从 1 到 2，平均值 1.5，标准差 0.5"),
        ('plot::bars(&["a"], &[1.0]).title("t")', "条形图“t”：a：1"),
        ("plot::heatmap(&tensor([[1.0, 2.0]]))", "热力图：1 × 2，数值从 1 到 2"),
        ('plot::confusion(&tensor([[4.0, 1.0], [0.0, 5.0]]), &["猫", "狗"])', "混淆矩阵\n  10 个中对了 9 个（90 %）\n  猫 被认成 狗：1 个"),
        ("plot::function(|x| x, 0.0..1.0)", "函数：在 0 到 1 上，数值从 0 到 1"),
    ]
    for code, words in pictures:
        (data,) = run(chinese, code).bundles
        assert data["text/plain"] == words, data
        label = re.search('aria-label="([^"]*)"', data["image/svg+xml"])[1]
        assert "\n" not in label and label.startswith(words.split("\n")[0]), label


DRAWN = [
    "plot::histogram(&[1.0, 2.0])",
    'plot::confusion(&tensor([[4.0, 1.0], [0.0, 5.0]]), &["猫", "狗"])',
    "plot::wave(&data::vowels(1).x, data::RATE)",
    "plot::spectrogram(&data::words(1).x, data::RATE)",
    "plot::roc(&tensor([0.9, 0.8, 0.6, 0.4, 0.1]), &tensor([1, 1, 0, 1, 0]))",
    "plot::roc(&tensor([[0.5, 0.3, 0.2], [0.2, 0.7, 0.1], [0.1, 0.1, 0.8]]), &tensor([0, 1, 2]))",
    "plot::scaling(&[1.0, 2.0, 4.0], &[8.0, 4.0, 2.0])",
    "plot::loss_landscape(&drawn.parameters(), || drawn.forward(&xor.x).cross_entropy(&xor.y))",
    "plot::loss_section(&drawn.parameters(), || drawn.forward(&xor.x).cross_entropy(&xor.y))",
    'plot::attention(&MultiHeadAttention::new(8, 2).weights(&Tensor::randn(&[1, 3, 8])).squeeze(0), &["一", "二", "三"])',
    'plot::probabilities(&["猫", "狗"], &[0.3, 0.7])',
    'plot::embedding(&Embedding::new(3, 4).parameters()[0], &["一", "二", "三"])',
    "plot::network(&drawn.parameters())",
    "plot::profile(&drawn, &xor.x)",
    "plot::histograms(&drawn.activations(&xor.x))",
    "plot::neurons(&xor, &drawn.parameters(), |points| drawn.activations(points))",
    "plot::weights(&drawn.parameters())",
    "plot::scatter(&xor.x, &xor.y)",
    "plot::decision_boundary(&xor, |x| drawn.forward(x))",
    "plot::image_grid(&data::digits(2).x, &data::digits(2).y, Some(&data::digits(2).y))",
    "plot::filters(&Conv2D::new(1, 2, 3).parameters()[0])",
    'drawn.compile("adam", SparseCategoricalCrossentropy::new(), ()); drawn.find_learning_rate(&xor).plot()',
]


@pytest.mark.parametrize("code", DRAWN)
def test_a_picture_has_no_english_for_who_reads_chinese(chinese, code):  # noqa: F811
    """What the library writes into a picture: axes, legend, title, tips. Names of layers and classes are those of the code."""
    run(chinese, "let xor = data::xor(); let mut drawn = Sequential::new().add(Dense::new(2, 4).tanh()).add(Dense::new(4, 2));")
    data = run(chinese, code).bundles[-1]
    picture = data["image/svg+xml"]
    written = re.findall(r"<(?:text|title)[^>]*>([^<]*)</", picture) + re.findall(r'aria-label="([^"]*)"', picture)
    english = [word for text in written for word in re.findall(r"[A-Za-z_]{3,}", re.sub(r"dense\d?(\.weight|\.bias)?|tanh|ROC|AUC|equal|different", "", text))]
    assert written and not english, written


def test_a_data_set_is_said_in_lines_that_fit(english):  # noqa: F811
    ran = run(english, "data::digits(60)")
    lines = ran.results[0].split("\n")
    assert len(lines) > 1 and all(len(line) <= 80 for line in lines), lines
    assert lines[0].startswith("Dataset: 60 examples, x [60, 784], y [60]") and "classes 0 (" in lines[1], lines


# What people from Keras, PyTorch and NumPy type; what must be said in English, in Chinese; what must not be said.
HABITS = [
    ("m.sum(axis=0)", ["m.sum_axis(0, false)"], ["按顺序先写轴"], [".axis(0)"]),
    ("m.argmax(dim=1)", ["    m.argmax(1)"], ["    m.argmax(1)"], [".dim(1)", "keepdim"]),
    ("m.max(axis=1, keepdims=True)", ["m.max_axis(1, true)"], ["m.max_axis(1, true)"], [".axis(1)"]),
    ("m.softmax(dim=-1)", ["m.softmax(-1)"], ["m.softmax(-1)"], [".dim"]),
    ("Tensor::randn(2, 3, requires_grad=true)", ["Tensor::randn(&[2, 3]).requires_grad()"], [".requires_grad()"], ["requires_grad(true)"]),
    ("Tensor::zeros(4, dtype=1)", ["    Tensor::zeros(&[4])"], ["    Tensor::zeros(&[4])"], [".dtype"]),
    ('model.compile(optimizer="adam", loss="mse")', ['model.compile("adam", "mse", ())'], ['model.compile("adam", "mse", ())'], []),
    ("m.reshape(-1, 1)", ["    m.reshape(&[m.len(), 1])"], ["    m.reshape(&[m.len(), 1])"], ["    m.reshape(&[-1, 1])"]),
    ("m.reshape(&[2, -1])", ["There is no `-1` for the rest", "m.reshape(&[2, m.len() / 2])"], ["用 `-1` 表示"], ["has no negative numbers"]),
    ("m.reshape(&[-1, 2, 2])", ["m.reshape(&[m.len() / (2 * 2), 2, 2])"], ["请算出来"], []),
    ("m.get(0, 1)", ["one position for each axis", "m.get(&[0, 1])"], ["每个轴写一个下标"], ["shape is one thing"]),
    ("m.get(1)", ["m.get(&[1])"], ["m.get(&[1])"], ["shape is one thing", "形状是一个整体"]),
    ("m.at(0, 1)", ["m.get(&[0, 1])"], ["m.get(&[0, 1])"], []),
    ("a.append(4)", ["Tensor::concat(&[&a, &tensor([4.0])], 0)"], ["张量的大小不会变"], ["Sequential"]),
    ("a.extend(&[4.0, 5.0])", ["Tensor::concat(&[&a, &tensor([4.0, 5.0])], 0)"], ["拼接"], ["Sequential"]),
    ("a.requires_grad_(true)", ["a.requires_grad()"], ["a.requires_grad()"], ["set_trainable"]),
    ("a.pow(2)", ["a.powi(2)"], ["a.powi(2)"], []),
    ("(&a - 1.0).pow(0.5)", ["(&a - 1.0).powf(0.5)"], ["小数指数用 `powf`"], []),
    ("let k = a.mean() as f32;", ["    a.mean().item()"], ["    a.mean().item()"], ["as f32\n\nCompileError"]),
    ("let k = a.mean() as i32;", ["a.mean().item() as i32"], ["a.mean().item() as i32"], []),
    ("if a.mean() > 0.5 { }", ["a.mean().item() > 0.5"], ["a.mean().item() > 0.5"], []),
    ("for i, row in m { }", ["for i in 0..m.shape()[0] { let row = m.row(i); … }"], ["写成一对"], []),
    ("for i, v in vec![1, 2] { }", ["for (i, v) in vec![1, 2].iter().enumerate() { … }"], ["enumerate"], []),
    ('println!("{k:.2f}");', ["Rust knows the type", 'println!("{k:.2}");'], ["Rust 知道类型"], ["LowerExp", "Octal"]),
    ('format!("{:5d}", 3)', ['format!("{:5}", 3)'], ['format!("{:5}", 3)'], ["LowerExp"]),
    ('let s = "loss: " + 0.5;', ['format!("loss: 0.5")'], ["拼接文本用 `format!`"], []),
    ("vec![1, 2, 3] * 2", ["tensor(vec![1, 2, 3]) * 2.0"], ["不能参与运算"], []),
    ("[1.0, 2.0] + [3.0, 4.0]", ["tensor([1.0, 2.0]) + tensor([3.0, 4.0])"], ["不能参与运算"], []),
    ("let q = vec![1.0, 2.0];\nq.mean()", ["tensor(q).mean()"], ["而这里是列表"], []),
    ("[1.0f32, 2.0].softmax(-1)", ["tensor([1.0f32, 2.0]).softmax(-1)"], ["张量的方法"], []),
    ("Sequential([Dense(2, 4), Dense(4, 1)])", ["Sequential::new().add(Dense::new(2, 4)).add(Dense::new(4, 1))"], ["逐层加入"], ["Sequential::default()"]),
    ("Sequential(Dense(2, 4), Relu)", ["Sequential::new().add(Dense::new(2, 4)).add(Relu)"], ["逐层加入"], ["Sequential::default()"]),
    ("model.fit(&xor.x, &xor.y, 10)", ["model.fit_tensors(&xor.x, &xor.y)"], ["fit_tensors"], ["model.fit(&xor.x, &xor.y, 10).run()"]),
    ("plot::curve(&[1.0, 2.0])", ['plot::curves(&[("loss", &[1.0, 2.0])])'], ["先写横坐标"], []),
    ("m.mean(0)", ["m.mean_axis(0, false)"], ["m.mean_axis(0, false)"], ["m.mean(\n"]),
]


@pytest.fixture(scope="module")
def both(english, chinese):  # noqa: F811
    setup = (
        "let a = tensor([1.0, 2.0, 3.0]);\nlet m = tensor([[1.0, 2.0], [3.0, 4.0]]);\nlet k = 0.25;\nlet xor = data::xor();\n"
        "let mut model = Sequential::new().add(Dense::new(2, 2).softmax());"
    )
    for kernel in [english, chinese]:
        assert run(kernel, setup).status == "ok"
    return english, chinese


@pytest.mark.parametrize("code, words, chinese_words, absent", HABITS, ids=[row[0][:32] for row in HABITS])
def test_a_habit_is_led_to_the_form_that_works(both, code, words, chinese_words, absent):
    for kernel, expected in zip(both, [words, chinese_words]):
        ran = run(kernel, code)
        assert ran.name == "CompileError", ran.all
        for word in expected:
            assert word in ran.error, (word, ran.error)
        for word in absent:
            assert word not in ran.error, (word, ran.error)
