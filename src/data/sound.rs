//! Sounds that are computed: tones, vowels and words; and the picture of a sound, its spectrogram.
//!
//! Speech is made as in the throat (Fant 1960): a source, the pulses of the vocal folds or the
//! noise of air, goes through resonators, the formants, whose frequencies make an "a" an "a".
//! Voices differ in pitch and size, and there is noise, so that no two are alike. They are
//! synthetic: a result on them says nothing about people.

use super::{Dataset, dataset::equally_often, planar::at_least};
use crate::Float;
use crate::tensor::{Tensor, fail::fail, random};
use std::f64::consts::TAU;

/// Samples in a second of all sounds here: enough for speech on a telephone.
pub const RATE: usize = 8000;

/// `n` tones of a quarter of a second, `[n, 2000]`, on the seven notes from c to b: the class. They
/// differ in loudness and timbre, and there is noise.
///
/// Panics if `n` is 0.
///
/// ```
/// # use chainrule::prelude::*;
/// let tones = data::tones(14);
/// plot::spectrogram(&tones.x.slice(0, 0..1), data::RATE)
/// # ;
/// ```
#[track_caller]
pub fn tones(n: usize) -> Dataset {
    const SEMITONES: [i32; 7] = [0, 2, 4, 5, 7, 9, 11];
    sounds(
        "tones",
        n,
        2000,
        &["c", "d", "e", "f", "g", "a", "b"],
        |note, samples| {
            let frequency =
                261.63 * 2f64.powf(SEMITONES[note] as f64 / 12.0) * (1.0 + 0.003 * normal());
            let (overtone, phase) = (0.5 * uniform(), TAU * uniform());
            for (i, sample) in samples.iter_mut().enumerate() {
                let turn = TAU * frequency * i as f64 / RATE as f64 + phase;
                *sample = turn.sin()
                    + overtone * (2.0 * turn).sin()
                    + 0.5 * overtone * (3.0 * turn).sin();
            }
        },
    )
}

/// Frequencies of the first three formants of the vowels a, e, i, o, u in Hz, about those of
/// Peterson and Barney (1952).
const FORMANTS: [[f64; 3]; 5] = [
    [740.0, 1180.0, 2640.0],
    [500.0, 1850.0, 2500.0],
    [290.0, 2250.0, 3000.0],
    [460.0, 800.0, 2550.0],
    [310.0, 870.0, 2250.0],
];

/// `n` vowels of a quarter of a second, `[n, 2000]`, in different voices: a, e, i, o, u are the
/// classes.
///
/// Panics if `n` is 0.
///
/// ```
/// # use chainrule::prelude::*;
/// let vowels = data::vowels(10);
/// plot::sound(&vowels.x.slice(0, 0..1), data::RATE)
/// # ;
/// ```
#[track_caller]
pub fn vowels(n: usize) -> Dataset {
    sounds(
        "vowels",
        n,
        2000,
        &["a", "e", "i", "o", "u"],
        |vowel, samples| {
            speak(&[Phone::Vowel(vowel, 1.0)], samples);
        },
    )
}

/// `n` words of half a second, `[n, 4000]`, in different voices and at different speeds: "yes",
/// "no", "stop", "go" are the classes.
///
/// Panics if `n` is 0.
///
/// ```
/// # use chainrule::prelude::*;
/// let words = data::words(8);
/// plot::sound(&words.x.slice(0, 2..3), data::RATE)
/// # ;
/// ```
#[track_caller]
pub fn words(n: usize) -> Dataset {
    use Phone::{Burst, Hiss, Hum, Pause, Vowel};
    sounds(
        "words",
        n,
        4000,
        &["yes", "no", "stop", "go"],
        |word, samples| {
            let phones: &[Phone] = match word {
                0 => &[Vowel(2, 0.6), Vowel(1, 1.3), Hiss(1.5)],
                1 => &[Hum(0.9), Vowel(3, 1.3), Vowel(4, 0.9)],
                2 => &[
                    Hiss(1.2),
                    Pause(0.35),
                    Burst(0.2),
                    Vowel(3, 1.4),
                    Pause(0.4),
                    Burst(0.2),
                ],
                _ => &[Pause(0.2), Burst(0.25), Vowel(3, 1.4), Vowel(4, 1.2)],
            };
            speak(phones, samples);
        },
    )
}

/// What speech is put together from, with how long it takes beside the others.
enum Phone {
    Vowel(usize, f64),
    /// "s".
    Hiss(f64),
    /// "n".
    Hum(f64),
    /// What follows the silence of "t", "p" or "g".
    Burst(f64),
    Pause(f64),
}

/// A resonator with two poles (Klatt 1980).
#[derive(Clone, Copy, Default)]
struct Resonator {
    before: [f64; 2],
}

impl Resonator {
    fn next(&mut self, input: f64, frequency: f64, bandwidth: f64) -> f64 {
        let radius = (-0.5 * TAU * bandwidth / RATE as f64).exp();
        let c = -radius * radius;
        let b = 2.0 * radius * (TAU * frequency / RATE as f64).cos();
        let output = (1.0 - b - c) * input + b * self.before[0] + c * self.before[1];
        self.before = [output, self.before[0]];
        output
    }
}

/// The phones one after the other, gliding into each other, in a voice of its own.
fn speak(phones: &[Phone], samples: &mut [f64]) {
    let (pitch, throat) = (
        90.0 + 130.0 * uniform(),
        (1.0 + 0.08 * normal()).clamp(0.85, 1.2),
    );
    let long = |phone: &Phone| match phone {
        Phone::Vowel(_, long)
        | Phone::Hiss(long)
        | Phone::Hum(long)
        | Phone::Burst(long)
        | Phone::Pause(long) => *long,
    };
    let spoken = samples.len() as f64 * (0.75 + 0.2 * uniform());
    let start = (samples.len() as f64 - spoken) * uniform();
    let each = spoken / phones.iter().map(long).sum::<f64>();
    let shake: [f64; 3] = std::array::from_fn(|_| throat * (1.0 + 0.03 * normal()));
    let mut ends: Vec<f64> = vec![start];
    for phone in phones {
        ends.push(ends[ends.len() - 1] + each * long(phone));
    }
    let end = ends[phones.len()].max(1.0);
    let (mut resonators, mut hiss) = ([Resonator::default(); 3], Resonator::default());
    // Voice, hiss and formants move towards their aims, as lips and tongue do.
    let (mut voice, mut air, mut formants, mut turn) = (0.0, 0.0, None::<[f64; 3]>, 0.0);
    for (i, sample) in samples.iter_mut().enumerate() {
        let now = i as f64;
        let place = ends[1..]
            .iter()
            .position(|end| now < *end)
            .filter(|_| now >= start);
        let phone = place.map_or(&Phone::Pause(1.0), |place| &phones[place]);
        let (voiced, hissing, aim) = match phone {
            Phone::Vowel(vowel, _) => (1.0, 0.0, Some(FORMANTS[*vowel])),
            Phone::Hum(_) => (0.5, 0.0, Some([250.0, 1100.0, 2300.0])),
            Phone::Hiss(_) => (0.0, 0.35, None),
            Phone::Burst(_) => (0.0, 0.6, None),
            Phone::Pause(_) => (0.0, 0.0, None),
        };
        let near = |from: f64, to: f64, samples: f64| from + (to - from) / samples;
        (voice, air) = (near(voice, voiced, 60.0), near(air, hissing, 25.0));
        if let Some(aim) = aim {
            let aim = std::array::from_fn(|k| aim[k] * shake[k]);
            let current = formants.get_or_insert(aim);
            (0..3).for_each(|k| current[k] = near(current[k], aim[k], 220.0));
        }
        // The pitch falls towards the end, as in a statement.
        turn += pitch * (1.05 - 0.15 * now / end) * (1.0 + 0.01 * normal()) / RATE as f64;
        let pulse = if turn >= 1.0 { 9.0 } else { 0.0 };
        turn = turn.fract();
        let mut sound = voice * (pulse + 0.03 * normal());
        for (k, resonator) in resonators.iter_mut().enumerate() {
            sound = resonator.next(
                sound,
                formants.unwrap_or(FORMANTS[0])[k].min(3900.0),
                [70.0, 100.0, 150.0][k],
            );
        }
        *sample = sound + air * hiss.next(normal(), 3300.0, 900.0);
    }
}

/// `n` sounds of `length` samples, the classes equally often and in random order, as loud as each
/// other but for a little, with some noise.
#[track_caller]
fn sounds(
    generator: &str,
    n: usize,
    length: usize,
    classes: &[&str],
    make: impl Fn(usize, &mut [f64]),
) -> Dataset {
    at_least(generator, n, 1, "sounds");
    let labels = equally_often(n, classes.len());
    let mut x: Vec<Float> = Vec::with_capacity(n * length);
    for label in &labels {
        let mut samples = vec![0.0; length];
        make(*label, &mut samples);
        let largest = samples
            .iter()
            .fold(1e-9, |largest: f64, sample| largest.max(sample.abs()));
        let (loud, noise) = ((0.5 + 0.4 * uniform()) / largest, 0.004 + 0.008 * uniform());
        x.extend(
            samples
                .iter()
                .map(|sample| (sample * loud + noise * normal()).clamp(-1.0, 1.0) as Float),
        );
    }
    Dataset::of_classes(x, &labels, classes)
}

/// How strong each frequency is at each time: `[n, frames, window / 2]` of sounds `[n, samples]`,
/// or `[frames, window / 2]` of one, `[samples]`. Frame i is the `window` samples from i · window /
/// 2 on, faded in and out (Hann); entry k is the amplitude at k · rate / window Hz, as ln (1 + 100
/// a), because ears hear ratios. One matrix product does it: a frame times the cosines and sines of
/// all frequencies.
///
/// Panics if the sound is shorter than the window.
///
/// ```
/// # use chainrule::prelude::*;
/// let tones = data::tones(3);
/// assert_eq!(data::spectrogram(&tones.x, 200).shape(), [3, 19, 100]);
/// ```
#[track_caller]
pub fn spectrogram(sounds: &Tensor, window: usize) -> Tensor {
    let (n, length) = match *sounds.shape() {
        [length] => (1, length),
        [n, length] => (n, length),
        _ => (0, 0),
    };
    if n == 0 || window < 4 || !window.is_multiple_of(2) || length < window {
        let problem = format!(
            "spectrogram: windows of {window} samples on sounds of shape {:?}",
            sounds.shape()
        );
        fail(
            &problem,
            &[("sounds", sounds)],
            "sounds are [samples] or [n, samples]; a window is even and shorter, 200 say",
        );
    }
    let (frames, bands, samples) = (
        2 * (length / window) - 1 + usize::from(length % window >= window / 2),
        window / 2,
        sounds.to_vec(),
    );
    let turn = |i: usize| TAU * i as f64 / window as f64;
    let fade: Vec<Float> = (0..window)
        .map(|i| (0.5 - 0.5 * turn(i).cos()) as Float)
        .collect();
    let mut faded = Vec::with_capacity(n * frames * window);
    for sound in samples.chunks(length) {
        for frame in 0..frames {
            let from = frame * window / 2;
            faded.extend(
                sound[from..from + window]
                    .iter()
                    .zip(&fade)
                    .map(|(sample, fade)| sample * fade),
            );
        }
    }
    let faded = Tensor::from_vec(faded, &[n * frames, window]);
    let waves = |wave: fn(f64) -> f64| {
        // One turn: all others repeat it.
        let wave: Vec<Float> = (0..window).map(|i| wave(turn(i)) as Float).collect();
        let values = (0..window * bands).map(|i| wave[(i / bands) * (i % bands) % window]);
        Tensor::from_vec(values.collect(), &[window, bands])
    };
    let (cosines, sines) = (
        faded.matmul(&waves(f64::cos)),
        faded.matmul(&waves(f64::sin)),
    );
    let scale = 400.0 / window as Float;
    let strength = ((cosines.square() + sines.square()).sqrt() * scale + 1.0).ln();
    if sounds.rank() == 1 {
        strength
    } else {
        strength.reshape(&[n, frames, bands])
    }
}

/// The columns of a [`spectrogram`] put together to `bands` as wide as ears hear differences (the
/// mel scale, Stevens et al. 1937): narrow at low frequencies, wide at high ones. Shapes
/// `[…, frequencies]` to `[…, bands]`.
///
/// Panics if there are more bands than frequencies.
///
/// ```
/// # use chainrule::prelude::*;
/// let pictures = data::spectrogram(&data::words(4).x, 200);
/// assert_eq!(data::mel_bands(&pictures, 20, data::RATE).shape(), [4, 39, 20]);
/// ```
#[track_caller]
pub fn mel_bands(spectrogram: &Tensor, bands: usize, rate: usize) -> Tensor {
    let frequencies = spectrogram.shape().last().copied().unwrap_or(0);
    if bands == 0 || bands > frequencies {
        let problem = format!("mel_bands: {bands} bands of {frequencies} frequencies");
        fail(
            &problem,
            &[("spectrogram", spectrogram)],
            "there are fewer bands than frequencies, 20 to 40 are usual",
        );
    }
    let half = rate as f64 / 2.0;
    let mel = |hertz: f64| (1.0 + hertz / 700.0).ln();
    let edge = |i: usize| {
        700.0 * ((mel(half) * i as f64 / (bands + 1) as f64).exp() - 1.0) / half
            * frequencies as f64
    };
    let mut weights = vec![0.0 as Float; frequencies * bands];
    for band in 0..bands {
        // A triangle from the middle of the band before to that of the band after, and at least one
        // frequency wide.
        let (left, middle, right) = (edge(band), edge(band + 1), edge(band + 2));
        let height = |k: f64| {
            (1.0 - (k - middle).abs()
                / if k < middle {
                    middle - left
                } else {
                    right - middle
                })
            .max(0.0)
        };
        let heights: Vec<f64> = (0..frequencies).map(|k| height(k as f64)).collect();
        let sum: f64 = heights.iter().sum();
        for (k, value) in heights.into_iter().enumerate() {
            weights[k * bands + band] = if sum > 0.0 {
                (value / sum) as Float
            } else {
                0.0
            };
        }
        if sum == 0.0 {
            weights[(middle.round() as usize).min(frequencies - 1) * bands + band] = 1.0;
        }
    }
    spectrogram.matmul(&Tensor::from_vec(weights, &[frequencies, bands]))
}

fn uniform() -> f64 {
    random::uniform() as f64
}

fn normal() -> f64 {
    random::normal() as f64
}
