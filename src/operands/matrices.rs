//! Matrices that can be multiplied.

use crate::tensor::Tensor;
use crate::tensor::fail::fail;

/// Both operands of a product as stacks of matrices, and the shape of the result.
#[track_caller]
pub(crate) fn stacks(a: &Tensor, b: &Tensor) -> ([usize; 3], [usize; 3], Vec<usize>) {
    match matmul_shapes(a.shape(), b.shape()) {
        Some(found) => found,
        None => misfit("matmul", a, b),
    }
}

/// How many numbers go into a dense layer, and how many come out of it.
#[track_caller]
pub(crate) fn sizes_of_affine(x: &Tensor, weight: &Tensor, bias: &Tensor) -> [usize; 2] {
    let (&[inputs, outputs], Some(&last)) = (weight.shape(), x.shape().last()) else {
        misfit("affine", x, weight)
    };
    if last != inputs {
        misfit("affine", x, weight);
    }
    let (own, matrix) = (bias.shape(), weight.shape());
    if own != [outputs] {
        fail(
            &format!("affine: the bias has the shape {own:?}, the weight {matrix:?}"),
            &[("weight", weight), ("bias", bias)],
            "the bias needs one value for each column of the weight",
        );
    }
    [inputs, outputs]
}

/// Both operands as stacks of matrices, and the shape of the result; None if they do not fit.
fn matmul_shapes(a: &[usize], b: &[usize]) -> Option<([usize; 3], [usize; 3], Vec<usize>)> {
    let count = |outer: &[usize]| outer.iter().product();
    let (outer_a, left) = match a {
        [k] => (&[][..], [1, 1, *k]),
        [outer @ .., n, k] => (outer, [count(outer), *n, *k]),
        [] => return None,
    };
    let (outer_b, right) = match b {
        [k] => (&[][..], [1, *k, 1]),
        [outer @ .., k, m] => (outer, [count(outer), *k, *m]),
        [] => return None,
    };
    let is_single = |outer: &[usize], stack: usize| {
        outer.is_empty() || (stack == 1 && outer_a.len() == outer_b.len())
    };
    let outer = match (is_single(outer_a, left[0]), is_single(outer_b, right[0])) {
        (true, _) => outer_b,
        (_, true) => outer_a,
        _ if outer_a == outer_b => outer_a,
        _ => return None,
    };
    let mut shape = outer.to_vec();
    if a.len() > 1 {
        shape.push(left[1]);
    }
    if b.len() > 1 {
        shape.push(right[2]);
    }
    (left[2] == right[1]).then_some((left, right, shape))
}

/// The commonest mistake of all gets the most careful message.
#[cold]
#[track_caller]
fn misfit(op: &str, left: &Tensor, right: &Tensor) -> ! {
    let (a, b) = (left.shape(), right.shape());
    let operands = [("left", left), ("right", right)];
    let (Some(&m), Some(&n)) = (a.last(), b.get(b.len().saturating_sub(2))) else {
        let problem = format!("{op}: a single number is no matrix: {a:?} x {b:?}");
        fail(&problem, &operands, "use * to multiply by a number");
    };
    if m == n {
        let outer = |shape: &[usize]| shape[..shape.len().saturating_sub(2)].to_vec();
        let problem = format!(
            "{op}: stacks of {:?} and of {:?} matrices: {a:?} x {b:?}",
            outer(a),
            outer(b)
        );
        fail(
            &problem,
            &operands,
            "stacks need the same shape, or one of them is a single matrix",
        );
    }
    // The two sizes that clash stand under the shapes they belong to.
    let problem = format!("{op}: inner sizes differ: {a:?} x {b:?}");
    let before = format!("{op}: inner sizes differ: ").len();
    let left_at = before + format!("{a:?}").len() - 1 - m.to_string().len();
    let shown = format!("{a:?} x [");
    let leading: usize = b
        .iter()
        .rev()
        .skip(2)
        .map(|size| format!("{size}, ").len())
        .sum();
    let right_at = before + shown.len() + leading;
    let gap = right_at - left_at - m.to_string().len();
    let marks = format!("{:left_at$}{m}{:gap$}{n}", "", "");
    let hint = if a.len() > 1 && a[1..].iter().product::<usize>() == n {
        format!(
            "flatten the left side first: .reshape(&[{}, {n}]) or .flatten()",
            a[0]
        )
    } else if b.len() == 2 && b[1] == m {
        "transpose the right side: .matmul(&b.t())".to_owned()
    } else if a.len() == 2 && a[0] == n {
        "transpose the left side: a.t().matmul(…)".to_owned()
    } else {
        "the last axis of the left side must be as long as the first of the right side".to_owned()
    };
    fail(&format!("{problem}\n{marks}"), &operands, &hint);
}
