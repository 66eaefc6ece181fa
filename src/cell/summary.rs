//! What the kernel is told of a variable when a cell has put it back: how large it is, and its
//! first values.
//!
//! The kernel shows it when a learner points at the name, also while the next cell runs and cannot
//! be asked.

use super::variables::bytes_in_words;
use crate::Float;
use crate::data::Dataset;
use crate::model::Sequential;
use crate::tensor::Tensor;
use serde_json::{Value, json};
use std::any::Any;
use std::fmt::Display;

/// How many values are shown.
const FIRST: usize = 8;
/// A text is cut here.
const LONGEST: usize = 200;

/// Shape, memory and first values of a variable, as far as its type is one of those that learners
/// use most; otherwise its own size.
pub(super) fn summary(value: &dyn Any) -> Value {
    let known = of_tensor(value)
        .or_else(|| of_model(value))
        .or_else(|| of_list(value))
        .or_else(|| of_single(value));
    known.unwrap_or_else(|| json!({"memory": bytes_in_words(size_of_val(value))}))
}

fn of_tensor(value: &dyn Any) -> Option<Value> {
    if let Some(tensor) = value.downcast_ref::<Tensor>() {
        let shape = format!("shape {:?}", tensor.shape());
        return Some(described(
            shape,
            tensor.len() * size_of::<Float>(),
            first(tensor.array().iter(), tensor.len()),
        ));
    }
    let data = value.downcast_ref::<Dataset>()?;
    let shape = format!("x {:?} → y {:?}", data.x.shape(), data.y.shape());
    let numbers = data.x.len() + data.y.len();
    let values = [("x", &data.x), ("y", &data.y)]
        .map(|(name, tensor)| format!("{name}: {}", first(tensor.array().iter(), tensor.len())));
    Some(described(
        shape,
        numbers * size_of::<Float>(),
        values.join("\n"),
    ))
}

fn of_model(value: &dyn Any) -> Option<Value> {
    let model = value.downcast_ref::<Sequential>()?;
    let numbers = model.parameters().iter().map(Tensor::len).sum::<usize>();
    let shape = format!("{} layers, {numbers} parameters", model.layers().len());
    Some(described(
        shape,
        numbers * size_of::<Float>(),
        String::new(),
    ))
}

fn of_list(value: &dyn Any) -> Option<Value> {
    fn list<T: Display + 'static>(value: &dyn Any) -> Option<Value> {
        let list = value.downcast_ref::<Vec<T>>()?;
        let bytes = size_of::<Vec<T>>() + list.capacity() * size_of::<T>();
        Some(described(
            count(list.len()),
            bytes,
            first(list.iter(), list.len()),
        ))
    }
    fn tensors(value: &dyn Any) -> Option<Value> {
        let list = value.downcast_ref::<Vec<Tensor>>()?;
        let bytes = list
            .iter()
            .map(|tensor| tensor.len() * size_of::<Float>())
            .sum();
        let shapes = list.iter().map(|tensor| format!("{:?}", tensor.shape()));
        let shapes: Vec<String> = shapes.take(FIRST).collect();
        Some(described(
            count(list.len()),
            bytes,
            format!("shapes {}", shapes.join(", ")),
        ))
    }
    list::<f32>(value)
        .or_else(|| list::<f64>(value))
        .or_else(|| list::<i32>(value))
        .or_else(|| list::<usize>(value))
        .or_else(|| list::<u8>(value))
        .or_else(|| list::<String>(value))
        .or_else(|| list::<&'static str>(value))
        .or_else(|| tensors(value))
}

fn of_single(value: &dyn Any) -> Option<Value> {
    fn single<T: Display + 'static>(value: &dyn Any) -> Option<Value> {
        let value = value.downcast_ref::<T>()?;
        Some(described(String::new(), size_of::<T>(), value.to_string()))
    }
    if let Some(text) = value.downcast_ref::<String>() {
        let shape = format!("{} characters", text.chars().count());
        return Some(described(
            shape,
            size_of::<String>() + text.capacity(),
            cut(text),
        ));
    }
    if let Some(text) = value.downcast_ref::<&'static str>() {
        return Some(described(
            format!("{} characters", text.chars().count()),
            text.len(),
            cut(text),
        ));
    }
    single::<f32>(value)
        .or_else(|| single::<f64>(value))
        .or_else(|| single::<i32>(value))
        .or_else(|| single::<i64>(value))
        .or_else(|| single::<u8>(value))
        .or_else(|| single::<u64>(value))
        .or_else(|| single::<usize>(value))
        .or_else(|| single::<bool>(value))
        .or_else(|| single::<char>(value))
}

fn described(shape: String, bytes: usize, values: String) -> Value {
    json!({"shape": shape, "memory": bytes_in_words(bytes), "values": values})
}

fn count(elements: usize) -> String {
    format!("{elements} element{}", if elements == 1 { "" } else { "s" })
}

/// `1, 2, 3, …`.
fn first<T: Display>(values: impl Iterator<Item = T>, length: usize) -> String {
    let shown: Vec<String> = values
        .take(FIRST)
        .map(|value| cut(&value.to_string()))
        .collect();
    shown.join(", ") + if length > FIRST { ", …" } else { "" }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::tensor;

    #[test]
    fn common_types_are_described() {
        let of = |value: &dyn Any| summary(value);
        assert_eq!(of(&tensor([[1.0, 2.5]]))["shape"], "shape [1, 2]");
        assert_eq!(of(&tensor([[1.0, 2.5]]))["values"], "1, 2.5");
        assert_eq!(
            of(&vec![1.5f32; 9])["values"],
            "1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, 1.5, …"
        );
        assert_eq!(
            of(&"é".repeat(300))["values"]
                .as_str()
                .map(|text| text.chars().count()),
            Some(201)
        );
        assert_eq!(of(&Some(1u8)), json!({"memory": "2 B"}));
    }
}
