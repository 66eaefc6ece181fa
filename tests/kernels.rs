//! The fast loops under the operations: right at every size, and the same bits on any number of
//! threads.

use chainrule::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::Command;

/// Row by column, in `f64`.
fn product(a: &Tensor, b: &Tensor) -> Vec<f64> {
    let (&[rows, inner], &[_, columns]) = (a.shape(), b.shape()) else {
        panic!("two matrices")
    };
    let (a, b) = (a.to_vec(), b.to_vec());
    let value = |i: usize| -> f64 {
        let (row, column) = (i / columns, i % columns);
        (0..inner)
            .map(|p| f64::from(a[row * inner + p]) * f64::from(b[p * columns + column]))
            .sum()
    };
    (0..rows * columns).map(value).collect()
}

#[track_caller]
fn assert_close(found: &Tensor, expected: &[f64]) {
    for (found, expected) in found.to_vec().iter().zip(expected) {
        let error = (f64::from(*found) - expected).abs();
        assert!(
            error <= 1e-4 * expected.abs().max(1.0),
            "{found} instead of {expected}"
        );
    }
}

/// With tiles of 6 × 16, blocks of 396 × 128 and 256 places of the inner axis: sizes beside, at and
/// beyond each of these.
#[test]
fn products_are_right_at_every_size() {
    seed(1);
    let small = [1, 2, 5, 6, 7, 15, 16, 17, 33];
    let sizes = small
        .iter()
        .flat_map(|&m| small.iter().flat_map(move |&k| small.map(|n| (m, k, n))));
    let large = [
        (97, 255, 129),
        (200, 257, 10),
        (10, 600, 300),
        (130, 64, 130),
        (3, 1000, 1),
        (1, 300, 260),
        (397, 130, 17),
        (800, 513, 20),
        (20, 4200, 33),
    ];
    for (m, k, n) in sizes.chain(large) {
        let (a, b) = (
            Tensor::randn(&[m, k]).requires_grad(),
            Tensor::randn(&[k, n]).requires_grad(),
        );
        let expected = product(&a, &b);
        assert_close(&a.matmul(&b), &expected);
        let bias = Tensor::randn(&[n]);
        let with_bias: Vec<f64> = expected
            .iter()
            .zip(bias.to_vec().iter().cycle())
            .map(|(value, bias)| value + f64::from(*bias))
            .collect();
        assert_close(&a.affine(&b, &bias), &with_bias);
        // The derivatives are products with one side transposed.
        let g = Tensor::randn(&[m, n]);
        (a.matmul(&b) * &g).sum().backward();
        assert_close(&a.grad(), &product(&g, &b.t()));
        assert_close(&b.grad(), &product(&a.t(), &g));
    }
}

#[test]
fn functions_are_right_on_large_arrays() {
    let x = Tensor::linspace(-20.0, 20.0, 100_003);
    let check = |found: Tensor, f: fn(f64) -> f64| {
        for (x, y) in x.to_vec().into_iter().zip(found.to_vec()) {
            let expected = f(f64::from(x));
            assert!(
                (f64::from(y) - expected).abs() <= 4e-7 * expected.abs().max(1e-30),
                "{x}: {y}, not {expected}"
            );
        }
    };
    check(x.tanh(), f64::tanh);
    check(x.sigmoid(), |x| 1.0 / (1.0 + (-x).exp()));
    check(x.square(), |x| x * x);
    assert_eq!(
        tensor([Float::NAN, Float::INFINITY, Float::NEG_INFINITY])
            .tanh()
            .to_vec()[1..],
        [1.0, -1.0]
    );
    assert!(tensor(Float::NAN).sigmoid().item().is_nan());
    assert_eq!(tensor([1e4, -1e4]).sigmoid().to_vec(), [1.0, 0.0]);
}

/// What is large enough for several threads: products, stacks of them, convolution, pooling,
/// softmax, steps of optimisers.
#[test]
#[ignore = "run by the test below, in a process of its own"]
fn work_for_many_threads() {
    seed(7);
    let model = Sequential::new()
        .add(Conv2D::new(1, 8, 3).same().relu())
        .add(MaxPool2D::new(2))
        .add(Flatten::new())
        .add(Dense::new(1568, 256).gelu())
        .add(Reshape::new(&[16, 16]))
        .add(MultiHeadAttention::new(16, 2))
        .add(LayerNormalization::new(16))
        .add(Flatten::new())
        .add(Dense::new(256, 10));
    let (x, y) = (
        Tensor::randn(&[64, 1, 28, 28]),
        Tensor::arange(0.0, 64.0, 1.0) / 10.0,
    );
    let y = Tensor::from(y.to_vec().iter().map(|y| y.floor()).collect::<Vec<_>>());
    let (parameters, mut optimizer) = (model.parameters(), Adam::new(0.01));
    for _ in 0..3 {
        zero_grad(&parameters);
        model.forward(&x).cross_entropy(&y).backward();
        optimizer.step(&parameters);
    }
    let mut hasher = DefaultHasher::new();
    parameters
        .iter()
        .flat_map(Tensor::to_vec)
        .for_each(|value| value.to_bits().hash(&mut hasher));
    println!("the weights: {:016x}", hasher.finish());
}

#[test]
fn weights_have_the_same_bits_on_any_number_of_threads() {
    let run = |variable: &str, threads: &str| {
        let output = Command::new(std::env::current_exe().unwrap())
            .args([
                "--exact",
                "work_for_many_threads",
                "--ignored",
                "--nocapture",
            ])
            .env(variable, threads)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .find(|line| line.starts_with("the weights: "))
            .expect("it ends")
            .to_owned()
    };
    let alone = run("CHAINRULE_THREADS", "1");
    for (variable, threads) in [
        ("CHAINRULE_THREADS", "2"),
        ("CPU_LIMIT", "3"),
        ("CHAINRULE_THREADS", "8"),
    ] {
        assert_eq!(run(variable, threads), alone, "{threads} threads");
    }
}
