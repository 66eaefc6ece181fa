//! Colours that people who see colours differently can tell apart, and colour maps.

/// Red, green and blue, 0 to 255.
pub(super) type Rgb = [u8; 3];

/// Okabe and Ito's palette (2008), from the pair that contrasts most onwards; yellow is last
/// because it is faint on white.
const PALETTE: [Rgb; 8] = [
    [0, 114, 178],
    [213, 94, 0],
    [0, 158, 115],
    [204, 121, 167],
    [86, 180, 233],
    [230, 159, 0],
    [70, 70, 70],
    [240, 228, 66],
];

pub(super) const WHITE: Rgb = [255, 255, 255];
/// Text and axes.
pub(super) const INK: Rgb = [34, 34, 34];
/// What is there for orientation only.
pub(super) const PALE_INK: Rgb = [120, 120, 120];
pub(super) const GRID: Rgb = [226, 226, 226];
/// Okabe and Ito's bluish green and vermilion: right and wrong.
pub(super) const RIGHT: Rgb = PALETTE[2];
pub(super) const WRONG: Rgb = PALETTE[1];

/// The colour of the class or curve with this number.
pub(super) fn colour(index: usize) -> Rgb {
    PALETTE[index % PALETTE.len()]
}

/// The colour at `t` (0 to 1) of the way from `a` to `b`.
pub(super) fn blend(a: Rgb, b: Rgb, t: f64) -> Rgb {
    std::array::from_fn(|i| {
        (a[i] as f64 + (b[i] as f64 - a[i] as f64) * t.clamp(0.0, 1.0)).round() as u8
    })
}

/// White for 0 over blue to dark blue for 1.
pub(super) fn sequential(t: f64) -> Rgb {
    if t < 0.6 {
        blend(WHITE, PALETTE[0], t / 0.6)
    } else {
        blend(PALETTE[0], [0, 40, 80], (t - 0.6) / 0.4)
    }
}

/// Blue for −1, white for 0, vermilion for 1.
pub(super) fn diverging(t: f64) -> Rgb {
    blend(WHITE, PALETTE[if t < 0.0 { 0 } else { 1 }], t.abs())
}

/// Black or white, whichever has more contrast with this colour, as WCAG 2 measures it.
pub(super) fn readable_on(background: Rgb) -> Rgb {
    let contrast = |ink: Rgb| {
        let (a, b) = (light(ink) + 0.05, light(background) + 0.05);
        a.max(b) / a.min(b)
    };
    if contrast(INK) >= contrast(WHITE) {
        INK
    } else {
        WHITE
    }
}

/// How light a colour is, from 0 to 1.
fn light(colour: Rgb) -> f64 {
    let [r, g, b] = colour.map(|part| match f64::from(part) / 255.0 {
        dark if dark <= 0.04045 => dark / 12.92,
        part => ((part + 0.055) / 1.055).powf(2.4),
    });
    0.2126 * r + 0.7152 * g + 0.0722 * b
}

/// As CSS and SVG write it.
pub(super) fn hex([r, g, b]: Rgb) -> String {
    format!("#{r:02x}{g:02x}{b:02x}")
}
