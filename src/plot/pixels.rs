//! A figure as pixels, for PNG: outlines are filled, each pixel by how much of it they cover.

use super::canvas::{self, Placed};
use super::contours::Point;
use super::figure::Figure;
use super::fonts::Fonts;
use super::header::{self, outer_size};
use super::outlines::{Outline, Sketch};
use super::palette::{Rgb, WHITE, blend};
use super::parts::places;
use super::raster;
use super::units::{SCALE, units};
use std::io;

/// Pixels for each pixel of a page, along each side: screens have two, and paper more.
pub(super) const SHARPNESS: f64 = 2.0;

/// Lines through each pixel along which it is measured how much of it is covered.
const LINES: usize = 8;

/// The figure as a PNG file.
///
/// Errors where there is no font for a text in it.
pub(super) fn png(figure: &Figure) -> io::Result<Vec<u8>> {
    let mut page = Page::new(outer_size(figure));
    page.figure(figure, (0.0, 0.0), &mut Fonts::default())?;
    Ok(page.png())
}

/// A white page.
pub(super) struct Page {
    width: usize,
    height: usize,
    pixels: Vec<Rgb>,
}

impl Page {
    /// Of so many pixels of a page.
    pub fn new((width, height): (f64, f64)) -> Page {
        let [width, height] =
            [width, height].map(|length| (length * SHARPNESS).ceil().max(1.0) as usize);
        Page {
            width,
            height,
            pixels: vec![WHITE; width * height],
        }
    }

    pub fn png(&self) -> Vec<u8> {
        raster::sharp_png(self.width, &self.pixels, SHARPNESS)
    }

    fn figure(&mut self, figure: &Figure, corner: Point, fonts: &mut Fonts) -> io::Result<()> {
        let (width, height) = outer_size(figure);
        let mut outlines = Vec::new();
        let size = (units(width) as u32, units(height) as u32);
        let pictures = canvas::draw(
            figure,
            Sketch {
                outlines: &mut outlines,
                fonts,
                size,
            },
        )?;
        pictures
            .below
            .iter()
            .for_each(|picture| self.picture(picture, corner));
        outlines
            .iter()
            .for_each(|outline| self.fill(outline, corner));
        pictures
            .over
            .iter()
            .for_each(|picture| self.picture(picture, corner));
        for (part, (x, y)) in figure.parts.iter().zip(places(figure).0) {
            self.figure(
                part,
                (corner.0 + x, corner.1 + y + header::height(figure)),
                fonts,
            )?;
        }
        Ok(())
    }

    /// A dense picture, as large as the figure wants it.
    fn picture(&mut self, picture: &Placed, corner: Point) {
        let Some((columns, source)) = raster::decoded(picture.png) else {
            return;
        };
        let rows = source.len() / columns;
        let [from, to] = picture.corners.map(|(x, y)| {
            let place =
                |units: i32, offset: f64| ((f64::from(units) / SCALE + offset) * SHARPNESS).round();
            (place(x, corner.0), place(y, corner.1))
        });
        let pixel = |x: usize, y: usize| source[y.min(rows - 1) * columns + x.min(columns - 1)];
        for y in (from.1.max(0.0) as usize)..(to.1.max(0.0) as usize).min(self.height) {
            let v = (y as f64 + 0.5 - from.1) / (to.1 - from.1) * rows as f64;
            for x in (from.0.max(0.0) as usize)..(to.0.max(0.0) as usize).min(self.width) {
                let u = (x as f64 + 0.5 - from.0) / (to.0 - from.0) * columns as f64;
                self.pixels[y * self.width + x] = if picture.smooth {
                    // From the middles of the four around.
                    let (u, v) = ((u - 0.5).max(0.0), (v - 0.5).max(0.0));
                    let row =
                        |y: usize| blend(pixel(u as usize, y), pixel(u as usize + 1, y), u.fract());
                    blend(row(v as usize), row(v as usize + 1), v.fract())
                } else {
                    pixel(u as usize, v as usize)
                };
            }
        }
    }

    /// Colours what the contours of an outline run around, seen from a corner of the page.
    pub fn fill(&mut self, outline: &Outline, corner: Point) {
        let mut edges = edges(outline, corner);
        edges.sort_by_key(|edge| edge.lines.start);
        let last = edges
            .iter()
            .map(|edge| edge.lines.end)
            .max()
            .unwrap_or(0)
            .min((self.height * LINES) as i64);
        let (mut waiting, mut crossed) = (edges.into_iter().peekable(), Vec::<Edge>::new());
        let mut covered = vec![0.0f32; self.width];
        let first = waiting.peek().map_or(0, |edge| edge.lines.start).max(0);
        for line in first..last {
            while let Some(edge) = waiting.next_if(|edge| edge.lines.start <= line) {
                crossed.push(edge);
            }
            crossed.retain(|edge| edge.lines.end > line);
            let mut crossings: Vec<(f64, i32)> = crossed
                .iter()
                .map(|edge| (edge.at(line), edge.direction))
                .collect();
            crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut around = 0;
            for pair in crossings.windows(2) {
                around += pair[0].1;
                if around != 0 {
                    cover(&mut covered, pair[0].0, pair[1].0);
                }
            }
            if (line + 1) % LINES as i64 == 0 || line + 1 == last {
                self.colour((line / LINES as i64) as usize, &mut covered, outline);
            }
        }
    }

    fn colour(&mut self, row: usize, covered: &mut [f32], outline: &Outline) {
        let pixels = &mut self.pixels[row * self.width..(row + 1) * self.width];
        for (pixel, share) in pixels
            .iter_mut()
            .zip(covered)
            .filter(|(_, share)| **share > 0.0)
        {
            let share = f64::from(std::mem::take(share)).min(1.0);
            *pixel = blend(*pixel, outline.colour, share * outline.opacity);
        }
    }
}

/// A side of a contour.
struct Edge {
    /// The lines that cross it.
    lines: std::ops::Range<i64>,
    /// Where it is at the height 0, and how far it goes to the right for each pixel downwards.
    start: f64,
    slope: f64,
    /// Downwards or upwards.
    direction: i32,
}

impl Edge {
    fn at(&self, line: i64) -> f64 {
        self.start + self.slope * (line as f64 + 0.5) / LINES as f64
    }
}

fn edges(outline: &Outline, corner: Point) -> Vec<Edge> {
    let place = |(x, y): Point| ((x + corner.0) * SHARPNESS, (y + corner.1) * SHARPNESS);
    let mut edges = Vec::new();
    for contour in &outline.contours {
        let ends = contour.iter().skip(1).chain(contour.first());
        for (from, to) in contour.iter().zip(ends) {
            let (from, to) = (place(*from), place(*to));
            let (high, low, direction) = if from.1 < to.1 {
                (from, to, 1)
            } else {
                (to, from, -1)
            };
            // The lines run through the middles of as many slices.
            let line = |y: f64| (y * LINES as f64 - 0.5).ceil() as i64;
            let slope = (low.0 - high.0) / (low.1 - high.1);
            if line(high.1) < line(low.1) {
                let start = high.0 - slope * high.1;
                edges.push(Edge {
                    lines: line(high.1)..line(low.1),
                    start,
                    slope,
                    direction,
                });
            }
        }
    }
    edges
}

/// Adds what one line covers of each pixel between two places.
fn cover(covered: &mut [f32], from: f64, to: f64) {
    let (from, to) = (
        from.clamp(0.0, covered.len() as f64),
        to.clamp(0.0, covered.len() as f64),
    );
    let mut x = from;
    while x < to {
        let next = (x.floor() + 1.0).min(to);
        covered[x as usize] += ((next - x) / LINES as f64) as f32;
        x = next;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plot::contours::{rectangle, stroke};

    fn page(outline: Outline) -> impl Fn(usize, usize) -> u8 {
        let mut page = Page::new((10.0, 10.0));
        page.fill(&outline, (0.0, 0.0));
        move |x, y| page.pixels[y * page.width + x][0]
    }

    #[test]
    fn a_pixel_is_as_dark_as_it_is_covered() {
        let contours = vec![rectangle((1.0, 1.0), (2.25, 3.125))];
        let at = page(Outline {
            contours,
            colour: [0, 0, 0],
            opacity: 1.0,
        });
        assert_eq!((at(2, 2), at(3, 5), at(1, 3), at(5, 3)), (0, 0, 255, 255));
        assert_eq!((at(4, 4), at(3, 6)), (128, 191));
    }

    #[test]
    fn a_line_that_crosses_itself_is_as_dark_there_as_elsewhere() {
        let contours = stroke(
            &[(1.0, 1.0), (9.0, 9.0), (9.0, 1.0), (1.0, 9.0)],
            2.0,
            false,
        );
        let at = page(Outline {
            contours,
            colour: [0, 0, 0],
            opacity: 0.5,
        });
        assert_eq!(
            (at(10, 10), at(17, 17), at(6, 6), at(17, 10), at(10, 2)),
            (128, 128, 128, 128, 255)
        );
    }

    #[test]
    fn what_lies_outside_of_the_page_is_left_out() {
        let contours = vec![rectangle((-50.0, -3.0), (70.0, 500.0))];
        let at = page(Outline {
            contours,
            colour: [9, 9, 9],
            opacity: 1.0,
        });
        assert_eq!((at(0, 0), at(19, 19)), (9, 9));
    }
}
