//! Sums that stay right: every reduction, and every gradient that is one, over 10⁷ values against
//! `f64`.

use chainrule::prelude::*;

/// As many values as a sum must bear; a debug build takes its time.
const N: usize = if cfg!(debug_assertions) {
    1_000_000
} else {
    10_000_000
};

/// About 0.1, and never twice the same for long: sums that round to one side show it.
fn value(i: usize) -> f64 {
    let noise = (i as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 40;
    f64::from((0.05 + 0.1 * noise as f64 / (1u64 << 24) as f64) as f32)
}

fn values(shape: &[usize]) -> Tensor {
    Tensor::from_vec(
        (0..shape.iter().product())
            .map(|i| value(i) as Float)
            .collect(),
        shape,
    )
}

/// 10⁷ values with the axis that is reduced in every place, long and short.
fn shapes() -> [(Vec<usize>, usize); 7] {
    [
        (vec![N], 0),
        (vec![N / 4, 4], 0),
        (vec![4, N / 4], 1),
        (vec![N / 1000, 1000], 0),
        (vec![2, N / 10, 5], 1),
        (vec![2, 5, N / 10], 2),
        (vec![10, N / 10], 0),
    ]
}

/// The values in another order: those along the axis side by side, for each place of the other
/// axes.
fn lanes(values: &[f64], shape: &[usize], axis: usize) -> Vec<f64> {
    let (len, inner) = (shape[axis], shape[axis + 1..].iter().product::<usize>());
    let places = 0..values.len() / len;
    places
        .flat_map(|i| (0..len).map(move |k| values[(i / inner * len + k) * inner + i % inner]))
        .collect()
}

fn wide(tensor: &Tensor) -> Vec<f64> {
    tensor.to_vec().into_iter().map(f64::from).collect()
}

#[track_caller]
fn assert_close(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len(), "{name}");
    let size = expected.iter().fold(0.0, |size: f64, x| size.max(x.abs()));
    for (i, (found, expected)) in found.iter().zip(expected).enumerate() {
        let error = (found - expected).abs();
        assert!(
            error <= tolerance * size,
            "{name}, value {i}: {found} instead of {expected}"
        );
    }
}

type Operation = fn(&Tensor, isize) -> Tensor;

/// A reduction, what it is in `f64`, and its gradient for a g of 1.
struct Case(
    &'static str,
    Operation,
    fn(&[f64]) -> f64,
    fn(&[f64]) -> Vec<f64>,
);

fn mean(x: &[f64]) -> f64 {
    x.iter().sum::<f64>() / x.len() as f64
}

fn var(x: &[f64]) -> f64 {
    let mean = mean(x);
    x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64
}

/// The gradient goes to those that are equal to the extremum, in equal parts.
fn shares(x: &[f64], best: f64) -> Vec<f64> {
    let ties = x.iter().filter(|x| **x == best).count() as f64;
    x.iter()
        .map(|x| if *x == best { 1.0 / ties } else { 0.0 })
        .collect()
}

fn largest(x: &[f64]) -> f64 {
    x.iter().copied().fold(f64::NEG_INFINITY, f64::max)
}

fn smallest(x: &[f64]) -> f64 {
    x.iter().copied().fold(f64::INFINITY, f64::min)
}

fn product(x: &[f64]) -> f64 {
    x.iter().product()
}

fn cases() -> Vec<Case> {
    vec![
        Case(
            "sum_axis",
            |x, axis| x.sum_axis(axis, false),
            |x| x.iter().sum(),
            |x| vec![1.0; x.len()],
        ),
        Case(
            "sum_axes",
            |x, axis| x.sum_axes(&[axis], true),
            |x| x.iter().sum(),
            |x| vec![1.0; x.len()],
        ),
        Case(
            "mean_axis",
            |x, axis| x.mean_axis(axis, true),
            mean,
            |x| vec![1.0 / x.len() as f64; x.len()],
        ),
        Case(
            "mean_axes",
            |x, axis| x.mean_axes(&[axis], false),
            mean,
            |x| vec![1.0 / x.len() as f64; x.len()],
        ),
        Case(
            "var_axis",
            |x, axis| x.var_axis(axis, false),
            var,
            |x| {
                let (mean, n) = (mean(x), x.len() as f64);
                x.iter().map(|x| 2.0 * (x - mean) / n).collect()
            },
        ),
        Case(
            "std_axis",
            |x, axis| x.std_axis(axis, true),
            |x| var(x).sqrt(),
            |x| {
                let (mean, n, std) = (mean(x), x.len() as f64, var(x).sqrt());
                x.iter().map(|x| (x - mean) / (n * std)).collect()
            },
        ),
        Case(
            "max_axis",
            |x, axis| x.max_axis(axis, false),
            largest,
            |x| shares(x, largest(x)),
        ),
        Case(
            "min_axis",
            |x, axis| x.min_axis(axis, true),
            smallest,
            |x| shares(x, smallest(x)),
        ),
        Case(
            "logsumexp",
            |x, axis| x.logsumexp(axis, false),
            |x| x.iter().map(|x| x.exp()).sum::<f64>().ln(),
            |x| {
                let sum: f64 = x.iter().map(|x| x.exp()).sum();
                x.iter().map(|x| x.exp() / sum).collect()
            },
        ),
    ]
}

#[track_caller]
fn check(
    name: &str,
    x: &Tensor,
    axis: usize,
    own: &[f64],
    Case(_, operation, value, gradient): &Case,
) {
    let (shape, len) = (x.shape().to_vec(), x.shape()[axis]);
    let x = x.detach().requires_grad();
    let y = operation(&x, axis as isize);
    assert_close(
        name,
        &wide(&y),
        &own.chunks(len).map(value).collect::<Vec<_>>(),
        1e-6,
    );
    y.sum().backward();
    let name = &format!("gradient of {name}");
    let found = lanes(&wide(&x.grad()), &shape, axis);
    for (found, lane) in found.chunks(len).zip(own.chunks(len)) {
        assert_close(name, found, &gradient(lane), 1e-5);
    }
}

#[test]
fn reductions_are_right_along_every_axis() {
    for (shape, axis) in shapes() {
        let x = values(&shape);
        let own = lanes(&wide(&x), &shape, axis);
        for case in cases() {
            check(
                &format!("{} of {shape:?} along {axis}", case.0),
                &x,
                axis,
                &own,
                &case,
            );
        }
    }
}

#[test]
fn reductions_of_everything_are_right() {
    let x = values(&[N / 10, 10]).requires_grad();
    let own = wide(&x);
    let all: [(&str, Tensor, f64); 6] = [
        ("sum", x.sum(), own.iter().sum()),
        ("mean", x.mean(), mean(&own)),
        ("var", x.var(), var(&own)),
        ("std", x.std(), var(&own).sqrt()),
        ("max", x.max(), largest(&own)),
        ("min", x.min(), smallest(&own)),
    ];
    for (name, found, expected) in all {
        assert_close(name, &wide(&found), &[expected], 1e-6);
    }
    for n in [N, 2 * N] {
        assert!((Tensor::full(&[n], 0.1).mean().item() - 0.1).abs() < 1e-7);
        assert_eq!(Tensor::ones(&[n]).sum().item(), n as Float);
        assert_eq!(
            Tensor::ones(&[n])
                .reshape(&[n / 5, 5])
                .sum_axis(0, false)
                .to_vec(),
            [(n / 5) as Float; 5]
        );
    }
}

#[test]
fn products_are_right() {
    for (shape, axis) in shapes() {
        // About 1, so that the product of all of them is a number.
        let x = (1.0 + (values(&shape) - 0.1) * 1e-3).detach();
        let case = Case(
            "prod_axis",
            |x, axis| x.prod_axis(axis, false),
            product,
            |x| {
                let product = product(x);
                x.iter().map(|x| product / x).collect()
            },
        );
        let own = lanes(&wide(&x), &shape, axis);
        check(
            &format!("prod_axis of {shape:?} along {axis}"),
            &x,
            axis,
            &own,
            &case,
        );
    }
}

#[test]
fn running_sums_and_shares_are_right() {
    for (shape, axis) in shapes() {
        let (x, len) = (values(&shape).requires_grad(), shape[axis]);
        let own = lanes(&wide(&x), &shape, axis);
        let y = x.cumsum(axis as isize);
        for (found, lane) in lanes(&wide(&y), &shape, axis)
            .chunks(len)
            .zip(own.chunks(len))
        {
            let mut sum = 0.0;
            for (found, x) in found.iter().zip(lane) {
                sum += x;
                assert!(
                    (found / sum - 1.0).abs() < 1e-6,
                    "cumsum of {shape:?} along {axis}: {found}, not {sum}"
                );
            }
        }
        y.sum().backward();
        for found in lanes(&wide(&x.grad()), &shape, axis).chunks(len) {
            let expected: Vec<f64> = (0..len).map(|i| (len - i) as f64).collect();
            assert_close("gradient of cumsum", found, &expected, 1e-6);
        }
        for p in [
            x.detach().softmax(axis as isize),
            x.detach().log_softmax(axis as isize).exp(),
        ] {
            for lane in lanes(&wide(&p), &shape, axis).chunks(len) {
                assert!(
                    (lane.iter().sum::<f64>() - 1.0).abs() < 1e-5,
                    "shares of {shape:?} along {axis}"
                );
            }
        }
    }
}

#[test]
fn gradients_of_what_was_repeated_are_right() {
    // A row, a column, a channel, a single number, under 10⁷ values.
    let shapes: [(&[usize], &[usize]); 9] = [
        (&[N], &[1]),
        (&[N], &[]),
        (&[N / 2, 2], &[2]),
        (&[N / 2, 2], &[1, 2]),
        (&[2, N / 2], &[2, 1]),
        (&[N / 1000, 1000], &[1000]),
        (&[N / 100, 2, 50], &[2, 1]),
        (&[5, N / 10, 2], &[5, 1, 2]),
        (&[5, 2, N / 10], &[1, 2, 1]),
    ];
    for (whole, repeated) in shapes {
        let (x, b) = (
            Tensor::ones(whole),
            Tensor::full(repeated, 0.5).requires_grad(),
        );
        let (n, count) = (x.len() as Float, (x.len() / b.len()) as Float);
        let operations: [(&str, Tensor, Float); 9] = [
            ("add", &x + &b, 1.0),
            ("sub", &x - &b, -1.0),
            ("mul", &x * &b, 1.0),
            ("div", &x / &b, -4.0),
            ("pow", x.pow(&b), 0.0),
            ("maximum", b.maximum(&(&x * 0.25)), 1.0),
            ("minimum", x.minimum(&b), 1.0),
            ("where_", Tensor::where_(&x, &b, &Tensor::zeros(&[])), 1.0),
            ("expand", b.expand(whole), 1.0),
        ];
        for (name, y, slope) in operations {
            let (sum, mean) = (
                grads(&y.sum(), &[&b]).remove(0),
                grads(&y.mean(), &[&b]).remove(0),
            );
            let name = format!("{name} of {repeated:?} under {whole:?}");
            assert_close(
                &name,
                &wide(&sum),
                &vec![f64::from(slope * count); b.len()],
                1e-6,
            );
            assert_close(
                &name,
                &wide(&mean),
                &vec![f64::from(slope * count / n); b.len()],
                1e-5,
            );
        }
    }
}

#[test]
fn gradients_of_what_was_picked_often_are_right() {
    let table = Tensor::full(&[3, 2], 0.5).requires_grad();
    let rows: Vec<usize> = (0..N / 2).map(|i| usize::from(i % 5 == 0)).collect();
    let expected = [0.4, 0.4, 0.1, 0.1, 0.0, 0.0].map(|share| share * N as f64);
    let index = Tensor::from(rows.iter().map(|row| *row as Float).collect::<Vec<_>>());
    let columns = index.unsqueeze(-1);
    for picked in [
        table.select_rows(&rows),
        table.index_select(0, &rows),
        table.embedding(&index),
    ] {
        let found = grads(&(picked * 0.1).sum(), &[&table]).remove(0);
        assert_close(
            "picked rows",
            &wide(&found),
            &expected.map(|x| x * 0.1),
            1e-6,
        );
    }
    let line = Tensor::ones(&[3, 1]).requires_grad();
    let found = grads(&(line.gather(0, &columns) * 0.1).sum(), &[&line]).remove(0);
    assert_close(
        "gather",
        &wide(&found),
        &[0.04 * N as f64, 0.01 * N as f64, 0.0],
        1e-6,
    );
}

#[test]
fn losses_and_layers_are_right_for_many_rows() {
    let n = N / 10;
    let weight = Tensor::ones(&[2, 2]).requires_grad();
    let bias = Tensor::zeros(&[2]).requires_grad();
    let y = values(&[n, 2]).affine(&weight, &bias);
    let found = grads(&y.mean(), &[&bias]).remove(0);
    assert_close("bias", &wide(&found), &[0.5; 2], 1e-6);
    let filters = Tensor::zeros(&[3]).requires_grad();
    let image = Tensor::zeros(&[n / 10, 3, 2, 5]) + filters.reshape(&[3, 1, 1]);
    assert_close(
        "channels",
        &wide(&grads(&image.mean(), &[&filters])[0]),
        &[1.0 / 3.0; 3],
        1e-6,
    );
    let (prediction, target) = (Tensor::full(&[N], 0.3), Tensor::full(&[N], 0.2));
    let squared = (f64::from(0.3f32 as Float) - f64::from(0.2f32 as Float)).powi(2);
    assert_close(
        "mse",
        &wide(&prediction.mse_loss(&target)),
        &[squared],
        1e-5,
    );
    let labels = Tensor::zeros(&[N / 2]);
    let ln2 = 2f64.ln();
    let scores = Tensor::zeros(&[N / 2, 2]);
    assert_close(
        "cross_entropy",
        &wide(&scores.cross_entropy(&labels)),
        &[ln2],
        1e-6,
    );
    assert_close(
        "nll",
        &wide(&Tensor::full(&[N / 2, 2], -0.1).nll_loss(&labels)),
        &[0.1],
        1e-6,
    );
    let zeros = Tensor::zeros(&[N]);
    assert_close("bce", &wide(&zeros.bce_with_logits(&zeros)), &[ln2], 1e-6);
}

#[test]
fn shares_of_many_rows_are_right() {
    let labels = Tensor::from_vec((0..N).map(|i| (i % 4) as Float).collect(), &[N]);
    let same = Tensor::from_vec((0..N).map(|i| (i % 8 % 5 % 4) as Float).collect(), &[N]);
    let right = (0..N).filter(|i| i % 4 == i % 8 % 5 % 4).count() as f64 / N as f64;
    assert_close(
        "accuracy",
        &[accuracy(&same, &labels).into()],
        &[right],
        1e-6,
    );
    let scores = Tensor::from_vec((0..N).map(|i| value(i) as Float).collect(), &[N / 2, 2]);
    let first = scores.argmax(-1).mean().item();
    let expected = (0..N / 2)
        .filter(|i| value(2 * i + 1) > value(2 * i))
        .count() as f64
        / (N / 2) as f64;
    assert_close("argmax", &[first.into()], &[expected], 1e-6);
    let layer = BatchNormalization::new(2).momentum(0.0);
    let x = values(&[N / 2, 2]);
    training(|| layer.forward(&x));
    let own = lanes(&wide(&x), &[N / 2, 2], 0);
    let of = |f: fn(&[f64]) -> f64| own.chunks(N / 2).map(f).collect::<Vec<_>>();
    assert_close("running mean", &wide(&layer.mean), &of(mean), 1e-6);
    assert_close("running variance", &wide(&layer.variance), &of(var), 1e-6);
    let w = Tensor::zeros(&[N]).requires_grad();
    (&w * 0.1).sum().backward();
    let norm = clip_grad_norm(std::slice::from_ref(&w), 1.0);
    assert_close(
        "norm",
        &[norm.into()],
        &[(N as f64).sqrt() * f64::from(0.1f32)],
        1e-6,
    );
    assert_close(
        "clipped",
        &[w.grad().square().sum().item().into()],
        &[1.0],
        1e-6,
    );
}

#[test]
fn data_of_many_rows_is_standardised() {
    let n = N / 50;
    // Years, about 2001, and incomes.
    let x = (0..2 * n).map(|i| {
        if i % 2 == 0 {
            1952.0 + (i / 2 % 99) as Float
        } else {
            1e4 * value(i) as Float
        }
    });
    let x = Tensor::from_vec(x.collect(), &[n, 2]);
    let years = wide(&x.mean_axis(0, false));
    assert_close(
        "years",
        &years[..1],
        &[mean(&lanes(&wide(&x), &[n, 2], 0)[..n])],
        1e-6,
    );
    let data = Dataset::new(&x, &Tensor::zeros(&[n]));
    let standard = data.standardised().x;
    let own = lanes(&wide(&standard), &[n, 2], 0);
    for lane in own.chunks(n) {
        assert!(
            mean(lane).abs() < 1e-4 && (var(lane) - 1.0).abs() < 1e-4,
            "{} {}",
            mean(lane),
            var(lane)
        );
    }
    let digits = data::digits(N / 2000).x;
    assert_close(
        "var of pictures",
        &wide(&digits.var()),
        &[var(&wide(&digits))],
        1e-6,
    );
}

/// aᵀ b for rows of `a` and of `b`, added up in `f64`.
fn crossed(a: &[f64], b: &[f64], [columns, others]: [usize; 2]) -> Vec<f64> {
    let mut sums = vec![0.0; columns * others];
    for (a, b) in a.chunks(columns).zip(b.chunks(others)) {
        for (sum, (i, j)) in sums
            .iter_mut()
            .zip((0..columns).flat_map(|i| (0..others).map(move |j| (i, j))))
        {
            *sum += a[i] * b[j];
        }
    }
    sums
}

/// Values that differ, and one value that is always rounded to the same side.
fn both(shape: &[usize]) -> [Tensor; 2] {
    [values(shape), Tensor::full(shape, 0.1)]
}

#[test]
fn products_of_long_matrices_are_right() {
    for (n, columns, others) in [
        (N, 1, 1),
        (N / 10, 3, 2),
        (N / 8, 2, 4),
        (N / 100, 20, 130),
        (N / 200, 130, 7),
    ] {
        for (x, g) in both(&[n, columns]).iter().zip(&both(&[n, others])) {
            let expected = crossed(&wide(x), &wide(g), [columns, others]);
            let (weight, bias) = (
                Tensor::zeros(&[columns, others]).requires_grad(),
                Tensor::full(&[others], 3.0),
            );
            let by_matmul = grads(&(x.matmul(&weight) * g).sum(), &[&weight]).remove(0);
            let by_affine = grads(&(x.affine(&weight, &bias) * g).sum(), &[&weight]).remove(0);
            let name = format!("[{n}, {columns}]ᵀ [{n}, {others}]");
            assert_close(&name, &wide(&x.t().matmul(g)), &expected, 1e-6);
            assert_close(
                &format!("matmul's weight, {name}"),
                &wide(&by_matmul),
                &expected,
                1e-6,
            );
            assert_close(
                &format!("affine's weight, {name}"),
                &wide(&by_affine),
                &expected,
                1e-6,
            );
            let added: Vec<f64> = expected.iter().map(|sum| sum + 3.0).collect();
            assert_close(
                &format!("affine, {name}"),
                &wide(&x.t().affine(g, &bias)),
                &added,
                1e-6,
            );
        }
    }
    for (x, y) in both(&[N]).iter().zip(&both(&[N])) {
        let expected = crossed(&wide(x), &wide(y), [1, 1]);
        assert_close("two vectors", &wide(&x.matmul(y)), &expected, 1e-6);
        let matrix = Tensor::stack(&[x, &(x * 2.0)], 0);
        assert_close(
            "matrix and vector",
            &wide(&matrix.matmul(y)),
            &[expected[0], 2.0 * expected[0]],
            1e-6,
        );
        assert_close(
            "vector and matrix",
            &wide(&y.matmul(&matrix.t())),
            &[expected[0], 2.0 * expected[0]],
            1e-6,
        );
    }
}

#[test]
fn weights_of_many_matrices_and_pictures_have_the_right_gradient() {
    for (count, rows) in [(N / 20, 10), (N / 2000, 1000), (3, N / 6)] {
        for x in both(&[count, rows, 2]) {
            let weight = Tensor::zeros(&[2, 3]).requires_grad();
            let found = grads(&x.matmul(&weight).sum(), &[&weight]).remove(0);
            let sums = crossed(&wide(&x), &vec![1.0; count * rows * 3], [2, 3]);
            assert_close(
                &format!("weight of {count} matrices of {rows} rows"),
                &wide(&found),
                &sums,
                1e-6,
            );
        }
    }
    for shape in [
        [N / 16, 1, 4, 4],
        [N / 10_000, 1, 100, 100],
        [1, 1, 1000, N / 1000],
        [N / 64, 4, 4, 4],
    ] {
        for x in both(&shape) {
            let channels = shape[1];
            let filter = Tensor::zeros(&[2, channels, 1, 1]).requires_grad();
            let found = grads(&x.conv2d(&filter, 1, 0).sum(), &[&filter]).remove(0);
            let sums = wide(&x.sum_axes(&[0, 2, 3], false)).repeat(2);
            assert_close(
                &format!("filter over {shape:?}"),
                &wide(&found),
                &sums,
                1e-6,
            );
            let sound = x.reshape(&[shape[0], channels, shape[2] * shape[3]]);
            let filter = Tensor::zeros(&[1, channels, 1]).requires_grad();
            let found = grads(&sound.conv1d(&filter, 1, 0).sum(), &[&filter]).remove(0);
            assert_close(
                &format!("filter over sounds {shape:?}"),
                &wide(&found),
                &sums[..channels],
                1e-6,
            );
        }
    }
}
