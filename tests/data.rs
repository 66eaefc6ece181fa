//! What the generators promise: shapes, ranges, balance, the same data for the same seed.

use chainrule::prelude::*;
use std::collections::HashSet;
use std::io::Write;
use std::sync::{Mutex, MutexGuard};

/// The generator of random numbers is one for the process, and tests run in threads.
fn seeded(number: u64) -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    let guard = ALONE
        .lock()
        .unwrap_or_else(|poisoned| poisoned.into_inner());
    seed(number);
    guard
}

fn counts(data: &Dataset) -> Vec<usize> {
    let mut counts = vec![0; data.classes.len()];
    data.y
        .to_vec()
        .into_iter()
        .for_each(|label| counts[label as usize] += 1);
    counts
}

/// The message of a panic that `action` ends with, and whether it points at this file.
fn mistake(action: impl FnOnce()) -> String {
    use std::sync::Arc;
    let place = Arc::new(Mutex::new(String::new()));
    let seen = Arc::clone(&place);
    let hook = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        *seen.lock().unwrap() = info
            .location()
            .map_or(String::new(), |location| location.file().to_owned());
    }));
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(action));
    std::panic::set_hook(hook);
    assert!(
        place.lock().unwrap().ends_with("data.rs"),
        "the message points at {}",
        place.lock().unwrap()
    );
    *result
        .expect_err("must panic")
        .downcast::<String>()
        .expect("a message")
}

#[test]
fn orders_follow_their_rules_nine_times_in_ten() {
    let _alone = seeded(15);
    let orders = data::deliveries(4_000);
    assert_eq!(orders.x.shape(), [4_000, 12]);
    assert_eq!((orders.columns.len(), &orders.classes[1][..]), (12, "late"));
    let values = orders.x.to_vec();
    let is_late = |row: &[Float]| {
        let is_rush = (11.5..13.0).contains(&row[2]) || (17.5..19.5).contains(&row[2]);
        match row {
            [distance, rain, ..] if *distance > 3500.0 => *rain > 3.0 || row[6] < 8.0 || is_rush,
            _ if row[4] > 6.0 && row[5] == 0.0 => row[3] > 3.0,
            _ => is_rush && row[3] > 6.0,
        }
    };
    let pairs = values.chunks(12).zip(orders.y.to_vec());
    let right = pairs.filter(|(row, late)| is_late(row) == (*late == 1.0));
    assert!((3_540..3_660).contains(&right.count()));
    let late = counts(&orders)[1];
    assert!((1_800..2_200).contains(&late), "{late}");
    // Each column in its own units, and in its bounds.
    for (column, (low, high)) in [(200.0, 6000.0), (0.0, 12.0), (10.0, 22.0), (1.0, 12.0)]
        .into_iter()
        .enumerate()
    {
        let row = orders.x.slice(1, column..column + 1);
        assert!(row.min().item() >= low && row.max().item() <= high);
    }
}

#[test]
fn digits_have_the_shape_of_mnist_and_are_balanced() {
    let _alone = seeded(1);
    let digits = data::digits(500);
    assert_eq!(
        (digits.x.shape(), digits.y.shape()),
        ([500, 784].as_slice(), [500].as_slice())
    );
    assert!(
        digits
            .x
            .to_vec()
            .iter()
            .all(|pixel| (0.0..=1.0).contains(pixel))
    );
    assert_eq!(counts(&digits), [50; 10]);
    // Not sorted by class, and mostly paper with some ink in the middle of every picture.
    assert_ne!(
        digits.y.to_vec()[..20],
        (0..20).map(|i| (i % 10) as Float).collect::<Vec<_>>()
    );
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
    let generators: [Generator; 13] = [
        || data::digits(20),
        || data::two_moons(20, 0.1),
        || data::spiral(10, 3, 0.1),
        || data::blobs(20, 3, 0.5).split(0.5).0,
        || data::circles(20, 0.1),
        || data::sine(20, 0.1),
        || data::shapes(8),
        || data::textures(8),
        || data::tones(7),
        || data::vowels(5),
        || data::words(4),
        || data::sentences(3).windows(8),
        || data::digits(5).shifted(2).rotated(20.0).noisy(0.1),
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
    assert_eq!(
        (xor.x.shape(), xor.y.shape()),
        ([4, 2].as_slice(), [4, 1].as_slice())
    );
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
    let rows = |data: &Dataset| {
        data.x
            .to_vec()
            .into_iter()
            .map(|row| row as usize)
            .collect::<HashSet<_>>()
    };
    assert!(rows(&train).is_disjoint(&rows(&test)));
    assert_eq!(rows(&train).union(&rows(&test)).count(), 50);
    assert_eq!(
        train.x.to_vec(),
        train.y.to_vec(),
        "inputs stay with their targets"
    );
    assert_ne!(
        train.x.to_vec(),
        (0..40).map(|row| row as Float).collect::<Vec<_>>(),
        "shuffled"
    );
}

#[test]
fn batches_cover_everything_once_in_order() {
    let rows = Tensor::arange(0.0, 10.0, 1.0);
    let data = Dataset::new(&rows.reshape(&[10, 1]), &rows);
    let batches: Vec<Dataset> = data.batches(4).collect();
    assert_eq!(
        batches.iter().map(Dataset::len).collect::<Vec<_>>(),
        [4, 4, 2]
    );
    assert_eq!(
        batches
            .iter()
            .flat_map(|batch| batch.y.to_vec())
            .collect::<Vec<_>>(),
        data.y.to_vec()
    );
    assert_eq!(data.take(3).y.to_vec(), [0.0, 1.0, 2.0]);
    assert_eq!(data.take(30).len(), 10);
    assert!(data.take(0).is_empty() && data.take(0).batches(4).next().is_none());
    assert_eq!(data.select(&[9, 0, 9]).x.to_vec(), [9.0, 0.0, 9.0]);
}

#[test]
fn each_label_has_a_name() {
    let data = Dataset::new(&Tensor::zeros(&[3, 2]), &tensor([0.0, 1.0, 2.0]));
    let named = |names: &[&str]| {
        let (data, names) = (data.clone(), names.to_vec());
        let named = move || data.class_names(&names).classes.len();
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(named))
    };
    let panic = named(&["cat", "dog"]).expect_err("a label without a name");
    let said = panic.downcast_ref::<String>().expect("a message");
    assert!(said.starts_with("classes: 2 names for 3 classes"), "{said}");
    // More may occur in other data; numbers are no labels.
    assert_eq!(named(&["cat", "dog", "fish", "bird"]).expect("named"), 4);
    let heights = Dataset::new(&Tensor::zeros(&[2, 1]), &tensor([1.5, 2.5]));
    assert_eq!(heights.classes(&["height"]).classes, ["height"]);
}

#[test]
fn a_data_set_says_what_it_holds() {
    let data = Dataset::new(&Tensor::zeros(&[3, 2]), &tensor([0.0, 1.0, 1.0]))
        .class_names(&["cat", "dog"]);
    assert_eq!(
        format!("{data:?}"),
        "Dataset: 3 examples, x [3, 2], y [3], classes cat (1), dog (2)"
    );
    let names: Vec<String> = (0..20).map(|i| format!("kind number {i}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let many = Dataset::new(&Tensor::zeros(&[20, 2]), &Tensor::arange(0.0, 20.0, 1.0));
    let said = format!("{:?}", many.class_names(&names));
    assert!(
        said.lines().count() > 3 && said.lines().all(|line| line.len() <= 80),
        "{said}"
    );
    assert!(
        names
            .iter()
            .all(|name| said.contains(&format!("{name} (1)"))),
        "{said}"
    );
    let values = Dataset::new(&Tensor::zeros(&[2, 2]), &tensor([0.5, -1.0]));
    assert_eq!(
        format!("{values:?}"),
        "Dataset: 2 examples, x [2, 2], y [2]"
    );
}

#[test]
fn pictures_and_sounds_are_balanced_and_within_range() {
    let _alone = seeded(5);
    for (data, length, low) in [
        (data::shapes(80), 784, 0.0),
        (data::textures(80), 784, 0.0),
        (data::tones(70), 2000, -1.0),
        (data::vowels(50), 2000, -1.0),
        (data::words(40), 4000, -1.0),
    ] {
        assert_eq!(data.x.shape(), [data.len(), length]);
        assert!(
            data.x
                .to_vec()
                .iter()
                .all(|value| (low..=1.0).contains(value)),
            "{data:?}"
        );
        let each = counts(&data);
        assert!(each.iter().all(|count| *count == each[0]), "{data:?}");
        // No two are alike.
        let rows: HashSet<Vec<u64>> = data
            .x
            .to_vec()
            .chunks(length)
            .map(|row| {
                row.iter()
                    .map(|value| f64::from(*value).to_bits())
                    .collect()
            })
            .collect();
        assert_eq!(rows.len(), data.len());
    }
}

/// Each problem can be learnt, and is not solved by chance.
#[test]
fn networks_learn_what_is_generated() {
    let _alone = seeded(6);
    let share = |data: Dataset, inputs: usize, epochs: usize| {
        let (train, test) = data.split(0.8);
        let (train, test) = (train.standardised(), test.standardised_like(&train));
        let classes = train.classes.len();
        let mut model = Sequential::new()
            .add(Dense::new(inputs, 48).relu())
            .add(Dense::new(48, classes).softmax());
        model.compile(
            Adam::new(0.003),
            SparseCategoricalCrossentropy::new(),
            Accuracy,
        );
        model.fit(&train).epochs(epochs).verbose(false).run();
        model.evaluate(&test).accuracy
    };
    let heard = |data: Dataset| {
        let mel = data::mel_bands(&data::spectrogram(&data.x, 200), 24, data::RATE);
        let features = mel.shape()[1] * mel.shape()[2];
        (
            Dataset {
                x: mel.reshape(&[data.len(), features]),
                ..data
            },
            features,
        )
    };
    for (name, data, bar) in [
        ("vowels", data::vowels(500), 0.9),
        ("words", data::words(400), 0.9),
        ("tones", data::tones(700), 0.75),
    ] {
        let (data, features) = heard(data);
        let reached = share(data, features, 25);
        assert!(reached >= bar, "{name}: {reached}");
    }
    let reached = share(data::shapes(1200), 784, 20);
    assert!(reached >= 0.5, "shapes: {reached}");
    let reached = share(data::circles(300, 0.05), 2, 60);
    assert!(reached >= 0.95, "circles: {reached}");
    let reached = share(data::tic_tac_toe(), 9, 40);
    assert!(reached >= 0.75, "tic-tac-toe: {reached}");
}

#[test]
fn tic_tac_toe_is_known_to_the_end() {
    let game = data::tic_tac_toe();
    // All positions that can be reached, 5,478, without those that are decided or full.
    assert_eq!(game.x.shape(), [4520, 9]);
    assert_eq!(
        (game.y.get(&[0]), game.x.slice(0, 0..1).to_vec()),
        (1.0, vec![0.0; 9])
    );
    let outcome = |board: [Float; 9]| {
        let i = game
            .x
            .to_vec()
            .chunks(9)
            .position(|row| row == board)
            .expect("a position");
        game.y.get(&[i])
    };
    // Two in a row and it is one's turn; two threats of the other.
    assert_eq!(
        outcome([1.0, 1.0, 0.0, -1.0, -1.0, 0.0, 0.0, 0.0, 0.0]),
        2.0
    );
    assert_eq!(
        outcome([-1.0, 0.0, -1.0, 0.0, 1.0, 0.0, -1.0, 0.0, 1.0]),
        0.0
    );
}

#[test]
fn sentences_follow_their_grammar() {
    let _alone = seeded(8);
    let text = data::sentences(300);
    for sentence in text.text().split_terminator(". ") {
        let words: Vec<&str> = sentence.split(' ').collect();
        assert!((3..=7).contains(&words.len()), "{sentence}");
        let is_plural = words[1].ends_with('s') && words[0] != "a"
            || words[2].ends_with('s') && ["two", "some"].contains(&words[0]);
        assert!(!(words[0] == "a" && is_plural), "{sentence}");
    }
    let windows = text.windows(16);
    assert_eq!(windows.x.shape(), windows.y.shape());
    let (first, next) = (
        text.decode(&windows.x.slice(0, 7..8)),
        text.decode(&windows.y.slice(0, 7..8)),
    );
    assert_eq!(first[1..], next[..15]);
    assert_eq!(text.decode(&text.encode(text.text())), text.text());
}

#[test]
fn a_spectrogram_finds_the_frequency() {
    let tone = (Tensor::arange(0.0, 2000.0, 1.0)
        * (1000.0 * std::f64::consts::TAU as Float / 8000.0))
        .sin();
    let picture = data::spectrogram(&tone, 160);
    assert_eq!(picture.shape(), [24, 80]);
    // 1000 Hz are band 20 of bands of 50 Hz, in every frame, with amplitude 1.
    assert_eq!(picture.argmax(-1).to_vec(), [20.0; 24]);
    assert!(
        (picture.max().item() - (101.0 as Float).ln()).abs() < 0.02,
        "{}",
        picture.max().item()
    );
    // Several at once, and the sum over bands of equal heights stays.
    let both = data::spectrogram(&Tensor::stack(&[&tone, &(&tone * 0.5)], 0), 160);
    assert_eq!(
        (both.shape(), both.slice(0, 0..1).to_vec()),
        ([2, 24, 80].as_slice(), picture.to_vec())
    );
    let mel = data::mel_bands(&Tensor::ones(&[3, 80]), 20, 8000);
    assert!(
        mel.to_vec().iter().all(|value| (value - 1.0).abs() < 1e-5),
        "{mel:?}"
    );
}

#[test]
fn pictures_are_changed_and_stay_what_they_are() {
    let _alone = seeded(9);
    let mut ink = vec![0.0; 81];
    ink[40] = 1.0;
    let dot = Dataset::new(&Tensor::from_vec(ink, &[1, 81]), &tensor([0]));
    for _ in 0..20 {
        // The dot moves by at most two pixels, as a whole.
        let moved = dot.shifted(2).x.to_vec();
        let at = moved
            .iter()
            .position(|pixel| *pixel == 1.0)
            .expect("the dot is still there");
        assert!((at / 9).abs_diff(4) <= 2 && (at % 9).abs_diff(4) <= 2);
        assert_eq!(moved.iter().sum::<Float>(), 1.0);
        assert!(
            (dot.rotated(90.0).x.to_vec()[40] - 1.0).abs() < 1e-5,
            "the middle stays where it is"
        );
    }
    let colour = Dataset::new(&Tensor::rand(&[3, 2, 6, 5]), &tensor([0, 1, 2]));
    assert_eq!(
        colour.rotated(10.0).shifted(1).noisy(0.1).x.shape(),
        [3, 2, 6, 5]
    );
    assert_eq!(colour.rotated(0.0).shifted(0).x.to_vec(), colour.x.to_vec());
    assert_eq!(dot.join(&dot).len(), 2);
}

#[test]
fn standardised_data_has_mean_0_and_deviation_1() {
    let _alone = seeded(10);
    let x = Tensor::randn(&[200, 3]) * tensor([1.0, 50.0, 0.0]) + tensor([5.0, -100.0, 7.0]);
    let (train, test) = Dataset::new(&x, &Tensor::arange(0.0, 200.0, 1.0)).split(0.5);
    let plain = train.standardised();
    for (column, deviation) in [1.0, 1.0, 0.0].into_iter().enumerate() {
        let values = plain.x.slice(1, column..column + 1);
        assert!(values.mean().item().abs() < 1e-4);
        assert!(
            ((values.square().mean().item()).sqrt() - deviation).abs() < 1e-3,
            "column {column}"
        );
    }
    let other = test.standardised_like(&train);
    assert!(other.x.slice(1, 0..2).mean().item().abs() < 0.3 && other.x.shape() == [100, 3]);
}

#[test]
fn the_last_part_can_be_left_out() {
    let data = Dataset::new(&Tensor::zeros(&[10, 1]), &Tensor::zeros(&[10]));
    assert_eq!(
        data.batches(4)
            .drop_last()
            .map(|batch| batch.len())
            .collect::<Vec<_>>(),
        [4, 4]
    );
    assert_eq!(data.batches(5).drop_last().count(), 2);
}

/// A folder that is gone at the end.
fn folder() -> tempfile::TempDir {
    tempfile::tempdir().expect("a folder")
}

#[test]
fn mnist_is_read_from_its_files() {
    let folder = folder();
    let path = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let images = |n: u8| {
        [
            &[0, 0, 8, 3, 0, 0, 0, n, 0, 0, 0, 2, 0, 0, 0, 2][..],
            &vec![255; 4 * usize::from(n)],
        ]
        .concat()
    };
    let labels = |n: u8| [&[0, 0, 8, 1, 0, 0, 0, n][..], &(0..n).collect::<Vec<u8>>()].concat();
    for (part, n) in [("train", 3), ("t10k", 2)] {
        std::fs::write(path(&format!("{part}-images-idx3-ubyte")), images(n)).unwrap();
        std::fs::write(path(&format!("{part}-labels-idx1-ubyte")), labels(n)).unwrap();
    }
    let (train, test) = data::mnist(&path("")).unwrap();
    assert_eq!(
        (train.x.shape(), test.y.to_vec()),
        ([3, 4].as_slice(), vec![0.0, 1.0])
    );
    assert_eq!(train.x.to_vec(), [1.0; 12]);
    // Packed, as they are downloaded.
    std::fs::remove_file(path("t10k-labels-idx1-ubyte")).unwrap();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    packed.write_all(&labels(2)).unwrap();
    std::fs::write(path("t10k-labels-idx1-ubyte.gz"), packed.finish().unwrap()).unwrap();
    assert_eq!(data::mnist(&path("")).unwrap().1.y.to_vec(), [0.0, 1.0]);
    // Other types of numbers, from the highest byte down.
    std::fs::write(
        path("shorts"),
        [&[0, 0, 0x0b, 1, 0, 0, 0, 2][..], &[1, 0, 255, 255]].concat(),
    )
    .unwrap();
    assert_eq!(
        data::read_idx(&path("shorts")).unwrap().to_vec(),
        [256.0, -1.0]
    );
    let error = |bytes: &[u8]| {
        std::fs::write(path("bad"), bytes).unwrap();
        let error = data::read_idx(&path("bad"))
            .expect_err("damaged")
            .to_string();
        assert!(error.contains("bad: "), "{error}");
        error
    };
    assert!(error(b"PNG").contains("no IDX file"));
    assert!(error(&[0, 0, 8, 3, 0]).contains("ends early"));
    assert!(error(&[0, 0, 8, 1, 0, 0, 0, 9, 1]).contains("1 numbers, but its header says [9]"));
    assert!(
        error(&[
            0, 0, 8, 4, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255,
            255
        ])
        .contains("header")
    );
    assert!(error(&[0, 0, 7, 0]).contains("0x07"));
    assert!(error(&[0x1f, 0x8b, 1, 2, 3]).contains("damaged gzip"));
    assert!(
        data::mnist("nowhere")
            .expect_err("missing")
            .to_string()
            .contains("nowhere")
    );
}

#[test]
fn tables_are_read() {
    let folder = folder();
    let path = folder
        .path()
        .join("table.csv")
        .to_string_lossy()
        .into_owned();
    let read = |text: &str, target: &str| {
        std::fs::write(&path, text).unwrap();
        data::read_csv(&path, target)
    };
    let flowers = read(
        "size, colour ,kind\n1.5,red,rose\n2,\"light, blue\",iris\n3,red,iris\n",
        "kind",
    )
    .unwrap();
    assert_eq!(
        flowers.x.to_vec(),
        [1.5, 0.0, 1.0, 2.0, 1.0, 0.0, 3.0, 0.0, 1.0]
    );
    assert_eq!(
        (flowers.y.to_vec(), flowers.classes),
        (
            vec![1.0, 0.0, 0.0],
            vec!["iris".to_owned(), "rose".to_owned()]
        )
    );
    let prices = read("rooms,price\n3,1.5\n4,2.5\n", "price").unwrap();
    assert_eq!(
        (prices.y.shape(), prices.classes.len()),
        ([2, 1].as_slice(), 0)
    );
    assert_eq!(read("a,b\n1,0\n2,1\n", "b").unwrap().classes, ["0", "1"]);
    for (text, target, said) in [
        (
            "a,b\n1,2\n",
            "c",
            "no column is called \"c\"; there are [\"a\", \"b\"]",
        ),
        ("a,b\n1,0\n,2\n", "b", "in the column \"a\": line 3 (empty)"),
        ("a,b\n1,2,3\n", "b", "table.csv"),
        ("a,b\n", "b", "no row"),
        ("a\n1\n", "a", "no column beside"),
    ] {
        let error = read(text, target).expect_err("damaged").to_string();
        assert!(error.contains(said), "{error}");
    }
    assert!(
        data::read_csv("missing.csv", "a")
            .expect_err("missing")
            .to_string()
            .contains("missing.csv")
    );
}

#[test]
fn sound_files_are_written_and_read() {
    let folder = folder();
    let path = folder
        .path()
        .join("sound.wav")
        .to_string_lossy()
        .into_owned();
    let wave = Tensor::linspace(-1.0, 1.0, 101);
    data::write_wav(&path, &wave, 8000).unwrap();
    let (read, rate) = data::read_wav(&path).unwrap();
    assert_eq!((read.shape(), rate), ([101].as_slice(), 8000));
    assert!((&read - &wave).abs().max().item() < 1e-4);
    let read = |format: u16, channels: u16, bits: u16, data: &[u8]| {
        let mut bytes = b"RIFF\0\0\0\0WAVELIST\x03\0\0\0abc\0fmt \x10\0\0\0".to_vec();
        bytes.extend([format.to_le_bytes(), channels.to_le_bytes()].concat());
        bytes.extend([16000u32.to_le_bytes(), [0; 4]].concat());
        bytes.extend([[0; 2], bits.to_le_bytes()].concat());
        bytes.extend([&b"data"[..], &(data.len() as u32).to_le_bytes(), data].concat());
        std::fs::write(&path, bytes).unwrap();
        data::read_wav(&path)
    };
    // A chunk of another kind comes first; 8 bits count from 128; two channels become their mean.
    assert_eq!(
        read(1, 1, 8, &[0, 128, 192]).unwrap().0.to_vec(),
        [-1.0, 0.0, 0.5]
    );
    assert_eq!(
        read(1, 2, 16, &[0, 64, 0, 192, 0, 64, 0, 64])
            .unwrap()
            .0
            .to_vec(),
        [0.0, 0.5]
    );
    assert_eq!(read(1, 1, 24, &[0, 0, 192]).unwrap().0.to_vec(), [-0.5]);
    assert_eq!(
        read(3, 1, 32, &0.25f32.to_le_bytes()).unwrap().0.to_vec(),
        [0.25]
    );
    for (damaged, said) in [
        (read(2, 1, 8, &[1, 2]), "not understood"),
        (read(1, 0, 8, &[1, 2]), "0 channels"),
        (read(1, 1, 16, &[]), "no sound"),
    ] {
        assert!(damaged.expect_err("damaged").to_string().contains(said));
    }
    std::fs::write(&path, b"RIFF").unwrap();
    assert!(
        data::read_wav(&path)
            .expect_err("damaged")
            .to_string()
            .contains("no WAV file")
    );
    std::fs::write(&path, "größer".as_bytes()).unwrap();
    assert_eq!(data::read_text(&path).unwrap().text(), "größer");
    std::fs::write(&path, [b'g', 0xf6]).unwrap();
    assert!(
        data::read_text(&path)
            .expect_err("damaged")
            .to_string()
            .contains("UTF-8")
    );
}

#[test]
fn mistakes_are_explained_where_they_were_made() {
    // One after the other: the panic hook is one for the process.
    let _alone = seeded(4);
    let data = data::xor();
    let message = mistake(|| drop(Dataset::new(&Tensor::zeros(&[3, 2]), &Tensor::zeros(&[4]))));
    assert!(
        message.contains("[3, 2] and [4]") && message.contains("hint"),
        "{message}"
    );
    for message in [
        mistake(|| drop(Dataset::new(&Tensor::zeros(&[0, 2]), &Tensor::zeros(&[0])))),
        mistake(|| drop(data::xor().split(1.0))),
        mistake(|| drop(data::xor().select(&[4]))),
        mistake(|| drop(data::digits(0))),
        mistake(|| drop(data::blobs(2, 3, 0.1))),
        mistake(|| drop(data::spiral(10, 0, 0.1))),
        mistake(|| assert!(data.batches(0).next().is_none())),
        mistake(|| drop(data::tones(0))),
        mistake(|| drop(data::sentences(0))),
        mistake(|| drop(data::Text::new(""))),
        mistake(|| drop(data::Text::new("abc").encode("abd"))),
        mistake(|| drop(data::Text::new("abc").decode(&tensor([3])))),
        mistake(|| drop(data::Text::new("abc").windows(3))),
        mistake(|| drop(data::spectrogram(&Tensor::zeros(&[100]), 200))),
        mistake(|| drop(data::mel_bands(&Tensor::zeros(&[3, 10]), 20, 8000))),
        mistake(|| drop(Dataset::new(&Tensor::zeros(&[3, 50]), &Tensor::zeros(&[3])).shifted(1))),
        mistake(|| drop(Dataset::new(&Tensor::zeros(&[3, 50]), &Tensor::zeros(&[3])).rotated(1.0))),
        mistake(|| drop(data::xor().standardised_like(&data::digits(3)))),
        mistake(|| drop(data::xor().join(&data::digits(3)))),
    ] {
        assert!(message.contains("hint"), "{message}");
    }
}
