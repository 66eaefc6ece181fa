use crate::Float;
use std::f64::consts::PI;
use std::fmt;
use std::sync::Arc;

/// How the learning rate changes with the steps, counted from 0.
///
/// ```
/// # use chainrule::prelude::*;
/// let schedule = Schedule::cosine(0.1, 1000).warm_up(10);
/// let mut optimizer = Sgd::new(schedule.at(0));
/// for step in 0..3 {
///     optimizer.set_learning_rate(schedule.at(step));
/// }
/// assert!((optimizer.learning_rate() - 0.03).abs() < 1e-6);
/// ```
///
/// In `fit`: `model.fit(&data).callback(Schedule::cosine(0.1, 1000)).run()`.
#[derive(Clone)]
pub struct Schedule {
    rate: f64,
    shape: Shape,
    warm_up: usize,
}

#[derive(Clone)]
enum Shape {
    Constant,
    Step { every: usize, factor: f64 },
    Exponential { factor: f64 },
    Linear { steps: usize },
    Cosine { steps: usize },
    OneCycle { steps: usize },
    Custom(Arc<dyn Fn(usize) -> f64 + Send + Sync>),
}

/// By its first learning rates: a rule of one's own cannot be shown.
impl fmt::Debug for Schedule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Schedule: {}, {}, {}, …",
            self.at(0),
            self.at(1),
            self.at(2)
        )
    }
}

impl Schedule {
    fn new(rate: f64, shape: Shape) -> Schedule {
        Schedule {
            rate,
            shape,
            warm_up: 0,
        }
    }

    /// Always the same.
    pub fn constant(rate: f64) -> Schedule {
        Schedule::new(rate, Shape::Constant)
    }

    /// `factor` times as large after every `every` steps.
    pub fn step(rate: f64, every: usize, factor: f64) -> Schedule {
        Schedule::new(
            rate,
            Shape::Step {
                every: every.max(1),
                factor,
            },
        )
    }

    /// `factor` times as large after each step.
    pub fn exponential(rate: f64, factor: f64) -> Schedule {
        Schedule::new(rate, Shape::Exponential { factor })
    }

    /// Down to 0 along a line, in `steps` steps.
    pub fn linear(rate: f64, steps: usize) -> Schedule {
        Schedule::new(
            rate,
            Shape::Linear {
                steps: steps.max(1),
            },
        )
    }

    /// Down to 0 along half of a cosine, in `steps` steps (Loshchilov & Hutter 2017): slow at first
    /// and at the end.
    pub fn cosine(rate: f64, steps: usize) -> Schedule {
        Schedule::new(
            rate,
            Shape::Cosine {
                steps: steps.max(1),
            },
        )
    }

    /// Up to `highest` in three tenths of the `steps`, beginning at a 25th of it, and down to
    /// nearly nothing; both along half of a cosine (Smith & Topin 2018, with the numbers of
    /// PyTorch).
    pub fn one_cycle(highest: f64, steps: usize) -> Schedule {
        Schedule::new(
            highest,
            Shape::OneCycle {
                steps: steps.max(1),
            },
        )
    }

    /// The learning rate of each step by a rule of one's own.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let schedule = Schedule::custom(|step| if step < 100 { 0.1 } else { 0.01 });
    /// assert_eq!((schedule.at(0), schedule.at(100)), (0.1, 0.01));
    /// ```
    #[doc(alias = "LambdaLR")]
    #[doc(alias = "LearningRateScheduler")]
    pub fn custom(rule: impl Fn(usize) -> f64 + Send + Sync + 'static) -> Schedule {
        Schedule::new(rule(0), Shape::Custom(Arc::new(rule)))
    }

    /// Before all else rises to the rate along a line, in `steps` steps.
    pub fn warm_up(mut self, steps: usize) -> Schedule {
        self.warm_up = steps;
        self
    }

    /// The learning rate of a step.
    pub fn at(&self, step: usize) -> Float {
        if step < self.warm_up {
            return (self.rate * (step + 1) as f64 / self.warm_up as f64) as Float;
        }
        let step = step - self.warm_up;
        let share = |of: usize| (step as f64 / of as f64).min(1.0);
        let between =
            |from: f64, to: f64, share: f64| to + (from - to) * 0.5 * (1.0 + (PI * share).cos());
        let rate = match self.shape {
            Shape::Constant => self.rate,
            Shape::Custom(ref rule) => rule(step),
            Shape::Step { every, factor } => self.rate * factor.powi((step / every) as i32),
            Shape::Exponential { factor } => self.rate * factor.powi(step as i32),
            Shape::Linear { steps } => self.rate * (1.0 - share(steps)),
            Shape::Cosine { steps } => between(self.rate, 0.0, share(steps)),
            Shape::OneCycle { steps } => {
                let (top, last) = (0.3 * steps as f64 - 1.0, steps as f64 - 1.0);
                let (lowest, step) = (self.rate / 25.0, (step as f64).min(last));
                if step <= top {
                    between(lowest, self.rate, step / top)
                } else {
                    between(self.rate, lowest / 1e4, (step - top) / (last - top))
                }
            }
        };
        rate as Float
    }
}
