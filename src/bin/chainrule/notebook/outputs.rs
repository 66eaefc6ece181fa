//! The outputs of a notebook while it runs, as a front end would store them.

use super::file::{lines, lines_of_data};
use crate::evaluator::{Bundle, Failure, Output};
use serde_json::{Map, Value, json};

/// The outputs of all cells, by their index in the notebook.
#[derive(Default)]
pub struct Outputs {
    cells: Vec<Vec<Stored>>,
    /// A `clear_output(wait)` that takes effect with the next output.
    clear_is_waiting: bool,
}

enum Stored {
    Stream {
        name: &'static str,
        text: String,
    },
    Shown {
        kind: &'static str,
        bundle: Bundle,
        count: u32,
    },
    Error(Failure),
}

impl Outputs {
    /// Starts a cell, whose outputs replace those it had.
    pub fn begin(&mut self, cell: usize) {
        self.clear_is_waiting = false;
        self.cells
            .resize_with(self.cells.len().max(cell + 1), Vec::new);
        self.cells[cell].clear();
    }

    /// Adds an output to a cell that was begun, as its `count`th execution.
    pub fn add(&mut self, cell: usize, count: u32, output: Output) {
        if let Output::Clear { wait } = output {
            if wait {
                self.clear_is_waiting = true;
            } else {
                self.cells[cell].clear();
            }
            return;
        }
        if let Output::Update(bundle) = output {
            self.update(&bundle);
            return;
        }
        if std::mem::take(&mut self.clear_is_waiting) {
            self.cells[cell].clear();
        }
        let stored = match output {
            Output::Stream { name, text } => {
                if let Some(Stored::Stream {
                    name: last,
                    text: before,
                }) = self.cells[cell].last_mut()
                    && *last == name.as_str()
                {
                    before.push_str(&text);
                    return;
                }
                Stored::Stream {
                    name: name.as_str(),
                    text,
                }
            }
            Output::Display(bundle) => {
                // Showing a display again changes it everywhere.
                self.update(&bundle);
                Stored::Shown {
                    kind: "display_data",
                    bundle,
                    count,
                }
            }
            Output::Result(bundle) => Stored::Shown {
                kind: "execute_result",
                bundle,
                count,
            },
            Output::Update(_) | Output::Clear { .. } => return,
            // There is nobody to talk with.
            Output::Question { .. } | Output::Comm(_) | Output::Payload(_) => return,
        };
        self.cells[cell].push(stored);
    }

    /// Adds the error with which a cell has ended.
    pub fn fail(&mut self, cell: usize, failure: &Failure) {
        self.cells[cell].push(Stored::Error(failure.clone()));
    }

    /// The outputs of a cell as nbformat has them.
    pub fn of(&self, cell: usize) -> Value {
        self.cells
            .get(cell)
            .into_iter()
            .flatten()
            .map(Stored::to_json)
            .collect()
    }

    /// Replaces the content of every display with this id, in whatever cell.
    fn update(&mut self, update: &Bundle) {
        if update.id.is_none() {
            return;
        }
        for stored in self.cells.iter_mut().flatten() {
            if let Stored::Shown { bundle, .. } = stored
                && bundle.id == update.id
            {
                bundle.data.clone_from(&update.data);
            }
        }
    }
}

impl Stored {
    fn to_json(&self) -> Value {
        match self {
            Stored::Stream { name, text } => {
                json!({"name": name, "output_type": "stream", "text": lines(text)})
            }
            Stored::Shown {
                kind,
                bundle,
                count,
            } => {
                let mut output = Map::new();
                output.insert("data".to_owned(), lines_of_data(&bundle.data).into());
                if *kind == "execute_result" {
                    output.insert("execution_count".to_owned(), (*count).into());
                }
                output.insert("metadata".to_owned(), json!({}));
                output.insert("output_type".to_owned(), (*kind).into());
                output.into()
            }
            Stored::Error(failure) => json!({
                "ename": failure.name,
                "evalue": failure.value,
                "output_type": "error",
                "traceback": failure.traceback,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluator::StreamName;

    fn shown(text: &str, id: &str) -> Bundle {
        let mut data = Map::new();
        data.insert("text/plain".to_owned(), text.into());
        Bundle {
            data,
            id: Some(id.to_owned()),
        }
    }

    #[test]
    fn outputs_are_stored_as_a_front_end_stores_them() {
        let mut outputs = Outputs::default();
        let out = |text: &str| Output::Stream {
            name: StreamName::Stdout,
            text: text.to_owned(),
        };
        outputs.begin(0);
        outputs.add(0, 1, out("a\nb"));
        outputs.add(0, 1, out("c"));
        outputs.add(0, 1, Output::Display(shown("old", "id")));
        outputs.begin(2);
        outputs.add(2, 2, Output::Update(shown("new", "id")));
        assert_eq!(outputs.of(0)[0]["text"], json!(["a\n", "bc"]));
        assert_eq!(outputs.of(0)[1]["data"]["text/plain"], json!(["new"]));
        assert_eq!(outputs.of(2), json!([]));
        outputs.add(2, 2, out("x"));
        outputs.add(2, 2, Output::Clear { wait: true });
        assert_eq!(outputs.of(2)[0]["text"], json!(["x"]));
        outputs.add(2, 2, out("y"));
        assert_eq!(outputs.of(2)[0]["text"], json!(["y"]));
        assert_eq!(outputs.of(1), json!([]));
    }
}
