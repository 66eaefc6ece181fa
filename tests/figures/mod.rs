//! Figures that several tests look at, and what is shown while a process runs.
#![allow(dead_code)]

pub mod words;

use chainrule::plot::Figure;
use chainrule::prelude::*;
use serde_json::Value;
use std::process::Command;

/// One of everything, the same at every call.
pub fn gallery() -> Vec<(&'static str, Figure)> {
    let losses: Vec<Float> = (0..100)
        .map(|i| (2.31 as Float) * (-0.034 * i as Float).exp())
        .collect();
    let grid = Tensor::from_vec((0..40).map(|i| (i % 7) as Float - 3.0).collect(), &[5, 8]);
    let many = Tensor::from_vec((0..6000).map(|i| (i % 101) as Float).collect(), &[100, 60]);
    let points: Vec<Float> = (0..60)
        .flat_map(|i| [(i as Float).sin(), (i as Float * 1.3).cos()])
        .collect();
    let labels: Vec<Float> = (0..60).map(|i| (i % 3) as Float).collect();
    let data = Dataset::new(
        &Tensor::from_vec(points, &[60, 2]),
        &Tensor::from_vec(labels, &[60]),
    );
    let pictures = Tensor::from_vec(
        (0..12 * 784).map(|i| (i % 29) as Float / 29.0).collect(),
        &[12, 784],
    );
    let right = Tensor::arange(0.0, 12.0, 1.0);
    let wrong = Tensor::full(&[12], 3.0);
    let scores = tensor([[1.0, 0.0, -1.0], [0.0, 1.0, -1.0]]);
    let sevenths = Tensor::linspace(-1.0, 1.0, 15);
    let path: Vec<(Float, Float)> = (0..30)
        .map(|i| (-1.0 + 0.05 * i as Float, 1.0 / (1.0 + i as Float)))
        .collect();
    vec![
        (
            "curve",
            plot::curve(&Tensor::arange(0.0, 100.0, 1.0), &losses)
                .title("loss")
                .x_label("step")
                .log_y(),
        ),
        (
            "curves",
            plot::curves(&[("train", &losses), ("validation", &losses)]).y_label("loss"),
        ),
        (
            "function",
            plot::function(|x| 1.0 / x, -1.0..1.0).title("1/x"),
        ),
        (
            "lines",
            plot::lines(
                &sevenths,
                &[1, 2, 3].map(|w| (format!("w = {w}"), (&sevenths * w as Float).sigmoid())),
            ),
        ),
        (
            "functions",
            plot::functions(&[("|x|", &|x| x.abs()), ("1/x", &|x| 1.0 / x)], -1.0..3.0),
        ),
        ("bars", plot::bars(&["SGD", "Adam"], &[0.3, -0.1])),
        ("histogram", plot::histogram(&losses)),
        ("scatter", plot::scatter(&data.x, &data.y)),
        (
            "boundary",
            plot::decision_boundary(&data, |points| points.matmul(&scores)),
        ),
        ("images", plot::images(&pictures, &["a", "b"])),
        (
            "image grid",
            plot::image_grid(&pictures, &right, Some(&wrong)).title("digits"),
        ),
        ("heat map", plot::heatmap(&grid)),
        ("large heat map", plot::heatmap(&many)),
        (
            "confusion",
            plot::confusion(&tensor([[48.0, 2.0], [5.0, 45.0]]), &["cat", "dog"]),
        ),
        (
            "contours",
            plot::contour_path(
                |x, y| x * x + 4.0 * y * y,
                -2.0..2.0,
                -1.0..1.0,
                &[("SGD", &path)],
            ),
        ),
    ]
    .into_iter()
    .chain(of_networks())
    .chain(of_sound_text_and_games())
    .collect()
}

/// Numbers that look random and are the same in every thread, whatever other tests draw.
pub fn noise(shape: &[usize]) -> Tensor {
    let values = (0..shape.iter().product())
        .map(|i| ((i as f64 * 12.9898).sin() * 43758.5453).fract() as Float);
    Tensor::from_vec(values.collect(), shape)
}

/// A network whose weights are given.
pub fn model() -> Sequential {
    let model = Sequential::new()
        .add(Dense::new(2, 12).relu())
        .add(Dense::new(12, 5).tanh())
        .add(Dense::new(5, 3).softmax());
    for parameter in model.parameters() {
        parameter.set_value(&noise(parameter.shape()));
    }
    model
}

fn of_networks() -> Vec<(&'static str, Figure)> {
    let model = model();
    let points = noise(&[80, 2]);
    let labels = Tensor::from_vec((0..80).map(|i| (i % 3) as Float).collect(), &[80]);
    let data = Dataset::new(&points, &labels);
    let loss = || SparseCategoricalCrossentropy::new().loss(&model.forward(&points), &labels);
    loss().backward();
    let filters = noise(&[8, 1, 5, 5]);
    let pictures = noise(&[6, 20, 20]).abs();
    let scores = model.predict(&points);
    let wide = Sequential::new()
        .add(Dense::new(784, 16).relu())
        .add(Dense::new(16, 10));
    for parameter in wide.parameters() {
        parameter.set_value(&noise(parameter.shape()));
    }
    vec![
        ("network", plot::network(&model.parameters())),
        (
            "wide network",
            plot::network(&wide.parameters()).title("784-16-10"),
        ),
        (
            "neurons",
            plot::neurons(&data, &model.parameters(), |points| {
                model.activations(points)
            }),
        ),
        (
            "activations",
            plot::histograms(&model.activations(&points)).title("activations"),
        ),
        ("weights", plot::weights(&model.parameters())),
        ("gradients", plot::gradients(&model.parameters())),
        ("landscape", plot::loss_landscape(&model.parameters(), loss)),
        ("section", plot::loss_section(&model.parameters(), loss)),
        ("filters", plot::filters(&filters)),
        (
            "saliency",
            plot::saliency(&pictures, &noise(&[6, 20, 20]).square()),
        ),
        (
            "mistakes",
            plot::mistakes(&noise(&[80, 16]).abs(), &labels, &scores, 12),
        ),
        (
            "no mistakes",
            plot::mistakes(
                &pictures,
                &tensor([0, 1, 0, 1, 0, 1]),
                &tensor([0, 1, 0, 1, 0, 1]).one_hot(2),
                9,
            ),
        ),
        ("roc", plot::roc(&scores, &labels)),
        (
            "roc of two",
            plot::roc(&tensor([0.9, 0.8, 0.6, 0.4, 0.1]), &tensor([1, 1, 0, 1, 0])),
        ),
        (
            "scaling",
            plot::scaling(&[1e3, 1e4, 1e5, 1e6], &[2.9, 2.2, 1.7, 1.3])
                .x_label("parameters")
                .y_label("loss"),
        ),
    ]
}

fn of_sound_text_and_games() -> Vec<(&'static str, Figure)> {
    let times = Tensor::arange(0.0, 4000.0, 1.0) / 8000.0;
    let chirp = ((&times * 2000.0 + 300.0) * &times * 6.3).sin() * 0.7;
    let tokens = ["the", "old", "cat", "sat", "down"];
    let attention = noise(&[2, 5, 5]).softmax(-1);
    let letters: Vec<String> = ('a'..='z').map(String::from).collect();
    let board = tensor([[1, 0, -1], [0, 1, 0], [0, 0, -1]]);
    let visits = tensor([[0, 12, 0], [3, 0, 85], [0, 1, 0]]);
    let connect = Tensor::from_vec(
        (0..20).map(|i| [0.0, 0.0, 1.0, 2.0][i % 7 % 4]).collect(),
        &[4, 5],
    );
    vec![
        ("wave", plot::wave(&chirp, data::RATE)),
        ("spectrogram", plot::spectrogram(&chirp, data::RATE)),
        (
            "attention",
            plot::attention(&attention.slice(0, 0..1).squeeze(0), &tokens),
        ),
        ("heads", plot::attention(&attention, &tokens)),
        (
            "long attention",
            plot::attention(
                &noise(&[40, 40]).softmax(-1),
                &letters.iter().cycle().take(40).collect::<Vec<_>>(),
            ),
        ),
        (
            "probabilities",
            plot::probabilities(&letters, &noise(&[26]).softmax(-1)),
        ),
        ("embedding", plot::embedding(&noise(&[26, 8]), &letters)),
        ("board", plot::board(&board, Some(&visits))),
        ("large board", plot::board(&connect, None)),
    ]
}

/// A title as it should not be.
pub const LONG: &str = "不同学习率下三层神经网络在手写数字数据集上的训练损失与验证损失随训练步数变化的曲线对比图以及提前停止的位置";

/// Figures with texts that are longer than their place.
pub fn long_texts() -> Vec<(&'static str, Figure)> {
    let english = "training and validation loss of a network with three hidden layers, for several \
                  rates of learning, over all steps";
    let names: Vec<String> = (0..60)
        .map(|i| LONG.chars().skip(i % 40).take(1 + i % 9).collect())
        .collect();
    let letters: Vec<String> = LONG
        .chars()
        .chain("abcdefghijklmnopqrstuvwxyz".chars())
        .cycle()
        .take(90)
        .map(String::from)
        .collect();
    let of = |n: usize| Tensor::linspace(0.0, 1.0, n * n).reshape(&[n, n]);
    let curve = |title: &str| {
        plot::curve(&[0.0, 1.0], &[1.0, 0.5])
            .title(title)
            .x_label(title)
            .y_label(title)
    };
    let classes: Vec<String> = (0..10)
        .map(|i| format!("第{i}类：{}", &LONG[..18]))
        .collect();
    let pairs = [
        (LONG, [1.0, 2.0]),
        ("验证集上的损失", [2.0, 1.0]),
        ("训练集上的损失", [3.0, 0.5]),
        ("测试集上的损失", [3.0, 1.5]),
    ];
    vec![
        ("Chinese", curve(LONG)),
        ("English", curve(english)),
        ("narrow", curve(LONG).size(200, 150)),
        (
            "beside",
            plot::side_by_side([curve(LONG).size(220, 160), curve(english).size(300, 160)])
                .title(LONG),
        ),
        ("legend", plot::curves(&pairs)),
        ("narrow legend", plot::curves(&pairs).size(180, 150)),
        ("60 words", plot::attention(&of(60), &names)),
        ("90 letters", plot::attention(&of(90), &letters)),
        ("90 numbers", plot::heatmap(&of(90))),
        ("64 letters", plot::attention(&of(64), &letters[..64])),
        (
            "heads",
            plot::attention(&Tensor::ones(&[2, 60, 60]), &names),
        ),
        ("confusion", plot::confusion(&of(10), &classes)),
        ("numbers", plot::heatmap(&(of(14) * -1e-6))),
        (
            "board",
            plot::board(&Tensor::zeros(&[12, 12]), Some(&(of(12) * 1e-4 + 1e-6))),
        ),
        (
            "bars",
            plot::bars(
                &classes,
                &[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0],
            ),
        ),
        (
            "probabilities",
            plot::probabilities(&classes, &Tensor::full(&[10], 0.1)),
        ),
        (
            "titles",
            plot::images(
                &Tensor::ones(&[10, 16]),
                &classes.iter().map(String::as_str).collect::<Vec<_>>(),
            ),
        ),
        (
            "mistakes",
            plot::image_grid(
                &Tensor::ones(&[10, 16]),
                &Tensor::full(&[10], 123_456.0),
                None,
            ),
        ),
    ]
}

/// What the test `story` of a file prints in a process of its own, where `STORY` says which story:
/// the frames that a notebook shows, and the text around them.
pub fn tell(story: &str) -> (Vec<Value>, String) {
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "story", "--ignored", "--nocapture"])
        .env("STORY", story)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
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
