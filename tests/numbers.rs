//! Numbers that mean what was asked for, or a message that says why there is none.

use chainrule::prelude::*;

#[track_caller]
fn assert_near(found: Float, expected: f64) {
    assert!(
        (f64::from(found) - expected).abs() <= 1e-5 * expected.abs().max(1.0),
        "{found} instead of {expected}"
    );
}

/// What a cell that fails would say.
fn message(run: impl FnOnce()) -> String {
    let payload =
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).expect_err("it fails");
    payload
        .downcast_ref::<String>()
        .cloned()
        .unwrap_or_default()
}

/// What the library shows while `run` runs: warnings, in a process of their own, because each comes
/// once in a cell.
fn shown(test: &str) -> String {
    let output = std::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", test, "--ignored", "--nocapture"])
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout).unwrap()
}

/// −ln p of each row, averaged.
fn mean_of_logs(p: &[f64]) -> f64 {
    -p.iter().map(|p| p.ln()).sum::<f64>() / p.len() as f64
}

#[test]
fn losses_are_of_the_probabilities_that_were_given() {
    let scores = tensor([[2.0, 0.0], [0.0, 2.0], [3.0, 0.0]]);
    let (p, q) = (scores.softmax(-1), scores.sigmoid());
    let wide = |tensor: &Tensor| {
        tensor
            .to_vec()
            .into_iter()
            .map(f64::from)
            .collect::<Vec<f64>>()
    };
    let (share, each) = (wide(&p), wide(&q));
    let labels = tensor([0, 1, 0]);
    let one_hot = labels.one_hot(2);
    // Two outputs of a softmax, each with its own target: ln of what they are, not of what a
    // sigmoid would make of the scores.
    let right = |p: &[f64]| [p[0], 1.0 - p[1], 1.0 - p[2], p[3], p[4], 1.0 - p[5]];
    assert_near(
        BinaryCrossentropy.loss(&p, &one_hot).item(),
        mean_of_logs(&right(&share)),
    );
    assert_near(
        BinaryCrossentropy.loss(&q, &one_hot).item(),
        mean_of_logs(&right(&each)),
    );
    // The same of what remembers nothing.
    assert_near(
        BinaryCrossentropy.loss(&p.detach(), &one_hot).item(),
        mean_of_logs(&right(&share)),
    );
    let of_class = |p: &[f64]| [p[0], p[3], p[4]];
    let (softmax, sigmoid) = (
        mean_of_logs(&of_class(&share)),
        mean_of_logs(&of_class(&each)),
    );
    assert_near(
        SparseCategoricalCrossentropy::new()
            .loss(&p, &labels)
            .item(),
        softmax,
    );
    assert_near(
        SparseCategoricalCrossentropy::new()
            .loss(&q, &labels)
            .item(),
        sigmoid,
    );
    assert_near(
        CategoricalCrossentropy::new().loss(&p, &one_hot).item(),
        softmax,
    );
    assert_near(
        CategoricalCrossentropy::new().loss(&q, &one_hot).item(),
        sigmoid,
    );
    assert_near(KlDivergence.loss(&q, &one_hot).item(), sigmoid);
    assert_near(Perplexity.measure(&q, &labels), sigmoid.exp());
    // A sequence, and scores that saturate.
    let steps = scores.sigmoid().detach().reshape(&[1, 3, 2]);
    let steps = SparseCategoricalCrossentropy::new()
        .loss(&steps.ln().exp().clamp(0.0, 1.0), &labels.reshape(&[1, 3]));
    assert!(steps.item().is_finite());
    let far = tensor([[300.0, -300.0]]).sigmoid();
    assert_near(
        SparseCategoricalCrossentropy::new()
            .loss(&far, &tensor([1]))
            .item(),
        300.0,
    );
}

#[test]
fn a_binary_loss_of_two_outputs_says_which_loss_they_go_with() {
    let said = message(|| {
        BinaryCrossentropy.loss(
            &tensor([[2.0, 0.0], [0.0, 1.0]]).softmax(-1),
            &tensor([0, 1]),
        );
    });
    assert!(said.contains("SparseCategoricalCrossentropy"), "{said}");
}

#[test]
#[ignore = "run by the test below, in a process of its own"]
fn a_sigmoid_for_classes() {
    SparseCategoricalCrossentropy::new().loss(&tensor([[2.0, 0.0]]).sigmoid(), &tensor([0]));
}

#[test]
fn a_sigmoid_for_classes_has_a_word() {
    let said = shown("a_sigmoid_for_classes");
    assert!(
        said.contains("come from a sigmoid") && said.contains(".softmax()"),
        "{said}"
    );
}

#[test]
fn logsumexp_of_infinite_values_is_their_limit() {
    let inf = Float::INFINITY;
    let rows = [
        ([-inf, -inf, -inf], -inf, [1.0 / 3.0; 3]),
        ([inf, 0.0, 1.0], inf, [1.0, 0.0, 0.0]),
        ([inf, -inf, inf], inf, [0.5, 0.0, 0.5]),
        ([-inf, 1.0, -inf], 1.0, [0.0, 1.0, 0.0]),
        (
            [1000.0, 1000.0, -inf],
            1000.0 + (2.0 as Float).ln(),
            [0.5, 0.5, 0.0],
        ),
        (
            [-1000.0, -1000.0, -2000.0],
            -1000.0 + (2.0 as Float).ln(),
            [0.5, 0.5, 0.0],
        ),
    ];
    for (row, expected, shares) in rows {
        for axis in [0, 1] {
            let x = tensor(row).unsqueeze(1 - axis).requires_grad();
            let y = x.logsumexp(axis, false);
            assert_eq!(y.item(), expected, "{row:?}");
            y.backward();
            for (found, share) in x.grad().to_vec().into_iter().zip(shares) {
                assert!(
                    (found - share).abs() < 1e-5,
                    "{row:?}: {:?}",
                    x.grad().to_vec()
                );
            }
        }
    }
    assert!(
        tensor([Float::NAN, 1.0])
            .logsumexp(0, false)
            .item()
            .is_nan()
    );
}

fn classifier(inputs: usize) -> Sequential {
    Sequential::new()
        .add(Dense::new(inputs, 5).relu())
        .add(Dense::new(5, 3).softmax())
}

#[test]
fn one_sample_is_one_sample() {
    seed(1);
    for inputs in [4, 784, 1] {
        let model = classifier(inputs);
        let x = Tensor::randn(&[inputs]);
        let class = model.predict_classes(&x.unsqueeze(0));
        assert_eq!(
            model.predict_classes(&x).to_vec(),
            class.to_vec(),
            "{inputs} inputs"
        );
        assert_eq!(
            model.predict(&x).to_vec(),
            model.predict(&x.unsqueeze(0)).to_vec()
        );
        assert_eq!(model.predict(&x).shape(), [3]);
    }
    let flat = Sequential::new()
        .add(Flatten::new())
        .add(Dense::new(784, 3).softmax());
    for shape in [&[784][..], &[28, 28], &[1, 28, 28], &[1, 784]] {
        assert_eq!(
            flat.predict_classes(&Tensor::randn(shape)).shape(),
            [1],
            "{shape:?}"
        );
    }
    let images = || {
        Sequential::new()
            .add(Conv2D::new(1, 2, 3))
            .add(Flatten::new())
            .add(Dense::new(72, 3).softmax())
    };
    assert_eq!(
        images().predict_classes(&Tensor::randn(&[1, 8, 8])).shape(),
        [1]
    );
    assert_eq!(
        images()
            .predict_classes(&Tensor::randn(&[5, 1, 8, 8]))
            .shape(),
        [5]
    );
    // What was trained knows what a sample is, also if it begins with a layer of one's own.
    let mut trained = Sequential::new()
        .add(Reshape::new(&[4]))
        .add(Dense::new(4, 3).softmax());
    trained.compile(
        Sgd::new(0.1),
        SparseCategoricalCrossentropy::new(),
        Accuracy,
    );
    trained
        .fit_tensors(&Tensor::randn(&[6, 2, 2]), &tensor([0, 1, 2, 0, 1, 2]))
        .epochs(1)
        .verbose(false)
        .run();
    assert_eq!(
        trained.predict_classes(&Tensor::randn(&[2, 2])).shape(),
        [1]
    );
    assert_eq!(
        trained.predict_classes(&Tensor::randn(&[2, 2, 2])).shape(),
        [2]
    );
    // A sequence of another length than those it was trained on is no sample.
    let words = Sequential::new().add(Embedding::new(10, 4)).input(&[8]);
    assert_eq!(words.predict(&Tensor::zeros(&[2, 4])).shape(), [2, 4, 4]);
    assert_eq!(words.predict(&Tensor::zeros(&[8])).shape(), [8, 4]);
    // What fits neither way says what it is: not the first 512 of it.
    let said = message(|| drop(classifier(4).predict(&Tensor::zeros(&[784]))));
    assert!(said.contains("[784]"), "{said}");
    let said = message(|| drop(images().forward(&Tensor::zeros(&[1, 8, 8]))));
    assert!(said.contains("x.unsqueeze(0)"), "{said}");
    let said = message(|| drop(images().forward(&Tensor::zeros(&[60, 8, 8]))));
    assert!(said.contains("x.unsqueeze(1)"), "{said}");
    let said = message(|| drop(Dataset::new(&tensor([1.0, 2.0, 3.0]), &tensor([1]))));
    assert!(said.contains("x.unsqueeze(0)"), "{said}");
}

#[test]
fn one_hot_labels_train_and_count() {
    seed(2);
    let x = Tensor::randn(&[60, 2]);
    let labels = x.slice(1, 0..1).gt(&tensor(0.0)).reshape(&[60]);
    let data = Dataset::new(&x, &labels.one_hot(2));
    let mut model = Sequential::new().add(Dense::new(2, 2).softmax());
    model.compile(
        Adam::new(0.1),
        CategoricalCrossentropy::new(),
        (Accuracy, TopK(1), Perplexity),
    );
    let history = model
        .fit(&data)
        .epochs(40)
        .validation_split(0.2)
        .verbose(false)
        .run();
    assert!(history.loss()[39] < history.loss()[0]);
    let evaluation = model.evaluate(&data);
    assert!(evaluation.accuracy > 0.9, "{}", evaluation.accuracy);
    let prediction = model.predict(&x);
    assert_eq!(evaluation.accuracy, accuracy(&prediction, &labels));
    assert_eq!(
        accuracy(&prediction, &labels.one_hot(2)),
        accuracy(&prediction, &labels)
    );
    assert_eq!(
        top_k_accuracy(&prediction, &labels.one_hot(2), 1),
        accuracy(&prediction, &labels)
    );
    // A sequence; smoothed rows; a column; a question for each column.
    let steps = prediction.reshape(&[6, 10, 2]);
    assert_eq!(
        accuracy(&steps, &labels.one_hot(2).reshape(&[6, 10, 2])),
        accuracy(&prediction, &labels)
    );
    assert_eq!(
        accuracy(&prediction, &(labels.one_hot(2) * 0.9 + 0.05)),
        accuracy(&prediction, &labels)
    );
    assert_eq!(accuracy(&tensor([[0.9], [0.2]]), &tensor([[1], [1]])), 0.5);
    assert_eq!(
        accuracy(&tensor([[0.9, 0.8], [0.2, 0.7]]), &tensor([[1, 1], [0, 0]])),
        0.75
    );
    assert_eq!(
        accuracy(
            &tensor([[2.0, 1.0], [-1.0, 1.0]]).sigmoid(),
            &tensor([[1, 0], [0, 1]])
        ),
        0.75
    );
    let said = message(|| {
        tensor([[1.0, 2.0]]).cross_entropy(&tensor([[0, 1]]));
    });
    assert!(
        said.contains("use CategoricalCrossentropy::new()"),
        "{said}"
    );
}

/// As Keras pads: the sum of what each window sees, with all weights 1.
fn padded_sums(x: &[Float], size: usize, stride: usize) -> Vec<Float> {
    let places = x.len().div_ceil(stride);
    let all = ((places - 1) * stride + size).saturating_sub(x.len());
    let start = |place: usize| (place * stride) as isize - (all / 2) as isize;
    let at = |i: isize| {
        usize::try_from(i)
            .ok()
            .and_then(|i| x.get(i))
            .copied()
            .unwrap_or(0.0)
    };
    (0..places)
        .map(|place| (0..size as isize).map(|i| at(start(place) + i)).sum())
        .collect()
}

#[test]
fn the_same_padding_keeps_the_size_for_every_window() {
    let x: Vec<Float> = (1..=9).map(|i| i as Float).collect();
    for (size, stride) in (1..=6).flat_map(|size| (1..=4).map(move |stride| (size, stride))) {
        for layer in [
            Conv1D::new(1, 1, size).same().stride(stride),
            Conv1D::new(1, 1, size).stride(stride).same(),
        ] {
            layer.weight.set_value(&Tensor::ones(&[1, 1, size]));
            let y = layer.forward(&Tensor::from_vec(x.clone(), &[1, 1, 9]));
            assert_eq!(
                y.to_vec(),
                padded_sums(&x, size, stride),
                "window {size}, stride {stride}"
            );
            assert_eq!(layer.output_shape(&[1, 9]), [1, y.len()]);
        }
    }
    for size in 1..=5 {
        let y = Conv2D::new(3, 2, size)
            .same()
            .forward(&Tensor::zeros(&[4, 3, 28, 28]));
        assert_eq!(y.shape(), [4, 2, 28, 28], "window {size}");
        let layer = Conv2D::new(1, 1, size).same();
        assert!(
            gradcheck(
                |x| layer.forward(&x[0]).square().sum(),
                &[Tensor::randn(&[1, 1, 4, 5])]
            )
            .passed()
        );
    }
}

#[test]
fn padding_that_is_the_same_survives_a_file() {
    seed(3);
    let folder = tempfile::tempdir().unwrap();
    for (size, stride) in [(3, 1), (4, 1), (2, 1), (3, 2), (4, 3)] {
        let model = Sequential::new()
            .add(Conv2D::new(1, 2, size).stride(stride).same().relu())
            .input(&[1, 9, 9]);
        let path = folder
            .path()
            .join("model.onnx")
            .to_str()
            .unwrap()
            .to_owned();
        model.save_onnx(&path).unwrap();
        let x = Tensor::randn(&[2, 1, 9, 9]);
        assert_eq!(
            Sequential::load_onnx(&path).unwrap().forward(&x).to_vec(),
            model.forward(&x).to_vec(),
            "{size}"
        );
    }
}

#[test]
fn what_has_no_example_is_refused() {
    let empty = data::xor().take(0);
    let model = || {
        let mut model = Sequential::new().add(Dense::new(2, 2).softmax());
        model.compile(
            Sgd::new(0.1),
            SparseCategoricalCrossentropy::new(),
            Accuracy,
        );
        model
    };
    let (one, two, three, four) = (empty.clone(), empty.clone(), empty.clone(), empty);
    let said = [
        message(move || drop(model().fit(&one).verbose(false).run())),
        message(move || {
            drop(
                model()
                    .fit(&data::xor())
                    .validation(&two)
                    .verbose(false)
                    .run(),
            )
        }),
        message(move || drop(model().evaluate(&three))),
        message(move || drop(model().diagnose(&four))),
    ];
    for said in said {
        assert!(said.contains("there is no example"), "{said}");
    }
}

#[test]
fn numbers_stay_numbers_and_classes_stay_classes() {
    let of = |targets: &[Float]| {
        let n = targets.len();
        Dataset::new(
            &Tensor::zeros(&[n, 1]),
            &Tensor::from_vec(targets.to_vec(), &[n]),
        )
        .classes
        .len()
    };
    let numbers: [&[Float]; 5] = [
        &[100.0, 200.0, 15.0],
        &[1952.0, 900.0],
        &[30.0],
        &[0.5, 1.0],
        &[250_000.0, 310_000.0],
    ];
    for targets in numbers {
        assert_eq!(of(targets), 0, "{targets:?}");
    }
    assert_eq!(
        [of(&[0.0, 1.0, 1.0]), of(&[5.0, 0.0, 4.0]), of(&[9.0])],
        [2, 6, 10]
    );
    assert_eq!(
        of(&(0..47).map(|class| class as Float).collect::<Vec<_>>()),
        47
    );
    assert_eq!(
        of(&(0..47)
            .filter(|class| class % 7 != 3)
            .map(|class| class as Float)
            .collect::<Vec<_>>()),
        47
    );
    let text = format!(
        "{:?}",
        Dataset::new(&Tensor::zeros(&[3, 1]), &tensor([100, 200, 15]))
    );
    assert!(!text.contains("classes"), "{text}");
}

#[test]
#[ignore = "run by the test below, in a process of its own"]
fn a_batch_of_one() {
    let mut model = Sequential::new()
        .add(Dense::new(2, 4))
        .add(BatchNormalization::new(4))
        .add(Dense::new(4, 1));
    model.compile(Sgd::new(0.01), MeanSquaredError, ());
    model
        .fit_tensors(&Tensor::randn(&[33, 2]), &Tensor::randn(&[33, 1]))
        .epochs(1)
        .batch_size(32)
        .verbose(false)
        .run();
}

#[test]
#[ignore = "run by the test below, in a process of its own"]
fn batches_of_more() {
    let mut model = Sequential::new()
        .add(Dense::new(2, 4))
        .add(BatchNormalization::new(4))
        .add(Dense::new(4, 1));
    model.compile(Sgd::new(0.01), MeanSquaredError, ());
    model
        .fit_tensors(&Tensor::randn(&[34, 2]), &Tensor::randn(&[34, 1]))
        .epochs(1)
        .batch_size(32)
        .verbose(false)
        .run();
    training(|| BatchNormalization::new(2).forward(&Tensor::randn(&[1, 2, 3, 3])));
    inference(|| BatchNormalization::new(2).forward(&Tensor::randn(&[1, 2])));
}

#[test]
fn batch_normalisation_of_one_example_has_a_word() {
    let said = shown("a_batch_of_one");
    assert!(
        said.contains("BatchNormalization: a batch of one value") && said.contains("batch_size"),
        "{said}"
    );
    assert!(!shown("batches_of_more").contains("a batch of one"));
}

#[test]
fn pictures_that_are_shifted_are_those_that_were() {
    seed(4);
    let x = Tensor::arange(1.0, 13.0, 1.0).reshape(&[1, 3, 4]);
    let data = Dataset::new(&x, &tensor([0]));
    for _ in 0..200 {
        let moved = data.shifted(5).x;
        let pixels = moved.to_vec();
        // Each pixel is 0 or as far from its old place as all others.
        let by = |place: usize| {
            let old = pixels[place] as isize - 1;
            (place as isize / 4 - old / 4, place as isize % 4 - old % 4)
        };
        let kept: Vec<_> = (0..12)
            .filter(|place| pixels[*place] != 0.0)
            .map(by)
            .collect();
        assert!(kept.windows(2).all(|pair| pair[0] == pair[1]), "{pixels:?}");
        let (down, right) = kept.first().copied().unwrap_or((5, 5));
        let stay = 3usize.saturating_sub(down.unsigned_abs())
            * 4usize.saturating_sub(right.unsigned_abs());
        assert_eq!(kept.len(), stay, "{pixels:?}");
    }
}

#[test]
fn functions_are_right_everywhere() {
    let x = Tensor::linspace(-60.0, 60.0, 50_001);
    let check = |name: &str, y: Tensor, f: fn(f64) -> f64| {
        for (x, y) in x.to_vec().into_iter().zip(y.to_vec()) {
            let expected = f(f64::from(x));
            assert!(
                (f64::from(y) - expected).abs() <= 4e-7 * expected.abs(),
                "{name} {x}: {y}, not {expected}"
            );
        }
    };
    let softplus = |x: f64| x.max(0.0) + (-x.abs()).exp().ln_1p();
    check("softplus", x.softplus(), softplus);
    check("log_sigmoid", x.log_sigmoid(), |x| {
        -((-x).max(0.0) + (-x.abs()).exp().ln_1p())
    });
    check("elu", x.elu(1.0), |x| if x > 0.0 { x } else { x.exp_m1() });
    check("elu near 0", (&x * 1e-4).elu(1.0), |x| {
        if x > 0.0 {
            x * 1e-4
        } else {
            f64::from(x as f32 * 1e-4).exp_m1()
        }
    });
    assert!(
        tensor(Float::NAN).softplus().item().is_nan()
            && tensor(Float::NAN).elu(1.0).item().is_nan()
    );
    let far = tensor([Float::INFINITY, Float::NEG_INFINITY]);
    assert_eq!(
        (far.softplus().to_vec(), far.elu(1.0).to_vec()),
        (vec![Float::INFINITY, 0.0], vec![Float::INFINITY, -1.0])
    );
}

/// Values that move, against their index arithmetic.
#[test]
fn values_that_move_come_from_where_they_should() {
    let sizes = [1, 2, 3, 7, 16, 17, 33, 50];
    let mut state = 5u64;
    let mut below = move |n: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as usize % n
    };
    for _ in 0..300 {
        let shape = [7, 50, 17, 50].map(|most| sizes[below(sizes.len())].min(most));
        let n: usize = shape.iter().product();
        let x = Tensor::from_vec((0..n).map(|i| i as Float).collect(), &shape);
        let mut axes = [0, 1, 2, 3];
        (1..4).rev().for_each(|i| axes.swap(i, below(i + 1)));
        let y = x.permute(&axes);
        let (found, own) = (y.to_vec(), y.shape().to_vec());
        let step = |axis: usize| shape[axis + 1..].iter().product::<usize>();
        for (i, found) in found.iter().enumerate() {
            let (mut rest, mut from) = (i, 0);
            for axis in (0..4).rev() {
                from += rest % own[axis] * step(axes[axis]);
                rest /= own[axis];
            }
            assert_eq!(*found, from as Float, "{shape:?} by {axes:?}");
        }
        let axis = below(4) as isize;
        let len = shape[axis as usize];
        let cut = below(len);
        let (left, right) = (x.slice(axis, 0..cut), x.slice(axis, cut..len));
        assert_eq!(Tensor::concat(&[&left, &right], axis).to_vec(), x.to_vec());
        let back: Vec<usize> = (0..len).rev().collect();
        assert_eq!(x.index_select(axis, &back).to_vec(), x.flip(axis).to_vec());
        let mirrored = (0..n).map(|i| (len - 1 - i / step(axis as usize) % len) as Float);
        assert_eq!(
            x.gather(axis, &Tensor::from_vec(mirrored.collect(), &shape))
                .to_vec(),
            x.flip(axis).to_vec()
        );
    }
}
