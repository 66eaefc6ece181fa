"""Advice about owning, lending, changing and keeping. What a row is says `test_advice.py`."""

P = "struct P { x: i32 }\nlet p = P { x: 1 };"
PS = "struct P { x: i32 }\nlet ps = vec![P { x: 1 }];"
V = "let v = vec![3, 1, 2];"

OWNING = [
    (
        ["let lent = vec![1, 2, 3];"],
        "let part = &lent[0..2];",
        ["let part = lent[0..2].to_owned();"],
        "let part = lent[0..2].to_owned();\npart",
        "[1, 2]",
    ),
    # The list that is read, at the position that is read.
    (
        ["let v = vec![9];"],
        "let scores = vec![3, 1, 2];\nlet i = 5;\nscores[i]",
        ["if let Some(value) = scores.get(i) { … }"],
        "let scores = vec![3, 1, 2];\nlet i = 5;\nif let Some(value) = scores.get(i) { *value } else { -1 }",
        "-1",
    ),
    (
        ["let v = vec![9];", "let mut grid = vec![vec![1, 2], vec![3, 4]];"],
        "for row in 0..2 {\n    println!(\"{}\", grid[1][row + 1]);\n}",
        ["if let Some(value) = grid[1].get(row + 1) { … }"],
        "for row in 0..2 {\n    if let Some(value) = grid[1].get(row + 1) { println!(\"{value}\"); }\n}",
        "4",
    ),
    (
        ["let mut scores = vec![3, 1, 2];"],
        "for i in 0..=scores.len() { scores[i] += 1; }",
        ["for i in 0..scores.len() { scores[i] += 1; }"],
        "for i in 0..scores.len() { scores[i] += 1; }\nscores",
        "[4, 2, 3]",
    ),
    # Types without `Clone`.
    (
        [],
        f"{P}\nlet q = p;\np.x",
        ["#[derive(Clone)]", "let q = p.clone();"],
        f"#[derive(Clone)]\n{P}\nlet q = p.clone();\np.x",
        "1",
    ),
    (
        ["let unused = 1;"],
        "struct Layer { w: f32 }\nstruct Net { layers: Vec<Layer> }\nfn train(net: Net) -> f32 { net.layers[0].w }\n"
        "let net = Net { layers: vec![Layer { w: 1.5 }] };\ntrain(net);\ntrain(net)",
        ["#[derive(Clone)]", "train(net.clone());"],
        "#[derive(Clone)]\nstruct Layer { w: f32 }\n#[derive(Clone)]\nstruct Net { layers: Vec<Layer> }\n"
        "fn train(net: Net) -> f32 { net.layers[0].w }\n"
        "let net = Net { layers: vec![Layer { w: 1.5 }] };\ntrain(net.clone());\ntrain(net)",
        "1.5",
    ),
    (
        [PS],
        "let p = ps[0];",
        ["#[derive(Clone)]", "ps[0].clone()"],
        f"#[derive(Clone)]\n{PS}\nlet p = ps[0].clone();\np.x",
        "1",
    ),
    (
        [PS],
        "let p = ps.iter().find(|p| p.x == 1);",
        ["#[derive(Clone)]", "let p = ps.iter().find(|p| p.x == 1).cloned();"],
        f"#[derive(Clone)]\n{PS}\nlet p = ps.iter().find(|p| p.x == 1).cloned();\np.is_some()",
        "true",
    ),
    ([PS], "ps[0].clone().x", ["#[derive(Clone)]"], f"#[derive(Clone)]\n{PS}\nps[0].clone().x", "1"),
    # Closures.
    (
        [],
        "let is_big = |x: i32| x > 2;",
        ["fn is_big(x: i32) -> bool { x > 2 }"],
        "fn is_big(x: i32) -> bool { x > 2 }\nis_big(3)",
        "true",
    ),
    (
        [],
        "let first_of = |v: &Vec<i32>| v[0];",
        ["let first_of: Box<dyn Fn(&Vec<i32>) -> i32> = Box::new(|v: &Vec<i32>| v[0]);"],
        "let first_of: Box<dyn Fn(&Vec<i32>) -> i32> = Box::new(|v: &Vec<i32>| v[0]);\nfirst_of(&vec![4, 5])",
        "4",
    ),
    ([], "let more = |x| x + 1;", ["fn more(x: i32) -> i32 { x + 1 }"], "fn more(x: i32) -> i32 { x + 1 }\nmore(2)", "3"),
    (
        [],
        'let say = |x: i32| println!("{x}");',
        ['fn say(x: i32) { println!("{x}") }'],
        'fn say(x: i32) { println!("{x}") }\nsay(2)',
        "2",
    ),
    (
        ["fn shown(n: i32) -> String { n.to_string() }"],
        "let twice = |x: i32| shown(x * 2);",
        ["let twice: Box<dyn Fn(i32) -> _> = Box::new(|x: i32| shown(x * 2));"],
        "let twice: Box<dyn Fn(i32) -> _> = Box::new(|x: i32| shown(x * 2));\ntwice(3)",
        '"6"',
    ),
    (
        [],
        "let k = 3;\nlet times = |x: i32| x * k;",
        ["let times: Box<dyn Fn(i32) -> i32> = Box::new(move |x: i32| x * k);"],
        "let k = 3;\nlet times: Box<dyn Fn(i32) -> i32> = Box::new(move |x: i32| x * k);\ntimes(2) + k",
        "9",
    ),
    (
        [V],
        "let f = move || v.len();\nv.len() + f()",
        ["let f: Box<dyn Fn() -> usize> = { let v = v.clone(); Box::new(move || v.len()) };"],
        "let f: Box<dyn Fn() -> usize> = { let v = v.clone(); Box::new(move || v.len()) };\nv.len() + f()",
        "6",
    ),
    (
        ["let whole = 1;"],
        "let k = 3;\nlet plus: Box<dyn Fn(i32) -> i32> = Box::new(|x| x + k);",
        ["let plus: Box<dyn Fn(i32) -> i32> = Box::new(move |x| x + k);"],
        "let k = 3;\nlet plus: Box<dyn Fn(i32) -> i32> = Box::new(move |x| x + k);\nplus(2)",
        "5",
    ),
    # An `Option` of something lent.
    (
        [V],
        "let top: i32 = v.iter().max();",
        ['let top: i32 = *v.iter().max().ok_or("there is none")?;'],
        'let top: i32 = *v.iter().max().ok_or("there is none")?;\ntop',
        "3",
    ),
    (
        ['let names = vec![String::from("a")];'],
        "let name: String = names.first();",
        ['let name: String = names.first().cloned().ok_or("there is none")?;'],
        'let name: String = names.first().cloned().ok_or("there is none")?;\nname',
        '"a"',
    ),
    (
        ["fn half(n: i32) -> i32 { n / 2 }", V],
        "let h = half(v.iter().max());",
        ['let h = half(*v.iter().max().ok_or("there is none")?);'],
        'let h = half(*v.iter().max().ok_or("there is none")?);\nh',
        "1",
    ),
    (
        [],
        "fn highest(v: &[i32]) -> i32 { v.iter().max() }",
        ['*v.iter().max().expect("there is one")'],
        'fn highest(v: &[i32]) -> i32 { *v.iter().max().expect("there is one") }\nhighest(&[1, 4])',
        "4",
    ),
    # `mut` stands at the name.
    ([], "let (a, b) = (1, 2);\na += b;\na", ["let (mut a, b) = (1, 2);"], "let (mut a, b) = (1, 2);\na += b;\na", "3"),
    (
        [],
        "let n = 1;\nfn grow(n: i32) -> i32 { n += 1; n }\ngrow(n)",
        ["fn grow(mut n: i32) -> i32 { n += 1; n }"],
        "let n = 1;\nfn grow(mut n: i32) -> i32 { n += 1; n }\ngrow(n)",
        "2",
    ),
    (
        [],
        "let (mut best, worst) = (1, 2);\nworst -= 3;\nbest += worst;\nbest",
        ["let (mut best, mut worst) = (1, 2);"],
        "let (mut best, mut worst) = (1, 2);\nworst -= 3;\nbest += worst;\nbest",
        "0",
    ),
    # One's own, of what is lent.
    (
        ['let text = String::from("a b");'],
        "let first = text.split(' ').next().unwrap();",
        ["let first = text.split(' ').next().unwrap().to_owned();"],
        "let first = text.split(' ').next().unwrap().to_owned();\nfirst",
        '"a"',
    ),
    (
        ['let text = String::from("a b");'],
        "let t: &str = &text[..1];",
        ["let t = text[..1].to_owned();"],
        "let t = text[..1].to_owned();\nt",
        '"a"',
    ),
    (
        [V],
        "let pairs = v.iter().enumerate();",
        ["let pairs: Vec<_> = v.iter().enumerate().map(|(a, b)| (a, b.clone())).collect();"],
        "let pairs: Vec<_> = v.iter().enumerate().map(|(a, b)| (a, b.clone())).collect();\npairs[1]",
        "(1, 1)",
    ),
    (
        ["let ages = std::collections::HashMap::from([(\"a\", 1)]);"],
        "let items: Vec<_> = ages.iter().collect();",
        ["let items: Vec<_> = ages.iter().map(|(a, b)| (a.clone(), b.clone())).collect();"],
        "let items: Vec<_> = ages.iter().map(|(a, b)| (a.clone(), b.clone())).collect();\nitems",
        '[("a", 1)]',
    ),
    (
        [V],
        'let Some(last) = v.last() else { panic!("empty") };',
        ['let Some(last) = v.last().cloned() else { panic!("empty") };'],
        'let Some(last) = v.last().cloned() else { panic!("empty") };\nlast',
        "2",
    ),
    (
        [V],
        "v.iter().filter(|n| **n > 1);",
        ["let list: Vec<_> = v.iter().filter(|n| **n > 1).cloned().collect();"],
        "let list: Vec<_> = v.iter().filter(|n| **n > 1).cloned().collect();\nlist",
        "[3, 2]",
    ),
    # Moved, and used again.
    (
        [],
        "fn eat(v: Vec<i32>) -> usize { v.len() }\nlet food = vec![1];\neat(food);\neat(food)",
        ["fn eat(v: &Vec<i32>) -> usize { v.len() }", "eat(&food);"],
        "fn eat(v: &Vec<i32>) -> usize { v.len() }\nlet food = vec![1];\neat(&food);\neat(&food)",
        "1",
    ),
    (
        ["let x = tensor([2.0]);\nlet y = tensor([3.0]);"],
        "let z = x * y;\nlet u = x + y;",
        ["let z = &x * &y;"],
        "let z = &x * &y;\nlet u = x + y;\nz",
        "tensor([6.0], shape=[1])",
    ),
    (
        [],
        "struct Pair { a: String }\nlet a = String::from(\"x\");\nlet pair = Pair { a };\na.len()",
        ["let pair = Pair { a: a.clone() };"],
        "struct Pair { a: String }\nlet a = String::from(\"x\");\nlet pair = Pair { a: a.clone() };\na.len()",
        "1",
    ),
    # A function sees its parameters.
    (
        ["let rate = 2.0;"],
        "fn step(x: f64) -> f64 { x * rate }\nstep(1.5)",
        ["fn step(x: f64, rate: f64) -> f64 { x * rate }", "step(1.5, rate)"],
        "fn step(x: f64, rate: f64) -> f64 { x * rate }\nstep(1.5, rate)",
        "3.0",
    ),
    (
        ['let names = vec![String::from("a")];'],
        "fn count() -> usize { names.len() }\ncount()",
        ["fn count(names: &Vec<String>) -> usize { names.len() }", "count(&names)"],
        "fn count(names: &Vec<String>) -> usize { names.len() }\ncount(&names)",
        "1",
    ),
    # Maps are written by methods; a text is cut before it is read.
    (
        ['let mut ages = std::collections::HashMap::from([("a", 1)]);'],
        'ages["b"] = 2;',
        ['ages.insert("b", 2);'],
        'ages.insert("b", 2);\nages.len()',
        "2",
    ),
    (
        ['let mut ages = std::collections::HashMap::from([("a", 1)]);'],
        'ages["a"] += 2;',
        ['*ages.entry("a").or_insert(0) += 2;'],
        '*ages.entry("a").or_insert(0) += 2;\nages["a"]',
        "3",
    ),
    (
        ['let typed = String::from("5 ");'],
        "let years: i32 = typed.parse()?;",
        ["let years: i32 = typed.trim().parse()?;"],
        "let years: i32 = typed.trim().parse()?;\nyears",
        "5",
    ),
    # A variable that is not there yet.
    (
        [],
        "let unheard = 1; counter = counter + 1;",
        ["let mut counter = …;"],
        "let mut counter = 0;\ncounter = counter + 1;\ncounter",
        "1",
    ),
    # The statement that is warned of, not the line.
    (
        [],
        "let seven = 7; seven == 4;",
        ["let _ = seven == 4;"],
        "let seven = 7; let _ = seven == 4;\nseven",
        "7",
    ),
    (
        [V],
        'let text = "a;b"; v.iter().map(|x| x * 2); text',
        ["let list: Vec<_> = v.iter().map(|x| x * 2).collect();"],
        "let list: Vec<_> = v.iter().map(|x| x * 2).collect();\nlist",
        "[6, 2, 4]",
    ),
    (
        [],
        "struct Named { name: String }\nlet named = Named { name: String::from(\"a\") };\nlet name = named.name;\nnamed.name.len()",
        ["let name = named.name.clone();"],
        "struct Named { name: String }\nlet named = Named { name: String::from(\"a\") };\nlet name = named.name.clone();\nnamed.name.len()",
        "1",
    ),
]
