//! What training and evaluation report.

use crate::Float;
use crate::display::{self, Bundle, Show};
use crate::plot::EpochRow;
use crate::tensor::table::{html_table, text_table};
use std::fmt;

/// The figures of a training run, one of each per epoch. A figure that was not measured is an empty slice.
///
/// ```
/// # use chainrule::prelude::*;
/// # let mut model = Sequential::new().add(Dense::new(2, 2).softmax());
/// # model.compile(Sgd::new(0.1), SparseCategoricalCrossentropy::new(), Accuracy);
/// let history = model.fit(&data::xor()).epochs(5).verbose(false).run();
/// assert_eq!(history.loss().len(), 5);
/// assert_eq!(history.get("accuracy"), history.accuracy());
/// assert!(history.val_loss().is_empty());
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    loss: Vec<Float>,
    accuracy: Vec<Float>,
    val_loss: Vec<Float>,
    val_accuracy: Vec<Float>,
    batch_loss: Vec<Float>,
}

impl History {
    /// The mean training loss of each epoch, while the weights were changing.
    pub fn loss(&self) -> &[Float] {
        &self.loss
    }

    /// The training accuracy of each epoch, while the weights were changing.
    pub fn accuracy(&self) -> &[Float] {
        &self.accuracy
    }

    /// The loss on the validation data after each epoch.
    pub fn val_loss(&self) -> &[Float] {
        &self.val_loss
    }

    /// The accuracy on the validation data after each epoch.
    pub fn val_accuracy(&self) -> &[Float] {
        &self.val_accuracy
    }

    /// The loss of each step.
    pub fn batch_loss(&self) -> &[Float] {
        &self.batch_loss
    }

    /// A figure by name: "loss", "accuracy", "val_loss", "val_accuracy", or "batch_loss". Panics at another name.
    #[track_caller]
    pub fn get(&self, name: &str) -> &[Float] {
        match name {
            "loss" => &self.loss,
            "accuracy" => &self.accuracy,
            "val_loss" => &self.val_loss,
            "val_accuracy" => &self.val_accuracy,
            "batch_loss" => &self.batch_loss,
            _ => crate::tensor::fail::fail(
                &format!("History: no figure is called {name:?}"),
                &[],
                "there are \"loss\", \"accuracy\", \"val_loss\", \"val_accuracy\" and \"batch_loss\"",
            ),
        }
    }

    /// How many epochs were completed.
    pub fn epochs(&self) -> usize {
        self.loss.len()
    }

    pub(super) fn push_batch(&mut self, loss: Float) {
        self.batch_loss.push(loss);
    }

    pub(super) fn push(&mut self, row: &EpochRow) {
        self.loss.push(row.loss);
        self.accuracy.extend(row.accuracy);
        self.val_loss.extend(row.val_loss);
        self.val_accuracy.extend(row.val_accuracy);
    }

    /// One epoch, from 0, as a line of text.
    pub(super) fn line(&self, epoch: usize) -> String {
        let named = HEADER.iter().zip(self.row(epoch)).filter(|(_, value)| !value.is_empty());
        named.map(|(name, value)| format!("{name} {value}")).collect::<Vec<_>>().join("  ")
    }

    fn row(&self, epoch: usize) -> [String; 5] {
        let value = |values: &[Float]| values.get(epoch).map_or_else(String::new, |value| format!("{value:.4}"));
        let percent = |values: &[Float]| values.get(epoch).map_or_else(String::new, |value| percent(*value));
        [
            (epoch + 1).to_string(),
            value(&self.loss),
            percent(&self.accuracy),
            value(&self.val_loss),
            percent(&self.val_accuracy),
        ]
    }

    /// All epochs, or the first and the last if there are many; a column of figures that were not measured stays empty.
    fn rows(&self) -> Vec<[String; 5]> {
        const ENDS: usize = 8;
        let n = self.epochs();
        if n <= 2 * ENDS {
            return (0..n).map(|epoch| self.row(epoch)).collect();
        }
        let gap = std::array::from_fn(|_| "…".to_owned());
        (0..ENDS).map(|epoch| self.row(epoch)).chain([gap]).chain((n - ENDS..n).map(|epoch| self.row(epoch))).collect()
    }

    /// Shows the table as the result of a cell.
    #[doc(hidden)]
    pub fn evcxr_display(&self) {
        display::result(self.bundle());
    }
}

const HEADER: [&str; 5] = ["epoch", "loss", "accuracy", "val_loss", "val_accuracy"];

fn percent(share: Float) -> String {
    format!("{:.2} %", 100.0 * share)
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text_table(&HEADER, &self.rows(), 0))
    }
}

impl Show for History {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string()).html(html_table(&HEADER, &self.rows(), 0, ""))
    }
}

/// The loss and the accuracy of a model on some data.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean loss.
    pub loss: Float,
    /// The metric that the model was compiled with, from 0 to 1; not a number if there is none.
    pub accuracy: Float,
}

impl Evaluation {
    /// Shows the figures as the result of a cell.
    #[doc(hidden)]
    pub fn evcxr_display(&self) {
        display::result(self.bundle());
    }

    fn row(&self) -> [String; 2] {
        let accuracy = if self.accuracy.is_nan() { "–".to_owned() } else { percent(self.accuracy) };
        [format!("{:.4}", self.loss), accuracy]
    }
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [loss, accuracy] = self.row();
        write!(f, "loss {loss}, accuracy {accuracy}")
    }
}

impl Show for Evaluation {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string()).html(html_table(&["loss", "accuracy"], &[self.row()], 0, ""))
    }
}
