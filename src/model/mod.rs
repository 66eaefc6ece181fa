//! Training a model, in Keras's words: `compile`, `fit`, `evaluate`, `predict`.
//!
//! ```
//! # use chainrule::prelude::*;
//! seed(1);
//! let data = data::xor();
//! let mut model = Sequential::new().add(Dense::new(2, 8).tanh()).add(Dense::new(8, 2).softmax());
//! model.compile(Adam::new(0.1), SparseCategoricalCrossentropy::new(), Accuracy);
//! let history = model.fit(&data).epochs(100).batch_size(4).verbose(false).run();
//! assert!(history.loss()[99] < history.loss()[0]);
//! assert_eq!(model.evaluate(&data).accuracy, 1.0);
//! assert_eq!(model.predict_classes(&data.x).to_vec(), data.y.to_vec());
//! ```
//!
//! What `fit` does can be written in six lines, and should be, once:
//!
//! ```
//! # use chainrule::prelude::*;
//! # let data = data::xor();
//! # let model = Sequential::new().add(Dense::new(2, 8).tanh()).add(Dense::new(8, 2).softmax());
//! let mut optimizer = Adam::new(0.1);
//! for epoch in 0..100 {
//!     for batch in data.shuffled().batches(4) {
//!         let prediction = model.forward(&batch.x);
//!         // How wrong is it?
//!         let loss = SparseCategoricalCrossentropy::new().loss(&prediction, &batch.y);
//!         zero_grad(&model.parameters());
//!         loss.backward();                        // whose fault?
//!         optimizer.step(&model.parameters());    // a little better
//!     }
//! }
//! ```

mod architecture;
mod callback;
mod compiled;
mod diagnose;
mod diagnose_ends;
mod diagnose_gradients;
mod evaluate;
mod fit;
mod history;
mod models;
mod onnx;
mod onnx_fields;
mod onnx_layers;
mod onnx_nodes;
mod onnx_reading;
mod profile;
mod said;
mod sample;
mod search;
mod sequential;
mod spoiled;
mod summary;
mod trained;
mod weights;

pub use callback::{Callback, Checkpoint, ClipNorm, EarlyStopping, ReduceOnPlateau, Run};
pub use diagnose::Diagnosis;
pub use fit::Fit;
pub use history::{Evaluation, History};
pub use models::Load;
pub use search::LearningRateSearch;
pub use sequential::Sequential;
pub use summary::Summary;
