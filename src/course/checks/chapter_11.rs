//! The exercises of chapter 11, hearing: decibels, a window that tells two notes apart, and a small
//! network for vowels.

use super::measures::{share_of, size};
use crate::course::answer::{Answer, Verdict};
use crate::data::{RATE, mel_bands, spectrogram, vowels};
use crate::model::Sequential;
use crate::tensor::{Tensor, random::seed};
use std::f64::consts::TAU;

pub(super) fn judge(id: &str, answer: &Answer) -> Verdict {
    match (id, answer, &answer.numbers()[..]) {
        ("11.A", _, &[window]) if window >= 4.0 && window.fract() == 0.0 => apart(window as usize),
        ("11.B", Answer::Model(model), _) => small(model),
        ("11.I1" | "11.I2" | "11.I3", _, &[db]) => decibels(id, db),
        _ => ("kind", Vec::new()),
    }
}

/// At 0 dB noise and word are equally strong, at 20 the noise has a hundredth of the power, at 6
/// its waves are half as high.
fn decibels(id: &str, db: f64) -> Verdict {
    let name = match (id, db) {
        ("11.I1", -0.25..=0.25) | ("11.I2", 19.75..=20.25) | ("11.I3", 5.75..=6.25) => "passed",
        ("11.I2", 1.0) => "share",
        ("11.I2", 10.0) => "ten",
        ("11.I2", 40.0) => "height",
        ("11.I2", _) => "other",
        ("11.I3", 3.0) => "power",
        ("11.I1", 0.0..) | ("11.I3", 6.0..) => "weaker",
        _ => "stronger",
    };
    let [power, height] = [10.0, 20.0].map(|per| 100.0 * 10f64.powf(-db / per));
    let shares = [power, height].map(|share| format!("{share:.1}"));
    (name, [vec![db.to_string()], shares.to_vec()].concat())
}

/// What a faded window hears of a tone of 440 Hz when it is asked for 466 Hz.
fn apart(window: usize) -> Verdict {
    let (mut real, mut imaginary, mut all) = (0.0, 0.0, 0.0);
    for i in 0..window {
        let fade = 0.5 - 0.5 * (TAU * i as f64 / window as f64).cos();
        let angle = TAU * 26.0 * i as f64 / RATE as f64;
        real += fade * angle.cos();
        imaginary += fade * angle.sin();
        all += fade;
    }
    let left = real.hypot(imaginary) / all;
    let name = match window {
        200 => "open",
        _ if window % 2 == 1 => "odd",
        801.. => "long",
        _ if left > 0.1 => "short",
        _ => "passed",
    };
    let seconds = format!("{:.3}", window as f64 / RATE as f64);
    let left = format!("{:.1}", 100.0 * left);
    (name, vec![window.to_string(), seconds, left])
}

/// A network with fewer than 200 parameters that hears 95 % of vowels it has not learnt from.
fn small(model: &Sequential) -> Verdict {
    seed(110);
    let exam = vowels(1_000);
    let noise = (exam.x.square().mean_axis(1, true) * 0.1).sqrt() * Tensor::randn(exam.x.shape());
    let picture = mel_bands(&spectrogram(&(&exam.x + noise), 200), 32, RATE);
    let guesses = model.predict(&(picture.permute(&[0, 2, 1]) - 1.0));
    let count = size(model);
    let (has_five, share) = share_of(&guesses, 5, &exam);
    let name = match share {
        _ if count == 3_045 => "open",
        _ if count >= 200 => "big",
        _ if !has_five => "outputs",
        0.95.. => "passed",
        0.3.. => "short",
        _ => "untrained",
    };
    let percent = format!("{:.1} %", 100.0 * share);
    (name, vec![count.to_string(), percent])
}
