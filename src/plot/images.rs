//! Grids of small pictures.

use super::figure::{Axis, Figure, Layer};
use super::palette::{self, INK, RIGHT, Rgb, WHITE, WRONG};
use super::raster;
use super::rows::arrange;
use super::text::columns as columns_in;
use super::values::{Values, extent, number};
use crate::display::say;
use crate::tensor::{Tensor, fail::fail};

/// More than so many cannot be looked at.
const MOST: usize = 100;

/// Pictures in a grid, dark on light as ink on paper. `x` has the shape `[n, side × side]` or
/// `[n, height, width]`; 0 (or the smallest value) is white. Titles stand below the pictures; fewer
/// than pictures, or none (`&[]`), are fine. At most the first 100 are shown.
///
/// Panics if the shape is none of these.
///
/// ```
/// # use chainrule::prelude::*;
/// let digits = data::digits(20);
/// plot::images(&digits.x, &["first", "second"])
/// # ;
/// ```
#[track_caller]
pub fn images(x: &Tensor, titles: &[&str]) -> Figure {
    let titles: Vec<(String, Rgb)> = titles
        .iter()
        .map(|title| ((*title).to_owned(), INK))
        .collect();
    grid("images", x, &titles, false, &ink_of(x))
}

/// What convolutions look for, or what they find: small pictures in which blue is negative, white 0
/// and orange positive. Shapes: `[n, height, width]` or `[n, channels, height, width]`, each
/// channel a picture, such as the weight of a `Conv2D`, or the output of one for a few examples.
///
/// Panics if the shape is none of these.
///
/// ```
/// # use chainrule::prelude::*;
/// let layer = Conv2D::new(1, 8, 3);
/// plot::filters(&layer.parameters()[0])
/// # ;
/// ```
#[track_caller]
pub fn filters(x: &Tensor) -> Figure {
    let pictures = match *x.shape() {
        [n, channels, height, width] => x.detach().reshape(&[n * channels, height, width]),
        _ => x.detach(),
    };
    let (low, high) = extent(x.numbers()).unwrap_or((0.0, 1.0));
    let largest = low.abs().max(high.abs()).max(f64::MIN_POSITIVE);
    let colour = |_: usize, value: f64| palette::diverging((value / largest * 16.0).round() / 16.0);
    let mut figure = grid("filters", &pictures, &[], false, &colour);
    let (low, high) = (number(low, 3), number(high, 3));
    figure.summary.push(say(
        format!("values from {low} to {high}"),
        format!("数值从 {low} 到 {high}"),
    ));
    figure
}

/// Pictures with orange where the loss, or the score of a class, depends most on the pixels:
/// `gradient` is that with respect to `x`, of the same shape, `[n, side × side]` or
/// `[n, height, width]` (Simonyan et al. 2013).
///
/// Panics if the shapes do not fit.
///
/// ```
/// # use chainrule::prelude::*;
/// # let model = Sequential::new().add(Dense::new(784, 10).softmax());
/// let x = data::digits(6).x.requires_grad();
/// let scores = inference(|| model.forward(&x));
/// let gradient = grads(&scores.max_axis(-1, false).sum(), &[&x]);
/// plot::saliency(&x, &gradient[0])
/// # ;
/// ```
#[track_caller]
pub fn saliency(x: &Tensor, gradient: &Tensor) -> Figure {
    if x.shape() != gradient.shape() {
        let problem = format!(
            "saliency: pictures of shape {:?}, gradients {:?}",
            x.shape(),
            gradient.shape()
        );
        fail(
            &problem,
            &[("x", x), ("gradient", gradient)],
            "let x = x.requires_grad(); loss.backward(); x.grad()",
        );
    }
    let (_, height, width) = sizes(x);
    let (strengths, ink) = (gradient.abs().numbers(), ink_of(x));
    let most = |picture: &[f64]| picture.iter().copied().fold(f64::MIN_POSITIVE, f64::max);
    let most: Vec<f64> = strengths.chunks(height * width).map(most).collect();
    let mix = |at: usize, value: f64| {
        let share = (strengths[at] / most[at / (height * width)] * 8.0).round() / 8.0;
        // Grey at most, so that the colour shows on ink as on paper.
        palette::blend(palette::blend(WHITE, ink(at, value), 0.45), WRONG, share)
    };
    grid("saliency", x, &[], false, &mix)
}

/// The mistakes that the network was surest of: the pictures whose right label got the least
/// probability, up to `count` of them, as "✗ 7 93 % (1)" where a 1 was taken for a 7 with a
/// probability of 93 %. Shapes: `x` as for [`images`], `labels` `[n]`, `probabilities`
/// `[n, classes]`.
///
/// Panics if the shapes do not fit.
///
/// ```
/// # use chainrule::prelude::*;
/// # let model = Sequential::new().add(Dense::new(784, 10).softmax());
/// let digits = data::digits(50);
/// plot::mistakes(&digits.x, &digits.y, &model.predict(&digits.x), 16)
/// # ;
/// ```
#[track_caller]
pub fn mistakes(x: &Tensor, labels: &Tensor, probabilities: &Tensor, count: usize) -> Figure {
    let (n, classes) = (
        labels.len(),
        probabilities.shape().last().copied().unwrap_or(0),
    );
    if probabilities.shape() != [n, classes] || x.shape().first() != Some(&n) || n == 0 {
        let problem = format!(
            "mistakes: probabilities {:?} for x {:?}",
            probabilities.shape(),
            x.shape()
        );
        fail(
            &problem,
            &[("x", x), ("labels", labels)],
            "labels [n], and [n, classes] from model.predict(&x)",
        );
    }
    let labels = crate::operands::class_indices("mistakes", labels, classes);
    let rows = probabilities.to_vec();
    let guess = |row: &[crate::Float]| {
        (0..classes)
            .max_by(|&a, &b| row[a].total_cmp(&row[b]))
            .unwrap_or(0)
    };
    let guesses: Vec<usize> = rows.chunks(classes).map(guess).collect();
    let mut wrong: Vec<usize> = (0..n).filter(|&i| guesses[i] != labels[i]).collect();
    wrong.sort_by(|&a, &b| rows[a * classes + labels[a]].total_cmp(&rows[b * classes + labels[b]]));
    let all = wrong.len();
    wrong.truncate(count.clamp(1, MOST));
    let title = |i: &usize| {
        let sure = (rows[i * classes + guesses[*i]] * 100.0).round();
        (
            format!("✗ {} {sure} % ({})", guesses[*i], labels[*i]),
            WRONG,
        )
    };
    let titles: Vec<(String, Rgb)> = wrong.iter().map(title).collect();
    let said = how_many_wrong(all, n);
    if wrong.is_empty() {
        // There is nothing to complain of: the first picture, in green.
        let first = x.detach().select_rows(&[0]);
        let mut figure = grid(
            "mistakes",
            &first,
            &[("✓ no mistake".to_owned(), RIGHT)],
            true,
            &ink_of(x),
        );
        figure.summary = vec![said];
        return figure;
    }
    let mut figure = grid(
        "mistakes",
        &x.detach().select_rows(&wrong),
        &titles,
        true,
        &ink_of(x),
    );
    figure.summary.push(said);
    figure
}

fn how_many_wrong(all: usize, n: usize) -> String {
    say(
        format!("{all} of {n} wrong; ✗ predicted, how surely, (actual)"),
        format!("{n} 个中错了 {all} 个；✗ 预测、把握、（实际）"),
    )
}

/// Dark on light: the smallest value, or 0, is white.
fn ink_of(x: &Tensor) -> impl Fn(usize, f64) -> Rgb + use<> {
    let (low, high) = extent(x.numbers()).unwrap_or((0.0, 1.0));
    let (low, high) = if low < high {
        (low.min(0.0), high)
    } else {
        (0.0, 1.0)
    };
    move |_, value| {
        // 16 greys: finer ones are hard to see in pictures of this size and double the file.
        let ink = ((value - low) / (high - low)).clamp(0.0, 1.0);
        palette::blend(WHITE, [0, 0, 0], (ink * 15.0).round() / 15.0)
    }
}

/// Pictures with their labels and, if given, what a network takes them for: a green ✓ where it is
/// right, an orange "✗ 7 (1)" where it took a 1 for a 7. Shapes: `x` as for [`images`], `labels`
/// and `predicted` `[n]`.
///
/// Panics if the shapes do not fit.
///
/// ```
/// # use chainrule::prelude::*;
/// let digits = data::digits(10);
/// plot::image_grid(&digits.x, &digits.y, Some(&digits.y))
/// # ;
/// ```
#[track_caller]
pub fn image_grid(x: &Tensor, labels: &Tensor, predicted: Option<&Tensor>) -> Figure {
    let count = x.shape().first().copied().unwrap_or(0);
    for (role, given) in [("labels", Some(labels)), ("predicted", predicted)] {
        if let Some(given) = given.filter(|given| given.len() != count) {
            let problem = format!(
                "image_grid: {role} of shape {:?} for x of shape {:?}",
                given.shape(),
                x.shape()
            );
            fail(
                &problem,
                &[("x", x), (role, given)],
                "one number for each picture: shape [n]",
            );
        }
    }
    let labels: Vec<String> = labels
        .to_vec()
        .into_iter()
        .map(|label| number(label as f64, 4))
        .collect();
    let Some(predicted) = predicted else {
        let titles: Vec<(String, Rgb)> = labels.into_iter().map(|label| (label, INK)).collect();
        return grid("images", x, &titles, false, &ink_of(x));
    };
    let predicted = predicted
        .to_vec()
        .into_iter()
        .map(|label| number(label as f64, 4));
    let title = |(predicted, label): (String, String)| {
        if predicted == label {
            (format!("✓ {label}"), RIGHT)
        } else {
            (format!("✗ {predicted} ({label})"), WRONG)
        }
    };
    let titles: Vec<(String, Rgb)> = predicted.zip(labels).map(title).collect();
    let mut figure = grid("images", x, &titles, true, &ink_of(x));
    let right = titles.iter().filter(|(_, colour)| *colour == RIGHT).count();
    figure.summary.push(say(
        format!("{right} of {count} right; ✗ predicted (actual)"),
        format!("{count} 个中对了 {right} 个；✗ 预测（实际）"),
    ));
    figure
}

/// Pictures in rows, in frames of the colour of their titles if they are `framed`. `colour` makes a
/// pixel of its place among all values and of its value.
#[track_caller]
fn grid(
    kind: &'static str,
    x: &Tensor,
    titles: &[(String, Rgb)],
    framed: bool,
    colour: &dyn Fn(usize, f64) -> Rgb,
) -> Figure {
    let (count, height, width) = sizes(x);
    let shown = count.min(MOST);
    let mut figure = Figure::new(kind, Axis::none((0.0, 1.0)), Axis::none((0.0, 1.0)));
    let values = x.numbers();

    for i in 0..shown {
        let pixels = i * width * height..(i + 1) * width * height;
        let pixels: Vec<Rgb> = pixels.map(|at| colour(at, values[at])).collect();
        let area = [0.0, 0.0, 1.0, height as f64 / width as f64];
        figure.layers.push(Layer::Image {
            area,
            png: raster::png(width, &pixels),
            smooth: false,
        });
        let title = titles.get(i);
        let (frame, thick) = match title {
            Some((_, colour)) if framed => (*colour, 2.0),
            _ if framed => (palette::GRID, 2.0),
            _ => (palette::GRID, 1.0),
        };
        figure.layers.push(Layer::Frame(area, frame, thick));
        figure
            .layers
            .extend(title.map(|(title, colour)| Layer::Text {
                at: (0.0, 0.0),
                text: title.clone(),
                colour: *colour,
                size: 11.5,
            }));
    }
    arrange(&mut figure, columns_of(shown, titles));
    figure.summary.push(how_many(shown, count, (height, width)));
    figure.summary.extend(in_words(titles, shown));
    figure
}

/// How many pictures there are, and of what size.
fn how_many(shown: usize, count: usize, (height, width): (usize, usize)) -> String {
    let (first, chinese) = match shown < count {
        true => (
            format!("the first {shown} of {count}"),
            format!("{count} 张图片中的前 {shown} 张"),
        ),
        false => (count.to_string(), format!("{count} 张图片")),
    };
    say(
        format!("{first} pictures of {height} × {width} pixels"),
        format!("{chinese}，每张 {height} × {width} 像素"),
    )
}

/// The first titles, if there are any.
fn in_words(titles: &[(String, Rgb)], shown: usize) -> Option<String> {
    let some = titles.iter().take(shown.min(20));
    let some: Vec<&str> = some.map(|(title, _)| title.as_str()).collect();
    let more = if titles.len() > 20 { " | …" } else { "" };
    (!titles.is_empty()).then(|| format!("{}{more}", some.join(" | ")))
}

/// How many pictures stand beside each other.
fn columns_of(shown: usize, titles: &[(String, Rgb)]) -> usize {
    let widths = titles.iter().map(|(title, _)| columns_in(title));
    // Titles such as "✗ 7 93 % (1)" need their room.
    let fit = if widths.max().unwrap_or(0) > 10 {
        6
    } else {
        10
    };
    if shown <= fit {
        return shown;
    }
    let square = (shown as f64).sqrt().ceil();
    square.clamp(fit as f64, fit as f64 * 1.2) as usize
}

/// Number, height and width of the pictures.
#[track_caller]
fn sizes(x: &Tensor) -> (usize, usize, usize) {
    match *x.shape() {
        [n, height, width] if n * height * width > 0 => (n, height, width),
        [n, 1, height, width] if n * height * width > 0 => (n, height, width),
        [n, pixels] if n > 0 && pixels > 0 && pixels.isqrt().pow(2) == pixels => {
            (n, pixels.isqrt(), pixels.isqrt())
        }
        _ => fail(
            &format!(
                "images: pictures have the shape [n, side × side] or [n, height, width], not {:?}",
                x.shape()
            ),
            &[("x", x)],
            "one picture alone is x.reshape(&[1, height, width])",
        ),
    }
}
