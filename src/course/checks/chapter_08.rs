//! The exercises of chapter 8, when it does not learn.

use crate::course::answer::{Answer, Verdict};
use crate::data::digits;
use crate::model::Sequential;
use crate::nn::{Init, accuracy};
use crate::tensor::{Tensor, random::seed, tensor};

pub(super) fn judge(id: &str, answer: &Answer) -> Verdict {
    match (id, answer, &answer.numbers()[..]) {
        ("8.A", _, &[a, b, c, d, e, f]) => order([a, b, c, d, e, f]),
        ("8.B", Answer::Model(model), _) => cured(model),
        ("8.I1" | "8.I2" | "8.I3", _, &[deviation]) if deviation > 0.0 => ten_layers(id, deviation),
        _ => ("kind", Vec::new()),
    }
}

/// Several orders are good, if what is cheap and finds most comes first.
fn order(given: [f64; 6]) -> Verdict {
    let place = |what: f64| given.iter().position(|one| *one == what);
    let [
        Some(all),
        Some(look),
        Some(batch),
        Some(first),
        Some(rate),
        Some(layers),
    ] = [1.0, 2.0, 3.0, 4.0, 5.0, 6.0].map(place)
    else {
        return ("kind", Vec::new());
    };
    let name = match look {
        1.. => "data",
        _ if first > batch => "loss",
        _ if batch > rate.min(layers).min(all) => "batch",
        _ if layers < rate => "size",
        _ => "passed",
    };
    (name, vec![given.map(|one| one.to_string()).join(", ")])
}

/// A model that reads 95 % of digits it has not seen, with inputs from 0 to 1.
fn cured(model: &Sequential) -> Verdict {
    seed(81);
    let exam = digits(1_000);
    let [guesses, of_bytes] = [1.0, 255.0].map(|scale| model.predict(&(&exam.x * scale)));
    if guesses.shape() != [1_000, 10] {
        return ("kind", Vec::new());
    }
    let [share, with_bytes] = [&guesses, &of_bytes].map(|guesses| accuracy(guesses, &exam.y));
    let is_twice = guesses.max().item() < 0.24 && of_bytes.max().item() < 0.24;
    let name = match share {
        ..0.5 if is_twice && with_bytes < 0.5 => "open",
        _ if is_twice => "twice",
        ..0.95 if with_bytes > share + 0.1 => "bytes",
        ..0.5 => "still",
        ..0.95 => "short",
        _ => "passed",
    };
    (name, vec![format!("{:.1} %", 100.0 * share)])
}

/// What noise has become behind ten layers of tanh with weights of this deviation.
fn ten_layers(id: &str, deviation: f64) -> Verdict {
    seed(82);
    let mut x = Tensor::randn(&[200, 100]);
    for _ in 0..10 {
        x = x
            .matmul(&Init::Normal(deviation as crate::Float).draw(100, 100))
            .tanh();
    }
    let (spread, stuck) = (x.std().item(), x.abs().gt(&tensor(0.95)).mean().item());
    let found = match spread {
        ..0.001 => "dies",
        0.1.. if stuck < 0.1 => "speaks",
        _ if stuck > 0.5 => "stuck",
        _ => "between",
    };
    let wanted = [("8.I1", "speaks"), ("8.I2", "dies"), ("8.I3", "stuck")];
    let name = if wanted.contains(&(id, found)) {
        "passed"
    } else {
        found
    };
    let percent = format!("{:.0} %", 100.0 * stuck);
    (
        name,
        vec![deviation.to_string(), format!("{spread:.4}"), percent],
    )
}
