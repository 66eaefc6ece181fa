//! Values that are picked by index, and gradients that go back to where they came from.

use super::flush::Flush;
use super::vectorised;
use crate::Float;

vectorised! {
    fn look[](values: &[Float], last: Float, are_right: &mut bool) {
        let mut wrong = 0;
        for value in values {
            wrong |= u32::from(!((*value >= 0.0) & (*value <= last) & (value.trunc() == *value)));
        }
        *are_right = wrong == 0;
    }
}

/// The last index of `count`, or the one before it that a [`Float`] can be; −1 if there is none.
pub(crate) fn last_index(count: usize) -> Float {
    match count.checked_sub(1) {
        Some(last) if last as Float as usize > last => (last as Float).next_down(),
        Some(last) => last as Float,
        None => -1.0,
    }
}

/// Whether each value is a whole number from 0 to `count` − 1.
pub(crate) fn are_indices(values: &[Float], count: usize) -> bool {
    let mut are_right = true;
    look(values, last_index(count), &mut are_right);
    are_right && count <= i32::MAX as usize
}

/// The entries of each block `[size, inner]` of values that are named, in that order.
pub(crate) fn select(x: &[Float], entries: &[usize], [size, inner]: [usize; 2]) -> Vec<Float> {
    assert!(
        entries.iter().all(|entry| *entry < size),
        "the caller looked"
    );
    let blocks = x.chunks_exact((size * inner).max(1));
    let mut out = Vec::with_capacity(blocks.len() * entries.len() * inner);
    for block in blocks {
        // SAFETY: each is below `size`, which is how many a block has.
        let at = |entry: &usize| unsafe { *block.get_unchecked(*entry) };
        match inner {
            1 => out.extend(entries.iter().map(at)),
            _ => entries
                .iter()
                .for_each(|entry| out.extend_from_slice(&block[entry * inner..][..inner])),
        }
    }
    out
}

/// The values at the indices `[…, count, inner]` in values `[…, size, inner]`; None if one is no
/// index.
pub(crate) fn gather(
    x: &[Float],
    chosen: &[Float],
    [size, count, inner]: [usize; 3],
) -> Option<Vec<Float>> {
    if !are_indices(chosen, size) {
        return None;
    }
    let (mut out, each) = (Vec::with_capacity(chosen.len()), (count * inner).max(1));
    for (chosen, x) in chosen
        .chunks(each)
        .zip(x.chunks_exact((size * inner).max(1)))
    {
        // SAFETY: each is a whole number below `size`, and `x` has as many rows of `inner` values.
        let at = |chosen: &Float, i: usize| unsafe {
            *x.get_unchecked(chosen.to_int_unchecked::<isize>() as usize * inner + i)
        };
        let is_narrow = (2..16).contains(&inner) || x.len() > u32::MAX as usize;
        let (row, step) = if inner == 1 { (each, 0) } else { (inner, 1) };
        for row in chosen.chunks(row) {
            if is_narrow {
                out.extend(
                    row.iter()
                        .enumerate()
                        .map(|(i, chosen)| at(chosen, i * step)),
                );
                continue;
            }
            for (part, chosen) in row.chunks(AT_ONCE).enumerate() {
                let (mut places, first) = ([0; AT_ONCE], part * AT_ONCE * step);
                let places = &mut places[..chosen.len()];
                places_of(chosen, inner as u32, [first as u32, step as u32], places);
                // SAFETY: as above.
                let at = |place: &u32| unsafe { *x.get_unchecked(*place as usize) };
                out.extend(places.iter().map(at));
            }
        }
    }
    Some(out)
}

/// So many places are computed at once, before the values are fetched.
const AT_ONCE: usize = 64;

vectorised! { [256]
    /// Where the chosen rows of `inner` values are, in columns from `first` on, or in one.
    fn places_of[](chosen: &[Float], inner: u32, columns: [u32; 2], places: &mut [u32]) {
        let [first, step] = columns;
        for (i, (place, chosen)) in places.iter_mut().zip(chosen).enumerate() {
            // SAFETY: the caller has looked: a whole number from 0 to the largest `i32`.
            let row = unsafe { chosen.to_int_unchecked::<i32>() } as u32;
            *place = row.wrapping_mul(inner).wrapping_add(first + i as u32 * step);
        }
    }
}

/// The way back: adds each value of `g` where [`gather`] took it from.
pub(crate) fn scatter(
    sums: &mut [Float],
    g: &[Float],
    chosen: &[Float],
    [size, count, inner]: [usize; 3],
) {
    let mut sums = Sums::new(sums, 1, chosen.len());
    let each = (count * inner).max(1);
    for (block, (g, chosen)) in g.chunks(each).zip(chosen.chunks(each)).enumerate() {
        for (g, chosen) in g.chunks(inner).zip(chosen.chunks(inner)) {
            let places = chosen
                .iter()
                .enumerate()
                .map(|(i, chosen)| (block * size + *chosen as usize) * inner + i);
            g.chunks(1)
                .zip(places)
                .for_each(|(g, place)| sums.add(place, g));
        }
    }
    sums.finish();
}

/// Gradients that are added where values came from; of an entry that was picked often, there are
/// many. They are added in `f64` unless that would take longer than the rest: where a few are
/// picked out of a large table.
pub(crate) struct Sums<'a> {
    sums: &'a mut [Float],
    exact: Vec<f64>,
    _flushed: Flush,
}

impl Sums<'_> {
    /// For `picked` times `width` values.
    pub fn new(sums: &mut [Float], width: usize, picked: usize) -> Sums<'_> {
        let exact = if picked * width >= sums.len() || picked > 65_536 {
            vec![0.0; sums.len()]
        } else {
            Vec::new()
        };
        Sums {
            sums,
            exact,
            _flushed: Flush::new(),
        }
    }

    #[inline(always)]
    pub fn add(&mut self, place: usize, g: &[Float]) {
        if self.exact.is_empty() {
            self.sums[place..][..g.len()]
                .iter_mut()
                .zip(g)
                .for_each(|(sum, g)| *sum += g);
        } else {
            self.exact[place..][..g.len()]
                .iter_mut()
                .zip(g)
                .for_each(|(sum, g)| *sum += *g as f64);
        }
    }

    pub fn finish(self) {
        self.sums
            .iter_mut()
            .zip(&self.exact)
            .for_each(|(sum, exact)| *sum += *exact as Float);
    }
}
