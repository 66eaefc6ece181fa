//! Every operation, layer and loss against central differences, and against values computed by
//! hand.
//!
//! The precision that this needs comes with
//! `cargo test --test gradients --no-default-features --features f64`, where 10⁻⁶ is asked for; in
//! the usual `f32` the same tests run with the tolerance that `gradcheck` has there.

use chainrule::prelude::*;

/// Values that differ from each other, from 0, and from −1 and 1, so that no kink or tie is near.
fn input(shape: &[usize], phase: usize) -> Tensor {
    let values = (0..shape.iter().product::<usize>()).map(|i| {
        let x = ((i * 7 + phase * 3) as Float * 0.7 + 0.4).sin();
        x + 0.17 * x.signum() + 0.011 * i as Float
    });
    Tensor::from_vec(values.collect(), shape)
}

/// As `input`, but from 0.4 to 2.
fn positive(shape: &[usize], phase: usize) -> Tensor {
    (input(shape, phase).abs() + 0.4).detach()
}

/// Checks a weighted sum of all outputs, and, if there are few, every row of the Jacobian.
#[track_caller]
fn check(name: &str, f: impl Fn(&[Tensor]) -> Tensor, inputs: &[Tensor]) {
    let report = gradcheck(&f, inputs);
    assert!(report.passed(), "{name}\n{report}");
    let outputs = f(inputs).len();
    if outputs <= 12 {
        for output in 0..outputs {
            let report = gradcheck(
                |t| f(t).reshape(&[outputs]).slice(0, output..output + 1),
                inputs,
            );
            assert!(report.passed(), "{name}, output {output}\n{report}");
        }
    }
}

#[test]
fn arithmetic() {
    type Binary = fn(&Tensor, &Tensor) -> Tensor;
    let operations: [(&str, Binary); 6] = [
        ("add", |a, b| a + b),
        ("sub", |a, b| a - b),
        ("mul", |a, b| a * b),
        ("div", |a, b| a / b),
        ("maximum", |a, b| a.maximum(b)),
        ("minimum", |a, b| a.minimum(b)),
    ];
    let shapes: [(&[usize], &[usize]); 10] = [
        (&[], &[]),
        (&[4], &[4]),
        (&[2, 3], &[2, 3]),
        (&[3, 1], &[1, 4]),
        (&[2, 3], &[3]),
        (&[3], &[2, 3]),
        (&[2, 3], &[]),
        (&[], &[2, 3]),
        (&[2, 1, 3], &[4, 1]),
        (&[1, 1], &[2, 2]),
    ];
    for (name, operation) in operations {
        for (a, b) in shapes {
            let inputs = [input(a, 1), input(b, 20)];
            check(
                &format!("{name} {a:?} {b:?}"),
                |t| operation(&t[0], &t[1]),
                &inputs,
            );
        }
    }
    for (a, b) in shapes {
        check(
            &format!("pow {a:?} {b:?}"),
            |t| t[0].pow(&t[1]),
            &[positive(a, 1), input(b, 20)],
        );
        let chosen = input(b, 7).gt(&tensor(0.0));
        check(
            "where_",
            |t| Tensor::where_(&chosen, &t[0], &t[1]),
            &[input(a, 1), input(b, 20)],
        );
        check(
            "where_, condition broadcast",
            |t| Tensor::where_(&chosen, &t[0], &t[0]),
            &[input(a, 1)],
        );
    }
    // What was not chosen does not spoil the gradient.
    let x = tensor([-1.0, 4.0]).requires_grad();
    Tensor::where_(&x.gt(&tensor(0.0)), &x.sqrt(), &tensor(0.0))
        .sum()
        .backward();
    assert!(x.grad().to_vec()[1] == 0.25 && !x.grad().to_vec()[0].is_finite());
    let safe = Tensor::where_(&x.gt(&tensor(0.0)), &x, &tensor(1.0));
    let gradient = &grads(
        &Tensor::where_(&x.gt(&tensor(0.0)), &safe.sqrt(), &tensor(0.0)).sum(),
        &[&x],
    )[0];
    assert_eq!(gradient.to_vec(), [0.0, 0.25]);
    check(
        "numbers on either side",
        |t| 2.0 * &t[0] + 1.0 - (3.0 - &t[0]) / 4.0 + 1.5 / &t[0],
        &[input(&[3], 0)],
    );
    check("neg", |t| -&t[0], &[input(&[3], 0)]);
}

#[test]
fn functions_of_one_number() {
    type Unary = fn(&Tensor) -> Tensor;
    let anywhere: [(&str, Unary); 31] = [
        ("powi", |x| x.powi(3)),
        ("powi 0", |x| x.powi(0)),
        ("powi negative", |x| x.powi(-2)),
        ("square", Tensor::square),
        ("exp", Tensor::exp),
        ("abs", Tensor::abs),
        ("sin", Tensor::sin),
        ("cos", Tensor::cos),
        ("tanh", Tensor::tanh),
        ("sigmoid", Tensor::sigmoid),
        ("relu", Tensor::relu),
        ("leaky_relu", |x| x.leaky_relu(0.1)),
        ("softplus", Tensor::softplus),
        ("gelu", Tensor::gelu),
        ("clamp", |x| x.clamp(-0.5, 0.8)),
        ("softmax of a vector", |x| x.reshape(&[6]).softmax(0)),
        ("sum", Tensor::sum),
        ("exp_m1", Tensor::exp_m1),
        ("log_sigmoid", Tensor::log_sigmoid),
        ("elu", |x| x.elu(0.7)),
        ("silu", Tensor::silu),
        ("powf 0", |x| x.powf(0.0) + x),
        ("logsumexp of a vector", |x| {
            x.reshape(&[6]).logsumexp(0, false)
        }),
        ("var", Tensor::var),
        ("std", Tensor::std),
        ("prod", Tensor::prod),
        ("expand", |x| {
            x.unsqueeze(0)
                .expand(&[2, x.shape()[0], x.shape()[1]])
                .square()
        }),
        ("pad", |x| x.pad(&[(1, 0), (0, 2)], 3.0).square()),
        ("flip", |x| x.flip(0).cumsum(0).square()),
        ("split", |x| x.split(0, &[1, x.shape()[0] - 1])[1].square()),
        ("sum_axes", |x| {
            x.sum_axes(&[0, -1], false) * x.mean_axes(&[1], true).sum()
        }),
    ];
    for (name, function) in anywhere {
        check(name, |t| function(&t[0]), &[input(&[2, 3], 5)]);
        check(name, |t| function(&t[0]), &[input(&[6, 1], 6)]);
    }
    let positive_only: [(&str, Unary); 5] = [
        ("ln_1p", Tensor::ln_1p),
        ("powf", |x| x.powf(2.5)),
        ("powf negative", |x| x.powf(-0.5)),
        ("ln", Tensor::ln),
        ("sqrt", Tensor::sqrt),
    ];
    for (name, function) in positive_only {
        check(name, |t| function(&t[0]), &[positive(&[2, 3], 1)]);
    }
}

#[test]
fn reductions() {
    let x = || [input(&[2, 3, 4], 3)];
    check("sum", |t| t[0].sum(), &x());
    check("mean", |t| t[0].mean(), &x());
    check("max", |t| t[0].max(), &x());
    check("min", |t| t[0].min(), &x());
    for axis in [0, 1, 2, -1, -3] {
        for keepdim in [false, true] {
            check("sum_axis", |t| t[0].sum_axis(axis, keepdim), &x());
            check("mean_axis", |t| t[0].mean_axis(axis, keepdim), &x());
            check("max_axis", |t| t[0].max_axis(axis, keepdim), &x());
            check("min_axis", |t| t[0].min_axis(axis, keepdim), &x());
            check("var_axis", |t| t[0].var_axis(axis, keepdim), &x());
            check("std_axis", |t| t[0].std_axis(axis, keepdim), &x());
            check("prod_axis", |t| t[0].prod_axis(axis, keepdim), &x());
            check("logsumexp", |t| t[0].logsumexp(axis, keepdim), &x());
        }
        check("cumsum", |t| t[0].cumsum(axis), &x());
        check("flip", |t| t[0].flip(axis).square(), &x());
        check("softmax", |t| t[0].softmax(axis), &x());
        check("log_softmax", |t| t[0].log_softmax(axis), &x());
    }
    for axes in [&[0, 2][..], &[1], &[-1, 0, 1], &[]] {
        check("sum_axes", |t| t[0].sum_axes(axes, false).square(), &x());
        check("mean_axes", |t| t[0].mean_axes(axes, true).square(), &x());
    }
    check(
        "prod with zeros",
        |t| t[0].prod_axis(1, false),
        &[tensor([[0.0, 2.0, 3.0], [0.0, 0.0, 3.0]])],
    );
    let lonely = || [input(&[3, 1, 2], 0)];
    check(
        "var of size 1",
        |t| t[0].var_axis(1, true) + &t[0],
        &lonely(),
    );
    check(
        "of size 1",
        |t| t[0].cumsum(1).prod_axis(1, true) * t[0].logsumexp(1, true) * t[0].flip(1),
        &lonely(),
    );
    check(
        "of size 1",
        |t| t[0].mean_axes(&[1], false) * t[0].index_select(1, &[0, 0]).sum_axis(1, false),
        &lonely(),
    );
    // Not contiguous in memory before it is stored.
    let permuted = |t: &[Tensor]| t[0].permute(&[2, 0, 1]);
    check(
        "permuted",
        |t| permuted(t).cumsum(0).max_axis(1, false),
        &x(),
    );
    check(
        "permuted",
        |t| permuted(t).std_axis(0, false) + permuted(t).prod_axis(0, false),
        &x(),
    );
    check(
        "permuted",
        |t| {
            permuted(t)
                .gather(0, &Tensor::ones(&[1, 2, 3]))
                .pad(&[(0, 1); 3], 2.0)
                .square()
        },
        &x(),
    );
    check(
        "axis of size 1",
        |t| t[0].sum_axis(1, false) * t[0].max_axis(1, false),
        &[input(&[3, 1, 2], 0)],
    );
    check(
        "one number",
        |t| t[0].sum() * t[0].mean() * t[0].max(),
        &[input(&[], 0)],
    );
}

#[test]
fn movement() {
    let x = || [input(&[2, 3, 4], 3)];
    check("reshape", |t| t[0].reshape(&[4, 6]).square(), &x());
    check("flatten", |t| t[0].flatten().square(), &x());
    for axes in [[0, 1, 2], [2, 0, 1], [1, 2, 0], [2, 1, 0], [0, 2, 1]] {
        // Not only moved: multiplied by something in the new order, so that a wrong inverse shows.
        check(
            "permute",
            |t| t[0].permute(&axes).flatten() * t[1].reshape(&[1, 1]),
            &[input(&[2, 3, 4], 3), input(&[1], 0)],
        );
        check(
            "permute",
            |t| t[0].permute(&axes).sum_axis(0, false).square(),
            &x(),
        );
    }
    check("t", |t| t[0].t().matmul(&t[0]), &[input(&[3, 2], 0)]);
    check(
        "squeeze, unsqueeze",
        |t| t[0].unsqueeze(1).square().squeeze(1).unsqueeze(-1),
        &x(),
    );
    for (axis, range) in [(0, 0..1), (1, 1..3), (2, 0..4), (-1, 2..3)] {
        check("slice", |t| t[0].slice(axis, range.clone()).square(), &x());
    }
    check(
        "concat",
        |t| Tensor::concat(&[&t[0], &t[1], &t[0]], 1).square(),
        &[input(&[2, 3], 0), input(&[2, 1], 1)],
    );
    check(
        "concat",
        |t| Tensor::concat(&[&t[0], &t[1]], -2).square(),
        &[input(&[2, 3], 0), input(&[1, 3], 1)],
    );
    for axis in [0, 1, 2, -1] {
        check(
            "stack",
            |t| Tensor::stack(&[&t[0], &t[1]], axis).square(),
            &[input(&[2, 3], 0), input(&[2, 3], 1)],
        );
    }
    check(
        "select_rows",
        |t| t[0].select_rows(&[2, 0, 2, 2]).square(),
        &[input(&[3, 2], 0)],
    );
    for (axis, entries) in [(0, &[1, 0, 1][..]), (1, &[2, 2]), (-1, &[0, 3, 1, 0])] {
        check(
            "index_select",
            |t| t[0].index_select(axis, entries).square(),
            &x(),
        );
    }
    check(
        "gather",
        |t| t[0].gather(1, &tensor([[2, 2], [0, 1]])).square(),
        &[input(&[2, 3], 0)],
    );
    check(
        "gather",
        |t| t[0].gather(0, &tensor([[1, 0, 0]])).square(),
        &[input(&[2, 3], 0)],
    );
    check(
        "embedding",
        |t| t[0].embedding(&tensor([[2, 0], [2, 2]])).square(),
        &[input(&[3, 2], 0)],
    );
    check(
        "pad",
        |t| t[0].pad(&[(0, 0), (1, 2), (0, 1)], 0.0).square(),
        &x(),
    );
    check(
        "split",
        |t| t[0].split(1, &[1, 0, 2]).remove(2).square(),
        &x(),
    );
    check(
        "expand",
        |t| t[0].expand(&[2, 3, 2]).square(),
        &[input(&[3, 1], 0)],
    );
    check(
        "select_rows of a vector",
        |t| t[0].select_rows(&[1, 1]).square(),
        &[input(&[3], 0)],
    );
}

#[test]
fn matrix_products() {
    let shapes: [(&[usize], &[usize]); 14] = [
        (&[2, 2, 1, 3], &[2, 2, 3, 2]),
        (&[2, 1, 2, 3], &[3, 2]),
        (&[2, 3], &[2, 1, 3, 1]),
        (&[1, 1, 2, 3], &[2, 1, 3, 1]),
        (&[2, 3], &[3, 4]),
        (&[1, 3], &[3, 1]),
        (&[3], &[3]),
        (&[2, 3], &[3]),
        (&[3], &[3, 2]),
        (&[2, 2, 3], &[2, 3, 2]),
        (&[2, 2, 3], &[3, 2]),
        (&[2, 3], &[2, 3, 2]),
        (&[1, 2, 3], &[2, 3, 2]),
        (&[2, 2, 3], &[3]),
    ];
    for (a, b) in shapes {
        check(
            &format!("matmul {a:?} {b:?}"),
            |t| t[0].matmul(&t[1]),
            &[input(a, 1), input(b, 2)],
        );
    }
    check(
        "matmul of a transpose",
        |t| t[0].t().matmul(&t[1]),
        &[input(&[3, 2], 1), input(&[3, 4], 2)],
    );
    check(
        "matmul of a permutation",
        |t| t[0].permute(&[1, 2, 0]).matmul(&t[1]),
        &[input(&[3, 2, 2], 1), input(&[3, 2], 2)],
    );
    for x in [&[2, 3][..], &[3], &[2, 2, 3], &[1, 3]] {
        check(
            "affine",
            |t| t[0].affine(&t[1], &t[2]),
            &[input(x, 1), input(&[3, 4], 2), input(&[4], 3)],
        );
    }
}

#[test]
fn convolutions_and_pools() {
    let images = || input(&[2, 2, 4, 5], 1);
    for (size, stride, padding) in [
        ([2, 2], [1, 1], [0, 0]),
        ([3, 2], [2, 1], [1, 0]),
        ([4, 5], [1, 1], [0, 0]),
    ] {
        check(
            "unfold",
            |t| t[0].unfold(size, stride, padding).square(),
            &[images()],
        );
    }
    // Padding that a window sees nothing but.
    check(
        "unfold",
        |t| t[0].unfold([1, 1], [3, 2], [2, 3]).square(),
        &[input(&[1, 1, 2, 2], 1)],
    );
    for (stride, padding) in [(1, 0), (2, 1), (3, 2)] {
        let inputs = [images(), input(&[3, 2, 3, 2], 2)];
        check("conv2d", |t| t[0].conv2d(&t[1], stride, padding), &inputs);
        let inputs = [input(&[2, 2, 5], 1), input(&[3, 2, 3], 2)];
        check("conv1d", |t| t[0].conv1d(&t[1], stride, padding), &inputs);
    }
    for (size, stride) in [(2, 2), (3, 1), (2, 3)] {
        check("max_pool2d", |t| t[0].max_pool2d(size, stride), &[images()]);
        check("avg_pool2d", |t| t[0].avg_pool2d(size, stride), &[images()]);
    }
    check(
        "of a permutation",
        |t| t[0].permute(&[0, 3, 1, 2]).conv2d(&t[1], 1, 0),
        &[input(&[1, 3, 3, 2], 1), input(&[1, 2, 2, 2], 2)],
    );
    check(
        "twice the same",
        |t| t[0].conv2d(&t[0], 1, 1),
        &[input(&[1, 1, 2, 2], 1)],
    );
    let empty = Tensor::zeros(&[0, 2, 4, 5]);
    assert_eq!(
        empty.conv2d(&input(&[3, 2, 3, 2], 2), 1, 1).shape(),
        [0, 3, 4, 6]
    );
    assert_eq!(empty.max_pool2d(2, 2).shape(), [0, 2, 2, 2]);
}

/// What cannot be wrong in the same way: a loop over all places.
#[test]
fn a_convolution_is_a_sum_over_windows() {
    let (x, w) = (input(&[2, 3, 5, 6], 1), input(&[4, 3, 2, 3], 2));
    for (stride, padding) in [(1, 0), (2, 1), (1, 2), (3, 1)] {
        let y = x.conv2d(&w, stride, padding);
        let &[n, filters, rows, columns] = y.shape() else {
            panic!("{:?}", y.shape())
        };
        for (n, f) in (0..n).flat_map(|n| (0..filters).map(move |f| (n, f))) {
            for (row, column) in
                (0..rows).flat_map(|row| (0..columns).map(move |column| (row, column)))
            {
                let mut sum = 0.0;
                for (c, dy, dx) in (0..18).map(|i| (i / 6, i / 3 % 2, i % 3)) {
                    let (y, x_) = (row * stride + dy, column * stride + dx);
                    if (padding..5 + padding).contains(&y) && (padding..6 + padding).contains(&x_) {
                        sum += x.get(&[n, c, y - padding, x_ - padding]) * w.get(&[f, c, dy, dx]);
                    }
                }
                close(&tensor(y.get(&[n, f, row, column])), &[sum]);
            }
        }
    }
}

/// Axes of size 0 give empty results and empty gradients; what is not defined of nothing says so
/// (see `library`).
#[test]
fn empty_tensors() {
    let x = Tensor::zeros(&[0, 3]).requires_grad();
    let results = [
        (&x * 2.0).sum(),
        x.sum_axis(0, false).sum(),
        x.softmax(-1).sum(),
        x.cumsum(0).sum() + x.prod_axis(0, false).sum(),
        x.max_axis(1, false).sum() + x.mean_axis(1, true).sum() + x.var_axis(1, false).sum(),
        x.matmul(&Tensor::zeros(&[3, 2])).sum(),
        x.affine(&Tensor::zeros(&[3, 2]), &Tensor::zeros(&[2]))
            .sum(),
        Tensor::concat(&[&x, &Tensor::ones(&[1, 3])], 0).sum(),
        x.pad(&[(1, 0), (0, 0)], 1.0).sum() + x.flip(0).sum() + x.index_select(1, &[2, 0]).sum(),
        x.select_rows(&[]).sum()
            + x.slice(1, 1..1).sum()
            + x.t().sum()
            + x.gather(1, &Tensor::zeros(&[0, 2])).sum(),
        Tensor::where_(&x, &x, &tensor(1.0)).sum() + x.pow(&x).sum(),
    ];
    for (i, result) in results.iter().enumerate() {
        assert!(result.item().is_finite(), "{i}");
        assert_eq!(grads(result, &[&x])[0].shape(), [0, 3], "{i}");
    }
}

/// ±10⁴ as a logit, equal values, no variance: every value and every gradient is a number.
#[test]
fn extreme_inputs() {
    type Unary = fn(&Tensor) -> Tensor;
    let functions: [(&str, Unary); 21] = [
        ("sigmoid", Tensor::sigmoid),
        ("tanh", Tensor::tanh),
        ("softplus", Tensor::softplus),
        ("log_sigmoid", Tensor::log_sigmoid),
        ("gelu", Tensor::gelu),
        ("silu", Tensor::silu),
        ("elu", |x| x.elu(1.0)),
        ("leaky_relu", |x| x.leaky_relu(0.1)),
        ("softmax", |x| x.softmax(-1)),
        ("softmax", |x| x.softmax(0)),
        ("log_softmax", |x| x.log_softmax(-1)),
        ("logsumexp", |x| x.logsumexp(-1, false)),
        ("max", |x| x.max_axis(-1, false)),
        ("min", Tensor::min),
        ("var", |x| x.var_axis(0, false)),
        ("std", |x| x.std_axis(0, true)),
        ("std", Tensor::std),
        ("cross_entropy", |x| {
            x.cross_entropy(&Tensor::zeros(&[x.shape()[0]]))
        }),
        ("bce_with_logits", |x| {
            x.bce_with_logits(&Tensor::zeros(x.shape()))
        }),
        ("bce_with_logits", |x| {
            x.bce_with_logits(&Tensor::ones(x.shape()))
        }),
        ("mse_loss", |x| x.mse_loss(&Tensor::zeros(x.shape()))),
    ];
    struct Sparse(SparseCategoricalCrossentropy);
    impl Loss for Sparse {
        fn loss(&self, prediction: &Tensor, target: &Tensor) -> Tensor {
            self.0.loss(prediction, target)
        }
        fn name(&self) -> &'static str {
            "sparse"
        }
    }
    let losses: [Box<dyn Loss>; 9] = [
        Box::new(MeanSquaredError),
        Box::new(MeanAbsoluteError),
        Box::new(Huber::new(1.0)),
        Box::new(Hinge),
        Box::new(KlDivergence),
        Box::new(BinaryCrossentropy),
        Box::new(CategoricalCrossentropy::new().label_smoothing(0.1)),
        Box::new(Sparse(SparseCategoricalCrossentropy::new())),
        Box::new(Sparse(
            SparseCategoricalCrossentropy::new().label_smoothing(0.1),
        )),
    ];
    for (x, loss) in [1e4, -1e4, 0.0]
        .iter()
        .flat_map(|x| losses.iter().map(move |loss| (*x, loss)))
    {
        let x = tensor([[x, 0.0, 0.0]]).requires_grad();
        let target = if loss.name() == "sparse" {
            tensor([2])
        } else {
            tensor([[0.0, 0.0, 1.0]])
        };
        // From the logits, and from probabilities that were rounded.
        for prediction in [x.softmax(-1), x.softmax(-1) * 1.0] {
            let y = loss.loss(&prediction, &target);
            let gradient = &grads(&y, &[&x])[0];
            assert!(
                gradient
                    .to_vec()
                    .iter()
                    .chain(&y.to_vec())
                    .all(|value| value.is_finite()),
                "{}",
                loss.name()
            );
        }
    }
    let inputs = [
        tensor([[1e4, -1e4, 0.0], [-1e4, 1e4, 1e-30]]),
        Tensor::full(&[2, 3], 1e4),
        Tensor::full(&[2, 3], -1e4),
        Tensor::zeros(&[2, 3]),
        tensor([[1e4], [-1e4]]), // one class
        tensor([[0.3]]),         // a batch of one, one class
    ];
    for (name, function) in functions {
        for x in &inputs {
            let x = x.requires_grad();
            let y = function(&x);
            let gradient = &grads(&y.sum(), &[&x])[0];
            let values = [y.to_vec(), gradient.to_vec()].concat();
            assert!(
                values.iter().all(|value| value.is_finite()),
                "{name} of {x}: {y}, gradient {gradient}"
            );
        }
    }
}

#[test]
fn one_input_used_often() {
    check("x * x", |t| &t[0] * &t[0], &[input(&[3], 0)]);
    check("x + x", |t| &t[0] + &t[0], &[input(&[3], 0)]);
    check(
        "x / x",
        |t| &t[0] / &t[0] + t[0].maximum(&(&t[0] * 0.5)),
        &[input(&[3], 0)],
    );
    check(
        "diamond",
        |t| {
            let a = t[0].exp();
            (a.sin() * a.cos()) + a
        },
        &[input(&[3], 0)],
    );
    check(
        "diamonds in a row",
        |t| (0..5).fold(t[0].clone(), |x, _| x.tanh() * 0.7 + x.sigmoid() * &x),
        &[input(&[2, 2], 0)],
    );
    check("power of itself", |t| t[0].pow(&t[0]), &[positive(&[3], 0)]);
    check(
        "choice of itself",
        |t| Tensor::where_(&t[0].gt(&tensor(0.5)), &t[0], &t[0].square()),
        &[input(&[4], 0)],
    );
    check(
        "less its mean, over its spread",
        |t| (&t[0] - t[0].mean()) / t[0].std(),
        &[input(&[4], 0)],
    );
    check(
        "table of itself",
        |t| t[0].matmul(&t[0].index_select(0, &[2, 2, 0]).t()),
        &[input(&[3, 2], 0)],
    );
    check(
        "attention to itself",
        |t| (t[0].matmul(&t[0].t())).softmax(-1).matmul(&t[0]),
        &[input(&[3, 2], 0)],
    );
    check(
        "broadcast against itself",
        |t| t[0].unsqueeze(0) * t[0].unsqueeze(1),
        &[input(&[3], 0)],
    );
}

#[test]
fn losses() {
    let labels = tensor([2, 0, 1]);
    let scores = || [input(&[3, 4], 2)];
    check("cross_entropy", |t| t[0].cross_entropy(&labels), &scores());
    check(
        "nll_loss",
        |t| t[0].log_softmax(-1).nll_loss(&labels),
        &scores(),
    );
    check(
        "mse_loss",
        |t| t[0].mse_loss(&t[1]),
        &[input(&[3, 2], 0), input(&[3, 2], 1)],
    );
    check(
        "bce_with_logits",
        |t| t[0].bce_with_logits(&t[1]),
        &[input(&[3, 2], 0), positive(&[3, 2], 1)],
    );
    let target = tensor([0, 1, 1]);
    check(
        "MeanSquaredError",
        |t| MeanSquaredError.loss(&t[0], &target),
        &[input(&[3, 1], 0)],
    );
    check(
        "BinaryCrossentropy",
        |t| BinaryCrossentropy.loss(&t[0].sigmoid(), &target),
        &[input(&[3, 1], 0)],
    );
    check(
        "BinaryCrossentropy of probabilities",
        |t| BinaryCrossentropy.loss(&(t[0].sigmoid() * 1.0), &target),
        &[input(&[3, 1], 0)],
    );
    let sparse = SparseCategoricalCrossentropy::new();
    check(
        "SparseCategoricalCrossentropy",
        |t| sparse.loss(&t[0].softmax(-1), &labels),
        &scores(),
    );
    check(
        "SparseCategoricalCrossentropy of probabilities",
        |t| sparse.loss(&(t[0].softmax(-1) * 1.0), &labels),
        &scores(),
    );
    let soft = sparse.label_smoothing(0.1);
    check(
        "label smoothing",
        |t| soft.loss(&t[0].softmax(-1), &labels),
        &scores(),
    );
    let target = input(&[3, 4], 9).softmax(-1);
    let categorical = CategoricalCrossentropy::new();
    check(
        "CategoricalCrossentropy",
        |t| categorical.loss(&t[0].softmax(-1), &target),
        &scores(),
    );
    check(
        "of probabilities",
        |t| categorical.loss(&(t[0].softmax(-1) * 1.0), &target),
        &scores(),
    );
    check(
        "KlDivergence",
        |t| KlDivergence.loss(&t[0].softmax(-1), &t[1].softmax(-1)),
        &[input(&[2, 3], 0), input(&[2, 3], 4)],
    );
    let of_steps = [input(&[2, 3, 4], 2)];
    check(
        "sequences",
        |t| sparse.loss(&t[0].softmax(-1), &tensor([[2, 0, 1], [3, 3, 0]])),
        &of_steps,
    );
    check(
        "sequences, smooth",
        |t| soft.loss(&t[0].softmax(-1), &tensor([[2, 0, 1], [3, 3, 0]])),
        &of_steps,
    );
    let pair = || [input(&[3, 2], 0), input(&[3, 2], 1)];
    check(
        "MeanAbsoluteError",
        |t| MeanAbsoluteError.loss(&t[0], &t[1]),
        &pair(),
    );
    check("Huber", |t| Huber::new(0.7).loss(&t[0], &t[1]), &pair());
    check(
        "Hinge",
        |t| Hinge.loss(&t[0], &tensor([-1, 1, 1])),
        &[input(&[3, 1], 0)],
    );
    check(
        "from_logits",
        |t| SparseCategoricalCrossentropy::from_logits().loss(&t[0], &labels),
        &scores(),
    );
}

#[test]
fn layers() {
    seed(3);
    let of_three_features: Vec<(&str, Box<dyn Module>)> = vec![
        ("linear", Box::new(Dense::new(3, 2))),
        ("relu", Box::new(Dense::new(3, 2).relu())),
        ("tanh, no bias", Box::new(Dense::new(3, 2).tanh().no_bias())),
        (
            "sigmoid",
            Box::new(Dense::new(3, 2).sigmoid().initializer(Init::HeNormal)),
        ),
        ("softmax", Box::new(Dense::new(3, 2).softmax())),
        ("Flatten", Box::new(Flatten::new())),
        ("Relu", Box::new(Relu)),
        ("Softmax", Box::new(Softmax)),
        (
            "two",
            Box::new(
                Sequential::new()
                    .add(Dense::new(3, 4).tanh())
                    .add(Dense::new(4, 2).softmax()),
            ),
        ),
        ("BatchNormalization", Box::new(BatchNormalization::new(3))),
        ("LayerNormalization", Box::new(LayerNormalization::new(3))),
        (
            "Residual",
            Box::new(Residual::new(
                Sequential::new()
                    .add(Dense::new(3, 4).gelu())
                    .add(Dense::new(4, 3)),
            )),
        ),
        ("Reshape", Box::new(Reshape::new(&[3, 1]))),
        ("LeakyRelu", Box::new(LeakyRelu)),
        (
            "Elu, Silu, Softplus",
            Box::new(Sequential::new().add(Elu).add(Silu).add(Softplus).add(Gelu)),
        ),
    ];
    let sequences: Vec<(&str, Box<dyn Module>)> = vec![
        ("SimpleRnn", Box::new(SimpleRnn::new(4, 2))),
        ("Gru", Box::new(Gru::new(4, 2).return_sequences())),
        ("Lstm", Box::new(Lstm::new(4, 2))),
        ("Lstm", Box::new(Lstm::new(4, 2).return_sequences())),
        ("attention", Box::new(MultiHeadAttention::new(4, 2))),
        (
            "causal attention",
            Box::new(MultiHeadAttention::new(4, 1).causal()),
        ),
        (
            "SinePositionEncoding",
            Box::new(SinePositionEncoding::new()),
        ),
        ("PositionEmbedding", Box::new(PositionEmbedding::new(5, 4))),
        ("Conv1D", Box::new(Conv1D::new(3, 2, 2).tanh())),
        ("MaxPool1D", Box::new(MaxPool1D::new(2))),
        ("GlobalAvgPool", Box::new(GlobalAvgPool::new())),
        ("BatchNormalization", Box::new(BatchNormalization::new(3))),
        ("LayerNormalization", Box::new(LayerNormalization::new(4))),
        ("Dense on each step", Box::new(Dense::new(4, 2).no_bias())),
    ];
    let images: Vec<(&str, Box<dyn Module>)> = vec![
        ("Conv2D", Box::new(Conv2D::new(2, 2, 3).same().sigmoid())),
        (
            "Conv2D",
            Box::new(
                Conv2D::new(2, 1, 2)
                    .stride(2)
                    .no_bias()
                    .initializer(Init::HeNormal),
            ),
        ),
        ("MaxPool2D", Box::new(MaxPool2D::new(2).stride(1))),
        ("AvgPool2D", Box::new(AvgPool2D::new(2))),
        ("GlobalAvgPool", Box::new(GlobalAvgPool::new())),
        ("BatchNormalization", Box::new(BatchNormalization::new(2))),
    ];
    let layers = (of_three_features
        .into_iter()
        .map(|layer| (layer, input(&[2, 3], 4))))
    .chain(
        sequences
            .into_iter()
            .map(|layer| (layer, input(&[2, 3, 4], 4))),
    )
    .chain(
        images
            .into_iter()
            .map(|layer| (layer, input(&[2, 2, 4, 5], 4))),
    );
    let dropout = Dropout::new(0.4);
    let dropped = |t: &[Tensor]| {
        seed(5);
        dropout.forward(&t[0])
    };
    check("Dropout", dropped, &[input(&[3, 4], 1)]);
    let words = Embedding::new(4, 2);
    let read = |t: &[Tensor]| {
        words.weight.set_value(&t[0]);
        words.forward(&tensor([[3, 0], [3, 3]]))
    };
    read(&[input(&[4, 2], 1)]).square().sum().backward();
    let through_the_operation = |t: &[Tensor]| t[0].embedding(&tensor([[3, 0], [3, 3]])).square();
    let report = gradcheck(through_the_operation, &[input(&[4, 2], 1)]);
    assert!(report.passed() && words.weight.has_grad(), "{report}");
    for ((name, layer), x) in layers {
        seed(7);
        check(name, |t| layer.forward(&t[0]), std::slice::from_ref(&x));
        // The same with respect to the parameters: the check writes its values into them.
        let parameters = layer.parameters();
        if !parameters.is_empty() {
            let weights: Vec<Tensor> = parameters.iter().map(Tensor::detach).collect();
            let analytic = grads(
                &layer.forward(&x).square().sum(),
                &parameters.iter().collect::<Vec<_>>(),
            );
            let through_copies = |t: &[Tensor]| {
                for (parameter, value) in parameters.iter().zip(t) {
                    parameter.set_value(value);
                }
                layer.forward(&x).square().sum().item()
            };
            let h: Float = if size_of::<Float>() == 8 { 1e-5 } else { 1e-2 };
            for (p, weight) in weights.iter().enumerate() {
                for i in 0..weight.len() {
                    let at = |offset: Float| {
                        let mut values = weight.to_vec();
                        values[i] += offset;
                        let mut moved = weights.clone();
                        moved[p] = Tensor::from_vec(values, weight.shape());
                        through_copies(&moved)
                    };
                    let numeric = (at(h) - at(-h)) / (2.0 * h);
                    let tolerance = if size_of::<Float>() == 8 { 1e-6 } else { 1e-2 };
                    let analytic = analytic[p].to_vec()[i];
                    assert!(
                        (analytic - numeric).abs() <= tolerance * analytic.abs().max(1.0),
                        "{name} {p} {i}: {analytic} {numeric}"
                    );
                }
            }
            through_copies(&weights);
        }
    }
}

#[test]
fn the_check_finds_a_wrong_derivative() {
    let wrong = gradcheck(|t| &t[0] * &t[0].detach(), &[input(&[3], 0)]);
    assert!(!wrong.passed() && wrong.max_error() > 0.4, "{wrong}");
    assert!(wrong.to_string().contains("✗"));
}

#[test]
fn the_check_says_what_it_differentiates() {
    let [one, three, many] =
        [1, 3, 20].map(|n| gradcheck(|t| t[0].sin(), &[input(&[n], 0)]).to_string());
    assert!(!one.contains("f returns"), "{one}");
    assert!(
        three.contains("f returns 3 numbers") && three.contains("f[0] + 1.6·f[1] + 1.2·f[2]."),
        "{three}"
    );
    assert!(
        many.contains("f[0] + 1.6·f[1] + 1.2·f[2] + 1.9·f[3] + …."),
        "{many}"
    );
    // The plain sum of a softmax is constant, which would make any derivative that adds up to 0
    // look right.
    let report = gradcheck(
        |t| &t[0].softmax(-1).detach() + &t[0] * 0.0,
        &[input(&[3], 0)],
    );
    assert!(!report.passed(), "{report}");
}

// ------------------------------------------------------------------------------------------------
// by hand

#[track_caller]
fn close(actual: &Tensor, expected: &[Float]) {
    assert_eq!(actual.len(), expected.len());
    for (actual, expected) in actual.to_vec().iter().zip(expected) {
        assert!(
            (actual - expected).abs() <= 1e-5 * expected.abs().max(1.0),
            "{actual} instead of {expected}"
        );
    }
}

/// y = sigmoid(w · x + b), and the derivative of y with respect to each.
#[test]
fn a_neuron() {
    let x = tensor([1.0, 2.0]);
    let w = tensor([0.5, -0.25]).requires_grad();
    let b = tensor(0.1).requires_grad();
    let y = (w.matmul(&x) + &b).sigmoid();
    let expected = 1.0 / (1.0 + (-0.1 as Float).exp()); // w · x + b = 0.5 − 0.5 + 0.1
    close(&y, &[expected]);
    y.backward();
    let slope = expected * (1.0 - expected);
    close(&w.grad(), &[slope * 1.0, slope * 2.0]);
    close(&b.grad(), &[slope]);
}

/// micrograd's example, whose values are on many slides.
#[test]
fn the_neuron_of_micrograd() {
    let leaf = |value: f64| tensor(value).requires_grad();
    let (x1, x2, w1, w2, b) = (
        leaf(2.0),
        leaf(0.0),
        leaf(-3.0),
        leaf(1.0),
        leaf(6.881_373_587_019_543),
    );
    let o = (&x1 * &w1 + &x2 * &w2 + &b).tanh();
    o.backward();
    close(&o, &[0.707_106_77]);
    close(&x1.grad(), &[-1.5]);
    close(&w1.grad(), &[1.0]);
    close(&x2.grad(), &[0.5]);
    close(&w2.grad(), &[0.0]);
}

/// The gradient of cross-entropy after softmax is (p − y) / n.
#[test]
fn prediction_minus_truth() {
    let logits = tensor([[1.0, 2.0, 0.5], [0.0, -1.0, 3.0]]).requires_grad();
    let labels = tensor([0, 2]);
    let p = logits.softmax(-1);
    SparseCategoricalCrossentropy::new()
        .loss(&p, &labels)
        .backward();
    close(&logits.grad(), &((p - labels.one_hot(3)) / 2.0).to_vec());
}

/// Two layers: h = relu(x W₁ + b₁), y = h W₂ + b₂, loss = mean (y − t)², backward by hand.
#[test]
fn two_layers() {
    let x = tensor([[1.0, -1.0], [2.0, 0.5]]);
    let t = tensor([[1.0], [0.0]]);
    let w1 = tensor([[0.5, -0.5, 1.0], [0.25, 0.75, -1.0]]).requires_grad();
    let b1 = tensor([0.1, -0.1, 0.0]).requires_grad();
    let w2 = tensor([[1.0], [-2.0], [0.5]]).requires_grad();
    let b2 = tensor([0.3]).requires_grad();
    let z = x.matmul(&w1) + &b1;
    let h = z.relu();
    let y = h.matmul(&w2) + &b2;
    let loss = (&y - &t).square().mean();
    loss.backward();

    // Forward: z = [[0.35, −1.35, 2.0], [1.225, −0.725, 1.5]], so the second unit is dead for both.
    close(&z, &[0.35, -1.35, 2.0, 1.225, -0.725, 1.5]);
    close(&y, &[0.35 + 1.0 + 0.3, 1.225 + 0.75 + 0.3]);
    close(
        &loss,
        &[((1.65 - 1.0) * (1.65 - 1.0) + 2.275 * 2.275) / 2.0],
    );
    // Backward: dL/dy = 2 (y − t) / 2 = [0.65, 2.275].
    let (d1, d2) = (0.65, 2.275);
    close(&b2.grad(), &[d1 + d2]);
    close(
        &w2.grad(),
        &[0.35 * d1 + 1.225 * d2, 0.0, 2.0 * d1 + 1.5 * d2],
    );
    // dL/dz = dL/dy W₂ᵀ, where z > 0.
    close(&b1.grad(), &[d1 + d2, 0.0, 0.5 * (d1 + d2)]);
    close(
        &w1.grad(),
        &[
            d1 + 2.0 * d2,
            0.0,
            0.5 * (d1 + 2.0 * d2),
            -d1 + 0.5 * d2,
            0.0,
            0.5 * (-d1 + 0.5 * d2),
        ],
    );
}

/// Conventions where a function has a kink, as documented in `ops`.
#[test]
fn kinks_and_ties() {
    let zero = tensor(0.0).requires_grad();
    zero.relu().backward();
    zero.abs().backward();
    close(&zero.grad(), &[0.0]);
    let ties = tensor([3.0, 1.0, 3.0]).requires_grad();
    ties.max().backward();
    close(&ties.grad(), &[0.5, 0.0, 0.5]);
    let (a, b) = (tensor(2.0).requires_grad(), tensor(2.0).requires_grad());
    a.maximum(&b).backward();
    close(&a.grad(), &[0.5]);
    close(&b.grad(), &[0.5]);
}

/// A value that is no number is not hidden by an operation that compares.
#[test]
fn what_is_no_number_stays_visible() {
    let x = tensor([Float::NAN, 1.0]);
    for y in [
        x.relu(),
        x.clamp(0.0, 1.0),
        x.maximum(&tensor(2.0)),
        tensor(2.0).minimum(&x),
        x.max(),
        x.softmax(-1),
    ] {
        assert!(y.to_vec()[0].is_nan(), "{y}");
    }
}

/// What a naive formula gets wrong.
#[test]
fn large_scores() {
    let x = tensor([1000.0, 0.0, -1000.0]).requires_grad();
    for y in [
        x.softmax(-1),
        x.sigmoid(),
        x.tanh(),
        x.log_softmax(-1),
        x.softplus(),
    ] {
        assert!(y.to_vec().iter().all(|y| y.is_finite()), "{y}");
        x.zero_grad();
        y.sum().backward();
        assert!(
            x.grad().to_vec().iter().all(|g| g.is_finite()),
            "{}",
            x.grad()
        );
    }
    let scores = tensor([[1000.0, 0.0]]).requires_grad();
    let loss = SparseCategoricalCrossentropy::new().loss(&scores.softmax(-1), &tensor([1]));
    assert_eq!(loss.item(), 1000.0);
    loss.backward();
    close(&scores.grad(), &[1.0, -1.0]);
}

/// An LSTM as its formulas say it, step by step.
fn lstm_by_steps(layer: &Lstm, x: &Tensor) -> Tensor {
    let (n, units) = (x.shape()[0], layer.recurrent.shape()[0]);
    let (mut h, mut c) = (Tensor::zeros(&[n, units]), Tensor::zeros(&[n, units]));
    let mut states = Vec::new();
    for step in 0..x.shape()[1] {
        let now = x.slice(1, step..step + 1).squeeze(1);
        let given = now.affine(&layer.weight, &layer.bias);
        let sums = given + h.affine(&layer.recurrent, &layer.recurrent_bias);
        let gates = sums.split(1, &[units; 4]);
        c = gates[1].sigmoid() * &c + gates[0].sigmoid() * gates[2].tanh();
        h = gates[3].sigmoid() * c.tanh();
        states.push(h.clone());
    }
    Tensor::stack(&states.iter().collect::<Vec<_>>(), 1)
}

/// The steps as one operation give what they give one by one, whichever of the gradients are asked
/// for, and also when the way back is gone twice.
#[test]
fn an_lstm_is_what_its_steps_are() {
    for (n, length, features, units) in [(1, 1, 1, 1), (3, 5, 2, 4), (33, 9, 7, 20), (0, 3, 2, 4)] {
        seed(7);
        let layer = Lstm::new(features, units).return_sequences();
        let biases = [&layer.bias, &layer.recurrent_bias];
        for bias in biases {
            bias.set_value(&Tensor::randn(bias.shape()));
        }
        let weight_of_loss = Tensor::randn(&[n, length, units]);
        for asked in 0..4 {
            let x = Tensor::randn(&[n, length, features]);
            let x = if asked == 1 { x } else { x.requires_grad() };
            layer.set_trainable(asked != 2);
            let handles = [
                &x,
                &layer.weight,
                &layer.recurrent,
                &layer.bias,
                &layer.recurrent_bias,
            ];
            let ways: [fn(&Lstm, &Tensor) -> Tensor; 2] =
                [|layer, x| layer.forward(x), lstm_by_steps];
            let found = ways.map(|way| {
                let states = way(&layer, &x);
                for _ in 0..1 + usize::from(asked == 3) {
                    (&states * &weight_of_loss).sum().backward();
                }
                let gradients = handles.map(|one| match one.has_grad() {
                    true => one.grad().to_vec(),
                    false => Vec::new(),
                });
                handles.iter().for_each(|one| one.zero_grad());
                [vec![states.to_vec()], gradients.to_vec()].concat()
            });
            for (one, other) in found[0].iter().zip(&found[1]) {
                assert_eq!(one.len(), other.len());
                let scale = other.iter().fold(1.0, |most: Float, x| most.max(x.abs()));
                for (one, other) in one.iter().zip(other) {
                    assert!((one - other).abs() <= 2e-5 * scale, "{one} {other}");
                }
            }
        }
    }
}
