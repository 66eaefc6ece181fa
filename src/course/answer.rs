//! What a reader may give as a guess or as the answer to an exercise.
//!
//! A cell compiles what is generic anew: functions that take any answer only make an [`Answer`] of
//! it, and leave the rest to one that is compiled with the library.

use crate::data::Dataset;
use crate::games::Judged;
use crate::model::Sequential;
use crate::tensor::Tensor;
use serde_json::{Value, json};

/// A guess, or the answer to an exercise.
pub enum Answer<'a> {
    /// Not yet given: `"?"`.
    Open,
    /// A number, a word, or a list of numbers, such as a shape.
    Value(Value),
    /// A model.
    Model(&'a Sequential),
    /// A function that trains a model on data.
    Training(Box<Training<'a>>),
}

/// A function that trains a model on data.
pub type Training<'a> = dyn Fn(&Sequential, &Dataset) + 'a;

/// What can be given as an [`Answer`]: a number, a word, a shape or a list of numbers, a tensor, a
/// model, a function that trains one, how games ended.
pub trait Answered<'a> {
    /// It as an answer.
    fn answer(self) -> Answer<'a>;
}

/// A number of any type that a cell is likely to have.
pub trait Number: Copy {
    /// As it is written: 0.1, and not the `f64` beside an `f32`.
    fn as_written(self) -> f64;
}

macro_rules! answered {
    ($(($($generic:tt)*) $Type:ty, $value:ident => $answer:expr;)*) => {$(
        impl<'a, $($generic)*> Answered<'a> for $Type {
            fn answer(self) -> Answer<'a> {
                let $value = self;
                $answer
            }
        }
    )*};
}

macro_rules! numbers {
    ($($Type:ty),*) => {
        $(impl Number for $Type {
            fn as_written(self) -> f64 {
                self.to_string().parse().unwrap_or(f64::NAN)
            }
        })*
        answered! {$(() $Type, number => Answer::Value(json!(number.as_written()));)*}
    };
}
numbers!(f32, f64, i32, i64, u8, u32, u64, usize);

answered! {
    () &str, text => match text.trim() {
        "" | "?" | "？" => Answer::Open,
        text => Answer::Value(json!(text)),
    };
    () bool, is => Answer::Value(json!(is.to_string()));
    (N: Number) &[N], list => {
        let mut numbers = Vec::with_capacity(list.len());
        for number in list {
            numbers.push(number.as_written());
        }
        Answer::numbers_of(&numbers)
    };
    (N: Number, const COUNT: usize) [N; COUNT], list => list.as_slice().answer();
    (N: Number) Vec<N>, list => list.as_slice().answer();
    () &Tensor, tensor => match tensor.to_vec()[..] {
        [number] => number.answer(),
        ref list => list.answer(),
    };
    () Judged, games => [games.won, games.drawn, games.lost].answer();
    () &'a Sequential, model => Answer::Model(model);
    (F: Fn(&Sequential, &Dataset) + 'a) F, train => Answer::Training(Box::new(train));
}

impl Answer<'_> {
    fn numbers_of(list: &[f64]) -> Self {
        Answer::Value(list.iter().copied().collect())
    }

    /// The number, or the numbers of the list; none, if it is something else.
    pub(super) fn numbers(&self) -> Vec<f64> {
        match self {
            Answer::Value(Value::Array(list)) => list.iter().filter_map(Value::as_f64).collect(),
            Answer::Value(value) => value.as_f64().into_iter().collect(),
            _ => Vec::new(),
        }
    }

    /// What is noted of it.
    pub(super) fn value(&self) -> Value {
        match self {
            Answer::Value(value) => value.clone(),
            _ => Value::Null,
        }
    }
}

/// What is found of an answer: `open`, where it is not yet tried, `passed`, or the name of a
/// mistake in the words of the chapter; and what was measured, for its sentence there.
pub(super) type Verdict = (&'static str, Vec<String>);
