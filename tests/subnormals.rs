//! Numbers too small to be normal: tensors take them for 0, because many processors need a hundred
//! times as long for each; a cell's own arithmetic is Rust's.
#![cfg(not(feature = "f64"))]

use chainrule::prelude::*;
use std::hint::black_box;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

/// What Rust makes of half of the smallest normal number, computed when the test runs.
fn own_half() -> f32 {
    black_box(f32::MIN_POSITIVE) / black_box(2.0)
}

#[track_caller]
fn assert_rust_is_unharmed(when: &str) {
    assert_eq!(own_half().to_bits(), 1 << 22, "{when}");
    assert_eq!(format!("{:e}", own_half()), "5.877472e-39", "{when}");
    assert!(
        own_half() > 0.0 && own_half() * 2.0 == f32::MIN_POSITIVE,
        "{when}"
    );
}

/// Small and large: alone, and on all threads.
const SIZES: [usize; 3] = [1, 100, 300_000];

#[test]
fn what_tensors_compute_is_normal_or_0() {
    for n in SIZES {
        let least = Tensor::full(&[n], f32::MIN_POSITIVE);
        let below = Tensor::full(&[n], own_half());
        let (row, column) = (least.reshape(&[1, n]), below.reshape(&[n, 1]));
        let cases: [(&str, Tensor); 9] = [
            ("mul", &least * 0.5),
            ("div", &least / 2.0),
            ("sub", &least * 1.5 - &least),
            ("a subnormal operand", &below * 2.0),
            ("add", &below + &below),
            ("sum", below.sum()),
            ("mean", below.mean_axis(0, false)),
            ("outer product", column.matmul(&Tensor::full(&[1, 3], 0.5))),
            (
                "inner product",
                row.matmul(&Tensor::full(&[n, 3], 0.5 / n as f32)),
            ),
        ];
        for (name, found) in cases {
            assert!(
                found.to_vec().iter().all(|x| *x == 0.0),
                "{name} of {n} values"
            );
        }
        // What is only moved stays as it is.
        assert_eq!(below.to_vec()[n - 1].to_bits(), 1 << 22);
        assert_eq!(column.t().to_vec()[n - 1].to_bits(), 1 << 22);
    }
}

#[test]
fn what_a_cell_computes_is_what_rust_computes() {
    assert_rust_is_unharmed("at first");
    for n in SIZES {
        let x = Tensor::full(&[n], 0.5).requires_grad();
        (&x * &x).sum().backward();
        assert_rust_is_unharmed("after operations");
        no_grad(|| {
            let _y = (&x * 2.0).exp();
            assert_rust_is_unharmed("in a closure");
        });
        std::thread::scope(|scope| {
            let thread = scope.spawn(|| {
                let _y = x.softmax(-1);
                assert_rust_is_unharmed("in another thread");
            });
            thread.join().expect("a thread");
        });
    }
    gradcheck(
        |x| {
            assert_rust_is_unharmed("in the function of a gradient check");
            x[0].square().sum()
        },
        &[tensor([1.0, 2.0])],
    );
    let failed = catch_unwind(AssertUnwindSafe(|| {
        Tensor::ones(&[200, 300]).matmul(&Tensor::ones(&[200, 300]))
    }));
    assert!(failed.is_err());
    assert_rust_is_unharmed("after a panic");
}

/// An optimiser of a learner's own: its arithmetic is Rust's, that of the tensors in it is not.
#[test]
fn an_optimiser_in_a_cell_computes_as_rust_does() {
    struct Own;
    impl Optimizer for Own {
        fn update(&mut self, parameter: &Tensor, gradient: &Tensor) {
            assert_rust_is_unharmed("in update");
            let step = gradient * own_half();
            assert_eq!(step.to_vec(), [0.0; 2]);
            parameter.set_value(&(parameter - gradient));
            assert_rust_is_unharmed("after operations in update");
        }
        fn learning_rate(&self) -> f32 {
            1.0
        }
        fn set_learning_rate(&mut self, _: f32) {}
    }
    let w = tensor([1.0, 2.0]).requires_grad();
    Own.apply_gradients(&[tensor([0.5, 0.5])], std::slice::from_ref(&w));
    assert_eq!(w.to_vec(), [0.5, 1.5]);
}

/// The shortest: what else runs on the machine makes a step longer, and subnormal numbers make each
/// step longer.
fn shortest(times: &[Duration]) -> Duration {
    *times.iter().min().expect("there are some")
}

/// Most units are dead: their gradients are 0, and what an optimiser remembers of better days
/// shrinks with each step.
#[test]
fn a_network_with_dead_units_does_not_become_slow() {
    let optimizers: [(&str, Box<dyn Optimizer>); 7] = [
        ("Sgd", Box::new(Sgd::new(0.01))),
        ("Momentum", Box::new(Momentum::new(0.01, 0.9))),
        ("Adagrad", Box::new(Adagrad::new(0.01))),
        ("RmsProp", Box::new(RmsProp::new(0.001))),
        ("Adadelta", Box::new(Adadelta::new())),
        ("Adam", Box::new(Adam::new(0.001))),
        ("AdamW", Box::new(AdamW::new(0.001, 0.01))),
    ];
    for (name, mut optimizer) in optimizers {
        seed(1);
        let (x, y) = (Tensor::rand(&[8, 64]), Tensor::rand(&[8, 1]));
        let layers = [Dense::new(64, 256), Dense::new(256, 1)];
        let parameters: Vec<Tensor> = layers.iter().flat_map(|layer| layer.parameters()).collect();
        let mut step = |i: usize| {
            // Alive for a few steps.
            if i == 20 {
                parameters[1].set_value(&Tensor::full(&[256], -100.0));
            }
            let start = Instant::now();
            zero_grad(&parameters);
            let units = layers[0].forward(&x).relu();
            (layers[1].forward(&units) - &y).square().mean().backward();
            optimizer.step(&parameters);
            start.elapsed()
        };
        let times: Vec<Duration> = (0..2000).map(&mut step).collect();
        let (first, mut last) = (shortest(&times[..100]), shortest(&times[1900..]));
        // A hundred steps take 3 ms, as long as another program may have the processor's half.
        for i in 2000..60_000 {
            if last.as_secs_f64() <= 1.2 * first.as_secs_f64() {
                break;
            }
            last = last.min(step(i));
        }
        println!("{name}: {first:?} a step at first, {last:?} in the end");
        assert!(
            last.as_secs_f64() <= 1.2 * first.as_secs_f64(),
            "{name}: {first:?} a step at first, {last:?} in the end"
        );
    }
}
