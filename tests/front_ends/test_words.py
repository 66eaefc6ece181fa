"""Words that must not mislead: what is said is right, names the thing and the way out, and contradicts nobody."""

import bz2
import gzip
import io
import json
import lzma
import math
import os
import pickle
import re
import struct
import tarfile
import urllib.parse
import zipfile

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
    (["if 1 { }"], "CompileError", ["A condition is `true` or `false`", "    true\n"], ["条件必须是"], []),
    (["if !eq { }"], "CompileError", ["    eq == 0"], ["    eq == 0"], []),
    (["for n in &[1, 2] { for k in n { } }"], "CompileError", ["    for k in 0..*n { … }"], ["    for k in 0..*n { … }"], ["for i"]),
    (['if "a" { }'], "CompileError", ['!"a".is_empty()'], ["条件必须是"], []),
    ([V, "while v { }"], "CompileError", ["!v.is_empty()"], ["!v.is_empty()"], []),
    # What layers and losses say of inputs that do not fit.
    (["Sequential::new().add(Dense::new(784, 10)).predict_classes(&Tensor::zeros(&[784, 1]))"], "Panic", ["got shape [784, 1]", ".reshape(&[1, 784])"], ["[784, 1]"], ["[512, 1]"]),
    (["Sequential::new().add(Conv2D::new(1, 4, 3)).add(Flatten).predict(&Tensor::zeros(&[784]))"], "Panic", ["x.reshape(&[1, 1, 28, 28])"], ["x.reshape(&[1, 1, 28, 28])"], ["Reshape::new"]),
    (["Sequential::new().add(Reshape::new(&[1, 28, 28])).add(Conv2D::new(1, 4, 3)).predict(&Tensor::zeros(&[784])).shape().to_vec()"], "", ["[4, 26, 26]"], ["[4, 26, 26]"], []),
    (["Sequential::new().add(Dense::new(1, 1)).predict(&tensor([1.0, 2.0, 3.0]))"], "Panic", ["x.unsqueeze(1)"], ["x.unsqueeze(1)"], ["Dense::new(3, 1)"]),
    ([MODEL, "model.fit(&Dataset::new(&Tensor::zeros(&[4, 2]), &tensor([1.0, 0.0, 1.0, 7.0]))).epochs(1).run()"], "Panic", ["label 7 at row 3", "MeanSquaredError"], ["label 7 at row 3"], []),
    ([MODEL, "model.evaluate(&Dataset::new(&Tensor::zeros(&[3, 2]), &tensor([1.0, -1.0, 1.0])))"], "Panic", ["label -1 at row 1", "Hinge"], ["Hinge"], ["one unit"]),
    (["let mut three = Sequential::new().add(Dense::new(2, 3));\nthree.compile(Adam::new(0.05), MeanSquaredError, ());", "three.fit(&data::blobs(60, 3, 0.4)).run()"], "Panic", ["SparseCategoricalCrossentropy::new()", "y.one_hot(3)"], ["SparseCategoricalCrossentropy"], ["unsqueeze"]),
    (["Adam::new(-0.1)"], "Panic", ["the learning rate is -0.1", "above 0"], ["学习率要大于 0"], []),
    (["seed(1);\nlet xs = Tensor::randn(&[40, 1]);\nlet line = Dataset::new(&xs, &(&xs * 2.0 + 1.0));\nlet mut r = Sequential::new().add(Dense::new(1, 1));\n"
      "r.compile(Sgd::new(10.0), MeanSquaredError, ());\nr.fit(&line).epochs(100).run();", "r.compile(Sgd::new(0.05), MeanSquaredError, ());\nr.fit(&line).epochs(3).run();"],
     "", ["the weights come from a run that went wrong", "build the model again"], ["权重是上一次失败的训练留下的"], ["learning rate that is too large"]),
    (["let two = Sequential::new().add(Dense::new(2, 8).relu()).add(Dense::new(8, 3));\ntwo.layers()[0].set_trainable(false);\nprintln!(\"{}\", two.summary());"], "", ["Total params: 51 (", "Trained: 27 (", "Not trained: 24 ("], ["51"], []),
    # Functions of modules, and one that takes arguments, without them.
    (["data::blobs(30, 3)"], "CompileError", ["`data::blobs` takes, in this order: `n`, `centers`, `spread`"], ["`data::blobs` 依次需要"], []),
    (["let some = data::digits(20);\nsome.shifted"], "CompileError", ["some.shifted(pixels)"], ["some.shifted(pixels)"], ["takes nothing"]),
    (["input()"], "CompileError", ["`input` takes, in this order: `prompt`"], ["`input` 依次需要"], []),
    (["println!(\"}\")"], "CompileError", ["is written twice"], ["写两遍"], ["stands a name alone"]),
    (["enum Shape { Round }\nprintln!(\"{:?}\", Shape::Round);"], "CompileError", ["enum Shape …"], ["enum Shape …"], ["struct Shape"]),
    (["trait Speak { fn speak(&self) -> String; }\nstruct Dog;\nimpl Speak for Dog { }"], "CompileError", ["Still to be written: `speak`", "fn speak(&self) -> String { … }"], ["这里还缺：`speak`"], []),
    (["fn longest(a: &str, b: &str) -> &str { if a.len() > b.len() { a } else { b } }"], "CompileError", ["fn longest(a: &str, b: &str) -> String { … }"], ["-> String { … }"], []),
    (["break"], "CompileError", ["for the inside of a loop"], ["循环里面"], []),
    (["let fits = 6 / 3;\nlet rest = 7 % 3;\nlet big = 1_000 / 10;"], "", [], [], ["divided without", "整数相除"]),
    (["while True: pass"], "CompileError", ["loop { … }"], ["loop { … }"], []),
    # Numbers of two types.
    (["let x = 2.5f32;\nlet n = 3usize;\nx * n"], "CompileError", ["    x * n as f32\n"], ["    x * n as f32\n"], ["as usize"]),
    (["let n = 3usize;\nn - 5.0"], "CompileError", ["    n as f64 - 5.0\n    n - 5\n"], ["    n - 5\n"], []),
    (["let part = 0.5;\nlet n = 3;\n(n + 1) * part"], "CompileError", ["    (n + 1) as f64 * part\n"], ["把两边写成同一种"], ["2.0 * 3.0"]),
    (["let small = 1u8;\nlet n = 300i32;\nsmall + n"], "CompileError", ["    small as i32 + n\n"], ["    small as i32 + n\n"], ["as u8"]),
    (["let place = 2i32;\nlet all = vec![1, 2];\nplace - all.len()"], "CompileError", ["both alike:\n\n    place - all.len() as i32\n"], ["    place - all.len() as i32\n"], ["as usize"]),
    (["let x = 1.5f32;\nlet y = 2.0f64;\nx / y"], "CompileError", ["    x as f64 / y\n    x / y as f32\n"], ["    x / y as f32\n"], []),
    (["let mut sum = 0.0f32;\nfor n in [1i64, 2] { sum += n; }"], "CompileError", ["    sum += n as f32\n"], ["    sum += n as f32\n"], ["sum as"]),
    (["[1.5f32, 2.0].iter().map(|x| x * 2i32).count()"], "CompileError", ["    x * 2i32 as f32\n"], ["    x * 2i32 as f32\n"], []),
    (["let n = 3usize;\nn == 3.0"], "CompileError", ["    n as f64 == 3.0\n    n == 3\n"], ["    n == 3\n"], []),
    (["let a = 1u8;\nlet b = 2i32;\na < b"], "CompileError", ["    (a as i32) < b\n"], ["    (a as i32) < b\n"], ["as u8", "two kinds of whole"]),
    (["let n = 2usize;\nlet x = 1.5f32;\nif x > n { 1 } else { 2 }"], "CompileError", ["    x > n as f32\n"], ["    x > n as f32\n"], []),
    (["let mut n = 2usize;\nlet k = 1i32;\nn = k;"], "CompileError", ["two kinds of whole numbers", "n = k as usize;"], ["两种整数"], ["Write both alike"]),
    (["let a = [1.5f64];\nlet t = 2.0f32;\na.iter().map(|x| x - t).count()"], "CompileError", ["    *x as f32 - t\n    x - t as f64\n"], ["    *x as f32 - t\n"], ["    x as f32"]),
    (["let mut n = 3usize;\nn += 1.5;"], "CompileError", ["    let mut n = 3.0;\n"], ["从一开始就是小数", "    let mut n = 3.0;\n"], ["as f"]),
    (["1 / 2.0"], "CompileError", ["    1.0 / 2.0\n"], ["    1.0 / 2.0\n"], ["    1 / 2\n"]),
    (["let p: usize = 3;\nlet q: u32 = 4;\nassert_eq!(p, q + 1);"], "CompileError", ["    assert_eq!(p, (q + 1) as usize)\n"], ["    assert_eq!(p, (q + 1) as usize)\n"], ["(assert_eq!", "2.0 * 3.0"]),
    (["let assert_total = 3i32;\nlet n: usize = assert_total;"], "CompileError", ["let n: usize = assert_total as usize;"], ["两种整数"], []),
    (["let p: usize = 3;\nlet q: u32 = 4;\ndebug_assert_ne!(p, q);"], "CompileError", ["    debug_assert_ne!(p, q as usize)\n"], ["    debug_assert_ne!(p, q as usize)\n"], ["(debug_assert", "2.0 * 3.0"]),
    # What was computed when it did not fit.
    (["10i32.pow(10)"], "Panic", ["The power is larger", "(10i32 as i128).pow(10)"], ["幂的结果超出"], ["difference", "saturating_sub"]),
    (["let full = 255u8;\nfull + 1"], "Panic", ["The sum is larger", "full as i128 + 1\n", "full.checked_add(1)"], ["加法的结果超出"], ["difference"]),
    (["255u8 + 1"], "CompileError", ["The sum is larger"], ["加法的结果超出"], ["difference"]),
    (["let q = 100_000i32;\nq * q"], "Panic", ["The product is larger"], ["乘法的结果超出"], ["difference"]),
    (["vec![100u8, 200].iter().sum::<u8>()"], "Panic", ["vec![100u8, 200].iter().map(|&n| n as i128).sum::<i128>()"], ["总和超出"], ["difference"]),
    (["let big = u64::MAX;\nbig * 3"], "Panic", ["The product is larger", "big as i128 * 3\n"], ["乘法的结果超出"], ["i64"]),
    (["(1..30).product::<i32>()"], "Panic", ["the product is larger", "as f64"], ["乘积超出"], ["difference"]),
    (["let least = i64::MIN;\n-least"], "Panic", ["-(least as i128)"], ["取负以后"], ["i64"]),
    (["let least = i64::MIN;\nleast / -1"], "Panic", ["least as i128 / (-1) as i128"], ["除以 -1"], ["i64"]),
    (["let large = u64::MAX - 5;\nlarge - u64::MAX"], "Panic", ["large as i128 - u64::MAX as i128"], ["减法的结果超出"], ["i64"]),
    (["let least = i32::MIN;\n-least"], "Panic", ["The negative of this number"], ["取负以后"], ["difference"]),
    (["let least = i32::MIN;\nleast.abs()"], "Panic", ["least.unsigned_abs()"], ["绝对值"], ["difference"]),
    (["let bits = 40;\n1i32 << bits"], "Panic", ["fewer bits than its type has"], ["移动的位数"], ["difference"]),
    (["let few = vec![1];\nfew.len() - 2"], "Panic", ["The difference does not fit", "few.len().saturating_sub(2)"], ["减法的结果"], ["product"]),
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
    ([TENSORS, "x[.., 0]"], "CompileError", ["x.slice(1, 0..1).squeeze(1)"], ["取张量的一部分"], ["consider adding"]),
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
    ([V, "let (a, b) = v.split_at(1);"], "CompileError", ["let (a, b) = (v[..1].to_owned(), v[1..].to_owned());"], ["借用"], []),
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
    ([TENSORS, "x[0]"], "CompileError", ["x.get(&[0])", "x.row(0)"], ["张量不用 `[ ]` 取值"], []),
    ([TENSORS, "x == y"], "CompileError", ["x.eq(&y)", "x.to_vec() == y.to_vec()"], ["逐个元素比较"], []),
    ([TENSORS, "x > 1.0"], "CompileError", ["x.gt(&Tensor::from(1.0))"], ["逐个元素比较"], []),
    ([TENSORS, "let mut w = x.clone();\nw -= 0.1 * &y;"], "CompileError", ["w = &w - 0.1 * &y;"], ["张量不能原地修改"], []),
    ([TENSORS, "let mut w = x.clone();\nw -= 0.1 * w.grad();"], "CompileError", ["w = no_grad(|| &w - 0.1 * w.grad()).requires_grad();"], ["重新要求梯度"], []),
    ([TENSORS, 'for row in &x { println!("{row}"); }'], "CompileError", ["for row in x.to_vec()", "let row = x.row(i);"], ["逐个数"], []),
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
    (["while True:\n    pass"], "CompileError", ["    loop { … }"], ["没有终点的循环"], ["expected"]),
    (["class Net(nn.Module):\n    pass"], "CompileError", ["Rust has no classes", "struct Net"], ["Rust 没有 class"], ["expected"]),
    (["try:\n    x = 1\nexcept:\n    pass"], "CompileError", ["Rust has no exceptions"], ["Rust 没有异常"], ["expected"]),
    (["let f = lambda x: x + 1;"], "CompileError", ["|x| x + 1"], ["闭包"], ["expected"]),
    (["let l = [x * 2 for x in range(3)];"], "CompileError", ["(0..3).map(|x| x * 2).collect::<Vec<_>>()"], ["用迭代器"], ["expected"]),
    (["let sign = 1 if 3 > 2 else 2;"], "CompileError", ["let sign = if 3 > 2 { 1 } else { 2 };"], ["`if` 本身就有值"], ["expected"]),
    (["# a comment"], "CompileError", ["A comment begins with `//`", "    // a comment"], ["注释以 `//` 开头"], ["expected"]),
    (["print('hello')"], "CompileError", ["double quotes", 'println!("hello");'], ["字符串用双引号"], ["codepoint"]),
    (['let who = 1;\nprint(f"a {who}")'], "CompileError", ["without an `f`", 'println!("a {who}");'], ["前面不用 `f`"], ["prefix"]),
    (["pip install numpy"], "CompileError", ["has no shell"], ["不能运行命令"], ["expected"]),
    (["%matplotlib inline"], "CompileError", [":help"], [":help"], ["expected"]),
    (["int count = 3;"], "CompileError", ["let count = 3;"], ["变量用 `let` 定义"], ["expected"]),
    (["2.0 ** 3"], "CompileError", ["2.0_f64.powi(3)"], ["Rust 没有 `**`"], []),
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
    ([TENSORS, "x[1] = 3.0;"], "CompileError", ["values[1 * size..2 * size].fill(3.0);", "x.set_value("], ["先把所有数取出来"], ["x.get("]),
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
    # A cell that ends in the middle of something.
    (["let left = 3;", "left +"], "CompileError", ["the cell ends too early", "a value is missing"], ["单元格结束得太早", "还缺一个值"], ["Result"]),
    (["let left = 3;", "let right ="], "CompileError", ["the cell ends too early", "    let right = …\n"], ["单元格结束得太早", "    let right = …\n"], []),
    (["let left = 3;", "vec![1, 2]."], "CompileError", ["the cell ends too early", "a method or a field is missing"], ["单元格结束得太早", "一个方法或字段"], []),
    (["let left = 3;", "if left > 2 { 1 } else"], "CompileError", ["the cell ends too early", "a block `{ … }` is missing"], ["单元格结束得太早", "一个代码块"], []),
    (["let left = 3;", "match left"], "CompileError", ["the cell ends too early", "a block `{ … }` is missing"], ["单元格结束得太早", "一个代码块"], []),
    (["let left = 3;", "let c: Vec<"], "CompileError", ["the cell ends too early", "a type with `>` is missing"], ["单元格结束得太早", "一个类型和 `>`"], ["braces"]),
    (["let left = 3;", "fn"], "CompileError", ["the cell ends too early", "a name is missing"], ["单元格结束得太早", "还缺一个名字"], []),
    (["let left = 3;", "use std::collections::"], "CompileError", ["the cell ends too early", "a name is missing"], ["单元格结束得太早", "还缺一个名字"], []),
    (["let left = 3;", "let"], "CompileError", ["the cell ends too early", "a name is missing"], ["单元格结束得太早", "还缺一个名字"], []),
    (["let left = 3;", "let f = |x|"], "CompileError", ["the cell ends too early", "a value is missing"], ["单元格结束得太早", "还缺一个值"], ["Cell ["]),
    (["let left = 3;", "let total = left\n  + // and the rest"], "CompileError", ["the cell ends too early", "    + …\n"], ["单元格结束得太早", "    + …\n"], ["`()`"]),
    (["let left = 3;", "#[derive(Debug)]"], "CompileError", ["the cell ends too early", "a definition is missing"], ["单元格结束得太早", "还缺一个定义"], []),
    (["let left = 3;", "left"], "", ["3"], ["3"], []),
    # Two statements that run into each other.
    (["println!(\"hi\") println!(\"ho\")"], "CompileError", ["something is missing", "ends with a `;`", "    println!(\"hi\"); println!(\"ho\")\n"], ["之间缺了东西", "都以 `;` 结尾", "    println!(\"hi\"); println!(\"ho\")\n"], ["found keyword `fn`"]),
    (["println!(\"one\")\nprintln!(\"two\")"], "CompileError", ["something is missing", "ends with a `;`", "    println!(\"one\");\n"], ["之间缺了东西", "都以 `;` 结尾", "    println!(\"one\");\n"], ["found keyword `fn`"]),
    (["let x = 1 let y = 2;"], "CompileError", ["something is missing", "ends with a `;`", "    let x = 1; let y = 2;\n"], ["之间缺了东西", "都以 `;` 结尾", "    let x = 1; let y = 2;\n"], ["found keyword `fn`"]),
    (["let s = [1, 2] // list\nlet t = 5;"], "CompileError", ["something is missing", "ends with a `;`", "    let s = [1, 2]; // list\n"], ["之间缺了东西", "都以 `;` 结尾", "    let s = [1, 2]; // list\n"], ["found keyword `fn`"]),
    (["fn g() -> i32 { let z = 1 z }"], "CompileError", ["something is missing", "ends with a `;`", "    fn g() -> i32 { let z = 1; z }\n"], ["之间缺了东西", "都以 `;` 结尾", "    fn g() -> i32 { let z = 1; z }\n"], ["found keyword `fn`"]),
    (["3 4"], "CompileError", ["something is missing", "ends with a `;`", "    3; 4\n"], ["之间缺了东西", "都以 `;` 结尾", "    3; 4\n"], ["found keyword `fn`"]),
    (["Let eight = 8;"], "CompileError", ["    let eight = 8;\n"], ["    let eight = 8;\n"], []),
    (["fnn half(x: f32) -> f32 { x / 2.0 }"], "CompileError", ["Rust has no word `fnn`", "    fn half("], ["没有 `fnn` 这个词"], []),
    (["let seven = 7"], "CompileError", ["a `;` is missing", "    let seven = 7;\n"], ["后面还缺 `;`", "    let seven = 7;\n"], ["end of input"]),
    (["use std::fmt // for texts"], "CompileError", ["A definition ends with a `;`", "    use std::fmt; // for texts\n"], ["后面还缺 `;`"], []),
    (["let five = 5;\nfive as f32 < 4.0"], "CompileError", ["generic arguments"], ["generic arguments"], ["too early", "太早"]),
    # A name without a value.
    # What the code around every cell stands on.
    (["mod std { pub fn f() -> i32 { 3 } }"], "CompileError", ["`std` is the name of a library that every cell uses"], ["`std` 是每个单元格都要用到的库的名字"], ["use ::std"]),
    (["use std::collections as chainrule;"], "CompileError", ["`chainrule` is the name of a library"], ["请给模块换一个名字"], ["E0432"]),
    (["#![no_implicit_prelude]\nlet x = Some(3);"], "CompileError", ["`#![no_implicit_prelude]` is for a whole program"], ["是给整个程序用的"], ["Is it spelled"]),
    (["#![feature(test)]\nlet x = 1;"], "CompileError", ["leave the line out"], ["请删掉这一行"], []),
    (['#[path = "helper.rs"] mod helper;'], "CompileError", ["no files that belong to it", "mod helper { pub fn … }"], ["请把模块写进单元格"], ["src/"]),
    (["let five = 5;\nlet limit = 4.0f32;\nfive as f32 < limit"], "CompileError", ["Parentheses end the conversion", "(five as f32) < limit"], ["请用括号"], []),
    ([MODEL, "let parts = data::xor().split(0.5);\nmodel.fit(&parts).run();"], "CompileError", ["let (train, test) = parts;"], ["let (train, test) = parts;"], []),
    # Advice of rustc that contradicts ours is not shown.
    (["fn share(a: usize, b: usize) -> f32 { a / b }"], "CompileError", ["a as f32 / b as f32"], ["a as f32 / b as f32"], ["(a / b) as f32"]),
    (["let base = 2;\nbase ** 3 ** 2"], "CompileError", ["i32::pow(base, 3)"], ["i32::pow(base, 3)"], ["(* 3)", "powi("]),
    (["ticks = ticks + 1;"], "CompileError", ["Give it its first value"], ["初始值"], ["let ticks = ticks + 1"]),
    (["let part = 2.5f64;\npart.pow(2)"], "CompileError", ["part.powi(2)"], ["part.powi(2)"], ["part.powf(2)", "num_traits"]),
    # Changing what cannot be changed like this; small forms of other languages.
    (["let mut counts = std::collections::HashMap::from([(\"a\", 1)]);\ncounts[\"b\"] = 2;"], "CompileError", ["counts.insert(\"b\", 2);"], ["counts.insert(\"b\", 2);"], []),
    (["let mut counts = std::collections::HashMap::from([(\"a\", 1)]);\ncounts[\"a\"] += 1;"], "CompileError", ["*counts.entry(\"a\").or_insert(0) += 1;"], ["只能读"], []),
    (["let looks = vec![1.0];\nfor one in &looks { *one += 1.0; }"], "CompileError", ["lent with `&mut`"], ["`&mut` 来借"], []),
    (["struct Counter { n: i32 }\nimpl Counter { fn up(&self) { self.n += 1; } }"], "CompileError", ["lent with `&mut`"], ["`&mut` 来借"], []),
    (["fn add(a: &mut i32) { a += 1; }"], "CompileError", ["means the value itself"], ["值本身"], []),
    (["let three = [1, 2, 3];\nthree.push(4);"], "CompileError", ["let mut three = three.to_vec();"], ["数组的长度是固定的"], []),
    (["let word = \"ab\";\nword.push('c');"], "CompileError", ["let mut word = word.to_string();"], ["可以增减的文本"], []),
    (["let n = 3;\nprintln!(n);"], "CompileError", ["The first thing between the parentheses is a text"], ["第一个要写文本"], []),
    (["let n = 3;\nprintln!(\"{n + 1}\");"], "CompileError", ["stands a name alone"], ["只能写一个变量名"], []),
    (["let n = 3;\n1 < n < 5"], "CompileError", ["joined by `&&`"], ["用 `&&` 连接"], []),
    (["let some = vec![1, 2];\nsome[-1]"], "CompileError", ["some[some.len() - 1]"], ["从末尾数"], []),
    (["let some = vec![1, 2];\nsome[1:]"], "CompileError", ["some[1..]"], ["some[1..]"], []),
    (["let some = vec![1, 2];\nsome.iter().zip(some.iter()).map(|a, b| a + b).count()"], "CompileError", ["given one value, a pair"], ["拆开"], []),
    (["let some = vec![1, 2];\nlet Some(first) = some.first().copied();"], "CompileError", ["a pattern that always fits"], ["必须总能匹配"], []),
    (["let given: Option<f32> = 2.5;"], "CompileError", ["is put into `Some`"], ["用 `Some` 包起来"], []),
    (["let unset: i32;"], "CompileError", ["has a name but no value yet", "    let unset: i32 = 0;\n"], ["还没有值", "    let unset: i32 = 0;\n"], []),
    (["let words: Vec<String>;\nprintln!(\"{}\", words.len());"], "CompileError", ["    let words: Vec<String> = Vec::new();\n"], ["Vec::new();"], []),
    (["let left = 3;", "let some: i32;\nif left > 5 { some = 1; }"], "CompileError", ["in some cases only"], ["只在某些情况下"], []),
    # What a macro makes.
    (["macro_rules! make { ($n:ident) => { #[derive(Debug)] struct $n { a: i32 } } }", "make!(Made);", "Made { a: 2 }"], "CompileError", ["`Made` was made by `make!(Made)` in cell [", "only in the cell of the call"], ["里的 `make!(Made)` 生成的"], []),
    (["macro_rules! make { ($n:ident) => { #[derive(Debug)] struct $n { a: i32 } } }", "make!(Other);", "fn of(other: &Other) {}"], "CompileError", ["`Other` was made by `make!(Other)`"], ["里的 `make!(Other)` 生成的"], []),
    (["macro_rules! make { ($n:ident) => { #[derive(Debug)] struct $n { a: i32 } } }", "make!(Third);\nlet third = Third { a: 1 };"], "CompileError", ["`Third`, which `make!(Third)` makes in this", "{ let third = Third { a: 1 }; … }"], ["由 `make!(Third)` 生成"], ["Write the type down"]),
    (["macro_rules! named { ($n:ident, $v:expr) => { let $n = $v; } }", "named!(inside, 3);", "inside"], "CompileError", ["`inside` was made by `named!(inside, 3)`"], ["里的 `named!(inside, 3)` 生成的"], []),
    (["thread_local! { static COUNT: std::cell::Cell<i32> = const { std::cell::Cell::new(1) }; };", "COUNT.with(|c| c.get())"], "CompileError", ["`COUNT` was made by `thread_local!(…)`"], ["里的 `thread_local!(…)` 生成的"], []),
    (["macro_rules! make { ($n:ident) => { #[derive(Debug)] struct $n { a: i32 } } }", "make!(Fourth); { let fourth = Fourth { a: 5 }; println!(\"{}\", fourth.a); }"], "", ["5"], ["5"], []),
    # A cell that failed was to define it.
    (["struct Lost { x: i32 y: i32 }", "Lost { x: 1, y: 2 }"], "CompileError", ["was to define `Lost`, but it failed. Fix"], ["`Lost` 应该由单元格"], ["moved the value"]),
    (["mod tools { pub fn f() -> i32 { \"a\" } }", "tools::f()"], "CompileError", ["was to define `tools`, but it failed. Fix"], ["`tools` 应该由单元格"], [":dep"]),
    (["fn square(x: i32) -> i32 { x * x", "square(3)"], "CompileError", ["was to define `square`, but it failed. Fix"], ["`square` 应该由单元格"], ["moved the value"]),
    # What stands in a macro is read, too.
    (["let list = vec![1, 2];\nlet at = 1i32;\nprintln!(\"{}\", list[at]);"], "CompileError", ["    list[at as usize]\n"], ["    list[at as usize]\n"], []),
    (["let n = 3;\nprintln!(\"{}\", n * 0.5);"], "CompileError", ["    n as f64 * 0.5\n"], ["    n as f64 * 0.5\n"], ["2.0 * 3.0"]),
    (["let n = 3;\nassert!(n * 2 == 1.5);"], "CompileError", ["    (n * 2) as f64 == 1.5\n"], ["    (n * 2) as f64 == 1.5\n"], ["as i32", "cut a fraction"]),
    (["let n: i32 = 3;\nassert_eq!(n, 1.5);"], "CompileError", ["    assert_eq!(n as f64, 1.5)\n"], ["    assert_eq!(n as f64, 1.5)\n"], ["as i32"]),
    (["let n: i32 = 3;\nn > 1.5"], "CompileError", ["    n as f64 > 1.5\n"], ["    n as f64 > 1.5\n"], ["as i32"]),
    (["let x = 0.5;\nx == 1"], "CompileError", ["    x == 1.0\n"], ["    x == 1.0\n"], ["floating-point number` is"]),
    # A place that holds other numbers.
    (["let mut v = vec![1, 2];\nv[0] += 1.5;"], "CompileError", ["`v[0]` is a whole number and has no room"], ["`v[0]` 是整数，放不下小数"], ["2.0 * 3.0"]),
    (["struct Pt { x: i32 }\nlet mut pt = Pt { x: 1 };\nlet big = 5i64;\npt.x += big;"], "CompileError", ["`pt.x` is of the type `i32`, which does not hold every `i64`"], ["`pt.x` 的类型是 `i32`，放不下 `big`"], ["2.0 * 3.0"]),
    # Elements of another type than the list.
    (["let g: Vec<usize> = (0..3).map(|i| i as f32 * 0.5).collect();"], "CompileError", ["    let g: Vec<f32> = (0..3).map(|i| i as f32 * 0.5).collect();\n"], ["请让两者一致"], ["as usize)"]),
    (["let xs = vec![1, 2];\nlet s: Vec<f32> = xs.iter().map(|x| x * 2).collect();"], "CompileError", ["    xs.iter().map(|x| x * 2).map(|x| x as f32).collect()\n    let s: Vec<i32>"], ["请让两者一致"], []),
    (["let xs = vec![1i32, 2];\nlet s: f32 = xs.iter().sum();"], "CompileError", ["the result is to be a `f32`", "    xs.iter().map(|x| *x as f32).sum()\n"], ["结果要求是 `f32`"], []),
    (["let ws = vec![\"a\", \"b\"];\nlet s: Vec<String> = ws.iter().collect();"], "CompileError", ["    ws.iter().map(|x| x.to_string()).collect()\n"], ["`Vec<String>` 要由 `String` 组成"], []),
    (["let xs = vec![1.5, 2.5];\nlet s: Vec<f64> = xs.iter().collect();"], "CompileError", ["    xs.iter().copied().collect()\n"], ["xs.iter().copied()"], []),
    (["let ws = vec![\"1\", \"b\"];\nlet s: Vec<i32> = ws.iter().map(|w| w.parse::<i32>()).collect();"], "CompileError", ["    ws.iter().map(|w| w.parse::<i32>()).collect::<Result<Vec<i32>, _>>()?\n"], ["收集成一个 `Result`"], []),
    (["let cs: Vec<f32> = \"1 2\".split(' ').collect();"], "CompileError", ["x.parse::<f32>()).collect::<Result<Vec<f32>, _>>()?"], ["要用 `parse`"], []),
    (["enum Option { A, B }", "let g: Vec<i32> = (0..3).map(|_| Option::A).collect();"], "CompileError", ["cannot be built from"], ["cannot be built from"], []),
    (["enum Option { A, B }", "1 + 1"], "", ["2"], ["2"], []),
    (["type Ids = Vec<usize>;", "let g: Ids = (0..3).map(|i| i as f32 * 0.5).collect();"], "CompileError", ["    let g: Vec<f32> = (0..3)"], ["    let g: Vec<f32> = (0..3)"], ["let g: Ids = (0..3).map(|i| i as f32 * 0.5).collect();\n\nCompile"]),
    (["fn all<T>() -> std::collections::BTreeSet<T> { (0..3i32).collect() }"], "CompileError", ["    BTreeSet<i32>\n"], ["    BTreeSet<i32>\n"], []),
    (["struct Spot { x: i32, all: Vec<i32> }", "let spot = Spot { x: 1, all: vec![1] };", "spot.x = 3;"], "CompileError", ["    let mut spot = spot;\n"], ["    let mut spot = spot;\n"], []),
    (["spot.all.push(2);"], "CompileError", ["    let mut spot = spot;\n"], ["    let mut spot = spot;\n"], []),
    (["let list = vec![1, 2];", "list.iter().sum()"], "CompileError", ["    list.iter().sum::<i32>()\n"], ["    list.iter().sum::<i32>()\n"], []),
    # Places in arrays of ndarray.
    (["use ndarray::{Array1, Array2};\nlet m = Array2::<f32>::zeros((2, 3));\nlet i = 1i32;\nm[[i, 0]]"], "CompileError", ["    m[[i as usize, 0]]\n"], ["    m[[i as usize, 0]]\n"], []),
    (["use ndarray::{Array1, Array2};\nlet a = Array1::<f32>::zeros(3);\nfor i in 0..3i64 { println!(\"{}\", a[i]); }"], "CompileError", ["    a[i as usize]\n"], ["    a[i as usize]\n"], []),
    (["use ndarray::{Array1, Array2};\nlet m = Array2::<f32>::zeros((2, 3));\nm[0]"], "CompileError", ["`m` has 2 axes, so a place in it is given by 2 numbers", "    m[[0, j]]\n    m.row(0)\n"], ["`m` 有 2 个轴"], []),
    # Whole and parts; two that are lent; labels by name; settings of layers, weights of classes, no metric.
    (["let whole @ (first, second) = (String::from(\"a\"), String::from(\"b\"));"], "CompileError", ["    let (first, second) = whole.clone();\n"], ["`whole` 就不完整了"], []),
    (["let x = Tensor::randn(&[6, 4]);\nlet y = Tensor::zeros(&[6]);\nlet d = Dataset::new(x.clone(), y.clone());"], "CompileError", ["    Dataset::new(&x.clone(), &y.clone())\n"], ["    Dataset::new(&x.clone(), &y.clone())\n"], []),
    (["let p = Tensor::zeros(&[3]);\nconfusion_matrix(&p, 2)"], "CompileError", ["    confusion_matrix(&p).classes(2).against(&labels)\n"], ["classes(2).against(&labels)"], ["against(&2)"]),
    (["let m = Sequential::new().add(Dense::new(2, 3));\nm.layers[0].trainable = False;"], "CompileError", ["    m.layers()[0].set_trainable(false);\n"], ["set_trainable(false)"], []),
    (["let mut m = Sequential::new().add(Dense::new(2, 3));\nm.compile(Adam::new(0.01), MeanSquaredError, []);"], "CompileError", ["    m.compile(Adam::new(0.01), MeanSquaredError, ())\n"], ["不要指标就写 `()`"], []),
    (["let mut m = Sequential::new().add(Dense::new(2, 3).softmax());\nlet d = data::digits(20);\nm.compile(Adam::new(0.01), SparseCategoricalCrossentropy, Accuracy);\nm.fit(&d).class_weight(&[(0, 1.0)]).run();"], "CompileError", ["class_weight(&[1.0, 2.0])"], ["每个类别一个数"], []),
    (["MaxPool2D::new(2).same()"], "CompileError", ["no method named `same`"], ["no method named `same`"], ["`name`"]),
    # The second week: methods of fractions, sums, lengths, elements, ways of two types.
    (["let whole: i32 = 3;\nlet names = vec![String::from(\"a\"), String::from(\"b\")];", "whole.sqrt()"], "CompileError", ["    (whole as f64).sqrt()\n"], ["    (whole as f64).sqrt()\n"], ["There is no `sqrt`", "这里没有"]),
    (["9.sqrt()"], "CompileError", ["    9.0_f64.sqrt()\n"], ["    9.0_f64.sqrt()\n"], []),
    (["let whole: i32 = 3;\nlet names = vec![String::from(\"a\"), String::from(\"b\")];", "whole ** 2"], "CompileError", ["    whole.pow(2)\n"], ["    whole.pow(2)\n"], ["whole.powi"]),
    (["1 / 2 * 3.0"], "CompileError", ["    1.0 / 2.0 * 3.0\n"], ["    1.0 / 2.0 * 3.0\n"], ["1 / 2 * 3\n", "(1 / 2)"]),
    (["let whole: i32 = 3;\nlet names = vec![String::from(\"a\"), String::from(\"b\")];", "whole / 2 * 0.5"], "CompileError", ["    whole as f64 / 2.0 * 0.5\n"], ["    whole as f64 / 2.0 * 0.5\n"], ["(whole / 2)"]),
    (["[1.5, 2.0].iter().sum()"], "CompileError", ["    [1.5, 2.0].iter().sum::<f64>()\n"], ["请写明要哪一种"], []),
    (["let whole: i32 = 3;\nlet names = vec![String::from(\"a\"), String::from(\"b\")];", "names.length"], "CompileError", ["    names.len()\n"], ["    names.len()\n"], []),
    (["let mut v = vec![1.0];\nv.append(4.0);"], "CompileError", ["    v.push(4.0)\n"], ["    v.push(4.0)\n"], []),
    (["let whole: i32 = 3;\nlet names = vec![String::from(\"a\"), String::from(\"b\")];", "let first = names[0];"], "CompileError", ["    names[0].clone()\n"], ["取走一个元素"], ["    &names[0]"]),
    (["let whole: i32 = 3;\nlet names = vec![String::from(\"a\"), String::from(\"b\")];", "if whole > 2 { \"big\" } else { 3 }"], "CompileError", ["give a value of the same type"], ["给出同一种类型"], []),
    (["let whole: i32 = 3;\nlet names = vec![String::from(\"a\"), String::from(\"b\")];", "match whole { 1 => \"one\", _ => 2 }"], "CompileError", ["give a value of the same type"], ["给出同一种类型"], []),
    (["let whole: i32 = 3;\nlet names = vec![String::from(\"a\"), String::from(\"b\")];", "let w = if whole > 2 { 1 };"], "CompileError", ["in an `else`"], ["请写上 `else`"], []),
    (["let scores = std::collections::HashMap::from([(\"a\", 1)]);\nscores[\"zzz\"]"], "Panic", ["Nothing stands under this key"], ["这个键下面什么也没有"], []),
    (["let f = |a, b| a + b;\nf(1, 2) + f(1.0, 2.0)"], "CompileError", ["one type for each parameter"], ["只有一种类型"], ["as integer"]),
    (["let arr: [i32; 3] = [1, 2];"], "CompileError", ["The type says 3 elements, and the list has 2"], ["类型里写的是 3 个元素，而列表里有 2 个"], ["rows"]),
    # What a cell does to a variable of an earlier one.
    (["let whole: i32 = 3;\nlet names = vec![String::from(\"a\"), String::from(\"b\")];", "for s in names { println!(\"{s}\"); }\nnames.len()"], "CompileError", ["    for s in &names { … }\n"], ["    for s in &names { … }\n"], []),
    (["let whole: i32 = 3;\nlet names = vec![String::from(\"a\"), String::from(\"b\")];", "names.push(String::new());"], "CompileError", ["    let mut names = names;\n"], ["    let mut names = names;\n"], []),
    (["let whole: i32 = 3;\nlet names = vec![String::from(\"a\"), String::from(\"b\")];", "let other = names;\nnames.len()"], "CompileError", ["    let other = names.clone();\n"], ["    let other = names.clone();\n"], []),
    (["let whole: i32 = 3;\nlet names = vec![String::from(\"a\"), String::from(\"b\")];", "names.len()"], "", ["2"], ["2"], []),
    # Numbers that a tensor cannot hold, losses the wrong way round, nothing to train.
    (["tensor([16777217, 3])"], "", ["the whole number 16777217 becomes 16777216"], ["整数 16777217 变成了 16777216"], []),
    (["tensor([u32::MAX, 1])"], "", ["the whole number 4294967295 becomes 4294967300"], ["整数 4294967295 变成了 4294967300"], []),
    (["tensor([16777216, -3])"], "", ["1.6777e7"], ["1.6777e7"], ["becomes", "变成"]),
    (['let table = std::env::temp_dir().join(format!("values-{}.csv", std::process::id()));\nstd::fs::write(&table, "5.1,b\\n4.9,1\\n4.7,2\\n")?;', 'let read = data::read_csv(table.to_str().unwrap(), "b")?;\nstd::fs::remove_file(&table)?;\nread.len()'], "", ["the first line of the table was taken for the names of the columns", 'data::csv(…).names(&["…"]).read("…")'], ["表格的第一行当成了列名", 'data::csv(…).names(&["…"]).read("…")'], []),
    (['let table = std::env::temp_dir().join(format!("years-{}.csv", std::process::id()));\nstd::fs::write(&table, "2019,2020,b\\n1,2,1\\n3,4,2\\n")?;', 'let read = data::read_csv(table.to_str().unwrap(), "b")?;\nstd::fs::remove_file(&table)?;\nread.columns'], "", ['["2019", "2020"]'], ['["2019", "2020"]'], ["warning", "警告"]),
    (['let table = std::env::temp_dir().join(format!("reach-{}.csv", std::process::id()));\nstd::fs::write(&table, "a,b\\n1e300,1\\n2,2\\n")?;', 'let read = data::read_csv(table.to_str().unwrap(), "b")?;\nstd::fs::remove_file(&table)?;\nread.len()'], "", ["the number 1e300 becomes inf", "f32"], ["数 1e300 变成了 inf", "f32"], []),
    (["tensor([1e-60, -1e-50, 0.0])"], "", ["the number -1e-50 becomes 0"], ["数 -1e-50 变成了 0"], []),
    (["tensor([1e300])"], "", ["the number 1e300 becomes inf"], ["数 1e300 变成了 inf"], []),
    (["tensor([1e-30, 1e30, 1e-60, f64::INFINITY, 0.0])"], "", ["inf"], ["inf"], ["becomes", "变成了"]),
    (['let table = std::env::temp_dir().join(format!("waves-{}.csv", std::process::id()));\nstd::fs::write(&table, "400.5,401.0,b\\n1,2,1\\n")?;', 'let read = data::read_csv(table.to_str().unwrap(), "b")?;\nstd::fs::remove_file(&table)?;\nread.len()'], "", ["1"], ["1"], ["taken for", "当成了"]),
    (['let table = std::env::temp_dir().join(format!("pima-{}.csv", std::process::id()));\nstd::fs::write(&table, "6,148,72,1\\n1,85,66,0\\n8,183,64,1\\n")?;', 'let read = data::read_csv(table.to_str().unwrap(), "1")?;\nstd::fs::remove_file(&table)?;\nread.len()'], "", ["the first line of the table was taken"], ["表格的第一行当成了列名"], []),
    (["BinaryCrossentropy.loss(&tensor([0.3, 0.6]), &tensor([1.0, 2.0]))"], "Panic", ["by &y - 1.0"], ["1 和 2 可以这样换成 0 和 1"], []),
    (["BinaryCrossentropy.loss(&tensor([[0.3, 0.6]]), &tensor([[3.0, 255.0]]))"], "Panic", ["by / 255.0"], ["先除以 255"], []),
    (["BinaryCrossentropy.loss(&tensor([0.0, 1.0]), &tensor([1.7, -3.2]))"], "Panic", ["the prediction comes first"], ["预测在前"], ["MeanSquaredError"]),
    (["BinaryCrossentropy.loss(&tensor([0.3, 0.6]), &tensor([-1.0, 1.0]))"], "Panic", ["a target is -1, and has to be between 0 and 1", "(&y + 1.0) / 2.0"], ["-1 和 1 可以这样换成 0 和 1", "(&y + 1.0) / 2.0"], []),
    (["BinaryCrossentropy.loss(&tensor([0.3, 0.6]), &tensor([1, 7]))"], "Panic", ["a target is 7", "SparseCategoricalCrossentropy::new() and .softmax()"], ["类别更多时", "SparseCategoricalCrossentropy::new()"], []),
    (["BinaryCrossentropy.loss(&tensor([0.3, 0.6]), &tensor([0.5, 7.5]))"], "Panic", ["a target is 7.5", "MeanSquaredError"], ["要预测数值", "MeanSquaredError"], []),
    (["BinaryCrossentropy.loss(&tensor([0.3, 0.6]), &tensor([0.1, 0.9]))"], "", ["0."], ["0."], ["has to be"]),
    (["let points = data::xor();\naccuracy(&points, &points.y)"], "CompileError", ["`points.x` are the inputs, `points.y` the targets"], ["`points.x` 是输入，`points.y` 是目标"], []),
    ([MODEL, "model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), [Accuracy, Precision]);"], "CompileError", ["`Precision` is a name of Keras", "precision(&predicted).against(&labels)"], ["precision(&predicted).against(&labels)", "不写进 `compile`"], ["Capital", "大小写"]),
    (["let df = pd::read_csv(\"a.csv\");"], "CompileError", ['data::read_csv("iris.csv", "species")?'], ['data::read_csv("iris.csv", "species")?'], []),
    (["let c = Conv2D::new(1, 8, (3, 3));"], "CompileError", ["one number says both"], ["写一个数就够了"], []),
    (["let points = data::xor();\nlet v: Vec<f64> = points.x.to_vec();"], "CompileError", ["The numbers of tensors are `f32`"], ["张量里的数是 `f32`"], []),
    ([MODEL, "model.fit(&data::xor()).early_stopping(3).run();"], "CompileError", ["is a callback"], ["是回调"], []),
    (["struct Unit { weight: f64 }\nimpl Unit { fn out(&self) -> f64 { weight } }"], "CompileError", ["`weight` is a field"], ["`weight` 是字段"], ["Is it spelled right"]),
    (["BinaryCrossentropy.loss(&tensor([0.0, 1.0]), &tensor([0.3, 0.6]))"], "", ["The prediction comes first"], ["预测在前"], []),
    (["BinaryCrossentropy.loss(&tensor([0.3, 0.6]), &tensor([0.0, 1.0]))"], "", ["0."], ["0."], ["comes first", "预测在前"]),
    (["let mut m = Sequential::new().add(Dense::new(2, 1));\nm.compile(Sgd::new(0.1), MeanSquaredError, ());\nm.fit(&data::xor()).epochs(0).run();"], "Panic", ["nothing would be trained"], ["epochs"], ["epoch 1 of 0"]),
    (["let probabilities = tensor([[1.0, 2.0]]).softmax(-1).softmax(-1);\nSparseCategoricalCrossentropy::new().loss(&probabilities, &tensor([1]))"], "", ["ends in softmax twice"], ["最后有两次 softmax"], ["cross_entropy:"]),
    (["let mixed = tensor([[1.0, 2.0]]).sigmoid().softmax(-1);\nSparseCategoricalCrossentropy::new().loss(&mixed, &tensor([1]))"], "", ["ends in sigmoid and then softmax"], ["最后先用 sigmoid 再用 softmax"], []),
    # A result nobody looked at, of a folder that is not there.
    (["let m = Sequential::new().add(Dense::new(2, 1));\nm.save(\"nofolder/x.safetensors\");"], "Error", ["create_dir_all(\"nofolder\")"], ["create_dir_all(\"nofolder\")"], []),
    # A sign moves, too; a macro whose cell has failed; a thread that never ends; layers as Keras gives them.
    (["let signed = tensor([1.0]);\nlet turned = -signed;", "signed.sum()"], "CompileError", ["moved the value of `signed` away", "    let turned = -&signed;\n"], ["把 `signed` 的值移走（move）了"], ["lived only"]),
    (["macro_rules! cube { ($x:expr) => { $x * $x * $x } }\nlet bad: i32 = \"a\";", "cube!(3)"], "CompileError", ["was to define `cube`, but it failed"], ["`cube` 应该由单元格"], []),
    (["let worker = std::thread::spawn(|| loop { std::thread::sleep(std::time::Duration::from_secs(1)); });"], "", ["`()` stands for no result", "let worker: std::thread::JoinHandle<()> = …;"], ["用 `()` 表示没有结果"], ["macro"]),
    (["Dense::new(3, activation=\"relu\")"], "CompileError", ["says first how many values come in", "    Dense::new(inputs, 3).relu()\n"], ["第一个参数是输入的个数"], []),
    (["let giant = [[0.0f64; 1024]; 1024];"], "Panic", ["`giant` cannot be kept: a value of fixed size that takes 8.0 MB", "vec!["], ["`giant` 无法保留"], ["overflowed"]),
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


def part(number, content):
    """A field of ONNX's messages."""
    return bytes([number << 3 | 2, len(content)]) + content


def onnx(op):
    """A network of one operation."""
    node = part(1, b"x") + part(2, b"y") + part(4, op)
    return part(7, part(1, node) + part(11, part(1, b"x")) + part(12, part(1, b"y")))


def safetensors(name, *shape):
    count = 4 * math.prod(shape)
    header = json.dumps({name: {"dtype": "F32", "shape": shape, "data_offsets": [0, count]}}).encode()
    return len(header).to_bytes(8, "little") + header + bytes(count)


def wav(kind, channels, bits):
    head = struct.pack("<IHHIIHH", 16, kind, channels, 8000, 16000, 2, bits)
    return b"RIFF\0\0\0\0WAVEfmt " + head + b"data\4\0\0\0\0\0\0\0"


def array(kind):
    return npy(1, f"{{'descr': '{kind}', 'fortran_order': False, 'shape': (3,), }}")


def npz(name, content):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{name}.npy", content)
    return file.getvalue()


def tar(name, content):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        entry = tarfile.TarInfo(name)
        entry.size = len(content)
        archive.addfile(entry, io.BytesIO(content))
    return file.getvalue()


CSV = 'data::read_csv("FILE", "b")?;'
LOAD = 'Sequential::load("FILE")?;'
WEIGHTS = 'Sequential::new().add(Dense::new(2, 4)).load_weights("FILE")?;'
PACKED = gzip.compress(b"a,b\n1,2\n3,4\n")

# What a file is called and what is in it; what is done with it; what must be said in English, in Chinese.
FILES = [
    # Tables.
    ("gap.csv", "a,b\n1,\n2,3\n", CSV, ['values are missing in the column "b": line 2 (empty). Say', '.missing("median") the median'], ['有缺失的值：列 "b" 的第 2 行（空）。请说明', '.missing("median") 用中位数填补']),
    ("gaps.csv", "a,b\n" + "1,\n" * 8 + "1,2\n", CSV, ["lines 2 (empty), 3 (empty),", "7 (empty) and 2 more"], ["第 2 行（空）、第 3 行（空）、", "第 7 行（空）等 8 处。"]),
    ("word.csv", "a,b\n1,2\nx,3\n4,5\n", CSV, ['in the column "a" stand numbers, but for line 3 ("x"): write numbers there'], ['列 "a" 里是数字，但第 3 行（"x"）不是：请把那里改成数字']),
    ("short.csv", "a,b\n1,2\n3\n", CSV, ["line 3 has 1 cells, but there are 2 names of columns"], ["第 3 行有 1 个单元格，而列名有 2 个"]),
    ("other.csv", "a,c\n1,2\n", CSV, ['no column is called "b"; there are ["a", "c"]'], ['没有名为 "b" 的列；现有的列是 ["a", "c"]']),
    ("bare.csv", "1,2\n3,4\n", CSV, ["if the first line is no line of names, give them"], ["如果第一行不是列名，请自己给出"]),
    ("one.csv", "b\n1\n2\n", CSV, ['there is no column beside "b"'], ['除了 "b" 以外没有别的列']),
    ("head.csv", "a,b\n", CSV, ["there is no row below the names of the columns"], ["列名下面一行数据也没有"]),
    ("names.csv", "a,b\n" + "".join(f"word{i},1\n" for i in range(20)), CSV, ['20 different words in the column "a"'], ['列 "a" 里有 20 个不同的词']),
    ("way.csv", "a,b\n1,2\n", 'data::csv("FILE").missing("zero").read("b")?;', ['missing("zero") is not known; there are .missing("mean"), .missing("median") and .missing("drop")'], ['没有 .missing("zero")；可以用 .missing("mean")、']),
    ("like.csv", "a,b\n1,2\n", 'data::csv("FILE").like(&data::xor()).read("b")?;', ["the data of .like(…) is from no table"], [".like(…) 的数据不是从表格里读出来的"]),
    ("book.csv", b"PK\3\4 and so on", CSV, ["this is no text. It is a zip file (an Excel workbook is one): unpack it"], ["这不是文本。它是 zip 文件（Excel 工作簿也是）：请先解压，或者把表格另存为 CSV"]),
    ("table.csv.bz2", bz2.compress(b"a,b\n1,2\n" * 9), CSV, ["It is packed with bzip2: unpack it"], ["它是用 bzip2 压缩的：请先解压"]),
    ("small.csv.bz2", bz2.compress(b"a,b\n1,2\n" * 9, 1), CSV, ["It is packed with bzip2: unpack it"], ["它是用 bzip2 压缩的：请先解压"]),
    ("like.csv", "BZh,b\n1,x\n2,\n", CSV, ["values are missing"], ["有缺失的值"]),
    ("table.csv.xz", lzma.compress(b"a,b\n1,2\n"), CSV, ["It is packed with xz: unpack it"], ["它是用 xz 压缩的：请先解压"]),
    ("table.tar", tar("a.csv", b"a,b\n1,2\n"), CSV, ["It is an archive of several files (tar): unpack it"], ["它是 tar 归档（里面有几个文件）：请先解压"]),
    ("table.parquet", b"PAR1\x15\0\x15\xff" + bytes(50) + b"PAR1", CSV, ["It is a Parquet file", '.to_csv("table.csv", index=False)'], ["它是 Parquet 文件", '.to_csv("table.csv", index=False)']),
    ("table.pkl", pickle.dumps({"a": [1, 2]}), CSV, ["It is a Python object (pickle), which only Python reads"], ["它是 Python 对象（pickle），只有 Python 读得了"]),
    ("text.csv", b"PAR1,caf\xe9,b\n1,2,3\n", CSV, ["this is no text in UTF-8"], ["这不是 UTF-8 编码的文本"]),
    ("page.csv", "\r\n<!-- saved --><html>\n<body>a,b</body></html>\n", CSV, ["It is a page of the web (HTML)"], ["它是网页（HTML）"]),
    ("page2.csv", "<!DOCTYPE html>\n<html><body>a,b</body></html>\n", CSV, ["It is a page of the web (HTML): download the file itself"], ["它是网页（HTML）：请下载文件本身"]),
    ("latin.csv", b"a,b\n\xff\xfa,1\n", CSV, ["this is no text in UTF-8"], ["这不是 UTF-8 编码的文本"]),
    # Texts and packed files.
    ("empty.txt", "", 'data::read_text("FILE")?;', ["the file is empty"], ["文件是空的"]),
    ("bad.csv.gz", PACKED[:-8] + bytes(8), CSV, ["damaged gzip: "], ["gzip 文件已损坏：请重新下载或复制"]),
    ("cut.csv.gz", PACKED[:-4], CSV, ["damaged gzip: "], ["gzip 文件不完整：请重新下载或复制"]),
    # MNIST and its format.
    ("no.idx", b"\1\2\3\4", 'data::read_idx("FILE")?;', ["this is no IDX file"], ["这不是 IDX 文件：开头不是两个零"]),
    ("six.png", b"\x89PNG\r\n\x1a\n" + bytes(9), 'data::read_idx("FILE")?;', ["It is a picture, which is not read here", "numpy.save"], ["它是图片，这里不能直接读取", "numpy.save"]),
    ("few.idx", b"\0\0\x08\1\0\0\0\5abc", 'data::read_idx("FILE")?;', ["it holds 3 numbers, but its header says [5]"], ["里面有 3 个数，而文件头写的形状是 [5]"]),
    ("", None, 'data::mnist("FILE")?;', ["there is no file train-images-idx3-ubyte in this folder"], ["这个文件夹里没有文件 train-images-idx3-ubyte，也没有"]),
    # Arrays of NumPy.
    ("model.h5", b"\x89HDF\r\n\x1a\n" + bytes(40), 'data::read_npz("FILE")?;', ["It is an HDF5 file, as Keras writes models"], ["它是 HDF5 文件（Keras 也用它保存模型）"]),
    ("model.npz", npz("model/data", b"\x80\2}q\0.").replace(b"data.npy", b"data.pkl"), 'data::read_npy("FILE")?;', ["It is a file of torch.save, which only Python reads"], ["它是 torch.save 的文件，只有 Python 读得了"]),
    ("objects.npy", array("|O"), 'data::read_npy("FILE")?;', ["it holds Python objects, and a tensor holds only numbers"], ["张量只能存放数字，而这里的内容是：Python 对象"]),
    ("words.npz", npz("words", array("<U3")), 'data::read_npz("FILE")?;', ["only words (text)"], ["里面没有张量能存放的数字，只有：words（文本）"]),
    ("no.npz", b"nothing", 'data::read_npz("FILE")?;', ["this is no npz file, or it is damaged"], ["这不是 npz 文件，或者文件已损坏"]),
    ("several.npy", npz("x", array("<f4")), 'data::read_npy("FILE")?;', ["data::read_npz reads it"], ["请用 data::read_npz 读取"]),
    # Models.
    ("no.safetensors", b"abc", LOAD, ["this is no safetensors file, or it ends early"], ["这不是 safetensors 文件，或者文件不完整"]),
    ("text.safetensors", b"\4\0\0\0\0\0\0\0text", LOAD, [" at line 1 column "], ["文件头不是 safetensors 的 JSON（第 1 行"]),
    ("weights.safetensors", safetensors("0.weight", 4, 2), LOAD, ["the file has weights, but not of what layers; build the same layers"], ["文件里有权重，但没有说明是哪些层；请先搭好同样的层"]),
    ("shape.safetensors", safetensors("0.weight", 3, 2), WEIGHTS, ["0.weight is [2, 3], the model needs [2, 4]"], ["0.weight 的形状是 [2, 3]，而模型需要 [2, 4]"]),
    ("lacks.safetensors", safetensors("0.weight", 4, 2), WEIGHTS, ["there is no 0.bias in it"], ["里面没有 0.bias"]),
    ("net.pt", b"PK", LOAD, ['a .pt file can only be read in Python; torch.onnx.export(model, x, "model.onnx") in PyTorch writes one'], ['.pt 文件只有 Python 能读；请在 PyTorch 里用 torch.onnx.export(model, x, "model.onnx") 导出']),
    ("net.h5", b"HDF", LOAD, ["a .h5 file can only be read in Python", "in Keras"], [".h5 文件只有 Python 能读；请在 Keras 里用"]),
    ("no.onnx", b"\xff\xff", LOAD, ["this is no ONNX file, or it is damaged"], ["这不是 ONNX 文件，或者文件已损坏"]),
    ("log.onnx", onnx(b"LogSoftmax"), LOAD, ["the operation LogSoftmax, as it is here, is not understood; leave it out"], ["读不懂这里的运算 LogSoftmax；导出时请去掉它"]),
    ("saved.pt", None, 'Sequential::new().add(Dense::new(2, 4)).save("FILE")?;', ["which .pt files are not: give it the ending .safetensors"], ["请把扩展名改成 .safetensors"]),
    ("saved.onnx", None, 'Sequential::new().add(Dense::new(2, 4)).save("FILE")?;', ["model.save_onnx(…) writes ONNX"], ["要写成 ONNX，请用 model.save_onnx(…)"]),
    # Sound and pictures.
    ("no.wav", b"RIFF", 'data::read_wav("FILE")?;', ["this is no WAV file"], ["这不是 WAV 文件"]),
    ("mute.wav", wav(1, 0, 16), 'data::read_wav("FILE")?;', ["its header is damaged: it says 0 channels and 8000 samples a second"], ["文件头已损坏：上面写着 0 个声道，每秒 8000 个采样"]),
    ("mp3.wav", wav(85, 1, 0), 'data::read_wav("FILE")?;', ["samples of 0 bits in form 85 are not understood"], ["读不懂这种采样（0 位，格式 85）；请导出为 16 位 PCM"]),
    ("loss.pdf", None, 'plot::curve(&[0.0, 1.0], &[2.0, 1.0]).save("FILE")?;', ["a figure is saved as SVG"], ["loss.pdf：图可以存成 SVG（放大也清晰）或 PNG"]),
]


@pytest.mark.parametrize("name, content, code, words, chinese_words", FILES, ids=[row[0] or "folder" for row in FILES])
def test_what_is_wrong_with_a_file_is_said_in_one_language(english, chinese, tmp_path, name, content, code, words, chinese_words):  # noqa: F811
    path = tmp_path / name
    if content is not None:
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    # No letter of Chinese; no words one after the other as English has them.
    for kernel, expected, other in [(english, words, "[\u3000-\u9fff\uff00-\uffef]"), (chinese, chinese_words, "[a-z]+ [a-z]+ [a-z]+")]:
        ran = Ran(*kernel.run(code.replace("FILE", str(path))))
        assert ran.name == "Error" and ran.value.startswith(str(path)), ran.all
        for word in expected:
            assert word in ran.value, (word, ran.value)
        assert not re.search(other, ran.value), ran.value


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
    ("let q = vec![1.0, 2.0];\nq.mean()", ["tensor(&q).mean()"], ["而这里是列表"], []),
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
