//! Values that are picked by index, and gradients that go back to where they came from.

use super::vectorised;
use crate::Float;

vectorised! {
    fn read_whole[](values: &[Float], count: Float, out: &mut [usize], are_right: &mut bool) {
        let mut right = true;
        for (value, out) in values.iter().zip(out) {
            let whole = *value as i32;
            right &= (*value >= 0.0) & (*value < count) & (whole as Float == *value);
            *out = whole as usize;
        }
        *are_right &= right;
    }
}

/// The values as indices, if each is a whole number from 0 to `count` − 1.
pub(crate) fn indices(values: &[Float], count: usize) -> Option<Vec<usize>> {
    let (mut indices, mut are_right) = (vec![0; values.len()], true);
    read_whole(values, count as Float, &mut indices, &mut are_right);
    are_right.then_some(indices)
}

/// The chosen values, for indices `[…, count, inner]` into values `[…, size, inner]`.
pub(crate) fn gather(x: &[Float], chosen: &[usize], [size, count, inner]: [usize; 3]) -> Vec<Float> {
    let (mut out, each) = (vec![0.0; chosen.len()], (count * inner).max(1));
    let blocks = out.chunks_mut(each).zip(chosen.chunks(each)).zip(x.chunks((size * inner).max(1)));
    for ((out, chosen), x) in blocks {
        if inner == 1 {
            out.iter_mut().zip(chosen).for_each(|(out, chosen)| *out = x[*chosen]);
            continue;
        }
        for (out, chosen) in out.chunks_mut(inner).zip(chosen.chunks(inner)) {
            let places = chosen.iter().enumerate().map(|(i, chosen)| chosen * inner + i);
            out.iter_mut().zip(places).for_each(|(out, place)| *out = x[place]);
        }
    }
    out
}

/// The way back: adds each value of `g` where [`gather`] took it from.
pub(crate) fn scatter(sums: &mut [Float], g: &[Float], chosen: &[usize], [size, count, inner]: [usize; 3]) {
    let mut sums = Sums::new(sums, 1, chosen.len());
    let each = (count * inner).max(1);
    for (block, (g, chosen)) in g.chunks(each).zip(chosen.chunks(each)).enumerate() {
        for (g, chosen) in g.chunks(inner).zip(chosen.chunks(inner)) {
            let places = chosen.iter().enumerate().map(|(i, chosen)| (block * size + chosen) * inner + i);
            g.chunks(1).zip(places).for_each(|(g, place)| sums.add(place, g));
        }
    }
    sums.finish();
}

/// Gradients that are added where values came from; of an entry that was picked often, there are many. They are added in
/// `f64` unless that would take longer than the rest: where a few are picked out of a large table.
pub(crate) struct Sums<'a> {
    sums: &'a mut [Float],
    exact: Vec<f64>,
}

impl Sums<'_> {
    /// For `picked` times `width` values.
    pub fn new(sums: &mut [Float], width: usize, picked: usize) -> Sums<'_> {
        let exact = if picked * width >= sums.len() || picked > 65_536 { vec![0.0; sums.len()] } else { Vec::new() };
        Sums { sums, exact }
    }

    #[inline(always)]
    pub fn add(&mut self, place: usize, g: &[Float]) {
        if self.exact.is_empty() {
            self.sums[place..][..g.len()].iter_mut().zip(g).for_each(|(sum, g)| *sum += g);
        } else {
            self.exact[place..][..g.len()].iter_mut().zip(g).for_each(|(sum, g)| *sum += *g as f64);
        }
    }

    pub fn finish(self) {
        self.sums.iter_mut().zip(&self.exact).for_each(|(sum, exact)| *sum += *exact as Float);
    }
}
