//! Data to learn from: [`Dataset`] and generators of small problems.
//!
//! Everything here is generated, from the generator that [`seed`](crate::tensor::random::seed) starts: the same seed, the
//! same data, without a download. The points of [`two_moons`], [`spiral`], [`blobs`] and [`xor`] have two inputs, so that
//! one can look at them; [`digits`] are pictures.

// Casts between Float and f64 do nothing when they are the same.
#![cfg_attr(feature = "f64", allow(clippy::unnecessary_cast))]

mod dataset;
mod digits;
mod planar;

pub use dataset::{Batches, Dataset};
pub use digits::digits;
pub use planar::{blobs, spiral, two_moons, xor};
