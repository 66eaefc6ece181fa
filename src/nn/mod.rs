//! Networks: layers, how their weights begin, losses, metrics, and the model that stacks layers.
//!
//! A layer is a struct with its parameters in it, a `forward` method, and nothing hidden: see [`Dense`]. How a model is
//! trained is in [`train`](crate::train).

mod init;
mod layers;
mod loss;
pub(crate) mod metric;
mod sequential;
mod summary;

pub use init::Init;
pub use layers::{Activation, Dense, Flatten, Module};
pub use loss::{BinaryCrossentropy, Loss, MeanSquaredError, SparseCategoricalCrossentropy};
pub use metric::{Accuracy, Metric, accuracy, confusion_matrix};
pub use sequential::Sequential;
pub use summary::Summary;
