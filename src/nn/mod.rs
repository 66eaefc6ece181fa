//! Networks: layers, how their weights begin, losses, metrics, and the model that stacks layers.
//!
//! A layer is a struct with its parameters in it, a `forward` method, and nothing hidden: see
//! [`Dense`]. How a model is trained is in [`model`](crate::model).
//!
//! | file | layers |
//! |---|---|
//! | `layers` | `Dense` `Flatten` `Reshape` `Dropout` `Residual`, activations |
//! | `conv` | `Conv1D` `Conv2D` `MaxPool1D` `MaxPool2D` `AvgPool2D` `GlobalAvgPool` |
//! | `norm` | `BatchNormalization` `LayerNormalization` |
//! | `recurrent` | `SimpleRnn` `Gru` `Lstm` |
//! | `attention` | `Embedding` `SinePositionEncoding` `PositionEmbedding` `MultiHeadAttention` |
//!
//! Beside them `copy`, clones of models and layers that are not trained, and `forms`, losses and
//! metrics as functions and by name. One rule for what needs no setting: `Accuracy` and
//! `Accuracy::new()` are the same, and so for all of them.

mod against;
mod attention;
mod conv;
mod copy;
mod forms;
mod init;
mod layers;
mod loss;
pub(crate) mod metric;
mod norm;
mod recurrent;
mod targets;

pub use against::{Confusion, Predicted, confusion_matrix, f1_score, precision, recall, roc_auc};
pub use attention::{Embedding, MultiHeadAttention, PositionEmbedding, SinePositionEncoding};
pub(crate) use conv::Padding;
pub use conv::{AvgPool2D, Conv1D, Conv2D, GlobalAvgPool, MaxPool1D, MaxPool2D};
pub(crate) use copy::copy;
pub(crate) use forms::full_name;
pub use init::Init;
pub(crate) use layers::dead_units;
pub(crate) use layers::parameter;
pub use layers::{Activation, Dense, Dropout, Flatten, Module, Reshape, Residual};
pub(crate) use loss::ends_twice;
pub use loss::{BinaryCrossentropy, CategoricalCrossentropy, Hinge, Huber, KlDivergence};
pub use loss::{Loss, MeanAbsoluteError, MeanSquaredError, SparseCategoricalCrossentropy};
pub use metric::{Accuracy, Metric, Metrics, Perplexity, TopK};
pub use metric::{accuracy, top_k_accuracy};
pub use norm::{BatchNormalization, LayerNormalization};
pub use recurrent::{Gru, Lstm, SimpleRnn};
