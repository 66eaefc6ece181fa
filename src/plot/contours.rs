//! Lines around areas: their shapes, without anything that draws.

use super::units::SCALE;

/// In pixels of the page, or in the size of a text. y grows downwards.
pub(super) type Point = (f64, f64);

/// A line around an area; its last point is joined with the first.
pub(super) type Contour = Vec<Point>;

pub(super) fn rectangle((left, top): Point, (right, bottom): Point) -> Contour {
    vec![(left, top), (right, top), (right, bottom), (left, bottom)]
}

/// In the same direction as the parts of a [`stroke`].
pub(super) fn circle((x, y): Point, radius: f64) -> Contour {
    let corners = (radius * 16.0).clamp(12.0, 64.0) as usize;
    let angle = |corner: usize| -std::f64::consts::TAU * corner as f64 / corners as f64;
    (0..corners)
        .map(|corner| {
            (
                x + radius * angle(corner).cos(),
                y + radius * angle(corner).sin(),
            )
        })
        .collect()
}

/// Part of an ellipse from one angle to another, in degrees from the right.
pub(super) fn arc((x, y): Point, (a, b): Point, from: f64, to: f64) -> Contour {
    let steps = ((to - from).abs() / 12.0).ceil().max(1.0);
    let angle = |step: usize| (from + (to - from) * step as f64 / steps).to_radians();
    (0..=steps as usize)
        .map(|step| (x + a * angle(step).cos(), y + b * angle(step).sin()))
        .collect()
}

/// A point of the Bézier curve with these control points, by de Casteljau's construction.
pub(super) fn bezier(points: &[Point], t: f64) -> Point {
    let mut points = points.to_vec();
    while points.len() > 1 {
        let between = |pair: &[Point]| {
            (
                pair[0].0 + (pair[1].0 - pair[0].0) * t,
                pair[0].1 + (pair[1].1 - pair[0].1) * t,
            )
        };
        points = points.windows(2).map(between).collect();
    }
    points[0]
}

/// The area of a line: a rectangle for each part, and a circle where two of them meet, at the ends
/// too if they are `round`.
pub(super) fn stroke(path: &[Point], width: f64, round: bool) -> Vec<Contour> {
    let mut contours = Vec::with_capacity(2 * path.len());
    for pair in path.windows(2) {
        let ((x, y), (to_x, to_y)) = (pair[0], pair[1]);
        let length = (to_x - x).hypot(to_y - y);
        if length > 0.0 {
            let (dx, dy) = (
                (to_y - y) / length * width / -2.0,
                (to_x - x) / length * width / 2.0,
            );
            contours.push(vec![
                (x + dx, y + dy),
                (to_x + dx, to_y + dy),
                (to_x - dx, to_y - dy),
                (x - dx, y - dy),
            ]);
        }
    }
    let joints = if round {
        path
    } else {
        path.get(1..path.len().saturating_sub(1))
            .unwrap_or_default()
    };
    contours.extend(joints.iter().map(|joint| circle(*joint, width / 2.0)));
    contours
}

/// The parts of a line that are drawn, if after each length of the pattern the pen is lifted or put
/// down.
pub(super) fn dashed(path: Vec<Point>, pattern: &[u32]) -> Vec<Vec<Point>> {
    if pattern.is_empty() {
        return vec![path];
    }
    let length_of = |index: usize| f64::from(pattern[index % pattern.len()]) / SCALE;
    let (mut index, mut left, mut lines) = (0, length_of(0), Vec::new());
    let mut line: Vec<Point> = path.first().copied().into_iter().collect();
    for pair in path.windows(2) {
        let (mut from, to) = (pair[0], pair[1]);
        loop {
            let length = (to.0 - from.0).hypot(to.1 - from.1);
            if length <= left {
                left -= length;
                line.push(to);
                break;
            }
            let share = left / length;
            from = (
                from.0 + (to.0 - from.0) * share,
                from.1 + (to.1 - from.1) * share,
            );
            line.push(from);
            if index % 2 == 0 {
                lines.push(std::mem::take(&mut line));
            }
            (index, line) = (index + 1, vec![from]);
            left = length_of(index);
        }
    }
    if index % 2 == 0 {
        lines.push(line);
    }
    lines
}
