//! What is drawn and what stands in tables: numbers on axes, widths, words beside pictures. Read as
//! a page is: from the SVG and the HTML.

mod figures;

use chainrule::plot::{EpochRow, Figure, Live};
use chainrule::prelude::*;
use figures::tell;
use figures::words::{Word, all_words_are_inside, words};

/// The numbers beside the vertical axis, from the top, and below the horizontal one, from the left.
fn ticks(svg: &str) -> (Vec<String>, Vec<String>) {
    let (words, _) = words(svg);
    let is_number = |word: &&Word| word.text.parse::<f64>().is_ok();
    let mut down: Vec<Word> = words
        .iter()
        .filter(|word| word.anchor == "end")
        .filter(is_number)
        .cloned()
        .collect();
    let mut across: Vec<Word> = words
        .iter()
        .filter(|word| word.anchor == "middle")
        .filter(is_number)
        .cloned()
        .collect();
    down.sort_by(|a, b| a.y.total_cmp(&b.y));
    across.sort_by(|a, b| a.x.total_cmp(&b.x));
    let texts = |words: Vec<Word>| words.into_iter().map(|word| word.text).collect();
    (texts(down), texts(across))
}

#[test]
fn a_heat_map_can_be_counted_upwards() {
    // Few rows have their numbers in the cells, many are one picture.
    let few = plot::heatmap(&tensor([[5.0], [6.0], [7.0]])).upwards();
    let (down, _) = ticks(few.svg());
    assert_eq!(down, ["2", "1", "0"]);
    let (words, _) = words(few.svg());
    let height = |text: &str| words.iter().find(|word| word.text == text).expect(text).y;
    assert!(height("7") < height("6") && height("6") < height("5"));
    let many = Tensor::arange(0.0, 100.0, 1.0).reshape(&[50, 2]);
    let picture = |svg: &str| {
        svg.split("base64,")
            .nth(1)
            .map(|rest| rest[..60].to_owned())
    };
    let figure = plot::heatmap(&many).upwards();
    assert_eq!(
        picture(figure.svg()),
        picture(plot::heatmap(&many.flip(0)).svg())
    );
    assert_eq!(ticks(figure.svg()).0.last().map(String::as_str), Some("0"));
    // Twice is not upside down again, and other figures stay as they are.
    assert_eq!(figure.svg(), figure.clone().upwards().svg());
    let bars = plot::bars(&["a", "b"], &[1.0, 2.0]);
    assert_eq!(bars.svg(), bars.clone().upwards().svg());
}

fn without_doubles(texts: &[String]) -> bool {
    let values: Vec<f64> = texts.iter().map(|text| text.parse().unwrap()).collect();
    (1..values.len()).all(|i| !values[..i].contains(&values[i]))
}

// --- the live view and tables

fn trained(epochs: usize, of: usize, loss: fn(usize) -> Float) {
    let mut live = Live::new("loss", of * 10, of, true);
    for epoch in 1..=epochs {
        (0..10).for_each(|_| live.step(loss(epoch)));
        live.epoch(&EpochRow {
            epoch,
            loss: loss(epoch),
            accuracy: Some(0.912),
            ..EpochRow::default()
        });
    }
    live.finish();
}

#[test]
#[ignore = "run by the tests below, in a process of its own"]
fn story() {
    let story = std::env::var("STORY").unwrap_or_default();
    chainrule::display::set_notebook(!story.starts_with("plain"));
    match story.as_str() {
        "early" => trained(60, 2000, |epoch| 1.0 / epoch as Float),
        "whole" => trained(2000, 2000, |epoch| 1.0 + 1.0 / epoch as Float),
        "tiny" => trained(9, 9, |epoch| (10.0 as Float).powi(-(epoch as i32))),
        "begun" => {
            let mut live = Live::new("loss", 20_000, 2000, true);
            for epoch in 1..=6 {
                (0..100).for_each(|_| live.step(1.0));
                live.epoch(&EpochRow {
                    epoch,
                    loss: 1.0,
                    val_loss: Some(1.0 / epoch as Float),
                    ..EpochRow::default()
                });
                std::thread::sleep(std::time::Duration::from_millis(250));
            }
            std::mem::forget(live);
        }
        "pictures" => {
            show(&plot::curve(&[1.0, 2.0], &[3.0, 4.0]).title("a < \"b\" & 100 %"));
            show(&draw_graph(&(tensor(2.0).requires_grad() * 3.0)));
            display_svg("<svg><text>'5 % #'</text></svg>", "drawn");
            display_png(&[1, 2, 3], "a <dot>");
            display_html("<b>x</b>", "x");
            show(&Bundle::text("own").svg("<svg/>").html("<i>own</i>"));
        }
        "plain regression" => {
            for loss in [0.0, 1.0] {
                let mut model = Sequential::new().add(Dense::new(1, 1));
                model.compile(Sgd::new(0.01), MeanSquaredError, Accuracy);
                // A line, and the two classes 0 and 1, which a single output may tell apart.
                let x = Tensor::linspace(0.0, 1.0, 40).reshape(&[40, 1]);
                let y = if loss == 0.0 {
                    &x * 3.7
                } else {
                    x.gt(&Tensor::from(0.5))
                };
                model
                    .fit(&Dataset::new(&x, &y.reshape(&[40])))
                    .epochs(3)
                    .live(false)
                    .run();
                println!("---");
            }
        }
        "plain order" => {
            let layer = Dense::new(2, 2).softmax();
            let (predicted, labels) = (
                layer.forward(&Tensor::ones(&[3, 2])),
                tensor([0, 1, 1]).one_hot(2),
            );
            CategoricalCrossentropy::new().loss(&predicted, &labels);
            println!("---");
            CategoricalCrossentropy::new().loss(&labels, &predicted);
        }
        _ => {}
    }
}

/// The drawing in the last frame of a story, and the page around it.
fn last_drawing(story: &str) -> (String, String) {
    let (frames, _) = tell(story);
    let html = frames.last().unwrap()["data"]["text/html"]
        .as_str()
        .unwrap()
        .to_owned();
    (drawing(&html), html)
}

/// The drawing in a page: in it, or in an image.
fn drawing(html: &str) -> String {
    let document = roxmltree::Document::parse(html).unwrap();
    if let Some(svg) = document
        .descendants()
        .find(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "svg")))
    {
        return html[svg.range()].to_owned();
    }
    let image = document
        .descendants()
        .find(|node| node.has_tag_name("img"))
        .unwrap();
    decoded(image.attribute("src").unwrap())
}

fn decoded(uri: &str) -> String {
    let mut bytes = uri.strip_prefix("data:image/svg+xml,").expect(uri).bytes();
    let mut text = Vec::new();
    while let Some(byte) = bytes.next() {
        let mut digit = || (bytes.next().unwrap() as char).to_digit(16).unwrap() as u8;
        text.push(if byte == b'%' {
            digit() * 16 + digit()
        } else {
            byte
        });
    }
    String::from_utf8(text).unwrap()
}

/// JupyterLab and Notebook 7 show a drawing as an image without alternative text; HTML they show as
/// it is.
#[test]
fn a_picture_goes_with_an_alternative_text_that_front_ends_keep() {
    let (frames, _) = tell("pictures");
    let html = |i: usize| frames[i]["data"]["text/html"].as_str().unwrap();
    let alternative = |html: &str| {
        let document = roxmltree::Document::parse(html).unwrap();
        let image = document.root_element();
        assert!(image.has_tag_name("img"), "{html}");
        image.attribute("alt").unwrap().to_owned()
    };
    for (i, text) in [
        (0, "curve \"a < \"b\" & 100 %\": 2 points"),
        (2, "drawn"),
        (3, "a <dot>"),
    ] {
        assert!(alternative(html(i)).starts_with(text), "{}", html(i));
        let text = frames[i]["data"]["text/plain"].as_str().unwrap();
        let alternative = alternative(html(i));
        // In one line, where the page has it, too.
        assert!(
            !html(i).split("src=").next().unwrap().contains('\n'),
            "{}",
            html(i)
        );
        assert!(
            text.lines().all(|line| alternative.contains(line.trim())),
            "{alternative}"
        );
    }
    assert!(alternative(html(1)).contains("mul"), "{}", html(1));
    // The picture is the same, and a page that knows only drawings still has it.
    for i in [0, 1] {
        let svg = frames[i]["data"]["image/svg+xml"].as_str().unwrap();
        assert_eq!(
            drawing(html(i)),
            svg.trim().replace('\n', " "),
            "picture {i}"
        );
    }
    assert_eq!(
        drawing(html(2)),
        "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>'5 % #'</text></svg>"
    );
    assert!(
        html(3).contains("src=\"data:image/png;base64,AQID\""),
        "{}",
        html(3)
    );
    assert_eq!(
        (html(4), html(5)),
        ("<b>x</b>", "<i>own</i>"),
        "what has a page of its own keeps it"
    );
}

/// The points of the thickest line.
fn longest_line(svg: &str) -> (f64, f64, f64) {
    let document = roxmltree::Document::parse(svg).unwrap();
    let root = document.root_element();
    let width: f64 = root
        .attribute("viewBox")
        .unwrap()
        .split(' ')
        .nth(2)
        .unwrap()
        .parse()
        .unwrap();
    let of_curve = |node: &roxmltree::Node| {
        node.attribute("stroke") == Some("#0072B2") || node.attribute("stroke") == Some("#0072b2")
    };
    let lines = document
        .descendants()
        .filter(|node| node.has_tag_name("polyline"))
        .filter(of_curve);
    let xs = lines.flat_map(|node| {
        let points = node.attribute("points").unwrap().split_whitespace();
        points
            .map(|point| point.split_once(',').unwrap().0.parse::<f64>().unwrap())
            .collect::<Vec<_>>()
    });
    let (low, high) = xs.fold((f64::MAX, 0.0), |(low, high): (f64, f64), x| {
        (low.min(x), high.max(x))
    });
    (low / width, high / width, width)
}

#[test]
fn a_run_that_stops_early_fills_the_picture() {
    let (svg, html) = last_drawing("early");
    assert!(
        html.contains("done after epoch 60") && html.contains("width:100.0%"),
        "{html}"
    );
    let (from, to, _) = longest_line(&svg);
    assert!(
        from < 0.15 && to > 0.9,
        "the curve goes from {from} to {to} of the width"
    );
    let (_, across) = ticks(&svg);
    assert!(
        across
            .iter()
            .all(|text| text.parse::<f64>().unwrap() <= 600.0),
        "{across:?}"
    );
    // While it runs, at least half.
    let (svg, _) = last_drawing("begun");
    let (from, to, _) = longest_line(&svg);
    assert!(
        from < 0.15 && to > 0.45,
        "the curve goes from {from} to {to} of the width"
    );
}

#[test]
fn the_best_epoch_says_by_what() {
    assert!(last_drawing("early").1.contains("★ lowest loss"));
    let (_, html) = last_drawing("begun");
    assert!(
        html.contains("★ lowest val_loss") && !html.contains("★ best"),
        "{html}"
    );
}

/// The cells of a table, row by row.
fn table(html: &str) -> Vec<Vec<String>> {
    let document = roxmltree::Document::parse(html).unwrap();
    let text = |node: roxmltree::Node| node.text().unwrap_or_default().to_owned();
    let rows = document
        .descendants()
        .filter(|node| node.has_tag_name("tr"));
    rows.map(|row| row.children().map(text).collect()).collect()
}

#[test]
fn a_share_is_written_alike_everywhere() {
    let (_, html) = last_drawing("early");
    let rows = table(&html);
    assert!(
        rows[0][2] == "accuracy" && rows[1..].iter().all(|row| row[2] == "91.20 %"),
        "{rows:?}"
    );
    let (frames, _) = tell("early");
    let text = frames.last().unwrap()["data"]["text/plain"]
        .as_str()
        .unwrap();
    assert!(
        text.contains("accuracy 91.20 %") && !text.contains("0.9120"),
        "{text}"
    );
    let data = Dataset::new(&tensor([[0.0], [1.0], [2.0], [3.0]]), &tensor([0, 0, 1, 2]));
    let mut model = Sequential::new().add(Dense::new(1, 3).softmax());
    model.compile(
        Sgd::new(0.1),
        SparseCategoricalCrossentropy::new(),
        (Accuracy, TopK(3), Perplexity),
    );
    let history = model
        .fit(&data)
        .epochs(2)
        .validation(&data)
        .verbose(false)
        .run();
    for text in [history.to_string(), model.evaluate(&data).to_string()] {
        assert!(
            text.contains("100.00 %") && text.contains("perplexity"),
            "a top-3 of three classes is a share: {text}"
        );
    }
}

/// Digits of one weight below each other: as many behind the point, and as long an exponent.
#[test]
fn small_numbers_of_a_column_have_one_form() {
    let (_, html) = last_drawing("tiny");
    let rows = table(&html);
    let column: Vec<&String> = rows[1..].iter().map(|row| &row[1]).collect();
    assert!(
        column
            .iter()
            .all(|text| text.len() == column[0].len() && text.contains('e')),
        "{column:?}"
    );
    assert_eq!(column[0].parse::<f64>().unwrap(), 1e-5, "{column:?}");
    let data = Dataset::new(&tensor([[0.0], [1.0]]), &tensor([0.0, 0.0]));
    let mut model = Sequential::new().add(Dense::new(1, 1));
    model
        .parameters()
        .iter()
        .for_each(|parameter| parameter.set_value(&Tensor::full(parameter.shape(), 1e-3)));
    model.compile(Sgd::new(0.1), MeanSquaredError, ());
    let text = model.fit(&data).epochs(2).verbose(false).run().to_string();
    assert!(!text.contains("0.0000"), "{text}");
}

#[test]
fn an_accuracy_of_numbers_is_told() {
    let (_, stdout) = tell("plain regression");
    let parts: Vec<&str> = stdout.split("---").collect();
    assert_eq!(
        parts[0].matches("targets are no classes").count(),
        1,
        "{stdout}"
    );
    assert!(parts[0].contains("MeanAbsoluteError"), "{stdout}");
    assert!(
        !parts[1].contains("warning"),
        "two classes and one output: {stdout}"
    );
}

#[test]
fn a_loss_whose_arguments_are_turned_round_says_so() {
    let (_, stdout) = tell("plain order");
    let (right, wrong) = stdout.split_once("---").unwrap();
    assert!(
        !right.contains("warning") && wrong.contains("loss(&prediction, &target)"),
        "{stdout}"
    );
}

// --- what is compared

/// The order of two tensors of one type differs between libraries: here the labels have a name.
#[test]
fn predictions_and_labels_cannot_be_mistaken_for_each_other() {
    let (predicted, labels) = (tensor([1, 1, 1, 0]), tensor([1, 0, 0, 0]));
    assert_eq!(
        confusion_matrix(&predicted).against(&labels).to_vec(),
        [1.0, 2.0, 0.0, 1.0]
    );
    assert_eq!(
        confusion_matrix(&predicted)
            .classes(3)
            .against(&labels)
            .shape(),
        [3, 3]
    );
    assert_eq!(precision(&predicted).against(&labels), 1.0 / 3.0);
    assert_eq!(recall(&predicted).against(&labels), 1.0);
    assert_eq!(precision(&predicted).class(0).against(&labels), 1.0);
    assert_eq!(f1_score(&predicted).against(&labels), 0.5);
    let scores = tensor([0.9, 0.1, 0.6, 0.4]);
    assert_eq!(
        roc_auc(&scores).against(&tensor([2, 0, 1, 1]).eq(&Tensor::from(2.0))),
        1.0
    );
    assert_eq!(
        roc_auc(&scores).class(2).against(&tensor([2, 0, 1, 1])),
        1.0
    );
    // Accuracy is the same either way, also of classes that were predicted already.
    let (predicted, labels) = (tensor([2, 1, 0, 3]), tensor([2, 1, 0, 0]));
    assert_eq!(
        (accuracy(&predicted, &labels), accuracy(&labels, &predicted)),
        (0.75, 0.75)
    );
}

// --- figures together

#[test]
fn figures_stand_side_by_side() {
    let curve = |title: &str| plot::curve(&[1.0, 2.0, 3.0], &[3.0, 2.0, 2.5]).title(title);
    let (a, b) = (curve("loss"), curve("accuracy"));
    let pair = plot::side_by_side(&[a, b]).title("a run");
    assert_eq!(
        pair.text(),
        "side by side \"a run\"\n  curve \"loss\": 3 points, from 3 to 2.5, lowest 2\n  \
         curve \"accuracy\": 3 points, from 3 to 2.5, lowest 2"
    );
    let size = |figure: &Figure| {
        let document = roxmltree::Document::parse(figure.svg()).unwrap();
        let of = |name: &str| {
            document
                .root_element()
                .attribute(name)
                .unwrap()
                .parse::<f64>()
                .unwrap()
        };
        (of("width"), of("height"))
    };
    // One wide row that a page has room for, and letters that are as large as ever.
    let (width, height) = size(&pair);
    assert!(width <= 1000.0 && height < 400.0, "{width} × {height}");
    let sizes: Vec<f64> = words(pair.svg())
        .0
        .into_iter()
        .map(|word| word.size)
        .collect();
    assert!(
        !sizes.is_empty() && sizes.iter().all(|size| *size >= 11.0),
        "{sizes:?}"
    );
    let column = plot::side_by_side([curve("a"), curve("b")]).columns(1);
    assert!(
        size(&column).0 <= 640.0 && size(&column).1 > 600.0,
        "{:?}",
        size(&column)
    );
    // Of every kind, and figures of figures.
    let four = vec![
        curve("a"),
        plot::bars(&["x"], &[1.0]),
        plot::heatmap(&Tensor::ones(&[3, 3])),
        pair,
    ];
    let all = plot::side_by_side(four);
    assert!(all.text().contains("bars") && size(&all).1 > 500.0);
}

#[test]
fn pictures_stand_in_rows_of_as_many_as_one_says() {
    let pictures = plot::images(
        &Tensor::ones(&[16, 4, 4]),
        &["0", "1", "2", "3", "4", "5", "6", "7", "8"],
    );
    let rows = |figure: &Figure| {
        let found = words(figure.svg()).0;
        all_words_are_inside("rows", figure.svg());
        let place = |text: &str| {
            found
                .iter()
                .find(|word| word.text == text)
                .map(|word| (word.x, word.y))
                .unwrap()
        };
        let first = place("0").1;
        (0..9).filter(|k| place(&k.to_string()).1 == first).count()
    };
    assert_eq!(rows(&pictures), 9);
    for columns in [8, 5, 1] {
        assert_eq!(rows(&pictures.clone().columns(columns)), columns);
    }
    assert_eq!(
        pictures.svg(),
        pictures.clone().columns(3).columns(10).svg()
    );
}

#[test]
fn histograms_take_what_curves_take() {
    let (a, b) = (
        Tensor::linspace(0.0, 1.0, 50),
        Tensor::linspace(-1.0, 1.0, 50),
    );
    let owned = plot::histograms(&[("a", a.clone()), ("b", b.clone())]);
    let lent = plot::histograms(&[("a", &a), ("b", &b)]);
    assert_eq!(owned.svg(), lent.svg());
    assert!(
        plot::histograms(&[("a", vec![1.0, 2.0])])
            .text()
            .contains("2 values")
    );
    assert!(
        plot::histograms(&[("losses".to_owned(), &[1.0 as Float, 2.0, 4.0][..])])
            .text()
            .contains("3 values")
    );
}

#[test]
fn figures_side_by_side_go_into_the_next_row_on_a_narrow_page() {
    let wave = |k: Float| plot::function(move |x| (k * x).sin(), 0.0..6.0).title("a < b");
    let three = plot::side_by_side([wave(1.0), wave(2.0), wave(3.0)]).title("x & y");
    let html = three
        .bundle()
        .get("text/html")
        .unwrap()
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(
        html.matches("<img alt=\"function &quot;a &lt; b&quot;")
            .count(),
        3
    );
    assert!(html.contains("flex-wrap:wrap") && html.contains(">x &amp; y</div>"));
    // In one row on a page that is a little narrower than all of them, two on one of 564 pixels.
    let least: Vec<f64> = html
        .split(" 1 ")
        .filter_map(|part| part.split_once("px;min-width")?.0.parse().ok())
        .collect();
    let all: f64 = least.iter().sum();
    assert!(
        least.len() == 3 && all < 800.0 && least[0] + least[1] <= 564.0,
        "{least:?}"
    );
    assert!(
        plot::curve(&[1.0], &[1.0])
            .bundle()
            .get("text/html")
            .is_none()
    );
}

// --- axes

#[test]
fn an_axis_of_names_is_not_logarithmic() {
    let bars = plot::bars(&["all paths", "backwards"], &[2_097_151.0, 21.0]);
    assert_eq!(bars.svg(), bars.clone().log_y().svg());
    assert_eq!(bars.svg(), bars.clone().log_x().svg());
}

#[test]
fn an_axis_has_more_than_one_number() {
    for (low, high) in [(-4.0, 4.0), (3.0, 8.9), (-4e-7, 4e-7), (0.09, 0.14)] {
        for (width, height) in [(300, 120), (320, 200), (600, 340)] {
            let figure = plot::function(|x| x, low..high).size(width, height);
            let (down, across) = ticks(figure.svg());
            assert!(
                across.len() > 1,
                "{low} to {high}, {width} wide: {across:?}"
            );
            assert!(down.len() > 1, "{low} to {high}, {height} high: {down:?}");
        }
    }
}

#[test]
fn names_and_numbers_have_room() {
    // In DejaVu Sans, the usual font of many computers, this name is 69 pixels wide, and a figure
    // 7.6.
    let bars = plot::bars(&["SGD", "Momentum"], &[1.0, 2.0]);
    let found = words(bars.svg()).0;
    let name = found.iter().find(|word| word.text == "Momentum").unwrap();
    assert!(name.anchor == "end" && name.x >= 69.0, "{name:?}");
    for side in [19, 28, 32, 100] {
        let map = plot::heatmap(&Tensor::ones(&[side, side]));
        let small = plot::side_by_side([map.clone(), map.clone(), map.clone()]);
        for figure in [map.svg(), small.svg()] {
            let mut below: Vec<f64> = words(figure)
                .0
                .iter()
                .filter(|word| word.anchor == "middle")
                .map(|word| word.x)
                .collect();
            below.sort_by(f64::total_cmp);
            let gaps = below.windows(2).map(|pair| pair[1] - pair[0]);
            let least = gaps.filter(|gap| *gap > 0.0).fold(f64::INFINITY, f64::min);
            assert!(least >= 2.0 * 7.6 + 3.0, "{side}: {least}");
        }
    }
}

/// Half a dozen of each: what falls by orders of magnitude, and what hardly changes.
#[test]
fn no_number_comes_twice_on_an_axis() {
    for (from, to) in [
        (1.0f64, 1e-3),
        (2.31, 0.079),
        (3.0, 8.0),
        (1.0, 1.0001),
        (1e-12, 5e-3),
        (40.0, 4e9),
        (7e-30, 1e30),
    ] {
        let xs: Vec<f64> = (1..=50).map(f64::from).collect();
        let ys: Vec<f64> = (0..50)
            .map(|i| from * (to / from).powf(f64::from(i) / 49.0))
            .collect();
        for figure in [
            plot::curve(&xs, &ys).log_y(),
            plot::curve(&xs, &ys),
            plot::curve(&xs, &ys).log_y().size(240, 130),
            plot::curve(&ys, &xs).log_x(),
            plot::curve(&ys, &ys).log_x().log_y().size(300, 300),
        ] {
            let (down, across) = ticks(figure.svg());
            assert!(
                without_doubles(&down) && without_doubles(&across),
                "{from} to {to}: {down:?} {across:?}"
            );
            assert!(
                !down.is_empty() && !across.is_empty(),
                "{from} to {to}: {down:?} {across:?}"
            );
        }
    }
}

#[test]
fn numbers_of_tiny_values_line_up() {
    for size in [1.0, 1e-2, 1e-4, 3e-6, 7e-9, 2e-20, 5e5, 4e7] {
        let figure = plot::curves(&[("loss", [4.2 * size, 2.5 * size, 0.7 * size, 0.0])]);
        let (down, _) = ticks(figure.svg());
        // The same number of decimals, and the same power of ten, but for 0.
        let form = |text: &String| {
            let (digits, power) = text.split_once('e').unwrap_or((text, ""));
            (
                digits
                    .split_once('.')
                    .map_or(0, |(_, decimals)| decimals.len()),
                power.to_owned(),
            )
        };
        let forms: Vec<_> = down.iter().filter(|text| *text != "0").map(form).collect();
        assert!(
            forms.len() >= 3 && forms.iter().all(|other| *other == forms[0]),
            "{size}: {down:?}"
        );
        assert!(down.iter().all(|text| text.len() <= 7), "{size}: {down:?}");
    }
}

#[test]
fn the_last_number_of_an_axis_is_not_cut_off() {
    let (svg, _) = last_drawing("whole");
    let (_, across) = ticks(&svg);
    assert_eq!(across.last().unwrap(), "20000");
    all_words_are_inside("2000 epochs", &svg);
    let xs = [0.0, 1e6];
    for figure in [
        plot::curve(&xs, &[0.0, 1.0]),
        plot::curve(&[0.0, 123_456.0], &[-1e5, 1e5]).size(200, 150),
        plot::curve(&xs, &[1e-9, 3e-9]),
    ] {
        all_words_are_inside(&figure.text(), figure.svg());
    }
}
