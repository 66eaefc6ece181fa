//! The table that `summary()` returns.

use crate::display::{Bundle, Show};
use crate::nn::Module;
use crate::tensor::Tensor;
use crate::tensor::table::{html_table, memory, text_table, thousands};
use std::collections::BTreeMap;
use std::fmt;

/// The layers of a model with the shapes of their outputs and their numbers of parameters.
#[derive(Clone, Debug)]
pub struct Summary {
    rows: Vec<[String; 4]>,
    parameters: usize,
    /// Numbers that change but are not trained.
    others: usize,
    /// Of one sample, if its shape is known: multiplications and additions, numbers in the outputs
    /// of all layers.
    work: Option<(usize, usize)>,
}

const HEADER: [&str; 4] = ["Layer (type)", "Output Shape", "Param #", "MACs"];

impl Summary {
    pub(super) fn new(layers: &[Box<dyn Module>], input: Option<&[usize]>) -> Summary {
        let mut summary = Summary {
            rows: Vec::new(),
            parameters: 0,
            others: 0,
            work: input.map(|_| (0, 0)),
        };
        let mut shape = input.unwrap_or_default().to_vec();
        let count = |tensors: Vec<Tensor>| tensors.iter().map(Tensor::len).sum::<usize>();
        for (name, layer) in all_numbered(layers).into_iter().zip(layers) {
            let name = format!("{name} ({})", layer.name());
            let macs = layer.macs(&shape);
            shape = layer.output_shape(&shape);
            // As Keras counts: what changes without a gradient, too.
            let own = count(layer.state());
            let mut trained = layer.parameters();
            trained.retain(|parameter| !parameter.0.notes().frozen);
            let trained = count(trained);
            summary.parameters += trained;
            summary.others += own - trained;
            if let Some((all, outputs)) = &mut summary.work {
                *all += macs;
                *outputs += shape.iter().product::<usize>();
            }
            let shown = if shape.is_empty() {
                "?".to_owned()
            } else {
                format!(
                    "(None, {})",
                    shape
                        .iter()
                        .map(usize::to_string)
                        .collect::<Vec<_>>()
                        .join(", ")
                )
            };
            let macs = if input.is_some() {
                thousands(macs)
            } else {
                String::new()
            };
            summary.rows.push([name, shown, thousands(own), macs]);
        }
        summary
    }

    /// How many multiplications, each with an addition, the model does for one sample; 0 if the
    /// shape of a sample is not known. Training takes about three times as many.
    pub fn macs(&self) -> usize {
        self.work.map_or(0, |(macs, _)| macs)
    }

    /// How many numbers training can change.
    pub fn parameters(&self) -> usize {
        self.parameters
    }

    fn total(&self) -> String {
        let mut total = format!(
            "Total params: {} ({})",
            thousands(self.parameters + self.others),
            memory(self.parameters + self.others)
        );
        if self.others > 0 {
            total += &format!(
                "\nTrained: {} ({})\nNot trained: {} ({})",
                thousands(self.parameters),
                memory(self.parameters),
                thousands(self.others),
                memory(self.others)
            );
        }
        if let Some((macs, outputs)) = self.work {
            total += &format!(
                "\nOne sample: {} MACs, outputs of {}",
                thousands(macs),
                memory(outputs)
            );
        }
        total
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}\n{}",
            text_table(&HEADER, &self.rows, 2),
            self.total()
        )
    }
}

impl Show for Summary {
    fn bundle(&self) -> Bundle {
        Bundle::text(self.to_string()).html(html_table(&HEADER, &self.rows, 2, &self.total()))
    }
}

/// "dense2" for a dense layer with another before it.
pub(super) fn numbered(before: &[Box<dyn Module>], layer: &dyn Module) -> String {
    let name = layer.name();
    let number = 1 + before.iter().filter(|other| other.name() == name).count();
    format!("{}{number}", name.to_lowercase())
}

/// All layers, numbered as [`numbered`] does it.
pub(super) fn all_numbered(layers: &[Box<dyn Module>]) -> Vec<String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let numbered = layers.iter().map(|layer| {
        let name = layer.name();
        let (lower, count) = (name.to_lowercase(), counts.entry(name).or_default());
        *count += 1;
        format!("{lower}{count}")
    });
    numbered.collect()
}
