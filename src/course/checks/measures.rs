//! What the exercises of several chapters measure of a model.

use crate::Float;
use crate::data::Dataset;
use crate::model::Sequential;
use crate::nn::accuracy;
use crate::tensor::Tensor;

/// Of the grammar of [`sentences`](crate::data::sentences), in nats a character; chapter 12 works
/// it out.
pub(super) const ENTROPY: f64 = 0.3842;

/// How many numbers a model learns.
pub(super) fn size(model: &Sequential) -> usize {
    model.parameters().iter().map(Tensor::len).sum()
}

/// Whether there is a guess of so many classes for each example, and the share of right ones.
pub(super) fn share_of(guesses: &Tensor, classes: usize, exam: &Dataset) -> (bool, Float) {
    let fits = guesses.shape() == [exam.len(), classes];
    let share = if fits {
        accuracy(guesses, &exam.y)
    } else {
        0.0
    };
    (fits, share)
}
