"""Advice about whole numbers that do not fit their type, and about methods of others. What a row is says `test_advice.py`."""

METHODS = [
    ([], "sqrt(2.25)", ["2.25_f64.sqrt()"], "2.25_f64.sqrt()", "1.5"),
    ([], "abs(-3)", ["(-3_i32).abs()"], "(-3_i32).abs()", "3"),
    (["let pixel = 200u8;"], "pixel + 100", ["pixel as i128 + 100", "pixel.checked_add(100)  // None"], "let sum = pixel as i128 + 100; let none = pixel.checked_add(100)  // None\n; (sum, none)", "(300, None)"),
    ([], "let mut total = 0u8;\nfor x in [200u8, 100] { total += x; }\ntotal", ["let mut total: i128 = 0;", "total += x as i128;"], "let mut total: i128 = 0;\nfor x in [200u8, 100] { total += x as i128; }\ntotal", "300"),
    (["let words = vec!['a'];"], "words.len() - 2", ["words.len() as i128 - 2", "words.len().saturating_sub(2)  // 0"], "let less = words.len() as i128 - 2;\nlet none = words.len().saturating_sub(2)  // 0\n; (less, none)", "(-1, 0)"),
    ([], "let side = 100_000;\nprintln!(\"{}\", side * side);", ["side as i128 * side as i128"], "let side = 100_000;\nprintln!(\"{}\", side as i128 * side as i128);", "10000000000"),
    ([], "let bytes = vec![200u8, 100];\nbytes.iter().sum::<u8>()", ["bytes.iter().map(|&n| n as i128).sum::<i128>()"], "let bytes = vec![200u8, 100];\nbytes.iter().map(|&n| n as i128).sum::<i128>()", "300"),
    ([], "(1..=20).product::<i32>()", ["(1..=20).map(|n| n as f64).product::<f64>()"], "(1..=20).map(|n| n as f64).product::<f64>()", "2.43290200817664e18"),
    (["let base = 10i32;"], "base.pow(12)", ["(base as i128).pow(12)", "(base as f64).powf(12 as f64)"], "((base as i128).pow(12), (base as f64).powf(12 as f64))", "(1000000000000, 1000000000000.0)"),
    (["let shares = 0;\nlet all = 7;"], "all / shares", ["if shares != 0 { … }"], "let each = if shares != 0 { … } else { 0 };".replace("if shares != 0 { … }", "if shares != 0 { all / shares }") + " // if shares != 0 { … }\neach", "0"),
    (["let xs = vec![3, 1, 2];"], "xs.max()", ["xs.iter().max()"], "xs.iter().max()", "Some(3)"),
    (["let xs = vec![3, 1, 2];\nlet place = xs.iter().position(|x| *x == 2);"], "xs[place]", ['xs[place.ok_or("there is none")?]'], 'xs[place.ok_or("there is none")?]', "2"),
    (["let xs = vec![3, 1, 2];"], "xs.slice(0, 2)", ["xs[0..2].to_vec()"], "xs[0..2].to_vec()", "[3, 1]"),
    (["let part = 0.5f64;"], "part.pow(2)", ["part.powi(2)"], "part.powi(2)", "0.25"),
    (["let part = 0.25f64;"], "part.pow(0.5)", ["part.powf(0.5)"], "part.powf(0.5)", "0.5"),
    (["let net = Sequential::new().add(Dense::new(2, 1));\nlet given = Tensor::zeros(&[3, 2]);"], "net(given)", ["net.forward(&given)"], "net.forward(&given).shape().to_vec()", "[3, 1]"),
    (["let layer = Dense::new(2, 1);\nlet given = Tensor::zeros(&[3, 2]);"], "layer(&given).shape()", ["layer.forward(&given)"], "layer.forward(&given).shape().to_vec()", "[3, 1]"),
]
