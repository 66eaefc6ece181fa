//! How long training takes: the programs of `peers/`, written for the library. `compare.py` runs
//! both and prints the table.
//!
//!     cargo bench --no-default-features --bench training            # all of them
//!     cargo bench --no-default-features --bench training -- mlp-2   # with this in their name
//!
//! Prints one line for each: the case, a figure, its unit. Where nothing else is said the figure is
//! the best of three runs, as in the peers. The data is random: only the arithmetic counts here.

use chainrule::prelude::*;
use std::hint::black_box;
use std::time::Instant;

/// Samples, as in MNIST.
const N: usize = 60_000;

/// Seconds.
fn time(work: impl FnOnce()) -> f64 {
    // On a machine that others use, too: the time that this thread had a processor (with
    // CHAINRULE_THREADS=1).
    let used = || {
        std::fs::read_to_string("/proc/thread-self/schedstat")
            .ok()?
            .split(' ')
            .next()?
            .parse::<f64>()
            .ok()
    };
    let (before, start) = (used(), Instant::now());
    work();
    match (std::env::var_os("BENCH_CPU_TIME"), before, used()) {
        (Some(_), Some(before), Some(after)) => (after - before) * 1e-9,
        _ => start.elapsed().as_secs_f64(),
    }
}

fn best(runs: usize, mut work: impl FnMut()) -> f64 {
    (0..runs)
        .map(|_| time(&mut work))
        .fold(f64::INFINITY, f64::min)
}

fn labels(n: usize, classes: usize) -> Tensor {
    (0..n)
        .map(|_| random::index(classes))
        .collect::<Vec<_>>()
        .into()
}

/// An epoch of the primer's network.
fn epoch(x: &Tensor, y: &Tensor, batch: usize, epochs: usize) -> f64 {
    let model = Sequential::new()
        .add(Dense::new(784, 128).relu())
        .add(Dense::new(128, 10));
    let (parameters, mut optimizer) = (model.parameters(), Adam::default());
    best(epochs, || {
        for rows in random::permutation(N).chunks(batch) {
            let (x, y) = (x.select_rows(rows), y.select_rows(rows));
            zero_grad(&parameters);
            model.forward(&x).cross_entropy(&y).backward();
            optimizer.step(&parameters);
        }
    })
}

/// The primer's `train_step`: all samples at once.
fn whole(x: &Tensor, y: &Tensor) -> f64 {
    let model = Sequential::new()
        .add(Dense::new(784, 128).relu())
        .add(Dense::new(128, 10).softmax());
    let (parameters, mut optimizer) = (model.parameters(), Adam::default());
    let loss = SparseCategoricalCrossentropy::new();
    best(6, || {
        let gradients = GradientTape::new().gradient(&loss.loss(&model.forward(x), y), &parameters);
        optimizer.apply_gradients(&gradients, &parameters);
    })
}

fn tiny() -> f64 {
    let (x, y) = (Tensor::rand(&[100, 2]), Tensor::rand(&[100, 1]));
    let model = Sequential::new()
        .add(Dense::new(2, 16).tanh())
        .add(Dense::new(16, 16).tanh())
        .add(Dense::new(16, 1));
    let (parameters, mut optimizer) = (model.parameters(), Sgd::new(0.1));
    let mut step = || {
        zero_grad(&parameters);
        (model.forward(&x) - &y).square().mean().backward();
        optimizer.step(&parameters);
    };
    (0..200).for_each(|_| step());
    time(|| (0..3000).for_each(|_| step())) / 3000.0
}

/// A step of training on classes, with Adam.
fn step(model: &Sequential, optimizer: &mut impl Optimizer, x: &Tensor, y: &Tensor) {
    let parameters = model.parameters();
    zero_grad(&parameters);
    training(|| model.forward(x)).cross_entropy(y).backward();
    optimizer.step(&parameters);
}

/// Seconds for a step on the same batch, of `count` that are timed together.
fn same_batch(
    model: &Sequential,
    mut rule: impl Optimizer,
    x: &Tensor,
    y: &Tensor,
    count: usize,
) -> f64 {
    let mut steps = || (0..count).for_each(|_| step(model, &mut rule, x, y));
    steps();
    best(3, steps) / count as f64
}

fn cnn(has_batch_norm: bool) -> f64 {
    let (x, y) = (Tensor::rand(&[6400, 1, 28, 28]), labels(6400, 10));
    let mut model = Sequential::new();
    for (from, to) in [(1, 8), (8, 16)] {
        model = if has_batch_norm {
            let normal = BatchNormalization::new(to);
            model
                .add(Conv2D::new(from, to, 3))
                .add(normal)
                .add(Activation::Relu)
        } else {
            model.add(Conv2D::new(from, to, 3).relu())
        };
        model = model.add(MaxPool2D::new(2));
    }
    let model = model.add(Flatten::new()).add(Dense::new(400, 10));
    let mut optimizer = Adam::default();
    best(3, || {
        for i in (0..6400).step_by(64) {
            let (x, y) = (x.slice(0, i..i + 64), y.slice(0, i..i + 64));
            step(&model, &mut optimizer, &x, &y);
        }
    }) / 100.0
}

/// Sequences of 64 steps of 32 features, 32 at a time, and a layer with 128 units.
fn sequences(layer: impl Module + 'static) -> f64 {
    let model = Sequential::new().add(layer).add(Dense::new(128, 10));
    let (x, y) = (Tensor::rand(&[32, 64, 32]), labels(32, 10));
    same_batch(&model, Adam::default(), &x, &y, 20)
}

/// The next character from the three before it (Bengio et al. 2003, as in makemore): 10 features
/// of each, 200 hidden units, 32 at a time.
fn words() -> f64 {
    let model = Sequential::new()
        .add(Embedding::new(27, 10))
        .add(Flatten::new())
        .add(Dense::new(30, 200).tanh())
        .add(Dense::new(200, 27));
    let (x, y) = (labels(32 * 3, 27).reshape(&[32, 3]), labels(32, 27));
    same_batch(&model, Sgd::new(0.1), &x, &y, 2000)
}

/// A transformer over characters: 4 layers of 128 features and 4 heads, context 64, batch 16.
fn transformer() -> f64 {
    const WORDS: usize = 65;
    let mut model = Sequential::new()
        .add(Embedding::new(WORDS, 128))
        .add(PositionEmbedding::new(64, 128));
    for _ in 0..4 {
        let attention = Sequential::new()
            .add(LayerNormalization::new(128))
            .add(MultiHeadAttention::new(128, 4).causal());
        let dense = Sequential::new()
            .add(LayerNormalization::new(128))
            .add(Dense::new(128, 512).gelu())
            .add(Dense::new(512, 128));
        model = model
            .add(Residual::new(attention))
            .add(Residual::new(dense));
    }
    let model = model
        .add(LayerNormalization::new(128))
        .add(Dense::new(128, WORDS));
    let (x, y) = (
        labels(16 * 64, WORDS).reshape(&[16, 64]),
        labels(16 * 64, WORDS),
    );
    let (parameters, mut optimizer) = (model.parameters(), Adam::default());
    let mut step = || {
        zero_grad(&parameters);
        model
            .forward(&x)
            .reshape(&[16 * 64, WORDS])
            .cross_entropy(&y)
            .backward();
        optimizer.step(&parameters);
    };
    (0..3).for_each(|_| step());
    best(3, || (0..20).for_each(|_| step())) / 20.0
}

/// 1,000 additions of single numbers: seconds for each operation, forward and backward.
fn additions() -> (f64, f64) {
    let (start, one) = (tensor(0.0).requires_grad(), tensor(1.0));
    // Too short for the clock of `time` that counts only this thread; of so many runs one is not
    // disturbed.
    let time = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    let (mut forward, mut backward) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..200 {
        let mut sum = start.clone();
        forward = forward.min(time(&mut || (0..1000).for_each(|_| sum = &sum + &one)));
        backward = backward.min(time(&mut || sum.backward()));
        start.zero_grad();
    }
    (forward / 1000.0, backward / 1000.0)
}

fn main() {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|argument| !argument.starts_with("--"))
        .collect();
    let wanted = |case: &str| {
        arguments.is_empty() || arguments.iter().any(|argument| case.contains(argument))
    };
    let print =
        |case: &str, figure: f64, unit: &str| println!("chainrule {case} {figure:.4} {unit}");
    seed(0);
    let batches =
        [32, 128, 1024, N].map(|batch| (batch, format!("mlp-784-128-10-adam-batch{batch}")));
    if batches.iter().any(|(_, case)| wanted(case)) {
        let (x, y) = (Tensor::rand(&[N, 784]), labels(N, 10));
        // What is needed beside the data: two epochs more or less do not change it.
        let before = resident("VmRSS");
        for (batch, case) in batches.iter().filter(|(_, case)| wanted(case)) {
            let seconds = if *batch == N {
                whole(&x, &y)
            } else {
                epoch(&x, &y, *batch, 3)
            };
            print(case, seconds, "s/epoch");
        }
        if arguments
            .iter()
            .any(|argument| argument.ends_with("batch128"))
        {
            print("memory-above-data", resident("VmHWM") - before, "MB");
        }
        black_box((x, y));
    }
    if wanted("mlp-2-16-16-1-sgd-batch100") {
        print("mlp-2-16-16-1-sgd-batch100", tiny() * 1e6, "us/step");
    }
    type Case = (&'static str, fn() -> f64);
    let cases: [Case; 6] = [
        ("cnn-28x28-8-16-adam-batch64", || cnn(false)),
        ("cnn-batch-norm-28x28-8-16-adam-batch64", || cnn(true)),
        ("lstm-32-128-steps64-batch32", || {
            sequences(Lstm::new(32, 128))
        }),
        ("gru-32-128-steps64-batch32", || {
            sequences(Gru::new(32, 128))
        }),
        ("words-27-10-200-context3-sgd-batch32", words),
        ("transformer-4x128-context64-batch16", transformer),
    ];
    for (case, seconds) in cases.iter().filter(|(case, _)| wanted(case)) {
        print(case, seconds() * 1e3, "ms/step");
    }
    if wanted("additions") {
        let (forward, backward) = additions();
        print("additions-forward", forward * 1e6, "us/operation");
        print("additions-backward", backward * 1e6, "us/operation");
    }
}

/// Memory of this process in MB, where the system tells.
fn resident(what: &str) -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(what)?.strip_prefix(':'));
    line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok())
        .unwrap_or(f64::NAN)
        / 1024.0
}
