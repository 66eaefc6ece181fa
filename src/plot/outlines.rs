//! What plotters draws, as outlines that only have to be filled.

use super::contours::{Contour, Point, circle, dashed, rectangle, stroke};
use super::figure::DASHES;
use super::fonts::Fonts;
use super::letters;
use super::palette::Rgb;
use super::units::{SCALE, TEXT_SCALE, width_and_dash};
use plotters::style::FontTransform;
use plotters::style::text_anchor::HPos;
use plotters_backend::{
    BackendColor, BackendCoord, BackendStyle, BackendTextStyle, DrawingBackend, DrawingErrorKind,
    FontStyle,
};
use std::io;

/// Everything is coloured that any of the contours runs around: where two of them go round in the
/// same direction they are one area, so that a line that crosses itself has one opacity.
pub(super) struct Outline {
    pub contours: Vec<Contour>,
    pub colour: Rgb,
    pub opacity: f64,
}

/// Collects what is drawn.
pub(super) struct Sketch<'a> {
    pub outlines: &'a mut Vec<Outline>,
    pub fonts: &'a mut Fonts,
    /// In plotters' units.
    pub size: (u32, u32),
}

type Drawn = Result<(), DrawingErrorKind<io::Error>>;

impl Sketch<'_> {
    fn add(&mut self, contours: Vec<Contour>, colour: BackendColor) -> Drawn {
        let (red, green, blue) = colour.rgb;
        self.outlines.push(Outline {
            contours,
            colour: [red, green, blue],
            opacity: colour.alpha,
        });
        Ok(())
    }
}

fn pixels((x, y): BackendCoord) -> Point {
    (f64::from(x) / SCALE, f64::from(y) / SCALE)
}

impl DrawingBackend for Sketch<'_> {
    type ErrorType = io::Error;

    fn get_size(&self) -> (u32, u32) {
        self.size
    }

    fn ensure_prepared(&mut self) -> Drawn {
        Ok(())
    }

    fn present(&mut self) -> Drawn {
        Ok(())
    }

    fn draw_pixel(&mut self, (x, y): BackendCoord, colour: BackendColor) -> Drawn {
        self.add(
            vec![rectangle(pixels((x, y)), pixels((x + 1, y + 1)))],
            colour,
        )
    }

    fn draw_line<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
    ) -> Drawn {
        self.draw_path([from, to], style)
    }

    fn draw_rect<S: BackendStyle>(
        &mut self,
        from: BackendCoord,
        to: BackendCoord,
        style: &S,
        fill: bool,
    ) -> Drawn {
        if fill {
            return self.add(vec![rectangle(pixels(from), pixels(to))], style.color());
        }
        self.draw_path([from, (to.0, from.1), to, (from.0, to.1), from], style)
    }

    fn draw_path<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        path: I,
        style: &S,
    ) -> Drawn {
        let path: Vec<Point> = path.into_iter().map(pixels).collect();
        let (width, dash) = width_and_dash(style.stroke_width());
        let lines = dashed(path, DASHES[dash]);
        let contours = lines
            .iter()
            .flat_map(|line| stroke(line, f64::from(width) / SCALE, false))
            .collect();
        self.add(contours, style.color())
    }

    fn draw_circle<S: BackendStyle>(
        &mut self,
        centre: BackendCoord,
        radius: u32,
        style: &S,
        fill: bool,
    ) -> Drawn {
        let mut circle = circle(pixels(centre), f64::from(radius) / SCALE);
        if fill {
            return self.add(vec![circle], style.color());
        }
        circle.push(circle[0]);
        let width = f64::from(width_and_dash(style.stroke_width()).0) / SCALE;
        self.add(stroke(&circle, width, false), style.color())
    }

    fn fill_polygon<S: BackendStyle, I: IntoIterator<Item = BackendCoord>>(
        &mut self,
        corners: I,
        style: &S,
    ) -> Drawn {
        self.add(
            vec![corners.into_iter().map(pixels).collect()],
            style.color(),
        )
    }

    fn draw_text<S: BackendTextStyle>(&mut self, text: &str, style: &S, at: BackendCoord) -> Drawn {
        let (size, bold) = (
            style.size() / TEXT_SCALE / SCALE,
            matches!(style.style(), FontStyle::Bold),
        );
        let side = match style.anchor().h_pos {
            HPos::Left => 0.0,
            HPos::Center => 0.5,
            HPos::Right => 1.0,
        };
        let is_turned = matches!(style.transform(), FontTransform::Rotate270);
        // The middle of small letters shall be there.
        let ((x, y), down) = (pixels(at), letters::SMALL * size / 2.0);
        let at = if is_turned {
            (x + down, y)
        } else {
            (x, y + down)
        };
        let text = Text {
            at,
            text,
            size,
            side,
            bold,
            is_turned,
        };
        let contours = text
            .contours(self.fonts)
            .map_err(DrawingErrorKind::DrawingError)?;
        self.add(contours, style.color())
    }
}

/// A line of text; `at` is on its baseline.
pub(super) struct Text<'a> {
    pub at: Point,
    pub text: &'a str,
    pub size: f64,
    /// Which part of the text is to the left of `at`.
    pub side: f64,
    pub bold: bool,
    /// To be read from the bottom to the top.
    pub is_turned: bool,
}

impl Text<'_> {
    pub fn contours(&self, fonts: &mut Fonts) -> io::Result<Vec<Contour>> {
        let (mut contours, width) = fonts.outline(self.text, self.size, self.bold)?;
        for (x, y) in contours.iter_mut().flatten() {
            let (along, down) = (*x - self.side * width, *y);
            let (dx, dy) = if self.is_turned {
                (down, -along)
            } else {
                (along, down)
            };
            (*x, *y) = (self.at.0 + dx, self.at.1 + dy);
        }
        Ok(contours)
    }
}
