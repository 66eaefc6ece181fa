//! Problems with two inputs: everything about them can be seen in one picture.

use super::Dataset;
use crate::Float;
use crate::tensor::{Tensor, fail::fail, random};

/// The four corners of a square and whether exactly one coordinate is 1: the smallest problem that
/// no straight line solves (Minsky and Papert, *Perceptrons*, 1969). `x` is `[4, 2]`, `y` is
/// `[4, 1]`.
///
/// ```
/// # use chainrule::prelude::*;
/// assert_eq!(data::xor().y.to_vec(), [0.0, 1.0, 1.0, 0.0]);
/// ```
pub fn xor() -> Dataset {
    Dataset {
        x: Tensor::from_vec(vec![0.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 1.0], &[4, 2]),
        y: Tensor::from_vec(vec![0.0, 1.0, 1.0, 0.0], &[4, 1]),
        classes: vec!["equal".to_owned(), "different".to_owned()],
        columns: Vec::new(),
    }
}

/// Two half circles that reach into each other; `noise` is the standard deviation of the points
/// about them (0.1 is easy, 0.3 overlaps). `x` is `[n, 2]`, `y` is `[n]`.
///
/// Panics if `n` is below 2.
///
/// ```
/// # use chainrule::prelude::*;
/// let moons = data::two_moons(300, 0.1);
/// plot::scatter(&moons.x, &moons.y).title("two moons")
/// # ;
/// ```
#[track_caller]
pub fn two_moons(n: usize, noise: Float) -> Dataset {
    at_least("two_moons", n, 2, "examples");
    let point = |i: usize| {
        let angle = std::f64::consts::PI as Float * random::uniform();
        let (sin, cos) = angle.sin_cos();
        if i.is_multiple_of(2) {
            (cos, sin)
        } else {
            (1.0 - cos, 0.5 - sin)
        }
    };
    planar(
        (0..n).map(|i| (point(i), i % 2)),
        noise,
        &["upper", "lower"],
    )
}

/// A ring around a disc; `noise` is the standard deviation of the points. No straight line divides
/// them, their distance from the middle does. `x` is `[n, 2]`, `y` is 0 inside and 1 outside.
///
/// Panics if `n` is below 2.
#[track_caller]
pub fn circles(n: usize, noise: Float) -> Dataset {
    at_least("circles", n, 2, "examples");
    let point = |i: usize| {
        let (sin, cos) = (2.0 * std::f64::consts::PI as Float * random::uniform()).sin_cos();
        let radius = if i.is_multiple_of(2) {
            0.5 * random::uniform().sqrt()
        } else {
            1.0
        };
        (radius * cos, radius * sin)
    };
    planar(
        (0..n).map(|i| (point(i), i % 2)),
        noise,
        &["inside", "outside"],
    )
}

/// Points about a sine curve from −3 to 3, to be predicted: `x` and `y` are `[n, 1]`; `noise` is
/// the standard deviation of `y`.
///
/// Panics if `n` is 0.
///
/// ```
/// # use chainrule::prelude::*;
/// let wave = data::sine(100, 0.1);
/// assert_eq!((wave.x.shape(), wave.y.shape()), ([100, 1].as_slice(), [100, 1].as_slice()));
/// ```
#[track_caller]
pub fn sine(n: usize, noise: Float) -> Dataset {
    at_least("sine", n, 1, "examples");
    let x = Tensor::uniform(&[n, 1], -3.0, 3.0);
    let y = Tensor::from_vec(
        x.to_vec()
            .into_iter()
            .map(|x| x.sin() + noise * random::normal())
            .collect(),
        &[n, 1],
    );
    Dataset {
        x,
        y,
        classes: Vec::new(),
        columns: Vec::new(),
    }
}

/// Arms that turn one and a half times about the centre, one for each class: a boundary that needs
/// hidden layers. After the data of Karpathy's CS231n notes. `x` is `[n_per_class × classes, 2]`,
/// `y` is the arm.
///
/// Panics if a number is 0.
#[track_caller]
pub fn spiral(n_per_class: usize, classes: usize, noise: Float) -> Dataset {
    at_least("spiral", n_per_class, 1, "examples in a class");
    at_least("spiral", classes, 1, "classes");
    let turn = 2.0 * std::f64::consts::PI as Float;
    let point = |class: usize, i: usize| {
        // From near the centre, where the arms meet, to the end; the square root would crowd the
        // end.
        let along = (i as Float + 0.5) / n_per_class as Float;
        let angle = turn * (class as Float / classes as Float + 0.75 * along);
        let radius = 0.05 + 0.95 * along;
        (radius * angle.sin(), radius * angle.cos())
    };
    let points = (0..classes).flat_map(|class| (0..n_per_class).map(move |i| (class, i)));
    let names: Vec<String> = (0..classes).map(|class| format!("arm {class}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    planar(
        points.map(|(class, i)| (point(class, i), class)),
        noise,
        &names,
    )
    .shuffled()
}

/// Clouds about `centers` points on a circle of radius 2; `spread` is the standard deviation of a
/// cloud. `x` is `[n, 2]`, `y` is the cloud.
///
/// Panics if a number is 0.
#[track_caller]
pub fn blobs(n: usize, centers: usize, spread: Float) -> Dataset {
    at_least("blobs", centers, 1, "centers");
    at_least("blobs", n, centers, "examples, one for each center,");
    let turn = 2.0 * std::f64::consts::PI as Float;
    let point = |class: usize| {
        let angle = turn * class as Float / centers as Float;
        (2.0 * angle.cos(), 2.0 * angle.sin())
    };
    let names: Vec<String> = (0..centers).map(|class| format!("blob {class}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    planar(
        (0..n).map(|i| (point(i % centers), i % centers)),
        spread,
        &names,
    )
    .shuffled()
}

/// Moves the points by normal noise and makes a data set of them.
fn planar(
    points: impl Iterator<Item = ((Float, Float), usize)>,
    noise: Float,
    names: &[&str],
) -> Dataset {
    let (mut x, mut y) = (Vec::new(), Vec::new());
    for ((a, b), class) in points {
        x.extend([a + noise * random::normal(), b + noise * random::normal()]);
        y.push(class as Float);
    }
    let n = y.len();
    let classes = names.iter().map(|name| (*name).to_owned()).collect();
    Dataset {
        x: Tensor::from_vec(x, &[n, 2]),
        y: Tensor::from_vec(y, &[n]),
        classes,
        columns: Vec::new(),
    }
}

#[track_caller]
pub(super) fn at_least(generator: &str, given: usize, least: usize, what: &str) {
    if given < least {
        let rule = format!("{generator}: {given} {what} are too few");
        fail(&rule, &[], &format!("ask for at least {least}"));
    }
}
