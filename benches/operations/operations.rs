//! How long single operations take, forward, and forward and backward: to see what a change of the
//! kernels does. criterion measures, and says how a run differs from the one before.
//!
//!     cd benches/operations
//!     cargo run --release -- --bench             # all of them
//!     cargo run --release -- --bench matmul      # those with this in their name
//!
//! Sizes are those of the course: batches of 128, layers of 784-128-10, pictures of 28 × 28, 64
//! tokens of 128 features.

use chainrule::prelude::*;
use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;

/// An operation on tensors of some shapes.
type Case = (&'static str, Vec<Vec<usize>>, fn(&[Tensor]) -> Tensor);

fn cases() -> Vec<Case> {
    vec![
        ("add 128x784", vec![vec![128, 784]; 2], |x| &x[0] + &x[1]),
        ("add row 128x784", vec![vec![128, 784], vec![784]], |x| {
            &x[0] + &x[1]
        }),
        ("mul 128x784", vec![vec![128, 784]; 2], |x| &x[0] * &x[1]),
        ("exp 128x784", vec![vec![128, 784]], |x| x[0].exp()),
        ("relu 128x784", vec![vec![128, 784]], |x| x[0].relu()),
        ("tanh 128x784", vec![vec![128, 784]], |x| x[0].tanh()),
        ("gelu 128x784", vec![vec![128, 784]], |x| x[0].gelu()),
        ("sum 128x784", vec![vec![128, 784]], |x| x[0].sum()),
        ("mean of columns 128x784", vec![vec![128, 784]], |x| {
            x[0].mean_axis(0, false)
        }),
        ("transpose 128x784", vec![vec![128, 784]], |x| x[0].t()),
        ("softmax 128x10", vec![vec![128, 10]], |x| x[0].softmax(-1)),
        ("softmax 1024x64", vec![vec![1024, 64]], |x| {
            x[0].softmax(-1)
        }),
        (
            "matmul 32x784x128",
            vec![vec![32, 784], vec![784, 128]],
            |x| x[0].matmul(&x[1]),
        ),
        (
            "matmul 128x784x128",
            vec![vec![128, 784], vec![784, 128]],
            |x| x[0].matmul(&x[1]),
        ),
        (
            "matmul 128x128x10",
            vec![vec![128, 128], vec![128, 10]],
            |x| x[0].matmul(&x[1]),
        ),
        ("matmul 512x512x512", vec![vec![512, 512]; 2], |x| {
            x[0].matmul(&x[1])
        }),
        (
            "matmul of a stack 64x64x32x64",
            vec![vec![64, 64, 32], vec![64, 32, 64]],
            |x| x[0].matmul(&x[1]),
        ),
        (
            "affine 128x784x128",
            vec![vec![128, 784], vec![784, 128], vec![128]],
            |x| x[0].affine(&x[1], &x[2]),
        ),
    ]
}

fn layers() -> Vec<(&'static str, Vec<usize>, Box<dyn Module>)> {
    vec![
        (
            "Conv2D 64x1x28x28, 8 of 3x3",
            vec![64, 1, 28, 28],
            Box::new(Conv2D::new(1, 8, 3)),
        ),
        (
            "Conv2D 64x8x13x13, 16 of 3x3",
            vec![64, 8, 13, 13],
            Box::new(Conv2D::new(8, 16, 3)),
        ),
        (
            "MaxPool2D 64x8x26x26",
            vec![64, 8, 26, 26],
            Box::new(MaxPool2D::new(2)),
        ),
        (
            "BatchNormalization 64x8x26x26",
            vec![64, 8, 26, 26],
            Box::new(BatchNormalization::new(8)),
        ),
        (
            "LayerNormalization 16x64x128",
            vec![16, 64, 128],
            Box::new(LayerNormalization::new(128)),
        ),
        (
            "MultiHeadAttention 16x64x128",
            vec![16, 64, 128],
            Box::new(MultiHeadAttention::new(128, 4).causal()),
        ),
        (
            "Lstm 16x64x32",
            vec![16, 64, 32],
            Box::new(Lstm::new(32, 64)),
        ),
    ]
}

/// Both ways of one function: `tensors` require no gradient forward.
fn measure(
    criterion: &mut Criterion,
    name: &str,
    tensors: &[Tensor],
    compute: &dyn Fn(&[Tensor]) -> Tensor,
) {
    let mut group = criterion.benchmark_group(name);
    group.bench_function("forward", |bencher| {
        bencher.iter(|| no_grad(|| compute(black_box(tensors))))
    });
    let tracked: Vec<Tensor> = tensors
        .iter()
        .map(|tensor| tensor.detach().requires_grad())
        .collect();
    let inputs: Vec<&Tensor> = tracked.iter().collect();
    group.bench_function("forward and backward", |bencher| {
        bencher.iter(|| grads(&compute(black_box(&tracked)).sum(), &inputs));
    });
    group.finish();
}

fn operations(criterion: &mut Criterion) {
    seed(0);
    for (name, shapes, compute) in cases() {
        let tensors: Vec<Tensor> = shapes.iter().map(|shape| Tensor::randn(shape)).collect();
        measure(criterion, name, &tensors, &compute);
    }
    for (name, shape, layer) in layers() {
        measure(criterion, name, &[Tensor::randn(&shape)], &|x| {
            layer.forward(&x[0])
        });
    }
}

criterion_group!(benches, operations);
criterion_main!(benches);
