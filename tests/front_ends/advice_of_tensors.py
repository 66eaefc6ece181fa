"""Advice about tensors, and about what is written as in other languages. What a row is says `test_advice.py`."""

T = "let t = tensor([1.0, 2.0]);\nlet n = 3;"
M = "let m = tensor([[1.0, 2.0], [3.0, 4.0]]);"
LIST = "let xs = vec![1, 2, 3];"
SIZE = "let size = x.len() / x.shape()[0];  // how many numbers a row has"
GIVEN_BACK = "x.set_value(&Tensor::from_vec(values, x.shape()));"

# With numbers of another type.
NUMBERS = [
    (["let t = tensor([1.0, 2.0]);\nlet n = 3usize;"], "&t / n", ["&t / n as f32"], "&t / n as f32", "tensor([0.3333, 0.6667], shape=[2])"),
    ([T], "1 / n * &t", ["(1.0 / n as f32) * &t"], "(1.0 / n as f32) * &t", "tensor([0.3333, 0.6667], shape=[2])"),
    ([T], "&t * (n / 2)", ["&t * (n as f32 / 2.0)"], "&t * (n as f32 / 2.0)", "tensor([1.5000, 3.0000], shape=[2])"),
    (
        [T],
        'for k in &[1, 2] { println!("{}", (&t * k).sum().item()); }',
        ["&t * *k as f32"],
        'for k in &[1, 2] { println!("{}", (&t * *k as f32).sum().item()); }',
        "3\n6",
    ),
    (
        [T, "fn half(x: f32) -> f32 { x / 2.0 }\nlet one = tensor(3.0);"],
        "half(&one)",
        ["one.item()"],
        "half(one.item())",
        "1.5",
    ),
    (
        [T],
        "let mut sum = tensor(0.0);\nfor i in 1..4 { sum += i; }\nsum.item()",
        ["sum = &sum + i as f32;"],
        "let mut sum = tensor(0.0);\nfor i in 1..4 { sum = &sum + i as f32; }\nsum.item()",
        "6.0",
    ),
]

# Comparisons.
COMPARED = [
    (
        [T, "let other = tensor([1.0, 3.0]);"],
        "t != other",
        ["(&t - &other).abs().max().item() >= 1e-5"],
        "(&t - &other).abs().max().item() >= 1e-5",
        "true",
    ),
    ([T], "&t + &t == &t * 2.0", ["(&t + &t).eq(&(&t * 2.0))"], "(&t + &t).eq(&(&t * 2.0))", "tensor([1.0, 1.0], shape=[2])"),
    ([T], "&t + &t == &t * 3.0", ["((&t + &t) - &(&t * 3.0)).abs().max().item() < 1e-5"], "((&t + &t) - &(&t * 3.0)).abs().max().item() < 1e-5", "false"),
    ([T], "&t - 1.0 > 0.0", ["(&t - 1.0).gt(&Tensor::from(0.0))"], "(&t - 1.0).gt(&Tensor::from(0.0))", "tensor([0.0, 1.0], shape=[2])"),
    ([T, "let limit = 1.5;"], "t > limit", ["t.gt(&Tensor::from(limit))"], "t.gt(&Tensor::from(limit))", "tensor([0.0, 1.0], shape=[2])"),
    ([T, "let limit = 1.5;"], "t.mean() > limit", ["t.mean().item() > limit as f32"], "t.mean().item() > limit as f32", "false"),
    ([T], "t.sum() >= 3", ["t.sum().item() >= 3.0"], "t.sum().item() >= 3.0", "true"),
    ([T], "if t == t.clone() { 1 } else { 2 }", ["t.to_vec() == t.clone().to_vec()"], "if t.to_vec() == t.clone().to_vec() { 1 } else { 2 }", "1"),
    (
        [T],
        "let best = tensor(9.0);\nif t.sum() < best { 1 } else { 2 }",
        ["t.sum().item() < best.item()"],
        "let best = tensor(9.0);\nif t.sum().item() < best.item() { 1 } else { 2 }",
        "1",
    ),
]

# Lists are no tensors; they stay where they are.
LISTS = [
    ([LIST], "let longer = xs + vec![4];", ["[&xs[..], &vec![4][..]].concat()"], "let longer = [&xs[..], &vec![4][..]].concat();\n(longer, xs)", "([1, 2, 3, 4], [1, 2, 3])"),
    (["let a = [1.0, 2.0];"], "a + [3.0, 4.0]", ["tensor(a) + tensor([3.0, 4.0])"], "tensor(a) + tensor([3.0, 4.0])", "tensor([4.0, 6.0], shape=[2])"),
    ([LIST], "xs.sum()", ["tensor(&xs).sum()"], "(tensor(&xs).sum().item(), xs)", "(6.0, [1, 2, 3])"),
    ([LIST], "xs * 2", ["tensor(&xs) * 2.0"], "(tensor(&xs) * 2.0, xs.len()).1", "3"),
    ([T, LIST], "&tensor([1.0, 1.0, 1.0]) + xs", ["&tensor([1.0, 1.0, 1.0]) + tensor(&xs)"], "(&tensor([1.0, 1.0, 1.0]) + tensor(&xs), xs).1", "[1, 2, 3]"),
    (
        ["let model = Sequential::new().add(Flatten);\nlet rows = vec![vec![1.0, 2.0]];"],
        "model.predict(&rows)",
        ["model.predict(&tensor(rows.clone()))"],
        "(model.predict(&tensor(rows.clone())), rows).1",
        "[[1.0, 2.0]]",
    ),
    (["let words = vec![1, 2];"], '"list: " + words', ['format!("list: {words:?}")'], 'format!("list: {words:?}")', '"list: [1, 2]"'),
]

# Positions, and what is assigned to them.
POSITIONS = [
    (
        ["let x = tensor([[1.0, 2.0], [3.0, 4.0]]);"],
        "x[1] = 9.0;",
        ["let mut values = x.to_vec();", SIZE, "values[1 * size..2 * size].fill(9.0);", GIVEN_BACK],
        f"let mut values = x.to_vec();\n{SIZE}\nvalues[1 * size..2 * size].fill(9.0);\n{GIVEN_BACK}\nx.to_vec()",
        "[1.0, 2.0, 9.0, 9.0]",
    ),
    (
        ["let x = tensor([1.0, 2.0, 3.0]);"],
        "x[-1] += 5;",
        ["for value in &mut values[(x.shape()[0] - 1) * size..(x.shape()[0] - 1 + 1) * size] { *value += 5.0; }"],
        f"let mut values = x.to_vec();\n{SIZE}\n"
        "for value in &mut values[(x.shape()[0] - 1) * size..(x.shape()[0] - 1 + 1) * size] { *value += 5.0; }\n"
        f"{GIVEN_BACK}\nx.to_vec()",
        "[1.0, 2.0, 8.0]",
    ),
    (
        ["let x = tensor([[1.0, 2.0], [3.0, 4.0]]);"],
        "x[0] = tensor([8.0, 9.0]);",
        ["values[0 * size..1 * size].copy_from_slice(&tensor([8.0, 9.0]).to_vec());"],
        f"let mut values = x.to_vec();\n{SIZE}\nvalues[0 * size..1 * size].copy_from_slice(&tensor([8.0, 9.0]).to_vec());\n{GIVEN_BACK}\nx.to_vec()",
        "[8.0, 9.0, 3.0, 4.0]",
    ),
    (
        ["let x = tensor([[[1.0, 2.0], [3.0, 4.0]]]);"],
        "x[0][1][0] = 9;",
        ["values[(0 * x.shape()[1] + 1) * x.shape()[2] + 0] = 9.0;"],
        f"let mut values = x.to_vec();\nvalues[(0 * x.shape()[1] + 1) * x.shape()[2] + 0] = 9.0;\n{GIVEN_BACK}\nx.to_vec()",
        "[1.0, 2.0, 9.0, 4.0]",
    ),
    ([T], "t[1]", ["t.get(&[1])"], "t.get(&[1])", "2.0"),
    ([M], "m[1]", ["m.row(1)"], "m.row(1).to_vec()", "[3.0, 4.0]"),
    ([M], "m[1][0]", ["m.get(&[1, 0])"], "m.get(&[1, 0])", "3.0"),
    ([M], "m[(0, -1)]", ["m.get(&[0, m.shape()[1] - 1])"], "m.get(&[0, m.shape()[1] - 1])", "2.0"),
    ([T], "t[1..]", ["t.slice(0, 1..t.shape()[0])"], "t.slice(0, 1..t.shape()[0]).to_vec()", "[2.0]"),
    ([M], "m[:, 1]", ["m.slice(1, 1..2).squeeze(1)"], "m.slice(1, 1..2).squeeze(1).to_vec()", "[2.0, 4.0]"),
    ([M], "m[1, 0:1]", ["m.slice(1, 0..1).row(1)"], "m.slice(1, 0..1).row(1).to_vec()", "[3.0]"),
    ([M], "m.get(1)", ["m.row(1)"], "m.row(1).to_vec()", "[3.0, 4.0]"),
    (["let lists = vec![vec![1, 2], vec![3, 4]];"], "lists[1, 0]", ["lists[1][0]"], "lists[1][0]", "3"),
    ([M], "m @ m.transpose(0, 1)", ["m.matmul(&m.t())"], "m.matmul(&m.t()).to_vec()", "[5.0, 11.0, 11.0, 25.0]"),
    ([M], "&m @ &m @ (&m * 2.0)", ["m.matmul(&m).matmul(&(&m * 2.0))"], "m.matmul(&m).matmul(&(&m * 2.0)).get(&[0, 0])", "74.0"),
]

# Loops over tensors.
LOOPS = [
    (
        [M],
        'for (i, row) in m.iter().enumerate() { println!("{i} {}", row.sum().item()); }',
        ["for i in 0..m.shape()[0] { let row = m.row(i); … }"],
        "// for i in 0..m.shape()[0] { let row = m.row(i); … }\n"
        'for i in 0..m.shape()[0] { let row = m.row(i); println!("{i} {}", row.sum().item()); }',
        "0 3\n1 7",
    ),
    ([T], "let sum: Float = t.iter().sum();", ["t.to_vec().iter()"], "let sum: Float = t.to_vec().iter().sum();\nsum", "3.0"),
    ([T], "t.iter().map(|x| x * 2.0).collect::<Vec<_>>()", ["t.to_vec().iter()"], "t.to_vec().iter().map(|x| x * 2.0).collect::<Vec<_>>()", "[2.0, 4.0]"),
]

# Updates of parameters.
START = "let mut w = tensor([1.0]).requires_grad();\nfor _ in 0..2 {\n    (&w * &w).sum().backward();\n"
UPDATES = [
    (
        [],
        START + "    let g = w.grad();\n    w -= 0.1 * &g;\n}\nw.to_vec()",
        ["w = no_grad(|| &w - 0.1 * &g).requires_grad();"],
        START + "    let g = w.grad();\n    w = no_grad(|| &w - 0.1 * &g).requires_grad();\n}\nw.to_vec()",
        "[0.64]",
    ),
    (
        [],
        START + "    let step = 0.1 * w.grad();\n    let scaled = &step * 1.0;\n    w -= scaled;\n}\nw.to_vec()",
        ["w = no_grad(|| &w - scaled).requires_grad();"],
        START + "    let step = 0.1 * w.grad();\n    let scaled = &step * 1.0;\n    w = no_grad(|| &w - scaled).requires_grad();\n}\nw.to_vec()",
        "[0.64]",
    ),
    (
        [],
        "let mut ws = vec![tensor([1.0]), tensor([2.0])];\nfor w in &mut ws { w -= 0.5; }\nws[1].to_vec()",
        ["*w = &*w - 0.5;"],
        "let mut ws = vec![tensor([1.0]), tensor([2.0])];\nfor w in &mut ws { *w = &*w - 0.5; }\nws[1].to_vec()",
        "[1.5]",
    ),
]

# Texts, joined and in pieces.
TEXTS = [
    (['let name = "Ada";'], '"{" + name + "}"', ['format!("{{{name}")'], 'format!("{{{name}") + "}"', '"{Ada}"'),
    (['let name = "Ada";'], '"he said \\"" + name', ['format!("he said \\"{name}")'], 'format!("he said \\"{name}")', '"he said \\"Ada"'),
    ([], '"pi = " + std::f64::consts::PI', ['format!("pi = {}", std::f64::consts::PI)'], 'format!("pi = {}", std::f64::consts::PI).len()', "22"),
    (["let total = 3u32;"], '"total: " + total', ['format!("total: {total}")'], 'format!("total: {total}")', '"total: 3"'),
    (['struct User { name: String }\nlet user = User { name: "Ada".to_string() };'], '"Hi " + user.name', ['format!("Hi {}", user.name)'], 'format!("Hi {}", user.name)', '"Hi Ada"'),
    (['let word = "hello";'], "if word[0] == 'h' { 1 } else { 2 }", ["word.chars().nth(0).unwrap()"], "if word.chars().nth(0).unwrap() == 'h' { 1 } else { 2 }", "1"),
    (['let word = "hello";\nlet i = 1;'], 'println!("{}", word[i]);', ["word.chars().nth(i as usize).unwrap()"], 'println!("{}", word.chars().nth(i as usize).unwrap());', "e"),
    (['let word = String::from("hello");'], "let first: char = word[0];", ["word.chars().nth(0).unwrap()"], "let first: char = word.chars().nth(0).unwrap();\nfirst", "'h'"),
    (['let name = "Ada";'], 'print(f"it\'s {name}")', ['println!("it\'s {name}");'], 'println!("it\'s {name}");', "it's Ada"),
    (["let loss = 0.123;"], 'let s = f"loss {loss:.2f}";', ['let s = format!("loss {loss:.2}");'], 'let s = format!("loss {loss:.2}");\ns', '"loss 0.12"'),
    (["let k = 2;"], "print(f'{k:d} \"{k + 1}\"')", ['println!("{k} \\"{}\\"", k + 1);'], 'println!("{k} \\"{}\\"", k + 1);', '2 "3"'),
]

# Names of other libraries, with the learner's values.
NAMES = [
    ([], "np.zeros(3)", ["Tensor::zeros(&[3])"], "Tensor::zeros(&[3]).to_vec()", "[0.0, 0.0, 0.0]"),
    ([], "np.ones((2, 1))", ["Tensor::ones(&[2, 1])"], "Tensor::ones(&[2, 1]).shape().to_vec()", "[2, 1]"),
    ([], "np.array([1, 2])", ["tensor([1, 2])"], "tensor([1, 2]).to_vec()", "[1.0, 2.0]"),
    ([], "let first = list(range(3));", ["(0..3).collect::<Vec<_>>()"], "let first = (0..3).collect::<Vec<_>>();\nfirst", "[0, 1, 2]"),
    ([], 'int("42")', ['"42".trim().parse::<i32>()?'], '"42".trim().parse::<i32>()?', "42"),
    (["let share = 3.7;"], "int(share)", ["share as i32"], "share as i32", "3"),
    (["let xs = vec![3, 1];"], "let s = sorted(xs);", ["{ let mut ordered = xs.clone(); ordered.sort(); ordered }"], "let s = { let mut ordered = xs.clone(); ordered.sort(); ordered };\n(s, xs)", "([1, 3], [3, 1])"),
    (["let xs = vec![2.5, 1.5];"], "sorted(xs)", ["{ let mut ordered = xs.clone(); ordered.sort_by(|a, b| a.total_cmp(b)); ordered }"], "{ let mut ordered = xs.clone(); ordered.sort_by(|a, b| a.total_cmp(b)); ordered }", "[1.5, 2.5]"),
    (["let w = tensor([[1.0, 2.0]]);"], "w.T", ["w.t()"], "w.t().shape().to_vec()", "[2, 1]"),
    (["let w = tensor([[1.0, 2.0]]);"], "w.view(-1)", ["w.reshape(&[w.len()])"], "w.reshape(&[w.len()]).shape().to_vec()", "[2]"),
    (["let w = tensor([[1.0, 2.0]]);"], "w.tolist()", ["w.to_vec()"], "w.to_vec()", "[1.0, 2.0]"),
    (["let p = tensor([1.0, 2.0]);"], "p.dot(&p)", ["p.matmul(&p)"], "p.matmul(&p).item()", "5.0"),
    ([], "np.arange(0, 3)", ["Tensor::arange(0.0, 3.0, 1.0)"], "Tensor::arange(0.0, 3.0, 1.0).to_vec()", "[0.0, 1.0, 2.0]"),
]

# What Python has otherwise.
PYTHON = [
    (["let xs = vec![1, 2, 3];"], "big = [x * 2 for x in xs if x > 1]", ["let big = xs.iter().filter(|x| **x > 1).map(|x| x * 2).collect::<Vec<_>>();"], "let big = xs.iter().filter(|x| **x > 1).map(|x| x * 2).collect::<Vec<_>>();\nbig", "[4, 6]"),
    (["let xs = vec![1, 2];\nlet ys = vec![3, 4];"], "[a * b for a, b in zip(xs, ys)]", ["xs.iter().zip(&ys).map(|(a, b)| a * b).collect::<Vec<_>>()"], "xs.iter().zip(&ys).map(|(a, b)| a * b).collect::<Vec<_>>()", "[3, 8]"),
    (
        [],
        'let d = {"a": [1, 2], "b": [3, 4]};',
        ['let d = std::collections::HashMap::from([("a", vec![1, 2]), ("b", vec![3, 4])]);'],
        'let d = std::collections::HashMap::from([("a", vec![1, 2]), ("b", vec![3, 4])]);\nd["b"][1]',
        "4",
    ),
    ([], "assert(n == 3)", ["assert!(n == 3)"], "let n = 3;\nassert!(n == 3);\nn", "3"),
    ([], "vec(1, 2)", ["vec![1, 2]"], "vec![1, 2]", "[1, 2]"),
    (["let k = 3;"], 'print("k is", k)', ['println!("k is {:?}", k);'], 'println!("k is {:?}", k);', "k is 3"),
    ([LIST], "xs[1:]", ["&xs[1..]"], "(&xs[1..]).to_vec()", "[2, 3]"),
    ([], "Dense::new(2, 4, use_bias=True)", ["Dense::new(2, 4)"], "Dense::new(2, 4).parameters().len()", "2"),
    ([], "Dense::new(in_features=2, out_features=4)", ["Dense::new(2, 4)"], "Dense::new(2, 4).parameters().len()", "2"),
    ([], "data::xor().split(test_size=0.25)", ["data::xor().split(0.75)"], "data::xor().split(0.75).0.len()", "3"),
    (
        ["let ages = std::collections::HashMap::from([(\"a\", 2)]);"],
        'for k, v in ages { println!("{k} {v}"); }',
        ["for (k, v) in &ages { … }"],
        '// for (k, v) in &ages { … }\nfor (k, v) in &ages { println!("{k} {v}"); }',
        "a 2",
    ),
    (["let loss = 0.5;"], 'println!("loss:", loss)', ['println!("loss: {}", loss)'], 'println!("loss: {}", loss)', "loss: 0.5"),
    ([M], "matmul(m, m)", ["m.matmul(&m)"], "m.matmul(&m).get(&[0, 0])", "7.0"),
]

# What Keras, PyTorch and NumPy take, or have, in another form.
NET = (
    "let mut net = Sequential::new().add(Dense::new(2, 4).relu()).add(Dense::new(4, 1));\n"
    "net.compile(Sgd::new(0.1), MeanSquaredError, ());\nlet points = data::xor();"
)
FORMS_OF_OTHERS = [
    ([NET], "let p = net.predict(&points);", ["let p = net.predict(&points.x);"], "let p = net.predict(&points.x);\np.len()", "4"),
    ([NET], "let p = no_grad(net.forward(&points.x));", ["let p = no_grad(|| net.forward(&points.x));"], "let p = no_grad(|| net.forward(&points.x));\np.len()", "4"),
    ([], "let c = Conv2D::new(1, 8, (3, 3));", ["let c = Conv2D::new(1, 8, 3);"], "let c = Conv2D::new(1, 8, 3);\nc.parameters().len()", "2"),
    ([], "let c = Conv2D::new(1, 8, 3).stride((2, 2));", ["let c = Conv2D::new(1, 8, 3).stride(2);"], "let c = Conv2D::new(1, 8, 3).stride(2);\nc.parameters().len()", "2"),
    ([], "MaxPool2D::new((2, 2))", ["MaxPool2D::new(2)"], "let pool = MaxPool2D::new(2);\npool.forward(&Tensor::zeros(&[1, 1, 4, 4])).len()", "4"),
    (
        [M],
        "let d = m.map(|v| v * 2.0);",
        ["tensor(m.to_vec().into_iter().map(|v| v * 2.0).collect::<Vec<_>>()).reshape(m.shape())"],
        "let d = tensor(m.to_vec().into_iter().map(|v| v * 2.0).collect::<Vec<_>>()).reshape(m.shape());\nd.get(&[1, 0])",
        "6.0",
    ),
    ([T], "let v: Vec<f64> = t.to_vec();", ["let v: Vec<f32> = t.to_vec();"], "let v: Vec<f32> = t.to_vec();\nv", "[1.0, 2.0]"),
    (
        [T, "fn summed_up(v: Vec<f64>) -> f64 { v.iter().sum() }"],
        "summed_up(t.to_vec())",
        ["summed_up(t.to_vec().iter().map(|v| *v as f64).collect::<Vec<f64>>())"],
        "summed_up(t.to_vec().iter().map(|v| *v as f64).collect::<Vec<f64>>())",
        "3.0",
    ),
    ([T, "let u = t.clone();"], "Tensor::concat(vec![t, u], 0)", ["Tensor::concat(&[&t, &u], 0)"], "Tensor::concat(&[&t, &u], 0).len()", "4"),
    (
        [T, "let both = vec![t.clone(), t.clone()];"],
        "Tensor::stack(&both, 0)",
        ["Tensor::stack(&both.iter().collect::<Vec<_>>(), 0)"],
        "Tensor::stack(&both.iter().collect::<Vec<_>>(), 0).shape()[0]",
        "2",
    ),
    ([NET], "let w = net.layers()[0].weight;", ["net.layers()[0].parameters()[0]"], "net.layers()[0].parameters()[0].len()", "8"),
    ([NET], "let b = net.layers()[1].bias;", ["net.layers()[1].parameters()[1]"], "net.layers()[1].parameters()[1].len()", "1"),
    ([NET], "net.fit(&points).verbose(0).run();", ["net.fit(&points).verbose(false).run();"], "net.fit(&points).verbose(false).run();\n1", "1"),
    (
        [NET],
        "net.fit(&points).verbose(false).early_stopping(3).run();",
        ["net.fit(&points).verbose(false).callback(EarlyStopping::new(3)).run();"],
        "let found = net.fit(&points).verbose(false).callback(EarlyStopping::new(3)).run();\nfound.epochs() > 0",
        "true",
    ),
    (
        [NET, "let x = points.x.clone();"],
        "net.pop();",
        ["let (_, features) = net.activations(&x).swap_remove(net.layers().len() - 2);"],
        "let (_, features) = net.activations(&x).swap_remove(net.layers().len() - 2);\nfeatures.shape()[1]",
        "4",
    ),
    ([NET], 'net.evaluate(&points)["loss"]', ["net.evaluate(&points).loss"], "net.evaluate(&points).loss > 0.0", "true"),
    ([NET, "let trained = net.fit(&points).epochs(2).run();"], 'trained["loss"]', ['trained.get("loss")'], 'trained.get("loss").len()', "2"),
    (
        [NET],
        "net.fit(&points.x, &points.y, epochs=2)",
        ["net.fit_tensors(&points.x, &points.y).epochs(2).run()"],
        "let found = net.fit_tensors(&points.x, &points.y).epochs(2).run();\nfound.epochs()",
        "2",
    ),
    (
        [],
        "use std::fmt::Result;\nfn half(n: i32) -> Result<i32, String> { Ok(n / 2) }",
        ["use std::fmt;"],
        "use std::fmt;\nfn half(n: i32) -> Result<i32, String> { Ok(n / 2) }\nhalf(4).ok()",
        "Some(2)",
    ),
    (
        [],
        "struct Unit { weight: f64 }\nimpl Unit {\n    fn out(&self, x: f64) -> f64 {\n        weight * x\n    }\n}",
        ["self.weight * x"],
        "struct Unit { weight: f64 }\nimpl Unit {\n    fn out(&self, x: f64) -> f64 {\n        self.weight * x\n    }\n}\nUnit { weight: 2.0 }.out(3.0)",
        "6.0",
    ),
    ([T], "let third = t.to_vec().iter().sum() / 3.0;", ["let third = t.to_vec().iter().sum::<f32>() / 3.0;"], "let third = t.to_vec().iter().sum::<f32>() / 3.0; third", "1.0"),
    (
        [LIST],
        "let odd = xs.iter().filter(|n| n % 2 == 1).count();",
        ["let odd = xs.iter().filter(|&&n| n % 2 == 1).count();"],
        "let odd = xs.iter().filter(|&&n| n % 2 == 1).count();\nodd",
        "2",
    ),
    ([LIST], "let odd = xs.iter().filter(|n| n > 1).count();", ["let odd = xs.iter().filter(|&&n| n > 1).count();"], "let odd = xs.iter().filter(|&&n| n > 1).count();\nodd", "2"),
    ([T], "Tensor::concat(vec![t; 3], 0)", ["Tensor::concat(&[&t; 3], 0)"], "Tensor::concat(&[&t; 3], 0).len()", "6"),
    ([NET], "net.fit(&points, 2, verbose=0)", ["net.fit(&points).epochs(2).verbose(false).run()"], "net.fit(&points).epochs(2).verbose(false).run()\n.epochs()", "2"),
    ([T], "let e = t ^ 2;", ["t.powi(2)"], "t.powi(2).sum().item()", "5.0"),
    ([T], "let e = &t ^ 0.5;", ["t.powf(0.5)"], "t.powf(0.5).get(&[0])", "1.0"),
]

TENSORS = NUMBERS + COMPARED + LISTS + POSITIONS + LOOPS + UPDATES + TEXTS + NAMES + PYTHON + FORMS_OF_OTHERS
