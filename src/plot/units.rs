//! The units that plotters counts in, and what is hidden in its whole numbers: the dash of a line
//! in its width.

use super::figure::DASHES;

/// plotters counts in whole pixels, which makes curves jagged; it gets ten for every one of ours.
pub(super) const SCALE: f64 = 10.0;

/// plotters' SVG divides the size of a text by this.
pub(super) const TEXT_SCALE: f64 = 1.24;

pub(super) fn pixels(units: i32) -> f64 {
    f64::from(units) / SCALE
}

pub(super) fn units(pixels: f64) -> i32 {
    (pixels * SCALE).round() as i32
}

/// plotters knows no dashes: the last digit of a width says which pattern.
pub(super) fn with_dash(width: f64, dash: usize) -> u32 {
    if width < 1.0 {
        (width * SCALE) as u32
    } else {
        width.round().max(1.0) as u32 * 10 + (dash % DASHES.len()) as u32
    }
}

/// The width in units, and the pattern.
pub(super) fn width_and_dash(width: u32) -> (u32, usize) {
    if width < 10 {
        (width, 0)
    } else {
        (width - width % 10, (width % 10) as usize % DASHES.len())
    }
}
