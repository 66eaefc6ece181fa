//! A curve that grows for as long as it likes and never takes more than a few hundred points to
//! draw.

/// Of at most so many parts the lowest and the highest value are kept: twice as many points.
const MOST_PARTS: usize = 250;

/// The loss at every step, thinned as it comes, and its moving average.
pub(super) struct Series {
    parts: Vec<Part>,
    /// How many steps make one part; doubles when there are too many parts.
    steps_per_part: usize,
    steps: usize,
    /// Moving average, and the weight that is still missing in it (Kingma and Ba, 2015, call its
    /// removal bias correction).
    average: f64,
    missing: f64,
    decay: f64,
}

#[derive(Clone, Copy)]
struct Part {
    /// Steps at which the lowest and the highest value came; both finite, or there was none.
    low: Option<(usize, f64)>,
    high: Option<(usize, f64)>,
    steps: usize,
    /// The last step and the average after it.
    average: (usize, f64),
}

impl Part {
    /// Both parts as one.
    fn then(self, next: &Part) -> Part {
        let pick = |a: Option<(usize, f64)>,
                    b: Option<(usize, f64)>,
                    takes_b: fn(f64, f64) -> bool| match (a, b) {
            (Some(a), Some(b)) => Some(if takes_b(a.1, b.1) { b } else { a }),
            (a, b) => a.or(b),
        };
        Part {
            low: pick(self.low, next.low, |a, b| b < a),
            high: pick(self.high, next.high, |a, b| b > a),
            steps: self.steps + next.steps,
            average: next.average,
        }
    }
}

impl Series {
    /// For about `total_steps` values: the average looks back over 2 % of them, at most over 50.
    pub fn new(total_steps: usize) -> Series {
        let window = (total_steps as f64 / 20.0).clamp(1.0, 50.0);
        let decay = 1.0 - 1.0 / window;
        Series {
            parts: Vec::new(),
            steps_per_part: 1,
            steps: 0,
            average: 0.0,
            missing: 1.0,
            decay,
        }
    }

    pub fn len(&self) -> usize {
        self.steps
    }

    pub fn push(&mut self, value: f64) {
        self.steps += 1;
        let is_number = value.is_finite();
        if is_number {
            self.average = self.decay * self.average + (1.0 - self.decay) * value;
            self.missing *= self.decay;
        }
        let here = Some((self.steps, value)).filter(|_| is_number);
        let average = if is_number {
            self.average / (1.0 - self.missing)
        } else {
            f64::NAN
        };
        let part = Part {
            low: here,
            high: here,
            steps: 1,
            average: (self.steps, average),
        };
        match self
            .parts
            .last_mut()
            .filter(|last| last.steps < self.steps_per_part)
        {
            Some(last) => *last = last.then(&part),
            None => self.parts.push(part),
        }
        if self.parts.len() > MOST_PARTS {
            self.parts = self
                .parts
                .chunks(2)
                .map(|pair| pair[1..].iter().fold(pair[0], Part::then))
                .collect();
            self.steps_per_part *= 2;
        }
    }

    /// The values: of each part the lowest and the highest, in the order in which they came.
    pub fn raw(&self) -> Vec<(f64, f64)> {
        let mut points = Vec::with_capacity(2 * self.parts.len());
        for part in &self.parts {
            match (part.low, part.high) {
                (Some(low), Some(high)) if low.0 == high.0 => points.push(low),
                (Some(low), Some(high)) if low.0 < high.0 => points.extend([low, high]),
                (Some(low), Some(high)) => points.extend([high, low]),
                _ => points.push((part.average.0, f64::NAN)),
            }
        }
        points
            .into_iter()
            .map(|(step, value)| (step as f64, value))
            .collect()
    }

    /// The moving average at the end of each part.
    pub fn smooth(&self) -> Vec<(f64, f64)> {
        self.parts
            .iter()
            .map(|part| (part.average.0 as f64, part.average.1))
            .collect()
    }

    /// The moving average now.
    pub fn last(&self) -> Option<f64> {
        (self.missing < 1.0).then(|| self.average / (1.0 - self.missing))
    }
}

#[cfg(test)]
mod tests {
    use super::Series;

    #[test]
    fn a_long_series_keeps_its_peaks_in_few_points() {
        let mut series = Series::new(100_000);
        for step in 0..100_000 {
            series.push(if step == 70_000 {
                9.0
            } else {
                (step % 7) as f64 * 0.1
            });
        }
        let raw = series.raw();
        assert!(raw.len() <= 500, "{}", raw.len());
        assert!(
            raw.windows(2).all(|pair| pair[0].0 < pair[1].0),
            "steps ascend"
        );
        assert!(raw.contains(&(70_001.0, 9.0)));
        assert!(series.smooth().len() <= 250);
    }

    #[test]
    fn the_average_of_a_constant_is_that_constant_from_the_first_step() {
        let mut series = Series::new(1000);
        for _ in 0..5 {
            series.push(2.0);
            assert!((series.last().unwrap() - 2.0).abs() < 1e-12);
        }
        series.push(f64::NAN);
        assert!(series.raw().last().unwrap().1.is_nan());
        assert!(series.last().unwrap().is_finite());
    }
}
