//! Letters of our own, for pictures of pixels: no font is on every computer. They are lines of one
//! width with round ends.
//!
//! Each is written as a pen moves over a grid: capitals are 14 high, small letters 10, the baseline
//! is 0. `x y` is a line to that point, `(x y a b from to)` an arc around x y with the half axes a
//! and b from one angle to another, in degrees from the right, anticlockwise; `;` lifts the pen.

use super::contours::{Contour, Point, arc, stroke};
use std::sync::LazyLock;

const LETTERS: &str = "
a 8.4 10 8.4 0;(4.2 5 4.2 5 0 360)
b 0 14 0 0;(4.2 5 4.2 5 0 360)
c (4.2 5 4.2 5 45 315)
d 8.4 14 8.4 0;(4.2 5 4.2 5 0 360)
e 0 5.2 8.4 5.2(4.2 5 4.2 5 2 312)
f (5 11 3 3 75 180)2 0;0 9.6 5 9.6
g 8.4 10 8.4 -0.4(4.2 -0.4 4.2 3.7 0 -150);(4.2 5 4.2 5 0 360)
h 0 14 0 0;0 6(4 6 4 4 180 0)8 0
i 0 10 0 0;0 13.5 0 13.7
j 2.6 10 2.6 -1(0.2 -1 2.4 3 0 -85);2.6 13.5 2.6 13.7
k 0 14 0 0;7.2 10 0 3.6;2.8 6 8 0
l 0 14 0 0
m 0 10 0 0;0 6.7(3.2 6.7 3.2 3.3 180 0)6.4 0;6.4 6.7(9.6 6.7 3.2 3.3 180 0)12.8 0
n 0 10 0 0;0 6(4 6 4 4 180 0)8 0
o (4.4 5 4.4 5 0 360)
p 0 10 0 -4;(4.2 5 4.2 5 0 360)
q 8.4 10 8.4 -4;(4.2 5 4.2 5 0 360)
r 0 10 0 0;0 6(3.9 6 3.9 4 180 70)
s (3.6 7.4 3.2 2.6 35 270)(3.6 2.4 3.6 2.4 90 -145)
t 2 13.2 2 3(5 3 3 3 180 280);0 9.8 5.4 9.8
u 0 10 0 4(4 4 4 4 180 360)8 10;8 4 8 0
v 0 10 4.2 0 8.4 10
w 0 10 3 0 6 9.4 9 0 12 10
x 0 10 8 0;8 10 0 0
y 0 10 4.3 0;8.4 10 4.3 0 3 -3 1.8 -3.9 0.6 -4
z 0 10 7.6 10 0 0 7.8 0
A 0 0 5.2 14 10.4 0;1.9 5 8.5 5
B 0 7.4 5.2 7.4(5.2 10.7 3.6 3.3 -90 90)0 14 0 0 5.4 0(5.4 3.7 4 3.7 -90 90)
C (6 7 6 7 45 315)
D 0 0 0 14 4 14(4 7 6.4 7 90 -90)0 0
E 8.4 14 0 14 0 0 8.6 0;0 7.4 7.4 7.4
F 8.2 14 0 14 0 0;0 7.2 7 7.2
G (6 7 6 7 45 320)10.6 6.4 6.8 6.4
H 0 14 0 0;10 14 10 0;0 7.4 10 7.4
I 0 14 0 0
J 5.6 14 5.6 4(2.8 4 2.8 4 0 -150)
K 0 14 0 0;9 14 0 5;3.4 8.2 9.6 0
L 0 14 0 0 8 0
M 0 0 0 14 6 3 12 14 12 0
N 0 0 0 14 10 0 10 14
O (6.3 7 6.3 7 0 360)
P 0 0 0 14 5 14(5 10.2 4 3.8 90 -90)0 6.4
Q (6.3 7 6.3 7 0 360);7.8 3.6 12.2 -1
R 0 0 0 14 5 14(5 10.3 4 3.7 90 -90)0 6.6;4.8 6.6 9.6 0
S (4.8 10.4 4.2 3.6 30 270)(4.8 3.4 4.8 3.4 90 -150)
T 0 14 10 14;5 14 5 0
U 0 14 0 5(5 5 5 5 180 360)10 14
V 0 14 5.2 0 10.4 14
W 0 14 3.8 0 7.4 13 11 0 14.8 14
X 0 14 9.6 0;9.6 14 0 0
Y 0 14 5 7 10 14;5 7 5 0
Z 0 14 9.4 14 0 0 9.6 0
0 (4 7 4 7 0 360)
1 1.4 11 4.8 14 4.8 0
2 (4 10 4 4 165 -35)0 0 8 0
3 (3.8 10.6 3.6 3.4 150 -90)(3.8 3.6 4.2 3.6 90 -150)
4 6 0 6 14 0 4 8 4
5 7.2 14 1.4 14 0.9 7.7(3.8 4.5 4.2 4.5 130 -150)
6 (8 4.4 8 9.6 105 180);(4 4.4 4 4.4 0 360)
7 0 14 8 14 2.8 0
8 (4 10.6 3.4 3.4 0 360);(4 3.6 4 3.6 0 360)
9 (0 9.6 8 9.6 0 -75);(4 9.6 4 4.4 0 360)
. 0 0.1 0 0.3
, 0.9 0.3 0 -2.6
: 0 0.3 0 0.5;0 8.4 0 8.6
; 0.9 0.3 0 -2.6;0.9 8.4 0.9 8.6
! 0 14 0 4.4;0 0.1 0 0.3
? (3.4 10.6 3.4 3.4 170 -50)3.4 6 3.4 4.2;3.4 0.1 3.4 0.3
' 0 14 0 10
\" 0 14 0 10;3 14 3 10
( (4 5 4 10 125 235)
) (0 5 4 10 55 -55)
[ 3 15 0 15 0 -3 3 -3
] 0 15 3 15 3 -3 0 -3
{ 4 15 2.4 14 2.4 8 0 6 2.4 4 2.4 -2 4 -3
} 0 15 1.6 14 1.6 8 4 6 1.6 4 1.6 -2 0 -3
< 8 11 0 6 8 1
> 0 11 8 6 0 1
+ 0 6 9 6;4.5 10.5 4.5 1.5
- 0 5.4 5 5.4
= 0 8 9 8;0 4 9 4
_ 0 -2 9 -2
/ 0 -2 6 15
\\ 0 15 6 -2
| 0 15 0 -4
# 3 13 1.4 1;7.6 13 6 1;0.4 9 9 9;0 5 8.6 5
$ (4.8 10.4 4.2 3.6 30 270)(4.8 3.4 4.8 3.4 90 -150);4.8 16 4.8 -2
% (2.8 10.8 2.8 3.2 0 360);(10.4 3.2 2.8 3.2 0 360);10.6 14 2.6 0
& 10.6 0 2.3 9.9(4.5 11.3 2.6 2.7 212 -35)1.4 6.3(4 3.5 4 3.5 140 310)10 7
* 3.4 14 3.4 7;0.4 12.2 6.4 8.8;6.4 12.2 0.4 8.8
@ (6.8 5.4 3 3.4 0 360);9.8 9 9.8 4(11.4 4 1.6 2 180 360)(6.5 6 6.5 7.4 -10 300)
^ 0 9 3.4 14 6.8 9
` 0 14 2 11.5
~ 0 5(2.4 5 2.4 1.8 180 0)(7.2 5 2.4 1.8 180 360)
− 0 6 9 6
× 0.6 10.2 8.4 1.8;8.4 10.2 0.6 1.8
÷ 0 6 9 6;4.5 10.4 4.5 10.6;4.5 1.4 4.5 1.6
± 0 7.4 9 7.4;4.5 11.9 4.5 2.9;0 0 9 0
≈ 0 8(2.4 8 2.4 1.6 180 0)(7.2 8 2.4 1.6 180 360);0 4(2.4 4 2.4 1.6 180 0)(7.2 4 2.4 1.6 180 360)
≤ 8 12 0 7.5 8 3;0 0 8 0
≥ 0 12 8 7.5 0 3;0 0 8 0
∞ (3 5.6 3 3.2 45 315)(9.4 5.6 3 3.2 225 495)5.1 3.4
∂ (4 4 4 4 0 360);8 4(0 5 8 9 0 95)
∇ 0 13 10 13 5 0 0 13
→ 0 6 13 6;9 10 13 6 9 2
← 13 6 0 6;4 10 0 6 4 2
↑ 4 0 4 13;0 9 4 13 8 9
↓ 4 13 4 0;0 4 4 0 8 4
↵ 11 11 11 5 0 5;4 9 0 5 4 1
␣ 0 2 0 -2 9 -2 9 2
✓ 0 6 4 1 11 13
✗ 0 13 4.6 6.4 10.6 0.6;10.8 13.8 5 7 0.4 -0.4
★ 6 14 9.6 1.6 0.2 9.2 11.8 9.2 2.4 1.6 6 14
… 0 0.1 0 0.3;5 0.1 5 0.3;10 0.1 10 0.3
· 0 6 0 6.2
• (1.2 6 1.2 1.2 0 360)
– 0 5.4 9 5.4
— 0 5.4 16 5.4
° (2.2 11.8 2.2 2.2 0 360)
² (2 12 2 2 165 -35)0 7.4 4.2 7.4
³ (2 12.4 2 1.7 150 -90)(2 9 2.2 1.7 90 -150)
‘ 1 10.6 0 13.8
’ 0 10.6 1 13.8
“ 1 10.6 0 13.8;4 10.6 3 13.8
” 0 10.6 1 13.8;3 10.6 4 13.8
α 9.2 10 8 5(4 5 4 5 -35 -325)8 4.6 9.4 0
β 0 -4 0 10.5(3.6 10.5 3.6 3.5 180 -80)2 7.6 4 7.6(4 3.8 4.2 3.8 90 -90)(4 3.8 4 3.8 -90 -150)
γ 0 10 4.4 0 8.4 10;4.4 0 4.4 -4
δ (4.2 4.6 4.2 4.6 0 360);4 9.2 1.6 12(4 12 2.4 2 180 30)
ε (3.6 7.6 3 2.4 35 270)4.6 5.2;(3.8 2.6 3.8 2.6 90 325)
η 0 10 0 0;0 6(4 6 4 4 180 0)8 -4
θ (4 7 4 7 0 360);0 7 8 7
λ 0 14 1.6 13.6 2.6 12 8.4 0;4.2 8.6 0 0
μ 0 10 0 -4;0 4(4 4 4 4 180 360)8 10;8 4 8 0
π 0 10 9 10;2.2 10 2.2 0;6.8 10 6.8 0
ρ 0 -4 0 5(4.2 5 4.2 5 180 -180)
σ (4.2 5 4.2 5 0 360);4.2 10 9.2 10
τ 0 10 8 10;4 10 4 2(6 2 2 2 180 280)
φ (5 5 5 5 0 360);5 13 5 -4
ω (2.9 4 2.9 6 110 180)(2.9 4 2.9 4 180 360)5.8 7;5.8 4(8.7 4 2.9 4 180 360)(8.7 4 2.9 6 0 70)
Δ 0 0 5.4 14 10.8 0 0 0
Σ 8.6 14 0 14 5.4 7 0 0 8.8 0
Ω 0 0 3.6 0(5.4 7.6 5.4 6.4 240 -60)7.2 0 10.8 0
";

/// The grid's units in the size of a text.
const EM: f64 = 20.0;
/// Height of a small letter, in the size of a text.
pub(super) const SMALL: f64 = 10.0 / EM;
/// Between two letters.
const GAP: f64 = 3.2;
const BOLD_GAP: f64 = 3.9;
const SPACE: f64 = 5.6;
/// Numbers below each other line up.
const DIGIT: f64 = 8.0;
const PEN: f64 = 1.6;
const BOLD_PEN: f64 = 2.5;

/// What says how the letters beside it are joined or look.
fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2060}')
        || matches!(letter, '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

struct Letter {
    letter: char,
    /// From the left edge of what is drawn to the right one.
    from: f64,
    to: f64,
    strokes: Vec<Vec<Point>>,
}

static ALL: LazyLock<Vec<Letter>> = LazyLock::new(|| LETTERS.lines().filter_map(parse).collect());

fn parse(line: &str) -> Option<Letter> {
    let letter = line.chars().next()?;
    let strokes: Vec<Vec<Point>> = line[letter.len_utf8()..]
        .trim_start()
        .split(';')
        .map(points)
        .collect();
    let xs = || strokes.iter().flatten().map(|point| point.0);
    let (from, to) = (
        xs().fold(f64::INFINITY, f64::min),
        xs().fold(f64::NEG_INFINITY, f64::max),
    );
    let (from, to) = if letter.is_ascii_digit() {
        (0.0, DIGIT)
    } else {
        (from, to)
    };
    Some(Letter {
        letter,
        from,
        to,
        strokes,
    })
}

fn points(stroke: &str) -> Vec<Point> {
    let mut points = Vec::new();
    for part in stroke.split_inclusive([')', '(']) {
        let numbers: Vec<f64> = part
            .split([' ', '(', ')'])
            .filter_map(|number| number.parse().ok())
            .collect();
        match *numbers.as_slice() {
            [x, y, a, b, from, to] if part.ends_with(')') => {
                points.extend(arc((x, y), (a, b), from, to));
            }
            _ => points.extend(numbers.chunks_exact(2).map(|pair| (pair[0], pair[1]))),
        }
    }
    points
}

/// The outline of a letter whose baseline begins at 0, for a text of the size 1, and where the next
/// begins. Nothing for a letter that is not among these. As on a page, y grows downwards.
pub(super) fn outline(letter: char, bold: bool) -> Option<(Vec<Contour>, f64)> {
    if letter.is_whitespace() {
        return Some((Vec::new(), SPACE / EM));
    }
    if is_invisible(letter) {
        return Some((Vec::new(), 0.0));
    }
    let found = ALL.iter().find(|other| other.letter == letter)?;
    let (pen, gap) = if bold {
        (BOLD_PEN, BOLD_GAP)
    } else {
        (PEN, GAP)
    };
    let left = gap / 2.0 - found.from;
    let mut contours = Vec::new();
    for points in &found.strokes {
        let path: Vec<Point> = points
            .iter()
            .map(|(x, y)| ((x + left) / EM, -y / EM))
            .collect();
        contours.extend(stroke(&path, pen / EM, true));
    }
    Some((contours, (found.to - found.from + gap) / EM))
}

#[cfg(test)]
mod tests {
    use super::{ALL, outline};
    use crate::plot::text::columns;

    #[test]
    fn every_letter_of_ascii_is_there_once_and_has_ink() {
        for letter in ('!'..='~').chain("×→✓✗…−␣↵λη".chars()) {
            assert_eq!(
                ALL.iter().filter(|other| other.letter == letter).count(),
                1,
                "{letter}"
            );
            assert!(!outline(letter, false).unwrap().0.is_empty(), "{letter}");
        }
        assert_eq!(outline('\u{200b}', false), Some((Vec::new(), 0.0)));
        assert!(outline('学', false).is_none() && outline(' ', false).unwrap().0.is_empty());
    }

    /// What is measured before the letters are known has room for them.
    #[test]
    fn a_text_is_about_as_wide_as_it_is_thought() {
        for text in [
            "validation loss",
            "Sequential 784-16-10",
            "0.001 0.002",
            "accuracy 91.2 % (test)",
            "max_pool2d",
        ] {
            let width: f64 = text
                .chars()
                .map(|letter| outline(letter, false).unwrap().1)
                .sum();
            let thought = 0.55 * columns(text) as f64;
            assert!(
                (0.75..1.05).contains(&(width / thought)),
                "{text}: {width} for {thought}"
            );
        }
    }
}
