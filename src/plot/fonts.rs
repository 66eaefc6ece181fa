//! Letters from the fonts of the computer, for what [`letters`](super::letters) does not have:
//! Chinese, accents, signs.

use super::contours::{Contour, Point, bezier};
use super::letters;
use crate::display::say;
use std::io;
use std::path::{Path, PathBuf};
use ttf_parser::{Face, GlyphId, OutlineBuilder};

/// Fonts that were read, and files that may be.
#[derive(Default)]
pub(super) struct Fonts {
    open: Vec<Font>,
    /// The best last. `None` before anybody has looked.
    closed: Option<Vec<PathBuf>>,
}

struct Font {
    file: Vec<u8>,
    /// Which of a file with several.
    index: u32,
}

impl Fonts {
    /// The outline of a text whose baseline begins at 0, and its width. As on a page, y grows
    /// downwards.
    ///
    /// Errors where neither we nor any font of this computer has one of the letters.
    pub fn outline(
        &mut self,
        text: &str,
        size: f64,
        bold: bool,
    ) -> io::Result<(Vec<Contour>, f64)> {
        let missing: Vec<char> = text
            .chars()
            .filter(|letter| letters::outline(*letter, bold).is_none())
            .collect();
        // All from one font where there is one, and Latin letters among Chinese ones, too.
        let font = if missing.is_empty() {
            None
        } else {
            self.font_with(&missing)
        };
        let (mut contours, mut x) = (Vec::new(), 0.0);
        for letter in text.chars() {
            let from_font = font.and_then(|font| self.open[font].outline(letter, bold));
            let Some((outline, width)) = from_font
                .or_else(|| letters::outline(letter, bold))
                .or_else(|| self.any(letter, bold))
            else {
                return Err(without(letter, text));
            };
            let placed = outline
                .iter()
                .map(|contour| contour.iter().map(|point| at(*point, size, x)).collect());
            contours.extend(placed);
            x += width * size;
        }
        Ok((contours, x))
    }

    fn any(&mut self, letter: char, bold: bool) -> Option<(Vec<Contour>, f64)> {
        let font = self.font_with(&[letter])?;
        self.open[font].outline(letter, bold)
    }

    /// The first font that has all of these letters.
    fn font_with(&mut self, letters: &[char]) -> Option<usize> {
        let has_all = |font: &Font| {
            font.face()
                .is_some_and(|face| letters.iter().all(|letter| has(&face, *letter)))
        };
        if let Some(known) = self.open.iter().position(has_all) {
            return Some(known);
        }
        let closed = self.closed.get_or_insert_with(files);
        // Files that do not have them stay: others may need them.
        let found = closed
            .iter()
            .enumerate()
            .rev()
            .find_map(|(i, path)| Some((i, read(path).filter(has_all)?)));
        let (i, font) = found?;
        closed.remove(i);
        self.open.push(font);
        Some(self.open.len() - 1)
    }
}

fn at((x, y): Point, size: f64, left: f64) -> Point {
    (left + x * size, y * size)
}

fn without(letter: char, text: &str) -> io::Error {
    let code = letter as u32;
    let message = say(
        format!(
            "no font on this computer has the letter `{letter}` (U+{code:04X}) of \"{text}\", and \
             a PNG would show an empty box: save the figure as .svg, where the reader's own fonts \
             are used, or install a font (Chinese: `fonts-noto-cjk`)"
        ),
        format!(
            "这台电脑的字体里没有“{text}”中的 `{letter}`（U+{code:04X}），PNG 里会出现空框：\
             请把图存成 .svg，它使用读者自己的字体；或者安装一种字体（中文：`fonts-noto-cjk`）"
        ),
    );
    io::Error::new(io::ErrorKind::Unsupported, message)
}

/// How much wider a bold line is, in the size of a text.
const BOLD: f64 = 0.04;

impl Font {
    fn face(&self) -> Option<Face<'_>> {
        Face::parse(&self.file, self.index).ok()
    }

    fn outline(&self, letter: char, bold: bool) -> Option<(Vec<Contour>, f64)> {
        let face = self.face()?;
        let glyph = face.glyph_index(letter)?;
        let em = f64::from(face.units_per_em());
        let mut pen = Pen {
            contours: Vec::new(),
            em,
        };
        let is_drawn = face.outline_glyph(glyph, &mut pen).is_some();
        let width = f64::from(face.glyph_hor_advance(glyph)?) / em;
        if bold {
            // Once more, a little to the right: another font would have to be looked for.
            let moved = |contour: &Contour| contour.iter().map(|(x, y)| (x + BOLD, *y)).collect();
            pen.contours
                .extend(pen.contours.iter().map(moved).collect::<Vec<_>>());
        }
        (is_drawn || letter.is_whitespace()).then_some((pen.contours, width))
    }
}

/// Coloured pictures of letters are none that can be drawn here.
fn has(face: &Face, letter: char) -> bool {
    let is_drawn = |glyph: GlyphId| face.glyph_bounding_box(glyph).is_some();
    face.glyph_index(letter).is_some_and(is_drawn)
}

/// Collects an outline, with curves in short lines.
struct Pen {
    contours: Vec<Contour>,
    em: f64,
}

impl Pen {
    fn point(&self, x: f32, y: f32) -> Point {
        (f64::from(x) / self.em, -f64::from(y) / self.em)
    }

    fn add(&mut self, point: Point) {
        if let Some(contour) = self.contours.last_mut() {
            contour.push(point);
        }
    }

    fn curve(&mut self, rest: &[Point]) {
        const STEPS: u32 = 8;
        let Some(start) = self
            .contours
            .last()
            .and_then(|contour| contour.last())
            .copied()
        else {
            return;
        };
        let points: Vec<Point> = std::iter::once(start).chain(rest.iter().copied()).collect();
        (1..=STEPS).for_each(|step| self.add(bezier(&points, f64::from(step) / f64::from(STEPS))));
    }
}

impl OutlineBuilder for Pen {
    fn move_to(&mut self, x: f32, y: f32) {
        self.contours.push(vec![self.point(x, y)]);
    }

    fn line_to(&mut self, x: f32, y: f32) {
        self.add(self.point(x, y));
    }

    fn quad_to(&mut self, x1: f32, y1: f32, x: f32, y: f32) {
        self.curve(&[self.point(x1, y1), self.point(x, y)]);
    }

    fn curve_to(&mut self, x1: f32, y1: f32, x2: f32, y2: f32, x: f32, y: f32) {
        self.curve(&[self.point(x1, y1), self.point(x2, y2), self.point(x, y)]);
    }

    fn close(&mut self) {}
}

/// A file with several fonts has those of China, Japan and Korea, in which some signs look
/// different.
fn read(path: &Path) -> Option<Font> {
    let file = std::fs::read(path).ok()?;
    let count = ttf_parser::fonts_in_collection(&file).unwrap_or(1);
    let is_chinese = |index: &u32| {
        let names = Face::parse(&file, *index).ok().map(|face| face.names());
        names.is_some_and(|names| {
            names
                .into_iter()
                .filter_map(|name| name.to_string())
                .any(|name| name.contains(" SC"))
        })
    };
    let index = (0..count).find(is_chinese).unwrap_or(0);
    Some(Font { file, index })
}

/// The files with fonts, the best last: upright ones of usual weight without serifs.
fn files() -> Vec<PathBuf> {
    let home = std::env::home_dir().unwrap_or_default();
    let windows = std::env::var_os("WINDIR").map(|folder| PathBuf::from(folder).join("Fonts"));
    let folders = [
        home.join(".local/share/fonts"),
        home.join(".fonts"),
        home.join("Library/Fonts"),
        "/usr/share/fonts".into(),
        "/usr/local/share/fonts".into(),
        "/Library/Fonts".into(),
        "/System/Library/Fonts".into(),
    ];
    let mut files = Vec::new();
    folders
        .into_iter()
        .chain(windows)
        .for_each(|folder| collect(&folder, 6, &mut files));
    let badness = |path: &PathBuf| {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        let count = |words: &[&str]| words.iter().filter(|word| name.contains(**word)).count();
        let unusual = [
            "serif",
            "mono",
            "bold",
            "italic",
            "oblique",
            "light",
            "thin",
            "black",
            "condensed",
            "medium",
            "math",
        ];
        (
            count(&unusual) + 1
                - count(&["sans", "noto", "pingfang", "yahei", "hei", "wqy"]).min(1),
            name.len(),
            path.clone(),
        )
    };
    files.sort_by_cached_key(badness);
    files.reverse();
    files
}

fn collect(folder: &Path, depth: usize, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let extension = path
            .extension()
            .unwrap_or_default()
            .to_string_lossy()
            .to_lowercase();
        if path.is_dir() && depth > 0 {
            collect(&path, depth - 1, files);
        } else if ["ttf", "otf", "ttc", "otc"].contains(&extension.as_str()) {
            files.push(path);
        }
    }
}
