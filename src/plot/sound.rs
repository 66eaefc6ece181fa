//! Sound: its wave, its spectrogram, and a player.

use super::figure::{Axis, Figure, Layer};
use super::palette::{self, Rgb};
use super::raster::{self, data_uri};
use super::values::{Values, number};
use crate::data;
use crate::display::{self, Bundle, Show, say};
use crate::tensor::{Tensor, fail::fail};
use std::fmt;

/// Samples in a window for a spectrogram: at 8 kHz 25 ms, in which speech hardly changes.
fn window(rate: usize, samples: usize) -> usize {
    (rate / 80 * 2).clamp(16, (samples / 2 * 2).max(16))
}

/// Which frequencies (upwards) are in a sound when (to the right); dark is loud. `samples`: `[n]`
/// or `[1, n]`, `rate` of them in a second.
///
/// Panics if there is not one sound, or if it is shorter than 16 samples.
///
/// ```
/// # use chainrule::prelude::*;
/// let word = data::words(1).x;
/// plot::spectrogram(&word, data::RATE)
/// # ;
/// ```
#[track_caller]
pub fn spectrogram(samples: &Tensor, rate: usize) -> Figure {
    let samples = one_sound("spectrogram", samples, rate);
    let strengths = data::spectrogram(&samples, window(rate, samples.len()));
    let &[frames, bands] = strengths.shape() else {
        unreachable!("one sound has two axes")
    };
    let values = strengths.numbers();
    let most = values.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let pixels: Vec<Rgb> = (0..frames * bands)
        .map(|i| {
            let (band, frame) = (bands - 1 - i / frames, i % frames);
            let share = values[frame * bands + band] / most;
            palette::sequential((share * 40.0).round() / 40.0)
        })
        .collect();
    let (seconds, hertz) = (samples.len() as f64 / rate as f64, rate as f64 / 2.0);
    let mut figure = Figure::new(
        "spectrogram",
        Axis::numbers((0.0, seconds)),
        Axis::numbers((0.0, hertz)),
    );
    figure.size = (600.0, 260.0);
    let png = raster::png(frames, &pixels);
    figure.layers.push(Layer::Image {
        area: [0.0, 0.0, seconds, hertz],
        png,
        smooth: true,
    });
    let strength = |band: usize| values.iter().skip(band).step_by(bands).sum::<f64>();
    let strongest = (0..bands)
        .max_by(|&a, &b| strength(a).total_cmp(&strength(b)))
        .unwrap_or(0);
    let at = number(strongest as f64 * hertz / bands as f64, 3);
    let seconds = number(seconds, 3);
    figure.summary = vec![say(
        format!("{seconds} s at {rate} samples a second, strongest at {at} Hz"),
        format!("{seconds} 秒，每秒 {rate} 个采样，{at} Hz 处最强"),
    )];
    figure
        .x_label(say("time in s", "时间（秒）"))
        .y_label(say("frequency in Hz", "频率（Hz）"))
}

/// A sound as the wave that it is. Shapes as for [`spectrogram`].
///
/// ```
/// # use chainrule::prelude::*;
/// plot::wave(&data::vowels(1).x, data::RATE)
/// # ;
/// ```
#[track_caller]
pub fn wave(samples: &Tensor, rate: usize) -> Figure {
    let samples = one_sound("wave", samples, rate);
    let times: Vec<f64> = (0..samples.len()).map(|i| i as f64 / rate as f64).collect();
    let mut figure = super::curve(&times, &samples).x_label(say("time in s", "时间（秒）"));
    (figure.kind, figure.size.1) = ("wave", 200.0);
    figure
}

#[track_caller]
fn one_sound(kind: &str, samples: &Tensor, rate: usize) -> Tensor {
    let is_one = samples.rank() == 1 || (samples.rank() == 2 && samples.shape()[0] == 1);
    if !is_one || samples.len() < 16 || rate == 0 {
        let problem = format!(
            "{kind}: one sound is expected, [samples] or [1, samples], not {:?}",
            samples.shape()
        );
        fail(
            &problem,
            &[("samples", samples)],
            "take one of several: sounds.x.slice(0, 0..1); data::RATE a second",
        );
    }
    samples.detach().reshape(&[samples.len()])
}

/// A sound that can be heard, with its [`spectrogram`].
pub struct Sound {
    file: Vec<u8>,
    figure: Figure,
}

/// A player for a sound, with its [`spectrogram`]. Shapes as there; samples beyond ±1 are cut off.
///
/// ```
/// # use chainrule::prelude::*;
/// plot::sound(&data::words(1).x, data::RATE)
/// # ;
/// ```
#[track_caller]
pub fn sound(samples: &Tensor, rate: usize) -> Sound {
    let figure = spectrogram(samples, rate);
    Sound {
        file: data::wav(&samples.detach(), rate),
        figure: figure.of_kind("sound"),
    }
}

impl Sound {
    /// Writes a title above the picture.
    pub fn title(self, title: &str) -> Sound {
        Sound {
            figure: self.figure.title(title),
            ..self
        }
    }

    /// The sound in words.
    pub fn text(&self) -> String {
        self.figure.text()
    }
}

impl Show for Sound {
    fn bundle(&self) -> Bundle {
        let (sound, picture) = (
            data_uri("audio/wav", &self.file),
            display::image(&display::svg_uri(self.figure.svg()), &self.text()),
        );
        Bundle::text(self.text()).html(format!(
            "<div style=\"max-width:620px\">{picture}<br/><audio controls=\"controls\" \
             preload=\"auto\" style=\"width:100%;max-width:420px\" src=\"{sound}\"></audio></div>"
        ))
    }
}

impl fmt::Debug for Sound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}
