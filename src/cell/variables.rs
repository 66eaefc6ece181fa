//! The table of the session's variables (`:vars`).
//!
//! The kernel writes a cell for it, which measures each variable where it is: nothing is copied or
//! moved.

use crate::Float;
use crate::data::Dataset;
use crate::display::{Bundle, show};
use crate::model::Sequential;
use crate::tensor::Tensor;
use crate::tensor::table::{html_table, text_table};

/// How large a variable is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Measure {
    /// A tensor's `[2, 3]`, a list's number of elements; empty for a single value.
    pub shape: String,
    /// Bytes, with those of the elements that the variable owns, without what these own in turn.
    pub bytes: usize,
}

/// Measures a variable: `(&Measured(&x)).measure()` finds the implementation for the type of `x` if
/// there is one below, and otherwise [`MeasureAny`].
pub struct Measured<'a, T: ?Sized>(pub &'a T);

/// For types of which nothing but the size is known.
pub trait MeasureAny {
    /// The size of the value itself.
    fn measure(&self) -> Measure;
}

/// For types that have a shape or elements.
pub trait MeasureKnown {
    /// The shape, and the size with the elements.
    fn measure(&self) -> Measure;
}

impl<T: ?Sized> MeasureAny for &Measured<'_, T> {
    fn measure(&self) -> Measure {
        Measure {
            shape: String::new(),
            bytes: size_of_val(self.0),
        }
    }
}

impl MeasureKnown for Measured<'_, Tensor> {
    fn measure(&self) -> Measure {
        Measure {
            shape: format!("{:?}", self.0.shape()),
            bytes: self.0.len() * size_of::<Float>(),
        }
    }
}

impl MeasureKnown for Measured<'_, Dataset> {
    fn measure(&self) -> Measure {
        let tensors = [&self.0.x, &self.0.y];
        let shape = tensors
            .map(|tensor| format!("{:?}", tensor.shape()))
            .join(" → ");
        Measure {
            shape,
            bytes: tensors
                .iter()
                .map(|tensor| tensor.len() * size_of::<Float>())
                .sum(),
        }
    }
}

impl MeasureKnown for Measured<'_, Sequential> {
    fn measure(&self) -> Measure {
        let numbers = self.0.parameters().iter().map(Tensor::len).sum::<usize>();
        Measure {
            shape: format!("{} layers", self.0.layers().len()),
            bytes: numbers * size_of::<Float>(),
        }
    }
}

impl<T> MeasureKnown for Measured<'_, Vec<T>> {
    fn measure(&self) -> Measure {
        elements(
            self.0.len(),
            size_of_val(self.0) + self.0.capacity() * size_of::<T>(),
        )
    }
}

impl<T, const N: usize> MeasureKnown for Measured<'_, [T; N]> {
    fn measure(&self) -> Measure {
        elements(N, size_of_val(self.0))
    }
}

impl<K, V, S> MeasureKnown for Measured<'_, std::collections::HashMap<K, V, S>> {
    fn measure(&self) -> Measure {
        elements(
            self.0.len(),
            size_of_val(self.0) + self.0.capacity() * size_of::<(K, V)>(),
        )
    }
}

impl MeasureKnown for Measured<'_, String> {
    fn measure(&self) -> Measure {
        let count = self.0.chars().count();
        let shape = format!("{count} character{}", if count == 1 { "" } else { "s" });
        Measure {
            shape,
            bytes: size_of_val(self.0) + self.0.capacity(),
        }
    }
}

fn elements(count: usize, bytes: usize) -> Measure {
    Measure {
        shape: format!("{count} element{}", if count == 1 { "" } else { "s" }),
        bytes,
    }
}

/// Shows the table: each variable's name and type, and how large it is.
pub fn show_variables(variables: &[(&str, &str, Measure)]) {
    const HEADER: [&str; 4] = ["variable", "type", "shape", "size"];
    let rows: Vec<[String; 4]> = variables
        .iter()
        .map(|(name, kind, measure)| {
            [
                (*name).to_owned(),
                (*kind).to_owned(),
                measure.shape.clone(),
                bytes_in_words(measure.bytes),
            ]
        })
        .collect();
    if rows.is_empty() {
        return show(&Bundle::text("There are no variables yet."));
    }
    show(&Bundle::text(text_table(&HEADER, &rows, 3)).html(html_table(&HEADER, &rows, 3, "")));
}

pub(super) fn bytes_in_words(bytes: usize) -> String {
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{:.1} kB", bytes as f64 / 1e3),
        1_000_000..1_000_000_000 => format!("{:.1} MB", bytes as f64 / 1e6),
        _ => format!("{:.1} GB", bytes as f64 / 1e9),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tensor::tensor;

    struct Unknown(#[allow(dead_code)] u64);

    #[test]
    #[allow(clippy::needless_borrow)] // as the kernel writes it, which does not know the type
    fn known_types_have_a_shape_and_others_a_size() {
        let (list, text, other) = (vec![1u16, 2, 3], "hé".to_owned(), Unknown(1));
        let t = tensor([[1.0, 2.0], [3.0, 4.0]]);
        let measured = [
            (&Measured(&list)).measure(),
            (&Measured(&text)).measure(),
            (&Measured(&other)).measure(),
            (&Measured(&t)).measure(),
            (&Measured(&[1u8; 4])).measure(),
        ];
        let shapes = measured.each_ref().map(|measure| measure.shape.as_str());
        assert_eq!(
            shapes,
            ["3 elements", "2 characters", "", "[2, 2]", "4 elements"]
        );
        assert_eq!(
            measured.map(|measure| measure.bytes),
            [30, 27, 8, 4 * size_of::<Float>(), 4]
        );
    }

    #[test]
    fn sizes_are_readable() {
        assert_eq!(
            [999, 1_500, 2_000_000, 3_100_000_000].map(bytes_in_words),
            ["999 B", "1.5 kB", "2.0 MB", "3.1 GB"]
        );
    }
}
