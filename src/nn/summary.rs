//! The table that `summary()` returns.

use super::Module;
use crate::display::{self, Bundle, Show};
use crate::tensor::table::{html_table, text_table, thousands};
use std::fmt;

/// The layers of a model with the shapes of their outputs and their numbers of parameters.
#[derive(Clone, Debug)]
pub struct Summary {
    rows: Vec<[String; 3]>,
    parameters: usize,
}

const HEADER: [&str; 3] = ["Layer (type)", "Output Shape", "Param #"];

impl Summary {
    pub(super) fn new(layers: &[Box<dyn Module>]) -> Summary {
        let mut shape = Vec::new();
        let mut parameters = 0;
        let mut names: Vec<String> = Vec::new();
        let rows = (layers.iter())
            .map(|layer| {
                let name = layer.name();
                let number = 1 + names.iter().filter(|other| **other == name).count();
                names.push(name.clone());
                shape = layer.output_shape(&shape);
                let own = layer.parameters().iter().map(|parameter| parameter.len()).sum();
                parameters += own;
                let shown = if shape.is_empty() {
                    "?".to_owned()
                } else {
                    format!("(None, {})", shape.iter().map(usize::to_string).collect::<Vec<_>>().join(", "))
                };
                [format!("{}{number} ({name})", name.to_lowercase()), shown, thousands(own)]
            })
            .collect();
        Summary { rows, parameters }
    }

    /// How many numbers training can change.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    /// Shows the table as the result of a cell.
    #[doc(hidden)]
    pub fn evcxr_display(&self) {
        display::result(self.bundle());
    }

    fn total(&self) -> String {
        let bytes = self.parameters * size_of::<crate::Float>();
        let size = if bytes < 1024 { format!("{bytes} B") } else { format!("{:.1} KB", bytes as f64 / 1024.0) };
        format!("Total params: {} ({size})", thousands(self.parameters))
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}\n{}", text_table(&HEADER, &self.rows, 2), self.total())
    }
}

impl Show for Summary {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string()).html(html_table(&HEADER, &self.rows, 2, &self.total()))
    }
}
