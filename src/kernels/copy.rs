//! Values that move: rows of a larger array, axes in another order. A line of the cache is read
//! once and written once.

use super::flush::Flush;
use super::loops::{Shared, ranges};
use crate::Float;
use ndarray::ArrayViewD;

/// Values that one thread moves at a time.
const BLOCK: usize = 32_768;
/// Values in a line of the cache.
const LINE: usize = 16;

/// Runs of `len` values: where the first begins and how far apart they lie, where they come from
/// and where they go to.
#[derive(Clone, Copy)]
pub(crate) struct Runs {
    pub count: usize,
    pub len: usize,
    pub from: [usize; 2],
    pub to: [usize; 2],
}

impl Runs {
    /// The way back.
    pub fn back(self) -> Runs {
        Runs {
            from: self.to,
            to: self.from,
            ..self
        }
    }

    /// `change(to, from)` for each run.
    #[inline(always)]
    fn each(self, to: &mut [Float], from: &[Float], change: impl Fn(&mut [Float], &[Float])) {
        if self.len > 0 {
            let place =
                |[first, step]: [usize; 2], i: usize| first + i * step..first + i * step + self.len;
            (0..self.count)
                .for_each(|i| change(&mut to[place(self.to, i)], &from[place(self.from, i)]));
        }
    }

    /// Copies the runs.
    pub fn copy(self, to: &mut [Float], from: &[Float]) {
        match self.len {
            1 => self.each(to, from, |to, from| to[0] = from[0]),
            // So few are faster one by one than with a call.
            2..8 => self.each(to, from, |to, from| {
                to.iter_mut().zip(from).for_each(|(to, from)| *to = *from)
            }),
            _ => self.each(to, from, <[Float]>::copy_from_slice),
        }
    }

    /// Adds the runs to what is there.
    pub fn add(self, to: &mut [Float], from: &[Float]) {
        let _flushed = Flush::new();
        self.each(to, from, |to, from| {
            to.iter_mut().zip(from).for_each(|(to, from)| *to += from)
        });
    }
}

/// The axes of a view: how long they are, and how far apart their entries lie. Those of size 1 are
/// left out, and those that lie one in the other are one.
fn axes(view: &ArrayViewD<Float>) -> Vec<(usize, isize)> {
    let mut axes: Vec<(usize, isize)> = Vec::new();
    for (&size, &step) in view
        .shape()
        .iter()
        .zip(view.strides())
        .filter(|(size, _)| **size != 1)
    {
        match axes.last_mut() {
            Some((outer, outer_step)) if *outer_step == step * size as isize => {
                *outer *= size;
                *outer_step = step;
            }
            _ => axes.push((size, step)),
        }
    }
    axes
}

/// The values of a view in row-major order.
pub(crate) fn row_major(view: ArrayViewD<Float>) -> Vec<Float> {
    let mut axes = axes(&view);
    let Some((width, step)) = axes.pop().filter(|_| !view.is_empty()) else {
        return view.iter().copied().collect();
    };
    let mut out = Vec::with_capacity(view.len());
    // The axis along which the values lie side by side, if that is not the last.
    let side = axes
        .iter()
        .rposition(|(_, step)| *step == 1)
        .filter(|_| step != 1);
    let (down, down_step) = side.map_or((1, 1), |side| axes[side]);
    let to_step = side.map_or(width, |side| {
        axes[side + 1..]
            .iter()
            .map(|(size, _)| size)
            .product::<usize>()
            * width
    });
    let outer: Vec<(usize, isize, usize)> = (0..axes.len())
        .filter(|i| Some(*i) != side)
        .map(|i| {
            (
                axes[i].0,
                axes[i].1,
                axes[i + 1..]
                    .iter()
                    .map(|(size, _)| size)
                    .product::<usize>()
                    * width,
            )
        })
        .collect();
    // What a thread gets: some of the outer places, or, if there is but one, some of the entries
    // side by side.
    let count: usize = outer.iter().map(|(size, ..)| size).product();
    let bands = if count == 1 {
        down.div_ceil(LINE * (BLOCK / (LINE * width)).max(1))
    } else {
        1
    };
    let band = down.div_ceil(bands).next_multiple_of(LINE);
    let (from, to) = (Start(view.as_ptr()), Shared(out.as_mut_ptr()));
    let each = (BLOCK / (width * down)).max(1);
    ranges(count * bands, if bands > 1 { 1 } else { each }, |range| {
        for task in range {
            let (place, first) = (task / bands, task % bands * band);
            let (mut rest, mut source, mut target) =
                (place, (first as isize) * down_step, first * to_step);
            for (size, step, to_step) in outer.iter().rev() {
                source += (rest % size) as isize * step;
                target += rest % size * to_step;
                rest /= size;
            }
            let down = band.min(down.saturating_sub(first));
            // SAFETY: the offsets are those of places in the view and in `out`, and each task
            // writes its own.
            unsafe { matrix(from.at(source), step, to.at(target), to_step, [down, width]) };
        }
    });
    // SAFETY: there is place for so many values, and each was written.
    unsafe { out.set_len(view.len()) };
    out
}

/// The first value of a view, which threads may share.
struct Start(*const Float);

// SAFETY: it is only read from, while the view is borrowed.
unsafe impl Sync for Start {}

impl Start {
    /// # Safety
    /// The view has a value there.
    unsafe fn at(&self, offset: isize) -> *const Float {
        // SAFETY: as above.
        unsafe { self.0.offset(offset) }
    }
}

/// to[i · to_step + j] = from[i + j · step] for i < down, j < width.
///
/// # Safety
/// There are such places, and no other thread writes to them.
unsafe fn matrix(
    from: *const Float,
    step: isize,
    to: *mut Float,
    to_step: usize,
    [down, width]: [usize; 2],
) {
    // SAFETY: as above.
    unsafe {
        if down == 1 {
            match step {
                1 if width >= LINE => from.copy_to_nonoverlapping(to, width),
                _ => (0..width).for_each(|j| *to.add(j) = *from.offset(j as isize * step)),
            }
            return;
        }
        for top in (0..down).step_by(LINE) {
            let rows = LINE.min(down - top);
            for left in (0..width).step_by(LINE) {
                let columns = LINE.min(width - left);
                let (from, to) = (
                    from.offset(top as isize + left as isize * step),
                    to.add(top * to_step + left),
                );
                if (rows, columns) == (LINE, LINE) {
                    square(from, step, to, to_step);
                } else {
                    for i in 0..rows {
                        (0..columns).for_each(|j| {
                            *to.add(i * to_step + j) = *from.offset(i as isize + j as isize * step)
                        });
                    }
                }
            }
        }
    }
}

/// As [`matrix`], for a square of one line by one line.
///
/// # Safety
/// As for [`matrix`].
#[inline(always)]
unsafe fn square(from: *const Float, step: isize, to: *mut Float, to_step: usize) {
    #[cfg(all(target_arch = "x86_64", not(feature = "f64")))]
    if super::simd::has_avx2() {
        for (top, left) in [(0, 0), (0, 8), (8, 0), (8, 8)] {
            let (from, to) = (
                from.wrapping_offset(top as isize + left as isize * step),
                to.wrapping_add(top * to_step + left),
            );
            // SAFETY: the processor has the instructions, and these are quarters of the square.
            unsafe { eight(from, step, to, to_step) };
        }
        return;
    }
    let mut lines = [[0.0; LINE]; LINE];
    // SAFETY: as for the caller.
    unsafe {
        for (j, line) in lines.iter_mut().enumerate() {
            from.offset(j as isize * step)
                .copy_to_nonoverlapping(line.as_mut_ptr(), LINE);
        }
        (0..LINE).for_each(|i| {
            let turned: [Float; LINE] = std::array::from_fn(|j| lines[j][i]);
            turned
                .as_ptr()
                .copy_to_nonoverlapping(to.add(i * to_step), LINE);
        });
    }
}

/// As [`matrix`], for a square of eight by eight: in pairs, in fours, in halves.
///
/// # Safety
/// As for [`matrix`].
#[cfg(all(target_arch = "x86_64", not(feature = "f64")))]
#[inline]
#[target_feature(enable = "avx2")]
unsafe fn eight(from: *const f32, step: isize, to: *mut f32, to_step: usize) {
    use std::arch::x86_64::*;
    // SAFETY: as for the caller.
    unsafe {
        let mut rows = [_mm256_setzero_ps(); 8];
        let (mut pairs, mut fours) = (rows, rows);
        for (j, row) in rows.iter_mut().enumerate() {
            *row = _mm256_loadu_ps(from.offset(j as isize * step));
        }
        for j in [0, 2, 4, 6] {
            pairs[j] = _mm256_unpacklo_ps(rows[j], rows[j + 1]);
            pairs[j + 1] = _mm256_unpackhi_ps(rows[j], rows[j + 1]);
        }
        for j in [0, 4] {
            fours[j] = _mm256_shuffle_ps::<0x44>(pairs[j], pairs[j + 2]);
            fours[j + 1] = _mm256_shuffle_ps::<0xee>(pairs[j], pairs[j + 2]);
            fours[j + 2] = _mm256_shuffle_ps::<0x44>(pairs[j + 1], pairs[j + 3]);
            fours[j + 3] = _mm256_shuffle_ps::<0xee>(pairs[j + 1], pairs[j + 3]);
        }
        for j in 0..4 {
            _mm256_storeu_ps(
                to.add(j * to_step),
                _mm256_permute2f128_ps::<0x20>(fours[j], fours[j + 4]),
            );
            _mm256_storeu_ps(
                to.add((j + 4) * to_step),
                _mm256_permute2f128_ps::<0x31>(fours[j], fours[j + 4]),
            );
        }
    }
}
