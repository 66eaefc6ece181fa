//! What a column of a table holds: numbers or words.

use super::Dataset;
use super::cells::{
    Cells, Column, MISSING, MISSING_NUMBER, different, is_almost_number, number, places,
};
use super::dataset::count_of_classes;
use super::files::wrong;
use super::said;
use super::table::Csv;
use crate::Float;
use crate::tensor::Tensor;
use crate::tensor::convert::{is_rounded, warn_of_reach, warn_of_rounding};
use std::io::Result;

impl Column {
    /// Decides whether a column holds numbers or words. Where most are numbers and some are not,
    /// that is an error.
    pub(super) fn new(
        how: &Csv,
        name: String,
        texts: Vec<String>,
        lines: &[u64],
        has_decimal_comma: bool,
    ) -> Result<Column> {
        let filled = |word: &String| Some(word.clone()).filter(|word| !word.is_empty());
        if how.words.contains(&name) {
            let cells = Cells::Words(texts.iter().map(filled).collect());
            return Ok(Column { name, cells, texts });
        }
        let is_missing = |text: &str| MISSING.contains(&text);
        let is_no_number = |text: &str| MISSING_NUMBER.contains(&text.to_lowercase().as_str());
        let numbers: Vec<Option<Float>> = texts
            .iter()
            .map(|text| number(text, has_decimal_comma))
            .collect();
        warn_of_numbers(&numbers, &texts);
        let others = numbers
            .iter()
            .zip(&texts)
            .zip(lines)
            .filter(|((number, text), _)| {
                number.is_none() && !is_missing(text) && !is_no_number(text)
            });
        let others: Vec<(u64, &str)> = others
            .map(|((_, text), line)| (*line, text.as_str()))
            .collect();
        let (found, almost) = (
            numbers.iter().flatten().count(),
            others
                .iter()
                .filter(|(_, text)| is_almost_number(text))
                .count(),
        );
        if found > 0 && others.is_empty() {
            return Ok(Column {
                name,
                cells: Cells::Numbers(numbers),
                texts,
            });
        }
        if found + almost > others.len() - almost {
            let places = places(others.into_iter());
            return Err(wrong(&how.path, said::no_numbers(&name, &places)));
        }
        Ok(Column::of_words(name, texts))
    }

    pub(super) fn of_words(name: String, texts: Vec<String>) -> Column {
        let word =
            |text: &String| Some(text.clone()).filter(|text| !MISSING.contains(&text.as_str()));
        Column {
            cells: Cells::Words(texts.iter().map(word).collect()),
            name,
            texts,
        }
    }

    pub(super) fn is_missing(&self, row: usize) -> bool {
        match &self.cells {
            Cells::Numbers(numbers) => numbers[row].is_none(),
            Cells::Words(words) => words[row].is_none(),
        }
    }

    /// The data with this column as what to predict.
    pub(super) fn targets(&self, x: Tensor) -> Dataset {
        let n = x.shape()[0];
        match &self.cells {
            Cells::Numbers(numbers) => {
                let values: Vec<Float> = numbers.iter().flatten().copied().collect();
                let shape = if count_of_classes(&values).is_some() {
                    vec![n]
                } else {
                    vec![n, 1]
                };
                Dataset::new(&x, &Tensor::from_vec(values, &shape))
            }
            Cells::Words(cells) => {
                let classes = different(cells);
                let number = |cell: &String| {
                    classes.iter().position(|class| class == cell).unwrap_or(0) as Float
                };
                let y = Tensor::from_vec(cells.iter().flatten().map(number).collect(), &[n]);
                Dataset::new(&x, &y).class_names(&classes)
            }
        }
    }
}

/// Says of numbers that a tensor cannot hold them as they stand in the file.
fn warn_of_numbers(numbers: &[Option<Float>], texts: &[String]) {
    let has_digits = |text: &str| text.bytes().any(|byte| byte.is_ascii_digit());
    let is_beyond = |(number, text): &(&Float, &String)| number.is_infinite() && has_digits(text);
    let pairs = numbers.iter().zip(texts);
    let mut pairs = pairs.filter_map(|(number, text)| Some((number.as_ref()?, text)));
    if let Some((number, text)) = pairs.find(is_beyond) {
        warn_of_reach(text, *number);
    }
    let is_rounded = |(number, text): &(&Float, &String)| {
        let whole = text.parse().ok();
        whole.is_some_and(|whole| is_rounded(whole, **number))
    };
    let mut pairs = numbers.iter().flatten().zip(texts);
    if numbers.iter().all(Option::is_some)
        && let Some((number, text)) = pairs.find(is_rounded)
    {
        warn_of_rounding(text, *number);
    }
}
