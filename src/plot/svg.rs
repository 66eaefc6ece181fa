//! A figure as a document in SVG.

use super::canvas::{self, Placed};
use super::figure::DASHES;
use super::figure::Figure;
use super::header::{self, outer_size};
use super::parts::places;
use super::raster;
use super::units::{units, width_and_dash};
use crate::display::{escape_html, in_one_line};
use plotters::prelude::SVGBackend;

/// The whole document.
pub(super) fn svg(figure: &Figure) -> String {
    let (width, height) = outer_size(figure);
    let (text, (w, h)) = (
        escape_html(&in_one_line(&figure.text())),
        (units(width), units(height)),
    );
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" width=\"{width}\" \
         height=\"{height}\" style=\"max-width:100%;height:auto\" font-family=\"sans-serif\" \
         stroke-linejoin=\"round\" role=\"img\" aria-label=\"{text}\">\n<rect width=\"{w}\" \
         height=\"{h}\" rx=\"60\" fill=\"#fff\"/>\n{}</svg>\n",
        content(figure)
    )
}

/// What is drawn, without the element around it.
fn content(figure: &Figure) -> String {
    let (width, height) = outer_size(figure);
    let mut body = String::new();
    let backend = SVGBackend::with_string(&mut body, (units(width) as u32, units(height) as u32));
    let pictures = canvas::draw(figure, backend).expect("writing into a string succeeds");
    let mut content: String = pictures.below.iter().map(image).collect();
    content += &tidy(&body);
    content.extend(pictures.over.iter().map(image));
    for (part, (x, y)) in figure.parts.iter().zip(places(figure).0) {
        let (x, y, (wide, high)) = (
            units(x),
            units(y + header::height(figure)),
            outer_size(part),
        );
        let (w, h, inner) = (units(wide), units(high), self::content(part));
        content +=
            &format!("<svg x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\">\n{inner}</svg>\n");
    }
    content
}

fn image(
    Placed {
        corners: [(left, top), (right, bottom)],
        png,
        smooth,
    }: &Placed,
) -> String {
    let (width, height, source) = (
        right - left,
        bottom - top,
        raster::data_uri("image/png", png),
    );
    let rendering = if *smooth {
        ""
    } else {
        " style=\"image-rendering:pixelated\""
    };
    format!(
        "<image x=\"{left}\" y=\"{top}\" width=\"{width}\" height=\"{height}\" \
         preserveAspectRatio=\"none\"{rendering} href=\"{source}\"/>\n"
    )
}

/// Makes what plotters wrote half as long, and gives lines their dashes.
fn tidy(body: &str) -> String {
    // The first line opens plotters' own <svg>, the last closes it.
    let inner = body.split_once('\n').map_or("", |(_, rest)| rest);
    let mut rest = inner.trim_end().strip_suffix("</svg>").unwrap_or(inner);
    let mut tidied = String::with_capacity(rest.len());
    // The colour of the marks that are being collected in one path.
    let mut marks = None;
    while let Some(start) = rest.find('<') {
        let end = rest[start..]
            .find('>')
            .map_or(rest.len(), |length| start + length + 1);
        let (before, tag, content) = (
            rest[..start].trim(),
            &rest[start..end],
            rest[end..].trim_start(),
        );
        rest = &rest[end..];
        if tag.starts_with("<text") && content.starts_with("</text>") {
            rest = &content["</text>".len()..];
            continue;
        }
        let mark = polygon(tag);
        if marks != mark.map(|(colour, _)| colour) {
            tidied.push_str(if marks.is_some() { "\"/>\n" } else { "" });
            marks = mark.map(|(colour, _)| colour);
            tidied += &marks.map_or(String::new(), |colour| {
                format!("<path fill=\"{colour}\" d=\"")
            });
        }
        if let Some((_, corners)) = mark {
            tidied += &format!("M{}z", corners.trim_end());
            continue;
        }
        tidied.push_str(before);
        tidy_tag(tag, &mut tidied);
        if tag.starts_with("</") || tag.ends_with("/>") {
            tidied.push('\n');
        }
    }
    tidied + if marks.is_some() { "\"/>\n" } else { "" }
}

/// Colour and corners, if that is what the tag is.
fn polygon(tag: &str) -> Option<(&str, &str)> {
    let value = |name: &str| tag.split_once(name)?.1.split('"').next();
    if tag.starts_with("<polygon opacity=\"1\"") {
        Some((value("fill=\"")?, value("points=\"")?))
    } else {
        None
    }
}

fn tidy_tag(tag: &str, tidied: &mut String) {
    let tag = tag.replacen(" opacity=\"1\"", "", 1);
    let mut parts = tag.split('"');
    let has_stroke = !tag.contains("stroke=\"none\"");
    while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
        match (name.trim_start(), value) {
            ("opacity=", "1") | ("font-family=", _) | ("stroke=", "none") => {}
            ("stroke-width=", _) if !has_stroke => {}
            ("stroke-width=", width) => {
                let (width, dash) = width_and_dash(width.parse().unwrap_or(10));
                *tidied += &format!("{name}\"{width}\"");
                if dash > 0 {
                    let pattern: Vec<String> = DASHES[dash].iter().map(u32::to_string).collect();
                    *tidied += &format!(" stroke-dasharray=\"{}\"", pattern.join(" "));
                }
            }
            ("font-size=" | "opacity=", value) => {
                let decimals = if name.ends_with("size=") { 0 } else { 2 };
                *tidied += &format!(
                    "{name}\"{:.decimals$}\"",
                    value.parse::<f64>().unwrap_or(100.0)
                );
            }
            (_, value) => *tidied += &format!("{name}\"{}\"", value.trim_end()),
        }
    }
    // What follows the last value: ">" or "/>". A tag without any value is whole.
    tidied.push_str(if tag.contains('"') {
        tag.rsplit('"').next().unwrap_or_default()
    } else {
        &tag
    });
}
