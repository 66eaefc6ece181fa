//! How a tensor prints: its values, at most a screenful, and its shape.
//!
//! ```text
//! tensor([[1.0000, 0.5000],
//!         [0.2500, 3.0000]], shape=[2, 2], name="w", requires_grad)
//! ```

use super::Tensor;
use super::shape::slice;
use super::table::thousands;
use crate::Float;
use crate::display::{Bundle, Show, escape_html};
use std::fmt;

/// Along each axis, at most this many values at either end are shown.
const EDGE: usize = 3;
/// A tensor with more values than this is shortened.
const LIMIT: usize = 200;

/// One number of a tensor whose values all print in one style, so that columns align.
struct Style {
    whole: bool,
    scientific: bool,
}

impl Style {
    /// Whole numbers without decimals; very large or small ones in scientific notation; else four
    /// decimals.
    fn of(values: &[Float]) -> Style {
        let finite = || {
            values
                .iter()
                .map(|value| value.abs())
                .filter(|value| value.is_finite())
        };
        let largest = finite().fold(0.0, Float::max);
        let smallest = finite()
            .filter(|&value| value > 0.0)
            .fold(Float::INFINITY, Float::min);
        let whole = finite().all(|value| value.fract() == 0.0) && largest < 1e7;
        Style {
            whole,
            scientific: !whole && (largest >= 1e6 || smallest < 1e-4 && largest < 1e-2),
        }
    }

    fn number(&self, value: Float) -> String {
        match self {
            _ if !value.is_finite() => value.to_string(),
            Style { whole: true, .. } => format!("{value:.1}"),
            Style {
                scientific: true, ..
            } => format!("{value:.4e}"),
            _ => format!("{value:.4}"),
        }
    }
}

/// The indices of an axis that are shown; None stands for "…".
fn shown(size: usize, all: bool) -> Vec<Option<usize>> {
    if all || size <= 2 * EDGE {
        (0..size).map(Some).collect()
    } else {
        (0..EDGE)
            .map(Some)
            .chain([None])
            .chain((size - EDGE..size).map(Some))
            .collect()
    }
}

/// Nested brackets, as in PyTorch. `indent` is the column of the opening bracket.
fn nested(
    values: &[Float],
    shape: &[usize],
    all: bool,
    indent: usize,
    number: &dyn Fn(Float) -> String,
) -> String {
    let Some((&size, inner)) = shape.split_first() else {
        return values
            .first()
            .map_or_else(String::new, |&value| number(value));
    };
    let stride: usize = inner.iter().product();
    let parts: Vec<String> = shown(size, all)
        .into_iter()
        .map(|index| match index {
            Some(index) => nested(
                &values[index * stride..][..stride],
                inner,
                all,
                indent + 1,
                number,
            ),
            None => "…".to_owned(),
        })
        .collect();
    let separator = match inner.len() {
        0 => ", ".to_owned(),
        depth => format!(",{}{}", "\n".repeat(depth), " ".repeat(indent + 1)),
    };
    format!("[{}]", parts.join(&separator))
}

impl fmt::Display for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let array = self.array();
        let values = slice(&array);
        let style = Style::of(values);
        let all = values.len() <= LIMIT;
        let visible = values.iter().take(if all { values.len() } else { LIMIT });
        let width = visible
            .map(|&value| style.number(value).len())
            .max()
            .filter(|_| self.rank() > 0)
            .unwrap_or(0);
        let number = |value: Float| format!("{:>width$}", style.number(value));
        let prefix = "tensor(";
        write!(
            f,
            "{prefix}{}, shape={:?}",
            nested(values, self.shape(), all, prefix.len(), &number),
            self.shape()
        )?;
        if let Some(name) = self.name() {
            write!(f, ", name={name:?}")?;
        }
        match (self.is_tracked(), self.is_leaf()) {
            (true, true) => write!(f, ", requires_grad")?,
            (true, false) => write!(f, ", from={}", self.0.op)?,
            _ => {}
        }
        write!(f, ")")
    }
}

impl fmt::Debug for Tensor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Show for Tensor {
    /// Text; a matrix or a vector of moderate size also as a table, tinted from blue (negative) to
    /// orange (positive).
    fn bundle(&self) -> Bundle {
        let text = Bundle::text(self.to_string());
        let (rows, columns) = match *self.shape() {
            [n] => (1, n),
            [m, n] => (m, n),
            _ => return text,
        };
        if rows * columns == 0 {
            text
        } else {
            text.html(self.html(rows, columns))
        }
    }
}

impl Tensor {
    fn html(&self, rows: usize, columns: usize) -> String {
        let array = self.array();
        let values = slice(&array);
        let style = Style::of(values);
        let largest = values
            .iter()
            .map(|value| value.abs())
            .filter(|value| value.is_finite())
            .fold(0.0, Float::max);
        let all = values.len() <= LIMIT;
        let cell = |row: Option<usize>, column: Option<usize>| {
            let (Some(row), Some(column)) = (row, column) else {
                return "<td style=\"text-align:center\">…</td>".to_owned();
            };
            let value = values[row * columns + column];
            let colour = if value < 0.0 {
                "0,114,178"
            } else {
                "230,159,0"
            };
            let strength = if largest > 0.0 && value.is_finite() {
                0.35 * value.abs() / largest
            } else {
                0.0
            };
            format!(
                "<td style=\"text-align:right;padding:1px \
                6px;background:rgba({colour},{strength:.2})\">{}</td>",
                style.number(value)
            )
        };
        let body: String = shown(rows, all)
            .into_iter()
            .map(|row| {
                let cells: String = shown(columns, all)
                    .into_iter()
                    .map(|column| cell(row, column))
                    .collect();
                format!("<tr style=\"background:none\">{cells}</tr>")
            })
            .collect();
        let name = self
            .name()
            .map_or_else(String::new, |name| format!("{} · ", escape_html(&name)));
        let history = match (self.is_tracked(), self.is_leaf()) {
            (true, true) => " · requires_grad".to_owned(),
            (true, false) => format!(" · from {}", self.0.op),
            _ => String::new(),
        };
        format!(
            "<div><table style=\"border-collapse:collapse;color:inherit;font-family:monospace\">\
             <tbody>{body}</tbody></table>\
             <div style=\"font-size:90%\">{name}shape {:?} · {} values{history}</div></div>",
            self.shape(),
            thousands(self.len())
        )
    }
}
