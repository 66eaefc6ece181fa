//! What training and evaluation report.

use crate::Float;
use crate::display::{Bundle, Show, say};
use crate::nn::full_name;
use crate::plot::EpochRow;
use crate::tensor::table::{figure, figures, html_table, text_table};
use std::fmt;

/// The figures of a training run, one of each per epoch. A figure that was not measured is an empty
/// slice.
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
    /// By name, in the order of the table.
    figures: Vec<(String, Vec<Float>)>,
    batch_loss: Vec<Float>,
}

impl History {
    /// The mean training loss of each epoch, while the weights were changing.
    pub fn loss(&self) -> &[Float] {
        self.find("loss")
    }

    /// The training accuracy of each epoch, while the weights were changing.
    pub fn accuracy(&self) -> &[Float] {
        self.find("accuracy")
    }

    /// The loss on the validation data after each epoch.
    pub fn val_loss(&self) -> &[Float] {
        self.find("val_loss")
    }

    /// The accuracy on the validation data after each epoch.
    pub fn val_accuracy(&self) -> &[Float] {
        self.find("val_accuracy")
    }

    /// The loss of each step.
    pub fn batch_loss(&self) -> &[Float] {
        &self.batch_loss
    }

    /// A figure by name: "loss", "val_loss", "batch_loss", or the name of a metric, with "val_"
    /// before it for that of the validation data. Panics at another name.
    #[track_caller]
    pub fn get(&self, name: &str) -> &[Float] {
        let measured: Vec<&str> = self.figures.iter().map(|(name, _)| name.as_str()).collect();
        let full = full_name(name);
        match full.as_str() {
            "batch_loss" => &self.batch_loss,
            "loss" | "accuracy" | "val_loss" | "val_accuracy" => self.find(&full),
            full if measured.contains(&full) => self.find(full),
            _ => crate::tensor::fail::fail(
                &format!("History: no figure is called {name:?}"),
                &[],
                &format!("there are \"batch_loss\" and {measured:?}"),
            ),
        }
    }

    fn find(&self, name: &str) -> &[Float] {
        self.figures
            .iter()
            .find(|(other, _)| other == name)
            .map_or(&[], |(_, values)| values)
    }

    /// How many epochs were completed.
    pub fn epochs(&self) -> usize {
        self.loss().len()
    }

    pub(super) fn push_batch(&mut self, loss: Float) {
        self.batch_loss.push(loss);
    }

    pub(super) fn push(&mut self, row: &EpochRow) {
        for (name, value) in row.figures() {
            match self.figures.iter_mut().find(|(other, _)| other == name) {
                Some((_, values)) => values.push(value),
                None => self.figures.push((name.to_owned(), vec![value])),
            }
        }
    }

    /// One epoch, from 0, as a line of text.
    pub(super) fn line(&self, epoch: usize) -> String {
        let named = self.header().into_iter().zip(self.row(epoch));
        named
            .map(|(name, value)| format!("{name} {value}"))
            .collect::<Vec<_>>()
            .join("  ")
    }

    fn header(&self) -> Vec<&str> {
        std::iter::once(say("epoch", "轮次"))
            .chain(self.figures.iter().map(|(name, _)| name.as_str()))
            .collect()
    }

    fn row(&self, epoch: usize) -> Vec<String> {
        let values = self
            .figures
            .iter()
            .map(|(name, values)| figure(name, values[epoch]));
        std::iter::once((epoch + 1).to_string())
            .chain(values)
            .collect()
    }

    /// All epochs, or the first and the last if there are many.
    fn rows(&self) -> Vec<Vec<String>> {
        const ENDS: usize = 8;
        let n = self.epochs();
        let is_long = n > 2 * ENDS;
        let shown: Vec<usize> = (0..n)
            .filter(|epoch| !is_long || *epoch < ENDS || *epoch >= n - ENDS)
            .collect();
        let columns: Vec<Vec<String>> = self
            .figures
            .iter()
            .map(|(name, values)| {
                figures(
                    name,
                    &shown.iter().map(|epoch| values[*epoch]).collect::<Vec<_>>(),
                )
            })
            .collect();
        let row = |(i, epoch): (usize, &usize)| {
            let values = columns.iter().map(|column| column[i].clone());
            std::iter::once((epoch + 1).to_string())
                .chain(values)
                .collect()
        };
        let mut rows: Vec<Vec<String>> = shown.iter().enumerate().map(row).collect();
        if is_long {
            rows.insert(ENDS, vec!["…".to_owned(); self.figures.len() + 1]);
        }
        rows
    }
}

impl fmt::Display for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&text_table(&self.header(), &self.rows(), 0))
    }
}

impl Show for History {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string()).html(html_table(&self.header(), &self.rows(), 0, ""))
    }
}

/// The loss and the metrics of a model on some data.
#[derive(Clone, Debug, PartialEq)]
pub struct Evaluation {
    /// The mean loss.
    pub loss: Float,
    /// The accuracy, from 0 to 1; not a number if the model was not compiled with it.
    pub accuracy: Float,
    /// All metrics that the model was compiled with, by name.
    pub metrics: Vec<(String, Float)>,
}

impl Evaluation {
    /// The loss, or a metric, by name. Panics if the model was not compiled with it.
    #[track_caller]
    pub fn get(&self, name: &str) -> Float {
        let full = full_name(name);
        if full == "loss" {
            return self.loss;
        }
        let Some((_, value)) = self.metrics.iter().find(|(other, _)| *other == full) else {
            let measured: Vec<&str> = self.metrics.iter().map(|(name, _)| name.as_str()).collect();
            let problem = format!("Evaluation: no metric is called {name:?}");
            crate::tensor::fail::fail(
                &problem,
                &[],
                &format!("there are {measured:?}; others are given to compile"),
            )
        };
        *value
    }

    fn row(&self) -> (Vec<&str>, Vec<String>) {
        let metrics = self
            .metrics
            .iter()
            .map(|(name, value)| (name.as_str(), figure(name, *value)));
        std::iter::once(("loss", figure("loss", self.loss)))
            .chain(metrics)
            .unzip()
    }
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (names, values) = self.row();
        let pairs: Vec<String> = names
            .iter()
            .zip(values)
            .map(|(name, value)| format!("{name} {value}"))
            .collect();
        f.write_str(&pairs.join(", "))
    }
}

impl Show for Evaluation {
    fn bundle(&self) -> Bundle {
        let (names, values) = self.row();
        Bundle::text(self.to_string()).html(html_table(&names, &[values], 0, ""))
    }
}
