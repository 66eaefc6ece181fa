//! Random numbers: one generator for the whole session, seeded, the same on every machine.

use super::Tensor;
use super::shape::{array, count};
use crate::Float;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_distr::{Distribution, StandardNormal};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

/// A named algorithm, unlike the standard generator of `rand`, which may change: a course has to
/// give the same figures next year.
static GENERATOR: LazyLock<Mutex<ChaCha8Rng>> =
    LazyLock::new(|| Mutex::new(ChaCha8Rng::seed_from_u64(*FAMILY)));

/// Added to every seed, so that a whole notebook can be tried with other random numbers than those
/// it shows, without a change in its text: `chainrule course measure` sets it.
static FAMILY: LazyLock<u64> = LazyLock::new(|| {
    let number = std::env::var("CHAINRULE_SEEDS").ok();
    let number = number.and_then(|text| text.parse().ok()).unwrap_or(0u64);
    // Far apart, or seed 1 of one family would be seed 2 of another.
    number.wrapping_mul(1_000_000_007)
});

pub(crate) fn generator() -> MutexGuard<'static, ChaCha8Rng> {
    GENERATOR.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts the sequence of random numbers anew: the same seed, the same run. A session begins with
/// `seed(0)`.
///
/// ```
/// # use chainrule::prelude::*;
/// seed(42);
/// let a = Tensor::randn(&[3]);
/// seed(42);
/// assert_eq!(a.to_vec(), Tensor::randn(&[3]).to_vec());
/// ```
pub fn seed(seed: u64) {
    *generator() = ChaCha8Rng::seed_from_u64(seed.wrapping_add(*FAMILY));
}

/// Whoever needs random numbers of their own puts those of the cell back by dropping this.
pub(crate) struct Kept(ChaCha8Rng);

impl Kept {
    pub(crate) fn random_numbers() -> Kept {
        Kept(generator().clone())
    }
}

impl Drop for Kept {
    fn drop(&mut self) {
        generator().clone_from(&self.0);
    }
}

/// One number, uniform in [0, 1).
pub fn uniform() -> Float {
    next_uniform(&mut generator())
}

/// One number from the standard normal distribution (mean 0, standard deviation 1).
pub fn normal() -> Float {
    StandardNormal.sample(&mut *generator())
}

/// A whole number from 0 to `n - 1`. `n` must not be 0.
#[track_caller]
pub fn index(n: usize) -> usize {
    assert!(
        n > 0,
        "random::index: there is no number below 0\n  hint: n must be at least 1"
    );
    next_index(&mut generator(), n)
}

/// The numbers 0 to `n - 1` in random order (Fisher–Yates shuffle).
///
/// ```
/// # use chainrule::prelude::*;
/// let mut order = random::permutation(5);
/// order.sort();
/// assert_eq!(order, [0, 1, 2, 3, 4]);
/// ```
pub fn permutation(n: usize) -> Vec<usize> {
    let mut generator = generator();
    let mut order: Vec<usize> = (0..n).collect();
    for last in (1..n).rev() {
        order.swap(last, next_index(&mut generator, last + 1));
    }
    order
}

/// 24 random bits, as many as an `f32` holds exactly, so that the result is below 1 in both
/// precisions.
fn next_uniform(generator: &mut ChaCha8Rng) -> Float {
    (generator.next_u32() >> 8) as Float / (1u32 << 24) as Float
}

/// Scales 64 random bits down to `0..n`; the bias is below `n / 2⁶⁴`.
fn next_index(generator: &mut ChaCha8Rng, n: usize) -> usize {
    ((u128::from(generator.next_u64()) * n as u128) >> 64) as usize
}

/// Random tensors, from the generator that [`seed`] starts.
impl Tensor {
    /// Uniform in [0, 1).
    #[track_caller]
    pub fn rand(shape: &[usize]) -> Tensor {
        let count = count("rand", shape);
        let mut generator = generator();
        let values = (0..count).map(|_| next_uniform(&mut generator)).collect();
        Tensor::from_array(array(values, shape))
    }

    /// Uniform in [low, high).
    #[track_caller]
    pub fn uniform(shape: &[usize], low: Float, high: Float) -> Tensor {
        let count = count("uniform", shape);
        let mut generator = generator();
        let values = (0..count)
            .map(|_| low + (high - low) * next_uniform(&mut generator))
            .collect();
        Tensor::from_array(array(values, shape))
    }

    /// From the standard normal distribution (mean 0, standard deviation 1).
    #[track_caller]
    pub fn randn(shape: &[usize]) -> Tensor {
        let count = count("randn", shape);
        let mut generator = generator();
        let values = (0..count)
            .map(|_| StandardNormal.sample(&mut *generator))
            .collect();
        Tensor::from_array(array(values, shape))
    }
}
