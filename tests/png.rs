//! Figures as pixels: what is in the SVG is in the PNG, at the same places and in the same colours.

mod common;
mod figures;

use base64::Engine;
use chainrule::prelude::*;
use figures::{gallery, long_texts};
use std::path::Path;
use std::process::Command;

type Rgb = [u8; 3];

/// A picture of pixels.
struct Picture {
    width: usize,
    height: usize,
    pixels: Vec<Rgb>,
}

impl Picture {
    fn decode(file: &[u8]) -> Picture {
        let mut decoder = png::Decoder::new(std::io::Cursor::new(file));
        decoder.set_transformations(png::Transformations::EXPAND);
        let mut reader = decoder.read_info().unwrap();
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut bytes).unwrap();
        let channels = bytes.len() / (info.width * info.height) as usize;
        let pixels = bytes
            .chunks_exact(channels)
            .map(|pixel| [pixel[0], pixel[1], pixel[2]])
            .collect();
        Picture {
            width: info.width as usize,
            height: info.height as usize,
            pixels,
        }
    }

    fn at(&self, x: usize, y: usize) -> Rgb {
        self.pixels[y * self.width + x]
    }

    /// How many pixels of an area, given by its left upper and its right lower corner, are nearly
    /// of this colour.
    fn count(&self, colour: Rgb, from: (usize, usize), to: (usize, usize)) -> usize {
        let rows = from.1..to.1.min(self.height);
        rows.flat_map(|y| (from.0..to.0.min(self.width)).map(move |x| (x, y)))
            .filter(|(x, y)| distance(self.at(*x, *y), colour) < 40)
            .count()
    }

    /// The mean colour of a square.
    fn mean(&self, (left, top): (usize, usize), side: usize) -> Rgb {
        let mut sums = [0usize; 3];
        for y in top..top + side {
            for x in left..left + side {
                self.at(x, y)
                    .iter()
                    .zip(&mut sums)
                    .for_each(|(part, sum)| *sum += usize::from(*part));
            }
        }
        sums.map(|sum| (sum / (side * side)) as u8)
    }
}

fn distance(a: Rgb, b: Rgb) -> usize {
    a.iter()
        .zip(b)
        .map(|(a, b)| usize::from(a.abs_diff(b)))
        .max()
        .unwrap()
}

const BLUE: Rgb = [0, 114, 178];
const INK: Rgb = [34, 34, 34];
const WHITE: Rgb = [255, 255, 255];

fn number(text: &str) -> f64 {
    text.parse().unwrap()
}

fn pixels_of(figure: &plot::Figure) -> Picture {
    Picture::decode(&figure.png().unwrap())
}

/// A figure has as many pixels as the page of a sharp screen, and every line of the SVG is where it
/// is there.
#[test]
fn lines_and_points_are_where_they_are_in_the_svg() {
    for (name, figure) in gallery() {
        let picture = pixels_of(&figure);
        let document = roxmltree::Document::parse(figure.svg()).unwrap();
        let root = document.root_element();
        let size = ["width", "height"]
            .map(|side| (2.0 * number(root.attribute(side).unwrap())).ceil() as usize);
        assert_eq!([picture.width, picture.height], size, "{name}");
        if !["curve", "lines", "function", "section", "scatter"].contains(&name) {
            continue;
        }
        let (mut seen, mut marks) = (0, 0);
        for node in document.descendants() {
            let place = |x: f64, y: f64| ((x / 5.0) as usize, (y / 5.0) as usize);
            let colour = |name: &str| hex(node.attribute(name).unwrap());
            let is_there = |(x, y): (usize, usize), colour: Rgb| {
                picture.count(
                    colour,
                    (x.saturating_sub(2), y.saturating_sub(2)),
                    (x + 3, y + 3),
                ) > 0
            };
            if node.has_tag_name("polyline")
                && node
                    .attribute("stroke-width")
                    .is_some_and(|width| number(width) > 15.0)
            {
                // Points in the middle of a dash are not known; of the solid ones every point.
                for point in node.attribute("points").unwrap().split(' ').step_by(
                    if node.has_attribute("stroke-dasharray") {
                        usize::MAX
                    } else {
                        3
                    },
                ) {
                    let (x, y) = point.split_once(',').unwrap();
                    assert!(
                        is_there(place(number(x), number(y)), colour("stroke")),
                        "{name}: no line at {point}"
                    );
                    seen += 1;
                }
            } else if node.has_tag_name("circle") {
                let [x, y] = ["cx", "cy"].map(|name| number(node.attribute(name).unwrap()));
                assert!(
                    is_there(place(x, y), colour("fill")),
                    "{name}: no mark at {x}, {y}"
                );
                marks += 1;
            }
        }
        assert!(
            if name == "scatter" {
                marks > 15
            } else {
                seen > 5
            },
            "{name}: {seen} points, {marks} marks"
        );
    }
}

fn hex(colour: &str) -> Rgb {
    let digits = u32::from_str_radix(colour.strip_prefix('#').unwrap(), 16).unwrap();
    [digits >> 16, digits >> 8 & 255, digits & 255].map(|part| part as u8)
}

/// One page with all figures, drawn by a browser, beside what we make of them: in squares of 12
/// pixels, so that letters of another font do not matter much.
#[test]
fn a_browser_draws_the_same() {
    if !common::has_chromium() {
        return;
    }
    let mut figures: Vec<_> = gallery()
        .into_iter()
        .map(|(name, figure)| (name, figure.svg().to_owned(), figure.png()))
        .collect();
    figures.push(("side by side", beside().svg().to_owned(), beside().png()));
    figures.push(("graph", drawing().svg().to_owned(), drawing().png()));
    let folder = tempfile::tempdir().unwrap();
    // Several on a page: a browser takes long to start. None draws pages that are longer than some
    // thousand pixels.
    let pictures: Vec<Picture> = figures
        .iter()
        .map(|(_, _, png)| Picture::decode(png.as_ref().unwrap()))
        .collect();
    for group in (0..figures.len()).collect::<Vec<_>>().chunks(8) {
        let at = |figure: &usize| {
            let top: usize = group
                .iter()
                .take_while(|other| *other < figure)
                .map(|other| pictures[*other].height / 2 + 2)
                .sum();
            format!(
                "<div style=\"position:absolute;left:0;top:{top}px\">{}</div>",
                figures[*figure].1
            )
        };
        let page = format!(
            "<body style=\"margin:0;background:#fff\">{}</body>",
            group.iter().map(at).collect::<String>()
        );
        let width = group
            .iter()
            .map(|figure| pictures[*figure].width / 2 + 1)
            .max()
            .unwrap();
        let height: usize = group
            .iter()
            .map(|figure| pictures[*figure].height / 2 + 2)
            .sum();
        let theirs = screenshot(folder.path(), &page, (width, height));
        let mut top = 0;
        for figure in group {
            compare(figures[*figure].0, &pictures[*figure], &theirs, 2 * top);
            top += pictures[*figure].height / 2 + 2;
        }
    }
}

/// Ours with a part of theirs.
fn compare(name: &str, ours: &Picture, theirs: &Picture, top: usize) {
    const SIDE: usize = 12;
    let (columns, rows) = (ours.width / SIDE - 1, ours.height / SIDE - 1);
    let squares =
        (0..rows).flat_map(|row| (0..columns).map(move |column| (column * SIDE, row * SIDE)));
    let differs = |(x, y): &(usize, usize)| {
        distance(ours.mean((*x, *y), SIDE), theirs.mean((*x, *y + top), SIDE)) > 48
    };
    let (differ, all) = (squares.filter(differs).count(), rows * columns);
    let drawn = ours
        .pixels
        .iter()
        .filter(|pixel| distance(**pixel, WHITE) > 48)
        .count();
    println!("{name}: {differ} of {all} squares differ, {drawn} pixels");
    assert!(drawn > 500, "{name} is empty");
    assert!(
        differ as f64 <= 0.02 * all as f64,
        "{name}: {differ} of {all} squares differ"
    );
}

/// What Chromium makes of a page, on a screen with two pixels for each of the page.
fn screenshot(folder: &Path, page: &str, (width, height): (usize, usize)) -> Picture {
    let (source, target) = (folder.join("page.html"), folder.join("page.png"));
    std::fs::write(&source, page).unwrap();
    let chromium = ["chromium", "chromium-browser", "google-chrome"];
    let output = chromium.iter().find_map(|name| {
        let mut command = Command::new(name);
        command.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--hide-scrollbars",
            "--force-device-scale-factor=2",
        ]);
        // A window of a browser has a least size.
        command.arg(format!(
            "--window-size={},{}",
            width.max(500),
            height.max(400)
        ));
        command.arg(format!(
            "--user-data-dir={}",
            folder.join("profile").display()
        ));
        command
            .arg(format!("--screenshot={}", target.display()))
            .arg(&source)
            .output()
            .ok()
    });
    let output = output.expect("Chromium starts");
    Picture::decode(
        &std::fs::read(&target)
            .unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr))),
    )
}

fn beside() -> plot::Figure {
    let curve = plot::curve(&[1.0, 2.0, 3.0], &[0.9, 0.5, 0.3]).title("loss");
    plot::side_by_side([
        curve,
        plot::heatmap(&tensor([[1.0, -0.5], [0.25, 0.0]])).title("weights"),
    ])
    .title("both")
}

fn drawing() -> plot::GraphDrawing {
    let (w, x) = (
        tensor(-3.0).requires_grad().label("w"),
        tensor(2.0).label("x"),
    );
    let y = (&w * &x + 1.0).tanh().label("y");
    y.backward();
    draw_graph(&y)
}

#[test]
fn cells_have_their_colours_and_pictures_their_pixels() {
    for (name, figure) in gallery() {
        let (mut cells, mut dense) = (0, 0);
        let (ours, document) = (
            pixels_of(&figure),
            roxmltree::Document::parse(figure.svg()).unwrap(),
        );
        for node in document.descendants() {
            let part = |name: &str| node.attribute(name).map(number);
            let (Some(x), Some(y)) = (part("x"), part("y")) else {
                continue;
            };
            let place = |dx: f64, dy: f64| (((x + dx) / 5.0) as usize, ((y + dy) / 5.0) as usize);
            if node.has_tag_name("rect") && ["heat map", "confusion", "attention"].contains(&name) {
                // Beside the number in the middle.
                let (px, py) = place(60.0, 60.0);
                assert_eq!(
                    ours.at(px, py),
                    hex(node.attribute("fill").unwrap()),
                    "{name} at {px}, {py}"
                );
                cells += 1;
            } else if node.has_tag_name("image")
                && ["large heat map", "images", "long attention"].contains(&name)
            {
                let source = node
                    .attributes()
                    .find(|attribute| attribute.name() == "href")
                    .unwrap()
                    .value();
                let file = source.strip_prefix("data:image/png;base64,").unwrap();
                let source = Picture::decode(
                    &base64::engine::general_purpose::STANDARD
                        .decode(file)
                        .unwrap(),
                );
                let (width, height) = (part("width").unwrap(), part("height").unwrap());
                // Without the outermost, over which the frame or the axes are drawn.
                for (column, row) in
                    (1..source.height - 1).flat_map(|y| (1..source.width - 1).map(move |x| (x, y)))
                {
                    let middle = |place: usize, all: usize| (place as f64 + 0.5) / all as f64;
                    let (px, py) = place(
                        width * middle(column, source.width),
                        height * middle(row, source.height),
                    );
                    assert_eq!(
                        ours.at(px, py),
                        source.at(column, row),
                        "{name} at {px}, {py}"
                    );
                    dense += 1;
                }
            }
        }
        let expected = match name {
            "heat map" | "confusion" | "attention" => cells >= 4,
            "large heat map" | "images" | "long attention" => dense >= 1000,
            _ => true,
        };
        assert!(expected, "{name}: {cells} cells, {dense} pixels");
    }
}

#[test]
fn a_title_is_drawn_with_letters_of_our_own_the_same_on_every_computer() {
    let with = |title: &str| pixels_of(&plot::curve(&[0.0, 1.0], &[1.0, 0.5]).title(title));
    let ink = |title: &str| with(title).count(INK, (0, 0), (1200, 50));
    let (one, two) = (ink("loss"), ink("loss loss"));
    assert!(
        one > 100 && (two as f64 / one as f64 - 2.0).abs() < 0.1,
        "{one} {two}"
    );
    assert_eq!(with("").height + 50, with("loss").height);
    // No two letters look alike.
    let letters: Vec<char> = ('!'..='~').chain("×−→✓✗…λησ∇".chars()).collect();
    let drawn: Vec<Vec<Rgb>> = letters
        .iter()
        .map(|letter| with(&letter.to_string()).pixels)
        .collect();
    for (i, letter) in letters.iter().enumerate() {
        for (j, other) in letters.iter().enumerate().skip(i + 1) {
            // A vertical line is a vertical line.
            let alike = [*letter, *other]
                .iter()
                .all(|letter| "Il|".contains(*letter));
            assert!(alike || drawn[i] != drawn[j], "{letter} {other}");
        }
    }
}

/// A letter that cannot be drawn is told, wherever it stands; it does not become an empty box.
#[test]
fn a_text_without_a_font_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    let curve = || plot::curve(&[0.0, 1.0], &[1.0, 0.5]);
    // Not assigned, so that no font can have it.
    let nowhere = "\u{e0ff0}x";
    for figure in [
        curve().title(nowhere),
        curve().x_label(nowhere),
        curve().y_label(nowhere),
        plot::bars(&[nowhere], &[1.0]),
        plot::curves(&[(nowhere, &[1.0, 2.0])]),
        plot::side_by_side([curve(), curve().title(nowhere)]),
    ] {
        let error = figure.save(&path("x.png")).unwrap_err().to_string();
        assert!(
            error.contains("U+E0FF0") && error.contains(".svg") && error.contains("x.png"),
            "{error}"
        );
        figure.save(&path("x.svg")).unwrap();
    }
    assert!(!folder.path().join("x.png").exists());
    assert!(
        draw_graph(&tensor(1.0).label(nowhere))
            .save(&path("x.png"))
            .is_err()
    );
    // What fonts do have: then there is ink, and else the same refusal.
    for title in ["训练损失", "über Ж", "日本"] {
        match curve().title(title).png() {
            Ok(file) => assert!(
                Picture::decode(&file).count(INK, (0, 0), (1200, 50)) > 100,
                "{title}"
            ),
            Err(error) => assert!(error.to_string().contains(".svg"), "{error}"),
        }
    }
}

#[test]
fn a_graph_is_saved_in_both_forms() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();
    drawing().save(&path("graph.svg")).unwrap();
    drawing().save(&path("graph.PNG")).unwrap();
    let picture = Picture::decode(&std::fs::read(path("graph.PNG")).unwrap());
    let svg = std::fs::read_to_string(path("graph.svg")).unwrap();
    assert!(
        svg.starts_with("<svg") && svg.contains(&format!("width=\"{}\"", picture.width / 2)),
        "{}",
        picture.width
    );
    // Boxes of a parameter, of the constants and of results, and ellipses.
    for colour in [
        [0xff, 0xe8, 0xc2],
        WHITE,
        [0xe6, 0xf0, 0xfa],
        [0xf3, 0xe3, 0xf0],
    ] {
        let exactly = picture
            .pixels
            .iter()
            .filter(|pixel| **pixel == colour)
            .count();
        assert!(exactly > 300, "{colour:?}: {exactly}");
    }
    let error = drawing().save(&path("graph.pdf")).unwrap_err().to_string();
    assert!(
        error.contains("graph.svg") && error.contains("graph.png"),
        "{error}"
    );
    assert!(
        plot::bars(&["a"], &[1.0])
            .png()
            .is_ok_and(|file| Picture::decode(&file).pixels.contains(&BLUE))
    );
}

/// For looking at: writes every picture to the folder `PICTURES`.
#[test]
#[ignore = "writes files for people"]
fn write_gallery() {
    let folder = std::env::var("PICTURES").expect("PICTURES names a folder");
    for (name, figure) in gallery() {
        for form in ["svg", "png"] {
            figure
                .save(&format!("{folder}/{}.{form}", name.replace(' ', "-")))
                .unwrap();
        }
        println!("{}\n", figure.text());
    }
    for (name, figure) in long_texts() {
        for form in ["svg", "png"] {
            if let Err(error) =
                figure.save(&format!("{folder}/long-{}.{form}", name.replace(' ', "-")))
            {
                println!("{error}");
            }
        }
    }
    let (w, x) = (
        tensor(-3.0).requires_grad().label("weight"),
        tensor(2.0).label("输入"),
    );
    let y = (&w * &x + 1.0).tanh().label("y");
    y.backward();
    draw_graph(&y).save(&format!("{folder}/graph.svg")).unwrap();
    if let Err(error) = draw_graph(&y).save(&format!("{folder}/graph.png")) {
        println!("{error}");
    }
    seed(1);
    for (name, data) in [
        ("shapes", data::shapes(20)),
        ("textures", data::textures(20)),
    ] {
        let changed = data.shifted(3).rotated(30.0).noisy(0.05);
        std::fs::write(
            format!("{folder}/{name}.svg"),
            plot::image_grid(&data.x, &data.y, None).svg(),
        )
        .unwrap();
        std::fs::write(
            format!("{folder}/{name}-changed.svg"),
            plot::images(&changed.x, &[]).svg(),
        )
        .unwrap();
    }
    for (name, data) in [
        ("vowels", data::vowels(5)),
        ("words", data::words(4)),
        ("tones", data::tones(7)),
    ] {
        for i in 0..data.len().min(4) {
            let class = &data.classes[data.y.get(&[i]) as usize];
            let figure = plot::spectrogram(&data.x.slice(0, i..i + 1), data::RATE).title(class);
            std::fs::write(format!("{folder}/{name}-{i}.svg"), figure.svg()).unwrap();
        }
    }
    let film = (1..=9)
        .map(|k| plot::function(|x| (k as Float * x).sin(), 0.0..6.3).title(&format!("k = {k}")))
        .collect();
    let html = |bundle: Bundle| {
        bundle
            .get("text/html")
            .and_then(|html| html.as_str())
            .unwrap()
            .to_owned()
    };
    let sound = data::words(1).x;
    let page = html(plot::frames(film).bundle()) + &html(plot::sound(&sound, data::RATE).bundle());
    std::fs::write(format!("{folder}/page.html"), page).unwrap();
}
