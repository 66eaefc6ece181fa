//! The fast loops under the operations: right at every size, and the same bits on any number of
//! threads.

use chainrule::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::process::Command;
use std::sync::RwLock;
use std::time::Instant;

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

/// Sizes beside, at and beyond each edge: of vectors (8, 16), of tiles (24, 96), of our blocks (12
/// rows, 256 columns), of the part of the inner axis that is summed at once (512), and of that from
/// which parts are added up in `f64` (16,384).
#[test]
fn products_are_right_at_every_size() {
    let _beside_others = MACHINE.read();
    seed(1);
    let small = [1, 2, 5, 7, 8, 9, 15, 16, 17, 33];
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
        (23, 511, 95),
        (24, 512, 96),
        (25, 513, 97),
        (65, 40, 255),
        (64, 100, 256),
        (63, 100, 257),
        (1000, 3, 514),
        (2, 16_384, 3),
        (9, 16_385, 17),
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
    let _beside_others = MACHINE.read();
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

/// Held for writing by who measures time.
static MACHINE: RwLock<()> = RwLock::new(());

/// The lines that a test of this file prints in a process of its own.
fn printed(test: &str, variables: &[(&str, &str)]) -> Vec<String> {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--include-ignored", "--nocapture"])
        .envs(variables.iter().copied())
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success() && text.contains("1 passed"),
        "{test}, {variables:?}: {text}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    text.lines().map(str::to_owned).collect()
}

fn weights(variables: &[(&str, &str)]) -> String {
    let printed = printed("work_for_many_threads", variables);
    let line = printed
        .iter()
        .find_map(|line| line.strip_prefix("the weights: "));
    line.expect("it ends").to_owned()
}

/// What processors with fewer instructions do, as far as this one has them.
const LESSER: [&str; 3] = ["", "avx2", "portable"];

#[test]
fn weights_have_the_same_bits_on_any_number_of_threads() {
    let _beside_others = MACHINE.read();
    let mut found = Vec::new();
    for simd in LESSER.map(|simd| ("CHAINRULE_SIMD", simd)) {
        let alone = weights(&[simd, ("CHAINRULE_THREADS", "1")]);
        for threads in [
            ("CHAINRULE_THREADS", "2"),
            ("CPU_LIMIT", "3"),
            ("CHAINRULE_THREADS", "8"),
        ] {
            assert_eq!(weights(&[simd, threads]), alone, "{simd:?}, {threads:?}");
        }
        found.push(alone);
    }
    #[cfg(target_arch = "x86_64")]
    if is_x86_feature_detected!("avx2") {
        assert_ne!(
            found[0], found[2],
            "CHAINRULE_SIMD=portable changes nothing"
        );
    }
}

#[test]
fn other_processors_compute_right_as_well() {
    let _beside_others = MACHINE.read();
    for simd in &LESSER[1..] {
        for test in [
            "products_are_right_at_every_size",
            "functions_are_right_on_large_arrays",
        ] {
            printed(test, &[("CHAINRULE_SIMD", simd)]);
        }
    }
}

/// Waits until this process has so many threads of the library (each begins with its name), where
/// the system tells.
fn wait_for_helpers(expected: usize) {
    let count = || {
        let tasks = std::fs::read_dir("/proc/self/task").ok()?;
        let names =
            tasks.filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok());
        Some(names.filter(|name| name.trim() == "tensors").count())
    };
    let is_there = || count().is_none_or(|count| count == expected);
    for _ in 0..1000 {
        if is_there() {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    panic!("{:?} threads besides this one, not {expected}", count());
}

#[test]
#[ignore = "run by the test below, in a process of its own"]
fn threads_come_and_rest() {
    let _beside_others = MACHINE.read();
    seed(3);
    let (a, b) = (Tensor::randn(&[300, 200]), Tensor::randn(&[200, 400]));
    let compute = || {
        [
            a.matmul(&b).tanh().to_vec(),
            a.matmul(&b).softmax(0).to_vec(),
        ]
    };
    assert_eq!(threads(1), 1);
    let alone = compute();
    wait_for_helpers(0);
    for count in [4, 2, 1, 7, 3, 64] {
        assert_eq!(threads(count), count);
        assert!(compute() == alone, "other bits with {count} threads");
    }
    assert_eq!(threads(1000), 64);
    wait_for_helpers(63);
    let refused = std::panic::catch_unwind(|| threads(0)).unwrap_err();
    let said = refused.downcast_ref::<String>().unwrap();
    assert!(said.contains("threads(1)"), "{said}");
}

#[test]
fn a_cell_says_how_many_threads_compute() {
    printed("threads_come_and_rest", &[("CHAINRULE_THREADS", "1")]);
}

#[test]
#[ignore = "run by the test below, in a process of its own"]
fn training_in_a_busy_class() {
    // Others who use every core, all the time.
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    for _ in 0..cores {
        std::thread::spawn(|| {
            loop {
                std::hint::spin_loop()
            }
        });
    }
    let (x, y) = (Tensor::rand(&[128, 784]), Tensor::zeros(&[128]));
    let model = Sequential::new()
        .add(Dense::new(784, 128).relu())
        .add(Dense::new(128, 10));
    let (parameters, mut optimizer) = (model.parameters(), Adam::default());
    let mut seconds = |count| {
        threads(count);
        let begin = Instant::now();
        for _ in 0..200 {
            zero_grad(&parameters);
            model.forward(&x).cross_entropy(&y).backward();
            optimizer.step(&parameters);
        }
        begin.elapsed().as_secs_f64()
    };
    let rounds = [(); 9].map(|()| [1, 2, 16].map(&mut seconds));
    // The best of each: what else the machine does only adds.
    let best = |i: usize| {
        rounds
            .map(|round| round[i])
            .into_iter()
            .fold(f64::MAX, f64::min)
    };
    let [one, two, many] = [0, 1, 2].map(best);
    println!("the ratios: {} {}", two / one, many / one);
}

/// What others use cannot be had, but that someone is asked for help must not cost more than a
/// little. (One thread has a share of what is there; 16 have a larger one, if they do not wait for
/// each other.)
#[test]
fn threads_that_are_not_free_do_no_harm() {
    let _alone = MACHINE.write();
    let printed = printed("training_in_a_busy_class", &[]);
    let line = printed
        .iter()
        .find_map(|line| line.strip_prefix("the ratios: "))
        .expect("it ends");
    for (ratio, most) in line.split(' ').zip([2.5, 2.0]) {
        assert!(ratio.parse::<f64>().unwrap() < most, "{line}");
    }
}
