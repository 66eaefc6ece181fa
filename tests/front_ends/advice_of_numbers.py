"""Advice about numbers and their types. What a row is says `test_advice.py`."""

# A sum, a largest one, a counter that begin as whole numbers.
BEGUN = [
    (
        [],
        "let mut total = 0;\nfor x in [1.5, 2.5] {\n    total += x;\n}\ntotal",
        ["let mut total = 0.0;"],
        "let mut total = 0.0;\nfor x in [1.5, 2.5] {\n    total += x;\n}\ntotal",
        "4.0",
    ),
    (
        [],
        "let mut grown = 0;\nfor x in [1.5f32, 2.0] { grown = grown + x; }\ngrown",
        ["let mut grown = 0.0;"],
        "let mut grown = 0.0;\nfor x in [1.5f32, 2.0] { grown = grown + x; }\ngrown",
        "3.5",
    ),
    (
        [],
        "let mut best: i32 = 0;\nfor x in [2.5, 1.5] { if x > best { best = x; } }\nbest",
        ["let mut best: f64 = 0.0;"],
        "let mut best: f64 = 0.0;\nfor x in [2.5, 1.5] { if x > best { best = x; } }\nbest",
        "2.5",
    ),
    (
        ["let mut sofar = 1;"],
        "for x in [0.5, 0.25] { sofar += x; }\nsofar",
        ["let mut sofar = sofar as f64;"],
        "let mut sofar = sofar as f64;\nfor x in [0.5, 0.25] { sofar += x; }\nsofar",
        "1.75",
    ),
    (
        [],
        "let mut xs = [0; 3];\nxs[0] = 1.5;\nxs",
        ["let mut xs = [0.0; 3];"],
        "let mut xs = [0.0; 3];\nxs[0] = 1.5;\nxs",
        "[1.5, 0.0, 0.0]",
    ),
    (
        [],
        "let mut small = 200u8;\nsmall += 100i32;\nsmall",
        ["let mut small = 200;"],
        "let mut small = 200;\nsmall += 100i32;\nsmall",
        "300",
    ),
]

# Divisions, in which a whole number cuts something off.
DIVIDED = [
    (
        [],
        'let correct = 2;\nlet total = 3;\nprintln!("{:.1}%", 100.0 * correct / total);',
        ["100.0 * correct as f64 / total as f64"],
        'let correct = 2;\nlet total = 3;\nprintln!("{:.1}%", 100.0 * correct as f64 / total as f64);',
        "66.7%",
    ),
    (
        [],
        "let n = 3;\n(2.0 * n) / 4.0",
        ["(2.0 * n as f64) / 4.0"],
        "let n = 3;\n(2.0 * n as f64) / 4.0",
        "1.5",
    ),
    (
        [],
        "let c = 30.0;\nc * 9 / 5 + 32",
        ["c * 9.0 / 5.0 + 32.0"],
        "let c = 30.0;\nc * 9.0 / 5.0 + 32.0",
        "86.0",
    ),
    (
        [],
        "let total = 7;\nlet count = 2;\nlet average: f64 = total / count;\naverage",
        ["let average: f64 = total as f64 / count as f64;"],
        "let total = 7;\nlet count = 2;\nlet average: f64 = total as f64 / count as f64;\naverage",
        "3.5",
    ),
    (
        [],
        "let half: f32 = 1 / 2;\nhalf",
        ["let half: f32 = 1.0 / 2.0;"],
        "let half: f32 = 1.0 / 2.0;\nhalf",
        "0.5",
    ),
    (
        [],
        "fn mean(v: &[i32]) -> f64 { v.iter().sum::<i32>() / v.len() as i32 }\nmean(&[1, 2, 4, 3])",
        ["fn mean(v: &[i32]) -> f64 { v.iter().sum::<i32>() as f64 / v.len() as i32 as f64 }"],
        "fn mean(v: &[i32]) -> f64 { v.iter().sum::<i32>() as f64 / v.len() as i32 as f64 }\nmean(&[1, 2, 4, 3])",
        "2.5",
    ),
    (
        [],
        "[3, 1].iter().map(|n| n / 2 * 0.5).sum::<f64>()",
        ["*n as f64 / 2.0 * 0.5"],
        "[3, 1].iter().map(|n| *n as f64 / 2.0 * 0.5).sum::<f64>()",
        "1.0",
    ),
    (
        [],
        "let v = vec![1, 2, 4, 3];\nlet m = v.iter().sum::<i32>() / v.len();\nm",
        ["v.iter().sum::<i32>() as f64 / v.len() as f64"],
        "let v = vec![1, 2, 4, 3];\nlet m = v.iter().sum::<i32>() as f64 / v.len() as f64;\nm",
        "2.5",
    ),
    (
        [],
        "let xs: Vec<f32> = (0..3).map(|i| i / 2).collect();\nxs",
        ["(0..3).map(|i| i as f32 / 2.0).collect()"],
        "let xs: Vec<f32> = (0..3).map(|i| i as f32 / 2.0).collect();\nxs",
        "[0.0, 0.5, 1.0]",
    ),
    (
        [],
        "let a: u8 = 10;\nlet b: u8 = 20;\nlet d: i32 = a - b;\nd",
        ["let d: i32 = a as i32 - b as i32;"],
        "let a: u8 = 10;\nlet b: u8 = 20;\nlet d: i32 = a as i32 - b as i32;\nd",
        "-10",
    ),
]

# What would be cut off, lose its sign, or be another type than is meant.
TURNED = [
    (
        ["let n = 3usize;\nlet x = 2.5f32;"],
        "x * n",
        ["x * n as f32"],
        "x * n as f32",
        "7.5",
    ),
    (
        [],
        "let xs = vec![300, 2];\nlet bytes: Vec<u8> = xs.iter().map(|x: &i32| x * 2).collect();\nbytes",
        ["let bytes: Vec<i32> = xs.iter().map(|x: &i32| x * 2).collect();"],
        "let xs = vec![300, 2];\nlet bytes: Vec<i32> = xs.iter().map(|x: &i32| x * 2).collect();\nbytes",
        "[600, 4]",
    ),
    (
        [],
        "let v = vec![3, 1, 2];\nlet c: i32 = -1;\nc < v.len()",
        ["c < v.len() as i32"],
        "let v = vec![3, 1, 2];\nlet c: i32 = -1;\nc < v.len() as i32",
        "true",
    ),
    (
        [],
        "-1i32 < 2u32",
        ["-1i32 < 2u32 as i32"],
        "-1i32 < 2u32 as i32",
        "true",
    ),
    (
        [],
        "let x = 1.5f32;\nlet y: f64 = x;\ny",
        ["let y: f64 = x as f64;"],
        "let x = 1.5f32;\nlet y: f64 = x as f64;\ny",
        "1.5",
    ),
    (
        [],
        "let n = 3;\nlet y: f64 = n * 0.5;\ny",
        ["n as f64 * 0.5"],
        "let n = 3;\nlet y: f64 = n as f64 * 0.5;\ny",
        "1.5",
    ),
    (
        [],
        "[1, 2].iter().map(|x| x * 1.5).collect::<Vec<f64>>()",
        ["*x as f64 * 1.5"],
        "[1, 2].iter().map(|x| *x as f64 * 1.5).collect::<Vec<f64>>()",
        "[1.5, 3.0]",
    ),
    (
        ["let t = tensor([1.0, 2.0]);"],
        "let n = 3;\n&t * (n * 0.5)",
        ["n as f32 * 0.5"],
        "let n = 3;\n&t * (n as f32 * 0.5)",
        "tensor([1.5000, 3.0000], shape=[2])",
    ),
    (
        [],
        "let v = vec![1, 2, 3];\nv.iter().any(|n| n == 2)",
        ["*n == 2"],
        "let v = vec![1, 2, 3];\nv.iter().any(|n| *n == 2)",
        "true",
    ),
    (
        [],
        'for n in &[1, 2] { print!("{} ", n as f64); }',
        ["*n as f64"],
        'for n in &[1, 2] { print!("{} ", *n as f64); }',
        "1 2",
    ),
]

# Lists in which one number has a fraction.
LISTS = [
    (
        [],
        "let v = vec![1, 2.5];\nv",
        ["let v = vec![1.0, 2.5];"],
        "let v = vec![1.0, 2.5];\nv",
        "[1.0, 2.5]",
    ),
    (
        [],
        "tensor([[1, 2], [3.5, 4]])",
        ["tensor([[1.0, 2.0], [3.5, 4.0]])"],
        "tensor([[1.0, 2.0], [3.5, 4.0]])",
        "tensor([[1.0000, 2.0000],\n        [3.5000, 4.0000]], shape=[2, 2])",
    ),
    (
        [],
        "let v: [f64; 3] = [1, -2, 3];\nv",
        ["let v: [f64; 3] = [1.0, -2.0, 3.0];"],
        "let v: [f64; 3] = [1.0, -2.0, 3.0];\nv",
        "[1.0, -2.0, 3.0]",
    ),
    (
        [],
        "let v: Vec<i32> = vec![1, 2.5];\nv",
        ["let v: Vec<f32> = vec![1.0, 2.5];"],
        "let v: Vec<f32> = vec![1.0, 2.5];\nv",
        "[1.0, 2.5]",
    ),
    (
        [],
        "let a: i32 = 1; let b: i32 = 2.5;\nb",
        ["let a: i32 = 1; let b: f32 = 2.5;"],
        "let a: i32 = 1; let b: f32 = 2.5;\nb",
        "2.5",
    ),
    (
        [],
        'let names: Vec<String> = vec!["a", "b"];\nnames',
        ['let names: Vec<String> = vec!["a".to_string(), "b".to_string()];'],
        'let names: Vec<String> = vec!["a".to_string(), "b".to_string()];\nnames',
        '["a", "b"]',
    ),
    (
        [],
        "let xs = vec![2, 3, 2];\nxs.count(2)",
        ["xs.iter().filter(|x| **x == 2).count()"],
        "let xs = vec![2, 3, 2];\nxs.iter().filter(|x| **x == 2).count()",
        "2",
    ),
    (
        [],
        'let word = String::from("banana");\nword.count("an")',
        ['word.matches("an").count()'],
        'let word = String::from("banana");\nword.matches("an").count()',
        "2",
    ),
    (
        [],
        "let v = vec![1, 2, 3];\nv.iter().sum()",
        ["v.iter().sum::<i32>()"],
        "let v = vec![1, 2, 3];\nv.iter().sum::<i32>()",
        "6",
    ),
    (
        [],
        "fn doubled(v: &[f32]) -> f32 { v.iter().sum() * 2.0 }\ndoubled(&[1.5])",
        ["v.iter().sum::<f32>()"],
        "fn doubled(v: &[f32]) -> f32 { v.iter().sum::<f32>() * 2.0 }\ndoubled(&[1.5])",
        "3.0",
    ),
]

# Calls with several arguments of another type.
CALLS = [
    (
        [],
        "Dense::new(2.0, 4.0);",
        ["Dense::new(2, 4)"],
        "let layer = Dense::new(2, 4);\n4",
        "4",
    ),
    (
        [],
        "fn area(w: f64, h: f64) -> f64 { w * h }\nlet w = 3;\narea(w, 2)",
        ["area(w as f64, 2.0)"],
        "fn area(w: f64, h: f64) -> f64 { w * h }\nlet w = 3;\narea(w as f64, 2.0)",
        "6.0",
    ),
    (
        [],
        'fn named(name: String, n: f32, times: usize) -> String { format!("{name}{n}{times}") }\nnamed("a", 2, 3)',
        ['named("a".to_string(), 2.0, 3)'],
        'fn named(name: String, n: f32, times: usize) -> String { format!("{name}{n}{times}") }\nnamed("a".to_string(), 2.0, 3)',
        '"a23"',
    ),
    (
        ["let m = tensor([[1.0], [2.0]]);\nlet t = tensor([[3.0], [4.0]]);"],
        "let d = Dataset::new(m * 2.0, t);\nd.len()",
        ["Dataset::new(&(m * 2.0), &t)"],
        "let d = Dataset::new(&(m * 2.0), &t);\nd.len()",
        "2",
    ),
]

# Powers, methods of a number without a type, conditions, loops.
METHODS = [
    ([], "let n = 3;\nlet k = 2;\nn ** k", ["i32::pow(n, k)"], "let n = 3;\nlet k = 2;\ni32::pow(n, k)", "9"),
    ([], "let x = 2.5;\nx ** 2", ["f64::powi(x, 2)"], "let x = 2.5;\nf64::powi(x, 2)", "6.25"),
    ([], "let x: f64 = 2.0;\nlet n = 3;\n5.0 * x ** n", ["x.powi(n)"], "let x: f64 = 2.0;\nlet n = 3;\n5.0 * x.powi(n)", "40.0"),
    ([], "let v = vec![3, 4];\nv[0] ** 2", ["i32::pow(v[0], 2)"], "let v = vec![3, 4];\ni32::pow(v[0], 2)", "9"),
    ([], "let x = -3.0;\nx.abs()", ["let x: f64 = -3.0;"], "let x: f64 = -3.0;\nx.abs()", "3.0"),
    ([], "(2.0 * 8.0).sqrt()", ["(2.0_f64 * 8.0).sqrt()"], "(2.0_f64 * 8.0).sqrt()", "4.0"),
    (
        [],
        "vec![4, 9].iter().map(|n| n.sqrt()).sum::<f64>()",
        ["(*n as f64).sqrt()"],
        "vec![4, 9].iter().map(|n| (*n as f64).sqrt()).sum::<f64>()",
        "5.0",
    ),
    (
        [],
        "let mut c = 0;\nfor n in &[1, 0, 2] { if n { c += 1; } }\nc",
        ["*n != 0"],
        "let mut c = 0;\nfor n in &[1, 0, 2] { if *n != 0 { c += 1; } }\nc",
        "2",
    ),
    (
        [],
        "let n = 5;\nif n == 2 || 3 { 1 } else { 2 }",
        ["n == 2 || n == 3"],
        "let n = 5;\nif n == 2 || n == 3 { 1 } else { 2 }",
        "2",
    ),
    ([], "let b = false;\nif b == 1 { 1 } else { 2 }", ["b"], "let b = false;\nif b { 1 } else { 2 }", "2"),
    (
        ["let (mut x, y) = (3, 4);"],
        "if x = 3 && y = 4 { 1 } else { 2 }",
        ["x == 3 && y == 4"],
        "if x == 3 && y == 4 { 1 } else { 2 }",
        "1",
    ),
    (
        [],
        'fn age(s: &str) -> i32 { s }\nage("7")',
        ['fn age(s: &str) -> i32 { s.trim().parse().unwrap() }'],
        'fn age(s: &str) -> i32 { s.trim().parse().unwrap() }\nage("7")',
        "7",
    ),
    (
        [],
        "fn nums(s: &str) -> Vec<i32> { s.split(' ').map(|w| w.parse::<i32>()).collect() }\nnums(\"1 2\")",
        ["s.split(' ').map(|w| w.parse::<i32>()).collect::<Result<Vec<i32>, _>>().unwrap()"],
        "fn nums(s: &str) -> Vec<i32> { s.split(' ').map(|w| w.parse::<i32>()).collect::<Result<Vec<i32>, _>>().unwrap() }\nnums(\"1 2\")",
        "[1, 2]",
    ),
]

# As other languages have it.
ELSEWHERE = [
    (
        ["struct Spot { x: f64 }"],
        "let p = new Spot { x: 1.0 };\np.x",
        ["let p = Spot { x: 1.0 };"],
        "let p = Spot { x: 1.0 };\np.x",
        "1.0",
    ),
    (["let n = 3;"], "let a = n > 2 ? 1 : 0;\na", ["let a = if n > 2 { 1 } else { 0 };"], "let a = if n > 2 { 1 } else { 0 };\na", "1"),
    ([], "let i32 count = 5;\ncount", ["let count: i32 = 5;"], "let count: i32 = 5;\ncount", "5"),
    (["let n = 3;"], "switch n { 3 => 2, _ => 4 }", ["match n { 3 => 2, _ => 4 }"], "match n { 3 => 2, _ => 4 }", "2"),
]

NUMBERS = BEGUN + DIVIDED + TURNED + LISTS + CALLS + METHODS + ELSEWHERE
