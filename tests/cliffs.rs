//! No operation costs more than twice what its nearest relative does: along another axis, in more
//! parts, in another order. Both are measured in turns, in one run, on one thread, and the fastest
//! of each counts.

use chainrule::prelude::*;
use std::hint::black_box;
use std::process::Command;
use std::time::Instant;

type Run<'a> = Box<dyn Fn() -> Tensor + 'a>;

/// How many times as long the first takes, after it was tried a few times: what disturbs a run
/// makes it longer, never shorter.
fn ratio(slow: &Run, fast: &Run) -> f64 {
    let mut best = [f64::INFINITY; 2];
    let mut ratio = f64::INFINITY;
    for round in 0..400 {
        for (best, run) in best.iter_mut().zip([slow, fast]) {
            let start = Instant::now();
            black_box(run());
            *best = best.min(start.elapsed().as_secs_f64());
        }
        ratio = best[0] / best[1];
        if round >= 15 && ratio <= 1.9 {
            break;
        }
    }
    ratio
}

fn gradient(loss: &Tensor, of: &Tensor) -> Tensor {
    grads(loss, &[of]).remove(0)
}

/// The rows of `x` in so many parts, put together again, and the gradient.
fn parts(x: &Tensor, count: usize) -> Tensor {
    let step = x.shape()[0] / count;
    let parts: Vec<Tensor> = (0..count)
        .map(|i| x.slice(0, i * step..(i + 1) * step))
        .collect();
    gradient(
        &Tensor::concat(&parts.iter().collect::<Vec<_>>(), 0).sum(),
        x,
    )
}

/// Rows of 256 values, of which some are picked: nothing but the loop.
fn picked(values: &[Float], any: &[usize]) -> Tensor {
    let mut out = Vec::with_capacity(any.len());
    for (row, any) in values.chunks_exact(256).zip(any.chunks_exact(256)) {
        out.extend(any.iter().map(|i| row[*i]));
    }
    Tensor::from_vec(out, &[256, 256])
}

fn picked_anywhere(values: &[Float], places: &[usize]) -> Tensor {
    Tensor::from_vec(places.iter().map(|i| values[*i]).collect(), &[256, 256])
}

/// Where the largest of each row of ten values is: nothing but the loop.
fn largest(values: &[Float]) -> Tensor {
    let best = |row: &[Float]| {
        (1..10).fold(0, |best, i| if row[i] > row[best] { i } else { best }) as Float
    };
    values
        .chunks_exact(10)
        .map(best)
        .collect::<Vec<Float>>()
        .into()
}

/// The sums so far of rows of 256 values: nothing but the loop.
fn added_up(values: &[Float]) -> Tensor {
    let mut out = values.to_vec();
    for row in out.chunks_exact_mut(256) {
        (1..256).for_each(|i| row[i] += row[i - 1]);
    }
    Tensor::from_vec(out, &[256, 256])
}

fn four(run: &dyn Fn() -> Tensor) -> Tensor {
    (0..3).for_each(|_| drop(run()));
    run()
}

#[test]
#[ignore = "run by the test below, in a process of its own"]
fn cliffs() {
    seed(1);
    let x = &Tensor::randn(&[256, 256]);
    let long = &Tensor::randn(&[1024, 64]).requires_grad();
    let short = &Tensor::randn(&[256, 64]).requires_grad();
    let (row, wide_row) = (
        &Tensor::randn(&[8]).requires_grad(),
        &Tensor::randn(&[1024]).requires_grad(),
    );
    let (under, wide) = (&Tensor::zeros(&[65_536, 8]), &Tensor::zeros(&[512, 1024]));
    let any: &Vec<usize> = &(0..65_536).map(|i| i * 7 % 256).collect();
    let order: &Vec<usize> = &(0..256).rev().collect();
    let index = &Tensor::from_vec(
        (0..65_536).map(|i| (i * 7 % 256) as Float).collect(),
        &[256, 256],
    );
    let digits = &data::digits(500);
    let (narrow, pictures) = (&Tensor::randn(&[6_554, 10]), &Tensor::randn(&[64, 32, 32]));
    let slim = &Tensor::randn(&[3_855, 17]);
    let (values, scores): (&[Float], &[Float]) = (&x.to_vec(), &narrow.to_vec());
    let places: &Vec<usize> = &any
        .iter()
        .enumerate()
        .map(|(i, row)| row * 256 + i % 256)
        .collect();
    let (frames, waves) = (&Tensor::randn(&[760, 200]), &Tensor::randn(&[200, 100]));
    let (one, many) = (&Tensor::randn(&[80_000]), &Tensor::randn(&[40, 2000]));
    let pairs: Vec<(&str, Run, Run)> = vec![
        (
            "1024 slices, against 4 times 256",
            Box::new(|| parts(long, 1024)),
            Box::new(|| four(&|| parts(short, 256))),
        ),
        (
            "concat(1)",
            Box::new(|| Tensor::concat(&[x, x], 1)),
            Box::new(|| Tensor::concat(&[x, x], 0)),
        ),
        (
            "var_axis(0)",
            Box::new(|| x.var_axis(0, false)),
            Box::new(|| x.var_axis(1, false)),
        ),
        (
            "std_axis(0)",
            Box::new(|| x.std_axis(0, false)),
            Box::new(|| x.std_axis(1, false)),
        ),
        (
            "softmax(0)",
            Box::new(|| x.softmax(0)),
            Box::new(|| x.softmax(1)),
        ),
        (
            "log_softmax(0)",
            Box::new(|| x.log_softmax(0)),
            Box::new(|| x.log_softmax(1)),
        ),
        (
            "logsumexp(0)",
            Box::new(|| x.logsumexp(0, false)),
            Box::new(|| x.logsumexp(1, false)),
        ),
        (
            "cumsum(0)",
            Box::new(|| x.cumsum(0)),
            Box::new(|| x.cumsum(1)),
        ),
        (
            "cumsum(1)",
            Box::new(|| x.cumsum(1)),
            Box::new(|| added_up(values)),
        ),
        (
            "sum_axis(0)",
            Box::new(|| x.sum_axis(0, false)),
            Box::new(|| x.square()),
        ),
        (
            "max_axis(0)",
            Box::new(|| x.max_axis(0, false)),
            Box::new(|| x.max_axis(1, false)),
        ),
        (
            "argmax(0)",
            Box::new(|| x.argmax(0)),
            Box::new(|| x.sum_axis(0, false)),
        ),
        (
            "argmax(1)",
            Box::new(|| x.argmax(1)),
            Box::new(|| x.sum_axis(1, false)),
        ),
        (
            "argmax of few",
            Box::new(|| narrow.argmax(1)),
            Box::new(|| largest(scores)),
        ),
        (
            "argmax of narrow columns",
            Box::new(|| slim.argmax(0)),
            Box::new(|| slim.sum_axis(0, false)),
        ),
        (
            "max_axis(1)",
            Box::new(|| x.max_axis(1, false)),
            Box::new(|| x.sum_axis(1, false)),
        ),
        (
            "max of short rows",
            Box::new(|| narrow.max_axis(1, false)),
            Box::new(|| narrow.sum_axis(1, false)),
        ),
        ("softplus", Box::new(|| x.softplus()), Box::new(|| x.tanh())),
        ("elu", Box::new(|| x.elu(1.0)), Box::new(|| x.tanh())),
        ("t()", Box::new(|| x.t()), Box::new(|| x.slice(0, 0..256))),
        (
            "t() of pictures",
            Box::new(|| pictures.t()),
            Box::new(|| pictures.slice(0, 0..64)),
        ),
        (
            "gather(1)",
            Box::new(|| x.gather(1, index)),
            Box::new(|| picked(values, any)),
        ),
        (
            "gather(0)",
            Box::new(|| x.gather(0, index)),
            Box::new(|| picked_anywhere(values, places)),
        ),
        (
            "index_select(1)",
            Box::new(|| x.index_select(1, order)),
            Box::new(|| picked(values, any)),
        ),
        (
            "a row of 8 under 65,536",
            Box::new(|| gradient(&(under + row).sum(), row)),
            Box::new(|| gradient(&(wide + wide_row).sum(), wide_row)),
        ),
        (
            "spectrogram, against its products",
            Box::new(|| data::spectrogram(many, 200)),
            Box::new(|| frames.matmul(waves) + frames.matmul(waves)),
        ),
        (
            "many sounds, against a long one",
            Box::new(|| data::spectrogram(many, 200)),
            Box::new(|| data::spectrogram(one, 200)),
        ),
        (
            "shifted",
            Box::new(|| digits.shifted(2).x),
            Box::new(|| digits.x.slice(0, 0..499).flip(1)),
        ),
    ];
    for (name, slow, fast) in &pairs {
        println!("cliff {name}: {:.2}", ratio(slow, fast));
    }
}

#[test]
fn nothing_costs_twice_as_much_as_its_relatives() {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "cliffs", "--ignored", "--nocapture"])
        .env("CHAINRULE_THREADS", "1")
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let lines: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("cliff "))
        .collect();
    assert!(lines.len() == 28, "{text}");
    let is_cliff = |line: &&&str| {
        line.rsplit(' ')
            .next()
            .and_then(|ratio| ratio.parse::<f64>().ok())
            .is_none_or(|r| r > 2.0)
    };
    let cliffs: Vec<_> = lines.iter().filter(is_cliff).collect();
    assert!(
        cliffs.is_empty(),
        "times as long as its relative: {cliffs:#?}\nof {lines:#?}"
    );
}
