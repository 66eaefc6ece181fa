//! Figures are well-formed, small, the same every time, and say in words what they show.

mod figures;

use base64::Engine;
use chainrule::display::Show;
use chainrule::prelude::*;
use figures::{gallery, model, noise};
use serde_json::Value;
use std::cell::RefCell;
use std::process::Command;

#[test]
fn every_figure_is_well_formed_small_and_always_the_same() {
    for ((name, figure), (_, again)) in gallery().into_iter().zip(gallery()) {
        let svg = figure.svg();
        let document =
            roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{name}: {error}"));
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "svg");
        assert!(
            root.has_attribute("viewBox")
                && root.attribute("style").unwrap().contains("max-width:100%"),
            "{name}"
        );
        assert!(
            root.attribute("width").unwrap().parse::<f64>().unwrap() <= 640.0,
            "{name} is too wide"
        );
        assert!(svg.len() < 100_000, "{name}: {} bytes", svg.len());
        assert_eq!(svg, again.svg(), "{name} differs between calls");
        for outside in ["http:", "https:", "<script", "NaN", "inf"] {
            let svg = svg.replace("http://www.w3.org/2000/svg", "");
            let drawing = svg
                .split("href=")
                .map(|part| part.split_once("/>").map_or(part, |(_, rest)| rest));
            assert!(
                !drawing.collect::<String>().contains(outside),
                "{name} contains {outside}"
            );
        }
        assert!(
            !figure.text().is_empty() && says_all(root.attribute("aria-label"), &figure.text()),
            "{name}: {:?}",
            root.attribute("aria-label")
        );
        // Coordinates within the picture, with room for a marker that stands on the edge.
        let size: Vec<f64> = root
            .attribute("viewBox")
            .unwrap()
            .split(' ')
            .map(|n| n.parse().unwrap())
            .collect();
        for node in document.descendants() {
            for (attribute, limit) in [
                ("x", size[2]),
                ("cx", size[2]),
                ("y", size[3]),
                ("cy", size[3]),
            ] {
                if let Some(value) = node.attribute(attribute) {
                    let value: f64 = value.parse().unwrap();
                    assert!(
                        (-60.0..=limit + 60.0).contains(&value),
                        "{name}: {attribute}={value} of {limit}"
                    );
                }
            }
        }
    }
}

/// Whether the other text of a picture says all lines of this one, in one line: a screen reader
/// stops at the end of each.
fn says_all(other: Option<&str>, text: &str) -> bool {
    let other = other.unwrap_or_default();
    let is_one_line = !other.contains(['\n', '\r', '\t']) && !other.contains("  ");
    is_one_line && text.lines().all(|line| other.contains(line.trim()))
}

#[test]
fn figures_say_what_they_show() {
    let text = |name: &str| {
        gallery()
            .into_iter()
            .find(|(n, _)| *n == name)
            .expect("in the gallery")
            .1
            .text()
    };
    assert_eq!(
        text("curve"),
        "curve \"loss\": 100 points, from 2.31 to 0.0798"
    );
    assert_eq!(
        text("confusion"),
        "confusion\n  93 of 100 right (93 %)\n  dog taken for cat: 5\n  cat taken for dog: 2"
    );
    assert_eq!(
        text("lines"),
        "lines\n  w = 1: 15 points, from 0.269 to 0.731\n  w = 2: 15 points, from 0.119 to \
         0.881\n  w = 3: 15 points, from 0.0474 to 0.953"
    );
    let functions = "functions\n  |x|: values from 0 to 3 on -1 to 3\n  1/x: values from ";
    assert!(
        text("functions").starts_with(functions),
        "{}",
        text("functions")
    );
    assert_eq!(text("bars"), "bars\n  SGD: 0.3\n  Adam: -0.1");
    assert!(
        text("image grid").contains("1 of 12 right"),
        "{}",
        text("image grid")
    );
    assert!(
        text("image grid").contains("✗ 3 (0) | ✗ 3 (1) | ✗ 3 (2) | ✓ 3"),
        "{}",
        text("image grid")
    );
    assert!(text("boundary").contains("points on their side"));
    assert!(
        text("contours").contains("SGD: 30 points, from (-1, 1) to (0.45, 0.0333)"),
        "{}",
        text("contours")
    );
    let figure = plot::bars(&["a"], &[1.0]);
    assert_eq!(figure.bundle().plain(), format!("{figure:?}"));
}

/// All that a cell may have at hand, without conversions.
#[test]
fn lines_take_tensors_vectors_and_slices() {
    let xs = Tensor::linspace(0.0, 1.0, 3);
    let (tensor, vector) = (xs.square(), vec![0.0 as Float, 0.25, 1.0]);
    let text = "lines\n  a: 3 points, from 0 to 1\n  b: 3 points, from 0 to 1";
    for figure in [
        plot::lines(&xs, &[("a", &tensor), ("b", &tensor)]),
        plot::lines(&xs, &[("a", tensor.clone()), ("b", tensor)]),
        plot::lines(&[0.0, 0.5, 1.0], &[("a", &vector), ("b", &vector)]),
        plot::lines(&vector, &[("a", &vector[..]), ("b", &vector[..])]),
        plot::lines(
            &vector[..],
            &[
                ("a".to_owned(), [0.0, 0.25, 1.0]),
                ("b".to_owned(), [0.0, 0.25, 1.0]),
            ],
        ),
    ] {
        assert_eq!(figure.text(), text);
    }
}

#[test]
fn a_builder_changes_the_picture() {
    let plain = plot::curve(&[1.0, 2.0], &[1.0, 2.0]);
    let before = plain.svg().to_owned();
    let after = plain
        .title("a < b & \"c\"")
        .x_label("x")
        .y_label("y")
        .size(300, 200);
    assert_ne!(before, after.svg());
    assert!(after.svg().contains("a &lt; b &amp; &quot;c&quot;"));
    assert!(roxmltree::Document::parse(after.svg()).is_ok());
}

#[test]
fn what_is_not_a_number_makes_a_gap() {
    let figure = plot::curve(&[0.0, 1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, f64::NAN, 2.0, 1.0]);
    assert_eq!(
        figure
            .svg()
            .matches("<polyline fill=\"none\" stroke=\"#0072B2\"")
            .count(),
        2
    );
    assert!(figure.text().contains("1 not finite"), "{figure:?}");
    // Also where a logarithm has no value, and with a single point, or a constant.
    plot::curve(&[0.0, 1.0, 2.0], &[1.0, 0.0, 0.1])
        .log_y()
        .svg();
    plot::curve(&[1.0], &[0.0]).log_y().svg();
    plot::curves(&[("constant", &[2.0, 2.0])]).svg();
    plot::heatmap(&tensor([[0.0, 0.0]])).svg();
    plot::bars(&["zero"], &[0.0]).svg();
}

#[test]
fn long_curves_are_thinned_and_keep_their_peaks() {
    let mut ys = vec![1.0; 200_000];
    ys[123_456] = 50.0;
    let xs: Vec<f64> = (0..ys.len()).map(|x| x as f64).collect();
    let figure = plot::curve(&xs, &ys);
    assert!(figure.svg().len() < 40_000, "{} bytes", figure.svg().len());
    assert!(
        figure.text().contains("200000 points") && figure.text().contains("highest 50"),
        "{figure:?}"
    );
}

#[test]
fn mistakes_are_explained() {
    thread_local!(static PLACE: RefCell<String> = const { RefCell::new(String::new()) });
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PLACE.set(
            info.location()
                .map_or(String::new(), |location| location.file().to_owned()),
        );
        usual(info);
    }));
    let message = |action: &dyn Fn()| {
        let panic =
            std::panic::catch_unwind(std::panic::AssertUnwindSafe(action)).expect_err("must panic");
        let message = *panic.downcast::<String>().expect("a message");
        assert!(
            PLACE.with_borrow(|place| place.ends_with("pictures.rs")),
            "{message} at {}",
            PLACE.take()
        );
        message
    };
    let x = Tensor::zeros(&[3, 2]);
    for text in [
        message(&|| drop(plot::curve(&[1.0, 2.0], &[1.0]))),
        message(&|| drop(plot::curve(&[0.0; 0], &[0.0; 0]))),
        message(&|| drop(plot::curves(&[("loss", &[f64::NAN, f64::NAN])]))),
        message(&|| drop(plot::lines(&[1.0], &[] as &[(&str, &Tensor)]))),
        message(&|| drop(plot::function(|x| x, 1.0..0.0))),
        message(&|| drop(plot::functions(&[], 0.0..1.0))),
        message(&|| drop(plot::bars(&["a", "b"], &[1.0]))),
        message(&|| drop(plot::histogram(&[f64::NAN]))),
        message(&|| drop(plot::scatter(&Tensor::zeros(&[3, 2]), &Tensor::zeros(&[4])))),
        message(&|| drop(plot::scatter(&Tensor::zeros(&[3, 4]), &Tensor::zeros(&[3])))),
        message(&|| drop(plot::images(&Tensor::zeros(&[3, 50]), &[]))),
        message(&|| {
            drop(plot::image_grid(
                &Tensor::zeros(&[3, 49]),
                &Tensor::zeros(&[2]),
                None,
            ))
        }),
        message(&|| drop(plot::confusion(&Tensor::zeros(&[2, 3]), &["a", "b"]))),
        message(&|| drop(plot::heatmap(&Tensor::zeros(&[2, 2, 2])))),
        message(&|| {
            drop(plot::contour_path(
                |x, _| x,
                0.0..1.0,
                0.0..1.0,
                &[("path", &Tensor::zeros(&[2, 3]))],
            ))
        }),
        message(&|| {
            drop(plot::contour_path(
                |_, _| Float::NAN,
                0.0..1.0,
                0.0..1.0,
                &[] as &[(&str, &Tensor)],
            ))
        }),
        message(&|| {
            let data = Dataset::new(&Tensor::zeros(&[3, 2]), &Tensor::zeros(&[3]));
            drop(plot::decision_boundary(&data, |_| Tensor::zeros(&[5])));
        }),
    ] {
        assert!(text.contains("hint"), "{text}");
    }
    let model = model();
    let (parameters, labels) = (model.parameters(), tensor([0, 1, 0]));
    let loss = || Tensor::zeros(&[2]);
    for text in [
        message(&|| drop(plot::network(&[]))),
        message(&|| {
            drop(plot::network(
                &Dense::new(2, 3)
                    .parameters()
                    .into_iter()
                    .chain(Dense::new(4, 3).parameters())
                    .collect::<Vec<_>>(),
            ))
        }),
        message(&|| {
            drop(plot::neurons(&data::digits(2), &parameters, |points| {
                model.activations(points)
            }))
        }),
        message(&|| drop(plot::histograms(&[] as &[(&str, Tensor)]))),
        message(&|| drop(plot::gradients(&Dense::new(2, 3).parameters()))),
        message(&|| drop(plot::loss_landscape(&[], loss))),
        message(&|| drop(plot::loss_landscape(&parameters, loss))),
        message(&|| drop(plot::loss_section(&parameters, loss))),
        message(&|| drop(plot::filters(&Tensor::zeros(&[3, 5])))),
        message(&|| {
            drop(plot::saliency(
                &Tensor::zeros(&[3, 4]),
                &Tensor::zeros(&[3, 9]),
            ))
        }),
        message(&|| {
            drop(plot::mistakes(
                &Tensor::zeros(&[3, 4]),
                &labels,
                &Tensor::zeros(&[2, 2]),
                3,
            ))
        }),
        message(&|| drop(plot::roc(&tensor([0.1, 0.2]), &labels))),
        message(&|| drop(plot::roc(&tensor([0.1, 0.2]), &tensor([1, 1])))),
        message(&|| drop(plot::scaling(&[1.0, 2.0], &[0.0, 1.0]))),
        message(&|| drop(plot::scaling(&[1.0, 1.0], &[2.0, 1.0]))),
        message(&|| drop(plot::spectrogram(&Tensor::zeros(&[2, 100]), 8000))),
        message(&|| drop(plot::wave(&Tensor::zeros(&[3]), 8000))),
        message(&|| drop(plot::sound(&Tensor::zeros(&[100]), 0))),
        message(&|| drop(plot::attention(&Tensor::zeros(&[3, 3]), &["a", "b"]))),
        message(&|| drop(plot::probabilities(&["a"], &[0.5, 0.5]))),
        message(&|| drop(plot::embedding(&Tensor::zeros(&[3]), &["a", "b", "c"]))),
        message(&|| drop(plot::embedding(&Tensor::zeros(&[3, 2]), &["a"]))),
        message(&|| drop(plot::board(&Tensor::zeros(&[9]), None))),
        message(&|| drop(plot::board(&tensor([[0, 5]]), None))),
        message(&|| drop(plot::board(&tensor([[0, 1]]), Some(&tensor([1.0]))))),
        message(&|| drop(plot::frames(Vec::new()))),
        message(&|| drop(plot::profile(&Sequential::new(), &x))),
    ] {
        assert!(text.contains("hint"), "{text}");
    }
    let text = message(&|| drop(plot::lines(&x.t(), &[("w = 1", &[0.5, 0.5])])));
    assert!(
        text.starts_with("lines: 6 xs and 2 ys of \"w = 1\""),
        "{text}"
    );
    let text = message(&move || drop(plot::scatter(&x, &Tensor::zeros(&[4]))));
    assert!(
        text.starts_with("scatter: ") && text.contains("[4]") && text.contains("[3, 2]"),
        "{text}"
    );
}

#[test]
fn pictures_of_networks_say_what_is_inside() {
    let text = |name: &str| {
        gallery()
            .into_iter()
            .find(|(n, _)| *n == name)
            .expect("in the gallery")
            .1
            .text()
    };
    assert!(
        text("network").contains("dense1: 12 units, weights from -0.821 to 0.927"),
        "{}",
        text("network")
    );
    assert!(text("roc of two").contains("AUC 0.833") && text("roc").matches("class").count() == 3);
    assert_eq!(text("scaling"), "scaling: 4 points, y = 6.43 · x^-0.116");
    assert!(
        text("gradients").contains("dense3.bias") && text("gradients").contains("× parameter"),
        "{}",
        text("gradients")
    );
    assert_eq!(
        text("board"),
        "board\n  X . O\n  . X .\n  . . O\n  best: row 1, column 2 (85)"
    );
    assert!(text("probabilities").lines().count() == 13);
    assert!(text("no mistakes").contains("0 of 6 wrong"));
    // Units that are 0 for all examples.
    let outputs = Tensor::concat(&[&Tensor::zeros(&[5, 2]), &Tensor::ones(&[5, 1])], 1);
    assert!(
        plot::histograms(&[("relu", outputs)])
            .text()
            .contains("2 of 3 units always 0")
    );
    // A chirp from 300 Hz upwards: the strongest frequency moves.
    assert!(
        text("spectrogram").contains("0.5 s at 8000 samples"),
        "{}",
        text("spectrogram")
    );
}

/// Pictures of the loss move the weights about.
#[test]
fn a_landscape_leaves_the_weights_as_they_were() {
    let model = model();
    let x = noise(&[20, 2]);
    let weights = || {
        model
            .parameters()
            .iter()
            .map(Tensor::to_vec)
            .collect::<Vec<_>>()
    };
    let before = weights();
    let middle = model.forward(&x).square().sum().item();
    let figure = plot::loss_landscape(&model.parameters(), || model.forward(&x).square().sum());
    assert!(
        figure.text().contains(&format!("here {middle:.3}")),
        "{} {middle}",
        figure.text()
    );
    assert_eq!(weights(), before);
    let calls = std::cell::Cell::new(0);
    let fails = std::panic::AssertUnwindSafe(|| {
        plot::loss_section(&model.parameters(), || {
            calls.set(calls.get() + 1);
            assert!(calls.get() < 10, "a mistake in the middle");
            model.forward(&x).sum()
        })
    });
    assert!(std::panic::catch_unwind(fails).is_err());
    assert_eq!(weights(), before);
}

/// A network whose training went wrong is looked at, too.
#[test]
fn what_is_not_a_number_can_be_looked_at() {
    let model = model();
    let x = noise(&[20, 2]);
    for bad in [Float::NAN, Float::INFINITY, 1e30, 0.0] {
        model.parameters()[0].set_value(&Tensor::full(&[2, 12], bad));
        let data = Dataset::new(&x, &Tensor::zeros(&[20]));
        let loss = || model.forward(&x).square().mean();
        let mut figures = vec![
            plot::network(&model.parameters()),
            plot::neurons(&data, &model.parameters(), |points| {
                model.activations(points)
            }),
            plot::filters(&Tensor::full(&[2, 3, 3], bad)),
            plot::saliency(
                &Tensor::full(&[2, 3, 3], bad),
                &Tensor::full(&[2, 3, 3], bad),
            ),
            plot::mistakes(
                &x.slice(1, 0..1),
                &Tensor::zeros(&[20]),
                &model.predict(&x),
                4,
            ),
            plot::roc(&Tensor::full(&[3], bad), &tensor([0, 1, 1])),
            plot::attention(&Tensor::full(&[2, 2], bad), &["a", "b"]),
            plot::embedding(&Tensor::full(&[3, 4], bad), &["a", "b", "c"]),
            plot::spectrogram(&Tensor::full(&[400], bad), 8000),
            plot::board(&Tensor::zeros(&[2, 2]), Some(&Tensor::full(&[2, 2], bad))),
        ];
        if bad.is_finite() {
            figures.push(plot::loss_landscape(&model.parameters(), loss));
            figures.push(plot::histograms(&model.activations(&x)));
            figures.push(plot::probabilities(&["a", "b"], &[bad, bad]));
        }
        for figure in figures {
            roxmltree::Document::parse(figure.svg())
                .unwrap_or_else(|error| panic!("{error}: {figure:?}"));
        }
    }
}

/// What a picture in a `src` holds.
fn decoded(source: &str) -> String {
    let bytes = base64::engine::general_purpose::STANDARD
        .decode(source.split_once("base64,").unwrap().1)
        .unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Of what a film shows without scripts: the frame that is seen when nothing moves, and how many
/// others there are.
fn without_scripts(page: &str) -> (String, usize) {
    let document = roxmltree::Document::parse(page).unwrap();
    let image = document
        .descendants()
        .find(|node| node.has_tag_name("img"))
        .unwrap();
    let film = decoded(image.attribute("src").unwrap());
    let document = roxmltree::Document::parse(&film).unwrap();
    let is = |node: &roxmltree::Node, word: &str| {
        node.attribute("style")
            .is_some_and(|style| style.starts_with(word))
    };
    let with = |word: &str| {
        document
            .descendants()
            .filter(|node| is(node, word))
            .collect::<Vec<_>>()
    };
    let seen = with("visibility:visible");
    let seen = seen.first().map_or(film.as_str(), |node| {
        &film[node.first_child().unwrap().range()]
    });
    (seen.to_owned(), with("visibility:hidden").len())
}

#[test]
fn a_film_keeps_every_frame_unless_it_grows_too_large() {
    let figure = |k: usize| plot::function(|x| (k as Float * x).sin(), 0.0..6.3);
    let html = |bundle: Bundle| {
        bundle
            .get("text/html")
            .and_then(Value::as_str)
            .unwrap()
            .to_owned()
    };
    let film = plot::frames((1..=12).map(figure).collect());
    assert!(
        film.text().starts_with("12 frames\nfirst: function")
            && film.bundle().plain() == film.text()
    );
    let page = html(film.bundle());
    let document = roxmltree::Document::parse(&page).unwrap();
    let slider = document
        .descendants()
        .find(|node| node.has_tag_name("input"))
        .unwrap();
    let frames: Vec<String> =
        serde_json::from_str(slider.attribute("data-frames").unwrap()).unwrap();
    assert_eq!((frames.len(), slider.attribute("max")), (12, Some("11")));
    assert!(frames[0] != frames[1] && !page.contains("<script"));
    // Where no script runs, they are seen one after the other, and the last one where nothing
    // moves.
    let (visible, hidden) = without_scripts(&page);
    assert_eq!(
        (visible.as_str(), hidden),
        (decoded(&frames[11]).trim(), 11)
    );
    // Long ones lose frames, but not the last.
    let many = noise(&[80, 80]);
    let long = plot::frames((0..300).map(|_| plot::heatmap(&many)).collect());
    let page = html(long.bundle());
    assert!(
        page.len() < 4_000_000 && long.text().contains("of 300"),
        "{} bytes, {}",
        page.len(),
        long.text()
    );
    assert_eq!(without_scripts(&page).1, 15, "not all of them twice");
    assert_eq!(
        without_scripts(&html(plot::frames(vec![figure(1)]).bundle())).1,
        0
    );
    let sound = html(plot::sound(&noise(&[4000]), data::RATE).bundle());
    let document = roxmltree::Document::parse(&sound).unwrap();
    let player = document
        .descendants()
        .find(|node| node.has_tag_name("audio"))
        .unwrap();
    assert!(
        player
            .attribute("src")
            .unwrap()
            .starts_with("data:audio/wav;base64,UklGR")
    );
}

/// Training and pictures of it, told as one number. Run as a process of its own, with a number of
/// threads.
#[test]
#[ignore = "run by the test below, in processes of their own"]
fn a_run_with_a_seed() {
    use std::hash::{DefaultHasher, Hash, Hasher};
    seed(11);
    let (train, test) = data::digits(600).split(0.8);
    let mut model = Sequential::new()
        .add(Reshape::new(&[1, 28, 28]))
        .add(Conv2D::new(1, 4, 5).stride(2).relu())
        .add(Flatten::new())
        .add(Dropout::new(0.2))
        .add(Dense::new(576, 64).relu())
        .add(Dense::new(64, 10).softmax());
    model.compile(
        Adam::default(),
        SparseCategoricalCrossentropy::new(),
        (Accuracy, TopK(3)),
    );
    let history = model
        .fit(&train)
        .epochs(2)
        .validation(&test)
        .verbose(false)
        .run();
    let mut hasher = DefaultHasher::new();
    for parameter in model.parameters() {
        parameter
            .to_vec()
            .into_iter()
            .for_each(|value| value.to_bits().hash(&mut hasher));
    }
    plot::curves(&[("loss", history.batch_loss())])
        .svg()
        .hash(&mut hasher);
    plot::histograms(&model.activations(&test.x))
        .svg()
        .hash(&mut hasher);
    let loss = || SparseCategoricalCrossentropy::new().loss(&model.forward(&test.x), &test.y);
    plot::loss_section(&model.parameters(), loss)
        .svg()
        .hash(&mut hasher);
    plot::mistakes(&test.x, &test.y, &model.predict(&test.x), 9)
        .svg()
        .hash(&mut hasher);
    println!("the run: {:016x}", hasher.finish());
}

#[test]
fn a_seed_gives_the_same_bits_on_any_number_of_threads() {
    let run = |threads: &str| {
        let output = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "a_run_with_a_seed", "--ignored", "--nocapture"])
            .env("CPU_LIMIT", threads)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        text.lines()
            .find(|line| line.starts_with("the run: "))
            .expect("it ends")
            .to_owned()
    };
    let alone = run("1");
    for threads in ["2", "3", "8"] {
        assert_eq!(run(threads), alone, "{threads} threads");
    }
}

#[test]
fn a_profile_says_which_layer_takes_the_time_and_changes_nothing() {
    let model = Sequential::new()
        .add(Dense::new(64, 400).relu())
        .add(BatchNormalization::new(400))
        .add(Dropout::new(0.5))
        .add(Dense::new(400, 400))
        .add(Dense::new(400, 2));
    let state = || {
        model
            .layers()
            .iter()
            .flat_map(|layer| layer.state())
            .flat_map(|t| t.to_vec())
            .collect::<Vec<_>>()
    };
    let (x, before) = (noise(&[100, 64]), state());
    seed(5);
    let expected = random::uniform();
    seed(5);
    let text = plot::profile(&model, &x).text();
    assert_eq!(
        (random::uniform(), state()),
        (expected, before),
        "random numbers, parameters and running means"
    );
    assert!(
        model
            .parameters()
            .iter()
            .all(|parameter| !parameter.has_grad())
    );

    let share = |layer: &str| -> f64 {
        let line = text
            .lines()
            .find(|line| line.trim_start().starts_with(layer))
            .unwrap_or_else(|| panic!("{text}"));
        line.split(" % of the time")
            .next()
            .unwrap()
            .rsplit(' ')
            .next()
            .unwrap()
            .parse()
            .unwrap()
    };
    assert!(text.starts_with("profile \"one batch of 100: "), "{text}");
    assert!(
        share("dense2") > share("dense3") && share("dense2") > share("dropout1"),
        "{text}"
    );
    let all: f64 = [
        "dense1",
        "batchnormalization1",
        "dropout1",
        "dense2",
        "dense3",
    ]
    .into_iter()
    .map(share)
    .sum();
    assert!((all - 100.0).abs() < 4.0, "{text}");
    assert!(
        text.contains("outputs of 156.2 KB") || cfg!(feature = "f64"),
        "{text}"
    );
}
