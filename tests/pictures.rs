//! Figures are well-formed, small, the same every time, and say in words what they show. The live view ends in its final
//! state, whatever happens.

use chainrule::cell::interrupt::{self, CHAINRULE_INTERRUPT};
use chainrule::display::Show;
use chainrule::plot::{EpochRow, Figure, Live};
use chainrule::prelude::*;
use serde_json::Value;
use std::cell::RefCell;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// One of everything, the same at every call.
fn gallery() -> Vec<(&'static str, Figure)> {
    let losses: Vec<Float> = (0..100).map(|i| (2.31 as Float) * (-0.034 * i as Float).exp()).collect();
    let grid = Tensor::from_vec((0..40).map(|i| (i % 7) as Float - 3.0).collect(), &[5, 8]);
    let many = Tensor::from_vec((0..6000).map(|i| (i % 101) as Float).collect(), &[100, 60]);
    let points: Vec<Float> = (0..60).flat_map(|i| [(i as Float).sin(), (i as Float * 1.3).cos()]).collect();
    let labels: Vec<Float> = (0..60).map(|i| (i % 3) as Float).collect();
    let data = Dataset::new(&Tensor::from_vec(points, &[60, 2]), &Tensor::from_vec(labels, &[60]));
    let pictures = Tensor::from_vec((0..12 * 784).map(|i| (i % 29) as Float / 29.0).collect(), &[12, 784]);
    let right = Tensor::arange(0.0, 12.0, 1.0);
    let wrong = Tensor::full(&[12], 3.0);
    let scores = tensor([[1.0, 0.0, -1.0], [0.0, 1.0, -1.0]]);
    let sevenths = Tensor::linspace(-1.0, 1.0, 15);
    let path: Vec<(Float, Float)> = (0..30).map(|i| (-1.0 + 0.05 * i as Float, 1.0 / (1.0 + i as Float))).collect();
    vec![
        ("curve", plot::curve(&Tensor::arange(0.0, 100.0, 1.0), &losses).title("loss").x_label("step").log_y()),
        ("curves", plot::curves(&[("train", &losses), ("validation", &losses)]).y_label("loss")),
        ("function", plot::function(|x| 1.0 / x, -1.0..1.0).title("1/x")),
        ("lines", plot::lines(&sevenths, &[1, 2, 3].map(|w| (format!("w = {w}"), (&sevenths * w as Float).sigmoid())))),
        ("functions", plot::functions(&[("|x|", &|x| x.abs()), ("1/x", &|x| 1.0 / x)], -1.0..3.0)),
        ("bars", plot::bars(&["SGD", "Adam"], &[0.3, -0.1])),
        ("histogram", plot::histogram(&losses)),
        ("scatter", plot::scatter(&data.x, &data.y)),
        ("boundary", plot::decision_boundary(&data, |points| points.matmul(&scores))),
        ("images", plot::images(&pictures, &["a", "b"])),
        ("image grid", plot::image_grid(&pictures, &right, Some(&wrong)).title("digits")),
        ("heat map", plot::heatmap(&grid)),
        ("large heat map", plot::heatmap(&many)),
        ("confusion", plot::confusion(&tensor([[48.0, 2.0], [5.0, 45.0]]), &["cat", "dog"])),
        ("contours", plot::contour_path(|x, y| x * x + 4.0 * y * y, -2.0..2.0, -1.0..1.0, &[("SGD", &path)])),
    ]
}

#[test]
fn every_figure_is_well_formed_small_and_always_the_same() {
    for ((name, figure), (_, again)) in gallery().into_iter().zip(gallery()) {
        let svg = figure.svg();
        let document = roxmltree::Document::parse(svg).unwrap_or_else(|error| panic!("{name}: {error}"));
        let root = document.root_element();
        assert_eq!(root.tag_name().name(), "svg");
        assert!(root.has_attribute("viewBox") && root.attribute("style").unwrap().contains("max-width:100%"), "{name}");
        assert!(root.attribute("width").unwrap().parse::<f64>().unwrap() <= 640.0, "{name} is too wide");
        assert!(svg.len() < 100_000, "{name}: {} bytes", svg.len());
        assert_eq!(svg, again.svg(), "{name} differs between calls");
        for outside in ["http:", "https:", "<script", "NaN", "inf"] {
            let svg = svg.replace("http://www.w3.org/2000/svg", "");
            let drawing = svg.split("href=").map(|part| part.split_once("/>").map_or(part, |(_, rest)| rest));
            assert!(!drawing.collect::<String>().contains(outside), "{name} contains {outside}");
        }
        assert!(
            !figure.text().is_empty() && root.attribute("aria-label") == Some(&single_line(&figure.text())),
            "{name}"
        );
        // Coordinates within the picture, with room for a marker that stands on the edge.
        let size: Vec<f64> = root.attribute("viewBox").unwrap().split(' ').map(|n| n.parse().unwrap()).collect();
        for node in document.descendants() {
            for (attribute, limit) in [("x", size[2]), ("cx", size[2]), ("y", size[3]), ("cy", size[3])] {
                if let Some(value) = node.attribute(attribute) {
                    let value: f64 = value.parse().unwrap();
                    assert!((-60.0..=limit + 60.0).contains(&value), "{name}: {attribute}={value} of {limit}");
                }
            }
        }
    }
}

/// XML reads a line break in an attribute as a space.
fn single_line(text: &str) -> String {
    text.replace('\n', " ")
}

#[test]
fn figures_say_what_they_show() {
    let text = |name: &str| gallery().into_iter().find(|(n, _)| *n == name).expect("in the gallery").1.text();
    assert_eq!(text("curve"), "curve \"loss\": 100 points, from 2.31 to 0.0798");
    assert_eq!(
        text("confusion"),
        "confusion\n  93 of 100 right (93 %)\n  dog taken for cat: 5\n  cat taken for dog: 2"
    );
    assert_eq!(
        text("lines"),
        "lines\n  w = 1: 15 points, from 0.269 to 0.731\n  w = 2: 15 points, from 0.119 to 0.881\n  \
         w = 3: 15 points, from 0.0474 to 0.953"
    );
    let functions = "functions\n  |x|: values from 0 to 3 on -1 to 3\n  1/x: values from ";
    assert!(text("functions").starts_with(functions), "{}", text("functions"));
    assert_eq!(text("bars"), "bars\n  SGD: 0.3\n  Adam: -0.1");
    assert!(text("image grid").contains("1 of 12 right"), "{}", text("image grid"));
    assert!(text("image grid").contains("✗ 3 (0) | ✗ 3 (1) | ✗ 3 (2) | ✓ 3"), "{}", text("image grid"));
    assert!(text("boundary").contains("points on their side"));
    assert!(text("contours").contains("SGD: 30 points, from (-1, 1) to (0.45, 0.0333)"), "{}", text("contours"));
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
        plot::lines(&vector[..], &[("a".to_owned(), [0.0, 0.25, 1.0]), ("b".to_owned(), [0.0, 0.25, 1.0])]),
    ] {
        assert_eq!(figure.text(), text);
    }
}

#[test]
fn a_builder_changes_the_picture() {
    let plain = plot::curve(&[1.0, 2.0], &[1.0, 2.0]);
    let before = plain.svg().to_owned();
    let after = plain.title("a < b & \"c\"").x_label("x").y_label("y").size(300, 200);
    assert_ne!(before, after.svg());
    assert!(after.svg().contains("a &lt; b &amp; &quot;c&quot;"));
    assert!(roxmltree::Document::parse(after.svg()).is_ok());
}

#[test]
fn what_is_not_a_number_makes_a_gap() {
    let figure = plot::curve(&[0.0, 1.0, 2.0, 3.0, 4.0], &[1.0, 2.0, f64::NAN, 2.0, 1.0]);
    assert_eq!(figure.svg().matches("<polyline fill=\"none\" stroke=\"#0072B2\"").count(), 2);
    assert!(figure.text().contains("1 not finite"), "{figure:?}");
    // Also where a logarithm has no value, and with a single point, or a constant.
    plot::curve(&[0.0, 1.0, 2.0], &[1.0, 0.0, 0.1]).log_y().svg();
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
    assert!(figure.text().contains("200000 points") && figure.text().contains("highest 50"), "{figure:?}");
}

#[test]
fn mistakes_are_explained() {
    thread_local!(static PLACE: RefCell<String> = const { RefCell::new(String::new()) });
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |info| {
        PLACE.set(info.location().map_or(String::new(), |location| location.file().to_owned()));
        usual(info);
    }));
    let message = |action: &dyn Fn()| {
        let panic = std::panic::catch_unwind(std::panic::AssertUnwindSafe(action)).expect_err("must panic");
        let message = *panic.downcast::<String>().expect("a message");
        assert!(PLACE.with_borrow(|place| place.ends_with("pictures.rs")), "{message} at {}", PLACE.take());
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
        message(&|| drop(plot::image_grid(&Tensor::zeros(&[3, 49]), &Tensor::zeros(&[2]), None))),
        message(&|| drop(plot::confusion(&Tensor::zeros(&[2, 3]), &["a", "b"]))),
        message(&|| drop(plot::heatmap(&Tensor::zeros(&[2, 2, 2])))),
        message(&|| drop(plot::contour_path(|x, _| x, 0.0..1.0, 0.0..1.0, &[("path", &Tensor::zeros(&[2, 3]))]))),
        message(&|| drop(plot::contour_path(|_, _| Float::NAN, 0.0..1.0, 0.0..1.0, &[] as &[(&str, &Tensor)]))),
        message(&|| {
            let data = Dataset::new(&Tensor::zeros(&[3, 2]), &Tensor::zeros(&[3]));
            drop(plot::decision_boundary(&data, |_| Tensor::zeros(&[5])));
        }),
    ] {
        assert!(text.contains("hint"), "{text}");
    }
    let text = message(&|| drop(plot::lines(&x.t(), &[("w = 1", &[0.5, 0.5])])));
    assert!(text.starts_with("lines: 6 xs and 2 ys of \"w = 1\""), "{text}");
    let text = message(&move || drop(plot::scatter(&x, &Tensor::zeros(&[4]))));
    assert!(text.starts_with("scatter: ") && text.contains("[4]") && text.contains("[3, 2]"), "{text}");
}

// --- the live view ---

/// Trains without a network: `STORY` says how it ends. Run as a process of its own, so that its output can be read.
#[test]
#[ignore = "run by the tests below, in a process of its own"]
fn story() {
    let story = std::env::var("STORY").unwrap_or_default();
    chainrule::display::set_notebook(story != "terminal");
    let (epochs, steps, pause) = if story == "long" { (1000, 100, 0) } else { (6, 10, 10) };
    let run = || {
        let mut live = Live::new("a <b> network", epochs * steps, epochs, story != "disabled");
        for epoch in 1..=epochs {
            for step in 0..steps {
                std::thread::sleep(Duration::from_millis(pause));
                live.step(if story == "nan" && epoch > 2 { Float::NAN } else { 1.0 / (epoch + step) as Float });
                if (epoch, step) == (4, 5) {
                    CHAINRULE_INTERRUPT.store(story == "interrupt", Ordering::Relaxed);
                    interrupt::check();
                    assert!(story != "panic", "a mistake in the training loop");
                    if story == "stop" {
                        return;
                    }
                }
            }
            let loss = 1.0 / epoch as Float;
            live.epoch(&EpochRow {
                epoch,
                loss,
                accuracy: Some(0.9),
                val_loss: Some(loss * 1.1),
                ..EpochRow::default()
            });
            CHAINRULE_INTERRUPT.store(epoch == 3 && story == "interrupt after an epoch", Ordering::Relaxed);
            interrupt::check();
        }
        live.finish();
    };
    if story == "panic" || story.starts_with("interrupt") {
        std::panic::catch_unwind(run).expect_err("ends early");
    } else {
        run();
    }
}

/// What the story prints: the frames, and the text around them.
fn tell(story: &str) -> (Vec<Value>, String) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "story", "--ignored", "--nocapture"])
        .env("STORY", story)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let stdout = String::from_utf8(output.stdout).unwrap();
    let (mut frames, mut text) = (Vec::new(), String::new());
    let mut parts = stdout.split("\x1b]7337;");
    text += parts.next().unwrap_or_default();
    for part in parts {
        let (frame, rest) = part.split_once('\x07').expect("a frame ends");
        assert!(frame.len() <= 50_000, "{} bytes", frame.len());
        frames.push(serde_json::from_str(frame).expect("a frame is JSON"));
        text += rest;
    }
    (frames, text)
}

/// Checks what holds for every run, and returns the text and the HTML of the last frame.
fn final_state(story: &str) -> (String, String) {
    let (frames, _) = tell(story);
    assert_eq!(frames[0]["kind"], "display");
    assert!(frames.len() > 2, "{} frames", frames.len());
    assert!(frames[1..].iter().all(|frame| frame["kind"] == "update" && frame["id"] == frames[0]["id"]));
    // 600 ms of training at 100 ms each, and the last.
    assert!(frames.len() <= 12 || story == "long", "{} frames", frames.len());
    for frame in &frames {
        let html = frame["data"]["text/html"].as_str().unwrap();
        roxmltree::Document::parse(html).unwrap_or_else(|error| panic!("{error}: {html}"));
        assert!(!html.contains("<script") && !html.contains("src=\"http") && html.contains("a &lt;b&gt; network"));
    }
    let last = &frames.last().unwrap()["data"];
    (last["text/plain"].as_str().unwrap().to_owned(), last["text/html"].as_str().unwrap().to_owned())
}

#[test]
fn the_last_update_is_the_final_state() {
    let (text, html) = final_state("done");
    assert!(text.starts_with("a <b> network: done: 6 epochs"), "{text}");
    assert!(text.contains("epoch 6/6  loss 0.1667  accuracy 0.9000  val_loss 0.1833"), "{text}");
    assert!(html.contains("done: 6 epochs") && html.contains("width:100.0%") && html.contains("★ best"), "{html}");
}

#[test]
fn a_panic_or_an_interrupt_leaves_the_epoch_at_which_it_came() {
    for (story, end) in [("panic", "failed"), ("interrupt", "interrupted"), ("stop", "stopped")] {
        let (text, html) = final_state(story);
        assert!(text.starts_with(&format!("a <b> network: {end} at epoch 4 of 6")), "{story}: {text}");
        assert!(text.contains("epoch 3/6  loss 0.3333"), "{story}: {text}");
        assert!(html.contains(&format!("{end} at epoch 4")), "{story}: {html}");
    }
    // Between two epochs: the third is done.
    let (text, _) = final_state("interrupt after an epoch");
    assert!(text.starts_with("a <b> network: interrupted at epoch 3 of 6"), "{text}");
}

#[test]
fn a_loss_that_is_not_a_number_is_named() {
    let (text, html) = final_state("nan");
    assert!(text.contains("not a number since step 21") && html.contains("not a number since step 21"), "{text}");
}

#[test]
fn a_hundred_thousand_steps_fit_into_a_message() {
    let (frames, _) = tell("long");
    assert!(frames.last().unwrap()["data"]["text/plain"].as_str().unwrap().contains("done: 1000 epochs"));
}

#[test]
fn a_terminal_gets_a_line_for_each_epoch() {
    let (frames, text) = tell("terminal");
    assert!(frames.is_empty());
    assert_eq!(text.lines().filter(|line| line.starts_with("epoch ")).count(), 6, "{text}");
    let (frames, text) = tell("disabled");
    assert!(frames.is_empty() && !text.contains("epoch"), "{text}");
}
