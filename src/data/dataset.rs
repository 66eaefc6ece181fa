//! Inputs with their targets, and ways to divide them.

use crate::Float;
use crate::display::{Bundle, Show, columns};
use crate::operands::class_indices;
use crate::tensor::{Tensor, fail::fail, random};
use std::fmt;

/// Examples: row `i` of `x` is an input, row `i` of `y` what the network should answer.
///
/// ```
/// # use chainrule::prelude::*;
/// let (train, test) = data::two_moons(200, 0.1).split(0.8);
/// assert_eq!((train.len(), test.len()), (160, 40));
/// for batch in train.batches(32) {
///     assert!(batch.x.shape()[1] == 2 && batch.len() <= 32);
/// }
/// ```
#[derive(Clone)]
pub struct Dataset {
    /// The inputs; axis 0 counts the examples.
    pub x: Tensor,
    /// The targets: the number of the class, `[n]`, or values, `[n, outputs]`.
    pub y: Tensor,
    /// What the classes are called; empty if the targets are values.
    pub classes: Vec<String>,
    /// What the columns of `x` are called, if they come from a table: `height`, or `colour=red` for
    /// a word; else empty.
    pub columns: Vec<String>,
}

/// `n` labels, each of `classes` as often as the others, in random order.
pub(super) fn equally_often(n: usize, classes: usize) -> Vec<usize> {
    random::permutation(n)
        .into_iter()
        .map(|i| i % classes)
        .collect()
}

/// How many classes there are, if these numbers are those of classes: whole, from 0, and without
/// large gaps.
pub(super) fn count_of_classes(labels: &[Float]) -> Option<usize> {
    let is_class = |label: &Float| *label >= 0.0 && *label < 1000.0 && label.fract() == 0.0;
    if !labels.iter().all(is_class) {
        return None;
    }
    let highest = labels
        .iter()
        .fold(0.0, |highest: Float, label| highest.max(*label)) as usize;
    let mut occurs = vec![false; highest + 1];
    labels
        .iter()
        .for_each(|label| occurs[*label as usize] = true);
    // Numbers of which most are left out are prices or years: a quantity, not the number of a
    // class.
    let have_few_gaps =
        highest < 10 || 2 * occurs.iter().filter(|occurs| **occurs).count() > highest;
    have_few_gaps.then_some(highest + 1)
}

impl Dataset {
    /// Examples from inputs and targets. Targets of shape `[n]` that are whole numbers from 0 count
    /// as classes, which are then called "0", "1", …; use [`class_names`](Dataset::class_names) to
    /// call them something better. Numbers from 10 on of which more than half do not occur, such as
    /// 100, 200, 15, stay numbers.
    ///
    /// Panics if there is no example, or if `x` and `y` differ in how many there are.
    #[track_caller]
    pub fn new(x: &Tensor, y: &Tensor) -> Dataset {
        let (inputs, targets) = (x.shape().first().copied(), y.shape().first().copied());
        if inputs.is_none() || inputs != targets {
            let rule = format!(
                "Dataset: x and y count different examples: {:?} and {:?}",
                x.shape(),
                y.shape()
            );
            let hint = match (x.rank(), y.len()) {
                (1, 1) => {
                    "axis 0 of both is the example; a single one needs an axis for that, too: \
                    x.unsqueeze(0)"
                }
                _ => "axis 0 of both is the example: one row of y for each row of x",
            };
            fail(&rule, &[], hint);
        }
        if inputs == Some(0) {
            let rule = format!("Dataset: there is no example: x is {:?}", x.shape());
            fail(&rule, &[], "check what was read or selected before");
        }
        let count = if y.rank() == 1 {
            count_of_classes(&y.to_vec())
        } else {
            None
        };
        let classes = (0..count.unwrap_or(0))
            .map(|class| class.to_string())
            .collect();
        Dataset {
            x: x.detach(),
            y: y.detach(),
            classes,
            columns: Vec::new(),
        }
    }

    /// Names the classes, in the order of their numbers; `data.classes`, without parentheses, are
    /// the names.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let (x, y) = (tensor([[1.0], [2.0]]), tensor([0, 1]));
    /// let fruit = Dataset::new(&x, &y).classes(&["apple", "pear"]);
    /// assert_eq!(fruit.classes, ["apple", "pear"]);
    /// ```
    ///
    /// Panics if a label has no name.
    #[track_caller]
    pub fn classes(mut self, names: &[&str]) -> Dataset {
        let are_labels = self.y.rank() == 1;
        let count = are_labels.then(|| count_of_classes(&self.y.to_vec()));
        if let Some(count) = count.flatten().filter(|count| *count > names.len()) {
            let rule = format!("classes: {} names for {count} classes", names.len());
            let hint = format!(
                "the labels are 0 to {}: a name for each, in this order",
                count - 1
            );
            fail(&rule, &[], &hint);
        }
        self.classes = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// The same as [`classes`](Dataset::classes).
    #[track_caller]
    pub fn class_names(self, names: &[&str]) -> Dataset {
        self.classes(names)
    }

    /// For each class a weight with which all classes count the same, however rare: n / (classes ·
    /// examples of the class), for [`class_weight`](crate::model::Fit::class_weight). A class
    /// without examples gets 0.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let data = Dataset::new(&Tensor::zeros(&[4, 1]), &tensor([0, 0, 0, 1]));
    /// assert_eq!(data.class_weights(), [4.0 / 6.0, 4.0 / 2.0]);
    /// ```
    ///
    /// Panics if the targets are no classes.
    #[track_caller]
    pub fn class_weights(&self) -> Vec<Float> {
        let classes = self.classes.len();
        let labels = class_indices("class_weights", &self.y, classes);
        let count = |class: usize| labels.iter().filter(|label| **label == class).count() as Float;
        let weight = |count: Float| {
            if count == 0.0 {
                0.0
            } else {
                labels.len() as Float / (classes as Float * count)
            }
        };
        (0..classes).map(|class| weight(count(class))).collect()
    }

    /// Examples of classes: a row of `x` for each label.
    pub(super) fn of_classes(x: Vec<Float>, labels: &[usize], classes: &[&str]) -> Dataset {
        let n = labels.len();
        let y = labels.iter().map(|label| *label as Float).collect();
        let (columns, y) = (x.len() / n, Tensor::from_vec(y, &[n]));
        Dataset {
            x: Tensor::from_vec(x, &[n, columns]),
            y,
            classes: Vec::new(),
            columns: Vec::new(),
        }
        .class_names(classes)
    }

    /// The number of examples.
    pub fn len(&self) -> usize {
        self.x.shape().first().copied().unwrap_or(0)
    }

    /// Whether there is no example.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The examples with these numbers, in this order.
    ///
    /// Panics if a number is not below [`len`](Dataset::len).
    #[track_caller]
    pub fn select(&self, rows: &[usize]) -> Dataset {
        if let Some(row) = rows.iter().find(|row| **row >= self.len()) {
            let rule = format!(
                "select: there is no example {row}: the data has {} of them",
                self.len()
            );
            fail(&rule, &[], "examples are counted from 0");
        }
        Dataset {
            x: self.x.detach().select_rows(rows),
            y: self.y.detach().select_rows(rows),
            ..self.clone()
        }
    }

    /// The first `count` examples, or all of them if there are fewer.
    pub fn take(&self, count: usize) -> Dataset {
        self.select(&(0..count.min(self.len())).collect::<Vec<_>>())
    }

    /// The same examples in random order.
    pub fn shuffled(&self) -> Dataset {
        self.select(&random::permutation(self.len()))
    }

    /// Two sets without a common example, drawn at random: `share` of the examples to learn from,
    /// the others to test with. Both have at least one.
    ///
    /// Panics if `share` is not between 0 and 1, or if there are not two examples.
    #[track_caller]
    pub fn split(&self, share: f64) -> (Dataset, Dataset) {
        if !(share > 0.0 && share < 1.0) || self.len() < 2 {
            let rule = format!(
                "split: {share} of {} examples leaves one part empty",
                self.len()
            );
            fail(
                &rule,
                &[],
                "split(0.8) keeps 80 % for training and 20 % for testing",
            );
        }
        let order = random::permutation(self.len());
        let count = ((self.len() as f64 * share).round() as usize).clamp(1, self.len() - 1);
        let (first, second) = order.split_at(count);
        (self.select(first), self.select(second))
    }

    /// All examples of both, first these.
    ///
    /// Panics if their shapes do not fit, or if a number stands for different classes, or a column
    /// for something else.
    #[track_caller]
    pub fn join(&self, other: &Dataset) -> Dataset {
        agree(
            "join",
            "the first data",
            (&self.classes, &self.columns),
            other,
        );
        let (x, y) = (
            Tensor::concat(&[&self.x, &other.x], 0),
            Tensor::concat(&[&self.y, &other.y], 0),
        );
        let longer = if other.classes.len() > self.classes.len() {
            other
        } else {
            self
        };
        Dataset {
            x,
            y,
            ..longer.clone()
        }
    }

    /// The inputs with mean 0 and standard deviation 1 in each column: networks learn best from
    /// numbers about 1. A column that is the same everywhere becomes 0.
    ///
    /// ```
    /// # use chainrule::prelude::*;
    /// let x = tensor([[70.0, 3.0], [120.0, 5.0], [95.0, 4.0]]);
    /// let houses = Dataset::new(&x, &tensor([0, 1, 1]));
    /// assert!(houses.standardised().x.mean().item().abs() < 1e-6);
    /// ```
    pub fn standardised(&self) -> Dataset {
        self.standardised_like(self)
    }

    /// As [`standardised`](Dataset::standardised), with the means and deviations of other data:
    /// test data is treated as the training data was, `test.standardised_like(&train)`, before that
    /// is standardised itself.
    ///
    /// Panics if the examples of both differ in shape.
    #[track_caller]
    pub fn standardised_like(&self, training: &Dataset) -> Dataset {
        if self.x.shape()[1..] != training.x.shape()[1..] {
            let rule = format!(
                "standardised_like: x {:?} and {:?} differ",
                self.x.shape(),
                training.x.shape()
            );
            fail(
                &rule,
                &[("x", &self.x), ("training", &training.x)],
                "both have the same columns",
            );
        }
        let mean = training.x.mean_axis(0, true);
        let deviation = (&training.x - &mean).square().mean_axis(0, true).sqrt();
        same_columns(
            "standardised_like",
            "the training data",
            &training.columns,
            &self.columns,
        );
        // What hardly varies would be blown up.
        let divisor = Tensor::where_(
            &deviation.gt(&Tensor::from(1e-6)),
            &deviation,
            &Tensor::from(1.0),
        );
        Dataset {
            x: ((&self.x - &mean) / divisor).detach(),
            ..self.clone()
        }
    }

    /// The examples in parts of `size`, in order; the last part may be smaller. Shuffle first where
    /// the order matters: `data.shuffled().batches(32)`.
    ///
    /// Panics if `size` is 0.
    #[track_caller]
    pub fn batches(&self, size: usize) -> Batches {
        if size == 0 {
            fail("batches: a batch of 0 examples", &[], "32 is a usual size");
        }
        Batches {
            data: self.clone(),
            size,
            start: 0,
            drops_last: false,
        }
    }
}

/// Fails if a number stands for one class in some data, and for another here, or a column for
/// something else. A class without a name has its number for one.
#[track_caller]
pub(crate) fn agree(
    op: &str,
    whose: &str,
    (classes, columns): (&[String], &[String]),
    here: &Dataset,
) {
    same_columns(op, whose, columns, &here.columns);
    let differs = |(number, (class, other)): &(usize, (&String, &String))| {
        let number = number.to_string();
        class != other && **class != number && **other != number
    };
    let Some((number, (class, other))) =
        classes.iter().zip(&here.classes).enumerate().find(differs)
    else {
        return;
    };
    let problem = format!("{op}: {number} stands for {class:?} in {whose}, and for {other:?} here");
    let hint = "give both the same classes in the same order; two texts: let [a, b] = \
               data::Text::together([a, b]);";
    fail(&problem, &[], hint)
}

/// Fails if the columns of two tables have other names: what a network has learnt of one it would
/// apply to another.
#[track_caller]
fn same_columns(op: &str, whose: &str, columns: &[String], here: &[String]) {
    if columns.is_empty() || here.is_empty() || columns == here {
        return;
    }
    let place = columns
        .iter()
        .zip(here)
        .position(|(column, other)| column != other);
    let problem = match place {
        Some(place) => format!(
            "column {place} is {:?} in {whose}, and {:?} here",
            columns[place], here[place]
        ),
        None => format!(
            "{whose} has {} columns, and there are {} here",
            columns.len(),
            here.len()
        ),
    };
    let hint = "read the second table with the columns of the first: \
               data::csv(\"test.csv\").like(&train).read(\"…\")?";
    fail(&format!("{op}: {problem}"), &[], hint)
}

impl Show for Dataset {
    fn bundle(&self) -> Bundle {
        Bundle::text(format!("{self:?}"))
    }
}

/// `Dataset: 200 examples, x [200, 2], y [200], classes inner (100), outer (100)`; many classes, or
/// long names, stand on lines of their own.
impl fmt::Debug for Dataset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const COLUMNS: usize = 80;
        let (n, x, y) = (self.len(), self.x.shape(), self.y.shape());
        let mut text = format!("Dataset: {n} examples, x {x:?}, y {y:?}");
        if self.classes.is_empty() {
            return f.write_str(&text);
        }
        let labels = self.y.to_vec();
        let count = |class: usize| {
            labels
                .iter()
                .filter(|label| **label == class as Float)
                .count()
        };
        let classes = self.classes.iter().enumerate();
        let classes: Vec<String> = classes
            .map(|(i, class)| format!("{class} ({})", count(i)))
            .collect();
        let together = format!("{text}, classes {}", classes.join(", "));
        if columns(&together) <= COLUMNS {
            return f.write_str(&together);
        }
        let mut line = "classes".to_owned();
        for (i, class) in classes.iter().enumerate() {
            let class = format!(" {class}{}", if i + 1 < classes.len() { "," } else { "" });
            if 2 + columns(&line) + columns(&class) > COLUMNS && !line.trim().is_empty() {
                text = format!("{text}\n  {line}");
                line = " ".repeat("classes".len());
            }
            line += &class;
        }
        write!(f, "{text}\n  {line}")
    }
}

/// The parts that [`Dataset::batches`] yields. A reference to it goes through them from the start,
/// each time.
#[derive(Clone)]
pub struct Batches {
    data: Dataset,
    size: usize,
    start: usize,
    drops_last: bool,
}

impl Batches {
    /// Leaves out the last part if it is smaller than the others.
    pub fn drop_last(mut self) -> Self {
        self.drops_last = true;
        self
    }
}

impl Iterator for Batches {
    type Item = Dataset;

    fn next(&mut self) -> Option<Dataset> {
        let end = (self.start + self.size).min(self.data.len());
        if self.start >= end || (self.drops_last && end - self.start < self.size) {
            return None;
        }
        let rows: Vec<usize> = (self.start..end).collect();
        self.start = end;
        Some(self.data.select(&rows))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        let left = self.data.len().saturating_sub(self.start);
        let parts = if self.drops_last {
            left / self.size
        } else {
            left.div_ceil(self.size)
        };
        (parts, Some(parts))
    }
}

impl ExactSizeIterator for Batches {}

impl IntoIterator for &Batches {
    type Item = Dataset;
    type IntoIter = Batches;

    fn into_iter(self) -> Batches {
        Batches {
            start: 0,
            ..self.clone()
        }
    }
}
