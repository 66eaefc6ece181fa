//! What lies at the edge of numbers and of shapes: nothing at all, one value, values that are none,
//! ties, values so large that a step is more than 1. What is expected is what NumPy computes, in
//! `f64`; where the field differs, it is said.

use chainrule::prelude::*;

const INF: Float = Float::INFINITY;
const NAN: Float = Float::NAN;

/// As equal as `f32` lets them be; a NaN is equal to a NaN.
#[track_caller]
fn assert_same(name: &str, found: &Tensor, shape: &[usize], expected: &[f64]) {
    assert_eq!(found.shape(), shape, "{name}");
    let values = found.to_vec();
    let close = |found: f64, expected: f64| {
        (found.is_nan() && expected.is_nan())
            || found == expected
            || (found - expected).abs() <= 1e-6 * expected.abs()
    };
    let all = values.len() == expected.len()
        && values
            .iter()
            .zip(expected)
            .all(|(a, b)| close(f64::from(*a), *b));
    assert!(all, "{name}: {values:?} instead of {expected:?}");
}

#[track_caller]
fn assert_refused(name: &str, run: impl FnOnce() -> Tensor) {
    let payload = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).expect_err(name);
    let said = payload
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_default();
    assert!(
        said.contains("no values") && said.contains(name),
        "{name}: {said}"
    );
}

fn is_refused(run: impl FnOnce() -> Tensor) -> bool {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).is_err()
}

fn empty(shape: &[usize]) -> Tensor {
    Tensor::zeros(shape)
}

type Row<'a> = (&'a str, Tensor, &'a [usize], &'a [f64]);

fn check(rows: &[Row]) {
    rows.iter()
        .for_each(|(name, found, shape, expected)| assert_same(name, found, shape, expected));
}

fn gradient(x: &Tensor, loss: impl Fn(&Tensor) -> Tensor) -> Tensor {
    let x = x.detach().requires_grad();
    loss(&x).sum().backward();
    x.grad()
}

#[test]
fn of_nothing_there_is_a_sum_and_no_mean() {
    let three = Tensor::ones(&[3, 2]);
    check(&[
        ("sum", empty(&[0, 3]).sum(), &[], &[0.0]),
        (
            "sum_axis(0)",
            empty(&[0, 3]).sum_axis(0, false),
            &[3],
            &[0.0; 3],
        ),
        ("sum_axis(1)", empty(&[0, 3]).sum_axis(1, false), &[0], &[]),
        (
            "sum_axis(1) of three",
            empty(&[3, 0]).sum_axis(1, true),
            &[3, 1],
            &[0.0; 3],
        ),
        (
            "sum_axes",
            empty(&[2, 0, 3]).sum_axes(&[0, 1], false),
            &[3],
            &[0.0; 3],
        ),
        ("prod", empty(&[0]).prod(), &[], &[1.0]),
        (
            "prod_axis",
            empty(&[2, 0]).prod_axis(1, false),
            &[2],
            &[1.0; 2],
        ),
        ("cumsum(0)", empty(&[0, 3]).cumsum(0), &[0, 3], &[]),
        ("cumsum(1)", empty(&[0, 3]).cumsum(1), &[0, 3], &[]),
        ("cumsum, inner 0", empty(&[3, 0]).cumsum(0), &[3, 0], &[]),
        (
            "mean_axis of no rows",
            empty(&[0, 3]).mean_axis(1, false),
            &[0],
            &[],
        ),
        (
            "max_axis of no rows",
            empty(&[0, 3]).max_axis(1, false),
            &[0],
            &[],
        ),
        ("argmax of no rows", empty(&[0, 3]).argmax(1), &[0], &[]),
        (
            "var_axis of no rows",
            empty(&[0, 3]).var_axis(1, false),
            &[0],
            &[],
        ),
        ("softmax", empty(&[2, 0]).softmax(1), &[2, 0], &[]),
        ("softmax(0)", empty(&[2, 0]).softmax(0), &[2, 0], &[]),
        ("log_softmax", empty(&[0, 3]).log_softmax(1), &[0, 3], &[]),
        (
            "logsumexp of no rows",
            empty(&[0, 3]).logsumexp(1, false),
            &[0],
            &[],
        ),
        ("transposed", empty(&[0, 3]).t(), &[3, 0], &[]),
        (
            "permuted",
            empty(&[2, 0, 3]).permute(&[2, 0, 1]),
            &[3, 2, 0],
            &[],
        ),
        (
            "matmul over nothing",
            empty(&[2, 0]).matmul(&empty(&[0, 3])),
            &[2, 3],
            &[0.0; 6],
        ),
        (
            "matmul of no rows",
            empty(&[0, 3]).matmul(&three),
            &[0, 2],
            &[],
        ),
        (
            "matmul of no columns",
            three.matmul(&empty(&[2, 0])),
            &[3, 0],
            &[],
        ),
        (
            "two empty vectors",
            empty(&[0]).matmul(&empty(&[0])),
            &[],
            &[0.0],
        ),
        (
            "no matrices",
            empty(&[0, 4, 3]).matmul(&three),
            &[0, 4, 2],
            &[],
        ),
        (
            "affine over nothing",
            empty(&[2, 0]).affine(&empty(&[0, 2]), &tensor([1.0, 2.0])),
            &[2, 2],
            &[1., 2., 1., 2.],
        ),
        (
            "concat",
            Tensor::concat(&[&empty(&[0, 2]), &three], 0),
            &[3, 2],
            &[1.0; 6],
        ),
        ("slice", three.slice(0, 1..1), &[0, 2], &[]),
        ("select_rows", three.select_rows(&[]), &[0, 2], &[]),
        ("index_select", three.index_select(1, &[]), &[3, 0], &[]),
        ("gather", three.gather(1, &empty(&[3, 0])), &[3, 0], &[]),
        (
            "gather of no columns",
            empty(&[3, 0]).gather(0, &empty(&[2, 0])),
            &[2, 0],
            &[],
        ),
        ("embedding", three.embedding(&empty(&[0])), &[0, 2], &[]),
        ("flip", empty(&[0, 3]).flip(0), &[0, 3], &[]),
        (
            "broadcast",
            empty(&[1, 0]) + Tensor::ones(&[3, 1]),
            &[3, 0],
            &[],
        ),
        (
            "gradient of what was spread over nothing",
            gradient(&three, |x| x.unsqueeze(2) * empty(&[0])),
            &[3, 2],
            &[0.0; 6],
        ),
        (
            "gradient of a weight without samples",
            gradient(&three, |w| empty(&[0, 3]).matmul(w)),
            &[3, 2],
            &[0.0; 6],
        ),
        (
            "gradient of a bias without samples",
            gradient(&tensor([1.0]), |b| empty(&[0, 2]) + b),
            &[1],
            &[0.0],
        ),
        (
            "gradient of a part that is empty",
            gradient(&three, |x| x.slice(0, 1..1)),
            &[3, 2],
            &[0.0; 6],
        ),
    ]);
    assert_refused("mean", || empty(&[0]).mean());
    assert_refused("var", || empty(&[0, 3]).var());
    assert_refused("max", || empty(&[0, 3]).max());
    assert_refused("mean_axis", || empty(&[0, 3]).mean_axis(0, false));
    assert_refused("mean_axes", || empty(&[0, 3]).mean_axes(&[0, 1], false));
    assert_refused("max_axis", || empty(&[0, 3]).max_axis(0, false));
    assert_refused("argmin", || empty(&[3, 0]).argmin(1));
    assert_refused("std_axis", || empty(&[3, 0]).std_axis(1, true));
    assert_refused("logsumexp", || empty(&[0]).logsumexp(0, false));
}

#[test]
fn one_value_is_its_own_mean() {
    for x in [tensor([3.0]), tensor([[3.0]]), Tensor::full(&[], 3.0)] {
        let all = [
            ("sum", x.sum(), 3.0),
            ("mean", x.mean(), 3.0),
            ("var", x.var(), 0.0),
            ("std", x.std(), 0.0),
        ];
        all.iter()
            .for_each(|(name, found, expected)| assert_same(name, found, &[], &[*expected]));
        let all = [
            ("max", x.max(), 3.0),
            ("min", x.min(), 3.0),
            ("prod", x.prod(), 3.0),
        ];
        all.iter()
            .for_each(|(name, found, expected)| assert_same(name, found, &[], &[*expected]));
        assert_eq!(gradient(&x, |x| x.var()).to_vec(), [0.0]);
        assert_eq!(gradient(&x, |x| x.std()).to_vec(), [0.0]);
        assert_eq!(gradient(&x, |x| x.max()).to_vec(), [1.0]);
    }
    let row = tensor([[1.0, -2.0, 4.0]]);
    check(&[
        ("var of one row", row.var_axis(0, false), &[3], &[0.0; 3]),
        ("std of one row", row.std_axis(0, true), &[1, 3], &[0.0; 3]),
        (
            "gradient of the std of one row",
            gradient(&row, |x| x.std_axis(0, false)),
            &[1, 3],
            &[0.0; 3],
        ),
        ("softmax of one", row.softmax(0), &[1, 3], &[1.0; 3]),
        (
            "gradient of a softmax of one",
            gradient(&row, |x| x.softmax(0) * 2.0),
            &[1, 3],
            &[0.0; 3],
        ),
        (
            "logsumexp of one",
            row.logsumexp(0, false),
            &[3],
            &[1.0, -2.0, 4.0],
        ),
        ("argmax of one", row.argmax(0), &[3], &[0.0; 3]),
    ]);
}

#[test]
fn what_is_no_number_is_not_hidden() {
    let (inf, nan) = (f64::INFINITY, f64::NAN);
    let long: Vec<Float> = (0..100)
        .map(|i| if i == 70 || i == 90 { NAN } else { i as Float })
        .collect();
    let long = Tensor::from_vec(long, &[100]);
    let columns = Tensor::stack(&[&long, &long, &Tensor::ones(&[100])], 1);
    let mut share = vec![0.0; 100];
    (share[70], share[90]) = (0.5, 0.5);
    let x = tensor([[1.0, NAN, 3.0], [INF, 0.0, -INF]]);
    let lowest = Tensor::full(&[2, 3], -INF);
    check(&[
        ("sum_axis", x.sum_axis(1, false), &[2], &[nan, nan]),
        ("sum_axis(0)", x.sum_axis(0, false), &[3], &[inf, nan, -inf]),
        (
            "mean_axis(0)",
            x.mean_axis(0, false),
            &[3],
            &[inf, nan, -inf],
        ),
        ("var_axis(0)", x.var_axis(0, false), &[3], &[nan, nan, nan]),
        ("max_axis", x.max_axis(1, false), &[2], &[nan, inf]),
        ("min_axis(0)", x.min_axis(0, false), &[3], &[1.0, nan, -inf]),
        ("argmax", x.argmax(1), &[2], &[1.0, 0.0]),
        ("argmin", x.argmin(0), &[3], &[0.0, 0.0, 1.0]),
        ("argmax of many", long.argmax(0), &[], &[70.0]),
        (
            "argmin of columns",
            columns.argmin(0),
            &[3],
            &[70.0, 70.0, 0.0],
        ),
        ("max of many", long.max(), &[], &[nan]),
        (
            "gradient of a max that is none",
            gradient(&long, |x| x.max()),
            &[100],
            &share,
        ),
        (
            "cumsum",
            tensor([1.0, INF, -INF, 2.0]).cumsum(0),
            &[4],
            &[1.0, inf, nan, nan],
        ),
        (
            "cumsum of many",
            long.cumsum(0).slice(0, 69..71),
            &[2],
            &[69.0 * 70.0 / 2.0, nan],
        ),
        ("prod", tensor([0.0, INF]).prod(), &[], &[nan]),
        ("softmax of −∞", lowest.softmax(1), &[2, 3], &[nan; 6]),
        (
            "log_softmax of −∞",
            lowest.log_softmax(0),
            &[2, 3],
            &[nan; 6],
        ),
        (
            "softmax with a NaN",
            tensor([1.0, NAN]).softmax(0),
            &[2],
            &[nan, nan],
        ),
        (
            "softmax with ∞",
            tensor([INF, 0.0]).softmax(0),
            &[2],
            &[nan, nan],
        ),
        (
            "softmax that is masked",
            tensor([-INF, 0.0, 0.0]).softmax(0),
            &[3],
            &[0.0, 0.5, 0.5],
        ),
        (
            "log_softmax that is masked",
            tensor([-INF, 0.0]).log_softmax(0),
            &[2],
            &[-inf, 0.0],
        ),
        (
            "logsumexp of rows",
            tensor([[-INF, -INF], [0.0, -INF]]).logsumexp(1, false),
            &[2],
            &[-inf, 0.0],
        ),
        (
            "logsumexp of columns",
            tensor([[-INF, 3.0], [-INF, -INF]]).logsumexp(0, false),
            &[2],
            &[-inf, 3.0],
        ),
        ("max of −∞", lowest.max_axis(1, false), &[2], &[-inf; 2]),
        ("argmax of −∞", lowest.argmax(1), &[2], &[0.0; 2]),
        (
            "gradient of a max of −∞",
            gradient(&lowest, |x| x.max_axis(0, false)),
            &[2, 3],
            &[0.5; 6],
        ),
        (
            "gradient of a masked softmax",
            gradient(&tensor([-INF, 0.0, 0.0]), |x| {
                x.softmax(0) * tensor([1.0, 2.0, 4.0])
            }),
            &[3],
            &[0.0, -0.5, 0.5],
        ),
        (
            "gradient beside what was not chosen",
            gradient(&tensor([-1.0, 4.0]), |x| {
                Tensor::where_(&tensor([0.0, 1.0]), &(x * tensor([NAN, 3.0])), x)
            }),
            &[2],
            &[nan, 3.0],
        ),
        (
            "gradient of what was chosen before",
            gradient(&tensor([-1.0, 4.0]), |x| {
                Tensor::where_(&x.gt(&tensor(0.0)), x, &tensor(1.0)).sqrt()
            }),
            &[2],
            &[0.0, 0.25],
        ),
        (
            "relu",
            tensor([NAN, -INF, INF]).relu(),
            &[3],
            &[nan, 0.0, inf],
        ),
        (
            "clamp",
            tensor([NAN, -INF, INF]).clamp(-1.0, 1.0),
            &[3],
            &[nan, -1.0, 1.0],
        ),
        (
            "maximum",
            tensor([NAN, 1.0]).maximum(&tensor([1.0, NAN])),
            &[2],
            &[nan, nan],
        ),
        (
            "minimum",
            tensor([NAN, 1.0]).minimum(&tensor([1.0, NAN])),
            &[2],
            &[nan, nan],
        ),
        (
            "sigmoid",
            tensor([NAN, -INF, INF]).sigmoid(),
            &[3],
            &[nan, 0.0, 1.0],
        ),
        (
            "tanh",
            tensor([NAN, -INF, INF]).tanh(),
            &[3],
            &[nan, -1.0, 1.0],
        ),
        (
            "a product with 0 · ∞",
            tensor([[0.0, 1.0]]).matmul(&tensor([[INF], [1.0]])),
            &[1, 1],
            &[nan],
        ),
        (
            "cross-entropy, masked",
            tensor([[-INF, 0.0]]).cross_entropy(&tensor([1])),
            &[],
            &[0.0],
        ),
        (
            "cross-entropy, impossible",
            tensor([[-INF, 0.0]]).cross_entropy(&tensor([0])),
            &[],
            &[inf],
        ),
    ]);
}

#[test]
fn ties_share_and_zeros_have_no_sign() {
    let tied = tensor([[3.0, 1.0, 3.0], [3.0, 3.0, 0.0]]);
    check(&[
        (
            "max",
            gradient(&tied, |x| x.max()),
            &[2, 3],
            &[0.25, 0.0, 0.25, 0.25, 0.25, 0.0],
        ),
        (
            "max_axis(1)",
            gradient(&tied, |x| x.max_axis(1, true)),
            &[2, 3],
            &[0.5, 0.0, 0.5, 0.5, 0.5, 0.0],
        ),
        (
            "max_axis(0)",
            gradient(&tied, |x| x.max_axis(0, false)),
            &[2, 3],
            &[0.5, 0.0, 1.0, 0.5, 1.0, 0.0],
        ),
        (
            "min_axis(0)",
            gradient(&tied, |x| x.min_axis(0, false)),
            &[2, 3],
            &[0.5, 1.0, 0.0, 0.5, 0.0, 1.0],
        ),
        (
            "−0 and 0",
            gradient(&tensor([-0.0, 0.0]), |x| x.max()),
            &[2],
            &[0.5, 0.5],
        ),
        (
            "argmax of −0 and 0",
            tensor([-0.0, 0.0]).argmax(0),
            &[],
            &[0.0],
        ),
        (
            "argmin of 0 and −0",
            tensor([0.0, -0.0]).argmin(0),
            &[],
            &[0.0],
        ),
        (
            "maximum of −0 and 0",
            gradient(&tensor([-0.0]), |x| x.maximum(&tensor([0.0]))),
            &[1],
            &[0.5],
        ),
        ("|−0|", gradient(&tensor([-0.0]), |x| x.abs()), &[1], &[0.0]),
        (
            "relu of −0",
            gradient(&tensor([-0.0]), |x| x.relu()),
            &[1],
            &[0.0],
        ),
        (
            "clamp at its ends",
            gradient(&tensor([-1.0, 1.0, 1.5]), |x| x.clamp(-1.0, 1.0)),
            &[3],
            &[1.0, 1.0, 0.0],
        ),
        (
            "product with one 0",
            gradient(&tensor([0.0, 2.0, 3.0]), |x| x.prod()),
            &[3],
            &[6.0, 0.0, 0.0],
        ),
        (
            "product with two",
            gradient(&tensor([0.0, 2.0, 0.0]), |x| x.prod()),
            &[3],
            &[0.0; 3],
        ),
        (
            "x⁰ at 0",
            gradient(&tensor([0.0]), |x| x.pow(&tensor([0.0]))),
            &[1],
            &[0.0],
        ),
    ]);
}

#[test]
fn what_is_large_or_far_from_0_keeps_its_differences() {
    let top = 16_777_216.0;
    let times = tensor([
        1_700_000_000.0,
        1_700_000_128.0,
        1_700_000_128.0,
        1_700_000_384.0,
    ]);
    check(&[
        (
            "var beside 2²⁴",
            tensor([top, top + 2.0, top + 2.0, top + 2.0]).var(),
            &[],
            &[0.75],
        ),
        ("std of two", tensor([1e7, 1e7 + 1.0]).std(), &[], &[0.5]),
        ("var of times", times.var(), &[], &[128.0 * 128.0 * 1.1875]),
        (
            "gradient of it",
            gradient(&times, |x| x.var()),
            &[4],
            &[-80.0, -16.0, -16.0, 112.0],
        ),
        (
            "var of times in columns",
            times.unsqueeze(1).expand(&[4, 3]).var_axis(0, false),
            &[3],
            &[19_456.0; 3],
        ),
        (
            "mean of the largest",
            Tensor::full(&[3], Float::MAX).mean(),
            &[],
            &[f64::from(f32::MAX)],
        ),
        (
            "std of the largest",
            tensor([3e38, -3e38]).std(),
            &[],
            &[f64::from(3e38f32)],
        ),
        (
            "mean of nearly the smallest",
            Tensor::full(&[3], 1.2e-38).mean(),
            &[],
            &[f64::from(1.2e-38f32)],
        ),
        (
            "product on the way too large",
            tensor([1e30, 1e30, 1e-30, 1e-30]).prod(),
            &[],
            &[1.0],
        ),
        (
            "sum that cancels",
            tensor([1e8, 1.0, -1e8]).sum(),
            &[],
            &[1.0],
        ),
        (
            "columns that cancel",
            tensor([[1e8], [1.0], [-1e8]]).sum_axis(0, false),
            &[1],
            &[1.0],
        ),
        (
            "softmax of far scores",
            tensor([1e30, -1e30]).softmax(0),
            &[2],
            &[1.0, 0.0],
        ),
        (
            "log_softmax of far scores",
            tensor([1e30, -1e30]).log_softmax(0),
            &[2],
            &[0.0, -2e30f32 as f64],
        ),
    ]);
    let line = Tensor::arange(0.0, top, 1.0);
    let line = Tensor::concat(&[&line, &tensor([top, top + 1.0])], 0);
    for place in [top - 1.0, top] {
        assert_eq!(line.gather(0, &tensor([place])).item(), place);
        assert_eq!(line.unsqueeze(1).embedding(&tensor([place])).item(), place);
    }
    // One more than can be told apart: what is refused is what is not there.
    let short = line.slice(0, 0..top as usize + 1);
    assert_eq!(short.gather(0, &tensor([top])).item(), top);
    assert!(is_refused(|| short.gather(0, &tensor([top + 2.0]))));
    for wrong in [-1.0, 0.5, 3.0, NAN, INF, -INF, 3e9, 1e30] {
        let table = tensor([1.0, 2.0, 3.0]);
        assert!(is_refused(|| table.gather(0, &tensor([wrong]))), "{wrong}");
    }
}

/// Axes that are repeated, alone and together.
#[test]
fn gradients_of_broadcasting_along_several_axes_are_sums() {
    let shapes: [[&[usize]; 3]; 7] = [
        [&[2, 1, 3, 1], &[1, 4, 1, 5], &[2, 4, 3, 5]],
        [&[1, 1, 1], &[2, 3, 4], &[2, 3, 4]],
        [&[3, 1], &[5, 2, 1, 4], &[5, 2, 3, 4]],
        [&[], &[2, 3], &[2, 3]],
        [&[2, 1], &[1, 2], &[2, 2]],
        [&[1, 3, 1, 2, 1], &[4, 1, 5, 1, 3], &[4, 3, 5, 2, 3]],
        [&[4, 1, 1, 7], &[3, 2, 1], &[4, 3, 2, 7]],
    ];
    seed(5);
    for [left, right, whole] in shapes {
        let (a, b) = (
            Tensor::rand(left).requires_grad(),
            (Tensor::rand(right) + 1.0).detach().requires_grad(),
        );
        let g = Tensor::rand(whole);
        let found = grads(&(&a * &b * &g).sum(), &[&a, &b]);
        // Each place of the whole, and where it came from.
        let from = |shape: &[usize], mut place: usize| {
            let (mut at, mut step) = (0, 1);
            for axis in (0..whole.len()).rev() {
                let size = (axis + shape.len())
                    .checked_sub(whole.len())
                    .map_or(1, |axis| shape[axis]);
                at += if size == 1 {
                    0
                } else {
                    place % whole[axis] * step
                };
                (place, step) = (place / whole[axis], step * size);
            }
            at
        };
        let mut sums = [vec![0.0; a.len()], vec![0.0; b.len()]];
        let (x, y) = (a.to_vec(), b.to_vec());
        for (place, g) in g.to_vec().into_iter().enumerate() {
            let (i, j) = (from(left, place), from(right, place));
            sums[0][i] += f64::from(y[j]) * f64::from(g);
            sums[1][j] += f64::from(x[i]) * f64::from(g);
        }
        assert_same(
            &format!("{left:?} with {right:?}"),
            &found[0],
            left,
            &sums[0],
        );
        assert_same(
            &format!("{right:?} with {left:?}"),
            &found[1],
            right,
            &sums[1],
        );
    }
}

/// What was turned, cut, reversed or repeated before is reduced as if it had been made so.
#[test]
fn reductions_of_views_are_those_of_copies() {
    seed(6);
    let x = Tensor::randn(&[5, 18, 33]);
    let views = [
        x.permute(&[2, 0, 1]),
        x.t(),
        x.slice(1, 3..17).permute(&[1, 2, 0]),
        x.flip(1).t().slice(0, 1..4),
        x.row(2).expand(&[3, 18, 33]),
        x.permute(&[1, 0, 2]).reshape(&[18, 165]).t(),
    ];
    let operations: [fn(&Tensor, isize) -> Tensor; 10] = [
        |x, axis| x.sum_axis(axis, false),
        |x, axis| x.mean_axis(axis, true),
        |x, axis| x.var_axis(axis, false),
        |x, axis| x.max_axis(axis, false),
        |x, axis| x.min_axis(axis, true),
        |x, axis| x.argmax(axis),
        |x, axis| x.cumsum(axis),
        |x, axis| x.softmax(axis),
        |x, axis| x.logsumexp(axis, false),
        |x, axis| (x * 0.1 + 1.0).prod_axis(axis, false),
    ];
    for view in views {
        let copy = Tensor::from_vec(view.to_vec(), view.shape());
        for (i, operation) in operations.iter().enumerate() {
            for axis in 0..view.rank() as isize {
                let name = format!("operation {i} along {axis} of {:?}", view.shape());
                assert_eq!(
                    operation(&view, axis).to_vec(),
                    operation(&copy, axis).to_vec(),
                    "{name}"
                );
                let of = |x: &Tensor| gradient(x, |x| operation(x, axis).square());
                if i != 5 {
                    assert_eq!(of(&view).to_vec(), of(&copy).to_vec(), "gradient of {name}");
                }
            }
        }
    }
}

/// Compared with a plain loop, whatever the sizes: a processor takes 4, 8 or 16 values at once, and
/// what remains is handled in another way.
#[test]
fn extremes_are_found_in_rows_and_columns_of_every_size() {
    seed(11);
    let values = [NAN, -INF, -2.0, -1.0, -0.0, 0.0, 1.0, 2.0, INF];
    for sizes in (1..75).flat_map(|len| [1, 2, 3, 5, 8, 13, 16, 21, 40].map(|inner| (len, inner))) {
        let (len, inner) = sizes;
        // A NaN is rare, so that most columns have none.
        let any = Tensor::uniform(&[2, len, inner], 0.94, 9.0);
        let x = any.to_vec().iter().map(|i| values[*i as usize]).collect();
        let x = Tensor::from_vec(x, &[2, len, inner]);
        let found = [
            x.max_axis(1, false),
            x.argmax(1),
            x.min_axis(1, false),
            x.argmin(1),
        ];
        let all = x.to_vec();
        for (place, column) in (0..2 * inner).map(|at| (at, at / inner * len * inner + at % inner))
        {
            let column: Vec<Float> = (0..len).map(|i| all[column + i * inner]).collect();
            let expected = [1.0, -1.0].map(|sign: Float| {
                let is_more =
                    |a: Float, b: Float| !b.is_nan() && (a.is_nan() || sign * a > sign * b);
                (1..len).fold(0, |best, i| {
                    if is_more(column[i], column[best]) {
                        i
                    } else {
                        best
                    }
                })
            });
            for (i, found) in found.iter().enumerate() {
                let (found, first) = (found.to_vec()[place], expected[i / 2]);
                let expected = if i % 2 == 0 {
                    column[first]
                } else {
                    first as Float
                };
                assert!(
                    found == expected || found.is_nan() && expected.is_nan(),
                    "{i}: {found}, not {expected}, of {column:?} in {sizes:?}"
                );
            }
        }
    }
}

/// Compared with a plain loop: places are computed 64 at a time, of narrow rows one at a time.
#[test]
fn gather_takes_what_the_index_says_for_every_width() {
    seed(12);
    for inner in [1, 2, 3, 15, 16, 17, 63, 64, 65, 130] {
        for (size, count) in [(1, 3), (7, 1), (200, 130)] {
            let x = Tensor::randn(&[2, size, inner]);
            let index = Tensor::uniform(&[2, count, inner], 0.0, size as Float).to_vec();
            let index: Vec<Float> = index.iter().map(|i| i.floor()).collect();
            let values = x.to_vec();
            let expected: Vec<Float> = (0..2 * count * inner)
                .map(|at| {
                    let (block, column) = (at / (count * inner), at % inner);
                    values[(block * size + index[at] as usize) * inner + column]
                })
                .collect();
            let index = Tensor::from_vec(index, &[2, count, inner]);
            assert_eq!(
                x.gather(1, &index).to_vec(),
                expected,
                "{size}, {count}, {inner}"
            );
        }
    }
}

#[test]
fn running_sums_are_right_for_every_length() {
    for len in 0..40 {
        for columns in [1, 3] {
            let x = Tensor::from_vec(
                (0..len * columns)
                    .map(|i| (i as Float * 0.7).sin())
                    .collect(),
                &[len, columns],
            );
            let weights = Tensor::from_vec(
                (0..len * columns).map(|i| 1.0 + i as Float).collect(),
                &[len, columns],
            );
            let (values, g) = (x.to_vec(), weights.to_vec());
            let (mut sums, mut back) = (vec![0.0; len * columns], vec![0.0; len * columns]);
            for j in 0..columns {
                let (mut sum, mut rest) = (0.0, 0.0);
                for i in 0..len {
                    sum += f64::from(values[i * columns + j]);
                    sums[i * columns + j] = f64::from(sum as f32);
                    rest += f64::from(g[(len - 1 - i) * columns + j]);
                    back[(len - 1 - i) * columns + j] = rest;
                }
            }
            assert_same("cumsum(0)", &x.cumsum(0), &[len, columns], &sums);
            assert_same("cumsum(1)", &x.t().cumsum(1).t(), &[len, columns], &sums);
            assert_same(
                "gradient",
                &gradient(&x, |x| x.cumsum(0) * &weights),
                &[len, columns],
                &back,
            );
            let turned = gradient(&x.t(), |x| x.cumsum(1) * weights.t()).t();
            assert_same("gradient of rows", &turned, &[len, columns], &back);
        }
    }
}
