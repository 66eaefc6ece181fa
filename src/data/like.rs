//! A second table with the columns of the first: what a network has learnt from `train.csv` it can
//! only use on a `test.csv` in which the same column means the same, also where a word occurs in
//! one of the two files alone.

use super::Dataset;
use super::cells::{Cells, Column, Table, places};
use super::files::wrong;
use super::said;
use crate::Float;
use crate::display::say;
use crate::tensor::{Tensor, fail::notice};
use std::io::Result;

/// What the columns and classes of other data are called.
#[derive(Clone, Debug)]
pub(super) struct Like {
    columns: Vec<String>,
    classes: Vec<String>,
    has_rows_of_targets: bool,
}

impl Like {
    pub fn new(training: &Dataset) -> Like {
        Like {
            columns: training.columns.clone(),
            classes: training.classes.clone(),
            has_rows_of_targets: training.y.rank() > 1,
        }
    }

    /// Whether the other data was read from a table at all.
    pub fn is_table(&self) -> bool {
        !self.columns.is_empty()
    }

    /// The words that a column of the file became columns for.
    pub fn words_of(&self, column: &str) -> Vec<&str> {
        self.columns
            .iter()
            .filter_map(|name| name.strip_prefix(column)?.strip_prefix('='))
            .collect()
    }

    /// Whether the words of the file's column `name` are taken as words, whatever they look like.
    pub fn has_words(&self, name: &str, target: &str) -> bool {
        let are_numbers = self
            .classes
            .iter()
            .all(|class| class.parse::<Float>().is_ok());
        if name == target {
            !are_numbers
        } else {
            !self.words_of(name).is_empty()
        }
    }

    pub fn is_used(&self, column: &str) -> bool {
        self.columns.iter().any(|name| name == column) || !self.words_of(column).is_empty()
    }

    /// Says which words became 0 everywhere, because the other data does not have them.
    pub fn tell_of_new_words(&self, path: &str, column: &Column, lines: &[u64]) {
        let Cells::Words(cells) = &column.cells else {
            return;
        };
        let words = self.words_of(&column.name);
        let is_new = |cell: &&str| !words.contains(cell);
        let found: Vec<(u64, &str)> = cells
            .iter()
            .zip(lines)
            .filter_map(|(cell, line)| Some((*line, cell.as_deref().filter(is_new)?)))
            .collect();
        if !found.is_empty() && !words.is_empty() {
            let (name, places) = (&column.name, places(found.into_iter()));
            notice(&say(
                format!(
                    "{path}: in the column {name:?} stand words that the data of .like(…) does not \
                     have; they are 0 in all columns of {name:?}: {places}"
                ),
                format!(
                    "{path}：{name:?} 列里有 .like(…) 的数据中没有的词，它们在 {name:?} 的各列里都是 0：{places}"
                ),
            ));
        }
    }

    /// The columns in the order of the other data.
    pub fn in_order(
        &self,
        path: &str,
        mut found: Vec<(String, Vec<Float>)>,
    ) -> Result<Vec<(String, Vec<Float>)>> {
        let mut ordered = Vec::new();
        for name in &self.columns {
            let Some(place) = found.iter().position(|(own, _)| own == name) else {
                let source = name.split('=').next().unwrap_or(name);
                return Err(wrong(
                    path,
                    say(
                        format!("there is no column {source:?}, which the data of .like(…) has"),
                        format!("没有列 {source:?}，而 .like(…) 的数据里有这一列"),
                    ),
                ));
            };
            ordered.push(found.swap_remove(place));
        }
        Ok(ordered)
    }

    /// The data with a column as what to predict: by the numbers that the classes have in the other
    /// data.
    pub fn targets(
        &self,
        path: &str,
        table: &Table,
        target: &Column,
        x: Tensor,
    ) -> Result<Dataset> {
        let number = |row: usize| match &target.cells {
            Cells::Numbers(numbers) => numbers[row],
            Cells::Words(words) => {
                let class = self
                    .classes
                    .iter()
                    .position(|class| Some(class) == words[row].as_ref());
                class.map(|class| class as Float)
            }
        };
        let is_class =
            |number: &Float| self.classes.is_empty() || *number < self.classes.len() as Float;
        let rows = 0..table.lines.len();
        let values: Vec<Option<Float>> = rows
            .clone()
            .map(|row| number(row).filter(is_class))
            .collect();
        let others: Vec<usize> = rows.filter(|row| values[*row].is_none()).collect();
        if !others.is_empty() {
            let cells = others
                .iter()
                .map(|row| (table.lines[*row], target.texts[*row].as_str()));
            let said = said::not_like(&target.name, &places(cells), &self.classes);
            return Err(wrong(path, said));
        }
        let n = values.len();
        let shape = if self.has_rows_of_targets {
            vec![n, 1]
        } else {
            vec![n]
        };
        let y = Tensor::from_vec(values.into_iter().flatten().collect(), &shape);
        Ok(Dataset {
            classes: self.classes.clone(),
            ..Dataset::new(&x, &y)
        })
    }
}
