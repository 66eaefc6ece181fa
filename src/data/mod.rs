//! Data to learn from: [`Dataset`], generators of small problems, and the learner's own files.
//!
//! | | generated | from files |
//! |---|---|---|
//! | points with two inputs, to look at | [`two_moons`] [`circles`] [`spiral`] [`blobs`] [`xor`] | |
//! | values | [`sine`] | |
//! | a table | [`deliveries`] | [`read_csv`] [`csv`]; the second like the first: [`Csv::like`] |
//! | pictures | [`digits`] [`shapes`] [`textures`] | [`mnist`] [`read_idx`] |
//! | sound | [`tones`] [`vowels`] [`words`]; its picture: [`spectrogram`] | [`read_wav`] |
//! | text | [`sentences`]; as numbers: [`Text`] | [`read_text`] |
//! | a game | [`tic_tac_toe`] | |
//! | tensors of other programs | | [`read_safetensors`] [`read_npz`] [`read_npy`] |
//!
//! What is generated comes from the generator that [`seed`](crate::tensor::random::seed) starts:
//! the same seed, the same data, without a download. How models stand in files (`Sequential::save`,
//! `load`, `save_onnx`) is here, too, with the formats.

// Casts between Float and f64 do nothing when they are the same.
#![cfg_attr(feature = "f64", allow(clippy::unnecessary_cast))]

mod cells;
mod columns;
mod dataset;
mod deliveries;
mod digits;
pub(crate) mod files;
pub(crate) mod formats;
mod games;
mod like;
mod npz;
pub(crate) mod numbers;
mod pictures;
mod planar;
mod said;
mod sound;
mod table;
pub(crate) mod tensors;
mod text;
mod wav;

pub(crate) use dataset::agree;
pub use dataset::{Batches, Dataset};
pub use deliveries::deliveries;
pub use digits::digits;
pub use files::{mnist, read_idx, read_text};
pub use games::tic_tac_toe;
pub use npz::{read_npy, read_npz, write_npy, write_npz};
pub use pictures::{shapes, textures};
pub use planar::{blobs, circles, sine, spiral, two_moons, xor};
pub use sound::{RATE, mel_bands, spectrogram, tones, vowels, words};
pub use table::{Csv, csv, read_csv};
pub use tensors::{read_safetensors, write_safetensors};
pub use text::{Text, sentences};
pub(crate) use wav::wav;
pub use wav::{read_wav, write_wav};
