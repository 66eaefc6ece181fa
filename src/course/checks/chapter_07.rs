//! The exercises of chapter 7, the training loop.

use super::measures::{share_of, size};
use crate::Float;
use crate::course::answer::{Answer, Training, Verdict};
use crate::data::digits;
use crate::model::Sequential;
use crate::nn::{Dense, Loss, Module, SparseCategoricalCrossentropy, accuracy};
use crate::optim::{Optimizer, Sgd, zero_grad};
use crate::tensor::{Tensor, random::seed};
use std::sync::{Arc, Mutex, PoisonError};

pub(super) fn judge(id: &str, answer: &Answer) -> Verdict {
    match (id, answer) {
        ("7.A", Answer::Training(train)) => one_epoch(train),
        ("7.B", Answer::Model(model)) => small(model),
        ("7.I1" | "7.I2" | "7.I3", Answer::Value(rate)) if rate.is_number() => {
            sixty_steps(id, rate.as_f64().unwrap_or(0.0) as Float)
        }
        _ => ("kind", Vec::new()),
    }
}

/// Notes how many rows each forward pass has.
#[derive(Clone, Default)]
struct Watch(Arc<Mutex<Vec<usize>>>);

impl Module for Watch {
    fn forward(&self, x: &Tensor) -> Tensor {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(x.shape()[0]);
        x.clone()
    }
}

/// The network of the primer, behind a watch.
fn network() -> (Sequential, Watch) {
    let watch = Watch::default();
    let model = Sequential::new().add(watch.clone());
    let model = model.add(Dense::new(784, 128).relu());
    (model.add(Dense::new(128, 10).softmax()), watch)
}

fn weights(model: &Sequential) -> Vec<Float> {
    let parameters = model.parameters();
    parameters.iter().flat_map(Tensor::to_vec).collect()
}

/// A function that trains: one epoch of mini-batches, judged on digits of its own.
fn one_epoch(train: &Training) -> Verdict {
    seed(70);
    let (learn, exam) = digits(12_000).split(10.0 / 12.0);
    let (model, watch) = network();
    let before = weights(&model);
    train(&model, &learn);
    let seen = std::mem::take(&mut *watch.0.lock().unwrap_or_else(PoisonError::into_inner));
    let (after, pictures) = (weights(&model), seen.iter().sum::<usize>());
    let share = accuracy(&model.predict(&exam.x), &exam.y);
    let has_gradient = model.parameters().iter().any(Tensor::has_grad);
    let name = match learn.len() {
        _ if seen.is_empty() => "open",
        _ if before == after => "still",
        _ if after.iter().any(|weight| !weight.is_finite()) => "nan",
        all if seen.contains(&all) => "whole",
        all if pictures < all * 9 / 10 => "part",
        all if pictures > all * 3 / 2 => "epochs",
        _ if share >= 0.9 => "passed",
        _ if has_gradient => "sums",
        _ => "rate",
    };
    let percent = format!("{:.1} %", 100.0 * share);
    (
        name,
        vec![seen.len().to_string(), pictures.to_string(), percent],
    )
}

/// A network with fewer than 10,000 parameters that reads 95 % of digits it has not seen.
fn small(model: &Sequential) -> Verdict {
    seed(71);
    let (count, exam) = (size(model), digits(2_000));
    let guesses = model.predict(&exam.x);
    let (has_ten, share) = share_of(&guesses, 10, &exam);
    let name = match share {
        _ if count == 101_770 => "open",
        _ if count >= 10_000 => "big",
        _ if !has_ten => "outputs",
        0.95.. => "passed",
        0.9.. => "narrow",
        0.2.. => "short",
        _ => "untrained",
    };
    (
        name,
        vec![count.to_string(), format!("{:.1} %", 100.0 * share)],
    )
}

/// Sixty steps of SGD with a rate: 7.I1 wants one that learns fast, 7.I2 one that is too small to,
/// 7.I3 one that is too large.
fn sixty_steps(id: &str, rate: Float) -> Verdict {
    seed(72);
    let (data, (model, _)) = (digits(2_000), network());
    let mut optimizer = Sgd::new(rate.max(1e-9));
    let mut losses = Vec::new();
    for batch in data.batches(32).take(60) {
        zero_grad(&model.parameters());
        let loss = SparseCategoricalCrossentropy::new().loss(&model.forward(&batch.x), &batch.y);
        loss.backward();
        optimizer.step(&model.parameters());
        losses.push(loss.item());
    }
    let end = losses[50..].iter().sum::<Float>() / 10.0;
    let is_wild = rate > 0.5 && (end > 1.0 || end.is_nan());
    let name = match id {
        _ if is_wild => ["large", "passed"][usize::from(id == "7.I3")],
        _ if end > 1.8 => ["tiny", "passed"][usize::from(id == "7.I2")],
        "7.I1" if end <= 0.8 => "passed",
        _ => "fine",
    };
    (
        name,
        vec![
            rate.to_string(),
            format!("{:.2}", losses[0]),
            format!("{end:.2}"),
        ],
    )
}
