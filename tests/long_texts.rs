//! Texts that are longer than their place: they are broken into lines, shortened or thinned out,
//! and neither run out of the picture nor over each other. A Chinese letter is twice as wide as a
//! Latin one.

mod figures;

use chainrule::prelude::*;
use figures::words::{all_words_are_inside, words};
use figures::{LONG, long_texts};

/// No word of a figure lies over another one.
fn no_words_overlap(name: &str, svg: &str) {
    let (words, _) = words(svg);
    for (i, a) in words.iter().enumerate() {
        for b in &words[i + 1..] {
            let ([left, top, right, bottom], [b_left, b_top, b_right, b_bottom]) =
                (a.area(), b.area());
            let is_apart = right <= b_left + 3.0
                || b_right <= left + 3.0
                || bottom <= b_top
                || b_bottom <= top;
            assert!(is_apart, "{name}: {a:?} and {b:?}");
        }
    }
}

#[test]
fn long_texts_stay_inside_and_apart() {
    for (name, figure) in long_texts() {
        // Parts of a figure are drawn in their own places.
        let parts: Vec<String> = nested(figure.svg());
        for svg in parts
            .iter()
            .map(String::as_str)
            .chain([figure.svg()].into_iter().filter(|_| parts.is_empty()))
        {
            no_words_overlap(name, svg);
            let (words, (width, height)) = words(svg);
            for word in words {
                let [left, top, right, bottom] = word.area();
                let is_inside =
                    left > -4.0 && top > -2.0 && right < width + 4.0 && bottom < height + 2.0;
                assert!(
                    is_inside && !word.text.is_empty(),
                    "{name}: {word:?} in {width} x {height}"
                );
            }
        }
        all_words_are_inside(name, &without_parts(figure.svg()));
    }
}

/// The drawings in a drawing, each as a document of its own.
fn nested(svg: &str) -> Vec<String> {
    let document = roxmltree::Document::parse(svg).unwrap();
    let inner = document
        .root_element()
        .children()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "svg")));
    let own = |node: roxmltree::Node| {
        let [width, height] = ["width", "height"].map(|side| node.attribute(side).unwrap());
        let content = svg[node.range()].split_once('>').unwrap().1;
        let pixels = width.parse::<f64>().unwrap() / 10.0;
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" \
            width=\"{pixels}\">{content}"
        )
    };
    inner.map(own).collect()
}

fn without_parts(svg: &str) -> String {
    let document = roxmltree::Document::parse(svg).unwrap();
    let inner = document
        .root_element()
        .children()
        .filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "svg")));
    inner.fold(svg.to_owned(), |rest, node| {
        rest.replace(&svg[node.range()], "")
    })
}

/// What is left out is told: all of a text is in the words beside the picture, and the shortened
/// one says so.
#[test]
fn a_long_title_has_several_lines_and_every_word_or_an_ellipsis() {
    let titled = |title: &str, width: u32| {
        let (words, size) = words(
            plot::curve(&[0.0, 1.0], &[1.0, 0.5])
                .title(title)
                .size(width, 200)
                .svg(),
        );
        let lines: Vec<String> = words
            .into_iter()
            .filter(|word| word.size == 15.0)
            .map(|word| word.text)
            .collect();
        (lines, size)
    };
    let (one, _) = titled("损失", 600);
    assert_eq!(one, ["损失"]);
    let (lines, (width, height)) = titled(LONG, 600);
    assert_eq!(lines.concat(), LONG);
    assert!(
        lines.len() == 2 && width <= 640.0 && height == 200.0 + 25.0 + 19.0,
        "{lines:?}: {width} x {height}"
    );
    let (lines, _) = titled("first line\nsecond", 600);
    assert_eq!(lines, ["first line", "second"]);
    let (lines, _) = titled(&LONG.repeat(5), 600);
    assert!(lines.len() == 3 && lines[2].ends_with('…'), "{lines:?}");
}

#[test]
fn of_many_names_some_are_shown_whole_at_equal_distances() {
    let names: Vec<String> = (0..80).map(|i| format!("w{i}")).collect();
    let (words, _) = words(plot::attention(&Tensor::ones(&[80, 80]), &names).svg());
    for anchor in ["end", "middle"] {
        let shown: Vec<usize> = words
            .iter()
            .filter(|word| word.anchor == anchor)
            .filter_map(|word| word.text.strip_prefix('w')?.parse().ok())
            .collect();
        let step = shown[1] - shown[0];
        assert!(
            [2, 5, 10].contains(&step) && shown.len() == 80usize.div_ceil(step),
            "{anchor}: {shown:?}"
        );
        assert!(
            shown.windows(2).all(|pair| pair[1] - pair[0] == step),
            "{anchor}: {shown:?}"
        );
    }
}

#[test]
fn labels_of_a_graph_have_boxes_that_are_wide_enough() {
    for label in ["学习率与损失", "a", LONG] {
        let drawing = draw_graph(&(tensor(2.0).requires_grad().label(label) * 3.0));
        let document = roxmltree::Document::parse(drawing.svg()).unwrap();
        let number = |node: &roxmltree::Node, name: &str| {
            node.attribute(name).unwrap().parse::<f64>().unwrap()
        };
        let boxes: Vec<(f64, f64, f64)> = document
            .descendants()
            .filter(|node| node.has_tag_name("rect") && node.attribute("rx") == Some("4"))
            .map(|node| {
                (
                    number(&node, "x"),
                    number(&node, "width"),
                    number(&node, "y"),
                )
            })
            .collect();
        let texts: Vec<_> = document
            .descendants()
            .filter(|node| node.has_tag_name("text"))
            .collect();
        let title = texts
            .iter()
            .find(|node| node.has_attribute("font-weight"))
            .unwrap();
        let text = title.text().unwrap();
        let width = text
            .chars()
            .map(|c| if c.is_ascii() { 0.55 } else { 1.0 })
            .sum::<f64>()
            * 12.0;
        let around = boxes
            .iter()
            .find(|(x, width, _)| (x..&(x + width)).contains(&&number(title, "x")))
            .unwrap();
        assert!(
            width <= around.1 && around.1 < 260.0,
            "{text}: {width} of {}",
            around.1
        );
    }
}
