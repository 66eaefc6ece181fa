//! What the generators promise: shapes, ranges, balance, the same data for the same seed.

use chainrule::prelude::*;
use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard};

/// The generator of random numbers is one for the process, and tests run in threads.
fn seeded(number: u64) -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let guard = ALONE.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    seed(number);
    guard
}

fn counts(data: &Dataset) -> Vec<usize> {
    let mut counts = vec![0; data.classes.len()];
    data.y.to_vec().into_iter().for_each(|label| counts[label as usize] += 1);
    counts
}

/// The message of a panic that `action` ends with, and whether it points at this file.
fn mistake(action: impl FnOnce()) -> String {
    use std::sync::Arc;
    let place = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&place);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        *seen.lock().unwrap() = info.location().map_or(String::new(), |location| location.file().to_owned());
    }));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(action));
    std::panic::set_hook(hook);
    assert!(place.lock().unwrap().ends_with("data.rs"), "the message points at {}", place.lock().unwrap());
    *result.expect_err("must panic").downcast::<String>().expect("a message")
}

#[test]
fn digits_have_the_shape_of_mnist_and_are_balanced() {
    let _alone = seeded(1);
    let digits = data::digits(500);
    assert_eq!((digits.x.shape(), digits.y.shape()), ([500, 784].as_slice(), [500].as_slice()));
    assert!(digits.x.to_vec().iter().all(|pixel| (0.0..=1.0).contains(pixel)));
    assert_eq!(counts(&digits), [50; 10]);
    // Not sorted by class, and mostly paper with some ink in the middle of every picture.
    assert_ne!(digits.y.to_vec()[..20], (0..20).map(|i| (i % 10) as Float).collect::<Vec<_>>());
    for picture in digits.x.to_vec().chunks(784) {
        let ink = picture.iter().filter(|pixel| **pixel > 0.5).count();
        assert!((15..300).contains(&ink), "{ink} dark pixels");
        let edge: Float = picture[..28].iter().chain(&picture[756..]).sum();
        assert!(edge < 12.0, "ink at the edge: {edge}");
    }
}

#[test]
fn the_same_seed_gives_the_same_data() {
    type Generator = fn() -> Dataset;
    let generators: [Generator; 4] = [
        || data::digits(20),
        || data::two_moons(20, 0.1),
        || data::spiral(10, 3, 0.1),
        || data::blobs(20, 3, 0.5).split(0.5).0,
    ];
    for generate in generators {
        let _alone = seeded(7);
        let first = generate();
        let other = generate();
        seed(7);
        let again = generate();
        assert_eq!(first.x.to_vec(), again.x.to_vec());
        assert_eq!(first.y.to_vec(), again.y.to_vec());
        assert_ne!(first.x.to_vec(), other.x.to_vec());
    }
}

#[test]
fn planar_problems_are_balanced() {
    let _alone = seeded(2);
    assert_eq!(counts(&data::two_moons(100, 0.1)), [50, 50]);
    assert_eq!(counts(&data::spiral(40, 3, 0.1)), [40; 3]);
    assert_eq!(counts(&data::blobs(90, 3, 0.1)), [30; 3]);
    let xor = data::xor();
    assert_eq!((xor.x.shape(), xor.y.shape()), ([4, 2].as_slice(), [4, 1].as_slice()));
    // Without noise the moons are half circles of radius 1.
    let moons = data::two_moons(50, 0.0);
    for (point, label) in moons.x.to_vec().chunks(2).zip(moons.y.to_vec()) {
        let center = if label == 0.0 { (0.0, 0.0) } else { (1.0, 0.5) };
        assert!(((point[0] - center.0).hypot(point[1] - center.1) - 1.0).abs() < 1e-5);
    }
}

#[test]
fn a_split_shares_no_example_and_loses_none() {
    let _alone = seeded(3);
    let rows = Tensor::arange(0.0, 50.0, 1.0);
    let data = Dataset::new(&rows.reshape(&[50, 1]), &rows);
    let (train, test) = data.split(0.8);
    assert_eq!((train.len(), test.len()), (40, 10));
    let rows = |data: &Dataset| data.x.to_vec().into_iter().map(|row| row as usize).collect::<HashSet<_>>();
    assert!(rows(&train).is_disjoint(&rows(&test)));
    assert_eq!(rows(&train).union(&rows(&test)).count(), 50);
    assert_eq!(train.x.to_vec(), train.y.to_vec(), "inputs stay with their targets");
    assert_ne!(train.x.to_vec(), (0..40).map(|row| row as Float).collect::<Vec<_>>(), "shuffled");
}

#[test]
fn batches_cover_everything_once_in_order() {
    let rows = Tensor::arange(0.0, 10.0, 1.0);
    let data = Dataset::new(&rows.reshape(&[10, 1]), &rows);
    let batches: Vec<Dataset> = data.batches(4).collect();
    assert_eq!(batches.iter().map(Dataset::len).collect::<Vec<_>>(), [4, 4, 2]);
    assert_eq!(batches.iter().flat_map(|batch| batch.y.to_vec()).collect::<Vec<_>>(), data.y.to_vec());
    assert_eq!(data.take(3).y.to_vec(), [0.0, 1.0, 2.0]);
    assert_eq!(data.take(30).len(), 10);
    assert!(data.take(0).is_empty() && data.take(0).batches(4).next().is_none());
    assert_eq!(data.select(&[9, 0, 9]).x.to_vec(), [9.0, 0.0, 9.0]);
}

#[test]
fn a_data_set_says_what_it_holds() {
    let data = Dataset::new(&Tensor::zeros(&[3, 2]), &tensor([0.0, 1.0, 1.0])).class_names(&["cat", "dog"]);
    assert_eq!(format!("{data:?}"), "Dataset: 3 examples, x [3, 2], y [3], classes cat (1), dog (2)");
    let values = Dataset::new(&Tensor::zeros(&[2, 2]), &tensor([0.5, -1.0]));
    assert_eq!(format!("{values:?}"), "Dataset: 2 examples, x [2, 2], y [2]");
}

#[test]
fn mistakes_are_explained_where_they_were_made() {
    // One after the other: the panic hook is one for the process.
    let _alone = seeded(4);
    let data = data::xor();
    let message = mistake(|| drop(Dataset::new(&Tensor::zeros(&[3, 2]), &Tensor::zeros(&[4]))));
    assert!(message.contains("[3, 2] and [4]") && message.contains("hint"), "{message}");
    for message in [
        mistake(|| drop(Dataset::new(&Tensor::zeros(&[0, 2]), &Tensor::zeros(&[0])))),
        mistake(|| drop(data::xor().split(1.0))),
        mistake(|| drop(data::xor().select(&[4]))),
        mistake(|| drop(data::digits(0))),
        mistake(|| drop(data::blobs(2, 3, 0.1))),
        mistake(|| drop(data::spiral(10, 0, 0.1))),
        mistake(|| assert!(data.batches(0).next().is_none())),
    ] {
        assert!(message.contains("hint"), "{message}");
    }
}
